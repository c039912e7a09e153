"""Asking: what files leave open is answered on the command line or in the terminal, and the answers are kept in a mapping file."""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from goodterms.cli.progress import shown_on
from goodterms.errors import AnswerNeededError, Choice, Question, UsageError
from goodterms.problems import visible

if TYPE_CHECKING:
    from goodterms.intake import Reading

KEPT = "mapping"
"""What a file of answers is called where no mapping was passed."""


class Asking:
    """One reading and its questions: each is answered by ``--answer``, else by the person at the terminal; with neither it stands as an error."""

    def __init__(self, mapping: Path | None, answers: Iterable[str], company: str = "") -> None:
        """``company`` is the text of the mapping that holds where no file is passed."""
        self.file = mapping
        self.company = company
        self.given = dict(_parsed(answer) for answer in answers)
        self.text = ""
        """The mapping that was passed, with the answers."""
        self.answered: list[str] = []
        self.kept: Path | None = None

    def read(self, files: Sequence[Path], tables: Mapping[str, Sequence[Path]]) -> Reading:
        """Read files and those of other tables, answer what is asked, and read again until nothing is open.

        Raises
        ------
        AnswerNeededError
            A question has no answer.
        UsageError
            An answer is none of the choices.
        """
        import goodterms  # noqa: PLC0415
        from goodterms.intake.mapping.answers import answered  # noqa: PLC0415
        from goodterms.intake.mapping.mapping_file import Mapping as Known  # noqa: PLC0415

        known = Known.load(self.file) if self.file or not self.company else Known.read(self.company, "the company's mapping")
        self.text = self.file.read_text(encoding="utf-8-sig") if self.file else self.company
        while True:
            try:
                with shown_on(sys.stderr) as progress:
                    reading = goodterms.read(files, **tables, mapping=known, progress=progress)
            except AnswerNeededError as error:
                settled = [(question.key, option) for question in error.questions if (option := self._answer(question)) is not None]
                for key, option in settled:
                    self.text = answered(self.text, option)
                    self.answered.append(key)
                if len(settled) < len(error.questions):
                    self.keep()
                    if self.kept is not None:
                        typer.echo(f"{self.said}\n", err=True)
                    raise
                known = Known.read(self.text, (self.file or Path(f"{KEPT}.toml")).name)
            else:
                for key in (key for key in self.given if key not in self.answered):
                    typer.echo(f'Nothing was asked that --answer "{key}" answers.', err=True)
                return reading

    def keep(self) -> None:
        """Write the answers, where there are any, into the mapping file that was passed, else into a new one or one of the same answers."""
        if not self.answered:
            return
        numbered = (Path(f"{KEPT}{'' if n == 1 else f'-{n}'}.toml") for n in count(1))
        place = self.file or next(path for path in numbered if not path.exists() or self._holds_all_of(path))
        try:
            place.write_text(self.text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"The answers could not be written to {place}: {error.strerror or error}. Pass --write-map with another place.") from error
        self.kept = place

    def _holds_all_of(self, path: Path) -> bool:
        """Whether a file of answers says nothing that the answers of now do not say too: one call after another answers more, and they are kept in one file."""
        try:
            text = path.read_text(encoding="utf-8")
            return "#" not in text and _within(tomllib.loads(text), tomllib.loads(self.text))
        except (OSError, ValueError):  # not ours to write over
            return False

    @property
    def said(self) -> str:
        """Where the answers are kept."""
        return f"Your answers are kept in {self.kept}: pass --map {shlex.quote(str(self.kept))} from now on."

    def _answer(self, question: Question) -> Choice | None:
        if question.key in self.answered:
            return None
        if question.key in self.given:
            option = question.chosen(self.given[question.key])
            if option is None:
                choices = ", ".join(f"{number} ({option.said})" for number, option in enumerate(question.choices, start=1) if option.changes)
                raise UsageError(
                    f'--answer: "{self.given[question.key]}" is no answer to "{question.key}". Choose one of: {choices or "none, see the question"}.'
                )
            return option
        return _asked(question) if sys.stdin.isatty() and sys.stderr.isatty() else None


def _within(less: Any, more: Any) -> bool:
    """Whether everything that one mapping says stands in another.

    >>> _within({"file": [{"match": "a"}]}, {"file": [{"match": "a", "table": "costs"}]}), _within({"file": []}, {})
    (True, False)
    """
    if isinstance(less, dict) and isinstance(more, dict):
        return all(key in more and _within(value, more[key]) for key, value in less.items())
    if isinstance(less, list) and isinstance(more, list):
        return all(any(_within(one, other) for other in more) for one in less)
    return bool(less == more)


def _parsed(answer: str) -> tuple[str, str]:
    """KEY=VALUE as a pair; the key may hold an equals sign, a number does not."""
    key, found, value = answer.rpartition("=")
    if not found or not key.strip() or not value.strip():
        raise UsageError(f'--answer is KEY=VALUE, as the question says it, such as --answer "date: invoices.csv, Date=1"; "{answer}" was found.')
    return key.strip(), value.strip()


def _asked(question: Question) -> Choice | None:
    """Ask at the terminal; None where the question has no choices that a mapping can hold, or the person leaves it open."""
    options = [option for option in question.choices if option.changes]
    if not options:
        return None
    typer.echo("", err=True)
    typer.echo(visible(question.sentence), err=True)
    for line in question.evidence:
        typer.echo(f"    {visible(line)}", err=True)
    for number, option in enumerate(options, start=1):
        typer.echo(f"  {number}. {visible(option.said)}", err=True)
    while True:
        said = typer.prompt(f"Which is true? 1 to {len(options)}, or 0 to leave it open", err=True).strip()
        if said == "0":
            return None
        if said.isdecimal() and int(said) <= len(options):
            return options[int(said) - 1]
