"""The workbook: text is text, large tables are left out or cut, and it says so."""

from datetime import date
from decimal import Decimal

import openpyxl
import pyarrow as pa
from tests.report.sample import sample_result

from goodterms.report.workbook import write_workbook

D = Decimal


def test_every_table_has_its_sheet_and_contents_names_them(tmp_path):
    tables = sample_result().tables
    book = openpyxl.load_workbook(write_workbook(tables, tmp_path / "tables.xlsx"))
    assert book.sheetnames == ["Contents", *tables]
    contents = list(book["Contents"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in contents] == list(tables)
    assert {row[3] for row in contents} == {"in this workbook"}
    customers = book["customers"]
    assert customers.freeze_panes == "A2"
    assert customers.auto_filter.ref.startswith("A1:")
    assert customers.max_row == 61


def test_text_is_text_and_no_cell_is_a_formula(tmp_path):
    names = ["=1+1", '=HYPERLINK("http://x","y")', "http://example.org", "-5", "00123"]
    table = pa.table(
        {"name": names, "amount": pa.array([D("1.5")] * 5, pa.decimal128(18, 4)), "day": [date(2013, 11, 29)] * 5, "sold": [True] * 5, "n": [1] * 5}
    )
    sheet = openpyxl.load_workbook(write_workbook({"t": table}, tmp_path / "t.xlsx"))["t"]
    assert [cell.value for cell in sheet["A"][1:]] == names
    assert {cell.data_type for cell in sheet["A"][1:]} == {"s"}
    assert (sheet["B2"].value, sheet["B2"].number_format) == (1.5, "#,##0.00")
    assert sheet["C2"].value.date() == date(2013, 11, 29)
    assert all(cell.hyperlink is None for cell in sheet["A"])


def test_a_table_longer_than_a_sheet_is_cut_with_a_line_that_says_so(tmp_path):
    table = pa.table({"n": list(range(50))})
    sheet = openpyxl.load_workbook(write_workbook({"t": table}, tmp_path / "t.xlsx", most_rows=20))["t"]
    assert sheet.max_row == 21
    assert sheet["A21"].value == "Cut here: 31 more rows are in the CSV and Parquet files."


def test_a_table_of_very_many_cells_is_left_to_its_files_and_contents_says_where(tmp_path):
    book = openpyxl.load_workbook(write_workbook({"cube": pa.table({"n": list(range(50))})}, tmp_path / "t.xlsx", most_cells=10))
    assert book.sheetnames == ["Contents"]
    assert book["Contents"]["D2"].value == "too large for here: tables/cube.csv, .parquet"
