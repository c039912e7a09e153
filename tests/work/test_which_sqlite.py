"""Which SQLite keeps the register: the newer one that comes with Goodterms, else Python's own, with a rollback journal where a log could lose something."""

from __future__ import annotations

import os
import subprocess
import sys

from django.db import connection
from tests.installations import NOW

from goodterms.server.settings import SAFE_LOG
from goodterms.work.installation import acting
from goodterms.work.state import lines_of_state

OWN = os.environ.get("GOODTERMS_SQLITE") == "own"


def test_status_says_which_sqlite_and_how_it_writes(installation):
    said = next(line for line in lines_of_state(installation, by=acting(""), at=NOW) if line.startswith("Register"))
    if connection.vendor == "postgresql":
        assert said.startswith("Register       PostgreSQL ")
        return
    used = sys.modules["sqlite3"]
    journal = "a write-ahead log" if used.sqlite_version_info >= SAFE_LOG else "a rollback journal (delete)"
    assert said == f"Register       SQLite {used.sqlite_version}, with {journal}"


def test_python_s_own_sqlite_is_used_where_it_is_asked_for():
    says = "import goodterms.server.settings, sqlite3; print(sqlite3.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", says], capture_output=True, text=True, check=True, env=os.environ | {"GOODTERMS_SQLITE": "own"}, stdin=subprocess.DEVNULL
    )
    assert done.stdout.strip() == "sqlite3"
    assert (sys.modules["sqlite3"].__name__ == "sqlite3") is OWN
