"""``goodterms demo``: build the simulated company, look at it, and open the report."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.look import DONE, look_at
from goodterms.cli.progress import shown_on
from goodterms.cli.report_folder import check_folder, written_at_once

MOST_EXPORTED = 1_000_000
"""Sale lines up to which the company's export is CSV and XLSX, as real ones are; above, Parquet."""


def demo(
    lines: Annotated[int, typer.Option("--lines", metavar="N", min=1_000, max=10_000_000, help="How many sale lines.")] = 100_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Which company: the same seed builds the same one.")] = 1,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the company's files and the report go.")] = Path("goodterms-demo"),
) -> int:
    """Build a simulated wholesaler whose sales grow while its profit falls, say why, and open the report.

    Part of its cost has no driver, as in real companies: look would end with 1 for it, the demo ends with 0.
    """
    from goodterms.demo import build_company  # noqa: PLC0415  (heavy: loaded when it is used)

    place, report = out / "company", out / "report"
    check_folder(report)
    with shown_on(sys.stderr) as progress, written_at_once(place) as staging:
        built = build_company(staging, lines=lines, seed=seed, sale_format="as exported" if lines <= MOST_EXPORTED else "parquet", progress=progress)
    company = built.moved_to(place)
    typer.echo(f"The simulated company's files are in {place}: {company.lines:,} sale lines. What is really wrong with it stands in {company.truth}.\n")
    look_at(
        company.sale_files,
        costs=[company.costs],
        activities=[company.activities],
        products=[company.products],
        customers=[company.customers],
        policy=company.policy,
        out=report,
    )
    _open(report / "report.html")
    return DONE


def _open(page: Path) -> None:
    """Open a page where somebody sits in front of a desktop; its place was printed in any case."""
    has_desktop = sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if has_desktop and sys.stdout.isatty():
        import webbrowser  # noqa: PLC0415

        webbrowser.open(page.resolve().as_uri())
