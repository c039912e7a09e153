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
MOST_ERRORS = 100_000
DEEPEST = 64
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
CHUNK = 1 << 18

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


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
    wrote where a formula failed, by row and column; ``farthest`` are the cells that reach the last row and the last column.
    """

    cells: int = 0
    numbers: int = 0
    rows: int = 0
    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    farthest: tuple[str, str] = ("", "")
    uncached: list[str] = field(default_factory=list)
    uncached_count: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def area(self) -> int:
        """Cells of the rectangle that all values lie in."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1) if self.cells else 0


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


def scan_sheet(book: zipfile.ZipFile, sheet: Sheet, file: str, progress: Callable[[float], None]) -> SheetScan:
    """Read a sheet's XML once, in bounded memory, and refuse what would need far more memory than it has values.

    Raises
    ------
    UnreadableFileError
        A cell stands far from all others, a formula has no result, or the XML is no sheet.
    """
    walk = _Walk(sheet.name, file)
    parser = _parser(file)
    parser.ordered_attributes = True
    parser.StartElementHandler = walk.started
    parser.EndElementHandler = walk.ended
    walk.parser = parser
    size = max(unzipped(book, sheet.part), 1)
    with book.open(sheet.part) as stream:
        _feed(parser, stream, lambda done: progress(done / size))
    scan = walk.finished()
    where = f"{file}, sheet {sheet.name}"
    if scan.area > max(SPARSE_AREA, MOST_AREA_PER_CELL * scan.cells):
        cells = " and ".join(dict.fromkeys(scan.farthest))
        sentence = f"{where}: a value stands at {cells}, far from the others ({scan.cells:,} cells have a value)."
        raise UnreadableFileError(f"{sentence} Delete it, or copy the table alone into a new workbook.")
    if scan.uncached_count:
        many = f"{scan.uncached_count:,} formulas have" if scan.uncached_count > 1 else "a formula has"
        named = ", ".join(scan.uncached)
        sentence = f"{where}: {many} no stored result ({named}{' …' if scan.uncached_count > len(scan.uncached) else ''})."
        raise UnreadableFileError(f"{sentence} Open the workbook in Excel or LibreOffice, save it there, and read it again.")
    return scan


def _feed(parser: Any, stream: IO[bytes], progress: Callable[[float], None]) -> None:
    done = 0
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)  # noqa: FBT003  (expat takes it by place)
        done += len(chunk)
        progress(done)
    parser.Parse(b"", True)  # noqa: FBT003


class _Walk:
    """A walk through the elements of a sheet, cell by cell."""

    def __init__(self, sheet: str, file: str) -> None:
        self.where = f"{file}, sheet {sheet}"
        self.scan = SheetScan()
        self.parser: Any = None
        self.depth = 0
        self.row = 0
        self.column = 0
        self.kind = ""
        self.formula = False
        self.value_from = -1
        self.valued = False
        self.text: list[str] | None = None
        self.filled_row = 0
        self.columns: dict[str, int] = {}
        self.top = LAST_ROW + 1
        self.left = LAST_COLUMN + 1
        self.far_row = self.far_column = (0, 0)

    def started(self, name: str, said: list[str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnreadableFileError(f"{self.where}: its XML is nested too deep to be a sheet. Save it again as .xlsx.")
        if name == "c" or name.endswith(":c"):
            self._cell(said)
        elif name in {"v", "is"} or name.endswith((":v", ":is")):
            self.valued = name.endswith("is")
            self.value_from = self.parser.CurrentByteIndex
            if self.kind == "e":
                self.text = []
                self.parser.CharacterDataHandler = self.text.append
        elif name == "f" or name.endswith(":f"):
            self.formula = True
        elif name == "row" or name.endswith(":row"):
            self._row(said)

    def ended(self, name: str) -> None:
        self.depth -= 1
        if name == "c" or name.endswith(":c"):
            if self.valued:
                self._value()
            elif self.formula and not (self.kind == "str" and self.value_from >= 0):
                self._uncached()
        elif name == "v" or name.endswith(":v"):
            self.valued = self.parser.CurrentByteIndex - self.value_from > len(name) + 2  # more than <v> alone
            self.parser.CharacterDataHandler = None

    def _row(self, said: list[str]) -> None:
        self.column = 0
        self.row += 1
        if "r" in said[::2]:
            stated = said[said[::2].index("r") * 2 + 1]
            if not stated.isdecimal() or not 0 < int(stated) <= LAST_ROW:
                raise UnreadableFileError(f"{self.where}: there is no row {stated[:20]}. Save it again as .xlsx.")
            self.row = int(stated)

    def _cell(self, said: list[str]) -> None:
        self.formula = self.valued = False
        self.value_from = -1
        self.text = None
        self.kind = ""
        place = ""
        for key, value in zip(said[::2], said[1::2], strict=True):
            if key == "r":
                place = value
            elif key == "t":
                self.kind = value
        if not place:
            self.column += 1
            return
        found = _CELL.fullmatch(place)
        letters, digits = found.groups() if found else ("", "0")
        column = self.columns.get(letters) or self._column(letters)
        if not 0 < column <= LAST_COLUMN or not 0 < int(digits) <= LAST_ROW:
            raise UnreadableFileError(f"{self.where}: there is no cell {place[:20]}. Save it again as .xlsx.")
        self.column, self.row = column, int(digits)

    def _column(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        self.columns[letters] = number
        return number

    def _value(self) -> None:
        scan = self.scan
        scan.cells += 1
        if self.kind not in {"s", "str", "inlineStr"}:
            scan.numbers += 1
        if self.row != self.filled_row:
            self.filled_row = self.row
            scan.rows += 1
        if self.row > scan.last_row:
            scan.last_row = self.row
            self.far_row = (self.row, self.column)
        if self.column > scan.last_column:
            scan.last_column = self.column
            self.far_column = (self.row, self.column)
        self.top, self.left = min(self.top, self.row), min(self.left, self.column)
        if self.text is not None:
            if len(scan.errors) >= MOST_ERRORS:
                raise UnreadableFileError(f"{self.where}: more than {MOST_ERRORS:,} cells hold errors such as {''.join(self.text)}. Mend its formulas first.")
            scan.errors[self.row, self.column] = "".join(self.text)

    def _uncached(self) -> None:
        self.scan.uncached_count += 1
        if len(self.scan.uncached) < 5:
            self.scan.uncached.append(coordinate(self.row, self.column))

    def finished(self) -> SheetScan:
        """Return what was seen."""
        scan = self.scan
        scan.first_row, scan.first_column = (self.top, self.left) if scan.cells else (0, 0)
        scan.farthest = (coordinate(*self.far_row), coordinate(*self.far_column))
        return scan


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
