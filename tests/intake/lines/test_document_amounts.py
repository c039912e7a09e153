"""Amounts of whole documents that their lines do not hold: a discount of the invoice and what was given back of an order are asked about, and divided."""

from __future__ import annotations

import tomllib
from decimal import Decimal as D  # noqa: N817

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered

CENT = D("0.01")
INVOICES = [
    ([(5, "50.00"), (4, "9.90")], "28.96"),
    ([(6, "50.00")], "0"),
    ([(1, "9.90"), (2, "50.00"), (8, "9.90")], "18.91"),
    ([(3, "7.77"), (1, "0.10")], "1.17"),
]


def invoices(orders, *, total=True, discount="Entity Discount Amount", first_alone=False):
    """Invoices whose discount each of their lines repeats, as the value before it and the total with tax."""
    lines = ["Invoice Date,Invoice Number,Customer Name,SubTotal,Total,Item Name,Quantity,Item Price,Item Total,Item Tax %," + discount]
    for number, (items, off) in enumerate(orders, start=1):
        value = sum(quantity * D(price) for quantity, price in items)
        whole = ((value - D(off)) * D("1.24")).quantize(CENT) if total else ""
        for place, (quantity, price) in enumerate(items):
            said = off if place == 0 or not first_alone else ""
            lines.append(f"2024-01-{number:02d},INV-{number},Client {number % 3},{value},{whole},P{place},{quantity},{price},{quantity * D(price)},24,{said}")
    return "\n".join([*lines, ""])


def question(path, mapping=None):
    with pytest.raises(AnswerNeededError) as error:
        read([path], mapping=mapping)
    (asked,) = error.value.questions
    return asked


def facts(reading, columns="sum(list_value), sum(discount), sum(net_value), sum(tax)"):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines GROUP BY document ORDER BY min(row)").fetchall()


@pytest.mark.parametrize("first_alone", [False, True], ids=["on each line", "on the first line"])
def test_a_discount_of_the_document_is_divided_once_asked(write, first_alone):
    path = write("i.csv", invoices(INVOICES, first_alone=first_alone))
    asked = question(path)
    assert "Entity Discount Amount may be a discount of the document, 49.04 on 3 documents, and the amounts of the lines do not hold it." in asked.sentence
    assert "come to Total." in asked.sentence
    assert [choice.said[:3].strip(":") for choice in asked.choices] == ["yes", "no"]
    reading = read([path], mapping=tomllib.loads(answered("", asked.choices[0])))
    values = [(sum(quantity * D(price) for quantity, price in items), D(off)) for items, off in INVOICES]
    right = [(value, off, value - off, (value - off) * D("0.24")) for value, off in values]
    assert facts(reading) == right
    again = read([path], mapping=tomllib.loads(reading.mapping.as_toml()))
    assert facts(again, "list(net_value ORDER BY row)") == facts(reading, "list(net_value ORDER BY row)")
    in_full = read([path], mapping=tomllib.loads(answered("", asked.choices[1])))
    assert [net for *_, net, _ in facts(in_full, "0, 0, sum(net_value), 0")] == [value for value, _ in values]


def test_without_a_total_that_proves_it_the_lines_likely_count_in_full(write):
    asked = question(write("i.csv", invoices(INVOICES, total=False)))
    assert [choice.line for choice in asked.choices] == [
        '"Entity Discount Amount" = "attribute:entity_discount_amount"',
        '"Entity Discount Amount" = "document_discount"',
    ]


def test_what_is_no_discount_of_documents_is_not_asked_about(write):
    """A column of another name; amounts that differ on the lines of a document; those of which all are nothing."""
    text = invoices(INVOICES)
    head, *lines = text.splitlines()
    of_lines = "\n".join([head, *(f"{line.rpartition(',')[0]},{place}.50" for place, line in enumerate(lines)), ""])
    nothing = invoices([(of, "0") for of, _ in INVOICES])
    for number, other in enumerate((text.replace("Entity Discount", "Entity Frob"), of_lines, nothing)):
        reading = read([write(f"{number}.csv", other)])
        assert facts(reading, "sum(net_value)") == [(sum(quantity * D(price) for quantity, price in of),) for of, _ in INVOICES]


def test_a_discount_of_the_document_needs_what_divides_it(write):
    path = write("i.csv", invoices(INVOICES).replace("Item Price", "Frob"))
    with pytest.raises(MappingError, match="Entity Discount Amount is a discount of the document, which is divided among its lines by price and quantity"):
        read([path], mapping={"version": 1, "file": [{"match": "*", "columns": {"Entity Discount Amount": "document_discount"}}]})


@pytest.fixture(scope="module")
def engine():
    return connect()


items = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 99_999).map(lambda cents: str(D(cents) * CENT))), min_size=1, max_size=5)


@settings(max_examples=25, phases=(Phase.generate,), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(items, st.integers(0, 90)), min_size=1, max_size=8))
def test_the_shares_of_a_discount_come_to_it(tmp_path, engine, of_rates):
    orders = [(of, str((sum(quantity * D(price) for quantity, price in of) * rate / 100).quantize(CENT))) for of, rate in of_rates]
    path = tmp_path / "i.csv"
    path.write_text(invoices(orders), encoding="utf-8")
    reading = read([path], mapping={"version": 1, "file": [{"match": "*", "columns": {"Entity Discount Amount": "document_discount"}}]}, engine=engine)
    values = [(sum(quantity * D(price) for quantity, price in of), D(off)) for of, off in orders]
    assert facts(reading, "sum(list_value), sum(discount), sum(net_value)") == [(value, off, value - off) for value, off in values]


# What was given back ----------------------------------------------------------------------------------------------------------------------------------------

ORDERS = [
    ("paid", [(2, "12.40"), (1, "24.80")], "0.00"),
    ("partially_refunded", [(1, "12.40"), (1, "49.60")], "12.40"),
    ("paid", [(2, "99.20")], "0.00"),
    ("partially_refunded", [(3, "24.80"), (1, "12.40")], "37.20"),
]
KINDS = {"kinds": {"partially_refunded": "invoice"}}


def shop(*, tax_on_top=False):
    lines = ["Name,Financial Status,Created at,Billing Name,Subtotal,Shipping,Taxes,Total,Refunded Amount,Lineitem quantity,Lineitem name,Lineitem price"]
    for number, (state, of, back) in enumerate(ORDERS, start=1001):
        value = sum(quantity * D(price) for quantity, price in of)
        tax = (value * D("0.24") / (1 if tax_on_top else D("1.24"))).quantize(CENT)
        of_order = f"{state},2024-01-{number - 1000:02d} 10:00:00 +0100,Ann,{value},0.00,{tax},{value + tax * tax_on_top},{back}"
        for place, (quantity, price) in enumerate(of):
            order = of_order if place == 0 else f",2024-01-{number - 1000:02d} 10:00:00 +0100,,,,,,"
            lines.append(f"#{number},{order},{quantity},P{place},{price}")
    return "\n".join([*lines, ""])


def test_what_was_given_back_of_orders_is_a_rebate_once_asked(write):
    """Prices hold the tax, and so does the refund: 12.40 is 10.00 without it."""
    path, mapping = write("o.csv", shop()), {"version": 1, "file": [{"match": "*", **KINDS}]}
    asked = question(path, mapping)
    assert "Refunded Amount may be what was given back of the document, 49.60 on 2 documents" in asked.sentence
    assert [choice.line for choice in asked.choices] == ['"Refunded Amount" = "rebate"', '"Refunded Amount" = "attribute:refunded_amount"']
    taken, left = ({"version": 1, "file": [{"match": "*", **KINDS, **choice.settings}]} for choice in asked.choices)
    reading = read([path], mapping=taken)
    assert facts(reading, "sum(net_value), sum(rebate)") == [(40, 0), (50, 10), (160, 0), (70, 30)]
    again = read([path], mapping=tomllib.loads(reading.mapping.as_toml()))
    assert facts(again, "list(rebate ORDER BY row)") == facts(reading, "list(rebate ORDER BY row)")
    assert facts(read([path], mapping=left), "sum(net_value)") == [(40,), (50,), (160,), (70,)]


def test_what_was_given_back_with_a_tax_on_top_is_named_with_its_sum(write):
    reading = read([write("o.csv", shop(tax_on_top=True))], mapping={"version": 1, "file": [{"match": "*", **KINDS}]})
    (said,) = [problem.sentence for problem in reading.problems if problem.code == "amounts-not-counted"]
    assert said.endswith("Refunded Amount says 49.60 on 2 documents, and is not taken off.")
