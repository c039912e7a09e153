"""Amounts of a document that stand on its first line alone, or on each, as web shops write the sums of an order: they are divided among its lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import MappingError
from goodterms.facts.columns import ATTRIBUTE, MONEY_PLACES, Kind
from goodterms.facts.sql_text import named
from goodterms.intake.lines.amount_of_line import document_of, off_a_round_rate
from goodterms.intake.parts.first_lines import FEWEST, first_lines, in_words, kept, said_of_first_lines
from goodterms.intake.parts.part import LINES, Part, say
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL
from goodterms.intake.values.typed_column import Typed, decimal

_REDUCTIONS = ("discount", "document_discount", "rebate")
"""What is taken off a document, which each of its lines may repeat."""
_AMOUNTS = ("net_value", "gross_value", "tax", *_REDUCTIONS)
"""Amounts that a document may state once for all of its lines."""
_PRICES = ("unit_price", "unit_list_price")
"""Prices by which, times the quantity, an amount is divided."""


def share_amounts(con: Any, parts: Sequence[Part], stated: dict[str, Typed], *, is_of_lines: bool = False) -> dict[str, Typed]:
    """Divide amounts that stand on the first lines of documents alone among their lines by price × quantity, and a discount on each unless it is of lines.

    Where a document's total is its value and freight without its tax, these hold the tax, and so does the price.
    """
    first = parts[0]
    price = next((ours for ours in _PRICES if ours in stated), "")
    if first.table not in LINES or not document_of(stated) or not price or "quantity" not in stated:
        if theirs_of_document := first.proposal.theirs("document_discount"):
            raise MappingError(
                f"{first.where}: {theirs_of_document} is a discount of the document, which is divided among its lines by price and quantity: "
                "the number of the document, the quantity or the price is missing. Map it to discount if it is one of the line, or leave it out."
            )
        return stated
    numbers = [ours for ours, typed in stated.items() if typed.kind == Kind.DECIMAL]
    theirs = {ours: first.proposal.theirs(ours) or ours for ours in numbers}
    with_blanks = [ours for ours in numbers if any(part.stated[ours].values < part.raw.accepted for part in parts)]
    said = said_of_first_lines(first)
    may_be = [ours for ours in _AMOUNTS if ours in with_blanks and (said is None or theirs[ours] in said)]
    heads = _on_heads(con, parts, with_blanks, FEWEST if said is None else 1) if may_be else set()
    on_first = [ours for ours in may_be if ours in heads]
    further = [ours for ours in _REDUCTIONS if ours in numbers and ours not in heads]
    further = [ours for ours in further if ours != "discount" or not is_of_lines]
    repeated = [ours for ours in further if ours == "document_discount" or _is_repeated(con, parts, ours, price)]
    shared = [*on_first, *repeated]
    if not shared:
        return stated
    by = f"divided among its lines by {theirs[price]} × {theirs['quantity']}"
    if on_first:
        of_documents = [theirs[ours] for ours in on_first]
        kept(parts, of_documents)
        say(parts, f"{in_words(of_documents)}: {'it is' if len(on_first) == 1 else 'they are'} {by}.")
    say(parts, *(f"{theirs[ours]} is one of the document, which each of its lines repeats: it is {by}." for ours in repeated))
    holds_tax = _value_holds_tax(con, parts, heads, price)
    if holds_tax and "net_value" in shared:
        first.proposal.say(theirs["net_value"], "gross_value", f"by its name, and by the document's total, to which {theirs['tax']} is not added")
    if holds_tax:
        say(parts, f"{theirs[price]} holds the tax: × {theirs['quantity']} it comes to the value with tax.")
    for part in parts:
        part.stated = _shared(part, shared, price, holds_tax=holds_tax, has_freight="freight" in heads)
    return {ours: replace(stated.get(ours, typed), places=max(part.stated[ours].places for part in parts)) for ours, typed in first.stated.items()}


def _on_heads(con: Any, parts: Sequence[Part], numbers: Sequence[str], fewest: int) -> set[str]:
    """Numbers that stand on the first line of nearly all documents of several lines, and on a further line of none.

    In few documents that is chance; where the mapping says that it is theirs, one is enough.
    """
    of_parts = [(part.raw.name, part.stated[document_of(part.stated)].sql, {ours: part.stated[ours].sql for ours in numbers}) for part in parts]
    return {ours for ours, found in first_lines(con, of_parts).items() if found.are_of_all and found.documents >= fewest}


def _is_repeated(con: Any, parts: Sequence[Part], ours: str, price: str) -> bool:
    """Whether an amount is one on all lines of nearly all documents that have it, though the lines come to different values; one such document is chance."""
    document = named(document_of(parts[0].stated))
    rows = " UNION ALL BY NAME ".join(f"SELECT *, {part.number} AS of_part FROM ({_rows(part)})" for part in parts)
    documents, same = con.execute(f"""
        SELECT count(*), count(*) FILTER (low = high AND with_it = lines)
        FROM (SELECT min({ours}) AS low, max({ours}) AS high, count({ours}) AS with_it, count(*) AS lines FROM ({rows}) WHERE {document} IS NOT NULL
              GROUP BY of_part, {document} HAVING bool_or({ours} <> 0) AND max({price} * quantity) - min({price} * quantity) > {A_CENT})""").fetchone()
    return bool(documents >= FEWEST and same >= NEARLY_ALL * documents)


def _rows(part: Part) -> str:
    """A query of the numbers of a part's rows, with the document that each is of."""
    columns = [f"{typed.sql} AS {named(ours)}" for ours, typed in part.stated.items() if typed.kind == Kind.DECIMAL or ours == document_of(part.stated)]
    return f"SELECT row, {', '.join(columns)} FROM {part.raw.name}"


def _value_holds_tax(con: Any, parts: Sequence[Part], heads: Collection[str], price: str) -> bool:
    """Whether the value of nearly all documents, to which price × quantity of their lines comes less a discount, holds their tax.

    It does where the mapping says so; where a further column is the value and the freight, and the tax beside them is not added; and where the tax is that of a
    rate that a tax may have if it is within them, and of none if it comes on top.
    """
    value = next((ours for ours in ("net_value", "gross_value") if ours in heads), "")
    said_net = "net_value" in parts[0].entry.columns.values()
    if not value or "tax" not in heads or said_net or (value == "gross_value" and "net_value" in parts[0].stated):
        return False
    discount, freight = (f"coalesce(any_value({ours}), 0)" if ours in heads else "0" for ours in ("discount", "freight"))
    totals = [ours for ours in heads if ours.startswith(ATTRIBUTE)]
    document = named(document_of(parts[0].stated))
    rows = " UNION ALL BY NAME ".join(f"SELECT *, {part.number} AS of_part FROM ({_rows(part)})" for part in parts)
    close = ", ".join(f"count(*) FILTER (abs({named(ours)} - value - freight) <= {A_CENT})" for ours in totals) or "0"
    of_totals = "".join(f", any_value({named(ours)}) AS {named(ours)}" for ours in totals)
    within, on_top = (f"abs({off_a_round_rate('tax', base)}) <= {A_CENT}" for base in ("(value + freight - tax)", "(value + freight)"))
    documents, of_lines, by_rate, not_by_rate, *by_totals = con.execute(f"""
        SELECT count(*), count(*) FILTER (abs(of_lines - value) <= {A_CENT} * lines),
               count(*) FILTER ({within} AND NOT {on_top}), count(*) FILTER (NOT {within}), {close}
        FROM (SELECT any_value({value}) AS value, any_value(tax) AS tax, {freight} AS freight,
                     sum({price} * quantity) - {discount} AS of_lines, count(*) AS lines{of_totals}
              FROM ({rows}) WHERE {document} IS NOT NULL GROUP BY of_part, {document} HAVING any_value(tax) <> 0)""").fetchone()
    said = (
        value == "gross_value" or any(count >= NEARLY_ALL * documents for count in by_totals) or (by_rate > 0 and not_by_rate <= (1 - NEARLY_ALL) * documents)
    )
    return bool(documents and of_lines >= NEARLY_ALL * documents and said)


def _shared(part: Part, shared: Sequence[str], price: str, *, holds_tax: bool, has_freight: bool) -> dict[str, Typed]:
    """How the columns of a part are read with the amounts of its documents on all of their lines.

    Of a tax that value and freight hold the freight's share is taken out of it, and a discount is one without its share: all amounts are then without tax.
    """
    stated = dict(part.stated)
    places = max(2, *(stated[ours].places for ours in (*shared, *(["freight"] if has_freight else []))))
    document = stated[document_of(stated)].sql

    def of_document(ours: str) -> str:
        return f"CAST(max({stated[ours].sql}) OVER (PARTITION BY {document}) * {10**places} AS HUGEINT)"

    amounts = {ours: of_document(ours) for ours in shared}
    if holds_tax:
        value = amounts.pop("net_value", None) or amounts["gross_value"]
        freight = f"coalesce({of_document('freight')}, 0)" if has_freight else "0"
        of_goods = f"coalesce({amounts['tax']} * {value} // nullif({value} + {freight}, 0), 0)"
        if has_freight:
            of_freight = _decimal(f"{amounts['tax']} - {of_goods}", places)
            stated["freight"] = replace(stated["freight"], sql=f"({stated['freight'].sql} - coalesce({of_freight}, 0))", places=places)
        amounts |= {"gross_value": value, "tax": of_goods}
        for ours in amounts.keys() & set(_REDUCTIONS):
            amounts[ours] = f"coalesce({amounts[ours]} * ({value} - {of_goods}) // nullif({value}, 0), {amounts[ours]})"
        stated = {"gross_value" if ours == "net_value" else ours: typed for ours, typed in stated.items()}
    for ours, amount in amounts.items():
        stated[ours] = replace(stated[ours], sql=_share(part, stated[ours].sql, amount, price, places), places=places)
    return {ours: typed for ours, typed in stated.items() if not (holds_tax and ours == price)}


def _share(part: Part, own: str, amount: str, price: str, places: int) -> str:
    """A line's share of an amount of its document by price × quantity: the shares of all lines come to the amount, whatever is rounded.

    ``own`` is the cell of the line, which counts where the line names no document.
    """
    each, quantity, document = (part.stated[name].sql for name in (price, "quantity", document_of(part.stated)))
    line = f"coalesce(CAST({each} * 10000 AS HUGEINT) * CAST({quantity} * 10000 AS HUGEINT) // 10000, 0)"
    whole = f"sum({line}) OVER (PARTITION BY {document})"
    until = f"sum({line}) OVER (PARTITION BY {document} ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    is_first = f"row = min(row) OVER (PARTITION BY {document})"
    share = f"CASE WHEN {whole} <> 0 THEN {amount} * {until} // {whole} - {amount} * ({until} - {line}) // {whole} WHEN {is_first} THEN {amount} ELSE 0 END"
    return f"CASE WHEN {document} IS NULL THEN {own} ELSE {_decimal(share, places)} END"


def _decimal(units: str, places: int) -> str:
    """A whole number of the smallest units as a decimal."""
    scale = max(MONEY_PLACES, places)
    return decimal(f"CAST({units} AS DECIMAL(38, 0)) * 1e-{places}::DECIMAL(38, {places})", scale)
