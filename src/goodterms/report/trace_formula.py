"""What an amount of the bridge was worked out from, as a reader can follow it: the formula of its step with the figures put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.facts.money import in_words
from goodterms.report.trace_line import Said, plain

_LAYERS = {"price: list": ("list_value", 1), "price: discount": ("discount", -1), "price: charges": ("charges", 1), "price: rebate": ("rebate", -1)}
"""The layers of price with the sign that they have in it; product cost is taken off too."""


@dataclass(frozen=True)
class Work:
    """What one pool cost a customer in both periods, and for how much of its driver's work."""

    pool: str
    pool_entity: str
    driver: str
    cost_earlier: Decimal
    cost_later: Decimal
    count_earlier: Decimal
    count_later: Decimal

    @property
    def at_old_rate(self) -> Decimal:
        """What the later work would have cost at the earlier rate; the later cost itself where either period has no work."""
        if not (self.count_earlier > 0 and self.count_later > 0):
            return self.cost_later
        return self.count_later * self.cost_earlier / self.count_earlier


def price_formula(step: str, row: Mapping[str, Any]) -> str:
    """An item's part of a layer of price, or of product cost: the later amount less what the later quantity came to at the earlier price.

    Examples
    --------
    >>> item = {"quantity_earlier": Decimal(10), "quantity_later": Decimal(12), "unit": "pcs"}
    >>> price_formula("price: list", item | {"list_value_earlier": Decimal(4000), "list_value_later": Decimal(5100)})
    'pcs: 5,100.00 − 12 ÷ 10 × 4,000.00'
    >>> price_formula("cost", item | {"product_cost_earlier": Decimal(60), "product_cost_later": Decimal(80)})
    'pcs: 12 ÷ 10 × 60.00 − 80.00'
    """
    column, sign = _LAYERS.get(step, ("product_cost", -1))
    now, before = in_words(row[f"{column}_later"]), in_words(row[f"{column}_earlier"])
    at_old_price = f"{plain(row['quantity_later'], 4)} ÷ {plain(row['quantity_earlier'], 4)} × {before}"
    unit = f"{row['unit']}: " if row["unit"] else ""
    return f"{unit}{now} − {at_old_price}" if sign > 0 else f"{unit}{at_old_price} − {now}"


def family_formula(step: str, row: Mapping[str, Any], whole: tuple[Decimal, Decimal]) -> str:
    """A family's part of volume or of a mix: its earlier margin, grown as all have grown or as it has itself.

    Examples
    --------
    >>> family = {"measure_earlier": Decimal(40), "measure_later": Decimal(50), "compared_earlier": Decimal(100), "compared_later": Decimal(150)}
    >>> family_formula("volume", family, (Decimal(1000), Decimal(1100)))
    '40.00 × 1,100 ÷ 1,000 − 40.00'
    >>> family_formula("mix between", family, (Decimal(1000), Decimal(1100)))
    '40.00 × 150 ÷ 100 − 40.00 × 1,100 ÷ 1,000'
    >>> family_formula("mix within", family | {"price": Decimal(3), "cost": Decimal(-2)}, (Decimal(1000), Decimal(1100)))
    '50.00 − price 3.00 − cost −2.00 − 40.00 × 150 ÷ 100'
    """
    before = in_words(row["measure_earlier"])
    as_all = f"{before} × {plain(whole[1])} ÷ {plain(whole[0])}"
    as_itself = f"{before} × {plain(row['compared_later'])} ÷ {plain(row['compared_earlier'])}"
    if step == "volume":
        return f"{as_all} − {before}"
    if step == "mix between":
        return f"{as_itself} − {as_all}"
    return f"{in_words(row['measure_later'])} − price {in_words(row['price'])} − cost {in_words(row['cost'])} − {as_itself}"


def cost_formula(work: Work, what: str) -> Said:
    """A pool's part of a bar of cost to serve: its ``rate`` (what a unit of work costs) or its ``activity`` (how much work was done).

    Examples
    --------
    >>> work = Work("Desk", "", "orders", Decimal(4000), Decimal(5100), Decimal(10), Decimal(12))
    >>> [str(cost_formula(work, what).line()) for what in ("rate", "activity")]
    ['pool Desk: −300.00 = 12 ÷ 10 orders × 4,000.00 − 5,100.00', 'pool Desk: −800.00 = 4,000.00 − 12 ÷ 10 orders × 4,000.00']
    """
    before, now = in_words(work.cost_earlier), in_words(work.cost_later)
    unit = "minutes" if work.driver.startswith("minutes = ") else work.driver.partition(" (")[0]
    old_rate = f"{plain(work.count_later)} ÷ {plain(work.count_earlier)} {unit} × {before}"
    if work.at_old_rate == work.cost_later:
        reason = (
            "traced to activities" if work.driver == "traced" else "no rate to compare" if not (work.count_earlier and work.count_later) else "the same rate"
        )
        formula = f"{before} − {now}, {reason}"
    else:
        formula = f"{old_rate} − {now}" if what == "rate" else f"{before} − {old_rate}"
    amount = work.at_old_rate - work.cost_later if what == "rate" else work.cost_earlier - work.at_old_rate
    of = f" of {work.pool_entity}" if work.pool_entity else ""
    return Said(f"pool {work.pool}{of}: ", amount, f" = {formula}")
