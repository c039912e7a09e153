"""Customers, products or accounts that stand alone on a row above their lines, as reports of ledgers print them: they hold for the lines below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.parts.meaning import Proposal, in_words
from goodterms.intake.parts.part import Part, set_rows_aside
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.total_words import BESIDE
from goodterms.problems import Problem, Severity

_HEADS = {
    "sale_lines": ("customer_key", "product_key"),
    "purchase_lines": ("supplier_key", "product_key"),
    "activities": ("customer_key",),
    "costs": ("account",),
    "gl_balances": ("account",),
}
"""What may stand above the lines of a table, the likelier first."""
_FEWEST = 2
_MOST_SHOWN = 3


def set_heads_aside(con: Any, part: Part) -> None:
    """Where the mapping fills a column down, a row that holds nothing but it is no line: it is set aside, and its value holds for the lines below."""
    for theirs in part.entry.fill_down or ():
        if theirs not in part.raw.header:
            continue
        lone, cell, place = _stands_alone(part, theirs), part.cell(theirs), part.sample.column(theirs).place
        aside = [RowRef(*found) for found in con.execute(f"SELECT row, {cell}, 'above its lines' FROM {part.raw.name} WHERE {lone} ORDER BY row").fetchall()]
        if not aside:
            continue
        held = f"CASE WHEN {cell} IS NULL THEN last_value(CASE WHEN {lone} THEN {place} END IGNORE NULLS) OVER (ORDER BY row) ELSE {place} END"
        filled = f"SELECT * REPLACE ({held} AS {place}), {lone} AS lone FROM {part.raw.name}"
        set_rows_aside(con, part, f"SELECT * EXCLUDE (lone) FROM ({filled}) WHERE NOT lone ORDER BY row", aside)
        sentence = f"{len(aside):,} rows hold {theirs} alone: they are no lines, and what they say holds for the lines below them."
        where = part.origin(row=aside[0].row, column=theirs)
        part.problems.append(Problem("heads-of-groups", Severity.SET_ASIDE, where, sentence=sentence, rows=len(aside)))


def ask_what_heads_are(con: Any, parts: Sequence[Part], proposal: Proposal) -> None:
    """Ask what stands alone on rows above lines, where nothing else stands in its column but totals, and a customer, product or account is missing.

    Raises
    ------
    AnswerNeededError
        Where there is such a column, and the mapping says nothing of it.
    """
    first = parts[0]
    if first.entry.fill_down is not None or first.table not in _HEADS:
        return
    theirs, *others = [theirs for theirs, cells in first.sample.cells.items() if cells and cells[0]] or [""]
    if not theirs or others:
        return
    ours, known = proposal.columns.get(theirs), {*proposal.columns.values(), *first.entry.constants}
    missing = [ours] if ours in _HEADS[first.table] else [name for name in _HEADS[first.table] if name not in known] if ours is None else []
    if not missing or not (heads := _heads(con, parts, theirs)):
        return
    shown = ", ".join(heads[:_MOST_SHOWN]) + ", …" * (len(heads) > _MOST_SHOWN)
    sentence = f"{first.where}: {theirs} stands alone on {len(heads):,} rows, above other rows, and else on totals alone. What is it?"
    choices = [choice(f"the {in_words(name)} of the rows below it", columns={theirs: name}, fill_down=[theirs]) for name in missing]
    nothing = choice("something else: these rows are left out", columns={theirs: LEFT_OUT}, fill_down=[theirs])
    raise AnswerNeededError(Question(f"fill_down: {first.where}, {theirs}", sentence, (f"{theirs}: {shown}",), (*choices, nothing)))


def _heads(con: Any, parts: Sequence[Part], theirs: str) -> list[str]:
    """What stands alone in a column, where all else in it is a word for a total, and lines are more; nothing where it stands otherwise too."""
    found: list[str] = []
    for part in parts:
        cell, lone, word = part.cell(theirs), _stands_alone(part, theirs), text_of(f"(?i){BESIDE.pattern}")
        heads, others = con.execute(
            f"SELECT list({cell} ORDER BY row) FILTER ({lone}), count(*) FILTER ({cell} IS NOT NULL AND NOT {lone} AND NOT regexp_full_match({cell}, {word})) "
            f"FROM {part.raw.name}"
        ).fetchone()
        if others or len(heads or ()) < _FEWEST or 2 * len(heads) > part.raw.accepted:
            return []
        found += heads
    return list(dict.fromkeys(found))


def _stands_alone(part: Part, theirs: str) -> str:
    """SQL of whether a row has a value in one column and in no other."""
    blank = [f"{part.cell(other)} IS NULL" for other in part.raw.header if other != theirs]
    return f"({' AND '.join([f'{part.cell(theirs)} IS NOT NULL', *blank])})"
