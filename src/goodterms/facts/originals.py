"""Originals: files as someone gave them, each encrypted with a key of its own, so that dropping the key drops the file, wherever copies of it lie.

This protects against keeping a file too long, not against someone who has the whole folder: the keys lie in it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from goodterms.errors import UnreadableFileError
from goodterms.facts.store import CHUNK, sweep_staging, sync_folder

_STAGING = "staging"
_KEY_BYTES = 32
_MARK = b"goodterms original 1\n"
_TAG_BYTES = 16


@dataclass(frozen=True)
class Original:
    """A file that is kept: its name here, the hash of its content (64 hexadecimal digits), and its bytes."""

    name: UUID
    sha256: str
    size: int


@dataclass(frozen=True)
class Originals:
    """The folders of encrypted files and of their keys."""

    folder: Path
    keys: Path

    def path_of(self, name: UUID) -> Path:
        """Where the encrypted file lies."""
        return self.folder / name.hex[:2] / name.hex

    def key_of(self, name: UUID) -> Path:
        """Where its key lies."""
        return self.keys / name.hex

    def keep(self, source: BinaryIO) -> Original:
        """Encrypt a stream to a staging name, put it and its key onto the disk, and give it its name; no more than two chunks are held at once."""
        name, key = uuid4(), os.urandom(_KEY_BYTES)
        staging = self.folder / _STAGING / name.hex
        staging.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        try:
            with staging.open("xb") as target:
                target.write(_MARK)
                for chunk, sealed in _sealed(source, key):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(sealed)
                target.flush()
                os.fsync(target.fileno())
            self._keep_key(name, key)
            place = self.path_of(name)
            place.parent.mkdir(exist_ok=True)
            sync_folder(self.folder)
            staging.replace(place)
            sync_folder(place.parent)
        finally:
            with suppress(OSError):
                staging.unlink(missing_ok=True)
        return Original(name, digest.hexdigest(), size)

    def read(self, name: UUID) -> Iterator[bytes]:
        """Yield the content, chunk by chunk.

        Raises
        ------
        UnreadableFileError
            The file or its key has gone, or one was altered; what was yielded before is genuine.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (of an installation alone)
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            key = self.key_of(name).read_bytes()
        except FileNotFoundError:
            raise UnreadableFileError(f"The key of the original {name} has gone: {self.key_of(name)}.") from None
        try:
            with self.path_of(name).open("rb") as source:
                if source.read(len(_MARK)) != _MARK:
                    raise UnreadableFileError(f"The original {name} was altered: {self.path_of(name)}.")
                for place, (sealed, is_last) in enumerate(_chunks(source, CHUNK + _TAG_BYTES)):
                    yield AESGCM(key).decrypt(_nonce(place, is_last=is_last), sealed, _MARK)
        except FileNotFoundError:
            raise UnreadableFileError(f"The original {name} has gone: {self.path_of(name)}.") from None
        except (InvalidTag, ValueError):
            raise UnreadableFileError(f"The original {name} or its key was altered: {self.path_of(name)}.") from None

    def damage_of(self, name: UUID, sha256: str) -> str:
        """Say what is wrong with an original; empty where it can be read and is what was kept."""
        digest = hashlib.sha256()
        try:
            for chunk in self.read(name):
                digest.update(chunk)
        except UnreadableFileError as error:
            return str(error)
        except OSError as error:
            return f"The original {name} cannot be read: {error.strerror}."
        return "" if digest.hexdigest() == sha256 else f"The original {name} is another file than the one that was kept."

    def drop(self, name: UUID) -> None:
        """Drop an original: its key first, which makes every copy of the file unreadable."""
        for path in (self.key_of(name), self.path_of(name)):
            path.unlink(missing_ok=True)
            if path.parent.exists():
                sync_folder(path.parent)

    def sweep(self, named: Collection[UUID], before: float) -> int:
        """Drop originals that nothing names and that were kept before a moment (seconds of the clock), and what staging left then; return how many."""
        swept = sweep_staging(self.folder / _STAGING, before)
        found = {path.name: path for path in (*self.folder.glob("??/*"), *self.keys.glob("*"))}
        for name in sorted(found.keys() - {name.hex for name in named}):
            with suppress(OSError, ValueError):  # gone meanwhile, or no file of ours
                if found[name].stat().st_mtime < before:
                    self.drop(UUID(name))
                    swept += 1
        return swept

    def _keep_key(self, name: UUID, key: bytes) -> None:
        self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = os.open(self.key_of(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.keys)


def _sealed(source: BinaryIO, key: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk, as it is and encrypted."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  (of an installation alone)

    cipher = AESGCM(key)
    for place, (chunk, is_last) in enumerate(_chunks(source, CHUNK)):
        yield chunk, cipher.encrypt(_nonce(place, is_last=is_last), chunk, _MARK)


def _chunks(source: BinaryIO, size: int) -> Iterable[tuple[bytes, bool]]:
    """Chunks of a stream, at least one, each with whether it is the last."""
    chunk = source.read(size)
    while True:
        following = source.read(size)
        yield chunk, not following
        if not following:
            return
        chunk = following


def _nonce(place: int, *, is_last: bool) -> bytes:
    """A chunk's position and whether it is the last: one that is moved, or cut off behind, does not decrypt. A key is of one file, so no nonce comes twice."""
    return place.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")
