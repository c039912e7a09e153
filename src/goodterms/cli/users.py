"""``goodterms users``: who works with the base, in which role and team."""

from __future__ import annotations

from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE
from goodterms.errors import UsageError
from goodterms.problems import visible

app = typer.Typer(name="users", help="Who works with the base, in which role and team.")
_ROLES = "head, director, manager, controller or auditor."

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.", show_default=False)]


@app.callback(invoke_without_command=True)
def users(context: typer.Context, home: Home = None, as_: As = "") -> int:
    """List the users: address, name, role, team, and how many counterparties each owns."""
    if context.invoked_subcommand is not None:
        if home or as_:
            raise UsageError(f"Say --home and --as after {context.invoked_subcommand}, which they are for.")
        return DONE
    by, _, _ = acting_in(home, as_)
    from goodterms.work.users import list_users  # noqa: PLC0415  (heavy: only where there is an installation)

    found = list_users(by=by)
    if not found:
        typer.echo("There are no users yet. Add the first:   goodterms users add EMAIL --name NAME --role ROLE")
    widths = [max((len(str(user[column])) for user in found), default=0) for column in range(4)]
    for user in found:
        columns = "  ".join(f"{visible(value):<{width}}" for value, width in zip(user[:4], widths, strict=True))
        typer.echo(f"{columns}  {user.counterparties:,} counterparties{'' if user.is_active else ', deactivated'}")
    return DONE


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="First and last name.", show_default=False)],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help=_ROLES, show_default=False)],
    team: Annotated[str, typer.Option("--team", metavar="TEAM", help="Made if it is not there; a director has one.", show_default=False)] = "",
    home: Home = None,
    as_: As = "",
) -> int:
    """Add a user, who has no password yet."""
    by, at, login = acting_in(home, as_)
    from goodterms.work.users import add_user  # noqa: PLC0415

    made = add_user(email, name=name, role=role, team=team, by=by, at=at, login=login)
    typer.echo(f"{made.email} is added: {visible(made.name)}, {made.role}{f' of team {visible(made.team.name)}' if made.team else ''}.")
    return DONE


@app.command()
def change(
    email: Email,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.", show_default=False)] = None,
    role: Annotated[str | None, typer.Option("--role", metavar="ROLE", help=_ROLES, show_default=False)] = None,
    team: Annotated[str | None, typer.Option("--team", metavar="TEAM", help='Another team; "" for none.', show_default=False)] = None,
    active: Annotated[bool, typer.Option("--active", help="Let one who was deactivated act again.")] = False,
    home: Home = None,
    as_: As = "",
) -> int:
    """Change a user's name, role or team."""
    by, at, login = acting_in(home, as_)
    from goodterms.work.users import change_user  # noqa: PLC0415

    found = change_user(email, name=name, role=role, team=team, is_active=active or None, by=by, at=at, login=login)
    typer.echo(f"{found.email} is now: {visible(found.name)}, {found.role}{f' of team {visible(found.team.name)}' if found.team else ''}.")
    return DONE


@app.command()
def deactivate(email: Email, home: Home = None, as_: As = "") -> int:
    """Let a user act and see no more; what was done stays theirs."""
    by, at, login = acting_in(home, as_)
    from goodterms.work.users import deactivate_user  # noqa: PLC0415

    owned = deactivate_user(email, by=by, at=at, login=login)
    left = f" {owned:,} counterparties are still theirs: hand them over." if owned else ""
    typer.echo(f"{email} is deactivated.{left}")
    return DONE


@app.command()
def tie(
    key: Annotated[str, typer.Argument(metavar="KEY", help="What the files call a manager.", show_default=False)],
    email: Annotated[str, typer.Argument(metavar="[EMAIL]", help="Whose it is; without one, nobody's any more.", show_default=False)] = "",
    space: Annotated[str, typer.Option("--keys", metavar="SPACE", help="The key space of the file, where it has one.", show_default=False)] = "",
    home: Home = None,
    as_: As = "",
) -> int:
    """Say whose a manager's key in the files is: its customers are from now on that user's."""
    by, at, login = acting_in(home, as_)
    from goodterms.work.users import tie_key  # noqa: PLC0415

    count = tie_key(key, email, space=space, by=by, at=at, login=login)
    typer.echo(f"{visible(key)} is tied to {email or 'nobody'}: {count:,} customers.")
    return DONE


@app.command()
def untied(home: Home = None, as_: As = "") -> int:
    """List the managers' keys in the files that are tied to nobody."""
    by, _, _ = acting_in(home, as_)
    from goodterms.work.users import untied_keys  # noqa: PLC0415

    waiting = untied_keys(by=by)
    for space, key, count in waiting:
        typer.echo(f"{visible(key)}{f' of {visible(space)}' if space else ''}: {count:,} customers")
    if not waiting:
        typer.echo("Every manager's key is tied to a user.")
    return DONE
