"""What one file gave to a table of facts: its rows on the engine, how its columns were understood, and what became of each record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goodterms.intake.mapping.file_mapping import CreditNotes, FileMapping
from goodterms.intake.mapping.months_across import MONTH
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.sample import Sample
from goodterms.intake.tables.decoding import mended
from goodterms.intake.tables.raw_table import RawTable, RowRef, new_name
from goodterms.intake.values.typed_column import Typed
from goodterms.problems import Origin, Problem, Severity

if TYPE_CHECKING:
    from goodterms.intake.documents.to_facts import KnownParty

LINES = frozenset({"sale_lines", "purchase_lines"})
ROWS_A_FILE = 1 << 32
"""A row of a document is known by its file's number times this, and its own number there."""
MOST_SAID = 1_000
"""So many rejected rows of a file are said one by one for the same reason; the rest are counted."""
MEND = "Mend the row in the file of rejected rows and read it again."


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
    """The file's columns → how each is read."""
    stated: dict[str, Typed] = field(default_factory=dict)
    """Our column → how it is read, where the file states it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column → its type on the engine."""
    attributes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    first_line: tuple[str, ...] = ()
    """Columns that stand on the first lines of documents alone, and hold for the further lines or are divided among all."""
    rejected: int = 0
    set_aside: tuple[RowRef, ...] = ()
    met_again: int = 0
    said: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    credit_notes: CreditNotes | None = None
    currency: str | None = None
    """The currency that its cells name, "" where those of other files do and its own do not; None where none does."""
    marks: dict[str, str] = field(default_factory=dict)
    """Signs and words in names of columns that may be several currencies, $ and kr → the one that its rows name, "" where they name several."""
    in_reporting: set[str] = field(default_factory=set)
    """Amounts that were brought to the reporting currency by themselves, apart from their rows."""
    too_large: tuple[tuple[str, str], ...] = ()
    """Conditions over the typed rows under which a product has more digits than an amount may, each with the file's column of the price."""
    bad: str = ""
    """The table of rows that take no part, "" where there are none: ``row`` and ``reason``, which is null for rows set aside."""
    typed_rows: str = ""
    """A query of the file's accepted rows with our names, for as long as the raw table is there."""
    known: dict[str, str] = field(default_factory=dict)
    """Our column, names of customers and products included → its expression over ``typed_rows``."""
    numbers_lines: bool = False
    """Each of its lines carries a number of its own, within its document."""
    known_of: set[str] = field(default_factory=set)
    """"customers", "suppliers", "products": of which of them the lines say more than the key."""
    parties: tuple[KnownParty, ...] = ()
    """Who stands on documents, for the register."""
    file_header: tuple[str, ...] = ()
    """The columns of the file itself, without those that joins brought."""
    is_of_documents: bool = False
    """Whether it is made of documents, which have no columns of their own to understand."""
    rows_are_records: bool = True
    """Whether each row of facts is one record of the file."""
    is_spread: bool = False
    """Whether amounts of its records were spread over months."""
    again: Part | None = None
    """The part that was read before of the same file, where the file was named twice."""

    @property
    def where(self) -> str:
        """The file, with its sheet where it has sheets."""
        return self.raw.where

    @property
    def rejected_rows(self) -> str:
        """A query of the numbers of its ``bad`` rows that are given back."""
        return f"SELECT DISTINCT row FROM {self.bad} WHERE reason IS NOT NULL"

    @property
    def months(self) -> tuple[str, ...]:
        """Our names of the columns of a table by month, ``month:2025-01`` …: a record of it gives a row of facts for each month that is not blank."""
        return tuple(ours for ours in self.stated if ours.startswith(MONTH))

    @property
    def asks_of_states(self) -> bool:
        """Whether its rows may be cancelled by a word in a column of states."""
        return self.table in LINES | {"activities"}

    @property
    def gives_months(self) -> bool:
        """Whether a record gives a row of facts for each of several months."""
        return bool(self.months) or self.is_spread

    @property
    def alike(self) -> tuple[Any, ...]:
        """What parts have in common whose columns are understood together: table, source, columns with their types, and what the mapping says of all this."""
        columns = sorted((column.theirs, column.engine_type) for column in self.sample.columns)
        return self.table, self.entry.source, self.entry.as_understood, *columns

    def origin(self, **place: Any) -> Origin:
        """A place in the file."""
        return Origin(self.raw.file, self.raw.sheet, **place)

    def cell(self, theirs: str) -> str:
        """SQL of a cell of the file without spaces around it, null where it is blank."""
        return f"nullif(trim(CAST({self.sample.column(theirs).place} AS VARCHAR)), '')"


def unread(raw: RawTable, action: str) -> list[Problem]:
    """Records of a file that could not be read and are not said yet, with what to do."""
    said = {(problem.origin.file, problem.origin.row) for problem in raw.problems if problem.severity == Severity.REJECTED}
    return [
        Problem(
            "record-cannot-be-read",
            Severity.REJECTED,
            Origin(raw.file, raw.sheet, ref.row),
            seen=mended(ref.text[:200]),
            sentence=f"The record takes no part: {ref.reason}.",
            action=action,
        )
        for ref in raw.rejected
        if (raw.file, ref.row) not in said
    ]


def say(parts: Sequence[Part], *sentences: str) -> None:
    """Say the same of each part."""
    for part in parts:
        part.said += sentences


def reject(con: Any, part: Part, rows: str) -> None:
    """Take rows out of a part that is made already, to be given back: ``rows`` is a query of their numbers."""
    part.rejected += con.execute(f"SELECT count(*) FROM ({rows})").fetchone()[0]
    mark_bad(con, part, rows, "-1")
    leave_out(con, part, f"SELECT row FROM {part.bad}")


def mark_bad(con: Any, part: Part, rows: str, reason: str) -> None:
    """Put rows among those that take no part: ``rows`` is a query of their numbers, and ``reason`` is NULL where they are set aside."""
    if not part.bad:
        part.bad = f"bad_{part.number}"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {part.bad} (row BIGINT, reason INTEGER)")
    con.execute(f"INSERT INTO {part.bad} SELECT row, {reason} FROM ({rows})")


def leave_out(con: Any, part: Part, rows: str, by: str = "row") -> None:
    """Take rows out of a part that is made already. It is written anew: of millions, that takes far less memory than to delete them."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT * FROM {part.name} WHERE ({by} IN ({rows})) IS NOT TRUE")


def text_of_row(places: Iterable[str]) -> str:
    """SQL of the cells of a row of a raw table that are not blank, as one text for people; ``places`` are its columns."""
    cells = ", ".join(f"trim(CAST({place} AS VARCHAR))" for place in places)
    return f"array_to_string(list_filter([{cells}], cell -> cell <> ''), '; ')"


def set_rows_aside(con: Any, part: Part, rest: str, aside: Sequence[RowRef]) -> None:
    """Set rows of a raw table aside: it holds the ``rest`` from here on, which is a query over it."""
    kept, raw = new_name(), part.raw
    con.execute(f"CREATE TEMP TABLE {kept} AS {rest}")
    drop_raw_tables(con, [part])
    part.raw = replace(raw, name=kept, accepted=raw.accepted - len(aside), set_aside=tuple(sorted((*raw.set_aside, *aside), key=lambda ref: ref.row)))


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
