"""Income among costs, as in an income statement that was exported whole: it is no cost, and asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.parts.part import Part, named, text_of_row
from goodterms.intake.rows.totals_rows import LINE
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.income_words import INCOME, INCOME_ALONE

OF_INCOME = "income"
_LARGE = Decimal("0.25")
"""Amounts of an account that make costs smaller by so large a share of all others are worth a question, whatever it is called."""
_ACCOUNT = ("account", "account_name")
_MOST_SHOWN = 8


@dataclass(frozen=True)
class _Account:
    """The sum of an account's amounts, with what the file calls it: its number, or its name where it has none."""

    key: str
    name: str
    amount: Decimal

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
        _set_aside(con, part, f"{_key(named_by)} IN ({', '.join(map(text_of, keys))})")


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
    shown = [f"{' '.join(dict.fromkeys((account.key, account.name)))}: {account.amount:,.2f}".strip() for account in accounts[:_MOST_SHOWN]]
    keys = [account.key for account in accounts]
    smaller = all(account.amount < 0 for account in accounts)
    choices = (
        choice("income: leave it out", totals=dict.fromkeys(keys, OF_INCOME)),
        choice(f"{'a cost' if one else 'costs'} like the others{', which they make smaller' if smaller else ''}", totals=dict.fromkeys(keys, LINE)),
    )
    return Question(f"income: {part.where}", sentence, (*shown, *(["…"] if len(accounts) > _MOST_SHOWN else [])), choices)


def _set_aside(con: Any, part: Part, condition: str) -> None:
    here = f"row IN (SELECT row FROM ({part.typed_rows}) WHERE {condition})"
    found = con.execute(f"SELECT row, {text_of_row(part.raw.columns)} FROM {part.raw.name} WHERE {here} ORDER BY row").fetchall()
    if not found:
        return
    if not part.bad:
        part.bad = f"bad_{part.number}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {part.bad} (row BIGINT, reason INTEGER)")
    con.execute(f"INSERT INTO {part.bad} SELECT unnest({[row for row, _ in found]}), NULL")
    part.set_aside = tuple(sorted((*part.set_aside, *(RowRef(row, text, OF_INCOME) for row, text in found)), key=lambda ref: ref.row))
    part.typed_rows = f"SELECT * FROM ({part.typed_rows}) WHERE ({condition}) IS NOT TRUE"
