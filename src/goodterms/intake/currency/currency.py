"""Amounts in several currencies, brought to the reporting currency by their own rate or a file of rates; what cannot be brought is asked, never added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import AnswerNeededError
from goodterms.intake.currency.amounts_held import RATE_OF_FILE, all_held, currency_of, each_once
from goodterms.intake.currency.conversion import convert, convert_by_heading
from goodterms.intake.currency.currency_rates import Rates
from goodterms.intake.currency.rate_direction import open_directions
from goodterms.intake.currency.reporting_currency import NO_RATE, ask_for_rates, no_rate, reporting_currency
from goodterms.intake.currency.shared_word import settle_headings, settle_shared_words
from goodterms.intake.currency.unnamed_currency import name_blank, name_by_heading, name_whole_files
from goodterms.intake.mapping.answers import answerable
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.part import Part


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
        settle_headings(con, part)
        name_by_heading(con, part)
    settle_shared_words(con, parts, mapping)
    rates = Rates(con, parts)
    held = all_held(con, parts)
    try:
        reporting = reporting_currency(held, mapping, rates)
    except AnswerNeededError as error:
        raise answerable([*error.questions, *open_directions(con, each_once(one.part for one in held if one.at_rate), parts, "", mapping)]) from None
    if reporting is None:
        return
    name_whole_files(held, parts, reporting, mapping)
    rated = each_once(one.part for one in held if one.at_rate and one.currency != reporting)
    if questions := open_directions(con, rated, parts, reporting, mapping):
        raise answerable(questions)
    if rates.lead_to(reporting):
        for part in each_once(one.part for one in held if one.without_rate and one.currency not in {reporting, ""}):
            rates.add_to(part, currency_of(part), RATE_OF_FILE)
    held = all_held(con, parts)
    foreign = [one for one in held if one.currency not in {reporting, ""}]
    if missing := [one for one in foreign if one.without_rate]:
        ask_for_rates(parts, held, no_rate(con, missing, reporting, rates), mapping, rates, key=NO_RATE)
    for part in parts:
        name_blank(con, part, reporting)
        convert_by_heading(con, part, parts, reporting, rates, mapping)
    for number in dict.fromkeys(one.part.number for one in held if one in foreign or (not one.currency and one.at_rate)):
        convert(con, next(one.part for one in held if one.part.number == number), reporting, [one for one in held if one.part.number == number], rates)
