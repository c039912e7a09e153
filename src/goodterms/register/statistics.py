"""Letting the database know how much there is of what, by which it chooses how to find it: without that, lists are slow after many records came."""

from __future__ import annotations

from django.db import connection

MANY = 1_000
"""From so many new records on it is worth looking."""


def count_anew(new: int = MANY) -> None:
    """Let the database look at its tables, where many records are new."""
    if new < MANY:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")  # a sample of each index is enough, and takes no time
        cursor.execute("ANALYZE")
