"""Invoices of audit files, written by hand from the OECD's SAF-T 2.0: no outside file with any is known."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.documents.audit_file import audit_file
from tests.intake.documents.test_saft import HEAD, document, journal, line, totals, transaction

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.check import problems_of
from goodterms.intake.documents.party import Address, Identifies, OwnCompany
from goodterms.intake.documents.saft import read_saft
from goodterms.intake.documents.to_facts import facts_of

ANN = OwnCompany(("888888888",))
D = Decimal


def tax(amount, side="", tag="TaxInformation", code="3"):
    said = f"<TaxType>MVA</TaxType><TaxCode>{code}</TaxCode><TaxPercentage>25</TaxPercentage>"
    return f"<{tag}>{said}<{side}TaxAmount><Amount>{amount}</Amount></{side}TaxAmount></{tag}>"


def sold(amount, side="C", quantity="1", price=None, product="NAIL", inside="", taxes=None):
    """A line of an invoice: ``amount`` is what it says, in the direction of its side."""
    price = amount if price is None else price
    return (
        "<Line><LineNumber>1</LineNumber><AccountID>3000</AccountID><OrderReferences><OriginatingON>PO-7</OriginatingON></OrderReferences>"
        f"<ProductCode>{product}</ProductCode><ProductDescription>Nails</ProductDescription><Quantity>{quantity}</Quantity><InvoiceUOM>kg</InvoiceUOM>"
        f"<UnitPrice>{price}</UnitPrice><TaxPointDate>2026-01-15</TaxPointDate><Description>Secret text</Description>"
        f"<InvoiceLineAmount><Amount>{amount}</Amount></InvoiceLineAmount><DebitCreditIndicator>{side}</DebitCreditIndicator>{inside}"
        f"{tax(D(amount) / 4) if taxes is None else taxes}</Line>"
    )


def invoice(*lines, number="1", who="<CustomerInfo><CustomerID>C1</CustomerID></CustomerInfo>", kind="380", day="2026-01-15", net="", gross="", inside=""):
    of_document = f"<DocumentTotals>{inside}<NetTotal>{net}</NetTotal><GrossTotal>{gross}</GrossTotal></DocumentTotals>" if net else ""
    return (
        f"<Invoice><InvoiceNo>{number}</InvoiceNo>{who}<AccountID>1500</AccountID><InvoiceDate>{day}</InvoiceDate><InvoiceType>{kind}</InvoiceType>"
        f"{''.join(lines)}{of_document}</Invoice>"
    )


def section(*invoices, control="", what="SalesInvoices"):
    return f"<SourceDocuments><{what}>{control}{''.join(invoices)}</{what}></SourceDocuments>"


def master(what, number, name, business_id, vat=""):
    return (
        f"<{what}s><{what}><RegistrationNumber>{business_id}</RegistrationNumber><Name>{name}</Name><Address><StreetName>Road</StreetName><Number>1</Number>"
        "<City>Oslo</City><PostalCode>0235</PostalCode><Country>NO</Country></Address><Contact><ContactPerson><LastName>Secret</LastName></ContactPerson></Contact>"
        f"<TaxRegistration><TaxRegistrationNumber>{vat}</TaxRegistrationNumber></TaxRegistration><{what}ID>{number}</{what}ID></{what}></{what}s>"
    )


BOB = master("Customer", "C1", "Bob AS", "999999999", "999999999MVA")
ENTRIES = totals(1, "125", "125"), journal(transaction(line("1500", "125.00"), line("3000", "-125.00")))


def books(*sections, masters="", entries=ENTRIES, head=HEAD):
    return document(*entries, head=head, after="".join(sections)).replace("</MasterFiles>", f"{masters}</MasterFiles>")


def read(*sections, **rest):
    found = audit_file(books(*sections, **rest))
    assert "Secret" not in repr(found)
    return found


def facts(found):
    """The facts of invoices that hold, of which nothing is to be said."""
    made = facts_of(found.invoices, ANN, source="erp")
    assert (made.problems, found.invoice_problems, found.unread) == ((), (), 0)
    return made


def said(found):
    return [problem.sentence for problem in [*found.invoice_problems, *(problem for one in found.invoices for problem in problems_of(one))]]


def test_an_invoice_of_our_own_is_sale_lines():
    sale = invoice(
        sold("100.00", quantity="4", price="25"), sold("50.00", product="SAW"), net="150.00", gross="187.50", inside=tax("37.50", tag="TaxInformationTotals")
    )
    made = facts(read(section(sale, control=totals(1, "0", "150")), masters=BOB))
    first, second = made.sale_lines
    assert [first[name] for name in ("document", "kind", "customer_key", "product_key", "quantity", "unit", "order_number", "currency", "source", "row")] == [
        "1", "invoice", "C1", "NAIL", D(4), "kg", "PO-7", "NOK", "erp", 1
    ]  # fmt: skip
    assert [(row["net_value"], row["tax"], row["charges"]) for row in (first, second)] == [(D(100), D(25), 0), (D(50), D("12.50"), 0)]
    assert [(row["customer_key"], row["name"], row["country"]) for row in made.customers] == [("C1", "Bob AS", "NO")]
    assert [(row["product_key"], row["name"]) for row in made.products] == [("NAIL", "Nails"), ("SAW", "Nails")]
    (bob,) = made.parties
    assert (bob.party.address, bob.party.of(Identifies.VAT), bob.party.of(Identifies.BUSINESS_ID)) == (
        Address("Road, 1", "0235", "Oslo"),
        "999999999MVA",
        "999999999",
    )


def test_an_invoice_of_a_supplier_is_purchase_lines_under_our_numbers():
    who = "<SupplierInfo><SupplierID>S1</SupplierID></SupplierInfo>"
    bought = section(invoice(sold("80.00", "D"), who=who, net="80.00", gross="100.00"), what="PurchaseInvoices", control=totals(1, "80", "0"))
    made = facts(read(bought, masters=master("Supplier", "S1", "Cleo AS", "777777777", "777777777MVA")))
    (row,) = made.purchase_lines
    assert (row["supplier_key"], row["product_key"], row["net_value"], row["tax"], row["quantity"]) == ("S1", "NAIL", D(80), D(20), D(1))
    assert [(one["supplier_key"], one["name"]) for one in made.suppliers] == [("S1", "Cleo AS")]


@pytest.mark.parametrize(
    ("given_back", "net", "gross"),
    [
        (sold("100.00", "D"), "100.00", "125.00"),
        (sold("100.00", "D", price="-100"), "-100.00", "-125.00"),
        (sold("-100.00", "C", quantity="-1", price="100", taxes=tax("-25")), "-100.00", "-125.00"),
        (sold("100.00", "D", taxes=tax("25", "Debit")), "100.00", "125.00"),
        (sold("-100.00", "C", taxes=tax("25", "Debit")), "100.00", "125.00"),
    ],
    ids=["debit", "debit and totals with a minus", "credit with a minus", "tax in debit", "a minus and tax in debit"],
)
def test_what_is_given_back_is_the_same_however_it_is_signed(given_back, net, gross):
    (row,) = facts(read(section(invoice(given_back, kind="381", net=net, gross=gross)))).sale_lines
    assert [row[name] for name in ("kind", "net_value", "tax")] == ["credit note", D(-100), D(-25)]
    assert row["quantity"] == (1 if "<UnitPrice>-" in given_back else -1)


def test_freight_of_lines_and_of_the_document_is_a_charge():
    of_line = "<ShippingCostsAmount><Amount>8.00</Amount></ShippingCostsAmount>"
    total = "<ShippingCostsAmountTotal>8.00</ShippingCostsAmountTotal>"
    lines = [sold("100.00", inside=of_line), sold("60.00")]
    for one_way in (lines, [one.replace(of_line, "") for one in lines]):
        made = facts(read(section(invoice(*one_way, net="160.00", gross="208.00", inside=total))))
        assert sum(row["net_value"] for row in made.sale_lines) == 160
        assert [row["charges"] for row in made.sale_lines] == ([8, 0] if one_way is lines else [5, 3])


@pytest.mark.parametrize(
    ("sale", "sentence"),
    [
        (
            invoice(sold("100.00"), net="100.01", gross="125.01"),
            "The invoice 1 does not add up: its lines come to 100.00, and it states 100.01 as the total without tax (difference −0.01).",
        ),
        (
            invoice(sold("100.00"), net="100.00", gross="125.01", inside=tax("25.00", tag="TaxInformationTotals")),
            ("The invoice 1 does not add up: 100.00 without tax + 25.00 tax come to 125.00, and it states 125.01 as the total with tax (difference −0.01)."),
        ),
        (
            invoice(sold("100.00"), kind="381", net="100.00", gross="125.00"),
            "The invoice 1 has the type 381, a credit note, and its lines are on the side of what is sold: so it counts.",
        ),
    ],
)
def test_what_does_not_tie_is_said(sale, sentence):
    assert sentence in said(read(section(sale)))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<InvoiceLineAmount><Amount>100.00</Amount></InvoiceLineAmount>", "<CreditAmount>100.00</CreditAmount>", "has a line without an amount."),
        (">C</DebitCreditIndicator>", ">X</DebitCreditIndicator>", "has a line that says neither debit (D) nor credit (C)."),
        ("<InvoiceDate>2026-01-15</InvoiceDate>", "", "has no date."),
        ("<DebitCreditIndicator>C", "<Missing/><DebitCreditIndicator>", "neither debit (D) nor credit (C)"),
    ],
)
def test_an_invoice_that_cannot_be_read_is_counted_and_said(old, new, sentence):
    text = invoice(sold("100.00"), number="7")
    assert old in text
    found = read(section(text.replace(old, new), invoice(sold("1.00"), number="8")))
    assert ([one.number for one in found.invoices], found.unread) == (["8"], 1)
    assert found.invoice_problems[0].sentence.startswith("The invoice 7 ")
    assert sentence in found.invoice_problems[0].sentence


def test_an_invoice_without_lines_is_no_invoice():
    found = read(section(invoice()))
    assert (found.invoices, found.unread, [problem.sentence for problem in found.invoice_problems]) == ((), 1, ["The invoice 1 has no line."])


@pytest.mark.parametrize("control", [totals(2, "20", "150"), totals(3, "25", "187.5")])
def test_totals_of_all_invoices_may_be_with_tax_and_count_lines(control):
    two = [invoice(sold("100"), sold("50")), invoice(sold("20", "D"), number="2")]
    assert read(section(*two, control=control)).invoice_problems == ()


def test_totals_of_all_invoices_that_do_not_tie_are_named():
    found = read(section(invoice(sold("100")), control=totals(3, "0", "101")))
    assert [(str(problem.origin), problem.sentence) for problem in found.invoice_problems] == [
        ("books.xml, column SalesInvoices/NumberOfEntries", "The number of invoices is given as 3; the invoices of the file come to 1, in 1 lines."),
        (
            "books.xml, column SalesInvoices/TotalCredit",
            "The total credit is given as 101.00; the invoices of the file come to 100.00, with tax and freight to 125.00.",
        ),
    ]


def test_the_code_of_a_person_is_not_kept():
    found = read(section(invoice(sold("1"))), masters=master("Customer", "C1", "Cleo", "15108695088"))
    (sale,) = found.invoices
    assert (sale.buyer.name, sale.buyer.of(Identifies.BUSINESS_ID), "15108695088" in repr(found)) == ("Cleo", "", False)


def test_invoices_alone_are_enough(tmp_path):
    (tmp_path / "a.xml").write_text(books(section(invoice(sold("1"))), entries=()), "utf-8")
    (found,) = read_saft(tmp_path / "a.xml")
    assert (len(found.invoices), found.rows, found.problems) == (1, (), ())


VALUES = st.sampled_from(
    ["", "-1", "NaN", "9" * 30, "99999999999999", "0.00000000000001", "1e5", "٣", "2026-13-01", "-0", ".", "C", "D", "<Line/>", "</Invoice>"]
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_an_invoice_is_read_or_said(data):
    """Any values in place of others: no crash, and no invoice lost; those that hold come to what they state."""
    text = section(invoice(sold("100.00"), sold("20.00"), net="120.00", gross="150.00"), invoice(sold("8.00", "D"), number="2", net="8.00", gross="10.00"))
    spots = [match.span(1) for match in re.finditer(r">([^<>]+)<", text)]
    for start, end in sorted(data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=4, unique=True)), reverse=True):
        text = text[:start] + data.draw(VALUES) + text[end:]
    try:
        found = audit_file(books(text))
    except UnreadableFileError:
        return
    assert len(found.invoices) + found.unread == 2
    assert found.unread == 0 or found.invoice_problems
    made = facts_of(found.invoices, ANN)
    for one in made.accepted:
        rows = [row for row in made.sale_lines if row["document"] == one.number]
        same = [other for other in made.accepted if other.number == one.number]
        assert sum(row["net_value"] + row["charges"] for row in rows) == sum(other.net for other in same)
