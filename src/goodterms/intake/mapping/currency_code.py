"""Currencies by their codes, however a file writes them: the one list of codes, signs and words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from goodterms.facts.sql_text import text_of

_WRITTEN = {
    "EUR": "€ euro euros euroa euron euroina euroissa eurot eura evro evrov eiro eurų eur ευρώ евро",
    "USD": "$ US$ dollar dollars",
    "GBP": "£",
    "CHF": "fr sfr",
    "SEK": "kr kronor skr",
    "NOK": "kr kroner nkr",
    "DKK": "kr kroner dkr",
    "ISK": "kr krónur ikr",
    "CZK": "kč kc",
    "PLN": "zł zl",
    "HUF": "ft",
    "RON": "lei",
    "MDL": "lei",
    "BGN": "лв",
    "RSD": "дин din",
    "MKD": "ден",
    "BAM": "",
    "ALL": "lekë",
    "HRK": "kn",
    "UAH": "₴ грн",
    "RUB": "₽ руб",  # noqa: RUF001
    "BYN": "",
    "TRY": "₺ tl",
    "GEL": "₾",
    "JPY": "¥ 円",
    "CNY": "¥ 元",
    "CAD": "CA$ C$",
    "AUD": "AU$ A$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "SGD": "S$ SG$",
    "BRL": "R$",
    "MXN": "MX$",
    "KRW": "₩",
    "INR": "₹",
    "ILS": "₪",
    "ZAR": "",
    "AED": "",
}
"""The usual currencies of Europe's companies, each with its signs and words; what several have tells no currency by itself."""
CODES = frozenset(_WRITTEN)
"""Codes that are known, however they are written, in names of columns too ("Cost eur")."""
WHOLE_UNITS = frozenset({"CLP", "HUF", "ISK", "JPY", "KRW"})
"""Currencies whose amounts are rounded to whole units."""
_PAID_WITH = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK
    DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
    KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
"""
ISO_4217 = frozenset(_PAID_WITH.split())
"""Codes of money that people pay with (not of funds and metals), and of a few that were until lately."""
_WORDS_TOO = frozenset({"ALL", "BAM", "BOB", "COP", "CUP", "DOP", "GEL", "ILS", "LAK", "MAD", "MOP", "PEN", "PHP", "RON", "SOS", "TOP", "TRY"})
"""Codes that are words or abbreviations as well: alone they tell nothing."""
_UNITS_TOO = frozenset({"ft", "fr", "kn", "din", "tl"})
"""Words that are units of other things as well, feet and spoons: they tell a currency beside an amount of money alone."""
_SHORTEST_WORD = 4
"""Shorter words are too short to tell a currency by themselves."""


def _by_writing() -> dict[str, tuple[str, ...]]:
    """Each sign and word, in small letters → the codes that it may stand for."""
    found: dict[str, tuple[str, ...]] = {}
    for code, written in _WRITTEN.items():
        for one in written.casefold().split():
            found[one] = (*found.get(one, ()), code)
    return found


_BY_WRITING = _by_writing()
SHARED = {written: codes for written, codes in _BY_WRITING.items() if len(codes) > 1}
"""Signs and words of several currencies → these, the likeliest first: kr may be Swedish, Norwegian, Danish or Icelandic."""
_ALONE = {written: codes[0] for written, codes in _BY_WRITING.items() if len(codes) == 1}
DOLLAR = "$"
"""The sign that is the US dollar's by itself, and that of the code which stands beside it."""
_DOLLARS = """
    USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD
"""
MAY_BE = SHARED | {DOLLAR: tuple(_DOLLARS.split())}
"""What a sign or word may be where a code stands beside it: $ in a row of CAD is the Canadian dollar's."""


def _any_of(written: Iterable[str]) -> str:
    """A regular expression of writings, longer ones first; words may end in a point."""
    return "|".join(
        re.escape(one) + (r"\.?" if one.isalpha() and one.upper() not in ISO_4217 else "") for one in sorted(written, key=lambda one: (-len(one), one))
    )


MONEY = _any_of([*map(str.lower, CODES | (ISO_4217 - _WORDS_TOO)), *_BY_WRITING])
"""What names the currency of an amount, in small letters, as a regular expression of Python and of the engine alike."""
MONEY_ALONE = _any_of([*(code.lower() for code in CODES - _WORDS_TOO), *(written for written in _BY_WRITING if written not in _UNITS_TOO)])
"""The same of what means money wherever it stands, among words too."""
UNITS = _any_of([*_UNITS_TOO, *map(str.lower, (CODES & _WORDS_TOO) | (ISO_4217 - CODES))])
"""Of what names a currency that which beside a number may be another thing as well."""
SIGNS = "".join(sorted({sign for written in _BY_WRITING for sign in written if not sign.isalpha()}))
HEADING_WORDS = frozenset({*(code.lower() for code in (CODES - _WORDS_TOO) | {"RON"}), *_BY_WRITING}) - _UNITS_TOO | {"ft"}
"""What a heading may say of the currency beside what it names."""
_IN_HEADING = re.compile(rf"[^\W\d_]*[{re.escape(SIGNS)}]|[^\W\d_]+")
_GROWN_TOGETHER = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")
"""Where a word begins in a heading without spaces: NetAmountEUR."""
_THOUSANDS = "tkm"
"""What stands before a currency where amounts are in thousands or millions."""
_AS_WRITTEN = {"Ft": "HUF", "Fr": "CHF", "TL": "TRY"}
"""Of the words that are units too those that are written so where they are money: a price per ft is none in forint."""


def currency_code(written: str, meant: Mapping[str, str] | None = None) -> str:
    """The code of a currency that is written as a sign, a word or a code; what several currencies share stays as it is, in small letters.

    ``meant`` says what such a word stands for in a file.

    Examples
    --------
    >>> currency_code("€"), currency_code("usd"), currency_code("Kč"), currency_code("Kr."), currency_code("Kr.", {"kr": "SEK"})
    ('EUR', 'USD', 'CZK', 'kr', 'SEK')
    """
    plain = written.strip().casefold().rstrip(".")
    if plain in SHARED:
        return (meant or {}).get(plain, plain)
    return _ALONE.get(plain) or written.strip().upper()


def code_sql(cell: str, meant: Mapping[str, str] | None = None) -> str:
    """The same as SQL of a cell."""
    known = _ALONE | {shared: (meant or {}).get(shared, shared) for shared in SHARED}
    plain = f"rtrim(lower(trim({cell})), '.')"
    written = f"CASE {plain} {' '.join(f'WHEN {text_of(one)} THEN {text_of(code)}' for one, code in known.items())} ELSE upper({cell}) END"
    return f"CASE WHEN {cell} IN ({', '.join(map(text_of, _WRITTEN))}) THEN {cell} ELSE {written} END"


def marked_with(mark: str, meant: Mapping[str, str] | None = None) -> str:
    """What a sign, word or code in a cell of an amount says: its code, or itself where it may be that of several.

    Examples
    --------
    >>> marked_with("€"), marked_with("US$"), marked_with("$"), marked_with("Kr.")
    ('EUR', 'USD', '$', 'kr')
    """
    return DOLLAR if mark.strip() == DOLLAR else currency_code(mark, meant)


def may_be_sql(written: str, meant: Mapping[str, str] | None = None) -> str:
    """SQL of the codes that a currency may be, where it may be a word that several share."""
    code = code_sql(written, meant)
    return f"CASE {code} {' '.join(f'WHEN {text_of(shared)} THEN {list(codes)}' for shared, codes in SHARED.items())} ELSE [{code}] END"


def mark_may_be_sql(mark: str, meant: Mapping[str, str] | None = None) -> str:
    """SQL of the codes that the mark of an amount may be in a row that says a code: $ is any dollar there."""
    return f"CASE WHEN trim({mark}) = {text_of(DOLLAR)} THEN {list(MAY_BE[DOLLAR])} ELSE {may_be_sql(mark, meant)} END"


def are_codes(values: Iterable[str]) -> bool:
    """Whether values can be nothing but currencies: codes of ISO 4217 or signs, not only such as are words too, and one alone is a usual one.

    Examples
    --------
    >>> are_codes(["EUR", "usd", "€"]), are_codes(["CUP", "PEN"]), are_codes(["EUR", "kpl"]), are_codes(["AMD"]), are_codes(["ft"]), are_codes([])
    (True, False, False, False, False, False)
    """
    codes = {_told_alone(value) for value in values}
    return codes <= ISO_4217 and bool(codes - _WORDS_TOO) and (len(codes) > 1 or codes <= CODES)


def _told_alone(written: str) -> str:
    """The code that a code, a sign or a long word is by itself; "" of a short word, which is a unit or a name as often, and of a sign that several share."""
    plain = written.strip().casefold()
    if plain.upper() in ISO_4217:
        return plain.upper()
    is_short = plain.isascii() and plain.isalpha() and len(plain) < _SHORTEST_WORD
    return "" if is_short or plain in _UNITS_TOO else _ALONE.get(plain, "")


def currency_named(heading: str) -> str:
    """The currency that the name of a column of amounts says, "" where it says none, or several; a sign or word that may be several as it is.

    Examples
    --------
    >>> [currency_named(heading) for heading in ("Net amount USD", "Kustannus, eur", "Netto (CZK)", "Net total", "EUR/USD")]
    ['USD', 'EUR', 'CZK', '', '']
    >>> [currency_named(heading) for heading in ("Cena Kč", "Netto Ft", "Price per ft", "Betrag Fr.", "Beløp i kr", "Amount ($)", "NetTEUR", "Belopp tkr")]
    ['CZK', 'HUF', '', 'CHF', 'kr', '$', 'EUR', 'kr']
    """
    words = _IN_HEADING.findall(_GROWN_TOGETHER.sub(" ", heading))
    is_in_capitals = heading.upper() == heading
    found = {code for word in words if (code := _told_in_heading(word, is_in_capitals=is_in_capitals))}
    return found.pop() if len(found) == 1 else ""


def _told_in_heading(word: str, *, is_in_capitals: bool) -> str:
    """The currency that one word of a heading of amounts says: usual codes, others in capitals among small letters, signs, words, and thousands (TEUR)."""
    plain = word.casefold()
    if written := next((one for one in (plain, plain[-1]) if one in _BY_WRITING and one not in _UNITS_TOO), ""):
        return marked_with(written)
    codes = CODES - {"ALL"} if word.isupper() and not is_in_capitals else CODES - _WORDS_TOO
    if plain.upper() in codes or (word in ISO_4217 - _WORDS_TOO and not is_in_capitals):
        return plain.upper()
    if plain[0] in _THOUSANDS and (plain[1:] in SHARED or plain[1:].upper() in CODES - _WORDS_TOO):
        return currency_code(plain[1:])
    return _AS_WRITTEN.get(word, "")
