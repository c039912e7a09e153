"""The company's own dictionaries: segments, regions, size bands, sources of acquisition."""

from __future__ import annotations

from django.db import models

from goodterms.register.record import Record


class Dictionary(models.TextChoices):
    """What a value is one of."""

    SEGMENT = "segment"
    REGION = "region"
    SIZE_BAND = "size band"
    ACQUISITION = "source of acquisition"


class DictionaryValue(Record):
    """One value that records may have, with its label in both languages."""

    dictionary = models.CharField(max_length=30, choices=Dictionary.choices)
    key = models.CharField(max_length=100)
    label_en = models.CharField(max_length=200)
    label_fi = models.CharField(max_length=200, blank=True)
    upper_turnover = models.PositiveBigIntegerField(null=True, blank=True)
    """Of a size band: the yearly turnover at which the next begins, in the reporting currency."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dictionary", "key"], name="one_value_a_dictionary_key")]
