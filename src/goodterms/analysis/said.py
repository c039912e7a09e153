"""What the sale lines say at all, counted once: which columns hold values, and which months have sales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ibis import _

from goodterms.analysis.months import first_of_month
from goodterms.facts.periods import Filling

if TYPE_CHECKING:
    from ibis import Table

_OPTIONAL = (
    "entity",
    "list_value",
    "charges",
    "rebate",
    "product_cost",
    "weight",
    "order_number",
    "manager_key",
    "channel",
    "unit",
    "quantity",
    "product_key",
    "due_date",
)


@dataclass(frozen=True)
class Said:
    """What the sale lines say at all, counted once: which columns hold values, how many lines, and which months have sales."""

    lines: int
    documents_named: int
    lines_of_a_customer: int
    values: dict[str, int]
    currencies: tuple[str, ...]
    filling: Filling

    def has(self, column: str) -> bool:
        """Whether any sale line has a value in that column."""
        return self.values.get(column, 0) > 0


def what_lines_say(sale_lines: Table) -> Said:
    """Count once what the sale lines hold, so that no later step asks again."""
    return said_by(months_said(sale_lines))


def months_said(sale_lines: Table) -> Table:
    """One row a month and currency: the last day with a sale, how many lines there are, and how many of them say something in a column."""
    return sale_lines.group_by(month=first_of_month(_.date), currency=_.currency).agg(
        last_day=_.date.max(),
        lines=_.count(),
        documents_named=_.document.count(),
        lines_of_a_customer=_.customer_key.count(),
        **{column: _[column].count() for column in _OPTIONAL},
    )


def said_by(said: Table) -> Said:
    """Put together what the months say."""
    rows = said.to_pyarrow().to_pylist()
    filling: dict[date, date] = {}
    for row in rows:
        month, last = _day(row["month"]), _day(row["last_day"])
        filling[month] = max(last, filling.get(month, last))
    return Said(
        lines=sum(row["lines"] for row in rows),
        documents_named=sum(row["documents_named"] for row in rows),
        lines_of_a_customer=sum(row["lines_of_a_customer"] for row in rows),
        values={column: sum(row[column] for row in rows) for column in _OPTIONAL},
        currencies=tuple(sorted({row["currency"] for row in rows if row["currency"]})),
        filling=Filling(filling),
    )


def _day(value: Any) -> date:
    """A date, whatever the engine calls it."""
    return value.date() if hasattr(value, "date") else value
