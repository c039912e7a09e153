"""Invoices as facts: sales and purchases by our own identifiers, the same facts for the same business, and not a cent lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.documents.written import (
    ANN,
    ANN_SELLS,
    BOB,
    BOB_BUYS,
    D,
    cii,
    cii_line,
    codes,
    facts,
    finvoice,
    finvoice_row,
    ubl,
    ubl_adjustment,
    ubl_line,
    ubl_party,
)

from goodterms.errors import UsageError
from goodterms.facts.columns import CUSTOMERS, PRODUCTS, PURCHASE_LINES, SALE_LINES
from goodterms.intake.documents.party import Identifies, OwnCompany, party
from goodterms.intake.documents.spread import spread

CENTS = st.integers(-10_000_00, 10_000_00).map(lambda cents: Decimal(cents).scaleb(-2))
PLACE = ("file", "row", "document")


def without(rows, *columns):
    return [{name: value for name, value in row.items() if name not in columns} for row in rows]


def summed(rows, *columns):
    return sum((row[column] for row in rows for column in columns if row[column] is not None), Decimal(0))


# Rows -------------------------------------------------------------------------------------------------------------------------------------------------------


def test_our_own_invoice_is_sale_lines():
    listed = ubl_adjustment("2").replace("<cac:TaxCategory>", "<cbc:BaseAmount>12</cbc:BaseAmount><cac:TaxCategory>")
    lines = [ubl_line(1, "38", "4", "10", ubl_adjustment("3") + ubl_adjustment("1", charge=True), listed=listed), ubl_line(2, "62", product="HAMMER")]
    adjustments = ubl_adjustment("10") + ubl_adjustment("5", charge=True)
    found = facts(ubl(lines, "95", "24.23", adjustments=adjustments, inside="<cbc:DueDate>2026-10-09</cbc:DueDate>"))
    assert (found.purchase_lines, found.problems) == ((), ())
    nails, hammer = found.sale_lines
    assert tuple(nails) == SALE_LINES.column_names
    assert nails == dict.fromkeys(SALE_LINES.column_names) | {
        "source": "erp",
        "date": date(2026, 9, 25),
        "document": "1001",
        "line": "1",
        "kind": "invoice",
        "customer_key": "FI23456780",
        "product_key": "NAIL",
        "quantity": D("4"),
        "unit": "C62",
        "list_value": D("48.0000"),  # 4 × 12
        "discount": D("14.80"),  # 4 × 2 inside the price, 3 on the line, 3.80 of the document's 10
        "net_value": D("33.20"),
        "tax": D("9.21"),
        "charges": D("2.90"),  # 1 on the line, 1.90 of the document's 5
        "currency": "EUR",
        "due_date": date(2026, 10, 9),
        "file": "1.xml",
        "row": 1,
    }
    assert (hammer["list_value"], hammer["discount"], hammer["net_value"], hammer["charges"], hammer["tax"]) == (
        D("62"),
        D("6.20"),
        D("55.80"),
        D("3.10"),
        D("15.02"),
    )
    assert summed(found.sale_lines, "net_value", "charges") == D("95")


def test_where_nothing_is_taken_off_there_is_no_list_price():
    (row,) = facts(ubl([ubl_line(1, "10")], "10")).sale_lines
    assert (row["list_value"], row["discount"], row["net_value"]) == (None, D("0"), D("10"))


def test_a_price_that_does_not_hold_gives_no_list_price():
    listed = ubl_adjustment("2").replace("<cac:TaxCategory>", "<cbc:BaseAmount>12</cbc:BaseAmount><cac:TaxCategory>")
    found = facts(ubl([ubl_line(1, "37", "4", "10", listed=listed)], "37"))
    assert codes(found.problems) == [("price-does-not-hold", "warning")]
    assert [(row["list_value"], row["discount"], row["net_value"]) for row in found.sale_lines] == [(D("37"), D("0"), D("37"))]


def test_a_suppliers_invoice_is_purchase_lines():
    found = facts(ubl([ubl_line(1, "60", "2", "30"), ubl_line(2, "40")], "105", "26.78", adjustments=ubl_adjustment("5", charge=True)), own=BOB)
    assert (found.sale_lines, found.customers, found.products, found.problems) == ((), (), (), ())
    first, second = found.purchase_lines
    assert tuple(first) == PURCHASE_LINES.column_names
    assert (first["source"], first["supplier_key"], first["product_key"], first["net_value"], first["quantity"]) == (
        "FI01120389",
        "FI01120389",
        "FI01120389: NAIL",
        D("63.00"),
        D("2"),
    )
    assert (second["net_value"], second["tax"] + first["tax"]) == (D("42.00"), D("26.78"))
    assert [(who.role, who.key, who.party.name) for who in found.parties] == [("supplier", "FI01120389", "Ann Oy")]


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ("<cac:BuyersItemIdentification><cbc:ID>OURS</cbc:ID></cac:BuyersItemIdentification>", "OURS"),
        ("<cac:StandardItemIdentification><cbc:ID>6430000000017</cbc:ID></cac:StandardItemIdentification>", "6430000000017"),
    ],
)
def test_a_product_that_we_buy_goes_by_our_number_or_by_everybodys(item, key):
    data = ubl([ubl_line(1, "1")], "1").replace(b"<cac:SellersItemIdentification>", f"{item}<cac:SellersItemIdentification>".encode())
    assert facts(data, own=BOB).purchase_lines[0]["product_key"] == key


def test_lines_that_share_a_number_are_counted():
    assert [row["line"] for row in facts(ubl([ubl_line(5, "1"), ubl_line(5, "2")], "3")).sale_lines] == ["1", "2"]
    assert [row["line"] for row in facts(ubl([ubl_line(5, "1"), ubl_line(7, "2")], "3")).sale_lines] == ["5", "7"]


def test_tax_stated_on_the_lines_is_kept_where_it_is_the_documents():
    rows = [finvoice_row("10", "2.55"), finvoice_row("10", "1.40")]
    assert [row["tax"] for row in facts(finvoice(rows, "20", "3.95")).sale_lines] == [D("2.55"), D("1.40")]


def test_tax_of_a_rate_falls_on_its_lines():
    of_line = "<ApplicableTradeTax><CategoryCode>S</CategoryCode><RateApplicablePercent>{}</RateApplicablePercent></ApplicableTradeTax>"
    part = of_line.replace("<CategoryCode>", "<CalculatedAmount>{}</CalculatedAmount><CategoryCode>")
    lines = [
        cii_line(1, "10", inside=of_line.format("25.50")),
        cii_line(2, "10", inside=of_line.format("14")),
        cii_line(3, "30", inside=of_line.format("25.5")),
    ]
    found = facts(cii(lines, "50", "11.60", settlement=part.format("10.20", "25.5") + part.format("1.40", "14.0")))
    assert [row["tax"] for row in found.sale_lines] == [D("2.55"), D("1.40"), D("7.65")]


def test_a_line_given_back_gives_its_tax_back():
    found = facts(ubl([ubl_line(1, "100"), ubl_line(2, "-40", quantity="-1", price="40")], "60", "15.30"))
    assert [row["tax"] for row in found.sale_lines] == [D("25.50"), D("-10.20")]


# The same business, the same facts --------------------------------------------------------------------------------------------------------------------------

AMOUNTS = st.lists(st.tuples(CENTS, st.integers(1, 9)), min_size=1, max_size=6)


@given(AMOUNTS, CENTS, CENTS, CENTS)
def test_a_credit_note_and_a_negative_invoice_give_the_same_facts(lines, allowance, charge, tax):
    net = sum((amount for amount, _ in lines), Decimal(0)) - allowance + charge
    sign = 1 if net >= 0 else -1  # a credit note is written with a positive total

    def written(by, what, type_code):
        adjustments = ubl_adjustment(by * allowance) + ubl_adjustment(by * charge, charge=True)
        priced = [ubl_line(n, by * amount, by * quantity, round(amount / quantity, 4), what=what) for n, (amount, quantity) in enumerate(lines, 1)]
        return ubl(priced, by * net, by * tax, what=what, type_code=type_code, adjustments=adjustments)

    credit_note, negative = facts(written(sign, "CreditNote", "381")), facts(written(-sign, "Invoice", "380"))
    if net:
        assert credit_note.sale_lines == negative.sale_lines
        assert {row["kind"] for row in negative.sale_lines} == {"credit note"}
    else:
        assert without(credit_note.sale_lines, "kind") == without(negative.sale_lines, "kind")


def test_a_credit_note_of_finvoice_has_minus_signs_or_none():
    negative = facts(finvoice([finvoice_row("-100", "-25.50", quantity="-2", price="50")], "-100", "-25.50", kind="INV02"))
    positive = facts(finvoice([finvoice_row("100", "25.50", quantity="2", price="50")], "100", "25.50", kind="INV02"))
    assert negative.sale_lines == positive.sale_lines
    assert [(row["kind"], row["net_value"], row["quantity"], row["tax"]) for row in negative.sale_lines] == [("credit note", D("-100"), D("-2"), D("-25.50"))]


def test_a_negative_correction_is_a_credit_note():
    (row,) = facts(ubl([ubl_line(1, "-10", "-1", "10")], "-10", type_code="384")).sale_lines
    assert (row["kind"], row["net_value"]) == ("credit note", D("-10"))


def test_one_invoice_in_three_formats_gives_the_same_amounts():
    by_ubl = facts(ubl([ubl_line(1, "10", "2", "5"), ubl_line(2, "20")], "30", "7.65"))
    by_cii = facts(cii([cii_line(1, "10", "2", "5"), cii_line(2, "20")], "30", "7.65"))
    by_finvoice = facts(finvoice([finvoice_row("10", quantity="2", price="5"), finvoice_row("20")], "30", "7.65"))
    names = ("date", "document", "line", "kind", "product_key", "quantity", "list_value", "discount", "net_value", "charges", "tax", "currency", "row")
    assert [[row[name] for name in names] for row in by_ubl.sale_lines] == [[row[name] for name in names] for row in by_cii.sale_lines]
    assert [[row[name] for name in names] for row in by_ubl.sale_lines] == [[row[name] for name in names] for row in by_finvoice.sale_lines]


@given(AMOUNTS, CENTS, CENTS, CENTS)
def test_no_cent_is_lost(lines, allowance, charge, tax):
    net = sum((amount for amount, _ in lines), Decimal(0)) - allowance + charge
    data = ubl(
        [ubl_line(n, amount) for n, (amount, _) in enumerate(lines, 1)], net, tax, adjustments=ubl_adjustment(allowance) + ubl_adjustment(charge, charge=True)
    )
    found = facts(data)
    assert summed(found.sale_lines, "net_value", "charges") == net
    assert summed(found.sale_lines, "tax") == tax
    assert all(row["list_value"] is None or row["list_value"] - row["discount"] == row["net_value"] for row in found.sale_lines)
    assert summed(facts(data, own=BOB).purchase_lines, "net_value") == net


# Spreading --------------------------------------------------------------------------------------------------------------------------------------------------


@given(CENTS, st.lists(CENTS, min_size=1, max_size=20))
def test_shares_sum_to_the_amount_and_are_each_within_a_cent(amount, values):
    shares = spread(amount, values)
    sizes = [abs(value) for value in values] if any(values) else [Decimal(1)] * len(values)
    assert sum(shares) == amount
    assert all(abs(share - amount * size / sum(sizes)) < D("0.01") for share, size in zip(shares, sizes, strict=True))
    assert spread(-amount, values) == [-share for share in shares] == spread(-amount, [-value for value in values])


@pytest.mark.parametrize(
    ("amount", "values", "shares"),
    [
        ("10.03", ["49", "51"], ["4.91", "5.12"]),
        ("0.05", ["100", "101", "100", "100"], ["0.01", "0.02", "0.01", "0.01"]),
        ("99.99", ["75", "25"], ["74.99", "25.00"]),
        ("8", ["100", "-20"], ["6.67", "1.33"]),
        ("3", ["0", "0"], ["1.50", "1.50"]),
        ("1.001", ["1", "1"], ["0.501", "0.500"]),
    ],
)
def test_shares_by_hand(amount, values, shares):
    assert spread(D(amount), [D(value) for value in values]) == [D(share) for share in shares]


# Who is who -------------------------------------------------------------------------------------------------------------------------------------------------


def test_an_invoice_of_others_is_said_with_both_names():
    found = facts(ubl([ubl_line(1, "1")], "1"), own=OwnCompany(("FI99999999", "6430000000031")))
    assert (found.sale_lines, found.purchase_lines, found.accepted) == ((), (), ())
    (problem,) = found.problems
    assert str(problem) == (
        "1.xml: The invoice 1001 is none of ours (FI99999999, 6430000000031): Ann Oy (FI01120389) sells and Bob Oy (FI23456780) buys. "
        "If it is ours, name the identifier that it uses for us; else leave it out."
    )


def test_an_invoice_to_ourselves_is_no_sale():
    found = facts(ubl([ubl_line(1, "1")], "1"), own=OwnCompany(("FI01120389", "FI23456780")))
    assert codes(found.problems) == [("own-company-on-both-sides", "rejected")]


def test_a_company_of_the_same_vat_group_is_another_company():
    """Cleo shares the VAT id of Ann, and has a business id of its own."""
    cleo = ubl_party("AccountingCustomerParty", "Cleo Oy", "FI01120389", "2077474-0")
    assert len(facts(ubl([ubl_line(1, "1")], "1", who=ANN_SELLS + cleo)).sale_lines) == 1
    seller = ubl_party("AccountingSupplierParty", "Cleo Oy", "FI01120389", "2077474-0")
    buyer = ubl_party("AccountingCustomerParty", "Ann Oy", "FI01120389", "0112038-9")
    assert len(facts(ubl([ubl_line(1, "1")], "1", who=seller + buyer)).purchase_lines) == 1


def test_a_company_may_be_known_by_a_number_alone():
    """Its only identifier has no scheme: a number of less than 8 signs may be anything."""
    for number, sales in (("5532331183", 1), ("553233", 0)):
        seller = ubl_party("AccountingSupplierParty", "Ann Oy", "", inside=f"<cac:PartyIdentification><cbc:ID>{number}</cbc:ID></cac:PartyIdentification>")
        assert len(facts(ubl([ubl_line(1, "1")], "1", who=seller + BOB_BUYS), own=OwnCompany((number,))).sale_lines) == sales


@pytest.mark.parametrize("own", ["0112038-9", "FI01120389", "fi 0112038-9", "003701120389", "0216:003701120389"])
def test_our_own_company_is_known_under_each_of_its_numbers(own):
    assert len(facts(ubl([ubl_line(1, "1")], "1"), own=OwnCompany((own,))).sale_lines) == 1


@pytest.mark.parametrize("own", ["FI01120388", "1120389", "01120"])
def test_another_number_is_not_ours(own):
    assert codes(facts(ubl([ubl_line(1, "1")], "1"), own=OwnCompany((own,))).problems) == [("neither-seller-nor-buyer", "rejected")]


def test_a_number_that_the_other_side_gave_is_no_identifier_of_ours():
    given = party("Cleo", "", [(Identifies.NUMBER, "FI01120389", "")])
    assert not ANN.is_party(given)


@pytest.mark.parametrize("none", [(), ("",), ("-",)])
def test_our_own_identifiers_are_needed(none):
    with pytest.raises(UsageError, match="Whose invoices are these"):
        OwnCompany(none)


def test_customers_and_products_are_known_as_the_latest_document_has_them():
    later = ubl([ubl_line(1, "1")], "1", number="1003", day="2026-11-01", who=ANN_SELLS + BOB_BUYS.replace("Bob Oy", "Bob & Sons Oy".replace("&", "&amp;")))
    earlier = ubl([ubl_line(1, "1", product="NAIL").replace("Nails", "Old nails")], "1", number="1002", day="2026-10-01")
    found = facts(later, earlier)
    assert [tuple(row) for row in (*found.customers, *found.products)] == [CUSTOMERS.column_names, PRODUCTS.column_names]
    assert [(row["customer_key"], row["name"], row["country"], row["file"]) for row in found.customers] == [("FI23456780", "Bob & Sons Oy", "FI", "1.xml")]
    assert [(row["product_key"], row["name"], row["unit"]) for row in found.products] == [("NAIL", "Nails", "C62")]


def test_one_number_for_two_companies_is_announced():
    given = "<cbc:SupplierAssignedAccountID>C-1</cbc:SupplierAssignedAccountID>"
    bob = ubl_party("AccountingCustomerParty", "Bob Oy", "FI23456780", given=given)
    cleo = ubl_party("AccountingCustomerParty", "Cleo Oy", "FI12345671", given=given)
    found = facts(ubl([ubl_line(1, "1")], "1", who=ANN_SELLS + bob), ubl([ubl_line(1, "1")], "1", number="1002", who=ANN_SELLS + cleo))
    assert [row["customer_key"] for row in found.sale_lines] == ["C-1", "C-1"]
    (problem,) = found.problems
    assert problem.sentence == (
        "The customer number C-1 stands for 2 companies: Bob Oy (FI23456780, 1.xml) and Cleo Oy (FI12345671, 2.xml). They count as one customer."
    )


def test_a_bad_document_keeps_no_other_out():
    found = facts(ubl([ubl_line(1, "1")], "2"), ubl([ubl_line(1, "1")], "1", number="1002"))
    assert [row["document"] for row in found.sale_lines] == ["1002"]
    assert codes(found.problems) == [("document-does-not-add-up", "rejected")]
