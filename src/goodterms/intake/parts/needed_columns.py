"""Columns that a table cannot do without: found by their values, or asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import kind_of, normalised, says_tax
from goodterms.intake.mapping.months_across import TABLES_BY_MONTH, TABLES_OF_DAYS, named_month
from goodterms.intake.mapping.words import SERIAL
from goodterms.intake.parts.meaning import Proposal, by_likelihood, in_words, is_called
from goodterms.intake.parts.month_columns import HEADING_OF, find_month_without_year, is_called_month
from goodterms.intake.parts.named_periods import periods_offered
from goodterms.intake.parts.rate_columns import check_rates, for_all_days
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.months import FIRST_YEAR, LAST_YEAR, LEAST_MONTHS, month_of, month_of_column, months_in, months_of
from goodterms.intake.values.spans import WEEKS, are_spans, span_of

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_NEEDED = {
    "customers": [{"customer_key"}],
    "suppliers": [{"supplier_key"}],
    "products": [{"product_key"}],
    "rebates": [{"counterparty_key"}],
    "stock": [{"product_key"}, {"value", "quantity"}],
    "plan": [{"scope"}, {"sales", "margin"}],
    "rates": [{"from"}, {"to"}, {"rate"}],
}
"""What a row of a table cannot do without, beside its day or month and its amount: one of each."""
_RATES = (Decimal("25.5"), Decimal(24), Decimal(25), Decimal(20), Decimal(19))
"""General rates of value added tax: of Finland, before it, of Sweden and Denmark, of many others, of Germany."""


def check_needs(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """Find by values, or ask for, what a table cannot do without."""
    if table in TABLES_OF_DAYS:
        _need_date(found, raw, sample, table, taken, "date")
    if table in {"costs", "gl_balances", "rebates", "stock", "plan"}:
        _need_date(found, raw, sample, table, taken, "period")
    if table in {"sale_lines", "purchase_lines"} and not _has_amount(taken):
        _ask_for(
            raw,
            sample,
            found,
            "net_value",
            "amount, nor quantity and price",
            Kind.DECIMAL,
            choices=[*_of_price(found), *_net_of_gross(found)],
            why=_needed_with_gross(found),
        )
    if table in {"costs", "gl_balances", "payments", "rebates"} and "amount" not in taken:
        _ask_for(raw, sample, found, "amount", "amount", Kind.DECIMAL)
    if table == "activities" and "kind" not in taken:
        _ask_for(raw, sample, found, "kind", "kind of activity", Kind.TEXT, "visit")
    if table == "rates":
        check_rates(found, raw, sample, taken)
    for one_of in _NEEDED.get(table, ()):
        if not one_of & taken:
            ours = max(one_of)
            _ask_for(raw, sample, found, ours, in_words(ours), kind_of(table, ours) or Kind.TEXT)


def _needed_with_gross(found: Proposal) -> str:
    """What is missing beside a value with tax."""
    theirs = found.theirs("gross_value")
    return f"{theirs} is the value with tax, and no column is known as the tax, its rate or the net amount: one of them is needed." if theirs else ""


def _net_of_gross(found: Proposal) -> list[Choice]:
    """How net value may follow from a value with tax that stands alone: by one rate for all lines."""
    theirs = found.theirs("gross_value")
    if theirs is None:
        return []
    rates = [
        choice(f"{theirs} holds {rate} % of tax on all lines: net value is {theirs} ÷ {1 + rate / 100}", constants={"tax_rate": f"{rate / 100}"})
        for rate in _RATES
    ]
    return [*rates, choice(f"{theirs} is without tax", columns={theirs: "net_value"})]


def _of_price(found: Proposal) -> list[Choice]:
    """What the amount may be by a price: the price itself where no quantity stands beside it, and what web shops call the cost of an item."""
    price, cost, quantity = found.theirs("unit_price"), found.theirs("unit_cost"), found.theirs("quantity")
    if price and not quantity:
        return [choice(f"{price} is the amount of the line", columns={price: "net_value"})]
    if not (cost and quantity and is_called(cost, "unit_price", "sale_lines")):
        return []
    discount = found.theirs("discount") or found.theirs("discount_rate")
    if discount:
        return [
            choice(f"{cost} is the price before {discount}: {cost} × {quantity} less {discount} is the amount", columns={cost: "unit_list_price"}),
            choice(f"{cost} is the price after {discount}: {cost} × {quantity} is the amount", columns={cost: "unit_price"}),
        ]
    return [choice(f"{cost} is the price: {cost} × {quantity} is the amount", columns={cost: "unit_price"})]


def _has_amount(taken: set[str]) -> bool:
    by_price = "quantity" in taken and taken & {"unit_price", "unit_list_price"}
    return bool("net_value" in taken or by_price or "list_value" in taken or ("gross_value" in taken and taken & {"tax", "tax_rate"}))


def _need_date(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str], ours: str) -> None:
    """Find the day or month of a row: the only column of dates, else one of months, else a number of a month with its year; else ask."""
    if ours in taken:
        return
    free = [theirs for theirs in raw.header if theirs not in found.columns]
    dates = [theirs for theirs in free if sample.are_all(theirs, Kind.DATE)]
    if len(dates) == 1:
        found.say(dates[0], ours, "the only column of dates")
        taken.add(ours)
        return
    digits = {theirs: _dates_of_digits(theirs, sample, ours) for theirs in free}
    sure = [theirs for theirs in free if not dates and _says_months(theirs, sample, table, is_other=bool(digits[theirs]))]
    if len(sure) == 1:
        found.say(sure[0], "period", "its rows say months")
        found.contradicted.pop(sure[0], None)
        taken |= {ours, "period"}
        return
    if not dates:
        find_month_without_year(found, raw, sample, table, taken)
    if ours in taken:
        return
    choices = [option for theirs in free for option in ([] if dates else _as_months(theirs, sample)) + digits[theirs]]
    if across := {theirs: month for theirs, month in months_of(raw.header).items() if theirs in free and table in TABLES_BY_MONTH}:
        said = "it holds the amounts of that month" if len(across) == 1 else "they hold the amounts of these months"
        choices.append(choice(f"{' and '.join(across)}: {said}", columns={theirs: named_month(month) for theirs, month in across.items()}))
    choices += for_all_days(found, table)
    why = ""
    if yearless := next((theirs for theirs in free if is_called(theirs, "date", "sale_lines") and _have_no_year(sample.values[theirs])), ""):
        why = f"{yearless} holds days and months without a year, such as {sample.example(yearless)}. Export it with dates like 2023-01-31."
    elif ours == "period" and not any(sample.values[theirs] and sample.could_be(theirs, Kind.DATE) for theirs in free):
        why = "" if choices else "no column says the month of a row. Say of which month all amounts are; another is written in its place."
        choices += [*(_months_of_a_kind(free, sample) if table in TABLES_BY_MONTH else []), *periods_offered(raw, found.theirs("year") or "")]
    _ask_for(raw, sample, found, ours, "date" if ours == "date" else "month", Kind.DATE, choices=choices, why=why)


def _months_of_a_kind(free: Sequence[str], sample: Sample) -> list[Choice]:
    """Columns of numbers that are called a month and a word that others share, as actual and planned amounts are: one of the kinds holds the amounts."""
    kinds: dict[str, dict[str, str]] = {}
    for theirs in free:
        months = months_in(theirs)
        word = theirs.strip().partition(" ")[0]
        if len(months) == 1 and word.isalpha() and not months_of([" ".join(theirs.split()[:2])]) and sample.could_be(theirs, Kind.DECIMAL):
            kinds.setdefault(word, {})[theirs] = named_month(months[0])
    whole = {word: columns for word, columns in kinds.items() if len({*columns.values()}) == len(columns) >= LEAST_MONTHS}
    return [choice(f"the columns that begin with {word} hold the amounts of their months", columns=columns) for word, columns in whole.items()]


def _says_months(theirs: str, sample: Sample, table: str, *, is_other: bool) -> bool:
    """Whether nobody would doubt that a column holds months: by its name and most of its values."""
    values = sample.values[theirs]
    is_called_so = is_called_month(theirs) or (is_called(theirs, "date", table) and not is_other)
    months = sum(bool(month_of_column(value) or span_of(value)) for value in values)
    return are_spans(values) or (is_called_so and 2 * months >= max(1, len(values)))


def _as_months(theirs: str, sample: Sample) -> list[Choice]:
    """What a column says as months; a week and its year look like one."""
    month = month_of(sample.example(theirs))
    says_months = month and not HEADING_OF[WEEKS].search(normalised(theirs)) and (sample.are_all(theirs, Kind.MONTH) or is_called_month(theirs))
    return [choice(f"{theirs}: months, {sample.example(theirs)} is {month:%B %Y}", columns={theirs: "period"})] if says_months else []


def _have_no_year(values: Sequence[str]) -> bool:
    """Whether digits are a day and a month, 909 for 9 September."""
    return bool(values) and all(re.fullmatch(r"(?:0?[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])", value) for value in values)


def _dates_of_digits(theirs: str, sample: Sample, ours: str) -> list[Choice]:
    """What a column of digits alone says as dates: days as Excel counts them, or day, month and year with nothing between them."""
    values = sample.values[theirs]
    if not values or not sample.column(theirs).is_text:
        return []
    if all(re.fullmatch(r"[234][0-9]{4}(?:[.,][0-9]+)?", value) for value in values):
        day = date(1899, 12, 30) + timedelta(days=int(values[0][:5]))
        said = f"{theirs}: days as Excel counts them, {values[0]} is {day:%-d %B %Y}"
        return [choice(said, dialect={"date": SERIAL}, columns={theirs: ours})]
    options = []
    for form in ("%d%m%Y", "%m%d%Y", "%d%m%y", "%m%d%y", "%y%m%d"):
        days = [_day(value, form) for value in values if len(value) == (8 if "%Y" in form else 6) and value.isdecimal()]
        if len(days) == len(values) and all(days):
            options.append(choice(f"{theirs}: {values[0]} is {days[0]:%-d %B %Y}", dialect={"date": form}, columns={theirs: ours}))
    return options


def _day(text: str, form: str) -> date | None:
    try:
        day = datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _as(theirs: str, ours: str, example: str) -> list[Choice]:
    """What a column may be; one that is called an amount with tax is that first."""
    plain = choice(f"{theirs} (for example {example})", columns={theirs: ours})
    if ours != "net_value" or not says_tax(normalised(theirs)):
        return [plain]
    return [
        choice(f"{theirs} (for example {example}) is the amount of the line with tax", columns={theirs: "gross_value"}),
        choice(f"{theirs} is the amount of the line without tax", columns={theirs: ours}),
    ]


def _ask_for(
    raw: RawTable, sample: Sample, found: Proposal, ours: str, said: str, kind: Kind, constant: str = "", choices: Sequence[Choice] = (), why: str = ""
) -> None:
    free = [theirs for theirs in raw.header if theirs not in found.columns and sample.values[theirs]]
    named = [theirs for theirs in free if found.contradicted.get(theirs) == ours and kind != Kind.DATE]
    keys = [theirs for theirs in free if kind == Kind.DECIMAL and {"number", "name"} & set(normalised(theirs).split())]
    likely = [theirs for theirs in free if theirs in named or kind == Kind.TEXT or (sample.could_be(theirs, kind) and theirs not in keys)]
    likely = by_likelihood(likely, sample, ours) if kind == Kind.DECIMAL else likely
    choices = (*choices, *(option for theirs in likely[:8] for option in _as(theirs, ours, sample.example(theirs))))
    if not choices and not why and kind == Kind.DATE:
        why = f"no column is known as the {said}, and none has values that can be read as dates. Export it with dates like 2023-01-31."
    if raw.sheet:
        choices += (choice("the sheet is no such table: leave it out", left_out=True),)
    if constant:
        choices += (choice("all rows are the same", constants={ours: constant}),)
    raise AnswerNeededError(
        Question(
            f"column: {raw.where}, {ours}",
            f"{raw.where}: {why or f'no column is known as the {said}. Say which it is.'}",
            tuple(f"{theirs}: {', '.join(sample.values[theirs][:3]) or 'empty'}" for theirs in raw.header),
            choices,
            asks_when=kind == Kind.DATE,
        )
    )
