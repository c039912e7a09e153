"""Reference numbers hold by their check digits, and only so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.intake.documents.reference_number import is_personal_code, valid_reference


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("12345 67123 45678 4", "1234567123456784"),  # worked by hand: 246 weighed, 250 − 246 = 4
        ("123453", "123453"),  # 67 weighed, 70 − 67 = 3
        ("00000000000001234561", "1234561"),
        ("RF18 5390 0754 7034", "RF18539007547034"),  # the standard's own
        ("rf18539007547034", "RF18539007547034"),
        ("RF185390075470Y", "RF185390075470Y"),
    ],
)
def test_a_valid_reference_is_kept_as_it_is_compared(written, kept):
    assert valid_reference(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1234562",
        "RF17539007547034",
        "RF",
        "RF18",
        "13",
        "4654654654654654",
        "123456789012345678901",
        "invoice 12",
        "\uff11\uff12\uff13\uff14\uff15\uff13",
        "0000",
        "12-3453",
    ],
)
def test_what_no_check_digit_holds_is_no_reference(written):
    assert valid_reference(written) == ""


@given(st.integers(100, 10**19 - 1), st.data())
def test_each_wrong_digit_of_a_finnish_reference_is_found(base, data):
    """Weights 7, 3 and 1 are prime to 10, so one digit misread never goes unnoticed."""
    (reference,) = (f"{base}{digit}" for digit in range(10) if valid_reference(f"{base}{digit}"))
    place = data.draw(st.integers(0, len(reference) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != reference[place]]))
    misread = reference[:place] + other + reference[place + 1 :]
    assert valid_reference(misread) == ""


def test_codes_of_persons_are_known():
    assert is_personal_code("131052-308T")
    assert is_personal_code("010199A9001")  # a made-up person of a test system
    assert not is_personal_code("010199A9002")
    assert not is_personal_code("RF18539007547034")
