"""What a discount is that a file states: an amount of the line or of one unit, or a rate, as price, quantity and net value beside it say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.lines.stated import IN_A_HUNDRED, Amount, Stated, hundredth
from goodterms.intake.mapping.answers import choice
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL

_AMOUNT, _NEGATIVE, _OF_UNIT, _NEGATIVE_OF_UNIT, _SHARE, _PERCENT = "amount", "negative", "of one unit", "negative of one unit", "share", "per cent"
_LESS = {
    _AMOUNT: "list value − {theirs}",
    _NEGATIVE: "list value + {theirs}",
    _OF_UNIT: "list value − {theirs} × {quantity}",
    _NEGATIVE_OF_UNIT: "list value + {theirs} × {quantity}",
    _SHARE: "list value × (1 − {theirs})",
    _PERCENT: "list value × (1 − {theirs} %)",
}
_WHAT = {
    _AMOUNT: "an amount of the line",
    _NEGATIVE: "written as a negative amount",
    _OF_UNIT: "an amount of one unit",
    _NEGATIVE_OF_UNIT: "written as a negative amount of one unit",
    _SHARE: "a rate",
    _PERCENT: "a rate",
}
_MANY = 10
"""So many amounts of money are seldom whole or half units all."""
_FEWEST = 3
"""On so few lines with a discount a number of no known name may make the net value by chance."""


@dataclass
class Discounts(Stated):
    """What a file states of its lines, with its discount as an amount of the line or as a rate."""

    _is_settled: bool = False
    """Whether arithmetic, or its heading, says what the discount is."""

    def settle_discount(self) -> None:
        """Know a discount beside a net value by the unit price that makes the net value with it: before a discount of one unit, that is the list price."""
        discount, net, quantity, price = (self.of(name) for name in ("discount", "net_value", "quantity", "unit_price"))
        if quantity and discount is None and (of_unit := self.of("unit_discount")):
            self._is_settled = True
            self._is_discount(self.by_quantity("unit_discount", of_unit, quantity), self.theirs["unit_discount"])
            self.said.append(f"{self.theirs['unit_discount']} × {self.theirs['quantity']} is the discount.")
            return
        product = self.product("unit_price")
        if not (discount and net and quantity and price and product) or self.of("discount_rate"):
            return
        reading, fitting, lines = self._reading_of_discount(discount, product, net)
        self._is_settled = bool(lines) and 2 * fitting >= lines
        if not self._is_settled or reading in {_AMOUNT, _NEGATIVE}:
            return
        theirs = self.theirs["discount"]
        self._say_reading(theirs, reading, f"{self.theirs['unit_price']} × {self.theirs['quantity']}", fitting, lines)
        if reading in {_SHARE, _PERCENT}:
            self.stated = {ours: amount for ours, amount in self.stated.items() if ours != "discount"} | {"discount_rate": discount}
            self.theirs = {**self.theirs, "discount_rate": theirs}
            self._shares["discount_rate"] = discount if reading == _SHARE else hundredth(discount)
            return
        self._is_discount(self._of_line(discount, reading), theirs)
        self.stated = {ours: amount for ours, amount in self.stated.items() if ours != "unit_price"} | {"unit_list_price": price}
        self.theirs = {**self.theirs, "unit_list_price": self.theirs["unit_price"]}

    def discount_is_of_lines(self) -> bool:
        """Whether a discount is one of each line, though all lines of a document have the same: the amounts of the lines say so, or it may be per cent."""
        discount, net = self.of("discount"), self.of("net_value")
        if discount is None:
            return False
        products = [self.product(ours) for ours in ("unit_price", "unit_list_price")]
        found = [amount for amount in (self.of("list_value"), *products) if amount]
        if net is None:
            return bool(found) and self._may_be_per_cent(discount, found[0])
        if (quantity := self.of("quantity")) and not found:
            found = [Amount(f"(CAST({price.sql} AS DOUBLE) * {quantity.sql})", price.places) for price in self.further.values()]
        readings = [self._reading_of_discount(discount, amount, net) for amount in found]
        return any(lines and fitting >= NEARLY_ALL * lines for _, fitting, lines in readings) or self._may_be_per_cent(discount, net)

    def price_before_discount(self) -> str:
        """The file's column of numbers without a meaning that is the price before a discount of one unit, or before a rate; "" where none is.

        By a discount of the line alone the list value follows from the net value.
        """
        discount, net, quantity = self.of("discount"), self.of("net_value"), self.of("quantity")
        if not (discount and net and quantity) or {"discount_rate", "unit_price", "unit_list_price", "list_value"} & self.stated.keys():
            return ""
        for theirs, price in self.further.items():
            product = Amount(f"(CAST({price.sql} AS DOUBLE) * {quantity.sql})", price.places)
            reading, fitting, lines = self._reading_of_discount(discount, product, net)
            if fitting >= _FEWEST and fitting >= NEARLY_ALL * lines:
                return theirs if reading not in {_AMOUNT, _NEGATIVE} else ""
        return ""

    def _is_discount(self, of_line: Amount, theirs: str) -> None:
        self.stated = {**self.stated, "discount": of_line}
        self.theirs = {**self.theirs, "discount": theirs}

    def _of_line(self, discount: Amount, reading: str) -> Amount:
        """A discount as a positive amount of the line."""
        quantity = self.of("quantity")
        of_line = self.times(discount, quantity) if quantity and reading in {_OF_UNIT, _NEGATIVE_OF_UNIT} else discount
        return Amount(f"(-{of_line.sql})", of_line.places) if reading in {_NEGATIVE, _NEGATIVE_OF_UNIT} else of_line

    def stated_discount(self, list_value: Amount | None) -> Amount | None:
        """The discount as an amount of the line, positive in the normal case.

        Raises
        ------
        AnswerNeededError
            Where it may be a rate as well, and no amounts decide.
        """
        discount, net = self.of("discount"), self.of("net_value")
        if discount is None:
            return None
        if list_value and net and not self._is_settled:
            return self._discount_by_values(discount, list_value, net)
        theirs = self.theirs["discount"]
        largest, least, most = self.ask(f"max(abs({discount.sql})), min({discount.sql}), max({discount.sql})")
        if largest and largest <= 1 and not self._is_settled and "discount" not in self.sure:
            raise AnswerNeededError(
                Question(
                    f"discount: {self.file}, {theirs}",
                    f"{self.file}: no value of {theirs} is above 1. It may be an amount of the line or a share of the price; no list and net value decide.",
                    (),
                    (
                        choice("a share", columns={theirs: "discount_rate"}),
                        choice("an amount", columns={theirs: "discount"}),
                    ),
                )
            )
        beside = list_value or net
        if beside and not self._is_settled and "discount" not in self.sure and self._may_be_per_cent(discount, beside):
            raise AnswerNeededError(self._whether_per_cent(largest))
        if least is not None and least < 0 and most <= 0:
            self.said.append(f"{theirs} is written as a negative amount.")
            return Amount(f"(-{discount.sql})", discount.places)
        return discount

    def _may_be_per_cent(self, discount: Amount, beside: Amount) -> bool:
        """Whether no discount is above 100 or has cents though amounts beside it have, or all of many are whole halves: such are seldom money."""
        rounded = f"bool_and({discount.sql} * 2 = round({discount.sql} * 2)) FILTER ({discount.sql} <> 0), count(nullif({discount.sql}, 0))"
        least, most, halves, lines = self.ask(f"min({discount.sql}), max({discount.sql}), {rounded}")
        fits = lines and least >= 0 and 1 < most <= IN_A_HUNDRED and beside.places > 0
        return bool(fits and (discount.places <= 0 or (halves and lines >= _MANY)))

    def _whether_per_cent(self, largest: Decimal) -> Question:
        theirs = self.theirs["discount"]
        of_unit = [choice("an amount of one unit", columns={theirs: "unit_discount"})] if "quantity" in self.stated else []
        return Question(
            f"discount: {self.file}, {theirs}",
            f"{self.file}: {theirs} may be per cent or an amount: its numbers are round and none is above {IN_A_HUNDRED}, and no amounts decide.",
            (f"the largest is {largest.normalize():f}",),
            (choice("per cent", columns={theirs: "discount_rate"}), choice("an amount of the line", columns={theirs: "discount"}), *of_unit),
        )

    def _discount_by_values(self, discount: Amount, list_value: Amount, net: Amount) -> Amount:
        """Confirmed as an amount by list − discount = net, turned where it is written negative, × quantity where it is of one unit; or a rate after all."""
        theirs = self.theirs["discount"]
        reading, fitting, lines = self._reading_of_discount(discount, list_value, net)
        if 2 * fitting < lines or not fitting:
            return discount
        self._say_reading(theirs, reading, "list value", fitting, lines)
        if reading in {_SHARE, _PERCENT}:
            return self.times(list_value, discount if reading == _SHARE else hundredth(discount))
        return self._of_line(discount, reading)

    def _say_reading(self, theirs: str, reading: str, price: str, fitting: int, lines: int) -> None:
        less = _LESS[reading].format(theirs=theirs, quantity=self.theirs.get("quantity", "")).replace("list value", price)
        self.said.append(f"{theirs} is {_WHAT[reading]}: {less} = net value on {fitting:,} of {lines:,} lines with a discount.")

    def _reading_of_discount(self, discount: Amount, list_value: Amount, net: Amount) -> tuple[str, int, int]:
        """The reading by which a discount leads to the net value on most lines, the first of equal ones; on how many, and how many lines have a discount."""
        quantity = self.of("quantity")
        some = f"{discount.sql} <> 0 AND {list_value.sql} IS NOT NULL AND {net.sql} IS NOT NULL"
        price = f"CAST({list_value.sql} AS DOUBLE)"
        readings = {_AMOUNT: f"{list_value.sql} - {discount.sql}", _NEGATIVE: f"{list_value.sql} + {discount.sql}"}
        readings |= {_SHARE: f"{price} * (1 - {discount.sql})", _PERCENT: f"{price} * (1 - {discount.sql} / 100)"}
        if quantity:
            readings |= {way: f"{price} {sign} {discount.sql} * {quantity.sql}" for way, sign in ((_OF_UNIT, "-"), (_NEGATIVE_OF_UNIT, "+"))}
        counts = [f"count(*) FILTER ({some} AND abs({one} - {net.sql}) <= {A_CENT})" for one in readings.values()]
        *fitting, lines = self.ask(f"{', '.join(counts)}, count(*) FILTER ({some})")
        count, reading = max(zip(fitting, readings, strict=True), key=lambda found: found[0])
        return reading, count, lines
