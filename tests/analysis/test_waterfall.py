"""The waterfall: from list price down to what is left after all cost; what the data does not say is not shown as 0."""

from __future__ import annotations

from tests.cast import D, activity, cost, invoice, policy_of, rows_of, studied, waterfall_of

from goodterms.facts.policy import Policy

PLAIN = {"product_cost": 60}
LISTED = {"list_value": 120, "product_cost": 60}


def fall(*pools, costs=(), activities=(), **more):
    """Step → amount of one sale of 100 in 2023-01."""
    line = invoice("2023-01-05", "1", "Ann", "tea", 1, 100, **more)
    result = studied([line], costs=[cost("2023-01", *c) for c in costs], activities=activities, policy=policy_of(*pools))
    return list(waterfall_of(result).items())


def test_each_layer_of_price_falls():
    assert fall(**LISTED, charges=8, rebate=3) == [
        ("list_value", 120),
        ("discount", -20),
        ("charges", 8),
        ("invoiced_sales", 108),
        ("rebate", -3),
        ("net_sales", 105),
        ("product_cost", -60),
        ("gross_margin", 45),
    ]


def test_without_list_prices_it_begins_at_net_sales():
    assert fall(**PLAIN) == [("net_sales", 100), ("product_cost", -60), ("gross_margin", 40)]


def test_charges_or_rebates_without_list_prices_begin_before_them():
    assert fall(**PLAIN, rebate=3) == [
        ("list_value", 100),
        ("invoiced_sales", 100),
        ("rebate", -3),
        ("net_sales", 97),
        ("product_cost", -60),
        ("gross_margin", 37),
    ]


def test_discounts_alone_make_a_list_price():
    assert fall(**PLAIN, discount=20)[:3] == [("list_value", 120), ("discount", -20), ("net_sales", 100)]


def test_without_product_cost_it_ends_at_net_sales():
    """Also where there is cost to serve: without a margin there is nothing to take it from."""
    assert fall({"name": "desk", "driver": "orders"}, costs=[("desk", 5)]) == [("net_sales", 100)]


def test_capacity_used_beyond_what_there_is_is_not_called_unused():
    """An order of 10 minutes: of 5 it uses twice what there is, of 20 half."""
    sale_lines = [invoice(f"2023-0{month}-05", str(month), "Ann", "tea", 1, 100, **PLAIN) for month in (1, 2)]
    costs = [cost("2023-01", "desk", 30), cost("2023-02", "desk", 30)]

    def unused(*capacities):
        text = "version = 1"
        for month, capacity in enumerate(capacities, 1):
            text += f'\n[[policy]]\nfrom = 2023-0{month}-01\n[[policy.pool]]\nname = "desk"\nminutes = "10"\ncapacity_minutes = {capacity}'
        result = studied(sale_lines, costs=costs, policy=Policy.read(text), periods=("2023-01", "2023-02"))
        return next((row.label, row.earlier, row.later) for row in result.waterfall if row.step == "unused")

    assert unused(20, 20) == ("Unused capacity", -15, -15)
    assert unused(5, 5) == ("Overused capacity, assigned beyond its cost", 30, 30)
    assert unused(20, 5) == ("Unused capacity, less overused", -15, 30)


def test_a_layer_has_the_policy_s_name_in_the_table_too():
    result = studied([invoice("2023-01-05", "1", "Ann", "tea", 1, 100, **LISTED)], policy=policy_of(layers={"discount": "campaigns"}))
    told = {row["step"]: row["label"] for row in rows_of(result.tables["waterfall"])}
    assert told["discount"] == "Campaigns" == next(row.label for row in result.waterfall if row.step == "discount")


def test_a_step_stands_at_each_level_where_its_cost_is():
    """The step "service" is caused by lines, orders and visits: one row a level."""
    pools = [{"name": name, "driver": driver, "step": "service"} for name, driver in (("a", "lines"), ("b", "orders"), ("c", "visits"))]
    found = fall(*pools, costs=[("a", 1), ("b", 2), ("c", 4)], activities=[activity("2023-01-05", "visit", "Ann")], **PLAIN)
    assert found[3:] == [
        ("line: service", -1),
        ("product_contribution", 39),
        ("order: service", -2),
        ("customer: service", -4),
        ("contribution", 33),
        ("net_profit", 33),
    ]


def test_steps_stand_in_the_policys_order():
    pools = [{"name": name, "driver": "orders"} for name in ("zebra", "apple", "mango")]
    found = fall(*pools, costs=[("apple", 1), ("mango", 2), ("zebra", 3)], **PLAIN)
    assert [step for step, _amount in found if step.startswith("order")] == ["order: zebra", "order: apple", "order: mango"]


def test_what_no_customer_carries_comes_after_net_profit():
    """Capacity of 10 orders of which one is used, and 5 traced to a pool that holds 3."""
    pools = [{"name": "desk", "minutes": "1", "capacity_minutes": 10}, {"name": "rent", "tier": "sustaining"}, {"name": "interest", "tier": "excluded"}]
    traced = [activity("2023-01-05", "delivery", "Ann", document="1", pool="freight", amount=5)]
    found = fall(*pools, costs=[("desk", 20), ("rent", 6), ("interest", 7), ("freight", 3), ("other", 1)], activities=traced, **PLAIN)
    assert found[3:] == [
        ("order: desk", -2),
        ("order: freight", -5),
        ("contribution", 33),
        ("net_profit", 33),
        ("sustaining", -6),
        ("unused", -18),
        ("unassigned", -1),
        ("excluded", -7),
        ("excess", 2),
        ("after_all_cost", 3),
    ]


def test_both_periods_fall_side_by_side():
    sale_lines = [invoice(f"2023-0{month}-05", str(month), "Ann", "tea", 1, 100 * month, product_cost=60) for month in (1, 2)]
    result = studied(sale_lines, periods=("2023-01", "2023-02"))
    assert [(row.step, row.earlier, row.later) for row in result.waterfall] == [("net_sales", 100, 200), ("product_cost", -60, -60), ("gross_margin", 40, 140)]


def test_each_step_says_how_much_of_it_is_avoidable():
    """All of product cost and rebates; of cost to serve what the policy says, none where it is silent, all of what is traced."""
    pools = [{"name": "desk", "driver": "orders", "avoidable": D("0.25")}, {"name": "care", "driver": "customers"}]
    line = invoice("2023-01-05", "1", "Ann", "tea", 1, 100, rebate=3, **PLAIN)
    traced = [activity("2023-01-05", "delivery", "Ann", document="1", pool="freight", amount=5)]
    result = studied([line], costs=[cost("2023-01", "desk", 8), cost("2023-01", "care", 2)], activities=traced, policy=policy_of(*pools))
    assert {row.step: row.avoidable for row in result.waterfall if row.avoidable is not None} == {
        "rebate": 1,
        "product_cost": 1,
        "order: desk": D("0.25"),
        "order: freight": 1,
        "customer: care": 0,
    }


def test_a_step_at_two_levels_says_which():
    """A return that names its order is handled with the order, one that names none with the customer."""
    sale_lines = [invoice("2023-01-05", "1", "Ann", "tea", 1, 100, product_cost=30, order_number="o1")]
    done = [activity("2023-01-08", "return", "Ann", order_number="o1"), activity("2023-01-09", "return", "Ann")]
    result = studied(
        sale_lines, activities=done, costs=[cost("2023-01", "care", 20)], policy=policy_of({"name": "care", "driver": "returns", "step": "returns"})
    )
    assert {row.step: row.label for row in result.waterfall if row.step.endswith(": returns")} == {
        "order: returns": "Returns (orders)",
        "customer: returns": "Returns (customers)",
    }
