"""The folder that a report is written into: all of it appears at once, and nothing that Goodterms did not write, or that was changed since, is ever lost."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from goodterms.errors import UsageError

MARKER = ".goodterms"
"""The file that says which files of a folder are ours, each with its SHA-256 as we wrote it."""
_FIRST_LINE = "Written by Goodterms, which replaces these files when it writes into this folder again, unless they were changed since:"
_KEPT = "kept"
"""What stands before a file that was changed since we wrote it: it is its owner's from then on, and stays."""


def check_folder(folder: Path) -> None:
    """Make sure, before any work is done, that a folder may be written.

    Raises
    ------
    UsageError
        When its name is not UTF-8, it is a file, holds what Goodterms did not write, or holds the folder that one stands in.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        from goodterms.intake.tables.decoding import mended  # noqa: PLC0415  (heavy: most commands read no file)

        raise UsageError(f"The name of {mended(str(folder))} is not written in UTF-8. Pass --out with another folder.") from None
    folder = folder.resolve()
    if not folder.exists():
        nearest = next(parent for parent in folder.parents if parent.exists())
        if not nearest.is_dir():
            raise UsageError(f"{nearest} is a file, so {folder} cannot be made in it. Pass --out with another folder.")
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file. Pass --out with a folder.")
    if Path.cwd().is_relative_to(folder):
        raise UsageError(f"{folder} is the folder you stand in, or holds it. Pass --out with a folder for the report alone.")
    foreign = sorted(_files(folder) - _marked(folder).keys())
    if foreign:
        more = f" and {len(foreign) - 1:,} more" if len(foreign) > 1 else ""
        raise UsageError(f"{folder} holds {foreign[0]}{more}, which Goodterms did not write. Move that away, or pass --out with another folder.")


def check_mended(folder: Path, given: Iterable[Path]) -> None:
    """Make sure that no file to be read is one of ours as we wrote it: its rows were rejected once and would be again.

    Raises
    ------
    UsageError
        For a file of rejected rows that nobody mended.
    """
    from goodterms.intake.mapping.file_mapping import origin_of  # noqa: PLC0415  (heavy: only where files are read)

    folder = folder.resolve()
    marked = _marked(folder)
    for file in given:
        name = _name_in(folder, file)
        if origin_of(name) and marked.get(name) == _sum(folder / name):
            raise UsageError(f"{file} is as Goodterms wrote it: its rows were rejected, and would be again. Mend them, or name the file that you mended.")


@contextmanager
def written_at_once(folder: Path, kept: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """Give a folder to write into that takes the place of ``folder`` when all went well, and vanishes when not.

    A file of ours that was changed since stays, under a name of its own (``tables.mine.xlsx``); ``kept`` is told that name.

    Raises
    ------
    UsageError
        When the disk refuses: full, read-only, no permission.
    """
    check_folder(folder)
    folder = folder.resolve()
    staging = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        staging.mkdir(parents=True)
        yield staging
        marks = {name: _sum(staging / name) for name in sorted(_files(staging))}
        changed = _keep_what_was_changed(folder, staging)
        marks |= dict.fromkeys(changed, _KEPT)
        (staging / MARKER).write_text("\n".join([_FIRST_LINE, *(f"{mark}  {name}" for name, mark in marks.items())]) + "\n", encoding="utf-8")
        _take_the_place(staging, folder)
        for name, is_new in changed.items():
            if is_new and kept is not None:
                kept(folder / name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{folder} could not be written: {reason}. Make room or give permission, or pass --out with another folder.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _keep_what_was_changed(folder: Path, staging: Path) -> dict[str, bool]:
    """Copy the files that are their owner's from the folder that is replaced; return their names there, and which of them were ours until now."""
    found: dict[str, bool] = {}
    for name, mark in _marked(folder).items():
        path = folder / name
        if name == MARKER or not (path.is_file() or path.is_symlink()) or mark == _sum(path):
            continue
        own = path.relative_to(folder) if mark == _KEPT else path.relative_to(folder).with_name(f"{path.stem}.mine{path.suffix}")
        times = 1
        while (staging / own).exists() or (mark != _KEPT and (folder / own).exists()):
            times += 1
            own = own.with_name(f"{path.stem}.mine ({times}){path.suffix}")
        (staging / own).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, staging / own, follow_symlinks=False)
        found[own.as_posix()] = mark != _KEPT
    return found


def _take_the_place(staging: Path, folder: Path) -> None:
    """Rename; a folder already there steps aside first and returns if the rename fails."""
    if not folder.exists():
        staging.rename(folder)
        return
    aside = staging.with_name(f"{staging.name}-before")
    folder.rename(aside)
    try:
        staging.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def _marked(folder: Path) -> dict[str, str]:
    """The files that the marker speaks of, itself included: the SHA-256 of each as we wrote it, or that it is kept."""
    try:
        first, *lines = (folder / MARKER).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # no marker, an unreadable or an empty one: nothing is ours
        return {}
    if first != _FIRST_LINE:
        return {}
    return {name: mark for mark, _, name in (line.partition("  ") for line in lines)} | {MARKER: ""}


def _sum(path: Path) -> str:
    """The SHA-256 of a file; that of a link is none, since we write none."""
    if path.is_symlink():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _name_in(folder: Path, file: Path) -> str:
    """What a file is called in a folder, "" where it is not in it."""
    path = file.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) and path.is_file() else ""
