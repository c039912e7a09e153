"""Credit notes by what files call them: known words and codes, and a question where others stand beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered as with_answer
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.values.document_kind import NO_SALE, document_kind
from goodterms.intake.values.document_type import CORRECTIONS, CREDIT_NOTES, INVOICES, PREPAYMENTS

D = Decimal


@pytest.fixture
def sales(tmp_path):
    """Read a file whose lines have these values in a column of kinds, all amounts positive."""

    def _sales(*kinds, column="Document type", mapping=None, net=None):
        path = tmp_path / "s.csv"
        cells = zip(kinds, net or ["10,00"] * len(kinds), strict=True)
        path.write_text(f"Invoice No;Date;Customer;{column};Net amount\n" + "".join(f"{i};2023-01-0{i + 1};Ann;{k};{n}\n" for i, (k, n) in enumerate(cells)))
        return read([path], mapping=mapping)

    return _sales


def amounts(reading):
    return [int(net) for (net,) in reading.facts.engine.con.execute("SELECT net_value FROM sale_lines ORDER BY row").fetchall()]


@pytest.mark.parametrize(
    ("kinds", "net"),
    [
        (["380", "381", "384"], [10, -10, 10]),
        (["380", "389", "386", "396"], [10, 10, 10, -10]),
        (["Invoice", "Credit note", "Interest invoice"], [10, -10, 10]),
        (["Lasku", "Hyvityslasku", "Korkolasku"], [10, -10, 10]),
        (["Invoice", "Refund"], [10, -10]),
        (["Faktura", "Kreditfaktura", "Räntefaktura"], [10, -10, 10]),
        (["Sales invoice", "Sales credit memo"], [10, -10]),
        (["", "Credit note"], [10, -10]),
    ],
)
def test_credit_notes_are_known_by_words_and_codes(sales, kinds, net):
    assert amounts(sales(*kinds)) == net


@pytest.mark.parametrize("column", ["D/C", "Debit/Credit"])
def test_letters_of_debit_and_credit_are_known_where_the_column_says_so(sales, column):
    assert amounts(sales("D", "C", "D", column=column)) == [10, -10, 10]


def test_letters_that_make_most_lines_credit_notes_are_asked(sales):
    with pytest.raises(AnswerNeededError, match="which values of D/C are credit notes") as error:
        sales("C", "C", "D", column="D/C")
    (question,) = error.value.questions
    assert question.evidence == ("D/C: C on 2, D on 1 lines",)
    assert [choice.said for choice in question.choices] == ["C", "D", "none of them"]
    assert amounts(sales("C", "C", "D", column="D/C", mapping=answered(question.choices[1]))) == [10, 10, -10]


def answered(*choices):
    """A mapping with these answers, one after another."""
    text = ""
    for choice in choices:
        text = with_answer(text, choice)
    return Mapping.read(text)


@pytest.mark.parametrize(("place", "net"), [(0, [10, -10, 10]), (1, [10, -10, -10]), (2, [10, -10])])
def test_a_word_that_is_not_known_beside_a_credit_note_is_asked(sales, place, net):
    with pytest.raises(AnswerNeededError, match="is Adjustment in Document type an invoice, a credit note or neither") as error:
        sales("Invoice", "Credit note", "Adjustment")
    (question,) = error.value.questions
    assert question.evidence == ("Document type: Adjustment on 1, Credit note on 1, Invoice on 1 lines",)
    assert [choice.said for choice in question.choices] == ["an invoice", "a credit note", "neither: its rows are left out"]
    assert amounts(sales("Invoice", "Credit note", "Adjustment", mapping=answered(question.choices[place]))) == net


def test_rows_of_payments_and_orders_are_left_out_and_listed(sales):
    kinds = ["Invoice", "Payment", "Pro forma", "Credit note"]
    with pytest.raises(AnswerNeededError) as error:
        sales(*kinds)
    assert [q.choices[0].settings for q in error.value.questions] == [{"kinds": {"Payment": "-"}}, {"kinds": {"Pro forma": "-"}}]
    reading = sales(*kinds, mapping=answered(*(question.choices[0] for question in error.value.questions)))
    (account,) = reading.files
    assert amounts(reading) == [10, -10]
    assert (account.physical, account.accepted, account.set_aside) == (5, 2, 3)
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows] == [(1, "header"), (3, "left out as Payment"), (4, "left out as Pro forma")]
    assert [(p.code, p.sentence) for p in reading.problems] == [("rows-left-out", "2 rows are left out, as the mapping says: Payment on 1, Pro forma on 1.")]


def test_answers_on_words_are_kept_and_those_of_next_month_are_asked(sales):
    reading = sales("Invoice", "Payment", mapping={"version": 1, "file": [{"match": "s.csv", "kinds": {"payment": "-"}}]})
    assert (amounts(reading), reading.mapping.files[0].credit_notes) == ([10], None)
    assert amounts(sales("Payment", "Credit note", mapping=reading.mapping)) == [-10]
    with pytest.raises(AnswerNeededError, match="is Order in Document type"):
        sales("Invoice", "Order", "Credit note", mapping=reading.mapping)


def test_payments_are_asked_about_although_the_mapping_says_how_credit_notes_are_known(sales):
    with pytest.raises(AnswerNeededError, match="is Payment in Document type"):
        sales("Invoice", "Payment", mapping={"version": 1, "file": [{"match": "s.csv", "credit_notes": "negative"}]})


def test_a_receipt_is_a_sale_but_beside_invoices_it_is_asked(sales):
    assert amounts(sales("Receipt", "Refund")) == [10, -10]
    with pytest.raises(AnswerNeededError, match="is Receipt in Document type"):
        sales("Receipt", "Invoice")


def test_one_word_on_all_rows_tells_nothing_apart(sales):
    assert amounts(sales("ZF2", "ZF2")) == [10, 10]
    with pytest.raises(AnswerNeededError, match="is ZF2 in Document type"):
        sales("ZF2", "")


@pytest.mark.parametrize(
    ("kinds", "column"),
    [
        (["Facture", "Avoir"], "Nature"),
        (["Rechnung", "Gutschrift"], "Vorgang"),
        (["Factura", "Abono"], "Clase"),
        (["Fattura", "Nota di credito"], "Causale"),
        (["Factuur", "Creditnota"], "Omschrijving"),
        (["Faktura", "Kreditnota"], "Bilag"),
        (["Faktura", "Faktura korygująca"], "Rodzaj"),
        (["Lasku", "Hyvityslasku"], "Selite"),
    ],
)
def test_words_for_kinds_of_documents_are_known_under_any_heading(sales, kinds, column):
    assert amounts(sales(*kinds, column=column)) == [10, -10]


@pytest.mark.parametrize("kinds", [["SI", "SC"], ["380", "381"], ["Debit", "Credit"]])
def test_codes_under_an_unknown_heading_are_asked(sales, kinds):
    with pytest.raises(AnswerNeededError, match="Does it tell invoices from credit notes") as error:
        sales(*kinds, column="Frobs")
    yes, no = sorted(error.value.questions[0].choices, key=lambda choice: choice.said, reverse=True)
    assert amounts(sales(*kinds, column="Frobs", mapping=answered(yes))) == [10, -10]
    assert amounts(sales(*kinds, column="Frobs", mapping=answered(no))) == [10, 10]


@pytest.mark.parametrize("kinds", [["Standard", "Rush"], ["A", "B"], ["380", "12"], ["Sale", "Clearance"]])
def test_other_values_under_an_unknown_heading_are_no_kinds(sales, kinds):
    assert amounts(sales(*kinds, column="Frobs")) == [10, 10]


@pytest.mark.parametrize(("column", "kinds"), [("D/C", ["H", "H", "S"]), ("Soll/Haben", ["H", "H", "S"]), ("Debet/Kredit", ["Kredit", "Kredit", "Debet"])])
def test_sides_of_a_ledger_that_make_most_lines_credit_notes_are_asked(sales, column, kinds):
    with pytest.raises(AnswerNeededError, match=f"which values of {column} are credit notes") as error:
        sales(*kinds, column=column)
    assert amounts(sales(*kinds, column=column, mapping=answered(error.value.questions[0].choices[1]))) == [10, 10, -10]


def test_cancelled_invoices_and_drafts_of_a_column_of_states_are_asked(sales):
    states = ["Posted", "Cancelled", "Draft"]
    with pytest.raises(AnswerNeededError, match="does a row count whose Status is Cancelled") as error:
        sales(*states, column="Status")
    out, yes = (question.choices for question in error.value.questions)
    assert amounts(sales(*states, column="Status", mapping=answered(out[0], yes[1]))) == [10, 10]
    assert amounts(sales("Posted", "Paid", column="Status")) == [10, 10]


@pytest.mark.parametrize(("place", "net"), [(0, [110, 50, -20]), (1, [-110, -50, 20])])
def test_sales_that_are_mostly_negative_are_asked_about(sales, place, net):
    nets = ["-110,00", "-50,00", "20,00"]
    with pytest.raises(AnswerNeededError, match=r"2 of 3 amounts are negative\. Are they returns, or sales") as error:
        sales("", "", "", net=nets)
    reading = sales("", "", "", net=nets, mapping=answered(error.value.questions[0].choices[place]))
    assert amounts(reading) == net
    assert amounts(sales("", "", "", net=nets, mapping=reading.mapping)) == net


def test_quantities_beside_sales_written_negative_stay(tmp_path):
    (tmp_path / "s.csv").write_text("Invoice No;Date;Customer;Qty;List value;Net amount\n1;2023-01-05;A;2;100;-90\n2;2023-01-05;A;1;50;-50\n")
    reading = read([tmp_path / "s.csv"], mapping={"version": 1, "file": [{"match": "s.csv", "credit_notes": "positive"}]})
    found = reading.facts.engine.con.execute("SELECT quantity, list_value, discount, net_value FROM sale_lines ORDER BY row").fetchall()
    assert [tuple(map(int, row)) for row in found] == [(2, 100, 10, 90), (1, 50, 0, 50)]


def test_credit_notes_are_only_spoken_of_where_there_are_any(sales):
    assert "Documents with a negative total are credit notes." not in sales("", "").files[0].said
    assert "Documents with a negative total are credit notes." in sales("", "", net=["10,00", "-5,00"]).files[0].said


def test_letters_that_mean_something_else_are_no_question(sales):
    assert amounts(sales("A", "B", "C", column="Type")) == [10, 10, 10]


def test_credit_notes_of_both_signs_are_said(sales):
    reading = sales("Invoice", "Credit note", "Credit note", "Credit note", net=["10,00", "10,00", "10,00", "-10,00"])
    assert amounts(reading) == [10, -10, -10, 10]
    assert [(p.code, p.rows) for p in reading.problems] == [("credit-notes-of-both-signs", 1)]


@pytest.mark.parametrize("word", ["Visit", "Adjustment", "17", "Facture X/Y", "RE"])
def test_words_that_may_be_anything_are_not_known(word):
    assert document_kind(word) is None


@pytest.mark.parametrize("word", ["Pro forma invoice", "Proformafaktura", "325", "Order", "Zahlung", "Tilaus", "Cancelled invoice", "SR", "Devis"])
def test_words_for_what_is_no_sale_are_known(word):
    assert document_kind(word) == NO_SALE


@pytest.mark.parametrize("code", sorted(CREDIT_NOTES | CORRECTIONS | INVOICES | PREPAYMENTS))
def test_codes_mean_in_tables_what_they_mean_in_documents(code):
    assert document_kind(code) == (CREDIT_NOTE if code in CREDIT_NOTES else INVOICE)


SIGNS = "Invoice No;Date;Customer;Type;Qty;Net amount;Cost\n"


@pytest.fixture
def lines(tmp_path):
    """Read lines with quantity, net value and cost; say these as they became facts, and what is said of their signs."""

    def _lines(text, header=SIGNS):
        (tmp_path / "s.csv").write_text(header + text)
        reading = read([tmp_path / "s.csv"])
        found = reading.facts.engine.con.execute("SELECT quantity, net_value, product_cost FROM sale_lines ORDER BY row").fetchall()
        return [tuple(map(int, row)) for row in found], [(p.code, p.rows, p.origin.row) for p in reading.problems], reading.files[0].said

    return _lines


def test_quantity_and_cost_that_are_written_positive_on_all_credit_notes_are_turned_and_said(lines):
    found, doubts, said = lines("1;2023-01-05;A;Invoice;10;100,00;60,00\n2;2023-01-15;A;Credit note;10;-100,00;60,00\n")
    assert (found, doubts) == ([(10, 100, 60), (-10, -100, -60)], [])
    assert "Cost of credit notes has the opposite sign of their net value: it is brought to the same." in said


def test_a_quantity_that_is_written_negative_beside_positive_amounts_stays_negative(lines):
    found, *_ = lines("1;2023-01-05;A;Invoice;10;100,00;60,00\n2;2023-01-15;A;Credit note;-10;100,00;60,00\n")
    assert found == [(10, 100, 60), (-10, -100, -60)]


def test_costs_of_both_signs_stay_and_are_said_with_their_place(lines):
    text = "1;2023-01-05;A;Credit note;-1;-10,00;-6,00\n2;2023-01-15;A;Credit note;-10;-100,00;60,00\n3;2023-01-15;A;Credit note;-1;-5,00;2,00\n"
    found, doubts, _ = lines(text)
    assert found == [(-1, -10, -6), (-10, -100, 60), (-1, -5, 2)]
    assert doubts == [("cost-against-amount", 2, 3)]


def test_a_quantity_against_its_amount_is_said_with_its_place(lines):
    _, doubts, _ = lines("1;2023-01-05;A;2;20,00;1\n2;2023-01-05;A;-1;15,50;1\n", header="Invoice No;Date;Customer;Qty;Net amount;Cost\n")
    assert doubts == [("quantity-against-amount", 1, 3)]


def test_list_value_of_credit_notes_that_is_written_positive_gives_their_discount(tmp_path):
    (tmp_path / "s.csv").write_text("Invoice No;Date;Customer;Type;List value;Net amount\n1;2023-01-05;A;Invoice;100;90\n2;2023-01-05;A;Credit note;100;-90\n")
    found = read([tmp_path / "s.csv"]).facts.engine.con.execute("SELECT list_value, discount, net_value FROM sale_lines ORDER BY row").fetchall()
    assert [tuple(map(int, row)) for row in found] == [(100, 10, 90), (-100, -10, -90)]


@pytest.fixture
def numbered(tmp_path):
    """Read lines with these numbers of documents, quantities and amounts."""

    def _numbered(*lines, mapping=None):
        path = tmp_path / "s.csv"
        body = "".join(f"{number};2023-01-0{day};Ann;{quantity};{net}\n" for day, (number, quantity, net) in enumerate(lines, start=1))
        path.write_text("Invoice No;Date;Customer;Quantity;Net amount\n" + body)
        return read([path], mapping=mapping)

    return _numbered


SOLD = [(str(number), "2", f"{number}0,00") for number in range(1, 7)]


@pytest.mark.parametrize("prefix", ["CN", "cn", "C", "KN", "HYV-", "GS"])
def test_numbers_of_credit_notes_with_positive_amounts_are_asked_about(numbered, prefix):
    with pytest.raises(AnswerNeededError) as asked:
        numbered(*SOLD, (f"{prefix}7", "2", "70,00"))
    (question,) = asked.value.questions
    letters = prefix.rstrip("-")
    assert f"1 document has a number that begins with {letters} ({prefix}7), as of credit notes, and positive amounts." in question.sentence
    assert [choice.settings for choice in question.choices] == [{"credit_notes": {"prefix": letters}}, {"credit_notes": "negative"}]


@pytest.mark.parametrize(("said", "net"), [({"prefix": "CN"}, -70), ("negative", 70)])
def test_numbers_of_credit_notes_are_read_as_answered(numbered, said, net):
    reading = numbered(*SOLD, ("CN7", "2", "70,00"), mapping={"version": 1, "file": [{"match": "s.csv", "credit_notes": said}]})
    assert amounts(reading) == [10, 20, 30, 40, 50, 60, net]


def test_negative_quantities_say_that_they_are_credit_notes(numbered):
    reading = numbered(*SOLD, ("CN7", "-2", "70,00"), ("CN8", "-1", "80,00"))
    rows = reading.facts.engine.con.execute("SELECT kind, quantity, net_value FROM sale_lines WHERE net_value < 0 ORDER BY row").fetchall()
    assert rows == [("credit note", -2, -70), ("credit note", -1, -80)]


@pytest.mark.parametrize(
    "lines",
    [
        [("CN1", "1", "10,00"), ("CN2", "1", "20,00"), ("3", "1", "30,00")],
        [*SOLD, ("A7", "2", "70,00")],
        [("A1", "1", "10,00"), ("B1", "1", "20,00"), ("C1", "1", "30,00")],
        [("INV1", "1", "10,00"), ("INV2", "1", "20,00"), ("C3", "1", "30,00")],
    ],
    ids=["most of them", "another letter", "series of letters", "one letter beside others"],
)
def test_other_numbers_are_not_asked_about(numbered, lines):
    assert numbered(*lines).files[0].credit_notes == 0


def test_negative_amounts_need_no_prefix(numbered):
    assert amounts(numbered(*SOLD, ("CN7", "-2", "-70,00"), ("CN8", "2", "80,00"))) == [10, 20, 30, 40, 50, 60, -70, 80]


def kinds_of(reading):
    return [kind for (kind,) in reading.facts.engine.con.execute("SELECT kind FROM sale_lines ORDER BY row").fetchall()]


@pytest.mark.parametrize("words", [("Invoice", "Store credit"), ("Verkkolasku", "Paperilasku"), ("Rechnung", "Lastschrift"), ("Invoice", "Bank credit")])
def test_ways_to_pay_or_to_send_are_no_kinds(sales, words):
    reading = sales(*words, column="Way")
    assert (amounts(reading), kinds_of(reading)) == ([10, 10], [INVOICE, INVOICE])
    assert reading.facts.attributes == ("attribute:way",)


def test_of_two_columns_that_may_tell_kinds_the_one_with_credit_notes_does(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Nummer;Datum;Kunde;Zahlungsart;Vorgang;Netto\n1;01.01.2024;Ann;Rechnung;Rechnung;10,00\n2;02.01.2024;Ann;Lastschrift;Gutschrift;10,00\n")
    assert amounts(read([path])) == [10, -10]


@pytest.mark.parametrize("words", [("Gutschrift", "Gutschrift"), ("Rechnung", "Zahlung")])
def test_words_for_credit_notes_or_payments_alone_are_asked_about_under_any_heading(sales, words):
    with pytest.raises(AnswerNeededError, match="Does it tell invoices from credit notes"):
        sales(*words, column="Vorgang")


def test_two_columns_of_invoices_and_credit_notes_are_asked_about(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Nummer;Datum;Kunde;Eins;Zwei;Netto\n1;01.01.2024;Ann;Rechnung;Gutschrift;10,00\n2;02.01.2024;Ann;Gutschrift;Rechnung;10,00\n")
    with pytest.raises(AnswerNeededError, match="Eins and Zwei may both be the"):
        read([path])
