"""What every format needs to make a whole invoice of what was read: number, day, currency and lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from goodterms.facts.money import in_words
from goodterms.intake.documents.fields import Fields
from goodterms.intake.documents.invoice import Adjustment, Invoice, Line, TaxRate, Totals, allowances_of, charges_of
from goodterms.intake.documents.xml_values import text_at


def tax_rate(fields: Fields, element: Any, category: Sequence[str], percent: Sequence[str], row: int | None = None) -> TaxRate:
    """Read a tax category and its rate."""
    return TaxRate(text_at(element, *category), fields.amount(element, *percent, row=row))


def whole(fields: Fields, root: Any, *, day: date | None, lines: tuple[Line, ...], first_row: int, **said: Any) -> Invoice | None:
    """Make the invoice, or say what is missing.

    A document without lines (profile MINIMUM) becomes one line of its total.
    """
    if day is None:
        fields.reject("missing", f"{fields.named} has no date.", root)
    if not said["currency"]:
        fields.reject("missing", f"{fields.named} names no currency.", root)
    stands_for_lines = not lines
    if not lines and not fields.unfit:
        lines = _one_line(fields, root, said["totals"], said.get("adjustments", ()), first_row)
    if fields.unfit or day is None:
        return None
    return Invoice(file=fields.file, place=fields.lines_above + (root.sourceline or 1), date=day, lines=lines, stands_for_lines=stands_for_lines, **said)


def _one_line(fields: Fields, root: Any, totals: Totals, adjustments: tuple[Adjustment, ...], row: int) -> tuple[Line, ...]:
    net = totals.lines
    if net is None and totals.tax_exclusive is not None:
        net = totals.tax_exclusive - charges_of(adjustments) + allowances_of(adjustments)
    if net is None:
        fields.reject("missing", f"{fields.named} has no lines and no total without tax.", root)
        return ()
    fields.notice("no-lines", f"has no lines: its total without tax of {in_words(net)} is taken as one line.")
    return (Line(row, "1", net),)


def nonzero(quantity: Decimal | None) -> Decimal:
    """Return the quantity that a price is for: 1 where none is stated."""
    return quantity or Decimal(1)
