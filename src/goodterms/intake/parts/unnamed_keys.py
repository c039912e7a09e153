"""Keys under headings that nobody knows, or blank on most rows: lines without a customer, product or number of the document, though columns may hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import Kind
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, attribute_name, normalised
from goodterms.intake.parts.customer_column import PARTIES, is_contact, is_ledger_account
from goodterms.intake.parts.meaning import Proposal, in_words
from goodterms.intake.parts.part import Part
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.agreement import NEARLY_ALL
from goodterms.problems import Problem, Severity

_MOST_OFFERED = 8
_AMOUNT = re.compile(r"[^A-Za-z]*[.,][0-9]{1,4}\D*")
_CODE = re.compile(r"(?=.*[0-9].*[0-9])(?:0|[A-Za-z]{1,5}[-_/ ]?[0-9])[\w/-]*")
"""Letters before a number, or zeros: a key, and no amount."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOSTLY_BLANK = 0.5


def ask_for_keys(con: Any, parts: Sequence[Part], sample: Sample, proposal: Proposal) -> None:
    """Ask for the customer of sale lines where columns without a meaning hold what may be keys, and name such columns where no product or document is known.

    A contact is asked about in lines of purchases too: it may be the supplier, or a person there. So is a customer or supplier that is blank on most rows.

    Raises
    ------
    AnswerNeededError
        Where no column is known as the customer, or one that is mostly blank, and another may be it.
    """
    first = parts[0]
    if first.table not in PARTIES:
        return
    _ask_whether_fuller(con, parts, sample, proposal)
    known = {*proposal.columns.values(), *first.entry.constants}
    free = [theirs for theirs in first.raw.header if theirs not in proposal.columns]
    contacts = [theirs for theirs in free if is_contact(theirs, first.table) and sample.values[theirs]]
    repeated = [theirs for theirs in free if theirs not in contacts and first.table == "sale_lines" and _repeats(sample, theirs)]
    keys = [theirs for theirs in repeated if _says_keys(sample, theirs) and not is_ledger_account(sample, theirs, first.table)]
    if (contacts or keys) and not set(PARTIES[first.table]) & known:
        raise AnswerNeededError(_which_party(first, sample, contacts, [*keys, *(theirs for theirs in repeated if theirs not in keys)], keys))
    if not keys:
        return
    for ours, said in (("document", "number of the document"), ("product_key", "product")):
        if ours in known:
            continue
        sentence = f"No column is known as the {said}: {' and '.join(keys[:_MOST_OFFERED])} may be it."
        action = f'If one is, say so in the mapping: "{keys[0]}" = "{ours}".'
        for part in parts:
            part.problems.append(Problem(f"no-{ours.partition('_')[0]}", Severity.NOTICE, part.origin(column=keys[0]), sentence=sentence, action=action))


def _ask_whether_fuller(con: Any, parts: Sequence[Part], sample: Sample, proposal: Proposal) -> None:
    """Ask where the customer or supplier is blank on most rows, as the company is of shops, and nearly all rows have its name or an e-mail address."""
    first, (ours, name) = parts[0], PARTIES[parts[0].table]
    theirs = proposal.theirs(ours)
    if theirs is None or proposal.why[theirs] == "as the mapping says" or theirs in (first.entry.fill_down or ()):
        return
    addresses = [other for other in first.raw.header if other not in proposal.columns and _are_addresses(sample.values[other])]
    others = [other for other in (proposal.theirs(name), *addresses) if other]
    counted = ", ".join(f"count({column})" for column in ("*", *(f"c{place}" for place in range(len(others) + 1))))
    cells = (f"SELECT {', '.join(f'{part.cell(column)} AS c{place}' for place, column in enumerate((theirs, *others)))} FROM {part.raw.name}" for part in parts)
    each_once, rows, there, *of_others = con.execute(f"SELECT count(DISTINCT c0) = count(c0), {counted} FROM ({' UNION ALL '.join(cells)})").fetchone()
    fuller = [other for other, count in zip(others, of_others, strict=True) if count >= NEARLY_ALL * rows]
    if not fuller or there >= _MOSTLY_BLANK * rows or (there and each_once):  # values that stand once each may be those of groups
        return
    raise AnswerNeededError(
        Question(
            f"column: {first.where}, {ours}",
            f"{first.where}: {theirs} is known as the {in_words(ours)}, and blank on {rows - there:,} of {rows:,} rows. "
            f"{' and '.join(fuller)} may be it instead.",
            tuple(f"{other}: {', '.join(sample.values[other][:3]) or 'empty'}" for other in (theirs, *fuller)),
            (
                *(choice(f"{other} (for example {sample.example(other)})", columns={other: ours}) for other in fuller),
                choice(f"{theirs}: the other rows are of no {in_words(ours)}", columns={theirs: ours}),
            ),
        )
    )


def _are_addresses(values: Sequence[str]) -> bool:
    """Whether nearly all values are e-mail addresses, and there are some."""
    return bool(values) and sum(bool(_EMAIL.fullmatch(value)) for value in values) >= NEARLY_ALL * len(values)


def _which_party(part: Part, sample: Sample, contacts: Sequence[str], others: Sequence[str], keys: Sequence[str]) -> Question:
    """Ask which column is the customer or supplier: of those that are none, a contact is a person and left out, a key is kept."""
    ours = PARTIES[part.table][0]
    free = [*contacts, *others]
    person = f" {' and '.join(contacts)} may be it, or a person there." if contacts else ""
    none = dict.fromkeys(contacts, LEFT_OUT) | {theirs: attribute_name(theirs) for theirs in keys}
    return Question(
        f"column: {part.where}, {ours}",
        f"{part.where}: no column is known as the {in_words(ours)}.{person} Say which it is.",
        tuple(f"{theirs}: {', '.join(sample.values[theirs][:3])}" for theirs in free),
        (
            *(choice(f"{theirs} (for example {sample.example(theirs)})", columns={theirs: ours}) for theirs in free[:_MOST_OFFERED]),
            choice(f"none: no {in_words(ours)} is named", columns=none),
        ),
    )


def _repeats(sample: Sample, theirs: str) -> bool:
    """Whether a column holds several values of which some come again, and which are no amounts, dates or flags."""
    values = sample.values[theirs]
    is_other = any(sample.are_all(theirs, kind) for kind in (Kind.DATE, Kind.FLAG)) or any(_AMOUNT.fullmatch(value) for value in values)
    return 2 <= len(set(values)) < len(values) and not is_other


def _says_keys(sample: Sample, theirs: str) -> bool:
    """Whether a column says that it holds keys or names, by its heading or by values that are written as keys are."""
    return bool({"number", "name"} & set(normalised(theirs).split())) or all(_CODE.fullmatch(value) for value in sample.values[theirs])
