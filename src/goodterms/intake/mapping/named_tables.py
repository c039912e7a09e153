"""Which tables a file that was named is read into: that of its option, or of a file of sale lines what the mapping says instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping

SALE_LINES = "sale_lines"


def named_tables(named: Iterable[tuple[Path, str]], mapping: Mapping) -> list[tuple[Path, str]]:
    """Each file with each table that it is read into, in the order in which files were named."""
    named = list(named)
    return [(path, said) for path, table in named for said in (_said_tables(path, named, mapping) if table == SALE_LINES else [table])]


def joined_into(path: Path, named: Sequence[tuple[Path, str]], mapping: Mapping) -> str:
    """The file in the same folder to which a join adds the columns of a file that has no entry of its own; "" where there is none."""
    if any(entry.fits(str(path), entry.sheet) for entry in mapping.files):
        return ""
    beside = [other for other, _table in named if other != path and other.parent == path.parent]
    joining = (str(other) for other in beside for entry in mapping.files if _fits(entry, other) and any(join.fits(path) for join in entry.joins))
    return next(joining, "")


def _said_tables(path: Path, named: Sequence[tuple[Path, str]], mapping: Mapping) -> list[str]:
    """The tables of the file's entries. An entry that other files came by, named under its table's own option, is not meant by a pattern for this one."""
    entries = [entry for entry in mapping.files if not entry.left_out and _fits(entry, path)]
    tables = [entry.table or SALE_LINES for entry in entries if not entry.table or entry.table == SALE_LINES or _is_meant(entry, path, named)]
    return list(dict.fromkeys(tables)) or [SALE_LINES]


def _is_meant(entry: FileMapping, path: Path, named: Sequence[tuple[Path, str]]) -> bool:
    of_option = [other for other, table in named if table == entry.table and _fits(entry, other)]
    return not of_option or (path not in of_option and entry.match in {str(path), path.name})


def _fits(entry: FileMapping, path: Path) -> bool:
    return entry.fits(str(path), entry.sheet) or entry.of_rejected(str(path), entry.sheet) is not None
