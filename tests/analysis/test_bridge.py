"""The bridge: why profit changed, exactly, nested in customers and families. Every worked example is one short enough to follow by hand."""

from __future__ import annotations

import pytest
from tests.cast import FAMILY_OF, MANAGER_OF, PRODUCTS, D, activity, cost, credit_note, day, drivers_of, invoice, policy_of, rows_of, steps_of, studied

from goodterms.analysis.bridge import build_bridge
from goodterms.analysis.cost_to_serve import share_costs
from goodterms.analysis.names import products_known

BEFORE, NOW = "2022-06", "2023-06"
ALWAYS = ["new customers", "lost customers", "adjustments", "new families", "lost families", "price: list", "cost", "volume", "mix between", "mix within"]


def sold(when, customer, product, quantity, net_value, product_cost=None, **more):
    """A line in one of the two periods."""
    kind = credit_note if quantity < 0 or net_value < 0 else invoice
    more.setdefault("document", f"{when}{customer}{product}")
    return kind(f"{when}-15", more.pop("document"), customer, product, quantity, net_value, product_cost=product_cost, **more)


def tables_of(sale_lines, *, measure="gross margin", quantities="value", policy=None, products=PRODUCTS, **tables):
    """The bridge with its tables, from rows; cost to serve where there is a policy."""
    drivers = drivers_of(sale_lines, policy=policy, products=products, **tables)
    shared = share_costs(drivers, policy, lambda _text: None).shares if policy else None
    return build_bridge(
        drivers.cube,
        products_known(drivers.facts),
        shared,
        engine=drivers.facts.engine,
        name="bridge",
        months=([day(BEFORE)], [day(NOW)]),
        labels=(BEFORE, NOW),
        measure="net profit" if policy else measure,
        quantities=quantities,
    )


def bridge_of(sale_lines, **how):
    """The bridge, whose parts have summed to its change."""
    bridge = tables_of(sale_lines, **how).bridge
    assert sum(step.amount for step in bridge.steps) == bridge.change
    return bridge


class TestCustomers:
    """New and lost customers are judged first."""

    def test_the_own_group_is_nobody_to_win_or_lose(self):
        """As sales without a customer: the own group begins in the later period with tea, a family that is new there."""
        lines = [sold(NOW, "Oy", "tea", 1, 30, 10), *(sold(when, "Ann", "saw", 1, 10, 5) for when in (BEFORE, NOW))]
        bridge = bridge_of(lines, policy=policy_of({"name": "desk", "driver": "orders"}, intercompany=["Oy"]), costs=[cost(NOW, "desk", 4)])
        assert steps_of(bridge) == {"new families": 20, "desk: activity": -4}
        assert bridge.counts == {"new": 0, "lost": 0, "continuing": 1, "neither": 0}

    def test_sales_are_all_sales_and_every_customer_is_counted_where_cost_is_known_of_some(self):
        """Bob's pots have no known cost: he continues, and his 100 are sales that stand outside the margin; of 200 and 250, 100 and 150 are Ann's tea."""
        lines = [sold(when, "Bob", "pot", 1, 100) for when in (BEFORE, NOW)]
        lines += [sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 15, 150, 90)]
        bridge = bridge_of(lines)
        assert (bridge.start, bridge.end, bridge.sales_start, bridge.sales_end) == (40, 60, 200, 250)
        assert bridge.counts == {"new": 0, "lost": 0, "continuing": 2, "neither": 0}
        assert [(share.level, share.continuing, share.share_earlier, share.share_later) for share in bridge.continuing] == [
            ("customers", 2, 1, 1),
            ("customer x family", 1, D("0.5"), D("0.6")),
            ("items", 1, D("0.5"), D("0.6")),
        ]

    def test_new_and_lost_customers_are_whole(self):
        """Ann (margin 40) stops buying, Cleo (margin 15) begins, Bob stays as he was."""
        bridge = bridge_of(
            [
                sold(BEFORE, "Ann", "tea", 10, 100, 60),
                sold(NOW, "Cleo", "saw", 1, 20, 5),
                *(sold(when, "Bob", "tea", 5, 50, 30) for when in (BEFORE, NOW)),
            ]
        )
        assert steps_of(bridge) == {"new customers": 15, "lost customers": -40}
        assert (bridge.start, bridge.end, bridge.sales_start, bridge.sales_end) == (60, 35, 150, 70)
        assert bridge.counts == {"new": 1, "lost": 1, "continuing": 1, "neither": 0}
        assert [step.step for step in bridge.steps] == ALWAYS

    def test_what_credit_notes_alone_leave_in_the_empty_period_is_an_adjustment(self):
        """Ann stopped buying (−40) and got 7 back later, with no cost; Cleo, who is new (+15), had been given 3 before."""
        bridge = bridge_of(
            [
                sold(BEFORE, "Ann", "tea", 10, 100, 60),
                sold(NOW, "Ann", "tea", 0, -7, 0),
                sold(BEFORE, "Cleo", "tea", 0, -3, 0),
                sold(NOW, "Cleo", "saw", 1, 20, 5),
            ]
        )
        assert steps_of(bridge) == {"new customers": 15, "lost customers": -40, "adjustments": -4}

    def test_a_customer_with_credit_notes_only_is_an_adjustment(self):
        bridge = bridge_of([sold(BEFORE, "Bob", "tea", -2, -20, -8), sold(NOW, "Bob", "tea", -1, -10, -4)])
        assert steps_of(bridge) == {"adjustments": 6}
        assert bridge.counts == {"new": 0, "lost": 0, "continuing": 0, "neither": 1}

    def test_no_customer_always_continues(self):
        """Lines without a customer in one period only: their products are new or dropped, nobody is."""
        bridge = bridge_of([sold(BEFORE, None, "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 1, 10, 6)])
        assert steps_of(bridge) == {"new customers": 4, "lost families": -40}
        assert bridge.counts["lost"] == 0

    def test_an_invoice_line_of_nothing_is_still_buying(self):
        """Free goods alone make a customer continue; the free goods are an adjustment."""
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 1, 0, 6)])
        assert steps_of(bridge) == {"adjustments": -46}
        assert bridge.counts["continuing"] == 1


class TestAdjustments:
    """Returns above sales, price-only credit notes and free goods leave the steps below."""

    AROUND = tuple(sold(when, "Ann", "saw", 1, 50, 20, document="around") for when in (BEFORE, NOW))

    @pytest.mark.parametrize(
        ("now", "change"),
        [
            ([("tea", 10, 100, 60), ("tea", -12, -120, -72)], -8 - 40),
            ([("tea", 0, -15, 0)], -15 - 40),
            ([("tea", 4, 0, 24)], -24 - 40),
            ([("tea", 4, -1, 24)], -25 - 40),
            ([("tea", 0, 0, 5)], -5 - 40),
        ],
    )
    def test_the_whole_change_of_such_an_item_is_an_adjustment(self, now, change):
        """Ann's tea earned 40 before. Now more comes back than is sold; only a price credit is left; it is given away; or only a cost is left."""
        lines = [sold(NOW, "Ann", *line, document=str(n)) for n, line in enumerate(now)]
        assert steps_of(bridge_of([*self.AROUND, sold(BEFORE, "Ann", "tea", 10, 100, 60), *lines])) == {"adjustments": change}

    def test_in_the_earlier_period_too(self):
        lines = [*self.AROUND, sold(BEFORE, "Ann", "tea", 0, -15, 0), sold(NOW, "Ann", "tea", 10, 100, 60)]
        assert steps_of(bridge_of(lines)) == {"adjustments": 55}

    def test_a_return_below_sales_is_netted(self):
        """10 sold and 2 returned at the old price and cost is a volume of 8: −20 % of 40."""
        lines = [*self.AROUND, sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", -2, -20, -12)]
        steps = steps_of(bridge_of(lines))
        assert set(steps) == {"volume", "mix between"}
        assert sum(steps.values()) == -8

    def test_what_nets_to_nothing_is_not_sold(self):
        """Sold and returned whole: the tea is dropped, and is no adjustment."""
        lines = [*self.AROUND, sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 5, 50, 30), sold(NOW, "Ann", "tea", -5, -50, -30)]
        assert steps_of(bridge_of(lines)) == {"lost families": -40}


class TestFamilies:
    """A renewed range is not a new family: families are judged before products."""

    def test_new_and_lost_families_at_a_continuing_customer(self):
        """Tools (margin 30) come, the table (margin 40) goes."""
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "saw", 1, 50, 20)])
        assert steps_of(bridge) == {"new families": 30, "lost families": -40}

    def test_a_renewed_product_is_mix_within_its_family(self):
        """Tea (40 on sales of 100) makes way for cups (30 on sales of 100): same value, so no volume; the family earns 10 less within."""
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "cup", 2, 100, 70)])
        assert steps_of(bridge) == {"mix within": -10}

    def test_without_families_each_product_is_its_own(self):
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "cup", 2, 100, 70)], products=())
        assert steps_of(bridge) == {"new families": 30, "lost families": -40}

    def test_families_are_judged_on_what_adjustments_left(self):
        """The tools of before were only given away: with saws sold now, Tools are a new family; the free axe is an adjustment."""
        products = [*PRODUCTS, {"product_key": "axe", "family": "Tools"}]
        lines = [
            sold(BEFORE, "Ann", "axe", 1, 0, 20),
            *(sold(when, "Ann", "tea", 10, 100, 60) for when in (BEFORE, NOW)),
            sold(NOW, "Ann", "saw", 1, 50, 20),
        ]
        assert steps_of(bridge_of(lines, products=products)) == {"adjustments": 20, "new families": 30}


class TestPriceAndCost:
    """Over products sold in both periods at the same customer, at the later quantity."""

    def test_price_and_cost_at_the_later_quantity(self):
        """12 teas at 9 instead of 10, and at a cost of 7 instead of 6: price −12, cost −12; 20 % more of a margin of 40 is 8 of volume."""
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 12, 108, 84)])
        assert steps_of(bridge) == {"price: list": -12, "cost": -12, "volume": 8}

    def test_price_falls_into_its_layers(self):
        """A unit before: list 12, discount 2, charges 1, rebate 0.5 → net 10.5. Now, 10 units: list 13, discount 4, charges 0.5, rebate 1 → 8.5.

        List +10, discount −20, charges −5, rebate −5: price −20.
        """
        lines = [
            sold(BEFORE, "Ann", "tea", 10, 100, 60, list_value=120, charges=10, rebate=5),
            sold(NOW, "Ann", "tea", 10, 90, 60, list_value=130, charges=5, rebate=10),
        ]
        bridge = bridge_of(lines)
        assert steps_of(bridge) == {"price: list": 10, "price: discount": -20, "price: charges": -5, "price: rebate": -5}
        assert (bridge.start, bridge.end) == (45, 25)

    def test_prices_are_this_customers_own(self):
        """Ann pays 10 and Cleo 20, before and now: nobody's price changed, though the average did."""
        lines = [
            sold(BEFORE, "Ann", "tea", 10, 100, 60),
            sold(NOW, "Ann", "tea", 20, 200, 120),
            sold(BEFORE, "Cleo", "tea", 10, 200, 60),
            sold(NOW, "Cleo", "tea", 5, 100, 30),
        ]
        steps = steps_of(bridge_of(lines))
        assert set(steps) == {"mix between"}
        assert steps["mix between"] == 80 + 70 - 40 - 140

    def test_different_units_of_a_product_are_different_items(self):
        """Tea by the kilo at 10 and by the box at 100: no price has changed."""
        lines = [
            sold(BEFORE, "Ann", "tea", 10, 100, 60, unit="kg"),
            sold(NOW, "Ann", "tea", 1, 100, 60, unit="box"),
        ]
        assert steps_of(bridge_of(lines)) == {}

    def test_without_product_cost_the_measure_is_net_sales(self):
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100), sold(NOW, "Ann", "tea", 12, 108)], measure="net sales")
        assert steps_of(bridge) == {"price: list": -12, "volume": 20}
        assert (bridge.start, bridge.end) == (100, 108)
        assert "cost" not in {step.step for step in bridge.steps}

    def test_sales_without_a_known_cost_stay_outside_margin(self):
        lines = [sold(when, "Ann", "tea", 10, 100, 60) for when in (BEFORE, NOW)] + [sold(NOW, "Ann", "saw", 1, 4)]
        bridge = bridge_of(lines)
        assert (bridge.change, bridge.end, bridge.sales_end) == (0, 40, 104)


class TestVolumeAndMix:
    """Growth of all, and who and what grew more."""

    def test_proportional_growth_has_no_mix(self):
        """Everything half as much again, at the old prices and costs: all of it is volume, half of the margin of 108."""
        before = [("Ann", "tea", 10, 100, 60), ("Ann", "cup", 4, 40, 10), ("Ann", "saw", 2, 60, 50), ("Cleo", "saw", 2, 50, 22)]
        lines = [sold(BEFORE, *line) for line in before]
        lines += [sold(NOW, who, what, D(quantity) * 3 / 2, D(net) * 3 / 2, D(paid) * 3 / 2) for who, what, quantity, net, paid in before]
        for quantities in ("value", "physical"):
            assert steps_of(bridge_of(lines, quantities=quantities)) == {"volume": D(108) / 2}

    def test_mix_between_customers_and_families_by_value(self):
        """Table: 100 of sales, margin 40; Tools: 100, margin 10. Now 150 and 50, at the old prices: no volume, and mix 0.5 × 40 − 0.5 × 10."""
        lines = [
            sold(BEFORE, "Ann", "tea", 10, 100, 60),
            sold(NOW, "Ann", "tea", 15, 150, 90),
            sold(BEFORE, "Ann", "saw", 10, 100, 90),
            sold(NOW, "Ann", "saw", 5, 50, 45),
        ]
        assert steps_of(bridge_of(lines)) == {"mix between": 15}

    def test_value_quantities_are_at_the_earlier_prices_and_physical_ones_are_units(self):
        """Ann's tea goes from 10 to 20 units at 10, her saws stay 10 units at 1: by value k is 210 ÷ 110, by units 30 ÷ 20.

        Margins 40 and 5. By value: volume 45 × 100/110, mix the rest of 40. By units: volume 22.5, mix 17.5.
        """
        lines = [
            sold(BEFORE, "Ann", "tea", 10, 100, 60),
            sold(NOW, "Ann", "tea", 20, 200, 120),
            *(sold(when, "Ann", "saw", 10, 10, 5) for when in (BEFORE, NOW)),
        ]
        physical = steps_of(bridge_of(lines, quantities="physical"))
        assert physical == {"volume": D("22.5"), "mix between": D("17.5")}
        value = steps_of(bridge_of(lines))
        assert abs(value["volume"] - D(4500) / 110) < D("0.0000001")
        assert value["volume"] + value["mix between"] == 40

    def test_products_of_one_period_only_weigh_by_their_own_sales(self):
        """Table before: tea 100 (40). Now tea 50 (20) and cups 100 (10): quantity 150, so at the old margin 60; it earns 30: mix within −30, volume 20."""
        lines = [sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Ann", "tea", 5, 50, 30), sold(NOW, "Ann", "cup", 5, 100, 90)]
        assert steps_of(bridge_of(lines)) == {"volume": 20, "mix within": -30}

    def test_with_nothing_continuing_there_is_no_volume_and_no_mix(self):
        bridge = bridge_of([sold(BEFORE, "Ann", "tea", 10, 100, 60), sold(NOW, "Cleo", "tea", 1, 20, 5)])
        assert [bridge.amount(step) for step in ("volume", "mix between", "mix within")] == [0, 0, 0]

    def test_thirds_leave_no_remainder(self):
        """Quotients that never end: 7 units for 10.00, 3 for 4.00, three customers; the parts still sum to the change exactly."""
        lines = []
        for n, customer in enumerate(("Ann", "Bob", "Cleo"), 1):
            lines += [sold(BEFORE, customer, "tea", 7 * n, D("10.0001"), D("3.3333")), sold(NOW, customer, "tea", 3, 4 * n, D("1.7777"))]
            lines += [sold(BEFORE, customer, "saw", 11, D("9.9999"), 7), sold(NOW, customer, "saw", 13 * n, 9, D("8.0001"))]
        for quantities in ("value", "physical"):
            bridge = bridge_of(lines, quantities=quantities)
            assert bridge.amount("mix between")
            assert bridge.amount("volume")


class TestShares:
    """Beside every bridge: how much of sales continues at each level."""

    def test_the_share_of_sales_in_continuing_items(self):
        """Ann continues with 150 of 200 and 120 of 160; of it the table with 100 and 120, and of that tea with 100 and 80."""
        lines = [
            sold(BEFORE, "Ann", "tea", 10, 100, 60),
            sold(BEFORE, "Ann", "saw", 1, 50, 20),
            sold(BEFORE, "Bob", "tea", 5, 50, 30),
            sold(NOW, "Ann", "tea", 8, 80, 50),
            sold(NOW, "Ann", "cup", 1, 40, 10),
            sold(NOW, "Cleo", "tea", 4, 40, 20),
        ]
        shares = {share.level: share for share in bridge_of(lines).continuing}
        told = {level: (share.continuing, share.only_earlier, share.only_later, share.share_earlier, share.share_later) for level, share in shares.items()}
        assert told == {
            "customers": (1, 1, 1, D("0.75"), D("0.75")),
            "customer x family": (1, 2, 1, D("0.5"), D("0.75")),
            "items": (1, 2, 2, D("0.5"), D("0.5")),
        }

    def test_without_sales_there_is_no_share(self):
        shares = bridge_of([sold(NOW, "Ann", "tea", 8, 80, 50)]).continuing
        assert {share.share_earlier for share in shares} == {None}


class TestBelowGrossMargin:
    """Cost to serve per customer and pool: what the work cost, and how much of it there was."""

    DESK = policy_of({"name": "desk", "driver": "orders", "step": "order handling"})

    def same(self, customer, orders_before, orders_now):
        """A customer's sales of 60 at a cost of 30 in both periods, in so many invoices."""
        for when, count in ((BEFORE, orders_before), (NOW, orders_now)):
            for n in range(count):
                yield sold(when, customer, "tea", D(12) / count, D(60) / count, D(30) / count, document=f"{when}{customer}{n}")

    def test_rate_and_activity(self):
        """Ann: 4 orders at 10, then 6 at 12. Activity −20 (two more at the old 10), rate −12 (six at 2 more). Cleo: 6 → 4: activity +20, rate −8."""
        lines = [*self.same("Ann", 4, 6), *self.same("Cleo", 6, 4)]
        tables = tables_of(lines, policy=self.DESK, costs=[cost(BEFORE, "desk", 100), cost(NOW, "desk", 120)])
        assert steps_of(tables.bridge) == {"order handling: rate": -20}
        assert tables.bridge.change == -20
        told = {row["counterparty"]: (row["order handling: rate"], row["order handling: activity"]) for row in rows_of(tables.customers)}
        assert told == {"Ann": (-12, -20), "Cleo": (-8, 20)}

    def test_more_work_at_the_old_rate(self):
        bridge = bridge_of([*self.same("Ann", 4, 6)], policy=self.DESK, costs=[cost(BEFORE, "desk", 40), cost(NOW, "desk", 60)])
        assert steps_of(bridge) == {"order handling: activity": -20}

    def test_where_there_was_no_work_before_all_is_activity(self):
        policy = policy_of({"name": "care", "driver": "visits"})
        visits = [activity(f"{NOW}-15", "visit", "Ann", quantity=2)]
        lines = [*self.same("Ann", 1, 1)]
        bridge = bridge_of(lines, policy=policy, activities=visits, costs=[cost(BEFORE, "care", 5), cost(NOW, "care", 30)])
        assert steps_of(bridge) == {"care: activity": -30}

    def test_traced_cost_is_all_activity(self):
        carried = [activity(f"{when}-15", "delivery", "Ann", pool="freight", amount=amount) for when, amount in ((BEFORE, 10), (NOW, 25))]
        bridge = bridge_of([*self.same("Ann", 1, 1)], policy=policy_of(), activities=carried)
        assert steps_of(bridge) == {"freight: activity": -15}

    def test_cost_of_new_and_lost_customers_goes_with_them(self):
        """Ann stops (margin 30, cost 10), Cleo begins (margin 30, cost 20), and Bob, visited only, is an adjustment."""
        lines = [*self.same("Ann", 1, 0), *self.same("Cleo", 0, 1)]
        visits = [activity(f"{NOW}-15", "visit", "Bob")]
        policy = policy_of({"name": "desk", "driver": "orders"}, {"name": "care", "driver": "visits"})
        costs = [cost(BEFORE, "desk", 10), cost(NOW, "desk", 20), cost(NOW, "care", 7)]
        bridge = bridge_of(lines, policy=policy, activities=visits, costs=costs)
        assert steps_of(bridge) == {"new customers": 10, "lost customers": -20, "adjustments": -7}
        assert bridge.counts == {"new": 1, "lost": 1, "continuing": 0, "neither": 1}

    def test_pools_of_one_name_in_two_companies_have_their_own_rates(self):
        """Ab's desk costs 10 an order and Oy's 2, before and now; Ann's orders move from Ab to Oy: no rate changed, only where the work was done."""
        lines = [
            sold(when, "Ann", "tea", 1, 100, 50, entity=entity, document=f"{when}{entity}{n}")
            for when, entity, orders in ((BEFORE, "Ab", 3), (BEFORE, "Oy", 1), (NOW, "Ab", 1), (NOW, "Oy", 3))
            for n in range(orders)
        ]
        costs = [cost(when, "desk", amount, entity=entity) for when, entity, amount in ((BEFORE, "Ab", 30), (BEFORE, "Oy", 2), (NOW, "Ab", 10), (NOW, "Oy", 6))]
        bridge = bridge_of(lines, policy=policy_of({"name": "desk", "driver": "orders"}), costs=costs)
        assert steps_of(bridge) == {"desk: activity": 16}

    def test_pools_of_one_step_are_told_apart_and_summed(self):
        """Desk: 1 order at 10, then 1 at 30, rate −20. Shelves: 1 line at 10, then 1 at 5, rate +5. Together the step has −15."""
        policy = policy_of(*({"name": name, "driver": driver, "step": "handling"} for name, driver in (("desk", "orders"), ("shelves", "lines"))))
        costs = [cost(BEFORE, "desk", 10), cost(NOW, "desk", 30), cost(BEFORE, "shelves", 10), cost(NOW, "shelves", 5)]
        assert steps_of(bridge_of([*self.same("Ann", 1, 1)], policy=policy, costs=costs)) == {"handling: rate": -15}


class TestTables:
    """The tables that a bridge is summed from."""

    LINES = (
        sold(BEFORE, "Ann", "tea", 10, 100, 60, list_value=110),
        sold(NOW, "Ann", "tea", 12, 108, 84, list_value=132),
        sold(NOW, "Ann", "saw", 1, 50, 20),
        sold(BEFORE, "Bob", "tea", 5, 50, 30),
        sold(NOW, "Cleo", "cup", 2, 100, 70),
    )

    def test_items_families_and_customers_each_sum_to_the_bridge(self):
        tables = tables_of(self.LINES)
        steps = {step.step: step.amount for step in tables.bridge.steps}
        of_items, of_families, of_customers = rows_of(tables.items), rows_of(tables.families), rows_of(tables.customers)
        for step in ("new customers", "lost customers", "new families", "price: list", "price: discount", "cost"):
            assert sum(row[step] for row in of_items) == sum(row[step] for row in of_customers) == steps[step]
        for step in ("volume", "mix between", "mix within"):
            assert sum(row[step] for row in of_families) == sum(row[step] for row in of_customers) == steps[step]

    def test_each_customers_parts_sum_to_its_own_change(self):
        tables = tables_of(self.LINES)
        names = [step.step for step in tables.bridge.steps]
        for row in rows_of(tables.customers):
            assert sum(row[name] for name in names) == row["measure_later"] - row["measure_earlier"]

    def test_each_item_says_its_class(self):
        tables = tables_of(self.LINES)
        assert {(row["counterparty"], row["product"]): row["item_class"] for row in rows_of(tables.items)} == {
            ("Ann", "tea"): "continuing",
            ("Ann", "saw"): "new family",
            ("Bob", "tea"): "lost customer",
            ("Cleo", "cup"): "new customer",
        }


def test_prices_unchanged_leave_only_what_moved():
    """The same lines in both periods: every step is 0, at amounts of any size and quantities that do not divide them."""
    lines = []
    for n, (customer, product) in enumerate([(customer, product) for customer in MANAGER_OF for product in FAMILY_OF]):
        amount = D(10) ** (n % 9) * D("1.2345") + D("0.0001")
        lines += [sold(when, customer, product, D(3 + n * 7) / 2, amount, amount / 3 // D("0.0001") * D("0.0001"), rebate="0.01") for when in (BEFORE, NOW)]
    for quantities in ("value", "physical"):
        assert steps_of(bridge_of(lines, quantities=quantities)) == {}


def test_the_study_has_the_bridge_with_cost_to_serve_and_like_for_like():
    """2023 has data to 10 March only, so the bridge of the full months stands beside: January and February; net profit falls by 4 there."""
    lines = []
    for year in (2022, 2023):
        for month in range(1, 13 if year == 2022 else 4):
            last = 10 if (year, month) == (2023, 3) else 28
            lines.append(invoice(f"{year}-{month:02d}-{last}", f"{year}{month}", "Ann", "tea", 1, 10, product_cost=4))
    costs = [cost(f"{year}-{month:02d}", "desk", 1 + 2 * (year == 2023)) for year in (2022, 2023) for month in range(1, 4)]
    result = studied(lines, costs=costs, policy=policy_of({"name": "desk", "driver": "orders"}), periods=("2022", "2023"))
    assert result.unfilled == ("2023 ends on 10 March",)
    assert (result.bridge.earlier, result.bridge.later, result.bridge.change) == ("2022", "2023", D(9) - 69)
    like = result.like_for_like
    assert (like.earlier, like.later, like.start, like.end) == ("2022-01..2022-02", "2023-01..2023-02", 10, 6)
    assert steps_of(like) == {"desk: rate": -4}


class TestWithoutQuantities:
    """Where no line says a quantity, sales themselves are the volume."""

    def test_growth_is_volume_and_dearer_goods_are_cost(self):
        """Ann buys 20 % more, and what costs 60 of 100 now costs 65: 100 → 120 in sales, 40 → 42 in margin."""
        lines = [sold(BEFORE, "Ann", "tea", 0, 100, 60), sold(NOW, "Ann", "tea", 0, 120, 78)]
        assert steps_of(bridge_of(lines)) == {"adjustments": 2}
        assert steps_of(bridge_of(lines, quantities="sales")) == {"cost": -6, "volume": 8}

    def test_a_product_returned_above_its_sales_is_an_adjustment(self):
        lines = [sold(when, "Ann", "tea", 0, 100, 60) for when in (BEFORE, NOW)]
        lines += [sold(BEFORE, "Ann", "saw", 0, 30, 20), sold(NOW, "Ann", "saw", 0, -10, -5)]
        assert steps_of(bridge_of(lines, quantities="sales")) == {"adjustments": -15}
