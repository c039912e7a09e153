"""Rights: for each model, field, role and kind of query, own record and another's. What is expected stands here once more, in other words than the rules'."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import models as db
from django.db.models import F, Q
from tests.register.everyone import MODELS, OWN, ROLES, Everyone

from goodterms.errors import NotAllowedError, UsageError
from goodterms.register import access, models, rights
from goodterms.register.access import FIGURES, Sight, ensure_may, fields, own, query, rows, totals
from goodterms.register.money_field import MoneyField
from goodterms.register.rights import Reason, Verb
from goodterms.work.installation import acting

SOURCE = Path(access.__file__).parent.parent
OFFICE = {"hea", "con", "aud"}
ASKING = ("mia", "dan", "hea", "con", "aud")

# Of a colleague's customer: name, city, stage and owner, and nothing else.
OF_OTHERS = {
    "Counterparty": {"id", "name", "city", "stage", "manager"},
    "Address": {"id", "counterparty", "city"},
}
NOBODYS = {
    "User": {"password"},
    "AuditValue": {"salt"},
    "Stated": {"values"},
    "Searched": {"id", "counterparty", "seen_by_all", "whole", "words", "name", "city"},
    "CustomValue": {"id", "version", "field", "object_id", "text", "number", "date", "flag"},
}
PERSONAL = {"ContactPerson": {"name", "email", "phone"}, "AuditValue": {"value"}}
EVERYONES = {
    "CurrentRun": set(),
    "CustomField": set(),
    "DictionaryValue": set(),
    "FactsVersion": set(),
    "Family": set(),
    "Product": {"created_by_import", "kept_fields"},
    "ProductPrice": set(),
    "Run": {"key_map", "policy", "engine", "cubes", "answer"},
    "Team": set(),
    "User": {"email", "last_login"},
}
"""Models that all see, each with the fields that the office alone does."""
OFFICES = {
    "AuditEntry", "AuditHead", "AuditValue", "ClosedPeriod", "CompanyText", "CustomValue", "FactsFile", "Import", "ImportedFile", "ImportRows", "Job", "Lease",
    "ProductFigures", "Searched", "Source", "Stated",
}  # fmt: skip
COUNTERPARTYS = {
    "Activity", "Address", "ContactPerson", "Counterparty", "CounterpartyFigures", "Identifier", "Note", "Ownership", "SourceKey", "StageChange", "Terms",
}  # fmt: skip


@pytest.fixture
def cast(installation):
    return Everyone()


def names_of(model):
    return [field.name for field in model._meta.concrete_fields] + ["city", *FIGURES] * (model is models.Counterparty)


def expected(cast, who, model, name):
    """The records on which someone sees a field; None where asking is refused."""
    called = model.__name__
    there = set(cast.whose[model]) | set(model._default_manager.values_list("pk", flat=True))
    there -= cast.unseen[model]
    if name in NOBODYS.get(called, ()):
        return None
    if who in OFFICE:
        return there
    if called in OFFICES or name in EVERYONES.get(called, ()):
        return None
    if called in EVERYONES:
        return there
    assert called in COUNTERPARTYS, f"say here who sees {called}"
    whose = cast.whose[model]
    seen = {pk for pk in there if whose[pk] in OWN[who] or (called == "SourceKey" and whose[pk] == "products")}
    if name in OF_OTHERS.get(called, ()):
        billing = set(models.Address.objects.filter(kind="billing").values_list("pk", flat=True))
        seen |= {pk for pk in there if called == "Counterparty" or pk in billing}
    return seen


def pks(found):
    return {row["pk"] for row in found}


def refused(ask):
    with pytest.raises(NotAllowedError):
        ask()


def kinds_of_query(user, model, name, column, look):
    """Each way to ask by a field."""
    yield "show", lambda: list(query(user, model, show=["pk", name], look=look))
    yield "filter", lambda: list(query(user, model, where={f"{name}__isnull": False}, look=look))
    yield "sort", lambda: list(query(user, model, order=[f"-{name}"], look=look))
    yield "count", lambda: query(user, model, where=~Q(**{name: None}), look=look).count()
    if isinstance(column, db.CharField | db.TextField):
        yield "search", lambda: list(query(user, model, search="no such word", among=[name], look=look))
    if is_number(column):
        yield "total", lambda: totals(user, model, [name], look=look)


def is_number(column):
    return isinstance(column, MoneyField | db.IntegerField) and not column.primary_key


def column_of(model, name):
    """The column of a field; of one that is worked out, the column that it is asked of."""
    if model is models.Counterparty and name in FIGURES:
        return models.CounterpartyFigures._meta.get_field(name)
    return None if name == "city" else model._meta.get_field(name)


def check_field(cast, who, model, name):
    user, column = cast.users[who], column_of(model, name)
    look = Reason.COMPLAINT if name in PERSONAL.get(model.__name__, ()) else None
    there = expected(cast, who, model, name)
    said = (who, model.__name__, name)
    if there is None or look:
        for no_reason in (None, "complaint"):
            for _, ask in kinds_of_query(user, model, name, column, no_reason):
                refused(ask)
    if there is None:
        for _, ask in kinds_of_query(user, model, name, column, Reason.COMPLAINT):
            refused(ask)
        return
    values = cast.values(model, name)
    held = {pk for pk in there if values[pk] is not None}
    shown = list(query(user, model, show=["pk", name], look=look))
    assert {row["pk"]: row[name] for row in shown} == {pk: values[pk] for pk in there}, (*said, "show")
    assert pks(query(user, model, where={f"{name}__isnull": False}, look=look)) == held, (*said, "filter")
    assert pks(query(user, model, order=[f"-{name}"], look=look)) == there, (*said, "sort")
    assert query(user, model, show=[name], look=look).count() == len(there), (*said, "count")
    for pk in one_own_and_one_of_another(cast, who, model, held, values):
        same = {other for other in there if values[other] == values[pk]}
        assert pks(query(user, model, where={name: values[pk]}, look=look)) == same, (*said, "filter")
        assert query(user, model, where=Q(**{f"{name}__in": [values[pk]]}), look=look).count() == len(same), (*said, "count")
        if isinstance(column, db.CharField | db.TextField) and values[pk]:
            found = {other for other in there if all(word.lower() in str(values[other]).lower() for word in values[pk].split())}
            assert pks(query(user, model, search=values[pk], among=[name], look=look)) == found, (*said, "search")
    if is_number(column):
        assert totals(user, model, [name], look=look)[name] == (sum(values[pk] for pk in held) if held else None), (*said, "total")


def one_own_and_one_of_another(cast, who, model, held, values):
    """A record that someone sees, one that is another's, and one that is not there for anyone."""
    others = [pk for pk, value in values.items() if pk not in held and value is not None]
    hidden = [pk for pk in others if pk in cast.unseen[model]]
    return {pk for choice in (sorted(held, key=str), others, hidden) for pk in choice[:1]}


def test_each_field_is_seen_by_whom_it_is_said(cast):
    for model in MODELS:
        for name in names_of(model):
            for who in ASKING:
                check_field(cast, who, model, name)


def test_each_field_at_the_end_of_a_foreign_key_is_seen_by_whom_it_is_said(cast):
    for model in MODELS:
        for link in (field for field in model._meta.concrete_fields if field.related_model):
            targets = cast.values(model, link.name)
            for name in names_of(link.related_model):
                for who in ("mia", "dan"):
                    check_path(cast, who, model, link, name, targets)


def check_path(cast, who, model, link, name, targets):
    path, target = f"{link.name}__{name}", link.related_model
    look = Reason.BILLING if name in PERSONAL.get(target.__name__, ()) or link.name in PERSONAL.get(model.__name__, ()) else None
    here, beyond = expected(cast, who, model, link.name), expected(cast, who, target, name)
    user = cast.users[who]
    if here is None or beyond is None:
        refused(lambda: list(query(user, model, show=["pk", path], look=look)))
        refused(lambda: list(query(user, model, where={path: None}, look=look)))
        return
    there = {pk for pk in here if targets[pk] is None or targets[pk] in beyond}
    values = cast.values(target, name)
    shown = {row["pk"]: row[path] for row in query(user, model, show=["pk", path], look=look)}
    assert shown == {pk: values.get(targets[pk]) for pk in there}, (who, model.__name__, path)
    held = {pk for pk in there if values.get(targets[pk]) is not None}
    assert pks(query(user, model, where={f"{path}__isnull": False}, look=look)) == held, (who, model.__name__, path)


def test_fields_says_what_queries_do(cast):
    for model in MODELS:
        for who in ASKING:
            told = fields(cast.users[who], model)
            assert set(told) == {name for name in names_of(model) if expected(cast, who, model, name) is not None} | {
                n for n in told if n.startswith("custom_")
            }
            if model.__name__ in COUNTERPARTYS - {"SourceKey"} and who not in OFFICE:
                everywhere = {name for name, sight in told.items() if sight == Sight.ALL}
                assert everywhere == OF_OTHERS.get(model.__name__, {"id"}), (who, model)


def test_a_model_or_field_without_a_rule_is_seen_by_nobody(cast, monkeypatch):
    with pytest.raises(NotAllowedError, match="group has no rule of who sees it, so nobody does"):
        query(cast.users["hea"], Group)
    assert set(rights.RULES) == set(MODELS)
    short = {**rights.RULES, models.Note: rights.Rule(own=frozenset({"id", "version", "counterparty", "user", "entered_at"}), of=("counterparty",))}
    monkeypatch.setattr(access, "RULES", short)
    access._rule.cache_clear()
    with pytest.raises(NotAllowedError, match="The rule of who sees a note and its fields differ in said, so nobody sees any"):
        query(cast.users["hea"], models.Note)
    monkeypatch.undo()
    access._rule.cache_clear()


def test_own_and_rows_are_whose_they_are(cast):
    for who, theirs in OWN.items():
        assert set(own(cast.users[who]).values_list("name", flat=True)) == theirs
        assert set(rows(cast.users[who], models.Terms)) == {pk for pk, name in cast.whose[models.Terms].items() if name in theirs}
        assert set(rows(cast.users[who], models.Counterparty)) == {found.pk for name, found in cast.counterparties.items() if name != "Eva"}


def test_without_a_user_or_with_one_who_left_there_is_no_query(cast):
    mia = cast.users["mia"]
    mia.is_active = False
    for asks in (None, models.User(name="Nobody", role="boss"), mia):
        for ask in (lambda u=asks: query(u, models.Team), lambda u=asks: own(u), lambda u=asks: fields(u, models.Team), lambda u=asks: ensure_may(u, Verb.RUN)):
            refused(ask)


def test_a_query_that_uses_one_own_field_runs_over_own_records_alone(cast):
    mia, named = cast.users["mia"], lambda found: {row["name"] for row in found}
    ask = {"show": ["name"]}
    assert named(query(mia, models.Counterparty, **ask)) == {"Ann", "Bob", "Fay", "Cleo", "Dora"}
    for how in (
        {"where": Q(name="Cleo") | Q(industry__isnull=True) | Q(industry__isnull=False)},
        {"where": ~Q(industry="x")},
        {"where": Q(Q(name="Cleo") | ~Q(Q(country="x")))},
        {"order": ["name", "-industry"]},
        {"total": ["version"]},
        {"where": {"created_on__year__gte": 1}},
        {"where": {"segment__key__startswith": ""}},
    ):
        assert named(query(mia, models.Counterparty, **ask | how)) <= {"Ann", "Bob"}, how
    assert named(query(mia, models.Counterparty, search="e", among=["name", "industry"], **ask)) <= {"Ann", "Bob"}
    assert {row["counterparty__city"] for row in query(mia, models.Terms, show=["counterparty__city"])} == {f"billing city of {n}" for n in ("Ann", "Bob")}
    assert [row["name"] for row in query(mia, models.Counterparty, where={"city": "billing city of Cleo"}, show=["name"])] == ["Cleo"]
    assert list(query(mia, models.Address, where={"city": "delivery city of Cleo"})) == []


def test_ways_around_the_rules_are_refused(cast):
    mia, counterparty = cast.users["mia"], models.Counterparty
    for how in (
        {"where": {"name": F("industry")}},
        {"where": {"name__in": [F("industry")]}},
        {"where": {"pk__in": models.Terms.objects.values("counterparty")}},
        {"where": Q(db.Exists(models.Terms.objects.all()))},
        {"where": {"terms__payment_days__gt": 5}},
        {"where": {"contact_persons__name": "x"}},
        {"where": {"kept_fields__0": "x"}},
        {"where": {"name__regex": "(a+)+"}},
        {"where": {"created_on": "no day"}},
        {"show": ["name", "figures"]},
        {"show": ["nothing"]},
        {"show": ["name__length"]},
        {"show": [""]},
        {"order": ["?"]},
        {"order": ["terms__payment_days"]},
        {"order": ['name") --']},
        {"show": ["custom_nothing"]},
    ):
        with pytest.raises(UsageError):
            query(mia, counterparty, **how)
    with pytest.raises(UsageError):
        query(mia, models.Product, search="x")
    with pytest.raises(UsageError):
        totals(mia, counterparty, ["figures__profit"])
    with pytest.raises(UsageError):
        query(mia, models.Terms, where={"counterparty__manager__counterparties__industry": "x"})
    assert len(query(mia, models.Terms, where={"counterparty__segment_id__isnull": False})) <= 2


@pytest.fixture
def custom(cast):
    """A company's own fields of each kind, with a value for each counterparty, Ann's first."""
    made = {}
    for key, how in {
        "days": {"type": "number"},
        "secret": {"type": "text", "seen_by": ["director"]},
        "hobby": {"type": "text", "is_personal": True},
        "gone": {"type": "text", "is_hidden": True},
    }.items():
        values = {"object": "counterparty", "is_personal": False, "seen_by": [], "is_hidden": False} | how
        made[key] = cast.make(models.CustomField, key=key, **values)
        for place, found in enumerate(cast.counterparties.values(), start=1):
            cast.make(models.CustomValue, field=made[key], object_id=found.pk, text=f"{key} {place}", number=Decimal(place))
    made["colour"] = cast.make(models.CustomField, key="colour", object="product", type="text", is_personal=False, seen_by=[], is_hidden=False)
    cast.make(models.CustomValue, field=made["colour"], object_id=cast.product.pk, text="blue")
    return made


def test_own_fields_of_the_company_are_seen_like_the_details_of_their_record(cast, custom):
    where = {"where": {"custom_days__gte": 1}}
    for who, theirs in OWN.items():
        user = cast.users[who]
        names = list(cast.counterparties)
        worth = {name: Decimal(names.index(name) + 1) for name in theirs}
        found = query(user, models.Counterparty, show=["name", "custom_days"], **where, order=["custom_days"])
        assert {row["name"]: row["custom_days"] for row in found} == worth, who
        assert totals(user, models.Counterparty, ["custom_days"])["custom_days"] == (sum(worth.values()) or None)
        assert [row["custom_colour"] for row in query(user, models.Product, show=["custom_colour"])] == ["blue"]
        terms = query(user, models.Terms, show=["counterparty__name", "counterparty__custom_days"], where={"counterparty__custom_days__gte": 1})
        assert {row["counterparty__name"]: row["counterparty__custom_days"] for row in terms} == worth


def test_own_fields_are_seen_by_the_roles_they_name_and_personal_ones_by_a_look(cast, custom):
    for who in OWN:
        user = cast.users[who]
        may_see = ROLES[who] in {"director", "auditor"}
        if may_see:
            assert {row["name"] for row in query(user, models.Counterparty, show=["name", "custom_secret"])} == OWN[who]
        else:
            refused(lambda user=user: query(user, models.Counterparty, where={"custom_secret__startswith": "secret"}))
        assert ("custom_secret" in fields(user, models.Counterparty)) == may_see
        refused(lambda user=user: query(user, models.Counterparty, order=["custom_hobby"]))
        assert {row["name"] for row in query(user, models.Counterparty, show=["name", "custom_hobby"], look=Reason.COMPLAINT)} == OWN[who]
        with pytest.raises(UsageError):
            query(user, models.Counterparty, show=["custom_gone"])


def test_each_role_may_do_what_is_said(cast):
    writers = {"hea", "con"}
    for verb in Verb:
        may = {Verb.CHECK: OFFICE, Verb.SEE_SETTINGS: OFFICE, Verb.CHANGE: {*writers, "mia", "dan"}}.get(verb, writers)
        for who in ASKING:
            if who in may:
                ensure_may(cast.users[who], verb)
            else:
                refused(lambda who=who, verb=verb: ensure_may(cast.users[who], verb))
    with pytest.raises(NotAllowedError, match=r"^Aud is an auditor and may not undo imports: ask a controller or a head\.$"):
        ensure_may(cast.users["aud"], Verb.UNDO)
    ensure_may(acting(""), Verb.IMPORT)


def test_records_are_changed_by_whose_they_are(cast):
    for model in (models.Counterparty, models.Address, models.ContactPerson, models.Terms, models.Note, models.Identifier):
        for record in model.objects.all():
            name = cast.whose[model][record.pk]
            for who in ("mia", "dan", "otto", "lena"):
                if name in OWN[who]:
                    ensure_may(cast.users[who], Verb.CHANGE, record)
                else:
                    refused(lambda who=who, record=record: ensure_may(cast.users[who], Verb.CHANGE, record))
            ensure_may(cast.users["con"], Verb.CHANGE, record)
            refused(lambda record=record: ensure_may(cast.users["aud"], Verb.CHANGE, record))
    refused(lambda: ensure_may(cast.users["mia"], Verb.CHANGE, cast.product))


def calls_in(folder):
    for path in sorted((SOURCE / folder).rglob("*.py")):
        yield from ((path.name, node) for node in ast.walk(ast.parse(path.read_text("utf-8"))))


def test_faces_ask_the_register_by_its_rights_alone():
    """No command or page has a way of its own to the tables."""
    asked = [(name, node.attr) for face in ("cli", "web", "api") for name, node in calls_in(face) if isinstance(node, ast.Attribute)]
    assert [call for call in asked if call[1] in {"objects", "_default_manager", "filter", "exclude", "annotate", "aggregate", "values_list"}] == []


def test_a_reason_to_look_is_given_only_where_the_look_is_written():
    giving = {name for name, node in calls_in("") if isinstance(node, ast.Call) for keyword in node.keywords if keyword.arg == "look"}
    assert giving == {"access.py", "look_at_persons.py"}
