"""What a discount is: an amount of the line or of one unit, or per cent, as the amounts beside it say; asked where they do not."""

from __future__ import annotations

import tomllib
from decimal import Decimal as D  # noqa: N817

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered

CENT = D("0.01")
ROWS = [(2, "100.00", 10), (5, "49.99", 0), (3, "12.90", 20), (8, "189.00", 5), (1, "25.50", 10), (4, "80.00", 25)]
WAYS = {
    "of the line": lambda quantity, price, rate: (price * quantity * rate / 100).quantize(CENT),
    "negative": lambda quantity, price, rate: -(price * quantity * rate / 100).quantize(CENT),
    "of one unit": lambda _, price, rate: (price * rate / 100).quantize(CENT),
    "negative of one unit": lambda _, price, rate: -(price * rate / 100).quantize(CENT),
    "per cent": lambda *found: D(found[2]),
}


def file_of(rows, way, price="Unit price", net="Line total"):
    """A file whose discount is written in one of the ways, and the list value, discount and net value of its lines."""
    lines, facts = [f"Invoice no;Date;Customer;Item;Qty;{price};Discount" + f";{net}" * bool(net)], []
    for place, (quantity, written, rate) in enumerate(rows):
        of_unit = D(written)
        discount = WAYS[way](quantity, of_unit, rate)
        of_line = abs(discount) * quantity if "unit" in way else (of_unit * quantity * rate / 100).quantize(CENT)
        facts.append((of_unit * quantity, of_line, of_unit * quantity - of_line))
        lines.append(f"{place // 2 + 1};2024-01-{place + 10};C{place % 3};P{place};{quantity};{written};{discount}" + f";{facts[-1][2]}" * bool(net))
    return "\n".join([*lines, ""]), facts


def facts_of(path, mapping=None, engine=None):
    reading = read([path], mapping=tomllib.loads(mapping) if mapping else None, engine=engine)
    return reading, reading.facts.engine.con.execute("SELECT list_value, discount, net_value FROM sale_lines ORDER BY row").fetchall()


@pytest.mark.parametrize("price", ["Unit price", "List price", "Frob"])
@pytest.mark.parametrize("way", WAYS)
def test_a_discount_is_what_leads_to_the_net_value(write, way, price):
    """A price under a heading that nobody knows is the price before the discount where it makes the net value; by amounts of the line it is not needed."""
    text, facts = file_of(ROWS, way, price)
    reading, found = facts_of(write("s.csv", text))
    assert found == facts
    assert [problem.code for problem in reading.problems] == []
    assert facts_of(write("s.csv", text), reading.mapping.as_toml())[1] == facts


@pytest.fixture(scope="module")
def engine():
    return connect()


amounts = st.tuples(st.integers(1, 12), st.integers(500, 99_999).map(lambda cents: str(D(cents) * CENT)), st.sampled_from([0, 5, 10, 15, 25]))


@settings(max_examples=30, phases=(Phase.generate,), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(amounts, min_size=6, max_size=20).filter(lambda rows: sum(quantity > 1 and rate > 0 for quantity, _, rate in rows) >= 4),
    way=st.sampled_from([*WAYS]),
    price=st.sampled_from(["Unit price", "List price", "Frob"]),
)
def test_any_discount_is_what_leads_to_the_net_value(tmp_path, engine, rows, way, price):
    text, facts = file_of(rows, way, price)
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    assert facts_of(path, engine=engine)[1] == facts


@pytest.mark.parametrize("way", ["per cent", "of one unit"])
@pytest.mark.parametrize("price", ["Unit price", "List price", "Frob"])
def test_a_discount_that_all_lines_of_a_document_have_is_of_the_lines_where_amounts_say_so(write, way, price):
    """A customer has one rate for all: it is no amount of the document that its lines repeat."""
    rows = [(2, "100.00", 10), (5, "100.00", 10), (3, "12.90", 20), (8, "12.90", 20), (1, "25.50", 5), (4, "25.50", 5), (2, "80.00", 25), (6, "80.00", 25)]
    text, facts = file_of(rows, way, price)
    assert facts_of(write("s.csv", text))[1] == facts


def test_whole_discounts_that_all_lines_of_a_document_have_are_asked_about_without_a_net_value(write):
    text, facts = file_of([(2, "100.00", 10), (5, "50.00", 10), (3, "12.90", 20), (8, "30.00", 20)], "per cent", "List price", net="")
    path = write("s.csv", text)
    assert facts_of(path, answered("", choices(path, "discount: ")[0]))[1] == facts


def test_a_discount_that_is_called_one_of_a_unit_is_one(write):
    text, facts = file_of(ROWS, "of one unit")
    for heading in ("Discount per unit", "Discount / unit", "Unit discount", "Alennus/kpl", "Rabatt pro Stück"):
        assert facts_of(write("s.csv", text.replace("Discount", heading)))[1] == facts


def choices(path, key):
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (question,) = error.value.questions
    assert question.key.startswith(key)
    return question.choices


@pytest.mark.parametrize("way", ["of the line", "per cent", "of one unit"])
def test_without_a_net_value_the_price_before_any_discount_can_be_answered(write, way):
    text, facts = file_of(ROWS, way, net="")
    path = write("s.csv", text)
    said = {
        "of the line": "before the discount",
        "per cent": "before the discount, and Discount is per cent",
        "of one unit": "before the discount, and Discount is of one unit",
    }
    (choice,) = [choice for choice in choices(path, "price: ") if choice.said == said[way]]
    assert facts_of(path, answered("", choice))[1] == facts


def test_a_discount_above_the_price_is_of_no_unit(write):
    text, _ = file_of([(9, "10.00", 50), (7, "20.00", 25)], "of the line", net="")
    assert not [choice for choice in choices(write("s.csv", text), "price: ") if "unit" in choice.said.replace("Unit price", "")]


WHOLE = "Invoice no;Date;Customer;Item;Qty;Discount;Line total\n1;2024-01-10;Ann;P;2;10;180.00\n2;2024-01-11;Bob;P;3;;45.50\n3;2024-01-12;Ann;P;4;20;32.16\n"


def test_whole_discounts_that_no_amount_decides_are_asked_about(write):
    """Amounts beside them have cents: a discount of 10 is likely per cent."""
    path = write("s.csv", WHOLE)
    offered = choices(path, "discount: ")
    assert [choice.line for choice in offered] == [f'"Discount" = "{ours}"' for ours in ("discount_rate", "discount", "unit_discount")]
    found = [[discount for _, discount, _ in facts_of(path, answered("", choice))[1]] for choice in offered]
    assert found == [[D("20.00"), 0, D("8.04")], [10, 0, 20], [20, 0, 80]]


def test_many_discounts_that_are_whole_halves_are_asked_about_though_they_have_cents(write):
    head, *_ = WHOLE.splitlines()
    lines = [f"{place};2024-01-{place + 10};Ann;P;2;{('5.00', '12.50', '10.00')[place % 3]};{place}1.37" for place in range(12)]
    assert next(choice.said for choice in choices(write("s.csv", "\n".join([head, *lines, ""])), "discount: ")) == "per cent"
    few = facts_of(write("few.csv", "\n".join([head, *lines[:5], ""])))[1]
    assert [discount for _, discount, _ in few] == [D("5.00"), D("12.50"), D("10.00"), D("5.00"), D("12.50")]


@pytest.mark.parametrize(("was", "written"), [(";10;", ";10.50;"), (";20;", ";120;"), (";180.00\n", ";180\n")])
def test_discounts_with_cents_or_above_a_hundred_are_amounts(write, was, written):
    text = WHOLE.replace(was, written)
    if was == ";180.00\n":
        text = text.replace("45.50", "45").replace("32.16", "32")
    _, found = facts_of(write("s.csv", text))
    assert [list_value - net for list_value, _, net in found] == [D(discount or 0) for discount in (line.split(";")[5] for line in text.splitlines()[1:])]


def test_a_blank_discount_is_none(write):
    for heading, first in (("Discount", "20.00"), ("Discount %", "10")):
        text = f"Invoice no;Date;Customer;Item;Qty;List price;{heading}\n1;2024-01-10;Ann;P;2;100.00;{first}\n2;2024-01-11;Bob;P;3;50.00;\n"
        reading, found = facts_of(write("s.csv", text))
        assert (found, reading.problems) == ([(200, 20, 180), (150, 0, 150)], ())
