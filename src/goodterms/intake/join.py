"""Columns of another file added to each row: names from a customer list, costs from a product list, dates from order heads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake.answers import of_join
from goodterms.intake.mapping_file import FileMapping, JoinMapping
from goodterms.intake.raw_table import RawTable, new_name
from goodterms.problems import Origin, Problem, Severity


def joined(engine: Any, raw: RawTable, entry: FileMapping, tell: Callable[..., None]) -> tuple[RawTable, FileMapping]:
    """Widen a raw table by the columns of its joins; no row is dropped or doubled, and rows without a partner are said.

    A join may use columns that an earlier join brought.

    Raises
    ------
    MappingError
        Where no file, or not one file, matches, or a column is not there.
    """
    for number, join in enumerate(entry.joins):
        later = {theirs for other in entry.joins[number + 1 :] for theirs in other.on}
        other = _opened(engine, raw, join, tell)
        raw, names = _widened(engine.con, raw, other, join, later)
        entry = replace(entry, columns={**entry.columns, **names}, column_places={**entry.column_places, **dict.fromkeys(names, join.place)})
    return raw, entry


def _opened(engine: Any, raw: RawTable, join: JoinMapping, tell: Callable[..., None]) -> RawTable:
    from goodterms.intake.open_file import open_file  # noqa: PLC0415  (heavy: only where files are read)

    folder = raw.path.parent
    found = sorted(path for path in folder.glob(join.match) if path.is_file()) or [path for path in [Path(join.match)] if path.is_file()]
    if len(found) != 1:
        said = "no file matches" if not found else f"{len(found)} files match"
        raise MappingError(f'{join.place}: {said} "{join.match}" in the folder of {raw.file}. A join needs exactly one.')
    try:
        tables = open_file(engine, found[0], sheet=join.sheet or None, dialect=join.dialect_for_reading or None, progress=tell)
    except AnswerNeededError as error:
        raise AnswerNeededError(*(of_join(question, join) for question in error.questions)) from None
    if len(tables) != 1:
        raise MappingError(f"{join.place}: {join.match} has {len(tables)} sheets ({', '.join(t.sheet for t in tables)}). Name one with sheet.")
    return tables[0]


def _place(raw: RawTable, theirs: str, join: JoinMapping) -> str:
    if theirs not in raw.header:
        raise MappingError(f'{join.place}: {raw.file} has no column "{theirs}". Its columns are: {", ".join(raw.header)}.')
    return raw.columns[raw.header.index(theirs)]


def _key(place: str, alias: str) -> str:
    """A cell as a key: trimmed, and a whole number without .0."""
    return f"regexp_replace(trim(CAST({alias}.{place} AS VARCHAR)), '^([0-9]+)\\.0+$', '\\1')"


def _widened(con: Any, raw: RawTable, other: RawTable, join: JoinMapping, later: set[str]) -> tuple[RawTable, dict[str, str]]:
    pairs = [(_place(raw, here, join), _place(other, there, join)) for here, there in join.on.items()]
    wanted = {theirs: _place(other, theirs, join) for theirs in join.columns}
    wanted |= {theirs: _place(other, theirs, join) for theirs in other.header if theirs in later and theirs not in raw.header and theirs not in wanted}
    names = {theirs: theirs if theirs not in raw.header else f"{other.file}: {theirs}" for theirs in wanted}
    keys = ", ".join(f"{_key(there, 'o')} AS k{i}" for i, (_, there) in enumerate(pairs))
    cells = ", ".join(f"o.{place} AS j{i}" for i, place in enumerate(wanted.values()))
    by = ", ".join(f"k{i}" for i in range(len(pairs)))
    name = new_name()
    partner = f"{name}_partner"
    con.execute(
        f"CREATE TEMP TABLE {partner} AS SELECT {keys}, {cells}, row FROM {other.name} o QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY row) = 1"
    )
    width = len(raw.header)
    added = ", ".join(f"p.j{i} AS c{width + 1 + i}" for i in range(len(wanted)))
    on = " AND ".join(f"{_key(here, 'r')} = p.k{i}" for i, (here, _) in enumerate(pairs))
    con.execute(f"CREATE TEMP TABLE {name} AS SELECT r.*, {added} FROM {raw.name} r LEFT JOIN {partner} p ON {on}")
    alone, example = con.execute(f"SELECT count(*), min(r.row) FROM {raw.name} r ANTI JOIN {partner} p ON {on}").fetchone()
    doubled = other.accepted - con.execute(f"SELECT count(*) FROM {partner}").fetchone()[0]
    con.execute(f"DROP TABLE {partner}")
    problems = [*raw.problems, *other.problems]
    here = " and ".join(join.on)
    if alone:
        problems.append(
            Problem(
                "no-partner",
                Severity.WARNING,
                Origin(raw.file, raw.sheet, example, here),
                sentence=f"{alone:,} rows have no partner in {other.file}: they keep their place, without {' and '.join(join.columns)}.",
                rows=alone,
            )
        )
    if doubled:
        there = " and ".join(join.on.values())
        problems.append(
            Problem(
                "partner-twice",
                Severity.NOTICE,
                Origin(other.file, column=there),
                sentence=f"{doubled:,} rows repeat the key of an earlier row; the first one counts.",
                rows=doubled,
            )
        )
    native = [*raw.native, *(other.native[other.header.index(theirs)] for theirs in wanted)]
    wide = replace(raw, name=name, header=(*raw.header, *names.values()), native=tuple(native), problems=tuple(problems))
    return wide, {names[theirs]: join.columns.get(theirs, "-") for theirs in wanted}
