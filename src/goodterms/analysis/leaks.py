"""Leaks: steps of a waterfall that cost more than among peers, and what closing the gap would be worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goodterms.analysis.result import reads_apart
from goodterms.analysis.views import Shape, customers_of, products_of, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

PLACES = Decimal("0.0001")
QUARTILES = 4
_Group = tuple[str, ...]
"""A peer group: its names from the widest down, so that a segment called "all" is not the group of all."""


class Leak(NamedTuple):
    """One step of one customer, product or manager that costs more than among its peers.

    Rates are shares of the base (for product cost, of sales whose cost is known), ``worth`` is money a period.
    """

    key: str
    step: str
    rate: float
    peer_median: float
    peers: str
    peer_count: int
    base: Decimal
    worth: Decimal

    @property
    def is_told(self) -> bool:
        """Whether a reader sees a gap at all."""
        return reads_apart(self.rate, self.peer_median)


@dataclass(frozen=True)
class Leaks:
    """The leaks of all customers, products or managers, largest first, and with how many peers each was compared; where those are too few, 0."""

    found: tuple[Leak, ...]
    peers: Mapping[str, int]


def find_leaks(
    keys: Sequence[str],
    bases: Sequence[Decimal],
    steps: Mapping[str, Sequence[Decimal]],
    groups: Sequence[Sequence[str]],
    *,
    income: Sequence[str] = ("charges",),
    peers_min: int = 8,
    own_bases: Mapping[str, Sequence[Decimal]] | None = None,
) -> Leaks:
    """Compare every step's rate with the median of the peers, the item itself left out.

    Parameters
    ----------
    keys, bases
        Each item and the sales its rates are shares of; items whose base is not above 0 have no rate and are nobody's peers.
    steps
        Per step the amount of each item; positive is cost.
    groups
        Per item its peer groups, narrowest first ("Retail, quartile 2", "Retail", "all"); the first with at least ``peers_min`` others counts. With none,
        there is no leak. Items may have fewer groups than others: the widest, which is all, is one for them all.
    income
        Steps that are income: there a leak is a rate below the peers'.
    own_bases
        Steps whose rates are shares of something else: product cost, of the sales whose cost is known.

    Returns
    -------
    Leaks
        Those worth more than nothing, largest first. Rates are floats (statistics); worth is gap × base to 4 places.
    """
    common = _Compared(keys, bases, groups, peers_min)
    found: list[Leak] = []
    for step, amounts in steps.items():
        own = (own_bases or {}).get(step)
        among = common if own is None else _Compared(keys, own, groups, peers_min)
        found += among.leaks(step, amounts, is_income=step in income)
    return Leaks(tuple(sorted(found, key=lambda leak: (-leak.worth, leak.key, leak.step))), common.peers)


class _Compared:
    """Items whose rates are shares of one base, each with its narrowest peer group that has enough others."""

    def __init__(self, keys: Sequence[str], bases: Sequence[Decimal], groups: Sequence[Sequence[str]], peers_min: int) -> None:
        self.keys, self.bases = keys, bases
        self.counted = [i for i, base in enumerate(bases) if base > 0]
        self.members: dict[_Group, list[int]] = defaultdict(list)
        for place, i in enumerate(self.counted):
            for group in _named_from_all(groups[i]):
                self.members[group].append(place)
        self.chosen = [next((group for group in _named_from_all(groups[i]) if len(self.members[group]) > peers_min), None) for i in self.counted]

    @property
    def peers(self) -> dict[str, int]:
        """With how many others each item is compared; 0 where they are too few."""
        return {self.keys[i]: len(self.members[group]) - 1 if group else 0 for i, group in zip(self.counted, self.chosen, strict=True)}

    def leaks(self, step: str, amounts: Sequence[Decimal], *, is_income: bool) -> Iterator[Leak]:
        """The leaks of one step."""
        base = np.array([float(self.bases[i]) for i in self.counted])
        rates = np.array([float(amounts[i]) for i in self.counted]) / base
        median = np.full(len(self.counted), np.nan)
        for peer_group, places in self.members.items():
            inside = np.array([p for p in places if self.chosen[p] == peer_group], dtype=np.int64)
            if len(inside):
                median[inside] = _median_of_others(rates, np.array(places), inside)
        gap = (median - rates) if is_income else (rates - median)
        for place in np.flatnonzero(gap > 0).tolist():
            i, group = self.counted[place], self.chosen[place] or ("",)
            worth = (Decimal(repr(float(gap[place]))) * self.bases[i]).quantize(PLACES)
            if worth > 0:
                yield Leak(self.keys[i], step, float(rates[place]), float(median[place]), group[-1], len(self.members[group]) - 1, self.bases[i], worth)


def _named_from_all(groups: Sequence[str]) -> list[_Group]:
    """An item's peer groups, narrowest first, each by its names from the widest down."""
    return [tuple(reversed(groups[depth:])) for depth in range(len(groups))]


def _median_of_others(rates: NDArray[np.float64], places: NDArray[np.int64], inside: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each item the median of its group without itself: in a sorted group, leaving one out shifts the middle by one place at most."""
    values = np.sort(rates[places])
    others = len(values) - 1
    at = np.searchsorted(values, rates[inside])

    def nth_other(n: int) -> NDArray[np.float64]:
        return np.where(at <= n, values[min(n + 1, others)], values[n])

    return (nth_other((others - 1) // 2) + nth_other(others // 2)) / 2


def quartiles(keys: Sequence[str], bases: Sequence[Decimal], segments: Sequence[str]) -> list[int]:
    """Each item's size band: the quartile of its base within its segment, by rank, ties by key; 1 is the smallest."""
    by_segment: dict[str, list[int]] = defaultdict(list)
    for i, segment in enumerate(segments):
        if bases[i] > 0:
            by_segment[segment].append(i)
    band = [0] * len(keys)
    for places in by_segment.values():
        ranked = sorted(places, key=lambda i: (bases[i], keys[i]))
        for rank, i in enumerate(ranked):
            band[i] = rank * QUARTILES // len(ranked) + 1
    return band


def leaks_of_views(views: Mapping[str, pa.Table], shape: Shape, *, has_list_prices: bool, peers_min: int) -> dict[str, Leaks]:
    """Leaks of customers, products and managers over the later period, as shares of sales at list price where it is known.

    Product cost is a share of the sales whose cost is known: what none is known of has no rate, and is nobody's peer there.
    """
    base, without_cost = ("list_value_later", "list_value_without_cost_later") if has_list_prices else ("net_sales_later", "sales_without_cost_later")
    price = [step for step in ("discount", "charges", "rebate") if any(views["customers"][f"{step}_later"].to_pylist())]
    steps = price + (["product_cost"] if shape.has_margin else [])
    of_customers = [*steps, *(shape.steps if shape.has_net_profit else ())]
    of_products = [*steps, *(shape.line_steps if shape.has_net_profit else ())]

    def found(rows: list[dict[str, Any]], key: str, groups: list[tuple[str, ...]], own: Sequence[str]) -> Leaks:
        amounts = {step: [row[f"{step}_later"] for row in rows] for step in own}
        costed = {"product_cost": [row[base] - row[without_cost] for row in rows]}
        return find_leaks([row[key] for row in rows], [row[base] for row in rows], amounts, groups, peers_min=peers_min, own_bases=costed)

    customers = customers_of(views, "segment", base, without_cost, *(f"{step}_later" for step in of_customers))
    products = products_of(views, "family", base, without_cost, *(f"{step}_later" for step in of_products))
    managers = [row for row in rows_of(views["managers"], "manager", base, without_cost, *(f"{step}_later" for step in of_customers)) if row["manager"]]
    segments = [row["segment"] or "" for row in customers]
    bands = quartiles([row["customer"] for row in customers], [row[base] for row in customers], segments)
    by_band: list[tuple[str, ...]] = [
        (f"{s or 'customers'}, size band {b}", s, "all") if s else (f"size band {b}", "all") for s, b in zip(segments, bands, strict=True)
    ]
    return {
        "customer": found(customers, "customer", by_band, of_customers),
        "product": found(products, "product", [(row["family"], "all") for row in products], of_products),
        "manager": found(managers, "manager", [("all",)] * len(managers), of_customers),
    }
