"""A company's own fields: what a record may hold beside what every company has."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from goodterms.register.money_field import MoneyField
from goodterms.register.record import Record


class FieldType(models.TextChoices):
    """What a custom field holds; it never changes."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "yes/no"
    CHOICE = "choice"


class FieldObject(models.TextChoices):
    """Whose field it is."""

    COUNTERPARTY = "counterparty"
    PRODUCT = "product"
    CONTACT_PERSON = "contact person"


class CustomField(Record):
    """A field that a company made; one that is removed is hidden, and its values are kept until they are purged."""

    key = models.CharField(
        max_length=60, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*\Z", "small letters, digits and _ between them")]
    )
    """Queries call the field ``custom_`` and this."""
    label_en = models.CharField(max_length=200)
    label_fi = models.CharField(max_length=200, blank=True)
    object = models.CharField(max_length=20, choices=FieldObject.choices)
    type = models.CharField(max_length=10, choices=FieldType.choices)
    choices = models.JSONField(default=list, blank=True)
    is_personal = models.BooleanField(default=False)
    seen_by = models.JSONField(default=list, blank=True)
    """Roles that see it; empty: all that see the record."""
    is_hidden = models.BooleanField(default=False)


class CustomValue(Record):
    """What one record holds in one custom field, in the column of its type."""

    field = models.ForeignKey(CustomField, on_delete=models.PROTECT, related_name="values")
    object_id = models.UUIDField()
    text = models.CharField(max_length=1000, null=True, blank=True)
    number = MoneyField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    flag = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "object_id"], name="one_value_a_field")]
        indexes = [
            models.Index(fields=["field", "text"], name="custom_value_by_text"),
            models.Index(fields=["field", "number"], name="custom_value_by_number"),
            models.Index(fields=["field", "date"], name="custom_value_by_date"),
        ]
