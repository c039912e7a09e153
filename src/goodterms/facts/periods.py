"""Periods: months, quarters, years and spans of them, and how far the data fills them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from goodterms.errors import PeriodError

_ASK = "Write a period as 2012, 2012Q1, 2012-03 or 2012-01..2012-11."
_ONE = r"([0-9]{4})(?:[Qq]([1-4])|-(0?[1-9]|1[0-2]))?"
_LAST_YEAR = 9998
"""The last year whose fiscal years still end within the calendar of ``datetime``."""


def add_months(month: date, count: int) -> date:
    """The month that lies ``count`` months later.

    Examples
    --------
    >>> add_months(date(2012, 11, 1), 3), add_months(date(2012, 1, 1), -1)
    (datetime.date(2013, 2, 1), datetime.date(2011, 12, 1))
    """
    year, months_before = divmod(_number_of(month) + count, 12)
    return date(year, months_before + 1, 1)


def _number_of(month: date) -> int:
    """A month as a number that counts on: files hold dates of the years 1 and 9999, and no calendar goes beyond these."""
    return month.year * 12 + month.month - 1


def month_name(month: date) -> str:
    """A month as people write it in files: 2012-03."""
    return f"{month.year:04d}-{month.month:02d}"


def day_in_words(day: date) -> str:
    """A day as people say it: 29 November."""
    return f"{day.day} {day:%B}"


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole months, first and last included.

    Examples
    --------
    >>> period = Period.read("2012Q2")
    >>> period.label, len(period.months), Period.read("2012-01..2012-11").label, Period.read("2012").label
    ('2012Q2', 3, '2012-01..2012-11', '2012')
    """

    first: date
    last: date
    label: str = ""

    def __post_init__(self) -> None:
        """Name the period by its months where no name was given."""
        if self.last < self.first:
            raise PeriodError(f"The period {month_name(self.first)}..{month_name(self.last)} ends before it begins. {_ASK}")
        if not self.label:
            object.__setattr__(self, "label", self._own_label())

    def _own_label(self) -> str:
        if self.first == self.last:
            return month_name(self.first)
        if (self.first.month, self.last.month) == (1, 12) and self.first.year == self.last.year:
            return str(self.first.year)
        return f"{month_name(self.first)}..{month_name(self.last)}"

    @classmethod
    def read(cls, text: str, fiscal_year_start: int = 1) -> Period:
        """Read ``2012``, ``2012Q1``, ``2012-03`` or ``2012-01..2012-11``.

        A year or quarter is of the fiscal year, named by the calendar year in which it begins.

        Raises
        ------
        PeriodError
            When the text is none of these.
        """
        text = text.strip()
        if (span := re.fullmatch(rf"({_ONE})\s*\.\.\s*({_ONE})", text)) is not None:
            first, last = cls.read(span[1], fiscal_year_start), cls.read(span[5], fiscal_year_start)
            return cls(first.first, last.last, f"{first.label}..{last.label}")
        match = re.fullmatch(_ONE, text)
        if not match or not 1 <= int(match[1]) <= _LAST_YEAR:
            raise PeriodError(f'"{text}" is not a period. {_ASK}')
        year, quarter, month = int(match[1]), match[2], match[3]
        if month:
            only = date(year, int(month), 1)
            return cls(only, only, month_name(only))
        start = date(year, fiscal_year_start, 1)
        if quarter:
            begin = add_months(start, 3 * (int(quarter) - 1))
            return cls(begin, add_months(begin, 2), text.upper())
        return cls(start, add_months(start, 11), text)

    @property
    def months(self) -> tuple[date, ...]:
        """The months, in order."""
        count = _number_of(self.last) - _number_of(self.first) + 1
        return tuple(add_months(self.first, i) for i in range(count))

    def __contains__(self, month: date) -> bool:
        """Whether a month lies in the period."""
        return self.first <= month <= self.last

    def __str__(self) -> str:
        """The name."""
        return self.label


@dataclass(frozen=True)
class Filling:
    """How far sale lines fill the calendar: per month with sale lines, its last sale day.

    Only sale lines decide. The data's last month is full if its last sale day is not earlier in the month than the earliest last-sale day of the twelve
    months before, or is its month's last day (28 February after a leap year); the first month counts as full; a month without sale lines is not filled.
    """

    last_sale_days: dict[date, date]

    @property
    def full_months(self) -> tuple[date, ...]:
        """The months that the data fills, in order."""
        months = sorted(self.last_sale_days)
        if len(months) < 2:
            return tuple(months)
        newest = months[-1]
        before = [self.last_sale_days[m].day for m in months if 0 < _number_of(newest) - _number_of(m) <= 12]
        last_day = self.last_sale_days[newest]
        is_full = not before or last_day.day >= min(before) or last_day.day == calendar.monthrange(newest.year, newest.month)[1]
        return tuple(months if is_full else months[:-1])

    @property
    def last_sale_day(self) -> date | None:
        """The last sale day of all."""
        return max(self.last_sale_days.values(), default=None)

    def unfilled(self, period: Period) -> str | None:
        """The sentence that announces a period that the data does not fill; None where it does."""
        missing = sorted(set(period.months) - set(self.full_months))
        if not missing:
            return None
        if not any(month in period for month in self.last_sale_days):
            return f"{period} has no sale lines"
        oldest, newest = min(self.last_sale_days), max(self.last_sale_days)
        said = []
        if period.first < oldest:
            said.append(f"begins in {oldest:%B} {oldest.year} in the data")
        gaps = [month_name(month) for month in missing if oldest < month < newest]
        if gaps:
            said.append(f"has no sale lines in {', '.join(gaps)}")
        if newest in period and missing[-1] >= newest:
            day = self.last_sale_days[newest]
            said.append(f"ends on {day_in_words(day)}" + (f" {day.year}" if period.first.year != period.last.year else ""))
        return f"{period} {' and '.join(said)}"

    def like_for_like(self, earlier: Period, later: Period) -> tuple[tuple[date, ...], tuple[date, ...]]:
        """The full months that both periods have, matched by their place in the period."""
        full = set(self.full_months)
        pairs = [(a, b) for a, b in zip(earlier.months, later.months, strict=False) if a in full and b in full]
        return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)

    def default_periods(self) -> tuple[Period | None, Period | None]:
        """The last twelve full months against the twelve before; with less, the two longest equal spans of full months; with one month, no earlier period.

        Months of a span follow one another: a month without sale lines is in none. Where spans are equally long, the latest ones count.

        Examples
        --------
        >>> days = {add_months(date(2023, 1, 1), i): add_months(date(2023, 1, 1), i).replace(day=28) for i in range(7)}
        >>> [str(p) for p in Filling(days).default_periods()]
        ['2023-02..2023-04', '2023-05..2023-07']
        """
        full = {_number_of(month): month for month in self.full_months}
        for span in range(12, 0, -1):
            ends = [number for number in full if all(number - i in full for i in range(span))]
            if ends and ends[-1] - ends[0] >= span:
                last = ends[-1]
                before = max(number for number in ends if number <= last - span)
                return Period(full[before - span + 1], full[before]), Period(full[last - span + 1], full[last])
        newest = max(full.values(), default=None)
        return None, Period(newest, newest) if newest else None

    def same_months(self) -> tuple[Period, Period] | None:
        """The longest span, up to the last full month, that has full months in the same months of the year before; None where there is none.

        Examples
        --------
        >>> days = {add_months(date(2023, 1, 1), i): add_months(date(2023, 1, 1), i).replace(day=28) for i in range(15)}
        >>> [str(p) for p in Filling(days).same_months()]
        ['2023-01..2023-03', '2024-01..2024-03']
        """
        full = {_number_of(month): month for month in self.full_months}
        last = max(full, default=0)
        span = next(i for i in range(13) if i == 12 or last - i not in full or last - i - 12 not in full)
        if not span:
            return None
        return Period(full[last - 11 - span], full[last - 12]), Period(full[last - span + 1], full[last])
