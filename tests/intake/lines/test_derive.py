"""Amounts that follow from others: rates as shares or per cent, and columns that contradict price × quantity."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read

D = Decimal


@pytest.fixture
def lines(tmp_path):
    """Write two lines under further headings."""

    def write(headings, *rows):
        path = tmp_path / "s.csv"
        path.write_text(f"Invoice;Date;Customer;Item;{headings}\n" + "".join(f"{i};2023-01-1{i};Ann;P;{row}\n" for i, row in enumerate(rows)), encoding="utf-8")
        return path

    return write


def values(path, wanted, **settings):
    mapping = {"version": 1, "file": [{"match": "s.csv", **settings}]} if settings else None
    return read([path], mapping=mapping).facts.engine.con.execute(f"SELECT {wanted} FROM sale_lines ORDER BY row").fetchall()


# Rates --------------------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "first", "second"),
    [
        ("Qty;List price;Discount %;Net", "10;100,00;0,10;900,00", "4;50,00;0,25;150,00"),
        ("Qty;List price;Discount %;Unit price", "10;100,00;0,10;90,00", "4;50,00;0,25;37,50"),
        ("Qty;List price;Discount %", "10;100,00;10", "4;50,00;25"),
        ("Qty;List price;Discount %", "10;100,00;10,0 %", "4;50,00;25,0 %"),
    ],
    ids=["net", "price after it", "whole numbers", "signs"],
)
def test_a_discount_is_a_share_or_per_cent_as_the_amounts_say(lines, headings, first, second):
    assert values(lines(headings, first, second), "discount, net_value") == [(D(100), D(900)), (D(50), D(150))]


def test_small_per_cents_are_per_cent_where_the_amounts_say_so(lines):
    path = lines("Qty;List price;Discount %;Net", "10;100,00;0,5;995,00", "4;500,00;1;1980,00")
    assert values(path, "discount") == [(D(5),), (D(20),)]


def test_a_rate_of_tax_is_a_share_where_the_tax_says_so(lines):
    assert values(lines("VAT %;VAT;Net", "0,24;24,00;100,00", "0,24;12,00;50,00"), "net_value, tax") == [(D(100), D(24)), (D(50), D(12))]


def test_a_rate_that_no_amounts_decide_is_asked_and_answered(lines):
    path = lines("Qty;List price;Discount %", "10;100,00;0,10", "4;50,00;0,25")
    with pytest.raises(AnswerNeededError, match=r"no amounts decide whether 0\.25 is 0\.25 % or, as a share, 25 %") as error:
        read([path])
    lines_ = [choice.line for choice in error.value.questions[0].choices]
    assert lines_ == ['dialect = { rates = "shares" }', 'dialect = { rates = "percent" }', '"Discount %" = "-"']
    assert values(path, "net_value", dialect={"rates": "shares"}) == [(D(900),), (D(150),)]
    assert values(path, "net_value", dialect={"rates": "percent"}) == [(D(999),), (D("199.5"),)]
    assert read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"rates": "shares"}}]}).mapping.files[0].dialect["rates"] == "shares"


def test_no_discount_at_all_is_not_asked(lines):
    assert values(lines("Qty;List price;Discount %", "10;100,00;0", "4;50,00;0"), "net_value") == [(D(1000),), (D(200),)]


def test_rates_are_shares_or_percent_and_nothing_else(lines):
    with pytest.raises(MappingError, match="rates is"):
        values(lines("Net", "1,50"), "net_value", dialect={"rates": "fractions"})


# A column that contradicts price × quantity -----------------------------------------------------------------------------------------------------------------


def test_a_column_near_price_and_quantity_that_differs_is_asked(lines):
    path = lines("Qty;Price;Frobs", "10;5,00;45,00", "4;2,50;9,00", "2;2,50;5,00")
    with pytest.raises(AnswerNeededError, match="Frobs has no meaning yet, comes near Price × Qty and differs from it on 2 of 3 lines") as error:
        read([path])
    assert [choice.settings["columns"]["Frobs"] for choice in error.value.questions[0].choices] == ["net_value", "gross_value", "attribute:frobs"]
    assert values(path, "net_value", columns={"Frobs": "net_value"}) == [(D(45),), (D(9),), (D(5),)]
    assert values(path, "net_value", columns={"Frobs": "attribute:frobs"}) == [(D(50),), (D(10),), (D(5),)]


def test_a_column_of_amounts_is_no_number_of_lines(lines):
    with pytest.raises(AnswerNeededError, match="Rivi has no meaning yet"):
        read([lines("Qty;Price;Rivi", "10;5,00;45,00", "4;2,50;9,00")])


def test_a_further_column_of_other_numbers_is_not_asked(lines):
    assert values(lines("Qty;Price;Points", "10;5,00;7,5", "4;2,50;3,25"), "net_value") == [(D(50),), (D(10),)]
