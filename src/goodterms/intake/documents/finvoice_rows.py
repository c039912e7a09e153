"""The rows of a Finvoice: lines, text, sub-rows that explain, and payments in advance.

A row that states no amount without VAT may be a line of an old program or a payment in advance, and sub-rows may be lines or only explain them: the schema
leaves both open, and the document's own total decides.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from typing import Any

from goodterms.facts.columns import MONEY_DIGITS
from goodterms.facts.money import cents, in_words
from goodterms.intake.documents.fields import Fields
from goodterms.intake.documents.invoice import Adjustment, Line, Totals, allowances_of, charges_of
from goodterms.intake.documents.whole import nonzero, tax_rate
from goodterms.intake.documents.xml_values import all_at, fits, text_at
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.agreement import A_CENT


class Sure(enum.Enum):
    """How sure it is that a row counts."""

    LINE = enum.auto()
    GROSS_ONLY = enum.auto()
    """It states an amount with VAT and no VAT."""
    SUB_ROW = enum.auto()
    """A part of a row that has no amount of its own."""


_READINGS: tuple[frozenset[Sure], ...] = tuple(
    frozenset(one) for one in ({Sure.LINE}, {Sure.LINE, Sure.GROSS_ONLY}, {Sure.LINE, Sure.SUB_ROW}, {Sure.LINE, Sure.GROSS_ONLY, Sure.SUB_ROW})
)


@dataclass
class RowsRead:
    """The rows of one document; :meth:`totals` decides which of them count."""

    fields: Fields
    root: Any
    first_row: int
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    set_aside: tuple[RowRef, ...] = ()
    found: list[tuple[Sure, Line]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        text: list[RowRef] = []
        for row, element in enumerate(all_at(self.root, "InvoiceRow"), start=self.first_row):
            self.count += 1
            rows = [(sure, line) for sure, line in [_line(self.fields, element, row, "")] if line is not None]
            rows = rows or [(Sure.SUB_ROW, line) for sub in all_at(element, "SubInvoiceRow") if (line := _line(self.fields, sub, row, "Sub")[1]) is not None]
            self.found += rows
            if not rows:
                text.append(RowRef(row, text_at(element, "ArticleName", "RowFreeText"), "a row of text"))
        self.set_aside = tuple(text)

    def totals(self, stated: Totals, adjustments: Sequence[Adjustment]) -> Totals:
        """Decide which rows are lines so that they come to the stated total; return the totals with payments in advance as prepaid."""
        counted, adjusted = self._reading(stated, adjustments)
        self.lines = tuple(line for sure, line in self.found if sure in counted)
        self.adjustments = tuple(adjustments) if adjusted else ()
        if adjustments and not adjusted:
            self.fields.notice("adjustments-inside", "names discounts or charges that its rows already hold: they are not counted again.")
        payments = [line for sure, line in self.found if sure is Sure.GROSS_ONLY and sure not in counted]
        explained = [line for sure, line in self.found if sure is Sure.SUB_ROW and sure not in counted]
        self.set_aside = tuple(
            sorted(
                (
                    *self.set_aside,
                    *(
                        RowRef(
                            line.row, line.product_name, f"a row of {in_words(line.net)} that the total without tax leaves out, such as a payment in advance"
                        )
                        for line in payments
                    ),
                    *(RowRef(line.row, line.product_name, "a sub-row that explains others") for line in explained),
                ),
                key=lambda ref: ref.row,
            )
        )
        paid = sum((line.net for line in payments), Decimal(0))
        if not payments or stated.tax_inclusive is None:
            return stated
        if stated.tax_exclusive is not None and cents(stated.tax_exclusive + (stated.tax or 0) + paid) != cents(stated.tax_inclusive):
            return stated
        return replace(stated, tax_inclusive=stated.tax_inclusive - paid, prepaid=-paid, payable=stated.tax_inclusive)

    def _reading(self, stated: Totals, adjustments: Sequence[Adjustment]) -> tuple[frozenset[Sure], bool]:
        """Return which rows count, and whether the document's adjustments come on top: the first reading that comes to the stated total."""
        goal = stated.tax_exclusive
        on_top = charges_of(adjustments) - allowances_of(adjustments)
        for adjusted, counted in product((True, False), _READINGS):
            found = sum((line.net for sure, line in self.found if sure in counted), on_top if adjusted else Decimal(0))
            if goal is not None and cents(found) == cents(goal):
                return counted, adjusted
        return _READINGS[1], True


def _line(fields: Fields, element: Any, row: int, sub: str) -> tuple[Sure, Line | None]:
    """Read a row, or with ``sub`` a sub-row, whose tags have that before them; no line where it states no amount."""

    def amount(tag: str) -> Decimal | None:
        return fields.amount(element, sub + tag, row=row)

    rate = tax_rate(fields, element, (f"{sub}RowVatCode",), (f"{sub}RowVatRatePercent",), row)
    net, tax, gross = amount("RowVatExcludedAmount"), amount("RowVatAmount"), amount("RowAmount")
    quantity_tag = next((tag for tag in ("InvoicedQuantity", "DeliveredQuantity") if text_at(element, sub + tag)), "InvoicedQuantity")
    quantity, unit_price, base = amount(quantity_tag), amount("UnitPriceAmount"), nonzero(amount("UnitPriceBaseQuantity"))
    less, price = amount("UnitPriceDiscountAmount"), amount("UnitPriceNetAmount")
    if price is None and unit_price is not None:
        price = unit_price - (less or 0)
    by_price = quantity * price / base if quantity is not None and price is not None else None
    adjustments = tuple(_adjustments(fields, element, row, sub, by_price, net))
    sure = Sure.LINE
    if net is None and gross is not None:
        net, sure = _net_of(gross, tax, rate.percent)
    if net is None and by_price is not None:
        net = cents(by_price + charges_of(adjustments) - allowances_of(adjustments))
    if net is None:
        return sure, None
    if not fits(net):
        fields.reject("not-an-amount", f"{fields.named} has a row whose amount comes to more than {MONEY_DIGITS} digits.", element, f"{sub}RowAmount", row)
        return sure, None
    unit = next((one.get("QuantityUnitCode") or one.get("QuantityUnitCodeUN") or "" for one in all_at(element, sub + quantity_tag)), "")
    line = Line(
        row,
        text_at(element, f"{sub}RowPositionIdentifier"),
        net,
        product_id=text_at(element, f"{sub}ArticleIdentifier"),
        buyer_product_id=text_at(element, f"{sub}BuyerArticleIdentifier"),
        standard_product_id=text_at(element, f"{sub}EanCode"),
        product_name=text_at(element, f"{sub}ArticleName", f"{sub}ArticleDescription", f"{sub}RowFreeText"),
        quantity=quantity,
        unit=unit,
        price=price,
        base_quantity=base,
        list_price=unit_price if price != unit_price else None,
        list_base_quantity=base,
        adjustments=adjustments,
        tax=rate,
        tax_amount=tax,
        order_number=text_at(element, f"{sub}RowIdentifier"),
        delivery_document=text_at(element, f"{sub}RowDeliveryDetails/{sub}RowWaybillIdentifier", f"{sub}RowDeliveryIdentifier"),
    )
    return sure, line


def _net_of(gross: Decimal, tax: Decimal | None, percent: Decimal | None) -> tuple[Decimal, Sure]:
    """Return the amount without VAT of a row that states the amount with it."""
    if tax is not None:
        return gross - tax, Sure.LINE
    if percent is not None and percent > -100:
        return cents(gross * 100 / (100 + percent)), Sure.LINE
    return gross, Sure.GROSS_ONLY


def _adjustments(fields: Fields, element: Any, row: int, sub: str, by_price: Decimal | None, net: Decimal | None) -> Iterator[Adjustment]:
    """Yield the discounts and charges of a row; a rate without an amount is worked out on what is left."""
    left = by_price
    charges = []
    for one in all_at(element, f"{sub}RowChargeDetails"):
        amount = fields.amount(one, "Amount", row=row)
        amount = amount if amount is not None else _share(fields.amount(one, "Percent", row=row), fields.amount(one, "BaseAmount", row=row) or by_price)
        if amount is not None:
            charges.append(Adjustment(amount, is_charge=True, reason=text_at(one, "ReasonText", "ReasonCode")))
    yield from charges
    discounts = []
    for one in (element, *all_at(element, f"{sub}RowProgressiveDiscountDetails")):
        amount = fields.amount(one, f"{sub}RowDiscountAmount", row=row)
        if amount is None:
            base = fields.amount(one, f"{sub}RowDiscountBaseAmount", row=row)
            amount = _share(fields.amount(one, f"{sub}RowDiscountPercent", row=row), base if base is not None else left)
        if amount:
            discounts.append(Adjustment(amount, is_charge=False, reason=text_at(one, f"{sub}RowDiscountTypeText")))
            left = left - amount if left is not None else None
    expected = None if by_price is None or net is None else by_price + charges_of(charges) - net
    taken = allowances_of(discounts)
    if expected is not None and abs(expected - taken) > A_CENT >= abs(expected + taken):
        discounts = [replace(one, amount=-one.amount) for one in discounts]
    yield from discounts


def _share(percent: Decimal | None, base: Decimal | None) -> Decimal | None:
    return cents(base * percent / 100) if percent is not None and base is not None else None
