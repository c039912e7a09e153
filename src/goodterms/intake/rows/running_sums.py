"""Costs of months that are sums since the year began, as a trial balance prints them: recognised, asked about, and taken apart month by month."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import named
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.words import EACH, LAST_MONTH, MONTH_NAMES, SINCE
from goodterms.intake.parts.part import Part, say
from goodterms.intake.rows.closing_rows import numbers_of_closing
from goodterms.intake.rows.growth import by_month, copies, growth
from goodterms.intake.rows.restated_sums import restated, without
from goodterms.intake.rows.span_rows import span_kind
from goodterms.intake.values.spans import QUARTERS, WEEKS
from goodterms.problems import Problem, Severity

TABLES_OF_SUMS = frozenset({"costs", "gl_balances"})
_SERIES = ("source", "entity", "account", "pool", "currency")
"""What tells the amounts of one account from another's; its name does where it has no number."""
_NO_FACT = frozenset({"file", "row"})
_SHOWN = 3
BEFORE = named("sum before")


def own_amounts(con: Any, parts: Sequence[Part], derived: dict[str, str]) -> dict[str, str]:
    """Our columns with the amount of each month itself, where the mapping says that amounts are sums since a month.

    Raises
    ------
    AnswerNeededError
        Where amounts of nearly all accounts grow from month to month and begin again each year, and the mapping does not say what that means.
    """
    first = parts[0]
    said = first.entry.periods.get("months", "")
    if first.table not in TABLES_OF_SUMS or said == EACH or not {"period", "amount"} <= derived.keys() or "period" in first.entry.constants:
        return derived
    rows = _rows(parts, derived)
    if not said:
        alone = (f"SELECT * FROM ({rows}) WHERE part = {part.number}" for part in parts if len(parts) > 1)
        if restart := next((month for some in (rows, *alone) if (month := growth(con, some).restart())), 0):
            raise AnswerNeededError(asked_whether_sums(con, first, rows, MONTH_NAMES[restart - 1]))
        return derived
    if table := restated(con, parts, rows):
        rows = without(rows, table, "period", "part")
        for part in parts:
            part.typed_rows = without(part.typed_rows, table, derived["period"], str(part.number))
    say_apart(con, parts, rows, said)
    for part in parts:
        table = f"sums_before_{part.number}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {taken_off(rows, restart_of(said))} WHERE part = {part.number}")
        joined = f"row = of_row AND {derived['period']} = of_period"
        part.typed_rows = f"SELECT * EXCLUDE (part, of_row, of_period) FROM ({part.typed_rows}) LEFT JOIN {table} ON {joined}"
    return derived | {"amount": f"({derived['amount']}) - coalesce({BEFORE}, 0)"}


def restart_of(said: str) -> int:
    """The number of the month since which amounts are sums, as the mapping says.

    >>> restart_of("since July")
    7
    """
    return 1 + MONTH_NAMES.index(said.removeprefix(SINCE))


def say_apart(con: Any, parts: Sequence[Part], rows: str, said: str) -> None:
    """Say that amounts are taken apart, and which months hold amounts of others, because these are missing."""
    say(parts, f"Amounts are sums {said}, as the mapping says: a month's amount is what it adds to the month before.")
    kinds = {span_kind(part) for part in parts}
    if WEEKS in kinds:
        return
    months = [month for (month,) in con.execute(f"SELECT DISTINCT period FROM ({rows}) WHERE period IS NOT NULL ORDER BY 1").fetchall()]
    for sentence in _held_together(months, restart_of(said), 3 if kinds == {QUARTERS} else 1):
        parts[0].problems.append(Problem("sums-of-months", Severity.WARNING, parts[0].origin(), sentence=sentence))


def _held_together(months: Sequence[date], restart: int, step: int) -> list[str]:
    """What is to be said of months whose amounts hold those of others too, because these are missing; ``step`` is from one month to the next."""
    sentences = []
    since, before = MONTH_NAMES[restart - 1], 0
    for month in months:
        this = _number(month)
        first = this - (this + 1 - restart) % 12
        missing = range(before + step if before >= first else first, this, step)
        if missing and before < first:
            of_year = f" after {_named(before)}" if before else ""
            sentences.append(f"The first month{of_year} is {_named(this)}: its amounts hold those since {since} too, and stand in it.")
        elif missing:
            are = f"{_named(missing[0])} is missing" if len(missing) == 1 else f"{_named(missing[0])} to {_named(missing[-1])} are missing"
            sentences.append(f"{are}: {_named(this)} holds {'its' if len(missing) == 1 else 'their'} amounts too.")
        before = this
    return sentences


def _number(month: date) -> int:
    return 12 * month.year + month.month - 1


def _named(number: int) -> str:
    return f"{date(number // 12, number % 12 + 1, 1):%B %Y}"


def _rows(parts: Sequence[Part], derived: Mapping[str, str]) -> str:
    """A query of the rows of all parts, as :func:`goodterms.intake.rows.growth.copies` takes them."""
    first = parts[0]
    has = {*first.stated, *first.entry.constants} & derived.keys()
    series = series_of(has, derived)
    facts = ", ".join(sql for ours, sql in derived.items() if ours not in _NO_FACT)
    selects = []
    for part in parts:
        step, rows = "0", f"({part.typed_rows})"
        if first.entry.periods.get("closing") == LAST_MONTH:
            step, rows = "coalesce(closing, 0)", f"{rows} LEFT JOIN ({numbers_of_closing(part)}) ON row = row_of_closing"
        said = f"{series} AS series, {derived['period']} AS period, {step} AS step, {derived['amount']} AS amount, hash({facts}, {step}) AS said"
        selects.append(f"SELECT {part.number} AS part, row, {said} FROM {rows}")
    return " UNION ALL ".join(selects)


def series_of(has: Collection[str], columns: Mapping[str, str]) -> str:
    """SQL of what tells the amounts of one account from another's, of our columns that files state."""
    keys = [ours for ours in (*_SERIES, *(["account_name"] if "account" not in has else [])) if ours in has]
    return f"[{', '.join(f'CAST({columns[ours]} AS VARCHAR)' for ours in keys)}]::VARCHAR[]"


def taken_off(rows: str, restart: int) -> str:
    """A query of what is to be taken off a row of each series and month, in each part that has it: the sum of the month before, in the same year."""
    year = f"year(period) - CAST(month(period) < {restart} AS INTEGER)"
    window = f"OVER (PARTITION BY series, {year} ORDER BY period, step)"
    before = f"SELECT series, period, step, lag(amount) {window} AS before FROM ({by_month(rows)})"
    firsts = (
        f"SELECT series, period, step, said, copy FROM ({copies(rows)}) QUALIFY row_number() OVER (PARTITION BY series, period, step ORDER BY part, row) = 1"
    )
    with_sum = f"SELECT said, copy, before FROM ({firsts}) JOIN ({before}) USING (series, period, step) WHERE before IS NOT NULL"
    return f"SELECT part, row AS of_row, period AS of_period, before AS {BEFORE} FROM ({copies(rows)}) JOIN ({with_sum}) USING (said, copy)"


def asked_whether_sums(con: Any, part: Part, rows: str, month: str) -> Question:
    """The question whether amounts are sums since a month, with those of the largest accounts."""
    shown = con.execute(
        f"SELECT series, list(amount ORDER BY period, step)[:{2 * _SHOWN}] FROM ({by_month(rows)}) WHERE amount <> 0 GROUP BY 1 "
        f"ORDER BY sum(abs(amount)) DESC, 1 LIMIT {_SHOWN}"
    ).fetchall()
    evidence = tuple(f"{' '.join(filter(None, series)) or 'all rows'}: {', '.join(f'{amount:,.2f}' for amount in amounts)} …" for series, amounts in shown)
    of_month = f"month(period) = {1 + MONTH_NAMES.index(month)}"
    begins = con.execute(f"SELECT count(DISTINCT period) FILTER ({of_month} AND period > (SELECT min(period) FROM ({rows}))) FROM ({rows})").fetchone()[0]
    grow = f"grow from month to month{f', and begin again with {month}' if begins else ''}"
    sentence = f"{part.where}: nearly all amounts {grow}. Are they sums since {month}, or each month's own?"
    return question_of_sums(part, sentence, evidence, month)


def question_of_sums(part: Part, sentence: str, evidence: Sequence[str], month: str) -> Question:
    """A question whether amounts are sums since a month, or each month's own."""
    choices = (
        choice(f"sums since {month}: a month's amount is what it adds to the month before", periods={"months": f"{SINCE}{month}"}),
        choice("each month's own amounts", periods={"months": EACH}),
    )
    return Question(f"months: {part.where}", sentence, tuple(evidence), choices)
