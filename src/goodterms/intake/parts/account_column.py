"""The column of the accounts in a table of costs, where no heading is known as one: by its names, which differ from row to row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, normalised
from goodterms.intake.mapping.months_across import MONTH
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.personal_data import looks_personal
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.agreement import NEARLY_ALL

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_ACCOUNTS = frozenset({"account", "account_name", "pool"})
_MOST_BLANK = 0.3
"""Of so many rows the name may be blank: spacers, and sums without a word."""


def find_account(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """Take the only column of names in a table of costs for the accounts, whatever its heading; beside months, each row has a name of its own.

    Raises
    ------
    AnswerNeededError
        Where several columns could be it, or where the only one is a text of each row beside its month, as a remark is.
    """
    if table != "costs" or _ACCOUNTS & taken:
        return
    names = [theirs for theirs in raw.header if theirs not in found.columns and _holds_names(sample, theirs)]
    own = [theirs for theirs in names if _is_of_row(sample.values[theirs])]
    is_across = any(ours.startswith(MONTH) for ours in found.columns.values())
    likely = own if is_across and len(own) == 1 else names
    if len(likely) == 1 and (is_across or not own):
        found.say(likely[0], "account", "the only column of names that differ")
        taken.add("account")
    elif names:
        raise AnswerNeededError(_asked(raw, sample, names))


def _holds_names(sample: Sample, theirs: str) -> bool:
    """Whether a column holds different texts, on nearly all rows, that are no numbers, dates, months or persons."""
    values = sample.values[theirs]
    is_full = len(values) >= (1 - _MOST_BLANK) * len(sample.cells[theirs])
    is_other = any(sample.could_be(theirs, kind) for kind in (Kind.DECIMAL, Kind.MONTH, Kind.FLAG))
    return len({*values}) > 1 and is_full and not is_other and not looks_personal(normalised(theirs), values)


def _is_of_row(values: Sequence[str]) -> bool:
    return len({*values}) >= NEARLY_ALL * len(values)


def _asked(raw: RawTable, sample: Sample, names: Sequence[str]) -> Question:
    which = f"{names[0]} may be it" if len(names) == 1 else f"{' and '.join(names)} may be it. Say which"
    choices = [choice(f"{theirs}: {', '.join(sample.values[theirs][:3])}", columns={theirs: "account"}) for theirs in names]
    none = choice("none: all costs are one pool", columns=dict.fromkeys(names, LEFT_OUT))
    return Question(
        f"column: {raw.file}, account",
        f"{raw.where}: no column is known as the account of a cost; {which}.",
        tuple(f"{theirs}: {', '.join(sample.values[theirs][:3])}" for theirs in names),
        (*choices, none),
    )
