"""Records that several imports name: one of them made each, and before that one goes, another that stands or waits has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction

from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import Import, ImportState, Stated
from goodterms.register.product import Product
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.work.keys_brought import keys_in
from goodterms.work.stored import files_of, store

LIVING = (ImportState.PREPARING, ImportState.WAITING, ImportState.PUBLISHED)
_AT_ONCE = 2_000


def hand_over(found: Import, engine: Any, *, to: Collection[ImportState]) -> None:
    """Records that an import made and another one in such a state names are from now on that one's, the earliest first."""
    for other in Import.objects.filter(state__in=to).exclude(pk=found.pk).order_by("number"):
        if not _give(found, other, engine):
            return


def take_over(found: Import, engine: Any) -> None:
    """Records that an import names and one that was never published made are from now on its own, so that they are seen when it is published."""
    unseen = SourceKey.objects.exclude(created_by_import__state=ImportState.PUBLISHED).exclude(created_by_import__in=[found])
    for maker in Import.objects.filter(pk__in=unseen.exclude(created_by_import=None).values("created_by_import")).order_by("number"):
        _give(maker, found, engine)


def _give(maker: Import, other: Import, engine: Any) -> bool:
    """Give what both name to the other; False where the maker has nothing left that it made."""
    left = False
    tables = dict.fromkeys(rows.table for rows in other.rows.all())
    for kind in KeyKind.values:
        own = SourceKey.objects.filter(kind=kind, created_by_import=maker)
        rows = list(own.values_list("pk", "space", "key"))
        if not rows:
            continue
        left = True
        ids, spaces, keys = zip(*rows, strict=True)
        engine.con.register("own_keys", pa.table({"id": [pk.hex for pk in ids], "space": spaces, "key": keys}))
        for table in tables:
            named = keys_in(store().rows_of(files_of(other.rows.filter(table=table))), kind, table)
            used = engine.con.execute(f"SELECT id FROM own_keys SEMI JOIN ({named}) USING (space, key)").fetchall()
            _belong(maker, other, [UUID(pk) for (pk,) in used])
        engine.con.unregister("own_keys")
        stated = Stated.objects.filter(of=other, kind=kind).values("object_id")
        _belong(maker, other, list(own.filter(counterparty__in=stated).values_list("pk", flat=True)))
        _belong(maker, other, list(own.filter(product__in=stated).values_list("pk", flat=True)))
    return left


def _belong(maker: Import, other: Import, keys: Sequence[UUID]) -> None:
    """Keys that are still the maker's, and the records that they name, belong to the other, as if that had made them."""
    for begin in range(0, len(keys), _AT_ONCE):
        with transaction.atomic():
            of = SourceKey.objects.filter(pk__in=keys[begin : begin + _AT_ONCE], created_by_import=maker)
            Counterparty.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other, created_on=other.begun_at.date())
            Product.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other)
            of.update(created_by_import=other)
