"""Reference numbers of payments, by their check digits, and codes of persons, which are kept nowhere."""

from __future__ import annotations

import re

from stdnum import iso11649
from stdnum.fi import hetu

_FINNISH = re.compile(r"[0-9]{4,20}")
_WEIGHTS = (7, 3, 1)
_PERSONAL_CODE = 11
"""Signs of a personal identity code: no other text is worth a closer look."""


def valid_reference(written: str) -> str:
    """Return a reference number as it is compared: without blanks and, in the Finnish form, without leading zeros; "" where it is not valid.

    Valid is an international reference (RF, by ISO 7064 mod 97-10, as ISO 11649 says) and a Finnish one (3 to 19 digits and a check digit, by the
    weights 7, 3, 1 from the right).

    References
    ----------
    ISO 11649:2009, Structured creditor reference to remittance information. Finance Finland, Kotimaisen viitteen rakenneohje.

    Examples
    --------
    >>> valid_reference("RF18 5390 0754 7034"), valid_reference("0000 1234561"), valid_reference("1234562")
    ('RF18539007547034', '1234561', '')
    """
    plain = "".join(written.split()).upper()
    if plain.isascii() and iso11649.is_valid(plain):
        return plain
    digits = plain.lstrip("0")
    return digits if _FINNISH.fullmatch(digits) and _check_digit(digits[:-1]) == int(digits[-1]) else ""


def _check_digit(digits: str) -> int:
    weighed = sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(reversed(digits)))
    return -weighed % 10


def is_personal_code(written: str) -> bool:
    """Whether a number is a personal identity code (of Finland, made-up ones for tests included).

    Examples
    --------
    >>> is_personal_code("131052-308T"), is_personal_code("1310523087")
    (True, False)
    """
    return len(written.strip()) == _PERSONAL_CODE and bool(hetu.is_valid(written, allow_temporary=True))


def shown(written: str) -> str:
    """Return what a person is shown of a value that is not what it should be.

    >>> shown("12,x"), shown("131052-308T")
    ('12,x', '(a personal identity code)')
    """
    return "(a personal identity code)" if is_personal_code(written) else written[:80]
