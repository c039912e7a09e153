"""Rejected rows of a workbook: the same sheets, with the same columns and rows above, and numbers, dates and text as they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.parts.part import Part
from goodterms.intake.tables.work_files import rows_of

_FORMS = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "percent": "0.00%"}
_WIDTH = 18
"""Columns are as wide as a moment, which a narrower one does not show."""
_LISTED = {"File": 30, "Sheet": 14, "Row": 8, "Row given back": 10, "Column": 20, "Seen": 24, "Expected": 40, "Problem": 60, "What to do": 60}
"""The columns of a list of problems, with their widths."""


def write_sheets(con: Any, parts: Iterable[Part], file: Path) -> dict[str, int]:
    """Write the rejected rows of each sheet below its header, which keeps its row; return the number of the first one there, by sheet."""
    first: dict[str, int] = {}
    with _workbook(file) as book:
        forms = {name: book.add_format({"num_format": form}) for name, form in _FORMS.items()}
        for part in parts:
            layout = part.raw.layout
            if layout is None:
                raise ValueError(f"{part.where} is no sheet of a workbook")
            sheet = _Sheet(_added(book, part.raw.sheet), forms, layout.first_column - 1, layout.percents)
            for row, above, kinds in layout.above:
                sheet.write(row, above, kinds)
            first[part.raw.sheet] = max((row for row, _, _ in layout.above), default=0) + 1
            found = rows_of(con, f"FROM read_parquet({text_of(layout.rows)}) WHERE row IN ({part.rejected_rows}) ORDER BY row")
            for number, (_, *cells, kinds) in enumerate(found, start=first[part.raw.sheet]):
                sheet.write(number, cells, kinds)
    return first


def write_list(problems: Iterable[Sequence[str | int]], file: Path) -> None:
    """Write a list of problems, one row each with as many cells as it has columns."""
    with _workbook(file) as book:
        head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Problems")
        for column, (name, width) in enumerate(_LISTED.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        for row, cells in enumerate(problems, start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell, text)
                elif cell:
                    sheet.write_string(row, column, cell, text)
        sheet.freeze_panes(1, 0)


def _workbook(file: Path) -> Any:
    """Return a new workbook; cells are written as what they are, never as what their text looks like."""
    import xlsxwriter  # noqa: PLC0415  (heavy: only where a workbook is written)

    return xlsxwriter.Workbook(str(file), {"constant_memory": True})


def _added(book: Any, name: str) -> Any:
    """Return a new sheet of that name, or of one that Excel allows, where another program gave a name that it does not."""
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415  (heavy: only where a workbook is written)

    try:
        return book.add_worksheet(name)
    except XlsxWriterException:
        return book.add_worksheet()


class _Sheet:
    """A sheet that is written cell by cell: ``first`` is its first column, from 0, ``percents`` the places of its columns that are shown as per cent."""

    def __init__(self, sheet: Any, forms: Mapping[str, Any], first: int, percents: frozenset[int]) -> None:
        self._sheet, self._forms, self._first, self._percents = sheet, forms, first, percents
        sheet.set_column(first, first + 1_000, _WIDTH)

    def write(self, row: int, cells: Sequence[str | None], kinds: str) -> None:
        """Write a row, the first of a sheet being 1."""
        for place, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
            at = row - 1, self._first + place
            if cell is None:
                continue
            if kind == "n":
                self._sheet.write_number(*at, float(cell), self._forms["percent"] if place in self._percents else None)
            elif kind == "d":
                self._sheet.write_datetime(*at, datetime.fromisoformat(cell), self._forms["moment" if ":" in cell else "day"])
            elif kind == "f":
                self._sheet.write_boolean(*at, cell == "true")
            else:
                self._sheet.write_string(*at, cell)
