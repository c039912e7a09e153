"""Taking turns: imports, undo, closing, sweeping and restoring publish one after another, also where one of them died."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import Error, connection, transaction

from goodterms.errors import UsageError
from goodterms.register.imported import Lease

SILENT_BEATS = 4
"""So many signs of life that do not come, by the clock of who waits, and the holder counts as dead."""
PATIENCE = 600.0


@contextmanager
def lease(what: str, *, patience: float = PATIENCE) -> Iterator[int]:
    """Hold the right to publish while something is done; yields the attempt's number, which a publishing transaction checks by :func:`still_held`.

    Raises
    ------
    UsageError
        Others hold it for longer than one has patience.
    """
    holder = f"{what} {uuid4().hex}"
    attempt = _taken(holder, patience)
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(attempt, ended), daemon=True)
    heart.start()
    try:
        yield attempt
    finally:
        ended.set()
        heart.join()
        with suppress(Error):  # who takes it over sees the silence
            Lease.objects.filter(attempt=attempt).update(holder="")


def still_held(attempt: int) -> None:
    """Make sure, in the transaction that publishes, that nobody took the lease over meanwhile.

    Raises
    ------
    UsageError
        Someone did: what was prepared is not published.
    """
    if not Lease.objects.select_for_update().filter(attempt=attempt).exists():
        raise UsageError("This work stood still for so long that another took its turn: nothing was published. Start it again.")


def _taken(holder: str, patience: float) -> int:
    """Wait for the lease to be free, or for its holder to be silent by our own clock."""
    begun = seen_at = time.monotonic()
    seen: tuple[str, int, int] | None = None
    while True:
        with transaction.atomic():
            now = Lease.objects.select_for_update().get()
            sign = (now.holder, now.attempt, now.beat)
            if sign != seen:
                seen, seen_at = sign, time.monotonic()
            if not now.holder or time.monotonic() - seen_at > SILENT_BEATS * settings.GOODTERMS_BEAT:
                now.holder, now.attempt, now.boot, now.beat = holder, now.attempt + 1, _boot(), 0
                now.save()
                return now.attempt
        if time.monotonic() - begun > patience:
            what = now.holder.rpartition(" ")[0]
            raise UsageError(f"Another {what} is being done and does not end. See   goodterms status   and try again.")
        time.sleep(0.2)


def _beat(attempt: int, ended: threading.Event) -> None:
    """Show life until the work ends; a beat that cannot be written is made up by the next one."""
    while not ended.wait(settings.GOODTERMS_BEAT):
        try:
            Lease.objects.filter(attempt=attempt).update(beat=int(time.monotonic() * 1000))
        except Error:
            connection.close()  # a broken one is opened again
    connection.close()


def _boot() -> str:
    """What this start of the machine is called, where it says so."""
    named = Path("/proc/sys/kernel/random/boot_id")
    return named.read_text("utf-8").strip() if named.exists() else str(os.getpid())
