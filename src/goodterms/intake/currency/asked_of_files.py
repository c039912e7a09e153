"""A question about some files of a source alone: its answers stand in entries of their own, and the source stays one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Settings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import Question
from goodterms.intake.mapping.answers import of_files
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.toml_text import entry_as_toml, quoted
from goodterms.intake.parts.entry_heads import heads_of, name_of
from goodterms.intake.parts.part import Part

_HEAD = ("match", "sheet", "table", "source")


def asked_of_files(question: Question, group: Sequence[Part], parts: Sequence[Part], mapping: Mapping) -> Question:
    """The question with what is to be pasted, where other files that it is not about may be of the same source, or of the same entry of the mapping."""
    entry = group[0].entry
    outside = [part for part in parts if part not in group and (part.alike == group[0].alike or (entry.place and part.entry.place == entry.place))]
    if not outside or group[0].is_of_documents:
        return of_files(question, entry, heads_of(group, parts), mapping)
    alone = [_alone(part, parts) for part in group]
    question = replace(question, key=f"{question.key}: {', '.join(filter(None, [alone[0].match, alone[0].sheet]))}")
    if entry.place:
        question = replace(question, choices=tuple(replace(o, settings=_with(entry, o.settings)) if o.settings else o for o in question.choices))
        asked = of_files(question, FileMapping(), alone, mapping)
        return replace(asked, place=f"The [[file]] at {entry.place} (match = {quoted(entry.match)}) is of other files too. Add to the mapping:")
    return of_files(question, entry, alone, mapping, [_alone(part, parts) for part in outside])


def _alone(part: Part, parts: Sequence[Part]) -> FileMapping:
    """The beginning of an entry for one file, which keeps its source."""
    name = name_of(part.raw.file, [other.raw.file for other in parts])
    return FileMapping(match=name, sheet=part.raw.sheet, table=part.table, source=part.entry.source)


def _with(entry: FileMapping, settings: Settings[str, Any]) -> dict[str, Any]:
    """An answer with all else that the entry of several files says: an entry of its own has to say it too."""
    (said,) = tomllib.loads(entry_as_toml(entry))["file"]
    kept = {key: value for key, value in said.items() if key not in _HEAD}
    return kept | {key: {**kept.get(key, {}), **value} if isinstance(value, dict) else value for key, value in settings.items()}
