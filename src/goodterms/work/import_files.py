"""Importing: what files say is prepared where nobody sees it, shown as a dry run, and published all at once or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from goodterms.errors import UsageError
from goodterms.facts.columns import MASTER_NAMES
from goodterms.facts.engine import connect
from goodterms.facts.live import Counts, Month, Prepared, prepare_import, stored_rows
from goodterms.facts.store import StoredFile
from goodterms.register.access import ensure_may
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import FactsFile, FactsVersion, Import, ImportRows, ImportState, Stated
from goodterms.register.product import Product
from goodterms.register.record import named_by, published
from goodterms.register.rights import Verb
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.user import User
from goodterms.work.close_period import refuse_closed
from goodterms.work.hand_over import take_over
from goodterms.work.keep_originals import keep_originals
from goodterms.work.keys_brought import KeyBrought, keys_brought
from goodterms.work.lease import lease, still_held
from goodterms.work.manifest import write_manifest
from goodterms.work.settle import settle, settle_all
from goodterms.work.stored import live_files, store
from goodterms.work.sweep import clear_abandoned
from goodterms.work.writing import writing

if TYPE_CHECKING:
    from goodterms.intake import Reading

_GONE = (ImportState.ABANDONED, ImportState.UNDONE)


@dataclass(frozen=True)
class DryRun:
    """What an import or its undoing would change, per table of facts, and the records that it would make."""

    number: int
    tables: Mapping[str, Counts]
    months: Mapping[str, tuple[Month, ...]]
    new_records: Mapping[str, int]
    prepared: tuple[Prepared, ...] = ()
    live: Mapping[str, Mapping[Month, str]] = field(default_factory=dict)
    """The files that were live when it was prepared."""

    @property
    def changes_nothing(self) -> bool:
        """Everything is there already."""
        return not any(self.months.values()) and not any(self.new_records.values())


def prepare(reading: Reading, *, by: User, at: datetime) -> DryRun:
    """Keep what files say where no query sees it, and return what publishing would change.

    Raises
    ------
    NotAllowedError
        The user may not import files.
    """
    ensure_may(by, Verb.IMPORT)
    found = Import.objects.create(made_by=by, begun_at=at, mapping=reading.mapping.as_toml(), problems=[], counts={})
    keep_originals(found, reading)
    brought = {}
    for table in _tables_with_rows(reading):
        files = stored_rows(store(), reading.facts.engine, table, reading.rows_to_keep(table, found.number))
        rows = [ImportRows(of=found, table=table, month=month, sha256=f.sha256, rows=f.rows, size=f.size) for month, f in files.items()]
        ImportRows.objects.bulk_create(rows)
        brought[table] = files
    made: dict[str, int] = {}
    for keys in keys_brought(reading.facts):
        for kind, count in _make_unseen(found, keys, at.date()).items():
            made[kind] = made.get(kind, 0) + count
    live = {table: live_files(table) for table in brought}
    prepared = tuple(prepare_import(store(), reading.facts.engine, table, live[table], files) for table, files in brought.items())
    run = replace(dry_run_of(found.number, prepared, made), live=live)
    counts = {table: vars(replace(c, shrinking=())) | {"shrinking": list(c.shrinking)} for table, c in run.tables.items()}
    Import.objects.filter(pk=found.pk, state=ImportState.PREPARING).update(state=ImportState.WAITING, counts={"tables": counts, "made": made})
    return run


def publish(run: DryRun, engine: Any, *, by: User, at: datetime, login: str = "") -> DryRun:
    """Publish what was prepared, in one short transaction; where the facts changed meanwhile, it is prepared again first.

    Returns
    -------
    DryRun
        What was published, which differs from what was shown where others published meanwhile.

    Raises
    ------
    UsageError
        It was published, undone or abandoned already.
    NotAllowedError
        The user may not import files.
    """
    ensure_may(by, Verb.IMPORT)
    with lease("import") as attempt:
        settle_all()
        found = Import.objects.get(number=run.number)
        if found.state != ImportState.WAITING:
            raise UsageError(f"Import {run.number} is {found.state}: it cannot be published.")
        prepared = run.prepared if run.live == {table: live_files(table) for table in run.live} else _prepared_again(found, engine)
        refuse_closed(prepared, engine)
        take_over(found, engine)
        with writing("import", by=by, at=at, login=login) as now:
            still_held(attempt)
            version = publish_files(prepared, f"import {found.number}", at)
            if not Import.objects.filter(pk=found.pk, state=ImportState.WAITING).update(state=ImportState.PUBLISHED, version=version):
                raise UsageError(f"Import {run.number} was given up meanwhile: nothing was published.")
            now.note("import", str(found.number), version=version, files=[file.sha256 for file in found.files.all()])
        settle(found)
    return dry_run_of(found.number, prepared, run.new_records)


def _prepared_again(found: Import, engine: Any) -> tuple[Prepared, ...]:
    """What publishing would change now that others have published."""
    brought: dict[str, dict[Month, StoredFile]] = {}
    for rows in found.rows.order_by("table", "month"):
        brought.setdefault(rows.table, {})[rows.month] = StoredFile(rows.sha256, rows.rows, rows.size)
    return tuple(prepare_import(store(), engine, table, live_files(table), files) for table, files in brought.items())


def abandon(number: int) -> None:
    """Give up what was prepared; what it made unseen is removed."""
    Import.objects.filter(number=number, state__in=[ImportState.PREPARING, ImportState.WAITING]).update(state=ImportState.ABANDONED)
    found = Import.objects.get(number=number)
    if found.state == ImportState.ABANDONED:
        with suppress(UsageError), lease("clearing up", patience=0):  # else the next sweeping does it
            settle_all()
            clear_abandoned(found, connect())


def dry_run_of(number: int, prepared: Sequence[Prepared], made: Mapping[str, int]) -> DryRun:
    """What prepared files come to, for a person."""
    return DryRun(number, {p.table: p.counts for p in prepared}, {p.table: tuple(p.months) for p in prepared}, made, tuple(prepared))


def publish_files(prepared: Iterable[Prepared], because: str, at: datetime) -> int:
    """Make a new version of the facts: retire files and name the ones in their place. A change of nothing makes none."""
    last = FactsVersion.objects.select_for_update().order_by("-number")[0]
    changed = [p for p in prepared if p.months]
    if not changed:
        return last.number
    version = FactsVersion.objects.create(number=last.number + 1, published_at=at, because=because)
    for p in changed:
        of_months = models.Q(month__in=[month for month in p.months if month]) | (models.Q(month=None) if None in p.months else models.Q(pk=None))
        FactsFile.objects.filter(of_months, table=p.table, until=None).update(until=version)
        FactsFile.objects.bulk_create(
            FactsFile(table=p.table, month=month, sha256=file.sha256, rows=file.rows, size=file.size, since=version) for month, file in p.months.items() if file
        )
    transaction.on_commit(write_manifest, robust=True)  # where it cannot be written, it lags, and is mended later
    return version.number


def _tables_with_rows(reading: Reading) -> list[str]:
    return [name for name, table in reading.facts.tables.items() if name not in MASTER_NAMES and table.count().to_pyarrow().as_py()]


def _make_unseen(found: Import, keys: Sequence[KeyBrought], today: date) -> dict[str, int]:
    """Make the records of keys that are new, unseen until the import is published, and keep what master files say of all."""
    kind, spaces = keys[0].kind, {key.space for key in keys}
    with transaction.atomic():  # another import may make the same records at this moment: who comes second finds them there
        there = SourceKey.objects.filter(kind=kind, space__in=spaces, key__in=[key.key for key in keys])
        there.filter(created_by_import__state__in=_GONE).update(created_by_import=found)  # before they are swept
        known = {
            (space, key): (counterparty, product) for space, key, counterparty, product in there.values_list("space", "key", "counterparty_id", "product_id")
        }
        unseen = set(there.exclude(published()).values_list("space", "key"))  # another import's, which is not published: whoever is first has them
        new = [key for key in keys if (key.space, key.key) not in known]
        ids = {(key.space, key.key): named_by(kind, key.space, key.key) for key in new}
        if kind in {KeyKind.CUSTOMERS, KeyKind.SUPPLIERS}:
            Counterparty.objects.bulk_create(
                [
                    Counterparty(
                        id=ids[key.space, key.key],
                        name=key.key,
                        unnamed=True,
                        is_customer=kind == KeyKind.CUSTOMERS,
                        is_supplier=kind == KeyKind.SUPPLIERS,
                        created_on=today,
                        created_by_import=found,
                    )
                    for key in new
                ],
                ignore_conflicts=True,
            )
        elif kind == KeyKind.PRODUCTS:
            made = [Product(id=ids[key.space, key.key], name=key.key, unnamed=True, created_by_import=found) for key in new]
            Product.objects.bulk_create(made, ignore_conflicts=True)
        of = {KeyKind.CUSTOMERS: "counterparty_id", KeyKind.SUPPLIERS: "counterparty_id", KeyKind.PRODUCTS: "product_id"}.get(KeyKind(kind))
        SourceKey.objects.bulk_create(
            [
                SourceKey(
                    id=named_by("key", kind, key.space, key.key),
                    kind=kind,
                    space=key.space,
                    key=key.key,
                    created_by_import=found,
                    **({of: ids[key.space, key.key]} if of else {}),
                )
                for key in new
            ],
            ignore_conflicts=True,
        )
        if of:
            objects = {at: next(filter(None, either)) for at, either in known.items()} | ids
            Counterparty.objects.filter(pk__in=objects.values(), created_by_import__state__in=_GONE).update(created_by_import=found, created_on=today)
            Product.objects.filter(pk__in=objects.values(), created_by_import__state__in=_GONE).update(created_by_import=found)
            Stated.objects.bulk_create(
                Stated(
                    of=found,
                    object_id=objects[key.space, key.key],
                    kind=kind,
                    values={name: value if isinstance(value, bool | int | list) else str(value) for name, value in key.said.items()},
                )
                for key in keys
                if key.said
            )
    return {kind: len(new) + sum((key.space, key.key) in unseen for key in keys)}


def _kept(value: Any) -> Any:
    """A value of a master file as it is kept: numbers and flags as they are, amounts as text."""
    return value if isinstance(value, bool | int | list) else str(value)
