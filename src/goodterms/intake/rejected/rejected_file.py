"""Rejected rows given back in the user's own format and layout: mended, the file is read again beside the one that they stood in."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from heapq import merge
from pathlib import Path
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.parts.part import Part
from goodterms.intake.rejected.rejected_text import write_text
from goodterms.intake.rejected.rejected_workbook import write_list, write_sheets
from goodterms.intake.tables.work_files import plain_path, rows_of
from goodterms.problems import Problem, Severity


def write_rejected(engine: Any, parts: Sequence[Part], folder: Path, problems: Sequence[Problem]) -> list[Path]:
    """Write, for each file with rejected rows, ``NAME.rejected.csv`` (``.xlsx``, ``.parquet``: as the file's own) and ``NAME.problems.xlsx``.

    The first is as the file itself, with its sheets and all that stands above the header, and of its rows the rejected ones alone; the second says of each what
    is wrong. Documents are not copied: the second names each. Return what was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for of_file in _by_file(parts):
        first = of_file[0]
        back, said = _free_names(folder, first.raw.path, written)
        begins: dict[str, int] = {}
        if not first.is_of_documents:
            if first.raw.layout:
                begins = write_sheets(engine.con, of_file, back)
            elif first.raw.dialect:
                begins = {"": write_text(engine.con, first, first.raw.dialect, back)}
            else:
                begins = {"": _write_parquet(engine, first, back)}
            written.append(back)
        write_list(_said(engine.con, of_file, problems, begins), said)
        written.append(said)
    return written


def _by_file(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts with rejected rows, those of one file together; a sheet that was read into two tables is given back once for each."""
    files: list[list[Part]] = []
    for part in parts:
        if part.rejected or part.raw.rejected:
            same = (file for file in files if file[0].raw.path == part.raw.path and all(other.raw.sheet != part.raw.sheet for other in file))
            own = next(same, None)
            if own is None:
                files.append([part])
            else:
                own.append(part)
    return files


def _free_names(folder: Path, path: Path, written: Sequence[Path]) -> tuple[Path, Path]:
    """What the file of rejected rows and the list of what is wrong with them are called: by the file's name, with a number where that is taken."""
    name = Path(origin_of(path.name) or path.name)
    again, times = "", 1
    while (said := folder / f"{name.stem}.problems{again}.xlsx") in written:
        times += 1
        again = f" ({times})"
    return folder / f"{name.stem}.rejected{again}{name.suffix}", said


def _rejected_rows(con: Any, part: Part) -> array[int]:
    """The numbers of the rejected rows, in the file's order."""
    bad = rows_of(con, f"{part.rejected_rows} ORDER BY row") if part.bad else iter(())
    return array("q", merge((row for (row,) in bad), (ref.row for ref in part.raw.rejected)))


def _write_parquet(engine: Any, part: Part, file: Path) -> int:
    """Write the rejected rows of a Parquet file with all of its columns; return the number of the first one there."""
    source = f"read_parquet({text_of(plain_path(engine, part.raw.path))}, file_row_number = true)"
    rows = f"FROM {source} WHERE file_row_number + 1 IN ({part.rejected_rows}) ORDER BY file_row_number"
    engine.con.execute(f"COPY (SELECT * EXCLUDE file_row_number {rows}) TO {text_of(file)} (FORMAT parquet)")
    return 1


def _said(con: Any, of_file: Sequence[Part], problems: Sequence[Problem], begins: Mapping[str, int]) -> list[tuple[str | int, ...]]:
    """What is wrong with the rows given back, with the place of each there; ``begins`` is the place of the first of each sheet."""
    first = of_file[0]
    rows = {part.raw.sheet: _rejected_rows(con, part) for part in of_file} if begins else {}
    own = first.problems if first.is_of_documents else [p for p in problems if p.origin.file == first.raw.file and p.origin.sheet in rows]
    found: list[tuple[str | int, ...]] = []
    for problem in own:
        if problem.severity != Severity.REJECTED:
            continue
        origin = problem.origin
        said = problem.sentence or ("it does not fit" if problem.seen else "it is missing")
        there: str | int = ""
        if begins and origin.row:
            of_sheet, place = rows[origin.sheet], bisect_left(rows[origin.sheet], origin.row)
            if of_sheet[place : place + 1] != array("q", [origin.row]):
                continue  # it is of another table that the sheet was read into
            there = begins[origin.sheet] + place
        found.append((origin.file, origin.sheet, origin.row or "", there, origin.column, problem.seen, problem.expected, said, problem.action))
    return found
