"""Files of costs of which most amounts of accounts and months are the same: one may take the place of the other, and both count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from goodterms.facts.sql_text import named
from goodterms.intake.mapping.source_name import source_of
from goodterms.intake.parts.part import Part
from goodterms.intake.rows.running_sums import TABLES_OF_SUMS
from goodterms.problems import Problem, Severity

_KEYS = ("entity", "account", "account_name", "pool", "currency")
_LEAST = 6
"""So many amounts that are the same in two files are no chance, where they are most of those that both have."""


def say_same_amounts(con: Any, table: str, parts: Sequence[Part]) -> None:
    """Warn of files that state amounts of the same accounts and months, most of them alike: of one source where some differ, else of several sources.

    Amounts of one source that are the same in two files count once, and of sources that were chosen each counts: neither is said.
    """
    of_months = [part for part in parts if "period" in part.columns and "amount" in part.columns]
    if table not in TABLES_OF_SUMS or len(of_months) < 2:
        return
    has = [ours for ours in _KEYS if any(ours in part.columns for part in of_months)]
    rows = " UNION ALL ".join(
        f"SELECT {part.number} AS part, {', '.join(chain(_texts(part, has), ['period', 'amount']))} FROM {part.name} WHERE amount <> 0" for part in of_months
    )
    sums = f"SELECT part, [{', '.join(map(named, has))}]::VARCHAR[] AS series, period, sum(amount) AS amount FROM ({rows}) GROUP BY ALL"
    con.execute(f"CREATE OR REPLACE TEMP TABLE amounts_of_months AS {sums}")
    pairs = con.execute(
        "SELECT a.part, b.part, count(*), count(*) FILTER (a.amount = b.amount) FROM amounts_of_months a JOIN amounts_of_months b USING (series, period) "
        f"WHERE a.part < b.part GROUP BY ALL HAVING count(*) FILTER (a.amount = b.amount) >= greatest({_LEAST}, count(*) / 2) ORDER BY 1, 2"
    ).fetchall()
    by_number = {part.number: part for part in of_months}
    for first, second, common, same in pairs:
        one, other = by_number[first], by_number[second]
        is_of_one = one.entry.source == other.entry.source
        if (is_of_one and same == common) or (not is_of_one and (_is_chosen(one) or _is_chosen(other))):
            continue
        sentence = f"{same:,} of {common:,} amounts of accounts and months are those of {one.where} too, and "
        sentence += f"{common - same:,} differ: these are added up." if is_of_one else "the two are of different sources: both count."
        action = "If one file takes the place of the other, leave the older one out."
        action += "" if is_of_one else ' If they are parts of one whole, give both the same "source" in the mapping.'
        other.problems.append(Problem("same-amounts", Severity.WARNING, other.origin(), sentence=sentence, action=action, rows=common))


def _texts(part: Part, has: Sequence[str]) -> list[str]:
    return [f"CAST({named(ours) if ours in part.columns else 'NULL'} AS VARCHAR) AS {named(ours)}" for ours in has]


def _is_chosen(part: Part) -> bool:
    return part.entry.source != source_of(part.raw.file)
