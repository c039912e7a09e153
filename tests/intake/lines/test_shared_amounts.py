"""Sums of an order on its first line alone: divided among its lines to the cent, with tax or without as the order's total says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.intake import read

HEAD = "Name,Created at,Billing Name,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price,Lineitem discount"
CENT = Decimal("0.01")
ORDERS = [
    ([(3, "12.40"), (1, "24.80")], "0.00", "6.20"),
    ([(2, "99.99")], "0.00", "0.00"),
    ([(1, "10.00"), (1, "10.00"), (1, "10.00")], "5.00", "4.00"),
    ([(7, "0.03"), (1, "49.99")], "0.00", "0.00"),
]
"""What stands on the lines of orders, each with its discount and its freight."""


def shop(orders, *, tax_on_top, head=HEAD):
    """An export of a shop whose prices are without tax (which comes on top), or hold it; and what its orders come to without tax."""
    lines, net = [], []
    for number, (items, discount, of_freight) in enumerate(orders, start=1001):
        value, freight = sum(quantity * Decimal(price) for quantity, price in items) - Decimal(discount), Decimal(of_freight)
        tax = ((value + freight) * Decimal("0.24") / (1 if tax_on_top else Decimal("1.24"))).quantize(CENT)
        total = value + freight + (tax if tax_on_top else 0)
        net.append(total - tax)
        of_order = f"Ann,EUR,{value},{freight},{tax},{total},{discount}"
        for place, (quantity, price) in enumerate(items):
            day = dt.date(2024, 1, number % 28 + 1)
            lines.append(f"#{number},{day} 10:00:00 +0200,{of_order if place == 0 else ',,,,,,'},{quantity},P{place},{price},0.00")
    return "\n".join([head, *lines, ""]), net


def sums(reading):
    """Net value, discount, tax and freight of each order, and how many of its lines are below zero."""
    columns = "document, sum(net_value), sum(discount), sum(tax), coalesce(sum(charges), 0), count(*) FILTER (net_value < 0)"
    sql = f"SELECT {columns} FROM sale_lines GROUP BY 1 ORDER BY 1"
    return reading.facts.engine.con.execute(sql).fetchall()


@pytest.mark.parametrize("tax_on_top", [True, False], ids=["tax comes on top", "prices hold the tax"])
def test_sums_of_orders_are_divided_among_their_lines(write, tmp_path, tax_on_top):
    text, net = shop(ORDERS, tax_on_top=tax_on_top)
    path = write("s.csv", text)
    reading = read([path])
    assert reading.rejected == 0
    assert [value + freight for _, value, _, _, freight, _ in sums(reading)] == net
    assert [discount > 0 for _, _, discount, *_ in sums(reading)] == [False, False, True, False]
    (account,) = reading.files
    assert {column.theirs: column.ours for column in account.columns}["Subtotal"] == ("net_value" if tax_on_top else "gross_value")
    assert any(said.startswith("Subtotal, Taxes and Discount Amount stand on the first line of a document alone") for said in account.said)
    assert sums(read([path], mapping=reading.write_mapping(tmp_path / "map.toml"))) == sums(reading)


def test_each_line_has_its_share_by_price_and_quantity(write):
    reading = read([write("s.csv", shop(ORDERS, tax_on_top=True)[0])])
    lines = reading.facts.engine.con.execute("SELECT net_value, discount FROM sale_lines WHERE document = '#1003' ORDER BY row").fetchall()
    assert lines == [(Decimal("8.33"), Decimal("1.66")), (Decimal("8.33"), Decimal("1.67")), (Decimal("8.34"), Decimal("1.67"))]


@pytest.mark.parametrize("tax_on_top", [True, False], ids=["tax comes on top", "prices hold the tax"])
def test_without_a_total_the_rate_of_the_tax_decides(write, tax_on_top):
    text, net = shop([(items, discount, "0.00") for items, discount, _ in ORDERS], tax_on_top=tax_on_top)
    place = HEAD.split(",").index("Total")
    rows = [line.split(",") for line in text.splitlines()]
    path = write("s.csv", "".join(",".join(row[:place] + row[place + 1 :]) + "\n" for row in rows))
    reading = read([path])
    assert [value for _, value, *_ in sums(reading)] == net
    assert sums(read([path], mapping=reading.mapping)) == sums(reading)


def test_a_mapping_that_says_that_the_value_is_without_tax_is_obeyed(write):
    path = write("s.csv", shop(ORDERS, tax_on_top=False)[0])
    reading = read([path], mapping={"version": 1, "file": [{"match": "*", "columns": {"Subtotal": "net_value"}}]})
    assert [value for _, value, *_ in sums(reading)] == [Decimal("62.00"), Decimal("199.98"), Decimal("25.00"), Decimal("50.20")]


def test_a_discount_of_one_line_is_that_lines(write):
    text = "Invoice,Date,Customer,Product,Quantity,Unit price,Discount,Net amount\n"
    text += (
        "1,2024-01-05,Ann,P1,1,10.00,2.00,8.00\n1,2024-01-05,Ann,P2,1,20.00,,20.00\n2,2024-01-06,Ann,P1,1,10.00,,10.00\n2,2024-01-06,Ann,P2,1,10.00,,10.00\n"
    )
    reading = read([write("s.csv", text)])
    lines = reading.facts.engine.con.execute("SELECT net_value::INTEGER, coalesce(discount, 0)::INTEGER FROM sale_lines ORDER BY row").fetchall()
    assert lines == [(8, 2), (20, 0), (10, 0), (10, 0)]


def test_of_a_list_price_too_a_discount_of_the_order_is_divided(write, tmp_path):
    text = "Order,Date,Customer,Qty,Price,Discount\n" + "".join(f"{i},2024-01-0{i},Ann,2,10,2\n{i},2024-01-0{i},,1,5,\n" for i in range(1, 5))
    path = write("s.csv", text)
    reading = read([path], mapping={"version": 1, "file": [{"match": "*", "columns": {"Price": "unit_list_price"}}]})
    lines = "SELECT list_value, discount, net_value FROM sale_lines ORDER BY row"
    assert reading.rejected == 0
    found = reading.facts.engine.con.execute(lines).fetchall()
    assert found == [(Decimal(20), Decimal("1.6"), Decimal("18.4")), (Decimal(5), Decimal("0.4"), Decimal("4.6"))] * 4
    again = read([path], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert again.facts.engine.con.execute(lines).fetchall() == found


def test_a_row_is_rejected_for_the_column_that_lacks_something(write):
    text = "Order,Date,Customer,Qty,Price,Discount\n1,2024-01-01,Ann,2,10,3\n2,2024-01-02,Ann,,10,3\n3,2024-01-03,Ann,2,10,\n4,2024-01-03,Ann,2,,3\n"
    reading = read([write("s.csv", text)], mapping={"version": 1, "file": [{"match": "*", "columns": {"Price": "unit_list_price"}}]})
    lacking = [(problem.origin.row, problem.origin.column, problem.expected) for problem in reading.problems if problem.code == "missing-value"]
    assert sorted(lacking) == [(3, "Qty", "a quantity"), (5, "Price", "a unit list price")]


def test_the_mapping_of_one_month_divides_the_only_order_of_several_lines_of_the_next(write, tmp_path):
    head = "Order,Date,Customer,Qty,Price,Subtotal,Tax,Discount\n"
    january = head + "".join(f"{i},2024-01-0{i},Ann,2,10,23,4.6,2\n{i},2024-01-0{i},,1,5,,,\n" for i in range(1, 5))
    mapping = read([write("o1.csv", january)]).write_mapping(tmp_path / "map.toml")
    mapping.write_text(mapping.read_text().replace("o1.csv", "o*.csv"))
    february = write("o2.csv", head + "20,2024-02-01,Ann,2,10,23,4.6,2\n20,2024-02-01,,1,5,,,\n21,2024-02-02,Bob,2,10,18,3.6,2\n")
    reading = read([february], mapping=mapping)
    lines = "SELECT customer_key, net_value, tax, discount FROM sale_lines ORDER BY row"
    found = reading.facts.engine.con.execute(lines).fetchall()
    assert reading.rejected == 0
    assert found == [
        ("Ann", Decimal("18.4"), Decimal("3.68"), Decimal("1.6")),
        ("Ann", Decimal("4.6"), Decimal("0.92"), Decimal("0.4")),
        ("Bob", Decimal(18), Decimal("3.6"), Decimal(2)),
    ]
    again = read([february], mapping=reading.write_mapping(tmp_path / "again.toml"))
    assert again.facts.engine.con.execute(lines).fetchall() == found


def test_one_order_alone_shows_nothing_and_binds_no_month_after_it(write, tmp_path):
    head = "Order,Date,Customer,Qty,Price,Subtotal,Tax\n"
    net = {"version": 1, "file": [{"match": "*", "columns": {"Subtotal": "net_value"}}]}
    one = read([write("o1.csv", head + "1,2024-01-01,Ann,2,10,25,5\n1,2024-01-01,,1,5,,\n")], mapping=net)
    assert one.rejected == 1
    mapping = one.write_mapping(tmp_path / "map.toml")
    mapping.write_text(mapping.read_text().replace("o1.csv", "o*.csv"))
    text = head + "".join(f"{i},2024-02-0{i},Ann,2,10,25,5\n{i},2024-02-0{i},,1,5,,\n" for i in range(1, 5))
    assert read([write("o2.csv", text)], mapping=mapping).rejected == 0


ITEMS = st.lists(st.tuples(st.integers(1, 9), st.decimals("0.01", "999.99", places=2).map(str)), min_size=1, max_size=5)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(ITEMS, st.sampled_from(["0.00"]), st.sampled_from(["0.00", "4.90"])), min_size=3, max_size=8), st.booleans())
def test_shares_come_to_the_sums_of_all_orders(tmp_path_factory, orders, tax_on_top):
    orders = [*orders, *ORDERS]
    text, net = shop(orders, tax_on_top=tax_on_top)
    path = tmp_path_factory.mktemp("shop") / "s.csv"
    path.write_text(text)
    reading = read([path])
    assert [value + freight for _, value, _, _, freight, _ in sums(reading)] == net
    assert not any(below for *_, below in sums(reading))


@pytest.mark.parametrize("place", [0, 1], ids=["before the discount", "after it"])
def test_a_discount_of_the_order_on_each_of_its_lines_counts_once(write, place):
    """As plugins of web shops export it, with the price as "item cost"."""
    head = "Order Number,Order Date,Customer,SKU,Quantity,Item Cost,Discount Amount"
    orders = [[(1, "30.00"), (2, "10.00"), (1, "50.00")], [(3, "20.00"), (1, "40.00")], [(1, "25.00")]]
    lines = [f"{n},2024-01-{n + 1:02d},Ann,P{i},{q},{p},{10 * (n + 1)}.00" for n, order in enumerate(orders) for i, (q, p) in enumerate(order)]
    path = write("s.csv", "\n".join([head, *lines, ""]))
    with pytest.raises(AnswerNeededError, match="no column is known as the amount") as asked:
        read([path])
    reading = read([path], mapping={"version": 1, "file": [{"match": "s.csv", **asked.value.questions[0].choices[place].settings}]})
    sql = "SELECT order_number, sum(discount), sum(net_value), sum(list_value) FROM sale_lines GROUP BY 1 ORDER BY 1"
    found = [tuple(map(int, row)) for row in reading.facts.engine.con.execute(sql).fetchall()]
    whole = [100, 100, 25]
    less = [10, 20, 30]
    right = [(n, d, w - d, w) if place == 0 else (n, d, w, w + d) for n, (w, d) in enumerate(zip(whole, less, strict=True))]
    assert found == right
    again = read([path], mapping=reading.mapping)
    assert [tuple(map(int, row)) for row in again.facts.engine.con.execute(sql).fetchall()] == right
