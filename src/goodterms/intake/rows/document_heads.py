"""What a document says on its first line alone, as exports of web shops write the customer and the state of an order of several lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.facts.columns import ATTRIBUTE, Kind
from goodterms.intake.mapping.column_names import LEFT_OUT, kind_of
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.parts.first_lines import FEWEST, first_lines, in_words, kept, said_of_first_lines
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import LINES, Part, drop_raw_tables, say
from goodterms.intake.parts.sample import Sample
from goodterms.intake.rows.group_heads import FOLLOWING, OF_ONE_DOCUMENT
from goodterms.intake.tables.raw_table import new_name
from goodterms.intake.values.agreement import NEARLY_ALL
from goodterms.intake.values.document_kind import names_a_state

_OF_DOCUMENTS = frozenset({*OF_ONE_DOCUMENT, *FOLLOWING, "exchange_rate"})
"""What all lines of a document have in common."""
_ALSO_OF_DOCUMENTS = frozenset({"source", "delivery_document", "channel", "manager_name", "segment", "country", "price_list", "terms"})
"""What they have in common where they have the customer in common, or something else that each document has one of."""


def fill_documents(con: Any, parts: Sequence[Part], sample: Sample, proposal: Proposal) -> None:
    """Let what stands on the first lines of documents alone hold for their further lines too; what the mapping fills down is left to it.

    What the mapping does not say is concluded where the customer, the state or something else that a document has one of stands so in nearly all documents of
    several lines that have it. Amounts are divided elsewhere, and what says which line it is holds for no other: its product, its number, its unit.
    """
    first = parts[0]
    said, filled = said_of_first_lines(first), first.entry.fill_down
    document = proposal.theirs("document") or proposal.theirs("order_number")
    if first.table not in LINES or document is None or (said is None and filled == ()) or document in (filled or ()):
        return
    if said is None:
        heads = _concluded(con, [part for part in parts if not origin_of(part.raw.file)] or parts, document, sample, proposal)
    else:
        heads = [theirs for theirs in said if not _is_number(first.table, theirs, sample, proposal) and theirs != document]
    found = first_lines(con, [_counted(part, document, heads) for part in parts])
    if not (heads := [theirs for theirs in heads if theirs not in (filled or ()) and found[theirs].alone]):
        return
    if said is None and found[heads[0]].documents >= FEWEST:
        kept(parts, heads)
    for part in parts:
        _fill(con, part, document, heads)
    say(parts, f"{in_words(heads)}: {'it holds' if len(heads) == 1 else 'they hold'} for its further lines.")


def _concluded(con: Any, parts: Sequence[Part], document: str, sample: Sample, proposal: Proposal) -> list[str]:
    """Columns that stand on the first lines of documents alone and are of all lines of these."""
    blank = _with_blanks(con, parts, [theirs for theirs in parts[0].raw.header if theirs != document])
    of_documents = [theirs for theirs in blank if proposal.columns.get(theirs) in _OF_DOCUMENTS or names_a_state(theirs)]
    heads = _on_heads(con, parts, document, of_documents)
    heads = [theirs for theirs in heads if not _heads_a_group(con, parts, document, theirs)]
    if not heads:
        return []
    also = [theirs for theirs in blank if proposal.columns.get(theirs) in _ALSO_OF_DOCUMENTS]
    further = [theirs for theirs in blank if theirs not in of_documents and proposal.columns.get(theirs, ATTRIBUTE).startswith(ATTRIBUTE)]
    further = _on_heads(con, parts, document, [theirs for theirs in further if not _is_number(parts[0].table, theirs, sample, proposal)])
    return heads + _on_heads(con, parts, document, also) + _not_of_products(con, parts, further, proposal)


def _is_number(table: str, theirs: str, sample: Sample, proposal: Proposal) -> bool:
    """Whether a column is a number, which on the first line of a document may be of the document and would be added up on each of its lines."""
    ours = proposal.columns.get(theirs, LEFT_OUT)
    if ours in _OF_DOCUMENTS:
        return False
    is_further = ours == LEFT_OUT or ours.startswith(ATTRIBUTE)
    return (sample.kind_of_attribute(theirs) if is_further else kind_of(table, ours)) in {Kind.DECIMAL, Kind.INTEGER}


def _on_heads(con: Any, parts: Sequence[Part], document: str, columns: Sequence[str]) -> list[str]:
    """Columns that stand on the first line alone in nearly all documents of several lines that have them."""
    return [theirs for theirs, found in first_lines(con, [_counted(part, document, columns) for part in parts]).items() if found.are_all]


def _heads_a_group(con: Any, parts: Sequence[Part], document: str, theirs: str) -> bool:
    """Whether many documents of several lines have a value nowhere, and each value stands once: it is of a group of documents, which is asked about."""
    found = first_lines(con, [_counted(part, document, [theirs]) for part in parts])[theirs]
    if found.alone + found.otherwise >= NEARLY_ALL * found.documents:
        return False
    values = " UNION ALL ".join(f"SELECT {part.cell(theirs)} FROM {part.raw.name} WHERE {part.cell(document)} IS NOT NULL" for part in parts)
    there, different = con.execute(f"SELECT count(value), count(DISTINCT value) FROM ({values}) AS cells(value)").fetchone()
    return bool(there == different)


def _counted(part: Part, document: str, columns: Sequence[str]) -> tuple[str, str, dict[str, str]]:
    return part.raw.name, part.cell(document), {theirs: part.cell(theirs) for theirs in columns}


def _not_of_products(con: Any, parts: Sequence[Part], columns: Sequence[str], proposal: Proposal) -> list[str]:
    """Of further columns those that are not of the product: lines of one product say different things there."""
    product = proposal.theirs("product_key") or proposal.theirs("product_name")
    if product is None or not columns:
        return list(columns)
    of_parts = (f"SELECT {', '.join(map(part.cell, (product, *columns)))} FROM {part.raw.name}" for part in parts)
    names = [f"c{place}" for place in range(len(columns))]
    lines = f"SELECT * FROM ({' UNION ALL '.join(of_parts)}) AS lines(product, {', '.join(names)}) WHERE product IS NOT NULL"
    differ = f"SELECT {', '.join(f'count(DISTINCT {name}) > 1 AS {name}' for name in names)} FROM ({lines}) GROUP BY product"
    found = con.execute(f"SELECT {', '.join(f'bool_or({name})' for name in names)} FROM ({differ})").fetchone()
    return [theirs for theirs, differs in zip(columns, found, strict=True) if differs]


def _with_blanks(con: Any, parts: Sequence[Part], columns: Sequence[str]) -> list[str]:
    """The columns in which a cell is blank."""
    counted = ", ".join(f"count({parts[0].sample.column(theirs).place}) < count(*)" for theirs in columns)
    blanks = [con.execute(f"SELECT {counted} FROM {part.raw.name}").fetchone() for part in parts if columns]
    return [theirs for theirs, *of_parts in zip(columns, *blanks, strict=True) if any(of_parts)]


def _fill(con: Any, part: Part, document: str, heads: Sequence[str]) -> None:
    """Write the cells of first lines into those of their documents' further lines, where all of these are blank."""
    number, held = part.cell(document), []
    for theirs in heads:
        column, cell = part.sample.column(theirs), part.cell(theirs)
        for place in filter(None, (column.place, column.kinds)):
            alone = f"count({cell}) OVER document = 1 AND min(row) FILTER ({cell} IS NOT NULL) OVER document = min(row) OVER document"
            of_document = f"max({place}) FILTER ({cell} IS NOT NULL) OVER document"
            held.append(f"CASE WHEN {cell} IS NULL AND {number} IS NOT NULL AND {alone} THEN {of_document} ELSE {place} END AS {place}")
    filled = new_name()
    rows = f"SELECT * REPLACE ({', '.join(held)}) FROM {part.raw.name} WINDOW document AS (PARTITION BY {number})"
    con.execute(f"CREATE TEMP TABLE {filled} AS {rows} ORDER BY row")
    drop_raw_tables(con, [part])
    part.raw = replace(part.raw, name=filled)
