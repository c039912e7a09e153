"""Totals and footers: rows that stand in a file for the reader's comfort and are no facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.tables.header import BLANK, FOOTER
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.total_words import ANYWHERE, BARE, BESIDE, beside_total

TOTAL = "total"
OF_MONTH, FROM_BELOW = "total of its month", "total of the rows below"
"""Totals that are no sums of all rows above."""
NO_AMOUNT = "no amount in any month"
IN_DOUBT = "a total, or a line"
LINE = "line"
OTHERS = "others"
"""What a mapping calls the rows that it does not name."""
_ROUNDING = Decimal("0.011")
OF_A_LINE = Decimal("0.006")
"""What rounding may make a line, where its amount is worked out and not stated."""
_MOST_NAMELESS = 10_000
"""In a file with more rows that lack what lines have, or have a word for a total, these are lines, and none is a total for its sum or its word alone."""
_FEW_CELLS = 3
_NO_WORD = 0.75
"""Where so large a share of the rows has a word for a total in one column, it says nothing of the row."""
_SELDOM = 0.1
"""A key that no larger share of the lines lacks says something where it is missing."""
_FEW = 3
"""So many lines may lack it in a short file."""
_LATEST = 50
"""So many totals above are tried as the beginning of a sum that is rounded line by line."""
_MANY = 3
"""So many rows that lack the same and are all sums of the rows above are totals without a word; fewer are asked about."""
_NEARLY_ALL = 0.8
"""Where so large a share of them are, the others are in doubt too."""


@dataclass(frozen=True)
class Lines:
    """The rows among which totals are looked for.

    ``raw`` is the raw table, ``bad`` the table of rows that do not fit (``row``, ``reason``), ``typed`` a query of typed rows (``row``, ``amount``,
    ``has_no_day``, ``month`` and the keys); ``has_months`` says whether the rows of a month are summed up by themselves too. ``places`` are the raw table's
    columns, ``texts`` those of them that hold no numbers and dates. ``keys`` are our columns of keys and names, each with the file's name of it and how many
    rows have one; ``main`` those that no line goes without where others have them. ``rounded`` is what rounding may make of an amount. ``said`` is what the
    mapping says of totals.
    """

    raw: str
    bad: str
    typed: str
    places: Sequence[str]
    texts: Sequence[str]
    keys: Mapping[str, tuple[str, int]]
    main: frozenset[str]
    rounded: Decimal
    said: Mapping[str, str]
    has_months: bool = False


@dataclass(frozen=True)
class _Odd:
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
    month: Any = None
    """The month whose rows alone are summed up; None where all are."""

    @cached_property
    def word(self) -> str:
        """The cell of it with a word for a total, alone or beside other words; "" where none has one."""
        cells = [*(self.cells[:1] if self.is_unfit else []), *self.texts]
        return next((cell for cell in cells if BARE.fullmatch(cell)), next((cell for cell in cells if BESIDE.fullmatch(cell)), ""))

    @property
    def own(self) -> list[int]:
        """The places of keys that are no words for a total."""
        return [place for place, key in enumerate(self.keys) if key and not BESIDE.fullmatch(key)]

    def lacking(self, places: Iterable[int]) -> tuple[int, ...]:
        """Those of these places at which no key stands."""
        return tuple(place for place in places if self.keys[place] is None)


@dataclass
class _Sums:
    """The sum and number of all lines so far, and what they were at the file's beginning and at each total; with rejected rows, and without."""

    rounded: Decimal
    above: Decimal = Decimal(0)
    lines: int = 0
    rejected: Decimal = Decimal(0)
    marks: list[tuple[Decimal, Decimal, int]] = field(default_factory=lambda: [(Decimal(0), Decimal(0), 0)])
    _first: tuple[dict[int, int], dict[int, int]] = field(default_factory=lambda: ({0: 0}, {0: 0}))

    def lines_of(self, amount: Decimal | None) -> int:
        """How many lines, since the beginning or since a total, an amount is the sum of; 0 where it is of none."""
        if not amount:
            return 0
        latest = [self.marks[0], *self.marks[max(1, len(self.marks) - _LATEST) :]] if self.rounded else [self.marks[0], self.marks[-1]]
        near = [self.lines - mark[2] for mark in latest for place, now in enumerate(self._now) if self._fits(now - mark[place] - amount, self.lines - mark[2])]
        exact = [self.lines - first[cents] for now, first in zip(self._now, self._first, strict=True) for cents in _cents_near(now - amount) if cents in first]
        return max([*near, *exact], default=0)

    def mark(self) -> None:
        """Begin a sum here: a total stands here."""
        self.marks.append((*self._now, self.lines))
        for now, first in zip(self._now, self._first, strict=True):
            first.setdefault(round(now * 100), self.lines)

    @property
    def _now(self) -> tuple[Decimal, Decimal]:
        return self.above, self.above + self.rejected

    def _fits(self, gap: Decimal, lines: int) -> bool:
        return abs(gap) < _ROUNDING + self.rounded * lines


def _cents_near(amount: Decimal) -> range:
    return range(round(amount * 100) - 1, round(amount * 100) + 2)


def set_aside_totals(con: Any, lines: Lines) -> tuple[list[RowRef], dict[str, list[RowRef]]]:
    """Find totals rows and footers, put them among the rows that take no part, without a reason for being rejected, and return them.

    A row that does not fit is a total when a word for it begins it and nothing else names it, or when it lacks keys and its amount is the sum of rows above
    (since an earlier total, or of all); a footer when it has one cell and stands below the last good row. A row that fits is a total only where two things
    say so: the word alone and the sum, the word alone and missing keys, other words beside it with missing keys and the sum, missing keys and the sum. Where
    one thing says so, it is in doubt: these are returned too, by the text that the mapping may name them with.
    """
    found: list[RowRef] = []
    doubted: dict[str, list[RowRef]] = {}
    for one in _judged(con, lines):
        ref = RowRef(one.odd.row, "; ".join(one.odd.cells), one.reason)
        if one.reason:
            (doubted.setdefault(one.text, []) if one.reason == IN_DOUBT else found).append(ref)
    if found:
        con.execute(f"CREATE OR REPLACE TEMP TABLE set_aside_rows AS SELECT unnest({[ref.row for ref in found]}) AS row")
        con.execute(f"UPDATE {lines.bad} SET reason = NULL WHERE row IN (SELECT row FROM set_aside_rows)")
        con.execute(f"INSERT INTO {lines.bad} SELECT row, NULL FROM set_aside_rows WHERE row NOT IN (SELECT row FROM {lines.bad})")
    return found, doubted


# The rows that may be totals -------------------------------------------------------------------------------------------------------------------------------


def _judged(con: Any, lines: Lines) -> list[_Judged]:
    """The odd rows in the file's order, each with what it is: by the rows above it, else by those of its month above it, else by those below it."""
    _find_words(con, lines)
    seldom_missing, often_there = _usual(con, lines)
    odd_rows = _odd_rows(con, lines, seldom_missing, often_there)
    if not odd_rows:
        return []
    judge = _Judge(lines, seldom_missing, often_there, _named_beside(con, lines, odd_rows))
    found = judge.judged(odd_rows)
    if lines.has_months and any(one.is_open for one in found):
        found = judge.judged_again(found, _odd_rows(con, lines, seldom_missing, often_there, month="month"), OF_MONTH)
    if any(one.is_open and not one.text_is_word for one in found):
        found = judge.judged_again(found, _from_below(con, lines, odd_rows), FROM_BELOW)
    return found


def _from_below(con: Any, lines: Lines, odd_rows: Sequence[_Odd]) -> list[_Odd]:
    """The odd rows from the file's end, each with the sum of the good rows between it and the odd row below it."""
    of_all, count = con.execute(f"SELECT coalesce(sum(amount), 0), count(*) FROM ({lines.typed}) WHERE row NOT IN (SELECT row FROM odd_rows)").fetchone()
    rest = of_all - sum((odd.above for odd in odd_rows), Decimal(0)), count - sum(odd.lines for odd in odd_rows)
    below = [*((odd.above, odd.lines) for odd in odd_rows[1:]), rest]
    return [replace(odd, above=above, lines=number) for odd, (above, number) in zip(odd_rows, below, strict=True)][::-1]


def _find_words(con: Any, lines: Lines) -> None:
    """Keep the rows in which a cell begins or ends with a word for a total."""
    word = text_of(f"(?i){BESIDE.pattern}")
    has_word = {place: f"regexp_full_match(trim({place}), {word})" for place in lines.texts}
    near = f"regexp_matches(concat_ws(' ', {', '.join(lines.texts)}), {text_of(ANYWHERE)})" if lines.texts else "false"
    con.execute(f"CREATE OR REPLACE TEMP TABLE word_rows AS SELECT {', '.join(['row', *lines.texts])} FROM {lines.raw} WHERE {near}")
    counted = ", ".join(["count(*)", *(f"count(*) FILTER ({has})" for has in has_word.values())])
    rows = con.execute(f"SELECT count(*) FROM {lines.raw}").fetchone()[0]
    _, *counts = con.execute(f"SELECT {counted} FROM word_rows").fetchone()
    telling = [has for has, count in zip(has_word.values(), counts, strict=True) if count <= _NO_WORD * rows]
    con.execute(f"CREATE OR REPLACE TEMP TABLE word_rows AS SELECT row FROM word_rows WHERE {' OR '.join(telling) or 'false'}")


def _usual(con: Any, lines: Lines) -> tuple[list[int], list[int]]:
    """The places of keys that nearly every line has, and of those that most have: lines being the rows that fit and have no word for a total."""
    apart = f"row IN (SELECT row FROM word_rows UNION SELECT row FROM {lines.bad})"
    counted = ", ".join(["count(*)", *(f"count({key})" for key in lines.keys)])
    of_apart = con.execute(f"SELECT {counted} FROM ({lines.typed}) WHERE {apart}").fetchone()
    rows = con.execute(f"SELECT count(*) FROM {lines.raw}").fetchone()[0] - of_apart[0]
    there = [values - odd for (_, values), odd in zip(lines.keys.values(), of_apart[1:], strict=True)]
    few = max(_SELDOM * rows, min(_FEW, rows // 3))
    return [place for place, count in enumerate(there) if rows - count <= few], [place for place, count in enumerate(there) if 2 * count >= rows]


def _odd_rows(con: Any, lines: Lines, seldom_missing: Sequence[int], often_there: Sequence[int], month: str = "NULL") -> list[_Odd]:
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
    found = con.execute(
        f"""
        WITH typed AS ({lines.typed}),
        good AS (SELECT row, amount, coalesce(CAST({month} AS VARCHAR), '') AS part FROM typed WHERE row NOT IN (SELECT row FROM odd_rows)),
        odd AS (SELECT row, coalesce(CAST({month} AS VARCHAR), '') AS part FROM odd_rows JOIN typed USING (row)),
        sums AS (SELECT o.row, sum(g.amount) AS above, count(*) AS lines FROM good g ASOF JOIN odd o ON g.part = o.part AND g.row < o.row GROUP BY o.row)
        SELECT row, {cells}, {texts}, amount, [{", ".join(keys)}]::VARCHAR[], has_no_day, is_unfit, row > (SELECT coalesce(max(row), 0) FROM good),
               coalesce(above, 0), coalesce(lines, 0), {month}
        FROM odd_rows JOIN {lines.raw} USING (row) JOIN typed USING (row) LEFT JOIN sums USING (row) ORDER BY row
        """
    ).fetchall()
    return [_Odd(*row) for row in found]


def _named_beside(con: Any, lines: Lines, odd_rows: Iterable[_Odd]) -> set[str]:
    """What stands beside a word for a total and is a key or name of lines: "Ann" of "Ann total"."""
    beside = sorted({rest.casefold() for odd in odd_rows if (rest := beside_total(odd.word))})
    if not beside or not lines.keys:
        return set()
    con.execute(f"CREATE OR REPLACE TEMP TABLE beside_total AS SELECT unnest([{', '.join(map(text_of, beside))}]) AS name")
    named = " UNION ".join(f"SELECT lower(trim({key})) AS name FROM ({lines.typed})" for key in lines.keys)
    return {name for (name,) in con.execute(f"SELECT name FROM beside_total WHERE name IN ({named})").fetchall()}


# What they are ---------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """An odd row with the reason for which it is no fact, "" where it is one (or is rejected), and the text that the mapping may name it with."""

    odd: _Odd
    reason: str
    text: str = ""
    is_wordless: bool = False
    """Whether nothing but a sum, and what it lacks, make it a total."""
    made: int = 0
    """How many lines its amount is the sum of."""

    @property
    def is_open(self) -> bool:
        """Whether it counts as a line, or is in doubt, for want of rows that it sums up."""
        return not self.odd.is_unfit and (self.reason == IN_DOUBT or not self.reason)

    @property
    def text_is_word(self) -> bool:
        """Whether a word for a total is in it."""
        return bool(self.odd.word)


@dataclass(frozen=True)
class _Judge:
    """Goes down odd rows, summing up the lines between them."""

    lines: Lines
    seldom_missing: Sequence[int]
    often_there: Sequence[int]
    named: set[str]

    def judged(self, odd_rows: Sequence[_Odd]) -> list[_Judged]:
        """Each row with what it is. Rows that lack the same and have no word are lines unless nearly all of them are sums, and in doubt unless all are."""
        are_lines: set[str] = set()
        while True:
            found = self._gone_through(odd_rows, are_lines)
            alike: dict[str, list[_Judged]] = {}
            for one in found:
                if one.is_wordless and one.odd.amount:
                    alike.setdefault(one.text, []).append(one)
            no_sums = {text for text, rows in alike.items() if not _are_sums(rows)} - are_lines
            if not any(one.made for text in no_sums for one in alike[text]):
                break
            are_lines |= no_sums
        doubted = {text for text, rows in alike.items() if _are_sums(rows) and not _are_surely_sums(rows) and not self._said(text)}
        return [replace(one, reason=IN_DOUBT) if one.is_wordless and one.text in doubted and not one.odd.is_unfit else one for one in found]

    def judged_again(self, found: Sequence[_Judged], odd_rows: Sequence[_Odd], total: str) -> list[_Judged]:
        """The same rows, those that were open as they are among other rows: totals that were found already are no lines among them."""
        known = {one.odd.row for one in found if not one.is_open}
        judged = self.judged(_without(odd_rows, known))
        again = {one.odd.row: replace(one, reason=total) if one.reason == TOTAL else one for one in judged}
        return [again[one.odd.row] if one.is_open and again[one.odd.row].reason else one for one in found]

    def _gone_through(self, odd_rows: Sequence[_Odd], are_lines: set[str]) -> list[_Judged]:
        of_months: dict[Any, _Sums] = {}
        found: list[_Judged] = []
        once = {word for word, times in Counter(odd.word for odd in odd_rows).items() if times == 1}
        for odd in odd_rows:
            sums = of_months.setdefault(odd.month, _Sums(self.lines.rounded))
            sums.above += odd.above
            sums.lines += odd.lines
            one = self._one(odd, sums.lines_of(odd.amount), are_lines, is_once=odd.word in once)
            found.append(one)
            if one.reason == TOTAL:
                sums.mark()
            elif odd.amount is not None and not odd.is_unfit:
                sums.above += odd.amount
                sums.lines += 1
            elif odd.amount is not None and not one.reason:
                sums.rejected += odd.amount
        return found

    def _one(self, odd: _Odd, made: int, are_lines: set[str], *, is_once: bool) -> _Judged:
        if not odd.cells:
            return _Judged(odd, BLANK)
        if word := odd.word:
            reason = self._of_unfit(odd, word, made) if odd.is_unfit else self._of_words(odd, word, made, is_once=is_once)
            said = self._said(word) if reason == IN_DOUBT else self.lines.said.get(word, "")
            return _Judged(odd, {TOTAL: TOTAL, LINE: ""}.get(said, reason), word)
        if not any(odd.keys) and (odd.has_no_day if odd.is_unfit else odd.lacking(self.seldom_missing)) and made > 1:
            return _Judged(odd, TOTAL)
        missing = [list(self.lines.keys.values())[place][0] for place in odd.lacking(self.often_there)]
        if not missing or (odd.is_unfit and not odd.has_no_day):
            return _Judged(odd, self._footer(odd))
        text = f"without {', '.join([*missing, *(['date'] if odd.has_no_day else [])])}"
        said = self._said(text)
        is_total = said == TOTAL or (made and said != LINE and text not in are_lines)
        return _Judged(odd, TOTAL if is_total else self._footer(odd), text, is_wordless=True, made=made)

    def _said(self, text: str) -> str:
        """What the mapping says of a row: "total", "line", "" where it says nothing."""
        return self.lines.said.get(text, self.lines.said.get(OTHERS, ""))

    def _of_words(self, odd: _Odd, word: str, made: int, *, is_once: bool) -> str:
        """What a row with a word for a total is, if it fits; a customer or product may be called so."""
        is_bare = BARE.fullmatch(word) is not None
        lacking = odd.lacking(self.seldom_missing)
        lacks_all = bool(lacking) and not set(odd.own) & set(self.seldom_missing)
        is_named = beside_total(word).casefold() in self.named
        if made and (lacking or is_named or (not odd.own and (is_bare or made > 1))):
            return TOTAL
        if is_bare and lacks_all:
            return TOTAL
        if made > 1 or lacks_all or is_named or any(list(self.lines.keys)[place] in self.lines.main for place in lacking):
            return IN_DOUBT
        is_alone = is_bare and not odd.own and odd.is_last and is_once
        return IN_DOUBT if is_alone else ""

    def _of_unfit(self, odd: _Odd, word: str, made: int) -> str:
        """What a row with a word for a total is, if it does not fit; "" where it is rejected."""
        is_alone = odd.has_no_day and not odd.own
        if BARE.fullmatch(word) and (is_alone or len(odd.cells) <= _FEW_CELLS):
            return TOTAL
        if is_alone and (not any(odd.keys) or odd.amount is None or made):
            return TOTAL
        if odd.has_no_day and made and odd.lacking(self.seldom_missing):
            return TOTAL
        return self._footer(odd)

    def _footer(self, odd: _Odd) -> str:
        return FOOTER if odd.is_unfit and len(odd.cells) == 1 and odd.amount is None and odd.is_last else ""


def _are_sums(rows: Sequence[_Judged]) -> bool:
    """Whether nearly all of some rows are the sums of the lines above, and one at least of several lines."""
    return sum(one.made > 0 for one in rows) >= _NEARLY_ALL * len(rows) and any(one.made > 1 for one in rows)


def _are_surely_sums(rows: Sequence[_Judged]) -> bool:
    return len(rows) >= _MANY and all(one.made for one in rows) and sum(one.made > 1 for one in rows) > 1


def _without(odd_rows: Iterable[_Odd], known: Container[int]) -> list[_Odd]:
    """The odd rows but those that are known, whose lines above are then those of the next row of the same month."""
    kept: list[_Odd] = []
    held: dict[Any, tuple[Decimal, int]] = {}
    for odd in odd_rows:
        above, lines = held.pop(odd.month, (Decimal(0), 0))
        whole = replace(odd, above=odd.above + above, lines=odd.lines + lines)
        if odd.row in known:
            held[odd.month] = (whole.above, whole.lines)
        else:
            kept.append(whole)
    return kept
