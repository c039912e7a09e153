"""Our columns of a table as expressions over the typed rows of a source's files: amounts that follow, and which columns the amounts contradict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goodterms.errors import MappingError
from goodterms.facts.columns import ATTRIBUTE, MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.currency.currency_rates import TABLE as RATES
from goodterms.intake.currency.currency_rates import of_one_unit
from goodterms.intake.lines.amount_of_line import OTHER_AMOUNTS, document_of, holds_tax, instead_of_total, is_no_margin
from goodterms.intake.lines.cost_amounts import amount_by_sides
from goodterms.intake.lines.cost_of_line import other_cost
from goodterms.intake.lines.derive import Derivation
from goodterms.intake.lines.stated import Amount
from goodterms.intake.mapping.column_names import (
    KNOWN_OF_CUSTOMERS,
    KNOWN_OF_PRODUCTS,
    KNOWN_OF_SUPPLIERS,
    LEFT_OUT,
    kind_of,
)
from goodterms.intake.mapping.currency_code import code_sql
from goodterms.intake.parts.further_columns import KEPT_AS_ATTRIBUTE
from goodterms.intake.parts.part import LINES, Part, say
from goodterms.intake.rows.month_rows import all_months, dated
from goodterms.intake.values.agreement import NEARLY_ALL
from goodterms.intake.values.typed_column import Typed


def _literal(table: str, ours: str, value: str) -> str:
    kind = kind_of(table, ours)
    of = {
        Kind.DECIMAL: f"DECIMAL({MONEY_DIGITS}, {max(MONEY_PLACES, _places(value))})",
        Kind.DATE: "DATE",
        Kind.MONTH: "DATE",
        Kind.INTEGER: "BIGINT",
        Kind.FLAG: "BOOLEAN",
    }.get(kind or Kind.TEXT, "VARCHAR")
    return f"CAST({text_of(value)} AS {of})"


def _places(value: str) -> int:
    """The decimal places of a constant."""
    return len(value.partition(".")[2])


def typed_rows(part: Part, stated: Mapping[str, Typed] | None = None) -> str:
    """A query of the file's rows with our names: what is ``stated`` (of itself as the part has it), constants, and the column that marks credit notes."""
    columns = {ours: typed.sql for ours, typed in (part.stated if stated is None else stated).items()}
    columns |= {ours: _literal(part.table, ours, value) for ours, value in part.entry.constants.items() if ours not in columns}
    if part.currency is not None:
        columns["currency"] = text_of(part.currency) if part.currency else "NULL::VARCHAR"
    if "currency" in columns:
        columns["currency"] = code_sql(columns["currency"], part.entry.dialect.get("currencies"))
    credit = part.entry.credit_notes
    if credit and credit.column:
        if credit.column not in part.raw.header:
            raise MappingError(f'{part.entry.place}: {part.where} has no column "{credit.column}". Its columns are: {", ".join(part.raw.header)}.')
        columns["credit column"] = f"trim(CAST({part.sample.column(credit.column).place} AS VARCHAR))"
    select = ", ".join(["row", *(f"{sql} AS {named(ours)}" for ours, sql in columns.items())])
    return f"SELECT {select} FROM {part.raw.name}"


_SAID_BY = {
    "sale_lines": (KNOWN_OF_CUSTOMERS, KNOWN_OF_PRODUCTS),
    "purchase_lines": (KNOWN_OF_SUPPLIERS, KNOWN_OF_PRODUCTS),
    "activities": (KNOWN_OF_CUSTOMERS,),
}
"""Table → what its lines say of customers, suppliers and products beside their keys."""


def derived_columns(con: Any, parts: Sequence[Part], stated: dict[str, Typed], all_rows: str) -> dict[str, str]:
    """Our columns of the table as expressions over the typed rows."""
    first = parts[0]
    table, entry = TABLES[first.table], first.entry
    present = {*stated, *entry.constants, *(["currency"] if first.currency is not None else [])}
    derived = {name: named(name) for name in table.column_names if name in present and name not in {"file", "row", "key_space"}}
    if first.table in LINES:
        derivation = _derivation(con, parts, stated, all_rows)
        derived |= {ours: amount.sql for ours, amount in derivation.columns.items() if ours in table.column_names}
        if "freight" in derivation.stated and first.table == "sale_lines":
            derived |= _freight(con, parts, derived, all_rows)
    derived |= {name: named(name) for known in _SAID_BY.get(first.table, ()) for name in known if name in present}
    derived |= {name: named(name) for name in present if name.startswith(ATTRIBUTE)}
    derived |= dated(parts, present)
    if first.table == RATES and "units" in stated:
        derived["rate"] = of_one_unit("rate", stated["rate"].scale, "units", stated["units"].scale)
    if amount := amount_by_sides(con, parts, all_rows):
        derived["amount"] = amount
    derived |= all_months(parts)
    if first.table == "costs" and "pool" not in derived:
        derived["pool"] = derived.get("account_name") or derived.get("account") or text_of("costs")
        say(
            parts,
            "There is no column of pools: each account is a pool."
            if "account" in derived or "account_name" in derived
            else "There is no column of pools: all costs are one pool.",
        )
    if "source" in derived:
        derived["source"] = f"coalesce({derived['source']}, {text_of(entry.source)})"
    elif "source" in table.column_names:
        derived["source"] = text_of(entry.source)
    if entry.keys:
        derived["key_space"] = text_of(entry.keys)
    return derived


def settle_tax(con: Any, parts: Sequence[Part], stated: dict[str, Typed]) -> dict[str, Typed]:
    """Where the column that was taken for the net value holds the tax, it is the value with tax. A tax that is its document's is no evidence of that."""
    first, stated = parts[0], settle_document_total(con, parts, stated, ["tax", "discount"])
    if first.table not in LINES or not {"net_value", "margin", "unit_cost", "product_cost"} & stated.keys():
        return stated
    rows = " UNION ALL BY NAME ".join(typed_rows(part) for part in parts)
    lines = _evidence(con, first, stated, rows)
    if is_no_margin(lines):
        return _meaning_changed(parts, stated, "margin", "net_value", "by its amounts, price × quantity")
    if "net_value" in stated and holds_tax(con, lines, first.table, rows, document_of(stated)):
        stated = _meaning_changed(parts, stated, "net_value", "gross_value", "by its name, and by its amounts with tax")
    elif changed := other_cost(lines):
        say(parts, f"{lines.theirs[changed[0]]} is the {changed[1].replace('_', ' ')}, as the margin or the other lines of its product say.")
        stated = _meaning_changed(parts, stated, *changed, "by its amounts, with the margin or other lines")
    return stated


def _meaning_changed(parts: Sequence[Part], stated: dict[str, Typed], was: str, ours: str, why: str) -> dict[str, Typed]:
    """A column means another of ours than it was taken for."""
    if theirs := parts[0].proposal.theirs(was):
        parts[0].proposal.say(theirs, ours, why)
    for part in parts:
        part.stated[ours] = part.stated.pop(was)
        part.attributes = tuple(name for name in part.attributes if name != was)
    return {ours if name == was else name: typed for name, typed in stated.items()}


def settle_document_total(con: Any, parts: Sequence[Part], stated: dict[str, Typed], amounts: Sequence[str] = ("net_value", "gross_value")) -> dict[str, Typed]:
    """Where a column of amounts repeats the document's total on its lines, it is no amount of a line: another column is, or price × quantity."""
    first = parts[0]
    if first.table not in LINES or not document_of(stated):
        return stated
    for ours in [ours for ours in amounts if ours in stated]:
        rows = [typed_rows(part) for part in parts]
        lines = _evidence(con, first, stated, " UNION ALL BY NAME ".join(rows))
        theirs, other = lines.theirs[ours], instead_of_total(con, first, lines, rows, ours)
        if other is None:
            continue
        stated = {name: typed for name, typed in stated.items() if name != ours}
        first.proposal.say(theirs, LEFT_OUT, "the document's total, on each of its lines")
        for part in parts:
            part.stated.pop(ours)
            part.typed.pop(theirs)
        total = f"{theirs} is the total of the document on each of its lines, and not added up"
        if other == OTHER_AMOUNTS:
            say(parts, f"{total}.")
            continue
        stated = _meaning_changed(parts, stated, first.proposal.columns[other], ours, f"by its amounts, of which {theirs} is the sum")
        say(parts, f"{total}: it is the sum of {other}, which is the {ours.replace('_', ' ')}.")
    return stated


def discount_is_of_lines(con: Any, parts: Sequence[Part], stated: dict[str, Typed]) -> bool:
    """Whether a discount is one of each line, though all lines of a document may have the same."""
    if parts[0].table not in LINES or "discount" not in stated:
        return False
    return _evidence(con, parts[0], stated, " UNION ALL BY NAME ".join(typed_rows(part) for part in parts)).discount_is_of_lines()


def settle_price(con: Any, parts: Sequence[Part], stated: dict[str, Typed]) -> dict[str, Typed]:
    """A column without a meaning that makes the net value with quantity and discount, where that is of one unit or a rate, is the price before it."""
    first = parts[0]
    if first.table not in LINES or not {"discount", "net_value", "quantity"} <= stated.keys():
        return stated
    lines = _evidence(con, first, stated, " UNION ALL BY NAME ".join(typed_rows(part) for part in parts))
    if theirs := lines.price_before_discount():
        return _meaning_changed(parts, stated, first.proposal.columns[theirs], "unit_list_price", "by its amounts, with the quantity and the discount")
    return stated


def _evidence(con: Any, first: Part, stated: dict[str, Typed], all_rows: str) -> Derivation:
    """What the file states of the amounts of its lines, and nothing worked out yet."""
    constants = {
        ours: Amount(named(ours), _places(value)) for ours, value in first.entry.constants.items() if ours not in stated and _is_decimal(first.table, ours)
    }
    further = {theirs: ours for theirs, ours in first.proposal.columns.items() if ours in stated and first.proposal.why[theirs] == KEPT_AS_ATTRIBUTE}
    return Derivation(
        ask=_asking(con, all_rows),
        file=first.where,
        stated=constants
        | {ours: Amount(named(ours), typed.places) for ours, typed in stated.items() if typed.kind == Kind.DECIMAL and not ours.startswith(ATTRIBUTE)},
        theirs={ours: ours.replace("_", " ") for ours in constants} | {ours: theirs for theirs, ours in first.proposal.columns.items()},
        sure=frozenset(first.entry.columns.values()),
        percent_signs=frozenset(ours for ours, typed in stated.items() if typed.percent),
        shares=frozenset(ours for theirs, ours in first.proposal.columns.items() if theirs in first.raw.shares),
        rates=str(first.entry.dialect.get("rates", "")),
        further={theirs: Amount(named(ours), stated[ours].places) for theirs, ours in further.items() if stated[ours].kind == Kind.DECIMAL},
    )


def _derivation(con: Any, parts: Sequence[Part], stated: dict[str, Typed], all_rows: str) -> Derivation:
    """The amounts of lines, worked out over the rows of all parts together; each part says what does not add up in it."""
    first = parts[0]
    derivation = _evidence(con, first, stated, all_rows)
    derivation.lines()
    say(parts, *derivation.said)
    first.problems += derivation.problems
    for part in parts:
        part.too_large = tuple(derivation.too_large)
        part.problems += derivation.compared(part.origin(), _asking(con, typed_rows(part)))
    return derivation


def _asking(con: Any, rows: str) -> Callable[[str], tuple[Any, ...]]:
    """Runs an aggregate over rows."""

    def ask(sql: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = con.execute(f"SELECT {sql} FROM ({rows})").fetchone()
        return found

    return ask


def _is_decimal(table: str, ours: str) -> bool:
    return kind_of(table, ours) == Kind.DECIMAL


def _freight(con: Any, parts: Sequence[Part], derived: dict[str, str], all_rows: str) -> dict[str, str]:
    """Freight of the document's head, where nearly all documents have one amount, on all of their lines or on one; else charges of the line."""
    key = derived.get(document_of(derived))
    if key and "date" in derived:
        key += f", year({derived['date']})"
    documents, of_one = (
        con.execute(
            f"SELECT count(*), count(*) FILTER (low = high AND (with_it = lines OR with_it = 1)) FROM (SELECT min(nullif(freight, 0)) AS low, "
            f"max(nullif(freight, 0)) AS high, count(nullif(freight, 0)) AS with_it, count(*) AS lines FROM ({all_rows}) "
            f"WHERE {derived[document_of(derived)]} IS NOT NULL GROUP BY {key} HAVING count(*) > 1 AND bool_or(freight <> 0))"
        ).fetchone()
        if key
        else (0, 0)
    )
    if (key and of_one >= NEARLY_ALL * documents) or any("freight" in join.columns.values() for join in parts[0].entry.joins):
        return {"freight": '"freight"'}
    say(parts, f"{parts[0].proposal.theirs('freight') or 'freight'} is an amount of the line.")
    return {"charges": f"{derived['charges']} + coalesce(freight, 0)" if "charges" in derived else '"freight"'}
