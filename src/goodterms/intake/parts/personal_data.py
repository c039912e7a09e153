"""What identifies a person: it is no attribute of a sale line and stays out."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PERSONAL_NAMES = re.compile(
    r"\b(e ?mail|sahkoposti|e post|correo|courriel|phone|puhelin|gsm|matkapuhelin|telefon|telefono|telephone|telefoon|mobil|mobiltelefon|handy"
    r"|contact|yhteyshenkilo|kontakt|kontaktperson|contactpersoon|contacto|contatto|ansprechpartner|interlocuteur"
    r"|first name|last name|surname|etu name|suku name|vorname|nachname|prenom|for name|efter name|etter name|voor name|achter name|imie|nazwisko"
    r"|apellidos|cognome|hetu|henkilo number|person number|address|\w*osoite|\w*adresse?|\w*anschrift|direccion|indirizzo|birth|syntyma|geburtsdatum)\b"
)
_PERSONAL_VALUES = (
    re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    re.compile(r"\+[0-9][0-9 ()-]{6,}"),
    re.compile(r"0[0-9]{1,3}[ -][0-9]{3,}[0-9 -]*"),
    re.compile(r"[0-3][0-9][01][0-9]{3}[-+ABCDEFUVWXY][0-9]{3}[0-9A-Y]"),
    re.compile(r"(?:19|20)?[0-9]{6}[-+][0-9]{4}"),
)


def looks_personal(normal_name: str, values: Sequence[str]) -> bool:
    """Whether a column seems to hold what identifies a person: e-mail, telephone, personal identity code, address, a contact's name.

    Examples
    --------
    >>> looks_personal("memo", ["131052-308T"]), looks_personal("yhteyshenkilo", ["Ann"]), looks_personal("rush", ["x"])
    (True, True, False)
    """
    if _PERSONAL_NAMES.search(normal_name):
        return True
    return any(pattern.fullmatch(value.strip()) for value in values for pattern in _PERSONAL_VALUES)
