"""What is kept in the engine is as Ibis itself would keep it."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from goodterms.facts.book import arrow_type
from goodterms.facts.columns import Kind
from goodterms.facts.engine import connect, held, keep, keep_rows

NAMES = ["net_sales", 'a "quoted" name', "order", "Ääkkönen"]
KINDS = ["int64", "int32", "!int64", "float64", "string", "!string", "boolean", "date", "timestamp", "decimal(18,4)", "decimal(38,0)", "array<string>"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_has_the_columns_that_ibis_would_keep(name, kind):
    engine, kind = connect(), ibis.dtype(kind)
    step = ibis.literal(None if kind.nullable else 1, kind).name(name).as_table()
    kept, as_ibis_does = keep(engine, "step", step), engine.create_table("of_ibis", step, temp=True)
    assert kept.schema() == as_ibis_does.schema() == engine.table(kept.op().name, database=("temp", "main")).schema() == held(engine, kept.op().name).schema()
    assert kept.to_pyarrow().equals(as_ibis_does.to_pyarrow())


def test_what_is_kept_takes_the_type_that_the_step_says():
    """DuckDB adds whole numbers up in a wider type than Ibis says."""
    engine = connect()
    table = ibis.memtable(pa.table({"quantity": [1, 2]}))
    kept = keep(engine, "sums", table.aggregate(quantity=table.quantity.sum()))
    assert kept.to_pyarrow().to_pylist() == [{"quantity": 3}]
    assert engine.con.execute(f"SELECT typeof(quantity) FROM {kept.op().name}").fetchone() == ("BIGINT",)


def test_rows_are_kept_as_ibis_would_keep_them():
    engine = connect()
    rows = pa.table({kind.name: pa.array([None], arrow_type(kind)) for kind in Kind})
    kept, as_ibis_does = keep_rows(engine, "rows", rows), engine.create_table("of_ibis", rows, temp=True)
    assert kept.schema() == as_ibis_does.schema()
    assert kept.to_pyarrow().equals(as_ibis_does.to_pyarrow())
    assert engine.con.execute("SELECT count(*) FROM duckdb_views() WHERE view_name LIKE 'rows%'").fetchone() == (0,)
