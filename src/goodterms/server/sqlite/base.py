"""SQLite with one writer at a time: a transaction waits for a lock beside the database before it begins, and so never finds the database locked.

By busy timeouts alone some of 25 writers wait for many seconds, and some fail. The lock is a file of its own, never the database's: closing a second handle on
that would drop the locks that the first one holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError
from filelock import FileLock, Timeout

from goodterms.register.folded import folded

PATIENCE = 30
"""Seconds that a transaction waits for the ones before it."""


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

    def _start_transaction_under_autocommit(self) -> None:
        if self.is_in_memory_db():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's own, and not in its stubs
            return
        turn = FileLock(Path(self.settings_dict["NAME"]).with_name("register.lock"), timeout=PATIENCE, poll_interval=0.01, thread_local=False)
        try:
            turn.acquire()
        except Timeout:
            raise OperationalError(f"others have been writing for {PATIENCE} seconds without a pause: try again") from None
        self._turn = turn
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
