"""Writing to the register: all or nothing, nobody's change lost, and each change in the audit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.installations import NOW
from tests.register.everyone import Everyone

from goodterms.errors import ChangedMeanwhileError, NotAllowedError, UsageError
from goodterms.register.audit import AuditEntry, AuditHead
from goodterms.register.contact_person import ContactPerson
from goodterms.register.counterparty import Counterparty
from goodterms.register.terms import Terms
from goodterms.work.installation import acting
from goodterms.work.writing import writing


@pytest.fixture
def operator(installation):
    return acting("")


def make_counterparty(operator, name="Ann Oy"):
    with writing("make counterparty", by=operator, at=NOW) as now:
        return now.create(Counterparty, name=name, is_customer=True, created_on=date(2026, 11, 2))


def test_money_keeps_all_of_its_digits(operator):
    ann = make_counterparty(operator)
    with writing("grant terms", by=operator, at=NOW) as now:
        now.create(Terms, counterparty=ann, valid_from=date(2026, 1, 1), credit_limit=Decimal("12345678901234.5678"))
    assert Terms.objects.get().credit_limit == Decimal("12345678901234.5678")


def test_change_on_an_older_version_is_refused_with_the_fields_that_differ(operator):
    ann = make_counterparty(operator)
    mine = Counterparty.objects.get(pk=ann.pk)
    with writing("rename", by=operator, at=NOW) as now:
        now.change(ann, name="Ann Oyj")
    with pytest.raises(ChangedMeanwhileError, match="name is Ann Oyj now and Ann Ltd here") as refused, writing("rename", by=operator, at=NOW) as now:
        now.change(mine, name="Ann Ltd", seen=1)
    assert refused.value.fields == {"name": ("Ann Oyj", "Ann Ltd")}
    assert Counterparty.objects.get().name == "Ann Oyj"


def test_what_is_refused_leaves_nothing_behind(operator):
    entries = AuditEntry.objects.count()

    def make_both():
        with writing("make", by=operator, at=NOW) as now:
            for name in ("Ann Oy", "131052-308T"):
                now.create(Counterparty, name=name, is_customer=True, created_on=date(2026, 11, 2))

    with pytest.raises(UsageError, match="person's identity code"):
        make_both()
    assert (Counterparty.objects.count(), AuditEntry.objects.count()) == (0, entries)


def test_each_change_is_in_the_audit_with_both_values(operator):
    ann = make_counterparty(operator)
    with writing("rename", by=operator, at=NOW, reason="she said so") as now:
        now.change(ann, name="Ann Oyj")
    entry = AuditEntry.objects.latest("number")
    values = {(value.field, value.is_after): value.value for value in entry.values.all()}
    assert (entry.verb, entry.object, entry.object_id, entry.reason) == ("rename", "counterparty", ann.pk.hex, "she said so")
    assert values == {("name", False): "Ann Oy", ("name", True): "Ann Oyj"}
    assert (AuditHead.objects.get().number, AuditHead.objects.get().digest) == (entry.number, entry.digest)


def test_a_manager_changes_own_records_and_nobody_elses(installation):
    cast = Everyone()
    mia, entries = cast.users["mia"], AuditEntry.objects.count()
    ann, cleo = cast.counterparties["Ann"], cast.counterparties["Cleo"]
    theirs = ContactPerson.objects.get(counterparty=cleo)
    for do, sentence in (
        (lambda now: now.change(cleo, name="Cleo Oyj"), "Mia is a manager and has no such counterparty to change."),
        (lambda now: now.change(theirs, title="Boss"), "Mia is a manager and has no such contact person to change."),
        (lambda now: now.remove(theirs), "Mia is a manager and has no such contact person to change."),
        (lambda now: now.create(ContactPerson, counterparty=cleo, name="Eve"), "Mia is a manager and has no such contact person to change."),
        (lambda now: now.change(cast.product, name="Glue"), "Mia is a manager and has no such product to change."),
        (lambda now: now.erase(AuditEntry(number=1), "name"), "Mia is a manager and may not erase what is kept of a person: ask a controller or a head."),
    ):
        with pytest.raises(NotAllowedError) as refused, writing("change", by=mia, at=NOW) as now:
            do(now)
        assert str(refused.value) == sentence
    assert (ContactPerson.objects.filter(name="Eve").count(), ContactPerson.objects.filter(counterparty=cleo, title="Boss").count()) == (0, 0)
    with pytest.raises(NotAllowedError, match="Aud is an auditor and may not change records"), writing("change", by=cast.users["aud"], at=NOW) as now:
        now.change(ann, name="Ann Oyj")
    assert AuditEntry.objects.count() == entries
    with writing("change", by=mia, at=NOW) as now:
        now.change(ContactPerson.objects.get(counterparty=ann), title="Chair")
        now.create(ContactPerson, counterparty=ann, name="Eve")
    assert sorted(ContactPerson.objects.filter(counterparty=ann).values_list("title", flat=True)) == ["", "Chair"]
