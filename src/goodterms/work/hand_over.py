"""Records that several imports name: one of them made each, and before that one goes, another that stands or waits has it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction

from goodterms.register.address import Address
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
    for keys in _named_by(other, maker, engine):
        _belong(maker, other, keys)
    return SourceKey.objects.filter(created_by_import=maker).exists()


def named_by_others(maker: Import, engine: Any) -> set[UUID]:
    """The keys that an import made and another one names that stands or waits."""
    others = Import.objects.filter(state__in=LIVING).exclude(pk=maker.pk)
    return {pk for other in others for keys in _named_by(other, maker, engine) for pk in keys}


def _named_by(other: Import, maker: Import, engine: Any) -> Iterator[list[UUID]]:
    """Yield the keys that an import made and the other one names."""
    tables = dict.fromkeys(rows.table for rows in other.rows.all())
    for kind in KeyKind:
        own = SourceKey.objects.filter(kind=kind, created_by_import=maker)
        rows = list(own.values_list("pk", "space", "within", "key"))
        if not rows:
            continue
        ids, spaces, withins, keys = zip(*rows, strict=True)
        own_keys = pa.table({"id": [pk.hex for pk in ids], "space": spaces, "within": withins, "key": keys})
        for table in tables:
            if named := keys_in(store().rows_of(files_of(other.rows.filter(table=table))), kind, table):
                engine.con.register("own_keys", own_keys)
                used = engine.con.execute(f"SELECT id FROM own_keys SEMI JOIN ({named}) USING (space, within, key)").fetchall()
                engine.con.unregister("own_keys")
                yield [UUID(pk) for (pk,) in used]
        stated = Stated.objects.filter(of=other, kind=kind).values("object_id")
        for column in ("counterparty", "product"):
            yield list(own.filter(**{f"{column}__in": stated}).values_list("pk", flat=True))


def _belong(maker: Import, other: Import, keys: Sequence[UUID]) -> None:
    """Keys that are still the maker's, and the records that they name, belong to the other, as if that had made them."""
    for begin in range(0, len(keys), _AT_ONCE):
        with transaction.atomic():
            of = SourceKey.objects.filter(pk__in=keys[begin : begin + _AT_ONCE], created_by_import=maker)
            Counterparty.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other, created_on=other.begun_at.date())
            Product.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other)
            Address.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other)
            of.update(created_by_import=other)
