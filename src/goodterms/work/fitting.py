"""What the register has room for: of what files say, a name that is too long is cut and a number that no field takes is left out; a person is told so."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.db import models

from goodterms.errors import UsageError
from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES
from goodterms.register.identifier import without_personal_codes

_LONGEST = {"name": 300, "segment": 100, "country": 100, "manager_key": 200, "price_list": 100, "terms": 100, "family": 200, "unit": 100}
_MOST_DAYS = 32_767
_MOST = Decimal(10) ** (MONEY_DIGITS - MONEY_PLACES)


def fitting(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file says of a record in values that JSON and the register take; a person's identity code is kept nowhere.

    Examples
    --------
    >>> fitting({"name": "Matti 131052-308t", "payment_days": -5, "credit_limit": "1000.00005", "terms": "A" * 200})["name"]
    'Matti'
    """
    found = {name: _fitting(name, value) for name, value in said.items()}
    return {name: value for name, value in found.items() if value is not None}


def refuse_too_long(model: type[models.Model], name: str, said: str) -> None:
    """Make sure that a field of a model has room for what a person says.

    Raises
    ------
    UsageError
        It has not.

    Examples
    --------
    >>> from goodterms.register.run import Run
    >>> refuse_too_long(Run, "kept_as", "Board, November")
    """
    most: Any = model._meta.get_field(name).max_length  # type: ignore[union-attr]  # noqa: SLF001  (Django's own name for it)
    if len(said) > most:
        raise UsageError(f"{said[:40]}… is {len(said):,} signs long: say it in {most}.")


def _fitting(name: str, value: Any) -> Any:
    if name == "payment_days":
        return value if 0 <= value <= _MOST_DAYS else None
    if name == "credit_limit":
        return _amount(value)
    if isinstance(value, list):
        return [fitting(one) if isinstance(one, dict) else one for one in value]
    if isinstance(value, dict):
        return fitting(value)
    if value is None or isinstance(value, bool | int):
        return value
    return without_personal_codes(str(value))[: _LONGEST.get(name, 300)]


def _amount(value: Any) -> str | None:
    """An amount in ten-thousandths, as text."""
    try:
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-MONEY_PLACES), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return str(rounded) if abs(rounded) < _MOST else None
