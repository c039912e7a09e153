"""Every table of a result at full precision, as CSV and as Parquet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_DIGITS = 18
"""Parquet stores a decimal of so many digits as a 64-bit integer, which reads several times faster."""
_FEWEST_PLACES = 4
_PLAIN_PLACES = 6
"""A zero of more places is written with an exponent by Arrow."""
_ROWS_AT_ONCE = 100_000
_BEGINS_LIKE_A_FORMULA = r"^[=+\-@\t\r]"


def write_tables(tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``NAME.csv`` and ``NAME.parquet`` for every table; return the files.

    CSV is UTF-8 with commas. Text that a spreadsheet would obey (it begins with = + - @, a tab or a carriage return) gets a leading apostrophe; numbers and
    the Parquet files are untouched.
    """
    from pyarrow import parquet  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables.items():
        as_csv, as_parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
        exact = narrowed(table)
        _write_csv(harmless(exact), as_csv)
        parquet.write_table(exact, as_parquet, compression="zstd", store_decimal_as_integer=True)
        written += [as_csv, as_parquet]
    return written


def _write_csv(table: pa.Table, file: Path) -> None:
    """Write CSV in pieces. Arrow writes a zero of many places as 0E-12; where no text looks the same, that becomes a plain 0."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    texts = [i for i, column in enumerate(table.schema) if pa.types.is_string(column.type)]
    many_places = any(pa.types.is_decimal(column.type) and column.type.scale > _PLAIN_PLACES for column in table.schema)
    mends = many_places and not any(_holds(table.column(i), "0E-") for i in texts)
    with file.open("wb") as out:
        for at in range(0, max(1, table.num_rows), _ROWS_AT_ONCE):
            piece = pa.BufferOutputStream()
            csv.write_csv(table.slice(at, _ROWS_AT_ONCE), piece, csv.WriteOptions(include_header=at == 0))
            written = piece.getvalue().to_pybytes()
            out.write(re.sub(rb"(?<=[,\n])0E-\d+(?=[,\n])", b"0", written) if mends else written)


def _holds(column: pa.ChunkedArray, part: str) -> bool:
    """Whether any text of a column has this part."""
    import pyarrow.compute as pc  # noqa: PLC0415

    return bool(pc.any(pc.match_substring(column, part)).as_py())


def harmless(table: pa.Table) -> pa.Table:
    """A table whose text no spreadsheet obeys, names of columns included (a policy names steps)."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    table = table.rename_columns([f"'{name}" if re.match(_BEGINS_LIKE_A_FORMULA, name) else name for name in table.column_names])

    for i, column in enumerate(table.schema):
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        values = table.column(i)
        if pc.any(pc.match_substring_regex(values, _BEGINS_LIKE_A_FORMULA)).as_py():
            table = table.set_column(i, column.name, pc.replace_substring_regex(values, f"({_BEGINS_LIKE_A_FORMULA})", r"'\1"))
    return table


def narrowed(table: pa.Table) -> pa.Table:
    """The same amounts in decimals no wider than they need: four places where no amount has more, and 18 digits where that is enough.

    Nothing is rounded. Parquet stores what fits into 18 digits as integers, and CSV is spared zeros that say nothing.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    for i, column in enumerate(table.schema):
        if not pa.types.is_decimal128(column.type):
            continue
        values = table.column(i)
        if column.type.scale > _FEWEST_PLACES:
            short = pa.decimal128(column.type.precision, _FEWEST_PLACES)
            cut = values.cast(short, safe=False)
            if pc.all(pc.equal(cut.cast(column.type), values)).as_py() in {True, None}:
                values = cut
        kind = values.type
        bounds = pc.min_max(values).as_py()
        largest = max(abs(bounds["min"] or 0), abs(bounds["max"] or 0))
        if kind.precision > _MOST_DIGITS and largest * 10**kind.scale < 10**_MOST_DIGITS:
            values = values.cast(pa.decimal128(_MOST_DIGITS, kind.scale))
        if values.type != column.type:
            table = table.set_column(i, pa.field(column.name, values.type), values)
    return table
