"""What a workbook is made of, found out before anything big is opened: sheets, farthest cells, formulas without a result, and tricks with size."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from goodterms.errors import UnreadableFileError

MOST_UNZIPPED = 4 << 30
SUSPECT_UNZIPPED = 32 << 20
"""Unzipped bytes from which on the ratio to zipped ones is looked at."""
MOST_RATIO = 200
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
_PERCENT_FORMATS = frozenset({"9", "10"})
"""The formats 0% and 0.00% that every workbook has."""
_BELOW_CELLS = frozenset(
    {"autoFilter", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "pageMargins", "drawing", "extLst"}
)
_LITERAL = re.compile(r"\"[^\"]*\"|\\.|_.|\*.")
"""What a number format shows as it stands: a per cent sign there is no share."""
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_TEXT_KINDS = frozenset({"s", "str", "inlineStr"})


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook: its name, where its cells are in the file, and whether people see it."""

    name: str
    part: str
    visible: bool


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

    @property
    def area(self) -> int:
        """Cells of the rectangle that all values lie in."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1) if self.cells else 0

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


@contextmanager
def opened(path: Path, file: str) -> Iterator[zipfile.ZipFile]:
    """Open a workbook; every way in which it can be broken becomes one sentence."""
    try:
        with zipfile.ZipFile(path) as book:
            _refuse_kind(book, file)
            _refuse_size(book, file)
            yield book
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, expat.ExpatError, OSError) as error:
        raise UnreadableFileError(f"{file} is a broken workbook ({_short(error)}). Save it again as .xlsx.") from None


def _refuse_kind(book: zipfile.ZipFile, file: str) -> None:
    names = set(book.namelist())
    if any(part.flag_bits & 1 for part in book.infolist()):
        raise UnreadableFileError(f"{file} has a password. Save it without one.")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnreadableFileError(f"{file} holds macros (.xlsm). Save it as .xlsx, without them.")
    if "xl/workbook.bin" in names:
        raise UnreadableFileError(f"{file} is a binary workbook (.xlsb). Save it as .xlsx.")
    if "content.xml" in names:
        raise UnreadableFileError(f"{file} is an OpenDocument file (.ods). Save it as .xlsx.")
    if "xl/workbook.xml" not in names:
        is_word = any(name.startswith("word/") for name in names)
        what = "a Word document. Save its table as .xlsx" if is_word else "an archive (.zip). Unpack it, and name the file inside"
        raise UnreadableFileError(f"{file} is {what}.")


def _refuse_size(book: zipfile.ZipFile, file: str) -> None:
    parts = book.infolist()
    size, zipped = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    worst = max((part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > SUSPECT_UNZIPPED), default=0.0)
    if size > MOST_UNZIPPED or worst > MOST_RATIO:
        said = f"unpacks from {zipped / 1e6:,.1f} MB to {size / 1e6:,.0f} MB"
        raise UnreadableFileError(f"{file} {said}, which no table of this size does. Export the list as CSV.")


def unzipped(book: zipfile.ZipFile, part: str) -> int:
    """Return the size of a part, 0 where it is not there."""
    return book.getinfo(part).file_size if part in book.namelist() else 0


def sheets_of(book: zipfile.ZipFile, file: str) -> list[Sheet]:
    """Return the sheets with cells, in the order of the workbook."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str, bool]] = []

    def relation(name: str, said: dict[str, str]) -> None:
        if name == "Relationship" and said.get("Type", "").endswith("/worksheet"):
            targets[said["Id"]] = posixpath.normpath(posixpath.join("xl", said["Target"].lstrip("/").removeprefix("xl/")))

    def sheet(name: str, said: dict[str, str]) -> None:
        if name == "sheet":
            key = next((value for key, value in said.items() if key.endswith(":id")), "")
            sheets.append((said.get("name", ""), key, said.get("state", "visible") == "visible"))

    _read_elements(book, "xl/_rels/workbook.xml.rels", file, relation)
    _read_elements(book, "xl/workbook.xml", file, sheet)
    return [Sheet(name, targets[key], visible) for name, key, visible in sheets if key in targets]


def _read_elements(book: zipfile.ZipFile, part: str, file: str, started: Callable[[str, dict[str, str]], None]) -> None:
    parser = _parser(file)
    parser.StartElementHandler = lambda name, said: started(name.rpartition(":")[2], said)
    with book.open(part) as stream:
        parser.ParseFile(stream)


def _parser(file: str) -> Any:
    """Return a parser that opens no entities: a workbook has none, and a document type is a trick."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise UnreadableFileError(f"{file} declares a document type, which no workbook does. Save it again as .xlsx.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def percent_styles(book: zipfile.ZipFile, file: str) -> frozenset[str]:
    """Return the numbers of the cell styles that show a share as per cent."""
    part = "xl/styles.xml"
    if part not in book.namelist():
        return frozenset()
    formats = set(_PERCENT_FORMATS)
    styles: list[str] = []
    inside = ""

    def style(name: str, said: dict[str, str]) -> None:
        nonlocal inside
        if name in {"cellStyleXfs", "cellXfs", "cellStyles"}:
            inside = name
        elif name == "numFmt" and "%" in _LITERAL.sub("", said.get("formatCode", "")):
            formats.add(said.get("numFmtId", ""))
        elif name == "xf" and inside == "cellXfs":
            styles.append(said.get("numFmtId", ""))

    _read_elements(book, part, file, style)
    return frozenset(str(place) for place, number in enumerate(styles) if number in formats)


def scan_sheet(book: zipfile.ZipFile, sheet: Sheet, file: str, progress: Callable[[float], None], percents: frozenset[str] = frozenset()) -> SheetScan:
    """Read a sheet's XML once, in bounded memory, and refuse what would need far more memory than it has values.

    ``percents`` are the styles of :func:`percent_styles`.

    Raises
    ------
    UnreadableFileError
        A cell stands far from all others, a formula has no result, or the XML is no sheet.
    """
    parser = _parser(file)
    parser.ordered_attributes = True
    scan = SheetScan()
    where = f"{file}, sheet {sheet.name}"
    close_last = _walk(parser, scan, where, percents)
    size = max(unzipped(book, sheet.part), 1)
    with book.open(sheet.part) as stream:
        _feed(parser, stream, where, lambda done: progress(done / size))
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


def _feed(parser: Any, stream: IO[bytes], where: str, progress: Callable[[float], None]) -> None:
    done = deep = 0
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)  # noqa: FBT003  (expat takes it by place)
        done += len(chunk)
        deep += chunk.count(b"<") - 2 * chunk.count(b"</") - chunk.count(b"/>")
        if deep > DEEPEST:
            raise UnreadableFileError(f"{where}: its XML is nested too deep to be a sheet. Save it again as .xlsx.")
        progress(done)
    parser.Parse(b"", True)  # noqa: FBT003


def _walk(parser: Any, scan: SheetScan, where: str, percents: frozenset[str]) -> Callable[[], None]:  # noqa: C901, PLR0915  (one frame of local names, for speed)
    """Let the parser fill the scan, cell by cell; what is returned closes the last one.

    A sheet may have ten million cells: local names, and no call at the end of elements, make this three times as fast as the plain way.
    """
    row = column = filled_row = 0
    row_text = prefix = kind = style = ""
    c, v, f = "c", "v", "f"
    in_cell = formula = has_value = False
    columns: dict[str, int] = {}
    text: list[str] = []

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
            column = columns.get(letters) or columns.setdefault(letters, _column(letters, place, where))
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
                if style in percents:
                    scan.percents[column] = scan.percents.get(column, 0) + 1
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

    parser.StartElementHandler = started
    parser.CharacterDataHandler = text.append
    return lambda: close() if in_cell else None


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


def _short(error: BaseException) -> str:
    return str(error).strip().rstrip(".")[:120] or type(error).__name__
