"""Invoices of audit files (SAF-T 2.0, ``SourceDocuments``): what the company sold and bought, as its own books say it.

Amounts are in the currency of the books. Whether a line sells or gives back is said by its debit or credit, and not by the type of the invoice, which each
country words in its own way. Texts of lines are not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from stdnum.lt import asmens
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp

from goodterms.facts.columns import CREDIT_NOTE
from goodterms.facts.money import total
from goodterms.intake.documents.fields import Fields
from goodterms.intake.documents.invoice import Adjustment, Invoice, Line, TaxPart, TaxRate, Totals
from goodterms.intake.documents.party import Address, Identifies, Party, party
from goodterms.intake.documents.problem_list import ProblemList
from goodterms.intake.documents.whole import whole
from goodterms.intake.documents.xml_guard import local_name
from goodterms.intake.documents.xml_values import all_at, exactly, joined_at, text_at
from goodterms.intake.values.document_kind import document_kind
from goodterms.intake.values.document_type import Kind
from goodterms.problems import Origin, Problem, Severity

SALES, PURCHASES = "SalesInvoices", "PurchaseInvoices"
_SIDES = {SALES: {"C": 1, "D": -1}, PURCHASES: {"D": 1, "C": -1}}
"""What the side of a line says: 1 is sold or bought, −1 given back."""
_OTHER = {SALES: "Customer", PURCHASES: "Supplier"}
_COUNT = "NumberOfEntries"
_CONTROLS = {_COUNT: "number of invoices", "TotalDebit": "total debit", "TotalCredit": "total credit"}
_PERSONS = {"LT": asmens, "NO": fodselsnummer, "PL": pesel, "RO": cnp}
"""Country → the code of a person, which may stand where a company's number is expected. That of Finland is kept nowhere."""


@dataclass
class _Sums:
    """What the invoices of one section come to: their number and lines, and each side without tax and with all that is added to it."""

    invoices: int = 0
    lines: int = 0
    net: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    gross: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    stated: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class SaftInvoices:
    """The invoices of one file as they are read. ``unread`` counts those that cannot be read."""

    file: str
    country: str = ""
    currency: str = ""
    invoices: list[Invoice] = field(default_factory=list)
    problems: ProblemList = field(default_factory=ProblemList)
    unread: int = 0
    masters: dict[tuple[str, str], Party] = field(default_factory=dict)
    """Customers and suppliers of the master files, by what they are and their number."""
    products: dict[str, str] = field(default_factory=dict)
    sums: dict[str, _Sums] = field(default_factory=lambda: defaultdict(_Sums))
    _rows: int = 0
    _fields: Fields | None = None
    _lines: list[Line] = field(default_factory=list)

    def take_master(self, element: Any) -> None:
        """Take in a ``Customer``, ``Supplier`` or ``Product`` of the master files."""
        what = local_name(element)
        if what == "Product":
            self.products[text_at(element, "ProductCode")] = text_at(element, "Description")
            return
        number, place = text_at(element, f"{what}ID"), next(iter(all_at(element, "Address")), element)
        public = [(Identifies.BUSINESS_ID, text_at(element, "RegistrationNumber"))]
        public += [(Identifies.VAT, text_at(one, "TaxRegistrationNumber")) for one in all_at(element, "TaxRegistration")]
        person = _PERSONS.get(self.country)
        kept = [(kind, value, "") for kind, value in public if person is None or not person.is_valid(value)]
        self.masters[what, number] = party(text_at(element, "Name"), text_at(place, "Country"), [(Identifies.NUMBER, number, ""), *kept], _address(place))

    def take_line(self, element: Any, invoice: Any, section: str) -> None:
        """Take in a line of an invoice that has not ended yet."""
        fields = self._begun(invoice)
        self._rows += 1
        row, side = self._rows, text_at(element, "DebitCreditIndicator").upper()
        sign, amount = _SIDES[section].get(side), fields.amount(element, "InvoiceLineAmount/Amount", "InvoiceLineAmount", row=row)
        if amount is None or sign is None:
            what = "without an amount" if amount is None else "that says neither debit (D) nor credit (C)"
            fields.reject("missing", f"{fields.named} has a line {what}.", element, "InvoiceLineAmount" if amount is None else "DebitCreditIndicator", row)
            return
        shipping = fields.amount(element, "ShippingCostsAmount/Amount", "ShippingCostsAmount", row=row) or Decimal(0)
        tax = list(_taxes(fields, element, "TaxInformation", _SIDES[section], row, sign))
        sums = self.sums[section]
        sums.lines += 1
        sums.net[side] += amount
        sums.gross[side] += amount + shipping + sign * total(part.amount for part in tax)
        code, price = text_at(element, "ProductCode"), fields.amount(element, "UnitPrice", row=row)
        self._lines.append(
            Line(
                row,
                text_at(element, "LineNumber"),
                sign * (amount + shipping),
                product_id=code if section == SALES else "",
                buyer_product_id=code if section == PURCHASES else "",
                product_name=text_at(element, "ProductDescription") or self.products.get(code, ""),
                quantity=_directed(fields.amount(element, "Quantity", row=row), sign * amount, price),
                unit=text_at(element, "InvoiceUOM"),
                price=price,
                adjustments=(Adjustment(sign * shipping, is_charge=True, reason="Shipping"),) if shipping else (),
                tax=tax[0].tax if tax else TaxRate(),
                tax_amount=total(part.amount for part in tax) if tax else None,
                order_number=text_at(element, "OrderReferences/OriginatingON"),
                delivery_document=text_at(element, "Delivery/MovementReference"),
            )
        )

    def take_invoice(self, element: Any, section: str, company: Party) -> None:
        """Take in an invoice that ends."""
        fields, lines = self._begun(element), tuple(self._lines)
        self._fields, self._lines = None, []
        self.sums[section].invoices += 1
        number = fields.needed(element, "number", "InvoiceNo")
        net = total(line.net for line in lines)
        totals, adjustments, taxes = _totals(fields, element, section, lines)
        type_code = text_at(element, "InvoiceType")
        if not lines and not fields.unfit:
            fields.reject("missing", f"{fields.named} has no line.", element, "Line")
        if document_kind(type_code) == CREDIT_NOTE and net > 0:
            said = (
                f"has the type {type_code}, a credit note, and its lines are on the side of what is {'sold' if section == SALES else 'bought'}: so it counts."
            )
            fields.notice("type-contradicted", said, "Look whether it gives money back.", severity=Severity.WARNING)
        other = _other(element, _OTHER[section])
        read = whole(
            fields,
            element,
            day=fields.day(element, "InvoiceDate"),
            lines=lines,
            first_row=self._rows + 1,
            format="SAF-T",
            kind=Kind.CREDIT_NOTE if net < 0 else Kind.INVOICE,
            type_code=type_code,
            number=number,
            currency=self.currency,
            seller=company if section == SALES else other,
            buyer=other if section == SALES else company,
            totals=totals,
            adjustments=adjustments,
            taxes=taxes,
            signs_as_written=True,
            numbers_are_ours=True,
        )
        self.problems.add(fields.problems)
        if read is None:
            self.unread += 1
        else:
            self.invoices.append(read)

    def with_masters(self, masters: Mapping[tuple[str, str], Party]) -> list[Invoice]:
        """The invoices, with all that the master files say of whom they name by number."""

        def known(what: str, who: Party) -> Party:
            return masters.get((what, who.of(Identifies.NUMBER)), who)

        return [replace(one, seller=known("Supplier", one.seller), buyer=known("Customer", one.buyer)) for one in self.invoices]

    def _begun(self, invoice: Any) -> Fields:
        """The fields of the invoice that is being read."""
        if self._fields is None:
            self._fields = Fields(self.file, document=f"invoice {text_at(invoice, 'InvoiceNo')}")
        return self._fields


def _other(invoice: Any, what: str) -> Party:
    """The other side, by the number that our books have for it."""
    at = next(iter(all_at(invoice, f"{what}Info")), None)
    if at is None:
        return Party()
    place = next(iter(all_at(at, "BillingAddress")), at)
    return party(text_at(at, "Name"), text_at(place, "Country"), [(Identifies.NUMBER, text_at(at, f"{what}ID"), "")], _address(place))


def _address(at: Any) -> Address:
    return Address(joined_at(at, "StreetName", "Number", "AdditionalAddressDetail"), text_at(at, "PostalCode"), text_at(at, "City"))


def _directed(quantity: Decimal | None, amount: Decimal, price: Decimal | None) -> Decimal | None:
    """The quantity with the sign that makes price × quantity the line's amount: files write what is given back with either sign."""
    if quantity is None or not amount:
        return quantity
    return abs(quantity) * (-1 if (amount < 0) is not (price is not None and price < 0) else 1)


def _taxes(fields: Fields, element: Any, tag: str, sides: Mapping[str, int], row: int | None, sign: int) -> Iterator[TaxPart]:
    """Yield the taxes of a line or document: with the line's sign, or on a side of their own (Norway)."""
    for part in all_at(element, tag):
        rate = TaxRate(text_at(part, "TaxCode"), fields.amount(part, "TaxPercentage", row=row))
        for side, of_side in (("", sign), ("Debit", sides.get("D", sign)), ("Credit", sides.get("C", sign))):
            amount = fields.amount(part, f"{side}TaxAmount/Amount", f"{side}TaxAmount", row=row)
            if amount is not None:
                yield TaxPart(rate, fields.amount(part, "TaxBase", row=row), of_side * amount)


def _totals(fields: Fields, invoice: Any, section: str, lines: Sequence[Line]) -> tuple[Totals, tuple[Adjustment, ...], tuple[TaxPart, ...]]:
    """What the document states of itself, in the direction of its lines (a credit note states its totals with or without a minus); and freight of no line."""
    at = next(iter(all_at(invoice, "DocumentTotals")), None)
    if at is None:
        return Totals(), (), ()
    net, gross, freight = (fields.amount(at, tag) for tag in ("NetTotal", "GrossTotal", "ShippingCostsAmountTotal"))
    sign = -1 if total(line.net for line in lines) * (net or gross or Decimal(0)) < 0 else 1
    taxes = tuple(_taxes(fields, at, "TaxInformationTotals", _SIDES[section], None, sign))
    exclusive = None if net is None else sign * (net + (freight or Decimal(0)))
    inclusive = None if gross is None else sign * gross
    of_lines = [line.tax_amount for line in lines if line.tax_amount is not None]
    if taxes or len(of_lines) == len(lines):
        tax: Decimal | None = total([part.amount for part in taxes] or of_lines)
    else:
        tax = None if inclusive is None or exclusive is None else inclusive - exclusive
    adjustments = (Adjustment(sign * freight, is_charge=True, reason="Shipping"),) if freight and not any(line.charges for line in lines) else ()
    return Totals(tax_exclusive=exclusive, tax=tax, tax_inclusive=inclusive), adjustments, taxes


def control_problems(of_company: Sequence[SaftInvoices]) -> Iterator[Problem]:
    """Yield each total of a section that the invoices do not come to: neither those of its file, nor of all files that it may have been split into."""
    for one in of_company:
        for section, sums in one.sums.items():
            for tag, stated in sums.stated.items():
                own, all_of_them = _found(tag, [sums]), _found(tag, [other.sums[section] for other in of_company if section in other.sums])
                if stated not in {*own, *all_of_them}:
                    shown, *held = (f"{value:,.0f}" if tag == _COUNT else exactly(value) for value in (stated, *own))
                    what = f"{held[0]}, in {held[1]} lines" if tag == _COUNT else f"{held[0]}, with tax and freight to {held[1]}"
                    sentence = f"The {_CONTROLS[tag]} is given as {shown}; the invoices of the file come to {what}."
                    origin = Origin(one.file, column=f"{section}/{tag}")
                    yield Problem("control-total-differs", Severity.WARNING, origin, seen=shown, expected=held[0], sentence=sentence)


def _found(tag: str, sections: Sequence[_Sums]) -> list[Decimal]:
    """What a total may count: invoices or lines; the amounts of a side, or these with tax and freight."""
    if tag == _COUNT:
        return [Decimal(sum(of.invoices for of in sections)), Decimal(sum(of.lines for of in sections))]
    side = tag.removeprefix("Total")[0]
    return [total(of.net[side] for of in sections), total(of.gross[side] for of in sections)]
