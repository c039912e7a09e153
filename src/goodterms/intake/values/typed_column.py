"""How a column is read: what its cells become on the engine, and how many of them do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, Kind
from goodterms.facts.sql_text import text_of

WHOLE_DIGITS = 11
"""Digits before the decimal sign beyond which a cell is no amount of one line: sums of many lines, and products of two, stay exact."""
MOST_WHOLE_DIGITS = MONEY_DIGITS - MONEY_PLACES
"""The same where a row is a sum already, an account's month."""


@dataclass(frozen=True)
class RawColumn:
    """A column of a raw table: its place (``c3``), the file's name of it, what the file says it is, and the engine's type of it.

    ``kinds`` is the engine's column of its cells' kinds, a letter a cell (n number, d date), where a workbook's column mixes kinds, else "".
    """

    place: str
    theirs: str
    native: str | None
    engine_type: str
    kinds: str = ""

    @property
    def is_text(self) -> bool:
        """Whether its values are text that is to be typed."""
        return self.engine_type == "VARCHAR"

    def written(self, kind: str) -> str:
        """SQL of a cell that is to be read as it is written: null where the workbook itself says that it is of this kind (n, d), which needs no vote."""
        return f"CASE WHEN {self.kinds} <> '{kind}' THEN {self.place} END" if self.kinds else self.place

    def read_as(self, kind: str, native: str, written: str) -> str:
        """SQL of a cell: ``native`` where the workbook itself says that it is of this kind, else ``written``."""
        return f"CASE WHEN {self.kinds} = '{kind}' THEN {native} ELSE {written} END" if self.kinds else written


@dataclass(frozen=True)
class Doubt:
    """What a person should look at in a column that is read: a code, a sentence, its rows, the first of them where one is named, and what to do."""

    code: str
    sentence: str
    rows: int = 1
    row: int | None = None
    action: str = "Look whether they are right."


@dataclass(frozen=True)
class Typed:
    """How a column is read.

    ``sql`` gives its value of type ``kind``, null where a cell does not fit; ``present`` is null where a cell is blank. ``values`` counts the cells that are
    not blank, ``misfits`` those of them that do not fit, ``rounded`` the binary floats that lost places. ``places`` are the decimal places of its numbers,
    ``currencies`` the ones that ``marked`` of its cells name, $ and kr as they are, ``percent`` says that cells carry a per cent sign, and ``style`` what the
    vote found, in the words of the mapping file.
    """

    kind: Kind
    sql: str
    present: str
    values: int
    misfits: int = 0
    places: int = 0
    expected: str = ""
    style: dict[str, str] = field(default_factory=dict)
    currencies: tuple[str, ...] = ()
    percent: bool = False
    rounded: int = 0
    has_negative: bool = True
    """False where no number is below zero."""
    why: str = ""
    doubts: tuple[Doubt, ...] = ()
    marked: int = 0

    @property
    def scale(self) -> int:
        """Decimal places of the stored decimal."""
        return max(MONEY_PLACES, self.places)


@dataclass(frozen=True)
class Where:
    """The table that is typed, for questions: its file and sheet as a person says them, and the line of the mapping that answers."""

    table: str
    file: str
    answers: dict[str, Any] = field(default_factory=dict)
    """The dialect of the mapping: ``decimal``, ``thousands``, ``date``. What it says holds, whatever the values say."""
    whole_digits: int = WHOLE_DIGITS
    """Digits that a number may have before its decimal sign."""
    others: tuple[tuple[str, Mapping[str, RawColumn]], ...] = ()
    """The source's other files with the same columns, which decide where this one does not: the table of each, and its columns by their names."""
    found: dict[str, Any] = field(default_factory=dict)
    """The same as the file's mapped columns decided: it holds for further columns whose values do not decide."""
    ours: Mapping[str, str] = field(default_factory=dict)
    """What the file's columns are taken for: theirs → ours. It says which reading is the likelier one where the values leave two."""
    currency: str = ""
    """SQL of the currency that a row says, "" where none does."""

    @property
    def decimal(self) -> str | None:
        """The decimal sign that is given; thousands by point or comma leave the other one."""
        given = self.answers.get("decimal")
        return str(given) if given else {".": ",", ",": "."}.get(self.answers.get("thousands", ""))


NOTHING = "NULL"
"""What databases export where there is nothing: a cell of this word alone, in capitals, is empty."""


def scale_of(engine_type: str) -> int:
    """The places of a decimal type of the engine; of any other type those that money has.

    Examples
    --------
    >>> scale_of("DECIMAL(18,6)"), scale_of("BIGINT")
    (6, 4)
    """
    return int(engine_type.rstrip(")").split(",")[1]) if engine_type.startswith("DECIMAL") else MONEY_PLACES


def decimal(number: str, scale: int, whole_digits: int = WHOLE_DIGITS) -> str:
    """SQL of a number as a decimal of 18 digits; null where more digits than may be stand before the decimal sign."""
    width = min(MONEY_DIGITS, whole_digits + scale)
    read = f"TRY_CAST({number} AS DECIMAL({width}, {scale}))"
    return read if width == MONEY_DIGITS else f"CAST({read} AS DECIMAL({MONEY_DIGITS}, {scale}))"


def in_digits(scale: int, whole_digits: int) -> str:
    """How many digits a number of that scale may have, as a person says it."""
    before = min(whole_digits, MONEY_DIGITS - scale)
    return f"at most {before} digits before and {MONEY_DIGITS - before} after"


def present(place: str) -> str:
    """SQL of a text cell that is not blank, without spaces around it; null where it is blank, or says so in the word of databases."""
    return f"nullif(nullif(trim({place}), ''), {text_of(NOTHING)})"
