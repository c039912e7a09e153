"""Northwind from its own files: lines, order heads with freight, products, categories, customers and suppliers, joined by the mapping beside this test."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from goodterms.intake import read
from goodterms.intake.joins.join import matched_share
from goodterms.intake.mapping.mapping_file import Mapping

pytestmark = pytest.mark.real
D = Decimal
DAY = dt.date
MAPPING = Path(__file__).with_name("northwind.toml")
FILES = ("order-details.csv", "orders.csv", "products.csv", "categories.csv", "customers.csv", "suppliers.csv")


@pytest.fixture(scope="module")
def folder(real_data):
    """The folder of the files."""
    return real_data / "northwind"


@pytest.fixture(scope="module")
def reading(folder):
    """All files, named together."""
    return read([folder / name for name in FILES], mapping=MAPPING)


def rows(reading, sql):
    return reading.facts.engine.con.execute(sql).fetchall()


def heads(folder):
    """Each order's freight by another reader: it stands left of the address that has a comma too many."""
    with (folder / "orders.csv").open(encoding="utf-8", newline="") as stream:
        cells = list(csv.reader(stream))[1:]
    return {row[0]: D(row[7]) for row in cells}, sum(len(row) == 15 for row in cells)


def test_every_file_is_whole(reading):
    found = [(Path(a.file).name, a.table, a.physical, a.accepted, a.rejected, a.set_aside, a.met_again) for a in reading.files]
    assert found == [
        ("order-details.csv", "sale_lines", 2_156, 2_155, 0, 1, 0),
        ("products.csv", "products", 78, 77, 0, 1, 0),
        ("customers.csv", "customers", 92, 91, 0, 1, 0),
        ("suppliers.csv", "suppliers", 30, 29, 0, 1, 0),
    ]


def test_sales_after_discounts(reading):
    """1,265,793.04 to the cent; 830 orders of 89 customers, sold by nine people."""
    assert rows(reading, "SELECT count(*), sum(list_value), sum(discount), sum(net_value) FROM sale_lines") == [
        (2_155, D("1354458.59"), D("88665.5505"), D("1265793.0395"))
    ]
    assert rows(
        reading, "SELECT count(DISTINCT document), count(DISTINCT customer_key), count(DISTINCT manager_key), min(date), max(date) FROM sale_lines"
    ) == [(830, 89, 9, DAY(1996, 7, 4), DAY(1998, 5, 6))]


def test_freight_is_charged_per_order(reading, folder):
    """What the head says, to the cent, whatever the number of its lines; spread by value."""
    freight, _ = heads(folder)
    assert dict(rows(reading, "SELECT document, sum(charges) FROM sale_lines GROUP BY 1")) == freight
    assert sum(freight.values()) == D("64942.69")
    assert rows(reading, "SELECT product_key, net_value, charges FROM sale_lines WHERE document = '10248' ORDER BY row") == [
        ("11", D("168.0000"), D("12.3633")),
        ("42", D("98.0000"), D("7.2119")),
        ("72", D("174.0000"), D("12.8048")),
    ]


def test_ragged_rows_are_taken_and_each_is_a_warning(reading, folder):
    _, ragged = heads(folder)
    assert ragged == 176
    found = Counter()
    for problem in reading.problems:
        found[problem.code, Path(problem.origin.file).name] += problem.rows
    assert found == {
        ("ragged-row", "orders.csv"): 176,
        ("ragged-row", "customers.csv"): 24,
        ("ragged-row", "suppliers.csv"): 9,
        ("file-joined", "orders.csv"): 1,
        ("file-joined", "categories.csv"): 1,
    }


def test_every_row_has_a_partner(reading):
    assert reading.files[0].said[0] == f"{matched_share(2_155, 2_155)} have a partner in orders.csv by orderID = orderID."
    assert reading.files[1].said[0] == f"{matched_share(77, 77)} have a partner in categories.csv by categoryID = categoryID."


def test_customers_and_suppliers(reading):
    """Countries stand right of the gap in ragged rows: 21 and 16 of them, as in the files."""
    assert rows(reading, "SELECT count(*), count(name), count(country), count(DISTINCT country) FROM customers") == [(91, 91, 91, 21)]
    assert rows(reading, "SELECT count(*), count(name), count(country), count(DISTINCT country) FROM suppliers") == [(29, 29, 29, 16)]
    assert rows(reading, "SELECT name, country FROM suppliers WHERE supplier_key = '5'") == [("Cooperativa de Quesos 'Las Cabras'", "Spain")]
    assert rows(reading, "SELECT count(*), count(family), count(DISTINCT family), count(list_price) FROM products") == [(77, 77, 8, 77)]
    assert rows(reading, "SELECT count(*) FROM products ANTI JOIN suppliers USING (supplier_key)") == [(0,)]
    assert rows(reading, "SELECT count(*) FROM sale_lines ANTI JOIN customers USING (customer_key)") == [(0,)]
    assert rows(reading, "SELECT count(*) FROM sale_lines ANTI JOIN products USING (product_key)") == [(0,)]


def test_without_ragged_the_heads_are_rejected_and_said(folder):
    """Nothing is dropped in silence: 176 heads cannot be read, and the 439 lines that look for them are given back."""
    plain = Mapping.read(MAPPING.read_text("utf-8").replace("ragged = { keep_left = 9, keep_right = 4 }", ""))
    reading = read([folder / "order-details.csv"], mapping=plain)
    assert (reading.accepted, reading.rejected, reading.set_aside) == (1_716, 439, 1)
    (alone,) = [problem for problem in reading.problems if problem.code == "no-partner"]
    assert (alone.rows, alone.seen) == (439, "10250")
    refused = {problem.origin.row for problem in reading.problems if Path(problem.origin.file).name == "orders.csv" and problem.origin.row}
    assert len(refused) == 176


def test_the_written_mapping_gives_the_same_reading(reading, folder, tmp_path):
    again = read([folder / name for name in FILES], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert again.files == reading.files
    assert again.mapping.as_toml() == reading.mapping.as_toml()
    for table in ("sale_lines", "customers", "suppliers", "products"):
        assert rows(again, f"FROM {table} ORDER BY ALL") == rows(reading, f"FROM {table} ORDER BY ALL")
