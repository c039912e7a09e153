"""``goodterms backup``: keep all that an installation holds in a file, or write it as lines that can be compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE, DONE_WITH_LOSS
from goodterms.cli.progress import shown_on
from goodterms.errors import UsageError


def backup(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The file to write; its keys lie in FILE.keys.", show_default=False)] = None,
    dump: Annotated[
        Path | None, typer.Option("--dump", metavar="FILE", help="Write the canonical dump alone: lines of JSON, equal for equal installations.")
    ] = None,
    keep: Annotated[
        int, typer.Option("--keep", metavar="N", min=0, help="Keep the newest N whose names differ in digits alone; remove older ones with their keys.")
    ] = 0,
    state: Annotated[bool, typer.Option("--state", help="With --dump: only what the base says, and nothing of how it came to be.")] = False,
    home: Home = None,
    as_: As = "",
) -> int:
    """Write a backup while others work on: the archive, and beside it the keys of the originals, to be kept apart from it.

    Exit codes: 0 done; 1 done, but files that have gone are not in it; 2 wrong use.
    """
    if (file is None) == (dump is None) or (state and dump is None) or (keep and file is None):
        raise UsageError("Name the file of the backup, or --dump FILE for the canonical dump alone.")
    by, at, _ = acting_in(home, as_)
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.work.backup import backup as written  # noqa: PLC0415
    from goodterms.work.backup import keys_beside, write_dump  # noqa: PLC0415
    from goodterms.work.dump import Compared  # noqa: PLC0415
    from goodterms.work.kept_backups import remove_older  # noqa: PLC0415

    with shown_on(sys.stderr) as progress:
        progress("writing")
        if file is None:
            write_dump(dump or Path(), connect(), Compared.STATE if state else Compared.BACKUP, by=by)
            return DONE
        lost = written(file, connect(), by=by, at=at)
    older = remove_older(file, keep, at=at) if keep and not lost else []
    for sentence in (*lost, *older):
        typer.echo(sentence)
    typer.echo(f"Written: {file}, and the keys of its originals: {keys_beside(file)}. Restoring needs both.")
    return DONE_WITH_LOSS if lost else DONE
