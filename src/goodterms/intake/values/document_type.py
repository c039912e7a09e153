"""Types of documents by their codes in UNTDID 1001, as e-invoices and some exports state them."""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """What a document is to its reader."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    CORRECTION = "correction"
    """It changes an earlier invoice; the sign of its amounts says which way."""
    OTHER = "document"
    """A pro forma invoice, a reminder, an order: nothing was sold by it."""


CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
"""Types of UNTDID 1001 whose positive amounts are money given back."""
CORRECTIONS = frozenset({"384", "471", "472", "473"})
PREPAYMENTS = frozenset({"386", "500"})
INVOICES = frozenset(
    {"71", "80", "82", "84", "102", "130", "202", "203", "204", "211", "218", "219", "295", "326", "331", "380", "382", "383", "385", "387", "388", "389"}
    | {"390", "393", "394", "395", "456", "457", "501", "527", "553", "575", "623", "633", "751", "780", "817", "870", "875", "876", "877", "935"}
)


def kind_of_type(code: str) -> Kind:
    """Return what a type of UNTDID 1001 is to its reader.

    >>> [str(kind_of_type(code)) for code in ("380", "381", "384", "325")]
    ['invoice', 'credit note', 'correction', 'document']
    """
    if code in CREDIT_NOTES:
        return Kind.CREDIT_NOTE
    if code in CORRECTIONS:
        return Kind.CORRECTION
    return Kind.INVOICE if code in INVOICES | PREPAYMENTS else Kind.OTHER
