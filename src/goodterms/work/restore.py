"""Restoring: a new installation, on whichever database, that holds what a backup holds."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from goodterms.errors import UnreadableFileError, UsageError
from goodterms.work.installation import make_installation

if TYPE_CHECKING:
    from django.db import models

_AT_ONCE = 2_000
_LISTS = ("erasures.jsonl", "backups.jsonl")
_FILE = re.compile(r"(facts|originals)/([0-9a-f]{32}|[0-9a-f]{64})")
_HEXADECIMAL = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Restored:
    """The installation that was made, and how many erasures are newer than its backup."""

    home: Path
    newer_erasures: int


def restore(file: Path, home: Path, *, database: str = "", erasures: Path | None = None, at: datetime) -> Restored:
    """Make an installation in a folder that is not there yet, on a database that is empty, from a backup and the file of keys beside it.

    ``erasures`` is the newest list of what was erased, which is erased here too.

    Raises
    ------
    UsageError
        The folder or database holds something, the keys are missing, or a newer version made the backup.
    UnreadableFileError
        The backup cannot be read: nothing is left behind.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read("backup.json"))
            dump = archive.getinfo("dump.jsonl")
            keys = _keys(file, archive)
            lists: dict[str, str] = {name: archive.read(name).decode() for name in _LISTS if name in archive.namelist()}
            home = make_installation(home, database=database)
            try:
                _check_version(about)
                _unpack(archive, home, keys)
                with archive.open(dump) as lines:
                    _load(lines)
                newer = _erase_again(home, lists, erasures, at)
                _note(file, about)
            except BaseException:
                _give_up(home)
                raise
    except FileNotFoundError:
        raise UnreadableFileError(f"{file} is not there.") from None
    except IsADirectoryError:
        raise UnreadableFileError(f"{file} is a folder, and no backup.") from None
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError):
        raise UnreadableFileError(f"{file} is no backup of Goodterms, or not whole. Nothing was restored.") from None
    return Restored(home, newer)


def _erase_again(home: Path, lists: dict[str, str], erasures: Path | None, at: datetime) -> int:
    """Put the lists in their places, erase what was erased since the backup, and return how many tombstones are newer than it."""
    from goodterms.work.erasures import apply_erasures, erasures_in, read_erasures
    from goodterms.work.installation import acting

    given = erasures_in(erasures) if erasures else []
    for name, text in lists.items():
        (home / name).write_text(text, "utf-8")
    before = read_erasures(lists.get("erasures.jsonl", ""))
    apply_erasures([*before, *given], by=acting(""), at=at)
    return len(set(given) - set(before))


def _note(file: Path, about: dict[str, Any]) -> None:
    """The keys of the backup itself are a copy too."""
    from goodterms.work.backup import keys_beside
    from goodterms.work.kept_backups import note_backup

    note_backup(keys_beside(file), datetime.fromisoformat(about["made_at"]))


def _give_up(home: Path) -> None:
    """Leave nothing of what was begun; a PostgreSQL database was empty, and is again."""
    from django.db import DatabaseError, connection

    with suppress(DatabaseError):  # then it cannot be reached, and holds what it holds
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for table in connection.introspection.table_names(cursor):
                    cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")
    connection.close()
    shutil.rmtree(home, ignore_errors=True)


def _check_version(about: dict[str, Any]) -> None:
    from goodterms.work.backup import FORMAT, newest_migration

    if about["format"] > FORMAT or about["migration"] > newest_migration():
        raise UsageError(f"The backup was made by a newer version of Goodterms ({about['migration']}). Use that version.")


def _keys(file: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """The keys of the backup's originals, from the file beside it."""
    beside = file.with_name(f"{file.name}.keys")
    if not any(name.startswith("originals/") for name in archive.namelist()):
        return {}
    if not beside.is_file():
        raise UsageError(f"The keys of the originals are missing: {beside}. Put the file beside the backup.")
    keys: dict[str, str] = json.loads(beside.read_text("utf-8"))
    return {name: key for name, key in keys.items() if _HEXADECIMAL.fullmatch(name)}


def _unpack(archive: zipfile.ZipFile, home: Path, keys: dict[str, str]) -> None:
    """Lay files where the store and the originals look for them."""
    from goodterms.facts.originals import Originals
    from goodterms.facts.store import Store

    facts, kept = Store(home / "facts"), Originals(home / "originals", home / "keys")
    for name in archive.namelist():
        found = _FILE.fullmatch(name)
        if found is None:
            continue
        path = facts.path_of(found[2]) if found[1] == "facts" else kept.path_of(UUID(found[2]))
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, path.open("xb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
    for name, key in keys.items():
        path = kept.key_of(UUID(name))
        path.touch(mode=0o600)
        path.write_bytes(bytes.fromhex(key))


def _load(lines: IO[bytes]) -> None:
    """Write all rows in one transaction, let keys be counted on from the largest, and let the database know how much there is."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from goodterms.register.imported import Lease
    from goodterms.register.search_tables import search_made_afterwards
    from goodterms.register.statistics import count_anew
    from goodterms.work.backup import model_of
    from goodterms.work.dump import FACTS

    with search_made_afterwards(), transaction.atomic():
        rows = ((said["table"], said["row"]) for said in map(json.loads, lines))
        for label, of_table in groupby(rows, key=lambda row: row[0]):
            if label != FACTS:
                _load_table(model_of(label), (row for _, row in of_table))
        Lease.objects.create(name="publishing")
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(statement)
    count_anew()


def _load_table(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    fields = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001
    made: Iterator[models.Model] = (model(**{fields[name].attname: _read(fields[name], value) for name, value in row.items()}) for row in rows)
    while batch := list(islice(made, _AT_ONCE)):
        model._default_manager.bulk_create(batch)  # noqa: SLF001


def _read(field: Any, value: Any) -> Any:
    """A value as the register has it."""
    own = field.target_field if field.is_relation else field
    return None if value is None else own.to_python(value)
