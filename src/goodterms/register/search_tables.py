"""The tables of the search, as each database has them: made after every migration, and kept by triggers in the transaction that changes a record.

SQLite has a table of trigrams beside the words, PostgreSQL an index of its extension pg_trgm; without that, a search reads all words, which is slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connections, transaction

from goodterms.register.folded import ACCENTS, BETWEEN_WORDS, SPELT

_KEYS = """
    SELECT {joined}(CASE WHEN k.said = '' THEN k.key ELSE k.said END, ' ') FROM register_sourcekey k
    LEFT JOIN register_import m ON m.number = k.created_by_import_id
    WHERE k.counterparty_id = c.id AND k.key <> c.name
        AND (coalesce(k.created_by_import_id, c.created_by_import_id, 0) = coalesce(c.created_by_import_id, 0) OR m.state = 'published')
"""
_WORDS = """
    SELECT c.id AS counterparty_id, c.name, coalesce(city, '') AS city, goodterms_folded(c.name || ' ' || coalesce(city, '')) AS seen_by_all,
        goodterms_folded(c.name || ' ' || coalesce(city, '') || ' ' || coalesce(numbers, '') || ' ' || coalesce(keys, '')) AS whole
    FROM (
        SELECT c.id, c.name,
            (SELECT city FROM register_address a WHERE a.counterparty_id = c.id AND a.kind = 'billing') AS city,
            (SELECT {joined}(i.value || ' ' || replace(i.value, '-', ''), ' ') FROM register_identifier i WHERE i.counterparty_id = c.id) AS numbers,
            ({keys}) AS keys
        FROM register_counterparty c
    ) c
"""
_AGAIN = """
    UPDATE register_searched SET name = w.name, city = w.city, seen_by_all = w.seen_by_all, whole = w.whole FROM register_search_words w
    WHERE w.counterparty_id = {one} AND register_searched.counterparty_id = {one} AND (register_searched.name <> w.name
        OR register_searched.city <> w.city OR register_searched.whole <> w.whole OR register_searched.seen_by_all <> w.seen_by_all);
"""
_COLUMNS = "counterparty_id, name, city, seen_by_all, whole"
_FIRST = f"INSERT INTO register_searched ({_COLUMNS}) SELECT {_COLUMNS} FROM register_search_words"
_FILL = f"{_FIRST} w WHERE NOT EXISTS (SELECT 1 FROM register_searched s WHERE s.counterparty_id = w.counterparty_id)"
_FTS5 = "whole, content='register_searched', content_rowid='id', columnsize=0, tokenize='trigram case_sensitive 1'"
_ERASES_WHOLLY = (3, 42, 0)
"""From this SQLite on what is deleted leaves nothing in the table of trigrams; before it, it goes with the next merging of the table's parts."""
_CHANGES = {
    "counterparty": ("id", "name, created_by_import_id"),
    "identifier": ("counterparty_id", "value, counterparty_id"),
    "sourcekey": ("counterparty_id", "key, said, counterparty_id, created_by_import_id"),
    "address": ("counterparty_id", "city, kind, counterparty_id"),
}
"""By which column a record belongs to a counterparty, and which of its columns are words of it."""


def make_search_tables(using: str = "default", **_: Any) -> None:
    """Make what the search needs, or bring it up to date; Django calls it after each migration."""
    connection = connections[using]
    if "register_searched" not in connection.introspection.table_names():
        return
    joined = "group_concat" if connection.vendor == "sqlite" else "string_agg"
    words = _WORDS.format(joined=joined, keys=_KEYS.format(joined=joined))
    statements = _of_sqlite(words) if connection.vendor == "sqlite" else _of_postgresql(words)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in [*statements, _FILL]:
            cursor.execute(statement)
    if connection.vendor == "postgresql":
        make_trigram_index(using)


@contextmanager
def search_made_afterwards(using: str = "default") -> Iterator[None]:
    """Let many records be written into an empty register without a look at each; their words are gathered at the end, all together."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in _CHANGES:
            names = [f"{table}_made", f"{table}_changed", f"{table}_gone"] if connection.vendor == "sqlite" else [table]
            for name in names:
                cursor.execute(f"DROP TRIGGER register_search_{name}{'' if connection.vendor == 'sqlite' else f' ON register_{table}'}")
    yield
    make_search_tables(using)


def make_trigram_index(using: str = "default") -> bool:
    """Make PostgreSQL's index of the search, and say whether it is there; without the extension pg_trgm it cannot be made."""
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute("CREATE INDEX IF NOT EXISTS register_search_index ON register_searched USING gin (whole gin_trgm_ops)")
    except DatabaseError:
        return False
    return True


def lacks_trigrams(using: str = "default") -> bool:
    """Whether the search works without its index, since the database lacks an extension."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('register_search_index') IS NULL")
        (is_missing,) = cursor.fetchone() or (True,)
    return bool(is_missing)


def _of_sqlite(words: str) -> list[str]:
    made = [
        "DROP VIEW IF EXISTS register_search_words",
        f"CREATE VIEW register_search_words AS {words}",
        f"CREATE VIRTUAL TABLE IF NOT EXISTS register_search_index USING fts5({_FTS5})",
    ]
    import sqlite3  # noqa: PLC0415  (the one that the settings chose)

    if sqlite3.sqlite_version_info >= _ERASES_WHOLLY:
        made.append("INSERT INTO register_search_index (register_search_index, rank) VALUES ('secure-delete', 1)")
    put = "INSERT INTO register_search_index (rowid, whole) VALUES (NEW.id, NEW.whole);"
    take = "INSERT INTO register_search_index (register_search_index, rowid, whole) VALUES ('delete', OLD.id, OLD.whole);"
    for name, when, do in (
        ("index_made", "AFTER INSERT ON register_searched", put),
        ("index_changed", "AFTER UPDATE OF whole ON register_searched", take + put),
        ("index_gone", "AFTER DELETE ON register_searched", take),
    ):
        made += _trigger(name, when, do)
    for table, (of, columns) in _CHANGES.items():
        new, old = _AGAIN.format(one=f"NEW.{of}"), _AGAIN.format(one=f"OLD.{of}")
        if_moved = old.replace("WHERE", f"WHERE OLD.{of} IS NOT NEW.{of} AND")
        is_one = table == "counterparty"
        made += _trigger(f"{table}_made", f"AFTER INSERT ON register_{table}", f"{_FIRST} WHERE counterparty_id = NEW.id;" if is_one else new)
        made += _trigger(f"{table}_changed", f"AFTER UPDATE OF {columns} ON register_{table}", new if is_one else new + if_moved)
        made += _trigger(
            f"{table}_gone", f"AFTER DELETE ON register_{table}", "DELETE FROM register_searched WHERE counterparty_id = OLD.id;" if is_one else old
        )
    return made


def _trigger(name: str, when: str, do: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS register_search_{name}", f"CREATE TRIGGER register_search_{name} {when} BEGIN {do} END"]


def _of_postgresql(words: str) -> list[str]:
    spelt = "lower(regexp_replace(normalize(coalesce($1, ''), NFKD), '[" + ACCENTS + "]', '', 'g'))"
    for letter, letters in SPELT.items():
        spelt = f"replace({spelt}, '{letter}', '{letters}')"
    between = BETWEEN_WORDS.replace("'", "''").replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    fold = f"SELECT coalesce(' ' || nullif(btrim(regexp_replace({spelt}, '[{between}]+', ' ', 'g')), ''), '')"
    made = [
        f"CREATE OR REPLACE FUNCTION goodterms_folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS $fold$ {fold} $fold$",
        f"CREATE OR REPLACE VIEW register_search_words AS {words}",
        "ALTER TABLE register_searched ALTER COLUMN whole SET STATISTICS 1000",
    ]
    for table, (of, columns) in _CHANGES.items():
        new, old = _AGAIN.format(one=f"NEW.{of}"), _AGAIN.format(one=f"OLD.{of}")
        if table == "counterparty":
            done = {
                "INSERT": f"{_FIRST} WHERE counterparty_id = NEW.id;",
                "UPDATE": new,
                "DELETE": "DELETE FROM register_searched WHERE counterparty_id = OLD.id;",
            }
        else:
            done = {"INSERT": new, "UPDATE": f"{new} IF OLD.{of} IS DISTINCT FROM NEW.{of} THEN {old} END IF;", "DELETE": old}
        body = " ".join(f"IF TG_OP = '{how}' THEN {do} END IF;" for how, do in done.items())
        name = f"register_search_{table}"
        made += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $do$ BEGIN {body} RETURN NULL; END $do$",
            f"DROP TRIGGER IF EXISTS {name} ON register_{table}",
            f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {columns} ON register_{table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return made
