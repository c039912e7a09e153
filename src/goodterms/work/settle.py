"""After publishing or undoing: each record says what the latest standing import says of it, except where a person said otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from goodterms.register.counterparty import Counterparty
from goodterms.register.dictionary import Dictionary, DictionaryValue
from goodterms.register.imported import Import, ImportState, Stated
from goodterms.register.product import Family, Product, ProductPrice
from goodterms.register.record import named_by
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.terms import Terms

_AT_ONCE = 2_000


def settle(found: Import) -> None:
    """Set on the records that an import's master files name what the standing imports say of them, so many in one transaction."""
    objects = Stated.objects.filter(of=found).order_by("kind", "object_id").values_list("kind", "object_id")
    for kind in KeyKind.values:
        ids = [object_id for of_kind, object_id in objects.filter(kind=kind).iterator(chunk_size=_AT_ONCE) if of_kind == kind]
        for begin in range(0, len(ids), _AT_ONCE):
            with transaction.atomic():
                _settle(kind, ids[begin : begin + _AT_ONCE])
    Import.objects.filter(pk=found.pk).update(is_settled=True)


def settle_all() -> None:
    """Go on where a process ended after it had published and before all records were settled."""
    for found in Import.objects.filter(is_settled=False, state__in=[ImportState.PUBLISHED, ImportState.UNDONE]).order_by("number"):
        settle(found)


def _settle(kind: str, ids: Sequence[UUID]) -> None:
    said: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for object_id, values in (
        Stated.objects.filter(object_id__in=ids, kind=kind, of__state=ImportState.PUBLISHED).order_by("of").values_list("object_id", "values")
    ):
        said[object_id] |= values
    keys = dict(_first_keys(kind, ids))
    if kind == KeyKind.PRODUCTS:
        _settle_products(Product.objects.in_bulk(list(ids)), said, keys)
    elif kind in {KeyKind.CUSTOMERS, KeyKind.SUPPLIERS}:
        _settle_counterparties(Counterparty.objects.in_bulk(list(ids)), said, keys, is_purchase=kind == KeyKind.SUPPLIERS)


def _first_keys(kind: str, ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    of = "product_id" if kind == KeyKind.PRODUCTS else "counterparty_id"
    return list(SourceKey.objects.filter(kind=kind, **{f"{of}__in": list(ids)}).order_by("-space", "-key").values_list(of, "key"))


def _settle_counterparties(found: dict[UUID, Counterparty], said: dict[UUID, dict[str, Any]], keys: dict[UUID, str], *, is_purchase: bool) -> None:
    segments = _values(Dictionary.SEGMENT, {values["segment"] for values in said.values() if "segment" in values})
    changed = []
    for record in found.values():
        values = said.get(record.pk, {})
        wanted = {
            "name": values.get("name") or keys.get(record.pk, record.name),
            "unnamed": "name" not in values,
            "segment_id": segments[values["segment"]] if "segment" in values else None,
            "country": values.get("country", ""),
            "manager_key": values.get("manager_key", ""),
        }
        if is_purchase:
            del wanted["segment_id"], wanted["manager_key"]
        changed += _set(record, wanted)
    Counterparty.objects.bulk_update(changed, ["name", "unnamed", "segment", "country", "manager_key"], batch_size=500)
    _settle_terms(found, said, is_purchase=is_purchase)


def _settle_terms(found: dict[UUID, Counterparty], said: dict[UUID, dict[str, Any]], *, is_purchase: bool) -> None:
    """Terms without a day are those of the master files."""
    columns = {"price_list": "price_list", "payment_days": "payment_days", "terms": "group", "credit_limit": "credit_limit"}
    wanted = {pk: {ours: said[pk][theirs] for theirs, ours in columns.items() if theirs in said[pk]} for pk in found if pk in said}
    Terms.objects.filter(counterparty__in=list(found), is_purchase=is_purchase, valid_from=None).delete()
    Terms.objects.bulk_create(
        Terms(id=named_by("terms", pk.hex, str(is_purchase)), counterparty_id=pk, is_purchase=is_purchase, **values) for pk, values in wanted.items() if values
    )


def _settle_products(found: dict[UUID, Product], said: dict[UUID, dict[str, Any]], keys: dict[UUID, str]) -> None:
    names = {values["family"] for values in said.values() if "family" in values}
    Family.objects.bulk_create([Family(id=named_by("family", name), name=name) for name in sorted(names)], ignore_conflicts=True)
    families = dict(Family.objects.filter(name__in=names).values_list("name", "pk"))
    changed, prices = [], []
    for record in found.values():
        values = said.get(record.pk, {})
        wanted = {
            "name": values.get("name") or keys.get(record.pk, record.name),
            "unnamed": "name" not in values,
            "family_id": families[values["family"]] if "family" in values else None,
            "is_stocked": values.get("stocked"),
        }
        changed += _set(record, wanted)
        for number, said_of_price in enumerate(values.get("prices", [])):
            priced = {name: value for name, value in said_of_price.items() if value is not None}
            if priced:
                prices.append(ProductPrice(id=named_by("price", record.pk.hex, str(number)), product=record, **priced))
    Product.objects.bulk_update(changed, ["name", "unnamed", "family", "is_stocked"], batch_size=500)
    ProductPrice.objects.filter(product__in=list(found)).delete()
    ProductPrice.objects.bulk_create(prices)


def _set(record: Counterparty | Product, wanted: dict[str, Any]) -> list[Any]:
    """The record, changed, where it is not as wanted; what a person set stays."""
    differing = {name: value for name, value in wanted.items() if name.removesuffix("_id") not in record.kept_fields and getattr(record, name) != value}
    for name, value in differing.items():
        setattr(record, name, value)
    return [record] if differing else []


def _values(dictionary: Dictionary, keys: set[str]) -> dict[str, UUID]:
    """The values of a dictionary by their keys; new ones are made."""
    made = [DictionaryValue(id=named_by(dictionary, key), dictionary=dictionary, key=key[:100], label_en=key[:200]) for key in sorted(keys)]
    DictionaryValue.objects.bulk_create(made, ignore_conflicts=True)
    return dict(DictionaryValue.objects.filter(dictionary=dictionary, key__in=[key[:100] for key in keys]).values_list("key", "pk"))
