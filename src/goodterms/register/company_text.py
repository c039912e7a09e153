"""The company's policy, mappings, own fields and sources, as texts with their history: a newer one never overwrites an older one."""

from __future__ import annotations

from django.db import models

from goodterms.register.record import Record
from goodterms.register.user import User


class TextKind(models.TextChoices):
    """What a text is."""

    POLICY = "policy"
    MAPPING = "mapping"
    FIELDS = "fields"
    SOURCES = "sources"


class CompanyText(Record):
    """One edition of the policy, of a mapping, or of the company's own fields or sources, as TOML; the one with the largest number is in force."""

    kind = models.CharField(max_length=10, choices=TextKind.choices)
    name = models.CharField(max_length=200, blank=True)
    """Of a mapping: the source that it is for."""
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="texts")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name", "number"], name="one_edition_a_number")]


class Source(Record):
    """A system or folder that files come from."""

    name = models.CharField(max_length=200, unique=True)
    table = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="sources")
    folder = models.CharField(max_length=500, blank=True)
    pattern = models.CharField(max_length=200, blank=True)
    rhythm_days = models.PositiveSmallIntegerField(null=True, blank=True)
    waits_for_done = models.BooleanField(default=False)
    is_retired = models.BooleanField(default=False)
