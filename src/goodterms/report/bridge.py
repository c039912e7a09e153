"""The bridge in the page: why profit moved, bar by bar, and who is behind each bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goodterms.analysis.result import Bridge
from goodterms.charts.bridge import bridge_chart, bridge_table, fits_beside, is_cut
from goodterms.charts.figures import counted, percent
from goodterms.charts.markup import element, figure_cell, head, row_head, table, text
from goodterms.charts.printed import PrintedBridge, PrintedStep
from goodterms.facts.money import cents, in_words, parts_in_cents
from goodterms.report.card import card, chart_and_table, sums_in, switch
from goodterms.report.edition import Edition
from goodterms.report.lookup import found, from_cents, table_of

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "bar"
"""What a bar of the asked bridge opens is called after this."""
_SHOWN = 10
_PACE = {
    "volume": "Everybody at the growth of all together. What a customer bought beyond that, or short of it, is in the mix; its own growth is both.",
    "mix between": "What a customer bought beyond the growth of all, or short of it. Its own growth is this and its part of volume together.",
}
"""What the bars that are measured against all customers say of one."""
_LEVELS = {"customers": "customers", "customer x family": "customer × family pairs", "items": "customer × product pairs"}


def bridge_section(edition: Edition) -> str:
    """The asked bridge, who is behind each of its bars, and the like-for-like one where a period is not filled."""
    bridge, full = edition.bridge, edition.result.bridge
    if bridge is None or full is None:
        return ""
    title = f"Why {bridge.measure} {_moved(bridge.change)}{_while_sales(full)}"
    caption = f"Bridge of {bridge.measure} from {bridge.earlier} to {bridge.later}"
    rows = bridge_table(bridge, caption=caption, name=NAME, beside=edition.like_for_like)
    beside = fits_beside(bridge)
    body = chart_and_table(bridge_chart(bridge, currency=edition.result.currency, name=NAME), rows) if beside else rows
    hint = element("p", "Choose a bar or its name to see the customers and items behind it.", class_="hint")
    made = card("bridge", title, _note(bridge, edition), body, hint, _behind(edition, bridge), beside=switch() if beside else "", footer=_continuing(full))
    other, other_full = edition.like_for_like, edition.result.like_for_like
    if other is None or other_full is None:
        return made
    said = f"Like for like, {other.later} against {other.earlier}: {bridge.measure} {_moved(other.change)} by {in_words(abs(other.change))}"
    twin = bridge_table(other, caption=f"Bridge of {other.measure} from {other.earlier} to {other.later}")
    note = f"The full months that both periods have. {_note(other, edition)}"
    drawn = chart_and_table(bridge_chart(other, currency=edition.result.currency), twin) if beside else twin
    return made + card("like-for-like", said, note, drawn, beside=switch() if beside else "", footer=_continuing(other_full))


def _moved(change: Decimal) -> str:
    return "fell" if change < 0 else "rose" if change > 0 else "stayed level"


def _while_sales(bridge: Bridge) -> str:
    """Whether sales went the other way, which is the question."""
    sales = bridge.sales_end - bridge.sales_start
    if bridge.measure == "net sales" or not sales or (sales > 0) == (bridge.change > 0):
        return ""
    return " while sales grew" if sales > 0 else " while sales fell"


def _note(bridge: PrintedBridge, edition: Edition) -> str:
    cut = "; axis cut" if is_cut(bridge) else ""
    quantities = edition.result.bridge.quantities if edition.result.bridge else "value"
    return f"{bridge.measure.capitalize()} {sums_in(edition.result.currency)}, {bridge.earlier} to {bridge.later}; quantities by {quantities}{cut}"


def _continuing(bridge: Bridge) -> str:
    """How much of both periods' sales goes on at each level: what price, volume and mix rest on."""
    said = [
        f"{share.continuing:,} {_LEVELS.get(share.level, share.level)} ({percent(share.share_earlier)} of sales in {bridge.earlier}, "
        f"{percent(share.share_later)} in {bridge.later})"
        for share in bridge.continuing
    ]
    return text(f"Continuing in both periods: {'; '.join(said)}.") if said else ""


def _behind(edition: Edition, bridge: PrintedBridge) -> str:
    """One panel a bar: the ten customers and the ten items that carry most of it."""
    if not any(table_of(edition.result.tables, name) is not None for name in ("bridge_customers", "bridge_items")):
        return ""
    exact = edition.result.bridge.steps if edition.result.bridge else ()
    behind = _Behind(edition)
    return element("div", *(behind.panel(i, step, exact[i].amount) for i, step in enumerate(bridge.steps)), class_="panels")


class _Behind:
    """Who is behind the bars: the tables of the bridge, read once."""

    def __init__(self, edition: Edition) -> None:
        tables = edition.result.tables
        self.tables = {name: table_of(tables, f"bridge_{name}") for name in ("customers", "families", "items")}
        self.parties = edition.customers
        self.customers = dict(zip(edition.customers.keys, edition.customers.names, strict=True)) if edition.customers else {}
        self.products = dict(zip(edition.products.keys, edition.products.names, strict=True)) if edition.products else {}

    def panel(self, place: int, step: PrintedStep, exact: Decimal) -> str:
        """The panel of one bar; a plain disclosure, so that it opens without scripts too."""
        parts = []
        for kind, one, many in (
            ("customers", "customer", "customers"),
            ("items", "item", "items"),
            ("families", "family at a customer", "families at customers"),
        ):
            source = self.tables[kind]
            column = found(source, step.step) if source is not None else None
            if source is None or column is None or (kind == "families" and step.step == "cost"):
                continue
            made = self._largest(source, column, step, exact, one, many)
            parts.append(made)
        inside = element("div", *(p for p in parts if p), class_="halves") if any(parts) else element("p", "Nobody: this bar is 0.", class_="hint")
        if step.step in _PACE:
            inside += element("p", text(_PACE[step.step]), class_="hint")
        summary = element("summary", element("b", text(step.label)), " ", element("span", text(in_words(step.amount, signed=True)), class_=_tone(step.amount)))
        return element("details", summary, inside, id=f"{NAME}-{place}", class_="panel")

    def _largest(self, source: pa.Table, column: str, step: PrintedStep, exact: Decimal, one: str, many: str) -> str:
        """The rows that carry most of a bar in its direction, and one row for all others, in cents that add up to the bar."""
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        rough = pc.cast(source[column], pa.float64(), safe=False)
        wanted = "ascending" if exact < 0 else "descending"
        places = pc.select_k_unstable(pa.table({"a": rough, "at": pa.array(range(len(rough)))}), k=_SHOWN, sort_keys=[("a", wanted), ("at", "ascending")])
        keys = [name for name in ("counterparty", "product", "family") if name in source.column_names]
        if one == "customer":
            keys = keys[:1]
        rows = [row for row in source.select([*keys, column]).take(places).to_pylist() if row[column]]
        touched = int(pc.sum(pc.not_equal(rough, 0.0)).as_py() or 0)
        if not rows:
            return ""
        whole = pc.sum(source[column]).as_py() or Decimal(0)
        shown = [row[column] for row in rows]
        left = [whole - sum(shown, Decimal(0))] if touched > len(rows) else []
        outside = [exact - whole] if exact != whole else []
        rounded = self._in_cents(step, keys, rows, [*shown, *left, *outside], rest=bool(left))
        made = [element("tr", row_head(self._name(row, keys)), figure_cell(in_words(c, signed=True), _tone(c))) for row, c in zip(rows, rounded, strict=False)]
        if left:
            said = counted(touched - len(rows), f"other {one}", f"other {many}")
            made.append(element("tr", row_head(text(said)), figure_cell(in_words(rounded[len(rows)], signed=True), "mut"), class_="rest"))
        if outside:
            made.append(element("tr", row_head("Cost to serve, which has no items"), figure_cell(in_words(rounded[-1], signed=True), "mut"), class_="rest"))
        caption = f"{step.label}: the {many} that carry most of it"
        heads = [head(text(f"{many.capitalize()} that carry most of it")), head("Amount", "num")]
        return table(caption, heads, made, css="t plain tight")

    def _in_cents(self, step: PrintedStep, keys: Sequence[str], rows: Sequence[Mapping[str, Any]], parts: Sequence[Decimal], *, rest: bool) -> list[Decimal]:
        """The parts in cents that add up to the bar. A row for all others takes what rounding leaves, and the named ones stand as elsewhere."""
        if not rest:
            return parts_in_cents(parts, step.amount)
        named = [cents(part) for part in parts[: len(rows)]]
        if keys == ["counterparty"] and self.parties is not None:
            named = [self._as_listed(step, row["counterparty"], amount) for row, amount in zip(rows, named, strict=True)]
        outside = [cents(part) for part in parts[len(rows) + 1 :]]
        return [*named, step.amount - sum([*named, *outside], Decimal(0)), *outside]

    def _as_listed(self, step: PrintedStep, key: str, amount: Decimal) -> Decimal:
        """A new or lost customer's whole measure is its bar: it is printed as the list of customers prints it."""
        sign, when = {"new customers": (1, "later"), "lost customers": (-1, "earlier")}.get(step.step, (0, ""))
        parties = self.parties
        place = parties.place.get(key) if parties and sign else None
        column = parties.level(parties.measure, when) if parties and place is not None else None
        if column is None or place is None:
            return amount
        listed = sign * from_cents(column[place])
        return listed if abs(listed - amount) < Decimal("0.02") else amount

    def _name(self, row: Mapping[str, Any], keys: Sequence[str]) -> str:
        """A customer, or a customer and what it bought."""
        names = []
        for key in keys:
            known = {"counterparty": self.customers, "product": self.products}.get(key, {})
            if key == "family" and "product" in keys:
                continue
            names.append(text(known.get(row[key], row[key])))
        own = row.get("counterparty")
        small = element("small", text(own)) if own and self.customers.get(own) not in {own, None} and len(names) == 1 else ""
        return " · ".join(names) + (f" {small}" if small else "")


def _tone(amount: Decimal) -> str:
    return "neg" if amount < 0 else "pos" if amount > 0 else "mut"
