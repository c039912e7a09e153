"""What a counterparty, product, delivery place or manager is called in another system: it ties facts to the register."""

from __future__ import annotations

from django.db import models

from goodterms.register.address import Address
from goodterms.register.counterparty import Counterparty
from goodterms.register.product import Product
from goodterms.register.record import Record, Seen
from goodterms.register.user import User


class KeyKind(models.TextChoices):
    """Key spaces are of a kind: customer 10 and supplier 10 are two counterparties unless the mapping says that both have the same keys."""

    CUSTOMERS = "customers"
    SUPPLIERS = "suppliers"
    PRODUCTS = "products"
    PLACES = "places"
    MANAGERS = "managers"


class SourceKey(Record):
    """A key of one space. Where a name would be the key, facts have a random word in its place, and ``said`` has the name, where it can be erased."""

    kind = models.CharField(max_length=10, choices=KeyKind.choices)
    space = models.CharField(max_length=100)
    within = models.CharField(max_length=200, blank=True)
    """Of a place: the key of the customer whose places are numbered so."""
    key = models.CharField(max_length=200)
    said = models.CharField(max_length=300, blank=True)
    counterparty = models.ForeignKey(Counterparty, null=True, blank=True, on_delete=models.PROTECT, related_name="source_keys")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="source_keys")
    address = models.ForeignKey(Address, null=True, blank=True, on_delete=models.PROTECT, related_name="source_keys")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="source_keys")
    """Of a manager's key: whose it is; empty until someone ties it."""
    created_by_import = models.ForeignKey("register.Import", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = Seen.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "space", "said"], name="source_key_by_what_is_said")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "space", "within", "key"], name="one_source_key"),
            models.UniqueConstraint(fields=["kind", "space", "within", "said"], condition=~models.Q(said=""), name="one_key_for_what_is_said"),
        ]
