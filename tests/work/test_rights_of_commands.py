"""Commands of someone whose role may not: a sentence, and nothing is changed."""

from __future__ import annotations

import pytest
from tests.cli.conftest import folder, goodterms  # noqa: F401
from tests.register.everyone import Everyone

from goodterms.cli.main import app
from goodterms.register.audit import AuditHead
from goodterms.register.imported import Import
from goodterms.register.user import User

SAYS = {
    "import": "import files",
    "undo": "undo imports",
    "run": "work out the company's figures",
    "close": "close and reopen months",
    "policy": "change the policy",
    "fields": "change custom fields",
    "sources": "change mappings and sources",
    "mapping": "change mappings and sources",
    "users": "add and change users",
    "backup": "back up and dump the installation",
}
OFFICE_SAYS = {
    "fields": "see the policy, mappings, custom fields and sources",
    "check": "check the installation",
    "policy": "see the policy, mappings, custom fields and sources",
    "sources": "see the policy, mappings, custom fields and sources",
    "mapping": "see the policy, mappings, custom fields and sources",
}
CHANGING = (
    ("import", "some.csv", "--yes"),
    ("undo", "1"),
    ("run",),
    ("close", "2024-01"),
    ("close", "2024-01", "--reopen", "--reason", "late"),
    ("policy", "load", "some.csv"),
    ("fields", "load", "some.csv"),
    ("sources", "load", "some.csv"),
    ("mapping", "load", "some.csv"),
    ("users", "tie", "M1", "mia@example.com"),
    ("users", "untied"),
    ("users", "add", "x@example.com", "--name", "X", "--role", "head"),
    ("users", "change", "mia@example.com", "--role", "head"),
    ("users", "deactivate", "otto@example.com"),
    ("backup", "backup.zip"),
    ("backup", "--dump", "dump.jsonl"),
)
READING = (("check",), ("policy", "save", "out.toml"), ("fields", "save", "out.toml"), ("sources", "save", "out.toml"), ("mapping", "save", "out.toml"))
OPEN = {"look", "trace", "demo", "init", "restore", "status", "worker"}
"""Commands that work outside an installation, or say what everyone may know."""


@pytest.fixture
def cast(installation, folder):  # noqa: F811
    (folder / "some.csv").write_text("Invoice;Date;Customer;Product;Quantity;Net\n1;2024-01-15;C1;P1;2;20,00\n", "utf-8")
    return Everyone()


def state():
    return AuditHead.objects.get().number, Import.objects.count(), sorted(User.objects.values_list("email", "role", "is_active"))


def test_what_changes_the_installation_is_refused_to_managers_directors_and_auditors(cast, goodterms, installation, folder):  # noqa: F811
    before = state()
    for who in ("mia", "dan", "aud"):
        name, role = cast.users[who].name, cast.users[who].role
        article = "an" if role == "auditor" else "a"
        for arguments in CHANGING:
            ran = goodterms(*arguments, "--home", installation, "--as", f"{who}@example.com")
            sentence = f"{name} is {article} {role} and may not {SAYS[arguments[0]]}: ask a controller or a head.\n"
            assert (ran.code, ran.out, ran.err) == (2, "", sentence), arguments
    assert (state(), sorted(path.name for path in folder.glob("*.*"))) == (before, ["some.csv"])


def test_what_shows_the_company_is_for_the_office_alone(cast, goodterms, installation):  # noqa: F811
    for arguments in READING:
        ran = goodterms(*arguments, "--home", installation, "--as", "mia@example.com")
        sentence = f"Mia is a manager and may not {OFFICE_SAYS[arguments[0]]}: ask an auditor or a controller or a head.\n"
        assert (ran.code, ran.out, ran.err) == (2, "", sentence), arguments
        assert "may not" not in goodterms(*arguments, "--home", installation, "--as", "aud@example.com").err
    assert goodterms("users", "--home", installation, "--as", "aud@example.com").code == 0


def test_status_tells_a_manager_nothing_of_what_the_company_earns(cast, goodterms, installation):  # noqa: F811
    told = {who: goodterms("status", "--home", installation, "--as", f"{who}@example.com").out for who in ("mia", "dan", "hea", "aud")}
    assert {who for who, out in told.items() if cast.run.answer in out} == {"hea", "aud"}
    assert "Counterparties 5" in told["mia"]


def test_every_command_says_here_who_may_run_it():
    commands = {command.name or command.callback.__name__ for command in app.registered_commands} | {
        group.typer_instance.info.name for group in app.registered_groups
    }
    assert commands == OPEN | {arguments[0] for arguments in (*CHANGING, *READING)}
