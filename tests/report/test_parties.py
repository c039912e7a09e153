"""Customers and products as they are printed: every figure is the one of the tables, to the cent."""

from decimal import Decimal

import pytest
from tests.cast import cost, invoice, policy_of, studied
from tests.report.everything import CUSTOMERS, everything

from goodterms.report.edition import Edition

D = Decimal


@pytest.mark.parametrize("kind", ["customers", "products"])
def test_every_step_of_an_own_waterfall_is_the_table_s_own_figure(kind):
    """A step that the policy names with a colon ("Sales: delivery") is a step as any other: its amount is not folded into its neighbours."""
    parties = getattr(Edition(everything()), kind)
    for place, detail in parties.details().items():
        for when, printed in detail.waterfall.items():
            for row, amount in zip(parties.rows, printed, strict=True):
                exact = parties.table[f"{row.column}_{when}"][place].as_py() * row.sign
                assert abs(D(amount) / 100 - exact) < D("0.02"), f"{parties.keys[place]}, {row.label}, {when}"


def test_a_step_at_two_levels_stands_once_in_an_own_waterfall_by_its_plain_name():
    rows = Edition(everything()).customers.rows
    assert [row.label for row in rows if row.kind == "step"][5:] == ["Picking", "EDI order handling", "Sales: delivery", "Returns", "Visits", "Claims"]
    assert {row.bare for row in rows} >= {"Sales: delivery", "returns"}


def test_what_a_step_was_shared_from_adds_up_to_it_also_where_its_name_has_a_colon():
    customers = Edition(everything()).customers
    details = customers.details()
    steps = {row.bare: place for place, row in enumerate(customers.rows)}
    for key in ("Ann", "Bob"):
        detail = details[customers.place[key]]
        for when, shares in detail.shares.items():
            delivery = sum(share.amount for share in shares if share.step == "Sales: delivery")
            assert {share.pool for share in shares if share.step == "Sales: delivery"} == {"Freight", "Vans"}
            assert abs(delivery + D(detail.waterfall[when][steps["Sales: delivery"]]) / 100) < D("0.02")


def test_everybody_is_listed():
    assert set(Edition(everything()).customers.keys) == set(CUSTOMERS)


def test_a_step_whose_cost_at_its_last_level_is_a_credit_keeps_its_sign():
    """Delivery costs 10 by orders, and a carrier's bonus of 4 comes back by customers: 6 in all, though the last row of the step is positive."""
    pools = ({"name": "Vans", "driver": "orders", "step": "delivery"}, {"name": "Bonus", "driver": "customers", "step": "delivery"})
    result = studied(
        [invoice("2024-01-31", "1", "Ann", "tea", 1, 100, product_cost=50)],
        costs=[cost("2024-01", "Vans", 10), cost("2024-01", "Bonus", -4)],
        policy=policy_of(*pools),
    )
    customers = Edition(result).customers
    assert customers.waterfalls([0])[0]["later"] == [10000, -5000, 5000, -600, 4400]
