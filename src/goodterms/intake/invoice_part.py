"""E-invoices as parts of sale and purchase lines: whose they are, which are met again, and which cannot be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import Choice, Question, UnreadableFileError
from goodterms.intake.mapping.answers import above, answerable, choice, of_files
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.words import LEAVE_OUT
from goodterms.intake.parts.master_data import table_said
from goodterms.intake.parts.part import Part
from goodterms.intake.parts.part_of_rows import part_of_rows, raw_of_rows
from goodterms.problems import Origin, Problem, Severity

if TYPE_CHECKING:
    from goodterms.intake.documents.document_file import FileRead
    from goodterms.intake.documents.invoice import Invoice
    from goodterms.intake.documents.party import OwnCompany, Party

_STAMP_OF_DAYS, _FIRST_DAY = 1 << 40, date(1900, 1, 1)
_CANDIDATES = 6
MOST_SHOWN = 10
"""So many documents that cannot be taken are said one by one."""


@dataclass
class InvoicePlace:
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
        """The invoices in all of its files."""
        return [invoice for file in self.files for invoice in file.invoices]


# Whose they are ---------------------------------------------------------------------------------------------------------------------------------------------


def own_company(places: Sequence[InvoicePlace], mapping: Mapping) -> OwnCompany:
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
    entry = choices[0].line if choices else ""
    raise answerable([Question("company", sentence, (), tuple(choices), entry, "" if mapping == Mapping() else "In the mapping:")])


# Documents met again ----------------------------------------------------------------------------------------------------------------------------------------


def leave_out_met_again(places: Sequence[InvoicePlace]) -> None:
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


def invoice_parts(engine: Any, place: InvoicePlace, company: OwnCompany, mapping: Mapping, first: int) -> list[Part]:
    """Parts of the invoices of a place: those of ours are sale lines, those to us purchase lines.

    Raises
    ------
    AnswerNeededError, UnreadableFileError
        Some of them, or all, cannot be taken.
    """
    from goodterms.intake.documents.to_facts import facts_of  # noqa: PLC0415

    once, reporting = [invoice for invoice in place.invoices if id(invoice) not in place.again | place.differ], _currency_needed(mapping)
    candidates = [invoice for invoice in once if not reporting or invoice.currency == reporting]
    place.problems += [_without_rate(invoice, reporting) for invoice in once if reporting and invoice.currency != reporting]
    found = facts_of(candidates, company, source=place.source)
    problems = [*place.problems, *found.problems]
    accepted = {id(invoice) for invoice in found.accepted}
    bad = [problem for problem in problems if problem.severity is Severity.REJECTED]
    left_out = [invoice for invoice in place.invoices if id(invoice) not in accepted | place.again]
    unread = sum(file.unread for file in place.files) + _unopened(place)
    if bad and place.entry.documents != LEAVE_OUT:
        _ask_to_leave_out(place, mapping, bad, len(left_out) + unread, len(accepted))
    order = {file.file: number for number, file in enumerate(place.files, start=1)}
    tables = {"sale_lines": found.sale_lines, "purchase_lines": found.purchase_lines}
    filled = [table for table, rows in tables.items() if rows] or [place.table if place.table in tables else "sale_lines"]
    made = [part_of_rows(engine, place.path, place.entry, table, tables[table], first + n, place.source, order) for n, table in enumerate(filled)]
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
        part.raw = raw_of_rows(place.path, part.name, len(rows) + extra, aside if part is main else ())
    main.said.append(_documents_said(place, found.accepted))
    return made


def _unopened(place: InvoicePlace) -> int:
    """How many files of a folder or zip file were refused before any document was seen in them, as a zip file in a zip file is."""
    read = {file.file for file in place.files}
    return sum(problem.severity is Severity.REJECTED and problem.origin.file not in read for problem in place.problems)


def _currency_needed(mapping: Mapping) -> str:
    """The currency that documents have to be in; "" where that is open, or where a file of rates may bring others to it."""
    return "" if any(entry.table == "rates" for entry in mapping.files) else mapping.reporting_currency


def _without_rate(invoice: Invoice, reporting: str) -> Problem:
    sentence = f"The {invoice} is in {invoice.currency}, and no rate brings it to {reporting}, in which the report is."
    action = 'Name a file of rates, with table = "rates" in the mapping, or leave it out.'
    return Problem("currency-without-rate", Severity.REJECTED, Origin(invoice.file), seen=invoice.currency, sentence=sentence, action=action)


def _documents_said(place: InvoicePlace, accepted: Sequence[Invoice]) -> str:
    formats = Counter(invoice.format for invoice in accepted)
    said = ", ".join(f"{count:,} {name}" for name, count in sorted(formats.items()))
    return f"{len(accepted):,} of {len(place.invoices):,} documents{f': {said}' if said else ''}."


def _ask_to_leave_out(place: InvoicePlace, mapping: Mapping, bad: Sequence[Problem], refused: int, accepted: int) -> None:
    """Some documents of several cannot be taken: all or nothing, unless the person says otherwise."""
    said = [str(problem) for problem in bad]
    if not accepted:
        raise UnreadableFileError("\n".join([*said[:MOST_SHOWN], *([f"And {len(said) - MOST_SHOWN:,} more."] if len(said) > MOST_SHOWN else [])]))
    entry = place.entry if place.entry.place else FileMapping(match=place.path.name)
    choices = (
        choice(f"leave {'it' if refused == 1 else 'them'} out, and take the other {accepted:,}", documents=LEAVE_OUT),
        Choice("mend them and read all again", "nothing is read until then"),
    )
    sentence = f"{place.path}: {refused:,} of {refused + accepted:,} documents cannot be taken."
    evidence = (*said[:MOST_SHOWN], *([f"and {len(said) - MOST_SHOWN:,} more"] if len(said) > MOST_SHOWN else []))
    question = Question(f"documents: {place.path.name}", sentence, evidence, choices)
    raise answerable([of_files(question, entry, [entry], mapping)])


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
