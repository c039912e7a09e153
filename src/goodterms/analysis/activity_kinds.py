"""Kinds of activities and the pools of a policy that count them: which kind no pool counts, and which pool counts one that no activity is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ibis import _

from goodterms.analysis.drivers import ACTIVITY_OF_DRIVER, Drivers
from goodterms.facts.policy import Policy

if TYPE_CHECKING:
    from goodterms.facts.policy import PoolPolicy

_MOST_NAMED = 8
"""So many kinds are named in a sentence."""


def said_of_activities(drivers: Drivers, policy: Policy) -> Iterator[str]:
    """What a person should know of kinds of activities: a pool that counts one of which there is none, and kinds that no pool counts.

    An activity whose very cost is traced is counted by that.
    """
    if not drivers.has_activities:
        return
    traced = _.pool.notnull() & _.amount.notnull()
    rows = drivers.activities.group_by("kind").agg(rows=_.count(), free=(~traced).sum()).order_by(_.rows.desc(), "kind").to_pyarrow().to_pylist()
    met = {row["kind"] or "without a kind": row["rows"] for row in rows}
    pools = {pool.name: _counted(pool) for block in policy.blocks for pool in block.pools}
    for name, counted in pools.items():
        missing = [kind for kind in counted or () if kind not in met]
        if missing:
            yield f"{name} counts activities of the kind {' and '.join(missing)}, and there is none. The kinds are {_listed(met)}."
    if any(counted is None for counted in pools.values()):
        return
    counted_by_any = {kind for counted in pools.values() for kind in counted or ()}
    uncounted = {row["kind"] or "without a kind": row["free"] for row in rows if row["free"] and row["kind"] not in counted_by_any}
    if uncounted and pools:
        yield f"No pool of the policy counts these activities: {_listed(uncounted)}."


def _counted(pool: PoolPolicy) -> tuple[str, ...] | None:
    """The kinds of activities that a pool counts; None where it counts the minutes of all."""
    if pool.minutes is not None and pool.minutes.is_of_activities:
        return tuple(ACTIVITY_OF_DRIVER[name] for name in pool.minutes.names if name in ACTIVITY_OF_DRIVER) or None
    if pool.driver == "minutes":
        return None
    return (ACTIVITY_OF_DRIVER[pool.driver],) if pool.driver in ACTIVITY_OF_DRIVER else ()


def _listed(kinds: Mapping[str, int]) -> str:
    """Kinds with how many rows each has."""
    named = [f"{kind} ({rows:,})" for kind, rows in list(kinds.items())[:_MOST_NAMED]]
    return ", ".join(named + ["…"] * (len(kinds) > _MOST_NAMED))
