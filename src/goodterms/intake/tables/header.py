"""Where a table begins: which record names the columns, what stands above it, and which rows below it are still no data."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodterms.errors import AnswerNeededError, MappingError, Question, UnreadableFileError
from goodterms.intake.mapping.answers import choice
from goodterms.intake.tables.header_cells import (
    NO_VALUE,
    Cells,
    adds_names,
    are_units,
    complete_each_other,
    cut,
    goes_on,
    grouped,
    is_again,
    is_title,
    names_all_but_first,
    shown,
    stripped,
)
from goodterms.intake.tables.raw_table import named_header
from goodterms.intake.values.months import are_months
from goodterms.problems import Origin, Problem, Severity

HEADER = "header"
PREAMBLE = "above the header"
BLANK = "blank"
FOOTER = "footer"
SECOND_HEADER = "second header row"
REPEATED_HEADER = "header repeated"
TYPED = 0.8
"""Share of a column's filled cells that must be of one kind for the column to count as typed."""
LEAST_FILLED = 0.4
"""A row belongs to the table if it has at least this share of the cells that rows usually fill."""
LEADING = 15
"""Rows at the top that may be no data yet; the kinds of columns are read from the rows after them."""
MOST_ABOVE = 50
"""Rows of several cells above a header beyond which they count as a table of their own."""

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Head:
    """What was found at the top of a table.

    ``row`` is the record of the header, 0 where there is none; ``names`` has one name for each of ``width`` columns; ``kinds`` are the kinds of the columns
    that are numbers, dates or flags, by place; ``set_aside`` the records up to the first data row that are no data, with the reason;
    ``cells`` the header's own; ``short`` the fewer cells that rows may have, where the header has more names than rows usually have cells (else ``width``).
    """

    row: int
    names: tuple[str, ...]
    width: int
    kinds: Mapping[int, str]
    set_aside: Mapping[int, str]
    cells: tuple[str, ...] = ()
    short: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Top:
    """The first records of a table, as text and by kind ("" empty, "number", "date", "flag", "text"), and what can be said of them."""

    rows: Sequence[Cells]
    kinds: Sequence[Cells]
    file: str
    sheet: str = ""

    @property
    def width(self) -> int:
        """Cells that most records have; records of one cell count for little, since text above a table has one."""
        lengths = Counter(len(row) for row, filled in zip(self.rows, self.filled, strict=True) if filled)
        return max(lengths, key=lambda length: (lengths[length] * max(length - 1, 0.001) / length, length)) if lengths else 0

    @property
    def filled(self) -> list[int]:
        """Filled cells of each record."""
        return [sum(kind != "" for kind in kinds) for kinds in self.kinds]

    def belonging(self, width: int) -> list[int]:
        """Places of the rows that fill about as many cells as rows of this width do."""
        filled = self.filled
        usual = statistics.median([count for row, count in zip(self.rows, filled, strict=True) if len(row) == width and count] or [1])
        least = max(LEAST_FILLED * usual, 2 if width > 2 else min(2, usual))
        return [place for place, count in enumerate(filled) if count >= least] or [place for place, count in enumerate(filled) if count]

    def column_kinds(self, width: int, belonging: Sequence[int]) -> dict[int, str]:
        """Kinds of the typed columns, from the rows below the leading ones."""
        table = [place for place in belonging if len(self.rows[place]) == width]
        body = table[min(LEADING, len(table) - len(table) // 2) :] or table
        kinds = {}
        for column in range(width):
            seen = Counter(self.kinds[place][column] for place in body if self._is_said(place, column))
            if seen and 2 * seen.total() >= sum(self.kinds[place][column] != "" for place in body):
                kind, times = seen.most_common(1)[0]
                if kind != "text" and times >= TYPED * seen.total() and (kind != "flag" or times > 1):
                    kinds[column] = kind
        return kinds

    def is_data(self, place: int, kinds: Mapping[int, str]) -> bool:
        """Say whether the row's cells are of the columns' kinds, more often than not."""
        said = [
            (kind if kind == "flag" and self._is_cross(place, column) else self.kinds[place][column], kind)
            for column, kind in kinds.items()
            if column < len(self.rows[place]) and (self._is_said(place, column) or (kind == "flag" and self._is_cross(place, column)))
        ]
        hits = sum(seen == kind for seen, kind in said)
        return 2 * hits > len(said)

    def _is_cross(self, place: int, column: int) -> bool:
        """Say whether a cell is the "x" with which people mark what is so."""
        return self.rows[place][column].strip().casefold() == "x"

    def _is_said(self, place: int, column: int) -> bool:
        return self.kinds[place][column] != "" and self.rows[place][column].strip().casefold() not in NO_VALUE


def find_head(top: Top, *, wanted: int | None = None) -> Head:
    """Return the header of a table and everything above its first data row; ``wanted`` is the header row that the mapping names, 0 for none.

    Raises
    ------
    AnswerNeededError
        Two rows may be the header, or the header has more or fewer names than rows have cells.
    UnreadableFileError
        There is nothing below the header.
    MappingError
        The header row that the mapping names is not there, or blank.
    """
    width = top.width
    if not width:
        raise UnreadableFileError(f"{_where(top)} holds no cell with anything in it. Export it again.")
    belonging = top.belonging(width)
    kinds = top.column_kinds(width, belonging)
    if wanted is not None:
        return _as_wanted(top, wanted, width, kinds)
    data = [place for place in belonging if top.is_data(place, kinds)]
    data = [place for number, place in enumerate(data) if number >= LEADING or not _names_periods(top, place, belonging)]
    if not data:
        return _of_text(top, width, belonging, kinds)
    first_data = _below_fuller_header(top, data, belonging, kinds)
    leading = [place for place in belonging if place < first_data]
    if not leading:
        return _headless(top, first_data, width, kinds)
    whole = [place for place in leading if len(top.rows[place]) == width]
    if len(whole) > LEADING:
        leading = whole[:1]  # so many rows are no heading, but rows of text
    leading = leading[: next((number for number, place in enumerate(leading) if number and _stands_below_again(top, place, first_data)), None)]
    if len(leading) == 1 or leading[-2] != leading[-1] - 1:
        return _headed(top, leading[-1], width, kinds)
    return _of_two(top, leading, width, kinds)


def _of_text(top: Top, width: int, belonging: Sequence[int], kinds: Mapping[int, str]) -> Head:
    """No column is typed: the first row of the table is the header, unless its cells come again below it."""
    table = [place for place in belonging if len(top.rows[place]) == width] or list(belonging)
    first = table[0]
    names = stripped(top.rows[first])
    below = [row for row in (stripped(top.rows[place]) for place in table[1:]) if not is_again(names, row)]
    if not below:
        raise UnreadableFileError(f"{_where(top)} has a header (row {first + 1}) and nothing below it. Export it again, with its rows.")
    again = sum(row[column] == name for row in below for column, name in enumerate(names) if name and column < len(row))
    return _headless(top, first, width, kinds) if again > 1 or (again and len(below) < 10) else _headed(top, first, width, kinds)


def _of_two(top: Top, leading: Sequence[int], width: int, kinds: Mapping[int, str]) -> Head:
    """Two rows stand over the data: names over units, groups over names, or the user decides."""
    upper, lower = leading[-2:]
    over, under = top.rows[upper], top.rows[lower]
    if are_units(under) and not are_units(over):
        return _headed(top, upper, width, kinds, second=lower)
    if len(under) == width and (len(over) < width or len(cut(over)) > width):
        return _headed(top, lower, width, kinds)
    if complete_each_other(over, under):
        return _headed(top, lower, width, kinds, upper=None if is_title(cut(over), stripped(under)) else upper)
    fits = [sum(top.kinds[place][column] == kind for column, kind in kinds.items() if column < len(top.rows[place])) for place in (upper, lower)]
    if 2 * top.filled[lower] <= top.filled[upper] or (top.filled[upper] == width and fits[0] == 0 < fits[1]):
        return _headed(top, upper, width, kinds)  # a row of data with text where others have numbers
    sentence = f"{_where(top)}: two rows may name its columns, and nothing in the file decides."
    offered = [upper, lower, *([leading[0]] if leading[0] < upper else [])]
    evidence = tuple(f"row {place + 1}: {shown(top.rows[place])}" for place in sorted({*offered, lower + 1}) if place < len(top.rows))
    choices = (
        *(choice(f"row {place + 1}", dialect={"header_row": place + 1}) for place in offered),
        choice("no row names the columns", dialect={"header_row": 0}),
    )
    raise AnswerNeededError(Question("header_row", sentence, evidence, choices))


def _as_wanted(top: Top, wanted: int, width: int, kinds: Mapping[int, str]) -> Head:
    if wanted == 0:
        return _headless(top, 0, width, kinds, settled=True)
    place = wanted - 1
    if not 0 <= place < len(top.rows) or not top.filled[place]:
        raise MappingError(f"{_where(top)}: the mapping says header_row = {wanted}, but there is nothing in that row.")
    below = place + 1
    second = below if below < len(top.rows) and are_units(top.rows[below]) and not top.is_data(below, kinds) else None
    if not any(top.filled[below:]):
        raise UnreadableFileError(f"{_where(top)} has nothing below its header (row {wanted}). Export it again, with its rows.")
    return _headed(top, place, width, kinds, second=second, settled=True)


def _headless(top: Top, first: int, width: int, kinds: Mapping[int, str], *, settled: bool = False) -> Head:
    aside = {place + 1: PREAMBLE if top.filled[place] else BLANK for place in range(first)}
    sentence = "no row names the columns; they are called column 1, column 2 and so on."
    notice = Problem("no-header", Severity.NOTICE, _origin(top), sentence=sentence, action="If a row does, say which: dialect = { header_row = N }")
    said = () if settled else (notice,)
    return Head(0, named_header((), width), width, kinds, aside, (), width, (*said, *_preamble(top, aside)))


def _headed(top: Top, place: int, width: int, kinds: Mapping[int, str], *, second: int | None = None, upper: int | None = None, settled: bool = False) -> Head:
    cells = tuple(top.rows[place])
    is_right = names_all_but_first(cells, width, kinds)
    problems = () if is_right else _of_other_width(top, place, width, settled=settled)
    short, width = width, max(width, len(cut(cells)))
    aside = {above + 1: PREAMBLE if top.filled[above] else BLANK for above in range(place)}
    _ask_which_table(top, place, aside, settled=settled)
    aside[place + 1] = HEADER
    names: Cells = ("", *cells) if is_right else cells
    if upper is not None:
        names = grouped(top.rows[upper], names)
        aside[upper + 1] = HEADER
    first = place if upper is None else upper
    while first and adds_names(top.rows[first - 1], names):
        first -= 1
        names = grouped(top.rows[first], names)
        aside[first + 1] = HEADER
    if first < place:
        rows = f"{'two' if place - first == 1 else place - first + 1} rows name the columns; an upper one is set before the lower one's names"
        problems += (_notice(top, first, rows, shown(named_header(names, width))),)
    if second is not None:
        aside |= {between + 1: BLANK for between in range(place + 1, second)}
        aside[second + 1] = SECOND_HEADER
        problems += (_notice(top, second, "a second row below the header is no data and is set aside", shown(top.rows[second])),)
    last = place if second is None else second
    while last + 1 < len(top.rows) and goes_on(top.rows[last + 1], top.kinds[last + 1], kinds):
        last += 1
        aside[last + 1] = SECOND_HEADER
        problems += (_notice(top, last, "a further row below the header is no data and is set aside", shown(top.rows[last])),)
    return Head(place + 1, named_header(names, width), width, kinds, aside, cells, short, (*_preamble(top, aside), *problems))


def _stands_below_again(top: Top, place: int, first_data: int) -> bool:
    """Say whether a word of a row stands in its column again among the data, but not the whole row: then it is data, and names nothing."""
    words = {(column, cell) for column, cell in enumerate(top.rows[place]) if top.kinds[place][column] == "text"}
    return any(words.intersection(enumerate(row)) and list(row) != list(top.rows[place]) for row in top.rows[first_data:])


def _ask_which_table(top: Top, place: int, aside: Mapping[int, str], *, settled: bool) -> None:
    """Ask which table is meant where so many rows stand above the header that they are one of their own."""
    above = [row for row, reason in aside.items() if reason == PREAMBLE and top.filled[row - 1] > 1]
    if len(above) > MOST_ABOVE and not settled:
        sentence = f"{_where(top)}: {len(above)} rows stand above its widest table; there seem to be several tables."
        evidence = tuple(f"row {row}: {shown(top.rows[row - 1])}" for row in (above[0], place + 1))
        choices = tuple(choice(f"the table that begins in row {row}", dialect={"header_row": row}) for row in (above[0], place + 1))
        raise AnswerNeededError(Question("header_row", sentence, evidence, choices))


def _of_other_width(top: Top, place: int, width: int, *, settled: bool) -> tuple[Problem, ...]:
    """A header of another width than the rows: with more names, the last columns are left out of the rows; with fewer, ask, or warn where that is settled."""
    cells = top.rows[place]
    names = len(cut(cells))
    if names > width:
        sentence = (
            f"the header (row {place + 1}) names {names} columns, but most rows have {width} cells. The last {names - width} columns are taken as empty there."
        )
        return (Problem("header-of-other-width", Severity.WARNING, _origin(top, place), sentence=sentence, action="Look whether names and cells fit."),)
    beyond = any(any(cell.strip() for cell in row[len(cells) :]) for row in top.rows[place + 1 :] if len(row) == width)
    if len(cells) >= width or not beyond:
        return ()
    settled = settled or len(set(cells)) == 1  # names that are all the same cannot stand over the wrong cells
    sentence = f"the header (row {place + 1}) names {names} columns, but most rows have {width} cells, so that names may stand over the wrong cells."
    if settled:
        warning = Problem("header-of-other-width", Severity.WARNING, _origin(top, place), sentence=sentence, action="Names are set from the left.")
        return (warning,)
    evidence = tuple(f"row {row + 1}: {shown(top.rows[row])}" for row in range(place, min(place + 3, len(top.rows))))
    choices = (
        choice("the names stand over the first cells", dialect={"header_row": place + 1}),
        choice("no row names the columns", dialect={"header_row": 0}),
    )
    raise AnswerNeededError(Question("header_row", f"{_where(top)}: {sentence}", evidence, choices))


def _below_fuller_header(top: Top, data: Sequence[int], belonging: Sequence[int], kinds: Mapping[int, str]) -> int:
    """Return the first data row. What looks like one ("Printed;2013-01-05") is none if a row of names below it is fuller than everything above that row."""
    filled = top.filled
    for place in belonging:
        if not data[0] < place < data[0] + LEADING:
            continue
        names = not any(top.kinds[place][column] == kind for column, kind in kinds.items() if column < len(top.rows[place]))
        below = next((row for row in data if row > place), None)
        if names and below is not None and max(filled[:place]) < filled[place]:
            return below
    return data[0]


def _names_periods(top: Top, place: int, belonging: Sequence[int]) -> bool:
    """Say whether a row of numbers names months or years, as in ``Customer;2010;2011``: in their order, and unlike what stands below."""
    if are_months(top.rows[place]):
        below = [row for row in belonging if row > place]
        return 2 * sum(are_months(top.rows[row]) for row in below) < len(below)
    cells = [cell for cell in stripped(top.rows[place]) if cell]
    years = [int(cell) for cell in cells if _YEAR.fullmatch(cell)]
    if len(years) < 2 or sorted(set(years)) != years or any(re.fullmatch(r"[\d.,\s-]+", cell) for cell in cells if not _YEAR.fullmatch(cell)):
        return False
    return not any(sum(bool(_YEAR.fullmatch(cell.strip())) for cell in top.rows[below]) >= len(years) for below in belonging if below > place)


def _preamble(top: Top, aside: Mapping[int, str]) -> tuple[Problem, ...]:
    rows = [row for row, reason in aside.items() if reason == PREAMBLE]
    if not rows:
        return ()
    many = f"{len(rows)} rows above the table are" if len(rows) > 1 else "a row above the table is"
    return (_notice(top, rows[0] - 1, f"{many} no part of it and set aside", shown(top.rows[rows[0] - 1]), rows=len(rows)),)


def _notice(top: Top, place: int, sentence: str, seen: str, *, rows: int = 1) -> Problem:
    return Problem("rows-about-the-header", Severity.NOTICE, _origin(top, place), seen=seen, sentence=f"{sentence}: {seen}", rows=rows)


def _origin(top: Top, place: int | None = None) -> Origin:
    return Origin(top.file, top.sheet, None if place is None else place + 1)


def _where(top: Top) -> str:
    return f"{top.file}, sheet {top.sheet}" if top.sheet else top.file
