"""Columns of amounts that no heading or mapping gives a meaning are named once, and nothing that another column says again."""

from __future__ import annotations

import pytest

from goodterms.intake import read
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

HEAD = "Invoice No;Date;Customer;Product;Quantity;Unit price;Net amount;Tax"
LINES = [(1, 2, "10,00", "20,00", "5,00"), (1, 3, "4,50", "13,50", "3,38"), (2, 1, "99,90", "99,90", "24,98"), (3, 5, "1,10", "5,50", "1,38")]


@pytest.fixture
def named(write):
    """What is said of further columns of lines, and the reading that says it."""

    def _named(mapping=None, option="files", **columns):
        rows = "".join(
            f"{number};2024-01-0{number};Ann;P{quantity};{quantity};{price};{net};{tax};{';'.join(cells[place] for cells in columns.values())}\n"
            for place, (number, quantity, price, net, tax) in enumerate(LINES)
        )
        path = write("s.csv", f"{HEAD};{';'.join(columns)}\n{rows}")
        reading = read([path], mapping=mapping) if option == "files" else read([], mapping=mapping, **{option: [path]})
        return [problem for problem in reading.problems if problem.code == "amounts-not-counted"], reading

    return _named


FEES = ["1,25", "0,00", "3,10", "0,40"]


def test_columns_of_amounts_without_a_meaning_are_named_in_one_notice(named):
    (notice,), reading = named(Foo=FEES, Bar=["0", "7,77", "0", "1.250,00"], Colour=["red"] * 4)
    assert (notice.severity, notice.sentence) == (Severity.NOTICE, "Columns of numbers that count for nothing: Foo, Bar.")
    assert '"Foo" = "product_cost"' in notice.action
    again, read_again = named(Mapping.read(reading.mapping.as_toml()), Foo=FEES, Bar=["0", "7,77", "0", "1.250,00"], Colour=["red"] * 4)
    assert (again, read_again.files[0].net_by_currency) == ([], reading.files[0].net_by_currency)


def test_those_of_purchases_are_named_too(named):
    (notice,), _ = named(option="purchases", Foo=FEES)
    assert notice.sentence == "Columns of numbers that count for nothing: Foo."


def test_no_more_than_eight_are_named(named):
    (notice,), _ = named(**{f"Foo{letter}": FEES for letter in "abcdefghij"})
    assert notice.sentence.endswith("Fooa, Foob, Fooc, Food, Fooe, Foof, Foog, Fooh and 2 more.")


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["0,00"] * 4, id="nothing"),
        pytest.param(["20,00", "13,50", "99,90", "5,50"], id="net amount"),
        pytest.param(["25,00", "16,88", "124,88", "6,88"], id="with tax"),
        pytest.param(["10,00", "4,50", "99,90", "1,10"], id="price"),
        pytest.param(["33,50", "33,50", "99,90", "5,50"], id="net total of the document"),
        pytest.param(["41,88", "41,88", "124,88", "6,88"], id="total of the document"),
        pytest.param(["-41,88", "-41,88", "-124,88", "-6,88"], id="total of the document with another sign"),
        pytest.param(["1", "2", "3", "5"], id="whole numbers"),
        pytest.param(["10.01.24", "11.01.24", "12.01.24", "13.01.24"], id="days"),
        pytest.param(["1,25 %", "0,00 %", "3,10 %", "2,50 %"], id="per cent"),
    ],
)
def test_what_says_nothing_new_is_not_named(named, cells):
    assert named(Foo=cells)[0] == []


@pytest.mark.parametrize("heading", ["Order no", "Foo %", "Order tax", "Total"])
def test_headings_of_keys_shares_taxes_and_totals_are_not_named(named, heading):
    assert named(**{heading: FEES})[0] == []
