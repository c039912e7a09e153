"""Physical records of a text file: lines cut into cells, where one broken quote costs one record and never the good ones after it."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

BLOCK = 2_000
LONGEST_RECORD = 10_000
"""Lines that a quoted cell may go on for before its quote counts as never closed."""
LEAST_PATIENCE = 100
MOST_DELIMITERS = 100_000
"""So many in one line are no row of a table, whatever is quoted: to split it would take more memory than it may."""

csv.field_size_limit(2**31 - 1)


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the collector of cycles away: millions of short-lived lists hold none, and walking all objects again and again takes as long as reading."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True)
class Form:
    """How cells are told apart: the delimiter, the quote (``None``: nothing is quoted), and what stands before a quote inside a quoted cell."""

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None

    def reader(self, lines: Iterable[str]) -> Any:
        """Return Python's own reader on the lines; it raises ``csv.Error`` at a broken quote instead of mending it silently."""
        if self.quote is None:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, escapechar=self.escape, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, doublequote=True, strict=True)

    def one(self, line: str) -> list[str] | None:
        """Return the cells of one line, or ``None`` where it is no complete record by itself."""
        try:
            return next(self.reader([line]), [])
        except csv.Error:
            return None

    def is_endless(self, line: str) -> bool:
        """Say whether a line has more delimiters than any row of a table."""
        return len(line) > MOST_DELIMITERS and line.count(self.delimiter) > MOST_DELIMITERS

    def splittable(self, lines: list[str]) -> Iterator[str]:
        """Yield the lines up to one that has more delimiters than any row of a table, which breaks its record as a broken quote does."""
        for line in lines:
            if self.is_endless(line):
                raise csv.Error("more delimiters than a line may have")
            yield line


class Record(NamedTuple):
    """A physical record: its cells (``None``: its quotes are broken) and its lines as they stand, ends included."""

    cells: list[str] | None
    lines: list[str]

    @property
    def text(self) -> str:
        """The record as it stands in the file, without its line end."""
        return "".join(self.lines).rstrip("\r\n")


Swallowed = Callable[[list[str], list[str]], bool]
"""Asked of a record of several lines, with its cells and lines: did a quote that is never closed swallow good records?"""


def split(lines: Iterable[str], form: Form, swallowed: Swallowed | None = None) -> Iterator[Record]:
    r"""Yield the records of the lines in order; every line is in exactly one record.

    A quote that breaks the rules, is never closed, or has swallowed good records makes its own first line a broken record; so does a line with more delimiters
    than any row has. Reading goes on at the next line.

    >>> [record.cells for record in split(["a,b\n", '1,"x\n', "2,y\n"], Form(","))]
    [['a', 'b'], None, ['2', 'y']]
    """
    source = iter(lines)
    pending: list[str] = []
    patience = LONGEST_RECORD
    want = BLOCK
    while True:
        fresh = list(islice(source, want))
        pending += fresh
        ended = len(fresh) < want
        bounded = form.splittable if any(map(form.is_endless, pending)) else iter
        start = 0
        while start < len(pending):
            reader = form.reader(bounded(pending[start:]))
            base = start
            try:
                for cells in reader:
                    used = base + reader.line_num
                    if swallowed is not None and used - start > 1 and swallowed(cells, pending[start:used]):
                        break
                    yield Record(cells, pending[start:used])
                    start = used
                else:
                    continue  # every line is used up
            except csv.Error as error:
                if str(error) == "unexpected end of data":
                    if not ended and len(pending) - start < patience:
                        break  # the record goes on in lines that are not read yet
                    patience = max(LEAST_PATIENCE, patience // 2)
            yield Record(None, pending[start : start + 1])
            start += 1
        pending = pending[start:]
        want = max(BLOCK, len(pending))
        if ended:
            return


@dataclass(frozen=True)
class Likeness:
    """What a record of the table looks like: so many cells, and numbers or dates in some of them (by place)."""

    form: Form
    width: int
    kinds: dict[int, str]
    kind_of: Callable[[str], str]

    def fits(self, cells: list[str] | None) -> bool:
        """Say whether the cells could be a record of this table."""
        if cells is None or len(cells) != self.width:
            return False
        if not self.kinds:
            return self.width > 2
        seen = [(self.kind_of(cells[place]), kind) for place, kind in self.kinds.items()]
        return all(is_kind in {"", kind} for is_kind, kind in seen) and any(is_kind for is_kind, _ in seen)

    def swallowed(self, cells: list[str], lines: list[str]) -> bool:
        """Say whether a record of several lines is in truth several records behind a quote that is never closed.

        It is if a line wholly inside it is a record by itself, or if each of its lines is one when quotes mean nothing.
        """
        inner = lines[1:-1] if len(cells) == self.width else lines[1:]
        if any(self.fits(self.form.one(line)) for line in inner):
            return True
        return all(self.fits(line.rstrip("\r\n").split(self.form.delimiter)) for line in lines)

    def swallowed_in(self, cells: list[str]) -> bool:
        """Say the same of a record whose lines are not at hand, by its cells."""
        text = self.form.delimiter.join(cells)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self.swallowed(cells, lines)
