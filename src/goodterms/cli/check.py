"""``goodterms check``: say whether an installation holds what it should."""

from __future__ import annotations

from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE, DONE_WITH_LOSS


def check(
    head: Annotated[
        str, typer.Option("--head", metavar="N:DIGEST", help="The audit's head as `status` printed it once, kept elsewhere.", show_default=False)
    ] = "",
    home: Home = None,
    as_: As = "",
) -> int:
    """Verify the audit, every file of facts, original and kept month, and the sums of closed months; name what was changed or has gone.

    Exit codes: 0 all is as it should be; 1 something is not; 2 wrong use.
    """
    by = acting_in(home, as_).by
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.work.check import check as checked  # noqa: PLC0415
    from goodterms.work.check_audit import head_of  # noqa: PLC0415

    result = checked(connect(), by=by, elsewhere=head_of(head) if head else None)
    for line in (*result.said, *result.found):
        typer.echo(line)
    typer.echo(
        f"{len(result.found):,} to look at. What is not named here is whole and stays in use; a backup brings back the rest." if result.found else "Whole."
    )
    return DONE_WITH_LOSS if result.found else DONE
