"""``goodterms run``: work out the company's figures from all that was imported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE, DONE_WITH_LOSS
from goodterms.cli.progress import shown_on
from goodterms.problems import visible


def run(
    periods: Annotated[
        tuple[str, str] | None, typer.Option("--periods", metavar="A B", help="Compare these: 2012, 2012Q1, 2012-03 or 2012-01..2012-11.", show_default=False)
    ] = None,
    policy: Annotated[Path | None, typer.Option("--policy", metavar="F", help="Another policy than the installation's own.")] = None,
    keep: Annotated[str, typer.Option("--keep", metavar="NAME", help="Give the run a name: it is kept for good.", show_default=False)] = "",
    later: Annotated[bool, typer.Option("--later", help="Leave it to a worker.")] = False,
    home: Home = None,
    as_: As = "",
) -> int:
    """Work out what every customer and product earns, and show these figures in lists from now on."""
    by, at, login = acting_in(home, as_, to="RUN")
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.facts.policy import Policy  # noqa: PLC0415
    from goodterms.work.run_analysis import run_analysis  # noqa: PLC0415

    rules = Policy.load(policy) if policy else None
    if later:
        from goodterms.work.job import ask_for  # noqa: PLC0415
        from goodterms.work.tasks import run_later  # noqa: PLC0415

        text = policy.read_text("utf-8-sig") if policy else ""
        job = ask_for(run_later, what="run", by=by, at=at, periods=list(periods or ()), policy=text, kept_as=keep)
        typer.echo(f"Job {job.pk} waits for a worker:   goodterms worker")
        return DONE
    with shown_on(sys.stderr) as progress:
        made, result = run_analysis(connect(), policy=rules, periods=periods, kept_as=keep, by=by, at=at, login=login, progress=progress)
    typer.echo(result.answer)
    for notice in result.notices:
        typer.echo(f"    {visible(notice)}")
    typer.echo(f"Run {made.number}, as of {made.as_of}.")
    return DONE_WITH_LOSS if result.has_unassigned else DONE
