"""Many records written at once: one statement, and the values of each record in turn. That takes a third of the time of statements made for so many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import AutoField, Model


def insert_many(records: Iterable[Any], *, or_leave: bool = False, or_set: Sequence[str] = ()) -> None:
    """Insert records of one model. One that is there already is left as it is with ``or_leave``, or has the fields ``or_set`` written into it."""
    made = list(records)
    if not made:
        return
    connection, meta = connections[DEFAULT_DB_ALIAS], type(made[0])._meta  # noqa: SLF001  (Django's own name for it)
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    key = connection.ops.quote_name(meta.pk.column)
    otherwise = " ON CONFLICT DO NOTHING" if or_leave else ""
    if or_set:
        named = [connection.ops.quote_name(meta.get_field(name).column) for name in or_set]
        otherwise = f" ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in named)
    rows = [tuple(field.get_db_prep_save(field.pre_save(record, add=True), connection) for field in fields) for record in made]
    _insert(meta.db_table, fields, rows, otherwise)


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of a model's table, the values of these fields in turn, without a record for each; what is not named is null."""
    connection = connections[DEFAULT_DB_ALIAS]
    fields: list[Any] = [model._meta.get_field(name) for name in names]  # noqa: SLF001
    prepared = [[field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)] for row in rows]
    _insert(model._meta.db_table, fields, prepared)  # noqa: SLF001


def _insert(table: str, fields: Sequence[Any], rows: Sequence[Sequence[Any]], otherwise: str = "") -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    columns, values = ", ".join(connection.ops.quote_name(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} ({columns}) VALUES ({values}){otherwise}", rows)


def update_many(records: Sequence[Any], *names: str) -> None:
    """Write fields of records that this transaction holds: they were read by ``select_for_update``, so that nobody removes one meanwhile."""
    if not records:
        return
    connection, meta = connections[DEFAULT_DB_ALIAS], type(records[0])._meta  # noqa: SLF001  (Django's own name for it)
    fields = [meta.get_field(name) for name in (*names, "version")]
    for record in records:
        record.version += 1  # who looked before this looks again
    changes = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    rows = [tuple(field.get_db_prep_save(field.pre_save(record, add=False), connection) for field in [*fields, meta.pk]) for record in records]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {connection.ops.quote_name(meta.db_table)} SET {changes} WHERE {connection.ops.quote_name(meta.pk.column)} = %s", rows)
