"""Django's settings of one installation: the folder that ``GOODTERMS_HOME`` names, with what its ``goodterms.toml`` says."""

import importlib.util
import os
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

if importlib.util.find_spec("pysqlite3") and os.environ.get("GOODTERMS_SQLITE") != "own":  # before Django loads Python's own
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

SAFE_LOG = (3, 51, 3)
"""From this SQLite on a write-ahead log loses nothing when its last reader leaves; before it a rollback journal is used."""
ON_SSD = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"
"""PostgreSQL plans for disks that turn, where going through an index is dear, and compiles what takes less time than that; a URL may say otherwise."""
HOME = Path(os.environ.get("GOODTERMS_HOME", "goodterms")).absolute()
_said = tomllib.loads((HOME / "goodterms.toml").read_text("utf-8")) if (HOME / "goodterms.toml").exists() else {}


def database_of(home: Path, url: str) -> dict[str, Any]:
    """Return how Django reaches the register: a SQLite file in the installation's folder, or what a ``postgresql://`` URL names."""
    if url.startswith("postgresql://"):
        at = urlsplit(url)
        options = {"options": ON_SSD} | dict(parse_qsl(at.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(at.path.removeprefix("/")),
            "USER": unquote(at.username or ""),
            "PASSWORD": unquote(at.password or ""),
            "HOST": options.pop("host", at.hostname or ""),
            "PORT": str(options.pop("port", at.port or "")),
            "OPTIONS": options,
        }
    import sqlite3  # noqa: PLC0415  (the one that was put in its place above)

    journal = "WAL" if sqlite3.sqlite_version_info >= SAFE_LOG and os.environ.get("GOODTERMS_JOURNAL") != "rollback" else "DELETE"
    pragmas = (f"journal_mode = {journal}", "synchronous = FULL", "secure_delete = ON", "cache_size = -32768", f"mmap_size = {2**31 - 2**16}")
    return {
        "ENGINE": "goodterms.server.sqlite",
        "NAME": str(home / "register.sqlite"),
        "OPTIONS": {
            "timeout": float(os.environ.get("GOODTERMS_PATIENCE", "20")),
            "transaction_mode": "IMMEDIATE",
            "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


DATABASES = {"default": database_of(HOME, os.environ.get("GOODTERMS_DATABASE", "") or _said.get("database", ""))}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django_tasks", "django_tasks_db", "goodterms.register"]
AUTH_USER_MODEL = "register.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
SECRET_KEY = os.environ.get("GOODTERMS_SECRET", "") or _said.get("secret", "") or "no session is signed before `goodterms init`"
GOODTERMS_HOME = HOME
GOODTERMS_BEAT = float(os.environ.get("GOODTERMS_BEAT", "5"))
"""Seconds between two signs of life of who holds the lease or is at a job."""
