"""Cost to serve: every cost pool shared to the cells that caused it, to the unit, with what nobody caused kept in rows of its own.

A pool is shared once per entity, month and pool, in integers of the smallest unit of the costs (10**-4 or finer), by largest remainder. What is traced to
an activity is taken out first. For each pool: amount = assigned + unused + unassigned + sustaining + excluded + excess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from goodterms.analysis.activity_kinds import said_of_activities
from goodterms.analysis.allocation import share_out
from goodterms.analysis.cube import DIMENSIONS, SALES_COLUMNS
from goodterms.analysis.drivers import LINE_DRIVERS, WORK, Drivers
from goodterms.analysis.months import first_of_month, months_in
from goodterms.errors import PolicyError
from goodterms.facts.engine import a_name_of_its_own, keep
from goodterms.facts.money import in_words
from goodterms.facts.periods import month_name
from goodterms.facts.policy import RESERVED_STEPS, Policy, PoolPolicy
from goodterms.facts.time_equation import TimeEquation

if TYPE_CHECKING:
    from ibis import Table
    from numpy.typing import NDArray

PARTS: tuple[str, ...] = ("assigned", "unused", "unassigned", "sustaining", "excluded", "excess")
"""What becomes of a pool. ``excess`` is negative: what was traced beyond the pool's amount."""
_CELL_ORDER = ("entity_met", "month", "counterparty", "product", "manager", "channel", "entity", "level")
_WEIGHT_PLACES = (6, 4, 2, 0)
"""Decimal places of a driver's counts: as many as keep their sum within 64 bits."""
_LARGEST_WEIGHT = Decimal(2**61)
_LARGEST_AMOUNT = 2**63 - 1
_SHARE_PLACES = 6
_COLUMNS = {
    *(*DIMENSIONS, *SALES_COLUMNS, "invoiced_sales", "gross_margin", "product_contribution", "contribution", "net_profit", "avoidable_profit"),
    *("avoidable_cost", "line_cost", "cost_to_serve", "sale_lines", "customer", "name", "segment", "country", "family"),
}
"""What cubes and views call their own columns: no step of cost to serve may be taken for one."""
_RATE_PLACES = Decimal(1).scaleb(-12)


@dataclass
class PoolMonth:
    """One cost pool of one entity and month: what it cost, by account, and what became of it; amounts in integers of the unit."""

    entity: str
    month: date
    pool: str
    accounts: list[tuple[str, str, int]]
    policy: PoolPolicy | None
    driver: str = ""
    level: str = ""
    traced: int = 0
    is_traced: bool = False
    driver_total: Decimal = Decimal(0)
    capacity: Decimal | None = None
    parts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    step: str = ""

    @property
    def amount(self) -> int:
        """The pool's amount, all accounts together."""
        return sum(amount for _account, _name, amount in self.accounts)

    @property
    def own_step(self) -> str:
        """The waterfall's step as the policy writes it; a pool that it does not name is its own."""
        return self.policy.step if self.policy else self.pool

    @property
    def destiny(self) -> str:
        """What becomes of a pool whose accounts cancel out: of the pool nothing is left, and each account still has its amount."""
        if self.driver_total:
            return "assigned"
        if self.driver or self.policy is None or self.policy.tier == "caused":
            return "unused" if self.capacity is not None else "unassigned"
        return self.policy.tier

    def split_over_accounts(self) -> Iterator[tuple[str, str, int, dict[str, int]]]:
        """Each account with its amount and its part of every part: the accounts' parts sum to the pool's, and each account's parts to its amount.

        Accounts share in proportion; the rounding is that of the running total, so that both sums are exact.
        """
        total, running, given = self.amount, 0, dict.fromkeys(PARTS, 0)
        own = [part for part in PARTS if self.parts[part]] or [self.destiny]
        for account, name, amount in self.accounts or [("", "", 0)]:
            running += amount
            last = (account, name, amount) == (self.accounts or [("", "", 0)])[-1]
            mine = dict.fromkeys(PARTS, 0)
            for part in own[1:]:
                until_here = self.parts[part] if last or not total else round(Decimal(self.parts[part]) * running / total)
                mine[part], given[part] = until_here - given[part], until_here
            if own:
                mine[own[0]] = amount - sum(mine.values())
            yield account, name, amount, mine


@dataclass(frozen=True)
class CostToServe:
    """Cost shared: ``shares`` (one row a pool, month and cell, worked out on the engine), what became of each pool, and what a person should know."""

    shares: Table
    pool_months: tuple[PoolMonth, ...]
    places: int
    notices: tuple[str, ...]

    @cached_property
    def unit(self) -> Decimal:
        """The smallest unit: 10**-places."""
        return Decimal(1).scaleb(-self.places)

    def total(self, part: str, months: Sequence[date] | None = None) -> Decimal:
        """The sum of one part ("assigned", "unassigned" …) over all pools, of some months or all."""
        return sum((pool.parts[part] for pool in self.pool_months if months is None or pool.month in months), 0) * self.unit

    def steps(self) -> dict[str, list[str]]:
        """The steps that carry cost, by level, in the policy's order."""
        by_level: dict[str, list[str]] = {"line": [], "order": [], "customer": []}
        for row in self.shares.group_by("level", "step").agg(first=_.place.min()).order_by("first", "step").to_pyarrow().to_pylist():
            by_level[row["level"]].append(row["step"])
        return by_level

    def reconciliation(self) -> list[dict[str, Any]]:
        """One row a month, entity, pool and account: its amount and what became of it."""
        rows = []
        for pool in self.pool_months:
            for account, name, amount, parts in pool.split_over_accounts():
                row = {
                    "month": pool.month,
                    "entity": pool.entity,
                    "pool": pool.pool,
                    "account": account,
                    "account_name": name,
                    "driver": pool.driver,
                    "step": pool.step,
                }
                rows.append(row | {"amount": amount * self.unit} | {part: units * self.unit for part, units in parts.items()})
        return rows

    def rates(self) -> list[dict[str, Any]]:
        """One row a month, entity and pool with a driver: amount, traced, driver total, capacity, and the rate that made every share."""
        rows = []
        for pool in self.pool_months:
            if not pool.driver or not pool.driver_total:
                continue
            to_share = (pool.amount - pool.traced) * self.unit if not pool.parts["excess"] else Decimal(0)
            rate = (to_share / (pool.capacity or pool.driver_total)).quantize(_RATE_PLACES, ROUND_HALF_EVEN)
            rows.append(
                {
                    "entity": pool.entity,
                    "month": pool.month,
                    "pool": pool.pool,
                    "step": pool.step,
                    "driver": pool.driver,
                    "level": pool.level,
                    "amount": pool.amount * self.unit,
                    "traced": pool.traced * self.unit,
                    "driver_total": pool.driver_total,
                    "capacity": pool.capacity,
                    "rate": rate,
                }
            )
        return rows


_POOL_COLUMNS = {"pool_number": pa.int32(), **dict.fromkeys(("pool_entity", "pool", "step", "driver"), pa.string()), "place": pa.int64()}
_SHARE_AMOUNTS = ("driver_count", "amount", "avoidable")
_SHARE_COLUMNS = (
    *("pool_entity", "entity", "month", "pool", "step", "place", "driver", "level", "counterparty", "product", "manager", "channel"),
    *_SHARE_AMOUNTS,
)


def share_costs(drivers: Drivers, policy: Policy, progress: Callable[[str], None], *, months: Collection[date] | None = None) -> CostToServe:
    """Share every cost pool as the policy says. Notices are of ``months`` (those that are compared), or else of all.

    Raises
    ------
    PolicyError
        For a time equation with an unknown name, or a capacity so far below its use that the cost of that use leaves 64 bits.
    """
    sharing = Sharing(drivers, policy, progress, months)
    return sharing.told(sharing.share())


class _Cells:
    """Cells in key order, numbered and kept on the engine: here only their numbers are handled, and what was shared to them."""

    def __init__(self, engine: Any, name: str, table: Table, order: Sequence[str]) -> None:
        self.engine = engine
        kept = keep(engine, name, table.order_by(list(order)))
        self.table = kept.mutate(cell=kept.rowid())  # the engine keeps rows in the order in which they were put in, and gives them back in it
        self.parts: list[pa.Table] = []

    def put(self, pool_number: int, cells: NDArray[np.int64], amounts: Mapping[str, pa.Array]) -> None:
        """Take a pool's shares of some cells."""
        self.parts.append(pa.table({"pool_number": pa.repeat(pa.scalar(pool_number, pa.int32()), len(cells)), "cell": cells, **amounts}))

    def shares(self) -> Table | None:
        """What was shared, with the cells' names; None where nothing was."""
        if not self.parts:
            return None
        numbered = self.engine.create_table(a_name_of_its_own("cell_shares"), pa.concat_tables(self.parts), temp=True)
        return numbered.join(self.table, "cell").select("pool_number", *WORK, *_SHARE_AMOUNTS)


class _Work(_Cells):
    """The cells of one driver, or of several that count the same cells: what pools are shared over."""

    def __init__(self, engine: Any, table: Table, *, by_entity: bool) -> None:
        met = table.entity if by_entity else ibis.literal("")
        super().__init__(engine, "cells", table.mutate(entity_met=met), _CELL_ORDER)
        months = self.table.group_by("entity_met", "month").agg(begin=_.cell.min(), cells=_.count(), level=_.level.argmin(_.cell))
        rows = months.to_pyarrow().to_pylist()
        self.span = {(row["entity_met"], row["month"]): (row["begin"], row["begin"] + row["cells"], row["level"]) for row in rows}
        self._counted: dict[str, tuple[NDArray[np.int64], dict[date, int]]] = {}

    def counted(self, column: str) -> tuple[NDArray[np.int64], dict[date, int]]:
        """A driver's count of every cell in order, in integers of 10**-places, and the places of each month: a month's shares say nothing of other months."""
        if column not in self._counted:
            weight = self.table[column]
            sums = self.table.group_by("month").agg(whole=weight.sum()).to_pyarrow().to_pylist()
            places = {row["month"]: next(p for p in _WEIGHT_PLACES if row["whole"].scaleb(p) < _LARGEST_WEIGHT) for row in sums}
            months = {p: [month for month in places if places[month] == p] for p in sorted({*places.values()} or {_WEIGHT_PLACES[0]})}
            cases = [
                (self.table.month.isin([ibis.date(m.isoformat()) for m in of]), (weight.cast(f"decimal(38, {p})") * ibis.literal(10**p)).cast("int64"))
                for p, of in months.items()
            ]
            units = cases[0][1] if len(cases) == 1 else ibis.cases(*cases)
            found = self.table.select(units=units).to_pyarrow()["units"]
            self._counted[column] = found.to_numpy().astype(np.int64), places
        return self._counted[column]


class Sharing:
    """One sharing of pools: cells are worked out once a driver."""

    def __init__(self, drivers: Drivers, policy: Policy, progress: Callable[[str], None], months: Collection[date] | None) -> None:
        self.drivers, self.policy, self.progress, self.months = drivers, policy, progress, months
        self.engine = drivers.facts.engine
        self.notices: list[str] = []
        self.work: dict[tuple[str, bool, str], _Work] = {}
        self.traced_cells: _Cells | None = None
        self.counted = drivers
        self.pools: list[dict[str, Any]] = []
        self.policy.check_equations(drivers.order_terms, drivers.activity_terms)
        self.sellers_named = drivers.cube.filter(_.entity != "").count().to_pyarrow().as_py() > 0
        costs = drivers.facts["costs"]
        self.traced = self._traced()
        self.places = max(4, costs.amount.type().scale or 4, drivers.facts["activities"].amount.type().scale or 4)
        self.pool_months = self._pool_months(costs, self.traced)
        self.place = {name: i for i, name in enumerate(policy.pool_names)}
        names = step_names([p.own_step for p in sorted(self.pool_months, key=lambda p: self.place.get(p.pool, len(self.place)))])
        for pool in self.pool_months:
            pool.step = names[pool.own_step]
            self._start(pool)

    def share(self, only: Collection[date] | None = None, counted: Drivers | None = None) -> Table:
        """Share the pools, of some months or all, by what is ``counted`` in these; return one row a pool, month and cell."""
        self.counted = counted or self.drivers
        shared = [pool for pool in self.pool_months if only is None or pool.month in only]
        for driver, pools in self._by_driver(shared).items():
            self.progress(f"sharing {', '.join(sorted({p.pool for p in pools}))} by {driver}")
            self._share(pools)
        self._put_traced(shared)
        return self._kept()

    def told(self, shares: Table) -> CostToServe:
        """All shares, with what became of the pools and what a person should know."""
        self._say(self.pool_months)
        return CostToServe(shares, tuple(self.pool_months), self.places, tuple(self.notices))

    @staticmethod
    def _by_driver(pools: Sequence[PoolMonth]) -> dict[str, list[PoolMonth]]:
        found: dict[str, list[PoolMonth]] = defaultdict(list)
        for pool in pools:
            if pool.driver:
                found[pool.driver].append(pool)
        return found

    def _units(self, amount: Decimal) -> int:
        return int(amount.scaleb(self.places))

    def _traced(self) -> Table | None:
        """Activities whose very cost is known."""
        said = self.drivers.facts["activities"]
        if not said.filter(_.pool.notnull() & _.amount.notnull()).count().to_pyarrow().as_py():
            return None
        return self.drivers.activities.filter(_.pool.notnull() & _.amount.notnull())

    def _pool_months(self, costs: Table, traced: Table | None) -> list[PoolMonth]:
        """The pools with their accounts, in order of month, entity and pool; a pool that is only traced has no account."""
        rows = costs.group_by(
            month=first_of_month(_.period), entity=_.entity.fill_null(""), pool=_.pool.fill_null("(no pool)"), account=_.account.fill_null("")
        ).agg(name=_.account_name.max(), amount=_.amount.sum())
        found: dict[tuple[date, str, str], PoolMonth] = {}
        for row in rows.order_by("month", "entity", "pool", "account").to_pyarrow().to_pylist():
            key = (row["month"], row["entity"], row["pool"])
            pool = found.setdefault(key, PoolMonth(row["entity"], row["month"], row["pool"], [], self.policy.pool(row["pool"], row["month"])))
            pool.accounts.append((row["account"], row["name"] or "", self._units(row["amount"])))
        if traced is not None:
            for row in traced.group_by("month", "entity", "pool").agg(amount=_.amount.sum()).to_pyarrow().to_pylist():
                key = self._pool_key(row["month"], row["entity"], row["pool"], found)
                pool = found.setdefault(key, PoolMonth(key[1], key[0], key[2], [], self.policy.pool(key[2], key[0])))
                pool.traced, pool.is_traced = pool.traced + self._units(row["amount"]), True
        return [found[key] for key in sorted(found)]

    @staticmethod
    def _pool_key(month: date, entity: str, pool: str, found: dict[tuple[date, str, str], PoolMonth]) -> tuple[date, str, str]:
        """The pool that a traced amount is taken from: its own entity's, else the only one of that name with a cost in the month."""
        if (month, entity, pool) in found:
            return month, entity, pool
        same = [key for key in found if key[0] == month and key[2] == pool and found[key].accounts]
        return same[0] if len(same) == 1 else (month, entity, pool)

    def _start(self, pool: PoolMonth) -> None:
        """What the policy says becomes of a pool before any driver is counted."""
        policy, rest = pool.policy, pool.amount - pool.traced
        pool.parts["assigned"] = pool.traced
        if pool.is_traced and (rest < 0 <= pool.amount or not pool.accounts):
            pool.parts["excess"] = rest
            return
        if policy is not None and policy.tier == "excluded":
            pool.parts["excluded"] = rest
        elif policy is not None and policy.tier == "sustaining" and policy.spread == "none":
            pool.parts["sustaining"] = rest
        elif policy is not None and policy.tier == "sustaining":
            pool.driver = "value (spread)"
        elif policy is not None and (policy.driver or policy.minutes):
            pool.driver = policy.driver or f"minutes = {policy.minutes}"
            pool.capacity = policy.capacity_minutes
        else:
            pool.parts["unassigned"] = rest

    def _share(self, pools: list[PoolMonth]) -> None:
        """Share the pools of one driver."""
        policy = pools[0].policy
        spread = pools[0].driver == "value (spread)"
        what: str | TimeEquation = "value" if spread else (policy.minutes or policy.driver or "") if policy else ""
        of_lines = not spread and what in LINE_DRIVERS
        for pool in pools:
            by_entity = bool(pool.entity) and self.sellers_named and not self.policy.on(pool.month).across_entities
            traced = "" if of_lines or not pool.traced else pool.pool
            key = ("sale lines" if of_lines else pool.driver, by_entity, traced)
            work = self.work.get(key)
            if work is None:
                counted = self.counted.line_work if of_lines else self.counted.work(what, besides=traced)
                self.work[key] = work = _Work(self.engine, _to_customers(counted) if spread else counted, by_entity=by_entity)
            self._share_one(pool, work, str(what) if of_lines else "weight", pool.entity if by_entity else "")

    def _share_one(self, pool: PoolMonth, work: _Work, column: str, entity: str) -> None:
        """Share one pool over the cells of its month: absorbing, or by practical capacity with the unused part kept apart."""
        begin, end, level = work.span.get((entity, pool.month), (0, 0, ""))
        counted, places_of = work.counted(column)
        places = places_of.get(pool.month, _WEIGHT_PLACES[0])
        rest, weights = pool.amount - pool.traced, counted[begin:end]
        used = int(weights.sum(dtype=object)) if begin < end else 0
        pool.driver_total = Decimal(used).scaleb(-places)
        if pool.capacity is None and not used:
            pool.parts["unassigned"] = rest
            return
        to_share, capacity = rest, int(pool.capacity.scaleb(places)) if pool.capacity is not None else used
        if capacity < used:
            to_share = round(Decimal(rest) * used / capacity)
            if abs(to_share) > _LARGEST_AMOUNT:
                said = f"{pool.pool} used {pool.driver_total:,.0f} minutes of {pool.capacity:,.0f} in {month_name(pool.month)}"
                raise PolicyError(f"{said}: at that rate it would cost more than can be counted. Correct its capacity_minutes.")
        idle = capacity - used
        cells = np.append(weights, idle) if idle > 0 else weights
        shares = share_out(np.array([to_share], np.int64), cells, np.zeros(len(cells), np.int64)) if to_share else np.zeros(len(cells), np.int64)
        assigned = int(shares[: len(weights)].sum())
        pool.parts["assigned"] += assigned
        pool.parts["unused"] = rest - assigned
        if used:
            pool.level = level
            done = np.flatnonzero(weights)
            self._put(pool, work, begin + done, shares[done], decimals(weights[done], places))

    def _put(self, pool: PoolMonth, cells: _Cells, numbers: NDArray[np.int64], units: NDArray[np.int64], counts: pa.Array, *, traced: bool = False) -> None:
        """Keep shares of a pool for its cells."""
        share = pool.policy.avoidable if pool.policy and pool.policy.avoidable is not None else Decimal(int(traced))
        told = {"pool_entity": pool.entity, "pool": pool.pool, "step": pool.step, "driver": "traced" if traced else pool.driver}
        self.pools.append({"pool_number": len(self.pools), **told, "place": self.place.get(pool.pool, len(self.place))})
        avoidable = decimals(_times(units, int(share * 10**_SHARE_PLACES)), self.places + _SHARE_PLACES)
        amounts = zip(_SHARE_AMOUNTS, (counts, decimals(units, self.places), avoidable), strict=True)
        cells.put(len(self.pools) - 1, numbers, {name: values.cast(self._types[name]) for name, values in amounts})

    @cached_property
    def _types(self) -> dict[str, pa.DataType]:
        """The columns of amounts."""
        places = (_WEIGHT_PLACES[0], self.places, self.places + _SHARE_PLACES)
        return {name: pa.decimal128(38, scale) for name, scale in zip(_SHARE_AMOUNTS, places, strict=True)}

    def _put_traced(self, shared: Sequence[PoolMonth]) -> None:
        """Keep what is traced with the cells of its activities."""
        if self.traced is None:
            return
        pools = {(p.month, p.entity, p.pool): p for p in shared}
        by_cell = self.traced.filter(months_in(sorted({p.month for p in shared}))).group_by(*WORK, "pool").agg(amount=_.amount.sum())
        cells = _Cells(self.engine, "cells_traced", by_cell, ("month", "pool", *(c for c in WORK if c != "month")))
        self.traced_cells = cells
        rows = cells.table.order_by("cell").select("month", "entity", "pool", "amount").to_pyarrow().to_pylist()
        owners = [pools[self._pool_key(row["month"], row["entity"], row["pool"], pools)] for row in rows]
        units = np.array([self._units(row["amount"]) for row in rows], np.int64)
        for pool in shared:
            if not pool.is_traced:
                continue
            mine = np.array([i for i, owner in enumerate(owners) if owner is pool], np.int64)
            self._put(pool, cells, mine, units[mine], decimals(np.zeros(len(mine), np.int64), 0), traced=True)

    def _is_told(self, pool: PoolMonth) -> bool:
        """Whether what became of a pool is in any figure."""
        return self.months is None or pool.month in self.months

    def _say(self, pool_months: list[PoolMonth]) -> None:
        """What a person should know: drivers without a cost, traced beyond the pool."""
        for pool in (pool for pools in self._by_driver(pool_months).values() for pool in pools):
            if self._is_told(pool) and pool.capacity is not None and pool.capacity < pool.driver_total:
                used = f"{pool.pool} used {pool.driver_total:,.0f} minutes of {pool.capacity:,.0f} in {month_name(pool.month)}"
                self.notices.append(f"{used}: more than its capacity, so more than its cost is assigned.")
        met = {p.pool for p in pool_months}
        self.notices += [f'The policy names the pool "{name}", and no cost of that name is in the data.' for name in self.policy.pool_names if name not in met]
        told = [pool for pool in pool_months if self._is_told(pool)]
        self.notices += _why_unassigned(told, self.policy)
        self.notices += said_of_activities(self.drivers, self.policy)
        if self.sellers_named and any(not pool.entity and pool.driver for pool in told):
            self.notices.append("Costs that name no company of the group are shared over the sales of all of them.")
        for pool in told:
            if pool.parts["excess"]:
                over = in_words(-pool.parts["excess"] * Decimal(1).scaleb(-self.places))
                when = month_name(pool.month)
                said = (
                    f"more was traced in {when} than the pool holds; {over}" if pool.accounts else f"{over} was traced in {when} to a pool without a cost, and"
                )
                self.notices.append(f"{pool.pool}: {said} is an excess.")

    def _kept(self) -> Table:
        """All shares on the engine, with their cells and pools."""
        cells = [*self.work.values(), *([self.traced_cells] if self.traced_cells else [])]
        found = [shares for of in cells if (shares := of.shares()) is not None]
        if not found:
            columns = {"pool_number": pa.int32(), **dict.fromkeys(WORK, pa.string()), "month": pa.date32(), **self._types}
            found = [self._uploaded("no_shares", pa.schema(columns).empty_table())]
        pools = self._uploaded("pools", pa.Table.from_pylist(self.pools, schema=pa.schema(_POOL_COLUMNS)))
        shares = ibis.union(*found) if len(found) > 1 else found[0]
        return keep(self.engine, "shares", shares.join(pools, "pool_number").select(*_SHARE_COLUMNS))

    def _uploaded(self, name: str, table: pa.Table) -> Table:
        return self.engine.create_table(a_name_of_its_own(name), table, temp=True)


def _why_unassigned(pool_months: Sequence[PoolMonth], policy: Policy) -> Iterator[str]:
    """Why cost stays unassigned: a sentence a pool and reason. Months before the policy begins are the study's to say, for all pools at once."""
    found: dict[tuple[str, str, bool], list[PoolMonth]] = defaultdict(list)
    for pool in pool_months:
        if pool.parts["unassigned"] and policy.begins is not None and pool.month >= policy.begins:
            found[pool.pool, pool.driver, pool.policy is None].append(pool)
    for (name, driver, is_unnamed), pools in found.items():
        if driver:
            companies = sorted({pool.entity for pool in pools if pool.entity})
            of = f" of {', '.join(companies)}" if companies else ""
            yield f"{name}{of} is unassigned in {_months_in_words({p.month for p in pools})}: nothing was counted there of what drives it ({driver})."
        elif not is_unnamed:
            yield f'The policy gives the pool "{name}" no driver, so it is unassigned.'
        elif name in policy.pool_names:
            since = min(block.from_ for block in policy.blocks if block.pool(name))
            yield f'The policy names the pool "{name}" from {month_name(since)} on, so it is unassigned in {_months_in_words({p.month for p in pools})}.'
        else:
            near = get_close_matches(name.casefold(), [other.casefold() for other in policy.pool_names], 1, 0.85)
            meant = next((f' Did you mean its "{other}"?' for other in policy.pool_names if near and other.casefold() == near[0]), "")
            yield f'The policy says nothing of the pool "{name}", so it is unassigned.{meant}'


def _months_in_words(months: Collection[date]) -> str:
    """2023-02, or: 3 months, 2023-02 the first."""
    first = month_name(min(months))
    return first if len(months) == 1 else f"{len(months)} months, {first} the first"


def step_names(steps: Sequence[str]) -> dict[str, str]:
    """What each step is called. Steps become columns, and engines do not tell columns apart by case: one spelling each, and none that is a column already
    or a word of the waterfall or bridge (a pool that gives no step is its own).

    Examples
    --------
    >>> step_names(["Freight", "freight", "rebate"])
    {'Freight': 'Freight', 'freight': 'Freight', 'rebate': 'rebate (cost to serve)'}
    """
    called: dict[str, str] = {}
    for step in steps:
        is_taken = step.casefold() in _COLUMNS or step.casefold().replace("_", " ") in RESERVED_STEPS
        called.setdefault(step.casefold(), f"{step} (cost to serve)" if is_taken else step)
    return {step: called[step.casefold()] for step in steps}


def decimals(units: NDArray[Any], places: int) -> pa.Array:
    """Integers of a unit as decimals: their bits, widened to 128, with the point put in.

    Examples
    --------
    >>> decimals(np.array([-12345, 7]), 4).to_pylist()
    [Decimal('-1.2345'), Decimal('0.0007')]
    """
    if units.dtype == object:
        return pa.array([Decimal(int(u)).scaleb(-places) for u in units], pa.decimal128(38, places))
    low = units.astype(np.int64)
    wide = np.stack([low, low >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(38, places), len(low), [None, pa.py_buffer(wide.tobytes())])


def _times(units: NDArray[np.int64], factor: int) -> NDArray[Any]:
    """A product of integers, exact also where it leaves 64 bits."""
    largest = int(np.abs(units).max(initial=0))
    return units * np.int64(factor) if largest * abs(factor) < 2**63 else units.astype(object) * factor


def _to_customers(work: Table) -> Table:
    """Sustaining cost that the policy divides stays at customer level: no product caused it."""
    return work.mutate(level=ibis.literal("customer"), product=ibis.literal("customer"), channel=ibis.literal("")).group_by(*WORK).agg(weight=_.weight.sum())
