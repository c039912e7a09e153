"""What is wrong with several files, kept until all of them were looked at, and then said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from goodterms.errors import AnswerNeededError, GoodtermsError, Question
from goodterms.intake.mapping.answers import answerable


@dataclass
class Errors:
    """What is wrong with several files, to be said together."""

    questions: list[Question] = field(default_factory=list)
    errors: list[GoodtermsError] = field(default_factory=list)

    @contextmanager
    def kept(self, complete: Callable[[Question], Question]) -> Iterator[None]:
        """Keep what goes wrong, questions with what is to be pasted, and go on."""
        try:
            yield
        except AnswerNeededError as error:
            self.questions += map(complete, error.questions)
        except GoodtermsError as error:
            self.errors.append(error)

    def raised(self) -> None:
        """Raise what was kept: one error as it is, several as a group."""
        errors = [*self.errors, *([answerable(self.questions)] if self.questions else [])]
        if len(errors) > 1:
            raise ExceptionGroup("several things are wrong", errors)
        if errors:
            raise errors[0]
