"""Documents among the files of a reading: folders, zip files, XML and PDF as parts of its tables, beside what tables of rows give."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import Choice, Question, UnreadableFileError
from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.facts.money import in_words
from goodterms.intake.mapping.answers import above, answerable
from goodterms.intake.mapping.mapping_file import LEAVE_OUT, FileMapping, Mapping
from goodterms.intake.parts.master_data import table_said
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import ROWS_A_FILE, Part
from goodterms.intake.parts.sample import Sample
from goodterms.intake.tables.raw_table import RawTable, RowRef
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS
from goodterms.problems import Origin, Problem, Severity

if TYPE_CHECKING:
    import pyarrow as pa

    from goodterms.intake.documents.document_file import FileRead
    from goodterms.intake.documents.invoice import Invoice
    from goodterms.intake.documents.party import OwnCompany, Party
    from goodterms.intake.documents.saft import AuditFile
    from goodterms.intake.tables.raw_table import Progress

_IN_UTF_16 = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")
"""How XML in UTF-16 begins."""
_PAGES = (b"<!doctype html", b"<html", b"<table")
_OF_EXCEL = b"urn:schemas-microsoft-com:office:spreadsheet"
"""What a table that Excel 2003 saved as XML says of itself."""
_BANK, _BOOKS = "bank statement", "audit file"
_SIGNS = {_BANK: re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\."), _BOOKS: re.compile(r"<(?:[\w.-]{1,40}:)?AuditFile[\s>]")}
"""What stands near the beginning of them."""
_STAMP_OF_DAYS, _FIRST_DAY = 1 << 40, date(1900, 1, 1)
_CANDIDATES = 6
_SHOWN = 10


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


@dataclass(frozen=True)
class _Named:
    """A path that was named, with the table that it was named for and what the mapping says of it."""

    path: Path
    table: str
    entry: FileMapping


@dataclass
class _Place:
    """What one path gave that was named: its files with the invoices in them. ``source`` numbers our own documents."""

    path: Path
    table: str
    entry: FileMapping
    source: str
    files: tuple[FileRead, ...]
    problems: list[Problem]
    again: set[int] = field(default_factory=set)
    """Invoices, by identity, that another file holds too."""
    differ: set[int] = field(default_factory=set)
    """Invoices, by identity, whose number another invoice has too."""

    @property
    def invoices(self) -> list[Invoice]:
        return [invoice for file in self.files for invoice in file.invoices]


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
    named: dict[str, dict[Path, _Named]] = {_BANK: {}, _BOOKS: {}}
    places: dict[tuple[Path, str], _Place | None] = {}
    for path, table in given:
        entry = mapping.of(str(path), table=table) or FileMapping(match=path.name)
        if what := _of_a_bank_or_books(path):
            named[what].setdefault(path.resolve(), _Named(path, table, entry))
        elif (path.resolve(), table) not in places:
            place, others = _read_place(path, table, entry, tell)
            places[path.resolve(), table] = place
            for what, inside in others:
                named[what].setdefault(inside.resolve(), _Named(inside, table, mapping.of(str(inside), table=table) or entry))
    parts = _bank_parts(engine, list(named[_BANK].values()), mapping, first, tell)
    parts += _books_parts(engine, list(named[_BOOKS].values()), mapping, first + len(parts), tell)
    read = [place for place in places.values() if place is not None]
    if not read:
        return parts
    company = _company(read, mapping)
    _leave_out_met_again(read)
    for place in read:
        parts += _parts_of(engine, place, company, _reporting(mapping), first + len(parts))
    return parts


def _read_place(path: Path, table: str, entry: FileMapping, tell: Progress) -> tuple[_Place | None, list[tuple[str, Path]]]:
    """The e-invoices of a path, if it holds any, and the bank statements and audit files in a folder, each with what it is."""
    from goodterms.intake.documents.document_folder import read_documents  # noqa: PLC0415  (heavy: only where documents are read)

    read = read_documents([path], progress=tell)
    others = {file.file: what for file in read.files if not file.invoices and (what := _of_a_bank_or_books(Path(file.file)))}
    files = tuple(file for file in read.files if file.file not in others)
    problems = [problem for problem in read.problems if problem.origin.file not in others]
    place = _Place(path, table, entry, entry.source or path.stem, files, problems)
    found = [(what, Path(file)) for file, what in others.items()]
    if place.invoices:
        return place, found
    said = [str(problem) for problem in problems if problem.severity is Severity.REJECTED][:_SHOWN]
    if said or not found:
        raise UnreadableFileError(
            "\n".join(said) if said else f"{path} holds no e-invoice: no XML or PDF file is in it. Name the files in it, or another folder."
        )
    return None, found


# Whose they are ---------------------------------------------------------------------------------------------------------------------------------------------


def _company(places: Sequence[_Place], mapping: Mapping) -> OwnCompany:
    """The own company as the mapping names it; asked where it does not, with those who stand on most documents."""
    from goodterms.intake.documents.party import SHORTEST, Identifies, OwnCompany  # noqa: PLC0415

    if mapping.company:
        return OwnCompany(mapping.company)
    sells: Counter[str] = Counter()
    buys: Counter[str] = Counter()
    known: dict[str, tuple[Party, dict[str, None]]] = {}
    for place in places:
        for invoice in place.invoices:
            for who, side in ((invoice.seller, sells), (invoice.buyer, buys)):
                public = [one.value for one in who.identifiers if one.kind is not Identifies.NUMBER]
                public = public or [one.value for one in who.identifiers if len(one.value) >= SHORTEST]
                if public:
                    side[public[0]] += 1
                    known.setdefault(public[0], (who, {}))[1].update(dict.fromkeys(public))
    ranked = sorted(known, key=lambda key: (-max(sells[key], buys[key]), -sells[key], key))
    choices = [
        above(f"{known[key][0]}, who sells in {sells[key]:,} of them and buys in {buys[key]:,}", company={"identifiers": list(known[key][1])})
        for key in ranked[:_CANDIDATES]
    ]
    count = sum(len(place.invoices) for place in places)
    named = ", ".join(str(place.path) for place in places[:_CANDIDATES])
    of = (
        "An e-invoice of its own is a sale, and one that it gets a purchase."
        if count == 1
        else f"Of the {count:,} e-invoices its own are sales, and those it gets are purchases."
    )
    sentence = f"{named}: which company is ours? {of}"
    entry = "\n".join(choice.line for choice in choices[:1])
    raise answerable([Question("company", sentence, (), tuple(choices), entry, "" if mapping == Mapping() else "In the mapping:")])


# Documents met again ----------------------------------------------------------------------------------------------------------------------------------------


def _leave_out_met_again(places: Sequence[_Place]) -> None:
    """The same document in two files counts once; two that differ under one number are a problem of the later one, which takes no part."""
    seen: dict[tuple[str, str, date], Invoice] = {}
    for place in places:
        for invoice in place.invoices:
            first = seen.setdefault(_name(invoice), invoice)
            if first is invoice:
                continue
            if _same(first, invoice):
                place.again.add(id(invoice))
                continue
            place.differ.add(id(invoice))
            sentence = f"The {invoice} of {invoice.seller} is in {first.file} too, and says something else there. The first counts."
            place.problems.append(
                Problem("one-number-two-documents", Severity.REJECTED, Origin(invoice.file), sentence=sentence, action="Find out which is right.")
            )
        repeated = [invoice for invoice in place.invoices if id(invoice) in place.again]
        if repeated:
            one = repeated[0]
            example = f"{one} of {one.file} is in {seen[_name(one)].file}"
            many = "document is in another file too and counts" if len(repeated) == 1 else "documents are in other files too and count"
            sentence = f"{len(repeated):,} {many} once: {example}{' …' if len(repeated) > 1 else '.'}"
            place.problems.append(Problem("met-again", Severity.NOTICE, Origin(str(place.path)), sentence=sentence, rows=len(repeated)))


def _name(invoice: Invoice) -> tuple[str, str, date]:
    return invoice.seller.key(), invoice.number, invoice.date


def _same(one: Invoice, other: Invoice) -> bool:
    """Whether two documents say the same, but for what they say of who the parties are."""

    def bare(invoice: Invoice) -> Invoice:
        lines = tuple(replace(line, row=0) for line in invoice.lines)
        aside = tuple(replace(ref, row=0) for ref in invoice.set_aside)
        seller, buyer = (
            replace(who, name=who.key(), country="", identifiers=(), address=NO_ADDRESS, contact=NO_CONTACT) for who in (invoice.seller, invoice.buyer)
        )
        return replace(invoice, file="", place=0, lines=lines, set_aside=aside, seller=seller, buyer=buyer, payer=None)

    from goodterms.intake.documents.party import NO_ADDRESS, NO_CONTACT  # noqa: PLC0415

    return bare(one) == bare(other)


# Parts ------------------------------------------------------------------------------------------------------------------------------------------------------


def _parts_of(engine: Any, place: _Place, company: OwnCompany, reporting: str, first: int) -> list[Part]:
    from goodterms.intake.documents.to_facts import facts_of  # noqa: PLC0415

    once = [invoice for invoice in place.invoices if id(invoice) not in place.again | place.differ]
    candidates = [invoice for invoice in once if not reporting or invoice.currency == reporting]
    place.problems += [_without_rate(invoice, reporting) for invoice in once if reporting and invoice.currency != reporting]
    found = facts_of(candidates, company, source=place.source)
    problems = [*place.problems, *found.problems]
    accepted = {id(invoice) for invoice in found.accepted}
    bad = [problem for problem in problems if problem.severity is Severity.REJECTED]
    left_out = [invoice for invoice in place.invoices if id(invoice) not in accepted | place.again]
    unread = sum(file.unread for file in place.files)
    if bad and place.entry.documents != LEAVE_OUT:
        _ask_to_leave_out(place, bad, len(left_out) + unread, len(accepted))
    order = {file.file: number for number, file in enumerate(place.files, start=1)}
    tables = {"sale_lines": found.sale_lines, "purchase_lines": found.purchase_lines}
    filled = [table for table, rows in tables.items() if rows] or [place.table if place.table in tables else "sale_lines"]
    made = [_part(engine, place.path, place.entry, table, tables[table], first + n, place.source, order) for n, table in enumerate(filled)]
    days = {(invoice.file, line.row): (invoice.date - _FIRST_DAY).days for invoice in found.accepted for line in invoice.lines}
    for part in made:
        if part.table == "sale_lines":
            _keep_what_they_say(engine, part, "customers", found.customers, days)
            _keep_what_they_say(engine, part, "products", found.products, days)
        else:
            _keep_what_they_say(engine, part, "suppliers", found.suppliers, days)
    made[0].parties = found.parties
    main = next((part for part in made if part.table == place.table), made[0])
    main.problems += problems
    main.rejected = sum(len(invoice.lines) for invoice in left_out) + unread
    main.met_again = sum(len(invoice.lines) for invoice in place.invoices if id(invoice) in place.again)
    aside = tuple(ref for invoice in place.invoices for ref in invoice.set_aside)
    for part in made:
        rows = found.sale_lines if part.table == "sale_lines" else found.purchase_lines
        extra = main.rejected + main.met_again + len(aside) if part is main else 0
        part.raw = _raw(place.path, part.name, len(rows) + extra, aside if part is main else ())
    main.said.append(_documents_said(place, found.accepted))
    return made


def _reporting(mapping: Mapping) -> str:
    """The currency that documents have to be in; "" where that is open, or where a file of rates may bring others to it."""
    return "" if any(entry.table == "rates" for entry in mapping.files) else mapping.reporting_currency


def _without_rate(invoice: Invoice, reporting: str) -> Problem:
    sentence = f"The {invoice} is in {invoice.currency}, and no rate brings it to {reporting}, in which the report is."
    action = 'Name a file of rates, with table = "rates" in the mapping, or leave it out.'
    return Problem("currency-without-rate", Severity.REJECTED, Origin(invoice.file), seen=invoice.currency, sentence=sentence, action=action)


def _documents_said(place: _Place, accepted: Sequence[Invoice]) -> str:
    formats = Counter(invoice.format for invoice in accepted)
    said = ", ".join(f"{count:,} {name}" for name, count in sorted(formats.items()))
    return f"{len(accepted):,} of {len(place.invoices):,} documents{f': {said}' if said else ''}."


def _ask_to_leave_out(place: _Place, bad: Sequence[Problem], refused: int, accepted: int) -> None:
    """Some documents of several cannot be taken: all or nothing, unless the person says otherwise."""
    said = [str(problem) for problem in bad]
    if not accepted:
        raise UnreadableFileError("\n".join([*said[:_SHOWN], *([f"And {len(said) - _SHOWN:,} more."] if len(said) > _SHOWN else [])]))
    settings = {"documents": LEAVE_OUT}
    entry = place.entry if place.entry.place else FileMapping(match=place.path.name)
    choices = (
        Choice(
            f"leave {'it' if refused == 1 else 'them'} out, and take the other {accepted:,}",
            f'documents = "{LEAVE_OUT}"',
            "[[file]]",
            settings,
            ((entry, settings),),
        ),
        Choice("mend them and read all again", "nothing is read until then"),
    )
    sentence = f"{place.path}: {refused:,} of {refused + accepted:,} documents cannot be taken."
    evidence = (*said[:_SHOWN], *([f"and {len(said) - _SHOWN:,} more"] if len(said) > _SHOWN else []))
    text = f'[[file]]\nmatch = "{place.path.name}"\ndocuments = "{LEAVE_OUT}"\n' if not place.entry.place else f'documents = "{LEAVE_OUT}"\n'
    where = f"In the mapping this belongs under the [[file]] at {place.entry.place}:" if place.entry.place else ""
    raise answerable([Question(f"documents: {place.path.name}", sentence, evidence, choices, text, where)])


def _raw(path: Path, name: str, physical: int, aside: tuple[RowRef, ...]) -> RawTable:
    return RawTable(str(path), path, "", f"raw_of_{name}", (), (), None, physical, physical - len(aside), set_aside=aside, header_row=0)


def _part(
    engine: Any,
    path: Path,
    entry: FileMapping,
    table: str,
    rows: Sequence[dict[str, Any]],
    number: int,
    source: str,
    order: dict[str, int] | None = None,
) -> Part:
    """A part of rows of facts; ``order`` numbers the files that the rows come from."""
    name = f"part_{number}_{table}"
    held = _arrow(table, rows, order)
    engine.con.register(f"{name}_rows", held)
    engine.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_rows")
    engine.con.unregister(f"{name}_rows")
    raw = _raw(path, name, len(rows), ())
    part = Part(raw, replace(entry, source=source), table, name, number, Sample((), {}), Proposal(), is_of_documents=True)
    part.columns = {column: of for column, of, *_ in engine.con.execute(f"DESCRIBE {name}").fetchall()}
    return part


def _arrow(table: str, rows: Sequence[dict[str, Any]], order: dict[str, int] | None) -> pa.Table:
    """The columns that some row fills, with the types of facts; rows are numbered through all files."""
    import pyarrow as pa  # noqa: PLC0415

    columns = {}
    for column in TABLES[table].columns:
        values = [row[column.name] for row in rows]
        if column.name == "row" and order is not None:
            values = [order[row["file"]] * ROWS_A_FILE + row["row"] for row in rows]
        if column.name in {"file", "row", "date", "period"} or any(value is not None for value in values):
            columns[column.name] = pa.array(values, _type_of(column.kind, values))
    return pa.table(columns)


def _type_of(kind: Kind, values: Sequence[Any]) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415

    if kind is Kind.DECIMAL:
        places = max((-int(value.as_tuple().exponent) for value in values if isinstance(value, Decimal)), default=0)
        return pa.decimal128(MONEY_DIGITS, MONEY_PLACES) if places <= MONEY_PLACES else pa.decimal128(max(MONEY_DIGITS, MOST_WHOLE_DIGITS + places), places)
    return {Kind.DATE: pa.date32(), Kind.MONTH: pa.date32(), Kind.INTEGER: pa.int64(), Kind.FLAG: pa.bool_()}.get(kind, pa.string())


_SAID = {
    "customers": ("customer_key", {"customer_name": "name", "country": "country"}),
    "suppliers": ("supplier_key", {"supplier_name": "name", "country": "country"}),
    "products": ("product_key", {"product_name": "name"}),
}


def _keep_what_they_say(engine: Any, part: Part, table: str, rows: Sequence[dict[str, Any]], days: dict[tuple[str, int], int]) -> None:
    """What the documents say of customers, suppliers or products, as the latest has it: names stay out of the facts. ``days`` are those of the lines."""
    import pyarrow as pa  # noqa: PLC0415

    key, said = _SAID[table]
    if not rows:
        return
    held: dict[str, Any] = {
        "key_space": pa.array([part.entry.keys or None] * len(rows), pa.string()),
        key: pa.array([row[key] for row in rows], pa.string()),
        **{ours: pa.array([row[ours] for row in rows], pa.string()) for ours in said.values()},
        "stamp": pa.array([days[row["file"], row["row"]] * _STAMP_OF_DAYS + row["row"] for row in rows], pa.int64()),
        "file": pa.array([row["file"] for row in rows], pa.string()),
        "row": pa.array([row["row"] for row in rows], pa.int64()),
    }
    name = table_said(part, table)
    engine.con.register(f"{name}_rows", pa.table(held))
    engine.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_rows")
    engine.con.unregister(f"{name}_rows")
    part.known_of |= {table}
    part.known |= dict.fromkeys(said, "")


# Bank statements and ledgers --------------------------------------------------------------------------------------------------------------------------------


def _of_a_bank_or_books(path: Path) -> str:
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
        part = _part(engine, one.path, one.entry, "payments", bank.rows, number, one.entry.source or one.path.stem)
        parts.append(_accounted(part, bank.physical, bank.rejected, bank.set_aside, bank.met_again, bank.problems))
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
    places: list[tuple[_Place, OwnCompany]] = []
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
            part = _part(engine, one.path, one.entry, "gl_balances", books.rows, first + len(parts), source)
            part.said.append(_books_said(books))
            parts.append(_accounted(part, books.physical, books.rejected, 0, books.met_again, books.problems))
        if books.invoices or books.unread:
            file = FileRead(str(one.path), books.invoices, unread=books.unread)
            place = _Place(one.path, one.table, one.entry, source, (file,), list(books.invoice_problems))
            places.append((place, OwnCompany(tuple(identifier.value for identifier in who.identifiers if identifier.kind is not Identifies.NUMBER))))
    _leave_out_met_again([place for place, _ in places])
    for place, company in places:
        parts += _parts_of(engine, place, company, _reporting(mapping), first + len(parts))
    return parts


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
    part.raw = _raw(part.raw.path, part.name, physical, aside)
    part.rejected, part.met_again, part.rows_are_records = rejected, met_again, False
    part.problems += problems
    return part
