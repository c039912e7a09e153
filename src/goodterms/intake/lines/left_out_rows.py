"""Rows that a mapping leaves out by a word: payments and orders in a column of kinds, cancelled invoices and drafts in one of states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.parts.part import Part, drop_raw_tables, say
from goodterms.intake.tables.raw_table import RowRef, new_name
from goodterms.intake.values.document_kind import is_void, names_a_state
from goodterms.problems import Problem, Severity

_MOST_WORDS = 50
"""A column of more distinct values says no kinds or states."""


def leave_out_rows(con: Any, part: Part) -> None:
    """Set the rows aside whose word in the column of kinds, or in one of states, the mapping leaves out."""
    words = [word.casefold() for word, kind in part.entry.kinds.items() if kind == LEFT_OUT]
    columns = [theirs for theirs in (part.proposal.theirs("kind"), *_of_states(part)) if theirs]
    if not words or not columns:
        return
    cells = [f"trim(CAST({part.sample.column(theirs).place} AS VARCHAR))" for theirs in columns]
    said = ", ".join(f"CASE WHEN lower({cell}) IN ({', '.join(map(text_of, words))}) THEN {cell} END" for cell in cells)
    row = f"array_to_string(list_filter([{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in part.raw.columns)}], cell -> cell <> ''), '; ')"
    found = con.execute(f"SELECT row, {row}, coalesce({said}) AS word FROM {part.raw.name} WHERE coalesce({said}) IS NOT NULL ORDER BY row").fetchall()
    if not found:
        return
    kept = new_name()
    con.execute(f"CREATE TEMP TABLE {kept} AS SELECT * FROM {part.raw.name} WHERE coalesce({said}) IS NULL")
    drop_raw_tables(con, [part])
    aside = [RowRef(number, text, f"left out as {word}") for number, text, word in found]
    raw = part.raw
    part.raw = replace(raw, name=kept, accepted=raw.accepted - len(aside), set_aside=tuple(sorted((*raw.set_aside, *aside), key=lambda ref: ref.row)))
    counts = ", ".join(f"{word} on {count:,}" for word, count in Counter(word for *_, word in found).items())
    one = len(found) == 1
    sentence = f"{len(found):,} {'row is' if one else 'rows are'} left out, as the mapping says: {counts}."
    part.problems.append(Problem("rows-left-out", Severity.SET_ASIDE, part.origin(row=found[0][0], column=columns[0]), sentence=sentence, rows=len(found)))
    say([part], sentence)


def ask_states(con: Any, parts: Sequence[Part]) -> None:
    """Ask what becomes of rows whose document is cancelled or a draft by a column of states.

    Raises
    ------
    AnswerNeededError
        With a question for each such word that the mapping does not speak of.
    """
    part = parts[0]
    known = {word.casefold() for word in part.entry.kinds}
    questions = []
    for theirs in _of_states(part):
        cells = " UNION ALL ".join(f"SELECT trim(CAST({one.sample.column(theirs).place} AS VARCHAR)) AS word FROM {one.raw.name}" for one in parts)
        rows = con.execute(f"SELECT word, count(*) FROM ({cells}) WHERE word <> '' GROUP BY 1 ORDER BY 1 LIMIT {_MOST_WORDS + 1}").fetchall()
        if len(rows) > _MOST_WORDS:
            continue
        evidence = f"{theirs}: {', '.join(f'{word} on {count:,}' for word, count in rows)} lines"
        questions += [_question(part, theirs, word, evidence) for word, _ in rows if is_void(word) and word.casefold() not in known]
    if questions:
        raise AnswerNeededError(*questions)


def _question(part: Part, theirs: str, word: str, evidence: str) -> Question:
    sentence = f"{part.where}: does a row count whose {theirs} is {word}?"
    choices = (choice("no: it is left out", kinds={word: LEFT_OUT}), choice("yes: it is a sale like the others", kinds={word: INVOICE}))
    return Question(f"kind: {part.where}, {word}", sentence, (evidence,), choices)


def kind_choices(word: str, *, is_sale: bool) -> tuple[Any, ...]:
    """What the rows of a word in a column of kinds may be: what is likelier stands first."""
    out = choice("neither: its rows are left out", kinds={word: LEFT_OUT})
    kinds = (choice("an invoice", kinds={word: INVOICE}), choice("a credit note", kinds={word: CREDIT_NOTE}))
    return (*kinds, out) if is_sale else (out, *kinds)


def _of_states(part: Part) -> list[str]:
    """The file's columns of states, but one that is its column of kinds or left out."""
    columns = part.proposal.columns
    return [theirs for theirs in part.raw.header if names_a_state(theirs) and columns.get(theirs) not in {"kind", LEFT_OUT}]
