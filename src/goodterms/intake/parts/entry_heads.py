"""Beginnings of entries of a mapping: which names match the files of a source, and no others."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.parts.part import Part


def heads_of(group: Sequence[Part], parts: Sequence[Part]) -> list[FileMapping]:
    """Return the entries by which files of a source were read, else beginnings of ones that match them and no others of ``parts``.

    One if it can be, so that they stay one source.
    """
    if group[0].entry.place:
        return list({part.entry.place: part.entry for part in group}.values())
    table = group[0].table
    outside = [part for part in parts if part not in group and part.table == table]
    files = {part.raw.file: name_of(part.raw.file, [other.raw.file for other in parts]) for part in group}
    if len(files) == 1:
        (name,) = files.values()
        sheets = [""] if all(part.raw.file not in files for part in outside) else [part.raw.sheet for part in group]
        return [FileMapping(match=name, sheet=sheet, table=table, source=group[0].entry.source if len(sheets) > 1 else "") for sheet in sheets]
    pattern = FileMapping(match=_pattern([Path(file).name for file in files]), table=table)
    if not any(pattern.fits(part.raw.file, part.raw.sheet) for part in outside):
        return [pattern]
    return [FileMapping(match=name, table=table, source=group[0].entry.source) for name in files.values()]


def other_sheets(group: Sequence[Part], parts: Sequence[Part]) -> list[FileMapping]:
    """Beginnings of entries for the other sheets of a workbook of which some sheets are a source, where the mapping speaks of none."""
    files = {part.raw.file for part in group}
    others = [part for part in parts if part not in group and part.raw.sheet and part.raw.file in files and not part.entry.place]
    return [FileMapping(match=name_of(part.raw.file, [p.raw.file for p in parts]), sheet=part.raw.sheet, table=part.table) for part in others]


def alone(part: Part, parts: Sequence[Part]) -> FileMapping:
    """The beginning of an entry for one file or sheet, which keeps its source."""
    return FileMapping(match=name_of(part.raw.file, [other.raw.file for other in parts]), sheet=part.raw.sheet, table=part.table, source=part.entry.source)


def own_entry(part: Part, parts: Sequence[Part]) -> FileMapping:
    """What the entry of several files says, as one for a file or sheet alone."""
    head, entry = alone(part, parts), part.entry
    columns = {theirs: ours for theirs, ours in entry.columns.items() if theirs not in entry.column_joins}
    return replace(entry, match=head.match, sheet=head.sheet, table=head.table, source=head.source, columns=columns, place="")


def head_of(entry: FileMapping) -> FileMapping:
    """What an entry begins with: for which files it is."""
    return FileMapping(match=entry.match, sheet=entry.sheet, table=entry.table, source=entry.source)


def name_of(file: str, files: Iterable[str]) -> str:
    """A file's name without its folder, where no other file has it."""
    name = Path(file).name
    return file if any(other != file and Path(other).name == name for other in files) else name


def _pattern(names: Sequence[str]) -> str:
    """A pattern that all names fit.

    Examples
    --------
    >>> _pattern(["sales-2023.csv", "sales-2024.csv"])
    'sales-202*.csv'
    """
    before = _beginning(names)
    behind = _beginning([name[len(before) :][::-1] for name in names])[::-1]
    return f"{glob.escape(before)}*{glob.escape(behind)}"


def _beginning(names: Sequence[str]) -> str:
    """What all names begin with."""
    shortest = min(names, key=len)
    return next(shortest[:length] for length in range(len(shortest), -1, -1) if all(name.startswith(shortest[:length]) for name in names))
