"""The neutral model of an invoice: what UBL, CII and Finvoice say in their own ways, with amounts as they are stated there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from goodterms.intake.documents.party import Party
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.document_type import Kind


@dataclass(frozen=True, slots=True)
class TaxRate:
    """The category of tax (S, Z, E, AE …) and its rate in per cent."""

    category: str = ""
    percent: Decimal | None = None


NO_RATE = TaxRate()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (subtracted) or a charge (added), on a line or on the document."""

    amount: Decimal
    is_charge: bool
    reason: str = ""
    tax: TaxRate = NO_RATE


@dataclass(frozen=True, slots=True)
class TaxPart:
    """The tax of one rate, as the document sums it up."""

    tax: TaxRate
    basis: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``net`` is what the document says of it, after its own allowances and charges and before tax.

    ``row`` is its number among the records of the file (from 1). ``price`` and ``list_price`` (before the discount on the price) are for
    ``base_quantity`` and ``list_base_quantity`` units. ``tax_amount`` is set where the line states one.
    """

    row: int
    number: str
    net: Decimal
    product_id: str = ""
    """The seller's own number of the product."""
    buyer_product_id: str = ""
    standard_product_id: str = ""
    product_name: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    base_quantity: Decimal = Decimal(1)
    list_price: Decimal | None = None
    list_base_quantity: Decimal = Decimal(1)
    adjustments: tuple[Adjustment, ...] = ()
    tax: TaxRate = NO_RATE
    tax_amount: Decimal | None = None
    order_number: str = ""
    delivery_document: str = ""

    @property
    def charges(self) -> Decimal:
        """What its charges add."""
        return charges_of(self.adjustments)

    @property
    def allowances(self) -> Decimal:
        """What its allowances take off."""
        return allowances_of(self.adjustments)


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals that the document states; ``None`` where it states none."""

    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    tax_exclusive: Decimal | None = None
    tax: Decimal | None = None
    tax_inclusive: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None


@dataclass(frozen=True)
class Invoice:
    """One invoice, credit note or correction.

    Attributes
    ----------
    file, format, place
        The file as the user named it, its format, and the line of its XML where the document begins.
    kind, type_code
        What it is, and the code that says so (UNTDID 1001; in Finvoice 1 and 2 the code of Finvoice).
    order_number, seller_order_number
        The buyer's order and the seller's own number of it.
    payer, delivery_place
        Who pays, where another than the buyer; the identifier of the place of delivery.
    corrects
        Numbers of the invoices that it corrects or credits.
    signs_as_written
        Whether amounts of a credit note are negative where the money goes back to the buyer (Finvoice).
    set_aside
        Records of the file that are no lines, with their text and the reason.
    stands_for_lines
        Whether the document has no lines and its one line was made of its totals.
    numbers_are_ours
        Whether our own books say the numbers of suppliers and products (SAF-T), and not the supplier.
    """

    file: str
    format: str
    place: int
    kind: Kind
    type_code: str
    number: str
    date: dt.date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    totals: Totals
    due_date: dt.date | None = None
    payer: Party | None = None
    delivery_place: str = ""
    order_number: str = ""
    seller_order_number: str = ""
    delivery_document: str = ""
    corrects: tuple[str, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    taxes: tuple[TaxPart, ...] = ()
    signs_as_written: bool = False
    set_aside: tuple[RowRef, ...] = ()
    stands_for_lines: bool = False
    numbers_are_ours: bool = False

    @property
    def net(self) -> Decimal:
        """What its lines and adjustments come to before tax, with the signs of the document."""
        return sum((line.net for line in self.lines), Decimal(0)) + charges_of(self.adjustments) - allowances_of(self.adjustments)

    @property
    def direction(self) -> int:
        """What its amounts are multiplied by so that what is sold counts positive and what is given back negative: 1 or −1."""
        return -1 if self.kind is Kind.CREDIT_NOTE and self.net >= 0 else 1

    @property
    def gives_back(self) -> bool:
        """Whether the buyer gets money back: a credit note, or an invoice or correction with a negative total."""
        return self.kind is Kind.CREDIT_NOTE or self.net < 0

    def __str__(self) -> str:
        """The document as a sentence names it."""
        return f"{self.kind} {self.number}"


def charges_of(adjustments: Iterable[Adjustment]) -> Decimal:
    """Return what charges add."""
    return sum((one.amount for one in adjustments if one.is_charge), Decimal(0))


def allowances_of(adjustments: Iterable[Adjustment]) -> Decimal:
    """Return what allowances take off."""
    return sum((one.amount for one in adjustments if not one.is_charge), Decimal(0))
