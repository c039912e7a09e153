"""Who sells and who buys on a document, by what identifies them; and whether that is our own company."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from stdnum.fi import hetu, ytunnus

from goodterms.errors import UsageError


class Identifies(enum.StrEnum):
    """What an identifier of a party is. The order is the order of trust: the first one that a party has is its key."""

    NUMBER = "number"
    """Given by the other side of the document: on our invoices our customer number, on a supplier's invoice our supplier number."""
    VAT = "VAT id"
    BUSINESS_ID = "business id"
    LOCATION = "location"
    """A number of a public register of organisations or places (GLN, OVT, DUNS …), with its scheme."""
    ADDRESS = "address"
    """Where its e-invoices go."""
    TAX_NUMBER = "tax number"


@dataclass(frozen=True)
class Identifier:
    """One identifier, as it is written, with the scheme that the document names."""

    kind: Identifies
    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where post goes; the country stands with the party."""

    street: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the document names for questions: of a person, and so for the register alone, never for facts."""

    name: str = ""
    phone: str = ""
    email: str = ""


NO_ADDRESS, NO_CONTACT = Address(), Contact()
SHORTEST = 8
"""Signs that a number has at least to be one by which a company may be known."""


@dataclass(frozen=True)
class Party:
    """A company on a document. ``personal`` says that a personal identity code stood there; it is not kept."""

    name: str = ""
    country: str = ""
    identifiers: tuple[Identifier, ...] = ()
    personal: bool = False
    address: Address = NO_ADDRESS
    contact: Contact = field(default=NO_CONTACT, repr=False)

    def of(self, kind: Identifies) -> str:
        """The first identifier of a kind; "" where it has none."""
        return next((one.value for one in self.identifiers if one.kind is kind), "")

    def key(self, kinds: Iterable[Identifies] = Identifies) -> str:
        """The first identifier in the order of the kinds; the name serves where there is none."""
        return next((value for kind in kinds if (value := self.of(kind))), self.name)

    def __str__(self) -> str:
        """The name with the identifier that is known best."""
        known = self.key((Identifies.VAT, Identifies.BUSINESS_ID, Identifies.LOCATION, Identifies.ADDRESS, Identifies.NUMBER, Identifies.TAX_NUMBER))
        return f"{self.name or 'no name'} ({known})" if known != self.name else self.name or "nobody"


def party(name: str, country: str, identifiers: Iterable[tuple[Identifies, str, str]], address: Address = NO_ADDRESS, contact: Contact = NO_CONTACT) -> Party:
    """Make a party of what a document says: nothing empty, nothing twice, and no code that identifies a person.

    Examples
    --------
    >>> ann = party("Ann", "FI", [(Identifies.BUSINESS_ID, "131052-308T", ""), (Identifies.VAT, "", "")])
    >>> ann.name, ann.identifiers, ann.personal
    ('Ann', (), True)
    """
    said = dict.fromkeys(Identifier(kind, " ".join(value.split()), scheme) for kind, value, scheme in identifiers if value.strip())
    kept = tuple(one for one in said if not hetu.is_valid(one.value))
    return Party(" ".join(name.split()), country.upper(), kept, len(kept) < len(said), address, contact)


@dataclass(frozen=True)
class OwnCompany:
    """Our own company, by the identifiers that it goes by in documents: VAT id, business id, GLN, OVT.

    Raises
    ------
    UsageError
        No identifier was named.
    """

    identifiers: tuple[str, ...]
    forms: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        forms = frozenset(form for identifier in self.identifiers for form in written_forms(identifier))
        if not forms:
            raise UsageError("Whose invoices are these? Name the company's own identifiers, such as its VAT id and business id.")
        object.__setattr__(self, "forms", forms)

    def is_party(self, other: Party) -> bool:
        """Whether a party of a document is our own company. A number that the other side gave it is no identifier of ours."""
        return any(is_ours for kind, is_ours in self._kinds(other).items() if kind is not Identifies.NUMBER)

    def sides(self, seller: Party, buyer: Party) -> tuple[bool, bool]:
        """Whether we sell and whether we buy.

        Where both sides bear an identifier of ours, as the VAT id of a group, one whose business id is not ours is another company. A number that the other
        side may have given counts where nothing else says who we are, and only if it is as long as a business id.
        """
        ours = self._kinds(seller), self._kinds(buyer)
        sells, buys = (any(is_ours for kind, is_ours in of.items() if kind is not Identifies.NUMBER) for of in ours)
        if sells and buys:
            both = ours[0].keys() & ours[1].keys() & {Identifies.VAT, Identifies.BUSINESS_ID}
            seller_differs, buyer_differs = (any(not one[kind] and other[kind] for kind in both) for one, other in (ours, ours[::-1]))
            return (not seller_differs, not buyer_differs) if seller_differs is not buyer_differs else (True, True)
        if not (sells or buys):
            sells, buys = (
                of.get(Identifies.NUMBER, False) and len(who.of(Identifies.NUMBER)) >= SHORTEST for of, who in zip(ours, (seller, buyer), strict=True)
            )
        return sells, buys

    def _kinds(self, of: Party) -> dict[Identifies, bool]:
        """Each kind of identifier that a party has, and whether one of it is ours."""
        found: dict[Identifies, bool] = {}
        for one in of.identifiers:
            found[one.kind] = found.get(one.kind, False) or any(form in self.forms for form in written_forms(one.value))
        return found


_FINNISH = re.compile(r"FI([0-9]{8})|0037([0-9]{8})[0-9A-Z]{0,5}|([0-9]{8})")


def written_forms(identifier: str) -> Iterator[str]:
    """Yield the forms under which an identifier is found again: without signs and scheme; a Finnish business id, VAT id and OVT are one.

    Examples
    --------
    >>> [sorted(written_forms(text)) for text in ("0112038-9", "FI 01120389", "0216:003701120389", "NL8200.98.395.B.01")]
    [['01120389', 'FI01120389'], ['FI01120389'], ['003701120389', 'FI01120389'], ['NL820098395B01']]
    """
    compact = re.sub(r"[^0-9A-Z]", "", identifier.upper().rpartition(":")[2])
    if not compact:
        return
    yield compact
    found = _FINNISH.fullmatch(compact)
    if found is not None:
        digits = next(group for group in found.groups() if group)
        if f"FI{digits}" != compact and ytunnus.is_valid(digits):
            yield f"FI{digits}"
