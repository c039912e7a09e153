"""UBL: what stands in it is found in the model; what is missing or wrong keeps the document out and says where."""

from __future__ import annotations

from datetime import date

import pytest
from tests.intake.documents.written import ANN_SELLS, BOB_BUYS, D, codes, read_one, ubl, ubl_adjustment, ubl_line, ubl_party

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_file import read_document_file
from goodterms.intake.documents.invoice import TaxRate
from goodterms.intake.documents.party import Identifies
from goodterms.intake.values.document_type import Kind

ORDER = "<cac:OrderReference><cbc:ID>PO-7</cbc:ID><cbc:SalesOrderID>SO-9</cbc:SalesOrderID></cac:OrderReference>"
CORRECTS = "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>999</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
DELIVERY = "<cac:Delivery><cac:DeliveryLocation><cbc:ID schemeID='0088'>6430000000017</cbc:ID></cac:DeliveryLocation></cac:Delivery>"
DESPATCH = "<cac:DespatchDocumentReference><cbc:ID>D-3</cbc:ID></cac:DespatchDocumentReference>"


def test_ubl_head_is_read():
    data = ubl([ubl_line(1, "10.00")], "10.00", "2.55", inside=f"<cbc:DueDate>2026-10-09</cbc:DueDate>{ORDER}{CORRECTS}{DESPATCH}{DELIVERY}")
    invoice = read_one(data)
    assert (invoice.format, invoice.kind, invoice.type_code, invoice.number, invoice.currency) == ("UBL", Kind.INVOICE, "380", "1001", "EUR")
    assert (invoice.date, invoice.due_date) == (date(2026, 9, 25), date(2026, 10, 9))
    assert (invoice.order_number, invoice.seller_order_number, invoice.corrects) == ("PO-7", "SO-9", ("999",))
    assert (invoice.delivery_place, invoice.delivery_document) == ("6430000000017", "D-3")
    assert (invoice.totals.tax_exclusive, invoice.totals.tax, invoice.totals.tax_inclusive, invoice.totals.payable) == (D("10.00"), D("2.55"), D("12.55"), None)


def test_ubl_lines_are_read():
    discounted = ubl_adjustment("1").replace("<cac:TaxCategory>", "<cbc:BaseAmount>11</cbc:BaseAmount><cac:TaxCategory>")
    data = ubl([ubl_line("A", "19.00", "4", "10", ubl_adjustment("3") + ubl_adjustment("2", charge=True), base="2", listed=discounted)], "19.00")
    (line,) = read_one(data).lines
    assert (line.row, line.number, line.net, line.product_id, line.product_name) == (1, "A", D("19.00"), "NAIL", "Nails")
    assert (line.quantity, line.unit, line.price, line.base_quantity, line.list_price) == (D("4"), "C62", D("10"), D("2"), D("11"))
    assert (line.allowances, line.charges, line.tax) == (D("3"), D("2"), TaxRate("S", D("25.5")))


def test_ubl_list_price_is_price_and_discount_where_only_these_are_stated():
    discounted = "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>1.5</cbc:Amount></cac:AllowanceCharge>"
    (line,) = read_one(ubl([ubl_line(1, "10", listed=discounted)], "10")).lines
    assert line.list_price == D("11.5")


def test_ubl_parties_are_known_by_all_that_identifies_them():
    inside = (
        "<cbc:EndpointID schemeID='0216'>003723456780</cbc:EndpointID><cac:PartyIdentification><cbc:ID>C-1</cbc:ID></cac:PartyIdentification>"
        "<cac:PartyIdentification><cbc:ID schemeID='0088'>6430000000024</cbc:ID></cac:PartyIdentification>"
        "<cac:PartyIdentification><cbc:ID schemeID='SEPA'>FI98ZZZ</cbc:ID></cac:PartyIdentification>"
    )
    given = "<cbc:SupplierAssignedAccountID>C-0</cbc:SupplierAssignedAccountID>"
    buyer = read_one(
        ubl([ubl_line(1, "1")], "1", who=ANN_SELLS + ubl_party("AccountingCustomerParty", "Bob Oy", "FI23456780", "2345678-0", inside, given))
    ).buyer
    assert [(one.kind, one.value, one.scheme) for one in buyer.identifiers] == [
        (Identifies.NUMBER, "C-0", ""),
        (Identifies.NUMBER, "C-1", ""),
        (Identifies.LOCATION, "6430000000024", "0088"),
        (Identifies.VAT, "FI23456780", ""),
        (Identifies.BUSINESS_ID, "2345678-0", ""),
        (Identifies.ADDRESS, "003723456780", "0216"),
    ]
    assert (buyer.name, buyer.country, buyer.key()) == ("Bob Oy", "FI", "C-0")


def test_a_personal_identity_code_is_not_kept():
    buyer = read_one(ubl([ubl_line(1, "1")], "1", who=ANN_SELLS + ubl_party("AccountingCustomerParty", "Cleo", "", "131052-308T"))).buyer
    assert (buyer.identifiers, buyer.personal, buyer.key()) == ((), True, "Cleo")
    assert "131052" not in repr(buyer)


def test_ubl_credit_note_has_tags_of_its_own():
    invoice = read_one(ubl([ubl_line(1, "10", "5", "2", what="CreditNote")], "10", what="CreditNote", type_code="381"))
    assert (invoice.kind, invoice.lines[0].quantity, invoice.direction, invoice.gives_back) == (Kind.CREDIT_NOTE, D("5"), -1, True)


def test_ubl_tax_in_the_currency_of_book_keeping_is_left_out():
    other = "<cac:TaxTotal><cbc:TaxAmount currencyID='SEK'>29.30</cbc:TaxAmount></cac:TaxTotal>"
    assert read_one(ubl([ubl_line(1, "10")], "10", "2.55", adjustments=other)).totals.tax == D("2.55")


def test_ubl_order_that_there_is_not():
    assert read_one(ubl([ubl_line(1, "1")], "1", inside="<cac:OrderReference><cbc:ID>NA</cbc:ID></cac:OrderReference>")).order_number == ""


def test_ubl_in_the_header_of_a_network():
    data = ubl([ubl_line(1, "1")], "1").replace(b"<?xml version='1.0' encoding='UTF-8'?>", b"")
    assert read_one(b"<StandardBusinessDocument xmlns='urn:x'><Header/>" + data + b"</StandardBusinessDocument>").number == "1001"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("<cbc:ID>1001</cbc:ID>", ""), "The document has no number."),
        (("2026-09-25", "25.9.2026"), '"25.9.2026" where a date was expected.'),
        (("<cbc:IssueDate>2026-09-25</cbc:IssueDate>", ""), "The invoice 1001 has no date."),
        (("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", ""), "The invoice 1001 names no currency."),
        (("<cbc:LineExtensionAmount>1</cbc:LineExtensionAmount>", ""), "row 1, column LineExtensionAmount: The invoice 1001 has a line without an amount."),
        (("<cbc:LineExtensionAmount>1<", "<cbc:LineExtensionAmount>1,5<"), '"1,5" where an amount was expected.'),
        (("<cbc:LineExtensionAmount>1<", "<cbc:LineExtensionAmount>NaN<"), '"NaN" where an amount was expected.'),
        (("<cbc:LineExtensionAmount>1<", "<cbc:LineExtensionAmount>1234567890123456789<"), "an amount of at most 18 digits was expected."),
    ],
)
def test_what_is_missing_or_wrong_keeps_the_document_out(change, said):
    read = read_document_file(ubl([ubl_line(1, "1")], "1").replace(*(text.encode() for text in change), 1), "a.xml")
    assert (read.invoices, read.refused) == ((), True)
    assert any(said in str(problem) for problem in read.problems), [str(problem) for problem in read.problems]
    assert all("It stands near line 1 of the XML." in problem.action for problem in read.problems)


def test_a_document_without_lines_becomes_one():
    read = read_document_file(ubl([], "10", "2.55", adjustments=ubl_adjustment("2") + ubl_adjustment("1", charge=True)), "a.xml")
    (invoice,) = read.invoices
    assert [(line.number, line.net) for line in invoice.lines] == [("1", D("11"))]
    assert invoice.net == D("10")
    assert codes(read.problems) == [("no-lines", "notice")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>", "a.xml is no invoice that is read: it begins with <Order> of urn:oasis"),
        (b"<Invoice/>", "a.xml is no invoice that is read: it begins with <Invoice>."),
        (b"<StandardBusinessDocument/>", "a.xml is a StandardBusinessDocument without an invoice in it."),
    ],
)
def test_other_xml_is_refused(data, said):
    with pytest.raises(UnreadableFileError) as refused:
        read_document_file(data, "a.xml")
    assert str(refused.value).startswith(said)


def test_both_parties_may_be_missing():
    invoice = read_one(ubl([ubl_line(1, "1")], "1", who=""))
    assert (str(invoice.seller), str(invoice.buyer)) == ("nobody", "nobody")
    assert str(read_one(ubl([ubl_line(1, "1")], "1", who=BOB_BUYS)).buyer) == "Bob Oy (FI23456780)"
