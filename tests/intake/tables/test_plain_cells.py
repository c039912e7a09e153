"""Cells without what programs put around them, in every format."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from goodterms.intake import read

NBSP = "\N{NO-BREAK SPACE}"


def customers(path):
    return [key for (key,) in read([path]).facts.engine.con.execute("SELECT customer_key FROM sale_lines ORDER BY row").fetchall()]


@pytest.mark.parametrize("space", [NBSP, "\N{NARROW NO-BREAK SPACE}", "\N{EM SPACE}", "\N{ZERO WIDTH SPACE}", f" {NBSP} "])
def test_a_space_that_nobody_sees_makes_no_other_customer(write, space):
    path = write("sales.csv", f"Invoice;Date;Customer;Net amount\n1;2024-01-05;C1;1,50\n2;2024-01-05;C1{space};2,50\n3;2024-01-05;{space}C1;3,50\n")
    assert customers(path) == ["C1", "C1", "C1"]


def test_spaces_inside_a_cell_stay(write):
    path = write("sales.csv", f"Invoice;Date;Customer;Net amount\n1;2024-01-05;Ann{NBSP}Oy{NBSP};1{NBSP}234,50\n2;2024-01-05;Bob;2,50\n")
    assert customers(path) == [f"Ann{NBSP}Oy", "Bob"]


def test_a_text_of_digits_as_excel_writes_it_is_its_digits(write):
    path = write("sales.csv", '="Invoice",Date,Customer,Net amount\n="001",2024-01-10,="007",="10.50"\n="002",2024-01-11,"=""008""",20.50\n')
    reading = read([path])
    rows = reading.facts.engine.con.execute("SELECT document, customer_key, net_value::VARCHAR FROM sale_lines ORDER BY row").fetchall()
    assert rows == [("001", "007", "10.5000"), ("002", "008", "20.5000")]


def test_cells_of_workbooks_and_parquet_are_plain_too(tmp_path):
    rows = [["1", "2024-01-05", f"C1{NBSP}", 1.5], ["2", "2024-01-05", '="C1"', 2.5]]
    header = ["Invoice", "Date", "Customer", "Net amount"]
    with xlsxwriter.Workbook(tmp_path / "sales.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
    pq.write_table(pa.table({name: [row[place] for row in rows] for place, name in enumerate(header)}), tmp_path / "sales.parquet")
    assert customers(tmp_path / "sales.xlsx") == customers(tmp_path / "sales.parquet") == ["C1", "C1"]
