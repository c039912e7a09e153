"""Cost to serve: every pool shared to the cells that caused it, to the unit, and what nobody caused in rows of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ibis import _
from tests.cast import D, activity, cost, credit_note, day, drivers_of, invoice, policy_of, rows_of, studied, summed, waterfall_of

from goodterms.analysis.cost_to_serve import PARTS, share_costs
from goodterms.errors import PolicyError
from goodterms.facts.policy import Policy

MONTH = "2023-01"
DESK = {"name": "desk", "driver": "orders"}
VANS = {"name": "vans", "driver": "deliveries"}
DESK_BY_MINUTES = {"name": "desk", "minutes": "10 + 5*lines", "capacity_minutes": 200}
FREIGHT = {"name": "freight", "driver": "orders"}
SALES = (
    invoice("2023-01-05", "1", "Ann", "tea", 3, 30, product_cost=10),
    invoice("2023-01-05", "1", "Ann", "cup", 1, 20, product_cost=10),
    invoice("2023-01-06", "2", "Ann", "saw", 1, 50, product_cost=10),
    invoice("2023-01-07", "3", "Bob", "tea", 3, 30, product_cost=10),
    invoice("2023-01-08", "4", "Bob", "tea", 1, 10, product_cost=5),
    invoice("2023-01-09", "5", "Bob", "tea", 1, 10, product_cost=5),
    credit_note("2023-01-20", "C1", "Bob", "tea", -5, -50, product_cost=-20),
    invoice("2023-01-21", "6", "Cleo", "saw", 1, 50, product_cost=10),
)


def shared(*pools, sale_lines=SALES, costs=(), activities=(), **settings):
    """The pools, shared."""
    policy = policy_of(*pools, **settings)
    return share_costs(drivers_of(sale_lines, costs=costs, activities=activities), policy, lambda _text: None)


def parts_of(found):
    """What became of each pool month, without what is 0, and checked to add up."""
    told = []
    for row in found.reconciliation():
        assert sum(row[part] for part in PARTS) == row["amount"]
        told.append({part: row[part] for part in PARTS if row[part]})
    return told[0] if len(told) == 1 else told


class TestAbsorbing:
    """Rate = amount ÷ driver total of the month."""

    def test_inventory_management_by_lines_worked_by_hand(self):
        """100.00 over 7 invoice lines: Ann 3, Bob 3, Cleo 1. In units of 0.0001 that is 428,571.43, 428,571.43 and 142,857.14.

        Cell by cell: Ann's cup, saw and tea have one line each (142,857.14), Bob's tea three. The cut shares are 999,999 units; the missing one goes to
        Bob's tea, whose remainder is the largest.
        """
        found = shared({"name": "Inventory Management", "driver": "lines", "step": "picking"}, costs=[cost(MONTH, "Inventory Management", 100)])
        assert summed(found.shares, "counterparty", "product") == {
            ("Ann", "cup"): D("14.2857"),
            ("Ann", "saw"): D("14.2857"),
            ("Ann", "tea"): D("14.2857"),
            ("Bob", "tea"): D("42.8571") + D("0.0001"),
            ("Cleo", "saw"): D("14.2857"),
        }
        assert parts_of(found) == {"assigned": 100}
        assert found.steps() == {"line": ["picking"], "order": [], "customer": []}
        rate = found.rates()[0]
        assert (rate["driver"], rate["level"], rate["driver_total"], rate["capacity"], rate["rate"]) == ("lines", "line", 7, None, D("14.285714285714"))

    def test_an_order_cost_is_never_divided_by_lines(self):
        """Six orders at 10: Ann 2, Bob 3, Cleo 1; no product carries it."""
        found = shared({"name": "desk", "driver": "orders"}, costs=[cost(MONTH, "desk", 60)])
        assert summed(found.shares, "counterparty", "product", "level") == {
            ("Ann", "order", "order"): 20,
            ("Bob", "order", "order"): 30,
            ("Cleo", "order", "order"): 10,
        }

    def test_finer_costs_keep_their_scale(self):
        """Facts with six places are shared in millionths."""
        drivers = drivers_of(SALES, costs=[cost(MONTH, "desk", 7)])
        millionths = drivers.facts["costs"].mutate(amount=(_.amount.cast("decimal(18, 6)") / 1_000_000).cast("decimal(18, 6)"))
        drivers = replace(drivers, facts=replace(drivers.facts, tables={**drivers.facts.tables, "costs": millionths}))
        found = share_costs(drivers, policy_of({"name": "desk", "driver": "orders"}), lambda _text: None)
        assert summed(found.shares, "counterparty") == {"Ann": D("0.000002"), "Bob": D("0.000004"), "Cleo": D("0.000001")}
        assert found.total("assigned") == D("0.000007")

    def test_a_month_without_driver_counts_is_unassigned(self):
        """AdventureWorks has cost in 2013-12, a month without a single order."""
        found = shared({"name": "desk", "driver": "orders"}, costs=[cost("2023-02", "desk", "-1551.20")])
        assert parts_of(found) == {"unassigned": D("-1551.2")}
        assert (rows_of(found.shares), found.rates()) == ([], [])

    def test_a_negative_pool_mirrors_its_absolute_value(self):
        paid, received = (shared({"name": "desk", "driver": "lines"}, costs=[cost(MONTH, "desk", amount)]) for amount in ("100.0003", "-100.0003"))
        mirrored = {key: -amount for key, amount in summed(received.shares, "counterparty", "product").items()}
        again = shared({"name": "desk", "driver": "lines"}, costs=[cost(MONTH, "desk", "100.0003")])
        assert mirrored == summed(again.shares, "counterparty", "product")
        assert (paid.total("assigned"), received.total("assigned")) == (D("100.0003"), D("-100.0003"))

    def test_a_pool_of_nothing_leaves_its_counts(self):
        found = shared({"name": "desk", "driver": "orders"}, costs=[cost(MONTH, "desk", 0)])
        assert summed(found.shares, "counterparty", value="driver_count") == {"Ann": 2, "Bob": 3, "Cleo": 1}
        assert parts_of(found) == {}

    def test_each_month_has_its_own_rate_and_its_own_policy(self):
        policy = Policy.read("""
version = 1
[[policy]]
from = 2023-01-01
[[policy.pool]]
name = "desk"
driver = "orders"
[[policy]]
from = 2023-02-01
[[policy.pool]]
name = "desk"
driver = "lines"
""")
        sale_lines = [invoice("2023-01-05", "1", "Ann", "tea", 1, 10), *(invoice("2023-02-05", "2", "Ann", product, 1, 10) for product in ("tea", "cup"))]
        costs = [cost("2022-12", "desk", 5), cost("2023-01", "desk", 10), cost("2023-02", "desk", 10)]
        found = share_costs(drivers_of(sale_lines, costs=costs), policy, lambda _text: None)
        assert parts_of(found) == [{"unassigned": 5}, {"assigned": 10}, {"assigned": 10}]
        assert [(rate["driver"], rate["rate"]) for rate in found.rates()] == [("orders", 10), ("lines", 5)]


class TestCapacity:
    """Rate = amount ÷ practical capacity; what is not used is never spread."""

    def test_unused_capacity_is_a_row_of_its_own(self):
        """Six orders and seven lines take 95 of 200 minutes at 0.50: Ann 17.50, Bob 22.50, Cleo 7.50; 52.50 is not used."""
        found = shared(DESK_BY_MINUTES, costs=[cost(MONTH, "desk", 100)])
        assert summed(found.shares, "counterparty") == {"Ann": D("17.5"), "Bob": D("22.5"), "Cleo": D("7.5")}
        assert parts_of(found) == {"assigned": D("47.5"), "unused": D("52.5")}
        assert [(rate["driver_total"], rate["capacity"], rate["rate"]) for rate in found.rates()] == [(95, 200, D("0.5"))]
        assert found.notices == ()

    def test_use_above_capacity_is_a_warning_and_assigns_more_than_the_pool(self):
        found = shared(DESK_BY_MINUTES | {"capacity_minutes": 50}, costs=[cost(MONTH, "desk", 100)])
        assert parts_of(found) == {"assigned": 190, "unused": -90}
        assert found.notices == ("desk used 95 minutes of 50 in 2023-01: more than its capacity, so more than its cost is assigned.",)

    def test_a_month_without_work_leaves_all_unused(self):
        assert parts_of(shared(DESK_BY_MINUTES, costs=[cost("2023-02", "desk", 100)])) == {"unused": 100}

    def test_a_capacity_far_below_its_use_is_refused(self):
        """95 minutes of 0.000001 would make a pool of 99,999,999,999.0000 cost 9.5 × 10¹⁸."""
        desk = DESK_BY_MINUTES | {"capacity_minutes": D("0.000001")}
        with pytest.raises(PolicyError, match=r"^desk used 95 minutes of 0 in 2023-01: .* Correct its capacity_minutes\.$"):
            shared(desk, costs=[cost(MONTH, "desk", 99_999_999_999)])

    def test_the_units_of_cells_and_unused_capacity_are_rounded_together(self):
        """1 unit over 95 used and 105 idle minutes stays unused; 2 give one to the largest remainder among the cells too."""
        assert parts_of(shared(DESK_BY_MINUTES, costs=[cost(MONTH, "desk", "0.0001")])) == {"unused": D("0.0001")}
        three = shared(DESK_BY_MINUTES, costs=[cost(MONTH, "desk", "0.0003")])
        assert parts_of(three) == {"assigned": D("0.0001"), "unused": D("0.0002")}


class TestTraced:
    """What an activity is known to have cost is taken out of its pool before the rate is made."""

    CARRIED = (
        activity("2023-01-06", "delivery", "Ann", document="1", pool="freight", amount=25),
        activity("2023-01-07", "delivery", "Bob", document="3", pool="freight", amount=15),
    )

    def test_the_rest_of_the_pool_has_the_rate(self):
        """100 less 40 traced over six orders: 10 each."""
        found = shared(FREIGHT, costs=[cost(MONTH, "freight", 100)], activities=self.CARRIED)
        assert summed(found.shares, "counterparty", "driver") == {
            ("Ann", "traced"): 25,
            ("Bob", "traced"): 15,
            ("Ann", "orders"): 20,
            ("Bob", "orders"): 30,
            ("Cleo", "orders"): 10,
        }
        assert parts_of(found) == {"assigned": 100}
        assert [(rate["amount"], rate["traced"], rate["rate"]) for rate in found.rates()] == [(100, 40, 10)]

    def test_more_traced_than_the_pool_holds_is_an_excess(self):
        found = shared(FREIGHT, costs=[cost(MONTH, "freight", 30)], activities=self.CARRIED)
        assert summed(found.shares, "counterparty") == {"Ann": 25, "Bob": 15}
        assert parts_of(found) == {"assigned": 40, "excess": -10}
        assert found.notices == ("freight: more was traced in 2023-01 than the pool holds; 10.00 is an excess.",)

    def test_traced_to_a_pool_without_a_cost_is_all_excess(self):
        found = shared(activities=self.CARRIED)
        assert parts_of(found) == {"assigned": 40, "excess": -40}

    def test_a_pool_that_is_only_traced_keeps_its_rest_unassigned(self):
        found = shared(costs=[cost(MONTH, "freight", 100)], activities=self.CARRIED)
        assert parts_of(found) == {"assigned": 40, "unassigned": 60}

    def test_traced_cost_of_an_excluded_pool_is_assigned_and_the_rest_excluded(self):
        found = shared({"name": "freight", "tier": "excluded"}, costs=[cost(MONTH, "freight", 100)], activities=self.CARRIED)
        assert parts_of(found) == {"assigned": 40, "excluded": 60}

    def test_an_activity_that_has_paid_does_not_drive_the_rest(self):
        """Ann's traced delivery has paid for itself; the other two share the rest."""
        deliveries = [*self.CARRIED[:1], activity("2023-01-08", "delivery", "Bob"), activity("2023-01-09", "delivery", "Cleo")]
        found = shared({"name": "freight", "driver": "deliveries"}, costs=[cost(MONTH, "freight", 65)], activities=deliveries)
        assert summed(found.shares, "counterparty", "driver") == {("Ann", "traced"): 25, ("Bob", "deliveries"): 20, ("Cleo", "deliveries"): 20}

    def test_of_several_entities_the_only_pool_of_that_name_is_meant(self):
        found = shared(FREIGHT, costs=[cost(MONTH, "freight", 100, entity="Oy")], activities=self.CARRIED)
        assert parts_of(found) == {"assigned": 100}
        two = [cost(MONTH, "freight", 100, entity=entity) for entity in ("Ab", "Oy")]
        assert parts_of(shared(FREIGHT, costs=two, activities=self.CARRIED)) == [{"assigned": 40, "excess": -40}, {"assigned": 100}, {"assigned": 100}]

    def test_where_no_pool_has_a_cost_each_entity_keeps_what_was_traced_in_it(self):
        bills = [activity("2023-01-06", "delivery", "Ann", pool="freight", amount=25, entity=entity) for entity in ("Ab", "Oy")]
        assert [(row["entity"], row["assigned"]) for row in shared(activities=bills).reconciliation()] == [("Ab", 25), ("Oy", 25)]

    def test_traced_amounts_that_cancel_out_stay_where_they_belong(self):
        """A bill and its reversal at another customer: nothing of the pool is traced in sum, and both still stand at their customers."""
        bills = [activity("2023-01-06", "delivery", customer, pool="freight", amount=amount) for customer, amount in (("Ann", 25), ("Bob", -25))]
        found = shared(FREIGHT, costs=[cost(MONTH, "freight", 60)], activities=bills)
        assert summed(found.shares, "counterparty", "driver") == {
            ("Ann", "traced"): 25,
            ("Bob", "traced"): -25,
            ("Ann", "orders"): 20,
            ("Bob", "orders"): 30,
            ("Cleo", "orders"): 10,
        }
        assert parts_of(found) == {"assigned": 60}


class TestTiers:
    """Sustaining and excluded cost, and pools that the policy does not share."""

    def test_sustaining_cost_is_not_divided(self):
        found = shared({"name": "rent", "tier": "sustaining"}, costs=[cost(MONTH, "rent", 100)])
        assert (parts_of(found), rows_of(found.shares)) == ({"sustaining": 100}, [])

    def test_sustaining_cost_is_spread_by_value_where_the_policy_says_so(self):
        """Invoice lines of 200: Ann 100, Bob 50, Cleo 50. It stays at customer level: no product caused it."""
        found = shared({"name": "rent", "tier": "sustaining", "spread": "value"}, costs=[cost(MONTH, "rent", 400)])
        assert summed(found.shares, "counterparty", "product", "level") == {
            ("Ann", "customer", "customer"): 200,
            ("Bob", "customer", "customer"): 100,
            ("Cleo", "customer", "customer"): 100,
        }
        assert parts_of(found) == {"assigned": 400}

    def test_a_sustaining_pool_may_name_a_driver_and_is_still_not_divided(self):
        assert parts_of(shared({"name": "rent", "driver": "lines", "tier": "sustaining"}, costs=[cost(MONTH, "rent", 100)])) == {"sustaining": 100}

    def test_excluded_cost_is_kept_out(self):
        assert parts_of(shared({"name": "interest", "tier": "excluded"}, costs=[cost(MONTH, "interest", 100)])) == {"excluded": 100}

    def test_a_pool_without_a_driver_or_without_a_policy_is_unassigned(self):
        found = shared({"name": "rent"}, costs=[cost(MONTH, "rent", 100), cost(MONTH, "other", 7), cost(MONTH, None, 3)])
        assert [(row["pool"], row["unassigned"]) for row in found.reconciliation()] == [("(no pool)", 3), ("other", 7), ("rent", 100)]
        assert found.total("unassigned") == 110

    def test_why_a_pool_is_unassigned_is_said(self):
        found = shared({"name": "desk", "driver": "orders"}, VANS, costs=[cost(MONTH, "Desk", 5), cost(MONTH, "vans", 7), cost("2023-02", "vans", 7)])
        assert found.notices[-2:] == (
            'The policy says nothing of the pool "Desk", so it is unassigned. Did you mean its "desk"?',
            "vans is unassigned in 2 months, 2023-01 the first: nothing was counted there of what drives it (deliveries).",
        )

    def test_months_are_counted_once_and_companies_are_named(self):
        """Two companies without a delivery in January, one of them in February too: two months, not three."""
        costs = [cost(month, "vans", 7, entity=entity) for month, entity in ((MONTH, "Oy"), (MONTH, "Ab"), ("2023-02", "Oy"))]
        assert shared(VANS, costs=costs).notices[-1] == (
            "vans of Ab, Oy is unassigned in 2 months, 2023-01 the first: nothing was counted there of what drives it (deliveries)."
        )

    def test_a_policy_that_names_a_pool_says_why_it_is_unassigned(self):
        """Rent has no driver; desk has one from February on; January's vans lie before the policy: that is said for all pools at once."""
        policy = Policy.read(
            """
            version = 1
            [[policy]]
            from = 2023-01-01
            [[policy.pool]]
            name = "rent"
            [[policy]]
            from = 2023-02-01
            [[policy.pool]]
            name = "desk"
            driver = "orders"
            """
        )
        costs = [cost(MONTH, "rent", 1), cost(MONTH, "desk", 2), cost("2022-12", "vans", 3)]
        found = share_costs(drivers_of(SALES, costs=costs), policy, lambda _text: None)
        assert found.total("unassigned") == 6
        assert found.notices == (
            'The policy names the pool "desk" from 2023-02 on, so it is unassigned in 2023-01.',
            'The policy gives the pool "rent" no driver, so it is unassigned.',
        )

    def test_notices_are_of_the_months_that_are_compared(self):
        costs = [cost(MONTH, "vans", 7), cost("2023-02", "vans", 7), cost("2023-03", "vans", 7)]
        found = share_costs(drivers_of(SALES, costs=costs), policy_of(VANS), lambda _text: None, months=[day(MONTH), day("2023-02")])
        assert found.notices == ("vans is unassigned in 2 months, 2023-01 the first: nothing was counted there of what drives it (deliveries).",)

    def test_a_pool_of_the_policy_without_a_cost_is_said(self):
        assert shared({"name": "desk", "driver": "orders"}, costs=[cost(MONTH, "rent", 1)]).notices == (
            'The policy names the pool "desk", and no cost of that name is in the data.',
            'The policy says nothing of the pool "rent", so it is unassigned.',
        )

    @pytest.mark.parametrize(("pool", "avoidable"), [({}, 0), ({"avoidable": D("0.6")}, D("62.4"))])
    def test_avoidable_is_none_of_a_caused_cost_unless_the_policy_says_so(self, pool, avoidable):
        found = shared({"name": "desk", "driver": "orders"} | pool, costs=[cost(MONTH, "desk", 104)])
        assert sum(summed(found.shares, "counterparty", value="avoidable").values()) == avoidable

    def test_avoidable_is_all_of_a_traced_cost_unless_the_policy_says_so(self):
        carried = TestTraced.CARRIED
        assert sum(summed(shared(activities=carried).shares, "counterparty", value="avoidable").values()) == 40
        half = shared({"name": "freight", "avoidable": D("0.5")}, activities=carried)
        assert sum(summed(half.shares, "counterparty", value="avoidable").values()) == 20


class TestEntities:
    """A pool meets the sale lines of its own entity, unless lines name none or the policy says otherwise."""

    OF_TWO = (
        invoice("2023-01-05", "1", "Ann", "tea", 1, 10, entity="Ab"),
        invoice("2023-01-05", "2", "Ann", "tea", 1, 10, entity="Ab"),
        invoice("2023-01-05", "3", "Ann", "tea", 1, 10, entity="Oy"),
        invoice("2023-01-05", "4", "Cleo", "tea", 1, 10, entity="Oy"),
    )
    COSTS = (cost(MONTH, "desk", 20, entity="Ab"), cost(MONTH, "desk", 60, entity="Oy"))

    def test_each_pool_meets_its_own(self):
        found = shared(DESK, sale_lines=self.OF_TWO, costs=self.COSTS)
        assert summed(found.shares, "pool_entity", "entity", "counterparty") == {("Ab", "Ab", "Ann"): 20, ("Oy", "Oy", "Ann"): 30, ("Oy", "Oy", "Cleo"): 30}

    def test_a_pool_whose_entity_sells_nothing_is_unassigned(self):
        found = shared(DESK, sale_lines=self.OF_TWO[:2], costs=self.COSTS)
        assert parts_of(found) == [{"assigned": 20}, {"unassigned": 60}]

    def test_a_pool_of_no_entity_meets_all_and_that_is_said(self):
        """60 over four orders, of both companies."""
        found = shared(DESK, sale_lines=self.OF_TWO, costs=[cost(MONTH, "desk", 60)])
        assert summed(found.shares, "entity", "counterparty") == {("Ab", "Ann"): 30, ("Oy", "Ann"): 15, ("Oy", "Cleo"): 15}
        assert found.notices == ("Costs that name no company of the group are shared over the sales of all of them.",)

    def test_an_activity_that_names_no_entity_takes_that_of_its_order_or_of_its_customers_only_seller(self):
        """Ann buys from both companies and names the document; Cleo buys from one alone; Ann's second visit is nobody's."""
        done = [activity("2023-01-08", "visit", "Ann", document="3"), activity("2023-01-08", "visit", "Cleo"), activity("2023-01-09", "visit", "Ann")]
        drivers = drivers_of(self.OF_TWO, activities=done)
        assert sorted((row["counterparty"], row["entity"]) for row in rows_of(drivers.activities)) == [("Ann", ""), ("Ann", "Oy"), ("Cleo", "Oy")]

    def test_across_entities_every_pool_meets_all_and_keeps_its_own_entity(self):
        """80 over four orders; the cube's entity is the seller's."""
        found = shared(DESK, sale_lines=self.OF_TWO, costs=self.COSTS, across_entities=True)
        assert summed(found.shares, "entity", "counterparty") == {("Ab", "Ann"): 40, ("Oy", "Ann"): 20, ("Oy", "Cleo"): 20}
        assert summed(found.shares, "pool_entity") == {"Ab": 20, "Oy": 60}
        assert [(row["entity"], row["assigned"]) for row in found.reconciliation()] == [("Ab", 20), ("Oy", 60)]

    def test_where_lines_name_no_entity_every_pool_meets_all(self):
        """AdventureWorks: costs by division, invoices without."""
        found = shared(DESK, costs=self.COSTS)
        assert summed(found.shares, "pool_entity", "counterparty") == {
            ("Ab", "Ann"): D("6.6667"),
            ("Ab", "Bob"): 10,
            ("Ab", "Cleo"): D("3.3333"),
            ("Oy", "Ann"): 20,
            ("Oy", "Bob"): 30,
            ("Oy", "Cleo"): 10,
        }


class TestAccounts:
    """A pool's accounts are shared together, and each keeps its total."""

    def test_each_account_keeps_its_total(self):
        costs = [cost(MONTH, "desk", amount, account=account, account_name=name) for account, name, amount in (("5000", "Pay", "70.01"), ("6000", "Rent", 30))]
        costs.append(cost(MONTH, "desk", "-0.0003", account="5000", account_name="Pay"))
        found = shared({"name": "desk", "minutes": "10", "capacity_minutes": 100}, costs=costs)
        parts_of(found)
        told = [(row["account"], row["account_name"], row["amount"], row["assigned"] + row["unused"]) for row in found.reconciliation()]
        assert told == [("5000", "Pay", D("70.0097"), D("70.0097")), ("6000", "Rent", 30, 30)]
        assert sum(row["assigned"] for row in found.reconciliation()) == found.total("assigned")

    @pytest.mark.parametrize("pool", [{"driver": "orders"}, {"minutes": "10", "capacity_minutes": 100}, {"tier": "excluded"}, {"tier": "sustaining"}, {}])
    def test_accounts_that_cancel_out_keep_their_amounts(self, pool):
        costs = [cost(MONTH, "desk", amount, account=account) for account, amount in (("5000", 5), ("6000", -5))]
        found = shared({"name": "desk"} | pool, costs=costs)
        assert len(parts_of(found)) == 2
        assert [sum(row[part] for part in PARTS) for row in found.reconciliation()] == [5, -5]

    def test_days_of_a_month_are_one_month(self):
        found = shared({"name": "desk", "driver": "orders"}, costs=[cost("2023-01-01", "desk", 30), cost("2023-01-31", "desk", 30)])
        assert [(row["month"], row["amount"]) for row in found.reconciliation()] == [(day(MONTH), 60)]


class TestWaterfall:
    """Levels: what is line, order and customer cost, and what no customer carries."""

    COSTS = (
        cost(MONTH, "shelves", 14),
        cost(MONTH, "desk", 6),
        cost(MONTH, "care", 3),
        cost(MONTH, "rent", 100),
        cost(MONTH, "interest", 9),
        cost(MONTH, "x", 1),
    )
    POOLS = (
        {"name": "shelves", "driver": "lines", "step": "picking"},
        {"name": "desk", "driver": "orders"},
        {"name": "care", "driver": "customers"},
        {"name": "rent", "tier": "sustaining"},
        {"name": "interest", "tier": "excluded"},
    )

    def test_costs_fall_level_by_level(self):
        """Sales 150, product cost 40: margin 110; picking 14 → 96; desk 6 and care 3 → 87; rent, the unassigned and the excluded → −23."""
        result = studied(SALES, costs=self.COSTS, policy=policy_of(*self.POOLS))
        assert list(waterfall_of(result).items()) == [
            ("net_sales", 150),
            ("product_cost", -40),
            ("gross_margin", 110),
            ("line: picking", -14),
            ("product_contribution", 96),
            ("order: desk", -6),
            ("customer: care", -3),
            ("contribution", 87),
            ("net_profit", 87),
            ("sustaining", -100),
            ("unassigned", -1),
            ("excluded", -9),
            ("after_all_cost", -23),
        ]
        assert (result.unassigned, result.measure) == (1, "net profit")

    def test_bob_who_returns_everything_costs_his_handling(self):
        """His sales and product cost are 0; three lines, three orders and one customer remain: 6 + 3 + 1."""
        result = studied(SALES, costs=self.COSTS, policy=policy_of(*self.POOLS))
        bob = next(row for row in rows_of(result.tables["customers"]) if row["customer"] == "Bob")
        assert (bob["net_sales_later"], bob["gross_margin_later"], bob["net_profit_later"]) == (0, 0, -10)
