"""The tables of a result: every figure behind the answer, each fetched from the engine when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from goodterms.analysis.bridge import BridgeTables
from goodterms.analysis.cost_to_serve import PARTS, CostToServe
from goodterms.analysis.leaks import PLACES as LEAK_PLACES
from goodterms.analysis.leaks import Leak, Leaks
from goodterms.analysis.result import MEASURE_COLUMN, WaterfallRow, Whale
from goodterms.facts.columns import INTERCOMPANY
from goodterms.facts.periods import Period

if TYPE_CHECKING:
    from ibis import Table

_PLACES = Decimal(1).scaleb(-12)
_ORDER_OF_SHARES = ("month", "pool_entity", "pool", "driver", "step", "level", "counterparty", "product", "manager", "channel", "entity")


_Made = Callable[[], pa.Table]


class Tables(Mapping[str, pa.Table]):
    """The tables of a result, each fetched from the engine, or made, when it is first asked for."""

    def __init__(self, tables: Mapping[str, Table | pa.Table | _Made]) -> None:
        self._tables = dict(tables)
        self._fetched: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        """The table of that name."""
        if name not in self._fetched:
            table = self._tables[name]
            if not isinstance(table, pa.Table):
                table = table() if callable(table) else table.to_pyarrow()
            self._fetched[name] = table
        return self._fetched[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in order."""
        return iter(self._tables)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self._tables)


def every_table(
    cube: Table,
    views: dict[str, pa.Table],
    rows: Sequence[WaterfallRow],
    leaks: Mapping[str, Leaks],
    costs: CostToServe | None,
    bridge: BridgeTables | None,
    like_for_like: BridgeTables | None,
    curves: tuple[Whale | None, Whale | None],
    periods: tuple[Period | None, Period],
) -> Tables:
    """Every table behind the answer, its rows in an order that follows from their keys, so that two runs give the same files."""
    earlier, _later = periods
    tables: dict[str, Table | pa.Table | _Made] = {
        "waterfall": pa.table(
            {
                "step": [r.step for r in rows],
                "label": [r.label for r in rows],
                "kind": [r.kind for r in rows],
                **({"earlier": money([r.earlier for r in rows])} if earlier else {}),
                "later": money([r.later for r in rows]),
            }
        )
    }
    for name, found in (("bridge", bridge), ("bridge_like_for_like", like_for_like)):
        if found is not None:
            steps = found.bridge.steps
            tables[name] = pa.table({"step": [s.step for s in steps], "label": [s.label for s in steps], "amount": money([s.amount for s in steps])})
    tables |= views
    tables["customers"] = _with_leaks(views["customers"], "customer", leaks["customer"])
    tables["products"] = _with_leaks(views["products"], "product", leaks["product"])
    tables["whale"] = partial(_whale_table, views["customers"], curves[1])
    tables["leaks"] = partial(_leaks_table, leaks, views)
    if costs is not None:
        tables["pools"] = partial(_pools_table, costs, periods)
        tables["rates"] = pa.Table.from_pylist(costs.rates(), schema=_rates_schema(costs.places))
        tables["shares"] = costs.shares.drop("place").order_by(*_ORDER_OF_SHARES)
    if bridge is not None:
        hidden = ("customer_class", "in_both", "is_adjustment_earlier", "is_adjustment_later")
        tables["bridge_customers"] = bridge.customers.order_by("counterparty")
        tables["bridge_families"] = bridge.families.drop("at_own_quantity", "at_growth_of_all").order_by("counterparty", "family")
        items = bridge.items.drop(*(c for c in hidden if c in bridge.items.columns))
        tables["bridge_items"] = items.order_by("counterparty", "product", "unit")
    tables["cube"] = cube.order_by("month", "counterparty", "product", "manager", "channel", "entity", "level")
    return Tables(tables)


def money(amounts: Sequence[Decimal | None]) -> pa.Array:
    """Amounts as a column, at the scale of the bridge."""
    with localcontext(prec=60):
        return pa.array([None if a is None else a.quantize(_PLACES) for a in amounts], pa.decimal128(38, 12))


def _with_leaks(table: pa.Table, key: str, leaks: Leaks) -> pa.Table:
    """Add each row's largest leak that a reader sees, and with how many peers it was compared: 0 where there are too few, null without sales to compare."""
    largest: dict[str, Leak] = {}
    for leak in leaks.found:
        if leak.key not in largest and leak.is_told:
            largest[leak.key] = leak
    found = [largest.get(value) for value in table[key].to_pylist()]
    table = table.append_column("leak_step", pa.array([leak.step if leak else None for leak in found], pa.string()))
    table = table.append_column("leak_worth", pa.array([leak.worth if leak else None for leak in found], pa.decimal128(38, 4)))
    return table.append_column("leak_peers", pa.array([leaks.peers.get(value) for value in table[key].to_pylist()], pa.int64()))


def _whale_table(customers: pa.Table, curve: Whale | None) -> pa.Table:
    """Every counterparty of the curve with its rank and the cumulative amount."""
    key = f"{MEASURE_COLUMN[curve.measure]}_later" if curve else "net_sales_later"
    rows = [
        r
        for r in customers.select(["customer", "name", "sale_lines_later", key]).to_pylist()
        if (r["sale_lines_later"] or r[key]) and r["customer"] != INTERCOMPANY
    ]
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
            "amount": money([r[key] for r in rows]),
            "cumulative": money(cumulative),
        }
    )


def _leaks_table(leaks: Mapping[str, Leaks], views: dict[str, pa.Table]) -> pa.Table:
    """All leaks, customers, products and managers together, largest first."""
    names = {kind: dict(zip(views[f"{kind}s"][kind].to_pylist(), views[f"{kind}s"]["name"].to_pylist(), strict=True)) for kind in ("customer", "product")}
    rows = sorted(
        ((kind, leak) for kind, leaks_of in leaks.items() for leak in leaks_of.found), key=lambda pair: (-pair[1].worth, pair[0], pair[1].key, pair[1].step)
    )
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
