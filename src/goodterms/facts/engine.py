"""The engine that works on facts: an Ibis connection, DuckDB embedded by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from goodterms.facts.sql_text import named

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

_NUMBERS = count(1)


def connect(database: str = ":memory:", *, threads: int | None = None, memory_limit: str | None = None) -> Any:
    """Open the embedded engine. Nothing is downloaded: extensions that are not built in stay away.

    Returns
    -------
    ibis.backends.duckdb.Backend
        A connection whose work files lie beside ``database``, or in the system's temporary folder.
    """
    import tempfile  # noqa: PLC0415  (seldom needed)
    from pathlib import Path  # noqa: PLC0415
    from uuid import uuid4  # noqa: PLC0415

    import ibis  # noqa: PLC0415  (1 s to import: only where it is used)

    settings: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "preserve_insertion_order": "true"}
    if database == ":memory:":
        settings["temp_directory"] = str(Path(tempfile.gettempdir()) / f"goodterms-{uuid4().hex}")  # made by the engine when memory runs short, and removed
    if threads:
        settings["threads"] = threads
    if memory_limit:
        settings["memory_limit"] = memory_limit
    engine = ibis.duckdb.connect(database, **settings)
    engine.raw_sql("SET TimeZone = 'UTC'")
    engine.raw_sql("SET enable_progress_bar = false")  # it would be printed among what a command prints
    ibis.options.sql.fuse_selects = False  # the engine merges nested selects itself, and in less time
    return engine


@contextmanager
def within_memory(engine: Any, mebibytes: int) -> Iterator[None]:
    """Let the engine hold so much in memory and no more, with the rest on disk; afterwards it may take what it might before.

    A statement that has to hold more at once raises ``duckdb.OutOfMemoryException``.

    Examples
    --------
    >>> engine = connect(memory_limit="1GiB")
    >>> with within_memory(engine, 200):
    ...     engine.con.execute("SELECT current_setting('memory_limit')").fetchone()[0]
    '200.0 MiB'
    >>> engine.con.execute("SELECT current_setting('memory_limit')").fetchone()[0]
    '1.0 GiB'
    """
    (before,) = engine.con.execute("SELECT current_setting('memory_limit')").fetchone()
    engine.con.execute(f"SET memory_limit = '{mebibytes}MiB'")
    try:
        yield
    finally:
        engine.con.execute(f"SET memory_limit = '{before}'")


def keep(engine: Any, name: str, table: ibis.Table) -> ibis.Table:
    """Work a step out once and keep it under its name, so that later steps read it and a person can open it.

    Ibis' own ``create_table`` does the same and takes longer: it copies the statement before it writes it. An analysis of few rows,
    whose time goes into writing statements, takes a seventh less.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> lines = ibis.memtable(pa.table({"net_sales": [2, 3]}))
    >>> kept = keep(connect(), "step", lines.mutate(gross_margin=lines.net_sales - 1))
    >>> kept.gross_margin.sum().to_pyarrow().as_py()
    3
    """
    own = a_name_of_its_own(name)
    columns: Any = table.schema().items()
    engine._run_pre_execute_hooks(table)  # noqa: SLF001  (as Ibis itself does: tables in memory become known to the engine)
    engine.con.execute(f"CREATE TEMP TABLE {named(own)} ({', '.join(f'{named(column)} {_written(kind)}' for column, kind in columns)})")
    engine.con.execute(f"INSERT INTO {named(own)} {engine.compile(table)}")
    return held(engine, own, "temp", "main")


def keep_rows(engine: Any, name: str, rows: pa.Table) -> ibis.Table:
    """Keep rows that are in memory, each column as the type that Arrow says.

    Examples
    --------
    >>> import pyarrow as pa
    >>> keep_rows(connect(), "lines", pa.table({"net_sales": [2, 3]})).net_sales.sum().to_pyarrow().as_py()
    5
    """
    own = a_name_of_its_own(name)
    given = f"{own}_given"
    engine.con.register(given, rows)
    engine.con.execute(f"CREATE TEMP TABLE {named(own)} AS SELECT * FROM {named(given)}")
    engine.con.unregister(given)
    return held(engine, own, "temp", "main")


def held(engine: Any, name: str, catalog: str | None = None, database: str | None = None) -> ibis.Table:
    """A table that the engine holds; like Ibis' own ``table``, which reads the names of the same types anew each time.

    Examples
    --------
    >>> engine = connect()
    >>> _ = engine.con.execute("CREATE TABLE sums (net_sales DECIMAL(38, 4) NOT NULL)")
    >>> held(engine, "sums").schema()
    ibis.Schema {
      net_sales  !decimal(38, 4)
    }
    """
    import ibis  # noqa: PLC0415  (1 s to import: only where it is used)
    from ibis.expr.operations import DatabaseTable, Namespace  # noqa: PLC0415

    place = ".".join(named(part) for part in (catalog, database, name) if part)
    columns = engine.con.execute(f"DESCRIBE {place}").fetchall()
    schema = ibis.schema({column: _kind(kind, may_be_empty == "YES") for column, kind, may_be_empty, *_ in columns})
    return DatabaseTable(name, schema=schema, source=engine, namespace=Namespace(catalog=catalog, database=database)).to_expr()


@cache
def _written(kind: Any) -> str:
    """How the engine writes an Ibis type of a column."""
    from ibis.backends.sql.datatypes import DuckDBType  # noqa: PLC0415

    return f"{DuckDBType.to_string(kind)}{'' if kind.nullable else ' NOT NULL'}"


@cache
def _kind(written: str, may_be_empty: bool) -> Any:  # noqa: FBT001  (cached by place)
    from ibis.backends.sql.datatypes import DuckDBType  # noqa: PLC0415

    return DuckDBType.from_string(written, nullable=may_be_empty)


def a_name_of_its_own(name: str) -> str:
    """A table's name that no other table of this process has: what one analysis left stays when the same facts are analysed again."""
    return f"{name}_{next(_NUMBERS)}"
