"""The store of this installation's facts, and which of its files are live."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import models

from goodterms.facts.columns import FACT_TABLES
from goodterms.facts.live import Month
from goodterms.facts.store import Store
from goodterms.register.imported import FactsFile, ImportRows

LiveFacts = Mapping[str, Mapping[Month, str]]
"""The names of the files of every table of facts, by month."""


def store() -> Store:
    """The store of this installation's facts."""
    return Store(settings.GOODTERMS_HOME / "facts")


def live_files(table: str) -> dict[Month, str]:
    """The files of a table that are live now, by month."""
    return dict(FactsFile.objects.filter(table=table, until=None).values_list("month", "sha256"))


def live_facts() -> LiveFacts:
    """The files of every table that are live now, by table and month, as one statement finds them: no publishing lies between two of them."""
    live: dict[str, dict[Month, str]] = {table.name: {} for table in FACT_TABLES}
    for table, month, sha256 in FactsFile.objects.filter(until=None).values_list("table", "month", "sha256"):
        live[table][month] = sha256
    return live


def files_of(rows: models.QuerySet[ImportRows]) -> list[str]:
    """The names of files, import by import."""
    return list(rows.order_by("of", "month").values_list("sha256", flat=True))
