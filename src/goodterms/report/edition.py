"""One edition of a result: every figure that is printed, made once, so that page and terminal say the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from goodterms.analysis.result import MEASURE_COLUMN, Culprit, Result
from goodterms.charts.families import FamilyRow
from goodterms.charts.months import MonthPair
from goodterms.charts.printed import PrintedBridge, PrintedRow, printed_bridge, printed_waterfall
from goodterms.facts.money import cents
from goodterms.report.lookup import cents_of, found, from_cents, plain, table_of
from goodterms.report.parties import Parties, parties_of

FAMILIES_SHOWN = 12


@dataclass(frozen=True)
class PrintedCulprit:
    """One of the ten that cost most, in cents, as the tables print it."""

    key: str
    name: str
    earlier: Decimal | None
    later: Decimal | None
    sales_earlier: Decimal | None
    sales_later: Decimal | None
    sentence: str

    @property
    def change(self) -> Decimal | None:
        """The printed change of what they are ranked by."""
        return None if self.earlier is None or self.later is None else self.later - self.earlier


@dataclass
class Edition:
    """A result, printed."""

    result: Result

    @property
    def earlier(self) -> str | None:
        """The earlier period's name."""
        return self.result.earlier.label if self.result.earlier else None

    @property
    def later(self) -> str:
        """The later period's name."""
        return self.result.later.label

    @cached_property
    def bridge(self) -> PrintedBridge | None:
        """The bridge in cents."""
        return printed_bridge(self.result.bridge) if self.result.bridge else None

    @cached_property
    def like_for_like(self) -> PrintedBridge | None:
        """The bridge of the months that both periods fill, in cents."""
        return printed_bridge(self.result.like_for_like) if self.result.like_for_like else None

    @cached_property
    def waterfall(self) -> tuple[PrintedRow, ...]:
        """The waterfall in cents."""
        return printed_waterfall(self.result.waterfall)

    @property
    def base(self) -> str:
        """What the shares of the waterfall are of."""
        return "list price" if self.waterfall and self.waterfall[0].step == "list_value" else "net sales"

    def row(self, step: str) -> PrintedRow | None:
        """The waterfall's row of that step."""
        return next((row for row in self.waterfall if row.step == step), None)

    @cached_property
    def customers(self) -> Parties | None:
        """All customers."""
        return parties_of(self.result, "customer")

    @cached_property
    def products(self) -> Parties | None:
        """All products."""
        return parties_of(self.result, "product")

    @cached_property
    def culprit_customers(self) -> tuple[PrintedCulprit, ...]:
        """The customers that cost most."""
        return _printed(self.result.customers, self.customers)

    @cached_property
    def culprit_products(self) -> tuple[PrintedCulprit, ...]:
        """The products that cost most."""
        return _printed(self.result.products, self.products)

    @cached_property
    def months(self) -> tuple[MonthPair, ...]:
        """The measure month by month, the two periods side by side."""
        table = table_of(self.result.tables, "months")
        if table is None:
            return ()
        column = found(table, MEASURE_COLUMN[self.result.measure], "sales")
        if column is None:
            return ()
        amounts = {month: cents(amount) for month, amount in zip(plain(table, "month"), plain(table, column), strict=True) if amount is not None}
        now = self.result.later.months
        before = self.result.earlier.months if self.result.earlier else ()
        return tuple(
            MonthPair(month, amounts.get(month), before[i] if i < len(before) else None, amounts.get(before[i]) if i < len(before) else None)
            for i, month in enumerate(now)
        )

    @cached_property
    def families(self) -> tuple[FamilyRow, ...]:
        """Product families, the largest falls first; the smaller changes stand together in one row."""
        table = table_of(self.result.tables, "families")
        measure = self.family_measure
        if table is None or measure is None:
            return ()
        if self.products is not None and set(plain(table, "family", "name")) <= {*self.products.keys, "order", "customer"}:
            return ()  # no family in the data: each product is its own, and the list of products says it all
        later = cents_of(table[f"{measure}_later"])
        earlier = cents_of(table[f"{measure}_earlier"]) if found(table, f"{measure}_earlier") else None
        names = plain(table, "family", "name")
        levels = plain(table, "level") if found(table, "level") else ["line"] * len(names)
        rows = [
            FamilyRow(str(name), from_cents(earlier[i]) if earlier else None, from_cents(later[i]))
            for i, name in enumerate(names)
            if levels[i] in {"line", None} and (later[i] or (earlier and earlier[i]))
        ]
        rows.sort(key=lambda row: (-abs(row.figure), row.family))
        shown, rest = rows[:FAMILIES_SHOWN], rows[FAMILIES_SHOWN:]
        shown.sort(key=lambda row: (row.figure, row.family))
        if not rest:
            return tuple(shown)
        before = sum((row.earlier or Decimal(0) for row in rest), Decimal(0)) if earlier else None
        together = FamilyRow(
            f"{len(rest):,} other families" if len(rest) > 1 else rest[0].family, before, sum((row.later for row in rest), Decimal(0)), is_rest=len(rest) > 1
        )
        return (*shown, together)

    @property
    def family_measure(self) -> str | None:
        """The level that families are compared by, the furthest that products reach: product contribution, gross margin or net sales."""
        table = table_of(self.result.tables, "families")
        return next((m for m in ("product_contribution", "gross_margin", "net_sales") if table is not None and found(table, f"{m}_later")), None)


def _printed(culprits: tuple[Culprit, ...], parties: Parties | None) -> tuple[PrintedCulprit, ...]:
    """Culprits with the figures that the table of all prints; where the table has no such figure, rounded by themselves."""
    levels = {str(measure): column for measure, column in MEASURE_COLUMN.items()} | {"product contribution": "product_contribution"}
    made = []
    for culprit in culprits:
        level = levels.get(culprit.rank_by.replace("_", " ").removeprefix("change in "))
        place = parties.place.get(culprit.key) if parties else None

        def printed(name: str | None, when: str, amount: Decimal | None, place: int | None = place) -> Decimal | None:
            column = parties.level(name, when) if parties and name and place is not None else None
            if column is not None and place is not None and amount is not None and abs(from_cents(column[place]) - amount) < Decimal("0.02"):
                return from_cents(column[place])
            return None if amount is None else cents(amount)

        made.append(
            PrintedCulprit(
                culprit.key,
                culprit.name or culprit.key,
                printed(level, "earlier", culprit.earlier),
                printed(level, "later", culprit.later),
                printed("net_sales", "earlier", culprit.sales_earlier),
                printed("net_sales", "later", culprit.sales_later),
                culprit.leak_sentence,
            )
        )
    return tuple(made)
