"""Columns that the file itself types (Parquet): whole numbers and decimals exactly, binary floats as their decimal at 15 significant digits."""

from __future__ import annotations

from typing import Any

from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, Kind
from goodterms.intake.values.date_vote import doubts_of_years
from goodterms.intake.values.typed_column import RawColumn, Typed, Where, decimal, in_digits, scale_of

_FLOAT_DIGITS = 15


def natively_typed(con: Any, where: Where, column: RawColumn, kind: Kind) -> Typed:
    """Read a column that the file types (Parquet) as the kind that is wanted."""
    table = where.table
    of = column.engine_type
    place = column.place
    if kind == Kind.TEXT:
        return _native_text(con, table, column)
    if kind in {Kind.DECIMAL, Kind.INTEGER}:
        return _native_number(con, where, column, kind)
    values = con.execute(f"SELECT count({place}) FROM {table}").fetchone()[0]
    if kind in {Kind.DATE, Kind.MONTH}:
        day = f"TRY_CAST({place} AS DATE)" if of == "DATE" or of.startswith("TIMESTAMP") else f"TRY_CAST(CAST({place} AS VARCHAR) AS DATE)"
        sql = day if kind == Kind.DATE else f"CAST(date_trunc('month', {day}) AS DATE)"
        if kind == Kind.MONTH and of.endswith("INT"):
            sql = f"TRY_CAST(substr(CAST({place} AS VARCHAR), 1, 4) || '-' || substr(CAST({place} AS VARCHAR), 5, 2) || '-01' AS DATE)"
        expected = "a date"
    else:
        sql = place if of == "BOOLEAN" else f"CASE WHEN TRY_CAST({place} AS DOUBLE) = 1 THEN true WHEN TRY_CAST({place} AS DOUBLE) = 0 THEN false END"
        expected = "yes or no"
    misfits = values - con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    doubts = tuple(doubts_of_years(con, table, column, sql)) if kind == Kind.DATE else ()
    return Typed(kind, sql, place, values, misfits, expected=expected, doubts=doubts)


def _native_text(con: Any, table: str, column: RawColumn) -> Typed:
    place = column.place
    values = con.execute(f"SELECT count({place}) FROM {table}").fetchone()[0]
    if column.engine_type in {"DOUBLE", "FLOAT"} or column.engine_type.startswith("DECIMAL"):
        whole = (
            con.execute(f"SELECT count(*) FILTER (TRY_CAST({place} AS HUGEINT) IS DISTINCT FROM {place}) FROM {table} WHERE {place} IS NOT NULL").fetchone()[0]
            == 0
        )
        sql = f"CAST(CAST({place} AS HUGEINT) AS VARCHAR)" if whole else f"CAST({place} AS VARCHAR)"
        return Typed(Kind.TEXT, sql, place, values)
    return Typed(Kind.TEXT, f"CAST({place} AS VARCHAR)", place, values)


def _native_number(con: Any, where: Where, column: RawColumn, kind: Kind) -> Typed:
    """Whole numbers and decimals exactly; a binary float as its decimal at 15 significant digits."""
    table = where.table
    place, of = column.place, column.engine_type
    values = con.execute(f"SELECT count({place}) FROM {table}").fetchone()[0]
    rounded = 0
    if of.endswith("INT") or of == "HUGEINT":
        number, places = place, 0
    elif of.startswith("DECIMAL"):
        number, places = place, scale_of(of)
        while places > MONEY_PLACES and con.execute(f"SELECT count(*) = 0 FROM {table} WHERE {place} <> round({place}, {places - 1})").fetchone()[0]:
            places -= 1
    elif of in {"DOUBLE", "FLOAT"}:
        return _float(con, where, column, kind, values)
    elif of == "BOOLEAN":
        number, places = f"CAST({place} AS INTEGER)", 0
    else:
        number, places = f"CAST({place} AS VARCHAR)", 0
    scale = max(MONEY_PLACES, places)
    sql = decimal(number, scale, where.whole_digits)
    if kind == Kind.INTEGER:
        sql = f"CASE WHEN {sql} = trunc({sql}) THEN CAST({sql} AS BIGINT) END"
    misfits = values - con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    return Typed(kind, sql, place, values, misfits, places, f"a number with {in_digits(scale, where.whole_digits)} the decimal sign", rounded=rounded)


def _float(con: Any, where: Where, column: RawColumn, kind: Kind, values: int) -> Typed:
    table, place = where.table, column.place
    scale = MONEY_PLACES
    at_scale = decimal(place, scale, where.whole_digits)
    unlike = con.execute(
        f"SELECT count(*) FROM {table} WHERE {place} IS NOT NULL AND CAST({at_scale} AS {column.engine_type}) IS DISTINCT FROM {place}"
    ).fetchone()[0]
    rounded = places = 0
    if unlike:
        text = f"CASE WHEN isfinite({place}) THEN printf('%.{_FLOAT_DIGITS}g', CAST({place} AS DOUBLE)) END"
        exponent = f"coalesce(TRY_CAST(nullif(split_part({text}, 'e', 2), '') AS INTEGER), 0)"
        mantissa = f"split_part({text}, 'e', 1)"
        after = f"greatest(0, CASE WHEN contains({mantissa}, '.') THEN strlen({mantissa}) - instr({mantissa}, '.') ELSE 0 END - {exponent})"
        places, largest = con.execute(f"SELECT max({after}), max(abs({place})) FILTER (isfinite({place})) FROM {table}").fetchone()
        fitting = max(MONEY_PLACES, MONEY_DIGITS - len(str(int(min(largest or 0, 10**MONEY_DIGITS)))))
        if places > fitting:
            rounded = con.execute(f"SELECT count(*) FROM {table} WHERE {after} > {fitting}").fetchone()[0]
        scale = max(MONEY_PLACES, min(places, fitting))
        at_scale = decimal(text, scale, where.whole_digits)
        places = scale
    else:
        places = next(
            (p for p in range(MONEY_PLACES) if not con.execute(f"SELECT count(*) FROM {table} WHERE {at_scale} <> round({at_scale}, {p})").fetchone()[0]),
            MONEY_PLACES,
        )
    sql = at_scale if kind == Kind.DECIMAL else f"CASE WHEN {at_scale} = trunc({at_scale}) THEN CAST({at_scale} AS BIGINT) END"
    misfits = values - con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    return Typed(kind, sql, place, values, misfits, places, f"a number with {in_digits(scale, where.whole_digits)} the decimal sign", rounded=rounded)
