"""The decimal sign that a file's own arithmetic proves: quantity × price is the amount, net value + tax the gross one, in one reading and not in the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from goodterms.intake.values.agreement import NEARLY_ALL, OVER_A_CENT
from goodterms.intake.values.number_forms import plain_digits
from goodterms.intake.values.typed_column import RawColumn, Where, present

_PRODUCTS = (
    ("quantity", "unit_price", "net_value"),
    ("quantity", "unit_price", "gross_value"),
    ("quantity", "unit_list_price", "list_value"),
    ("quantity", "unit_list_price", "net_value"),
    ("quantity", "unit_cost", "product_cost"),
    ("quantity", "unit_weight", "weight"),
)
_REDUCED = (("quantity", "unit_price", "discount_rate", "net_value"), ("quantity", "unit_list_price", "discount_rate", "net_value"))
_SUMS = (("net_value", "tax", "gross_value"), ("net_value", "discount", "list_value"), ("product_cost", "margin", "net_value"))
_SIGNS = (".", ",")
_PART = 0.0005
"""So large a share of an amount may be lost in a price or rate that was rounded."""


def signs_by_arithmetic(con: Any, where: Where, columns: Mapping[str, RawColumn], signs: Mapping[str, str | None]) -> dict[str, str]:
    """The decimal sign of columns whose own values leave it open (None in ``signs``), by place, where an equation of the file's columns holds with one alone.

    Open columns of one equation are read alike. It has to hold on nearly all rows on which the readings differ, or on none.
    """
    of_ours = {where.ours[column.theirs]: column for column in columns.values() if column.theirs in where.ours}
    found: dict[str, set[str]] = {}
    for terms, left in _equations():
        if not of_ours.keys() >= set(terms):
            continue
        open_ = [place for ours in terms if signs[place := of_ours[ours].place] is None]
        if open_ and (sign := _proven(con, where, [of_ours[ours] for ours in terms], left, signs)):
            for place in open_:
                found.setdefault(place, set()).add(sign)
    return {place: said.pop() for place, said in found.items() if len(said) == 1}


def _equations() -> Iterator[tuple[tuple[str, ...], str]]:
    """Our columns of each equation, of which the last is what the others come to, and the SQL of these as ``{0}``, ``{1}``, ``{2}``."""
    yield from ((terms, "{0} * {1}") for terms in _PRODUCTS)
    yield from ((terms, "{0} * {1} * (1 - {2} / 100)") for terms in _REDUCED)
    yield from ((terms, "{0} + {1}") for terms in _SUMS)


def _proven(con: Any, where: Where, columns: list[RawColumn], left: str, signs: Mapping[str, str | None]) -> str:
    """The sign with which an equation holds, whatever the sides' signs, "" where both or none do; a row counts that has all of its columns, and no zero."""
    values: list[str] = []
    holds = []
    for number, sign in enumerate(_SIGNS):
        *terms, result = names = [f"v{number}_{place}" for place in range(len(columns))]
        off = f"greatest({OVER_A_CENT}, abs({result}) * {_PART})"
        holds.append(f"coalesce({result} <> 0 AND abs(abs({left.format(*terms)}) - abs({result})) <= {off}, false)")
        for column, name in zip(columns, names, strict=True):
            number_sql = column.read_as("n", column.place, plain_digits(column.place, signs[column.place] or sign))
            values.append(f"TRY_CAST({number_sql} AS DOUBLE) AS {name}")
    by_dot, by_comma = holds
    zero = f"coalesce(v0_{len(columns) - 1}, v1_{len(columns) - 1}) = 0"
    counted = f"count(*) FILTER ({by_dot} AND NOT {by_comma}), count(*) FILTER ({by_comma} AND NOT {by_dot}), count(*) FILTER (NOT {by_dot} AND NOT {by_comma})"
    full = " AND ".join(f"{present(column.place)} IS NOT NULL" for column in columns)
    rows = f"(SELECT {', '.join(values)} FROM {where.table} WHERE {full})"
    dot, comma, neither = con.execute(f"SELECT {counted} FROM {rows} WHERE ({zero}) IS NOT TRUE").fetchone()
    return next((sign for sign, held in zip(_SIGNS, (dot, comma), strict=True) if held and held >= NEARLY_ALL * (dot + comma + neither)), "")
