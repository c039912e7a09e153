"""The study: from facts and policy to one result, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from ibis import _

from goodterms.analysis import answer as words
from goodterms.analysis.all_months import AllMonths
from goodterms.analysis.bridge import BridgeTables, build_bridge
from goodterms.analysis.changed_months import ChangedMonths, Kept
from goodterms.analysis.cost_to_serve import PARTS, CostToServe
from goodterms.analysis.culprits import ranked, worst
from goodterms.analysis.keys import NO_PRODUCT
from goodterms.analysis.leaks import leaks_of_views
from goodterms.analysis.met_twice import MetTwice, count_once
from goodterms.analysis.missing import There, what_is_missing
from goodterms.analysis.months import WHEN, Spans, first_of_month, months_in
from goodterms.analysis.names import customers_known, products_known
from goodterms.analysis.prices import of_products
from goodterms.analysis.result import MEASURE_COLUMN, Measure, Quantities, Result, WaterfallRow
from goodterms.analysis.said import Said
from goodterms.analysis.tables import every_table
from goodterms.analysis.views import Shape, customers_of, every_view, products_of
from goodterms.analysis.waterfall import renamed, waterfall, with_avoidable
from goodterms.analysis.whale import curve_of
from goodterms.errors import PeriodError
from goodterms.facts.book import Facts
from goodterms.facts.columns import NOT_CUSTOMERS
from goodterms.facts.engine import keep
from goodterms.facts.periods import Filling, Period, month_name
from goodterms.facts.policy import Policy

if TYPE_CHECKING:
    from ibis import Table

Months = AllMonths | ChangedMonths
"""What the months come to: all worked out at once, or changed ones alone."""
UNCOSTED_LIMIT = Decimal("0.05")
"""The share of a period's sales without a known cost above which the answer stops at net sales."""
_ORIGIN_OF_LINES = (
    *("month", "date", "document", "line", "kind", "counterparty", "product", "unit", "quantity", "list_value", "discount", "charges", "rebate", "net_sales"),
    *("cost", "cost_from", "order", "manager", "channel", "entity", "source", "file", "row"),
)


def analyse(
    facts: Facts,
    *,
    periods: tuple[Period | str, Period | str] | None = None,
    policy: Policy | None = None,
    physical: bool = False,
    progress: Callable[[str], None] | None = None,
    kept: Kept | None = None,
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
    kept
        Where an installation keeps what its months came to, so that only changed ones are worked out; the result is the same. Without it all are.

    Raises
    ------
    PeriodError
        When a period cannot be read or has no sale lines.
    PolicyError
        When a time equation counts what the data does not have.
    """
    return _Study(facts, policy or Policy.empty(), "physical" if physical else "value", progress or (lambda _text: None), kept).run(periods)


@dataclass
class _Study:
    """One study on its way; each method is one thing that is worked out."""

    facts: Facts
    policy: Policy
    quantities: Literal["value", "physical"]
    progress: Callable[[str], None]
    kept: Kept | None = None
    notices: list[str] = field(default_factory=list)
    seasons: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, asked: tuple[Period | str, Period | str] | None) -> Result:
        """From facts to the result."""
        self._begin("counting documents once")
        met_twice = count_once(self.facts)
        facts, policy = self.facts, self.policy
        months = ChangedMonths(facts, met_twice, policy, self.kept) if self.kept else AllMonths(facts, met_twice, policy)
        said = months.said
        self.notices += [f"The policy sets {key}, which this version reads and does not use yet." for key in self.policy.without_effect]
        earlier, later = self._periods(asked, said.filling)
        spans = (earlier.months if earlier else (), later.months)
        self._begin("summing sale lines")
        lines, sales, drivers = months.lines, months.sales, months.drivers
        self._say_where_cost_is_from(months, said)
        self._begin("sharing costs")
        costs = self._costs(months, spans)
        self._say_what_the_policy_is_silent_on([earlier, later] if earlier else [later], has_costs=costs is not None)
        shape, has_cost = self._shape(sales, costs, spans)
        measure: Measure = "net profit" if shape.has_net_profit else "gross margin" if shape.has_margin else "net sales"
        self._begin("building the cube")
        cube = months.cube(costs, shape.steps)
        names = self._names()
        self._begin("building the bridge")
        bridges = self._bridges(sales, names["products"], costs, measure, earlier, later, said)
        self._begin("summing views")
        views = every_view(cube, names, shape, spans, drivers, self.facts.engine)
        self._begin("finding leaks")
        has_list_prices = said.has("list_value") or of_products(self.facts, "list_price") is not None
        peers_min = self.policy.on(date.max).peers_min
        leaks = leaks_of_views(views, shape, has_list_prices=has_list_prices, peers_min=peers_min)
        self._begin("writing the answer")
        bridge, like_for_like, unfilled = bridges
        steps, like_for_like_steps = (found.bridge if found else None for found in (bridge, like_for_like))
        if has_list_prices:
            self._say_what_has_no_list_price(months, spans)
        rows = renamed(waterfall(cube, shape, costs, spans, has_list_prices=has_list_prices), self.policy.on(later.last).layers)
        curves = (
            curve_of(views["customers"], "earlier", period=earlier.label, measure=measure) if earlier else None,
            curve_of(views["customers"], "later", period=later.label, measure=measure),
        )
        customers_by = MEASURE_COLUMN[measure]
        products_by = "product_contribution" if shape.has_net_profit else customers_by
        result = Result(
            measure=measure,
            currency=said.currencies[0] if len(said.currencies) == 1 else None,
            earlier=earlier,
            later=later,
            unfilled=unfilled,
            answer=self._answer(measure, earlier, later, rows),
            explanation=self.seasons
            + words.explanation(views, measure, (earlier.label if earlier else None, later.label), rows, steps, like_for_like_steps, unfilled),
            bridge=steps,
            like_for_like=like_for_like_steps,
            waterfall=with_avoidable(rows, self._avoidable_shares(costs, later)),
            whale=curves[1],
            whale_earlier=curves[0],
            customers=worst(
                "customer",
                customers_of(views, *ranked(customers_by)),
                leaks["customer"],
                peers_min,
                rank_by=customers_by,
                compared=earlier is not None,
                later=later.label,
            ),
            products=worst(
                "product",
                products_of(views, *ranked(products_by)),
                leaks["product"],
                peers_min,
                rank_by=products_by,
                compared=earlier is not None,
                later=later.label,
            ),
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
                    has_list_prices=has_list_prices,
                    peers_are_too_few=0 if any(any(of.peers.values()) for of in leaks.values()) else peers_min,
                ),
            ),
            notices=tuple(s for s in (met_twice.sentence, met_twice.notice, *self.notices) if s),
            unassigned=sum((costs.total("unassigned", span) for span in spans), Decimal(0)) if costs else Decimal(0),
            has_unassigned=bool(costs and any(pool.parts["unassigned"] for pool in costs.pool_months if any(pool.month in span for span in spans))),
            tables=every_table(cube, views, rows, leaks, costs, bridge, like_for_like, curves, (earlier, later)),
            figures=self._figures(said, met_twice, sales, costs, spans),
            origins={
                "sale_lines": lines.select(*_ORIGIN_OF_LINES),
                "costs": self.facts["costs"].mutate(month=first_of_month(_.period)),
                "activities": drivers.activities if drivers.has_activities else self.facts["activities"],
            },
            fiscal_year_start=self._fiscal_year_start,
            months=months.names,
        )
        self._begin("done")
        return result

    @property
    def _fiscal_year_start(self) -> int:
        return self.policy.on(date.max).fiscal_year_start

    def _begin(self, what: str) -> None:
        self.progress(what)
        self.seconds[what] = time.perf_counter()

    def _say_where_cost_is_from(self, months: Months, said: Said) -> None:
        """Which lines' cost is not their own, and whose it is."""
        if said.values["product_cost"] == said.lines:
            return
        of_origin = months.by_origin.filter(_.cost_from.notnull()).group_by("cost_from")
        found = of_origin.agg(n=_.lines.sum()).order_by(_.n.desc(), "cost_from").to_pyarrow().to_pylist()
        if [row["cost_from"] for row in found] not in ([], ["line"]):
            whose = ", ".join(f"{row['cost_from']} ({row['n']:,} lines)" for row in found)
            self.notices.append(f"Product cost is taken from: {whose}.")

    def _say_what_has_no_list_price(self, months: Months, spans: Spans) -> None:
        """How many of the compared lines have no list price where others have: what they are below list is not seen."""
        compared = months.by_origin.filter(months_in([*spans[0], *spans[1]]))
        sums = compared.agg(lines=_.lines.sum(where=~_.is_listed), sales=_.sales.sum(where=~_.is_listed), all_sales=_.sales.sum())
        row = sums.to_pyarrow().to_pylist()[0]
        if row["lines"]:
            share = (row["sales"] or Decimal(0)) / row["all_sales"] if row["all_sales"] else Decimal(0)
            have = "1 sale line has" if row["lines"] == 1 else f"{row['lines']:,} sale lines have"
            self.notices.append(
                f"{have} no list price ({share * 100:.1f} % of net sales): their list value is what was invoiced, with the discount that they state."
            )

    def _periods(self, asked: tuple[Period | str, Period | str] | None, filling: Filling) -> tuple[Period | None, Period]:
        """The two periods: asked or by default; a period without sale lines is refused."""
        if filling.last_sale_day is None:
            held = [name.replace("_", " ") for name, table in self.facts.tables.items() if name != "sale_lines" and table.count().to_pyarrow().as_py()]
            if held:
                raise PeriodError(f"There are no sale lines to analyse: the files hold {', '.join(held)} and no sale lines. Name a file of sale lines too.")
            raise PeriodError("There are no sale lines to analyse: no row of the files was accepted as a sale line. See the problems of the rows.")
        if asked is None:
            earlier, newest = filling.default_periods()
            if newest is None:
                raise PeriodError("There are no sale lines to analyse.")
            self._say_seasons(earlier, newest, filling)
            return earlier, newest
        read = [p if isinstance(p, Period) else Period.read(p, self._fiscal_year_start) for p in asked]
        for period in read:
            if not any(month in period for month in filling.last_sale_days):
                first, last = min(filling.last_sale_days), max(filling.last_sale_days)
                raise PeriodError(f"There are no sale lines in {period}. They run from {month_name(first)} to {month_name(last)}: choose periods among these.")
        if read[0] == read[1] or read[0].first > read[1].first:
            raise PeriodError(f"The periods are {read[0]} and {read[1]}. Give the earlier one first, and two different ones.")
        if read[0].last >= read[1].first:
            raise PeriodError(f"The periods {read[0]} and {read[1]} overlap. Choose two that have no month in common.")
        if len(read[0].months) != len(read[1].months):
            self.notices.append(
                f"{read[0]} has {len(read[0].months)} months and {read[1]} has {len(read[1].months)}: the bridge also shows the difference in length."
            )
        return read[0], read[1]

    def _say_seasons(self, earlier: Period | None, later: Period, filling: Filling) -> None:
        """Two spans that are not the same months of the year differ by season too; where the data has the same months of two years, which those are."""
        if earlier is None or earlier.first.month == later.first.month:
            return
        same = filling.same_months()
        instead = f" --periods {same[0]} {same[1]} compares the same months of both years." if same else ""
        self.seasons = (f"{earlier} and {later} are not the same months of the year, so the seasons differ too.{instead}",)

    def _say_what_the_policy_is_silent_on(self, periods: Sequence[Period], *, has_costs: bool) -> None:
        """A compared period that lies before the policy, wholly or in part."""
        begins = self.policy.begins
        for period in periods:
            before = [month for month in period.months if begins is not None and month < begins]
            if begins is None or not before:
                continue
            silent = period if len(before) == len(period.months) else Period(before[0], before[-1])
            costs = ", and every cost pool is unassigned there" if has_costs else ""
            self.notices.append(f"The policy begins in {month_name(begins)}: it says nothing of {silent}{costs}.")

    def _costs(self, months: Months, spans: Spans) -> CostToServe | None:
        """Cost shared, where there are costs or traced activities."""
        has_costs = self.facts["costs"].count().to_pyarrow().as_py() > 0
        traced = self.facts["activities"].filter(_.pool.notnull() & _.amount.notnull()).count().to_pyarrow().as_py()
        if not has_costs and not traced:
            self.policy.check_equations(months.drivers.order_terms, months.drivers.activity_terms)
            if self.policy.pool_names:
                self.notices.append(f"The policy names the pools {', '.join(self.policy.pool_names)}, and there are no costs: give --costs.")
            return None
        compared = {month for span in spans for month in span}
        costs = months.share(compared, self.progress)
        self.notices += costs.notices
        assigned = [pool for pool in costs.pool_months if pool.month in compared and pool.parts["assigned"] and pool.policy]
        silent = sorted({pool.pool for pool in assigned if pool.policy and pool.policy.avoidable is None})
        if silent:
            pools = f"pool{'s' if len(silent) > 1 else ''} {', '.join(silent)}"
            self.notices.append(
                f"The policy gives no avoidable share for the {pools}: nothing of it counts as avoidable, but for what is traced; product cost counts wholly."
            )
        return costs

    def _shape(self, sales: Table, costs: CostToServe | None, spans: Spans) -> tuple[Shape, bool]:
        """How far the waterfall goes: margin only where cost is known for 95 % of each period's sales."""
        sums: dict[str, Any] = {}
        for when, span in zip(WHEN, spans, strict=True):
            sums |= {
                f"all_{when}": _.net_sales.abs().sum(where=months_in(span)),
                f"without_{when}": _.net_sales.abs().sum(where=months_in(span) & ~_.costed),
            }
        row = sales.agg(**sums, costed=_.costed.sum()).to_pyarrow().to_pylist()[0]
        has_cost = bool(row["costed"])
        has_margin = has_cost
        for when in WHEN:
            whole, without = row[f"all_{when}"] or Decimal(0), row[f"without_{when}"] or Decimal(0)
            if whole and without / whole > UNCOSTED_LIMIT:
                has_margin = False
            elif whole and without and has_cost:
                self.notices.append(
                    f"Sales without a known cost are {without / whole * 100:.2f} % of the {when} period; they stand outside margin, in a row of their own."
                )
        if costs is None:
            return Shape(has_margin=has_margin), has_cost
        steps = costs.steps()
        assigned = has_margin and any(costs.total("assigned", span) for span in spans)
        return Shape(tuple(steps["line"]), tuple(steps["order"]), tuple(steps["customer"]), has_margin, bool(assigned)), has_cost

    def _names(self) -> dict[str, Table]:
        """What is known of customers and products."""
        known = {"customers": customers_known(self.facts), "products": products_known(self.facts)}
        return {name: keep(self.facts.engine, f"{name}_known", table) for name, table in known.items()}

    def _bridges(
        self, sales: Table, products: Table, costs: CostToServe | None, measure: Measure, earlier: Period | None, later: Period, said: Said
    ) -> tuple[BridgeTables | None, BridgeTables | None, tuple[str, ...]]:
        """The bridge, and the like-for-like one where a period is not filled."""
        filling = said.filling
        if earlier is None:
            return None, None, tuple(s for s in [filling.unfilled(later)] if s)
        shared = costs.shares if costs is not None and measure == "net profit" else None
        has_families = _count(products, _.family.notnull()) > 0

        def build(name: str, months: Spans, labels: tuple[str, str]) -> BridgeTables:
            return build_bridge(
                sales,
                products,
                shared,
                engine=self.facts.engine,
                name=name,
                months=months,
                labels=labels,
                measure=measure,
                quantities=self._measured_by(said),
                has_families=has_families,
            )

        unfilled = tuple(sentence for period in (earlier, later) if (sentence := filling.unfilled(period)))
        bridge = build("bridge", (earlier.months, later.months), (earlier.label, later.label))
        months = filling.like_for_like(earlier, later)
        if not unfilled or not months[0]:
            return bridge, None, unfilled
        return bridge, build("bridge_like_for_like", months, (_span_label(months[0]), _span_label(months[1]))), unfilled

    @staticmethod
    def _answer(measure: Measure, earlier: Period | None, later: Period, rows: Sequence[WaterfallRow]) -> str:
        """The sentence."""
        found = {row.step: (row.earlier or Decimal(0), row.later or Decimal(0)) for row in rows}
        sales, profit = found["net_sales"], found[MEASURE_COLUMN[measure]]
        if earlier is None:
            return words.answer_of_one_period(measure, later.label, sales[1], profit[1])
        return words.answer(measure, (earlier.label, later.label), sales, profit)

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

    def _measured_by(self, said: Said) -> Quantities:
        """What volume is measured by: as asked, as far as there are quantities."""
        return self.quantities if said.has("quantity") else "sales"

    def _figures(self, said: Said, met_twice: MetTwice, sales: Table, costs: CostToServe | None, spans: Spans) -> dict[str, Any]:
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
            "quantities": self._measured_by(said),
        }
        if costs is not None:
            figures["costs"] = {when: {part: costs.total(part, span) for part in PARTS} for when, span in zip(WHEN, spans, strict=True) if span}
        times = list(self.seconds.items())
        figures["seconds"] = {name: round(end - begin, 3) for (name, begin), (_next, end) in pairwise(times)}
        return figures


def _span_label(months: Sequence[date]) -> str:
    """Months as a person names them, with those left out between: 2013-01..2013-11 without 2013-05."""
    span = Period(months[0], months[-1])
    left_out = [month_name(month) for month in span.months if month not in months]
    name = month_name(months[0]) if len(months) == 1 else f"{month_name(months[0])}..{month_name(months[-1])}"
    return f"{name} without {', '.join(left_out)}" if left_out else name


def _count(table: Table, condition: Any) -> int:
    """How many rows there are, of those for which the condition holds."""
    counted = table if condition is None else table.filter(condition)
    return int(counted.count().to_pyarrow().as_py())
