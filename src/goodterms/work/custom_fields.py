"""The company's own fields and sources as TOML: what a file adds is made, what it leaves out is hidden or retired, and a type never changes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from goodterms.errors import UsageError
from goodterms.register.access import ensure_may
from goodterms.register.company_text import Source
from goodterms.register.custom_field import CustomField, FieldObject, FieldType
from goodterms.register.rights import Verb
from goodterms.register.user import Role, User
from goodterms.work.writing import writing

_FIELD = {"label_en", "label_fi", "object", "type", "choices", "is_personal", "seen_by"}
_SOURCE = {"table", "folder", "pattern", "rhythm_days", "waits_for_done", "owner"}


def saved_fields() -> str:
    """The fields that are not hidden, as TOML."""
    shown = CustomField.objects.filter(is_hidden=False).order_by("key")
    return "\n".join(_block("field", field.key, {name: getattr(field, name) for name in sorted(_FIELD)}) for field in shown)


def saved_sources() -> str:
    """The sources that are not retired, as TOML."""
    blocks = []
    for source in Source.objects.filter(is_retired=False).select_related("owner").order_by("name"):
        values = {name: getattr(source, name) for name in sorted(_SOURCE - {"owner"})}
        blocks.append(_block("source", source.name, values | {"owner": source.owner.email if source.owner else ""}))
    return "\n".join(blocks)


def load_fields(text: str, *, by: User, at: datetime, login: str = "") -> None:
    """Make the custom fields what a file says.

    Raises
    ------
    UsageError
        The file says what cannot be; nothing is changed.
    NotAllowedError
        The user may not change fields.
    """
    ensure_may(by, Verb.FIELDS)
    wanted = _read(text, "field", _FIELD)
    known = {field.key: field for field in CustomField.objects.all()}
    for key, values in wanted.items():
        _check_field(key, values, known.get(key))
    with writing("load fields", by=by, at=at, login=login) as now:
        for key, values in wanted.items():
            if key in known:
                now.change(known[key], is_hidden=False, **values)
            else:
                now.create(CustomField, key=key, **values)
        for key in known.keys() - wanted.keys():
            now.change(known[key], is_hidden=True)


def load_sources(text: str, *, by: User, at: datetime, login: str = "") -> None:
    """Make the sources what a file says.

    Raises
    ------
    UsageError
        The file says what cannot be; nothing is changed.
    NotAllowedError
        The user may not change sources.
    """
    ensure_may(by, Verb.MAPPINGS)
    wanted = _read(text, "source", _SOURCE)
    known = {source.name: source for source in Source.objects.all()}
    with writing("load sources", by=by, at=at, login=login) as now:
        for name, values in wanted.items():
            said = dict(values)
            email = said.pop("owner", "")
            owner = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
            if email and owner is None:
                raise UsageError(f"source.{name}: there is no active user {email}.")
            if name in known:
                now.change(known[name], is_retired=False, owner=owner, **said)
            else:
                now.create(Source, name=name, owner=owner, **said)
        for name in known.keys() - wanted.keys():
            now.change(known[name], is_retired=True)


def _read(text: str, kind: str, allowed: set[str]) -> dict[str, dict[str, Any]]:
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


def _check_field(key: str, values: Mapping[str, Any], known: CustomField | None) -> None:
    for name, choices in (("type", FieldType.values), ("object", FieldObject.values)):
        if values.get(name) not in choices:
            raise UsageError(f"field.{key}: {name} = {values.get(name)!r} is none of {', '.join(choices)}.")
        if known is not None and getattr(known, name) != values[name]:
            raise UsageError(f"field.{key}: its {name} is {getattr(known, name)} and never changes. Make a new field with another key.")
    seen_by = values.get("seen_by", [])
    if not isinstance(seen_by, list) or not all(isinstance(role, str) for role in seen_by):
        raise UsageError(f'field.{key}: seen_by is a list of roles, such as ["head"]; {seen_by!r} was found.')
    if unknown := sorted(set(seen_by) - set(Role.values)):
        raise UsageError(f"field.{key}: seen_by names {unknown[0]}, which is no role. Roles are {', '.join(Role.values)}.")


def _block(kind: str, key: str, values: Mapping[str, Any]) -> str:
    import tomlkit  # only where files are written

    document = tomlkit.document()
    tables = tomlkit.table(is_super_table=True)
    tables.add(key, {name: value for name, value in values.items() if value not in (None, "", [], False)})
    document.add(kind, tables)
    return tomlkit.dumps(document)
