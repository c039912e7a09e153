"""What was erased stays erased: the list of tombstones goes with backups and is applied when one is restored; old backups go with their keys."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from tests.installations import NOW, point_django_at
from tests.work.test_backup import prepared, restoring, sales

from goodterms.cli.main import exit_code_of
from goodterms.facts.engine import connect
from goodterms.register.audit import AuditEntry, AuditValue
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import ImportedFile
from goodterms.work.backup import backup, keys_beside
from goodterms.work.check import check
from goodterms.work.erasures import erasures_in, note_erased_values
from goodterms.work.import_files import publish
from goodterms.work.installation import acting
from goodterms.work.keep_originals import drop_originals, originals
from goodterms.work.kept_backups import line_of_erasures, remove_older
from goodterms.work.writing import writing

ENGINE = connect()


@pytest.fixture
def ann(installation, tmp_path):
    """A counterparty whose name was changed, from an import whose original is kept."""
    publish(*prepared(tmp_path, sales(3)), by=acting(""), at=NOW)
    with writing("rename", by=acting(""), at=NOW) as now:
        now.change(Counterparty.objects.get(name="C1"), name="Ann Virtanen", unnamed=False)
    return AuditEntry.objects.get(verb="rename")


def erase(entry):
    with writing("erase", by=acting(""), at=NOW) as now:
        now.erase(entry, "name")
    for file in ImportedFile.objects.all():
        drop_originals(file.of)


def test_tombstones_name_what_was_erased_and_hold_no_value(ann, installation):
    name = ImportedFile.objects.get().original
    erase(ann)
    text = (installation / "erasures.jsonl").read_text("utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [{"id": ann.digest, "field": "name"}, {"id": name.hex}]
    assert "Ann" not in text
    (installation / "erasures.jsonl").write_text('{"id": "half')
    note_erased_values()
    assert erasures_in(installation / "erasures.jsonl") == [(ann.digest, "name")]
    assert check(ENGINE, by=acting("")).found == ()


def test_what_was_erased_since_a_backup_is_erased_again_when_that_is_restored(ann, installation, tmp_path):
    file, name = tmp_path / "a.backup", ImportedFile.objects.get().original
    backup(file, ENGINE, by=acting(""), at=NOW)
    erase(ann)
    newest = shutil.copy(installation / "erasures.jsonl", tmp_path / "newest.jsonl")
    without, with_list = restoring(file, tmp_path / "without"), restoring(file, tmp_path / "with", "--erasures", newest)
    assert (without.returncode, with_list.returncode) == (0, 0)
    assert without.stdout.startswith("No erasure newer than the backup was given: what was erased since is there again.")
    assert with_list.stdout.startswith("Erasures newer than the backup, applied: 2.")
    point_django_at(tmp_path / "without")
    assert AuditValue.objects.filter(value="Ann Virtanen").exists()
    assert b"".join(originals().read(name)) == sales(3).encode()
    point_django_at(tmp_path / "with")
    assert not AuditValue.objects.filter(value="Ann Virtanen").exists()
    assert ImportedFile.objects.get().original is None
    assert not originals().key_of(name).exists()
    assert check(ENGINE, by=acting("")).found == ()
    assert len(erasures_in(tmp_path / "with" / "erasures.jsonl")) >= 2


def test_a_list_that_cannot_be_read_restores_nothing(ann, tmp_path):
    backup(tmp_path / "a.backup", ENGINE, by=acting(""), at=NOW)
    done = restoring(tmp_path / "a.backup", tmp_path / "b", "--erasures", tmp_path / "none.jsonl")
    assert (done.returncode, f"{tmp_path / 'none.jsonl'} is not there." in done.stderr) == (4, True)
    assert not (tmp_path / "b").exists()


def test_older_backups_go_with_their_keys_and_status_says_which_erasures_are_complete(ann, installation, tmp_path):
    assert line_of_erasures() == "complete: no backup was made"
    files = [tmp_path / f"company-2026-11-0{day}.backup" for day in (1, 2, 3)]
    for day, file in enumerate(files):
        backup(file, ENGINE, by=acting(""), at=NOW + timedelta(days=day))
    (tmp_path / "other-2026-11-01.backup").write_bytes(files[0].read_bytes())
    (tmp_path / "company-2026-11-09.backup").write_text("no backup")
    assert line_of_erasures() == f"complete of what was erased before 2026-11-02 09:00 UTC: the oldest keys are {keys_beside(files[0])}"
    said = remove_older(files[2], 2, at=NOW)
    assert said == [f"{tmp_path / 'company-2026-11-09.backup'} is no backup that can be read, and was left.", f"Removed {files[0]} and its keys."]
    assert [file.exists() for file in files] == [False, True, True]
    assert not keys_beside(files[0]).exists()
    assert (tmp_path / "other-2026-11-01.backup").exists()
    assert line_of_erasures() == f"complete of what was erased before 2026-11-03 09:00 UTC: the oldest keys are {keys_beside(files[1])}"
    keys_beside(files[1]).rename(tmp_path / "vault")
    assert line_of_erasures().endswith(f"the oldest keys are {keys_beside(files[2])}; 1 moved key file is not counted")
    last = tmp_path / "company-2026-11-04.backup"
    backup(last, ENGINE, by=acting(""), at=NOW + timedelta(days=3))
    assert (
        remove_older(last, 1, at=NOW)[-1]
        == f"{keys_beside(files[1])} is not where it was written, and its backup is kept no longer: remove it where it was moved to."
    )
    assert line_of_erasures() == f"complete of what was erased before 2026-11-05 09:00 UTC: the oldest keys are {keys_beside(last)}"


def test_the_command_keeps_so_many_backups(ann, installation, tmp_path, capsys):
    for number in (1, 2, 3):
        assert exit_code_of(["backup", "--home", str(installation), str(tmp_path / f"{number}.backup"), "--keep", "2"]) == 0
    assert sorted(path.name for path in tmp_path.glob("?.backup*")) == ["2.backup", "2.backup.keys", "3.backup", "3.backup.keys"]
    assert f"Removed {tmp_path / '1.backup'} and its keys." in capsys.readouterr().out
