"""Values of a typed file (Parquet) and of workbooks, and names in three languages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from goodterms.intake import read
from goodterms.intake.column_names import meanings, normalised

D = Decimal


def rows(reading, columns, table="sale_lines"):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM {table} ORDER BY row").fetchall()


def test_parquet_types_are_kept_and_floats_are_their_decimals_at_15_digits(tmp_path):
    table = pa.table(
        {
            "Invoice": pa.array([1, 2, 3], pa.int32()),
            "Date": pa.array(["2023-01-31T08:26:00", "2023-02-01T00:00:00", "2023-02-02T00:00:00"]).cast(pa.timestamp("us")),
            "Customer ID": pa.array([17850.0, None, 12.0], pa.float64()),
            "Product": pa.array(["007", "A", None]),
            "Quantity": pa.array([1, 2, 3], pa.int64()),
            "Net amount": pa.array([0.1 + 0.2, 1.005, -2.5], pa.float64()),
            "Cost": pa.array([D("1.23456"), D("2.00000"), D("0.5")], pa.decimal128(20, 5)),
            "Rush": pa.array([True, False, None]),
        }
    )
    pq.write_table(table, tmp_path / "s.parquet")
    reading = read([tmp_path / "s.parquet"])
    assert rows(reading, 'document, date, customer_key, product_key, quantity, net_value, product_cost, "attribute:rush"') == [
        ("1", dt.date(2023, 1, 31), "17850", "007", D(1), D("0.3"), D("1.23456"), True),
        ("2", dt.date(2023, 2, 1), None, "A", D(2), D("1.005"), D(2), False),
        ("3", dt.date(2023, 2, 2), "12", None, D(3), D("-2.5"), D("0.5"), None),
    ]


def test_float_with_more_places_than_fit_is_kept_as_far_as_it_fits_and_said(tmp_path):
    table = pa.table({"Date": pa.array([dt.date(2023, 1, 31)] * 2), "Customer": ["Ann", "Bob"], "Net amount": pa.array([1 / 3, 123_456_789.25], pa.float64())})
    pq.write_table(table, tmp_path / "s.parquet")
    reading = read([tmp_path / "s.parquet"])
    assert rows(reading, "net_value") == [(D("0.333333333"),), (D("123456789.25"),)]
    assert [(p.code, p.rows) for p in reading.problems] == [("binary-float", 1)]


def test_workbook_cells_are_read_as_the_workbook_types_them(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "s.xlsx")) as book:
        sheet = book.add_worksheet("2023")
        day = book.add_format({"num_format": "d.m.yyyy"})
        sheet.write_row(0, 0, ["Laskunumero", "Pvm", "Asiakasnumero", "Tuotenumero", "Määrä", "Nettosumma"])
        for i, (number, date, customer, amount) in enumerate([(1, dt.date(2023, 1, 31), "007", 1.234), (2, dt.date(2023, 2, 1), "012", 2.5)], start=1):
            sheet.write(i, 0, number)
            sheet.write_datetime(i, 1, date, day)
            sheet.write_string(i, 2, customer)
            sheet.write(i, 3, 10.0)
            sheet.write(i, 4, 3)
            sheet.write(i, 5, amount)
    reading = read([tmp_path / "s.xlsx"])
    assert rows(reading, "document, date, customer_key, product_key, quantity, net_value") == [
        ("1", dt.date(2023, 1, 31), "007", "10", D(3), D("1.234")),
        ("2", dt.date(2023, 2, 1), "012", "10", D(3), D("2.5")),
    ]
    assert reading.files[0].sheet == "2023"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("InvoiceNo", "document"),
        ("Invoice no.", "document"),
        ("CustomerID", "customer_key"),
        ("Sold-to", "customer_key"),
        ("asiakasnro", "customer_key"),
        ("ASIAKASNUMERO", "customer_key"),
        ("Kundnr", "customer_key"),
        ("À-hinta", "unit_price"),
        ("Á-pris", "unit_price"),
        ("Alennus-%", "discount_rate"),
        ("Rabatt %", "discount_rate"),
        ("Summa (alv 0 %)", "net_value"),
        ("Belopp exkl. moms", "net_value"),
        ("Eräpäivä", "due_date"),
        ("Förfallodatum", "due_date"),
        ("Tuoteryhmä", "family"),
        ("Varugrupp", "family"),
        ("Account manager", "manager_key"),
        ("net_value", "net_value"),
        ("Rahti", "freight"),
    ],
)
def test_name_of_a_column_is_understood(name, ours):
    assert meanings("sale_lines")[normalised(name)][0].ours == ours
