"""Currencies by their codes, however a file writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from goodterms.facts.sql_text import text_of

SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
CODES = frozenset({"EUR", "USD", "GBP", "SEK", "NOK", "DKK", "CHF", "PLN"})
"""Codes that are known in amounts ("12.50 EUR") and, however they are written, in names of columns ("Cost eur")."""
_PAID_WITH = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK
    DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
    KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
"""
ISO_4217 = frozenset(_PAID_WITH.split())
"""Codes of money that people pay with (not of funds and metals), and of a few that were until lately."""
_WORDS_TOO = frozenset({"ALL", "BAM", "BOB", "COP", "CUP", "DOP", "GEL", "LAK", "MAD", "MOP", "PEN", "PHP", "RON", "SOS", "TOP", "TRY"})
"""Codes that are words or abbreviations as well: alone they tell nothing."""
_WORDS = {"euro": "EUR", "euroa": "EUR", "euros": "EUR"}
_IN_HEADING = re.compile(r"[^\W\d_]+|[€$£]")


def currency_code(written: str) -> str:
    """The code of a currency that is written as a sign, a word or a code.

    Examples
    --------
    >>> currency_code("€"), currency_code("usd"), currency_code("kr")
    ('EUR', 'USD', 'KR')
    """
    return SIGNS.get(written.strip()) or _WORDS.get(written.strip().casefold()) or written.strip().upper()


def code_sql(cell: str) -> str:
    """The same as SQL of a cell."""
    return f"CASE {cell} {' '.join(f'WHEN {text_of(sign)} THEN {text_of(code)}' for sign, code in SIGNS.items())} ELSE upper({cell}) END"


def are_codes(values: Iterable[str]) -> bool:
    """Whether values can be nothing but currencies: codes of ISO 4217 or signs, not only such as are words too, and one alone is a usual one.

    Examples
    --------
    >>> are_codes(["EUR", "usd", "€"]), are_codes(["CUP", "PEN"]), are_codes(["EUR", "kpl"]), are_codes(["AMD"]), are_codes([])
    (True, False, False, False, False)
    """
    codes = {currency_code(value) for value in values}
    return codes <= ISO_4217 and bool(codes - _WORDS_TOO) and (len(codes) > 1 or codes <= CODES)


def currency_named(heading: str) -> str:
    """The currency that a column's name says its amounts are in, "" where it says none, or several.

    Examples
    --------
    >>> (
    ...     currency_named("Net amount USD"),
    ...     currency_named("Kustannus, eur"),
    ...     currency_named("Netto (CZK)"),
    ...     currency_named("Net total"),
    ...     currency_named("EUR/USD"),
    ... )
    ('USD', 'EUR', 'CZK', '', '')
    """
    words = _IN_HEADING.findall(heading)
    sure = {code for word in words if (code := currency_code(word)) in CODES}
    capitals = {word for word in words if word in ISO_4217 - _WORDS_TOO} if heading.upper() != heading else set()
    found = sure | capitals
    return found.pop() if len(found) == 1 else ""
