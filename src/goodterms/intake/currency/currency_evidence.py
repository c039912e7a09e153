"""Which currency the amounts of a file are in, where no known heading says so: by codes in a column, signs in cells and in their formats, names of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import NO_MONEY, accepted, kind_of, rank_of
from goodterms.intake.mapping.currency_code import MAY_BE, SHARED, are_codes, currency_code, currency_named
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import Part
from goodterms.intake.parts.sample import Sample
from goodterms.intake.tables.header_cells import MISSING
from goodterms.intake.values.typed_column import Typed
from goodterms.problems import Problem, Severity

_MOST_CURRENCIES = 200
STATED_BY = {
    "net_value": ("net_value", "unit_price", "gross_value", "list_value", "unit_list_price"),
    "list_value": ("list_value", "unit_list_price", "net_value", "unit_price", "gross_value"),
    "product_cost": ("product_cost", "unit_cost"),
}
"""What an amount follows from, if not from itself alone."""


def find_currency_column(con: Any, parts: Sequence[Part], sample: Sample, found: Proposal) -> None:
    """Take a column for that of currencies which holds nothing but codes of currencies, whatever its heading; or whose heading says it, though cells do not.

    Raises
    ------
    AnswerNeededError
        Where several columns are such, and do not say the same.
    """
    first = parts[0]
    if "currency" not in accepted(first.table) or found.theirs("currency") or "currency" in first.entry.constants:
        return
    free = [theirs for theirs in first.raw.header if theirs not in found.columns and sample.column(theirs).is_text]
    by_name = [theirs for theirs in free if rank_of(first.table, theirs, "currency") == 1 and _are_words(sample, theirs)]
    if by_name:
        found.say(by_name[0], "currency", "by its name")
        return
    likely = [theirs for theirs in free if not sample.values[theirs] or are_codes(_said(sample.values[theirs]))]
    values = {theirs: _values(con, parts, theirs) for theirs in likely}
    codes = {theirs: said for theirs, cells in values.items() if are_codes(said := _said(cells))}
    if len(codes) > 1 and len({currency_code(value) for said in codes.values() for value in said}) > 1:
        _ask_between(first, codes)
    if codes:
        found.say(next(iter(codes)), "currency", "by its values: codes of currencies")


def _are_words(sample: Sample, theirs: str) -> bool:
    return bool(sample.values[theirs]) and not any(sample.could_be(theirs, kind) for kind in (Kind.DATE, Kind.DECIMAL))


def _said(values: Sequence[str]) -> list[str]:
    """Values without what people write where they have none."""
    return [value for value in values if value.casefold() not in MISSING]


def _values(con: Any, parts: Sequence[Part], theirs: str) -> list[str]:
    """All different values of a column, of as many as there may be currencies."""
    found: dict[str, None] = {}
    for part in parts:
        cell = f"trim(CAST({part.sample.column(theirs).place} AS VARCHAR))"
        rows = con.execute(f"SELECT DISTINCT {cell} FROM {part.raw.name} WHERE {cell} <> '' LIMIT {_MOST_CURRENCIES}").fetchall()
        found |= dict.fromkeys(sorted(value for (value,) in rows))
    return list(found)


def _ask_between(part: Part, codes: dict[str, list[str]]) -> None:
    sentence = f"{part.where}: {' and '.join(codes)} all hold codes of currencies. Say which one the amounts are in."
    evidence = tuple(f"{theirs}: {', '.join(said[:5])}{' …' if len(said) > 5 else ''}" for theirs, said in codes.items())
    choices = tuple(choice(theirs, columns={theirs: "currency"}) for theirs in codes)
    raise AnswerNeededError(Question(f"column: {part.where}, currency", sentence, evidence, choices))


def name_one_currency(parts: Sequence[Part]) -> None:
    """The currency that amounts of a file carry in cells, in their formats or in the name of their column is that of the file, if no column says it.

    Rejected rows that are given back are in that of their source; what another file is in that carries none, others do not tell.

    Raises
    ------
    AnswerNeededError
        Where they are several.
    """
    if "currency" in parts[0].stated:
        return
    if said := parts[0].entry.constants.get("currency"):
        for part in parts:
            _say_contradicted(part, currency_code(said))
        return
    found = [_currencies_named(part) for part in parts]
    for part, of_file in zip(parts, found, strict=True):
        if len(of_file) > 1:
            raise AnswerNeededError(_several_named(part, of_file))
    of_all_files = {currency for of_file in found for currency in of_file}
    for part, of_file in zip(parts, found, strict=True):
        if of_all_files:
            of_source = next(iter(of_all_files)) if len(of_all_files) == 1 and origin_of(part.raw.file) else ""
            part.currency = next(iter(of_file), of_source)
            _say_currency_of_cells(part)


def _several_named(part: Part, currencies: Sequence[str]) -> Question:
    """The question what amounts with signs of several currencies are; one that a word beside it may be comes first."""
    said = f"amounts carry the signs of {len(currencies)} currencies, {' and '.join(currencies)}"
    export = Choice("export the currency and the rate as columns", '"…" = "currency" and "…" = "exchange_rate"', "[file.columns]")
    in_one = {currency: choice(f"all amounts are {currency}", constants={"currency": currency}) for currency in currencies}
    first = [currency for currency in currencies if all(currency == other or currency in SHARED.get(other, ()) for other in currencies)]
    choices = (*(in_one.pop(currency) for currency in first), export, *in_one.values())
    return Question(f"currency: {part.where}", f"{part.where}: {said}, and there is no column of currencies nor of rates.", (), choices)


def _say_contradicted(part: Part, said: str) -> None:
    """The mapping says the currency of all amounts: where cells name another one, that is to look at, since a later file may differ from the first."""
    meant = part.entry.dialect.get("currencies")
    for theirs, typed in amounts_of_money(part).items():
        others = [mark for mark in typed.currencies if said not in MAY_BE.get(mark, (currency_code(mark, meant),)) and mark != said]
        if others:
            sentence = f"Amounts name {' and '.join(others)}, and the mapping says that all are in {said}: they are read as {said}."
            part.problems.append(Problem("currency-contradicted", Severity.WARNING, part.origin(column=theirs), sentence=sentence, rows=typed.marked))


def amounts_of_money(part: Part) -> dict[str, Typed]:
    """The file's columns that hold amounts of money, with how each is read: a length of 12 ft, a quantity or an attribute names no currency."""
    ours_of = part.proposal.columns
    return {theirs: typed for theirs, typed in part.typed.items() if ours_of[theirs] not in NO_MONEY and kind_of(part.table, ours_of[theirs]) == Kind.DECIMAL}


def _currencies_named(part: Part) -> list[str]:
    """Currencies of the cells, and of the name of the column that the net value or the amount follows from; a mark that may be one of the other's is that."""
    money = next((theirs for ours in (*STATED_BY["net_value"], "amount") if (theirs := part.proposal.theirs(ours))), "")
    amounts = amounts_of_money(part)
    of_cells = {currency for typed in amounts.values() for currency in typed.currencies}
    of_columns = {code for theirs, codes in part.raw.currencies.items() if theirs in amounts for code in codes} | set(filter(None, [currency_named(money)]))
    of_cells = {mark for mark in of_cells if not of_columns & set(MAY_BE.get(mark, ()))}
    of_columns = {mark for mark in of_columns if not of_cells & set(MAY_BE.get(mark, ()))}
    meant = part.entry.dialect.get("currencies")
    return sorted({currency_code(mark, meant) for mark in of_columns | of_cells})


def _say_currency_of_cells(part: Part) -> None:
    """Amounts without a sign among amounts with one are taken to be in its currency; where these are the fewer ones, that is a guess to look at."""
    for theirs, typed in part.typed.items():
        if not 0 < typed.marked < typed.values:
            continue
        sentence = f"{typed.marked:,} of {typed.values:,} amounts name a currency, {part.currency}: the others are taken to be in it too."
        severity = Severity.NOTICE if 2 * typed.marked > typed.values else Severity.WARNING
        action = f'If they are not, say which in the mapping: constants = {{ currency = "{part.currency}" }}'
        bare = typed.values - typed.marked
        part.problems.append(Problem("currency-of-few-cells", severity, part.origin(column=theirs), sentence=sentence, action=action, rows=bare))
