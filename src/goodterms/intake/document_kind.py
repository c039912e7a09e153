"""Words and codes by which files tell credit notes from invoices, in three languages and by UN/CEFACT 1001."""

from __future__ import annotations

import re

from goodterms.facts.columns import CREDIT_NOTE, INVOICE

_CREDIT_CODES = frozenset({81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 532})
_INVOICE_CODES = frozenset(
    {
        *(71, 80, 82, 84, 102, 130, 202, 203, 204, 211, 218, 219, 295, 326, 331, 380, 382, 383, 384, 385, 386, 387, 388, 389, 390, 393, 394, 395),
        *(456, 457, 471, 472, 473, 500, 501, 502, 503, 527, 553, 575, 623, 633, 751, 780, 817, 870, 875, 876, 877, 935),
    }
)
"""Names of documents by UN/CEFACT 1001 as EN 16931 allows them; 384 corrects an invoice and is one itself. Pro forma (325) is no sale, and left to the user."""
_CREDIT_WORDS = re.compile(
    r"(?:[\w-]+ )*credit(?:ed|s)?(?:[ -]?(?:notes?|memos?|memorandum|invoices?|nota))?|(?:[\w-]+ )*credit (?:note|memo|invoice) .*|cn|cm|cr|crn|k|h|c"
    r"|refund(?:s|ed)?(?: .*)?|(?:sales )?returns?(?: (?:invoice|note|order))?|.*hyvitys\w*(?: .*)?|hyvitysl\.?|palautus(?:lasku)?"
    r"|kredit\w*(?: .*)?|retur(?:faktura|nota)?|återbetalning"
)
_INVOICE_WORDS = re.compile(
    r"(?:[\w-]+ )*invoices?(?: [\w-]+)?|inv|in|i|d|l|f|v|dr|sales?|debit(?: (?:note|memo))?|debet|receipt|.*lasku|veloitus|.*faktura"
    r"|(?:käteis)?myynti|kuitti|försäljning|kvitto"
)
_NO_SALE = re.compile(r"\bpro[ -]?forma")


def document_kind(word: str) -> str | None:
    """What a word or code says a document is; None where it is not known.

    Examples
    --------
    >>> [document_kind(word) for word in ("Hyvityslasku", "Korkolasku", "381", "384", "Interest invoice", "Pro forma")]
    ['credit note', 'invoice', 'credit note', 'invoice', 'invoice', None]
    """
    said = " ".join(word.casefold().split())
    code = int(said) if said.isdecimal() else None
    if code in _CREDIT_CODES or _CREDIT_WORDS.fullmatch(said):
        return CREDIT_NOTE
    return INVOICE if code in _INVOICE_CODES or (_INVOICE_WORDS.fullmatch(said) and not _NO_SALE.search(said)) else None
