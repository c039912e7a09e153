"""The lists of all customers and all products: searched, filtered and sorted in the page, each of the most important opening to where its figures come from.

The first rows are written into the page as they stand, for readers without scripts and for paper; all rows travel once, as compact data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.charts.drawing import Scale, row_bar, scale_over
from goodterms.charts.figures import at_start, counted, counted_are, growth, percent, share_of
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, text
from goodterms.facts.money import in_words
from goodterms.report.card import card, scrolled, sums_in
from goodterms.report.edition import Edition
from goodterms.report.lookup import found, from_cents
from goodterms.report.parties import OPENED, TRACED, WHEN, Detail, Parties
from goodterms.report.pools import pool_places, pools_of

WRITTEN = 50
"""How many rows are written into the page."""
_FILTERS = {"segment": "All segments", "country": "All countries", "manager": "All managers", "family": "All families"}
_MOST_CHOICES = 80


@dataclass(frozen=True)
class Column:
    """One column of a list. ``kind``: name, word, money, change, growth, share, bar, leak; ``of`` are the places in a row that it is made from."""

    title: str
    kind: str
    of: tuple[int, ...]
    css: str = ""


@dataclass
class Listing:
    """A list: its columns and its rows of whole cents."""

    parties: Parties
    columns: tuple[Column, ...]
    words: list[list[str]]
    rows: list[list[Any]]
    order: list[int]

    @property
    def kind(self) -> str:
        """What is listed."""
        return self.parties.kind

    def data(self, edition: Edition, details: dict[int, Detail]) -> dict[str, Any]:
        """The list as the page's script reads it."""
        parties = self.parties
        places = {i: at for at, i in enumerate(self.order)}
        return {
            "id": f"{self.kind}s",
            "one": self.kind,
            "many": f"{self.kind}s",
            "all": len(parties.keys),
            "columns": [[c.title, c.kind, list(c.of), c.css] for c in self.columns],
            "words": self.words,
            "rows": self.rows,
            "steps": [[row.label, row.kind] for row in parties.rows],
            "shares": _shares_of_all(parties),
            "details": {str(places[i]): _detail(parties, i, detail, edition) for i, detail in details.items() if i in places},
        }


def listing_of(parties: Parties, edition: Edition, carried: int) -> Listing:
    """The list of all customers or products, lowest measure of the later period first; of more than ``carried``, those with the largest effect."""
    order = parties.order()
    if len(order) > carried:
        effect = parties.effect()
        kept = set(sorted(order, key=lambda i: -abs(effect[i]))[:carried])
        order = [i for i in order if i in kept]
    words, coded = _coded(parties, order)
    measure, both = parties.measure, edition.earlier is not None
    figures: list[list[int]] = []
    places: dict[tuple[str, str], int] = {}
    first = 2 + len(words)
    for level in dict.fromkeys(("net_sales", "gross_margin", measure)):
        for when in parties.when:
            column = parties.level(level, when)
            if column is not None:
                places[level, when] = first + len(figures)
                figures.append([column[i] for i in order])
    steps = sorted({s for s in parties.leak_step if s})
    leak_at = first + len(figures)
    rows = [
        [
            parties.names[i],
            parties.keys[i] if parties.keys[i] != parties.names[i] else 0,
            *(code[at] for code in coded),
            *(column[at] for column in figures),
            *((steps.index(parties.leak_step[i]) if parties.leak_step[i] else -1, parties.leak_worth[i] or 0) if steps else ()),
        ]
        for at, i in enumerate(order)
    ]
    columns = _columns(parties, edition, places, both=both)
    if steps:
        columns.append(Column("Leaks most at", "leak", (leak_at, leak_at + 1), "p2"))
        words = [*words, [at_start(step.replace("_", " ")) for step in steps]]
    return Listing(parties, tuple(columns), words, rows, order)


def _coded(parties: Parties, order: Sequence[int]) -> tuple[list[list[str]], list[list[int]]]:
    """Words that repeat (segment, country, manager, family) as a list of them and, per row, a place in it."""
    words, coded = [], []
    for values in parties.texts.values():
        distinct = sorted({values[i] for i in order})
        at = {word: place for place, word in enumerate(distinct)}
        words.append(distinct)
        coded.append([at[values[i]] for i in order])
    return words, coded


def _columns(parties: Parties, edition: Edition, places: dict[tuple[str, str], int], *, both: bool) -> list[Column]:
    measure, earlier, later = parties.measure, edition.earlier, edition.later
    named = measure.replace("_", " ").capitalize()
    columns = [Column(parties.kind.capitalize(), "name", (0, 1))]
    columns += [Column(name.capitalize(), "word", (2 + i,), "p3") for i, name in enumerate(parties.texts)]
    sales = places["net_sales", "later"]
    if both:
        columns.append(Column(f"Sales {earlier}", "money", (places["net_sales", "earlier"],), "p4"))
    columns.append(Column(f"Sales {later}", "money", (sales,)))
    if both:
        columns.append(Column("Growth", "growth", (places["net_sales", "earlier"], sales), "p2"))
    if ("gross_margin", "later") in places:
        columns.append(Column("Margin", "share", (places["gross_margin", "later"], sales), "p2"))
    if measure != "net_sales":
        at = places[measure, "later"]
        if both:
            columns.append(Column(f"{named} {earlier}", "money", (places[measure, "earlier"],), "p4"))
        columns.append(Column(f"{named} {later}", "money", (at,)))
        columns.append(Column("", "bar", (at,), "p2"))
        if both:
            columns.append(Column("Change", "change", (places[measure, "earlier"], at), "p2"))
    elif both:
        columns.append(Column("Change", "change", (places["net_sales", "earlier"], sales), "p2"))
    return columns


def _shares_of_all(parties: Parties) -> list[float | None]:
    """What each step takes of the base among all, in the later period: beside what it takes of one."""
    import pyarrow.compute as pc  # noqa: PLC0415

    sums = []
    for row in parties.rows:
        column = found(parties.table, f"{row.column}_later")
        sums.append((pc.sum(parties.table[column]).as_py() or Decimal(0)) * row.sign if column else None)
    base = sums[0] if sums else None
    return [None if s is None or not base or base <= 0 else round(float(s / base), 7) for s in sums]


def _detail(parties: Parties, place: int, detail: Detail, edition: Edition) -> dict[str, Any]:
    """What one party opens to, compact: waterfalls, leaks, shares of pools, parts of the bridge, what moved its margin."""
    pools = pool_places(pools_of(edition.result))
    steps = {row.bare: i for i, row in enumerate(parties.rows)}
    made: dict[str, Any] = {"w": [detail.waterfall.get(when) for when in parties.when]}
    leaks = [[steps[leak.step], round(leak.rate, 7), round(leak.peer_median, 7), leak.peers, leak.worth] for leak in detail.leaks if leak.step in steps]
    if leaks:
        made["l"] = leaks
    elif parties.table["leak_peers"][place].as_py() == 0:
        made["f"] = 1
    shared = _shared(detail, steps, pools)
    if shared:
        made["o"] = shared
    if detail.avoidable is not None:
        made["v"] = detail.avoidable
    if any(detail.bridge):
        made["b"] = list(detail.bridge)
    if detail.moved:
        others = edition.products if parties.kind == "customer" else edition.customers
        names = others.names if others else []
        known = others.place if others else {}
        made["m"] = [[names[known[m.key]] if m.key in known else m.name, m.sales_earlier, m.sales_later, m.change] for m in detail.moved]
        made["r"] = detail.moved_rest
    lines = [found(parties.table, f"sale_lines_{when}") for when in WHEN]
    made["n"] = [int(parties.table[name][place].as_py() or 0) for name in lines if name]
    return made


def _shared(detail: Detail, steps: dict[str, int], pools: Any) -> list[list[Any]]:
    """Per step and pool: driver count and cents in both periods; the cents of a step add up to the step as printed."""
    from goodterms.facts.money import parts_in_cents  # noqa: PLC0415

    rows: dict[tuple[int, int, bool], list[Any]] = {}
    for at, when in enumerate(WHEN):
        by_step: dict[int, list[Any]] = {}
        for share in detail.shares.get(when, ()):
            if share.step in steps and (share.pool, share.entity, share.step, share.driver) in pools:
                by_step.setdefault(steps[share.step], []).append(share)
        printed = detail.waterfall.get(when)
        for step, shares in by_step.items():
            total = printed[step] if printed else None
            whole = from_cents(-total) if total is not None else Decimal(0)
            for share, cents in zip(shares, parts_in_cents([s.amount for s in shares], whole), strict=True):
                pool, is_traced = pools[share.pool, share.entity, share.step, share.driver], share.driver == TRACED
                row = rows.setdefault((step, pool, is_traced), [step, pool, 0, 0, 0, 0])
                row[2 + 2 * at] = 0 if is_traced else float(round(share.driver_count, 4))
                row[3 + 2 * at] = int(cents * 100)
    return [rows[key] for key in sorted(rows)]


def pools_data(edition: Edition) -> list[dict[str, Any]]:
    """The pools as the page's script reads them: what one figure's share was taken from, with the account rows one step deep."""
    made = []
    for pool in pools_of(edition.result):
        sums = [pool.by_period.get(when) for when in WHEN]
        accounts: dict[tuple[str, str], list[int]] = {}
        for at, there in enumerate(sums):
            for account in there.accounts if there else ():
                accounts.setdefault((account.account, account.name), [0, 0])[at] += int(account.amount * 100)
        made.append(
            {
                "n": pool.name,
                "d": pool.driver,
                "a": [int(there.amount * 100) if there else 0 for there in sums],
                "t": [float(there.driver_total) if there else 0 for there in sums],
                "c": [[f"{code} {name}".strip() or "(no account)", *both] for (code, name), both in accounts.items()],
            }
        )
    return made


def listing_section(listing: Listing, edition: Edition) -> str:
    """The card: search, filters, the first rows."""
    parties, kind = listing.parties, listing.kind
    plural = f"{kind}s"
    measure = parties.measure.replace("_", " ")
    title = f"All {counted(len(parties.keys), kind)}" if len(parties.keys) != 1 else f"The one {kind}"
    note = f"Lowest {measure} of {edition.later} first, {sums_in(edition.result.currency)}. {_opened(len(parties.keys))} to their own waterfall."
    foot = f"All of them at full precision: tables/{plural}.csv and tables/{plural}.parquet."
    if len(listing.rows) < len(parties.keys):
        foot = f"The {len(listing.rows):,} with the largest effect are listed here. {foot}"
    bars = _bar_scale(listing)
    body = [_row(listing, row, bars) for row in listing.rows[:WRITTEN]]
    more = len(listing.rows) - len(body)
    if more > 0:
        said = f"{counted_are(more, 'more', 'more')} in tables/{plural}.csv."
        body.append(element("tr", element("td", text(said), colspan=len(listing.columns)), class_="without-script"))
    heads = [head(text(c.title) if c.title else '<span class="sr">Bar</span>', _css(c)) for c in listing.columns]
    table = element(
        "table",
        element("caption", text(f"{title}, {measure}"), class_="sr"),
        element("thead", element("tr", *heads), _sum_row(listing)),
        element("tbody", *body),
        class_="t list",
        id=f"t-{plural}",
    )
    return card(plural, title, note, _controls(listing), scrolled(table, title).replace('class="tw"', 'class="tw tall"', 1), footer=text(foot))


def _opened(count: int) -> str:
    """Which of them open."""
    return f"The {OPENED} with the largest effect open" if count > OPENED else "Each opens" if count > 1 else "It opens"


def _controls(listing: Listing) -> str:
    """Search and filters; they need scripts and are absent without."""
    kind = listing.kind
    plural = f"{kind}s"
    search = element("input", type="search", id=f"q-{plural}", data_search=plural, placeholder="Name or number", autocomplete="off", spellcheck="false")
    made = [element("label", element("span", text(f"Search {plural}"), class_="sr"), search, class_="search")]
    for i, name in enumerate(listing.parties.texts):
        choices = listing.words[i]
        if 1 < len(choices) <= _MOST_CHOICES:
            options = [element("option", text(_FILTERS[name]), value="")]
            options += [element("option", text(word or "(none)"), value=str(at)) for at, word in enumerate(choices)]
            made.append(element("select", *options, data_filter=plural, data_at=2 + i, aria_label=f"{name.capitalize()} of {plural}"))
    has_earlier = len(listing.parties.when) > 1
    below = "Below zero" if listing.parties.measure == "net_sales" else "Losing money"
    states = [("", f"All {plural}"), ("losing", below), *([("falling", "Falling")] if has_earlier else [])]
    made.append(element("select", *(element("option", text(said), value=value) for value, said in states), data_state=plural, aria_label=f"State of {plural}"))
    made.append(element("span", text(counted(len(listing.rows), kind)), class_="count", data_count=plural, role="status"))
    return element("div", *made, class_="controls scripted")


def _css(column: Column) -> str:
    base = {"name": "who", "word": "", "bar": "bar", "leak": "leak"}.get(column.kind, "num")
    return f"{base} {column.css}".strip()


def _bar_scale(listing: Listing) -> Scale:
    at = next((c.of[0] for c in listing.columns if c.kind == "bar"), None)
    return scale_over([row[at] for row in listing.rows] if at is not None else [0.0], 0, 100)


def _row(listing: Listing, row: Sequence[Any], bars: Scale) -> str:
    return element("tr", *(_cell(listing, column, row, bars) for column in listing.columns))


def _cell(listing: Listing, column: Column, row: Sequence[Any], bars: Scale) -> str:
    css = _css(column)
    values = [row[i] for i in column.of]
    if column.kind == "name":
        small = element("small", text(values[1])) if values[1] else ""
        return row_head(element("span", text(values[0])) + small, css)
    if column.kind == "word":
        return cell(text(listing.words[column.of[0] - 2][values[0]]), css)
    if column.kind == "leak":
        if values[0] < 0:
            return cell("", css)
        return cell(text(listing.words[-1][values[0]]) + element("small", text(in_words(from_cents(values[1]), places=0))), css)
    if column.kind == "bar":
        return cell(row_bar(bars, "neg" if values[0] < 0 else "pos", Decimal(0), Decimal(values[0])), css)
    said, bad = _figure(column.kind, values)
    return element("td", text(said), class_=f"{css} neg" if bad else css)


def _figure(kind: str, values: Sequence[int]) -> tuple[str, bool]:
    """A figure in words, and whether it is one to worry about."""
    if kind == "money":
        return in_words(from_cents(values[0])), values[0] < 0
    if kind == "change":
        return in_words(from_cents(values[1] - values[0]), signed=True), values[1] < values[0]
    if kind == "growth":
        return percent(growth(Decimal(values[0]), Decimal(values[1])), signed=True), False
    share = share_of(Decimal(values[0]), Decimal(values[1]))
    return percent(share), share is not None and share < 0


def _sum_row(listing: Listing) -> str:
    """The sum of all rows listed, right below the head."""
    sums: dict[int, int] = {}
    for column in listing.columns:
        if column.kind in {"money", "change", "growth", "share"}:
            for i in column.of:
                sums[i] = sum(row[i] for row in listing.rows)
    cells = [row_head(text(f"All {len(listing.rows):,} listed"), "who")]
    for column in listing.columns[1:]:
        if column.kind in {"money", "change", "growth", "share"}:
            said, _bad = _figure(column.kind, [sums[i] for i in column.of])
            cells.append(figure_cell(said, column.css))
        else:
            cells.append(cell("", _css(column)))
    return element("tr", *cells, class_="sumrow")
