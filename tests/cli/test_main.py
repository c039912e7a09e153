"""Whatever goes wrong, a person gets a sentence and a script gets a code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import goodterms as package
from goodterms.cli.main import exit_code_of, said
from goodterms.errors import AnswerNeededError, MappingError, PolicyError, Question, UnreadableFileError

COMMAND = Path(sys.executable).with_name("goodterms")


def test_the_command_alone_prints_help(goodterms):
    alone = goodterms()
    assert alone.code == 0
    assert alone.out == goodterms("--help").out
    commands = "look trace demo init import undo close run status worker check backup restore users policy mapping fields sources"
    assert re.findall(r"^  (\w+)  ", alone.out, re.MULTILINE) == commands.split()


def test_the_version_is_printed(goodterms):
    assert goodterms("--version").out == f"goodterms {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve"], "No such command 'serve'."),
        (["look"], "Missing argument 'FILE...'."),
        (["look", "a.csv", "--frobnicate"], "No such option: --frobnicate"),
        (["look", "a.csv", "--periods", "2012"], "Option '--periods' requires 2 arguments."),
        (["look", "a.csv", "--costs"], "Option '--costs' requires an argument."),
        (["demo", "--lines", "many"], "Invalid value for '--lines'"),
        (["demo", "--lines", "5"], "Invalid value for '--lines'"),
        (["trace", "goodterms-report"], "Pass --step to trace a figure of the waterfall, or --bridge"),
    ],
)
def test_wrong_use_is_a_sentence_and_code_2(goodterms, arguments, sentence):
    ran = goodterms(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MappingError("m"), 2),
        (PolicyError("m"), 2),
        (AnswerNeededError(Question("date", "m")), 3),
        (UnreadableFileError("m"), 4),
        (ExceptionGroup("", [PolicyError("m"), UnreadableFileError("n"), AnswerNeededError(Question("date", "o"))]), 4),
    ],
)
def test_the_highest_code_counts(error, code, capsys):
    assert said(error) == code
    assert capsys.readouterr().err in {"m\n", "m\nn\no\n"}


def met(error):
    """The error as it is caught: with the place where it was raised."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_an_error_that_nobody_foresaw_keeps_its_details(capsys):
    assert said(met(ZeroDivisionError("of all things"))) == 70
    sentence = capsys.readouterr().err
    assert sentence.count("\n") == 1
    log = Path(re.search(r"details are in (\S+\.log);", sentence)[1])
    assert log.read_text().splitlines()[-1] == "ZeroDivisionError"  # what it says may be a value of the base
    log.unlink()


def test_an_error_without_a_place_for_details_is_still_a_sentence(capsys, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/dev/full/nowhere")
    assert said(met(ZeroDivisionError())) == 70
    assert re.search(r"It happened in test_main\.py, line \d+;", capsys.readouterr().err)


def test_a_group_with_an_error_that_nobody_foresaw_was_not_foreseen(capsys):
    assert said(ExceptionGroup("", [PolicyError("m"), ZeroDivisionError()])) == 70
    Path(re.search(r"\S+\.log", capsys.readouterr().err)[0]).unlink()


def test_an_interrupt_is_said(capsys):
    assert said(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "Interrupted. Nothing half-written was left.\n"


def test_exit_codes_are_told_where_they_are_looked_for(goodterms):
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    told = dict(re.findall(r"^\| (\d) \| (.+) \|$", readme, re.MULTILINE))
    assert list(told) == ["0", "1", "2", "3", "4"]
    meanings = re.findall(r"(\d) ([^;.]+)[;.]", " ".join(goodterms("look", "--help").out.partition("Exit codes: ")[2].partition("Arguments:")[0].split()))
    assert [code for code, _ in meanings] == list(told)
    assert all(told[code].startswith(meaning) for code, meaning in meanings)
    assert all(re.search(rf"^ +{code} ", exit_code_of.__doc__, re.MULTILINE) for code in told)


def test_output_that_nobody_reads_ends_quietly(folder):
    shell = subprocess.run(["/bin/bash", "-c", f"{COMMAND} look --help | true; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True)
    assert shell.stdout in {"0\n", "141\n"}  # the help may fit into the pipe before anybody leaves
    assert shell.stderr == ""


def test_output_that_does_not_fit_is_said(folder):
    shell = subprocess.run(["/bin/bash", "-c", f"{COMMAND} --help > /dev/full"], capture_output=True, text=True, check=False)
    assert shell.returncode == 2
    assert shell.stderr == "The output could not be written: No space left on device. Make room or give permission, and run the command again.\n"


def test_a_terminal_without_our_signs_is_no_error(alone):
    ran = alone("look", "--help", PYTHONIOENCODING="ascii")
    assert ran.code == 0
