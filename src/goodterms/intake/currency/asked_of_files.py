"""A question about some files of a source alone: its answers stand in entries of their own, and the source stays one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from goodterms.errors import Question
from goodterms.intake.mapping.answers import of_files, with_answer
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.parts.entry_heads import alone, heads_of
from goodterms.intake.parts.part import Part


def asked_of_files(question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question:
    """The question with what is to be pasted, where other files that it is not about may be of the same source, or of the same entry of the mapping."""
    entry = group[0].entry
    outside = [part for part in parts if part not in group and (part.alike == group[0].alike or (entry.place and part.entry.place == entry.place))]
    if not outside or group[0].is_of_documents:
        return of_files(question, entry, heads_of(group, parts), mapping)
    heads = [alone(part, parts) for part in group]
    question = replace(question, key=f"{question.key}: {', '.join(filter(None, [heads[0].match, heads[0].sheet]))}")
    if entry.place:
        question = replace(question, choices=tuple(replace(o, settings=with_answer(entry, o.settings)) if o.settings else o for o in question.choices))
        asked = of_files(question, FileMapping(), heads, mapping)
        return replace(asked, place=f"The [[file]] at {entry.place} (match = {quoted(entry.match)}) is of other files too. Add to the mapping:")
    return of_files(question, entry, heads, mapping, [alone(part, parts) for part in outside])
