"""What the columns of a file mean, and why, as far as it is decided; and how a column is asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import accepted, kind_of, meanings, normalised
from goodterms.intake.parts.sample import Sample

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_OF_HEADINGS = ("sale_lines", "costs")
"""Tables whose headings say what amounts are called."""
_NOTHING = re.compile(r"[-+]?[0.,]+[^0-9]*")


@dataclass
class Proposal:
    """What each column of a file means (theirs → ours, "-" where it is left out) and why."""

    columns: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    contradicted: dict[str, str] = field(default_factory=dict)
    """Columns whose name says one of ours and whose values do not."""

    def theirs(self, ours: str) -> str | None:
        """The file's name of one of our columns; None where it has none."""
        return next((theirs for theirs, mapped in self.columns.items() if mapped == ours), None)

    def say(self, theirs: str, ours: str, why: str) -> None:
        """Decide on a column."""
        self.columns[theirs] = ours
        self.why[theirs] = why


def is_called(theirs: str, ours: str, table: str) -> bool:
    """Whether a column's name may say one of ours."""
    return any(meaning.ours == ours for meaning in meanings(table).get(normalised(theirs), ()))


def ask_between(raw: RawTable, sample: Sample, ours: str, rivals: Sequence[str]) -> None:
    """Ask which of several columns is one of ours.

    Raises
    ------
    AnswerNeededError
        Always.
    """
    raise AnswerNeededError(
        Question(
            f"column: {raw.where}, {ours}",
            f"{raw.where}: {' and '.join(rivals)} may both be the {in_words(ours)}. Say which.",
            tuple(f"{theirs}: {', '.join(sample.values[theirs][:3])}" for theirs in rivals),
            tuple(choice(theirs, columns={theirs: ours}) for theirs in rivals),
        )
    )


def in_words(ours: str) -> str:
    """How a sentence says one of our columns.

    >>> in_words("net_value"), in_words("customer_key")
    ('net amount', 'customer')
    """
    said = {"net_value": "net amount", "from": "currency that a rate is from", "to": "currency that a rate leads to"}
    return said.get(ours, ours.removesuffix("_key").replace("_", " "))


def by_likelihood(columns: Sequence[str], sample: Sample, ours: str) -> list[str]:
    """Columns of numbers in the order in which they may be one of ours: first those that are mostly something, and of them those whose name says it."""
    return sorted(columns, key=lambda theirs: (_mostly_nothing(sample.values[theirs]), _rank_of_words(theirs, ours)))


_SAYS_NOTHING, _SAYS_ANOTHER = 4, 5
"""After the ranks of names: no word of a name is known, or its longest known words are those of another number."""


def _rank_of_words(theirs: str, ours: str) -> int:
    """What the longest known words in a name say: the rank of ours among them, unless they say another column of numbers as well."""
    words = normalised(theirs).split()
    table = next((name for name in _OF_HEADINGS if ours in accepted(name)), _OF_HEADINGS[0])
    for length in range(len(words), 0, -1):
        phrases = [" ".join(words[place : place + length]) for place in range(len(words) - length + 1)]
        said = [meaning for phrase in phrases for meaning in meanings(table).get(phrase, ())[:1] if kind_of(table, meaning.ours) == Kind.DECIMAL]
        if said:
            return max(meaning.rank if meaning.ours == ours else _SAYS_ANOTHER for meaning in said)
    return _SAYS_NOTHING


def _mostly_nothing(values: Sequence[str]) -> bool:
    return 2 * sum(bool(_NOTHING.fullmatch(value)) for value in values) > len(values)
