"""Amounts in thousands or millions: told by a column's name, by the unit below it or by a line above the table, and multiplied as the mapping says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question
from goodterms.facts.columns import ATTRIBUTE, Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import NO_MONEY, RATES
from goodterms.intake.mapping.currency_code import MONEY_ALONE
from goodterms.intake.parts.part import Part, say
from goodterms.intake.tables.header import PREAMBLE, SECOND_HEADER
from goodterms.intake.tables.records import Form
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS, Typed, decimal

_MONEY = rf"(?:{MONEY_ALONE})(?![^\W\d_])"
_THOUSAND = rf"['’]000s?\b|\(000s?\)|\bthousands?\b|\btuhan\w*|\btuhat\w*|\btusen\w*|(?<![a-z])[kt] ?{_MONEY}|[€$£]k\b"
_MILLION = rf"\bmillions?\b|\bmiljo\w*|\bmilj\b|\bmio\b|(?<![a-z])m ?{_MONEY}|[€$£]m\b"
_NUMBER = r"(?<![\d.,])1[ .,'’\u00a0]?000(?![\d.,])"
_ABOVE = {1_000: re.compile(rf"{_THOUSAND}|{_NUMBER} ?{_MONEY}"), 1_000_000: re.compile(_MILLION)}
"""What a line above a table says."""
_IN_NAMES = {1_000: re.compile(rf"{_THOUSAND}|{_NUMBER}"), 1_000_000: re.compile(_MILLION)}
_IN_WORDS = {Decimal(1_000): "in thousands", Decimal(1_000_000): "in millions", Decimal("0.001"): "for a thousand units each"}
_EACH = re.compile(rf"(?:\bper|/|\bà) ?(?:{_NUMBER}|{_THOUSAND})")
"""A price of a thousand units."""
_LONGEST_LINE = 200
"""Characters of a line above a table beyond which it says other things."""


def multiplied(con: Any, part: Part, typed: Mapping[str, Typed]) -> dict[str, Typed]:
    """Return how columns are read, with the factor that the mapping says of some.

    Raises
    ------
    AnswerNeededError
        The file says thousands or millions of a column, and the mapping does not say whether they are meant.
    MappingError
        The mapping says a factor of what is no column of numbers.
    """
    given = dict(part.entry.dialect.get("factors", {}))
    numbers = [theirs for theirs, one in typed.items() if one.kind == Kind.DECIMAL and not part.proposal.columns[theirs].startswith(ATTRIBUTE)]
    if wrong := [theirs for theirs in given if theirs not in numbers]:
        raise MappingError(
            f'{part.entry.place}: factors names "{wrong[0]}", which is no mapped column of numbers in {part.where}. Such are: {", ".join(numbers)}.'
        )
    if found := {theirs: said for theirs, said in _said(part, numbers).items() if theirs not in given}:
        raise AnswerNeededError(_asked(part, found))
    return {theirs: _times(con, part, theirs, one, given[theirs]) if given.get(theirs, "1") != "1" else one for theirs, one in typed.items()}


def factor_of(name: str) -> Decimal | None:
    """The factor that the name of a column says, or the unit below it.

    Examples
    --------
    >>> [str(factor_of(name)) for name in ("Net amount (1000 EUR)", "Myynti, t€", "Net sales MEUR", "Price per 1000", "Net amount EUR")]
    ['1000', '1000', '1000000', '0.001', 'None']
    """
    text = name.casefold()
    if _EACH.search(text):
        return Decimal("0.001")
    return next((Decimal(factor) for factor, form in _IN_NAMES.items() if form.search(text)), None)


def _said(part: Part, numbers: Sequence[str]) -> dict[str, tuple[Decimal, str]]:
    """The factor of each column of which the file says one, and where it says so."""
    raw = part.raw
    form = Form(raw.dialect.delimiter, raw.dialect.quote, raw.dialect.escape) if raw.dialect else Form(";", None)
    units = [form.one(ref.text) or [] for ref in raw.set_aside if ref.reason == SECOND_HEADER]
    found = {}
    for theirs in numbers:
        if part.proposal.columns[theirs] in RATES:
            continue
        place = raw.header.index(theirs)
        names = [theirs, *(row[place] for row in units if place < len(row))]
        said = next(((factor, f'"{name}"') for name in names if (factor := factor_of(name))), None)
        if said:
            found[theirs] = said
    above = [ref for ref in raw.set_aside if ref.reason == PREAMBLE and len(ref.text) <= _LONGEST_LINE]
    for many, ref in ((many, ref) for many, form_above in _ABOVE.items() for ref in above if form_above.search(ref.text.casefold())):
        amounts = [theirs for theirs in numbers if part.proposal.columns[theirs] not in NO_MONEY]
        found = {theirs: (Decimal(many), f'row {ref.row} ("{ref.text.strip()}")') for theirs in amounts} | found
    return found


def _asked(part: Part, found: Mapping[str, tuple[Decimal, str]]) -> Question:
    (theirs, (factor, said)), *_ = found.items()
    seem = f"{theirs} seems" if len(found) == 1 else f"{len(found)} columns seem"
    sentence = f"{part.where}: {seem} to be {_IN_WORDS[factor]}, by {said}. Are the figures to be multiplied?"
    evidence = tuple(f"{name}, by {where}: × {by:,f}; the first is {part.sample.example(name)}" for name, (by, where) in found.items())
    yes = f"yes, by {factor:,f}" if len({by for by, _ in found.values()}) == 1 else "yes"
    choices = (
        choice(yes, dialect={"factors": {name: f"{by:f}" for name, (by, _) in found.items()}}),
        choice("no, they are as they are written", dialect={"factors": dict.fromkeys(found, "1")}),
    )
    return Question(f"factors: {part.where}", sentence, evidence[:8], choices)


def _times(con: Any, part: Part, theirs: str, found: Typed, said: str) -> Typed:
    """A column's numbers times a factor, exactly; one that has too many digits then does not fit."""
    factor = Decimal(said)
    _, digits, exponent = factor.normalize().as_tuple()
    by = max(0, -int(exponent))
    places = max(0, found.places - int(exponent)) if by else found.places
    scale = max(found.scale, places)
    wide = f"CAST({found.sql} AS DECIMAL(38, {found.scale}))"
    sql = decimal(f"({wide} * CAST({text_of(said)} AS DECIMAL({max(9, len(digits) + by)}, {by})))", scale, MOST_WHOLE_DIGITS)
    misfits = found.values - con.execute(f"SELECT count({sql}) FROM {part.raw.name}").fetchone()[0]
    say([part], f"{theirs} is multiplied by {factor:,f}, as the mapping says.")
    return replace(found, sql=sql, misfits=misfits, places=places)
