"""Opening and closing balances among the lines: what was owed before and after them, and no sale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.rows.totals_rows import LINE, OTHERS, TOTAL
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.total_words import BALANCE, SALDO

OF_BALANCE = "opening or closing balance"
_MOST = 0.75
"""Where so large a share of the rows is called a balance, the file may be one of balances."""
_OFTEN = 0.5
"""A key that so many of the rows have says something where it is missing."""
_SELDOM = 0.1
"""Where no more of the rows lack it, it says as much with a single word."""
_FEW = 3
"""So many rows may lack it in a short file."""


@dataclass(frozen=True)
class BalanceRows:
    """The rows among which balances are looked for.

    ``raw`` is the raw table, ``bad`` the table of rows that do not fit, ``typed`` a query of typed rows with ``row`` and the keys. ``places`` are the raw
    table's columns, ``texts`` those of text, without the one that says what each row is. ``keys`` are the expressions of what a line has of its own, such as
    its document and its product, each with the number of rows that have it. ``said`` is what the mapping says of rows.
    """

    raw: str
    bad: str
    typed: str
    places: Sequence[str]
    texts: Sequence[str]
    keys: Mapping[str, int]
    said: Mapping[str, str]


def set_aside_balances(con: Any, among: BalanceRows) -> tuple[list[RowRef], dict[str, list[RowRef]]]:
    """Put rows that a cell calls an opening or closing balance among the rows that take no part, and return them.

    A row that has all that lines have of their own (a document and a product) is in doubt, or a line where one word such as "Saldo" is all that is said: these
    are returned too, by the cell.
    """
    found: list[RowRef] = []
    doubted: dict[str, list[RowRef]] = {}
    if not among.texts:
        return found, doubted
    rows = con.execute(f"SELECT count(*) FROM {among.raw}").fetchone()[0]
    often = [key for key, values in among.keys.items() if values >= _OFTEN * rows]
    surely = [rows - among.keys[key] <= max(_SELDOM * rows, min(_FEW, rows // 3)) for key in often]
    called = _called(con, among, often)
    for row, cells, word, lacking in called:
        reason = _judged(word, lacking, surely, many=len(called) > _MOST * rows)
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


def _judged(word: str, lacking: Sequence[bool], surely: Sequence[bool], *, many: bool) -> bool | None:
    """Whether a row is a balance; None where it is in doubt."""
    if SALDO.fullmatch(word):
        if not many and any(lacks and sure for lacks, sure in zip(lacking, surely, strict=True)):
            return True
        return None if not lacking or any(lacking) else False
    return True if not many and (not lacking or any(lacking)) else None


def _called(con: Any, among: BalanceRows, keys: Sequence[str]) -> list[tuple[int, str, str, list[bool]]]:
    """The rows that a cell calls a balance, with all their text, that cell, and whether they lack each of the keys; a key that is such a word is none."""
    one_of = text_of(f"(?i)(?:{BALANCE.pattern})|(?:{SALDO.pattern})")
    all_cells, texts = (f"[{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in places)}]" for places in (among.places, among.texts))
    called = " OR ".join(f"regexp_full_match(trim(CAST({place} AS VARCHAR)), {one_of})" for place in among.texts)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE called_balances AS "
        f"SELECT row, array_to_string(list_filter({all_cells}, cell -> cell <> ''), '; ') AS cells, "
        f"list_filter({texts}, cell -> regexp_full_match(cell, {one_of}))[1] AS word FROM {among.raw} WHERE {called}"
    )
    lacking = ", ".join(f"({key}) IS NULL OR regexp_full_match(CAST({key} AS VARCHAR), {one_of})" for key in keys)
    return con.execute(
        f"SELECT DISTINCT row, cells, word, [{lacking}]::BOOLEAN[] FROM called_balances JOIN ({among.typed}) USING (row) ORDER BY row"
    ).fetchall()
