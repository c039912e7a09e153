"""Months across the top, and months without a year: what columns of a table by month mean."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.mapping_file import FileMapping
from goodterms.intake.mapping.months_across import LEAST_ALONE, LEAST_MONTHS, MONTH, NUMBER_OF, TABLES_BY_MONTH, are_next, months_of, named_month, without_year
from goodterms.intake.parts.meaning import Proposal, is_called
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.total_words import BESIDE

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_YEARS_OFFERED = 5
"""So many years, the last one being that in which a file was written, are offered for months of which nothing says the year."""


def find_months_across(found: Proposal, raw: RawTable, sample: Sample, entry: FileMapping, table: str, taken: set[str]) -> None:
    """Columns that are called months hold the amounts of these months, where there are three, two alone in a row, or the mapping says so of one.

    Raises
    ------
    AnswerNeededError
        Where months stand across the top and no year beside them.
    """
    months = months_of(raw.header)
    is_said = any(ours.startswith(MONTH) for ours in entry.columns.values())
    has_period = any(is_called(theirs, "period", table) for theirs in raw.header if theirs not in months)
    are_numbers = all(sample.could_be(theirs, Kind.DECIMAL) for theirs in months)
    if len(months) >= LEAST_MONTHS or is_said or (are_next(months.values()) and are_numbers and not has_period):
        for theirs, month in months.items():
            if theirs not in found.columns and named_month(month) not in taken:
                found.say(theirs, named_month(month), "the amounts of a month, by its name")
                taken.add(named_month(month))
    elif names := without_year((theirs for theirs in raw.header if theirs not in found.columns), LEAST_MONTHS if has_period else LEAST_ALONE):
        _ask_year(raw, names)
    if any(ours.startswith(MONTH) for ours in found.columns.values()):
        taken |= {"period", "amount"}


def years_offered(raw: RawTable) -> list[str]:
    """Years that the file's name and what stands above its header name; where they name none, the one in which the file was written, and those before it."""
    above = " ".join([raw.file, *(ref.text for ref in raw.set_aside if ref.row <= raw.header_row)])
    said = sorted(set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", above)))
    written = datetime.fromtimestamp(raw.path.stat().st_mtime, tz=UTC).year
    return said or [str(written - before) for before in range(_YEARS_OFFERED)]


def find_month_without_year(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """A column of months that are numbers or names makes the period with a year: that of another column, of the mapping, or one that is asked for.

    Raises
    ------
    AnswerNeededError
        Where nothing says the year.
    """
    of_mapping = found.theirs("month_number")
    free = [theirs for theirs in raw.header if theirs not in found.columns and is_called(theirs, "period", table) and _are_months(sample.values[theirs])]
    if table not in TABLES_BY_MONTH or "period" in taken or not (of_mapping or free):
        return
    theirs = of_mapping or free[0]
    found.say(theirs, "month_number", found.why.get(theirs, "by its name, a month without its year"))
    taken |= {"period", "month_number"}
    if "year" in taken:
        return
    sentence = f"{raw.where}: {theirs} says months ({', '.join(sample.values[theirs][:3])} …), and no column says their year. Say which year they are of."
    choices = tuple(choice(f"they are months of {year}", constants={"year": year}) for year in years_offered(raw))
    raise AnswerNeededError(Question(f"year: {raw.file}", sentence, (), choices))


def _are_months(values: Sequence[str]) -> bool:
    said = [value for value in values if not BESIDE.fullmatch(value)]
    return bool(said) and all(re.fullmatch(r"0?[1-9]|1[0-2]", value) or value.rstrip(".").casefold() in NUMBER_OF for value in said)


def _ask_year(raw: RawTable, names: Settings[str, int]) -> None:
    choices = tuple(
        choice(f"they are months of {year}", columns={theirs: f"{MONTH}{year}-{number:02d}" for theirs, number in names.items()}) for year in years_offered(raw)
    )
    sentence = f"{raw.where}: months stand across the top ({', '.join(list(names)[:3])} …), and no year beside them. Say which year they are of."
    raise AnswerNeededError(Question(f"months: {raw.file}", sentence, (), choices))
