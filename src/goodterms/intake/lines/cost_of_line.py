"""Whether a cost is that of the line or of one unit, whatever its heading: by the margin or other lines of the product, or asked where it exceeds sales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.lines.stated import Stated
from goodterms.intake.mapping.answers import choice
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL

_COSTS = ("unit_cost", "product_cost")
_FEWEST = 5
"""Fewer lines with a cost may be sold at a loss."""
_MOSTLY = 0.5
"""Of so large a share of the lines of one product with different quantities the cost is the same, where it is one unit's: prices change now and then."""
_LOOKED_AT = 10_000
"""So many of the first lines are compared."""
_A_TENTH = 0.1
"""So far may a margin in per cent be from what it is of the sales, for its roundings."""


def other_cost(lines: Stated) -> tuple[str, str] | None:
    """Our name that a column of costs has, and the one that the amounts say; None where they do not contradict it.

    Raises
    ------
    AnswerNeededError
        Where a cost of one unit, by its heading, makes more than was sold, and as the cost of the line it does not.
    """
    ours = next((name for name in _COSTS if name in lines.stated), "")
    net = next((amount.sql for amount in [lines.of("net_value")] if amount), next(iter(lines.before_tax()), ""))
    quantity = lines.of("quantity")
    if not ours or not net or quantity is None or ours in lines.sure or set(_COSTS) <= lines.stated.keys():
        return None
    cost = lines.stated[ours].sql
    as_stated, otherwise = (cost, f"(CAST({cost} AS DOUBLE) * {quantity.sql})")[:: 1 if ours == "product_cost" else -1]
    for holds in _margins(lines, net):
        some = f"{cost} <> 0 AND {net} <> 0 AND abs({quantity.sql}) <> 1"
        fits, others, counted = lines.ask(
            f"count(*) FILTER ({some} AND {holds(as_stated)}), count(*) FILTER ({some} AND {holds(otherwise)}), count(*) FILTER ({some})"
        )
        if counted > 1 and others >= NEARLY_ALL * counted and fits < NEARLY_ALL * counted:
            return ours, next(name for name in _COSTS if name != ours)
        if counted and fits >= NEARLY_ALL * counted:
            return None
    if ours == "product_cost" and _is_of_unit(lines, cost, quantity.sql):
        return "product_cost", "unit_cost"
    if ours == "unit_cost":
        _ask_where_it_is_more_than_sales(lines, net, as_stated, otherwise)
    return None


def _margins(lines: Stated, net: str) -> Iterator[Callable[[str], str]]:
    """Conditions of the engine that a cost makes a margin that the file states: as an amount, or in per cent of the sales under any heading."""
    stated = [amount.sql for amount in [lines.of("margin")] if amount]
    for margin in stated:
        yield lambda cost, margin=margin: f"abs({net} - {cost} - {margin}) <= {A_CENT}"  # type: ignore[misc]
    for percent in [*stated, *(amount.sql for amount in lines.further.values())]:
        yield lambda cost, percent=percent: f"abs(({net} - {cost}) * 100.0 / {net} - {percent}) <= {_A_TENTH}"  # type: ignore[misc]


def _is_of_unit(lines: Stated, cost: str, quantity: str) -> bool:
    """Whether lines of one product cost the same whatever their quantities, and do not where they cost the more the larger these are: then it is a unit's."""
    product = next((f'"{ours}"' for ours in ("product_key", "product_name") if ours in lines.theirs), "")
    if not product:
        return False
    some = f"{product} IS NOT NULL AND {cost} <> 0 AND {quantity} <> 0"
    rows = f"arg_min({{'p': {product}, 'q': abs({quantity}), 'c': abs({cost})}}, row, {_LOOKED_AT}) FILTER ({some})"
    (sold,) = lines.ask(rows)
    by_product: dict[Any, list[Any]] = {}
    for line in sold or ():
        by_product.setdefault(line["p"], []).append(line)
    pairs = [pair for of_one in by_product.values() for pair in pairwise(of_one) if pair[0]["q"] != pair[1]["q"]]
    same = sum(one["c"] == other["c"] for one, other in pairs)
    by_quantity = sum(abs(one["c"] * other["q"] - other["c"] * one["q"]) <= A_CENT * (one["q"] + other["q"]) for one, other in pairs)
    return len(pairs) >= _FEWEST and same >= _MOSTLY * len(pairs) and by_quantity < same


def _ask_where_it_is_more_than_sales(lines: Stated, net: str, by_quantity: str, of_line: str) -> None:
    """Ask what a cost is that times the quantity is more than all sales, and as it stands is not."""
    count, sales, each, whole = lines.ask(f"count({by_quantity}), sum({net}), sum({by_quantity}), sum({of_line})")
    if count < _FEWEST or not sales or sales < 0 or each <= sales or whole >= sales:
        return
    theirs = lines.theirs["unit_cost"]
    raise AnswerNeededError(
        Question(
            f"cost: {lines.file}, {theirs}",
            f"{lines.file}: {theirs} × {lines.theirs['quantity']} comes to {each:,.2f}, more than the sales of {sales:,.2f}; as it stands to {whole:,.2f}. "
            "It may be the cost of the line.",
            (),
            (choice("it is the cost of the line", columns={theirs: "product_cost"}), choice("it is the cost of one unit", columns={theirs: "unit_cost"})),
        )
    )
