"""One file of documents: what it is, the invoices in it, and what is wrong with each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import localcontext
from itertools import islice
from typing import Any

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents import cii, ubl
from goodterms.intake.documents.cii import read_cii
from goodterms.intake.documents.fields import ASK_SENDER, WIDE, Fields
from goodterms.intake.documents.finvoice import finvoices_of, is_finvoice, read_finvoice
from goodterms.intake.documents.invoice import Invoice
from goodterms.intake.documents.ubl import read_ubl
from goodterms.intake.documents.xml_guard import AGAIN, local_name, parse
from goodterms.problems import Origin, Problem, Severity

MOST_DOCUMENTS = 20_000
"""Most documents of one Finvoice file."""
WRAPPERS = frozenset({"StandardBusinessDocument", "Envelope"})
"""What an invoice may be wrapped in: the header of a network (SBDH), a SOAP frame."""


_OTHERS = {"iso:20022:tech:xsd:camt.": "a bank statement", "}AuditFile": "an audit file (SAF-T)"}
"""What is read otherwise, by what stands in the name of its root element."""


@dataclass(frozen=True)
class FileRead:
    """What one file gave: its documents in the file's order, and what is wrong with them or with the file. ``unread`` documents cannot be read."""

    file: str
    invoices: tuple[Invoice, ...] = ()
    problems: tuple[Problem, ...] = ()
    sha256: str = ""
    unread: int = 0

    @property
    def refused(self) -> bool:
        """Whether the file or a document of it takes no part."""
        return any(problem.severity is Severity.REJECTED for problem in self.problems)


def read_document_file(data: bytes, file: str) -> FileRead:
    """Read the invoices of a file: UBL, CII, Finvoice (one or many), or a PDF with one of them inside.

    What is wrong with one document of a file keeps that document out, and not the others.

    Raises
    ------
    UnreadableFileError
        The file is none of them, is damaged, or might be a trap.
    """
    with localcontext(WIDE):
        return _read(data, file)


def _read(data: bytes, file: str) -> FileRead:
    invoices: list[Invoice] = []
    problems: list[Problem] = []
    row, unread = 1, 0
    for content, name, lines_above in _documents(data, file):
        try:
            root = _invoice_in(parse(content, name, lines_above=lines_above), name)
        except UnreadableFileError as error:
            if name == file:
                raise
            problems.append(as_problem(error, file, "document-not-read"))
            unread += 1
            continue
        fields = Fields(file, decimal_comma=local_name(root) == "Finvoice", lines_above=lines_above)
        invoice = _reader_of(root, name)(root, fields, row)
        problems += fields.problems
        if invoice is not None:
            invoices.append(invoice)
            row = max([row - 1, *(line.row for line in invoice.lines), *(ref.row for ref in invoice.set_aside)]) + 1
        else:
            row += len(root)
            unread += 1
    return FileRead(file, tuple(invoices), tuple(problems), hashlib.sha256(data).hexdigest(), unread)


def as_problem(error: UnreadableFileError, file: str, code: str = "file-not-read") -> Problem:
    """Return a refusal as a problem of its file, whose name need not be said twice.

    Examples
    --------
    >>> for said in ("a.xml is empty.", "a.xml: its XML is damaged.", "a.xml, document 2: its XML is damaged."):
    ...     print(as_problem(UnreadableFileError(said), "a.xml"))
    a.xml: The file is empty.
    a.xml: Its XML is damaged.
    a.xml: Document 2: its XML is damaged.
    """
    said = str(error)
    for start, instead in ((f"{file}: ", ""), (f"{file}, ", ""), (f"{file} ", "The file ")):
        if said.startswith(start):
            said = instead + said.removeprefix(start)
            break
    return Problem(code, Severity.REJECTED, Origin(file), sentence=said[:1].upper() + said[1:])


def _documents(data: bytes, file: str) -> Iterator[tuple[bytes, str, int]]:
    """Yield the XML of each document of a file, with its name and the number of lines above it."""
    if data.startswith(b"%PDF"):
        from goodterms.intake.documents.pdf_attachment import embedded_xml  # noqa: PLC0415  (only where a PDF is read)

        yield embedded_xml(data, file), file, 0
    elif is_finvoice(data):
        pieces = list(islice(finvoices_of(data), MOST_DOCUMENTS + 1))
        if len(pieces) > MOST_DOCUMENTS:
            raise UnreadableFileError(f"{file} holds more than {MOST_DOCUMENTS:,} Finvoices. Split it.")
        for number, (piece, lines_above) in enumerate(pieces, start=1):
            yield piece, file if len(pieces) == 1 else f"{file}, document {number:,}", lines_above
    else:
        yield data, file, 0


def _invoice_in(root: Any, name: str) -> Any:
    """Return the invoice, which may stand in a wrapper."""
    if local_name(root) not in WRAPPERS:
        return root
    for element in root.iter():
        if element.tag in ubl.ROOTS | cii.ROOTS or local_name(element) == "Finvoice":
            return element
    raise UnreadableFileError(f"{name} is a {local_name(root)} without an invoice in it. {AGAIN}")


def _reader_of(root: Any, name: str) -> Callable[[Any, Fields, int], Invoice | None]:
    if root.tag in ubl.ROOTS:
        return read_ubl
    if root.tag in cii.ROOTS:
        return read_cii
    if local_name(root) == "Finvoice":
        return read_finvoice
    space = str(root.tag).rpartition("}")[0].lstrip("{")
    if other := next((what for sign, what in _OTHERS.items() if sign in str(root.tag)), ""):
        raise UnreadableFileError(f"{name} is {other}, which is not read in a zip file. Unpack it, and name it or its folder.")
    named = f"<{local_name(root)[:60]}>{f' of {space[:120]}' if space else ''}"
    raise UnreadableFileError(f"{name} is no invoice that is read: it begins with {named}. UBL, CII (Factur-X, ZUGFeRD) and Finvoice are read. {ASK_SENDER}")
