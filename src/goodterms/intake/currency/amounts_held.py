"""What files hold in which currency: their amounts, the currency and the rate of each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.facts.columns import MONEY_PLACES
from goodterms.facts.sql_text import named
from goodterms.intake.currency.currency_evidence import STATED_BY
from goodterms.intake.currency.currency_rates import RATE_PLACES
from goodterms.intake.mapping.currency_code import MAY_BE, currency_code, currency_named
from goodterms.intake.parts.part import Part
from goodterms.intake.values.typed_column import scale_of

_AMOUNTS = {
    "sale_lines": ("list_value", "net_value", "tax", "charges", "freight", "rebate", "product_cost"),
    "purchase_lines": ("net_value", "tax"),
    "products": ("list_price", "unit_cost"),
}
"""Amounts of a line that are in its currency; its discount is list value − net value again."""
TOGETHER = frozenset({"sale_lines", "purchase_lines", "costs", "activities"})
"""Tables whose amounts are added up and compared with each other: those of others, such as payments, stay in their own currencies."""
RATE_OF_FILE, RATE_OF_COLUMN = "rate of file", "rate of column"
"""Columns that hold, while amounts are converted, what a table of rates has for a row's currency, and for that of one column."""


@dataclass(frozen=True)
class Held:
    """What a part holds in one currency ("" where none is named): rows, their sum, and how many have no rate, and one that is not 1."""

    part: Part
    currency: str
    rows: int
    amount: Decimal
    without_rate: int
    at_rate: int


def all_held(con: Any, parts: Sequence[Part]) -> list[Held]:
    """What stands in which currency; nothing where no file speaks of currencies."""
    parts = [part for part in parts if part.table in TOGETHER]
    if not any({"currency", "exchange_rate"} & set(part.columns) for part in parts):
        return []
    return [Held(part, *row) for part in parts if (amount := summed_up(part)) for row in con.execute(_counted(part, amount)).fetchall()]


def _counted(part: Part, amount: str) -> str:
    counts = f"count(*), sum({amount}), count(*) FILTER ({rate_of(part)} IS NULL), count(*) FILTER ({rate_of(part)} <> 1)"
    return f"SELECT {currency_of(part)}, {counts} FROM {part.name} WHERE {amount} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"


def each_once(parts: Iterable[Part]) -> list[Part]:
    """Files without repetition, in their order."""
    return list({part.number: part for part in parts}.values())


def count_of_rows(count: int) -> str:
    """So many rows, as a sentence says it."""
    return f"{count:,} row{'s' * (count != 1)}"


def currency_of(part: Part) -> str:
    """SQL of the currency of a row, "" where it names none."""
    return "coalesce(currency, '')" if "currency" in part.columns else "''"


def rate_of(part: Part) -> str:
    """The rate of a row: its own, else that of a table of rates; one that is not above 0 says nothing."""
    rates = [*([own_rate(part)] if "exchange_rate" in part.columns else []), *([named(RATE_OF_FILE)] if RATE_OF_FILE in part.columns else [])]
    return f"coalesce({', '.join(rates)})" if rates else f"NULL::DECIMAL(18, {MONEY_PLACES})"


def own_rate(part: Part) -> str:
    """Beside rates of a table it is of as many places as these: products of both stay exact."""
    own = f"TRY_CAST(exchange_rate AS DECIMAL(18, {RATE_PLACES}))" if RATE_OF_FILE in part.columns else "exchange_rate"
    return f"CASE WHEN exchange_rate > 0 THEN {own} END" if "exchange_rate" in part.columns else "NULL"


def rate_places(part: Part) -> int:
    """Decimal places of the rate of a row."""
    return RATE_PLACES if RATE_OF_FILE in part.columns else scale_of(part.columns["exchange_rate"])


def summed_up(part: Part) -> str:
    """The column that is summed up."""
    return next((name for name in ("net_value", "amount") if name in part.columns), "")


def amounts_of(part: Part) -> list[str]:
    """Our columns of a part that are amounts in the currency of their row."""
    return [name for name in _AMOUNTS.get(part.table, ("amount",)) if name in part.columns]


def source_of(part: Part, name: str) -> str:
    """Our name of the column of the file that an amount follows from."""
    return next((ours for ours in STATED_BY.get(name, (name,)) if part.proposal.theirs(ours)), name)


def is_in(part: Part, name: str, reporting: str) -> bool:
    """Whether an amount is in the reporting currency already: its column's name says so, or it came by a join."""
    theirs = part.proposal.theirs(source_of(part, name))
    if theirs is None:
        return False
    code = heading_of(part, name)
    return name in part.in_reporting or (code == reporting if code else theirs not in part.file_header)


def heading_of(part: Part, name: str) -> str:
    """The currency that the name of an amount's column says, "" where it says none, or the mapping says otherwise of the file."""
    said = currency_code(part.entry.constants.get("currency", ""))
    money, found = (_code_of_mark(part, mark_of(part, one), said) for one in (summed_up(part), name))
    found = "" if said and money and said != money else found
    return found or (part.currency or "" if "currency" not in part.columns else "")


def mark_of(part: Part, name: str) -> str:
    """What the name of an amount's column says of its currency: a code, or a sign or word that may be several."""
    return currency_named(part.proposal.theirs(source_of(part, name)) or "")


def _code_of_mark(part: Part, mark: str, said: str) -> str:
    """The code that a mark is in a file: the one that the mapping says of the file, or its rows name, where it may be that."""
    if said in MAY_BE.get(mark, ()):
        return said
    return part.marks[mark] if mark in part.marks else currency_code(mark, part.entry.dialect.get("currencies"))
