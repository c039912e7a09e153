"""The XML inside a PDF invoice (Factur-X, ZUGFeRD): it alone is read, never the page.

A PDF is a program's memory in a file and can be made to cost any time: read it in a process of its own (:mod:`goodterms.intake.documents.document_child`).
"""

from __future__ import annotations

import io
import struct
import zlib

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import EmbeddedFile

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.xml_guard import AGAIN, MOST_BYTES

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
"""Names under which the standards put the invoice, whatever their case."""
MOST_ATTACHMENTS = 100
_BROKEN = (PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError, struct.error, zlib.error)
"""What the reader of PDFs says where a PDF is not what it says to be."""


def embedded_xml(data: bytes, file: str) -> bytes:
    """Return the XML of the invoice that is attached to a PDF.

    Raises
    ------
    UnreadableFileError
        It is no whole PDF, is protected, or holds no invoice, or two different ones.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableFileError(f"{file} is larger than {MOST_BYTES >> 20} MiB, which no PDF invoice is. {AGAIN}")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnreadableFileError(f"{file} is protected by a password. Ask the sender for the file without it.")
        return _invoice_of(list(_attachments(reader)), file)
    except _BROKEN as error:
        why = (str(error).strip().rstrip(".") or type(error).__name__)[:120]
        raise UnreadableFileError(f"{file} is a damaged PDF ({why}). {AGAIN}") from None


def _attachments(reader: PdfReader) -> list[EmbeddedFile]:
    found = []
    for attachment in reader.attachment_list:
        found.append(attachment)
        if len(found) > MOST_ATTACHMENTS:
            raise ValueError(f"more than {MOST_ATTACHMENTS} attachments")
    return found


def _invoice_of(attachments: list[EmbeddedFile], file: str) -> bytes:
    named = [one for one in attachments if one.name.casefold() in NAMES]
    xml = named or [one for one in attachments if one.name.casefold().endswith(".xml")]
    if not xml:
        raise UnreadableFileError(f"{file} is a PDF without an invoice in XML inside: a page alone cannot be read. Ask the sender for the e-invoice.")
    contents = {one.content: one.name for one in xml}
    if len(contents) > 1:
        names = ", ".join(sorted(one.name[:60] for one in xml))
        raise UnreadableFileError(f"{file} has {len(contents)} different XML files inside ({names}), and nothing says which is the invoice. {AGAIN}")
    return next(iter(contents))
