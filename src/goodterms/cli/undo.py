"""``goodterms undo``: take an import back."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE
from goodterms.cli.progress import shown_on


def undo(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="The number of the import.", show_default=False)],
    home: Home = None,
    as_: As = "",
) -> int:
    """Take an import back, whichever came after it: the base is as if it had never been made."""
    by, at, login = acting_in(home, as_)
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.work.sweep import sweep_when_free  # noqa: PLC0415
    from goodterms.work.undo_import import undo as undone  # noqa: PLC0415

    with shown_on(sys.stderr) as progress:
        progress("undoing")
        run = undone(number, connect(), by=by, at=at, login=login)
        sweep_when_free(at=at)
    months = sum(len(months) for months in run.months.values())
    typer.echo(f"Import {number} is undone: {months:,} month{'s' * (months != 1)} of facts changed.")
    return DONE
