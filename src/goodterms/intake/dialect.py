"""How a text file is written down: which character parts its cells and which one quotes them, by evidence; where two are as likely, the user decides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question, UnreadableFileError
from goodterms.intake.answers import choice
from goodterms.intake.records import Form, split

DELIMITERS = (",", ";", "\t", "|")
OTHER_DELIMITERS = ("^", "~", ":", "#", "\x01", "\x1f", " ")
"""Tried where none of the usual ones parts anything; never taken without being asked for."""
SAMPLE_RECORDS = 1_000
AS_LIKELY = 0.9
"""A second delimiter whose score reaches this share of the first one's is as likely."""
UNQUOTED = 0.9
"""A file that has quotes counts as one that does not quote only if that explains it clearly better."""
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space", "^": "caret", "~": "tilde", ":": "colon", "#": "hash"}

_NUMBER = re.compile(
    r"[-+(]?\s*(?:[€$£]\s*)?[-+]?(?:\d{1,3}(?:[.,'’\s\u00a0\u202f]\d{3})+|\d+)?(?:[.,]\d*)?(?:[eE][-+]?\d{1,3})?\s*(?:[€$£%]|[A-Z]{3})?\s*[-)]?"
)
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\s?(?:\d{1,2}|[A-Za-z]{3,9}\.?)[-/. ]\s?(?:\d{4}|\d{2}))"
    r"(?:[T ]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|[-+]\d{2}:?\d{2})?)?"
)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?")
_FLAGS = frozenset({"true", "false", "yes", "no", "y", "n", "kyllä", "ei", "ja", "nej"})
_UNNATURAL = re.compile(r"[;|\t^~]|,(?=\S)(?!\d)|^\s|[\"']$|^[\"']")
"""What text seldom has inside a cell: a delimiter without a space after it, a quote at its end, a space before it."""


def kind_of(cell: str) -> str:
    """Return what a cell looks like by itself: "" (empty), "number", "date", "flag" or "text". It decides nothing about a column.

    >>> [kind_of(cell) for cell in ("1 234,50", "31.12.2011", "", "Ann Oy", "-")]
    ['number', 'date', '', 'text', 'text']
    """
    cell = cell.strip()
    if not cell:
        return ""
    if len(cell) <= 40 and any(letter.isdigit() for letter in cell):
        if _DATE.fullmatch(cell) or _TIME.fullmatch(cell):
            return "date"
        if _NUMBER.fullmatch(cell):
            return "number"
    return "flag" if cell.casefold() in _FLAGS else "text"


@dataclass(frozen=True)
class Opinion:
    """How well one form explains the sample: modal width, share of records that have it, mean credibility of cells, and both in one score."""

    form: Form
    width: int
    consistency: float
    credibility: float
    score: float
    records: tuple[tuple[str, ...], ...]


def find_form(lines: Sequence[str], file: str, given: Mapping[str, Any], *, complete: bool) -> Form:
    r"""Return how cells are told apart, from the first lines of a file; ``complete`` says that they are all of it.

    Each usual delimiter is tried with each quote. A form is good if records have the same number of cells and cells look like numbers, dates or words.

    Raises
    ------
    AnswerNeededError
        Two delimiters are as likely, or only an unusual one parts anything.
    MappingError
        The mapping's delimiter or quote is no single character.
    UnreadableFileError
        Its columns are set out with spaces.

    Examples
    --------
    >>> find_form(["Customer;Net\n", "Ann;1,50\n", "Bob;22,00\n"], "invoices.csv", {}, complete=True).delimiter
    ';'
    """
    wanted = _one_character(file, "delimiter", given.get("delimiter"))
    quote = _one_character(file, "quote", given["quote"] or None) if "quote" in given else ""
    escape = _one_character(file, "escape", given.get("escape") or None)
    hint = re.fullmatch(r"\ufeff?sep=(.)\s*", lines[0]) if lines else None
    if hint:
        wanted, lines = wanted or hint.group(1), lines[1:]
    text = "".join(lines)
    delimiters = (wanted,) if wanted else tuple(delimiter for delimiter in DELIMITERS if delimiter in text)
    quotes = _quotes(text) if quote == "" else (quote,)
    escapes = (escape,) if escape else ((None, "\\") if '\\"' in text else (None,))
    opinions = [
        _opinion(lines, Form(delimiter, mark, before if mark else None), complete=complete) for delimiter in delimiters for mark in quotes for before in escapes
    ]
    opinions = sorted((opinion for opinion in opinions if opinion.records), key=lambda opinion: -opinion.score)
    parting = [opinion for opinion in opinions if opinion.width > 1]
    if wanted:
        return opinions[0].form if opinions else Form(wanted, quotes[0], escape)
    if not parting:
        _ask_unusual(lines, file, complete=complete)
        return Form(",", '"' if quote == "" else quote, escape)
    best = parting[0]
    rivals = [opinion for opinion in parting[1:] if opinion.form.delimiter != best.form.delimiter and opinion.score >= AS_LIKELY * best.score]
    if rivals:
        raise AnswerNeededError(_which_delimiter(file, best, rivals[0]))
    return best.form


def _one_character(file: str, key: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
        raise MappingError(f"{file}: {key} = {value!r} in the mapping's dialect is no single character.")
    return value


def _quotes(text: str) -> tuple[str | None, ...]:
    """Return the quotes worth trying: the usual one where it occurs or nothing else does, the single one only where cells begin with it."""
    found: list[str | None] = ['"'] if '"' in text or "'" not in text else []
    if re.search(r"(?:^|[,;\t|])'[^'\r\n]*'(?:[,;\t|]|$)", text, re.MULTILINE):
        found.append("'")
    return (*(found or ['"']), *((None,) if '"' in text else ()))


def _opinion(lines: Sequence[str], form: Form, *, complete: bool) -> Opinion:
    """Weigh one form: after van den Burg, Nazabal & Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), pattern × type.

    Unlike theirs, text counts by how natural it looks, and a record with a broken quote has no pattern.
    """
    records = list(islice(split(lines, form), SAMPLE_RECORDS + 1))
    if len(records) > 1 and (len(records) > SAMPLE_RECORDS or not complete):
        records.pop()  # it may be cut short
    whole = [tuple(record.cells) for record in records if record.cells]
    filled = [cells for cells in whole if any(cell.strip() for cell in cells)]
    broken = sum(record.cells is None for record in records)
    if not filled:
        return Opinion(form, 0, 0.0, 0.0, 0.0, ())
    widths = Counter(map(len, filled))
    weights = {width: times * (max(width - 1, 0.001) / width) for width, times in widths.items()}
    width = max(weights, key=lambda width: (weights[width], width))
    count = len(filled) + broken
    pattern = sum(weights.values()) / len(widths) / count
    cells = Counter(cell for record in filled for cell in record)
    credibility = sum(_credible(cell) * times for cell, times in cells.items()) / cells.total()
    return Opinion(form, width, widths[width] / count, credibility, pattern * credibility * (UNQUOTED if form.quote is None else 1.0), tuple(filled))


def _credible(cell: str) -> float:
    kind = kind_of(cell)
    if kind == "text":
        return 0.1 if _UNNATURAL.search(cell) else 0.8
    return 0.5 if kind == "" else 0.9 if cell[0].isspace() else 1.0


def _ask_unusual(lines: Sequence[str], file: str, *, complete: bool) -> None:
    """Nothing usual parts the lines: if an unusual delimiter does so in every line alike, ask; otherwise it is a file of one column."""
    found = []
    for delimiter in OTHER_DELIMITERS:
        opinion = _opinion(lines, Form(delimiter), complete=complete)
        if opinion.width > 1 and opinion.consistency >= 0.95 and len(opinion.records) > 1 and opinion.credibility > 0.4:
            found.append(opinion)
    if not found:
        _refuse_runs_of_spaces(lines, file)
        return
    sentence = f"{file}: no comma, semicolon, tab or vertical bar parts its cells. Is it one column, or what does?"
    choices = [choice(f"{_name(opinion)}, {opinion.width} columns", dialect={"delimiter": opinion.form.delimiter}) for opinion in found]
    raise AnswerNeededError(Question("delimiter", sentence, _shown(lines), (*choices, choice("one column", dialect={"delimiter": ","}))))


def _refuse_runs_of_spaces(lines: Sequence[str], file: str) -> None:
    """Columns set out with spaces have no delimiter: three or more cells in every line alike, most of them numbers or dates."""
    rows = [line.split() for line in lines[:-1] or lines if line.strip()]
    widths = Counter(map(len, rows))
    if not rows or (width := widths.most_common(1)[0][0]) < 3 or widths[width] < 0.95 * len(rows) or len(rows) < 3:
        return
    typed = sum(kind_of(cell) not in {"text", ""} for row in rows[1:] for cell in row)
    if 2 * typed > sum(map(len, rows[1:])):
        raise UnreadableFileError(
            f"{file}: spaces part its cells ({width} in a line), and so many of them that they are no delimiter. Export it with semicolons."
        )


def _which_delimiter(file: str, *opinions: Opinion) -> Question:
    evidence = tuple(
        f"{_name(opinion)}: {opinion.width} columns in {opinion.consistency:.0%} of the records, e.g. {'   '.join(opinion.records[-1][:6])}"
        for opinion in opinions
    )
    choices = tuple(choice(_name(opinion), dialect={"delimiter": opinion.form.delimiter}) for opinion in opinions)
    return Question("delimiter", f"{file}: two characters may part its cells, and nothing in the file decides.", evidence, choices)


def _name(opinion: Opinion) -> str:
    return NAMES.get(opinion.form.delimiter, repr(opinion.form.delimiter))


def _shown(lines: Sequence[str], count: int = 3) -> tuple[str, ...]:
    return tuple(line.rstrip("\r\n")[:120] for line in lines[:count])
