"""The mapping of files as they were understood: passed again, it gives the same reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodterms.intake.currency.rate_direction import is_open
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.part import Part
from goodterms.intake.values.date_vote import RIVALS
from goodterms.intake.values.document_kind import names_a_state


def mapping_understood(parts: Sequence[Part], mapping: Mapping) -> Mapping:
    """One entry for each file; files that an entry with a pattern reads alike keep that entry, and rejected rows given back that of the file they stood in."""
    of_origins = {part.entry.place for part in parts if not part.entry.is_of_origin}
    of_documents = {part.entry.place for part in parts if part.is_of_documents} - {""}
    documents = [entry for entry in mapping.files if entry.place in of_documents]
    parts = [part for part in parts if not part.is_of_documents and (not part.entry.is_of_origin or part.entry.place not in of_origins)]
    entries = {part.number: _understood(part) for part in parts}
    by_pattern: dict[str, list[FileMapping]] = {}
    for part in parts:
        if part.entry.place:
            by_pattern.setdefault(part.entry.place, []).append(entries[part.number])
    found: list[FileMapping] = []
    for part in parts:
        entry = entries[part.number]
        alike = by_pattern.get(part.entry.place, [])
        if alike and all(replace(other, match=part.entry.match) == replace(entry, match=part.entry.match) for other in alike):
            entry = replace(entry, match=part.entry.match)
        elif sum(Path(other.raw.file).name == entry.match and other.raw.sheet == part.raw.sheet for other in parts) > 1:
            entry = replace(entry, match=part.raw.file)
        if entry not in found:
            found.append(entry)
    left_out = [entry for entry in mapping.files if entry.left_out]
    return replace(mapping, files=(*found, *left_out, *documents))


def _understood(part: Part) -> FileMapping:
    """The mapping of a file as it was understood: passed again, it gives the same reading.

    A column of states that tells which rows count, and is no attribute, is not said to be left out: its words are looked at next time too.
    """
    entry, raw = part.entry, part.raw
    known = part.proposal.columns
    columns = {theirs: known.get(theirs, LEFT_OUT) for theirs in part.file_header if theirs in known or raw.accepted}  # without rows nothing is known of others
    states = {theirs for theirs, ours in columns.items() if ours == LEFT_OUT and theirs not in entry.columns and part.asks_of_states and names_a_state(theirs)}
    source_column = next((theirs for theirs, ours in columns.items() if ours == "source"), "")
    return replace(
        entry,
        match=Path(raw.file).name,
        sheet=entry.sheet or raw.sheet,
        table=part.table,
        source_column=source_column,
        dialect=_dialect(part),
        constants=dict(entry.constants) | ({"currency": part.currency} if part.currency else {}),
        first_line=_first_line(part, columns) if entry.first_line is None else entry.first_line,
        credit_notes=entry.credit_notes or (None if part.proposal.theirs("kind") else part.credit_notes),
        columns={theirs: ours for theirs, ours in columns.items() if ours != "source" and theirs not in states and not is_open(part.proposal, theirs)},
    )


def _first_line(part: Part, columns: dict[str, str]) -> tuple[str, ...] | None:
    """The columns that were found on first lines of documents alone, but those that are not used."""
    return tuple(theirs for theirs in part.first_line if columns.get(theirs) != LEFT_OUT or names_a_state(theirs)) or None


def _dialect(part: Part) -> dict[str, Any]:
    """How the file is written. What columns write in two ways is left to their values again; of dates the form counts that could be taken for another."""
    said: dict[str, Any] = dict(part.raw.dialect.as_mapping()) if part.raw.dialect else {}
    for key in ("decimal", "date"):
        styles = {typed.style[key] for typed in part.typed.values() if key in typed.style and typed.values}
        if len(styles) > 1 and key == "date":
            styles &= RIVALS.keys()
        if len(styles) == 1:
            said[key] = styles.pop()
    return said | dict(part.entry.dialect)
