"""A Parquet file of a table: read where it lies, in its own types, and counted a second time from its own metadata."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from goodterms.errors import UnreadableFileError
from goodterms.facts.sql_text import text_of
from goodterms.intake.tables.header import BLANK
from goodterms.intake.tables.raw_table import RawTable, RowRef, check_width, named_header, new_name
from goodterms.intake.tables.work_files import plain_path, show_rows
from goodterms.problems import Origin, Problem, Severity

_NATIVE = (
    (re.compile(r"(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL.*|FLOAT|DOUBLE)"), "number"),
    (re.compile(r"DATE|TIMESTAMP.*"), "date"),
    (re.compile(r"BOOLEAN"), "flag"),
    (re.compile(r"VARCHAR|UUID|TIME.*|ENUM.*"), "text"),
)


def read_parquet_file(engine: Any, path: Path, file: str) -> RawTable:
    """Read a Parquet file; ``row`` is the row's place in the file, 1 for the first. Columns that hold lists, structures or bytes are left out and named.

    Raises
    ------
    UnreadableFileError
        The file is broken or encrypted, has no rows, or no column that can be read.
    """
    import duckdb  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    broken = f"{file} is no whole Parquet file"
    try:
        metadata = pq.read_metadata(path)
        names = metadata.schema.to_arrow_schema().names
        source = plain_path(engine, path)
        found = engine.con.execute(f"DESCRIBE SELECT * FROM read_parquet({text_of(source)})").fetchall()
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        raise UnreadableFileError(f"{broken} ({_first_line(error)}). Export it again.") from None
    if not metadata.num_rows:
        raise UnreadableFileError(f"{file} has columns and no rows. Export it again, with its rows.")
    native = [next((kind for pattern, kind in _NATIVE if pattern.fullmatch(described[1])), None) for described in found]
    kept = [place for place, kind in enumerate(native) if kind]
    if not kept:
        raise UnreadableFileError(f"{file} has no column of text, numbers or dates. Export it as a flat table.")
    check_width(file, len(kept))
    name = new_name()
    columns = [_column(found[place][0], found[place][1], native[place]) for place in kept]
    blank = f"coalesce({', '.join(f'{column}::VARCHAR' for column in columns)}) IS NULL"
    try:
        show_rows(engine, name, source, columns, above=0)
        everything = f"FROM read_parquet({text_of(source)}, file_row_number = true)"
        empty = [row for (row,) in engine.con.execute(f"SELECT file_row_number + 1 {everything} WHERE {blank} ORDER BY 1").fetchall()]
        if empty:
            show_rows(engine, name, source, columns, above=0, where=f"WHERE NOT ({blank})")
        all_cells = ", ".join(f"c{place}" for place in range(1, len(kept) + 1))  # each is read: damage may stand in any of them
        ((accepted, _),) = engine.con.execute(f"SELECT count(*), max(hash({all_cells})) FROM {name}").fetchall()
    except duckdb.Error as error:
        raise UnreadableFileError(f"{broken} ({_first_line(error)}). Export it again.") from None
    header = named_header(names, len(names)) if len(names) == len(found) else named_header([described[0] for described in found], len(found))
    return RawTable(
        file=file,
        path=path,
        sheet="",
        name=name,
        header=tuple(header[place] for place in kept),
        native=tuple(native[place] for place in kept),
        dialect=None,
        physical=metadata.num_rows,
        accepted=accepted,
        set_aside=tuple(RowRef(row, "", BLANK) for row in empty),
        problems=(*_left_out(file, header, found, native), *_of_blank(file, empty)),
        header_row=0,
    )


def _column(name: str, kind: str, native: str | None) -> str:
    """Return the column as SQL; what is text to us (a time, one of a list of values) becomes text."""
    column = '"' + name.replace('"', '""') + '"'
    return f"{column}::VARCHAR" if native == "text" and kind != "VARCHAR" else column


def _left_out(file: str, header: tuple[str, ...], found: list[tuple[Any, ...]], native: list[str | None]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "column-left-out",
            Severity.WARNING,
            Origin(file, column=name),
            seen=described[1],
            sentence=f"its values are {described[1]}, which is neither text, number, date nor flag: the column is left out.",
            action="Export it as a flat column if it is needed.",
        )
        for name, described, kind in zip(header, found, native, strict=True)
        if kind is None
    )


def _of_blank(file: str, empty: list[int]) -> tuple[Problem, ...]:
    if not empty:
        return ()
    sentence = f"{len(empty):,} rows are blank and set aside; the first is this one." if len(empty) > 1 else "the row is blank and set aside."
    return (Problem("rows-blank", Severity.SET_ASIDE, Origin(file, row=empty[0]), sentence=sentence, rows=len(empty)),)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")[:200]
