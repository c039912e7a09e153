"""Amounts of quarters and weeks, which are no months: spread over the months by their days, or put into the first one, as the mapping says."""

from __future__ import annotations

from collections.abc import Sequence

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import MONEY_PLACES
from goodterms.facts.sql_text import named
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.months_across import TABLES_OF_DAYS, TABLES_OF_PERIODS, first_day
from goodterms.intake.mapping.words import BY_DAYS, FIRST_MONTH
from goodterms.intake.parts.part import Part, say
from goodterms.intake.values.spans import QUARTERS, SPANS_NUMBERED, WEEKS, last_day_sql, quarter_number

_MONTH = named("month of a span")


def span_kind(part: Part) -> str:
    """What the rows of a part say instead of months, in rows or across the top: "quarters", "weeks"; "" where they say months or days."""
    if "period" in part.stated:
        kind = part.stated["period"].style.get("date", "")
        return kind if kind in {QUARTERS, WEEKS} else ""
    if "month_number" not in part.stated and (kind := next((kind for ours, kind in SPANS_NUMBERED.items() if ours in part.stated), "")):
        return kind
    months = {theirs: ours for theirs, ours in part.proposal.columns.items() if ours in part.months}
    return QUARTERS if months and all(first_day(ours).month == 3 * quarter_number(theirs) - 2 for theirs, ours in months.items()) else ""


def in_months(parts: Sequence[Part], derived: dict[str, str]) -> dict[str, str]:
    """Our columns over the typed rows, with months where these say quarters or weeks.

    Raises
    ------
    AnswerNeededError
        Where the mapping does not say to which months costs of them belong.
    """
    kinds = {kind for part in parts if (kind := span_kind(part))}
    first = parts[0]
    if not kinds or first.table in TABLES_OF_DAYS or "period" not in derived:
        return derived
    what = " and ".join(sorted(kinds))
    said = first.entry.periods.get("spans", "") if first.table in TABLES_OF_PERIODS else FIRST_MONTH
    if not said:
        raise AnswerNeededError(_asked(first, what))
    if said == FIRST_MONTH:
        say(parts, f"Rows say {what}, no months: each stands in the month that it begins in.")
        return derived | {"period": f"CAST(date_trunc('month', {derived['period']}) AS DATE)"}
    say(parts, f"Amounts of {what} are spread over their months by days, as the mapping says.")
    for part in parts:
        part.is_spread = True
        last = last_day_sql(span_kind(part), derived["period"]) if span_kind(part) else derived["period"]
        months = f"unnest(generate_series(date_trunc('month', {derived['period']}), {last}, INTERVAL 1 MONTH))"
        part.typed_rows = f"SELECT *, CAST({months} AS DATE) AS {_MONTH}, {last} AS {named('last of a span')} FROM ({part.typed_rows})"
    scale = max([MONEY_PLACES, *(part.stated[ours].scale for part in parts for ours in part.stated if ours == "amount" or ours in part.months)])
    return derived | {"period": _MONTH, "amount": _by_days(derived["amount"], derived["period"], named("last of a span"), scale)}


def _by_days(amount: str, first: str, last: str, scale: int) -> str:
    """SQL of a month's part of an amount, by its days: whole smallest units, so that the parts add up to it."""
    days = f"(date_diff('day', {first}, {last}) + 1)"
    through = f"(date_diff('day', {first}, least({last}, last_day({_MONTH}))) + 1)"
    before = f"greatest(date_diff('day', {first}, {_MONTH}), 0)"
    units = f"CAST(({amount}) * {10**scale} AS HUGEINT)"
    unit = f"CAST({10**-scale:.{scale}f} AS DECIMAL({scale + 1}, {scale}))"
    return f"CAST({units} * {through} // {days} - {units} * {before} // {days} AS DECIMAL(18, 0)) * {unit}"


def _asked(part: Part, what: str) -> Question:
    one = what.removesuffix("s")
    sentence = f"{part.where}: amounts are of {what}, and costs stand in months. To which months do they belong?"
    choices = (
        choice(f"to all that the {one} has days in, by their days", periods={"spans": BY_DAYS}),
        choice(f"to the one that the {one} begins in", periods={"spans": FIRST_MONTH}),
    )
    return Question(f"periods: {part.where}", sentence, (), choices)
