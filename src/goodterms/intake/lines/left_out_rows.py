"""Rows that may be no sales by a word in a column of kinds or of states: asked about, and left out where the mapping says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.facts.sql_text import texts_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, attribute_name, rank_of
from goodterms.intake.mapping.file_mapping import CreditNotes
from goodterms.intake.mapping.toml_text import as_value
from goodterms.intake.parts.part import Part, say, set_rows_aside, text_of_row
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.document_kind import NO_SALE, in_doubt, is_given_back, is_void, is_word, kinds_of, names_a_state, states_in_doubt
from goodterms.problems import Problem, Severity

_MOST_WORDS = 50
"""A column of more distinct values says no states, and so many are counted out in the evidence of a question."""
_MOST_NAMED = 8
"""So many words are named in the sentence of a question."""
_MOST_APART = 3
"""Of so many words of a column each may also be answered apart from the others; of more a mapping says it."""
_SAID = {LEFT_OUT: "left out", INVOICE: "{what}", CREDIT_NOTE: "credit notes"}
_WHAT = {"sale_lines": "sales", "purchase_lines": "purchases", "activities": "activities"}
_OF_ALL = {LEFT_OUT: "no {what}: they are left out", INVOICE: "{what} like the others", CREDIT_NOTE: "credit notes"}


@dataclass(frozen=True)
class _Doubt:
    """Words of one column that leave it open alike what their rows are."""

    theirs: str
    likely: Mapping[str, str]
    """Word → what its rows likely are: an invoice, a credit note or left out."""
    may_be: tuple[str, ...]
    """What the rows of all of them may be instead."""
    of_state: bool = False


def leave_out_rows(con: Any, part: Part) -> None:
    """Set the rows aside whose word in the column of kinds, or in one of states, the mapping leaves out."""
    words = [word.casefold() for word, kind in part.entry.kinds.items() if kind == LEFT_OUT]
    columns = [theirs for theirs in (part.proposal.theirs("kind"), *_columns_of_states(part)) if theirs]
    if not words or not columns:
        return
    said = ", ".join(f"CASE WHEN lower({cell}) IN ({texts_of(words)}) THEN {cell} END" for cell in (_held(part, theirs) for theirs in columns))
    judged = f"SELECT *, coalesce({said}) AS word FROM {part.raw.name}"
    found = con.execute(f"SELECT row, {text_of_row(part.raw.columns)}, word FROM ({judged}) WHERE word IS NOT NULL ORDER BY row").fetchall()
    if not found:
        return
    aside = [RowRef(number, text, f"left out as {word}") for number, text, word in found]
    set_rows_aside(con, part, f"SELECT * EXCLUDE (word) FROM ({_with_heads(part, judged)}) WHERE word IS NULL", aside)
    counts = ", ".join(f"{word} on {count:,}" for word, count in Counter(word for *_, word in found).items())
    one = len(found) == 1
    sentence = f"{len(found):,} {'row is' if one else 'rows are'} left out, as the mapping says: {counts}."
    part.problems.append(Problem("rows-left-out", Severity.SET_ASIDE, part.origin(row=found[0][0], column=columns[0]), sentence=sentence, rows=len(found)))
    say([part], sentence)
    if not part.raw.accepted:
        none = f"No row is left: all of its rows are {_listed(list(dict.fromkeys(word for *_, word in found)))}, which the mapping leaves out."
        counts_as = found[0][2] if part.table == "activities" else INVOICE
        action = f"If they are {_WHAT.get(part.table, 'rows')} all the same, say so in the mapping: kinds = {as_value({found[0][2]: counts_as})}."
        part.problems.append(Problem("no-row-left", Severity.WARNING, part.origin(column=columns[0]), sentence=none, action=action))


def _held(part: Part, theirs: str) -> str:
    """What holds in a column for a row: its cell, and where the mapping fills the column down and it is blank, the one above."""
    cell = part.cell(theirs)
    return f"last_value({cell} IGNORE NULLS) OVER (ORDER BY row)" if theirs in (part.entry.fill_down or ()) else cell


def _with_heads(part: Part, judged: str) -> str:
    """Rows of which some will be left out: what these say of the rows below them, in columns that the mapping fills down, is written there."""
    held = []
    for theirs in part.entry.fill_down or ():
        if theirs in part.raw.header:
            cell, place = part.cell(theirs), part.sample.column(theirs).place
            goes = f"last_value(CASE WHEN {cell} IS NOT NULL THEN word IS NOT NULL END IGNORE NULLS) OVER (ORDER BY row)"
            held.append(f"CASE WHEN {cell} IS NULL AND {goes} THEN last_value({place} IGNORE NULLS) OVER (ORDER BY row) ELSE {place} END AS {place}")
    return f"SELECT * REPLACE ({', '.join(held)}) FROM ({judged})" if held else judged


def ask_what_rows_are(con: Any, parts: Sequence[Part], derived: Mapping[str, str], typed_rows: str) -> None:
    """Ask at once about all words in the column of kinds, and in those of states, whose rows may be no sales or are not known.

    Raises
    ------
    AnswerNeededError
        With one question whose first choice says of each word what its rows likely are.
    """
    part, lines = parts[0], lines_by_word(con, derived, typed_rows)
    negative = _negative_words(con, derived, typed_rows)
    evidence, doubts = {part.proposal.theirs("kind") or "": lines}, list(_of_kinds(part, lines, negative))
    given_back_apart = bool(negative) or CREDIT_NOTE in kinds_of([word for word in lines if word]).values()
    for theirs, rows in _words_of_states(con, parts).items():
        evidence[theirs] = rows
        doubts += _of_states(part, theirs, list(rows), given_back_apart=given_back_apart, by_column="kind" not in derived)
    if doubts:
        rows_of_all = con.execute(f"SELECT count(*) FROM ({typed_rows})").fetchone()[0]
        raise AnswerNeededError(_question(part, _with_some_left(doubts, evidence, rows_of_all), evidence, negative))


def ask_which_activities_count(con: Any, parts: Sequence[Part], typed_rows: str) -> None:
    """Ask about activities that a column of states says did not take place.

    Raises
    ------
    AnswerNeededError
        Where there are such, and the mapping does not say what they are.
    """
    part = parts[0]
    evidence = _words_of_states(con, parts)
    known = _answered(part)
    void = {theirs: [word for word in rows if is_void(word) and word.casefold() not in known] for theirs, rows in evidence.items()}
    if doubts := [_Doubt(theirs, dict.fromkeys(words, LEFT_OUT), (LEFT_OUT, INVOICE), of_state=True) for theirs, words in void.items() if words]:
        count = con.execute(f"SELECT count(*) FROM ({typed_rows})").fetchone()[0]
        raise AnswerNeededError(_question(part, _with_some_left(doubts, evidence, count), evidence, ()))


def _words_of_states(con: Any, parts: Sequence[Part]) -> dict[str, dict[str, int]]:
    """Columns of states, each with how many rows have each of its words."""
    found = {}
    for theirs in _columns_of_states(parts[0]):
        cells = " UNION ALL ".join(f"SELECT {_held(part, theirs)} AS word FROM {part.raw.name}" for part in parts)
        rows = con.execute(f"SELECT word, count(*) FROM ({cells}) WHERE word <> '' GROUP BY 1 ORDER BY 1 LIMIT {_MOST_WORDS + 1}").fetchall()
        if len(rows) <= _MOST_WORDS:
            found[theirs] = dict(rows)
    return found


def _with_some_left(doubts: Sequence[_Doubt], evidence: Mapping[str, Mapping[str, int]], rows: int) -> list[_Doubt]:
    """The doubts, with rows that are likely sales after all where a column would leave none: they may be all that there is."""
    out = dict.fromkeys(evidence, 0)
    for doubt in doubts:
        out[doubt.theirs] += sum(evidence[doubt.theirs][word] for word, kind in doubt.likely.items() if kind == LEFT_OUT)
    return [
        replace(doubt, likely={word: INVOICE if kind == LEFT_OUT else kind for word, kind in doubt.likely.items()}) if out[doubt.theirs] >= rows else doubt
        for doubt in doubts
    ]


def lines_by_word(con: Any, derived: Mapping[str, str], typed_rows: str) -> dict[str, int]:
    """How many lines have each word of the column of kinds; "" is for those that have none."""
    if "kind" not in derived:
        return {}
    return dict(con.execute(f"SELECT coalesce({derived['kind']}, ''), count(*) FROM ({typed_rows}) GROUP BY 1 ORDER BY 1").fetchall())


def _negative_words(con: Any, derived: Mapping[str, str], typed_rows: str) -> set[str]:
    """Words of the column of kinds whose amounts are all negative, where most of the file's are not; "" where there is no such column."""
    kind = f"coalesce({derived['kind']}, '')" if "kind" in derived else "''"
    counted = f"count(*) FILTER ({derived['net_value']} < 0), count(*) FILTER ({derived['net_value']} > 0)"
    rows = con.execute(f"SELECT {kind}, {counted} FROM ({typed_rows}) GROUP BY 1 ORDER BY 1").fetchall()
    below = sum(negative for _, negative, _ in rows)
    if 2 * below > sum(positive for *_, positive in rows) + below:
        return set()
    return {word for word, negative, positive in rows if negative and (not positive or "kind" not in derived)}


def _of_kinds(part: Part, lines: Mapping[str, int], negative: Collection[str]) -> Iterator[_Doubt]:
    """Words of the column of kinds that are no sales by their name, and those that are not known, of which the mapping says nothing.

    One word on all rows that likely means an invoice tells nothing apart. Where the mapping says how credit notes are known, what is not known does not matter.
    """
    theirs = part.proposal.theirs("kind") or ""
    known = _answered(part)
    kinds, doubted = kinds_of([*filter(None, lines), *part.entry.kinds]), in_doubt([*lines, *part.entry.kinds])
    likely = {word: LEFT_OUT if kind == NO_SALE else kind for word, kind in doubted.items() if word in lines and word.casefold() not in known}
    unknown = {word: CREDIT_NOTE if word in negative and kind == INVOICE else kind for word, kind in likely.items() if kinds[word] is None}
    if len(lines) == 1 and INVOICE in unknown.values():
        return
    if no_sales := {word: kind for word, kind in likely.items() if word not in unknown}:
        yield _Doubt(theirs, no_sales, (LEFT_OUT, INVOICE))
    if unknown and not part.entry.credit_notes:
        yield _Doubt(theirs, unknown, (INVOICE, CREDIT_NOTE, LEFT_OUT))


def _of_states(part: Part, theirs: str, words: Sequence[str], *, given_back_apart: bool, by_column: bool) -> Iterator[_Doubt]:
    """Words of a column of states; the rows of what was given back may be credit notes, if no column of kinds tells these."""
    known = _answered(part)
    likely = {
        word: LEFT_OUT if kind == NO_SALE else kind
        for word, kind in states_in_doubt(words, given_back_apart=given_back_apart, theirs=theirs).items()
        if word.casefold() not in known
    }
    likely |= {word: LEFT_OUT for word, kind in likely.items() if kind == CREDIT_NOTE and (part.entry.credit_notes or not by_column)}
    apart: dict[str, dict[str, str]] = {"": {}, "waits": {}, "given back": {}}  # what is void, what is not paid yet, and what was given back are answered apart
    for word, kind in likely.items():
        apart["given back" if is_given_back(word) else "" if is_void(word) else "waits"][word] = kind
    as_credit_notes = [CREDIT_NOTE] if by_column and not part.entry.credit_notes else []
    for of, words_of in apart.items():
        if words_of:
            yield _Doubt(theirs, words_of, (LEFT_OUT, INVOICE, *(as_credit_notes if of == "given back" else [])), of_state=True)


def _answered(part: Part) -> set[str]:
    """Words of which the mapping says what their rows are, in lower case."""
    how = part.entry.credit_notes
    return {word.casefold() for word in (*part.entry.kinds, *(how.values if how else ()))}


def _question(part: Part, doubts: Sequence[_Doubt], evidence: Mapping[str, Mapping[str, int]], negative: Collection[str]) -> Question:
    of_column: dict[str, list[str]] = {}
    for doubt in doubts:
        of_column.setdefault(doubt.theirs, []).extend(doubt.likely)
    whose = ", and ".join(f"whose {theirs} is {_listed(words)}" for theirs, words in of_column.items())
    counts = [f"{theirs}: {_counted(evidence[theirs])} lines" for theirs in of_column]
    if below := [word for doubt in doubts for word in doubt.likely if word in negative]:
        counts.append(f"all amounts of {_listed(below)} are negative")
    choices = tuple(_choices(part, doubts, evidence.get(part.proposal.theirs("kind") or "", {})))
    return Question(f"kinds: {part.where}, {', '.join(of_column)}", f"{part.where}: what are the rows {whose}?", tuple(counts), choices)


def _counted(lines: Mapping[str, int]) -> str:
    said = [f"{word} on {count:,}" for word, count in lines.items() if word]
    return ", ".join(said[:_MOST_WORDS] + ["…"] * (len(said) > _MOST_WORDS))


def _listed(words: Sequence[str]) -> str:
    *others, last = words if len(words) <= _MOST_NAMED else (*words[: _MOST_NAMED - 1], f"one of {len(words) - _MOST_NAMED + 1} others")
    return f"{', '.join(others)} or {last}" if others else last


def _choices(part: Part, doubts: Sequence[_Doubt], lines: Mapping[str, int]) -> list[Choice]:
    """What the rows may be: first what each word likely means, then the words of a column all otherwise, then one of few otherwise than the others.

    ``lines`` counts the lines of each word of the column of kinds.
    """
    likely = {word: kind for doubt in doubts for word, kind in doubt.likely.items()}
    readings = [likely]
    readings += [likely | dict.fromkeys(doubt.likely, kind) for doubt in doubts for kind in doubt.may_be]
    few = [doubt for doubt in doubts if len(doubt.likely) <= _MOST_APART]
    readings += [likely | {word: kind} for doubt in few for word in doubt.likely for kind in doubt.may_be]
    readings.append(dict.fromkeys(likely, INVOICE))
    by_column = {word: doubt.theirs for doubt in doubts if doubt.of_state for word in doubt.likely}
    choices = [
        choice(_in_words(part, reading), **_settings(part, reading, by_column)) for number, reading in enumerate(readings) if reading not in readings[:number]
    ]
    if theirs := next((doubt.theirs for doubt in doubts if not doubt.of_state), ""):
        states = {word: kind for word, kind in likely.items() if word in by_column}
        ours, becomes = (attribute_name(theirs), "is an attribute") if part.table == "sale_lines" else (LEFT_OUT, "is not used")
        none = choice(f"{theirs} says something else, and {becomes}", columns={theirs: ours}, **_settings(part, states, by_column))
        choices.insert(0 if _perhaps_no_kinds(part, theirs, lines) else len(choices), none)
    return choices


def _perhaps_no_kinds(part: Part, theirs: str, lines: Mapping[str, int]) -> bool:
    """Whether a column under a general heading likely says something else: it has codes alone, by which invoices would be the fewer lines."""
    codes = [word for word in lines if word]
    kinds = kinds_of(codes)
    invoices = sum(lines[word] for word in codes if kinds[word] in {INVOICE, None})
    return rank_of(part.table, theirs, "kind") > 1 and not any(map(is_word, codes)) and 2 * invoices < sum(lines.values())


def _settings(part: Part, reading: Mapping[str, str], by_column: Mapping[str, str]) -> dict[str, Any]:
    """A reading as the mapping says it: a credit note by a column of states is known by that column, and of activities a word that stays is named as it is."""
    credited = [word for word, kind in reading.items() if kind == CREDIT_NOTE and word in by_column]
    kinds = {word: word if part.table == "activities" and kind == INVOICE else kind for word, kind in reading.items() if word not in credited}
    how = {"credit_notes": CreditNotes(column=by_column[credited[0]], values=tuple(credited)).as_setting} if credited else {}
    return ({"kinds": kinds} if kinds else {}) | how


def _in_words(part: Part, reading: Mapping[str, str]) -> str:
    kinds = [kind for kind in _SAID if kind in reading.values()]
    what = _WHAT[part.table]
    if len(kinds) == 1:
        return _OF_ALL[kinds[0]].format(what=what)
    return "; ".join(f"{', '.join(word for word in reading if reading[word] == kind)}: {_SAID[kind].format(what=what)}" for kind in kinds)


def _columns_of_states(part: Part) -> list[str]:
    """The file's columns of states, but one that is its column of kinds or left out."""
    columns = part.proposal.columns
    return [theirs for theirs in part.raw.header if names_a_state(theirs) and columns.get(theirs) not in {"kind", LEFT_OUT}]
