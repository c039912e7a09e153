"""Which rows of facts are live: of each line, the row of the latest import that brings it; of a document without line numbers, all rows of that import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from goodterms.facts.columns import TABLES
from goodterms.facts.periods import add_months
from goodterms.facts.sql_text import named, text_of
from goodterms.facts.store import Store, StoredFile

IMPORT = "import"
"""The column of stored rows that names the import, by its place among published ones."""
NUMBERED = "numbered"
"""The column of stored rows that says whether the document's lines carry numbers of their own."""
ORIGIN = ("file", "row", IMPORT, NUMBERED)
"""Columns of stored rows that say where a row came from, and nothing of what happened."""
_MONTHS = ("period", "date")
_UNIT = "\x1f"

Month = date | None
"""The first day of the month that rows are filed under; None for rows without a day."""


@dataclass(frozen=True)
class Counts:
    """What an import brings to a table: rows that were not there, rows in place of others, rows that are there already, and documents that would lose rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    shrinking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """The files that would be live for some months of a table, None where no row is left, with what that changes."""

    table: str
    months: Mapping[Month, StoredFile | None]
    counts: Counts = field(default_factory=Counts)


def month_of(table: str) -> str:
    """The month of a row in SQL."""
    column = _month_column(table)
    return f"CAST(date_trunc('month', {column}) AS DATE)" if column else "CAST(NULL AS DATE)"


def _month_column(table: str) -> str | None:
    return next((name for name in _MONTHS if name in TABLES[table].column_names), None)


def stored_rows(store: Store, engine: Any, table: str, rows: str) -> dict[Month, StoredFile]:
    """Keep the rows that an import brings, a file a month; ``rows`` is a query with the table's columns, ``import`` and ``numbered``."""
    months = [month for (month,) in engine.con.execute(f"SELECT DISTINCT {month_of(table)} AS month FROM ({rows}) ORDER BY 1").fetchall()]
    return {month: store.keep(engine, _sorted(engine, table, f"SELECT * FROM ({rows}) WHERE {_is(table, month)}")) for month in months}


def prepare_import(
    store: Store, engine: Any, table: str, live: Mapping[Month, str], brought: Mapping[Month, StoredFile], *, later: Iterable[str] = ()
) -> Prepared:
    """Return the live files of the months that an import changes; ``live`` has the files now, ``brought`` those of the import's rows.

    ``later`` are the files of imports with a larger number that were published first: what they say of a line counts, also where it was there already then.

    A row that is live already with the same values stays as it is, and a month in which nothing changes is left out. Where the table has no rows yet, the
    files of the import's rows are the live ones.
    """
    if not live:
        return Prepared(table, brought, Counts(new=sum(file.rows for file in brought.values())))
    names = [file.sha256 for file in brought.values()]
    con = engine.con
    _let(con, "of_documents", f"SELECT DISTINCT whole FROM ({_keyed(table, store.rows_of(names))})")
    _let_rows_in_question(store, engine, table, present=live.values(), incoming=names, later=later)
    contents = "SELECT whole, list_sort(list(said)) AS content, count(*) AS rows, bool_and(line_key IS NULL) AS unnumbered FROM {} GROUP BY whole"
    same = f"FROM ({contents.format('incoming')}) i JOIN ({contents.format('present')}) p USING (whole)"
    shrinking = con.execute(f"SELECT whole {same} WHERE i.unnumbered AND i.rows < p.rows ORDER BY 1").fetchall()
    same_line = "SELECT 1 FROM present p WHERE p.whole = d.whole AND p.line_key = d.line_key AND p.said = d.said"
    _let(con, "alike", f"SELECT whole, i.unnumbered = p.unnumbered AS stays {same} WHERE i.content = p.content")
    _let(con, "differing", f"SELECT * FROM incoming d WHERE whole NOT IN (SELECT whole FROM alike WHERE stays) AND NOT EXISTS ({same_line})")
    there = "SELECT 1 FROM present p WHERE p.whole = d.whole AND (p.line_key = d.line_key OR p.line_key IS NULL OR d.line_key IS NULL)"
    otherwise = "FROM differing d ANTI JOIN alike USING (whole)"  # the same lines, numbered as they were not before, say nothing else
    differing, changed = con.execute(f"SELECT count(*), count(*) FILTER (EXISTS ({there})) {otherwise}").fetchone()
    (brings,) = con.execute("SELECT count(*) FROM incoming").fetchone()
    _let(con, "of_documents", "SELECT DISTINCT whole FROM differing")
    before = f"SELECT * FROM present SEMI JOIN of_documents USING (whole) WHERE {named(IMPORT)} NOT IN (SELECT {named(IMPORT)} FROM later)"
    after = "SELECT * FROM later SEMI JOIN of_documents USING (whole)"
    _let(con, "contending", f"{before} UNION ALL BY NAME SELECT * FROM differing UNION ALL BY NAME {after}")
    documents = tuple(whole.rsplit(_UNIT, 1)[-1] for (whole,) in shrinking)
    return Prepared(table, _files(store, engine, table, live), Counts(differing - changed, changed, brings - differing, documents))


def met_in_other_sources(store: Store, engine: Any, live: Mapping[Month, str], brought: Mapping[Month, StoredFile]) -> int:
    """Return how many documents of sale lines that an import brings are there from another source too, with as many lines and the same sum."""
    there = [live[month] for month in brought if month in live]
    if not there:
        return 0
    key = "coalesce(entity, '') AS entity, document, date, coalesce(customer_key, '') AS customer_key, coalesce(key_space, '') AS key_space"
    documents = f"SELECT {key}, coalesce(source, '') AS source, count(*) AS lines, sum(net_value) AS net FROM ({{}}) WHERE document IS NOT NULL GROUP BY ALL"
    sides = [f"({documents.format(store.rows_of(files))})" for files in ([file.sha256 for file in brought.values()], there)]
    same = " AND ".join(f"i.{name} = p.{name}" for name in ("entity", "document", "date", "customer_key", "key_space", "lines", "net"))
    (count,) = engine.con.execute(
        f"SELECT count(*) FROM {sides[0]} i WHERE EXISTS (SELECT 1 FROM {sides[1]} p WHERE {same} AND i.source <> p.source)"
    ).fetchone()
    return int(count)


def prepare_undo(store: Store, engine: Any, table: str, live: Mapping[Month, str], undone: Iterable[str], remaining: Iterable[str]) -> Prepared:
    """Return the live files of the months that undoing an import changes; ``undone`` are the files of its rows, ``remaining`` those of all other imports."""
    con = engine.con
    _let(con, "of_documents", f"SELECT DISTINCT whole FROM ({_keyed(table, store.rows_of(undone))})")
    _let_rows_in_question(store, engine, table, present=live.values(), contending=remaining)
    return Prepared(table, _files(store, engine, table, live))


def changed_rows(store: Store, engine: Any, before: str | None, after: str | None) -> str:
    """The rows that one of two files of a month has and the other has not, in SQL; which import brought them and from which file makes no difference."""
    sides = [_values_of(store, engine, sha256) for sha256 in (before, after) if sha256]
    if len(sides) == 1:
        return sides[0]
    columns = sorted({name for side in sides for name, *_ in engine.con.execute(f"DESCRIBE {side}").fetchall()})
    alike = [
        f"SELECT {', '.join(map(named, columns))} FROM (({side}) UNION ALL BY NAME (SELECT * FROM ({other}) WHERE false))"
        for side, other in (sides, sides[::-1])
    ]
    return f"({alike[0]} EXCEPT ALL {alike[1]}) UNION ALL ({alike[1]} EXCEPT ALL {alike[0]})"


def _values_of(store: Store, engine: Any, sha256: str) -> str:
    """The rows of a file without what says only where they came from."""
    rows = store.rows_of([sha256])
    origin = {name for name, *_ in engine.con.execute(f"DESCRIBE {rows}").fetchall()} & {*ORIGIN}
    return f"SELECT * EXCLUDE ({', '.join(map(named, sorted(origin)))}) FROM ({rows})"


def _let_rows_in_question(store: Store, engine: Any, table: str, **sides: Iterable[str]) -> None:
    """Keep the rows of the documents in question, a table for each side: with all columns that any side has, and what each row says (``said``)."""
    con = engine.con
    rows = " UNION ALL BY NAME ".join(
        f"SELECT *, {text_of(side)} AS side FROM ({_keyed(table, store.rows_of(listed))}) SEMI JOIN of_documents USING (whole)"
        for side, files in sides.items()
        if (listed := list(files))
    )
    _let(con, "question", rows)
    columns = [name for name, *_ in con.execute("DESCRIBE question").fetchall() if name not in {*ORIGIN, "side", "whole", "line_key"}]
    packed = ", ".join(f"{named(name)} := {named(name)}" for name in columns)
    for side in ("present", "incoming", "contending", "later"):
        _let(con, side, f"SELECT * EXCLUDE (side), md5(CAST(struct_pack({packed}) AS VARCHAR)) AS said FROM question WHERE side = {text_of(side)}")


def _files(store: Store, engine: Any, table: str, live: Mapping[Month, str]) -> dict[Month, StoredFile | None]:
    """Write anew the months in which documents in question have or get rows: without their rows of before, with the winners among those that contend."""
    con = engine.con
    _let(con, "winners", _winners("contending"))
    months = f"SELECT {month_of(table)} FROM present SEMI JOIN of_documents USING (whole) UNION SELECT {month_of(table)} FROM winners ORDER BY 1"
    found: dict[Month, StoredFile | None] = {}
    for (month,) in con.execute(months).fetchall():
        rows = f"SELECT * EXCLUDE (whole, line_key, said) FROM winners WHERE {_is(table, month)}"
        if month in live:
            kept = f"SELECT * EXCLUDE (whole, line_key) FROM ({_keyed(table, store.rows_of([live[month]]))}) ANTI JOIN of_documents USING (whole)"
            rows = f"{kept} UNION ALL BY NAME {rows}"
        file = store.keep(engine, _sorted(engine, table, rows))
        if month not in live or file.sha256 != live[month]:
            found[month] = file if file.rows else None
    return found


def _winners(rows: str) -> str:
    """The rows that count: of a line the latest import's; where an import brings a document without line numbers, its rows are the whole document."""
    return f"""
        SELECT * FROM {rows} QUALIFY CASE WHEN line_key IS NULL THEN {named(IMPORT)} = max({named(IMPORT)}) OVER (PARTITION BY whole)
            ELSE {named(IMPORT)} = max({named(IMPORT)}) OVER (PARTITION BY whole, line_key)
                AND {named(IMPORT)} > coalesce(max({named(IMPORT)}) FILTER (line_key IS NULL) OVER (PARTITION BY whole), -1) END
    """


def _keyed(table: str, rows: str) -> str:
    """Rows with the document that they are part of (``whole``), and the line of it where lines carry numbers."""
    described = TABLES[table]
    is_line = described.key == ("document", "line")
    line = f"CASE WHEN {NUMBERED} AND {_has_key(table)} THEN line END" if is_line else "CAST(NULL AS VARCHAR)"
    return f"SELECT *, {whole_of(table)} AS whole, {line} AS line_key FROM ({rows})"


def whole_of(table: str) -> str:
    """The document that a row is part of, in SQL; without a key a row is known by its values."""
    described = TABLES[table]
    place = [name for name in ("entity", "source") if name in described.column_names]
    values = [name for name in described.column_names if name not in ORIGIN]
    return f"CASE WHEN {_has_key(table)} THEN {_joined('key', *place, *_document_key(table))} ELSE {_joined('values', *values)} END"


def _document_key(table: str) -> tuple[str, ...]:
    key = TABLES[table].key
    return key[:1] if key == ("document", "line") else key


def _has_key(table: str) -> str:
    return " AND ".join(f"{named(name)} IS NOT NULL" for name in _document_key(table))


def _joined(first: str, *names: str) -> str:
    return f"concat_ws({text_of(_UNIT)}, {text_of(first)}, {', '.join(f'coalesce(CAST({named(name)} AS VARCHAR), chr(0))' for name in names)})"


def _is(table: str, month: Month) -> str:
    """Whether a row is filed under a month, in SQL: by days between two, so that an engine passes over what holds none of them."""
    column = _month_column(table)
    if month is None or column is None:
        return f"{month_of(table)} IS NULL"
    return f"{column} >= DATE {text_of(month.isoformat())} AND {column} < DATE {text_of(add_months(month, 1).isoformat())}"


def _sorted(engine: Any, table: str, rows: str) -> str:
    """Rows with their columns in one order, sorted by all of them."""
    found = [name for name, *_ in engine.con.execute(f"DESCRIBE {rows}").fetchall()]
    known = [*TABLES[table].column_names, IMPORT, NUMBERED]
    columns = [*known, *sorted(set(found) - set(known))]
    return f"SELECT {', '.join(map(named, columns))} FROM ({rows}) ORDER BY ALL"


def _let(con: Any, name: str, query: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
