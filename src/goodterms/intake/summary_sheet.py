"""A sheet that sums up another one of its workbook, such as sales by month: it would count everything twice, and is left out or asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import Choice, Question
from goodterms.intake.mapping.answers import answerable
from goodterms.intake.mapping.mapping_file import FileMapping, Mapping
from goodterms.intake.parts.entry_heads import name_of
from goodterms.intake.parts.part import LINES, Part, drop_raw_tables
from goodterms.problems import Problem, Severity

_KEYS = ("document", "customer_key", "supplier_key", "product_key", "line", "quantity")
"""What lines have, and sums of lines have fewer of."""
_OF_A_LINE = "0.005"
"""What rounding may make of a sum, for each of its lines."""


def without_summaries(con: Any, parts: Sequence[Part], mapping: Mapping, notices: list[Problem]) -> list[Part]:
    """Return the parts without sheets that sum up another sheet of their workbook, each with a notice.

    Raises
    ------
    AnswerNeededError
        A sheet has neither documents nor customers, which another one has, and its sums are not those of that sheet.
    """
    left: list[Part] = []
    questions: list[Question] = []
    for part in parts:
        if part.table not in LINES or not part.name or not part.raw.sheet or part.entry.left_out is False:
            continue
        of_workbook = [other for other in parts if other.raw.file == part.raw.file and other.table == part.table and other.name and other is not part]
        fuller = [other for other in of_workbook if _has_less(part, other)]
        if summed := next((others for others in [*([other] for other in fuller), fuller] if others and _sums_up(con, part, others)), None):
            sheets = ("sheet " if len(summed) == 1 else "sheets ") + ", ".join(other.raw.sheet for other in summed)
            sentence = f"This sheet sums up {sheets}, month by month the same net value, and is not read."
            notices.append(Problem("sheet-not-read", Severity.NOTICE, part.origin(), sentence=sentence))
            left.append(part)
        elif fuller and not {"document", "customer_key"} & set(part.columns) and {"document", "customer_key"} & set(fuller[0].columns):
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
    months = [f"SELECT date_trunc('month', date) AS month, sum(net_value) AS net, count(*) AS lines FROM ({one}) GROUP BY 1" for one in rows]
    apart, own, all_lines = con.execute(
        f"SELECT count(*) FILTER (o.net IS NULL OR abs(p.net - o.net) > {_OF_A_LINE} * (o.lines + p.lines)), sum(p.lines), sum(o.lines) "
        f"FROM ({months[0]}) p LEFT JOIN ({months[1]}) o ON p.month IS NOT DISTINCT FROM o.month"
    ).fetchone()
    return bool(own and not apart and own <= (all_lines or 0))


def _asked(part: Part, fuller: Part, parts: Sequence[Part], mapping: Mapping) -> Question:
    files = [one.raw.file for one in parts]
    here, there = (FileMapping(match=name_of(one.raw.file, files), sheet=one.raw.sheet, table=one.table) for one in (part, fuller))
    sentence = (
        f"{part.where} has neither documents nor customers, which sheet {fuller.raw.sheet} has. It may sum up lines of the workbook, which would count twice, "
        "or hold further lines."
    )
    rest = [
        FileMapping(match=here.match, sheet=one.raw.sheet, table=one.table)
        for one in parts
        if one.raw.file == part.raw.file and one is not part and one is not fuller
    ]
    choices = (
        Choice("it sums up lines: leave it out", "left_out = true", changes=((here, {"left_out": True}),)),
        Choice(
            "it holds further lines",
            "left_out = false",
            changes=((here, {"left_out": False}), (there, {}), *((one, {}) for one in rest)),
        ),
    )
    head = f'[[file]]\nmatch = "{here.match}"\nsheet = "{here.sheet}"\ntable = "{here.table}"\n'
    entry = f"{head}# it sums up lines: leave it out; false where it holds further lines, with a [[file]] for each other sheet then\nleft_out = true\n"
    where = "" if mapping == Mapping() else "Add to the mapping:"
    return Question(f"sheet: {part.where}", sentence, (), choices, entry, where)
