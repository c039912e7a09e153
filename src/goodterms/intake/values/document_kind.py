"""Words and codes by which files tell credit notes from invoices, and both from what is no sale: in Europe's languages, by UN/CEFACT 1001 and of systems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake.mapping.column_names import normalised
from goodterms.intake.values.document_type import Kind, kind_of_type
from goodterms.intake.values.total_words import BALANCE, SALDO

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


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CREDIT_PREFIXES = _set("c cn cr crn crm cred credit cm kn kred kredit hyv hyvitys gs av avo nc scn kor fkor")
"""How numbers of credit notes begin in many systems: credit note, credit memo, kreditnota, hyvityslasku, Gutschrift, avoir, nota de crédito, korekta."""
_CREDIT_CODES = CREDIT_PREFIXES - {"c", "credit", "kredit", "hyvitys"} | _set("sc pc g2 zg2 zre dg td04")
_INVOICE_CODES = _set("in si pi f2 zf2 rv td01 td02 td05 td06 td24 td25 fv fra fac sin")
_NO_SALE_CODES = _set("sr sa pp dz td00")


def _family(invoices: str, credit_notes: str, no_sales: str) -> dict[str, str]:
    kinds = {INVOICE: invoices, CREDIT_NOTE: credit_notes, NO_SALE: no_sales}
    return {code: kind for kind, codes in kinds.items() for code in codes.split()}


_OF_GERMAN_SHOPS = _family("re rg rech ar", "gu gut gs rk sr st sto ag", "ab an ang au auf ls be za")
"""Rechnung, Ausgangsrechnung; Gutschrift, Rechnungskorrektur, Storno; Auftragsbestätigung, Angebot, Auftrag, Lieferschein, Bestellung, Zahlung."""
_OF_SAP_BILLING = _family("f1 f2 l2 s2 iv bv", "g2 re s1 ig sv", "f5 f8")
"""Types of billing documents: RE gives returns back, S1 cancels an invoice, F5 and F8 are pro forma. A company's own begin with Z."""
_OF_SAP_ACCOUNTS = _family("rv dr re kr", "dg kg", "dz kz sa ab")
_FAMILIES = (_OF_GERMAN_SHOPS, _OF_SAP_ACCOUNTS, _OF_SAP_BILLING | {f"z{code}": kind for code, kind in _OF_SAP_BILLING.items()})
"""Codes that mean something beside others of their system alone: AB is an order confirmation beside RE and GU, and a place elsewhere."""
_RETURN = "r"
"""Likely a return, beside the S of sales."""
_RECEIPTS = r"receipts?|kuitti|kvitto|kvittering|quittung|recu|recibo|ricevuta"
"""A sale over the counter, or perhaps a payment where there are invoices too."""
_WAYS_TO_PAY = (
    r"(?:(?:bank|wire|credit|debit)[ -]?)?(?:transfer|card)|cash|che(?:ck|que)|direct debit|on account|gift card|(?:pankki|luotto|maksu)?kortti"
    r"|kateinen|tilisiirto"
    r"|lahjakortti|(?:kredit|bank|konto)?kort|kontant(?:er)?|(?:bank)?overforing|autogiro|swish|vipps|mobilepay|(?:bank)?uberweisung"
    r"|(?:kredit|ec|giro)?[ -]?karte|bar"
    r"|barzahlung|lastschrift|vorkasse|nachnahme|gutschein|virement|carte(?: bancaire)?|especes|cheque|prelevement|transferencia|tarjeta|efectivo|domiciliacion"
    r"|bonifico|carta(?: di credito)?|contanti|assegno|overschrijving|pin|contant|ideal|bancontact|przelew|karta|gotowka|pobranie|blik|paypal|klarna"
    r"|stripe|visa"
    r"|mastercard|sepa|giro"
)
"""How a sale was paid: no kind of a document, where words for payments do not stand beside them."""
_STAGES = (
    r"deposit|(?:down|pre)[ -]?payment|advance|progress|interim|part(?:ial)?|stage|final|closing|ennakko|osa|loppu|forskott|del|slut|anzahlung|abschlag|teil"
    r"|schluss|acompte|situation|solde|anticipo|parcial|acconto|parziale|aanbetaling|deel|slot|termijn|zaliczka|koncowa"
)
"""Of which stage of a work an invoice is: where two of them stand in one column, neither is a payment."""
_DEBIT = _set("d dt dr db deb debit debet debito debe dare s soll wn winien")
_CREDIT_SIDE = _set("c ct cr cred credit credito k kr kredit kreditt h hab haber haben avere ma")
_SIDES = {INVOICE: _DEBIT | {"i", "l", "f", "v"}, CREDIT_NOTE: _CREDIT_SIDE}
"""Letters and words of the two sides of a ledger: which of them sales stand on is told by no word. I, L, F and V begin words for an invoice."""
_ON_ACCOUNTS_ALONE = {"per": True, "a": False, "an": False}
"""What only a column that is known for one of debit and credit may hold for them: whether it is debit."""
_PAYMENT = (
    r"(?:[\w-]+ )*payments?(?: [\w-]+)?|deposit|transfer|(?:maksu)?suoritus|maksu|(?:in)?betalning|zahlung(?:seingang)?|paiement|reglement|encaissement|pago"
    r"|cobro|pagamento|incasso|(?:ind|inn)?betaling|platnosc|wplata|zaplata"
)
_ORDER = (
    r"(?:[\w-]+ )?orders?|(?:myynti)?tilaus|(?:order)?bestallning|auftrag|bestellung|commande|(?:nota de )?pedido|ordine|bestelling|ordre|bestilling"
    r"|zamowienie"
)
_BESIDE_SALES = (
    r"(?:[\w-]+ )?order confirmation|quot(?:e|ation)|estimate|offer|delivery note|tilausvahvistus|tarjous|lahete|lahetysluettelo|offert[ae]?|foljesedel"
    r"|auftragsbestatigung|angebot|lieferschein|bon de commande|devis|bon de livraison|presupuesto|albaran|preventivo|ddt|documento di trasporto|pakbon"
    r"|tilbud|folge?seddel|reminder|(?:maksu)?muistutus|paminnelse|mahnung|relance"
)
_VOID = (
    r"(?:[\w-]+[ -])?(?:cancell?ed|void(?:ed)?|deleted|failed|drafts?|expired|abandoned|trash)(?: [\w-]+)?|mitatoity|per(?:uttu|uutettu)|poistettu"
    r"|luonnos|makulerad"
    r"|annuller(?:ad|e?t)|utkast|storniert(?:e rechnung)?|entwurf|annulee?|brouillon|anulad[ao]|borrador|annullat[ao]|bozza"
    r"|geannuleerd|fehlgeschlagen|epaonnistunut|misslyckad|concept|kladde|anulowan[aey]|szkic"
)
_GIVEN_BACK = (
    r"(?:[\w-]+ )?(?:refunded|returned|credited|charged ?back|hyvitetty|palautettu|aterbetala?d|krediterad|returnerad|refundere?t|til(?:bage|bake)betalt"
    r"|kredit(?:ere|er)t|returnere?t|retournert|(?:zu)?(?:ruck)?erstattet|gutgeschrieben|retourniert|zuruckge(?:geben|sendet|schickt)|rembourse(?:e?s?)"
    r"|retourne(?:e?s?)|reembolsad[ao]s?|devuelt[ao]s?|rimborsat[ao]|restituit[ao]|terugbetaald|gecrediteerd|geretourneerd|zwrocon[aey])(?: [\w-]+)?"
)
"""States in which a document's amount was given back, wholly or in part; the nouns are those of credit notes."""
_NOT_YET = (
    r"(?:wc-)?pending(?: payment)?|(?:a?waiting|pending) (?:for )?payment|odottaa(?: maksua)?|(?:vantar pa|invantar) betalning|zahlung ausstehend|ausstehend"
    r"|warten? auf zahlung|(?:en )?attente (?:de )?paiement|pendiente(?: de pago)?|in attesa(?: di pagamento)?|wachten op betaling|in afwachting"
    r"|afventer(?: betaling)?"
    r"|venter(?: pa betaling)?|oczekuje(?: na platnosc)?|oczekujace na platnosc"
)
"""States of orders that nobody has paid: a shop does not count them as sales, and an invoice that waits for its payment is one."""
_HELD = (
    r"(?:wc-)?on[ -]?hold|pidossa|pitoon|vilande|parkerad|pa hall|in wartestellung|wartend|zuruckgestellt|en attente|en espera|in sospeso|in de wacht"
    r"|pa hold|pa vent"
    r"|wstrzymane"
)
"""States of orders whose payment a shop waits for, and which it counts as sales."""
_AT_WORK = (
    r"(?:wc-)?(?:processing|completed)|kasittelyssa|valmis|behandlas|slutford|fardigbehandlad|in bearbeitung|abgeschlossen|en cours|terminee?"
    r"|procesando|completad[oa]"
    r"|in lavorazione|completat[oa]|in behandeling|afgerond|voltooid|behandles|fuldfort|fullfort|w trakcie realizacji|zrealizowane"
)
"""States that orders have in shops, and invoices have not."""
_OF_ORDERS = re.compile(r"order|tilau|bestell|auftrag|commande|pedido|ordin|ordre|zamow")
_OF_WHAT_FOLLOWS = re.compile(r"pay|financial|maksu|betal|zahl|paiement|pago|pagamento|platnos|fulfil|deliver|shipping|toimitus|lever|liefer|versand|livraison")
"""Headings that speak of the payment or the delivery alone: a sale that is not paid is one."""
_PRO_FORMA = re.compile(r"\bpro[ -]?forma")
_NEGATED = re.compile(r"(?:not|non|no|never|ei|ej|inte|icke|ikke|nicht|niet|nie|pas)\b.+")
"""What begins so says the opposite: "Not cancelled", "ei hyvitetty"."""
_PARTLY = re.compile(
    r"(?:partial(?:ly)?|partly|part|osittain|osin|delvis|delvist|teil(?:weise)?|partiellement|parcialmente|parzialmente|gedeeltelijk|czesciowo)\b.+"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_RECEIPT, _VOID_WORDS, _GIVEN_BACK_WORDS, _ORDERS = _any(_RECEIPTS), _any(_VOID), _any(_GIVEN_BACK), _any(_ORDER)
_PAYMENTS, _WAYS, _STAGE_WORDS, _NOT_YET_WORDS, _HELD_WORDS = _any(_PAYMENT), _any(_WAYS_TO_PAY), _any(_STAGES), _any(_NOT_YET), _any(_HELD)
_AT_WORK_WORDS = _any(_AT_WORK)
_WORDS = {CREDIT_NOTE: _any(*_CREDIT), NO_SALE: _any(_PAYMENT, _ORDER, _BESIDE_SALES, _VOID), INVOICE: _any(*_INVOICE, _RECEIPTS)}
"""The first that fits counts: a return order gives back, a cancelled invoice is no sale."""
_CODES = {CREDIT_NOTE: _CREDIT_CODES, INVOICE: _INVOICE_CODES, NO_SALE: _NO_SALE_CODES}
_STATES = frozenset(
    map(
        normalised,
        (
            *("status", "state", "invoice status", "document status", "order status", "financial status", "payment status", "fulfillment status"),
            *("tila", "laskun tila", "laskun status", "tilauksen tila", "maksun tila", "tilanne", "fakturastatus", "orderstatus", "betalningsstatus"),
            *("rechnungsstatus", "belegstatus", "auftragsstatus", "bestellstatus", "zahlungsstatus", "statut", "etat", "statut de la commande"),
            *("estado", "estado del pedido", "stato", "stato ordine", "tilstand", "ordrestatus", "stan", "status dokumentu", "status zamówienia"),
        ),
    )
)


def document_kind(word: str) -> str | None:
    """What a word or code says a document is by itself: an invoice, a credit note or no sale; None where it is not known.

    Examples
    --------
    >>> [document_kind(word) for word in ("Hyvityslasku", "Korkolasku", "381", "384", "503", "Avoir", "Pro forma", "Adjustment")]
    ['credit note', 'invoice', 'credit note', 'invoice', 'credit note', 'credit note', 'no sale', None]
    """
    said = _plain(word)
    if said.isdecimal():
        return {Kind.CREDIT_NOTE: CREDIT_NOTE, Kind.OTHER: NO_SALE if said == "325" else None}.get(kind_of_type(said), INVOICE)
    if _NEGATED.fullmatch(said):
        return None
    if _PRO_FORMA.search(said) or _is_balance(word):
        return NO_SALE
    of_words = next((kind for kind, words in _WORDS.items() if words.fullmatch(said)), None)
    return of_words or next((kind for codes in (_SIDES, _CODES) for kind, one in codes.items() if said in one), None)


def kinds_of(words: Collection[str]) -> dict[str, str | None]:
    """What each word of one column says a document is: by itself, a code by those of its system that stand beside it, and a stage by other stages.

    Examples
    --------
    >>> kinds_of(["RE", "GU", "AB"]), kinds_of(["RE", "F2", "G2"])["RE"], kinds_of(["RE", "Karhu"])["RE"]
    ({'RE': 'invoice', 'GU': 'credit note', 'AB': 'no sale'}, 'credit note', None)
    >>> kinds_of(["Deposit", "Invoice"])["Deposit"], kinds_of(["Deposit", "Final"])["Deposit"]
    ('no sale', 'invoice')
    """
    kinds = {word: document_kind(word) for word in words}
    stages = [word for word in words if _STAGE_WORDS.fullmatch(_plain(word))]
    kinds |= dict.fromkeys(stages, INVOICE) if len(stages) > 1 else {}
    codes = {word: _plain(word) for word in words if not is_word(word)}
    if all(map(is_side, codes)):
        return kinds
    met = [{code: family[code] for code in codes.values() if code in family} for family in _FAMILIES]
    most = max(map(len, met))
    best = [family for family in met if len(family) == most > 1 and {INVOICE, CREDIT_NOTE} & set(family.values())]
    for word, code in codes.items():
        said = {family[code] for family in best if code in family}
        kinds[word] = said.pop() if len(said) == 1 else kinds[word]
    return kinds


def may_be_kinds(words: Collection[str]) -> bool:
    """Whether any word of a column is known for a kind of document, or may be a code for one; ways to pay, of which an invoice is one, are none.

    Examples
    --------
    >>> may_be_kinds(["Repair", "Rental"]), may_be_kinds(["RE"]), may_be_kinds(["Invoice", "Rental"]), may_be_kinds(["Invoice", "Card", "Cash"])
    (False, True, True, False)
    """
    return not are_ways_to_pay(words) and (any(kinds_of(words).values()) or any(_plain(word) in family for word in words for family in _FAMILIES))


def are_ways_to_pay(words: Collection[str]) -> bool:
    """Whether words of one column say how invoices were paid: two of them do, and beside them stand invoices alone, which are paid later.

    Examples
    --------
    >>> are_ways_to_pay(["Invoice", "Card", "Cash"]), are_ways_to_pay(["Card", "Cash", "Refund"]), are_ways_to_pay(["Invoice", "Transfer"])
    (True, False, False)
    """
    kinds, ways = kinds_of(words), _ways_to_pay(words)
    return len(ways) > 1 and all(kinds[word] == INVOICE for word in words if word not in ways)


def in_doubt(words: Collection[str]) -> dict[str, str]:
    """Words of one column of kinds whose rows may be no sales, or of which nothing is known, each with what its rows likely are.

    A receipt beside invoices may be a payment. Where there are no invoices, orders are what was sold. A row without a word, "", may be an invoice. Several
    words that say how something was paid are sales, unless a word for payments stands beside them.

    Examples
    --------
    >>> in_doubt(["Invoice", "Receipt", "Payment", "Credit note", "Adjustment"])
    {'Receipt': 'invoice', 'Payment': 'no sale', 'Adjustment': 'invoice'}
    >>> in_doubt(["Receipt", "Refund"]), in_doubt(["Order", "Refund"]), in_doubt(["Order", "Invoice"]), in_doubt(["Card", "Cash", "Refund"])
    ({}, {}, {'Order': 'no sale'}, {})
    """
    kinds = kinds_of([word for word in words if word])
    has_invoices = any(kind == INVOICE and not _RECEIPT.fullmatch(_plain(word)) for word, kind in kinds.items())
    ways = _ways_to_pay(kinds)
    has_payments = any(_PAYMENTS.fullmatch(_plain(word)) for word in kinds if word not in ways)
    doubts: dict[str, str] = {}
    for word, kind in kinds.items():
        if word in ways and len(ways) > 1:
            doubts |= {word: NO_SALE} if has_payments else {}
        elif kind is None:
            doubts[word] = _likely_code(word)
        elif kind == NO_SALE and (has_invoices or "" in words or not _ORDERS.fullmatch(_plain(word))):
            doubts[word] = NO_SALE
        elif has_invoices and _RECEIPT.fullmatch(_plain(word)):
            doubts[word] = INVOICE
    return doubts


def states_in_doubt(words: Collection[str], *, given_back_apart: bool, theirs: str = "") -> dict[str, str]:
    """Words of one column of states whose documents may not count: cancelled, drafts, given back, not paid yet; each with what its rows likely are.

    What was given back likely counts where the file says apart what was given back, in rows of its own; else it is likely no sale, but for a part of one. A
    word for a credit note is likely one. What waits for its payment is in doubt where the heading, ``theirs``, or other states say that these are orders.

    Examples
    --------
    >>> states_in_doubt(["Paid", "Not cancelled", "Cancelled", "Refunded", "Partially refunded"], given_back_apart=False)
    {'Cancelled': 'no sale', 'Refunded': 'no sale', 'Partially refunded': 'invoice'}
    >>> states_in_doubt(["Paid", "Cancelled", "Refunded"], given_back_apart=True)
    {'Cancelled': 'no sale', 'Refunded': 'invoice'}
    >>> (
    ...     states_in_doubt(["completed", "on-hold", "pending"], given_back_apart=False),
    ...     states_in_doubt(["pending"], given_back_apart=False, theirs="Payment status"),
    ... )
    ({'on-hold': 'invoice', 'pending': 'no sale'}, {})
    """
    said = {word: _plain(word) for word in words if not _NEGATED.fullmatch(_plain(word))}
    is_at_work = any(_HELD_WORDS.fullmatch(plain) or _AT_WORK_WORDS.fullmatch(plain) for plain in said.values())
    of_orders = not _OF_WHAT_FOLLOWS.search(_plain(theirs)) and (is_at_work or bool(_OF_ORDERS.search(_plain(theirs))))
    doubts: dict[str, str] = {}
    for word, plain in said.items():
        if is_given_back(word):
            noun = document_kind(word) == CREDIT_NOTE and not _GIVEN_BACK_WORDS.fullmatch(plain)
            doubts[word] = INVOICE if given_back_apart or _PARTLY.fullmatch(plain) else CREDIT_NOTE if noun else NO_SALE
        elif is_void(word):
            doubts[word] = NO_SALE
        elif of_orders and (_HELD_WORDS.fullmatch(plain) or _NOT_YET_WORDS.fullmatch(plain)):
            doubts[word] = INVOICE if _HELD_WORDS.fullmatch(plain) else NO_SALE
    return doubts


def is_given_back(word: str) -> bool:
    """Whether a word says of a document that its amount was given back, wholly or in part.

    Examples
    --------
    >>> [is_given_back(word) for word in ("Refunded", "partially_refunded", "Palautettu", "Ei palautettu", "Gutschrift", "Paid")]
    [True, True, True, False, True, False]
    """
    said = _plain(word)
    return not _NEGATED.fullmatch(said) and bool(_GIVEN_BACK_WORDS.fullmatch(said) or (document_kind(word) == CREDIT_NOTE and is_word(word)))


def is_void(word: str) -> bool:
    """Whether a word says of a document that it does not count: cancelled, failed, or a draft.

    Examples
    --------
    >>> [is_void(word) for word in ("Storniert", "checkout-draft", "Ei peruttu", "Paid")]
    [True, True, False, False]
    """
    said = _plain(word)
    return bool(_VOID_WORDS.fullmatch(said)) and not _NEGATED.fullmatch(said)


def is_side(word: str) -> bool:
    """Whether a word is that of a side of a ledger.

    Examples
    --------
    >>> is_side("Kredit"), is_side("H"), is_side("Kreditfaktura")
    (True, True, False)
    """
    return any(_plain(word) in words for words in _SIDES.values())


def is_debit(mark: str) -> bool | None:
    """Whether a mark in a column of debit and credit is debit; None where it is neither.

    Examples
    --------
    >>> is_debit("Soll"), is_debit("avere"), is_debit("an"), is_debit("Visa")
    (True, False, False, None)
    """
    said = _plain(mark)
    return True if said in _DEBIT else False if said in _CREDIT_SIDE else _ON_ACCOUNTS_ALONE.get(said)


def is_word(word: str) -> bool:
    """Whether a value is a word for a kind of document, which under any heading means nothing else: no letter, side or code.

    Examples
    --------
    >>> is_word("Gutschrift"), is_word("SC"), is_word("381"), is_word("credit")
    (True, False, False, False)
    """
    said = _plain(word)
    return document_kind(word) is not None and not (said.isdecimal() or is_side(word) or any(said in codes for codes in _CODES.values()))


def names_credit_notes(theirs: str) -> bool:
    """Whether a column's heading is a word for a credit note, so that a yes in it makes one.

    Examples
    --------
    >>> [names_credit_notes(theirs) for theirs in ("Kreditfaktura", "Is credit note", "Kredit", "Refunded")]
    [True, True, True, False]
    """
    return document_kind(theirs) == CREDIT_NOTE and (is_word(theirs) or is_side(theirs)) and not _GIVEN_BACK_WORDS.fullmatch(_plain(theirs))


def names_a_state(theirs: str) -> bool:
    """Whether a column's heading says that it holds the states of documents.

    Examples
    --------
    >>> names_a_state("Laskun tila"), names_a_state("Customer")
    (True, False)
    """
    return normalised(theirs) in _STATES


def _likely_code(word: str) -> str:
    """What a word of which nothing is known likely is: what the first system says that has it as a code, else an invoice."""
    code = _plain(word)
    return next((family[code] for family in _FAMILIES if code in family), CREDIT_NOTE if code == _RETURN else INVOICE)


def _ways_to_pay(words: Iterable[str]) -> set[str]:
    """The words that say how something was paid."""
    return {word for word in words if _WAYS.fullmatch(_plain(word))}


def _is_balance(word: str) -> bool:
    """Whether a word says what an account was before or after the rows."""
    return bool(BALANCE.fullmatch(word.strip()) or SALDO.fullmatch(word.strip()))


def _plain(word: str) -> str:
    """A word without case, accents and spaces that say nothing."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign)).casefold()
    return " ".join(plain.translate(_LETTERS).split())


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "’": "'", "_": " "})
