"""Many processes write at once while an import publishes: none fails, none waits long, and every entry is in the audit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.installations import NOW, point_django_at
from tests.torture.results import finished_folder, finished_groups, keep, ran

import goodterms
from goodterms.register.audit import AuditEntry, AuditHead
from goodterms.register.counterparty import Counterparty
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.writing import digest_of

HOUSE = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("writers.py")
LONGEST = 5.0
WHAT = (
    "25 processes write for 60 seconds, one small transaction after another, while an import publishes: none fails, none waits 5 s, and every entry is in the"
    " audit, unbroken. The load is the machine's in the last minute, the writers among it."
)
HEAD = ("| register | written | failed | longest wait | load |", "|---|--:|--:|--:|--:|")


def write_side_by_side(installation, tmp_path, monkeypatch, *, writers, seconds, journal):
    monkeypatch.setenv("GOODTERMS_JOURNAL", journal)
    point_django_at(installation)
    connection.ensure_connection()  # all processes of an installation keep one kind of journal: it is changed while no other has the file open
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HOUSE / "src"), str(HOUSE)])}
    started = [
        subprocess.Popen([sys.executable, WRITER, installation, str(number), str(seconds)], env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        for number in range(writers)
    ]
    file = tmp_path / "invoices.csv"
    file.write_text("Invoice;Line;Date;Customer;Net\n" + "".join(f"{n};1;2024-01-{n % 28 + 1:02d};C{n};10,00\n" for n in range(1, 2_001)), "utf-8")
    reading = goodterms.read([file])
    publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)
    return [json.loads(one.communicate(timeout=seconds + 120)[0]) for one in started]


def holds(told):
    assert [one["failed"] for one in told] == [[]] * len(told)
    written = sum(one["done"] for one in told)
    assert Counterparty.objects.filter(created_by_import=None).count() == written
    digest = "0" * 64
    for entry in AuditEntry.objects.order_by("number"):
        digest = digest_of(entry, digest)
        assert entry.digest == digest
    assert AuditHead.objects.get().digest == digest


def test_writers_side_by_side_lose_nothing(installation, tmp_path, monkeypatch):
    holds(write_side_by_side(installation, tmp_path, monkeypatch, writers=4, seconds=3, journal=""))


def test_who_waits_is_let_in_before_one_who_writes_on_and_on(installation):
    turns, first, enough = [], threading.Event(), threading.Event()

    def write_on_and_on():
        while not enough.is_set() and len(turns) < 50:
            with transaction.atomic():
                AuditHead.objects.update(number=0)
                turns.append(1)
                first.set()
                time.sleep(0.1)
        connection.close()

    busy = threading.Thread(target=write_on_and_on)
    busy.start()
    first.wait()
    before = len(turns)
    with transaction.atomic():
        AuditHead.objects.update(number=0)
        waited = len(turns) - before
    enough.set()
    busy.join()
    assert waited <= 2


@pytest.mark.torture
@pytest.mark.parametrize("journal", ["", "rollback"], ids=["log", "rollback journal"])
def test_25_writers_for_a_minute_lose_nothing(installation, tmp_path, monkeypatch, journal, tmp_path_factory):
    told = write_side_by_side(installation, tmp_path, monkeypatch, writers=25, seconds=60, journal=journal)
    holds(told)
    longest = max(one["longest"] for one in told)
    assert longest < LONGEST
    database = f"SQLite, {'rollback journal' if journal else 'write-ahead log'}" if connection.vendor == "sqlite" else "PostgreSQL"
    place = 2 * (connection.vendor == "postgresql") + bool(journal)
    found = {"database": database, "written": sum(one["done"] for one in told), "longest": longest, "load": os.getloadavg()[0]}
    groups = finished_groups(finished_folder(tmp_path_factory, "writers"), place, found)
    rows = [f"| {g['database']} | {g['written']:,} | 0 | {g['longest']:.2f} s | {g['load']:.1f} |" for g in groups]
    keep("writers", ["## Many writers", "", ran(), "", WHAT, "", *HEAD, *rows])
