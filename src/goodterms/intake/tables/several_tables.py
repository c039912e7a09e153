"""Several tables in one file, one below the other with blank rows between them: the largest is read, and the others are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.mapping.answers import choice
from goodterms.intake.tables.dialect import kind_of
from goodterms.intake.tables.header import PREAMBLE
from goodterms.intake.tables.header_again import HeaderAgain
from goodterms.problems import Origin, Problem, Severity

OTHER_TABLE = "another table"
LARGEST = 0.75
"""Share of all rows from which the largest table is read without being asked for."""
MOST_TITLES = 30
"""Rows of one cell and blank ones below a table beyond which no further table is waited for."""
_BELOW = 3
"""Rows below a header that show whether it is one."""

Cells = Sequence[str]


@dataclass(frozen=True)
class Table:
    """One table of a file: the record where its part of the file begins, the one of its header (0: none), its title, its names, its rows and their width."""

    begin: int
    row: int
    title: str
    names: tuple[str, ...]
    rows: int = 0
    widest: int = 0

    @property
    def is_list(self) -> bool:
        """Whether it is a list of two columns, as the names and values that a program prints above and below a table, or one row without names."""
        named = sum(map(bool, self.names))
        return named == 2 or (not named and (self.widest == 2 or self.rows == 1))

    def __str__(self) -> str:
        """The table as it is named in a sentence."""
        names = " | ".join(name for name in self.names if name)
        said = [part for part in (self.title, names if len(names) <= 100 else names[:97] + "…") if part]
        return ": ".join([f"row {self.row or self.begin:,}", *said])


@dataclass
class _Held:
    """Records below a blank one, until it is known whose they are."""

    rows: list[tuple[int, Cells]] = field(default_factory=list)
    header: int | None = None
    """The place of what may be a header among them."""

    @property
    def titles(self) -> list[int]:
        return [row for row, cells in self.rows[: self.header] if len(_filled(cells)) == 1]

    @property
    def below(self) -> list[Cells]:
        return [] if self.header is None else [cells for _, cells in self.rows[self.header + 1 :]]


class Tables:
    """The tables of a file, met row by row: where one ends and another begins.

    A row of text below blank rows begins another table if numbers or dates stand under most of its cells, or if it has a title and a name of the first header
    in its place. Rows under the first header met again are rows of the first table.

    Examples
    --------
    >>> tables = Tables(1, ["Customer", "Net"])
    >>> for row, cells in enumerate((["Ann", "1"], ["", ""], ["Costs", ""], ["Item", "Cost"], ["Rent", "9"]), start=2):
    ...     _ = tables.take(row, cells)
    >>> tables.finish(), [str(table) for table in tables.found]
    ([(3, ''), (4, 'another table'), (5, 'another table'), (6, 'another table')], ['row 1: Customer | Net', 'row 5: Costs: Item | Cost'])
    """

    def __init__(self, row: int, header: Cells) -> None:
        self.found = [Table(1, row, "", _names(header))]
        self._own = _folded(header)
        self._at = 0
        self._held: _Held | None = None

    @property
    def waits(self) -> bool:
        """Whether the next row has to be looked at: it may be something else than one more of the first table."""
        return self._held is not None or self._at > 0

    def take(self, row: int, cells: Cells) -> list[tuple[int, str]]:
        """Take one more record and return those of which it is known now whose they are, with ``""`` for the first table, or why they are not its rows."""
        held = self._held
        if held is None and _filled(cells):
            return self._let_go([(row, cells)])
        if held is None:
            self._held = _Held([(row, cells)])
            return []
        if held.header is not None and not _filled(cells):
            ready = self._decide(held)
            self._held = _Held([(row, cells)])
            return ready
        held.rows.append((row, cells))
        return self._looked_at(held, cells)

    def _looked_at(self, held: _Held, cells: Cells) -> list[tuple[int, str]]:
        """What the last record held says of those above it."""
        if held.header is not None:
            waits = len(held.below) < _BELOW
        elif len(_filled(cells)) < 2:
            waits = len(held.rows) < MOST_TITLES
        elif self._own and _folded(cells) == self._own:
            return self._own_again(held)
        else:
            waits = _are_names(cells) and sorted(_folded(cells)) != sorted(self._own)
            held.header = len(held.rows) - 1 if waits else None
        return [] if waits else self._decide(held)

    def finish(self) -> list[tuple[int, str]]:
        """Return the records that are still held at the end of the file."""
        return self._decide(self._held) if self._held else []

    def _own_again(self, held: _Held) -> list[tuple[int, str]]:
        """The first header again: what stands above it since the last row is its title."""
        self._held, self._at = None, 0
        titles = set(held.titles)
        return [(row, PREAMBLE if row in titles else "") for row, _ in held.rows]

    def _decide(self, held: _Held) -> list[tuple[int, str]]:
        self._held = None
        if held.header is None or not self._begins(held):
            return self._let_go(held.rows)
        titles = held.titles
        first = next(place for place, (_, cells) in enumerate(held.rows) if _filled(cells))
        let_go = self._let_go(held.rows[:first])
        row, cells = held.rows[held.header]
        title = next((_filled(above)[0] for number, above in held.rows if titles and number == titles[-1]), "")
        self._at = len(self.found)
        self.found.append(Table(held.rows[first][0], row, title, _names(cells)))
        self._let_go(held.rows[held.header + 1 :])
        return let_go + [(number, OTHER_TABLE if _filled(line) else "") for number, line in held.rows[first:]]

    def _begins(self, held: _Held) -> bool:
        names = held.rows[held.header or 0][1]
        below = held.below
        typed = [place for place in range(max(map(len, below), default=0)) if _is_typed(below, place)]
        over = sum(place < len(names) and bool(names[place].strip()) for place in typed)
        shared = any(name and name == own for name, own in zip(_folded(names), self._own, strict=False))
        return bool(below) and ((bool(typed) and 2 * over > len(typed)) or (shared and bool(held.titles)))

    def _let_go(self, rows: Sequence[tuple[int, Cells]]) -> list[tuple[int, str]]:
        filled = [many for _, cells in rows if (many := len(_filled(cells)))]
        table = self.found[self._at]
        self.found[self._at] = replace(table, rows=table.rows + len(filled), widest=max([table.widest, *filled]))
        return [(row, OTHER_TABLE if self._at and _filled(cells) else "") for row, cells in rows]


def tables_of(rows: Sequence[Cells]) -> list[Table]:
    """Return the tables among the first records of a file; one where there is nothing to part them by."""
    first = next((place for place, cells in enumerate(rows) if len(_filled(cells)) > 1), 0)
    header = rows[first] if rows and _are_names(rows[first]) else ()
    tables = Tables(first + 1 if header else 0, header)
    for place in range(first + 1 if header else first, len(rows)):
        tables.take(place + 1, rows[place])
    tables.finish()
    return tables.found


def largest_of(tables: Sequence[Table], file: str) -> Table:
    """Return the largest table where it has most of all rows.

    Raises
    ------
    AnswerNeededError
        No table has: the user decides, the largest being proposed.
    """
    wide = [table for table in tables if not table.is_list] or tables
    by_size = sorted(wide, key=lambda table: -table.rows)
    if by_size[0].rows >= LARGEST * sum(table.rows for table in wide):
        return by_size[0]
    sentence = f"{file}: {len(wide)} tables stand in it, one below the other. Which one is to be read? Cut the file to read several."
    evidence = tuple(f"{table}, {table.rows:,} row{'s' * (table.rows != 1)}" for table in by_size[:10])
    choices = tuple(choice(f"the table of row {table.row}" if table.row else "the first table", dialect={"header_row": table.row}) for table in by_size[:10])
    raise AnswerNeededError(Question("header_row", sentence, evidence, choices))


def named(table: Table, file: str) -> Problem:
    """Name a table that is not read."""
    sentence = f"another table stands in the file ({table}) and is set aside."
    action = f"To read it instead, say   dialect = {{ header_row = {table.row} }}   To read both, cut the file."
    return Problem("another-table", Severity.WARNING, Origin(file, row=table.row or table.begin), sentence=sentence, action=action, rows=table.rows)


def _filled(cells: Cells) -> list[str]:
    return [" ".join(cell.split()) for cell in cells if cell and not cell.isspace()]


def _names(cells: Cells) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) for cell in cells)


def _folded(cells: Cells) -> list[str]:
    names = HeaderAgain(cells).names
    while names and not names[-1]:
        names.pop()
    return names


def _are_names(cells: Cells) -> bool:
    """Whether a row may be a header: two words or more, all different, and no number or date among them."""
    filled = _filled(cells)
    return len(filled) > 1 and len(set(filled)) == len(filled) and all(kind_of(cell) == "text" and any(map(str.isalpha, cell)) for cell in filled)


def _is_typed(rows: Sequence[Cells], place: int) -> bool:
    kinds = {kind_of(cells[place]) for cells in rows if place < len(cells)} - {""}
    return bool(kinds) and not kinds & {"text", "flag"}
