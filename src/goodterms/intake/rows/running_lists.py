"""Lists of one month each, files of their own, whose amounts are sums since the year began: taken apart together, and a new one with those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.mapping.answers import of_files
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.source_name import source_of
from goodterms.intake.mapping.words import EACH, MONTH_NAMES, SINCE
from goodterms.intake.parts.entry_heads import heads_of
from goodterms.intake.parts.part import Part, say
from goodterms.intake.rows.growth import go_on, growth
from goodterms.intake.rows.restated_sums import restated, without
from goodterms.intake.rows.running_sums import BEFORE, TABLES_OF_SUMS, asked_whether_sums, question_of_sums, restart_of, say_apart, series_of, taken_off

_NO_FACT = frozenset({"file", "row", "source"})
_LEAST_SAME = 3
"""A list of so many amounts that are all in another of the same month is that list."""


def own_amounts_of_lists(con: Any, parts: Sequence[Part], mapping: Mapping) -> None:
    """Make the amounts of lists each month's own, where these are sums: what a list adds to that of the month before.

    Raises
    ------
    AnswerNeededError
        Where amounts grow as sums do, or lists of other months are sums, and the mapping does not say it of these.
    """
    lists: dict[tuple[str, ...], list[Part]] = {}
    of_month = [part for part in parts if part.table in TABLES_OF_SUMS and _is_list(part.entry)]
    families = _families(con, of_month)
    for part in of_month:
        if _said(part) != EACH:
            lists.setdefault((part.table, part.entry.source, *sorted(part.file_header)), []).append(part)
    for group in (one for some in lists.values() for one in _apart(some, families)):
        _settle(con, group, _sums_beside(group[0], of_month, mapping), mapping)
        by_said: dict[str, list[Part]] = {}
        for part in group:
            by_said.setdefault(_said(part), []).append(part)
        for said, alike in by_said.items():
            if said:
                _take_apart(con, alike, said, mapping)


def ask_beside_sums(con: Any, parts: Sequence[Part], mapping: Mapping) -> None:
    """Ask whether months of a file that the mapping says nothing of are sums, where those of other files are and its own are too few to tell.

    Raises
    ------
    AnswerNeededError
        Where its amounts go on as sums would, or it has one month alone.
    """
    of_rows = [part for part in parts if part.table in TABLES_OF_SUMS and "period" in part.columns and not _is_list(part.entry) and not part.is_spread]
    for part in of_rows:
        if not _said(part) and (said := _sums_beside(part, of_rows, mapping)):
            months = [month for (month,) in con.execute(f"SELECT DISTINCT period FROM {part.name} WHERE period IS NOT NULL ORDER BY 1").fetchall()]
            may_be_sums = [month.month for month in months] not in ([], [restart_of(said)])
            if may_be_sums and go_on(con, _rows([part]), months, restart_of(said)) is not False:
                question = of_files(_whether_like_others(con, [part], said), part.entry, heads_of([part], parts), mapping)
                raise AnswerNeededError(question)


def _is_list(entry: FileMapping) -> bool:
    return "period" in entry.constants


def _said(part: Part) -> str:
    return part.entry.periods.get("months", "")


def _apart(lists: Sequence[Part], families: dict[int, str]) -> list[list[Part]]:
    """Lists of one source; those of several companies, which have lists of the same month, each by the name that its files have."""
    found: dict[str, list[Part]] = {}
    for part in lists:
        found.setdefault(families[part.number], []).append(part)
    months = [month for of in found.values() for month in {part.entry.constants["period"] for part in of}]
    return list(found.values()) if len(months) > len(set(months)) else [list(lists)]


def _families(con: Any, lists: Sequence[Part]) -> dict[int, str]:
    """What the files of each list are called, by the number of its part; a list whose rows are all in an earlier one of the same month is called as that one.

    It is given that one's source too, unless its own was chosen: together they count once.
    """
    families: dict[int, str] = {}
    first: dict[tuple[Any, ...], Part] = {}
    for part in lists:
        columns = sorted(part.columns.keys() - _NO_FACT)
        values = ", ".join(map(named, columns))
        amounts, *rows = con.execute(
            f"SELECT count(*) FILTER (amount <> 0), count(*), sum(hash({values})), bit_xor(hash({values})) FROM {part.name}"
        ).fetchone()
        same = first.setdefault((part.table, *columns, *rows), part)
        is_copy = amounts >= _LEAST_SAME and same is not part
        families[part.number] = families[same.number] if is_copy else source_of(part.raw.file)
        if is_copy and part.entry.source == source_of(part.raw.file) != same.entry.source:
            part.entry = replace(part.entry, source=same.entry.source)
            source = f"REPLACE ({text_of(same.entry.source)} AS source)" if "source" in part.columns else ""
            con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT * {source} FROM {part.name}")
            say([part], f"All of its rows are in {same.where}: it is the same list, of the same source.")
    return families


def _sums_beside(part: Part, lists: Sequence[Part], mapping: Mapping) -> str:
    """What other lists of the table say of their sums ("since January"), those that the mapping alone knows included; "" where none does."""
    entries = [other.entry for other in lists if other.table == part.table]
    entries += [entry for entry in mapping.files if entry.table in {"", part.table} and _is_list(entry) == _is_list(part.entry)]
    return next((said for entry in entries if (said := entry.periods.get("months", "")).startswith(SINCE)), "")


def _settle(con: Any, group: Sequence[Part], beside: str, mapping: Mapping) -> None:
    """Let the lists of which the mapping says nothing be what those of the same source are, where they go on from these; ask where that is open."""
    unsaid = [part for part in group if not _said(part)]
    if not unsaid:
        return
    known = next((said for part in group if (said := _said(part))), "")
    rows = _rows(group)
    if not known and (restart := growth(con, rows).restart()):
        raise _asked(asked_whether_sums(con, unsaid[0], rows, MONTH_NAMES[restart - 1]), unsaid, mapping)
    said = known or beside
    if not said:
        return
    months = sorted({month for part in unsaid for (month,) in con.execute(f"SELECT DISTINCT period FROM {part.name}").fetchall()})
    goes_on = go_on(con, rows, months, restart_of(said))
    is_first = goes_on is None and all(month.month == restart_of(said) for month in months)
    if known and (goes_on or is_first):
        for part in unsaid:
            part.entry = replace(part.entry, periods={**part.entry.periods, "months": known})
        say(unsaid, f"Lists of other months are sums {known}, as the mapping says, and this one goes on from them.")
    elif known or (goes_on is not False and not is_first):
        question = _whether_like_others(con, unsaid, said)
        raise _asked(replace(question, choices=question.choices[:: -1 if goes_on is False else 1]), unsaid, mapping)


def _whether_like_others(con: Any, unsaid: Sequence[Part], said: str) -> Question:
    first = unsaid[0]
    shown = con.execute(f"SELECT {', '.join(map(named, _keys(first))) or 'NULL'}, amount FROM {first.name} ORDER BY abs(amount) DESC LIMIT 3").fetchall()
    evidence = [f"{' '.join(map(str, filter(None, keys)))}: {amount:,.2f}".removeprefix(": ") for *keys, amount in shown]
    what = "lists" if _is_list(first.entry) else "files"
    sentence = f"{first.where}: in the mapping, amounts of {what} of other months are sums {said}. Are these too, or are they each month's own?"
    return question_of_sums(first, sentence, evidence, said.removeprefix(SINCE))


def _asked(question: Question, unsaid: Sequence[Part], mapping: Mapping) -> AnswerNeededError:
    heads: dict[str, FileMapping] = {part.entry.place: part.entry for part in unsaid}
    return AnswerNeededError(of_files(question, unsaid[0].entry, heads.values(), mapping))


def _keys(part: Part) -> list[str]:
    return [ours for ours in ("account", "account_name") if ours in part.columns]


def _rows(group: Sequence[Part]) -> str:
    """A query of the rows of all lists, as :func:`goodterms.intake.rows.growth.copies` takes them."""
    first = group[0]
    has = first.columns.keys() & {*first.stated, *first.entry.constants}
    series = series_of(has, {ours: named(ours) for ours in has})
    facts = sorted(set.intersection(*(set(part.columns) for part in group)) - _NO_FACT)
    said = f"{series} AS series, period, 0 AS step, amount, hash({', '.join(map(named, facts))}) AS said"
    return " UNION ALL ".join(f"SELECT {part.number} AS part, row, {said} FROM {part.name}" for part in group)


def _take_apart(con: Any, group: Sequence[Part], said: str, mapping: Mapping) -> None:
    try:
        table = restated(con, group, _rows(group))
    except AnswerNeededError as error:
        raise _asked(error.questions[0], group, mapping) from None
    for part in group if table else ():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS {without(f'FROM {part.name}', table, 'period', str(part.number))}")
    rows = _rows(group)
    say_apart(con, group, rows, said)
    con.execute(f"CREATE OR REPLACE TEMP TABLE sums_before AS {taken_off(rows, restart_of(said))}")
    for part in group:
        own = f"CAST(amount - coalesce({BEFORE}, 0) AS {part.columns['amount']}) AS amount"
        taken = f"SELECT of_row, {BEFORE} FROM sums_before WHERE part = {part.number}"
        made = f"SELECT * EXCLUDE (of_row, {BEFORE}) REPLACE ({own}) FROM {part.name} LEFT JOIN ({taken}) ON row = of_row"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS {made}")
