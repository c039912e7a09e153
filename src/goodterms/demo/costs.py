"""What the simulated company spends: cost pools month by month, from what was done, at true rates, with some chance and some idle capacity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from goodterms.demo.activities import DELIVERY_POOL
from goodterms.demo.simulation import Simulation

DESK_EQUATION = "5 + 3*lines + 15*new + 10*rush"
"""Minutes of the order desk for an order: what the equation of ``policy.toml`` says is what is true."""
DESK_CONSTANT, DESK_LINE, DESK_NEW, DESK_RUSH = 5, 3, 15, 10
DESK_POOL = "Order desk"
QUARTER = 3
"""Months for which the order desk is staffed alike."""
WEIGHT_POOL = "Freight by weight"
VISIT_POOL = "Field sales visits"


_LEAST_FALL = 0.003
"""Of a year's sales: by at least so much its profit falls short of the year before."""


@dataclass(frozen=True)
class Pool:
    """One cost pool: the accounts that it is made of (with the share of the first), what drives it, and what of it could be avoided."""

    name: str
    accounts: tuple[tuple[str, str], ...]
    first_share: float
    driver: str = ""
    step: str = ""
    tier: str = "caused"
    avoidable: str = ""


POOLS = (
    Pool(DESK_POOL, (("5010", "Salaries, order desk"), ("6210", "Order system")), 0.86, "minutes", "order handling", avoidable="0.5"),
    Pool("Picking", (("5020", "Salaries, warehouse"), ("6310", "Packing material")), 0.90, "lines", "picking", avoidable="0.6"),
    Pool(DELIVERY_POOL, (("6410", "Own vans"), ("6420", "Carriers")), 1.0, "deliveries", "delivery", avoidable="0.8"),
    Pool(WEIGHT_POOL, (("6430", "Freight by weight"),), 1.0, "kg", "delivery", avoidable="1.0"),
    Pool(VISIT_POOL, (("5030", "Salaries, field sales"), ("6510", "Travel")), 0.80, "visits", "visits", avoidable="0.4"),
    Pool("Inside sales", (("5040", "Salaries, inside sales"),), 1.0, "calls", "support", avoidable="0.4"),
    Pool("Customer service", (("5050", "Salaries, customer service"),), 1.0, "tickets", "support", avoidable="0.4"),
    Pool("Returns handling", (("5060", "Salaries, returns"),), 1.0, "returns", "returns", avoidable="0.7"),
    Pool("Warehouse rent", (("6110", "Rent"),), 1.0, tier="sustaining"),
    Pool("Marketing", (("6610", "Advertising"), ("6620", "Trade fairs")), 0.6, tier="unassigned"),
    Pool("Administration", (("5090", "Salaries, administration"), ("6910", "Other administration")), 0.72, tier="sustaining"),
    Pool("Interest", (("7510", "Interest"),), 1.0, tier="excluded"),
)
"""In the order of the files. *Unassigned*: the policy names no driver for it."""


@dataclass(frozen=True)
class CostPlan:
    """What the costs were made from and the policy says too: the order desk's paid minutes a month, planned for each quarter."""

    capacity_minutes: tuple[int, ...]


def make_costs(simulation: Simulation) -> CostPlan:
    """Make the tables ``pool_months`` (pool × month with its driver count and true rate) and ``costs`` (its rows by account, whole cents).

    A pool's amount is its true rate × driver count, strayed by chance; the order desk's is its true rate × paid minutes, used or not; carriers' bills come on
    top of the own vans. Where a few lucky customers
    would let a year's profit rise, as in a small company, all work is dearer in that year. Sustaining costs are set so that the first year earns what the
    parameters say, and rise from there.
    """
    _driver_counts(simulation)
    counts = {int(row[0]): dict(zip(COUNTED, row[1:], strict=True)) for row in simulation.rows(f"SELECT m, {', '.join(COUNTED)} FROM driver_counts ORDER BY m")}
    capacity = _capacity(simulation, counts)
    rows = [row for m, count in counts.items() for row in _caused(simulation, m, count, capacity[m // QUARTER])]
    rows = _dearer_where_chance_was_kind(simulation, rows)
    rows += _sustaining(simulation, rows)
    _keep(simulation, rows)
    return CostPlan(capacity)


@dataclass(frozen=True)
class PoolMonth:
    """One pool in one month. Amounts in whole cents, the true rate in euros; ``count`` is in the driver's own unit (grams for kilograms)."""

    m: int
    pool: str
    amount: int
    count: int | None = None
    true_rate: float | None = None
    traced: int = 0
    unused: int = 0


COUNTED = ("minutes", "lines", "deliveries", "grams", "visits", "calls", "tickets", "returns", "bills")


def _driver_counts(simulation: Simulation) -> None:
    """What was done in each month, as an analysis will count it: orders in the month of their first invoice, lines and weight of invoices alone."""
    simulation.step(
        "driver_counts",
        f"""
        WITH firsts AS (SELECT c, min(m) AS m FROM orders WHERE c > 0 GROUP BY c),
        desk AS (SELECT m, sum({DESK_CONSTANT} + {DESK_LINE} * order_size + CASE WHEN rush THEN {DESK_RUSH} ELSE 0 END) AS minutes FROM orders GROUP BY m),
        new AS (SELECT m, {DESK_NEW} * count(*) AS minutes FROM firsts GROUP BY m),
        picked AS (SELECT m, sum(lines) AS lines, sum(grams) AS grams FROM documents WHERE NOT is_credit GROUP BY m),
        done AS (
            SELECT m, count(*) FILTER (kind = 'delivery') AS deliveries, count(*) FILTER (kind = 'visit') AS visits, count(*) FILTER (kind = 'call') AS calls,
                   count(*) FILTER (kind = 'ticket') AS tickets, count(*) FILTER (kind = 'return') AS returns, sum(bill) AS bills
            FROM activities GROUP BY m
        )
        SELECT months.m, (coalesce(desk.minutes, 0) + coalesce(new.minutes, 0))::BIGINT AS minutes, coalesce(lines, 0)::BIGINT AS lines,
               coalesce(grams, 0)::BIGINT AS grams, coalesce(deliveries, 0) AS deliveries, coalesce(visits, 0) AS visits, coalesce(calls, 0) AS calls,
               coalesce(tickets, 0) AS tickets, coalesce(returns, 0) AS returns, coalesce(bills, 0)::BIGINT AS bills
        FROM months LEFT JOIN desk USING (m) LEFT JOIN new USING (m) LEFT JOIN picked USING (m) LEFT JOIN done USING (m)
        """,
    )


def _capacity(simulation: Simulation, counts: Mapping[int, Mapping[str, int]]) -> tuple[int, ...]:
    """Paid minutes a month, for each quarter: the average use and a reserve, and no less than the busiest month needs; in round figures."""
    capacity = []
    for first in range(0, simulation.parameters.months, QUARTER):
        used = [count["minutes"] for m, count in counts.items() if first <= m < first + QUARTER]
        needed = max(simulation.parameters.costs.desk_reserve * sum(used) / len(used), 1.01 * max(used), 1)
        step = 100 if needed > 5000 else 10
        capacity.append(math.ceil(needed / step) * step)
    return tuple(capacity)


def true_rates(simulation: Simulation, m: int) -> dict[str, float]:
    """What one unit of each driver truly costs in a month, in euros: a minute, line, delivery, kilogram, visit, call, ticket and return."""
    costs = simulation.parameters.costs
    risen = (1 + costs.rise) ** (m / 12)
    rates = (costs.desk_minute, costs.line_picked, costs.delivery, costs.kilogram, costs.visit, costs.call, costs.ticket, costs.return_)
    return {pool.name: rate * risen for pool, rate in zip(POOLS, rates, strict=False)}


def _caused(simulation: Simulation, m: int, count: Mapping[str, int], capacity: int) -> list[PoolMonth]:
    """The pools that have a driver."""
    rows = []
    for pool, (name, rate) in zip(POOLS, true_rates(simulation, m).items(), strict=False):
        strayed = rate * _stray(simulation, pool.name, m)
        counted = count["grams"] if pool.driver == "kg" else count[pool.driver]
        units = counted / 1000 if pool.driver == "kg" else counted
        traced = count["bills"] if name == DELIVERY_POOL else 0
        paid = capacity if name == DESK_POOL else units
        amount = round(100 * strayed * paid)
        unused = round(amount * (capacity - counted) / capacity) if name == DESK_POOL else 0
        rows.append(PoolMonth(m, name, amount + traced, counted, rate, traced, unused))
    return rows


def _dearer_where_chance_was_kind(simulation: Simulation, caused: list[PoolMonth]) -> list[PoolMonth]:
    """The same pools, dearer in the years in which the customers' profit would not fall."""
    earned = simulation.rows(
        "SELECT m // 12, sum(net_value + freight - rebate - product_cost), sum(net_value + freight - rebate) FROM documents GROUP BY 1 ORDER BY 1"
    )
    times: dict[int, float] = {}
    before: float | None = None
    for year, margin, sales in earned:
        bills = sum(row.traced for row in caused if row.m // 12 == year)
        work = sum(row.amount - row.unused - row.traced for row in caused if row.m // 12 == year)
        profit = float(margin) - bills - work
        if before is not None and profit > before - _LEAST_FALL * float(sales) and work:
            short = profit - (before - _LEAST_FALL * float(sales))
            times[year], profit = 1 + short / work, profit - short
        before = profit
    return [
        row
        if row.m // 12 not in times or row.true_rate is None
        else replace(
            row,
            amount=row.traced + round((row.amount - row.traced) * times[row.m // 12]),
            unused=round(row.unused * times[row.m // 12]),
            true_rate=row.true_rate * times[row.m // 12],
        )
        for row in caused
    ]


def _sustaining(simulation: Simulation, caused: list[PoolMonth]) -> list[PoolMonth]:
    """The pools that nothing drives: what is left of the first year's margin after the profit that the parameters ask for, then risen."""
    parameters = simulation.parameters
    costs, first_months = parameters.costs, min(parameters.months, 12)
    net_sales = "net_value + freight - rebate"
    margin = simulation.figure(f"SELECT sum({net_sales} - product_cost) FROM documents WHERE m < 12")
    sales = simulation.figure(f"SELECT sum({net_sales}) FROM documents WHERE m < 12")
    served = sum(row.amount for row in caused if row.m < 12)
    left = max(margin - served - parameters.first_year_profit * sales, 0.02 * sales) / first_months
    plan = (
        ("Warehouse rent", costs.rent * left, costs.rent_rise, 0.0),
        ("Marketing", costs.marketing * left, costs.marketing_rise, 0.15),
        ("Administration", (1 - costs.rent - costs.marketing) * left, costs.administration_rise, 0.01),
        ("Interest", costs.interest * sales / first_months, 0.0, 0.05),
    )
    return [
        PoolMonth(m, name, round(amount * (1 + rise) ** (m // 12) * math.exp(spread * _lot(simulation, name, m))))
        for m in range(parameters.months)
        for name, amount, rise, spread in plan
    ]


def _lot(simulation: Simulation, pool: str, m: int) -> float:
    """A draw around 0 with standard deviation 1, by pool and month."""
    u = simulation.streams.number(f"costs: {pool}", m)
    return math.log(u / (1 - u)) * math.sqrt(3) / math.pi


def _stray(simulation: Simulation, pool: str, m: int) -> float:
    """How far a month's cost strays from its true rate."""
    return math.exp(simulation.parameters.costs.spread * _lot(simulation, pool, m))


def _keep(simulation: Simulation, rows: list[PoolMonth]) -> None:
    """Put the pools and their accounts into tables."""
    pools = {pool.name: (place, pool) for place, pool in enumerate(POOLS)}
    known = [
        (pools[row.pool][0], row.m, row.pool, pools[row.pool][1].driver or None, row.count, row.true_rate, row.amount, row.traced, row.unused) for row in rows
    ]
    simulation.keep_rows(
        "pool_months",
        "place INTEGER, m INTEGER, pool VARCHAR, driver VARCHAR, driver_count BIGINT, true_rate DOUBLE, amount BIGINT, traced BIGINT, unused BIGINT",
        known,
    )
    simulation.keep_rows(
        "costs",
        "m INTEGER, account VARCHAR, account_name VARCHAR, pool VARCHAR, amount BIGINT",
        [entry for row in rows for entry in _by_account(row, pools[row.pool][1])],
    )


def _by_account(row: PoolMonth, pool: Pool) -> list[tuple[int | str, ...]]:
    """A pool's amount on its accounts; what is traced stands on the last."""
    first = round((row.amount - row.traced) * pool.first_share)
    amounts = (first, row.amount - first) if len(pool.accounts) > 1 else (row.amount,)
    return [(row.m, number, name, pool.name, amount) for (number, name), amount in zip(pool.accounts, amounts, strict=True) if amount]


def cost_rows(simulation: Simulation) -> str:
    """SQL for the rows of ``costs.csv``."""
    first = f"DATE '{simulation.parameters.first_month}'"
    return f"""
        SELECT strftime({first} + to_months(m), '%Y-%m') AS "Period", account AS "Account", account_name AS "Account name", pool AS "Pool", amount
        FROM costs ORDER BY m, account
        """
