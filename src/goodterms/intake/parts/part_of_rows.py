"""Rows of facts that documents gave, as a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import ROWS_A_FILE, Part
from goodterms.intake.parts.sample import Sample
from goodterms.intake.tables.raw_table import RawTable, RowRef
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS

if TYPE_CHECKING:
    import pyarrow as pa


def raw_of_rows(path: Path, name: str, physical: int, aside: tuple[RowRef, ...]) -> RawTable:
    """The account of a file whose records are no rows of text."""
    return RawTable(str(path), path, "", f"raw_of_{name}", (), (), None, physical, physical - len(aside), set_aside=aside, header_row=0)


def part_of_rows(
    engine: Any,
    path: Path,
    entry: FileMapping,
    table: str,
    rows: Sequence[dict[str, Any]],
    number: int,
    source: str,
    order: dict[str, int] | None = None,
) -> Part:
    """A part of rows of facts; ``order`` numbers the files that the rows come from."""
    name = f"part_{number}_{table}"
    held = _arrow(table, rows, order)
    engine.con.register(f"{name}_rows", held)
    engine.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_rows")
    engine.con.unregister(f"{name}_rows")
    raw = raw_of_rows(path, name, len(rows), ())
    part = Part(raw, replace(entry, source=source), table, name, number, Sample((), {}), Proposal(), is_of_documents=True)
    part.columns = {column: of for column, of, *_ in engine.con.execute(f"DESCRIBE {name}").fetchall()}
    return part


def _arrow(table: str, rows: Sequence[dict[str, Any]], order: dict[str, int] | None) -> pa.Table:
    """The columns that some row fills, with the types of facts; rows are numbered through all files."""
    import pyarrow as pa  # noqa: PLC0415

    columns = {}
    for column in TABLES[table].columns:
        values = [row[column.name] for row in rows]
        if column.name == "row" and order is not None:
            values = [order[row["file"]] * ROWS_A_FILE + row["row"] for row in rows]
        if column.name in {"file", "row", "date", "period"} or any(value is not None for value in values):
            columns[column.name] = pa.array(values, _type_of(column.kind, values))
    return pa.table(columns)


def _type_of(kind: Kind, values: Sequence[Any]) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415

    if kind is Kind.DECIMAL:
        places = max((-int(value.as_tuple().exponent) for value in values if isinstance(value, Decimal)), default=0)
        return pa.decimal128(MONEY_DIGITS, MONEY_PLACES) if places <= MONEY_PLACES else pa.decimal128(max(MONEY_DIGITS, MOST_WHOLE_DIGITS + places), places)
    return {Kind.DATE: pa.date32(), Kind.MONTH: pa.date32(), Kind.INTEGER: pa.int64(), Kind.FLAG: pa.bool_()}.get(kind, pa.string())
