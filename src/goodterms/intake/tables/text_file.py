"""A text file of a table, with everything that was found out about it before its rows are read: encoding, dialect, header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median_high, mode
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, MappingError, Question, UnreadableFileError
from goodterms.intake.mapping.answers import choice
from goodterms.intake.tables.decoding import Decoding, find_encoding, mended, sample_lines
from goodterms.intake.tables.dialect import DELIMITERS, SAMPLE_RECORDS, find_form, kind_of
from goodterms.intake.tables.header import BLANK, Head, Top, find_head
from goodterms.intake.tables.quoting import are_wrapped, unwrapped
from goodterms.intake.tables.raw_table import Dialect, Progress, RawTable, RowRef, check_width
from goodterms.intake.tables.records import MOST_DELIMITERS, Form, Likeness, Record, split
from goodterms.intake.tables.several_tables import OTHER_TABLE, Table, largest_of, named, tables_of
from goodterms.problems import Origin, Problem, Severity

_WHOLE, _CENTS = re.compile("[-+]?[0-9]+"), re.compile("[0-9]{1,2}")


@dataclass(frozen=True)
class TextFile:
    """One text file: where it lies, how it is decoded and split, where its table begins, and what the mapping allows.

    ``above`` counts the records up to the first data row, ``lines_above`` their lines, ``set_aside`` has those records;
    ``ragged`` says how many cells to keep left and right of a gap.
    """

    engine: Any
    path: Path
    file: str
    decoding: Decoding
    form: Form
    head: Head
    above: int
    lines_above: int
    set_aside: tuple[RowRef, ...]
    ragged: tuple[int, int] | None
    progress: Progress | None
    others: tuple[Table, ...] = ()
    """Other tables that stand above this one."""
    settled: bool = False
    """The mapping says which row is the header, and so which table is meant."""

    @property
    def likeness(self) -> Likeness:
        """What a record of the table looks like."""
        return Likeness(self.form, self.head.short, dict(self.head.kinds), kind_of)

    @property
    def dialect(self) -> Dialect:
        """How the file is written."""
        return Dialect(self.decoding.encoding, self.form.delimiter, self.form.quote, self.form.escape, self.head.row, self.decoding.line_end or "\r\n")

    def tell(self, lines: int) -> None:
        """Tell whoever waits that so many lines are read."""
        if self.progress is not None:
            self.progress(f"reading {self.file}", min(lines / max(self.decoding.lines, 1), 1.0))

    def table(
        self, name: str, *, physical: int, accepted: int, rejected: Sequence[RowRef] = (), below: Sequence[RowRef] = (), problems: Sequence[Problem] = ()
    ) -> RawTable:
        """Return the raw table of the file; ``below`` are the records set aside below the header."""
        return RawTable(
            file=self.file,
            path=self.path,
            sheet="",
            name=name,
            header=self.head.names,
            native=(None,) * self.head.width,
            dialect=self.dialect,
            physical=physical,
            accepted=accepted,
            rejected=tuple(rejected),
            set_aside=(*self.set_aside, *below),
            problems=(*self.decoding.problems, *self.head.problems, *(named(other, self.file) for other in self.others), *problems),
            header_row=self.head.row,
        )


def look_into(engine: Any, path: Path, file: str, *, given: Mapping[str, Any], progress: Progress | None = None) -> TextFile:
    """Find out how a text file is written and where its table begins, from its bytes, its first records and what the mapping says.

    Raises
    ------
    UnreadableFileError
        The file is empty, no text, or holds no table.
    AnswerNeededError
        Its delimiter or header can be read in two ways.
    MappingError
        The mapping says what cannot be.
    """
    decoding = find_encoding(path, file, wanted=given.get("encoding"))
    lines = sample_lines(path, decoding)
    if are_wrapped(lines[:SAMPLE_RECORDS], DELIMITERS):
        decoding = replace(decoding, wrapped=True, problems=(*decoding.problems, _lines_in_quotes(file)))
        lines = [*map(unwrapped, lines)]
    complete = len(lines) >= decoding.lines
    form = find_form(lines, file, given, complete=complete, engine=engine)
    records = list(islice(split(lines, form), SAMPLE_RECORDS + 1))
    if len(records) > 1 and not (complete and len(records) <= SAMPLE_RECORDS):
        records.pop()  # it may be cut short
    rows = [record.cells or [] for record in records]
    _refuse_endless(records, form, file)
    if form.delimiter == "," and given.get("header_row") is None:
        _ask_cut_amounts(rows, file)
    check_width(file, median_high(len(cells) for cells in rows) if rows else 0)
    wanted = given.get("header_row")
    others, rows = _one_table(rows, file, wanted, further=0 if complete else decoding.lines - len(lines))
    head = find_head(Top(rows, [[kind_of(cell) for cell in row] for row in rows], file), wanted=wanted)
    above = max(head.set_aside, default=0)
    return TextFile(
        engine=engine,
        path=path,
        file=file,
        decoding=decoding,
        form=form,
        head=head,
        above=above,
        set_aside=tuple(_aside(row, records[row - 1], reason, others) for row, reason in sorted(head.set_aside.items())),
        lines_above=sum(len(record.lines) for record in records[:above]),
        ragged=_ragged(given.get("ragged"), head.width, file),
        progress=progress,
        others=tuple(others),
        settled=wanted is not None,
    )


def _refuse_endless(records: Sequence[Record], form: Form, file: str) -> None:
    """Refuse a file that has one line of too many delimiters, and nothing else but a header."""
    row = next((row for row, record in enumerate(records, start=1) if form.is_endless(record.text)), 0)
    if row and not any(any(map(str.strip, record.cells or ())) for record in records[1:]):
        sentence = f"{file}: row {row} has more than {MOST_DELIMITERS:,} delimiters ({form.delimiter!r}), and no other row stands below the first."
        raise UnreadableFileError(f"{sentence} Its line ends may be lost: export it again.")


def _lines_in_quotes(file: str) -> Problem:
    sentence = "each line stands in quotes as a whole, as a spreadsheet saves a file that it took for one column: it is read without them."
    return Problem("lines-in-quotes", Severity.NOTICE, Origin(file), sentence=sentence, action="Look whether amounts are whole.")


def _ask_cut_amounts(rows: Sequence[Sequence[str]], file: str) -> None:
    """Ask where commas part the cells and seem to stand in the amounts too: so many columns have no name as stand behind whole numbers with digits of cents."""
    names, *data = [row for row in rows if any(map(str.strip, row))] or [[]]
    width = mode(map(len, data)) if data else 0
    whole = [row for row in data if len(row) == width]
    cut: list[int] = []
    for place in range(width - 1):
        if place - 1 not in cut and all(_WHOLE.fullmatch(row[place]) and _CENTS.fullmatch(row[place + 1]) for row in whole):
            cut.append(place)
    if not cut or len(cut) != width - len(names) or any(kind_of(name) == "number" for name in names):
        return
    amount = f"{whole[0][cut[0]]},{whole[0][cut[0] + 1]}"
    sentence = f"{file}: commas part its cells, and may stand in its amounts too, as in {amount}: {len(names)} columns have names, and rows have {width} cells."
    evidence = tuple(f"row {number}: {' | '.join(row)[:120]}" for number, row in enumerate(rows[:3], start=1))
    choices = (
        Choice("they stand in amounts too", "export it again with semicolons between the cells", "in the program that it comes from"),
        choice("they do not: the names stand over the first cells", dialect={"header_row": 1}),
        choice("they do not: no row names the columns", dialect={"header_row": 0}),
    )
    raise AnswerNeededError(Question("header_row", sentence, evidence, choices))


def _one_table(rows: list[list[str]], file: str, wanted: int | None, *, further: int) -> tuple[list[Table], list[list[str]]]:
    """Where several tables stand in a file, return those above the one to be read, and the records up to its end, with blank ones for all above it."""
    tables = tables_of(rows)
    if len(tables) == 1:
        return [], rows
    tables[-1] = replace(tables[-1], rows=tables[-1].rows + further)
    place = tables.index(largest_of(tables, file)) if wanted is None else max(0, sum(table.begin <= wanted for table in tables) - 1)
    others = [table for table in tables[:place] if not table.is_list]
    begin = tables[place].begin - 1 if others else 0
    end = tables[place + 1].begin - 1 if place + 1 < len(tables) else len(rows)
    return others, [*([] for _ in range(begin)), *rows[begin:end]]


def _aside(row: int, record: Record, reason: str, others: Sequence[Table]) -> RowRef:
    """The record that is no row of the table, as what it is: part of a table above it too."""
    is_other = reason == BLANK and others and any(cell.strip() for cell in record.cells or ())
    return RowRef(row, mended(record.text), OTHER_TABLE if is_other else reason)


def _ragged(given: Mapping[str, int] | None, width: int, file: str) -> tuple[int, int] | None:
    if not given:
        return None
    left, right = int(given.get("keep_left", 0)), int(given.get("keep_right", 0))
    if left < 0 or right < 0 or not 0 < left + right <= width:
        raise MappingError(f"{file}: ragged = {{ keep_left = {left}, keep_right = {right} }} in the mapping keeps {left + right} columns of {width}.")
    return left, right
