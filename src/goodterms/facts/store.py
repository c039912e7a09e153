"""The store of facts: Parquet files that never change, named by their content; which of them are live, the register says."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from goodterms.errors import UnreadableFileError
from goodterms.facts.sql_text import text_of

CHUNK = 1 << 20
BEGUN = ".begun-"
"""How a file begins that has not its own name yet."""
STAGING = "staging"
"""The folder, beside what is kept, of what is still being written."""
_WRITTEN = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
"""The least level takes a third less time than the usual one, and the files are no longer."""


@dataclass(frozen=True)
class StoredFile:
    """A file of the store: the hash of its content (64 hexadecimal digits), which is its name, its rows, and its bytes."""

    sha256: str
    rows: int
    size: int


@dataclass(frozen=True)
class Store:
    """The folder of a company's facts."""

    folder: Path

    def path_of(self, sha256: str) -> Path:
        """Where the file of a content lies."""
        return self.folder / sha256[:2] / f"{sha256}.parquet"

    def keep(self, engine: Any, query: str) -> StoredFile:
        """Write the rows of a query as a file: to a staging name, onto the disk, then under the name of its content. An equal file is kept once.

        ``query`` gives its rows in an order that follows from their values alone, so that equal rows are an equal file.
        """
        staging = self.folder / STAGING
        staging.mkdir(parents=True, exist_ok=True)
        file = staging / f"{uuid4().hex}.parquet"
        try:
            (rows,) = engine.con.execute(f"COPY ({query}) TO {text_of(file)} {_WRITTEN}").fetchone()
            sha256, size = on_disk(file)
            target = self.path_of(sha256)
            if not target.parent.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                sync_folder(self.folder)
            file.replace(target)  # an equal file: the same bytes again
            sync_folder(target.parent)
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)
        return StoredFile(sha256, rows, size)

    def rows_of(self, files: Iterable[str]) -> str:
        """The rows of files, in SQL; columns that a file lacks are null.

        Raises
        ------
        UnreadableFileError
            A file has gone.
        """
        paths = [self.path_of(sha256) for sha256 in files]
        gone = [path for path in paths if not path.is_file()]
        if gone:
            named = f"{len(gone)} files of facts have" if len(gone) > 1 else "a file of facts has"
            raise UnreadableFileError(f"{named} gone: {gone[0]}. Run   goodterms check   to see what they held, and restore a backup.")
        return f"SELECT * FROM read_parquet([{', '.join(map(text_of, paths))}], union_by_name = true)"

    def sweep(self, named: Collection[str], before: float) -> int:
        """Remove files that nothing names and that were staged before a moment (seconds of the clock), and what staging left then; return how many.

        A file that is staged anew at the moment of its removal stays: the same content may be about to be named.
        """
        swept = sweep_staging(self.folder / STAGING, before)
        for path in self.folder.glob("??/*.parquet"):
            if path.stem in named or _staged_at(path) >= before:
                continue
            aside = self.folder / STAGING / f"{uuid4().hex}.swept"
            with suppress(OSError):  # open elsewhere, or gone: the next sweeping sees to it
                aside.parent.mkdir(exist_ok=True)
                path.replace(aside)
                if _staged_at(aside) >= before:
                    aside.replace(path)
                else:
                    aside.unlink()
                    swept += 1
        return swept

    def damage_of(self, sha256: str) -> str:
        """Say what is wrong with a file; empty where it is there with the content that its name says."""
        path = self.path_of(sha256)
        try:
            return "" if hash_of(path) == sha256 else f"its file {path} was altered."
        except FileNotFoundError:
            return f"its file {path} has gone."
        except OSError as error:
            return f"its file {path} cannot be read: {error.strerror}."


def write_whole(file: Path, text: str) -> None:
    """Write a file in one step: a reader sees the whole file of before or the whole new one, whenever the process ends."""
    staging = file.with_name(f"{BEGUN}{uuid4().hex}")
    try:
        with staging.open("x", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        staging.replace(file)
        sync_folder(file.parent)
    finally:
        with suppress(OSError):
            staging.unlink(missing_ok=True)


def sweep_staging(folder: Path, before: float, pattern: str = "*") -> int:
    """Remove what a process that was killed left in a folder of staging before a moment; return how many files that were."""
    swept = 0
    for path in folder.glob(pattern):
        if _staged_at(path) < before:
            with suppress(OSError):
                path.unlink()
                swept += 1
    return swept


def _staged_at(file: Path) -> float:
    """When a file was staged; one that has gone meanwhile is nobody's to remove."""
    try:
        return file.stat().st_mtime
    except OSError:
        return math.inf


def on_disk(file: Path) -> tuple[str, int]:
    """Make sure that a file is on the disk, and return the hash of its content and its size."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
    return hash_of(file), file.stat().st_size


def hash_of(file: Path) -> str:
    """The hash of a file's content."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make sure that a name is on the disk, where folders can be opened for that."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
