"""Text as SQL writes it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def text_of(text: str | Path) -> str:
    """Return the text as a literal of SQL.

    Examples
    --------
    >>> text_of("Ann's invoices.csv")
    "'Ann''s invoices.csv'"
    """
    return "'" + str(text).replace("'", "''") + "'"


def texts_of(texts: Iterable[str]) -> str:
    """Return texts as SQL lists them after IN.

    Examples
    --------
    >>> texts_of(["K", "H"]), texts_of([])
    ("'K', 'H'", 'NULL')
    """
    return ", ".join(map(text_of, texts)) or "NULL"


def named(column: str) -> str:
    """Return the name of a column as SQL writes it.

    Examples
    --------
    >>> named("attribute:rush")
    '"attribute:rush"'
    """
    return '"' + column.replace('"', '""') + '"'
