"""The two periods of an analysis as months: which rows lie in which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.facts.periods import add_months

if TYPE_CHECKING:
    from ibis import Table

_DECEMBER = 12
WHEN = ("earlier", "later")
"""What columns of the two periods are called."""
Spans = tuple[Sequence[date], Sequence[date]]
"""The months of the earlier period (none, where there is one period alone) and of the later."""


def first_of_month(day: Any) -> Any:
    """The month of a day, as its first day; DuckDB's own truncation would make a timestamp of it."""
    return ibis.date(day.year(), day.month(), 1)


def following(month: Any) -> Any:
    """The first day of the month after."""
    return ibis.date(month.year() + ibis.ifelse(month.month() == _DECEMBER, 1, 0), ibis.ifelse(month.month() == _DECEMBER, 1, month.month() + 1), 1)


def in_days_of(months: Sequence[date]) -> Any:
    """Whether a row's day lies in one of the months, said by days, so that an engine leaves out files and parts of files that hold none of them."""
    spans: list[tuple[date, date]] = []
    for month in sorted(months):
        ends = add_months(month, 1)
        if spans and spans[-1][1] == month:
            spans[-1] = (spans[-1][0], ends)
        else:
            spans.append((month, ends))
    return ibis.or_(*((_.date >= ibis.date(begin.isoformat())) & (_.date < ibis.date(end.isoformat())) for begin, end in spans))


def months_in(months: Sequence[date]) -> Any:
    """Whether a row lies in one of the months."""
    return _.month.isin([ibis.date(m.isoformat()) for m in months]) if months else ibis.literal(value=False)


def of_both(table: Table, months: Spans) -> Table:
    """The rows of both periods, with ``is_earlier`` and ``is_later``: said once, so that no sum says the months again."""
    return table.filter(months_in([*months[0], *months[1]])).mutate(is_earlier=months_in(months[0]), is_later=months_in(months[1]))
