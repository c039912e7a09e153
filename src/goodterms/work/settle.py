"""After publishing or undoing: each record says what the latest standing import says of it, except where a person said otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import models, transaction

from goodterms.register.address import Address, AddressKind
from goodterms.register.contact_person import ContactPerson
from goodterms.register.counterparty import Counterparty, Ownership
from goodterms.register.dictionary import Dictionary, DictionaryValue
from goodterms.register.identifier import Identifier, without_personal_codes
from goodterms.register.imported import Import, ImportState, Stated
from goodterms.register.product import Family, Product, ProductPrice
from goodterms.register.record import named_by
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.terms import Terms
from goodterms.work.write_many import insert_many, update_many

_AT_ONCE = 500
_BY: dict[str, Any] = {"by_import": True}
_SIDES = (KeyKind.SUPPLIERS, KeyKind.CUSTOMERS)
"""What a supplier's record says and a customer's too is said by the customer's."""
_Changes = dict[tuple[str, ...], list[Any]]
"""Changed records by the columns that changed: the database sees to what follows from these columns alone."""
_TERMS = {"price_list": "price_list", "payment_days": "payment_days", "terms": "group", "credit_limit": "credit_limit"}


@dataclass
class _Said:
    """What the standing imports say of one record, the latest last."""

    standing: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    """By kind of key."""
    managers: list[tuple[date, str, str]] = field(default_factory=list)
    """From which day which manager's key, of which space, was said."""

    @property
    def together(self) -> dict[str, Any]:
        """Of all kinds of key."""
        return {name: value for kind in _SIDES for name, value in self.standing[kind].items()}


def settle(found: Import) -> None:
    """Set on the records that an import's master files name what the standing imports say of them, so many in one transaction."""
    objects = Stated.objects.filter(of=found)
    settle_counterparties(objects.filter(kind__in=_SIDES).values_list("object_id", flat=True))
    products = list(dict.fromkeys(objects.filter(kind=KeyKind.PRODUCTS).order_by("object_id").values_list("object_id", flat=True)))
    for begin in range(0, len(products), _AT_ONCE):
        with transaction.atomic():
            _settle_products(products[begin : begin + _AT_ONCE])
    Import.objects.filter(pk=found.pk).update(is_settled=True)


def settle_all() -> None:
    """Go on where a process ended after it had published and before all records were settled; who calls it holds the lease."""
    for found in unsettled().order_by("number"):
        settle(found)


def unsettled() -> models.QuerySet[Import]:
    """Imports that were published or undone, and not all of whose records say so yet."""
    return Import.objects.filter(is_settled=False, state__in=[ImportState.PUBLISHED, ImportState.UNDONE])


def settle_counterparties(ids: Iterable[UUID]) -> None:
    """Set on counterparties what the standing imports and the users that managers' keys are tied to say of them."""
    listed = sorted(set(ids))
    for begin in range(0, len(listed), _AT_ONCE):
        with transaction.atomic():
            _settle_counterparties(listed[begin : begin + _AT_ONCE])


def _said_of(ids: Sequence[UUID], kinds: Iterable[str]) -> dict[UUID, _Said]:
    said: dict[UUID, _Said] = defaultdict(_Said)
    rows = Stated.objects.filter(object_id__in=ids, kind__in=list(kinds), of__state=ImportState.PUBLISHED).order_by("of")
    for pk, kind, values, begun_at in rows.values_list("object_id", "kind", "values", "of__begun_at"):
        said[pk].standing[kind] |= values
        if "manager_key" in values:
            said[pk].managers.append((begun_at.date(), values.get("key_space", ""), values["manager_key"]))
    return said


def _settle_counterparties(ids: Sequence[UUID]) -> None:
    records, said = Counterparty.objects.select_for_update().in_bulk(list(ids)), _said_of(ids, _SIDES)
    keys: dict[UUID, list[SourceKey]] = defaultdict(list)
    for key in SourceKey.objects.visible().filter(counterparty__in=list(ids)).order_by("-space", "-key"):
        keys[key.counterparty_id].append(key)
    segments = _values(Dictionary.SEGMENT, {one.together["segment"] for one in said.values() if "segment" in one.together})
    owned = _owned({pk: said[pk].managers for pk, record in records.items() if "manager" not in record.kept_fields})
    changed: _Changes = defaultdict(list)
    for record in records.values():
        values, own_keys = said[record.pk].together, keys[record.pk]
        wanted: dict[str, Any] = {
            "segment_id": segments[values["segment"][:100]] if "segment" in values else None,
            "country": values.get("country", ""),
            "manager_key": values.get("manager_key", ""),
            "manager_id": owned[record.pk][0] if record.pk in owned else None,
            **_name(record, values, own_keys),
        }
        if own_keys:
            wanted |= {f"is_{kind[:-1]}": any(key.kind == kind for key in own_keys) for kind in _SIDES}
        _set(record, wanted, changed)
    _write(changed)
    Ownership.objects.filter(counterparty__in=list(owned), **_BY).delete()
    insert_many(row for _, rows in owned.values() for row in rows)
    _settle_details(records, said)


def _name(record: Counterparty | Product, values: Mapping[str, Any], keys: Sequence[SourceKey]) -> dict[str, Any]:
    """What a record is called: as a master file says, else by its key."""
    if "name" in record.kept_fields:
        return {}
    said = without_personal_codes(keys[-1].said) if keys else ""
    by_key = (said or keys[-1].key) if keys else record.name
    return {"name": (values.get("name") or by_key)[:300], "unnamed": not values.get("name") and not said}


def _owned(said: Mapping[UUID, Sequence[tuple[date, str, str]]]) -> dict[UUID, tuple[UUID | None, list[Ownership]]]:
    """Who owns counterparties, and who did from which day to which, as the standing imports say it: what a key says that is tied to nobody is nobody's."""
    wanted = {(space, key) for changes in said.values() for _, space, key in changes}
    keys = SourceKey.objects.visible().filter(kind=KeyKind.MANAGERS, key__in=sorted({key for _, key in wanted}), user__isnull=False)
    tied = {(space, key): user for space, key, user in keys.values_list("space", "key", "user")}
    found = {}
    for pk, changes in said.items():
        owners = [(day, tied.get((space, key))) for day, space, key in changes]
        begun = [now for before, now in zip([None, *(user for _, user in owners)], owners, strict=False) if now[1] != before]
        until = [day for day, _ in begun[1:]] + [None]
        rows = [
            Ownership(id=named_by("ownership", pk.hex, str(number)), counterparty_id=pk, manager_id=user, since=since, until=end, **_BY)
            for number, ((since, user), end) in enumerate(zip(begun, until, strict=False))
            if user is not None
        ]
        found[pk] = owners[-1][1] if owners else None, rows
    return found


def _settle_details(records: Mapping[UUID, Counterparty], said: Mapping[UUID, _Said]) -> None:
    """Terms, numbers, the billing address and the contact that imports say; what a person made or changed stays."""
    made: dict[Any, list[Any]] = {Terms: [], Identifier: [], Address: [], ContactPerson: []}
    for pk in records:
        one, values = said[pk], said[pk].together
        for kind in _SIDES:
            if agreed := {ours: one.standing[kind][theirs] for theirs, ours in _TERMS.items() if theirs in one.standing[kind]}:
                made[Terms].append(Terms(id=named_by("terms", pk.hex, kind), counterparty_id=pk, is_purchase=kind == KeyKind.SUPPLIERS, **_BY, **agreed))
        for scheme, value in values.get("identifiers", []):
            made[Identifier].append(Identifier(id=named_by("identifier", pk.hex, scheme, value), counterparty_id=pk, scheme=scheme, value=value, **_BY))
        if "address" in values:
            address = {"kind": AddressKind.BILLING} | values["address"]
            made[Address].append(Address(id=named_by("billing", pk.hex), counterparty_id=pk, **_BY, **address))
        if "contact" in values:
            made[ContactPerson].append(ContactPerson(id=named_by("contact", pk.hex), counterparty_id=pk, **_BY, **values["contact"]))
    for model, rows in made.items():
        model._default_manager.filter(counterparty__in=list(records), **_BY).delete()  # noqa: SLF001  (Django's own name for it)
        insert_many(rows, or_leave=True)  # a person's own stands in its place


def _settle_products(ids: Sequence[UUID]) -> None:
    records, said = Product.objects.select_for_update().in_bulk(list(ids)), _said_of(ids, [KeyKind.PRODUCTS])
    keys: dict[UUID, list[SourceKey]] = defaultdict(list)
    for key in SourceKey.objects.filter(kind=KeyKind.PRODUCTS, product__in=list(ids)).order_by("-space", "-key"):
        keys[key.product_id].append(key)
    names = {one.standing[KeyKind.PRODUCTS]["family"] for one in said.values() if "family" in one.standing[KeyKind.PRODUCTS]}
    insert_many((Family(id=named_by("family", name), name=name) for name in sorted(names)), or_leave=True)
    families = dict(Family.objects.filter(name__in=names).values_list("name", "pk"))
    changed: _Changes = defaultdict(list)
    prices = []
    for record in records.values():
        values = said[record.pk].standing[KeyKind.PRODUCTS]
        wanted = {
            "family_id": families[values["family"]] if "family" in values else None,
            "is_stocked": values.get("stocked"),
            **_name(record, values, keys[record.pk]),
        }
        _set(record, wanted, changed)
        for number, said_of_price in enumerate(values.get("prices", [])):
            if priced := {name: value for name, value in said_of_price.items() if value is not None}:
                prices.append(ProductPrice(id=named_by("price", record.pk.hex, str(number)), product=record, **_BY, **priced))
    _write(changed)
    ProductPrice.objects.filter(product__in=list(records), **_BY).delete()
    insert_many(prices, or_leave=True)  # a person's own price of that day stands


def records_changed(found: Import) -> dict[str, int]:
    """How many records that were there a prepared import's master files say something else of than the standing imports do, by kind of key."""
    counts: dict[str, int] = defaultdict(int)
    stated = Stated.objects.filter(of=found).exclude(values={}).order_by("object_id")
    made = {pk for model in (Counterparty, Product) for pk in model._default_manager.filter(created_by_import=found).values_list("pk", flat=True)}  # noqa: SLF001
    rows = stated.values_list("object_id", "kind", "values").iterator(chunk_size=_AT_ONCE)
    while batch := list(islice(rows, _AT_ONCE)):
        standing = _said_of([pk for pk, *_ in batch], KeyKind.values)
        for pk, kind, values in batch:
            there = standing[pk].standing[kind]
            if pk not in made and any(name not in there or there[name] != value for name, value in values.items()):
                counts[kind] += 1
    return dict(counts)


def what_people_set(found: Import) -> tuple[str, ...]:
    """What people set on records and a prepared import's files say otherwise, a sentence a field."""
    said: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for pk, values in Stated.objects.filter(of=found).order_by("kind").values_list("object_id", "values").iterator(chunk_size=_AT_ONCE):
        said[pk] |= values
    sentences = []
    for model in (Counterparty, Product):
        kept = model.objects.visible().filter(pk__in=Stated.objects.filter(of=found).values("object_id")).exclude(kept_fields=[])
        for record in kept.select_related("segment" if model is Counterparty else "family"):
            for name in record.kept_fields:
                theirs, ours = said.get(record.pk, {}).get(name), getattr(record, name)
                ours = getattr(ours, "key", getattr(ours, "name", ours))
                if theirs is not None and theirs != ours:
                    sentences.append(f"{record.name}: {name.replace('_', ' ')} is {ours} as a person set it, and stays; the files say {theirs}.")
    return tuple(sorted(sentences))


def _set(record: Counterparty | Product, wanted: Mapping[str, Any], changed: _Changes) -> None:
    """Change the record where it is not as wanted; what a person set stays."""
    differing = {name: value for name, value in wanted.items() if name.removesuffix("_id") not in record.kept_fields and getattr(record, name) != value}
    for name, value in differing.items():
        setattr(record, name, value)
    if differing:
        changed[tuple(differing)].append(record)


def _write(changed: _Changes) -> None:
    for names, records in changed.items():
        update_many(records, *names)


def _values(dictionary: Dictionary, keys: set[str]) -> dict[str, UUID]:
    """The values of a dictionary by their keys; new ones are made."""
    made = [DictionaryValue(id=named_by(dictionary, key), dictionary=dictionary, key=key[:100], label_en=key[:200]) for key in sorted(keys)]
    insert_many(made, or_leave=True)
    return dict(DictionaryValue.objects.filter(dictionary=dictionary, key__in=[key[:100] for key in keys]).values_list("key", "pk"))
