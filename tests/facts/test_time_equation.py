"""Time equations: read as a controller writes them, refused when they are anything else."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.errors import PolicyError
from goodterms.facts.time_equation import TimeEquation

HUNTER = TimeEquation.read("5 + 3*lines + 15*new + 10*rush")


def test_hunter_minutes_come_out_as_published():
    """Kaplan & Anderson, *Time-Driven Activity-Based Costing* (2004), Hunter: 15·new + 5 + 3·lines + 10·rush (ENGINE.md, section 6)."""
    assert HUNTER.minutes({"new": 1, "rush": 1, "lines": 4}) == 42
    assert HUNTER.minutes({"new": 0, "rush": 0, "lines": 1}) == 8


def test_customer_service_department_uses_its_capacity_as_published():
    """Kaplan & Anderson (2004): 49,000 orders at 8 minutes, 1,400 inquiries at 44 and 2,500 credit checks at 50, at 560,000 ÷ 700,000 min = 0.80."""
    minutes = [TimeEquation.read(text).minutes({}) * count for text, count in (("8", 49_000), ("44", 1_400), ("50", 2_500))]
    rate = Decimal(560_000) / 700_000
    assert rate == Decimal("0.80")
    assert [m * rate for m in minutes] == [313_600, 49_280, 100_000]
    assert sum(minutes) * rate == 462_880
    assert (700_000 - sum(minutes), (700_000 - sum(minutes)) * rate) == (121_400, 97_120)


@pytest.mark.parametrize(
    ("text", "constant", "terms"),
    [
        ("5 + 3*lines + 15*new + 10*rush", "5", {"lines": "3", "new": "15", "rush": "10"}),
        ("5+3*lines", "5", {"lines": "3"}),
        ("lines * 3", "0", {"lines": "3"}),
        ("lines", "0", {"lines": "1"}),
        ("12", "12", {}),
        ("12.5*visits - .5", "-0.5", {"visits": "12.5"}),
        ("-2 + lines - 0.25*web order", "-2", {"lines": "1", "web order": "-0.25"}),
        ("  2 *   credit   notes ", "0", {"credit notes": "2"}),
        ("3*lines + 2*lines + 1 + 1", "2", {"lines": "5"}),
        ("4*kiireellinen_työ + zone2", "0", {"kiireellinen_työ": "4", "zone2": "1"}),
        ("5\n + 3*lines", "5", {"lines": "3"}),
    ],
)
def test_a_sum_is_read(text, constant, terms):
    equation = TimeEquation.read(text)
    assert equation.constant == Decimal(constant)
    assert equation.terms == {name: Decimal(coefficient) for name, coefficient in terms.items()}
    assert equation.names == tuple(terms)


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("3 lines", "3 lines"),
        ("5 + 2,5*lines", "2,5*lines"),
        ("5 + 3*lines*rush", "3*lines*rush"),
        ("5 + (3*lines)", "(3*lines)"),
        ("5 + + 3", "+ 3"),
        ("5 - -3", "-3"),
        ("lines / 2", "lines / 2"),
        ("2*3", "2*3"),
        ("1e3*lines", "1e3*lines"),
        ("5 + 3*", "3*"),
        ("5 5", "5 5"),
        ("0.1234567*lines", "0.1234567*lines"),
        ("__import__('os')", "__import__('os')"),
    ],
)
def test_anything_else_is_refused_where_reading_stopped(text, stopped):
    with pytest.raises(PolicyError) as refused:
        TimeEquation.read(text)
    assert str(refused.value) == (
        f'The time equation "{text}" cannot be read at "{stopped}": a number, a name or number*name was expected. Write a sum such as "5 + 3*lines + 10*rush".'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "The time equation is empty."),
        ("5 +", 'The time equation "5 +" ends where a number or a name was expected.'),
        ("-", 'The time equation "-" ends where a number or a name was expected.'),
    ],
)
def test_an_equation_without_its_end_is_refused(text, said):
    with pytest.raises(PolicyError) as refused:
        TimeEquation.read(text)
    assert str(refused.value) == f'{said} Write a sum such as "5 + 3*lines + 10*rush".'


def test_an_unknown_name_is_named_with_the_known_ones():
    HUNTER.check({"lines", "new", "rush"})
    with pytest.raises(PolicyError) as refused:
        HUNTER.check({"lines", "new", "Rush order"})
    assert str(refused.value) == ('The time equation "5 + 3*lines + 15*new + 10*rush" counts "rush", which is not known. Known are Rush order, lines, new.')
    with pytest.raises(PolicyError) as refused:
        TimeEquation.read("line").check({"lines", "new"})
    assert str(refused.value) == 'The time equation "line" counts "line", which is not known. Did you mean "lines"? Known are lines, new.'


@pytest.mark.parametrize(
    ("text", "of_activities"), [("5 + 3*lines", False), ("20*visits + minutes", True), ("12", False), ("returns", True), ("5*rush", False)]
)
def test_a_term_of_activities_makes_the_equation_one_of_activities(text, of_activities):
    assert TimeEquation.read(text).is_of_activities is of_activities


coefficients = st.decimals(0, 10**6, places=4)


@given(st.dictionaries(st.sampled_from(["lines", "new", "rush", "credit notes", "zone_2"]), coefficients, min_size=1), coefficients)
def test_what_is_written_is_what_is_read(terms, constant):
    written = " - ".join([f"{constant}", *(f"{coefficient}*{name}" for name, coefficient in terms.items())])
    equation = TimeEquation.read(written)
    assert (equation.constant, equation.terms) == (constant, {name: -coefficient for name, coefficient in terms.items()})
    assert equation.minutes(dict.fromkeys(terms, 2)) == constant - 2 * sum(terms.values())


@given(st.text(alphabet="0123456789+-*. abä_,()\n", max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(PolicyError):
        assert TimeEquation.read(text).text == " ".join(text.split())
