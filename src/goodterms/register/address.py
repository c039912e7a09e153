"""Where a counterparty is billed, and where goods are delivered to it."""

from __future__ import annotations

from django.db import models

from goodterms.register.counterparty import Counterparty
from goodterms.register.record import Record, SaidByImports, Seen


class AddressKind(models.TextChoices):
    """What the address is for."""

    BILLING = "billing"
    DELIVERY = "delivery"


class Address(Record, SaidByImports):
    """A billing address or a delivery place."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=10, choices=AddressKind.choices)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    created_by_import = models.ForeignKey("register.Import", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+")
    """The import whose lines name the delivery place, unseen until that is published; empty where a person made it or works with it."""

    objects = Seen.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counterparty"], condition=models.Q(kind=AddressKind.BILLING), name="one_billing_address"),
        ]
