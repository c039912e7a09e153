"""The statements of a full run as SQL by hand: what the expressions of ``goodterms.analysis`` are measured against, and held equal to.

It knows this one company: no attributes, list value and cost on every line, one entity, cost shared by orders, lines, kg and customers. What the product
does for every other company too (units, price lists, layers that the policy moves, several entities) is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

WHEN = ("earlier", "later")
SUMMED = ("quantity", "list_value", "discount", "charges", "rebate", "net_sales", "product_cost")
DIMENSIONS = "entity, month, counterparty, product, manager, channel, level"
GRANDEST = "DECIMAL(38, 12)"


def scan(sale_lines: str) -> str:
    """One scan: five sums over the published lines."""
    return f"SELECT sum(list_value), sum(discount), sum(net_value), sum(product_cost), sum(quantity) FROM {sale_lines}"


def _months(months: Sequence[date]) -> str:
    days = ", ".join(f"DATE '{month}'" for month in months)
    return f"month IN ({days})"


def _both(columns: Sequence[str], spans: Sequence[Sequence[date]], kind: str) -> str:
    """The sums of columns over both periods."""
    return ", ".join(
        f"coalesce(sum({column}) FILTER (WHERE {_months(span)}), 0)::{kind} AS {column}_{when}"
        for when, span in zip(WHEN, spans, strict=True)
        for column in columns
    )


def cube_of_sales() -> list[str]:
    """Sums of every cell of sales."""
    return [
        """
        CREATE TEMP TABLE sales AS
        SELECT coalesce(entity, '') AS entity, make_date(year(date), month(date), 1) AS month, coalesce(customer_key, '(no customer)') AS counterparty,
               coalesce(product_key, '(no product)') AS product, coalesce(unit, '') AS unit, coalesce(manager_key, '') AS manager,
               coalesce(channel, '') AS channel, sum(coalesce(quantity, 0)) AS quantity, sum(list_value) AS list_value,
               sum(list_value - net_value) AS discount, sum(coalesce(charges, 0)) AS charges, sum(coalesce(rebate, 0)) AS rebate,
               sum(net_value + coalesce(charges, 0) - coalesce(rebate, 0)) AS net_sales, sum(product_cost) AS product_cost,
               count(*) FILTER (WHERE kind = 'invoice') AS lines, count(*) FILTER (WHERE kind <> 'invoice') AS credit_note_lines,
               coalesce(sum(weight) FILTER (WHERE kind = 'invoice' AND weight > 0), 0) AS kg
        FROM sale_lines GROUP BY ALL
        """
    ]


def orders() -> list[str]:
    """Every order, in the month of its first invoice."""
    first = "{'date': date, 'document': coalesce(document, ''), 'value': %s}"
    return [
        f"""
        CREATE TEMP TABLE orders AS
        SELECT entity, source, counterparty, "order", min(date) AS date, count(*) AS lines,
               {", ".join(f"arg_min({column}, {first % column}) AS {column}" for column in ("month", "manager", "channel"))}
        FROM (SELECT coalesce(entity, '') AS entity, coalesce(source, '') AS source, coalesce(customer_key, '(no customer)') AS counterparty,
                     coalesce(order_number, document, '') AS "order", date, document, make_date(year(date), month(date), 1) AS month,
                     coalesce(manager_key, '') AS manager, coalesce(channel, '') AS channel
              FROM sale_lines WHERE kind = 'invoice')
        GROUP BY entity, source, counterparty, "order"
        """
    ]


def shares(pools: Sequence[tuple[str, str]]) -> list[str]:
    """Every pool shared over the cells of its driver, to the unit, by largest remainder; ``pools`` are (name, driver)."""
    lines = "entity, month, 'line' AS level, counterparty, product, manager, channel"
    work = {
        "lines": f"SELECT 'lines' AS driver, {lines}, sum(lines)::DECIMAL(18, 4) AS weight FROM sales GROUP BY ALL HAVING weight > 0",
        "kg": f"SELECT 'kg' AS driver, {lines}, sum(kg) AS weight FROM sales GROUP BY ALL HAVING weight > 0",
        "orders": """SELECT 'orders' AS driver, entity, month, 'order' AS level, counterparty, 'order' AS product, manager, channel,
                            count(*)::DECIMAL(18, 4) AS weight FROM orders GROUP BY ALL""",
        "customers": """SELECT 'customers' AS driver, entity, s.month, 'customer' AS level, s.counterparty, 'customer' AS product,
                               coalesce(m.manager, '') AS manager, '' AS channel, 1::DECIMAL(18, 4) AS weight
                        FROM (SELECT entity, month, counterparty FROM sales WHERE lines > 0 GROUP BY ALL) s
                        ASOF LEFT JOIN managers m ON s.counterparty = m.counterparty AND s.month >= m.month""",
    }
    named = ", ".join(f"('{name}', '{driver}')" for name, driver in pools)
    return [
        """
        CREATE TEMP TABLE managers AS
        SELECT counterparty, month, arg_max(manager, {'date': date, 'document': document, 'manager': manager}) AS manager
        FROM (SELECT coalesce(customer_key, '(no customer)') AS counterparty, min(make_date(year(date), month(date), 1)) AS month, min(date) AS date,
                     coalesce(document, '') AS document, max(coalesce(manager_key, '')) AS manager
              FROM sale_lines GROUP BY coalesce(entity, ''), coalesce(source, ''), counterparty, document)
        GROUP BY counterparty, month
        """,
        f"""
        CREATE TEMP TABLE shares AS
        WITH pools AS (
            SELECT make_date(year(period), month(period), 1) AS month, pool, driver, (sum(amount) * 10000)::BIGINT AS units
            FROM costs JOIN (VALUES {named}) AS named (pool, driver) USING (pool) GROUP BY ALL),
        work AS ({" UNION ALL ".join(work[driver] for driver in dict(pools).values())}),
        cut AS (
            SELECT *, units::HUGEINT * (weight * 10000)::BIGINT AS whole, sum((weight * 10000)::BIGINT) OVER same AS total
            FROM work JOIN pools USING (month, driver) WINDOW same AS (PARTITION BY month, pool)),
        ranked AS (
            SELECT *, units - sum(whole // total) OVER (PARTITION BY month, pool) AS missing,
                   row_number() OVER (PARTITION BY month, pool ORDER BY whole % total DESC, counterparty, product, manager, channel, entity, level) AS place
            FROM cut)
        SELECT {DIMENSIONS}, pool, driver, weight AS driver_count,
               ((whole // total + (place <= missing)::INT)::DECIMAL(38, 4) / 10000)::DECIMAL(38, 4) AS amount
        FROM ranked
        """,
    ]


def whole_cube(pools: Sequence[tuple[str, str]]) -> list[str]:
    """The cube: sales, and a column a pool."""
    return [
        f"""
        CREATE TEMP TABLE cube AS
        SELECT {DIMENSIONS}, {", ".join(f"sum({c}) AS {c}" for c in SUMMED)}, {", ".join(f'sum("{name}") AS "{name}"' for name, _driver in pools)},
               sum(sale_lines) AS sale_lines
        FROM (SELECT entity, month, counterparty, product, manager, channel, 'line' AS level, {", ".join(SUMMED)},
                     {", ".join(f'0::DECIMAL(38, 4) AS "{name}"' for name, _driver in pools)}, lines + credit_note_lines AS sale_lines FROM sales
              UNION ALL
              SELECT {DIMENSIONS}, {", ".join("0" for _ in SUMMED)},
                     {", ".join(f"if(pool = '{name}', amount, 0)" for name, _driver in pools)}, 0 FROM shares)
        GROUP BY ALL
        """
    ]


def _less(pools: Sequence[str], when: str) -> str:
    """What is taken away for every pool."""
    return "".join(f' - "{pool}_{when}"' for pool in pools)


def view(by: str, name: str, spans: Sequence[Sequence[date]], pools: Sequence[tuple[str, str]]) -> list[str]:
    """The sums of both periods by customer, or by product and level."""
    costs = [pool for pool, _driver in pools]
    sums = ", ".join(
        f'coalesce(sum("{column}") FILTER (WHERE {_months(span)}), 0) AS "{column}_{when}"'
        for when, span in zip(WHEN, spans, strict=True)
        for column in (*SUMMED, *costs, "sale_lines")
    )
    profit = ", ".join(f"net_sales_{when} - product_cost_{when}{_less(costs, when)} AS net_profit_{when}" for when in WHEN)
    return [f"CREATE TEMP TABLE {name} AS SELECT *, {profit} FROM (SELECT {by}, {sums} FROM cube WHERE {_months([*spans[0], *spans[1]])} GROUP BY ALL)"]


def bridge(spans: Sequence[Sequence[date]]) -> list[str]:
    """The nested bridge of net profit: items, customer x family, customers."""
    in_play = _months([*spans[0], *spans[1]])

    def old(column: str) -> str:
        """q1 x V0 / q0 of an item sold in both periods."""
        return (
            f"CASE WHEN NOT in_both THEN 0 WHEN quantity_later = quantity_earlier THEN {column}_earlier "
            f"WHEN {column}_earlier = quantity_earlier THEN quantity_later "
            f"ELSE (quantity_later::DOUBLE * {column}_earlier::DOUBLE / quantity_earlier::DOUBLE)::{GRANDEST} END AS {column}_old"
        )

    layers = ("net_sales", "discount", "charges", "rebate", "product_cost")
    return [
        f"""
        CREATE TEMP TABLE classes AS
        SELECT counterparty, CASE WHEN counterparty = '(no customer)' OR (earlier > 0 AND later > 0) THEN 'continuing' WHEN later > 0 THEN 'new'
                                  WHEN earlier > 0 THEN 'lost' ELSE 'neither' END AS customer_class
        FROM (SELECT counterparty, coalesce(sum(lines) FILTER (WHERE {_months(spans[0])}), 0) AS earlier,
                     coalesce(sum(lines) FILTER (WHERE {_months(spans[1])}), 0) AS later FROM sales WHERE {in_play} GROUP BY counterparty)
        """,
        f"""
        CREATE TEMP TABLE sums AS
        SELECT s.*, coalesce(family, product) AS family
        FROM (SELECT counterparty, product, unit, {_both(SUMMED, spans, GRANDEST)} FROM sales WHERE {in_play} GROUP BY counterparty, product, unit) s
        LEFT JOIN (SELECT product_key, arg_max(family, row) AS family FROM products GROUP BY product_key) ON product = product_key
        """,
        f"""
        CREATE TEMP TABLE items AS
        WITH classed AS (
            SELECT *, net_sales_earlier - product_cost_earlier AS measure_earlier, net_sales_later - product_cost_later AS measure_later,
                   quantity_earlier > 0 AS sold_earlier, quantity_later > 0 AS sold_later,
                   CASE WHEN customer_class IN ('new', 'lost') THEN customer_class
                        WHEN customer_class = 'neither'
                          OR (quantity_earlier <= 0 AND (net_sales_earlier <> 0 OR product_cost_earlier <> 0))
                          OR (quantity_earlier > 0 AND net_sales_earlier <= 0)
                          OR (quantity_later <= 0 AND (net_sales_later <> 0 OR product_cost_later <> 0))
                          OR (quantity_later > 0 AND net_sales_later <= 0)
                        THEN 'adjustment' WHEN quantity_earlier > 0 OR quantity_later > 0 THEN 'in family' ELSE 'not sold' END AS first_class
            FROM sums JOIN classes USING (counterparty)),
        in_families AS (
            SELECT *, CASE WHEN first_class <> 'in family' THEN first_class
                           WHEN NOT max(first_class = 'in family' AND sold_earlier) OVER family_ THEN 'new family'
                           WHEN NOT max(first_class = 'in family' AND sold_later) OVER family_ THEN 'lost family' ELSE 'continuing' END AS item_class
            FROM classed WINDOW family_ AS (PARTITION BY counterparty, family)),
        both_periods AS (SELECT *, item_class = 'continuing' AND sold_earlier AND sold_later AS in_both FROM in_families),
        at_old_rate AS (SELECT *, {", ".join(map(old, layers))} FROM both_periods),
        stepped AS (
            SELECT *, if(in_both, net_sales_later - net_sales_old, 0) AS price, if(in_both, discount_old - discount_later, 0) AS price_discount,
                   if(in_both, charges_later - charges_old, 0) AS price_charges, if(in_both, rebate_old - rebate_later, 0) AS price_rebate,
                   if(in_both, product_cost_old - product_cost_later, 0) AS cost,
                   if(sold_earlier, net_sales_earlier, 0) AS compared_earlier,
                   CASE WHEN in_both THEN net_sales_old WHEN sold_later THEN net_sales_later ELSE 0 END AS compared_later,
                   if(item_class = 'new', measure_later, 0) AS new_customers, if(item_class = 'lost', -measure_earlier, 0) AS lost_customers,
                   CASE item_class WHEN 'adjustment' THEN measure_later - measure_earlier WHEN 'new' THEN -measure_earlier
                                   WHEN 'lost' THEN measure_later ELSE 0 END AS adjustments,
                   if(item_class = 'new family', measure_later, 0) AS new_families, if(item_class = 'lost family', -measure_earlier, 0) AS lost_families
            FROM at_old_rate)
        SELECT * EXCLUDE (first_class, {", ".join(f"{c}_old" for c in layers)}),
               price - price_discount - price_charges - price_rebate AS price_list FROM stepped
        """,
        f"""
        CREATE TEMP TABLE pairs AS
        WITH summed AS (
            SELECT counterparty, family, sum(compared_earlier) AS compared_earlier, sum(compared_later) AS compared_later,
                   sum(price) AS price, sum(cost) AS cost,
                   sum(measure_earlier) AS measure_earlier, sum(measure_later) AS measure_later
            FROM items WHERE item_class = 'continuing' GROUP BY ALL),
        whole AS (SELECT sum(compared_earlier) AS whole_earlier, sum(compared_later) AS whole_later FROM summed),
        grown AS (
            SELECT *, CASE WHEN compared_later = compared_earlier THEN measure_earlier WHEN measure_earlier = compared_earlier THEN compared_later
                           ELSE (compared_later::DOUBLE * measure_earlier::DOUBLE / compared_earlier::DOUBLE)::{GRANDEST} END AS own,
                   CASE WHEN whole_later = whole_earlier THEN measure_earlier WHEN measure_earlier = whole_earlier THEN whole_later
                        ELSE (whole_later::DOUBLE * measure_earlier::DOUBLE / whole_earlier::DOUBLE)::{GRANDEST} END AS as_all
            FROM summed, whole)
        SELECT counterparty, family, as_all - measure_earlier AS volume, own - as_all AS mix_between,
               measure_later - price - cost - own AS mix_within FROM grown
        """,
        f"""
        CREATE TEMP TABLE pool_changes AS
        SELECT counterparty, pool, coalesce(customer_class, 'neither') AS customer_class, cost_earlier - cost_later AS change,
               CASE WHEN coalesce(customer_class, 'neither') <> 'continuing' THEN 0
                    WHEN count_earlier > 0 AND count_later > 0 THEN
                        CASE WHEN count_earlier = count_later THEN cost_earlier WHEN cost_earlier = count_earlier THEN count_later
                             ELSE (count_later::DOUBLE * cost_earlier::DOUBLE / count_earlier::DOUBLE)::{GRANDEST} END - cost_later ELSE 0 END AS rate
        FROM (SELECT counterparty, pool,
                     coalesce(sum(amount) FILTER (WHERE {_months(spans[0])}), 0)::{GRANDEST} AS cost_earlier,
                     coalesce(sum(amount) FILTER (WHERE {_months(spans[1])}), 0)::{GRANDEST} AS cost_later,
                     coalesce(sum(driver_count) FILTER (WHERE {_months(spans[0])}), 0)::{GRANDEST} AS count_earlier,
                     coalesce(sum(driver_count) FILTER (WHERE {_months(spans[1])}), 0)::{GRANDEST} AS count_later
              FROM shares GROUP BY ALL) LEFT JOIN classes USING (counterparty)
        """,
        """
        CREATE TEMP TABLE bridge AS
        SELECT counterparty, sum(amount) AS amount, step
        FROM (UNPIVOT (SELECT counterparty, sum(new_customers) AS "new customers", sum(lost_customers) AS "lost customers", sum(adjustments) AS "adjustments",
                              sum(new_families) AS "new families", sum(lost_families) AS "lost families", sum(price_list) AS "price: list",
                              sum(price_discount) AS "price: discount", sum(price_charges) AS "price: charges", sum(price_rebate) AS "price: rebate",
                              sum(cost) AS "cost" FROM items GROUP BY ALL) ON COLUMNS(* EXCLUDE counterparty) INTO NAME step VALUE amount
              UNION ALL BY NAME
              UNPIVOT (SELECT counterparty, sum(volume) AS volume, sum(mix_between) AS "mix between", sum(mix_within) AS "mix within" FROM pairs GROUP BY ALL)
              ON COLUMNS(* EXCLUDE counterparty) INTO NAME step VALUE amount
              UNION ALL BY NAME
              SELECT counterparty, pool || ': rate' AS step, rate AS amount FROM pool_changes WHERE customer_class = 'continuing'
              UNION ALL BY NAME
              SELECT counterparty, pool || ': activity' AS step, change - rate AS amount FROM pool_changes WHERE customer_class = 'continuing'
              UNION ALL BY NAME
              SELECT counterparty, CASE customer_class WHEN 'new' THEN 'new customers' WHEN 'lost' THEN 'lost customers' ELSE 'adjustments' END AS step,
                     change AS amount FROM pool_changes WHERE customer_class <> 'continuing')
        GROUP BY counterparty, step
        """,
    ]


def waterfall(spans: Sequence[Sequence[date]], pools: Sequence[tuple[str, str]]) -> list[str]:
    """Both periods' sums of every step."""
    columns = [*SUMMED, *(pool for pool, _driver in pools)]
    sums = ", ".join(
        f'coalesce(sum("{column}") FILTER (WHERE {_months(span)}), 0) AS "{column}_{when}"'
        for when, span in zip(WHEN, spans, strict=True)
        for column in columns
    )
    return [f"CREATE TEMP TABLE waterfall AS SELECT {sums} FROM cube"]


def whale() -> list[str]:
    """Customers from best to worst, cumulated."""
    return [
        """
        CREATE TEMP TABLE whale AS
        SELECT counterparty, net_profit_later, row_number() OVER ranked AS rank, sum(net_profit_later) OVER ranked AS cumulative
        FROM view_customers WHERE sale_lines_later > 0 OR net_profit_later <> 0
        WINDOW ranked AS (ORDER BY net_profit_later DESC, counterparty ROWS UNBOUNDED PRECEDING)
        """
    ]
