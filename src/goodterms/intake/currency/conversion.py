"""Amounts brought to the reporting currency: times the rate of their row, or by the currency that their column's name says."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from collections.abc import Sequence
from typing import Any

from goodterms.errors import Question
from goodterms.facts.columns import MONEY_PLACES
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.currency.amounts_held import (
    RATE_OF_COLUMN,
    RATE_OF_FILE,
    TOGETHER,
    Held,
    amounts_of,
    count_of_rows,
    currency_of,
    heading_of,
    is_in,
    own_rate,
    rate_of,
    rate_places,
    source_of,
    summed_up,
)
from goodterms.intake.currency.currency_rates import RATE_PLACES, Rates
from goodterms.intake.currency.reporting_currency import WITH_RATES
from goodterms.intake.mapping.answers import answerable, choice, of_files, of_join
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.entry_heads import heads_of
from goodterms.intake.parts.part import MEND, MOST_SAID, Part, reject
from goodterms.intake.values.typed_column import decimal, scale_of
from goodterms.problems import Problem, Severity


def convert(con: Any, part: Part, reporting: str, held: Sequence[Held], rates: Rates) -> None:
    """Multiply the amounts of the rows in other currencies by their rate; a row whose amount does not fit then is rejected."""
    rate, currency = rate_of(part), currency_of(part)
    is_foreign = f"(({rate}) IS NOT NULL AND ({currency} NOT IN ({text_of(reporting)}, '') OR ({currency} = '' AND ({rate}) <> 1)))"
    kept = {name for name in amounts_of(part) if is_in(part, name, reporting)}
    amounts = {name: _times_rate(part, name, rate, rate_places(part)) for name in amounts_of(part) if name not in kept}
    _reject_too_large(con, part, is_foreign, amounts, rate)
    money, by_own = summed_up(part), f"({own_rate(part)}) IS NOT NULL"
    before = {
        (c, own): amount
        for c, own, amount in con.execute(f"SELECT {currency}, {by_own}, sum({money}) FROM {part.name} WHERE {is_foreign} GROUP BY ALL").fetchall()
    }
    replaced = [f"CASE WHEN {is_foreign} THEN {sql} ELSE {named(name)} END AS {named(name)}" for name, sql in amounts.items()]
    if "currency" in part.columns:
        replaced.append(f"CASE WHEN {is_foreign} THEN {text_of(reporting) if reporting else 'NULL'} ELSE currency END AS currency")
    if "exchange_rate" in part.columns:
        replaced.append(f"CASE WHEN {is_foreign} THEN 1 ELSE exchange_rate END AS exchange_rate")
    rows = f"SELECT * REPLACE ({', '.join(replaced)}), {currency} AS was_in, {is_foreign} AS was_foreign, {by_own} AS was_own FROM {part.name}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE converted AS {rows}")
    after = con.execute(f"SELECT was_in, was_own, count(*), sum({money}) FROM converted WHERE was_foreign GROUP BY ALL ORDER BY ALL").fetchall()
    discount = "* EXCLUDE (was_in, was_foreign, was_own)"
    if {"list_value", "discount"} <= set(part.columns):
        discount += " REPLACE (CASE WHEN was_foreign THEN list_value - net_value ELSE discount END AS discount)"
    part.columns.pop(RATE_OF_FILE, None)
    types = ", ".join(f"CAST({named(name)} AS {of}) AS {named(name)}" for name, of in part.columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT {types} FROM (SELECT {discount} FROM converted)")
    con.execute("DROP TABLE converted")
    said = reporting or "the currency of the others"
    part.said += [f"{part.proposal.theirs(source_of(part, name))} is in {said} already." for name in sorted(kept)]
    part.problems += [
        Problem(
            "converted",
            Severity.NOTICE,
            part.origin(),
            sentence=f"{count_of_rows(rows)} in {c or 'a currency that is not named'} {'was' if rows == 1 else 'were'} brought to {said} "
            f"by {_by_what(rows, own=own, rates=rates)}: {before[c, own]:,.2f} became {amount:,.2f}.",
            rows=rows,
        )
        for c, own, rows, amount in after
    ]
    if not reporting:
        return
    stated = next((one for one in held if one.currency == reporting and one.at_rate), None)
    if stated:
        sentence = f"{stated.at_rate:,} rows are in {reporting} and state an exchange rate that is not 1: it is not applied."
        part.problems.append(Problem("rate-of-reporting-currency", Severity.WARNING, part.origin(), sentence=sentence, rows=stated.at_rate))


def _by_what(rows: int, *, own: bool, rates: Rates) -> str:
    if not own:
        return f"the latest rates of {rates.where} until their day"
    return "its own exchange rate" if rows == 1 else "their own exchange rates"


def convert_by_heading(con: Any, part: Part, parts: Sequence[Part], reporting: str, rates: Rates, mapping: Mapping) -> None:
    """Amounts whose column says another currency than their rows are in ("Cost USD" beside "Net amount EUR") are brought to the reporting one by themselves.

    Raises
    ------
    AnswerNeededError
        Where no rate brings them there.
    """
    for name in amounts_of(part) if reporting and part.table in TOGETHER | {"products"} else []:
        code = heading_of(part, name)
        elsewhere = f"{named(name)} <> 0 AND {currency_of(part)} <> {text_of(code)}"
        if code in {"", reporting} or not con.execute(f"SELECT count(*) FROM {part.name} WHERE {elsewhere}").fetchone()[0]:
            continue
        theirs = part.proposal.theirs(source_of(part, name)) or ""
        if rates.lead_to(reporting):
            rates.add_to(part, text_of(code), RATE_OF_COLUMN)
        rate = named(RATE_OF_COLUMN) if RATE_OF_COLUMN in part.columns else f"NULL::DECIMAL(18, {RATE_PLACES})"
        count, row = con.execute(f"SELECT count(*), min(row) FROM {part.name} WHERE {named(name)} <> 0 AND {rate} IS NULL").fetchone()
        if count:
            _ask_of_column(part, parts, theirs, f"{code}; of {count_of_rows(count)}, the first being row {row:,}, no rate brings it to {reporting}", mapping)
        amount = _times_rate(part, name, rate, RATE_PLACES)
        _reject_too_large(con, part, "true", {name: amount}, rate)
        before, after = con.execute(f"SELECT sum({named(name)}), sum({amount}) FROM {part.name}").fetchone()
        replaced = f"CAST({amount} AS {part.columns[name]}) AS {named(name)}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT * EXCLUDE ({named(RATE_OF_COLUMN)}) REPLACE ({replaced}) FROM {part.name}")
        del part.columns[RATE_OF_COLUMN]
        part.in_reporting |= {name}
        sentence = f"{theirs} is in {code} and was brought to {reporting} by the latest rates of {rates.where}: {before:,.2f} became {after:,.2f}."
        part.problems.append(Problem("converted", Severity.NOTICE, part.origin(column=theirs), sentence=sentence))


def _ask_of_column(part: Part, parts: Sequence[Part], theirs: str, said: str, mapping: Mapping) -> None:
    sentence = f"{part.where}: {theirs} says that it is in {said}."
    join = part.entry.column_joins.get(theirs)
    left_out = choice(f"leave {theirs} out", columns={join.name_there(theirs) if join else theirs: LEFT_OUT})
    question = Question(f"currency of a column: {theirs}", sentence, (), (left_out, WITH_RATES))
    raise answerable([of_join(question, join) if join else of_files(question, part.entry, heads_of([part], parts), mapping)])


def _times_rate(part: Part, name: str, rate: str, rate_scale: int) -> str:
    """Amount × rate in whole numbers, to 4 places, half to even, so that every engine agrees; null where it does not fit."""
    scale = scale_of(part.columns[name])
    product = f"({_units(named(name), scale)} * {_units(f'({rate})', rate_scale)})"
    divisor = 10 ** (scale + rate_scale - MONEY_PLACES)
    whole, rest = f"({product} // {divisor})", f"(2 * ({product} % {divisor}))"
    rounded = f"({whole} + CASE WHEN {rest} > {divisor} OR ({rest} = {divisor} AND {whole} % 2 = 1) THEN 1 ELSE 0 END)"
    signed = f"CAST(sign({named(name)}) * {rounded} AS DECIMAL(38, 0)) * 1e-{MONEY_PLACES}::DECIMAL(38, {MONEY_PLACES})"
    return decimal(signed, scale)


def _units(sql: str, scale: int) -> str:
    return f"CAST(CAST(abs({sql}) AS DECIMAL(38, {scale})) * {10**scale} AS HUGEINT)"


def _reject_too_large(con: Any, part: Part, is_foreign: str, amounts: Settings[str, str], rate: str) -> None:
    """Reject the rows of which an amount times its rate does not fit."""
    too_large = " OR ".join(f"({named(name)} IS NOT NULL AND ({sql}) IS NULL)" for name, sql in amounts.items()) or "false"
    condition = f"{is_foreign} AND ({too_large})"
    shown = summed_up(part) or next(iter(amounts))
    rows = con.execute(f"SELECT row, {shown}, {rate} FROM {part.name} WHERE {condition} ORDER BY row LIMIT {MOST_SAID}").fetchall()
    if not rows:
        return
    reject(con, part, f"SELECT row FROM {part.name} WHERE {condition}")
    column = part.proposal.theirs("exchange_rate") or ""
    part.problems += [
        Problem("does-not-fit", Severity.REJECTED, part.origin(row=row, column=column), seen=f"{amount} × {by}", expected="an amount that fits", action=MEND)
        for row, amount, by in rows
    ]
