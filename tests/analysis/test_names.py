"""What the sources know of customers and products: the last row that says anything counts, and the order of rows does not."""

from __future__ import annotations

import pytest
from tests.cast import engine, exact, rows_of

from goodterms.analysis.names import customers_known, products_known
from goodterms.facts.book import facts_from_rows

SAID = [
    {"customer_key": "A", "name": "Ann", "segment": "Retail", "manager_key": "Mia", "file": "old.csv", "row": 2},
    {"customer_key": "A", "name": "Ann & Co", "segment": None, "manager_key": "Otto", "file": "old.csv", "row": 3},
    {"customer_key": "B", "name": "Bob", "file": "old.csv", "row": 4},
    {"customer_key": "B", "name": "Bob Ltd", "country": "FI", "file": "young.csv", "row": 4},
    {"customer_key": None, "name": "Nobody", "file": "old.csv", "row": 5},
]


@pytest.mark.parametrize("rows", [SAID, SAID[::-1]], ids=["in order", "upside down"])
def test_last_row_that_says_anything_counts(rows):
    facts = facts_from_rows(engine(), {"customers": [exact("customers", row) for row in rows]})
    assert sorted(rows_of(customers_known(facts)), key=lambda row: row["counterparty"]) == [
        {"counterparty": "A", "name": "Ann & Co", "segment": "Retail", "country": None, "own_manager": "Otto"},
        {"counterparty": "B", "name": "Bob Ltd", "segment": None, "country": "FI", "own_manager": None},
    ]


@pytest.mark.parametrize("upside_down", [False, True])
def test_products_are_known_the_same_way(upside_down):
    rows = [
        {"product_key": "p", "name": name, "family": family, "file": "p.csv", "row": row} for row, name, family in ((2, "Tea", "Table"), (3, "Tea 2", None))
    ]
    facts = facts_from_rows(engine(), {"products": [exact("products", row) for row in (rows[::-1] if upside_down else rows)]})
    assert rows_of(products_known(facts)) == [{"product": "p", "name": "Tea 2", "family": "Table"}]
