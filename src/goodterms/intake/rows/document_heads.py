"""What a document says on its first line alone, as exports of web shops write the customer and the state of an order of several lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.facts.columns import ATTRIBUTE, Kind
from goodterms.intake.mapping.column_names import LEFT_OUT, kind_of
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import LINES, Part, drop_raw_tables, say
from goodterms.intake.parts.sample import Sample
from goodterms.intake.rows.group_heads import FOLLOWING, OF_ONE_DOCUMENT
from goodterms.intake.tables.raw_table import new_name
from goodterms.intake.values.agreement import NEARLY_ALL
from goodterms.intake.values.document_kind import names_a_state

_OF_DOCUMENTS = frozenset({*OF_ONE_DOCUMENT, *FOLLOWING, "exchange_rate"})
"""What all lines of a document have in common."""


def fill_documents(con: Any, parts: Sequence[Part], sample: Sample, proposal: Proposal) -> None:
    """Let what stands on the first lines of documents alone hold for their further lines too, but amounts; what the mapping fills down is left to it.

    It does where the customer, the state or something else that a document has one of stands so in nearly all documents of several lines that have it; the
    others stay as they are.
    """
    first = parts[0]
    filled = first.entry.fill_down
    document = proposal.theirs("document") or proposal.theirs("order_number")
    if first.table not in LINES or document is None or filled == () or document in (filled or ()):
        return
    columns = [theirs for theirs in first.raw.header if theirs not in (document, *(filled or ())) and not _is_amount(first.table, theirs, sample, proposal)]
    own = [part for part in parts if not origin_of(part.raw.file)] or parts
    heads = _on_heads(con, own, document, [theirs for theirs in columns if _is_of_documents(theirs, proposal)])
    if not heads:
        return
    heads += _on_heads(con, own, document, [theirs for theirs in columns if not _is_of_documents(theirs, proposal)])
    for part in parts:
        _fill(con, part, document, heads)
    used = [theirs for theirs in heads if proposal.columns.get(theirs, LEFT_OUT) != LEFT_OUT or names_a_state(theirs)]
    stand, they = ("stands", "it holds") if len(used) == 1 else ("stand", "they hold")
    say(parts, f"{_listed(used)} {stand} on the first line of a document alone: {they} for its further lines.")


def _is_of_documents(theirs: str, proposal: Proposal) -> bool:
    return proposal.columns.get(theirs) in _OF_DOCUMENTS or names_a_state(theirs)


def _is_amount(table: str, theirs: str, sample: Sample, proposal: Proposal) -> bool:
    """Whether a column is a number, which on the first line of a document may be of the document and would be added up on each of its lines."""
    ours = proposal.columns.get(theirs, LEFT_OUT)
    if ours in _OF_DOCUMENTS:
        return False
    is_further = ours == LEFT_OUT or ours.startswith(ATTRIBUTE)
    return (sample.kind_of_attribute(theirs) if is_further else kind_of(table, ours)) in {Kind.DECIMAL, Kind.INTEGER}


def _on_heads(con: Any, parts: Sequence[Part], document: str, columns: Sequence[str]) -> list[str]:
    """Columns that stand on the first line alone in nearly all documents of several lines that have them."""
    blank = [_has_blanks(con, part, columns) for part in parts] if columns else []
    asked = [theirs for theirs in columns if any(of_part[theirs] for of_part in blank)]
    alone, otherwise = dict.fromkeys(asked, 0), dict.fromkeys(asked, 0)
    for part in parts if asked else ():
        number, cells = _cell(part, document), [_cell(part, theirs) for theirs in asked]
        counts = [f"count({cell}), count({cell}) = 1 AND min(row) FILTER ({cell} IS NOT NULL) = min(row)" for cell in cells]
        of_documents = f"SELECT {', '.join(counts)} FROM {part.raw.name} WHERE {number} IS NOT NULL GROUP BY {number} HAVING count(*) > 1"
        names = ", ".join(f"n{place}, a{place}" for place in range(len(asked)))
        sums = ", ".join(f"count(*) FILTER (a{place}), count(*) FILTER (n{place} > 0 AND NOT a{place})" for place in range(len(asked)))
        found = con.execute(f"SELECT {sums} FROM ({of_documents}) AS documents({names})").fetchone()
        for theirs, on_first, others in zip(asked, found[::2], found[1::2], strict=True):
            alone[theirs] += on_first
            otherwise[theirs] += others
    return [theirs for theirs in asked if alone[theirs] and alone[theirs] >= NEARLY_ALL * (alone[theirs] + otherwise[theirs])]


def _has_blanks(con: Any, part: Part, columns: Sequence[str]) -> dict[str, bool]:
    """Whether a cell of each column is blank."""
    counted = ", ".join(f"count({part.sample.column(theirs).place}) < count(*)" for theirs in columns)
    return dict(zip(columns, con.execute(f"SELECT {counted} FROM {part.raw.name}").fetchone(), strict=True))


def _fill(con: Any, part: Part, document: str, heads: Sequence[str]) -> None:
    """Write the cells of first lines into those of their documents' further lines, where all of these are blank."""
    number, held = _cell(part, document), []
    for theirs in heads:
        column, cell = part.sample.column(theirs), _cell(part, theirs)
        for place in filter(None, (column.place, column.kinds)):
            alone = f"count({cell}) OVER document = 1 AND min(row) FILTER ({cell} IS NOT NULL) OVER document = min(row) OVER document"
            of_document = f"max({place}) FILTER ({cell} IS NOT NULL) OVER document"
            held.append(f"CASE WHEN {cell} IS NULL AND {number} IS NOT NULL AND {alone} THEN {of_document} ELSE {place} END AS {place}")
    filled = new_name()
    rows = f"SELECT * REPLACE ({', '.join(held)}) FROM {part.raw.name} WINDOW document AS (PARTITION BY {number})"
    con.execute(f"CREATE TEMP TABLE {filled} AS {rows} ORDER BY row")
    drop_raw_tables(con, [part])
    part.raw = replace(part.raw, name=filled)


def _cell(part: Part, theirs: str) -> str:
    """A cell without spaces around it, null where it is blank."""
    return f"nullif(trim(CAST({part.sample.column(theirs).place} AS VARCHAR)), '')"


def _listed(columns: Sequence[str]) -> str:
    *others, last = columns
    return f"{', '.join(others)} and {last}" if others else last
