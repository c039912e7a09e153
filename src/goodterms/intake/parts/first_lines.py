"""What stands on the first line of a document of several lines alone, as exports of web shops write what an order says once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodterms.errors import MappingError
from goodterms.intake.parts.part import Part
from goodterms.intake.values.agreement import NEARLY_ALL

FEWEST = 2
"""So many documents of several lines show how a file is written; what one shows is concluded anew next time."""

_MOST_NAMED = 8
"""So many columns are named in a sentence."""


@dataclass(frozen=True)
class FirstLines:
    """In how many documents of several lines a column stands on the first line alone, and in how many otherwise; the rest do not have it."""

    documents: int = 0
    alone: int = 0
    otherwise: int = 0

    @property
    def are_all(self) -> bool:
        """Whether nearly all documents that have it have it there."""
        return self.alone > 0 and self.alone >= NEARLY_ALL * (self.alone + self.otherwise)

    @property
    def are_of_all(self) -> bool:
        """Whether nearly all documents have it there and none has it otherwise: an amount that few have, as a discount, may be that of the first line."""
        return self.alone > 0 and self.alone >= NEARLY_ALL * self.documents and not self.otherwise


def first_lines(con: Any, parts: Iterable[tuple[str, str, Mapping[str, str]]]) -> dict[str, FirstLines]:
    """How columns stand in the documents of several lines of some parts.

    Of each part its table is given, the expression over it of a row's document, and those of the columns, which are null where a cell is blank.
    """
    found: dict[str, FirstLines] = {}
    for table, document, cells in parts:
        counts = ", ".join(f"count({cell}), min(row) FILTER (({cell}) IS NOT NULL) IS NOT DISTINCT FROM min(row)" for cell in cells.values())
        if not counts:
            continue
        of_documents = f"SELECT {counts} FROM {table} WHERE {document} IS NOT NULL GROUP BY {document} HAVING count(*) > 1"
        names = ", ".join(f"n{place}, h{place}" for place in range(len(cells)))
        sums = ", ".join(f"count(*) FILTER (n{place} = 1 AND h{place}), count(*) FILTER (n{place} > 0)" for place in range(len(cells)))
        documents, *sums_of = con.execute(f"SELECT count(*), {sums} FROM ({of_documents}) AS documents({names})").fetchone()
        for column, alone, with_it in zip(cells, sums_of[::2], sums_of[1::2], strict=True):
            before = found.get(column, FirstLines())
            found[column] = FirstLines(before.documents + documents, before.alone + alone, before.otherwise + with_it - alone)
    return found


def said_of_first_lines(part: Part) -> tuple[str, ...] | None:
    """The columns that a mapping says stand on first lines alone; None where it says nothing of it.

    Raises
    ------
    MappingError
        One of them is not there.
    """
    said = part.entry.first_line
    for theirs in said or ():
        if theirs not in part.raw.header:
            raise MappingError(f'{part.entry.place}: {part.where} has no column "{theirs}". Its columns are: {", ".join(part.raw.header)}.')
    return said


def kept(parts: Sequence[Part], columns: Iterable[str]) -> None:
    """Keep for the written mapping what was concluded of columns."""
    for part in parts:
        part.first_line = tuple(dict.fromkeys((*part.first_line, *columns)))


def in_words(columns: Sequence[str]) -> str:
    """Columns as a sentence begins with them.

    >>> in_words(["Customer", "State"]), in_words(["Subtotal"])
    ('Customer and State stand on the first line of a document alone', 'Subtotal stands on the first line of a document alone')
    """
    *others, last = columns if len(columns) <= _MOST_NAMED else (*columns[: _MOST_NAMED - 1], f"{len(columns) - _MOST_NAMED + 1} others")
    stand = f"{', '.join(others)} and {last} stand" if others else f"{last} stands"
    return f"{stand} on the first line of a document alone"
