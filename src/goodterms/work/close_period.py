"""Closing a month: what its facts came to is written down, and no import or undoing changes it any more until someone reopens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from goodterms.errors import UsageError
from goodterms.facts.columns import TABLES
from goodterms.facts.engine import a_name_of_its_own
from goodterms.facts.live import IMPORT, NUMBERED, Month, Prepared, changed_rows, whole_of
from goodterms.facts.periods import month_name
from goodterms.facts.sql_text import named, texts_of
from goodterms.register.access import ensure_may
from goodterms.register.imported import ClosedPeriod, FactsFile
from goodterms.register.rights import Verb
from goodterms.register.run import CurrentRun
from goodterms.register.user import User
from goodterms.work.fitting import refuse_too_long
from goodterms.work.lease import lease, still_held
from goodterms.work.month_sums import sums_of_month
from goodterms.work.stored import live_files, store
from goodterms.work.writing import writing

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_SAID = 20
_LONGEST_ENTITY = 50
_WAYS_OUT = "Reopen the months:   goodterms close --reopen   Or leave these documents out of an import:   goodterms import --open-only"


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
    _check_entity(entity)
    with lease("closing") as attempt:
        _close(months, engine, entity, attempt, by=by, at=at, login=login)


def _close(months: Sequence[date], engine: Any, entity: str, attempt: int, *, by: User, at: datetime, login: str) -> None:
    closed = set(ClosedPeriod.objects.filter(entity=entity, month__in=months, reopened_at=None).values_list("month", flat=True))
    if closed:
        raise UsageError(f"{', '.join(map(month_name, sorted(closed)))} is closed already{_of(entity)}.")
    held = set(FactsFile.objects.filter(until=None, month__in=months).values_list("month", flat=True))
    if missing := [month for month in months if month not in held]:
        raise UsageError(f"There are no facts in {', '.join(map(month_name, missing))}: there is nothing to close.")
    sums_of = {month: sums_of_month(engine, month, entity) for month in months}
    with writing("close", by=by, at=at, login=login) as now:
        still_held(attempt)
        shown = CurrentRun.objects.get().run
        for month, sums in sums_of.items():
            ClosedPeriod.objects.create(entity=entity, month=month, closed_by=by, closed_at=at, run=shown, sums=sums)
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
    _check_entity(entity)
    refuse_too_long(ClosedPeriod, "reason", reason)
    with lease("reopening") as attempt:
        _reopen(months, entity, attempt, by=by, at=at, reason=reason, login=login)


def _reopen(months: Sequence[date], entity: str, attempt: int, *, by: User, at: datetime, reason: str, login: str) -> None:
    found = {period.month: period for period in ClosedPeriod.objects.filter(entity=entity, month__in=months, reopened_at=None)}
    if missing := [month for month in months if month not in found]:
        raise UsageError(f"{', '.join(map(month_name, missing))} is not closed{_of(entity)}.")
    with writing("reopen", by=by, at=at, login=login, reason=reason) as now:
        still_held(attempt)
        for month in months:
            ClosedPeriod.objects.filter(pk=found[month].pk).update(reopened_by=by, reopened_at=at, reason=reason)
            now.note("period", f"{month_name(month)}{_of(entity)}", reopened=True)


def _check_entity(entity: str) -> None:
    if len(entity) > _LONGEST_ENTITY:
        raise UsageError(f"{entity[:40]}… is no company of the group: a name has at most {_LONGEST_ENTITY} signs.")


def refuse_closed(prepared: Iterable[Prepared], engine: Any) -> None:
    """Make sure that nothing that was prepared changes a closed month.

    Raises
    ------
    ClosedMonthError
        It does; the documents are named.
    """
    if said := said_of_closed(prepared, engine):
        raise ClosedMonthError(f"This would change closed months, so nothing was published: {listed(said)}. {_WAYS_OUT}")


def said_of_closed(prepared: Iterable[Prepared], engine: Any) -> list[str]:
    """The documents of closed months that what was prepared changes, as a person names them."""
    return [said for p, month, rows in _closed_rows(prepared, engine) for said in _changed(p.table, month, rows, engine)]


def listed(said: Sequence[str]) -> str:
    """The first of many, and how many more there are."""
    more = f" and {len(said) - _MOST_SAID:,} more" if len(said) > _MOST_SAID else ""
    return f"{', '.join(said[:_MOST_SAID])}{more}"


def without_closed(brought: Mapping[str, str], prepared: Iterable[Prepared], engine: Any) -> tuple[dict[str, str], dict[str, pa.Table]]:
    """Return rows of tables (in SQL) without the documents that would change a closed month, and these documents' rows apart."""
    con, left = engine.con, dict(brought)
    out: dict[str, pa.Table] = {}
    closed: dict[str, list[str]] = {}
    for p, _, rows in _closed_rows(prepared, engine):
        closed.setdefault(p.table, []).append(f"SELECT DISTINCT {whole_of(p.table)} AS whole FROM ({rows})")
    for table, documents in closed.items():
        name = a_name_of_its_own("closed_documents")
        con.execute(f"CREATE TEMP TABLE {name} AS {' UNION '.join(documents)}")
        of_closed = f"{whole_of(table)} IN (SELECT whole FROM {name})"
        rows_out = con.execute(f"SELECT * EXCLUDE ({named(IMPORT)}, {NUMBERED}) FROM ({brought[table]}) WHERE {of_closed} ORDER BY file, row").to_arrow_table()
        if rows_out.num_rows:
            left[table], out[table] = f"SELECT * FROM ({brought[table]}) WHERE NOT ({of_closed})", rows_out
    return left, out


def _closed_rows(prepared: Iterable[Prepared], engine: Any) -> Iterator[tuple[Prepared, Month, str]]:
    """The rows of closed months that what was prepared takes away or adds, in SQL, month by month."""
    closed = closed_months()
    for p in prepared:
        for month, file in p.months.items():
            if month in closed:
                rows = changed_rows(store(), engine, live_files(p.table).get(month), file.sha256 if file else None)
                of_these = "" if "" in closed[month] else f" WHERE entity IN ({texts_of(sorted(closed[month]))})"
                yield p, month, f"SELECT * FROM ({rows}){of_these}"


def _changed(table: str, month: Month, rows: str, engine: Any) -> list[str]:
    """The documents of rows, as a person names them."""
    names = [name for name in ("entity", *TABLES[table].key) if name in TABLES[table].column_names]
    found = engine.con.execute(f"SELECT DISTINCT {', '.join(map(named, names))} FROM ({rows}) ORDER BY ALL").fetchall()
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
