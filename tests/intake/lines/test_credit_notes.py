"""Credit notes by what files call them: known words and codes, and a question where others stand beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered as with_answer
from goodterms.intake.mapping.mapping_file import Mapping

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


@pytest.mark.parametrize("column", ["D/C", "Debit/Credit"])
def test_letters_of_debit_and_credit_are_known_where_the_column_says_so(sales, column):
    assert amounts(sales("D", "C", "D", column=column)) == [10, -10, 10]


def test_letters_that_make_most_lines_credit_notes_are_asked(sales):
    with pytest.raises(AnswerNeededError, match="which values of D/C are credit notes") as error:
        sales("C", "C", "D", column="D/C")
    (question,) = error.value.questions
    assert question.evidence == ("D/C: C on 2, D on 1 lines",)
    assert [choice.said for choice in question.choices] == ["D", "C", "none of them"]
    assert amounts(sales("C", "C", "D", column="D/C", mapping=answered(question.choices[0]))) == [10, 10, -10]


def answered(*choices):
    """A mapping with these answers, one after another."""
    text = ""
    for choice in choices:
        text = with_answer(text, choice)
    return Mapping.read(text)


@pytest.mark.parametrize(("column", "kinds"), [("D/C", ["H", "H", "S"]), ("Soll/Haben", ["H", "H", "S"]), ("Debet/Kredit", ["Kredit", "Kredit", "Debet"])])
def test_sides_of_a_ledger_that_make_most_lines_credit_notes_are_asked(sales, column, kinds):
    with pytest.raises(AnswerNeededError, match=f"which values of {column} are credit notes") as error:
        sales(*kinds, column=column)
    assert amounts(sales(*kinds, column=column, mapping=answered(error.value.questions[0].choices[0]))) == [10, 10, -10]


def test_one_side_of_a_ledger_on_all_rows_likely_tells_no_credit_notes(sales):
    with pytest.raises(AnswerNeededError, match="which values of D/C are credit notes") as error:
        sales("C", "C", column="D/C")
    likely, credited = error.value.questions[0].choices
    assert amounts(sales("C", "C", column="D/C", mapping=answered(likely))) == [10, 10]
    assert amounts(sales("C", "C", column="D/C", mapping=answered(credited))) == [-10, -10]


@pytest.mark.parametrize(("place", "net"), [(0, [110, 50, -20]), (1, [-110, -50, 20])])
def test_sales_that_are_mostly_negative_are_asked_about(sales, place, net):
    nets = ["-110,00", "-50,00", "20,00"]
    with pytest.raises(AnswerNeededError, match=r"2 of 3 amounts are negative\. Are they returns, or sales") as error:
        sales("", "", "", net=nets)
    reading = sales("", "", "", net=nets, mapping=answered(error.value.questions[0].choices[place]))
    assert amounts(reading) == net
    assert amounts(sales("", "", "", net=nets, mapping=reading.mapping)) == net


def test_negative_purchases_are_asked_about_as_purchases(tmp_path, sales):
    (tmp_path / "p.csv").write_text("Invoice No;Date;Supplier;Net amount\n1;2023-01-05;S;-10\n2;2023-01-06;S;-20\n")
    sales("", "")

    def read_purchases(mapping=None):
        return read([tmp_path / "s.csv"], purchases=[tmp_path / "p.csv"], mapping=mapping)

    with pytest.raises(AnswerNeededError, match="Are they returns, or purchases written as money that goes out") as error:
        read_purchases()
    (question,) = error.value.questions
    assert "sales" not in f"{question.sentence} {[option.said for option in question.choices]}"
    reading = read_purchases(answered(question.choices[0]))
    assert reading.facts.engine.con.execute("SELECT net_value FROM purchase_lines ORDER BY row").fetchall() == [(10,), (20,)]
    assert "Purchases are written as negative amounts: they are turned." in [sentence for account in reading.files for sentence in account.said]


OPPOSITE = "Invoice No;Date;Customer;Quantity;Unit price;Net amount\n"


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        ("1;2023-01-05;A;-2;50,00;-100,00\n2;2023-01-05;A;-1;30,00;-30,00\n", "sales: all signs are turned"),
        ("1;2023-01-05;A;2;50,00;-90,00\n2;2023-01-05;A;1;30,00;-20,00\n", "sales: all signs are turned"),
        ("1;2023-01-05;A;2;50,00;-100,00\n2;2023-01-05;A;1;30,00;-30,00\n", "sales: all signs are turned"),
        ("CN1;2023-01-05;A;2;50,00;-100,00\nCN2;2023-01-05;A;1;30,00;-30,00\n", "returns and credit notes"),
    ],
    ids=["both negative", "another amount", "price × quantity with the other sign", "numbers of credit notes"],
)
def test_negative_amounts_are_asked_about_whatever_their_price(tmp_path, lines, first):
    path = tmp_path / "s.csv"
    path.write_text(OPPOSITE + lines)
    with pytest.raises(AnswerNeededError, match="2 of 2 amounts are negative") as error:
        read([path])
    assert error.value.questions[0].choices[0].said == first


def test_quantities_beside_sales_written_negative_stay(tmp_path):
    (tmp_path / "s.csv").write_text("Invoice No;Date;Customer;Qty;List value;Net amount\n1;2023-01-05;A;2;100;-90\n2;2023-01-05;A;1;50;-50\n")
    reading = read([tmp_path / "s.csv"], mapping={"version": 1, "file": [{"match": "s.csv", "credit_notes": "positive"}]})
    found = reading.facts.engine.con.execute("SELECT quantity, list_value, discount, net_value FROM sale_lines ORDER BY row").fetchall()
    assert [tuple(map(int, row)) for row in found] == [(2, 100, 10, 90), (1, 50, 0, 50)]


def test_credit_notes_are_only_spoken_of_where_there_are_any(sales):
    assert "Documents with a negative total are credit notes." not in sales("", "").files[0].said
    assert "Documents with a negative total are credit notes." in sales("", "", net=["10,00", "-5,00"]).files[0].said


def test_credit_notes_of_both_signs_are_said(sales):
    reading = sales("Invoice", "Credit note", "Credit note", "Credit note", net=["10,00", "10,00", "10,00", "-10,00"])
    assert amounts(reading) == [10, -10, -10, 10]
    assert [(p.code, p.rows) for p in reading.problems] == [("credit-notes-of-both-signs", 1)]


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


ALL_POSITIVE = [
    ("credit.csv", "Credit Note Number,Credit Note Date,Customer,Net amount\n14,2023-04-22,Ann,52.00\n17,2023-05-13,Bob,32.00\n"),
    ("a.csv", "Document number,Date,Customer,Net amount\nGS-14,2023-04-22,Ann,52.00\nGS-17,2023-05-13,Bob,32.00\n"),
    ("kreditfakturor.csv", "Fakturanr,Datum,Kund,Summa\n14,2023-04-22,Ann,52.00\n17,2023-05-13,Bob,32.00\n"),
]


@pytest.mark.parametrize(("name", "text"), ALL_POSITIVE, ids=["heading", "numbers", "name of the file"])
def test_a_file_of_credit_notes_alone_is_asked(write, name, text):
    path = write(name, text)
    with pytest.raises(AnswerNeededError, match="Are they credit notes, or sales") as asked:
        read([path])
    sums = []
    for option in asked.value.questions[0].choices:
        reading = read([path], mapping={"version": 1, "file": [{"match": name, **option.settings}]})
        assert amounts(read([path], mapping=reading.mapping)) == amounts(reading)
        sums.append(sum(amounts(reading)))
    assert sums == [-84, 84]
