"""What a policy makes of the costs, printed: pool by pool the driver, the rate, and what stays unassigned."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from goodterms.analysis.result import Result
from goodterms.charts.figures import NOTHING, number, percent, share_of
from goodterms.facts.money import in_words
from goodterms.report.pools import PARTS, Pool, PoolPeriod, periods_of, pools_of
from goodterms.report.terminal import grid, heading, paragraph, put_row

if TYPE_CHECKING:
    from rich.console import Console

_UNUSED, _UNASSIGNED = PARTS.index("unused"), PARTS.index("unassigned")
_KEPT = {"sustaining": "kept whole (sustaining)", "excluded": "kept out (excluded)"}


def print_policy_check(result: Result, console: Console) -> None:
    """Print how each pool is shared in each period, how much of all cost stays unassigned, and why."""
    pools = pools_of(result)
    for when, period in periods_of(result):
        there = [(pool, pool.by_period[when]) for pool in pools if when in pool.by_period and pool.by_period[when].accounts]
        if not there:
            continue
        heading(console, f"Cost pools, {period.label}", "a rate is made every month; here the mean of the period")
        has_unused = any(sums.part(_UNUSED) for _pool, sums in there)
        heads = [("", "text"), ("shared by", "text"), ("cost", "figure"), ("count", "figure"), ("rate", "figure"), ("unassigned", "figure")]
        table = grid(*heads[:5], *([("unused", "figure")] if has_unused else []), heads[5])
        for pool, sums in there:
            unused = [in_words(sums.part(_UNUSED))] if has_unused else []
            put_row(table, pool.name, _shared_by(pool, sums), in_words(sums.amount), *_count_and_rate(sums), *unused, in_words(sums.part(_UNASSIGNED)))
        console.print(table)
        whole = sum((sums.amount for _pool, sums in there), Decimal(0))
        left = sum((sums.part(_UNASSIGNED) for _pool, sums in there), Decimal(0))
        share = share_of(left, whole)
        paragraph(console, f"Of {in_words(whole)}, {in_words(left)} stays unassigned{f' ({percent(share)})' if share is not None else ''}.")
        if negative := [pool.name for pool, sums in there if sums.amount < 0]:
            paragraph(console, f"Below zero: {', '.join(negative)}. A cost below zero raises profit: is it income, or are costs written negative?")
    if result.notices:
        heading(console, "Worth knowing")
        for notice in result.notices:
            paragraph(console, notice)


def _shared_by(pool: Pool, sums: PoolPeriod) -> str:
    """The driver, or what becomes of a pool that is not shared."""
    kept = next((said for part, said in _KEPT.items() if sums.part(PARTS.index(part))), "")
    return pool.driver or kept or "nothing"


def _count_and_rate(sums: PoolPeriod) -> tuple[str, str]:
    if sums.rate is None:
        return NOTHING, NOTHING
    return number(sums.driver_total), in_words(sums.rate, places=4)
