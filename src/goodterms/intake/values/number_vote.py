"""Numbers by vote: all values of a column together say which sign is the decimal one, how thousands and negatives are written, and how many places it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import NO_MONEY, RATES
from goodterms.intake.mapping.currency_code import WHOLE_UNITS, currency_code, currency_named, marked_with
from goodterms.intake.values.number_arithmetic import signs_by_arithmetic
from goodterms.intake.values.number_forms import A_MINUS, COMMA_STYLE, DOT_STYLE, SIGNED, core_of, digits_of, money_mark, plain_digits
from goodterms.intake.values.typed_column import WHOLE_DIGITS, RawColumn, Typed, Where, decimal, in_digits, present

_CENTS = 2
_TOO_FEW = 0.05
"""Below this share of the values with three digits behind a sign, those with more or fewer do not prove it the decimal one: they may be the slips."""
_OF_ONE = "unit_"
"""How our columns of what one unit costs or weighs begin."""
_RATES = frozenset({"exchange_rate", "inverse_rate", "rate", *RATES})


@dataclass(frozen=True)
class _Ballot:
    """How many values of one column can have only a decimal point, only a decimal comma, or either.

    ``three`` counts those of the first two kinds with three digits behind the sign.
    ``plain`` is the sign under which every value is digits, at most one sign and at most one minus before them; "" where that is not so.
    """

    values: int
    only_dot: int
    only_comma: int
    either_dot: int = 0
    either_comma: int = 0
    three: int = 0
    plain: str = ""
    places: int = 0
    has_negative: bool = True
    fits: bool = False
    """Whether no value can have more digits than an amount may."""
    grouped: int = 0
    """Values with the sign of one way of writing between thousands and the sign of decimals behind, or with several signs between thousands."""

    @property
    def decimal(self) -> str | None:
        """The decimal sign; "" where no value needs one; None where the values do not decide."""
        if self.only_dot == self.only_comma:
            return None if self.only_dot or self.either_dot or self.either_comma else ""
        return None if self.is_mixed or self.are_slips else "." if self.only_dot > self.only_comma else ","

    @property
    def are_slips(self) -> bool:
        """Whether nearly all values with the sign have three digits behind it, as thousands do, and the few others are no rule: 1.500 forty times, and 12.5."""
        sign, either = (self.only_dot, self.either_dot) if self.only_dot > self.only_comma else (self.only_comma, self.either_comma)
        return not self.three and 0 < sign < _TOO_FEW * either

    @property
    def is_mixed(self) -> bool:
        """Whether some values can have only a decimal point and some only a comma, and others may have either, which nothing proves to be thousands."""
        either = self.either_comma if self.only_dot > self.only_comma else self.either_dot
        return bool(self.only_dot and self.only_comma and (self.only_dot == self.only_comma or (either and not self.grouped)))

    def takes(self, sign: str) -> bool:
        """Whether any value with a point or comma can be read with this decimal sign."""
        return bool(self.either_dot or self.either_comma or (self.only_dot if sign == "." else self.only_comma))


def numbers(con: Any, where: Where, wanted: Sequence[tuple[RawColumn, Kind]]) -> dict[str, Typed]:
    """Read columns of numbers: as the mapping says, else as each one's values decide, else as the file's other numbers do.

    Raises
    ------
    AnswerNeededError
        Where "1.234" may be a number with decimals or with thousands.
    """
    ballots = _ballots(con, where.table, [column for column, _ in wanted])
    signs: dict[str, str | None] = {}
    for column, _ in wanted:
        signs[column.place], ballots[column.place] = _own_sign(con, where, column, ballots[column.place])
    columns = {column.place: column for column, _ in wanted}
    signs |= signs_by_arithmetic(con, where, columns, signs) if None in signs.values() else {}
    written = {signs[place] for place, column in columns.items() if column.native != "number"} - {None, ""}
    likely = where.found.get("decimal") or (next(iter(written)) if len(written) == 1 else None)
    found: dict[str, Typed] = {}
    for column, kind in wanted:
        ballot, sign = ballots[column.place], signs[column.place]
        if sign is None:
            sign = (None if ballot.is_mixed else likely or _sign_of_others(con, where, list(columns.values()))) or _ask_decimal(con, where, column, ballot)
        found[column.place] = _read(con, where, column, kind, sign or where.decimal or likely or ".", ballot)
    return found


def _own_sign(con: Any, where: Where, column: RawColumn, ballot: _Ballot) -> tuple[str | None, _Ballot]:
    """The decimal sign that is given for a column or its own values decide, None where they do not, and "" where they need none; with its ballot."""
    if column.native == "number":
        return ".", ballot
    sign, given = ballot.decimal, where.decimal
    if given and sign not in {given, ""}:
        full = _full_ballot(con, where.table, column.written("n"))
        if full.takes(given):
            return given, full
    return (_sign_of_whole_units(con, where, column, ballot) if sign is None else sign), ballot


def _sign_of_whole_units(con: Any, where: Where, column: RawColumn, ballot: _Ballot) -> str | None:
    """The decimal sign of amounts that are all in a currency without cents, or say that they have none: 12.500 ISK and 1.250:- have thousands."""
    ours = where.ours.get(column.theirs, "")
    if ballot.only_dot or ballot.only_comma or (ballot.either_dot and ballot.either_comma) or not ours or ours in NO_MONEY or ours.startswith(_OF_ONE):
        return None
    cell = column.written("n")
    mark = f"coalesce(nullif({money_mark(cell)}, ''), nullif({where.currency or text_of(currency_named(column.theirs))}, ''), '')"
    without_cents = f"regexp_matches({cell}, {text_of(f'[0-9]:[{A_MINUS}]')})"
    marks = con.execute(
        f"SELECT list(DISTINCT CASE WHEN {without_cents} THEN NULL ELSE {mark} END) FROM {where.table} WHERE regexp_matches({cell}, '[0-9][.,][0-9]')"
    ).fetchone()[0]
    return ("," if ballot.either_dot else ".") if {currency_code(mark) for mark in marks or [] if mark is not None} <= WHOLE_UNITS else None


def _sign_of_others(con: Any, where: Where, columns: Sequence[RawColumn]) -> str | None:
    """The decimal sign that the source's other files with these columns agree on."""
    signs = set()
    for table, named in where.others:
        theirs = [named[column.theirs] for column in columns if named[column.theirs].native != "number"]
        signs |= {ballot.decimal for ballot in _ballots(con, table, theirs).values()} - {None, ""}
    return signs.pop() if len(signs) == 1 else None


def _ballots(con: Any, table: str, columns: Sequence[RawColumn]) -> dict[str, _Ballot]:
    """Count the votes: quickly where all values are digits with one sign, with all forms of writing where they are not."""
    found = _plain_ballots(con, table, columns, ".")
    rest = [column for column in columns if column.place not in found]
    found |= _plain_ballots(con, table, rest, ",")
    return found | {column.place: _full_ballot(con, table, column.written("n")) for column in rest if column.place not in found}


def _plain_ballots(con: Any, table: str, columns: Sequence[RawColumn], sign: str) -> dict[str, _Ballot]:
    """The ballots of the columns whose every value is digits with at most this one sign, all in one scan."""
    if not columns:
        return {}
    parts = []
    for cell in (column.written("n") for column in columns):
        behind = f"strlen({cell}) - instr({cell}, '{sign}')"
        parts += [
            f"count({cell})",
            f"count(*) FILTER (regexp_full_match({cell}, '-?[0-9]+([{sign}][0-9]+)?'))",
            f"count(*) FILTER (contains({cell}, '{sign}'))",
            f"count(*) FILTER (contains({cell}, '{sign}') AND {behind} = 3)",
            f"max({behind})",
            f"max(strlen({cell}))",
            f"starts_with(min({cell}), '-')",
        ]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    found = {}
    for i, column in enumerate(columns):
        values, plain, signed, three, behind, longest, is_negative = row[7 * i : 7 * i + 7]
        if values != plain:
            continue
        cell = column.written("n")
        places = (behind or 0) if signed else 0
        if places > _CENTS:  # zeros at the end are no places, and without the sign all digits were counted
            places = con.execute(f"SELECT max(strlen(rtrim({cell}, '0')) - instr({cell}, '{sign}')) FROM {table} WHERE contains({cell}, '{sign}')").fetchone()[
                0
            ]
        if signed and signed - three < max(_TOO_FEW * three, 1):
            found[column.place] = replace(_full_ballot(con, table, cell), plain=sign, places=places, has_negative=bool(is_negative))
            continue
        fits = (longest or 0) <= WHOLE_DIGITS
        dots, commas = (signed, 0) if sign == "." else (0, signed)
        found[column.place] = _Ballot(values, dots, commas, plain=sign, places=places, has_negative=bool(is_negative), fits=fits)
    return found


def _full_ballot(con: Any, table: str, place: str) -> _Ballot:
    dot_style, comma_style = text_of(DOT_STYLE), text_of(COMMA_STYLE)
    either = text_of("[1-9][0-9]{0,2}[.,][0-9]{3}")
    sql = f"""
        WITH cells AS (SELECT {place} AS cell, {core_of(place)} AS core FROM {table} WHERE {present(place)} IS NOT NULL),
        forms AS (SELECT core, {digits_of("core")} AS digits FROM cells),
        judged AS (
            SELECT digits, regexp_full_match(digits, {dot_style}) AS dot, regexp_full_match(digits, {comma_style}) AS comma,
                   regexp_full_match(digits, {either}) AS either
            FROM forms WHERE regexp_full_match(core, {text_of(SIGNED)}) AND regexp_matches(digits, '[0-9]')
        )
        SELECT (SELECT count(*) FROM cells), count(*) FILTER (dot AND NOT comma), count(*) FILTER (comma AND NOT dot),
               count(*) FILTER (either AND contains(digits, '.')), count(*) FILTER (either AND contains(digits, ',')),
               count(*) FILTER (dot <> comma AND regexp_matches(digits, '[.,][0-9]{{3}}$')),
               count(*) FILTER (dot <> comma AND regexp_matches(digits, '[.,].*[.,]'))
        FROM judged
    """
    values, dot, comma, either_dot, either_comma, three, grouped = con.execute(sql).fetchone()
    return _Ballot(values, dot, comma, either_dot, either_comma, three, grouped=grouped)


def _ask_decimal(con: Any, where: Where, column: RawColumn, ballot: _Ballot) -> str:
    cell = column.written("n")
    cells = con.execute(
        f"SELECT row, {cell} FROM {where.table} WHERE regexp_matches({cell}, '[0-9][.,][0-9]') "
        f"QUALIFY row_number() OVER (PARTITION BY contains({cell}, ',') ORDER BY row) <= 3 ORDER BY row"
    ).fetchall()
    sample = cells[0][1] if cells else "1.234"
    point, comma = choice("the point is the decimal sign", dialect={"decimal": "."}), choice("the comma is the decimal sign", dialect={"decimal": ","})
    is_point = ballot.only_dot > ballot.only_comma if ballot.is_mixed else ("." in sample) != _seem_thousands(con, where, column)
    said = (
        f"in column {column.theirs} {ballot.only_dot:,} {_numbers_have(ballot.only_dot)} a decimal point, {ballot.only_comma:,} a decimal comma"
        + (f", and {ballot.either_dot + ballot.either_comma:,} may have either" if ballot.either_dot or ballot.either_comma else "")
        if ballot.is_mixed
        else f'in column {column.theirs} "{sample}" may be a number with decimals or with thousands; {_undecided(ballot)}'
    )
    raise AnswerNeededError(
        Question(
            f"decimal: {where.file}, {column.theirs}",
            f"{where.file}: {said}.",
            tuple(f"row {row:,}: {cell}" for row, cell in cells),
            (point, comma) if is_point else (comma, point),
        )
    )


def _seem_thousands(con: Any, where: Where, column: RawColumn) -> bool:
    """Whether thousands are the likelier reading of 1.500 and 12.000, where no value decides.

    They are of amounts of money and whole numbers, unless a number of four digits or more stands there without the sign; three decimal places are likelier of
    quantities, weights, rates and prices of one, unless smaller numbers stand there without the sign and round ones with it; prices that all are round are
    thousands too.
    """
    ours = where.ours.get(column.theirs, "")
    digits = digits_of(core_of(column.written("n")))
    long_ones, short_ones, round_ones, others = con.execute(
        f"SELECT count(*) FILTER (regexp_full_match(d, '[0-9]{{4,}}')), count(*) FILTER (regexp_full_match(d, '[1-9][0-9]{{0,2}}')), "
        f"count(*) FILTER (regexp_matches(d, '[.,][0-9]{{2}}0$')), count(*) FILTER (regexp_matches(d, '[.,][0-9]{{2}}[1-9]$')) "
        f"FROM (SELECT {digits} AS d FROM {where.table})"
    ).fetchone()
    is_price = ours.startswith(_OF_ONE) and ours not in NO_MONEY
    if ours in NO_MONEY or is_price:
        return bool(not long_ones and round_ones and ((short_ones and ours not in _RATES) or (is_price and not others)))
    return not long_ones


def _undecided(ballot: _Ballot) -> str:
    few, either = max(ballot.only_dot, ballot.only_comma), max(ballot.either_dot, ballot.either_comma)
    return f"only {few:,} can have decimals alone, beside {either:,} that can have either" if ballot.are_slips else "no value of the column decides"


def _numbers_have(count: int) -> str:
    return "number has" if count == 1 else "numbers have"


def _read(con: Any, where: Where, column: RawColumn, kind: Kind, sign: str, ballot: _Ballot) -> Typed:
    """Say how a column of numbers is read without rounding, measuring how many places and digits it needs."""
    table = where.table
    is_plain = ballot.plain == sign or (ballot.plain != "" and not any((ballot.only_dot, ballot.only_comma, ballot.either_dot, ballot.either_comma)))
    plain = column.read_as("n", column.place, plain_digits(column.place, sign, is_plain=is_plain))
    decides = column.native != "number" and ballot.takes(sign)
    if column.kinds:
        values = con.execute(f"SELECT count({present(column.place)}) FROM {table}").fetchone()[0]
        ballot, is_plain = replace(ballot, values=values, has_negative=True), False
    places, percent, marked = ballot.places, False, 0
    marks: list[str] = []
    if not is_plain or places > MONEY_PLACES:
        needed = f"max(CASE WHEN contains({plain}, '.') THEN strlen(rtrim({plain}, '0')) - instr({plain}, '.') ELSE 0 END)"
        mark = f"CASE WHEN {plain} IS NOT NULL THEN {money_mark(column.place)} ELSE '' END"
        counted = f"list_sort(list(DISTINCT {mark})), count(*) FILTER ({mark} <> '')"
        places, percent, marks, marked = con.execute(f"SELECT {needed}, bool_or(contains({column.place}, '%')), {counted} FROM {table}").fetchone()
    most = places = places or 0
    if places > MONEY_PLACES:
        places = _places_that_fit(con, table, plain, places)
    scale = max(places, MONEY_PLACES)
    exact = plain if most <= scale else _only_exact(plain, scale)
    number = sql = decimal(exact, scale, where.whole_digits)
    if kind == Kind.INTEGER:
        sql = f"CASE WHEN {number} = trunc({number}) THEN CAST({number} AS BIGINT) END"
    misfits = 0
    if not (is_plain and ballot.fits and most <= MONEY_PLACES and scale == MONEY_PLACES and kind != Kind.INTEGER):
        misfits = con.execute(f"SELECT count(*) FROM {table} WHERE {present(column.place)} IS NOT NULL AND {sql} IS NULL").fetchone()[0]
    currencies = tuple(sorted({marked_with(mark, where.answers.get("currencies")) for mark in marks or [] if mark}))
    said = f"a number with decimal {'comma' if sign == ',' else 'point'} and {in_digits(scale, where.whole_digits)} it"
    return Typed(
        kind,
        sql,
        present(column.place),
        ballot.values,
        misfits,
        places,
        expected="a whole number" if kind == Kind.INTEGER else said,
        style={"decimal": sign} if decides else {},
        currencies=currencies,
        percent=bool(percent),
        marked=marked,
        has_negative=ballot.has_negative,
    )


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
