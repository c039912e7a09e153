"""What the live facts of a month come to, table by table: closing keeps it, and `check` works it out again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from goodterms.facts.month_content import sums_of
from goodterms.register.imported import FactsFile
from goodterms.work.stored import store


def sums_of_month(engine: Any, month: date, entity: str = "", *, without: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """Return for each table of facts its ``rows``, its ``sums`` by currency and, for the whole group, the hash of its ``file``.

    A company's part of a month has no file of its own. Tables whose file is among ``without`` are left out.
    """
    live = FactsFile.objects.filter(month=month, until=None).order_by("table").values_list("table", "sha256")
    return {
        table: sums_of(engine, table, store().rows_of([sha256]), entity) | ({} if entity else {"file": sha256})
        for table, sha256 in live
        if sha256 not in without
    }
