"""Rows of months: a record with months across the top is a row for each of them, and a row that says its month and no day is dated the first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from goodterms.facts.sql_text import named
from goodterms.intake.mapping.months_across import NUMBERED, TABLES_BY_MONTH, TABLES_OF_DAYS, first_day, is_closing_period, named_month
from goodterms.intake.mapping.words import LAST_MONTH, SINCE
from goodterms.intake.parts.part import Part, say
from goodterms.intake.rows.span_rows import span_kind
from goodterms.intake.values.months import period_sql
from goodterms.intake.values.spans import SPANS_NUMBERED, is_closing, numbered_day_sql

_LIKE_A_SUM = 0.5
"""From this share of the last month's sums on, the amounts of a closing period are sums too, and no amounts of its own."""


def dated(parts: Sequence[Part], present: Collection[str]) -> dict[str, str]:
    """The day or month of a row as an expression over the typed rows, where columns or a constant say its month."""
    if not {"period", *NUMBERED} & set(present):
        return {}
    month = named("period") if "period" in present else _with_its_year(parts[0], present)
    if parts[0].table not in TABLES_OF_DAYS:
        return {"period": month}
    kind = next((kind for part in parts if (kind := span_kind(part))), "months")
    say(parts, f"Rows say {kind}, no days: each is dated the first {'day ' if kind != 'months' else ''}of its {kind.removesuffix('s')}.")
    return {"date": month}


def _with_its_year(part: Part, present: Collection[str]) -> str:
    """The first day of a month, week or quarter whose number and year stand in two columns."""
    ours = next(ours for ours in NUMBERED if ours in present)
    number = named(ours)
    if ours in SPANS_NUMBERED:
        return numbered_day_sql(number, SPANS_NUMBERED[ours], "year")
    if part.entry.periods.get("closing") == LAST_MONTH:
        number = f"CASE WHEN {is_closing(number)} THEN '12' ELSE {number} END"
    return period_sql(number, "year")


def all_months(parts: Sequence[Part]) -> dict[str, str]:
    """The amount of a record with months across the top, of all of them together."""
    first = parts[0]
    if not first.months:
        return {}
    kind = (span_kind(first) or "months").removesuffix("s")
    is_dated = f", dated the first of the {kind}" if first.table in TABLES_OF_DAYS else ""
    closing = sum(map(is_closing_period, first.months))
    say(parts, f"{len(first.months) - closing} {kind}s stand across the top: a row gives an amount for each {kind} that is not blank{is_dated}.")
    if closing:
        say(parts, f"{closing} {'column is' if closing == 1 else 'columns are'} of a closing period: the amounts stand in the last month of its year.")
    is_any = f"coalesce({', '.join(map(named, first.months))}) IS NOT NULL"
    return {TABLES_BY_MONTH[first.table]: f"CASE WHEN {is_any} THEN {' + '.join(f'coalesce({named(ours)}, 0)' for ours in first.months)} END"}


def each_month(parts: Sequence[Part], derived: dict[str, str]) -> dict[str, str]:
    """Make the typed rows of parts one for each month of a record; return our columns as expressions over these."""
    table = parts[0].table
    if not parts[0].months:
        return derived
    day, amount = "date" if table in TABLES_OF_DAYS else "period", TABLES_BY_MONTH[table]
    for part in parts:
        months = {ours: named(ours) for ours in part.months}
        if part.entry.periods.get("months", "").startswith(SINCE):
            months = _sums_with_closing(months)
        rows = {ours: f"SELECT *, DATE '{first_day(ours)}' AS {day}, {sql} AS {amount} FROM ({part.typed_rows})" for ours, sql in months.items()}
        selects = [f"SELECT * FROM ({each}) WHERE {amount} IS NOT NULL" for each in rows.values()]
        part.typed_rows = f"SELECT * FROM ({' UNION ALL '.join(selects)})"
    return derived | {day: day, amount: amount}


def _sums_with_closing(months: dict[str, str]) -> dict[str, str]:
    """Sums since a month, those of closing periods in the last month: a sum like that month's stands in its place, what was booked alone is added to it."""
    found = {ours: sql for ours, sql in months.items() if not is_closing_period(ours)}
    for closing in sorted(months.keys() - found.keys()):
        last = named_month(first_day(closing))
        if last not in found:
            found[last] = months[closing]
            continue
        own, before = months[closing], found[last]
        is_sum = f"sum(abs({own})) OVER () >= {_LIKE_A_SUM} * sum(abs({named(last)})) OVER ()"
        added = f"CASE WHEN {own} IS NULL THEN {before} ELSE coalesce({before}, 0) + {own} END"
        found[last] = f"CASE WHEN {is_sum} THEN coalesce({own}, {before}) ELSE {added} END"
    return found
