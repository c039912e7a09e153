"""The sentences of a trace: each says one amount, and those below it are its parts, in cents that add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from goodterms.charts.figures import counted
from goodterms.facts.money import cents, in_words, parts_in_cents

SHOWN = 10
"""How many rows a list shows; one line says all others together."""
SHOWN_OF_EACH = 3
"""How many of a list within a list."""


@dataclass(frozen=True)
class TraceLine:
    """One sentence of a trace, with those that it rests on. ``amount`` is what it prints, and ``is_part`` says that it is a part of the amount above."""

    text: str
    lines: tuple[TraceLine, ...] = ()
    amount: Decimal | None = None
    is_part: bool = False

    def __str__(self) -> str:
        """The sentence."""
        return self.text


@dataclass(frozen=True)
class Trace:
    """A figure with what it was made from: the amount at full precision, and lines that open down to file and row."""

    title: str
    amount: Decimal
    lines: tuple[TraceLine, ...]


@dataclass(frozen=True)
class Said:
    """An amount on its way into a sentence: the words before and after it, and what it rests on.

    Without an amount it is a sentence alone. ``is_part`` says that it is a part of the amount above; else it is ``printed`` as it stands elsewhere, or rounded
    by itself.
    """

    before: str
    amount: Decimal | None = None
    after: str = ""
    below: tuple[Said, ...] = ()
    is_part: bool = True
    printed: Decimal | None = None

    def line(self, printed: Decimal | None = None) -> TraceLine:
        """The sentence, with its amount as printed above or else in its own cents, and those below it.

        Raises
        ------
        ValueError
            When the parts below do not sum to the amount.
        """
        if self.amount is None:
            return TraceLine(self.before, tuple(said.line() for said in self.below))
        own = next((known for known in (printed, self.printed) if known is not None), cents(self.amount))
        return TraceLine(f"{self.before}{in_words(own)}{self.after}", lines_below(self.below, own), own, self.is_part)

    def trace(self) -> Trace:
        """The sentence as the title of a trace."""
        line = self.line()
        return Trace(line.text, self.amount or Decimal(0), line.lines)


def lines_below(below: Sequence[Said], printed: Decimal) -> tuple[TraceLine, ...]:
    """What stands below a printed amount; the parts of it in cents that add up to it."""
    parts = [said.amount for said in below if said.is_part and said.amount is not None]
    rounded = iter(parts_in_cents(parts, printed) if parts else ())
    return tuple(said.line(next(rounded)) if said.is_part and said.amount is not None else said.line() for said in below)


def total(parts: Sequence[Said]) -> Decimal:
    """What parts sum to."""
    return sum((said.amount for said in parts if said.is_part and said.amount is not None), Decimal(0))


def with_rest(shown: Sequence[Said], whole: Decimal, count: int, one: str, many: str) -> tuple[Said, ...]:
    """The rows shown of ``count``, and one for all others, so that they sum to the whole.

    Examples
    --------
    >>> [str(said.line()) for said in with_rest([Said("Ann: ", Decimal(7))], Decimal(10), 3, "customer", "customers")]
    ['Ann: 7.00', '2 more customers: 3.00']
    """
    left = count - len(shown)
    if left <= 0:
        return tuple(shown)
    return (*shown, Said(f"{counted(left, f'more {one}', f'more {many}')}: ", whole - total(shown)))


def plain(number: Decimal | None, places: int = 2) -> str:
    """A count or rate without needless zeros.

    Examples
    --------
    >>> plain(Decimal("1200.500")), plain(Decimal("0.333333"), 4), plain(None)
    ('1,200.5', '0.3333', '0')
    """
    said = in_words(number or Decimal(0), places=places)
    return said.rstrip("0").rstrip(".") if "." in said else said


def counted_work(count: Decimal, unit: str) -> str:
    """How much work of a driver, which is named in the plural.

    Examples
    --------
    >>> counted_work(Decimal("1.0000"), "deliveries"), counted_work(Decimal(3), "orders"), counted_work(Decimal("0.5"), "kg")
    ('1 delivery', '3 orders', '0.5 kg')
    """
    one = f"{unit[:-3]}y" if unit.endswith("ies") else unit.removesuffix("s")
    return f"{plain(count)} {one if count == 1 else unit}"
