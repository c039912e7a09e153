"""One file as its part of a table of facts: understood, typed, derived, with the rows that do not fit set apart and a count that adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question
from goodterms.facts.columns import ATTRIBUTE, CREDIT_NOTE, INVOICE, MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.intake.column_names import KNOWN_OF_CUSTOMERS, KNOWN_OF_PRODUCTS, LEFT_OUT, NAMES_OF_NOBODY, kind_of, normalised
from goodterms.intake.derive import Amount, Derivation
from goodterms.intake.mapping_file import CreditNotes, FileMapping, quoted
from goodterms.intake.proposal import CREDIT_WORDS, INVOICE_WORDS, Proposal, Sample, further_columns, proposed, sampled
from goodterms.intake.raw_table import RawTable, RowRef
from goodterms.intake.totals_rows import set_aside_totals
from goodterms.intake.typed_column import RawColumn, Typed, Where, text_of
from goodterms.intake.typing_vote import typed_columns
from goodterms.problems import Origin, Problem, Severity

LINES = frozenset({"sale_lines", "purchase_lines"})
MOST_SAID = 1_000
"""So many rejected rows of a file are said one by one for the same reason; the rest are counted."""
MEND = "Mend the row in the file of rejected rows and read it again."
REQUIRED = {
    "sale_lines": ("date", "net_value"),
    "purchase_lines": ("date", "net_value"),
    "costs": ("period", "amount"),
    "gl_balances": ("period", "amount"),
    "payments": ("date", "amount"),
    "activities": ("date",),
    "customers": ("customer_key",),
    "products": ("product_key",),
}
_TOTAL_OF = {"sale_lines": "net_value", "purchase_lines": "net_value", "costs": "amount", "gl_balances": "amount", "payments": "amount", "activities": "amount"}
_CREDIT_SHARE = 0.9
"""A prefix marks credit notes when so large a share of its lines is negative, and of the negative lines begins with it."""


@dataclass
class Part:
    """What one file gave: a table on the engine with our columns (``columns``), and the account of it."""

    raw: RawTable
    entry: FileMapping
    table: str
    name: str
    number: int
    sample: Sample
    proposal: Proposal
    typed: dict[str, Typed] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    """Our column → its type on the engine."""
    attributes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    rejected: int = 0
    set_aside: tuple[RowRef, ...] = ()
    met_again: int = 0
    said: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    credit_notes: CreditNotes | None = None
    currency: str = ""
    bad: str = ""
    """The table of rows that take no part, "" where there are none: ``row`` and ``reason``, which is null for rows set aside."""
    typed_rows: str = ""
    """A query of the file's accepted rows with our names, for as long as the raw table is there."""
    known: dict[str, str] = field(default_factory=dict)
    """Our column, names of customers and products included → its expression over ``typed_rows``."""
    known_of: set[str] = field(default_factory=set)
    """"customers", "products": of which of them the lines say more than the key."""
    file_header: tuple[str, ...] = ()
    """The columns of the file itself, without those that joins brought."""

    @property
    def where(self) -> str:
        """The file, with its sheet where it has sheets."""
        return f"{self.raw.file}, sheet {self.raw.sheet}" if self.raw.sheet else self.raw.file

    def origin(self, **place: Any) -> Origin:
        """A place in the file."""
        return Origin(self.raw.file, self.raw.sheet, **place)


def named(ours: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + ours.replace('"', '""') + '"'


def attribute_name(theirs: str) -> str:
    """The attribute that a further column becomes: a name that equations can use.

    Examples
    --------
    >>> attribute_name("Kiireellinen toimitus")
    'attribute:kiireellinen_toimitus'
    """
    return ATTRIBUTE + normalised(theirs).replace(" ", "_")


def read_part(con: Any, raw: RawTable, entry: FileMapping, table: str, number: int, *, agreed: Mapping[str, str]) -> Part:
    """Read one raw table into its part of a table of facts.

    ``agreed`` is how files with the same columns write decimals and dates: it decides where this file alone does not.

    Raises
    ------
    MappingError
        Where the mapping names what is not there.
    AnswerNeededError
        Where the file can be read in two ways.
    """
    sample = sampled(con, raw)
    part = Part(raw, entry, table, f"part_{number}_{table}", number, sample, proposed(raw, sample, entry, table))
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
    stated = _type_columns(con, part, agreed)
    typed_rows = _typed_rows(part, stated)
    derived = _derive(con, part, stated, typed_rows)
    _set_bad_rows_apart(con, part, typed_rows, derived)
    if part.bad:
        typed_rows = f"SELECT * FROM ({typed_rows}) WHERE row NOT IN (SELECT row FROM {part.bad})"
    if table in LINES:
        derived = _with_kind(con, part, derived, typed_rows)
    part.typed_rows, part.known = typed_rows, dict(derived)
    facts = {ours: sql for ours, sql in derived.items() if ours not in {*KNOWN_OF_CUSTOMERS, *KNOWN_OF_PRODUCTS} or table in {"customers", "products"}}
    select = ", ".join(f"{sql} AS {named(ours)}" for ours, sql in facts.items())
    con.execute(f"CREATE TEMP TABLE {part.name} AS SELECT {select} FROM ({typed_rows})")
    part.columns = {name: of for name, of, *_ in con.execute(f"DESCRIBE {part.name}").fetchall()}
    return part


def drop_raw_tables(con: Any, parts: Sequence[Part]) -> None:
    """Give the memory of raw tables back once nothing of them is needed: rejected rows are given back from them."""
    import duckdb  # noqa: PLC0415  (heavy: only where files are read)

    for part in parts:
        if part.bad:
            continue
        try:
            con.execute(f"DROP TABLE IF EXISTS {part.raw.name}")
        except duckdb.CatalogException:  # a view of a Parquet file, which takes no memory
            continue


# Columns ---------------------------------------------------------------------------------------------------------------------------------------------------


def _type_columns(con: Any, part: Part, agreed: Mapping[str, str]) -> dict[str, Typed]:
    """Type what is mapped, then what becomes an attribute; return ours → how it is read."""
    raw, proposal, sample = part.raw, part.proposal, part.sample
    mapped = {theirs: ours for theirs, ours in proposal.columns.items() if ours != LEFT_OUT}
    wanted = [(sample.column(theirs), _kind(sample, theirs, ours, part.table)) for theirs, ours in mapped.items()]
    where = Where(raw.name, part.where, {**agreed, **part.entry.dialect})
    typed = typed_columns(con, where, wanted)
    for theirs, ours in mapped.items():
        found = typed[sample.column(theirs).place]
        if found.values and found.misfits == found.values and not ours.startswith(ATTRIBUTE):
            raise MappingError(
                f'{part.where}: "{theirs}" is mapped to {ours}, but no value of it is {found.expected}; the first is "{sample.example(theirs)}". '
                f"The columns are: {', '.join(raw.header)}."
            )
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
    _agree_on_style(where, typed)
    stated = {mapped[theirs]: typed[sample.column(theirs).place] for theirs in mapped}
    part.typed = {theirs: typed[sample.column(theirs).place] for theirs in mapped}
    _one_currency_of_cells(part, stated)
    if part.table == "sale_lines":
        stated |= _attributes(con, part, where)
    else:
        part.left_out = tuple(theirs for theirs in raw.header if theirs not in proposal.columns)
    part.left_out += tuple(theirs for theirs, ours in proposal.columns.items() if ours == LEFT_OUT or ours in NAMES_OF_NOBODY)
    for ours in NAMES_OF_NOBODY:
        stated.pop(ours, None)
    part.attributes = tuple(ours for ours in stated if ours.startswith(ATTRIBUTE))
    return stated


def _kind(sample: Sample, theirs: str, ours: str, table: str) -> Kind:
    kind = kind_of(table, ours)
    if kind is not None:
        return kind
    return next((k for k in (Kind.FLAG, Kind.DATE, Kind.DECIMAL) if sample.are_all(theirs, k)), Kind.TEXT)


def _agree_on_style(where: Where, typed: dict[str, Typed]) -> None:
    """What the mapped columns decided holds for the further ones too."""
    for key in ("decimal", "date"):
        said = {found.style[key] for found in typed.values() if key in found.style}
        if len(said) == 1:
            where.answers.setdefault(key, said.pop())


def _one_currency_of_cells(part: Part, stated: dict[str, Typed]) -> None:
    """Amounts that carry their currency in the cell name the file's currency, where it is one and no column does."""
    found = sorted({currency for typed in stated.values() for currency in typed.currencies})
    if "currency" in stated or "currency" in part.entry.constants or not found:
        return
    if len(found) > 1:
        raise AnswerNeededError(
            Question(
                f"currency: {part.where}",
                f"{part.where}: amounts carry the signs of {len(found)} currencies, {' and '.join(found)}, and there is no column of currencies nor of rates.",
                (),
                (("export the currency and the rate as columns", '"…" = "currency" and "…" = "exchange_rate"  under [file.columns]'),),
            )
        )
    part.currency = found[0]


def _attributes(con: Any, part: Part, where: Where) -> dict[str, Typed]:
    """Type the further columns; one that fits no kind wholly is text, and one that could be read in two ways is left out."""
    sample = part.sample
    kinds = further_columns(con, part.raw, sample, part.proposal)
    taken = set(part.proposal.columns.values())
    found: dict[str, Typed] = {}
    left_out = []
    for theirs, kind in kinds.items():
        ours = attribute_name(theirs)
        typed = _attribute(con, where, sample.column(theirs), kind) if kind and ours not in taken else None
        if typed is None or not typed.values:
            left_out.append(theirs)
            continue
        taken.add(ours)
        found[ours] = typed
        part.typed[theirs] = typed
        part.proposal.say(theirs, ours, "kept as an attribute")
    part.left_out = tuple(left_out)
    return found


def _attribute(con: Any, where: Where, column: RawColumn, kind: Kind) -> Typed | None:
    try:
        typed = typed_columns(con, where, [(column, kind)])[column.place]
    except AnswerNeededError:
        return None
    if not typed.misfits:
        return typed
    distinct = con.execute(f"SELECT count(DISTINCT {column.place}) FROM {where.table}").fetchone()[0]
    return typed_columns(con, where, [(column, Kind.TEXT)])[column.place] if distinct <= 200 else None


# Rows --------------------------------------------------------------------------------------------------------------------------------------------------------


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


def _typed_rows(part: Part, stated: dict[str, Typed]) -> str:
    """A query of the file's rows with our names: what is stated, constants, and the column by which credit notes are known."""
    columns = {ours: typed.sql for ours, typed in stated.items()}
    columns |= {ours: _literal(part.table, ours, value) for ours, value in part.entry.constants.items() if ours not in columns}
    if part.currency:
        columns["currency"] = text_of(part.currency)
    credit = part.entry.credit_notes
    if credit and credit.column:
        if credit.column not in part.raw.header:
            raise MappingError(f'{part.entry.place}: {part.where} has no column "{credit.column}". Its columns are: {", ".join(part.raw.header)}.')
        columns["credit column"] = f"trim(CAST({part.sample.column(credit.column).place} AS VARCHAR))"
    select = ", ".join(["row", *(f"{sql} AS {named(ours)}" for ours, sql in columns.items())])
    return f"SELECT {select} FROM {part.raw.name}"


def _derive(con: Any, part: Part, stated: dict[str, Typed], typed_rows: str) -> dict[str, str]:
    """Our columns of the table as expressions over the typed rows."""
    table = TABLES[part.table]
    present = {*stated, *part.entry.constants, *(["currency"] if part.currency else [])}
    derived = {name: named(name) for name in table.column_names if name in present and name not in {"file", "row", "key_space"}}
    if part.table in LINES:
        constants = {
            ours: Amount(named(ours), _places(value))
            for ours, value in part.entry.constants.items()
            if ours not in stated and kind_of(part.table, ours) == Kind.DECIMAL
        }
        derivation = Derivation(
            ask=lambda sql: con.execute(f"SELECT {sql} FROM ({typed_rows})").fetchone(),
            file=part.where,
            stated=constants
            | {ours: Amount(named(ours), typed.places) for ours, typed in stated.items() if typed.kind == Kind.DECIMAL and not ours.startswith(ATTRIBUTE)},
            theirs={ours: ours.replace("_", " ") for ours in constants} | {ours: theirs for theirs, ours in part.proposal.columns.items()},
            sure=frozenset(part.entry.columns.values()),
            percent_signs=frozenset(ours for ours, typed in stated.items() if typed.percent),
        )
        derivation.lines()
        part.said += derivation.said
        part.problems += derivation.problems
        derived |= {ours: amount.sql for ours, amount in derivation.columns.items() if ours in table.column_names}
        if "freight" in derivation.stated and part.table == "sale_lines":
            derived |= _freight(con, part, derived, typed_rows)
    if part.table in {"sale_lines", "activities"}:
        derived |= {name: named(name) for name in KNOWN_OF_CUSTOMERS if name in present}
    if part.table in LINES:
        derived |= {name: named(name) for name in KNOWN_OF_PRODUCTS if name in present}
    derived |= {name: named(name) for name in present if name.startswith(ATTRIBUTE)}
    if part.table == "costs" and "pool" not in derived:
        derived["pool"] = derived.get("account_name") or derived.get("account") or text_of("costs")
        part.said.append(
            "There is no column of pools: each account is a pool."
            if "account" in derived or "account_name" in derived
            else "There is no column of pools: all costs are one pool."
        )
    if "source" in derived:
        derived["source"] = f"coalesce({derived['source']}, {text_of(part.entry.source)})"
    elif "source" in table.column_names:
        derived["source"] = text_of(part.entry.source)
    if part.entry.keys:
        derived["key_space"] = text_of(part.entry.keys)
    derived["file"] = text_of(part.raw.file)
    derived["row"] = "row"
    return derived


def _freight(con: Any, part: Part, derived: dict[str, str], typed_rows: str) -> dict[str, str]:
    """Freight of the document's head, where each document has one amount on all of its lines or the mapping says so; else charges of the line."""
    theirs = part.proposal.theirs("freight") or "freight"
    is_head = "freight" in part.entry.columns.values() or any("freight" in join.columns.values() for join in part.entry.joins)
    if not is_head and "document" in derived:
        documents, varied = con.execute(
            f"SELECT count(*), count(*) FILTER (amounts > 1) FROM (SELECT count(DISTINCT coalesce(freight, 0)) AS amounts FROM ({typed_rows}) "
            f"GROUP BY {derived['document']} HAVING count(*) > 1 AND bool_or(freight <> 0))"
        ).fetchone()
        is_head = documents > 0 and varied == 0
    if is_head:
        return {"freight": '"freight"'}
    part.said.append(f"{theirs} is an amount of the line.")
    return {"charges": f"{derived['charges']} + coalesce(freight, 0)" if "charges" in derived else '"freight"'}


def _set_bad_rows_apart(con: Any, part: Part, typed_rows: str, derived: dict[str, str]) -> None:
    """Keep the rows in which a cell does not fit or a needed one is missing in a table of their own, and say each."""
    reasons = [
        (f"({typed.present}) IS NOT NULL AND ({typed.sql}) IS NULL", theirs, typed.expected)
        for theirs, typed in part.typed.items()
        if typed.misfits and part.proposal.columns[theirs] not in NAMES_OF_NOBODY
    ]
    required = [ours for ours in REQUIRED.get(part.table, ()) if ours in derived and not _is_complete(part, ours, derived)]
    missing = (
        con.execute(f"SELECT {', '.join(f'count(*) FILTER ({derived[ours]} IS NULL)' for ours in required)} FROM ({typed_rows})").fetchone() if required else ()
    )
    absent = [ours for ours, count in zip(required, missing, strict=True) if count]
    if not reasons and not absent:
        return
    part.bad = f"bad_{part.number}"
    cases = [f"WHEN {condition} THEN {i}" for i, (condition, _, _) in enumerate(reasons)]
    flagged = f"SELECT row, CASE {' '.join(cases)} END AS reason FROM {part.raw.name}" if cases else f"SELECT row, NULL::INTEGER AS reason FROM {part.raw.name}"
    later = "".join(f" WHEN {derived[ours]} IS NULL THEN {len(reasons) + i}" for i, ours in enumerate(absent))
    empty = f"SELECT row, CASE{later} END AS reason FROM ({typed_rows})" if later else f"SELECT row, NULL::INTEGER AS reason FROM {part.raw.name}"
    both = f"SELECT row, coalesce(f.reason, e.reason) AS reason FROM ({flagged}) f JOIN ({empty}) e USING (row)"
    con.execute(f"CREATE TEMP TABLE {part.bad} AS SELECT row, reason FROM ({both}) WHERE reason IS NOT NULL")
    total = _TOTAL_OF.get(part.table)
    typed_amount = f"SELECT *, {derived[total]} AS total_amount FROM ({typed_rows})" if total and total in derived else typed_rows
    keys = [named(k) for k in ("date", "period", "document", "customer_key", "product_key", "account", "line") if f" AS {named(k)}" in typed_rows]
    part.set_aside = tuple(
        set_aside_totals(
            con,
            raw=part.raw.name,
            bad=part.bad,
            typed=typed_amount,
            places=part.raw.columns,
            keys=keys,
            amount="total_amount" if typed_amount != typed_rows else None,
        )
    )
    part.rejected = con.execute(f"SELECT count(reason) FROM {part.bad}").fetchone()[0]
    expected = [(theirs, said) for _, theirs, said in reasons] + [_missing(part, ours) for ours in absent]
    for i, (theirs, said) in enumerate(expected):
        _say_rejected(con, part, i, theirs, said, is_missing=i >= len(reasons))


def _is_complete(part: Part, ours: str, derived: dict[str, str]) -> bool:
    """Whether a column is already known to have a value in every row."""
    typed = part.typed.get(part.proposal.theirs(ours) or "")
    return typed is not None and derived[ours] == named(ours) and not typed.misfits and typed.values == part.raw.accepted


def _missing(part: Part, ours: str) -> tuple[str, str]:
    """The column in which something is missing, and what."""
    theirs = part.proposal.theirs(ours)
    if theirs is None and ours == "net_value":
        theirs = next((t for name in ("unit_price", "quantity", "unit_list_price", "list_value", "gross_value") if (t := part.proposal.theirs(name))), "")
    return theirs or "", {"date": "a date", "period": "a month", "net_value": "an amount that fits", "amount": "an amount"}.get(
        ours, f"a {ours.replace('_', ' ')}"
    )


def _say_rejected(con: Any, part: Part, reason: int, theirs: str, said: str, *, is_missing: bool) -> None:
    seen = f"CAST({part.sample.column(theirs).place} AS VARCHAR)" if theirs else "NULL"
    rows = con.execute(
        f"SELECT b.row, {seen} FROM {part.bad} b JOIN {part.raw.name} r ON r.row = b.row WHERE b.reason = {reason} ORDER BY b.row LIMIT {MOST_SAID + 1}"
    ).fetchall()
    code = "missing-value" if is_missing else "does-not-fit"
    part.problems += [
        Problem(code, Severity.REJECTED, part.origin(row=row, column=theirs), seen=cell or "", expected=said, action=MEND) for row, cell in rows[:MOST_SAID]
    ]
    if len(rows) > MOST_SAID:
        count = con.execute(f"SELECT count(*) FROM {part.bad} WHERE reason = {reason}").fetchone()[0] - MOST_SAID
        part.problems.append(
            Problem(code, Severity.REJECTED, part.origin(column=theirs), sentence=f"{count:,} more rows have no {said} there.", action=MEND, rows=count)
        )


# Kind --------------------------------------------------------------------------------------------------------------------------------------------------------


def _with_kind(con: Any, part: Part, derived: dict[str, str], typed_rows: str) -> dict[str, str]:
    """Know credit notes, and turn their amounts where they are written positive.

    A credit note that is known by its negative total is found later, when all files of the source are together: ``kind`` stays null here.
    """
    how = part.entry.credit_notes or _by_kind_column(con, part, derived, typed_rows) or _by_prefix(con, part, derived, typed_rows) or CreditNotes(negative=True)
    part.credit_notes = how
    part.said.append(how.in_words[0].upper() + how.in_words[1:] + ".")
    if how.negative:
        return derived | {"kind": "NULL::VARCHAR"}
    if how.prefix:
        if "document" not in derived:
            raise MappingError(f"{part.entry.place}: credit notes are to be known by their number, but {part.where} has no column of document numbers.")
        is_credit = f"coalesce(starts_with({derived['document']}, {text_of(how.prefix)}), false)"
    elif "credit column" in typed_rows:
        is_credit = f"coalesce({named('credit column')} IN ({', '.join(text_of(v) for v in how.values)}), false)"
    else:
        is_credit = f"coalesce(lower({derived['kind']}) IN ({', '.join(text_of(v.casefold()) for v in how.values)}), false)"
    net = derived["net_value"]
    positive, negative = con.execute(
        f"SELECT count(*) FILTER ({is_credit} AND {net} > 0), count(*) FILTER ({is_credit} AND {net} < 0) FROM ({typed_rows})"
    ).fetchone()
    if positive > negative:
        part.said.append("Credit notes are written with positive amounts: they are turned.")
        amounts = [ours for ours in derived if _is_amount(part.table, ours)]
        derived = derived | {ours: f"CASE WHEN {is_credit} THEN -{derived[ours]} ELSE {derived[ours]} END" for ours in amounts}
    return derived | {"kind": f"CASE WHEN {is_credit} THEN {text_of(CREDIT_NOTE)} ELSE {text_of(INVOICE)} END"}


def _is_amount(table: str, ours: str) -> bool:
    """Whether a column turns its sign in a credit note."""
    column = next((column for column in TABLES[table].columns if column.name == ours), None)
    return ours == "freight" or (column is not None and column.kind == Kind.DECIMAL and ours != "exchange_rate")


def _by_kind_column(con: Any, part: Part, derived: dict[str, str], typed_rows: str) -> CreditNotes | None:
    if "kind" not in derived:
        return None
    theirs = part.proposal.theirs("kind")
    found = [
        value
        for (value,) in con.execute(f"SELECT DISTINCT {derived['kind']} FROM ({typed_rows}) WHERE {derived['kind']} IS NOT NULL ORDER BY 1 LIMIT 50").fetchall()
    ]
    if unknown := [value for value in found if value.casefold() not in CREDIT_WORDS | INVOICE_WORDS]:
        raise AnswerNeededError(
            Question(
                f"kind: {part.where}",
                f"{part.where}: which values of {theirs} are credit notes?",
                (f"{theirs}: {', '.join(found)}",),
                tuple((value, f"credit_notes = {{ column = {quoted(theirs or '')}, value = {quoted(value)} }}") for value in unknown[:8]),
            )
        )
    credit = tuple(value for value in found if value.casefold() in CREDIT_WORDS)
    return CreditNotes(column=theirs or "", values=credit) if credit else None


def _by_prefix(con: Any, part: Part, derived: dict[str, str], typed_rows: str) -> CreditNotes | None:
    """Letters that begin the numbers of nearly all negative lines, and of hardly any other."""
    net = derived["net_value"]
    stated = part.typed.get(part.proposal.theirs("net_value") or "")
    if "document" not in derived or (stated is not None and not stated.has_negative and net == named("net_value")):
        return None
    sql = f"SELECT regexp_extract({derived['document']}, '^[A-Za-z]+') AS prefix, count(*), count(*) FILTER ({net} < 0) FROM ({typed_rows}) GROUP BY 1"
    rows = con.execute(sql).fetchall()
    negative = sum(below for _, _, below in rows)
    if not negative or len(rows) < 2:
        return None
    prefix, lines, below = max(rows, key=lambda r: r[2])
    return CreditNotes(prefix=prefix) if prefix and below >= lines * _CREDIT_SHARE and below >= negative * _CREDIT_SHARE else None


def understood(part: Part) -> FileMapping:
    """The mapping of a file as it was understood: passed again, it gives the same reading."""
    entry, raw = part.entry, part.raw
    columns = {theirs: part.proposal.columns.get(theirs, LEFT_OUT) for theirs in part.file_header}
    source_column = next((theirs for theirs, ours in columns.items() if ours == "source"), "")
    return replace(
        entry,
        match=Path(raw.file).name,
        sheet=entry.sheet or raw.sheet,
        table=part.table,
        source_column=source_column,
        dialect=_dialect(part),
        constants=dict(entry.constants) | ({"currency": part.currency} if part.currency else {}),
        credit_notes=part.credit_notes,
        columns={theirs: ours for theirs, ours in columns.items() if ours != "source"},
    )


def _dialect(part: Part) -> dict[str, Any]:
    said: dict[str, Any] = dict(part.raw.dialect.as_mapping()) if part.raw.dialect else {}
    for key in ("decimal", "date"):
        styles = [typed.style[key] for typed in part.typed.values() if key in typed.style and typed.values]
        if styles:
            said[key] = max(sorted(set(styles)), key=styles.count)
    return said | dict(part.entry.dialect)
