"""When the simulated company sells: its months, their season, and its working days."""

from __future__ import annotations

from goodterms.demo.simulation import Simulation

SEASON = (0.90, 0.92, 1.03, 1.00, 1.07, 1.01, 0.78, 1.03, 1.09, 1.09, 1.07, 0.98)
WEEKDAYS = (115, 110, 100, 100, 78, 5, 0)
"""How many orders fall on a Monday … Sunday, against each other."""
WORKDAY = min(WEEKDAYS[:5])
"""The weight of a day from which on it is a working day."""
HOLIDAYS = ("01-01", "01-06", "05-01", "12-06", "12-24", "12-25", "12-26")
SLOTS = 120
"""A month is cut into so many slots, each of one day; a busy day has more of them."""


def make_calendar(simulation: Simulation) -> None:
    """Make the tables ``days`` (each with the first working day from then on), ``months`` and ``calendar`` (month × slot → day)."""
    parameters = simulation.parameters
    first = f"DATE '{parameters.first_month}'"
    simulation.step(
        "days",
        f"""
        WITH weighed AS (
            SELECT day::DATE AS day, (year(day) - year({first})) * 12 + month(day) - month({first}) AS m,
                   CASE WHEN strftime(day, '%m-%d') IN {HOLIDAYS} THEN 0 ELSE {list(WEEKDAYS)}[isodow(day)] END AS weight
            FROM range({first}, {first} + to_months({parameters.months}), INTERVAL 1 DAY) t(day)
        )
        SELECT *, min(day) FILTER (weight >= {WORKDAY}) OVER (ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_workday FROM weighed
        """,
    )
    simulation.step(
        "months",
        f"""
        SELECT m, m // 12 AS y, m / 12.0::DOUBLE AS t, min(day) AS first_day, max(day) FILTER (weight >= {WORKDAY}) AS last_workday,
               {list(SEASON)}[month(min(day))]::DOUBLE AS season
        FROM days GROUP BY m ORDER BY m
        """,
    )
    simulation.step(
        "calendar",
        f"""
        WITH reached AS (
            SELECT m, day, weight, sum(weight) OVER (PARTITION BY m ORDER BY day) AS upto, sum(weight) OVER (PARTITION BY m) AS total FROM days
        )
        SELECT m * {SLOTS} + slot AS place, day
        FROM reached JOIN range({SLOTS}) s(slot) ON (2 * slot + 1) * total < 2 * upto * {SLOTS} AND (2 * slot + 1) * total >= 2 * (upto - weight) * {SLOTS}
        """,
    )
