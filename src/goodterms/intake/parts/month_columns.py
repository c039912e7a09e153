"""Columns of months: across the top, in rows that have no day, and with a year of their own or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Settings
from datetime import date
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, accepted, meanings, normalised, rank_of
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.months_across import MONTH, NUMBERED, TABLES_BY_MONTH, TABLES_OF_DAYS, named_month
from goodterms.intake.parts.closing_columns import find_closing_across
from goodterms.intake.parts.meaning import Proposal, is_called
from goodterms.intake.parts.named_periods import years_offered
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.months import LEAST_ALONE, LEAST_MONTHS, NUMBER_OF, YEAR, are_next, months_of, without_year
from goodterms.intake.values.spans import QUARTERS, SPANS_NUMBERED, WEEKS, is_numbered, quarter_number, quarters_of
from goodterms.intake.values.total_words import BESIDE

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

HEADING_OF = {
    QUARTERS: re.compile(r"\b(?:q|qtr|quarters?|kv|kvartaali|(?:vuosi)?neljannes|kvartal|kvt|quartal|kwartaal|kwartal|trim|trimestre)\b"),
    WEEKS: re.compile(r"\b(?:kw|wk|w|weeks?|viikko|vko|vecka|v|semaine|semana|settimana|\w*woche|uke|uge|tydzien|tyden)\b"),
}
"""Headings of quarters and weeks."""
_NAMES_OF = "costs"
"""The table whose headings say months and years in every other one too."""


def is_called_month(theirs: str) -> bool:
    """Whether a column's name says that it holds months.

    >>> is_called_month("Kuukausi"), is_called_month("Customer")
    (True, False)
    """
    return rank_of(_NAMES_OF, theirs, "period") == 1


def find_months_across(found: Proposal, raw: RawTable, sample: Sample, entry: FileMapping, table: str, taken: set[str]) -> None:
    """Columns that are called months hold the amounts of these months, where there are three, two alone in a row, or the mapping says so of one.

    Raises
    ------
    AnswerNeededError
        Where months stand across the top and no year beside them.
    """
    if table in TABLES_OF_DAYS and {"period", *NUMBERED} & taken:
        taken.add("date")
    if table not in TABLES_BY_MONTH or {"date", "period", TABLES_BY_MONTH[table]} & taken:
        return
    months = months_of(raw.header) or quarters_of(raw.header)
    is_said = any(ours.startswith(MONTH) for ours in entry.columns.values())
    if table in TABLES_OF_DAYS and not is_said and _says_when(raw, sample, table, months):
        return
    has_period = any(is_called(theirs, "period", _NAMES_OF) for theirs in raw.header if theirs not in months)
    are_numbers = all(sample.could_be(theirs, Kind.DECIMAL) for theirs in months)
    are_two = are_next(months.values()) or any(map(quarter_number, months))
    if len(months) >= LEAST_MONTHS or is_said or (are_two and are_numbers and not has_period):
        for theirs, month in months.items():
            if theirs not in found.columns and named_month(month) not in taken:
                found.say(theirs, named_month(month), "the amounts of a month, by its name")
                taken.add(named_month(month))
    elif names := without_year((theirs for theirs in raw.header if theirs not in found.columns), LEAST_MONTHS if has_period else LEAST_ALONE):
        _ask_year(raw, names, "months")
    elif quarters := _quarters_without_year(found, raw, sample):
        _ask_year(raw, quarters, "quarters")
    if any(ours.startswith(MONTH) for ours in found.columns.values()):
        find_closing_across(found, raw, sample, entry, table)
        _only_months(found, raw, table, taken)


def _says_when(raw: RawTable, sample: Sample, table: str, months: Settings[str, date]) -> bool:
    """Whether a column says the day or the month of a row."""
    others = [theirs for theirs in raw.header if theirs not in months]
    return any(
        sample.are_all(theirs, Kind.DATE)
        or (is_called(theirs, "date", table) and sample.could_be(theirs, Kind.DATE))
        or (is_called_month(theirs) and (sample.could_be(theirs, Kind.MONTH) or _are_numbers_of_months(sample.values[theirs])))
        for theirs in others
    )


def _only_months(found: Proposal, raw: RawTable, table: str, taken: set[str]) -> None:
    """Beside the amounts of months no column is the row's month or its amount; another amount of a row is of all months together, and left out."""
    taken |= {"date", "period", TABLES_BY_MONTH[table]}
    if table not in TABLES_OF_DAYS:
        return
    numbers = {ours for ours, kind in accepted(table).items() if kind == Kind.DECIMAL}
    for theirs in raw.header:
        if theirs not in found.columns and any(meaning.ours in numbers for meaning in meanings(table).get(normalised(theirs), ())):
            found.say(theirs, LEFT_OUT, "a number of all months together")
    taken |= numbers


def find_month_without_year(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """A column of months, weeks or quarters that are numbers or names makes the period with a year: that of another column, of the mapping, or one asked for.

    Raises
    ------
    AnswerNeededError
        Where nothing says the year.
    """
    if "month_number" not in accepted(table) or "period" in taken:
        return
    if "month_number" in taken and not found.theirs("month_number"):
        taken |= {"date", "period"}
        return
    ours, theirs = next(_numbered(found, raw, sample), ("", ""))
    if not ours:
        return
    what = ours.removesuffix("_number")
    found.say(theirs, ours, found.why.get(theirs, f"by its name, a {what} without its year"))
    found.contradicted.pop(theirs, None)
    taken |= {"date", "period", ours}
    years = [theirs for theirs in raw.header if theirs not in found.columns and _is_year(theirs, sample)]
    if "year" not in taken and years:
        found.say(years[0], "year", "by its name, the year of its rows")
        taken.add("year")
    if "year" in taken:
        return
    sentence = f"{raw.where}: {theirs} says {what}s ({', '.join(sample.values[theirs][:3])} …), and no column says their year. Say which year they are of."
    choices = tuple(choice(f"they are {what}s of {year}", constants={"year": year}) for year in years_offered(raw))
    raise AnswerNeededError(Question(f"year: {raw.where}", sentence, (), (*choices, *_out(raw)), asks_when=True))


def _numbered(found: Proposal, raw: RawTable, sample: Sample) -> Iterator[tuple[str, str]]:
    """Columns of months, weeks and quarters without their year, each as ours and theirs: those that the mapping says first, then by name and values."""
    for ours in NUMBERED:
        if theirs := found.theirs(ours):
            yield ours, theirs
    free = [theirs for theirs in raw.header if theirs not in found.columns]
    for theirs in free:
        if is_called_month(theirs) and _are_numbers_of_months(sample.values[theirs]):
            yield "month_number", theirs
    for ours, kind in SPANS_NUMBERED.items():
        for theirs in free:
            said = [value for value in sample.values[theirs] if not BESIDE.fullmatch(value)]
            if HEADING_OF[kind].search(normalised(theirs)) and said and all(is_numbered(value, kind) for value in said):
                yield ours, theirs


def _is_year(theirs: str, sample: Sample) -> bool:
    said = [value for value in sample.values[theirs] if not BESIDE.fullmatch(value)]
    return is_called(theirs, "year", _NAMES_OF) and bool(said) and all(re.fullmatch(YEAR, value) for value in said)


def _are_numbers_of_months(values: Sequence[str]) -> bool:
    """Whether values are months without a year; a ledger's closing periods follow the twelfth."""
    said = [value for value in values if not BESIDE.fullmatch(value)]
    return bool(said) and all(re.fullmatch(r"0?[1-9]|1[0-6]", value) or value.rstrip(".").casefold() in NUMBER_OF for value in said)


def _quarters_without_year(found: Proposal, raw: RawTable, sample: Sample) -> dict[str, int]:
    """Columns of numbers that are called a quarter and no year, with its first month; none where fewer than two are."""
    numbers = [theirs for theirs in raw.header if theirs not in found.columns and sample.could_be(theirs, Kind.DECIMAL)]
    quarters = {theirs: 3 * number - 2 for theirs in numbers if (number := quarter_number(theirs))}
    return quarters if LEAST_ALONE <= len(quarters) == len(set(quarters.values())) else {}


def _ask_year(raw: RawTable, names: Settings[str, int], what: str) -> None:
    choices = tuple(
        choice(f"they are {what} of {year}", columns={theirs: f"{MONTH}{year}-{number:02d}" for theirs, number in names.items()}) for year in years_offered(raw)
    )
    sentence = f"{raw.where}: {what} stand across the top ({', '.join(list(names)[:3])} …), and no year beside them. Say which year they are of."
    raise AnswerNeededError(Question(f"months: {raw.where}", sentence, (), (*choices, *_out(raw)), asks_when=True))


def _out(raw: RawTable) -> list[Choice]:
    """That a sheet is left out, which may sum up others of its workbook."""
    return [choice("the sheet is no such table: leave it out", left_out=True)] if raw.sheet else []
