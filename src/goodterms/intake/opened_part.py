"""From a file to its parts: the tables in it with what the mapping says of each, which are still to be understood."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import MappingError
from goodterms.intake.mapping.file_mapping import FileMapping, origin_of
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.months_across import TABLES_BY_MONTH
from goodterms.intake.mapping.source_name import source_of, without_year
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import LINES, Part
from goodterms.intake.parts.sample import sampled
from goodterms.intake.values.months import months_of
from goodterms.problems import Origin, Problem, Severity

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import Progress, RawTable


def raw_tables(
    engine: Any, path: Path, table: str, mapping: Mapping, notices: list[Problem], tell: Progress, into: Collection[str]
) -> Iterable[tuple[RawTable, FileMapping]]:
    """The tables of one file with what the mapping says of each; ``into`` names all tables of facts that the file is read into."""
    from goodterms.intake.tables.open_file import open_file  # noqa: PLC0415  (heavy: only where files are read)

    first = mapping.of(str(path), table=table)
    if first and first.left_out and not first.sheet:
        notices.append(Problem("file-not-read", Severity.NOTICE, Origin(str(path)), sentence="The mapping leaves it out."))
        return
    of_sheets = {sheet: entry.dialect_for_reading for sheet in {e.sheet for e in mapping.files} - {""} if (entry := mapping.of(str(path), sheet, table))}
    tables = open_file(engine, path, dialect={**(first.dialect_for_reading if first else {}), "sheets": of_sheets}, progress=tell)
    of_file = [entry for entry in mapping.files if entry.sheet and entry.fits(str(path), entry.sheet)]
    if of_file and not any(entry.fits(raw.file, raw.sheet) for raw in tables for entry in mapping.files):
        sheets = [raw.sheet for raw in tables if raw.sheet]
        has = f"It has the sheets {', '.join(sheets)}" if sheets else "It is no workbook: leave the sheet out"
        raise MappingError(f'{of_file[0].place}: {path} has no sheet "{of_file[0].sheet}". {has}.')
    for raw in tables:
        entry = mapping.of(raw.file, raw.sheet, table) or mapping.of(str(path), raw.sheet, table)
        origin = Origin(raw.file, raw.sheet)
        if entry and entry.left_out:
            notices.append(Problem("sheet-not-read", Severity.NOTICE, origin, sentence="The mapping leaves this sheet out."))
            continue
        if entry is None and (other := mapping.of(raw.file, raw.sheet)) and other.table != table and other.table in into:
            continue
        if entry is None and any(e.sheet and not e.left_out and e.fits(raw.file, e.sheet) for e in mapping.files):
            notices.append(Problem("sheet-not-read", Severity.NOTICE, origin, sentence="This sheet is not read: the mapping names others of the workbook."))
            continue
        yield raw, entry or FileMapping(match=raw.file)


def opened(engine: Any, raw: RawTable, entry: FileMapping, table: str, sources: dict[tuple[str, ...], str], number: int, tell: Progress) -> Part:
    """A raw table as a part that is still to be understood. Files of one entry of the mapping, else with the same columns, are one source."""
    from goodterms.intake.joins.join import joined  # noqa: PLC0415

    header, said = raw.header, list[str]()
    if entry.joins:
        raw, entry, said = joined(engine, raw, entry, tell)
    columns = set(raw.header) - (months_of(raw.header).keys() if table in TABLES_BY_MONTH else set())
    of_source = (table, entry.place) if entry.place else (table, "", *sorted(columns))
    source = entry.source or sources.setdefault(of_source, source_of(origin_of(raw.file) or raw.file))
    source = source if table in LINES else without_year(source)
    name = f"part_{number}_{table}"
    return Part(raw, replace(entry, source=source), table, name, number, sampled(engine.con, raw), Proposal(), file_header=header, said=said)


def same_file_again(part: Part) -> Part:
    """A file that was named twice: all of its accepted rows are met again, and nothing is added."""
    accepted = part.raw.accepted - part.rejected - len(part.set_aside)
    repeated = replace(part, name="", met_again=accepted, problems=[], said=["The file was named twice and counts once."], rejected=0)
    rejected = len(part.raw.rejected) + part.rejected
    return replace(
        repeated,
        raw=replace(part.raw, rejected=(), set_aside=part.raw.set_aside, accepted=part.raw.physical - len(part.raw.set_aside), problems=()),
        met_again=accepted + rejected,
        bad="",
    )
