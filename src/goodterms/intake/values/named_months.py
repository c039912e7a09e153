"""Dates whose month is a name, in twelve languages: ``03-Feb-23``, ``3. helmikuuta 2023``, ``Feb 3, 2023``, ``1er février 2023``."""

from __future__ import annotations

import re
from typing import Any

from goodterms.facts.columns import Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.values.months import FIRST_YEAR, LAST_YEAR, LETTERS, NUMBER_OF, year_sql
from goodterms.intake.values.time_of_day import TIME
from goodterms.intake.values.typed_column import RawColumn, Typed, Where, present

_BETWEEN = r"(?:[-/., ]{0,3}| de | di )"
_NAME = rf"([{LETTERS}]{{3,}})\.?"
_FORMS = {
    "%d %b %Y": (rf"([0-9]{{1,2}})(?:er|º|°)?{_BETWEEN}{_NAME}{_BETWEEN}([0-9]{{4}}|[0-9]{{2}})", (3, 2, 1)),
    "%b %d %Y": (rf"{_NAME}{_BETWEEN}([0-9]{{1,2}})(?:st|nd|rd|th)?[, ]{{1,2}}([0-9]{{4}})", (3, 1, 2)),
    "%Y %b %d": (rf"([0-9]{{4}}){_BETWEEN}{_NAME}{_BETWEEN}([0-9]{{1,2}})", (1, 2, 3)),
}
"""Ways of writing such a date, with the groups of year, month and day."""
_NUMBERS = NUMBER_OF | {f"{name}ta": number for name, number in NUMBER_OF.items() if name.endswith("kuu")}


def is_named_day(cell: str) -> bool:
    """Whether a text is a date whose month is a name.

    Examples
    --------
    >>> [is_named_day(cell) for cell in ("03-Feb-23", "3. helmikuuta 2023", "Feb 3, 2023", "2023 maj 3", "3 kpl 2023")]
    [True, True, True, True, False]
    """
    text = cell.strip().lower()
    found = ((re.fullmatch(shape + TIME, text), groups) for shape, groups in _FORMS.values())
    return any(match is not None and match[groups[1]] in _NUMBERS for match, groups in found)


def with_named_months(con: Any, where: Where, column: RawColumn) -> Typed | None:
    """Read a column of which at least half of the values are dates with a name of a month; None where it is none."""
    values = con.execute(f"SELECT count({present(column.place)}) FROM {where.table}").fetchone()[0]
    read = {form: _day_sql(column.place, form) for form in _FORMS}
    counts = con.execute(f"SELECT {', '.join(f'count({sql})' for sql in read.values())} FROM {where.table}").fetchone()
    fits, form = max(zip(counts, read, strict=True), key=lambda pair: pair[0])
    if not fits or 2 * fits < values:
        return None
    return Typed(Kind.DATE, read[form], present(column.place), values, values - fits, expected="a date like 31 Mar 2012", style={"date": form})


def _day_sql(place: str, form: str) -> str:
    shape, groups = _FORMS[form]
    cell = f"lower(trim({place}))"
    year, month, day = (f"regexp_extract({cell}, {text_of(f'^{shape}')}, {group})" for group in groups)
    names = ", ".join(f"{text_of(name)}: '{number}'" for name, number in _NUMBERS.items())
    made = f"TRY_CAST({year_sql(year)} || '-' || MAP {{{names}}}[{month}] || '-' || {day} AS DATE)"
    return f"CASE WHEN regexp_full_match({cell}, {text_of(shape + TIME)}) AND year({made}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {made} END"
