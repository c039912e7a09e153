"""The facts that were read together: one table a kind of fact, on one engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goodterms.facts.columns import ATTRIBUTE, MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.facts.engine import keep_rows

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa


@dataclass(frozen=True)
class Facts:
    """Tables of facts on one engine, each with all of its columns (``goodterms.facts.columns.TABLES``).

    ``tables`` holds at least ``sale_lines``, ``costs``, ``activities``, ``purchase_lines``, ``customers`` and ``products``; a table without rows says nothing.
    ``attributes`` names the further columns of ``sale_lines`` ("attribute:rush"). ``sources`` are named in the order that decides which of two copies of a
    document counts; a source that is not named comes after, in the order of its first row.
    """

    engine: Any
    tables: Mapping[str, ibis.Table]
    attributes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> ibis.Table:
        """The table of that name."""
        return self.tables[name]


def arrow_type(kind: Kind, places: int = MONEY_PLACES) -> pa.DataType:
    """The storage type of a kind of column."""
    import pyarrow as pa  # noqa: PLC0415  (heavy: only where it is used)

    return {
        Kind.TEXT: pa.string(),
        Kind.DATE: pa.date32(),
        Kind.MONTH: pa.date32(),
        Kind.DECIMAL: pa.decimal128(MONEY_DIGITS, places),
        Kind.INTEGER: pa.int64(),
        Kind.FLAG: pa.bool_(),
    }[kind]


def facts_from_rows(engine: Any, rows: Mapping[str, list[dict[str, Any]]]) -> Facts:
    """Facts from rows written out by hand: for notebooks, worked examples and tests.

    Parameters
    ----------
    engine
        From :func:`goodterms.facts.engine.connect`.
    rows
        For each table's name its rows; a column that a row does not name is null. Decimals are ``Decimal`` with at most 4 places.

    Raises
    ------
    KeyError
        For a table or column that is not one of ``TABLES``.
    """
    import pyarrow as pa  # noqa: PLC0415  (heavy: only where it is used)

    attributes = tuple(sorted({name for row in rows.get("sale_lines", []) for name in row if name.startswith(ATTRIBUTE)}))
    tables = {}
    for name, table in TABLES.items():
        columns = table.column_names + (attributes if name == "sale_lines" else ())
        given = rows.get(name, [])
        unknown = {column for row in given for column in row} - set(columns)
        if unknown:
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        arrays = {column: pa.array([row.get(column) for row in given], arrow_type(table.kind_of(column))) for column in columns}
        tables[name] = keep_rows(engine, name, pa.table(arrays))
    if unknown_tables := set(rows) - set(TABLES):
        raise KeyError(f"there is no table {', '.join(sorted(unknown_tables))}")
    return Facts(engine, tables, attributes)
