"""Where 1.500 may have decimals or thousands, the file's own arithmetic decides: an equation of its columns holds in one reading and not in the other."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
HEAD = "Invoice No;Date;Customer;"


@pytest.fixture
def lines(write):
    """Write a file of these lines under these headings, and return what is read of it, with what its own mapping gives again."""

    def _lines(columns, *cells):
        path = write("s.csv", f"{HEAD}{columns}\n" + "".join(f"{i};2024-01-05;Ann;{line}\n" for i, line in enumerate(cells)))
        reading = read([path])
        again = read([path], mapping=Mapping.read(reading.mapping.as_toml()))
        assert values(again) == values(reading)
        return reading

    return _lines


def values(reading, column="net_value"):
    return [amount for (amount,) in reading.facts.engine.con.execute(f"SELECT {column} FROM sale_lines ORDER BY row").fetchall()]


@pytest.mark.parametrize(
    ("columns", "cells", "net"),
    [
        ("Quantity;Unit price;Net amount", ("2;500;1.000", "3;500;1.500"), (1000, 1500)),
        ("Quantity;Unit price;Net amount", ("2;1.250;2500", "-3;1.250;-3750"), (2500, -3750)),
        ("Quantity;Unit price;Net amount", ("1.500;2.000;3.000", "2.500;2.000;5.000"), (3, 5)),
        ("Quantity;Unit price;Net amount", ("1,500;2,000;3,000", "2,500;2,000;5,000"), (3, 5)),
        ("Quantity;Unit price;Discount %;Net amount", ("2;800;10;1.440", "3;800;0;2.400"), (1440, 2400)),
        ("Quantity;Unit price;Discount %;Net amount", ("2;800;12.5;1.400", "3;800;12.5;2.100"), (1400, 2100)),
        ("Net amount;VAT amount;Gross amount", ("1.000;240;1.240", "2.000;480;2.480"), (1000, 2000)),
        ("Quantity;Unit price;Net amount", ("2;500;1.000", "0;500;0", ";;9.000"), (1000, 0, 9000)),
    ],
)
def test_the_reading_in_which_the_amounts_hold_is_taken(lines, columns, cells, net):
    assert values(lines(columns, *cells)) == list(net)


def test_a_column_without_an_equation_is_read_as_the_proven_ones(lines):
    reading = lines("Quantity;Unit price;Weight;Net amount", "2;500;2.250;1.000", "3;500;3.500;1.500")
    assert (values(reading), values(reading, "weight")) == ([1000, 1500], [2250, 3500])


@pytest.mark.parametrize("cells", [("2;1.250;2.500", "3;1.250;3.750"), ("2;700;1.000", "3;700;1.500"), ("2;500;1.000", "1.500;2.000;3.000")])
def test_where_both_readings_hold_or_none_or_each_on_some_lines_it_is_asked(lines, cells):
    with pytest.raises(AnswerNeededError, match="may be a number with decimals or with thousands"):
        lines("Quantity;Unit price;Net amount", *cells)


@pytest.mark.parametrize(("code", "thousand"), [("ISK", "."), ("HUF", "."), ("JPY", ",")])
def test_a_weight_beside_amounts_without_cents_is_written_as_they_are(lines, code, thousand):
    cells = (f"2{thousand}250;12{thousand}500;{code}", f"3{thousand}500;1{thousand}500;{code}")
    reading = lines("Weight;Net amount;Currency", *cells)
    assert (values(reading), values(reading, "weight")) == ([12500, 1500], [2250, 3500])


QUANTITIES = st.one_of(st.integers(1, 40).map(D), st.integers(1, 40_000).map(lambda n: D(n) / 1000))
PRICES = st.one_of(st.integers(1, 9_000).map(D), st.integers(1, 90_000).map(lambda n: D(n) / 1000))


def written(value, decimal, thousands, places):
    whole = f"{value:,.{places}f}"
    return whole.replace(",", "t").replace(".", decimal).replace("t", thousands)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(QUANTITIES, PRICES), min_size=1, max_size=6),
    form=st.sampled_from([(",", ".", 0), (".", ",", 0), (",", "", 3), (".", "", 3)]),
)
def test_amounts_are_read_as_they_were_written_or_asked_about(write, rows, form):
    decimal, thousands, places = form
    if not places:
        rows = [(q.to_integral_value() or D(1), p.to_integral_value() or D(1)) for q, p in rows]
    rows = [(q, p, round(q * p, places)) for q, p in rows]
    cells = [";".join(written(value, decimal, thousands, places) for value in row) for row in rows]
    path = write("s.csv", f"{HEAD}Quantity;Unit price;Net amount\n" + "".join(f"{i};2024-01-05;Ann;{line}\n" for i, line in enumerate(cells)))
    assert net_or_questions(path) in ([net for _, _, net in rows], {"decimal"})


def net_or_questions(path):
    try:
        return values(read([path]))
    except AnswerNeededError as error:
        return {question.key.partition(":")[0] for question in error.questions}
