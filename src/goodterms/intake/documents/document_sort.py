"""What a path holds by how it begins: documents or tables of rows, and of documents e-invoices, bank statements or audit files."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_IN_UTF_16 = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")
"""How XML in UTF-16 begins."""
_PAGES = (b"<!doctype html", b"<html", b"<table")
_OF_EXCEL = b"urn:schemas-microsoft-com:office:spreadsheet"
"""What a table that Excel 2003 saved as XML says of itself."""
BANK, BOOKS = "bank statement", "audit file"
_SIGNS = {BANK: re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\."), BOOKS: re.compile(r"<(?:[\w.-]{1,40}:)?AuditFile[\s>]")}
"""What stands near the beginning of them."""


def is_documents(path: Path) -> bool:
    """Whether a path is read as documents: a folder, an XML or PDF file, or a zip file that is no workbook."""
    try:
        if path.is_dir() or not path.is_file():
            return path.is_dir()
        with path.open("rb") as stream:
            start = stream.read(512)
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with zipfile.ZipFile(path) as packed:
                return not any(name.startswith(("xl/", "[Content_Types]", "mimetype", "word/")) or name.endswith(".iwa") for name in packed.namelist())
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_xml = text.startswith(b"<") and not text.startswith(_PAGES) and _OF_EXCEL not in text
    return is_xml or start.startswith((b"%PDF", *_IN_UTF_16))


def bank_or_books(path: Path) -> str:
    """Whether a file is a bank statement or an audit file; "" where it is neither."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError:  # whoever reads it says so
        return ""
    encoding = next((of for sign, of in ((b"\xff\xfe", "utf-16-le"), (b"<\0", "utf-16-le"), (b"\xfe\xff", "utf-16-be")) if start.startswith(sign)), "utf-8")
    text = start.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    return next((what for what, sign in _SIGNS.items() if text.startswith("<") and sign.search(text)), "")
