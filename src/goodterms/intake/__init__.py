"""Reading what others wrote: files become tables of facts, and every record and every column is accounted for."""

from __future__ import annotations

from goodterms.intake.reading import ColumnUnderstood, FileAccount, Reading, read

__all__ = ["ColumnUnderstood", "FileAccount", "Reading", "read"]
