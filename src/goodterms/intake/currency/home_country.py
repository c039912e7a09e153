"""Which country's money a word that several share may be in a file: by its headings' language, its name, and where its customers or suppliers are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.parts.master_data import table_said
from goodterms.intake.parts.part import Part

_COUNTRIES = {
    "SEK": "Sweden se swe sverige ruotsi schweden suède suecia svezia zweden szwecja rootsi",
    "NOK": "Norway no nor norge noreg norja norwegen norvège noruega norvegia noorwegen norwegia norra",
    "DKK": "Denmark dk dnk danmark tanska dänemark danemark dinamarca danimarca denemarken dania taani",
    "ISK": "Iceland is isl ísland island islanti islande islandia islanda ijsland",
    "JPY": "Japan jp jpn japani japon japón giappone japonia",
    "CNY": "China cn chn kiina kina chine cina chiny",
    "RON": "Romania ro rou românia rumänien roumanie rumania rumunia",
    "MDL": "Moldova md mda moldavia moldau",
}
"""Code → its country, in English first, and what else a file may call it."""
_CODE_OF = {name.casefold(): code for code, names in _COUNTRIES.items() for name in names.split()}
_HEADINGS = {
    **dict.fromkeys(("belopp", "kund", "omsättning", "försäljning"), ("SEK",)),
    **dict.fromkeys(("beløp", "antall", "omsetning", "mva"), ("NOK",)),
    **dict.fromkeys(("beløb", "omsætning", "rabat"), ("DKK",)),
    **dict.fromkeys(("antal", "moms"), ("SEK", "DKK")),
    **dict.fromkeys(("dato", "kunde", "salg"), ("NOK", "DKK")),
    **dict.fromkeys(("rabatt",), ("SEK", "NOK")),
    **dict.fromkeys(("upphæð", "dagsetning", "viðskiptavinur", "magn"), ("ISK",)),
}
"""Words that headings begin or end with → the codes of the countries that speak so."""
_LANGUAGES = {"SEK": "Swedish", "NOK": "Norwegian", "DKK": "Danish", "ISK": "Icelandic"}
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Home:
    """What a file shows of the country of its money, each as codes of currencies: its name, the language of its headings, and rows by their parties."""

    by_name: frozenset[str] = frozenset()
    by_language: frozenset[str] = frozenset()
    parties: Mapping[str, int] = field(default_factory=dict)
    """Its rows by the country of their customers, or suppliers."""
    is_bought: bool = False

    def order(self, codes: Sequence[str], others: Collection[str]) -> list[str]:
        """The codes, the likelier ones first: by the file's name, its language, what other files are in, and where most customers or suppliers are."""
        return sorted(codes, key=lambda c: (c not in self.by_name, c not in self.by_language, c not in others, -self.parties.get(c, 0), codes.index(c)))

    @property
    def evidence(self) -> tuple[str, ...]:
        """The same in sentences."""
        said = [f"its name says {_country(code)}" for code in sorted(self.by_name)]
        if self.by_language:
            said.append(f"its headings are {' or '.join(_LANGUAGES[code] for code in sorted(self.by_language))}")
        if self.parties:
            whose = "from suppliers in" if self.is_bought else "to customers in"
            rows = [f"{count:,} {whose} {_country(code)}" for code, count in self.parties.items()]
            said.append(f"rows: {', '.join(rows)}")
        return tuple(said)


def home_of(con: Any, part: Part, codes: Collection[str], rows: str, parts: Iterable[Part]) -> Home:
    """What a file shows of the country of its money, which is in one of ``codes``, in the rows that a condition names."""
    spoken = [said for heading in part.file_header for word in _WORD.findall(heading) if (said := _spoken(word.casefold()))]
    language = frozenset(codes).intersection(*spoken) if spoken else frozenset[str]()
    words = [word.casefold() for word in _WORD.findall(f"{re.sub(r'.*/', '', part.raw.file)} {part.raw.sheet}")]
    named = frozenset(code for word in words if (code := _CODE_OF.get(word, word.upper())) in codes)
    return Home(named, language, _parties(con, part, codes, rows, parts), part.table == "purchase_lines")


def differ(homes: Sequence[Home]) -> bool:
    """Whether files show several countries: in their names, in languages that no country has in common, or of their customers or suppliers."""
    languages = [home.by_language for home in homes if home.by_language]
    return (
        len({code for home in homes for code in home.by_name}) > 1
        or bool(languages and not languages[0].intersection(*languages))
        or len({code for home in homes for code in home.parties}) > 1
    )


def together(homes: Sequence[Home]) -> Home:
    """What files of one source show, which have the same name of a country, or none, and the same headings."""
    parties = {code: sum(home.parties.get(code, 0) for home in homes) for home in homes for code in home.parties}
    return Home(homes[0].by_name, homes[0].by_language, dict(sorted(parties.items(), key=lambda one: -one[1])), homes[0].is_bought)


def _country(code: str) -> str:
    return _COUNTRIES[code].split()[0]


def _spoken(word: str) -> tuple[str, ...]:
    """The codes of the countries that have a word, by the longest known one that it begins or ends with."""
    known = sorted(_HEADINGS, key=len, reverse=True)
    return next((_HEADINGS[one] for one in known if word.startswith(one) or word.endswith(one)), ())


def _parties(con: Any, part: Part, codes: Collection[str], rows: str, parts: Iterable[Part]) -> dict[str, int]:
    """The rows by the country of their customers or suppliers, as the lines say it or a file of these does; most rows first."""
    key, table = ("supplier_key", "suppliers") if part.table == "purchase_lines" else ("customer_key", "customers")
    said = [table_said(part, table)] if table in part.known_of and "country" in part.known else []
    said += [other.name for other in parts if other.table == table and "country" in other.columns]
    if not said or key not in part.columns:
        return {}
    known = " UNION ALL ".join(f"SELECT {key}, lower(trim(country)) AS country FROM {name} WHERE country IS NOT NULL" for name in said)
    names = [name for name, code in _CODE_OF.items() if code in codes]
    is_known = f"country IN ({', '.join(map(text_of, names))})"
    of_each = f"SELECT {key}, min(country) AS country FROM ({known}) WHERE {is_known} GROUP BY 1"
    counted = f"SELECT country, count(*) FROM {part.name} p JOIN ({of_each}) c USING ({key}) WHERE {rows} GROUP BY 1 ORDER BY 1"
    found: dict[str, int] = {}
    for country, count in con.execute(counted).fetchall():
        found[_CODE_OF[country]] = found.get(_CODE_OF[country], 0) + count
    return dict(sorted(found.items(), key=lambda one: -one[1]))
