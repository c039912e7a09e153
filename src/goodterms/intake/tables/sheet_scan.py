"""A sheet's XML looked through before its cells are read: farthest cells, formulas without a result, merged cells, and a count for the second reader."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from goodterms.errors import UnreadableFileError
from goodterms.intake.tables.workbook_guard import PER_CENT, Sheet, parser_of, unzipped

SPARSE_AREA = 1_000_000
MOST_AREA_PER_CELL = 20
"""An area of cells is refused if it is larger than both: so many cells, and so many times the cells with a value."""
FAR = 10
"""A row or column counts as far off where its number is so many times the cells with a value."""
MOST_ERRORS = 100_000
DEEPEST = 100_000
"""Open elements, roughly counted, beyond which a sheet is a trick."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
CHUNK = 1 << 18
MOST_NAMED = 5
MOST_MERGED = 100_000
LONGEST_ROW = 4 << 20
"""Bytes of a row that may wait for its end."""
_BELOW_CELLS = frozenset(
    {"autoFilter", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "pageMargins", "drawing", "extLst"}
)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_TEXT_KINDS = frozenset({"s", "str", "inlineStr"})
_PLAIN_TEXT_KINDS = (b' t="s">', b' t="str">', b' t="inlineStr">')
_ROW_END = b"</row>"
_MEANS_OTHERWISE = re.compile(rb"<!|<\?(?!xml )")
_CELL_END = b"</c>"
_SIGNS = rb"[^<>&\x00-\x08\x0b\x0c\x0e-\x1f]"
_TEXT = rb"(?:%b++|&(?:amp|lt|gt|quot|apos);)" % _SIGNS
_PLAIN_ROW = re.compile(
    rb"""\s*<row\ r="(\d{1,7})"(?:\ (?!r=)[\w:]++="[^"<&]*+")*+>
    (?:<c\ r="[A-Z]{1,3}\1"(?:\ s="\d++")?(?:\ t="(?:s|n|b|d|str|inlineStr)")?
      (?:/>|>(?:(?:<f(?:\ [^<>]*+)?(?:/>|>%b*+</f>))?<v>%b++</v>|<is><t(?:\ xml:space="preserve")?>%b++</t></is>)</c>)
    )++""".replace(b"%b", _TEXT),
    re.VERBOSE,
)
"""A row with all of its cells, none of which is an error or a formula without a result; as ``>`` stands in no text, what looks like a tag is one."""
_FILLED_CELL = re.compile(rb'<c r="([A-Z]++)\d++"(?: s="(\d++)")?(?: t="(\w++)")?>')


@dataclass
class SheetScan:
    """What stands in a sheet, by its XML alone: this is the second reader of a workbook.

    ``numbers`` counts cells with a value that is no text (numbers, dates, flags, errors); ``uncached`` are formulas without a result, ``errors`` what Excel
    wrote where a formula failed, by row and column; ``farthest`` names the cells that reach farthest down and right.
    """

    cells: int = 0
    numbers: int = 0
    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    farthest: dict[str, str] = field(default_factory=dict)
    uncached: list[str] = field(default_factory=list)
    uncached_count: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Cells merged downwards: first row and column, last row and column."""
    percents: dict[int, int] = field(default_factory=dict)
    """Numbers that are shown as per cent, by column."""
    currencies: dict[int, set[str]] = field(default_factory=dict)
    """Currencies in which numbers are shown, by column."""

    @property
    def area(self) -> int:
        """Cells of the rectangle that all values lie in."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1) if self.cells else 0

    def note_shown(self, column: int, shown: str) -> None:
        """Note what a number is shown with: per cent, or a currency."""
        if shown == PER_CENT:
            self.percents[column] = self.percents.get(column, 0) + 1
        else:
            self.currencies.setdefault(column, set()).add(shown)

    def reach_row(self, row: int, column: int) -> None:
        """Note a value in a row."""
        self.first_row = min(self.first_row or row, row)
        if row > self.last_row:
            self.last_row = row
            self.farthest["down"] = coordinate(row, column)

    def reach_column(self, row: int, column: int) -> None:
        """Note a value in a column."""
        self.first_column = min(self.first_column or column, column)
        if column > self.last_column:
            self.last_column = column
            self.farthest["right"] = coordinate(row, column)


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
    plain_styles = {style.encode(): shown for style, shown in styles.items()}
    text: list[str] = []

    def column_of(letters: str, place: str = "") -> int:
        return columns.get(letters) or columns.setdefault(letters, _column(letters, place or letters, where))

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
                row = _row(row_text, where)
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
            in_cell, row, row_text, column = False, _row(stated, where), stated, 0
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
            if kind not in _TEXT_KINDS:
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
        nonlocal in_cell, row, row_text
        found = _PLAIN_ROW.fullmatch(xml)
        if not found:
            return False
        close_last()
        row_text = found[1].decode()
        row = _row(row_text, where)
        first = _FILLED_CELL.search(xml)
        if not first:
            return True
        last = _FILLED_CELL.match(xml, xml.rfind(b"<c ", 0, xml.rfind(_CELL_END)))
        filled = xml.count(_CELL_END)
        scan.cells += filled
        scan.numbers += filled - sum(xml.count(kind) for kind in _PLAIN_TEXT_KINDS)
        for cell in (first, last or first):
            at = column_of(cell[1].decode())
            scan.reach_row(row, at)
            if not scan.first_column <= at <= scan.last_column:
                scan.reach_column(row, at)
        if plain_styles:
            for letters, style, kind in _FILLED_CELL.findall(xml):
                if style in plain_styles and kind.decode() not in _TEXT_KINDS:
                    scan.note_shown(column_of(letters.decode()), plain_styles[style])
        return True

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
    (left, top), (right, bottom) = ((_column(corner[1], corner[0], where), _row(corner[2], where)) for corner in corners if corner)
    if bottom > top:
        scan.merged.append((top, left, bottom, right))
    if len(scan.merged) > MOST_MERGED:
        raise UnreadableFileError(f"{where}: more than {MOST_MERGED:,} cells are merged. Take the merging back, and save it again.")


def _row(digits: str, where: str) -> int:
    row = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else 0
    if not 0 < row <= LAST_ROW:
        raise UnreadableFileError(f"{where}: there is no row {digits[:20]}. Save it again as .xlsx.")
    return row


def _column(letters: str, place: str, where: str) -> int:
    number = 0
    for letter in letters[:4]:
        number = number * 26 + ord(letter) - 64
    if not (letters.isascii() and letters.isalpha() and letters.isupper()) or number > LAST_COLUMN:
        raise UnreadableFileError(f"{where}: there is no cell {place[:20]}. Save it again as .xlsx.")
    return number


def coordinate(row: int, column: int) -> str:
    """Return a cell's name.

    >>> coordinate(1048576, 16384), coordinate(7, 2)
    ('XFD1048576', 'B7')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
