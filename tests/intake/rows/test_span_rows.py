"""Quarters, weeks and closing periods where other files say months."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.values.spans import FORMS_OF_SPANS, first_day_sql, last_day, span_of
from goodterms.problems import Severity

D = Decimal
QUARTER = {(1, D("340.6593")), (2, D("318.6813")), (3, D("340.6594"))}
"""1,000 of the first quarter of 2024 by the days of its months."""


def months_of(reading):
    rows = reading.facts.engine.con.execute("SELECT period, sum(amount) FROM costs GROUP BY 1 ORDER BY 1").fetchall()
    return {(period.month, amount) for period, amount in rows}


def answers_of(path, tmp_path):
    """What each answer to the only question about a file of costs gives, by month; and the question."""
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path])
    (question,) = error.value.questions
    readings = [read([], costs=[path], mapping=Mapping.read(answered("", option))) for option in question.choices]
    for reading in readings:
        assert months_of(read([], costs=[path], mapping=reading.write_mapping(tmp_path / "map.toml"))) == months_of(reading)
        assert (reading.rejected, reading.physical) == (0, reading.accepted + reading.set_aside)
    return [months_of(reading) for reading in readings], question


@pytest.mark.parametrize(
    "written", ["Q{0} 2024", "Q{0}/2024", "2024Q{0}", "2024-Q{0}", "{0}Q24", "Q{0}/24", "{0}. kv. 2024", "{0}. kvartaali 2024", "Quartal {0} 2024", "T{0} 2024"]
)
def test_costs_of_quarters_are_spread_by_days_or_stand_in_the_first_month(write, tmp_path, written):
    rows = "".join(f"{written.format(number)};5000;{amount}\n" for number, amount in ((1, "1000.00"), (2, "910.00")))
    found, question = answers_of(write("c.csv", f"Kausi;Tili;Summa\n{rows}"), tmp_path)
    assert question.sentence.endswith("c.csv: amounts are of quarters, and costs stand in months. To which months do they belong?")
    assert found == [QUARTER | {(4, D(300)), (5, D(310)), (6, D(300))}, {(1, D(1000)), (4, D(910))}]


@pytest.mark.parametrize("heads", ["Q1 2024;Q2 2024", "1. kv. 2024;2. kv. 2024", "2024-Q1;2024-Q2"])
def test_quarters_across_the_top_are_no_months(write, tmp_path, heads):
    found, _ = answers_of(write("c.csv", f"Account;{heads}\n5000;600;910\n5100;400;\n"), tmp_path)
    assert {(month, amount) for month, amount in found[0] if month > 3} == {(4, D(300)), (5, D(310)), (6, D(300))}
    assert sum(amount for month, amount in found[0] if month < 4) == D(1000)
    assert found[1] == {(1, D(1000)), (4, D(910))}


def test_quarters_across_the_top_without_a_year_are_asked_for_it(write, tmp_path):
    path = write("costs_2024.csv", "Account;Q1;Q2\n5000;1000;910\n")
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path])
    (question,) = error.value.questions
    assert [option.said for option in question.choices] == ["they are quarters of 2024"]
    text = answered("", question.choices[0])
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path], mapping=Mapping.read(text))
    (question,) = error.value.questions
    assert months_of(read([], costs=[path], mapping=Mapping.read(answered(text, question.choices[1])))) == {(1, D(1000)), (4, D(910))}


@pytest.mark.parametrize("written", ["2024-W{0:02}", "2024W{0}", "W{0} 2024", "vko {0}/2024", "KW {0}/2024", "{0}. viikko 2024", "v. {0} 2024"])
def test_costs_of_weeks_are_spread_by_days(write, tmp_path, written):
    found, _ = answers_of(write("c.csv", f"Period;Account;Amount\n{written.format(4)};5000;50\n{written.format(5)};5000;70\n"), tmp_path)
    assert found == [{(1, D(80)), (2, D(40))}, {(1, D(120))}]


@pytest.mark.parametrize(
    ("said", "days"), [("2024Q{0}", [dt.date(2024, 1, 1), dt.date(2024, 4, 1)]), ("2024-W{0:02}", [dt.date(2024, 1, 1), dt.date(2024, 1, 8)])]
)
def test_sales_of_quarters_and_weeks_are_dated_their_first_day(write, said, days):
    rows = "".join(f"{said.format(number)};Ann;100\n" for number in (1, 2))
    reading = read([write("sales.csv", f"When;Customer;Net amount\n{rows}")])
    assert [day for (day,) in reading.facts.engine.con.execute("SELECT date FROM sale_lines ORDER BY 1").fetchall()] == days
    assert any("each is dated the first day of its" in sentence for sentence in reading.files[0].said)


@pytest.mark.parametrize(
    "rows",
    [
        "Period;Account;Amount\n{}/2024;5000;100\n",
        "Period;Account;Amount\n2024{:02};5000;100\n",
        "Period;Account;Amount\n2024-{:02};5000;100\n",
        "Year;Period;Account;Amount\n2024;{};5000;100\n",
    ],
)
def test_a_closing_period_belongs_to_the_last_month_or_is_left_out(write, tmp_path, rows):
    head, row = rows.splitlines()
    path = write("c.csv", "\n".join([head, *(row.format(month) for month in range(10, 14))]) + "\n")
    found, question = answers_of(path, tmp_path)
    assert "1 row is of a closing period" in question.sentence
    assert found == [{(10, D(100)), (11, D(100)), (12, D(200))}, {(10, D(100)), (11, D(100)), (12, D(100))}]


@pytest.mark.parametrize("written", ["{:02}.23", "{}.23", "{:02}/23", "23-{:02}"])
def test_months_with_a_year_of_two_digits_are_read_in_a_column_of_months(write, written):
    rows = "".join(f"{written.format(month)};5000;100\n" for month in (9, 10, 11))
    reading = read([], costs=[write("c.csv", f"Period;Account;Amount\n{rows}")])
    assert months_of(reading) == {(month, D(100)) for month in (9, 10, 11)}


def test_months_that_may_be_years_are_asked(write, tmp_path):
    found, question = answers_of(write("c.csv", "Period;Account;Amount\n01.12;5000;100\n02.12;5000;100\n"), tmp_path)
    assert "the month or the year may stand first" in question.sentence
    assert found == [{(1, D(100)), (2, D(100))}, {(12, D(100))}]


TEXTS = st.one_of(
    st.from_regex(
        "|".join(
            shape.replace("?P<year>", "?:").replace("?P<short>", "?:").replace("?P<number>", "?:") for shapes in FORMS_OF_SPANS.values() for shape in shapes
        ),
        fullmatch=True,
    ),
    st.text("0123456789-/. 'qkvwt", max_size=9),
)


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(TEXTS, min_size=40, max_size=60))
def test_the_engine_reads_quarters_and_weeks_as_python_does(texts):
    texts = [" ".join(text.lower().split()) for text in texts]
    read_as = ", ".join(first_day_sql("cell", kind) for kind in FORMS_OF_SPANS)
    rows = connect().con.execute(f"SELECT {read_as} FROM (SELECT unnest(?) AS cell)", [texts]).fetchall()
    assert [[day] if (day := quarter or week) else [] for quarter, week in rows] == [[span[1]] if (span := span_of(text)) else [] for text in texts]


@settings(max_examples=15, deadline=None)
@given(amounts=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6), kind=st.sampled_from(["2024Q{}", "2023-W{:02}"]))
def test_spread_amounts_add_up_to_what_was_spread(tmp_path_factory, amounts, kind):
    path = tmp_path_factory.mktemp("spans") / "c.csv"
    said = [kind.format(1 + place % 4 + (48 if "W" in kind else 0)) for place in range(len(amounts))]
    path.write_text("Period;Account;Amount\n" + "".join(f"{when};5000;{amount / 100:.2f}\n" for when, amount in zip(said, amounts, strict=True)))
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "costs": {"amounts": "positive"}, "periods": {"spans": "by days"}}]}
    rows = read([], costs=[path], mapping=mapping).facts.engine.con.execute("SELECT row, sum(amount), count(*) FROM costs GROUP BY 1 ORDER BY 1").fetchall()
    assert [(row, amount) for row, amount, _ in rows] == [(place, D(amount) / 100) for place, amount in enumerate(amounts, start=2)]
    spans = [span_of(when) for when in said]
    assert [count for *_, count in rows] == [len({first.month, last_day(span, first).month}) if span == "weeks" else 3 for span, first in spans]


@pytest.mark.parametrize(
    "heads",
    [
        "10/2024;11/2024;12/2024;13/2024",
        "202410;202411;202412;202413",
        "2024-10;2024-11;2024-12;2024-13",
        "Oct 2024;Nov 2024;Dec 2024;13",
        "10.2024;11.2024;12.2024;Period 13",
        "10/24;11/24;12/24;13/24",
    ],
)
def test_a_closing_period_across_the_top_belongs_to_the_last_month_or_is_left_out(write, tmp_path, heads):
    found, question = answers_of(write("c.csv", f"Account;Name;{heads}\n5000;Wages;1;100;200;7\n6000;Rent;1;10;20;\n"), tmp_path)
    assert f"1 column is of a closing period ({heads.split(';')[-1]}), and of no month" in question.sentence
    assert found == [{(10, D(2)), (11, D(110)), (12, D(227))}, {(10, D(2)), (11, D(110)), (12, D(220))}]


def test_closing_periods_across_the_top_are_of_their_own_years(write):
    path = write("c.csv", "Account;Name;Dec 2023;13/2023;Nov 2024;Dec 2024;13/2024;14/2024\n5000;Wages;1;2;0;3;4;5\n")
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "periods": {"closing": "last month"}}]}
    reading = read([], costs=[path], mapping=mapping)
    rows = reading.facts.engine.con.execute("SELECT year(period), sum(amount) FROM costs GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [(2023, D(3)), (2024, D(12))]
    assert "3 columns are of a closing period: the amounts stand in the last month of its year." in reading.files[0].said


def test_sales_have_no_closing_periods(write):
    reading = read([write("s.csv", "Customer;11.2024;12.2024;Period 13\nAnn;100;200;5\nBob;1;2;5\n")])
    assert reading.facts.engine.con.execute("SELECT sum(net_value) FROM sale_lines").fetchall() == [(D(303),)]


@pytest.mark.parametrize("written", ["{:02}.23", "{}/23", "23-{:02}"])
def test_a_closing_period_with_a_year_of_two_digits_is_asked_about(write, tmp_path, written):
    rows = "".join(f"{written.format(month)};5000;100\n" for month in (9, 10, 11, 12, 13))
    found, question = answers_of(write("c.csv", f"Period;Account;Amount\n{rows}"), tmp_path)
    assert f"1 row is of a closing period (Period {written.format(13)})" in question.sentence
    assert [dict(months)[12] for months in found] == [D(200), D(100)]


def test_where_the_year_stands_first_a_year_like_13_is_no_closing_period(write):
    rows = "".join(f"{year}/{month:02};5000;100\n" for year in (13, 14, 15) for month in (1, 2, 12))
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "dialect": {"date": "%y/%m"}}]}
    reading = read([], costs=[write("c.csv", f"Period;Account;Amount\n{rows}")], mapping=mapping)
    assert (reading.accepted, reading.rejected) == (9, 0)


@pytest.mark.parametrize(
    ("head", "written"), [("Quarter", "{}"), ("Kvartaali", "Q{}"), ("Qtr", "{}. kv."), ("Quartal", "{}."), ("Fiscal quarter", "Q{}"), ("Quarter number", "{}")]
)
@pytest.mark.parametrize("year", ["Year", "Vuosi"])
def test_quarters_beside_a_column_of_years_are_of_these(write, tmp_path, head, written, year):
    rows = "".join(f"2024;{written.format(number)};5000;{amount}\n" for number, amount in ((1, "1000.00"), (2, "910.00")))
    found, question = answers_of(write("c.csv", f"{year};{head};Account;Amount\n{rows}"), tmp_path)
    assert question.sentence.endswith("c.csv: amounts are of quarters, and costs stand in months. To which months do they belong?")
    assert found == [QUARTER | {(4, D(300)), (5, D(310)), (6, D(300))}, {(1, D(1000)), (4, D(910))}]


@pytest.mark.parametrize(("head", "written"), [("Week", "{}"), ("Viikko", "{:02}"), ("KW", "W{:02}"), ("Week no", "{}"), ("Vecka", "v. {}")])
def test_weeks_beside_a_column_of_years_are_of_these(write, tmp_path, head, written):
    rows = "".join(f"2024;{written.format(number)};5000;{amount}\n" for number, amount in ((4, 50), (5, 70)))
    found, _ = answers_of(write("c.csv", f"Year;{head};Account;Amount\n{rows}"), tmp_path)
    assert found == [{(1, D(80)), (2, D(40))}, {(1, D(120))}]


def test_quarters_without_a_year_are_asked_for_it(write):
    path = write("costs_2024.csv", "Quarter;Account;Amount\n1;5000;1000\n2;5000;910\n")
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path])
    (question,) = error.value.questions
    assert [(option.said, option.line) for option in question.choices] == [("they are quarters of 2024", 'constants = { year = "2024" }')]
    mapping = {
        "version": 1,
        "file": [
            {"match": path.name, "table": "costs", "constants": {"year": "2024"}, "periods": {"spans": "first month"}, "columns": {"Quarter": "quarter_number"}}
        ],
    }
    assert months_of(read([], costs=[path], mapping=mapping)) == {(1, D(1000)), (4, D(910))}


def test_a_number_of_no_week_is_given_back(write):
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "periods": {"spans": "first month"}, "columns": {"Week": "week_number"}}]}
    reading = read([], costs=[write("c.csv", "Year;Week;Account;Amount\n2024;5;5000;1\n2024;53;5000;2\n2020;53;5000;4\n2024;x;5000;8\n")], mapping=mapping)
    assert reading.facts.engine.con.execute("SELECT period, amount FROM costs ORDER BY 1").fetchall() == [
        (dt.date(2020, 12, 1), D(4)),
        (dt.date(2024, 1, 1), D(1)),
    ]
    assert [(p.origin.row, p.origin.column, p.expected) for p in reading.problems if p.severity == Severity.REJECTED] == [
        (3, "Week", "a week"),
        (5, "Week", "a week"),
    ]


def test_sales_of_a_week_and_a_year_are_dated_its_first_day(write, tmp_path):
    path = write("sales.csv", "Year;Week;Customer;Net amount\n2024;1;Ann;100\n2024;2;Bob;50\n")
    reading = read([path])
    again = read([path], mapping=reading.write_mapping(tmp_path / "map.toml"))
    for one in (reading, again):
        rows = one.facts.engine.con.execute("SELECT date, net_value FROM sale_lines ORDER BY 1").fetchall()
        assert rows == [(dt.date(2024, 1, 1), D(100)), (dt.date(2024, 1, 8), D(50))]


def test_a_month_goes_before_the_quarter_beside_it(write):
    reading = read([], costs=[write("c.csv", "Year;Quarter;Month;Account;Amount\n2024;1;2;5000;10\n2024;2;4;5000;20\n")])
    assert months_of(reading) == {(2, D(10)), (4, D(20))}


def test_amounts_of_years_that_a_column_says_stand_in_its_januaries(write, tmp_path):
    path = write("c.csv", "Year;Account;Amount\n2023;5000;10\n2024;5000;20\n")
    found, question = answers_of(path, tmp_path)
    assert [option.said for option in question.choices] == ["all amounts are of the year that Year says: they stand in its January, and in no other month"]
    assert found == [{(1, D(10)), (1, D(20))}]


@pytest.mark.parametrize("closing", ["1300;260", "100;20"])
def test_a_closing_period_beside_sums_since_january_is_a_sum_or_an_amount_of_its_own(write, tmp_path, closing):
    heads = ";".join(f"{month:02}/2024" for month in range(1, 14))
    wages, rent = (";".join(f"{amount * month}" for month in range(1, 13)) for amount in (100, 20))
    path = write("c.csv", f"Account;Name;{heads}\n5000;Wages;{wages};{closing.split(';')[0]}\n6000;Rent;{rent};{closing.split(';')[1]}\n")
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "periods": {"closing": "last month", "months": "since January"}}]}
    reading = read([], costs=[path], mapping=mapping)
    again = read([], costs=[path], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert months_of(reading) == months_of(again) == {(month, D(120)) for month in range(1, 12)} | {(12, D(240))}
