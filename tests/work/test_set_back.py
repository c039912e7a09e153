"""A clock that is set back, an installation that a newer version changed, a file that went between a dry run and its publishing: a sentence, nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.installations import NOW

import goodterms
from goodterms.cli.main import exit_code_of
from goodterms.errors import UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.register.company_text import TextKind
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import Import
from goodterms.register.run import CurrentRun
from goodterms.work.backup import backup
from goodterms.work.check import check
from goodterms.work.close_period import close, reopen
from goodterms.work.company_text import load, saved
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.kept_backups import remove_older
from goodterms.work.run_analysis import run_analysis
from goodterms.work.state import lines_of_state
from goodterms.work.stored import live_files, store
from goodterms.work.sweep import Swept, sweep
from goodterms.work.undo_import import undo

ENGINE = connect()
EARLIER = NOW - timedelta(days=800)
JANUARY = date(2024, 1, 1)


def prepared(folder, net, name, at):
    (folder / "sales.csv").write_text(f"Invoice;Line;Date;Customer;Product;Quantity;Net\n1;1;2024-01-15;C1;P1;2;{net}\n2;1;2024-02-15;C1;P1;2;5\n", "utf-8")
    (folder / "customers.csv").write_text(f"Customer;Name\nC1;{name}\n", "utf-8")
    reading = goodterms.read([folder / "sales.csv"], customers=[folder / "customers.csv"])
    return prepare(reading, by=acting(""), at=at), reading.facts.engine


def amounts():
    files = live_files("sale_lines").values()
    return [str(net) for (net,) in ENGINE.con.execute(f"SELECT net_value FROM ({store().rows_of(files)}) ORDER BY document").fetchall()] if files else []


def test_of_what_was_done_after_a_clock_was_set_back_the_later_counts(installation, tmp_path):
    who = acting("")
    publish(*prepared(tmp_path, "20", "Ann Oy", NOW), by=who, at=NOW)
    publish(*prepared(tmp_path, "30", "Ann Oyj", EARLIER), by=who, at=EARLIER)
    assert ([float(net) for net in amounts()], Counterparty.objects.get().name) == ([30, 5], "Ann Oyj")
    load(TextKind.POLICY, "version = 1\n", by=who, at=NOW)
    assert load(TextKind.POLICY, saved(TextKind.POLICY, by=who) + "# and this\n", by=who, at=EARLIER).number == 2
    run_analysis(ENGINE, by=who, at=NOW)
    later, _ = run_analysis(ENGINE, by=who, at=EARLIER)
    assert CurrentRun.objects.get().run == later
    close([JANUARY], ENGINE, by=who, at=NOW)
    reopen([JANUARY], by=who, at=EARLIER, reason="late invoice")
    assert sweep(at=EARLIER) == sweep(at=NOW) == Swept(0, 0, 0, 0, 0)
    undo(2, ENGINE, by=who, at=EARLIER)
    assert ([float(net) for net in amounts()], Counterparty.objects.get().name) == ([20, 5], "Ann Oy")
    undo(1, ENGINE, by=who, at=EARLIER)
    assert (amounts(), Counterparty.objects.count(), check(ENGINE, by=who).found) == ([], 0, ())
    assert lines_of_state(installation, by=who, at=EARLIER)


def test_the_backup_that_was_written_last_stays_whatever_the_clock_says(installation, tmp_path):
    files = [tmp_path / f"company-{number}.backup" for number in (1, 2, 3)]
    for file, at in zip(files, (NOW - timedelta(days=1), NOW, EARLIER), strict=True):
        backup(file, ENGINE, by=acting(""), at=at)
        said = remove_older(file, 2, at=at)
    assert said == [f"Removed {files[0]} and its keys."]
    assert [file.exists() for file in files] == [False, True, True]
    assert all(file.with_name(f"{file.name}.keys").exists() == file.exists() for file in files)
    assert f"the oldest keys are {files[2]}.keys" in "\n".join(lines_of_state(installation, by=acting(""), at=NOW))


def test_an_import_whose_prepared_file_went_publishes_nothing(installation, tmp_path):
    run, engine = prepared(tmp_path, "20", "Ann Oy", NOW)
    (file, _) = (of.sha256 for of in run.prepared[0].months.values())
    store().path_of(file).unlink()
    with pytest.raises(UnreadableFileError, match="a file of facts has gone"):
        publish(run, engine, by=acting(""), at=NOW)
    assert (amounts(), Import.objects.get().state) == ([], "waiting")


def test_an_installation_that_a_newer_version_changed_is_left_to_that_version(installation, tmp_path, capsys):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('register', '0002_campaigns', %s)", [NOW])
    for command in (
        ["status"],
        ["run"],
        ["check"],
        ["worker", "--until-idle"],
        ["backup", str(tmp_path / "a.backup")],
        ["policy", "save", str(tmp_path / "p")],
    ):
        assert exit_code_of([*command, "--home", str(installation)]) == 2, command
        assert capsys.readouterr().err == f"{installation} was changed by a newer version of Goodterms (0002_campaigns). Use that version.\n", command
    assert not (tmp_path / "a.backup").exists()


def test_a_backup_that_a_newer_version_made_is_left_to_that_version(installation, tmp_path):
    file, newer, home = tmp_path / "a.backup", tmp_path / "newer.backup", tmp_path / "restored"
    backup(file, ENGINE, by=acting(""), at=NOW)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, json.dumps(json.loads(content) | {"migration": "0002_campaigns"}) if name == "backup.json" else content)
    command = [Path(sys.executable).with_name("goodterms"), "restore", newer, home]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "The backup was made by a newer version of Goodterms (0002_campaigns). Use that version.")
    assert not home.exists()
