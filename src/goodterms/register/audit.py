"""Who changed what and when, as a chain: each entry's digest covers the one before, and values lie aside, where they can be erased without breaking it."""

from __future__ import annotations

from django.db import models

ERASED = "values of audit entry"
"""What an entry is of that says which fields of which other entry were erased: both the value before and the one after."""


class AuditEntry(models.Model):
    """One thing that was done, with the names of what it changed; the values are known here by their salted hashes alone."""

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    user = models.UUIDField()
    login = models.CharField(max_length=100, blank=True)
    """Of the operating system, where a command did it."""
    verb = models.CharField(max_length=60)
    object = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    fields = models.JSONField(default=dict)
    """The digests of the values of each field, before and after."""
    reason = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["user", "verb", "at"], name="audit_entry_by_user"),
            models.Index(fields=["object", "object_id"], name="audit_entry_by_object"),
        ]


class AuditValue(models.Model):
    """A value of an entry with the salt of its digest; both go together where a person's values are erased."""

    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="values")
    field = models.CharField(max_length=100)
    is_after = models.BooleanField()
    salt = models.BinaryField()
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field", "is_after"], name="one_value_a_side")]


class AuditHead(models.Model):
    """The last entry's number and digest: one row, which a writing transaction locks before it appends."""

    place = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
