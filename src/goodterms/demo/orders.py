"""How often customers order from the simulated company: each in its own rhythm, some in ever smaller orders."""

from __future__ import annotations

import math

from goodterms.demo.calendar import SLOTS
from goodterms.demo.customers import customer_count, fullness
from goodterms.demo.simulation import Simulation, double, evenly

MOST_LINES = 15
MILLION = 1_000_000
"""Orders are counted in millionths where they are cumulated: whole numbers add up alike in any order."""
COUNTER_LINES = 1.5
ACCIDENTAL_LINES = 1.4
MONTHS_IN_A_KEY = 64
ORDERS_IN_A_KEY = 4096
"""An order's key is (customer × 64 + month) × 4096 + its place in the month: what it draws depends on no other customer."""


def make_orders(simulation: Simulation) -> None:
    """Make the tables ``demand`` (customer × month with orders) and ``orders``."""
    _load(simulation)
    _demand(simulation)
    _orders(simulation)
    simulation.drop("load")


def _load(simulation: Simulation) -> None:
    """How many orders each regular customer would place in each month, up to a factor common to all.

    ``split`` is into how many orders one is cut that would have been one at first; the lines of an order and their value shrink so that purchases stay as they
    were.
    """
    parameters, streams = simulation.parameters, simulation.streams
    losers = parameters.large_losers
    strays = f"exp({double(parameters.orders.month_spread)} * {streams.noise('months of customers', f'c * {MONTHS_IN_A_KEY} + m')})"
    simulation.step(
        "load",
        f"""
        WITH spread AS (
            SELECT c, m, t, size, season, order_lines,
                   {double(1 + parameters.orders.volume_growth)} * CASE WHEN loser THEN {double(1 + losers.yearly)} ELSE 1 END AS growth,
                   CASE WHEN loser THEN {double(losers.orders)} WHEN drifter THEN pow({double(1 + parameters.small_orders.yearly)}, t)
                        ELSE 1 END::DOUBLE AS split
            FROM customers JOIN months ON m BETWEEN first_m AND last_m WHERE regular
        ),
        lined AS (SELECT *, 1 + (order_lines - 1) / split AS lines FROM spread)
        SELECT c, m, split, lines, order_lines / split / lines AS value_factor,
               floor({MILLION} * pow(size, 0.55) * season * pow(growth, t) * split * {strays})::BIGINT AS load
        FROM lined
        """,
    )


def _demand(simulation: Simulation) -> None:
    """The number of orders of each customer and month.

    A rhythm goes on over the months, so that a customer of three orders a year has three, and not any number that chance gives.
    """
    parameters, streams = simulation.parameters, simulation.streams
    _, accidental = customer_count(simulation)
    returns = parameters.heavy_returns.normal + parameters.heavy_returns.customers * parameters.heavy_returns.heavy
    cash_lines = simulation.lines * parameters.customers.cash_sales
    further = max(
        parameters.accidental.orders * fullness(simulation) - 1, 0.01
    )  # orders of an accidental customer after the first, before they are cut to whole ones
    wanted = (simulation.lines - cash_lines) / (1 + returns) - accidental * (1 + 1 / math.expm1(1 / further)) * ACCIDENTAL_LINES
    offered = simulation.figure(f"SELECT sum(floor(load * lines * (1 - pow(1 - 1 / lines, {MOST_LINES})))::BIGINT) FROM load") / MILLION
    cash_load = MILLION * cash_lines / COUNTER_LINES / parameters.months
    simulation.step(
        "demand",
        f"""
        WITH placed AS (
            SELECT c, m, split, lines, value_factor, floor(load * {double(max(wanted, 1) / max(offered, 1))})::BIGINT AS load,
                   floor({MILLION} * {evenly("c", streams.number("rhythm"))})::BIGINT AS begun
            FROM load
            UNION ALL
            SELECT 0, m, 1, {COUNTER_LINES}, 1, floor({double(cash_load)} * season)::BIGINT, {MILLION // 2} FROM months
        ),
        reached AS (SELECT *, begun + sum(load) OVER (PARTITION BY c ORDER BY m)::BIGINT AS upto FROM placed),
        in_rhythm AS (
            SELECT c, m, split, lines, value_factor,
                   greatest(upto // {MILLION} - (upto - load) // {MILLION}, CASE WHEN c = 1 THEN 1 ELSE 0 END)::INTEGER AS orders
            FROM reached
        ),
        chance AS (
            SELECT c, first_m, least(1 + floor(-ln({streams.draw("orders of accidental customers", "c")}) * {double(further)}), 25)::INTEGER AS orders
            FROM customers WHERE accidental
        ),
        single AS (SELECT c, first_m, unnest(range(orders)) AS i FROM chance),
        dated AS (
            SELECT c, first_m + CASE WHEN i = 0 THEN 0 ELSE floor(10 * {streams.draw("months of accidental customers", "c * 32 + i")}) END::INTEGER AS m
            FROM single
        )
        SELECT c, m, split, lines, value_factor, orders FROM in_rhythm WHERE orders > 0
        UNION ALL
        SELECT c, m, 1, {ACCIDENTAL_LINES}, 1, count(*)::INTEGER FROM dated WHERE m <= {simulation.last_month} GROUP BY c, m
        """,
    )


def _orders(simulation: Simulation) -> None:
    """One row an order: its day, its lines, its discount (per mille), its channel, and whether the drift towards small orders caused it.

    The largest customer orders on each month's last working day, so that every month is full to its end.
    """
    parameters, streams = simulation.parameters, simulation.streams
    losers, returns = parameters.large_losers, parameters.heavy_returns
    simulation.step(
        "orders",
        f"""
        WITH placed AS (
            SELECT (c * {MONTHS_IN_A_KEY} + m)::BIGINT * {ORDERS_IN_A_KEY} + i AS order_key, * FROM (SELECT *, unnest(range(orders)) AS i FROM demand)
        ),
        described AS (
            SELECT placed.*, customers.* EXCLUDE (c), months.* EXCLUDE (m), calendar.day AS usual_day
            FROM placed JOIN customers USING (c) JOIN months USING (m)
            JOIN calendar ON calendar.place = m * {SLOTS} + floor({streams.draw("days", "order_key")} * {SLOTS})::INTEGER
        ),
        filled AS (
            SELECT *, CASE WHEN c = 1 AND i = 0 THEN last_workday ELSE usual_day END AS day,
                   least(1 + floor(ln({streams.draw("lines of orders", "order_key")}) / ln(1 - 1 / lines)), {MOST_LINES})::TINYINT AS order_size
            FROM described
        ),
        parted AS (
            SELECT *, (day + 2 + floor(7 * {streams.draw("days of second invoices", "order_key")})::INTEGER) AS some_later_day,
                   order_size >= 3 AND c > 0 AND {streams.draw("second invoices", "order_key")} < {double(parameters.orders.second_invoice)} AS wants_two,
                   accidental OR c = 0 OR {streams.draw("usual channel", "order_key")} < 0.8 AS usually
            FROM filled
        ),
        dated AS (SELECT parted.*, later.next_workday AS later_day FROM parted LEFT JOIN days later ON later.day = some_later_day)
        SELECT order_key, c, m::TINYINT AS m, day, order_size,
               CASE WHEN wants_two THEN later_day END AS second_day,
               line_value * value_factor * pow({double(1 + parameters.prices.list_step)}, y) AS line_value, assortment, discount,
               CASE WHEN asker THEN round({double(1000 * parameters.creeping_discounts.yearly)} * t) ELSE 0 END::SMALLINT AS creep,
               CASE WHEN loser THEN {round(1000 * losers.discount)} ELSE 0 END::SMALLINT AS extra,
               CASE WHEN returner THEN least({double(returns.heavy)} * pow({double(1 + returns.yearly)}, t), 0.6)
                    WHEN c = 0 THEN 0 ELSE {double(returns.normal)} END AS returned,
               coalesce(free_from <= m, false) AS free, {streams.draw("excess orders", "order_key")} >= 1 / split AS excess,
               c = 0 OR {streams.draw("collected", "order_key")} < {double(parameters.orders.collected)} AS collected,
               c > 0 AND {streams.draw("rush orders", "order_key")} < CASE WHEN loser THEN {double(losers.rush)}
                   ELSE {double(parameters.orders.rush)} END AS rush,
               CASE WHEN usually THEN channel WHEN {streams.draw("other channel", "order_key")} < 0.5 THEN 1 ELSE 2 END::TINYINT AS channel
        FROM dated ORDER BY order_key
        """,
    )
