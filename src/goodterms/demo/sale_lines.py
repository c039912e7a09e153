"""What the simulated company invoices: the lines of its orders, the credit notes, and the documents that they stand on."""

from __future__ import annotations

from goodterms.demo.customers import CHANNELS
from goodterms.demo.products import HALF_YEARS, product_count
from goodterms.demo.simulation import Simulation, double, texts
from goodterms.demo.streams import Streams

LINES_IN_A_KEY = 16
DOCUMENTS_IN_A_KEY = 4
"""A document's key is its order's × 4 + 0 (invoice), 1 (second invoice), 2 (credit note on the first) or 3 (on the second)."""
DOCUMENTS_IN_A_PLACE = 1 << 24
"""More than the documents of any company: a document's place in the files is one number, by day, invoices before credit notes, by number."""
ROUNDS_OF_PLANNING = 3
HIGHEST_RATE = 900
"""Of all discounts on a line, in per mille."""
LARGEST_WISH = 100_000_000
"""Of a line, in cents: keeps an unlikely draw within whole numbers of 32 bits."""
CARRIER_GRAMS = 250_000
"""What is heavier goes by a carrier."""
CARRIER_BASE, CARRIER_PER_GRAM = 2200, 0.009
"""A carrier's bill in cents: for coming, and by weight."""
CURRENCY = "EUR"


def make_sale_lines(simulation: Simulation) -> None:
    """Make the tables ``sale_lines`` (invoices and credit notes; whole cents and grams), ``documents`` and ``order_numbers``."""
    _wishes(simulation)
    _invoice_lines(simulation)
    simulation.drop("wishes")
    _credit_lines(simulation)
    _documents(simulation)


def _wishes(simulation: Simulation) -> None:
    """One row an order line: the product, whether it will come back, and what the customer means to spend on it at list price."""
    parameters, streams = simulation.parameters, simulation.streams
    families, popularity, spread = len(parameters.families), parameters.products.popularity, parameters.orders.value_spread
    kept = "c * 256 + slot"  # a place in a customer's own assortment
    in_family = f"(({product_count(simulation)} - f + {families - 1}) // {families})"  # how many products the family has
    simulation.step(
        "wishes",
        f"""
        WITH lined AS (
            SELECT *, order_key * {LINES_IN_A_KEY} + j AS line, second_day IS NOT NULL AND j > (order_size + 1) // 2 AS second
            FROM (SELECT *, unnest(range(1, order_size + 1)) AS j FROM orders)
        ),
        slotted AS (
            SELECT *, CASE WHEN second THEN second_day ELSE day END AS invoiced,
                   {streams.draw("own assortment", "line")} < {double(parameters.products.own_assortment)} AS own,
                   floor(pow({streams.draw("places in the assortment", "line")}, 1.5) * assortment)::INTEGER AS slot
            FROM lined
        ),
        chosen AS (
            SELECT *, floor({families} * CASE WHEN own THEN {streams.draw("assortment: family", kept)} ELSE {streams.draw("family", "line")} END)::INTEGER AS f,
                   CASE WHEN own THEN {streams.draw("assortment: product", kept)} ELSE {streams.draw("product", "line")} END AS place,
                   (year(invoiced) - {parameters.first_month.year}) * 12 + month(invoiced) - {parameters.first_month.month} AS month_invoiced
            FROM slotted
        ),
        found AS (
            SELECT *, f + {families} * floor(pow(place, {double(popularity)}) * {in_family})::INTEGER AS p,
                   line_value * exp({double(spread)} * {streams.noise("values of lines of orders", "line")} - {double(spread * spread / 2)}) AS wish
            FROM chosen
        )
        SELECT order_key, line, j::TINYINT AS j, c, month_invoiced::TINYINT AS m, second, least(discount + extra + creep, {HIGHEST_RATE})::SMALLINT AS rate,
               (p * {HALF_YEARS} + month_invoiced // 6)::INTEGER AS price, {streams.draw("returns", "line")} < returned AS returned,
               least(round(wish), {LARGEST_WISH})::INTEGER AS wish
        FROM found
        """,
    )


def _invoice_lines(simulation: Simulation) -> None:
    """One row an invoice line. Quantities are whole, and brought to the sales that the company plans for the year."""
    simulation.step(
        "invoice_lines",
        f"""
        WITH bought AS (
            SELECT wishes.*, prices.list_price, prices.unit_cost, prices.grams, {quantity_bought(simulation.streams, _plan_factors(simulation))} AS quantity
            FROM wishes JOIN prices USING (price)
        ),
        valued AS (SELECT *, quantity::BIGINT * list_price AS list_value FROM bought),
        discounted AS (SELECT *, (list_value * rate + 500) // 1000 AS discount FROM valued)
        SELECT order_key * {DOCUMENTS_IN_A_KEY} + CASE WHEN second THEN 1 ELSE 0 END AS document, order_key, line, j, c, m, price, quantity, rate, returned,
               list_value::INTEGER AS list_value, discount::INTEGER AS discount, (list_value - discount)::INTEGER AS net_value,
               ((quantity * unit_cost + 50) // 100)::INTEGER AS product_cost, quantity::BIGINT * grams AS grams
        FROM discounted
        """,
    )


def _plan_factors(simulation: Simulation) -> list[float]:
    """For each year what wishes are multiplied with, so that net sales, without what comes back, grow as planned.

    Approached in a few rounds, because a line sells whole units and one at least.
    """
    parameters, streams = simulation.parameters, simulation.streams
    factors, planned = [1.0] * parameters.years, dict[int, float]()
    for _ in range(ROUNDS_OF_PLANNING):
        sold = simulation.rows(
            f"""
            WITH bought AS (
                SELECT m // 12 AS y, rate, {quantity_bought(streams, factors)}::BIGINT * list_price AS list_value
                FROM wishes JOIN prices USING (price) WHERE NOT returned
            )
            SELECT y, sum(list_value * (1000 - rate))::BIGINT / 1000, sum(list_value)::BIGINT, count(*) FROM bought GROUP BY y ORDER BY y
            """
        )
        if not planned:
            (first, net, list_value, lines), *_ = sold
            level = net * parameters.line_value * 100 * lines / list_value / min(parameters.months - 12 * first, 12)
            for year in range(first, parameters.years):
                planned[year] = level
                level *= 1 + parameters.sales_growth + 0.005 * (2 * streams.number("sales growth", year) - 1)
        for year, net, *_ in sold:
            factors[year] = min(max(factors[year] * planned[year] * min(parameters.months - 12 * year, 12) / net, 0.02), 50.0)
    return factors


def quantity_bought(streams: Streams, factors: list[float]) -> str:
    """SQL for the whole units that a wish buys: rounded up or down by lot, so that nothing is lost on average."""
    return f"greatest(floor(wish * ({factors}::DOUBLE[])[m // 12 + 1] / list_price + {streams.draw('quantities', 'line')}), 1)::INTEGER"


def _credit_lines(simulation: Simulation) -> None:
    """Returned goods, some whole lines and some a part of one; one credit note for what comes back of an invoice. Then all lines together."""
    streams = simulation.streams
    some_day = f"(sold + 5 + floor(22 * {streams.draw('days of credit notes', 'document')})::INTEGER)"
    simulation.step(
        "credit_lines",
        f"""
        WITH returned AS (
            SELECT invoice_lines.*, CASE WHEN document % 2 = 0 THEN orders.day ELSE orders.second_day END AS sold,
                   CASE WHEN {streams.draw("whole lines returned", "line")} < 0.6 THEN quantity
                        ELSE greatest(ceil(quantity * {streams.draw("parts returned", "line")}), 1) END::INTEGER AS back
            FROM invoice_lines JOIN (SELECT order_key, day, second_day FROM orders) orders USING (order_key)
            WHERE invoice_lines.returned
        ),
        dated AS (SELECT returned.*, next_workday AS day FROM returned JOIN days ON days.day = {some_day}),
        credited AS (
            SELECT *, list_value // quantity * back AS list_back, (list_value::BIGINT // quantity * back * rate + 500) // 1000 AS discount_back
            FROM dated
        )
        SELECT document + 2 AS document, order_key, line, j, c, days.m::TINYINT AS m, price, -back AS quantity, rate, -list_back AS list_value,
               -discount_back::INTEGER AS discount, (discount_back - list_back)::INTEGER AS net_value,
               -((product_cost::BIGINT * back + quantity // 2) // quantity)::INTEGER AS product_cost, -(grams // quantity * back) AS grams, credited.day
        FROM credited JOIN days USING (day)
        """,
    )
    simulation.step(
        "sale_lines",
        """
        WITH all_lines AS (SELECT * EXCLUDE (returned) FROM invoice_lines UNION ALL SELECT * EXCLUDE (day) FROM credit_lines)
        SELECT all_lines.*, CASE WHEN rebate = 0 THEN 0 ELSE sign(net_value) * ((abs(net_value)::BIGINT * rebate + 500) // 1000) END::INTEGER AS rebate
        FROM all_lines JOIN (SELECT c, rebate FROM customers) USING (c)
        """,
    )
    simulation.drop("invoice_lines")


def _documents(simulation: Simulation) -> None:
    """One row an invoice or credit note: number in the order of days, weight, how it was delivered, the freight that was charged, and what was waived."""
    parameters, streams = simulation.parameters, simulation.streams
    charge = round(parameters.terms.freight_charge * 100)
    rise = f"pow({double(1 + parameters.costs.rise)}, m / 12::DOUBLE)"
    stray = f"exp(0.10 * {streams.noise('carrier bills', 'document')})"
    simulation.step(
        "documents",
        f"""
        WITH summed AS (
            SELECT document, order_key, c, any_value(m) AS m, count(*)::INTEGER AS lines, sum(net_value)::BIGINT AS net_value, sum(rebate)::BIGINT AS rebate,
                   sum(product_cost)::BIGINT AS product_cost, sum(grams)::BIGINT AS grams
            FROM sale_lines GROUP BY document, order_key, c
        ),
        whole AS (SELECT order_key, sum(net_value)::BIGINT AS order_value FROM summed WHERE document % 4 < 2 GROUP BY order_key),
        credit_days AS (SELECT document, any_value(day) AS day FROM credit_lines GROUP BY document),
        dated AS (
            SELECT summed.*, coalesce(credit_days.day, CASE WHEN document % 2 = 0 THEN orders.day ELSE second_day END) AS day,
                   document % 4 >= 2 AS is_credit, document % 4 < 2 AND NOT collected AS delivered, channel, rush, excess, free,
                   document % 4 = 0 AND NOT collected AND order_value < {round(parameters.terms.freight_free_from * 100)} AS owes_freight
            FROM summed JOIN orders USING (order_key) JOIN whole USING (order_key) LEFT JOIN credit_days USING (document)
        ),
        sent AS (
            SELECT *, delivered AND (grams > {CARRIER_GRAMS} OR (rush AND {streams.draw("express", "document")} < 0.5)) AS by_carrier FROM dated
        )
        SELECT document, order_key, c, m, day, is_credit, lines, net_value, rebate, product_cost, grams, channel, rush, excess, delivered, by_carrier,
               CASE WHEN owes_freight AND NOT free THEN {charge} ELSE 0 END AS freight,
               CASE WHEN owes_freight AND free THEN {charge} ELSE 0 END AS freight_waived,
               CASE WHEN by_carrier THEN round(({CARRIER_BASE} + grams * {CARRIER_PER_GRAM}) * {rise} * {stray}) ELSE 0 END::BIGINT AS carrier_bill,
               CASE WHEN is_credit THEN 'C' || (500000 + row_number() OVER by_day) ELSE (1000000 + row_number() OVER by_day)::VARCHAR END AS number,
               ((day - DATE '{parameters.first_month}') * 2 + is_credit::INTEGER) * {DOCUMENTS_IN_A_PLACE} + row_number() OVER by_day AS place
        FROM sent WINDOW by_day AS (PARTITION BY is_credit ORDER BY day, document)
        """,
    )
    simulation.step(
        "order_numbers",
        "SELECT order_key, order_size, CASE WHEN c > 0 THEN 'S' || (100000 + row_number() OVER (ORDER BY c = 0, day, order_key)) END AS number FROM orders",
    )
    simulation.drop("credit_lines")


def sale_rows(simulation: Simulation, where: str) -> str:
    """SQL for the rows of the sale-line files, as decimals, dates and texts, in the order of days and documents."""
    return f"""
        SELECT documents.day AS "Invoice date", documents.number AS "Invoice",
               (CASE WHEN sale_lines.document % 2 = 0 THEN j ELSE j - (order_size + 1) // 2 END)::INTEGER AS "Line", order_numbers.number AS "Order",
               customers.number AS "Customer number", customers.name AS "Customer", products.number AS "Product number", products.name AS "Product",
               quantity AS "Quantity", unit AS "Unit", {euros("list_value")} AS "List value", {euros("sale_lines.discount")} AS "Discount",
               {euros("sale_lines.net_value")} AS "Net amount",
               {euros("CASE WHEN j = 1 AND sale_lines.document % 4 = 0 THEN freight ELSE 0 END")} AS "Freight charged",
               {euros("sale_lines.rebate")} AS "Rebate", {euros("sale_lines.product_cost")} AS "Cost", '{CURRENCY}' AS "Currency",
               {kilograms("sale_lines.grams")} AS "Weight kg", {texts(CHANNELS)}[documents.channel] AS "Channel",
               {texts(simulation.parameters.managers)}[manager] AS "Sales person", CASE WHEN documents.rush THEN 'yes' ELSE 'no' END AS "Rush"
        FROM sale_lines JOIN documents USING (document) JOIN order_numbers ON order_numbers.order_key = sale_lines.order_key
        JOIN customers ON customers.c = sale_lines.c JOIN products ON products.p = price // {HALF_YEARS}
        WHERE {where}
        ORDER BY place * {LINES_IN_A_KEY} + j
        """


def euros(cents: str) -> str:
    """SQL for an amount in whole cents as a decimal of euros; no division, which would go through floats."""
    return f"(({cents})::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2))::DECIMAL(18, 2)"


def kilograms(grams: str) -> str:
    """SQL for whole grams as a decimal of kilograms."""
    return f"(({grams})::DECIMAL(15, 0) * 0.001::DECIMAL(3, 3))::DECIMAL(18, 3)"
