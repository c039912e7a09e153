"""Sales by month: rows that say their month and no day, and months across the top."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

D = Decimal
DATED = "Rows say months, no days: each is dated the first of its month."


def first(month, year=2024):
    return dt.date(year, month, 1)


def lines(reading, columns="date, customer_key, net_value", table="sale_lines"):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM {table} ORDER BY file, row, date").fetchall()


def asked(path, **options):
    with pytest.raises(AnswerNeededError) as error:
        read([path], **options)
    (question,) = error.value.questions
    return question


def answer(question, place=0):
    return Mapping.read(answered("", question.choices[place]))


@pytest.mark.parametrize("heading", ["Period", "Month", "Kuukausi"])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("2024-01", "2024-02"),
        ("2024/1", "2024/2"),
        ("2024M01", "2024M02"),
        ("01/2024", "02/2024"),
        ("Jan 2024", "Feb 2024"),
        ("tammikuu 2024", "helmikuu 2024"),
        ("2024 janvier", "2024 février"),
        ("Januar 2024", "Februar 2024"),
    ],
)
def test_rows_of_months_are_dated_the_first_and_not_asked(write, tmp_path, heading, one, two):
    path = write("s.csv", f"{heading};Customer;Sales\n{one};Ann;10,50\n{two};Bob;20,00\n{one};Bob;1,00\n")
    reading = read([path])
    rows = [(first(1), "Ann", D("10.5")), (first(2), "Bob", D(20)), (first(1), "Bob", D(1))]
    assert lines(reading) == rows
    assert reading.files[0].said == (DATED,)
    assert reading.problems == ()
    assert lines(read([path], mapping=reading.write_mapping(tmp_path / "map.toml"))) == rows


@pytest.mark.parametrize(
    ("one", "two"), [("202401", "202402"), ("1.2024", "2.2024"), ("01/24", "02/24"), ("24/01", "24/02"), ("24-01", "24-02"), ("Jan-24", "Feb-24")]
)
def test_months_that_may_be_something_else_are_asked_but_under_a_heading_of_months(write, one, two):
    text = f"Month;Customer;Sales\n{one};Ann;10,50\n{two};Bob;20,00\n"
    rows = [(first(1), "Ann", D("10.5")), (first(2), "Bob", D(20))]
    assert lines(read([write("s.csv", text)])) == rows
    path = write("t.csv", text.replace("Month", "Frobs"))
    question = asked(path)
    assert question.choices[0].said == f"Frobs: months, {one} is January 2024"
    assert lines(read([path], mapping=answer(question))) == rows


@pytest.mark.parametrize("one", ["2024-01", "01/2024", "Jan 2024"])
def test_months_under_another_heading_are_asked_and_weeks_never_offered_as_such(write, one):
    text = f"Expiry;Customer;Sales\n{one};Ann;10,50\n"
    assert asked(write("s.csv", text)).choices[0].said == f"Expiry: months, {one} is January 2024"
    assert not any("months" in option.said for heading in ("KW", "Week", "Vecka") for option in asked(write("t.csv", text.replace("Expiry", heading))).choices)


def test_months_whose_year_may_stand_first_or_last_are_asked(write, tmp_path):
    path = write("s.csv", "Month;Customer;Sales\n01/12;Ann;10,50\n02/11;Bob;20,00\n")
    question = asked(path)
    assert [choice.said for choice in question.choices] == ["the month stands first", "the year stands first"]
    assert question.evidence == ("row 2: 01/12 is January 2012 or December 2001", "row 3: 02/11 is February 2011 or November 2002")
    for place, days in enumerate(([first(1, 2012), first(2, 2011)], [first(12, 2001), first(11, 2002)])):
        reading = read([path], mapping=answer(question, place))
        assert [day for (day,) in lines(reading, "date")] == days
        assert lines(read([path], mapping=reading.write_mapping(tmp_path / "map.toml")), "date") == [(day,) for day in days]
    costs = asked(
        write("sales.csv", "Date;Customer;Sales\n2012-01-31;Ann;1\n"), costs=[write("costs.csv", "Month;Account;Amount\n01/12;4000;10,50\n02/12;4000;1\n")]
    )
    assert [choice.line for choice in costs.choices] == ['dialect = { date = "%m/%y" }', 'dialect = { date = "%y/%m" }']


def test_digits_under_a_date_that_may_be_months_or_days_are_asked(write):
    path = write("s.csv", "Date;Customer;Sales\n200911;Ann;10,50\n200912;Bob;20,00\n")
    question = asked(path)
    readings = {
        option.said.partition(": ")[2]: [day for (day,) in lines(read([path], mapping=answer(question, place)), "date")]
        for place, option in enumerate(question.choices)
    }
    assert readings == {
        "months, 200911 is November 2009": [first(11, 2009), first(12, 2009)],
        "200911 is 20 September 2011": [dt.date(2011, 9, 20), dt.date(2012, 9, 20)],
        "200911 is 11 September 2020": [dt.date(2020, 9, 11), dt.date(2020, 9, 12)],
    }
    assert lines(read([write("t.csv", "Date;Customer;Sales\n202411;Ann;10,50\n202412;Bob;20,00\n")]), "date") == [(first(11),), (first(12),)]


def test_a_month_beside_a_day_is_a_further_column(write):
    reading = read([write("s.csv", "Date;Month;Year;Period;Customer;Sales\n2024-01-05;2024-02;2023;3;Ann;10\n2024-02-06;2024-03;2023;4;Bob;20\n")])
    assert lines(reading, 'date, "attribute:month", "attribute:year"') == [(dt.date(2024, 1, 5), "2024-02", D(2023)), (dt.date(2024, 2, 6), "2024-03", D(2023))]
    assert reading.files[0].said == ()


@pytest.mark.parametrize(("one", "two"), [("1", "2"), ("01", "02"), ("tammi", "helmi"), ("Januar", "Februar")])
def test_a_month_and_a_year_in_two_columns_date_a_line(write, tmp_path, one, two):
    path = write("s.csv", f"Year;Month;Customer;Sales\n2024;{one};Ann;10\n2024;{two};Bob;20\n")
    reading = read([path])
    assert lines(reading) == lines(read([path], mapping=reading.write_mapping(tmp_path / "map.toml"))) == [(first(1), "Ann", D(10)), (first(2), "Bob", D(20))]
    path = write("sales 2023.csv", f"Month;Customer;Sales\n{one};Ann;10\n{two};Bob;20\n")
    question = asked(path)
    assert [choice.line for choice in question.choices] == ['constants = { year = "2023" }']
    assert lines(read([path], mapping=answer(question)), "date") == [(first(1, 2023),), (first(2, 2023),)]


def test_a_row_without_a_month_is_rejected_and_a_total_set_aside(write):
    reading = read([write("s.csv", "Month;Customer;Sales\n2024M01;Ann;10\n2024M13;Bob;20\n;Cleo;5\n2024M02;Ann;30\nTotal;;65\n")])
    assert lines(reading) == [(first(1), "Ann", D(10)), (first(2), "Ann", D(30))]
    rejected = [(p.origin.row, p.origin.column, p.seen, p.expected) for p in reading.problems if p.severity == Severity.REJECTED]
    assert rejected == [(3, "Month", "2024M13", "a month like 2012-03"), (4, "Month", "", "a month")]
    assert [ref.row for ref in reading.files[0].set_aside_rows] == [1, 6]


@pytest.mark.parametrize(
    ("option", "table", "text"),
    [
        ("purchases", "purchase_lines", "Month;Supplier;Net amount\n2024-01;S;5\n2024-02;S;5\n"),
        ("activities", "activities", "Month;Kind;Customer\n2024-01;visit;Ann\n2024-02;call;Ann\n"),
    ],
)
def test_months_date_the_rows_of_other_tables_too(write, option, table, text):
    sales = write("s.csv", "Date;Customer;Sales\n2024-01-31;Ann;10\n")
    reading = read([sales], **{option: [write("t.csv", text)]})
    assert lines(reading, "date", table) == [(first(1),), (first(2),)]


def test_months_of_typed_files_and_workbooks_date_the_rows(tmp_path):
    table = pa.table({"Period": [202401, 202402], "Customer": ["Ann", "Bob"], "Sales": [1.5, 2.5]})
    pq.write_table(table, tmp_path / "s.parquet")
    with xlsxwriter.Workbook(str(tmp_path / "s.xlsx")) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([["Period", "Customer", "Sales"], [202401, "Ann", 1.5], [202402, "Bob", 2.5]]):
            sheet.write_row(row, 0, cells)
    for name in ("s.parquet", "s.xlsx"):
        assert lines(read([tmp_path / name])) == [(first(1), "Ann", D("1.5")), (first(2), "Bob", D("2.5"))]


def test_a_month_that_is_mapped_to_the_date_is_told_what_to_map_it_to(write):
    path = write("s.csv", "Frobs;Customer;Sales\n202401;Ann;10\n202402;Ann;10\n")
    with pytest.raises(MappingError, match='It says months: map it to "period"'):
        read([path], mapping={"version": 1, "file": [{"match": "s.csv", "columns": {"Frobs": "date"}}]})


# Across the top ----------------------------------------------------------------------------------------------------------------------------------------------

ACROSS = "Customer;Product;{};Total;Quantity\nAnn;P1;100,50;;30;130,50;7\nBob;P1;-20;10;;-10;2\nCleo;P2;;;;;\nTotal;;80,50;10;30;120,50;9\n"
ROWS = [
    (first(1), "Ann", "P1", D("100.5"), "invoice", 2),
    (first(3), "Ann", "P1", D(30), "invoice", 2),
    (first(1), "Bob", "P1", D(-20), "credit note", 3),
    (first(2), "Bob", "P1", D(10), "invoice", 3),
]
COLUMNS = "date, customer_key, product_key, net_value, kind, row"


@pytest.mark.parametrize(
    "head", ["1.2024;2.2024;3.2024", "Jan 2024;Feb 2024;Mar 2024", "tammi 2024;helmi 2024;maalis 2024", "2024-01-31;2024-02-29;2024-03-31"]
)
def test_months_across_the_top_are_a_line_each(write, tmp_path, head):
    path = write("s.csv", ACROSS.format(head))
    reading = read([path])
    assert lines(reading, COLUMNS) == ROWS
    account = reading.files[0]
    assert (account.physical, account.accepted, account.rejected, account.set_aside) == (5, 2, 0, 3)
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows] == [(1, "header"), (4, "no amount in any month"), (5, "total")]
    assert account.unmapped == ("Total", "Quantity")
    assert account.net_by_currency == {"": D("120.5")}
    assert account.said[0] == "3 months stand across the top: a row gives an amount for each month that is not blank, dated the first of the month."
    assert lines(read([path], mapping=reading.write_mapping(tmp_path / "map.toml")), COLUMNS) == ROWS


def test_months_across_the_top_without_a_year_are_asked(write):
    path = write("s.csv", "Asiakas;Tammi;Helmi;Maalis\nKesko;100;120;90\nSok;90;80;\n")
    os.utime(path, (0, dt.datetime(2025, 3, 1, tzinfo=dt.UTC).timestamp()))
    question = asked(path)
    assert [option.said for option in question.choices] == [f"they are months of {year}" for year in range(2025, 2020, -1)]
    rows = [(first(1), "Kesko", D(100)), (first(2), "Kesko", D(120)), (first(3), "Kesko", D(90)), (first(1), "Sok", D(90)), (first(2), "Sok", D(80))]
    assert lines(read([path], mapping=answer(question, 1))) == rows


def test_months_across_the_top_beside_a_day_are_none(write):
    reading = read([write("s.csv", "Date;Customer;Net amount;1.2024;2.2024;3.2024\n2024-01-05;Ann;7;1;2;3\n2024-01-06;Ann;8;1;2;3\n")])
    assert lines(reading) == [(dt.date(2024, 1, 5), "Ann", D(7)), (dt.date(2024, 1, 6), "Ann", D(8))]


def test_months_across_the_top_that_are_not_next_are_asked(write):
    path = write("s.csv", "Customer;12.2023;12.2024\nAnn;10,5;20\nBob;5,5;1\n")
    question = asked(path)
    assert question.choices[0].line == '"12.2023" = "month:2023-12" and "12.2024" = "month:2024-12"'
    assert [day for (day,) in lines(read([path], mapping=answer(question)), "date")] == [first(12, 2023), first(12)] * 2


@pytest.mark.parametrize(("place", "sign", "kind"), [(0, 1, "invoice"), (1, -1, "credit note")])
def test_the_answer_on_signs_holds_for_every_month(write, place, sign, kind):
    path = write("s.csv", "Customer;1.2024;2.2024;3.2024\nAnn;-10;-20;\nBob;-5;;-1\n")
    rows = lines(read([path], mapping=answer(asked(path), place)), "net_value, kind")
    assert rows == [(sign * D(amount), kind) for amount in (10, 20, 5, 1)]


def test_months_that_two_files_of_sales_hold_count_once(write):
    one = write("one.csv", "Customer;1.2024;2.2024;3.2024\nAnn;1;2;3\nBob;5;;\n")
    two = write("two.csv", "Customer;2.2024;3.2024;4.2024\nAnn;2;3;4\nBob;;;6\n")
    reading = read([one, two])
    assert lines(reading, "date, customer_key, net_value") == [
        *[(first(month), "Ann", D(month)) for month in (1, 2, 3)],
        (first(1), "Bob", D(5)),
        (first(4), "Ann", D(4)),
        (first(4), "Bob", D(6)),
    ]
    assert [(a.physical, a.accepted, a.met_again) for a in reading.files] == [(3, 2, 0), (3, 2, 0)]


# Costs of which nothing says the month ---------------------------------------------------------------------------------------------------------------------

BALANCE = "Konto;Kontobezeichnung;EB-Wert;Soll;Haben;Saldo\n4100;Löhne;0,00;4.100,00;0,00;4.100,00\n4200;Miete;0,00;4.200,00;0,00;4.200,00\n"


@pytest.mark.parametrize(
    ("name", "above", "said", "period"),
    [
        ("susa 2024.csv", "", ["the year 2024: they stand in January 2024, and in no other month"], first(1)),
        ("susa_2024-03.csv", "", ["March 2024"], first(3)),
        ("susa.csv", "Summen und Salden 03/2024\n", ["March 2024", "the year 2024: they stand in January 2024, and in no other month"], first(3)),
        ("susa.csv", "Salden 01.03.2024 - 31.03.2024\n", ["March 2024", "the year 2024: they stand in January 2024, and in no other month"], first(3)),
        ("susa.csv", "Salden April 2024 bis Juni 2024\n", ["April 2024 to June 2024: they stand in April 2024, and in no other month"], first(4)),
    ],
)
def test_costs_without_months_are_asked_for_the_one_that_they_are_of(write, name, above, said, period):
    sales, costs = write("s.csv", "Date;Customer;Sales\n2024-01-31;Ann;10\n"), write(name, above + BALANCE)
    question = asked(sales, costs=[costs])
    assert [option.said for option in question.choices][: len(said)] == [f"all amounts are of {one}" for one in said]
    reading = read([sales], costs=[costs], mapping=answer(question))
    rows = reading.facts.engine.con.execute("SELECT period, account, amount FROM costs ORDER BY row").fetchall()
    assert rows == [(period, "4100", D(4100)), (period, "4200", D(4200))]


OCTOBERS = [f"2024.{month:02d}".replace(".10", ".1") for month in range(1, 13)]


def test_an_october_that_a_spreadsheet_cut_is_no_january(write):
    rows = "".join(f"{month};Ann;{amount}\n" for amount, month in enumerate(OCTOBERS, start=1))
    reading = read([write("s.csv", f"Month;Customer;Sales\n{rows}")])
    assert lines(reading, "date, net_value") == [(first(month), D(month)) for month in range(1, 13)]
    assert [(p.code, p.origin.row, p.rows) for p in reading.problems] == [("october-without-zero", 11, 1)]
    across = write("a.csv", f"Customer;{';'.join(OCTOBERS)}\nAnn;{';'.join(map(str, range(1, 13)))}\n")
    assert lines(read([across]), "date, net_value") == [(first(month), D(month)) for month in range(1, 13)]
    alone = read([write("t.csv", "Month;Customer;Sales\n2024.1;Ann;1\n2024.2;Ann;2\n")])
    assert (lines(alone, "date"), alone.problems) == ([(first(1),), (first(2),)], ())
