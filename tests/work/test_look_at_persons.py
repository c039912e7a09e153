"""Looks at persons: each is written with who, at whom, when and why; owners are not asked why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.installations import NOW
from tests.register.everyone import OWN, Everyone

from goodterms.errors import NotAllowedError, UsageError
from goodterms.register.audit import AuditEntry, AuditValue
from goodterms.register.contact_person import ContactPerson
from goodterms.register.counterparty import Counterparty
from goodterms.register.rights import Reason
from goodterms.work.look_at_persons import look_at_persons


@pytest.fixture
def cast(installation):
    return Everyone()


def looks(user):
    found = AuditEntry.objects.filter(verb="look", user=user.pk).order_by("number")
    return [(entry.object, entry.object_id, entry.reason) for entry in found]


def persons_of(cast, *names):
    return {person.hex for person, name in cast.whose[ContactPerson].items() if name in names}


def test_an_owner_looks_without_being_asked_and_it_is_written_once_a_day(cast):
    for who in ("mia", "dan"):
        user, theirs = cast.users[who], persons_of(cast, *OWN[who])
        for hours in (0, 2, 24):
            found = look_at_persons(ContactPerson, show=["email", "title"], reason=Reason.STAND_IN, by=user, at=NOW + timedelta(hours=hours))
            assert {row["pk"].hex for row in found} == theirs
        once = sorted(("contactperson", person, "own customer") for person in theirs)
        assert sorted(looks(user)[: len(theirs)]) == sorted(looks(user)[len(theirs) :]) == once
    shown = AuditValue.objects.filter(entry__verb="look").values_list("field", "value").distinct()
    assert list(shown) == [("shown", "email")]


def test_others_say_why_and_each_look_is_written(cast):
    for who in ("hea", "con", "aud"):
        user = cast.users[who]
        for reason in ({}, {"words": "I want to"}, {"reason": Reason.OTHER, "words": " "}, {"reason": Reason.OWN_CUSTOMER}, {"reason": "billing of May"}):
            with pytest.raises(UsageError, match=r"^Say why these persons are looked at: billing, complaint, stand-in, other with words of your own\.$"):
                look_at_persons(ContactPerson, show=["email"], by=user, at=NOW, **reason)
        with pytest.raises(UsageError, match=r"is 607 signs long: say it in 500\."):
            look_at_persons(ContactPerson, show=["email"], reason=Reason.OTHER, words="x" * 600, by=user, at=NOW)
        with pytest.raises(UsageError, match="The reason holds a person's identity code"):
            look_at_persons(ContactPerson, show=["email"], reason=Reason.OTHER, words="of 131052-308T", by=user, at=NOW)
        assert looks(user) == []
        person = cast.last[ContactPerson]
        for why in ({"reason": Reason.COMPLAINT}, {"reason": Reason.OTHER, "words": " a gift  of thanks "}):
            cleo = look_at_persons(ContactPerson, show=["email"], where={"counterparty__name": "Cleo"}, **why, by=user, at=NOW)
            assert [row["email"] for row in cleo] == list(ContactPerson.objects.filter(counterparty__name="Cleo").values_list("email", flat=True))
        (theirs,) = persons_of(cast, "Cleo")
        assert looks(user) == [("contactperson", theirs, "complaint"), ("contactperson", theirs, "other: a gift of thanks")]
        assert person.pk.hex != theirs


def test_a_head_who_owns_customers_is_not_asked_about_their_persons_and_sees_no_others_so(cast):
    hea = cast.users["hea"]
    Counterparty.objects.filter(name="Dora").update(manager=hea)
    for _ in range(2):
        found = look_at_persons(ContactPerson, show=["email"], by=hea, at=NOW)
        assert {row["pk"].hex for row in found} == persons_of(cast, "Dora")
    assert looks(hea) == [("contactperson", *persons_of(cast, "Dora"), "own customer")]
    look_at_persons(ContactPerson, show=["email"], by=hea, at=NOW - timedelta(days=1))
    assert len(looks(hea)) == 2
    assert len(look_at_persons(ContactPerson, show=["email"], reason=Reason.STAND_IN, by=hea, at=NOW)) == 5
    with pytest.raises(UsageError, match="Say why"):
        look_at_persons(AuditValue, show=["value"], by=hea, at=NOW)


def test_a_search_for_a_person_is_a_look_at_whom_it_finds(cast):
    (cleo,) = persons_of(cast, "Cleo")
    name = ContactPerson.objects.get(counterparty__name="Cleo").name
    asked = {"show": ["title"], "search": name, "among": ["name"], "at": NOW}
    assert len(look_at_persons(ContactPerson, reason=Reason.BILLING, by=cast.users["hea"], **asked)) == 1
    assert looks(cast.users["hea"]) == [("contactperson", cleo, "billing")]
    assert look_at_persons(ContactPerson, by=cast.users["mia"], **asked) == []
    assert looks(cast.users["mia"]) == []


def test_a_look_shows_nothing_that_the_role_may_not_see(cast):
    with pytest.raises(NotAllowedError):
        look_at_persons(ContactPerson, show=["email", "counterparty__manager__email"], by=cast.users["mia"], at=NOW)
    with pytest.raises(UsageError, match="that is no look at persons"):
        look_at_persons(Counterparty, show=["name"], by=cast.users["otto"], at=NOW)
    assert AuditEntry.objects.filter(verb="look", object="contactperson").count() == 0
