"""Words of an income statement, in the languages of its likely makers: what is earned ("Net sales", "Liikevaihto") and what is left ("Net profit")."""

from __future__ import annotations

import re

from goodterms.intake.values.total_words import BARE

_OF = "(?: (?:for|before|after|för|före|efter|før|etter|vor|nach|ennen|avant|après|prima|antes|dopo|voor|na|przed|po) .*)?"
_OR_LOSS = r"(?: ?(?:[/-]|or|and)? ?\(?[-/]? ?(?:loss|tappio|verlust|tap)\)?)?"
_RESULTS = (
    f"(?:net|gross|operating|trading)?[ -]?(?:profit|loss|earnings|ebitd?a?){_OR_LOSS}{_OF}|profit and loss{_OF}|result{_OF}|(?:net|operating) income{_OF}",
    "(?:gross|operating|contribution|profit) margin|surplus|deficit",
    f"(?:tilikauden|kauden|liike|brutto|netto)[ -]?(?:tulos|voitto|tappio){_OR_LOSS}|tulos|voitto|(?:tulos|voitto) .*",
    "(?:käyttö|myynti|brutto)kate|katetuotto",
    f"(?:(?:årets|periodens|beräknat|ordinært|ordinärt) )?(?:rörelse|brutto|netto|drifts|års)?(?:resultat|vinst){_OF}|(?:täcknings|dæknings|deknings)bidrag",
    f"(?:vorläufiges )?(?:betriebs|jahres|perioden|roh|finanz)?ergebnis{_OF}|jahres(?:überschuss|fehlbetrag)|rohertrag",
    f"(?:roh|rein|netto|brutto)?gewinn{_OR_LOSS}{_OF}|deckungsbeitrag.*",
    "résultat.*|marge (?:brute|commerciale)|bénéfice.*|risultato.*|utile.*|margine lordo|resultado.*|beneficio.*|margen bruto|lucro.*|margem bruta",
    f"(?:netto|bruto|bedrijfs)?(?:resultaat|winst){_OF}|brutomarge|(?:wynik|zysk|strata)(?: .*)?|výsledek hospodaření.*|zisk|(?:puhas|äri|bruto)?kasum",
)
RESULT = re.compile(rf"[\s*=(]*(?:{'|'.join(_RESULTS)})[\s*:=.)]*(?:[0-9][0-9\s./:-]*)?", re.IGNORECASE)
"""A row that says what is left of income after costs: "Net profit", "Tilikauden tulos", "Rörelseresultat"."""
_INCOME_ALONE = (
    "(?:net |gross |total )?(?:sales|revenues?|turnover)|liikevaihto|(?:netto|brutto)?(?:omsättning|omsætning|omsetning|omzet)|umsatz(?:erlöse)?|erlöse"
    "|chiffre d.affaires|ricavi|fatturato|ingresos|receitas?|przychody|tržby|müügitulu|käive"
)
INCOME_ALONE = re.compile(rf"[\s*=(]*(?:{_INCOME_ALONE})[\s*:=.)]*", re.IGNORECASE)
"""A name of an account that is income, whatever its sign: "Sales", "Liikevaihto"."""
_INCOMES = (
    r"(?:.* )?(?:sales|revenues?|turnover|income|grants?|subsidies)\b.*|.*(?:tuotot|tuotto|myynti)\b.*|liikevaihto.*|avustukset.*",
    r".*(?:försäljning|intäkter|intäkt)\b.*|.*omsättning.*|.*(?:salg|indtægter|inntekter|omsætning|omsetning)\b.*|.*(?:erlöse|erträge|umsatz|umsätze)\b.*",
    r"ventes.*|produits .*|chiffre d.affaires.*|ricavi.*|vendite.*|ventas.*|ingresos.*|vendas.*|receitas?.*|.*(?:omzet|opbrengst|opbrengsten)\b.*",
    r"przychody.*|sprzedaż.*|tržby.*|výnosy.*|.*(?:tulu|tulud|müük)\b.*",
)
INCOME = re.compile("|".join(_INCOMES), re.IGNORECASE)
"""A name of one that is income where its amounts are the other way round than costs: "Myynti Suomi", "Zinserträge"; "Sales commissions" are costs."""

_GOODS = (
    "cost of (?:goods|sales|materials?)(?: .*)?|cogs|goods(?: sold)?|(?:purchases?|materials?)(?: .*)?|ostot|(?:aine|materiaali|tavara).*ostot.*|aineet.*",
    "materiaalit.*|waren(?:einsatz|einkauf|aufwand)|materialaufwand|aufwendungen für .*waren.*|varu(?:kostnad(?:er)?|inköp)|inköp(?: .*)?",
    "handelsvaror|råvaror.*|vare(?:kostnad|forbruk|forbrug|køb|kjøp)(?:er)?|achats(?: .*)?|coût des (?:ventes|marchandises).*",
    "inkoop(?:waarde|kosten)?(?: .*)?|kostprijs.*|costo del venduto|acquisti(?: .*)?|costo de (?:las )?ventas|compras(?: .*)?|custo d.*vendas",
    "zakup(?:y)?(?: .*)?|wartość sprzedanych.*|náklady na prodané zboží|kaubad.*",
)
GOODS = re.compile(rf"[\s*=(]*(?:[0-9]+\s+)?(?:{'|'.join(_GOODS)})[\s*:=.)]*", re.IGNORECASE)
"""A name of an account of the goods that were sold or bought: "Wareneinsatz", "Cost of goods sold"."""


def is_total(text: str, *, has_results: bool) -> bool:
    """Whether a text is a word for a total alone, or with ``has_results`` one for what is left.

    Examples
    --------
    >>> [is_total(text, has_results=True) for text in ("Total", "Net profit", "Tilikauden tulos", "Liikevoitto (-tappio)", "Loss of goods", "Profit sharing")]
    [True, True, True, True, False, False]
    """
    return bool(BARE.fullmatch(text) or (has_results and RESULT.fullmatch(text)))
