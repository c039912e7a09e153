"""Costs with months across the top, as managers and book-keeping programs print them."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal

import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

D = Decimal
SALES = "Invoice;Date;Customer;Net amount\n1;2025-01-31;Ann;10.5\n"
COSTS = """\
Tili;Tilin nimi;1.2025;2.2025;3.2025;Yhteensä
4000;Varaston palkat;1 000,50;1 100,00;;2 100,50
4010;Varaston vuokra;500,00;500,00;500,00;1 500,00
4900;Ei kuluja;;;;
;Yhteensä;1 500,50;1 600,00;500,00;3 600,50
"""
ROWS = [
    (dt.date(2025, 1, 1), "4000", "Varaston palkat", D("1000.5"), 2),
    (dt.date(2025, 2, 1), "4000", "Varaston palkat", D(1100), 2),
    (dt.date(2025, 1, 1), "4010", "Varaston vuokra", D(500), 3),
    (dt.date(2025, 2, 1), "4010", "Varaston vuokra", D(500), 3),
    (dt.date(2025, 3, 1), "4010", "Varaston vuokra", D(500), 3),
]


@pytest.fixture
def sales(write):
    return write("sales.csv", SALES)


def costs_in(reading, columns="period, account, account_name, amount, row"):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM costs ORDER BY file, row, period").fetchall()


@pytest.mark.parametrize("head", ["1.2025;2.2025;3.2025", "tammi 2025;helmi 2025;maalis 2025", "2025-01;2025-02;2025-03", "1.1.2025;1.2.2025;1.3.2025"])
def test_costs_by_month_are_an_amount_for_each_month_that_is_not_blank(sales, write, head):
    reading = read([sales], costs=[write("costs.csv", COSTS.replace("1.2025;2.2025;3.2025", head))])
    assert costs_in(reading) == ROWS
    account = reading.files[1]
    assert (account.physical, account.accepted, account.rejected, account.set_aside) == (5, 2, 0, 3)
    assert account.net_by_currency == {"": D("3600.5")}
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows] == [(1, "header"), (4, "no amount in any month"), (5, "total")]
    assert account.unmapped == ("Yhteensä",)


@pytest.mark.parametrize("as_dates", [True, False])
def test_a_workbook_of_costs_by_month_is_read_alike(sales, tmp_path, as_dates):
    with xlsxwriter.Workbook(str(tmp_path / "costs.xlsx")) as book:
        sheet, month = book.add_worksheet("Kulut"), book.add_format({"num_format": "m.yyyy"})
        sheet.write_row(0, 0, ["Kulut 2025"])
        sheet.write_row(2, 0, ["Tili", "Tilin nimi"])
        for i in range(3):
            if as_dates:
                sheet.write_datetime(2, 2 + i, dt.datetime(2025, i + 1, 1), month)  # noqa: DTZ001  (a cell has no zone)
            else:
                sheet.write_string(2, 2 + i, f"{i + 1}.2025")
        sheet.write_string(2, 5, "Yhteensä")
        for i, row in enumerate([(4000, "Varaston palkat", 1000.5, 1100, None, 2100.5), (4010, "Varaston vuokra", 500, 500, 500, 1500)]):
            sheet.write_row(3 + i, 0, row)
    reading = read([sales], costs=[tmp_path / "costs.xlsx"])
    assert costs_in(reading) == [(*cells, row + 2) for *cells, row in ROWS]


def test_the_mapping_says_the_months_and_is_read_again(sales, write, tmp_path):
    costs = write("costs.csv", COSTS)
    reading = read([sales], costs=[costs])
    written = reading.write_mapping(tmp_path / "map.toml")
    assert '"2.2025" = "month:2025-02"' in written.read_text("utf-8")
    assert costs_in(read([sales], costs=[costs], mapping=written)) == ROWS
    without = read([sales], costs=[costs], mapping={"version": 1, "file": [{"match": "costs.csv", "columns": {"1.2025": "-"}}]})
    assert costs_in(without, "DISTINCT period") == [(dt.date(2025, 2, 1),), (dt.date(2025, 3, 1),)]
    next_year = write("costs.csv", COSTS.replace(".2025", ".2026"))
    assert [period.year for (period,) in costs_in(read([sales], costs=[next_year], mapping=written), "period")] == [2026] * 5


def test_a_month_is_of_tables_of_amounts_alone():
    for table in ("costs", "gl_balances", "sale_lines", "purchase_lines"):
        assert Mapping.load({"version": 1, "file": [{"table": table, "columns": {"A": "month:2025-01"}}]})
    for table, ours in (("payments", "month:2025-01"), ("costs", "month:2025-17"), ("sale_lines", "month:2025-13"), ("costs", "month:1.2025")):
        with pytest.raises(MappingError, match="there is no column"):
            Mapping.load({"version": 1, "file": [{"table": table, "columns": {"A": ours}}]})


def test_a_cell_that_is_no_amount_rejects_its_row_with_all_its_months(sales, write, tmp_path):
    reading = read([sales], costs=[write("costs.csv", COSTS.replace("1 100,00", "noin 1 100"))])
    assert costs_in(reading) == ROWS[2:]
    (problem,) = [p for p in reading.problems if p.severity == Severity.REJECTED]
    assert (problem.origin.row, problem.origin.column, problem.seen) == (2, "2.2025", "noin 1 100")
    rejected, _ = reading.write_rejected(tmp_path / "back")
    assert rejected.read_text("utf-8").splitlines() == [COSTS.splitlines()[0], "4000;Varaston palkat;1 000,50;noin 1 100;;2 100,50"]


def test_subtotals_without_an_account_are_set_aside_and_other_rows_without_one_rejected(sales, write):
    text = (
        "Tili;Nimi;1.2025;2.2025;3.2025\n;Materiaalit;;;\n4000;Ostot;1;2;3\n4001;Rahdit;1;1;1\n;Materiaalit yhteensä;2;3;4\n"
        "5000;Palkat;5;5;5\n5001;Eläkkeet;1;1;1\n;Henkilöstö;6;6;6\n;Muu;7;7;7\n"
    )
    reading = read([sales], costs=[write("costs.csv", text)])
    account = reading.files[1]
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows[1:]] == [(2, "no amount in any month"), (5, "total"), (8, "total")]
    assert [(p.origin.row, p.expected) for p in reading.problems if p.severity == Severity.REJECTED] == [(9, "an account")]
    assert account.net_by_currency == {"": D(27)}


def test_months_that_two_files_hold_count_once_and_records_add_up(sales, write):
    first = write("h1.csv", "Tili;1.2025;2.2025;3.2025\n4000;1,5;2;3\n4001;5;;\n")
    second = write("h2.csv", "Tili;2.2025;3.2025;4.2025\n4000;2;3;4\n4001;;;6\n4002;;7;\n")
    third = write("h3.csv", "Tili;2.2025;3.2025;4.2025\n4000;2;3;4\n")
    reading = read([sales], costs=[first, second, third])
    assert costs_in(reading, "CAST(sum(amount) OVER () AS DECIMAL(9, 1)), count(*) OVER ()")[0] == (D("28.5"), 7)
    assert [(a.physical, a.accepted, a.met_again) for a in reading.files[1:]] == [(3, 2, 0), (4, 3, 0), (2, 0, 1)]


def test_months_without_a_year_are_asked_and_answered(sales, write):
    costs = write("costs.csv", "Kulut 2024;;;\nTili;Tammi;Helmi;Maalis\n4000;1,50;2;3\n4001;1;1;1\n")
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[costs])
    reading = read([sales], costs=[costs], mapping=write("map.toml", error.value.mapping))
    assert costs_in(reading, "period, amount")[:3] == [(dt.date(2024, month, 1), amount) for month, amount in ((1, D("1.5")), (2, D(2)), (3, D(3)))]


def test_months_without_a_year_that_nothing_says_are_offered_the_latest_years(sales, write):
    costs = write("costs.csv", "Tili;Nimi;Tammi;Helmi\n4000;Palkat;1,50;2\n4001;Vuokra;1;1\n")
    os.utime(costs, (0, dt.datetime(2025, 3, 1, tzinfo=dt.UTC).timestamp()))
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[costs])
    (question,) = error.value.questions
    assert [option.said for option in question.choices] == [f"they are months of {year}" for year in range(2025, 2020, -1)]
    reading = read([sales], costs=[costs], mapping=Mapping.read(answered("", question.choices[1])))
    assert {period for (period,) in costs_in(reading, "period")} == {dt.date(2024, 1, 1), dt.date(2024, 2, 1)}


def test_a_table_of_costs_with_a_month_in_each_row_stays_what_it_is(sales, write):
    costs = write("costs.csv", "Period;Account;Amount;Due 1;Due 2;Due 3\n2025-01;4000;10.5;2025-01-01;2025-02-01;2025-03-01\n")
    assert costs_in(read([sales], costs=[costs]), "period, account, amount") == [(dt.date(2025, 1, 1), "4000", D("10.5"))]


def test_two_months_one_after_the_other_stand_across_the_top(sales, write):
    text = "Account;Name;1.2024;2.2024;Total\n5000;Wages;100;200;300\n5100;Rent;50;50;100\n;Premises total;150;250;400\n6000;IT;10;10;20\n"
    reading = read([sales], costs=[write("costs.csv", text)])
    assert costs_in(reading, "month(period), account, amount")[:3] == [(1, "5000", D(100)), (2, "5000", D(200)), (1, "5100", D(50))]
    assert [ref.row for ref in reading.files[1].set_aside_rows] == [1, 4]


@pytest.mark.parametrize("head", ["12.2023;12.2024", "12.2024;Units"])
def test_months_that_are_not_next_or_alone_are_asked(sales, write, head):
    costs = write("costs.csv", f"Account;Name;{head}\n5000;Wages;100;200\n5100;Rent;50;60\n")
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[costs])
    (question,) = error.value.questions
    assert "12.2024" in question.choices[0].said
    reading = read([sales], costs=[costs], mapping=Mapping.read(answered("", question.choices[0])))
    assert {period.month for (period,) in costs_in(reading, "period")} == {12}


def test_two_columns_of_months_beside_a_period_are_none(sales, write):
    costs = write("costs.csv", "Period;Account;Amount;1.2024;2.2024\n2024-01;5000;7;1;2\n")
    assert costs_in(read([sales], costs=[costs]), "period, amount") == [(dt.date(2024, 1, 1), D(7))]


@pytest.mark.parametrize(("one", "two"), [("1", "2"), ("01", "02"), ("tammi", "helmi"), ("Januar", "Februar"), ("janv.", "févr.")])
@pytest.mark.parametrize("year", ["Year", "Vuosi", "Jahr", "Année"])
def test_a_month_and_a_year_in_two_columns_are_the_period(sales, write, tmp_path, one, two, year):
    costs = write("costs.csv", f"Account;{year};Period;Amount\n5000;2024;{one};100\n5000;2024;{two};110\n")
    reading = read([sales], costs=[costs])
    again = read([sales], costs=[costs], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert costs_in(reading, "period, amount") == costs_in(again, "period, amount") == [(dt.date(2024, 1, 1), D(100)), (dt.date(2024, 2, 1), D(110))]


def test_a_month_without_a_year_is_asked_for_it(sales, write):
    text = "{}Account;Period;Amount\n5000;1;100\n5000;17;5\n5000;2;110\n;Total;215\n"
    costs = write("costs.csv", text.format("").replace("5000;17;5\n", ""))
    os.utime(costs, (0, dt.datetime(2025, 3, 1, tzinfo=dt.UTC).timestamp()))
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[costs])
    (question,) = error.value.questions
    assert [option.line for option in question.choices[:2]] == ['constants = { year = "2025" }', 'constants = { year = "2024" }']
    reading = read([sales], costs=[costs], mapping=Mapping.read(answered("", question.choices[1])))
    assert costs_in(reading, "period, amount") == [(dt.date(2024, 1, 1), D(100)), (dt.date(2024, 2, 1), D(110))]
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[write("costs 2023.csv", text.format("").replace("5000;17;5\n", ""))])
    assert [option.said for option in error.value.questions[0].choices] == ["they are months of 2023"]
    mapping = {"version": 1, "file": [{"match": "costs.csv", "table": "costs", "constants": {"year": "2024"}, "columns": {"Period": "month_number"}}]}
    rejected = [p for p in read([sales], costs=[write("costs.csv", text.format(""))], mapping=mapping).problems if p.severity == Severity.REJECTED]
    assert [(p.origin.row, p.origin.column, p.expected) for p in rejected] == [(3, "Period", "a month")]
