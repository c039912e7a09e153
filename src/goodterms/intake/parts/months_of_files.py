"""Files of one source without a column of months, one for each month: each file's amounts are of the month that its own name says."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import Question
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.toml_text import entry_as_toml
from goodterms.intake.parts.entry_heads import name_of
from goodterms.intake.parts.month_columns import periods_offered
from goodterms.intake.parts.part import Part

_OF_THE_ENTRY = ("dialect", "credit_notes", "totals", "costs", "periods", "columns")
"""What an entry for all of the files says beside the month, and an entry for each has to say again."""


def without_one_month(question: Question, group: Sequence[Part]) -> Question:
    """The question about files that name different months, without answers that all of them are of one."""
    if not _name_different_months(question, group):
        return question
    return replace(question, choices=tuple(option for option in question.choices if not _period_of(option.settings)))


def of_each_file(question: Question, asked: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question:
    """The question as it is ``asked``, with the answer first that each file is of the month that it names."""
    if not _name_different_months(question, group):
        return asked
    files = [part.raw.file for part in parts]
    entries = [
        FileMapping(match=name_of(part.raw.file, files), sheet=part.raw.sheet, table=part.table, constants={"period": period})
        for part, period in zip(group, _periods(group), strict=True)
    ]
    said = {key: value for key in _OF_THE_ENTRY if (value := getattr(group[0].entry, key))} if group[0].entry.place else {}
    if "credit_notes" in said:
        said["credit_notes"] = group[0].entry.credit_notes.as_setting if group[0].entry.credit_notes else ""
    each = choice("each file's amounts are of the month that it names", constants={"period": entries[0].constants["period"]})
    named = ", ".join(f"{entry.sheet or entry.match} {entry.constants['period']}" for entry in entries)
    each = replace(
        each,
        line=f"a [[file]] for each: {named}",
        changes=tuple((replace(entry, constants={}), said | {"constants": dict(entry.constants)}) for entry in entries),
    )
    place = "" if mapping == Mapping() else "Add to the mapping:"
    return replace(asked, choices=(each, *asked.choices), entry="\n".join(map(entry_as_toml, entries)), place=place)


def _name_different_months(question: Question, group: Sequence[Part]) -> bool:
    is_asked = question.asks_when and any(_period_of(option.settings) for option in question.choices)
    return is_asked and len(set(_periods(group))) > 1


def _periods(group: Sequence[Part]) -> list[str]:
    """The month that each file names, or the first of the years that it may be of."""
    return [_period_of(periods_offered(part.raw)[0].settings) for part in group]


def _period_of(settings: Settings[str, Any]) -> str:
    return str(settings.get("constants", {}).get("period", ""))
