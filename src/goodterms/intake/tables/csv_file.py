"""A CSV, TSV or text file of a table: split fast with its dialect pinned, counted by a second reader, and read strictly wherever the two do not agree."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.tables.decoding import decoded_lines, write_as_utf8
from goodterms.intake.tables.header import BLANK
from goodterms.intake.tables.header_again import HeaderAgain
from goodterms.intake.tables.plain_cells import with_plain_cells
from goodterms.intake.tables.raw_table import Progress, RawTable, RowRef, new_name
from goodterms.intake.tables.records import BLOCK, no_collection
from goodterms.intake.tables.strict_records import read_strictly
from goodterms.intake.tables.text_file import TextFile, look_into
from goodterms.intake.tables.work_files import plain_path, show_rows, work_folder

_ENGINE_BUFFER = 1 << 22
_BLANK_LINES = frozenset({"\n", "\r\n", "\r"})
_ROW_GROUP = 61_440
_CELLS_OF_GROUP = 1 << 21
"""Small buffers and row groups keep a file of ten million rows, or of 500 columns, within half a gigabyte, and are no slower."""


def read_csv_file(engine: Any, path: Path, file: str, *, given: Mapping[str, Any], progress: Progress | None = None) -> RawTable:
    """Read a text file of a table; ``given`` is what the mapping says of its dialect, with ``ragged`` where rows may have extra delimiters.

    Raises
    ------
    UnreadableFileError
        The file is empty, no text, or holds no table.
    AnswerNeededError
        Its delimiter or header can be read in two ways.
    MappingError
        The mapping says what cannot be.
    """
    source = look_into(engine, path, file, given=given, progress=progress)
    with no_collection():
        raw = _read_fast(source) or read_strictly(source)
    return with_plain_cells(engine, raw) if source.decoding.odd_cells else raw


@dataclass
class _Count:
    """What the second reader saw below the header: records, bytes in the cells of each block of them, each block's first record, blank lines at the end."""

    rows: int = 0
    sizes: list[int] = field(default_factory=list)
    witnesses: list[list[str]] = field(default_factory=list)
    blank_at_end: int = 0

    def add(self, rows: int, size: int, first: list[str]) -> None:
        self.rows += rows
        self.sizes.append(size)
        self.witnesses.append(first)


def _read_fast(source: TextFile) -> RawTable | None:
    """Let the engine split the file while the second reader counts; ``None`` where the file is not plain or the two disagree in anything."""
    decoding, form, head = source.decoding, source.form, source.head
    usual_ends = decoding.line_end in {"\n", "\r\n"} or (decoding.inner_line_feeds and form.quote)
    if decoding.damaged or decoding.nul or not usual_ends or form.escape or head.width < 2 or head.short != head.width:
        return None
    name = new_name()
    rows = work_folder(source.engine) / f"{name}.parquet"
    text = plain_path(source.engine, source.path)
    if not decoding.is_plain_utf8:
        text = work_folder(source.engine) / f"{name}.txt"
        write_as_utf8(source.path, decoding, text)
    cursor = source.engine.con.cursor()
    with ThreadPoolExecutor(1) as pool:
        splitting = pool.submit(cursor.execute, _split_by_engine(source, text, rows))
        try:
            count = _count(source)
        except BaseException:
            cursor.interrupt()
            raise
        if count is None:
            cursor.interrupt()
        split_whole = _succeeded(splitting)
    if text != source.path:
        text.unlink()
    if count is None or not split_whole or not _agree(source, name, rows, count):
        rows.unlink(missing_ok=True)
        return None
    last = source.above + count.rows
    blank = tuple(RowRef(last + place, "", BLANK) for place in range(1, count.blank_at_end + 1))
    return source.table(name, physical=last + count.blank_at_end, accepted=count.rows, below=blank)


def _split_by_engine(source: TextFile, text: Path, rows: Path) -> str:
    # new_line stays unsaid: with CRLF named, DuckDB 1.5.5 returns no rows at all from a strict read, and no error.
    form = source.form
    quote = text_of(form.quote or "")
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(1, source.head.width + 1))
    reading = (
        f"read_csv({text_of(text)}, auto_detect = false, header = false, skip = {source.lines_above}, columns = {{{columns}}}, "
        f"delim = {text_of(form.delimiter)}, quote = {quote}, escape = {quote}, "
        f"strict_mode = true, null_padding = false, buffer_size = {_ENGINE_BUFFER})"
    )
    group = max(2_048, min(_ROW_GROUP, _CELLS_OF_GROUP // source.head.width))
    return f"COPY (SELECT * FROM {reading}) TO {text_of(rows)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})"


def _succeeded(splitting: Future[Any]) -> bool:
    """Say whether the engine could split the file; where it could not, the strict reader says what is wrong, in more detail."""
    import duckdb  # noqa: PLC0415

    try:
        splitting.result()
    except duckdb.Error:
        return False
    return True


def _count(source: TextFile) -> _Count | None:
    """Count records with the second reader; ``None`` at the first thing that is not plain."""
    seen = _Count()
    with closing(decoded_lines(source.path, source.decoding)) as lines:
        try:
            above = source.form.reader(lines)
            if len(list(islice(above, source.above))) != source.above or above.line_num != source.lines_above:
                return None
            while block := list(islice(lines, BLOCK)):
                if not _count_block(source, seen, block, lines):
                    return None
                source.tell(source.lines_above + seen.rows)
        except csv.Error:
            return None
    return seen


def _count_block(source: TextFile, seen: _Count, block: list[str], further: Iterator[str]) -> bool:
    """Count a block of lines, as so many records; say whether all of it is plain."""
    if block[-1] in _BLANK_LINES:
        while block and block[-1] in _BLANK_LINES:
            block.pop()
            seen.blank_at_end += 1
        for line in further:
            if line not in _BLANK_LINES:
                return False
            seen.blank_at_end += 1
    text = "".join(block)
    if source.form.quote is None or source.form.quote not in text:
        return not block or _count_unquoted(source, seen, block, text)
    return _count_quoted(source, seen, block, further)


def _count_unquoted(source: TextFile, seen: _Count, block: list[str], text: str) -> bool:
    """Without quotes each line is a record, and its cells are what stands between the delimiters."""
    delimiter, width = source.form.delimiter, source.head.width
    if {line.count(delimiter) for line in block} != {width - 1}:
        return False
    ends = text.count("\n") + text.count("\r")
    seen.add(len(block), _size(text) - ends - len(block) * (width - 1) * _size(delimiter), block[0].rstrip("\r\n").split(delimiter))
    return True


def _count_quoted(source: TextFile, seen: _Count, block: list[str], further: Iterator[str]) -> bool:
    """With quotes a record may go on in further lines; then it is looked at whether it should."""
    reader = source.form.reader(chain(block, further))
    rows = list(islice(reader, len(block)))
    if set(map(len, rows)) != {source.head.width}:
        return False
    if reader.line_num != len(rows) and any(source.likeness.swallowed_in(cells) for cells in rows if _has_line_end(cells)):
        return False
    seen.add(len(rows), _size("".join(chain.from_iterable(rows))), rows[0])
    return True


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _has_line_end(cells: list[str]) -> bool:
    return any("\n" in cell or "\r" in cell for cell in cells)


def _agree(source: TextFile, name: str, rows: Path, count: _Count) -> bool:
    """Say whether the engine read the same as the second reader.

    As many rows, as many bytes in every block of them, the same cells in the rows that were kept to compare; and no row of blanks, which is no data.
    """
    columns = [f"c{place}" for place in range(1, source.head.width + 1)]
    show_rows(source.engine, name, rows, columns, above=source.above)
    execute = source.engine.con.execute
    size = " + ".join(f"coalesce(strlen({column}), 0)" for column in columns)
    found = execute(f'SELECT count(*), sum({size}) FROM {name} GROUP BY ("row" - {source.above + 1}) // {BLOCK} ORDER BY min("row")').fetchall()
    if sum(many for many, _ in found) != count.rows or [int(bytes_) for _, bytes_ in found] != count.sizes:
        return False
    header = HeaderAgain(source.head.cells)
    known = ", ".join(text_of(name) for name in sorted(header.known))
    named = [column for column, name in zip(columns, header.names, strict=False) if name][:2]
    again = " AND ".join(f"lower(trim({column}, ' \ufeff')) IN ({known})" for column in named)
    blank = " AND ".join(f"({column} IS NULL OR trim({column}, ' \t\u00a0') = '')" for column in columns)
    if execute(f"SELECT 1 FROM {name} WHERE ({blank}) OR ({again or False}) LIMIT 1").fetchall():
        return False
    for block in {0, len(count.witnesses) // 2, len(count.witnesses) - 1}:
        first = source.above + 1 + block * BLOCK
        cells = execute(f'SELECT {", ".join(columns)} FROM {name} WHERE "row" = {first}').fetchone()
        if [cell or "" for cell in cells] != count.witnesses[block]:
            return False
    return True
