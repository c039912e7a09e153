"""Months that name no year, in files or sheets of several years: each is of the year that it names, and a year that the mapping says holds for no other."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.intake.mapping.answers import choice, of_files, with_answer
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.months_across import MONTH
from goodterms.intake.mapping.toml_text import entry_as_toml
from goodterms.intake.parts.entry_heads import head_of, heads_of, other_sheets, own_entry
from goodterms.intake.parts.named_periods import periods_named, year_in_name, year_named
from goodterms.intake.parts.part import Part
from goodterms.problems import Problem, Severity

_OF_A_YEAR = ("year", "period")
"""Constants that say the year of all rows."""


def of_years(question: Question, years: Sequence[int]) -> Question:
    """The same question about months without a year where other sheets say years: these come first."""
    by_year = [option for option in question.choices if _years_of(option.settings)]
    if not by_year:
        return question
    first = [_offered_in(by_year[0], year) for year in years]
    rest = [option for option in question.choices if not {*_years_of(option.settings)} & {*years}]
    return replace(question, choices=(*first, *rest))


def check_years(parts: Sequence[Part]) -> None:
    """Ask where an entry of the mapping says a year of months that name none, and the name of a file or sheet another one; say where only its head does.

    Raises
    ------
    AnswerNeededError
        Where an entry of several files, or of a file whatever its sheet is called, says another year than one of them.
    """
    for part in parts:
        said, named = _years_of(_of_entry(part)), year_named(part.raw)
        if _is_of_another_year(part, parts):
            months = f"{said[0]}" if len(said) == 1 else f"{said[0]} and {said[-1]}"
            sentence = f"{part.where} names the year {named}, and {part.entry.place} says that what it holds is of {months}. Say which it is."
            choices = tuple(choice(f"it is of {year}", **_in_year(_of_entry(part), year)) for year in (int(named), said[0]))
            raise AnswerNeededError(Question(f"year: {part.where}", sentence, (), choices))
        if said and named and int(named) not in said and not _names(part.entry, named):
            sentence = f"Above its header stands the year {named}, and the mapping says {said[0]}: that holds."
            part.problems.append(
                Problem("year-of-the-mapping", Severity.WARNING, part.origin(), sentence=sentence, action=f"If it is of {named}, say so in the mapping.")
            )


def of_each_year(question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question | None:
    """The question about the year of files that do not all name the same one, as it is asked; None where it is no such question.

    Each file gets an entry of its own with its year. One that names none gets an entry too, without a year: it is asked about by itself then.
    """
    offered = next((option.settings for option in question.choices if _years_of(option.settings)), {})
    if not offered or question.key.startswith("column: "):
        return None
    if others := {part.entry.place for part in group if _is_of_another_year(part, group)}:
        covered = [part for part in group if part.entry.place in others]
        own, kept = [_entry(part, parts, _in_year_of(part, _of_entry(part))) for part in covered], [_entry(part, parts, {}) for part in covered]
        what = "each is of the year that its entry of the mapping says" if len(covered) > 1 else f"it is of {_years_of(_of_entry(covered[0]))[0]}"
        return _asked(question, covered, parts, mapping, [_each(own, covered, [], _own_year(covered)), _each(kept, covered, [], what)], own)
    named = {year_named(part.raw) for part in group}
    entries = [_entry(part, parts, _in_year_of(part, offered)) for part in group]
    if len(named) > 1:
        others_of_book = other_sheets(group, parts)
        return _asked(question, group, parts, mapping, [_each(entries, group, others_of_book, _own_year(group))], [*entries, *others_of_book])
    if named == {""} and len(group) > 1 and len({part.entry.place for part in group} - {""}) < len(group):
        return _of_nameless(question, group, parts, mapping)
    return None


def asked_alone(question: Question, group: Sequence[Part]) -> Sequence[Part]:
    """The files that a question is about: of those that name no year, and have entries of their own, the first."""
    is_of_year = any(_years_of(option.settings) for option in question.choices)
    places = {part.entry.place for part in group}
    return group[:1] if is_of_year and len(places - {""}) == len(group) and not any(_is_of_another_year(part, group) for part in group) else group


def _is_of_another_year(part: Part, parts: Sequence[Part]) -> bool:
    """Whether a file or sheet names another year than the entry that it is read by, which does not name that year too.

    What stands above a header counts where the files of an entry say several years there: it may say the day of the export.
    """
    said = _years_of(_of_entry(part))
    same = {year_named(other.raw) for other in parts if other.entry.place == part.entry.place}
    named = year_named(part.raw) if len(same) > 1 else year_in_name(part.raw)
    return bool(said and named) and int(named) not in said and not _names(part.entry, named)


def _names(entry: FileMapping, year: str) -> bool:
    return year in f"{entry.match} {entry.sheet}"


def _of_entry(part: Part) -> dict[str, dict[str, str]]:
    """What the entry of a file says of the year of its rows: constants, and columns whose headings name a month without a year."""
    entry = part.entry
    columns = {theirs: ours for theirs, ours in entry.columns.items() if theirs in part.raw.header and ours.startswith(MONTH)}
    yearless = {theirs: ours for theirs, ours in columns.items() if ours.removeprefix(MONTH)[2:4] not in theirs}
    constants = {ours: said for ours, said in entry.constants.items() if ours in _OF_A_YEAR and said[:4].isdecimal()}
    return {key: said for key, said in (("columns", yearless), ("constants", constants)) if said}


def _years_of(settings: Settings[str, Any]) -> list[int]:
    """The years that settings of an entry give to months, in their order; none where they give none.

    >>> _years_of({"columns": {"Jul": "month:2024-07", "Jan": "month:2025-01"}}), _years_of({"constants": {"year": "2023"}}), _years_of({"left_out": True})
    ([2024, 2025], [2023], [])
    """
    months = [ours.removeprefix(MONTH) for ours in settings.get("columns", {}).values() if ours.startswith(MONTH)]
    constants = [said for ours, said in settings.get("constants", {}).items() if ours in _OF_A_YEAR and said[:4].isdecimal()]
    return sorted({int(said[:4]) for said in [*months, *constants]})


def _in_year(settings: Settings[str, Any], year: int) -> dict[str, dict[str, str]]:
    """Settings that give years to months, with the first of these years another one.

    >>> _in_year({"columns": {"Jul": "month:2024-07", "Jan": "month:2025-01"}}, 2026)
    {'columns': {'Jul': 'month:2026-07', 'Jan': 'month:2027-01'}}
    """
    later = year - _years_of(settings)[0]
    starts = {"columns": len(MONTH), "constants": 0}
    return {key: {name: _later(said, starts[key], later) for name, said in settings[key].items()} for key in starts if key in settings}


def _later(said: str, start: int, years: int) -> str:
    return f"{said[:start]}{int(said[start : start + 4]) + years}{said[start + 4 :]}"


def _offered_in(option: Choice, year: int) -> Choice:
    """The same answer for another year."""
    first = _years_of(option.settings)[0]
    return choice(option.said.replace(f"{first}", f"{year}"), **_in_year(option.settings, year))


def _in_year_of(part: Part, settings: Settings[str, Any]) -> dict[str, dict[str, str]]:
    """Settings that give years to months, in the year that a file or sheet names; nothing where it names none."""
    named = year_named(part.raw)
    if named and "period" in settings.get("constants", {}) and (periods := periods_named(part.raw)):
        return {"constants": {"period": f"{periods[0]}"}}
    return _in_year(settings, int(named)) if named else {}


def _entry(part: Part, parts: Sequence[Part], settings: Settings[str, Any]) -> FileMapping:
    """An entry for a file or sheet alone: what the entry of several says, and settings besides."""
    entry = own_entry(part, parts)
    columns, constants = settings.get("columns", {}), settings.get("constants", {})
    return replace(entry, columns={**entry.columns, **columns}, constants={**entry.constants, **constants})


def _own_year(group: Sequence[Part]) -> str:
    """The answer that each file or sheet is of the year that it names."""
    if len(group) == 1:
        return f"it is of {year_named(group[0].raw)}"
    nameless = [part.where for part in group if not year_named(part.raw) and not _years_of(_of_entry(part))]
    asked_next = f"; {', '.join(nameless)} {'names' if len(nameless) == 1 else 'name'} none, and is asked about next" if nameless else ""
    return f"each {'sheet' if group[0].raw.sheet else 'file'} is of the year that it names{asked_next}"


def _each(entries: Sequence[FileMapping], group: Sequence[Part], others: Sequence[FileMapping], said: str) -> Choice:
    """An answer that gives each file or sheet an entry of its own."""
    years = ["–".join(map(str, _years_of(_of_entry(replace(part, entry=entry))))) for part, entry in zip(group, entries, strict=True)]
    named = ", ".join(f"{entry.sheet or entry.match}{f' ({year})' if year else ''}" for entry, year in zip(entries, years, strict=True))
    changes = (*((head_of(entry), with_answer(entry, {})) for entry in entries), *((other, {}) for other in others))
    return Choice(said, f"a [[file]] for each: {named}" if len(entries) > 1 else f"a [[file]] for {named}", changes=changes)


def _asked(
    question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping, choices: Sequence[Choice], pasted: Sequence[FileMapping]
) -> Question:
    """A question whose answers are entries of files and sheets; what else may be true of them, as that they are left out, stays an answer."""
    rest = replace(question, choices=tuple(option for option in question.choices if not _years_of(option.settings)))
    rest = of_files(rest, group[0].entry, [head_of(own_entry(part, parts)) for part in group], mapping)
    return replace(
        rest,
        key=f"years: {group[0].where}",
        choices=(*choices, *rest.choices),
        entry="\n".join(map(entry_as_toml, pasted)),
        place="" if mapping == Mapping() else "Add to the mapping:",
    )


def _of_nameless(question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question:
    """The question about files of which none names a year: which year all are of, or that each is asked about by itself."""
    others, what = other_sheets(group, parts), "sheet" if group[0].raw.sheet else "file"
    asked = of_files(question, group[0].entry, heads_of(group, parts), mapping, others)
    apart = _each([_entry(part, parts, {}) for part in group], group, others, f"not all are of one year: each {what} is asked about by itself")
    of_year = [option for option in asked.choices if _years_of(option.settings)]
    rest = [option for option in asked.choices if option not in of_year]
    evidence = f"The same year would hold for {', '.join(part.where for part in group)}."
    return replace(asked, key=f"years: {group[0].where}", evidence=(*asked.evidence, evidence), choices=(*of_year, apart, *rest))
