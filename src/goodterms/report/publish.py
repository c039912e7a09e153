"""Writing a report: the page, every table as CSV and Parquet, one workbook, and what figures are traced to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goodterms.analysis.result import Result
    from goodterms.intake import Reading

PAGE = "report.html"
WORKBOOK = "tables.xlsx"
TABLES = "tables"


def write_report(result: Result, folder: Path, *, reading: Reading | None = None, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Write all of a report into a folder.

    ``report.html`` (one file, no network), ``tables/NAME.csv`` and ``tables/NAME.parquet`` (full precision), ``tables.xlsx`` (no live formulas), and what
    ``goodterms trace`` walks back to.

    Parameters
    ----------
    folder
        An existing folder, or one that can be made; files of these names are replaced.
    reading
        The files that the result was made from, for their account in the page.
    progress
        Called with a few words when a step begins.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OSError
        When the disk refuses.
    """
    from goodterms.report.page import report_page  # noqa: PLC0415  (heavy: only where a report is written)
    from goodterms.report.tables import write_tables  # noqa: PLC0415
    from goodterms.report.trace import keep_for_trace  # noqa: PLC0415
    from goodterms.report.workbook import write_workbook  # noqa: PLC0415

    tell = progress or (lambda _step: None)
    folder.mkdir(parents=True, exist_ok=True)
    tell("fetching tables")
    tables = {name: result.tables[name] for name in result.tables}
    with ThreadPoolExecutor(max_workers=1) as beside:
        # CSV and Parquet are written outside the interpreter's lock, so the page and the workbook are made meanwhile.
        written = beside.submit(write_tables, tables, folder / TABLES)
        tell("writing the page")
        page = folder / PAGE
        page.write_text(report_page(result, reading), encoding="utf-8")
        tell("writing the workbook")
        workbook = write_workbook(tables, folder / WORKBOOK)
        tell("writing the tables")
        paths = [page, workbook, *written.result()]
    if result.origins:
        tell("keeping what figures are traced to")
        keep_for_trace(result, folder)
    return paths
