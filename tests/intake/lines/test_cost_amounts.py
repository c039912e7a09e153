"""Costs as book-keeping writes them: debit and credit, marks of sides, and the signs of an income statement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

D = Decimal


@pytest.fixture
def costs(tmp_path):
    """Read a file of costs, and again by the mapping that is written then: the amounts by account, which are the same."""

    def _costs(text, mapping=None):
        path = tmp_path / "c.csv"
        path.write_text(text, encoding="utf-8")
        reading = read([], costs=[path], mapping=mapping)
        again = read([], costs=[path], mapping=reading.write_mapping(tmp_path / "map.toml"))
        amounts, amounts_again = (
            one.facts.engine.con.execute("SELECT account, sum(amount)::DECIMAL(9, 2) FROM costs GROUP BY 1 ORDER BY 1").fetchall() for one in (reading, again)
        )
        assert amounts == amounts_again
        return dict(amounts), reading

    return _costs


def question_of(costs, text):
    with pytest.raises(AnswerNeededError) as error:
        costs(text)
    (question,) = error.value.questions
    return question, [costs(text, Mapping.read(answered("", option)))[0] for option in question.choices]


@pytest.mark.parametrize("heads", ["Debit;Credit", "Debet;Kredit", "Soll;Haben", "Debe;Haber", "Dare;Avere", "Débit;Crédit"])
@pytest.mark.parametrize("nothing", ["0.00", ""])
def test_a_cost_is_debit_less_credit(costs, heads, nothing):
    text = f"Account;Period;{heads}\n5000;2024-01;100.00;{nothing}\n5000;2024-01;{nothing};20.00\n5100;2024-01;50.00;{nothing}\n"
    amounts, reading = costs(text)
    assert amounts == {"5000": D(80), "5100": D(50)}
    assert (reading.rejected, reading.files[0].net_by_currency) == (0, {"": D(130)})


def test_credit_that_is_written_negative_is_added(costs):
    amounts, reading = costs("Account;Period;Debit;Credit\n5000;2024-01;100.00;\n5000;2024-01;;-20.00\n")
    assert amounts == {"5000": D(80)}
    assert "The amount is Debit plus Credit, which is written negative." in reading.files[0].said


def test_a_row_with_neither_is_rejected(costs):
    _, reading = costs("Account;Period;Debit;Credit\n5000;2024-01;100.00;\n5000;2024-01;;\n5100;2024-01;x;1\n5200;2024-01;3;1\n")
    assert next((p.origin.row, p.expected) for p in reading.problems if p.severity == Severity.REJECTED) == (3, "an amount")
    assert reading.rejected == 2


def test_a_balance_beside_debit_and_credit_is_not_used(costs):
    amounts, reading = costs(
        "Account;Period;Opening balance;Debit;Credit;Balance\n5000;2024-01;0.00;100.00;0.00;100.00\n5000;2024-02;100.00;120.00;10.00;210.00\n"
    )
    assert amounts == {"5000": D(210)}
    assert "Balance" in reading.files[0].unmapped


def test_an_amount_beside_debit_and_credit_is_asked_where_it_is_another(costs):
    text = "Account;Period;Debit;Credit;Amount\n5000;2024-01;100.00;0;{}\n5100;2024-01;0;20.00;{}\n"
    assert costs(text.format("100.00", "20.00"))[0] == costs(text.format("100.00", "-20.00"))[0] == {"5000": D(100), "5100": D(-20)}
    question, answers = question_of(costs, text.format("110.00", "22.00"))
    assert question.sentence.endswith("c.csv: Amount is not Debit less Credit. Which is the cost?")
    assert answers == [{"5000": D(100), "5100": D(-20)}, {"5000": D(110), "5100": D(22)}]


def test_debit_alone_is_the_amount(costs):
    assert costs("Account;Period;Debit\n5000;2024-01;100.00\n")[0] == {"5000": D(100)}


def test_an_amount_that_the_mapping_names_goes_before_debit_and_credit(costs):
    text = "Account;Period;Debit;Credit;Movement\n5000;2024-01;100.00;20.00;80.00\n"
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "columns": {"Movement": "amount"}}]}
    assert costs(text, mapping)[0] == {"5000": D(80)}


@pytest.mark.parametrize(("heading", "debit", "credit"), [("D/C", "D", "C"), ("Dr/Cr", "Dr", "Cr"), ("S/H", "S", "H"), ("Debet/Kredit", "debet", "kredit")])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_mark_of_credit_makes_costs_smaller(costs, heading, debit, credit, sign):
    text = f"Account;Period;Amount;{heading}\n5000;2024-01;100.00;{debit}\n5000;2024-01;{sign}20.00;{credit}\n5100;2024-01;50.00;{debit}\n"
    assert costs(text)[0] == {"5000": D(80), "5100": D(50)}


def test_marks_that_are_not_known_are_asked(costs):
    question, answers = question_of(costs, "Account;Period;Amount;D/C\n5000;2024-01;100.00;1\n5000;2024-01;20.00;2\n")
    assert question.evidence == ("D/C: 1 on 1, 2 on 1 rows",)
    assert answers == [{"5000": D(-80)}, {"5000": D(80)}, {"5000": D(120)}]


def test_rows_without_a_mark_are_debit_and_said(costs):
    amounts, reading = costs("Account;Period;Amount;D/C\n5000;2024-01;100.00;D\n5000;2024-01;20.00;C\n5100;2024-01;7.00;\n")
    assert amounts == {"5000": D(80), "5100": D(7)}
    assert [p.rows for p in reading.problems if p.code == "no-side"] == [1]


def test_costs_that_are_mostly_negative_are_asked_once(costs):
    text = "Tili;Tilin nimi;Kausi;Toteuma\n5000;Palkat;2024-01;-100,00\n5000;Palkat;2024-02;20,00\n5100;Vuokra;2024-01;-50,00\n;Yhteensä;2024-02;-130,00\n"
    question, answers = question_of(costs, text)
    assert question.choices[0].line == 'costs = { amounts = "negative" }'
    assert answers == [{"5000": D(80), "5100": D(50)}, {"5000": D(-80), "5100": D(-50)}]


def test_costs_by_month_that_are_negative_are_turned_in_every_month(costs):
    text = "Tili;1.2024;2.2024;3.2024\n5000;-1,50;-2;3\n5100;-1;;-1\n"
    mapping = {"version": 1, "file": [{"match": "c.csv", "table": "costs", "costs": {"amounts": "negative"}}]}
    _, reading = costs(text, mapping)
    rows = reading.facts.engine.con.execute("SELECT period, account, amount FROM costs ORDER BY account, period").fetchall()
    assert [(period.month, amount) for period, account, amount in rows if account == "5000"] == [(1, D("1.5")), (2, D(2)), (3, D(-3))]
    assert rows[-1] == (dt.date(2024, 3, 1), "5100", D(1))
    assert question_of(costs, text)[1] == [{"5000": D("0.5"), "5100": D(2)}, {"5000": D("-0.5"), "5100": D(-2)}]


def test_some_negative_costs_are_corrections(costs):
    assert costs("Account;Period;Amount\n5000;2024-01;100\n5100;2024-01;50\n5200;2024-01;-30\n")[0]["5200"] == D(-30)


def test_what_the_mapping_says_of_costs_is_checked():
    with pytest.raises(MappingError, match='amounts of costs are "negative" or "positive"'):
        Mapping.read('version = 1\n[[file]]\ncosts = { amounts = "minus" }\n')
    with pytest.raises(MappingError, match='there is no key "sign" here'):
        Mapping.read('version = 1\n[[file]]\ncosts = { sign = "minus" }\n')
