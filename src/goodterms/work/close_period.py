"""Closing a month: what its facts came to is written down, and no import or undoing changes it any more until someone reopens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from goodterms.errors import UsageError
from goodterms.facts.columns import TABLES
from goodterms.facts.live import Month, Prepared, changed_rows
from goodterms.facts.periods import month_name
from goodterms.facts.sql_text import named, texts_of
from goodterms.facts.store import StoredFile
from goodterms.register.access import ensure_may
from goodterms.register.imported import ClosedPeriod, FactsFile
from goodterms.register.rights import Verb
from goodterms.register.user import User
from goodterms.work.month_sums import sums_of_month
from goodterms.work.stored import live_files, store
from goodterms.work.writing import writing

_MOST_SAID = 20


class ClosedMonthError(UsageError):
    """An import or undoing would change a closed month: nothing is published."""


def close(months: Sequence[date], engine: Any, *, entity: str = "", by: User, at: datetime, login: str = "") -> None:
    """Close months, for one company of the group or for all.

    Raises
    ------
    UsageError
        One is closed already, or holds no facts.
    NotAllowedError
        The user may not close months.
    """
    ensure_may(by, Verb.CLOSE)
    closed = set(ClosedPeriod.objects.filter(entity=entity, month__in=months, reopened_at=None).values_list("month", flat=True))
    if closed:
        raise UsageError(f"{', '.join(map(month_name, sorted(closed)))} is closed already{_of(entity)}.")
    held = set(FactsFile.objects.filter(until=None, month__in=months).values_list("month", flat=True))
    if missing := [month for month in months if month not in held]:
        raise UsageError(f"There are no facts in {', '.join(map(month_name, missing))}: there is nothing to close.")
    with writing("close", by=by, at=at, login=login) as now:
        for month in months:
            sums = sums_of_month(engine, month, entity)
            ClosedPeriod.objects.create(entity=entity, month=month, closed_by=by, closed_at=at, sums=sums)
            now.note("period", f"{month_name(month)}{_of(entity)}", sums=sums)


def reopen(months: Sequence[date], *, entity: str = "", by: User, at: datetime, reason: str, login: str = "") -> None:
    """Reopen closed months.

    Raises
    ------
    UsageError
        One is not closed, or no reason is given.
    NotAllowedError
        The user may not reopen months.
    """
    ensure_may(by, Verb.CLOSE)
    if not reason.strip():
        raise UsageError("Say why the month is reopened: --reason.")
    found = {period.month: period for period in ClosedPeriod.objects.filter(entity=entity, month__in=months, reopened_at=None)}
    if missing := [month for month in months if month not in found]:
        raise UsageError(f"{', '.join(map(month_name, missing))} is not closed{_of(entity)}.")
    with writing("reopen", by=by, at=at, login=login, reason=reason) as now:
        for month in months:
            ClosedPeriod.objects.filter(pk=found[month].pk).update(reopened_by=by, reopened_at=at, reason=reason)
            now.note("period", f"{month_name(month)}{_of(entity)}", reopened=True)


def refuse_closed(prepared: Iterable[Prepared], engine: Any) -> None:
    """Make sure that nothing that was prepared changes a closed month.

    Raises
    ------
    ClosedMonthError
        It does; the documents are named.
    """
    closed = closed_months()
    if not closed:
        return
    said = [document for p in prepared for month, file in p.months.items() if month in closed for document in _changed(p, month, file, closed[month], engine)]
    if said:
        more = f" and {len(said) - _MOST_SAID:,} more" if len(said) > _MOST_SAID else ""
        listed = ", ".join(said[:_MOST_SAID])
        raise ClosedMonthError(
            f"This would change closed months, so nothing was published: {listed}{more}. Reopen them with   goodterms close --reopen   or leave these rows out."
        )


def _changed(prepared: Prepared, month: Month, file: StoredFile | None, entities: set[str], engine: Any) -> list[str]:
    """The documents of a closed month that what was prepared changes, as a person names them."""
    table = prepared.table
    rows = changed_rows(store(), engine, live_files(table).get(month), file.sha256 if file else None)
    names = [name for name in ("entity", *TABLES[table].key) if name in TABLES[table].column_names]
    of_these = "" if "" in entities else f"WHERE entity IN ({texts_of(sorted(entities))})"
    found = engine.con.execute(f"SELECT DISTINCT {', '.join(map(named, names))} FROM ({rows}) {of_these} ORDER BY ALL").fetchall()
    when = f" ({month_name(month)})" if month else ""
    return [f"{table.replace('_', ' ')} {' '.join(str(value) for value in row if value is not None)}{when}" for row in found]


def closed_months() -> Mapping[Month, set[str]]:
    """The closed months, each with the companies for which it is closed, "" for all."""
    found: dict[Month, set[str]] = {}
    for month, entity in ClosedPeriod.objects.filter(reopened_at=None).values_list("month", "entity"):
        found.setdefault(month, set()).add(entity)
    return found


def _of(entity: str) -> str:
    return f" for {entity}" if entity else ""
