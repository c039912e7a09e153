"""What the simulated company does not know about itself: which excess cost and lost margin sits with which customer or product, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from goodterms.demo.costs import DESK_CONSTANT, DESK_LINE, DESK_NEW, DESK_RUSH, POOLS
from goodterms.demo.customers import generous_managers
from goodterms.demo.products import HALF_YEARS
from goodterms.demo.sale_lines import euros
from goodterms.demo.simulation import Simulation, double, texts

MICRO = 1_000_000
"""Costs are worked out in whole millionths of a euro here, so that sums do not depend on the order of rows."""

SMALL_ORDERS = "small orders"
FREE_DELIVERY = "free delivery"
CREEPING_DISCOUNTS = "creeping discounts"
HEAVY_RETURNS = "heavy returns"
LARGE_LOSERS = "large customers that lose money"
MARGIN_EATERS = "products that eat margin"
PURCHASE_PRICES = "purchase prices"
BULKY = "bulky products"
ACCIDENTAL = "accidental customers"
CAUSES = (SMALL_ORDERS, FREE_DELIVERY, CREEPING_DISCOUNTS, HEAVY_RETURNS, LARGE_LOSERS, MARGIN_EATERS, PURCHASE_PRICES, BULKY, ACCIDENTAL)

EXCESS_COST, LOST_MARGIN = "excess cost", "lost margin"
_RATE_COLUMNS = ("minute", "line_picked", "delivery", "kilogram", "visit", "call", "ticket", "return_handled")
"""Columns of the table ``rates``, in the order of the pools that have a driver."""
_ALL_BUT_INTEREST = "pool_months WHERE pool <> 'Interest'"


def make_truth(simulation: Simulation) -> None:
    """Make the tables ``true_profit`` (customer × year at true rates) and ``causes`` (cause × year × customer or product, whole cents).

    Each amount is what would be saved were that cause alone absent and everything else as it is; they are not meant to add up to a change in profit.
    """
    _rates(simulation)
    _order_months(simulation)
    _true_profit(simulation)
    parts = (
        _excess_orders(simulation),
        _waived_freight(),
        _granted_discounts(CREEPING_DISCOUNTS, "creep"),
        _granted_discounts(LARGE_LOSERS, "extra"),
        _returned_goods(simulation),
        _excess_visits(simulation),
        _purchase_prices(),
        _excess_weight(),
        _accidental_customers(),
    )
    simulation.step("causes", " UNION ALL ".join(parts))


def _rates(simulation: Simulation) -> None:
    """One row a month, one column a driver: what one unit of it truly costs."""
    driven = (pool.name for pool in POOLS if pool.driver)
    columns = (f"max(round(true_rate * {MICRO})) FILTER (pool = '{pool}')::BIGINT AS {name}" for name, pool in zip(_RATE_COLUMNS, driven, strict=True))
    simulation.step("rates", f"SELECT m, {', '.join(columns)} FROM pool_months GROUP BY m")


def _order_months(simulation: Simulation) -> None:
    """Customer × month: orders and their minutes at the desk, those that a drift to small orders caused, and the share of lines that it caused."""
    simulation.step(
        "order_months",
        f"""
        WITH firsts AS (SELECT c, min(m) AS first_order_m FROM orders WHERE c > 0 GROUP BY c),
        delivered AS (SELECT order_key, count(*) AS own FROM documents WHERE delivered AND NOT by_carrier AND excess GROUP BY order_key),
        counted AS (
            SELECT c, orders.m, count(*) AS orders, sum(order_size)::BIGINT AS lines, count(*) FILTER (rush) AS rush,
                   count(*) FILTER (excess) AS excess, coalesce(sum(own), 0)::BIGINT AS excess_deliveries
            FROM orders LEFT JOIN delivered USING (order_key) GROUP BY c, orders.m
        ),
        caused AS (SELECT c, m, 1 - any_value(value_factor) AS excess_lines FROM demand GROUP BY c, m)
        SELECT counted.*, excess_lines, {DESK_CONSTANT} * orders + {DESK_LINE} * lines + {DESK_RUSH} * rush
                   + CASE WHEN counted.m = first_order_m THEN {DESK_NEW} ELSE 0 END AS minutes
        FROM counted LEFT JOIN firsts USING (c) JOIN caused ON caused.c = counted.c AND caused.m = counted.m
        """,
    )


def _true_profit(simulation: Simulation) -> None:
    """What each customer brought and took in each year, at true rates; sustaining and unused cost is with nobody."""
    simulation.step(
        "true_profit",
        f"""
        WITH sent AS (
            SELECT c, m, net_value + freight - rebate AS net_sales, net_value + freight - rebate - product_cost AS gross_margin,
                   carrier_bill * {MICRO // 100} + CASE WHEN delivered AND NOT by_carrier THEN delivery ELSE 0 END
                   + CASE WHEN is_credit THEN return_handled ELSE lines * line_picked + grams * kilogram // 1000 END AS served
            FROM documents JOIN rates USING (m)
        ),
        parts AS (
            SELECT c, m, net_sales, gross_margin, served FROM sent
            UNION ALL SELECT c, m, 0, 0, minutes * minute FROM order_months JOIN rates USING (m)
            UNION ALL SELECT c, m, 0, 0, visit FROM visits JOIN rates USING (m)
            UNION ALL SELECT c, m, 0, 0, CASE kind WHEN 'call' THEN call ELSE ticket END FROM activities JOIN rates USING (m) WHERE kind IN ('call', 'ticket')
        )
        SELECT c, m // 12 AS y, sum(net_sales)::BIGINT AS net_sales, sum(gross_margin)::BIGINT AS gross_margin, {_in_cents("sum(served)")} AS cost_to_serve
        FROM parts GROUP BY c, y
        """,
    )


def _in_cents(millionths: str) -> str:
    """SQL for whole cents from whole millionths of a euro."""
    return f"(({millionths})::BIGINT // {MICRO // 100})"


def _cause(cause: str, kind: str, step: str) -> str:
    """SQL for the first columns of ``causes``."""
    return f"'{cause}' AS cause, '{kind}' AS kind, '{step}' AS step"


def _excess_orders(simulation: Simulation) -> str:
    """Orders and lines beyond what the same purchases needed: at drifting customers and at large losers, whose rush orders count too."""
    named = f"CASE WHEN loser THEN '{LARGE_LOSERS}' ELSE '{SMALL_ORDERS}' END AS cause"
    losing, usual_rush = simulation.parameters.large_losers.rush, simulation.parameters.orders.rush
    more_rush = max(1 - usual_rush / losing, 0) if losing else 0
    lines = f"round(lines * excess_lines * {MICRO})::BIGINT"
    rush_minutes = f"CASE WHEN loser THEN round(rush * {double(more_rush)} * {DESK_RUSH} * minute)::BIGINT ELSE 0 END"
    steps = {
        "order handling": f"excess * {DESK_CONSTANT} * minute + {lines} * {DESK_LINE} * minute // {MICRO} + {rush_minutes}",
        "delivery": "excess_deliveries * delivery",
        "picking": f"{lines} * line_picked // {MICRO}",
    }
    return " UNION ALL ".join(
        f"""
        SELECT {named}, '{EXCESS_COST}' AS kind, '{step}' AS step, m // 12 AS y, c, NULL::INTEGER AS p, {_in_cents(f"sum({amount})")} AS amount
        FROM order_months JOIN rates USING (m) JOIN customers USING (c) WHERE loser OR drifter GROUP BY ALL
        """
        for step, amount in steps.items()
    )


def _waived_freight() -> str:
    """Freight that the terms ask for and that was not charged."""
    return f"""
        SELECT {_cause(FREE_DELIVERY, LOST_MARGIN, "charges")}, m // 12 AS y, c, NULL::INTEGER, sum(freight_waived)::BIGINT
        FROM documents WHERE freight_waived > 0 GROUP BY ALL
        """


def _granted_discounts(cause: str, rate: str) -> str:
    """Discounts beyond what the company means to give; on credit notes they are taken back."""
    return f"""
        SELECT {_cause(cause, LOST_MARGIN, "discount")}, sale_lines.m // 12 AS y, sale_lines.c, NULL::INTEGER,
               sum(sign(list_value) * ((abs(list_value)::BIGINT * {rate} + 500) // 1000))::BIGINT
        FROM sale_lines JOIN orders USING (order_key) WHERE {rate} > 0 GROUP BY ALL
        """


def _returned_goods(simulation: Simulation) -> str:
    """Of heavy returners' credit notes, the share beyond what an ordinary customer returns: handling, and the margin that went back."""
    excess = f"(1 - {double(simulation.parameters.heavy_returns.normal)} / returned)"
    amounts = (
        (EXCESS_COST, "returns", _in_cents(f"sum(round({excess} * return_handled)::BIGINT)")),
        (LOST_MARGIN, "returned goods", f"sum(round({excess} * (product_cost - net_value))::BIGINT)::BIGINT"),
    )
    return " UNION ALL ".join(
        f"""
        SELECT {_cause(HEAVY_RETURNS, kind, step)}, documents.m // 12 AS y, documents.c, NULL::INTEGER, {amount}
        FROM documents JOIN orders USING (order_key) JOIN rates ON rates.m = documents.m JOIN customers ON customers.c = documents.c
        WHERE is_credit AND returner GROUP BY ALL
        """
        for kind, step, amount in amounts
    )


def _excess_visits(simulation: Simulation) -> str:
    """Visits to large losers beyond what others of their size get."""
    share = 1 - 1 / simulation.parameters.large_losers.visits
    return f"""
        SELECT {_cause(LARGE_LOSERS, EXCESS_COST, "visits")}, m // 12 AS y, c, NULL::INTEGER, {_in_cents(f"sum(round({double(share)} * visit)::BIGINT)")}
        FROM visits JOIN rates USING (m) JOIN customers USING (c) WHERE loser GROUP BY ALL
        """


def _purchase_prices() -> str:
    """Purchase prices that rose faster than list prices, and what products that eat margin cost beyond that; on credit notes they are taken back."""
    gaps = ((PURCHASE_PRICES, "general_cost - fair_cost"), (MARGIN_EATERS, "unit_cost - general_cost"))
    return " UNION ALL ".join(
        f"""
        SELECT {_cause(cause, LOST_MARGIN, "product cost")}, y, NULL::INTEGER, p, sum(quantity * ({gap}))::BIGINT // 100
        FROM (SELECT price, m // 12 AS y, sum(quantity)::BIGINT AS quantity FROM sale_lines GROUP BY ALL) sold JOIN prices USING (price)
        GROUP BY y, p
        """
        for cause, gap in gaps
    )


def _excess_weight() -> str:
    """Kilograms of bulky products beyond what their price would suggest."""
    cost = _in_cents("sum(quantity::BIGINT * (products.grams - fitting_grams) * kilogram // 1000)")
    return f"""
        SELECT {_cause(BULKY, EXCESS_COST, "delivery")}, m // 12 AS y, NULL::INTEGER, p, {cost}
        FROM (SELECT price // {HALF_YEARS} AS p, m, sum(quantity)::BIGINT AS quantity FROM sale_lines WHERE quantity > 0 GROUP BY ALL) sold
        JOIN products USING (p) JOIN rates USING (m)
        WHERE bulky GROUP BY ALL
        """


def _accidental_customers() -> str:
    """What accidental customers took beyond the margin that they brought."""
    return f"""
        SELECT {_cause(ACCIDENTAL, EXCESS_COST, "all steps")}, y, c, NULL::INTEGER, cost_to_serve - gross_margin
        FROM true_profit JOIN customers USING (c) WHERE accidental AND cost_to_serve > gross_margin
        """


def write_truth(simulation: Simulation, folder: Path, *, seed: int, lines: int) -> None:
    """Write the truth into a folder of its own: five Parquet tables and a summary by year."""
    for name, sql in _tables(simulation).items():
        simulation.connection.execute(f"COPY ({sql}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    (folder / "summary.json").write_text(json.dumps(_summary(simulation, seed=seed, lines=lines), indent=2, ensure_ascii=False) + "\n", "utf-8")


def _tables(simulation: Simulation) -> dict[str, str]:
    """SQL for each table, by its name."""
    first, first_year = f"DATE '{simulation.parameters.first_month}'", simulation.parameters.first_month.year
    return {
        "causes": f"""
            SELECT cause, kind, step, {first_year} + causes.y AS year, customers.number AS customer, products.number AS product, {euros("amount")} AS amount
            FROM causes LEFT JOIN customers USING (c) LEFT JOIN products USING (p) WHERE amount <> 0 ORDER BY cause, kind, step, year, customer, product
            """,
        "customers": f"""
            SELECT number AS customer, {texts(simulation.parameters.managers)}[manager] AS manager, accidental AS "{ACCIDENTAL}", loser AS "{LARGE_LOSERS}",
                   returner AS "{HEAVY_RETURNS}", drifter AS "{SMALL_ORDERS}", asker AS "{CREEPING_DISCOUNTS}", free_from IS NOT NULL AS "{FREE_DELIVERY}",
                   ({first} + to_months(free_from))::DATE AS free_delivery_from, ({first} + to_months(first_m))::DATE AS first_month,
                   ({first} + to_months(last_m))::DATE AS last_month
            FROM customers WHERE c > 0 ORDER BY number
            """,
        "products": f'SELECT number AS product, family, eats_margin AS "{MARGIN_EATERS}", bulky AS "{BULKY}" FROM products ORDER BY number',
        "profit": f"""
            SELECT {first_year} + y AS year, number AS customer, {euros("net_sales")} AS net_sales, {euros("gross_margin")} AS gross_margin,
                   {euros("cost_to_serve")} AS cost_to_serve, {euros("gross_margin - cost_to_serve")} AS profit
            FROM true_profit JOIN customers USING (c) ORDER BY year, number NULLS FIRST
            """,
        "pools": f"""
            SELECT ({first} + to_months(m))::DATE AS month, pool, driver,
                   CASE WHEN driver = 'kg' THEN driver_count / 1000 ELSE driver_count END AS driver_count, true_rate,
                   {euros("amount")} AS amount, {euros("traced")} AS traced, {euros("unused")} AS unused
            FROM pool_months ORDER BY m, place
            """,
    }


def _summary(simulation: Simulation, *, seed: int, lines: int) -> dict[str, Any]:
    """By year: sales, margin, costs, profit, and what each cause took. Amounts are texts with two decimals."""
    spent = dict(simulation.rows(f"SELECT m // 12 AS y, {euros('sum(amount)')} FROM {_ALL_BUT_INTEREST} GROUP BY y"))
    unused = dict(simulation.rows(f"SELECT m // 12 AS y, {euros('sum(unused)')} FROM {_ALL_BUT_INTEREST} GROUP BY y"))
    taken = {(y, cause): amount for y, cause, amount in simulation.rows(f"SELECT y, cause, {euros('sum(amount)')} FROM causes GROUP BY y, cause")}
    earned = simulation.rows(f"SELECT y, {euros('sum(net_sales)')}, {euros('sum(gross_margin)')} FROM true_profit GROUP BY y ORDER BY y")
    years = {
        str(simulation.parameters.first_month.year + y): {
            "net_sales": str(sales),
            "gross_margin": str(margin),
            "shared_costs": str(spent[y]),
            "unused_capacity": str(unused[y]),
            "net_profit": str(margin - spent[y]),
            "causes": {cause: str(taken.get((y, cause), "0.00")) for cause in CAUSES},
        }
        for y, sales, margin in earned
    }
    managers = [simulation.parameters.managers[i - 1] for i in generous_managers(simulation)]
    return {"seed": seed, "lines": lines, "generous_managers": managers, "years": years}
