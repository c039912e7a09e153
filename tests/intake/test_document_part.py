"""Documents among the files of a reading: folders, zip files, bank statements and ledgers, beside tables of rows."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest
from tests.intake.documents.test_saft_invoice import BOB as BOB_OF_BOOKS
from tests.intake.documents.test_saft_invoice import books, invoice, section, sold
from tests.intake.documents.written import ANN_SELLS, D, cii, cii_line, ubl, ubl_line, ubl_party

from goodterms.errors import AnswerNeededError, UnreadableFileError
from goodterms.intake import read
from goodterms.intake.documents.document_sort import is_documents
from goodterms.intake.documents.party import Address, Contact, Identifies

ANN = {"version": 1, "company": {"identifiers": ["FI01120389"]}}
BOB = {"version": 1, "company": {"identifiers": ["2345678-0"]}}


@pytest.fixture
def folder(tmp_path):
    """Ann sells to Bob for 100 and for 30 and 20."""
    place = tmp_path / "invoices"
    place.mkdir()
    (place / "1.xml").write_bytes(ubl([ubl_line(1, "100")], "100", number="1"))
    (place / "2.xml").write_bytes(cii([cii_line(1, "30"), cii_line(2, "20")], "50", number="2"))
    return place


def rows(reading, table, *columns):
    return sorted(tuple(row.values()) for row in reading.facts[table].select(*columns).to_pyarrow().to_pylist())


def account(reading):
    (one,) = reading.files
    return one.table, one.physical, one.accepted, one.rejected, one.set_aside, one.met_again


def test_our_own_invoices_are_sales_with_file_and_row(folder):
    reading = read([folder], mapping=ANN)
    assert rows(reading, "sale_lines", "document", "net_value", "customer_key", "file", "row") == [
        ("1", 100, "FI23456780", f"{folder}/1.xml", 1),
        ("2", 20, "FI23456780", f"{folder}/2.xml", 2),
        ("2", 30, "FI23456780", f"{folder}/2.xml", 1),
    ]
    assert account(reading) == ("sale_lines", 3, 3, 0, 0, 0)
    assert rows(reading, "customers", "customer_key", "name") == [("FI23456780", "Bob Oy")]
    assert reading.files[0].net_by_currency == {"EUR": 150}


def test_the_same_documents_are_purchases_of_who_buys(folder):
    reading = read([folder], mapping=BOB)
    assert rows(reading, "purchase_lines", "document", "net_value", "supplier_key") == [
        ("1", 100, "FI01120389"),
        ("2", 20, "FI01120389"),
        ("2", 30, "FI01120389"),
    ]
    assert reading.facts["sale_lines"].count().to_pyarrow().as_py() == 0
    assert rows(reading, "suppliers", "supplier_key", "name") == [("FI01120389", "Ann Oy")]


def test_who_stands_on_documents_is_known_beside_the_facts(tmp_path):
    """The latest document names a counterparty, in whichever folder it lies; a contact person is in no table of facts."""
    person = (
        "<cac:Contact><cbc:Name>Secret Sam</cbc:Name><cbc:Telephone>040 1</cbc:Telephone><cbc:ElectronicMail>sam@bob.example</cbc:ElectronicMail></cac:Contact>"
    )
    street = (
        "<cac:PostalAddress><cbc:StreetName>Road 1</cbc:StreetName><cbc:CityName>Turku</cbc:CityName><cbc:PostalZone>20100</cbc:PostalZone></cac:PostalAddress>"
    )
    sent = "<cbc:EndpointID schemeID='0216'>003723456780</cbc:EndpointID>"
    for day, name in (("2026-09-25", "Bob Oyj"), ("2026-03-25", "Bob Oy")):
        (tmp_path / day).mkdir()
        buyer = ubl_party("AccountingCustomerParty", name, "FI23456780", "2345678-0", sent + street + person)
        (tmp_path / day / "a.xml").write_bytes(ubl([ubl_line(1, "100")], "100", number=day, day=day, who=ANN_SELLS + buyer))
    reading = read([tmp_path / "2026-09-25", tmp_path / "2026-03-25"], mapping=ANN)
    (bob,) = reading.counterparties
    assert (bob.role, bob.key, bob.party.name, str(bob.day)) == ("customer", "FI23456780", "Bob Oyj", "2026-09-25")
    assert (bob.party.address, bob.party.contact) == (Address("Road 1", "20100", "Turku"), Contact("Secret Sam", "040 1", "sam@bob.example"))
    assert {(one.kind, one.value) for one in bob.party.identifiers} == {
        (Identifies.VAT, "FI23456780"),
        (Identifies.BUSINESS_ID, "2345678-0"),
        (Identifies.ADDRESS, "003723456780"),
    }
    assert rows(reading, "customers", "customer_key", "name") == [("FI23456780", "Bob Oyj")]
    assert "Secret" not in f"{reading} {[reading.facts[table].to_pyarrow() for table in reading.facts.tables]}"


def test_whose_they_are_is_asked_with_those_who_stand_on_them(folder):
    with pytest.raises(AnswerNeededError) as asked:
        read([folder])
    (question,) = asked.value.questions
    assert question.key == "company"
    assert [option.said for option in question.choices] == [
        "Ann Oy (FI01120389), who sells in 2 of them and buys in 0",
        "Bob Oy (FI23456780), who sells in 0 of them and buys in 2",
    ]


def test_a_zip_file_is_a_folder(folder):
    packed = folder.parent / "all.zip"
    with zipfile.ZipFile(packed, "w") as made:
        for file in folder.iterdir():
            made.write(file, file.name)
    assert account(read([packed], mapping=ANN)) == ("sale_lines", 3, 3, 0, 0, 0)


def test_a_zip_file_in_a_zip_file_is_a_document_that_was_not_read(folder):
    packed = folder.parent / "all.zip"
    with zipfile.ZipFile(packed, "w") as made:
        for file in folder.iterdir():
            made.write(file, file.name)
        made.writestr("inner.zip", b"PK")
    with pytest.raises(AnswerNeededError, match="1 of 3 documents cannot be taken"):
        read([packed], mapping=ANN)
    reading = read([packed], mapping=ANN | {"file": [{"match": "all.zip", "documents": "leave out what is wrong"}]})
    assert account(reading) == ("sale_lines", 4, 3, 1, 0, 0)


def test_an_entry_for_a_document_of_a_folder_says_by_what_it_is_read(folder):
    reading = read([folder], mapping={**ANN, "file": [{"match": "1.xml", "source": "erp"}]})
    assert [p.sentence for p in reading.problems] == [
        'the mapping, file 1: "1.xml" is read with ' + f'{folder}: match = "invoices" speaks of all its documents.'
    ]


def test_a_document_in_two_files_counts_once(folder):
    (folder / "again.xml").write_bytes((folder / "1.xml").read_bytes())
    reading = read([folder], mapping=ANN)
    assert account(reading) == ("sale_lines", 4, 3, 0, 0, 1)
    assert [problem.sentence for problem in reading.problems if problem.code == "met-again"] == [
        f"1 document is in another file too and counts once: invoice 1 of {folder}/again.xml is in {folder}/1.xml."
    ]


def test_two_documents_of_one_number_stop_the_reading_with_both_places(folder):
    (folder / "other.xml").write_bytes(ubl([ubl_line(1, "99")], "99", number="1"))
    with pytest.raises(AnswerNeededError, match="1 of 3 documents cannot be taken") as asked:
        read([folder], mapping=ANN)
    assert "1.xml too, and says something else there" in str(asked.value)


def test_one_bad_file_keeps_all_out_until_the_mapping_says_otherwise(folder):
    (folder / "bad.xml").write_text("<Invoice")
    with pytest.raises(AnswerNeededError) as asked:
        read([folder], mapping=ANN)
    (question,) = asked.value.questions
    assert question.key == "documents: invoices"
    assert "bad.xml" in question.evidence[0]
    assert question.place == "No [[file]] of the mapping speaks of it yet. Add to the mapping:"
    allowed = ANN | {"file": [{"match": "invoices", "documents": "leave out what is wrong"}]}
    reading = read([folder], mapping=allowed)
    assert account(reading) == ("sale_lines", 4, 3, 1, 0, 0)
    assert account(read([folder], mapping=reading.mapping)) == ("sale_lines", 4, 3, 1, 0, 0)
    (written,) = reading.write_rejected(folder.parent / "back")
    assert written.name == "invoices.problems.xlsx"
    assert openpyxl.load_workbook(written).active["A2"].value == str(folder / "bad.xml")


def test_invoices_of_others_are_not_taken(folder):
    stranger = {"version": 1, "company": {"identifiers": ["FI20774740"]}}
    with pytest.raises(UnreadableFileError, match="none of ours"):
        read([folder], mapping=stranger)


def test_documents_stand_beside_tables_of_rows(folder, tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("Invoice;Date;Customer;Net amount;Currency\n7;2026-09-01;Cleo;10,00;EUR\n", "utf-8")
    reading = read([table, folder], mapping=ANN)
    assert [one.accepted for one in reading.files] == [1, 3]
    assert rows(reading, "sale_lines", "document", "row") == [("1", 1), ("2", 1), ("2", 2), ("7", 2)]


SALE = invoice(sold("100.00"), net="100.00", gross="125.00")
STATEMENT = """<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>
<Acct><Id><IBAN>FI2112345600000785</IBAN></Id></Acct><Ntry><Amt Ccy='EUR'>12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-09-25</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize(("accounts", "expected"), [([], (1, 0)), (["FI21 1234 5600 0007 85"], (1, 0)), (["FI4250001510000023"], (0, 1))])
def test_a_bank_statement_gives_payments_of_our_own_accounts(tmp_path, accounts, expected):
    file = tmp_path / "camt.xml"
    file.write_text(STATEMENT, "utf-8")
    reading = read([file], mapping={"version": 1, "company": {"accounts": accounts}})
    assert (reading.accepted, reading.rejected) == expected
    assert rows(reading, "payments", "amount", "source") == [(D("12.50"), "FI2112345600000785")] * expected[0]


def test_what_two_statements_tell_counts_once(tmp_path):
    """The same entry from two places, beside another one."""
    for name, amount, reference in (("day", "12.50", "R1"), ("month", "12.50", "R1"), ("other", "9.00", "R2")):
        (tmp_path / f"{name}.xml").write_text(STATEMENT.replace("12.50", amount).replace("R1", reference), "utf-8")
    reading = read([tmp_path / "day.xml", tmp_path / "month.xml", tmp_path / "other.xml"])
    assert rows(reading, "payments", "amount") == [(D("9.00"),), (D("12.50"),)]
    assert [(one.physical, one.accepted, one.met_again) for one in reading.files] == [(1, 1, 0), (1, 0, 1), (1, 1, 0)]


def test_statements_and_invoices_lie_in_one_folder(folder):
    (folder / "bank.xml").write_text(STATEMENT, "utf-8")
    reading = read([folder], mapping=ANN)
    assert sorted((one.table, one.file.rpartition("/")[2], one.accepted) for one in reading.files) == [
        ("payments", "bank.xml", 1),
        ("sale_lines", "invoices", 3),
    ]
    for file in folder.glob("[12].xml"):
        file.unlink()
    assert [one.table for one in read([folder]).files] == ["payments"]


def test_audit_files_lie_in_a_folder(tmp_path):
    (tmp_path / "books").mkdir()
    for number in (1, 2):
        text = books(section(SALE.replace("<InvoiceNo>1<", f"<InvoiceNo>{number}<")), masters=BOB_OF_BOOKS, entries=())
        (tmp_path / "books" / f"{number}.xml").write_text(text, "utf-16" if number == 1 else "utf-8")
    reading = read([tmp_path / "books"])
    assert rows(reading, "sale_lines", "source", "document") == [("1", "1"), ("1", "2")]


@pytest.mark.parametrize(("text", "what"), [(STATEMENT, "a bank statement"), (books(), r"an audit file \(SAF-T\)")])
def test_what_is_not_read_in_a_zip_file_is_said(folder, text, what):
    packed = folder.parent / "all.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("1.xml", (folder / "1.xml").read_bytes())
        made.writestr("other.xml", text)
    with pytest.raises(AnswerNeededError, match=f"all.zip/other.xml: The file is {what}, which is not read in a zip file. Unpack it"):
        read([packed], mapping=ANN)


def test_payments_in_another_currency_stop_nothing(folder, tmp_path):
    file = tmp_path / "camt.xml"
    file.write_text(STATEMENT.replace("'EUR'", "'SEK'"), "utf-8")
    reading = read([folder, file], mapping=ANN)
    assert rows(reading, "payments", "amount", "currency") == [(D("12.50"), "SEK")]


def test_a_currency_that_no_rate_covers_is_asked_and_its_documents_named(folder):
    (folder / "3.xml").write_bytes(ubl([ubl_line(1, "9")], "9", number="3").replace(b"DocumentCurrencyCode>EUR", b"DocumentCurrencyCode>SEK"))
    with pytest.raises(AnswerNeededError, match="in 2 currencies and say no rates") as asked:
        read([folder], mapping=ANN)
    (question,) = asked.value.questions
    assert [option.line for option in question.choices] == [
        'reporting_currency = "EUR"',
        'reporting_currency = "SEK"',
        '[[file]] match = "rates.csv" table = "rates"',
    ]
    in_euros = ANN | {"reporting_currency": "EUR"}
    with pytest.raises(AnswerNeededError, match="The invoice 3 is in SEK, and no rate brings it to EUR"):
        read([folder], mapping=in_euros)
    reading = read([folder], mapping=in_euros | {"file": [{"match": "invoices", "documents": "leave out what is wrong"}]})
    assert (account(reading), reading.files[0].net_by_currency) == (("sale_lines", 4, 3, 1, 0, 0), {"EUR": 150})


BOUGHT = invoice(sold("80.00", "D"), who="<SupplierInfo><SupplierID>S1</SupplierID></SupplierInfo>", net="80.00", gross="100.00")


def test_an_audit_file_gives_balances_sales_and_purchases(tmp_path):
    file = tmp_path / "books.xml"
    file.write_text(books(section(SALE), section(BOUGHT, what="PurchaseInvoices"), masters=BOB_OF_BOOKS), "utf-8")
    reading = read([file])
    assert [(one.table, one.physical, one.accepted) for one in reading.files] == [("gl_balances", 2, 2), ("sale_lines", 1, 1), ("purchase_lines", 1, 1)]
    assert rows(reading, "sale_lines", "document", "customer_key", "net_value", "tax", "currency") == [("1", "C1", 100, 25, "NOK")]
    assert rows(reading, "purchase_lines", "supplier_key", "product_key", "net_value") == [("S1", "NAIL", 80)]
    assert rows(reading, "customers", "customer_key", "name") == [("C1", "Bob AS")]
    assert sorted((who.role, who.key) for who in reading.counterparties) == [("customer", "C1"), ("supplier", "S1")]
    assert "Secret" not in f"{[reading.facts[table].to_pyarrow() for table in reading.facts.tables]}"


def test_invoices_of_audit_files_that_overlap_count_once(tmp_path):
    """The second file knows the customer's name, the first does not: it is one invoice, and the name is known."""
    for name, masters, number in (("a", "", 1), ("b", BOB_OF_BOOKS, 2)):
        more = SALE.replace("<InvoiceNo>1<", f"<InvoiceNo>{number}<")
        (tmp_path / f"{name}.xml").write_text(books(section(SALE, *([more] if number > 1 else [])), masters=masters, entries=()), "utf-8")
    reading = read([tmp_path / "a.xml", tmp_path / "b.xml"])
    assert rows(reading, "sale_lines", "source", "document", "customer_key") == [("a", "1", "C1"), ("a", "2", "C1")]
    assert [(one.accepted, one.met_again) for one in reading.files] == [(1, 0), (1, 1)]
    assert rows(reading, "customers", "customer_key", "name") == [("C1", "Bob AS")]


def test_an_invoice_of_an_audit_file_that_does_not_add_up_is_asked_about(tmp_path):
    file = tmp_path / "books.xml"
    file.write_text(books(section(SALE, SALE.replace("<InvoiceNo>1<", "<InvoiceNo>2<").replace("<NetTotal>100", "<NetTotal>101"))), "utf-8")
    with pytest.raises(AnswerNeededError, match="1 of 2 documents cannot be taken"):
        read([file])
    reading = read([file], mapping={"version": 1, "file": [{"match": "books.xml", "documents": "leave out what is wrong"}]})
    assert [(one.table, one.accepted, one.rejected) for one in reading.files] == [("gl_balances", 2, 0), ("sale_lines", 1, 1)]


def test_books_of_another_company_are_refused(tmp_path):
    file = tmp_path / "books.xml"
    file.write_text(books(), "utf-8")
    with pytest.raises(UnreadableFileError, match=r"holds the books of Ann's Shop \(888888888\), which is none of ours \(FI01120389\)"):
        read([file], mapping=ANN)
    assert read([file], mapping={"version": 1, "company": {"identifiers": ["888888888"]}}).accepted == 2


def test_a_folder_named_twice_counts_once(folder):
    reading = read([folder], costs=[folder], mapping=ANN)
    assert [(one.table, one.accepted, one.met_again) for one in reading.files] == [("sale_lines", 3, 0), ("sale_lines", 0, 3)]


def test_a_folder_without_documents_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFileError, match="holds no e-invoice"):
        read([tmp_path / "empty"], mapping=ANN)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.xml", b"<?xml version='1.0'?><Invoice/>", True),
        ("a.xml", b"\xef\xbb\xbf <Invoice/>", True),
        ("a.xml", "<Invoice/>".encode("utf-16"), True),
        ("a.pdf", b"%PDF-1.7", True),
        ("a.htm", b"<!DOCTYPE html><html>", False),
        ("a.csv", b"a;b\n1;2\n", False),
        ("a.xlsx", b"PK\x03\x04 damaged", False),
    ],
)
def test_what_is_read_as_documents(tmp_path, name, data, expected):
    (tmp_path / name).write_bytes(data)
    assert is_documents(tmp_path / name) is expected


def test_what_a_mapping_says_of_documents_is_kept_in_the_mapping_understood(folder):
    given = ANN | {"file": [{"match": "invoices", "source": "erp", "keys": "shop"}]}
    reading = read([folder], mapping=given)
    again = read([folder], mapping=reading.mapping)
    assert [one.files[0].source for one in (reading, again)] == ["erp", "erp"]
    assert [(entry.source, entry.keys) for entry in reading.mapping.files] == [("erp", "shop")]


def test_where_a_rate_is_missing_nothing_is_to_be_pasted_into_the_mapping(folder, write):
    (folder / "3.xml").write_bytes(ubl([ubl_line(1, "10")], "10", number="3").replace(b"EUR", b"USD"))
    rates = write("rates.csv", "date;from;to;rate\n2024-01-01;SEK;EUR;0.09\n")
    mapping = {**ANN, "reporting_currency": "EUR", "file": [{"match": "rates.csv", "table": "rates"}]}
    with pytest.raises(AnswerNeededError, match="1 in USD have no exchange rate to EUR") as asked:
        read([folder, rates], mapping=mapping)
    assert [option.said for option in asked.value.questions[0].choices] == [f"write the rates that are missing into {rates}"]
    assert "In the mapping:" not in str(asked.value)
