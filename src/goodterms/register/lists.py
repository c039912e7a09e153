"""A page of the list of counterparties: sorted by any of its columns, filtered and searched, and gone on with after a given row, however long the list is.

What is empty comes last, in both directions and on both databases. Where few are found they are sorted; where many are, the list goes through an index in its
order, so that a page costs the same at its beginning and in its depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, F, FilteredRelation, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from goodterms.errors import UsageError
from goodterms.register.access import FIGURES, restricted
from goodterms.register.address import AddressKind
from goodterms.register.counterparty import Counterparty, Stage
from goodterms.register.dictionary import Dictionary
from goodterms.register.rights import OFFICE
from goodterms.register.run import CurrentRun
from goodterms.register.searched import MANY, are_few, parts_of
from goodterms.register.user import User

SIZE = 50
MOST_COUNTED = 1_000
_NEVER_EMPTY = {"name", "created_on"}
_TEXTS = {"country", "city"}
_TEXT = "sorted_text"
"""What such a column is sorted by where it may be missing, too."""
_VALUE, _TIE = "sorted_value", "sorted_tie"
"""Of a record beside the counterparty by which a list is sorted, its value and whose it is."""
_WORDED = {"manager": "manager__name", "segment": "segment__label_en"}
"""What is sorted by the word that another record has for it."""
_WITH_NAME = {"stage", "manager", "segment"}
"""Columns whose index goes on by name."""
SORTABLE = ("name", "city", "country", "stage", "manager", "segment", "created_on", "net_sales", "gross_margin", "profit", "orders", "last_sale")
Place = tuple[Any, ...]
"""Where a row stands in its list; the next page begins after it."""


@dataclass(frozen=True)
class Page:
    """Rows of a list, and where the last of them stands; None where nothing follows."""

    rows: list[dict[str, Any]]
    last: Place | None


def page(
    user: User,
    *,
    show: Sequence[str] = ("pk", "name"),
    where: Q | Mapping[str, Any] | None = None,
    search: str = "",
    order: str = "name",
    after: Place | None = None,
    size: int = SIZE,
) -> Page:
    """Return the next rows of the list of counterparties; ``order`` is a column of ``SORTABLE``, with ``-`` before it from the largest.

    Raises
    ------
    NotAllowedError
        As :func:`goodterms.register.access.query`.
    UsageError
        The list is not sorted by such a column, or as :func:`goodterms.register.access.query`.
    """
    asked = _Asked(user, show, where, search, order)
    rows: list[dict[str, Any]] = []
    for part in asked.sorted_whole(after, size + 1) if asked.finds_few() else asked.walked(after, size + 1):
        rows += part[: size + 1 - len(rows)]
        if len(rows) > size:
            break
    return Page(asked.shown(rows[:size]), asked.place_of(rows[size - 1]) if len(rows) > size else None)


def counted(user: User, *, where: Q | Mapping[str, Any] | None = None, search: str = "", most: int = MOST_COUNTED) -> tuple[int, bool]:
    """Return how many counterparties a list has, and whether that is all: there may be more than ``most``, which are not counted.

    Raises
    ------
    NotAllowedError
        As :func:`page`.
    UsageError
        As :func:`page`.
    """
    found = restricted(user, Counterparty, where=where, search=search).order_by().values("pk")[: most + 1].count()
    return min(found, most), found <= most


@dataclass(frozen=True)
class _Group:
    """Rows that stand together, and their order among themselves."""

    there: Q
    columns: tuple[str, ...]
    descending: bool = False


class _Asked:
    """A list as someone asks for it."""

    def __init__(self, user: User, show: Sequence[str], where: Q | Mapping[str, Any] | None, search: str, order: str) -> None:
        self.column, self.descending = order.removeprefix("-"), order.startswith("-")
        if self.column not in SORTABLE:
            raise UsageError(f"The list of counterparties is not sorted by {self.column}: choose one of {', '.join(SORTABLE)}.")
        self.user, self.show, self.search = user, show, search
        self.where = where if isinstance(where, Q) else Q(**(where or {}))
        self.path = _path(self.column)
        self.columns = self._columns()
        self.found = restricted(user, Counterparty, show=show, where=where, search=search, order=[self.column])

    def finds_few(self) -> bool:
        """Whether it is cheap to sort all that is found."""
        if self.search and are_few(parts_of(self.search)):
            return True
        if not self.where and self.user.role in OFFICE:
            return False
        beside_search = restricted(self.user, Counterparty, where=self.where, order=[self.column])
        return beside_search.order_by().values("pk")[: MANY + 1].count() <= MANY

    def sorted_whole(self, after: Place | None, most: int) -> Iterator[list[dict[str, Any]]]:
        """The rows after a place, of all that are found, sorted by what no index has."""
        found = self._with_order(self.found)
        if after is not None:
            found = found.filter(_beyond([name for name, _ in self.columns], after, [down for _, down in self.columns]))
        yield self._rows(found, self.columns, most)

    def walked(self, after: Place | None, most: int) -> Iterator[list[dict[str, Any]]]:
        """The rows after a place, part by part, each in the order of an index."""
        found = self._gone_through()
        groups = self._groups()
        if after is not None:
            place = dict(zip((name for name, _ in self.columns), after, strict=True))
            place |= {self.path: place.get(_TEXT, place.get(self.path)), _TIE: place["pk"]}
            group, *groups = groups[self._group_of(place) :]
            for at in reversed(range(len(group.columns))):
                same = {name: place[name] for name in group.columns[:at]}
                beyond = {f"{group.columns[at]}__{'lt' if group.descending else 'gt'}": place[group.columns[at]]}
                order = [(name, group.descending) for name in group.columns[at:]]
                yield self._rows(found.filter(group.there, **same, **beyond), order, most)
        for group in groups:
            yield self._rows(found.filter(group.there), [(name, group.descending) for name in group.columns], most)

    def shown(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What is shown of rows; it is asked of them alone, not of all that are gone through."""
        ids = [row["pk"] for row in rows]
        seen = restricted(self.user, Counterparty, show=self.show).filter(pk__in=ids).values(*dict.fromkeys(["pk", *self.show]))
        by_id = {row["pk"]: row for row in seen}
        return [{name: by_id[pk][name] for name in self.show} for pk in ids if pk in by_id]

    def place_of(self, row: dict[str, Any]) -> Place:
        """Where a row stands."""
        return tuple(row[name] for name, _ in self.columns)

    def _gone_through(self) -> QuerySet[Any]:
        """What is found, each condition asked row by row, except one that the order's own index answers too."""
        parts: list[Any] = self.where.children
        served = [part for part in parts if _is_served(part)][:1] if self._is_plain() else []
        asked = Q(*(part for part in parts if part not in served)) if served else self.where
        used = [self.column, *(name for name, _ in served)]
        found = restricted(self.user, Counterparty, show=self.show, where=asked, search=self.search, order=used, row_by_row=True)
        return self._with_order(found).filter(*(Q(part) for part in served))

    def _is_plain(self) -> bool:
        """Whether the list is sorted by name and all of its conditions must hold."""
        return self.column == "name" and self.where.connector == Q.AND and not self.where.negated

    def _with_order(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """The records with the columns by which they are sorted."""
        if self.column in FIGURES:
            run = self._run()
            found = found.annotate(sorted_by=FilteredRelation("figures", condition=Q(figures__run=run)), sorted_value=F(f"sorted_by__{self.column}"))
            found = found.annotate(sorted_run=F("sorted_by__run"), **{_TIE: F("sorted_by__counterparty_id")})
        elif self.column == "city":
            found = found.annotate(sorted_by=FilteredRelation("addresses", condition=Q(addresses__kind=AddressKind.BILLING)), sorted_value=F("sorted_by__city"))
            found = found.annotate(**{_TIE: F("sorted_by__counterparty_id")})
        ranks = [When(self._is_empty(), then=1)]
        if self.column == "stage":
            ranks = [When(stage=stage, then=rank) for rank, stage in enumerate(self._stages())]
        if self.column in _TEXTS:
            found = found.annotate(**{_TEXT: Coalesce(self.path, Value(""))})
        return found.annotate(sorted_rank=Case(*ranks, default=0, output_field=IntegerField()))

    def _rows(self, found: QuerySet[Any], order: Sequence[tuple[str, bool]], most: int) -> list[dict[str, Any]]:
        by = [F(name).desc() if down else F(name).asc() for name, down in order]
        return list(found.order_by(*by).values(*dict.fromkeys(["pk", *(name for name, _ in self.columns)]))[:most])

    def _columns(self) -> list[tuple[str, bool]]:
        """By what the whole list is sorted, each with whether it is from the largest."""
        rank, ties = ("sorted_rank", False), [("name", False), ("pk", False)]
        if self.column == "stage":
            return [rank, *ties]
        if self.column in _WORDED:
            return [rank, (self.path, self.descending), (f"{self.column}_id", self.descending), *ties]
        return [rank, (_TEXT if self.column in _TEXTS else self.path, self.descending), ("pk", self.descending)]

    def _groups(self) -> list[_Group]:
        """The parts of the list, one after another."""
        ties = ("name", "pk")
        if self.column == "stage":
            return [_Group(Q(stage=stage), ties) for stage in self._stages()]
        if self.column in _WORDED:
            return [*(_Group(Q(**{f"{self.column}_id": pk}), ties) for pk, _ in self._words()), _Group(self._is_empty(), ties)]
        is_filled = Q(**{f"{self.path}__gt": ""}) if self.column in _TEXTS else Q(**{f"{self.path}__isnull": False})
        if self.column in FIGURES:
            is_filled &= Q(sorted_run=self._run())  # so that SQLite sees that these have figures, and begins with them
        filled = _Group(is_filled, (self.path, _TIE if self.path == _VALUE else "pk"), self.descending)
        return [filled] if self.column in _NEVER_EMPTY else [filled, _Group(self._is_empty(), ("pk",), self.descending)]

    def _group_of(self, place: Mapping[str, Any]) -> int:
        """Which part of the list a place is in."""
        if self.column not in _WORDED:
            return int(place["sorted_rank"])
        words = self._words()
        if place["sorted_rank"]:
            return len(words)
        named = [pk for pk, _ in words]
        if place[f"{self.column}_id"] not in named:
            raise UsageError(f"The {self.column} of the row that this page follows has gone: begin the list again.")
        return named.index(place[f"{self.column}_id"])

    def _stages(self) -> list[str]:
        return list(reversed(Stage.values)) if self.descending else list(Stage.values)

    def _words(self) -> list[tuple[Any, str]]:
        """The records by whose words the list is sorted, in their order."""
        related: Any = Counterparty._meta.get_field(self.column).related_model  # noqa: SLF001  (Django's own name for it)
        word = self.path.removeprefix(f"{self.column}__")
        of = related.objects.filter(dictionary=Dictionary.SEGMENT) if self.column == "segment" else related.objects.all()
        sign = "-" if self.descending else ""
        return list(of.order_by(f"{sign}{word}", f"{sign}pk").values_list("pk", word))

    def _run(self) -> int:
        """The run whose figures lists show."""
        return CurrentRun.objects.values_list("run", flat=True).first() or 0

    def _is_empty(self) -> Q:
        named = f"{self.column}_id" if self.column in _WORDED else self.path
        empty = Q(**{f"{named}__isnull": True})
        return empty | Q(**{named: ""}) if self.column in _TEXTS else empty


def _is_served(part: Any) -> bool:
    """Whether a condition is that a column, whose index goes on by name, has a plain value."""
    return isinstance(part, tuple) and part[0] in _WITH_NAME and isinstance(part[1], str | UUID | Model)


def _path(column: str) -> str:
    """What the database sorts by."""
    return _VALUE if column in FIGURES or column == "city" else _WORDED.get(column, column)


def _beyond(columns: Sequence[str], place: Place, descending: Sequence[bool]) -> Q:
    """The condition that a row comes after a place; where the place has nothing, rows of the same rank have nothing either."""
    beyond, same = Q(pk=None), Q()
    for name, value, down in zip(columns, place, descending, strict=True):
        if value is not None and value != "":
            beyond |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
            same &= Q(**{name: value})
    return beyond
