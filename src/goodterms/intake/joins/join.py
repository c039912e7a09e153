"""Columns of another file added to each row: names from a customer list, costs from a product list, dates from order heads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake.mapping.answers import of_join
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.file_mapping import FileMapping, JoinMapping
from goodterms.intake.parts.part import unread
from goodterms.intake.tables.raw_table import MIXED, RawTable, new_name
from goodterms.intake.values.typed_column import present
from goodterms.problems import Origin, Problem, Severity

ZEROS_APART = ", zeros in front apart"
_NEEDED = {
    "a date": {"date", "period"},
    "an amount": {"net_value", "gross_value", "amount", "list_value", "unit_price", "unit_list_price", "quantity"},
}
"""What no row can do without, and our columns that say it."""


def joined(engine: Any, raw: RawTable, entry: FileMapping, tell: Callable[..., None]) -> tuple[RawTable, FileMapping, list[str]]:
    """Widen a raw table by the columns of its joins; no row is dropped or doubled, and how many found a partner is said.

    A join may use columns that an earlier join brought. A column of a name that is there already, or of a file without a header, is called by its file
    too, ``Orders.txt: column 7``.

    Raises
    ------
    MappingError
        Where no file, or not one file, matches, or a column is not there.
    """
    said = []
    for number, join in enumerate(entry.joins):
        later = {theirs for other in entry.joins[number + 1 :] for theirs in other.on}
        other = _opened(engine, raw, join, tell)
        raw, names, sentence = widened(engine.con, raw, other, join, later)
        said.append(sentence)
        entry = replace(
            entry,
            columns={**entry.columns, **names},
            column_places={**entry.column_places, **dict.fromkeys(names, join.place)},
            column_joins={**entry.column_joins, **dict.fromkeys(names, join)},
        )
    return raw, entry, said


def _opened(engine: Any, raw: RawTable, join: JoinMapping, tell: Callable[..., None]) -> RawTable:
    from goodterms.intake.tables.open_file import open_file  # noqa: PLC0415  (heavy: only where files are read)

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


def key_of(place: str, alias: str, *, zeros_apart: bool = False) -> str:
    """A cell as a key: trimmed, and a whole number without .0, nor zeros in front where these are apart; null where it is empty."""
    key = f"regexp_replace({present(f'CAST({alias}.{place} AS VARCHAR)')}, '^([0-9]+)\\.0+$', '\\1')"
    return f"regexp_replace({key}, '^0+([0-9]+)$', '\\1')" if zeros_apart else key


def matches(con: Any, raw: RawTable, other: RawTable, pairs: Sequence[tuple[str, str]]) -> tuple[int, bool]:
    """How many rows find their key in the other table, and whether zeros in front are apart: more find it then, and no two keys there become one."""

    def found(*, zeros_apart: bool) -> int:
        on = " AND ".join(f"{key_of(here, 'r', zeros_apart=zeros_apart)} = {key_of(there, 'o', zeros_apart=zeros_apart)}" for here, there in pairs)
        return int(con.execute(f"SELECT count(*) FROM {raw.name} r SEMI JOIN {other.name} o ON {on}").fetchone()[0])

    exact = found(zeros_apart=False)
    if exact == raw.accepted or (loose := found(zeros_apart=True)) <= exact:
        return exact, False
    rows = [", ".join(key_of(there, "o", zeros_apart=apart) for _, there in pairs) for apart in (False, True)]
    distinct = con.execute(f"SELECT count(DISTINCT ({rows[0]})), count(DISTINCT ({rows[1]})) FROM {other.name} o").fetchone()
    return (loose, True) if distinct[0] == distinct[1] else (exact, False)


def _called(raw: RawTable, other: RawTable, theirs: str) -> str:
    """What a column of the other file is called here: by its own name, where it has one that is not there yet, else by its file too."""
    of_file = f"{other.path.name}: {theirs}"
    more = (f"{of_file} ({times})" for times in count(2))
    return next(name for name in chain([theirs] if other.header_row else [], [of_file], more) if name not in raw.header)


def widened(con: Any, raw: RawTable, other: RawTable, join: JoinMapping, later: set[str]) -> tuple[RawTable, dict[str, str], str]:
    """The table with the other file's columns, what they are called and are to us, and a sentence on how the rows matched."""
    pairs = [(_place(raw, here, join), _place(other, there, join)) for here, there in join.on.items()]
    wanted = {theirs: _place(other, theirs, join) for theirs in join.columns}
    names = {theirs: _called(raw, other, theirs) for theirs in other.header}
    wanted |= {theirs: _place(other, theirs, join) for theirs, name in names.items() if name in later and theirs not in wanted}
    mixed = {i: place for i, (theirs, place) in enumerate(wanted.items()) if other.native[other.header.index(theirs)] == MIXED}
    _, zeros_apart = matches(con, raw, other, pairs)
    of = partial(key_of, zeros_apart=zeros_apart)
    keys = ", ".join(f"{of(there, 'o')} AS k{i}" for i, (_, there) in enumerate(pairs))
    cells = "".join(f", o.{place} AS j{i}" for i, place in enumerate(wanted.values())) + "".join(f", o.k{place[1:]} AS m{i}" for i, place in mixed.items())
    by = ", ".join(f"k{i}" for i in range(len(pairs)))
    name = new_name()
    partner = f"{name}_partner"
    has_key = " AND ".join(f"{of(there, 'o')} IS NOT NULL" for _, there in pairs)
    keyed = f"SELECT {keys}{cells}, row FROM {other.name} o WHERE {has_key}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {partner} AS {keyed} QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY row) = 1")
    width = len(raw.header)
    added = "".join(f", p.j{i} AS c{width + 1 + i}" for i in range(len(wanted))) + "".join(f", p.m{i} AS k{width + 1 + i}" for i in mixed)
    on = " AND ".join(f"{of(here, 'r')} = p.k{i}" for i, (here, _) in enumerate(pairs))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT r.*{added} FROM {raw.name} r LEFT JOIN {partner} p ON {on}")
    key = "concat_ws(', ', " + ", ".join(key_of(here, "r") for here, _ in pairs) + ")"
    alone, row, example = con.execute(f"SELECT count(*), min(r.row), arg_min({key}, r.row) FROM {raw.name} r ANTI JOIN {partner} p ON {on}").fetchone()
    counts = (f"FROM ({keyed})", f"FROM {partner}", f"FROM {partner} p ANTI JOIN {raw.name} r ON {on}")
    with_key, kept, unused = con.execute(f"SELECT {', '.join(f'(SELECT count(*) {of})' for of in counts)}").fetchone()
    con.execute(f"DROP TABLE {partner}")
    problems = [*raw.problems, *other.problems, *unread(other, f"Mend it in {other.file} and read again.")]
    if alone:
        problems.append(_no_partner(Origin(raw.file, raw.sheet, row, " and ".join(join.on)), alone, example, other, join))
    if doubled := with_key - kept:
        sentence = f"{doubled:,} {'row repeats' if doubled == 1 else 'rows repeat'} the key of an earlier row; the first one counts."
        origin = Origin(other.file, other.sheet, column=" and ".join(join.on.values()))
        problems.append(Problem("partner-twice", Severity.NOTICE, origin, sentence=sentence, rows=doubled))
    native = [*raw.native, *(other.native[other.header.index(theirs)] for theirs in wanted)]
    header = (*raw.header, *(names[theirs] for theirs in wanted))
    wide = replace(raw, name=name, header=header, native=tuple(native), problems=tuple(problems), shares=raw.shares | _shares(other, wanted, names))
    sentence = (
        f"{matched_share(raw.accepted - alone, raw.accepted)} have a partner in {other.path.name} by {in_words(join.on)}{ZEROS_APART if zeros_apart else ''}"
    )
    sentence += f"; {unused:,} of its {kept:,} keys {'has' if unused == 1 else 'have'} no row here" if unused else ""
    sentence += f"; {blank:,} of its rows {'has' if blank == 1 else 'have'} no key" if (blank := other.accepted - with_key) else ""
    return wide, {names[theirs]: join.columns.get(theirs, LEFT_OUT) for theirs in wanted}, f"{sentence}."


def _no_partner(origin: Origin, rows: int, example: str, other: RawTable, join: JoinMapping) -> Problem:
    """Say that rows found no partner, and what becomes of them: a row without a date or amount takes no part, whatever else it has."""
    has = "row has" if rows == 1 else "rows have"
    without = f" and {'is' if rows == 1 else 'are'} without {' and '.join(join.columns)}" if join.columns else ""
    brought = set(join.columns.values())
    lacked = " or ".join(said for said, ours in _NEEDED.items() if brought & ours)
    then = f"A row that is left without {lacked} is rejected." if lacked else f"{'It counts' if rows == 1 else 'They count'} all the same."
    sentence = f'{rows:,} {has} no partner in {other.file}{without}. The first has "{example}". {then}'
    return Problem("no-partner", Severity.WARNING, origin, seen=example, sentence=sentence, rows=rows)


def _shares(other: RawTable, wanted: Iterable[str], names: Mapping[str, str]) -> frozenset[str]:
    """The columns, as they are called here, whose numbers the other file's workbook shows as per cent."""
    return frozenset(names[theirs] for theirs in wanted if theirs in other.shares)


def matched_share(matched: int, rows: int) -> str:
    """How many of all rows, and as per cent: rounded down, so that only all are 100 %.

    Examples
    --------
    >>> matched_share(1999, 2000), matched_share(3, 3), matched_share(0, 0)
    ('1,999 of 2,000 rows (99.9 %)', '3 of 3 rows (100 %)', '0 of 0 rows')
    """
    if not rows:
        return "0 of 0 rows"
    tenths = matched * 1000 // rows
    return f"{matched:,} of {rows:,} rows ({tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} %)"


def in_words(on: Mapping[str, str]) -> str:
    """What a join goes by.

    Examples
    --------
    >>> in_words({"Tuote": "Item", "Year": "Year"})
    'Tuote = Item and Year = Year'
    """
    return " and ".join(f"{here} = {there}" for here, there in on.items())
