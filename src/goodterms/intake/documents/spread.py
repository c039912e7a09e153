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
    return _in_proportion(amount, sizes if amount >= 0 else [-size for size in sizes])


def spread_tax(tax: Decimal, values: Sequence[Decimal]) -> list[Decimal]:
    """Share a tax out in proportion to what it is of, signs included: a line given back gives its tax back.

    Where that would be more than 100 %, it is shared by size.

    Examples
    --------
    >>> [str(share) for share in spread_tax(Decimal("15.30"), [Decimal(100), Decimal(-40)])]
    ['25.50', '-10.20']
    >>> [str(share) for share in spread_tax(Decimal("0.01"), [Decimal(1), Decimal(-1)])]
    ['0.01', '0.00']
    """
    return _in_proportion(tax, values) if 0 < abs(tax) <= abs(total(values)) else spread(tax, values)


def _in_proportion(amount: Decimal, values: Sequence[Decimal]) -> list[Decimal]:
    """The shares of an amount; with all signs the other way round they are the same, the other way round."""
    sign = -1 if amount < 0 else 1
    finer = max(0, places_of(amount) - 2)
    whole, basis = abs(amount).scaleb(finer), sign * total(values)
    shares = parts_in_cents([whole * sign * value / basis for value in values], whole)
    return [sign * share.scaleb(-finer) or Decimal("0.00") for share in shares]
