"""Users, through the command line: added, changed, deactivated, and refused in a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cli.conftest import folder, goodterms  # noqa: F401
from tests.installations import NOW

from goodterms.register.audit import AuditEntry, AuditValue
from goodterms.register.counterparty import Counterparty
from goodterms.register.user import Team, User
from goodterms.work.installation import acting
from goodterms.work.writing import writing


@pytest.fixture
def users(installation, goodterms):  # noqa: F811
    def run(*arguments):
        place = 1 if arguments and arguments[0] in {"add", "change", "deactivate"} else 0
        return goodterms("users", *arguments[:place], "--home", installation, *arguments[place:])

    return run


@pytest.fixture
def mia(users):
    return users("add", "Mia@Example.com", "--name", "Mia  Meri", "--role", "manager", "--team", "North")


def test_a_user_is_added_with_its_team_and_listed(users, mia):
    assert (mia.code, mia.out, mia.err) == (0, "mia@example.com is added: Mia Meri, manager of team North.\n", "")
    assert users("add", "dan@example.com", "--name", "Dan", "--role", "director", "--team", "north").code == 0
    assert Team.objects.get().name == "North"
    assert users().out == ("dan@example.com  Dan       director  North  0 counterparties\nmia@example.com  Mia Meri  manager   North  0 counterparties\n")
    assert not User.objects.get(name="Mia Meri").has_usable_password()


def test_an_installation_without_users_says_how_to_add_one(users):
    assert users().out == "There are no users yet. Add the first:   goodterms users add EMAIL --name NAME --role ROLE\n"


def test_adding_is_in_the_audit_and_no_password_is(users, mia):
    entries = list(AuditEntry.objects.filter(verb="add user").order_by("number"))
    assert [(entry.object, sorted(entry.fields)) for entry in entries] == [("team", ["name"]), ("user", ["email", "name", "role", "team"])]
    assert set(AuditValue.objects.filter(entry=entries[1], field="email").values_list("value", flat=True)) == {"mia@example.com"}


def test_a_user_is_changed_deactivated_and_active_again(users, mia):
    assert users("change", "mia@example.com", "--name", "Mia Manner", "--team", "").out == "mia@example.com is now: Mia Manner, manager.\n"
    with writing("make", by=acting(""), at=NOW) as now:
        now.create(Counterparty, name="Ann", is_customer=True, manager=User.objects.get(email="mia@example.com"), created_on=date(2026, 11, 2))
    assert users("deactivate", "MIA@example.com").out == "MIA@example.com is deactivated. 1 counterparties are still theirs: hand them over.\n"
    assert users().out == "mia@example.com  Mia Manner  manager    1 counterparties, deactivated\n"
    refused = users("--as", "mia@example.com")
    assert (refused.code, refused.err) == (2, "There is no active user mia@example.com. `goodterms users` lists them.\n")
    assert users("change", "mia@example.com", "--active").code == 0
    assert User.objects.get(name="Mia Manner").is_active
    assert list(AuditEntry.objects.filter(object="user", verb__endswith="user").values_list("verb", flat=True).order_by("number")) == [
        "add user",
        "change user",
        "deactivate user",
        "change user",
    ]


WRONG = {
    ("add", "mia@example.com", "--name", "Other", "--role", "head"): (
        "mia@example.com is a user already (Mia Meri, manager). To change it:   goodterms users change mia@example.com"
    ),
    ("add", "x@example.com", "--name", "X", "--role", "boss"): "There is no role boss: it is one of head, director, manager, controller, auditor.",
    ("add", "x@example.com", "--name", " ", "--role", "head"): "A user has a name: pass it with --name.",
    ("add", "nobody", "--name", "X", "--role", "head"): "user cannot be kept so: email: Enter a valid email address.",
    ("add", "x@example.com", "--name", "X", "--role", "director"): "A director answers for a team and sees its customers: name it with --team.",
    ("change", "mia@example.com"): "Nothing is said of what to change of mia@example.com: pass --name, --role, --team or --active.",
    ("change", "x@example.com", "--name", "X"): "There is no user x@example.com. `goodterms users` lists them.",
    ("change", "mia@example.com", "--role", "boss"): "There is no role boss: it is one of head, director, manager, controller, auditor.",
    ("change", "mia@example.com", "--role", "director", "--team", ""): "A director answers for a team and sees its customers: name it with --team.",
    ("change", "operator@localhost", "--role", "head"): ("operator@localhost is the system user, which acts where a command names nobody: it stays as it is."),
    ("deactivate", "x@example.com"): "There is no user x@example.com. `goodterms users` lists them.",
    ("deactivate", "mia@example.com", "--as", "mia@example.com"): "Mia Meri is a manager and may not add and change users: ask a controller or a head.",
    ("--as", "mia@example.com"): "Mia Meri is a manager and may not see email of a user.",
}


def test_wrong_use_is_a_sentence_and_changes_nothing(users, mia):
    entries = AuditEntry.objects.count()
    for arguments, sentence in WRONG.items():
        ran = users(*arguments)
        assert (ran.code, ran.out, ran.err) == (2, "", f"{sentence}\n"), arguments
    assert (User.objects.count(), Team.objects.count(), AuditEntry.objects.count()) == (2, 1, entries)


def test_deactivating_oneself_or_twice_is_refused(users, mia):
    assert users("add", "hea@example.com", "--name", "Hea", "--role", "head").code == 0
    assert users("deactivate", "hea@example.com", "--as", "hea@example.com").err == "Nobody deactivates oneself: let another user do it.\n"
    assert users("deactivate", "mia@example.com", "--as", "hea@example.com").code == 0
    assert users("deactivate", "mia@example.com").err == "mia@example.com is deactivated already.\n"
    again = users("add", "mia@example.com", "--name", "Mia", "--role", "manager")
    assert again.err == "mia@example.com was a user until it was deactivated. To let it act again:   goodterms users change mia@example.com --active\n"


def test_an_option_before_its_command_is_named(goodterms, installation):  # noqa: F811
    refused = goodterms("users", "--home", installation, "deactivate", "x@example.com")
    assert (refused.code, refused.err) == (2, "Say --home and --as after deactivate, which they are for.\n")
