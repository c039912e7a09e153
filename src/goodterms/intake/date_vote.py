"""Dates and months by vote: all values of a column together say in which order day, month and year stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.intake.answers import choice
from goodterms.intake.typed_column import RawColumn, Typed, Where, present, text_of

_TIME = r"(?:(?: +|T)[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_EARLIEST, _LATEST = "DATE '1900-01-01'", "DATE '2199-12-31'"
ISO = "%Y-%m-%d"
_TWO_KINDS = 0.1
"""From this share on, dates in the opposite order are no slips of the pen: the column holds dates of two kinds."""
_OF_TIMES = ("%H", "%I", "%M", "%S", "%p", "%b", "%B", "%j")
"""A given form with one of these reads the whole cell."""
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
_OTHER_ORDER = {"%d/%m/%Y": "%m/%d/%Y", "%m/%d/%Y": "%d/%m/%Y", "%d-%m-%Y": "%m-%d-%Y", "%m-%d-%Y": "%d-%m-%Y", "%d/%m/%y": "%m/%d/%y", "%m/%d/%y": "%d/%m/%y"}


def _day_part(place: str) -> str:
    return f"regexp_extract(trim({place}), '^[^ T]+')"


def _day_shape(form: str) -> str:
    """The regular expression of a day of that form; where nothing stands between day, month and year, each has its full width."""
    return (
        form.replace(".", r"\.")
        .replace("%Y", "[0-9]{4}")
        .replace("%m", "[0-9]{1,2}" if "%Y%m" not in form else "[0-9]{2}")
        .replace("%d", "[0-9]{1,2}" if "%m%d" not in form else "[0-9]{2}")
        .replace("%y", "[0-9]{2}")
    )


def _date_sql(place: str, form: str) -> str:
    """SQL that reads a cell as a day, with or without a time behind it; null where it is none or lies outside 1900 to 2199."""
    if any(sign in form for sign in _OF_TIMES):
        day = f"CAST(try_strptime(trim({place}), {text_of(form)}) AS DATE)"
    else:
        read = f"TRY_CAST({_day_part(place)} AS DATE)" if form == ISO else f"CAST(try_strptime({_day_part(place)}, {text_of(form)}) AS DATE)"
        day = f"CASE WHEN regexp_full_match(trim({place}), {text_of(_day_shape(form) + _TIME)}) THEN {read} END"
    return f"CASE WHEN {day} BETWEEN {_EARLIEST} AND {_LATEST} THEN {day} END"


def dates(con: Any, where: Where, columns: Sequence[RawColumn]) -> dict[str, Typed]:
    """Read columns of dates, each as its values decide; where they do not, as the mapping or the file's other dates do.

    Raises
    ------
    AnswerNeededError
        Where day and month may be swapped in every value.
    """
    votes = {column.place: _Votes.counted(con, where, column) for column in columns}
    decided = {form for vote in votes.values() if (form := vote.decided)}
    found = {}
    for column in columns:
        vote = votes[column.place]
        given = where.answers.get("date")
        if vote.are_of_two_kinds and not given:
            _ask_date(con, where, column, vote.best or ISO, of_two_kinds=True)
        form = vote.decided or (given if given and vote.counts.get(given) else None)
        if form is None and any(vote.counts.values()):
            best = vote.best or ISO
            either = {best, _OTHER_ORDER.get(best, best)}
            agreed = decided & either or _decided_by_others(con, where, columns) & either
            form = next(iter(agreed)) if len(agreed) == 1 else _ask_date(con, where, column, best)
        found[column.place] = _read(con, where.table, column, vote, form or given or ISO)
    return found


def _decided_by_others(con: Any, where: Where, columns: Sequence[RawColumn]) -> set[str]:
    """How the source's other files with these columns write dates, as far as their values decide."""
    votes = (_Votes.counted(con, Where(table, where.file), named[column.theirs]) for table, named in where.others for column in columns)
    return {form for vote in votes if (form := vote.decided)}


def _read(con: Any, table: str, column: RawColumn, vote: _Votes, form: str) -> Typed:
    """Say how a column is read: without looking twice where every cell was seen to be a date of this form."""
    cell = present(column.place)
    expected = f"a date like {_example(form)}"
    style = {"date": form}
    if vote.values and vote.counts.get(form) == vote.values and not any(sign in form for sign in _OF_TIMES):
        quick = f"TRY_CAST({column.place} AS DATE)" if form == ISO else f"CAST(try_strptime({vote.day}, {text_of(form)}) AS DATE)"
        if con.execute(f"SELECT count({quick}) FROM {table}").fetchone()[0] == vote.values:
            return Typed(Kind.DATE, quick, cell, vote.values, expected=expected, style=style)
    sql = _date_sql(column.place, form)
    fits = con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0] if vote.values else 0
    return Typed(Kind.DATE, sql, cell, vote.values, vote.values - fits, expected=expected, style=style)


@dataclass(frozen=True)
class _Votes:
    """How many cells each way of writing reads.

    ``only`` counts those that the opposite order of day and month does not read, ``differs`` those that it reads as another day; ``day`` is SQL of a cell
    without its time.
    """

    values: int
    day: str
    counts: dict[str, int]
    only: dict[str, int]
    differs: dict[str, int]

    @classmethod
    def counted(cls, con: Any, where: Where, column: RawColumn) -> _Votes:
        """Count over the distinct days of a column; cells whose time cannot be read vote for nothing."""
        place = column.place
        given = where.answers.get("date")
        forms = list(dict.fromkeys([*DATE_FORMATS, *([given] if given else [])]))
        has_spaces = f"bool_or(starts_with({place}, ' ') OR suffix({place}, ' '))"
        has_time, odd = con.execute(f"SELECT max(strlen({place})) > 10 OR bool_or(contains({place}, 'T')), {has_spaces} FROM {where.table}").fetchone()
        cell = f"trim({place})" if odd else place
        day = f"split_part(split_part({cell}, ' ', 1), 'T', 1)" if has_time else cell
        whole = given is not None and any(sign in given for sign in _OF_TIMES)
        of_day = f"regexp_full_match({cell}, {text_of('[^ T]+' + _TIME)})" if has_time and not whole else "true"
        key = cell if whole else day
        days = f"SELECT {key} AS day, {of_day} AS is_day, count(*) AS n FROM {where.table} WHERE {present(place)} IS NOT NULL GROUP BY ALL"
        read = {form: _date_sql("day", form) for form in forms}
        parts = [f"sum(n) FILTER (is_day AND {read[form]} IS NOT NULL)" for form in forms]
        parts += [f"sum(n) FILTER (is_day AND {read[form]} IS NOT NULL AND {read[other]} IS NULL)" for form, other in _OTHER_ORDER.items()]
        parts += [f"sum(n) FILTER (is_day AND {read[form]} <> {read[other]})" for form, other in _OTHER_ORDER.items()]
        values, *counts = (int(count or 0) for count in con.execute(f"WITH days AS ({days}) SELECT sum(n), {', '.join(parts)} FROM days").fetchone())
        first, second = len(forms), len(forms) + len(_OTHER_ORDER)
        return cls(
            values,
            day,
            dict(zip(forms, counts[:first], strict=True)),
            dict(zip(_OTHER_ORDER, counts[first:second], strict=True)),
            dict(zip(_OTHER_ORDER, counts[second:], strict=True)),
        )

    @property
    def best(self) -> str | None:
        """The way of writing that reads most cells; None where none reads any."""
        best = max(self.counts, key=lambda form: self.counts[form])
        return best if self.counts[best] else None

    @property
    def are_of_two_kinds(self) -> bool:
        """Whether a good part of the dates can only have the day first and another only the month: then the others may be either."""
        other = _OTHER_ORDER.get(self.best or "")
        if not self.best or not other:
            return False
        sides = sorted((self.only[self.best], self.only[other]))
        return sides[0] > 0 and sides[0] >= _TWO_KINDS * sides[1]

    @property
    def decided(self) -> str | None:
        """The way of writing that the values decide for; None where day and month may be swapped, or there are no dates."""
        best = self.best
        if best is None:
            return None
        other = _OTHER_ORDER.get(best)
        if other is None:
            return best
        if self.only[best] != self.only[other]:
            return best if self.only[best] > self.only[other] else other
        return best if not self.differs[best] and not self.only[best] else None


def _example(form: str) -> str:
    return form.replace("%Y", "2012").replace("%m", "03").replace("%d", "31").replace("%y", "12").replace("%H", "08").replace("%M", "26").replace("%S", "00")


def _ask_date(con: Any, where: Where, column: RawColumn, best: str, *, of_two_kinds: bool = False) -> str:
    day_first = best if best.startswith("%d") else _OTHER_ORDER[best]
    month_first = _OTHER_ORDER[day_first]
    cells = con.execute(
        f"SELECT row, {column.place}, {_date_sql(column.place, day_first)}, {_date_sql(column.place, month_first)} FROM {where.table} "
        f"WHERE {_date_sql(column.place, day_first)} <> {_date_sql(column.place, month_first)} ORDER BY row LIMIT 3"
    ).fetchall()
    raise AnswerNeededError(
        Question(
            f"date: {where.file}, {column.theirs}",
            f"{where.file}: column {column.theirs} holds dates of two kinds, some with the day first and some with the month; many may be either."
            if of_two_kinds
            else f"{where.file}: in column {column.theirs} the day or the month may stand first; no value of the column decides.",
            tuple(f"row {row:,}: {cell} is {first:%-d %B %Y} or {second:%-d %B %Y}" for row, cell, first, second in cells),
            (choice("the day stands first", dialect={"date": day_first}), choice("the month stands first", dialect={"date": month_first})),
        )
    )


def months(con: Any, where: Where, column: RawColumn) -> Typed:
    """Months: 2012-03, 2012M03, 201203, 3.2012, 3/2012 or a day of the month."""
    cell = f"trim({column.place})"
    year_first = r"([0-9]{4})[-/. ]?(?:M|m|K|k)?[-/. ]?([0-9]{1,2})"
    month_first = r"([0-9]{1,2})[-/. ]([0-9]{4})"

    def made(pattern: str, year: int, month: int) -> str:
        y, m = (f"regexp_extract({cell}, {text_of('^' + pattern + '$')}, {group})" for group in (year, month))
        return f"CASE WHEN regexp_full_match({cell}, {text_of(pattern)}) THEN TRY_CAST({y} || '-' || lpad({m}, 2, '0') || '-01' AS DATE) END"

    short = f"coalesce({made(year_first, 1, 2)}, {made(month_first, 2, 1)})"
    short = f"CASE WHEN {short} BETWEEN {_EARLIEST} AND {_LATEST} THEN {short} END"
    values, fits = con.execute(f"SELECT count({present(column.place)}), count({short}) FROM {where.table}").fetchone()
    if values and fits * 2 >= values:
        return Typed(Kind.MONTH, short, present(column.place), values, values - fits, expected="a month like 2012-03")
    day = dates(con, where, [column])[column.place]
    sql = f"CAST(date_trunc('month', {day.sql}) AS DATE)"
    return Typed(Kind.MONTH, sql, day.present, day.values, day.misfits, expected="a month like 2012-03 or a date", style=day.style)
