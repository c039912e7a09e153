"""On what terms a counterparty buys or sells, from which day to which."""

from __future__ import annotations

from django.db import models

from goodterms.register.counterparty import Counterparty
from goodterms.register.money_field import MoneyField, ShareField
from goodterms.register.record import Record, SaidByImports


class Terms(Record, SaidByImports):
    """Terms as agreed; a day has at most one for each side of the trade."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="terms")
    is_purchase = models.BooleanField(default=False)
    valid_from = models.DateField(null=True, blank=True)
    """Empty: since ever, as a customers file says it without a day."""
    valid_to = models.DateField(null=True, blank=True)
    group = models.CharField(max_length=100, blank=True)
    price_list = models.CharField(max_length=100, blank=True)
    discount = ShareField(null=True, blank=True)
    rebate = ShareField(null=True, blank=True)
    payment_days = models.PositiveSmallIntegerField(null=True, blank=True)
    delivery = models.CharField(max_length=100, blank=True)
    minimum_order = MoneyField(null=True, blank=True)
    credit_limit = MoneyField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counterparty", "is_purchase", "valid_from"], name="terms_begin_once"),
            models.UniqueConstraint(fields=["counterparty", "is_purchase"], condition=models.Q(valid_from=None), name="terms_of_ever"),
            models.CheckConstraint(condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")), name="terms_end_after_they_begin"),
        ]
