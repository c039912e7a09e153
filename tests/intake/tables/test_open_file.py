"""Files of other programs: each is read by what it is, or refused with what to do, whatever it is called."""

from __future__ import annotations

import gzip
import os
import zipfile

import pytest

from goodterms.errors import AnswerNeededError, UnreadableFileError
from goodterms.intake import read

TEXT = "Invoice;Date;Customer;Net amount\n" + "".join(f"{1000 + n};2023-01-{n:02d};Ann;{n}.00\n" for n in range(1, 29))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000)


def packed(*names):
    """A zip file with parts of these names."""

    def write(path):
        with zipfile.ZipFile(path, "w") as book:
            for name in names:
                book.writestr(name, "<part/>")

    return write


REFUSED = {
    "macros.xlsm": (packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "holds macros (.xlsm). Save it as .xlsx, without them."),
    "old.xls": (OLE, "is an old Excel file (.xls) or has a password. Save it in Excel as .xlsx, without a password."),
    "secret.xlsx": (OLE, "is an old Excel file (.xls) or has a password. Save it in Excel as .xlsx, without a password."),
    "calc.ods": (packed("mimetype", "content.xml"), "is an OpenDocument file (.ods). Save it as .xlsx."),
    "binary.xlsb": (packed("[Content_Types].xml", "xl/workbook.bin"), "is a binary workbook (.xlsb). Save it as .xlsx."),
    "binary.xlsx": (packed("[Content_Types].xml", "xl/workbook.bin"), "is a binary workbook (.xlsb). Save it as .xlsx."),
    "sales.numbers": (packed("Index/Document.iwa", "preview.jpg"), "is a Numbers document (.numbers). Export it from Numbers as Excel (.xlsx)."),
    "letter.docx": (packed("[Content_Types].xml", "word/document.xml"), "is a Word document. Save its table as .xlsx."),
    "sales.csv.gz": (gzip.compress(TEXT.encode()), "is compressed (gzip). Unpack it first: gunzip FILE"),
    "letter.txt": (b"{\\rtf1\\ansi Sales\\par}", "is a formatted text (RTF). Save its table as CSV or XLSX."),
    "page.xls": (b"<html><table><tr><td>Net</td></tr></table></html>", "is a web page or XML, no table."),
    "mail.xls": (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>", "is a web page or XML, no table."),
    "excel2003.xls": (b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "is a web page or XML, no table."),
    "empty.csv": (b"", "is empty. Export it again."),
    "header.csv": (TEXT.splitlines()[0].encode(), "has a header (row 1) and nothing below it. Export it again, with its rows."),
    "zeros.csv": (bytes(5_000), "holds nothing but NUL bytes. Export it again."),
    "unmarked.csv": (
        TEXT.encode("utf-16-le"),
        'it looks like UTF-16 without its mark. If it is, put into the mapping file   dialect = { encoding = "utf-16-le" }',
    ),
    "unmarked32.csv": (TEXT.encode("utf-32-le"), "it looks like UTF-32 without its mark"),
    "cut.csv": (("\ufeff" + TEXT).encode("utf-16-le")[:-1], "is not whole: its bytes are no valid UTF-16. Export it again, as UTF-8."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_is_no_table_is_refused_with_what_to_do(tmp_path, name):
    content, said = REFUSED[name]
    path = tmp_path / name
    content(path) if callable(content) else path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as refused:
        read([path])
    assert str(refused.value).startswith(f"{path} ")
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["sales.txt", "sales.xls", "sales", "sales.dat"])
@pytest.mark.parametrize("delimiter", ";\t")
def test_text_is_read_whatever_it_is_called(tmp_path, name, delimiter):
    path = tmp_path / name
    path.write_text(TEXT.replace(";", delimiter))
    assert read([path]).accepted == 28


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_with_a_mark_is_read(tmp_path, encoding):
    path = tmp_path / "sales.csv"
    path.write_bytes((TEXT if encoding == "utf-8-sig" else "\ufeff" + TEXT).encode(encoding))
    assert read([path]).accepted == 28


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_without_a_mark_is_read_as_the_mapping_says(tmp_path, encoding):
    path = tmp_path / "sales.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert read([path], mapping={"version": 1, "file": [{"match": "sales.csv", "dialect": {"encoding": encoding}}]}).accepted == 28


def test_one_column_lacks_a_date(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("Net amount\n" + "".join(f"{n}.00\n" for n in range(20)))
    with pytest.raises(AnswerNeededError, match="no column is known as the date, and none has values that can be read as dates"):
        read([path])


@pytest.mark.parametrize("name", ["again.csv", "hard.csv", "link.csv"])
def test_file_of_two_names_counts_once(tmp_path, name):
    path, other = tmp_path / "sales.csv", tmp_path / name
    path.write_text(TEXT)
    {"again.csv": lambda: other.write_text(TEXT), "hard.csv": lambda: other.hardlink_to(path), "link.csv": lambda: other.symlink_to(path)}[name]()
    reading = read([path, other])
    assert [(account.accepted, account.met_again) for account in reading.files] == [(28, 0), (0, 28)]


def test_pipe_is_refused_before_it_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableFileError, match="is a pipe or a device, which can be read only once"):
        read([tmp_path / "pipe"])
