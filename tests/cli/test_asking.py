"""Answering questions: by an option, in the terminal, and never twice about the same source."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import COMMAND

MAP = "Your answers are kept in mapping.toml: pass --map mapping.toml from now on."


@pytest.fixture
def open_file(folder):
    """Amounts that may have decimals or thousands, on dates that may begin with the day or the month."""
    file = folder / "a.csv"
    file.write_text("Date;Customer;Invoice;Amount\n03/04/2024;Ann;1;1.234\n04/05/2024;Bob;2;2.345\n05/06/2023;Ann;3;1.500\n", "utf-8")
    return file


def test_an_answer_is_kept_and_the_next_question_says_where(goodterms, open_file):
    ran = goodterms("look", open_file.name)
    assert ran.code == 3
    assert "To answer: --answer 'decimal: a.csv, Amount=1' (or =2)" in ran.err
    ran = goodterms("look", open_file.name, "--answer", "decimal: a.csv, Amount=1")
    assert ran.code == 3
    assert ran.err.startswith(MAP)
    assert 'dialect = { decimal = ",", date = "%d/%m/%Y" }' in ran.err
    ran = goodterms("look", open_file.name, "--map", "mapping.toml", "--answer", "date: a.csv, Date=the month stands first")
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == MAP
    again = goodterms("look", open_file.name, "--map", "mapping.toml")
    assert (again.code, again.out.splitlines()[0]) == (0, ran.out.splitlines()[0])
    assert "5,079.00" not in again.out
    assert "2,345.00" in again.out


def test_answers_of_calls_one_after_another_are_kept_in_one_file(goodterms, folder, open_file):
    """A script that passes its answers again, and one more, leaves one file; what somebody else wrote is never written over."""
    first, second = ("--answer", "decimal: a.csv, Amount=1"), ("--answer", "date: a.csv, Date=1")
    assert [goodterms("look", open_file.name, *first).code, goodterms("look", open_file.name, *first, *second).code] == [3, 0]
    assert sorted(path.name for path in folder.glob("*.toml")) == ["mapping.toml"]
    assert "%d/%m/%Y" in (folder / "mapping.toml").read_text("utf-8")
    own = 'version = 1\n\n[[file]]\nmatch = "b.csv"\n'
    (folder / "mapping.toml").write_text(own, "utf-8")
    assert goodterms("look", open_file.name, *first, *second).out.splitlines()[-1].startswith("Your answers are kept in mapping-2.toml")
    assert (folder / "mapping.toml").read_text("utf-8") == own


def test_answers_leave_a_mapping_s_own_remarks(goodterms, folder, open_file):
    (folder / "m.toml").write_text('# ours since 2019\nversion = 1\n\n[[file]]\nmatch = "*.csv"  # all of them\n', "utf-8")
    ran = goodterms(
        "look", open_file.name, "--map", "m.toml", "--answer", "date: *.csv=1", "--answer", "date: a.csv, Date=1", "--answer", "decimal: a.csv, Amount=1"
    )
    assert ran.code == 0
    kept = (folder / "m.toml").read_text("utf-8")
    assert "# ours since 2019" in kept
    assert "# all of them" in kept
    assert not (folder / "mapping.toml").exists()


def test_of_questions_asked_together_the_answered_one_is_kept(goodterms, folder, open_file):
    (folder / "c.csv").write_text(open_file.read_text("utf-8").replace("Date;", "Invoice date;").replace("Amount", "Net amount"), "utf-8")
    ran = goodterms("look", open_file.name, "c.csv", "--answer", "decimal: a.csv, Amount=1")
    assert ran.code == 3
    assert ran.err.startswith(MAP)
    assert "To answer: --answer 'decimal: c.csv, Net amount=1'" in ran.err
    assert 'decimal = ","' in (folder / "mapping.toml").read_text("utf-8")


def test_answers_go_where_the_whole_mapping_is_written(goodterms, folder, open_file):
    answers = ("--answer", "date: a.csv, Date=1", "--answer", "decimal: a.csv, Amount=1")
    assert goodterms("look", open_file.name, *answers, "--write-map", "whole.toml").code == 0
    assert not (folder / "mapping.toml").exists()
    assert goodterms("look", open_file.name, "--map", "whole.toml").code == 0


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("decimal: a.csv, Amount=9", '"9" is no answer to "decimal: a.csv, Amount". Choose one of: 1 (the comma is the decimal sign), 2 '),
        ("whatever", '--answer is KEY=VALUE, as the question says it, such as --answer "date: invoices.csv, Date=1"; "whatever" was found.'),
    ],
)
def test_an_answer_that_is_none_is_said(goodterms, open_file, answer, sentence):
    ran = goodterms("look", open_file.name, "--answer", answer)
    assert ran.code == 2
    assert sentence in ran.err


def test_a_person_at_a_terminal_is_asked(open_file):
    """Nonsense is asked again; what is chosen is kept."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([COMMAND, "look", open_file.name], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as running:
        os.close(theirs)
        os.write(ours, b"1\nseven\n2\n")
        out = running.stdout.read().decode()
        assert running.wait(60) == 0
    os.close(ours)
    assert out.rstrip().splitlines()[-1] == MAP
    kept = Path("mapping.toml").read_text("utf-8")
    assert 'decimal = ","' in kept
    assert '"%m/%d/%Y"' in kept


def test_leading_zeros_and_currencies_are_answered_above_the_files(goodterms, folder):
    (folder / "a.csv").write_text("Invoice;Date;Customer;Net amount\n1;2023-01-01;007;10,00\n2;2024-01-01;007;20,00\n", "utf-8")
    (folder / "b.csv").write_text("Customer number;Customer name\n7;Ann\n8;Bob\n9;Cleo\n10;Dora\n", "utf-8")
    ran = goodterms("look", "a.csv", "--customers", "b.csv")
    assert ran.code == 3
    assert "--answer 'leading zeros: customers=1'" in ran.err
    assert goodterms("look", "a.csv", "--customers", "b.csv", "--answer", "leading zeros: customers=1").code == 0
    assert 'customers = "same"' in (folder / "mapping.toml").read_text("utf-8")
