"""The statements of a full run, by the product's expressions or as SQL by hand, over published Parquet files; run in a process of its own for its memory.

``python statements.py product FOLDER`` and ``python statements.py hand FOLDER`` print one JSON object: seconds a statement, sums to compare, peak memory.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

import by_hand
from goodterms.analysis.bridge import build_bridge
from goodterms.analysis.cost_to_serve import share_costs
from goodterms.analysis.cube import sales_cube, whole_cube
from goodterms.analysis.drivers import Drivers
from goodterms.analysis.lines import priced_lines
from goodterms.analysis.names import products_known
from goodterms.analysis.said import what_lines_say
from goodterms.analysis.views import Shape, view
from goodterms.analysis.waterfall import waterfall
from goodterms.analysis.whale import curve_of
from goodterms.facts.book import Facts
from goodterms.facts.columns import TABLES
from goodterms.facts.engine import connect, keep
from goodterms.facts.periods import Period
from goodterms.facts.policy import Policy

SPANS = (Period.read("2024").months, Period.read("2025").months)
POOLS = (("Order desk", "orders"), ("Picking", "lines"), ("Freight by weight", "kg"), ("Field sales visits", "customers"))
"""Cost pools of the simulated company, each with a driver that sale lines alone know."""
SCANS = 5
MEMORY = "8GB"
"""What the engine may take; beyond it, it goes to disk."""


class Clock:
    """Times statements, and prints what is being done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        """What the work returns."""
        begin = time.perf_counter()
        made = work()
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - begin
        print(f"  {name}: {self.seconds[name]:.2f} s", file=sys.stderr, flush=True)
        return made


def published(engine: Any, folder: Path) -> Facts:
    """The facts as they are published: one Parquet file a table, read where it lies."""
    return Facts(
        engine, {name: engine.read_parquet(str(folder / f"{name}.parquet"), table_name=name) for name in TABLES if (folder / f"{name}.parquet").exists()}
    )


def scan_seconds(engine: Any) -> float:
    """The median of some warm scans."""
    times = []
    for _scan in range(SCANS + 1):
        begin = time.perf_counter()
        engine.con.execute(by_hand.scan("sale_lines")).fetchall()
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


def policy() -> Policy:
    """The policy of these pools."""
    pools = "".join(f'[[policy.pool]]\nname = "{name}"\ndriver = "{driver}"\n' for name, driver in POOLS)
    return Policy.read(f"version = 1\n[[policy]]\nfrom = 2023-01-01\n{pools}")


def by_product(engine: Any, facts: Facts, clock: Clock) -> dict[str, Decimal]:
    """The product's expressions, as a study carries them out."""
    shape = Shape(("Picking", "Freight by weight"), ("Order desk",), ("Field sales visits",), has_margin=True, has_net_profit=True)
    pools = {name for name, _driver in POOLS}
    facts = Facts(engine, {**facts.tables, "costs": facts["costs"].filter(facts["costs"].pool.isin(pools)), "activities": facts["activities"].limit(0)})
    said = clock("what the lines say", lambda: what_lines_say(facts["sale_lines"]))
    lines = priced_lines(facts, facts["sale_lines"], said, policy())
    sales = clock("cube of sales", lambda: keep(engine, "sales", sales_cube(lines)))
    drivers = Drivers(facts, lines, sales)
    clock("orders", lambda: drivers.orders)
    costs = clock("allocation", lambda: share_costs(drivers, policy(), lambda _text: None))
    cube = clock("whole cube", lambda: keep(engine, "cube", whole_cube(sales, costs.shares, shape.steps)))
    products = keep(engine, "products_known", products_known(facts))
    bridge = clock(
        "bridge",
        lambda: build_bridge(sales, products, costs.shares, engine=engine, name="bridge", months=SPANS, labels=("2024", "2025"), measure="net profit"),
    )
    customers = clock("view by customer", lambda: keep(engine, "view_customers", view(cube, "counterparty", shape, SPANS)))
    clock("view by product", lambda: keep(engine, "view_products", view(cube, ("product", "level"), shape, SPANS)))
    rows = clock("waterfall", lambda: waterfall(cube, shape, costs, SPANS, has_list_prices=True))
    curve = clock("whale", lambda: curve_of(customers.rename(customer="counterparty").to_pyarrow(), "later", period="2025", measure="net profit"))
    found = {f"bridge {step.step}": step.amount for step in bridge.bridge.steps}
    found |= {f"waterfall {row.step} {when}": getattr(row, when) for row in rows if row.kind == "total" for when in by_hand.WHEN}
    return found | {"whale peak": curve.peak, "whale losers": Decimal(curve.losers)}


def by_sql(engine: Any, facts: Facts, clock: Clock) -> dict[str, Decimal]:
    """The same by hand."""
    del facts  # the tables are known by their names

    def sql(statements: list[str]) -> Callable[[], None]:
        def work() -> None:
            for statement in statements:
                engine.con.execute(statement)

        return work

    clock("cube of sales", sql(by_hand.cube_of_sales()))
    clock("orders", sql(by_hand.orders()))
    clock("allocation", sql(by_hand.shares(POOLS)))
    clock("whole cube", sql(by_hand.whole_cube(POOLS)))
    clock("bridge", sql(by_hand.bridge(SPANS)))
    clock("view by customer", sql(by_hand.view("counterparty", "view_customers", SPANS, POOLS)))
    clock("view by product", sql(by_hand.view("product, level", "view_products", SPANS, POOLS)))
    clock("waterfall", sql(by_hand.waterfall(SPANS, POOLS)))
    clock("whale", sql(by_hand.whale()))
    rows = engine.con.execute("SELECT step, sum(amount) FROM bridge GROUP BY step").fetchall()
    found = {f"bridge {step}": amount for step, amount in rows}
    cursor = engine.con.execute("SELECT * FROM waterfall")
    row = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
    for when in by_hand.WHEN:
        margin = row[f"net_sales_{when}"] - row[f"product_cost_{when}"]
        served = sum(row[f"{name}_{when}"] for name, _driver in POOLS)
        found |= {f"waterfall net_sales {when}": row[f"net_sales_{when}"], f"waterfall gross_margin {when}": margin}
        found[f"waterfall net_profit {when}"] = margin - served
    ((peak, losers),) = engine.con.execute(
        "SELECT sum(net_profit_later) FILTER (WHERE net_profit_later > 0), count(*) FILTER (WHERE net_profit_later < 0) FROM whale"
    ).fetchall()
    return found | {"whale peak": peak, "whale losers": Decimal(losers)}


def main(side: str, folder: Path) -> dict[str, Any]:
    """Run one side; what it took, and what came out."""
    engine = connect(memory_limit=MEMORY)
    facts = published(engine, folder)
    ibis.options.interactive = False
    scan = scan_seconds(engine)
    clock = Clock()
    found = (by_product if side == "product" else by_sql)(engine, facts, clock)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"scan": scan, "seconds": clock.seconds, "peak_gib": peak, "found": {name: str(amount) for name, amount in found.items()}}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
