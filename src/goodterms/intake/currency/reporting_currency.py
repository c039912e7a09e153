"""Which currency is reported in, and what is asked where the files do not say it or rates are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from goodterms.errors import Choice, Question
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.currency.amounts_held import Held, count_of_rows, currency_of, each_once, rate_of, summed_up
from goodterms.intake.currency.currency_rates import Rates
from goodterms.intake.mapping.answers import above, answerable, under_entry, with_remarks
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.file_mapping import FileMapping, JoinMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.toml_text import as_value, quoted
from goodterms.intake.parts.entry_heads import heads_of
from goodterms.intake.parts.part import Part
from goodterms.problems import Problem, Severity

WITH_RATES = Choice("a file of rates, named with the others", '[[file]] match = "rates.csv" table = "rates"', "its columns: date, from, to, rate")
"""How rates are given that no file of amounts holds."""
NO_RATE = "rows without a rate"
"""What the question is called that is asked where a rate is missing."""


def reporting_currency(held: Sequence[Held], mapping: Mapping, rates: Rates) -> str | None:
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
    ask_for_rates([one.part for one in held], held, sentence, mapping, rates)
    return None


def _say_kept(held: Sequence[Held]) -> None:
    for one in held:
        sentence = f"All amounts are in {one.currency or 'one currency, which is not named'}, and stay so: their exchange rates are not applied."
        action = 'To report in another currency, say which above the first [[file]] of the mapping: reporting_currency = "EUR".'
        one.part.problems.append(Problem("rates-not-applied", Severity.NOTICE, one.part.origin(), sentence=sentence, action=action, rows=one.at_rate))


def no_rate(con: Any, missing: Sequence[Held], reporting: str, rates: Rates) -> str:
    """Say which rows lack a rate, where the first one stands, and how to mend them."""
    currencies = dict.fromkeys(one.currency for one in missing)
    said = " and ".join(f"{sum(one.without_rate for one in missing if one.currency == c):,} in {c}" for c in currencies)
    first = missing[0].part
    without = f"{currency_of(first)} = {text_of(missing[0].currency)} AND {rate_of(first)} IS NULL AND {summed_up(first)} IS NOT NULL"
    day = next((named(name) for name in ("date", "period") if name in first.columns), "NULL")
    row, of = con.execute(f"SELECT min(row), min_by({day}, row) FROM {first.name} WHERE {without}").fetchone()
    column = first.proposal.theirs("exchange_rate")
    mend = f" Write the rate into the column {column} of such rows." if column else ""
    if rates.parts:
        mend = f" {rates.where} has none{f' until {of}' if of else ''}: add it there{f', or to the column {column}' if column else ''}."
    to = reporting or "the currency of the others, which is not named"
    place = f"in {first.where}" if first.is_of_documents else f"row {row:,} of {first.where}"
    return f"Of the rows, {said} have no exchange rate to {to}; the first is {place}.{mend}"


def ask_for_rates(parts: Sequence[Part], held: Sequence[Held], sentence: str, mapping: Mapping, rates: Rates, key: str = "currencies") -> None:
    """Ask how rows in several currencies come to one, with what is held in which currency as evidence.

    Raises
    ------
    AnswerNeededError
        Always: the files do not say it.
    """
    evidence = tuple(
        f"{one.currency or 'no currency named'}: {one.amount:,.2f} on {count_of_rows(one.rows)} of {one.part.where}, "
        f"{'none' if one.without_rate == one.rows else f'{one.rows - one.without_rate:,}'} with a rate"
        for one in held
    )
    choices: list[Choice] = []
    pasted: list[tuple[str, str]] = []
    rated = any(one.without_rate < one.rows for one in held)
    if not mapping.reporting_currency and (rated or rates.parts or any(one.part.is_of_documents for one in held)):
        at_home = _by_rows([one for one in held if not one.at_rate])
        for currency in at_home or ["EUR"]:
            said = f"the rates lead to {currency}" if rated else f"report in {currency}"
            if not rated and not rates.parts:
                said += "; documents in another currency cannot be taken"
            choices.append(above(said, reporting_currency=currency))
            pasted.append((choices[-1].said, choices[-1].line))
    if rates.parts and key == NO_RATE:
        choices.append(Choice(f"write the rates that are missing into {rates.where}", "…", "its columns: date, from, to, rate"))
    if not rates.parts:
        if not all("exchange_rate" in one.part.columns or one.part.is_of_documents for one in held):
            choices.append(Choice("a column holds the rate", '"…" = "exchange_rate"', "[file.columns]"))
        choices.append(WITH_RATES)
    if not rates.parts:
        reporting = [] if mapping.reporting_currency else [f"reporting_currency = {quoted((*_by_rows(held), 'EUR')[0])}"]
        pasted.append((WITH_RATES.said, "\n".join([*reporting, "[[file]]", 'match = "rates.csv"', 'table = "rates"'])))
    one_currency = list(_in_one_currency(held, parts))
    choices += [option for option, _ in one_currency]
    pasted += [(option.said, lines) for option, lines in one_currency]
    place = "In the mapping:" if pasted and mapping != Mapping() else ""
    raise answerable([Question(key, sentence, evidence, tuple(choices), with_remarks(pasted), place)])


def _by_rows(held: Sequence[Held]) -> list[str]:
    """The currencies that are named, that of most rows first."""
    rows: Counter[str] = Counter()
    for one in held:
        rows[one.currency] += one.rows
    return [currency for currency, _ in rows.most_common() if currency]


def _in_one_currency(held: Sequence[Held], parts: Sequence[Part]) -> Iterable[tuple[Choice, str]]:
    """The choices of who says that all amounts are in one currency after all, each with its lines: columns are left out, or one currency is said of all."""
    stated = [part for part in each_once(parts) if part.proposal.theirs("currency")]
    called = [part for part in each_once(parts) if part.currency or "currency" in part.entry.constants]
    if not stated and not called:
        return
    groups: dict[tuple[Any, ...], list[Part]] = {}
    for part in [*stated, *called]:
        groups.setdefault(part.alike, []).append(part)
    for code in _by_rows(held) if called else [""]:
        changes: list[tuple[FileMapping | JoinMapping, dict[str, Any]]] = []
        lines: list[str] = []
        for group in groups.values():
            entry, heads = group[0].entry, heads_of(group, each_once(parts))
            columns = [theirs for ours in ("currency", "exchange_rate") if (theirs := group[0].proposal.theirs(ours))]
            own = {theirs: LEFT_OUT for theirs in columns if theirs not in entry.column_joins}
            settings = {**({"constants": {"currency": code}} if code else {}), **({"columns": own} if own else {})}
            if settings:
                changes += [(head, settings) for head in heads]
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
