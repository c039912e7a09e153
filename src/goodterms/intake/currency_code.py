"""Currencies by their codes, however a file writes them."""

from __future__ import annotations

from goodterms.intake.typed_column import text_of

SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
CODES = frozenset({"EUR", "USD", "GBP", "SEK", "NOK", "DKK", "CHF", "PLN"})
"""Codes that are known in amounts ("12.50 EUR") and in names of columns ("Cost EUR")."""
_WORDS = {"euro": "EUR", "euroa": "EUR", "euros": "EUR"}


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
