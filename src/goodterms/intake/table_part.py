"""Files of one source as their parts of a table of facts: understood, typed, derived, with the rows that do not fit set apart and a count that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import MASTER_NAMES
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.currency.currency_evidence import find_currency_column
from goodterms.intake.lines.cost_amounts import settle_signs
from goodterms.intake.lines.credit_notes import doubts_of_signs, with_kind
from goodterms.intake.lines.left_out_rows import ask_which_activities_count, leave_out_rows
from goodterms.intake.lines.shared_amounts import share_amounts
from goodterms.intake.lines.uncounted_amounts import say_uncounted_amounts
from goodterms.intake.mapping.column_names import (
    KNOWN_OF_CUSTOMERS,
    KNOWN_OF_PRODUCTS,
    KNOWN_OF_SUPPLIERS,
    LEFT_OUT,
)
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.part_amounts import derived_columns, discount_is_of_lines, settle_document_total, settle_price, settle_tax, typed_rows
from goodterms.intake.part_columns import say_nothing, type_columns
from goodterms.intake.parts.kind_column import find_flag_of_credit_notes, find_kinds_in_all_rows
from goodterms.intake.parts.part import LINES, Part
from goodterms.intake.parts.proposal import proposed
from goodterms.intake.parts.sample import of_all
from goodterms.intake.parts.unnamed_keys import ask_for_keys
from goodterms.intake.parts.years_of_files import check_years
from goodterms.intake.rows.activity_kinds import with_activity_kinds
from goodterms.intake.rows.closing_rows import settle_closing
from goodterms.intake.rows.document_heads import fill_documents
from goodterms.intake.rows.file_totals import compare_totals
from goodterms.intake.rows.group_heads import ask_whether_filled, fill_down
from goodterms.intake.rows.income_rows import set_aside_income
from goodterms.intake.rows.lone_heads import ask_what_heads_are, set_heads_aside
from goodterms.intake.rows.month_rows import each_month
from goodterms.intake.rows.running_sums import own_amounts
from goodterms.intake.rows.span_rows import in_months
from goodterms.intake.rows.unfit_rows import TOTAL_OF, set_unfit_rows_apart
from goodterms.problems import Problem, Severity


def read_parts(con: Any, parts: Sequence[Part]) -> None:
    """Read raw tables with the same columns, files of one source, into their parts of a table of facts.

    What their columns mean, what their further columns become, how their amounts follow and what marks a credit note is decided over all of them together,
    so that a line means the same in whichever file it stands. Decimals and dates are each file's own; where a file alone does not decide, the others do.

    Each step needs the one before: what columns mean, how their cells are read, what amounts contradict in that (a tax, a document's total), which blank cells
    are those of the row above, which rows are no facts; and only among facts do signs say which documents are credit notes.

    Raises
    ------
    MappingError
        Where the mapping names what is not there.
    AnswerNeededError
        Where the files can be read in two ways.
    """
    first = parts[0]
    check_years(parts)
    sample = of_all([part.sample for part in parts if not origin_of(part.raw.file)] or [part.sample for part in parts])
    proposal = proposed(first.raw, sample, first.entry, first.table)
    find_currency_column(con, parts, sample, proposal)
    find_kinds_in_all_rows(con, parts, proposal)
    find_flag_of_credit_notes(con, parts, proposal)
    fill_documents(con, parts, sample, proposal)
    for part in parts:
        part.proposal = proposal
        _say_contradicted(part)
        set_heads_aside(con, part)
        leave_out_rows(con, part)
    settle_closing(con, parts)
    ask_what_heads_are(con, parts, proposal)
    ask_for_keys(con, parts, sample, proposal)
    stated = type_columns(con, parts, sample)
    stated = share_amounts(con, parts, stated, is_of_lines=discount_is_of_lines(con, parts, stated))
    stated = settle_price(con, parts, settle_document_total(con, parts, settle_tax(con, parts, stated)))
    settle_signs(con, parts, " UNION ALL BY NAME ".join(typed_rows(part) for part in parts))
    for part in parts:
        say_nothing(con, part)
    before = fill_down(parts)
    all_rows = " UNION ALL BY NAME ".join(typed_rows(part) for part in parts)
    derived = derived_columns(con, parts, stated, all_rows)
    for part in parts:
        unfilled = typed_rows(part, before[part.number])
        set_unfit_rows_apart(con, part, typed_rows(part), derived, unfilled)
        ask_whether_filled(con, part, unfilled)
        part.typed_rows = f"SELECT * FROM ({typed_rows(part)}) WHERE row NOT IN (SELECT row FROM {part.bad})" if part.bad else typed_rows(part)
    as_stated = derived
    derived = each_month(parts, derived)
    if first.table in LINES:
        derived = with_kind(con, parts, derived, " UNION ALL BY NAME ".join(part.typed_rows for part in parts))
    if first.table == "activities":
        ask_which_activities_count(con, parts, " UNION ALL BY NAME ".join(part.typed_rows for part in parts))
    derived = with_activity_kinds(con, parts, derived, " UNION ALL BY NAME ".join(part.typed_rows for part in parts))
    for part in parts:
        if (ours := TOTAL_OF.get(part.table)) and ours in derived:
            compare_totals(con, part, typed_rows(part), ours, tuple(dict.fromkeys([as_stated[ours], *([] if part.months else [derived[ours]])])))
    set_aside_income(con, parts, derived)
    derived = in_months(parts, own_amounts(con, parts, derived))
    for part in parts:
        _make_table(con, part, derived)
        if part.table in LINES:
            part.problems += doubts_of_signs(con, part)
    say_uncounted_amounts(con, parts, sample)


def _say_contradicted(part: Part) -> None:
    part.problems += [
        Problem(
            "name-contradicted",
            Severity.WARNING,
            part.origin(column=theirs),
            sentence=f"Its name says {ours.replace('_', ' ')}, but most of its first values do not look like that: it is not read as one.",
            action=f'If it is one, say so in the mapping: {quoted(theirs)} = "{ours}".',
        )
        for theirs, ours in part.proposal.contradicted.items()
        if part.proposal.columns.get(theirs, LEFT_OUT) != ours
    ]


def _make_table(con: Any, part: Part, derived: dict[str, str]) -> None:
    """Make the part's table of facts from its rows that fit."""
    part.known = derived | {"file": text_of(part.raw.file), "row": "row"}
    is_master = part.table in MASTER_NAMES
    facts = {ours: sql for ours, sql in part.known.items() if ours not in {*KNOWN_OF_CUSTOMERS, *KNOWN_OF_SUPPLIERS, *KNOWN_OF_PRODUCTS} or is_master}
    select = ", ".join(f"{sql} AS {named(ours)}" for ours, sql in facts.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT {select} FROM ({part.typed_rows})")
    part.columns = {name: of for name, of, *_ in con.execute(f"DESCRIBE {part.name}").fetchall()}
