"""kill -9 of imports, undoing, runs, backups and workers: done again, they come to what they would have come to, and nothing is lost, doubled or unreadable."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections
from tests.installations import DATABASES, NOW, a_name, point_django_at, url_of
from tests.torture.results import finished_folder, finished_groups, keep, ran
from tests.work.kills import LONGEST, Warm
from tests.work.test_backup import restored
from tests.work.test_import_sequences import dump
from tests.work.test_sweep import unnamed
from tests.work.test_worker import wait_for

from goodterms.facts.engine import connect
from goodterms.register.audit import AuditEntry
from goodterms.register.imported import Import, ImportState
from goodterms.register.job import Job, JobState
from goodterms.register.run import CurrentRun
from goodterms.work.check import check
from goodterms.work.dump import Compared, dump_lines, snapshot
from goodterms.work.installation import acting
from goodterms.work.job import ask_for
from goodterms.work.sweep import sweep
from goodterms.work.tasks import import_later

ENGINE = connect()
HEAD = "Invoice;Line;Date;Customer;Product;Quantity;Net\n"
WORDS = ("import", "undo", "run", "worker", "backup")
FILES = {
    "first": (range(1, 40), "20", "Customer;Name;Segment\nC1;Ann Oy;A\nC2;Bob Oy;B\n"),
    "second": (range(5, 30, 3), "25", "Customer;Name;Segment\nC1;Ann Oyj;B\nC8;Cleo Oy;C\n"),
    "third": (range(10, 60, 4), "30", "Customer;Name;Segment\nC2;Bob Ab;A\nC9;Dan Oy;D\n"),
    "fourth": (range(20, 80, 7), "35", ""),
}
OF_A_RUN = {"Run", "CounterpartyFigures", "ProductFigures"}
SHORT = {"sqlite": {"import": 2, "undo": 2, "run": 1}, "postgresql": {"import": 1, "undo": 1, "run": 1, "worker": 2}}
LONG = dict.fromkeys(WORDS, 2)
SEEDS = range(100, 124)
AT_LEAST = 200


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """The files of all imports: sale lines that correct each other, some with customers, under one name each time."""
    folder = tmp_path_factory.mktemp("files")
    for name, (documents, net, customers) in FILES.items():
        (folder / name).mkdir()
        lines = "".join(f"{n};1;{2023 + n % 2}-{n % 3 + 1:02d}-15;C{n % 8};P{n % 3};2;{net},00\n" for n in documents)
        (folder / name / "sales.csv").write_text(HEAD + lines, "utf-8")
        (folder / name / "customers.csv").write_text(customers, "utf-8")
    return folder


@pytest.fixture(scope="session")
def warm(tmp_path_factory):
    one = Warm(tmp_path_factory.mktemp("warm"))
    yield one
    one.stop()


def arguments(word, home, files):
    """The command that is killed."""
    bring = [files / "third" / "sales.csv", "--customers", files / "third" / "customers.csv", "--yes"]
    rest = {"import": bring, "undo": [2, "--yes"], "run": ["--periods", "2023", "2024"], "backup": [home.parent / "a.backup"], "worker": []}[word]
    return [word, "--home", home, *rest]


def again(word, home, files, warm):
    """Do once more what was killed, as a person would, until it is done."""
    if word == "worker":
        return work(home, files, warm)
    code, said = warm.finish(home, *arguments(word, home, files))
    if word == "undo" and code == 2:
        assert "Import 2 is undone" in said
    elif word == "backup" and code == 2:
        assert "is there already" in said
        for file in home.parent.glob("a.backup*"):
            file.unlink()
        return again(word, home, files, warm)
    else:
        assert code == 0 or (word == "run" and code == 1), said
    return None


def work(home, _files, warm):
    """Let a worker do the job that waits, or that a killed one had taken."""
    pid = warm.start(home, "worker", "--home", home)
    wait_for(lambda: Job.objects.get().state in {JobState.DONE, JobState.FAILED}, LONGEST)
    assert Job.objects.get().state == JobState.DONE, Job.objects.get().said
    os.kill(pid, signal.SIGTERM)
    warm.ended()


def said_of_state():
    """The state, sorted, of several runs the one that is shown; without the numbers and times of runs, and what is called by them or by those of imports."""
    shown, said = CurrentRun.objects.get().run_id, []
    for table, row in ((line["table"].rpartition(".")[2], line["row"]) for line in map(json.loads, dump())):
        if table in OF_A_RUN and shown not in {row.get("number"), row.get("run")}:
            continue
        left_out = {"number", "begun_at", "run", "cubes", *(["id"] if table == "StageChange" else [])}
        said.append(json.dumps([table, {name: value for name, value in row.items() if name not in left_out}], sort_keys=True))
    return sorted(said)


class Installations:
    """Installations with two imports, each a copy of one that was made once on its database."""

    def __init__(self, made, warm, files, request):
        self.made, self.warm, self.files, self.request = made, warm, files, request
        self.ready = {}

    def copy(self, database, home):
        if database not in self.ready:
            source = self._copied(self.made(database), "made", database, home.parent / f"ready-{database}")
            for name in ("first", "second"):
                code, said = self.warm.finish(
                    source, "import", "--home", source, self.files / name / "sales.csv", "--customers", self.files / name / "customers.csv", "--yes"
                )
                assert code == 0, said
            self.ready[database] = source
        return self._copied(self.ready[database], self._name_of(self.ready[database]), database, home)

    def _name_of(self, home):
        return (home / "goodterms.toml").read_text("utf-8").partition("@/")[2].partition("?")[0]

    def _copied(self, source, name, database, home):
        shutil.copytree(source, home)
        if database == "postgresql":
            connections.close_all()
            new, socket = a_name(), self.request.getfixturevalue("postgresql")
            with psycopg.connect(url_of(socket, "postgres"), autocommit=True) as server:
                server.execute(f"CREATE DATABASE {new} TEMPLATE {name}")
            settings = home / "goodterms.toml"
            settings.write_text(settings.read_text("utf-8").replace(f"/{name}?", f"/{new}?"), "utf-8")
        return home


@pytest.fixture(scope="session")
def ready(made, warm, files, request):
    return Installations(made, warm, files, request)


@pytest.fixture(scope="session")
def expected(ready, warm, files, tmp_path_factory):
    """The state after each word where nobody kills anything: it is the same on either database."""
    home = ready.copy("sqlite", tmp_path_factory.mktemp("unkilled") / "home")
    point_django_at(home)
    states = {}
    for word in WORDS:
        if word == "worker":
            ask(files)
        begun = time.monotonic()
        again(word, home, files, warm)
        warm.duration.setdefault(word, time.monotonic() - begun)
        states[word] = said_of_state()
    return states


def ask(files):
    ask_for(import_later, what="import sales.csv", by=acting(""), at=NOW, files=[str(files / "fourth" / "sales.csv")], tables={}, mapping="")


def killed_and_done_again(home, kills, dice, files, warm, expected):
    """Do words in an installation, each killed so many times before it is done; return how many were killed, by word and moment."""
    point_django_at(home)
    done = Counter()
    for word, most in kills.items():
        if word == "worker":
            ask(files)
        for _ in range(most):
            what = warm.kill(home, *arguments(word, home, files), dice=dice)
            if not what:
                break
            done[f"{word}, {what}"] += 1
        again(word, home, files, warm)
        assert said_of_state() == expected[word], (word, done)
        assert check(ENGINE, by=acting("")).found == (), (word, done)
    published = Import.objects.filter(state__in=[ImportState.PUBLISHED, ImportState.UNDONE]).count()
    assert AuditEntry.objects.filter(object="import", verb="import").count() == published == (4 if "worker" in kills else 3)
    sweep(at=datetime.now(UTC) + timedelta(days=15), patience=LONGEST)
    assert unnamed(home) == []
    assert not [*home.glob("snapshot-*"), *home.glob(".begun-*"), *Import.objects.filter(state__in=[ImportState.PREPARING, ImportState.WAITING])]
    assert said_of_state() == expected[word]
    assert check(ENGINE, by=acting("")).found == ()
    return done


@pytest.mark.parametrize("database", DATABASES)
def test_killed_work_that_is_done_again_comes_to_the_same(database, ready, warm, files, expected, tmp_path):
    killed_and_done_again(ready.copy(database, tmp_path / "home"), SHORT[database], random.Random(1), files, warm, expected)  # noqa: S311  (a seed that can be run again)


def fails_and_is_done_again(home, sizes, files, warm, expected):
    """Do words in an installation, each first where no file may grow beyond a size; return how many failed."""
    point_django_at(home)
    failed = Counter()
    for word, longest in sizes:
        before = said_of_state()
        code, said = warm.finish(home, *arguments(word, home, files), longest_file=longest)
        if code not in {0, 1}:
            assert (code, "does not know how to handle" in said, "Traceback" in said) == (2, False, False), (word, longest, said)
            assert said.strip()
            assert facts_of(said_of_state()) in (facts_of(before), facts_of(expected[word]))
            assert check(ENGINE, by=acting("")).found == ()
            failed[word] += 1
        again(word, home, files, warm)
        assert said_of_state() == (before if word == "backup" else expected[word]), (word, longest)
        assert check(ENGINE, by=acting("")).found == ()
    sweep(at=datetime.now(UTC) + timedelta(days=15), patience=LONGEST)
    assert unnamed(home) == []
    return failed


def facts_of(state):
    return [line for line in state if line.startswith('["facts"')]


@pytest.mark.parametrize("database", DATABASES)
def test_a_full_disk_is_a_sentence_and_what_failed_is_done_again(database, ready, warm, files, expected, tmp_path):
    sizes = {"sqlite": [("import", 60_000), ("run", 60_000), ("backup", 3_000)], "postgresql": [("import", 2_000), ("backup", 3_000)]}[database]
    if database == "sqlite":
        sizes.insert(1, ("undo", 40_000))
    failed = fails_and_is_done_again(ready.copy(database, tmp_path / "home"), sizes, files, warm, expected)
    assert failed["import"] == failed["backup"] == 1


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(300, 320), ids="seed-{}".format)
def test_a_disk_that_is_full_at_any_moment_loses_nothing(seed, ready, warm, files, expected, tmp_path, tmp_path_factory):
    database, dice = DATABASES[seed % 2], random.Random(seed)  # noqa: S311  (a seed that can be run again)
    sizes = [(word, int(2 ** dice.uniform(11, 19))) for word in ("import", "undo", "run", "backup")]
    failed = fails_and_is_done_again(ready.copy(database, tmp_path / "home"), sizes, files, warm, expected)
    groups = finished_groups(finished_folder(tmp_path_factory, "full"), seed, {"database": database, "failed": failed})
    if len(groups) == 20:
        words = ("import", "undo", "run", "backup")
        rows = [(word, *(sum(g["failed"].get(word, 0) for g in groups if g["database"] == name) for name in DATABASES)) for word in words]
        what = (
            f"{4 * len(groups)} commands in which no file may grow beyond a random size, as on a disk that is full at some write (seeds 300 to 319)."
            " Where that made a command fail, it said a sentence and left the facts as they were; done again with room, it came to the"
            " state of an installation in which nothing failed."
        )
        head = ("| failed | SQLite | PostgreSQL |", "|---|--:|--:|")
        keep("full", ["## A full disk", "", ran(), "", what, "", *head, *(f"| {word} | {a} | {b} |" for word, a, b in rows)])


@pytest.mark.torture
@pytest.mark.parametrize("seed", SEEDS, ids="seed-{}".format)
def test_two_hundred_kills_lose_nothing(seed, ready, warm, files, expected, tmp_path, tmp_path_factory):
    database = DATABASES[seed % 2]
    done = killed_and_done_again(ready.copy(database, tmp_path / "home"), LONG, random.Random(seed), files, warm, expected)  # noqa: S311
    holds_in_the_backup(tmp_path)
    groups = finished_groups(finished_folder(tmp_path_factory, "kills"), seed, {"database": database, "done": done})
    if len(groups) == len(SEEDS):
        keep_section(groups)


def holds_in_the_backup(folder):
    """The backup that was killed and written anew comes to an equal dump."""
    restored(folder / "a.backup", folder / "restored")
    with zipfile.ZipFile(folder / "a.backup") as archive:
        expected = archive.read("dump.jsonl").splitlines(keepends=True)
    with snapshot() as using:
        assert list(dump_lines(ENGINE, Compared.BACKUP, using=using)) == expected


def keep_section(groups):
    """Write what the last whole campaign found."""
    by_database = {name: Counter() for name in DATABASES}
    for group in groups:
        by_database[group["database"]].update(group["done"])
    total = sum(count for counts in by_database.values() for count in counts.values())
    assert total >= AT_LEAST
    said = (
        f"{total} processes were killed with SIGKILL while they imported, undid, worked figures out, did a job as a worker or wrote a backup, each at a"
        f" random moment or when something was first seen to change, and started again (seeds {SEEDS[0]} to {SEEDS[-1]}). After each: the state"
        " of an installation in which nobody was killed, and `check` whole; after sweeping no file that nothing names; each backup restores to an equal"
        " dump."
    )
    lines = [
        "## Killed at random",
        "",
        ran(),
        "",
        said,
        "",
        "| killed | SQLite | PostgreSQL |",
        "|---|--:|--:|",
    ]
    moments = sorted({moment for counts in by_database.values() for moment in counts}, key=lambda moment: (WORDS.index(moment.partition(",")[0]), moment))
    lines += [f"| {moment} | {by_database['sqlite'][moment]} | {by_database['postgresql'][moment]} |" for moment in moments]
    lines += [f"| **all** | {sum(by_database['sqlite'].values())} | {sum(by_database['postgresql'].values())} |"]
    keep("kills", lines)
