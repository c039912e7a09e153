"""Parquet files: read where they lie, in their own types."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goodterms.errors import UnreadableFileError, UsageError
from goodterms.facts.engine import connect
from goodterms.intake.tables.open_file import open_file


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture
def write(tmp_path):
    def write(columns: dict, name: str = "invoices.parquet", **options):
        path = tmp_path / name
        pq.write_table(pa.table(columns), path, **options)
        return path

    return write


def cells(engine, table):
    return engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()


COLUMNS = {
    "Customer": ["Ann", "Bob"],
    "Key": pa.array([17850, None], pa.int64()),
    "Net": pa.array([Decimal("1.50"), Decimal("2.25")], pa.decimal128(18, 4)),
    "Price": [0.1, 0.2],
    "Date": [dt.date(2011, 12, 9), dt.date(2011, 12, 10)],
    "Rush": [True, False],
    "Family": pa.array(["Bikes", "Bikes"]).dictionary_encode(),
    "Time": [dt.time(8, 26), dt.time(8, 27)],
}


def test_columns_keep_their_types(engine, write):
    (table,) = open_file(engine, write(COLUMNS))
    assert table.header == tuple(COLUMNS)
    assert table.native == ("text", "number", "number", "number", "date", "flag", "text", "text")
    assert cells(engine, table)[0] == (1, "Ann", 17850, Decimal("1.5000"), 0.1, dt.date(2011, 12, 9), True, "Bikes", "08:26:00")
    assert (table.physical, table.accepted, table.set_aside, table.dialect, table.header_row) == (2, 2, (), None, 0)
    assert str(engine.table(table.name).schema()["c3"]) == "decimal(18, 4)"


def test_rows_are_numbered_across_row_groups(engine, write):
    (table,) = open_file(engine, write({"Key": list(range(10_000)), "Net": list(range(10_000))}, row_group_size=700))
    assert engine.con.execute(f'SELECT count(*) FROM {table.name} WHERE "row" = c1 + 1').fetchone() == (10_000,)


def test_nested_columns_are_left_out_and_named(engine, write):
    (table,) = open_file(engine, write({"Customer": ["Ann"], "Lines": [[1, 2]], "Address": [{"town": "Oslo"}], "Picture": [b"\xff"], "Net": [1]}))
    assert table.header == ("Customer", "Net")
    assert [(problem.code, problem.origin.column) for problem in table.problems] == [
        ("column-left-out", "Lines"),
        ("column-left-out", "Address"),
        ("column-left-out", "Picture"),
    ]


def test_rows_of_nulls_are_set_aside(engine, write):
    (table,) = open_file(engine, write({"Customer": ["Ann", None, "Bob"], "Net": [1, None, None]}))
    assert cells(engine, table) == [(1, "Ann", 1), (3, "Bob", None)]
    assert [(row.row, row.reason) for row in table.set_aside] == [(2, "blank")]
    assert (table.physical, table.accepted) == (3, 2)


def test_names_that_differ_in_case_or_are_empty_are_kept_apart(engine, tmp_path):
    path = tmp_path / "invoices [2012].parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([value]) for value in (1, 2, 3, 4)], names=["Net", "net", "", 'a "b"']), path)
    (table,) = open_file(engine, path)
    assert table.header == ("Net", "net", "column 3", 'a "b"')
    assert cells(engine, table) == [(1, 1, 2, 3, 4)]


def test_broken_files_are_refused(engine, write, tmp_path):
    path = write({"Key": list(range(50_000)), "Net": [str(number) for number in range(50_000)]})
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"PAR1", b"PAR1" + bytes(100) + b"PAR1", whole[:2000] + bytes(3000) + whole[5000:]):
        path.write_bytes(content)
        with pytest.raises(UnreadableFileError, match="no whole Parquet file"):
            open_file(engine, path)
    text = tmp_path / "text.parquet"
    text.write_text("Customer;Net\n")
    with pytest.raises(UnreadableFileError, match=r"called \.parquet but is no Parquet file"):
        open_file(engine, text)


def test_file_without_rows_or_flat_columns_is_refused(engine, write):
    with pytest.raises(UnreadableFileError, match="no rows"):
        open_file(engine, write({"Key": pa.array([], pa.int64())}))
    with pytest.raises(UnreadableFileError, match="no column of text"):
        open_file(engine, write({"Lines": [[1]]}))


def test_sheet_of_a_parquet_file_is_wrong_use(engine, write):
    with pytest.raises(UsageError, match="no workbook"):
        open_file(engine, write(COLUMNS), sheet="Data")
