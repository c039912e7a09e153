"""What files say of customers, suppliers and products: one row each, and a product one for each day from which a price holds."""

from __future__ import annotations

from decimal import Decimal

from goodterms.intake import read
from goodterms.problems import Severity

D = Decimal
SALE = "Invoice;Date;Customer;Product;Quantity;Net amount\n1;2024-01-05;A;P1;10;100.00\n"


def products(reading):
    rows = reading.facts["products"].to_pyarrow().select(["product_key", "name", "unit_cost", "valid_from"]).to_pylist()
    return [(row["product_key"], row["name"], row["unit_cost"], row["valid_from"] and row["valid_from"].isoformat()) for row in rows]


def test_two_costs_of_a_product_are_said_with_both_and_the_last_one_counts(write):
    costs = write("p.csv", "Product;Name;Unit cost;List price\nP1;Lamp;3.00;5\nP2;Desk;4.00;7\nP1;Lamp;9.00;5\nP2;Desk;;8\n")
    reading = read([write("s.csv", SALE)], products=[costs])
    assert products(reading) == [("P1", "Lamp", D(9), None), ("P2", "Desk", D(4), None)]
    assert [(p.code, p.severity, p.origin.row, p.sentence) for p in reading.problems] == [
        ("price-twice", Severity.WARNING, 4, "P1 has more than one cost at once, 3.00 and 9.00: the last one counts."),
        ("price-twice", Severity.WARNING, 5, "P2 has more than one list price at once, 7.00 and 8.00: the last one counts."),
    ]


def test_of_two_files_the_later_one_counts(write):
    one, other = write("a.csv", "Product;Unit cost\nP0;1\nP1;3.00\n"), write("b.csv", "Product;Unit cost\nP1;9.00\n")
    reading = read([write("s.csv", SALE)], products=[one, other])
    assert products(reading) == [("P0", None, D(1), None), ("P1", None, D(9), None)]
    assert [(p.code, p.origin.file) for p in reading.problems] == [("price-twice", str(other))]


def test_costs_of_two_days_stay_and_equal_rows_are_a_notice(write):
    costs = write("p.csv", "Product;Unit cost;Valid from\nP1;3.00;2024-01-01\nP1;9.00;2024-02-01\nP1;9.00;2024-02-01\n")
    reading = read([write("s.csv", SALE)], products=[costs])
    assert products(reading) == [("P1", None, D(3), "2024-01-01"), ("P1", None, D(9), "2024-02-01")]
    assert [(p.severity, p.sentence) for p in reading.problems] == [(Severity.NOTICE, "1 product stands in more than one row; the last one counts.")]


def test_of_two_rows_of_a_customer_the_last_one_that_says_something_counts(write):
    customers = write("c.csv", "Customer;Name;Segment\nA;Ann;retail\nA;Ann Oy;\n")
    reading = read([write("s.csv", SALE)], customers=[customers])
    (row,) = reading.facts["customers"].to_pyarrow().to_pylist()
    assert (row["name"], row["segment"], row["row"]) == ("Ann Oy", "retail", 3)
    assert [p.sentence for p in reading.problems] == ["1 customer stands in more than one row; the last one counts."]
