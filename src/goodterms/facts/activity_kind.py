"""Kinds of activities that drivers count, by the words that companies in Europe have for them."""

from __future__ import annotations

import unicodedata

_WORDS = {
    "delivery": "delivery, deliveries, drop, drops, shipment, shipments, toimitus, toimitukset, kuljetus, kuljetukset, leverans, leveranser, utkörning, "
    "lieferung, lieferungen, auslieferung, auslieferungen, zustellung, zustellungen, livraison, livraisons, entrega, entregas, consegna, consegne, levering, "
    "leveringen, leveringer, leverance, leverancer, dostawa, dostawy",
    "visit": "visit, visits, customer visit, customer visits, sales visit, sales visits, käynti, käynnit, asiakaskäynti, asiakaskäynnit, vierailu, vierailut, "
    "besök, kundbesök, besuch, besuche, kundenbesuch, kundenbesuche, visite, visites, visite client, visites client, visita, visitas, bezoek, bezoeken, "
    "klantbezoek, klantbezoeken, besøg, kundebesøg, besøk, kundebesøk, wizyta, wizyty",
    "call": "call, calls, phone call, phone calls, telephone call, telephone calls, puhelu, puhelut, soitto, soitot, samtal, telefonsamtal, anruf, anrufe, "
    "telefonat, telefonate, appel, appels, appel téléphonique, appels téléphoniques, llamada, llamadas, chiamata, chiamate, telefonata, telefoontje, "
    "telefoontjes, telefoongesprek, telefoongesprekken, opkald, telefonopkald, samtale, telefonsamtale, telefonsamtaler, rozmowa, rozmowy",
    "ticket": "ticket, tickets, support ticket, support tickets, tiketti, tiketit, palvelupyyntö, palvelupyynnöt, ärende, ärenden, supportärende, "
    "supportärenden, zgłoszenie, zgłoszenia",
    "return": "return, returns, palautus, palautukset, retur, returer, retoure, retouren, rücksendung, rücksendungen, rückgabe, rückgaben, retour, retours, "
    "devolución, devoluciones, reso, resi, retourzending, retourzendingen, zwrot, zwroty",
}
ACTIVITY_KINDS = tuple(_WORDS)
"""What drivers count activities of: each has a driver of its own."""
_DRIVERS = dict(zip(ACTIVITY_KINDS, ("deliveries", "visits", "calls", "tickets", "returns"), strict=True))
ACTIVITY_DRIVERS = tuple(_DRIVERS.values())
"""The drivers that count activities of one kind, in the order of the kinds."""


def activity_kind(word: str) -> str | None:
    """The kind of activity that a word is a name of; None where it is none of those that drivers count.

    Examples
    --------
    >>> [activity_kind(word) for word in ("Lieferung", "Asiakaskäynti", "Calls", "Montage")]
    ['delivery', 'visit', 'call', None]
    """
    return _KIND_OF.get(_plain(word))


def may_be_called(word: str, kind: str) -> bool:
    """Whether what is said of a word is a kind of activity: one that drivers count, in any language, or the word itself, which none counts.

    Examples
    --------
    >>> [may_be_called("Montage", kind) for kind in ("visit", "Besuch", "Montage", "vist")]
    [True, True, True, False]
    """
    return activity_kind(kind) is not None or (kind != "" and kind.casefold() == word.casefold())


def driver_of(word: str) -> str | None:
    """The driver that counts what a word is a name of; None where none does.

    Examples
    --------
    >>> driver_of("Lieferungen"), driver_of("delivery"), driver_of("Montage")
    ('deliveries', 'deliveries', None)
    """
    return _DRIVERS.get(activity_kind(word) or "")


def _plain(word: str) -> str:
    """A word in small letters without accents."""
    signs = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return " ".join("".join(sign for sign in signs if not unicodedata.combining(sign)).split())


_LETTERS = str.maketrans({"ø": "o", "ł": "l"})
_KIND_OF = {_plain(word): kind for kind, words in _WORDS.items() for word in words.split(", ")}
