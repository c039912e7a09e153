"""A counterparty: who buys from the company or sells to it, actual or potential; who owns it, and at what stage it is."""

from __future__ import annotations

from django.db import models

from goodterms.register.dictionary import DictionaryValue
from goodterms.register.record import Record, SaidByImports, Seen
from goodterms.register.user import User


class Stage(models.TextChoices):
    """Potential (set by people) or actual (follows from the facts)."""

    LEAD = "lead"
    PROSPECT = "prospect"
    ACTIVE = "active"
    DORMANT = "dormant"
    LOST = "lost"


ACTUAL = (Stage.ACTIVE, Stage.DORMANT, Stage.LOST)
"""Set by runs alone."""


def _value(related: str, *, is_indexed: bool = True) -> models.ForeignKey[DictionaryValue | None, DictionaryValue | None]:
    return models.ForeignKey(DictionaryValue, null=True, blank=True, on_delete=models.PROTECT, related_name=related, db_index=is_indexed)


class Counterparty(Record):
    """An organisation or person who buys from the company or sells to it."""

    name = models.CharField(max_length=300)
    unnamed = models.BooleanField(default=False)
    """Known by its key alone: its name is one, which is a gap to fill."""
    is_person = models.BooleanField(default=False)
    is_customer = models.BooleanField(default=False)
    is_supplier = models.BooleanField(default=False)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.LEAD)
    stage_as_of = models.DateField(null=True, blank=True)
    """The last sale day of the facts that an actual stage was judged by."""
    manager = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="counterparties", db_index=False)
    manager_key = models.CharField(max_length=200, blank=True)
    """What the customers file calls its manager: a key that is tied to a user, or waits to be."""
    segment = _value("of_segment", is_indexed=False)  # the list's own indexes begin with it, as with the manager
    region = _value("of_region")
    size_band = _value("of_size_band")
    acquisition = _value("of_acquisition")
    industry = models.CharField(max_length=10, blank=True)
    """A NACE class, as in 46.73; the Finnish TOL begins with it."""
    country = models.CharField(max_length=100, blank=True)
    """A code of two letters where people enter it; what a file says stays as it says it."""
    website = models.CharField(max_length=200, blank=True)
    created_on = models.DateField()
    created_by_import = models.ForeignKey("register.Import", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+")
    """The import that brought it, unseen until that is published; empty where a person made it or works with it."""
    kept_fields = models.JSONField(default=list, blank=True, editable=False)
    """Fields that a person changed: no import changes them, and the record outlives the one that made it."""

    objects = Seen.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["manager", "name", "id", "created_by_import"], name="counterparty_by_manager"),
            models.Index(fields=["stage", "name", "id", "created_by_import"], name="counterparty_by_stage"),
            models.Index(fields=["segment", "name", "id", "created_by_import"], name="counterparty_by_segment"),
            models.Index(fields=["segment", "stage", "id", "created_by_import"], name="counterparty_by_both"),
            models.Index(fields=["country", "id"], name="counterparty_by_country"),
            models.Index(fields=["created_on", "id"], name="counterparty_by_day"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(is_customer=True) | models.Q(is_supplier=True), name="counterparty_has_a_role")]


class Ownership(Record, SaidByImports):
    """Who owned a counterparty from which day to which."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="ownerships")
    manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="ownerships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counterparty"], condition=models.Q(until=None), name="one_owner_at_a_time"),
        ]


class StageChange(Record):
    """From which stage to which, as of which day of the facts, by which run or person."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="stage_changes")
    before = models.CharField(max_length=10, choices=Stage.choices, blank=True)
    after = models.CharField(max_length=10, choices=Stage.choices)
    as_of = models.DateField()
    run = models.PositiveBigIntegerField(null=True, blank=True)
