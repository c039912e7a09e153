"""Credit notes by what files call them: known words and codes, and a question where others stand beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.document_kind import document_kind

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


def test_a_word_that_is_not_known_beside_a_credit_note_is_asked(sales):
    with pytest.raises(AnswerNeededError, match="which values of Document type are credit notes") as error:
        sales("Invoice", "Credit note", "Adjustment")
    choices = error.value.questions[0].choices
    assert [(choice.said, choice.settings["credit_notes"]["value"]) for choice in choices] == [
        ("Credit note", "Credit note"),
        ("Credit note and Adjustment", ["Credit note", "Adjustment"]),
    ]
    for answer, net in zip(choices, ([10, -10, 10], [10, -10, -10]), strict=True):
        mapping = {"version": 1, "file": [{"match": "s.csv", **answer.settings}]}
        assert amounts(sales("Invoice", "Credit note", "Adjustment", mapping=mapping)) == net


def test_letters_that_mean_something_else_are_no_question(sales):
    assert amounts(sales("A", "B", "C", column="Type")) == [10, 10, 10]


def test_credit_notes_of_both_signs_are_said(sales):
    reading = sales("Invoice", "Credit note", "Credit note", "Credit note", net=["10,00", "10,00", "10,00", "-10,00"])
    assert amounts(reading) == [10, -10, -10, 10]
    assert [(p.code, p.rows) for p in reading.problems] == [("credit-notes-of-both-signs", 1)]


@pytest.mark.parametrize("word", ["Pro forma invoice", "Proforma", "325", "Order", "Visit"])
def test_words_that_may_be_anything_are_not_known(word):
    assert document_kind(word) is None
