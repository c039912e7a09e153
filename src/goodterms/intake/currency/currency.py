"""Amounts in several currencies, brought to the reporting currency by their own rate or a file of rates; what cannot be brought is asked, never added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Settings
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import MONEY_PLACES
from goodterms.facts.sql_text import text_of
from goodterms.intake.currency.currency_evidence import STATED_BY, amounts_of_money
from goodterms.intake.currency.currency_rates import RATE_PLACES, Rates
from goodterms.intake.currency.rate_direction import open_directions
from goodterms.intake.currency.shared_word import settle_shared_words
from goodterms.intake.mapping.answers import above, answerable, choice, of_files, of_join, under_entry, with_remarks
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.currency_code import code_sql, currency_code, currency_named, may_be_sql
from goodterms.intake.mapping.mapping_file import FileMapping, JoinMapping, Mapping, as_value, quoted
from goodterms.intake.parts.entry_heads import heads_of
from goodterms.intake.parts.part import LINES, MEND, MOST_SAID, Part, named, reject
from goodterms.intake.values.number_vote import money_mark
from goodterms.intake.values.typed_column import decimal, scale_of
from goodterms.problems import Problem, Severity

_AMOUNTS = {
    "sale_lines": ("list_value", "net_value", "tax", "charges", "freight", "rebate", "product_cost"),
    "purchase_lines": ("net_value", "tax"),
    "products": ("list_price", "unit_cost"),
}
"""Amounts of a line that are in its currency; its discount is list value − net value again."""
_TOGETHER = frozenset({"sale_lines", "purchase_lines", "costs", "activities"})
"""Tables whose amounts are added up and compared with each other: those of others, such as payments, stay in their own currencies."""
RATE_OF_FILE, RATE_OF_COLUMN = "rate of file", "rate of column"
"""Columns that hold, while amounts are converted, what a table of rates has for a row's currency, and for that of one column."""
WITH_RATES = Choice("a file of rates, named with the others", '[[file]] match = "rates.csv" table = "rates"', "its columns: date, from, to, rate")
"""How rates are given that no file of amounts holds."""


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
    """Bring the amounts of all tables to the reporting currency: amount × exchange rate, to 4 places, half to even.

    The rate is the line's own, else the latest that a table of rates has for its day. The reporting currency is the one whose rows all have the rate 1 or
    none; the mapping's ``reporting_currency`` where it says one. Amounts of a line are in its currency, its product cost too, but for those that a join
    brought and for a column whose name says another one ("Cost EUR").

    Raises
    ------
    AnswerNeededError
        Where rows are in several currencies and the rates do not bring all of them to one, or it is open which way they lead.
    """
    for part in parts:
        _name_by_heading(con, part)
    settle_shared_words(con, parts, mapping, [_heading(part, name) for part in parts for name in _amounts(part)])
    rates = Rates(con, parts)
    held = _held(con, parts)
    try:
        reporting = _reporting_currency(held, mapping, rates)
    except AnswerNeededError as error:
        raise answerable([*error.questions, *open_directions(con, _each(one.part for one in held if one.at_rate), parts, "", mapping)]) from None
    if reporting is None:
        return
    _name_whole_files(held, parts, reporting, mapping)
    rated = _each(one.part for one in held if one.at_rate and one.currency != reporting)
    if questions := open_directions(con, rated, parts, reporting, mapping):
        raise answerable(questions)
    if rates.lead_to(reporting):
        for part in _each(one.part for one in held if one.without_rate and one.currency not in {reporting, ""}):
            rates.add_to(part, _currency(part), RATE_OF_FILE)
    held = _held(con, parts)
    foreign = [one for one in held if one.currency not in {reporting, ""}]
    if missing := [one for one in foreign if one.without_rate]:
        _ask(parts, held, _no_rate(con, missing, reporting, rates), mapping, rates, key="rows without a rate")
    for part in parts:
        _name_blank(con, part, reporting)
        _convert_by_heading(con, part, parts, reporting, rates, mapping)
    for number in dict.fromkeys(one.part.number for one in held if one in foreign or (not one.currency and one.at_rate)):
        _convert(con, next(one.part for one in held if one.part.number == number), reporting, [one for one in held if one.part.number == number], rates)


def contradictions(part: Part) -> list[tuple[str, str, str]]:
    """Cells that name another currency than their row does: the condition over the raw table, the file's column, and what is expected."""
    stated = part.stated.get("currency")
    if stated is None:
        return []
    meant = part.entry.dialect.get("currencies")
    found = []
    for theirs, typed in amounts_of_money(part).items():
        if typed.currencies:
            mark = f"nullif({money_mark(f'CAST({part.sample.column(theirs).place} AS VARCHAR)')}, '')"
            of_cell, of_row = (may_be_sql(code_sql(written, meant)) for written in (mark, stated.sql))
            is_other = f"{mark} IS NOT NULL AND {stated.sql} IS NOT NULL AND NOT list_has_any({of_cell}, {of_row})"
            found.append((is_other, theirs, "an amount in the currency of its row"))
    return found


def _name_by_heading(con: Any, part: Part) -> None:
    """Rows whose amounts all say the same currency in the names of their columns are in it, whatever another column names."""
    said = {_heading(part, name) for name in _amounts(part)}
    if part.table not in _TOGETHER or part.is_of_documents or not part.proposal.theirs("currency") or len(said) != 1 or not (code := said.pop()):
        return
    theirs = part.proposal.theirs("currency")
    others = con.execute(f"SELECT count(*) FROM {part.name} WHERE coalesce(currency, '') NOT IN ('', {text_of(code)})").fetchone()[0]
    if not others:
        return
    replaced = f"{text_of(code)} AS currency" + (", NULL AS exchange_rate" if "exchange_rate" in part.columns else "")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT * REPLACE ({replaced}) FROM {part.name}")
    part.said.append(f"All amounts are in {code}, as the names of their columns say; {theirs} does not count.")


def _name_whole_files(held: Sequence[_Held], parts: Sequence[Part], reporting: str, mapping: Mapping) -> None:
    """A file that names no currency: asked where another file of the same lines names one, else it is in the one to report in, which is said.

    Raises
    ------
    AnswerNeededError
        Which currency a file of lines is in is open.
    """
    named_ones = [one for one in held if one.currency]
    unnamed = [one for one in held if not one.currency and not one.at_rate and not any(other.part is one.part for other in named_ones)]
    if not reporting or not unnamed:
        return
    open_: dict[tuple[Any, ...], list[Part]] = {}
    for one in unnamed:
        if one.part.table in LINES and any(other.part.table == one.part.table for other in named_ones):
            open_.setdefault(one.part.alike, []).append(one.part)
            continue
        if {other.currency for other in named_ones} == {reporting}:
            one.part.said.append(f"No currency is named: amounts are in {reporting}, as all others are.")
            continue
        sentence = f"{one.part.where} names no currency: its amounts are taken to be in {reporting}, in which the report is."
        one.part.problems.append(Problem("currency-of-others", Severity.WARNING, one.part.origin(), sentence=sentence, rows=one.rows))
    questions = []
    for group in open_.values():
        others = [one for one in named_ones if one.part.table == group[0].table]
        codes = dict.fromkeys([reporting, *(one.currency for one in others)])
        named_by = f"{others[0].part.where} is in {others[0].currency}"
        sentence = f"{', '.join(part.where for part in group)} names no currency, and {named_by}. Which one are its amounts in?"
        evidence = tuple(f"{one.amount:,.2f} on {_rows(one.rows)} of {one.part.where}" for one in unnamed if one.part in group)
        choices = [choice(f"all its amounts are in {code}", constants={"currency": code}) for code in codes]
        choices.append(Choice("they are in another one", 'constants = { currency = "…" }'))
        asked = Question("currency", sentence, evidence, tuple(choices))
        questions.append(of_files(asked, group[0].entry, heads_of(group, parts), mapping))
    if questions:
        raise answerable(questions)


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
    """The rate of a row: its own, else that of a table of rates; one that is not above 0 says nothing."""
    rates = [*([_own_rate(part)] if "exchange_rate" in part.columns else []), *([named(RATE_OF_FILE)] if RATE_OF_FILE in part.columns else [])]
    return f"coalesce({', '.join(rates)})" if rates else f"NULL::DECIMAL(18, {MONEY_PLACES})"


def _own_rate(part: Part) -> str:
    """Beside rates of a table it is of as many places as these: products of both stay exact."""
    own = f"TRY_CAST(exchange_rate AS DECIMAL(18, {RATE_PLACES}))" if RATE_OF_FILE in part.columns else "exchange_rate"
    return f"CASE WHEN exchange_rate > 0 THEN {own} END" if "exchange_rate" in part.columns else "NULL"


def _rate_places(part: Part) -> int:
    return RATE_PLACES if RATE_OF_FILE in part.columns else scale_of(part.columns["exchange_rate"])


# Which currency ---------------------------------------------------------------------------------------------------------------------------------------------


def _reporting_currency(held: Sequence[_Held], mapping: Mapping, rates: Rates) -> str | None:
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
    several = f"The files are in {len([c for c in currencies if c])} currencies"
    sentence = (
        "The files do not say which currency their exchange rates lead to."
        if any(one.at_rate for one in held) or not any(one.without_rate for one in held)
        else f"{several}, and {rates.where} has rates between currencies. Which one is to be reported in?"
        if rates.parts
        else f"{several} and say no rates between them."
    )
    _ask([one.part for one in held], held, sentence, mapping, rates)
    return None


def _say_kept(held: Sequence[_Held]) -> None:
    for one in held:
        sentence = f"All amounts are in {one.currency or 'one currency, which is not named'}, and stay so: their exchange rates are not applied."
        action = 'To report in another currency, say which above the first [[file]] of the mapping: reporting_currency = "EUR".'
        one.part.problems.append(Problem("rates-not-applied", Severity.NOTICE, one.part.origin(), sentence=sentence, action=action, rows=one.at_rate))


def _no_rate(con: Any, missing: Sequence[_Held], reporting: str, rates: Rates) -> str:
    """Say which rows lack a rate, where the first one stands, and how to mend them."""
    currencies = dict.fromkeys(one.currency for one in missing)
    said = " and ".join(f"{sum(one.without_rate for one in missing if one.currency == c):,} in {c}" for c in currencies)
    first = missing[0].part
    without = f"{_currency(first)} = {text_of(missing[0].currency)} AND {_rate(first)} IS NULL AND {_amount(first)} IS NOT NULL"
    day = next((named(name) for name in ("date", "period") if name in first.columns), "NULL")
    row, of = con.execute(f"SELECT min(row), min_by({day}, row) FROM {first.name} WHERE {without}").fetchone()
    column = first.proposal.theirs("exchange_rate")
    mend = f" Write the rate into the column {column} of such rows." if column else ""
    if rates.parts:
        mend = f" {rates.where} has none{f' until {of}' if of else ''}: add it there{f', or to the column {column}' if column else ''}."
    to = reporting or "the currency of the others, which is not named"
    place = f"in {first.where}" if first.is_of_documents else f"row {row:,} of {first.where}"
    return f"Of the rows, {said} have no exchange rate to {to}; the first is {place}.{mend}"


def _ask(parts: Sequence[Part], held: Sequence[_Held], sentence: str, mapping: Mapping, rates: Rates, key: str = "currencies") -> None:
    evidence = tuple(
        f"{one.currency or 'no currency named'}: {one.amount:,.2f} on {_rows(one.rows)} of {one.part.where}, "
        f"{'none' if one.without_rate == one.rows else f'{one.rows - one.without_rate:,}'} with a rate"
        for one in held
    )
    choices: list[Choice] = []
    pasted: list[tuple[str, str]] = []
    rated = any(one.without_rate < one.rows for one in held)
    if not mapping.reporting_currency and (rated or rates.parts or any(one.part.is_of_documents for one in held)):
        at_home = dict.fromkeys(one.currency for one in held if one.currency and not one.at_rate)
        for currency in at_home or ["EUR"]:
            said = f"the rates lead to {currency}" if rated else f"report in {currency}"
            if not rated and not rates.parts:
                said += "; documents in another currency cannot be taken"
            choices.append(above(said, reporting_currency=currency))
            pasted.append((choices[-1].said, choices[-1].line))
    if not rates.parts:
        if not all("exchange_rate" in one.part.columns or one.part.is_of_documents for one in held):
            choices.append(Choice("a column holds the rate", '"…" = "exchange_rate"', "[file.columns]"))
        choices.append(WITH_RATES)
    one_currency = list(_in_one_currency(held, parts))
    choices += [option for option, _ in one_currency]
    pasted += [(option.said, lines) for option, lines in one_currency]
    if not rates.parts:
        reporting = [] if mapping.reporting_currency else ['reporting_currency = "EUR"']
        pasted.append((WITH_RATES.said, "\n".join([*reporting, "[[file]]", 'match = "rates.csv"', 'table = "rates"'])))
    place = "" if mapping == Mapping() else "In the mapping:"
    raise answerable([Question(key, sentence, evidence, tuple(choices), with_remarks(pasted), place)])


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _each(parts: Iterable[Part]) -> list[Part]:
    return list({part.number: part for part in parts}.values())


def _in_one_currency(held: Sequence[_Held], parts: Sequence[Part]) -> Iterable[tuple[Choice, str]]:
    """The choices of who says that all amounts are in one currency after all, each with its lines: columns are left out, or one currency is said of all."""
    stated = [part for part in _each(parts) if part.proposal.theirs("currency")]
    called = [part for part in _each(parts) if part.currency or "currency" in part.entry.constants]
    if not stated and not called:
        return
    groups: dict[tuple[Any, ...], list[Part]] = {}
    for part in [*stated, *called]:
        groups.setdefault(part.alike, []).append(part)
    for code in dict.fromkeys(one.currency for one in held if one.currency) if called else [""]:
        changes: list[tuple[FileMapping | JoinMapping, dict[str, Any]]] = []
        lines: list[str] = []
        for group in groups.values():
            entry, heads = group[0].entry, heads_of(group, _each(parts))
            columns = [theirs for ours in ("currency", "exchange_rate") if (theirs := group[0].proposal.theirs(ours))]
            own = {theirs: LEFT_OUT for theirs in columns if theirs not in entry.column_joins}
            settings = {**({"constants": {"currency": code}} if code else {}), **({"columns": own} if own else {})}
            if settings:
                changes += [(to, settings) for to in ([entry] if entry.place else heads)]
                said = [f"constants = {as_value({**entry.constants, 'currency': code})}"] if code else []
                lines += under_entry(entry, heads, [f'{quoted(theirs)} = "{LEFT_OUT}"' for theirs in own], said)
            for join, theirs in ((entry.column_joins[theirs], theirs) for theirs in columns if theirs in entry.column_joins):
                of_join = join.name_there(theirs)
                changes.append((join, {"columns": {of_join: LEFT_OUT}}))
                lines += [f"# under the [[file.join]] at {join.place}, in its columns: {quoted(of_join)} = {quoted(LEFT_OUT)}"]
        said_of = " and ".join(dict.fromkeys(f"{quoted(part.proposal.theirs('currency') or '')} = {quoted(LEFT_OUT)}" for part in stated))
        line = " and ".join(filter(None, [said_of, f"constants = {as_value({'currency': code})}" if code else ""]))
        under = f"[file.columns] of {', '.join(part.where for part in stated)}" if stated else ""
        text = f"all amounts are in {code} after all" if code else "all amounts are in one currency after all"
        yield Choice(text, line, under, changes=tuple(changes)), "\n".join(lines)


# Conversion -------------------------------------------------------------------------------------------------------------------------------------------------


def _convert(con: Any, part: Part, reporting: str, held: Sequence[_Held], rates: Rates) -> None:
    """Multiply the amounts of the rows in other currencies by their rate; a row whose amount does not fit then is rejected."""
    rate, currency = _rate(part), _currency(part)
    is_foreign = f"(({rate}) IS NOT NULL AND ({currency} NOT IN ({text_of(reporting)}, '') OR ({currency} = '' AND ({rate}) <> 1)))"
    kept = {name for name in _amounts(part) if _is_in(part, name, reporting)}
    amounts = {name: _times_rate(part, name, rate, _rate_places(part)) for name in _amounts(part) if name not in kept}
    _reject_too_large(con, part, is_foreign, amounts, rate)
    money, by_own = _amount(part), f"({_own_rate(part)}) IS NOT NULL"
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
    part.said += [f"{part.proposal.theirs(_source_of(part, name))} is in {said} already." for name in sorted(kept)]
    part.problems += [
        Problem(
            "converted",
            Severity.NOTICE,
            part.origin(),
            sentence=f"{_rows(rows)} in {c or 'a currency that is not named'} {'was' if rows == 1 else 'were'} brought to {said} "
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


def _convert_by_heading(con: Any, part: Part, parts: Sequence[Part], reporting: str, rates: Rates, mapping: Mapping) -> None:
    """Amounts whose column says another currency than their rows are in ("Cost USD" beside "Net amount EUR") are brought to the reporting one by themselves.

    Raises
    ------
    AnswerNeededError
        Where no rate brings them there.
    """
    for name in _amounts(part) if reporting and part.table in _TOGETHER | {"products"} else []:
        code = _heading(part, name)
        elsewhere = f"{named(name)} <> 0 AND {_currency(part)} <> {text_of(code)}"
        if code in {"", reporting} or not con.execute(f"SELECT count(*) FROM {part.name} WHERE {elsewhere}").fetchone()[0]:
            continue
        theirs = part.proposal.theirs(_source_of(part, name)) or ""
        if rates.lead_to(reporting):
            rates.add_to(part, text_of(code), RATE_OF_COLUMN)
        rate = named(RATE_OF_COLUMN) if RATE_OF_COLUMN in part.columns else f"NULL::DECIMAL(18, {RATE_PLACES})"
        count, row = con.execute(f"SELECT count(*), min(row) FROM {part.name} WHERE {named(name)} <> 0 AND {rate} IS NULL").fetchone()
        if count:
            _ask_of_column(part, parts, theirs, f"{code}; of {_rows(count)}, the first being row {row:,}, no rate brings it to {reporting}", mapping)
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


def _amounts(part: Part) -> list[str]:
    return [name for name in _AMOUNTS.get(part.table, ("amount",)) if name in part.columns]


def _source_of(part: Part, name: str) -> str:
    """Our name of the column of the file that an amount follows from."""
    return next((ours for ours in STATED_BY.get(name, (name,)) if part.proposal.theirs(ours)), name)


def _is_in(part: Part, name: str, reporting: str) -> bool:
    """Whether an amount is in the reporting currency already: its column's name says so, or it came by a join."""
    theirs = part.proposal.theirs(_source_of(part, name))
    if theirs is None:
        return False
    code = _heading(part, name)
    return name in part.in_reporting or (code == reporting if code else theirs not in part.file_header)


def _heading(part: Part, name: str) -> str:
    """The currency that the name of an amount's column says, "" where it says none, or the mapping says otherwise of the file."""
    said = currency_code(part.entry.constants.get("currency", ""))
    money = currency_named(part.proposal.theirs(_source_of(part, _amount(part))) or "")
    found = "" if said and money and said != money else currency_named(part.proposal.theirs(_source_of(part, name)) or "")
    return found or (part.currency or "" if "currency" not in part.columns else "")


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
    shown = _amount(part) or next(iter(amounts))
    rows = con.execute(f"SELECT row, {shown}, {rate} FROM {part.name} WHERE {condition} ORDER BY row LIMIT {MOST_SAID}").fetchall()
    if not rows:
        return
    reject(con, part, f"SELECT row FROM {part.name} WHERE {condition}")
    column = part.proposal.theirs("exchange_rate") or ""
    part.problems += [
        Problem("does-not-fit", Severity.REJECTED, part.origin(row=row, column=column), seen=f"{amount} × {by}", expected="an amount that fits", action=MEND)
        for row, amount, by in rows
    ]
