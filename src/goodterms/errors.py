"""What can go wrong when Goodterms is used, as one tree of exceptions.

::

    GoodtermsError
    ├── UsageError            exit 2   the call cannot be carried out as asked
    │   ├── MappingError               a mapping names what is not there, or an unknown key
    │   ├── PolicyError                a policy is not valid
    │   ├── PeriodError                a period cannot be read, or the data has none of it
    │   ├── ChangedMeanwhileError      someone else changed a record since it was looked at
    │   └── NotAllowedError            the user's role may not do or see this
    ├── AnswerNeededError     exit 3   the files can be read in two ways; the user decides
    └── UnreadableFileError   exit 4   a file cannot be read at all; nothing was written

Bad *use* is raised. Bad *data* is returned, as :class:`goodterms.problems.Problem`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


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


class ChangedMeanwhileError(UsageError):
    """Someone else changed a record since it was looked at; ``fields`` has theirs and ours of each field that differs."""

    def __init__(self, sentence: str, fields: Mapping[str, tuple[Any, Any]]) -> None:
        self.fields = dict(fields)
        super().__init__(sentence)


class NotAllowedError(UsageError):
    """The user's role may not do or see this."""


@dataclass(frozen=True)
class Choice:
    """One answer to a question: what a person would say ("the day stands first"), and the line that says it.

    ``under`` is where the line stands in a file's entry of the mapping, "" being the entry itself; ``settings`` are the same as keys and values, empty where
    no mapping but another file settles it. ``changes`` are what the answer changes in the mapping: entries of it (or the beginnings of new ones; None is
    above the first) with keys and values.
    """

    said: str
    line: str
    under: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[tuple[Any, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True)
class Question:
    """One thing that the files leave open, with the evidence and what to pass for each choice.

    ``key`` names it in ``--answer KEY=VALUE``; ``entry`` is what to paste into a mapping, with the first choice; ``place`` says where, "" being a new mapping.
    ``asks_when`` says that a table has nothing that tells the days or months of its rows.
    """

    key: str
    sentence: str
    evidence: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    entry: str = ""
    place: str = ""
    asks_when: bool = False

    def __str__(self) -> str:
        """The question as it is printed where nobody can be asked."""
        lines = [self.sentence, *(f"    {line}" for line in self.evidence)]
        lines += [f"  {number}. {option.said}: {option.line}{option.under and f'  ({option.under})'}" for number, option in enumerate(self.choices, start=1)]
        if settled := [number for number, option in enumerate(self.choices, start=1) if option.changes]:
            others = ", ".join(f"={number}" for number in settled[1:])
            lines.append(f"  To answer: --answer {shlex.quote(f'{self.key}={settled[0]}')}{f' (or {others})' if others else ''}")
        return "\n".join([*lines, *(["", self.place, "", self.entry] if self.place else [])])

    def chosen(self, value: str) -> Choice | None:
        """The choice of a number (from 1) or of what it says; None where there is none that a mapping can hold."""
        by_value = {str(number): option for number, option in enumerate(self.choices, start=1)} | {option.said.casefold(): option for option in self.choices}
        found = by_value.get(" ".join(value.split()).casefold())
        return found if found is not None and found.changes else None


class AnswerNeededError(GoodtermsError):
    """The files can be read in two ways and nothing in them decides."""

    exit_code: ClassVar[int] = 3

    def __init__(self, *questions: Question, mapping: str = "") -> None:
        """``mapping`` is the text of a mapping file that answers them, each by its first choice."""
        self.questions = questions
        self.mapping = mapping
        paste = "Save this as a mapping file, keep of each choice the line that is true (the others are remarks), and pass it with --map:\n\n" + mapping
        super().__init__("\n\n".join([*(str(question) for question in questions), *([paste] if mapping else [])]))


class UnreadableFileError(GoodtermsError):
    """A file cannot be read at all."""

    exit_code: ClassVar[int] = 4
