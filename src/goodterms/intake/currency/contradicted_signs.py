"""Signs of amounts that contradict the currency of their row: a few are slips and are given back; where most do, it is asked which of both holds."""

from __future__ import annotations

from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.intake.currency.currency_evidence import amounts_of_money
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.currency_code import currency_code, mark_may_be_sql, may_be_sql
from goodterms.intake.parts.part import Part
from goodterms.intake.values.number_forms import money_mark


def contradictions(con: Any, part: Part) -> list[tuple[str, str, str]]:
    """Cells that name another currency than their row does: the condition over the raw table, the file's column, and what is expected.

    Raises
    ------
    AnswerNeededError
        Where most cells with a sign contradict their rows: it is no slip then.
    """
    stated, theirs = part.stated.get("currency"), part.proposal.theirs("currency")
    if stated is None or theirs is None:
        return []
    meant = part.entry.dialect.get("currencies")
    found = []
    for amount, typed in amounts_of_money(part).items():
        if typed.currencies:
            mark = f"nullif({money_mark(f'CAST({part.sample.column(amount).place} AS VARCHAR)')}, '')"
            is_said = f"{mark} IS NOT NULL AND {stated.sql} IS NOT NULL"
            is_other = f"{is_said} AND NOT list_has_any({mark_may_be_sql(mark, meant)}, {may_be_sql(stated.sql, meant)})"
            others, said = con.execute(f"SELECT count(*) FILTER ({is_other}), count(*) FILTER ({is_said}) FROM {part.raw.name}").fetchone()
            if others > 1 and 2 * others > said and theirs not in part.entry.column_joins:
                raise AnswerNeededError(_asked(con, part, amount, is_other, others))
            found.append((is_other, amount, "an amount in the currency of its row"))
    return found


def _asked(con: Any, part: Part, amount: str, is_other: str, others: int) -> Question:
    """The question which of both holds: codes that are the same on all rows come first, else the sign that all amounts have."""
    stated, theirs = part.stated["currency"], part.proposal.theirs("currency") or ""
    meant = part.entry.dialect.get("currencies")
    signs = sorted({currency_code(mark, meant) for mark in part.typed[amount].currencies})
    codes = [code for (code,) in con.execute(f"SELECT DISTINCT {stated.sql} FROM {part.raw.name} WHERE {stated.sql} IS NOT NULL ORDER BY 1").fetchall()]
    rows = con.execute(f"SELECT row, {part.sample.column(amount).place}, {stated.sql} FROM {part.raw.name} WHERE {is_other} ORDER BY row LIMIT 3").fetchall()
    left = {name: LEFT_OUT for name in (theirs, part.proposal.theirs("exchange_rate")) if name}
    choices: list[Choice] = []
    if len(codes) == 1:
        code = currency_code(codes[0], meant)
        choices.append(choice(f"all amounts are in {code}, as {theirs} says", columns={theirs: LEFT_OUT}, constants={"currency": code}))
    if len(signs) == 1:
        choices.append(choice(f"all amounts are in {signs[0]}, as their signs say: {theirs} does not count", columns=left))
    if len(codes) > 1:
        choices.append(Choice(f"each is in what {theirs} says: export the amounts without signs", f'"{theirs}" = "currency"', "[file.columns]"))
    sentence = f"{part.where}: {amount} is in {' and '.join(signs)} by its signs, and {theirs} names another currency on {others:,} rows. Which one holds?"
    return Question(f"currency: {part.where}", sentence, tuple(f"row {row:,}: {cell}, {theirs} {code}" for row, cell, code in rows), tuple(choices))
