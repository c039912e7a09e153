"""Sweeping: what undone and abandoned imports made and nothing names is removed, so many rows at once."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from goodterms.register.counterparty import Counterparty
from goodterms.register.dictionary import Dictionary, DictionaryValue
from goodterms.register.imported import Import, ImportState, Stated
from goodterms.register.product import Family, Product
from goodterms.register.record import named_by
from goodterms.register.source_key import SourceKey
from goodterms.work.hand_over import LIVING, hand_over
from goodterms.work.keep_originals import drop_originals

_AT_ONCE = 2_000
_WORKED_WITH = ("activities", "notes", "contact_persons", "addresses", "identifiers", "ownerships", "stage_changes")


def sweep_records(found: Import, engine: Any) -> None:
    """Remove the records that an undone or abandoned import alone made; those that a person changed or works with, or another import names, stay."""
    hand_over(found, engine, to=LIVING)
    _keep_what_people_use(found)
    values = _values_said(found)
    _remove(SourceKey.objects.filter(created_by_import=found))
    _remove(Counterparty.objects.filter(created_by_import=found))
    _remove(Product.objects.filter(created_by_import=found))
    _remove(Stated.objects.filter(of=found))
    _remove_unused(values)


def clear_abandoned(found: Import, engine: Any) -> None:
    """Remove all that an abandoned import left; its content files go with the next sweeping."""
    sweep_records(found, engine)
    found.rows.all().delete()
    drop_originals(found)


def _keep_what_people_use(found: Import) -> None:
    """A record that was changed by a person, or that something of theirs hangs on, is the company's own from now on."""
    used = models.Q(version__gt=1)
    for related in _WORKED_WITH:
        used |= models.Q(**{f"{related}__isnull": False})
    mine = Counterparty.objects.filter(used, created_by_import=found).values_list("pk", flat=True)
    with transaction.atomic():
        kept = list(mine.distinct())
        SourceKey.objects.filter(counterparty__in=kept, created_by_import=found).update(created_by_import=None)
        Counterparty.objects.filter(pk__in=kept).update(created_by_import=None)
        products = list(Product.objects.filter(version__gt=1, created_by_import=found).values_list("pk", flat=True))
        SourceKey.objects.filter(product__in=products, created_by_import=found).update(created_by_import=None)
        Product.objects.filter(pk__in=products).update(created_by_import=None)


def _values_said(found: Import) -> dict[str, set[str]]:
    """The segments and families that an import's master files name."""
    said: dict[str, set[str]] = {"segment": set(), "family": set()}
    for values in Stated.objects.filter(of=found).values_list("values", flat=True).iterator(chunk_size=_AT_ONCE):
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
            batch = list(rows.select_for_update().values_list("pk", flat=True)[:_AT_ONCE])
            rows.model._default_manager.filter(pk__in=batch).delete()  # noqa: SLF001
        if len(batch) < _AT_ONCE:
            return
