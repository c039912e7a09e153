"""Stages follow from the days of orders, as of the last sale day in the facts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

import goodterms
from goodterms.analysis.stages import stages

AS_OF = date(2026, 6, 30)


def of(tmp_path, orders, policy=None):
    """The stage of each customer, whose orders are named by how many days before the last sale day they were; Zed buys on that day."""
    lines = [f"{name}{ago};{AS_OF - timedelta(days=ago)};{name};10.00" for name, days in (orders | {"Zed": [0]}).items() for ago in days]
    file = tmp_path / "sales.csv"
    file.write_text("Invoice;Date;Customer;Net\n" + "\n".join(lines) + "\n", "utf-8")
    rules = goodterms.Policy.empty() if policy is None else goodterms.Policy.read(policy)
    return {row["customer"]: row for row in stages(goodterms.read([file]).facts, rules, months=[date(2026, 6, 1)]).to_pylist()}


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        ([90], "active"),
        ([91], "dormant"),
        ([160, 80, 0], "active"),
        ([400, 320, 160], "active"),  # gaps of 80 and 160 days: the median is 120, and 160 is within 240
        ([240, 200, 121], "dormant"),  # the median is 59.5
        ([561, 361, 161], "active"),  # 161 is within twice 200
        ([364], "dormant"),
        ([365], "lost"),
        ([765, 565, 365], "lost"),  # within twice 200, and silent for a year
    ],
)
def test_stage_follows_from_silence_and_rhythm(tmp_path, days, stage):
    assert of(tmp_path, {"Ann": days})["Ann"]["stage"] == stage


def test_policy_says_how_long_is_silent(tmp_path):
    policy = "version = 1\n[[policy]]\nfrom = 2020-01-01\ndormant_days = 30\nlost_days = 60\n"
    found = of(tmp_path, {"Ann": [30], "Bob": [31], "Cleo": [60]}, policy)
    assert {name: row["stage"] for name, row in found.items()} == {"Ann": "active", "Bob": "dormant", "Cleo": "lost", "Zed": "active"}


def test_orders_of_the_months_and_the_last_day_stand_beside(tmp_path):
    ann = of(tmp_path, {"Ann": [40, 20, 10]})["Ann"]
    assert (ann["orders"], ann["last_sale"], ann["median_gap"], ann["silent"]) == (2, AS_OF - timedelta(days=10), 15.0, 10)
