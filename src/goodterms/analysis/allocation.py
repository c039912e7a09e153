"""Allocation: an amount is shared over cells by weight, to the unit, so that nothing is lost and row order never matters.

Two implementations of one rule, held equal by a test: :func:`share_out` on numpy arrays, and :func:`share_out_expression` for engines that spread over
machines. The rule is the largest remainder: each cell gets its exact share cut to a whole unit, and the units still missing go to the cells whose cut was
largest, ties to the cell that comes first. A negative amount is shared as its absolute value, with the sign put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from goodterms.errors import UsageError

if TYPE_CHECKING:
    import ibis

Units = npt.NDArray[np.int64]

EXACT_AMOUNT = 2**50
"""Amounts from here on are shared in Python's integers: below it, a floating-point estimate of a share is at most one unit off."""
EXACT_WEIGHT = 2**61
"""Weight totals from here on too: below it, a remainder within two totals fits into 64 bits."""
_CELLS_AT_ONCE = 2**17
_SORT_UP_TO = 256


def share_out(amounts: npt.ArrayLike, weights: npt.ArrayLike, groups: npt.ArrayLike) -> Units:
    """Share each group's amount over its cells by weight, in whole units.

    Parameters
    ----------
    amounts
        int64, one a group, in units (10⁻⁴ of the currency).
    weights
        int64 ≥ 0, one a cell. Cells come in the order that settles ties.
    groups
        The group of each cell, in ascending order; every group has a weight above 0.

    Returns
    -------
    numpy.ndarray
        int64, one a cell; the shares of a group sum to its amount, and each is less than one unit from its exact value.

    Raises
    ------
    UsageError
        For a negative weight, a group without weight, groups out of order, or arrays that do not fit together.

    Examples
    --------
    >>> share_out([1003, -1], [49, 51, 1, 1], [0, 0, 1, 1]).tolist()
    [491, 512, -1, 0]
    """
    amounts, weights, groups = _whole(amounts, "amounts"), _whole(weights, "weights"), _whole(groups, "groups")
    starts, sizes = _group_bounds(weights, groups, len(amounts))
    shares = np.empty(len(weights), np.int64)
    if not len(weights):
        return shares
    large = _is_large(amounts, weights, starts, sizes)
    for members, size in _by_size(sizes, large):
        for rows in _in_batches(members, size):
            cells = _cells_of(starts[rows], size)
            shares[cells] = _share_rows(amounts[rows], weights[cells].reshape(len(rows), size)).reshape(-1)
    for group in np.flatnonzero(large):
        cells = slice(starts[group], starts[group] + sizes[group])
        shares[cells] = _share_in_python(int(amounts[group]), weights[cells].tolist())
    return shares


def _whole(values: npt.ArrayLike, name: str) -> Units:
    """The values as 64-bit integers; fractions and floats are refused."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu" or (array.dtype == np.uint64 and int(array.max()) >= 2**63):
        raise UsageError(f"The {name} of an allocation are one row of 64-bit whole numbers.")
    return np.ascontiguousarray(array, np.int64)


def _group_bounds(weights: Units, groups: Units, count: int) -> tuple[Units, Units]:
    """Where each group's cells begin and how many they are; every group must be there, with weight."""
    if len(weights) != len(groups):
        raise UsageError(f"An allocation has {len(weights):,} weights for {len(groups):,} cells.")
    if len(weights) and int(weights.min()) < 0:
        raise UsageError("A weight of an allocation is below 0.")
    starts = np.flatnonzero(np.diff(groups, prepend=groups[:1] - 1)) if len(groups) else np.empty(0, np.int64)
    found = groups[starts]
    if not np.array_equal(found, np.arange(len(found))) or len(found) > count:
        raise UsageError("The groups of an allocation are numbered from 0 without a gap, in ascending order, one for each amount.")
    if len(found) < count:
        raise UsageError(f"{count - len(found):,} groups of an allocation have no cells. Keep them out: they are unassigned.")
    if len(starts) and not np.logical_or.reduceat(weights > 0, starts).all():
        raise UsageError("A group of an allocation has no weight. Keep it out: it is unassigned.")
    return starts, np.diff(starts, append=len(groups))


def _is_large(amounts: Units, weights: Units, starts: Units, sizes: Units) -> npt.NDArray[np.bool_]:
    """The groups whose amount or weight total is beyond what 64 bits hold exactly."""
    large = (amounts <= -EXACT_AMOUNT) | (amounts >= EXACT_AMOUNT)
    if int(weights.max()) * int(sizes.max()) >= EXACT_WEIGHT:
        large |= np.add.reduceat(weights, starts, dtype=np.float64) >= EXACT_WEIGHT * 0.999
    return large


def _by_size(sizes: Units, large: npt.NDArray[np.bool_]) -> Iterator[tuple[Units, int]]:
    """The groups of each size together: groups of one size are the rows of one rectangle, so that many small groups cost no loop."""
    members = np.flatnonzero(~large)
    members = members[np.argsort(sizes[members], kind="stable")]
    for same in np.split(members, np.flatnonzero(np.diff(sizes[members])) + 1):
        if len(same):
            yield same, int(sizes[same[0]])


def _in_batches(members: Units, size: int) -> Iterator[Units]:
    """Groups in batches that stay in the processor's cache; groups with many cells come alone."""
    batch = 1 if size > _SORT_UP_TO else _CELLS_AT_ONCE // size
    for first in range(0, len(members), batch):
        yield members[first : first + batch]


def _cells_of(starts: Units, size: int) -> slice | Units:
    """The cells of groups of one size: a slice where they stand side by side."""
    if int(starts[-1]) - int(starts[0]) == (len(starts) - 1) * size:
        return slice(int(starts[0]), int(starts[-1]) + size)
    return (starts[:, None] + np.arange(size)).reshape(-1)


def _share_rows(amounts: Units, weights: Units) -> Units:
    """The shares of groups of one size: a row a group, a column a cell."""
    size = np.abs(amounts)[:, None]
    total = weights.sum(axis=1, keepdims=True)
    share = (weights * (size / total)).astype(np.int64)
    remainder = size * weights - share * total  # both products may pass 64 bits; their difference is within two totals, and wraps back
    low, high = remainder < 0, remainder >= total
    share += high
    share -= low
    remainder += total * low
    remainder -= total * high
    share += _gets_one_more(remainder, size[:, 0] - share.sum(axis=1))
    return share * np.sign(amounts)[:, None]


def _gets_one_more(remainder: Units, missing: Units) -> npt.NDArray[np.bool_]:
    """The cells with the largest remainders, as many a row as units are missing, ties to the first."""
    rows, size = remainder.shape
    place = size - missing
    if rows == 1:
        if not missing[0]:
            return np.zeros((1, size), np.bool_)
        last_served = np.partition(remainder[0], place[0])[place[0]]
        chosen = remainder > last_served
        ties = np.flatnonzero(remainder[0] == last_served)
        chosen[0, ties[: missing[0] - np.count_nonzero(chosen)]] = True
        return chosen
    in_order = np.sort(remainder, axis=1)
    last_served = in_order[np.arange(rows), np.minimum(place, size - 1)][:, None]
    chosen = remainder > last_served
    tie = remainder == last_served
    left = (missing - np.count_nonzero(chosen, axis=1))[:, None]
    return chosen | (tie & (np.cumsum(tie, axis=1) <= left))


def _share_in_python(amount: int, weights: Sequence[int]) -> list[int]:
    """The same rule in integers of any size."""
    total = sum(weights)
    cut = [divmod(abs(amount) * weight, total) for weight in weights]
    shares = [share for share, _ in cut]
    for cell in sorted(range(len(cut)), key=lambda cell: (-cut[cell][1], cell))[: abs(amount) - sum(shares)]:
        shares[cell] += 1
    return shares if amount >= 0 else [-share for share in shares]


def share_out_expression(table: ibis.Table, *, amount: str, weight: str, group_keys: Sequence[str], order_keys: Sequence[str]) -> ibis.Table:
    """Add the column ``share`` by the same rule, as expressions that any engine can carry out.

    ``amount`` (the same on every row of a group) and ``weight`` name 64-bit integer columns; ``group_keys`` name a group and ``order_keys`` order its cells,
    without two equal. A group whose weights sum to 0 has null shares. Every division is a floating-point estimate that exact integers then correct, since
    engines differ in how they divide large integers.
    """
    import ibis  # noqa: PLC0415  (1 s to import: the kernel does without)

    def over(value: Any, *order: Any) -> Any:
        return value.over(group_by=list(group_keys), order_by=list(order) or None)

    sized = table.mutate(size_=_exact(table[amount]).abs(), weight_=_exact(table[weight]))
    totalled = sized.mutate(total_=_exact(over(sized.weight_.sum()).nullif(0)))
    cut = totalled.mutate(cut_=_whole_quotient(totalled.size_ * totalled.weight_, totalled.total_))
    # The estimate of a share beyond 2**50 is some units off: the same again on what is left, and the last unit by comparing.
    left = cut.mutate(left_=cut.size_ * cut.weight_ - cut.cut_ * cut.total_)
    cut = left.mutate(cut_=left.cut_ + _whole_quotient(left.left_, left.total_))
    left = cut.mutate(left_=cut.size_ * cut.weight_ - cut.cut_ * cut.total_)
    off = ibis.cases((left.left_ < 0, -1), (left.left_ >= left.total_, 1), else_=0)
    cut = left.mutate(cut_=left.cut_ + off, left_=left.left_ - off * left.total_)
    ranked = cut.mutate(
        missing_=cut.size_ - over(cut.cut_.sum()),
        rank_=over(ibis.row_number(), ibis.desc("left_"), *order_keys),
    )
    share = ranked.cut_ + (ranked.rank_ < ranked.missing_).cast("int64")
    signed = ibis.ifelse(ranked[amount] < 0, -share, share).cast("int64")
    return ranked.mutate(share=signed).select(*table.columns, "share")


def _exact(value: Any) -> Any:
    """An integer expression of up to 38 digits."""
    return value.cast("decimal(38, 0)")


def _whole_quotient(dividend: Any, divisor: Any) -> Any:
    """The quotient as a whole number next to it, as nearly as floating point tells; engines round or cut it, and either will do."""
    return _exact(dividend.cast("float64") / divisor.cast("float64"))
