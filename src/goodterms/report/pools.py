"""The cost pools: what became of every amount, account by account, and at which rate it was shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from goodterms.analysis.result import Result
from goodterms.charts.figures import NOTHING, at_start, growth, number, percent
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text
from goodterms.charts.printed import printed_waterfall
from goodterms.facts.money import CENT, cents, in_words, parts_in_cents
from goodterms.facts.periods import Period, month_name
from goodterms.report.card import card, scrolled, sums_in
from goodterms.report.edition import Edition
from goodterms.report.lookup import found, plain, table_of
from goodterms.report.parties import TRACED

if TYPE_CHECKING:
    import pyarrow as pa

PARTS = ("assigned", "unused", "unassigned", "sustaining", "excluded", "excess")
"""What becomes of a pool; the parts of a row add up to its cost."""
_LABELS = {"assigned": "To customers", "excess": "Traced beyond the pool"}
_ACCOUNTS_SHOWN = 1500
_RATES_SHOWN = 600


@dataclass
class Account:
    """One account of a pool in one period: its amount and the parts of it, in cents, and the parts at full precision."""

    account: str
    name: str
    amount: Decimal
    parts: list[Decimal]
    exact: list[Decimal]

    def price_of_moving(self, giver: int, taker: int) -> Decimal | None:
        """How much further from the exact parts this account would be after a cent moved from one part to another; None where it has not both."""
        if not self.exact[giver] or not self.exact[taker]:
            return None
        given, taken = self.parts[giver] - self.exact[giver], self.parts[taker] - self.exact[taker]
        return abs(given - CENT) - abs(given) + abs(taken + CENT) - abs(taken)


@dataclass
class PoolPeriod:
    """One pool of one entity in one period: the accounts, and what its driver counted."""

    accounts: list[Account] = field(default_factory=list)
    shared: Decimal = Decimal(0)
    traced: Decimal = Decimal(0)
    driver_total: Decimal = Decimal(0)
    divisor: Decimal = Decimal(0)

    @property
    def amount(self) -> Decimal:
        """The cost as printed: the sum of the printed accounts."""
        return sum((a.amount for a in self.accounts), Decimal(0))

    def part(self, place: int) -> Decimal:
        """One part as printed."""
        return sum((a.parts[place] for a in self.accounts), Decimal(0))

    @property
    def rate(self) -> Decimal | None:
        """The mean rate of the period: what was shared for one unit of the driver (of practical capacity, where the pool has one)."""
        return self.shared / self.divisor if self.divisor else None


@dataclass
class Pool:
    """One pool of one entity, as it was shared by one driver into one step, with both periods."""

    entity: str
    pool: str
    driver: str
    step: str
    level: str = ""
    by_period: dict[str, PoolPeriod] = field(default_factory=lambda: defaultdict(PoolPeriod))

    @property
    def name(self) -> str:
        """The pool as it is called, with its entity where there is one."""
        return f"{self.pool} ({self.entity})" if self.entity else self.pool


def periods_of(result: Result) -> list[tuple[str, Period]]:
    """The periods that there are, by "earlier" and "later"."""
    return [("earlier", result.earlier), ("later", result.later)] if result.earlier else [("later", result.later)]


def pools_of(result: Result) -> list[Pool]:
    """Every pool with its accounts and rates, in order of name; one whose driver or step the policy changes stands once for each."""
    return _pools(_Same(result))


_Place = tuple[str, str, str, str]


def _place(pool: Pool) -> _Place:
    """A pool's name, entity, step and driver."""
    return pool.pool, pool.entity, pool.step, pool.driver


class _Same:
    """A result by its identity: what was worked out of it once need not be again."""

    def __init__(self, result: Result) -> None:
        self.result = result

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.result is self.result

    def __hash__(self) -> int:
        return id(self.result)


@lru_cache(maxsize=1)
def _pools(same: _Same) -> list[Pool]:
    result = same.result
    found_pools: dict[_Place, Pool] = {}

    def pool_of(row: Mapping[str, Any]) -> Pool:
        pool = Pool(row["entity"] or "", row["pool"], row["driver"] or "", row["step"] or "")
        return found_pools.setdefault(_place(pool), pool)

    for when, period in periods_of(result):
        _add_accounts(table_of(result.tables, "pools"), when, period, pool_of)
        _add_rates(table_of(result.tables, "rates"), when, period, pool_of)
        _tie_to_waterfall([a for pool in found_pools.values() if when in pool.by_period for a in pool.by_period[when].accounts], when, result)
    return [found_pools[key] for key in sorted(found_pools)]


def _inside(source: pa.Table, period: Period) -> pa.Table:
    """The rows of the months of a period."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    month = source["month"]
    return source.filter(pc.and_(pc.greater_equal(month, pa.scalar(period.first)), pc.less_equal(month, pa.scalar(period.last))))


def _add_accounts(source: pa.Table | None, when: str, period: Period, pool_of: Callable[[Mapping[str, Any]], Pool]) -> None:
    if source is None:
        return
    parts = [part for part in PARTS if found(source, part)]
    keys = ["entity", "pool", "account", "account_name", "driver", "step"]
    sums = _inside(source, period).group_by(keys, use_threads=False).aggregate([(name, "sum") for name in ("amount", *parts)])
    rows = sorted(sums.to_pylist(), key=lambda r: (r["pool"], r["entity"] or "", r["account"] or ""))
    for row in rows:
        amount = cents(row["amount_sum"])
        exact = [row[f"{part}_sum"] if part in parts else Decimal(0) for part in PARTS]
        touched = [i for i, e in enumerate(exact) if e]
        rounded = [Decimal(0)] * len(PARTS)
        for i, part in zip(touched, parts_in_cents([exact[i] for i in touched], amount), strict=True):
            rounded[i] = part
        pool_of(row).by_period[when].accounts.append(Account(row["account"] or "", row["account_name"] or "", amount, rounded, exact))


def _tie_to_waterfall(accounts: Sequence[Account], when: str, result: Result) -> None:
    """Let the parts of all accounts add up to what the waterfall prints, by moving cents within accounts, where that is nearest to the exact parts.

    Each account keeps its amount, to which its parts still add up. Where the accounts' own sum is not the waterfall's, nothing can be moved.
    """
    printed = {row.step: getattr(row, when) or Decimal(0) for row in printed_waterfall(result.waterfall)}
    served = [amount for step, amount in printed.items() if ": " in step]
    if not served:
        return
    targets = [-sum(served, Decimal(0)), *(-printed.get(part, Decimal(0)) for part in PARTS[1:])]
    over = [sum((a.parts[i] for a in accounts), Decimal(0)) - target for i, target in enumerate(targets)]
    if sum(over, Decimal(0)):
        return
    while any(over):
        moves = [
            (price, place, giver, taker)
            for place, account in enumerate(accounts)
            for giver in range(len(PARTS))
            for taker in range(len(PARTS))
            if over[giver] > 0 > over[taker] and (price := account.price_of_moving(giver, taker)) is not None
        ]
        if not moves:
            return
        _price, place, giver, taker = min(moves)
        accounts[place].parts[giver] -= CENT
        accounts[place].parts[taker] += CENT
        over[giver] -= CENT
        over[taker] += CENT


def _add_rates(source: pa.Table | None, when: str, period: Period, pool_of: Callable[[Mapping[str, Any]], Pool]) -> None:
    if source is None:
        return
    for row in _inside(source, period).to_pylist():
        pool = pool_of(row)
        pool.level = row["level"]
        there = pool.by_period[when]
        there.shared += row["amount"] - (row["traced"] or 0)
        there.traced += row["traced"] or 0
        there.driver_total += row["driver_total"]
        there.divisor += row.get("capacity") or row["driver_total"]


def pools_section(edition: Edition) -> str:
    """The reconciliation: every pool's cost and what became of it; a pool opens to its accounts."""
    pools = pools_of(edition.result)
    if not any(p.accounts for pool in pools for p in pool.by_period.values()):
        return ""
    bodies = []
    used = [i for i in range(len(PARTS)) if i in {0, 2} or any(p.part(i) for pool in pools for p in pool.by_period.values())]
    count = sum(len(p.accounts) for pool in pools for p in pool.by_period.values())
    for when, period in periods_of(edition.result):
        bodies.append(_period_body(pools, when, period, used, opens=count <= _ACCOUNTS_SHOWN))
    labels = [_LABELS.get(PARTS[i], PARTS[i].capitalize()) for i in used]
    heads = [
        head("Pool"),
        head("Shared by", "p2"),
        head("Step", "p2"),
        head("Cost", "num"),
        *(head(text(name), "num" if i < 1 else "num p2") for i, name in enumerate(labels)),
    ]
    caption = "Reconciliation of the cost pools"
    drawn = element("table", element("caption", caption, class_="sr"), element("thead", element("tr", *heads)), *bodies, class_="t pools")
    unassigned = [
        (period, sum((pool.by_period[when].part(2) for pool in pools if when in pool.by_period), Decimal(0))) for when, period in periods_of(edition.result)
    ]
    without = " and ".join(f"{in_words(amount)} of {period.label}" for period, amount in unassigned if amount)
    title = f"Every cost pool is accounted for; {without} found no driver" if without else "Every cost pool is accounted for"
    note = f"{at_start(sums_in(edition.result.currency))}; in every row the parts add up to the cost"
    foot = "A pool opens to its accounts." if count <= _ACCOUNTS_SHOWN else f"The {count:,} accounts are in tables/pools.csv."
    return card("pools", title, note, scrolled(drawn, caption), footer=text(foot))


def _period_body(pools: Sequence[Pool], when: str, period: Period, used: Sequence[int], *, opens: bool) -> str:
    """The rows of one period: its name, its pools with their accounts, its sum."""
    rows = [element("tr", element("td", text(period.label), colspan=4 + len(used)), class_="group")]
    there = [(pool, pool.by_period[when]) for pool in pools if when in pool.by_period and pool.by_period[when].accounts]
    made = [element("tbody", *rows)]
    for pool, sums in there:
        parts = [_figure(sums.part(i), i) for i in used]
        name = element("button", text(pool.name), type="button", class_="link", data_accounts=True, aria_expanded="true") if opens else text(pool.name)
        driver = _driver(pool.driver)
        own = [element("tr", row_head(name), cell(text(driver), "p2"), cell(text(pool.step), "p2"), figure_cell(in_words(sums.amount)), *parts)]
        if opens:
            own += [_account_row(account, used) for account in sums.accounts]
        made.append(element("tbody", *own, class_="pool"))
    whole = [_figure(sum((s.part(i) for _p, s in there), Decimal(0)), i) for i in used]
    total = figure_cell(in_words(sum((s.amount for _p, s in there), Decimal(0))))
    made.append(element("tbody", element("tr", row_head(text(f"All pools, {period.label}")), cell("", "p2"), cell("", "p2"), total, *whole, class_="sum")))
    return "".join(made)


def _account_row(account: Account, used: Sequence[int]) -> str:
    name = " ".join(n for n in (account.account, account.name) if n) or "(no account)"
    parts = [_figure(account.parts[i], i) for i in used]
    return element("tr", row_head(text(name)), cell("", "p2"), cell("", "p2"), figure_cell(in_words(account.amount)), *parts, class_="account")


def _figure(amount: Decimal, part: int) -> str:
    tone = "warn" if amount and PARTS[part] in {"unassigned", "excess"} else ""
    return figure_cell(in_words(amount) if amount else NOTHING, f"{tone}{'' if part == 0 else ' p2'}".strip())


def _driver(driver: str) -> str:
    return driver or "no driver"


def rates_section(edition: Edition) -> str:
    """How costs are shared: what one unit of each driver cost, in both periods."""
    pools = [pool for pool in pools_of(edition.result) if any(p.divisor for p in pool.by_period.values())]
    if not pools:
        return ""
    whens = periods_of(edition.result)
    rows = []
    for pool in pools:
        cells = [row_head(text(pool.name)), cell(text(pool.driver)), cell(text(pool.level), "p3"), cell(text(pool.step), "p2")]
        rates: dict[str, Decimal | None] = {}
        for when, _period in whens:
            sums = pool.by_period.get(when, PoolPeriod())
            rates[when] = sums.rate
            last = when == "later"
            cells += [
                figure_cell(in_words(cents(sums.shared)), "p3"),
                figure_cell(number(sums.driver_total), "p3"),
                figure_cell(_rate(sums.rate), "" if last else "p2"),
            ]
        if len(whens) > 1:
            grown = growth(rates["earlier"], rates["later"])
            cells.append(figure_cell(percent(grown, signed=True), "neg p2" if grown is not None and grown > Decimal("0.0005") else "p2"))
        rows.append(element("tr", *cells))
    heads = [head("Pool"), head("Driver"), head("Level", "p3"), head("Step", "p2")]
    for when, period in whens:
        last = when == "later"
        heads += [
            head(text(f"Shared {period.label}"), "num p3"),
            head(text(f"Count {period.label}"), "num p3"),
            head(text(f"Rate {period.label}"), "num" if last else "num p2"),
        ]
    if len(whens) > 1:
        heads.append(head("Change", "num p2"))
    caption = "How costs are shared"
    traced = "; what was traced to its customers is not shared and not in it" if any(p.traced for pool in pools for p in pool.by_period.values()) else ""
    made = "A rate is made every month: cost ÷ driver count, or ÷ practical capacity where the pool has one"
    note = f"{made}. Here the mean of the period, {sums_in(edition.result.currency)}{traced}"
    return card("rates", caption, note, scrolled(table(caption, heads, rows, css="t"), caption), _monthly_rates(edition))


def _rate(rate: Decimal | None) -> str:
    return NOTHING if rate is None else in_words(rate, places=4)


def _monthly_rates(edition: Edition) -> str:
    """The rates of every month, folded away."""
    source = table_of(edition.result.tables, "rates")
    if source is None:
        return ""
    if source.num_rows > _RATES_SHOWN:
        return element("p", text(f"The {source.num_rows:,} rates of every month are in tables/rates.csv."), class_="hint")
    names = ("month", "pool", "entity", "driver", "amount", "driver_total", "rate")
    rows = []
    for month, pool, entity, driver, amount, count, rate in zip(*(plain(source, name) for name in names), strict=True):
        name = f"{pool} ({entity})" if entity else pool
        figures = (in_words(cents(amount)), number(count), in_words(rate, places=4))
        rows.append(element("tr", row_head(month_name(month)), cell(text(name)), cell(text(driver)), *(figure_cell(f) for f in figures)))
    heads = [head("Month"), head("Pool"), head("Driver"), head("Cost", "num"), head("Count", "num"), head("Rate", "num")]
    caption = "Rates of every month"
    drawn = scrolled(table(caption, heads, rows, css="t tight"), caption)
    return element("details", element("summary", text(caption)), drawn, class_="fold")


def pool_places(pools: Sequence[Pool]) -> Mapping[_Place, int]:
    """Where each pool stands in the list, by name, entity, step and driver; what was traced to it is found at its first driver."""
    places = {_place(pool): i for i, pool in enumerate(pools)}
    for (name, entity, step, _driver), i in list(places.items()):
        places.setdefault((name, entity, step, TRACED), i)
    return places
