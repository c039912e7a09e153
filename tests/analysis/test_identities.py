"""Identities that hold in every company, as properties on random ones: a slice of the campaign in tests/torture, always the same.

Each example is a group of two to eight companies through the whole analysis; the docstrings of ``tests.torture.identities`` say what is compared.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from tests.torture import identities
from tests.torture.companies import groups, with_costs_on_the_lines

SOME = groups(2, 8)


def slice_of(examples: int):
    """So many examples, the same ones each time."""
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@slice_of(7)
@given(SOME)
def test_nothing_is_missing_not_one_unit(group):
    """Every cut has the same total, pools are used up, and bridges have no remainder."""
    rows = group.rows()
    identities.nothing_is_missing(group, rows, *identities.studied(group, rows))


@slice_of(2)
@given(SOME)
def test_row_order_never_matters(group):
    rows = group.rows()
    _result, found = identities.studied(group, rows)
    _result, again = identities.studied(group, identities.upside_down(rows))
    identities.same_tables(found, again)


@slice_of(2)
@given(SOME)
def test_yesterdays_period_never_changes_when_todays_cost_does(group):
    rows = group.rows()
    _result, found = identities.studied(group, rows)
    _result, today = identities.studied(group, identities.with_other_costs_today(rows))
    identities.yesterday_is_the_same(found, today)


@slice_of(3)
@given(SOME.map(with_costs_on_the_lines))
def test_no_change_in_terms_is_no_change_in_profit(group):
    same = replace(group, pools=identities.without_new(group.pools))
    identities.nothing_has_changed(*identities.studied(same, identities.the_same_year_twice(group.rows())))


@slice_of(3)
@given(SOME.map(with_costs_on_the_lines))
def test_selling_and_taking_everything_back_leaves_the_handling(group):
    rows = identities.everything_returned(group.rows())
    assume({row["date"].year for row in rows["sale_lines"]} == set(identities.YEARS))  # a few documents may all be of one year, or credit notes
    _result, found = identities.studied(group, rows)
    identities.only_handling_is_left(found)
