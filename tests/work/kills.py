"""Commands that are killed: started in a process of their own, ended by SIGKILL at a random moment or when something is first seen, and started again."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from goodterms.register.imported import Import, ImportState
from goodterms.register.job import Job, JobState
from goodterms.register.run import Run

HOUSE = Path(__file__).parents[2]
BEAT = 0.2
LONGEST = 60.0


class Warm:
    """A warm process that starts commands in one installation after another."""

    def __init__(self, folder):
        self.said = folder / "said"
        self.duration = {}
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HOUSE / "src"), str(HOUSE)]), "GOODTERMS_BEAT": str(BEAT), "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen([sys.executable, "-m", "tests.work.warm"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told()

    def told(self):
        return json.loads(self.process.stdout.readline())

    def is_told(self, seconds):
        return bool(select.select([self.process.stdout], [], [], max(seconds, 0))[0])

    def start(self, home, *arguments, **limits):
        self.process.stdin.write(json.dumps({"home": str(home), "said": str(self.said), "arguments": [*map(str, arguments)], **limits}) + "\n")
        self.process.stdin.flush()
        return self.told()["pid"]

    def ended(self):
        """The exit code of the command, and what it printed; of a killed one the code is -9."""
        return os.waitstatus_to_exitcode(self.told()["status"]), self.said.read_text("utf-8", "replace")

    def finish(self, home, *arguments, **limits):
        """Let a command come to its end; how long one takes is known from then on. ``longest_file`` is the size that no file of its may exceed."""
        begun = time.monotonic()
        self.start(home, *arguments, **limits)
        ended = self.ended()
        self.duration.setdefault(arguments[0], time.monotonic() - begun)
        return ended

    def kill(self, home, *arguments, dice):
        """Start a command and kill it; return what it was doing, or "" where it was through before."""
        pid = self.start(home, *arguments)
        begun, named = time.monotonic(), NAMED[arguments[0]] if dice.random() < 0.5 else ()
        if named:
            what, seen = dice.choice(named)
            before = seen(home)
            while seen(home) == before and not self.is_told(0.001) and time.monotonic() - begun < LONGEST:
                pass
            self.is_told(dice.choice([0, 0, dice.uniform(0, 0.05)]))
        else:
            what = "at a random moment"
            self.is_told(dice.uniform(0, 0.95 * self.duration[arguments[0]]))
        with suppress(ProcessLookupError):  # it was through
            os.kill(pid, signal.SIGKILL)
        return what if self.ended()[0] == -signal.SIGKILL else ""

    def stop(self):
        self.process.kill()
        self.process.communicate()


def _imports(*states):
    return lambda _home: Import.objects.filter(state__in=states).count()


def _files(pattern):
    return lambda home: sum(1 for _ in home.glob(pattern))


NAMED = {
    "import": [
        ("when its first original is kept", _files("originals/??/*")),
        ("when its first rows are kept", _files("facts/??/*")),
        ("when it waits", _imports(ImportState.WAITING)),
        ("when it is published", _imports(ImportState.PUBLISHED)),
        ("when the manifest is written", lambda home: (home / "manifest.json").stat().st_mtime_ns),
    ],
    "undo": [
        ("when its files are staged", _files("facts/staging/*")),
        ("when it is undone", _imports(ImportState.UNDONE)),
    ],
    "run": [
        ("when its figures are begun", lambda _home: Run.objects.count()),
        ("when it is shown", lambda _home: Run.objects.filter(state="ready").count()),
    ],
    "backup": [
        ("when the register is copied", _files("snapshot-*/register.sqlite")),
        ("when it is written", _files("../.*.part")),
        ("when the first of its files has its name", _files("../*.backup*")),
    ],
    "worker": [
        ("when the job is taken", lambda _home: Job.objects.filter(state=JobState.RUNNING).count()),
        ("when the job's import waits", _imports(ImportState.WAITING)),
        ("when the job's import is published", _imports(ImportState.PUBLISHED)),
    ],
}
"""Moments at which each command is killed, by what is first seen to change."""
