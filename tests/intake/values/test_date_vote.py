"""Dates: what is given holds, what may be either is asked, and what may be a slip is said."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goodterms.errors import AnswerNeededError, MappingError, UnreadableFileError
from goodterms.intake import read
from goodterms.problems import Severity

DAY = dt.date


@pytest.fixture
def sales(tmp_path):
    """Read a file whose lines have these dates; ``date`` is what the mapping says of them."""

    def _sales(*dates, date=None):
        path = tmp_path / "s.csv"
        path.write_text("Invoice No;Date;Customer;Net amount\n" + "".join(f"{i};{day};Ann;1,50\n" for i, day in enumerate(dates)))
        return read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"date": date}}]} if date else None)

    return _sales


def days(reading):
    return [day for (day,) in reading.facts.engine.con.execute("SELECT date FROM sale_lines ORDER BY row").fetchall()]


def warnings(reading):
    return [(p.code, p.rows, p.origin.row) for p in reading.problems if p.severity == Severity.WARNING]


def test_the_form_that_is_given_holds_against_all_values_that_do_not_fit(sales):
    reading = sales(*["02/06/2023"] * 40, "01/13/2023", date="%d/%m/%Y")
    assert set(days(reading)) == {DAY(2023, 6, 2)}
    assert [(p.origin.row, p.seen) for p in reading.problems if p.severity == Severity.REJECTED] == [(42, "01/13/2023")]
    assert warnings(reading) == [("dates-of-two-kinds", 1, None)]


def test_a_form_that_no_value_fits_is_refused_and_not_replaced_by_its_opposite(sales):
    with pytest.raises(MappingError, match=r"no value of it is a date like 31/03/2012; the first is \"01/13/2023\""):
        sales("01/13/2023", "02/14/2023", date="%d/%m/%Y")


def test_dates_that_no_form_reads_are_said_without_speaking_of_a_mapping(sales):
    with pytest.raises(UnreadableFileError, match=r'"Date" is taken for the date, but no value of it is a date like .*dialect = \{ date = "%Y-%d-%m" \}'):
        sales("2023-13-02", "2023-14-03")
    assert days(sales("2023-13-02", "2023-14-03", date="%Y-%d-%m")) == [DAY(2023, 2, 13), DAY(2023, 3, 14)]


def test_a_form_that_is_given_says_nothing_of_dates_that_no_one_confuses_with_it(sales):
    assert days(sales("2023-01-13", "2023-02-14", date="%d/%m/%Y")) == [DAY(2023, 1, 13), DAY(2023, 2, 14)]


@pytest.mark.parametrize("sign", [".", "/", "-"])
def test_year_of_two_digits_may_stand_first_and_is_asked(sales, sign):
    cells = [day.replace("-", sign) for day in ("23-01-05", "23-02-15", "24-03-20")]
    with pytest.raises(AnswerNeededError, match="the day or the year may stand first") as error:
        sales(*cells)
    (question,) = error.value.questions
    assert question.evidence[0] == f"row 2: {cells[0]} is 23 January 2005 or 5 January 2023"
    assert [choice.settings["dialect"]["date"] for choice in question.choices] == [f"%d{sign}%m{sign}%y", f"%y{sign}%m{sign}%d"]
    assert days(sales(*cells, date=f"%y{sign}%m{sign}%d")) == [DAY(2023, 1, 5), DAY(2023, 2, 15), DAY(2024, 3, 20)]


def test_all_three_orders_are_offered_where_all_are_possible(sales):
    with pytest.raises(AnswerNeededError, match="the day or the month or the year may stand first") as error:
        sales("01/02/03", "04/05/06")
    assert [choice.said for choice in error.value.questions[0].choices] == ["the day stands first", "the month stands first", "the year stands first"]


def test_many_days_beside_few_years_decide_for_two_digits(sales):
    assert days(sales(*[f"{day:02d}.03.23" for day in range(1, 13)])) == [DAY(2023, 3, day) for day in range(1, 13)]
    assert days(sales(*[f"23.03.{day:02d}" for day in range(1, 13)])) == [DAY(2023, 3, day) for day in range(1, 13)]


@pytest.mark.parametrize(("cells", "day"), [(["31.12.99", "01.02.03"], DAY(1999, 12, 31)), (["99/12/31", "01/02/03"], DAY(1999, 12, 31))])
def test_one_date_that_can_be_nothing_else_decides_a_short_column(sales, cells, day):
    assert days(sales(*cells))[0] == day


def test_a_single_date_does_not_decide_for_many_that_may_be_either(sales):
    with pytest.raises(AnswerNeededError, match="only 1 can be one alone, beside 40 that can be either"):
        sales(*["02/06/2023"] * 40, "01/13/2023")


def test_rejected_dates_of_the_other_order_warn_of_those_that_may_be_either(sales):
    day_first = [f"{i % 28 + 1:02d}/{i % 12 + 1:02d}/2023" for i in range(100)]
    reading = sales(*day_first, "01/20/2024", "02/27/2024", "03/06/2024", "04/13/2024")
    assert reading.rejected == 3
    (warning,) = [p for p in reading.problems if p.code == "dates-of-two-kinds"]
    assert "column Date: 3 dates are written like 03/31/2012, and not read. So may be some of the 25 that can be either" in str(warning)


def test_dates_of_two_kinds_are_read_as_answered(sales):
    cells = ["28/02/2023", "27/03/2023", "02/28/2023", "03/04/2023"]
    with pytest.raises(AnswerNeededError, match="dates of two kinds, some with the day first and some with the month; many"):
        sales(*cells)
    assert days(sales(*cells, date="%m/%d/%Y")) == [DAY(2023, 2, 28), DAY(2023, 3, 4)]


@pytest.mark.parametrize(("strange", "apart"), [("2123-05-05", 99), ("1923-05-05", 100), ("2027-01-01", 3)])
def test_a_date_years_from_all_others_is_said_with_its_place(sales, strange, apart):
    reading = sales(*[f"202{3 + i % 2}-01-05" for i in range(30)], strange)
    assert warnings(reading) == [("date-far-from-others", 1, 32)]
    assert f'"{strange}" stands {apart} years from all other dates' in str(reading.problems[-1])


def test_dates_of_a_year_and_the_next_are_no_strangers(sales):
    assert warnings(sales(*["2023-01-05"] * 30, "2024-01-05")) == []
    assert warnings(sales("2020-01-05", "2023-01-05")) == []


def test_a_strange_date_of_a_typed_file_is_said(tmp_path):
    day = [DAY(2023, 1, 5)] * 30 + [DAY(2123, 1, 5)]
    pq.write_table(pa.table({"Date": day, "Customer": ["Ann"] * 31, "Net amount": [1] * 31}), tmp_path / "s.parquet")
    assert [code for code, *_ in warnings(read([tmp_path / "s.parquet"]))] == ["date-far-from-others"]
