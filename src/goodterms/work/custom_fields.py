"""The company's own fields and sources as a TOML file says them: what it adds is made, what it leaves out is hidden or retired, and a type never changes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, TypeAlias

from django.db import models

from goodterms.errors import UsageError
from goodterms.register.company_text import Source
from goodterms.register.custom_field import CustomField, FieldObject, FieldType
from goodterms.register.user import Role, User
from goodterms.work.writing import Writing

_FIELD = {"label_en", "label_fi", "object", "type", "choices", "is_personal", "seen_by"}
_SOURCE = {"table", "folder", "pattern", "rhythm_days", "waits_for_done", "owner"}
_LONGEST_RHYTHM = 3_650
Wanted: TypeAlias = Mapping[str, dict[str, Any]]
"""What a file says, by the key of a field or the name of a source."""


def read_fields(text: str) -> Wanted:
    """Read custom fields from TOML.

    Raises
    ------
    UsageError
        The text says what cannot be.

    Examples
    --------
    >>> read_fields('field.vip = {object = "counterparty", type = "yes/no"}')
    {'vip': {'object': 'counterparty', 'type': 'yes/no'}}
    """
    wanted = _read(text, "field", _FIELD)
    for key, values in wanted.items():
        _check_field(key, values)
    return wanted


def read_sources(text: str) -> Wanted:
    """Read sources from TOML.

    Raises
    ------
    UsageError
        The text says what cannot be.
    """
    wanted = _read(text, "source", _SOURCE)
    for name, values in wanted.items():
        days = values.get("rhythm_days", 1)
        if type(days) is not int or not 1 <= days <= _LONGEST_RHYTHM:
            raise UsageError(f"source.{name}: rhythm_days is a whole number from 1 to {_LONGEST_RHYTHM:,}; {days!r} was found.")
    return wanted


def set_fields(wanted: Wanted, now: Writing) -> None:
    """Make the custom fields what a file says.

    Raises
    ------
    UsageError
        The type or object of a field would change.
    """
    known = {field.key: field for field in CustomField.objects.all()}
    for key, said in wanted.items():
        values = _unsaid(CustomField, _FIELD) | said
        if key in known:
            _check_stays(known[key], values)
            now.change(known[key], is_hidden=False, **values)
        else:
            now.create(CustomField, key=key, **values)
    for key in known.keys() - wanted.keys():
        now.change(known[key], is_hidden=True)


def set_sources(wanted: Wanted, now: Writing) -> None:
    """Make the sources what a file says.

    Raises
    ------
    UsageError
        An owner is no active user.
    """
    known = {source.name: source for source in Source.objects.all()}
    for name, said in wanted.items():
        email = said.get("owner", "")
        owner = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
        if email and owner is None:
            raise UsageError(f"source.{name}: there is no active user {email}.")
        values = _unsaid(Source, _SOURCE) | said | {"owner": owner}
        if name in known:
            now.change(known[name], is_retired=False, **values)
        else:
            now.create(Source, name=name, **values)
    for name in known.keys() - wanted.keys():
        now.change(known[name], is_retired=True)


def _unsaid(model: type[models.Model], names: set[str]) -> dict[str, Any]:
    """What a record holds where the file says nothing."""
    return {name: model._meta.get_field(name).get_default() for name in names}  # type: ignore[union-attr]  # noqa: SLF001


def _read(text: str, kind: str, allowed: set[str]) -> Wanted:
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The file is no TOML: {error}.") from None
    if unknown := sorted(said.keys() - {kind}):
        raise UsageError(f"The file has {unknown[0]}, which is not known here. Each {kind} is a table:   [{kind}.name]")
    found = said.get(kind, {})
    if not isinstance(found, dict):
        raise UsageError(f"Each {kind} of the file is a table with its own name, as   [{kind}.name]   and not   [[{kind}]]")
    for key, values in found.items():
        if not isinstance(values, dict) or (wrong := sorted(values.keys() - allowed)):
            named = wrong[0] if isinstance(values, dict) else "no table"
            raise UsageError(f"{kind}.{key} has {named}. Known are {', '.join(sorted(allowed))}.")
    return dict(found)


def _check_field(key: str, values: Mapping[str, Any]) -> None:
    for name, choices in (("type", FieldType.values), ("object", FieldObject.values)):
        if values.get(name) not in choices:
            raise UsageError(f"field.{key}: {name} = {values.get(name)!r} is none of {', '.join(choices)}.")
    seen_by = values.get("seen_by", [])
    if not isinstance(seen_by, list) or not all(isinstance(role, str) for role in seen_by):
        raise UsageError(f'field.{key}: seen_by is a list of roles, such as ["head"]; {seen_by!r} was found.')
    if unknown := sorted(set(seen_by) - set(Role.values)):
        raise UsageError(f"field.{key}: seen_by names {unknown[0]}, which is no role. Roles are {', '.join(Role.values)}.")


def _check_stays(known: CustomField, values: Mapping[str, Any]) -> None:
    for name in ("type", "object"):
        if getattr(known, name) != values[name]:
            raise UsageError(f"field.{known.key}: its {name} is {getattr(known, name)} and never changes. Make a new field with another key.")
