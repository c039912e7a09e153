"""The study: from facts and policy to one result, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import ibis
import pyarrow as pa
from ibis import _

from goodterms.analysis import answer as words
from goodterms.analysis.bridge import BridgeTables, build_bridge
from goodterms.analysis.cost_to_serve import PARTS, CostToServe, share_costs
from goodterms.analysis.cube import sales_cube, whole_cube
from goodterms.analysis.culprits import worst
from goodterms.analysis.drivers import Drivers
from goodterms.analysis.keys import NO_PRODUCT
from goodterms.analysis.leaks import PLACES as LEAK_PLACES
from goodterms.analysis.leaks import Leak, find_leaks, quartiles
from goodterms.analysis.lines import Said, first_of_month, priced_lines, what_lines_say
from goodterms.analysis.met_twice import MetTwice, count_once
from goodterms.analysis.missing import There, what_is_missing
from goodterms.analysis.names import customers_known, products_known
from goodterms.analysis.result import Measure, Result, WaterfallRow, Whale
from goodterms.analysis.views import Shape, cost_to_serve, months_in, view
from goodterms.analysis.waterfall import renamed, waterfall, with_avoidable
from goodterms.analysis.whale import whale_curve
from goodterms.errors import PeriodError
from goodterms.facts.book import Facts
from goodterms.facts.columns import NOT_CUSTOMERS
from goodterms.facts.engine import keep
from goodterms.facts.periods import Filling, Period, month_name
from goodterms.facts.policy import Policy

if TYPE_CHECKING:
    from ibis import Table

UNCOSTED_LIMIT = Decimal("0.05")
"""The share of a period's sales without a known cost above which the answer stops at net sales."""
_ORIGIN_OF_LINES = (
    *("month", "date", "document", "line", "kind", "counterparty", "product", "unit", "quantity", "list_value", "discount", "charges", "rebate", "net_sales"),
    *("cost", "cost_from", "order", "manager", "channel", "entity", "source", "file", "row"),
)
_PLACES = Decimal(1).scaleb(-12)
_KEY: dict[Measure, str] = {"net profit": "net_profit", "gross margin": "gross_margin", "net sales": "net_sales"}


def analyse(
    facts: Facts,
    *,
    periods: tuple[Period | str, Period | str] | None = None,
    policy: Policy | None = None,
    physical: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Work out the net profit of every customer and product, and why it moved between two periods.

    Parameters
    ----------
    facts
        The tables of facts.
    periods
        (earlier, later), as :class:`~goodterms.facts.periods.Period` or text; by default the last twelve full months against the twelve before, with less
        the two longest equal spans of full months.
    policy
        How cost pools are shared; without one every pool is unassigned.
    physical
        Weigh volume and mix by physical quantities instead of value at the earlier period's prices.
    progress
        Is told what is being worked out.

    Raises
    ------
    PeriodError
        When a period cannot be read or has no sale lines.
    PolicyError
        When a time equation counts what the data does not have.
    """
    return _Study(facts, policy or Policy.empty(), "physical" if physical else "value", progress or (lambda _text: None)).run(periods)


class Tables(Mapping[str, pa.Table]):
    """The tables of a result, each fetched from the engine when it is first asked for."""

    def __init__(self, tables: Mapping[str, Table | pa.Table]) -> None:
        self._tables = dict(tables)
        self._fetched: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        """The table of that name."""
        if name not in self._fetched:
            table = self._tables[name]
            self._fetched[name] = table if isinstance(table, pa.Table) else table.to_pyarrow()
        return self._fetched[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in order."""
        return iter(self._tables)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self._tables)


@dataclass
class _Study:
    """One study on its way; each method is one thing that is worked out."""

    facts: Facts
    policy: Policy
    quantities: Literal["value", "physical"]
    progress: Callable[[str], None]
    notices: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, asked: tuple[Period | str, Period | str] | None) -> Result:
        """From facts to the result."""
        self._begin("counting documents once")
        met_twice = count_once(self.facts)
        said = what_lines_say(met_twice.counted)
        self.notices += [f"The policy sets {key}, which this version reads and does not use yet." for key in self.policy.without_effect]
        earlier, later = self._periods(asked, said.filling)
        spans = (earlier.months if earlier else (), later.months)
        self._begin("summing sale lines")
        lines = priced_lines(self.facts, met_twice.counted, said, self.policy)
        sales = keep(self.facts.engine, "sales_cube", sales_cube(lines))
        self._say_where_cost_is_from(lines, said)
        drivers = Drivers(self.facts, lines, sales)
        self._begin("sharing costs")
        costs = self._costs(drivers)
        shape, has_cost = self._shape(sales, costs, spans)
        measure: Measure = "net profit" if shape.has_net_profit else "gross margin" if shape.has_margin else "net sales"
        self._begin("building the cube")
        cube = self._cube(sales, costs, shape)
        names = self._names()
        self._begin("building the bridge")
        bridges = self._bridges(sales, names["products"], costs, measure, earlier, later, said.filling)
        self._begin("summing views")
        views = self._views(cube, names, shape, spans, drivers)
        self._begin("finding leaks")
        leaks = self._leaks(views, shape, said)
        self._begin("writing the answer")
        bridge, like_for_like, unfilled = bridges
        rows = waterfall(cube, shape, costs, spans, has_list_prices=said.has("list_value"))
        curves = self._whales(views["customers"], measure, earlier, later)
        own_customers = [row for row in views["customers"].to_pylist() if row["customer"] not in NOT_CUSTOMERS]
        own_products = [row for row in views["products"].to_pylist() if row["level"] == "line" and row["product"] != NO_PRODUCT]
        rank_products = "product_contribution" if shape.has_net_profit else _KEY[measure]
        result = Result(
            measure=measure,
            currency=said.currencies[0] if len(said.currencies) == 1 else None,
            earlier=earlier,
            later=later,
            unfilled=unfilled,
            answer=self._answer(measure, earlier, later, rows),
            explanation=self._explanation(bridges, views, measure, later),
            bridge=bridge.bridge if bridge else None,
            like_for_like=like_for_like.bridge if like_for_like else None,
            waterfall=with_avoidable(renamed(rows, self.policy.on(later.last).layers), self._avoidable_shares(costs, later)),
            whale=curves[1],
            whale_earlier=curves[0],
            customers=worst("customer", own_customers, leaks["customer"], rank_by=_KEY[measure], compared=earlier is not None),
            products=worst("product", own_products, leaks["product"], rank_by=rank_products, compared=earlier is not None),
            missing=what_is_missing(
                said,
                There(
                    families=_count(self.facts["products"], _.family.notnull()),
                    segments=_count(self.facts["customers"], _.segment.notnull()),
                    names=_count(self.facts["customers"], _.name.notnull()),
                    costs=_count(self.facts["costs"], None),
                    activities=_count(self.facts["activities"], None),
                    policy_pools=len(self.policy.pool_names),
                    has_cost=has_cost,
                    has_margin=shape.has_margin,
                ),
            ),
            notices=tuple(s for s in (met_twice.sentence, met_twice.notice, *self.notices) if s),
            unassigned=sum((costs.total("unassigned", span) for span in spans), Decimal(0)) if costs else Decimal(0),
            tables=self._tables(cube, views, rows, leaks, costs, bridge, like_for_like, curves, (earlier, later)),
            figures=self._figures(said, met_twice, sales, costs, spans),
            origins={
                "sale_lines": lines.select(*_ORIGIN_OF_LINES),
                "costs": self.facts["costs"].mutate(month=first_of_month(_.period)),
                "activities": drivers.activities if drivers.has_activities else self.facts["activities"],
            },
        )
        self._begin("done")
        return result

    def _begin(self, what: str) -> None:
        self.progress(what)
        self.seconds[what] = time.perf_counter()

    def _say_where_cost_is_from(self, lines: Table, said: Said) -> None:
        """Which lines' cost is not their own, and whose it is."""
        if said.values["product_cost"] == said.lines:
            return
        found = lines.filter(_.cost_from.notnull()).group_by("cost_from").agg(n=_.count()).order_by(_.n.desc(), "cost_from").to_pyarrow().to_pylist()
        if [row["cost_from"] for row in found] not in ([], ["line"]):
            whose = ", ".join(f"{row['cost_from']} ({row['n']:,} lines)" for row in found)
            self.notices.append(f"Product cost is taken from: {whose}.")

    def _periods(self, asked: tuple[Period | str, Period | str] | None, filling: Filling) -> tuple[Period | None, Period]:
        """The two periods: asked or by default; a period without sale lines is refused."""
        if filling.last_sale_day is None:
            raise PeriodError("There are no sale lines to analyse: no row of the files was accepted as a sale line. See the problems of the rows.")
        if asked is None:
            earlier, newest = filling.default_periods()
            if newest is None:
                raise PeriodError("There are no sale lines to analyse.")
            return earlier, newest
        start = self.policy.on(date.max).fiscal_year_start
        read = [p if isinstance(p, Period) else Period.read(p, start) for p in asked]
        for period in read:
            if not any(month in period for month in filling.last_sale_days):
                first, last = min(filling.last_sale_days), max(filling.last_sale_days)
                raise PeriodError(f"There are no sale lines in {period}. They run from {month_name(first)} to {month_name(last)}: choose periods among these.")
        if read[0] == read[1] or read[0].first > read[1].first:
            raise PeriodError(f"The periods are {read[0]} and {read[1]}. Give the earlier one first, and two different ones.")
        if len(read[0].months) != len(read[1].months):
            self.notices.append(
                f"{read[0]} has {len(read[0].months)} months and {read[1]} has {len(read[1].months)}: the bridge also shows the difference in length."
            )
        return read[0], read[1]

    def _costs(self, drivers: Drivers) -> CostToServe | None:
        """Cost shared, where there are costs or traced activities."""
        has_costs = self.facts["costs"].count().to_pyarrow().as_py() > 0
        traced = self.facts["activities"].filter(_.pool.notnull() & _.amount.notnull()).count().to_pyarrow().as_py()
        if not has_costs and not traced:
            if self.policy.pool_names:
                self.notices.append(f"The policy names the pools {', '.join(self.policy.pool_names)}, and there are no costs: give --costs.")
            return None
        costs = share_costs(drivers, self.policy, self.progress)
        self.notices += costs.notices
        silent = {pool.step for pool in costs.pool_months if pool.parts["assigned"] and pool.policy and pool.policy.avoidable is None}
        if silent:
            steps = ", ".join(sorted(silent))
            self.notices.append(
                f"The policy gives no avoidable share for {steps}: nothing of it counts as avoidable, but for what is traced; product cost counts wholly."
            )
        return costs

    def _shape(self, sales: Table, costs: CostToServe | None, spans: tuple[Sequence[date], Sequence[date]]) -> tuple[Shape, bool]:
        """How far the waterfall goes: margin only where cost is known for 95 % of each period's sales."""
        sums: dict[str, Any] = {}
        for when, span in zip(("earlier", "later"), spans, strict=True):
            sums |= {
                f"all_{when}": _.net_sales.abs().sum(where=months_in(span)),
                f"without_{when}": _.net_sales.abs().sum(where=months_in(span) & ~_.costed),
            }
        row = sales.agg(**sums, costed=_.costed.sum()).to_pyarrow().to_pylist()[0]
        has_cost = bool(row["costed"])
        has_margin = has_cost
        for when in ("earlier", "later"):
            whole, without = row[f"all_{when}"] or Decimal(0), row[f"without_{when}"] or Decimal(0)
            if whole and without / whole > UNCOSTED_LIMIT:
                has_margin = False
            elif whole and without and has_cost:
                self.notices.append(
                    f"Sales without a known cost are {without / whole:.2%} of the {when} period; they stand outside margin, in a row of their own."
                )
        if costs is None:
            return Shape(has_margin=has_margin), has_cost
        steps = costs.steps()
        assigned = has_margin and any(costs.total("assigned", span) for span in spans)
        return Shape(tuple(steps["line"]), tuple(steps["order"]), tuple(steps["customer"]), has_margin, bool(assigned)), has_cost

    def _cube(self, sales: Table, costs: CostToServe | None, shape: Shape) -> Table:
        """The whole cube, worked out."""
        shares = costs.shares if costs is not None else _no_shares()
        return keep(self.facts.engine, "cube", whole_cube(sales, shares, shape.steps))

    def _names(self) -> dict[str, Table]:
        """What is known of customers and products."""
        known = {"customers": customers_known(self.facts), "products": products_known(self.facts)}
        return {name: keep(self.facts.engine, f"{name}_known", table) for name, table in known.items()}

    def _bridges(
        self, sales: Table, products: Table, costs: CostToServe | None, measure: Measure, earlier: Period | None, later: Period, filling: Filling
    ) -> tuple[BridgeTables | None, BridgeTables | None, tuple[str, ...]]:
        """The bridge, and the like-for-like one where a period is not filled."""
        if earlier is None:
            return None, None, tuple(s for s in [filling.unfilled(later)] if s)
        shared = costs.shares if costs is not None and measure == "net profit" else None
        has_families = _count(products, _.family.notnull()) > 0

        def build(name: str, months: tuple[Sequence[date], Sequence[date]], labels: tuple[str, str]) -> BridgeTables:
            return build_bridge(
                sales,
                products,
                shared,
                engine=self.facts.engine,
                name=name,
                months=months,
                labels=labels,
                measure=measure,
                quantities=self.quantities,
                has_families=has_families,
            )

        unfilled = tuple(sentence for period in (earlier, later) if (sentence := filling.unfilled(period)))
        bridge = build("bridge", (earlier.months, later.months), (earlier.label, later.label))
        months = filling.like_for_like(earlier, later)
        if not unfilled or not months[0]:
            return bridge, None, unfilled
        return bridge, build("bridge_like_for_like", months, (_span_label(months[0]), _span_label(months[1]))), unfilled

    def _views(self, cube: Table, names: dict[str, Table], shape: Shape, spans: tuple[Sequence[date], Sequence[date]], drivers: Drivers) -> dict[str, pa.Table]:
        """The sums by customer, product, family, manager, segment and month."""
        engine = self.facts.engine
        customers = keep(engine, "view_customers", view(cube, "counterparty", shape, spans))
        known = names["customers"]
        last_manager = drivers.managers.group_by(manager_of=_.counterparty).agg(manager=_.manager_at_end.argmax(_.month))
        named = customers.left_join(known, "counterparty").drop("counterparty_right")
        named = named.left_join(last_manager, named.counterparty == last_manager.manager_of).drop("manager_of")
        named = named.mutate(manager=ibis.coalesce(_.manager.nullif(""), _.own_manager)).drop("own_manager")
        products = keep(engine, "view_products", view(cube, ("product", "level"), shape, spans))
        of_products = products.left_join(names["products"], "product").drop("product_right")
        of_products = of_products.mutate(family=ibis.ifelse(_.level == "line", _.family.fill_null(_["product"]), _.level))
        amounts = [c for c, t in products.schema().items() if c not in {"product", "level"}]
        families = of_products.group_by("family", "level").agg(**{c: _[c].sum() for c in amounts})
        segments = named.group_by(segment=_.segment.fill_null("")).agg(**{c: _[c].sum() for c in amounts if c in customers.columns})
        views = {
            "customers": named.rename(customer="counterparty").relocate("customer", "name", "segment", "country", "manager"),
            "products": of_products.relocate("product", "name", "family", "level"),
            "families": families,
            "managers": view(cube, "manager", shape, spans),
            "segments": segments,
            "months": self._months(cube, shape, drivers),
        }
        return {name: self._presented(table.to_pyarrow(), spans) for name, table in views.items()}

    @staticmethod
    def _months(cube: Table, shape: Shape, drivers: Drivers) -> Table:
        """Sales, margin, net profit, customers and documents by month, over all the data."""
        cost = cost_to_serve(cube, shape.steps)
        margin = cube.net_sales - cube.sales_without_cost - cube.product_cost
        columns: dict[str, Any] = {
            "net_sales": cube.net_sales.sum(),
            "customers": cube.counterparty.nunique(where=(cube.sale_lines > 0) & (~cube.counterparty.isin(NOT_CUSTOMERS))),
        }
        if shape.has_margin:
            columns["gross_margin"] = margin.sum()
        if shape.has_net_profit:
            columns["net_profit"] = (margin - cost).sum()
        documents = drivers.documents.filter(~_.is_credit_note).group_by(of_month=_.month).agg(invoices=_.count())
        by_month = cube.group_by("month").agg(**columns)
        return by_month.left_join(documents, by_month.month == documents.of_month).drop("of_month").fill_null({"invoices": 0}).order_by("month")

    @staticmethod
    def _presented(table: pa.Table, spans: tuple[Sequence[date], Sequence[date]]) -> pa.Table:
        """A view without the columns of a period that there is not, and without columns that are 0 everywhere for want of data."""
        if not spans[0]:
            return table.select([c for c in table.column_names if not c.endswith("_earlier")])
        return table

    def _leaks(self, views: dict[str, pa.Table], shape: Shape, said: Said) -> dict[str, list[Leak]]:
        """Leaks of customers, products and managers over the later period."""
        minimum = self.policy.on(date.max).peers_min
        base = "list_value_later" if said.has("list_value") else "net_sales_later"
        price = [s for s in ("discount", "charges", "rebate") if any(views["customers"][f"{s}_later"].to_pylist())]
        steps = price + (["product_cost"] if shape.has_margin else [])
        customers = views["customers"].to_pylist()
        customers = [c for c in customers if c["customer"] not in NOT_CUSTOMERS]
        products = [p for p in views["products"].to_pylist() if p["level"] == "line" and p["product"] != NO_PRODUCT]
        managers = [m for m in views["managers"].to_pylist() if m["manager"]]

        def of(rows: list[dict[str, Any]], key: str, groups: list[tuple[str, ...]], own: Sequence[str]) -> list[Leak]:
            amounts = {step: [row[f"{step}_later"] for row in rows] for step in own}
            return find_leaks([row[key] for row in rows], [row[base] for row in rows], amounts, groups, peers_min=minimum)

        segments = [c["segment"] or "" for c in customers]
        bands = quartiles([c["customer"] for c in customers], [c[base] for c in customers], segments)
        cost_steps = shape.steps if shape.has_net_profit else ()
        line_steps = shape.line_steps if shape.has_net_profit else ()
        by_band: list[tuple[str, ...]] = [
            (f"{s or 'customers'}, size band {b}", s, "all") if s else (f"size band {b}", "all") for s, b in zip(segments, bands, strict=True)
        ]
        return {
            "customer": of(customers, "customer", by_band, [*steps, *cost_steps]),
            "product": of(products, "product", [(p["family"], "all") for p in products], [*steps, *line_steps]),
            "manager": of(managers, "manager", [("all",)] * len(managers), [*steps, *cost_steps]),
        }

    @staticmethod
    def _whales(customers: pa.Table, measure: Measure, earlier: Period | None, later: Period) -> tuple[Whale | None, Whale | None]:
        """The whale curves of both periods."""
        keys = customers["customer"].to_pylist()

        def curve(when: str, period: Period) -> Whale | None:
            bought = customers[f"sale_lines_{when}"].to_pylist()
            amounts = customers[f"{_KEY[measure]}_{when}"].to_pylist()
            sales = customers[f"net_sales_{when}"].to_pylist()
            there = [(key, amount) for key, amount, lines in zip(keys, amounts, bought, strict=True) if lines or amount]
            named = [amount for key, amount in zip(keys, sales, strict=True) if key not in NOT_CUSTOMERS]
            return whale_curve(there, named, period=period.label, measure=measure)

        return curve("earlier", earlier) if earlier else None, curve("later", later)

    @staticmethod
    def _answer(measure: Measure, earlier: Period | None, later: Period, rows: Sequence[WaterfallRow]) -> str:
        """The sentence."""
        found = {row.step: (row.earlier or Decimal(0), row.later or Decimal(0)) for row in rows}
        sales, profit = found["net_sales"], found[_KEY[measure]]
        if earlier is None:
            return words.answer_of_one_period(measure, later.label, sales[1], profit[1])
        return words.answer(measure, (earlier.label, later.label), sales, profit)

    @staticmethod
    def _explanation(
        bridges: tuple[BridgeTables | None, BridgeTables | None, tuple[str, ...]], views: dict[str, pa.Table], measure: Measure, later: Period
    ) -> tuple[str, ...]:
        """What moved profit, and through whom."""
        bridge, like_for_like, unfilled = bridges
        of_families = "product_contribution" if measure == "net profit" else _KEY[measure]
        customers = [row for row in views["customers"].to_pylist() if row["customer"] not in NOT_CUSTOMERS]
        products = [row for row in views["products"].to_pylist() if row["level"] == "line" and row["product"] != NO_PRODUCT]
        if any(row["family"] != row["product"] for row in products):
            ranges, called = "product families", [(row["family"], row) for row in views["families"].to_pylist() if row["level"] == "line"]
        else:
            ranges, called = "products", [(f"{row['name']} ({row['product']})" if row["name"] else row["product"], row) for row in products]
        said: list[str] = []
        if bridge is not None:
            said += words.explain_bridge(bridge.bridge)
            changes = [(name, row[f"{of_families}_later"] - row[f"{of_families}_earlier"]) for name, row in called]
            said.append(words.explain_who(ranges.capitalize(), _spoken(of_families), changes))
            fell = [(_called(row), row[f"{_KEY[measure]}_later"] - row[f"{_KEY[measure]}_earlier"]) for row in customers]
            said.append(words.explain_who("Customers", measure, fell))
        if measure != "net sales":
            said.append(words.explain_lowest(ranges, _spoken(of_families), later.label, [(name, row[f"{of_families}_later"]) for name, row in called]))
            said.append(words.explain_lowest("customers", measure, later.label, [(_called(row), row[f"{_KEY[measure]}_later"]) for row in customers]))
        said.append(words.explain_like_for_like(unfilled, like_for_like.bridge if like_for_like else None))
        return tuple(s for s in said if s)

    @staticmethod
    def _avoidable_shares(costs: CostToServe | None, later: Period) -> dict[str, Decimal]:
        """The avoidable share of each step over the later period; product cost and rebates are wholly avoidable."""
        shares = {"product_cost": Decimal(1), "rebate": Decimal(1)}
        if costs is not None:
            inside = costs.shares.filter(months_in(later.months))
            for row in inside.group_by("level", "step").agg(amount=_.amount.sum(), avoidable=_.avoidable.sum()).to_pyarrow().to_pylist():
                if row["amount"]:
                    shares[f"{row['level']}: {row['step']}"] = row["avoidable"] / row["amount"]
        return shares

    def _tables(
        self,
        cube: Table,
        views: dict[str, pa.Table],
        rows: Sequence[WaterfallRow],
        leaks: dict[str, list[Leak]],
        costs: CostToServe | None,
        bridge: BridgeTables | None,
        like_for_like: BridgeTables | None,
        curves: tuple[Whale | None, Whale | None],
        periods: tuple[Period | None, Period],
    ) -> Tables:
        """Every table behind the answer."""
        earlier, _later = periods
        tables: dict[str, Table | pa.Table] = {
            "waterfall": pa.table(
                {
                    "step": [r.step for r in rows],
                    "label": [r.label for r in rows],
                    "kind": [r.kind for r in rows],
                    **({"earlier": _money([r.earlier for r in rows])} if earlier else {}),
                    "later": _money([r.later for r in rows]),
                }
            )
        }
        for name, found in (("bridge", bridge), ("bridge_like_for_like", like_for_like)):
            if found is not None:
                steps = found.bridge.steps
                tables[name] = pa.table({"step": [s.step for s in steps], "label": [s.label for s in steps], "amount": _money([s.amount for s in steps])})
        tables |= views
        tables["customers"] = _with_leaks(views["customers"], "customer", leaks["customer"])
        tables["products"] = _with_leaks(views["products"], "product", leaks["product"])
        tables["whale"] = _whale_table(views["customers"], curves[1])
        tables["leaks"] = _leaks_table(leaks, views)
        if costs is not None:
            tables["pools"] = _pools_table(costs, periods)
            tables["rates"] = pa.Table.from_pylist(costs.rates(), schema=_rates_schema(costs.places))
            tables["shares"] = costs.shares.drop("place")
        if bridge is not None:
            hidden = ("customer_class", "in_both", "is_adjustment_earlier", "is_adjustment_later")
            tables["bridge_customers"] = bridge.customers
            tables["bridge_families"] = bridge.families.drop("at_own_quantity", "at_growth_of_all")
            tables["bridge_items"] = bridge.items.drop(*(c for c in hidden if c in bridge.items.columns))
        tables["cube"] = cube.order_by("month", "counterparty", "product", "manager", "channel", "entity", "level")
        return Tables(tables)

    def _figures(
        self, said: Said, met_twice: MetTwice, sales: Table, costs: CostToServe | None, spans: tuple[Sequence[date], Sequence[date]]
    ) -> dict[str, Any]:
        """Counts and sums that stand beside the tables."""
        figures: dict[str, Any] = {
            "sale_lines": said.lines,
            "customers": sales.filter(~_.counterparty.isin(NOT_CUSTOMERS)).counterparty.nunique().to_pyarrow().as_py(),
            "products": sales.filter(_["product"] != NO_PRODUCT)["product"].nunique().to_pyarrow().as_py(),
            "last_sale_day": said.filling.last_sale_day,
            "last_full_month": month_name(said.filling.full_months[-1]) if said.filling.full_months else None,
            "met_twice_documents": met_twice.documents,
            "met_twice_lines": met_twice.lines,
            "met_twice_net_value": met_twice.net_value,
            "quantities": self.quantities,
        }
        if costs is not None:
            figures["costs"] = {when: {part: costs.total(part, span) for part in PARTS} for when, span in zip(("earlier", "later"), spans, strict=True) if span}
        times = list(self.seconds.items())
        figures["seconds"] = {name: round(end - begin, 3) for (name, begin), (_next, end) in pairwise(times)}
        return figures


def _no_shares() -> Table:
    """Shares where no cost was shared."""
    columns = {"entity": "string", "month": "date", "counterparty": "string", "product": "string", "manager": "string", "channel": "string", "level": "string"}
    schema = ibis.schema({**columns, "step": "string", "amount": "decimal(38, 4)", "avoidable": "decimal(38, 10)"})
    return ibis.memtable(schema.to_pyarrow().empty_table())


def _span_label(months: Sequence[date]) -> str:
    """Months as a person names them: 2013-01..2013-11."""
    return month_name(months[0]) if len(months) == 1 else f"{month_name(months[0])}..{month_name(months[-1])}"


def _count(table: Table, condition: Any) -> int:
    """How many rows there are, of those for which the condition holds."""
    counted = table if condition is None else table.filter(condition)
    return int(counted.count().to_pyarrow().as_py())


def _spoken(column: str) -> str:
    """A column as a person says it."""
    return column.replace("_", " ")


def _called(row: Mapping[str, Any]) -> str:
    """A customer by name, with its key; names may be shared."""
    return f"{row['name']} ({row['customer']})" if row["name"] else str(row["customer"])


def _money(amounts: Sequence[Decimal | None]) -> pa.Array:
    """Amounts as a column, at the scale of the bridge."""
    return pa.array([None if a is None else a.quantize(_PLACES) for a in amounts], pa.decimal128(38, 12))


def _with_leaks(table: pa.Table, key: str, leaks: Sequence[Leak]) -> pa.Table:
    """Add each row's largest leak."""
    largest: dict[str, Leak] = {}
    for leak in leaks:
        largest.setdefault(leak.key, leak)
    found = [largest.get(value) for value in table[key].to_pylist()]
    table = table.append_column("leak_step", pa.array([leak.step if leak else None for leak in found], pa.string()))
    return table.append_column("leak_worth", pa.array([leak.worth if leak else None for leak in found], pa.decimal128(38, 4)))


def _whale_table(customers: pa.Table, curve: Whale | None) -> pa.Table:
    """Every counterparty of the curve with its rank and the cumulative amount."""
    key = f"{_KEY[curve.measure]}_later" if curve else "net_sales_later"
    rows = [r for r in customers.select(["customer", "name", "sale_lines_later", key]).to_pylist() if r["sale_lines_later"] or r[key]]
    rows.sort(key=lambda r: (-r[key], r["customer"]))
    reached, cumulative = Decimal(0), []
    for row in rows:
        reached += row[key]
        cumulative.append(reached)
    return pa.table(
        {
            "rank": pa.array(range(1, len(rows) + 1), pa.int64()),
            "customer": pa.array([r["customer"] for r in rows], pa.string()),
            "name": pa.array([r["name"] for r in rows], pa.string()),
            "amount": _money([r[key] for r in rows]),
            "cumulative": _money(cumulative),
        }
    )


def _leaks_table(leaks: dict[str, list[Leak]], views: dict[str, pa.Table]) -> pa.Table:
    """All leaks, customers, products and managers together, largest first."""
    names = {kind: dict(zip(views[f"{kind}s"][kind].to_pylist(), views[f"{kind}s"]["name"].to_pylist(), strict=True)) for kind in ("customer", "product")}
    rows = sorted(((kind, leak) for kind, found in leaks.items() for leak in found), key=lambda pair: (-pair[1].worth, pair[0], pair[1].key, pair[1].step))
    return pa.table(
        {
            "kind": pa.array([kind for kind, _leak in rows], pa.string()),
            "key": pa.array([leak.key for _kind, leak in rows], pa.string()),
            "name": pa.array([names.get(kind, {}).get(leak.key) for kind, leak in rows], pa.string()),
            "step": pa.array([leak.step for _kind, leak in rows], pa.string()),
            "rate": pa.array([leak.rate for _kind, leak in rows], pa.float64()),
            "peer_median": pa.array([leak.peer_median for _kind, leak in rows], pa.float64()),
            "peers": pa.array([leak.peers for _kind, leak in rows], pa.string()),
            "peer_count": pa.array([leak.peer_count for _kind, leak in rows], pa.int64()),
            "base": pa.array([leak.base.quantize(LEAK_PLACES) for _kind, leak in rows], pa.decimal128(38, 4)),
            "worth": pa.array([leak.worth for _kind, leak in rows], pa.decimal128(38, 4)),
        }
    )


def _pools_table(costs: CostToServe, periods: tuple[Period | None, Period]) -> pa.Table:
    """The reconciliation by month, entity, pool and account, with the period that a month belongs to."""
    amount = pa.decimal128(38, costs.places)
    text = ("period", "entity", "pool", "account", "account_name", "driver", "step")
    schema = pa.schema({"month": pa.date32(), **dict.fromkeys(text, pa.string()), "amount": amount, **dict.fromkeys(PARTS, amount)})
    rows = costs.reconciliation()
    for row in rows:
        row["period"] = next((p.label for p in periods if p is not None and row["month"] in p), "outside")
    return pa.Table.from_pylist(rows, schema=schema)


def _rates_schema(places: int) -> pa.Schema:
    """The columns of rates."""
    text = ("entity", "pool", "step", "driver", "level")
    return pa.schema(
        {
            "month": pa.date32(),
            **dict.fromkeys(text, pa.string()),
            "amount": pa.decimal128(38, places),
            "traced": pa.decimal128(38, places),
            "driver_total": pa.decimal128(38, 6),
            "capacity": pa.decimal128(38, 6),
            "rate": pa.decimal128(38, 12),
        }
    )
