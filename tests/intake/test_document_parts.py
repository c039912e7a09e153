"""Documents among the files of a reading: folders, zip files, bank statements and ledgers, beside tables of rows."""

from __future__ import annotations

import zipfile

import pytest
from tests.intake.documents.written import ANN_SELLS, D, cii, cii_line, ubl, ubl_line, ubl_party

from goodterms.errors import AnswerNeededError, UnreadableFileError
from goodterms.intake import read
from goodterms.intake.document_parts import is_documents
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


def test_a_document_in_two_files_counts_once(folder):
    (folder / "again.xml").write_bytes((folder / "1.xml").read_bytes())
    reading = read([folder], mapping=ANN)
    assert account(reading) == ("sale_lines", 4, 3, 0, 0, 1)
    assert [problem.sentence for problem in reading.problems if problem.code == "met-again"] == ["1 document is in another file too and counts once."]


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
    allowed = ANN | {"file": [{"match": "invoices", "documents": "leave out what is wrong"}]}
    reading = read([folder], mapping=allowed)
    assert account(reading) == ("sale_lines", 4, 3, 1, 0, 0)
    assert account(read([folder], mapping=reading.mapping)) == ("sale_lines", 4, 3, 1, 0, 0)
    (written,) = reading.write_rejected(folder.parent / "back")
    assert written.name == "invoices.problems.csv"
    assert "bad.xml" in written.read_text("utf-8-sig")


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
