"""A document's total that stands on each of its lines: added up it would count as often as the document has lines."""

from __future__ import annotations

from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.lines.derive import NEARLY_ALL, ROUNDING, Derivation
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import attribute_name
from goodterms.intake.parts.part import Part
from goodterms.problems import Problem, Severity

_MANY = 10
"""In so many documents of several lines one amount on all of them is no chance."""


def repeats_document_total(con: Any, part: Part, lines: Derivation, rows: str) -> bool:
    """Whether the column of net values repeats the total of price × quantity on all lines of its document.

    Where the file states no price the same amount on all lines is said, since equal lines are possible.

    Raises
    ------
    AnswerNeededError
        Where one amount stands on all lines of a document, and neither the line nor the document comes to it by the price.
    """
    theirs = lines.theirs["net_value"]
    if "net_value" in lines.sure:
        return False
    readings = lines.before_tax()
    if not readings:
        _say_repeated(con, part, theirs, rows)
        return False
    for reading in readings:
        documents, of_lines, of_documents, same = con.execute(_counted(reading, rows, _one_document(part))).fetchone()
        if of_lines > (1 - NEARLY_ALL) * documents or not documents:
            return False
        if of_documents >= NEARLY_ALL * documents:
            return True
    if same < NEARLY_ALL * documents:
        return False
    price, quantity = (lines.theirs.get(ours, ours) for ours in ("unit_price" if "unit_price" in lines.stated else "unit_list_price", "quantity"))
    raise AnswerNeededError(
        Question(
            f"total: {part.where}, {theirs}",
            f"{part.where}: {theirs} is the same on all lines of a document, in {same:,} of {documents:,} documents of several lines, and never "
            f"{price} × {quantity}. It may be the document's total.",
            (),
            (
                choice(f"it is the document's total: {price} × {quantity} counts", columns={theirs: attribute_name(theirs)}),
                choice("it is the net value of the line", columns={theirs: "net_value"}),
            ),
        )
    )


def _one_document(part: Part) -> str:
    """What lines of one document have in common: where numbers begin anew each year, the number alone is not enough."""
    return "document, year(date)" if "date" in part.stated else "document"


def _counted(reading: str, rows: str, one_document: str) -> str:
    """A query of how many documents have several lines that differ by a reading, in how many each line comes to it, in how many only all of them together do,
    and how many have one amount on all lines.
    """
    of_line = f"bool_and(abs({reading} - net_value) <= {ROUNDING})"
    of_document = f"abs(sum({reading}) - min(net_value)) <= {ROUNDING} * count(*)"
    return f"""
        SELECT count(*), count(*) FILTER (each), count(*) FILTER (NOT each AND same AND together), count(*) FILTER (NOT each AND same)
        FROM (SELECT {of_line} AS each, {of_document} AS together, min(net_value) = max(net_value) AS same
              FROM ({rows}) WHERE document IS NOT NULL AND net_value IS NOT NULL AND ({reading}) IS NOT NULL GROUP BY {one_document} HAVING count(*) > 1)"""


def _say_repeated(con: Any, part: Part, theirs: str, rows: str) -> None:
    documents, same, totals = con.execute(
        "SELECT count(*), count(*) FILTER (low = high), count(DISTINCT low) FROM (SELECT min(net_value) AS low, max(net_value) AS high "
        f"FROM ({rows}) WHERE document IS NOT NULL AND net_value <> 0 GROUP BY {_one_document(part)} HAVING count(*) > 1)"
    ).fetchone()
    if documents < _MANY or same < NEARLY_ALL * documents or 2 * totals < documents:
        return
    sentence = f"In {same:,} of {documents:,} documents of several lines it is the same on all of them: if it is the document's total, it is counted too often."
    action = "If it is, export the amounts of the lines, or their quantity and price."
    part.problems.append(Problem("perhaps-document-total", Severity.WARNING, part.origin(column=theirs), sentence=sentence, action=action, rows=documents))
