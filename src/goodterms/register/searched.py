"""What a search looks through: the words of each counterparty's name, city, official numbers and keys, kept by the database itself with every change.

Of a colleague's counterparty a search finds name and city alone, so these stand apart from the whole. A word of up to three letters is looked for at the
beginning of words, a longer one anywhere.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from goodterms.register.counterparty import Counterparty
from goodterms.register.folded import folded

MANY = 2_000
"""Of more finds than this it is quicker to go through a list in its order than to sort the finds."""
_SHORT = 3
_INDEX = "register_search_index"


class Searched(models.Model):
    """The folded words of one counterparty, written by the database's triggers: see :mod:`goodterms.register.search_tables`."""

    counterparty = models.OneToOneField(Counterparty, on_delete=models.DO_NOTHING, db_constraint=False, related_name="searched")
    seen_by_all = models.TextField()
    """Name and city."""
    whole = models.TextField()
    """These, and official numbers and keys."""


def parts_of(search: str) -> list[str]:
    """Return what stands in the words of whatever a search finds: ``" ab"`` at a word's beginning, ``"abcd"`` anywhere.

    >>> parts_of("Oy Sähkö"), parts_of(" - ")
    ([' oy', 'sahko'], [])
    """
    return [word if len(word) > _SHORT else f" {word}" for word in dict.fromkeys(folded(search).split())]


def finds(parts: list[str], own: Q) -> Q:
    """The condition that a search finds a counterparty: by all of its words where it is the user's ``own``, else by name and city."""
    whole = Q(*(Q(searched__whole__contains=part) for part in parts))
    if not own:
        return whole
    return whole & (own | Q(*(Q(searched__seen_by_all__contains=part) for part in parts)))


def indexed(parts: list[str]) -> Q:
    """The condition by which the index of the search narrows down what :func:`finds` looks at; empty where the database sees to that itself."""
    match = _match(parts)
    if not match:
        return Q()
    found: Any = RawSQL(f"SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s", [match])  # noqa: S611  (what is looked for is a parameter)
    return Q(searched__in=found)


def are_few(parts: list[str]) -> bool:
    """Whether the index says that few are found; where it says nothing, it is not known."""
    if connection.vendor != "sqlite":
        found = Searched.objects.filter(*(Q(whole__contains=part) for part in parts)).values("pk")
        return found[: MANY + 1].count() <= MANY
    match = _match(parts)
    if not match:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {_INDEX} WHERE {_INDEX} MATCH %s LIMIT %s)", [match, MANY + 1])
        (count,) = cursor.fetchone() or (0,)
    return bool(count <= MANY)


def _match(parts: list[str]) -> str:
    """What SQLite's table of trigrams is asked; nothing where the words are too short for it."""
    return " AND ".join(f'"{part}"' for part in parts if len(part) >= _SHORT) if connection.vendor == "sqlite" else ""
