"""What was erased: a list beside the register, without any value, which goes with every backup and is applied again when one is restored.

A line is a tombstone: an original by its random name, or the values of a field of an audit entry by the entry's digest, which is salted.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from goodterms.errors import UnreadableFileError
from goodterms.register.audit import ERASED, AuditEntry
from goodterms.register.imported import ImportedFile
from goodterms.register.user import User

ERASURES = "erasures.jsonl"
Tombstone = tuple[str, str]
"""The name or digest of what was erased, and the field of the audit entry; "" for an original."""


def note_erased_originals(names: Iterable[UUID]) -> None:
    """Put originals on the list, before they are dropped."""
    _append((name.hex, "") for name in names)


def note_erased_values() -> None:
    """Put on the list what the audit says was erased and the list does not have: where a process ended before it had, the next one does."""
    said = AuditEntry.objects.filter(object=ERASED).order_by("number").values_list("object_id", "fields")
    erased = [(int(number), field) for number, fields in said for field in fields]
    digests = dict(AuditEntry.objects.filter(number__in={number for number, _ in erased}).values_list("number", "digest"))
    _append((digests[number], field) for number, field in erased if number in digests)


def erasures_text() -> str:
    """The list as it goes with a backup."""
    file: Path = settings.GOODTERMS_HOME / ERASURES
    return file.read_text("utf-8") if file.exists() else ""


def read_erasures(text: str) -> list[Tombstone]:
    r"""The tombstones of a list; a line that is not whole is left out.

    Examples
    --------
    >>> read_erasures('{"id": "ab", "field": "name"}\n{"id": "cd"}\n{"id"')
    [('ab', 'name'), ('cd', '')]
    """
    found = []
    for line in text.splitlines():
        try:
            said = json.loads(line)
            found.append((str(said["id"]), str(said.get("field", ""))))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return list(dict.fromkeys(found))


def erasures_in(file: Path) -> list[Tombstone]:
    """The tombstones of a file.

    Raises
    ------
    UnreadableFileError
        It cannot be read.
    """
    try:
        return read_erasures(file.read_text("utf-8"))
    except FileNotFoundError:
        raise UnreadableFileError(f"{file} is not there. Name the {ERASURES} of the installation that was lost, or of a newer backup.") from None
    except (OSError, UnicodeDecodeError):
        raise UnreadableFileError(f"{file} is no list of erasures: name a file {ERASURES}. Nothing was restored.") from None


def apply_erasures(tombstones: Iterable[Tombstone], *, by: User, at: datetime) -> int:
    """Erase again what is on a list and still there, and keep the list; return how many values and originals that were."""
    from goodterms.work.keep_originals import originals
    from goodterms.work.writing import writing

    listed = list(tombstones)
    _append(listed)
    erased = 0
    names = {UUID(name) for name, field in listed if not field and re.fullmatch("[0-9a-f]{32}", name)}
    for name in names & set(ImportedFile.objects.exclude(original=None).values_list("original", flat=True)):
        originals().drop(name)
        ImportedFile.objects.filter(original=name).update(original=None)
        erased += 1
    with writing("erase again", by=by, at=at) as now:
        for digest, field in listed:
            entry = AuditEntry.objects.filter(digest=digest).first() if field else None
            if entry is not None and entry.values.filter(field=field).exists():
                now.erase(entry, field)
                erased += 1
    return erased


def _append(tombstones: Iterable[Tombstone]) -> None:
    """Add lines that are not there yet, in one write, and make sure that they are on the disk."""
    file: Path = settings.GOODTERMS_HOME / ERASURES
    before = erasures_text()
    new = [stone for stone in dict.fromkeys(tombstones) if stone not in set(read_erasures(before))]
    if not new:
        return
    lines = "".join(json.dumps({"id": name} | ({"field": field} if field else {})) + "\n" for name, field in new)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as stream:
        stream.write(("\n" if before and not before.endswith("\n") else "") + lines)
        stream.flush()
        os.fsync(stream.fileno())
