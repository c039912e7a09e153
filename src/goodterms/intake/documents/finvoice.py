"""Finvoice 1.x to 3.0 of the Finnish banks: many invoices in one file, each perhaps behind a SOAP frame and in an encoding of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Any

from goodterms.facts.money import cents
from goodterms.intake.documents.fields import Fields
from goodterms.intake.documents.finvoice_rows import RowsRead
from goodterms.intake.documents.invoice import Adjustment, Invoice, TaxPart, Totals
from goodterms.intake.documents.party import Address, Contact, Identifies, Party, party
from goodterms.intake.documents.whole import tax_rate, whole
from goodterms.intake.documents.xml_values import all_at, joined_at, text_at
from goodterms.intake.values.document_type import Kind, kind_of_type

KINDS = {"INV01": Kind.INVOICE, "INV02": Kind.CREDIT_NOTE}
"""Types of Finvoice that sell or give back. Pro forma invoices (INV06), reminders and orders do neither."""
_ENDS = re.compile(rb"</(?:[A-Za-z][\w.-]{0,40}:)?(?:Envelope|Finvoice)\s*>")
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,400}\?>")
_STARTS = re.compile(rb"<(?:[A-Za-z][\w.-]{0,40}:)?Finvoice[\s/>]")
_FRAME_STARTS = re.compile(rb"<(?:[A-Za-z][\w.-]{0,40}:)?Envelope[\s>]")


def is_finvoice(data: bytes) -> bool:
    """Whether a file that is written byte by byte (not UTF-16) has a Finvoice in it.

    >>> is_finvoice(b"<Finvoice Version='1.2'/>"), is_finvoice(b"<Invoice/>")
    (True, False)
    """
    return _STARTS.search(data) is not None


def finvoices_of(data: bytes) -> Iterator[tuple[bytes, int]]:
    r"""Yield each document of a file, with the number of lines above it: the SOAP frames are left out.

    A document without a declaration of its encoding has that of the file's first one.

    Examples
    --------
    >>> file = b"<?xml version='1.0'?><S:Envelope><S:Body/></S:Envelope><?xml version='1.0'?>\n<Finvoice></Finvoice>\n<Finvoice></Finvoice>"
    >>> list(finvoices_of(file))
    [(b"<?xml version='1.0'?>\n<Finvoice></Finvoice>", 0), (b"<?xml version='1.0'?><Finvoice></Finvoice>", 2)]
    """
    first = _DECLARED.search(data[:1024])
    declaration = first[0] if first else b""
    place = lines = 0
    for end in chain((found.end() for found in _ENDS.finditer(data)), [None]):
        piece = data[place:end]
        starts = _STARTS.search(piece)
        if starts or (end is None and piece.strip()):
            framed = starts is not None and _FRAME_STARTS.search(piece, 0, starts.start())
            own = piece[starts.start() :] if starts and framed else piece.lstrip()
            above = lines + piece.count(b"\n", 0, len(piece) - len(own))
            yield own if _DECLARED.match(own) else declaration + own, above
        lines += piece.count(b"\n")
        place = end or len(data)


def read_finvoice(root: Any, fields: Fields, first_row: int = 1) -> Invoice | None:
    """Read a ``Finvoice`` element; ``None`` where something that is needed is missing or cannot be read.

    ``first_row`` is the number of its first row among the records of the file.
    """
    details = next(iter(all_at(root, "InvoiceDetails")), root)
    type_code = text_at(details, "InvoiceTypeCodeUN", "InvoiceTypeCode")
    kind = kind_of_type(type_code) if type_code.isdigit() else KINDS.get(type_code.upper(), Kind.OTHER)
    number = fields.needed(details, "number", "InvoiceNumber")
    fields.document = f"{kind} {number}"
    if text_at(details, "OriginCode").casefold() == "cancel":
        fields.reject("cancels", f"{fields.named} cancels an earlier one and does not say of how much.", details, "OriginCode")
    rows = RowsRead(fields, root, first_row)
    totals = rows.totals(_totals(fields, details), list(_adjustments(fields, details)))
    return whole(
        fields,
        root,
        day=fields.day(details, "InvoiceDate"),
        lines=rows.lines,
        first_row=first_row + rows.count,
        format=f"Finvoice {root.get('Version', '')}".strip(),
        kind=kind,
        type_code=type_code,
        number=number,
        currency=_currency(details),
        seller=_party(root, details, "Seller", "BuyersSellerIdentifier", "MessageTransmissionDetails/MessageSenderDetails/From"),
        buyer=_party(root, details, "Buyer", "SellersBuyerIdentifier", "MessageTransmissionDetails/MessageReceiverDetails/To"),
        totals=totals,
        due_date=fields.day(details, "PaymentTermsDetails/InvoiceDueDate"),
        delivery_place=text_at(root, "DeliveryOrganisationUnitNumber", "DeliveryPartyDetails/DeliveryCode", "DeliveryPartyDetails/DeliveryPartyIdentifier"),
        order_number=text_at(details, "OrderIdentifier"),
        seller_order_number=text_at(details, "OrderConfirmationIdentifier"),
        delivery_document=text_at(root, "DeliveryDetails/WaybillIdentifier"),
        corrects=tuple(text for path in _CORRECTS for one in all_at(details, path) if (text := (one.text or "").strip())),
        adjustments=rows.adjustments,
        taxes=tuple(_tax_parts(fields, details)),
        signs_as_written=True,
        set_aside=rows.set_aside,
    )


_CORRECTS = ("OriginalInvoiceNumber", "OriginalInvoiceReference/InvoiceNumber")


def _party(root: Any, details: Any, who: str, number: str, sent: str) -> Party:
    at = next(iter(all_at(root, f"{who}PartyDetails")), None)
    if at is None:
        return Party()
    identifiers = (
        (Identifies.NUMBER, text_at(details, number), ""),
        (Identifies.VAT, text_at(at, f"{who}OrganisationTaxCode"), ""),
        (Identifies.BUSINESS_ID, text_at(at, f"{who}PartyIdentifier"), ""),
        (Identifies.LOCATION, text_at(root, f"{who}OrganisationUnitNumber"), ""),
        (Identifies.LOCATION, text_at(at, f"{who}Code"), ""),
        (Identifies.ADDRESS, text_at(root, f"{sent}Identifier"), text_at(root, f"{sent}Intermediator")),
    )
    post, reached = f"{who}PostalAddressDetails", f"{who}CommunicationDetails/{who}"
    contact = Contact(
        text_at(root, f"{who}ContactPersonName"), text_at(root, f"{reached}PhoneNumberIdentifier"), text_at(root, f"{reached}EmailaddressIdentifier")
    )
    address = Address(joined_at(at, f"{post}/{who}StreetName"), text_at(at, f"{post}/{who}PostCodeIdentifier"), text_at(at, f"{post}/{who}TownName"))
    return party(text_at(at, f"{who}OrganisationName"), text_at(at, f"{post}/CountryCode"), identifiers, address, contact)


def _currency(details: Any) -> str:
    tags = ("InvoiceTotalVatIncludedAmount", "InvoiceTotalVatExcludedAmount")
    return next((one.get("AmountCurrencyIdentifier", "") for tag in tags for one in all_at(details, tag)), "")


def _totals(fields: Fields, details: Any) -> Totals:
    totals = Totals(
        lines=fields.amount(details, "RowsTotalVatExcludedAmount"),
        allowances=fields.amount(details, "DiscountsTotalVatExcludedAmount"),
        charges=fields.amount(details, "ChargesTotalVatExcludedAmount"),
        tax_exclusive=fields.amount(details, "InvoiceTotalVatExcludedAmount"),
        tax=fields.amount(details, "InvoiceTotalVatAmount"),
        tax_inclusive=fields.amount(details, "InvoiceTotalVatIncludedAmount"),
        rounding=fields.amount(details, "InvoiceTotalRoundoffAmount"),
    )
    if totals.rounding and None not in {totals.tax_exclusive, totals.tax, totals.tax_inclusive}:
        return _with_rounding_apart(totals)
    return totals


def _with_rounding_apart(totals: Totals) -> Totals:
    """The total with VAT may hold the rounding or not: programs differ, and its own sum decides."""
    exact = (totals.tax_exclusive or 0) + (totals.tax or 0)
    rounding, stated = totals.rounding or Decimal(0), totals.tax_inclusive or Decimal(0)
    return replace(totals, tax_inclusive=stated - rounding, payable=stated) if cents(exact + rounding) == cents(stated) else totals


def _adjustments(fields: Fields, details: Any) -> Iterator[Adjustment]:
    for tag, reason in (("DiscountDetails", "FreeText"), ("ChargeDetails", "ReasonText")):
        for one in all_at(details, tag):
            amount = fields.amount(one, "Amount")
            if amount is not None:
                tax = tax_rate(fields, one, ("VatCategoryCode",), ("VatRatePercent",))
                yield Adjustment(amount, tag == "ChargeDetails", text_at(one, reason, "ReasonText", "ReasonCode"), tax)


def _tax_parts(fields: Fields, details: Any) -> Iterator[TaxPart]:
    for part in all_at(details, "VatSpecificationDetails"):
        amount = fields.amount(part, "VatRateAmount")
        if amount is not None:
            yield TaxPart(tax_rate(fields, part, ("VatCode",), ("VatRatePercent",)), fields.amount(part, "VatBaseAmount"), amount)
