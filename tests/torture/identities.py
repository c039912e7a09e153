"""Identities that hold in every company: each is a function that fails with what does not add up.

What is compared is counted here in Python, from the rows, wherever that is shorter than the engine's own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, Inexact, localcontext
from typing import Any

from tests.cast import Row, engine, rows_of
from tests.torture.companies import PERIODS, YEARS, Group, exact_rows

from goodterms.analysis import Result, analyse
from goodterms.analysis.cost_to_serve import PARTS
from goodterms.facts.book import facts_from_rows
from goodterms.facts.columns import CREDIT_NOTE, INTERCOMPANY, INVOICE
from goodterms.facts.policy import Policy

Found = dict[str, list[Row]]
"""The tables of a result, fetched."""
_CUTS = ("customers", "products", "families", "managers", "segments")
_LAYERS = ("list_value", "discount", "charges", "invoiced_sales", "rebate", "net_sales", "sales_without_cost", "product_cost")
_LEVELS = ("gross_margin", "contribution", "net_profit", "avoidable_profit")


def studied(group: Group, rows: dict[str, list[Row]], policy: Policy | None = None) -> tuple[Result, Found]:
    """The analysis of a group's rows, with every table fetched before the next one begins."""
    given = {table: [{name: value for name, value in row.items() if name != "met twice"} for row in made] for table, made in rows.items()}
    facts = facts_from_rows(engine(), exact_rows(given))
    result = analyse(facts, periods=PERIODS, policy=policy or group.policy, physical=group.physical)
    return result, {name: rows_of(result.tables[name]) for name in result.tables}


def total(rows: Iterable[Row], column: str) -> Decimal:
    """The exact sum of a column."""
    with localcontext(prec=60):
        return sum((row[column] for row in rows), Decimal(0))


def sums(rows: Iterable[Row], *keys: str, value: str = "amount") -> dict[tuple[Any, ...], Decimal]:
    """Exact sums of a column by others."""
    found: dict[tuple[Any, ...], Decimal] = {}
    with localcontext(prec=60):
        for row in rows:
            key = tuple(row[name] for name in keys)
            found[key] = found.get(key, Decimal(0)) + row[value]
    return found


def no_sale_is_missing(group: Group, rows: dict[str, list[Row]], found: Found) -> None:
    """The cube holds every sale line once: sales, cost and quantity are those of the rows."""
    counted = exact_rows({"sale_lines": [row for row in rows["sale_lines"] if not row.get("met twice")]})["sale_lines"]
    cube = found["cube"]
    assert total(cube, "quantity") == sum(row["quantity"] for row in counted)
    assert sum(row["sale_lines"] for row in cube) == len(counted)
    net_sales = sum(row["net_value"] + (row["charges"] or 0) - (row["rebate"] or 0) for row in counted)
    if group.costs_known == "on the lines":
        cost = sum(row["product_cost"] for row in counted)
        assert total(cube, "net_sales") - total(cube, "product_cost") == net_sales - cost
    if group.settings.get("layers", {}).get("rebate") != "product cost":
        assert total(cube, "net_sales") == net_sales


def every_cut_has_the_same_total(found: Found) -> None:
    """Σ by customer = by product = by family = by manager = by segment = by month, for every column, in both periods; and the waterfall says the same."""
    shared = set.intersection(*(set(found[cut][0]) for cut in _CUTS))
    columns = [column for column in shared if column.rpartition("_")[0] and isinstance(found["customers"][0][column], Decimal)]
    assert {f"{layer}_{when}" for layer in _LAYERS for when in ("earlier", "later")} <= set(columns)
    for column in columns:
        totals = {cut: total(found[cut], column) for cut in _CUTS}
        assert len(set(totals.values())) == 1, (column, totals)
    for row in found["waterfall"]:
        for when in ("earlier", "later"):
            if f"{row['step']}_{when}" in columns and row["kind"] == "total":
                assert row[when] == total(found["customers"], f"{row['step']}_{when}"), row
    for measure in ("net_sales", *_LEVELS):
        if measure in found["months"][0]:
            for when, year in zip(("earlier", "later"), YEARS, strict=True):
                of_year = [row for row in found["months"] if row["month"].year == year]
                assert total(of_year, measure) == total(found["customers"], f"{measure}_{when}")


def the_waterfall_falls(found: Found) -> None:
    """Each total of the waterfall is what was reached by its steps."""
    for when in ("earlier", "later"):
        reached: Decimal | None = None
        for row in found["waterfall"]:
            if row["kind"] == "total":
                assert reached in {None, row[when]}, row
                reached = row[when]
            else:
                reached += row[when]


def the_bridge_has_no_remainder(result: Result, found: Found) -> None:
    """Start + parts = end with no tolerance: of the whole, of each customer, of its like-for-like part; and it starts and ends where the views do."""
    measure = result.measure.replace(" ", "_")
    assert (result.bridge.start, result.bridge.end) == (total(found["customers"], f"{measure}_earlier"), total(found["customers"], f"{measure}_later"))
    for bridge in (result.bridge, result.like_for_like):
        if bridge is not None:
            with localcontext(prec=60):
                assert sum((step.amount for step in bridge.steps), Decimal(0)) == bridge.end - bridge.start
    names = [step.step for step in result.bridge.steps]
    changes = {row["customer"]: row[f"{measure}_later"] - row[f"{measure}_earlier"] for row in found["customers"]}
    for row in found["bridge_customers"]:
        with localcontext(prec=60):
            assert sum((row[name] for name in names), Decimal(0)) == row["measure_later"] - row["measure_earlier"] == changes[row["counterparty"]]
    for step in result.bridge.steps:
        assert total(found["bridge_customers"], step.step) == step.amount


def no_cost_is_missing(rows: dict[str, list[Row]], found: Found) -> None:
    """For each pool month and account: assigned + unused + unassigned + sustaining + excluded + excess = what it cost, and the shares are what is assigned."""
    if "pools" not in found:
        assert not rows["costs"]
        return
    pools, shares = found["pools"], found["shares"]
    for row in pools:
        assert sum(row[part] for part in PARTS) == row["amount"], row
    given = sums(
        [{**row, "entity": row["entity"] or "", "account": row["account"] or ""} for row in exact_rows({"costs": rows["costs"]})["costs"]],
        *("period", "entity", "pool", "account"),
    )
    told = sums([row for row in pools if (row["month"], row["entity"], row["pool"], row["account"]) in given], "month", "entity", "pool", "account")
    assert told == given
    assert total(pools, "amount") == sum(given.values(), Decimal(0))
    assigned = {key: amount for key, amount in sums(pools, "month", "entity", "pool", value="assigned").items() if amount}
    shared = {key: amount for key, amount in sums(shares, "month", "pool_entity", "pool").items() if amount}
    assert shared == assigned
    assert [row for row in shares if row["avoidable"] is None] == []
    assert {row["month"] for row in shares} <= {row["month"] for row in pools}


def every_share_is_within_a_unit_of_exact(found: Found) -> None:
    """Rate × count, to the unit: less than one unit away, and two where use above capacity was rounded first."""
    unit = Decimal("0.0001")
    rates = {(row["month"], row["entity"], row["pool"]): row for row in found.get("rates", ())}
    with localcontext(prec=100, traps=[Inexact]):
        for row in found.get("shares", ()):
            rate = rates.get((row["month"], row["pool_entity"], row["pool"]))
            if row["driver"] == "traced" or rate is None:
                continue
            whole = rate["capacity"] or rate["driver_total"]
            allowed = 2 * unit if rate["capacity"] and rate["driver_total"] > rate["capacity"] else unit
            assert abs(row["amount"] * whole - (rate["amount"] - rate["traced"]) * row["driver_count"]) < allowed * whole, (row, rate)


def no_traced_cost_is_missing(rows: dict[str, list[Row]], found: Found) -> None:
    """What activities are known to have cost is shared to the last unit: under its own company's pool of the month, else the only one of that name."""
    bills = [row | {"month": row["date"].replace(day=1)} for row in exact_rows({"activities": rows["activities"]})["activities"] if row["amount"] is not None]
    owners: dict[tuple[date, str], set[str]] = {}
    for row in exact_rows({"costs": rows["costs"]})["costs"]:
        owners.setdefault((row["period"], row["pool"]), set()).add(row["entity"] or "")
    for bill in bills:
        of_name, own = owners.get((bill["month"], bill["pool"]), set()), bill["entity"] or ""
        bill["pool_entity"] = own if own in of_name or len(of_name) != 1 else next(iter(of_name))
    traced = [row for row in found.get("shares", ()) if row["driver"] == "traced"]
    assert sums(traced, "month", "pool_entity", "pool") == sums(bills, "month", "pool_entity", "pool")


def costs_of_the_cube_are_the_shares(found: Found) -> None:
    """Each step of the cube sums to its shares, for every customer and month."""
    if "shares" not in found:
        return
    for step in {row["step"] for row in found["shares"]}:
        of_step = sums([row for row in found["shares"] if row["step"] == step], "month", "counterparty", "entity")
        of_cube = sums(found["cube"], "month", "counterparty", "entity", value=step)
        assert {key: amount for key, amount in of_step.items() if amount} == {key: amount for key, amount in of_cube.items() if amount}


def the_whale_curve_ends_at_the_total(result: Result, found: Found) -> None:
    """Peak less losses is the total, which is that of the customers, the own group left out."""
    measure = result.measure.replace(" ", "_")
    own = [row for row in found["customers"] if row["customer"] != INTERCOMPANY]
    for whale, when in ((result.whale_earlier, "earlier"), (result.whale, "later")):
        assert whale.peak + whale.losses == whale.total == total(own, f"{measure}_{when}")
        assert not whale.points or whale.points[-1][1] == whale.total


def nothing_is_missing(group: Group, rows: dict[str, list[Row]], result: Result, found: Found) -> None:
    """All identities of one analysis."""
    no_sale_is_missing(group, rows, found)
    every_cut_has_the_same_total(found)
    the_waterfall_falls(found)
    the_bridge_has_no_remainder(result, found)
    no_cost_is_missing(rows, found)
    every_share_is_within_a_unit_of_exact(found)
    no_traced_cost_is_missing(rows, found)
    costs_of_the_cube_are_the_shares(found)
    the_whale_curve_ends_at_the_total(result, found)


def same_tables(one: Found, other: Found) -> None:
    """The same rows in every table, in whatever order."""
    assert set(one) == set(other)
    for name in one:
        first, second = (Counter(tuple(sorted(row.items())) for row in found[name]) for found in (one, other))
        assert first == second, (name, list((first - second).elements())[:3], list((second - first).elements())[:3])


def upside_down(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Every table the other way round; rows keep their file and row number."""
    return {table: made[::-1] for table, made in rows.items()}


def with_other_costs_today(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The later year's costs, of products, of pools and of activities, are others; a new pool appears."""
    begin = date(YEARS[1], 1, 1)

    def changed(row: Row, day: str, *columns: str) -> Row:
        if row.get(day) is None or row[day] < begin:
            return row
        return row | {column: row[column] * 3 + 7 for column in columns if row.get(column) is not None}

    return {
        **rows,
        "sale_lines": [changed(row, "date", "product_cost") for row in rows["sale_lines"]],
        "costs": [changed(row, "period", "amount") for row in rows["costs"]] + [{**row, "period": begin} for row in rows["costs"][:1]],
        "activities": [changed(row, "date", "amount") for row in rows["activities"]],
        "products": [changed(row, "valid_from", "unit_cost") for row in rows["products"]],
    }


def yesterday_is_the_same(one: Found, other: Found) -> None:
    """Everything of the earlier year in both: cube, shares, pools, and what customers and products earned then."""
    for name, key in (("cube", "month"), ("shares", "month"), ("pools", "month"), ("rates", "month"), ("months", "month")):
        if name in one:
            columns = set(one[name][0] if one[name] else ()) & set(other[name][0] if other[name] else ())
            before = ({n: [{c: row[c] for c in columns} for row in f[n] if row[key].year == YEARS[0]] for n in (name,)} for f in (one, other))
            same_tables(*before)
    for name in ("customers", "products", "managers", "segments"):
        keys = [column for column in ("customer", "product", "level", "manager", "segment") if column in one[name][0]]
        earlier = [column for column in one[name][0] if column.endswith("_earlier") and column in other[name][0]]
        told = []
        for found in (one, other):
            held = {tuple(row[key] for key in keys): tuple(row[column] for column in earlier) for row in found[name]}
            told.append({key: values for key, values in held.items() if any(values)})
        assert told[0] == told[1]


def the_same_year_twice(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The earlier year's rows, and the same again a year later; managers, who are counted from the first document on, are left out."""

    def again(row: Row) -> Row:
        later = {name: value.replace(year=YEARS[1]) for name, value in row.items() if isinstance(value, date)}
        numbers = {name: f"{row[name]}again" for name in ("document", "order_number") if row.get(name)}
        return row | later | numbers

    doubled = {}
    for table, day in (("sale_lines", "date"), ("costs", "period"), ("activities", "date")):
        year = [{name: value for name, value in row.items() if name != "manager_key"} for row in rows[table] if row[day].year == YEARS[0]]
        doubled[table] = [*year, *map(again, year)]
    products = [{name: value for name, value in row.items() if name != "valid_from"} for row in rows["products"]]
    return {**rows, **doubled, "products": products}


def without_new(policy_pools: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The pools without the time of a new customer: nobody is new twice."""
    return tuple({**pool, "minutes": pool["minutes"].replace(" + 15*new", "")} if "minutes" in pool else pool for pool in policy_pools)


def nothing_has_changed(result: Result, found: Found) -> None:
    """Every step of the bridge is 0, of every customer too, to the last place."""
    assert [step for step in result.bridge.steps if step.amount] == []
    assert result.bridge.change == 0
    steps = {step.step for step in result.bridge.steps}
    for row in found["bridge_customers"]:
        assert {name: row[name] for name in steps if row[name]} == {}


def everything_returned(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Every invoice, and for each a credit note that takes all of it back in its own month."""
    amounts = ("quantity", "net_value", "list_value", "discount", "charges", "rebate", "product_cost", "weight")

    def back(row: Row) -> Row:
        taken = {name: -row[name] for name in amounts if row.get(name) is not None}
        return row | taken | {"kind": CREDIT_NOTE, "document": f"C{row['document']}", "date": row["date"].replace(day=28)}

    invoices = [row for row in rows["sale_lines"] if row["kind"] == INVOICE]
    return {**rows, "sale_lines": [*invoices, *map(back, invoices)]}


def only_handling_is_left(found: Found) -> None:
    """Sales and product cost are 0 for every customer, and so its net profit is minus what it cost to serve."""
    for column in ("net_sales", "product_cost", "list_value", "discount", "charges", "rebate", "quantity"):
        assert {key: amount for key, amount in sums(found["cube"], "counterparty", "month", value=column).items() if amount} == {}, column
    if "net_profit_later" not in found["customers"][0]:
        return
    for when, year in zip(("earlier", "later"), YEARS, strict=True):
        served = sums([row for row in found["shares"] if row["month"].year == year], "counterparty")
        assert {row["customer"]: row[f"net_profit_{when}"] for row in found["customers"] if row[f"net_profit_{when}"]} == {
            key[0]: -amount for key, amount in served.items() if amount
        }
