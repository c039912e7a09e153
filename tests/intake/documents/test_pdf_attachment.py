"""PDF invoices: the XML inside is read and nothing else; every other PDF is refused in one sentence."""

from __future__ import annotations

import io
import random

import pytest
from pypdf import PdfWriter
from pypdf.generic import StreamObject
from tests.intake.documents.written import D, cii, cii_line, read_one, ubl, ubl_line

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_file import read_document_file
from goodterms.intake.documents.pdf_attachment import embedded_xml

INVOICE = cii([cii_line(1, "10")], "10", "2.55")


def pdf(*attachments, locked=False, squeezed=False):
    """A PDF of one blank page with attachments."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for name, content in attachments:
        writer.add_attachment(name, content)
    if squeezed:
        writer._objects = [one.flate_encode() if isinstance(one, StreamObject) and one.get("/Type") == "/EmbeddedFile" else one for one in writer._objects]
    if locked:
        writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "invoice 1001.xml"])
def test_the_invoice_inside_is_read(name):
    invoice = read_one(pdf(("terms.pdf", b"%PDF-"), (name, INVOICE)), "a.pdf")
    assert (invoice.file, invoice.format, invoice.number, invoice.net) == ("a.pdf", "CII", "1001", D("10"))


def test_a_known_name_goes_before_other_xml():
    assert embedded_xml(pdf(("other.xml", b"<other/>"), ("factur-x.xml", INVOICE)), "a.pdf") == INVOICE


def test_ubl_inside_a_pdf_is_read_too():
    assert read_one(pdf(("xrechnung.xml", ubl([ubl_line(1, "10")], "10"))), "a.pdf").format == "UBL"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pdf(), "a.pdf is a PDF without an invoice in XML inside: a page alone cannot be read. Ask the sender for the e-invoice."),
        (pdf(("terms.txt", b"net 14")), "a.pdf is a PDF without an invoice in XML inside"),
        (pdf(("a.xml", b"<a/>"), ("b.xml", b"<b/>")), "a.pdf has 2 different XML files inside (a.xml, b.xml), and nothing says which is the invoice."),
        (pdf(("factur-x.xml", INVOICE), ("zugferd-invoice.xml", b"<b/>")), "a.pdf has 2 different XML files inside"),
        (pdf(("factur-x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")), "a.pdf declares a document type with entities of its own, which may be a trap."),
        (pdf(("factur-x.xml", b"<order/>")), "a.pdf is no invoice that is read: it begins with <order>."),
        (pdf(("factur-x.xml", INVOICE), locked=True), "a.pdf is protected by a password."),
        (pdf(*((f"{n}.txt", b"") for n in range(101))), "a.pdf is a damaged PDF (more than 100 attachments)."),
        (b"%PDF-1.7\n", "a.pdf is a damaged PDF ("),
        (b"%PDF-1.7\nstartxref\n99999999\n%%EOF", "a.pdf is a damaged PDF ("),
    ],
)
def test_another_pdf_is_refused_with_its_reason(data, said):
    with pytest.raises(UnreadableFileError) as refused:
        read_document_file(data, "a.pdf")
    assert str(refused.value).startswith(said)


def test_an_attachment_that_unpacks_to_more_than_any_invoice_is_refused():
    data = pdf(("factur-x.xml", b" " * (70 << 20)), squeezed=True)
    assert len(data) < 1 << 20
    with pytest.raises(UnreadableFileError, match=r"a\.pdf has more than 64 MiB"):
        read_document_file(data, "a.pdf")
    with pytest.raises(UnreadableFileError, match=r"a\.pdf is a damaged PDF \(Limit reached"):
        read_document_file(pdf(("factur-x.xml", b" " * (80 << 20)), squeezed=True), "a.pdf")
    with pytest.raises(UnreadableFileError, match=r"a\.pdf is larger than 64 MiB"):
        read_document_file(pdf(("factur-x.xml", b" " * (70 << 20))), "a.pdf")


def test_damaged_pdfs_end_in_a_sentence_or_the_invoice():
    """Bytes of a right PDF changed, taken out and put in at random."""
    whole = pdf(("factur-x.xml", INVOICE))
    chance = random.Random(7)  # noqa: S311  (a test that repeats)
    read, refused = 0, []
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 2)):
            place = chance.randrange(9, len(data))
            match chance.randrange(3):
                case 0:
                    data[place] = chance.randrange(256)
                case 1:
                    del data[place : place + chance.randint(1, 40)]
                case _:
                    data[place:place] = chance.choice([b"<<", b">>", b"endobj", b"0 R", b"9999999999", b"[[[[", b"/Kids", b"stream\n"])
        try:
            read_document_file(bytes(data), "a.pdf")
            read += 1
        except UnreadableFileError as error:
            refused.append(str(error))
    assert all(sentence.startswith("a.pdf") for sentence in refused)
    assert min(read, len(refused)) > 10
