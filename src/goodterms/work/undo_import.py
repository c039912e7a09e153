"""Undoing an import, whichever came after it: facts and records are as if it had never been made, save what people and other imports have used since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodterms.errors import UsageError
from goodterms.facts.live import Prepared, prepare_undo
from goodterms.register.access import ensure_may
from goodterms.register.imported import Import, ImportRows, ImportState
from goodterms.register.rights import Verb
from goodterms.register.source_key import SourceKey
from goodterms.register.user import User
from goodterms.work.close_period import refuse_closed, said_of_closed
from goodterms.work.hand_over import hand_over, named_by_others
from goodterms.work.import_files import publish_files
from goodterms.work.lease import lease, still_held
from goodterms.work.settle import settle, settle_all
from goodterms.work.stored import files_of, live_files, store
from goodterms.work.sweep import finish_left, sweep_records, used_by_people
from goodterms.work.writing import writing


@dataclass(frozen=True)
class Undoing:
    """What undoing an import changes."""

    months: int
    """Months of tables of facts."""
    going: dict[str, int]
    """How many keys of each kind go, with the records that they name."""
    staying: tuple[str, ...]
    """Counterparties and products that it made and people work with: they stay."""
    closed: tuple[str, ...]
    """The documents that would change a closed month: with any, nothing is undone."""


def prepare_undoing(number: int, engine: Any, *, by: User) -> Undoing:
    """Return what undoing an import would change, and change nothing; what was published before is settled.

    Raises
    ------
    UsageError
        There is no such import, or it is not published.
    NotAllowedError
        The user may not undo imports.
    """
    ensure_may(by, Verb.UNDO)
    finish_left()
    found = _published(number)
    prepared = _prepared(found, engine)
    named = named_by_others(found, engine)
    staying = used_by_people(found)
    going: dict[str, int] = {}
    for pk, kind, *records in SourceKey.objects.filter(created_by_import=found).values_list("pk", "kind", "counterparty", "product"):
        if pk not in named and not staying.keys() & set(records):
            going[kind] = going.get(kind, 0) + 1
    return Undoing(sum(len(p.months) for p in prepared), going, tuple(sorted(staying.values())), tuple(said_of_closed(prepared, engine)))


def undo(number: int, engine: Any, *, by: User, at: datetime, login: str = "") -> int:
    """Take an import back and return how many months of tables of facts that changed.

    Raises
    ------
    UsageError
        There is no such import, or it is not published.
    ClosedMonthError
        It would change a closed month.
    NotAllowedError
        The user may not undo imports.
    """
    ensure_may(by, Verb.UNDO)
    with lease("undo") as attempt:
        settle_all()
        found = _published(number)
        prepared = _prepared(found, engine)
        refuse_closed(prepared, engine)
        hand_over(found, engine, to=[ImportState.PUBLISHED])  # seen they are as before
        with writing("undo import", by=by, at=at, login=login) as now:
            still_held(attempt)
            version = publish_files(prepared, f"import {number} undone", at)
            Import.objects.filter(pk=number).update(state=ImportState.UNDONE, undone_in=version, is_settled=False)
            now.note("import", str(number), version=version)
        settle(found)
        sweep_records(found, engine)
    return sum(len(p.months) for p in prepared)


def _published(number: int) -> Import:
    found = Import.objects.filter(number=number).first()
    if found is None or found.state != ImportState.PUBLISHED:
        raise UsageError(f"Import {number} is {found.state if found else 'not there'}: only a published import can be undone.")
    return found


def _prepared(found: Import, engine: Any) -> tuple[Prepared, ...]:
    others = ImportRows.objects.filter(of__state=ImportState.PUBLISHED).exclude(of=found)
    return tuple(
        prepare_undo(store(), engine, table, live_files(table), files_of(found.rows.filter(table=table)), files_of(others.filter(table=table)))
        for table in dict.fromkeys(rows.table for rows in found.rows.all())
    )
