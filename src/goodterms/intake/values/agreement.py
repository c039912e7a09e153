"""When amounts agree: what rounding may leave between two that are the same, and how many rows a rule has to hold on."""

from __future__ import annotations

from decimal import Decimal

A_CENT = Decimal("0.01")
"""Amounts of a line that differ by no more are the same but for rounding."""
OVER_A_CENT = Decimal("0.011")
"""The same of sums and of amounts that are worked out in more places than cents."""
NEARLY_ALL = Decimal("0.95")
"""So large a share of the rows agrees where a rule holds; the others are slips."""
_SELDOM = Decimal("0.1")
_FEW = 3


def is_seldom(missing: int, rows: int) -> bool:
    """Whether so few rows lack what the others have that it says something where it is missing; in a short file a few may.

    Examples
    --------
    >>> is_seldom(100, 1_000), is_seldom(101, 1_000), is_seldom(3, 12), is_seldom(2, 5)
    (True, False, True, False)
    """
    return missing <= max(_SELDOM * rows, Decimal(min(_FEW, rows // 3)))
