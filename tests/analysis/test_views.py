"""Views: sums of the cube by customer, product, family, manager, segment and month, with every level of the waterfall."""

from __future__ import annotations

import pytest
from tests.cast import PRODUCTS, D, activity, by, cost, invoice, policy_of, row_of, rows_of, studied

SALES = (
    invoice("2023-01-05", "1", "Ann", "tea", 3, 30, list_value=40, charges=2, rebate=1, product_cost=10),
    invoice("2023-02-05", "2", "Ann", "saw", 1, 50, list_value=50, product_cost=20),
    invoice("2023-02-06", "3", "Cleo", "cup", 1, 20, list_value=20, product_cost=5),
    invoice("2023-02-07", "4", "Cleo", "pen", 1, 8, list_value=8, product_cost=3, manager_key="Mia"),
)
CUSTOMERS = (
    {"customer_key": "Ann", "name": "Ann & Co", "segment": "Retail", "country": "FI", "manager_key": "Nobody", "row": 2},
    {"customer_key": "Ann", "name": "Ann Oy", "segment": "Retail", "country": "FI", "manager_key": "Nobody", "row": 3},
    {"customer_key": "Bob", "name": "Bob Ab", "manager_key": "Otto", "row": 4},
)
POLICY = policy_of({"name": "shelves", "driver": "lines", "avoidable": 1}, {"name": "desk", "driver": "orders"}, {"name": "care", "driver": "visits"})


@pytest.fixture(scope="module")
def result():
    """Shelves 3 a line, desk 5 an order, and a visit of 4 to Bob who bought nothing."""
    costs = [cost("2023-01", "shelves", 3), cost("2023-01", "desk", 5), cost("2023-02", "shelves", 9), cost("2023-02", "desk", 15), cost("2023-02", "care", 4)]
    visits = [activity("2023-02-20", "visit", "Bob")]
    return studied(SALES, costs=costs, activities=visits, policy=POLICY, products=PRODUCTS, customers=CUSTOMERS, periods=("2023-01", "2023-02"))


def test_a_customers_row_falls_level_by_level(result):
    row = row_of(result, "customers", customer="Ann")
    earlier = ("list_value", "discount", "charges", "invoiced_sales", "rebate", "net_sales", "product_cost", "gross_margin")
    assert [row[f"{name}_earlier"] for name in earlier] == [40, 10, 2, 32, 1, 31, 10, 21]
    below = ("shelves", "desk", "product_contribution", "contribution", "net_profit", "avoidable_profit")
    assert [row[f"{name}_earlier"] for name in below] == [3, 5, 18, 13, 13, 18]
    assert [row[f"{name}_later"] for name in below] == [3, 5, 27, 22, 22, 27]


def test_a_customer_who_was_visited_and_bought_nothing_keeps_its_row(result):
    row = row_of(result, "customers", customer="Bob")
    assert (row["name"], row["net_sales_later"], row["care_later"], row["net_profit_later"]) == ("Bob Ab", 0, 4, -4)


def test_what_is_known_of_a_customer_stands_in_its_row(result):
    """The last row of the file counts; the manager is the last document's, else the file's."""
    told = {row["customer"]: (row["name"], row["segment"], row["country"], row["manager"]) for row in rows_of(result.tables["customers"])}
    assert told == {"Ann": ("Ann Oy", "Retail", "FI", "Mia"), "Bob": ("Bob Ab", None, None, "Otto"), "Cleo": (None, None, None, "Mia")}


def test_views_by_product_end_before_order_level_cost(result):
    """Cost of orders and customers stands in rows of its own, so that every cut has the same total."""
    told = {row["product"]: (row["level"], row["product_contribution_later"], row["net_profit_later"]) for row in rows_of(result.tables["products"])}
    assert told == {
        "tea": ("line", 0, 0),
        "saw": ("line", 27, 27),
        "cup": ("line", 12, 12),
        "pen": ("line", 2, 2),
        "order": ("order", 0, -15),
        "customer": ("customer", 0, -4),
    }


def test_families_sum_their_products_and_a_product_without_one_is_its_own(result):
    assert by(result.tables["families"], "family", value="gross_margin_later") == {"Table": 15, "Tools": 30, "pen": 5, "order": 0, "customer": 0}


def test_managers_are_the_documents_and_segments_the_customers(result):
    """Otto sold the cup; Mia the saw and the pen. Bob, who has no document, is in the customers file Otto's; his visit names nobody."""
    assert by(result.tables["managers"], "manager", value="net_profit_later") == {"Mia": D(24) - 5 - 5 + 5, "Otto": 12 - 5, "": -4}
    assert by(result.tables["segments"], "segment", value="net_profit_later") == {"Retail": 22, "": D(15) + 5 - 6 - 10 - 4}


def test_months_are_of_all_the_data(result):
    told = [tuple(row[name] for name in ("net_sales", "gross_margin", "net_profit", "customers", "invoices")) for row in rows_of(result.tables["months"])]
    assert told == [(31, 21, 13, 1, 1), (78, 50, 22, 2, 3)]


def test_without_cost_to_serve_views_end_at_gross_margin():
    result = studied(SALES)
    columns = result.tables["customers"].column_names
    assert "gross_margin_later" in columns
    assert not [name for name in columns if "contribution" in name or "net_profit" in name]


def test_of_one_period_there_are_no_columns_of_an_earlier_one():
    result = studied(SALES[1:])
    assert not [name for name in result.tables["customers"].column_names if name.endswith("_earlier")]


def test_a_product_called_order_is_not_taken_for_the_orders():
    """The key "order" of a real product has the level line."""
    sale_lines = [invoice("2023-02-05", "1", "Ann", "order", 1, 50, product_cost=20)]
    result = studied(sale_lines, costs=[cost("2023-02", "desk", 5)], policy=POLICY)
    assert {row["level"]: row["net_profit_later"] for row in rows_of(result.tables["products"])} == {"line": 30, "order": -5}
