"""Imports and undoings in any sequence: the base says what the imports that stand say, brought in their order into an empty one.

Sequences are drawn by a seed that the test is named by: each needs an installation of its own, so that a library's many examples in one test, and its way of
making a failing one smaller, would cost more than they show. A seed that fails is run again by its name.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection
from tests.installations import NOW
from tests.torture.results import finished_folder, finished_groups, keep, ran

import goodterms
from goodterms.facts.engine import connect
from goodterms.work.dump import Compared, dump_lines, snapshot
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.undo_import import undo

ENGINE = connect()
STEPS = 7
SEEDS = range(100, 200)
WHAT = (
    f"{STEPS} imports and undoings in any order, of files that overlap, correct each other, come again and are shuffled (seeds {SEEDS[0]} to {SEEDS[-1]}):"
    " the state is that of an installation in which only those were made that stand, and with all undone that of an empty one."
)
HEAD = ("| register | sequences | that differ |", "|---|--:|--:|")


def dump():
    with snapshot() as using:
        return [line.decode() for line in dump_lines(ENGINE, Compared.STATE, using=using)]


def files_of(dice):
    """Some files that overlap and correct each other: parts of the same documents, shuffled, some with customers."""
    files = []
    for _ in range(3):
        lines = [
            f"{document};{line};2024-{document % 4 + 1:02d}-{dice.choice([5, 5, 25])};C{document % 3};P{line};1;{dice.choice([10, 10, 20])},00"
            for document in dice.sample(range(1, 9), 5)
            for line in range(1, dice.choice([2, 3]))
        ]
        dice.shuffle(lines)
        customers = [f"C{number};{dice.choice(['Ann', 'Bob'])} Oy;{dice.choice('AB')}" for number in dice.sample(range(5), 2)]
        files.append(
            (
                "Invoice;Line;Date;Customer;Product;Quantity;Net\n" + "\n".join(lines) + "\n",
                "Customer;Name;Segment\n" + "\n".join(customers) + "\n" if dice.random() < 0.6 else "",
            )
        )
    return files


def bring(folder, texts, at):
    sales, customers = folder / "sales.csv", folder / "customers.csv"
    sales.write_text(texts[0], "utf-8")
    customers.write_text(texts[1], "utf-8")
    reading = goodterms.read([sales], customers=[customers] if texts[1] else [])
    return publish(prepare(reading, by=acting(""), at=at), reading.facts.engine, by=acting(""), at=at).number


def holds(folder, seed):
    dice = random.Random(seed)  # noqa: S311  (a seed that can be run again)
    files, empty = files_of(dice), dump()
    standing = {}
    for step in range(STEPS):
        if standing and dice.random() < 0.35:
            number = dice.choice(sorted(standing))
            undo(number, ENGINE, by=acting(""), at=NOW)
            del standing[number]
        else:
            texts, at = dice.choice(files), NOW + timedelta(days=step)
            standing[bring(folder, texts, at)] = texts, at
    state = dump()
    for number in dice.sample(sorted(standing), len(standing)):
        undo(number, ENGINE, by=acting(""), at=NOW)
    assert dump() == empty
    for texts, at in standing.values():
        bring(folder, texts, at)
    assert dump() == state


@pytest.mark.parametrize("seed", [1, 2], ids="seed-{}".format)
def test_any_sequence_comes_to_what_stands(installation, tmp_path, seed):
    holds(tmp_path, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", SEEDS, ids="seed-{}".format)
def test_a_hundred_sequences_come_to_what_stands(installation, tmp_path, tmp_path_factory, seed):
    holds(tmp_path, seed)
    place = 1000 * (connection.vendor == "postgresql") + seed
    groups = finished_groups(finished_folder(tmp_path_factory, "sequences"), place, connection.vendor)
    if len(groups) == 2 * len(SEEDS):
        rows = [f"| {name} | {groups.count(vendor)} | 0 |" for name, vendor in (("SQLite", "sqlite"), ("PostgreSQL", "postgresql"))]
        keep("sequences", ["## Sequences of imports", "", ran(), "", WHAT, "", *HEAD, *rows])
