"""How a text file is written down: which character parts its cells and which one quotes them, by evidence; where two are as likely, the user decides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question, UnreadableFileError
from goodterms.intake.mapping.answers import choice
from goodterms.intake.tables.quoting import explains, quotes_all
from goodterms.intake.tables.raw_table import new_name
from goodterms.intake.tables.records import Form, split
from goodterms.intake.tables.work_files import work_folder

DELIMITERS = (",", ";", "\t", "|")
OTHER_DELIMITERS = ("^", "~", ":", "#", "\x01", "\x1f", " ")
"""Tried where none of the usual ones parts anything; never taken without being asked for."""
SAMPLE_RECORDS = 1_000
AS_LIKELY = 0.9
"""A second delimiter whose score reaches this share of the first one's is as likely."""
FEW = 8
AS_LIKELY_OF_FEW = 0.6
"""The same, where there are fewer records than ``FEW``: little speaks for anything."""
HEEDED = 0.7
"""The same, where the engine's own sniffer is for the second one."""
AS_GOOD = 0.8
"""A second form with the same delimiter whose score reaches this share is looked at: would a program have written the file so?"""
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
_HINT = re.compile(r"\ufeff?sep=(.)\s*")
_ESCAPED = re.compile(r"\\[\\\"']")
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
    """How well one form explains the sample: modal width, share of records that have it, mean credibility of cells, and both in one score.

    ``records`` are the filled ones, ``texts`` how they stand in the file, and ``broken`` counts those whose quotes break the rules.
    """

    form: Form
    width: int
    consistency: float
    credibility: float
    score: float
    records: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...] = ()
    broken: int = 0


def find_form(lines: Sequence[str], file: str, given: Mapping[str, Any], *, complete: bool, engine: Any = None) -> Form:
    r"""Return how cells are told apart, from the first lines of a file; ``complete`` says that they are all of it.

    Each usual delimiter is tried with each quote. A form is good if records have the same number of cells and cells look like numbers, dates or words.
    Of two ways to quote, the one counts by which a program would have written the file so. The engine's opinion on the delimiter is the second one.

    Raises
    ------
    AnswerNeededError
        Two delimiters or two ways to quote are as likely, the engine finds another delimiter that parts the file too, or only an unusual one parts anything.
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
    escape = _one_character(file, "escape", given["escape"] or None) if "escape" in given else ""
    hint = _HINT.fullmatch(lines[0]) if lines else None
    if hint:
        wanted, lines = wanted or hint.group(1), lines[1:]
    text = "".join(lines)
    delimiters = (wanted,) if wanted else tuple(delimiter for delimiter in DELIMITERS if delimiter in text)
    quotes = _quotes(text, delimiters) if quote == "" else (quote,)
    escapes = (escape,) if escape != "" else ((None, "\\") if _ESCAPED.search(text) else (None,))
    opinions = [
        _opinion(lines, Form(delimiter, mark, before), complete=complete)
        for delimiter in delimiters
        for mark in quotes
        for before in (escapes if mark else (None,))
    ]
    opinions = sorted((opinion for opinion in opinions if opinion.records), key=lambda opinion: -opinion.score)
    parting = [opinion for opinion in opinions if opinion.width > 1]
    if wanted:
        return _well_quoted(file, opinions).form if opinions else Form(wanted, quotes[0], escape or None)
    if not parting:
        _ask_unusual(lines, file, complete=complete)
        return Form(",", '"' if quote == "" else quote, escape or None)
    best = parting[0]
    least = (AS_LIKELY if len(best.records) >= FEW else AS_LIKELY_OF_FEW) * best.score
    rivals = [opinion for opinion in parting[1:] if opinion.form.delimiter != best.form.delimiter and opinion.score >= least]
    if rivals:
        raise AnswerNeededError(_which_delimiter(file, best, rivals[0]))
    best = _well_quoted(file, [opinion for opinion in parting if opinion.form.delimiter == best.form.delimiter])
    _heed_engine(engine, file, lines, best, parting)
    return best.form


def _one_character(file: str, key: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
        raise MappingError(f"{file}: {key} = {value!r} in the mapping's dialect is no single character.")
    return value


def _quotes(text: str, delimiters: Sequence[str]) -> tuple[str | None, ...]:
    """Return the quotes worth trying: the usual one, the single one only where cells begin and end with it, and none."""
    sides = "".join(map(re.escape, delimiters)) + "\r\n"
    begins, ends = (re.search(pattern, text) for pattern in (rf"(?:\A|[{sides}])'", rf"'(?:\Z|[{sides}])"))
    return ('"', *(("'",) if begins and ends else ()), *((None,) if '"' in text else ()))


def _well_quoted(file: str, opinions: Sequence[Opinion]) -> Opinion:
    """Return the best of the opinions on one delimiter; where others read other cells, the one by which a program would have written the file."""
    best = opinions[0]
    if best.form.quote is None:
        return best
    few = len(best.records) < FEW
    alike = [opinion for opinion in opinions[1:] if opinion.form.quote is not None and opinion.consistency >= best.consistency] if few else []
    others = [opinion for opinion in opinions[1:] if opinion.records != best.records and (opinion.score >= AS_GOOD * best.score or opinion in alike)]
    if not others:
        return best
    explaining = [opinion for opinion in (best, *others) if not opinion.broken and explains(opinion.form, opinion.records, opinion.texts)]
    quoting = [opinion for opinion in explaining if opinion.form.quote is not None]
    quoting = [opinion for opinion in quoting if quotes_all(opinion.form, opinion.records, opinion.texts)] or quoting
    if not quoting and (not explaining or best.broken):
        return best
    first, *further = quoting or [best, *explaining]  # where no quote explains the file, but none at all does, that is a question
    rivals = [opinion for opinion in further if opinion.records != first.records]
    if rivals:
        raise AnswerNeededError(_which_quote(file, first, rivals[0]))
    return first


def _heed_engine(engine: Any, file: str, lines: Sequence[str], best: Opinion, parting: Sequence[Opinion]) -> None:
    """Ask where the engine's own sniffer finds another delimiter that parts the records too."""
    if engine is None:
        return
    import duckdb  # noqa: PLC0415

    sample = work_folder(engine) / f"{new_name()}.txt"
    sample.write_bytes("".join(line for line in lines if not best.form.is_endless(line)).encode("utf-8", "replace"))
    try:
        found = engine.con.execute("SELECT Delimiter FROM sniff_csv(?)", [str(sample)]).fetchone()
    except duckdb.Error:
        return  # it has no opinion
    finally:
        sample.unlink()
    other = next((opinion for opinion in parting if found and opinion.form.delimiter == found[0] != best.form.delimiter), None)
    if other and other.score >= HEEDED * best.score:
        raise AnswerNeededError(_which_delimiter(file, best, other))


def _opinion(lines: Sequence[str], form: Form, *, complete: bool) -> Opinion:
    """Weigh one form: after van den Burg, Nazabal & Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), pattern × type.

    Unlike theirs, text counts by how natural it looks, and a record with a broken quote has no pattern.
    """
    records = list(islice(split(lines, form), SAMPLE_RECORDS + 1))
    if len(records) > 1 and (len(records) > SAMPLE_RECORDS or not complete):
        records.pop()  # it may be cut short
    whole = [(tuple(record.cells), record.text) for record in records if record.cells]
    filled = tuple(cells for cells, _ in whole if any(cell.strip() for cell in cells))
    texts = tuple(text for cells, text in whole if any(cell.strip() for cell in cells))
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
    return Opinion(form, width, widths[width] / count, credibility, pattern * credibility * (UNQUOTED if form.quote is None else 1.0), filled, texts, broken)


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
    """Ask with both readings of the same rows: the first ones."""
    shown = [(row, [opinion.records[row] for opinion in opinions if row < len(opinion.records)]) for row in range(3)]
    sentence = f"{file}: two characters may part its cells, and nothing in the file decides."
    evidence = [f"{_name(opinion)}: {opinion.width} columns in {opinion.consistency:.0%} of the records" for opinion in opinions]
    return _which(sentence, opinions, list(map(_name, opinions)), evidence, shown)


def _which_quote(file: str, *opinions: Opinion) -> Question:
    """Ask with both readings of the same rows: the first ones that they read differently."""
    pairs = list(enumerate(zip(*(opinion.records for opinion in opinions), strict=False)))
    shown = [(row, list(read)) for row, read in pairs if len(set(read)) > 1][:3]
    sentence = f"{file}: its quotes can be read in two ways, and nothing in the file decides."
    return _which(sentence, opinions, [_quoting(opinion.form) for opinion in opinions], [], shown)


def _which(sentence: str, opinions: Sequence[Opinion], names: list[str], evidence: list[str], shown: list[tuple[int, list[tuple[str, ...]]]]) -> Question:
    for row, readings in shown:
        evidence += [f"record {row + 1}, {name}: {_cells(cells)}" for name, cells in zip(names, readings, strict=False)]
    choices = tuple(
        choice(name, dialect={"delimiter": form.delimiter, "quote": form.quote or "", "escape": form.escape or ""})
        for name, form in zip(names, (opinion.form for opinion in opinions), strict=True)
    )
    return Question("dialect", sentence, tuple(evidence), choices)


def _cells(cells: Sequence[str]) -> str:
    text = " | ".join(" ".join(cell.split()) for cell in cells[:8])
    return text if len(text) <= 120 else f"{text[:117]}…"


def _quoting(form: Form) -> str:
    if form.quote is None:
        return "nothing is quoted"
    return f"quoted with {form.quote}{' and a backslash before quotes in cells' if form.escape else ''}"


def _name(opinion: Opinion) -> str:
    return NAMES.get(opinion.form.delimiter, repr(opinion.form.delimiter))


def _shown(lines: Sequence[str], count: int = 3) -> tuple[str, ...]:
    return tuple(line.rstrip("\r\n")[:120] for line in lines[:count])
