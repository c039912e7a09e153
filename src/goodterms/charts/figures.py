"""Figures in words: money, shares and counts as a reader sees them, in pictures and beside them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from goodterms.facts.money import MINUS

NBSP = "\N{NO-BREAK SPACE}"
NOTHING = "\N{EN DASH}"
"""What stands where there is no figure."""
_SIZES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))


def _sign(amount: Decimal, *, signed: bool) -> str:
    if amount < 0:
        return MINUS
    return "+" if signed and amount > 0 else ""


def short_money(amount: Decimal, currency: str | None = None, *, signed: bool = False) -> str:
    r"""An amount with three digits that matter; the currency is its code, or nothing where the data names none.

    Examples
    --------
    >>> short_money(Decimal("1239999"), "EUR"), short_money(Decimal("-84519.78")), short_money(Decimal("340.4"), signed=True)
    ('EUR\xa01.24M', '−85k', '+340')
    """
    size, letter = next(((s, name) for s, name in _SIZES if abs(amount) >= s), (Decimal(1), ""))
    if abs(amount) / size >= Decimal("999.5") and letter != "B":
        size, letter = next((s, name) for s, name in reversed(_SIZES) if s > size)
    scaled = abs(amount) / size
    places = 0 if scaled >= 100 or not letter else 1 if scaled >= 10 else 2
    if letter == "k":
        places = max(places - 1, 0)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    digits = f"{rounded:f}"
    sign = _sign(amount, signed=signed) if rounded else ""
    code = f"{currency}{NBSP}" if currency else ""
    return f"{code}{sign}{digits}{letter}"


def percent(share: Decimal | None, *, places: int = 1, signed: bool = False) -> str:
    r"""A fraction as percent.

    Examples
    --------
    >>> percent(Decimal("0.779")), percent(Decimal("-0.0153"), signed=True), percent(None)
    ('77.9\xa0%', '−1.5\xa0%', '–')
    """
    if share is None:
        return NOTHING
    rounded = (share * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{_sign(rounded, signed=signed)}{abs(rounded):,.{places}f}{NBSP}%"


def points(difference: Decimal | None, *, places: int = 1) -> str:
    r"""A difference of two percentages, in points.

    Examples
    --------
    >>> points(Decimal("-0.0471"))
    '−4.7\xa0points'
    """
    if difference is None:
        return NOTHING
    rounded = (difference * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{_sign(rounded, signed=True)}{abs(rounded):,.{places}f}{NBSP}points"


def number(amount: Decimal | int | None, *, places: int = 2) -> str:
    """A quantity, with at most so many decimals and none that say nothing.

    Examples
    --------
    >>> number(Decimal("1200.5000")), number(12), number(Decimal("-0.333333"), places=4)
    ('1,200.5', '12', '−0.3333')
    """
    if amount is None:
        return NOTHING
    rounded = Decimal(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, rest = f"{abs(rounded):,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{_sign(rounded, signed=False)}{whole}{f'.{rest}' if rest else ''}"


def at_start(words: str) -> str:
    """Words as a sentence begins: the first letter large, all others as they were written.

    Examples
    --------
    >>> at_start("EDI order handling"), at_start("lowest net profit in 2012Q1")
    ('EDI order handling', 'Lowest net profit in 2012Q1')
    """
    return words[:1].upper() + words[1:]


def within(words: str) -> str:
    """Words as they stand within a sentence: the first letter small, unless they begin with an abbreviation.

    Examples
    --------
    >>> within("Product cost"), within("EDI order handling")
    ('product cost', 'EDI order handling')
    """
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def counted(count: int, one: str, many: str = "") -> str:
    """How many of something, with the word in its number.

    Examples
    --------
    >>> counted(1, "customer"), counted(1351, "customer"), counted(2, "family", "families")
    ('1 customer', '1,351 customers', '2 families')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def counted_are(count: int, one: str, many: str = "") -> str:
    """How many of something there are: the beginning of a sentence on where they are.

    Examples
    --------
    >>> counted_are(1, "further row"), counted_are(25, "further row"), counted_are(2, "more", "more")
    ('1 further row is', '25 further rows are', '2 more are')
    """
    return f"{counted(count, one, many)} {'is' if count == 1 else 'are'}"


def growth(earlier: Decimal | None, later: Decimal | None) -> Decimal | None:
    """By what share a figure grew; None where the earlier one is not above 0 (a share of a loss says nothing)."""
    if earlier is None or later is None or earlier <= 0:
        return None
    return later / earlier - 1


def share_of(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """A part as a fraction of a whole above 0; else None."""
    return part / whole if part is not None and whole is not None and whole > 0 else None
