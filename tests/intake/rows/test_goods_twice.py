"""Goods that stand on the sale lines as product cost and once more among the costs are warned of."""

from __future__ import annotations

import pytest

from goodterms.intake import read

SALES = "Invoice;Date;Customer;Quantity;Net amount;Line cost\n1;2024-01-10;Ann;1;100,00;60,00\n2;2024-02-10;Bob;1;50,00;30,00\n"


def warned(write, *accounts):
    costs = "".join(f"{month};{name};{amount}\n" for name, *amounts in accounts for month, amount in zip(("2024-01", "2024-02"), amounts, strict=True))
    reading = read([write("s.csv", SALES)], costs=[write("costs.csv", "Month;Account name;Amount\n" + costs)])
    return [problem.sentence for problem in reading.problems if problem.code == "goods-twice"]


@pytest.mark.parametrize("name", ["Cost of goods sold", "Wareneinsatz", "Ostot", "Varekostnad"])
def test_account_of_goods_beside_product_cost_is_warned_of(write, name):
    (sentence,) = warned(write, (name, "58,00", "29,00"), ("Wages", "20,00", "20,00"))
    assert sentence == f"{name} is 87.00 among the costs, and the sale lines state product cost of 90.00: the goods may count twice."


def test_account_of_the_very_amount_is_warned_of_whatever_it_is_called(write):
    assert len(warned(write, ("Class 4", "60,00", "30,00"), ("Wages", "20,00", "20,00"))) == 1


def test_other_costs_are_not(write):
    assert warned(write, ("Freight", "9,00", "4,00"), ("Wages", "40,00", "40,00"), ("Purchases of stationery", "2,00", "1,00")) == []
