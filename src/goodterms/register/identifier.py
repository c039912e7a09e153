"""Official numbers of a counterparty, each checked by its own check digits; a person's identity code is refused everywhere."""

from __future__ import annotations

import re

from django.db import models
from stdnum import lei
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.fi import hetu, ytunnus
from stdnum.se import personnummer

from goodterms.errors import UsageError
from goodterms.register.counterparty import Counterparty
from goodterms.register.record import Record, SaidByImports

_PERSONAL = re.compile(r"\b(?:\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y]|(?:19|20)?\d{6}[-+]\d{4})\b")
_OVT = re.compile(r"0037(\d{8})(\w{0,5})")


class Scheme(models.TextChoices):
    """What kind of number it is."""

    BUSINESS_ID = "business id"
    VAT = "vat"
    LEI = "lei"
    OVT = "ovt"
    IBAN = "iban"
    OTHER = "other"


class Identifier(Record, SaidByImports):
    """An official number; two counterparties never have the same one."""

    counterparty = models.ForeignKey(Counterparty, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    value = models.CharField(max_length=50)

    class Meta:
        indexes = [models.Index(fields=["value"], name="identifier_by_value")]
        constraints = [models.UniqueConstraint(fields=["counterparty", "scheme", "value"], name="identifier_once")]


def checked(scheme: str, value: str) -> str:
    """Return a number as it is kept, its check digits proven.

    Raises
    ------
    UsageError
        The number is of no such scheme, or a person's identity code.

    Examples
    --------
    >>> checked("business id", "FI0201256 6"), checked("vat", "fi 02012566"), checked("ovt", "003702012566")
    ('0201256-6', 'FI02012566', '003702012566')
    """
    refuse_personal_codes(scheme, value)
    compact = re.sub(r"[\s.]", "", value).upper()
    try:
        if scheme == Scheme.BUSINESS_ID:
            return str(ytunnus.format(ytunnus.validate(compact.removeprefix("FI"))))
        if scheme == Scheme.VAT:
            return str(vat.validate(compact))
        if scheme == Scheme.LEI:
            return str(lei.validate(compact))
        if scheme == Scheme.IBAN:
            from stdnum import iban  # noqa: PLC0415  (asked of suppliers alone)

            return str(iban.validate(compact))
        if scheme == Scheme.OVT:
            found = _OVT.fullmatch(compact)
            ytunnus.validate(found[1] if found else "")
    except WrongNumber as error:
        raise UsageError(f"{value} is no {scheme}: {error}. Look it up again.") from None
    return compact


def without_personal_codes(text: str) -> str:
    """Return a text without persons' identity codes.

    Examples
    --------
    >>> without_personal_codes("Matti 131052-308T"), without_personal_codes("order 131052-3089")
    ('Matti', 'order 131052-3089')
    """
    for found in _PERSONAL.findall(text):
        if _is_personal(found):
            text = " ".join(text.replace(found, " ").split())
    return text


def _is_personal(code: str) -> bool:
    return bool(hetu.is_valid(code.upper()) or personnummer.is_valid(code))


def refuse_personal_codes(where: str, text: str) -> None:
    """Refuse a text that holds a person's identity code: the base has no use for it.

    Raises
    ------
    UsageError
        It holds one.

    Examples
    --------
    >>> refuse_personal_codes("note", "order 131052-3089 of 2024")
    """
    for found in _PERSONAL.findall(text):
        if _is_personal(found):
            raise UsageError(f"{where} holds a person's identity code, which is kept nowhere here. Leave it out.")
