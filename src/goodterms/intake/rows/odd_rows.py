"""Odd rows: those of a file that may be no facts, for a word for a total, or because they lack what lines have, each with the sum of the lines above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.values.agreement import OVER_A_CENT, is_seldom
from goodterms.intake.values.income_words import INCOME_ALONE, RESULT, is_total
from goodterms.intake.values.total_words import ANYWHERE, BESIDE, beside_total

_DOCUMENT = '"document"'
_MOST_NAMELESS = 10_000
"""In a file with more rows that lack what lines have, or have a word for a total, these are lines, and none is a total for its sum or its word alone."""
_AT_ONCE = 1_024
"""So many rows are one sum where no odd row stands among them."""
LEAST_SUMMED = 3
"""The last row is no total by chance, whatever it is called, if its amount is the sum of all others and these are so many."""
_NO_WORD = 0.75
"""Where so large a share of the rows has a word for a total in one column, it says nothing of the row."""


@dataclass(frozen=True)
class Lines:
    """The rows among which totals are looked for.

    ``raw`` is the raw table, ``bad`` the table of rows that do not fit (``row``, ``reason``), ``typed`` a query of typed rows (``row``, ``amount``,
    ``has_no_day``, ``month`` and the keys); ``has_months`` says whether the rows of a month are summed up by themselves too. ``places`` are the raw table's
    columns, ``texts`` those of them that hold no numbers and dates, ``days`` those of days and months. ``keys`` are our columns of keys and names, each with
    the file's name of it and how many rows have one; ``main`` those that no line goes without where others have them, ``of_goods`` those that a line of work
    or freight may lack. ``rounded`` is what rounding may make of an amount. ``said`` is what the mapping says of totals.
    """

    raw: str
    bad: str
    typed: str
    places: Sequence[str]
    texts: Sequence[str]
    days: Sequence[str]
    keys: Mapping[str, tuple[str, int]]
    main: frozenset[str]
    of_goods: frozenset[str]
    rounded: Decimal
    said: Mapping[str, str]
    has_months: bool = False
    has_results: bool = False
    """Whether a row may say what is left of income after costs, or be the sum of all others, as in an income statement."""


@dataclass(frozen=True)
class Odd:
    """A row that may be no fact: one that does not fit, one with a word for a total, or one that lacks what lines have."""

    row: int
    cells: list[str]
    texts: list[str]
    amount: Decimal | None
    keys: list[str | None]
    has_no_day: bool
    is_unfit: bool
    is_last: bool
    """Whether no good row stands below it."""
    above: Decimal
    """The sum of the good rows between it and the odd row before it, and how many they are."""
    lines: int
    has_own_number: bool
    """Whether it has the number of a document that no good row has."""
    has_results: bool
    """Whether the words for what is left of income after costs are words for a total."""
    day: str = ""
    """What stands for its day, where that is text."""
    month: Any = None
    """The month whose rows alone are summed up; None where all are."""

    @cached_property
    def word(self) -> str:
        """The cell of it with a word for a total, alone or beside other words; "" where none has one."""
        cells = [*([*self.cells[:1], self.day] if self.is_unfit else []), *self.texts]
        return next((cell for cell in cells if is_total(cell, has_results=self.has_results)), next((cell for cell in cells if BESIDE.fullmatch(cell)), ""))

    @property
    def is_income(self) -> bool:
        """Whether it is income by its word, as the first row of an income statement is."""
        return self.has_results and any(INCOME_ALONE.fullmatch(cell) for cell in self.texts)

    @property
    def own(self) -> list[int]:
        """The places of keys that are no words for a total."""
        return [place for place, key in enumerate(self.keys) if key and not (BESIDE.fullmatch(key) or is_total(key, has_results=self.has_results))]

    def lacking(self, places: Iterable[int]) -> tuple[int, ...]:
        """Those of these places at which no key stands."""
        return tuple(place for place in places if self.keys[place] is None)


def find_words(con: Any, lines: Lines) -> None:
    """Keep the rows in which a cell begins or ends with a word for a total, or is one for income, below which a sum of costs may begin."""
    word = text_of(f"(?i){BESIDE.pattern}{f'|{RESULT.pattern}|{INCOME_ALONE.pattern}' if lines.has_results else ''}")
    has_word = {place: f"regexp_full_match(trim({place}), {word})" for place in lines.texts}
    near = f"regexp_matches(concat_ws(' ', {', '.join(lines.texts)}), {text_of(ANYWHERE)})" if lines.texts else "false"
    near = f"({' OR '.join(has_word.values())})" if lines.has_results and lines.texts else near
    con.execute(f"CREATE OR REPLACE TEMP TABLE word_rows AS SELECT {', '.join(['row', *lines.texts])} FROM {lines.raw} WHERE {near}")
    counted = ", ".join(["count(*)", *(f"count(*) FILTER ({has})" for has in has_word.values())])
    rows = con.execute(f"SELECT count(*) FROM {lines.raw}").fetchone()[0]
    _, *counts = con.execute(f"SELECT {counted} FROM word_rows").fetchone()
    telling = [has for has, count in zip(has_word.values(), counts, strict=True) if count <= _NO_WORD * rows]
    con.execute(f"CREATE OR REPLACE TEMP TABLE word_rows AS SELECT row FROM word_rows WHERE {' OR '.join(telling) or 'false'}")


def usual(con: Any, lines: Lines) -> tuple[list[int], list[int]]:
    """The places of keys that nearly every line has, and of those that most have: lines being the rows that fit and have no word for a total."""
    apart = f"row IN (SELECT row FROM word_rows UNION SELECT row FROM {lines.bad})"
    counted = ", ".join(["count(*)", *(f"count({key})" for key in lines.keys)])
    of_apart = con.execute(f"SELECT {counted} FROM ({lines.typed}) WHERE {apart}").fetchone()
    rows = con.execute(f"SELECT count(*) FROM {lines.raw}").fetchone()[0] - of_apart[0]
    there = [values - odd for (_, values), odd in zip(lines.keys.values(), of_apart[1:], strict=True)]
    return [place for place, count in enumerate(there) if is_seldom(rows - count, rows)], [place for place, count in enumerate(there) if 2 * count >= rows]


def odd_rows_of(con: Any, lines: Lines, seldom_missing: Sequence[int], often_there: Sequence[int], month: str = "NULL") -> list[Odd]:
    """All rows that may be no facts, in the file's order, each with the sum of the good rows since the one before, of its ``month`` where that is a column."""
    keys, fits = list(lines.keys), f"amount IS NOT NULL AND row NOT IN (SELECT row FROM {lines.bad})"
    rows = con.execute(f"SELECT count(*) FROM {lines.raw}").fetchone()[0]
    gaps = [f"{keys[place]} IS NULL" for place in often_there if list(lines.keys.values())[place][1] < rows]
    lacking = " OR ".join(gaps) or "false"
    if gaps and con.execute(f"SELECT count(*) FROM ({lines.typed}) WHERE ({lacking}) AND {fits}").fetchone()[0] > _MOST_NAMELESS:
        lacking = " AND ".join(f"{keys[place]} IS NULL" for place in seldom_missing) or "false"
        lacking = lacking if con.execute(f"SELECT count(*) FROM ({lines.typed}) WHERE ({lacking}) AND {fits}").fetchone()[0] <= _MOST_NAMELESS else "false"
    worded = "row IN (SELECT row FROM word_rows)"
    if con.execute("SELECT count(*) FROM word_rows").fetchone()[0] > _MOST_NAMELESS:  # a product is called so
        worded += f" AND ({' OR '.join(f'{keys[place]} IS NULL' for place in seldom_missing) or 'false'})"
    if lines.has_results:
        worded += f" OR row IN ({_sum_of_all(lines, fits)})"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE odd_rows AS SELECT row, true AS is_unfit FROM {lines.bad} "
        f"UNION ALL SELECT row, false FROM ({lines.typed}) WHERE ({worded} OR ({lacking})) AND {fits}"
    )
    if not con.execute("SELECT count(*) FROM odd_rows").fetchone()[0]:
        return []
    cells, texts = (
        f"list_filter([{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in places)}], cell -> cell <> '')::VARCHAR[]"
        for places in (lines.places, lines.texts)
    )
    day = f"trim(coalesce({', '.join(lines.days)}, ''))" if lines.days else "''"
    document = _DOCUMENT if _DOCUMENT in keys else "NULL::VARCHAR"
    _sum_up(con, lines, month)
    found = con.execute(
        f"""
        WITH typed AS NOT MATERIALIZED ({lines.typed}),
        numbers AS (SELECT DISTINCT {document} AS number FROM typed
                    WHERE {document} IN (SELECT {document} FROM odd_rows JOIN typed USING (row)) AND row NOT IN (SELECT row FROM odd_rows)),
        sums AS (SELECT o.row, sum(g.amount) AS above, sum(g.lines) AS lines
                 FROM good_rows g ASOF JOIN (SELECT row, {_as_part(month)} AS part FROM odd_rows JOIN typed USING (row)) o ON g.part = o.part AND g.row < o.row
                 GROUP BY o.row)
        SELECT row, {cells}, {texts}, amount, [{", ".join(keys)}]::VARCHAR[], has_no_day, is_unfit, row > (SELECT coalesce(max(last), 0) FROM good_rows),
               coalesce(above, 0), coalesce(CAST(lines AS BIGINT), 0), {document} IS NOT NULL AND {document} NOT IN (FROM numbers),
               {str(lines.has_results).lower()}, {day}, {month}
        FROM odd_rows JOIN {lines.raw} USING (row) JOIN typed USING (row) LEFT JOIN sums USING (row) ORDER BY row
        """
    ).fetchall()
    return [Odd(*row) for row in found]


def _sum_of_all(lines: Lines, fits: str) -> str:
    """A query of the last row that fits, where its amount is the sum of all others, and these are several."""
    rows = f"SELECT row, amount FROM ({lines.typed}) WHERE {fits}"
    return f"SELECT max(row) FROM ({rows}) HAVING count(*) > {LEAST_SUMMED} AND abs(2 * arg_max(amount, row) - sum(amount)) < {OVER_A_CENT}"


def _as_part(month: str) -> str:
    return f"coalesce(CAST({month} AS VARCHAR), '')"


def _sum_up(con: Any, lines: Lines, month: str) -> None:
    """Keep the good rows, each as ``row``, ``part`` (its month), ``amount``, ``lines`` and ``last``: where no odd row stands among so many, these as one."""
    place = f"CASE WHEN row // {_AT_ONCE} IN (SELECT row // {_AT_ONCE} FROM odd_rows) THEN row ELSE row // {_AT_ONCE} * {_AT_ONCE} END"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE good_rows AS SELECT {place} AS row, {_as_part(month)} AS part, sum(amount) AS amount, count(*) AS lines, "
        f"max(row) AS last FROM ({lines.typed}) WHERE row NOT IN (SELECT row FROM odd_rows) GROUP BY ALL"
    )


def named_beside(con: Any, lines: Lines, odd_rows: Iterable[Odd]) -> set[str]:
    """What stands beside a word for a total and is a key or name of lines: "Ann" of "Ann total"."""
    beside = sorted({rest.casefold() for odd in odd_rows if (rest := beside_total(odd.word))})
    if not beside or not lines.keys:
        return set()
    con.execute(f"CREATE OR REPLACE TEMP TABLE beside_total AS SELECT unnest([{', '.join(map(text_of, beside))}]) AS name")
    named = " UNION ".join(f"SELECT lower(trim({key})) AS name FROM ({lines.typed})" for key in lines.keys)
    return {name for (name,) in con.execute(f"SELECT name FROM beside_total WHERE name IN ({named})").fetchall()}


def like_lines(con: Any, lines: Lines, doubted: Sequence[Odd]) -> set[int]:
    """Those rows that say something of their own: the number of a document, or a text that neither the line above nor the one below has."""
    numbered = {odd.row for odd in doubted if odd.has_own_number}
    if not doubted or not lines.texts:
        return numbered
    con.execute(f"CREATE OR REPLACE TEMP TABLE doubted_rows AS SELECT unnest({[odd.row for odd in doubted]}) AS row")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE beside_doubted AS SELECT d.row, o.row AS other FROM doubted_rows d ASOF JOIN ({_good(lines)}) o ON d.row > o.row "
        f"UNION ALL SELECT d.row, o.row FROM doubted_rows d ASOF JOIN ({_good(lines)}) o ON d.row < o.row"
    )
    cells = f"[{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in lines.texts)}]::VARCHAR[]"
    found = con.execute(
        f"WITH shown AS (SELECT row, {cells} AS cells FROM {lines.raw}) "
        "SELECT b.row, s.cells, o.cells FROM beside_doubted b JOIN shown s USING (row) JOIN shown o ON o.row = b.other"
    ).fetchall()
    own: dict[int, set[str]] = {}
    for row, cells_of_row, beside in found:
        new = {cell for cell, other in zip(cells_of_row, beside, strict=True) if cell and cell != other and _says_something(cell, lines)}
        own[row] = own.get(row, new) & new
    return numbered | {row for row, new in own.items() if new}


def _good(lines: Lines) -> str:
    return f"SELECT row FROM {lines.raw} WHERE row NOT IN (SELECT row FROM odd_rows)"


def _says_something(cell: str, lines: Lines) -> bool:
    return any(sign.isalpha() for sign in cell) and not (BESIDE.fullmatch(cell) or is_total(cell, has_results=lines.has_results))
