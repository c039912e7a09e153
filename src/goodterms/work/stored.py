"""The store of this installation's facts, and which of its files are live."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from goodterms.facts.live import Month
from goodterms.facts.store import Store
from goodterms.register.imported import FactsFile, ImportRows


def store() -> Store:
    """The store of this installation's facts."""
    return Store(settings.GOODTERMS_HOME / "facts")


def live_files(table: str) -> dict[Month, str]:
    """The files of a table that are live now, by month."""
    return dict(FactsFile.objects.filter(table=table, until=None).values_list("month", "sha256"))


def files_of(rows: models.QuerySet[ImportRows]) -> list[str]:
    """The names of files, import by import."""
    return list(rows.order_by("of", "month").values_list("sha256", flat=True))
