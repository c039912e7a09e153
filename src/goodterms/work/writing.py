"""Writing to the register: everything that one person does at one moment is one transaction, and its last statement appends to the audit what was changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from goodterms.errors import ChangedMeanwhileError, UsageError
from goodterms.register.access import ensure_may
from goodterms.register.audit import ERASED, AuditEntry, AuditHead, AuditValue
from goodterms.register.identifier import refuse_personal_codes
from goodterms.register.record import Record
from goodterms.register.rights import Verb
from goodterms.register.user import User
from goodterms.work.erasures import note_erased_values
from goodterms.work.job import current_attempt

R = TypeVar("R", bound=Record)
_UNSAID = frozenset({"password"})
"""Fields whose values are written nowhere, not even as hashes of what was said."""


@dataclass
class Writing:
    """What one person does at one moment: records made, changed and removed, and the audit entries that say so."""

    verb: str
    by: User
    at: datetime
    login: str = ""
    reason: str = ""
    _said: list[tuple[str, str, dict[str, tuple[Any, Any]]]] = field(default_factory=list)

    def create(self, model: type[R], **values: Any) -> R:
        """Make a record.

        Raises
        ------
        UsageError
            Its fields do not take the values.
        NotAllowedError
            The user may make no such record, or it is of another's counterparty.
        """
        record = model(**values)
        _check(record, values)
        record.save(force_insert=True)
        ensure_may(self.by, Verb.CHANGE, record)  # where it stands, it is told whose it is
        self._say(record, {name: (None, getattr(record, name)) for name in values})
        return record

    def change(self, record: R, *, seen: int | None = None, **values: Any) -> R:
        """Change fields of a record; ``seen`` is the version that the person looked at.

        Raises
        ------
        ChangedMeanwhileError
            Someone else changed it since; nothing is written.
        UsageError
            Its fields do not take the values.
        NotAllowedError
            The user may change no such record, or it is of another's counterparty.
        """
        ensure_may(self.by, Verb.CHANGE, record)
        before = {name: getattr(record, name) for name in values}
        changed = {name: value for name, value in values.items() if before[name] != value}
        version = record.version if seen is None else seen
        if not changed and version == record.version:
            return record
        marks = _persons_own(record, changed)
        for name, value in (changed | marks).items():
            setattr(record, name, value)
        _check(record, changed)
        of_version = type(record)._default_manager.filter(pk=record.pk, version=version)  # noqa: SLF001  (Django's own name for it)
        if not of_version.update(**changed, **marks, version=version + 1):
            raise _changed_meanwhile(record, values)
        record.version = version + 1
        self._say(record, {name: (before[name], value) for name, value in changed.items()})
        return record

    def remove(self, record: Record) -> None:
        """Remove a record; what it held stays in the audit.

        Raises
        ------
        NotAllowedError
            The user may change no such record, or it is of another's counterparty.
        """
        ensure_may(self.by, Verb.CHANGE, record)
        fields = [f.attname for f in record._meta.concrete_fields if f.attname not in {"id", "version"}]  # noqa: SLF001
        self._say(record, {name: (getattr(record, name), None) for name in fields if getattr(record, name) not in {None, ""}})
        record.delete()

    def note(self, what: str, name: str = "", **values: Any) -> None:
        """Say something that is no change of one record: an import, a run, a look at a person."""
        self._said.append((what, name, {key: (None, value) for key, value in values.items()}))

    def erase(self, entry: AuditEntry, *fields: str) -> None:
        """Erase the values of fields of an entry, with their salts; the chain still verifies, and says which entry erased them.

        Raises
        ------
        NotAllowedError
            The user may erase nothing.
        """
        ensure_may(self.by, Verb.ERASE)
        entry.values.filter(field__in=fields).delete()
        transaction.on_commit(note_erased_values, robust=True)  # what was not noted then is noted with the next backup
        self._said.append((ERASED, str(entry.number), dict.fromkeys(fields, (None, "erased"))))

    def _say(self, record: Record, fields: Mapping[str, tuple[Any, Any]]) -> None:
        said = {name: sides for name, sides in fields.items() if name not in _UNSAID}
        self._said.append((record._meta.model_name or "", record.pk.hex, dict(said)))  # noqa: SLF001

    def append_to_audit(self) -> None:
        """Lock the head of the chain, append what was said, and move the head."""
        if not self._said:
            return
        head = AuditHead.objects.select_for_update().get()
        number, digest = head.number, head.digest
        entries, values = [], []
        for what, name, fields in self._said:
            number += 1
            entry = AuditEntry(number=number, at=self.at, user=self.by.pk, login=self.login, verb=self.verb, object=what, object_id=name, reason=self.reason)
            for field_name, sides in sorted(fields.items()):
                for is_after, value in enumerate(map(_text, sides)):
                    if value is not None:
                        salt = os.urandom(32)
                        values.append(AuditValue(entry=entry, field=field_name, is_after=bool(is_after), salt=salt, value=value))
                        entry.fields.setdefault(field_name, [None, None])[is_after] = hashlib.sha256(salt + value.encode()).hexdigest()
            entry.digest = digest = digest_of(entry, digest)
            entries.append(entry)
        AuditEntry.objects.bulk_create(entries)
        AuditValue.objects.bulk_create(values)
        AuditHead.objects.update(number=number, digest=digest)


@contextmanager
def writing(verb: str, *, by: User, at: datetime, login: str = "", reason: str = "") -> Iterator[Writing]:
    """Write in one transaction, all or nothing, with an audit entry for each thing that is changed.

    Raises
    ------
    ChangedMeanwhileError
        Someone else changed a record since it was looked at.
    """
    with transaction.atomic(durable=True):
        if (attempt := current_attempt()) is not None:
            attempt.still_current()
        now = Writing(verb, by, at, login, reason)
        yield now
        now.append_to_audit()


def digest_of(entry: AuditEntry, before: str) -> str:
    """The digest of an audit entry: of the digest before it and all that it says."""
    said = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(),
        entry.user.hex,
        entry.login,
        entry.verb,
        entry.object,
        entry.object_id,
        entry.fields,
        entry.reason,
    ]
    return hashlib.sha256((before + json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))).encode()).hexdigest()


def _persons_own(record: Record, changed: Mapping[str, Any]) -> dict[str, Any]:
    """What says that a person changed a record, so that no import changes that any more."""
    if changed and getattr(record, "by_import", False):
        return {"by_import": False}
    if not hasattr(record, "kept_fields") or "kept_fields" in changed:
        return {}
    kept = sorted({*record.kept_fields, *changed})
    return {"kept_fields": kept} if kept != record.kept_fields else {}


def _text(value: Any) -> str | None:
    """A value as the audit keeps it."""
    if value is None:
        return None
    if isinstance(value, models.Model):
        return str(value.pk)
    return value if isinstance(value, str) else json.dumps(value, default=str, sort_keys=True)


def _check(record: Record, values: Mapping[str, Any]) -> None:
    """Refuse values that the record's fields do not take, in a sentence."""
    for name, value in values.items():
        if isinstance(value, str):
            refuse_personal_codes(name, value)
            if "\0" in value:  # PostgreSQL keeps no such text
                raise UsageError(f"{name} holds a sign that no text has (NUL). Leave it out.")
    others = {f.name for f in record._meta.fields} - set(values)  # noqa: SLF001
    try:
        record.clean_fields(exclude=others)
    except ValidationError as error:
        said = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
        raise UsageError(f"{record._meta.verbose_name} cannot be kept so: {said}") from None  # noqa: SLF001


def _changed_meanwhile(record: Record, values: Mapping[str, Any]) -> ChangedMeanwhileError:
    now = type(record)._default_manager.filter(pk=record.pk).first()  # noqa: SLF001
    kind = record._meta.verbose_name  # noqa: SLF001
    if now is None:
        return ChangedMeanwhileError(f"Someone else removed this {kind} meanwhile: nothing was changed.", {})
    differ = {name: (getattr(now, name), value) for name, value in values.items() if getattr(now, name) != value}
    named = "; ".join(f"{name} is {theirs!s} now and {mine!s} here" for name, (theirs, mine) in differ.items()) or "it is the same as here"
    return ChangedMeanwhileError(f"Someone else changed this {kind} meanwhile, so that nothing was written: {named}. Look at it again.", differ)
