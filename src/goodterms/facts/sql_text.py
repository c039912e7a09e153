"""Text as SQL writes it."""

from __future__ import annotations

from pathlib import Path


def text_of(text: str | Path) -> str:
    """Return the text as a literal of SQL.

    Examples
    --------
    >>> text_of("Ann's invoices.csv")
    "'Ann''s invoices.csv'"
    """
    return "'" + str(text).replace("'", "''") + "'"
