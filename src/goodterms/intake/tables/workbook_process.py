"""The process that reads a workbook's cells: it opens the workbook while that is looked through, may use so much memory and time, and ends whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from goodterms.errors import UnreadableFileError

_COMMAND = [sys.executable, "-P", "-m", "goodterms.intake.tables.workbook_child"]


class WorkbookProcess:
    """Reads one workbook (:mod:`goodterms.intake.tables.workbook_child` says how the two talk).

    It opens the workbook with the bound of memory that is known before that is looked through, or waits; where that bound is too low for what the workbook
    proves to hold, it is opened again.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._opening: Mapping[str, Any] = {}
        self._child: subprocess.Popen[str] | None = None
        self._late = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def open(self, opening: Mapping[str, Any]) -> None:
        """Begin to open the workbook."""
        self._end()
        self._opening = opening
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        self._child = subprocess.Popen(_COMMAND, stdin=pipe, stdout=pipe, stderr=none, encoding="utf-8")  # noqa: S603  (our own module, nothing of the user's)
        self._tell(opening)

    def messages(self, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """What it says of the sheets of a job.

        Raises
        ------
        UnreadableFileError
            The workbook is broken, or takes more memory or time than it may.
        """
        line = self._asked(job)
        if not line and job["memory"] > self._opening["memory"]:
            self.open({**self._opening, "memory": job["memory"]})
            line = self._asked(job)
        ended = 0
        try:
            while line:
                message = json.loads(line)
                if "error" in message:
                    raise UnreadableFileError(f"{self._file} is a broken workbook ({message['error'].rstrip('.')[:120]}). Save it again as .xlsx.")
                ended += "end" in message
                yield message
                line = self._line()
        except json.JSONDecodeError:  # it died within a line
            ended = -1
        finally:
            self._timer.cancel()
        if ended < len(job["sheets"]):
            why = "longer than a table of its size should" if self._late.is_set() else "more memory than a table of its size should, or is broken"
            raise UnreadableFileError(f"{self._file} cannot be read: it takes {why}. Copy the table alone into a new workbook, or export it as CSV.")

    def _asked(self, job: Mapping[str, Any]) -> str:
        """Tell it the job, for which it has so much time from now; return the first line that it says, "" where it is dead."""
        self._late.clear()
        self._timer = threading.Timer(self._opening["seconds"], self._stop, [self._child])
        self._timer.daemon = True
        self._timer.start()
        self._tell(job)
        line = self._line()
        if not line:
            self._timer.cancel()
        return line

    def _line(self) -> str:
        return self._child.stdout.readline() if self._child and self._child.stdout else ""

    def _tell(self, message: Mapping[str, Any]) -> None:
        if self._child and self._child.stdin:
            with suppress(BrokenPipeError):  # it is dead, and will say nothing
                self._child.stdin.write(json.dumps(message) + "\n")
                self._child.stdin.flush()

    def _stop(self, child: subprocess.Popen[str]) -> None:
        self._late.set()
        child.kill()

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what it was still to be told
                    stream.close()
        self._child.wait()
