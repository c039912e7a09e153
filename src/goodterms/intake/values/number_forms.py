"""How a number may be written in a cell: the signs between its digits, before and behind them, and the currency beside it."""

from __future__ import annotations

from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.currency_code import MONEY

_NBSP = "\N{NO-BREAK SPACE}"
_SPACES = f" {_NBSP}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_MINUSES = "-\N{MINUS SIGN}\N{EN DASH}"
A_MINUS = f"\\{_MINUSES}"
"""The same inside brackets of a regular expression, where a bare hyphen would be a range."""
_NO_CENTS = rf"([0-9][.,])[{A_MINUS}—]{{1,2}}$"
"""A dash in place of cents, as in 125,- of prices, is no minus."""
_AT_END = rf"([0-9]):[{A_MINUS}—]{{1,2}}$"
"""Nor is that of Swedish prices, behind cents or in their place: 125:- and 125,00:-."""
_MONEY_MARK = f"(?i){MONEY}"
"""What names the currency in a cell with an amount."""
_MARK = "\N{CURRENCY SIGN}"
"""What stands in a cell for marks of currency and per cent, until it is clear that no digit stands before and behind one: 12€50 is no 1250."""
SIGNED = rf"\([^()]*\)|[+{A_MINUS}]?[^+{A_MINUS}()]*|[^+{A_MINUS}()]+[{A_MINUS}]"
DOT_STYLE = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|[0-9]{{1,3}}(?:[{_SPACES}{_APOSTROPHES}][0-9]{{3}})+)?(?:\.[0-9]*)?"
COMMA_STYLE = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+|[0-9]{{1,3}}(?:[{_SPACES}{_APOSTROPHES}][0-9]{{3}})+)?(?:,[0-9]*)?"


def money_mark(cell: str) -> str:
    """SQL of what names the currency in a cell that is a number, "" where nothing does."""
    return f"regexp_extract({cell}, {text_of(_MONEY_MARK)})"


def core_of(place: str) -> str:
    """A cell without currency, per cent sign and spaces around it, and with cents where a dash stands for them."""
    bare = f"trim(regexp_replace({place}, {text_of(f'{_MONEY_MARK}|%')}, {text_of(_MARK)}, 'g'), {text_of(_MARK + _SPACES)})"
    return f"regexp_replace(regexp_replace({bare}, {text_of(_AT_END)}, '\\1'), {text_of(_NO_CENTS)}, '\\100')"


def digits_of(core: str) -> str:
    """The same without its sign."""
    return f"trim({core}, {text_of('+()' + _MINUSES + _MARK + _SPACES)})"


def _is_negative(core: str) -> str:
    return f"regexp_matches({core}, {text_of(f'^[{A_MINUS}(]|[{A_MINUS}]$')})"


def plain_digits(place: str, sign: str, *, is_plain: bool = False) -> str:
    """SQL that brings a cell to digits with a leading minus and a decimal point, null where it is not a number of this style."""
    if is_plain:
        return place if sign == "." else f"replace({place}, ',', '.')"
    core = core_of(place)
    digits = digits_of(core)
    style = DOT_STYLE if sign == "." else COMMA_STYLE
    dropped = _SPACES + _APOSTROPHES + ("," if sign == "." else ".")
    plain = f"translate({digits}, {text_of(dropped)}, '')"
    if sign == ",":
        plain = f"replace({plain}, ',', '.')"
    is_number = f"regexp_full_match({core}, {text_of(SIGNED)}) AND regexp_full_match({digits}, {text_of(style)}) AND regexp_matches({digits}, '[0-9]')"
    return f"CASE WHEN {is_number} THEN CASE WHEN {_is_negative(core)} THEN '-' ELSE '' END || {plain} END"
