"""Amounts in several currencies, brought to the reporting currency by the rate on their own line; what cannot be brought is asked, never added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.errors import Choice, Question
from goodterms.facts.columns import MONEY_PLACES
from goodterms.intake.answers import above, answerable, under_entry, with_remarks
from goodterms.intake.column_names import LEFT_OUT, normalised
from goodterms.intake.currency_code import CODES, code_sql, currency_code
from goodterms.intake.entry_heads import heads_of
from goodterms.intake.mapping_file import FileMapping, Mapping, quoted
from goodterms.intake.number_vote import MONEY_MARKS
from goodterms.intake.part import MEND, MOST_SAID, Part, named, reject
from goodterms.intake.typed_column import decimal, text_of
from goodterms.problems import Problem, Severity

_AMOUNTS = {
    "sale_lines": ("list_value", "net_value", "tax", "charges", "freight", "rebate", "product_cost"),
    "purchase_lines": ("net_value", "tax"),
}
"""Amounts of a line that are in its currency; its discount is list value − net value again."""
_TOGETHER = frozenset({"sale_lines", "purchase_lines", "costs", "activities"})
"""Tables whose amounts are added up and compared with each other: those of others, such as payments, stay in their own currencies."""
_STATED_BY = {
    "net_value": ("net_value", "unit_price", "gross_value", "list_value", "unit_list_price"),
    "list_value": ("list_value", "unit_list_price", "net_value", "unit_price", "gross_value"),
    "product_cost": ("product_cost", "unit_cost"),
}
"""What an amount follows from, if not from itself alone."""


@dataclass(frozen=True)
class _Held:
    """What a part holds in one currency ("" where none is named): rows, their sum, and how many have no rate, and one that is not 1."""

    part: Part
    currency: str
    rows: int
    amount: Decimal
    without_rate: int
    at_rate: int


def to_one_currency(con: Any, parts: Sequence[Part], mapping: Mapping) -> None:
    """Bring the amounts of all tables to the reporting currency: amount × exchange rate of the line, to 4 places, half to even.

    The reporting currency is the one whose rows all have the rate 1 or none; the mapping's ``reporting_currency`` where it says one. Amounts of a line are in
    its currency, its product cost too, but for those that a join brought and for a column whose name says the reporting currency ("Cost EUR").

    Raises
    ------
    AnswerNeededError
        Where rows are in several currencies and the rates do not bring all of them to one.
    """
    held = _held(con, parts)
    reporting = _reporting_currency(held, mapping)
    if reporting is None:
        return
    foreign = [one for one in held if one.currency not in {reporting, ""}]
    if missing := [one for one in foreign if one.without_rate]:
        _ask(parts, held, _no_rate(con, missing, reporting), mapping)
    for part in parts:
        _name_blank(con, part, reporting)
    for number in dict.fromkeys(one.part.number for one in held if one in foreign or (not one.currency and one.at_rate)):
        _convert(con, next(one.part for one in held if one.part.number == number), reporting, [one for one in held if one.part.number == number])


def contradictions(part: Part) -> list[tuple[str, str, str]]:
    """Cells that name another currency than their row does: the condition over the raw table, the file's column, and what is expected."""
    stated = part.stated.get("currency")
    if stated is None:
        return []
    found = []
    for theirs, typed in part.typed.items():
        if typed.currencies:
            cell = part.sample.column(theirs).place
            mark = f"nullif(regexp_extract(CAST({cell} AS VARCHAR), {text_of(MONEY_MARKS)}), '')"
            named_here = f"CASE WHEN lower({mark}) NOT LIKE 'kr%' THEN {code_sql(mark)} END"
            found.append((f"{named_here} <> {code_sql(stated.sql)}", theirs, "an amount in the currency of its row"))
    return found


def _name_blank(con: Any, part: Part, reporting: str) -> None:
    """Rows without a currency and without a rate in a file that names currencies are in the one to report in, as book-keeping programs leave it out."""
    column = part.proposal.theirs("currency")
    if not column or not reporting or "currency" not in part.columns:
        return
    blank = f"currency IS NULL AND coalesce({_rate(part)}, 1) = 1"
    count, others = con.execute(f"SELECT count(*) FILTER ({blank}), count(DISTINCT currency) FROM {part.name}").fetchone()
    if not count or not others:
        return
    con.execute(f"UPDATE {part.name} SET currency = {text_of(reporting)} WHERE {blank}")
    are = "names no currency and is" if count == 1 else "name no currency and are"
    because = ", as all others are" if others == 1 else f", in which the report is; the others are in {others} currencies"
    severity = Severity.NOTICE if others == 1 else Severity.WARNING
    sentence = f"{_rows(count)} {are} taken to be in {reporting}{because}."
    part.problems.append(Problem("currency-of-others", severity, part.origin(column=column), sentence=sentence, rows=count))


def _held(con: Any, parts: Sequence[Part]) -> list[_Held]:
    """What stands in which currency; nothing where no file speaks of currencies."""
    parts = [part for part in parts if part.table in _TOGETHER]
    if not any({"currency", "exchange_rate"} & set(part.columns) for part in parts):
        return []
    return [_Held(part, *row) for part in parts if (amount := _amount(part)) for row in con.execute(_counted(part, amount)).fetchall()]


def _amount(part: Part) -> str:
    """The column that is summed up."""
    return next((name for name in ("net_value", "amount") if name in part.columns), "")


def _counted(part: Part, amount: str) -> str:
    counts = f"count(*), sum({amount}), count(*) FILTER ({_rate(part)} IS NULL), count(*) FILTER ({_rate(part)} <> 1)"
    return f"SELECT {_currency(part)}, {counts} FROM {part.name} WHERE {amount} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"


def _currency(part: Part) -> str:
    return "coalesce(currency, '')" if "currency" in part.columns else "''"


def _rate(part: Part) -> str:
    """The rate of a row; one that is not above 0 says nothing."""
    return "CASE WHEN exchange_rate > 0 THEN exchange_rate END" if "exchange_rate" in part.columns else f"NULL::DECIMAL(18, {MONEY_PLACES})"


# Which currency ---------------------------------------------------------------------------------------------------------------------------------------------


def _reporting_currency(held: Sequence[_Held], mapping: Mapping) -> str | None:
    """The currency to report in, "" for the unnamed one; None where there is one currency, in which everything stays."""
    if not held or mapping.reporting_currency:
        return mapping.reporting_currency or None
    currencies = dict.fromkeys(one.currency for one in held)
    at_home = [currency for currency in currencies if currency and not any(one.at_rate for one in held if one.currency == currency)]
    unnamed_at_home = any(one.rows > one.at_rate for one in held if not one.currency)
    if len(at_home) == 1:
        return at_home[0]
    if not at_home and unnamed_at_home:
        return ""
    if len(currencies) == 1:
        _say_kept(held)
        return None
    sentence = (
        "The files do not say which currency their exchange rates lead to."
        if any(one.at_rate for one in held) or not any(one.without_rate for one in held)
        else f"The files are in {len([c for c in currencies if c])} currencies and say no rates between them."
    )
    _ask([one.part for one in held], held, sentence, mapping)
    return None


def _say_kept(held: Sequence[_Held]) -> None:
    for one in held:
        sentence = f"All amounts are in {one.currency or 'one currency, which is not named'}, and stay so: their exchange rates are not applied."
        action = 'To report in another currency, say which above the first [[file]] of the mapping: reporting_currency = "EUR".'
        one.part.problems.append(Problem("rates-not-applied", Severity.NOTICE, one.part.origin(), sentence=sentence, action=action, rows=one.at_rate))


def _no_rate(con: Any, missing: Sequence[_Held], reporting: str) -> str:
    """Say which rows lack a rate, where the first one stands, and how to mend them."""
    currencies = dict.fromkeys(one.currency for one in missing)
    said = " and ".join(f"{sum(one.without_rate for one in missing if one.currency == c):,} in {c}" for c in currencies)
    first = missing[0].part
    without = f"{_currency(first)} = {text_of(missing[0].currency)} AND {_rate(first)} IS NULL AND {_amount(first)} IS NOT NULL"
    (row,) = con.execute(f"SELECT min(row) FROM {first.name} WHERE {without}").fetchone()
    column = first.proposal.theirs("exchange_rate")
    mend = f" Write the rate into the column {column} of such rows." if column else ""
    to = reporting or "the currency of the others, which is not named"
    place = f"in {first.where}" if first.is_of_documents else f"row {row:,} of {first.where}"
    return f"Of the rows, {said} have no exchange rate to {to}; the first is {place}.{mend}"


def _ask(parts: Sequence[Part], held: Sequence[_Held], sentence: str, mapping: Mapping) -> None:
    evidence = tuple(
        f"{one.currency or 'no currency named'}: {one.amount:,.2f} on {_rows(one.rows)} of {one.part.where}, "
        f"{'none' if one.without_rate == one.rows else f'{one.rows - one.without_rate:,}'} with a rate"
        for one in held
    )
    pasted: list[tuple[str, str]] = []
    choices: list[Choice] = []
    rated = any(one.without_rate < one.rows for one in held)
    if (rated or any(one.part.is_of_documents for one in held)) and not mapping.reporting_currency:
        at_home = dict.fromkeys(one.currency for one in held if one.currency and not one.at_rate)
        for currency in at_home or ["EUR"]:
            said = f"the rates lead to {currency}" if rated else f"report in {currency}; documents in another currency cannot be taken"
            choices.append(above(said, reporting_currency=currency))
            pasted.append((choices[-1].said, choices[-1].line))
    if not all("exchange_rate" in one.part.columns or one.part.is_of_documents for one in held):
        choices.append(Choice("a column holds the rate", '"…" = "exchange_rate"', "[file.columns]"))
    said = "all amounts are in one currency after all"
    stated = [part for part in _each(parts) if part.proposal.theirs("currency")]
    if stated:
        columns = " and ".join(dict.fromkeys(f'{quoted(part.proposal.theirs("currency") or "")} = "{LEFT_OUT}"' for part in stated))
        left_out = list(_without_currencies(stated, parts))
        changes = tuple((entry, {"columns": dict.fromkeys(of, LEFT_OUT)}) for group, heads, of in left_out for entry in ([group] if group.place else heads))
        choices.append(Choice(said, columns, f"[file.columns] of {', '.join(part.where for part in stated)}", changes=changes))
        lines = [line for entry, heads, of in left_out for line in under_entry(entry, heads, [f'{quoted(theirs)} = "{LEFT_OUT}"' for theirs in of])]
        pasted.append((said, "\n".join(lines)))
    place = "" if mapping == Mapping() else "In the mapping:"
    raise answerable([Question("currencies", sentence, evidence, tuple(choices), with_remarks(pasted), place)])


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _each(parts: Iterable[Part]) -> list[Part]:
    return list({part.number: part for part in parts}.values())


def _without_currencies(stated: Sequence[Part], parts: Sequence[Part]) -> Iterable[tuple[FileMapping, list[FileMapping], list[str]]]:
    """For the files of each source the entry that they were read by, the beginnings of new ones, and the columns of currencies and rates to leave out."""
    sources: dict[tuple[Any, ...], list[Part]] = {}
    for part in stated:
        sources.setdefault(part.alike, []).append(part)
    for group in sources.values():
        columns = [theirs for ours in ("currency", "exchange_rate") if (theirs := group[0].proposal.theirs(ours))]
        yield group[0].entry, heads_of(group, _each(parts)), columns


# Conversion -------------------------------------------------------------------------------------------------------------------------------------------------


def _convert(con: Any, part: Part, reporting: str, held: Sequence[_Held]) -> None:
    """Multiply the amounts of the rows in other currencies by their rate; a row whose amount does not fit then is rejected."""
    rate, currency = _rate(part), _currency(part)
    is_foreign = f"(({rate}) IS NOT NULL AND ({currency} NOT IN ({text_of(reporting)}, '') OR ({currency} = '' AND ({rate}) <> 1)))"
    kept = {name for name in _amounts(part) if _is_in(part, name, reporting)}
    amounts = {name: _times_rate(part, name, rate) for name in _amounts(part) if name not in kept}
    too_large = " OR ".join(f"({named(name)} IS NOT NULL AND ({sql}) IS NULL)" for name, sql in amounts.items()) or "false"
    _reject_too_large(con, part, f"{is_foreign} AND ({too_large})")
    money = _amount(part)
    before = dict(con.execute(f"SELECT {currency}, sum({money}) FROM {part.name} WHERE {is_foreign} GROUP BY 1").fetchall())
    replaced = [f"CASE WHEN {is_foreign} THEN {sql} ELSE {named(name)} END AS {named(name)}" for name, sql in amounts.items()]
    if "currency" in part.columns:
        replaced.append(f"CASE WHEN {is_foreign} THEN {text_of(reporting) if reporting else 'NULL'} ELSE currency END AS currency")
    replaced.append(f"CASE WHEN {is_foreign} THEN 1 ELSE exchange_rate END AS exchange_rate")
    rows = f"SELECT * REPLACE ({', '.join(replaced)}), {currency} AS was_in, {is_foreign} AS was_foreign FROM {part.name}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE converted AS {rows}")
    after = {c: (n, amount) for c, n, amount in con.execute(f"SELECT was_in, count(*), sum({money}) FROM converted WHERE was_foreign GROUP BY 1").fetchall()}
    discount = "* EXCLUDE (was_in, was_foreign)"
    if {"list_value", "discount"} <= set(part.columns):
        discount += " REPLACE (CASE WHEN was_foreign THEN list_value - net_value ELSE discount END AS discount)"
    types = ", ".join(f"CAST({named(name)} AS {of}) AS {named(name)}" for name, of in part.columns.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT {types} FROM (SELECT {discount} FROM converted)")
    con.execute("DROP TABLE converted")
    said = reporting or "the currency of the others"
    part.said += [f"{part.proposal.theirs(_source_of(part, name))} is in {said} already." for name in sorted(kept)]
    part.problems += [
        Problem(
            "converted",
            Severity.NOTICE,
            part.origin(),
            sentence=f"{_rows(rows)} in {c or 'a currency that is not named'} {'was' if rows == 1 else 'were'} brought to {said} "
            f"by {'its own exchange rate' if rows == 1 else 'their own exchange rates'}: {before[c]:,.2f} became {amount:,.2f}.",
            rows=rows,
        )
        for c, (rows, amount) in sorted(after.items())
    ]
    if not reporting:
        return
    stated = next((one for one in held if one.currency == reporting and one.at_rate), None)
    if stated:
        sentence = f"{stated.at_rate:,} rows are in {reporting} and state an exchange rate that is not 1: it is not applied."
        part.problems.append(Problem("rate-of-reporting-currency", Severity.WARNING, part.origin(), sentence=sentence, rows=stated.at_rate))


def _amounts(part: Part) -> list[str]:
    return [name for name in _AMOUNTS.get(part.table, ("amount",)) if name in part.columns]


def _source_of(part: Part, name: str) -> str:
    """Our name of the column of the file that an amount follows from."""
    return next((ours for ours in _STATED_BY.get(name, (name,)) if part.proposal.theirs(ours)), name)


def _is_in(part: Part, name: str, reporting: str) -> bool:
    """Whether an amount is in the reporting currency already: it came by a join, or its column's name says so."""
    theirs = part.proposal.theirs(_source_of(part, name))
    if theirs is None:
        return False
    said = {currency_code(word) for word in normalised(theirs).split()} & CODES
    return theirs not in part.file_header or said == {reporting}


def _scale(of: str) -> int:
    return int(of.rstrip(")").split(",")[1])


def _times_rate(part: Part, name: str, rate: str) -> str:
    """Amount × rate in whole numbers, to 4 places, half to even, so that every engine agrees; null where it does not fit."""
    scale, rate_scale = _scale(part.columns[name]), _scale(part.columns["exchange_rate"])
    product = f"({_units(named(name), scale)} * {_units(f'({rate})', rate_scale)})"
    divisor = 10 ** (scale + rate_scale - MONEY_PLACES)
    whole, rest = f"({product} // {divisor})", f"(2 * ({product} % {divisor}))"
    rounded = f"({whole} + CASE WHEN {rest} > {divisor} OR ({rest} = {divisor} AND {whole} % 2 = 1) THEN 1 ELSE 0 END)"
    signed = f"CAST(sign({named(name)}) * {rounded} AS DECIMAL(38, 0)) * 1e-{MONEY_PLACES}::DECIMAL(38, {MONEY_PLACES})"
    return decimal(signed, scale)


def _units(sql: str, scale: int) -> str:
    return f"CAST(CAST(abs({sql}) AS DECIMAL(38, {scale})) * {10**scale} AS HUGEINT)"


def _reject_too_large(con: Any, part: Part, condition: str) -> None:
    rows = con.execute(f"SELECT row, {_amount(part)}, exchange_rate FROM {part.name} WHERE {condition} ORDER BY row LIMIT {MOST_SAID}").fetchall()
    if not rows:
        return
    reject(con, part, f"SELECT row FROM {part.name} WHERE {condition}")
    column = part.proposal.theirs("exchange_rate") or ""
    part.problems += [
        Problem("does-not-fit", Severity.REJECTED, part.origin(row=row, column=column), seen=f"{amount} × {rate}", expected="an amount that fits", action=MEND)
        for row, amount, rate in rows
    ]
