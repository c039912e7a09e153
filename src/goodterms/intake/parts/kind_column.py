"""Which column tells credit notes from invoices: by its name, or by its values under whatever name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, attribute_name, meanings, normalised, rank_of
from goodterms.intake.mapping.file_mapping import CreditNotes, FileMapping
from goodterms.intake.parts.meaning import Proposal, ask_between
from goodterms.intake.parts.part import LINES, Part
from goodterms.intake.parts.sample import Sample
from goodterms.intake.values.document_kind import NO_SALE, are_ways_to_pay, is_side, is_word, kinds_of, may_be_kinds, names_a_state, names_credit_notes
from goodterms.intake.values.typing_vote import looks_like_flags, says_yes

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_MOST_KINDS = 12
"""A column of more distinct values under a heading that does not say so tells no kinds."""
_MOST_IN_ALL_ROWS = 50
"""A column of more distinct values whose first known word stands far down tells no kinds either."""


def are_kinds(values: Sequence[str], *, sure: bool, said: Collection[str] = ()) -> bool:
    """Whether values may be kinds of documents under a heading that says so, or perhaps does: what is not known of them is asked later.

    ``said`` are words of which the mapping says what they are. Under a heading that is sure one known word, or what may be a code, is enough.
    """
    words = {value.casefold() for value in values}
    if words & set(said) or (sure and may_be_kinds(words)):
        return True
    known = {word for word, kind in kinds_of(words).items() if kind}
    return not sure and not are_ways_to_pay(words) and bool(known) and (known == words or any(map(is_word, known)) or any(len(word) > 1 for word in known))


def find_kind_column(found: Proposal, raw: RawTable, sample: Sample, entry: FileMapping, table: str, taken: set[str]) -> None:
    """A column under whatever heading that has words for invoices, and for credit notes, and no others tells them apart.

    Raises
    ------
    AnswerNeededError
        Where there are several such, other words stand beside them, or the values are words for credit notes or payments alone, codes, or the words of debit
        and credit, which may mean something else.
    """
    known = meanings(table)
    free = [theirs for theirs in raw.header if theirs not in found.columns and sample.column(theirs).is_text and sample.values[theirs]]
    named = {theirs: known.get(normalised(theirs), ()) for theirs in free}
    if "kind" in taken or table not in {"sale_lines", "purchase_lines"}:
        return
    if any(meaning.ours == "kind" and is_kind_column(sample, theirs, entry, meaning.rank) for theirs in free for meaning in named[theirs]):
        return
    words = {theirs: set(sample.values[theirs]) for theirs in free if not any(meaning.rank == 1 for meaning in named[theirs])}
    kinds = {theirs: set(kinds_of(said).values()) for theirs, said in words.items() if len(said) <= _MOST_KINDS}
    of_words = [theirs for theirs in kinds if all(map(is_word, words[theirs]))]
    sure = [theirs for theirs in of_words if {INVOICE, CREDIT_NOTE} <= kinds[theirs]]
    if len(sure) > 1:
        ask_between(raw, sample, "kind", sure)
    if sure:
        found.say(sure[0], "kind", "by its values, words for kinds of documents")
        taken.add("kind")
        return
    for theirs, found_kinds in kinds.items():
        if _may_tell(theirs, words[theirs], found_kinds):
            _ask_whether_kinds(raw, sample, theirs, table)


def _may_tell(theirs: str, said: Collection[str], kinds: Collection[str | None]) -> bool:
    """Whether a column's values perhaps tell credit notes: words for them, or for what is no sale, words for both beside other ones, or codes for both."""
    of_words = [word for word in said if is_word(word)]
    if len(of_words) == len(said) and not {INVOICE, CREDIT_NOTE} <= {*kinds}:
        return not names_a_state(theirs) and (CREDIT_NOTE in kinds or {*kinds} == {INVOICE, NO_SALE})
    if None in kinds:
        return not names_a_state(theirs) and {INVOICE, CREDIT_NOTE} <= set(kinds_of(of_words).values())
    as_codes = not any(len(word) == 1 for word in said) and ("380" in said or not any(map(str.isdecimal, said)))
    return {INVOICE, CREDIT_NOTE} <= {*kinds} and as_codes


def is_kind_column(sample: Sample, theirs: str, entry: FileMapping, rank: int) -> bool:
    """Whether a column whose heading says kinds, or at a lower rank perhaps does, has values that are."""
    return are_kinds(sample.values[theirs], sure=rank == 1, said={word.casefold() for word in entry.kinds})


def find_kinds_in_all_rows(con: Any, parts: Sequence[Part], found: Proposal) -> None:
    """A column whose heading says kinds, and whose first known word stands below the sampled rows, tells them nevertheless."""
    first = parts[0]
    if found.theirs("kind") or first.table not in LINES or "kind" in first.entry.constants:
        return
    for theirs in first.raw.header:
        if theirs in found.columns or rank_of(first.table, theirs, "kind") != 1:
            continue
        words = _words_of(con, parts, theirs)
        if len(words) <= _MOST_IN_ALL_ROWS and may_be_kinds(words):
            found.say(theirs, "kind", "by its name")
            return


def _words_of(con: Any, parts: Sequence[Part], theirs: str) -> set[str]:
    """The distinct values of a column in all rows, or one more than tell kinds."""
    cells = " UNION ALL ".join(f"SELECT trim(CAST({part.sample.column(theirs).place} AS VARCHAR)) AS word FROM {part.raw.name}" for part in parts)
    return {word for (word,) in con.execute(f"SELECT DISTINCT word FROM ({cells}) WHERE word <> '' LIMIT {_MOST_IN_ALL_ROWS + 1}").fetchall()}


def find_flag_of_credit_notes(con: Any, parts: Sequence[Part], found: Proposal) -> None:
    """A column that is called a credit note and says yes or no tells them, where no other column does; a rebate of 1 or 0 alone is such a flag too."""
    first = parts[0]
    if first.table not in LINES or first.entry.credit_notes or found.theirs("kind") or "kind" in first.entry.constants:
        return
    called = [theirs for theirs in first.raw.header if names_credit_notes(theirs) and (theirs not in found.columns or _is_rebate_by_name(found, theirs))]
    flags = {theirs: words for theirs in called if looks_like_flags(words := _words_of(con, parts, theirs))}
    if len(flags) != 1:
        return
    ((theirs, words),) = flags.items()
    yes = tuple(sorted(word for word in words if says_yes(word)))
    if is_side(theirs) and not _are_few(con, parts, theirs, yes):
        return
    for known in (found.columns, found.why, found.contradicted):
        known.pop(theirs, None)
    for part in parts:
        part.entry = replace(part.entry, credit_notes=CreditNotes(column=theirs, values=yes))


def _is_rebate_by_name(found: Proposal, theirs: str) -> bool:
    return found.columns[theirs] == "rebate" and found.why[theirs] != "as the mapping says"


def _are_few(con: Any, parts: Sequence[Part], theirs: str, words: Sequence[str]) -> bool:
    """Whether less than half of all rows hold one of these words: sales on credit may be most, credit notes are not."""
    cells = " UNION ALL ".join(f"SELECT trim(CAST({part.sample.column(theirs).place} AS VARCHAR)) AS word FROM {part.raw.name}" for part in parts)
    held, of_all = con.execute(f"SELECT count(*) FILTER (word IN (SELECT unnest(?))), count(*) FROM ({cells})", [list(words)]).fetchone()
    return bool(2 * held < of_all)


def _ask_whether_kinds(raw: RawTable, sample: Sample, theirs: str, table: str) -> None:
    """Ask whether a column tells kinds. Words that are no sales beside invoices are asked about in the same breath; sides of a ledger likely are none."""
    words = sorted(set(sample.values[theirs]))
    kinds = kinds_of(words)
    sentence = f"{raw.where}: {theirs} holds {', '.join(words)}. Does it tell invoices from credit notes?"
    yes = choice("yes", columns={theirs: "kind"})
    if set(kinds.values()) == {INVOICE, NO_SALE}:
        out = [word for word in words if kinds[word] == NO_SALE]
        sentence = f"{raw.where}: {theirs} holds {', '.join(words)}. Are rows no sales that say {' or '.join(out)}?"
        yes = choice("yes: they are left out", columns={theirs: "kind"}, kinds=dict.fromkeys(out, LEFT_OUT))
    no = choice("no, it says something else", columns={theirs: attribute_name(theirs) if table == "sale_lines" else LEFT_OUT})
    raise AnswerNeededError(Question(f"kind: {raw.where}, {theirs}", sentence, (), (no, yes) if all(map(is_side, words)) else (yes, no)))
