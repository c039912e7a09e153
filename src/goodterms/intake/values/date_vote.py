"""Dates and months by vote: all values of a column together say in which order day, month and year stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.words import LAST_MONTH, SERIAL
from goodterms.intake.values.months import CUT, DOTTED, FIRST_YEAR, FORMS, LAST_YEAR, LETTERS, PADDED, YEAR_FIRST, YEAR_LAST, month_sql
from goodterms.intake.values.named_months import with_named_months
from goodterms.intake.values.spans import closing_sql, with_spans
from goodterms.intake.values.time_of_day import END_OF_DAY, TIME
from goodterms.intake.values.typed_column import Doubt, RawColumn, Typed, Where, present

ISO = "%Y-%m-%d"
_TWO_KINDS = 0.1
"""From this share on, dates in the opposite order are no slips of the pen: the column holds dates of two kinds."""
_OF_TIMES = ("%H", "%I", "%M", "%S", "%p", "%b", "%B", "%j")
"""A given form with one of these reads the whole cell."""
_TOO_FEW = 0.05
"""Below this share of the dates that may be either, those that can be one alone do not decide: they may be the slips."""
_TIMES_AS_MANY = 4
"""So many times as many different numbers as on the other side, and at least so many, stand for days: years are few."""
_LONELY = 0.05
"""Up to this share of the dates, a year with an empty year before or behind it is worth a look."""
_FAR = 10
"""Years apart from all others beyond which even a larger share is."""
DATE_FORMATS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y.%m.%d", "%y/%m/%d", "%y-%m-%d"),
)
_CONFUSED = (("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%d.%m.%y", "%y.%m.%d"), *((f"%d{s}%m{s}%y", f"%m{s}%d{s}%y", f"%y{s}%m{s}%d") for s in "/-"))
RIVALS = {form: tuple(other for other in forms if other != form) for forms in _CONFUSED for form in forms}
"""Forms that a date may be written in, with those that may read the same cell as another day."""


_HAS_NO_SIGNS = re.compile("%[Yymd]%[Yymd]")


def _day_part(place: str) -> str:
    return f"regexp_extract(trim({place}), '^[^{END_OF_DAY}]+')"


def _before_time(cell: str) -> str:
    """SQL of a cell up to the first sign that a time may begin with, by plain search, which is faster than an expression."""
    for sign in END_OF_DAY:
        cell = f"split_part({cell}, {text_of(sign)}, 1)"
    return cell


def _day_shape(form: str) -> str:
    """The regular expression of a day of that form; where nothing stands between day, month and year, each has its full width."""
    return (
        form.replace(".", r"\.")
        .replace("%Y", "[0-9]{4}")
        .replace("%m", "[0-9]{2}" if _HAS_NO_SIGNS.search(form) else "[0-9]{1,2}")
        .replace("%d", "[0-9]{2}" if _HAS_NO_SIGNS.search(form) else "[0-9]{1,2}")
        .replace("%y", "[0-9]{2}")
    )


def _date_sql(place: str, form: str) -> str:
    """SQL that reads a cell as a day, with or without a time behind it; null where it is none or lies outside 1900 to 2199."""
    if form == SERIAL:
        day = f"CASE WHEN regexp_full_match(trim({place}), '[0-9]{{5}}([.,][0-9]+)?') THEN DATE '1899-12-30' + CAST(left(trim({place}), 5) AS INTEGER) END"
    elif any(sign in form for sign in _OF_TIMES):
        day = f"CAST(try_strptime(trim({place}), {text_of(form)}) AS DATE)"
    else:
        read = f"TRY_CAST({_day_part(place)} AS DATE)" if form == ISO else f"CAST(try_strptime({_day_part(place)}, {text_of(form)}) AS DATE)"
        day = f"CASE WHEN regexp_full_match(trim({place}), {text_of(_day_shape(form) + TIME)}) THEN {read} END"
    return f"CASE WHEN {day} BETWEEN DATE '{FIRST_YEAR}-01-01' AND DATE '{LAST_YEAR}-12-31' THEN {day} END"


def dates(con: Any, where: Where, columns: Sequence[RawColumn]) -> dict[str, Typed]:
    """Read columns of dates: as the mapping says, else as each one's values decide, else as the file's other dates do.

    Raises
    ------
    AnswerNeededError
        Where day, month or year may be swapped.
    """
    named = {column.place: typed for column in columns if (typed := _with_named_months(con, where, column))}
    columns = [column for column in columns if column.place not in named]
    votes = {column.place: _Votes.counted(con, where, column) for column in columns}
    decided = {form for vote in votes.values() if (form := vote.decided)}
    found = dict(named)
    for column in columns:
        vote = votes[column.place]
        given = where.answers.get("date")
        form = vote.as_given(given) or vote.decided
        if form is None and vote.two_kinds:
            _ask_date(con, where, column, vote)
        form = form or vote.as_given(where.found.get("date"))
        if form is None and vote.best:
            either = {vote.best, *RIVALS[vote.best]}
            agreed = decided & either or _decided_by_others(con, where, columns) & either
            form = agreed.pop() if len(agreed) == 1 else _ask_date(con, where, column, vote)
        found[column.place] = _read(con, where.table, column, vote, form or given or ISO)
    return found


def _with_named_months(con: Any, where: Where, column: RawColumn) -> Typed | None:
    """A column of dates whose months are names, found at its first value with a letter."""
    letter = f"regexp_matches(lower({column.place}), '[{LETTERS}]{{3}}')"
    if not con.execute(f"SELECT 1 FROM {where.table} WHERE {letter} LIMIT 1").fetchone():
        return None
    typed = with_named_months(con, where, replace(column, place=column.written("d")))
    if typed is None:
        return None
    typed = _with_native(con, where.table, column, typed)
    return replace(typed, doubts=tuple(doubts_of_years(con, where.table, column, typed.sql)))


def _with_native(con: Any, table: str, column: RawColumn, typed: Typed) -> Typed:
    """The same with the cells that a workbook itself says are dates, which are no text to be voted on."""
    if not column.kinds:
        return typed
    native = _date_sql(column.place, ISO)
    sql = column.read_as("d", native if typed.kind == Kind.DATE else f"CAST(date_trunc('month', {native}) AS DATE)", typed.sql)
    values, fits = con.execute(f"SELECT count({present(column.place)}), count({sql}) FROM {table}").fetchone()
    return replace(typed, sql=sql, present=present(column.place), values=values, misfits=values - fits)


def _decided_by_others(con: Any, where: Where, columns: Sequence[RawColumn]) -> set[str]:
    """How the source's other files with these columns write dates, as far as their values decide."""
    votes = (_Votes.counted(con, Where(table, where.file), named[column.theirs]) for table, named in where.others for column in columns)
    return {form for vote in votes if (form := vote.decided)}


def _read(con: Any, table: str, column: RawColumn, vote: _Votes, form: str) -> Typed:
    """Say how a column is read: without looking twice where every cell was seen to be a date of this form."""
    cell = column.written("d")
    sql = _date_sql(cell, form)
    fits = -1
    if vote.values and vote.counts.get(form) == vote.values and not any(sign in form for sign in _OF_TIMES):
        quick = f"TRY_CAST({cell} AS DATE)" if form == ISO else f"CAST(try_strptime({vote.day}, {text_of(form)}) AS DATE)"
        fits = con.execute(f"SELECT count({quick}) FROM {table}").fetchone()[0]
        sql = quick if fits == vote.values else sql
    if fits != vote.values:
        fits = con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    style = {"date": form} if vote.values else {}
    typed = Typed(Kind.DATE, sql, present(cell), vote.values, vote.values - fits, expected=f"a date like {_example(form)}", style=style)
    typed = _with_native(con, table, column, typed)
    return replace(typed, doubts=(*_doubts_of_order(vote, form), *doubts_of_years(con, table, column, typed.sql)))


def _doubts_of_order(vote: _Votes, form: str) -> Iterator[Doubt]:
    """Cells that are dates in another order only: then further ones may be of that order too."""
    for other in RIVALS.get(form, ()):
        others, either = vote.only.get((other, form), 0), vote.differs.get((form, other), 0)
        if others:
            are = "date is" if others == 1 else "dates are"
            may = f" So may be some of the {either:,} that can be either, and are read as {_example(form)}." if either else ""
            yield Doubt("dates-of-two-kinds", f"{others:,} {are} written like {_example(other)}, and not read.{may}", others)


def doubts_of_years(con: Any, table: str, column: RawColumn, sql: str) -> Iterator[Doubt]:
    """Few dates that stand years apart from all others, a slip of the pen more often than not; ``sql`` reads a cell of the column as a date."""
    years: dict[int, int] = con.execute(f"SELECT histogram(year({sql})) FROM {table}").fetchone()[0] or {}
    total = sum(years.values())
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year - runs[-1][-1] == 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    most = max(runs, key=lambda run: sum(years[year] for year in run), default=[])
    for run in runs:
        dates = sum(years[year] for year in run)
        apart = max(run[0] - most[-1], most[0] - run[-1])
        if run is most or (dates > _LONELY * total and (apart < _FAR or 2 * dates >= total)):
            continue
        row, cell = con.execute(f"SELECT row, {column.place} FROM {table} WHERE year({sql}) IN ({', '.join(map(str, run))}) ORDER BY row LIMIT 1").fetchone()
        more = f" and {dates - 1:,} more" if dates > 1 else ""
        yield Doubt("date-far-from-others", f'"{cell}"{more} stands {apart} years from all other dates.', dates, row)


@dataclass(frozen=True)
class _Votes:
    """How many cells each way of writing reads.

    ``only`` counts, for a form and its rival, those that the rival does not read, ``differs`` those that it reads as another day; ``day`` is SQL of a cell
    without its time; ``parts`` are the different numbers that stand first and last in dates with a year of two digits.
    """

    values: int
    day: str
    counts: dict[str, int]
    only: dict[tuple[str, str], int]
    differs: dict[tuple[str, str], int]
    parts: tuple[int, int]

    @classmethod
    def counted(cls, con: Any, where: Where, column: RawColumn) -> _Votes:
        """Count over the distinct days of a column; cells whose time cannot be read vote for nothing."""
        place = column.written("d")
        given = where.answers.get("date")
        forms = list(dict.fromkeys([*DATE_FORMATS, *([given] if given else [])]))
        has_spaces = f"bool_or(starts_with({place}, ' ') OR suffix({place}, ' '))"
        has_time, odd = con.execute(f"SELECT max(strlen({place})) > 10 OR bool_or(contains({place}, 'T')), {has_spaces} FROM {where.table}").fetchone()
        cell = f"trim({place})" if odd else place
        day = _before_time(cell) if has_time else cell
        whole = given is not None and any(sign in given for sign in _OF_TIMES)
        of_day = f"regexp_full_match({cell}, {text_of(f'[^{END_OF_DAY}]+{TIME}')})" if has_time and not whole else "true"
        key = cell if whole else day
        days = f"SELECT {key} AS day, {of_day} AS is_day, count(*) AS n FROM {where.table} WHERE {present(place)} IS NOT NULL GROUP BY ALL"
        con.execute(f"CREATE OR REPLACE TEMP TABLE days_voted AS {days}")
        read = {form: _date_sql("day", form) for form in forms}
        counted = ", ".join(f"sum(n) FILTER (is_day AND {sql} IS NOT NULL)" for sql in read.values())
        values, *counts = (int(count or 0) for count in con.execute(f"SELECT sum(n), {counted} FROM days_voted").fetchone())
        found = dict(zip(forms, counts, strict=True))
        pairs = [(form, other) for form, others in RIVALS.items() for other in others if found[form]]
        only = [f"sum(n) FILTER (is_day AND {read[form]} IS NOT NULL AND {read[other]} IS NULL)" for form, other in pairs]
        differs = [f"sum(n) FILTER (is_day AND {read[form]} <> {read[other]})" for form, other in pairs]
        first, last = (f"count(DISTINCT regexp_extract(day, '{shape}', 1)) FILTER (is_day)" for shape in ("^([0-9]{1,2})[-./]", "[-./]([0-9]{2})$"))
        *seen, firsts, lasts = (int(number or 0) for number in con.execute(f"SELECT {', '.join([*only, *differs, first, last])} FROM days_voted").fetchone())
        of_one, of_two = seen[: len(pairs)], seen[len(pairs) :]
        return cls(values, day, found, dict(zip(pairs, of_one, strict=True)), dict(zip(pairs, of_two, strict=True)), (firsts, lasts))

    @property
    def best(self) -> str | None:
        """The way of writing that reads most cells; None where none reads any."""
        best = max(self.counts, key=lambda form: self.counts[form])
        return best if self.counts[best] else None

    def as_given(self, form: str | None) -> str | None:
        """A given form, where it or one that it may be confused with reads any cell: of dates in another form it says nothing."""
        return form if form and any(self.counts.get(one) for one in (form, *RIVALS.get(form, ()))) else None

    @property
    def two_kinds(self) -> tuple[str, str] | None:
        """Two forms of which a good part of the dates can only be the one and another only the other: then the others may be either."""
        return next(((self.best, other) for other in RIVALS.get(self.best, ()) if self._are_of_both(self.best, other)), None) if self.best else None

    def _are_of_both(self, form: str, other: str) -> bool:
        sides = sorted((self.only.get((form, other), 0), self.only.get((other, form), 0)))
        return sides[0] > 0 and sides[0] >= _TWO_KINDS * sides[1]

    @property
    def decided(self) -> str | None:
        """The way of writing that the values decide for; None where day, month or year may be swapped, or there are no dates."""
        best = self.best
        if best is None:
            return None
        forms = (best, *RIVALS.get(best, ()))
        winners = [form for form in forms if all(self._beats(form, other) for other in forms if other != form)]
        return winners[0] if winners else None

    def _beats(self, form: str, other: str) -> bool:
        """Whether a form is right and not the other: more cells can be read by it alone, or none is read as another day."""
        own, others, either = self.only.get((form, other), 0), self.only.get((other, form), 0), self.differs.get((form, other), 0)
        if own > others:
            return not self._are_of_both(form, other) and (own >= _TOO_FEW * either or self._has_days(form, other))
        return own == others == 0 and (not either or self._has_days(form, other))

    def _has_days(self, form: str, other: str) -> bool:
        """Whether the year stands first or last in the two forms, and the days of this one are many where its years are few."""
        first, last = self.parts
        if {form[:2], other[:2]} == {"%y", "%d"} and self.counts[form]:
            days, years = (last, first) if form.startswith("%y") else (first, last)
            return days >= _TIMES_AS_MANY * years and days >= _TIMES_AS_MANY
        return False


def _example(form: str) -> str:
    return (
        "40999 (days as Excel counts them)"
        if form == SERIAL
        else form.replace("%Y", "2012").replace("%m", "03").replace("%d", "31").replace("%y", "12").replace("%H", "08").replace("%M", "26").replace("%S", "00")
    )


_FIRST = {"%d": "the day", "%m": "the month", "%y": "the year"}


def _ask_date(con: Any, where: Where, column: RawColumn, vote: _Votes) -> str:
    best = vote.best or ISO
    forms = sorted(vote.two_kinds or (form for form in (best, *RIVALS[best]) if vote.counts[form]), key=lambda form: list(_FIRST).index(form[:2]))
    firsts = [_FIRST[form[:2]] for form in forms]
    days = [_date_sql(column.written("d"), form) for form in forms]
    differ = " OR ".join(f"{one} <> {other}" for one, other in combinations(days, 2))
    cells = con.execute(f"SELECT row, {column.place}, {', '.join(days)} FROM {where.table} WHERE {differ} ORDER BY row LIMIT 3").fetchall()
    raise AnswerNeededError(
        Question(
            f"date: {where.file}, {column.theirs}",
            f"{where.file}: column {column.theirs} holds dates of two kinds, some with {firsts[0]} first and some with {firsts[1]}; many may be either."
            if vote.two_kinds
            else f"{where.file}: in column {column.theirs} {' or '.join(firsts)} may stand first; {_undecided(vote, forms)}.",
            tuple(f"row {row:,}: {cell} is {' or '.join(f'{day:%-d %B %Y}' for day in read if day)}" for row, cell, *read in cells),
            tuple(choice(f"{first} stands first", dialect={"date": form}) for first, form in zip(firsts, forms, strict=True)),
        )
    )


def _undecided(vote: _Votes, forms: Sequence[str]) -> str:
    """Why the values do not decide."""
    few = sum(vote.only.get(pair, 0) for pair in permutations(forms, 2))
    either = max(vote.differs.get(pair, 0) for pair in permutations(forms, 2))
    return f"only {few:,} can be one alone, beside {either:,} that can be either" if few else "no value of the column decides"


def months(con: Any, where: Where, column: RawColumn) -> Typed:
    """Months in any of their forms (2012-03, 201203, 3/2012, March 2012, 03/12), or days of the month.

    Raises
    ------
    AnswerNeededError
        Where month and year, or day and month, may be swapped.
    """
    if spans := with_spans(con, where, column):
        return spans
    written = column.written("d")
    cell, doubts = _with_octobers(con, where, f"regexp_replace(lower(trim({written})), '{DOTTED}', '\\1/\\2')")
    read = {form: month_sql(cell, form) for form in FORMS}
    either = {form: read.pop(form) for form in (YEAR_LAST, YEAR_FIRST)}
    form = _year_first_or_last(con, where, column, either)
    closing = [closing_sql(cell)] if where.answers.get("closing") == LAST_MONTH else []
    sql = f"coalesce({', '.join([*read.values(), *([either[form]] if form else []), *closing])})"
    values, fits = con.execute(f"SELECT count({present(written)}), count({sql}) FROM {where.table}").fetchone()
    if values and fits * 2 >= values:
        style = {"date": form} if form else {}
        typed = Typed(Kind.MONTH, sql, present(written), values, values - fits, expected="a month like 2012-03", style=style, doubts=doubts)
        return _with_native(con, where.table, column, typed)
    day = dates(con, where, [column])[column.place]
    sql = f"CAST(date_trunc('month', {day.sql}) AS DATE)"
    return Typed(Kind.MONTH, sql, day.present, day.values, day.misfits, expected="a month like 2012-03 or a date", style=day.style, doubts=day.doubts)


def _with_octobers(con: Any, where: Where, cell: str) -> tuple[str, tuple[Doubt, ...]]:
    """SQL of a cell in which an October without its zero has it again, and what is to be said of it."""
    padded, cut = (f"regexp_full_match({cell}, {text_of(shape)})" for shape in (PADDED, CUT))
    has_zeros, rows, row, first = con.execute(
        f"SELECT bool_or({padded}), count(*) FILTER ({cut}), min(row) FILTER ({cut}), min({cell}) FILTER ({cut}) FROM {where.table}"
    ).fetchone()
    if not has_zeros or not rows:
        return cell, ()
    sentence = f"{first} stands beside months like {first[:4]}.01, and is read as October: a spreadsheet that took it for a number has cut its zero."
    return f"CASE WHEN {cut} THEN {cell} || '0' ELSE {cell} END", (Doubt("october-without-zero", sentence, rows, row),)


def _year_first_or_last(con: Any, where: Where, column: RawColumn, read: Mapping[str, str]) -> str:
    """Which form months like 03/12 have: as given, else the one that reads more of them; "" where most values are no such."""
    cell = present(column.written("d"))
    last, first = read[YEAR_LAST], read[YEAR_FIRST]
    counted = f"count({cell}), count({last}), count({first}), count(CASE WHEN {last} <> {first} THEN 1 END)"
    values, lasts, firsts, either = con.execute(f"SELECT {counted} FROM {where.table}").fetchone()
    if not values or 2 * max(lasts, firsts) < values:
        return ""
    given = where.answers.get("date")
    if given in read:
        return str(given)
    if not either or abs(lasts - firsts) >= max(1, _TOO_FEW * either):
        return YEAR_LAST if lasts > firsts else YEAR_FIRST
    rows = con.execute(f"SELECT row, {cell}, {last}, {first} FROM {where.table} WHERE {last} <> {first} ORDER BY row LIMIT 3").fetchall()
    raise AnswerNeededError(
        Question(
            f"date: {where.file}, {column.theirs}",
            f"{where.file}: in column {column.theirs} the month or the year may stand first; no value of the column decides.",
            tuple(f"row {row:,}: {text} is {one:%B %Y} or {other:%B %Y}" for row, text, one, other in rows),
            (choice("the month stands first", dialect={"date": YEAR_LAST}), choice("the year stands first", dialect={"date": YEAR_FIRST})),
        )
    )
