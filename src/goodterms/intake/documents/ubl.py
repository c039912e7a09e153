"""UBL invoices and credit notes, as Peppol BIS Billing 3 and EN 16931 use them (OASIS UBL 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from goodterms.intake.documents.fields import Fields
from goodterms.intake.documents.invoice import Adjustment, Invoice, Line, TaxPart, Totals
from goodterms.intake.documents.party import Address, Contact, Identifies, Party, party
from goodterms.intake.documents.whole import nonzero, tax_rate, whole
from goodterms.intake.documents.xml_guard import local_name
from goodterms.intake.documents.xml_values import all_at, joined_at, text_at
from goodterms.intake.values.document_type import kind_of_type

NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = frozenset(f"{{{NAMESPACE}{name}-2}}{name}" for name in ("Invoice", "CreditNote"))
NOT_STATED = "NA"
"""What Peppol writes for a purchase order that there is not."""
BANK_SCHEME = "SEPA"
"""An identifier of this scheme is a creditor's, given by its bank."""


def read_ubl(root: Any, fields: Fields, first_row: int = 1) -> Invoice | None:
    """Read an ``Invoice`` or ``CreditNote`` element; ``None`` where something that is needed is missing or cannot be read.

    ``first_row`` is the number of its first line among the records of the file.
    """
    what = local_name(root)
    type_code = text_at(root, f"{what}TypeCode", "InvoiceTypeCode") or ("380" if what == "Invoice" else "381")
    kind = kind_of_type(type_code)
    number = fields.needed(root, "number", "ID")
    fields.document = f"{kind} {number}"
    totals_at = next(iter(all_at(root, "LegalMonetaryTotal")), root)
    currency = text_at(root, "DocumentCurrencyCode") or _currency_of(totals_at, "PayableAmount")
    taxes = [tax for tax in all_at(root, "TaxTotal") if _currency_of(tax, "TaxAmount") in {"", currency}]
    return whole(
        fields,
        root,
        day=fields.day(root, "IssueDate"),
        lines=tuple(_lines(fields, root, what, first_row)),
        first_row=first_row,
        format="UBL",
        kind=kind,
        type_code=type_code,
        number=number,
        currency=currency,
        seller=_party(root, "AccountingSupplierParty", "CustomerAssignedAccountID"),
        buyer=_party(root, "AccountingCustomerParty", "SupplierAssignedAccountID"),
        totals=_totals(fields, totals_at, taxes),
        due_date=fields.day(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate"),
        delivery_place=text_at(root, "Delivery/DeliveryLocation/ID", "Delivery/DeliveryParty/PartyIdentification/ID"),
        order_number=_stated(text_at(root, "OrderReference/ID")),
        seller_order_number=text_at(root, "OrderReference/SalesOrderID"),
        delivery_document=text_at(root, "DespatchDocumentReference/ID"),
        corrects=tuple(text for one in all_at(root, "BillingReference") if (text := text_at(one, "InvoiceDocumentReference/ID"))),
        adjustments=tuple(_adjustments(fields, root)),
        taxes=tuple(part for tax in taxes for part in _tax_parts(fields, tax)),
    )


def _stated(text: str) -> str:
    return "" if text == NOT_STATED else text


def _currency_of(element: Any, tag: str) -> str:
    return next((one.get("currencyID", "") for one in all_at(element, tag)), "")


def _party(root: Any, role: str, number: str) -> Party:
    role_at = next(iter(all_at(root, role)), None)
    at = next(iter(all_at(root, f"{role}/Party")), None)
    if role_at is None or at is None:
        return Party()
    identifiers = [(Identifies.NUMBER, text_at(role_at, number), "")]
    for one in all_at(at, "PartyIdentification/ID"):
        scheme = one.get("schemeID", "")
        if scheme != BANK_SCHEME:
            identifiers.append((Identifies.LOCATION if scheme else Identifies.NUMBER, one.text or "", scheme))
    for one in all_at(at, "PartyTaxScheme"):
        kind = Identifies.VAT if text_at(one, "TaxScheme/ID").upper() in {"VAT", ""} else Identifies.TAX_NUMBER
        identifiers.append((kind, text_at(one, "CompanyID"), ""))
    for tag, kind in (("PartyLegalEntity/CompanyID", Identifies.BUSINESS_ID), ("EndpointID", Identifies.ADDRESS)):
        identifiers += [(kind, one.text or "", one.get("schemeID", "")) for one in all_at(at, tag)]
    name = text_at(at, "PartyLegalEntity/RegistrationName", "PartyName/Name")
    street = joined_at(at, *(f"PostalAddress/{tag}" for tag in ("StreetName", "AdditionalStreetName", "AddressLine/Line")))
    address = Address(street, text_at(at, "PostalAddress/PostalZone"), text_at(at, "PostalAddress/CityName"))
    contact = Contact(text_at(at, "Contact/Name"), text_at(at, "Contact/Telephone"), text_at(at, "Contact/ElectronicMail"))
    return party(name, text_at(at, "PostalAddress/Country/IdentificationCode"), identifiers, address, contact)


def _adjustments(fields: Fields, element: Any, row: int | None = None) -> Iterator[Adjustment]:
    """Yield the allowances and charges of a document or line."""
    for one in all_at(element, "AllowanceCharge"):
        amount = fields.amount(one, "Amount", row=row)
        if amount is not None:
            tax = tax_rate(fields, one, ("TaxCategory/ID",), ("TaxCategory/Percent",), row)
            yield Adjustment(amount, _is_charge(one), text_at(one, "AllowanceChargeReason", "AllowanceChargeReasonCode"), tax)


def _is_charge(element: Any) -> bool:
    return text_at(element, "ChargeIndicator") in {"true", "1"}


def _tax_parts(fields: Fields, tax: Any) -> Iterator[TaxPart]:
    for part in all_at(tax, "TaxSubtotal"):
        amount = fields.amount(part, "TaxAmount")
        if amount is not None:
            yield TaxPart(tax_rate(fields, part, ("TaxCategory/ID",), ("TaxCategory/Percent", "Percent")), fields.amount(part, "TaxableAmount"), amount)


def _totals(fields: Fields, at: Any, taxes: list[Any]) -> Totals:
    tax = [amount for one in taxes if (amount := fields.amount(one, "TaxAmount")) is not None]
    return Totals(
        lines=fields.amount(at, "LineExtensionAmount"),
        allowances=fields.amount(at, "AllowanceTotalAmount"),
        charges=fields.amount(at, "ChargeTotalAmount"),
        tax_exclusive=fields.amount(at, "TaxExclusiveAmount"),
        tax=sum(tax, Decimal(0)) if tax else None,
        tax_inclusive=fields.amount(at, "TaxInclusiveAmount"),
        prepaid=fields.amount(at, "PrepaidAmount"),
        rounding=fields.amount(at, "PayableRoundingAmount"),
        payable=fields.amount(at, "PayableAmount"),
    )


def _lines(fields: Fields, root: Any, what: str, first_row: int) -> Iterator[Line]:
    quantity_tag = "InvoicedQuantity" if what == "Invoice" else "CreditedQuantity"
    for row, line in enumerate(all_at(root, f"{what}Line"), start=first_row):
        net = fields.amount(line, "LineExtensionAmount", row=row)
        if net is None:
            fields.reject("missing", f"{fields.named} has a line without an amount.", line, "LineExtensionAmount", row)
            continue
        list_price, price = _prices(fields, line, row)
        base = nonzero(fields.amount(line, "Price/BaseQuantity", row=row))
        yield Line(
            row,
            text_at(line, "ID"),
            net,
            product_id=text_at(line, "Item/SellersItemIdentification/ID"),
            buyer_product_id=text_at(line, "Item/BuyersItemIdentification/ID"),
            standard_product_id=text_at(line, "Item/StandardItemIdentification/ID"),
            product_name=text_at(line, "Item/Name", "Item/Description"),
            quantity=fields.amount(line, quantity_tag, row=row),
            unit=next((one.get("unitCode", "") for one in all_at(line, quantity_tag)), ""),
            price=price,
            base_quantity=base,
            list_price=list_price,
            list_base_quantity=base,
            adjustments=tuple(_adjustments(fields, line, row)),
            tax=tax_rate(fields, line, ("Item/ClassifiedTaxCategory/ID",), ("Item/ClassifiedTaxCategory/Percent",), row),
            tax_amount=fields.amount(line, "TaxTotal/TaxAmount", row=row),
            order_number=_stated(text_at(line, "OrderLineReference/OrderReference/ID")),
            delivery_document=text_at(line, "DespatchLineReference/DocumentReference/ID"),
        )


def _prices(fields: Fields, line: Any, row: int) -> tuple[Decimal | None, Decimal | None]:
    """Return the list price where the line states one, and the price."""
    price = fields.amount(line, "Price/PriceAmount", row=row)
    for one in all_at(line, "Price/AllowanceCharge"):
        listed, less = fields.amount(one, "BaseAmount", row=row), fields.amount(one, "Amount", row=row)
        if not _is_charge(one) and (listed is not None or (price is not None and less is not None)):
            return listed if listed is not None else (price or Decimal(0)) + (less or Decimal(0)), price
    return None, price
