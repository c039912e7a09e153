"""What the columns of a file mean, and why, as far as it is decided; and how a column is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import meanings, normalised
from goodterms.intake.parts.sample import Sample

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable


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
            f"column: {raw.file}, {ours}",
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
