"""One file as its part of a table of facts: understood, typed, derived, with the rows that do not fit set apart and a count that adds up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question
from goodterms.facts.columns import ATTRIBUTE, MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.intake.column_names import KNOWN_OF_CUSTOMERS, KNOWN_OF_PRODUCTS, LEFT_OUT, NAMES_OF_NOBODY, kind_of
from goodterms.intake.credit_notes import with_kind
from goodterms.intake.derive import Amount, Derivation
from goodterms.intake.mapping_file import FileMapping, quoted
from goodterms.intake.part import LINES, Part, attribute_name, named
from goodterms.intake.proposal import Sample, further_columns, proposed, sampled
from goodterms.intake.raw_table import RawTable
from goodterms.intake.typed_column import RawColumn, Typed, Where, text_of
from goodterms.intake.typing_vote import typed_columns
from goodterms.intake.unfit_rows import set_unfit_rows_apart
from goodterms.problems import Problem, Severity


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
    set_unfit_rows_apart(con, part, typed_rows, derived)
    if part.bad:
        typed_rows = f"SELECT * FROM ({typed_rows}) WHERE row NOT IN (SELECT row FROM {part.bad})"
    if table in LINES:
        derived = with_kind(con, part, derived, typed_rows)
    part.typed_rows, part.known = typed_rows, dict(derived)
    facts = {ours: sql for ours, sql in derived.items() if ours not in {*KNOWN_OF_CUSTOMERS, *KNOWN_OF_PRODUCTS} or table in {"customers", "products"}}
    select = ", ".join(f"{sql} AS {named(ours)}" for ours, sql in facts.items())
    con.execute(f"CREATE TEMP TABLE {part.name} AS SELECT {select} FROM ({typed_rows})")
    part.columns = {name: of for name, of, *_ in con.execute(f"DESCRIBE {part.name}").fetchall()}
    return part


# Columns ----------------------------------------------------------------------------------------------------------------------------------------------------


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
