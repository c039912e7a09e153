"""A page of the list of counterparties: sorted by any of its columns, filtered and searched, and gone on with after a given row, however long the list is.

What is empty comes last, in both directions and on both databases. Where few are found they are sorted; where many are, the list goes through an index in its
order, so that a page costs the same at its beginning and in its depth. Where that leads far and fills no page, few are found there, and they are sorted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from goodterms.register.access import restricted
from goodterms.register.counterparty import Counterparty
from goodterms.register.list_order import SORTABLE, Order, Place, signed, sorted_anew
from goodterms.register.rights import OFFICE
from goodterms.register.searched import Searched, are_few, held, parts_of
from goodterms.register.user import User

__all__ = ["MOST_COUNTED", "SIZE", "SORTABLE", "Page", "Place", "counted", "page"]
SIZE = 50
MOST_COUNTED = 1_000
MANY = 5_000
"""Of more finds than this it is quicker to go through a list in its order than to sort the finds."""
FAR = 30_000
"""So many records of an index are gone through for one page."""


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
    rows = None if asked.finds_few() else asked.gone_through(after, size + 1)
    if rows is None:
        rows = asked.first_by_search(after, size + 1)
    if rows is None:
        rows = asked.sorted_whole(after, size + 1)
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


class _Asked:
    """A list as someone asks for it."""

    def __init__(self, user: User, show: Sequence[str], where: Q | Mapping[str, Any] | None, search: str, order: str) -> None:
        self.order = Order(order)
        self.user, self.show, self.search = user, show, search
        self.where = where if isinstance(where, Q) else Q(**(where or {}))
        self.musts = [] if self.where.connector != Q.AND or self.where.negated else list(self.where.children)
        self.served = None if search else self.order.served(self.musts)
        self.is_of_all = getattr(user, "role", "") in OFFICE and (not self.where or (self.served is not None and len(self.musts) == 1))
        """Whether all that is gone through is found, but for a search."""
        self.search_in_turn: tuple[str, ...] = ()
        """Where few are found without it, the search is asked of those alone."""

    def finds_few(self) -> bool:
        """Whether it is cheap to sort all that is found."""
        if self.search and are_few(parts_of(self.search), MANY):
            return True
        if self.is_of_all or not self._are_few():
            return False
        self.search_in_turn = ("search",)
        return True

    def first_by_search(self, after: Place | None, most: int) -> list[dict[str, Any]] | None:
        """The rows after a place of all that a search finds, sorted by the records alone that have what they are sorted by; None where that fills no page."""
        is_in_first_group = not self.order.has_many_groups and (after is None or not after[0])
        if not self.search or self.where or not is_in_first_group or (not self.is_of_all and self._are_few()):
            return None
        group, place = next(self.order.groups_after(after, self.musts, self.served))
        found = held(parts_of(self.search))
        met = group.met().filter(found if group.records is Searched else Q(**{f"{group.by[-1]}__in": Searched.objects.filter(found).values("counterparty")}))
        if place:
            met = met.filter(group.compared("", "<" if group.goes_down else ">", place))
        ids = list(met.order_by(*sorted_anew(group.by, down=group.goes_down)).values_list(group.by[-1], flat=True)[: 2 * most])
        rows = self._rows(self.order.with_columns(self._found(self.search, "search").filter(pk__in=ids)), self.order.columns, most)
        return rows if len(rows) == most else None

    def sorted_whole(self, after: Place | None, most: int) -> list[dict[str, Any]]:
        """The rows after a place, of all that are found, sorted by what no index has."""
        found = self.order.with_columns(self._found(self.search, *self.search_in_turn))
        return self._rows(found if after is None else found.filter(self.order.beyond(after)), self.order.columns, most)

    def gone_through(self, after: Place | None, most: int) -> list[dict[str, Any]] | None:
        """The rows after a place, group by group, each in the order of an index; None where that leads too far."""
        found = self.order.with_columns(self._found(self.search, "where", "search"))
        rows: list[dict[str, Any]] = []
        left = FAR
        for group, place in self.order.groups_after(after, self.musts, self.served):
            there, met, end = found.filter(group.there), group.met(), None
            beyond, until = ("<", ">=") if group.goes_down else (">", "<=")
            if place:
                there, met = there.filter(group.compared(group.at, beyond, place)), met.filter(group.compared("", beyond, place))
            if self.search or not self.is_of_all:
                end = next(iter(met[left - 1 : left]), None)
                there = there if end is None else there.filter(group.compared(group.at, until, end))
            rows += self._rows(there, [(f"{group.at}{name}", group.goes_down) for name in group.by], most - len(rows))
            if len(rows) == most:
                break
            if end is not None:
                return None
            left = max(1, left - met[:left].count())
        return rows

    def shown(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What is shown of rows; it is asked of them alone, not of all that are gone through."""
        ids = [row["pk"] for row in rows]
        seen = restricted(self.user, Counterparty, show=self.show).filter(pk__in=ids).values(*dict.fromkeys(["pk", *self.show]))
        by_id = {row["pk"]: row for row in seen}
        return [{name: by_id[pk][name] for name in self.show} for pk in ids if pk in by_id]

    def place_of(self, row: dict[str, Any]) -> Place:
        """Where a row stands."""
        return tuple(row[name] for name, _ in self.order.columns)

    def _are_few(self) -> bool:
        """Whether few are found without the search."""
        return self._found().order_by().values("pk")[: MANY + 1].count() <= MANY

    def _found(self, search: str = "", *in_turn: str) -> QuerySet[Any]:
        return restricted(self.user, Counterparty, beside=[*self.show, self.order.column], where=self.where, search=search, in_turn=in_turn)

    def _rows(self, found: QuerySet[Any], order: Sequence[tuple[str, bool]], most: int) -> list[dict[str, Any]]:
        return list(found.order_by(*signed(order)).values(*dict.fromkeys(["pk", *(name for name, _ in self.order.columns)]))[:most])
