"""Totals beside a tax: with it or without it, as the amounts say; asked where they do not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read

D = Decimal


@pytest.fixture
def lines(tmp_path):
    """Write two lines, of ten pieces and of four, under further headings."""

    def write(headings, first, second, name="s.csv"):
        path = tmp_path / name
        path.write_text(f"Invoice;Date;Customer;Item;{headings}\n1;2023-01-01;Ann;P;{first}\n2;2023-01-13;Bob;Q;{second}\n", encoding="utf-8")
        return path

    return write


def net_and_tax(*files, mapping=None):
    reading = read(files, mapping=mapping)
    return reading.facts.engine.con.execute("SELECT net_value, tax FROM sale_lines ORDER BY row").fetchall()


TWO = [(D(50), D(12)), (D(10), D("2.4"))]


@pytest.mark.parametrize(
    ("headings", "first", "second"),
    [
        ("VAT;Total", "12,00;62,00", "2,40;12,40"),
        ("VAT;Total", "12,00;50,00", "2,40;10,00"),
        ("Kpl;Hinta;ALV-%;Yhteensä", "10;5,00;24;62,00", "4;2,50;24;12,40"),
        ("Kpl;Hinta;ALV-%;Yhteensä", "10;5,00;24;50,00", "4;2,50;24;10,00"),
        ("Kpl;Hinta;ALV;Yhteensä", "10;5,00;12,00;62,00", "4;2,50;2,40;12,40"),
        ("VAT %;VAT;Amount", "24;12,00;62,00", "24;2,40;12,40"),
        ("VAT %;VAT;Amount", "24;12,00;50,00", "24;2,40;10,00"),
        ("Qty;Price;VAT;Total", "10;6,20;12,00;62,00", "4;3,10;2,40;12,40"),
        ("Qty;Price;Discount %;VAT %;Total", "10;10,00;50;24;62,00", "4;2,50;0;24;12,40"),
    ],
    ids=["tax", "net and tax", "price and rate", "net by price and rate", "price and tax", "rate and tax", "net, rate and tax", "price with tax", "discount"],
)
def test_a_total_holds_the_tax_where_the_amounts_say_so(lines, headings, first, second):
    assert net_and_tax(lines(headings, first, second)) == TWO


def test_a_total_that_no_amounts_decide_is_asked(lines):
    path = lines("ALV-%;Yhteensä", "24;62,00", "24;12,40")
    with pytest.raises(AnswerNeededError, match="Yhteensä stands beside ALV-% and may be the value with tax or without it") as error:
        read([path])
    (question,) = error.value.questions
    assert [choice.settings["columns"]["Yhteensä"] for choice in question.choices] == ["net_value", "gross_value"]
    with_tax = {"version": 1, "file": [{"match": "s.csv", "columns": {"Yhteensä": "gross_value"}}]}
    assert net_and_tax(path, mapping=with_tax) == TWO


def test_a_tax_that_may_be_of_two_rates_is_asked(lines):
    """25.00 is 20 % of 125.00 and 25 % of 100.00."""
    with pytest.raises(AnswerNeededError, match="Total stands beside VAT"):
        read([lines("VAT;Total", "25,00;125,00", "50,00;250,00")])


def test_what_is_called_net_is_net_whatever_the_tax(lines):
    assert net_and_tax(lines("VAT;Net amount", "25,00;125,00", "50,00;250,00")) == [(D(125), D(25)), (D(250), D(50))]


def test_without_any_tax_nothing_is_asked(lines):
    assert net_and_tax(lines("VAT;Total", "0;125,00", "0;250,00")) == [(D(125), D(0)), (D(250), D(0))]


def test_the_mapping_that_was_understood_reads_the_same_again(lines):
    path = lines("VAT;Total", "12,00;62,00", "2,40;12,40")
    understood = read([path]).mapping
    assert understood.files[0].columns["Total"] == "gross_value"
    assert net_and_tax(path, mapping=understood) == TWO
