"""Decimal signs: what is given holds, and what the values leave open or say in two ways is asked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.problems import Severity

D = Decimal


@pytest.fixture
def sales(tmp_path):
    """Read a file whose lines have these net amounts; ``decimal`` is what the mapping says of them."""

    def _sales(*amounts, decimal=None, quantities=None):
        path = tmp_path / "s.csv"
        cells = zip(amounts, quantities or ["1"] * len(amounts), strict=True)
        path.write_text("Invoice No;Date;Customer;Quantity;Net amount\n" + "".join(f"{i};2023-01-05;Ann;{q};{a}\n" for i, (a, q) in enumerate(cells)))
        return read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"decimal": decimal}}]} if decimal else None)

    return _sales


def amounts(reading, column="net_value"):
    return [amount for (amount,) in reading.facts.engine.con.execute(f"SELECT {column} FROM sale_lines ORDER BY row").fetchall()]


def rejected(reading):
    return [(p.origin.row, p.seen) for p in reading.problems if p.severity == Severity.REJECTED]


def test_the_sign_that_is_given_holds_against_a_value_that_does_not_fit(sales):
    reading = sales(*["1,500"] * 40, "12.5", decimal=",")
    assert set(amounts(reading)) == {D("1.5")}
    assert rejected(reading) == [(42, "12.5")]


def test_the_sign_that_is_given_says_thousands_where_the_other_one_stands(sales):
    reading = sales(*["1.500"] * 40, "12.5", decimal=",")
    assert set(amounts(reading)) == {D(1500)}
    assert rejected(reading) == [(42, "12.5")]


def test_the_sign_that_is_given_says_nothing_of_a_column_that_never_has_it(sales):
    reading = sales("1,50", "2,50", quantities=["1.5", "2"], decimal=",")
    assert (amounts(reading), amounts(reading, "quantity"), rejected(reading)) == ([D("1.5"), D("2.5")], [D("1.5"), D(2)], [])


def test_columns_with_two_signs_are_read_again_as_they_were(sales, tmp_path):
    first = sales("1,50", "2,50", quantities=["1.5", "2.125"])
    mapping = first.write_mapping(tmp_path / "map.toml")
    assert "decimal" not in mapping.read_text("utf-8")
    assert amounts(read([tmp_path / "s.csv"], mapping=mapping), "quantity") == amounts(first, "quantity") == [D("1.5"), D("2.125")]


@pytest.mark.parametrize("cells", [["1.500", "2.500", "12.000", "2000", "999"], ["1,500", "2,500", "3,250", "1200"], ["12345", "1.234"], ["1.500"] * 99])
def test_numbers_without_thousands_do_not_make_a_sign_before_three_digits_the_decimal_one(sales, cells):
    with pytest.raises(AnswerNeededError, match="may be a number with decimals or with thousands; no value of the column decides"):
        sales(*cells)


@pytest.mark.parametrize(
    ("heading", "cells", "likely"),
    [
        ("Net amount", ["1.500", "2.300", "12.000"], ","),
        ("Net amount", ["1,515", "2,300", "999"], "."),
        ("Net amount", ["1.515", "2.300", "12000"], "."),
        ("Net amount", ["1.515"] * 40 + ["12.5"], ","),
        ("Net amount", ["1.515", "2,515", "2,50", "3,50", "1.5"], ","),
        ("Quantity", ["1.500", "2.000", "12.000"], "."),
        ("Quantity", ["1,500", "2,125", "3"], "."),
        ("Quantity", ["1,125", "2,375", "3"], ","),
        ("Weight", ["1,500", "2,000"], ","),
        ("Unit weight", ["1,500", "2,000"], ","),
        ("Unit price", ["1.295", "2.318"], "."),
        ("Unit price", ["1.290", "12.500"], ","),
        ("Exchange rate", ["1.120", "1.130", "1"], "."),
    ],
)
def test_the_likelier_reading_stands_first(write, heading, cells, likely):
    further = "" if heading == "Net amount" else ";Net amount"
    rows = "".join(f"{i};2023-01-05;Ann;{cell}{further and ';10'}\n" for i, cell in enumerate(cells))
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", f"Invoice No;Date;Customer;{heading}{further}\n{rows}")])
    (question,) = error.value.questions
    assert question.key.startswith("decimal: ")
    assert [option.settings["dialect"]["decimal"] for option in question.choices] == [likely, "," if likely == "." else "."]


@pytest.mark.parametrize("slip", ["12.5", "12.50", "1.2500"])
def test_a_slip_among_numbers_with_three_digits_behind_their_sign_decides_nothing(sales, slip):
    with pytest.raises(AnswerNeededError, match="only 1 can have decimals alone, beside 40 that can have either"):
        sales(*["1.500"] * 40, slip)


@pytest.mark.parametrize(
    ("cells", "total"), [(["1.500"] * 40 + ["0.500"], "60.5"), (["1.500"] * 40 + ["12345.250"], "12405.25"), (["1.525"] * 9 + ["2.5"], "16.225")]
)
def test_numbers_that_always_have_three_places_decide(sales, cells, total):
    assert sum(amounts(sales(*cells))) == D(total)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["125,-", "250,-", "30,50", "-12,-"], ["125", "250", "30.5", "-12"]),
        (["1'250.–", "CHF 99.--", "12.50"], ["1250", "99", "12.5"]),
        (["1.250,- €", "30,—"], ["1250", "30"]),
        (["125.00-", "200.50", "30.50", "7-", "1"], ["-125", "200.5", "30.5", "-7", "1"]),
    ],
)
def test_a_dash_in_place_of_cents_is_no_minus(sales, cells, read):
    assert amounts(sales(*cells)) == [D(amount) for amount in read]


def test_both_signs_beside_numbers_that_may_have_either_are_asked(sales):
    cells = [*["1.50"] * 9, "2,50", "3,125", "4,500"]
    with pytest.raises(AnswerNeededError, match="9 numbers have a decimal point, 1 a decimal comma, and 2 may have either") as error:
        sales(*cells)
    assert error.value.questions[0].evidence == ("row 2: 1.50", "row 3: 1.50", "row 4: 1.50", "row 11: 2,50", "row 12: 3,125", "row 13: 4,500")
    reading = sales(*cells, decimal=".")
    assert rejected(reading) == [(11, "2,50")]
    assert amounts(reading)[-2:] == [D(3125), D(4500)]


def test_thousands_that_are_proven_leave_a_slip_of_the_other_sign_alone(sales):
    reading = sales("1,234.50", *["1.50"] * 9, "2,50", "3,125")
    assert rejected(reading) == [(12, "2,50")]
    assert amounts(reading)[-1] == D(3125)
