"""A person at a counterparty whom we talk to."""

from __future__ import annotations

from django.db import models

from goodterms.register.counterparty import Counterparty
from goodterms.register.record import Record, SaidByImports


class ContactPerson(Record, SaidByImports):
    """A name with its ways to be reached: seen by those who work with the counterparty, masked for others."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="contact_persons")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    is_purchasing = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
