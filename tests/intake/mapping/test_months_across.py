"""Costs with months across the top, as managers and book-keeping programs print them."""

from __future__ import annotations

import datetime as dt
import os
import re
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.months_across import FORMS, NUMBER_OF, are_months, month_of, month_sql, months_of
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


@pytest.mark.parametrize(
    "names",
    [
        ["1.2025", "2.2025", "3.2025"],
        ["01/2025", "02/2025", "03/2025"],
        ["1/25", "2/25", "3/25"],
        ["2025-01", "2025-02", "2025-03"],
        ["202501", "202502", "202503"],
        ["2025M01", "2025M02", "2025M03"],
        ["tammi 2025", "helmi 2025", "maalis 2025"],
        ["Tammikuu 2025", "Helmikuu 2025", "Maaliskuu 2025"],
        ["2025 Tammi", "2025 Helmi", "2025 Maalis"],
        ["Jan 2025", "Feb 2025", "Mar 2025"],
        ["Jan-25", "Feb-25", "Mar-25"],
        ["jan. 2025", "feb. 2025", "mars 2025"],
        ["janv. 2025", "févr. 2025", "mars 2025"],
        ["Januar 2025", "Februar 2025", "März 2025"],
        ["enero 2025", "febrero 2025", "marzo 2025"],
        ["gen-25", "feb-25", "mar-25"],
        ["januari 2025", "februari 2025", "maart 2025"],
        ["styczeń 2025", "luty 2025", "marzec 2025"],
        ["2025-01-01", "2025-02-01 00:00:00", "2025-03-01"],
        ["31.1.2025", "28.2.2025", "31.3.2025"],
        ["01/01/2025", "01/02/2025", "01/03/2025"],
        ["1/1/2025", "2/1/2025", "3/1/2025"],
    ],
)
def test_months_are_known_in_all_their_forms(names):
    assert list(months_of(["Tili", *names, "Yhteensä 2025", "Total", "2025"]).values()) == [dt.date(2025, month, 1) for month in (1, 2, 3)]
    assert are_months(["Tili", *names])


NAMES = sorted(NUMBER_OF)
MONTHS = st.dates(dt.date(1969, 1, 1), dt.date(2068, 12, 31)).map(lambda day: day.replace(day=1))
WRITTEN = (
    *("{0:%Y}-{1}", "{0:%Y}/{1}", "{0:%Y}.{1}", "{0:%Y} {1}", "{0:%Y}-{0:%m}", "{0:%Y}{0:%m}", "{0:%Y}M{0:%m}", "{0:%Y}-m{1}", "{0:%Y}K{1}"),
    *("{1}.{0:%Y}", "{0:%m}/{0:%Y}", "{1}-{0:%Y}", "{0:%m}/{0:%y}", "{2} {0:%Y}", "{2}. {0:%Y}", "{2}-{0:%y}", "{2} '{0:%y}", "{0:%Y} {2}", "{0:%Y}/{2}"),
)


@given(month=MONTHS, form=st.sampled_from(WRITTEN), name=st.sampled_from(NAMES), how=st.sampled_from([str.lower, str.upper, str.title]))
def test_a_month_in_any_form_and_language_is_that_month(month, form, name, how):
    month = month.replace(month=NUMBER_OF[name]) if "{2}" in form else month
    assert month_of(form.format(month, month.month, how(name))) == month


TEXTS = st.one_of(
    st.builds(lambda month, form, name: form.format(month, month.month, name), MONTHS, st.sampled_from(WRITTEN), st.sampled_from(NAMES)),
    st.from_regex(re.sub(r"\?P<[a-z]+>", "?:", "|".join(FORMS.values())), fullmatch=True),
    st.text("0123456789-/. 'mkjanfe", max_size=9),
)


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(TEXTS, min_size=50, max_size=90))
def test_the_engine_reads_months_as_python_does(texts):
    texts = [" ".join(text.lower().split()) for text in texts]
    read = f"coalesce({', '.join(month_sql('cell', form) for form in FORMS)})"
    rows = connect().con.execute(f"SELECT {read} FROM (SELECT unnest(?) AS cell)", [texts]).fetchall()
    assert [month for (month,) in rows] == list(map(month_of, texts))


@pytest.mark.parametrize(
    "cells", [["2025-01-05", "2025-02-05", "2025-03-05"], ["13.2025", "0.2025", "May"], ["1.2025", "1/2025", "2.2025"], ["1.2025", "3.2025", "2.2025"]]
)
def test_other_cells_are_no_row_of_months(cells):
    assert not are_months(cells)


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
    for table, ours in (("payments", "month:2025-01"), ("costs", "month:2025-13"), ("costs", "month:1.2025")):
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
    text = "{}Account;Period;Amount\n5000;1;100\n5000;13;5\n5000;2;110\n;Total;215\n"
    costs = write("costs.csv", text.format("").replace("5000;13;5\n", ""))
    os.utime(costs, (0, dt.datetime(2025, 3, 1, tzinfo=dt.UTC).timestamp()))
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[costs])
    (question,) = error.value.questions
    assert [option.line for option in question.choices[:2]] == ['constants = { year = "2025" }', 'constants = { year = "2024" }']
    reading = read([sales], costs=[costs], mapping=Mapping.read(answered("", question.choices[1])))
    assert costs_in(reading, "period, amount") == [(dt.date(2024, 1, 1), D(100)), (dt.date(2024, 2, 1), D(110))]
    with pytest.raises(AnswerNeededError) as error:
        read([sales], costs=[write("costs 2023.csv", text.format("").replace("5000;13;5\n", ""))])
    assert [option.said for option in error.value.questions[0].choices] == ["they are months of 2023"]
    mapping = {"version": 1, "file": [{"match": "costs.csv", "table": "costs", "constants": {"year": "2024"}, "columns": {"Period": "month_number"}}]}
    rejected = [p for p in read([sales], costs=[write("costs.csv", text.format(""))], mapping=mapping).problems if p.severity == Severity.REJECTED]
    assert [(p.origin.row, p.origin.column, p.expected) for p in rejected] == [(3, "Period", "a month")]
