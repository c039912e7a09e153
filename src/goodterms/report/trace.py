"""Any figure walks back: a cost to its rate, driver counts, pool and account rows; a bar of the bridge to its items and invoice lines, with file and row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from goodterms.report.reopened import ABOUT, FOLDER, ReopenedReport
from goodterms.report.trace_bar import traced_bar
from goodterms.report.trace_line import Trace
from goodterms.report.trace_step import traced_step

if TYPE_CHECKING:
    from goodterms.analysis.result import Result


def keep_for_trace(result: Result, folder: Path) -> None:
    """Keep beside a report what :func:`trace_step` walks back to: sale lines, costs and activities with their file and row, as Parquet."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    for name, table in result.origins.items():
        table.to_parquet(place / f"{name}.parquet")
    periods = [p for p in (result.earlier, result.later) if p is not None]
    about = {
        "version": 1,
        "measure": result.measure,
        "fiscal_year_start": result.fiscal_year_start,
        "periods": [{"label": p.label, "first": p.first.isoformat(), "last": p.last.isoformat()} for p in periods],
    }
    (place / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")


def trace_step(
    folder: Path, *, customer: str | None = None, product: str | None = None, step: str | None = None, period: str | None = None, bridge: str | None = None
) -> Trace:
    """Walk a figure of a report back to its documents and cost accounts.

    The figure is the one that the report prints. Parts add up to the figure above them; formulas, and the lines of both periods below an item, say what it was
    worked out from.

    Parameters
    ----------
    folder
        What ``goodterms look`` left.
    customer, product
        Keys, or names that one alone has; without either, the whole company.
    step
        A row of the waterfall, by its name or as printed ("order: delivery", "Discounts on the invoice"); a step that stands at several levels is opened at
        all of them by its plain name ("delivery").
    period
        A period of the report or a month; by default the later period.
    bridge
        A bar of the bridge, by its name or as printed ("mix between", "New customers"), instead of ``step``.

    Raises
    ------
    UnreadableFileError
        When the folder is not a report.
    UsageError
        When the step, key or period is not in the report (the sentence lists what is), or belongs to no customer or product.
    """
    report = ReopenedReport(Path(folder))
    return traced_bar(report, bridge, customer, product) if bridge is not None else traced_step(report, step or "", customer, product, period)
