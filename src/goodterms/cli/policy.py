"""``goodterms policy check``: what each cost pool would be shared by, at which rate, and what would stay unassigned."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.asking import Asking
from goodterms.cli.look import DONE, DONE_WITH_LOSS, output, prepared
from goodterms.cli.progress import shown_on

app = typer.Typer(name="policy", help="What causes each cost: policy.toml.", no_args_is_help=True)


@app.callback()
def policy() -> None:
    """Check a policy against the costs and drivers that there are."""


@app.command()
def check(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="How costs are shared: policy.toml.", show_default=False)],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sale lines: orders and lines are counted in them.", show_default=False)],
    costs: Annotated[list[Path], typer.Option("--costs", metavar="F", help="Amounts of cost by month and pool.", show_default=False)],
    activities: Annotated[list[Path] | None, typer.Option("--activities", metavar="F", help="Visits, calls, deliveries, tickets, returns.")] = None,
    products: Annotated[list[Path] | None, typer.Option("--products", metavar="F", help="Weights and units of products.")] = None,
    customers: Annotated[list[Path] | None, typer.Option("--customers", metavar="F", help="Managers and segments of customers.")] = None,
    mapping: Annotated[Path | None, typer.Option("--map", metavar="F", help="What the columns mean, where their names do not say it.")] = None,
    answers: Annotated[list[str] | None, typer.Option("--answer", metavar="KEY=VALUE", help="Answer a question, as the question says it.")] = None,
    periods: Annotated[
        tuple[str, str] | None, typer.Option("--periods", metavar="A B", help="Count these: 2012, 2012Q1, 2012-03 or 2012-01..2012-11.", show_default=False)
    ] = None,
) -> int:
    """Say what a policy makes of each cost pool: its driver, how often that was counted, the rate, and what stays unassigned, with the reason.

    Nothing is written but answers to questions. Exit codes: 0 nothing stays unassigned; 1 something does, or rows were rejected; 2 wrong use, mapping or
    policy; 3 an answer is needed; 4 a file is unreadable.
    """
    import goodterms  # noqa: PLC0415
    from goodterms.report.policy_check import print_policy_check  # noqa: PLC0415

    tables = {"costs": costs, "activities": activities or [], "products": products or [], "customers": customers or []}
    asking = Asking(mapping, answers or ())
    reading, rules = prepared(places=lambda: None, policy=policy, periods=periods, read=lambda: asking.read(files, tables))
    asking.keep()
    with shown_on(sys.stderr) as progress:
        result = goodterms.analyse(reading, periods=periods, policy=rules, progress=progress)
    print_policy_check(result, output())
    if asking.kept is not None:
        typer.echo(asking.said)
    return DONE_WITH_LOSS if reading.rejected or result.has_unassigned else DONE
