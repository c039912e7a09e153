"""Words and codes for kinds and states of documents, and which of them leave it open what their rows are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake.values.document_kind import NO_SALE, document_kind, in_doubt, is_debit, is_given_back, kinds_of, may_be_kinds, states_in_doubt
from goodterms.intake.values.document_type import CORRECTIONS, CREDIT_NOTES, INVOICES, PREPAYMENTS

WORDS = ["Invoice", "Credit note", "Payment", "Order", "Angebot", "Receipt", "RE", "GU", "AB", "F2", "G2", "380", "381", "D", "C", "Adjustment", "Saldo"]


@pytest.mark.parametrize("word", ["Visit", "Adjustment", "17", "Facture X/Y", "RE", "Not cancelled", "ei peruttu"])
def test_words_that_may_be_anything_are_not_known(word):
    assert document_kind(word) is None


@pytest.mark.parametrize(
    "word", ["Pro forma invoice", "Proformafaktura", "325", "Order", "Zahlung", "Tilaus", "Cancelled invoice", "SR", "Devis", "Order confirmation"]
)
def test_words_for_what_is_no_sale_are_known(word):
    assert document_kind(word) == NO_SALE


@pytest.mark.parametrize("word", ["Opening balance", "Closing balance", "Alkusaldo", "Saldo", "Anfangsbestand", "Ingående balans", "Solde initial"])
def test_balances_are_no_sales(word):
    assert document_kind(word) == NO_SALE


@pytest.mark.parametrize("code", sorted(CREDIT_NOTES | CORRECTIONS | INVOICES | PREPAYMENTS))
def test_codes_mean_in_tables_what_they_mean_in_documents(code):
    assert document_kind(code) == (CREDIT_NOTE if code in CREDIT_NOTES else INVOICE)


@pytest.mark.parametrize(
    ("codes", "kinds"),
    [
        (["RE", "GU"], [INVOICE, CREDIT_NOTE]),
        (["RE", "GU", "AB", "LS", "AN"], [INVOICE, CREDIT_NOTE, NO_SALE, NO_SALE, NO_SALE]),
        (["RE", "GU", "SR"], [INVOICE, CREDIT_NOTE, CREDIT_NOTE]),
        (["RE", "GU", "XX"], [INVOICE, CREDIT_NOTE, None]),
        (["ZF2", "ZG2"], [INVOICE, CREDIT_NOTE]),
        (["F2", "RE", "S1", "F8"], [INVOICE, CREDIT_NOTE, CREDIT_NOTE, NO_SALE]),
        (["ZF2", "ZRE", "ZS1"], [INVOICE, CREDIT_NOTE, CREDIT_NOTE]),
        (["RV", "DG", "DZ", "AB"], [INVOICE, CREDIT_NOTE, NO_SALE, NO_SALE]),
        (["KR", "KG"], [INVOICE, CREDIT_NOTE]),
        (["KR", "DR"], [CREDIT_NOTE, INVOICE]),
        (["RE"], [None]),
        (["AB", "LS"], [None, None]),
        (["RE", "GU", "F2"], [None, CREDIT_NOTE, INVOICE]),
    ],
)
def test_codes_are_known_by_those_of_their_system_beside_them(codes, kinds):
    assert list(kinds_of(codes).values()) == kinds


@pytest.mark.parametrize(
    ("words", "likely"),
    [
        (["Invoice", "Order", "Payment"], {"Order": NO_SALE, "Payment": NO_SALE}),
        (["Order", "Refund", "Transfer"], {"Transfer": NO_SALE}),
        (["Order", "Offer"], {"Offer": NO_SALE}),
        (["Order", ""], {"Order": NO_SALE}),
        (["Receipt", "Refund"], {}),
        (["Receipt", "Invoice"], {"Receipt": INVOICE}),
        (["Invoice", "Kuitti", "Kvitto", "Quittung"], dict.fromkeys(["Kuitti", "Kvitto", "Quittung"], INVOICE)),
        (["Card", "Transfer", "Refund"], {}),
        (["Überweisung", "Bar", "Gutschrift"], {}),
        (["Payment", "Card", "Transfer", "Refund"], dict.fromkeys(["Payment", "Card", "Transfer"], NO_SALE)),
        (["Deposit", "Interim", "Final", "Credit note"], {}),
        (["Deposit", "Invoice"], {"Deposit": NO_SALE}),
        (["Anzahlung", "Abschlag", "Schluss"], {}),
        (["Invoice", "Adjustment"], {"Adjustment": INVOICE}),
        (["RE", "Frobs"], {"RE": INVOICE, "Frobs": INVOICE}),
        (["GU", "Frobs"], {"GU": CREDIT_NOTE, "Frobs": INVOICE}),
        (["S", "R"], {"R": CREDIT_NOTE}),
    ],
)
def test_words_in_doubt_have_what_they_likely_mean(words, likely):
    assert in_doubt(words) == likely


@given(st.lists(st.sampled_from(WORDS), unique=True, min_size=1))
def test_what_is_not_in_doubt_is_known_and_what_is_no_sale_is_in_doubt_beside_invoices(words):
    kinds, doubts = kinds_of(words), in_doubt(words)
    assert {word for word in words if kinds[word] is None} <= doubts.keys() <= set(words)
    if "Invoice" in words:
        assert {word for word in words if kinds[word] == NO_SALE} <= doubts.keys()
    assert may_be_kinds(words) == any(word != "Adjustment" for word in words)


def test_states_of_what_was_given_back_are_known():
    words = ["Refunded", "partially_refunded", "Returned", "Hyvitetty", "Palautettu", "Osittain hyvitetty", "Återbetald", "Krediterad", "Refunderet"]
    words += ["Refundert", "Erstattet", "Rückerstattet", "Rimborsato", "Remboursé", "Remboursée", "Reembolsado", "Terugbetaald", "Zwrócone", "Palautus"]
    assert [word for word in [*words, "Paid", "Gutschrift"] if not is_given_back(word)] == ["Paid"]


@pytest.mark.parametrize("negation", ["Not", "not", "Ei", "Inte", "Nicht", "Non", "No", "Nie", "Ikke", "Niet"])
@pytest.mark.parametrize("word", ["cancelled", "refunded", "peruttu", "storniert", "palautettu", "annulleret"])
def test_a_state_that_is_denied_leaves_nothing_open(negation, word):
    assert states_in_doubt([word, f"{negation} {word}"], given_back_apart=False) == {word: NO_SALE}


@pytest.mark.parametrize("word", ["Partially refunded", "partially_refunded", "Osittain palautettu", "Delvis återbetald", "Teilweise erstattet"])
def test_what_was_given_back_in_part_likely_counts(word):
    assert states_in_doubt(["Paid", word], given_back_apart=False) == {word: INVOICE}


@pytest.mark.parametrize(
    ("theirs", "words", "likely"),
    [
        ("Order Status", ["completed", "processing", "pending", "on-hold"], {"pending": NO_SALE, "on-hold": INVOICE}),
        ("Status", ["wc-completed", "wc-pending", "wc-on-hold", "wc-cancelled"], {"wc-pending": NO_SALE, "wc-on-hold": INVOICE, "wc-cancelled": NO_SALE}),
        ("Status", ["Abgeschlossen", "Zahlung ausstehend", "In Wartestellung"], {"Zahlung ausstehend": NO_SALE, "In Wartestellung": INVOICE}),
        ("Tila", ["Valmis", "Odottaa maksua", "Pidossa"], {"Odottaa maksua": NO_SALE, "Pidossa": INVOICE}),
        ("Status", ["Slutförd", "Inväntar betalning"], {"Inväntar betalning": NO_SALE}),
        ("Statut", ["Terminée", "En attente de paiement"], {"En attente de paiement": NO_SALE}),
        ("Invoice status", ["Paid", "Pending", "Overdue"], {}),
        ("Financial Status", ["paid", "pending"], {}),
        ("Statut", ["Payée", "Avoir"], {"Avoir": CREDIT_NOTE}),
        ("Status", ["Paid", "Credited"], {"Credited": NO_SALE}),
    ],
)
def test_states_of_orders_that_are_not_paid_and_nouns_of_credit_notes_are_in_doubt(theirs, words, likely):
    assert states_in_doubt(words, given_back_apart=False, theirs=theirs) == likely


@pytest.mark.parametrize(
    ("marks", "debit"), [("D DT Debit débito debe S Soll dare Wn winien per", True), ("C CT Credit crédito haber H avere A Ma an", False), ("Visa 1", None)]
)
def test_marks_of_debit_and_credit_are_known(marks, debit):
    assert {is_debit(mark) for mark in marks.split()} == {debit}
