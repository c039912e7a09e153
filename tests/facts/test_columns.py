"""The tables of facts as other rooms rely on them."""

from __future__ import annotations

import pytest

from goodterms.facts.columns import FACT_TABLES, MASTER_TABLES, TABLES, Kind


def test_tables_are_found_by_their_name():
    assert list(TABLES) == [
        "sale_lines", "purchase_lines", "payments", "activities", "costs", "gl_balances", "rebates", "stock", "plan", "rates", "customers", "products",
        "suppliers",
    ]  # fmt: skip
    assert all(TABLES[name].name == name for name in TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=str)
def test_columns_of_a_table_are_named_once_and_say_what_they_mean(table):
    assert len(set(table.column_names)) == len(table.column_names)
    assert all(column.meaning for column in table.columns)


@pytest.mark.parametrize("table", TABLES.values(), ids=str)
def test_key_of_a_table_stands_among_its_columns(table):
    assert set(table.key) <= set(table.column_names)


@pytest.mark.parametrize("table", TABLES.values(), ids=str)
def test_every_row_carries_its_origin(table):
    assert table.column_names[-2:] == ("file", "row")


def test_facts_hold_keys_and_master_files_hold_names():
    """Facts never hold a customer's or product's name; an account's name belongs to the general ledger."""
    assert [table.name for table in MASTER_TABLES if "name" in table.column_names] == ["customers", "products", "suppliers"]
    assert [table.name for table in FACT_TABLES if "name" in table.column_names] == []


def test_kind_of_a_column_and_of_an_attribute():
    sale_lines = TABLES["sale_lines"]
    assert [sale_lines.kind_of(name) for name in ("date", "net_value", "row", "customer_key", "attribute:rush")] == [
        Kind.DATE,
        Kind.DECIMAL,
        Kind.INTEGER,
        Kind.TEXT,
        Kind.DECIMAL,
    ]
