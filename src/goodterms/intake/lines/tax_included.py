"""A total beside a tax: whether it holds the tax is decided by the amounts, else asked, since a general name like "Total" says neither."""

from __future__ import annotations

from collections.abc import Iterator

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.lines.derive import NEARLY_ALL, ROUNDING, Amount, Derivation
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import accepted, rank_of

_HIGHEST = 0.28
"""No value added tax is higher."""
_STEPS = 200
"""Rates of value added tax are whole halves of a per cent."""


def holds_tax(lines: Derivation, table: str) -> bool:
    """Whether the column that its general name makes the net value is the value with tax.

    Raises
    ------
    AnswerNeededError
        Where there is tax, and no amounts decide.
    """
    value = lines.of("net_value")
    if value is None or "gross_value" in {*lines.stated, *lines.sure} or "net_value" in lines.sure or "gross_value" not in accepted(table):
        return False
    theirs = lines.theirs["net_value"]
    taxed = lines.of("tax") or lines.of("tax_rate")
    if rank_of(table, theirs, "net_value") < 2 or taxed is None or not lines.ask(f"bool_or({taxed.sql} <> 0)")[0]:
        return False
    for without, with_tax in _readings(lines, value):
        gross_only, net_only, fitting, counted = lines.ask(_counts(f"abs({with_tax}) <= {ROUNDING}", f"abs({without}) <= {ROUNDING}", value, taxed))
        if fitting >= NEARLY_ALL * counted and max(gross_only, net_only) > 0 and not min(gross_only, net_only):
            return bool(gross_only)
    of_tax = lines.theirs["tax" if "tax" in lines.stated else "tax_rate"]
    raise AnswerNeededError(
        Question(
            f"tax: {lines.file}, {theirs}",
            f"{lines.file}: {theirs} stands beside {of_tax} and may be the value with tax or without it. No amounts decide.",
            (),
            (choice("without tax", columns={theirs: "net_value"}), choice("with tax", columns={theirs: "gross_value"})),
        )
    )


def _counts(with_tax: str, without: str, value: Amount, taxed: Amount) -> str:
    """Lines that only the one or only the other reading fits, that either does, and all that have tax."""
    some = f"FILTER ({value.sql} <> 0 AND {taxed.sql} <> 0 AND ({with_tax}) IS NOT NULL AND ({without}) IS NOT NULL)"
    ones = (f"({with_tax}) AND NOT ({without})", f"({without}) AND NOT ({with_tax})", f"({with_tax}) OR ({without})", "true")
    return ", ".join(f"coalesce(sum(CASE WHEN {one} THEN 1 ELSE 0 END) {some}, 0)" for one in ones)


def _readings(lines: Derivation, value: Amount) -> Iterator[tuple[str, str]]:
    """What is nothing where the value is without tax, and what where it is with tax, the best evidence first."""
    tax, rate = lines.of("tax"), lines.share("tax_rate")
    of_value = f"CAST({value.sql} AS DOUBLE)"
    if tax and rate:
        yield f"{of_value} * {rate.sql} - {tax.sql}", f"({of_value} - {tax.sql}) * {rate.sql} - {tax.sql}"
    elif tax:
        for amount in lines.before_tax():
            yield _never(amount, of_value), f"{of_value} - {tax.sql} - {amount}"
        yield _off_a_round_rate(tax, of_value), _off_a_round_rate(tax, f"({of_value} - {tax.sql})")
    elif rate:
        for amount in lines.before_tax():
            yield _never(amount, of_value), f"{of_value} - {amount} * (1 + {rate.sql})"
    for amount in lines.before_tax():
        yield f"{of_value} - {amount}", _never(amount, of_value)


def _never(*amounts: str) -> str:
    """An amount that is never nothing, where the others are there: this reading is not judged."""
    return f"(1 + 0 * ({' + '.join(amounts)}))"


def _off_a_round_rate(tax: Amount, base: str) -> str:
    """How far a tax is from the one of the nearest rate that a tax may have."""
    rate = f"(round({tax.sql} / nullif({base}, 0) * {_STEPS}) / {_STEPS})"
    return f"(CASE WHEN {rate} BETWEEN 0 AND {_HIGHEST} THEN {base} * {rate} - {tax.sql} ELSE 1 END)"
