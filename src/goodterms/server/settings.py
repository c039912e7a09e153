"""Django's settings of one installation: the folder that ``GOODTERMS_HOME`` names, with what its ``goodterms.toml`` says."""

import importlib.util
import os
import sys
import tomllib
from pathlib import Path

if importlib.util.find_spec("pysqlite3"):  # before Django loads the standard one
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

HOME = Path(os.environ.get("GOODTERMS_HOME", "goodterms")).absolute()
_said = tomllib.loads((HOME / "goodterms.toml").read_text("utf-8")) if (HOME / "goodterms.toml").exists() else {}
_url = os.environ.get("GOODTERMS_DATABASE", "") or _said.get("database", "")

if _url.startswith("postgresql://"):
    from urllib.parse import parse_qsl, unquote, urlsplit

    _at = urlsplit(_url)
    _options = dict(parse_qsl(_at.query))
    _default = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(_at.path.removeprefix("/")),
        "USER": unquote(_at.username or ""),
        "PASSWORD": unquote(_at.password or ""),
        "HOST": _options.pop("host", _at.hostname or ""),
        "PORT": str(_options.pop("port", _at.port or "")),
        "OPTIONS": _options,
    }
else:
    import sqlite3

    _journal = "WAL" if sqlite3.sqlite_version_info >= (3, 51, 3) else "DELETE"
    _pragmas = (f"journal_mode = {os.environ.get('GOODTERMS_JOURNAL', _journal)}", "synchronous = FULL", "secure_delete = ON")
    _default = {
        "ENGINE": "goodterms.server.sqlite",
        "NAME": str(HOME / "register.sqlite"),
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in _pragmas)},
    }

DATABASES = {"default": _default}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django_tasks", "django_tasks_db", "goodterms.register"]
AUTH_USER_MODEL = "register.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
SECRET_KEY = os.environ.get("GOODTERMS_SECRET", "") or _said.get("secret", "") or "no session is signed before `goodterms init`"
GOODTERMS_HOME = HOME
