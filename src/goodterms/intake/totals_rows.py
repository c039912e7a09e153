"""Totals and footers: rows that stand in a file for the reader's comfort and are no facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from goodterms.intake.header import BLANK
from goodterms.intake.raw_table import RowRef
from goodterms.intake.typed_column import text_of

_WORDS = "(?:(?:grand|sub)[ -]?)?totals?|totalt|(?:kaikki |koko )?yhteensä|(?:väli|loppu|kokonais|del|slut|total)?summa|summe|sum|gesamt(?:summe|betrag)?"
BARE = re.compile(rf"[\s*=]*(?:{_WORDS})[\s*=:.,]*(?:[0-9][0-9\s./:-]*)?", re.IGNORECASE)
"""A word for a total alone, or with a period: "Total", "Grand total:", "Yhteensä 2023-01"."""
_BESIDE = re.compile(rf"[\s*=]*(?:{_WORDS})(?:[\s:.,*=-].*)?|.*[\s:,-](?:{_WORDS})[\s*:=.]*", re.IGNORECASE)
"""The same before or after other words: "Ann Oy total", "Summa Oy"."""
_PIECES = ("tota", "sum", "yhteens", "gesamt")
"""One of these is in each of the words: found faster than the words in files of many rows."""
TOTAL = "total"
FOOTER = "footer"
NO_AMOUNT = "no amount in any month"
_ROUNDING = Decimal("0.011")
_MOST_NAMELESS = 10_000
"""In a file with more rows that name nobody and nothing, these are sales without a name, and none of them is a total for its sum alone."""
_FEW_CELLS = 3


@dataclass(frozen=True)
class _Odd:
    """A row that may be no fact: one that does not fit, one with a word for a total, or one that names nobody and nothing."""

    row: int
    cells: list[str]
    amount: Decimal | None
    keys: list[str | None]
    has_no_day: bool
    is_unfit: bool
    is_last: bool
    """Whether no good row stands below it."""
    above: Decimal
    """The sum of the good rows between it and the odd row before it, and how many they are."""
    lines: int

    @property
    def is_bare(self) -> bool:
        """Whether a cell of it is a word for a total and nothing else."""
        return any(BARE.fullmatch(cell) for cell in self._words)

    @property
    def has_word(self) -> bool:
        """Whether a cell of it begins or ends with a word for a total."""
        return any(_BESIDE.fullmatch(cell) for cell in self._words)

    @property
    def _words(self) -> list[str]:
        first = self.cells[:1] if self.is_unfit else []
        return [*first, *(key for key in self.keys if key)]

    def lacks(self, places: Sequence[int]) -> bool:
        """Whether no key stands in any of these places but one with a word for a total, and some have none at all."""
        found = [self.keys[place] for place in places]
        return None in found and not any(key and not _BESIDE.fullmatch(key) for key in found)


def set_aside_totals(con: Any, *, raw: str, bad: str, typed: str, places: Sequence[str], keys: Sequence[str], usual: Sequence[int]) -> list[RowRef]:
    """Find totals rows and footers, put them among the rows that take no part, without a reason for being rejected, and return them.

    A row that does not fit is a total when a word for it begins it and nothing else names it, or when it names nobody and its amount is the sum of rows above
    (since an earlier total, or of all); a footer when it has one cell and stands below the last good row. A row that fits is a total only where two things
    say so: the word alone and the sum, the word alone and missing keys, other words beside it and both of these, missing keys and the sum.

    Parameters
    ----------
    raw, bad, typed
        The raw table, the table of rows that do not fit (``row``, ``reason``), and a query of typed rows (``row``, ``amount``, ``has_no_day`` and the keys).
    places
        The raw table's columns, in order.
    keys
        Our columns of keys and names.
    usual
        Places in ``keys`` of those that nearly every row has.
    """
    found = [RowRef(odd.row, "; ".join(odd.cells), reason) for odd, reason in _judged(_odd_rows(con, raw, bad, typed, places, _Keys(keys, usual)), usual)]
    if found:
        con.execute(f"CREATE OR REPLACE TEMP TABLE set_aside_rows AS SELECT unnest({[ref.row for ref in found]}) AS row")
        con.execute(f"UPDATE {bad} SET reason = NULL WHERE row IN (SELECT row FROM set_aside_rows)")
        con.execute(f"INSERT INTO {bad} SELECT row, NULL FROM set_aside_rows WHERE row NOT IN (SELECT row FROM {bad})")
    return found


@dataclass(frozen=True)
class _Keys:
    """Our columns of keys, and the places of those that nearly every row has, as conditions of the engine."""

    names: Sequence[str]
    usual: Sequence[int]

    @property
    def have_word(self) -> str:
        """A key begins or ends with a word for a total."""
        word = text_of(f"(?i){_BESIDE.pattern}")
        pieces = {key: " OR ".join(f"contains(lower({key}), {text_of(piece)})" for piece in _PIECES) for key in self.names}
        found = (f"(({some}) AND regexp_full_match({key}, {word}))" for key, some in pieces.items())
        return " OR ".join(found) or "false"

    @property
    def are_missing(self) -> str:
        """No key stands where nearly every row has one."""
        return " AND ".join(f"{self.names[place]} IS NULL" for place in self.usual) or "false"


def _odd_rows(con: Any, raw: str, bad: str, typed: str, places: Sequence[str], keys: _Keys) -> list[_Odd]:
    """All rows that may be no facts, in the file's order, each with the sum of the good rows since the one before."""
    count = con.execute(f"SELECT count(*) FROM ({typed}) WHERE {keys.are_missing} AND row NOT IN (SELECT row FROM {bad})").fetchone()[0]
    is_odd = f"{keys.have_word} OR ({keys.are_missing if count <= _MOST_NAMELESS else 'false'})"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE odd_rows AS SELECT row, true AS is_unfit FROM {bad} "
        f"UNION ALL SELECT row, false FROM ({typed}) WHERE ({is_odd}) AND amount IS NOT NULL AND row NOT IN (SELECT row FROM {bad})"
    )
    if not con.execute("SELECT count(*) FROM odd_rows").fetchone()[0]:
        return []
    cells = f"list_filter([{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in places)}], cell -> cell <> '')"
    rows = con.execute(
        f"""
        WITH typed AS ({typed}),
        good AS (SELECT row, amount FROM typed WHERE row NOT IN (SELECT row FROM odd_rows)),
        sums AS (SELECT o.row, sum(g.amount) AS above, count(*) AS lines FROM good g ASOF JOIN odd_rows o ON g.row < o.row GROUP BY o.row)
        SELECT row, {cells}, amount, [{", ".join(keys.names)}]::VARCHAR[], has_no_day, is_unfit, row > (SELECT coalesce(max(row), 0) FROM good),
               coalesce(above, 0), coalesce(lines, 0)
        FROM odd_rows JOIN {raw} USING (row) JOIN typed USING (row) LEFT JOIN sums USING (row) ORDER BY row
        """
    ).fetchall()
    return [_Odd(*row) for row in rows]


@dataclass
class _Sums:
    """The sum and number of all lines so far, and what they were at the file's beginning and at each total."""

    above: Decimal = Decimal(0)
    lines: int = 0
    marks: list[tuple[Decimal, int]] = field(default_factory=lambda: [(Decimal(0), 0)])

    def make(self, amount: Decimal | None, *, of_at_least: int) -> bool:
        """Whether an amount is the sum of at least so many lines since the beginning or since a total."""
        return amount is not None and any(abs(self.above - above - amount) < _ROUNDING and self.lines - lines >= of_at_least for above, lines in self.marks)


def _judged(odd_rows: Iterable[_Odd], usual: Sequence[int]) -> Iterator[tuple[_Odd, str]]:
    """The odd rows that are no facts, each with the reason."""
    sums = _Sums()
    for odd in odd_rows:
        sums.above += odd.above
        sums.lines += odd.lines
        reason = _unfit_reason(odd, sums) if odd.is_unfit else TOTAL if _is_total(odd, sums, usual) else ""
        if reason:
            yield odd, reason
        if reason == TOTAL:
            sums.marks.append((sums.above, sums.lines))
        elif not odd.is_unfit and odd.amount is not None:
            sums.above += odd.amount
            sums.lines += 1


def _unfit_reason(odd: _Odd, sums: _Sums) -> str:
    """Why a row that does not fit is no fact; "" where it is rejected."""
    if not odd.cells:
        return BLANK
    nameless = odd.has_no_day and not any(odd.keys)
    is_alone = odd.has_no_day and not any(key and not _BESIDE.fullmatch(key) for key in odd.keys)
    if odd.is_bare and (is_alone or len(odd.cells) <= _FEW_CELLS):
        return TOTAL
    if odd.has_word and is_alone and (nameless or odd.amount is None or sums.make(odd.amount, of_at_least=1)):
        return TOTAL
    if nameless and sums.make(odd.amount, of_at_least=2):
        return TOTAL
    return FOOTER if len(odd.cells) == 1 and odd.amount is None and odd.is_last else ""


def _is_total(odd: _Odd, sums: _Sums, usual: Sequence[int]) -> bool:
    """Whether a row that fits is a total, and no line of a customer or product of that name."""
    lacks = odd.lacks(usual)
    if odd.is_bare:
        return lacks or sums.make(odd.amount, of_at_least=1)
    if odd.has_word:
        return not any(key and not _BESIDE.fullmatch(key) for key in odd.keys) and sums.make(odd.amount, of_at_least=1 if lacks else 2)
    return lacks and not any(odd.keys) and sums.make(odd.amount, of_at_least=2)
