"""Names for the simulated company's customers: places that are on no map, made of a front and an end part. No real company, person or place is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goodterms.demo.parameters import Language

_FINNISH_FRONTS = """
    Kuura Lumo Havu Rautu Kivo Sarka Virva Kaisla Hallo Tuuli Loimu Utu Hauki Kurki Varpu Sammal Routa Pihla Tervo Jänkä Louhi Hilla Kanerva Suvi
"""
_FINNISH_ENDS = "vaara lampi perä korpi salmi harju kangas notko luoto rinne vuoma selkä kari lehto pohja ranka"
_SWEDISH_FRONTS = "Norr Gran Sten Sjö Alm Rönn Ving Hägg Tall Ljung Ask Berg Frost Kråk Lo Mård Skir Ulv Vild Ål"
_SWEDISH_ENDS = "holma vike dala näset lunda strande forsa ryd hult torpa mossa kulla sunda bäcka"
_ENGLISH_FRONTS = "Thistle Larch Ember Fallow Quill Heron Bracken Sorrel Winter Copper Marlow Pebble Otter Juniper Saffron Tarn"
_ENGLISH_ENDS = "combe wick mere garth holt stead cote fell thorpe burn leigh hythe"


@dataclass(frozen=True)
class Places:
    """The parts that the place names of one language are made of, and the legal form that follows a company's name."""

    fronts: tuple[str, ...]
    ends: tuple[str, ...]
    legal_form: str


PLACES: Mapping[Language, Places] = {
    "Finnish": Places(tuple(_FINNISH_FRONTS.split()), tuple(_FINNISH_ENDS.split()), "Oy"),
    "Swedish": Places(tuple(_SWEDISH_FRONTS.split()), tuple(_SWEDISH_ENDS.split()), "Ab"),
    "English": Places(tuple(_ENGLISH_FRONTS.split()), tuple(_ENGLISH_ENDS.split()), "Ltd"),
}
"""For each language of :class:`goodterms.demo.parameters.Region`."""
