"""The whale curve: cumulative profit over customers ranked best to worst, and how concentrated sales are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from goodterms.analysis.result import MEASURE_COLUMN, Measure, Whale
from goodterms.facts.columns import INTERCOMPANY, NOT_CUSTOMERS

if TYPE_CHECKING:
    import pyarrow as pa

_POINTS = 400


def whale_curve(profits: Sequence[tuple[str, Decimal]], sales: Sequence[Decimal], *, period: str, measure: Measure) -> Whale:
    """Rank counterparties by profit, cumulate, and find where the curve peaks.

    Parameters
    ----------
    profits
        (key, profit) of every counterparty; ties are ranked by key.
    sales
        Sales of the customers, for the concentration.

    Examples
    --------
    >>> curve = whale_curve([("A", Decimal(50)), ("B", Decimal(-10)), ("C", Decimal(20))], [Decimal(1)] * 2, period="2024", measure="net profit")
    >>> curve.peak, curve.peak_rank, curve.losers, curve.hhi
    (Decimal('70'), 2, 1, Decimal('0.50'))
    """
    ranked = sorted(profits, key=lambda p: (-p[1], p[0]))
    total = sum((amount for _key, amount in ranked), Decimal(0))
    peak = sum((amount for _key, amount in ranked if amount > 0), Decimal(0))
    losses = sum((amount for _key, amount in ranked if amount < 0), Decimal(0))
    peak_rank = sum(1 for _key, amount in ranked if amount > 0)
    points, reached = [], Decimal(0)
    every = max(1, -(-len(ranked) // (_POINTS - 3)))
    for rank, (_key, amount) in enumerate(ranked, 1):
        reached += amount
        if rank in {1, peak_rank, len(ranked)} or rank % every == 0:
            points.append((rank, reached))
    return Whale(
        period=period,
        measure=measure,
        customers=len(ranked),
        total=total,
        peak=peak,
        peak_share=peak / total if total > 0 else None,
        peak_rank=peak_rank,
        losers=sum(1 for _key, amount in ranked if amount < 0),
        losses=losses,
        loss_share=-losses / peak if peak > 0 else None,
        hhi=concentration(sales),
        points=tuple(points),
    )


def curve_of(customers: pa.Table, when: str, *, period: str, measure: Measure) -> Whale:
    """The curve of one period of the customers' view; who neither bought nor cost anything, and the own group, are not on it."""
    keys = customers["customer"].to_pylist()
    bought = customers[f"sale_lines_{when}"].to_pylist()
    amounts = customers[f"{MEASURE_COLUMN[measure]}_{when}"].to_pylist()
    sales = customers[f"net_sales_{when}"].to_pylist()
    there = [(key, amount) for key, amount, lines in zip(keys, amounts, bought, strict=True) if (lines or amount) and key != INTERCOMPANY]
    named = [amount for key, amount in zip(keys, sales, strict=True) if key not in NOT_CUSTOMERS]
    own_group = sum((amount for key, amount in zip(keys, amounts, strict=True) if key == INTERCOMPANY), Decimal(0))
    return replace(whale_curve(there, named, period=period, measure=measure), own_group=own_group)


def concentration(sales: Sequence[Decimal]) -> Decimal | None:
    """The Herfindahl-Hirschman index over customers with sales > 0: the sum of squared shares; None without sales.

    Examples
    --------
    >>> concentration([Decimal(50), Decimal(30), Decimal(20), Decimal(-4)])
    Decimal('0.38')
    """
    positive = sorted(amount for amount in sales if amount > 0)
    whole = sum(positive, Decimal(0))
    return sum(((amount / whole) ** 2 for amount in positive), Decimal(0)) if whole else None
