"""A run: one analysis at a given state of facts, register and policy, with the figures that lists show."""

from __future__ import annotations

from django.db import models

from goodterms.register.counterparty import Counterparty
from goodterms.register.money_field import MoneyField
from goodterms.register.product import Product
from goodterms.register.user import User


class RunState(models.TextChoices):
    """How far a run is."""

    PREPARING = "preparing"
    READY = "ready"
    ABANDONED = "abandoned"


class Run(models.Model):
    """What was worked out, from what: it never changes, so that a decision can show what it was based on."""

    number = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.PREPARING)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="runs")
    begun_at = models.DateTimeField()
    facts_version = models.PositiveBigIntegerField()
    key_map = models.CharField(max_length=64)
    policy = models.CharField(max_length=64, blank=True)
    engine = models.CharField(max_length=40)
    as_of = models.DateField()
    """The last sale day in the facts."""
    cubes = models.JSONField(default=dict)
    """The name of each month's cube: the hash of all that it read."""
    earlier = models.CharField(max_length=30, blank=True)
    later = models.CharField(max_length=30)
    measure = models.CharField(max_length=20)
    currency = models.CharField(max_length=3, blank=True)
    answer = models.TextField()
    kept_as = models.CharField(max_length=200, blank=True)
    """What a person calls it; one that has a name is kept."""
    stages_set = models.BooleanField(default=False)
    """Stages and their history say what it found; where a process ended before, the next one goes on."""


class CurrentRun(models.Model):
    """Which run's figures lists show: one row, changed in one statement."""

    place = models.PositiveSmallIntegerField(primary_key=True, default=1)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")


class _Figures(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    """Each index begins with it."""
    net_sales = MoneyField(null=True)
    net_sales_earlier = MoneyField(null=True)
    gross_margin = MoneyField(null=True)
    profit = MoneyField(null=True)
    """In the run's measure."""
    profit_earlier = MoneyField(null=True)

    class Meta:
        abstract = True


class CounterpartyFigures(_Figures):
    """The figures of a counterparty in one run."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="figures")
    orders = models.PositiveIntegerField(default=0)
    """In the later period."""
    last_sale = models.DateField(null=True)
    stage = models.CharField(max_length=10, blank=True)
    """What the facts say of it as of the run's day; empty for who never bought."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "counterparty"], name="one_figures_a_counterparty")]
        indexes = [
            models.Index(fields=["run", "counterparty"], condition=models.Q(stage=""), name="counterparty_without_sale"),
            models.Index(fields=["run", "net_sales", "counterparty"], name="counterparty_by_sales"),
            models.Index(fields=["run", "gross_margin", "counterparty"], name="counterparty_by_margin"),
            models.Index(fields=["run", "profit", "counterparty"], name="counterparty_by_profit"),
            models.Index(fields=["run", "orders", "counterparty"], name="counterparty_by_orders"),
            models.Index(fields=["run", "last_sale", "counterparty"], name="counterparty_by_last_sale"),
        ]


class ProductFigures(_Figures):
    """The figures of a product in one run."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="figures")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "product"], name="one_figures_a_product")]
        indexes = [models.Index(fields=["run", "profit", "product"], name="product_by_profit")]
