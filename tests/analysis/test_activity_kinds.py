"""Kinds of activities that no pool counts, and pools that count a kind of which there is none: both are said."""

from __future__ import annotations

from tests.cast import activity, drivers_of, invoice, policy_of

from goodterms.analysis.activity_kinds import said_of_activities

SALES = [invoice("2023-01-05", "1", "Ann", "tea", 3, 30)]
DONE = [activity("2023-01-05", kind, "Ann") for kind in ("delivery", "delivery", "Lift", "visit")]
VANS = {"name": "vans", "driver": "deliveries"}


def said(*pools, activities=DONE):
    return list(said_of_activities(drivers_of(SALES, activities=activities), policy_of(*pools)))


def test_kinds_that_no_pool_counts_are_said():
    assert said(VANS) == ["No pool of the policy counts these activities: lift (1), visit (1)."]
    assert said({"name": "desk", "driver": "orders"}) == ["No pool of the policy counts these activities: delivery (2), lift (1), visit (1)."]


def test_a_pool_that_counts_a_kind_of_which_there_is_none_is_said():
    support = {"name": "support", "minutes": "5*calls + 10*visits", "capacity_minutes": 100}
    assert said(VANS, support) == [
        "support counts activities of the kind call, and there is none. The kinds are delivery (2), lift (1), visit (1).",
        "No pool of the policy counts these activities: lift (1).",
    ]


def test_minutes_count_activities_of_every_kind():
    assert said({"name": "hands", "driver": "minutes"}) == []
    assert said({"name": "hands", "minutes": "minutes", "capacity_minutes": 100}) == []
    assert said({"name": "hands", "minutes": "minutes + 5*visits", "capacity_minutes": 100}) == [
        "No pool of the policy counts these activities: delivery (2), lift (1)."
    ]


def test_what_is_traced_is_counted_and_nothing_is_said_without_activities():
    assert said({"name": "desk", "driver": "orders"}, activities=[activity("2023-01-05", "delivery", "Ann", pool="vans", amount=5)]) == []
    assert said(VANS, activities=[]) == []
