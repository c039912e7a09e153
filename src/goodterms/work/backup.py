"""A backup: the dump of one state of the register and the files that it names in one archive, and the keys of originals in a file beside it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from goodterms.errors import UsageError
from goodterms.facts.store import CHUNK, sync_folder
from goodterms.register.access import ensure_may
from goodterms.register.audit import AuditHead
from goodterms.register.imported import FactsFile, ImportedFile, ImportRows, ImportState
from goodterms.register.rights import Verb
from goodterms.register.user import User
from goodterms.work.dump import Compared, dump_lines, snapshot
from goodterms.work.erasures import ERASURES, erasures_text, note_erased_values
from goodterms.work.keep_originals import originals
from goodterms.work.kept_backups import BACKUPS, note_backup, noted_text
from goodterms.work.lease import lease
from goodterms.work.stored import store

FORMAT = 1
ABOUT, DUMP = "backup.json", "dump.jsonl"


def keys_beside(file: Path) -> Path:
    """Where the keys of a backup's originals lie."""
    return file.with_name(f"{file.name}.keys")


def write_dump(file: Path, engine: Any, of: Compared = Compared.BACKUP, *, by: User) -> None:
    """Write the canonical dump to a file that is not there yet.

    Raises
    ------
    UsageError
        The file is there, or its folder is not.
    NotAllowedError
        The user may not back up the installation.
    """
    ensure_may(by, Verb.BACK_UP)
    with _written(file) as target, snapshot() as using:
        target.writelines(dump_lines(engine, of, using=using))


def backup(file: Path, engine: Any, *, by: User, at: datetime) -> tuple[str, ...]:
    """Write a backup of one state of the installation while others work on, and return what it could not take in, a sentence each.

    Raises
    ------
    UsageError
        The file or the one of its keys is there, or its folder is not.
    NotAllowedError
        The user may not back up the installation.
    """
    ensure_may(by, Verb.BACK_UP)
    note_erased_values()
    with lease("backup"), snapshot() as using:  # the lease keeps files from being swept
        files, lost = _files(using)
        with _written(file, mode=0o600) as target, _written(keys_beside(file), mode=0o600) as of_keys:  # the keys have their name first
            with zipfile.ZipFile(target, "w") as archive:
                archive.writestr(ABOUT, json.dumps(_about(using, at)))
                archive.writestr(ERASURES, erasures_text())
                archive.writestr(BACKUPS, noted_text())
                with archive.open(_entry(DUMP, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as dump:
                    for line in dump_lines(engine, Compared.BACKUP, using=using):
                        dump.write(line)
                for name, path in sorted(files.items()):
                    _pack(archive, name, path)
            keys = {name.hex: originals().key_of(name).read_bytes().hex() for name in _named_originals(using) if originals().key_of(name).is_file()}
            of_keys.write(json.dumps(keys, sort_keys=True).encode())
        note_backup(keys_beside(file), at)
    return tuple(lost)


def newest_migration() -> str:
    """The name of the register's newest change that this version knows."""
    return max(name for app, name in MigrationLoader(None).disk_migrations if app == "register")


def _about(using: str, at: datetime) -> dict[str, Any]:
    head = AuditHead.objects.using(using).get()
    return {"format": FORMAT, "migration": newest_migration(), "made_at": at.isoformat(), "audit_head": f"{head.number}:{head.digest}"}


def _files(using: str) -> tuple[dict[str, Path], list[str]]:
    """The files that a state names, by their place in the archive; and what is lost of those that it needs."""
    hashes = {sha256 for model in (FactsFile, ImportRows) for sha256 in model._default_manager.using(using).values_list("sha256", flat=True)}  # noqa: SLF001
    live = FactsFile.objects.using(using).filter(until=None).values_list("sha256", flat=True)
    standing = ImportRows.objects.using(using).exclude(of__state__in=[ImportState.UNDONE, ImportState.ABANDONED]).values_list("sha256", flat=True)
    needed = {*live, *standing}
    files = {f"facts/{sha256}": store().path_of(sha256) for sha256 in hashes}
    files |= {f"originals/{name.hex}": originals().path_of(name) for name in _named_originals(using)}
    there = {name: path for name, path in files.items() if path.is_file()}
    lost = [f"{path} has gone: it is not in the backup." for name, path in files.items() if name not in there and name.removeprefix("facts/") in needed]
    lost += [f"{path} has gone: it is not in the backup." for name, path in files.items() if name not in there and name.startswith("originals/")]
    return there, sorted(lost)


def _named_originals(using: str) -> Iterable[UUID]:
    return sorted({name for name in ImportedFile.objects.using(using).values_list("original", flat=True) if name is not None})


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = compression
    return entry


def _pack(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Facts are compressed and originals encrypted already."""
    with path.open("rb") as source, archive.open(_entry(name, zipfile.ZIP_STORED), "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)


@contextmanager
def _written(file: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Write a new file under a staging name, and give it its name when it is whole and on the disk."""
    if file.exists():
        raise UsageError(f"{file} is there already. Name another file.")
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent} is no folder: {file} cannot be written there.")
    staging = file.with_name(f".{file.name}.part")
    try:
        with os.fdopen(os.open(staging, os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode), "w+b") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        staging.replace(file)
        sync_folder(file.parent)
    finally:
        with suppress(OSError):
            staging.unlink(missing_ok=True)


def model_of(label: str) -> type[models.Model]:
    """The model of a table of the dump.

    Raises
    ------
    UsageError
        This version has none.
    """
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        raise UsageError(f"The backup has a table {label}, which this version of Goodterms does not know. Use the version that made it.") from None
