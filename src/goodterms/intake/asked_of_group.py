"""What is asked while files are read, with the entries of the mapping that would answer: of one file, or of files of one source together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodterms.errors import Question
from goodterms.intake.joins.join_proposal import why_not_joined
from goodterms.intake.mapping.answers import of_files
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.named_tables import SALE_LINES
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.parts.entry_heads import heads_of, name_of, other_sheets
from goodterms.intake.parts.months_of_files import of_each_file, without_one_month
from goodterms.intake.parts.part import Part
from goodterms.intake.parts.years_of_files import asked_alone, of_each_year
from goodterms.intake.summary_sheet import perhaps_sums_up


def of_file(question: Question, path: Path, table: str, mapping: Mapping, files: Sequence[str]) -> Question:
    """A question about a file before its columns are known."""
    entry = mapping.of(str(path), table=table) or FileMapping(match=name_of(str(path), files), table=table)
    return of_files(question, entry, [entry], mapping)


def of_group(con: Any, question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question:
    """A question about files of one source; a sheet is left out by an entry of its own, not by one for the whole workbook."""
    first = group[0]
    if question.key.startswith("column: ") and first.table == SALE_LINES and not first.entry.place:
        question = replace(question, evidence=(*question.evidence, *why_not_joined(con, first, parts)))
    question = perhaps_sums_up(con, question, first, parts)
    outs = [option for option in question.choices if "left_out" in option.settings]
    if not outs or not first.entry.place or first.entry.sheet:
        return _of_periods(question, group, parts, mapping, other_sheets(group, parts))
    heads = tuple(FileMapping(match=first.entry.match, sheet=part.raw.sheet, table=first.table) for part in group)
    under = f"under a new [[file]] with match = {quoted(first.entry.match)} and sheet = {quoted(first.raw.sheet)}"
    others = replace(question, choices=tuple(option for option in question.choices if option not in outs))
    asked = _of_periods(others, group, parts, mapping)
    own = tuple(replace(option, under=under, changes=tuple((head, option.settings) for head in heads)) for option in outs)
    return replace(asked, choices=(*asked.choices, *own))


def _of_periods(question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping, others: Sequence[FileMapping] = ()) -> Question:
    """The question with what is to be pasted: files that name different months or years are asked whether each is of its own."""
    group = asked_alone(question, group)
    if of_year := of_each_year(question, group, parts, mapping):
        return of_year
    asked = of_files(without_one_month(question, group), group[0].entry, heads_of(group, parts), mapping, others)
    return of_each_file(question, asked, group, parts, mapping)
