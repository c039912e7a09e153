"""``goodterms status``: one screen on what an installation holds and what waits."""

from __future__ import annotations

import typer

from goodterms.cli.acting import As, Home, acting_in, home_of
from goodterms.cli.look import DONE


def status(home: Home = None, as_: As = "") -> int:
    """Say in one screen what the installation holds, what runs, what waits, and how far its audit goes."""
    by, at, _ = acting_in(home, as_)
    from goodterms.work.state import lines_of_state  # noqa: PLC0415

    for line in lines_of_state(home_of(home), by=by, at=at):
        typer.echo(line)
    return DONE
