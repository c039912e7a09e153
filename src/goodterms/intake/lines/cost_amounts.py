"""Amounts of costs as book-keeping writes them: debit less credit in two columns, one amount beside a mark, or negative as in an income statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import named, text_of, texts_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, rank_of
from goodterms.intake.mapping.months_across import MONTH, TABLES_BY_MONTH
from goodterms.intake.mapping.words import NEGATIVE, POSITIVE
from goodterms.intake.parts.part import Part, say
from goodterms.intake.values.agreement import NEARLY_ALL, OVER_A_CENT
from goodterms.intake.values.document_kind import is_debit
from goodterms.intake.values.income_words import INCOME_ALONE, RESULT
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS, decimal
from goodterms.problems import Problem, Severity


def settle_signs(con: Any, parts: Sequence[Part], rows: str) -> None:
    """Turn the amounts of costs that are written negative, where the mapping says so.

    Raises
    ------
    AnswerNeededError
        Most amounts are negative, and the mapping does not say what that means.
    """
    first = parts[0]
    amounts = [ours for ours in first.stated if ours == "amount" or ours.startswith(MONTH)]
    if first.table != "costs" or not amounts or {"debit", "side"} & first.stated.keys():
        return
    said = first.entry.costs.get("amounts", "")
    if not said:
        signs = " + ".join(f"coalesce(CAST(sign({named(ours)}) AS INTEGER), 0)" for ours in amounts)
        negative, positive = con.execute(
            f"SELECT count(*) FILTER (s < 0), count(*) FILTER (s > 0) FROM (SELECT {signs} AS s FROM ({rows}) WHERE NOT ({_says_income(first)}))"
        ).fetchone()
        if negative > positive:
            raise AnswerNeededError(_signs_asked(first, negative, negative + positive))
    if said == NEGATIVE:
        for part in parts:
            for ours in amounts:
                theirs = part.proposal.theirs(ours) or ""
                part.stated[ours] = part.typed[theirs] = replace(part.stated[ours], sql=f"(-({part.stated[ours].sql}))")
        say(parts, "Negative amounts are costs, as the mapping says: all are turned.")


def _says_income(part: Part) -> str:
    """SQL of whether a row is called income, or what is left of it, by its account."""
    said = text_of(f"(?i){INCOME_ALONE.pattern}|{RESULT.pattern}")
    names = [f"coalesce(regexp_full_match(trim({named(ours)}), {said}), false)" for ours in ("account_name", "account") if ours in part.stated]
    return " OR ".join(names) or "false"


def _signs_asked(part: Part, negative: int, rows: int) -> Question:
    sentence = f"{part.where}: {negative:,} of {rows:,} amounts are negative. Are negative amounts costs, as in an income statement?"
    return Question(
        f"costs: {part.where}",
        sentence,
        (),
        (
            choice("yes: negative amounts are costs, positive ones make them smaller", costs={"amounts": NEGATIVE}),
            choice("no: positive amounts are costs, negative ones make them smaller", costs={"amounts": POSITIVE}),
        ),
    )


def amount_by_sides(con: Any, parts: Sequence[Part], rows: str) -> str | None:
    """The amount of a row as an expression over the typed rows, where it follows from debit and credit or from a mark; None where it stands as it is.

    Raises
    ------
    AnswerNeededError
        Where an amount stands beside debit and credit and is neither, or marks are not known.
    """
    first = parts[0]
    if first.table not in TABLES_BY_MONTH:
        return None
    if {"debit", "credit"} <= first.stated.keys():
        return _debit_less_credit(con, parts, rows)
    if {"side", "amount"} <= first.stated.keys():
        return _by_mark(con, parts, rows)
    return None


def _debit_less_credit(con: Any, parts: Sequence[Part], rows: str) -> str:
    first = parts[0]
    negative, positive = con.execute(f"SELECT count(*) FILTER (credit < 0), count(*) FILTER (credit > 0) FROM ({rows})").fetchone()
    sign, less = ("+", "plus") if negative > positive else ("-", "less")
    scale = max(part.stated[ours].scale for part in parts for ours in ("debit", "credit"))
    amount = decimal(f"CASE WHEN debit IS NOT NULL OR credit IS NOT NULL THEN coalesce(debit, 0) {sign} coalesce(credit, 0) END", scale, MOST_WHOLE_DIGITS)
    debit, credit = (first.proposal.theirs(ours) or ours for ours in ("debit", "credit"))
    if stated := first.proposal.theirs("amount"):
        made = f"count(*) FILTER (abs(abs(amount) - abs({amount})) <= {OVER_A_CENT}), count(*) FILTER (amount <> 0 OR ({amount}) <> 0)"
        equal, lines = con.execute(f"SELECT {made} FROM ({rows}) WHERE amount IS NOT NULL").fetchone()
        if rank_of(first.table, stated, "amount") == 1 and equal < NEARLY_ALL * lines:
            choices = (
                choice(f"the cost is {debit} {less} {credit}", columns={stated: LEFT_OUT}),
                choice(f"the cost is {stated}", columns={stated: "amount", debit: LEFT_OUT, credit: LEFT_OUT}),
            )
            sentence = f"{first.where}: {stated} is not {debit} {less} {credit}. Which is the cost?"
            raise AnswerNeededError(Question(f"costs: {first.where}", sentence, (), choices))
        first.proposal.say(stated, LEFT_OUT, f"the amount is {debit} {less} {credit}")
        for part in parts:
            del part.stated["amount"], part.typed[stated]
            part.left_out = (*part.left_out, stated)
        say(parts, f"{stated} is not used: the amount is {debit} {less} {credit}.")
    else:
        say(parts, f"The amount is {debit} {less} {credit}{', which is written negative' if sign == '+' else ''}.")
    return amount


def _by_mark(con: Any, parts: Sequence[Part], rows: str) -> str:
    first = parts[0]
    side, amount = (first.proposal.theirs(ours) or ours for ours in ("side", "amount"))
    marks = dict(con.execute(f"SELECT lower(trim(side)), count(*) FROM ({rows}) WHERE side IS NOT NULL GROUP BY 1 ORDER BY 1").fetchall())
    credited = [first.entry.costs["credit"].casefold()] if "credit" in first.entry.costs else [mark for mark in marks if is_debit(mark) is False]
    if "credit" not in first.entry.costs and any(is_debit(mark) is None for mark in marks):
        raise AnswerNeededError(_marks_asked(first, side, marks))
    is_credit = f"coalesce(lower(trim(side)) IN ({texts_of(credited)}), false)"
    negative, positive, unmarked = con.execute(
        f"SELECT count(*) FILTER ({is_credit} AND amount < 0), count(*) FILTER ({is_credit} AND amount > 0), count(*) FILTER (side IS NULL) FROM ({rows})"
    ).fetchone()
    if unmarked:
        sentence = f"{unmarked:,} {'row has' if unmarked == 1 else 'rows have'} no mark of debit or credit: debit is taken."
        first.problems.append(Problem("no-side", Severity.NOTICE, first.origin(column=side), sentence=sentence, rows=unmarked))
    if negative > positive:
        say(parts, f"{amount} is negative where {side} says credit.")
        return named("amount")
    say(parts, f"{amount} makes costs smaller where {side} says credit.")
    return f"CASE WHEN {is_credit} THEN -amount ELSE amount END"


def _marks_asked(part: Part, side: str, marks: dict[str, int]) -> Question:
    said = ", ".join(f"{mark} on {count:,}" for mark, count in list(marks.items())[:8])
    choices = [choice(f"{mark} is credit", costs={"credit": mark}) for mark in list(marks)[:8]] if len(marks) <= 8 else []
    return Question(
        f"costs: {part.where}",
        f"{part.where}: which value of {side} is credit, and makes costs smaller?",
        (f"{side}: {said} rows",),
        (*choices, choice("it does not say debit and credit", columns={side: LEFT_OUT})),
    )
