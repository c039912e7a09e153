"""Rates of currencies from a table of their own: what one unit of a currency is in another, from which day on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import MONEY_DIGITS
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.mapping.currency_code import code_sql
from goodterms.intake.parts.part import Part
from goodterms.intake.values.typed_column import scale_of
from goodterms.problems import Problem, Severity

TABLE = "rates"
RATE_PLACES = 12
"""Decimal places of a rate that is 1 ÷ another, so that an amount keeps its cents."""
_LAST_DAY = "DATE '9999-12-31'"


def inverse(rate: str, places: int) -> str:
    """SQL of 1 ÷ a rate above 0, to 12 places, made of whole numbers so that every engine agrees; null where it does not fit."""
    units = f"CAST(CAST({rate} AS DECIMAL(38, {places})) * {10**places} AS HUGEINT)"
    whole = f"(({10 ** (RATE_PLACES + places)}::HUGEINT + {units} // 2) // {units})"
    return f"TRY_CAST(CAST({whole} AS DECIMAL(38, 0)) * 1e-{RATE_PLACES}::DECIMAL(38, {RATE_PLACES}) AS DECIMAL({MONEY_DIGITS}, {RATE_PLACES}))"


def of_one_unit(rate: str, places: int, units: str, unit_places: int) -> str:
    """SQL of a rate of so many units as the rate of one, to 12 places, in whole numbers; null where it does not fit, or the units are not above 0."""
    of_units = f"CAST(CAST({rate} AS DECIMAL(38, {places})) * {10**places} AS HUGEINT) * {10 ** (RATE_PLACES + unit_places)}::HUGEINT"
    by = f"(CAST(CAST(coalesce({units}, 1) AS DECIMAL(38, {unit_places})) * {10**unit_places} AS HUGEINT) * {10**places})"
    whole = f"CAST(({of_units} + {by} // 2) // {by} AS DECIMAL(38, 0)) * 1e-{RATE_PLACES}::DECIMAL(38, {RATE_PLACES})"
    return f"CASE WHEN {units} IS NULL OR {units} > 0 THEN TRY_CAST({whole} AS DECIMAL({MONEY_DIGITS}, {RATE_PLACES})) END"


class Rates:
    """The tables of rates of a reading; there may be none."""

    def __init__(self, con: Any, parts: Sequence[Part]) -> None:
        self.parts = [part for part in parts if part.table == TABLE]
        self._con = con
        self._leading: dict[str, bool] = {}

    @property
    def where(self) -> str:
        """The files, as a sentence names them."""
        return " and ".join(part.where for part in self.parts)

    def lead_to(self, reporting: str) -> bool:
        """Whether any rate brings a currency to the reporting one, or back; they are made ready for :meth:`add_to`."""
        if reporting in self._leading:
            return self._leading[reporting]
        selects = []
        for part in self.parts:
            places = scale_of(part.columns["rate"])
            meant = part.entry.dialect.get("currencies")
            one, other = code_sql('"from"', meant), code_sql('"to"', meant)
            direct = f"TRY_CAST(rate AS DECIMAL({MONEY_DIGITS}, {RATE_PLACES}))"
            rows = f"row, {part.number} AS part FROM {part.name} WHERE rate > 0 AND {one} <> {other}"
            selects.append(f"SELECT {one} AS code, date AS since, {direct} AS rate, true AS direct, {rows} AND {other} = {text_of(reporting)}")
            selects.append(f"SELECT {other}, date, {inverse('rate', places)}, false, {rows} AND {one} = {text_of(reporting)}")
        if not selects:
            return False
        first = "row_number() OVER (PARTITION BY code, since ORDER BY direct DESC, part DESC, row DESC) = 1"
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE all_rates AS {' UNION ALL '.join(selects)}")
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE currency_rates AS SELECT code, since, rate FROM all_rates WHERE rate IS NOT NULL QUALIFY {first}")
        self._say_twice()
        self._leading[reporting] = bool(self._con.execute("SELECT count(*) > 0 FROM currency_rates").fetchone()[0])
        return self._leading[reporting]

    def _say_twice(self) -> None:
        several = "SELECT code, since, direct, min(rate), max(rate) FROM all_rates GROUP BY ALL HAVING count(DISTINCT rate) > 1 ORDER BY ALL"
        for code, since, _, least, most in self._con.execute(several).fetchall():
            sentence = f"{code} has several rates of {since}, from {least.normalize():f} to {most.normalize():f}: the last one counts."
            self.parts[0].problems.append(Problem("rate-twice", Severity.WARNING, self.parts[0].origin(), sentence=sentence))

    def add_to(self, part: Part, code: str, name: str) -> None:
        """Add the rate of each row's day as a column: the latest until then; null where there is none. ``code`` is the SQL of the row's currency."""
        day = next((named(ours) for ours in ("date", "period", "valid_from") if ours in part.columns), "NULL::DATE")
        rows = f"(SELECT *, {code} AS code, coalesce({day}, {_LAST_DAY}) AS of_day FROM {part.name}) p"
        joined = f"{rows} ASOF LEFT JOIN currency_rates r ON r.code = p.code AND p.of_day >= r.since"
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT p.* EXCLUDE (code, of_day), r.rate AS {named(name)} FROM {joined}")
        part.columns[name] = f"DECIMAL({MONEY_DIGITS},{RATE_PLACES})"
