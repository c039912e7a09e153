"""``goodterms init``: make an installation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.acting import home_of
from goodterms.cli.look import DONE


def init(
    home: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder to make; else ./goodterms.", show_default=False)] = None,
    database: Annotated[
        str, typer.Option("--database", metavar="URL", help="postgresql://user@host/name; else a SQLite file in the folder.", show_default=False)
    ] = "",
) -> int:
    """Make an installation: one folder that holds the register, the facts, the originals and their keys."""
    from goodterms.work.installation import init as made  # noqa: PLC0415

    place = made(home_of(home), database=database, at=datetime.now(UTC))
    typer.echo(f"The installation is in {place}. Bring the first files into it:   goodterms import --home {place} invoices.csv")
    return DONE
