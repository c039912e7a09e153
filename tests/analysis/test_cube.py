"""The cube: the one thing that every view is made from, so that every cut has the same total."""

from __future__ import annotations

import pytest
from tests.cast import PRODUCTS, activity, cost, credit_note, drivers_of, invoice, policy_of, rows_of, steps_of, studied

from goodterms.analysis.cost_to_serve import share_costs
from goodterms.analysis.cube import DIMENSIONS, sales_cube, whole_cube

SALES = (
    invoice("2023-01-05", "1", "Ann", "tea", 3, 30, list_value=40, charges=2, rebate=1, product_cost=10, weight=4, channel="web"),
    invoice("2023-01-20", "2", "Ann", "tea", 1, 9, list_value=10, product_cost=3, channel="web"),
    credit_note("2023-01-21", "C1", "Ann", "tea", -1, -10, list_value=-10, product_cost=-3, weight=-1, channel="web"),
    invoice("2023-02-05", "3", "Bob", "saw", 1, 50, product_cost=20),
    invoice("2023-02-06", "4", "Bob", "cup", 1, 5),
    invoice("2023-02-07", "5", None, "tea", 1, 7, product_cost=3, entity="Oy"),
)


def test_a_cell_sums_layers_and_nets_while_counts_are_never_netted():
    cell = next(row for row in rows_of(drivers_of(SALES).cube) if row["counterparty"] == "Ann")
    assert {name: cell[name] for name in ("quantity", "list_value", "discount", "charges", "rebate", "net_sales", "product_cost")} == {
        "quantity": 3,
        "list_value": 40,
        "discount": 11,
        "charges": 2,
        "rebate": 1,
        "net_sales": 30,
        "product_cost": 10,
    }
    assert {name: cell[name] for name in ("lines", "credit_note_lines", "units", "kg", "value")} == {
        "lines": 2,
        "credit_note_lines": 1,
        "units": 4,
        "kg": 4,
        "value": 39,
    }


def test_sales_with_and_without_a_known_cost_are_cells_apart():
    cells = rows_of(drivers_of([SALES[3], SALES[3] | {"document": "6", "product_cost": None}]).cube)
    assert sorted((cell["costed"], cell["net_sales"], cell["product_cost"]) for cell in cells) == [(False, 50, 0), (True, 50, 20)]


def test_costs_of_orders_and_customers_stand_in_rows_without_sales():
    policy = policy_of({"name": "shelves", "driver": "lines"}, {"name": "desk", "driver": "orders"}, {"name": "care", "driver": "visits", "avoidable": 1})
    costs = [cost("2023-02", name, 12) for name in ("shelves", "desk", "care")]
    drivers = drivers_of(SALES[3:5], costs=costs, activities=[activity("2023-02-09", "visit", "Cleo")])
    shares = share_costs(drivers, policy, lambda _text: None).shares
    cube = rows_of(whole_cube(drivers.cube, shares, ["shelves", "desk", "care"]))
    columns = ("counterparty", "product", "level", "net_sales", "shelves", "desk", "care", "avoidable_cost")
    told = sorted(tuple(row[column] for column in columns) for row in cube)
    assert told == [
        ("Bob", "cup", "line", 5, 6, 0, 0, 0),
        ("Bob", "order", "order", 0, 0, 12, 0, 0),
        ("Bob", "saw", "line", 50, 6, 0, 0, 0),
        ("Cleo", "customer", "customer", 0, 0, 0, 12, 12),
    ]
    assert {row["product"]: row["sales_without_cost"] for row in cube} == {"cup": 5, "saw": 0, "order": 0, "customer": 0}


@pytest.fixture(scope="module")
def result():
    """A whole study with costs of every level, in both periods."""
    policy = policy_of(
        {"name": "shelves", "driver": "lines"}, {"name": "desk", "driver": "orders"}, {"name": "care", "driver": "customers"}, across_entities=True
    )
    costs = [cost(f"2023-0{month}", name, amount) for month in (1, 2) for name, amount in (("shelves", "10.0001"), ("desk", 7), ("care", 5))]
    customers = [{"customer_key": "Ann", "segment": "Retail"}]
    sale_lines = [row | {"product_cost": row.get("product_cost", 2)} for row in SALES]
    return studied(sale_lines, costs=costs, policy=policy, products=PRODUCTS, customers=customers, periods=("2023-01", "2023-02"))


@pytest.mark.parametrize("column", ["net_sales", "gross_margin", "net_profit", "avoidable_profit", "product_cost", "desk"])
@pytest.mark.parametrize("when", ["earlier", "later"])
def test_every_cut_has_the_same_total(result, column, when):
    cuts = ("customers", "products", "families", "managers", "segments")
    totals = {cut: sum(row[f"{column}_{when}"] for row in rows_of(result.tables[cut])) for cut in cuts}
    assert len(set(totals.values())) == 1, totals
    if column in {"net_sales", "gross_margin", "net_profit"}:
        month = 0 if when == "earlier" else 1
        assert rows_of(result.tables["months"])[month][column] == totals["customers"]


def test_the_cube_has_one_row_a_cell(result):
    keys = [tuple(row[name] for name in DIMENSIONS) for row in rows_of(result.tables["cube"])]
    assert len(keys) == len(set(keys))


def test_steps_that_differ_by_case_are_one_step():
    """An engine's columns do not tell Freight from freight; the spelling is the one that the policy has first."""
    policy = policy_of({"name": "a", "driver": "orders", "step": "Freight"}, {"name": "b", "driver": "lines", "step": "freight"})
    result = studied(SALES[3:4], costs=[cost("2023-02", "b", 7), cost("2023-02", "a", 5)], policy=policy)
    assert {row.step: row.later for row in result.waterfall if row.step.lower().endswith("freight")} == {"line: Freight": -7, "order: Freight": -5}


COLUMNS = ["quantity", "month", "level", "sale_lines", "customer", "manager", "line_cost", "avoidable_cost", "family", "NAME"]


@pytest.mark.parametrize("step", COLUMNS)
def test_a_step_that_is_called_like_a_column_is_told_apart(step):
    """The policy's words are its own: a step is never taken for a column of ours."""
    result = studied(SALES[3:4], costs=[cost("2023-02", "a", 5)], policy=policy_of({"name": "a", "driver": "orders", "step": step}))
    found = {row.step: row.later for row in result.waterfall}
    assert (found[f"order: {step} (cost to serve)"], found["net_profit"]) == (-5, 25)


@pytest.mark.parametrize("pool", ["rebate", "Rebate", "net_sales", "Net sales", "Price", "unused"])
def test_a_pool_that_is_its_own_step_is_told_apart_from_rows_of_that_name(pool):
    result = studied(SALES[3:4], costs=[cost("2023-02", pool, 5)], policy=policy_of({"name": pool, "driver": "orders"}))
    found = {row.step: row.later for row in result.waterfall}
    assert (found[f"order: {pool} (cost to serve)"], found["net_profit"]) == (-5, 25)


@pytest.mark.parametrize("step", ["line", "order", "measure_later", "segment manager", "ä/ö; 'q\""])
def test_a_step_may_have_any_other_name(step):
    sale_lines = [SALES[3] | {"date": f"2023-0{month}-05", "document": str(month)} for month in (1, 2)]
    costs = [cost("2023-01", "a", 5), cost("2023-02", "a", 6)]
    policy = policy_of({"name": "a", "driver": "orders", "step": step})
    result = studied(sale_lines, costs=costs, policy=policy, periods=("2023-01", "2023-02"))
    assert {row.step: row.later for row in result.waterfall}[f"order: {step}"] == -6
    assert steps_of(result.bridge) == {f"{step}: rate": -1}


def test_sales_cube_of_nothing_is_empty():
    assert rows_of(sales_cube(drivers_of([]).lines)) == []
