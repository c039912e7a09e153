"""A sheet that sums up another one of its workbook, such as sales by month: it would count everything twice, and is left out or asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from goodterms.errors import Question
from goodterms.facts.sql_text import named
from goodterms.intake.mapping.answers import answerable, choice, of_files
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.entry_heads import name_of
from goodterms.intake.parts.part import LINES, Part, drop_raw_tables
from goodterms.intake.parts.years_of_files import of_years
from goodterms.intake.values.months import months_of, without_year
from goodterms.intake.values.spans import quarter_number, quarters_of
from goodterms.intake.values.total_words import BESIDE
from goodterms.problems import Problem, Severity

_KEYS = ("document", "customer_key", "supplier_key", "product_key", "line", "quantity")
"""What lines have, and sums of lines have fewer of."""
_OF_A_LINE = "0.005"
"""What rounding may make of a sum, for each of its lines."""
_AMOUNTS = ("net_value", "gross_value", "list_value", "quantity", "product_cost")
_Sums = dict[str, tuple[float, int]]
"""Sums of a column, each with how many rows it is of; they are compared, and no amount comes of them."""
_FEWEST = 2
"""So many sums of a key are no chance."""
_LEAST_UNNAMED = 3
"""So many are none either where a sheet calls them by other names than the lines do."""
_MOST = 10_000
"""A sheet with more rows is looked through as lines alone."""
_ASKED_OF = {"document": "documents", "customer_key": "customers"}
"""What a sheet of lines has, and one that sums them up may lack."""


def sums_up_by_a_key(con: Any, part: Part, parts: Sequence[Part]) -> str:
    """What is to be said of a sheet without dates whose amounts are the sums of another sheet's lines by one of its columns, "" where they are not.

    Such a sheet is a pivot table that was left in the workbook: sales by customer, or by product and by month across the top with a total behind them.
    """
    beside = [other for other in sheets_beside(part, parts) if "net_value" in other.columns]
    if part.entry.left_out is False or not 0 < part.raw.accepted <= min(_MOST, sum(other.raw.accepted for other in beside)):
        return ""
    by_key = _sums_of_sheet(con, part)
    for others in [*([other] for other in beside), beside]:
        amounts = [ours for ours in _AMOUNTS if all(ours in other.columns for other in others)]
        keys = [theirs for theirs in others[0].raw.header if all(theirs in other.raw.header for other in others)]
        for theirs, of_sheet in product(keys, by_key):
            names = sorted(set().union(*of_sheet))
            if any(_are_those(*both) for both in product(of_sheet, _sums_of_lines(con, others, theirs, amounts, names))):
                return f"This sheet sums up {_sheets(others)} by {theirs}, and is not read."
        for theirs, of_sheet in product(keys, by_key):
            if any(_are_named_otherwise(*both) for both in product(of_sheet, _sums_of_all_lines(con, others, theirs, amounts, max(map(len, of_sheet))))):
                return f"This sheet sums up {_sheets(others)} by {theirs}, under other names, and is not read."
    return ""


def sheets_beside(part: Part, parts: Sequence[Part]) -> list[Part]:
    """Other sheets of lines of the same workbook, which were understood."""
    if not part.raw.sheet or part.table not in LINES:
        return []
    return [other for other in parts if other.raw.file == part.raw.file and other.table == part.table and other is not part and other.columns]


def _sums_of_sheet(con: Any, part: Part) -> list[list[_Sums]]:
    """By its first column, and by each that has words, the sums of each column of numbers, without totals."""
    first, *others = part.sample.columns
    found = []
    for key in [first, *(column for column in others if column.is_text)]:
        of_key = []
        for places in [*([column.place] for column in part.sample.columns if column != key), *_months_together(part)]:
            numbers = [f"TRY_CAST(CAST({place} AS VARCHAR) AS DOUBLE)" for place in places]
            net, misfit = (
                " + ".join(f"coalesce({number}, 0)" for number in numbers),
                " OR ".join(f"({place} IS NOT NULL AND {number} IS NULL)" for place, number in zip(places, numbers, strict=True)),
            )
            rows = con.execute(
                f"SELECT trim(CAST({key.place} AS VARCHAR)), sum({net}), count(*), count(*) FILTER ({misfit}) FROM {part.raw.name} "
                f"WHERE {key.place} IS NOT NULL AND coalesce({', '.join(f'CAST({place} AS VARCHAR)' for place in places)}) IS NOT NULL GROUP BY 1"
            ).fetchall()
            sums = {name: (net, lines) for name, net, lines, _ in rows if name and not BESIDE.fullmatch(name)}
            if len(sums) >= _FEWEST and not any(misfits for *_, misfits in rows) and any(net for net, _ in sums.values()):
                of_key.append(sums)
        if of_key:
            found.append(of_key)
    return found


def _months_together(part: Part) -> list[list[str]]:
    """The columns of months or quarters across the top, whose sum a sheet may leave to its reader."""
    header = part.raw.header
    months = months_of(header) or without_year(header, _FEWEST) or quarters_of(header) or [theirs for theirs in header if quarter_number(theirs)]
    return [[part.sample.column(theirs).place for theirs in months]] if len(months) >= _FEWEST else []


def _lines_by(others: Sequence[Part], theirs: str, amounts: Sequence[str]) -> str:
    """A query of lines with the value of one of their columns as ``name``."""
    return " UNION ALL ".join(
        f"SELECT trim(CAST(r.{other.sample.column(theirs).place} AS VARCHAR)) AS name, {', '.join(f'l.{named(ours)} AS {named(ours)}' for ours in amounts)} "
        f"FROM {other.name} l JOIN {other.raw.name} r USING (row)"
        for other in others
    )


def _sums_of_lines(con: Any, others: Sequence[Part], theirs: str, amounts: Sequence[str], names: Sequence[str]) -> list[_Sums]:
    """The sums of amounts of lines by one of their columns, for those values of it that a sheet names."""
    sums = ", ".join(f"sum({named(ours)})::DOUBLE" for ours in amounts)
    rows = _lines_by(others, theirs, amounts)
    found = con.execute(f"SELECT name, count(*), {sums} FROM ({rows}) WHERE name IN (SELECT unnest(?)) GROUP BY 1", [names]).fetchall()
    return [{name: (of_lines[place] or 0.0, lines) for name, lines, *of_lines in found} for place in range(len(amounts))]


def _sums_of_all_lines(con: Any, others: Sequence[Part], theirs: str, amounts: Sequence[str], most: int) -> list[_Sums]:
    """The same for all values of it; nothing where these are more than the sheet has."""
    names = con.execute(f"SELECT DISTINCT name FROM ({_lines_by(others, theirs, amounts)}) WHERE name IS NOT NULL LIMIT {most + 1}").fetchall()
    return _sums_of_lines(con, others, theirs, amounts, [name for (name,) in names]) if _LEAST_UNNAMED <= len(names) <= most else []


def _are_named_otherwise(of_sheet: _Sums, of_lines: _Sums) -> bool:
    """Whether the sums of a sheet are those of lines one by one, whatever the sheet calls them: names beside numbers."""
    pairs = zip(sorted(of_sheet.values()), sorted(of_lines.values()), strict=False)
    return len(of_sheet) == len(of_lines) and all(abs(net - other) <= float(_OF_A_LINE) * (lines + of_other) for (net, lines), (other, of_other) in pairs)


def _are_those(of_sheet: _Sums, of_lines: _Sums) -> bool:
    """Whether all sums of a sheet are those of lines, but for what rounding may make."""
    return of_sheet.keys() <= of_lines.keys() and all(
        abs(net - of_lines[name][0]) <= float(_OF_A_LINE) * (lines + of_lines[name][1]) for name, (net, lines) in of_sheet.items()
    )


def perhaps_sums_up(con: Any, question: Question, part: Part, parts: Sequence[Part]) -> Question:
    """A question about a sheet without dates beside sheets of lines: it may sum them up, and to leave it out comes first, then the years of these."""
    beside = sheets_beside(part, parts)
    outs = [option for option in question.choices if "left_out" in option.settings]
    if not beside or not outs or not question.asks_when:
        return question
    dates = " UNION ALL ".join(f"SELECT date FROM {other.name}" for other in beside if "date" in other.columns)
    years = con.execute(f"SELECT DISTINCT year(date) FROM ({dates}) WHERE date IS NOT NULL ORDER BY 1").fetchall() if dates else []
    question = of_years(question, [year for (year,) in years])
    evidence = f"It may sum up {_sheets(beside)}: its lines would count twice then."
    return replace(question, evidence=(evidence, *question.evidence), choices=(*outs, *(option for option in question.choices if option not in outs)))


def _sheets(parts: Sequence[Part]) -> str:
    return ("sheet " if len(parts) == 1 else "sheets ") + ", ".join(part.raw.sheet for part in parts)


def without_summaries(con: Any, parts: Sequence[Part], mapping: Mapping, notices: list[Problem]) -> list[Part]:
    """Return the parts without sheets that sum up another sheet of their workbook, each with a notice.

    Raises
    ------
    AnswerNeededError
        A sheet lacks documents, or customers beside them, which another one has, and its sums are not those of that sheet.
    """
    left: list[Part] = []
    questions: list[Question] = []
    for part in parts:
        if part.table not in LINES or not part.name or not part.raw.sheet or part.entry.left_out is False:
            continue
        of_workbook = [other for other in parts if other.raw.file == part.raw.file and other.table == part.table and other.name and other is not part]
        fuller = [other for other in of_workbook if _has_less(part, other)]
        if summed := next((others for others in [*([other] for other in fuller), fuller] if others and _sums_up(con, part, others)), None):
            sentence = f"This sheet sums up {_sheets(summed)}, month by month the same net value, and is not read."
            notices.append(Problem("sheet-not-read", Severity.NOTICE, part.origin(), sentence=sentence))
            left.append(part)
        elif fuller and "document" not in part.columns and {"document", "customer_key"} & {*fuller[0].columns} - {*part.columns}:
            questions.append(_asked(part, fuller[0], parts, mapping))
    if questions:
        raise answerable(questions)
    for part in left:
        con.execute(f"DROP TABLE {part.name}")
    drop_raw_tables(con, left)
    return [part for part in parts if part not in left]


def _has_less(part: Part, other: Part) -> bool:
    """Whether a sheet has fewer of the keys of lines than another one, and none that the other has not."""
    own, others = (set(_KEYS) & set(one.columns) for one in (part, other))
    return own < others


def _sums_up(con: Any, part: Part, others: Sequence[Part]) -> bool:
    """Whether the net value of every month of a sheet is that of others, which have no fewer rows."""
    rows = [" UNION ALL ".join(f"SELECT date, net_value FROM {one.name}" for one in ones) for ones in ([part], others)]
    months = [f"SELECT date_trunc('month', date) AS month, sum(net_value) AS net, count(nullif(net_value, 0)) AS lines FROM ({one}) GROUP BY 1" for one in rows]
    apart, own, all_lines = con.execute(
        f"SELECT count(*) FILTER (o.net IS NULL OR abs(p.net - o.net) > {_OF_A_LINE} * (o.lines + p.lines)), sum(p.lines), sum(o.lines) "
        f"FROM ({months[0]}) p LEFT JOIN ({months[1]}) o ON p.month IS NOT DISTINCT FROM o.month"
    ).fetchone()
    return bool(own and not apart and own <= (all_lines or 0))


def _asked(part: Part, fuller: Part, parts: Sequence[Part], mapping: Mapping) -> Question:
    files = [one.raw.file for one in parts]
    here, there = (FileMapping(match=name_of(one.raw.file, files), sheet=one.raw.sheet, table=one.table) for one in (part, fuller))
    lacks = " and no ".join(said for key, said in _ASKED_OF.items() if key in fuller.columns and key not in part.columns)
    may = "It may sum up lines of the workbook, which would count twice, or hold further lines."
    sentence = f"{part.where} has no {lacks}, which sheet {fuller.raw.sheet} has. {may}"
    rest = [
        FileMapping(match=here.match, sheet=one.raw.sheet, table=one.table)
        for one in parts
        if one.raw.file == part.raw.file and one is not part and one is not fuller
    ]
    leave_out = replace(choice("it sums up lines: leave it out", left_out=True), changes=((here, {"left_out": True}),))
    keep = choice("it holds further lines: each other sheet has a [[file]] of its own then", left_out=False)
    keep = replace(keep, changes=((here, keep.settings), (there, {}), *((one, {}) for one in rest)))
    question = of_files(Question(f"sheet: {part.where}", sentence, (), (leave_out, keep)), FileMapping(), [here], mapping)
    return replace(question, choices=(leave_out, keep))
