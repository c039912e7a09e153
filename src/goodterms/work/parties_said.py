"""What documents say of who stands on them, for the register: official numbers, billing address and contact; a number that does not hold is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from goodterms.errors import UsageError
from goodterms.register.identifier import Scheme, checked
from goodterms.register.source_key import KeyKind

if TYPE_CHECKING:
    from goodterms.intake import Reading
    from goodterms.intake.documents.party import Party


def said_of_parties(reading: Reading, stands_for: Mapping[tuple[KeyKind, str, str, str], str]) -> dict[tuple[KeyKind, str, str], dict[str, Any]]:
    """Return by kind, space and key what the latest document says of each party; ``stands_for`` has the names in whose place words stand."""
    words = {(kind, space, name): word for (kind, space, _, word), name in stands_for.items()}
    found: dict[tuple[KeyKind, str, str], dict[str, Any]] = {}
    every = ((part.entry.keys, who) for part in reading.parts for who in part.parties)
    for space, who in sorted(every, key=lambda one: (one[1].day, one[1].file, one[1].row)):
        kind = KeyKind(f"{who.role}s")
        key = words.get((kind, space, who.key), who.key)
        found.setdefault((kind, space, key), {}).update(_said(who.party))
    return found


def _said(party: Party) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if numbers := [list(number) for number in dict.fromkeys(_numbers(party))]:
        said["identifiers"] = numbers
    address = {"street": party.address.street[:300], "postcode": party.address.postcode[:20], "city": party.address.city[:100]}
    if any(address.values()):
        said["address"] = address | {"country": party.country if len(party.country) == 2 else ""}
    if party.contact.name:
        said["contact"] = {"name": party.contact.name[:200], "email": party.contact.email[:254], "phone": party.contact.phone[:40]}
    return said


def _numbers(party: Party) -> Iterator[tuple[str, str]]:
    from goodterms.intake.documents.party import Identifies

    schemes = {Identifies.VAT: Scheme.VAT, Identifies.BUSINESS_ID: Scheme.BUSINESS_ID, Identifies.LOCATION: Scheme.OVT}
    for one in party.identifiers:
        if (scheme := schemes.get(one.kind)) is not None:
            try:
                yield scheme.value, checked(scheme, one.value.rpartition(":")[2])
            except UsageError:  # a number of another register, or one that does not hold
                continue
