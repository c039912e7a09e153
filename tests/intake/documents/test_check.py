"""An invoice against its own totals: the sentence holds the arithmetic."""

from __future__ import annotations

import pytest
from tests.intake.documents.written import D, cii, cii_line, codes, finvoice, finvoice_row, ubl, ubl_adjustment, ubl_line

from goodterms.intake.documents.check import problems_of
from goodterms.intake.documents.document_file import read_document_file


def checked(data):
    (invoice,) = read_document_file(data, "a.xml").invoices
    return problems_of(invoice)


def total(tag, amount):
    return f"<cbc:{tag}>{amount}</cbc:{tag}>"


def test_an_invoice_that_adds_up_has_no_problem():
    totals = total("LineExtensionAmount", "30") + total("AllowanceTotalAmount", "3") + total("ChargeTotalAmount", "5") + total("PayableAmount", "40.16")
    adjustments = ubl_adjustment("3") + ubl_adjustment("5", charge=True)
    assert checked(ubl([ubl_line(1, "10"), ubl_line(2, "20")], "32", "8.16", adjustments=adjustments, totals=totals)) == []


@pytest.mark.parametrize(
    ("totals", "net", "sentence"),
    [
        (total("LineExtensionAmount", "31"), "32", "its lines come to 30.00, and it states 31.00 as their total (difference −1.00)."),
        (total("AllowanceTotalAmount", "4"), "32", "its allowances come to 3.00, and it states 4.00 as their total (difference −1.00)."),
        (total("ChargeTotalAmount", "4"), "32", "its charges come to 5.00, and it states 4.00 as their total (difference 1.00)."),
        (
            "",
            "32.01",
            "30.00 of its lines − 3.00 allowances + 5.00 charges come to 32.00, and it states 32.01 as the total without tax (difference −0.01).",
        ),
    ],
)
def test_a_sum_that_differs_is_said_with_its_parts(totals, net, sentence):
    adjustments = ubl_adjustment("3") + ubl_adjustment("5", charge=True)
    (problem,) = checked(ubl([ubl_line(1, "10"), ubl_line(2, "20")], net, adjustments=adjustments, totals=totals))
    assert (problem.code, str(problem.severity)) == ("document-does-not-add-up", "rejected")
    assert problem.sentence == f"The invoice 1001 does not add up: {sentence}"


def test_a_total_with_tax_that_differs():
    data = finvoice([finvoice_row("10")], "10", "2.55", "12.56")
    assert [problem.sentence for problem in checked(data)] == [
        "The invoice 1001 does not add up: 10.00 without tax + 2.55 tax come to 12.55, and it states 12.56 as the total with tax (difference −0.01)."
    ]


def test_taxes_by_rate_that_differ():
    part = "<ApplicableTradeTax><CalculatedAmount>{}</CalculatedAmount><CategoryCode>S</CategoryCode></ApplicableTradeTax>"
    data = cii([cii_line(1, "10")], "10", "2.55", settlement=part.format("1.50") + part.format("1.00"))
    assert [problem.sentence for problem in checked(data)] == [
        "The invoice 1001 does not add up: its taxes by rate come to 2.50, and it states 2.55 as the tax (difference −0.05)."
    ]


def test_what_is_payable_is_a_warning_alone():
    totals = total("PrepaidAmount", "5") + total("PayableRoundingAmount", "0.05") + total("PayableAmount", "5.00")
    (problem,) = checked(ubl([ubl_line(1, "10")], "10", totals=totals))
    assert str(problem.severity) == "warning"
    assert "10.00 with tax − 5.00 prepaid + 0.05 rounding come to 5.05, and it states 5.00 as payable (difference 0.05)." in problem.sentence


def test_sums_hold_to_the_cent_whatever_the_places():
    assert checked(ubl([ubl_line(1, "0.3333"), ubl_line(2, "0.3333"), ubl_line(3, "0.3333")], "1.00")) == []


@pytest.mark.parametrize(
    ("quantity", "price", "base", "net", "holds"),
    [
        ("3", "3.3333", "", "10.00", True),
        ("100000", "0.0123", "", "1234.50", True),  # a price of 0.012345
        ("10", "5", "2", "25", True),
        ("10", "5", "2", "25.01", True),
        ("10", "5", "2", "25.02", False),
        ("6", "18.33", "", "-109.98", False),
        ("1000", "5", "", "5400", False),
    ],
)
def test_price_times_quantity(quantity, price, base, net, holds):
    problems = checked(ubl([ubl_line(1, net, quantity, price, base=base)], net))
    assert codes(problems) == ([] if holds else [("price-does-not-hold", "warning")])


def test_prices_that_do_not_hold_are_said_once_for_a_document():
    lines = [ubl_line(1, "10"), ubl_line(2, "9", "2", "5"), ubl_line(3, "8", "2", "5", ubl_adjustment("1"))]
    (problem,) = checked(ubl(lines, "27"))
    assert (problem.origin.row, problem.rows) == (2, 2)
    assert problem.sentence == (
        "The invoice 1001 has 2 lines whose price × quantity is not the amount: 2 × 5 = 10.00, stated 9.00. The amount counts, the price takes no part."
    )


def test_whole_units_of_a_currency_are_no_mistake():
    data = ubl([ubl_line(1, "23440", "64", "366.246")], "23440")
    assert codes(checked(data)) == [("price-does-not-hold", "warning")]
    assert checked(data.replace(b"EUR", b"HUF")) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ubl([ubl_line(1, "1")], "1", type_code="325"), [("not-an-invoice", "rejected")]),
        (finvoice([finvoice_row("1")], "1", kind="INV06"), [("not-an-invoice", "rejected")]),
        (ubl([ubl_line(1, "1")], "1", type_code="386"), [("prepayment", "warning")]),
        (ubl([ubl_line(1, "1")], "1", type_code="384"), [("positive-correction", "warning")]),
        (ubl([ubl_line(1, "-1")], "-1", type_code="384"), []),
        (ubl([ubl_line(1, "-1")], "-1", type_code="381"), [("negative-credit-note", "warning")]),
        (ubl([ubl_line(1, "1")], "1", type_code="381"), []),
        (finvoice([finvoice_row("-1")], "-1", kind="INV02"), []),
    ],
)
def test_kinds_that_a_person_should_look_at(data, expected):
    assert codes(checked(data)) == expected


def test_a_document_that_stands_for_its_lines_need_not_say_what_was_prepaid():
    data = cii([], "530.75", totals="<DuePayableAmount>383.75</DuePayableAmount>")
    assert checked(data) == []
    assert D("530.75") == read_document_file(data, "a.xml").invoices[0].lines[0].net
