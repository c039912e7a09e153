"""Figures as they are printed: cents are made once, and a reader who adds up finds no gap.

End points are rounded first; a printed change is the difference of two printed figures; printed parts are rounded by largest remainder to their printed total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from goodterms.analysis.result import Bridge, WaterfallRow
from goodterms.charts.figures import share_of
from goodterms.facts.money import cents, parts_in_cents


@dataclass(frozen=True)
class PrintedStep:
    """One bar of a bridge in cents, with the level that it starts from and the level that it reaches."""

    step: str
    label: str
    amount: Decimal
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class PrintedBridge:
    """A bridge in cents: ``start`` + the amounts of ``steps`` = ``end``, as printed."""

    measure: str
    earlier: str
    later: str
    start: Decimal
    end: Decimal
    steps: tuple[PrintedStep, ...]

    @property
    def change(self) -> Decimal:
        """The printed change."""
        return self.end - self.start

    def amount(self, step: str) -> Decimal | None:
        """The printed amount of a step; None where this bridge has no such step."""
        return next((s.amount for s in self.steps if s.step == step), None)


def printed_bridge(bridge: Bridge) -> PrintedBridge:
    """Put a bridge into cents."""
    start, end = cents(bridge.start), cents(bridge.end)
    level, steps = start, []
    for step, amount in zip(bridge.steps, parts_in_cents([s.amount for s in bridge.steps], end - start), strict=True):
        steps.append(PrintedStep(step.step, step.label, amount, level, level + amount))
        level += amount
    return PrintedBridge(bridge.measure, bridge.earlier, bridge.later, start, end, tuple(steps))


def levels_in_cents(kinds: Sequence[str], amounts: Sequence[Decimal | None], reached: Sequence[Decimal | None] = ()) -> list[Decimal | None]:
    """Put one column of a waterfall into cents: each level ("total") is rounded by itself, the steps between two levels are parts of their difference.

    Steps after the last level have no total to meet and are rounded each by itself. ``reached`` gives levels that are printed elsewhere already, in cents.

    Examples
    --------
    >>> [str(a) for a in levels_in_cents(["total", "step", "step", "total"], [Decimal("10.004"), Decimal("-3.333"), Decimal("-3.333"), Decimal("3.338")])]
    ['10.00', '-3.33', '-3.33', '3.34']
    """
    printed: list[Decimal | None] = [None if a is None else cents(a) for a in amounts]
    level, since = Decimal(0), 0
    for i, kind in enumerate(kinds):
        end = reached[i] if reached and reached[i] is not None else printed[i]
        if kind != "total" or end is None:
            continue
        between = [j for j in range(since, i) if amounts[j] is not None]
        parts = parts_in_cents([a for j in between if (a := amounts[j]) is not None], end - level) if between or since else []
        for j, part in zip(between, parts, strict=True):
            printed[j] = part
        printed[i], level, since = end, end, i + 1
    return printed


@dataclass(frozen=True)
class PrintedRow:
    """One row of a waterfall in cents, with its share of the base (sales at list price; net sales where there is no list price) in both periods."""

    step: str
    label: str
    kind: str
    earlier: Decimal | None
    later: Decimal | None
    share_earlier: Decimal | None
    share_later: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """The printed change: the difference of the two printed figures."""
        return None if self.earlier is None or self.later is None else self.later - self.earlier

    @property
    def is_worse(self) -> bool:
        """Whether the row takes a larger share of the base (or leaves a smaller one) than in the earlier period, by more than rounding."""
        if self.share_earlier is None or self.share_later is None:
            return False
        return self.share_later - self.share_earlier <= Decimal("-0.0005")


def printed_waterfall(rows: Sequence[WaterfallRow]) -> tuple[PrintedRow, ...]:
    """Put a waterfall into cents, period by period."""
    kinds = [row.kind for row in rows]
    earlier = levels_in_cents(kinds, [row.earlier for row in rows])
    later = levels_in_cents(kinds, [row.later for row in rows])
    base_earlier, base_later = (next((a for a in column if a is not None), None) for column in (earlier, later))
    return tuple(
        PrintedRow(row.step, row.label, row.kind, a, b, share_of(a, base_earlier), share_of(b, base_later))
        for row, a, b in zip(rows, earlier, later, strict=True)
    )
