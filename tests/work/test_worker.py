"""Workers: nothing is done twice or lost, whoever is killed or stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from tests.installations import NOW
from tests.work.slow_tasks import write_and_note

from goodterms.register.audit import AuditEntry
from goodterms.register.job import Job, JobState
from goodterms.register.run import Run
from goodterms.work.installation import acting
from goodterms.work.job import ask_for
from goodterms.work.tasks import import_later, run_later

COMMAND = Path(sys.executable).with_name("goodterms")
HOUSE = Path(__file__).parents[2]


@pytest.fixture
def start(installation):
    """Start a worker of this installation; all are ended with the test."""
    started = []

    def start(*options):
        paths = os.pathsep.join([str(HOUSE / "src"), str(HOUSE)])
        environment = os.environ | {"GOODTERMS_BEAT": "0.3", "GOODTERMS_PATIENCE": "0.3", "PYTHONPATH": paths}
        with (installation / "log").open("a") as log:
            one = subprocess.Popen([COMMAND, "worker", "--home", installation, *options], env=environment, stdin=subprocess.DEVNULL, stderr=log)
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()
        one.wait()


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def noted():
    return Counter(AuditEntry.objects.filter(object="test").values_list("object_id", flat=True))


def test_two_workers_do_each_job_once(start, tmp_path):
    jobs = [ask_for(write_and_note, what="test", by=acting(""), at=NOW, file=str(tmp_path / str(number))) for number in range(12)]
    workers = [start("--until-idle"), start("--until-idle")]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert noted() == Counter(str(number) for number in range(12))
    assert {(job.state, job.attempt, job.said) for job in Job.objects.filter(pk__in=[job.pk for job in jobs])} == {(JobState.DONE, 1, "noted")}


def test_job_of_a_killed_worker_is_done_by_the_next(start, tmp_path):
    file = tmp_path / "one"
    job = ask_for(write_and_note, what="test", by=acting(""), at=NOW, file=str(file), seconds=2.0)
    first = start()
    wait_for(file.exists)
    first.send_signal(signal.SIGKILL)
    start()
    wait_for(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE)
    assert (noted(), Job.objects.get(pk=job.pk).attempt, file.read_text()) == (Counter(["one"]), 2, "begun\nbegun\n")


def test_stopped_worker_that_wakes_again_publishes_nothing(start, tmp_path):
    file = tmp_path / "one"
    job = ask_for(write_and_note, what="test", by=acting(""), at=NOW, file=str(file), seconds=1.0)
    first = start("--until-idle")
    wait_for(file.exists)
    first.send_signal(signal.SIGSTOP)
    second = start()
    wait_for(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE)
    first.send_signal(signal.SIGCONT)
    assert first.wait(60) == 0
    second.kill()
    assert (noted(), Job.objects.get(pk=job.pk).attempt) == (Counter(["one"]), 2)


def test_job_that_ends_its_worker_three_times_fails_with_a_sentence(start, tmp_path):
    file = tmp_path / "one"
    job = ask_for(write_and_note, what="test", by=acting(""), at=NOW, file=str(file), seconds=60.0)
    for attempt in (1, 2, 3):
        worker = start()
        wait_for(lambda: file.exists() and file.read_text().count("begun") == attempt)  # noqa: B023  (asked at once)
        worker.kill()
    start()
    wait_for(lambda: Job.objects.get(pk=job.pk).state == JobState.FAILED)
    assert Job.objects.get(pk=job.pk).said == "Its worker ended without a word 3 times: it is not tried again."
    assert noted() == Counter()


def failures(installation):
    return (installation / "log").read_text("utf-8").count("met something unexpected: OperationalError")


@contextmanager
def held(installation):
    """The register, held by another program that writes."""
    if connection.vendor == "postgresql":
        with psycopg.connect(**{name: connection.settings_dict[name.upper()] for name in ("host", "user")}, dbname=connection.settings_dict["NAME"]) as other:
            other.execute("LOCK TABLE register_audithead IN ACCESS EXCLUSIVE MODE")
            yield
        return
    holding = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).execute('BEGIN IMMEDIATE'); print(flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", holding, installation / "register.sqlite"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    yield
    other.communicate()


@pytest.fixture
def impatient(installation):
    """A PostgreSQL whose administrator lets nobody wait for a lock, as SQLite does by itself."""
    settings = installation / "goodterms.toml"
    settings.write_text(settings.read_text("utf-8").replace("?host=", "?options=-c%20lock_timeout%3D300&host="), "utf-8")
    return installation


@pytest.mark.parametrize("times", [1, 3])
def test_job_that_finds_the_register_held_is_tried_three_times(impatient, start, tmp_path, times):
    file = tmp_path / "one"
    job = ask_for(write_and_note, what="test", by=acting(""), at=NOW, file=str(file), seconds=1.0)
    start()
    for attempt in range(1, times + 1):
        wait_for(lambda: file.exists() and file.read_text().count("begun") == attempt)  # noqa: B023  (asked at once)
        with held(impatient):
            wait_for(lambda: failures(impatient) == attempt)  # noqa: B023  (asked at once)
    wait_for(lambda: Job.objects.get(pk=job.pk).state in {JobState.DONE, JobState.FAILED})
    done = Job.objects.get(pk=job.pk)
    if times == 1:
        assert (done.state, done.attempt, done.said, noted()) == (JobState.DONE, 2, "noted", Counter(["one"]))
    else:
        assert (done.state, done.attempt, noted()) == (JobState.FAILED, 3, Counter())
        assert "another program" in done.said
        assert done.said.endswith("It was tried 3 times.")


def test_job_whose_connection_breaks_is_tried_again_by_the_same_worker(start, installation, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection to a server")
    file = tmp_path / "one"
    job = ask_for(write_and_note, what="test", by=acting(""), at=NOW, file=str(file), seconds=1.0)
    start()
    for attempt in (1, 2):
        wait_for(lambda: file.exists() and file.read_text().count("begun") == attempt)  # noqa: B023  (asked at once)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    wait_for(lambda: Job.objects.get(pk=job.pk).state == JobState.DONE)
    assert (noted(), Job.objects.get(pk=job.pk).attempt) == (Counter(["one"]), 3)


def test_job_that_meets_something_unexpected_is_tried_three_times_and_done_where_that_was_mended(start, installation, tmp_path):
    file, facts = tmp_path / "invoices.csv", installation / "facts"
    file.write_text("Invoice;Line;Date;Customer;Net\n1;1;2024-01-15;C1;20,00\n", "utf-8")
    facts.rmdir()
    facts.write_text("no folder")
    asked = {"what": "import", "by": acting(""), "at": NOW, "files": [str(file)], "tables": {}, "mapping": ""}
    job = ask_for(import_later, **asked)
    assert start("--until-idle").wait(120) == 0
    failed = Job.objects.get(pk=job.pk)
    assert (failed.state, failed.attempt) == (JobState.FAILED, 3)
    assert failed.said == f"{facts / 'staging'} could not be read or written: Not a directory. Mend that, and ask for it again. It was tried 3 times."
    facts.unlink()
    facts.mkdir()
    again = ask_for(import_later, **asked)
    assert start("--until-idle").wait(120) == 0
    assert Job.objects.get(pk=again.pk).said.endswith("is published: 1 rows accepted, 0 rejected.")


def test_import_and_run_that_were_left_to_a_worker_are_done(start, installation, tmp_path):
    file = tmp_path / f"{'invoices' * 30}.csv"
    file.write_text("Invoice;Line;Date;Customer;Net\n1;1;2024-01-15;C1;20,00\n2;1;2024-02-15;C1;30,00\n", "utf-8")
    asked = [
        ask_for(import_later, what=f"import {file.name}", by=acting(""), at=NOW, files=[str(file)], tables={}, mapping=""),
        ask_for(run_later, what="run", by=acting(""), at=NOW, periods=["2024-01", "2024-02"], policy="", kept_as="Board"),
    ]
    assert start("--until-idle").wait(120) == 0
    said = [Job.objects.get(pk=job.pk).said for job in asked]
    assert said == ["Import 1 is published: 2 rows accepted, 0 rejected.", "Run 1: Sales grew 50.0 % from 2024-01 to 2024-02: 20.00 became 30.00."]
    assert (Job.objects.get(pk=asked[0].pk).what, Run.objects.get().kept_as) == (f"import {file.name}"[:200], "Board")
