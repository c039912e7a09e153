"""Study: the profit engine. Tables of facts in, tables of results out."""

from __future__ import annotations

from goodterms.analysis.result import Result
from goodterms.analysis.study import analyse

__all__ = ["Result", "analyse"]
