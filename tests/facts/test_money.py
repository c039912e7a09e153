"""Money for printing: cents are made once, and a reader who adds up finds no gap."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.facts.money import cents, change_in_cents, in_words, parts_in_cents, total

amounts = st.decimals(-(10**9), 10**9, places=6)


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("2.345", "2.35"),
        ("-2.345", "-2.35"),
        ("-0.0049", "0.00"),
        ("-0", "0.00"),
        ("915899.0364", "915899.04"),
        ("7", "7.00"),
    ],
)
def test_cents_are_half_away_from_zero_and_zero_has_no_sign(amount, printed):
    assert str(cents(Decimal(amount))) == printed


def test_printed_change_is_the_difference_of_the_printed_figures():
    """AdventureWorks 2012 to 2013: −1,407,769.0430 prints as −491,870.01 − 915,899.04 = −1,407,769.05 (ENGINE.md, section 1, Precision)."""
    earlier, later = decimals("915899.0364", "-491870.0066")
    assert cents(later - earlier) == Decimal("-1407769.04")
    assert change_in_cents(earlier, later) == Decimal("-1407769.05")


def test_printed_steps_of_the_adventureworks_bridge_add_up_to_its_printed_change():
    """The table of ENGINE.md, section 3: ten steps whose own sum is −1,407,769.0430."""
    steps = decimals(
        "-804314.3768", "-233220.0811", "207882.8098", "-259033.7440", "1313401.2761",
        "86695.0940", "-1370939.9216", "-51052.3113", "-238321.4571", "-58866.3310"
    )  # fmt: skip
    printed = parts_in_cents(steps, Decimal("-1407769.05"))
    assert sum(printed) == Decimal("-1407769.05")
    assert all(abs(part - step) < Decimal("0.01") for part, step in zip(printed, steps, strict=True))


def test_ties_go_to_the_earlier_part():
    assert parts_in_cents(decimals("0.333", "0.333", "0.333"), Decimal("1.00")) == decimals("0.34", "0.33", "0.33")


def test_a_part_of_nothing_stays_nothing():
    """A step that is 0 must not be printed as −0.01 because two end points were rounded apart."""
    assert parts_in_cents(decimals("0", "1.000", "0.000"), Decimal("0.99")) == decimals("0.00", "0.99", "0.00")
    assert parts_in_cents(decimals("0", "0"), Decimal("0.01")) == decimals("0.01", "0.00")


def test_a_missing_part_is_refused_and_not_folded_into_the_others():
    """A waterfall that lost its step of 40 would else print 76 for the step of 36."""
    with pytest.raises(ValueError, match=re.escape("-76.00 is to be printed in parts that sum to -36.00: -40.00 is missing")):
        parts_in_cents(decimals("-36.00"), Decimal("-76.00"))


def test_no_parts_are_no_parts():
    assert parts_in_cents([], Decimal("0.00")) == []
    with pytest.raises(ValueError, match=re.escape("40.00 is to be printed in parts that sum to 0: 40.00 is missing")):
        parts_in_cents([], Decimal("40.00"))
    assert total([]) == Decimal(0)


@given(st.lists(amounts, min_size=1, max_size=12), st.integers(-12, 12))
def test_printed_parts_sum_to_the_printed_total_as_far_as_rounding_can_be_the_reason(parts, off_by):
    printed_total = cents(sum(parts)) + off_by * Decimal("0.01")
    if abs(printed_total - sum(parts)) > (len(parts) + 1) * Decimal("0.01"):
        with pytest.raises(ValueError, match="is missing"):
            parts_in_cents(parts, printed_total)
        return
    printed = parts_in_cents(parts, printed_total)
    assert sum(printed) == printed_total
    assert not any(part.is_signed() and not part for part in printed)


@given(st.lists(amounts, min_size=1, max_size=12))
def test_a_printed_part_is_within_one_cent_where_the_total_is_their_own(parts):
    printed = parts_in_cents(parts, cents(sum(parts)))
    assert all(abs(shown - part) < Decimal("0.01") for shown, part in zip(printed, parts, strict=True))


@pytest.mark.parametrize(
    ("amount", "how", "words"),
    [
        ("-1407769.05", {}, "−1,407,769.05"),
        ("33574834.16", {"places": 0}, "33,574,834"),
        ("5", {"signed": True}, "+5.00"),
        ("-0.001", {"signed": True}, "0.00"),
        ("0.125", {"places": 2}, "0.13"),
    ],
)
def test_amounts_are_said_with_thousands_and_a_true_minus(amount, how, words):
    assert in_words(Decimal(amount), **how) == words
