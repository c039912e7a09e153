"""Keeping a run's figures where lists find them, and the stages of counterparties that follow from the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F

from goodterms.analysis.keys import NO_PRODUCT
from goodterms.analysis.result import MEASURE_COLUMN, Result
from goodterms.facts.columns import MONEY_PLACES, NOT_CUSTOMERS
from goodterms.register.counterparty import ACTUAL, Counterparty, Stage, StageChange
from goodterms.register.record import named_by
from goodterms.register.run import CounterpartyFigures, CurrentRun, ProductFigures, Run, RunState
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.work.write_many import insert_many, insert_rows, update_many

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 1_000
_FIGURES_AT_ONCE = 5_000
"""To put a transaction onto the disk takes longer than to write a thousand of them; others wait for half a second."""
_KEPT_FOR = timedelta(days=90)
_NEVER_BOUGHT = (0, None, "")
"""Orders, last sale and stage."""


def keep_figures(run: Run, result: Result, stages: pa.Table) -> None:
    """Write the figures of every counterparty and product, so many in one transaction; nobody sees them before the run is the current one."""
    amounts, rows = _amounts(result.tables["customers"], "customer", MEASURE_COLUMN[result.measure])
    judged = _rows_of(stages, "customer", ["orders", "last_sale", "stage"])
    known = _records(KeyKind.CUSTOMERS, "counterparty_id")
    nothing = (None,) * len(amounts)
    _write(
        CounterpartyFigures,
        ("run", "counterparty", "orders", "last_sale", "stage", *amounts),
        ((run.pk, pk, *judged.get(key, _NEVER_BOUGHT), *rows.get(key, nothing)) for key, pk in known.items() if key in judged or key in rows),
    )
    known = _records(KeyKind.PRODUCTS, "product_id")
    profit = "product_contribution" if result.measure == "net profit" else MEASURE_COLUMN[result.measure]
    amounts, rows = _amounts(result.tables["products"], "product", profit)
    of_known = ((run.pk, known[key], *of_product) for key, of_product in rows.items() if known.get(key) is not None)
    _write(ProductFigures, ("run", "product", *amounts), of_known)


def set_stages(run: Run) -> None:
    """Set the stages that a run found, with their history; who has no sales any more is potential again. Nothing is done where another run is shown by now."""
    if run.stages_set or not CurrentRun.objects.filter(run=run).exists():
        return
    found = CounterpartyFigures.objects.filter(run=run).exclude(stage="")
    other = found.exclude(stage=F("counterparty__stage"), counterparty__stage_as_of=run.as_of)
    last: Any = None
    while True:
        rows = other.filter(counterparty__gt=last) if last else other
        batch = list(rows.order_by("counterparty").values_list("counterparty", "stage")[:_AT_ONCE])
        if not batch:
            break
        last = batch[-1][0]
        if not _change(run, {pk: Stage(stage) for pk, stage in batch}):
            return
    without = Counterparty.objects.visible().filter(stage__in=ACTUAL).exclude(pk__in=found.values("counterparty"))
    while batch_of := list(without.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        if not _change(run, {pk: _potential(pk) for pk in batch_of}):
            return
    Run.objects.filter(pk=run.pk).update(stages_set=True)


def remove_old_runs(*, at: datetime) -> int:
    """Remove runs of more than 90 days ago, but those that a person or a closed month names, the last of each month, and the one that is shown."""
    old = Run.objects.filter(state=RunState.READY, kept_as="", closed_periods=None, begun_at__lt=at - _KEPT_FOR)
    last_of_month: dict[tuple[int, int], int] = {}
    for number, begun_at in Run.objects.filter(state=RunState.READY).order_by("begun_at", "number").values_list("number", "begun_at"):
        last_of_month[begun_at.year, begun_at.month] = number
    gone = old.exclude(pk__in=last_of_month.values()).exclude(pk__in=CurrentRun.objects.filter(run__isnull=False).values("run"))
    removed = 0
    for run in gone:
        for model in (CounterpartyFigures, ProductFigures):
            _remove(model._default_manager.filter(run=run))  # noqa: SLF001  (Django's own name for it)
        run.delete()
        removed += 1
    return removed


def _remove(rows: models.QuerySet[Any]) -> None:
    while batch := list(rows.values_list("pk", flat=True)[:_AT_ONCE]):
        rows.model._default_manager.filter(pk__in=batch).delete()  # noqa: SLF001


def _change(run: Run, wanted: Mapping[UUID, Stage]) -> bool:
    """Set stages, unless another run is shown by now, which sets its own: False then."""
    with transaction.atomic():
        if not CurrentRun.objects.select_for_update().filter(run=run).exists():
            return False
        records = Counterparty.objects.only("version", "stage", "stage_as_of").select_for_update().in_bulk(list(wanted))
        other = [(record, wanted[pk]) for pk, record in records.items() if (record.stage, record.stage_as_of) != (wanted[pk], _as_of(run, wanted[pk]))]
        changes = [
            StageChange(
                id=named_by("stage", str(run.pk), record.pk.hex), counterparty=record, before=record.stage, after=stage, as_of=run.as_of, run=run.number
            )
            for record, stage in other
            if record.stage != stage
        ]
        insert_many(changes)
        for record, stage in other:
            record.stage, record.stage_as_of = stage, _as_of(run, stage)
        update_many([record for record, _ in other], "stage", "stage_as_of")
    return True


def _as_of(run: Run, stage: Stage) -> Any:
    return run.as_of if stage in ACTUAL else None


def _potential(counterparty: UUID) -> Stage:
    """What a counterparty was before it first bought."""
    first = StageChange.objects.filter(counterparty=counterparty, after__in=ACTUAL).exclude(before__in=[*ACTUAL, ""]).order_by("-as_of", "-run").first()
    return Stage(first.before) if first else Stage.LEAD


def _records(kind: KeyKind, column: str) -> dict[str, Any]:
    """The records of keys, as an analysis calls these: see :mod:`goodterms.analysis.keys`."""
    keys = SourceKey.objects.visible().filter(kind=kind).values_list("space", "key", "said", column)
    return {_as_named(space, said or key): pk for space, key, said, pk in keys}


def _as_named(space: str, key: str) -> str:
    return f"{space}:{key}" if space or key in {*NOT_CUSTOMERS, NO_PRODUCT} else key


def _write(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    left = iter(rows)
    while batch := list(islice(left, _FIGURES_AT_ONCE)):
        insert_rows(model, names, batch)


def _amounts(table: pa.Table, key: str, profit: str) -> tuple[list[str], dict[str, tuple[Decimal | None, ...]]]:
    """The names of figures that a table of results has, and those of each row, to the unit that the register keeps."""
    columns = {
        "net_sales": "net_sales_later",
        "net_sales_earlier": "net_sales_earlier",
        "gross_margin": "gross_margin_later",
        "profit": f"{profit}_later",
        "profit_earlier": f"{profit}_earlier",
    }
    found = {ours: theirs for ours, theirs in columns.items() if theirs in table.column_names}
    return list(found), {name: tuple(map(_rounded, amounts)) for name, amounts in _rows_of(table, key, list(found.values())).items()}


def _rows_of(table: pa.Table, key: str, columns: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The values of a table's columns by the key of their row."""
    return {name: tuple(values) for name, *values in zip(*(table[column].to_pylist() for column in (key, *columns)), strict=True)}


def _rounded(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-MONEY_PLACES), ROUND_HALF_UP)
