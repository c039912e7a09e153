"""Typing by vote: all values of a column together decide how its texts, numbers, dates and flags are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from goodterms.facts.columns import Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.values.date_vote import dates, months
from goodterms.intake.values.native_type import natively_typed
from goodterms.intake.values.number_vote import numbers
from goodterms.intake.values.typed_column import NOTHING, Doubt, RawColumn, Typed, Where, present

_FLAGS = {
    True: ("true", "t", "yes", "y", "x", "1", "kyllä", "k", "tosi", "ja", "j", "sant", "on", "wahr", "oui", "vrai", "si", "sí", "sì", "sim", "tak", "ano"),
    False: ("false", "f", "no", "n", "0", "ei", "e", "epätosi", "nej", "falskt", "off", "-", "nein", "falsch", "non", "faux", "nee", "não", "nie", "ne"),
}
_CUT = r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,2}"


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
            f"bool_or(contains({c.place}, 'E+')){_or_long(c)}",
        )
    ]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {where.table}").fetchone()
    found = {}
    for i, column in enumerate(columns):
        values, with_zero, to_be_cleaned, may_be_cut = row[4 * i : 4 * i + 4]
        cell = present(column.place) if to_be_cleaned else column.place
        if with_zero and _are_whole(con, where.table, cell) and all(_may_be_whole(con, table, named[column.theirs].place) for table, named in where.others):
            found[column.place] = Typed(Kind.TEXT, f"regexp_replace({cell}, '\\.0+$', '')", cell, values, why="whole numbers written with .0")
        else:
            doubts = tuple(_cut_short(con, where.table, column)) if may_be_cut else ()
            found[column.place] = Typed(Kind.TEXT, cell, cell, values, doubts=doubts)
    return found


def _or_long(column: RawColumn) -> str:
    """Numbers of a workbook have fifteen digits at most; what they had beyond is zeros."""
    return f" OR bool_or(strlen({column.place}) > 15)" if column.native == "number" or column.kinds else ""


def _cut_short(con: Any, table: str, column: RawColumn) -> Iterator[Doubt]:
    """Keys of which a spreadsheet has kept the first digits alone, so that several became one: 6,41E+12."""
    cut = f"regexp_full_match({column.place}, {text_of(_CUT)})"
    if _or_long(column):
        kind = column.kinds or text_of("n")
        cut += f" OR ({kind} = 'n' AND regexp_full_match({column.place}, '[0-9]{{16,}}'))"
    rows, first, cell = con.execute(f"SELECT count(*), min(row), arg_min({column.place}, row) FROM {table} WHERE {cut}").fetchone()
    if rows:
        more = f" and {rows - 1:,} more are" if rows > 1 else " is"
        sentence = f'"{cell}"{more} what a spreadsheet has left of a longer number: its last digits are lost, and different ones may have become one.'
        yield Doubt("key-cut-short", sentence, rows, first, "Export the original again, without opening it in a spreadsheet.")


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


def says_yes(word: str) -> bool:
    """Whether a word is one of yes."""
    return word.strip().casefold() in _FLAGS[True]


def could_be_flags(words: set[str]) -> bool:
    """Whether all distinct values are words of yes or no."""
    return {word.strip().casefold() for word in words} <= {*_FLAGS[True], *_FLAGS[False]}


def looks_like_flags(words: set[str]) -> bool:
    """Whether distinct values are flags and nothing else: both yes and no, or an "x"."""
    said = {word.strip().casefold() for word in words}
    yes, no = said & {*_FLAGS[True]}, said & {*_FLAGS[False]}
    return said == {"x"} or bool(yes and no and said == yes | no)
