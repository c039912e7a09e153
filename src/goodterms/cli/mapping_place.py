"""The place that a mapping is written to: it may replace a mapping, and no other file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from goodterms.errors import MappingError, UsageError


def check_mapping_place(file: Path, inputs: Iterable[Path]) -> None:
    """Make sure, before any work is done, that a mapping may be written to a file.

    Raises
    ------
    UsageError
        When the file is one of those that are read, is there and no mapping, is a folder, or cannot be made.
    """
    elsewhere = "Pass --write-map with another place."
    if any(_are_one(file, given) for given in inputs):
        raise UsageError(f"{file} is one of the files that are read, and a mapping would take its place. {elsewhere}")
    if file.is_dir():
        raise UsageError(f"{file} is a folder. {elsewhere}")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"The mapping cannot be written to {file}: there is no folder {file.parent}. {elsewhere}")
    if file.is_file() and file.stat().st_size and not _is_mapping(file):
        raise UsageError(f"{file} is there already and is no mapping, so it is not replaced. {elsewhere}")


def _are_one(file: Path, other: Path) -> bool:
    """Whether two names lead to one file, through links too."""
    try:
        return file.samefile(other)
    except OSError:  # one of them is not there
        return False


def _is_mapping(file: Path) -> bool:
    from goodterms.intake.mapping.mapping_file import Mapping  # noqa: PLC0415  (heavy: only where a mapping is written)

    try:
        Mapping.load(file)
    except MappingError:
        return False
    return True
