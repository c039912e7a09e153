"""Why nothing but the register's own connection opens its SQLite file: closing a second handle drops the locks that the first one holds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection
from tests.installations import NOW

from goodterms.facts.engine import connect
from goodterms.work.backup import backup, write_dump
from goodterms.work.check import check
from goodterms.work.installation import acting

sqlite3 = sys.modules["sqlite3"]  # the one that Django uses here
WRITES = """
import sqlite3, sys
try:
    with sqlite3.connect(sys.argv[1], timeout=0) as connection:
        connection.execute("INSERT INTO said VALUES ('mine')")
    print("written")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows locks by handle")
def test_closing_a_second_handle_loses_a_row_that_another_process_was_told_is_written(tmp_path):
    file = tmp_path / "register.sqlite"

    def another_process():
        return subprocess.run([sys.executable, "-c", WRITES, file], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout.strip()

    ours = sqlite3.connect(file, isolation_level=None)
    ours.execute("PRAGMA journal_mode = WAL")
    ours.execute("CREATE TABLE said (what TEXT)")
    ours.execute("BEGIN IMMEDIATE")
    ours.execute("INSERT INTO said VALUES ('ours')")
    assert another_process() == "database is locked"
    file.with_name("register.sqlite-shm").open("rb").close()
    assert another_process() == "written"
    ours.execute("COMMIT")
    ours.close()
    after = sqlite3.connect(file)
    assert after.execute("SELECT what FROM said").fetchall() == [("ours",)]
    assert after.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    after.close()


def test_backup_dump_and_check_open_the_register_by_its_own_connection_alone(installation, tmp_path):
    opened, watching = [], [True]

    def hook(event, arguments):
        if watching and event in {"open", "sqlite3.connect"} and str(arguments[0]).startswith(str(installation / "register.sqlite")):
            opened.append((event, arguments[0]))

    assert connection.introspection.table_names()
    sys.addaudithook(hook)
    try:
        (tmp_path / "seen").write_text("by the hook")
        backup(tmp_path / "a.backup", connect(), by=acting(""), at=NOW)
        write_dump(tmp_path / "dump.jsonl", connect(), by=acting(""))
        check(connect(), by=acting(""))
    finally:
        watching.clear()
    assert opened == []
