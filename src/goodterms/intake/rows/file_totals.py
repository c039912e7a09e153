"""The totals that a file states itself, compared with the rows above them: a file's own proof that it was read whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, product
from typing import Any

from goodterms.facts.sql_text import named
from goodterms.intake.parts.part import Part
from goodterms.intake.rows.totals_rows import OF_A_LINE, TOTAL
from goodterms.intake.values.agreement import OVER_A_CENT
from goodterms.problems import Problem, Severity

_MOST_SAID = 20
_MOST_OF_SECTIONS = 10_000
"""So many rows of costs are looked at for the sections that totals are of."""
_LATEST = 100
"""So many totals above, beside the file's beginning, are tried as the place where a sum begins."""


@dataclass(frozen=True)
class _Compared:
    """A total of the file with the sum of rows that it comes closest to, and whether rejected rows are counted in it."""

    row: int
    stated: Decimal
    found: Decimal
    with_rejected: bool
    agrees: bool


def compare_totals(con: Any, part: Part, typed_rows: str, ours: str, amounts: tuple[str, ...]) -> None:
    """Compare each total that was set aside with the rows above it, since an earlier total or all; say what agrees, and warn of what does not.

    Rejected rows count where their amount can be read, if the total agrees only with them. ``amounts`` are the expressions of the amount ``ours`` over the
    typed rows: as the file states it, and with credit notes turned; a total may be of either.
    """
    totals = [ref.row for ref in part.set_aside if ref.reason == TOTAL]
    if not totals:
        return
    compared = _compared(con, part, typed_rows, totals, amounts, is_stated=ours in part.stated)
    if part.table == "costs":
        compared = _with_sections(con, part, typed_rows, compared, amounts[0])
    agreeing = [total for total in compared if total.agrees]
    differing = [total for total in compared if not total.agrees]
    if agreeing:
        rejected = " once its rejected rows are counted" if any(total.with_rejected for total in agreeing) else ""
        part.said.append(
            f"The file's own total of {agreeing[-1].stated:,.2f} (row {agreeing[-1].row:,}) agrees with its rows{rejected}."
            if len(agreeing) == 1
            else f"{len(agreeing):,} totals of the file agree with the rows above them{rejected}."
        )
    column = part.proposal.theirs(ours) or ""
    part.problems += [_differs(part, total, column) for total in differing[:_MOST_SAID]]
    if (more := len(differing) - _MOST_SAID) > 0:
        sentence = f"{more:,} more totals of the file differ from the rows above them."
        part.problems.append(Problem("total-differs", Severity.WARNING, part.origin(column=column), sentence=sentence, rows=more))


def _differs(part: Part, total: _Compared, column: str) -> Problem:
    gap = total.stated - total.found
    rejected = ", rejected ones included," if part.rejected else ""
    sentence = (
        f"The file's own total is {total.stated:,.2f}, but the rows above it{rejected} sum to {total.found:,.2f}: "
        f"{abs(gap):,.2f} {'is missing' if gap > 0 else 'is too much'}."
    )
    action = "Look whether rows were filtered out or cut off in the export, or stand in it twice."
    return Problem("total-differs", Severity.WARNING, part.origin(row=total.row, column=column), f"{total.stated}", f"{total.found}", action, sentence)


def _compared(con: Any, part: Part, typed_rows: str, totals: list[int], amounts: tuple[str, ...], *, is_stated: bool) -> list[_Compared]:
    """Each total that has an amount, with the sum since that earlier total (or the beginning) to which it comes closest."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE totals_of_file AS SELECT unnest({totals}) AS row")
    fits, counts = f"row NOT IN (SELECT row FROM {part.bad})", f"row NOT IN (SELECT row FROM {part.bad} WHERE reason IS NULL)"
    sums = ", ".join(f"sum({named(f'a{i}')}) FILTER ({which})" for which in (fits, counts) for i in range(len(amounts)))
    expressions = ", ".join(f"{sql} AS {named(f'a{i}')}" for i, sql in enumerate(amounts))
    rows = con.execute(
        f"""
        WITH typed AS (SELECT row, {expressions} FROM ({typed_rows})),
        spans AS (SELECT t.row AS total, g.* FROM typed g ASOF JOIN totals_of_file t ON g.row < t.row),
        sums AS (SELECT total AS row, count(*), {sums} FROM spans WHERE {counts} GROUP BY 1)
        SELECT t.row, a0, sums.* EXCLUDE (row) FROM totals_of_file t JOIN typed USING (row) LEFT JOIN sums USING (row) ORDER BY 1
        """
    ).fetchall()
    lines = [row[2] or 0 for row in rows]
    above = [list(accumulate((span or Decimal(0) for span in spans), initial=Decimal(0)))[1:] for spans in zip(*(row[3:] for row in rows), strict=True)]
    found = []
    for place, (row, stated, *_) in enumerate(rows):
        if stated is None:
            continue
        candidates: list[_Compared] = []
        marks = [*range(place - 1, max(-1, place - 1 - _LATEST), -1), -1]
        for (kind, sums_above), mark in product(enumerate(above), marks):
            since = sums_above[place] - (sums_above[mark] if mark >= 0 else Decimal(0))
            tolerance = OVER_A_CENT + (0 if is_stated else OF_A_LINE * sum(lines[mark + 1 : place + 1]))
            candidates.append(_Compared(row, stated, since, kind >= len(amounts), abs(since - stated) < tolerance))
            if candidates[-1].agrees and not candidates[-1].with_rejected:
                break
        found.append(min(candidates, key=lambda c: (not c.agrees, c.with_rejected if c.agrees else not c.with_rejected, abs(c.found - stated))))
    return found


def _with_sections(con: Any, part: Part, typed_rows: str, compared: list[_Compared], amount: str) -> list[_Compared]:
    """The same; a total of costs agrees too where it is the sum of its section: of the last rows above it, as below the sales of an income statement."""
    if all(total.agrees for total in compared):
        return compared
    counted = f"SELECT row, {amount} AS amount FROM ({typed_rows}) WHERE row NOT IN (SELECT row FROM {part.bad}) AND amount IS NOT NULL ORDER BY row"
    rows = con.execute(f"{counted} LIMIT {_MOST_OF_SECTIONS}").fetchall()
    found = []
    for total in compared:
        above = [value for row, value in rows if row < total.row][::-1]
        sums = list(accumulate(above))[1:]
        is_section = any(abs(since - total.stated) < OVER_A_CENT for since in sums)
        found.append(total if total.agrees or not is_section else replace(total, found=total.stated, agrees=True))
    return found
