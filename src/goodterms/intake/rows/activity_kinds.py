"""What the words of a file of activities say was done: as the mapping says, else as a company's language calls what drivers count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.facts.activity_kind import ACTIVITY_KINDS, activity_kind, may_be_called
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.toml_text import as_value
from goodterms.intake.parts.part import Part, say
from goodterms.problems import Problem, Severity

_MOST_NAMED = 8
"""So many words are named in a sentence."""


def with_activity_kinds(con: Any, parts: Sequence[Part], derived: dict[str, str], typed_rows: str) -> dict[str, str]:
    """Read words for kinds of activities as these kinds, and say which words no driver counts, but for rows whose very cost is traced."""
    part = parts[0]
    if part.table != "activities" or "kind" not in derived:
        return derived
    kind = derived["kind"]
    traced = f"{derived['pool']} IS NOT NULL AND {derived['amount']} IS NOT NULL" if {"pool", "amount"} <= derived.keys() else "false"
    counted = f"SELECT {kind} AS word, count(*) FILTER (NOT ({traced})) FROM ({typed_rows}) WHERE word IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    rows = dict(con.execute(counted).fetchall())
    said = {word.casefold(): activity_kind(one) or one for word, one in part.entry.kinds.items() if may_be_called(word, one)}
    kinds = {word: said.get(word.casefold()) or activity_kind(word) or word for word in rows}
    read_as = {word: one for word, one in kinds.items() if one.casefold() != word.casefold()}
    if unknown := [word for word, one in kinds.items() if rows[word] and one.casefold() not in ACTIVITY_KINDS and word.casefold() not in said]:
        part.problems.append(_not_counted(part, unknown, rows))
    if not read_as:
        return derived
    say(parts, f"{part.proposal.theirs('kind') or 'kind'}: {', '.join(f'{word} is a {one}' for word, one in list(read_as.items())[:_MOST_NAMED])}.")
    cases = " ".join(f"WHEN {text_of(word)} THEN {text_of(one)}" for word, one in read_as.items())
    return derived | {"kind": f"CASE {kind} {cases} ELSE {kind} END"}


def _not_counted(part: Part, words: Sequence[str], rows: dict[str, int]) -> Problem:
    """What to say of words that are no kinds which drivers count."""
    named = [f"{word} ({rows[word]:,})" for word in words[:_MOST_NAMED]] + ["…"] * (len(words) > _MOST_NAMED)
    *others, last = ACTIVITY_KINDS
    return Problem(
        "activity-kinds-not-counted",
        Severity.NOTICE,
        part.origin(column=part.proposal.theirs("kind") or ""),
        sentence=f"No driver counts these activities, though minutes count: {', '.join(named)}.",
        action=f"If one is a {', '.join(others)} or {last}, say so in the mapping: kinds = {as_value({words[0]: ACTIVITY_KINDS[1]})}.",
        rows=sum(rows[word] for word in words),
    )
