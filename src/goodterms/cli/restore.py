"""``goodterms restore``: make an installation from a backup."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.look import DONE, DONE_WITH_LOSS
from goodterms.cli.progress import shown_on


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup; FILE.keys lies beside it.", show_default=False)],
    home: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)],
    database: Annotated[
        str, typer.Option("--database", metavar="URL", help="postgresql://user@host/name, an empty one; else a SQLite file in the folder.", show_default=False)
    ] = "",
    erasures: Annotated[
        Path | None, typer.Option("--erasures", metavar="FILE", help="The newest erasures.jsonl: what was erased since the backup is erased here too.")
    ] = None,
) -> int:
    """Make a new installation from a backup, on either database, and check it.

    Exit codes: 0 done; 1 done, and what is named is not as it should be; 2 wrong use; 4 the backup is unreadable, nothing was restored.
    """
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.work.restore import restore as restored  # noqa: PLC0415

    with shown_on(sys.stderr) as progress:
        progress("restoring")
        made = restored(file, home, database=database, erasures=erasures, at=datetime.now(UTC))
        from goodterms.work.check import check  # noqa: PLC0415  (its models are there when the installation is)
        from goodterms.work.installation import acting  # noqa: PLC0415

        progress("checking")
        found = check(connect(), by=acting("")).found
    for sentence in found:
        typer.echo(sentence)
    if made.newer_erasures:
        typer.echo(f"Erasures newer than the backup, applied: {made.newer_erasures:,}.")
    else:
        typer.echo("No erasure newer than the backup was given: what was erased since is there again. Pass the newest list with --erasures.")
    typer.echo(f"The installation is in {made.home}.")
    return DONE_WITH_LOSS if found else DONE
