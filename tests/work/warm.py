"""A process that has everything loaded and nothing opened: for each command that it reads it starts one of its own, and says which and how it ended."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path

from tests.installations import point_django_at

import goodterms.analysis.study
import goodterms.intake.reading
import goodterms.work.backup
import goodterms.work.run_analysis
import goodterms.work.tasks
import goodterms.work.undo_import
import goodterms.work.worker  # noqa: F401  (loaded before it is needed)
from goodterms.cli.main import exit_code_of


def main():
    tell({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            work(**asked)
        tell({"pid": pid})
        tell({"status": os.waitpid(pid, 0)[1]})


def work(home, said, arguments, longest_file=None):
    if longest_file is not None:  # writing behind it fails, as on a disk that is full
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest_file, longest_file))
    for descriptor, mode in ((1, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), (0, os.O_RDONLY)):
        opened = os.open(said if descriptor else os.devnull, mode, 0o600)
        os.dup2(opened, descriptor)
    os.dup2(1, 2)
    point_django_at(Path(home))
    try:
        code = exit_code_of(arguments)
    except SystemExit as left:
        code = left.code
    sys.stdout.flush()
    os._exit(code or 0)


def tell(what):
    sys.__stdout__.write(json.dumps(what) + "\n")
    sys.__stdout__.flush()


main()
