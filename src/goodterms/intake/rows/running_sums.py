"""Costs of months that are sums since the year began, as a trial balance prints them: recognised, asked about, and taken apart month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.words import EACH, MONTH_NAMES, SINCE
from goodterms.intake.parts.part import Part, named, say
from goodterms.intake.values.agreement import NEARLY_ALL
from goodterms.problems import Problem, Severity

_TABLES = frozenset({"costs", "gl_balances"})
_SERIES = ("entity", "account", "pool", "currency")
"""What tells the amounts of one account from another's; its name does where it has no number."""
_LEAST_GROWN = 6
"""So many amounts have to be larger than that of the month before."""
_LEAST_TIMES = 2
"""Without a month in which they begin again, sums are so many times the first one at least."""
_SHOWN = 3
_BEFORE = named("sum before")


@dataclass(frozen=True)
class _Growth:
    """How the amounts of accounts go on from month to month, by the month of the year: how many grow or stay (``kept``), grow, and shrink.

    ``totals`` are the sums of all amounts, without their signs, from the first month to the last, each with its month of the year.
    """

    kept: Mapping[int, int]
    grown: Mapping[int, int]
    shrunk: Mapping[int, int]
    totals: Sequence[tuple[int, float]]

    def restart(self) -> int:
        """The month with which sums begin again each year; 0 where amounts are no sums."""
        again = [month for month in range(1, 13) if self.shrunk.get(month, 0) > NEARLY_ALL * self.kept.get(month, 0) / (1 - NEARLY_ALL)]
        if month := next((month for month in again if self._grow_but_in(month)), 0):
            return month
        months = [month for month, _ in self.totals]
        if len(months) < _LEAST_TIMES or len(set(months)) < len(months) or not self._grow_but_in(0):
            return 0
        first, last = self.totals[0][1], self.totals[-1][1]
        added = (last - first) / (len(months) - 1)
        are_sums = last >= max(_LEAST_TIMES, len(months) / 3) * first > 0
        return (months[0] if 2 * first <= 3 * added else 1) if are_sums else 0

    def _grow_but_in(self, month: int) -> bool:
        kept, grown, shrunk = (sum(count for of, count in counts.items() if of != month) for counts in (self.kept, self.grown, self.shrunk))
        return grown >= _LEAST_GROWN and 2 * grown >= kept >= NEARLY_ALL * (kept + shrunk)


def own_amounts(con: Any, parts: Sequence[Part], derived: dict[str, str]) -> dict[str, str]:
    """Our columns with the amount of each month itself, where the mapping says that amounts are sums since a month.

    Raises
    ------
    AnswerNeededError
        Where amounts of nearly all accounts grow from month to month and begin again each year, and the mapping does not say what that means.
    """
    first = parts[0]
    said = first.entry.periods.get("months", "")
    if first.table not in _TABLES or said == EACH or not {"period", "amount"} <= derived.keys() or "period" in first.entry.constants:
        return derived
    rows = _rows(parts, derived)
    if not said:
        if restart := _growth(con, rows).restart():
            raise AnswerNeededError(_asked(con, first, rows, MONTH_NAMES[restart - 1]))
        return derived
    restart = 1 + MONTH_NAMES.index(said.removeprefix(SINCE))
    _say_apart(con, parts, rows, said)
    for part in parts:
        table = f"sums_before_{part.number}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {_taken_off(rows, restart)} AND part = {part.number}")
        joined = f"row = of_row AND {derived['period']} = of_period"
        part.typed_rows = f"SELECT * EXCLUDE (part, of_row, of_period) FROM ({part.typed_rows}) LEFT JOIN {table} ON {joined}"
    return derived | {"amount": f"({derived['amount']}) - coalesce({_BEFORE}, 0)"}


def own_amounts_of_lists(con: Any, parts: Sequence[Part]) -> None:
    """The same for lists of one month each, which are files of their own: what a list adds to that of the month before.

    Raises
    ------
    AnswerNeededError
        As :func:`own_amounts` does.
    """
    lists: dict[tuple[str, ...], list[Part]] = {}
    for part in parts:
        if part.table in _TABLES and "period" in part.entry.constants and part.entry.periods.get("months") != EACH:
            lists.setdefault((part.table, part.entry.periods.get("months", ""), *part.file_header), []).append(part)
    for (_, said, *_), group in lists.items():
        has = group[0].columns.keys() & (group[0].stated.keys() | group[0].entry.constants.keys())
        keys = [ours for ours in (*_SERIES, *(["account_name"] if "account" not in has else [])) if ours in has]
        series = _series(keys, {ours: named(ours) for ours in keys})
        rows = " UNION ALL ".join(f"SELECT {part.number} AS part, row, {series} AS series, period, amount FROM {part.name}" for part in group)
        if not said and (restart := _growth(con, rows).restart()):
            question = _asked(con, group[0], rows, MONTH_NAMES[restart - 1])
            choices = (replace(option, changes=tuple((part.entry, option.settings) for part in group)) for option in question.choices)
            raise AnswerNeededError(replace(question, choices=tuple(choices)))
        if said:
            _say_apart(con, group, rows, said)
            con.execute(f"CREATE OR REPLACE TEMP TABLE sums_before AS {_taken_off(rows, 1 + MONTH_NAMES.index(said.removeprefix(SINCE)))}")
        for part in group if said else ():
            own = f"CAST(amount - coalesce({_BEFORE}, 0) AS {part.columns['amount']}) AS amount"
            taken = f"SELECT of_row, {_BEFORE} FROM sums_before WHERE part = {part.number}"
            made = f"SELECT * EXCLUDE (of_row, {_BEFORE}) REPLACE ({own}) FROM {part.name} LEFT JOIN ({taken}) ON row = of_row"
            con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS {made}")


def _say_apart(con: Any, parts: Sequence[Part], rows: str, said: str) -> None:
    say(parts, f"Amounts are sums {said}, as the mapping says: a month's amount is what it adds to the month before.")
    begun = con.execute(f"SELECT min(period) FROM ({rows})").fetchone()[0]
    if begun and begun.month != 1 + MONTH_NAMES.index(said.removeprefix(SINCE)):
        sentence = f"The first month is {begun:%B %Y}: its amounts hold those {said} too, and stand in it."
        parts[0].problems.append(Problem("sums-of-months", Severity.WARNING, parts[0].origin(), sentence=sentence))


def _rows(parts: Sequence[Part], derived: Mapping[str, str]) -> str:
    """A query of the rows of all parts: ``part``, ``row``, ``period``, ``amount`` and the ``series`` that it belongs to."""
    keys = [ours for ours in _SERIES if ours in parts[0].stated]
    keys += ["account_name"] if "account" not in keys and "account_name" in derived else []
    said = f"{_series(keys, derived)} AS series, {derived['period']} AS period, {derived['amount']} AS amount"
    return " UNION ALL ".join(f"SELECT {part.number} AS part, row, {said} FROM ({part.typed_rows})" for part in parts)


def _series(keys: Sequence[str], derived: Mapping[str, str]) -> str:
    return f"[{', '.join(f'CAST({derived[ours]} AS VARCHAR)' for ours in keys)}]::VARCHAR[]"


def _by_month(rows: str) -> str:
    """A query of the sums of each series by month, with the sum of the month before that the file states."""
    sums = f"SELECT series, period, sum(amount) AS amount FROM ({rows}) WHERE period IS NOT NULL GROUP BY ALL"
    return f"SELECT *, lag(amount) OVER (PARTITION BY series ORDER BY period) AS before FROM ({sums})"


def _growth(con: Any, rows: str) -> _Growth:
    stays = "before = 0 OR (sign(before) = sign(amount) AND abs(amount) >= abs(before))"
    pairs = f"SELECT *, {stays} AS stays, abs(amount) > abs(before) AS grows FROM ({_by_month(rows)}) WHERE before <> 0 OR amount <> 0"
    counted = "count(*) FILTER (stays), count(*) FILTER (stays AND grows), count(*) FILTER (NOT stays)"
    found = con.execute(f"SELECT month(period), {counted} FROM ({pairs}) WHERE before IS NOT NULL GROUP BY 1").fetchall()
    totals = con.execute(f"SELECT month(period), sum(abs(amount))::DOUBLE FROM ({_by_month(rows)}) GROUP BY period ORDER BY period").fetchall()
    kept, grown, shrunk = ({month: counts[place] for month, *counts in found} for place in range(3))
    return _Growth(kept, grown, shrunk, totals)


def _taken_off(rows: str, restart: int) -> str:
    """A query of what is to be taken off the first row of each series and month: the sum of the month before, in the same year."""
    year = f"year(period) - CAST(month(period) < {restart} AS INTEGER)"
    before = f"SELECT series, period, lag(amount) OVER (PARTITION BY series, {year} ORDER BY period) AS before FROM ({_by_month(rows)})"
    firsts = f"SELECT part, row, series, period FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY series, period ORDER BY part, row) = 1"
    taken = f"SELECT part, row AS of_row, period AS of_period, before AS {_BEFORE} FROM ({firsts}) JOIN ({before}) USING (series, period)"
    return f"{taken} WHERE before IS NOT NULL"


def _asked(con: Any, part: Part, rows: str, month: str) -> Question:
    shown = con.execute(
        f"SELECT series, list(amount ORDER BY period)[:{2 * _SHOWN}] FROM ({_by_month(rows)}) WHERE amount <> 0 GROUP BY 1 ORDER BY sum(abs(amount)) DESC, 1 "
        f"LIMIT {_SHOWN}"
    ).fetchall()
    evidence = tuple(f"{' '.join(filter(None, series)) or 'all rows'}: {', '.join(f'{amount:,.2f}' for amount in amounts)} …" for series, amounts in shown)
    of_month = f"month(period) = {1 + MONTH_NAMES.index(month)}"
    begins = con.execute(f"SELECT count(DISTINCT period) FILTER ({of_month} AND period > (SELECT min(period) FROM ({rows}))) FROM ({rows})").fetchone()[0]
    grow = f"grow from month to month{f', and begin again with {month}' if begins else ''}"
    sentence = f"{part.where}: nearly all amounts {grow}. Are they sums since {month}, or each month's own?"
    choices = (
        choice(f"sums since {month}: a month's amount is what it adds to the month before", periods={"months": f"{SINCE}{month}"}),
        choice("each month's own amounts", periods={"months": EACH}),
    )
    return Question(f"months: {part.where}", sentence, evidence, choices)
