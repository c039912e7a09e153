"""What is offered first for an amount that no heading says: by what the words of headings say, and by what stands below them."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read

HEADINGS = "Cart Discount Amount;Order Refund Amount;Frobs;Order Total Tax Amount;Order Total Amount;Order Subtotal Amount"


def offered(path):
    with pytest.raises(AnswerNeededError, match="no column is known as the amount") as error:
        read([path])
    return error.value.questions[0].choices


def test_columns_are_offered_in_the_order_in_which_they_may_be_the_amount(write):
    rows = "".join(f"1;2024-01-0{day};Ann;{day};0;7.50;4.00;24.00;20.00\n" for day in range(1, 6))
    choices = offered(write("s.csv", f"Order;Date;Customer;{HEADINGS}\n{rows}"))
    assert [choice.said.partition(" (")[0] for choice in choices] == [
        "Order Subtotal Amount",
        "Order Total Amount",
        "Frobs",
        "Cart Discount Amount",
        "Order Total Tax Amount",
        "Order Refund Amount",
    ]


def test_the_price_that_a_web_shop_calls_cost_is_offered_first(write):
    text = "Order,Date,Customer,Quantity,Item Cost,Frobs\n1,2024-01-05,Ann,2,10.00,3.00\n"
    first, *_ = choices = offered(write("s.csv", text))
    assert first.said == "Item Cost is the price: Item Cost × Quantity is the amount"
    nets = [
        read([write("s.csv", text)], mapping={"version": 1, "file": [{"match": "s.csv", **choice.settings}]})
        .facts.engine.con.execute("SELECT CAST(net_value AS INTEGER), CAST(product_cost AS INTEGER) FROM sale_lines")
        .fetchone()
        for choice in choices
    ]
    assert nets == [(20, None), (3, 20)]


def test_a_price_without_a_quantity_is_offered_as_the_amount(write):
    path = write("s.csv", "order-id\tpurchase-date\tbuyer-name\tsku\titem-price\n1\t2024-01-05\tAnn\tS1\t20.00\n")
    first, *_ = offered(path)
    assert (first.said, first.line) == ("item-price is the amount of the line", '"item-price" = "net_value"')
    reading = read([path], mapping={"version": 1, "file": [{"match": "s.csv", **first.settings}]})
    assert reading.facts.engine.con.execute("SELECT CAST(sum(net_value) AS INTEGER) FROM sale_lines").fetchone() == (20,)
