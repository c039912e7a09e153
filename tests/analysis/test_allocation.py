"""Allocation to the unit: the published roundings, the rule as a property, and both implementations held equal."""

from __future__ import annotations

from fractions import Fraction

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.analysis.allocation import EXACT_AMOUNT, EXACT_WEIGHT, share_out, share_out_expression
from goodterms.errors import UsageError
from goodterms.facts.engine import connect

INT64_MOST = 2**63 - 1


@pytest.fixture(scope="module")
def engine():
    return connect()


def one_group(amount: int, weights: list[int]) -> list[int]:
    """The shares of one amount."""
    return share_out([amount], weights, [0] * len(weights)).tolist()


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (1003, [49, 51], [491, 512]),
        (5, [100, 101, 100, 100], [1, 2, 1, 1]),
        (22000, [445455, 9091, 545455], [9800, 200, 12000]),
        (9999, [75, 25], [7499, 2500]),
    ],
)
def test_published_roundings_come_out(amount, weights, shares):
    """Largest-remainder rounding as published for splitting money (ENGINE.md, section 6, Rounding)."""
    assert one_group(amount, weights) == shares


def test_ties_go_to_the_first_cell_and_a_negative_amount_mirrors_its_absolute_value():
    """ENGINE.md, section 6, Rounding: 1@[1,1,1] and −1@[1,1]."""
    assert one_group(1, [1, 1, 1]) == [1, 0, 0]
    assert one_group(-1, [1, 1]) == [-1, 0]
    assert one_group(-1003, [49, 51]) == [-491, -512]


def test_inventory_management_by_lines_worked_by_hand():
    """100.00 over Ann's 3 lines, Bob's 3 and Cleo's 1, in 10⁻⁴: 428,571.43, 428,571.43 and 142,857.14; one unit is missing, and Ann comes before Bob."""
    assert one_group(1_000_000, [3, 3, 1]) == [428_572, 428_571, 142_857]


def test_a_cell_without_weight_gets_nothing():
    assert one_group(7, [0, 1, 0, 1, 0]) == [0, 4, 0, 3, 0]


def test_groups_are_shared_apart():
    assert share_out([10, 0, -10], [1, 2, 5, 1, 1, 1], [0, 0, 1, 2, 2, 2]).tolist() == [3, 7, 0, -4, -3, -3]


def test_nothing_is_shared_over_nothing():
    assert share_out([], [], []).tolist() == []


@pytest.mark.parametrize(
    ("amounts", "weights", "groups", "sentence"),
    [
        ([1], [1, -1], [0, 0], "A weight of an allocation is below 0."),
        ([1, 1], [1, 0, 0], [0, 1, 1], "A group of an allocation has no weight. Keep it out: it is unassigned."),
        ([1, 1], [1], [0], "1 groups of an allocation have no cells. Keep them out: they are unassigned."),
        ([1, 1], [1, 1], [1, 0], "The groups of an allocation are numbered from 0 without a gap, in ascending order, one for each amount."),
        ([1], [1, 1], [0, 1], "The groups of an allocation are numbered from 0 without a gap, in ascending order, one for each amount."),
        ([1], [1, 1], [0], "An allocation has 2 weights for 1 cells."),
        ([1.5], [1], [0], "The amounts of an allocation are one row of 64-bit whole numbers."),
        ([1], [2**64 - 1], [0], "The weights of an allocation are one row of 64-bit whole numbers."),
    ],
)
def test_what_cannot_be_shared_is_refused(amounts, weights, groups, sentence):
    with pytest.raises(UsageError) as refused:
        share_out(amounts, weights, groups)
    assert str(refused.value) == sentence


amount_sizes = st.sampled_from([1, 3, 1_000, 10**9, EXACT_AMOUNT - 1, EXACT_AMOUNT, EXACT_AMOUNT + 1, 2**62, INT64_MOST])
weight_sizes = st.sampled_from([1, 2, 20, 10**6, 10**12, EXACT_WEIGHT // 4, EXACT_WEIGHT, INT64_MOST])


@st.composite
def groups_of_cells(draw) -> list[tuple[int, list[int]]]:
    """Groups, each an amount and weights: small and near every guard, with ties and cells without weight."""
    groups = []
    for _ in range(draw(st.integers(1, 8))):
        most = draw(amount_sizes)
        amount = draw(st.integers(-most, most) | st.sampled_from([most, -most, -most - 1]))
        cells = st.lists(st.integers(0, draw(weight_sizes)), min_size=1, max_size=7)
        weights = draw(cells | st.builds(lambda weight, count: [weight] * count, st.integers(0, 3), st.integers(1, 300)))
        if not any(weights):
            weights[-1] = 1
        groups.append((amount, weights))
    return groups


def arrays(groups: list[tuple[int, list[int]]]) -> tuple[list[int], list[int], list[int]]:
    """The groups as the kernel takes them."""
    return [amount for amount, _ in groups], [w for _, weights in groups for w in weights], [i for i, (_, weights) in enumerate(groups) for _ in weights]


@settings(max_examples=150, deadline=None)
@given(groups_of_cells())
def test_shares_sum_to_the_amount_and_lie_within_one_unit_of_exact(groups):
    """Whatever the amounts and weights: no unit is lost, no share is a unit off, and more weight never means less."""
    shares = iter(share_out(*arrays(groups)).tolist())
    for amount, weights in groups:
        got = [next(shares) for _ in weights]
        assert sum(got) == amount
        total = sum(weights)
        assert all(abs(share - Fraction(amount * weight, total)) < 1 for share, weight in zip(got, weights, strict=True))
        by_weight = [abs(share) for _, _, share in sorted((weight, -i, share) for i, (weight, share) in enumerate(zip(weights, got, strict=True)))]
        assert by_weight == sorted(by_weight)


@settings(max_examples=25, deadline=None)
@given(groups_of_cells())
def test_the_expression_and_the_kernel_give_the_same_shares(engine, groups):
    amounts, weights, group = arrays(groups)
    cells = pa.table(
        {"pool": group, "cell": pa.array(range(len(group)), pa.int64()), "amount": [amounts[g] for g in group], "weight": pa.array(weights, pa.int64())}
    )
    shared = share_out_expression(ibis.memtable(cells), amount="amount", weight="weight", group_keys=["pool"], order_keys=["cell"])
    assert engine.to_pyarrow(shared.order_by("cell"))["share"].to_pylist() == share_out(amounts, weights, group).tolist()


def test_the_expression_keeps_the_columns_of_its_table(engine):
    cells = ibis.memtable(pa.table({"pool": ["desk", "desk", "shelf"], "customer": ["Ann", "Bob", "Ann"], "amount": [5, 5, 7], "weight": [1, 1, 0]}))
    shared = share_out_expression(cells, amount="amount", weight="weight", group_keys=["pool"], order_keys=["customer"]).order_by("pool", "customer")
    assert shared.columns == ("pool", "customer", "amount", "weight", "share")
    assert shared.schema()["share"] == ibis.dtype("int64")
    assert engine.to_pyarrow(shared)["share"].to_pylist() == [3, 2, None]


@pytest.mark.parametrize(("groups", "cells_each"), [(3, 40_000), (40_000, 3), (300, 400)])
def test_few_large_and_many_small_groups_follow_one_rule(groups, cells_each):
    """The paths through the kernel that small cases do not reach, against the exact shares of a sample of groups."""
    random = np.random.default_rng(12)
    amounts = random.integers(-(10**11), 10**11, groups)
    weights = random.integers(0, 5, groups * cells_each)
    weights[::cells_each] += 1
    shares = share_out(amounts, weights, np.repeat(np.arange(groups), cells_each)).reshape(groups, cells_each)
    assert np.array_equal(shares.sum(axis=1), amounts)
    for group in range(0, groups, max(1, groups // 50)):
        row = weights.reshape(groups, cells_each)[group]
        assert shares[group].tolist() == by_hand(int(amounts[group]), row.tolist())


def by_hand(amount: int, weights: list[int]) -> list[int]:
    """The rule as one would write it down."""
    total = sum(weights)
    exact = [Fraction(abs(amount) * weight, total) for weight in weights]
    shares = [int(share) for share in exact]
    for i in sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))[: abs(amount) - sum(shares)]:
        shares[i] += 1
    return [-share for share in shares] if amount < 0 else shares
