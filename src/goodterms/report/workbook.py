"""The tables as one workbook for reading and sorting: numbers with two decimals, text as text, no live formulas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its head."""
MOST_CELLS = 150_000
"""A table of more cells is left to CSV and Parquet: a workbook of millions of cells opens slowly, and nobody reads it."""
_CONTENTS = "Contents"
_NAME_LENGTH = 31
_MEANINGS = {
    "waterfall": "From sales at list price to net profit, both periods",
    "bridge": "Why the result moved, step by step",
    "bridge_like_for_like": "The same for the full months that both periods have",
    "customers": "One row a customer, every step in both periods",
    "products": "One row a product, down to product contribution",
    "families": "One row a product family",
    "managers": "One row an account manager",
    "segments": "One row a segment",
    "months": "Month by month",
    "whale": "Customers ranked from best to worst, cumulated",
    "leaks": "Steps that cost more than among peers, with what closing the gap is worth",
    "pools": "Reconciliation of every cost pool and account",
    "rates": "Rates of every month and pool",
    "shares": "Cost shared, cell by cell",
    "bridge_customers": "The bridge, one row a customer",
    "bridge_families": "The bridge, one row a customer and family",
    "bridge_items": "The bridge, one row a customer and product",
    "cube": "Month by customer by product, one column a step",
}


def write_workbook(tables: Mapping[str, pa.Table], file: Path, *, most_rows: int = MOST_ROWS, most_cells: int = MOST_CELLS) -> Path:
    """Write one sheet a table, and the sheet Contents, which also names the tables that are too large and where they are.

    A sheet that would need more than ``most_rows`` rows ends with a line that says so.
    """
    import xlsxwriter  # noqa: PLC0415  (heavy: only where a workbook is written)

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(str(file), options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {"money": book.add_format({"num_format": "#,##0.00"}), "rate": book.add_format({"num_format": "0.0000"})}
        formats |= {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "count": book.add_format({"num_format": "#,##0"})}
        small = {name: table for name, table in tables.items() if table.num_rows * table.num_columns <= most_cells}
        _write_contents(book.add_worksheet(_CONTENTS), tables, set(small), head)
        for name, table in small.items():
            _write_sheet(book.add_worksheet(name[:_NAME_LENGTH]), table, head, formats, most_rows)
    return file


def _write_contents(sheet: Any, tables: Mapping[str, pa.Table], here: set[str], head: Any) -> None:
    """The first sheet: every table, what it is, how many rows, and where it stands."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    sheet.set_column(2, 3, 28)
    for column, title in enumerate(("Table", "What it is", "Rows", "Where")):
        sheet.write_string(0, column, title, head)
    for row, (name, table) in enumerate(tables.items(), 1):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, _MEANINGS.get(name, ""))
        sheet.write_number(row, 2, table.num_rows)
        sheet.write_string(row, 3, "in this workbook" if name in here else f"too large for here: tables/{name}.csv, .parquet")
    sheet.freeze_panes(1, 0)


def _write_sheet(sheet: Any, table: pa.Table, head: Any, formats: Mapping[str, Any], most_rows: int) -> None:
    """One table, row by row; the head stays in sight and filters."""
    shown = table if table.num_rows <= most_rows else table.slice(0, most_rows - 1)
    kinds = [_kind_of(field.name, field.type) for field in table.schema]
    for column, field in enumerate(table.schema):
        sheet.set_column(column, column, {"text": 22, "date": 12, "flag": 8}.get(kinds[column], 15), formats.get(kinds[column]))
        sheet.write_string(0, column, field.name.replace("_", " "), head)
    columns = [_plain(shown.column(i), kind) for i, kind in enumerate(kinds)]
    writers = [_writer(sheet, kind, formats.get(kind)) for kind in kinds]
    for row, values in enumerate(zip(*columns, strict=True), 1):
        for column, (write, value) in enumerate(zip(writers, values, strict=True)):
            if value is not None:
                write(row, column, value)
    if shown is not table:
        sheet.write_string(most_rows, 0, f"Cut here: {table.num_rows - shown.num_rows:,} more rows are in the CSV and Parquet files.")
    if table.num_columns:
        sheet.autofilter(0, 0, max(1, shown.num_rows), table.num_columns - 1)
    sheet.freeze_panes(1, 0)


def _kind_of(name: str, kind: pa.DataType) -> str:
    """How a column is written: money, rate, count, date, flag or text."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "rate" if pa.types.is_floating(kind) or name == "rate" else "money"
    if pa.types.is_integer(kind):
        return "count"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "date"
    return "flag" if pa.types.is_boolean(kind) else "text"


def _plain(column: pa.ChunkedArray, kind: str) -> list[Any]:
    """A column as a sheet holds it: a number in a sheet is binary, so decimals become floats here and nowhere else."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if kind in {"money", "rate"}:
        return list(pc.cast(column, pa.float64(), safe=False).to_pylist())
    values = column.to_pylist()
    return [None if value is None else str(value) for value in values] if kind == "text" else list(values)


def _writer(sheet: Any, kind: str, form: Any) -> Any:
    """How one cell is written; text is written as text, whatever it begins with."""
    if kind == "text":
        return sheet.write_string
    if kind == "flag":
        return sheet.write_boolean
    write = sheet.write_datetime if kind == "date" else sheet.write_number
    return lambda row, column, value: write(row, column, value, form)
