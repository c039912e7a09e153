"""Rows that may be no sales by their kind or state: asked about once a file, with choices that work, and left out where the mapping says so."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered as with_answer
from goodterms.intake.mapping.mapping_file import Mapping


@pytest.fixture
def sales(write):
    """Read a file whose lines have these kinds, states and amounts, and invoices of 10.00 where nothing is said."""

    def _sales(kinds=(), states=(), net=(), mapping=None, column="Document type", state="Status"):
        count = max(len(kinds), len(states))
        columns = {column: kinds, state: states, "Net amount": net or ["10,00"] * count}
        held = {name: values for name, values in columns.items() if values}
        rows = zip(*held.values(), strict=True)
        lines = "".join(f"{number};2023-01-{number % 28 + 1:02};Ann;{';'.join(row)}\n" for number, row in enumerate(rows, start=1))
        return read([write("s.csv", f"Invoice No;Date;Customer;{';'.join(held)}\n{lines}")], mapping=mapping)

    return _sales


@pytest.fixture
def asked(sales):
    """The one question that a file leads to."""

    def _asked(*args, **kwargs):
        with pytest.raises(AnswerNeededError) as error:
            sales(*args, **kwargs)
        (question,) = error.value.questions
        return question

    return _asked


def amounts(reading):
    return [int(net) for (net,) in reading.facts.engine.con.execute("SELECT net_value FROM sale_lines ORDER BY row").fetchall()]


def answered(choice):
    return Mapping.read(with_answer("", choice))


def readings(sales, question, *args, **kwargs):
    """What each choice says, and the amounts that it leads to."""
    return {option.said: amounts(sales(*args, **kwargs, mapping=answered(option))) for option in question.choices}


def test_a_word_that_is_not_known_beside_a_credit_note_is_asked(sales, asked):
    kinds = ["Invoice", "Credit note", "Adjustment"]
    question = asked(kinds)
    assert question.sentence.endswith("s.csv: what are the rows whose Document type is Adjustment?")
    assert question.evidence == ("Document type: Adjustment on 1, Credit note on 1, Invoice on 1 lines",)
    assert list(readings(sales, question, kinds).items()) == [
        ("sales like the others", [10, -10, 10]),
        ("credit notes", [10, -10, -10]),
        ("no sales: they are left out", [10, -10]),
        ("Document type says something else, and is an attribute", [10, 10, 10]),
    ]


def test_an_unknown_word_whose_amounts_alone_are_negative_is_likely_a_credit_note(asked):
    question = asked(["Invoice", "Invoice", "Chargeback"], net=["10,00", "20,00", "-5,00"])
    assert (question.choices[0].settings, question.evidence[-1]) == ({"kinds": {"Chargeback": "credit note"}}, "all amounts of Chargeback are negative")


@pytest.mark.parametrize(
    ("kinds", "first", "net"),
    [
        (["Rechnung", "Gutschrift", "Angebot", "Auftrag", "Mahnung"], {"Angebot": "-", "Auftrag": "-", "Mahnung": "-"}, [10, -10]),
        (["RE", "GU", "AB", "LS"], {"AB": "-", "LS": "-"}, [10, -10]),
        (["RE", "Frobs"], {"Frobs": "invoice", "RE": "invoice"}, [10, 10]),
        (["GU", "", ""], {"GU": "credit note"}, [-10, 10, 10]),
        (["Invoice", "Receipt"], {"Receipt": "invoice"}, [10, 10]),
        (["Lieferschein", "Lieferschein"], {"Lieferschein": "invoice"}, [10, 10]),
        (["Angebot", "Lieferschein"], {"Angebot": "invoice", "Lieferschein": "invoice"}, [10, 10]),
        (["Invoice", "Opening balance", "Saldo"], {"Opening balance": "-", "Saldo": "-"}, [10]),
        (["Lasku", "Alkusaldo"], {"Alkusaldo": "-"}, [10]),
        (["Adjustment", "Payment", "Credit note"], {"Payment": "-", "Adjustment": "invoice"}, [10, -10]),
    ],
)
def test_one_question_a_column_has_the_likely_reading_of_all_its_words_first(sales, asked, kinds, first, net):
    question = asked(kinds)
    assert question.choices[0].settings == {"kinds": first}
    assert amounts(sales(kinds, mapping=answered(question.choices[0]))) == net


def test_kinds_and_states_are_asked_about_in_one_question(sales, asked):
    rows = (["RE", "GU", "AB", "RE"], ["offen", "bezahlt", "offen", "storniert"])
    question = asked(*rows, column="Belegart")
    assert question.sentence.endswith("s.csv: what are the rows whose Belegart is AB, and whose Status is storniert?")
    assert question.evidence == ("Belegart: AB on 1, GU on 1, RE on 2 lines", "Status: bezahlt on 1, offen on 2, storniert on 1 lines")
    assert readings(sales, question, *rows, column="Belegart") == {
        "no sales: they are left out": [10, -10],
        "storniert: left out; AB: sales": [10, -10, 10],
        "AB: left out; storniert: sales": [10, -10, 10],
        "sales like the others": [10, -10, 10, 10],
        "Belegart says something else, and is an attribute": [10, 10, 10],
    }


def test_of_few_words_each_may_be_answered_apart(sales, asked):
    kinds = ["Invoice", "Chargeback", "Fee", "Credit note"]
    found = readings(sales, asked(kinds), kinds)
    assert (found["Fee: sales; Chargeback: credit notes"], found["Fee: left out; Chargeback: sales"]) == ([10, -10, 10, -10], [10, 10, -10])


def test_every_word_of_a_long_list_is_known_or_asked(sales, asked):
    kinds = ["Invoice", *(f"A{letter}{other}" for letter in "BCDEFGHI" for other in "BCDEFGHI"), "Return", "Zorb"]
    question = asked(kinds)
    assert len(question.choices[0].settings["kinds"]) == len(kinds) - 2
    assert "Zorb" in question.choices[0].settings["kinds"]
    assert sum(amounts(sales(kinds, mapping=answered(question.choices[0])))) == 10 * (len(kinds) - 2)


def test_rows_of_payments_and_orders_are_left_out_and_listed(sales, asked):
    kinds = ["Invoice", "Payment", "Pro forma", "Credit note"]
    reading = sales(kinds, mapping=answered(asked(kinds).choices[0]))
    (account,) = reading.files
    assert amounts(reading) == [10, -10]
    assert (account.physical, account.accepted, account.set_aside) == (5, 2, 3)
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows] == [(1, "header"), (3, "left out as Payment"), (4, "left out as Pro forma")]
    assert [(p.code, p.sentence) for p in reading.problems] == [("rows-left-out", "2 rows are left out, as the mapping says: Payment on 1, Pro forma on 1.")]


def test_a_code_keeps_its_meaning_when_the_rows_beside_it_are_left_out(sales, asked):
    kinds = ["GU", "AB", "GU"]
    assert amounts(sales(kinds, mapping=answered(asked(kinds).choices[0]))) == [-10, -10]


def test_answers_on_words_are_kept_and_those_of_next_month_are_asked(sales, asked):
    reading = sales(["Invoice", "Payment"], mapping={"version": 1, "file": [{"match": "s.csv", "kinds": {"payment": "-"}}]})
    assert (amounts(reading), reading.mapping.files[0].credit_notes) == ([10], None)
    assert amounts(sales(["Payment", "Credit note"], mapping=reading.mapping)) == [-10]
    assert asked(["Invoice", "Order", "Credit note"], mapping=reading.mapping).sentence.endswith("whose Document type is Order?")


def test_payments_are_asked_about_although_the_mapping_says_how_credit_notes_are_known(asked):
    question = asked(["Invoice", "Payment", "Adjustment"], mapping={"version": 1, "file": [{"match": "s.csv", "credit_notes": "negative"}]})
    assert question.sentence.endswith("whose Document type is Payment?")


@pytest.mark.parametrize("kinds", [["Receipt", "Refund"], ["Order", "Refund"]])
def test_receipts_and_orders_are_sales_where_there_are_no_invoices(sales, kinds):
    assert amounts(sales(kinds)) == [10, -10]


@pytest.mark.parametrize("kinds", [["ZF2", "ZF2"], ["RE", "RE"], ["Frobs", "Frobs"], ["Sales order", "Web order"]])
def test_what_tells_no_rows_apart_is_not_asked(sales, kinds):
    assert amounts(sales(kinds)) == [10, 10]


def test_cancelled_invoices_and_drafts_of_a_column_of_states_are_asked(sales, asked):
    states = ["Posted", "Cancelled", "Draft"]
    assert readings(sales, asked(states=states), states=states) == {
        "no sales: they are left out": [10],
        "sales like the others": [10, 10, 10],
        "Draft: left out; Cancelled: sales": [10, 10],
        "Cancelled: left out; Draft: sales": [10, 10],
    }
    assert amounts(sales(states=["Posted", "Paid"])) == [10, 10]


def test_a_state_that_is_denied_is_not_asked(sales, asked):
    assert amounts(sales(states=["Not cancelled", "Not cancelled"])) == [10, 10]
    states = ["Not cancelled", "Cancelled"]
    assert amounts(sales(states=states, mapping=answered(asked(states=states).choices[0]))) == [10]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("Order Status", ["Completed", "Refunded"]),
        ("Financial Status", ["paid", "refunded"]),
        ("Tila", ["Maksettu", "Palautettu"]),
        ("Status", ["Betald", "Återbetald"]),
    ],
)
def test_what_was_given_back_is_asked_about(sales, asked, state, words):
    question = asked(states=words, state=state)
    assert list(readings(sales, question, states=words, state=state).items()) == [
        ("no sales: they are left out", [10]),
        ("sales like the others", [10, 10]),
        ("credit notes", [10, -10]),
    ]


def test_what_was_given_back_in_part_likely_counts(sales, asked):
    states = ["Completed", "Refunded", "Partially refunded"]
    question = asked(states=states)
    assert question.choices[0].said == "Refunded: left out; Partially refunded: sales"
    assert readings(sales, question, states=states)["Partially refunded: sales; Refunded: credit notes"] == [10, -10, 10]


def test_what_was_given_back_likely_counts_where_credit_notes_stand_beside_it(sales, asked):
    rows = (["Invoice", "Invoice", "Credit note"], ["Paid", "Refunded", "Paid"])
    assert readings(sales, asked(*rows), *rows) == {"sales like the others": [10, 10, -10], "no sales: they are left out": [10, -10]}
    assert asked(states=["Paid", "Refunded", "Paid"], net=["10,00", "10,00", "-10,00"]).choices[0].said == "sales like the others"


def test_purchases_are_spoken_of_as_purchases(sales, write):
    path = write("p.csv", "Invoice No;Date;Supplier;Document type;Net amount\n1;2023-01-05;S;Invoice;10\n2;2023-01-06;S;Frobs;20\n")
    sold = write("s.csv", "Invoice No;Date;Customer;Net amount\n1;2023-01-05;Ann;10\n")
    with pytest.raises(AnswerNeededError, match="whose Document type is Frobs") as error:
        read([sold], purchases=[path])
    choices = error.value.questions[0].choices
    assert [option.said for option in choices] == [
        "purchases like the others",
        "credit notes",
        "no purchases: they are left out",
        "Document type says something else, and is not used",
    ]
    found = [
        read([sold], purchases=[path], mapping=answered(option)).facts.engine.con.execute("SELECT sum(net_value) FROM purchase_lines").fetchone()
        for option in choices
    ]
    assert found == [(30,), (-10,), (10,), (30,)]


def test_states_that_would_leave_no_row_are_likely_sales(sales, asked):
    question = asked(states=["Draft", "Draft"])
    assert list(readings(sales, question, states=["Draft", "Draft"]).items()) == [("sales like the others", [10, 10]), ("no sales: they are left out", [])]
    assert asked(states=["Draft", ""]).choices[0].said == "no sales: they are left out"
    none = sales(states=["Draft", "Draft"], mapping=answered(question.choices[1]))
    assert amounts(sales(states=["Draft", "Draft"], mapping=none.mapping)) == []


def test_a_state_that_is_a_word_for_a_credit_note_likely_makes_one(sales, asked):
    states = ["Payée", "Avoir"]
    question = asked(states=states, state="Statut")
    assert question.choices[0].said == "credit notes"
    reading = sales(states=states, state="Statut", mapping=answered(question.choices[0]))
    assert (amounts(reading), amounts(sales(states=states, state="Statut", mapping=reading.mapping))) == ([10, -10], [10, -10])
    assert asked(states=states, state="Statut", net=["10,00", "-10,00"]).choices[0].said == "sales like the others"


def test_orders_that_are_not_paid_are_answered_apart_from_failed_ones(sales, asked):
    states = ["completed", "processing", "pending", "on-hold", "failed", "cancelled", "refunded"]
    question = asked(states=states, state="Order Status")
    assert question.choices[0].said == "cancelled, failed, pending, refunded: left out; on-hold: sales"
    found = readings(sales, question, states=states, state="Order Status")
    assert found["cancelled, failed, refunded: left out; on-hold, pending: sales"] == [10] * 4
    assert found["no sales: they are left out"] == [10] * 2


@pytest.mark.parametrize(("column", "said"), [("Type", "Type says something else, and is an attribute"), ("Belegart", "no sales: they are left out")])
def test_codes_under_a_general_heading_that_make_invoices_the_fewer_lines_are_likely_no_kinds(asked, column, said):
    assert asked(["AU", "BE", "RE", "ST"], column=column).choices[0].said == said


def test_a_file_of_which_no_row_is_left_is_said(sales):
    reading = sales(["Payment", "Order"], mapping={"version": 1, "file": [{"match": "s.csv", "kinds": {"payment": "-", "Order": "-"}}]})
    (problem,) = [problem for problem in reading.problems if problem.code == "no-row-left"]
    assert (amounts(reading), problem.sentence) == ([], "No row is left: all of its rows are Payment or Order, which the mapping leaves out.")
    assert problem.action.endswith('kinds = { Payment = "invoice" }.')


def test_cancelled_purchases_stay_left_out_and_a_new_word_is_asked_with_the_written_mapping(write, tmp_path):
    text = "Bill;Date;Supplier;Status;Net amount\n" + "".join(f"{i};2024-01-0{i};S;{'cancelled' if i == 2 else 'done'};{i}\n" for i in range(1, 5))
    path = write("p.csv", text)
    mapping = {"version": 1, "file": [{"match": "*", "table": "purchase_lines", "kinds": {"cancelled": "-"}}]}
    reading = read([], purchases=[path], mapping=mapping)
    values = "SELECT net_value::INTEGER FROM purchase_lines ORDER BY row"
    assert reading.facts.engine.con.execute(values).fetchall() == [(1,), (3,), (4,)]
    written = reading.write_mapping(tmp_path / "map.toml")
    assert read([], purchases=[path], mapping=written).facts.engine.con.execute(values).fetchall() == [(1,), (3,), (4,)]
    write("p.csv", text.replace("4;2024-01-04;S;done", "4;2024-01-04;S;void"))
    with pytest.raises(AnswerNeededError, match="whose Status is void"):
        read([], purchases=[path], mapping=written)
