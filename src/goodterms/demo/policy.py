"""The simulated company's own policy: which driver shares out which pool, as its controller wrote it down."""

from __future__ import annotations

from goodterms.demo.costs import DESK_EQUATION, DESK_POOL, POOLS, QUARTER, CostPlan, Pool
from goodterms.demo.simulation import Simulation
from goodterms.facts.periods import add_months

_HEAD = """\
# How this company shares out its costs. A later block overrides an earlier one from its date on; nothing is overwritten.
# "Marketing" is not here: nobody has said what drives it, so it stays unassigned and visible.
version = 1
"""


def policy_toml(simulation: Simulation, plan: CostPlan) -> str:
    """The text of ``policy.toml``: every pool in the first block, the order desk's new capacity in one block a quarter."""
    blocks = [_HEAD]
    for quarter, minutes in enumerate(plan.capacity_minutes):
        blocks.append(f"\n[[policy]]\nfrom = {add_months(simulation.parameters.first_month, QUARTER * quarter)}\n")
        blocks += [_pool(pool, minutes) for pool in POOLS if pool.tier != "unassigned" and (not quarter or pool.name == DESK_POOL)]
    return "".join(blocks)


def _pool(pool: Pool, minutes: int) -> str:
    """One pool's block."""
    lines = ["", "[[policy.pool]]", f'name = "{pool.name}"']
    if pool.name == DESK_POOL:
        lines += [f'minutes = "{DESK_EQUATION}"', f"capacity_minutes = {minutes}            # practical, per month"]
    elif pool.driver:
        lines.append(f'driver = "{pool.driver}"')
    if pool.step:
        lines.append(f'step = "{pool.step}"')
    if pool.tier != "caused":
        lines.append(f'tier = "{pool.tier}"')
    if pool.avoidable:
        lines.append(f"avoidable = {pool.avoidable}")
    return "\n".join(lines) + "\n"
