"""A cost is of the line or of one unit: as the margin beside it says, whatever its heading."""

from __future__ import annotations

from decimal import Decimal as D  # noqa: N817

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read

LINES = [(quantity, D(10) + quantity, D(6) + quantity % 3) for quantity in range(2, 12)]
"""Quantity, price and cost of one unit."""


def sales(write, cost, margin="", *, of_line):
    lines = []
    for number, (quantity, price, each) in enumerate(LINES, start=1):
        net, whole = price * quantity, each * quantity
        stated = {"": [], "amount": [net - whole], "per cent": [((net - whole) * 100 / net).quantize(D("0.1"))]}[margin]
        lines.append([number, f"2024-02-{number:02d}", "Ann", "P", quantity, net, whole if of_line else each, *stated])
    heads = ["Invoice", "Date", "Customer", "Item", "Quantity", "Net amount", cost, *({"amount": ["Gross profit"], "per cent": ["GM %"]}.get(margin, []))]
    return write("s.csv", "\n".join(",".join(map(str, row)) for row in [heads, *lines]) + "\n")


def cost_of(reading):
    return reading.facts.engine.con.execute("SELECT sum(product_cost) FROM sale_lines").fetchone()[0]


WHOLE = sum(quantity * each for quantity, _, each in LINES)


@pytest.mark.parametrize("margin", ["amount", "per cent"])
@pytest.mark.parametrize(("cost", "of_line"), [("Unit cost", True), ("Cost", False), ("Unit cost", False), ("Cost", True)])
def test_the_margin_says_what_a_cost_is_of(write, margin, cost, of_line):
    reading = read([sales(write, cost, margin, of_line=of_line)])
    assert cost_of(reading) == WHOLE
    assert f'"{cost}" = "{"product_cost" if of_line else "unit_cost"}"' in reading.mapping.as_toml()
    assert cost_of(read([reading.files[0].file], mapping=reading.mapping)) == WHOLE


def test_a_cost_that_is_more_than_all_sales_is_asked(write):
    path = sales(write, "Unit cost", of_line=True)
    with pytest.raises(AnswerNeededError, match="It may be the cost of the line") as asked:
        read([path])
    first, second = (option.settings for option in asked.value.questions[0].choices)
    assert cost_of(read([path], mapping={"version": 1, "file": [{"match": "s.csv", **first}]})) == WHOLE
    assert cost_of(read([path], mapping={"version": 1, "file": [{"match": "s.csv", **second}]})) > WHOLE
    assert cost_of(read([sales(write, "Unit cost", of_line=False)])) == WHOLE


@pytest.mark.parametrize("of_line", [True, False])
@pytest.mark.parametrize("heading", ["Cost", "Kosten"])
def test_a_cost_that_is_the_same_whatever_the_quantity_is_of_one_unit(write, heading, of_line):
    sold = [(number, item, quantity) for number, (item, quantity) in enumerate([(item, quantity) for item in (1, 2, 3) for quantity in (2, 5, 9, 4)], start=1)]
    lines = [f"{n},2024-02-{n:02d},Ann,P{item},{quantity},{quantity * item * 9},{item * 4 * (quantity if of_line else 1)}" for n, item, quantity in sold]
    reading = read([write("s.csv", "\n".join([f"Invoice,Date,Customer,Item,Quantity,Net amount,{heading}", *lines]) + "\n")])
    assert cost_of(reading) == sum(item * quantity * 4 for _, item, quantity in sold)
    assert f'"{heading}" = "{"product_cost" if of_line else "unit_cost"}"' in reading.mapping.as_toml()
    assert cost_of(read([reading.files[0].file], mapping=reading.mapping)) == cost_of(reading)
