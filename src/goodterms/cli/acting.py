"""What every command that works in an installation is told: where it is, and who acts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from goodterms.register.user import User

Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="The installation; else what GOODTERMS_HOME names, else ./goodterms.", show_default=False)
]
As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who acts; else the system user, with a controller's rights.", show_default=False)]


class Acting(NamedTuple):
    """Who does something, when, and as which login of the machine."""

    by: User
    at: datetime
    login: str


def home_of(home: Path | None) -> Path:
    """The folder of the installation that is meant."""
    return home or Path(os.environ.get("GOODTERMS_HOME") or "goodterms")


def acting_in(home: Path | None, email: str, *, to: str = "") -> Acting:
    """Open the installation and say who acts.

    ``to`` names a verb of :class:`goodterms.register.rights.Verb` that the user must be allowed, where what the command calls does not ask itself.

    Raises
    ------
    UsageError
        There is no such installation or user.
    NotAllowedError
        The user may not.
    """
    from goodterms.work.installation import acting, open_installation, os_login  # noqa: PLC0415  (heavy: only where there is an installation)

    open_installation(home_of(home))
    by = acting(email)
    if to:
        from goodterms.register.access import ensure_may  # noqa: PLC0415
        from goodterms.register.rights import Verb  # noqa: PLC0415

        ensure_may(by, Verb[to])
    return Acting(by, datetime.now(UTC), os_login())
