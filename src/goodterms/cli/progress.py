"""What is being done, for how long already: said on stderr for every step that takes more than a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.status import Status

WORTH_SAYING = 1.0
"""Seconds after which a step is said where nobody watches a spinner."""
SAID_AGAIN = 30.0
"""Seconds after which a long step is said again."""


class Progress:
    """Told each step as it begins; shows it with the time it has taken.

    On a terminal one line with a spinner moves along and vanishes at the end. Elsewhere (a log, a pipe) a step that lasts longer than a second gets a line,
    and another one each half a minute.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._step = ""
        self._extent = ""
        self._began = time.monotonic()
        self._next = WORTH_SAYING
        self._stop = threading.Event()
        self._status: Status | None = None
        self._watch = threading.Thread(target=self._tell_the_time, daemon=True)

    def __call__(self, step: str, done: float | None = None) -> None:
        """Begin a step, or say how much of the present one is done, from 0 to 1."""
        if step != self._step:
            self._began, self._next = time.monotonic(), WORTH_SAYING
        self._extent = f" {done:.0%}" if done else ""
        self._step = step

    def begin(self) -> None:
        """Start to watch the clock."""
        if self._stream.isatty():
            from rich.console import Console  # noqa: PLC0415  (`--help` needs no terminal control)

            self._status = Console(file=self._stream).status("", spinner_style="none")
            self._status.start()
        self._watch.start()

    def end(self) -> None:
        """Leave the terminal as it was."""
        self._stop.set()
        self._watch.join()
        if self._status is not None:
            self._status.stop()

    def _tell_the_time(self) -> None:
        while not self._stop.wait(0.1):
            elapsed = time.monotonic() - self._began
            if self._status is not None:
                self._status.update(f"{self._step}{self._extent} … {elapsed:.0f} s" if self._step else "")
            elif self._step and elapsed >= self._next:
                self._next = elapsed + SAID_AGAIN
                self._stream.write(f"{self._step}{self._extent} … {elapsed:.0f} s\n")
                self._stream.flush()


@contextmanager
def shown_on(stream: TextIO) -> Iterator[Progress]:
    """Show the progress of what is done inside the block."""
    progress = Progress(stream)
    progress.begin()
    try:
        yield progress
    finally:
        progress.end()
