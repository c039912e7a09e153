"""What companies call the columns of their files, in Europe's languages, and what they mean to us."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from goodterms.facts.columns import ATTRIBUTE, TABLES, Kind
from goodterms.intake.mapping.currency_code import HEADING_WORDS, SIGNS
from goodterms.intake.mapping.months_across import MONTH, NUMBERED, TABLES_BY_MONTH, TABLES_OF_DAYS, TABLES_OF_PERIODS, first_day, is_closing_period

LEFT_OUT = "-"
"""What a mapping says of a column that is not to be read."""

DERIVED: dict[str, dict[str, Kind]] = {
    "sale_lines": {
        "unit_price": Kind.DECIMAL,
        "unit_list_price": Kind.DECIMAL,
        "unit_cost": Kind.DECIMAL,
        "unit_weight": Kind.DECIMAL,
        "unit_discount": Kind.DECIMAL,
        "document_discount": Kind.DECIMAL,
        "discount_rate": Kind.DECIMAL,
        "tax_rate": Kind.DECIMAL,
        "gross_value": Kind.DECIMAL,
        "freight": Kind.DECIMAL,
        "margin": Kind.DECIMAL,
        "inverse_rate": Kind.DECIMAL,
    },
    "purchase_lines": {
        "unit_price": Kind.DECIMAL,
        "unit_list_price": Kind.DECIMAL,
        "discount_rate": Kind.DECIMAL,
        "tax_rate": Kind.DECIMAL,
        "gross_value": Kind.DECIMAL,
        "inverse_rate": Kind.DECIMAL,
    },
    "rates": {"units": Kind.DECIMAL},
} | {
    table: {"debit": Kind.DECIMAL, "credit": Kind.DECIMAL, "side": Kind.TEXT, **dict.fromkeys(NUMBERED, Kind.TEXT), "year": Kind.INTEGER}
    for table in ("costs", "gl_balances")
}
_INSTEAD_OF_A_DAY = {"period": Kind.MONTH, **dict.fromkeys(NUMBERED, Kind.TEXT), "year": Kind.INTEGER}
"""What says the month of a row that has no day. No heading says it by itself: beside a day it is a further column."""
"""Columns that a file may have instead of ours: they are multiplied, divided or spread into ours."""

KNOWN_OF_CUSTOMERS = {
    "customer_name": "name",
    "segment": "segment",
    "country": "country",
    "price_list": "price_list",
    "payment_days": "payment_days",
    "terms": "terms",
}
"""What a file of lines says of its customers: its name there, and the column of ``customers``."""
KNOWN_OF_SUPPLIERS = {"supplier_name": "name", "country": "country"}
"""What a file of purchase lines, or a document, says of suppliers: its name there, and the column of ``suppliers``."""
KNOWN_OF_PRODUCTS = {"product_name": "name", "family": "family", "stocked": "stocked"}
"""What a file of lines says of its products: its name there, and the column of ``products``."""
NAMES_OF_NOBODY = {"manager_name": Kind.TEXT, "supplier_name": Kind.TEXT}
"""Names that are understood and go nowhere: facts hold keys. Those of suppliers are kept where lines of purchases say them."""

RATES = frozenset({"discount_rate", "tax_rate"})
NO_MONEY = frozenset({"quantity", "units", "weight", "unit_weight", "exchange_rate", "inverse_rate", "rate", *RATES})
"""Numbers that are no amounts of money."""
NEVER_MAPPED = frozenset({"file", "row", "key_space"})

_NUMBER = "number"
_NUMBER_WORDS = frozenset(
    {"no", "nr", "nro", "nbr", "num", "numero", "numeron", "nummer", "number", "id", "code", "koodi", "kod", "tunnus", "key", "avain", "n"}
    | {"numer", "codigo", "codice", "cod", "kode", "identifiant"}
)
_NAME_WORDS = frozenset({"name", "nimi", "namn", "nimen", "nom", "nome", "naam", "navn", "nazwa"})
_FILLERS = frozenset({"of", "the", "per", "in", "de", "di", "du", "del", "della", "des"})
_NUMBER_ENDING = re.compile(r"^(.{3,}?)(numero|nro|nr|nummer|tunnus|koodi|kod|id)$")
_NAME_ENDING = re.compile(r"^(.{3,}?)(nimi|namn|navn|naam)$")
_INNER_CAPITAL = re.compile(r"(?<=[a-zäöå0-9])(?=[A-ZÄÖÅ])|(?<=[A-ZÄÖÅ])(?=[A-ZÄÖÅ][a-zäöå])")
_LONG_SIGNS = "|".join(re.escape(word) for word in sorted(HEADING_WORDS) if len(word) > 1 and word[-1] in SIGNS)
_WORD = re.compile(rf"(?<![a-z])(?:{_LONG_SIGNS})|[a-z0-9]+|percent|[{re.escape(SIGNS)}]")


@cache
def normalised(name: str) -> str:
    """Bring a column's name to the form in which names are compared: words without case, accents and punctuation.

    Examples
    --------
    >>> normalised("CustomerID"), normalised("À-hinta"), normalised("Alennus-%"), normalised("Asiakasnro"), normalised("Fakturanr.")
    ('customer number', 'a hinta', 'alennus percent', 'asiakas number', 'faktura number')
    """
    spaced = _INNER_CAPITAL.sub(" ", name.replace("_", " ").strip())
    plain = _plain(spaced)
    words = _WORD.findall(plain.replace("%", " percent ").replace("#", " number ").replace("prosentti", " percent ").replace("procent", " percent "))
    found: list[str] = []
    for word in words:
        if word in _FILLERS:
            continue
        if word in _NUMBER_WORDS:
            found.append(_NUMBER)
        elif word in _NAME_WORDS:
            found.append("name")
        elif ending := _NUMBER_ENDING.match(word):
            found += [ending[1], _NUMBER]
        elif ending := _NAME_ENDING.match(word):
            found += [ending[1], "name"]
        else:
            found.append(word)
    while len(found) > 1 and found[0] == _NUMBER and words[0] in {"n", "no"}:
        found = found[1:]
    return " ".join(found)


def _plain(name: str) -> str:
    """Small letters without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign)).casefold().replace("ł", "l")


_CURRENCY_WORDS = frozenset(map(_plain, HEADING_WORDS))


def without_currency(normal: str) -> str:
    """A normalised name without the currency that it names: "amount eur" is an amount, and so is "belopp i sek"."""
    words = normal.split()
    kept = [word for word in words if word not in _CURRENCY_WORDS]
    return " ".join(word for word in kept if word != "i" or len(kept) == len(words))


_TAXES = "vat|tax|taxes|gst|alv|arvonlisavero|veron?|moms|mva|mw ?st|ust|steuer|btw|iva|tva|dph"
_WITH = "inc|incl|including|inclusive|inkl|inklusive|ink|sis|sisaltaa|sisaltaen|with|mit|med|con|com|z|s"
_WITH_TAX = re.compile(
    rf"(?<![a-z0-9])(?:(?:{_WITH}) (?:[0-9]+ percent )?(?:{_TAXES})(?: [0-9]+ percent)?|ttc|ivato|iva (?:incluido|incluida|inclusa|compresa)"
    r"|(?:vat|tax|gst|tva) (?:inc|incl|included|inclusive|comprise)|alvillinen|verollinen|alvineen|veroineen)(?![a-z0-9])"
)


def says_tax(normal: str) -> bool:
    """Whether a normalised name says "with tax"."""
    return _WITH_TAX.search(normal) is not None


def without_tax_words(normal: str) -> str:
    """What remains of a normalised name that says "with tax"; "" where it does not say that, or nothing else.

    Examples
    --------
    >>> without_tax_words("yhteensa sis alv"), without_tax_words("total price inc 20 percent vat"), without_tax_words("total excl vat")
    ('yhteensa', 'total price', '')
    """
    return " ".join(_WITH_TAX.sub("", normal).split()) if says_tax(normal) else ""


@dataclass(frozen=True)
class Meaning:
    """What a name may mean: our column, and how surely (1 = the very name, 2 = a general one, 3 = only where nothing better is there)."""

    ours: str
    rank: int


_NOT_OF_PURCHASES = frozenset(
    {"customer_key", "customer_name", "payer_key", "place_key", "manager_key", "manager_name", "segment", "country", "price_list", "payment_days", "terms"}
    | {"charges", "freight", "rebate", "list_value", "unit_list_price", "discount", "unit_cost", "product_cost", "weight", "unit_weight", "order_number"}
    | {"unit_discount", "document_discount", "delivery_document", "channel", "stocked", "family"}
)
"""What the lines of sales have and those of purchases do not."""


@cache
def _names() -> dict[str, dict[str, list[list[str]]]]:
    """Table → our column → their names by rank, from ``column_names.toml``."""
    found: dict[str, dict[str, list[list[str]]]] = tomllib.loads(resources.files(__package__).joinpath("column_names.toml").read_text(encoding="utf-8"))
    lines = {ours: names for ours, names in found["sale_lines"].items() if ours not in _NOT_OF_PURCHASES}
    return found | {"purchase_lines": found["purchase_lines"] | lines}


@cache
def headings(table: str) -> dict[str, list[list[str]]]:
    """Our columns of a table, each with the headings that are known for it by rank; every word for a number is "number" in them, "%" is "percent"."""
    known = _names().get(table, {})
    return {ours: known.get(ours, []) for ours in accepted(table) if ours in known or ours not in NAMES_OF_NOBODY}


@cache
def meanings(table: str) -> dict[str, tuple[Meaning, ...]]:
    """Each normalised name that is known for a table, with what it may mean, surest first."""
    found: dict[str, dict[str, int]] = {}
    for ours, ranked in _names().get(table, {}).items():
        for rank, names in enumerate(ranked, start=1):
            for name in names:
                found.setdefault(normalised(name), {}).setdefault(ours, rank)
    for ours in accepted(table):
        if ours not in _INSTEAD_OF_A_DAY or table not in TABLES_OF_DAYS:
            found.setdefault(normalised(ours), {}).setdefault(ours, 1)
    return {name: tuple(sorted((Meaning(ours, rank) for ours, rank in known.items()), key=lambda m: m.rank)) for name, known in found.items()}


@cache
def names_a_key(theirs: str) -> bool:
    """Whether a column's name says that it holds keys or words, of whatever table: a number in it is no amount.

    Examples
    --------
    >>> names_a_key("Customer no"), names_a_key("Net amount"), names_a_key("Margin")
    (True, False, False)
    """
    form = normalised(theirs)
    return any(kind_of(table, found[0].ours) == Kind.TEXT for table in TABLES if (found := meanings(table).get(form)))


def rank_of(table: str, theirs: str, ours: str) -> int:
    """How surely a column's name says one of ours, 1 being the very name; 0 where it does not say it.

    Examples
    --------
    >>> rank_of("sale_lines", "Net amount", "net_value"), rank_of("sale_lines", "Total EUR", "net_value"), rank_of("sale_lines", "Date", "net_value")
    (1, 3, 0)
    """
    known = meanings(table)
    form = normalised(theirs)
    return next((meaning.rank for meaning in known.get(form, ()) or known.get(without_currency(form), ()) if meaning.ours == ours), 0)


@cache
def accepted(table: str) -> dict[str, Kind]:
    """Every name that a mapping may give to a column of a table's file, with the kind of its values."""
    ours = {column.name: column.kind for column in TABLES[table].columns if column.name not in NEVER_MAPPED}
    ours |= DERIVED.get(table, {})
    if table in TABLES_OF_DAYS:
        ours |= _INSTEAD_OF_A_DAY
    if table in {"sale_lines", "activities"}:
        ours |= {name: TABLES["customers"].kind_of(theirs) for name, theirs in KNOWN_OF_CUSTOMERS.items()}
    if table in {"sale_lines", "purchase_lines"}:
        ours |= {name: TABLES["products"].kind_of(theirs) for name, theirs in KNOWN_OF_PRODUCTS.items()}
    return ours | NAMES_OF_NOBODY


def goes_nowhere(table: str, ours: str) -> bool:
    """Whether a column is understood and not kept.

    >>> goes_nowhere("sale_lines", "supplier_name"), goes_nowhere("purchase_lines", "supplier_name")
    (True, False)
    """
    return ours in NAMES_OF_NOBODY and not (table == "purchase_lines" and ours in KNOWN_OF_SUPPLIERS)


def is_month_of(table: str, ours: str) -> bool:
    """Whether one of our names is that of a column of a month's amounts, in a table ("" for any) that may have such.

    Examples
    --------
    >>> is_month_of("costs", "month:2025-01"), is_month_of("payments", "month:2025-01"), is_month_of("costs", "month:2025-17")
    (True, False, False)
    >>> is_month_of("costs", "month:2025-13"), is_month_of("sale_lines", "month:2025-13")
    (True, False)
    """
    if not ours.startswith(MONTH) or (table and table not in (TABLES_OF_PERIODS if is_closing_period(ours) else TABLES_BY_MONTH)):
        return False
    try:
        first_day(ours)
    except ValueError:
        return False
    return True


def kind_of(table: str, ours: str) -> Kind | None:
    """The kind of values under one of our names; None for an attribute, whose values decide, and for what this table does not take."""
    if is_month_of(table, ours):
        return Kind.DECIMAL
    return None if ours.startswith(ATTRIBUTE) else accepted(table).get(ours)


def attribute_name(theirs: str) -> str:
    """The attribute that a further column becomes: a name that equations can use.

    Examples
    --------
    >>> attribute_name("Kiireellinen toimitus")
    'attribute:kiireellinen_toimitus'
    """
    return ATTRIBUTE + normalised(theirs).replace(" ", "_")


def says_percent(name: str) -> bool:
    """Whether a column's name says that its values are per cent."""
    return "percent" in normalised(name).split() or "pct" in normalised(name).split()
