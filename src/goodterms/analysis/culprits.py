"""The customers and products that cost most, each with the step where it leaks against its peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from goodterms.analysis.leaks import Leak, Leaks
from goodterms.analysis.result import Culprit
from goodterms.facts.money import cents, in_words

_WORST = 10
_SAID = {"product_cost": "product cost", "charges": "freight and fees charged"}


def worst(
    kind: Literal["customer", "product"],
    rows: Sequence[Mapping[str, Any]],
    leaks: Leaks,
    peers_min: int,
    *,
    rank_by: str,
    compared: bool,
    later: str = "the later period",
) -> tuple[Culprit, ...]:
    """The ten with the lowest ``rank_by`` in the later period; by sales, the ten whose sales fell most.

    One that has fewer than ``peers_min`` peers says so in its leak's stead, as does one without sales in the ``later`` period. One whose sales are all without
    a known cost is not ranked by a margin: that is unknown, not 0.
    ``compared`` says whether there is an earlier period. By sales alone, without one, nobody is named.
    """
    by_fall = rank_by == "net_sales"
    if by_fall and not compared:
        return ()
    largest: dict[str, Leak] = {}
    for found in leaks.found:
        if found.is_told:
            largest.setdefault(found.key, found)

    def measure(row: Mapping[str, Any], when: str) -> Decimal | None:
        amount: Decimal | None = row.get(f"{rank_by}_{when}")
        return amount

    def cost(row: Mapping[str, Any]) -> Decimal:
        later = measure(row, "later") or Decimal(0)
        return later - (measure(row, "earlier") or Decimal(0)) if by_fall else later

    def without_leak(row: Mapping[str, Any]) -> str:
        if leaks.peers.get(row[kind]) == 0:
            return f"fewer than {peers_min} peers, so no step can be compared"
        return f"no sales in {later} to compare" if leaks.peers and row[kind] not in leaks.peers else ""

    known = rows if by_fall else [row for row in rows if not _margin_is_unknown(row)]
    ranked = sorted(known, key=lambda row: (cost(row), row[kind]))[:_WORST]
    return tuple(
        Culprit(
            kind=kind,
            key=row[kind],
            name=row["name"] or "",
            rank_by=f"change in {_spoken(rank_by)}" if by_fall else _spoken(rank_by),
            earlier=measure(row, "earlier"),
            later=measure(row, "later"),
            sales_earlier=row.get("net_sales_earlier"),
            sales_later=row.get("net_sales_later"),
            leak_step=_spoken(leak.step) if leak else "",
            leak_worth=leak.worth if leak else None,
            leak_sentence=leak_sentence(leak) if leak else without_leak(row),
        )
        for row, leak in ((row, largest.get(row[kind])) for row in ranked)
        if not by_fall or cost(row) < 0
    )


def ranked(by: str) -> tuple[str, ...]:
    """The columns of a view that :func:`worst` reads when it ranks by one of them."""
    return "name", *(f"{column}_{when}" for column in (by, "net_sales", "sales_without_cost") for when in ("earlier", "later"))


def _margin_is_unknown(row: Mapping[str, Any]) -> bool:
    """Whether nothing that was sold in the later period has a known cost."""
    return bool(row["net_sales_later"]) and row["net_sales_later"] == row["sales_without_cost_later"]


def leak_sentence(leak: Leak) -> str:
    """What a leak says in words.

    Examples
    --------
    >>> leak_sentence(Leak("9", "delivery", 0.09, 0.03, "Retail", 8, Decimal(100_000), Decimal(6_000)))
    'delivery takes 9.0 % where the median of 8 peers (Retail) is 3.0 %: worth 6,000.00'
    """
    verb = "brings" if leak.step == "charges" else "takes"
    peers = f"the median of {leak.peer_count} peers ({leak.peers}) is {leak.peer_median * 100:.1f} %"
    return f"{_spoken(leak.step)} {verb} {leak.rate * 100:.1f} % where {peers}: worth {in_words(cents(leak.worth))}"


def _spoken(column: str) -> str:
    """A column as a person says it."""
    return _SAID.get(column, column.replace("_", " "))
