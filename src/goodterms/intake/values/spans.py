"""Quarters and weeks as files write them where others write months: "Q1 2024", "1. kv. 2024", "2024-W05"; and closing periods of a ledger, 13 to 16."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from goodterms.facts.columns import Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.values.months import CENTURY, YEAR, year_sql
from goodterms.intake.values.typed_column import RawColumn, Typed, Where, present

QUARTERS, WEEKS = "quarters", "weeks"
"""What a mapping calls a column of them, where of months it names a form."""
SPANS_NUMBERED = {"week_number": WEEKS, "quarter_number": QUARTERS}
"""Our names of columns that say their numbers without a year."""
_WORDS = {
    QUARTERS: r"q|qtr|quarter|kv|kvartaali|neljännes|vuosineljännes|kvartal|kvt|quartal|kwartaal|kwartał|trim|trimestre|t",
    WEEKS: r"w|wk|week|kw|woche|vko|vk|viikko|v|vecka|uge|uke|sem|semaine|semana|settimana|tydzień",
}
_NUMBERS = {QUARTERS: "[1-4]", WEEKS: "[0-5]?[0-9]"}
_YEAR = rf"(?:(?P<year>{YEAR})|'?(?P<short>[0-9]{{2}}))"
_SHAPES = (
    rf"(?P<year>{YEAR})[-/. ]*(?:WORD)\.?[-/. ]*(?P<number>NUMBER)",
    rf"(?:WORD)\.?[-/. ]*(?P<number>NUMBER)(?:[-/. ]+|(?=')){_YEAR}",
    rf"(?P<number>NUMBER)[-/. ]*(?:WORD)\.?[-/. ]*{_YEAR}",
)
FORMS_OF_SPANS = {
    kind: tuple(shape.replace("WORD", words).replace("NUMBER", _NUMBERS[kind]).replace("(?=')", "") for shape in _SHAPES) for kind, words in _WORDS.items()
}
"""Ways of writing a quarter or a week, as regular expressions of a text in small letters."""
_SHORT = "1[7-9]|[2-9][0-9]"
"""Years of two digits that are neither months nor closing periods."""
CLOSING = (
    rf"(?P<year>{YEAR})(?:[-/. ]?[mkp][-/. ]?|[-/. ]?)(?P<number>1[3-6])",
    rf"(?:p|m)?(?P<number>1[3-6])[-/. ](?P<year>{YEAR})",
    rf"(?P<number>1[3-6])[-/.](?P<year>{_SHORT})",
    rf"(?P<year>{_SHORT})[-/.](?P<number>1[3-6])",
)
"""Ways of writing a closing period of a year, in small letters."""
_CLOSING_NUMBER = re.compile(r"(?:p|m|per|period|kausi|periode?)?[-. ]*(1[3-6])\.?")


def span_of(text: str) -> tuple[str, date] | None:
    """Whether a text is a quarter or a week, and its first day; None where it is none.

    Examples
    --------
    >>> [span_of(text) for text in ("2024Q2", "1. kv. 2024", "Q4/24")]
    [('quarters', datetime.date(2024, 4, 1)), ('quarters', datetime.date(2024, 1, 1)), ('quarters', datetime.date(2024, 10, 1))]
    >>> [span_of(text) for text in ("2024-W05", "vko 5/2024", "KW 53 2024", "2024-05", "Q5 2024")]
    [('weeks', datetime.date(2024, 1, 29)), ('weeks', datetime.date(2024, 1, 29)), None, None, None]
    """
    said = " ".join(text.split()).lower()
    found = ((kind, re.fullmatch(shape, said)) for kind, shapes in FORMS_OF_SPANS.items() for shape in shapes)
    return next(((kind, day) for kind, match in found if match and (day := _first_day(kind, match))), None)


def quarter_number(text: str) -> int:
    """Which quarter a heading says, with its year or without; 0 where it says none.

    >>> quarter_number("Q3"), quarter_number("2. kvartaali"), quarter_number("Q4 2024"), quarter_number("Quantity")
    (3, 2, 4, 0)
    """
    said = " ".join(text.split()).lower()
    found = re.fullmatch(rf"(?:{_WORDS[QUARTERS]})\.?[-/. ]*([1-4])\.?|([1-4])[-/. ]*(?:{_WORDS[QUARTERS]})\.?", said)
    if found:
        return int(found[1] or found[2])
    span = span_of(text)
    return (span[1].month + 2) // 3 if span and span[0] == QUARTERS else 0


def quarters_of(names: Iterable[str]) -> dict[str, date]:
    """The columns whose names are quarters of a year, each with its first day; none where fewer than two are, or two are the same."""
    found = {name: span[1] for name in names if (span := span_of(name)) and span[0] == QUARTERS}
    return found if 1 < len(found) == len(set(found.values())) else {}


def _first_day(kind: str, found: re.Match[str]) -> date | None:
    said = found.groupdict()
    year, number = said["year"] or ("20" if int(said["short"]) < CENTURY else "19") + said["short"], int(said["number"])
    if kind == QUARTERS:
        return date(int(year), 3 * number - 2, 1)
    try:
        return date.fromisocalendar(int(year), number, 1)
    except ValueError:
        return None


def last_day(kind: str, first: date) -> date:
    """The last day of a quarter or week.

    >>> last_day(QUARTERS, date(2024, 1, 1)), last_day(WEEKS, date(2024, 1, 29))
    (datetime.date(2024, 3, 31), datetime.date(2024, 2, 4))
    """
    if kind == WEEKS:
        return first + timedelta(6)
    return date(first.year + (first.month > 9), (first.month + 2) % 12 + 1, 1) - timedelta(1)


def last_day_sql(kind: str, first: str) -> str:
    """SQL of the same."""
    return f"CAST({first} + INTERVAL {'6 DAY' if kind == WEEKS else '3 MONTH - INTERVAL 1 DAY'} AS DATE)"


def first_day_sql(cell: str, kind: str) -> str:
    """SQL of the first day of the quarter or week that a cell says, null where it says none; the cell is in small letters, without spaces around it."""
    cases = []
    for shape in FORMS_OF_SPANS[kind]:
        said = {name: f"regexp_extract({cell}, {text_of(f'^{shape}$')}, {place})" for name, place in re.compile(shape).groupindex.items()}
        year = (
            f"TRY_CAST(coalesce(nullif({said['year']}, ''), {year_sql(said['short'])}) AS INTEGER)"
            if "short" in said
            else f"TRY_CAST({said['year']} AS INTEGER)"
        )
        cases.append(f"WHEN regexp_full_match({cell}, {text_of(shape)}) THEN {_day_sql(kind, year, said['number'])}")
    return f"CASE {' '.join(cases)} END"


def numbered_day_sql(cell: str, kind: str, year: str) -> str:
    """SQL of the first day of a quarter or week whose number a cell says, null where it says none, and a whole number of the year."""
    shape = _numbered(kind)
    cell = f"lower(trim(CAST({cell} AS VARCHAR)))"
    number = f"regexp_extract({cell}, {text_of(f'^{shape}$')}, 1)"
    return f"CASE WHEN regexp_full_match({cell}, {text_of(shape)}) THEN {_day_sql(kind, f'CAST({year} AS INTEGER)', number)} END"


def is_numbered(text: str, kind: str) -> bool:
    """Whether a text is the number of a quarter or week without its year.

    >>> is_numbered("Q3", QUARTERS), is_numbered("5", QUARTERS), is_numbered("W05", WEEKS), is_numbered("53", WEEKS), is_numbered("2024-W05", WEEKS)
    (True, False, True, True, False)
    """
    return bool(re.fullmatch(_numbered(kind), text.strip().lower()))


def _numbered(kind: str) -> str:
    number = "[1-4]" if kind == QUARTERS else "0?[1-9]|[1-4][0-9]|5[0-3]"
    return rf"(?:(?:{_WORDS[kind]})\.?[-/. ]*)?({number})\.?(?:[-/. ]*(?:{_WORDS[kind]})\.?)?"


def _day_sql(kind: str, year: str, number: str) -> str:
    number = f"TRY_CAST({number} AS INTEGER)"
    if kind == QUARTERS:
        return f"make_date({year}, 3 * {number} - 2, 1)"
    monday = f"CAST(date_trunc('week', make_date({year}, 1, 4)) + to_days(7 * ({number} - 1)) AS DATE)"
    return f"CASE WHEN {number} > 0 AND isoyear({monday}) = {year} THEN {monday} END"


def with_spans(con: Any, where: Where, column: RawColumn) -> Typed | None:
    """Read a column of which at least half of the values are quarters, or weeks, each as its first day; None where it is none."""
    cell = f"lower(trim({column.place}))"
    read = {kind: first_day_sql(cell, kind) for kind in FORMS_OF_SPANS}
    values, *fits = con.execute(f"SELECT count({present(column.place)}), {', '.join(f'count({sql})' for sql in read.values())} FROM {where.table}").fetchone()
    count, kind = max(zip(fits, read, strict=True), key=lambda pair: pair[0])
    if not count or 2 * count < values:
        return None
    expected = "a quarter like Q1 2012" if kind == QUARTERS else "a week like 2012-W05"
    return Typed(Kind.MONTH, read[kind], present(column.place), values, values - count, expected=expected, style={"date": kind})


def closing_of(text: str) -> tuple[int, int] | None:
    """The year and number of the closing period that a heading says, None where it says none; the year is 0 where it stands without one.

    >>> closing_of("13/2024"), closing_of("202414"), closing_of("13.24"), closing_of("Period 13"), closing_of("12/2024")
    ((2024, 13), (2024, 14), (2024, 13), (0, 13), None)
    """
    said = " ".join(text.split()).lower()
    if found := next((found for shape in CLOSING if (found := re.fullmatch(shape, said))), None):
        year = found["year"] if len(found["year"]) == 4 else ("20" if int(found["year"]) < CENTURY else "19") + found["year"]
        return int(year), int(found["number"])
    alone = _CLOSING_NUMBER.fullmatch(said)
    return (0, int(alone[1])) if alone else None


def closing_sql(cell: str) -> str:
    """SQL of the last month of the year whose closing period a cell says, null where it says none; the cell is in small letters."""
    return _of_closing(cell, "year", lambda year: f"TRY_CAST({year_sql(year)} || '-12-1' AS DATE)")


def closing_number_sql(cell: str, *, with_year: bool) -> str:
    """SQL of the number, 13 to 16, of the closing period that a cell says, with its year or without, null where it says none; the cell is in small letters."""
    return _of_closing(cell, "number", "CAST({} AS INTEGER)".format) if with_year else f"CASE WHEN {is_closing(cell)} THEN CAST({cell} AS INTEGER) END"


def _of_closing(cell: str, name: str, read: Callable[[str], str]) -> str:
    said = {shape: f"regexp_extract({cell}, {text_of(f'^{shape}$')}, {re.compile(shape).groupindex[name]})" for shape in CLOSING}
    cases = (f"WHEN regexp_full_match({cell}, {text_of(shape)}) THEN {read(one)}" for shape, one in said.items())
    return f"CASE {' '.join(cases)} END"


def is_closing(number: str) -> str:
    """SQL of whether the number of a month that stands without its year is that of a closing period."""
    return f"coalesce(trim(CAST({number} AS VARCHAR)) IN ('13', '14', '15', '16'), false)"


def are_spans(values: Sequence[str]) -> bool:
    """Whether some values are all quarters, or all weeks, and there is one."""
    return bool(values) and len({span[0] if (span := span_of(value)) else "" for value in values} | {""}) == 2 and all(map(span_of, values))
