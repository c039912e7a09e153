"""Rows of a ledger's closing periods, 13 to 16, which are no months: they belong to the last one of their year, or are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.mapping.months_across import TABLES_OF_PERIODS
from goodterms.intake.mapping.words import LAST_MONTH, OUT
from goodterms.intake.parts.closing_columns import WHAT_BECOMES_OF_THEM
from goodterms.intake.parts.part import Part, say, set_rows_aside, text_of_row
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.spans import closing_number_sql

_SHOWN = 3


def settle_closing(con: Any, parts: Sequence[Part]) -> None:
    """Set the rows of closing periods aside where the mapping leaves them out.

    Raises
    ------
    AnswerNeededError
        Where there are some, and the mapping does not say what becomes of them.
    """
    first = parts[0]
    theirs = first.proposal.theirs("period") or first.proposal.theirs("month_number")
    if theirs is None or first.table not in TABLES_OF_PERIODS:
        return
    found = {part.number: _closing(con, part, theirs) for part in parts}
    rows = sum(map(len, found.values()))
    said = first.entry.periods.get("closing", "")
    if rows and not said:
        raise AnswerNeededError(_asked(first, theirs, [row for part in found.values() for row in part], rows))
    if rows and said == LAST_MONTH:
        say(parts, f"{rows:,} rows are of a closing period, and belong to the last month of its year, as the mapping says.")
    for part in parts if said == OUT else ():
        _set_aside(con, part, found[part.number])


def _closing(con: Any, part: Part, theirs: str) -> list[tuple[int, str, str]]:
    """The rows of closing periods: the number of each, its cells and its period."""
    place = f"trim(CAST({part.sample.column(theirs).place} AS VARCHAR))"
    is_one = f"{_number_sql(part, theirs)} IS NOT NULL"
    found: list[tuple[int, str, str]] = con.execute(
        f"SELECT row, {text_of_row(part.raw.columns)}, {place} FROM {part.raw.name} WHERE {is_one} ORDER BY row"
    ).fetchall()
    return found


def numbers_of_closing(part: Part) -> str:
    """A query of the rows of closing periods, ``row_of_closing`` with the number of the period: sums since the year began stand in their order there."""
    theirs = part.proposal.theirs("period") or part.proposal.theirs("month_number")
    number = _number_sql(part, theirs) if theirs else "NULL"
    return f"SELECT row AS row_of_closing, {number} AS closing FROM {part.raw.name} WHERE {number} IS NOT NULL"


def _number_sql(part: Part, theirs: str) -> str:
    cell = f"lower(trim(CAST({part.sample.column(theirs).place} AS VARCHAR)))"
    return closing_number_sql(cell, with_year=part.proposal.columns[theirs] == "period")


def _asked(part: Part, theirs: str, found: Sequence[tuple[int, str, str]], rows: int) -> Question:
    periods = ", ".join(dict.fromkeys(period for *_, period in found))
    sentence = f"{part.where}: {rows:,} {'row is' if rows == 1 else 'rows are'} of a closing period ({theirs} {periods}), and no month. What becomes of them?"
    return Question(f"closing: {part.where}", sentence, tuple(f"row {row:,}: {text}" for row, text, _ in found[:_SHOWN]), WHAT_BECOMES_OF_THEM)


def _set_aside(con: Any, part: Part, found: Sequence[tuple[int, str, str]]) -> None:
    if not found:
        return
    aside = [RowRef(row, text, f"closing period {period}, left out") for row, text, period in found]
    set_rows_aside(con, part, f"SELECT * FROM {part.raw.name} WHERE row NOT IN (SELECT unnest({[ref.row for ref in aside]}))", aside)
    say([part], f"{len(aside):,} rows of a closing period are left out, as the mapping says.")
