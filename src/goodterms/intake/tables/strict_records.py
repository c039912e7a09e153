"""A text file read record by record: each is judged by itself, what is broken is rejected with its text, and every line of the file is in one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from goodterms.errors import UnreadableFileError
from goodterms.intake.tables.decoding import UNDECODABLE, decoded_lines, mended
from goodterms.intake.tables.dialect import kind_of
from goodterms.intake.tables.header import BLANK, FOOTER, PREAMBLE, REPEATED_HEADER
from goodterms.intake.tables.header_again import HeaderAgain
from goodterms.intake.tables.raw_table import RawTable, RowRef, new_name
from goodterms.intake.tables.records import MOST_DELIMITERS, Record, split
from goodterms.intake.tables.several_tables import Tables, largest_of, named
from goodterms.intake.tables.text_file import TextFile
from goodterms.intake.tables.work_files import show_rows, work_folder
from goodterms.problems import Origin, Problem, Severity, more_rows

SAID = 100
"""Rows of one kind that are named one by one; the rest are counted together."""
HOPELESS = 50_000
"""Rejected records after which reading stops where most are rejected."""
ROWS_AT_ONCE = 20_000
CELLS_AT_ONCE = 400_000
_END_OF_FILE = "\x1a"
"""What old programs write as the last character of a text."""


_SAID_OF = {
    BLANK: "blank and set aside",
    REPEATED_HEADER: "the header again and set aside",
    PREAMBLE: "text above the header met again and set aside",
    FOOTER: "text below the table and set aside",
}


@dataclass
class _Verdicts:
    """What became of the records that are not accepted as they stand."""

    source: TextFile
    rejected: list[RowRef] = field(default_factory=list)
    set_aside: list[RowRef] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    unsaid: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The first and the last row of each kind that is not named."""

    def reject(self, row: int, text: str, reason: str, code: str, action: str, column: str = "") -> None:
        self.rejected.append(RowRef(row, text, reason))
        self.say(row, code, Severity.REJECTED, f"{reason}: {_short(text)}", action, column)

    def say(self, row: int, code: str, severity: Severity, sentence: str, action: str, column: str = "") -> None:
        self.times[code] += 1
        if self.times[code] <= SAID:
            self.problems.append(Problem(code, severity, Origin(self.source.file, row=row, column=column), sentence=sentence, action=action))
        else:
            self.unsaid[code] = (self.unsaid.get(code, (row, row))[0], row)

    def aside(self, row: int, text: str, reason: str) -> None:
        self.set_aside.append(RowRef(row, text, reason))

    def summed_up(self) -> list[Problem]:
        """Return the problems: row by row, then one for the rest of each kind, then what was set aside below the header."""
        problems = list(self.problems)
        for code, times in self.times.items():
            if times > SAID:
                kind = next(problem for problem in self.problems if problem.code == code)
                more = more_rows(times - SAID, *self.unsaid[code])
                sentence = f"{more} {'has' if times == SAID + 1 else 'have'} the same problem ({code.replace('-', ' ')})."
                problems.append(replace(kind, origin=Origin(self.source.file), sentence=sentence, rows=times - SAID))
        for reason, rows in Counter(ref.reason for ref in self.set_aside if ref.reason in _SAID_OF).items():
            first = next(ref for ref in self.set_aside if ref.reason == reason)
            said = _SAID_OF[reason]
            many = f"{rows:,} rows are {said}; the first is this one." if rows > 1 else f"the row is {said}."
            problems.append(
                Problem(
                    f"rows-{reason.replace(' ', '-')}",
                    Severity.SET_ASIDE,
                    Origin(self.source.file, row=first.row),
                    seen=mended(first.text[:100]),
                    sentence=many,
                    rows=rows,
                )
            )
        return problems


def read_strictly(source: TextFile) -> RawTable:
    """Judge each record by itself; what is broken is rejected with its text, and every line of the file is in one record."""
    name = new_name()
    rows = work_folder(source.engine) / f"{name}.parquet"
    verdicts = _Verdicts(source)
    tally = _Tally()
    tables = Tables(source.head.row, source.head.cells)
    _write_rows(rows, source.head.width, _accepted(source, verdicts, tally, tables))
    accepted = tally.accepted
    if tally.lines != source.decoding.lines:
        counted = f"{source.file}: {source.decoding.lines:,} lines were counted, but {tally.lines:,} read. Nothing is taken from it."
        raise UnreadableFileError(f"{counted} This is a defect of Goodterms: please report it with the file's first lines.")
    if not accepted or (len(verdicts.rejected) > 10 and len(verdicts.rejected) > accepted):
        _refuse(source, verdicts, accepted)
    first, *others = tables.found
    if others and not source.settled:
        largest_of([replace(first, rows=accepted), *others], source.file)
    verdicts.problems += [named(other, source.file) for other in others]
    _find_footer(source, verdicts, tally)
    show_rows(source.engine, name, rows, [f"c{place}" for place in range(1, source.head.width + 1)])
    return source.table(name, physical=tally.records, accepted=accepted, rejected=verdicts.rejected, below=verdicts.set_aside, problems=verdicts.summed_up())


@dataclass
class _Tally:
    records: int = 0
    lines: int = 0
    accepted: int = 0
    last_accepted: int = 0


def _accepted(source: TextFile, verdicts: _Verdicts, tally: _Tally, tables: Tables) -> Iterator[tuple[int, list[str]]]:
    """Yield the accepted records with their number, each with as many cells as the table has columns."""
    width = source.head.width
    header = HeaderAgain(source.head.cells)
    place = header.place if header.place is not None else width
    suspect = source.decoding.damaged or source.decoding.nul
    for row, record in _of_the_table(_numbered(source, verdicts, tally), verdicts, tables):
        cells = record.cells
        if cells is None or suspect or len(cells) != width:
            cells = _fitted(source, verdicts, row, record)
            if cells is None:
                continue
        if not _is_filled(cells):
            verdicts.aside(row, record.text, BLANK)
        elif place < width and header.may_be_in(cells[place]) and header.is_in(cells, source.file, row):
            verdicts.aside(row, record.text, REPEATED_HEADER)
        else:
            tally.accepted += 1
            tally.last_accepted = row
            yield row, cells


def _numbered(source: TextFile, verdicts: _Verdicts, tally: _Tally) -> Iterator[tuple[int, Record]]:
    """Yield the records below the header with their number, and count all of them."""
    likeness = source.likeness

    def swallowed(cells: list[str], lines: list[str]) -> bool:
        return tally.records >= source.above and likeness.swallowed(cells, lines)

    for record in split(decoded_lines(source.path, source.decoding), source.form, swallowed):
        tally.records += 1
        tally.lines += len(record.lines)
        if tally.records % ROWS_AT_ONCE == 0:
            source.tell(tally.lines)
            if len(verdicts.rejected) > HOPELESS and len(verdicts.rejected) > tally.accepted:
                _refuse(source, verdicts, tally.accepted)
        if tally.records > source.above:
            yield tally.records, record


def _of_the_table(records: Iterable[tuple[int, Record]], verdicts: _Verdicts, tables: Tables) -> Iterator[tuple[int, Record]]:
    """Yield the records of this table; those of further ones below it are set aside."""
    held: dict[int, Record] = {}

    def released(known: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Record]]:
        for number, reason in known:
            if reason:
                verdicts.aside(number, held.pop(number).text, reason)
            else:
                yield number, held.pop(number)

    for row, record in records:
        if not tables.waits and (record.cells is None or _is_filled(record.cells)):
            yield row, record
            continue
        held[row] = record
        yield from released(tables.take(row, [record.text] if record.cells is None else record.cells))
    yield from released(tables.finish())


def _is_filled(cells: list[str]) -> bool:
    for cell in cells:  # noqa: SIM110  (asked of each row of a file, and three times as fast as any)
        if cell and not cell.isspace():
            return True
    return False


def _fitted(source: TextFile, verdicts: _Verdicts, row: int, record: Record) -> list[str] | None:
    """Return the record with as many cells as there are columns if nothing is lost by it or the mapping allows it; reject it otherwise."""
    cells, width = record.cells, source.head.width
    if record.text == _END_OF_FILE:
        verdicts.aside(row, record.text, BLANK)
        return None
    if source.form.is_endless(record.text):
        reason = f"it has more than {MOST_DELIMITERS:,} delimiters: its line ends may be lost"
        verdicts.reject(row, mended(record.text), reason, "endless-line", "The rows after it are read. Export the file again, or mend the rejected row.")
        return None
    if cells is None:
        reason = "a quote in it is never closed, or stands where none may"
        verdicts.reject(row, mended(record.text), reason, "broken-quote", "The rows after it are read. Mend the rejected row.")
        return None
    if _reject_letters(source, verdicts, row, record):
        return None
    return cells if len(cells) == width else _of_other_width(source, verdicts, row, record)


def _of_other_width(source: TextFile, verdicts: _Verdicts, row: int, record: Record) -> list[str] | None:
    cells, width = record.cells or [], source.head.width
    named = max((place for place, name in enumerate(source.head.cells, start=1) if name.strip()), default=width)
    if len(cells) in {source.head.short, *range(named, width)} or not any(cell.strip() for cell in cells[width:] or cells):
        return [*cells, *[""] * (width - len(cells))][:width]
    if len(cells) > width and source.ragged:
        return _ragged_row(source, verdicts, row, record)
    if len(cells) > width:
        action = "Quote the cell that holds the delimiter, or let the mapping accept such rows: ragged = { keep_left = …, keep_right = … }"
        verdicts.reject(row, record.text, f"it has {len(cells)} cells instead of {width}", "too-many-cells", action)
    else:
        verdicts.reject(row, record.text, f"it has {len(cells)} cell{'s' * (len(cells) > 1)} instead of {width}", "too-few-cells", "Mend the rejected row.")
    return None


def _reject_letters(source: TextFile, verdicts: _Verdicts, row: int, record: Record) -> bool:
    """Reject a record with bytes that are zero or not in the encoding."""
    text = record.text
    if "\0" in text:
        column = _column_of(source, record, "\0")
        verdicts.reject(row, mended(text), "it holds NUL bytes", "nul-bytes", "Export it again, or mend the rejected row.", column)
        return True
    if UNDECODABLE.search(text):
        column = _column_of(source, record, UNDECODABLE)
        reason = f"it holds bytes that are no {source.decoding.encoding}"
        action = "As Windows-1252 it reads like this. Mend the rejected row, or name the file's encoding: dialect = { encoding = … }"
        verdicts.reject(row, mended(text), reason, "undecodable-bytes", action, column)
        return True
    return False


def _column_of(source: TextFile, record: Record, sought: Any) -> str:
    """Name the column of the first cell that holds what is sought."""
    found = (place for place, cell in enumerate(record.cells or ()) if (sought in cell if isinstance(sought, str) else sought.search(cell)))
    place = next(found, len(source.head.names))
    return source.head.names[place] if place < len(source.head.names) else ""


def _ragged_row(source: TextFile, verdicts: _Verdicts, row: int, record: Record) -> list[str]:
    """Keep the cells left and right of the gap; what is in the gap is one cell again if it is one column, and unknown if it is several."""
    cells, width = record.cells or [], source.head.width
    left, right = source.ragged or (width, 0)
    middle = cells[left : len(cells) - right]
    gap = width - left - right
    between = [source.form.delimiter.join(middle)] if gap == 1 else [""] * gap
    lost = "" if gap == 1 else " What stands in the gap is left out."
    sentence = f"it has {len(cells)} cells instead of {width}; the first {left} and the last {right} are kept, as the mapping says.{lost} {_short(record.text)}"
    verdicts.say(row, "ragged-row", Severity.WARNING, sentence, "Look whether they fit.")
    return [*cells[:left], *between, *cells[len(cells) - right :]] if right else [*cells[:left], *between]


def _find_footer(source: TextFile, verdicts: _Verdicts, tally: _Tally) -> None:
    """A line of text below the last row of a table, "(60855 rows affected)", is no broken record."""
    if source.head.width < 3:
        return
    form = source.form
    below = [ref for ref in verdicts.rejected if ref.row > tally.last_accepted]
    footer = {ref.row for ref in below if len(form.one(ref.text) or ()) == 1 and kind_of(ref.text) == "text" and " " in ref.text.strip()}
    if not footer:
        return
    verdicts.set_aside += [RowRef(ref.row, ref.text, FOOTER) for ref in below if ref.row in footer]
    verdicts.set_aside.sort(key=lambda ref: ref.row)
    verdicts.rejected = [ref for ref in verdicts.rejected if ref.row not in footer]
    verdicts.problems = [problem for problem in verdicts.problems if problem.origin.row not in footer]
    verdicts.times["too-few-cells"] -= len(footer)


def _refuse(source: TextFile, verdicts: _Verdicts, accepted: int) -> None:
    if not verdicts.rejected:
        raise UnreadableFileError(f"{source.file} has a header (row {source.head.row}) and nothing but blank rows below it. Export it again, with its rows.")
    first = verdicts.rejected[0]
    message = (
        f"{source.file}: {len(verdicts.rejected):,} of its records are broken and {accepted:,} are not. The first is row {first.row:,}: {first.reason}: "
        f"{_short(first.text)} Is {source.form.delimiter!r} its delimiter and row {source.head.row} its header? If not, put into the mapping file   "
        "dialect = { delimiter = …, header_row = … }"
    )
    raise UnreadableFileError(message)


def _write_rows(rows: Path, width: int, records: Iterable[tuple[int, list[str]]]) -> None:
    """Write the records as Parquet, so many at once; an empty cell is null."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([("row", pa.int64()), *((f"c{place}", pa.string()) for place in range(1, width + 1))])
    with pq.ParquetWriter(rows, schema, compression="zstd") as writer:
        source = iter(records)
        while block := list(islice(source, min(ROWS_AT_ONCE, CELLS_AT_ONCE // width + 1))):
            columns = zip(*(cells for _, cells in block), strict=True)
            texts = [pa.array([cell or None for cell in column], pa.string()) for column in columns]
            writer.write_table(pa.table([pa.array([row for row, _ in block], pa.int64()), *texts], schema=schema))
    pa.default_memory_pool().release_unused()


def _short(text: str) -> str:
    text = mended(text)
    return f'"{text}"' if len(text) <= 100 else f'"{text[:97]}…"'
