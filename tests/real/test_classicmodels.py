"""classicmodels from exports without headers: lines, order heads, products, customers and payments, joined by the mapping beside this test."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from goodterms.analysis import analyse
from goodterms.intake import read
from goodterms.intake.joins.join import matched_share

pytestmark = pytest.mark.real
D = Decimal
DAY = dt.date
MAPPING = Path(__file__).with_name("classicmodels.toml")
FILES = ("OrderDetails.txt", "Orders.txt", "Products.txt", "Customers.txt", "Payments.txt")


@pytest.fixture(scope="module")
def folder(real_data):
    """The folder of the files."""
    return real_data / "classicmodels"


@pytest.fixture(scope="module")
def reading(folder):
    """All files, named together."""
    return read([folder / name for name in FILES], mapping=MAPPING)


def rows(reading, sql):
    return reading.facts.engine.con.execute(sql).fetchall()


def cells(folder, name, encoding="utf-8"):
    """The cells of a file by another reader."""
    with (folder / name).open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream))


def test_every_file_is_whole(reading):
    found = [(Path(a.file).name, a.table, a.physical, a.accepted, a.rejected, a.set_aside, a.met_again) for a in reading.files]
    assert found == [
        ("OrderDetails.txt", "sale_lines", 2_996, 2_996, 0, 0, 0),
        ("Products.txt", "products", 110, 110, 0, 0, 0),
        ("Customers.txt", "customers", 122, 122, 0, 0, 0),
        ("Payments.txt", "payments", 273, 273, 0, 0, 0),
    ]
    assert {(p.code, p.rows) for p in reading.problems} == {("file-joined", 1), ("word-for-nothing", 22)}


def test_lines_are_joined_to_heads_customers_and_products(reading, folder):
    value = sum(D(row[2]) * D(row[3]) for row in cells(folder, "OrderDetails.txt"))
    assert rows(reading, "SELECT count(*), sum(net_value), sum(list_value), sum(product_cost) FROM sale_lines") == [
        (2_996, value, D("10678830.64"), D("5778310.36"))
    ]
    assert value == D("9604190.61")
    found = "count(DISTINCT document), count(DISTINCT customer_key), count(DISTINCT product_key), count(DISTINCT manager_key), min(date), max(date)"
    assert rows(reading, f"SELECT {found} FROM sale_lines") == [(326, 98, 109, 15, DAY(2003, 1, 6), DAY(2005, 5, 31))]
    shipped = sum(row[4] == "Shipped" for row in cells(folder, "Orders.txt"))
    assert rows(reading, "SELECT count(DISTINCT document) FROM sale_lines WHERE \"attribute:state\" = 'Shipped'") == [(shipped,)]
    assert rows(reading, "SELECT count(*), count(DISTINCT (document, line)) FROM sale_lines") == [(2_996, 2_996)]


def test_how_many_rows_match_is_said(reading):
    whole = matched_share(2_996, 2_996)
    assert list(reading.files[0].said[:3]) == [
        f"{whole} have a partner in Orders.txt by column 1 = column 1.",
        f"{whole} have a partner in Customers.txt by Orders.txt: column 7 = column 1; 24 of its 122 keys have no row here.",
        f"{whole} have a partner in Products.txt by column 2 = column 1; 1 of its 110 keys has no row here.",
    ]


def test_payments(reading, folder):
    paid = cells(folder, "Payments.txt")
    assert rows(reading, "SELECT counterparty_key, payment, date, amount FROM payments ORDER BY row") == [
        (who, number, DAY.fromisoformat(day), D(amount)) for who, number, day, amount in paid
    ]
    assert rows(reading, "SELECT count(*), sum(amount), count(DISTINCT counterparty_key) FROM payments") == [(273, D("8853839.23"), 98)]
    assert rows(reading, "SELECT count(*) FROM payments p ANTI JOIN customers c ON c.customer_key = p.counterparty_key") == [(0,)]


def test_credit_limits(reading, folder):
    limits = {row[0]: D(row[12]) for row in cells(folder, "Customers.txt", "cp1252")}
    assert dict(rows(reading, "SELECT customer_key, credit_limit FROM customers")) == limits
    assert rows(reading, "SELECT count(*), sum(credit_limit), count(manager_key), count(name), count(country) FROM customers") == [
        (122, D("8254400"), 100, 122, 122)
    ]


def test_the_written_mapping_gives_the_same_reading(reading, folder, tmp_path):
    again = read([folder / name for name in FILES], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert again.files == reading.files
    assert again.mapping.as_toml() == reading.mapping.as_toml()
    for table in ("sale_lines", "payments", "customers", "products"):
        assert rows(again, f"FROM {table} ORDER BY ALL") == rows(reading, f"FROM {table} ORDER BY ALL")


def test_the_analysis_takes_payments_beside_lines(reading):
    result = analyse(reading.facts, periods=("2003", "2004"))
    assert (result.measure, result.bridge.sales_start, result.bridge.sales_end) == ("gross margin", D("3317348.39"), D("4515905.51"))
