"""The folder that a report is written into: all of it appears at once, and nothing that Goodterms did not write is ever replaced."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goodterms.errors import UsageError

MARKER = ".goodterms"
"""The file that says which files of a folder are ours."""
_FIRST_LINE = "Written by Goodterms, which replaces these files when it writes into this folder again:"


def check_folder(folder: Path) -> None:
    """Make sure, before any work is done, that a folder may be written.

    Raises
    ------
    UsageError
        When it is a file, holds what Goodterms did not write, or holds the folder that one stands in.
    """
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
    foreign = sorted(_files(folder) - _ours(folder))
    if foreign:
        more = f" and {len(foreign) - 1:,} more" if len(foreign) > 1 else ""
        raise UsageError(f"{folder} holds {foreign[0]}{more}, which Goodterms did not write. Move that away, or pass --out with another folder.")


@contextmanager
def written_at_once(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of ``folder`` when all went well, and vanishes when not.

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
        ours = sorted(_files(staging))
        (staging / MARKER).write_text("\n".join([_FIRST_LINE, *ours, MARKER]) + "\n", encoding="utf-8")
        _take_the_place(staging, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{folder} could not be written: {reason}. Make room or give permission, or pass --out with another folder.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


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


def _ours(folder: Path) -> set[str]:
    try:
        first, *names = (folder / MARKER).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):  # no marker, an unreadable or an empty one: nothing is ours
        return set()
    return set(names) if first == _FIRST_LINE else set()
