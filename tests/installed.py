"""What tests ask for that need an installation: each runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil

import psycopg
import pytest
from django.db import connections
from tests.installations import DATABASES, NOW, a_name, point_django_at, skip_without_postgresql, throwaway_postgresql, url_of

from goodterms.work.installation import init


@pytest.fixture(scope="session")
def postgresql():
    """A throw-away PostgreSQL for all tests of this process."""
    skip_without_postgresql()
    with throwaway_postgresql() as socket:
        yield socket


@pytest.fixture(scope="session")
def made(tmp_path_factory, request):
    """Make an installation on a database once, and return its folder, to be copied."""
    homes = {}

    def made(database):
        if database not in homes:
            home = tmp_path_factory.mktemp("made") / database
            url = ""
            if database == "postgresql":
                socket = request.getfixturevalue("postgresql")
                with psycopg.connect(url_of(socket, "postgres"), autocommit=True) as server:
                    server.execute("CREATE DATABASE made")
                url = url_of(socket, "made")
            home.mkdir()
            (home / "goodterms.toml").write_text(f'database = "{url}"\n')
            point_django_at(home)
            shutil.rmtree(home)
            init(home, database=url, at=NOW)
            connections.close_all()
            homes[database] = home
        return homes[database]

    return made


@pytest.fixture(params=DATABASES)
def installation(request, tmp_path, made):
    """The folder of a new installation, opened in this process."""
    template = made(request.param)
    home = tmp_path / "installation"
    shutil.copytree(template, home)
    if request.param == "postgresql":
        socket, name = request.getfixturevalue("postgresql"), a_name()
        with psycopg.connect(url_of(socket, "postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE made")
        settings = home / "goodterms.toml"
        settings.write_text(settings.read_text("utf-8").replace("/made?", f"/{name}?"), "utf-8")
    point_django_at(home)
    yield home
    connections.close_all()
    if request.param == "postgresql":
        with psycopg.connect(url_of(socket, "postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
