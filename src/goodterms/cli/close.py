"""``goodterms close``: close months, or reopen them."""

from __future__ import annotations

from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE


def close(
    months: Annotated[list[str], typer.Argument(metavar="MONTH...", help="2024-01, or a span as 2024-01..2024-03.", show_default=False)],
    entity: Annotated[str, typer.Option("--entity", metavar="NAME", help="For one company of the group alone.", show_default=False)] = "",
    reopen: Annotated[bool, typer.Option("--reopen", help="Reopen instead.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is reopened.", show_default=False)] = "",
    home: Home = None,
    as_: As = "",
) -> int:
    """Close months: what their facts came to is written down, and no import or undoing changes them until they are reopened."""
    by, at, login = acting_in(home, as_)
    from goodterms.facts.engine import connect  # noqa: PLC0415
    from goodterms.facts.periods import Period  # noqa: PLC0415
    from goodterms.work import close_period  # noqa: PLC0415

    meant = sorted({month for text in months for month in Period.read(text).months})
    if reopen:
        close_period.reopen(meant, entity=entity, by=by, at=at, reason=reason, login=login)
    else:
        close_period.close(meant, connect(), entity=entity, by=by, at=at, login=login)
    typer.echo(f"{len(meant)} month{'s are' if len(meant) > 1 else ' is'} {'open again' if reopen else 'closed'}.")
    return DONE
