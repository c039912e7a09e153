"""A product that is sold or bought, and the family that it belongs to."""

from __future__ import annotations

from django.db import models

from goodterms.register.money_field import ExactField
from goodterms.register.record import Record, SaidByImports, Seen


class Family(Record):
    """A product family."""

    name = models.CharField(max_length=200, unique=True)


class Product(Record):
    """A product, named by the products file or by its key alone."""

    name = models.CharField(max_length=300)
    unnamed = models.BooleanField(default=False)
    family = models.ForeignKey(Family, null=True, blank=True, on_delete=models.PROTECT, related_name="products")
    is_stocked = models.BooleanField(null=True, blank=True)
    created_by_import = models.ForeignKey("register.Import", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+")
    """The import that brought it, unseen until that is published; empty where a person made it or works with it."""
    kept_fields = models.JSONField(default=list, blank=True, editable=False)
    """Fields that a person changed: no import changes them, and the record outlives the one that made it."""

    objects = Seen.as_manager()

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="product_by_name")]


class ProductPrice(Record, SaidByImports):
    """List price, cost and weight of one unit from a day on; without a day, always."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    unit = models.CharField(max_length=100, blank=True)
    weight = ExactField(null=True, blank=True)
    units_per_base = ExactField(null=True, blank=True)
    list_price = ExactField(null=True, blank=True)
    unit_cost = ExactField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "unit", "valid_from"], name="one_price_a_day"),
            models.UniqueConstraint(fields=["product", "unit"], condition=models.Q(valid_from=None), name="one_price_of_always"),
        ]
