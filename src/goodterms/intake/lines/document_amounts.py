"""Amounts of whole documents that the amounts of their lines do not hold: a discount of the order, and what was given back of it. They are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import ATTRIBUTE, Kind
from goodterms.facts.sql_text import named
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import attribute_name, meanings, normalised
from goodterms.intake.parts.first_lines import FEWEST
from goodterms.intake.parts.part import Part
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL
from goodterms.intake.values.document_kind import is_given_back

_PRICES = frozenset({"unit_price", "unit_list_price"})
_AMOUNTS = ("net_value", "tax", "charges")


@dataclass(frozen=True)
class _OfDocuments:
    """On how many documents an amount stands, once or on each of its lines, and what it comes to there."""

    documents: int
    amount: Decimal


def ask_whether_deducted(con: Any, parts: Sequence[Part], columns: Sequence[str]) -> list[str]:
    """Ask whether a further column with an amount of the document is taken off its lines, by its heading a discount; return what to say of amounts given back.

    What was given back is asked about where prices hold the tax: it then does too, and its tax is taken out with theirs.

    Raises
    ------
    AnswerNeededError
        Where a column is such an amount.
    """
    first, said = parts[0], []
    can_be_divided = first.table == "sale_lines" and "quantity" in first.columns and bool(_PRICES & {*first.proposal.columns.values()})
    for theirs in columns:
        is_discount = any(meaning.ours == "discount" for word in normalised(theirs).split() for meaning in meanings(first.table).get(word, ()))
        is_refund = not is_discount and any(map(is_given_back, (theirs.replace("_", " "), *normalised(theirs).split())))
        if not (is_discount or is_refund) or not (found := _of_documents(con, parts, theirs)):
            continue
        of = f"{found.amount:,.2f} on {found.documents:,} {'document' if found.documents == 1 else 'documents'}"
        if is_discount and can_be_divided and "document_discount" not in first.stated:
            proof = _proof(con, parts, theirs)
            raise AnswerNeededError(_question(first, theirs, "document_discount", of, "a discount of the document", proof))
        if is_refund and can_be_divided and _holds_tax(first) and not (first.credit_notes and first.credit_notes.column):
            raise AnswerNeededError(_question(first, theirs, "rebate", of, "what was given back of the document", "", likely=True))
        if is_refund:
            said.append(f"{theirs} says {of}, and is not taken off.")
    return said


def _holds_tax(part: Part) -> bool:
    return "gross_value" in part.stated and not {"net_value", "rebate"} & part.stated.keys()


def _of_documents(con: Any, parts: Sequence[Part], theirs: str) -> _OfDocuments | None:
    """The amounts of a column of which each stands on all lines of a document or on one of them; None where it is an amount of lines."""
    ours, document = parts[0].proposal.columns.get(theirs, ""), next((name for name in ("document", "order_number") if name in parts[0].columns), "")
    if not document or not ours.startswith(ATTRIBUTE) or any(part.stated[ours].kind != Kind.DECIMAL for part in parts):
        return None
    rows = " UNION ALL ".join(
        f"SELECT {part.number} AS part, {named(document)} AS document, nullif({named(ours)}, 0) AS amount FROM {part.name}" for part in parts
    )
    of_one = "low = high AND with_it IN (1, lines)"
    documents, several, as_one, amount = con.execute(
        f"SELECT count(*), count(*) FILTER (lines > 1), count(*) FILTER (lines > 1 AND {of_one}), sum(CASE WHEN {of_one} THEN low ELSE total END) "
        "FROM (SELECT min(amount) AS low, max(amount) AS high, count(amount) AS with_it, count(*) AS lines, sum(amount) AS total "
        f"FROM ({rows}) WHERE document IS NOT NULL GROUP BY part, document HAVING count(amount) > 0)"
    ).fetchone()
    return _OfDocuments(documents, amount) if several >= FEWEST and as_one >= NEARLY_ALL * several else None


def _proof(con: Any, parts: Sequence[Part], theirs: str) -> str:
    """The further column to which the lines of nearly all documents come less the discount, with the tax of the rest and the freight; "" where none is."""
    first = parts[0]
    document = "document" if "document" in first.columns else "order_number"
    discount = named(first.proposal.columns[theirs])
    net, tax, charges = (f"coalesce({name}, 0)" if name in first.columns else "0" for name in _AMOUNTS)
    totals = [ours for ours in first.attributes if first.stated[ours].kind == Kind.DECIMAL and ours != first.proposal.columns[theirs]]
    rows = " UNION ALL BY NAME ".join(f"SELECT *, {part.number} AS of_part FROM {part.name}" for part in parts)
    lines = f"sum({net}) AS net, sum({tax}) AS tax, sum({charges}) AS charges, max({discount}) AS discount, count(*) AS lines"
    totalled = "".join(f", max({named(ours)}) AS {named(ours)}" for ours in totals)
    less = "CAST(net - discount AS DOUBLE)"
    of_tax = ("0", "tax", "tax * (1 - CAST(discount AS DOUBLE) / nullif(CAST(net AS DOUBLE), 0))")
    ways = [f"{less} + {tax} + {freight}" for tax in of_tax for freight in ("0", "charges")]
    closest = {ours: f"least({', '.join(f'abs({way} - {named(ours)})' for way in ways)})" for ours in totals}
    counts = ", ".join(f"count(*) FILTER ({gap} <= {A_CENT} * (1 + lines))" for gap in closest.values())
    if not totals:
        return ""
    documents, *proven = con.execute(
        f"SELECT count(*), {counts} FROM (SELECT {lines}{totalled} FROM ({rows}) WHERE {named(document)} IS NOT NULL "
        f"GROUP BY of_part, {named(document)} HAVING max({discount}) <> 0)"
    ).fetchone()
    return next((first.proposal.theirs(ours) or "" for ours, count in zip(totals, proven, strict=True) if count >= NEARLY_ALL * documents), "")


def _question(part: Part, theirs: str, ours: str, of: str, what: str, proof: str, *, likely: bool = False) -> Question:
    """Ask whether an amount of the document is taken off; it is likely where a total proves it."""
    shown = f" Less it, the lines of nearly all documents that have one come to {proof}." if proof else ""
    sentence = f"{part.where}: {theirs} may be {what}, {of}, and the amounts of the lines do not hold it.{shown} Is it to be taken off?"
    name = "discount" if ours == "document_discount" else "rebate"
    choices: tuple[Choice, ...] = (
        choice(f"yes: it is a {name}, divided among the lines of its document", columns={theirs: ours}),
        choice("no: the lines count in full", columns={theirs: attribute_name(theirs)}),
    )
    return Question(f"deducted: {part.where}, {theirs}", sentence, (), choices if proof or likely else choices[::-1])
