"""Files of one import are parts of one whole: equal lines are the same, others add up, and two values under one line number are a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import ATTRIBUTE, CREDIT_NOTE, INVOICE, MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.mapping.file_mapping import origin_of
from goodterms.intake.parts.part import LINES, MEND, MOST_SAID, ROWS_A_FILE, Part, drop_raw_tables, leave_out, reject
from goodterms.intake.rows.same_amounts import say_same_amounts
from goodterms.intake.rows.years import name_years
from goodterms.intake.values.typed_column import MOST_WHOLE_DIGITS, scale_of
from goodterms.problems import Problem, Severity

_PLACE = ("file", "row")
_NOT_A_LINE_NUMBER = 0.1
"""Where so large a share of the numbered lines shares its number with another, the column is no line number."""
_ENGINE_TYPES = {Kind.TEXT: "VARCHAR", Kind.DATE: "DATE", Kind.MONTH: "DATE", Kind.INTEGER: "BIGINT", Kind.FLAG: "BOOLEAN"}


def together(con: Any, table: str, parts: Sequence[Part]) -> tuple[str, ...]:
    """Put the parts of a table together under the table's name, with all of its columns; return its attributes.

    What was found is added to the parts: rows met again, and problems.
    """
    attributes = tuple(dict.fromkeys(name for part in parts for name in part.attributes))
    say_same_amounts(con, table, parts)
    for of_source in _by_source(parts):
        if table in LINES:
            name_years(con, of_source)
        if len(of_source) > 1:
            _leave_out_met_again(con, of_source)
        if table in LINES:
            _one_value_a_line_number(con, of_source)
    drop_raw_tables(con, parts)
    union = _union(parts)
    source = _finished_lines(con, table, parts, union) if table in LINES and parts else union
    columns = {name: of for name, of, *_ in con.execute(f"DESCRIBE {source}" if parts else "DESCRIBE SELECT 1 AS nothing").fetchall()}
    wanted = [*TABLES[table].column_names, *attributes]
    select = ", ".join(named(name) if name in columns else f"CAST(NULL AS {_engine_type(table, name)}) AS {named(name)}" for name in wanted)
    if parts:
        if any(part.is_of_documents for part in parts):
            source = f"SELECT * REPLACE (row % {ROWS_A_FILE} AS row) FROM ({source})"
        con.execute(f"CREATE OR REPLACE TEMP VIEW {table}_by_part AS SELECT {select}, part FROM ({source})")
    else:
        con.execute(f"CREATE OR REPLACE TEMP VIEW {table}_by_part AS SELECT {select}, 0 AS part WHERE false")
    con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * EXCLUDE (part) FROM {table}_by_part")
    return attributes


def _engine_type(table: str, name: str, scale: int = MONEY_PLACES) -> str:
    kind = None if name.startswith(ATTRIBUTE) else TABLES[table].kind_of(name)
    return _ENGINE_TYPES.get(kind, f"DECIMAL({MONEY_DIGITS}, {scale})") if kind else f"DECIMAL({MONEY_DIGITS}, {scale})"


def _columns(parts: Sequence[Part]) -> dict[str, str]:
    """Every column that a part has, with the type that holds the values of all."""
    found: dict[str, str] = {}
    for part in parts:
        for name, of in part.columns.items():
            known = found.get(name)
            if known is None or known == of:
                found[name] = of
            elif {known, of} & {"BOOLEAN"} and "DECIMAL" in known + of:
                found[name] = known if known != "BOOLEAN" else of
            elif known.startswith("DECIMAL") and of.startswith("DECIMAL"):
                found[name] = _holding_both(known, of)
            else:
                found[name] = "VARCHAR"
    return found


def _holding_both(one: str, other: str) -> str:
    """The decimal that holds the whole part of one and the places of the other."""
    places = max(scale_of(one), scale_of(other))
    return f"DECIMAL({max(MONEY_DIGITS, MOST_WHOLE_DIGITS + places)},{places})"


def _union(parts: Sequence[Part]) -> str:
    """All parts as one query, with the number of the part."""
    columns = _columns(parts)
    selects = []
    for part in parts:
        cells = [
            (named(name) if part.columns[name] == of else f"CAST({named(name)} AS {of}) AS {named(name)}")
            if name in part.columns
            else f"CAST(NULL AS {of}) AS {named(name)}"
            for name, of in columns.items()
        ]
        selects.append(f"SELECT {', '.join(cells)}, {part.number} AS part FROM {part.name}")
    return " UNION ALL BY NAME ".join(selects)


def _by_source(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts of each source; where a column names the source of each row, any two parts may share one."""
    if any(part.proposal.theirs("source") for part in parts):
        return [list(parts)]
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.entry.source, []).append(part)
    return list(found.values())


def _compared(parts: Sequence[Part]) -> list[str]:
    """The columns by which lines of these parts are told apart: what every file states, and as values of one kind; not what was concluded from all lines."""
    first, *others = ({name: of.partition("(")[0] for name, of in part.columns.items()} for part in parts)
    return [name for name, of in first.items() if name not in {*_PLACE, "kind"} and all(columns.get(name) == of for columns in others)]


def _whole(parts: Sequence[Part]) -> str:
    """The number of the part that a line belongs to, in SQL: rows that were given back and mended are of the file they stood in, while that rejects as many."""
    cases = ""
    for whole in parts:
        rest = [part for part in parts if part.raw.sheet == whole.raw.sheet and origin_of(part.raw.file) == whole.raw.path.name]
        if sum(part.raw.accepted for part in rest) <= whole.rejected + len(whole.raw.rejected):
            cases += "".join(f" WHEN {part.number} THEN {whole.number}" for part in rest)
    return f"CASE part{cases} ELSE part END" if cases else "part"


def _leave_out_met_again(con: Any, parts: Sequence[Part]) -> None:
    """Leave out of later files the lines that an earlier one already brought: equal in all values; of exact repeats the larger count of one file holds.

    A record of a table by month is met again when all of its months are.
    """
    values = _compared(parts)
    union = _union(parts)
    by = ", ".join(named(name) for name in values)
    month = next((name for name in ("period", "date") if name in values), "NULL")
    if "document" in values:
        scope = "source, document" if "source" in values else "document"
        shared = f"SELECT {scope} FROM all_lines GROUP BY {scope} HAVING count(DISTINCT part) > 1"
        on = " AND ".join(f"l.{c.strip()} IS NOT DISTINCT FROM s.{c.strip()}" for c in scope.split(","))
        candidates = f"SELECT l.* FROM all_lines l SEMI JOIN ({shared}) s ON {on}"
    else:
        candidates = "SELECT * FROM all_lines"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE met_again AS
        WITH all_lines AS ({union}), candidates AS ({candidates}),
        copies AS (SELECT part, row, {by}, row_number() OVER (PARTITION BY {_whole(parts)}, {by} ORDER BY part, row) AS copy FROM candidates),
        ranked AS (SELECT part, row, {month} AS period, row_number() OVER (PARTITION BY {by}, copy ORDER BY part) AS place FROM copies)
        SELECT part, row, period FROM ranked WHERE place > 1
        """
    )
    for part in parts:
        again = f"SELECT {'row, period' if part.gives_months else 'row'} FROM met_again WHERE part = {part.number}"
        records = f"SELECT count({'DISTINCT row' if part.gives_months else '*'}) FROM {part.name}"
        met = con.execute(f"SELECT count(*) FROM ({again})").fetchone()[0]
        if met:
            before = con.execute(records).fetchone()[0]
            leave_out(con, part, again, by=f"(row, {month})" if part.gives_months else "row")
            part.met_again += before - con.execute(records).fetchone()[0]
            what = f"amount{'s' * (met != 1)} of a month" if part.gives_months else f"row{'s' * (met != 1)}"
            counted = "was already in another file and counts" if met == 1 else "were already in another file and count"
            part.problems.append(
                Problem(
                    "met-again",
                    Severity.NOTICE,
                    part.origin(),
                    sentence=f"{met:,} {what} {counted} once.",
                    rows=met,
                )
            )


def _one_value_a_line_number(con: Any, parts: Sequence[Part]) -> None:
    """Equal lines under one number are one; different ones are a problem that shows both, and the later one is rejected."""
    numbered = [part for part in parts if {"line", "document"} <= set(part.columns)]
    if not numbered:
        return
    union = _union(numbered)
    values = _compared(numbered)
    key = [name for name in ("entity", "source", "document", "line") if name in values]
    hashed = f"hash({', '.join(named(name) for name in key)})"
    complete = "document IS NOT NULL AND line IS NOT NULL"
    lines, distinct = con.execute(f"SELECT count(*), count(DISTINCT {hashed}) FROM ({union}) WHERE {complete}").fetchone()
    if lines == distinct:
        return
    values = [name for name in values if name not in key]
    by, rest = ", ".join(named(name) for name in key), ", ".join(named(name) for name in values)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE doubled_lines AS
        WITH all_lines AS ({union}), repeated AS (SELECT * FROM all_lines WHERE {complete} QUALIFY count(*) OVER (PARTITION BY {hashed}) > 1),
        judged AS (
            SELECT part, file, row, {by}, net_value, row_number() OVER (PARTITION BY {by} ORDER BY part, row) AS place,
                   row_number() OVER (PARTITION BY {by}, {rest} ORDER BY part, row) AS copy
            FROM repeated
        )
        SELECT *, first_value(file) OVER same AS first_file, first_value(row) OVER same AS first_row, first_value(net_value) OVER same AS first_value
        FROM judged WINDOW same AS (PARTITION BY {by} ORDER BY part, row) QUALIFY place > 1
        """
    )
    different = con.execute("SELECT count(*) FROM doubled_lines WHERE copy = 1").fetchone()[0]
    if different > lines * _NOT_A_LINE_NUMBER:
        for part in numbered:
            con.execute(f"ALTER TABLE {part.name} DROP COLUMN line")
            part.columns.pop("line")
            theirs = part.proposal.theirs("line") or "line"
            none = "Many lines of a document share a number" if part.is_of_documents else f"{theirs} is no line number: many lines of a document share one"
            part.said.append(f"{none}. Lines are numbered here instead.")
        return
    for part in numbered:
        _say_doubled(con, part)


def _say_doubled(con: Any, part: Part) -> None:
    same, different = con.execute(f"SELECT count(*) FILTER (copy > 1), count(*) FILTER (copy = 1) FROM doubled_lines WHERE part = {part.number}").fetchone()
    if not same and not different:
        return
    leave_out(con, part, f"SELECT row FROM doubled_lines WHERE part = {part.number} AND copy > 1")
    part.met_again += same
    if same:
        part.problems.append(
            Problem(
                "met-again",
                Severity.NOTICE,
                part.origin(),
                sentence=f"{same:,} {'row repeats' if same == 1 else 'rows repeat'} a line with the same number and the same values: each line counts once.",
                rows=same,
            )
        )
    if not different:
        return
    reject(con, part, f"SELECT row FROM doubled_lines WHERE part = {part.number} AND copy = 1")
    theirs = part.proposal.theirs("line") or ""
    shown = "row, document, line, net_value, first_file, first_row, first_value"
    rows = con.execute(f"SELECT {shown} FROM doubled_lines WHERE part = {part.number} AND copy = 1 ORDER BY row LIMIT {MOST_SAID}").fetchall()
    part.problems += [
        Problem(
            "one-line-two-values",
            Severity.REJECTED,
            part.origin(row=row, column=theirs),
            seen=f"{value}",
            expected=f"{first_value}",
            sentence=f"Line {line} of document {document} is {first_value} in {first_file}, row {first_row:,}, and {value} here. The first counts.",
            action=MEND,
        )
        for row, document, line, value, first_file, first_row, first_value in rows
    ]
    if different > len(rows):
        rest = different - len(rows)
        part.problems.append(
            Problem(
                "one-line-two-values",
                Severity.REJECTED,
                part.origin(column=theirs),
                sentence=f"{rest:,} more {'line has' if rest == 1 else 'lines have'} a number that another line has too.",
                rows=rest,
            )
        )


# What only the whole document tells -------------------------------------------------------------------------------------------------------------------------


def _finished_lines(con: Any, table: str, parts: Sequence[Part], union: str) -> str:
    """Lines with kind, number and their share of freight; made anew only where one of these is open."""
    columns = _columns(parts)
    kind = _open_kind(con, parts, union, columns)
    for part in parts:
        part.numbers_lines = {"document", "line"} <= part.columns.keys() and not _has_unnumbered(con, part)
    unnumbered = "document" in columns and not all(part.numbers_lines for part in parts)
    freight = "freight" in columns
    kept = [name for name in columns if name != "freight"]
    if len(parts) == 1 and not unnumbered and not freight and kind is None:
        known = [named(name) for name in kept if name != "kind"]
        open_kind = f"coalesce(kind, {text_of(INVOICE)})" if parts[0].credit_notes and parts[0].credit_notes.negative else "kind"
        return f"SELECT {', '.join(known)}, {open_kind} AS kind, {parts[0].number} AS part FROM {parts[0].name}"
    select = ["part", *(f"l.{named(name)}" for name in kept if name not in {"kind", "line", "charges"})]
    joins = [kind[1]] if kind else []
    select.append(f"{kind[0] if kind else f'coalesce(kind, {text_of(INVOICE)})'} AS kind")
    scope = [name for name in ("entity", "source", "document") if name in columns]
    if unnumbered:
        values = [name for name in columns if name not in {*_PLACE, *scope, "line", "kind"}]
        values.sort(key=lambda name: (("product_key", "quantity", "net_value").index(name) if name in {"product_key", "quantity", "net_value"} else 9, name))
        number = f"row_number() OVER (PARTITION BY {', '.join(map(named, scope))} ORDER BY {', '.join(map(named, [*values, 'file', 'row']))})"
        given = "line" if "line" in columns else "NULL::VARCHAR"
        select.append(f"CASE WHEN document IS NULL THEN {given} ELSE coalesce({given}, CAST({number} AS VARCHAR)) END AS line")
    elif "line" in columns:
        select.append("line")
    if freight:
        of_one_head = ", ".join([*(named(name) for name in scope if name != "document"), _head(columns)])
        _say_freight(con, parts, union, of_one_head)
        union = _with_freight_spread(union, columns, of_one_head)
        select.append("charges" if "charges" in columns else "freight AS charges")
    elif "charges" in columns:
        select.append("charges")
    name = f"{table}_lines"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS WITH l AS ({union}) SELECT {', '.join(select)} FROM l {' '.join(joins)}")
    for part in parts:
        con.execute(f"DROP TABLE {part.name}")
    return f"SELECT * FROM {name}"


def _has_unnumbered(con: Any, part: Part) -> bool:
    return bool(con.execute(f"SELECT bool_or(line IS NULL) FROM {part.name}").fetchone()[0])


def _open_kind(con: Any, parts: Sequence[Part], union: str, columns: dict[str, str]) -> tuple[str, str] | None:
    """The expression and join that call a document with a negative total a credit note; None where no open line is negative.

    What one number names for several customers are several documents.
    """
    is_open = [part for part in parts if part.credit_notes and part.credit_notes.negative]
    negative = "net_value < 0 OR quantity < 0" if "quantity" in columns else "net_value < 0"
    if not any(
        con.execute(f"SELECT bool_or({negative if 'quantity' in part.columns else 'net_value < 0'}) FROM {part.name}").fetchone()[0] for part in is_open
    ):
        return None
    zero = f"(sum(net_value) = 0 AND sum({'quantity' if 'quantity' in columns else '0'}) < 0)"
    if "document" not in columns:
        return f"coalesce(kind, CASE WHEN {negative} THEN {text_of(CREDIT_NOTE)} ELSE {text_of(INVOICE)} END)", ""
    scope = [name for name in ("entity", "source", "document") if name in columns]
    by = ", ".join(map(named, scope))
    whose = next((name for name in ("customer_key", "supplier_key") if name in columns), "NULL::VARCHAR")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE credit_documents AS WITH l AS ({union}), open_lines AS (SELECT * FROM l WHERE kind IS NULL AND document IS NOT NULL), "
        f"doubtful AS (SELECT DISTINCT document FROM open_lines WHERE {negative}), "
        f"judged AS (SELECT *, {whose} AS whose, coalesce(min({whose}) OVER same <> max({whose}) OVER same, false) AS of_several "
        f"FROM open_lines SEMI JOIN doubtful USING (document) WINDOW same AS (PARTITION BY {by})) "
        f"SELECT {by}, of_several, CASE WHEN of_several THEN whose END AS whose FROM judged GROUP BY ALL "
        f"HAVING sum(net_value) < 0 OR {zero}"
    )
    keys = {name: f"k{i}" for i, name in enumerate(scope)}
    judged = ", ".join([*(f"{named(name)} AS {key}" for name, key in keys.items()), "whose"])
    same_document = " AND ".join(f"l.{named(name)} {'=' if name == 'document' else 'IS NOT DISTINCT FROM'} c.{key}" for name, key in keys.items())
    same_customer = same_document.replace(" c.", " d.") + f" AND d.whose IS NOT DISTINCT FROM {whose if whose.startswith('NULL') else f'l.{whose}'}"
    single = f"(document IS NULL AND ({negative}))"
    is_credit = f"c.{keys['document']} IS NOT NULL OR d.{keys['document']} IS NOT NULL OR {single}"
    of_one = f"LEFT JOIN (SELECT {judged} FROM credit_documents WHERE NOT of_several) c ON {same_document}"
    of_several = f"LEFT JOIN (SELECT {judged} FROM credit_documents WHERE of_several) d ON {same_customer}"  # "or" in one join would compare line by line
    return f"coalesce(kind, CASE WHEN {is_credit} THEN {text_of(CREDIT_NOTE)} ELSE {text_of(INVOICE)} END)", f"{of_one} {of_several}"


def _head(columns: dict[str, str]) -> str:
    """What tells the lines of one head: the document's number, where a line has none that of its order, else the line stands alone."""
    numbers = "".join(f"WHEN {name} IS NOT NULL THEN '{name} ' || {name} " for name in ("document", "order_number") if name in columns)
    alone = "concat('row ', row, ' of ', file)"
    return f"CASE {numbers}ELSE {alone} END" if numbers else alone


def _with_freight_spread(union: str, columns: dict[str, str], of_one_head: str) -> str:
    """Lines with the document's freight shared over them by value, to the unit, by largest remainder; equally where the document has no value.

    The freight is the head's, repeated on every line; its sign is its own: a credit note gives freight back.
    """
    scale = max(scale_of(columns["freight"]), scale_of(columns.get("charges", "")))
    net_scale = scale_of(columns["net_value"])
    document = f"PARTITION BY {of_one_head}"
    units = f"CAST(CAST(abs(freight) AS DECIMAL(38, {scale})) * {10**scale} AS HUGEINT)"
    weight = f"CAST(CAST(abs(net_value) AS DECIMAL(38, {net_scale})) * {10**net_scale} AS HUGEINT)"
    order = ", ".join(named(name) for name in columns if name not in _PLACE)
    given = "coalesce(charges, 0) + " if "charges" in columns else ""
    amount = f"CAST(share + CASE WHEN place <= whole - shared THEN 1 ELSE 0 END AS DECIMAL(38, 0)) * 1e-{scale}::DECIMAL(38, {scale})"
    return f"""
        WITH l AS ({union}),
        weighed AS (SELECT *, coalesce(max({units}) OVER ({document}), 0) AS whole, {weight} AS own, sum({weight}) OVER ({document}) AS weights,
            count(*) OVER ({document}) AS lines, coalesce(sign(sum(freight) OVER ({document})), 0) AS way FROM l),
        shares AS (SELECT *, CASE WHEN weights > 0 THEN (whole * own) // CAST(weights AS HUGEINT) ELSE whole // lines END AS share,
            CASE WHEN weights > 0 THEN (whole * own) % CAST(weights AS HUGEINT) ELSE 0 END AS remainder FROM weighed),
        placed AS (SELECT *, sum(share) OVER ({document}) AS shared, row_number() OVER ({document} ORDER BY remainder DESC, {order}) AS place FROM shares)
        SELECT * REPLACE (CAST({given}way * {amount} AS DECIMAL({MONEY_DIGITS}, {scale})) AS {"charges" if "charges" in columns else "freight"}) FROM placed
    """


def _say_freight(con: Any, parts: Sequence[Part], union: str, of_one_head: str) -> None:
    """Freight that differs within a document is not its head's: the largest is taken, and a person should look."""
    varied = con.execute(f"SELECT count(*) FROM (SELECT {of_one_head} FROM ({union}) GROUP BY {of_one_head} HAVING count(DISTINCT freight) > 1)").fetchone()[0]
    part = next(part for part in parts if "freight" in part.columns)
    part.said.append(f"{part.proposal.theirs('freight') or 'Freight'} stands on the document: it is spread over its lines by value.")
    if varied:
        sentence = f"{varied:,} documents have lines with different freight: the largest is taken."
        action = 'If freight is an amount of the line, map the column to "charges".'
        part.problems.append(
            Problem(
                "freight-differs", Severity.WARNING, part.origin(column=part.proposal.theirs("freight") or ""), sentence=sentence, action=action, rows=varied
            )
        )
