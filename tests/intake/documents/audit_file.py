"""Audit files written for a test, and read as users read theirs."""

import contextlib
import tempfile
from pathlib import Path

from goodterms.intake.documents.saft import read_saft
from goodterms.intake.documents.saft_file import AuditFile


def audit_file(text: str) -> AuditFile:
    """Read the text as the file ``books.xml``."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("books.xml").write_text(text, "utf-8")
        return read_saft("books.xml")[0]
