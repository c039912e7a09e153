"""Two imports, and two people, at the same time, each in a process of its own: both corrections stand, and nobody's change is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from tests.installations import NOW
from tests.work.test_import_sequences import dump

import goodterms
from goodterms.facts.engine import connect
from goodterms.register.counterparty import Counterparty
from goodterms.work.check import check
from goodterms.work.import_files import abandon, prepare, publish
from goodterms.work.installation import acting
from goodterms.work.stored import live_files, store
from goodterms.work.undo_import import undo
from goodterms.work.writing import writing

ENGINE = connect()
HEAD = "Invoice;Line;Date;Customer;Product;Quantity;Net\n"
FIRST = "".join(f"{n};1;2024-01-{n:02d};C{n % 3};P1;2;20,00\n" for n in range(1, 9))
ANNS = "1;1;2024-01-01;C1;P1;2;21,00\n2;1;2024-01-02;C2;P1;2;21,00\n9;1;2024-01-09;C9;P1;1;9,00\n"
BOBS = "3;1;2024-01-03;C0;P1;2;22,00\n4;1;2024-01-04;C1;P2;2;22,00\n10;1;2024-01-10;C9;P1;1;10,00\n"
CUSTOMERS = "Customer;Name\nC9;Cleo Oy\nC8;Dan Oy\n"
PLACES = {"PYTHONPATH": os.pathsep.join(str(Path(__file__).parents[2] / place) for place in ("src", "."))}


@pytest.fixture
def started():
    """Start one of the processes beside this file; all are ended with the test."""
    running = []

    def start(program, *arguments):
        command = [sys.executable, Path(__file__).with_name(program), *map(str, arguments)]
        one = subprocess.Popen(command, env=os.environ | PLACES, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(one)
        return one

    yield start
    for one in running:
        one.kill()
        one.communicate()


def go_on(*processes):
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.stdout.readline().strip() for process in processes]


def written(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def prepared(folder, sales, customers=""):
    files = [written(folder, "customers.csv", customers)] if customers else []
    reading = goodterms.read([written(folder, "sales.csv", HEAD + sales)], customers=files)
    return prepare(reading, by=acting(""), at=NOW), reading.facts.engine


def bring(folder, *texts):
    return publish(*prepared(folder, *texts), by=acting(""), at=NOW).number


@cache
def expected(tmp_path):
    """The state after both corrections, one after the other, which are taken back again; it is the same on either database."""
    empty = dump()
    numbers = [bring(tmp_path, text, CUSTOMERS) for text in (FIRST, ANNS, BOBS)]
    state = dump()
    for number in numbers:
        undo(number, ENGINE, by=acting(""), at=NOW)
    assert dump() == empty
    return state


def amounts():
    rows = store().rows_of(live_files("sale_lines").values())
    return dict(ENGINE.con.execute(f"SELECT document, net_value::INT FROM ({rows}) ORDER BY 1").fetchall())


@pytest.mark.parametrize("order", ["ann first", "bob first", "at once"])
def test_both_of_two_corrections_of_a_month_stand(installation, tmp_path, started, order):
    state = expected(tmp_path.parent)
    bring(tmp_path, FIRST, CUSTOMERS)
    customers = written(tmp_path, "customers.csv", CUSTOMERS)
    files = [written(tmp_path / name, "sales.csv", HEAD + text) for name, text in (("ann", ANNS), ("bob", BOBS))]
    both = [started("importing.py", installation, file, customers) for file in files]
    assert [one.stdout.readline() for one in both] == ["ready to prepare\n"] * 2
    assert go_on(*both) == ["prepared"] * 2
    turns = {"ann first": [both[:1], both[1:]], "bob first": [both[1:], both[:1]], "at once": [both]}[order]
    said = [said for turn in turns for said in go_on(*turn)]
    assert [one.split()[0] for one in said] == ["published"] * 2
    assert dump() == state
    assert amounts() == {"1": 21, "2": 21, "3": 22, "4": 22, "5": 20, "6": 20, "7": 20, "8": 20, "9": 9, "10": 10}
    assert check(ENGINE, by=acting("")).found == ()


def test_records_that_a_waiting_import_made_are_seen_when_another_that_names_them_is_published(installation, tmp_path):
    first, second = prepared(tmp_path, ANNS, CUSTOMERS), prepared(tmp_path, BOBS, CUSTOMERS)
    assert second[0].new_records["customers"] == 4
    publish(*second, by=acting(""), at=NOW)
    assert sorted(Counterparty.objects.visible().values_list("name", flat=True)) == ["C0", "C1", "Cleo Oy", "Dan Oy"]
    state = dump()
    abandon(first[0].number)
    assert dump() == state


def test_records_of_an_import_that_is_given_up_go_to_the_one_that_waits(installation, tmp_path):
    first, second = prepared(tmp_path, ANNS, CUSTOMERS), prepared(tmp_path, BOBS, CUSTOMERS)
    abandon(first[0].number)
    assert Counterparty.objects.count() == 4
    publish(*second, by=acting(""), at=NOW)
    assert sorted(Counterparty.objects.visible().values_list("name", flat=True)) == ["C0", "C1", "Cleo Oy", "Dan Oy"]
    undo(second[0].number, ENGINE, by=acting(""), at=NOW)
    assert Counterparty.objects.count() == 0


def test_of_two_people_who_change_one_record_the_second_is_told_what_differs(installation, started):
    with writing("make", by=acting(""), at=NOW) as now:
        ann = now.create(Counterparty, name="Ann Oy", country="FI", is_customer=True, created_on=NOW.date())
    changes = [{"name": "Ann Oyj", "country": "SE"}, {"name": "Ann Ltd"}]
    both = [started("changing.py", installation, ann.pk, json.dumps(change)) for change in changes]
    assert [one.stdout.readline() for one in both] == ["looked\n"] * 2
    said = [json.loads(line) for line in go_on(*both)]
    (first,), (second,) = ([place for place in (0, 1) if bool(said[place]["refused"]) is refused] for refused in (False, True))
    now = Counterparty.objects.get()
    assert {name: getattr(now, name) for name in changes[first]} == changes[first]
    assert said[second]["refused"] == {name: [getattr(now, name), value] for name, value in changes[second].items() if getattr(now, name) != value}
    assert f"name is {now.name} now and {changes[second]['name']} here" in said[second]["said"]
    assert now.version == 2
