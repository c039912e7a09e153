"""Importing: what files say is prepared where nobody sees it, shown as a dry run, and published all at once or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from goodterms.errors import UsageError
from goodterms.facts.columns import MASTER_NAMES
from goodterms.facts.engine import connect
from goodterms.facts.live import Counts, Month, Prepared, met_in_other_sources, prepare_import, stored_rows
from goodterms.facts.store import StoredFile
from goodterms.register.access import ensure_may
from goodterms.register.imported import FactsFile, FactsVersion, Import, ImportRows, ImportState
from goodterms.register.rights import Verb
from goodterms.register.statistics import count_anew
from goodterms.register.user import User
from goodterms.work.close_period import refuse_closed, said_of_closed, without_closed
from goodterms.work.hand_over import take_over
from goodterms.work.keep_originals import keep_originals
from goodterms.work.keys_brought import keys_brought
from goodterms.work.lease import lease, still_held
from goodterms.work.manifest import write_manifest
from goodterms.work.name_keys import ensure_words_stand, without_names
from goodterms.work.parties_said import said_of_parties
from goodterms.work.records_brought import make_unseen
from goodterms.work.settle import records_changed, settle, settle_all, what_people_set
from goodterms.work.stored import files_of, live_files, store
from goodterms.work.sweep import clear_abandoned, finish_left
from goodterms.work.writing import writing

if TYPE_CHECKING:
    import pyarrow as pa

    from goodterms.intake import Reading


@dataclass(frozen=True)
class DryRun:
    """What an import would change, per table of facts, and the records that it would make."""

    number: int
    tables: Mapping[str, Counts]
    months: Mapping[str, tuple[Month, ...]]
    new_records: Mapping[str, int]
    changed_records: Mapping[str, int] = field(default_factory=dict)
    """Records that are there and of which the files say something else than was said before, by kind of key."""
    met_twice: int = 0
    """Documents that are there from another source too, with the same lines: both stay, and a run counts one."""
    kept: tuple[str, ...] = ()
    """What people set on records and the files say otherwise: it stays, and each sentence says both."""
    closed: tuple[str, ...] = ()
    """The documents that would change a closed month: with any, nothing is published."""
    left_out: Mapping[str, pa.Table] = field(default_factory=dict)
    """Rows of each table that were left out, since they would change a closed month."""
    prepared: tuple[Prepared, ...] = field(repr=False, default=())
    live: Mapping[str, Mapping[Month, str]] = field(repr=False, default_factory=dict)
    """The files that were live when it was prepared."""

    @property
    def changes_nothing(self) -> bool:
        """Everything is there already."""
        return not any(of for found in (self.months, self.new_records, self.changed_records) for of in found.values())


class DryRunChangedError(UsageError):
    """Others published meanwhile: what publishing would change now is ``run``, to be shown again."""

    def __init__(self, run: DryRun) -> None:
        self.run = run
        super().__init__(
            "Others published meanwhile, and this would now change something else than what was shown: nothing was published. Import the files again."
        )


def prepare(reading: Reading, *, open_only: bool = False, by: User, at: datetime) -> DryRun:
    """Keep what files say where no query sees it, and return what publishing would change.

    With ``open_only`` the documents that would change a closed month are left out (:attr:`DryRun.left_out`).

    Raises
    ------
    NotAllowedError
        The user may not import files.
    UsageError
        A key is too long to be one.
    """
    ensure_may(by, Verb.IMPORT)
    engine = reading.facts.engine
    found = Import.objects.create(made_by=by, begun_at=at, mapping=reading.mapping.as_toml(), problems=[], counts={})
    keep_originals(found, reading)
    rows, stands_for = without_names(found, engine.con, _rows_brought(reading, found.number))
    facts = {table: those for table, those in rows.items() if table not in MASTER_NAMES}
    brought = {table: stored_rows(store(), engine, table, those) for table, those in facts.items()}
    live = {table: live_files(table) for table in brought}
    prepared = tuple(prepare_import(store(), engine, table, live[table], files) for table, files in brought.items())
    left_out: Mapping[str, pa.Table] = {}
    if open_only:
        facts, left_out = without_closed(facts, prepared, engine)
        rows |= facts
        brought |= {table: stored_rows(store(), engine, table, facts[table]) for table in left_out}
        prepared = tuple(
            prepare_import(store(), engine, table, live[table], brought[table]) if table in left_out else of
            for table, of in zip(brought, prepared, strict=True)
        )
    ImportRows.objects.bulk_create(
        ImportRows(of=found, table=table, month=month, sha256=f.sha256, rows=f.rows, size=f.size)
        for table, files in brought.items()
        for month, f in files.items()
    )
    made = _make_records(found, reading, rows, stands_for, at)
    run = DryRun(
        found.number,
        {p.table: p.counts for p in prepared},
        {p.table: tuple(p.months) for p in prepared},
        made,
        met_twice=met_in_other_sources(store(), engine, live["sale_lines"], brought["sale_lines"]) if "sale_lines" in brought else 0,
        changed_records=records_changed(found),
        kept=what_people_set(found),
        closed=tuple(said_of_closed(prepared, engine)),
        left_out=left_out,
        prepared=prepared,
        live=live,
    )
    counts = {table: vars(replace(c, shrinking=())) | {"shrinking": list(c.shrinking)} for table, c in run.tables.items()}
    Import.objects.filter(pk=found.pk, state=ImportState.PREPARING).update(state=ImportState.WAITING, counts={"tables": counts, "made": made})
    return run


def publish(run: DryRun, engine: Any, *, as_shown: bool = False, by: User, at: datetime, login: str = "") -> DryRun:
    """Publish what was prepared, in one short transaction; where the facts changed meanwhile, it is prepared again first.

    With ``as_shown`` nothing else is published than what was shown.

    Returns
    -------
    DryRun
        What was published, which differs from what was shown where others published meanwhile.

    Raises
    ------
    DryRunChangedError
        Others published meanwhile, so that it would change something else than was shown.
    ClosedMonthError
        It would change a closed month.
    UsageError
        It was published, undone or abandoned already.
    UnreadableFileError
        A file of it has gone.
    NotAllowedError
        The user may not import files.
    """
    ensure_may(by, Verb.IMPORT)
    with lease("import") as attempt:
        settle_all()
        found = Import.objects.get(number=run.number)
        if found.state != ImportState.WAITING:
            raise UsageError(f"Import {run.number} is {found.state}: it cannot be published.")
        is_as_shown = run.live == {table: live_files(table) for table in run.live} and not _published_after(found).exists()
        prepared = run.prepared if is_as_shown else _prepared_again(found, engine)
        if as_shown and _shown(prepared) != _shown(run.prepared):
            raise DryRunChangedError(_with(run, prepared, engine))
        refuse_closed(prepared, engine)
        store().rows_of({*files_of(found.rows.all()), *(f.sha256 for p in prepared for f in p.months.values() if f)})  # all there: a clock may have jumped
        take_over(found, engine)
        with writing("import", by=by, at=at, login=login) as now:
            still_held(attempt)
            version = publish_files(prepared, f"import {found.number}", at)
            if not Import.objects.filter(pk=found.pk, state=ImportState.WAITING).update(state=ImportState.PUBLISHED, version=version):
                raise UsageError(f"Import {run.number} was given up meanwhile: nothing was published.")
            now.note("import", str(found.number), version=version, files=[file.sha256 for file in found.files.all()])
        settle(found)
        count_anew(sum(run.new_records.values()))
    return _with(run, prepared, engine)


def _shown(prepared: Iterable[Prepared]) -> list[tuple[str, Counts, tuple[Month, ...]]]:
    return [(p.table, p.counts, tuple(p.months)) for p in prepared]


def _with(run: DryRun, prepared: tuple[Prepared, ...], engine: Any) -> DryRun:
    """A dry run with what publishing would change now."""
    return replace(
        run,
        tables={p.table: p.counts for p in prepared},
        months={p.table: tuple(p.months) for p in prepared},
        closed=tuple(said_of_closed(prepared, engine)),
        prepared=prepared,
        live={p.table: live_files(p.table) for p in prepared},
    )


def _published_after(found: Import) -> models.QuerySet[ImportRows]:
    """The rows of imports that were begun later and published first: of a line that both bring, theirs counts."""
    return ImportRows.objects.filter(of__state=ImportState.PUBLISHED, of__number__gt=found.number)


def _prepared_again(found: Import, engine: Any) -> tuple[Prepared, ...]:
    """What publishing would change now that others have published."""
    brought: dict[str, dict[Month, StoredFile]] = {}
    for rows in found.rows.order_by("table", "month"):
        brought.setdefault(rows.table, {})[rows.month] = StoredFile(rows.sha256, rows.rows, rows.size)
    later = _published_after(found)
    return tuple(
        prepare_import(store(), engine, table, live_files(table), files, later=files_of(later.filter(table=table))) for table, files in brought.items()
    )


def abandon(number: int) -> None:
    """Give up what was prepared; what it made unseen is removed."""
    finish_left()  # an import that brought the same may have ended when it was published
    Import.objects.filter(number=number, state__in=[ImportState.PREPARING, ImportState.WAITING]).update(state=ImportState.ABANDONED)
    found = Import.objects.get(number=number)
    if found.state == ImportState.ABANDONED:
        with suppress(UsageError), lease("clearing up", patience=0):  # else the next sweeping does it
            clear_abandoned(found, connect())


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


def _rows_brought(reading: Reading, number: int) -> dict[str, str]:
    """The rows of each table that has some, in SQL."""
    held = [name for name, table in reading.facts.tables.items() if table.count().to_pyarrow().as_py()]
    return {name: f"FROM {name}" if name in MASTER_NAMES else reading.rows_to_keep(name, number) for name in held}


def _make_records(found: Import, reading: Reading, rows: Mapping[str, str], stands_for: Mapping[Any, str], at: datetime) -> dict[str, int]:
    """Make the records of new keys where nobody sees them."""
    said, made = said_of_parties(reading, stands_for), dict[str, int]()
    for keys in keys_brought(reading.facts.engine.con, rows):
        for key in keys:
            key.said.update(said.get((key.kind, key.space, key.key), {}))
        count = make_unseen(found, keys, at.date(), stands_for=stands_for, same=reading.mapping.same_keys)
        made[keys[0].kind] = made.get(keys[0].kind, 0) + count
    ensure_words_stand(stands_for)
    return made
