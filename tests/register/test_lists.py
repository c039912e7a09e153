"""Lists: sorted by each column in both directions, what is empty last, page after page, on both databases alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.db.models import Q
from tests.installations import NOW
from tests.register.everyone import Everyone

from goodterms.errors import NotAllowedError, UsageError
from goodterms.register import lists, models
from goodterms.register.counterparty import ACTUAL
from goodterms.register.lists import SORTABLE, counted, page

COUNT = 60
STAGES = [stage for stage, _ in models.Counterparty._meta.get_field("stage").choices]


@pytest.fixture
def many(installation):
    """Sixty customers of three managers, each fourth without one, and each column empty on some."""
    team = models.Team.objects.create(name="North")
    users = {
        name: models.User.objects.create(name=name, email=f"{name}@example.com", role=role, team=team)
        for name, role in {"Ann": "manager", "Bob": "manager", "Cleo": "manager", "Hea": "head"}.items()
    }
    segments = [models.DictionaryValue.objects.create(dictionary="segment", key=f"S{n}", label_en=label) for n, label in enumerate(["Wood", "Glass"])]
    run = models.Run.objects.create(state="ready", made_by=users["Hea"], begun_at=NOW, facts_version=0, as_of=NOW.date(), later="2026", answer="")
    models.CurrentRun.objects.update(run=run)
    for n in range(COUNT):
        made = models.Counterparty.objects.create(
            name=f"Company {n % 20:02d}",
            is_customer=True,
            stage=STAGES[n % 5],
            manager=[users["Ann"], users["Bob"], users["Cleo"], None][n % 4],
            segment=[*segments, None][n % 3],
            country=["FI", "", "SE"][n % 3],
            created_on=date(2026, 1, 1 + n % 9),
        )
        if n % 7:
            models.Address.objects.create(counterparty=made, kind="billing", city=["Oulu", "", "Pori"][n % 3])
        models.Address.objects.create(counterparty=made, kind="delivery", city="Zürich")
        if n % 5:
            value = None if n % 9 == 0 else Decimal(n % 11)
            models.CounterpartyFigures.objects.create(run=run, counterparty=made, net_sales=value, gross_margin=value, profit=value and -value, orders=n % 4)
    return users


def in_pages(user, size=11, **asked):
    """All rows of a list, read page by page."""
    found, after = [], None
    while True:
        part = page(user, after=after, size=size, **asked)
        found += part.rows
        if part.last is None:
            return found
        assert len(part.rows) == size
        after = part.last


FIGURES = ("net_sales", "profit")
WAYS = {"few are sorted": (5_000, 5_000), "many are gone through": (-1, 5_000), "a way leads too far": (-1, 7)}
"""The most that are sorted, and how far a list is gone through before all are sorted after all."""


def take(monkeypatch, way):
    """One way to a list, whatever its length."""
    for name, value in zip(("MANY", "FAR"), WAYS[way], strict=True):
        monkeypatch.setattr(lists, name, value)


@pytest.fixture(params=WAYS)
def each_way(request, monkeypatch):
    """Each way to a list."""
    take(monkeypatch, request.param)


def shown(column):
    return {"manager": "manager__name", "segment": "segment__label_en"}.get(column, column)


def test_a_list_goes_through_all_rows_in_order_with_what_is_empty_last(many, each_way):
    for column, sign in product(SORTABLE, ("", "-")):
        for user, where in ((many["Hea"], {}), (many["Hea"], {"country": "FI"}), (many["Hea"], {"manager": many["Bob"].pk.hex}), (many["Ann"], {})):
            rows = in_pages(user, order=f"{sign}{column}", where=where, show=["pk", shown(column)])
            assert len({row["pk"] for row in rows}) == len(rows) == counted(user, where={**where, **of_own(column, many, user)})[0]
            values = [row[shown(column)] for row in rows]
            filled = [value for value in values if value not in {None, ""}]
            assert values[: len(filled)] == filled, column
            assert filled == sorted(filled, key=STAGES.index if column == "stage" else None, reverse=bool(sign)), column


def of_own(column, many, user):
    """A manager's list runs over own customers alone where it is sorted by what is seen of those."""
    return {"manager": user.pk} if user.role == "manager" and column not in {"name", "city", "stage", "manager"} else {}


FILTERS = (
    {"where": {"stage__in": ["lead", "lost", "active"]}},
    {"where": {"stage": "lead"}},
    {"where": {"stage": "dormant", "country": "FI"}},
    {"where": Q(country="SE") | Q(stage="lost")},
    {"search": "company"},
    {"search": "company 1"},
    {"search": "oulu", "where": {"stage__in": ["lead", "lost"]}},
)


@pytest.mark.parametrize("stages_are_set", [False, True])
def test_all_ways_to_a_list_come_to_the_same_rows(many, monkeypatch, stages_are_set):
    """Also once the stages are those of the run, where a list of leads by figures meets only the figures of who has no sales."""
    if stages_are_set:
        models.CounterpartyFigures.objects.filter(counterparty__stage__in=ACTUAL).update(stage="active")
        models.Run.objects.update(stages_set=True)
    for place, (column, asked) in enumerate(product(FIGURES if stages_are_set else SORTABLE, FILTERS)):
        user, sign = many["Ann" if place % 5 == 0 else "Hea"], ("", "-")[place % 2]
        found = []
        for way in WAYS:
            take(monkeypatch, way)
            found.append(in_pages(user, order=f"{sign}{column}", size=7, **asked))
        assert found[0] == found[1] == found[2], (column, asked)
        assert len({row["pk"] for row in found[0]}) == len(found[0])


def test_a_count_goes_so_far_and_says_so(many):
    assert counted(many["Hea"]) == (COUNT, True)
    assert counted(many["Hea"], most=10) == (10, False)
    assert counted(many["Ann"], where={"country": "FI"}) == (5, True)


def test_a_list_asks_for_what_its_user_sees(many):
    with pytest.raises(UsageError, match="The list of counterparties is not sorted by website: choose one of name, city"):
        page(many["Hea"], order="website")
    with pytest.raises(NotAllowedError):
        page(Everyone, order="name")
    assert {row["manager__name"] for row in in_pages(many["Ann"], order="name", where={"segment__isnull": False}, show=["manager__name"])} == {"Ann"}
    wood = models.DictionaryValue.objects.get(label_en="Wood")
    lists_own = in_pages(many["Ann"], order="name", where={"segment": wood.pk}, show=["manager__name"])
    assert {row["manager__name"] for row in lists_own} == {"Ann"}
