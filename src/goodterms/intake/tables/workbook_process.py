"""The process that reads a workbook's cells: it opens the workbook while that is looked through, may use so much memory and time, and ends whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from goodterms.errors import UnreadableFileError

_COMMAND = [sys.executable, "-P", "-m", "goodterms.intake.tables.workbook_child"]


class WorkbookProcess:
    """Reads one workbook (:mod:`goodterms.intake.tables.workbook_child` says how the two talk).

    ``opening`` holds the bound of memory that is known before the workbook is looked through; where that is too low for what it proved to hold, the workbook
    is opened again.
    """

    def __init__(self, opening: Mapping[str, Any], file: str) -> None:
        self._opening, self._file = opening, file
        self._late = threading.Event()

    def __enter__(self) -> Self:
        self._child = self._started(self._opening)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def messages(self, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """What it says of the sheets of a job.

        Raises
        ------
        UnreadableFileError
            The workbook is broken, or takes more memory or time than it may.
        """
        timer = threading.Timer(self._opening["seconds"], self._stop)
        timer.daemon = True
        timer.start()
        try:
            yield from self._said(job)
        finally:
            timer.cancel()

    def _said(self, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        line = self._asked(job)
        if not line and job["memory"] > self._opening["memory"] and not self._late.is_set():
            self._end()
            self._child = self._started({**self._opening, "memory": job["memory"]})
            line = self._asked(job)
        said_all = False
        try:
            while line:
                message = json.loads(line)
                if "error" in message:
                    raise UnreadableFileError(f"{self._file} is a broken workbook ({message['error'].rstrip('.')[:120]}). Save it again as .xlsx.")
                yield message
                line = self._line()
            said_all = self._child.wait() == 0
        except json.JSONDecodeError:  # it died within a line
            said_all = False
        if not said_all:
            why = "longer than a table of its size should" if self._late.is_set() else "more memory than a table of its size should, or is broken"
            raise UnreadableFileError(f"{self._file} cannot be read: it takes {why}. Copy the table alone into a new workbook, or export it as CSV.")

    def _asked(self, job: Mapping[str, Any]) -> str:
        """Tell it the job; return the first line that it says, "" where it is dead."""
        try:
            self._tell(self._child, job)
        except BrokenPipeError:
            return ""
        return self._line()

    def _line(self) -> str:
        return self._child.stdout.readline() if self._child.stdout is not None else ""

    @staticmethod
    def _started(opening: Mapping[str, Any]) -> subprocess.Popen[str]:
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        child = subprocess.Popen(_COMMAND, stdin=pipe, stdout=pipe, stderr=none, encoding="utf-8")  # noqa: S603  (our own module, nothing of the user's)
        WorkbookProcess._tell(child, opening)
        return child

    @staticmethod
    def _tell(child: subprocess.Popen[str], message: Mapping[str, Any]) -> None:
        if child.stdin is not None:
            child.stdin.write(json.dumps(message) + "\n")
            child.stdin.flush()

    def _stop(self) -> None:
        self._late.set()
        self._child.kill()

    def _end(self) -> None:
        self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:  # what it was still to be told
                    continue
        self._child.wait()
