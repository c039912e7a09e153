"""``goodterms trace``: walk any figure of a report back to its documents and cost accounts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goodterms.errors import UsageError
from goodterms.problems import visible

if TYPE_CHECKING:
    from goodterms.report.trace_line import TraceLine


def trace(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A report's folder, as look left it.", show_default=False)],
    customer: Annotated[str | None, typer.Option("--customer", metavar="K", help="Key of a customer, or its name.")] = None,
    product: Annotated[str | None, typer.Option("--product", metavar="K", help="Key of a product, or its name.")] = None,
    step: Annotated[str | None, typer.Option("--step", metavar="S", help="Step of the waterfall, as printed: picking, discounts, product cost.")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="P", help="Period of the report, or a month of it.")] = None,
    bridge: Annotated[str | None, typer.Option("--bridge", metavar="STEP", help="Bar of the bridge, as printed: mix between, new customers.")] = None,
) -> None:
    """Say where a figure comes from: rate, driver counts, pool and accounts of a cost; customers, items and invoice lines of a bar of the bridge.

    Give either --step or --bridge; --customer or --product narrows it down.
    """
    if (step is None) == (bridge is None):
        raise UsageError("Pass --step to trace a figure of the waterfall, or --bridge to trace a bar of the bridge.")

    from goodterms.report.trace import trace_step  # noqa: PLC0415  (heavy: loaded when it is used)

    found = trace_step(folder, customer=customer, product=product, step=step, period=period, bridge=bridge)
    typer.echo(visible(found.title))
    _print(found.lines, depth=1)


def _print(lines: Iterable[TraceLine], depth: int) -> None:
    for line in lines:
        typer.echo(f"{'  ' * depth}{visible(str(line))}")
        _print(line.lines, depth + 1)
