"""``goodterms undo``: take an import back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.import_files import MOST_SAID, agreed
from goodterms.cli.look import DONE
from goodterms.cli.progress import shown_on
from goodterms.problems import visible

if TYPE_CHECKING:
    from goodterms.work.undo_import import Undoing


def undo(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="The number of the import.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Undo it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    home: Home = None,
    as_: As = "",
) -> int:
    """Take an import back, whichever came after it: the base is as if it had never been made, after showing what that would change."""
    by, at, login = acting_in(home, as_)
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.work.sweep import sweep_when_free  # noqa: PLC0415
    from goodterms.work.undo_import import prepare_undoing  # noqa: PLC0415
    from goodterms.work.undo_import import undo as undone  # noqa: PLC0415

    engine = connect()
    with shown_on(sys.stderr) as progress:
        progress("looking at what would change")
        undoing = prepare_undoing(number, engine, by=by)
    _show(undoing)
    if dry_run or not (yes or agreed("Undo it?")):
        typer.echo("Nothing was changed.")
        return DONE
    with shown_on(sys.stderr) as progress:
        progress("undoing")
        months = undone(number, engine, by=by, at=at, login=login)
        sweep_when_free(at=at)
    typer.echo(f"Import {number} is undone: {_months(months)} of facts changed.")
    return DONE


def _show(undoing: Undoing) -> None:
    typer.echo(f"{_months(undoing.months)} of facts would change.")
    if undoing.going:
        typer.echo(f"Known by this import alone, and gone with it: {', '.join(f'{count:,} {kind}' for kind, count in undoing.going.items())}.")
    for name in undoing.staying[:MOST_SAID]:
        typer.echo(f"    {visible(name)} stays: people changed it or work with it.")
    if len(undoing.staying) > MOST_SAID:
        typer.echo(f"    {len(undoing.staying) - MOST_SAID:,} more stay.")
    for document in undoing.closed[:MOST_SAID]:
        typer.echo(f"    {visible(document)} is of a closed month: it cannot be undone before the month is reopened.")


def _months(count: int) -> str:
    return f"{count:,} month{'s' * (count != 1)}"
