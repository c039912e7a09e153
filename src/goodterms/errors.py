"""What can go wrong when Goodterms is used, as one tree of exceptions.

::

    GoodtermsError
    ├── UsageError            exit 2   the call cannot be carried out as asked
    │   ├── MappingError               a mapping names what is not there, or an unknown key
    │   ├── PolicyError                a policy is not valid
    │   └── PeriodError                a period cannot be read, or the data has none of it
    ├── AnswerNeededError     exit 3   the files can be read in two ways; the user decides
    └── UnreadableFileError   exit 4   a file cannot be read at all; nothing was written

Bad *use* is raised. Bad *data* is returned, as :class:`goodterms.problems.Problem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class GoodtermsError(Exception):
    """The root: every error that Goodterms raises on purpose, with a sentence for a person."""

    exit_code: ClassVar[int] = 2


class UsageError(GoodtermsError):
    """The call cannot be carried out as asked."""


class MappingError(UsageError):
    """A mapping file names what is not there, or holds an unknown key."""


class PolicyError(UsageError):
    """A policy is not valid: unknown key, unknown driver, an equation that cannot be read."""


class PeriodError(UsageError):
    """A period cannot be read, or the data has nothing of it."""


@dataclass(frozen=True)
class Question:
    """One thing that the files leave open, with the evidence and what to pass for each choice.

    ``choices`` maps what a person would say ("day first") to the line of the mapping file that settles it.
    """

    key: str
    sentence: str
    evidence: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """The question as it is printed where nobody can be asked."""
        lines = [self.sentence, *(f"    {line}" for line in self.evidence)]
        lines += [f"  {choice}: put into the mapping file   {line}" for choice, line in self.choices]
        return "\n".join(lines)


class AnswerNeededError(GoodtermsError):
    """The files can be read in two ways and nothing in them decides."""

    exit_code: ClassVar[int] = 3

    def __init__(self, *questions: Question) -> None:
        self.questions = questions
        super().__init__("\n\n".join(str(question) for question in questions))


class UnreadableFileError(GoodtermsError):
    """A file cannot be read at all."""

    exit_code: ClassVar[int] = 4
