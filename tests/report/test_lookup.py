"""Columns of amounts in whole units and cents: exact whatever their size."""

from decimal import Decimal, localcontext

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.report.lookup import cents_of, units

D = Decimal
_SIGNED = st.integers(-(10**38) + 1, 10**38 - 1)


def column(whole, places, *, chunks=1):
    """Whole units as a column of decimals, in several chunks."""
    with localcontext(prec=40):
        amounts = [None if w is None else D(w).scaleb(-places) for w in whole]
    at = -(-len(amounts) // chunks) if amounts else 1
    return pa.chunked_array([pa.array(amounts[i : i + at], pa.decimal128(38, places)) for i in range(0, len(amounts), at)], pa.decimal128(38, places))


@pytest.mark.parametrize("amount", ["922337203.69", "1000000000", "1000000000000", "99999999999999999999999999.99"])
def test_amounts_that_leave_64_bits_become_cents(amount):
    """2^63 units of 10^-10 are 922,337,203.69: sales in one cell pass that as soon as a file names no customer or product."""
    whole = int(D(amount).scaleb(2))
    assert cents_of(column([whole * 10**8, -7 * 10**8, 1], 10)) == [whole, -7, 0]


def test_null_is_nothing_in_any_size():
    assert units(column([None, 5], 4))[0].tolist() == [0, 5]
    assert units(column([None, 10**30], 4))[0].tolist() == [0, 10**30]


@given(st.lists(_SIGNED, max_size=12), st.integers(0, 12), st.integers(1, 3))
def test_units_are_exact_over_all_of_a_decimal(whole, places, chunks):
    assert units(column(whole, places, chunks=chunks))[0].tolist() == whole


@given(st.lists(st.integers(-(10**36), 10**36) | st.integers(-(10**6), 10**6), min_size=1, max_size=12), st.integers(3, 12))
def test_cents_add_up_to_the_cents_of_the_sum_and_move_by_less_than_one(whole, places):
    made, cent = cents_of(column(whole, places)), 10 ** (places - 2)
    doubled = 2 * sum(whole)
    assert abs(2 * sum(made) * cent - doubled) <= cent
    assert all(abs(m * cent - w) < cent for m, w in zip(made, whole, strict=True))


@pytest.mark.parametrize(("amounts", "expected"), [([5], [1]), ([-5], [-1]), ([-4], [0]), ([3, 3, 4], [0, 0, 1]), ([-25, -25], [-2, -3])])
def test_half_a_cent_of_the_sum_is_rounded_away_from_zero(amounts, expected):
    assert cents_of(column(amounts, 3)) == expected
