"""Words for a total or a balance in a file of rows, in the languages of its likely makers: "Total", "Välisumma", "Sous-total", "Razem"; "Alkusaldo"."""

from __future__ import annotations

import re

_OF_WHAT = (
    "invoice|document|order|customer|product|group|account|page|month|year|rechnungs|beleg|auftrags|bestell|kunden|artikel|gruppen|konten|seiten|monats|jahres"
    "|laskun?|tositteen|tilauks?en|tilaus|asiakkaan|asiakas|tuotteen|ryhmän|tilin|sivun|kuukauden|kuukausi|vuoden|faktura|fakturans|ordre|orderns?|kund|kunde"
    "|artikel|grupp|konto|månads|års|bilags|facture|commande|client|factuur|klant|fattura|factura|faktury"
)
_BEFORE = (
    "algemeen|del|eind|end|gesamt|grand|hoved|kaikki|koko|kokonais|loppu|mellan|mellem|overall|over all|slut|sous|sub|teil|total|väli|zwischen"
    f"|netto?|brutto?|{_OF_WHAT}"
)
_WORD = (
    "totals?|totalt|totale|totali|totales|totaux|totaal|yhteensä|yht|summa|summe|sum|suma|somma|somme|som|gesamt|gesamtbetrag|ergebnis|insgesamt"
    "|omslutning|i ?alt|samlet|razem|ogółem|łącznie|celkem|kokku"
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

_BALANCE = (
    "(?:opening|closing|starting|beginning|ending|previous|initial|final) balances?|balance (?:brought|carried) (?:forward|down)"
    "|balance [bc]/?[df]|balance forward|(?:brought|carried) forward"
    "|(?:alku|loppu|avaus|päätös|aloitus|lopetus)saldo|saldo (?:aloitus|alussa|lopetus|lopussa)|(?:alkava|edellinen|siirtyvä) saldo|saldosiirto"
    "|(?:anfangs|end|schluss|eröffnungs)(?:bestand|saldo)|(?:alter|neuer) saldo|saldovortrag|eröffnungsbilanz|schlussbilanz"
    "|(?:ing[åa]ende|utg[åa]ende|inng[åa]ende|primo|ultimo|åpnings|åbnings) ?(?:saldo|balanse?|balans)|saldo (?:primo|ultimo)"
    "|solde (?:initial|final|précédent|antérieur|reporté|d.ouverture|de clôture)|report à nouveau"
    "|saldo (?:inicial|final|anterior|iniziale|finale|precedente|(?:di |de )?(?:apertura|cierre|chiusura|abertura|fecho))"
    "|bilans (?:otwarcia|zamknięcia)|saldo (?:początkowe|końcowe|otwarcia|zamknięcia)"
    "|(?:begin|eind|openings|slot)(?:saldo|balans)|(?:počáteční|konečný) (?:stav|zůstatek|zostatok)|(?:nyitó|záró) ?egyenleg"
    "|(?:alg|lõpp)saldo|sold (?:initial|final)"
)
_OF_WHEN = r"[\s*:=.,)]*(?:(?:per|am|den|au|al|at|as at|as of|of|on|zum|vom|na|op) )?(?:[0-9][0-9\s./:-]*)?"
BALANCE = re.compile(rf"[\s*=(]*(?:{_BALANCE}){_OF_WHEN}", re.IGNORECASE)
"""What an account was before or after the rows, alone or with a day: "Opening balance", "Loppusaldo 31.12.2024"."""
SALDO = re.compile(rf"[\s*=(]*(?:saldo|balance|balans|bilans|solde|vortrag|übertrag|zůstatek|egyenleg){_OF_WHEN}", re.IGNORECASE)
"""A word that says it alone, and may be a name as well."""
NO_DAY = re.compile(rf"{BALANCE.pattern}|{SALDO.pattern}|[\s*=(]*(?:ib|ub|eb|primo|ultimo)[\s*:.)]*", re.IGNORECASE)
"""What may stand for a balance where a day should: these, and short words that say it nowhere else."""


def beside_total(text: str) -> str:
    """What stands beside a word for a total, "" where nothing does.

    Examples
    --------
    >>> beside_total("Ann Oy total"), beside_total("Summe C1"), beside_total("Total for Bob"), beside_total("Razem:")
    ('Ann Oy', 'C1', 'Bob', '')
    """
    found = None if BARE.fullmatch(text) else _BEGINS.fullmatch(text) or _ENDS.fullmatch(text)
    return found[1].strip() if found else ""
