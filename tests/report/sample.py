"""A small reseller of bicycles, worked out by hand, as a :class:`Result`: what the rooms that publish are tried on.

Everything is built from items (customer x product) and adds up: cube, waterfall, pools, shares and bridge. Any size; the same seed, the same company.
Amounts are integers of 0.0001 while the company is built, and decimals at the end.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate

import pyarrow as pa

from goodterms.analysis.result import Bridge, BridgeStep, ContinuingShare, Culprit, Missing, Result, WaterfallRow, Whale
from goodterms.facts.money import in_words
from goodterms.facts.periods import Period, add_months

SEGMENTS = ("Specialty Bike Shop", "Value Added Reseller", "Warehouse")
COUNTRIES = ("Australia", "Canada", "France", "Germany", "United Kingdom", "United States")
FAMILIES = ("Road Bikes", "Mountain Bikes", "Touring Bikes", "Jerseys", "Helmets", "Road Frames", "Wheels", "Gloves", "Pedals", "Bottles and Cages")
EARLIER, LATER = Period.read("2012"), Period.read("2013")
MONEY = pa.decimal128(38, 4)
UNASSIGNED = -15_512_000
ITEM_STEPS = ("new customers", "lost customers", "new families", "lost families", "price: list", "price: discount", "cost")
PAIR_STEPS = ("volume", "mix between", "mix within")
BELOW = ("picking: rate", "picking: activity", "selling: rate", "selling: activity")
LEAK_COLUMNS = ("kind", "key", "name", "step", "rate", "peer_median", "peers", "base", "worth", "peer_count")
STEPS = {
    "new customers": "New customers",
    "lost customers": "Stopped buying",
    "new families": "Families new to the customer",
    "lost families": "Families the customer dropped",
    "price: list": "List price",
    "price: discount": "Discount",
    "cost": "Product cost",
    "volume": "Volume",
    "mix between": "Mix between customers and families",
    "mix within": "Mix within families",
    "picking: rate": "Picking: cost per unit of work",
    "picking: activity": "Picking: amount of work",
    "selling: rate": "Selling: cost per unit of work",
    "selling: activity": "Selling: amount of work",
}
LEVELS = (
    ("list_value", "Sales at list price", "total"),
    ("discount", "Discounts on the invoice", "step"),
    ("net_sales", "Net sales", "total"),
    ("product_cost", "Product cost", "step"),
    ("gross_margin", "Gross margin", "total"),
    ("line: picking", "Picking", "step"),
    ("product_contribution", "Product contribution", "total"),
    ("order: selling", "Selling", "step"),
    ("contribution", "Contribution", "total"),
    ("net_profit", "Net profit of the customers", "total"),
    ("unassigned", "Cost without a driver (unassigned)", "memo"),
    ("after_all_cost", "Profit after all cost in the files", "total"),
)


def dec(units: int) -> Decimal:
    """Units of 0.0001 as a decimal."""
    return Decimal(units).scaleb(-4)


def column(units: list[int]) -> pa.Array:
    """Units of 0.0001 as a column of decimals."""
    return pa.array([dec(u) for u in units], MONEY)


@dataclass
class Item:
    """What one customer bought of one product: per month quantity, list value, discount and cost."""

    customer: int
    product: int
    months: dict[date, tuple[int, int, int, int]] = field(default_factory=dict)

    def of(self, period: Period) -> tuple[int, int, int, int]:
        """The sums of one period."""
        rows = [v for m, v in self.months.items() if m in period]
        return tuple(sum(r[i] for r in rows) for i in range(4))  # type: ignore[return-value]


def largest_remainder(amount: int, weights: list[int]) -> list[int]:
    """An amount shared by weights, to the unit."""
    whole, sign = sum(weights), -1 if amount < 0 else 1
    shares = [abs(amount) * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(abs(amount) * weights[i] % whole), i))
    for i in order[: abs(amount) - sum(shares)]:
        shares[i] += 1
    return [sign * s for s in shares]


def sample_result(
    *,
    customers: int = 60,
    products: int = 24,
    items: int = 500,
    seed: int = 7,
    currency: str | None = "USD",
    costs: bool = True,
    hostile: bool = False,
    one_period: bool = False,
) -> Result:
    """Build the company.

    Parameters
    ----------
    customers, products, items
        How many.
    costs
        Whether there are cost pools; without them the measure is gross margin.
    hostile
        Whether names hold markup and formulas.
    one_period
        Whether there is nothing to compare with.
    """
    return _Company(customers, products, items, seed, costs=costs, hostile=hostile).result(currency, one_period=one_period)


class _Company:
    """The company on its way to a result."""

    def __init__(self, customers: int, products: int, items: int, seed: int, *, costs: bool, hostile: bool) -> None:
        rng = random.Random(seed)  # noqa: S311  (a made-up company, no secret)
        first = ("Metro", "Valley", "Harbour", "Alpine", "Summit", "Riverside", "Grand", "Friendly")
        last = ("Bikes", "Cycle Shop", "Sports", "Outfitters", "Wheels", "Retail Mall")
        self.costs = costs
        self.names = [f"{rng.choice(first)} {rng.choice(last)} {i + 1}" for i in range(customers)]
        self.product_names = [f"{FAMILIES[i % len(FAMILIES)][:-1]}-{100 + i * 7}" for i in range(products)]
        if hostile:
            self.names[0], self.names[1] = "<script>alert(1)</script>", '=HYPERLINK("http://x","y")'
            self.product_names[0] = "</script><img src=x onerror=alert(1)>"
        self.keys = [f"AW{i + 1:08d}" for i in range(customers)]
        self.product_keys = [f"BK-{i + 1:04d}" for i in range(products)]
        self.segments = [rng.choice(SEGMENTS) for _ in range(customers)]
        self.countries = [rng.choice(COUNTRIES) for _ in range(customers)]
        self.managers = [f"E{280 + rng.randrange(12)}" for _ in range(customers)]
        self.kinds = [rng.choices(("continuing", "new", "lost"), (0.7, 0.17, 0.13))[0] for _ in range(customers)]
        self.family = [FAMILIES[i % len(FAMILIES)] for i in range(products)]
        self.goods = _items(rng, customers, products, items, self.kinds)
        self.cube = {(m, item.customer, item.product): row for item in self.goods for m, row in sorted(item.months.items())}
        self.pools, self.rates, self.shares, self.picking, self.selling = _costs(rng, self.cube) if costs else ([], [], [], {}, {})
        self.measure = "net profit" if costs else "gross margin"
        self.level = self.measure.replace(" ", "_")
        self.chain = LEVELS if costs else LEVELS[:5]
        self.sums: dict[tuple[str, object, str], list[int]] = defaultdict(lambda: [0] * 5)
        for (month, customer, product), (_q, listed, discount, cost) in self.cube.items():
            places = (("c", customer), ("p", product), ("f", self.family[product]), ("m", month), ("all", 0))
            self._add(month, places, (listed, discount, cost, self.picking.get((month, customer, product), 0), 0))
        for (month, customer), amount in self.selling.items():
            self._add(month, (("c", customer), ("p", "order"), ("f", "order"), ("m", month), ("all", 0)), (0, 0, 0, 0, amount))

    def _add(self, month: date, places: tuple, amounts: tuple[int, ...]) -> None:
        for place in places:
            row = self.sums[(*place, "earlier" if month in EARLIER else "later")]
            for i, amount in enumerate(amounts):
                row[i] += amount

    def levels(self, kind: str, index: object, when: str) -> dict[str, int]:
        """The waterfall of one customer, product, family, month or of all; cost is negative."""
        listed, discount, cost, pick, sell = self.sums[kind, index, when]
        net, left = listed - discount, UNASSIGNED if when == "later" and self.costs else 0
        margin = net - cost
        profit = margin - pick - sell
        made = {"list_value": listed, "discount": -discount, "net_sales": net, "product_cost": -cost, "gross_margin": margin, "line: picking": -pick}
        made |= {"product_contribution": margin - pick, "order: selling": -sell, "contribution": profit, "net_profit": profit}
        return made | {"unassigned": -left, "after_all_cost": profit - left}

    def view(self, first: dict[str, list[str | None]], kind: str, indexes: list[object]) -> dict[str, pa.Array]:
        """A table of parties as the engine presents it: cost is positive there."""
        made: dict[str, pa.Array] = {name: pa.array(values, pa.string()) for name, values in first.items()}
        for when in ("earlier", "later"):
            rows = [self.levels(kind, i, when) for i in indexes]
            signs = {"list_value": 1, "discount": -1, "net_sales": 1, "product_cost": -1, "gross_margin": 1}
            if self.costs:
                signs |= {"line: picking": -1, "order: selling": -1, "product_contribution": 1, "contribution": 1, "net_profit": 1}
            made |= {f"{name.rpartition(': ')[2]}_{when}": column([sign * row[name] for row in rows]) for name, sign in signs.items()}
            made |= {f"avoidable_profit_{when}": column([row["gross_margin"] for row in rows])}
        return made

    def result(self, currency: str | None, *, one_period: bool) -> Result:
        """Everything together."""
        steps, by_customer, by_family, by_item = self.bridge_tables()
        leaks = self.leaks()
        first, last = self.levels("all", 0, "earlier"), self.levels("all", 0, "later")
        short = [(s, a * 9 // 10) for s, a in steps]
        before = {**first, self.level: last[self.level] - sum(a for _, a in short), "net_sales": first["net_sales"] * 11 // 12}
        tables = self.party_tables(leaks) | {
            "waterfall": self.waterfall_table(),
            "bridge": _step_table(steps),
            "bridge_like_for_like": _step_table(short),
            "bridge_customers": by_customer,
            "bridge_families": by_family,
            "bridge_items": by_item,
            "leaks": pa.table({name: [leak[i] for leak in leaks] for i, name in enumerate(LEAK_COLUMNS)}),
            "whale": self.whale_table(),
            "cube": self.cube_table(),
        }
        if self.costs:
            tables |= {"pools": _pools_table(self.pools), "rates": _rates_table(self.rates), "shares": self.shares_table()}
        if one_period:
            tables = {name: t.select([c for c in t.column_names if not c.endswith("_earlier")]) for name, t in tables.items() if not name.startswith("bridge")}
        grown = (Decimal(last["net_sales"]) / first["net_sales"] - 1) * 100
        both = (
            f"Sales grew {grown:.1f} % from 2012 to 2013, but {self.measure} went from {in_words(dec(first[self.level]))} to {in_words(dec(last[self.level]))}."
        )
        lowest, of_products = self.measure, "product contribution" if self.costs else "gross margin"
        return Result(
            measure=self.measure,  # type: ignore[arg-type]
            currency=currency,
            earlier=None if one_period else EARLIER,
            later=LATER,
            unfilled=("2013 ends on 29 November",),
            answer=f"Sales in 2013 were {in_words(dec(last['net_sales']))}. There is one period only." if one_period else both,
            explanation=("New customers and product cost took most; list prices gave a part of it back.", "January to November alone tells the same story."),
            bridge=None if one_period else self.bridge("2012", "2013", first, last, steps),
            like_for_like=None if one_period else self.bridge("2012-01..2012-11", "2013-01..2013-11", before, last, short),
            waterfall=tuple(
                WaterfallRow(s, label, k, None if one_period else dec(first[s]), dec(last[s]), Decimal(1) if s == "product_cost" else None)  # type: ignore[arg-type]
                for s, label, k in self.chain
            ),
            whale=self.whale("later"),
            whale_earlier=None if one_period else self.whale("earlier"),
            customers=self.culprits("customer", lowest, leaks),
            products=self.culprits("product", of_products, leaks),
            missing=(
                Missing("charges", "The files name no freight or fees charged.", "a column Freight among the sale lines"),
                Missing("payment", "No due dates or payments: the cost of waiting for money is not in the figures.", "a column Due date"),
            ),
            notices=("Costs are by division, invoices are not: every pool meets all sale lines of its month.",),
            unassigned=dec(UNASSIGNED if self.costs else 0),
            has_unassigned=True,
            tables=tables,
        )

    def waterfall_table(self) -> pa.Table:
        amounts = {when: [self.levels("all", 0, when)[s] for s, _l, _k in self.chain] for when in ("earlier", "later")}
        change = [b - a for a, b in zip(amounts["earlier"], amounts["later"], strict=True)]
        named = {name: [row[i] for row in self.chain] for i, name in enumerate(("step", "label", "kind"))}
        return pa.table({**named, **{when: column(units) for when, units in amounts.items()}, "change": column(change)})

    def party_tables(self, leaks: list[tuple]) -> dict[str, pa.Table]:
        worst = self.worst(leaks)
        people = {"customer": self.keys, "name": self.names, "segment": self.segments, "country": self.countries, "manager": self.managers}
        customers = self.view(people, "c", list(range(len(self.keys))))
        goods: dict[str, list[str | None]] = {"product": list(self.product_keys), "name": list(self.product_names), "family": list(self.family)}
        goods["level"] = ["line"] * len(self.product_keys)
        places: list[object] = list(range(len(self.product_keys)))
        families = sorted(set(self.family), key=FAMILIES.index)
        if self.costs:
            places.append("order")
            for name, value in (("product", "order"), ("name", None), ("family", "order"), ("level", "order")):
                goods[name].append(value)
        products = self.view(goods, "p", places)
        for kind, table, keys in (("customer", customers, self.keys), ("product", products, goods["product"])):
            table["leak_step"] = pa.array([worst[kind, k][3] if (kind, k) in worst else None for k in keys], pa.string())
            table["leak_worth"] = pa.array([worst[kind, k][8] if (kind, k) in worst else None for k in keys], MONEY)
            table["leak_peers"] = pa.array([8] * len(keys), pa.int64())
        of_families = [*families, "order"] if self.costs else families
        months = sorted({m for m, _c, _p in self.cube})
        by_month = [self.levels("m", m, "earlier" if m in EARLIER else "later") for m in months]
        buyers = [len({c for m, c, _p in self.cube if m == month}) for month in months]
        monthly = {
            "month": pa.array(months, pa.date32()),
            **{n: column([r[n] for r in by_month]) for n in ("net_sales", "gross_margin")},
            "customers": buyers,
            "invoices": buyers,
        }
        if self.costs:
            monthly["net_profit"] = column([r["net_profit"] for r in by_month])
        return {
            "customers": pa.table(customers),
            "products": pa.table(products),
            "families": pa.table(self.view({"family": list(of_families)}, "f", list(of_families))),
            "months": pa.table(monthly),
        }

    def worst(self, leaks: list[tuple]) -> dict[tuple[str, str], tuple]:
        found: dict[tuple[str, str], tuple] = {}
        for leak in leaks:
            if leak[:2] not in found or leak[8] > found[leak[:2]][8]:
                found[leak[:2]] = leak
        return found

    def leaks(self) -> list[tuple]:
        """Steps whose rate lies above the median of the segment (customers) or of all (products)."""
        found = []
        own = ("discount", "product_cost", "line: picking", "order: selling") if self.costs else ("discount", "product_cost")
        for kind, index, keys, names, steps in (
            ("customer", "c", self.keys, self.names, own),
            ("product", "p", self.product_keys, self.product_names, own[:3]),
        ):
            rows = [self.levels(index, i, "later") for i in range(len(keys))]
            groups = self.segments if kind == "customer" else ["all"] * len(keys)
            for step in steps:
                rates = [-row[step] / row["list_value"] if row["list_value"] else None for row in rows]
                for i, rate in enumerate(rates):
                    others = sorted(r for j, r in enumerate(rates) if r is not None and j != i and groups[j] == groups[i])
                    if rate is None or not others or rate <= others[len(others) // 2]:
                        continue
                    median, base = others[len(others) // 2], dec(rows[i]["list_value"])
                    worth = (Decimal(repr(rate - median)) * base).quantize(Decimal("0.0001"))
                    found.append((kind, keys[i], names[i], step.rpartition(": ")[2], rate, median, groups[i], base, worth, len(others)))
        return sorted(found, key=lambda leak: -leak[8])

    def culprits(self, kind: str, measure: str, leaks: list[tuple]) -> tuple[Culprit, ...]:
        index, keys, names = ("c", self.keys, self.names) if kind == "customer" else ("p", self.product_keys, self.product_names)
        level, worst = measure.replace(" ", "_"), self.worst(leaks)
        ranked = sorted(range(len(keys)), key=lambda i: (self.levels(index, i, "later")[level], keys[i]))[:10]
        made = []
        for i in ranked:
            first, last, leak = self.levels(index, i, "earlier"), self.levels(index, i, "later"), worst.get((kind, keys[i]))
            step, worth, said = "", None, "no step costs more than among peers"
            if leak:
                step, worth = leak[3], leak[8]
                said = f"{step.replace('_', ' ')} {leak[4]:.1%} of list price against {leak[5]:.1%} among {leak[9]} peers".replace("%", " %")
            figures = [dec(row[name]) for name in (level, "net_sales") for row in (first, last)]
            made.append(Culprit(kind, keys[i], names[i], measure, *figures, step, worth, said))  # type: ignore[arg-type]
        return tuple(made)

    def ranked(self, when: str) -> list[tuple[int, int]]:
        """(amount, customer) of everybody who bought, best first."""
        bought = [i for i in range(len(self.keys)) if any(self.sums["c", i, when])]
        return sorted(((self.levels("c", i, when)[self.level], i) for i in bought), key=lambda r: (-r[0], r[1]))

    def whale_table(self) -> pa.Table:
        ranked = self.ranked("later")
        reached = list(accumulate(amount for amount, _i in ranked))
        named = {"customer": [self.keys[i] for _a, i in ranked], "name": [self.names[i] for _a, i in ranked]}
        return pa.table(
            {"rank": pa.array(range(1, len(ranked) + 1), pa.int64()), **named, "amount": column([a for a, _i in ranked]), "cumulative": column(reached)}
        )

    def whale(self, when: str) -> Whale:
        profits = [amount for amount, _i in self.ranked(when)]
        points = [(rank, dec(reached)) for rank, reached in enumerate(accumulate(profits), 1)]
        gains, losses, whole = sum(a for a in profits if a > 0), sum(a for a in profits if a < 0), sum(profits)
        return Whale(
            period="2012" if when == "earlier" else "2013",
            measure=self.measure,  # type: ignore[arg-type]
            customers=len(profits),
            total=dec(whole),
            peak=dec(gains),
            peak_share=Decimal(gains) / whole if whole > 0 else None,
            peak_rank=sum(a > 0 for a in profits),
            losers=sum(a < 0 for a in profits),
            losses=dec(losses),
            loss_share=Decimal(-losses) / gains if gains else None,
            hhi=Decimal("0.0042"),
            points=(*points[:: max(1, len(points) // 300)][:398], points[-1]),
        )

    def bridge_tables(self) -> tuple[list[tuple[str, int]], pa.Table, pa.Table, pa.Table]:
        """Steps in units with their rows by customer, family and item: a simple form of the nested bridge that adds up."""
        rows, pairs, people = [], defaultdict(lambda: [0, 0, 0]), defaultdict(lambda: defaultdict(int))
        for item in self.goods:
            (q0, l0, d0, c0), (q1, l1, d1, c1) = item.of(EARLIER), item.of(LATER)
            m0, m1 = l0 - d0 - c0, l1 - d1 - c1
            part = dict.fromkeys(ITEM_STEPS, 0)
            kind = self.kinds[item.customer]
            if kind != "continuing":
                part[f"{kind} customers"], item_class = m1 - m0, f"{kind} customer"
            elif not q0:
                part["new families"], item_class = m1, "new family"
            elif not q1:
                part["lost families"], item_class = -m0, "lost family"
            else:
                item_class = "continuing"
                part |= {"price: list": l1 - q1 * l0 // q0, "price: discount": -(d1 - q1 * d0 // q0), "cost": -(c1 - q1 * c0 // q0)}
                pairs[item.customer, self.family[item.product]][0] += m1 - m0 - sum(part.values())
            rows.append(
                (self.keys[item.customer], self.product_keys[item.product], self.family[item.product], item_class, q0, q1, l0 - d0, l1 - d1, m0, m1, part)
            )
            for step, amount in part.items():
                people[item.customer][step] += amount
        for (customer, _family), pair in pairs.items():
            volume, within = pair[0] // 3, pair[0] // 7
            pair[:] = [volume, pair[0] - volume - within, within]
            for step, amount in zip(PAIR_STEPS, pair, strict=True):
                people[customer][step] += amount
        everybody = sorted({item.customer for item in self.goods})
        if self.costs:
            for customer in everybody:
                self._below_margin(customer, people[customer])
        names = (*ITEM_STEPS, *PAIR_STEPS, *(BELOW if self.costs else ()))
        of_customers = {"counterparty": [self.keys[c] for c in everybody], "customer_class": [self.kinds[c] for c in everybody]}
        of_families = {"counterparty": [self.keys[c] for c, _f in pairs], "family": [f for _c, f in pairs]}
        of_items = {n: [r[i] for r in rows] for i, n in enumerate(("counterparty", "product", "family", "item_class"))}
        of_items |= {n: pa.array([Decimal(r[i]) for r in rows], MONEY) for n, i in (("quantity_earlier", 4), ("quantity_later", 5))}
        amounts = ("net_sales_earlier", "net_sales_later", "measure_earlier", "measure_later")
        return (
            [(step, sum(person[step] for person in people.values())) for step in names],
            pa.table({**of_customers, **{s: column([people[c][s] for c in everybody]) for s in names}}),
            pa.table({**of_families, **{s: column([p[i] for p in pairs.values()]) for i, s in enumerate(PAIR_STEPS)}}),
            pa.table(
                {**of_items, **{n: column([r[i] for r in rows]) for i, n in enumerate(amounts, 6)}, **{s: column([r[10][s] for r in rows]) for s in ITEM_STEPS}}
            ),
        )

    def _below_margin(self, customer: int, person: dict[str, int]) -> None:
        first, last = self.levels("c", customer, "earlier"), self.levels("c", customer, "later")
        for name in ("line: picking", "order: selling"):
            change, step = last[name] - first[name], name.rpartition(": ")[2]
            if self.kinds[customer] != "continuing":
                person[f"{self.kinds[customer]} customers"] += change
            else:
                person[f"{step}: rate"], person[f"{step}: activity"] = change // 3, change - change // 3

    def bridge(self, earlier: str, later: str, first: dict[str, int], last: dict[str, int], steps: list[tuple[str, int]]) -> Bridge:
        kinds = self.kinds
        return Bridge(
            measure=self.measure,  # type: ignore[arg-type]
            earlier=earlier,
            later=later,
            quantities="value",
            start=dec(first[self.level]),
            end=dec(last[self.level]),
            sales_start=dec(first["net_sales"]),
            sales_end=dec(last["net_sales"]),
            steps=tuple(BridgeStep(s, STEPS[s], dec(a)) for s, a in steps),
            continuing=(
                ContinuingShare("customers", kinds.count("continuing"), kinds.count("lost"), kinds.count("new"), Decimal("0.93"), Decimal("0.81")),
                ContinuingShare("customer x family", 1351, 402, 517, Decimal("0.779"), Decimal("0.617")),
                ContinuingShare("items", 3473, 6182, 8207, Decimal("0.45"), Decimal("0.43")),
            ),
            counts={"new": kinds.count("new"), "lost": kinds.count("lost"), "continuing": kinds.count("continuing"), "neither": 0},
        )

    def cube_table(self) -> pa.Table:
        """The cube: a row a month, customer and product, and a row a month and customer for the cost of orders."""
        cells = [(m, c, self.product_keys[p], "line", row, self.picking.get((m, c, p), 0), 0) for (m, c, p), row in self.cube.items()]
        cells += [(m, c, "order", "order", (0, 0, 0, 0), 0, amount) for (m, c), amount in self.selling.items()]
        empty = pa.array([""] * len(cells), pa.string())
        where = {
            "entity": empty,
            "month": pa.array([r[0] for r in cells], pa.date32()),
            "counterparty": [self.keys[r[1]] for r in cells],
            "product": [r[2] for r in cells],
        }
        where |= {"manager": [self.managers[r[1]] for r in cells], "channel": empty, "level": [r[3] for r in cells]}
        amounts = {"list_value": [r[4][1] for r in cells], "discount": [r[4][2] for r in cells], "net_sales": [r[4][1] - r[4][2] for r in cells]}
        amounts |= {"product_cost": [r[4][3] for r in cells], "picking": [r[5] for r in cells], "selling": [r[6] for r in cells]}
        quantity = pa.array([Decimal(r[4][0]) for r in cells], MONEY)
        return pa.table({**where, "quantity": quantity, **{name: column(units) for name, units in amounts.items()}})

    def shares_table(self) -> pa.Table:
        shares = self.shares
        named = {n: [s[i] for s in shares] for n, i in (("pool_entity", 0), ("pool", 2), ("step", 3), ("level", 4))}
        keys = {"counterparty": [self.keys[s[5]] for s in shares], "product": ["order" if s[6] is None else self.product_keys[s[6]] for s in shares]}
        rest = {"manager": [self.managers[s[5]] for s in shares], "driver": ["lines" if s[4] == "line" else "orders" for s in shares]}
        counts = {"driver_count": pa.array([Decimal(1)] * len(shares), pa.decimal128(38, 6)), "amount": column([s[7] for s in shares])}
        return pa.table({**named, "month": pa.array([s[1] for s in shares], pa.date32()), **keys, **rest, **counts})


def _step_table(steps: list[tuple[str, int]]) -> pa.Table:
    return pa.table({"step": [s for s, _ in steps], "label": [STEPS[s] for s, _ in steps], "amount": column([a for _, a in steps])})


def _items(rng: random.Random, customers: int, products: int, items: int, kinds: list[str]) -> list[Item]:
    pairs = rng.sample(range(customers * products), min(items, customers * products))
    made = []
    for pair in sorted(pairs):
        item = Item(pair // products, pair % products)
        price = rng.randrange(80_000, 6_000_000)
        for period, months in ((EARLIER, 12), (LATER, 11)):
            if (period is EARLIER and kinds[item.customer] == "new") or (period is LATER and kinds[item.customer] == "lost") or rng.random() < 0.25:
                continue
            later = period is LATER
            for place in rng.sample(range(months), rng.choice((1, 2, 3))):
                quantity = rng.randrange(1, 14)
                listed = quantity * price * (106 if later else 100) // 100
                discount = listed * rng.choice((0, 0, 2, 5, 15 if later else 10)) // 100
                cost = quantity * price * rng.randrange(88, 112 if later else 106) // 100
                item.months[add_months(period.first, place)] = (quantity, listed, discount, cost)
        if item.months:
            made.append(item)
    return made


def _costs(rng: random.Random, cube: dict) -> tuple[list, list, list, dict, dict]:
    """Two pools: picking by lines (of two divisions), selling by orders (one order a customer and month)."""
    by_month: dict[date, list[tuple[date, int, int]]] = defaultdict(list)
    for key in cube:
        by_month[key[0]].append(key)
    pools, rates, shares = [], [], []
    picking: dict[tuple[date, int, int], int] = defaultdict(int)
    selling: dict[tuple[date, int], int] = defaultdict(int)
    for month in (*EARLIER.months, *LATER.months):
        keys = sorted(by_month.get(month, ()))
        orders = sorted({(m, c) for m, c, _p in keys})
        for entity, pool, driver, level, step, low in (
            ("France", "Inventory Management", "lines", "line", "picking", 9_000_000),
            ("Southeast Division", "Inventory Management", "lines", "line", "picking", 21_000_000),
            ("Northeast Division", "Sales and Marketing", "orders", "order", "selling", 30_000_000),
        ):
            accounts = [
                (account, name, rng.randrange(low // 4, low) // 100 * 100) for account, name in (("6020", "Salaries"), ("6080", "Travel"), ("6110", "Supplies"))
            ]
            if not keys:
                accounts = [("6020", "Salaries", UNASSIGNED)] if pool == "Sales and Marketing" else []
            amount = sum(a for _n, _t, a in accounts)
            pools += [(month, entity, pool, account, name, driver, step, a, bool(keys)) for account, name, a in accounts]
            if not keys:
                continue
            cells = keys if level == "line" else orders
            rates.append((entity, month, pool, driver, level, amount, len(cells), step))
            for cell, share in zip(cells, largest_remainder(amount, [1] * len(cells)), strict=True):
                shares.append((entity, month, pool, step, level, cell[1], cell[2] if level == "line" else None, share))
                if level == "line":
                    picking[cell] += share
                else:
                    selling[cell] += share
    return pools, rates, shares, picking, selling


def _pools_table(pools: list) -> pa.Table:
    names = ("month", "entity", "pool", "account", "account_name", "driver", "step")
    zero = column([0] * len(pools))
    parts = {"amount": column([p[7] for p in pools]), "assigned": column([p[7] if p[8] else 0 for p in pools]), "unused": zero}
    parts |= {"unassigned": column([0 if p[8] else p[7] for p in pools]), "sustaining": zero, "excluded": zero, "excess": zero}
    named = {name: [p[i] for p in pools] for i, name in enumerate(names)}
    return pa.table({**named, "month": pa.array(named["month"], pa.date32()), **parts})


def _rates_table(rates: list) -> pa.Table:
    named = {n: [r[i] for r in rates] for n, i in (("entity", 0), ("pool", 2), ("step", 7), ("driver", 3), ("level", 4))}
    amounts = {"amount": column([r[5] for r in rates]), "traced": column([0] * len(rates)), "driver_total": pa.array([Decimal(r[6]) for r in rates], MONEY)}
    made = pa.array([(dec(r[5]) / r[6]).quantize(Decimal(1).scaleb(-12)) for r in rates], pa.decimal128(38, 12))
    return pa.table({**named, "month": pa.array([r[1] for r in rates], pa.date32()), **amounts, "capacity": pa.nulls(len(rates), MONEY), "rate": made})
