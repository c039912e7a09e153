"""What was done with a counterparty, as people enter it, and what they note."""

from __future__ import annotations

from django.db import models

from goodterms.register.counterparty import Counterparty
from goodterms.register.record import Record
from goodterms.register.user import User


class Activity(Record):
    """A visit, call, delivery, ticket or return that someone entered; those of files are facts."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=50)
    on = models.DateField()
    minutes = models.PositiveIntegerField(null=True, blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="activities")
    said = models.TextField(blank=True)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["counterparty", "on"], name="activity_by_day")]


class Note(Record):
    """A free text about a counterparty."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="notes")
    said = models.TextField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notes")
    entered_at = models.DateTimeField()
