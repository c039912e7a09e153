"""How the cells of each column are read: mapped ones as what they mean, further ones as attributes, over all files of a source together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from goodterms.errors import AnswerNeededError, GoodtermsError, MappingError, UnreadableFileError
from goodterms.facts.columns import ATTRIBUTE, Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.currency.currency_evidence import name_one_currency
from goodterms.intake.lines.factors import multiplied
from goodterms.intake.mapping.answers import of_join
from goodterms.intake.mapping.column_names import (
    LEFT_OUT,
    RATES,
    attribute_name,
    goes_nowhere,
    kind_of,
)
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.parts.further_columns import ATTRIBUTE_VALUES, KEPT_AS_ATTRIBUTE, further_columns
from goodterms.intake.parts.part import Part, say
from goodterms.intake.parts.sample import Sample, distinct_values
from goodterms.intake.values.months import FIRST_YEAR, LAST_YEAR, month_of
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS, NOTHING, WHOLE_DIGITS, RawColumn, Typed, Where
from goodterms.intake.values.typing_vote import typed_columns
from goodterms.problems import Problem, Severity

_SUMS = frozenset({"costs", "gl_balances", "plan", "stock"})
"""Tables whose rows are sums already."""
_OTHER_FORMS = ("%Y-%d-%m", "%Y/%d/%m", "%Y.%d.%m", "%d%m%Y", "%d%m%y")
"""Forms of dates that are read where a mapping says so, and not of themselves."""
MOST_ATTRIBUTES = 100
"""So many further columns are kept of themselves: a table of hundreds has not been made to tell sales."""


def type_columns(con: Any, parts: Sequence[Part], sample: Sample) -> dict[str, Typed]:
    """Type what is mapped, then what becomes an attribute; return ours → how it is read in all parts together."""
    proposal = parts[0].proposal
    mapped = {theirs: ours for theirs, ours in proposal.columns.items() if ours != LEFT_OUT}
    kinds = {theirs: _kind(sample, theirs, ours, parts[0].table) for theirs, ours in mapped.items()}
    columns = {part.number: (part.raw.name, {column.theirs: column for column in part.sample.columns}) for part in parts}
    wheres = []
    for part in parts:
        others = tuple(of for number, of in columns.items() if number != part.number)
        digits = MOST_WHOLE_DIGITS if part.table in _SUMS else WHOLE_DIGITS
        constant = part.entry.constants.get("currency")
        theirs = proposal.theirs("currency")
        currency = f"CAST({part.sample.column(theirs).place} AS VARCHAR)" if theirs else text_of(constant) if constant else ""
        where = Where(part.raw.name, part.where, {**part.entry.dialect, **part.entry.periods}, digits, others, ours=mapped, currency=currency)
        typed = _typed_by_file(con, part, where, kinds)
        fitting = {theirs: _no_amount_of_percents(con, part, typed[part.sample.column(theirs).place], ours) for theirs, ours in mapped.items()}
        part.typed = multiplied(con, part, fitting)
        part.stated = {ours: part.typed[theirs] for theirs, ours in mapped.items()}
        _check_values(part)
        _agree_on_style(where, typed)
        wheres.append(where)
    name_one_currency(parts)
    if parts[0].table == "sale_lines":
        _attributes(con, parts, wheres, sample)
    else:
        for part in parts:
            part.left_out = tuple(theirs for theirs in part.raw.header if theirs not in proposal.columns)
    left_out = tuple(theirs for theirs, ours in proposal.columns.items() if ours == LEFT_OUT or goes_nowhere(parts[0].table, ours))
    for part in parts:
        part.left_out += left_out
        part.stated = {ours: typed for ours, typed in part.stated.items() if not goes_nowhere(part.table, ours)}
        part.attributes = tuple(ours for ours in part.stated if ours.startswith(ATTRIBUTE))
    return {ours: _in_all([part.stated[ours] for part in parts]) for ours in parts[0].stated}


def _typed_by_file(con: Any, part: Part, where: Where, kinds: Mapping[str, Kind]) -> dict[str, Typed]:
    """How the mapped columns are read: those that a join brought stand in another file, which may write numbers and dates in its own way."""
    brought = part.entry.column_joins
    typed = typed_columns(con, where, [(part.sample.column(theirs), kind) for theirs, kind in kinds.items() if theirs not in brought])
    for join in part.entry.joins:
        columns = [(part.sample.column(theirs), kind) for theirs, kind in kinds.items() if brought.get(theirs) == join]
        try:
            typed |= typed_columns(con, replace(where, file=join.match, answers={**where.answers, **join.dialect_of_values}), columns)
        except AnswerNeededError as error:
            raise AnswerNeededError(*(of_join(question, join) for question in error.questions)) from None
    return typed


def _no_amount_of_percents(con: Any, part: Part, found: Typed, ours: str) -> Typed:
    """A cell with a per cent sign is no amount, quantity or price: it does not fit."""
    if not found.percent or ours in RATES or ours.startswith(ATTRIBUTE):
        return found
    sql = f"CASE WHEN NOT contains({found.present}, '%') THEN {found.sql} END"
    misfits = found.values - con.execute(f"SELECT count({sql}) FROM {part.raw.name}").fetchone()[0]
    return replace(found, sql=sql, misfits=misfits, percent=False, expected=f"{found.expected}, not per cent")


def _check_values(part: Part) -> None:
    """Refuse a column of which no value is what it is taken for, but in rejected rows that are not mended yet, and say what binary floats lost."""
    for theirs, found in part.typed.items():
        ours = part.proposal.columns[theirs]
        if found.values and found.misfits == found.values and not ours.startswith(ATTRIBUTE) and not origin_of(part.raw.file):
            raise _no_value_fits(part, theirs, found)
        part.problems += [
            Problem(
                doubt.code,
                Severity.WARNING,
                part.origin(row=doubt.row, column=theirs),
                sentence=doubt.sentence,
                action=doubt.action,
                rows=doubt.rows,
            )
            for doubt in found.doubts
        ]
        if found.rounded:
            part.problems.append(
                Problem(
                    "binary-float",
                    Severity.NOTICE,
                    part.origin(column=theirs),
                    sentence=f"{found.rounded:,} binary floats have more places than fit: {found.scale} places are kept.",
                    rows=found.rounded,
                )
            )


def say_nothing(con: Any, part: Part) -> None:
    """Say in which columns cells hold the word of databases for nothing."""
    columns = [(theirs, column.place) for theirs in part.typed if (column := part.sample.column(theirs)).is_text]
    if not columns:
        return
    counts = con.execute(f"SELECT {', '.join(f'count(*) FILTER ({place} = {text_of(NOTHING)})' for _, place in columns)} FROM {part.raw.name}").fetchone()
    for (theirs, _), count in zip(columns, counts, strict=True):
        if count:
            sentence = f"{count:,} {'cell holds' if count == 1 else 'cells hold'} the word {NOTHING}, as databases export nothing: {NOTHING} counts as empty."
            part.problems.append(Problem("word-for-nothing", Severity.NOTICE, part.origin(column=theirs), sentence=sentence, rows=count))


def _no_value_fits(part: Part, theirs: str, found: Typed) -> GoodtermsError:
    """What to say of a column of which no value is what it is taken for: of the mapping, where that took it so."""
    ours = part.proposal.columns[theirs]
    said = f'no value of it is {found.expected}; the first is "{part.sample.example(theirs)}". The columns are: {", ".join(part.raw.header)}.'
    if part.proposal.why.get(theirs) == "as the mapping says":
        is_month = all(map(month_of, part.sample.values[theirs])) and ours == "date"
        return MappingError(f'{part.where}: "{theirs}" is mapped to {ours}, but {said}' + ' It says months: map it to "period".' * is_month)
    sentence = f'{part.where}: "{theirs}" is taken for the {ours.replace("_", " ")}, but {said}'
    if {"date", "decimal"} & set(found.style) & set(part.entry.dialect):
        return MappingError(sentence)
    return UnreadableFileError(sentence + (_other_form(part, theirs) if found.kind == Kind.DATE else ""))


def _other_form(part: Part, theirs: str) -> str:
    """What to say of cells that are no dates: the form that they have, where all have one."""
    values = part.sample.values[theirs]
    years = [int(cell[:4]) for cell in values if re.match(r"[0-9]{4}(?![0-9])", cell)]
    if years and not any(FIRST_YEAR <= year <= LAST_YEAR for year in years):
        return f" Years from {FIRST_YEAR} to {LAST_YEAR} are read."
    form = next((form for form in _OTHER_FORMS if values and all(_is_day(cell, form) for cell in values)), "")
    in_words = f'say so in a mapping: dialect = {{ date = "{form}" }}' if form else 'say which in a mapping, as in dialect = { date = "%d.%m.%Y" }'
    return f" If it is one in another form, {in_words}"


def _is_day(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return False
    return True


def _in_all(typed: Sequence[Typed]) -> Typed:
    """How a column is read in several files: with the places and signs of all."""
    return replace(
        typed[0],
        places=max(one.places for one in typed),
        percent=any(one.percent for one in typed),
        has_negative=any(one.has_negative for one in typed),
    )


def _kind(sample: Sample, theirs: str, ours: str, table: str) -> Kind:
    kind = kind_of(table, ours)
    if kind is not None:
        return kind
    return sample.kind_of_attribute(theirs)


def _agree_on_style(where: Where, typed: dict[str, Typed]) -> None:
    """What the mapped columns decided holds for the further ones too."""
    for key in ("decimal", "date"):
        said = {found.style[key] for found in typed.values() if key in found.style}
        if len(said) == 1:
            where.found.setdefault(key, said.pop())


def _attributes(con: Any, parts: Sequence[Part], wheres: Sequence[Where], sample: Sample) -> None:
    """Type the further columns; one that fits no kind wholly in all files is text, and one that could be read in two ways is left out."""
    proposal = parts[0].proposal
    tables = [(part.raw.name, part.sample) for part in parts]
    kinds = further_columns(con, parts[0].raw.header, sample, proposal, tables)
    taken = set(proposal.columns.values())
    kept = 0
    for theirs, kind in kinds.items():
        if kept == MOST_ATTRIBUTES:
            say(parts, f'The first {MOST_ATTRIBUTES} further columns are kept as attributes. To keep another, map it to "attribute:…".')
            break
        ours = attribute_name(theirs)
        columns = [part.sample.column(theirs) for part in parts]
        typed = _attribute(con, wheres, columns, kind, tables) if kind and ours not in taken else None
        if typed is None or not any(one.values for one in typed):
            continue
        taken.add(ours)
        kept += 1
        proposal.say(theirs, ours, KEPT_AS_ATTRIBUTE)
        for part, one in zip(parts, typed, strict=True):
            part.stated[ours] = part.typed[theirs] = one
    for part in parts:
        part.left_out = tuple(theirs for theirs in part.raw.header if theirs not in proposal.columns)


def _attribute(con: Any, wheres: Sequence[Where], columns: Sequence[RawColumn], kind: Kind, tables: Sequence[tuple[str, Sample]]) -> list[Typed] | None:
    def typed_as(wanted: Kind) -> list[Typed]:
        return [typed_columns(con, where, [(column, wanted)])[column.place] for where, column in zip(wheres, columns, strict=True)]

    try:
        typed = typed_as(kind)
    except AnswerNeededError:
        return None
    if not any(one.misfits for one in typed):
        return typed
    theirs = columns[0].theirs
    return typed_as(Kind.TEXT) if distinct_values(con, tables, [theirs])[theirs] <= ATTRIBUTE_VALUES else None
