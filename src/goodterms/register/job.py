"""Work in the background: what was asked for, which attempt is at it, and how far it is."""

from __future__ import annotations

from django.db import models

from goodterms.register.user import User


class JobState(models.TextChoices):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """One thing to be done in the background, tried at most three times; only its current attempt may publish anything."""

    id = models.UUIDField(primary_key=True, editable=False)
    """The name of the task in the queue."""
    what = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="jobs")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    beat = models.PositiveBigIntegerField(default=0)
    """Raised by the worker every few seconds; that it stands still is judged by the reader's own clock."""
    limit = models.PositiveIntegerField()
    """Seconds that one attempt may take."""
    step = models.CharField(max_length=300, blank=True)
    share_done = models.PositiveSmallIntegerField(null=True)
    """Of the step, in per cent."""
    said = models.TextField(blank=True)
    """What came of it, or why it failed, in a sentence."""

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"], name="job_by_state")]
