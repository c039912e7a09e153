"""Columns that have no meaning of ours: which become attributes, and of which kind."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.column_names import normalised
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.personal_data import looks_personal
from goodterms.intake.parts.sample import CODE, Sample, distinct_values

KEPT_AS_ATTRIBUTE = "kept as an attribute"
ATTRIBUTE_VALUES = 200
"""A further column of text is kept as an attribute when it has at most this many distinct values."""


def further_columns(con: Any, header: Sequence[str], sample: Sample, found: Proposal, tables: Sequence[tuple[str, Sample]]) -> Settings[str, Kind | None]:
    """Return, for each column that has no meaning of ours, the kind of attribute that it becomes; None where it is left out.

    Numbers, flags and dates are kept, and text with at most 200 distinct values over all ``tables`` of the source that have these columns. What seems to
    identify a person is left out.
    """
    free = [theirs for theirs in header if theirs not in found.columns]
    kinds: dict[str, Kind | None] = {theirs: _attribute_kind(sample, theirs) for theirs in free}
    kinds |= dict.fromkeys(_codes(con, tables, [theirs for theirs in free if kinds[theirs] == Kind.DECIMAL]), Kind.TEXT)
    counts = distinct_values(con, tables, [theirs for theirs in free if kinds[theirs] == Kind.TEXT])
    return kinds | {theirs: None for theirs, count in counts.items() if count > ATTRIBUTE_VALUES}


def _codes(con: Any, tables: Sequence[tuple[str, Sample]], columns: Sequence[str]) -> list[str]:
    """Those of the columns that hold digits with a zero in front in any row."""
    found = set()
    for table, sample in tables:
        texts = [theirs for theirs in columns if sample.column(theirs).is_text]
        if texts:
            has = ", ".join(f"bool_or(regexp_full_match({sample.column(theirs).place}, {text_of(CODE.pattern)}))" for theirs in texts)
            found |= {theirs for theirs, is_code in zip(texts, con.execute(f"SELECT {has} FROM {table}").fetchone(), strict=True) if is_code}
    return sorted(found)


def _attribute_kind(sample: Sample, theirs: str) -> Kind | None:
    values = sample.values[theirs]
    if not values or looks_personal(normalised(theirs), values):
        return None
    return sample.kind_of_attribute(theirs)
