"""The worker: takes jobs one after another, shows life while it is at one, tries again what failed, and puts back the jobs of workers that show no life."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
import traceback
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error, connection, models, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from goodterms.errors import GoodtermsError
from goodterms.register.job import Job, JobState
from goodterms.work.job import MOST_ATTEMPTS, Attempt, SupersededError, attempting
from goodterms.work.lease import SILENT_BEATS
from goodterms.work.manifest import mend_manifest
from goodterms.work.register_errors import sentence_of
from goodterms.work.sweep import sweep_when_free

OVERDUE = 75
"""The exit code of a worker whose attempt took longer than it may."""

_SWEEP_EVERY = 24 * 3600.0
_STATUS = {JobState.WAITING: TaskResultStatus.READY, JobState.DONE: TaskResultStatus.SUCCESSFUL, JobState.FAILED: TaskResultStatus.FAILED}
logger = logging.getLogger("goodterms.worker")


class Worker(QueueWorker):
    """A worker of the task library that numbers its attempts; a lock that it has to wait for too long does not end it."""

    def __init__(self, *, batch: bool, interval: float = 1.0) -> None:
        name = f"{os.getpid()}-{uuid4().hex[:12]}"
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )
        self.reaper = Reaper()
        self._swept = -math.inf

    def run(self) -> None:
        """Take jobs until told to stop, or, in a batch, until there are none."""
        mend_manifest()
        self._sweep()
        ended = threading.Event()
        looking = threading.Thread(target=self._reap, args=(ended,), daemon=True)
        looking.start()
        try:
            while self.running:
                try:
                    super().run()
                except Error as error:
                    self._wait(error)
                else:
                    return
        finally:
            ended.set()
            looking.join()

    def _reap(self, ended: threading.Event) -> None:
        while not ended.wait(settings.GOODTERMS_BEAT):
            try:
                self.reaper.look()
            except Error:  # where nobody could write, silence says nothing: it is listened for anew
                connection.close()
                self.reaper = Reaper()
            if time.monotonic() - self._swept > _SWEEP_EVERY:
                self._sweep()
        connection.close()

    def _sweep(self) -> None:
        """Remove what nothing names, unless others publish at the moment: then the next look does it."""
        if sweep_when_free(at=timezone.now()):
            self._swept = time.monotonic()

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        """Do one task as the next attempt at its job."""
        attempt = _begin(db_task_result.pk, self.worker_id)
        if attempt is None:
            return
        ended = threading.Event()
        heart = threading.Thread(target=_beat, args=(attempt, ended), daemon=True)
        heart.start()
        self.running_task = True
        try:
            with attempting(attempt):
                said = _called(db_task_result)
            self._end(attempt, JobState.DONE, said)
        except SupersededError:
            logger.warning("Another worker took over job %s.", attempt.job)
        except GoodtermsError as error:
            self._end(attempt, JobState.FAILED, str(error))
        except Exception as error:  # noqa: BLE001  (whatever it is, it is tried again, or the job ends)
            logger.error("Job %s met something unexpected: %s\n%s", attempt.job, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))  # noqa: TRY400  (its message may hold values)
            connection.close()  # a broken one is opened again
            if attempt.number < MOST_ATTEMPTS:
                self._end(attempt, JobState.WAITING, "")
            else:
                self._end(attempt, JobState.FAILED, f"{_said_of(error)} It was tried {MOST_ATTEMPTS} times.")
        finally:
            ended.set()
            heart.join()
            self.running_task = False
            self._run_tasks += 1

    def _end(self, attempt: Attempt, state: JobState, said: str) -> None:
        """Write down what came of an attempt, as soon as the register takes it; a worker that is told to stop meanwhile leaves the job to the others."""
        while True:
            try:
                return _write_down(attempt, state, said)
            except Error as error:
                if not self.running:
                    raise
                self._wait(error)

    def _wait(self, error: Error) -> None:
        logger.warning("The register could not be written (%s); trying again.", error)
        connection.close()
        time.sleep(self.interval)


class Reaper:
    """Who looks for jobs whose worker shows no life any more."""

    def __init__(self) -> None:
        self._seen: dict[UUID, tuple[tuple[str, int, int], float]] = {}

    def look(self) -> list[UUID]:
        """Put back the jobs that have been silent since they were first seen so, and return them; one that was tried often enough fails."""
        claimed = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).values("pk")
        running = {job.pk: job for job in Job.objects.filter(models.Q(state=JobState.RUNNING) | models.Q(state=JobState.WAITING, pk__in=claimed))}
        self._seen = {pk: self._seen[pk] for pk in self._seen.keys() & running.keys()}
        silent: list[UUID] = []
        if not running:
            return silent
        asked = time.monotonic()
        with transaction.atomic():  # where this look cannot write either, silence says nothing
            now = time.monotonic()
            if now - asked > settings.GOODTERMS_BEAT:
                self._seen = {}
            for pk, job in running.items():
                sign = (job.state, job.attempt, job.beat)
                if pk not in self._seen or self._seen[pk][0] != sign:
                    self._seen[pk] = (sign, now)
                elif now - self._seen[pk][1] > SILENT_BEATS * settings.GOODTERMS_BEAT and _put_back(job):
                    silent.append(pk)
        return silent


def _begin(task: UUID, worker: str) -> Attempt | None:
    """Count the attempt, unless another worker has begun one."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=task, state=JobState.WAITING).first()
        if job is None:
            return None
        job.attempt, job.worker, job.state, job.step, job.share_done = job.attempt + 1, worker, JobState.RUNNING, "", None
        job.save()
        return Attempt(task, job.attempt, worker, job.limit)


def _called(queued: DBTaskResult[Any, Any]) -> str:
    """Call the task's function and return what it says."""
    given = queued.task_result
    return str(queued.task.call(*given.args, **given.kwargs) or "")


def _write_down(attempt: Attempt, state: JobState, said: str) -> None:
    """Write down what came of an attempt, if it is still the current one: the job has ended, or waits for the next."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=attempt.job, attempt=attempt.number, worker=attempt.worker, state=JobState.RUNNING)
        if mine.update(state=state, said=said, step="", worker="" if state == JobState.WAITING else attempt.worker):
            ended_at = None if state == JobState.WAITING else timezone.now()
            DBTaskResult.objects.filter(pk=attempt.job).update(status=_STATUS[state], finished_at=ended_at)


def _said_of(error: Exception) -> str:
    """What an error means to a person."""
    if isinstance(error, Error) and (known := sentence_of(error)):
        return known
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'A file'} could not be read or written: {error.strerror}. Mend that, and ask for it again."
    return "It met something that Goodterms does not know how to handle. The worker's log has the details."


def _put_back(job: Job) -> bool:
    """Let another worker try, by compare-and-set on what was seen; after so many attempts it failed. A task that was taken and not begun is put back too."""
    with transaction.atomic():
        gives_up = job.attempt >= MOST_ATTEMPTS
        said = f"Its worker ended without a word {job.attempt} times: it is not tried again." if gives_up else ""
        state = JobState.FAILED if gives_up else JobState.WAITING
        seen = Job.objects.filter(pk=job.pk, state=job.state, attempt=job.attempt, worker=job.worker, beat=job.beat)
        if not seen.update(state=state, said=said, worker=""):
            return False
        status = TaskResultStatus.FAILED if gives_up else TaskResultStatus.READY
        DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.RUNNING).update(status=status)
        return True


def _beat(attempt: Attempt, ended: threading.Event) -> None:
    """Show life until the attempt ends; one that takes longer than it may ends the whole worker, and is tried again by another."""
    begun = time.monotonic()
    while not ended.wait(settings.GOODTERMS_BEAT):
        if time.monotonic() - begun > attempt.limit:
            logger.error("Job %s takes longer than %s seconds: this worker ends.", attempt.job, attempt.limit)
            os._exit(OVERDUE)
        try:
            mine: Any = Job.objects.filter(pk=attempt.job, attempt=attempt.number)
            mine.update(beat=int(time.monotonic() * 1000))
        except Error:  # made up by the next one
            connection.close()
    connection.close()
