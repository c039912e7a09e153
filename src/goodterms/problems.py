"""Defects in data, each with its place: what was seen, what was expected, what to do."""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

_DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""What Unicode calls characters that turn the direction of writing."""


def visible(words: str, keep: str = "") -> str:
    r"""Text of a file as a terminal may be given it: what would steer the terminal is shown as a sign and not obeyed.

    Examples
    --------
    >>> visible("A\x1b[31mnn"), visible("two\nlines"), visible("two\nlines", keep="\n") == "two\nlines"
    ('A␛[31mnn', 'two␊lines', True)
    """
    return "".join(_sign_of(c) if _steers(c) and c not in keep else c for c in words)


def _steers(character: str) -> bool:
    """Whether a character is not shown but does something: a control, or one that turns the direction of writing."""
    return unicodedata.category(character) == "Cc" or unicodedata.bidirectional(character) in _DIRECTIONS


def _sign_of(steering: str) -> str:
    """The sign that Unicode has for a control character; for any other of these, that of an unknown one."""
    code = ord(steering)
    return chr(0x2400 + code) if code < 0x20 else "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def more_rows(count: int, first: int, last: int) -> str:
    """Say how many more rows there are, and between which they stand.

    Examples
    --------
    >>> more_rows(9_000, 3_002, 30_000), more_rows(1, 7, 7)
    ('9,000 more rows, from row 3,002 to row 30,000,', '1 more row, row 7,')
    """
    return f"1 more row, row {first:,}," if count == 1 else f"{count:,} more rows, from row {first:,} to row {last:,},"


class Severity(enum.StrEnum):
    """What a problem did to the row or file that it stands at."""

    REJECTED = "rejected"
    """The row takes no part; it is given back in a file, to be mended."""
    SET_ASIDE = "set aside"
    """The row is no fact (a header, a total, a blank line) and takes no part."""
    WARNING = "warning"
    """The row takes part, but a person should look."""
    NOTICE = "notice"
    """Nothing is wrong; it is worth knowing."""


@dataclass(frozen=True)
class Origin:
    """Where something stands: file, sheet, row (1 = first physical record of the file or sheet), column as written there."""

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        """The place as a person would say it."""
        parts = [self.file, self.sheet and f"sheet {self.sheet}", self.row is not None and f"row {self.row:,}", self.column and f"column {self.column}"]
        return ", ".join(str(part) for part in parts if part)


@dataclass(frozen=True)
class Problem:
    """One defect. ``code`` is stable and made of words with hyphens; ``rows`` counts the rows it stands for (a problem may be said once for many rows).

    Examples
    --------
    >>> print(Problem("not-a-number", Severity.REJECTED, Origin("invoices.csv", row=7, column="Net"), seen="12,x", expected="an amount", action="Mend it."))
    invoices.csv, row 7, column Net: "12,x" where an amount was expected. Mend it.
    """

    code: str
    severity: Severity
    origin: Origin = Origin()
    seen: str = ""
    expected: str = ""
    action: str = ""
    sentence: str = ""
    rows: int = 1

    def __str__(self) -> str:
        """One line for a person: the place, then what was seen and expected or a sentence of its own, then what to do."""
        said = self.sentence or f'"{self.seen}" where {self.expected} was expected.'
        place = str(self.origin)
        return " ".join(part for part in (f"{place}: {said}" if place else said, self.action) if part)

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain values, for JSON and tables."""
        flat = asdict(self)
        return {"code": self.code, "severity": str(self.severity), **flat.pop("origin"), **{k: v for k, v in flat.items() if k not in {"code", "severity"}}}
