"""A decimal that no database rounds: kept as a whole number of its last place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core import validators
from django.core.exceptions import ValidationError
from django.db import models

from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES

_BEYOND = 10**MONEY_DIGITS
_SAID = f"{{}} has more than {MONEY_PLACES} places or {MONEY_DIGITS} digits"


def _decimal_of(value: Any) -> Decimal | None:
    """A decimal of what a person or file says, None where it says nothing; a float is refused, since its digits are not what was meant."""
    if value is None or value == "":
        return None
    if isinstance(value, float):
        raise ValidationError(f"{value!r} is a binary float: give a decimal")
    try:
        found = Decimal(value)
    except (ArithmeticError, ValueError, TypeError):
        raise ValidationError(f"{value!r} is no amount") from None
    if not found.is_finite():
        raise ValidationError(f"{value!r} is no amount")
    return found


class MoneyField(models.Field[Decimal | int | None, Decimal | None]):
    """An amount, price, share or quantity with up to 18 digits, 4 of them after the point.

    SQLite keeps a decimal as a binary float, of 15 digits at most; a whole number of ten-thousandths is exact there and on PostgreSQL, and so are sums.
    """

    def get_internal_type(self) -> str:
        """The database's type."""
        return "BigIntegerField"

    def from_db_value(self, value: int | None, *_: Any) -> Decimal | None:
        """What was kept, as a decimal."""
        return None if value is None else Decimal(value).scaleb(-MONEY_PLACES)

    def to_python(self, value: Any) -> Decimal | None:
        """A decimal of what a person or file says; a float is refused, since its digits are not what was meant."""
        found = _decimal_of(value)
        if found is None:
            return None
        self.get_prep_value(found)
        return found

    def get_prep_value(self, value: Any) -> int | None:
        """What is kept."""
        found = _decimal_of(super().get_prep_value(value))
        if found is None:
            return None
        scaled = found.scaleb(MONEY_PLACES)
        whole = int(scaled)
        if whole != scaled or abs(whole) >= _BEYOND:
            raise ValidationError(_SAID.format(value))
        return whole

    def value_to_string(self, obj: models.Model) -> str:
        """The amount as text."""
        found = self.value_from_object(obj)
        return "" if found is None else f"{found:f}"


class ShareField(MoneyField):
    """A share of one, from 0 to 1."""

    default_validators = [validators.MinValueValidator(Decimal(0)), validators.MaxValueValidator(Decimal(1))]


class ExactField(models.Field[Decimal | str | None, Decimal | None]):
    """A price, weight or factor with as many digits as its file has: kept as its text, and a decimal for whoever reads it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 45} | kwargs)

    def get_internal_type(self) -> str:
        """The database's type."""
        return "CharField"

    def from_db_value(self, value: str | None, *_: Any) -> Decimal | None:
        """What was kept, as a decimal."""
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Any:
        """A decimal of what a person or file says; a float is refused, since its digits are not what was meant."""
        return _decimal_of(value)

    def get_prep_value(self, value: Any) -> str | None:
        """What is kept."""
        found = self.to_python(value)
        return None if found is None else f"{found.normalize():f}"
