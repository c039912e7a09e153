"""Rejected rows of a text file: in its encoding, with its delimiter, quotes and line ends, below what stands above its first row of data."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from goodterms.intake.header import HEADER, SECOND_HEADER
from goodterms.intake.part import Part
from goodterms.intake.raw_table import Dialect, RawTable
from goodterms.intake.several_tables import OTHER_TABLE


def write_text(con: Any, part: Part, dialect: Dialect, file: Path) -> dict[tuple[str, int | None], int]:
    """Write the rejected rows of a file below its header, which keeps its row; return sheet and row there were → row here."""
    raw = part.raw
    texts = {ref.row: ref.text for ref in raw.rejected}
    cells = ", ".join(f"CAST({place} AS VARCHAR)" for place in raw.columns[: len(part.file_header)])
    found = con.execute(f"SELECT row, {cells} FROM {raw.name} WHERE row IN ({part.rejected_rows})").fetchall() if part.bad else []
    texts |= {row: dialect.delimiter.join(_cell(cell or "", dialect) for cell in values) for row, *values in found}
    above = _above(raw)
    lines = [*above, *(texts[row] for row in sorted(texts))]
    file.write_bytes("".join(line + dialect.line_end for line in lines).encode(dialect.encoding, _AS_WINDOWS))
    return {("", row): len(above) + number for number, row in enumerate(sorted(texts), start=1)}


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
