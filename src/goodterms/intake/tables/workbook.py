"""A workbook (XLSX): looked through before it is opened, read in a process of its own, one table for each sheet that holds one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, takewhile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from goodterms.errors import UnreadableFileError, UsageError
from goodterms.intake.mapping.column_names import names_a_key
from goodterms.intake.tables.dialect import SAMPLE_RECORDS, kind_of
from goodterms.intake.tables.header import BLANK, REPEATED_HEADER, Head, Top, find_head
from goodterms.intake.tables.header_again import HeaderAgain
from goodterms.intake.tables.raw_table import MIXED, Layout, Progress, RawTable, RowRef, check_width, new_name
from goodterms.intake.tables.sheet_extent import SheetScan, coordinate
from goodterms.intake.tables.sheet_scan import scan_sheet
from goodterms.intake.tables.work_files import show_rows, work_folder
from goodterms.intake.tables.workbook_guard import Sheet, opened, sheets_of, styles_of_numbers, unzipped
from goodterms.intake.tables.workbook_process import WorkbookProcess
from goodterms.problems import Origin, Problem, Severity

BASE_MEMORY = 384 << 20
BASE_SECONDS = 20
LARGEST_UNSEEN, MOST_UNSEEN = 256 << 20, 512 << 20
"""A workbook of so much XML is opened while it is looked through, and may take so much memory until then."""
LATEST_HEADER = 5_000
"""Rows among which a table must begin."""

_NATIVE = {
    frozenset("t"): "text",
    frozenset("h"): "text",
    frozenset("th"): "text",
    frozenset("n"): "number",
    frozenset("d"): "date",
    frozenset("f"): "flag",
}
_KINDS = {"n": "number", "d": "date", "f": "flag", "h": "date", " ": ""}


@dataclass(frozen=True)
class _Block:
    """Some rows of a sheet: their numbers, their cells by column, and the cells' kinds by column, a letter a cell."""

    rows: list[int]
    cells: list[list[str | None]]
    kinds: list[str]


def read_workbook(
    engine: Any, path: Path, file: str, *, sheet: str | None = None, given: Mapping[str, Any], progress: Progress | None = None
) -> tuple[RawTable, ...]:
    """Read the sheets of a workbook that people see and that hold a table, or the one that is named.

    Raises
    ------
    UnreadableFileError
        It is broken, has a password or macros, is no workbook at all, needs far more memory than it has values, or holds no table.
    AnswerNeededError
        Two rows of a sheet may be its header.
    UsageError
        It has no sheet of that name.
    """
    with WorkbookProcess(file) as process:
        with opened(path, file) as book:
            sheets = sheets_of(book, file)
            wanted = _wanted(sheets, sheet, file)
            strings, of_sheets = unzipped(book, "xl/sharedStrings.xml"), sum(unzipped(book, one.part) for one in wanted)
            least = BASE_MEMORY + 8 * strings
            process.open(_opening(path, wanted, min(least + 3 * of_sheets, MOST_UNSEEN), strings + of_sheets))
            scans = _looked_through(book, wanted, file, progress)
        filled = [one for one in wanted if scans[one.name].cells]
        if not filled:
            raise UnreadableFileError(f"{file} has no cell with a value{f' in sheet {sheet}' if sheet else ''}. Save it again, with its table.")
        job = {
            "sheets": [one.name for one in filled],
            "errors": {one.name: [(*place, text) for place, text in scans[one.name].errors.items()] for one in filled},
            "memory": least + sum(120 * scans[one.name].cells + 40 * scans[one.name].area for one in filled),
        }
        sources = [_SheetFile(engine, path, file, one.name, scans[one.name]) for one in filled]
        tables, without = _read_sheets(sources, process.messages(job), given, progress)
    if not tables:
        raise UnreadableFileError(without[0][1])
    notices = _of_sheets(file, sheets, without, sheet)
    return (replace(tables[0], problems=(*notices, *tables[0].problems)), *tables[1:])


def _opening(path: Path, wanted: Sequence[Sheet], memory: int, size: int) -> dict[str, Any]:
    """What the process is told at first: it opens a workbook of usual size at once, and waits with a larger one until that was looked through."""
    early = wanted[0].name if wanted and size <= LARGEST_UNSEEN else None
    return {"path": str(path), "sheet": early, "memory": memory, "seconds": BASE_SECONDS + (size >> 21)}


def _looked_through(book: ZipFile, wanted: Sequence[Sheet], file: str, progress: Progress | None) -> dict[str, SheetScan]:
    styles, share = styles_of_numbers(book, file), 0.5 / max(len(wanted), 1)
    return {one.name: scan_sheet(book, one, file, _teller(progress, file, share * place, share), styles) for place, one in enumerate(wanted)}


def _read_sheets(
    sources: Sequence[_SheetFile], messages: Iterator[dict[str, Any]], given: Mapping[str, Any], progress: Progress | None
) -> tuple[list[RawTable], list[tuple[str, str]]]:
    """The tables of the sheets, and of those that hold none their name and why."""
    tables: list[RawTable] = []
    without: list[tuple[str, str]] = []
    for place, source in enumerate(sources):
        tell = _teller(progress, source.file, 0.5 + 0.5 * place / len(sources), 0.5 / len(sources))
        first_column = next(messages)["column"]
        blocks = _blocks(messages)
        try:
            tables.append(_read_sheet(source, first_column, blocks, of_sheet(given, source.sheet).get("header_row"), tell))
        except _NoTableError as why:
            without.append((source.sheet, str(why)))
            for _ in blocks:
                pass  # the next sheet begins where this one ends
    return tables, without


def of_sheet(given: Mapping[str, Any], sheet: str) -> dict[str, Any]:
    """What the mapping says of how a sheet is written: of the whole workbook, and more of this one.

    >>> of_sheet({"header_row": 3, "sheets": {"Jan": {"header_row": 4}}}, "Jan")["header_row"]
    4
    """
    return {**given, **given.get("sheets", {}).get(sheet, {})}


class _NoTableError(Exception):
    """A sheet holds no table; the sentence says why."""


def _wanted(sheets: list[Sheet], sheet: str | None, file: str) -> list[Sheet]:
    if sheet is None:
        return [one for one in sheets if one.visible] or sheets
    named = [one for one in sheets if one.name == sheet] or [one for one in sheets if one.name.casefold() == sheet.strip().casefold()]
    if not named:
        raise UsageError(f"{file} has no sheet {sheet}. Its sheets: {', '.join(one.name for one in sheets) or 'none'}.")
    return named[:1]


def _teller(progress: Progress | None, file: str, start: float, share: float) -> Callable[[float], None]:
    def tell(done: float) -> None:
        if progress is not None:
            progress(f"reading {file}", min(start + share * done, 1.0))

    return tell


def _of_sheets(file: str, sheets: list[Sheet], without: list[tuple[str, str]], sheet: str | None) -> tuple[Problem, ...]:
    said = [Problem("sheet-without-table", Severity.NOTICE, Origin(file, name), sentence=f"the sheet is not read: {why}") for name, why in without]
    if sheet is None and any(one.visible for one in sheets):
        sentence = "the sheet is hidden and not read."
        action = 'Name it if it is needed: sheet = "…" in the mapping.'
        said += [Problem("hidden-sheet", Severity.NOTICE, Origin(file, one.name), sentence=sentence, action=action) for one in sheets if not one.visible]
    return tuple(said)


def _blocks(messages: Iterator[dict[str, Any]]) -> Iterator[_Block]:
    for message in messages:
        if "end" in message:
            return
        yield _Block(message["rows"], message["cells"], message["kinds"])


@dataclass(frozen=True)
class _SheetFile:
    """A sheet of one file, as it is to be read."""

    engine: Any
    path: Path
    file: str
    sheet: str
    scan: SheetScan

    @property
    def where(self) -> str:
        return f"{self.file}, sheet {self.sheet}"


def _read_sheet(source: _SheetFile, first_column: int, blocks: Iterator[_Block], wanted: int | None, tell: Callable[[float], None]) -> RawTable:
    scan = source.scan
    first: list[_Block] = []
    while sum(len(block.rows) for block in first) < SAMPLE_RECORDS and (block := next(blocks, None)):
        first.append(block)
    top = _top(source, first)
    check_width(source.where, max(top.filled, default=0))
    head = _head(top, wanted)
    name = new_name()
    above = _above(first, max(head.set_aside, default=0))
    rows = _Rows(work_folder(source.engine) / f"{name}.parquet", head, scan, source.where, _Merged(scan, first_column, head.names))
    rows.write(chain(first, blocks), tell)
    if rows.numbers != scan.numbers:
        sentence = f"{source.where}: two readers disagree. One counts {scan.numbers:,} numbers, dates and flags, the other {rows.numbers:,}."
        raise UnreadableFileError(f"{sentence} Nothing was read. Save it again as .xlsx; if that does not help, please report it.")
    if not rows.accepted:
        raise _NoTableError(f"{source.where} has a header (row {head.row}) and nothing below it. Save it again, with its rows.")
    kept = [place for place in range(head.width) if rows.kinds[place] or (place < len(head.cells) and head.cells[place].strip())]
    native = tuple(_NATIVE.get(frozenset(rows.kinds[place]), MIXED if rows.kinds[place] else None) for place in kept)
    kinds = {f"k{number}": f"kinds[{place + 1}]" for number, (place, of) in enumerate(zip(kept, native, strict=True), start=1) if of == MIXED}
    show_rows(source.engine, name, rows.path, [f"c{place + 1}" for place in kept], further=kinds)
    blank = sorted(set(range(rows.above + 1, scan.last_row + 1)) - rows.seen)
    set_aside = [RowRef(row, ";".join(top.rows[row - 1]).rstrip(";"), reason) for row, reason in head.set_aside.items()]
    set_aside += [RowRef(row, ";".join(head.cells).rstrip(";"), REPEATED_HEADER) for row in rows.repeated]
    set_aside += [RowRef(row, "", BLANK) for row in blank]
    percents = frozenset(place for place in kept if rows.of_numbers[place] and scan.percents.get(first_column + place, 0) >= rows.of_numbers[place])
    return RawTable(
        file=source.file,
        path=source.path,
        sheet=source.sheet,
        name=name,
        header=tuple(f"column {first_column + place}" if head.names[place] == f"column {place + 1}" else head.names[place] for place in kept),
        native=native,
        dialect=None,
        physical=scan.last_row,
        accepted=rows.accepted,
        set_aside=tuple(sorted(set_aside, key=lambda ref: ref.row)),
        problems=(*head.problems, *_of_rows(source, rows, blank), *_of_merged(source, rows.merged), *_of_errors(source)),
        header_row=head.row,
        shares=frozenset(head.names[place] for place in percents),
        currencies={head.names[place]: tuple(sorted(codes)) for place in kept if (codes := scan.currencies.get(first_column + place))},
        layout=Layout(rows.path, first_column, above, percents),
    )


def _above(first: Sequence[_Block], last: int) -> tuple[tuple[int, tuple[str | None, ...], str], ...]:
    """Return the rows down to the last one above the data, as they stand."""
    rows = (row for block in first for row in zip(block.rows, zip(*block.cells, strict=True), map("".join, zip(*block.kinds, strict=True)), strict=True))
    return tuple(takewhile(lambda row: row[0] <= last, rows))


def _top(source: _SheetFile, first: list[_Block]) -> Top:
    """Return the first rows with their blank ones, so that a row's place is its number."""
    if first[0].rows[0] > LATEST_HEADER:
        raise _NoTableError(f"{source.where} begins below row {LATEST_HEADER:,}. Delete the empty rows above its table.")
    rows: list[list[str]] = []
    kinds: list[list[str]] = []
    width = len(first[0].cells)
    for block in first:
        for row, cells, letters in zip(block.rows, zip(*block.cells, strict=True), zip(*block.kinds, strict=True), strict=True):
            if row > LATEST_HEADER or len(rows) >= LATEST_HEADER:
                break
            while len(rows) < row - 1:
                rows.append([""] * width)
                kinds.append([""] * width)
            rows.append([cell or "" for cell in cells])
            kinds.append([_KINDS[letter] if letter in _KINDS else kind_of(cell or "") for letter, cell in zip(letters, cells, strict=True)])
    if sum(any(kind[place] for kind in kinds) for place in range(width)) < 2:
        raise _NoTableError(f"{source.where} has one column only: it is no table.")
    return Top(rows, kinds, source.file, source.sheet)


def _head(top: Top, wanted: int | None) -> Head:
    try:
        return find_head(top, wanted=wanted)
    except UnreadableFileError as why:
        raise _NoTableError(str(why)) from None


@dataclass
class _Merged:
    """Cells that are merged downwards: the value of the first one holds for the rows below it, unless it is an amount, which would count again."""

    scan: SheetScan
    first_column: int
    names: Sequence[str]
    filled: dict[str, list[int]] = field(default_factory=dict)
    """Column → the rows whose cell was filled."""
    amounts: dict[str, int] = field(default_factory=dict)
    """Column → the first row of a merged amount, which counts once."""
    _values: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def fill(self, block: _Block, taken: Sequence[int]) -> None:
        """Fill the cells of the rows that are data."""
        places = {block.rows[place]: place for place in taken}
        for top, left, bottom, _ in self.scan.merged:
            column = left - self.first_column
            if bottom < block.rows[0] or top > block.rows[-1] or not 0 <= column < len(block.cells):
                continue
            cells, name = block.cells[column], self.names[column]
            if top in places and (value := cells[places[top]]) is not None:
                self._values[top, column] = value, block.kinds[column][places[top]]
            value, kind = self._values.get((top, column), ("", ""))
            rows = [row for row in range(max(top + 1, block.rows[0]), min(bottom, block.rows[-1]) + 1) if row in places and not cells[places[row]]]
            if not value or not rows:
                continue
            if kind == "n" and not names_a_key(name):
                self.amounts.setdefault(name, top)
                continue
            letters = list(block.kinds[column])
            for row in rows:
                cells[places[row]], letters[places[row]] = value, kind
            block.kinds[column] = "".join(letters)
            self.filled.setdefault(name, []).extend(rows)


@dataclass
class _Rows:
    """The rows of a sheet on their way into a Parquet file, counted as they pass."""

    path: Path
    head: Head
    scan: SheetScan
    where: str
    merged: _Merged
    accepted: int = 0
    numbers: int = 0
    of_numbers: list[int] = field(default_factory=list)
    """Numbers below the header, by column."""
    kinds: list[set[str]] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    @property
    def above(self) -> int:
        """Rows up to the first one with data."""
        return max(self.head.set_aside, default=0)

    def write(self, blocks: Iterable[_Block], tell: Callable[[float], None]) -> None:
        """Write the rows below the header, but no header that comes again."""
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        width = self.head.width
        self.kinds = [set() for _ in range(width)]
        self.of_numbers = [0] * width
        schema = pa.schema([("row", pa.int64()), *((f"c{place}", pa.string()) for place in range(1, width + 1)), ("kinds", pa.string())])
        with pq.ParquetWriter(self.path, schema, compression="zstd") as writer:
            for block in blocks:
                self.numbers += sum(len(letters) - letters.count("t") - letters.count(" ") for letters in block.kinds)
                self.seen.update(block.rows)
                taken = self._taken(block)
                if taken:
                    self.of_numbers = [count + letters.count("n") for count, letters in zip(self.of_numbers, block.kinds, strict=True)]
                    self.merged.fill(block, taken)
                    of_rows = list(map("".join, zip(*block.kinds, strict=True)))
                    columns: list[list[Any]] = [block.rows, *block.cells, of_rows]
                    if len(taken) < len(block.rows):
                        columns = [[cells[place] for place in taken] for cells in columns]
                    writer.write_table(pa.table([pa.array(cells, of) for cells, of in zip(columns, schema.types, strict=True)], schema=schema))
                    self.accepted += len(taken)
                    for kinds, letters in zip(self.kinds, block.kinds, strict=True):
                        kinds.update((set(letters) if len(taken) == len(letters) else {letters[place] for place in taken}) - {" "})
                tell(block.rows[-1] / self.scan.last_row)

    def _taken(self, block: _Block) -> list[int]:
        """Return the places of the rows that are data."""
        again = self._headers_in(block)
        self.repeated += [block.rows[place] for place in sorted(again)]
        return [place for place, row in enumerate(block.rows) if row > self.above and place not in again]

    def _headers_in(self, block: _Block) -> set[int]:
        """Return the places of the rows below the header that are the header again."""
        header = HeaderAgain(self.head.cells)
        if header.place is None:
            return set()
        places = (place for place, cell in enumerate(block.cells[header.place]) if header.may_be_in(cell) and block.rows[place] > self.above)
        return {place for place in places if header.is_in([cells[place] for cells in block.cells], self.where, block.rows[place])}


def _of_rows(source: _SheetFile, rows: _Rows, blank: list[int]) -> tuple[Problem, ...]:
    said = []
    for reason, numbers, what in ((BLANK, blank, "blank"), (REPEATED_HEADER, rows.repeated, "the header again")):
        if numbers:
            many = f"{len(numbers):,} rows are {what} and set aside; the first is this one." if len(numbers) > 1 else f"the row is {what} and set aside."
            origin = Origin(source.file, source.sheet, numbers[0])
            said.append(Problem(f"rows-{reason.replace(' ', '-')}", Severity.SET_ASIDE, origin, sentence=many, rows=len(numbers)))
    return tuple(said)


def _of_merged(source: _SheetFile, merged: _Merged) -> tuple[Problem, ...]:
    said = []
    for name, rows in merged.filled.items():
        below = "the row below" if len(rows) == 1 else f"{len(rows):,} rows below, of which this is the first"
        sentence = f"cells are merged downwards: their value was filled into {below}."
        said.append(Problem("merged-cells-filled", Severity.NOTICE, Origin(source.file, source.sheet, rows[0], name), sentence=sentence, rows=len(rows)))
    for name, row in merged.amounts.items():
        sentence = "cells with a number are merged downwards: it counts once, in its first row; the rows below have none."
        said.append(
            Problem(
                "merged-numbers",
                Severity.WARNING,
                Origin(source.file, source.sheet, row, name),
                sentence=sentence,
                action="Look whether it belongs to all of them.",
            )
        )
    return tuple(said)


def _of_errors(source: _SheetFile) -> tuple[Problem, ...]:
    errors = source.scan.errors
    if not errors:
        return ()
    (row, column), text = next(iter(errors.items()))
    said = f"{len(errors):,} cells hold an error instead of a value; the first is" if len(errors) > 1 else "a cell holds an error instead of a value:"
    many = f"{said} {coordinate(row, column)}, {text}."
    origin = Origin(source.file, source.sheet, row)
    return (Problem("error-in-cell", Severity.WARNING, origin, seen=text, sentence=many, action="Mend the formulas in the workbook.", rows=len(errors)),)
