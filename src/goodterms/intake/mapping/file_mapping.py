"""What a mapping says of files: the entry that they match, the files whose columns are joined to theirs, and how a credit note is known."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping as Settings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

_OF_REJECTED = re.compile(r"(.+)\.rejected(?:\.mine| \(\d+\))*(\.[^.]*|)")
"""What a file of rejected rows is called: as the file that they stood in, with this before its ending."""
_READING_KEYS = frozenset({"encoding", "delimiter", "quote", "escape", "header_row", "nothing"})
_OF_ALL_FILES = ("rates", "factors", "currencies", "nothing")
"""Keys of the dialect that are said of the files of a source together; the rest is each file's own."""


@dataclass(frozen=True)
class CreditNotes:
    """How a credit note is known: by the beginning of its number, by its negative amounts (positive where sales are negative), or by a value of a column."""

    prefix: str = ""
    negative: bool = False
    positive: bool = False
    column: str = ""
    values: tuple[str, ...] = ()

    @property
    def as_setting(self) -> Any:
        """As the mapping file writes it."""
        if self.negative or self.positive:
            return "negative" if self.negative else "positive"
        if self.prefix:
            return {"prefix": self.prefix}
        return {"column": self.column, "value": self.values[0] if len(self.values) == 1 else list(self.values)}

    @property
    def in_words(self) -> str:
        """As a person would say it."""
        if self.negative:
            return "documents with a negative total are credit notes"
        if self.positive:
            return "sales are written as negative amounts: all are turned, and documents with a positive total are credit notes"
        if self.prefix:
            return f'documents whose number begins with "{self.prefix}" are credit notes'
        return f"lines with {' or '.join(self.values)} in column {self.column} are credit notes"


@dataclass(frozen=True)
class JoinMapping:
    """Another file whose columns are added to each row: ``on`` maps columns here to columns there, ``columns`` theirs to ours."""

    match: str
    on: Settings[str, str]
    columns: Settings[str, str]
    sheet: str = ""
    dialect: Settings[str, Any] = field(default_factory=dict)
    ragged: Settings[str, int] = field(default_factory=dict)
    place: str = ""
    numbers: tuple[int, int] = (0, 0)
    """The number of its entry in the mapping, and its own among the joins of that entry, from 0."""

    def fits(self, file: Path) -> bool:
        """Whether it is the join of a file."""
        return _matches(self.match, str(file))

    def name_there(self, brought: str) -> str:
        """The name that a column which the join brought has in its own file.

        >>> JoinMapping("heads.csv", {}, {"Curr": "currency"}).name_there("heads.csv: Curr")
        'Curr'
        """
        return next((name for name in self.columns if brought == name or brought.endswith(f": {name}")), brought)

    @property
    def dialect_for_reading(self) -> dict[str, Any]:
        """The part of the dialect that says how the file is decoded and split."""
        return _for_reading(self.dialect, self.ragged)

    @property
    def dialect_of_values(self) -> dict[str, Any]:
        """The part of the dialect that says how numbers and dates are written."""
        return {key: value for key, value in self.dialect.items() if key not in _READING_KEYS}


@dataclass(frozen=True)
class FileMapping:
    """What a mapping says of the files that it matches; what it leaves open is proposed from names and values.

    ``columns`` maps a column's name in the file to ours; "-" leaves a column out.
    """

    match: str = "*"
    sheet: str = ""
    keys: str = ""
    table: str = ""
    source: str = ""
    source_column: str = ""
    dialect: Settings[str, Any] = field(default_factory=dict)
    constants: Settings[str, str] = field(default_factory=dict)
    credit_notes: CreditNotes | None = None
    kinds: Settings[str, str] = field(default_factory=dict)
    """What words in its column of kinds, or of states, say: "invoice", "credit note", a kind of activity, or "-" for rows that are left out."""
    totals: Settings[str, str] = field(default_factory=dict)
    """What rows are that may be totals, income or lines, by the cell that says so: "total", "income" or "line"."""
    costs: Settings[str, str] = field(default_factory=dict)
    """How costs are written: ``amounts`` "negative" or "positive", and the mark that says ``credit``."""
    periods: Settings[str, str] = field(default_factory=dict)
    """What amounts of months, quarters, weeks and closing periods are: see :data:`goodterms.intake.mapping.words.PERIODS`."""
    fill_down: tuple[str, ...] | None = None
    """Columns whose values hold for the blank rows below them; None where nothing is said of it."""
    first_line: tuple[str, ...] | None = None
    """Columns that stand on the first line of a document alone and are of all of its lines; None where nothing is said of it."""
    ragged: Settings[str, int] = field(default_factory=dict)
    documents: str = ""
    columns: Settings[str, str] = field(default_factory=dict)
    joins: tuple[JoinMapping, ...] = ()
    left_out: bool | None = None
    """Whether the file or sheet is not to be read at all."""
    place: str = ""
    column_places: Settings[str, str] = field(default_factory=dict)
    column_joins: Settings[str, JoinMapping] = field(default_factory=dict)
    """Columns that a join brought, with the join."""
    number: int = 0
    """Its number among the entries of the mapping, from 0."""
    is_of_origin: bool = False
    """Whether it was found for a file of rejected rows, by the name of the file that they stood in."""

    def of_rejected(self, file: str, sheet: str) -> FileMapping | None:
        """The same mapping for rejected rows, given back from a file and sheet that it is for."""
        by_name = replace(self, match=Path(self.match).name)
        return replace(self, is_of_origin=True) if (origin := origin_of(file)) and by_name.fits(origin, sheet) else None

    def fits(self, file: str, sheet: str) -> bool:
        """Whether the mapping is for a file (its name or glob) and sheet."""
        return _matches(self.match, file) and (not self.sheet or self.sheet == sheet)

    @property
    def dialect_for_reading(self) -> dict[str, Any]:
        """The part of the dialect that says how the file is decoded and split."""
        return _for_reading(self.dialect, self.ragged)

    @property
    def as_understood(self) -> str:
        """What it says but for the files that it matches and how these are written: files of which several entries say the same are understood together."""
        dialect = {key: self.dialect[key] for key in _OF_ALL_FILES if key in self.dialect}
        joins = tuple(replace(join, place="", numbers=(0, 0)) for join in self.joins)
        said = replace(self, match="", sheet="", dialect=dialect, ragged={}, joins=joins, place="", column_places={}, column_joins={}, number=0)
        return repr(replace(said, constants=dict.fromkeys(self.constants, ""), is_of_origin=False))


def _for_reading(dialect: Settings[str, Any], ragged: Settings[str, int]) -> dict[str, Any]:
    said = {key: value for key, value in dialect.items() if key in _READING_KEYS}
    return said | ({"ragged": dict(ragged)} if ragged else {})


def origin_of(file: str) -> str:
    """The name of the file whose rejected rows a file holds, by its own name; "" where it is no file of rejected rows.

    Examples
    --------
    >>> origin_of("report/sales.rejected.xlsx"), origin_of("sales.rejected.mine (2).tsv"), origin_of("sales.csv")
    ('sales.xlsx', 'sales.tsv', '')
    """
    named = _OF_REJECTED.fullmatch(Path(file).name)
    return named[1] + named[2] if named else ""


def _matches(pattern: str, file: str) -> bool:
    name = Path(file).name
    return pattern in {file, name} or fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(file, pattern)
