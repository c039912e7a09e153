"""Values that stand on the first row of their group alone, as printed lists have them: the rows below are blank and mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question
from goodterms.facts.sql_text import named
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.parts.part import Part, say
from goodterms.intake.values.typed_column import Typed

_LEADING = ("document", "customer_key", "customer_name", "supplier_key", "supplier_name", "account", "account_name", "pool")
"""Keys that begin a group, where each value stands once."""
FOLLOWING = ("date", "period", "kind", "payer_key", "place_key", "manager_key", "currency", "order_number", "due_date", "entity")
"""What else may stand on the first row alone: where such a key does, and nowhere else."""
_LEAST_BLANK = 0.2
OF_ONE_DOCUMENT = ("date", "period", "customer_key", "customer_name", "supplier_key", "supplier_name")
"""What all lines of a document have in common."""
_MOST_OTHERS = 0.5
"""Where so large a share of the rows without a number have another date or customer than the row above, they are of no document."""
_FEWEST_BLANK = 2
"""So large a share of the rows, and so many, are blank below the first rows of groups."""


def fill_down(parts: Sequence[Part]) -> dict[int, dict[str, Typed]]:
    """Let values hold for the blank rows below them, in the columns that the mapping says; return how each part's columns were read before.

    Raises
    ------
    MappingError
        The mapping says so of a column that is not there.
    """
    before = {part.number: dict(part.stated) for part in parts}
    for theirs in parts[0].entry.fill_down or ():
        if theirs not in parts[0].raw.header:
            raise MappingError(f'{parts[0].entry.place}: {parts[0].where} has no column "{theirs}". Its columns are: {", ".join(parts[0].raw.header)}.')
        for part in parts:
            if (ours := part.proposal.columns.get(theirs, LEFT_OUT)) in part.stated:
                column = part.stated[ours]
                held = f"last_value({column.sql} IGNORE NULLS) OVER (ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
                part.stated[ours] = replace(column, sql=held)
        say(parts, f"A value of {theirs} holds for the blank rows below it, as the mapping says.")
    return before


def ask_whether_filled(con: Any, part: Part, typed_rows: str) -> None:
    """Ask whether values hold for the blank rows below them, where each value of a key stands once and many rows below are blank.

    Rows without a number that have a date or a customer other than the row above are no lines of its document: where most are such, nothing holds for them.

    Raises
    ------
    AnswerNeededError
        They may, and the mapping says nothing of it.
    """
    if part.entry.fill_down is not None or part.months:
        return
    stated = [ours for ours in (*_LEADING, *FOLLOWING) if ours in part.stated]
    leading = [ours for ours in _LEADING if ours in part.stated and part.stated[ours].values < part.raw.accepted]
    if not leading:
        return
    rows = f"SELECT * FROM ({typed_rows})" + (f" WHERE row NOT IN (SELECT row FROM {part.bad} WHERE reason IS NULL)" if part.bad else "")
    counted = ", ".join(f"count({named(ours)}), count(DISTINCT {named(ours)}), arg_min({named(ours)} IS NULL, row)" for ours in leading)
    count, *found = con.execute(f"SELECT count(*), {counted} FROM ({rows})").fetchone()
    blank_least = max(_FEWEST_BLANK, _LEAST_BLANK * count)
    of_groups = [
        ours
        for ours, there, different, is_first_blank in zip(leading, found[::3], found[1::3], found[2::3], strict=True)
        if there > 1 and there == different and not is_first_blank and count - there >= blank_least
    ]
    if not of_groups:
        return
    others = _of_other_documents(con, rows, stated) if "document" in of_groups else 0.0
    if others >= _MOST_OTHERS:
        return
    alike = ", ".join(f"bool_and(({named(ours)} IS NULL) = ({named(lead)} IS NULL))" for lead in of_groups for ours in stated)
    answers = iter(con.execute(f"SELECT {alike} FROM ({rows})").fetchone())
    filled = {ours for _lead in of_groups for ours in stated if next(answers)} | set(of_groups)
    filled_columns = [theirs for theirs in part.raw.header if part.proposal.columns.get(theirs) in filled]
    raise AnswerNeededError(_asked(part, of_groups[0], count, filled_columns, is_likely=not others))


def _of_other_documents(con: Any, rows: str, stated: Sequence[str]) -> float:
    """The share of the rows without a document's number that state a date or a customer other than the row above."""
    other = " OR ".join(f"{named(ours)} <> lag({named(ours)}) OVER (ORDER BY row)" for ours in stated if ours in OF_ONE_DOCUMENT)
    judged = f"SELECT document, coalesce({other or 'false'}, false) AS is_other FROM ({rows})"
    return float(con.execute(f"SELECT avg(is_other::INTEGER) FROM ({judged}) WHERE document IS NULL").fetchone()[0])


def _asked(part: Part, lead: str, rows: int, filled: Sequence[str], *, is_likely: bool) -> Question:
    theirs = part.proposal.theirs(lead)
    sentence = (
        f"{part.where}: {theirs} is blank on many of {rows:,} rows, and each of its values stands once, as where it is written on the first row of a group. "
        "Does a value hold for the blank rows below it?"
    )
    columns = " and ".join(filled)
    choices = (choice(f"yes: {columns} down to the next value", fill_down=list(filled)), choice("no: a blank row has none", fill_down=[]))
    evidence = (f"columns that are blank on the same rows: {columns}",)
    return Question(f"fill_down: {part.where}", sentence, evidence, choices if is_likely else choices[::-1])
