"""A result as JSON at full precision, in a documented, versioned form (``docs/how-to/json.md``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from goodterms.analysis.result import Bridge, Result, Whale
    from goodterms.facts.periods import Period
    from goodterms.intake import Reading
    from goodterms.problems import Problem

SCHEMA = "goodterms.look/1"
"""The number rises when something is renamed or removed; what is only added leaves it."""
LEFT_TO_FILES = ("cube", "shares", "bridge_items")
"""Tables of cells: they may have millions of rows, and stand in the report's folder as CSV and Parquet."""
_UNTOLD = ("seconds",)
"""Figures that differ from run to run."""


def as_json(result: Result, reading: Reading | None = None) -> str:
    """A result as one JSON document.

    Amounts are strings of plain digits, so that nothing is lost on the way ("-491870.0066"); counts, rates of leaks and flags are numbers and booleans; a day
    is "2013-11-29". The same result gives the same text.
    """
    return json.dumps(document(result, reading), ensure_ascii=False, separators=(",", ":"), default=_plain)


def document(result: Result, reading: Reading | None = None) -> dict[str, Any]:
    """The document as plain values, in the order in which ``look`` prints."""
    from importlib.metadata import version  # noqa: PLC0415  (reads the disk)

    return {
        "schema": SCHEMA,
        "goodterms": version("goodterms"),
        "measure": result.measure,
        "currency": result.currency,
        "periods": {"earlier": _period(result.earlier), "later": _period(result.later)},
        "unfilled": list(result.unfilled),
        "answer": result.answer,
        "explanation": list(result.explanation),
        "bridge": _bridge(result.bridge),
        "like_for_like": _bridge(result.like_for_like),
        "waterfall": [asdict(row) | {"change": None if row.earlier is None or row.later is None else row.later - row.earlier} for row in result.waterfall],
        "whale": {"earlier": _whale(result.whale_earlier), "later": _whale(result.whale)},
        "customers": [asdict(culprit) for culprit in result.customers],
        "products": [asdict(culprit) for culprit in result.products],
        "unassigned": result.unassigned,
        "missing": [asdict(missing) for missing in result.missing],
        "notices": list(result.notices),
        "figures": {name: figure for name, figure in result.figures.items() if name not in _UNTOLD},
        "tables": {name: _table(name, result.tables) for name in result.tables},
        "files": [] if reading is None else [_file(account) for account in reading.files],
        "problems": [] if reading is None else [_problem(problem) for problem in reading.problems],
    }


def _period(period: Period | None) -> dict[str, Any] | None:
    return None if period is None else {"label": period.label, "first": period.first, "last": period.last}


def _bridge(bridge: Bridge | None) -> dict[str, Any] | None:
    if bridge is None:
        return None
    told = {name: getattr(bridge, name) for name in ("measure", "earlier", "later", "quantities", "start", "end", "change", "sales_start", "sales_end")}
    steps = [asdict(step) for step in bridge.steps]
    return told | {"steps": steps, "continuing": [asdict(share) for share in bridge.continuing], "counts": dict(bridge.counts)}


def _whale(whale: Whale | None) -> dict[str, Any] | None:
    return None if whale is None else asdict(whale)


def _table(name: str, tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """A table as its columns and rows; a table of cells as the files that hold it."""
    if name in LEFT_TO_FILES:
        return {"files": [f"tables/{name}.csv", f"tables/{name}.parquet"]}
    table = tables[name]
    columns = [column.to_pylist() for column in table.columns]
    return {"columns": table.column_names, "rows": [list(row) for row in zip(*columns, strict=True)]}


def _file(account: Any) -> dict[str, Any]:
    """What became of the records of a file, and how it was understood."""
    names = (
        "file",
        "sheet",
        "table",
        "source",
        "physical",
        "accepted",
        "rejected",
        "set_aside",
        "met_again",
        "dialect",
        "first_date",
        "last_date",
        "credit_notes",
    )
    told = {name: getattr(account, name) for name in names}
    columns = [asdict(column) for column in account.columns]
    aside = [{"row": ref.row, "reason": ref.reason, "text": ref.text} for ref in account.set_aside_rows]
    return told | {
        "set_aside_rows": aside,
        "said": list(account.said),
        "net_by_currency": dict(account.net_by_currency),
        "columns": columns,
        "not_used": list(account.unmapped),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return problem.as_dict() | {"text": str(problem)}


def _digits(amount: Decimal) -> str:
    """A decimal as plain digits, without zeros that say nothing.

    Examples
    --------
    >>> _digits(Decimal("-491870.006600")), _digits(Decimal("0E-12")), _digits(Decimal("1200"))
    ('-491870.0066', '0', '1200')
    """
    if not amount:
        return "0"
    digits = f"{amount:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _plain(value: object) -> object:
    """What JSON has no word for: decimals as digits, days as ISO dates, the rest as text."""
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)
