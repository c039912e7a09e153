"""Which column tells credit notes from invoices: by its heading and a known word, or by its values under any heading."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered as with_answer
from goodterms.intake.mapping.mapping_file import Mapping


@pytest.fixture
def sales(write):
    """Read a file whose lines have these values in columns of these names, all amounts 10.00."""

    def _sales(mapping=None, **columns):
        header, rows = ";".join(columns), zip(*columns.values(), strict=True)
        lines = "".join(f"{number};2023-01-{number % 28 + 1:02};Ann;{';'.join(row)};10,00\n" for number, row in enumerate(rows, start=1))
        return read([write("s.csv", f"Invoice No;Date;Customer;{header};Net amount\n{lines}")], mapping=mapping)

    return _sales


def amounts(reading):
    return [int(net) for (net,) in reading.facts.engine.con.execute("SELECT net_value FROM sale_lines ORDER BY row").fetchall()]


def answered(choice):
    return Mapping.read(with_answer("", choice))


@pytest.mark.parametrize(
    ("kinds", "net"),
    [
        (["380", "381", "384"], [10, -10, 10]),
        (["380", "389", "386", "396"], [10, 10, 10, -10]),
        (["Invoice", "Credit note", "Interest invoice"], [10, -10, 10]),
        (["Lasku", "Hyvityslasku", "Korkolasku"], [10, -10, 10]),
        (["Invoice", "Refund"], [10, -10]),
        (["Order", "Refund"], [10, -10]),
        (["Faktura", "Kreditfaktura", "Räntefaktura"], [10, -10, 10]),
        (["Sales invoice", "Sales credit memo"], [10, -10]),
        (["", "Credit note"], [10, -10]),
        (["RE", "GU"], [10, -10]),
        (["ZF2", "ZG2", "ZRE"], [10, -10, -10]),
        (["RV", "DG"], [10, -10]),
    ],
)
def test_credit_notes_are_known_by_words_and_codes(sales, kinds, net):
    assert amounts(sales(**{"Document type": kinds})) == net


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
    assert amounts(sales(**{column: kinds})) == [10, -10]


@pytest.mark.parametrize("kinds", [["SI", "SC"], ["380", "381"], ["Debit", "Credit"], ["RE", "GU"]])
def test_codes_under_an_unknown_heading_are_asked(sales, kinds):
    with pytest.raises(AnswerNeededError, match="Does it tell invoices from credit notes") as error:
        sales(Frobs=kinds)
    yes, no = sorted(error.value.questions[0].choices, key=lambda choice: choice.said, reverse=True)
    assert amounts(sales(Frobs=kinds, mapping=answered(yes))) == [10, -10]
    assert amounts(sales(Frobs=kinds, mapping=answered(no))) == [10, 10]


@pytest.mark.parametrize("kinds", [["Standard", "Rush"], ["A", "B"], ["380", "12"], ["Sale", "Clearance"]])
def test_other_values_under_an_unknown_heading_are_no_kinds(sales, kinds):
    assert amounts(sales(Frobs=kinds)) == [10, 10]


@pytest.mark.parametrize("kinds", [["Repair", "Rental", "Spare part"], ["Goods", "Service"], ["A", "B"]])
@pytest.mark.parametrize("column", ["Transaction type", "Kind", "Type", "Document type"])
def test_a_column_without_any_known_word_is_an_attribute_whatever_its_heading(sales, column, kinds):
    reading = sales(**{column: kinds})
    name = column.casefold().replace(" ", "_")
    found = reading.facts.engine.con.execute(f'SELECT kind, "attribute:{name}" FROM sale_lines ORDER BY row').fetchall()
    assert found == [("invoice", kind) for kind in kinds]


def test_a_word_that_the_mapping_knows_makes_a_column_of_kinds(sales):
    said = {"version": 1, "file": [{"match": "s.csv", "kinds": {"Frobs": "credit note"}}]}
    assert amounts(sales(**{"Document type": ["Frobs", "Frobs"]}, mapping=said)) == [-10, -10]


@pytest.mark.parametrize(("words", "last"), [(["Repair", "Rental"], -10), (["Repair", "Visit"], 10)])
def test_a_word_below_the_first_rows_is_known_too(sales, words, last):
    kinds = [words[number % 2] for number in range(2_100)]
    kinds[-1] = "Credit note" if last < 0 else "Rental"
    if last < 0:
        with pytest.raises(AnswerNeededError, match="what are the rows whose Document type is Rental or Repair") as error:
            sales(**{"Document type": kinds})
        mapping = answered(error.value.questions[0].choices[0])
    else:
        mapping = None
    assert amounts(sales(**{"Document type": kinds}, mapping=mapping)) == [10] * 2_099 + [last]


@pytest.mark.parametrize("words", [("Invoice", "Store credit"), ("Verkkolasku", "Paperilasku"), ("Rechnung", "Lastschrift"), ("Invoice", "Bank credit")])
def test_ways_to_pay_or_to_send_are_no_kinds(sales, words):
    reading = sales(Way=words)
    kinds = reading.facts.engine.con.execute("SELECT kind, net_value FROM sale_lines ORDER BY row").fetchall()
    assert (kinds, reading.facts.attributes) == ([("invoice", 10), ("invoice", 10)], ("attribute:way",))


@pytest.mark.parametrize("column", ["Type", "Typ", "Way", "Document type"])
@pytest.mark.parametrize("words", [("Transfer", "Card", "Cash"), ("Überweisung", "Karte", "Lastschrift"), ("Invoice", "Card", "Swish")])
def test_ways_to_pay_are_no_kinds_under_any_heading(sales, words, column):
    reading = sales(**{column: words})
    assert (amounts(reading), len(reading.facts.attributes)) == ([10, 10, 10], 1)


def test_of_two_columns_that_may_tell_kinds_the_one_with_credit_notes_does(sales):
    assert amounts(sales(Zahlungsart=["Rechnung", "Lastschrift"], Vorgang=["Rechnung", "Gutschrift"])) == [10, -10]


def test_a_heading_that_says_kinds_without_a_known_word_hides_no_column_that_has_them(sales):
    assert amounts(sales(**{"Transaction type": ["Repair", "Rental"], "Vorgang": ["Rechnung", "Gutschrift"]})) == [10, -10]


def test_words_for_credit_notes_alone_are_asked_about_under_any_heading(sales):
    with pytest.raises(AnswerNeededError, match="Does it tell invoices from credit notes"):
        sales(Vorgang=["Gutschrift", "Gutschrift"])


def test_payments_beside_invoices_under_any_heading_are_asked_about_once(sales):
    with pytest.raises(AnswerNeededError, match="Are rows no sales that say Zahlung") as error:
        sales(Vorgang=["Rechnung", "Zahlung"])
    out, other = error.value.questions[0].choices
    assert amounts(sales(Vorgang=["Rechnung", "Zahlung"], mapping=answered(out))) == [10]
    reading = sales(Vorgang=["Rechnung", "Zahlung"], mapping=answered(other))
    assert (amounts(reading), reading.facts.attributes) == ([10, 10], ("attribute:vorgang",))


def test_two_columns_of_invoices_and_credit_notes_are_asked_about(sales):
    with pytest.raises(AnswerNeededError, match="Eins and Zwei may both be the"):
        sales(Eins=["Rechnung", "Gutschrift"], Zwei=["Gutschrift", "Rechnung"])


def test_each_column_that_may_tell_kinds_has_a_question_of_its_own(sales):
    columns = {"Eins": ["SI", "SC"], "Zwei": ["F2", "G2"]}
    keys, text = [], ""
    for _ in columns:
        with pytest.raises(AnswerNeededError) as error:
            sales(**columns, mapping=Mapping.read(text) if text else None)
        (question,) = error.value.questions
        keys.append(question.key.rpartition(", ")[2])
        text = with_answer(text, question.choices[1])
    assert (keys, amounts(sales(**columns, mapping=Mapping.read(text)))) == (["Eins", "Zwei"], [10, 10])


@pytest.mark.parametrize(
    ("heading", "yes", "no"),
    [
        ("Kreditfaktura", "Ja", "Nej"),
        ("Hyvityslasku", "Kyllä", "Ei"),
        ("Gutschrift", "Ja", "Nein"),
        ("Credit note", "x", ""),
        ("Is credit note", "true", "false"),
        ("Kredit", "Ja", "Nej"),
        ("Kredit", "true", "false"),
        ("Kredit", "x", ""),
        ("Kredit", "1", "0"),
        ("Hyvitys", "1", "0"),
        ("Hyvitys", "Kyllä", "Ei"),
    ],
)
def test_a_column_called_a_credit_note_tells_them_by_yes(sales, heading, yes, no):
    reading = sales(**{heading: [no, yes, no, no]})
    assert amounts(reading) == [10, -10, 10, 10]
    assert f"Lines with {yes} in column {heading} are credit notes." in reading.files[0].said
    assert not [problem for problem in reading.problems if problem.code == "name-contradicted"]
    assert amounts(sales(reading.mapping, **{heading: [no, yes, no, no]})) == [10, -10, 10, 10]


def test_a_rebate_of_amounts_is_no_flag(sales):
    con = sales(Hyvitys=["0", "1", "2,50"]).facts.engine.con
    assert con.execute("SELECT kind, rebate::DOUBLE FROM sale_lines ORDER BY row").fetchall() == [("invoice", 0), ("invoice", 1), ("invoice", 2.5)]


def test_sales_on_credit_are_no_credit_notes(sales):
    reading = sales(Kredit=["Ja", "Ja", "Nej", "Ja"])
    assert (amounts(reading), reading.facts.attributes) == ([10, 10, 10, 10], ("attribute:kredit",))


def test_words_of_both_kinds_beside_another_are_asked_about_under_any_heading(sales):
    words = ["Sale", "Refund", "Fee", "Sale"]
    with pytest.raises(AnswerNeededError, match=r"Transaction holds Fee, Refund, Sale\. Does it tell invoices from credit notes") as error:
        sales(Transaction=words)
    (question,) = error.value.questions
    assert amounts(sales(answered(question.choices[1]), Transaction=words)) == [10, 10, 10, 10]


def test_failed_orders_are_asked_about(sales):
    with pytest.raises(AnswerNeededError, match="failed"):
        sales(**{"Order status": ["completed", "failed", "completed"]})
