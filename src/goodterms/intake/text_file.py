"""A text file of a table, with everything that was found out about it before its rows are read: encoding, dialect, header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median_high
from typing import Any

from goodterms.errors import MappingError
from goodterms.intake.decoding import Decoding, find_encoding, mended, sample_lines
from goodterms.intake.dialect import SAMPLE_RECORDS, find_form, kind_of
from goodterms.intake.header import Head, Top, find_head
from goodterms.intake.raw_table import Dialect, Progress, RawTable, RowRef, check_width
from goodterms.intake.records import Form, Likeness, split
from goodterms.problems import Problem


@dataclass(frozen=True)
class TextFile:
    """One text file: where it lies, how it is decoded and split, where its table begins, and what the mapping allows.

    ``above`` counts the records up to the first data row, ``lines_above`` their lines, ``set_aside`` has those records;
    ``ragged`` says how many cells to keep left and right of a gap.
    """

    engine: Any
    path: Path
    file: str
    decoding: Decoding
    form: Form
    head: Head
    above: int
    lines_above: int
    set_aside: tuple[RowRef, ...]
    ragged: tuple[int, int] | None
    progress: Progress | None

    @property
    def likeness(self) -> Likeness:
        """What a record of the table looks like."""
        return Likeness(self.form, self.head.short, dict(self.head.kinds), kind_of)

    @property
    def dialect(self) -> Dialect:
        """How the file is written."""
        return Dialect(self.decoding.encoding, self.form.delimiter, self.form.quote, self.form.escape, self.head.row)

    def tell(self, lines: int) -> None:
        """Tell whoever waits that so many lines are read."""
        if self.progress is not None:
            self.progress(f"reading {self.file}", min(lines / max(self.decoding.lines, 1), 1.0))

    def table(
        self, name: str, *, physical: int, accepted: int, rejected: Sequence[RowRef] = (), below: Sequence[RowRef] = (), problems: Sequence[Problem] = ()
    ) -> RawTable:
        """Return the raw table of the file; ``below`` are the records set aside below the header."""
        return RawTable(
            file=self.file,
            path=self.path,
            sheet="",
            name=name,
            header=self.head.names,
            native=(None,) * self.head.width,
            dialect=self.dialect,
            physical=physical,
            accepted=accepted,
            rejected=tuple(rejected),
            set_aside=(*self.set_aside, *below),
            problems=(*self.decoding.problems, *self.head.problems, *problems),
            header_row=self.head.row,
        )


def look_into(engine: Any, path: Path, file: str, *, given: Mapping[str, Any], progress: Progress | None = None) -> TextFile:
    """Find out how a text file is written and where its table begins, from its bytes, its first records and what the mapping says.

    Raises
    ------
    UnreadableFileError
        The file is empty, no text, or holds no table.
    AnswerNeededError
        Its delimiter or header can be read in two ways.
    MappingError
        The mapping says what cannot be.
    """
    decoding = find_encoding(path, file, wanted=given.get("encoding"))
    lines = sample_lines(path, decoding)
    complete = len(lines) >= decoding.lines
    form = find_form(lines, file, given, complete=complete)
    records = list(islice(split(lines, form), SAMPLE_RECORDS + 1))
    if len(records) > 1 and not (complete and len(records) <= SAMPLE_RECORDS):
        records.pop()  # it may be cut short
    rows = [record.cells or [] for record in records]
    check_width(file, median_high(len(cells) for cells in rows) if rows else 0)
    head = find_head(Top(rows, [[kind_of(cell) for cell in row] for row in rows], file), wanted=given.get("header_row"))
    above = max(head.set_aside, default=0)
    return TextFile(
        engine=engine,
        path=path,
        file=file,
        decoding=decoding,
        form=form,
        head=head,
        above=above,
        set_aside=tuple(RowRef(row, mended(records[row - 1].text), reason) for row, reason in sorted(head.set_aside.items())),
        lines_above=sum(len(record.lines) for record in records[:above]),
        ragged=_ragged(given.get("ragged"), head.width, file),
        progress=progress,
    )


def _ragged(given: Mapping[str, int] | None, width: int, file: str) -> tuple[int, int] | None:
    if not given:
        return None
    left, right = int(given.get("keep_left", 0)), int(given.get("keep_right", 0))
    if left < 0 or right < 0 or not 0 < left + right <= width:
        raise MappingError(f"{file}: ragged = {{ keep_left = {left}, keep_right = {right} }} in the mapping keeps {left + right} columns of {width}.")
    return left, right
