"""Words for a total in a file of rows, in the languages of its likely makers: "Total", "Välisumma", "Gesamtergebnis", "Sous-total", "Razem"."""

from __future__ import annotations

import re

_BEFORE = "algemeen|del|eind|end|gesamt|grand|hoved|kaikki|koko|kokonais|loppu|mellan|mellem|overall|over all|slut|sous|sub|teil|total|väli|zwischen"
_WORD = (
    "totals?|totalt|totale|totali|totales|totaux|totaal|yhteensä|yht|summa|summe|sum|suma|somma|somme|som|gesamt|gesamtbetrag|ergebnis|insgesamt"
    "|i ?alt|samlet|razem|ogółem|łącznie|celkem|kokku"
)
_BEHIND = "général|generale|general|geral|complessivo|częściowa|końcowa"
_TOTAL = f"(?:(?:{_BEFORE})[ -]?)?(?:{_WORD})(?: (?:{_BEHIND}))?"
BARE = re.compile(rf"[\s*=(]*(?:{_TOTAL})[\s*=:.,)]*(?:[0-9][0-9\s./:-]*)?", re.IGNORECASE)
"""A word for a total alone, or with a period: "Total", "Grand total:", "Yhteensä 2023-01"."""
BESIDE = re.compile(rf"[\s*=(]*(?:{_TOTAL})(?:[\s:.,*=()-].*)?|.*[\s:,(-](?:{_TOTAL})[\s*:=.)]*", re.IGNORECASE)
"""The same before or after other words: "Ann Oy total", "Summa Oy"."""
ANYWHERE = rf"(?i)(?:^|[^\pL])(?:{_TOTAL})(?:[^\pL]|$)"
"""The same anywhere among words, for the engine: one look at a row's cells together finds the few rows that are worth a closer one."""
_BEGINS = re.compile(rf"[\s*=(]*(?:{_TOTAL})[\s:.,*=()-]+(?:for |of |de |für |av |af |van )?(.+)", re.IGNORECASE)
_ENDS = re.compile(rf"(.+?)[\s:,(-]+(?:{_TOTAL})[\s*:=.)]*", re.IGNORECASE)


def beside_total(text: str) -> str:
    """What stands beside a word for a total, "" where nothing does.

    Examples
    --------
    >>> beside_total("Ann Oy total"), beside_total("Summe C1"), beside_total("Total for Bob"), beside_total("Razem:")
    ('Ann Oy', 'C1', 'Bob', '')
    """
    found = None if BARE.fullmatch(text) else _BEGINS.fullmatch(text) or _ENDS.fullmatch(text)
    return found[1].strip() if found else ""
