"""What stands in an element of a document: text, amounts and days, by the path of plain tags that leads to them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES
from goodterms.facts.money import in_words
from goodterms.intake.documents.reference_number import shown

LONGEST_AMOUNT = 40
_AMOUNT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*|Z|[+-][0-9]{2}:[0-9]{2})?", re.DOTALL)


class MisfitError(Exception):
    """What cannot be read, within an element: where, what was seen, what was expected."""

    def __init__(self, column: str, seen: str, expected: str) -> None:
        super().__init__(expected)
        self.column, self.seen, self.expected = column, shown(seen), expected


def text_at(element: Any, *paths: str) -> str:
    """Return the text at the first of the paths that has one, without blanks around it; "" where none has.

    Examples
    --------
    >>> from lxml import etree
    >>> account = etree.fromstring("<Acct xmlns='urn:x'><Id><Othr><Id> 12 </Id></Othr></Id></Acct>")
    >>> text_at(account, "Id/IBAN", "Id/Othr/Id"), text_at(account, "Ccy")
    ('12', '')
    """
    for path in paths:
        found = element.find(any_namespace(path))
        if found is not None and found.text and (text := found.text.strip()):
            return str(text)
    return ""


def joined_at(element: Any, *paths: str) -> str:
    """Return all texts at the paths, with commas between.

    >>> from lxml import etree
    >>> joined_at(etree.fromstring("<a><line>Road 1</line><line/><more>B 2</more></a>"), "line", "more")
    'Road 1, B 2'
    """
    texts = ((one.text or "").strip() for path in paths for one in all_at(element, path))
    return ", ".join(text for text in texts if text)


def all_at(element: Any, path: str) -> list[Any]:
    """Return the elements at a path, in the document's order."""
    return list(element.iterfind(any_namespace(path)))


@cache
def any_namespace(path: str) -> str:
    """Return a path of plain tags as one that holds in any namespace.

    >>> any_namespace("Id/IBAN")
    '{*}Id/{*}IBAN'
    """
    return "/".join(f"{{*}}{tag}" for tag in path.split("/"))


def amount_of(text: str) -> Decimal | None:
    """Return what a document's decimal says, exactly; ``None`` where it is none.

    Examples
    --------
    >>> amount_of("8.850"), amount_of("1,5"), amount_of("1e9"), amount_of("NaN")
    (Decimal('8.850'), None, None, None)
    """
    return Decimal(text) if len(text) <= LONGEST_AMOUNT and _AMOUNT.fullmatch(text) else None


def fits(amount: Decimal) -> bool:
    """Whether a decimal of facts holds the amount without rounding.

    Examples
    --------
    >>> fits(Decimal("12345678901234.00")), fits(Decimal("123456789012345")), fits(Decimal("1.23456"))
    (True, False, True)
    """
    return places_of(amount) <= MONEY_DIGITS and abs(amount) < 10 ** (MONEY_DIGITS - max(MONEY_PLACES, places_of(amount)))


def places_of(amount: Decimal) -> int:
    """Return the decimal places that an amount is written with."""
    return max(0, -int(amount.as_tuple().exponent))


def exactly(amount: Decimal, currency: str = "") -> str:
    """Return an amount for a reader with every decimal that it has, two at least.

    >>> exactly(Decimal("-1234.5"), "EUR"), exactly(Decimal("8.85012"))
    ('−1,234.50 EUR', '8.85012')
    """
    return f"{in_words(amount, places=max(2, places_of(amount.normalize())))} {currency}".strip()


def day_of(text: str) -> date | None:
    """Return the day of a date, or of a point in time as its writer's clock showed it; ``None`` where it is neither.

    Examples
    --------
    >>> day_of("2014-12-31T23:15:00+01:00"), day_of("2014-12-31"), day_of("31.12.2014")
    (datetime.date(2014, 12, 31), datetime.date(2014, 12, 31), None)
    """
    written = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(written[1]) if written else None
    except ValueError:
        return None
