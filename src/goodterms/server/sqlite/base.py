"""SQLite with one writer at a time: a transaction waits for a lock beside the database before it begins, and so never finds the database locked.

By busy timeouts alone some of 25 writers wait for many seconds, and some fail. The lock is a file of its own, never the database's: closing a second handle on
that would drop the locks that the first one holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError
from filelock import FileLock, Timeout

from goodterms.register.folded import folded

PATIENCE = 30
"""Seconds that a transaction waits for the ones before it."""


_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class _Cursor(base.SQLiteCursorWrapper):
    """A cursor that takes its turn for a single statement that writes, as a transaction does."""

    database: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """Do one statement."""
        with self.database.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Do one statement for many parameters."""
        with self.database.turn_for(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions are taken one after another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: FileLock | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that knows how the triggers of the search fold words."""
        made = super().get_new_connection(conn_params)
        made.create_function("goodterms_folded", 1, folded, deterministic=True)
        return made

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002  (Django's own)
        """A cursor of this connection."""
        found: _Cursor = self.connection.cursor(factory=_Cursor)
        found.database = self
        return found

    @contextmanager
    def turn_for(self, query: str) -> Iterator[None]:
        """Hold the turn while a statement writes that is no part of a transaction."""
        if self.in_atomic_block or self._turn is not None or self.is_in_memory_db() or not query.lstrip().upper().startswith(_WRITES):
            yield
            return
        turn = self._taken()
        try:
            yield
        finally:
            turn.release(force=True)

    def _taken(self) -> FileLock:
        """The turn. One at a time stands next for it, so that who had it and wants it again, as a long import does, lets one who waits go before."""
        next_one, turn = (
            FileLock(Path(self.settings_dict["NAME"]).with_name(f"register.{name}"), timeout=PATIENCE, poll_interval=poll, thread_local=False)
            for name, poll in (("next", 0.01), ("lock", 0.001))
        )
        try:
            with next_one:
                turn.acquire()
        except Timeout:
            raise OperationalError(f"others have been writing for {PATIENCE} seconds without a pause: try again") from None
        return turn

    def _start_transaction_under_autocommit(self) -> None:
        if self.is_in_memory_db():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's own, and not in its stubs
            return
        self._turn = self._taken()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's own, and not in its stubs
        except BaseException:
            self._pass_on()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # Django's own, and not in its stubs
        self._pass_on()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # Django's own, and not in its stubs
        finally:
            self._pass_on()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # Django's own, and not in its stubs
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._turn is not None:
            self._turn.release(force=True)
            self._turn = None
