"""Rejected rows of a text file: in its encoding, with its delimiter, quotes and line ends, below what stands above its first row of data."""

from __future__ import annotations

import codecs
from heapq import merge
from pathlib import Path
from typing import Any

from goodterms.intake.parts.part import Part
from goodterms.intake.tables.header import HEADER, SECOND_HEADER
from goodterms.intake.tables.raw_table import Dialect, RawTable
from goodterms.intake.tables.several_tables import OTHER_TABLE
from goodterms.intake.tables.work_files import rows_of


def write_text(con: Any, part: Part, dialect: Dialect, file: Path) -> int:
    """Write the rejected rows of a file below its header, which keeps its row; return the number of the first one there."""
    raw = part.raw
    cells = ", ".join(f"CAST({place} AS VARCHAR)" for place in raw.columns[: len(part.file_header)])
    found = rows_of(con, f"SELECT row, {cells} FROM {raw.name} WHERE row IN ({part.rejected_rows}) ORDER BY row") if part.bad else iter(())
    split = ((row, dialect.delimiter.join(_cell(cell or "", dialect) for cell in values)) for row, *values in found)
    above = _above(raw)
    with file.open("w", encoding=dialect.encoding, errors=_AS_WINDOWS, newline="") as stream:
        stream.writelines(line + dialect.line_end for line in above)
        stream.writelines(line + dialect.line_end for _, line in merge(split, ((ref.row, ref.text) for ref in raw.rejected)))
    return len(above) + 1


def _above(raw: RawTable) -> list[str]:
    """What stands above the data, down to the header, so that the header keeps its row; of another table there, blank lines."""
    last = max((ref.row for ref in raw.set_aside if ref.reason in {HEADER, SECOND_HEADER}), default=0)
    return ["" if ref.reason == OTHER_TABLE else ref.text for ref in sorted(raw.set_aside, key=lambda ref: ref.row) if ref.row <= last]


def _cell(cell: str, dialect: Dialect) -> str:
    quote, escape = dialect.quote, dialect.escape
    if escape:
        cell = cell.replace(escape, escape * 2)
    if not any(sign in cell for sign in (dialect.delimiter, quote or "\n", "\n", "\r")):
        return cell
    if quote:
        return f"{quote}{cell.replace(quote, (escape or quote) + quote)}{quote}"
    return cell.replace(dialect.delimiter, f"{escape}{dialect.delimiter}") if escape else cell


def _as_windows(error: UnicodeError) -> tuple[bytes, int]:
    """A sign that the encoding does not know, as its byte in Windows-1252, from which it was read."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode("cp1252", "replace"), error.end


_AS_WINDOWS = "goodterms.as_windows"
codecs.register_error(_AS_WINDOWS, _as_windows)
