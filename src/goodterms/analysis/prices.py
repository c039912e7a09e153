"""Unit prices and costs that files other than the sale lines know: list price, unit cost and weight of products, cost of purchases and of what was returned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.keys import product
from goodterms.facts.book import Facts
from goodterms.facts.engine import keep

if TYPE_CHECKING:
    from ibis import Table

    from goodterms.analysis.said import Said

_TAKEN_BACK = ("counterparty", "product", "date")
_AMOUNT = "decimal(38, 8)"
_OF_ONE = "decimal(38, 6)"
"""Wide, since an engine may multiply two narrow decimals in 64 bits."""
_ALWAYS, _FOR_EVER = date(1, 1, 1), date(9999, 1, 1)


@dataclass(frozen=True)
class Prices:
    """What lines that do not say it themselves are valued at: a table each, None where nothing is known or every line says it itself.

    ``sizes`` and ``bases`` are the units of products, ``originals`` the unit cost of what a credit note without a cost takes back, the others unit prices by
    product with the days between which they hold.
    """

    sizes: Table | None = None
    bases: Table | None = None
    list_price: Table | None = None
    weight: Table | None = None
    originals: Table | None = None
    unit_cost: Table | None = None
    purchases: Table | None = None

    @property
    def by_product(self) -> dict[str, Table]:
        """The unit prices that there are."""
        said = {"list_price": self.list_price, "weight": self.weight, "unit_cost": self.unit_cost, "purchases": self.purchases}
        return {name: table for name, table in said.items() if table is not None}


def prices_for(facts: Facts, identified: Table, said: Said, sold: Table | None = None) -> Prices:
    """Look up what the lines need.

    ``identified`` are all sale lines with their counterparty, product, unit and quantity; ``sold``, where it is known, which products were sold in which
    units (``product``, ``unit``).
    """
    sizes = _sizes(facts) if said.has("unit") else None
    bases = None if sizes is None else keep(facts.engine, "base_units", _base_units(identified if sold is None else sold, sizes))
    found = Prices(
        sizes=sizes,
        bases=bases,
        list_price=of_products(facts, "list_price") if said.values["list_value"] < said.lines else None,
        weight=of_products(facts, "weight") if said.values["weight"] < said.lines else None,
    )
    if said.values["product_cost"] == said.lines:
        return found
    return replace(
        found,
        originals=_originals(facts, in_base_units(identified, found)) if said.has("product_cost") else None,
        unit_cost=of_products(facts, "unit_cost"),
        purchases=of_purchases(facts),
    )


def with_cost(lines: Table, prices: Prices, *, all_say: bool) -> Table:
    """Add ``cost`` and ``cost_from``: the line's own cost, else the original's, the product file's at the invoice date, the last purchase's."""
    if all_say:
        return lines.mutate(cost=_.product_cost, cost_from=ibis.literal("line"))
    found = lines.mutate(cost=_.product_cost.cast(_AMOUNT), cost_from=ibis.ifelse(_.product_cost.notnull(), "line", ibis.null("string")))
    if prices.originals is not None:
        found = _else_of_original(found, prices.originals)
    for of_one, said in ((prices.unit_cost, "products file"), (prices.purchases, "last purchase")):
        if of_one is not None:
            found = _else_cost(_holding(found, of_one), said)
    return found


def else_by_product_file(lines: Table, column: str, of_one: Table | None) -> Table:
    """Fill a column of lines that do not say it: quantity x what the product file says of one unit on the line's day."""
    if of_one is None:
        return lines
    held = _holding(lines, of_one)
    return held.mutate(**{column: ibis.coalesce(held[column].cast(_AMOUNT), (held.of_one * held.quantity).cast(_AMOUNT))}).drop("of_one")


def in_base_units(lines: Table, prices: Prices) -> Table:
    """Quantities in the base unit of their product where the product file says how many one unit holds; their unit is then the base one.

    A unit that has no size, beside others of its product that have none either, stays as it is.
    """
    sizes, bases = prices.sizes, prices.bases
    if sizes is None or bases is None:
        return lines
    joined = lines.left_join(sizes, [lines["product"] == sizes.sized_product, lines.unit == sizes.sized_unit])
    joined = joined.left_join(bases, joined["product"] == bases.based_product)
    held = joined.units_per_base.notnull()
    return joined.mutate(
        quantity=ibis.coalesce((joined.quantity * joined.units_per_base.cast(_OF_ONE)).cast(_AMOUNT), joined.quantity.cast(_AMOUNT)),
        unit=ibis.ifelse(held, joined.base_unit.fill_null(""), joined.unit),
    ).drop("sized_product", "sized_unit", "units_per_base", "based_product", "base_unit")


def _sizes(facts: Facts) -> Table | None:
    """How many base units one unit of a product holds, as the product file says; None where it says nothing."""
    known = facts["products"].filter(_.units_per_base.notnull() & _.unit.notnull())
    if not _any(known):
        return None
    return known.group_by(sized_product=product(known), sized_unit=known.unit).agg(units_per_base=_.units_per_base.max())


def _base_units(lines: Table, sizes: Table) -> Table:
    """The base unit of each product that has sizes: the unit that holds 1, else the only unit on its lines that has no size."""
    stated = sizes.filter(_.units_per_base == 1).group_by(based_product=_.sized_product).agg(stated=_.sized_unit.min())
    sold = lines.semi_join(sizes, lines["product"] == sizes.sized_product).select("product", "unit").distinct()
    without = sold.anti_join(sizes, [sold["product"] == sizes.sized_product, sold.unit == sizes.sized_unit])
    alone = without.group_by(sold_product=_["product"]).agg(alone=_.unit.min(), units=_.count()).filter(_.units == 1).drop("units")
    both = stated.outer_join(alone, stated.based_product == alone.sold_product)
    return both.select(based_product=ibis.coalesce(both.based_product, both.sold_product), base_unit=ibis.coalesce(both.stated, both.alone))


def of_products(facts: Facts, column: str) -> Table | None:
    """What the product file says of one unit, by product, with the days between which it holds; None where it says nothing."""
    said = facts["products"].filter(_[column].notnull() & (_.units_per_base.isnull() | (_.units_per_base == 1)))
    if not _any(said):
        return None
    return _until_the_next(said.select(priced_product=product(said), holds_from=said.valid_from.fill_null(_ALWAYS), of_one=said[column].cast(_OF_ONE)))


def of_purchases(facts: Facts) -> Table | None:
    """Unit cost of the purchases, by product and day, each holding until the next; None where there are none."""
    bought = facts["purchase_lines"].filter((_.quantity > 0) & _.net_value.notnull() & _.product_key.notnull())
    if not _any(bought):
        return None
    by_day = bought.group_by(priced_product=product(bought), holds_from=bought.date).agg(quantity=_.quantity.sum(), net_value=_.net_value.sum())
    return _until_the_next(by_day.select("priced_product", "holds_from", of_one=_unit(by_day.net_value, by_day.quantity)))


def _unit(amount: Any, quantity: Any) -> Any:
    """An amount of one unit, made once as a decimal."""
    return (amount.cast("float64") / quantity.cast("float64")).cast(_OF_ONE)


def _until_the_next(prices: Table) -> Table:
    """One price a product and day, each holding until the next."""
    one_a_day = prices.group_by("priced_product", "holds_from").agg(of_one=_.of_one.max())
    following = _.holds_from.lead().over(ibis.window(group_by="priced_product", order_by="holds_from"))
    return one_a_day.mutate(holds_until=following.fill_null(_FOR_EVER))


def _holding(lines: Table, prices: Table) -> Table:
    """Add ``of_one``: what holds for the line's product on its day."""
    joined = lines.left_join(prices, [lines["product"] == prices.priced_product, lines.date >= prices.holds_from, lines.date < prices.holds_until])
    return joined.drop("priced_product", "holds_from", "holds_until")


def _else_cost(held: Table, said: str) -> Table:
    """Give the lines that have no cost yet the one that holds."""
    return held.mutate(
        cost=ibis.coalesce(held.cost, (held.of_one * held.quantity).cast(_AMOUNT)),
        cost_from=ibis.coalesce(held.cost_from, ibis.ifelse(held.of_one.notnull(), said, ibis.null("string"))),
    ).drop("of_one")


def _originals(facts: Facts, lines: Table) -> Table | None:
    """The unit cost of the last invoice of the product to the customer until then, for each day on which a credit note without a cost takes it back."""
    asked = keep(facts.engine, "asked_of_originals", lines.filter(~_.is_invoice & _.product_cost.isnull()).select(*_TAKEN_BACK).distinct())
    if not _any(asked):
        return None
    sold = lines.filter(_.is_invoice & (_.quantity > 0) & _.product_cost.notnull()).semi_join(asked, ["counterparty", "product"])
    by_day = sold.group_by(*_TAKEN_BACK).agg(quantity=_.quantity.sum(), cost=_.product_cost.cast(_AMOUNT).sum())
    originals = by_day.select(*_TAKEN_BACK, of_one=_unit(by_day.cost, by_day.quantity))
    held = asked.asof_join(originals, on=asked.date >= originals.date, predicates=["counterparty", "product"])
    return keep(facts.engine, "originals", held.filter(_.of_one.notnull()).select(**{f"original_{name}": name for name in _TAKEN_BACK}, of_one="of_one"))


def _else_of_original(lines: Table, originals: Table) -> Table:
    """Give the credit notes that state no cost the unit cost of what they take back."""
    same = [lines[name] == originals[f"original_{name}"] for name in _TAKEN_BACK]
    held = lines.left_join(originals, [~lines.is_invoice, *same]).drop(*(f"original_{name}" for name in _TAKEN_BACK))
    return _else_cost(held, "the invoice it credits")


def _any(table: Table) -> bool:
    """Whether a table has rows."""
    return bool(table.count().to_pyarrow().as_py())
