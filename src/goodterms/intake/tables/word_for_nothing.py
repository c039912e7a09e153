"""A word that people write where they have no number: asked about where several columns of numbers hold it, and empty where the mapping says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.tables.dialect import kind_of
from goodterms.intake.tables.header import TYPED
from goodterms.intake.tables.header_cells import MISSING
from goodterms.intake.tables.raw_table import SAMPLE_ROWS, RawTable, new_name
from goodterms.problems import Origin, Problem, Severity

LEAST_COLUMNS = 2
"""A word in one column of numbers may be a code among them, "CASH" for a customer; the same word in several is none."""


_CELLS = 200_000
"""Cells that are looked at, so that a table of hundreds of columns does not take long."""


def settled_words(engine: Any, raw: RawTable, given: Mapping[str, Any]) -> RawTable:
    """Return the table with the words that the mapping names as ``nothing`` empty.

    Raises
    ------
    AnswerNeededError
        The mapping says nothing of it, and one word alone stands among the numbers or dates of several columns.
    """
    words = given.get("nothing")
    if words is None:
        _ask(engine, raw)
    return _emptied(engine, raw, words) if words else raw


def _emptied(engine: Any, raw: RawTable, words: Sequence[str]) -> RawTable:
    listed = ", ".join(text_of(word.strip().casefold()) for word in words)
    held = {column: f"coalesce(lower(trim({column})) IN ({listed}), false)" for column in raw.columns}
    counts = engine.con.execute(f"SELECT {', '.join(f'count(*) FILTER ({is_word})' for is_word in held.values())} FROM {raw.name}").fetchone()
    name = new_name()
    cells = ", ".join(f"CASE WHEN NOT {is_word} THEN {column} END AS {column}" for column, is_word in held.items())
    engine.con.execute(f"CREATE TEMP VIEW {name} AS SELECT * REPLACE ({cells}) FROM {raw.name}")
    problems = [
        Problem(
            "word-for-nothing",
            Severity.NOTICE,
            Origin(raw.file, raw.sheet, column=theirs),
            sentence=f"{count:,} {'cell counts' if count == 1 else 'cells count'} as empty for a word that stands for nothing, as the mapping says.",
            rows=count,
        )
        for theirs, count in zip(raw.header, counts, strict=True)
        if count
    ]
    return replace(raw, name=name, problems=(*raw.problems, *problems))


def _ask(engine: Any, raw: RawTable) -> None:
    rows = engine.con.execute(f"SELECT {', '.join(raw.columns)} FROM {raw.name} LIMIT {min(SAMPLE_ROWS, _CELLS // len(raw.columns) + 1)}").fetchall()
    columns: dict[str, dict[str, str]] = {}
    for theirs, cells in zip(raw.header, zip(*rows, strict=True), strict=bool(rows)):
        if found := _word_among_numbers([cell.strip() for cell in cells if cell]):
            word, times = found
            columns.setdefault(word, {})[theirs] = f"{theirs}: {times:,} of {sum(map(bool, cells)):,} cells"
    for word, evidence in columns.items():
        if len(evidence) >= LEAST_COLUMNS:
            raise AnswerNeededError(_asked(raw, word, evidence))


def _word_among_numbers(cells: Sequence[str]) -> tuple[str, int] | None:
    """The one word that stands among numbers and dates, and how often; ``None`` where there are several, or none that is not known to say nothing."""
    words = Counter(cell.casefold() for cell in cells if cell.replace(" ", "").isalpha() and cell.casefold() not in MISSING)
    if len(words) != 1:
        return None
    ((word, times),) = words.items()
    said = [cell for cell in cells if cell.casefold() not in {word, *MISSING}]
    return (word, times) if times <= (1 - TYPED) * len(cells) and all(kind_of(cell) in {"number", "date"} for cell in said) else None


def _asked(raw: RawTable, word: str, evidence: Mapping[str, str]) -> Question:
    where = f"{raw.file}, sheet {raw.sheet}" if raw.sheet else raw.file
    sentence = f'{where}: among the numbers of {len(evidence)} columns stands the word "{word}". Does it stand for nothing?'
    choices = (
        choice("yes: a cell with it is empty", dialect={"nothing": [word]}),
        choice("no: a row with it in place of a number that is needed is given back", dialect={"nothing": []}),
    )
    return Question("nothing", sentence, tuple(evidence.values())[:8], choices)
