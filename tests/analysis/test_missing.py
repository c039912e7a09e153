"""What the data could not say is stated, not invented, with the file that would let it."""

from __future__ import annotations

from tests.cast import PRODUCTS, activity, cost, invoice, policy_of, studied

EVERYTHING = invoice(
    "2023-01-05", "1", "Ann", "tea", 1, 100, list_value=120, product_cost=50, currency="EUR", channel="web", order_number="7", charges=1, rebate=1, unit="kg"
)
CUSTOMERS = ({"customer_key": "Ann", "name": "Ann", "segment": "Retail"},)


def topics(sale_lines, **tables):
    """What is said to be missing."""
    return {missing.topic: (missing.sentence, missing.file) for missing in studied(sale_lines, **tables).missing}


def test_customer_date_and_amount_alone_say_what_is_not_there():
    found = topics([{"date": "2023-01-05", "kind": "invoice", "customer_key": "Ann", "net_value": 100}])
    assert set(found) == {
        *("list price", "product cost", "product family", "segment", "product", "quantity", "cost to serve", "manager", "currency", "names"),
        *("invoice number", "peers"),
    }
    assert found["list price"][0] == "No list prices in the data: the waterfall begins at net sales, and discounts are not seen."
    assert found["product cost"][0] == "No product cost in the data: the answer stops at net sales."
    assert found["product family"][0] == "No product families: each product is its own family, so mix within families is 0."
    assert all(file for _sentence, file in found.values())


def test_a_file_with_everything_misses_nothing():
    tables = {"costs": [cost("2023-01", "desk", 1)], "activities": [activity("2023-01-05", "visit", "Ann")]}
    assert topics([EVERYTHING], customers=CUSTOMERS, products=PRODUCTS, policy=policy_of({"name": "desk", "driver": "orders"}), **tables) == {
        "peers": ("Nobody has 8 peers: nothing is said of leaks.", "more customers or products, or a smaller peers_min in --policy")
    }


def test_costs_without_a_policy_and_without_activities_are_said():
    found = topics([EVERYTHING], customers=CUSTOMERS, products=PRODUCTS, costs=[cost("2023-01", "desk", 1)])
    assert {topic: sentence for topic, (sentence, _file) in found.items()} == {
        "policy": "No policy: every cost pool is unassigned.",
        "activities": "No activities: deliveries, visits, calls, tickets and returns cannot drive cost.",
        "peers": "Nobody has 8 peers: nothing is said of leaks.",
    }


def test_lines_without_any_customer_are_said():
    assert "customer" in topics([EVERYTHING | {"customer_key": None}])
