"""Keeping the files of an import as someone gave them, encrypted, with what became of each."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from goodterms.errors import UnreadableFileError
from goodterms.facts.originals import Original, Originals
from goodterms.facts.store import CHUNK
from goodterms.register.imported import Import, ImportedFile
from goodterms.work.erasures import note_erased_originals

if TYPE_CHECKING:
    from goodterms.intake import Reading

_ALWAYS = (1980, 1, 1, 0, 0, 0)


def originals() -> Originals:
    """The originals of this installation."""
    return Originals(settings.GOODTERMS_HOME / "originals", settings.GOODTERMS_HOME / "keys")


def keep_originals(found: Import, reading: Reading) -> None:
    """Keep each file that was read, once, with a row for each table or sheet that it holds; a folder is kept as one archive.

    Raises
    ------
    UnreadableFileError
        A file has gone since it was read, or cannot be read any more: nothing is imported.
    """
    kept: dict[Path, Original] = {}
    try:
        for path in dict.fromkeys((*(account.path for account in reading.files), *reading.paths)):
            kept[path] = _kept(path)
    except BaseException:
        for original in kept.values():
            originals().drop(original.name)
        raise
    rows = [
        ImportedFile(
            of=found,
            name=account.file[:300],
            table=account.table,
            sha256=kept[account.path].sha256,
            size=kept[account.path].size,
            original=kept[account.path].name,
            rows_read=account.physical,
            rows_accepted=account.accepted,
            rows_rejected=account.rejected,
            rows_set_aside=account.set_aside,
        )
        for account in reading.files
    ]
    joined = [path for path in kept if path not in {account.path for account in reading.files}]
    rows += [ImportedFile(of=found, name=str(path)[:300], sha256=kept[path].sha256, size=kept[path].size, original=kept[path].name) for path in joined]
    ImportedFile.objects.bulk_create(rows)


def drop_originals(found: Import) -> None:
    """Drop the originals of an import that came to nothing."""
    names = sorted({name for name in found.files.values_list("original", flat=True) if name is not None})
    note_erased_originals(names)
    for name in names:
        originals().drop(name)
    found.files.update(original=None)


def _kept(path: Path) -> Original:
    try:
        with _opened(path) as stream:
            return originals().keep(stream)
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableFileError(f"{path} has gone since it was read. Nothing was imported. Put it back, and import it again.") from None
    except PermissionError:
        raise UnreadableFileError(f"{path} may not be read any more, or the installation may not be written. Nothing was imported.") from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file as it is; of a folder an archive that is equal where its files are."""
    if not path.is_dir():
        with path.open("rb") as stream:
            yield stream
        return
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w") as packed:
            for file in sorted(found for found in path.rglob("*") if found.is_file()):
                entry = zipfile.ZipInfo(file.relative_to(path).as_posix(), _ALWAYS)
                with file.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
                    while chunk := source.read(CHUNK):
                        target.write(chunk)
        archive.seek(0)
        yield archive
