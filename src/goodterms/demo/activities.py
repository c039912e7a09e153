"""What serving takes at the simulated company: deliveries, carriers' bills, visits, calls, tickets and returns, each with its customer."""

from __future__ import annotations

from goodterms.demo.calendar import SLOTS
from goodterms.demo.customers import CHANNELS, fullness
from goodterms.demo.orders import MONTHS_IN_A_KEY
from goodterms.demo.sale_lines import euros
from goodterms.demo.simulation import Simulation, double, evenly, texts

MIDDLING_VISITS = 1.67
"""The mean of what size does to visits."""
MOST_VISITS = 6
"""Visits of one customer in a month."""
DELIVERY_POOL = "Delivery"
"""The pool that carriers' bills belong to."""


def make_activities(simulation: Simulation) -> None:
    """Make the tables ``visits`` and ``activities``: one row an activity; ``place`` orders those of one customer and day."""
    _visits(simulation)
    _tickets(simulation)
    minutes_of_calls = simulation.streams.draw("minutes of calls", "order_key")
    called = simulation.streams.draw("calls", "order_key")
    simulation.step(
        "activities",
        f"""
        SELECT 'delivery' AS kind, day, m, c, document AS place, order_key, number AS document, (8 + lines)::INTEGER AS minutes, channel, NULL::BIGINT AS bill
        FROM documents WHERE delivered AND NOT by_carrier
        UNION ALL
        SELECT 'carrier', day, m, c, document, order_key, number, NULL, channel, carrier_bill FROM documents WHERE by_carrier
        UNION ALL
        SELECT 'return', day, m, c, document, order_key, number, (10 + 6 * lines)::INTEGER, NULL, NULL FROM documents WHERE is_credit
        UNION ALL
        SELECT 'call', day, m, c, order_key, order_key, NULL, (2 + floor(9 * {minutes_of_calls}))::INTEGER, 1, NULL
        FROM orders WHERE c > 0 AND {called} < {double(simulation.parameters.contacts.calls)}
        UNION ALL
        SELECT 'ticket', day, m, c, order_key, order_key, NULL, minutes, NULL, NULL FROM tickets
        UNION ALL
        SELECT 'visit', day, m, c, i, NULL, NULL, minutes, NULL, NULL FROM visits
        """,
    )
    simulation.drop("tickets")


def _visits(simulation: Simulation) -> None:
    """Visits in each customer's rhythm: the larger, the more often; large losers far more often."""
    parameters, streams = simulation.parameters, simulation.streams
    usual = parameters.contacts.visits * fullness(simulation) / MIDDLING_VISITS
    visit = f"(c * {MONTHS_IN_A_KEY} + m) * 8 + i"
    simulation.step(
        "visits",
        f"""
        WITH planned AS (
            SELECT c, first_m, last_m, {evenly("c", streams.number("rhythm of visits"))} AS begun,
                   least({double(usual)} * sqrt(size) * CASE WHEN loser THEN {double(parameters.large_losers.visits)} ELSE 1 END, {MOST_VISITS}) AS monthly
            FROM customers WHERE regular
        ),
        timed AS (
            SELECT c, m, (floor(begun + monthly * (m + 1)) - floor(begun + monthly * m))::INTEGER AS visits
            FROM planned JOIN months ON m BETWEEN first_m AND last_m
        ),
        made AS (SELECT c, m, unnest(range(visits)) AS i FROM timed WHERE visits > 0)
        SELECT c, m, i, calendar.day, (20 + floor(60 * {streams.draw("minutes of visits", visit)}))::INTEGER AS minutes
        FROM made JOIN calendar ON calendar.place = m * {SLOTS} + floor({streams.draw("days of visits", visit)} * {SLOTS})::INTEGER
        """,
    )


def _tickets(simulation: Simulation) -> None:
    """Tickets some days after an order."""
    contacts, streams = simulation.parameters.contacts, simulation.streams
    simulation.step(
        "tickets",
        f"""
        WITH asked AS (
            SELECT order_key, c, (day + 1 + floor(9 * {streams.draw("days of tickets", "order_key")})::INTEGER) AS some_day
            FROM orders JOIN (SELECT c, loser OR returner AS heavy FROM customers WHERE c > 0) served USING (c)
            WHERE {streams.draw("tickets", "order_key")} < CASE WHEN heavy THEN {double(contacts.tickets_heavy)} ELSE {double(contacts.tickets)} END
        ),
        dated AS (SELECT asked.*, next_workday AS day FROM asked JOIN days ON days.day = some_day)
        SELECT order_key, c, days.m, day, (5 + floor(30 * {streams.draw("minutes of tickets", "order_key")}))::INTEGER AS minutes
        FROM dated JOIN days USING (day)
        """,
    )


def activity_rows(simulation: Simulation) -> str:
    """SQL for the rows of the activities file, in the order of days."""
    return f"""
        SELECT day AS "Date", 'A' || (1000000 + row_number() OVER (ORDER BY day, kind, activities.c, place)) AS "Activity", kind AS "Kind",
               customers.number AS "Customer number", order_numbers.number AS "Order", document AS "Invoice", minutes AS "Minutes",
               {texts(CHANNELS)}[activities.channel] AS "Channel", {texts(simulation.parameters.managers)}[manager] AS "Sales person",
               CASE WHEN bill IS NOT NULL THEN '{DELIVERY_POOL}' END AS "Pool", {euros("bill")} AS "Amount"
        FROM activities JOIN customers USING (c) LEFT JOIN order_numbers USING (order_key)
        ORDER BY day, kind, activities.c, place
        """
