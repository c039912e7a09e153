"""Values of a typed file (Parquet) and of workbooks, and names in three languages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from goodterms.intake import read
from goodterms.intake.mapping.column_names import meanings, normalised
from goodterms.problems import Severity

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


def attributes(reading):
    return reading.facts.engine.con.execute('SELECT "attribute:store" FROM sale_lines ORDER BY row').fetchall()


def test_an_attribute_with_zeros_in_front_is_text(write):
    head = "Invoice;Date;Customer;Net amount;Store\n"
    assert attributes(read([write("a.csv", head + "1;2024-01-05;Ann;1,5;007\n2;2024-01-05;Ann;1,5;12\n")])) == [("007",), ("12",)]
    assert attributes(read([write("b.csv", head + "1;2024-01-05;Ann;1,5;0,5\n2;2024-01-05;Ann;1,5;0\n")])) == [(D("0.5"),), (D(0),)]


def test_an_attribute_whose_zeros_come_late_is_text_in_all_rows(write):
    rows = "".join(f"{number};2024-01-05;Ann;1,5;{'007' if number == 3000 else '12'}\n" for number in range(1, 3001))
    found = attributes(read([write("a.csv", "Invoice;Date;Customer;Net amount;Store\n" + rows)]))
    assert (found[0], found[-1]) == (("12",), ("007",))


def test_an_attribute_that_the_mapping_names_keeps_its_zeros(write):
    path = write("a.csv", "Invoice;Date;Customer;Net amount;Shop\n1;2024-01-05;Ann;1,5;007\n")
    assert attributes(read([path], mapping={"version": 1, "file": [{"match": "a.csv", "columns": {"Shop": "attribute:store"}}]})) == [("007",)]


@pytest.mark.parametrize(("cells", "said"), [(["6,41E+12", "6,42E+12"], '"6,41E+12" and 1 more are'), (["1E+5", "C1"], '"1E+5" is')])
def test_keys_that_a_spreadsheet_has_cut_are_said(write, cells, said):
    text = "Invoice;Date;Customer;Net amount\n" + "".join(f"{number};2024-01-05;{cell};1,5\n" for number, cell in enumerate(cells))
    (problem,) = [problem for problem in read([write("a.csv", text)]).problems if problem.code == "key-cut-short"]
    assert (problem.origin.row, problem.origin.column, problem.severity) == (2, "Customer", Severity.WARNING)
    assert f"{said} what a spreadsheet has left of a longer number" in str(problem)
    assert str(problem).endswith("Export the original again, without opening it in a spreadsheet.")


def test_keys_with_more_digits_than_a_workbook_keeps_are_said(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(
            [["Invoice", "Date", "Customer", "Net"], [1, "2024-01-05", 1234567890123456789, 1.5], [2, "2024-01-05", 123456789012345, 1.5]]
        ):
            sheet.write_row(number, 0, row)
    reading = read([tmp_path / "a.xlsx"])
    assert [problem.origin.row for problem in reading.problems if problem.code == "key-cut-short"] == [2]
