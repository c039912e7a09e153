"""Thousands of documents, from folders and zip files: read by several processes side by side, in an order that does not depend on which is faster."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_child import LENGTH_BYTES, TOO_MUCH_MEMORY
from goodterms.intake.documents.document_file import FileRead, as_problem
from goodterms.intake.documents.document_list import DocumentPlace, list_documents
from goodterms.intake.documents.invoice import Invoice
from goodterms.intake.documents.xml_guard import AGAIN
from goodterms.intake.tables.raw_table import Progress
from goodterms.problems import Problem

SECONDS = 30
"""So long may one file take."""
MOST_CHILDREN = 8
FILES_A_CHILD = 16
"""A process takes a quarter of a second to start: for fewer files another one is not worth it."""


@dataclass(frozen=True)
class DocumentsRead:
    """What files, folders and zip files gave, in the order of their names; ``problems`` are of files that were not opened."""

    files: tuple[FileRead, ...]
    listing_problems: tuple[Problem, ...] = ()

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        """All documents, in the order of their files."""
        return tuple(invoice for file in self.files for invoice in file.invoices)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with files and documents, or worth knowing."""
        return (*self.listing_problems, *(problem for file in self.files for problem in file.problems))


def read_documents(paths: Iterable[Path | str], *, processes: int | None = None, progress: Progress | None = None) -> DocumentsRead:
    """Read e-invoices: files, folders and zip files of them. A bad file is a problem, and the others are read.

    Parameters
    ----------
    paths
        As the user named them.
    processes
        How many may read side by side; as many as there are processors where nothing is said.
    progress
        Told how much is done, from 0 to 1.

    Raises
    ------
    UnreadableFileError
        A path is not there, or there are more files than anybody has.
    """
    found = list_documents(paths)
    total = len(found.places)
    read: list[FileRead | None] = [None] * total
    count = max(1, min(processes or os.cpu_count() or 1, MOST_CHILDREN, -(-total // FILES_A_CHILD)))
    with _Children() as children, ThreadPoolExecutor(count) as threads:
        futures = {threads.submit(children.read, place): number for number, place in enumerate(found.places)}
        for done, future in enumerate(as_completed(futures), start=1):
            read[futures[future]] = future.result()
            if progress is not None:
                progress(f"reading {total:,} e-invoices" if total > 1 else f"reading {found.places[0].file}", done / total)
    return DocumentsRead(tuple(one for one in read if one is not None), found.problems)


class _Children:
    """One child process for each thread; one that takes too long or dies is started anew, and its file is a problem."""

    def __init__(self) -> None:
        self._of_thread = threading.local()
        self._all: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._all:
            _end(child)

    def read(self, place: DocumentPlace) -> FileRead:
        child: subprocess.Popen[bytes] | None = getattr(self._of_thread, "child", None)
        if child is None or child.poll() is not None:
            child = self._of_thread.child = _start()
            self._all.append(child)
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(SECONDS, stop)
        timer.daemon = True
        timer.start()
        try:
            return _ask(child, place)
        except (OSError, EOFError, pickle.UnpicklingError):
            _end(child)
            why = f"takes longer than {SECONDS} seconds, which no invoice does" if late.is_set() else TOO_MUCH_MEMORY
            return FileRead(place.file, problems=(as_problem(UnreadableFileError(f"{place.file} {why}. {AGAIN}"), place.file),), unread=1)
        finally:
            timer.cancel()


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "goodterms.intake.documents.document_child"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603  (our own module, nothing of the user's)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # what was not yet written to a dead child
                continue
    child.wait()


def _ask(child: subprocess.Popen[bytes], place: DocumentPlace) -> FileRead:
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(json.dumps(asdict(place)).encode() + b"\n")
    child.stdin.flush()
    length = int.from_bytes(_exactly(child.stdout, LENGTH_BYTES))
    read = _Unpickler(io.BytesIO(_exactly(child.stdout, length))).load()
    if not isinstance(read, FileRead):
        raise pickle.UnpicklingError
    return read


def _exactly(stream: Any, length: int) -> bytes:
    data: bytes = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


class _Unpickler(pickle.Unpickler):
    """Makes what a reader of documents can have read, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in {("decimal", "Decimal"), ("datetime", "date")}:
            return super().find_class(module, name)
        if module.startswith("goodterms.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")
