"""Typing by vote: all values of a column together decide how its texts, numbers, dates and flags are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import Kind
from goodterms.intake.date_vote import dates, months
from goodterms.intake.native_type import natively_typed
from goodterms.intake.number_vote import numbers
from goodterms.intake.typed_column import NOTHING, RawColumn, Typed, Where, present, text_of

_FLAGS = {
    True: ("true", "t", "yes", "y", "x", "1", "kyllä", "k", "tosi", "ja", "j", "sant", "on"),
    False: ("false", "f", "no", "n", "0", "ei", "e", "epätosi", "nej", "falskt", "off", "-"),
}


def typed_columns(con: Any, where: Where, wanted: Sequence[tuple[RawColumn, Kind]]) -> dict[str, Typed]:
    """Let the values of each column decide how it is written, and return how it is read.

    Columns of one file agree where one alone cannot decide: if every other column of numbers has a decimal comma, "1.234" is a thousand.

    Raises
    ------
    AnswerNeededError
        Where all values together can be read in two ways.
    """
    found: dict[str, Typed] = {}
    texts = [column for column, kind in wanted if column.is_text and kind == Kind.TEXT]
    found |= _texts(con, where, texts)
    found |= numbers(con, where, [(column, kind) for column, kind in wanted if column.is_text and kind in {Kind.DECIMAL, Kind.INTEGER}])
    found |= dates(con, where, [column for column, kind in wanted if column.is_text and kind == Kind.DATE])
    for column, kind in wanted:
        if not column.is_text:
            found[column.place] = natively_typed(con, where, column, kind)
        elif kind == Kind.MONTH:
            found[column.place] = months(con, where, column)
        elif kind == Kind.FLAG:
            found[column.place] = _flags(con, where.table, column)
    return found


def _texts(con: Any, where: Where, columns: Sequence[RawColumn]) -> dict[str, Typed]:
    """Text as it stands, without spaces around it; a column of whole numbers written 17850.0 is 17850."""
    if not columns:
        return {}
    parts = [
        part
        for c in columns
        for part in (
            f"count(nullif({c.place}, {text_of(NOTHING)}))",
            f"bool_or(suffix({c.place}, '.0'))",
            f"bool_or(starts_with({c.place}, ' ') OR suffix({c.place}, ' ') OR {c.place} = {text_of(NOTHING)})",
        )
    ]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {where.table}").fetchone()
    found = {}
    for i, column in enumerate(columns):
        values, with_zero, to_be_cleaned = row[3 * i : 3 * i + 3]
        cell = present(column.place) if to_be_cleaned else column.place
        if with_zero and _are_whole(con, where.table, cell) and all(_may_be_whole(con, table, named[column.theirs].place) for table, named in where.others):
            found[column.place] = Typed(Kind.TEXT, f"regexp_replace({cell}, '\\.0+$', '')", cell, values, why="whole numbers written with .0")
        else:
            found[column.place] = Typed(Kind.TEXT, cell, cell, values)
    return found


def _are_whole(con: Any, table: str, cell: str) -> bool:
    """Whether every value is a whole number, written with .0 or without."""
    return con.execute(f"SELECT bool_and(regexp_full_match({cell}, '[0-9]+(\\.0+)?')) FROM {table}").fetchone()[0] is not False


def _may_be_whole(con: Any, table: str, place: str) -> bool:
    """Whether another file's column can be read as whole numbers: all of its values are, or none of them is written with .0."""
    if not con.execute(f"SELECT bool_or(suffix(trim({place}), '.0')) FROM {table}").fetchone()[0]:
        return True
    return _are_whole(con, table, present(place))


def _flag_sql(place: str) -> str:
    yes, no = (f"lower(trim({place})) IN ({', '.join(text_of(word) for word in _FLAGS[said])})" for said in (True, False))
    return f"CASE WHEN {yes} THEN true WHEN {no} THEN false END"


def _flags(con: Any, table: str, column: RawColumn) -> Typed:
    sql = _flag_sql(column.place)
    values, fits = con.execute(f"SELECT count({present(column.place)}), count({sql}) FROM {table}").fetchone()
    return Typed(Kind.FLAG, sql, present(column.place), values, values - fits, expected="yes or no")


def could_be_flags(words: set[str]) -> bool:
    """Whether all distinct values are words of yes or no."""
    return {word.strip().casefold() for word in words} <= {*_FLAGS[True], *_FLAGS[False]}


def looks_like_flags(words: set[str]) -> bool:
    """Whether distinct values are flags and nothing else: both yes and no, or an "x"."""
    said = {word.strip().casefold() for word in words}
    yes, no = said & {*_FLAGS[True]}, said & {*_FLAGS[False]}
    return said == {"x"} or bool(yes and no and said == yes | no)
