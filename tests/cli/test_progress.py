"""What is being done is said where it lasts, and nowhere else."""

from __future__ import annotations

import io

from goodterms.cli import progress as module
from goodterms.cli.progress import Progress, shown_on


class Log(io.StringIO):
    """A stream that says when something was written."""

    def __init__(self):
        super().__init__()
        self.written = module.threading.Event()

    def write(self, text):
        written = super().write(text)
        self.written.set()
        return written


def test_a_step_that_lasts_is_said_once(monkeypatch):
    monkeypatch.setattr(module, "WORTH_SAYING", 0.0)
    log = Log()
    with shown_on(log) as progress:
        progress("reading invoices.csv", 0.25)
        assert log.written.wait(30)
    assert log.getvalue() == "reading invoices.csv 25% … 0 s\n"


def test_a_short_step_is_not_said():
    log = Log()
    with shown_on(log) as progress:
        progress("reading invoices.csv")
    assert log.getvalue() == ""


def test_the_terminal_is_left_when_the_work_fails():
    progress = Progress(io.StringIO())
    progress.begin()
    progress.end()
    assert not progress._watch.is_alive()
