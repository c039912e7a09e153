"""The header met again below it, as where files were joined: set aside where it is the same, and the end of reading where it names the columns otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from goodterms.errors import UnreadableFileError

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_MOST = 2 / 3
"""A row of which so many cells are names of columns is a header."""


def _name(cell: str | None) -> str:
    """A name of a column, whatever its case and with or without the byte order mark of the file that it came from."""
    return " ".join((cell or "").strip(_MARK).split()).casefold()


class HeaderAgain:
    """A header as it may stand again among the rows: in other case, or with a byte order mark before it.

    Examples
    --------
    >>> again = HeaderAgain(["Date", "Customer", "Net"])
    >>> again.is_in(["\ufeffDATE", "CUSTOMER", "NET"], "sales.csv", 7), again.is_in(["2023-01-31", "Customer", "1.5"], "sales.csv", 8)
    (True, False)
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = [" ".join(cell.split()) for cell in cells]
        self.names = [_name(cell) for cell in cells]

    @cached_property
    def place(self) -> int | None:
        """The first column that has a name; None where none has."""
        return next((place for place, name in enumerate(self.names) if name), None)

    @cached_property
    def known(self) -> frozenset[str]:
        """All names."""
        return frozenset(self.names) - {""}

    def may_be_in(self, cell: str | None) -> bool:
        """Whether a row may be the header again, by its cell in the first column that has a name."""
        return bool(cell) and _name(cell) in self.known

    def is_in(self, cells: Sequence[str | None], where: str, row: int) -> bool:
        """Whether the cells of a row are the header again.

        Raises
        ------
        UnreadableFileError
            Where they are its names in another order: the rows below would be read under the wrong names.
        """
        found = [_name(cell) for cell in cells[: len(self.names)]]
        if found == self.names[: len(found)] and not any(_name(cell) for cell in cells[len(self.names) :]):
            return True
        shared = sum((Counter(self.known) & Counter(found)).values())
        moved = any(name in self.known and name != own for name, own in zip(found, self.names, strict=False))
        if not moved or shared < 2 or shared < _MOST * len(self.known):
            return False
        said = ", ".join(" ".join((cell or "").strip(_MARK).split()) for cell in cells)
        raise UnreadableFileError(
            f"{where}, row {row:,}: a second header names the columns in another order ({said}; the first one: {', '.join(self.cells)}). "
            "The rows below it would be read under the wrong names. Cut the file there, and name both files."
        )
