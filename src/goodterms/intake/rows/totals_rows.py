"""Totals and footers: rows that stand in a file for the reader's comfort and are no facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from goodterms.intake.rows.odd_rows import LEAST_SUMMED, Lines, Odd, find_words, like_lines, named_beside, odd_rows_of, usual
from goodterms.intake.tables.header import BLANK, FOOTER
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.agreement import OVER_A_CENT
from goodterms.intake.values.income_words import RESULT, is_total
from goodterms.intake.values.total_words import beside_total

TOTAL = "total"
OF_MONTH, FROM_BELOW = "total of its month", "total of the rows below"
"""Totals that are no sums of all rows above."""
OF_RESULT = "result"
"""What is left of income after costs, which is no sum of costs."""
NO_AMOUNT = "no amount in any month"
IN_DOUBT = "a total, or a line"
LIKELY_LINE = "a line, or a total"
LINE = "line"
OTHERS = "others"
"""What a mapping calls the rows that it does not name."""
OF_A_LINE = Decimal("0.006")
"""What rounding may make a line, where its amount is worked out and not stated."""
_FEW_CELLS = 3
_LATEST = 50
"""So many totals above are tried as the beginning of a sum that is rounded line by line."""
_MANY = 3
"""So many rows that lack the same and are all sums of the rows above are totals without a word; fewer are asked about, or lines with a number of their own."""
_NEARLY_ALL = 0.8
"""Where so large a share of them are, the others are in doubt too."""


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
        return abs(gap) < OVER_A_CENT + self.rounded * lines


def _cents_near(amount: Decimal) -> range:
    return range(round(amount * 100) - 1, round(amount * 100) + 2)


def set_aside_totals(con: Any, lines: Lines) -> tuple[list[RowRef], dict[str, list[RowRef]]]:
    """Find totals rows and footers, put them among the rows that take no part, without a reason for being rejected, and return them.

    A row that does not fit is a total when a word for it begins it and nothing else names it, or stands for its day, or when it lacks keys and its amount is
    the sum of rows above (since an earlier total, or of all); a footer when it has one cell and stands below the last good row. A row that fits is a total
    only where two things say so: the word alone and the sum, the word alone and missing keys, other words beside it with missing keys and the sum, missing
    keys and the sum (more than what a line of work may lack). Where one thing says so, or another row with the very same word is one, it is in doubt: these
    are returned too, by the text that the mapping may name them with.
    """
    found: list[RowRef] = []
    doubted: dict[str, list[RowRef]] = {}
    judged = _judged(con, lines)
    words = {one.text for one in judged if one.text_is_word and one.reason in {TOTAL, OF_MONTH, FROM_BELOW}} - lines.said.keys()
    judged = [replace(one, reason=IN_DOUBT) if one.text in words and not one.reason and not one.odd.is_unfit else one for one in judged]
    told = [one for one in judged if one.is_wordless or one.text_is_word]
    doubtful = [one for one in told if one.reason == IN_DOUBT and one.text not in words]
    likely = like_lines(con, lines, [one.odd for one in doubtful]) | {one.odd.row for one in doubtful if _is_account(one, lines)}
    for one in judged:
        reason = OF_RESULT if one.reason == TOTAL and lines.has_results and RESULT.fullmatch(one.text) else one.reason
        ref = RowRef(one.odd.row, "; ".join(one.odd.cells), LIKELY_LINE if one.odd.row in likely else reason)
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
    find_words(con, lines)
    seldom_missing, often_there = usual(con, lines)
    odd_rows = odd_rows_of(con, lines, seldom_missing, often_there)
    if not odd_rows:
        return []
    judge = _Judge(lines, seldom_missing, often_there, named_beside(con, lines, odd_rows))
    found = judge.judged(odd_rows)
    if lines.has_months and any(one.is_open for one in found):
        found = judge.judged_again(found, odd_rows_of(con, lines, seldom_missing, often_there, month="month"), OF_MONTH)
    if any(one.is_open and not one.text_is_word for one in found):
        found = judge.judged_again(found, _from_below(con, lines, odd_rows), FROM_BELOW)
    return found


def _from_below(con: Any, lines: Lines, odd_rows: Sequence[Odd]) -> list[Odd]:
    """The odd rows from the file's end, each with the sum of the good rows between it and the odd row below it."""
    of_all, count = con.execute(f"SELECT coalesce(sum(amount), 0), count(*) FROM ({lines.typed}) WHERE row NOT IN (SELECT row FROM odd_rows)").fetchone()
    rest = of_all - sum((odd.above for odd in odd_rows), Decimal(0)), count - sum(odd.lines for odd in odd_rows)
    below = [*((odd.above, odd.lines) for odd in odd_rows[1:]), rest]
    return [replace(odd, above=above, lines=number) for odd, (above, number) in zip(odd_rows, below, strict=True)][::-1]


# What they are ---------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """An odd row with the reason for which it is no fact, "" where it is one (or is rejected), and the text that the mapping may name it with."""

    odd: Odd
    reason: str
    text: str = ""
    is_wordless: bool = False
    """Whether nothing but a sum, and what it lacks, make it a total."""
    made: int = 0
    """How many lines its amount is the sum of, above it or since a row with a word for a total."""
    may_be_line: bool = False
    """Whether a line might lack the same, or it has a number of its own."""

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

    def judged(self, odd_rows: Sequence[Odd]) -> list[_Judged]:
        """Each row with what it is. Rows that lack the same and have no word are lines unless nearly all of them are sums, and in doubt unless all are.

        Rows of one word alone are totals, whatever keys they have, where each of several is the sum of the lines since the one before.
        """
        are_lines: set[str] = set()
        are_totals: set[str] = set()
        while True:
            found = self._gone_through(odd_rows, are_lines, are_totals)
            alike, worded = _by_text(found, is_wordless=True), _by_text(found, is_wordless=False)
            no_sums = {text for text, rows in alike.items() if not _are_sums(rows) or _are_documents(rows)} - are_lines
            sums = {text for text, rows in worded.items() if self._is_total(text) and _are_surely_sums(rows)} - are_totals
            if not sums and not any(one.made for text in no_sums for one in alike[text]):
                break
            are_lines |= no_sums
            are_totals |= sums
        doubted = {text for text, rows in alike.items() if _are_sums(rows) and not _are_surely_sums(rows) and not self._said(text)} - are_lines
        return [replace(one, reason=IN_DOUBT) if one.is_wordless and one.text in doubted and not one.odd.is_unfit else one for one in found]

    def judged_again(self, found: Sequence[_Judged], odd_rows: Sequence[Odd], total: str) -> list[_Judged]:
        """The same rows, those that were open as they are among other rows: totals that were found already are no lines among them."""
        known = {one.odd.row for one in found if not one.is_open}
        judged = self.judged(_without(odd_rows, known))
        again = {one.odd.row: replace(one, reason=total) if one.reason == TOTAL else one for one in judged}
        return [again[one.odd.row] if one.is_open and again[one.odd.row].reason else one for one in found]

    def _gone_through(self, odd_rows: Sequence[Odd], are_lines: set[str], are_totals: set[str]) -> list[_Judged]:
        of_months: dict[Any, _Sums] = {}
        found: list[_Judged] = []
        once = {word for word, times in Counter(odd.word for odd in odd_rows).items() if times == 1}
        for odd in odd_rows:
            sums = of_months.setdefault(odd.month, _Sums(self.lines.rounded))
            sums.above += odd.above
            sums.lines += odd.lines
            one = self._one(odd, sums.lines_of(odd.amount), are_lines, is_once=odd.word in once)
            if one.made and one.text in are_totals and self.lines.said.get(one.text) != LINE:
                one = replace(one, reason=TOTAL)
            found.append(one)
            if one.reason == TOTAL:
                sums.mark()
            elif odd.amount is not None and not odd.is_unfit:
                sums.above += odd.amount
                sums.lines += 1
                if odd.is_income or (odd.word and self._is_total(odd.word)):
                    sums.mark()
            elif odd.amount is not None and not one.reason:
                sums.rejected += odd.amount
        return found

    def _one(self, odd: Odd, made: int, are_lines: set[str], *, is_once: bool) -> _Judged:
        if not odd.cells:
            return _Judged(odd, BLANK)
        if word := odd.word:
            reason = self._of_unfit(odd, word, made) if odd.is_unfit else self._of_words(odd, word, made, is_once=is_once)
            said = self._said(word) if reason == IN_DOUBT else self.lines.said.get(word, "")
            return _Judged(odd, {TOTAL: TOTAL, LINE: ""}.get(said, reason), word, made=made)
        if not any(odd.keys) and (odd.has_no_day if odd.is_unfit else odd.lacking(self.seldom_missing)) and made > 1:
            return _Judged(odd, TOTAL)
        lacking = odd.lacking(self.often_there)
        missing = [list(self.lines.keys.values())[place][0] for place in lacking]
        if not missing and self.lines.has_results and odd.is_last and made >= LEAST_SUMMED and odd.texts and not odd.is_unfit:
            return _Judged(odd, {TOTAL: TOTAL, LINE: ""}.get(self._said(odd.texts[0]), IN_DOUBT), odd.texts[0], made=made)
        if not missing or (odd.is_unfit and not odd.has_no_day):
            return _Judged(odd, self._footer(odd))
        text = f"without {', '.join([*missing, *(['date'] if odd.has_no_day else [])])}"
        said = self._said(text)
        is_total = said == TOTAL or (made and said != LINE and text not in are_lines)
        may_be_line = odd.has_own_number or all(list(self.lines.keys)[place] in self.lines.of_goods for place in lacking)
        return _Judged(odd, TOTAL if is_total else self._footer(odd), text, is_wordless=True, made=made, may_be_line=may_be_line)

    def _said(self, text: str) -> str:
        """What the mapping says of a row: "total", "line", "" where it says nothing."""
        return self.lines.said.get(text, self.lines.said.get(OTHERS, ""))

    def _is_total(self, word: str) -> bool:
        return is_total(word, has_results=self.lines.has_results)

    def _of_words(self, odd: Odd, word: str, made: int, *, is_once: bool) -> str:
        """What a row with a word for a total is, if it fits; a customer or product may be called so."""
        is_bare = self._is_total(word)
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
        return IN_DOUBT if is_alone or (self.lines.has_results and RESULT.fullmatch(word)) else ""

    def _of_unfit(self, odd: Odd, word: str, made: int) -> str:
        """What a row with a word for a total is, if it does not fit; "" where it is rejected."""
        is_alone = odd.has_no_day and not odd.own
        if self._is_total(word) and (is_alone or len(odd.cells) <= _FEW_CELLS or word == odd.day):
            return TOTAL
        if is_alone and (not any(odd.keys) or odd.amount is None or made):
            return TOTAL
        if odd.has_no_day and made and odd.lacking(self.seldom_missing):
            return TOTAL
        return self._footer(odd)

    def _footer(self, odd: Odd) -> str:
        return FOOTER if odd.is_unfit and len(odd.cells) == 1 and odd.amount is None and odd.is_last else ""


def _by_text(found: Iterable[_Judged], *, is_wordless: bool) -> dict[str, list[_Judged]]:
    """The rows that fit with or without a word for a total and have an amount, by the text that names them."""
    alike: dict[str, list[_Judged]] = {}
    for one in found:
        if one.is_wordless == is_wordless and one.text and one.odd.amount and (is_wordless or not one.odd.is_unfit):
            alike.setdefault(one.text, []).append(one)
    return alike


def _are_sums(rows: Sequence[_Judged]) -> bool:
    """Whether nearly all of some rows are the sums of the lines above, and one at least of several lines."""
    return sum(one.made > 0 for one in rows) >= _NEARLY_ALL * len(rows) and any(one.made > 1 for one in rows)


def _are_documents(rows: Sequence[_Judged]) -> bool:
    """Whether a few rows are documents of their own, of something that other lines have too: that they are sums is chance."""
    return len(rows) < _MANY and all(one.odd.has_own_number and len(one.odd.own) > 1 and not one.odd.is_unfit for one in rows)


def _is_account(one: _Judged, lines: Lines) -> bool:
    """Whether a row that is called a result has the number of an account, and is no sum: a company's own account may be called so."""
    keys = list(lines.keys)
    return lines.has_results and not one.made and bool(RESULT.fullmatch(one.text)) and any(keys[place] in lines.main for place in one.odd.own)


def _are_surely_sums(rows: Sequence[_Judged]) -> bool:
    return len(rows) >= _MANY and all(one.made and not one.may_be_line for one in rows) and sum(one.made > 1 for one in rows) > 1


def _without(odd_rows: Iterable[Odd], known: Container[int]) -> list[Odd]:
    """The odd rows but those that are known, whose lines above are then those of the next row of the same month."""
    kept: list[Odd] = []
    held: dict[Any, tuple[Decimal, int]] = {}
    for odd in odd_rows:
        above, lines = held.pop(odd.month, (Decimal(0), 0))
        whole = replace(odd, above=odd.above + above, lines=odd.lines + lines)
        if odd.row in known:
            held[odd.month] = (whole.above, whole.lines)
        else:
            kept.append(whole)
    return kept
