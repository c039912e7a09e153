"""Undoing an import, whichever came after it: facts and records are as if it had never been made, save what people and other imports have used since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from goodterms.errors import UsageError
from goodterms.facts.live import prepare_undo
from goodterms.register.access import ensure_may
from goodterms.register.imported import Import, ImportRows, ImportState
from goodterms.register.rights import Verb
from goodterms.register.user import User
from goodterms.work.close_period import refuse_closed
from goodterms.work.hand_over import hand_over
from goodterms.work.import_files import DryRun, dry_run_of, publish_files
from goodterms.work.lease import lease, still_held
from goodterms.work.settle import settle, settle_all
from goodterms.work.stored import files_of, live_files, store
from goodterms.work.sweep import sweep_records
from goodterms.work.writing import writing


def undo(number: int, engine: Any, *, by: User, at: datetime, login: str = "") -> DryRun:
    """Take an import back and return what that changed.

    Raises
    ------
    UsageError
        There is no such import, or it is not published.
    NotAllowedError
        The user may not undo imports.
    """
    ensure_may(by, Verb.UNDO)
    with lease("undo") as attempt:
        settle_all()
        found = Import.objects.filter(number=number).first()
        if found is None or found.state != ImportState.PUBLISHED:
            raise UsageError(f"Import {number} is {found.state if found else 'not there'}: only a published import can be undone.")
        others = ImportRows.objects.filter(of__state=ImportState.PUBLISHED).exclude(of=found)
        prepared = tuple(
            prepare_undo(store(), engine, table, live_files(table), files_of(found.rows.filter(table=table)), files_of(others.filter(table=table)))
            for table in dict.fromkeys(rows.table for rows in found.rows.all())
        )
        refuse_closed(prepared, engine)
        hand_over(found, engine, to=[ImportState.PUBLISHED])  # seen they are as before
        with writing("undo import", by=by, at=at, login=login) as now:
            still_held(attempt)
            version = publish_files(prepared, f"import {number} undone", at)
            Import.objects.filter(pk=number).update(state=ImportState.UNDONE, undone_in=version, is_settled=False)
            now.note("import", str(number), version=version)
        settle(found)
        sweep_records(found, engine)
    return dry_run_of(number, prepared, {})
