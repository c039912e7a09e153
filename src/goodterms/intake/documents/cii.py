"""Cross Industry Invoices of UN/CEFACT: D16B as EN 16931, Factur-X and ZUGFeRD 2 use it, and its forerunner in ZUGFeRD 1.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from goodterms.intake.documents.fields import Fields
from goodterms.intake.documents.invoice import Adjustment, Invoice, Line, TaxPart, Totals
from goodterms.intake.documents.party import Address, Contact, Identifies, Party, party
from goodterms.intake.documents.whole import nonzero, tax_rate, whole
from goodterms.intake.documents.xml_values import all_at, joined_at, text_at
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.document_type import kind_of_type

ROOTS = frozenset(
    {
        "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice",
        "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument",
    }
)
NOT_SUMMED = frozenset({"GROUP", "INFORMATION"})
"""Lines that only head or explain others (profile EXTENDED): their amounts stand in no total."""
_PERCENT = ("RateApplicablePercent", "ApplicablePercent")


def read_cii(root: Any, fields: Fields, first_row: int = 1) -> Invoice | None:
    """Read a ``CrossIndustryInvoice`` (or ZUGFeRD 1.0's ``CrossIndustryDocument``); ``None`` where something needed is missing or cannot be read.

    ``first_row`` is the number of its first line among the records of the file.
    """
    head = _one(root, "ExchangedDocument", "HeaderExchangedDocument")
    trade = _one(root, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
    agreement, delivery, settlement = (_one(trade, f"ApplicableHeaderTrade{part}", f"ApplicableSupplyChainTrade{part}") for part in _PARTS)
    type_code = text_at(head, "TypeCode") or "380"
    kind = kind_of_type(type_code)
    number = fields.needed(head, "number", "ID")
    fields.document = f"{kind} {number}"
    if text_at(root, "SpecifiedExchangedDocumentContext/TestIndicator/Indicator", "ExchangedDocumentContext/TestIndicator/Indicator") == "true":
        fields.notice("marked-as-test", "is marked as a test by its sender.", "Leave it out if it was never meant.")
    currency = text_at(settlement, "InvoiceCurrencyCode")
    read = list(_records(fields, trade, first_row))
    payer = next((one for tag in ("PayerTradeParty", "InvoiceeTradeParty") for one in all_at(settlement, tag)), None)
    return whole(
        fields,
        root,
        day=fields.day(head, "IssueDateTime/DateTimeString", "IssueDateTime/DateTime"),
        lines=tuple(line for line in read if isinstance(line, Line)),
        set_aside=tuple(line for line in read if isinstance(line, RowRef)),
        first_row=first_row + len(read),
        format="CII" if root.tag.endswith("CrossIndustryInvoice") else "ZUGFeRD 1.0",
        kind=kind,
        type_code=type_code,
        number=number,
        currency=currency,
        seller=_party(next(iter(all_at(agreement, "SellerTradeParty")), None)),
        buyer=_party(next(iter(all_at(agreement, "BuyerTradeParty")), None)),
        payer=None if payer is None else _party(payer),
        totals=_totals(fields, settlement, currency),
        due_date=fields.day(settlement, *(f"SpecifiedTradePaymentTerms/DueDateDateTime/{form}" for form in ("DateTimeString", "DateTime"))),
        delivery_place=text_at(delivery, "ShipToTradeParty/GlobalID", "ShipToTradeParty/ID"),
        order_number=text_at(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID", "BuyerOrderReferencedDocument/ID"),
        seller_order_number=text_at(agreement, "SellerOrderReferencedDocument/IssuerAssignedID"),
        delivery_document=text_at(
            delivery,
            "DespatchAdviceReferencedDocument/IssuerAssignedID",
            "DeliveryNoteReferencedDocument/IssuerAssignedID",
            "DeliveryNoteReferencedDocument/ID",
        ),
        corrects=tuple(text for one in all_at(settlement, "InvoiceReferencedDocument") if (text := text_at(one, "IssuerAssignedID", "ID"))),
        adjustments=(*_adjustments(fields, settlement), *_freight(fields, settlement)),
        taxes=tuple(_tax_parts(fields, settlement)),
    )


_PARTS = ("Agreement", "Delivery", "Settlement")


def _one(element: Any, *tags: str) -> Any:
    """Return the first element of one of the tags; the parent itself, in which nothing will be found, where there is none."""
    return next((one for tag in tags for one in all_at(element, tag)), element)


def _party(at: Any) -> Party:
    if at is None:
        return Party()
    identifiers = [(Identifies.NUMBER, one.text or "", "") for one in all_at(at, "ID")]
    identifiers += [(Identifies.LOCATION, one.text or "", one.get("schemeID", "")) for one in all_at(at, "GlobalID")]
    for one in all_at(at, "SpecifiedTaxRegistration/ID"):
        identifiers.append((Identifies.VAT if one.get("schemeID", "VA") == "VA" else Identifies.TAX_NUMBER, one.text or "", ""))
    for tag, kind in (("SpecifiedLegalOrganization/ID", Identifies.BUSINESS_ID), ("URIUniversalCommunication/URIID", Identifies.ADDRESS)):
        identifiers += [(kind, one.text or "", one.get("schemeID", "")) for one in all_at(at, tag)]
    place, person = "PostalTradeAddress", "DefinedTradeContact"
    street = joined_at(at, *(f"{place}/Line{number}" for number in ("One", "Two", "Three")))
    address = Address(street, text_at(at, f"{place}/PostcodeCode"), text_at(at, f"{place}/CityName"))
    contact = Contact(
        text_at(at, f"{person}/PersonName", f"{person}/DepartmentName"),
        text_at(at, f"{person}/TelephoneUniversalCommunication/CompleteNumber"),
        text_at(at, *(f"{person}/EmailURIUniversalCommunication/{tag}" for tag in ("URIID", "CompleteNumber"))),
    )
    return party(text_at(at, "Name"), text_at(at, f"{place}/CountryID"), identifiers, address, contact)


def _adjustments(fields: Fields, element: Any, row: int | None = None) -> Iterator[Adjustment]:
    """Yield the allowances and charges of a document or line."""
    for one in all_at(element, "SpecifiedTradeAllowanceCharge"):
        amount = fields.amount(one, "ActualAmount", row=row)
        if amount is not None:
            tax = tax_rate(fields, one, ("CategoryTradeTax/CategoryCode",), tuple(f"CategoryTradeTax/{tag}" for tag in _PERCENT), row)
            yield Adjustment(amount, text_at(one, "ChargeIndicator/Indicator") in {"true", "1"}, text_at(one, "Reason", "ReasonCode"), tax)


def _freight(fields: Fields, settlement: Any) -> Iterator[Adjustment]:
    for one in all_at(settlement, "SpecifiedLogisticsServiceCharge"):
        amount = fields.amount(one, "AppliedAmount")
        if amount is not None:
            tax = tax_rate(fields, one, ("AppliedTradeTax/CategoryCode",), tuple(f"AppliedTradeTax/{tag}" for tag in _PERCENT))
            yield Adjustment(amount, is_charge=True, reason=text_at(one, "Description"), tax=tax)


def _tax_parts(fields: Fields, settlement: Any) -> Iterator[TaxPart]:
    for part in all_at(settlement, "ApplicableTradeTax"):
        amount = fields.amount(part, "CalculatedAmount")
        if amount is not None:
            yield TaxPart(tax_rate(fields, part, ("CategoryCode",), _PERCENT), fields.amount(part, "BasisAmount"), amount)


def _totals(fields: Fields, settlement: Any, currency: str) -> Totals:
    at = _one(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")

    def in_currency(tag: str) -> Any:
        """The amounts of a tag in the document's currency; some are also stated in the currency of book-keeping."""
        texts = [one.text.strip() for one in all_at(at, tag) if one.text and one.get("currencyID", currency) == currency]
        return fields.number(texts[0], at, tag) if texts else None

    return Totals(
        lines=in_currency("LineTotalAmount"),
        allowances=in_currency("AllowanceTotalAmount"),
        charges=in_currency("ChargeTotalAmount"),
        tax_exclusive=in_currency("TaxBasisTotalAmount"),
        tax=in_currency("TaxTotalAmount"),
        tax_inclusive=in_currency("GrandTotalAmount"),
        prepaid=in_currency("TotalPrepaidAmount"),
        rounding=in_currency("RoundingAmount"),
        payable=in_currency("DuePayableAmount"),
    )


def _records(fields: Fields, trade: Any, first_row: int) -> Iterator[Line | RowRef]:
    """Yield each line item: a line, or a record that only explains."""
    for row, item in enumerate(all_at(trade, "IncludedSupplyChainTradeLineItem"), start=first_row):
        head = _one(item, "AssociatedDocumentLineDocument")
        product = _one(item, "SpecifiedTradeProduct")
        text = text_at(product, "Name") or text_at(head, "IncludedNote/Content")
        settlement = _one(item, "SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
        sums = _one(settlement, "SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
        net = fields.amount(sums, "LineTotalAmount", row=row)
        if net is None or text_at(head, "LineStatusReasonCode") in NOT_SUMMED:
            yield RowRef(row, text, "a line without an amount" if net is None else "a line that only groups or explains others")
            continue
        agreement = _one(item, "SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
        delivery = _one(item, "SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
        listed, priced = (_one(agreement, f"{which}PriceProductTradePrice") for which in ("Gross", "Net"))
        yield Line(
            row,
            text_at(head, "LineID"),
            net,
            product_id=text_at(product, "SellerAssignedID"),
            buyer_product_id=text_at(product, "BuyerAssignedID"),
            standard_product_id=text_at(product, "GlobalID"),
            product_name=text_at(product, "Name", "Description"),
            quantity=fields.amount(delivery, "BilledQuantity", row=row),
            unit=next((one.get("unitCode", "") for one in all_at(delivery, "BilledQuantity")), ""),
            price=fields.amount(priced, "ChargeAmount", row=row),
            base_quantity=nonzero(fields.amount(priced, "BasisQuantity", row=row)),
            list_price=fields.amount(listed, "ChargeAmount", row=row),
            list_base_quantity=nonzero(fields.amount(listed, "BasisQuantity", row=row)),
            adjustments=tuple(_adjustments(fields, settlement, row)),
            tax=tax_rate(fields, settlement, ("ApplicableTradeTax/CategoryCode",), tuple(f"ApplicableTradeTax/{tag}" for tag in _PERCENT), row),
            order_number=text_at(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID"),
            delivery_document=text_at(delivery, "DespatchAdviceReferencedDocument/IssuerAssignedID", "DeliveryNoteReferencedDocument/IssuerAssignedID"),
        )
