"""Records that several imports name: one of them made each, and before that one goes, another that stands or waits has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import models, transaction
from django.db.models.functions import Coalesce

from goodterms.facts.live import IMPORT
from goodterms.register.address import Address
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import Import, ImportRows, ImportState, Stated
from goodterms.register.product import Product
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.work.keys_brought import keys_in
from goodterms.work.stored import files_of, store

LIVING = (ImportState.PREPARING, ImportState.WAITING, ImportState.PUBLISHED)
_AT_ONCE = 2_000


def hand_over(found: Import, engine: Any, *, to: Collection[ImportState]) -> None:
    """Records that an import made and another one in such a state names are from now on that one's, the earliest first."""
    _give(found, Import.objects.filter(state__in=to).exclude(pk=found.pk), engine)


def take_over(found: Import, engine: Any) -> None:
    """Records that an import names and one that was never published made are from now on its own, so that they are seen when it is published."""
    unseen = SourceKey.objects.exclude(created_by_import__state=ImportState.PUBLISHED).exclude(created_by_import__in=[found])
    for maker in Import.objects.filter(pk__in=unseen.exclude(created_by_import=None).values("created_by_import")).order_by("number"):
        _give(maker, Import.objects.filter(pk=found.pk), engine)


def _give(maker: Import, others: models.QuerySet[Import], engine: Any) -> None:
    keys: dict[int, list[UUID]] = defaultdict(list)
    for key, number in sorted(_named_by(others, maker, engine).items()):
        keys[number].append(key)
    for other in others.filter(pk__in=list(keys)).order_by("number"):  # of a record that two keys name, the earliest has it
        _belong(maker, other, keys[other.pk])
    shared = Counterparty.objects.filter(created_by_import=maker, source_keys__created_by_import__in=others)  # by a key of the other kind
    earliest: dict[int, list[UUID]] = defaultdict(list)
    for pk, number in shared.values_list("pk").annotate(earliest=models.Min("source_keys__created_by_import")):
        earliest[number].append(pk)
    for other in others.filter(pk__in=list(earliest)):
        of_maker = Counterparty.objects.filter(pk__in=earliest[other.pk], created_by_import=maker)
        of_maker.update(created_by_import=other, created_on=other.begun_at.date())


def named_by_others(maker: Import, engine: Any) -> set[UUID]:
    """The keys that an import made and another one names that stands or waits."""
    return set(_named_by(Import.objects.filter(state__in=LIVING).exclude(pk=maker.pk), maker, engine))


def _named_by(others: models.QuerySet[Import], maker: Import, engine: Any) -> dict[UUID, int]:
    """The keys that an import made and others name, each with the number of the earliest of these: their rows are read once, all together."""
    found: dict[UUID, int] = {}
    brought = ImportRows.objects.filter(of__in=others)
    tables = list(brought.order_by("table").values_list("table", flat=True).distinct())
    for kind in KeyKind:
        own = SourceKey.objects.filter(kind=kind, created_by_import=maker)
        rows = list(own.values_list("pk", "space", "within", "key", "counterparty", "product"))
        if not rows:
            continue
        ids, spaces, withins, keys, *_ = zip(*rows, strict=True)
        engine.con.register("own_keys", pa.table({"id": [pk.hex for pk in ids], "space": spaces, "within": withins, "key": keys}))
        named: list[tuple[UUID, int]] = []
        for table in tables:
            if of_table := keys_in(store().rows_of(files_of(brought.filter(table=table))), kind, table, by=IMPORT):
                earliest = f"SELECT id, min({IMPORT}) FROM ({of_table}) JOIN own_keys USING (space, within, key) GROUP BY id"
                named += [(UUID(pk), number) for pk, number in engine.con.execute(earliest).fetchall()]
        engine.con.unregister("own_keys")
        stated = Stated.objects.filter(of__in=others, kind=kind, object_id__in=own.annotate(record=Coalesce("counterparty", "product")).values("record"))
        said = dict(stated.values_list("object_id").annotate(earliest=models.Min("of")))
        named += [(pk, said[record]) for pk, *_, counterparty, product in rows if (record := counterparty or product) in said]
        for key, number in named:
            found[key] = min(number, found.get(key, number))
    return found


def _belong(maker: Import, other: Import, keys: Sequence[UUID]) -> None:
    """Keys that are still the maker's, and the records that they name, belong to the other, as if that had made them."""
    for begin in range(0, len(keys), _AT_ONCE):
        with transaction.atomic():
            of = SourceKey.objects.filter(pk__in=keys[begin : begin + _AT_ONCE], created_by_import=maker)
            Counterparty.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other, created_on=other.begun_at.date())
            Product.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other)
            Address.objects.filter(source_keys__in=of, created_by_import=maker).update(created_by_import=other)
            of.update(created_by_import=other)
