"""Where the rows of raw tables wait as Parquet until the engine is done with them: a folder of each engine, gone with it."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodterms.facts.sql_text import text_of

_ROWS_AT_ONCE = 5_000
_folders: dict[int, Path] = {}
"""By the engine's identity: Ibis calls two engines equal that are opened alike."""


def work_folder(engine: Any) -> Path:
    """Return the engine's folder for work files, readable by the user alone; it is removed when the engine is let go, and at exit."""
    folder = _folders.get(id(engine))
    if folder is None:
        folder = _folders[id(engine)] = Path(tempfile.mkdtemp(prefix="goodterms-"))
        weakref.finalize(engine, _remove, id(engine))
    return folder


def _remove(engine: int) -> None:
    shutil.rmtree(_folders.pop(engine), ignore_errors=True)


def show_rows(
    engine: Any, name: str, rows: Path, columns: Sequence[str], *, above: int | None = None, where: str = "", further: Mapping[str, str] | None = None
) -> None:
    """Make a view ``name`` with ``row`` and ``c1`` … over a Parquet file; ``above`` counts the records before its first row, or it has a column ``row``.

    ``further`` are more columns of the view, by name.
    """
    row = '"row"' if above is None else f"file_row_number + {above + 1}"
    named = {f"c{place}": column for place, column in enumerate(columns, start=1)} | dict(further or {})
    said = ", ".join((f'{row} AS "row"', *(f"{sql} AS {of}" for of, sql in named.items())))
    source = f"read_parquet({text_of(rows)}, file_row_number = {'true' if above is not None else 'false'})"
    engine.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {said} FROM {source} {where}")


def rows_of(con: Any, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query, so many at once; nothing else may be asked of the connection meanwhile."""
    found = con.execute(query)
    while block := found.fetchmany(_ROWS_AT_ONCE):
        yield from block


def plain_path(engine: Any, path: Path) -> Path:
    """Return a path to the same file that the engine does not take for a pattern of names."""
    if not any(sign in str(path) for sign in "*?[]"):
        return path
    copy = work_folder(engine) / f"source_{len(list(work_folder(engine).iterdir()))}{path.suffix if path.suffix.isalnum() else ''}"
    try:
        os.link(path, copy)
    except OSError:  # another disk, or no right to
        shutil.copyfile(path, copy)
    return copy
