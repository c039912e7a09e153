"""Users and their teams: added, changed and deactivated, never removed, since what they did stays theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.db.models import Q

from goodterms.errors import UsageError
from goodterms.register.access import ensure_may, query
from goodterms.register.counterparty import Counterparty
from goodterms.register.rights import Verb
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.user import Role, Team, User
from goodterms.work.settle import settle_counterparties
from goodterms.work.writing import Writing, writing

_MOST_SAID = 20


class Person(NamedTuple):
    """A user as lists show one."""

    email: str
    name: str
    role: str
    team: str
    is_active: bool
    counterparties: int


def list_users(*, by: User) -> list[Person]:
    """Return all users but the system's own, by name.

    Raises
    ------
    NotAllowedError
        The user who asks may not see the e-mail addresses of others.
    """
    shown = query(by, User, show=["pk", "email", "name", "role", "team__name", "is_active"], where={"is_system": False}, order=["name", "email"])
    return [Person(user["email"], user["name"], user["role"], user["team__name"] or "", user["is_active"], _count_owned(user["pk"], by=by)) for user in shown]


def add_user(email: str, *, name: str, role: str, team: str = "", by: User, at: datetime, login: str = "") -> User:
    """Add a user, who has no password yet; a team that is not there is made.

    Raises
    ------
    NotAllowedError
        The user who acts may not.
    UsageError
        Someone has that address, there is no such role, or a director has no team.
    """
    ensure_may(by, Verb.USERS)
    values = {"email": email.strip().lower(), "name": _name(name), "role": _role(role)}
    _check_team(role, team)
    try:
        with writing("add user", by=by, at=at, login=login) as now:
            there = User.objects.filter(email__iexact=values["email"]).first()
            if there is not None:
                raise UsageError(_is_there(there))
            return now.create(User, **values, team=_team(now, team), password=make_password(None))
    except IntegrityError:  # someone else adds the same one at this moment
        raise UsageError(f"Someone else adds {values['email']} or its team now. Try again.") from None


def change_user(
    email: str,
    *,
    name: str | None = None,
    role: str | None = None,
    team: str | None = None,
    is_active: bool | None = None,
    by: User,
    at: datetime,
    login: str = "",
) -> User:
    """Change what is given of a user; an empty team is none.

    Raises
    ------
    NotAllowedError
        The user who acts may not.
    UsageError
        There is no such user, nothing is given, or it cannot be so.
    """
    ensure_may(by, Verb.USERS)
    given: dict[str, Any] = {"name": name and _name(name), "role": role and _role(role), "is_active": is_active}
    values = {field: value for field, value in given.items() if value is not None}
    if not values and team is None:
        raise UsageError(f"Nothing is said of what to change of {email}: pass --name, --role, --team or --active.")
    with writing("change user", by=by, at=at, login=login) as now:
        found = _found(email)
        if team is not None:
            values["team"] = _team(now, team)
        _check_team(values.get("role", found.role), team if team is not None else found.team.name if found.team else "")
        now.change(found, **values)
    return found


def deactivate_user(email: str, *, by: User, at: datetime, login: str = "") -> int:
    """Let a user act and see no more; return how many counterparties are still that user's, to be handed over.

    Raises
    ------
    NotAllowedError
        The user who acts may not.
    UsageError
        There is no such user, it is the one who acts, or it is deactivated already.
    """
    ensure_may(by, Verb.USERS)
    with writing("deactivate user", by=by, at=at, login=login) as now:
        found = _found(email)
        if found == by:
            raise UsageError("Nobody deactivates oneself: let another user do it.")
        if not found.is_active:
            raise UsageError(f"{found.email} is deactivated already.")
        now.change(found, is_active=False)
    return _count_owned(found.pk, by=by)


def tie_key(key: str, email: str, *, space: str = "", by: User, at: datetime, login: str = "") -> int:
    """Say whose a manager's key in the files is ("": nobody's any more); its customers are from now on that user's. Return how many these are.

    Raises
    ------
    NotAllowedError
        The user who acts may not.
    UsageError
        There is no such user, or no import named such a key.
    """
    ensure_may(by, Verb.USERS)
    user = _found(email) if email else None
    if user is not None and not user.is_active:
        raise UsageError(f"{user.email} is deactivated: tie the key to someone who works here.")
    named = SourceKey.objects.visible().filter(kind=KeyKind.MANAGERS, space=space)
    found = named.filter(Q(key=key) | Q(said=key)).first()
    if found is None:
        known = ", ".join(sorted(said or name for name, said in named.values_list("key", "said")[:_MOST_SAID])) or "none"
        raise UsageError(f"No import that stands names a manager {key}{f' in {space}' if space else ''}. Known: {known}.")
    customers = Counterparty.objects.filter(manager_key=found.key, source_keys__kind=KeyKind.CUSTOMERS, source_keys__space=space)
    with writing("tie manager", by=by, at=at, login=login) as now:
        now.change(found, user=user)
    ids = list(customers.values_list("pk", flat=True).distinct())
    settle_counterparties(ids)
    return len(ids)


def untied_keys(*, by: User) -> list[tuple[str, str, int]]:
    """Return the managers' keys that are tied to nobody: space, key as the files say it, and how many customers name it.

    Raises
    ------
    NotAllowedError
        The user may not see them.
    """
    ensure_may(by, Verb.USERS)
    waiting = SourceKey.objects.visible().filter(kind=KeyKind.MANAGERS, user=None).order_by("space", "key")
    return [(key.space, key.said or key.key, Counterparty.objects.visible().filter(manager_key=key.key).count()) for key in waiting]


def _count_owned(manager: Any, *, by: User) -> int:
    return query(by, Counterparty, where={"manager": manager}).count()


def _found(email: str) -> User:
    found = User.objects.select_related("team").filter(email__iexact=email.strip()).first()
    if found is None:
        raise UsageError(f"There is no user {email}. `goodterms users` lists them.")
    if found.is_system:
        raise UsageError(f"{found.email} is the system user, which acts where a command names nobody: it stays as it is.")
    return found


def _name(name: str) -> str:
    found = " ".join(name.split())
    if not found:
        raise UsageError("A user has a name: pass it with --name.")
    return found


def _role(role: str) -> str:
    if role not in Role.values:
        raise UsageError(f"There is no role {role}: it is one of {', '.join(Role.values)}.")
    return role


def _check_team(role: str, team: str) -> None:
    if role == Role.DIRECTOR and not team.strip():
        raise UsageError("A director answers for a team and sees its customers: name it with --team.")


def _team(now: Writing, name: str) -> Team | None:
    """The team of a name, in whatever case it is written; made where there is none."""
    wanted = " ".join(name.split())
    if not wanted:
        return None
    return Team.objects.filter(name__iexact=wanted).first() or now.create(Team, name=wanted)


def _is_there(user: User) -> str:
    if user.is_active:
        return f"{user.email} is a user already ({user.name}, {user.role}). To change it:   goodterms users change {user.email}"
    return f"{user.email} was a user until it was deactivated. To let it act again:   goodterms users change {user.email} --active"
