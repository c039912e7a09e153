"""Any figure walks back: a cost to its rate, driver counts, pool and account rows; a bar of the bridge to its items and invoice lines, with file and row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.analysis.result import Result
from goodterms.errors import UnreadableFileError, UsageError
from goodterms.facts.engine import connect
from goodterms.facts.money import in_words
from goodterms.facts.periods import Period, month_name

if TYPE_CHECKING:
    from ibis import Table

FOLDER = "trace"
"""The folder beside the report that keeps what figures are traced to."""
_ABOUT = "about.json"
_SHOWN = 10
_SHOWN_OF_EACH = 3
_TOO_SMALL = Decimal("0.005")
"""Amounts that would print as nothing stand in the line for the rest."""
_LAYERS = {
    "list_value": "list_value",
    "discount": "discount",
    "charges": "charges",
    "rebate": "rebate",
    "net_sales": "net_sales",
    "product_cost": "cost",
}
"""Steps that are sums of a column of the sale lines."""
_LEVELS = {
    "invoiced_sales": ("list_value", "discount", "charges"),
    "gross_margin": ("net_sales", "product_cost"),
    "product_contribution": ("net_sales", "product_cost", "line:"),
    "contribution": ("net_sales", "product_cost", ":"),
    "net_profit": ("net_sales", "product_cost", ":"),
}
"""Levels that are sums of other steps; "line:" stands for all steps of that level, ":" for all steps of cost to serve."""
_COSTS_OF_SALES = ("discount", "rebate", "product_cost")
_FAMILY_STEPS = ("volume", "mix between", "mix within")


@dataclass(frozen=True)
class TraceLine:
    """One sentence of a trace, with those that it rests on."""

    text: str
    lines: tuple[TraceLine, ...] = ()

    def __str__(self) -> str:
        """The sentence."""
        return self.text


@dataclass(frozen=True)
class Trace:
    """A figure with what it was made from: the amount, and lines that open down to file and row."""

    title: str
    amount: Decimal
    lines: tuple[TraceLine, ...]


def keep_for_trace(result: Result, folder: Path) -> None:
    """Keep beside a report what :func:`trace_step` walks back to: sale lines, costs and activities with their file and row, as Parquet."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    for name, table in result.origins.items():
        table.to_parquet(place / f"{name}.parquet")
    periods = [p for p in (result.earlier, result.later) if p is not None]
    about = {
        "version": 1,
        "measure": result.measure,
        "periods": [{"label": p.label, "first": p.first.isoformat(), "last": p.last.isoformat()} for p in periods],
        "bridge": [{"step": s.step, "label": s.label} for s in result.bridge.steps] if result.bridge else [],
        "waterfall": [{"step": r.step, "label": r.label, "kind": r.kind} for r in result.waterfall],
    }
    (place / _ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")


def trace_step(
    folder: Path, *, customer: str | None = None, product: str | None = None, step: str | None = None, period: str | None = None, bridge: str | None = None
) -> Trace:
    """Walk a figure of a report back to its documents and cost accounts.

    Parameters
    ----------
    folder
        What ``goodterms look`` left.
    customer, product
        Keys; without either, the whole company.
    step
        A row of the waterfall, by its name or as printed ("picking", "Discounts on the invoice").
    period
        A period of the report or a month; by default the later period.
    bridge
        A bar of the bridge, by its name or as printed ("mix between", "New customers"), instead of ``step``.

    Raises
    ------
    UnreadableFileError
        When the folder is not a report.
    UsageError
        When the step, key or period is not in the report; the sentence lists what is.
    """
    return _Report(Path(folder)).bar(bridge, customer, product) if bridge is not None else _Report(Path(folder)).step(step or "", customer, product, period)


class _Report:
    """A report's folder, opened for tracing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.about = json.loads((folder / FOLDER / _ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnreadableFileError(
                f"{folder} is not a report that can be traced: {FOLDER}/{_ABOUT} is not there. Run goodterms look --out {folder} first."
            ) from error
        self.engine = connect()
        self.periods = [Period(date.fromisoformat(p["first"]), date.fromisoformat(p["last"]), p["label"]) for p in self.about["periods"]]

    def table(self, name: str, *, origin: bool = False) -> Table:
        """A table that was left, as an expression."""
        path = self.folder / (FOLDER if origin else "tables") / f"{name}.parquet"
        if not path.exists():
            raise UnreadableFileError(f"{path} is not there. Run goodterms look again.")
        return self.engine.read_parquet(path)

    def step(self, asked: str, customer: str | None, product: str | None, period: str | None) -> Trace:
        """A row of the waterfall."""
        name, label = self._find(asked, self.about["waterfall"], "step of the waterfall")
        span = self._period(period)
        of = self._who(customer, product)
        amount, lines = self._made_of(name, span, customer, product)
        return Trace(f"{label} of {of} in {span}: {in_words(amount)}", amount, lines)

    def bar(self, asked: str, customer: str | None, product: str | None) -> Trace:
        """A bar of the bridge."""
        name, label = self._find(asked, self.about["bridge"], "bar of the bridge")
        whole = self._mine(self.table("bridge_customers"), customer, None)
        if name.endswith((": rate", ": activity")):
            return self._bar_of_cost(name, label, whole, customer)
        items = self._mine(self.table("bridge_items"), customer, product)
        if name in _FAMILY_STEPS:
            parts = self._mine(self.table("bridge_families"), customer, None)
            if product is not None:
                raise UsageError(f"{label} is made customer by family, not by product. Leave --product out.")
        else:
            parts = items
        amount = _total(parts[name]) if product is not None or name in _FAMILY_STEPS else _total(whole[name])
        title = f"{label} of {self._who(customer, product)}, {self.periods[0]} to {self.periods[-1]}: {in_words(amount)}"
        shown = _SHOWN if customer is not None else _SHOWN_OF_EACH
        rows = [self._bar_of_customer(row, name, parts, items, shown) for row in self._largest(parts, "counterparty", name)]
        lines = rows[0].lines if customer is not None and len(rows) == 1 else tuple(rows)
        told = _total(parts[name])
        if amount != told:
            lines = (*lines, TraceLine(f"cost to serve of these customers: {in_words(amount - told)}", self._cost_of_classes(whole, name)))
        return Trace(title, amount, lines)

    def _find(self, asked: str, known: Sequence[Mapping[str, str]], what: str) -> tuple[str, str]:
        """A step by its name or as printed, whatever the case."""
        wanted = asked.strip().lower().replace("_", " ")
        for entry in known:
            names = {entry["step"].lower().replace("_", " "), entry["label"].lower(), entry["step"].rpartition(": ")[2].lower()}
            if wanted in names or wanted + "s" in names:
                return entry["step"], entry["label"]
        raise UsageError(f'"{asked}" is no {what} of this report. There are: {", ".join(entry["label"] for entry in known) or "none"}.')

    def _period(self, asked: str | None) -> Period:
        """A period of the report or a month."""
        if asked is None:
            return self.periods[-1]
        found = next((p for p in self.periods if p.label == asked), None) or Period.read(asked)
        if not any(month in period for period in self.periods for month in found.months):
            raise UsageError(
                f"{asked} is not in this report, which compares {' and '.join(p.label for p in self.periods)}. Name one of these or a month of them."
            )
        return found

    def _who(self, customer: str | None, product: str | None) -> str:
        """Whose figure it is, checked to be in the report."""
        said = []
        for kind, key, column in (("customers", customer, "customer"), ("products", product, "product")):
            if key is None:
                continue
            known = self.table(kind)
            found = known.filter(known[column] == key).select("name").to_pyarrow().to_pylist()
            if not found:
                raise UsageError(f'There is no {column} "{key}" in this report. Its keys are in tables/{kind}.csv.')
            said.append(f"{column} {key}" + (f" ({found[0]['name']})" if found[0]["name"] else ""))
        return " and ".join(said) or "the company"

    @staticmethod
    def _mine(table: Table, customer: str | None, product: str | None) -> Table:
        """The rows of a customer or product."""
        for column, key in (("counterparty", customer), ("product", product)):
            if key is not None and column in table.columns:
                table = table.filter(table[column] == key)
        return table

    def _made_of(self, name: str, span: Period, customer: str | None, product: str | None) -> tuple[Decimal, tuple[TraceLine, ...]]:
        """An amount of the waterfall, costs negative, with what it was made of."""
        if name in _LAYERS:
            return self._of_lines(name, span, customer, product)
        if name in _LEVELS:
            return self._of_steps(name, span, customer, product)
        if ": " in name:
            return self._of_shares(name, span, customer, product)
        return self._of_pools(name, span)

    def _of_steps(self, name: str, span: Period, customer: str | None, product: str | None) -> tuple[Decimal, tuple[TraceLine, ...]]:
        """A level: the sum of the steps above it."""
        known = {entry["step"]: entry["label"] for entry in self.about["waterfall"]}
        steps: list[str] = []
        for part in _LEVELS[name]:
            steps += [s for s in known if part in s and ": " in s] if part.endswith(":") else [part] if part in known or part == "list_value" else []
        lines, amount = [], Decimal(0)
        for step in steps:
            own, below = self._made_of(step, span, customer, product)
            amount += own
            lines.append(TraceLine(f"{known.get(step, step)}: {in_words(own)}", below))
        return amount, tuple(lines)

    def _of_lines(self, name: str, span: Period, customer: str | None, product: str | None) -> tuple[Decimal, tuple[TraceLine, ...]]:
        """A layer of price or product cost: the sale lines, largest first, with file and row."""
        lines = self._mine(self.table("sale_lines", origin=True), customer, product)
        lines = lines.filter(lines.month.between(span.first, span.last))
        column = _LAYERS[name]
        sign = -1 if name in _COSTS_OF_SALES else 1
        return sign * _total(lines[column]), self._invoice_lines(lines, column, sign)

    def _invoice_lines(self, lines: Table, column: str, sign: int = 1) -> tuple[TraceLine, ...]:
        """The largest sale lines of a column with their place, and one line for the rest so that the sum holds."""
        ready = lines.filter(lines[column].notnull() & (lines[column] != 0))
        rows = ready.order_by([ready[column].abs().desc(), ready.file, ready.row]).limit(_SHOWN).to_pyarrow().to_pylist()
        told = [_invoice_line(row, column, sign) for row in rows]
        return _with_rest(told, sign * _sum_of(rows, column), sign * _total(ready[column]), int(ready.count().to_pyarrow().as_py()), "lines")

    def _of_shares(self, name: str, span: Period, customer: str | None, product: str | None) -> tuple[Decimal, tuple[TraceLine, ...]]:
        """A step of cost to serve: for each pool and month the rate, the driver counts and the account rows."""
        level, _sep, step = name.partition(": ")
        shares = self._mine(self.table("shares"), customer, product)
        shares = shares.filter((shares.step == step) & (shares.level == level) & shares.month.between(span.first, span.last))
        grouped = shares.group_by("month", "pool", "pool_entity", "driver").agg(amount=shares.amount.sum(), count=shares.driver_count.sum())
        rows = grouped.order_by("month", "pool", "pool_entity").to_pyarrow().to_pylist()
        rates = {(r["month"], r["pool"], r["entity"]): r for r in self.table("rates").to_pyarrow().to_pylist()}
        lines = [self._share(row, rates.get((row["month"], row["pool"], row["pool_entity"])), customer) for row in rows]
        return -sum((row["amount"] for row in rows), Decimal(0)), tuple(lines)

    def _share(self, row: Mapping[str, Any], rate: Mapping[str, Any] | None, customer: str | None) -> TraceLine:
        """One pool's share of one month."""
        where = f"{month_name(row['month'])}, pool {row['pool']}{' of ' + row['pool_entity'] if row['pool_entity'] else ''}"
        if row["driver"] == "traced" or rate is None:
            return TraceLine(f"{where}: {in_words(-row['amount'])} traced to activities", self._activities(row, customer))
        unit = "minutes" if rate["driver"].startswith("minutes = ") else rate["driver"].partition(" (")[0]
        count, total = (_plain(n) for n in (row["count"], rate["driver_total"]))
        over = f"practical capacity {_plain(rate['capacity'])} minutes" if rate["capacity"] is not None else f"{total} {unit}"
        traced = f" − {in_words(rate['traced'])} traced" if rate["traced"] else ""
        formula = f"rate {_plain(rate['rate'], 6)} = ({in_words(rate['amount'])}{traced}) ÷ {over}"
        equation = (TraceLine(f"{rate['driver']}"),) if rate["driver"].startswith("minutes = ") else ()
        made = f"{count} {unit} × {_plain(rate['rate'], 4)}, to the unit"
        return TraceLine(f"{where}: {in_words(-row['amount'])} = {made}", (TraceLine(formula, (*equation, *self._accounts(row))),))

    def _accounts(self, row: Mapping[str, Any]) -> tuple[TraceLine, ...]:
        """The account rows of a pool and month, with file and row."""
        costs = self.table("costs", origin=True)
        mine = costs.filter((costs.month == row["month"]) & (costs.pool == row["pool"]) & (costs.entity.fill_null("") == row["pool_entity"]))
        rows = mine.order_by(["account", "file", "row"]).to_pyarrow().to_pylist()
        return tuple(
            TraceLine(f"account {r['account'] or '(none)'}{' ' + r['account_name'] if r['account_name'] else ''}: {in_words(r['amount'])}   ({_place(r)})")
            for r in rows
        )

    def _activities(self, row: Mapping[str, Any], customer: str | None) -> tuple[TraceLine, ...]:
        """The activities that a pool's cost was traced to."""
        said = self._mine(self.table("activities", origin=True), customer, None)
        mine = said.filter((said.month == row["month"]) & (said.pool == row["pool"]) & said.amount.notnull())
        rows = mine.order_by([mine.amount.desc(), "file", "row"]).limit(_SHOWN).to_pyarrow().to_pylist()
        told = [TraceLine(f"{r['date']} {r['kind']} {r['activity'] or ''}: {in_words(r['amount'])}   ({_place(r)})") for r in rows]
        return _with_rest(told, sum((r["amount"] for r in rows), Decimal(0)), _total(mine.amount), int(mine.count().to_pyarrow().as_py()), "activities")

    def _of_pools(self, name: str, span: Period) -> tuple[Decimal, tuple[TraceLine, ...]]:
        """What no customer carries: pools and accounts whose cost is unused, unassigned, sustaining or excluded."""
        pools = self.table("pools")
        if name not in pools.columns:
            raise UsageError(f'"{name}" is the sum of the rows above it. Trace one of these.')
        mine = pools.filter(pools.month.between(span.first, span.last) & (pools[name] != 0))
        rows = mine.order_by(["month", "pool", "entity", "account"]).to_pyarrow().to_pylist()
        lines = [
            TraceLine(
                f"{month_name(r['month'])}, pool {r['pool']}{' of ' + r['entity'] if r['entity'] else ''}, "
                f"account {r['account'] or '(none)'} {r['account_name'] or ''}: {in_words(-r[name])} of {in_words(r['amount'])}"
            )
            for r in rows
        ]
        return -sum((r[name] for r in rows), Decimal(0)), tuple(lines)

    def _largest(self, table: Table, key: str, column: str, shown: int = _SHOWN) -> list[dict[str, Any]]:
        """The keys that carry most of a column."""
        summed = table.group_by(key).agg(amount=table[column].sum())
        summed = summed.filter(summed.amount.abs() >= _TOO_SMALL)
        return summed.order_by([summed.amount.abs().desc(), key]).limit(shown).to_pyarrow().to_pylist()

    def _bar_of_customer(self, row: Mapping[str, Any], column: str, parts: Table, items: Table, shown: int) -> TraceLine:
        """One customer's part of a bar, with the items or families that make it."""
        mine = parts.filter(parts.counterparty == row["counterparty"])
        key = "family" if column in _FAMILY_STEPS else "product"
        rows = self._largest(mine, key, column, shown)
        below: list[TraceLine] = []
        for part in rows:
            detail = mine.filter(mine[key] == part[key]).to_pyarrow().to_pylist()[0]
            kind = "compared" if column in _FAMILY_STEPS else "quantity"
            moved = [f"{kind} {_plain(detail[f'{kind}_earlier'])} → {_plain(detail[f'{kind}_later'])}"]
            measure = "" if self.about["measure"] == "net sales" else "margin"
            for said, name in (("sales", "net_sales"), (measure, "measure")):
                if said:
                    moved.append(f"{said} {in_words(detail[f'{name}_earlier'])} → {in_words(detail[f'{name}_later'])}")
            text = f"{key} {part[key]}: {in_words(part['amount'])}   ({', '.join(moved)})"
            below.append(TraceLine(text, self._lines_of_item(row["counterparty"], part[key], key, items)))
        summed = sum((part["amount"] for part in rows), Decimal(0))
        count = int(mine.filter(mine[column] != 0).count().to_pyarrow().as_py())
        rest = _with_rest(below, summed, row["amount"], count, "families" if key == "family" else "items")
        return TraceLine(f"customer {row['counterparty']}: {in_words(row['amount'])}", rest)

    def _lines_of_item(self, counterparty: str, value: str, key: str, items: Table) -> tuple[TraceLine, ...]:
        """The invoice lines of an item (or of a family's items) in both periods."""
        sale_lines = self.table("sale_lines", origin=True)
        mine = sale_lines.filter(sale_lines.counterparty == counterparty)
        if key == "product":
            mine = mine.filter(mine["product"] == value)
        else:
            of_family = items.filter((items.counterparty == counterparty) & (items.family == value)).select("product").distinct()
            mine = mine.semi_join(of_family, "product")
        both = mine.filter(mine.month.between(self.periods[0].first, self.periods[-1].last))
        rows = both.to_pyarrow().to_pylist()
        told = []
        for period in self.periods:
            inside = [row for row in rows if row["month"] in period]
            if inside:
                sales, cost = (sum((row[c] for row in inside if row[c] is not None), Decimal(0)) for c in ("net_sales", "cost"))
                ranked = sorted((row for row in inside if row["net_sales"]), key=lambda row: (-abs(row["net_sales"]), row["file"] or "", row["row"] or 0))
                lines = _with_rest(
                    [_invoice_line(row, "net_sales", 1) for row in ranked[:_SHOWN]], _sum_of(ranked[:_SHOWN], "net_sales"), sales, len(ranked), "lines"
                )
                told.append(TraceLine(f"{period}: net sales {in_words(sales)}" + (f", product cost {in_words(cost)}" if cost else ""), lines))
        return tuple(told)

    def _bar_of_cost(self, name: str, label: str, whole: Table, customer: str | None) -> Trace:
        """A bar of cost to serve: rate (what a unit of work costs) or activity (how much work), customer by customer, down to rates and accounts."""
        step = name.rpartition(": ")[0]
        amount = _total(whole[name])
        lines = []
        for row in self._largest(whole, "counterparty", name):
            below = []
            for period in self.periods:
                for entry in self.about["waterfall"]:
                    if entry["step"].partition(": ")[2] == step:
                        cost, made = self._of_shares(entry["step"], period, row["counterparty"], None)
                        below.append(TraceLine(f"{period}: {in_words(cost)}", made))
            lines.append(TraceLine(f"customer {row['counterparty']}: {in_words(row['amount'])}", tuple(below)))
        told = tuple(lines[0].lines) if customer is not None and len(lines) == 1 else tuple(lines)
        return Trace(f"{label} of {self._who(customer, None)}, {self.periods[0]} to {self.periods[-1]}: {in_words(amount)}", amount, told)

    def _cost_of_classes(self, whole: Table, name: str) -> tuple[TraceLine, ...]:
        """The cost to serve that belongs to new, lost or inactive customers, largest first."""
        classes = {"new customers": "new", "lost customers": "lost", "adjustments": "neither"}
        mine = whole.filter(whole.customer_class == classes.get(name, ""))
        changed = mine.mutate(change=mine.cost_earlier - mine.cost_later)
        return tuple(TraceLine(f"customer {row['counterparty']}: {in_words(row['amount'])}") for row in self._largest(changed, "counterparty", "change"))


def _total(column: Any) -> Decimal:
    """The sum of a column; 0 of nothing."""
    return column.sum().to_pyarrow().as_py() or Decimal(0)


def _sum_of(rows: Iterable[Mapping[str, Any]], column: str) -> Decimal:
    """The sum of a column of rows."""
    return sum((row[column] for row in rows), Decimal(0))


def _invoice_line(row: Mapping[str, Any], column: str, sign: int) -> TraceLine:
    """One sale line with its place."""
    what = f"{row['date']} {row['kind']} {row['document'] or ''}{' line ' + row['line'] if row['line'] else ''}, {row['product']}"
    return TraceLine(f"{what}: {_plain(row['quantity'])} units, {column.replace('_', ' ')} {in_words(sign * row[column])}   ({_place(row)})")


def _place(row: Mapping[str, Any]) -> str:
    """File and row."""
    return f"{row['file']}, row {row['row']:,}" if row["row"] is not None else str(row["file"] or "no file")


def _plain(number: Decimal | None, places: int = 2) -> str:
    """A count or rate without needless zeros."""
    if number is None:
        return "0"
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_rest(lines: Iterable[TraceLine], shown: Decimal, whole: Decimal, count: int, what: str) -> tuple[TraceLine, ...]:
    """The lines shown, and one for all others so that the sum holds."""
    told = tuple(lines)
    left = count - len(told)
    return (*told, TraceLine(f"{left:,} more {what}: {in_words(whole - shown)}")) if left > 0 else told
