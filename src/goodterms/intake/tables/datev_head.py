"""A batch of entries in DATEV's format (EXTF): its days have no year, which the line above its header says with the fiscal year."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.tables.raw_table import RawTable, new_name
from goodterms.problems import Origin, Problem, Severity

_FORMATS = frozenset({"EXTF", "DTVF"})
_BEGIN, _DIGITS, _FROM, _TO = 12, 13, 14, 15
"""Fields of the first line, from 0: the first day of the fiscal year, digits of a ledger account, the first and last day of the entries."""
_DAY, _ACCOUNT, _CONTRA = "Belegdatum", "Konto", "Gegenkonto (ohne BU-Schlüssel)"


def with_years(engine: Any, raw: RawTable) -> RawTable:
    """Return such a table with the year of each day, and say so; any other as it is.

    A day and month (909 is 9 September) stands once in a fiscal year. Cells that are no such day keep their text, and their rows are rejected.
    """
    head = _head(raw)
    year = _fiscal_year(head)
    if year is None or _DAY not in raw.header:
        return raw
    first, last = year
    place = raw.columns[raw.header.index(_DAY)]
    days, cells = engine.con.execute(f"SELECT count(*) FILTER (regexp_full_match(trim({place}), '[0-9]{{3,4}}')), count({place}) FROM {raw.name}").fetchone()
    if not days or days < cells:
        return raw
    in_year = {f"{day:%d%m}": day for day in (first + timedelta(days=n) for n in range((last - first).days + 1))}
    of_digits = f"lpad(trim({place}), 4, '0')"
    known = ", ".join(f"{text_of(digits)}: {text_of(day.isoformat())}" for digits, day in in_year.items())
    name = new_name()
    engine.con.execute(f"CREATE TEMP VIEW {name} AS SELECT * REPLACE (coalesce(MAP {{{known}}}[{of_digits}], {place}) AS {place}) FROM {raw.name}")
    said = Problem(
        "year-of-head",
        Severity.NOTICE,
        Origin(raw.file, raw.sheet, column=_DAY),
        sentence=f"Its days have no year: they are of the fiscal year of the first line, {first.isoformat()} to {last.isoformat()}.",
        rows=days,
    )
    return replace(raw, name=name, problems=(*raw.problems, said, *_contra_accounts(engine, raw, head)))


def _head(raw: RawTable) -> list[str]:
    """The fields of the first line, where that is one of the format above the header; nothing elsewhere."""
    above = next((ref.text for ref in raw.set_aside if ref.row == 1), "") if raw.dialect and raw.header_row > 1 else ""
    fields = next(csv.reader([above], delimiter=raw.dialect.delimiter), []) if raw.dialect else []
    return fields if fields and fields[0].strip() in _FORMATS and len(fields) > _TO else []


def _fiscal_year(head: list[str]) -> tuple[date, date] | None:
    """The first and last day of the fiscal year, where the days of the entries lie in it."""
    if not head:
        return None
    try:
        begin, first, last = (datetime.strptime(head[place], "%Y%m%d").replace(tzinfo=UTC).date() for place in (_BEGIN, _FROM, _TO))
    except ValueError:
        return None
    end = begin.replace(year=begin.year + 1, day=min(begin.day, 28)) - timedelta(days=1)
    return (begin, end) if begin <= first <= last <= end else None


def _contra_accounts(engine: Any, raw: RawTable, head: list[str]) -> list[Problem]:
    """What to say where ledger accounts stand as contra accounts: only the other account of such a row is read."""
    digits = head[_DIGITS].strip()
    if not digits.isdecimal() or not {_ACCOUNT, _CONTRA} <= {*raw.header}:
        return []
    place = raw.columns[raw.header.index(_CONTRA)]
    rows = engine.con.execute(f"SELECT count(*) FROM {raw.name} WHERE length(trim({place})) <= {int(digits)}").fetchone()[0]
    if not rows:
        return []
    sentence = f"{rows:,} {'row books' if rows == 1 else 'rows book'} a ledger account there, which counts for nothing: amounts are those of {_ACCOUNT}."
    action = "If costs are booked there, export the ledger accounts (Sachkonten) with their entries, or the balances of the months, instead."
    return [Problem("contra-account", Severity.WARNING, Origin(raw.file, raw.sheet, column=_CONTRA), sentence=sentence, action=action, rows=rows)]
