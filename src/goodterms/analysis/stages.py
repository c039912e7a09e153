"""Stages: who buys within its rhythm, who has been silent for longer, and who is lost, as of the last sale day in the facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.keys import counterparty
from goodterms.facts.book import Facts
from goodterms.facts.columns import INVOICE, NOT_CUSTOMERS
from goodterms.facts.policy import Policy

if TYPE_CHECKING:
    import pyarrow as pa

ACTIVE, DORMANT, LOST = "active", "dormant", "lost"


def stages(facts: Facts, policy: Policy, *, months: Sequence[date]) -> pa.Table:
    """Return one row a customer that ever bought: the day of its last order, its median gap, its stage, and how many orders it made in some months.

    *lost*: silent for ``lost_days`` (365) or more; else *dormant*: for longer than the larger of ``dormant_days`` (90) and ``dormant_gaps`` (2) times its own
    median gap between the days of its orders; else *active*. Silence is counted from the last sale day in the facts, whoever bought then.

    Returns
    -------
    pa.Table
        ``customer``, ``last_sale`` (day), ``median_gap`` (days; null with one day of orders), ``silent`` (days), ``orders`` (in ``months``), ``stage``.
    """
    days = _days_of_orders(facts)
    as_of = facts["sale_lines"].date.max().to_pyarrow().as_py()
    if as_of is None:
        as_of = date.min
    rules = policy.on(as_of)
    before = days.date.lag().over(ibis.window(group_by="customer", order_by="date"))
    inside = days.date.truncate("M").cast("date").isin([ibis.date(month.isoformat()) for month in months]) if months else ibis.literal(value=False)
    by_customer = (
        days.mutate(gap=days.date.delta(before, unit="day"), counted=ibis.ifelse(inside, days.orders, 0))
        .group_by("customer")
        .agg(last_sale=_.date.max(), median_gap=_.gap.cast("float64").median(), orders=_.counted.sum())
    )
    judged = by_customer.mutate(silent=ibis.date(as_of.isoformat()).delta(by_customer.last_sale, unit="day"))
    rhythm: Any = ibis.greatest(float(rules.dormant_days), judged.median_gap.fill_null(0) * float(rules.dormant_gaps))
    stage = ibis.cases((judged.silent >= rules.lost_days, LOST), (judged.silent > rhythm, DORMANT), else_=ACTIVE)
    return judged.mutate(stage=stage).order_by("customer").to_pyarrow()


def _days_of_orders(facts: Facts) -> Any:
    """One row a customer and day on which an order of it was first invoiced, with how many there were."""
    lines = facts["sale_lines"].filter(_.kind == INVOICE)
    own = lines.mutate(customer=counterparty(lines), order=ibis.coalesce(_.order_number, _.document, _.date.cast("string")))
    orders = own.filter(~_.customer.isin(NOT_CUSTOMERS)).group_by("entity", "source", "customer", "order").agg(date=_.date.min())
    return orders.group_by("customer", "date").agg(orders=_.count())
