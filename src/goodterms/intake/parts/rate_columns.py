"""Files of rates with one column of currencies: whether a rate is what one unit of it is in the currency of the report, or how much of it one of that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import rank_of
from goodterms.intake.mapping.currency_code import ISO_4217, are_codes, currency_named
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.sample import Sample

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_HOME = "EUR"
"""The currency that rates lead to or from where the file names no other one, and it is not among the rates."""
_EARLIEST = "2000-01-01"
_ABOVE_ONE = re.compile(r"0*[1-9]")


def check_rates(found: Proposal, raw: RawTable, sample: Sample, taken: set[str]) -> None:
    """Ask which way rates lead, where one column names their currencies and none the other side; and what to do with a column for each currency.

    Raises
    ------
    AnswerNeededError
        No column says to which currency the rates lead.
    """
    if not {"from", "to"} & taken and (codes := [theirs for theirs in raw.header if currency_named(theirs) in ISO_4217 and theirs not in found.columns]):
        sentence = f"{raw.where}: {', '.join(codes[:5])} seem to hold the rates of one currency each. Write each rate as a row of its own."
        rows = Choice("rows of date, from, to and rate", "date;from;to;rate", "")
        raise AnswerNeededError(Question(f"column: {raw.where}, from", sentence, (), (rows,)))
    theirs, rate = found.theirs("from"), found.theirs("rate")
    if "to" in taken or theirs is None or rate is None:
        return
    counted = found.theirs("units")
    code, example, units = sample.example(theirs), sample.example(rate), sample.example(counted) if counted else "1"
    others = [name for name in raw.header if name not in found.columns and len(set(sample.values[name])) == 1 and are_codes(sample.values[name])]
    if others:
        home, is_to, is_from = sample.example(others[0]), {"columns": {others[0]: "to"}}, {"columns": {theirs: "to", others[0]: "from"}}
    else:
        home, is_to, is_from = _HOME, {"constants": {"to": _HOME}}, {"columns": {theirs: "to"}, "constants": {"from": _HOME}}
    direct = choice(f"{units} {code} is {example} {home}", **is_to)
    choices = [direct, choice(f"1 {home} is {example} {code}, as central banks quote it", **is_from)]
    above_one = sum(bool(_ABOVE_ONE.match(value)) for value in sample.values[rate])
    if 2 * above_one >= len(sample.values[rate]) and not counted:
        choices.reverse()
    if not others and _HOME in {value.upper() for value in sample.values[theirs]}:
        choices = [Choice(f"{units} {code} is {example} of the currency that they lead to", 'constants = { to = "…" }')]
    sentence = f"{raw.where}: {theirs} names the currency of a rate, and no column is known as the other one. Which way do the rates lead?"
    raise AnswerNeededError(Question(f"column: {raw.where}, to", sentence, (f"{theirs}: {code}; {rate}: {example}",), tuple(choices)))


_OF_RATES = ("from", "to", "rate")
_NONE_OF_RATES = frozenset({"document", "customer_key", "customer_name", "product_key", "product_name", "quantity", "net_value", "gross_value", "unit_price"})
"""What lines of sales have, and rates have not."""


def ask_whether_rates(found: Proposal, raw: RawTable, table: str) -> None:
    """Ask whether a file that was named with lines is one of rates, where its headings are theirs and none is that of a line.

    Raises
    ------
    AnswerNeededError
        The headings say from, to and rate, and nothing that a line has.
    """
    said = {ours: theirs for ours in _OF_RATES for theirs in raw.header if rank_of("rates", theirs, ours) == 1}
    if table not in {"sale_lines", "purchase_lines"} or len(said) < len(_OF_RATES) or _NONE_OF_RATES & {*found.columns.values()}:
        return
    sentence = f"{raw.where}: its columns {', '.join(said.values())} are those of exchange rates, and it holds no lines. Is it a file of rates?"
    options = (choice("yes, it holds rates of currencies", table="rates"), choice("no, it is not to be read", left_out=True))
    raise AnswerNeededError(Question(f"rates: {raw.where}", sentence, (), options))


def for_all_days(found: Proposal, table: str) -> list[Choice]:
    """What may be said of rates without a day: that they hold for all days."""
    return [choice("the rates hold for all days", constants={"date": _EARLIEST})] if table == "rates" and found.theirs("rate") else []
