"""Kept months: what was worked out of a month's facts, in Parquet files that never change, under the name of all that it was worked out from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from goodterms.errors import UnreadableFileError
from goodterms.facts.engine import a_name_of_its_own, held
from goodterms.facts.sql_text import named, text_of
from goodterms.facts.store import STAGING, hash_of, on_disk, sync_folder

if TYPE_CHECKING:
    from ibis import Table

_OF_MONTH = "of_month"
_CONTENT = "content.json"
_WRITTEN = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880"


def name_of(*read: object) -> str:
    """The name of what is worked out from all of this: the SHA-256 of its text.

    Examples
    --------
    >>> name_of("2024-01", 1)[:8], name_of("2024-01", 2)[:8]
    ('b55a4787', '08d8c1e7')
    """
    return hashlib.sha256("\x1e".join(map(repr, read)).encode()).hexdigest()


def digests(engine: Any, table: Table) -> dict[date, str]:
    """The SHA-256 of the rows of each month (the column ``month``), in whatever order they stand."""
    said = ", ".join(f"coalesce(CAST({named(column)} AS VARCHAR), chr(0))" for column in sorted(table.columns))
    rows = f"SELECT month, md5(concat_ws(chr(31), {said})) AS said FROM ({engine.compile(table)})"
    return dict(engine.con.execute(f"SELECT month, sha256(string_agg(said, '' ORDER BY said)) FROM ({rows}) GROUP BY month").fetchall())


@dataclass(frozen=True)
class Cubes:
    """The folder of a company's kept months: a folder a name (64 hexadecimal digits), with the tables of one month each.

    An equal name says equal tables, so what is there is never written again. What a stopped run leaves has no name: it lies among what is staged.
    """

    folder: Path

    def path_of(self, name: str) -> Path:
        """Where what has a name lies."""
        return self.folder / name[:2] / name

    def reused(self, names: Iterable[str]) -> set[str]:
        """Those of the names that are kept, whole and as they were written; they count as used now, so that a removal that runs beside lets them be.

        What was altered is set aside: it is worked out again.
        """
        found = set()
        for name in names:
            try:
                os.utime(self.path_of(name))
            except FileNotFoundError:
                continue
            if self.damage_of(name):
                self._set_aside(name)
            else:
                found.add(name)
        return found

    def keep(self, engine: Any, names: Mapping[date, str], tables: Mapping[str, Table], *, made_of: Mapping[date, Sequence[str]] | None = None) -> None:
        """Keep tables month by month, each month under its name; each table has a column ``month``.

        ``made_of`` says which other kept names a month was made of: they stay as long as it does.
        """
        if not names:
            return
        staging = self.folder / STAGING / uuid4().hex
        staging.mkdir(parents=True)
        try:
            for table, rows in tables.items():
                self._write(engine, rows, staging / table, [*names])
            for month, name in names.items():
                self._publish(staging, month, name, [*tables], [*(made_of or {}).get(month, ())])
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _set_aside(self, name: str) -> Path:
        """Take a name from what is kept under it; what is set aside goes with the next sweeping."""
        aside = self.folder / STAGING / uuid4().hex
        aside.parent.mkdir(exist_ok=True)
        return self.path_of(name).rename(aside)

    @staticmethod
    def _write(engine: Any, rows: Table, to: Path, months: Sequence[date]) -> None:
        """Write a table with a folder a month, and in ``none.parquet`` its columns alone, for the months without a row."""
        to.mkdir()
        query = _with_whole_numbers(engine, engine.compile(rows))
        engine.con.execute(f"COPY (SELECT * FROM ({query}) LIMIT 0) TO {text_of(to / 'none.parquet')} ({_WRITTEN})")
        listed = ", ".join(f"DATE {text_of(month.isoformat())}" for month in months)
        wanted = f"SELECT *, month AS {_OF_MONTH} FROM ({query}) WHERE month IN ({listed})"
        engine.con.execute(f"COPY ({wanted}) TO {text_of(to)} ({_WRITTEN}, PARTITION_BY ({_OF_MONTH}), OVERWRITE_OR_IGNORE)")

    def _publish(self, staging: Path, month: date, name: str, tables: Sequence[str], made_of: list[str]) -> None:
        """Put a month's files together in a folder, onto the disk, then under their name."""
        ready = staging / name
        ready.mkdir()
        hashes: dict[str, str] = {}
        for table in tables:
            files = sorted((staging / table / f"{_OF_MONTH}={month.isoformat()}").glob("*.parquet"))
            for number, file in enumerate(files or [staging / table / "none.parquet"]):
                target = ready / f"{table}.{number}.parquet"
                if files:
                    file.rename(target)
                else:
                    shutil.copy(file, target)
                hashes[target.name], _size = on_disk(target)
        (ready / _CONTENT).write_text(json.dumps({"files": hashes, "made_of": made_of}), encoding="utf-8")
        on_disk(ready / _CONTENT)
        sync_folder(ready)
        target = self.path_of(name)
        if not target.parent.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self.folder)
        try:
            ready.rename(target)
        except OSError:
            if not target.is_dir():
                raise  # else another run kept the same
        sync_folder(target.parent)

    def rows_of(self, engine: Any, names: Sequence[str], table: str, *, columns_differ: bool = False) -> Table:
        """The rows of a table of kept months, read where they lie; with ``columns_differ`` a column that a month lacks is null there.

        Raises
        ------
        UnreadableFileError
            What was kept has gone.
        """
        files = [file for name in names for file in self._files_of(name, table)]
        view = a_name_of_its_own(f"kept_{table}")
        read_as = f", union_by_name = {str(columns_differ).lower()}, hive_partitioning = false"
        engine.con.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM read_parquet([{', '.join(map(text_of, files))}]{read_as})")
        return held(engine, view)

    def _files_of(self, name: str, table: str) -> list[Path]:
        place = self.path_of(name)
        files = sorted(place / file for file in self._content_of(name)["files"] if file.split(".")[0] == table)
        if not files:
            raise UnreadableFileError(f"what was worked out of a month has gone: {place}. Remove that folder and start the run again.")
        return files

    def _content_of(self, name: str) -> dict[str, Any]:
        file = self.path_of(name) / _CONTENT
        try:
            return dict(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            raise UnreadableFileError(f"{file} cannot be read. Remove the folder {file.parent} and start the run again.") from None

    def _made_of(self, name: str) -> list[str]:
        """What a name was made of; of one that was altered nothing is known."""
        try:
            return list(self._content_of(name)["made_of"])
        except UnreadableFileError:
            return []

    def damage_of(self, name: str) -> str:
        """Say what is wrong with what is kept under a name; empty where it is there as it was written."""
        try:
            for file, sha256 in self._content_of(name)["files"].items():
                if hash_of(self.path_of(name) / file) != sha256:
                    return f"{self.path_of(name) / file} was altered."
        except UnreadableFileError as error:
            return str(error)
        except OSError as error:
            return f"{error.filename} cannot be read: {error.strerror}."
        return ""

    def names(self) -> set[str]:
        """All names that are kept."""
        return {folder.name for folder in self.folder.glob("[0-9a-f][0-9a-f]/*") if folder.is_dir()}

    def with_what_they_are_made_of(self, names: Iterable[str]) -> set[str]:
        """Names, and those that they were made of, as far as they are kept."""
        found: set[str] = set()
        open_ones = {*names} & self.names()
        while open_ones:
            found |= open_ones
            open_ones = {of for name in open_ones for of in self._made_of(name)} & self.names() - found
        return found

    def remove_unnamed(self, named: Iterable[str], *, before: datetime) -> int:
        """Remove what no run names and nothing named was made of, and what was staged, each if it was last used before a time; return how many went."""
        gone = 0
        staged = [folder for folder in (self.folder / STAGING).glob("*") if folder.is_dir()]
        for name in sorted(self.names() - self.with_what_they_are_made_of(named)):
            if self.path_of(name).stat().st_mtime < before.timestamp():
                shutil.rmtree(self._set_aside(name))
                gone += 1
        for folder in staged:
            if folder.stat().st_mtime < before.timestamp():
                shutil.rmtree(folder)
                gone += 1
        return gone


def _with_whole_numbers(engine: Any, query: str) -> str:
    """A query whose sums of whole numbers are decimals: Parquet has no whole numbers of 128 bits, and the engine would write floating point."""
    wide = [name for name, kind, *_ in engine.con.execute(f"DESCRIBE {query}").fetchall() if kind == "HUGEINT"]
    return f"SELECT * REPLACE ({', '.join(f'CAST({named(name)} AS DECIMAL(38, 0)) AS {named(name)}' for name in wide)}) FROM ({query})" if wide else query
