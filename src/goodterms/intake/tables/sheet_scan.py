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
    plain_row, close_last = _walk(parser, scan, where, styles or {})
    size = max(unzipped(book, sheet.part), 1)
    with book.open(sheet.part) as stream:
        _feed(parser, stream, where, lambda done: progress(done / size), plain_row)
    close_last()
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


def _walk(  # noqa: C901, PLR0915  (one frame of local names, for speed)
    parser: Any, scan: SheetScan, where: str, styles: Mapping[str, str]
) -> tuple[Callable[[bytes], bool], Callable[[], None]]:
    """Let the parser fill the scan, cell by cell; return what takes a plain row instead (and says whether it is one), and what closes the last cell.

    A sheet may have ten million cells: local names, and no call at the end of elements, make this three times as fast as the plain way.
    """
    row = column = filled_row = 0
    row_text = prefix = kind = style = ""
    c, v, f = "c", "v", "f"
    in_cell = formula = has_value = False
    columns: dict[str, int] = {}
    plain = PlainRows(scan, where, styles)
    text: list[str] = []

    def column_of(letters: str, place: str = "") -> int:
        return columns.get(letters) or columns.setdefault(letters, column_number(letters, place or letters, where))

    def started(name: str, said: list[str]) -> None:  # noqa: C901  (as above)
        nonlocal in_cell, row, column, row_text, kind, style, formula, has_value
        if name == v:
            text.clear()
            has_value = True
        elif name == c:
            if in_cell:
                close()
            in_cell, formula, has_value = True, False, False
            kind = style = place = ""
            for at in range(0, len(said), 2):
                if said[at] == "r":
                    place = said[at + 1]
                elif said[at] == "t":
                    kind = said[at + 1]
                elif said[at] == "s":
                    style = said[at + 1]
            if not place:
                column += 1
                return
            letters = place.rstrip("0123456789")
            column = columns.get(letters) or column_of(letters, place)
            if place[len(letters) :] != row_text:
                row_text = place[len(letters) :]
                row = row_number(row_text, where)
        elif name == f:
            formula = True
        else:
            other(name, said)

    def other(name: str, said: list[str]) -> None:
        nonlocal prefix, c, v, f, in_cell, row, column, row_text, has_value
        name = name.removeprefix(prefix)
        if name == "is":
            text.clear()
            has_value = True
        elif name == "row":
            if in_cell:
                close()
            stated = next((said[at + 1] for at in range(0, len(said), 2) if said[at] == "r"), str(row + 1))
            in_cell, row, row_text, column = False, row_number(stated, where), stated, 0
        elif name.endswith("worksheet"):
            prefix = name[: name.find(":") + 1]
            c, v, f = f"{prefix}c", f"{prefix}v", f"{prefix}f"
        elif name == "mergeCell":
            _note_merged(scan, dict(zip(said[::2], said[1::2], strict=True)).get("ref", ""), where)
        elif name in _BELOW_CELLS and in_cell:
            close()
            in_cell = False

    def close() -> None:
        nonlocal in_cell, filled_row
        if has_value and text:
            scan.cells += 1
            if kind not in TEXT_KINDS:
                scan.numbers += 1
                if style in styles:
                    scan.note_shown(column, styles[style])
                if kind == "e":
                    _note_error(scan, row, column, "".join(text).strip(), where)
            if row != filled_row:
                filled_row = row
                scan.reach_row(row, column)
            if not scan.first_column <= column <= scan.last_column:
                scan.reach_column(row, column)
        elif formula and not (kind == "str" and has_value):
            scan.uncached_count += 1
            if len(scan.uncached) < MOST_NAMED:
                scan.uncached.append(coordinate(row, column))

    def plain_row(xml: bytes) -> bool:
        nonlocal row, row_text
        text_of_row = plain.row_of(xml)
        if text_of_row:
            close_last()
            row_text, row = text_of_row, row_number(text_of_row, where)
            plain.take(xml, row)
        return bool(text_of_row)

    def close_last() -> None:
        nonlocal in_cell
        if in_cell:
            close()
        in_cell = False

    parser.StartElementHandler = started
    parser.CharacterDataHandler = text.append
    return plain_row, close_last


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
