"""Making the records that an import's keys name, unseen until it is published, and keeping what its master files say of all that they name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from goodterms.errors import UsageError
from goodterms.register.address import Address, AddressKind
from goodterms.register.counterparty import Counterparty
from goodterms.register.identifier import without_personal_codes
from goodterms.register.imported import Import, ImportState, Stated
from goodterms.register.product import Product
from goodterms.register.record import named_by, published
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.work.fitting import fitting
from goodterms.work.keys_brought import KeyBrought
from goodterms.work.write_many import insert_many

_PARTIES = (KeyKind.CUSTOMERS, KeyKind.SUPPLIERS)
_COLUMN = {KeyKind.CUSTOMERS: "counterparty_id", KeyKind.SUPPLIERS: "counterparty_id", KeyKind.PRODUCTS: "product_id", KeyKind.PLACES: "address_id"}
"""Which column of a source key names its record; that of a manager waits to be tied to a user."""
_GONE = (ImportState.ABANDONED, ImportState.UNDONE)
_LONGEST = 200
Key = tuple[str, str, str]


def make_unseen(
    found: Import, keys: Sequence[KeyBrought], today: date, *, stands_for: Mapping[tuple[KeyKind, str, str, str], str], same: Collection[str] = ()
) -> int:
    """Make the records of keys of one kind that are new, keep what is said of all, and return how many are new.

    ``stands_for`` has the names that words stand for; ``same`` are the kinds whose keys are of the same counterparties.

    Raises
    ------
    UsageError
        A key is too long to be one.
    """
    kind = keys[0].kind
    if too_long := next((key for key in keys if len(key.key) > _LONGEST), None):
        raise UsageError(f"A key of {kind} is {len(too_long.key):,} signs long ({too_long.key[:40]}…): at most {_LONGEST} are a key. Map another column.")
    with transaction.atomic():  # another import may make the same records at this moment: who comes second finds them there
        there = SourceKey.objects.filter(kind=kind, space__in={key.space for key in keys}, key__in=[key.key for key in keys])
        there.filter(created_by_import__state__in=_GONE).update(created_by_import=found)  # before they are swept
        unseen = set(there.exclude(published()).values_list("space", "within", "key"))  # not published: whoever is first has them
        known = {place: pk for place, pk in _known(kind, keys).items() if pk is not None or kind not in _COLUMN}
        new = [key for key in keys if _place(key) not in known]
        names = {_place(key): stands_for.get((kind, *_place(key)), "") for key in new}
        of_others = _of_the_other_kind(kind, new) if kind in _PARTIES and set(same) >= set(_PARTIES) else {}
        ids = {_place(key): of_others.get(_place(key)) or named_by(kind, *filter(None, _place(key))) for key in new}
        values = {_place(key): fitting(key.said) for key in keys if key.said}
        called = {_place(key): values.get(_place(key), {}).get("name") or without_personal_codes(names[_place(key)]) for key in new}
        made = [
            SourceKey(
                id=named_by("key", kind, key.space, key.within, key.key),
                kind=kind,
                space=key.space,
                within=key.within,
                key=key.key,
                said=names[_place(key)][:300],
                created_by_import=found,
                **({_COLUMN[kind]: ids[_place(key)]} if kind in _COLUMN else {}),
            )
            for key in new
        ]
        if kind in _COLUMN:  # a word for a name was given its key before it had a record
            insert_many(made, or_set=[_COLUMN[kind]])
        else:
            insert_many(made, or_leave=True)
        _make_records(found, kind, [key for key in new if _place(key) not in of_others], ids, called, today)  # after the keys, which a search finds them by
        objects = known | ids
        _take_what_goes(found, [pk for pk in objects.values() if pk], today)
        said = {pk: of_record for place, of_record in values.items() if (pk := objects[place])}
        said |= {pk: {} for pk in of_others.values() if pk not in said}
        insert_many(Stated(of=found, object_id=pk, kind=kind, values=of_record) for pk, of_record in said.items())
    return len(unseen | {_place(key) for key in new})


def _take_what_goes(found: Import, objects: Sequence[UUID], today: date) -> None:
    """Records that imports which came to nothing made, and that are not swept yet, are this one's."""
    gone = {"pk__in": objects, "created_by_import__state__in": _GONE}
    Counterparty.objects.filter(**gone).update(created_by_import=found, created_on=today)
    Product.objects.filter(**gone).update(created_by_import=found)
    Address.objects.filter(**gone).update(created_by_import=found)


def _place(key: KeyBrought) -> Key:
    return key.space, key.within, key.key


def _known(kind: str, keys: Iterable[KeyBrought]) -> dict[Key, UUID | None]:
    """The records of keys that are there already, seen or not."""
    listed = list(keys)
    found = SourceKey.objects.filter(kind=kind, space__in={key.space for key in listed}, key__in=[key.key for key in listed])
    return {tuple(place): pk for *place, pk in found.values_list("space", "within", "key", _COLUMN.get(KeyKind(kind), "user_id"))}


def _of_the_other_kind(kind: KeyKind, keys: Iterable[KeyBrought]) -> dict[Key, UUID]:
    """The counterparties that equal keys of the other kind name."""
    other = next(one for one in _PARTIES if one != kind)
    return {place: pk for place, pk in _known(other, keys).items() if pk is not None}


def _make_records(found: Import, kind: KeyKind, keys: Sequence[KeyBrought], ids: Mapping[Key, UUID], called: Mapping[Key, str], today: date) -> None:
    if kind in _PARTIES:
        insert_many(
            (
                Counterparty(
                    id=ids[_place(key)],
                    name=(called[_place(key)] or key.key)[:300],
                    unnamed=not called[_place(key)],
                    is_customer=kind == KeyKind.CUSTOMERS,
                    is_supplier=kind == KeyKind.SUPPLIERS,
                    created_on=today,
                    created_by_import=found,
                )
                for key in keys
            ),
            or_leave=True,
        )
    elif kind == KeyKind.PRODUCTS:
        insert_many(
            (
                Product(id=ids[_place(key)], name=(called[_place(key)] or key.key)[:300], unnamed=not called[_place(key)], created_by_import=found)
                for key in keys
            ),
            or_leave=True,
        )
    elif kind == KeyKind.PLACES:
        customers = {(space, key): pk for (space, _, key), pk in _known(KeyKind.CUSTOMERS, map(_customer_of, keys)).items() if pk}
        insert_many(
            (
                Address(
                    id=ids[_place(key)],
                    counterparty_id=customers[key.space, key.within],
                    kind=AddressKind.DELIVERY,
                    name=(called[_place(key)] or key.key)[:200],
                    created_by_import=found,
                )
                for key in keys
            ),
            or_leave=True,
        )


def _customer_of(place: KeyBrought) -> KeyBrought:
    return KeyBrought(KeyKind.CUSTOMERS, place.space, "", place.within, {})
