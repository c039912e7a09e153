"""Files of one source as their parts of a table of facts: understood, typed, derived, with the rows that do not fit set apart and a count that adds up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from goodterms.errors import AnswerNeededError, GoodtermsError, MappingError, UnreadableFileError
from goodterms.facts.columns import ATTRIBUTE, MASTER_NAMES, MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.currency.currency_evidence import find_currency_column, name_one_currency
from goodterms.intake.lines.amount_of_line import OTHER_AMOUNTS, document_of, holds_tax, instead_of_total
from goodterms.intake.lines.cost_amounts import amount_by_sides, settle_signs
from goodterms.intake.lines.credit_notes import doubts_of_signs, with_kind
from goodterms.intake.lines.derive import Derivation
from goodterms.intake.lines.factors import multiplied
from goodterms.intake.lines.left_out_rows import leave_out_rows
from goodterms.intake.lines.stated import Amount
from goodterms.intake.mapping.answers import of_join
from goodterms.intake.mapping.column_names import (
    KNOWN_OF_CUSTOMERS,
    KNOWN_OF_PRODUCTS,
    KNOWN_OF_SUPPLIERS,
    LEFT_OUT,
    RATES,
    attribute_name,
    goes_nowhere,
    kind_of,
)
from goodterms.intake.mapping.currency_code import code_sql
from goodterms.intake.mapping.mapping_file import origin_of, quoted
from goodterms.intake.mapping.months_across import FIRST_YEAR, LAST_YEAR, month_of
from goodterms.intake.parts.further_columns import ATTRIBUTE_VALUES, further_columns
from goodterms.intake.parts.kind_column import find_kinds_in_all_rows
from goodterms.intake.parts.part import LINES, Part, named, say
from goodterms.intake.parts.proposal import proposed
from goodterms.intake.parts.sample import Sample, distinct_values, of_all
from goodterms.intake.parts.unnamed_keys import ask_for_keys
from goodterms.intake.rows.file_totals import compare_totals
from goodterms.intake.rows.group_heads import ask_whether_filled, fill_down
from goodterms.intake.rows.month_rows import all_months, dated, each_month
from goodterms.intake.rows.unfit_rows import TOTAL_OF, set_unfit_rows_apart
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS, NOTHING, WHOLE_DIGITS, RawColumn, Typed, Where
from goodterms.intake.values.typing_vote import typed_columns
from goodterms.problems import Problem, Severity

_SUMS = frozenset({"costs", "gl_balances", "plan", "stock"})
"""Tables whose rows are sums already."""
_OTHER_FORMS = ("%Y-%d-%m", "%Y/%d/%m", "%Y.%d.%m", "%d%m%Y", "%d%m%y")
"""Forms of dates that are read where a mapping says so, and not of themselves."""
KEPT_AS_ATTRIBUTE = "kept as an attribute"
MOST_ATTRIBUTES = 100
"""So many further columns are kept of themselves: a table of hundreds has not been made to tell sales."""


def read_parts(con: Any, parts: Sequence[Part]) -> None:
    """Read raw tables with the same columns, files of one source, into their parts of a table of facts.

    What their columns mean, what their further columns become, how their amounts follow and what marks a credit note is decided over all of them together,
    so that a line means the same in whichever file it stands. Decimals and dates are each file's own; where a file alone does not decide, the others do.

    Raises
    ------
    MappingError
        Where the mapping names what is not there.
    AnswerNeededError
        Where the files can be read in two ways.
    """
    first = parts[0]
    sample = of_all([part.sample for part in parts if not origin_of(part.raw.file)] or [part.sample for part in parts])
    proposal = proposed(first.raw, sample, first.entry, first.table)
    find_currency_column(con, parts, sample, proposal)
    find_kinds_in_all_rows(con, parts, proposal)
    for part in parts:
        part.proposal = proposal
        _say_contradicted(part)
        leave_out_rows(con, part)
    ask_for_keys(parts, sample, proposal)
    stated = _settle_document_total(con, parts, _settle_tax(con, parts, _type_columns(con, parts, sample)))
    settle_signs(con, parts, " UNION ALL BY NAME ".join(_typed_rows(part) for part in parts))
    for part in parts:
        _say_nothing(con, part)
    before = fill_down(parts)
    all_rows = " UNION ALL BY NAME ".join(_typed_rows(part) for part in parts)
    derived = _derive(con, parts, stated, all_rows)
    for part in parts:
        unfilled = _typed_rows(part, before[part.number])
        set_unfit_rows_apart(con, part, _typed_rows(part), derived, unfilled)
        ask_whether_filled(con, part, unfilled)
        part.typed_rows = f"SELECT * FROM ({_typed_rows(part)}) WHERE row NOT IN (SELECT row FROM {part.bad})" if part.bad else _typed_rows(part)
    as_stated = derived
    derived = each_month(parts, derived)
    if first.table in LINES:
        derived = with_kind(con, parts, derived, " UNION ALL BY NAME ".join(part.typed_rows for part in parts))
    for part in parts:
        if (ours := TOTAL_OF.get(part.table)) and ours in derived:
            compare_totals(con, part, _typed_rows(part), ours, tuple(dict.fromkeys([as_stated[ours], *([] if part.months else [derived[ours]])])))
        _make_table(con, part, derived)
        if part.table in LINES:
            part.problems += doubts_of_signs(con, part)


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


# Columns ----------------------------------------------------------------------------------------------------------------------------------------------------


def _type_columns(con: Any, parts: Sequence[Part], sample: Sample) -> dict[str, Typed]:
    """Type what is mapped, then what becomes an attribute; return ours → how it is read in all parts together."""
    proposal = parts[0].proposal
    mapped = {theirs: ours for theirs, ours in proposal.columns.items() if ours != LEFT_OUT}
    kinds = {theirs: _kind(sample, theirs, ours, parts[0].table) for theirs, ours in mapped.items()}
    columns = {part.number: (part.raw.name, {column.theirs: column for column in part.sample.columns}) for part in parts}
    wheres = []
    for part in parts:
        others = tuple(of for number, of in columns.items() if number != part.number)
        digits = MOST_WHOLE_DIGITS if part.table in _SUMS else WHOLE_DIGITS
        constant = part.entry.constants.get("currency")
        theirs = proposal.theirs("currency")
        currency = f"CAST({part.sample.column(theirs).place} AS VARCHAR)" if theirs else text_of(constant) if constant else ""
        where = Where(part.raw.name, part.where, dict(part.entry.dialect), digits, others, ours=mapped, currency=currency)
        typed = _typed_by_file(con, part, where, kinds)
        fitting = {theirs: _no_amount_of_percents(con, part, typed[part.sample.column(theirs).place], ours) for theirs, ours in mapped.items()}
        part.typed = multiplied(con, part, fitting)
        part.stated = {ours: part.typed[theirs] for theirs, ours in mapped.items()}
        _check_values(part)
        _agree_on_style(where, typed)
        wheres.append(where)
    name_one_currency(parts)
    if parts[0].table == "sale_lines":
        _attributes(con, parts, wheres, sample)
    else:
        for part in parts:
            part.left_out = tuple(theirs for theirs in part.raw.header if theirs not in proposal.columns)
    left_out = tuple(theirs for theirs, ours in proposal.columns.items() if ours == LEFT_OUT or goes_nowhere(parts[0].table, ours))
    for part in parts:
        part.left_out += left_out
        part.stated = {ours: typed for ours, typed in part.stated.items() if not goes_nowhere(part.table, ours)}
        part.attributes = tuple(ours for ours in part.stated if ours.startswith(ATTRIBUTE))
    return {ours: _in_all([part.stated[ours] for part in parts]) for ours in parts[0].stated}


def _typed_by_file(con: Any, part: Part, where: Where, kinds: Mapping[str, Kind]) -> dict[str, Typed]:
    """How the mapped columns are read: those that a join brought stand in another file, which may write numbers and dates in its own way."""
    brought = part.entry.column_joins
    typed = typed_columns(con, where, [(part.sample.column(theirs), kind) for theirs, kind in kinds.items() if theirs not in brought])
    for join in part.entry.joins:
        columns = [(part.sample.column(theirs), kind) for theirs, kind in kinds.items() if brought.get(theirs) == join]
        try:
            typed |= typed_columns(con, replace(where, file=join.match, answers={**where.answers, **join.dialect_of_values}), columns)
        except AnswerNeededError as error:
            raise AnswerNeededError(*(of_join(question, join) for question in error.questions)) from None
    return typed


def _no_amount_of_percents(con: Any, part: Part, found: Typed, ours: str) -> Typed:
    """A cell with a per cent sign is no amount, quantity or price: it does not fit."""
    if not found.percent or ours in RATES or ours.startswith(ATTRIBUTE):
        return found
    sql = f"CASE WHEN NOT contains({found.present}, '%') THEN {found.sql} END"
    misfits = found.values - con.execute(f"SELECT count({sql}) FROM {part.raw.name}").fetchone()[0]
    return replace(found, sql=sql, misfits=misfits, percent=False, expected=f"{found.expected}, not per cent")


def _check_values(part: Part) -> None:
    """Refuse a column of which no value is what it is taken for, but in rejected rows that are not mended yet, and say what binary floats lost."""
    for theirs, found in part.typed.items():
        ours = part.proposal.columns[theirs]
        if found.values and found.misfits == found.values and not ours.startswith(ATTRIBUTE) and not origin_of(part.raw.file):
            raise _no_value_fits(part, theirs, found)
        part.problems += [
            Problem(
                doubt.code,
                Severity.WARNING,
                part.origin(row=doubt.row, column=theirs),
                sentence=doubt.sentence,
                action=doubt.action,
                rows=doubt.rows,
            )
            for doubt in found.doubts
        ]
        if found.rounded:
            part.problems.append(
                Problem(
                    "binary-float",
                    Severity.NOTICE,
                    part.origin(column=theirs),
                    sentence=f"{found.rounded:,} binary floats have more places than fit: {found.scale} places are kept.",
                    rows=found.rounded,
                )
            )


def _say_nothing(con: Any, part: Part) -> None:
    """Say in which columns cells hold the word of databases for nothing."""
    columns = [(theirs, column.place) for theirs in part.typed if (column := part.sample.column(theirs)).is_text]
    if not columns:
        return
    counts = con.execute(f"SELECT {', '.join(f'count(*) FILTER ({place} = {text_of(NOTHING)})' for _, place in columns)} FROM {part.raw.name}").fetchone()
    for (theirs, _), count in zip(columns, counts, strict=True):
        if count:
            sentence = f"{count:,} {'cell holds' if count == 1 else 'cells hold'} the word {NOTHING}, as databases export nothing: {NOTHING} counts as empty."
            part.problems.append(Problem("word-for-nothing", Severity.NOTICE, part.origin(column=theirs), sentence=sentence, rows=count))


def _no_value_fits(part: Part, theirs: str, found: Typed) -> GoodtermsError:
    """What to say of a column of which no value is what it is taken for: of the mapping, where that took it so."""
    ours = part.proposal.columns[theirs]
    said = f'no value of it is {found.expected}; the first is "{part.sample.example(theirs)}". The columns are: {", ".join(part.raw.header)}.'
    if part.proposal.why.get(theirs) == "as the mapping says":
        is_month = all(map(month_of, part.sample.values[theirs])) and ours == "date"
        return MappingError(f'{part.where}: "{theirs}" is mapped to {ours}, but {said}' + ' It says months: map it to "period".' * is_month)
    sentence = f'{part.where}: "{theirs}" is taken for the {ours.replace("_", " ")}, but {said}'
    if {"date", "decimal"} & set(found.style) & set(part.entry.dialect):
        return MappingError(sentence)
    return UnreadableFileError(sentence + (_other_form(part, theirs) if found.kind == Kind.DATE else ""))


def _other_form(part: Part, theirs: str) -> str:
    """What to say of cells that are no dates: the form that they have, where all have one."""
    values = part.sample.values[theirs]
    years = [int(cell[:4]) for cell in values if re.match(r"[0-9]{4}(?![0-9])", cell)]
    if years and not any(FIRST_YEAR <= year <= LAST_YEAR for year in years):
        return f" Years from {FIRST_YEAR} to {LAST_YEAR} are read."
    form = next((form for form in _OTHER_FORMS if values and all(_is_day(cell, form) for cell in values)), "")
    in_words = f'say so in a mapping: dialect = {{ date = "{form}" }}' if form else 'say which in a mapping, as in dialect = { date = "%d.%m.%Y" }'
    return f" If it is one in another form, {in_words}"


def _is_day(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return False
    return True


def _in_all(typed: Sequence[Typed]) -> Typed:
    """How a column is read in several files: with the places and signs of all."""
    return replace(
        typed[0],
        places=max(one.places for one in typed),
        percent=any(one.percent for one in typed),
        has_negative=any(one.has_negative for one in typed),
    )


def _kind(sample: Sample, theirs: str, ours: str, table: str) -> Kind:
    kind = kind_of(table, ours)
    if kind is not None:
        return kind
    return sample.kind_of_attribute(theirs)


def _agree_on_style(where: Where, typed: dict[str, Typed]) -> None:
    """What the mapped columns decided holds for the further ones too."""
    for key in ("decimal", "date"):
        said = {found.style[key] for found in typed.values() if key in found.style}
        if len(said) == 1:
            where.found.setdefault(key, said.pop())


def _attributes(con: Any, parts: Sequence[Part], wheres: Sequence[Where], sample: Sample) -> None:
    """Type the further columns; one that fits no kind wholly in all files is text, and one that could be read in two ways is left out."""
    proposal = parts[0].proposal
    tables = [(part.raw.name, part.sample) for part in parts]
    kinds = further_columns(con, parts[0].raw.header, sample, proposal, tables)
    taken = set(proposal.columns.values())
    kept = 0
    for theirs, kind in kinds.items():
        if kept == MOST_ATTRIBUTES:
            say(parts, f'The first {MOST_ATTRIBUTES} further columns are kept as attributes. To keep another, map it to "attribute:…".')
            break
        ours = attribute_name(theirs)
        columns = [part.sample.column(theirs) for part in parts]
        typed = _attribute(con, wheres, columns, kind, tables) if kind and ours not in taken else None
        if typed is None or not any(one.values for one in typed):
            continue
        taken.add(ours)
        kept += 1
        proposal.say(theirs, ours, KEPT_AS_ATTRIBUTE)
        for part, one in zip(parts, typed, strict=True):
            part.stated[ours] = part.typed[theirs] = one
    for part in parts:
        part.left_out = tuple(theirs for theirs in part.raw.header if theirs not in proposal.columns)


def _attribute(con: Any, wheres: Sequence[Where], columns: Sequence[RawColumn], kind: Kind, tables: Sequence[tuple[str, Sample]]) -> list[Typed] | None:
    def typed_as(wanted: Kind) -> list[Typed]:
        return [typed_columns(con, where, [(column, wanted)])[column.place] for where, column in zip(wheres, columns, strict=True)]

    try:
        typed = typed_as(kind)
    except AnswerNeededError:
        return None
    if not any(one.misfits for one in typed):
        return typed
    theirs = columns[0].theirs
    return typed_as(Kind.TEXT) if distinct_values(con, tables, [theirs])[theirs] <= ATTRIBUTE_VALUES else None


# Rows -------------------------------------------------------------------------------------------------------------------------------------------------------


def _literal(table: str, ours: str, value: str) -> str:
    kind = kind_of(table, ours)
    of = {
        Kind.DECIMAL: f"DECIMAL({MONEY_DIGITS}, {max(MONEY_PLACES, _places(value))})",
        Kind.DATE: "DATE",
        Kind.MONTH: "DATE",
        Kind.INTEGER: "BIGINT",
        Kind.FLAG: "BOOLEAN",
    }.get(kind or Kind.TEXT, "VARCHAR")
    return f"CAST({text_of(value)} AS {of})"


def _places(value: str) -> int:
    """The decimal places of a constant."""
    return len(value.partition(".")[2])


def _typed_rows(part: Part, stated: Mapping[str, Typed] | None = None) -> str:
    """A query of the file's rows with our names: what is ``stated`` (of itself as the part has it), constants, and the column that marks credit notes."""
    columns = {ours: typed.sql for ours, typed in (part.stated if stated is None else stated).items()}
    columns |= {ours: _literal(part.table, ours, value) for ours, value in part.entry.constants.items() if ours not in columns}
    if part.currency is not None:
        columns["currency"] = text_of(part.currency) if part.currency else "NULL::VARCHAR"
    if "currency" in columns:
        columns["currency"] = code_sql(columns["currency"], part.entry.dialect.get("currencies"))
    credit = part.entry.credit_notes
    if credit and credit.column:
        if credit.column not in part.raw.header:
            raise MappingError(f'{part.entry.place}: {part.where} has no column "{credit.column}". Its columns are: {", ".join(part.raw.header)}.')
        columns["credit column"] = f"trim(CAST({part.sample.column(credit.column).place} AS VARCHAR))"
    select = ", ".join(["row", *(f"{sql} AS {named(ours)}" for ours, sql in columns.items())])
    return f"SELECT {select} FROM {part.raw.name}"


_SAID_BY = {
    "sale_lines": (KNOWN_OF_CUSTOMERS, KNOWN_OF_PRODUCTS),
    "purchase_lines": (KNOWN_OF_SUPPLIERS, KNOWN_OF_PRODUCTS),
    "activities": (KNOWN_OF_CUSTOMERS,),
}
"""Table → what its lines say of customers, suppliers and products beside their keys."""


def _derive(con: Any, parts: Sequence[Part], stated: dict[str, Typed], all_rows: str) -> dict[str, str]:
    """Our columns of the table as expressions over the typed rows."""
    first = parts[0]
    table, entry = TABLES[first.table], first.entry
    present = {*stated, *entry.constants, *(["currency"] if first.currency is not None else [])}
    derived = {name: named(name) for name in table.column_names if name in present and name not in {"file", "row", "key_space"}}
    if first.table in LINES:
        derivation = _derivation(con, parts, stated, all_rows)
        derived |= {ours: amount.sql for ours, amount in derivation.columns.items() if ours in table.column_names}
        if "freight" in derivation.stated and first.table == "sale_lines":
            derived |= _freight(con, parts, derived, all_rows)
    derived |= {name: named(name) for known in _SAID_BY.get(first.table, ()) for name in known if name in present}
    derived |= {name: named(name) for name in present if name.startswith(ATTRIBUTE)}
    derived |= dated(parts, present)
    if amount := amount_by_sides(con, parts, all_rows):
        derived["amount"] = amount
    derived |= all_months(parts)
    if first.table == "costs" and "pool" not in derived:
        derived["pool"] = derived.get("account_name") or derived.get("account") or text_of("costs")
        say(
            parts,
            "There is no column of pools: each account is a pool."
            if "account" in derived or "account_name" in derived
            else "There is no column of pools: all costs are one pool.",
        )
    if "source" in derived:
        derived["source"] = f"coalesce({derived['source']}, {text_of(entry.source)})"
    elif "source" in table.column_names:
        derived["source"] = text_of(entry.source)
    if entry.keys:
        derived["key_space"] = text_of(entry.keys)
    return derived


def _settle_tax(con: Any, parts: Sequence[Part], stated: dict[str, Typed]) -> dict[str, Typed]:
    """Where the column that was taken for the net value holds the tax, it is the value with tax."""
    first = parts[0]
    theirs = first.proposal.theirs("net_value")
    if theirs is None or first.table not in LINES:
        return stated
    rows = " UNION ALL BY NAME ".join(_typed_rows(part) for part in parts)
    if not holds_tax(_evidence(con, first, stated, rows), first.table):
        return stated
    first.proposal.say(theirs, "gross_value", "by its name, and by its amounts with tax")
    for part in parts:
        part.stated["gross_value"] = part.stated.pop("net_value")
    return {ours if ours != "net_value" else "gross_value": typed for ours, typed in stated.items()}


def _settle_document_total(con: Any, parts: Sequence[Part], stated: dict[str, Typed]) -> dict[str, Typed]:
    """Where a column of amounts repeats the document's total on its lines, it is no amount of a line: another column is, or price × quantity."""
    first = parts[0]
    if first.table not in LINES or not document_of(stated):
        return stated
    for ours in [ours for ours in ("net_value", "gross_value") if ours in stated]:
        rows = [_typed_rows(part) for part in parts]
        lines = _evidence(con, first, stated, " UNION ALL BY NAME ".join(rows))
        theirs, other = lines.theirs[ours], instead_of_total(con, first, lines, rows, ours)
        if other is None:
            continue
        stated = {name: typed for name, typed in stated.items() if name != ours}
        first.proposal.say(theirs, LEFT_OUT, "the document's total, on each of its lines")
        for part in parts:
            part.stated.pop(ours)
            part.typed.pop(theirs)
        total = f"{theirs} is the total of the document on each of its lines, and not added up"
        if other == OTHER_AMOUNTS:
            say(parts, f"{total}.")
            continue
        attribute = first.proposal.columns[other]
        first.proposal.say(other, ours, f"by its amounts, of which {theirs} is the sum")
        stated = {ours if name == attribute else name: typed for name, typed in stated.items()}
        for part in parts:
            part.stated[ours] = part.stated.pop(attribute)
            part.attributes = tuple(name for name in part.attributes if name != attribute)
        say(parts, f"{total}: it is the sum of {other}, which is the {ours.replace('_', ' ')}.")
    return stated


def _evidence(con: Any, first: Part, stated: dict[str, Typed], all_rows: str) -> Derivation:
    """What the file states of the amounts of its lines, and nothing worked out yet."""
    constants = {
        ours: Amount(named(ours), _places(value)) for ours, value in first.entry.constants.items() if ours not in stated and _is_decimal(first.table, ours)
    }
    further = {theirs: ours for theirs, ours in first.proposal.columns.items() if ours in stated and first.proposal.why[theirs] == KEPT_AS_ATTRIBUTE}
    return Derivation(
        ask=_asking(con, all_rows),
        file=first.where,
        stated=constants
        | {ours: Amount(named(ours), typed.places) for ours, typed in stated.items() if typed.kind == Kind.DECIMAL and not ours.startswith(ATTRIBUTE)},
        theirs={ours: ours.replace("_", " ") for ours in constants} | {ours: theirs for theirs, ours in first.proposal.columns.items()},
        sure=frozenset(first.entry.columns.values()),
        percent_signs=frozenset(ours for ours, typed in stated.items() if typed.percent),
        shares=frozenset(ours for theirs, ours in first.proposal.columns.items() if theirs in first.raw.shares),
        rates=str(first.entry.dialect.get("rates", "")),
        further={theirs: Amount(named(ours), stated[ours].places) for theirs, ours in further.items() if stated[ours].kind == Kind.DECIMAL},
    )


def _derivation(con: Any, parts: Sequence[Part], stated: dict[str, Typed], all_rows: str) -> Derivation:
    """The amounts of lines, worked out over the rows of all parts together; each part says what does not add up in it."""
    first = parts[0]
    derivation = _evidence(con, first, stated, all_rows)
    derivation.lines()
    say(parts, *derivation.said)
    first.problems += derivation.problems
    for part in parts:
        part.too_large = tuple(derivation.too_large)
        part.problems += derivation.compared(part.origin(), _asking(con, _typed_rows(part)))
    return derivation


def _asking(con: Any, rows: str) -> Callable[[str], tuple[Any, ...]]:
    """Runs an aggregate over rows."""

    def ask(sql: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = con.execute(f"SELECT {sql} FROM ({rows})").fetchone()
        return found

    return ask


def _is_decimal(table: str, ours: str) -> bool:
    return kind_of(table, ours) == Kind.DECIMAL


def _freight(con: Any, parts: Sequence[Part], derived: dict[str, str], all_rows: str) -> dict[str, str]:
    """Freight of the document's head, where each document has one amount on all of its lines or the mapping says so; else charges of the line."""
    entry = parts[0].entry
    theirs = parts[0].proposal.theirs("freight") or "freight"
    is_head = "freight" in entry.columns.values() or any("freight" in join.columns.values() for join in entry.joins)
    if not is_head and "document" in derived:
        documents, varied = con.execute(
            f"SELECT count(*), count(*) FILTER (amounts > 1) FROM (SELECT count(DISTINCT coalesce(freight, 0)) AS amounts FROM ({all_rows}) "
            f"GROUP BY {derived['document']} HAVING count(*) > 1 AND bool_or(freight <> 0))"
        ).fetchone()
        is_head = documents > 0 and varied == 0
    if is_head:
        return {"freight": '"freight"'}
    say(parts, f"{theirs} is an amount of the line.")
    return {"charges": f"{derived['charges']} + coalesce(freight, 0)" if "charges" in derived else '"freight"'}
