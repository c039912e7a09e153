"""Reads documents in a process of its own, which may use so much memory and no more: ``python -m goodterms.intake.documents.document_child``.

Each line on stdin is a document's place as JSON: ``file``, ``path``, ``member`` and ``member_name``. For each, stdout has the length of what was read (8 bytes)
and a pickled :class:`~goodterms.intake.documents.document_file.FileRead`.
"""

from __future__ import annotations

import json
import pickle
import sys
import zipfile
import zlib
from functools import lru_cache
from typing import Any

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_file import FileRead, as_problem, read_document_file
from goodterms.intake.documents.document_list import DocumentPlace
from goodterms.intake.documents.xml_guard import AGAIN, MOST_BYTES

MEMORY = 512 << 20
LENGTH_BYTES = 8
TOO_MUCH_MEMORY = "takes more memory than an invoice of its size should"


def main() -> None:
    """Read what stdin names until it ends."""
    _limit_memory()
    answers = sys.stdout.buffer
    for line in sys.stdin:
        read = pickle.dumps(read_place(DocumentPlace(**json.loads(line))))
        answers.write(len(read).to_bytes(LENGTH_BYTES) + read)
        answers.flush()


def _limit_memory() -> None:
    """Bound this process where the system can; the parent bounds its time."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def read_place(place: DocumentPlace) -> FileRead:
    """Read one document file; a refusal is a problem of it."""
    try:
        return read_document_file(_content(place), place.file)
    except UnreadableFileError as error:
        return FileRead(place.file, problems=(as_problem(error, place.file),), unread=1)
    except MemoryError:
        return FileRead(place.file, problems=(as_problem(UnreadableFileError(f"{place.file} {TOO_MUCH_MEMORY}. {AGAIN}"), place.file),), unread=1)


def _content(place: DocumentPlace) -> bytes:
    try:
        if place.member is None:
            with open(place.path, "rb") as stream:  # noqa: PTH123  (a path as it was listed)
                data = stream.read(MOST_BYTES + 1)
        else:
            data = _member(place)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableFileError(f"{place.file} cannot be opened ({why[:120].rstrip('.')}). {AGAIN}") from None
    if len(data) > MOST_BYTES:
        raise UnreadableFileError(f"{place.file} is larger than {MOST_BYTES >> 20} MiB, which no document is. {AGAIN}")
    return data


def _member(place: DocumentPlace) -> bytes:
    packed = _opened(place.path)
    members = packed.infolist()
    number = place.member or 0
    if number >= len(members) or members[number].filename != place.member_name:
        raise ValueError("the zip file changed while it was read")
    if members[number].flag_bits & 1:
        raise ValueError("it has a password")
    with packed.open(members[number]) as stream:
        return stream.read(MOST_BYTES + 1)


@lru_cache(maxsize=1)
def _opened(path: str) -> Any:
    """The last zip file stays open: its list of members is read once, not once for each of them."""
    return zipfile.ZipFile(path)


if __name__ == "__main__":
    main()
