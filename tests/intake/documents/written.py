"""Invoices written by hand from the standards, as small as they can be: Ann's company sells nails, and Bob buys them."""

from __future__ import annotations

from decimal import Decimal

from goodterms.intake.documents.document_file import read_document_file
from goodterms.intake.documents.party import OwnCompany
from goodterms.intake.documents.to_facts import facts_of

ANN = OwnCompany(("FI01120389",))
BOB = OwnCompany(("FI23456780",))


def D(text):  # noqa: N802
    return Decimal(text)


def read_one(data, file="a.xml"):
    """The one invoice of a file without problems."""
    read = read_document_file(data, file)
    assert read.problems == ()
    (invoice,) = read.invoices
    return invoice


def facts(*documents, own=ANN, source="erp"):
    """Documents as facts; each in a file of its own."""
    return facts_of([one for n, data in enumerate(documents, 1) for one in read_document_file(data, f"{n}.xml").invoices], own, source=source)


def codes(problems):
    return [(problem.code, str(problem.severity)) for problem in problems]


# UBL --------------------------------------------------------------------------------------------------------------------------------------------------------


def ubl_adjustment(amount, charge=False, rate="25.5"):
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator><cbc:AllowanceChargeReason>Why</cbc:AllowanceChargeReason>"
        f"<cbc:Amount currencyID='EUR'>{amount}</cbc:Amount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent></cac:TaxCategory>"
        "</cac:AllowanceCharge>"
    )


def ubl_line(number, net, quantity="1", price=None, inside="", product="NAIL", base="", rate="25.5", what="Invoice", listed=""):
    tag = "InvoicedQuantity" if what == "Invoice" else "CreditedQuantity"
    price = net if price is None else price
    return (
        f"<cac:{what}Line><cbc:ID>{number}</cbc:ID><cbc:{tag} unitCode='C62'>{quantity}</cbc:{tag}><cbc:LineExtensionAmount>{net}</cbc:LineExtensionAmount>"
        f"{inside}<cac:Item><cbc:Name>Nails</cbc:Name><cac:SellersItemIdentification><cbc:ID>{product}</cbc:ID></cac:SellersItemIdentification>"
        f"<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>"
        f"<cac:Price><cbc:PriceAmount>{price}</cbc:PriceAmount>{base and f'<cbc:BaseQuantity>{base}</cbc:BaseQuantity>'}{listed}</cac:Price>"
        f"</cac:{what}Line>"
    )


def ubl_party(role, name, vat, business_id="", inside="", given=""):
    legal = f"<cbc:CompanyID>{business_id}</cbc:CompanyID>" if business_id else ""
    return (
        f"<cac:{role}>{given}<cac:Party>{inside}<cac:PostalAddress><cac:Country><cbc:IdentificationCode>FI</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>{legal}</cac:PartyLegalEntity></cac:Party></cac:{role}>"
    )


ANN_SELLS = ubl_party("AccountingSupplierParty", "Ann Oy", "FI01120389", "0112038-9")
BOB_BUYS = ubl_party("AccountingCustomerParty", "Bob Oy", "FI23456780", "2345678-0")


def ubl(
    lines, net, tax="0", *, what="Invoice", type_code="380", number="1001", day="2026-09-25", adjustments="", totals="", inside="", who=ANN_SELLS + BOB_BUYS
):
    """A UBL document; ``net`` and ``tax`` are its stated totals, ``totals`` further ones."""
    space = "urn:oasis:names:specification:ubl:schema:xsd:"
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><{what} xmlns='{space}{what}-2' xmlns:cac='{space}CommonAggregateComponents-2' "
        f"xmlns:cbc='{space}CommonBasicComponents-2'><cbc:ID>{number}</cbc:ID><cbc:IssueDate>{day}</cbc:IssueDate>"
        f"<cbc:{what}TypeCode>{type_code}</cbc:{what}TypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{inside}{who}{adjustments}"
        f"<cac:TaxTotal><cbc:TaxAmount currencyID='EUR'>{tax}</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>{totals}"
        f"<cbc:TaxExclusiveAmount>{net}</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount>{D(net) + D(tax)}</cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal>"
        f"{''.join(lines)}</{what}>"
    ).encode()


# CII --------------------------------------------------------------------------------------------------------------------------------------------------------


def cii_line(number, net, quantity="1", price=None, listed="", inside="", status=""):
    price = net if price is None else price
    return (
        f"<IncludedSupplyChainTradeLineItem><AssociatedDocumentLineDocument><LineID>{number}</LineID>{status}</AssociatedDocumentLineDocument>"
        "<SpecifiedTradeProduct><SellerAssignedID>NAIL</SellerAssignedID><Name>Nails</Name></SpecifiedTradeProduct>"
        f"<SpecifiedLineTradeAgreement>{listed and f'<GrossPriceProductTradePrice><ChargeAmount>{listed}</ChargeAmount></GrossPriceProductTradePrice>'}"
        f"<NetPriceProductTradePrice><ChargeAmount>{price}</ChargeAmount></NetPriceProductTradePrice></SpecifiedLineTradeAgreement>"
        f"<SpecifiedLineTradeDelivery><BilledQuantity unitCode='C62'>{quantity}</BilledQuantity></SpecifiedLineTradeDelivery>"
        f"<SpecifiedLineTradeSettlement>{inside}<SpecifiedTradeSettlementLineMonetarySummation>{net and f'<LineTotalAmount>{net}</LineTotalAmount>'}"
        f"</SpecifiedTradeSettlementLineMonetarySummation></SpecifiedLineTradeSettlement></IncludedSupplyChainTradeLineItem>"
    )


def cii_party(role, name, vat, inside=""):
    return f"<{role}>{inside}<Name>{name}</Name><SpecifiedTaxRegistration><ID schemeID='VA'>{vat}</ID></SpecifiedTaxRegistration></{role}>"


def cii(lines, net, tax="0", *, type_code="380", number="1001", day="20260925", agreement="", settlement="", totals="", context=""):
    """A Cross Industry Invoice; its elements stand in one namespace, since the readers go by names."""
    return (
        "<CrossIndustryInvoice xmlns='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'>"
        f"<ExchangedDocumentContext>{context}</ExchangedDocumentContext>"
        f"<ExchangedDocument><ID>{number}</ID><TypeCode>{type_code}</TypeCode>"
        f"<IssueDateTime><DateTimeString format='102'>{day}</DateTimeString></IssueDateTime></ExchangedDocument>"
        f"<SupplyChainTradeTransaction>{''.join(lines)}<ApplicableHeaderTradeAgreement>"
        f"{cii_party('SellerTradeParty', 'Ann Oy', 'FI01120389')}{cii_party('BuyerTradeParty', 'Bob Oy', 'FI23456780')}{agreement}"
        "</ApplicableHeaderTradeAgreement><ApplicableHeaderTradeDelivery/>"
        f"<ApplicableHeaderTradeSettlement><InvoiceCurrencyCode>EUR</InvoiceCurrencyCode>{settlement}<SpecifiedTradeSettlementHeaderMonetarySummation>{totals}"
        f"<TaxBasisTotalAmount>{net}</TaxBasisTotalAmount><TaxTotalAmount currencyID='EUR'>{tax}</TaxTotalAmount>"
        f"<GrandTotalAmount>{D(net) + D(tax)}</GrandTotalAmount></SpecifiedTradeSettlementHeaderMonetarySummation></ApplicableHeaderTradeSettlement>"
        "</SupplyChainTradeTransaction></CrossIndustryInvoice>"
    ).encode()


# Finvoice ---------------------------------------------------------------------------------------------------------------------------------------------------


def comma(amount):
    return str(amount).replace(".", ",")


def finvoice_row(net=None, tax=None, gross=None, quantity="1", price=None, inside="", name="Naulat", number=""):
    stated = (("RowVatAmount", tax), ("RowVatExcludedAmount", net), ("RowAmount", gross))
    amounts = "".join(f"<{tag} AmountCurrencyIdentifier='EUR'>{comma(amount)}</{tag}>" for tag, amount in stated if amount is not None)
    priced = f"<UnitPriceAmount AmountCurrencyIdentifier='EUR'>{comma(price)}</UnitPriceAmount>" if price is not None else ""
    placed = f"<RowPositionIdentifier>{number}</RowPositionIdentifier>" if number else ""
    return (
        f"<InvoiceRow><ArticleIdentifier>NAIL</ArticleIdentifier><ArticleName>{name}</ArticleName>"
        f"<DeliveredQuantity QuantityUnitCode='kpl'>{comma(quantity)}</DeliveredQuantity>{priced}{placed}{inside}{amounts}</InvoiceRow>"
    )


def finvoice(
    rows, net, tax="0", gross=None, *, kind="INV01", number="1001", inside="", details="", origin="Original", encoding="ISO-8859-15", declaration=True
):
    """A Finvoice, in Latin-9 with its declaration."""
    gross = D(net) + D(tax) if gross is None else gross
    head = (
        f"<?xml version='1.0' encoding='{encoding}'?>\n<!DOCTYPE Finvoice SYSTEM 'Finvoice.dtd'>\n<?xml-stylesheet href='Finvoice.xsl'?>\n"
        if declaration
        else ""
    )
    return (
        f"{head}<Finvoice Version='1.3'><SellerPartyDetails><SellerPartyIdentifier>0112038-9</SellerPartyIdentifier>"
        "<SellerOrganisationName>Ännän Oy</SellerOrganisationName></SellerPartyDetails>"
        "<BuyerPartyDetails><BuyerPartyIdentifier>2345678-0</BuyerPartyIdentifier>"
        f"<BuyerOrganisationName>Bob Oy</BuyerOrganisationName></BuyerPartyDetails>{inside}"
        f"<InvoiceDetails><InvoiceTypeCode>{kind}</InvoiceTypeCode><OriginCode>{origin}</OriginCode><InvoiceNumber>{number}</InvoiceNumber>"
        f"<InvoiceDate Format='CCYYMMDD'>20260925</InvoiceDate>{details}"
        f"<InvoiceTotalVatExcludedAmount AmountCurrencyIdentifier='EUR'>{comma(net)}</InvoiceTotalVatExcludedAmount>"
        f"<InvoiceTotalVatAmount AmountCurrencyIdentifier='EUR'>{comma(tax)}</InvoiceTotalVatAmount>"
        f"<InvoiceTotalVatIncludedAmount AmountCurrencyIdentifier='EUR'>{comma(gross)}</InvoiceTotalVatIncludedAmount></InvoiceDetails>"
        f"{''.join(rows)}</Finvoice>"
    ).encode(encoding)
