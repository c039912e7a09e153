"""Periods as people write them, and what a company's sale days say about which months are full."""

from __future__ import annotations

from datetime import date

import pytest

from goodterms.errors import PeriodError
from goodterms.facts.periods import Filling, Period, add_months


def month(text: str) -> date:
    return date(int(text[:4]), int(text[5:7]), 1)


def filling(first: str, *last_days: int | None) -> Filling:
    """Months from ``first`` on, each with its last sale day; None is a month without sale lines."""
    months = [add_months(month(first), i) for i in range(len(last_days))]
    return Filling({m: m.replace(day=day) for m, day in zip(months, last_days, strict=True) if day})


ADVENTUREWORKS = filling(
    "2010-12",
    29, 29, None, 31, None, 31, None, 1, 29, 29, 29, 29, 29, 29, 29, 30, 30, 30, 30, 31, 28, 28, 28, 28, 28, 28, 28, 30, 30, 30, 30, 31, 29, 29, 29, 29
)  # fmt: skip
"""Reseller sales of AdventureWorks: the last sale day of each month from 2010-12 to 2013-11."""
ONLINE_RETAIL = filling("2009-12", 23, 31, 28, 31, 30, 30, 30, 30, 31, 30, 31, 30, 23, 31, 28, 31, 28, 31, 30, 31, 31, 30, 31, 30, 9)
"""Online Retail II: the last sale day of each month from 2009-12 to 2011-12."""


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("2012", "2012-01", "2012-12", "2012"),
        ("2012Q1", "2012-01", "2012-03", "2012Q1"),
        ("2012q4", "2012-10", "2012-12", "2012Q4"),
        ("2012-03", "2012-03", "2012-03", "2012-03"),
        ("2012-3", "2012-03", "2012-03", "2012-03"),
        ("2012-01..2012-11", "2012-01", "2012-11", "2012-01..2012-11"),
        (" 2011 .. 2012Q2 ", "2011-01", "2012-06", "2011..2012Q2"),
    ],
)
def test_period_is_read_as_people_write_it(text, first, last, label):
    assert Period.read(text) == Period(month(first), month(last), label)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2012", "2012-07", "2013-06"), ("2012Q1", "2012-07", "2012-09"), ("2012Q3", "2013-01", "2013-03"), ("2012-03", "2012-03", "2012-03")],
)
def test_years_and_quarters_are_of_the_fiscal_year(text, first, last):
    """A fiscal year that starts in July is named by the calendar year in which it begins."""
    period = Period.read(text, fiscal_year_start=7)
    assert (period.first, period.last) == (month(first), month(last))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "2012-13",
        "2012-0",
        "2012Q5",
        "2012-01-31",
        "January 2012",
        "2012..",
        "..2012",
        "2012..2013..2014",
        "0000",
        "9999",
        "2012-01.2012-03",
        "\N{ARABIC-INDIC DIGIT TWO}012",
    ],
)
def test_what_is_no_period_is_said_with_the_way_to_write_one(text):
    with pytest.raises(PeriodError) as refused:
        Period.read(text, fiscal_year_start=7)
    assert str(refused.value) == f'"{text}" is not a period. Write a period as 2012, 2012Q1, 2012-03 or 2012-01..2012-11.'


def test_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(PeriodError) as refused:
        Period.read("2013..2012")
    assert str(refused.value) == "The period 2013-01..2012-12 ends before it begins. Write a period as 2012, 2012Q1, 2012-03 or 2012-01..2012-11."


def test_months_follow_one_another_over_the_year_end():
    assert Period.read("2012-11..2013-02").months == tuple(month(m) for m in ("2012-11", "2012-12", "2013-01", "2013-02"))


def test_period_without_a_name_is_named_by_its_months():
    assert [str(Period(month(a), month(b))) for a, b in [("2012-03", "2012-03"), ("2012-01", "2012-12"), ("2012-07", "2013-06")]] == [
        "2012-03",
        "2012",
        "2012-07..2013-06",
    ]


def test_adventureworks_29_november_is_full():
    """ENGINE.md, section 2, Periods: the earliest last-sale day of the twelve months before is the 28th."""
    assert ADVENTUREWORKS.last_sale_day == date(2013, 11, 29)
    assert ADVENTUREWORKS.full_months[-1] == month("2013-11")


def test_online_retail_9_december_is_not_full():
    """ENGINE.md, section 2, Periods: every month before has sales up to the 23rd at least."""
    assert ONLINE_RETAIL.last_sale_day == date(2011, 12, 9)
    assert ONLINE_RETAIL.full_months[-1] == month("2011-11")


def test_first_month_counts_as_full():
    assert filling("2012-01", 3).full_months == (month("2012-01"),)
    assert filling("2012-01", 31, 28).full_months == (month("2012-01"),)


def test_last_day_of_a_month_fills_it():
    """A company that sells every day: 28 February 2025 is earlier in the month than 29 February 2024, and yet the month is over."""
    assert filling("2024-02", 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28).full_months[-1] == month("2025-02")
    assert filling("2024-02", 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 27).full_months[-1] == month("2025-01")


@pytest.mark.parametrize(
    ("data", "period", "sentence"),
    [
        (ADVENTUREWORKS, "2012", None),
        (ADVENTUREWORKS, "2013", "2013 ends on 29 November"),
        (ADVENTUREWORKS, "2013-01..2013-11", None),
        (ADVENTUREWORKS, "2010", "2010 begins in December 2010 in the data"),
        (ADVENTUREWORKS, "2011", "2011 has no sale lines in 2011-02, 2011-04, 2011-06"),
        (ADVENTUREWORKS, "2011-01..2011-02", "2011-01..2011-02 has no sale lines in 2011-02"),
        (ADVENTUREWORKS, "2014", "2014 has no sale lines"),
        (ADVENTUREWORKS, "2012..2013", "2012..2013 ends on 29 November 2013"),
        (
            ADVENTUREWORKS,
            "2010..2014",
            "2010..2014 begins in December 2010 in the data and has no sale lines in 2011-02, 2011-04, 2011-06 and ends on 29 November 2013",
        ),
        (ONLINE_RETAIL, "2010", None),
        (ONLINE_RETAIL, "2011", "2011 ends on 9 December"),
        (ONLINE_RETAIL, "2011-12", "2011-12 ends on 9 December"),
        (ONLINE_RETAIL, "2009", "2009 begins in December 2009 in the data"),
    ],
)
def test_period_that_the_data_does_not_fill_is_announced(data, period, sentence):
    assert data.unfilled(Period.read(period)) == sentence


@pytest.mark.parametrize("data", [ADVENTUREWORKS, ONLINE_RETAIL])
def test_like_for_like_is_the_full_months_that_both_have(data):
    later = Period.read(str(data.last_sale_day.year))
    earlier = Period.read(str(data.last_sale_day.year - 1))
    assert data.like_for_like(earlier, later) == (earlier.months[:11], later.months[:11])


def test_like_for_like_leaves_out_a_gap_on_either_side():
    """2011 has no sales in February, April and June: these months of 2012 have nothing to be compared with."""
    earlier, later = ADVENTUREWORKS.like_for_like(Period.read("2011"), Period.read("2012"))
    assert [m.month for m in earlier] == [m.month for m in later] == [1, 3, 5, 7, 8, 9, 10, 11, 12]


def test_like_for_like_of_periods_without_a_common_month_is_empty():
    assert ADVENTUREWORKS.like_for_like(Period.read("2011-02"), Period.read("2012-02")) == ((), ())


@pytest.mark.parametrize(
    ("data", "earlier", "later"),
    [
        (ADVENTUREWORKS, "2011-12..2012-11", "2012-12..2013-11"),
        (ONLINE_RETAIL, "2009-12..2010-11", "2010-12..2011-11"),
        (filling("2012-01", *[28] * 23), "2012-02..2012-12", "2013-01..2013-11"),
        (filling("2012-01", 28, 28), "2012-01", "2012-02"),
        (filling("2012-01", *[28] * 10, None, 28), "2012-01..2012-05", "2012-06..2012-10"),
        (filling("2012-01", 28, None, 28, None, 28), "2012-03", "2012-05"),
        (filling("2012-01", 28), "None", "2012-01"),
        (filling("2012-01", 28, 27), "None", "2012-01"),
        (Filling({}), "None", "None"),
    ],
)
def test_default_periods_are_the_two_latest_equal_spans_of_full_months(data, earlier, later):
    """Twelve months at most; with one full month there is no earlier period, and without sale lines none at all."""
    assert tuple(map(str, data.default_periods())) == (earlier, later)


def test_the_same_months_of_two_years_are_at_most_twelve():
    def filled(first, last):
        months = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(first, last)]
        return Filling({month: month.replace(day=28) for month in months})

    assert [str(p) for p in filled(0, 22).same_months()] == ["2022-01..2022-10", "2023-01..2023-10"]
    assert [str(p) for p in filled(0, 36).same_months()] == ["2023", "2024"]
    assert filled(0, 12).same_months() is None


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_date_at_the_end_of_the_calendar_breaks_nothing(day):
    """Systems write 0001-01-01 and 9999-12-31 where they know no date."""
    data = Filling({**filling("2012-01", *[28] * 4).last_sale_days, day.replace(day=1): day})
    assert tuple(map(str, data.default_periods())) == ("2012-01..2012-02", "2012-03..2012-04")
    assert data.unfilled(Period.read("2012-01..2012-04")) is None
