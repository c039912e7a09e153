"""Who buys from the simulated company: regular customers by size, small ones that came by accident, and those that will cost it money."""

from __future__ import annotations

from goodterms.demo.names import PLACES
from goodterms.demo.parameters import LANGUAGES
from goodterms.demo.simulation import PLASTIC, Simulation, double, evenly, every, pick, texts

CHANNELS = ("Phone", "E-mail", "Web", "EDI", "Counter")
MIDDLING_SIZE = 5.0
"""The mean of the sizes, roughly: what ``largest_share`` is a share of."""
MIDDLING_VALUE = 2.0
"""The mean of what size does to the value of a line, over all lines."""
SMALL_SIZE = 0.02
"""The size of an accidental customer."""


def customer_count(simulation: Simulation) -> tuple[int, int]:
    """How many regular and how many accidental customers a company of this size has."""
    parameters = simulation.parameters
    count = max(simulation.lines // parameters.customers.lines_each, parameters.customers.fewest)
    accidental = round(count * parameters.accidental.customers)
    return count - accidental, accidental


def fullness(simulation: Simulation) -> float:
    """How many sale lines a customer has against the usual number: below 1 where a very small company has the fewest customers there can be.

    Such a company visits each of them less often, and its accidental customers order less.
    """
    regular, accidental = customer_count(simulation)
    return min(simulation.lines / (regular + accidental) / simulation.parameters.customers.lines_each, 1.0)


def generous_managers(simulation: Simulation) -> list[int]:
    """The managers, counted from 1, who grant what is asked."""
    managers = range(1, len(simulation.parameters.managers) + 1)
    by_lot = sorted(managers, key=lambda manager: simulation.streams.number("generous managers", manager))
    return sorted(by_lot[: simulation.parameters.creeping_discounts.managers])


def make_customers(simulation: Simulation) -> None:
    """Make the table ``customers``: number 0 is *no customer*, then the regular ones, largest first, then the accidental ones in the order of their arrival.

    ``size`` is how much a customer buys against the others; what follows from it (orders, lines an order, value of a line) is drawn around it.
    """
    _sizes(simulation)
    _faults(simulation)
    _terms(simulation)
    _names(simulation)
    simulation.drop("customer_sizes", "customer_faults", "customer_terms")


def _sizes(simulation: Simulation) -> None:
    """Size, first and last month of each: sizes by Pareto's law, the largest cut off."""
    parameters, streams = simulation.parameters, simulation.streams
    regular, accidental = customer_count(simulation)
    last, years = simulation.last_month, parameters.months / 12
    largest = max(parameters.customers.largest_share, 2.5 / regular) * regular * MIDDLING_SIZE
    settled = 2 + regular // 30  # the largest have always been there, and stay
    arriving, leaving = (max(share * years, 1e-9) for share in (parameters.customers.new_a_year, parameters.customers.lost_a_year))
    simulation.step(
        "customer_sizes",
        f"""
        WITH drawn AS (
            SELECT c::INTEGER AS c, c BETWEEN 1 AND {regular} AS regular, c > {regular} AS accidental, c > {settled} AND c <= {regular} AS moves,
                   {streams.draw("arrivals", "c")} / {double(arriving)} AS arrival, {streams.draw("departures", "c")} / {double(leaving)} AS departure,
                   (c - {regular} - 0.5) / {max(accidental, 1)} AS turn
            FROM range({regular + accidental + 1}) t(c)
        ),
        begun AS (
            SELECT *, CASE WHEN regular THEN least(pow((c - 0.5) / {regular}, {double(-1 / parameters.customers.pareto)}), {double(largest)})
                           WHEN accidental THEN {SMALL_SIZE} ELSE 0 END::DOUBLE AS size,
                   CASE WHEN accidental THEN least(floor({_arrival("turn", parameters.accidental.yearly, years)} * {parameters.months}), {last})
                        WHEN moves AND arrival < 1 THEN least(1 + floor(arrival * {last}), {last}) ELSE 0 END::INTEGER AS first_m
            FROM drawn
        )
        SELECT c, regular, accidental, size, first_m,
               CASE WHEN moves AND departure < 1 AND floor(departure * {parameters.months}) > first_m + 3 THEN floor(departure * {parameters.months})
                    ELSE {last} END::INTEGER AS last_m
        FROM begun ORDER BY c
        """,
    )


def _arrival(turn: str, yearly: float, years: float) -> str:
    """SQL for the share of the span after which one arrives whose turn (0 to 1) it is, where arrivals grow by so much a year."""
    return f"(ln(1 + {turn} * {double((1 + yearly) ** years - 1)}) / {double(years)} / ln({double(1 + yearly)}))" if yearly else turn


def _faults(simulation: Simulation) -> None:
    """What goes wrong with some of the regular customers; each kind is spread evenly over the sizes."""
    parameters, streams = simulation.parameters, simulation.streams
    regular, _ = customer_count(simulation)
    wrong, free = parameters.large_losers, parameters.free_delivery
    losers = min(max(regular // wrong.one_in, wrong.fewest), wrong.most)
    places = [3 + 4 * i + int(3 * streams.number("large losers", i)) for i in range(losers)]
    managers = len(parameters.managers)
    simulation.step(
        "customer_faults",
        f"""
        WITH owned AS (
            SELECT *, regular AND list_contains({places}::INTEGER[], c) AS loser,
                   CASE WHEN c > 0 THEN (row_number() OVER (PARTITION BY c > 0, (c - 1) // {managers} ORDER BY {streams.draw("managers", "c")}, c) - 1)
                       % {managers} + 1 END AS manager,
                   {evenly("c", streams.number("asking customers"))} AS asking, {evenly("c", streams.number("free delivery"), PLASTIC)} AS free
            FROM customer_sizes
        ),
        usual AS (SELECT *, regular AND NOT loser AS usual FROM owned)
        SELECT * EXCLUDE (usual, asking, free),
               usual AND {every(parameters.heavy_returns.customers, "c", streams.number("heavy returns"))} AS returner,
               usual AND {every(parameters.small_orders.customers, "c", streams.number("small orders"))} AS drifter,
               usual AND list_contains({generous_managers(simulation)}::INTEGER[], manager)
                   AND asking < {double(parameters.creeping_discounts.customers)} AS asker,
               CASE WHEN NOT regular OR free >= {double(free.first + free.yearly * parameters.months / 12)} THEN NULL
                    WHEN free < {double(free.first)} THEN 0
                    ELSE floor((free - {double(free.first)}) / {double(max(free.yearly, 1e-9))} * 12) END::INTEGER AS free_from
        FROM usual
        """,
    )


def _terms(simulation: Simulation) -> None:
    """How each orders, and what the company means to give: discount by segment and size in per mille, rebate, channel."""
    parameters, streams = simulation.parameters, simulation.streams
    regular, _ = customer_count(simulation)
    order_lines = parameters.orders.lines - 1.4
    segments = [segment.discount for segment in parameters.segments]
    simulation.step(
        "customer_terms",
        f"""
        WITH placed AS (
            SELECT *, least(ln(greatest(size, 1)) / 5, 1) AS by_size, {streams.draw("channels", "c")} AS channel_draw,
                   {pick([segment.weight for segment in parameters.segments], streams.draw("segments", "c"))} AS segment,
                   {pick([region.weight for region in parameters.regions], streams.draw("regions", "c"))} AS region
            FROM customer_faults
        ),
        drawn AS (
            SELECT *, 1.4 + {double(order_lines)} * pow(size, 0.10) * exp(0.30 * {streams.noise("lines an order", "c")}) AS usual_lines,
                   pow(size, 0.35) / {MIDDLING_VALUE} * exp(0.25 * {streams.noise("values of lines", "c")}) AS times_value,
                   {segments}[segment] + {double(parameters.terms.discount_for_size)} * by_size
                       + {double(parameters.terms.discount_spread)} * {streams.noise("discounts", "c")} AS usual_discount
            FROM placed
        )
        SELECT * EXCLUDE (by_size, channel_draw, usual_lines, times_value, usual_discount),
               CASE WHEN c = 0 THEN 1.5 WHEN accidental THEN 1.4 ELSE least(greatest(usual_lines, 1.2), 9) END::DOUBLE AS order_lines,
               CASE WHEN c = 0 THEN 6000 WHEN accidental THEN {double(100 * parameters.accidental.line_value)}
                    ELSE {double(100 * parameters.line_value)} * times_value END::DOUBLE AS line_value,
               CASE WHEN regular THEN least(greatest(round(200 * usual_discount) * 5, 0), 250) ELSE 0 END::SMALLINT AS discount,
               CASE WHEN regular AND c % 2 = 0 AND c <= {double(1 + regular * parameters.terms.rebate_customers)}
                    THEN {round(1000 * parameters.terms.rebate)} ELSE 0 END::SMALLINT AS rebate,
               CASE WHEN c = 0 THEN 5 WHEN accidental OR channel_draw < 0.34 - 0.20 * by_size THEN 1 WHEN channel_draw < 0.58 - 0.30 * by_size THEN 2
                    WHEN channel_draw < 0.88 - 0.35 * by_size THEN 3 ELSE 4 END::TINYINT AS channel,
               (8 + 6 * ln(1 + size))::INTEGER AS assortment
        FROM drawn
        """,
    )


def _names(simulation: Simulation) -> None:
    """Number and name of each: a place that is on no map, a trade, a legal form."""
    parameters, streams = simulation.parameters, simulation.streams
    places = [PLACES[language] for language in LANGUAGES]
    spoken = [LANGUAGES.index(region.language) + 1 for region in parameters.regions]
    simulation.step(
        "customers",
        f"""
        WITH spoken AS (
            SELECT *, {spoken}[region] AS language, {streams.draw("fronts of names", "c")} AS front, {streams.draw("ends of names", "c")} AS ending,
                   {streams.draw("customer numbers", "c")} AS lot
            FROM customer_terms
        ),
        listed AS (
            SELECT *, [{", ".join(texts(place.fronts) for place in places)}][language] AS fronts,
                   [{", ".join(texts(place.ends) for place in places)}][language] AS ends,
                   [{", ".join(texts(segment.trades) for segment in parameters.segments)}][segment][language] AS trade,
                   {texts([place.legal_form for place in places])}[language] AS legal_form
            FROM spoken
        )
        SELECT * EXCLUDE (language, front, ending, lot, fronts, ends, trade, legal_form),
               CASE WHEN c > 0 THEN (10000 + row_number() OVER (ORDER BY c = 0, lot, c))::VARCHAR END AS number,
               CASE WHEN c > 0 THEN fronts[1 + floor(front * len(fronts))::INTEGER] || ends[1 + floor(ending * len(ends))::INTEGER]
                   || ' ' || trade || ' ' || legal_form END AS name
        FROM listed ORDER BY c
        """,
    )


def customer_rows(simulation: Simulation) -> str:
    """SQL for the rows of ``customers.csv``."""
    parameters, streams = simulation.parameters, simulation.streams
    return f"""
        SELECT number, name, {texts([segment.name for segment in parameters.segments])}[segment] AS segment,
               {texts([region.country for region in parameters.regions])}[region] AS country,
               {texts([region.name for region in parameters.regions])}[region] AS region,
               {texts(parameters.managers)}[manager] AS manager,
               CASE WHEN loser THEN 60 WHEN size > 3 THEN 30 ELSE [14, 14, 21][1 + floor({streams.draw("payment days", "c")} * 3)::INTEGER] END AS payment_days
        FROM customers WHERE c > 0 ORDER BY number
        """
