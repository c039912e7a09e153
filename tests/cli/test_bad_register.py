"""A register that cannot be used: each time one sentence that says what to do, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.installations import NOW, a_name, url_of
from tests.installed import made, postgresql  # noqa: F401

from goodterms.work.register_errors import sentence_of

COMMAND = Path(sys.executable).with_name("goodterms")
SALES = "Invoice;Line;Date;Customer;Product;Quantity;Net\n1;1;2024-01-15;10;P1;2;20,00\n"


@pytest.fixture
def home(tmp_path, made):  # noqa: F811
    """The folder of an installation on SQLite that this process has not opened."""
    shutil.copytree(made("sqlite"), tmp_path / "installation")
    (tmp_path / "sales.csv").write_text(SALES, "utf-8")
    return tmp_path / "installation"


def bound():
    """What goes before a command so that modes of files bind it, whoever runs the tests."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root is bound by no mode of a file, and setpriv is not installed")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def run(*command, **environment):
    done = subprocess.run([*map(str, command)], env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    said = "".join(line for line in done.stderr.splitlines(keepends=True) if " … " not in line)
    return done.returncode, said


def imported(home, **environment):
    return run(COMMAND, "import", "--home", home, "--yes", home.parent / "sales.csv", **environment)


def test_a_register_that_another_holds_is_said(home):
    holding = sqlite3.connect(home / "register.sqlite", isolation_level=None)
    holding.execute("BEGIN EXCLUSIVE")
    code, said = imported(home, GOODTERMS_PATIENCE="0.2")
    assert (code, said.count("\n")) == (2, 1)
    assert "The register is locked: another program has it open for writing and does not let go. Close or wait for it." in said
    holding.execute("ROLLBACK")
    holding.close()
    assert imported(home) == (0, "")


def test_a_register_that_is_read_only_is_said(home):
    for mode, of in ((0o444, home / "register.sqlite"), (0o555, home)):
        before = of.stat().st_mode
        of.chmod(mode)
        code, said = run(*bound(), COMMAND, "import", "--home", home, "--yes", home.parent / "sales.csv")
        of.chmod(before)
        assert (code, said.count("\n")) == (2, 1), said
        assert "Give permission" in said or "give permission" in said, said
    assert imported(home) == (0, "")


def test_folders_without_rights_are_said(home, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    init = run(*bound(), COMMAND, "init", closed / "new")
    assert init == (2, f"{closed / 'new'} cannot be made: Permission denied. Choose another folder, or give permission to write {closed}.\n")
    code, said = run(*bound(), COMMAND, "backup", "--home", home, closed / "a.backup")
    assert (code, said.count("\n"), "closed" in said) == (2, 1, True), said
    (home / "facts").chmod(0o555)
    code, said = run(*bound(), COMMAND, "import", "--home", home, "--yes", home.parent / "sales.csv")
    assert (code, said.count("\n"), "facts" in said) == (2, 1, True), said
    (home / "facts").chmod(0o700)
    assert imported(home) == (0, "")


def test_a_folder_of_the_installation_without_rights_is_said_and_nothing_is_lost(home):
    assert imported(home) == (0, "")
    assert run(COMMAND, "run", "--home", home)[0] == 0
    more = home.parent / "more.csv"
    more.write_text(SALES.replace("1;1;", "2;1;"), "utf-8")
    for place in ("", "goodterms.toml", "facts", "originals", "keys", "cubes", "register.sqlite"):
        mode = (home / place).stat().st_mode
        (home / place).chmod(0)
        for command in (["import", "--yes", more], ["run"], ["check"], ["backup", home.parent / f"{place}.backup"]):
            code, said = run(*bound(), COMMAND, *command, "--home", home)
            assert code in {0, 1, 2, 4}, (place, command, said)
            assert said.count("\n") == (code in {2, 4}) + (place == ""), (place, command, said)
        (home / place).chmod(mode)
    assert run(COMMAND, "check", "--home", home) == (0, "")
    assert run(COMMAND, "import", "--home", home, "--yes", more)[0] == 0


def test_a_folder_of_files_without_rights_is_said(home):
    folder, file = home.parent / "in", home.parent / "in" / "sales.csv"
    folder.mkdir()
    file.write_text(SALES, "utf-8")
    for mode, named, sentence in (
        (0o000, folder, "Invalid value for 'FILE...': path"),
        (0o444, folder, f"{file} could not be read or written: Permission denied."),
        (0o444, file, f"{file} may not be read by you. Ask for the right to, or copy it."),
    ):
        folder.chmod(mode)
        code, said = run(*bound(), COMMAND, "import", "--home", home, "--yes", named)
        assert (code in {2, 4}, said.startswith(sentence)) == (True, True), said
    folder.chmod(0o755)
    assert run(COMMAND, "import", "--home", home, "--later", file)[0] == 0
    folder.chmod(0)
    assert run(*bound(), COMMAND, "worker", "--home", home, "--until-idle")[0] == 0
    folder.chmod(0o755)
    done = subprocess.run([COMMAND, "status", "--home", home], capture_output=True, text=True, check=True)
    assert f"failed: {file} may not be read by you." in done.stdout


def test_a_name_that_is_too_long_for_a_file_and_signs_that_are_no_text_are_said(home):
    name = "x" * 300
    for command in (
        ["backup", "--home", home, name],
        ["backup", "--home", home, "--dump", name],
        ["init", name],
        ["status", "--home", name],
        ["restore", name, "b"],
    ):
        code, said = run(COMMAND, *command)
        assert (code, said.count("\n"), said.endswith(" is too long a name for a file or folder: choose a shorter one.\n")) == (2, 1, True), command
    code, said = run(COMMAND, "users", "add", "mia@example.com", "--name", "M\udcffia", "--role", "head", "--home", home)
    assert (code, said) == (2, "What was passed holds signs that are no text. Write it in letters that your terminal shows.\n")


def test_a_folder_that_takes_no_left_out_rows_leaves_no_import_waiting(home, monkeypatch):
    assert imported(home) == (0, "")
    assert run(COMMAND, "close", "--home", home, "2024-01")[0] == 0
    closed, more = home.parent / "closed", home.parent / "more.csv"
    more.write_text(SALES + "2;1;2024-01-16;10;P1;2;20,00\n3;1;2024-02-16;10;P1;2;20,00\n", "utf-8")
    closed.mkdir(mode=0o555)
    monkeypatch.chdir(closed)
    code, said = run(*bound(), COMMAND, "import", "--home", home, "--yes", "--open-only", more)
    assert (code, said.count("\n"), "left-out-of-import-2 could not be" in said) == (2, 1, True), said
    done = subprocess.run([COMMAND, "status", "--home", home], capture_output=True, text=True, check=True)
    assert "Waiting        nothing" in done.stdout


def test_a_postgresql_that_cannot_be_used_is_said(home, postgresql):  # noqa: F811
    settings = home / "goodterms.toml"
    for url, words in (
        ("postgresql://goodterms@/made?host=/nowhere", "PostgreSQL does not answer where `database` of goodterms.toml says."),
        ("postgresql://goodterms@127.0.0.1:1/made", "PostgreSQL does not answer where `database` of goodterms.toml says."),
        (url_of(postgresql, a_name()), "PostgreSQL has no database t"),
        (url_of(postgresql, "postgres").replace("goodterms@", "nobody_such@"), "PostgreSQL has no user nobody_such."),
    ):
        settings.write_text(f'database = "{url}"\n')
        code, said = run(COMMAND, "status", "--home", home)
        assert (code, said.count("\n"), words in said) == (2, 1, True), said
    with psycopg.connect(url_of(postgresql, "postgres"), autocommit=True) as server:
        assert server.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ('FATAL:  password authentication failed for user "mia"', "PostgreSQL refuses the user and password"),
        ("server closed the connection unexpectedly\n\tThis probably means", "PostgreSQL ended the connection"),
        ("database disk image is malformed", "The register's file is damaged"),
    ],
)
def test_what_a_database_says_is_told_in_a_sentence(error, sentence):
    assert str(sentence_of(Exception(error))).startswith(sentence)
    assert sentence_of(Exception("something else")) is None


def test_an_import_whose_file_vanished_fails_in_a_sentence(home):
    assert run(COMMAND, "import", "--home", home, "--later", home.parent / "sales.csv")[0] == 0
    (home.parent / "sales.csv").unlink()
    assert run(COMMAND, "worker", "--home", home, "--until-idle")[0] == 0
    done = subprocess.run([COMMAND, "status", "--home", home], capture_output=True, text=True, check=True)
    (job,) = [line for line in done.stdout.splitlines() if line.startswith("Job ")]
    assert f"failed: {home.parent / 'sales.csv'}" in job, job
    assert NOW


def test_a_policy_that_names_an_unknown_pool_is_said(home):
    assert imported(home) == (0, "")
    policy = home.parent / "policy.toml"
    policy.write_text('version = 1\n\n[[policy]]\nfrom = 2022-01-01\n\n[[policy.pool]]\nname = "Nowhere"\ndriver = "lines"\nstep = "picking"\n', "utf-8")
    assert run(COMMAND, "policy", "load", "--home", home, policy)[0] == 0
    done = subprocess.run([COMMAND, "run", "--home", home], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Nowhere" in done.stdout + done.stderr


def test_customer_10_and_supplier_10_are_two(home):
    sales, purchases = home.parent / "sales.csv", home.parent / "purchases.csv"
    purchases.write_text("Invoice;Line;Date;Supplier;Product;Quantity;Net\n7;1;2024-01-10;10;P1;5;25,00\n", "utf-8")
    assert run(COMMAND, "import", "--home", home, "--yes", sales, "--purchases", purchases)[0] == 0
    done = subprocess.run([COMMAND, "status", "--home", home], capture_output=True, text=True, check=True)
    assert "Counterparties 2" in done.stdout


def test_an_import_that_is_left_to_a_worker_is_agreed_to_beforehand(home):
    code, said = run(COMMAND, "import", "--home", home, "--later", "--open-only", "--answer", "sales:date=Day", home.parent / "sales.csv")
    assert (code, said.strip()) == (2, "A worker publishes by itself what the mapping answers: --later goes without --answer and --open-only.")
