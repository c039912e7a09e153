"""Sums of a month that one file states otherwise than another, as after a late entry: those of the later file count, or they are parts and added up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.words import ADDED_UP, LATER_FILE
from goodterms.intake.parts.part import Part, say
from goodterms.problems import Problem, Severity

_MOST_NAMED = 5


def restated(con: Any, parts: Sequence[Part], rows: str) -> str:
    """Keep the rows whose sums a later file states anew in a table (``of_part``, ``of_row``, ``of_period``), and return its name; "" where there are none.

    They are counted as rows that are met again. ``rows`` is a query as :func:`goodterms.intake.rows.growth.copies` takes it. The later of two files is the one
    with the later last month, else the one whose name comes later.

    Raises
    ------
    AnswerNeededError
        Where sums differ, and the mapping does not say what that means.
    """
    sums = f"SELECT series, period, step, part, sum(amount) AS amount FROM ({rows}) GROUP BY ALL"
    differ = f"SELECT series, period, step FROM ({sums}) GROUP BY ALL HAVING count(DISTINCT amount) > 1"
    months = con.execute(f"SELECT period, count(*) FROM ({differ}) GROUP BY 1 ORDER BY 1").fetchall()
    if not months:
        return ""
    said = next((said for part in parts if (said := part.entry.periods.get("overlap", ""))), "")
    sentences = [f"{n:,} account{' has' if n == 1 else 's have'} other sums of {month:%B %Y} in one file than in another" for month, n in months]
    if said == ADDED_UP:
        parts[0].problems += [_added_up(parts[0], f"{sentence}: they are added up, as the mapping says.") for sentence in sentences]
        return ""
    last = dict(con.execute(f"SELECT part, max(period) FROM ({rows}) GROUP BY 1").fetchall())
    in_order = sorted((part for part in parts if part.number in last), key=lambda part: (last[part.number], Path(part.raw.file).stem, part.raw.sheet))
    place = f"list_position({[part.number for part in in_order]}, part)"
    latest = f"SELECT series, period, step, arg_max(part, {place}) AS latest FROM ({rows}) SEMI JOIN ({differ}) USING (series, period, step) GROUP BY ALL"
    name = f"restated_sums_{parts[0].number}"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT part AS of_part, row AS of_row, period AS of_period, latest "
        f"FROM ({rows}) JOIN ({latest}) USING (series, period, step) WHERE part <> latest"
    )
    later = [part for part in in_order if con.execute(f"SELECT count(*) FROM {name} WHERE latest = {part.number}").fetchone()[0]]
    if not said:
        raise AnswerNeededError(_asked(parts[0], sentences, " and ".join(part.where for part in later)))
    for part in parts:
        if part.rows_are_records:
            part.met_again += con.execute(f"SELECT count(DISTINCT of_row) FROM {name} WHERE of_part = {part.number}").fetchone()[0]
    say(parts, *(f"{sentence}: those of the later file count, as the mapping says." for sentence in sentences))
    return name


def without(rows: str, table: str, period: str, number: str) -> str:
    """A query of rows without those of that table: ``period`` and ``number`` are the expressions of their month and of their part's number."""
    return f"SELECT r.* FROM ({rows}) r ANTI JOIN {table} ON {number} = of_part AND row = of_row AND {period} = of_period"


def _added_up(part: Part, sentence: str) -> Problem:
    action = "If one of the files is older, leave it out."
    return Problem("sums-of-months", Severity.WARNING, part.origin(), sentence=sentence, action=action)


def _asked(part: Part, sentences: Sequence[str], later: str) -> Question:
    more = f" So it is with {len(sentences) - 1:,} more of their months." if len(sentences) > 1 else ""
    return Question(
        f"overlap: {part.where}",
        f"{part.where}: {sentences[0]}.{more} Which counts?",
        tuple(sentences[:_MOST_NAMED]) if len(sentences) > 1 else (),
        (
            choice(f"the later file, {later}: its sums take the place of the others", periods={"overlap": LATER_FILE}),
            choice("both: each file has a part of the account, and they are added up", periods={"overlap": ADDED_UP}),
        ),
    )
