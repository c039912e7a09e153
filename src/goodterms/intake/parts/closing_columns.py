"""Columns of a ledger's closing periods, 13 to 16, beside months across the top: they belong to the last month of their year, or are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.months_across import MONTH, TABLES_OF_PERIODS, first_day, named_closing
from goodterms.intake.mapping.words import LAST_MONTH, OUT
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.spans import closing_of

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable


WHAT_BECOMES_OF_THEM = (
    choice("they belong to the last month of their year", periods={"closing": LAST_MONTH}),
    choice("they are left out", periods={"closing": OUT}),
)


def find_closing_across(found: Proposal, raw: RawTable, sample: Sample, entry: FileMapping, table: str) -> None:
    """Columns of closing periods become what the mapping says of such periods; one without its year is of the year of all months beside it.

    Raises
    ------
    AnswerNeededError
        Where there are some, and the mapping does not say what becomes of them.
    """
    if table not in TABLES_OF_PERIODS:
        return
    years = {first_day(ours).year for ours in found.columns.values() if ours.startswith(MONTH)}
    closing = {}
    for theirs in raw.header:
        if theirs in found.columns or not (said := closing_of(theirs)) or not sample.could_be(theirs, Kind.DECIMAL):
            continue
        year = said[0] or (next(iter(years)) if len(years) == 1 else 0)
        if year:
            closing[theirs] = named_closing(year, said[1])
    said_of = entry.periods.get("closing", "")
    if closing and not said_of:
        raise AnswerNeededError(_asked(raw, sample, list(closing)))
    for theirs, ours in closing.items():
        if said_of == LAST_MONTH:
            found.say(theirs, ours, "the amounts of a closing period, by its name")
        else:
            found.say(theirs, LEFT_OUT, "a closing period, left out as the mapping says")


def _asked(raw: RawTable, sample: Sample, closing: list[str]) -> Question:
    what = "column is of a closing period" if len(closing) == 1 else "columns are of closing periods"
    sentence = f"{raw.where}: {len(closing)} {what} ({', '.join(closing)}), and of no month. What becomes of {'it' if len(closing) == 1 else 'them'}?"
    evidence = tuple(f"{theirs}: {', '.join(sample.values[theirs][:3]) or 'empty'}" for theirs in closing)
    return Question(f"closing: {raw.where}", sentence, evidence, WHAT_BECOMES_OF_THEM)
