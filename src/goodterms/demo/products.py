"""What the simulated company sells: products in families, their list prices and purchase prices, and those that eat margin."""

from __future__ import annotations

from goodterms.demo.simulation import Simulation, double, every, texts
from goodterms.facts.sql_text import text_of

HALF_YEARS = 16
"""More than the half-years of any span: product × 16 + half-year is the key of a price."""
LOWEST_PRICE = 95
"""Of the list prices, in cents."""


def product_count(simulation: Simulation) -> int:
    """How many products a company of this size has."""
    size = simulation.parameters.products
    return min(max(simulation.lines // size.lines_each, size.fewest), size.most)


def make_products(simulation: Simulation) -> None:
    """Make the tables ``products`` and ``prices`` (product × half-year).

    Products are numbered by popularity: the most sold of each family first. Unit costs are in 10⁻⁴ euro. Beside the true unit cost stand what it would be
    without what was planted (``general_cost``) and had that risen with the list price (``fair_cost``); beside the weight what a fitting one would be.
    """
    _products(simulation)
    _prices(simulation)


def _products(simulation: Simulation) -> None:
    """One row a product."""
    parameters, streams = simulation.parameters, simulation.streams
    families, prices = parameters.families, parameters.prices
    simulation.step(
        "products",
        f"""
        WITH placed AS (
            SELECT p, p % {len(families)} + 1 AS f, p // {len(families)} AS r,
                   {every(parameters.margin_eaters.products, "(p + 1)", streams.number("margin eaters"))} AS eats_margin,
                   {every(parameters.bulky.products, "(p + 1)", streams.number("bulky"))} AS bulky
            FROM range({product_count(simulation)}) t(p)
        ),
        described AS (
            SELECT *, {texts([family.name for family in families])}[f] AS family, {texts([family.unit for family in families])}[f] AS unit,
                   [{", ".join(texts(family.goods) for family in families)}][f] AS goods,
                   {[family.price for family in families]}[f]::DOUBLE AS usual_price, {[family.kilograms for family in families]}[f]::DOUBLE AS usual_weight,
                   {double(prices.cost_share)} + 0.04 * ({streams.draw("cost shares of families", "f")} - 0.5)
                       + {double(prices.cost_share_spread)} * {streams.noise("cost shares", "p")} AS cost_share
            FROM placed
        ),
        priced AS (
            SELECT *, greatest(5 * round(20 * usual_price * exp(0.55 * {streams.noise("list prices", "p")})), {LOWEST_PRICE})::INTEGER AS list_price
            FROM described
        ),
        weighed AS (SELECT *, list_price * usual_weight * exp(0.25 * {streams.noise("weights", "p")}) / 100 AS ten_grams FROM priced)
        SELECT p::INTEGER AS p, 'P' || (10000 + row_number() OVER (ORDER BY {streams.draw("product numbers", "p")}, p)) AS number,
               goods[1 + r % len(goods)] || ' ' || (100 + 5 * (r // len(goods))) AS name, family, unit, list_price, eats_margin, bulky,
               100 * list_price * least(greatest(cost_share, 0.40), 0.85) AS general_cost,
               greatest(10 * round(ten_grams), 10)::INTEGER AS fitting_grams,
               greatest(10 * round(ten_grams * CASE WHEN bulky THEN {double(parameters.bulky.times)} ELSE 1 END), 10)::INTEGER AS grams,
               {streams.draw("stocked", "p")} < 0.92 AS stocked
        FROM weighed ORDER BY p
        """,
    )


def _prices(simulation: Simulation) -> None:
    """One row a product and half-year: list prices step up with the year, purchase prices with the half-year."""
    prices, eaters = simulation.parameters.prices, simulation.parameters.margin_eaters
    stray = simulation.streams.noise("purchase prices", f"p * {HALF_YEARS} + h")
    simulation.step(
        "prices",
        f"""
        WITH listed AS (
            SELECT p, h::INTEGER AS h, grams, eats_margin, list_price, general_cost,
                   round(list_price * pow({double(1 + prices.list_step)}, h // 2))::INTEGER AS new_list_price
            FROM products CROSS JOIN range({-(-simulation.parameters.months // 6)}) t(h)
        ),
        risen AS (
            SELECT *, general_cost * pow({double(1 + prices.cost_rise)}, h / 2::DOUBLE) * CASE WHEN h > 0 THEN exp(0.008 * {stray}) ELSE 1 END AS new_cost,
                   {double(eaters.cost_share)} * 100 * list_price AS eaten
            FROM listed
        )
        SELECT p * {HALF_YEARS} + h AS price, p, h, new_list_price AS list_price, grams, round(new_cost)::BIGINT AS general_cost,
               round(CASE WHEN eats_margin THEN (new_cost + eaten) * pow({double(1 + eaters.cost_rise)}, h / 2::DOUBLE) ELSE new_cost END)::BIGINT AS unit_cost,
               round(general_cost * new_list_price / list_price)::BIGINT AS fair_cost
        FROM risen ORDER BY price
        """,
    )


def product_rows(simulation: Simulation) -> str:
    """SQL for the rows of ``products.csv``: one a product and date from which its list price and unit cost hold."""
    first = text_of(simulation.parameters.first_month.isoformat())
    return f"""
        SELECT number, name, family, unit, prices.list_price, prices.unit_cost, ({first}::DATE + to_months(6 * h))::DATE AS valid_from, products.grams, stocked
        FROM prices JOIN products USING (p) ORDER BY number, valid_from
        """
