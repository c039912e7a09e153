"""The bridge: why profit changed between two periods, exactly, additive by customer x product, nested in families and customers.

A new product range or a merged account does not turn everything into "new" and "lost": customers are judged first, then product families at continuing
customers, then price and cost over products sold in both periods, then volume and mix. A quotient is made once, as a decimal of 12 places, and everything
else follows by subtraction, so the parts sum to the change with no remainder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.months import WHEN, Spans, of_both
from goodterms.analysis.result import Bridge, BridgeStep, ContinuingShare, Measure, Quantities
from goodterms.facts.columns import NOT_CUSTOMERS
from goodterms.facts.engine import keep

if TYPE_CHECKING:
    from ibis import Table

EXACT = "decimal(38, 12)"
"""The scale of quotients: made once, everything else follows by subtraction."""
_TOO_LARGE = 1e25
"""From here on a quotient does not fit that scale: quantities so far apart say nothing of a price, and the change is left to mix."""
_SUMMED = ("quantity", "list_value", "discount", "charges", "rebate", "net_sales", "product_cost")

ITEM_STEPS = {
    "new customers": "New customers",
    "lost customers": "Stopped buying",
    "adjustments": "Net returns, price credits and free goods",
    "new families": "Families new to the customer",
    "lost families": "Families the customer dropped",
    "price: list": "List price",
    "price: discount": "Discount",
    "price: charges": "Freight and fees charged",
    "price: rebate": "Rebates",
    "cost": "Product cost",
}
"""The steps that are made item by item, with what is printed."""
FAMILY_STEPS = {"volume": "Volume", "mix between": "Mix between customers and families", "mix within": "Mix within families"}
"""The steps that are made customer x family."""
_WITHOUT_FAMILIES = {
    "new families": "Products new to the customer",
    "lost families": "Products the customer dropped",
    "mix between": "Mix between customers and products",
    "mix within": "Mix within products",
}
"""What is printed where each product is its own family."""


@dataclass(frozen=True)
class BridgeTables:
    """A bridge with the tables that it was summed from: one row a counterparty x product, a counterparty x family, a counterparty."""

    bridge: Bridge
    items: Table
    families: Table
    customers: Table


def build_bridge(
    cube: Table,
    families: Table,
    cost_to_serve: Table | None,
    *,
    engine: Any,
    name: str,
    months: Spans,
    labels: tuple[str, str],
    measure: Measure,
    quantities: Quantities = "value",
    has_families: bool = True,
) -> BridgeTables:
    """Decompose the change of ``measure`` between two sets of months.

    Parameters
    ----------
    cube
        :func:`goodterms.analysis.cube.sales_cube`, worked out.
    families
        ``product``, ``family``; a product without one is its own family.
    cost_to_serve
        Cost shared (:mod:`goodterms.analysis.cost_to_serve`), for a bridge of net profit; else None.
    name
        Under which the tables are kept on the engine: ``<name>_items``, ``<name>_families``, ``<name>_customers``.
    """
    sums = keep(engine, f"{name}_sums", _sums_of_items(cube.mutate(quantity=_.net_sales) if quantities == "sales" else cube, families, months, measure))
    classes = keep(engine, f"{name}_classes", _customer_classes(cube, months))
    items = keep(engine, f"{name}_items", item_steps(sums, classes.select("counterparty", "customer_class"), measure, quantities))
    pairs = keep(engine, f"{name}_families", family_steps(items))
    customers = keep(engine, f"{name}_customers", _by_customer(items, pairs, cost_to_serve, months, classes))
    totals, moved = _totals(customers)
    step_labels = {**ITEM_STEPS, **FAMILY_STEPS} | ({} if has_families else _WITHOUT_FAMILIES)
    always = {"new customers", "lost customers", "adjustments", "new families", "lost families", "price: list", "volume", "mix between", "mix within"} | (
        {"cost"} if measure != "net sales" else set()
    )
    steps = [BridgeStep(step, label, totals[step]) for step, label in step_labels.items() if step in moved or step in always]
    steps += [
        BridgeStep(step, f"{_sentence_case(step.rpartition(':')[0])}: {'cost per unit of work' if step.endswith('rate') else 'amount of work'}", totals[step])
        for step in customers.columns
        if step.endswith((": rate", ": activity"))
    ]
    steps = _with_one_price(steps)
    bridge = Bridge(
        measure=measure,
        earlier=labels[0],
        later=labels[1],
        quantities=quantities,
        start=totals["measure_earlier"],
        end=totals["measure_later"],
        sales_start=totals["sales_earlier"],
        sales_end=totals["sales_later"],
        steps=tuple(steps),
        continuing=_continuing_shares(items, pairs, customers),
        counts=_counts(customers),
    )
    return BridgeTables(bridge, items, pairs, customers)


def _sentence_case(name: str) -> str:
    """A name as the policy writes it, with a capital first."""
    return name[:1].upper() + name[1:]


def _with_one_price(steps: list[BridgeStep]) -> list[BridgeStep]:
    """Where price has one layer only, it is called price, not list price."""
    layers = [step for step in steps if step.step.startswith("price: ")]
    if len(layers) > 1:
        return steps
    return [replace(step, label="Price") if step.step == "price: list" else step for step in steps]


def _sums_of_items(cube: Table, families: Table, months: Spans, measure: Measure) -> Table:
    """Return one row an item (counterparty x product x unit) with its sums in both periods. Sales without a known cost stay outside a margin."""
    in_play = cube if measure == "net sales" else cube.filter(_.costed)
    in_play = of_both(in_play, months)
    sums = {f"{column}_{when}": _[column].sum(where=_[f"is_{when}"]).fill_null(0).cast(EXACT) for when in WHEN for column in _SUMMED}
    if measure == "net sales":
        sums |= {f"product_cost_{when}": ibis.literal(Decimal(0)).cast(EXACT) for when in WHEN}
    items = in_play.group_by("counterparty", "product", "unit").agg(**sums)
    family = families.select(of_product="product", family="family")
    known = items.left_join(family, items["product"] == family.of_product).drop("of_product")
    return known.mutate(family=ibis.coalesce(_.family, _["product"]))


def _customer_classes(cube: Table, months: Spans) -> Table:
    """Return one row a counterparty: new, lost, neither (no invoice line in either period) or continuing, with all its sales, their cost known or not.

    *No customer* and the own group always continue: they are nobody to win or lose.
    """
    invoiced = of_both(cube, months).group_by("counterparty")
    sums = {f"lines_{when}": _.lines.sum(where=_[f"is_{when}"]).fill_null(0) for when in WHEN}
    counted = invoiced.agg(**sums, **{f"sales_{when}": _.net_sales.sum(where=_[f"is_{when}"]).fill_null(0).cast(EXACT) for when in WHEN})
    return counted.select(
        "counterparty",
        "sales_earlier",
        "sales_later",
        customer_class=ibis.cases(
            (_.counterparty.isin(NOT_CUSTOMERS), "continuing"),
            ((_.lines_earlier > 0) & (_.lines_later > 0), "continuing"),
            (_.lines_later > 0, "new"),
            (_.lines_earlier > 0, "lost"),
            else_="neither",
        ),
    )


def _at_old_rate(table: Table, column: str) -> Any:
    """What the later quantity would have been at the earlier rate: q1 x V0 / q0."""
    return _grown(table[f"{column}_earlier"], table.quantity_earlier, table.quantity_later)


def _grown(amount: Any, earlier: Any, later: Any) -> Any:
    """An amount grown as a quantity has, made once as a decimal of 12 places; what needs no quotient stays exact to the last place."""
    made = later.cast("float64") * amount.cast("float64") / earlier.cast("float64")
    return ibis.cases((later == earlier, amount), (amount == earlier, later), (made.abs() >= _TOO_LARGE, amount), else_=made.cast(EXACT))


def item_steps(sums: Table, customer_classes: Table, measure: Measure, quantities: Quantities) -> Table:
    """Return one row an item: its class, its part of every item step and the quantities that volume and mix are made of.

    An item is *sold* in a period when its net quantity there is > 0. Items with a value or cost left and no positive quantity, and free goods, are adjustments.
    """
    zero = ibis.literal(Decimal(0)).cast(EXACT)
    classed = sums.join(customer_classes, "counterparty")
    for when in WHEN:
        quantity, sales, cost = classed[f"quantity_{when}"], classed[f"net_sales_{when}"], classed[f"product_cost_{when}"]
        classed = classed.mutate(
            **{
                f"measure_{when}": sales - cost,
                f"is_adjustment_{when}": ((quantity <= 0) & ((sales != 0) | (cost != 0))) | ((quantity > 0) & (sales <= 0)),
                f"is_sold_{when}": quantity > 0,
            }
        )
    classed = classed.mutate(
        item_class=ibis.cases(
            (_.customer_class == "new", "new customer"),
            (_.customer_class == "lost", "lost customer"),
            ((_.customer_class == "neither") | _.is_adjustment_earlier | _.is_adjustment_later, "adjustment"),
            (_.is_sold_earlier | _.is_sold_later, "in family"),
            else_="not sold",
        )
    )
    family = ibis.window(group_by=["counterparty", "family"])
    left = _.item_class == "in family"
    classed = classed.mutate(
        family_sold_earlier=(left & _.is_sold_earlier).max().over(family),
        family_sold_later=(left & _.is_sold_later).max().over(family),
    )
    classed = classed.mutate(
        item_class=ibis.cases(
            (left & ~_.family_sold_earlier, "new family"),
            (left & ~_.family_sold_later, "lost family"),
            (left, "continuing"),
            else_=_.item_class,
        )
    )
    in_both = (classed.item_class == "continuing") & classed.is_sold_earlier & classed.is_sold_later
    old = {column: ibis.ifelse(in_both, _at_old_rate(classed, column), zero) for column in ("net_sales", "discount", "charges", "rebate", "product_cost")}
    priced = classed.mutate(in_both=in_both, **{f"{column}_at_old_rate": made for column, made in old.items()})
    change = {column: priced[f"{column}_later"] - priced[f"{column}_at_old_rate"] for column in old}
    stepped = priced.mutate(
        **{
            "new customers": ibis.ifelse(_.item_class == "new customer", _.measure_later, zero),
            "lost customers": ibis.ifelse(_.item_class == "lost customer", -_.measure_earlier, zero),
            # A new customer's credit notes of the earlier period, and a lost one's of the later, are adjustments too.
            "adjustments": ibis.cases(
                (_.item_class == "adjustment", _.measure_later - _.measure_earlier),
                (_.item_class == "new customer", -_.measure_earlier),
                (_.item_class == "lost customer", _.measure_later),
                else_=zero,
            ),
            "new families": ibis.ifelse(_.item_class == "new family", _.measure_later, zero),
            "lost families": ibis.ifelse(_.item_class == "lost family", -_.measure_earlier, zero),
            "price": ibis.ifelse(in_both, change["net_sales"], zero),
            "price: discount": ibis.ifelse(in_both, -change["discount"], zero),
            "price: charges": ibis.ifelse(in_both, change["charges"], zero),
            "price: rebate": ibis.ifelse(in_both, -change["rebate"], zero),
            "cost": ibis.ifelse(in_both, -change["product_cost"], zero) if measure != "net sales" else zero,
        }
    )
    stepped = stepped.mutate(**{"price: list": _["price"] - _["price: discount"] - _["price: charges"] - _["price: rebate"]})
    if quantities == "physical":
        compared = {f"compared_{when}": ibis.ifelse(stepped[f"is_sold_{when}"], stepped[f"quantity_{when}"], zero) for when in WHEN}
    else:
        compared = {
            "compared_earlier": ibis.ifelse(stepped.is_sold_earlier, stepped.net_sales_earlier, zero),
            "compared_later": ibis.ifelse(stepped.in_both, stepped.net_sales_at_old_rate, ibis.ifelse(stepped.is_sold_later, stepped.net_sales_later, zero)),
        }
    return stepped.mutate(**compared).drop("family_sold_earlier", "family_sold_later", *(f"{column}_at_old_rate" for column in old), "customer_class")


def family_steps(items: Table) -> Table:
    """Return one row a continuing customer x family: volume, mix between and mix within.

    Proportional growth of all has no mix. With no continuing pair there is none of the three.
    """
    pairs = (
        items.filter(_.item_class == "continuing")
        .group_by("counterparty", "family")
        .agg(
            **{column: _[column].sum() for column in ("compared_earlier", "compared_later", "measure_earlier", "measure_later", "price", "cost")},
            **{f"net_sales_{when}": _[f"net_sales_{when}"].sum() for when in WHEN},
        )
    )
    everything = ibis.window()
    whole_earlier, whole_later = (pairs[f"compared_{when}"].sum().over(everything) for when in WHEN)
    grown = pairs.mutate(
        at_own_quantity=_grown(pairs.measure_earlier, pairs.compared_earlier, pairs.compared_later),
        at_growth_of_all=_grown(pairs.measure_earlier, whole_earlier, whole_later),
    )
    return grown.mutate(
        **{
            "volume": _.at_growth_of_all - _.measure_earlier,
            "mix between": _.at_own_quantity - _.at_growth_of_all,
            "mix within": _.measure_later - _.price - _.cost - _.at_own_quantity,
        }
    )


def _by_customer(items: Table, pairs: Table, cost_to_serve: Table | None, months: Spans, customer_classes: Table) -> Table:
    """Return one row a counterparty: its measure and sales in both periods and its part of every step: 0 where it bought nothing whose cost is known."""
    summed = [*ITEM_STEPS, "measure_earlier", "measure_later"]
    of_items = items.group_by(item_of=_.counterparty).agg(**{c: _[c].sum() for c in summed})
    of_pairs = pairs.group_by(pair_of=_.counterparty).agg(**{c: _[c].sum() for c in FAMILY_STEPS})
    joined = customer_classes.left_join(of_items, customer_classes.counterparty == of_items.item_of)
    joined = joined.left_join(of_pairs, joined.counterparty == of_pairs.pair_of).drop("item_of", "pair_of")
    joined = joined.fill_null(dict.fromkeys([*summed, *FAMILY_STEPS], Decimal(0)))
    return joined if cost_to_serve is None else _with_cost_to_serve(joined, cost_to_serve, months)


def _with_cost_to_serve(joined: Table, cost_to_serve: Table, months: Spans) -> Table:
    """Add, per customer and step, what changed by the rate of the work and what by its amount; a new or lost customer's whole cost goes to its own step.

    A pool is one company's: two of one name have rates of their own.
    """
    steps = [row["step"] for row in cost_to_serve.group_by("step").agg(place=_.place.min()).order_by("place", "step").to_pyarrow().to_pylist()]
    by_pool = (
        of_both(cost_to_serve, months)
        .group_by("counterparty", "step", "pool", "pool_entity", "driver")
        .agg(
            **{f"cost_{when}": _.amount.sum(where=_[f"is_{when}"]).fill_null(0).cast(EXACT) for when in WHEN},
            **{f"quantity_{when}": _.driver_count.sum(where=_[f"is_{when}"]).fill_null(0).cast(EXACT) for when in WHEN},
        )
    )
    zero = ibis.literal(Decimal(0)).cast(EXACT)
    classes = joined.select(classed_as=joined.counterparty, customer_class=joined.customer_class)
    by_pool = by_pool.left_join(classes, by_pool.counterparty == classes.classed_as).drop("classed_as")
    by_pool = by_pool.mutate(customer_class=ibis.coalesce(_.customer_class, _class_without_sales(by_pool)))
    by_pool = by_pool.mutate(change=_.cost_earlier - _.cost_later, continues=_.customer_class == "continuing")
    at_old_rate = ibis.ifelse((by_pool.quantity_earlier > 0) & (by_pool.quantity_later > 0), _at_old_rate(by_pool, "cost"), by_pool.cost_later)
    worked = by_pool.mutate(rate=ibis.ifelse(by_pool.continues, at_old_rate - by_pool.cost_later, zero)).mutate(
        activity=ibis.ifelse(_.continues, _.change - _.rate, zero), whole=ibis.ifelse(_.continues, zero, _.change)
    )
    per_step = {f"{step}: {what}": worked[what].sum(where=worked.step == step).fill_null(zero) for step in steps for what in ("rate", "activity")}
    costs = worked.group_by(cost_of=_.counterparty).agg(
        cost_class=_.customer_class.max(), whole=_.whole.sum(), cost_earlier=_.cost_earlier.sum(), cost_later=_.cost_later.sum(), **per_step
    )
    both = joined.outer_join(costs, joined.counterparty == costs.cost_of)
    both = both.mutate(counterparty=ibis.coalesce(both.counterparty, both.cost_of), customer_class=ibis.coalesce(both.customer_class, both.cost_class))
    amounts = {c: both[c].fill_null(zero) for c, t in both.schema().items() if t.is_decimal()}
    filled = both.mutate(**amounts)
    goes_to = {"new": "new customers", "lost": "lost customers", "neither": "adjustments"}
    return filled.mutate(
        **{step: filled[step] + ibis.ifelse(filled.customer_class == name, filled.whole, zero) for name, step in goes_to.items()},
        **{f"measure_{when}": filled[f"measure_{when}"] - filled[f"cost_{when}"] for when in WHEN},
    ).drop("cost_of", "cost_class", "whole")


def _class_without_sales(table: Table) -> Any:
    """The class of a counterparty that no sale line of either period names."""
    return ibis.ifelse(table.counterparty.isin(NOT_CUSTOMERS), "continuing", "neither")


def _totals(customers: Table) -> tuple[dict[str, Decimal], set[str]]:
    """The sum of every decimal column over all customers, 0 where there is no customer at all; and which columns hold anything but 0, however it sums up."""
    numeric = [c for c, t in customers.schema().items() if t.is_decimal()]
    row = customers.agg(**{c: _[c].sum() for c in numeric}, **{f"moved {c}": (_[c] != 0).any() for c in numeric}).to_pyarrow().to_pylist()[0]
    return {c: row[c] if row[c] is not None else Decimal(0) for c in numeric}, {c for c in numeric if row[f"moved {c}"]}


def _counts(customers: Table) -> dict[str, int]:
    """How many counterparties are new, lost, continuing or neither; *no customer* and the own group are nobody."""
    named = customers.filter(~_.counterparty.isin(NOT_CUSTOMERS))
    rows = named.group_by("customer_class").agg(n=_.count()).to_pyarrow().to_pylist()
    counted = {r["customer_class"]: r["n"] for r in rows}
    return {name: counted.get(name, 0) for name in ("new", "lost", "continuing", "neither")}


def _continuing_shares(items: Table, pairs: Table, customers: Table) -> tuple[ContinuingShare, ...]:
    """How much of both periods' sales, their cost known or not, continues at each level; families and items are compared where it is."""
    sales = {f"sales_{when}": _[f"net_sales_{when}"].sum() for when in WHEN}
    whole = customers.agg(**{f"sales_{when}": _[f"sales_{when}"].sum() for when in WHEN}).to_pyarrow().to_pylist()[0]
    of_customers = customers.agg(
        continuing=((_.customer_class == "continuing") & ~_.counterparty.isin(NOT_CUSTOMERS)).sum(),
        only_earlier=((_.customer_class == "lost") & ~_.counterparty.isin(NOT_CUSTOMERS)).sum(),
        only_later=((_.customer_class == "new") & ~_.counterparty.isin(NOT_CUSTOMERS)).sum(),
        **{f"sales_{when}": _[f"sales_{when}"].sum(where=_.customer_class == "continuing") for when in WHEN},
    )
    pair_counts = (
        items.filter(_.is_sold_earlier | _.is_sold_later)
        .group_by("counterparty", "family")
        .agg(earlier=_.is_sold_earlier.max(), later=_.is_sold_later.max())
        .agg(only_earlier=(_.earlier & ~_.later).sum(), only_later=(_.later & ~_.earlier).sum())
    )
    of_pairs = pairs.agg(continuing=_.count(), **sales)
    of_items = items.agg(
        continuing=_.in_both.sum(),
        only_earlier=(_.is_sold_earlier & ~_.is_sold_later).sum(),
        only_later=(_.is_sold_later & ~_.is_sold_earlier).sum(),
        **{f"sales_{when}": _[f"net_sales_{when}"].sum(where=_.in_both) for when in WHEN},
    )
    found = [
        ("customers", of_customers.to_pyarrow().to_pylist()[0]),
        ("customer x family", of_pairs.to_pyarrow().to_pylist()[0] | pair_counts.to_pyarrow().to_pylist()[0]),
        ("items", of_items.to_pyarrow().to_pylist()[0]),
    ]

    def share(part: Decimal | None, of: Decimal | None) -> Decimal | None:
        return (part or Decimal(0)) / of if of else None

    return tuple(
        ContinuingShare(
            level,
            row["continuing"] or 0,
            row["only_earlier"] or 0,
            row["only_later"] or 0,
            share(row["sales_earlier"], whole["sales_earlier"]),
            share(row["sales_later"], whole["sales_later"]),
        )
        for level, row in found
    )
