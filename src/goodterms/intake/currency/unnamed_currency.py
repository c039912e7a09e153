"""Rows and files that name no currency: in which one they are taken to be, or are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import Choice, Question
from goodterms.facts.sql_text import text_of
from goodterms.intake.currency.amounts_held import TOGETHER, Held, amounts_of, count_of_rows, heading_of, rate_of
from goodterms.intake.currency.asked_of_files import asked_of_files
from goodterms.intake.mapping.answers import answerable, choice
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.part import LINES, Part
from goodterms.problems import Problem, Severity


def name_by_heading(con: Any, part: Part) -> None:
    """Rows whose amounts all say the same currency in the names of their columns are in it, whatever another column names."""
    said = {heading_of(part, name) for name in amounts_of(part)}
    if part.table not in TOGETHER or part.is_of_documents or not part.proposal.theirs("currency") or len(said) != 1 or not (code := said.pop()):
        return
    theirs = part.proposal.theirs("currency")
    others = con.execute(f"SELECT count(*) FROM {part.name} WHERE coalesce(currency, '') NOT IN ('', {text_of(code)})").fetchone()[0]
    if not others:
        return
    replaced = f"{text_of(code)} AS currency" + (", NULL AS exchange_rate" if "exchange_rate" in part.columns else "")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT * REPLACE ({replaced}) FROM {part.name}")
    part.said.append(f"All amounts are in {code}, as the names of their columns say; {theirs} does not count.")


def name_whole_files(held: Sequence[Held], parts: Sequence[Part], reporting: str, mapping: Mapping) -> None:
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
        evidence = tuple(f"{one.amount:,.2f} on {count_of_rows(one.rows)} of {one.part.where}" for one in unnamed if one.part in group)
        choices = [choice(f"all its amounts are in {code}", constants={"currency": code}) for code in codes]
        choices.append(Choice("they are in another one", 'constants = { currency = "…" }'))
        asked = Question("currency", sentence, evidence, tuple(choices))
        questions.append(asked_of_files(asked, group, parts, mapping))
    if questions:
        raise answerable(questions)


def name_blank(con: Any, part: Part, reporting: str) -> None:
    """Rows without a currency and without a rate in a file that names currencies are in the one to report in, as book-keeping programs leave it out."""
    column = part.proposal.theirs("currency")
    if not column or not reporting or "currency" not in part.columns:
        return
    blank = f"currency IS NULL AND coalesce({rate_of(part)}, 1) = 1"
    count, others = con.execute(f"SELECT count(*) FILTER ({blank}), count(DISTINCT currency) FROM {part.name}").fetchone()
    if not count or not others:
        return
    con.execute(f"UPDATE {part.name} SET currency = {text_of(reporting)} WHERE {blank}")
    are = "names no currency and is" if count == 1 else "name no currency and are"
    because = ", as all others are" if others == 1 else f", in which the report is; the others are in {others} currencies"
    severity = Severity.NOTICE if others == 1 else Severity.WARNING
    sentence = f"{count_of_rows(count)} {are} taken to be in {reporting}{because}."
    part.problems.append(Problem("currency-of-others", severity, part.origin(column=column), sentence=sentence, rows=count))
