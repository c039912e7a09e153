"""Documents among the files of a reading: folders, zip files, XML and PDF as parts of its tables, beside what tables of rows give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import UnreadableFileError
from goodterms.facts.money import in_words
from goodterms.intake.documents.document_sort import BANK, BOOKS, bank_or_books
from goodterms.intake.invoice_part import MOST_SHOWN, InvoicePlace, invoice_parts, leave_out_met_again, own_company
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.part import Part
from goodterms.intake.parts.part_of_rows import part_of_rows, raw_of_rows
from goodterms.intake.tables.raw_table import RowRef
from goodterms.problems import Problem, Severity

if TYPE_CHECKING:
    from goodterms.intake.documents.party import OwnCompany, Party
    from goodterms.intake.documents.saft_file import AuditFile
    from goodterms.intake.tables.raw_table import Progress


@dataclass(frozen=True)
class _Named:
    """A path that was named, with the table that it was named for and what the mapping says of it."""

    path: Path
    table: str
    entry: FileMapping


def document_parts(engine: Any, given: Iterable[tuple[Path, str]], mapping: Mapping, first: int, tell: Progress) -> list[Part]:
    """Read documents into parts of tables: our own invoices are sale lines, suppliers' are purchase lines; bank statements and ledgers have their own tables.

    Parameters
    ----------
    given
        Paths, each with the table that it was named for.
    first
        The number of the first part.

    Raises
    ------
    UnreadableFileError
        A path gives no document at all.
    AnswerNeededError
        Whose invoices they are is not known, or some of them cannot be taken.
    """
    named: dict[str, dict[Path, _Named]] = {BANK: {}, BOOKS: {}}
    places: dict[tuple[Path, str], InvoicePlace | None] = {}
    for path, table in given:
        entry = mapping.of(str(path), table=table) or FileMapping(match=path.name)
        if what := bank_or_books(path):
            named[what].setdefault(path.resolve(), _Named(path, table, entry))
        elif (path.resolve(), table) not in places:
            place, others = _read_place(path, table, entry, tell)
            places[path.resolve(), table] = place
            for what, inside in others:
                named[what].setdefault(inside.resolve(), _Named(inside, table, mapping.of(str(inside), table=table) or entry))
    parts = _bank_parts(engine, list(named[BANK].values()), mapping, first, tell)
    parts += _books_parts(engine, list(named[BOOKS].values()), mapping, first + len(parts), tell)
    read = [place for place in places.values() if place is not None]
    if not read:
        return parts
    company = own_company(read, mapping)
    leave_out_met_again(read)
    for place in read:
        parts += invoice_parts(engine, place, company, mapping, first + len(parts))
    return parts


def _read_place(path: Path, table: str, entry: FileMapping, tell: Progress) -> tuple[InvoicePlace | None, list[tuple[str, Path]]]:
    """The e-invoices of a path, if it holds any, and the bank statements and audit files in a folder, each with what it is."""
    from goodterms.intake.documents.document_folder import read_documents  # noqa: PLC0415  (heavy: only where documents are read)

    read = read_documents([path], progress=tell)
    others = {file.file: what for file in read.files if not file.invoices and (what := bank_or_books(Path(file.file)))}
    files = tuple(file for file in read.files if file.file not in others)
    problems = [problem for problem in read.problems if problem.origin.file not in others]
    place = InvoicePlace(path, table, entry, entry.source or path.stem, files, problems)
    found = [(what, Path(file)) for file, what in others.items()]
    if place.invoices:
        return place, found
    said = [str(problem) for problem in problems if problem.severity is Severity.REJECTED][:MOST_SHOWN]
    if said or not found:
        raise UnreadableFileError(
            "\n".join(said) if said else f"{path} holds no e-invoice: no XML or PDF file is in it. Name the files in it, or another folder."
        )
    return None, found


# Bank statements and ledgers --------------------------------------------------------------------------------------------------------------------------------


def _bank_parts(engine: Any, named: Sequence[_Named], mapping: Mapping, first: int, tell: Progress) -> list[Part]:
    """A part of payments for each file of bank statements, read together: what several of them tell counts once."""
    from goodterms.intake.documents.camt import read_camt  # noqa: PLC0415

    if not named:
        return []
    tell(f"reading {_files(named)}", 0.0)
    whole = read_camt(*(one.path for one in named), own_accounts=mapping.accounts)
    parts = []
    for number, one in enumerate(named, start=first):
        bank = whole.of(str(one.path))
        part = part_of_rows(engine, one.path, one.entry, "payments", bank.rows, number, one.entry.source or one.path.stem)
        parts.append(_accounted(part, bank.physical, bank.rejected, bank.set_aside, bank.met_again, bank.problems))
        _say_unused(part, one, "payments")
        if accounts := () if mapping.accounts else dict.fromkeys(statement.account for statement in bank.statements if statement.account):
            sentence = f"The statements of {' and '.join(accounts)} are taken for the company's own."
            action = f"To refuse those of others, name its accounts in the mapping: company = {{ accounts = {json.dumps(list(accounts))} }}."
            part.problems.append(Problem("accounts-not-named", Severity.NOTICE, part.origin(), sentence=sentence, action=action))
    return parts


def _books_parts(engine: Any, named: Sequence[_Named], mapping: Mapping, first: int, tell: Progress) -> list[Part]:
    """Parts of balances, sales and purchases of audit files, read together: the files of a company are one set of books and one source."""
    from goodterms.intake.documents.document_file import FileRead  # noqa: PLC0415
    from goodterms.intake.documents.party import Identifies, OwnCompany  # noqa: PLC0415
    from goodterms.intake.documents.saft import read_saft  # noqa: PLC0415

    if not named:
        return []
    tell(f"reading {_files(named)}", 0.0)
    parts: list[Part] = []
    places: list[tuple[InvoicePlace, OwnCompany]] = []
    sources: dict[Party, str] = {}
    for one, books in zip(named, read_saft(*(one.path for one in named)), strict=True):
        who = books.header.party
        source = sources.setdefault(who, one.entry.source or one.path.stem)
        if mapping.company and not OwnCompany(mapping.company).is_party(who):
            known = ", ".join(identifier.value for identifier in who.identifiers)
            raise UnreadableFileError(
                f"{one.path} holds the books of {who.name or 'no name'} ({known}), which is none of ours ({', '.join(mapping.company)}). "
                "If it is ours, name its identifier in the mapping; else leave the file out."
            )
        if books.physical or not (books.invoices or books.unread):
            part = part_of_rows(engine, one.path, one.entry, "gl_balances", books.rows, first + len(parts), source)
            part.said.append(_books_said(books))
            parts.append(_accounted(part, books.physical, books.rejected, 0, books.met_again, books.problems))
            _say_unused(part, one, "balances of the general ledger")
        if books.invoices or books.unread:
            file = FileRead(str(one.path), books.invoices, unread=books.unread)
            place = InvoicePlace(one.path, one.table, one.entry, source, (file,), list(books.invoice_problems))
            places.append((place, OwnCompany(tuple(identifier.value for identifier in who.identifiers if identifier.kind is not Identifies.NUMBER))))
    leave_out_met_again([place for place, _ in places])
    for place, company in places:
        parts += invoice_parts(engine, place, company, mapping, first + len(parts))
    return parts


def _say_unused(part: Part, named: _Named, what: str) -> None:
    """Say that rows are kept and no figure uses them yet, so that nobody takes them for costs or for a reconciliation."""
    sentence, action = f"It holds {what}, which are read and which no figure uses yet.", ""
    if named.table not in {"sale_lines", part.table}:
        given = named.table.replace("_", " ")
        sentence, action = f"It holds {what} and no {given}: no figure uses it yet.", f"Name a file of {given} instead, as a CSV file or workbook."
    part.problems.append(Problem("not-used-yet", Severity.NOTICE, part.origin(), sentence=sentence, action=action))


def _books_said(books: AuditFile) -> str:
    checked = [account for account in books.accounts if account.difference is not None]
    ties = sum(1 for account in checked if not account.difference)
    tie = f" {ties:,} of {len(checked):,} accounts tie from opening to closing." if checked else ""
    return f"{books.transactions:,} transactions of {books.physical:,} lines, debit {in_words(books.debit)}, credit {in_words(books.credit)}.{tie}"


def _files(named: Sequence[_Named]) -> str:
    return str(named[0].path) if len(named) == 1 else f"{len(named):,} files"


def _accounted(part: Part, physical: int, rejected: int, set_aside: int, met_again: int, problems: Iterable[Problem]) -> Part:
    """The part with the account of its records, of which one may give several rows, and several one."""
    aside = tuple(RowRef(0, "", "not booked yet") for _ in range(set_aside))
    part.raw = raw_of_rows(part.raw.path, part.name, physical, aside)
    part.rejected, part.met_again, part.rows_are_records = rejected, met_again, False
    part.problems += problems
    return part
