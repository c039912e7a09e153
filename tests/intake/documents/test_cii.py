"""Cross Industry Invoices: freight, groups of lines, texts among the lines, two currencies, and what ZUGFeRD 1.0 calls by other names."""

from __future__ import annotations

from datetime import date

from tests.intake.documents.written import D, cii, cii_line, codes, read_one

from goodterms.intake.documents.document_file import read_document_file
from goodterms.intake.documents.party import Address, Contact, Identifies
from goodterms.intake.values.document_type import Kind

CHARGE = (
    "<SpecifiedTradeAllowanceCharge><ChargeIndicator><Indicator>{}</Indicator></ChargeIndicator><ActualAmount>{}</ActualAmount></SpecifiedTradeAllowanceCharge>"
)


def test_cii_is_read():
    agreement = (
        "<SellerOrderReferencedDocument><IssuerAssignedID>SO-9</IssuerAssignedID></SellerOrderReferencedDocument>"
        "<BuyerOrderReferencedDocument><IssuerAssignedID>PO-7</IssuerAssignedID></BuyerOrderReferencedDocument>"
    )
    settlement = (
        "<PayerTradeParty><ID>P-1</ID><Name>Payer</Name></PayerTradeParty>"
        "<SpecifiedTradePaymentTerms><DueDateDateTime><DateTimeString format='102'>20261009</DateTimeString></DueDateDateTime></SpecifiedTradePaymentTerms>"
        "<InvoiceReferencedDocument><IssuerAssignedID>999</IssuerAssignedID></InvoiceReferencedDocument>"
    )
    invoice = read_one(cii([cii_line(1, "20.00", "4", "5", listed="6")], "20.00", "5.10", agreement=agreement, settlement=settlement))
    assert (invoice.format, invoice.kind, invoice.number, invoice.currency) == ("CII", Kind.INVOICE, "1001", "EUR")
    assert (invoice.date, invoice.due_date, invoice.corrects) == (date(2026, 9, 25), date(2026, 10, 9), ("999",))
    assert (invoice.order_number, invoice.seller_order_number) == ("PO-7", "SO-9")
    assert (invoice.payer.key(), invoice.seller.of(Identifies.VAT), invoice.buyer.of(Identifies.VAT)) == ("P-1", "FI01120389", "FI23456780")
    (line,) = invoice.lines
    assert (line.net, line.quantity, line.unit, line.price, line.list_price, line.product_id) == (D("20.00"), D("4"), "C62", D("5"), D("6"), "NAIL")


def test_cii_says_where_a_party_is_and_whom_to_ask():
    person = (
        "<DefinedTradeContact><PersonName>Bo</PersonName>"
        "<TelephoneUniversalCommunication><CompleteNumber>040 1</CompleteNumber></TelephoneUniversalCommunication>"
        "<EmailURIUniversalCommunication><URIID>bo@bob.example</URIID></EmailURIUniversalCommunication></DefinedTradeContact>"
    )
    at = "<PostalTradeAddress><PostcodeCode>20100</PostcodeCode><LineOne>Road 1</LineOne><LineTwo>B 2</LineTwo><CityName>Turku</CityName></PostalTradeAddress>"
    buyer = read_one(cii([cii_line(1, "1")], "1").replace(b"<Name>Bob Oy</Name>", f"<Name>Bob Oy</Name>{person}{at}".encode())).buyer
    assert (buyer.address, buyer.contact) == (Address("Road 1, B 2", "20100", "Turku"), Contact("Bo", "040 1", "bo@bob.example"))


def test_freight_is_a_charge_of_the_document():
    freight = "<SpecifiedLogisticsServiceCharge><Description>Freight</Description><AppliedAmount>5.80</AppliedAmount></SpecifiedLogisticsServiceCharge>"
    invoice = read_one(cii([cii_line(1, "10")], "14.80", settlement=CHARGE.format("false", "1") + freight))
    assert [(one.amount, one.is_charge, one.reason) for one in invoice.adjustments] == [(D("1"), False, ""), (D("5.80"), True, "Freight")]
    assert invoice.net == D("14.80")


def test_lines_that_only_explain_are_set_aside():
    group = "<LineStatusReasonCode>{}</LineStatusReasonCode>"
    lines = [cii_line(1, "30", status=group.format("GROUP")), cii_line(2, "10", status=group.format("DETAIL")), cii_line(3, "20"), cii_line(4, "")]
    invoice = read_one(cii(lines, "30"))
    assert [(line.row, line.net) for line in invoice.lines] == [(2, D("10")), (3, D("20"))]
    assert [(ref.row, ref.reason) for ref in invoice.set_aside] == [(1, "a line that only groups or explains others"), (4, "a line without an amount")]


def test_totals_of_another_currency_are_left_out():
    other = "<TaxTotalAmount currencyID='SEK'>29.30</TaxTotalAmount><TaxBasisTotalAmount currencyID='SEK'>115</TaxBasisTotalAmount>"
    totals = read_one(cii([cii_line(1, "10")], "10", "2.55", totals=other)).totals
    assert (totals.tax_exclusive, totals.tax, totals.tax_inclusive) == (D("10"), D("2.55"), D("12.55"))


def test_zugferd_1_is_read_under_its_own_names():
    renamed = (
        (
            b"CrossIndustryInvoice xmlns='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'",
            b"CrossIndustryDocument xmlns='urn:ferd:CrossIndustryDocument:invoice:1p0'",
        ),
        (b"/CrossIndustryInvoice", b"/CrossIndustryDocument"),
        (b"ExchangedDocument>", b"HeaderExchangedDocument>"),
        (b"SupplyChainTradeTransaction", b"SpecifiedSupplyChainTradeTransaction"),
        (b"ApplicableHeaderTrade", b"ApplicableSupplyChainTrade"),
        (b"SpecifiedLineTrade", b"SpecifiedSupplyChainTrade"),
        (b"SpecifiedTradeSettlementLineMonetarySummation", b"SpecifiedTradeSettlementMonetarySummation"),
        (b"SpecifiedTradeSettlementHeaderMonetarySummation", b"SpecifiedTradeSettlementMonetarySummation"),
    )
    data = cii([cii_line("", ""), cii_line(1, "10", inside=CHARGE.format("true", "1"))], "10", "2.55")
    for names in renamed:
        data = data.replace(*names)
    invoice = read_one(data)
    assert (invoice.format, invoice.number, invoice.totals.tax_exclusive, len(invoice.set_aside)) == ("ZUGFeRD 1.0", "1001", D("10"), 1)
    assert [(line.row, line.number, line.net, line.charges) for line in invoice.lines] == [(2, "1", D("10"), D("1"))]


def test_a_test_says_so():
    read = read_document_file(cii([cii_line(1, "10")], "10", context="<TestIndicator><Indicator>true</Indicator></TestIndicator>"), "a.xml")
    assert codes(read.problems) == [("marked-as-test", "notice")]
    assert len(read.invoices) == 1
