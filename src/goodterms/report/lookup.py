"""Columns of result tables, found by name and read as plain values or as whole units of money."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_CENT_PLACES = 2
_WORD_BITS, _SIGN_BIT = 64, 63
"""A decimal is stored as two words, the lower one first; where the upper one is but its sign, one is enough."""


def table_of(tables: Mapping[str, pa.Table], name: str) -> pa.Table | None:
    """A table that has rows; None where there is none."""
    if name not in tables:
        return None
    table = tables[name]
    return table if table.num_rows else None


def found(table: pa.Table, *names: str) -> str | None:
    """The first of these names that the table has; a space in a name is as good as an underscore where no column is called so itself."""
    have = {name.replace("_", " "): name for name in table.column_names} | {name: name for name in table.column_names}
    return next((have[wanted] for name in names for wanted in (name, name.replace("_", " ")) if wanted in have), None)


def plain(table: pa.Table, *names: str) -> list[Any]:
    """A column as Python values; Nones where the table has no such column."""
    name = found(table, *names)
    return table[name].to_pylist() if name else [None] * table.num_rows


def units(column: pa.ChunkedArray) -> tuple[NDArray[Any], int]:
    """A decimal column as integers of its smallest unit, and how many places that has; null is 0. Integers of Python where 63 bits are too few."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    kind = column.type
    if not pa.types.is_decimal128(kind):
        return np.asarray(pc.fill_null(column, 0).to_numpy(), dtype=np.int64), 0
    parts = []
    for chunk in column.chunks:
        known = pc.fill_null(chunk, pa.scalar(Decimal(0), kind))
        words = np.frombuffer(known.buffers()[1], dtype=np.int64)[2 * known.offset : 2 * (known.offset + len(known))].reshape(-1, 2)
        low, high = words[:, 0], words[:, 1]
        fits = np.array_equal(high, low >> _SIGN_BIT)
        parts.append(low if fits else high.astype(object) * 2**_WORD_BITS + low.view(np.uint64).astype(object))
    return (np.concatenate(parts) if parts else np.zeros(0, np.int64)), kind.scale


def cents_of(column: pa.ChunkedArray) -> list[int]:
    """A column of amounts in whole cents, rounded by largest remainder to the cents of its sum: a reader who adds up the column finds no gap.

    Ties go to the row above: tables stand in the order of their keys, so that the same figures give the same cents. Whole numbers throughout, so that a sum
    of any size stays exact.
    """
    import numpy as np  # noqa: PLC0415

    amounts, places = units(column)
    if places <= _CENT_PLACES:
        return [int(a) * 10 ** (_CENT_PLACES - places) for a in amounts]
    cent = 10 ** (places - _CENT_PLACES)
    floors, rests = amounts // cent, amounts % cent
    missing = _rounded(int(amounts.sum(dtype=object)), cent) - int(floors.sum(dtype=object)) if len(amounts) else 0
    floors[np.argsort(-rests, kind="stable")[:missing]] += 1
    return [int(f) for f in floors]


def _rounded(amount: int, cent: int) -> int:
    """Whole cents of an amount, half away from zero."""
    whole = (2 * abs(amount) + cent) // (2 * cent)
    return whole if amount >= 0 else -whole


def from_cents(whole: int) -> Decimal:
    """Whole cents as an amount.

    Examples
    --------
    >>> from_cents(-123456)
    Decimal('-1234.56')
    """
    return Decimal(whole).scaleb(-_CENT_PLACES)


def to_cents(amount: Decimal) -> int:
    """An amount, already in cents, as a whole number of them."""
    return int(amount.scaleb(_CENT_PLACES))
