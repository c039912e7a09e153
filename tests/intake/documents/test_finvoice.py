"""Finvoice: many in one file, SOAP frames, Latin-9, commas, and rows that only the total can place."""

from __future__ import annotations

import pytest
from tests.intake.documents.written import D, codes, comma, finvoice, finvoice_row, read_one

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_file import read_document_file
from goodterms.intake.documents.invoice import TaxRate
from goodterms.intake.documents.party import Address, Contact, Identifier, Identifies
from goodterms.intake.values.document_type import Kind

FRAME = (
    b"<?xml version='1.0' encoding='UTF-8'?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV='urn:s' xmlns:eb='urn:e'>\n<SOAP-ENV:Header><eb:To>003701120389</eb:To>"
    b"</SOAP-ENV:Header><SOAP-ENV:Body><eb:Manifest/></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
)


def test_finvoice_in_latin_9_is_read():
    inside = "<BuyerOrganisationUnitNumber>003723456780</BuyerOrganisationUnitNumber>"
    details = "<SellersBuyerIdentifier>C-1</SellersBuyerIdentifier><OrderIdentifier>PO-7</OrderIdentifier><OriginalInvoiceNumber>999</OriginalInvoiceNumber>"
    row = finvoice_row("1810.00", "461.55", "2271.55", "2,5", "724", "<RowVatRatePercent>25,5</RowVatRatePercent><RowVatCode>S</RowVatCode>", number="1")
    invoice = read_one(finvoice([row], "1810.00", "461.55", inside=inside, details=details))
    assert (invoice.format, invoice.kind, invoice.number, invoice.currency, invoice.seller.name) == ("Finvoice 1.3", Kind.INVOICE, "1001", "EUR", "Ännän Oy")
    assert (invoice.order_number, invoice.corrects, invoice.buyer.key()) == ("PO-7", ("999",), "C-1")
    assert (invoice.buyer.of(Identifies.LOCATION), invoice.buyer.of(Identifies.BUSINESS_ID)) == ("003723456780", "2345678-0")
    (line,) = invoice.lines
    assert (line.net, line.quantity, line.unit, line.price, line.tax, line.tax_amount) == (
        D("1810.00"),
        D("2.5"),
        "kpl",
        D("724"),
        TaxRate("S", D("25.5")),
        D("461.55"),
    )


def test_finvoice_says_where_a_party_is_and_whom_to_ask():
    receiver = "<MessageReceiverDetails><ToIdentifier>003723456780</ToIdentifier><ToIntermediator>BANK</ToIntermediator></MessageReceiverDetails>"
    inside = (
        f"<MessageTransmissionDetails>{receiver}</MessageTransmissionDetails><BuyerContactPersonName>Bo</BuyerContactPersonName><BuyerCommunicationDetails>"
        "<BuyerPhoneNumberIdentifier>040 1</BuyerPhoneNumberIdentifier><BuyerEmailaddressIdentifier>bo@bob.example</BuyerEmailaddressIdentifier>"
        "</BuyerCommunicationDetails>"
    )
    at = (
        "<BuyerPostalAddressDetails><BuyerStreetName>Road 1</BuyerStreetName><BuyerStreetName>B 2</BuyerStreetName><BuyerTownName>Turku</BuyerTownName>"
        "<BuyerPostCodeIdentifier>20100</BuyerPostCodeIdentifier><CountryCode>FI</CountryCode></BuyerPostalAddressDetails></BuyerPartyDetails>"
    )
    buyer = read_one(finvoice([finvoice_row("1")], "1", inside=inside).replace(b"</BuyerPartyDetails>", at.encode())).buyer
    assert (buyer.country, buyer.address, buyer.contact) == ("FI", Address("Road 1, B 2", "20100", "Turku"), Contact("Bo", "040 1", "bo@bob.example"))
    assert Identifier(Identifies.ADDRESS, "003723456780", "BANK") in buyer.identifiers


@pytest.mark.parametrize(
    "file",
    [
        FRAME + finvoice([finvoice_row("1")], "1", number="1") + b"\n" + FRAME + finvoice([finvoice_row("2"), finvoice_row("3")], "5", number="2"),
        finvoice([finvoice_row("1")], "1", number="1") + finvoice([finvoice_row("2"), finvoice_row("3")], "5", number="2", declaration=False),
    ],
    ids=["framed", "one declaration"],
)
def test_many_in_one_file_are_read_with_rows_of_the_file(file):
    read = read_document_file(file, "a.xml")
    assert read.problems == ()
    assert [(one.number, one.seller.name, [line.row for line in one.lines]) for one in read.invoices] == [("1", "Ännän Oy", [1]), ("2", "Ännän Oy", [2, 3])]


def test_a_finvoice_inside_its_frame_is_read():
    body = finvoice([finvoice_row("1")], "1", declaration=False, encoding="utf-8")
    assert read_one(b"<?xml version='1.0'?><S:Envelope xmlns:S='urn:s'><S:Body>" + body + b"</S:Body></S:Envelope>").seller.name == "Ännän Oy"


def test_one_bad_document_keeps_the_others():
    bad = finvoice([finvoice_row("2")], "2", number="2").replace(b"<InvoiceDetails>", b"<InvoiceDetails><Broken>")
    file = b"\n".join([finvoice([finvoice_row("1")], "1", number="1"), bad, finvoice([finvoice_row("3")], "3", number="3")])
    read = read_document_file(file, "a.xml")
    assert [one.number for one in read.invoices] == ["1", "3"]
    (problem,) = read.problems
    assert (problem.code, str(problem.severity), read.refused) == ("document-not-read", "rejected", True)
    assert str(problem).startswith("a.xml: Document 2: its XML is damaged at line 8, ")


def test_entities_in_a_document_are_refused():
    with pytest.raises(UnreadableFileError, match="declares a document type with entities"):
        read_document_file(b"<!DOCTYPE Finvoice [<!ENTITY x 'y'>]>" + finvoice([finvoice_row("1")], "1", declaration=False), "a.xml")


def test_rest_behind_the_last_document_is_no_secret():
    read = read_document_file(finvoice([finvoice_row("1")], "1") + b"<rest>", "a.xml")
    assert (len(read.invoices), codes(read.problems)) == (1, [("document-not-read", "rejected")])


def test_text_and_payments_in_advance_are_no_lines():
    """As in the banks' own example: a row with VAT only, that the total with VAT counts and the one without does not."""
    rows = [
        finvoice_row("100", "25.50", "125.50"),
        "<InvoiceRow><RowFreeText>Kiitos</RowFreeText></InvoiceRow>",
        finvoice_row(gross="-50", name="Ennakkomaksu"),
    ]
    read = read_document_file(finvoice(rows, "100", "25.50", "75.50"), "a.xml")
    (invoice,) = read.invoices
    assert [line.net for line in invoice.lines] == [D("100")]
    assert [(ref.row, ref.text) for ref in invoice.set_aside] == [(2, "Kiitos"), (3, "Ennakkomaksu")]
    assert (invoice.totals.tax_inclusive, invoice.totals.prepaid, invoice.totals.payable) == (D("125.50"), D("50"), D("75.50"))


def test_rows_of_old_programs_state_the_amount_with_vat():
    vat = "<RowVatRatePercent>25,5</RowVatRatePercent>"
    rows = [finvoice_row(gross="125.50", tax="25.50"), finvoice_row(gross="125.50", inside=vat), finvoice_row(gross="7")]
    assert [line.net for line in read_one(finvoice(rows, "207", "51.00")).lines] == [D("100.00"), D("100.00"), D("7")]


def test_a_row_without_any_amount_is_price_times_quantity():
    rows = [finvoice_row(quantity="3", price="10.004", inside="<RowDiscountPercent>10</RowDiscountPercent>")]
    (line,) = read_one(finvoice(rows, "27.01")).lines
    assert (line.net, line.allowances) == (D("27.01"), D("3.00"))


@pytest.mark.parametrize(("net", "count"), [("30", 1), ("75", 3)], ids=["sub-rows explain", "sub-rows are lines"])
def test_sub_rows_count_where_the_total_needs_them(net, count):
    sub = "<SubInvoiceRow><SubArticleName>Part</SubArticleName><SubRowVatExcludedAmount>{}</SubRowVatExcludedAmount></SubInvoiceRow>"
    rows = [finvoice_row("30"), f"<InvoiceRow>{sub.format('25')}{sub.format('20')}</InvoiceRow>"]
    invoice = read_one(finvoice(rows, net))
    assert (len(invoice.lines), len(invoice.set_aside)) == (count, 3 - count)


@pytest.mark.parametrize("signed", ["10", "-10"], ids=["positive", "negative"])
def test_a_discount_may_be_written_with_either_sign(signed):
    row = finvoice_row("90", quantity="10", price="10", inside=f"<RowDiscountAmount>{signed}</RowDiscountAmount>")
    assert read_one(finvoice([row], "90")).lines[0].allowances == D("10")


def test_discounts_after_one_another():
    inside = (
        "<RowDiscountPercent>10</RowDiscountPercent><RowProgressiveDiscountDetails><RowDiscountPercent>50</RowDiscountPercent></RowProgressiveDiscountDetails>"
        "<RowChargeDetails><ReasonText>Rahti</ReasonText><Amount>5,00</Amount></RowChargeDetails>"
    )
    (line,) = read_one(finvoice([finvoice_row("50", quantity="10", price="10", inside=inside)], "50")).lines
    assert ([one.amount for one in line.adjustments if not one.is_charge], line.charges) == ([D("10.00"), D("45.00")], D("5.00"))


def test_a_discount_on_the_price_gives_the_list_price():
    inside = "<UnitPriceDiscountAmount>2,00</UnitPriceDiscountAmount><UnitPriceNetAmount>8,00</UnitPriceNetAmount>"
    (line,) = read_one(finvoice([finvoice_row("80", quantity="10", price="10", inside=inside)], "80")).lines
    assert (line.price, line.list_price) == (D("8.00"), D("10"))


DISCOUNT = "<DiscountDetails><FreeText>Alennus</FreeText><Amount>10,00</Amount></DiscountDetails>"


def test_a_discount_of_the_document_comes_on_top():
    invoice = read_one(finvoice([finvoice_row("100")], "90", details=DISCOUNT))
    assert ([(one.amount, one.is_charge) for one in invoice.adjustments], invoice.net) == ([(D("10.00"), False)], D("90.00"))


def test_a_discount_that_the_rows_hold_is_not_counted_again():
    read = read_document_file(finvoice([finvoice_row("90")], "90", details=DISCOUNT), "a.xml")
    assert read.invoices[0].adjustments == ()
    assert codes(read.problems) == [("adjustments-inside", "notice")]


def test_rounding_of_the_total():
    for gross in ("1.25", "1.26"):
        rounded = finvoice([finvoice_row("1.00")], "1.00", "0.26", gross, details="<InvoiceTotalRoundoffAmount>-0,01</InvoiceTotalRoundoffAmount>")
        totals = read_one(rounded).totals
        assert (totals.tax_inclusive, totals.rounding) == (D("1.26"), D("-0.01"))


def test_an_invoice_that_cancels_another_is_asked_about():
    read = read_document_file(finvoice([finvoice_row("1")], "1", origin="Cancel"), "a.xml")
    assert (read.invoices, codes(read.problems)) == ((), [("cancels", "rejected")])


def test_the_type_of_the_united_nations_leads():
    details = "<InvoiceTypeCodeUN>381</InvoiceTypeCodeUN>"
    assert read_one(finvoice([finvoice_row("1")], "1", details=details)).kind is Kind.CREDIT_NOTE
    assert read_one(finvoice([finvoice_row("1")], "1", kind="INV06")).kind is Kind.OTHER


def test_thousands_apart_by_blanks():
    assert read_one(finvoice([finvoice_row("1 234,50".replace(",", "."))], "1234.50")).lines[0].net == D("1234.50")
    assert comma("1.5") == "1,5"
