"""A sheet's XML looked through before its cells are read: farthest cells, formulas without a result, merged cells, and a count for the second reader."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from typing import IO, Any

from goodterms.errors import UnreadableFileError
from goodterms.intake.tables.plain_rows import TEXT_KINDS, PlainRows
from goodterms.intake.tables.sheet_extent import SheetScan, column_number, coordinate, row_number
from goodterms.intake.tables.workbook_guard import Sheet, parser_of, unzipped

SPARSE_AREA = 1_000_000
MOST_AREA_PER_CELL = 20
"""An area of cells is refused if it is larger than both: so many cells, and so many times the cells with a value."""
FAR = 10
"""A row or column counts as far off where its number is so many times the cells with a value."""
MOST_ERRORS = 100_000
DEEPEST = 100_000
"""Open elements, roughly counted, beyond which a sheet is a trick."""
CHUNK = 1 << 18
MOST_NAMED = 5
MOST_MERGED = 100_000
LONGEST_ROW = 4 << 20
"""Bytes of a row that may wait for its end."""
_BELOW_CELLS = frozenset(
    {"autoFilter", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "pageMargins", "drawing", "extLst"}
)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ROW_END = b"</row>"
_MEANS_OTHERWISE = re.compile(rb"<!|<\?(?!xml )")


def scan_sheet(book: zipfile.ZipFile, sheet: Sheet, file: str, progress: Callable[[float], None], styles: Mapping[str, str] | None = None) -> SheetScan:
    """Read a sheet's XML once, in bounded memory, and refuse what would need far more memory than it has values.

    ``styles`` are those of :func:`styles_of_numbers`.

    Raises
    ------
    UnreadableFileError
        A cell stands far from all others, a formula has no result, or the XML is no sheet.
    """
    parser = parser_of(file)
    parser.ordered_attributes = True
    scan = SheetScan()
    where = f"{file}, sheet {sheet.name}"
    walk = _Walk(parser, scan, where, styles or {})
    size = max(unzipped(book, sheet.part), 1)
    with book.open(sheet.part) as stream:
        _feed(parser, stream, where, lambda done: progress(done / size), walk.plain_row)
    walk.close_last()
    if scan.area > max(SPARSE_AREA, MOST_AREA_PER_CELL * scan.cells):
        far = [scan.farthest["down"]] * (scan.last_row > FAR * scan.cells) + [scan.farthest["right"]] * (scan.last_column > FAR * scan.cells)
        cells = " and ".join(dict.fromkeys(far or scan.farthest.values()))
        sentence = f"{where}: a value stands at {cells}, far from the others ({scan.cells:,} cells have a value)."
        raise UnreadableFileError(f"{sentence} Delete it, or copy the table alone into a new workbook.")
    if scan.uncached_count:
        many = f"{scan.uncached_count:,} formulas have" if scan.uncached_count > 1 else "a formula has"
        named = ", ".join(scan.uncached)
        sentence = f"{where}: {many} no stored result ({named}{' …' if scan.uncached_count > len(scan.uncached) else ''})."
        raise UnreadableFileError(f"{sentence} Open the workbook in Excel or LibreOffice, save it there, and read it again.")
    return scan


def _feed(parser: Any, stream: IO[bytes], where: str, progress: Callable[[float], None], plain_row: Callable[[bytes], bool]) -> None:
    """Give the XML to the parser, but for rows written as programs usually write them, which are looked through ten times as fast by themselves.

    A comment, or whatever else could make a row mean something other than it says, leaves all of the rest to the parser.
    """
    done = deep = 0
    rest = b""
    by_row = True
    while chunk := stream.read(CHUNK):
        xml = rest + chunk
        by_row = by_row and len(rest) < LONGEST_ROW and not _MEANS_OTHERWISE.search(xml)
        *pieces, rest = xml.split(_ROW_END) if by_row else (xml, b"")
        for piece in pieces:
            if by_row and plain_row(piece):
                continue
            parser.Parse(piece + _ROW_END if by_row else piece, False)  # noqa: FBT003  (expat takes it by place)
            deep += piece.count(b"<") - 2 * piece.count(b"</") - piece.count(b"/>") - by_row
            if deep > DEEPEST:
                raise UnreadableFileError(f"{where}: its XML is nested too deep to be a sheet. Save it again as .xlsx.")
        done += len(chunk)
        progress(done)
    parser.Parse(rest, True)  # noqa: FBT003


class _Walk:
    """A parser's way through a sheet, cell by cell, which fills the scan.

    A sheet may have ten million cells: what a cell needs stands in slots, and nothing is called at the end of elements: it is closed when the next one begins.
    """

    __slots__ = (
        *("cell", "column", "columns", "filled_row", "formula", "has_formula", "has_value", "in_cell", "kind", "plain", "prefix", "row", "row_text", "scan"),
        *("style", "styles", "text", "value", "where"),
    )

    def __init__(self, parser: Any, scan: SheetScan, where: str, styles: Mapping[str, str]) -> None:
        self.scan, self.where, self.styles = scan, where, styles
        self.plain = PlainRows(scan, where, styles)
        self.row = self.column = self.filled_row = 0
        self.row_text = self.prefix = self.kind = self.style = ""
        self.cell, self.value, self.formula = "c", "v", "f"
        self.in_cell = self.has_formula = self.has_value = False
        self.columns: dict[str, int] = {}
        self.text: list[str] = []
        parser.StartElementHandler = self.started
        parser.CharacterDataHandler = self.text.append

    def started(self, name: str, said: list[str]) -> None:
        """Take the beginning of an element, with its attributes one after the other."""
        if name == self.value:
            self.text.clear()
            self.has_value = True
        elif name == self.cell:
            if self.in_cell:
                self._close()
            self.in_cell, self.has_formula, self.has_value = True, False, False
            self.kind = self.style = place = ""
            for at in range(0, len(said), 2):
                if said[at] == "r":
                    place = said[at + 1]
                elif said[at] == "t":
                    self.kind = said[at + 1]
                elif said[at] == "s":
                    self.style = said[at + 1]
            if place:
                self._stands_at(place)
            else:
                self.column += 1
        elif name == self.formula:
            self.has_formula = True
        else:
            self._other(name.removeprefix(self.prefix), said)

    def _stands_at(self, place: str) -> None:
        letters = place.rstrip("0123456789")
        self.column = self.columns.get(letters) or self.columns.setdefault(letters, column_number(letters, place, self.where))
        number = place[len(letters) :]
        if number != self.row_text:
            self.row_text, self.row = number, row_number(number, self.where)

    def _other(self, name: str, said: list[str]) -> None:
        """Take the beginning of an element that is no cell, value or formula, by its name without a prefix."""
        if name == "is":
            self.text.clear()
            self.has_value = True
        elif name == "row":
            self.close_last()
            stated = next((said[at + 1] for at in range(0, len(said), 2) if said[at] == "r"), str(self.row + 1))
            self.row, self.row_text, self.column = row_number(stated, self.where), stated, 0
        elif name.endswith("worksheet"):
            self.prefix = name[: name.find(":") + 1]
            self.cell, self.value, self.formula = (f"{self.prefix}{short}" for short in "cvf")
        elif name == "mergeCell":
            _note_merged(self.scan, dict(zip(said[::2], said[1::2], strict=True)).get("ref", ""), self.where)
        elif name in _BELOW_CELLS:
            self.close_last()

    def _close(self) -> None:
        """Note the cell that has ended."""
        scan, row, column = self.scan, self.row, self.column
        if self.has_value and self.text:
            scan.cells += 1
            if self.kind not in TEXT_KINDS:
                scan.numbers += 1
                if self.style in self.styles:
                    scan.note_shown(column, self.styles[self.style])
                if self.kind == "e":
                    _note_error(scan, row, column, "".join(self.text).strip(), self.where)
            if row != self.filled_row:
                self.filled_row = row
                scan.reach_row(row, column)
            if not scan.first_column <= column <= scan.last_column:
                scan.reach_column(row, column)
        elif self.has_formula and not (self.kind == "str" and self.has_value):
            scan.uncached_count += 1
            if len(scan.uncached) < MOST_NAMED:
                scan.uncached.append(coordinate(row, column))

    def plain_row(self, xml: bytes) -> bool:
        """Take a row that is written as programs usually write it, without the parser; say whether it is one."""
        text_of_row = self.plain.row_of(xml)
        if text_of_row:
            self.close_last()
            self.row_text, self.row = text_of_row, row_number(text_of_row, self.where)
            self.plain.take(xml, self.row)
        return bool(text_of_row)

    def close_last(self) -> None:
        """Note the cell that is still open."""
        if self.in_cell:
            self._close()
        self.in_cell = False


def _note_error(scan: SheetScan, row: int, column: int, text: str, where: str) -> None:
    scan.errors[row, column] = text
    if len(scan.errors) > MOST_ERRORS:
        raise UnreadableFileError(f"{where}: more than {MOST_ERRORS:,} cells hold errors such as {text}. Mend its formulas first.")


def _note_merged(scan: SheetScan, cells: str, where: str) -> None:
    """Note merged cells that reach over several rows."""
    corners = [_CELL.fullmatch(corner) for corner in cells.split(":")]
    if len(corners) != 2 or not (corners[0] and corners[1]):
        return
    (left, top), (right, bottom) = ((column_number(corner[1], corner[0], where), row_number(corner[2], where)) for corner in corners if corner)
    if bottom > top:
        scan.merged.append((top, left, bottom, right))
    if len(scan.merged) > MOST_MERGED:
        raise UnreadableFileError(f"{where}: more than {MOST_MERGED:,} cells are merged. Take the merging back, and save it again.")
