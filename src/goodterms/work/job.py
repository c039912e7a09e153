"""Jobs: asked for now and done by a worker, one attempt at a time; an attempt that was taken for dead and wakes again publishes nothing."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from goodterms.errors import UsageError
from goodterms.register.job import Job, JobState
from goodterms.register.user import User

MOST_ATTEMPTS = 3
LIMIT = 6 * 3600
"""Seconds that an attempt may take where nothing else is said."""
_LONGEST = 200
"""Of what a job is called, as a file's name may be part of it."""
_PROGRESS_EVERY = 1.0


class SupersededError(UsageError):
    """Another attempt of the same job is the current one: this one publishes nothing."""


@dataclass
class Attempt:
    """One attempt at a job by one worker."""

    job: UUID
    number: int
    worker: str
    limit: float
    """Seconds that it may take."""
    _told: float = field(default=0.0)

    def still_current(self) -> None:
        """Make sure, within the transaction that publishes, that no other attempt has begun.

        Raises
        ------
        SupersededError
            One has.
        """
        current = Job.objects.select_for_update().filter(pk=self.job, attempt=self.number, worker=self.worker, state=JobState.RUNNING)
        if not current.exists():
            raise SupersededError("This work stood still for so long that another worker took it over: nothing was published here.")

    def tell(self, step: str, done: float | None = None) -> None:
        """Write down how far it is, at most once a second."""
        if time.monotonic() - self._told < _PROGRESS_EVERY:
            return
        self._told = time.monotonic()
        share = None if done is None else round(done * 100)
        Job.objects.filter(pk=self.job, attempt=self.number).update(step=step[:300], share_done=share)


_attempt: contextvars.ContextVar[Attempt | None] = contextvars.ContextVar("attempt", default=None)


def current_attempt() -> Attempt | None:
    """The attempt that this is part of; None where a person does it at the terminal."""
    return _attempt.get()


@contextmanager
def attempting(attempt: Attempt) -> Iterator[None]:
    """Do something as part of an attempt."""
    token = _attempt.set(attempt)
    try:
        yield
    finally:
        _attempt.reset(token)


def ask_for(task: Any, *, what: str, by: User, at: datetime, limit: int = LIMIT, **arguments: Any) -> Job:
    """Put a task into the queue, with the job by which it is followed."""
    with transaction.atomic():
        queued = task.enqueue(by=str(by.pk), **arguments)
        return Job.objects.create(id=queued.id, what=what[:_LONGEST], asked_by=by, asked_at=at, limit=limit)
