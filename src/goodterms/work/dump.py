"""The canonical dump: all that an installation holds as lines of JSON, equal where two installations hold the same, on whichever database.

A line is one row, ``{"row": {…}, "table": name}``. Tables come by name and rows by their text; decimals are without trailing zeros, times in UTC, bytes in
base 64, and keys that a database counts by itself are left out. The facts are in it by what the live rows of each table and month say.
"""

from __future__ import annotations

import base64
import heapq
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import duckdb
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, models, transaction
from django.db.models import F

from goodterms.errors import UnreadableFileError
from goodterms.facts.month_content import hash_of_rows, plain
from goodterms.register.imported import FactsFile
from goodterms.register.record import Seen
from goodterms.register.run import Run, RunState
from goodterms.work.stored import store

SNAPSHOT = "snapshot"
"""The connection that reads one state of the register while others write."""
COPY = "snapshot-"
"""How the folder of a copy of the register begins."""
FACTS = "facts"
"""The table of the dump that has the hashes of live rows."""
_AT_ONCE = 2_000
_IN_MEMORY = 100_000
_DJANGOS_OWN = {"auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType"}
_PASSING = {"django_tasks_database.DBTaskResult", "register.Job", "register.Lease", "sessions.Session"}
"""Sign-in sessions, jobs and heartbeats."""
_WORKED_OUT = {"register.Searched"}
"""What the database writes by itself, from rows that are in the dump."""
_HOW_IT_CAME = {
    "register.AuditEntry",
    "register.AuditValue",
    "register.AuditHead",
    "register.FactsVersion",
    "register.FactsFile",
    "register.Import",
    "register.ImportedFile",
    "register.ImportRows",
    "register.Stated",
}
_FIELDS_OF_HOW_IT_CAME = {"created_by_import", "facts_version", "last_login", "version"}
_NUMBERS_OF_RUNS = {"register.Run": {"number", "cubes", "key_map"}, "register.StageChange": {"id", "run"}}
"""What says the number of a run, or random words that stand for names: a state names a run by when it was begun."""


class Compared(StrEnum):
    """What a dump is compared for."""

    BACKUP = "backup"
    """All but sign-in sessions, jobs and heartbeats: what a restore has to give back."""
    STATE = "state"
    """What the base says, whatever way it came to be: without audit, imports, versions of facts and of records, and what is not published."""


def dump_lines(engine: Any, of: Compared, *, using: str) -> Iterator[bytes]:
    """Yield the lines of a dump; ``using`` is the connection of a snapshot, as of :func:`snapshot`."""
    tables: dict[str, Callable[[], Iterator[bytes]]] = {model._meta.label: partial(_rows, model, of, using) for model in dumped(of)}  # noqa: SLF001
    tables[FACTS] = partial(_facts, engine, using)
    for name in sorted(tables):
        yield from _sorted(tables[name]())


def dumped(of: Compared) -> list[type[models.Model]]:
    """The models whose rows are in a dump: every one that is not left out by name."""
    left_out = _DJANGOS_OWN | _PASSING | _WORKED_OUT | (_HOW_IT_CAME if of is Compared.STATE else set())
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in left_out]  # noqa: SLF001


@contextmanager
def snapshot() -> Iterator[str]:
    """Open one state of the register, and yield the name of the connection that reads it, while others write on.

    SQLite makes a copy, since nothing but the register's own connection may open its file; PostgreSQL reads in one transaction.
    """
    with ExitStack() as stack:
        own = dict(connection.settings_dict)
        if connection.vendor == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=COPY, dir=settings.GOODTERMS_HOME)))
            own["NAME"] = str(folder / "register.sqlite")
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [own["NAME"]])
        connections.settings[SNAPSHOT] = own
        stack.callback(_forget_snapshot)
        stack.enter_context(transaction.atomic(using=SNAPSHOT))
        if connection.vendor == "postgresql":
            with connections[SNAPSHOT].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield SNAPSHOT


def _forget_snapshot() -> None:
    connections[SNAPSHOT].close()
    del connections[SNAPSHOT]
    del connections.settings[SNAPSHOT]


def fields_of(model: type[models.Model], of: Compared) -> list[models.Field[Any, Any]]:
    """The fields of a model that are in a dump: every one but a key that the database counts for itself, and for a state what says only how it came to be."""
    left_out = _FIELDS_OF_HOW_IT_CAME | _NUMBERS_OF_RUNS.get(model._meta.label, set()) if of is Compared.STATE else set()  # noqa: SLF001
    fields = [field for field in model._meta.concrete_fields if field.name not in left_out]  # noqa: SLF001
    return [field for field in fields if not (field.name == "id" and isinstance(field, models.AutoField | models.BigAutoField))]


def _rows(model: type[models.Model], of: Compared, using: str) -> Iterator[bytes]:
    rows = model._default_manager.using(using)  # noqa: SLF001
    query = rows.visible() if of is Compared.STATE and isinstance(rows, Seen) else rows.all()
    fields = fields_of(model, of)
    asked: list[Any] = [field.attname for field in fields]
    if of is Compared.STATE:
        if model is Run or any(field.related_model is Run for field in fields):
            query = query.exclude(**{"state" if model is Run else "run__state": RunState.PREPARING})
        asked = [F("run__begun_at") if field.related_model is Run else field.attname for field in fields]
    for values in query.order_by().values_list(*asked).iterator(chunk_size=_AT_ONCE):
        yield _line(model._meta.label, {field.name: _said(value) for field, value in zip(fields, values, strict=True)})  # noqa: SLF001


def _facts(engine: Any, using: str) -> Iterator[bytes]:
    for table, month, sha256 in FactsFile.objects.using(using).filter(until=None).values_list("table", "month", "sha256"):
        try:
            count, said = hash_of_rows(engine, store().rows_of([sha256]))
        except (UnreadableFileError, duckdb.Error):  # `check` names it
            count, said = 0, "unreadable"
        yield _line(FACTS, {"table": table, "month": _said(month), "rows": count, "said": said})


def _line(table: str, row: dict[str, Any]) -> bytes:
    return json.dumps({"row": row, "table": table}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _said(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _sorted(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines by their bytes, so that no database's order of letters matters; many wait in files."""
    with ExitStack() as stack:
        rest, waiting = iter(lines), list[BinaryIO]()
        block = sorted(islice(rest, _IN_MEMORY))
        while len(block) == _IN_MEMORY:
            file = stack.enter_context(tempfile.TemporaryFile())
            file.writelines(block)
            file.seek(0)
            waiting.append(file)
            block = sorted(islice(rest, _IN_MEMORY))
        yield from heapq.merge(block, *waiting)
