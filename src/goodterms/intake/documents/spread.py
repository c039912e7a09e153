"""An amount of a whole document shared out over its lines: by value, to the cent, and the shares sum to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goodterms.facts.money import parts_in_cents, total
from goodterms.intake.documents.xml_values import places_of


def spread(amount: Decimal, values: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount out in proportion to the size of values, by largest remainder, ties to the earlier one.

    The shares are in cents, or as fine as the amount itself. Lines given back take part with their size, so that no share is larger than the amount.
    Where all values are 0 the shares are equal.

    Examples
    --------
    >>> [str(share) for share in spread(Decimal("10.00"), [Decimal(445455), Decimal(9091), Decimal(545455)])]
    ['4.46', '0.09', '5.45']
    >>> [str(share) for share in spread(Decimal("-0.01"), [Decimal(1), Decimal(-1)])]
    ['-0.01', '0.00']
    """
    sizes = [abs(value) for value in values]
    if not any(sizes):
        sizes = [Decimal(1) for _ in values]
    finer = max(0, places_of(amount) - 2)
    whole, sum_of_sizes = abs(amount).scaleb(finer), total(sizes)
    shares = [share.scaleb(-finer) for share in parts_in_cents([whole * size / sum_of_sizes for size in sizes], whole)]
    return [-share if amount < 0 and share else share for share in shares]
