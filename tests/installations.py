"""Installations for tests: made once on each database, and copied for each test that needs one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import tomllib
import uuid
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connections

os.environ.setdefault("GOODTERMS_HOME", "no installation yet")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodterms.server.settings")
django.setup()

from goodterms.server.settings import database_of  # noqa: E402  (after Django is set up)

HOUSE = Path(__file__).parent.parent
DATABASES = ("sqlite", "postgresql")
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
REQUIRED = os.environ.get("GOODTERMS_REQUIRE_POSTGRESQL") == "1"


def postgresql_programs():
    """Where PostgreSQL's programs are; None without them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])) or [*filter(None, [shutil.which("initdb")])]
    return Path(found[-1]).parent if found else None


@contextmanager
def throwaway_postgresql():
    """A server on a socket of its own, without a port; yields the folder of the socket."""
    programs = postgresql_programs()
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="goodterms-pg-"))
    folder.chmod(0o755)
    if as_postgres:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"

    def run(*command):
        subprocess.run([*as_postgres, *map(str, command)], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder)

    run(programs / "initdb", "-D", data, "-U", "goodterms", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    try:
        run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-s", "-o", options, "start")
        yield folder
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-s", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def url_of(socket, name):
    return f"postgresql://goodterms@/{name}?host={socket}"


def point_django_at(home):
    """Let this process work in another installation."""
    os.environ["GOODTERMS_HOME"] = str(home)
    connections.close_all()
    said = database_of(home, tomllib.loads((home / "goodterms.toml").read_text("utf-8")).get("database", ""))
    defaults = {key: value for key, value in connections.settings["default"].items() if key not in said}
    connections.settings["default"] = {**defaults, **said}
    with suppress(AttributeError):  # nothing was asked of it yet
        del connections["default"]
    settings.GOODTERMS_HOME = home


def skip_without_postgresql():
    if postgresql_programs() is None:
        assert not REQUIRED, "PostgreSQL is required here and its programs are not installed"
        pytest.skip("PostgreSQL is not installed: its initdb was looked for in /usr/lib/postgresql and on the path")


def a_name():
    return f"t{uuid.uuid4().hex}"
