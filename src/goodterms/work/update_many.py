"""Many records changed at once: written as rows that are there already, which takes a tenth of the time of a condition for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_AT_ONCE = 500


def update_many(records: Sequence[Any], *fields: str) -> None:
    """Write fields of records that this transaction holds: they were read by ``select_for_update``, so that nobody removes one meanwhile."""
    for record in records:
        record.version += 1  # who looked before this looks again
    if records:
        manager = type(records[0])._default_manager  # noqa: SLF001  (Django's own name for it)
        manager.bulk_create(records, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=[*fields, "version"])
