"""Columns of lines that seem to hold amounts of money and count for nothing, since no heading or mapping says what they are: they are named once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import Kind
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.lines.document_amounts import ask_whether_deducted
from goodterms.intake.mapping.column_names import kind_of, meanings, names_a_key, normalised, says_percent
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.parts.further_columns import KEPT_AS_ATTRIBUTE
from goodterms.intake.parts.part import LINES, Part
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL
from goodterms.problems import Problem, Severity

_WITH_CENTS = r"[-+(]?\s*[0-9][0-9.,'\s]*[.,][0-9]{2}\s*[-)]?"
_ROUND_FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_SOMETHING = re.compile("[1-9]")
_MOST_NAMED = 8
_MOST_ROWS = 100_000
"""So many rows of a file are looked at: they tell what a column repeats."""
_TOTALS = frozenset({"net_value", "gross_value", "tax"})
"""Headings of these are known for the totals of a document too."""
_OF_LINE = ("net_value", "list_value", "discount", "tax", "charges", "product_cost")


def say_uncounted_amounts(con: Any, parts: Sequence[Part], sample: Sample) -> None:
    """Name further columns of amounts in one notice for all files of a source; none that repeats another column or is the total of its document."""
    first = parts[0]
    if first.table not in LINES:
        return
    open_ = [theirs for theirs in first.raw.header if _is_further(first, theirs) and _holds_money(sample, theirs) and not _is_known(first.table, theirs)]
    left = [theirs for theirs in open_ if not _says_again(con, parts, theirs)]
    if not left:
        return
    given_back = ask_whether_deducted(con, parts, left)
    more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
    sentence = f"Columns of numbers that count for nothing: {', '.join(left[:_MOST_NAMED])}{more}."
    sentence = " ".join([sentence, *given_back])
    kinds, example = ("a cost, a discount or freight", "product_cost") if first.table == "sale_lines" else ("a tax", "tax")
    action = f"If one is {kinds}, say so in the mapping, under [file.columns], as in {quoted(left[0])} = {quoted(example)}."
    first.problems.append(Problem("amounts-not-counted", Severity.NOTICE, first.origin(), sentence=sentence, action=action))


def _is_further(part: Part, theirs: str) -> bool:
    return theirs not in part.proposal.columns or part.proposal.why[theirs] == KEPT_AS_ATTRIBUTE


def _holds_money(sample: Sample, theirs: str) -> bool:
    """Whether most values are numbers with two places, as amounts are, and not all nothing."""
    if says_percent(theirs) or sample.are_all(theirs, Kind.DATE) or not sample.are_all(theirs, Kind.DECIMAL):
        return False
    values = [value for value in sample.values[theirs] if _SOMETHING.search(value)]
    if sample.column(theirs).is_text:
        return 2 * sum(bool(re.fullmatch(_WITH_CENTS, value)) for value in values) > len(values)
    return any("." in value and not value.endswith(".0") for value in values) and all(map(_ROUND_FLOAT.fullmatch, values))


def _is_known(table: str, theirs: str) -> bool:
    """Whether a heading says a key, a number that is no money, a tax, or what may be the total of a document."""
    form = normalised(theirs)
    known = meanings(table).get(form, ())
    of_tax = any(meaning.ours == "tax" for word in form.split() for meaning in meanings(table).get(word, ()))
    return of_tax or names_a_key(theirs) or any(meaning.ours in _TOTALS or kind_of(table, meaning.ours) != Kind.DECIMAL for meaning in known)


def _says_again(con: Any, parts: Sequence[Part], theirs: str) -> bool:
    """Whether a column says on nearly all lines what another column, the amounts of the line or the sums of its document say, whatever the sign."""
    counts: dict[str, int] = {}
    lines = 0
    for part in parts:
        said = {f"c{place}": sql for place, sql in enumerate(_others(part))}
        amount = _cents(part, theirs)
        rows = f"SELECT {amount} AS amount, {', '.join(f'{sql} AS {name}' for name, sql in said.items())} FROM {part.name} l JOIN {part.raw.name} r USING (row)"
        agree = ", ".join(f"count(*) FILTER (abs(amount - abs({name})) <= {A_CENT})" for name in said)
        found = con.execute(f"SELECT count(*), {agree} FROM ({rows} WHERE row <= {_MOST_ROWS}) WHERE amount <> 0").fetchone()
        lines += found[0]
        for name, count in zip(said, found[1:], strict=True):
            counts[name] = counts.get(name, 0) + count
    return not lines or any(count >= NEARLY_ALL * lines for count in counts.values())


def _others(part: Part) -> list[str]:
    """What a further column may say again: the columns that count, amounts of the line, those of one unit, and sums of the document."""
    there = {ours: f"coalesce(CAST(l.{named(ours)} AS DOUBLE), 0)" for ours in _OF_LINE if ours in part.columns}
    sums = [*there.values()]
    net = there.get("net_value", "0")
    beside = (("tax",), ("charges",), ("tax", "charges"))
    sums += [" + ".join([net, *(there[ours] for ours in others)]) for others in beside if there.keys() >= {*others}]
    if "product_cost" in there:
        sums.append(f"{net} - {there['product_cost']}")
    quantity = ["quantity"] if "quantity" in part.columns else []
    of_unit = [f"({amount}) / nullif(CAST(l.quantity AS DOUBLE), 0)" for _ in quantity for amount in sums]
    key = next((ours for ours in ("document", "order_number") if ours in part.columns), "")
    of_document = [f"sum({amount}) OVER (PARTITION BY l.{key})" for amount in sums if key]
    counted = [theirs for theirs, ours in part.proposal.columns.items() if ours in part.stated and part.stated[ours].kind == Kind.DECIMAL]
    counted = [theirs for theirs in counted if not _is_further(part, theirs)]
    return [*(_cents(part, theirs) for theirs in counted), *sums, *of_unit, *of_document]


def _cents(part: Part, theirs: str) -> str:
    """SQL of an amount without its sign: of text the digits of what has two places, however the decimals are marked."""
    column = part.sample.column(theirs)
    place = f"r.{column.place}"
    if not column.is_text:
        return f"abs(TRY_CAST({place} AS DOUBLE))"
    digits = f"TRY_CAST(regexp_replace({place}, '[^0-9]', '', 'g') AS DOUBLE)"
    return f"CASE WHEN regexp_full_match(trim({place}), {text_of(_WITH_CENTS)}) THEN {digits} / 100 END"
