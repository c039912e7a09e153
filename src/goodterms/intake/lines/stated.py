"""What a file states of the amounts of its lines: rates, prices and products as evidence, and arithmetic that rounds nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, says_percent
from goodterms.intake.mapping.words import PERCENT, SHARES
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL
from goodterms.intake.values.typed_column import decimal
from goodterms.problems import Origin, Problem, Severity

IN_A_HUNDRED = 100
_MOST_PLACES = 9
"""A product with more places is measured before it is kept, so that its whole part still fits."""


@dataclass(frozen=True)
class Amount:
    """An expression of the engine that is a decimal, and how many places it can have."""

    sql: str
    places: int


def hundredth(amount: Amount) -> Amount:
    """Per cent as a share, exactly."""
    places = amount.places + 2
    return Amount(f"CAST({amount.sql} * 0.01 AS DECIMAL({MONEY_DIGITS}, {max(places, MONEY_PLACES)}))", places)


@dataclass
class Stated:
    """Amounts of the lines of one file as it states them, in expressions over its typed columns, with what was concluded and what is wrong."""

    ask: Callable[[str], tuple[Any, ...]]
    """Runs one aggregate over the typed rows."""
    file: str
    stated: Mapping[str, Amount]
    theirs: Mapping[str, str]
    """Our name → the file's."""
    sure: frozenset[str]
    """Our names that the mapping gave, not a proposal: of them nothing is asked. They are read as others are, so that a mapping that was written of a reading
    gives that reading again."""
    percent_signs: frozenset[str] = frozenset()
    """Our names of columns whose cells carry a per cent sign."""
    shares: frozenset[str] = frozenset()
    """Our names of columns whose cells a workbook shows as per cent, and holds as shares."""
    rates: str = ""
    """What the mapping says of rates of which no value is above 1."""
    further: Mapping[str, Amount] = field(default_factory=dict)
    """The file's columns of numbers that have no meaning of ours, by their names there."""
    said: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    too_large: list[tuple[str, str]] = field(default_factory=list)
    """Where a price × quantity has more digits than an amount may: the condition, and the file's column of the price."""
    _shares: dict[str, Amount] = field(default_factory=dict)

    def of(self, name: str) -> Amount | None:
        """A column that the file states."""
        return self.stated.get(name)

    # Arithmetic that rounds nothing -----------------------------------------------------------------------------------------------------------------

    def kept(self, amount: Amount) -> Amount:
        """Bring an exact amount to 18 digits; one that does not fit is null, and its row will be rejected."""
        places = max(MONEY_PLACES, amount.places)
        if places > _MOST_PLACES:
            largest = self.ask(f"max(abs(TRY_CAST({amount.sql} AS DOUBLE)))")[0] or 0
            places = max(MONEY_PLACES, min(places, MONEY_DIGITS - len(str(int(largest)))))
            exact = f"CAST({amount.sql} AS DECIMAL(38, {min(amount.places, 36)}))"
            rounded = self.ask(f"count(*) FILTER ({exact} <> round({exact}, {places}))")[0]
            if rounded:
                self.problems.append(
                    Problem(
                        "places-kept",
                        Severity.NOTICE,
                        Origin(self.file),
                        sentence=f"{rounded:,} products have more places than fit beside the largest one: {places} places are kept.",
                        rows=rounded,
                    )
                )
        return Amount(decimal(amount.sql, places), min(places, max(amount.places, 0)) if amount.places <= places else places)

    def times(self, left: Amount, right: Amount) -> Amount:
        """The exact product, which may need more than 18 digits on the way."""
        wide = f"CAST({left.sql} AS DECIMAL(38, {max(MONEY_PLACES, left.places)}))"
        return self.kept(Amount(f"({wide} * {right.sql})", left.places + right.places))

    def by_quantity(self, each: str, price: Amount, quantity: Amount) -> Amount:
        """What one unit costs or weighs, times the quantity."""
        product = self.times(price, quantity)
        self.too_large.append((f"({price.sql} IS NOT NULL AND {quantity.sql} IS NOT NULL AND {product.sql} IS NULL)", self.theirs[each]))
        return product

    def minus(self, left: Amount, right: Amount) -> Amount:
        """The exact difference."""
        return self.kept(Amount(f"({left.sql} - {right.sql})", max(left.places, right.places)))

    def plus(self, left: Amount, right: Amount) -> Amount:
        """The exact sum."""
        return self.kept(Amount(f"({left.sql} + {right.sql})", max(left.places, right.places)))

    def divided(self, amount: Amount, divisor: Amount) -> Amount:
        """The quotient, made once, at the places of the amount and at least 4, half away from zero: in whole numbers, so that every engine agrees."""
        places = max(MONEY_PLACES, amount.places)
        of = max(divisor.places, 0)
        above = f"(CAST(CAST({amount.sql} AS DECIMAL(38, {places})) * {10**places} AS HUGEINT) * {10**of})"
        below = f"CAST(CAST({divisor.sql} AS DECIMAL(38, {of})) * {10**of} AS HUGEINT)"
        units = f"(sign({above}) * sign({below}) * ((2 * abs({above}) + abs({below})) // (2 * abs({below}))))"
        value = f"CASE WHEN {divisor.sql} <> 0 THEN {units} END"
        return Amount(decimal(f"CAST({value} AS DECIMAL(38, 0)) * 1e-{places}::DECIMAL(38, {places})", places), places)

    # Rates ------------------------------------------------------------------------------------------------------------------------------------------

    def share(self, name: str) -> Amount | None:
        """A rate as a share of one: 15 % is 0.15.

        Raises
        ------
        AnswerNeededError
            Where no value is above 1, nothing but the column's name says per cent or all values are 0 and 1, and neither amounts nor the mapping decide.
        """
        rate = self.of(name)
        if rate is None:
            return None
        if name not in self._shares:
            is_percent = self._is_percent(name, rate)
            self._shares[name] = hundredth(rate) if is_percent else rate
            if is_percent:
                self.said.append(f"{self.theirs[name]} is per cent.")
        return self._shares[name]

    def _is_percent(self, name: str, rate: Amount) -> bool:
        theirs = self.theirs[name]
        largest, whole = self.ask(f"max(abs({rate.sql})), bool_and({rate.sql} IN (0, 1))")
        if not largest or name in self.shares:
            return False
        if largest > 1 or name in self.percent_signs:
            return True
        if not says_percent(theirs) and not whole:
            return False
        if self.rates:
            return self.rates == PERCENT
        if said := self._rate_by_amounts(name, rate):
            self.said.append(f"{theirs} is {'a share' if said == SHARES else 'per cent'}, as the amounts beside it say.")
            return said == PERCENT
        raise AnswerNeededError(self._rate_asked(theirs, largest))

    def _rate_asked(self, theirs: str, largest: Decimal) -> Question:
        one, hundred = (f"{figure.normalize():f}" for figure in (largest, largest * IN_A_HUNDRED))
        sentence = f"{self.file}: no value of {theirs} is above 1, and no amounts decide whether {one} is {one} % or, as a share, {hundred} %."
        return Question(
            f"rate: {self.file}, {theirs}",
            sentence,
            (),
            (
                choice(f"shares: {one} is {hundred} %", dialect={"rates": SHARES}),
                choice(f"per cent: {one} is {one} %", dialect={"rates": PERCENT}),
                choice("it is no rate", columns={theirs: LEFT_OUT}),
            ),
        )

    def _rate_by_amounts(self, name: str, rate: Amount) -> str:
        """Whether the amounts beside a rate make it a share or per cent; "" where they do not say."""
        for whole, part in self._whole_and_part(name):
            some = f"{rate.sql} <> 0 AND {part} IS NOT NULL AND {whole} IS NOT NULL"
            share, percent = (f"abs(CAST({whole} AS DOUBLE) * {rate.sql}{by} - ({part})) <= {A_CENT}" for by in ("", " / 100"))
            counts = (f"count(*) FILTER ({some} AND {one} AND NOT {other})" for one, other in ((share, percent), (percent, share)))
            shares, percents, lines = self.ask(f"{', '.join(counts)}, count(*) FILTER ({some})")
            for said, own, others in ((SHARES, shares, percents), (PERCENT, percents, shares)):
                if own > NEARLY_ALL * (own + others) and 2 * own >= lines:
                    return said
        return ""

    def _whole_and_part(self, name: str) -> list[tuple[str, str]]:
        """Amounts of which the first times the rate should be the second."""
        by_price = self.product("unit_price")
        net = [amount.sql for amount in (self.of("net_value"), by_price) if amount]
        if name == "tax_rate":
            tax, gross = self.of("tax"), self.of("gross_value")
            return (
                [(one, tax.sql) for one in net if tax]
                + [(one, f"{gross.sql} - {one}") for one in net if gross]
                + ([(f"({gross.sql} - {tax.sql})", tax.sql)] if gross and tax else [])
            )
        list_value = self.of("list_value") or self.product("unit_list_price") or by_price
        if list_value is None:
            return []
        discount = self.of("discount")
        return ([(list_value.sql, f"abs({discount.sql})")] if discount else []) + [
            (list_value.sql, f"{list_value.sql} - {one}") for one in net if one != list_value.sql
        ]

    # What a line may come to, as evidence -----------------------------------------------------------------------------------------------------------

    def product(self, price: str) -> Amount | None:
        """A price × quantity, as evidence."""
        unit, quantity = self.of(price), self.of("quantity")
        return Amount(f"(CAST({unit.sql} AS DOUBLE) * {quantity.sql})", MONEY_PLACES) if unit and quantity else None

    def before_tax(self) -> list[str]:
        """What a line may come to before tax by its other amounts, as evidence: price × quantity and list value, with the discount and without it."""
        found = [amount.sql for name in ("unit_price", "unit_list_price") if (amount := self.product(name))]
        found += [amount.sql for amount in [self.of("list_value")] if amount]
        rate, discount, of_unit = self.share("discount_rate"), self.of("discount"), self.product("unit_discount")
        by_rate = [f"({amount} * (1 - coalesce({rate.sql}, 0)))" for amount in found if rate]
        by_discount = [f"({amount} - coalesce(abs({discount.sql}), 0))" for amount in found if discount]
        by_discount += [f"({amount} - coalesce({of_unit.sql}, 0))" for amount in found if of_unit]
        return by_rate + by_discount + found

    def by_unit_price(self) -> list[str]:
        """What a line may come to by its price × quantity: less a discount, less the tax that the price may hold, and as it stands, which is the last."""
        product = self.product("unit_price")
        if product is None:
            return []
        rate, discount, tax, tax_rate = self.share("discount_rate"), self.of("discount"), self.of("tax"), self.share("tax_rate")
        less = [f"({product.sql} * (1 - coalesce({rate.sql}, 0)))"] if rate else []
        less += [f"({product.sql} - coalesce(abs({discount.sql}), 0))"] if discount else []
        return [
            *([f"({one} - coalesce({tax.sql}, 0))" for one in [*less, product.sql]] if tax else []),
            *([f"({one} / (1 + coalesce({tax_rate.sql}, 0)))" for one in [*less, product.sql]] if tax_rate else []),
            *less,
            product.sql,
        ]

    def of_rounded_price(self, quantity: Amount) -> str:
        """How far a line may be from its price × quantity by roundings: its own, and half a unit of the last place of the price for each piece."""
        price = self.of("unit_price")
        half_a_unit = Decimal(5).scaleb(-(max(price.places, 2) if price else 2) - 1)
        return f"({A_CENT} + abs({quantity.sql}) * {half_a_unit})"
