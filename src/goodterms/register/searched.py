"""What a search looks through: the words of each counterparty's name, city, official numbers and keys, kept by the database itself with every change.

Of a colleague's counterparty a search finds name and city alone, so these stand apart from the whole. A word of up to three letters is looked for at the
beginning of words, a longer one anywhere.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from goodterms.register.counterparty import Counterparty
from goodterms.register.folded import folded

_SHORT = 3
_IN_INDEX = 200
"""So many characters PostgreSQL takes into an index whatever they are."""
_INDEX = "register_search_index"


class Searched(models.Model):
    """The folded words of one counterparty, written by the database's triggers: see :mod:`goodterms.register.search_tables`."""

    counterparty = models.OneToOneField(Counterparty, on_delete=models.DO_NOTHING, db_constraint=False, related_name="searched")
    seen_by_all = models.TextField()
    """Name and city."""
    whole = models.TextField()
    """These, and official numbers and keys."""
    words = models.GeneratedField(
        expression=Case(When(LessThanOrEqual(Length("whole"), _IN_INDEX), then="whole"), default=Value("", output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )
    """The whole where an index takes it, so that a list by name is searched in its index alone; else empty."""
    name = models.CharField(max_length=300)
    city = models.CharField(max_length=100)

    class Meta:
        indexes = [
            models.Index(fields=["name", "counterparty", "words"], name="searched_by_name"),
            models.Index(fields=["city", "counterparty"], name="searched_by_city"),
        ]


def parts_of(search: str) -> list[str]:
    """Return what stands in the words of whatever a search finds: ``" ab"`` at a word's beginning, ``"abcd"`` anywhere.

    >>> parts_of("Oy Sähkö"), parts_of(" - ")
    ([' oy', 'sahko'], [])
    """
    return [word if len(word) > _SHORT else f" {word}" for word in dict.fromkeys(folded(search).split())]


def finds(parts: list[str], own: Q) -> Q:
    """The condition that a search finds a counterparty: by all of its words where it is the user's ``own``, else by name and city."""
    whole = held(parts, "searched__")
    return whole & (own | _hold("searched__seen_by_all", parts)) if own else whole


def held(parts: list[str], at: str = "") -> Q:
    """The condition that the words at the end of a path hold all parts, which the index of the search answers."""
    by_index: Any = RawSQL(f"SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s", [_match(parts)])  # noqa: S611  (what is looked for is a parameter)
    return _hold(f"{at}whole", parts) & (Q(**{f"{at}id__in": by_index}) if _match(parts) else Q())


def finds_in_turn(parts: list[str], own: Q) -> Q:
    """The same, asked of one counterparty after another without the index of the search: first of the words that the index of a list has."""
    there = Searched.objects.filter(counterparty=OuterRef("pk"))
    may_hold, holds = _hold("searched__words", parts) | Q(searched__words=""), Q(Exists(there.filter(_hold("whole", parts))))
    if own:
        holds &= own | Q(Exists(there.filter(_hold("seen_by_all", parts))))
    return Q(searched__words__isnull=False) & asked_in_turn(may_hold) & asked_in_turn(Q(may_hold & holds))


def asked_in_turn(condition: Q) -> Q:
    """A condition asked of each record in turn: it leads to no index of its own."""
    parts: list[Any] = condition.children if condition.connector == Q.AND and not condition.negated else [condition]
    return Q(*(Case(When(Q(part), then=True), default=False) for part in parts))


def are_few(parts: list[str], most: int) -> bool:
    """Whether the index says that no more are found; where it says nothing, it is not known."""
    if connection.vendor != "sqlite":
        return Searched.objects.filter(_hold("whole", parts)).values("pk")[: most + 1].count() <= most
    match = _match(parts)
    if not match:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {_INDEX} WHERE {_INDEX} MATCH %s LIMIT %s)", [match, most + 1])
        (count,) = cursor.fetchone() or (0,)
    return bool(count <= most)


def _hold(words: str, parts: list[str]) -> Q:
    return Q(*((f"{words}__contains", part) for part in parts))


def _match(parts: list[str]) -> str:
    """What SQLite's table of trigrams is asked; nothing where the words are too short for it."""
    return " AND ".join(f'"{part}"' for part in parts if len(part) >= _SHORT) if connection.vendor == "sqlite" else ""
