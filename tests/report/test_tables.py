"""Tables as files: no digit lost, no text that a spreadsheet obeys."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from tests.report.sample import sample_result

from goodterms.report import write_report
from goodterms.report.tables import write_tables

D = Decimal


def test_a_report_is_a_page_a_workbook_and_every_table_twice(tmp_path):
    result = sample_result()
    said = []
    written = write_report(result, tmp_path / "report", progress=said.append)
    names = sorted(path.relative_to(tmp_path / "report").as_posix() for path in written)
    assert names == sorted(["report.html", "tables.xlsx", *(f"tables/{name}.{kind}" for name in result.tables for kind in ("csv", "parquet"))])
    assert "writing the page" in said
    assert all(path.stat().st_size for path in written)


def test_tables_keep_every_digit(tmp_path):
    result = sample_result()
    write_tables(result.tables, tmp_path)
    for name, table in result.tables.items():
        read = pq.read_table(tmp_path / f"{name}.parquet")
        assert read.column_names == table.column_names
        assert read.to_pylist() == table.to_pylist()


def test_amounts_are_stored_as_integers(tmp_path):
    write_tables({"t": pa.table({"amount": pa.array([D("12345678.1234"), D("-0.0001")], pa.decimal128(38, 12))})}, tmp_path)
    schema = pq.ParquetFile(tmp_path / "t.parquet").schema
    assert schema.column(0).physical_type == "INT64"
    assert pq.read_table(tmp_path / "t.parquet")["amount"].to_pylist() == [D("12345678.1234"), D("-0.0001")]


@pytest.mark.parametrize("amount", ["12345678901234567890.1234", "0.123456789012", "-0.000000000001"])
def test_no_amount_is_narrowed_at_the_price_of_a_digit(amount, tmp_path):
    write_tables({"t": pa.table({"amount": pa.array([D(amount), D(0), None], pa.decimal128(38, 12))})}, tmp_path)
    assert pq.read_table(tmp_path / "t.parquet")["amount"].to_pylist() == [D(amount), D(0), None]


def test_text_that_a_spreadsheet_would_obey_gets_an_apostrophe_and_numbers_stay(tmp_path):
    names = ["=1+1", "+358 1", "-5", "@x", "\tx", "\rx", "Ann", 'a "quoted", name', None]
    write_tables({"t": pa.table({"=name": names, "amount": pa.array([D(-i) for i in range(9)], pa.decimal128(18, 4))})}, tmp_path)
    options = csv.ConvertOptions(
        column_types={"'=name": pa.string(), "amount": pa.decimal128(18, 4)}, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    read = csv.read_csv(tmp_path / "t.csv", convert_options=options)
    assert read["'=name"].to_pylist() == ["'=1+1", "'+358 1", "'-5", "'@x", "'\tx", "'\rx", "Ann", 'a "quoted", name', None]
    assert read["amount"].to_pylist() == [D(-i) for i in range(9)]
    assert pq.read_table(tmp_path / "t.parquet")["=name"].to_pylist() == names


def test_a_zero_of_many_places_is_a_plain_zero(tmp_path):
    amounts = pa.array([D("0.123456789012"), D(0), D(0)], pa.decimal128(38, 12))
    write_tables({"t": pa.table({"a": amounts, "b": amounts}), "text": pa.table({"a": amounts, "b": ["0E-12", "x", ",0E-12,"]})}, tmp_path)
    assert (tmp_path / "t.csv").read_text("utf-8").splitlines() == ['"a","b"', "0.123456789012,0.123456789012", "0,0", "0,0"]
    assert '"0E-12"' in (tmp_path / "text.csv").read_text("utf-8")


def test_a_table_without_rows_keeps_its_head(tmp_path):
    write_tables({"t": pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.decimal128(38, 12))})}, tmp_path)
    assert (tmp_path / "t.csv").read_text("utf-8") == '"a","b"\n'
    assert pq.read_table(tmp_path / "t.parquet").num_rows == 0
