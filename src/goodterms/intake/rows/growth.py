"""How the amounts of accounts go on from month to month: whether they are sums since the year began, and what a month's sum follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_LEAST_GROWN = 6
"""So many amounts have to be larger than that of the month before."""
_MOST = 0.75
"""So large a share of the amounts that change from one month to the next grows, or falls where sums begin again; credits and slips are the others."""
_LEAST_FALL = 3
"""The sums of a year are so many times those of the month with which they begin again: a peak in December is less."""
_MOST_JUMP = 2
"""They are no more than so many times those of the month before: one month with large costs is no sum."""
_LEAST_TIMES = 2
"""Without a month in which they begin again, sums are so many times the first one at least."""
_MOST_OF_RISE = 2 / 3
"""So much of the rise from the first month to the last may come with one month, of four or more."""


@dataclass(frozen=True)
class OfMonth:
    """The amounts of a month of the year beside those before: how many grow and fall, and the totals without signs. Amounts that stay are not counted."""

    grown: int = 0
    fallen: int = 0
    before: float = 0
    after: float = 0

    @property
    def falls(self) -> bool:
        """Whether nearly all amounts fall, as where sums begin again."""
        return self.fallen > 0 and self.fallen >= _MOST * (self.grown + self.fallen) and self.before >= _LEAST_FALL * self.after


@dataclass(frozen=True)
class Growth:
    """What is known of each month of the year, and the ``totals`` of all amounts without their signs, from the first month to the last."""

    months: Mapping[int, OfMonth]
    totals: Sequence[tuple[int, float]]

    def restart(self) -> int:
        """The month with which sums begin again each year; 0 where amounts are no sums."""
        falling = sorted((month for month, of in self.months.items() if of.falls), key=lambda month: self.months[month].after - self.months[month].before)
        return next((month for month in falling if self._grow_but_in(month) and not self._jumps_before(month)), 0) or self._of_one_year()

    def _of_one_year(self) -> int:
        months = [month for month, _ in self.totals]
        if len(months) < _LEAST_TIMES or len(set(months)) < len(months) or not self._grow_but_in(0):
            return 0
        first, last = self.totals[0][1], self.totals[-1][1]
        largest = max(later - earlier for (_, earlier), (_, later) in pairwise(self.totals))
        of_one_month = len(months) > 3 and largest > _MOST_OF_RISE * (last - first)
        if of_one_month or not last >= max(_LEAST_TIMES, len(months) / 3) * first > 0:
            return 0
        return months[0] if 2 * first <= 3 * (last - first) / (len(months) - 1) else 1

    def _grow_but_in(self, month: int) -> bool:
        grown, fallen = (sum(count for of, count in counts if of != month) for counts in (self._grown, self._fallen))
        return grown >= _LEAST_GROWN and grown >= _MOST * (grown + fallen)

    def _jumps_before(self, month: int) -> bool:
        last = self.months.get((month - 2) % 12 + 1, OfMonth())
        return last.after > _MOST_JUMP * last.before > 0

    @property
    def _grown(self) -> list[tuple[int, int]]:
        return [(month, of.grown) for month, of in self.months.items()]

    @property
    def _fallen(self) -> list[tuple[int, int]]:
        return [(month, of.fallen) for month, of in self.months.items()]


def copies(rows: str) -> str:
    """Rows with the number of each among equal ones of its part: ``said`` is what a row says, and the same row of two files is one.

    ``rows`` is a query of ``part``, ``row``, ``series``, ``period``, ``step`` (closing periods come after their month), ``amount``, ``said``.
    """
    return f"SELECT *, row_number() OVER (PARTITION BY part, said ORDER BY row) AS copy FROM ({rows})"


def by_month(rows: str) -> str:
    """A query of the sums of each series by month, each row of several files once, with the month before that they state and its sum."""
    once = f"SELECT * FROM ({copies(rows)}) WHERE period IS NOT NULL QUALIFY row_number() OVER (PARTITION BY said, copy ORDER BY part) = 1"
    sums = f"SELECT series, period, step, sum(amount) AS amount FROM ({once}) GROUP BY ALL"
    window = "WINDOW months AS (PARTITION BY series ORDER BY period, step)"
    return f"SELECT *, lag(amount) OVER months AS before, lag(period) OVER months AS period_before FROM ({sums}) {window}"


def growth(con: Any, rows: str) -> Growth:
    """How the amounts of these rows go on."""
    totals = con.execute(f"SELECT month(period), sum(abs(amount))::DOUBLE FROM ({by_month(rows)}) WHERE step = 0 GROUP BY period ORDER BY period").fetchall()
    return Growth({month: OfMonth(*counts) for month, *counts in con.execute(f"{_compared(rows, 'month(period)')} GROUP BY 1").fetchall()}, totals)


def _compared(rows: str, by: str) -> str:
    grows = "before = 0 OR (sign(before) = sign(amount) AND abs(amount) > abs(before))"
    counts = f"count(*) FILTER (amount <> before AND ({grows})), count(*) FILTER (amount <> before AND NOT ({grows}))"
    return f"SELECT {by}, {counts}, sum(abs(before))::DOUBLE, sum(abs(amount))::DOUBLE FROM ({by_month(rows)}) WHERE before IS NOT NULL"


def go_on(con: Any, rows: str, periods: Sequence[Any], restart: int) -> bool | None:
    """Whether amounts of some months go on from those before as sums do; None where there is nothing to compare them with.

    Own amounts of a month are a small part of the sum before them, but for the second month of a year: sums are twice the first one there.
    """
    of_year = f"year(period) - CAST(month(period) < {restart} AS INTEGER)"
    same_year = f"{of_year} = {of_year.replace('period', 'period_before')}"
    is_second = f"(month(period_before) = {restart})"
    theirs = f"list_has_any([period, period_before], {[f'{period}' for period in periods]}::DATE[]) AND {same_year}"
    ((_, grown, fallen, *_),) = con.execute(f"{_compared(rows, 'NULL')} AND {theirs} GROUP BY 1").fetchall() or ((None, 0, 0),)
    totals = f"SELECT sum(abs(amount)) >= sum(abs(before) * CASE WHEN {is_second} THEN 1.5 ELSE 1 END) FROM ({by_month(rows)})"
    is_more = con.execute(f"{totals} WHERE before IS NOT NULL AND {theirs}").fetchone()[0]
    return None if is_more is None else bool(is_more and grown >= _MOST * (grown + fallen))
