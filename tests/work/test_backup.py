"""Backup and restore: an equal dump and equal files, on either database, also while someone imports."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import zipfile

import psycopg
import pytest
from django.db import connections
from tests.installations import NOW, a_name, point_django_at, url_of

import goodterms
from goodterms.cli.main import exit_code_of
from goodterms.errors import UnreadableFileError, UsageError
from goodterms.facts.engine import connect
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import FactsFile, Import, ImportedFile, ImportRows
from goodterms.work.backup import backup
from goodterms.work.dump import Compared, dump_lines, snapshot
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.keep_originals import originals
from goodterms.work.restore import restore
from goodterms.work.stored import live_files, store
from goodterms.work.writing import writing

ENGINE = connect()
HEAD = "Invoice;Line;Date;Customer;Product;Quantity;Net\n"


def sales(count, first=1):
    return HEAD + "".join(f"{number};1;2024-{number % 12 + 1:02d}-15;C{number % 7};P1;2;20,00\n" for number in range(first, first + count))


def prepared(folder, text):
    (folder / "sales.csv").write_text(text, "utf-8")
    reading = goodterms.read([folder / "sales.csv"])
    return prepare(reading, by=acting(""), at=NOW), reading.facts.engine


@pytest.fixture
def worked_with(installation, tmp_path):
    """An installation with an import, a person's change, a dry run that waits, and an erased value's place."""
    publish(*prepared(tmp_path, sales(40)), by=acting(""), at=NOW)
    with writing("rename", by=acting(""), at=NOW) as now:
        now.change(Counterparty.objects.get(name="C1"), name="Ännä & 👍 “Oy”", unnamed=False)
    prepared(tmp_path, sales(5, first=100))
    return installation


def dump():
    with snapshot() as using:
        return list(dump_lines(ENGINE, Compared.BACKUP, using=using))


def files_of(home):
    """The files that the register names, with their hashes; what a dry run wrote and nobody published is named nowhere."""
    named = {sha256 for model in (FactsFile, ImportRows) for sha256 in model.objects.values_list("sha256", flat=True)}
    places = [path for folder in ("facts", "originals", "keys") for path in (home / folder).rglob("*") if path.is_file()]
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in places if path.suffix != ".parquet" or path.stem in named
    }


def restoring(*arguments):
    command = [sys.executable, "-c", "from goodterms.cli.main import run; run()", "restore", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def restored(file, home, url=""):
    """Restore as a person does, in a process of its own, and open the new installation in this one."""
    done = restoring(file, home, *(["--database", url] if url else []))
    assert done.returncode == 0, done.stdout + done.stderr
    point_django_at(home)
    return home


@pytest.fixture
def empty_postgresql(postgresql):
    name = a_name()
    with psycopg.connect(url_of(postgresql, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield url_of(postgresql, name)
        connections.close_all()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_backup_restores_on_either_database_and_back_to_an_equal_dump_and_files(worked_with, tmp_path, empty_postgresql):
    expected, files = dump(), files_of(worked_with)
    assert len(files) > 12
    file = tmp_path / "first.backup"
    for place, url in (("moved", empty_postgresql), ("back", "")):
        assert backup(file, ENGINE, by=acting(""), at=NOW) == ()
        home = restored(file, tmp_path / place, url)
        assert dump() == expected
        assert files_of(home) == files
        file = tmp_path / f"{place}.backup"
    number = prepared(tmp_path, sales(3, first=200))[0].number
    assert number == Import.objects.count()
    kept = ImportedFile.objects.get(of=1)
    assert b"".join(originals().read(kept.original)) == sales(40).encode()


def test_a_backup_during_an_import_restores_to_the_state_of_its_moment(installation, tmp_path):
    """Whatever moment the snapshot is of, the dump in the backup is the dump of what is restored, and all files that it names are there."""
    publish(*prepared(tmp_path, sales(40)), by=acting(""), at=NOW)
    begun, failed = threading.Event(), []

    def bring():
        try:
            folder = tmp_path / "during"
            folder.mkdir()
            for first in (100, 200, 300):
                run = prepared(folder, sales(60, first=first))
                begun.set()
                publish(*run, by=acting(""), at=NOW)
        except Exception as error:  # noqa: BLE001
            failed.append(error)
            begun.set()
        finally:
            connections.close_all()

    other = threading.Thread(target=bring)
    other.start()
    begun.wait(60)
    assert backup(tmp_path / "during.backup", ENGINE, by=acting(""), at=NOW) == ()
    other.join()
    assert failed == []
    with zipfile.ZipFile(tmp_path / "during.backup") as archive:
        expected = archive.read("dump.jsonl").splitlines(keepends=True)
    restored(tmp_path / "during.backup", tmp_path / "restored")
    assert dump() == expected


def test_a_backup_of_a_damaged_installation_says_what_is_not_in_it(worked_with, tmp_path):
    sha256 = min(live_files("sale_lines").values())
    path = store().path_of(sha256)
    path.unlink()
    assert backup(tmp_path / "a.backup", ENGINE, by=acting(""), at=NOW) == (f"{path} has gone: it is not in the backup.",)
    done = restoring(tmp_path / "a.backup", tmp_path / "b")
    assert done.returncode == 1
    assert f"{sha256}.parquet has gone" in done.stdout


def test_what_is_no_backup_is_a_sentence_and_leaves_nothing(worked_with, tmp_path):
    file, home = tmp_path / "a.backup", tmp_path / "b"
    with pytest.raises(UnreadableFileError, match="is not there"):
        restore(file, home, at=NOW)
    file.write_bytes(b"Ann buys nails")
    with pytest.raises(UnreadableFileError, match="is no backup of Goodterms"):
        restore(file, home, at=NOW)
    file.unlink()
    backup(file, ENGINE, by=acting(""), at=NOW)
    (tmp_path / "a.backup.keys").rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match=r"keys of the originals are missing: .*a\.backup\.keys"):
        restore(file, home, at=NOW)
    (tmp_path / "elsewhere").rename(tmp_path / "a.backup.keys")
    with pytest.raises(UsageError, match="is there and not empty"):
        restore(file, worked_with, at=NOW)
    assert not home.exists()


def test_a_database_that_cannot_be_used_is_a_sentence_and_leaves_nothing(worked_with, tmp_path, empty_postgresql):
    backup(tmp_path / "a.backup", ENGINE, by=acting(""), at=NOW)
    away = restoring(tmp_path / "a.backup", tmp_path / "b", "--database", "postgresql://goodterms@/none?host=/nowhere")
    assert (away.returncode, "The database cannot be used: " in away.stderr) == (2, True)
    assert restoring(tmp_path / "a.backup", tmp_path / "b", "--database", empty_postgresql).returncode == 0
    again = restoring(tmp_path / "a.backup", tmp_path / "c", "--database", empty_postgresql)
    assert (again.returncode, again.stderr.splitlines()[-1]) == (2, "The database holds something already. Name an empty one.")
    assert not (tmp_path / "c").exists()


def test_a_backup_replaces_no_file(worked_with, tmp_path):
    (tmp_path / "a.backup").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        backup(tmp_path / "a.backup", ENGINE, by=acting(""), at=NOW)
    with pytest.raises(UsageError, match="is no folder"):
        backup(tmp_path / "nowhere" / "a.backup", ENGINE, by=acting(""), at=NOW)
    assert (tmp_path / "a.backup").read_text() == "mine"
    assert not (tmp_path / "a.backup.keys").exists()


def test_the_command_writes_the_dump(worked_with, tmp_path, capsys):
    assert exit_code_of(["backup", "--home", str(worked_with), "--dump", str(tmp_path / "dump.jsonl")]) == 0
    assert (tmp_path / "dump.jsonl").read_bytes() == b"".join(dump())
    assert exit_code_of(["backup", "--home", str(worked_with)]) == 2
    assert "Name the file of the backup" in capsys.readouterr().err
