"""The account of each file: what became of its records, how its columns were understood, and its control totals."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import CREDIT_NOTE, MASTER_NAMES
from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.parts.part import LINES, Part
from goodterms.intake.tables.decoding import mended

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RowRef


@dataclass(frozen=True)
class ColumnUnderstood:
    """What a column of a file was taken for, why, and its first value."""

    theirs: str
    ours: str
    why: str
    example: str = ""


@dataclass(frozen=True)
class FileAccount:
    """What became of the records of one file or sheet: physical = accepted + rejected + set aside + met again.

    ``net_by_currency`` are the control totals of lines (costs: of amounts), "" being the unnamed currency. ``set_aside_rows`` are all records set aside, in
    the file's order, each with its text and the reason: header, above the header, second header row, header repeated, blank, total, footer.
    """

    file: str
    sheet: str
    table: str
    source: str
    physical: int
    accepted: int
    rejected: int
    set_aside: int
    met_again: int
    columns: tuple[ColumnUnderstood, ...] = ()
    unmapped: tuple[str, ...] = ()
    dialect: str = ""
    said: tuple[str, ...] = ()
    net_by_currency: Settings[str, Decimal] = field(default_factory=dict)
    first_date: date | None = None
    last_date: date | None = None
    credit_notes: int = 0
    set_aside_rows: tuple[RowRef, ...] = ()
    path: Path = Path()
    """Where the file lies."""


def account_of(con: Any, part: Part) -> FileAccount:
    """What became of the records of a part.

    Raises
    ------
    UnreadableFileError
        The records do not add up.
    """
    raw = part.raw
    set_aside = len(raw.set_aside) + len(part.set_aside)
    rejected = len(raw.rejected) + part.rejected
    totals = _control_totals(con, part)
    accepted = raw.physical - set_aside - rejected - part.met_again
    if part.name and part.rows_are_records and totals.get("rows", accepted) != accepted:
        raise UnreadableFileError(
            f"{part.where}: {raw.physical:,} records were counted, but {totals['rows']:,} rows became facts, {rejected:,} were rejected, "
            f"{set_aside:,} set aside and {part.met_again:,} met again. Nothing was read. This is a defect of Goodterms: please report it."
        )
    columns = tuple(
        ColumnUnderstood(theirs, ours, part.proposal.why.get(theirs, ""), part.sample.example(theirs))
        for theirs, ours in part.proposal.columns.items()
        if ours != LEFT_OUT
    )
    return FileAccount(
        file=raw.file,
        sheet=raw.sheet,
        table=part.table,
        source=part.entry.source,
        physical=raw.physical,
        accepted=accepted,
        rejected=rejected,
        set_aside=set_aside,
        met_again=part.met_again,
        columns=columns,
        unmapped=tuple(dict.fromkeys(part.left_out)),
        dialect=_dialect_in_words(part),
        said=tuple(part.said),
        net_by_currency=totals.get("net", {}),
        first_date=totals.get("first"),
        last_date=totals.get("last"),
        credit_notes=totals.get("credit_notes", 0),
        set_aside_rows=tuple(replace(ref, text=mended(ref.text)) for ref in sorted((*raw.set_aside, *part.set_aside), key=lambda ref: ref.row)),
        path=raw.path,
    )


def _control_totals(con: Any, part: Part) -> dict[str, Any]:
    """Rows, sums by currency, first and last date, and credit notes, as they stand in the facts."""
    if not part.name:
        return {"rows": 0}
    if part.table in MASTER_NAMES:
        return {}
    has = [name for name, *_ in con.execute(f"DESCRIBE {part.table}_by_part").fetchall()]
    amount = next((name for name in ("net_value", "amount", "value") if name in has), "NULL")
    day = next((name for name in ("date", "period") if name in has), "NULL")
    counted = "DISTINCT document" if "document" in has else "*"
    records = "count(DISTINCT row)" if part.gives_months else "count(*)"
    kind = f"count({counted}) FILTER (kind = '{CREDIT_NOTE}')" if part.table in LINES else "0"
    currency = "coalesce(currency, '')" if "currency" in has else "''"
    columns = f"{currency}, sum({amount}), {records}, min({day}), max({day}), {kind}"
    rows = con.execute(f"SELECT {columns} FROM {part.table}_by_part WHERE part = {part.number} GROUP BY 1 ORDER BY 1").fetchall()
    return {
        "rows": sum(row[2] for row in rows),
        "net": {row[0]: row[1] for row in rows if row[1] is not None},
        "first": min((row[3] for row in rows if row[3]), default=None),
        "last": max((row[4] for row in rows if row[4]), default=None),
        "credit_notes": sum(row[5] for row in rows),
    }


def _dialect_in_words(part: Part) -> str:
    said = []
    if part.raw.dialect:
        dialect = part.raw.dialect
        delimiter = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}.get(dialect.delimiter, dialect.delimiter)
        said = [dialect.encoding, f"delimiter {delimiter}"]
    styles = {key: value for typed in part.typed.values() for key, value in typed.style.items()}
    if "decimal" in styles:
        said.append(f"decimal {'comma' if styles['decimal'] == ',' else 'point'}")
    if "date" in styles:
        said.append(f"dates {styles['date']}")
    return ", ".join(said)
