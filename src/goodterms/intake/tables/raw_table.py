"""A raw table: what stands in one file or sheet, cell by cell, before anybody says what it means.

Every reader of ``intake`` (CSV, workbook, Parquet) ends here, and what types and maps columns begins here. No record is lost on the way:
the physical records that a second reader counts are the accepted, the rejected and the set-aside ones together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from goodterms.errors import UnreadableFileError
from goodterms.problems import Problem

Progress = Callable[[str, float], None]
"""Told what is being done ("reading invoices.csv") and how much of it is done, from 0 to 1."""

MIXED = "mixed"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Dialect:
    """How a text file is written down.

    ``encoding`` is Python's name of it (``utf-8``, ``utf-8-sig``, ``cp1252``, ``utf-16`` …); ``quote`` is ``None`` where the file quotes nothing;
    ``escape`` is the character before a quote inside a quoted cell, ``None`` where it is doubled;
    ``header_row`` is the physical record of the header (1 = first), 0 where there is none; ``line_end`` is what ends a line.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    header_row: int = 1
    line_end: str = "\r\n"

    def as_mapping(self) -> dict[str, str | int]:
        """Return the dialect with the keys and values of the mapping file.

        >>> Dialect("cp1252", ";").as_mapping()
        {'encoding': 'cp1252', 'delimiter': ';', 'quote': '"', 'header_row': 1}
        """
        escape = {"escape": self.escape} if self.escape else {}
        return {"encoding": self.encoding, "delimiter": self.delimiter, "quote": self.quote or "", **escape, "header_row": self.header_row}


@dataclass(frozen=True, slots=True)
class RowRef:
    """A physical record that takes no part: its number, its text as it stood in the file (a workbook's cells joined by a semicolon), and why."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class Layout:
    """How a table stands in its sheet: what is needed to give rows of it back as they were.

    ``rows`` is a Parquet file of the rows below the header: ``row``, ``c1`` … for the sheet's columns from ``first_column`` on (1 = A), and ``kinds``, a letter
    a cell (t text, n number, d date, f flag, h time, e error, blank for an empty cell). ``above`` are the rows down to the header: their numbers, cells and
    kinds. ``percents`` are the places of columns whose numbers are shown as per cent, from 0.
    """

    rows: Path
    first_column: int
    above: tuple[tuple[int, tuple[str | None, ...], str], ...]
    percents: frozenset[int]


@dataclass(frozen=True)
class RawTable:
    """One table of one file or sheet on the engine, as text (Parquet: in its own types), with everything that is not in it.

    Attributes
    ----------
    file, path, sheet
        The name as the user gave it, where it lies, and the sheet ("" for a text file or Parquet).
    name
        The table (or view) on the engine: column ``row`` (BIGINT, 1 = first physical record of the file or sheet) and ``c1`` … ``cn``.
        An empty cell is NULL, never "". Cells are as they stand, not trimmed; but a column with Unicode's other spaces or Excel's ``="007"`` has plain cells.
    header
        The file's own column names, one for each of ``c1`` … ``cn``: stripped, unique, never empty ("column 3" where there is no name).
    native
        For each column ``None`` where its text is to be typed by vote; otherwise what the file itself says it is: "text", "number", "date" or "flag".
        A workbook's cells are canonical text: numbers as the shortest decimal of 15 significant digits without exponent, dates as
        ``2011-12-09`` or ``2011-12-09 08:26:00``, flags as ``true`` and ``false``; of a column that mixes kinds it is "mixed", and the engine's table has the
        kind of each of its cells beside it: ``k3`` for ``c3``, a letter as in ``Layout``.
    dialect
        How a text file is written; ``None`` for workbooks and Parquet.
    physical, accepted
        Physical records by the second reader, and rows in the engine's table.
    rejected, set_aside
        Records that take no part, in the file's order, each with the reason.
    problems
        What a person should know, each with its place.
    header_row
        Physical record of the header, 0 where there is none (as ``dialect.header_row``, for workbooks too).
    shares
        Columns whose numbers a workbook shows as per cent: they are held as shares, 0.1 for 10 %.
    currencies
        Columns whose numbers, or some of them, a workbook shows in currencies, with these.
    layout
        Where the table stands in a workbook; ``None`` for other files.

    Raises
    ------
    UnreadableFileError
        If the records do not add up: nothing may be dropped silently.
    """

    file: str
    path: Path
    sheet: str
    name: str
    header: tuple[str, ...]
    native: tuple[str | None, ...]
    dialect: Dialect | None
    physical: int
    accepted: int
    rejected: tuple[RowRef, ...] = ()
    set_aside: tuple[RowRef, ...] = ()
    problems: tuple[Problem, ...] = ()
    header_row: int = 1
    shares: frozenset[str] = frozenset()
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layout: Layout | None = None

    def __post_init__(self) -> None:
        found = self.accepted + len(self.rejected) + len(self.set_aside)
        if found != self.physical:
            message = (
                f"{self.where}: two readers disagree. One counts {self.physical:,} records; the other found {self.accepted:,} rows, "
                f"{len(self.rejected):,} rejected and {len(self.set_aside):,} set aside, {found:,} in all. Nothing was read. "
                "This is a defect of Goodterms: please report it with the file's first lines."
            )
            raise UnreadableFileError(message)

    @property
    def where(self) -> str:
        """The file, with its sheet where it has sheets."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    @property
    def columns(self) -> tuple[str, ...]:
        """The engine's names of the columns, ``c1`` … ``cn``, in the order of ``header``."""
        return tuple(f"c{place}" for place in range(1, len(self.header) + 1))


SAMPLE_ROWS = 2_000
"""So many rows of a table are looked at where a sample is enough."""
MOST_COLUMNS = 800
"""Columns of one table beyond which reading takes more memory and time than it may (the engine nests 1,000 expressions at most)."""


def check_width(where: str, columns: int) -> None:
    """Make sure that a table has no more columns than can be read.

    Raises
    ------
    UnreadableFileError
        When it has.
    """
    if columns > MOST_COLUMNS:
        raise UnreadableFileError(f"{where} has {columns:,} columns, and {MOST_COLUMNS} are the most that are read. Export the ones that are needed.")


def new_name() -> str:
    """Return a name for a table on the engine that no other raw table of this process has."""
    return f"raw_{next(_numbers)}"


def named_header(cells: Iterable[str | None], width: int) -> tuple[str, ...]:
    """Return ``width`` column names from the cells of a header record: stripped, on one line, unique, never empty.

    >>> named_header(["Net ", "", "Net", None], 5)
    ('Net', 'column 2', 'Net (2)', 'column 4', 'column 5')
    """
    stripped = [" ".join((cell or "").split()) for cell in cells][:width]
    wanted = [cell or f"column {place}" for place, cell in enumerate(stripped, start=1)]
    wanted += [f"column {place}" for place in range(len(wanted) + 1, width + 1)]
    return _unique(wanted)


def _unique(wanted: Sequence[str]) -> tuple[str, ...]:
    given: set[str] = set()
    names = []
    for name in wanted:
        unique = name
        times = 1
        while unique in given or (times > 1 and unique in wanted):
            times += 1
            unique = f"{name} ({times})"
        given.add(unique)
        names.append(unique)
    return tuple(names)
