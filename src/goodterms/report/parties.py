"""The customers and the products of a result as a reader sees them: their figures in cents, and for those that matter most where each figure comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from goodterms.analysis.result import Bridge, Measure, WaterfallRow, reads_apart
from goodterms.charts.figures import at_start, counted
from goodterms.charts.printed import levels_in_cents
from goodterms.facts.money import parts_in_cents
from goodterms.facts.periods import Period
from goodterms.report.lookup import cents_of, found, from_cents, plain, table_of, to_cents

if TYPE_CHECKING:
    import pyarrow as pa

OPENED = 300
"""How many customers, and how many products, open to their own waterfall."""
ITEMS_SHOWN = 5
"""How many products of a customer (customers of a product) are named as what moved its margin most."""
WHEN = ("earlier", "later")


class Published(Protocol):
    """What customers and products are printed from: a result, or what a report's folder keeps of one."""

    @property
    def measure(self) -> Measure:
        """What the answer is about."""

    @property
    def earlier(self) -> Period | None:
        """The earlier period, where there is one."""

    @property
    def later(self) -> Period:
        """The later period."""

    @property
    def waterfall(self) -> tuple[WaterfallRow, ...]:
        """The rows of the waterfall."""

    @property
    def bridge(self) -> Bridge | None:
        """The bridge, where there are two periods."""

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """The tables by name."""


@dataclass(frozen=True)
class OwnRow:
    """One row of the waterfall that a single customer or product has, and the waterfall's steps that it stands for.

    ``column`` is the table's column, ``sign`` turns it into the waterfall's sign.
    """

    step: str
    label: str
    kind: str
    column: str
    sign: int
    steps: frozenset[str]

    @property
    def bare(self) -> str:
        """The step without the level that its cost stays at: what leaks and cost pools call it."""
        return bare_step(self.step)


def bare_step(step: str) -> str:
    """A waterfall's step without its level; the policy may name a step with a colon of its own.

    Examples
    --------
    >>> bare_step("order: picking"), bare_step("order: Sales: delivery"), bare_step("discount")
    ('picking', 'Sales: delivery', 'discount')
    """
    return step.partition(": ")[2] or step


@dataclass(frozen=True)
class Leak:
    """One step that costs more than among peers; rates are shares of the base, worth is money in cents."""

    step: str
    rate: float
    peer_median: float
    peers: str
    worth: int


TRACED = "traced"
"""The driver of a share whose very cost was known."""


@dataclass(frozen=True)
class Share:
    """What one customer or product got of one cost pool in one period: driver count and amount, or what was traced to it."""

    entity: str
    pool: str
    step: str
    driver: str
    driver_count: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Moved:
    """One product of a customer, or one customer of a product: its sales and how its margin changed, in cents."""

    key: str
    name: str
    sales_earlier: int
    sales_later: int
    change: int


@dataclass(frozen=True)
class Detail:
    """What a customer or product opens to."""

    waterfall: Mapping[str, list[int | None]]
    leaks: tuple[Leak, ...]
    shares: Mapping[str, tuple[Share, ...]]
    avoidable: int | None
    bridge: tuple[int, ...]
    moved: tuple[Moved, ...]
    moved_rest: int


@dataclass
class Parties:
    """All customers, or all products, of a result.

    ``levels`` holds per level column ("net_sales") and period the figure of every party in cents; each column adds up to its printed total.
    """

    kind: str
    result: Published
    table: pa.Table
    rows: tuple[OwnRow, ...]
    measure: str
    keys: list[str]
    names: list[str]
    texts: Mapping[str, list[str]]
    leak_step: list[str]
    leak_worth: list[int | None]
    levels: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each key stands."""
        return {key: i for i, key in enumerate(self.keys)}

    @property
    def when(self) -> tuple[str, ...]:
        """The periods that there are."""
        return WHEN if self.result.earlier is not None else WHEN[1:]

    def level(self, name: str, when: str) -> list[int] | None:
        """A level of all parties in cents, rounded so that it adds up; None where the data does not reach it."""
        if (name, when) not in self.levels:
            column = found(self.table, f"{name}_{when}")
            if column is None:
                return None
            self.levels[name, when] = cents_of(self.table[column])
        return self.levels[name, when]

    def has(self, name: str) -> bool:
        """Whether the data reaches a level."""
        return found(self.table, f"{name}_later") is not None

    def effect(self) -> list[int]:
        """How much each party changed the result: its change in the measure, or the measure itself where there is one period."""
        later, earlier = self.level(self.measure, "later") or [0] * len(self.keys), self.level(self.measure, "earlier")
        return [b - a for a, b in zip(earlier, later, strict=True)] if earlier else later

    def order(self) -> list[int]:
        """The parties as they are listed: lowest measure of the later period first, then the key."""
        later = self.level(self.measure, "later") or [0] * len(self.keys)
        return sorted(range(len(self.keys)), key=lambda i: (later[i], self.keys[i]))

    def opened(self, always: Iterable[str] = ()) -> list[int]:
        """The parties with the largest absolute effect, and those that are named elsewhere."""
        effect = self.effect()
        largest = sorted(range(len(self.keys)), key=lambda i: (-abs(effect[i]), self.keys[i]))[:OPENED]
        named = [self.place[key] for key in always if key in self.place]
        return list(dict.fromkeys([*named, *largest]))[: max(OPENED, len(named))]

    def details(self, always: Iterable[str] = ()) -> dict[int, Detail]:
        """The details of the parties that open."""
        opened = self.opened(always)
        keys = {self.keys[i] for i in opened}
        waterfalls = self.waterfalls(opened)
        leaks, shares, bridges, moved = self._leaks(keys), self._shares(keys), self.bridges(opened), self._moved(keys)
        made = {}
        avoidable = self.level("avoidable_profit", "later") if self.kind == "customer" and self.has("net_profit") else None
        for i in opened:
            key = self.keys[i]
            own = moved.get(key, ())
            rest = self._margin_change(i) - sum(m.change for m in own)
            made[i] = Detail(
                waterfalls[i],
                leaks.get(key, ()),
                {w: shares[w].get(key, ()) for w in shares},
                avoidable[i] if avoidable else None,
                bridges.get(i, ()),
                own,
                rest,
            )
        return made

    def waterfalls(self, opened: Sequence[int]) -> dict[int, dict[str, list[int | None]]]:
        """The own waterfall of each, in cents; its levels are the figures of the table."""
        kinds = [row.kind for row in self.rows]
        some = self.table.take(opened)
        made: dict[int, dict[str, list[int | None]]] = {i: {} for i in opened}
        for when in self.when:
            columns = [plain(some, f"{row.column}_{when}") for row in self.rows]
            levels = [self.level(row.column, when) if row.kind == "total" else None for row in self.rows]
            for place, i in enumerate(opened):
                amounts = [None if column[place] is None else column[place] * row.sign for row, column in zip(self.rows, columns, strict=True)]
                reached = [None if level is None else from_cents(level[i]) for level in levels]
                made[i][when] = [None if a is None else to_cents(a) for a in levels_in_cents(kinds, amounts, reached)]
        return made

    def _leaks(self, keys: set[str]) -> dict[str, tuple[Leak, ...]]:
        table = table_of(self.result.tables, "leaks")
        made: dict[str, list[Leak]] = defaultdict(list)
        if table is None:
            return {}
        counts = plain(table, "peer_count")
        columns = [plain(table, name) for name in ("kind", "key", "step", "rate", "peer_median", "peers", "worth")]
        for (kind, key, step, rate, median, peers, worth), count in zip(zip(*columns, strict=True), counts, strict=True):
            if kind == self.kind and key in keys and reads_apart(rate, median):
                among = f"{counted(count, 'peer')} ({peers})" if count is not None else f"{peers} peers"
                made[key].append(Leak(step, float(rate), float(median), among, round(worth * 100)))
        return {key: tuple(leaks) for key, leaks in made.items()}

    def _shares(self, keys: set[str]) -> dict[str, dict[str, tuple[Share, ...]]]:
        """What each got of every pool, by period; a product's cost ends at the line."""
        table = table_of(self.result.tables, "shares")
        if table is None:
            return {}
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        owner = found(table, "counterparty" if self.kind == "customer" else "product")
        entity = found(table, "pool_entity", "entity")
        driver = found(table, "driver")
        by = [name for name in (owner, entity, "pool", "step", driver) if name]
        mine = table.filter(pc.is_in(table[owner], pa.array(sorted(keys), table.schema.field(owner).type)))
        made: dict[str, dict[str, tuple[Share, ...]]] = {}
        for when, period in zip(WHEN, (self.result.earlier, self.result.later), strict=True):
            if period is None:
                continue
            inside = pc.and_(pc.greater_equal(mine["month"], pa.scalar(period.first)), pc.less_equal(mine["month"], pa.scalar(period.last)))
            sums = mine.filter(inside).group_by(by).aggregate([("driver_count", "sum"), ("amount", "sum")])
            rows: dict[str, list[Share]] = defaultdict(list)
            for row in sums.to_pylist():
                rows[row[owner]].append(Share(row[entity] or "", row["pool"], row["step"], row["driver"], row["driver_count_sum"], row["amount_sum"]))
            made[when] = {key: tuple(sorted(shares, key=lambda s: (s.step, s.pool, s.entity, s.driver == TRACED, s.driver))) for key, shares in rows.items()}
        return made

    def bridges(self, opened: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Each customer's part of every step of the bridge, in cents that add up to its printed change."""
        table, bridge = table_of(self.result.tables, "bridge_customers"), self.result.bridge
        if table is None or bridge is None or self.kind != "customer":
            return {}
        import pyarrow as pa  # noqa: PLC0415

        effect = self.effect()
        rows = dict(zip(plain(table, "counterparty", "customer"), range(table.num_rows), strict=True))
        mine = [i for i in opened if self.keys[i] in rows]
        some = table.take(pa.array([rows[self.keys[i]] for i in mine], pa.int64()))
        columns = [plain(some, step.step) for step in bridge.steps]
        made = {}
        for place, i in enumerate(mine):
            parts = [column[place] or Decimal(0) for column in columns]
            made[i] = tuple(to_cents(p) for p in parts_in_cents(parts, from_cents(effect[i])))
        return made

    def _margin_change(self, place: int) -> int:
        """The printed change in gross margin (net sales where there is no cost)."""
        name = "gross_margin" if self.has("gross_margin") else "net_sales"
        earlier, later = self.level(name, "earlier"), self.level(name, "later")
        return later[place] - earlier[place] if earlier and later else 0

    def _moved(self, keys: set[str]) -> dict[str, tuple[Moved, ...]]:
        """What moved each one's margin most: the products of a customer, the customers of a product."""
        table = table_of(self.result.tables, "bridge_items")
        if table is None:
            return {}
        import numpy as np  # noqa: PLC0415
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        owner, other = ("counterparty", "product") if self.kind == "customer" else ("product", "counterparty")
        mine = table.filter(pc.is_in(table[owner], pa.array(sorted(keys), table.schema.field(owner).type)))
        earlier, later = (pc.cast(mine[f"measure_{when}"], pa.float64(), safe=False).to_numpy() for when in WHEN)
        change = np.abs(later - earlier)
        owners = mine[owner].combine_chunks().dictionary_encode()
        codes = np.asarray(owners.indices)
        ranked = np.lexsort((-change, codes))
        starts = np.flatnonzero(np.r_[True, np.diff(codes[ranked]) != 0]) if len(ranked) else np.zeros(0, np.int64)
        taken = (
            np.concatenate([ranked[s : min(s + ITEMS_SHOWN, e)] for s, e in zip(starts, [*starts[1:], len(ranked)], strict=True)]) if len(starts) else ranked
        )
        some = mine.take(taken)
        sales_earlier, sales_later, was, became = (
            cents_of_each(some[name]) for name in ("net_sales_earlier", "net_sales_later", "measure_earlier", "measure_later")
        )
        made: dict[str, list[Moved]] = defaultdict(list)
        for i, (key, of) in enumerate(zip(some[owner].to_pylist(), some[other].to_pylist(), strict=True)):
            made[key].append(Moved(of, of, sales_earlier[i], sales_later[i], became[i] - was[i]))
        return {key: tuple(rows) for key, rows in made.items()}


def cents_of_each(column: pa.ChunkedArray) -> list[int]:
    """A column in cents, each amount rounded by itself."""
    from goodterms.facts.money import cents  # noqa: PLC0415

    return [0 if amount is None else to_cents(cents(amount)) for amount in column.to_pylist()]


def parties_of(result: Published, kind: str) -> Parties | None:
    """The customers or the products of a result; None where there are none."""
    table = table_of(result.tables, f"{kind}s")
    if table is None:
        return None
    import pyarrow.compute as pc  # noqa: PLC0415

    level = found(table, "level")
    if kind == "product" and level:
        table = table.filter(pc.equal(table[level], "line"))
    key = found(table, kind, "counterparty", "key") or table.column_names[0]
    keys = ["" if k is None else str(k) for k in table[key].to_pylist()]
    names = [str(n) if n else k for n, k in zip(plain(table, "name"), keys, strict=True)]
    wanted = ("segment", "country", "manager") if kind == "customer" else ("family",)
    texts = {name: [str(t) if t else "" for t in plain(table, name)] for name in wanted}
    ends = {"net profit": "net_profit", "gross margin": "gross_margin", "net sales": "net_sales"}
    measure = ends[result.measure]
    if kind == "product" and measure == "net_profit":
        measure = "product_contribution"
    if found(table, f"{measure}_later") is None:
        measure = next((m for m in ("gross_margin", "net_sales") if found(table, f"{m}_later")), "net_sales")
    worth = [None if w is None else round(w * 100) for w in plain(table, "leak_worth")]
    steps = ["" if s is None else str(s) for s in plain(table, "leak_step")]
    texts = {name: values for name, values in texts.items() if any(values)}
    return Parties(kind, result, table, own_rows(result, table, measure), measure, keys, names, texts, steps, worth)


def own_rows(result: Published, table: pa.Table, last: str) -> tuple[OwnRow, ...]:
    """The rows of the waterfall down to ``last`` that the table has columns for.

    A step whose cost stays at two levels has one column: it stands once, by its plain name and at its last place, and levels between its places are left out.
    """
    rows: list[WaterfallRow] = []
    for row in result.waterfall:
        rows.append(row)
        if row.step == last:
            break
    places: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        if row.kind == "step":
            places[bare_step(row.step)].append(i)
    dropped = {i for found_at in places.values() for i in found_at[:-1]}
    dropped |= {i for at in places.values() if len(at) > 1 for i in range(at[0], at[-1]) if rows[i].kind == "total"}
    made: list[OwnRow] = []
    for i, row in enumerate(rows):
        column = bare_step(row.step)
        if i in dropped or found(table, f"{column}_later") is None:
            continue
        if made and row.kind == made[-1].kind == "total":
            made.pop()
        together = places.get(column, [i]) if row.kind == "step" else [i]
        label = at_start(column) if len(together) > 1 else row.label
        sign = 1 if row.kind == "total" or column == "charges" else -1  # tables hold cost as positive, a waterfall as negative
        made.append(OwnRow(row.step, label, row.kind, column, sign, frozenset(rows[at].step for at in together)))
    return tuple(made)
