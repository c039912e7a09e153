"""Words and codes by which files tell credit notes from invoices, and both from what is no sale: in Europe's languages, by UN/CEFACT 1001 and of systems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake.mapping.column_names import normalised
from goodterms.intake.values.document_type import Kind, kind_of_type

NO_SALE = "no sale"
"""What a payment, an order, a pro forma or cancelled invoice is: whether its rows count is asked."""

_CREDIT = (
    r"(?:[\w-]+ )*credit[ -]?(?:notes?|memos?|memorandum|invoices?|nota|factuur)|(?:[\w-]+ )*credit (?:note|memo|invoice) .*|(?:sales )?credit(?:ed|s)?",
    r"accreccredit|accpaycredit|refund(?:s|ed)?(?: .*)?|(?:sales? )?returns?(?: (?:invoice|note|order))?",
    r".*hyvitys\w*(?: .*)?|hyvitysl\.?|palautus(?:lasku)?",
    r"kredit\w*(?: .*)?|retur(?:er|faktura|nota)?|aterbetalning",
    r".*gutschrift(?:en|sanzeige)?|.*(?:rechnungskorrektur|korrekturrechnung|storno(?:rechnung)?)|(?:ruck)?erstattung|retoure|rucksendung",
    r"(?:facture d')?avoirs?(?: .*)?|facture avoir|note de credit|remboursement|retour(?: .*)?",
    r"(?:nota|factura) de (?:abono|credito)|abonos?|(?:factura )?rectificativa|devolucion|reembolso|nota de credito",
    r"nota (?:di )?(?:credito|accredito)|reso|rimborso|fatt?ura di credito",
    r"credit(?:nota|factuur)|terugbetaling|kreditering",
    r"(?:faktura )?(?:korekta|korygujaca)(?: .*)?|nota kredytowa|zwrot",
)
_INVOICE = (
    r"(?:[\w-]+ )*invoices?(?: [\w-]+)?|inv|sales?|cash sales?|sales receipt|debit (?:note|memo)|statement charge|accrec|accpay|bill|.*lasku|veloitus",
    r"(?:kateis)?myynti|.*faktura|forsaljning|(?:[\w-]+[ -])?\w*rechnung|verkauf|lastschrift",
    r"factures?(?: [\w'-]+)*|vente|note de debit|facturas?(?: [\w-]+)*|venta|nota (?:de |di )?(?:cargo|debito)|fattur[ae](?: [\w-]+)*|vendita|parcella",
    r"factuur|verkoop(?:factuur)?|salg(?:sfaktura)?|fatura|sprzedaz|paragon",
)
_CREDIT_CODES = r"cn|cm|crn?|scn|sc|pc|g2|dg|td04|kor|fkor|av|gs"
_INVOICE_CODES = r"in|si|pi|f2|rv|td0[1256]|td2[45]|fv|fra|fac|sin"
_NO_SALE_CODES = r"sr|sa|pp|dz|td00"
_RECEIPTS = r"receipts?|kuitti|kvitto|kvittering|quittung|recu|recibo|ricevuta"
"""A sale over the counter, or a payment where there are invoices too."""
_SIDES = {
    INVOICE: re.compile(r"[dsilfv]|dr|deb(?:it|et|e)?|soll|dare|wn|debito"),
    CREDIT_NOTE: re.compile(r"[ckh]|[ck]r|hab|credit|kredit|haben|haber|avere|ma|credito"),
}
"""Letters and words of the two sides of a ledger: which of them sales stand on is told by no word."""
_PAYMENT = (
    r"(?:[\w-]+ )*payments?(?: [\w-]+)?|deposit|transfer|(?:maksu)?suoritus|maksu|(?:in)?betalning|zahlung(?:seingang)?|paiement|reglement|encaissement|pago"
    r"|cobro|pagamento|incasso|(?:ind|inn)?betaling|platnosc|wplata|zaplata"
)
_ORDER = (
    r"(?:[\w-]+ )?orders?(?: confirmation)?|quot(?:e|ation)|estimate|offer|delivery note|(?:myynti)?tilaus(?:vahvistus)?|tarjous|lahete|lahetysluettelo"
    r"|(?:order)?bestallning|offert[ae]?|foljesedel|auftrag(?:sbestatigung)?|bestellung|angebot|lieferschein|(?:bon de )?commande|devis|bon de livraison"
    r"|(?:nota de )?pedido|presupuesto|albaran|ordine|preventivo|ddt|documento di trasporto|bestelling|pakbon|ordre|bestilling|tilbud|folge?seddel"
    r"|zamowienie|reminder|(?:maksu)?muistutus|paminnelse|mahnung|relance"
)
_VOID = (
    r"(?:[\w-]+ )?(?:cancell?ed|void(?:ed)?|deleted|drafts?)(?: [\w-]+)?|mitatoity|per(?:uttu|uutettu)|poistettu|luonnos|makulerad"
    r"|annuller(?:ad|e?t)|utkast|storniert(?:e rechnung)?|entwurf|annulee?|brouillon|anulad[ao]|borrador|annullat[ao]|bozza"
    r"|geannuleerd|concept|kladde|anulowan[aey]|szkic"
)
_PRO_FORMA = re.compile(r"\bpro[ -]?forma")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_RECEIPT, _VOID_WORDS = _any(_RECEIPTS), _any(_VOID)
_WORDS = {CREDIT_NOTE: _any(*_CREDIT), NO_SALE: _any(_PAYMENT, _ORDER, _VOID), INVOICE: _any(*_INVOICE, _RECEIPTS)}
"""The first that fits counts: a return order gives back, a cancelled invoice is no sale."""
_CODES = {CREDIT_NOTE: _any(_CREDIT_CODES), INVOICE: _any(_INVOICE_CODES), NO_SALE: _any(_NO_SALE_CODES)}
_STATES = frozenset(
    map(
        normalised,
        (
            *("status", "state", "invoice status", "document status", "order status", "tila", "laskun tila", "laskun status", "tilanne", "fakturastatus"),
            *("rechnungsstatus", "belegstatus", "auftragsstatus", "statut", "etat", "estado", "stato", "tilstand", "stan", "status dokumentu"),
        ),
    )
)


def document_kind(word: str) -> str | None:
    """What a word or code says a document is: an invoice, a credit note or no sale; None where it is not known.

    Examples
    --------
    >>> [document_kind(word) for word in ("Hyvityslasku", "Korkolasku", "381", "384", "503", "Avoir", "Pro forma", "Adjustment")]
    ['credit note', 'invoice', 'credit note', 'invoice', 'credit note', 'credit note', 'no sale', None]
    """
    said = _plain(word)
    if said.isdecimal():
        return {Kind.CREDIT_NOTE: CREDIT_NOTE, Kind.OTHER: NO_SALE if said == "325" else None}.get(kind_of_type(said), INVOICE)
    if _PRO_FORMA.search(said):
        return NO_SALE
    return next((kind for patterns in (_WORDS, _SIDES, _CODES) for kind, words in patterns.items() if words.fullmatch(said)), None)


def is_side(word: str) -> bool:
    """Whether a word is that of a side of a ledger.

    Examples
    --------
    >>> is_side("Kredit"), is_side("H"), is_side("Kreditfaktura")
    (True, True, False)
    """
    return any(words.fullmatch(_plain(word)) for words in _SIDES.values())


def is_word(word: str) -> bool:
    """Whether a value is a word for a kind of document, which under any heading means nothing else: no letter, side or code.

    Examples
    --------
    >>> is_word("Gutschrift"), is_word("SC"), is_word("381"), is_word("credit")
    (True, False, False, False)
    """
    said = _plain(word)
    return document_kind(word) is not None and not (said.isdecimal() or is_side(word) or any(codes.fullmatch(said) for codes in _CODES.values()))


def is_void(word: str) -> bool:
    """Whether a word says of a document that it does not count: cancelled, or a draft.

    Examples
    --------
    >>> is_void("Storniert"), is_void("Posted")
    (True, False)
    """
    return bool(_VOID_WORDS.fullmatch(_plain(word)))


def names_a_state(theirs: str) -> bool:
    """Whether a column's heading says that it holds the states of documents.

    Examples
    --------
    >>> names_a_state("Laskun tila"), names_a_state("Customer")
    (True, False)
    """
    return normalised(theirs) in _STATES


def in_doubt(words: Collection[str]) -> list[str]:
    """Words of one column of kinds whose rows may be no sales, or of which nothing is known: a receipt beside invoices is likely a payment.

    Examples
    --------
    >>> in_doubt(["Invoice", "Receipt", "Payment", "Credit note"]), in_doubt(["Receipt", "Refund"])
    (['Receipt', 'Payment'], [])
    """
    has_invoices = any(document_kind(word) == INVOICE and not _RECEIPT.fullmatch(_plain(word)) for word in words)
    return [word for word in words if document_kind(word) in {None, NO_SALE} or (has_invoices and _RECEIPT.fullmatch(_plain(word)))]


def _plain(word: str) -> str:
    """A word without case, accents and spaces that say nothing."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign)).casefold()
    return " ".join(plain.translate(_LETTERS).split())


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "’": "'"})
