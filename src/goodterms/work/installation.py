"""An installation: one folder with its settings, register, facts, originals and keys; made, and opened for what a command or page does."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.errors import UsageError
from goodterms.work.register_errors import sentence_of

if TYPE_CHECKING:
    from goodterms.register.user import User

SETTINGS = "goodterms.toml"
FOLDERS = ("facts", "originals", "keys")
OPERATOR = "operator@localhost"
"""The system user that acts where a command names nobody, with a controller's rights."""


def open_installation(home: Path) -> Path:
    """Set up Django for the installation in a folder; return the folder.

    Raises
    ------
    UsageError
        There is none, or it cannot be used.
    """
    home = home.absolute()
    if not (home / SETTINGS).is_file():
        raise UsageError(f"{home} is no installation: it has no {SETTINGS}. Make one with   goodterms init {home}   or name another folder with --home.")
    os.environ["GOODTERMS_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodterms.server.settings")
    import django

    django.setup()
    _check_version(home)
    return home


def init(home: Path, *, database: str = "", at: datetime) -> Path:
    """Make an installation in a folder that is empty or not there yet, with its database and the system user.

    ``database`` is a URL, as in ``postgresql://user@host/name``; empty, the register is a SQLite file in the folder.

    Raises
    ------
    UsageError
        The folder holds something, or the database cannot be reached.
    """
    home = make_installation(home, database=database)
    _first_rows(at)
    return home


def make_installation(home: Path, *, database: str = "") -> Path:
    """Make the folder of an installation with an empty register, as :func:`init` says.

    Raises
    ------
    UsageError
        The folder or the database holds something, or the database cannot be reached.
    """
    home = home.absolute()
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"{home} is there and not empty. Name a folder that is not there yet.")
    try:
        for folder in FOLDERS:
            (home / folder).mkdir(parents=True, mode=0o700)
        text = f'# Where this installation keeps what. All else is in its register.\ndatabase = "{database}"\nsecret = "{secrets.token_urlsafe(48)}"\n'
        (home / SETTINGS).touch(mode=0o600)
        (home / SETTINGS).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{home} cannot be made: {error.strerror}. Choose another folder, or give permission to write {home.parent}.") from None
    os.environ["GOODTERMS_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodterms.server.settings")
    try:
        _make_tables()
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    return home


def _make_tables() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import DatabaseError, connection

    try:
        if connection.introspection.table_names():
            raise UsageError("The database holds something already. Name an empty one.")
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise UsageError(f"The database cannot be used: {sentence_of(error) or ' '.join(str(error).split())}") from None


def _first_rows(at: datetime) -> None:
    from goodterms.register.audit import AuditHead
    from goodterms.register.imported import FactsVersion, Lease
    from goodterms.register.record import named_by
    from goodterms.register.run import CurrentRun
    from goodterms.register.user import Role, User
    from goodterms.work.writing import writing

    AuditHead.objects.create()
    CurrentRun.objects.create()
    Lease.objects.create(name="publishing")
    FactsVersion.objects.create(number=0, published_at=at, because="a new installation")
    operator = User(id=named_by("user", OPERATOR), email=OPERATOR, name="operator", role=Role.CONTROLLER, is_system=True)
    with writing("init", by=operator, at=at, login=os_login()) as now:
        now.create(User, id=operator.pk, email=OPERATOR, name="operator", role=Role.CONTROLLER, is_system=True)


def acting(email: str) -> User:
    """The user that a command acts as: the one of ``--as EMAIL``, else the system user.

    Raises
    ------
    UsageError
        There is no such user, or it is not active.
    """
    from goodterms.register.user import User

    found = User.objects.filter(email__iexact=email or OPERATOR, is_active=True).first()
    if found is None:
        raise UsageError(f"There is no active user {email or OPERATOR}. `goodterms users` lists them.")
    return found


def os_login() -> str:
    """Who is signed in to the machine, for the audit."""
    import getpass

    with suppress(OSError, KeyError):
        return getpass.getuser()[:100]
    return ""


def _check_version(home: Path) -> None:
    """Refuse an installation that a newer version has changed, and one whose database cannot be reached."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import DatabaseError

    try:
        executor = MigrationExecutor(connection)
        applied: Any = executor.loader.applied_migrations
        unknown = [name for name in applied if name[0] == "register" and name not in executor.loader.disk_migrations]
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise UsageError(f"The register of {home} cannot be opened. {sentence_of(error) or ' '.join(str(error).split())}") from None
    if unknown:
        raise UsageError(f"{home} was changed by a newer version of Goodterms ({unknown[-1][1]}). Use that version.")
    if waiting:
        raise UsageError(f"{home} is of an older version of Goodterms. Run   goodterms upgrade --home {home}")
