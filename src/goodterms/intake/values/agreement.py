"""When amounts agree: what rounding may leave between two that are the same, and how many rows a rule has to hold on."""

from __future__ import annotations

from decimal import Decimal

A_CENT = Decimal("0.01")
"""Amounts of a line that differ by no more are the same but for rounding."""
OVER_A_CENT = Decimal("0.011")
"""The same of sums and of amounts that are worked out in more places than cents."""
NEARLY_ALL = Decimal("0.95")
"""So large a share of the rows agrees where a rule holds; the others are slips."""
