"""Reading a company's files: from raw tables to tables of facts, with an account of every file that adds up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Settings
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import AnswerNeededError, UsageError
from goodterms.facts.book import Facts
from goodterms.facts.columns import MASTER_NAMES
from goodterms.facts.engine import held, within_memory
from goodterms.intake.account import FileAccount, account_of
from goodterms.intake.asked_of_group import of_file, of_group
from goodterms.intake.currency.currency import to_one_currency
from goodterms.intake.document_part import document_parts
from goodterms.intake.documents.document_sort import is_documents
from goodterms.intake.errors_together import Errors
from goodterms.intake.joins.join_proposal import proposed_joins
from goodterms.intake.joins.leading_zeros import settle_leading_zeros
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.named_tables import SALE_LINES, joined_into, named_tables
from goodterms.intake.mapping.source_name import names
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.opened_part import opened, raw_tables, same_file_again
from goodterms.intake.parts.master_data import fill_master_data, keep_what_lines_say
from goodterms.intake.parts.part import LINES, MEND, Part, drop_raw_tables, unread
from goodterms.intake.rows.goods_twice import say_goods_twice
from goodterms.intake.rows.overlap import together
from goodterms.intake.rows.running_lists import ask_beside_sums, own_amounts_of_lists
from goodterms.intake.summary_sheet import sums_up_by_a_key, without_summaries
from goodterms.intake.table_part import read_parts
from goodterms.intake.tables.decoding import mended
from goodterms.intake.tables.unchanged import unchanged
from goodterms.intake.understood import mapping_understood
from goodterms.problems import Origin, Problem, Severity

if TYPE_CHECKING:
    from goodterms.intake.documents.to_facts import KnownParty

Progress = Callable[..., None]
ENGINE_MEMORY = (128, 512)
"""MiB that the engine holds in memory while files are read, and the rest waits on disk: with what Python takes, a file of any length is read in 512 MiB.
A table of hundreds of columns may need more at once."""
_TABLE_OF_OPTION = {
    "files": "sale_lines",
    "costs": "costs",
    "activities": "activities",
    "products": "products",
    "customers": "customers",
    "purchases": "purchase_lines",
}
_ALWAYS = ("sale_lines", "costs", "activities", "purchase_lines", "customers", "products")


@dataclass(frozen=True)
class Reading:
    """What a company's files say: the facts, the account of each file, what is wrong with them, and the mapping as it was understood."""

    facts: Facts
    files: tuple[FileAccount, ...]
    problems: tuple[Problem, ...]
    mapping: Mapping
    parts: tuple[Part, ...] = field(repr=False, default=())
    paths: tuple[Path, ...] = field(repr=False, default=())
    """All that was named to be read, joined files too."""

    @property
    def rejected(self) -> int:
        """Records that take no part because they do not fit."""
        return sum(account.rejected for account in self.files)

    @property
    def accepted(self) -> int:
        """Records that became facts."""
        return sum(account.accepted for account in self.files)

    @property
    def set_aside(self) -> int:
        """Records that are no facts: headers, blank lines, totals."""
        return sum(account.set_aside for account in self.files)

    @property
    def met_again(self) -> int:
        """Records that repeat a record of another file."""
        return sum(account.met_again for account in self.files)

    @property
    def physical(self) -> int:
        """Physical records of all files."""
        return sum(account.physical for account in self.files)

    @property
    def counterparties(self) -> tuple[KnownParty, ...]:
        """Who stands on documents, with identifiers, address and contact, as the latest document names each: for the register, and no part of the facts."""
        latest: dict[tuple[str, str], KnownParty] = {}
        for who in sorted((who for part in self.parts for who in part.parties), key=lambda who: who.day):
            latest[who.role, who.key] = who
        return tuple(latest.values())

    def rows_to_keep(self, table: str, place: int) -> str:
        """The rows of a table of facts as a store keeps them, in SQL: with the import's place, and whether lines carry numbers of their own."""
        numbered = [part.number for part in self.parts if part.table == table and part.numbers_lines]
        listed = ", ".join(map(str, numbered)) or "NULL"
        return f'SELECT * EXCLUDE (part), CAST({place} AS BIGINT) AS "import", coalesce(part IN ({listed}), false) AS numbered FROM {table}_by_part'

    def write_mapping(self, file: Path | str) -> Path:
        """Write the mapping as it was understood; passed again, it gives the same reading."""
        path = Path(file)
        path.write_text(self.mapping.as_toml(), encoding="utf-8")
        return path

    def write_rejected(self, folder: Path | str) -> list[Path]:
        """Write each file's rejected rows in its own format, to be mended and read again, with what is wrong with them beside it."""
        from goodterms.intake.rejected.rejected_file import write_rejected  # noqa: PLC0415  (only where rows were rejected)

        return write_rejected(self.facts.engine, self.parts, Path(folder), self.problems)


def read(
    files: Iterable[Path | str],
    *,
    costs: Iterable[Path | str] = (),
    activities: Iterable[Path | str] = (),
    products: Iterable[Path | str] = (),
    customers: Iterable[Path | str] = (),
    purchases: Iterable[Path | str] = (),
    mapping: Path | str | Settings[str, Any] | Mapping | None = None,
    engine: Any = None,
    progress: Progress | None = None,
) -> Reading:
    """Read files into tables of facts; what is open is asked, what does not fit is given back, and every record is accounted for.

    Parameters
    ----------
    files
        Sale lines, or of each file what the mapping's ``table`` says: payments, suppliers and so on, which have no option of their own.
    costs, activities, products, customers, purchases
        Files of those tables.
    mapping
        A mapping file, or its content.
    engine
        From :func:`goodterms.facts.engine.connect`; one is opened where none is given. Facts are temporary tables on it.
    progress
        Told each step as it begins, and how much of it is done, from 0 to 1.

    Raises
    ------
    MappingError, AnswerNeededError, UnreadableFileError
        As :mod:`goodterms.errors` says; questions of several files come together.
    """
    tell = progress or (lambda *_: None)
    options = {"files": files, "costs": costs, "activities": activities, "products": products, "customers": customers, "purchases": purchases}
    given = {option: list(map(Path, paths)) for option, paths in options.items()}
    known = Mapping.load(mapping)
    if engine is None:
        from goodterms.facts.engine import connect  # noqa: PLC0415  (1 s to import: only where it is used)

        engine = connect()
    from duckdb import OutOfMemoryException  # noqa: PLC0415  (with the engine)

    with unchanged(*(path for paths in given.values() for path in paths)):
        for most in ENGINE_MEMORY:
            try:
                with within_memory(engine, most):
                    return _read(engine, given, known, tell)
            except OutOfMemoryException:  # a statement has to hold more at once
                continue
        return _read(engine, given, known, tell)


def _read(engine: Any, given: Settings[str, Iterable[Path]], mapping: Mapping, tell: Progress) -> Reading:
    notices: list[Problem] = []
    parts = _read_parts(engine, given, mapping, notices, tell)
    if not parts:
        raise UsageError("No file was named. Name at least one file of sale lines.")
    notices += _entries_of_nothing(engine.con, mapping, parts)
    return replace(_finished(engine, parts, mapping, notices, tell), paths=tuple(path for paths in given.values() for path in paths))


def _read_parts(engine: Any, given: Settings[str, Iterable[Path]], mapping: Mapping, notices: list[Problem], tell: Progress) -> list[Part]:
    """Open all files, then understand those of one source with the same columns together: in which order they are named changes nothing but that order."""
    parts: list[Part] = []
    errors = Errors()
    again: dict[tuple[str, str], list[Part]] = {}
    sources: dict[tuple[str, ...], str] = {}
    named = [(path, _TABLE_OF_OPTION[option]) for option, paths in given.items() for path in paths]
    files = [str(path) for path, _table in named]
    documents = [(path, table) for path, table in named if is_documents(path)]
    tables = named_tables([one for one in named if one not in documents], mapping)
    for path, table in tables:
        if table == SALE_LINES and (lines := joined_into(path, tables, mapping)):
            notices.append(
                Problem("file-joined", Severity.NOTICE, Origin(str(path)), sentence=f"Its columns are added to {lines}, as a join of the mapping says.")
            )
            continue
        same = again.setdefault((str(path.resolve()), table), [])
        if same:
            parts += [replace(part, number=len(parts) + place, again=part) for place, part in enumerate(same, start=1)]
            continue
        with errors.kept(partial(of_file, path=path, table=table, mapping=mapping, files=files)):
            for raw, entry in raw_tables(engine, path, table, mapping, notices, tell, {of for other, of in tables if other == path}):
                part = opened(engine, raw, entry, entry.table or table, sources, len(parts) + 1, tell)
                parts.append(part)
                same.append(part)
    left = _understand(engine.con, parts, mapping, errors, tell)
    notices += [Problem("sheet-not-read", Severity.NOTICE, part.origin(), sentence=sentence) for part, sentence in left]
    parts = [part for part in parts if all(other not in (part, part.again) for other, _ in left)]
    with errors.kept(lambda question: question):
        parts += document_parts(engine, documents, mapping, len(parts) + 1, tell)
    errors.raised()
    return [part if part.again is None else same_file_again(part.again) for part in parts]


def _understand(con: Any, parts: Sequence[Part], mapping: Mapping, errors: Errors, tell: Progress) -> list[tuple[Part, str]]:
    """Understand the files of one source with the same columns together; those that are perhaps to be joined are asked about first.

    Sheets of a workbook that are asked about and prove to be sums of other sheets are left out and returned, each with what is to be said of it.
    """
    alike: dict[tuple[Any, ...], list[Part]] = {}
    for part in parts:
        if part.again is None:
            alike.setdefault(part.alike, []).append(part)
    asked = proposed_joins(con, parts)
    errors.questions += [question for question, _ in asked]
    in_question = [part.number for _, of_question in asked for part in of_question]
    asked_of_sheets: list[tuple[list[Part], AnswerNeededError]] = []
    for group in alike.values():
        if any(part.number in in_question for part in group):
            continue
        tell(f"understanding {', '.join(part.raw.file for part in group[:3])}{' …' if len(group) > 3 else ''}")
        with errors.kept(partial(of_group, con, group=group, parts=parts, mapping=mapping)):
            try:
                read_parts(con, group)
            except AnswerNeededError as error:
                if not group[0].raw.sheet:
                    raise
                asked_of_sheets.append((group, error))
                continue
            for part in group:
                if part.table in LINES | {"activities"}:
                    keep_what_lines_say(con, part)
    return _sheets_of_sums(con, asked_of_sheets, parts, mapping, errors)


def _sheets_of_sums(
    con: Any, asked: Sequence[tuple[list[Part], AnswerNeededError]], parts: Sequence[Part], mapping: Mapping, errors: Errors
) -> list[tuple[Part, str]]:
    """Of sheets that are asked about those that sum up others, each with what is to be said of it; the questions about the rest are kept."""
    left: list[tuple[Part, str]] = []
    for group, error in asked:
        sums = [(part, said) for part in group if (said := sums_up_by_a_key(con, part, parts))]
        if len(sums) == len(group):
            left += sums
            drop_raw_tables(con, group)
            continue
        with errors.kept(partial(of_group, con, group=group, parts=parts, mapping=mapping)):
            raise error
    return left


def _entries_of_nothing(con: Any, mapping: Mapping, parts: Sequence[Part]) -> list[Problem]:
    """Entries of the mapping that no file was read by: perhaps a name was mistyped, or it is that of a document in a folder, which is read as the folder is."""
    read_by = {part.entry.place for part in parts}
    unused = [entry for entry in mapping.files if entry.place not in read_by and not entry.left_out]
    by_others = {entry.place for entry in unused if any(entry.fits(part.raw.file, part.raw.sheet) for part in parts)}
    folders = {part.name: part for part in parts if part.is_of_documents and "file" in part.columns} if unused else {}
    inside = [(file, part) for name, part in folders.items() for (file,) in con.execute(f"SELECT DISTINCT file FROM {name}").fetchall()]
    said = []
    for entry in unused:
        of = next((part.raw.file for file, part in inside if entry.fits(file, "")), "")
        own = f"what matches {quoted(entry.match)} is read by other entries." if entry.place in by_others else ""
        read = own or (f'"{entry.match}" is read with {of}: match = {quoted(Path(of).name)} speaks of all its documents.' if of else "")
        said.append(Problem("mapping-not-used", Severity.NOTICE, sentence=f"{entry.place}: {read or f'no file that was read matches {quoted(entry.match)}.'}"))
    return said


def _finished(engine: Any, parts: Sequence[Part], mapping: Mapping, notices: Sequence[Problem], tell: Progress) -> Reading:
    con = engine.con
    tell("putting the files together")
    parts = without_summaries(con, parts, mapping, notices := list(notices))
    live = [part for part in parts if part.name]
    own_amounts_of_lists(con, live, mapping)
    ask_beside_sums(con, live, mapping)
    settle_leading_zeros(con, live, mapping)
    to_one_currency(con, live, mapping)
    wanted = dict.fromkeys([*_ALWAYS, *(part.table for part in live), *(["suppliers"] if any("suppliers" in part.known_of for part in live) else [])])
    attributes: tuple[str, ...] = ()
    for table in wanted:
        own = [part for part in live if part.table == table]
        if table in MASTER_NAMES:
            fill_master_data(con, table, own, [part for part in live if part.table in LINES | {"activities"}])
            drop_raw_tables(con, own)
            continue
        found = together(con, table, own)
        if table == "sale_lines":
            attributes = found
    say_goods_twice(con, live)
    facts = Facts(engine, {table: held(engine, table) for table in wanted}, attributes, tuple(_sources(con, live, mapping)))
    accounts = tuple(account_of(con, part) for part in parts)
    problems = (*notices, *(problem for part in parts for problem in _problems(part)))
    return Reading(facts, accounts, problems, mapping_understood(live, mapping), tuple(live))


def _problems(part: Part) -> list[Problem]:
    """All that is to be said of a part, row by row: its file's own problems, rejected records, rows set aside as totals or footers, and what mapping found."""
    aside = [
        Problem(
            "set-aside",
            Severity.SET_ASIDE,
            part.origin(row=ref.row),
            seen=mended(ref.text[:200]),
            sentence=f"{ref.reason.capitalize()}, set aside: {mended(ref.text[:80])}",
        )
        for ref in part.set_aside
    ]
    return sorted([*part.raw.problems, *unread(part.raw, MEND), *aside, *part.problems], key=lambda problem: problem.origin.row or math.inf)


def _sources(con: Any, parts: Sequence[Part], mapping: Mapping) -> list[str]:
    """Sources of sale lines: those that the mapping names first, then in the order of their first row."""
    lines = [part for part in parts if part.table == "sale_lines"]
    named_first = [entry.source for entry in mapping.files if entry.source]
    rows = con.execute("SELECT source, min(row) FROM sale_lines GROUP BY source").fetchall() if lines else []
    first_rows = {source: row for source, row in rows if source}
    first_files = {source: next((part.number for part in lines if names(part.entry.source, source)), 0) for source in first_rows}
    met = sorted(first_rows, key=lambda source: (first_files[source], first_rows[source]))
    return list(dict.fromkeys([*(source for name in named_first for source in met if names(name, source)), *met]))
