"""The facts that were read together: one table a kind of fact, on one engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True)
class Facts:
    """Tables of facts on one engine, each with all of its columns (``goodterms.facts.columns.TABLES``).

    ``tables`` holds at least ``sale_lines``, ``costs``, ``activities``, ``purchase_lines``, ``customers`` and ``products``; a table without rows says nothing.
    ``attributes`` names the further columns of ``sale_lines`` ("attribute:rush").
    """

    engine: Any
    tables: Mapping[str, ibis.Table]
    attributes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> ibis.Table:
        """The table of that name."""
        return self.tables[name]
