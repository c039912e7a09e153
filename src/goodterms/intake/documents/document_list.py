"""The documents of folders and zip files, in an order that is always the same; what is no document is named, and a trap is refused."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_file import as_problem
from goodterms.intake.documents.xml_guard import MOST_BYTES
from goodterms.problems import Origin, Problem, Severity

MOST_FILES = 100_000
MOST_UNZIPPED = 4 << 30
MOST_RATIO = 200
"""A document packs to a twentieth, seldom to a fiftieth."""
SUSPECT_SIZE = 1 << 20
"""Below, any ratio will do."""
ENDINGS = (".xml", ".pdf")
_LEADS_OUT = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:")


@dataclass(frozen=True)
class DocumentPlace:
    """Where a document lies: a file, or the member of a zip file by its number there (from 0) and its name there."""

    file: str
    """What a person calls it."""
    path: str
    member: int | None = None
    member_name: str = ""


@dataclass(frozen=True)
class DocumentList:
    """The documents that were found, sorted by name, and what is to be said of other files."""

    places: tuple[DocumentPlace, ...]
    problems: tuple[Problem, ...]


def list_documents(paths: Iterable[Path | str]) -> DocumentList:
    """List the documents of files, folders (with the folders in them) and zip files. Nothing is opened but the lists of zip files.

    A file that is named itself is listed whatever its ending. Links to folders are not followed.

    Raises
    ------
    UnreadableFileError
        A path is not there, or there are more files than anybody has.
    """
    places: dict[str, DocumentPlace] = {}
    problems: list[Problem] = []
    others: dict[str, list[str]] = {}
    for path in paths:
        for place in _found(Path(path), str(path), problems, others):
            name, times = place.file, 1
            while name in places and places[name] != place:
                times += 1
                name = f"{place.file} ({times})"
            places[name] = DocumentPlace(name, place.path, place.member, place.member_name)
            if len(places) > MOST_FILES:
                raise UnreadableFileError(f"{path} holds more than {MOST_FILES:,} documents. Read them in parts.")
    problems += [_of_others(where, names) for where, names in others.items()]
    return DocumentList(tuple(places[name] for name in sorted(places)), tuple(problems))


def _found(path: Path, name: str, problems: list[Problem], others: dict[str, list[str]]) -> Iterator[DocumentPlace]:
    if path.is_dir():
        for file in sorted(_files_of(path, name)):
            ending = Path(file).suffix.casefold()
            inside = str(path / file)
            if ending == ".zip":
                yield from _members(inside, f"{name}/{file}", problems, others)
            elif ending in ENDINGS:
                yield DocumentPlace(f"{name}/{file}", inside)
            else:
                others.setdefault(name, []).append(file)
    elif not path.is_file():
        raise UnreadableFileError(f"{name} is not there, or is no file. Look at its name and folder.")
    elif zipfile.is_zipfile(path):
        yield from _members(str(path), name, problems, others)
    else:
        yield DocumentPlace(name, str(path))


def _files_of(folder: Path, name: str) -> Iterator[str]:
    """Yield the regular files below a folder, by their path from there."""
    count = 0
    for place, folders, files in os.walk(folder, onerror=_cannot_list):
        folders.sort()
        for file in files:
            path = Path(place) / file
            if path.is_file():
                count += 1
                if count > MOST_FILES:
                    raise UnreadableFileError(f"{name} holds more than {MOST_FILES:,} files. Read it in parts.")
                yield path.relative_to(folder).as_posix()


def _cannot_list(error: OSError) -> None:
    raise UnreadableFileError(f"{error.filename} cannot be listed: {error.strerror}.") from error


def _members(path: str, name: str, problems: list[Problem], others: dict[str, list[str]]) -> Iterator[DocumentPlace]:
    """Yield the documents in a zip file; one that might be a trap is a problem as a whole."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        problems.append(as_problem(UnreadableFileError(f"{name} is a damaged zip file ({str(error)[:120]}). Pack it again."), name))
        return
    try:
        _refuse_traps(members, name)
    except UnreadableFileError as error:
        problems.append(as_problem(error, name))
        return
    for number, member in enumerate(members):
        inside = PurePosixPath(member.filename)
        if member.is_dir() or "__MACOSX" in inside.parts:
            continue
        label = f"{name}/{''.join(sign if sign.isprintable() else '?' for sign in member.filename[:200])}"
        if inside.suffix.casefold() == ".zip":
            problems.append(as_problem(UnreadableFileError(f"{label} is a zip file in a zip file, which is not opened. Unpack it first."), label))
        elif inside.suffix.casefold() in ENDINGS:
            yield DocumentPlace(label, path, number, member.filename)
        else:
            others.setdefault(name, []).append(member.filename)


def _refuse_traps(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MOST_FILES:
        raise UnreadableFileError(f"{name} holds more than {MOST_FILES:,} files. Pack fewer into one.")
    size = sum(member.file_size for member in members)
    if size > MOST_UNZIPPED:
        raise UnreadableFileError(f"{name} unpacks to {size / 1e9:,.1f} GB, which no invoices of a company need. Pack fewer into one.")
    for member in members:
        shown = member.filename[:80]
        if _LEADS_OUT.search(member.filename.replace("\\", "/")):
            raise UnreadableFileError(f'{name} holds a file "{shown}", whose name leads out of it: that is a trap. Ask the sender for another.')
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > SUSPECT_SIZE and ratio > MOST_RATIO:
            packed = f"{member.compress_size / 1e3:,.1f} kB to {member.file_size / 1e6:,.0f} MB"
            raise UnreadableFileError(f'{name} holds a file "{shown}" that unpacks from {packed}, which no document does. Ask the sender for another.')
        if member.file_size > MOST_BYTES and PurePosixPath(member.filename).suffix.casefold() in ENDINGS:
            raise UnreadableFileError(f'{name} holds a file "{shown}" of more than {MOST_BYTES >> 20} MiB, which no document is. Take it out.')


def _of_others(where: str, names: list[str]) -> Problem:
    some = ", ".join(names[:3]) + (" …" if len(names) > 3 else ".")
    many = f"{len(names):,} files are" if len(names) > 1 else "A file is"
    sentence = f"{many} no e-invoice by the name and not read: {some}"
    action = "E-invoices end in .xml or .pdf. Name tables by themselves, and not by their folder."
    return Problem("files-not-read", Severity.NOTICE, Origin(where), sentence=sentence, action=action, rows=len(names))
