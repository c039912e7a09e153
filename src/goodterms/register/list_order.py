"""In what order a list of counterparties goes: by which columns it is sorted, what is empty last, and in which indexes' order it can be gone through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, FilteredRelation, Func, IntegerField, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from goodterms.errors import UsageError
from goodterms.register.access import FIGURES
from goodterms.register.counterparty import ACTUAL, Counterparty, Stage
from goodterms.register.dictionary import Dictionary
from goodterms.register.run import CounterpartyFigures, CurrentRun
from goodterms.register.searched import Searched

SORTABLE = ("name", "city", "country", "stage", "manager", "segment", "created_on", "net_sales", "gross_margin", "profit", "orders", "last_sale")
Place = tuple[Any, ...]
"""Where a row stands in its list; the next page begins after it."""
_WORDED = {"manager": "manager__name", "segment": "segment__label_en"}
"""What is sorted by the word that another record has for it."""
_BY_NAME = ("stage", "manager", "segment")
"""Columns whose index goes on by name."""
_TEXTS = ("city", "country")
"""What is empty where it is missing."""
_OF_FIGURES = "sorted_"
"""Begins the names of the figures by which a list is sorted."""
_PATH = {**_WORDED, "city": "searched__city", **{name: f"{_OF_FIGURES}{name}" for name in FIGURES}}
"""What is sorted by where it is no column of the counterparty."""
_HARDLY_ANY = 2_000


@dataclass(frozen=True)
class Group:
    """Rows that stand together, and the index in whose order they are gone through."""

    there: Q
    by: tuple[str, ...]
    """The index's columns, of records at the end of a path."""
    at: str = ""
    records: type[Model] = Counterparty
    of: Mapping[str, Any] = field(default_factory=dict)
    """Which of the records are met on the way: those of the rows, and maybe more."""
    goes_down: bool = False

    def met(self) -> QuerySet[Any]:
        """The records that are met, in their order, as the index alone has them."""
        found: QuerySet[Any] = self.records._default_manager.filter(**self.of)  # noqa: SLF001  (Django's own name for it)
        return found.order_by(*signed((name, self.goes_down) for name in self.by)).values_list(*self.by)

    def compared(self, at: str, sign: str, place: Place) -> Func:
        """The condition that the index's columns, at the end of a path, stand so to a place: as one row to another, which the index answers."""
        meta: Any = self.records._meta  # noqa: SLF001  (Django's own name for it)
        values = (Value(value, output_field=meta.pk if name == "pk" else meta.get_field(name)) for name, value in zip(self.by, place, strict=True))
        sides = (_row(*(F(f"{at}{name}") for name in self.by)), _row(*values))
        return Func(*sides, template="%(expressions)s", arg_joiner=f" {sign} ", output_field=BooleanField())


class Order:
    """An order of the list: the name of a column, with ``-`` before it from the largest.

    Raises
    ------
    UsageError
        The list is not sorted by such a column.
    """

    def __init__(self, order: str) -> None:
        self.column, self._descending = order.removeprefix("-"), order.startswith("-")
        if self.column not in SORTABLE:
            raise UsageError(f"The list of counterparties is not sorted by {self.column}: choose one of {', '.join(SORTABLE)}.")
        self._path = _PATH.get(self.column, self.column)

    @property
    def has_many_groups(self) -> bool:
        """Whether the list falls into a part for each value of its column."""
        return self.column in _BY_NAME

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """By what the whole list is sorted, each with whether it is from the largest."""
        rank, ties = ("sorted_rank", False), [("name", False), ("pk", False)]
        if self.column == "stage":
            return [rank, *ties]
        if self.column in _WORDED:
            return [rank, (self._path, self._descending), (f"{self.column}_id", self._descending), *ties]
        return [rank, (self._path, self._descending), ("pk", self._descending)]

    def with_columns(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Counterparties with the columns by which they are sorted."""
        if self.column in FIGURES:
            found = found.annotate(figures_shown=FilteredRelation("figures", condition=Q(figures__run=self._run_and_stages[0])))
            found = found.annotate(**{f"{_OF_FIGURES}{name}": F(f"figures_shown__{name}") for name in (self.column, "counterparty_id", "run")})
        named = f"{self.column}_id" if self.column in _WORDED else self._path
        ranks = [When(**{named: ""} if self.column in _TEXTS else {f"{named}__isnull": True}, then=1)]
        if self.column == "stage":
            ranks = [When(stage=stage, then=rank) for rank, stage in enumerate(self._stages())]
        return found.annotate(sorted_rank=Case(*ranks, default=0, output_field=IntegerField()))

    def beyond(self, place: Place) -> Q:
        """The condition that a row comes after a place; where the place has nothing, rows of the same rank have nothing either."""
        beyond, same = Q(pk=None), Q()
        for (name, down), value in zip(self.columns, place, strict=True):
            if value is not None and value != "":
                beyond |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
                same &= Q(**{name: value})
        return beyond

    def served(self, musts: Sequence[Any]) -> tuple[str, Any] | None:
        """One of the conditions that an index in this order answers too: that a column has a plain value."""
        if self.column != "name":
            return None
        return next(filter(_is_plain, musts), None)

    def groups_after(self, place: Place | None, musts: Sequence[Any], served: tuple[str, Any] | None) -> Iterator[tuple[Group, Place]]:
        """The parts of the list, one after another, from a place on; each with what stands in its columns there. All rows fulfil ``musts``."""
        groups = self._groups(musts, served)
        if place is not None:
            group, *groups = groups[self._group_of(place) :]
            yield group, place[-len(group.by) :]
        column: Any = Counterparty._meta.get_field(self.column) if self.column in _BY_NAME else None  # noqa: SLF001  (Django's own name for it)
        wanted = [column.to_python(getattr(value, "pk", value)) for name, value in filter(_is_plain, musts) if name == self.column]
        yield from ((group, ()) for group in groups if all(group.of[self.column] == value for value in wanted))

    def _groups(self, musts: Sequence[Any], served: tuple[str, Any] | None) -> list[Group]:
        column, down = self.column, self._descending
        if served:
            return [Group(Q(served), ("name", "pk"), of=dict([served]), goes_down=down)]
        if column == "name":
            return [Group(Q(searched__name__isnull=False), ("name", "counterparty_id"), "searched__", Searched, goes_down=down)]
        if column == "created_on":
            return [Group(Q(), ("created_on", "pk"), goes_down=down)]
        if column in _BY_NAME:
            values = self._stages() if column == "stage" else [*self._words(), None]
            return [Group(Q(**{column: value}), ("name", "pk"), of={column: value}) for value in values]
        if column in _TEXTS:
            at, records, pk = ("searched__", Searched, "counterparty_id") if column == "city" else ("", Counterparty, "pk")
            filled = Group(Q(**{f"{at}{column}__gt": ""}), (column, pk), at, records, {f"{column}__gt": ""}, down)
            return [filled, Group(Q(**{f"{at}{column}": ""}), (pk,), at, records, {column: ""}, down)]
        return self._groups_of_figures(musts)

    def _groups_of_figures(self, musts: Sequence[Any]) -> list[Group]:
        run, has_stages = self._run_and_stages
        of: dict[str, Any] = {"run": run, f"{self.column}__isnull": False}
        without = ~Q(Exists(CounterpartyFigures.objects.filter(counterparty=OuterRef("pk"), **of)))
        if has_stages and any(
            ("stage", stage) in musts for stage in Stage if stage not in ACTUAL
        ):  # hardly any have figures, and it would lead far to see that
            potential = CounterpartyFigures.objects.filter(run=run, stage="").values_list("counterparty_id", flat=True)[: _HARDLY_ANY + 1]
            of |= {"counterparty_id__in": list(potential)} if len(potential) <= _HARDLY_ANY else {}
        there = Q(**{f"{_OF_FIGURES}{name}": value for name, value in of.items()})
        filled = Group(there, (self.column, "counterparty_id"), _OF_FIGURES, CounterpartyFigures, of, self._descending)
        return [filled, Group(without, ("pk",), goes_down=self._descending)]

    def _group_of(self, place: Place) -> int:
        """Which part of the list a place is in."""
        if self.column not in _WORDED:
            return int(place[0])
        words = self._words()
        if place[0]:
            return len(words)
        if place[2] not in words:
            raise UsageError(f"The {self.column} of the row that this page follows has gone: begin the list again.")
        return words.index(place[2])

    def _stages(self) -> list[str]:
        return list(reversed(Stage.values)) if self._descending else list(Stage.values)

    def _words(self) -> list[Any]:
        """The records by whose words the list is sorted, in their order."""
        related: Any = Counterparty._meta.get_field(self.column).related_model  # noqa: SLF001  (Django's own name for it)
        of = related.objects.filter(dictionary=Dictionary.SEGMENT) if self.column == "segment" else related.objects.all()
        return list(of.order_by(*signed((name, self._descending) for name in (self._path.removeprefix(f"{self.column}__"), "pk"))).values_list("pk", flat=True))

    @cached_property
    def _run_and_stages(self) -> tuple[int, bool]:
        """The run whose figures lists show, and whether the stages of counterparties are those that it found."""
        return CurrentRun.objects.filter(run__isnull=False).values_list("run", "run__stages_set").first() or (0, False)


def _is_plain(must: Any) -> bool:
    """Whether a condition is that a column, whose index goes on by name, has a plain value."""
    return isinstance(must, tuple) and must[0] in _BY_NAME and isinstance(must[1], str | UUID | Model)


def signed(order: Iterable[tuple[str, bool]]) -> list[Any]:
    """Columns as Django sorts by them."""
    return [F(name).desc() if down else F(name).asc() for name, down in order]


def sorted_anew(names: Iterable[str], *, down: bool) -> list[Any]:
    """Columns as Django sorts by them, where it is not to go through the index that has them in this order."""
    return [Coalesce(name, name).desc() if down else Coalesce(name, name).asc() for name in names]


def _row(*columns: Any) -> Func:
    return Func(*columns, template="(%(expressions)s)", output_field=BooleanField())
