"""Typing by vote: all values of a column together decide how its numbers, dates and flags are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, Kind

NBSP = "\N{NO-BREAK SPACE}"
_SPACES = f" {NBSP}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_MINUSES = "-\N{MINUS SIGN}\N{EN DASH}"
_A_MINUS = f"\\{_MINUSES}"
"""The same inside brackets of a regular expression, where a bare hyphen would be a range."""
_CURRENCIES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "EUR": "EUR",
    "USD": "USD",
    "GBP": "GBP",
    "SEK": "SEK",
    "NOK": "NOK",
    "DKK": "DKK",
    "CHF": "CHF",
    "PLN": "PLN",
}
_MARKS = r"(?i)€|\$|£|¥|%|\b(?:EUR|USD|GBP|SEK|NOK|DKK|CHF|PLN)\b|\bkr\b\.?"
_SIGNED = rf"\([^()]*\)|[+{_A_MINUS}]?[^+{_A_MINUS}()]*|[^+{_A_MINUS}()]+[{_A_MINUS}]"
_DOT_STYLE = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|[0-9]{{1,3}}(?:[{_SPACES}{_APOSTROPHES}][0-9]{{3}})+)?(?:\.[0-9]*)?"
_COMMA_STYLE = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+|[0-9]{{1,3}}(?:[{_SPACES}{_APOSTROPHES}][0-9]{{3}})+)?(?:,[0-9]*)?"
_FLOAT_DIGITS = 15
_FLAGS = {
    True: ("true", "t", "yes", "y", "x", "1", "kyllä", "k", "tosi", "ja", "j", "sant", "on"),
    False: ("false", "f", "no", "n", "0", "ei", "e", "epätosi", "nej", "falskt", "off", "-"),
}
_TIME = r"(?:(?: +|T)[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_EARLIEST, _LATEST = "DATE '1900-01-01'", "DATE '2199-12-31'"
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
_OTHER_ORDER = {"%d/%m/%Y": "%m/%d/%Y", "%m/%d/%Y": "%d/%m/%Y", "%d-%m-%Y": "%m-%d-%Y", "%m-%d-%Y": "%d-%m-%Y", "%d/%m/%y": "%m/%d/%y", "%m/%d/%y": "%d/%m/%y"}


@dataclass(frozen=True)
class RawColumn:
    """A column of a raw table: its place (``c3``), the file's name of it, what the file says it is, and the engine's type of it."""

    place: str
    theirs: str
    native: str | None
    engine_type: str

    @property
    def is_text(self) -> bool:
        """Whether its values are text that is to be typed."""
        return self.engine_type == "VARCHAR"


@dataclass(frozen=True)
class Typed:
    """How a column is read: ``sql`` gives its value of type ``kind``, null where a cell does not fit; ``values`` counts its cells, ``misfits`` those that do not fit.

    ``places`` are the decimal places of its numbers, ``whole`` is true where none is used; ``currencies`` are the ones its cells name; ``percent`` says
    that cells carry a per cent sign; ``style`` is what the vote found, in the words of the mapping file.
    """

    kind: Kind
    sql: str
    present: str
    values: int
    misfits: int = 0
    places: int = 0
    expected: str = ""
    style: dict[str, str] = field(default_factory=dict)
    currencies: tuple[str, ...] = ()
    percent: bool = False
    rounded: int = 0
    why: str = ""

    @property
    def scale(self) -> int:
        """Decimal places of the stored decimal."""
        return max(MONEY_PLACES, self.places)


@dataclass(frozen=True)
class Where:
    """The table that is typed, for questions: its file and sheet as a person says them, and the line of the mapping that answers."""

    table: str
    file: str
    answers: dict[str, Any] = field(default_factory=dict)


def text_of(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def typed_columns(con: Any, where: Where, wanted: Sequence[tuple[RawColumn, Kind]]) -> dict[str, Typed]:
    """Let the values of each column decide how it is written, and return how it is read.

    Columns of one file agree where one alone cannot decide: if every other column of numbers has a decimal comma, "1.234" is a thousand.

    Raises
    ------
    AnswerNeededError
        Where all values together can be read in two ways.
    """
    found: dict[str, Typed] = {}
    texts = [column for column, kind in wanted if column.is_text and kind == Kind.TEXT]
    found |= _texts(con, where.table, texts)
    found |= _numbers(con, where, [(column, kind) for column, kind in wanted if column.is_text and kind in {Kind.DECIMAL, Kind.INTEGER}])
    found |= _dates(con, where, [column for column, kind in wanted if column.is_text and kind == Kind.DATE])
    for column, kind in wanted:
        if not column.is_text:
            found[column.place] = _native(con, where.table, column, kind)
        elif kind == Kind.MONTH:
            found[column.place] = _months(con, where, column)
        elif kind == Kind.FLAG:
            found[column.place] = _flags(con, where.table, column)
    return found


# Texts -------------------------------------------------------------------------------------------------------------------------------------------------


def _present(place: str) -> str:
    return f"nullif(trim({place}), '')"


def _texts(con: Any, table: str, columns: Sequence[RawColumn]) -> dict[str, Typed]:
    """Text as it stands, without spaces around it; a column of whole numbers written 17850.0 is 17850."""
    if not columns:
        return {}
    parts = [part for c in columns for part in (f"count({c.place})", f"count(*) FILTER (suffix({c.place}, '.0'))")]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    found = {}
    for i, column in enumerate(columns):
        values, with_zero = row[2 * i : 2 * i + 2]
        present = _present(column.place)
        if with_zero and con.execute(f"SELECT bool_and(regexp_full_match({present}, '[0-9]+(\\.0+)?')) FROM {table}").fetchone()[0]:
            found[column.place] = Typed(Kind.TEXT, f"regexp_replace({present}, '\\.0+$', '')", present, values, why="whole numbers written with .0")
        else:
            found[column.place] = Typed(Kind.TEXT, present, present, values)
    return found


# Numbers -----------------------------------------------------------------------------------------------------------------------------------------------


def _core(place: str) -> str:
    """A cell without currency, per cent sign and spaces around it."""
    return f"trim(regexp_replace({place}, {text_of(_MARKS)}, '', 'g'), {text_of(_SPACES)})"


def _unsigned(core: str) -> str:
    return f"trim({core}, {text_of('+()' + _MINUSES + _SPACES)})"


def _is_negative(core: str) -> str:
    return f"regexp_matches({core}, {text_of(f'^[{_A_MINUS}(]|[{_A_MINUS}]$')})"


@dataclass(frozen=True)
class _Ballot:
    """What the values of one column say about its decimal sign."""

    values: int
    clean_dot: int
    clean_comma: int
    only_dot: int
    only_comma: int
    either_dot: int
    either_comma: int
    long: int
    fits: int

    @property
    def decimal(self) -> str | None:
        """The decimal sign; "" where no value needs one; None where the values do not decide."""
        if self.only_dot != self.only_comma:
            return "." if self.only_dot > self.only_comma else ","
        if self.only_dot:
            return None
        if not self.either_dot and not self.either_comma:
            return ""
        if self.long and not (self.either_dot and self.either_comma):
            return "." if self.either_dot else ","
        return None


def _ballots(con: Any, table: str, columns: Sequence[RawColumn]) -> dict[str, _Ballot]:
    """Count the votes: quickly where all values are digits with one sign, with all forms of writing where they are not."""
    if not columns:
        return {}
    parts = []
    for c in columns:
        behind = f"strlen({c.place}) - instr({c.place}, '.')"
        parts += [
            f"count({c.place})",
            f"count(*) FILTER (regexp_full_match({c.place}, '-?[0-9]+(\\.[0-9]+)?'))",
            f"count(*) FILTER (contains({c.place}, '.'))",
            f"count(*) FILTER (contains({c.place}, '.') AND ({behind} <> 3 OR strlen({c.place}) > 8 OR starts_with(ltrim({c.place}, '-'), '0')))",
            f"count(*) FILTER (strlen({c.place}) > 4 AND NOT contains({c.place}, '.'))",
        ]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    found = {}
    for i, column in enumerate(columns):
        values, clean, dots, decisive, long = row[5 * i : 5 * i + 5]
        if values == clean:
            found[column.place] = _Ballot(values, clean, clean - dots, decisive, 0, dots - decisive, 0, long, values)
        else:
            clean_comma = con.execute(f"SELECT count(*) FILTER (regexp_full_match({column.place}, '-?[0-9]+(,[0-9]+)?')) FROM {table}").fetchone()[0]
            found[column.place] = _full_ballot(con, table, column.place, clean, clean_comma)
    return found


def _full_ballot(con: Any, table: str, place: str, clean_dot: int, clean_comma: int) -> _Ballot:
    dot_style, comma_style = text_of(_DOT_STYLE), text_of(_COMMA_STYLE)
    either = text_of("[1-9][0-9]{0,2}[.,][0-9]{3}")
    sql = f"""
        WITH cells AS (SELECT {place} AS cell, {_core(place)} AS core FROM {table} WHERE {_present(place)} IS NOT NULL),
        forms AS (SELECT core, {_unsigned("core")} AS digits FROM cells),
        judged AS (
            SELECT digits, regexp_full_match(digits, {dot_style}) AS dot, regexp_full_match(digits, {comma_style}) AS comma, regexp_full_match(digits, {either}) AS either
            FROM forms WHERE regexp_full_match(core, {text_of(_SIGNED)}) AND regexp_matches(digits, '[0-9]')
        )
        SELECT (SELECT count(*) FROM cells), count(*) FILTER (dot AND NOT comma), count(*) FILTER (comma AND NOT dot),
               count(*) FILTER (either AND contains(digits, '.')), count(*) FILTER (either AND contains(digits, ',')),
               count(*) FILTER (regexp_full_match(digits, '[0-9]{{4,}}')), count(*) FILTER (dot OR comma)
        FROM judged
    """
    values, dot, comma, either_dot, either_comma, long, fits = con.execute(sql).fetchone()
    return _Ballot(values, clean_dot, clean_comma, dot, comma, either_dot, either_comma, long, fits)


def _numbers(con: Any, where: Where, wanted: Sequence[tuple[RawColumn, Kind]]) -> dict[str, Typed]:
    ballots = _ballots(con, where.table, [column for column, _ in wanted])
    decided = {ballot.decimal for ballot in ballots.values()} - {None, ""}
    given = where.answers.get("decimal")
    agreed = given or (next(iter(decided)) if len(decided) == 1 else None)
    found: dict[str, Typed] = {}
    signs: dict[str, str] = {}
    for column, _ in wanted:
        ballot = ballots[column.place]
        sign = "." if column.native == "number" else ballot.decimal
        if sign is None:
            sign = agreed or _ask_decimal(con, where, column, ballot)
        signs[column.place] = sign or given or "."
    quick = [(c, k) for c, k in wanted if ballots[c.place].values == (ballots[c.place].clean_comma if signs[c.place] == "," else ballots[c.place].clean_dot)]
    slow = [(c, k) for c, k in wanted if (c, k) not in quick]
    found |= _read_numbers(con, where.table, [(c, k, signs[c.place], ballots[c.place]) for c, k in quick], quick=True)
    found |= _read_numbers(con, where.table, [(c, k, signs[c.place], ballots[c.place]) for c, k in slow], quick=False)
    return found


def _ask_decimal(con: Any, where: Where, column: RawColumn, ballot: _Ballot) -> str:
    cells = con.execute(f"SELECT row, {column.place} FROM {where.table} WHERE regexp_matches({column.place}, '[0-9][.,][0-9]') ORDER BY row LIMIT 3").fetchall()
    sample = cells[0][1] if cells else "1.234"
    other = "," if "." in sample else "."
    mixed = ballot.only_dot > 0
    raise AnswerNeededError(
        Question(
            f"decimal: {where.file}, {column.theirs}",
            f"{where.file}: half of the numbers in column {column.theirs} have a decimal point, half a decimal comma."
            if mixed
            else f'{where.file}: in column {column.theirs} "{sample}" may be a number with decimals or with thousands; no value of the column decides.',
            tuple(f"row {row:,}: {cell}" for row, cell in cells),
            (("the point is the decimal sign", 'dialect = { decimal = "." }'), ("the comma is the decimal sign", 'dialect = { decimal = "," }'))
            if mixed or other == ","
            else (("the comma is the decimal sign", 'dialect = { decimal = "," }'), ("the point is the decimal sign", 'dialect = { decimal = "." }')),
        )
    )


def _read_numbers(con: Any, table: str, wanted: Sequence[tuple[RawColumn, Kind, str, _Ballot]], *, quick: bool) -> dict[str, Typed]:
    """Measure how many places and digits the values need, and say how each is read without rounding."""
    if not wanted:
        return {}
    digits = {column.place: _plain_digits(column.place, sign, quick=quick) for column, _, sign, _ in wanted}
    parts = []
    for column, _, _, _ in wanted:
        plain = digits[column.place]
        parts += [
            f"count({plain})",
            f"max(CASE WHEN contains({plain}, '.') THEN strlen({plain}) - instr({plain}, '.') ELSE 0 END)",
            f"max(abs(TRY_CAST({plain} AS DOUBLE)))",
            f"bool_or(contains({column.place}, '%'))" if not quick else "false",
            f"list_sort(list(DISTINCT regexp_extract({column.place}, {text_of(_MARKS.replace('|%', ''))})))" if not quick else "[]",
        ]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    found = {}
    for i, (column, kind, sign, ballot) in enumerate(wanted):
        fits, places, largest, percent, marks = row[5 * i : 5 * i + 5]
        plain = digits[column.place]
        places = places or 0
        if places > MONEY_PLACES:
            places = con.execute(f"SELECT max(strlen(rtrim({plain}, '0')) - instr({plain}, '.')) FROM {table} WHERE contains({plain}, '.')").fetchone()[0]
        most = places
        if len(str(int(largest or 0))) + max(places, MONEY_PLACES) > MONEY_DIGITS:
            places = _places_that_fit(con, table, plain, places)
        scale = max(places, MONEY_PLACES)
        exact = plain if most <= scale else _only_exact(plain, scale)
        sql = f"TRY_CAST({exact} AS DECIMAL({MONEY_DIGITS}, {scale}))"
        if kind == Kind.INTEGER:
            sql = f"CASE WHEN {sql} = trunc({sql}) THEN CAST({sql} AS BIGINT) END"
        misfits = con.execute(f"SELECT count(*) FROM {table} WHERE {_present(column.place)} IS NOT NULL AND {sql} IS NULL").fetchone()[0]
        currencies = tuple(sorted({_CURRENCIES.get(mark.upper().strip(), mark) for mark in marks or [] if mark}))
        style = {"decimal": sign} if places or sign == "," else {}
        expected = (
            "a whole number"
            if kind == Kind.INTEGER
            else f"a number with decimal {'comma' if sign == ',' else 'point'} and at most {MONEY_DIGITS - scale} digits before it"
        )
        found[column.place] = Typed(kind, sql, _present(column.place), ballot.values, misfits, places, expected, style, currencies, bool(percent))
    return found


def _plain_digits(place: str, sign: str, *, quick: bool) -> str:
    """SQL that brings a cell to digits with a leading minus and a decimal point, null where it is not a number of this style."""
    if quick:
        return place if sign == "." else f"replace({place}, ',', '.')"
    core = _core(place)
    unsigned = _unsigned(core)
    style = _DOT_STYLE if sign == "." else _COMMA_STYLE
    dropped = _SPACES + _APOSTROPHES + ("," if sign == "." else ".")
    plain = f"translate({unsigned}, {text_of(dropped)}, '')"
    if sign == ",":
        plain = f"replace({plain}, ',', '.')"
    is_number = f"regexp_full_match({core}, {text_of(_SIGNED)}) AND regexp_full_match({unsigned}, {text_of(style)}) AND regexp_matches({unsigned}, '[0-9]')"
    return f"CASE WHEN {is_number} THEN CASE WHEN {_is_negative(core)} THEN '-' ELSE '' END || {plain} END"


def _only_exact(plain: str, scale: int) -> str:
    """Null where a number has more places than are kept, so that nothing is rounded."""
    return f"CASE WHEN NOT contains({plain}, '.') OR strlen(rtrim({plain}, '0')) - instr({plain}, '.') <= {scale} THEN {plain} END"


def _places_that_fit(con: Any, table: str, plain: str, most: int) -> int:
    """The number of places with which the fewest cells do not fit into 18 digits."""
    sizes = con.execute(
        f"SELECT strlen(ltrim(split_part({plain}, '.', 1), '-0')) AS before, strlen(rtrim(split_part({plain}, '.', 2), '0')) AS after, count(*) "
        f"FROM {table} WHERE {plain} IS NOT NULL GROUP BY ALL"
    ).fetchall()
    return max(
        range(MONEY_PLACES, min(most, MONEY_DIGITS) + 1), key=lambda s: (sum(n for before, after, n in sizes if after <= s and before + s <= MONEY_DIGITS), -s)
    )


# Dates -------------------------------------------------------------------------------------------------------------------------------------------------


def _day_part(place: str) -> str:
    return f"regexp_extract(trim({place}), '^[^ T]+')"


def _day_shape(form: str) -> str:
    return (
        form.replace(".", r"\.")
        .replace("%Y", "[0-9]{4}")
        .replace("%m", "[0-9]{1,2}" if "%Y%m" not in form else "[0-9]{2}")
        .replace("%d", "[0-9]{1,2}" if "%m%d" not in form else "[0-9]{2}")
        .replace("%y", "[0-9]{2}")
    )


def _date_sql(place: str, form: str) -> str:
    """SQL that reads a cell as a day, with or without a time behind it; null where it is none or lies outside 1900 to 2199."""
    if any(sign in form for sign in ("%H", "%I", "%M", "%S", "%p", "%b", "%B", "%j")):
        day = f"CAST(try_strptime(trim({place}), {text_of(form)}) AS DATE)"
    elif form == "%Y-%m-%d":
        day = f"CASE WHEN regexp_full_match(trim({place}), {text_of('[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' + _TIME)}) THEN TRY_CAST({_day_part(place)} AS DATE) END"
    else:
        day = f"CASE WHEN regexp_full_match(trim({place}), {text_of(_day_shape(form) + _TIME)}) THEN CAST(try_strptime({_day_part(place)}, {text_of(form)}) AS DATE) END"
    return f"CASE WHEN {day} BETWEEN {_EARLIEST} AND {_LATEST} THEN {day} END"


def _dates(con: Any, where: Where, columns: Sequence[RawColumn]) -> dict[str, Typed]:
    votes = {column.place: _date_votes(con, where, column) for column in columns}
    decided = {form for values, counts in votes.values() if (form := _decided_form(values, counts))}
    found = {}
    for column in columns:
        values, counts = votes[column.place]
        given = where.answers.get("date")
        form = _decided_form(values, counts) or _given_form(counts, given)
        if form is None and any(counts.values()):
            best = max(counts, key=lambda f: counts[f])
            rivals = {best, _OTHER_ORDER.get(best, best)}
            agreed = decided & rivals
            form = next(iter(agreed)) if len(agreed) == 1 else _ask_date(con, where, column, best)
        form = form or given or "%Y-%m-%d"
        sql = _date_sql(column.place, form)
        fits = con.execute(f"SELECT count({sql}) FROM {where.table}").fetchone()[0] if values else 0
        found[column.place] = Typed(
            Kind.DATE, sql, _present(column.place), values, values - fits, expected=f"a date like {_example(form)}", style={"date": form}
        )
    return found


def _date_votes(con: Any, where: Where, column: RawColumn) -> tuple[int, dict[str, int]]:
    """How many cells each way of writing reads, and, as "other:", how many of them the opposite order of day and month reads as another day."""
    forms = list(DATE_FORMATS)
    if (given := where.answers.get("date")) and given not in forms:
        forms.append(given)
    days = f"SELECT {_day_part(column.place) if not given or '%H' not in given else f'trim({column.place})'} AS day, count(*) AS n FROM {where.table} WHERE {_present(column.place)} IS NOT NULL GROUP BY 1"
    parts = [f"sum(n) FILTER ({_date_sql('day', form)} IS NOT NULL)" for form in forms]
    parts += [f"sum(n) FILTER ({_date_sql('day', form)} IS NOT NULL AND {_date_sql('day', other)} IS NULL)" for form, other in _OTHER_ORDER.items()]
    parts += [f"sum(n) FILTER ({_date_sql('day', form)} <> {_date_sql('day', other)})" for form, other in _OTHER_ORDER.items()]
    values, *counts = con.execute(f"WITH days AS ({days}) SELECT sum(n), {', '.join(parts)} FROM days").fetchone()
    names = [*forms, *(f"only:{form}" for form in _OTHER_ORDER), *(f"other:{form}" for form in _OTHER_ORDER)]
    return int(values or 0), {name: int(count or 0) for name, count in zip(names, counts, strict=True)}


def _decided_form(values: int, counts: dict[str, int]) -> str | None:
    """The way of writing that the values decide for; None where day and month may be swapped, or there are no dates."""
    best = max((name for name in counts if ":" not in name), key=lambda form: counts[form], default=None)
    if best is None or not counts[best]:
        return None
    other = _OTHER_ORDER.get(best)
    if other is None:
        return best
    if counts[f"only:{best}"] != counts[f"only:{other}"]:
        return best if counts[f"only:{best}"] > counts[f"only:{other}"] else other
    same_either_way = not counts[f"other:{best}"] and not counts[f"only:{best}"]
    return best if same_either_way and values else None


def _given_form(counts: dict[str, int], given: str | None) -> str | None:
    return given if given and counts.get(given) else None


def _example(form: str) -> str:
    return form.replace("%Y", "2012").replace("%m", "03").replace("%d", "31").replace("%y", "12").replace("%H", "08").replace("%M", "26").replace("%S", "00")


def _ask_date(con: Any, where: Where, column: RawColumn, best: str) -> str:
    day_first = best if best.startswith("%d") else _OTHER_ORDER[best]
    month_first = _OTHER_ORDER[day_first]
    cells = con.execute(
        f"SELECT row, {column.place}, {_date_sql(column.place, day_first)}, {_date_sql(column.place, month_first)} FROM {where.table} "
        f"WHERE {_date_sql(column.place, day_first)} <> {_date_sql(column.place, month_first)} ORDER BY row LIMIT 3"
    ).fetchall()
    raise AnswerNeededError(
        Question(
            f"date: {where.file}, {column.theirs}",
            f"{where.file}: in column {column.theirs} the day or the month may stand first; no value of the column decides.",
            tuple(f"row {row:,}: {cell} is {first:%-d %B %Y} or {second:%-d %B %Y}" for row, cell, first, second in cells),
            (("the day stands first", f'dialect = {{ date = "{day_first}" }}'), ("the month stands first", f'dialect = {{ date = "{month_first}" }}')),
        )
    )


def _months(con: Any, where: Where, column: RawColumn) -> Typed:
    """Months: 2012-03, 2012M03, 201203, 3.2012, 3/2012 or a day of the month."""
    cell = f"trim({column.place})"
    year_first = r"([0-9]{4})[-/. ]?(?:M|m|K|k)?[-/. ]?([0-9]{1,2})"
    month_first = r"([0-9]{1,2})[-/. ]([0-9]{4})"

    def made(pattern: str, year: int, month: int) -> str:
        y, m = (f"regexp_extract({cell}, {text_of('^' + pattern + '$')}, {group})" for group in (year, month))
        return f"CASE WHEN regexp_full_match({cell}, {text_of(pattern)}) THEN TRY_CAST({y} || '-' || lpad({m}, 2, '0') || '-01' AS DATE) END"

    short = f"coalesce({made(year_first, 1, 2)}, {made(month_first, 2, 1)})"
    short = f"CASE WHEN {short} BETWEEN {_EARLIEST} AND {_LATEST} THEN {short} END"
    values, fits = con.execute(f"SELECT count({_present(column.place)}), count({short}) FROM {where.table}").fetchone()
    if values and fits * 2 >= values:
        return Typed(Kind.MONTH, short, _present(column.place), values, values - fits, expected="a month like 2012-03")
    day = _dates(con, where, [column])[column.place]
    sql = f"CAST(date_trunc('month', {day.sql}) AS DATE)"
    return Typed(Kind.MONTH, sql, day.present, day.values, day.misfits, expected="a month like 2012-03 or a date", style=day.style)


# Flags -------------------------------------------------------------------------------------------------------------------------------------------------


def _flag_sql(place: str) -> str:
    yes, no = (f"lower(trim({place})) IN ({', '.join(text_of(word) for word in _FLAGS[said])})" for said in (True, False))
    return f"CASE WHEN {yes} THEN true WHEN {no} THEN false END"


def _flags(con: Any, table: str, column: RawColumn) -> Typed:
    sql = _flag_sql(column.place)
    values, fits = con.execute(f"SELECT count({_present(column.place)}), count({sql}) FROM {table}").fetchone()
    return Typed(Kind.FLAG, sql, _present(column.place), values, values - fits, expected="yes or no")


def could_be_flags(words: set[str]) -> bool:
    """Whether all distinct values are words of yes or no."""
    return {word.strip().casefold() for word in words} <= {*_FLAGS[True], *_FLAGS[False]}


def looks_like_flags(words: set[str]) -> bool:
    """Whether distinct values are flags and nothing else: both yes and no, or an "x"."""
    said = {word.strip().casefold() for word in words}
    yes, no = said & {*_FLAGS[True]}, said & {*_FLAGS[False]}
    return said == {"x"} or bool(yes and no and said == yes | no)


# What the file itself types ------------------------------------------------------------------------------------------------------------------------------


def _native(con: Any, table: str, column: RawColumn, kind: Kind) -> Typed:
    """Read a column that the file types (Parquet) as the kind that is wanted."""
    of = column.engine_type
    place = column.place
    if kind == Kind.TEXT:
        return _native_text(con, table, column)
    if kind in {Kind.DECIMAL, Kind.INTEGER}:
        return _native_number(con, table, column, kind)
    values = con.execute(f"SELECT count({place}) FROM {table}").fetchone()[0]
    if kind in {Kind.DATE, Kind.MONTH}:
        day = f"TRY_CAST({place} AS DATE)" if of == "DATE" or of.startswith("TIMESTAMP") else f"TRY_CAST(CAST({place} AS VARCHAR) AS DATE)"
        sql = day if kind == Kind.DATE else f"CAST(date_trunc('month', {day}) AS DATE)"
        if kind == Kind.MONTH and of.endswith("INT"):
            sql = f"TRY_CAST(substr(CAST({place} AS VARCHAR), 1, 4) || '-' || substr(CAST({place} AS VARCHAR), 5, 2) || '-01' AS DATE)"
        expected = "a date"
    else:
        sql = place if of == "BOOLEAN" else f"CASE WHEN TRY_CAST({place} AS DOUBLE) = 1 THEN true WHEN TRY_CAST({place} AS DOUBLE) = 0 THEN false END"
        expected = "yes or no"
    misfits = values - con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    return Typed(kind, sql, place, values, misfits, expected=expected)


def _native_text(con: Any, table: str, column: RawColumn) -> Typed:
    place = column.place
    values = con.execute(f"SELECT count({place}) FROM {table}").fetchone()[0]
    if column.engine_type in {"DOUBLE", "FLOAT"} or column.engine_type.startswith("DECIMAL"):
        whole = con.execute(f"SELECT count(*) FILTER ({place} <> trunc({place})) FROM {table}").fetchone()[0] == 0
        sql = f"CAST(CAST({place} AS HUGEINT) AS VARCHAR)" if whole else f"CAST({place} AS VARCHAR)"
        return Typed(Kind.TEXT, sql, place, values)
    return Typed(Kind.TEXT, f"CAST({place} AS VARCHAR)", place, values)


def _native_number(con: Any, table: str, column: RawColumn, kind: Kind) -> Typed:
    """Whole numbers and decimals exactly; a binary float as its decimal at 15 significant digits."""
    place, of = column.place, column.engine_type
    values = con.execute(f"SELECT count({place}) FROM {table}").fetchone()[0]
    rounded = 0
    if of.endswith("INT") or of == "HUGEINT":
        number, places = place, 0
    elif of.startswith("DECIMAL"):
        number, places = place, int(of.rstrip(")").split(",")[1])
        while places > MONEY_PLACES and con.execute(f"SELECT count(*) = 0 FROM {table} WHERE {place} <> round({place}, {places - 1})").fetchone()[0]:
            places -= 1
    elif of in {"DOUBLE", "FLOAT"}:
        return _float(con, table, column, kind, values)
    elif of == "BOOLEAN":
        number, places = f"CAST({place} AS INTEGER)", 0
    else:
        number, places = f"CAST({place} AS VARCHAR)", 0
    scale = max(MONEY_PLACES, places)
    sql = f"TRY_CAST({number} AS DECIMAL({MONEY_DIGITS}, {scale}))"
    if kind == Kind.INTEGER:
        sql = f"CASE WHEN {sql} = trunc({sql}) THEN CAST({sql} AS BIGINT) END"
    misfits = values - con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    return Typed(kind, sql, place, values, misfits, places, f"a number with at most {MONEY_DIGITS - scale} digits before the decimal sign", rounded=rounded)


def _float(con: Any, table: str, column: RawColumn, kind: Kind, values: int) -> Typed:
    place = column.place
    scale = MONEY_PLACES
    at_scale = f"TRY_CAST({place} AS DECIMAL({MONEY_DIGITS}, {scale}))"
    unlike = con.execute(
        f"SELECT count(*) FROM {table} WHERE {place} IS NOT NULL AND CAST({at_scale} AS {column.engine_type}) IS DISTINCT FROM {place}"
    ).fetchone()[0]
    rounded = places = 0
    if unlike:
        text = f"CASE WHEN isfinite({place}) THEN printf('%.{_FLOAT_DIGITS}g', CAST({place} AS DOUBLE)) END"
        exponent = f"coalesce(TRY_CAST(nullif(split_part({text}, 'e', 2), '') AS INTEGER), 0)"
        mantissa = f"split_part({text}, 'e', 1)"
        after = f"greatest(0, CASE WHEN contains({mantissa}, '.') THEN strlen({mantissa}) - instr({mantissa}, '.') ELSE 0 END - {exponent})"
        places, largest = con.execute(f"SELECT max({after}), max(abs({place})) FILTER (isfinite({place})) FROM {table}").fetchone()
        fitting = max(MONEY_PLACES, MONEY_DIGITS - len(str(int(min(largest or 0, 10**MONEY_DIGITS)))))
        if places > fitting:
            rounded = con.execute(f"SELECT count(*) FROM {table} WHERE {after} > {fitting}").fetchone()[0]
        scale = max(MONEY_PLACES, min(places, fitting))
        at_scale = f"TRY_CAST({text} AS DECIMAL({MONEY_DIGITS}, {scale}))"
        places = scale
    else:
        places = next(
            (p for p in range(MONEY_PLACES) if not con.execute(f"SELECT count(*) FROM {table} WHERE {at_scale} <> round({at_scale}, {p})").fetchone()[0]),
            MONEY_PLACES,
        )
    sql = at_scale if kind == Kind.DECIMAL else f"CASE WHEN {at_scale} = trunc({at_scale}) THEN CAST({at_scale} AS BIGINT) END"
    misfits = values - con.execute(f"SELECT count({sql}) FROM {table}").fetchone()[0]
    return Typed(kind, sql, place, values, misfits, places, f"a number with at most {MONEY_DIGITS - scale} digits before the decimal sign", rounded=rounded)


_PERSONAL_NAMES = re.compile(
    r"\b(e ?mail|sahkoposti|e post|phone|puhelin|gsm|matkapuhelin|telefon|mobil|contact|yhteyshenkilo|kontakt|first name|last name|surname|etunimi|sukunimi|hetu|henkilotunnus|personnummer|address|osoite|adress|birth|syntyma)\b"
)
_PERSONAL_VALUES = (
    re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    re.compile(r"\+[0-9][0-9 ()-]{6,}"),
    re.compile(r"0[0-9]{1,3}[ -][0-9]{3,}[0-9 -]*"),
    re.compile(r"[0-3][0-9][01][0-9]{3}[-+ABCDEFUVWXY][0-9]{3}[0-9A-Y]"),
    re.compile(r"(?:19|20)?[0-9]{6}[-+][0-9]{4}"),
)


def looks_personal(normal_name: str, values: Sequence[str]) -> bool:
    """Whether a column seems to hold what identifies a person: e-mail, telephone, personal identity code, address, a contact's name.

    Examples
    --------
    >>> looks_personal("memo", ["131052-308T"]), looks_personal("yhteyshenkilo", ["Ann"]), looks_personal("rush", ["x"])
    (True, True, False)
    """
    if _PERSONAL_NAMES.search(normal_name):
        return True
    return any(pattern.fullmatch(value.strip()) for value in values for pattern in _PERSONAL_VALUES)
