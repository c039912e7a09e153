"""What a file says in its own way, brought to our columns: price × quantity, discount rates, net from gross, list value from net."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.intake.currency.currency_rates import RATE_PLACES, inverse
from goodterms.intake.lines.discounts import Discounts
from goodterms.intake.lines.stated import IN_A_HUNDRED, Amount
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, attribute_name, normalised, without_currency
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL
from goodterms.problems import Origin, Problem, Severity

_GROWING = 0.5
"""Margins whose correlation with sales is above this are amounts."""
_MANY = 10
"""On so many lines a cost that equals the net value is no chance."""
_NEAR = (0.5, 1.5)
"""An amount of a line that is so many times its price × quantity is worked out from it: by a discount, a tax, a charge."""


@dataclass
class Derivation(Discounts):
    """Derived columns of one file: for each of ours the expression over the file's typed columns, with what was concluded and what is wrong."""

    columns: dict[str, Amount] = field(default_factory=dict)
    _gap: str = ""
    """How far list value − discount and net value are apart, where all three are stated."""

    def lines(self) -> None:
        """Work out the amounts of sale or purchase lines."""
        for name in ("quantity", "tax", "charges", "rebate", "product_cost", "weight", "exchange_rate"):
            if amount := self.of(name):
                self.columns[name] = amount
        if "exchange_rate" not in self.columns and (rate := self.of("inverse_rate")):
            self.columns["exchange_rate"] = Amount(f"CASE WHEN {rate.sql} > 0 THEN {inverse(rate.sql, rate.places)} END", RATE_PLACES)
        quantity = self.of("quantity")
        for name, each in (("product_cost", "unit_cost"), ("weight", "unit_weight")):
            if name not in self.columns and quantity and (unit := self.of(each)):
                self.columns[name] = self.by_quantity(each, unit, quantity)
                self.said.append(f"{self.theirs[each]} × {self.theirs['quantity']} is the {name.replace('_', ' ')}.")
        self._values()
        self._less_document_discount()
        self._tax()
        self._ask_whether_cost_is_price()
        self._cost_from_margin()

    def _values(self) -> None:
        self.settle_discount()
        quantity, rate = self.of("quantity"), self.share("discount_rate")
        list_value = self._list_value(quantity)
        discount = self.stated_discount(list_value)
        rate, discount = (Amount(f"coalesce({one.sql}, 0)", one.places) if one else None for one in (rate, discount))
        net = self._stated_net(quantity, list_value, rate, discount)
        if net is None:
            if list_value is None:
                return
            discount = discount or (self.times(list_value, rate) if rate else None)
            net = self.minus(list_value, discount) if discount else list_value
            self.said.append("Net value is list value less discount." if discount else "There is no net value: list value is taken as net, without discount.")
            self.columns |= {"list_value": list_value, "net_value": net} | ({"discount": discount} if discount else {})
            self._say_perhaps_net()
            return
        self.columns["net_value"] = net
        self._say_perhaps_net()
        if list_value is None:
            if rate:
                list_value = self._list_value_by_rate(net, rate, quantity)
            elif discount:
                list_value = self.plus(net, discount)
                self.said.append(f"List value is net value plus {self.theirs['discount']}.")
            else:
                return
        elif discount is None and rate:
            discount = self.times(list_value, rate)
        if discount is not None and self._list_is_stated:
            self._gap = f"abs({list_value.sql} - {discount.sql} - {net.sql})"
        self.columns["list_value"] = list_value
        self.columns["discount"] = self.minus(list_value, net)

    def _less_document_discount(self) -> None:
        """A line's share of a discount of its document, which its own amounts do not hold."""
        share, net = self.of("document_discount"), self.columns.get("net_value")
        if share is None or net is None:
            return
        share = Amount(f"coalesce({share.sql}, 0)", share.places)
        self.columns |= {
            "list_value": self.columns.get("list_value", net),
            "discount": self.plus(self.columns["discount"], share) if "discount" in self.columns else share,
            "net_value": self.minus(net, share),
        }
        self.said.append(f"{self.theirs['document_discount']} is taken off the net value of its document's lines.")

    @property
    def _list_is_stated(self) -> bool:
        return "list_value" in self.stated or "unit_list_price" in self.stated

    def _list_value(self, quantity: Amount | None) -> Amount | None:
        if amount := self.of("list_value"):
            return amount
        if quantity and (price := self.of("unit_list_price")):
            self.said.append(f"{self.theirs['unit_list_price']} × {self.theirs['quantity']} is the list value.")
            return self.by_quantity("unit_list_price", price, quantity)
        return None

    def _list_value_by_rate(self, net: Amount, rate: Amount, quantity: Amount | None) -> Amount:
        """Net value ÷ (1 − rate), or the price × quantity of which that is a rounding."""
        less = f"(1 - {rate.sql})"
        quotient = self.divided(net, Amount(less, rate.places))
        said, found = f"List value is net value ÷ (1 − {self.theirs['discount_rate']})", f"coalesce({quotient.sql}, {net.sql})"
        price = self.of("unit_price")
        if not (price and quantity):
            self.said.append(f"{said}.")
            return Amount(found, quotient.places)
        product = self.times(price, quantity)
        is_it = f"{rate.sql} <> 0 AND abs(CAST({product.sql} AS DOUBLE) * {less} - {net.sql}) <= {A_CENT}"
        self.said.append(f"{said}, and {self.theirs['unit_price']} × {self.theirs['quantity']} where that differs by a rounding.")
        return Amount(f"CASE WHEN {is_it} THEN {product.sql} ELSE {found} END", max(product.places, quotient.places))

    def _stated_net(self, quantity: Amount | None, list_value: Amount | None, rate: Amount | None, discount: Amount | None) -> Amount | None:
        if net := self.of("net_value"):
            return net
        if quantity and (price := self.of("unit_price")) and not self._price_holds_tax():
            by_price = self.by_quantity("unit_price", price, quantity)
            if (rate or discount) and not list_value:
                if net := self._net_of_gross():
                    return net
                if "unit_price" not in self.sure:
                    self._ask_whether_discounted(rate, discount, by_price)
            if "unit_price" not in self.sure:
                self._ask_what_differs(by_price)
            self._ask_whether_value_counts()
            self.said.append(f"{self.theirs['unit_price']} × {self.theirs['quantity']} is the net value.")
            return by_price
        return self._net_of_gross()

    def _net_of_gross(self) -> Amount | None:
        gross = self.of("gross_value")
        if gross and (tax := self.of("tax")):
            self.said.append(f"Net value is {self.theirs['gross_value']} less {self.theirs['tax']}.")
            return self.minus(gross, tax)
        if gross and (tax_rate := self.share("tax_rate")):
            self.said.append(f"Net value is {self.theirs['gross_value']} ÷ (1 + {self.theirs['tax_rate']}), made once at 4 places.")
            return self.divided(gross, Amount(f"(1 + {tax_rate.sql})", tax_rate.places))
        return None

    def _price_holds_tax(self) -> bool:
        """Whether price × quantity is the value with tax, on nearly all lines that have any."""
        equal, lines = self._equal_gross("")
        if not lines or equal < NEARLY_ALL * lines:
            return False
        self.said.append(f"{self.theirs['unit_price']} holds the tax: × {self.theirs['quantity']} it is {self.theirs['gross_value']}.")
        return True

    def _equal_gross(self, more: str) -> tuple[int, int]:
        """On how many lines with tax price × quantity, and something ``more``, is the value with tax; and how many of them there are."""
        gross, product, taxed = self.of("gross_value"), self.product("unit_price"), self.of("tax") or self.of("tax_rate")
        if not (gross and product and taxed):
            return 0, 0
        some = f"count(*) FILTER ({taxed.sql} <> 0 AND {gross.sql} <> 0 AND"
        equal, lines = self.ask(f"{some} abs({product.sql}{more} - {gross.sql}) <= {A_CENT}), {some} {product.sql} IS NOT NULL)")
        return equal, lines

    def _ask_whether_value_counts(self) -> None:
        """Ask what counts where price × quantity is neither the value with tax nor makes it with the tax: a reduction may stand nowhere.

        Raises
        ------
        AnswerNeededError
            Where it is neither on nearly all lines.
        """
        tax = self.of("tax")
        with_tax, lines = self._equal_gross("")
        if not lines or {"unit_price", "gross_value"} <= self.sure:
            return
        rate = None if tax else self.share("tax_rate")
        without, _ = self._equal_gross(f" + {tax.sql}" if tax else f" * (1 + {rate.sql})" if rate else "")
        if without >= NEARLY_ALL * lines:
            return
        gross, price = self.theirs["gross_value"], self.theirs["unit_price"]
        product = f"{price} × {self.theirs['quantity']}"
        choices = (
            choice(f"{gross} counts: net value is what it is without tax", columns={price: attribute_name(price)}),
            choice(f"{product} is the net value", columns={gross: attribute_name(gross)}),
        )
        raise AnswerNeededError(
            Question(
                f"value: {self.file}, {gross}",
                f"{self.file}: {product} is {gross} on {with_tax:,} of {lines:,} lines with tax, and makes it with the tax on {without:,}. "
                "One of the two counts.",
                (),
                choices if with_tax >= without else choices[::-1],
            )
        )

    def _ask_whether_discounted(self, rate: Amount | None, discount: Amount | None, by_price: Amount) -> None:
        """Ask which price it is. A further column of numbers that equals what one of the two makes is likely the net value, which would decide."""
        theirs, of_discount = self.theirs["unit_price"], self.theirs["discount_rate" if rate else "discount"]
        reduction = rate or discount
        if reduction is None or not self.ask(f"bool_or({reduction.sql} <> 0)")[0]:
            return
        less = f"({by_price.sql} * (1 - {reduction.sql}))" if rate else f"({by_price.sql} - coalesce({reduction.sql}, 0))"
        after = Amount(less, by_price.places + reduction.places)
        like = self._further_like(by_price) or self._further_like(after)
        likely = [like] if like else list(self.further)
        sentence = f"{self.file}: {theirs} may be the price before or after {of_discount}; no column is known as the net value that would decide."
        if like:
            sentence += f" {like} is what the price and quantity make on nearly all lines, and seems to be it."
        elif likely:
            one, are = ("one of them", "are columns of numbers") if len(likely) > 1 else ("it", "is a column of numbers")
            sentence += f" {' and '.join(likely)} {are} without a meaning yet: {one} may be the net value."
        raise AnswerNeededError(
            Question(
                f"price: {self.file}, {theirs}",
                sentence,
                (),
                (
                    *([choice(f"{like} is the net value", columns={like: "net_value"})] if like else []),
                    choice("before the discount", columns={theirs: "unit_list_price"}),
                    choice("after the discount", columns={theirs: "unit_price"}),
                    *self._before_per_cents(rate),
                    *self._before_those_of_one_unit(rate),
                    *(choice(f"{column} is the net value", columns={column: "net_value"}) for column in likely if column != like),
                ),
            )
        )

    def _before_per_cents(self, rate: Amount | None) -> list[Choice]:
        """A discount that is called neither rate nor per cent may be per cent all the same, if none is above 100."""
        discount = None if rate or "unit_discount" in self.stated else self.of("discount")
        if discount is None or self.ask(f"max(abs({discount.sql}))")[0] > IN_A_HUNDRED:
            return []
        theirs = {self.theirs["unit_price"]: "unit_list_price", self.theirs["discount"]: "discount_rate"}
        return [choice(f"before the discount, and {self.theirs['discount']} is per cent", columns=theirs)]

    def _before_those_of_one_unit(self, rate: Amount | None) -> list[Choice]:
        """A discount that is called an amount of no line may be one of one unit, if none is above its price."""
        discount, price = None if rate or "unit_discount" in self.stated else self.of("discount"), self.of("unit_price")
        if not (discount and price) or self.ask(f"bool_or(abs({discount.sql}) > abs({price.sql}))")[0]:
            return []
        theirs = {self.theirs["unit_price"]: "unit_list_price", self.theirs["discount"]: "unit_discount"}
        return [choice(f"before the discount, and {self.theirs['discount']} is of one unit", columns=theirs)]

    def _ask_what_differs(self, by_price: Amount) -> None:
        """Ask what a further column is that comes near price × quantity on nearly all lines and is not the same on many: it may be what was invoiced."""
        for theirs, column in self.further.items():
            some = f"abs({by_price.sql}) > {A_CENT} AND abs({self.stated['quantity'].sql}) <> 1"
            near = f"CAST({column.sql} AS DOUBLE) / {by_price.sql} BETWEEN {_NEAR[0]} AND {_NEAR[1]}"
            differs = f"abs({column.sql} - {by_price.sql}) > {A_CENT}"
            lines, close, apart = self.ask(f"count(*) FILTER ({some}), count(*) FILTER ({some} AND {near}), count(*) FILTER ({some} AND {near} AND {differs})")
            if not lines or close < NEARLY_ALL * lines or apart <= (1 - NEARLY_ALL) * lines:
                continue
            product = f"{self.theirs['unit_price']} × {self.theirs['quantity']}"
            raise AnswerNeededError(
                Question(
                    f"net: {self.file}, {theirs}",
                    f"{self.file}: {theirs} has no meaning yet, comes near {product} and differs from it on {apart:,} of {lines:,} lines: "
                    "it may be what was invoiced.",
                    (),
                    (
                        choice("it is the net value", columns={theirs: "net_value"}),
                        choice("it is the value with tax", columns={theirs: "gross_value"}),
                        choice(f"it is something else: {product} is the net value", columns={theirs: attribute_name(theirs)}),
                    ),
                )
            )

    def _further_like(self, amount: Amount) -> str | None:
        """The further column that equals an amount, but for a rounding, on nearly all lines that have one; None where none does."""
        for theirs, column in self.further.items():
            equal, lines = self.ask(
                f"count(*) FILTER (abs({column.sql} - {amount.sql}) <= {A_CENT} AND {amount.sql} <> 0), count(*) FILTER ({amount.sql} <> 0)"
            )
            if equal and equal >= NEARLY_ALL * lines:
                return theirs
        return None

    def _say_perhaps_net(self) -> None:
        """Name a further column that says what was worked out as the net value: it should lead, since it is what was invoiced."""
        if "net_value" in self.stated or not (like := self._further_like(self.columns["net_value"])):
            return
        self.problems.append(
            Problem(
                "perhaps-net-value",
                Severity.NOTICE,
                Origin(self.file, column=like),
                sentence="It has no meaning yet, and is within a cent of the net value that was worked out on nearly all lines: it seems to be the net value.",
                action=f'If it is, say so in the mapping: {quoted(like)} = "net_value".',
            )
        )

    def _ask_whether_cost_is_price(self) -> None:
        """Ask where a stated cost is the net value on nearly all of many lines: web shops call the price "item cost".

        Raises
        ------
        AnswerNeededError
            Where it is.
        """
        ours = next((name for name in ("product_cost", "unit_cost") if name in self.stated), "")
        cost, net = self.columns.get("product_cost"), self.columns.get("net_value")
        if not (ours and cost and net) or ours in self.sure:
            return
        equal, lines = self.ask(f"count(*) FILTER (abs(abs({cost.sql}) - abs({net.sql})) <= {A_CENT} AND {net.sql} <> 0), count(*) FILTER ({cost.sql} <> 0)")
        if lines < _MANY or equal < NEARLY_ALL * lines:
            return
        theirs, of_price = self.theirs[ours], "unit_price" if ours == "unit_cost" and "unit_price" not in self.stated else attribute_name(self.theirs[ours])
        product = theirs if ours == "product_cost" else f"{theirs} × {self.theirs['quantity']}"
        raise AnswerNeededError(
            Question(
                f"cost: {self.file}, {theirs}",
                f"{self.file}: {product} is the net value on {equal:,} of {lines:,} lines. It may be the price instead of the cost.",
                (),
                (
                    choice("it is the price, and no cost is stated", columns={theirs: of_price}),
                    choice("it is the cost: nothing is earned on these lines", columns={theirs: ours}),
                ),
            )
        )

    def _cost_from_margin(self) -> None:
        """Product cost is net value less margin, where the file states no cost.

        Raises
        ------
        AnswerNeededError
            Where the margin may be per cent.
        """
        margin, net = self.of("margin"), self.columns.get("net_value")
        if margin is None:
            return
        theirs = self.theirs["margin"]
        if "product_cost" in self.columns or net is None:
            self.said.append(f"{theirs} is not used: {'there is no net value' if net is None else 'the file states the cost'}.")
            return
        if "margin" not in self.sure and without_currency(normalised(theirs)) == normalised(theirs):
            self._ask_whether_percent(theirs, margin, net)
        self.columns["product_cost"] = self.minus(net, margin)
        self.said.append(f"Product cost is net value less {theirs}.")

    def _ask_whether_percent(self, theirs: str, margin: Amount, net: Amount) -> None:
        """Ask where no margin is above 100 and margins do not grow with sales, as amounts do."""
        largest, growing = self.ask(f"max(abs({margin.sql})), corr(CAST({margin.sql} AS DOUBLE), CAST({net.sql} AS DOUBLE))")
        if largest is None or largest > IN_A_HUNDRED or (growing is not None and growing > _GROWING):
            return
        raise AnswerNeededError(
            Question(
                f"margin: {self.file}, {theirs}",
                f"{self.file}: no value of {theirs} is above 100, and it does not grow with sales. It may be an amount of the line or per cent.",
                (),
                (choice("an amount", columns={theirs: "margin"}), choice("per cent: leave it out", columns={theirs: LEFT_OUT})),
            )
        )

    def compared(self, origin: Origin, ask: Callable[[str], tuple[Any, ...]]) -> list[Problem]:
        """Where list value − discount, or price × quantity, and net value differ by more than a rounding, net value leads and a person should look."""
        return [*self._discount_compared(origin, ask), *self._price_compared(origin, ask)]

    def _price_compared(self, origin: Origin, ask: Callable[[str], tuple[Any, ...]]) -> list[Problem]:
        """Said where on most lines no price × quantity, less discount or tax, is the net value, whatever the signs, which say what is a credit note."""
        net, quantity, readings = self.of("net_value"), self.of("quantity"), self.by_unit_price()
        if net is None or quantity is None or not readings:
            return []
        tolerance = self.of_rounded_price(quantity)
        fits = " OR ".join(f"abs(abs({reading}) - abs({net.sql})) <= {tolerance}" for reading in readings)
        some = f"{readings[-1]} <> 0 AND {net.sql} IS NOT NULL"
        apart, first, lines = ask(f"count(*) FILTER ({some} AND NOT ({fits})), min(row) FILTER ({some} AND NOT ({fits})), count(*) FILTER ({some})")
        if 2 * apart <= lines:
            return []
        sentence = (
            f"It is not {self.theirs['unit_price']} × {self.theirs['quantity']} on {apart:,} of {lines:,} lines ({100 * apart / lines:.0f} %). It counts."
        )
        action = "Look whether it is the net value of the line, and the price the one of one unit; a price before discount is unit_list_price in the mapping."
        where = replace(origin, row=first, column=self.theirs["net_value"])
        return [Problem("price-does-not-hold", Severity.WARNING, where, sentence=sentence, action=action, rows=apart)]

    def _discount_compared(self, origin: Origin, ask: Callable[[str], tuple[Any, ...]]) -> list[Problem]:
        if not self._gap:
            return []
        apart, first, largest = ask(f"count(*) FILTER ({self._gap} > {A_CENT}), min(row) FILTER ({self._gap} > {A_CENT}), max({self._gap})")
        if not apart:
            return []
        return [
            Problem(
                "discount-does-not-add-up",
                Severity.WARNING,
                replace(origin, row=first, column=self.theirs.get("discount", self.theirs.get("discount_rate", ""))),
                sentence=f"List value − discount is not the net value on {apart:,} lines, by up to {largest:,.2f}. Net value leads.",
                action="Look whether a column of charges or a second discount is missing in the mapping.",
                rows=apart,
            )
        ]

    def _tax(self) -> None:
        net = self.columns.get("net_value")
        if net is None or ("tax" in self.columns and self.ask(f"count({self.columns['tax'].sql})")[0]):
            return
        if gross := self.of("gross_value"):
            self.columns["tax"] = self.minus(gross, net)
            self.said.append(f"Tax is {self.theirs['gross_value']} less net value.")
        elif rate := self.share("tax_rate"):
            self.columns["tax"] = self.times(net, rate)
            self.said.append(f"Tax is net value × {self.theirs['tax_rate']}.")
