"""What stands in a sheet and how far it reaches: counted by its XML, as a second reader of the workbook."""

from __future__ import annotations

from dataclasses import dataclass, field

from goodterms.errors import UnreadableFileError
from goodterms.intake.tables.workbook_guard import PER_CENT

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


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


def row_number(digits: str, where: str) -> int:
    """The number of a row, as a sheet writes it.

    Raises
    ------
    UnreadableFileError
        No sheet has such a row.
    """
    row = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else 0
    if not 0 < row <= LAST_ROW:
        raise UnreadableFileError(f"{where}: there is no row {digits[:20]}. Save it again as .xlsx.")
    return row


def column_number(letters: str, place: str, where: str) -> int:
    """The number of a column, by its letters; ``place`` is the cell, as the sheet names it.

    Raises
    ------
    UnreadableFileError
        No sheet has such a column.
    """
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
