"""Rejected rows given back in the user's own format: mended, the file is read again as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from goodterms.intake.mapping_file import REJECTED, in_a_name
from goodterms.intake.part import Part
from goodterms.intake.raw_table import Dialect
from goodterms.problems import Problem, Severity

_OF_A_WORKBOOK = Dialect("utf-8-sig", ";")
_LINE_END = "\r\n"
_PROBLEM_COLUMNS = ("file", "sheet", "row", "column", "seen", "expected", "problem", "what to do")


def write_rejected(con: Any, parts: Sequence[Part], folder: Path, problems: Sequence[Problem]) -> list[Path]:
    """Write, for each file or sheet with rejected rows, ``NAME.rejected.csv`` and ``NAME.problems.csv``; return what was written.

    The first has the file's own header, delimiter, quotes, decimal sign, dates and encoding, and no column more (a workbook's is UTF-8 with semicolons); the
    second says of each row what is wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for part in parts:
        if not part.rejected and not part.raw.rejected:
            continue
        name = _free_name(folder, part, written)
        dialect = part.raw.dialect or _OF_A_WORKBOOK
        if not part.is_of_documents:
            rows = folder / f"{name}{REJECTED}"
            rows.write_bytes(_encoded(_LINE_END.join([*_header(part, dialect), *_rows(con, part, dialect)]) + _LINE_END, dialect.encoding))
            written.append(rows)
        said = folder / f"{name}.problems.csv"
        said.write_bytes(_encoded(_LINE_END.join(_said(part, problems, dialect)) + _LINE_END, "utf-8-sig"))
        written.append(said)
    return written


def _free_name(folder: Path, part: Part, written: Sequence[Path]) -> str:
    sheet = f".{in_a_name(part.raw.sheet)}" if part.raw.sheet else ""
    name = stem = f"{Path(part.raw.file).stem}{sheet}"
    times = 1
    while folder / f"{name}{REJECTED}" in written:
        times += 1
        name = f"{stem} ({times})"
    return name


def _encoded(text: str, encoding: str) -> bytes:
    """The text in the file's encoding; a sign that it cannot hold would be lost, so the text is UTF-8 then."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def _line(cells: Sequence[str], dialect: Dialect) -> str:
    return dialect.delimiter.join(_cell(cell, dialect) for cell in cells)


def _cell(cell: str, dialect: Dialect) -> str:
    quote = dialect.quote
    if not quote or not any(sign in cell for sign in (dialect.delimiter, quote, "\n", "\r")):
        return cell
    return f"{quote}{cell.replace(quote, (dialect.escape or quote) + quote)}{quote}"


def _header(part: Part, dialect: Dialect) -> list[str]:
    return [_line(part.file_header, dialect)] if part.raw.header_row else []


def _rows(con: Any, part: Part, dialect: Dialect) -> Iterator[str]:
    """The rejected rows in the file's order: those that were never split as they stood, the others from their cells."""
    texts = {ref.row: ref.text for ref in part.raw.rejected}
    if part.bad:
        cells = ", ".join(f"CAST({place} AS VARCHAR)" for place in part.raw.columns[: len(part.file_header)])
        for row, *values in con.execute(
            f"SELECT row, {cells} FROM {part.raw.name} WHERE row IN (SELECT row FROM {part.bad} WHERE reason IS NOT NULL)"
        ).fetchall():
            texts[row] = _line([value or "" for value in values], dialect)
    yield from (texts[row] for row in sorted(texts))


def _said(part: Part, problems: Sequence[Problem], dialect: Dialect) -> Iterator[str]:
    plain = Dialect(delimiter=dialect.delimiter)
    yield _line(_PROBLEM_COLUMNS, plain)
    own = part.problems if part.is_of_documents else [p for p in problems if (p.origin.file, p.origin.sheet) == (part.raw.file, part.raw.sheet)]
    for problem in own:
        if problem.severity != Severity.REJECTED:
            continue
        row = "" if problem.origin.row is None else str(problem.origin.row)
        said = problem.sentence or f"{problem.expected} was expected"
        yield _line([problem.origin.file, problem.origin.sheet, row, problem.origin.column, problem.seen, problem.expected, said, problem.action], plain)
