"""Workers: nothing is done twice or lost, whoever is killed or stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
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
        environment = os.environ | {"GOODTERMS_BEAT": "0.3", "PYTHONPATH": paths}
        one = subprocess.Popen([COMMAND, "worker", "--home", installation, *options], env=environment, stdin=subprocess.DEVNULL)
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
