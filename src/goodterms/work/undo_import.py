"""Undoing an import, whichever came after it: facts and records are as if it had never been made, save what people and other imports have used since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from goodterms.errors import UsageError
from goodterms.facts.live import prepare_undo
from goodterms.register.access import ensure_may
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import Import, ImportRows, ImportState, Stated
from goodterms.register.product import Product
from goodterms.register.rights import Verb
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.user import User
from goodterms.work.close_period import refuse_closed
from goodterms.work.import_files import DryRun, dry_run_of, publish_files
from goodterms.work.keys_brought import keys_in
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
        _give_to_others(found, engine)
        with writing("undo import", by=by, at=at, login=login) as now:
            still_held(attempt)
            version = publish_files(prepared, f"import {number} undone", at)
            Import.objects.filter(pk=number).update(state=ImportState.UNDONE, undone_in=version, is_settled=False)
            now.note("import", str(number), version=version)
        settle(found)
        sweep_records(found)
    return dry_run_of(number, prepared, {})


def _give_to_others(found: Import, engine: Any) -> None:
    """Records that the import made and another standing one names, or a person works with, are from now on theirs. Seen they are as before."""
    con = engine.con
    for kind in KeyKind.values:
        own = SourceKey.objects.filter(kind=kind, created_by_import=found)
        con.execute("CREATE OR REPLACE TEMP TABLE own_keys (id UUID, space VARCHAR, key VARCHAR)")
        rows = [(key.pk, key.space, key.key) for key in own]
        if not rows:
            continue
        con.executemany("INSERT INTO own_keys VALUES (?, ?, ?)", rows)
        for other in Import.objects.filter(state=ImportState.PUBLISHED).exclude(pk=found.pk).order_by("number"):
            for table in dict.fromkeys(rows.table for rows in other.rows.all()):
                keys = keys_in(store().rows_of(files_of(other.rows.filter(table=table))), kind, table)
                used = con.execute(f"SELECT id FROM own_keys SEMI JOIN ({keys}) USING (space, key)").fetchall()
                _belong(found, other, kind, [pk for (pk,) in used])
            stated = Stated.objects.filter(of=other, kind=kind).values_list("object_id", flat=True)
            _belong(found, other, kind, list(own.filter(counterparty__in=stated).values_list("pk", flat=True)))
            _belong(found, other, kind, list(own.filter(product__in=stated).values_list("pk", flat=True)))


def _belong(found: Import, other: Import, kind: str, keys: Iterable[Any]) -> None:
    """Keys that are still of the import, and the records that they name, belong to another, as if that had made them."""
    of = SourceKey.objects.filter(pk__in=list(keys), kind=kind, created_by_import=found)
    Counterparty.objects.filter(source_keys__in=of, created_by_import=found).update(created_by_import=other, created_on=other.begun_at.date())
    Product.objects.filter(source_keys__in=of, created_by_import=found).update(created_by_import=other)
    of.update(created_by_import=other)
