"""A file that is read stays as it is until all of it is read: one that is written to meanwhile would give rows of two states."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goodterms.errors import UnreadableFileError


@contextmanager
def unchanged(*paths: Path) -> Iterator[None]:
    """Compare size and time of files before and after what is done with them; their identity differs from look to look on some network drives.

    Raises
    ------
    UnreadableFileError
        A file has changed, or is gone: whatever else went wrong meanwhile came of it.
    """
    before = {path: _state(path) for path in paths}
    try:
        yield
    except Exception as error:
        _compare(before, error)
        raise
    _compare(before, None)


def _compare(before: dict[Path, tuple[int, int] | None], cause: Exception | None) -> None:
    for path, state in before.items():
        if _state(path) != state:
            what, mend = (
                ("was removed", "Put it back, and read it again.") if _state(path) is None else ("changed", "Read it again once no program writes to it.")
            )
            raise UnreadableFileError(f"{path} {what} while it was read. Nothing was taken from it. {mend}") from cause


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns
