"""A command run in a process of its own, with its largest memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_MEASURING = """
import json, os, subprocess, sys
out, err, *command = sys.argv[1:]
with open(out, "wb") as said, open(err, "wb") as complained:
    started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=complained)
    _, status, usage = os.wait4(started.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss // 1024]))
"""
"""Runs from a process that is small itself: a child's peak memory begins at its parent's."""


def measured(*command: str | Path, cwd: Path | None = None, **environment: str) -> tuple[int, str, str, int]:
    """Run a command; return its exit code, what it printed, what it said on stderr, and the largest memory in MiB of it or any one of its children."""
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        measuring = [sys.executable, "-S", "-c", _MEASURING, out, err, *command]
        done = subprocess.run(measuring, cwd=cwd, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
        code, peak = json.loads(done.stdout)
        return code, out.read_text("utf-8"), err.read_text("utf-8"), peak
