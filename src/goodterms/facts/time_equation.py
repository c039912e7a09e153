"""Time equations: how many minutes an order or an activity takes, as a sum that a controller writes down."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from goodterms.errors import PolicyError
from goodterms.facts.activity_kind import ACTIVITY_DRIVERS, driver_of

ACTIVITY_NAMES = frozenset({*ACTIVITY_DRIVERS, "minutes"})
"""Terms that make an equation one of activities: it is then evaluated once per activity."""

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,6})?|\.[0-9]{1,6}"
_NAME = r"[^\W\d]\w*(?: \w+)*"
_TERM = re.compile(rf" ?(?:(?P<number>{_NUMBER})(?: ?\* ?(?P<of>{_NAME}))?|(?P<name>{_NAME})(?: ?\* ?(?P<times>{_NUMBER}))?) ?(?=[+-]|$)")
_SIGN = re.compile(r" ?([+-])")
_ASK = 'Write a sum such as "5 + 3*lines + 10*rush".'


@dataclass(frozen=True)
class TimeEquation:
    """Minutes = a constant + each term's coefficient × what is counted (Kaplan & Anderson 2004, *Time-Driven Activity-Based Costing*).

    Examples
    --------
    >>> hunter = TimeEquation.read("5 + 3*lines + 15*new + 10*rush")
    >>> hunter.names, hunter.minutes({"lines": 4, "new": 1, "rush": 1}), hunter.minutes({"lines": 1, "new": 0, "rush": 0})
    (('lines', 'new', 'rush'), Decimal('42'), Decimal('8'))
    """

    text: str
    constant: Decimal
    terms: Mapping[str, Decimal] = field(hash=False)

    @classmethod
    def read(cls, text: str) -> TimeEquation:
        """Read a sum of ``number``, ``number*name``, ``name*number`` and ``name``, joined by + and −.

        A name is made of letters, digits, underscores and spaces and begins with a letter; a name met twice adds up. A number has at most 6 decimal places.

        Raises
        ------
        PolicyError
            When the text is anything else; the sentence shows where reading stopped.
        """
        text = " ".join(text.split())
        constant, terms = Decimal(0), dict[str, Decimal]()
        joined = _SIGN.match(text)
        at, sign = (joined.end(), joined[1]) if joined else (0, "+")
        while True:
            term = _TERM.match(text, at)
            if term is None:
                raise PolicyError(_not_read(text, at))
            number = Decimal(sign + (term["number"] or term["times"] or "1"))
            name = term["of"] or term["name"]
            if name:
                terms[name] = terms.get(name, Decimal(0)) + number
            else:
                constant += number
            joined = _SIGN.match(text, term.end())
            if joined is None:
                return cls(text, constant, terms)
            at, sign = joined.end(), joined[1]

    @property
    def names(self) -> tuple[str, ...]:
        """What is counted, in the order of the equation."""
        return tuple(self.terms)

    @property
    def is_of_activities(self) -> bool:
        """Whether a term counts activities, so that the equation is evaluated once per activity and not once per order."""
        return not ACTIVITY_NAMES.isdisjoint(self.terms)

    def check(self, known: Collection[str]) -> None:
        """Raise ``PolicyError`` for the first name that is not known, naming it and the known ones: an unknown name never counts as 0."""
        for name in self.terms:
            if name not in known:
                near = driver_of(name) or next(iter(difflib.get_close_matches(name, known, 1)), "")
                meant = f' Did you mean "{near}"?' if near else ""
                said = f"Known are {', '.join(sorted(known))}." if known else "No name is known."
                raise PolicyError(f'The time equation "{self.text}" counts "{name}", which is not known.{meant} {said}')

    def minutes(self, counts: Mapping[str, Decimal | int]) -> Decimal:
        """The minutes of one order or activity whose counts are given; each name of the equation must be there."""
        return self.constant + sum((coefficient * counts[name] for name, coefficient in self.terms.items()), Decimal(0))

    def __str__(self) -> str:
        """The equation as it was written."""
        return self.text


def _not_read(text: str, at: int) -> str:
    """The sentence for a text that is no such sum: where reading stopped."""
    if not text:
        return f"The time equation is empty. {_ASK}"
    rest = text[at:].strip()
    if not rest:
        return f'The time equation "{text}" ends where a number or a name was expected. {_ASK}'
    return f'The time equation "{text}" cannot be read at "{rest}": a number, a name or number*name was expected. {_ASK}'
