"""The first rows of a table, column by column: what the values of a column look like."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goodterms.facts.columns import Kind
from goodterms.intake.mapping.currency_code import MONEY, UNITS
from goodterms.intake.tables.header_cells import MISSING
from goodterms.intake.tables.raw_table import SAMPLE_ROWS
from goodterms.intake.values.months import YEAR, month_of, month_of_column
from goodterms.intake.values.named_months import is_named_day
from goodterms.intake.values.spans import span_of
from goodterms.intake.values.time_of_day import TIME
from goodterms.intake.values.total_words import BARE, NO_DAY
from goodterms.intake.values.typed_column import RawColumn
from goodterms.intake.values.typing_vote import could_be_flags, looks_like_flags

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_LEAST_SAMPLED = 100
"""Values that each of many files gives to their common sample."""
_MONEY = rf"(?<![^\W\d_])(?:{MONEY})(?![^\W\d_])"
_NUMBER_LIKE = re.compile(
    rf"[-+(\u2212–]?\s*(?:{_MONEY})?\s*[-+(\u2212–]?\s*[0-9][0-9.,'\u2019 \u00a0\u202f\u2009]*(?:[.,:][-\u2212–—]{{1,2}})?"
    rf"\s*[-)\u2212–]?\s*(?:%|{_MONEY})?\s*[-)\u2212–]?|[-+]?[.,][0-9]+",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"(?<![^\W\d_])(?:{UNITS})(?![^\W\d_])", re.IGNORECASE)
"""What may be a unit of another thing than money: 12 ft."""
_DATE_LIKE = re.compile(rf"(?:[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.](?:[0-9]{{4}}|[0-9]{{2}})|{YEAR}[0-9]{{4}}){TIME}")
CODE = re.compile("0[0-9]+")
"""Digits with a zero in front, 007 and 00100, are a code and no number."""


@dataclass(frozen=True)
class Sample:
    """The first rows of a table, column by column, as evidence: what the values of a column look like."""

    columns: tuple[RawColumn, ...]
    values: dict[str, tuple[str, ...]]
    """Of each column what is not blank."""
    cells: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each column all cells, row by row."""

    def example(self, theirs: str) -> str:
        """The first value of a column."""
        return next(iter(self.values[theirs]), "")

    def column(self, theirs: str) -> RawColumn:
        """The column of that name in the file."""
        return next(column for column in self.columns if column.theirs == theirs)

    def could_be(self, theirs: str, kind: Kind | None) -> bool:
        """Whether at least half of the sampled values look like a kind."""
        column, values = self.column(theirs), self.values[theirs]
        if not values or kind in {Kind.TEXT, None}:
            return True
        if not column.is_text:
            return self._typed_could_be(column.engine_type, kind)
        if kind == Kind.FLAG:
            return could_be_flags(set(values))
        said = [value for value in values if value.casefold() not in MISSING] or values
        if kind in {Kind.DATE, Kind.MONTH}:
            said = [value for value in said if not (NO_DAY.fullmatch(value) or BARE.fullmatch(value))] or said
            fit = sum(1 for value in said if is_date(value) or (kind == Kind.MONTH and (month_of_column(value) or span_of(value))))
        else:
            fit = sum(1 for value in said if _NUMBER_LIKE.fullmatch(value))
        return fit * 2 >= len(said)

    @staticmethod
    def _typed_could_be(of: str, kind: Kind | None) -> bool:
        is_day = of == "DATE" or of.startswith("TIMESTAMP")
        if kind in {Kind.DATE, Kind.MONTH}:
            return is_day or (kind == Kind.MONTH and of.endswith("INT"))
        if kind == Kind.FLAG:
            return of == "BOOLEAN" or of.endswith("INT")
        return not is_day

    def are_all(self, theirs: str, kind: Kind) -> bool:
        """Whether every sampled value looks like a kind, and there is one."""
        column, values = self.column(theirs), self.values[theirs]
        if not values:
            return False
        if kind == Kind.MONTH:
            return all(map(month_of, values))
        if not column.is_text:
            return self._typed_could_be(column.engine_type, kind)
        if kind == Kind.FLAG:
            return looks_like_flags(set(values))
        return all(is_date(value) if kind == Kind.DATE else _NUMBER_LIKE.fullmatch(value) for value in values)

    def kind_of_attribute(self, theirs: str) -> Kind:
        """What the sampled values are; digits with a zero in front are a code, and so text, and so are numbers with a unit that may not be money."""
        if any(CODE.fullmatch(value) or _UNIT.search(value) for value in self.values[theirs]):
            return Kind.TEXT
        return next((kind for kind in (Kind.FLAG, Kind.DATE, Kind.DECIMAL) if self.are_all(theirs, kind)), Kind.TEXT)


def is_date(value: str) -> bool:
    """Whether a text looks like a day, with or without a time behind it.

    >>> is_date("1.2.2024 klo 10.20"), is_date("2024-02-01 10:20:00 +0200"), is_date("1.2.2024 - 3.2.2024")
    (True, True, False)
    """
    return bool(_DATE_LIKE.fullmatch(value)) or is_named_day(value)


def of_all(samples: Sequence[Sample]) -> Sample:
    """The samples of files with the same columns as one, no longer than the sample of one file."""
    if len(samples) == 1:
        return samples[0]
    share = max(SAMPLE_ROWS // len(samples), _LEAST_SAMPLED)
    values, cells = (
        {theirs: tuple(value for one in samples for value in getattr(one, kept)[theirs][:share]) for theirs in samples[0].values}
        for kept in ("values", "cells")
    )
    return Sample(samples[0].columns, values, cells)


def sampled(con: Any, raw: RawTable) -> Sample:
    """Look at the first rows of a raw table."""
    types = {name: of for name, of, *_ in con.execute(f"DESCRIBE {raw.name}").fetchall()}
    kinds = {place: f"k{place[1:]}" for place in raw.columns if f"k{place[1:]}" in types}
    columns = tuple(
        RawColumn(place, theirs, native, types[place], kinds.get(place, "")) for place, theirs, native in zip(raw.columns, raw.header, raw.native, strict=True)
    )
    if not columns:
        return Sample((), {})
    cells = ", ".join(f"trim(CAST({column.place} AS VARCHAR))" for column in columns)
    rows = con.execute(f"SELECT {cells} FROM {raw.name} LIMIT {SAMPLE_ROWS}").fetchall()
    by_column = zip(*rows, strict=True) if rows else (() for _ in columns)
    all_cells = {column.theirs: tuple(cell or "" for cell in of_column) for column, of_column in zip(columns, by_column, strict=True)}
    return Sample(columns, {theirs: tuple(filter(None, of_column)) for theirs, of_column in all_cells.items()}, all_cells)


def distinct_values(con: Any, tables: Sequence[tuple[str, Sample]], columns: Sequence[str]) -> Settings[str, int]:
    """Count the distinct values of columns over all tables that have them."""
    if not columns:
        return {}
    cells = [f"SELECT {', '.join(f'{sample.column(t).place} AS v{i}' for i, t in enumerate(columns))} FROM {table}" for table, sample in tables]
    counted = ", ".join(f"count(DISTINCT v{i})" for i in range(len(columns)))
    return dict(zip(columns, con.execute(f"SELECT {counted} FROM ({' UNION ALL '.join(cells)})").fetchone(), strict=True))
