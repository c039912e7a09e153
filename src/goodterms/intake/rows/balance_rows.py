"""Opening and closing balances among the lines: what was owed before and after them, and no sale."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.parts.part import text_of_row
from goodterms.intake.rows.totals_rows import LINE, OTHERS, TOTAL
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.agreement import is_seldom
from goodterms.intake.values.total_words import BALANCE, NO_DAY, SALDO

OF_BALANCE = "opening or closing balance"
_MOST = 0.75
"""Where so large a share of the rows is called a balance, the file may be one of balances."""
_OFTEN = 0.5
"""A key that so many of the rows have says something where it is missing."""


@dataclass(frozen=True)
class BalanceRows:
    """The rows among which balances are looked for.

    ``raw`` is the raw table, ``bad`` the table of rows that do not fit, ``typed`` a query of typed rows with ``row`` and the keys. ``places`` are the raw
    table's columns, ``texts`` those of text, without the one that says what each row is, ``days`` those of days and months. ``keys`` are the expressions of
    what a line has of its own, such as its document and its product. ``said`` is what the mapping says of rows.
    """

    raw: str
    bad: str
    typed: str
    places: Sequence[str]
    texts: Sequence[str]
    days: Sequence[str]
    keys: Sequence[str]
    said: Mapping[str, str]


def set_aside_balances(con: Any, among: BalanceRows) -> tuple[list[RowRef], dict[str, list[RowRef]]]:
    """Put rows that a cell calls an opening or closing balance among the rows that take no part, and return them.

    A row that says it where its day should stand is nothing else. One that has all that lines have of their own (a document and a product) is in doubt, or a
    line where one word such as "Saldo" is all that is said: these are returned too, by the cell.
    """
    found = _without_a_day(con, among)
    of_days = {ref.row for ref in found}
    doubted: dict[str, list[RowRef]] = {}
    called, lines, values = _called(con, among) if among.texts else ([], 0, [])
    surely = [is_seldom(lines - there, lines) if there >= _OFTEN * lines else None for there in values]
    for row, cells, word, lacks in called:
        if row in of_days:
            continue
        lacking = [(lacks_it, is_sure) for lacks_it, is_sure in zip(lacks, surely, strict=True) if is_sure is not None]
        reason = _judged(word, lacking, many=len(called) > _MOST * (len(called) + lines))
        said = among.said.get(word, among.said.get(OTHERS, "") if reason is None else "")
        if said != LINE and (reason or said == TOTAL):
            found.append(RowRef(row, cells, OF_BALANCE))
        elif reason is None and not said:
            doubted.setdefault(word, []).append(RowRef(row, cells, OF_BALANCE))
    if found:
        con.execute(f"CREATE OR REPLACE TEMP TABLE balance_rows AS SELECT unnest({[ref.row for ref in found]}) AS row")
        con.execute(f"DELETE FROM {among.bad} WHERE row IN (SELECT row FROM balance_rows)")
        con.execute(f"INSERT INTO {among.bad} SELECT row, NULL FROM balance_rows")
    return found, doubted


def _without_a_day(con: Any, among: BalanceRows) -> list[RowRef]:
    """The rows with a word for a balance in place of their day, but those that the mapping calls lines."""
    if not among.days:
        return []
    word = f"coalesce({', '.join(f'CASE WHEN {_is_word(place, NO_DAY)} THEN {_text(place)} END' for place in among.days)})"
    rows = con.execute(f"SELECT row, {text_of_row(among.places)}, {word} AS word FROM {among.raw} WHERE word IS NOT NULL ORDER BY row").fetchall()
    return [RowRef(row, cells, OF_BALANCE) for row, cells, said in rows if among.said.get(said) != LINE]


def _text(place: str) -> str:
    return f"trim(CAST({place} AS VARCHAR))"


def _is_word(place: str, words: re.Pattern[str]) -> str:
    return f"regexp_full_match({_text(place)}, {text_of(f'(?i){words.pattern}')})"


def _judged(word: str, lacking: Sequence[tuple[bool, bool]], *, many: bool) -> bool | None:
    """Whether a row is a balance, by which keys of lines it lacks and whether nearly all lines have those; None where it is in doubt."""
    lacks_one = any(lacks_it for lacks_it, _ in lacking)
    if SALDO.fullmatch(word):
        if not many and any(lacks_it and is_sure for lacks_it, is_sure in lacking):
            return True
        return None if not lacking or lacks_one else False
    return True if not many and (not lacking or lacks_one) else None


def _called(con: Any, among: BalanceRows) -> tuple[list[tuple[int, str, str, list[bool]]], int, list[int]]:
    """The rows that a cell calls a balance, with all their text, that cell, whether they lack each of the keys; and how many others have each.

    A key that is surely such a word is none; a product may be called a single one, such as "Vortrag".
    """
    one_of = text_of(f"(?i)(?:{BALANCE.pattern})|(?:{SALDO.pattern})")
    texts = f"[{', '.join(map(_text, among.texts))}]"
    called = " OR ".join(f"regexp_full_match({_text(place)}, {one_of})" for place in among.texts)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE called_balances AS "
        f"SELECT row, {text_of_row(among.places)} AS cells, "
        f"list_filter({texts}, cell -> regexp_full_match(cell, {one_of}))[1] AS word FROM {among.raw} WHERE {called}"
    )
    surely = text_of(f"(?i)(?:{BALANCE.pattern})")
    lacks = ", ".join(f"({key}) IS NULL OR regexp_full_match(CAST({key} AS VARCHAR), {surely})" for key in among.keys)
    columns = f"row, cells, word, [{lacks}]::BOOLEAN[]"
    found = con.execute(f"SELECT DISTINCT {columns} FROM called_balances JOIN ({among.typed}) USING (row) ORDER BY row").fetchall()
    if not found:
        return [], 0, []
    counted = ", ".join(["count(*)", *(f"count({key})" for key in among.keys)])
    lines, *values = con.execute(f"SELECT {counted} FROM ({among.typed}) WHERE row NOT IN (SELECT row FROM called_balances)").fetchone()
    return found, lines, values
