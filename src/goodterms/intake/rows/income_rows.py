"""Income among costs, as in an income statement that was exported whole: it is no cost, and asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import named, texts_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.parts.part import Part, mark_bad, text_of_row
from goodterms.intake.rows.totals_rows import LINE
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.income_words import INCOME, INCOME_ALONE

OF_INCOME = "income"
_LARGE = Decimal("0.25")
"""Amounts of an account that make costs smaller by so large a share of all others are worth a question, whatever it is called."""
_ACCOUNT = ("account", "account_name")
_MOST_SHOWN = 8
_MOST_APART = 3
"""Of so many accounts each may be answered apart from the others; of more a mapping says it."""


@dataclass(frozen=True)
class _Account:
    """The sum of an account's amounts, with what the file calls it: its number, or its name where it has none."""

    key: str
    name: str
    amount: Decimal

    @property
    def called(self) -> str:
        """Its number and its name."""
        return " ".join(dict.fromkeys(filter(None, (self.key, self.name))))

    def may_be_income(self, large: Decimal | None) -> bool:
        """Whether its name says so, or its amounts are the other way round than costs and ``large``, or called so."""
        words = [word for word in (self.name, self.key) if word]
        if any(INCOME_ALONE.fullmatch(word) for word in words):
            return True
        return self.amount < 0 and ((large is not None and -self.amount >= large) or any(INCOME.fullmatch(word) for word in words))


def set_aside_income(con: Any, parts: Sequence[Part], derived: Mapping[str, str]) -> None:
    """Put rows of accounts that the mapping calls income among those that take no part.

    Raises
    ------
    AnswerNeededError
        Where accounts may be income and the mapping does not say.
    """
    first = parts[0]
    named_by = [ours for ours in _ACCOUNT if ours in first.stated]
    if first.table != "costs" or not named_by or "amount" not in derived:
        return
    said = first.entry.totals
    accounts = _accounts(con, parts, derived, named_by)
    costs = sum((max(account.amount, Decimal(0)) for account in accounts), Decimal(0))
    large = None if first.entry.costs else _LARGE * costs  # a mapping that speaks of signs knows them
    if asked := [account for account in accounts if account.key not in said and account.may_be_income(large)]:
        raise AnswerNeededError(_asked(first, asked, costs))
    keys = [account.key for account in accounts if said.get(account.key) == OF_INCOME]
    for part in parts if keys else ():
        _set_aside(con, part, f"{_key(named_by)} IN ({texts_of(keys)})")


def _key(named_by: Sequence[str]) -> str:
    return f"trim(coalesce({', '.join(map(named, named_by))}))"


def _accounts(con: Any, parts: Sequence[Part], derived: Mapping[str, str], named_by: Sequence[str]) -> list[_Account]:
    """The accounts of all rows that take part, in the order of the file."""
    rows = " UNION ALL ".join(
        f"SELECT {part.number} AS part, row, {_key(named_by)} AS account, trim({named(named_by[-1])}) AS name, {derived['amount']} AS amount "
        f"FROM ({part.typed_rows})"
        for part in parts
    )
    sums = f"SELECT account, any_value(name), sum(amount), min((part, row)) FROM ({rows}) WHERE account <> '' GROUP BY 1 ORDER BY 4"
    return [_Account(key, name or "", amount or Decimal(0)) for key, name, amount, _ in con.execute(sums).fetchall()]


def _asked(part: Part, accounts: Sequence[_Account], costs: Decimal) -> Question:
    one = len(accounts) == 1
    sentence = f"{part.where}: {'an account' if one else f'{len(accounts):,} accounts'} may be income, and no cost, beside costs of {costs:,.2f}."
    shown = [f"{account.called}: {account.amount:,.2f}".strip() for account in accounts[:_MOST_SHOWN]]
    income, line = (dict.fromkeys([account.key for account in accounts], said) for said in (OF_INCOME, LINE))
    readings = [income, line]
    if len(accounts) <= _MOST_APART:
        readings += [most | {account.key: said} for most, said in ((income, LINE), (line, OF_INCOME)) for account in accounts]
    choices = tuple(choice(_in_words(accounts, reading), totals=reading) for number, reading in enumerate(readings) if reading not in readings[:number])
    return Question(f"income: {part.where}", sentence, (*shown, *(["…"] if len(accounts) > _MOST_SHOWN else [])), choices)


def _in_words(accounts: Sequence[_Account], reading: Mapping[str, str]) -> str:
    """What accounts are, each by its name where they are not alike."""
    lines = [account for account in accounts if reading[account.key] == LINE]
    smaller = ", which they make smaller" if lines and all(account.amount < 0 for account in lines) else ""
    costs = f"{'a cost' if len(lines) == 1 else 'costs'} like the others{smaller}"
    if len(lines) in {0, len(accounts)}:
        return costs if lines else "income: leave it out"
    left_out, kept = (", ".join(account.called for account in accounts if (account in lines) == stays) for stays in (False, True))
    return f"income: leave {left_out} out; {kept}: {costs}"


def _set_aside(con: Any, part: Part, condition: str) -> None:
    here = f"row IN (SELECT row FROM ({part.typed_rows}) WHERE {condition})"
    found = con.execute(f"SELECT row, {text_of_row(part.raw.columns)} FROM {part.raw.name} WHERE {here} ORDER BY row").fetchall()
    if not found:
        return
    mark_bad(con, part, f"SELECT unnest({[row for row, _ in found]}) AS row", "NULL")
    part.set_aside = tuple(sorted((*part.set_aside, *(RowRef(row, text, OF_INCOME) for row, text in found)), key=lambda ref: ref.row))
    part.typed_rows = f"SELECT * FROM ({part.typed_rows}) WHERE ({condition}) IS NOT TRUE"
