"""Files of one source without a column of months, one for each month: each file's amounts are of the month that its own name says."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from goodterms.errors import Choice, Question
from goodterms.intake.mapping.answers import with_answer
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.toml_text import entry_as_toml
from goodterms.intake.parts.entry_heads import head_of, other_sheets, own_entry
from goodterms.intake.parts.named_periods import names_month, periods_named
from goodterms.intake.parts.part import Part


def without_one_month(question: Question, group: Sequence[Part]) -> Question:
    """The question about files that name different months, without answers that all of them are of one."""
    if not _name_different_months(question, group):
        return question
    return replace(question, choices=tuple(option for option in question.choices if not _period_of(option.settings)))


def of_each_file(question: Question, asked: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question:
    """The question as it is ``asked``, with the answer first that each file is of the month that it names; of months without a year one for each year.

    A file that names none gets an entry too, without a month: it is asked about by itself then.
    """
    if not _name_different_months(question, group):
        return asked
    named = [periods_named(part.raw) for part in group]
    years = max(map(len, named))
    others = other_sheets(group, parts)
    entries = [
        [_of_period(part, parts, each[min(place, len(each) - 1)] if each else None) for part, each in zip(group, named, strict=True)] for place in range(years)
    ]
    choices = [_each(of_year, others, group, is_one_of_several=years > 1) for of_year in entries]
    text = "\n".join(map(entry_as_toml, [*entries[0], *others]))
    return replace(asked, choices=(*choices, *asked.choices), entry=text, place="" if mapping == Mapping() else "Add to the mapping:")


def _of_period(part: Part, parts: Sequence[Part], period: date | None) -> FileMapping:
    """An entry for a file or sheet alone, with its period."""
    entry = own_entry(part, parts)
    return replace(entry, constants={**entry.constants, "period": f"{period}"}) if period else entry


def _each(entries: Sequence[FileMapping], others: Sequence[FileMapping], group: Sequence[Part], *, is_one_of_several: bool) -> Choice:
    """The answer that each file or sheet is of the period that its entry says."""
    periods = {entry.sheet or entry.match: entry.constants.get("period", "") for entry in entries}
    what = "sheet" if group[0].raw.sheet else "file"
    name_months = all(names_month(part.raw) for part, entry in zip(group, entries, strict=True) if entry.constants.get("period"))
    said = "month that it names" if name_months else "month, months or year that it names; those of several months stand in the first, and in no other month"
    year = f", in {min(filter(None, periods.values()))[:4]}" if is_one_of_several else ""
    nameless = [name for name, period in periods.items() if not period]
    asked_next = f"; {', '.join(nameless)} {'names' if len(nameless) == 1 else 'name'} none, and is asked about next" if nameless else ""
    named = ", ".join(f"{name} {period}".strip() for name, period in periods.items())
    return Choice(
        f"each {what}'s amounts are of the {said}{year}{asked_next}",
        f"a [[file]] for each: {named}",
        settings={"constants": {"period": entries[0].constants.get("period", "")}},
        changes=(*((head_of(entry), with_answer(entry, {})) for entry in entries), *((other, {}) for other in others)),
    )


def _name_different_months(question: Question, group: Sequence[Part]) -> bool:
    is_asked = question.asks_when and any(_period_of(option.settings) for option in question.choices)
    return is_asked and len({named[0] for part in group if (named := periods_named(part.raw))}) > 1


def _period_of(settings: Settings[str, Any]) -> str:
    return str(settings.get("constants", {}).get("period", ""))
