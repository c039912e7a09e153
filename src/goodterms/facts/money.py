"""Money: cents are made once, at publishing, so that a reader who adds up finds no gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MINUS = "\N{MINUS SIGN}"


def cents(amount: Decimal) -> Decimal:
    """Round to cents, half away from zero; zero has no sign.

    Examples
    --------
    >>> cents(Decimal("-0.004")), cents(Decimal("2.345")), cents(Decimal("-491870.0066"))
    (Decimal('0.00'), Decimal('2.35'), Decimal('-491870.01'))
    """
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return rounded or Decimal("0.00")


def parts_in_cents(parts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Round parts by largest remainder so that they sum to a printed total.

    ``total`` is already in cents. Each part is first cut to the cent below; the cents still missing go to the largest remainders, ties to the earlier
    part. End points are rounded apart, so the printed total may be off by some cents, which whole rounds give to the parts; a part that is 0 stays 0.00,
    unless all are.

    Raises
    ------
    ValueError
        When the total is further from the parts' own sum than one cent for each of them and one more: then a part is missing, and no rounding may hide it.

    Examples
    --------
    >>> [str(p) for p in parts_in_cents([Decimal("0.333")] * 3, Decimal("1.00"))]
    ['0.34', '0.33', '0.33']
    """
    gap = total - sum(parts, Decimal(0))
    if abs(gap) > CENT * (len(parts) + 1):
        raise ValueError(f"{total} is to be printed in parts that sum to {sum(parts)}: {gap} is missing.")
    if not parts:
        return []
    moving = [i for i, part in enumerate(parts) if part] or list(range(len(parts)))
    floors = [(part / CENT).to_integral_value("ROUND_FLOOR") for part in parts]
    by_remainder = sorted(moving, key=lambda i: (floors[i] - parts[i] / CENT, i))
    rounds, rest = divmod(int(total / CENT - sum(floors)), len(moving))
    given = dict.fromkeys(moving, rounds)
    for i in by_remainder[:rest]:
        given[i] += 1
    return [(floor + given.get(i, 0)) * CENT for i, floor in enumerate(floors)]


def change_in_cents(earlier: Decimal, later: Decimal) -> Decimal:
    """The printed change: the difference of the two printed figures.

    Examples
    --------
    >>> change_in_cents(Decimal("915899.0364"), Decimal("-491870.0066"))
    Decimal('-1407769.05')
    """
    return cents(later) - cents(earlier)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum as a decimal, also of nothing."""
    return sum(amounts, Decimal(0))


def in_words(amount: Decimal, *, places: int = 2, signed: bool = False) -> str:
    """An amount for a reader: thousands by comma, a true minus sign.

    Examples
    --------
    >>> in_words(Decimal("-1407769.05")), in_words(Decimal("33574834.16"), places=0), in_words(Decimal(5), signed=True)
    ('−1,407,769.05', '33,574,834', '+5.00')
    """
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{places}f}"
