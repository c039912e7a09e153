"""Reading what others wrote: files become tables of facts, and every record and every column is accounted for."""

from __future__ import annotations

from goodterms.intake.account import ColumnUnderstood, FileAccount
from goodterms.intake.reading import Reading, read

__all__ = ["ColumnUnderstood", "FileAccount", "Reading", "read"]
