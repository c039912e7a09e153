"""E-invoices that nobody here made: every document comes to its own totals, to the cent."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from decimal import Decimal

import pytest
from tests.real.said import COMMAND

from goodterms import intake
from goodterms.errors import UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.facts.money import cents
from goodterms.intake.documents.check import problems_of
from goodterms.intake.documents.document_folder import read_documents
from goodterms.intake.documents.party import Identifies, OwnCompany
from goodterms.intake.documents.to_facts import facts_of
from goodterms.intake.values.document_type import Kind
from goodterms.problems import Severity

pytestmark = pytest.mark.real
PRO_FORMA = "rfinvoice_finvoice_2.01.xml"
WRONG_PDF = "factur-x-invalid-xml-encoding-attribute.pdf"
PRICES_DO_NOT_HOLD = {
    "CII_business_example_01.xml": 5,
    "CII_business_example_Z.xml": 1,
    "CII_example1.xml": 1,
    "CII_example2.xml": 5,
    "CII_example8.xml": 10,
    "CII_example9.xml": 1,
    "XRechnung-O.xml": 2,
    "guide-example1.xml": 1,
    "guide-example2.xml": 1,
    "guide-example3.xml": 2,
    "ubl-tc434-example1.xml": 1,
    "ubl-tc434-example10.xml": 1,
    "ubl-tc434-example2.xml": 1,
    "ubl-tc434-example3.xml": 2,
    "ZUGFeRD_1p0_COMFORT_Rabatte.pdf": 1,
}
"""Examples whose prices are not those of their amounts, such as 6 × 18.33 for −109.98, with how many lines: their amounts do hold."""


def _name(file):
    return file.rpartition("/")[2]


@pytest.fixture(scope="module")
def read(real_data):
    return read_documents([real_data / "einvoices"])


@pytest.fixture(scope="module")
def invoices(read):
    return {_name(file.file): file.invoices for file in read.files}


def test_all_documents_are_read_but_the_wrong_one(read, invoices):
    folders = Counter(file.file.split("/")[-2] for file in read.files if file.invoices)
    assert folders == {"en16931_cii": 15, "en16931_ubl": 19, "peppol": 9, "finvoice": 4, "pdf": 5}
    assert all(len(found) == 1 for name, found in invoices.items() if name != WRONG_PDF)
    refused = {_name(problem.origin.file): problem.sentence for problem in read.problems if problem.severity is Severity.REJECTED}
    assert refused == {WRONG_PDF: "The file says that it is written in UTF-8-W/O-BOM, which is not read. Save it as UTF-8."}
    told = {(_name(problem.origin.file), problem.code) for problem in read.problems if problem.severity is not Severity.REJECTED}
    assert told == {("Facture_DOM_MINIMUM.pdf", "no-lines"), ("ZUGFeRD_1p0_COMFORT_Rabatte.pdf", "marked-as-test"), ("einvoices", "files-not-read")}


def test_lines_and_documents_come_to_their_own_totals(invoices):
    for name, found in invoices.items():
        for invoice in found:
            if name == PRO_FORMA:
                continue
            stated = invoice.totals
            assert stated.tax_exclusive is not None, name
            assert cents(invoice.net) == cents(stated.tax_exclusive), name
            assert stated.lines is None or cents(sum(line.net for line in invoice.lines)) == cents(stated.lines), name
            assert cents(stated.tax_exclusive + (stated.tax or 0)) == cents(stated.tax_inclusive), name


def test_what_is_wrong_with_them_is_known(invoices):
    problems = {name: problems_of(invoice) for name, found in invoices.items() for invoice in found}
    prices = {name: problem.rows for name, found in problems.items() for problem in found if problem.code == "price-does-not-hold"}
    assert prices == PRICES_DO_NOT_HOLD
    others = {name: [problem for problem in found if problem.code != "price-does-not-hold"] for name, found in problems.items()}
    assert [name for name, found in others.items() if found] == [PRO_FORMA]
    kind, sums = others[PRO_FORMA]
    assert kind.sentence.startswith("The document C1001507271448 has the type INV06, which is no invoice")
    assert sums.sentence == (
        "The document C1001507271448 does not add up: its lines come to 0.02, and it states 0.00 as the total without tax (difference 0.02)."
    )


def test_facts_of_each_sellers_documents_hold_every_cent(invoices):
    """Each document as its seller's sales and as its buyer's purchases, where both are known by an identifier."""
    seen = Counter()
    for name, found in invoices.items():
        for invoice in found:
            for side in ("seller", "buyer"):
                own = tuple(one.value for one in getattr(invoice, side).identifiers if one.kind is not Identifies.NUMBER)
                if not own or name in {PRO_FORMA, "sample-discount-price.xml"}:  # the sample's seller and buyer share a VAT id
                    continue
                facts = facts_of([invoice], OwnCompany(own))
                rows, columns = (facts.sale_lines, ("net_value", "charges")) if side == "seller" else (facts.purchase_lines, ("net_value",))
                sign = invoice.direction
                assert len(rows) == len(invoice.lines), name
                assert sum(row[column] for row in rows for column in columns) == sign * invoice.net, name
                assert sum((row["tax"] or Decimal(0) for row in rows), Decimal(0)) == sign * (invoice.totals.tax or 0), name
                seen[side] += 1
    assert seen == {"seller": 48, "buyer": 34}


# By the library's own door


@pytest.fixture(scope="module")
def own_engine():
    return connect()


def _own(invoice):
    """The seller's identifiers; its number where it has no other."""
    public = [one.value for one in invoice.seller.identifiers if one.kind is not Identifies.NUMBER]
    own = public or [one.value for one in invoice.seller.identifiers] or [one.value for one in invoice.buyer.identifiers]
    return {"version": 1, "company": {"identifiers": own}}


def test_every_document_is_read_whole_with_its_own_totals(read, own_engine):
    """All 43 UBL and CII, 3 of 4 Finvoices and the 5 right PDFs, each as its seller reads it, alone."""
    seen = Counter()
    for file in read.files:
        for invoice in file.invoices:
            if _name(file.file) == PRO_FORMA:
                continue
            reading = intake.read([file.file], mapping=_own(invoice), engine=own_engine)
            (account,) = reading.files
            assert (account.table, account.accepted, account.rejected, account.set_aside) == ("sale_lines", len(invoice.lines), 0, len(invoice.set_aside)), (
                file.file
            )
            rows = reading.facts["sale_lines"].select("document", "currency", "net_value", "charges", "tax").to_pyarrow().to_pylist()
            net, tax = sum(row["net_value"] + (row["charges"] or 0) for row in rows), sum(row["tax"] or 0 for row in rows)
            stated, sign = invoice.totals, invoice.direction
            assert (cents(net), tax) == (cents(sign * stated.tax_exclusive), sign * (stated.tax or 0)), file.file
            assert {(row["document"], row["currency"]) for row in rows} == {(invoice.number, invoice.currency)}
            assert {problem.code for problem in reading.problems} <= {"price-does-not-hold", "no-lines", "marked-as-test"}, file.file
            seen[file.file.split("/")[-2]] += 1
    assert seen == {"en16931_cii": 15, "en16931_ubl": 19, "peppol": 9, "finvoice": 3, "pdf": 5}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (f"pdf/{WRONG_PDF}", ["The file says that it is written in UTF-8-W/O-BOM, which is not read. Save it as UTF-8."]),
        (
            f"finvoice/{PRO_FORMA}",
            [
                "has the type INV06, which is no invoice",
                "does not add up: its lines come to 0.02, and it states 0.00 as the total without tax (difference 0.02).",
            ],
        ),
    ],
)
def test_the_command_refuses_the_wrong_ones_with_their_reasons(real_data, tmp_path, invoices, name, said):
    mapping = tmp_path / "m.toml"
    identifiers = json.dumps([one.value for invoice in invoices[PRO_FORMA] for one in invoice.buyer.identifiers])
    mapping.write_text(f"version = 1\ncompany = {{ identifiers = {identifiers} }}\n", "utf-8")
    command = [COMMAND, "look", real_data / "einvoices" / name, "--map", mapping, "--out", tmp_path / "report"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == UnreadableFileError.exit_code
    assert [text for text in said if text not in ran.stderr] == []
    assert not (tmp_path / "report").exists()


def test_a_credit_note_and_a_negative_invoice_are_read_as_the_same_facts(real_data, own_engine):
    columns = ("kind", "quantity", "net_value", "charges", "discount", "tax", "unit", "currency", "customer_key", "product_key")
    found = [
        intake.read([real_data / f"einvoices/peppol/base-{name}.xml"], mapping={"version": 1, "company": {"identifiers": ["GB1232434"]}}, engine=own_engine)
        .facts["sale_lines"]
        .select(*columns)
        .to_pyarrow()
        .to_pylist()
        for name in ("negative-inv-correction", "creditnote-correction")
    ]
    assert found[0] == found[1] != []
    assert {row["kind"] for row in found[0]} == {"credit note"}


def test_a_correction_with_negative_amounts_is_read_as_a_credit_note(real_data, own_engine):
    file = real_data / "einvoices/pdf/zugferd_2p0_EN16931_Rechnungskorrektur.pdf"
    reading = intake.read([file], mapping={"version": 1, "company": {"identifiers": ["DE123456789"]}}, engine=own_engine)
    (account,) = reading.files
    assert (account.credit_notes, account.net_by_currency, reading.problems) == (1, {"EUR": Decimal("-7.67")}, ())


# By the readers within


def test_a_negative_invoice_and_a_credit_note_of_it_give_the_same_amounts(invoices):
    """Peppol's correction of its base example, once as a negative invoice and once as a credit note."""
    (negative,), (credit_note,), (base,) = (invoices[f"base-{name}.xml"] for name in ("negative-inv-correction", "creditnote-correction", "example"))
    own = OwnCompany(("GB1232434",))
    columns = ("kind", "quantity", "net_value", "charges", "discount", "tax", "unit", "currency", "customer_key")
    amounts = [[[row[name] for name in columns] for row in facts_of([one], own).sale_lines] for one in (negative, credit_note)]
    assert amounts[0] == amounts[1]
    assert {row[0] for row in amounts[0]} == {"credit note"}
    nothing = facts_of([base, credit_note], own).sale_lines
    assert sum(row["net_value"] + row["charges"] for row in nothing) == 0


def test_a_correction_with_negative_amounts_is_a_credit_note(invoices):
    (invoice,) = invoices["zugferd_2p0_EN16931_Rechnungskorrektur.pdf"]
    assert (invoice.kind, invoice.type_code, invoice.net) == (Kind.CORRECTION, "384", Decimal("-7.67"))
    facts = facts_of([invoice], OwnCompany(("DE123456789",)))
    assert {row["kind"] for row in facts.sale_lines} == {"credit note"}
    assert facts.problems == ()


def test_the_minimum_profile_is_one_line(invoices):
    (invoice,) = invoices["Facture_DOM_MINIMUM.pdf"]
    assert [(line.number, line.net) for line in invoice.lines] == [("1", Decimal("530.75"))]


def test_what_a_finvoice_pays_in_advance_is_no_sale(invoices):
    (invoice,) = invoices["rfinvoice_finvoice_1.2.xml"]
    assert (len(invoice.lines), invoice.net, invoice.totals.prepaid, invoice.totals.payable) == (5, Decimal("2830.30"), Decimal("100.00"), Decimal("3352.98"))
    assert [ref.row for ref in invoice.set_aside] == [3, 4, 8]
