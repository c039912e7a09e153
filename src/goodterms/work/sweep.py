"""Sweeping: what undone, abandoned and killed work made and nothing names is removed, so many rows at once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, models, transaction

from goodterms.errors import GoodtermsError
from goodterms.facts.engine import connect
from goodterms.facts.store import BEGUN, sweep_staging
from goodterms.register.activity import Activity, Note
from goodterms.register.address import Address
from goodterms.register.contact_person import ContactPerson
from goodterms.register.counterparty import Counterparty, Ownership, StageChange
from goodterms.register.dictionary import Dictionary, DictionaryValue
from goodterms.register.identifier import Identifier
from goodterms.register.imported import FactsFile, Import, ImportedFile, ImportRows, ImportState, Stated
from goodterms.register.product import Family, Product
from goodterms.register.record import named_by
from goodterms.register.run import CounterpartyFigures, ProductFigures, Run, RunState
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.terms import Terms
from goodterms.work.dump import COPY
from goodterms.work.hand_over import LIVING, hand_over
from goodterms.work.keep_originals import drop_originals, originals
from goodterms.work.kept_months import sweep_cubes
from goodterms.work.lease import lease
from goodterms.work.settle import settle_all, settle_counterparties, unsettled
from goodterms.work.stored import store

AT_ONCE = 1_000
"""Rows removed in one transaction, which takes less than half a second."""
_GRACE = timedelta(hours=24)
"""What is younger may be the work of someone who is at it."""
_WAITS = timedelta(days=14)
"""How long an import waits for someone to agree to it."""
_BY_PEOPLE = models.Q(by_import=False)
_WORKED_WITH: dict[Any, models.Q] = {
    Activity: models.Q(),
    Note: models.Q(),
    Address: _BY_PEOPLE & (models.Q(created_by_import=None) | models.Q(version__gt=1)),
    **dict.fromkeys((ContactPerson, Identifier, Ownership, Terms), _BY_PEOPLE),
    StageChange: models.Q(run=None),
}
"""What people do with a counterparty, and how that is told from what imports and runs say of it."""


@dataclass(frozen=True)
class Swept:
    """How much was removed: imports that nobody published, runs that did not end, files of facts, originals, copies of the register."""

    imports: int
    runs: int
    files: int
    originals: int
    copies: int


def sweep(*, at: datetime, patience: float = 0.0) -> Swept:
    """Remove what killed and abandoned work left behind more than a day ago and nothing names; imports that nobody agreed to, after two weeks.

    Raises
    ------
    UsageError
        Others publish at the moment: the next sweeping does it.
    """
    before = at - _GRACE
    seconds = before.timestamp()
    with lease("sweeping", patience=patience):
        settle_all()
        engine = connect()
        left = models.Q(state=ImportState.PREPARING, begun_at__lt=before) | models.Q(state=ImportState.WAITING, begun_at__lt=at - _WAITS)
        given_up = Import.objects.filter(left).update(state=ImportState.ABANDONED)
        _clear_left(engine)
        runs = _sweep_runs(before)
        sweep_cubes(before)
        named = {sha256 for model in (FactsFile, ImportRows) for sha256 in model._default_manager.values_list("sha256", flat=True)}  # noqa: SLF001
        files = store().sweep(named, seconds)
        kept = {name for name in ImportedFile.objects.values_list("original", flat=True) if name is not None}
        return Swept(given_up, runs, files, originals().sweep(kept, seconds), _sweep_copies(seconds))


def sweep_when_free(*, at: datetime) -> bool:
    """Sweep, unless others publish, or something cannot be read or written at the moment; False then."""
    try:
        sweep(at=at)
    except (GoodtermsError, Error, OSError):
        return False
    return True


def finish_left() -> None:
    """Go on where a process ended after it had published an import, or taken one back, or wait for who is at it."""
    if unsettled().exists() or Import.objects.filter(_has_left_something()).exists():
        with lease("finishing"):
            settle_all()
            _clear_left(connect())


def _clear_left(engine: Any) -> None:
    for found in Import.objects.filter(_has_left_something()).order_by("number"):
        (clear_abandoned if found.state == ImportState.ABANDONED else sweep_records)(found, engine)


def _has_left_something() -> models.Q:
    """Imports that were taken back or given up, and not all of whose records went with them."""
    left = models.Q(pk__in=ImportRows.objects.filter(of__state=ImportState.ABANDONED).values("of"))
    left |= models.Q(pk__in=ImportedFile.objects.filter(of__state=ImportState.ABANDONED).exclude(original=None).values("of"))
    left |= models.Q(pk__in=Stated.objects.values("of"))
    for model in (SourceKey, Counterparty, Product, Address):
        left |= models.Q(pk__in=model._default_manager.exclude(created_by_import=None).values("created_by_import"))  # noqa: SLF001
    return left & models.Q(state__in=[ImportState.ABANDONED, ImportState.UNDONE])


def _sweep_runs(before: datetime) -> int:
    """Remove runs that a process left unfinished, with the figures that nobody has seen."""
    runs = list(Run.objects.filter(state=RunState.PREPARING, begun_at__lt=before))
    for run in runs:
        _remove(CounterpartyFigures.objects.filter(run=run))
        _remove(ProductFigures.objects.filter(run=run))
        run.delete()
    return len(runs)


def _sweep_copies(before: float) -> int:
    """Remove copies of the register that a killed backup or dump left, and files that were not whole."""
    left = [folder for folder in settings.GOODTERMS_HOME.glob(f"{COPY}*") if folder.is_dir() and folder.stat().st_mtime < before]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left) + sweep_staging(settings.GOODTERMS_HOME, before, f"{BEGUN}*")


def sweep_records(found: Import, engine: Any) -> None:
    """Remove the records that an undone or abandoned import alone made; those that a person changed or works with, or another import names, stay."""
    hand_over(found, engine, to=LIVING)
    keys = SourceKey.objects.filter(created_by_import=found, counterparty__isnull=False)
    settle_counterparties(keys.exclude(counterparty__created_by_import=found).values_list("counterparty", flat=True))  # they may be no customers any more
    _keep_what_people_use(found)
    values = _values_said(found)
    _remove(SourceKey.objects.filter(created_by_import=found))
    _remove(Address.objects.filter(created_by_import=found))
    _remove(Counterparty.objects.filter(created_by_import=found))
    _remove(Product.objects.filter(created_by_import=found))
    _remove_unused(values)
    _remove(Stated.objects.filter(of=found))  # last: while any is there, the next sweeping goes on


def clear_abandoned(found: Import, engine: Any) -> None:
    """Remove all that an abandoned import left; its content files go with the next sweeping."""
    sweep_records(found, engine)
    found.rows.all().delete()
    drop_originals(found)


def used_by_people(found: Import) -> dict[Any, str]:
    """The counterparties and products of an import that people changed or work with, with their names."""
    used = ~models.Q(kept_fields=[])
    for model, by_people in _WORKED_WITH.items():
        used |= models.Q(pk__in=model._default_manager.filter(by_people).values("counterparty"))  # noqa: SLF001  (Django's own name for it)
    mine = Counterparty.objects.filter(used, created_by_import=found).values_list("pk", "name")
    return dict(mine.distinct()) | dict(Product.objects.filter(~models.Q(kept_fields=[]), created_by_import=found).values_list("pk", "name"))


def _keep_what_people_use(found: Import) -> None:
    """A record that was changed by a person, or that something of theirs hangs on, is the company's own from now on."""
    with transaction.atomic():
        kept = list(used_by_people(found))
        kept += Address.objects.filter(created_by_import=found, version__gt=1).values_list("pk", flat=True)
        SourceKey.objects.filter(kind=KeyKind.MANAGERS, created_by_import=found, user__isnull=False).update(created_by_import=None)
        for model, column in ((Counterparty, "counterparty"), (Product, "product"), (Address, "address")):
            SourceKey.objects.filter(**{f"{column}__in": kept}, created_by_import=found).update(created_by_import=None)
            model._default_manager.filter(pk__in=kept, created_by_import=found).update(created_by_import=None)  # noqa: SLF001


def _values_said(found: Import) -> dict[str, set[str]]:
    """The segments and families that an import's master files name."""
    said: dict[str, set[str]] = {"segment": set(), "family": set()}
    for values in Stated.objects.filter(of=found).values_list("values", flat=True).iterator(chunk_size=AT_ONCE):
        for what, names in said.items():
            if what in values:
                names.add(values[what])
    return said


def _remove_unused(said: dict[str, set[str]]) -> None:
    """Remove segments and families that imports made, where nothing has them and no standing import says them."""
    for what, names in said.items():
        for name in sorted(names):
            if Stated.objects.filter(of__state=ImportState.PUBLISHED, **{f"values__{what}": name}).exists():
                continue
            if what == "family":
                Family.objects.filter(id=named_by("family", name), version=1, products=None).delete()
            else:
                unused = {f"of_{place}": None for place in ("segment", "region", "size_band", "acquisition")}
                DictionaryValue.objects.filter(id=named_by(Dictionary.SEGMENT, name), version=1, **unused).delete()


def _remove(rows: models.QuerySet[models.Model]) -> None:
    while True:
        with transaction.atomic():
            batch = list(rows.select_for_update().values_list("pk", flat=True)[:AT_ONCE])
            rows.model._default_manager.filter(pk__in=batch).delete()  # noqa: SLF001
        if len(batch) < AT_ONCE:
            return
