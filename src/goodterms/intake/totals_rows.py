"""Totals and footers: rows that stand in a file for the reader's comfort and are no facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.intake.header import BLANK
from goodterms.intake.raw_table import RowRef
from goodterms.intake.typed_column import text_of

_WORDS = r"(?i)^[\s*=]*(((grand|sub)[ -]?)?totals?\b|(kaikki |koko )?yhteensä|(väli|loppu|kokonais|del|slut)?summa\b|summe\b|gesamt|totalt\b|sum\b)"
_LAST_WORDS = r"(?i)\b(totals?|yhteensä|summa|totalt)[\s*:=]*$"
TOTAL = "total"
FOOTER = "footer"
NO_AMOUNT = "no amount in any month"
ROUNDING = "0.011"


def set_aside_totals(con: Any, *, raw: str, bad: str, typed: str, places: Sequence[str], keys: Sequence[str], amount: str | None) -> list[RowRef]:
    """Find totals rows and footers among the rows that do not fit, take their reason for being rejected away, and return them.

    A row is a total when its keys are empty and it begins or ends with a word for it, or its amount equals the sum of the rows above (since the last
    total, or of all); a footer when it has one cell and stands below the last good row.

    Parameters
    ----------
    raw, bad, typed
        The raw table, the table of rows that do not fit (``row``, ``reason``), and a query of typed rows.
    places
        The raw table's columns, in order.
    keys
        Our columns that are empty in a total.
    amount
        Our column of the amount that a total would sum up.
    """
    if not con.execute(f"SELECT count(*) FROM {bad}").fetchone()[0]:
        return []
    cells = f"list_filter([{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in places)}], cell -> cell <> '')"
    no_keys = " AND ".join(f"typed.{key} IS NULL" for key in keys) or "true"
    value = f"typed.{amount}" if amount else "NULL::DECIMAL(18, 4)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE odd_rows AS SELECT b.row, {cells} AS cells, {value} AS amount, {no_keys} AS without_keys "
        f"FROM {bad} b JOIN {raw} r ON r.row = b.row JOIN ({typed}) typed ON typed.row = b.row"
    )
    last_good = f"(SELECT coalesce(max(row), 0) FROM {raw} WHERE row NOT IN (SELECT row FROM {bad}))"
    is_word = f"(regexp_matches(cells[1], {text_of(_WORDS)}) OR (without_keys AND regexp_matches(cells[1], {text_of(_LAST_WORDS)})))"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE set_aside_rows AS "
        f"SELECT row, CASE WHEN len(cells) = 0 THEN '{BLANK}' WHEN {is_word} THEN '{TOTAL}' ELSE '{FOOTER}' END AS reason FROM odd_rows "
        f"WHERE len(cells) = 0 OR ({is_word} AND (without_keys OR len(cells) <= 3)) OR (len(cells) = 1 AND amount IS NULL AND row > {last_good})"
    )
    if amount:
        _sums_above(con, bad, typed, amount)
    con.execute(f"UPDATE {bad} SET reason = NULL WHERE row IN (SELECT row FROM set_aside_rows)")
    found = con.execute("SELECT row, array_to_string(cells, '; '), reason FROM odd_rows JOIN set_aside_rows USING (row) ORDER BY row").fetchall()
    return [RowRef(row, text, reason) for row, text, reason in found]


def _sums_above(con: Any, bad: str, typed: str, amount: str) -> None:
    """Rows without keys whose amount is the sum of the rows above."""
    con.execute(
        f"""
        INSERT INTO set_aside_rows
        WITH totals AS (SELECT row, amount FROM odd_rows WHERE without_keys AND amount IS NOT NULL AND row NOT IN (SELECT row FROM set_aside_rows)),
        marks AS (SELECT row FROM totals UNION SELECT row FROM set_aside_rows),
        spans AS (SELECT t.row, t.amount, coalesce((SELECT max(m.row) FROM marks m WHERE m.row < t.row), 0) AS since FROM totals t),
        good AS (SELECT row, {amount} AS amount FROM ({typed}) WHERE row NOT IN (SELECT row FROM {bad})),
        sums AS (
            SELECT s.row, any_value(s.amount) AS amount, sum(g.amount) FILTER (g.row > s.since) AS part, sum(g.amount) AS whole
            FROM spans s JOIN good g ON g.row < s.row GROUP BY s.row
        )
        SELECT row, '{TOTAL}' FROM sums WHERE abs(amount - part) < {ROUNDING} OR abs(amount - whole) < {ROUNDING}
        """
    )
