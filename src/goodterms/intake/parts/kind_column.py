"""Which column tells credit notes from invoices: by its name, or by its values under whatever name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import attribute_name, meanings, normalised
from goodterms.intake.parts.meaning import Proposal, ask_between
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.document_kind import NO_SALE, document_kind, is_side, is_word

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_MOST_KINDS = 12
"""A column of more distinct values of which none is known says no kinds, whatever it is called."""


def are_kinds(values: Sequence[str], *, sure: bool) -> bool:
    """Whether values may be kinds of documents under a heading that says so, or perhaps does: what is not known of them is asked later."""
    words = {value.casefold() for value in values}
    known = {word for word in words if document_kind(word)}
    if sure:
        return bool(words) and (bool(known) or len(words) <= _MOST_KINDS)
    return bool(known) and (known == words or any(map(is_word, known)) or any(len(word) > 1 for word in known))


def find_kind_column(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """A column under whatever heading that has words for invoices, and for credit notes, and no others tells them apart.

    Raises
    ------
    AnswerNeededError
        Where there are several such, or where the values are words for credit notes or payments alone, codes, or the words of debit and credit, which may
        mean something else.
    """
    known = meanings(table)
    free = [theirs for theirs in raw.header if theirs not in found.columns and sample.column(theirs).is_text and sample.values[theirs]]
    named = {theirs: known.get(normalised(theirs), ()) for theirs in free}
    if "kind" in taken or table not in {"sale_lines", "purchase_lines"}:
        return
    if any(meaning.ours == "kind" and are_kinds(sample.values[theirs], sure=meaning.rank == 1) for theirs in free for meaning in named[theirs]):
        return
    words = {theirs: set(sample.values[theirs]) for theirs in free if not any(meaning.rank == 1 for meaning in named[theirs])}
    kinds = {theirs: {document_kind(word) for word in said} for theirs, said in words.items() if len(said) <= _MOST_KINDS}
    of_words = [theirs for theirs in kinds if all(map(is_word, words[theirs]))]
    sure = [theirs for theirs in of_words if {INVOICE, CREDIT_NOTE} <= kinds[theirs]]
    if len(sure) > 1:
        ask_between(raw, sample, "kind", sure)
    if sure:
        found.say(sure[0], "kind", "by its values, words for kinds of documents")
        taken.add("kind")
        return
    for theirs in of_words:
        if CREDIT_NOTE in kinds[theirs] or kinds[theirs] == {INVOICE, NO_SALE}:
            _ask_whether_kinds(raw, sample, theirs, sides=False)
    for theirs, found_kinds in kinds.items():
        said = words[theirs]
        as_codes = not any(len(word) == 1 for word in said) and ("380" in said or not any(map(str.isdecimal, said)))
        if None not in found_kinds and {INVOICE, CREDIT_NOTE} <= found_kinds and as_codes:
            _ask_whether_kinds(raw, sample, theirs, sides=all(map(is_side, said)))


def _ask_whether_kinds(raw: RawTable, sample: Sample, theirs: str, *, sides: bool) -> None:
    words = ", ".join(sorted(set(sample.values[theirs])))
    sentence = f"{raw.where}: {theirs} holds {words}. Does it tell invoices from credit notes?"
    other = attribute_name(theirs)
    choices = (choice("yes", columns={theirs: "kind"}), choice("no, something else", columns={theirs: other}))
    raise AnswerNeededError(Question(f"column: {raw.file}, kind", sentence, (), choices[::-1] if sides else choices))
