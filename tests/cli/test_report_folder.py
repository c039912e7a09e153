"""A report appears as a whole or not at all, and never at the cost of somebody's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from goodterms.cli.report_folder import MARKER, check_folder, check_mended, written_at_once
from goodterms.errors import UsageError


def write(folder, **files):
    with written_at_once(folder) as staging:
        for name, text in files.items():
            (staging / name).write_text(text)


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != MARKER}


def test_a_folder_appears_with_all_its_files(tmp_path):
    write(tmp_path / "deep" / "report", one="1", two="2")
    assert contents(tmp_path / "deep" / "report") == {"one": "1", "two": "2"}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["report"]


def test_a_folder_of_ours_is_replaced_as_a_whole(tmp_path):
    write(tmp_path / "report", one="1", two="2")
    write(tmp_path / "report", three="3")
    assert contents(tmp_path / "report") == {"three": "3"}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "report").mkdir()
    write(tmp_path / "report", one="1")
    assert contents(tmp_path / "report") == {"one": "1"}


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds notes\.txt, which Goodterms did not write"):
        check_folder(tmp_path)


def test_a_file_put_into_a_report_is_not_lost(tmp_path):
    write(tmp_path / "report", one="1")
    (tmp_path / "report" / "sub").mkdir()
    (tmp_path / "report" / "sub" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds sub/notes\.txt"):
        write(tmp_path / "report", one="2")
    assert (tmp_path / "report" / "one").read_text() == "1"
    assert (tmp_path / "report" / "sub" / "notes.txt").read_text() == "mine"


def test_a_marker_of_another_program_protects_nothing(tmp_path):
    (tmp_path / MARKER).write_text("notes.txt\nnotes.txt\n")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="did not write"):
        check_folder(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        check_folder(tmp_path / "report")
    with pytest.raises(UsageError, match="is a file"):
        check_folder(tmp_path / "report" / "inside")


def test_the_folder_one_stands_in_is_refused(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for folder in (Path(), Path("..")):
        with pytest.raises(UsageError, match="you stand in"):
            check_folder(folder)


def write_half(folder, stop):
    with written_at_once(folder) as staging:
        (staging / "half").write_text("½")
        raise stop


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_report_that_failed(tmp_path, stop):
    write(tmp_path / "report", one="1")
    with pytest.raises(stop):
        write_half(tmp_path / "report", stop)
    assert contents(tmp_path / "report") == {"one": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def write_more_than_the_disk_takes(folder):
    with written_at_once(folder):
        Path("/dev/full").write_text("much")


def test_a_full_disk_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"report could not be written: No space left on device\. Make room"):
        write_more_than_the_disk_takes(tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_takes_no_folder_is_said():
    with pytest.raises(UsageError, match=r"/proc/report could not be written: .*\. Make room or give permission, or pass --out"):
        write(Path("/proc/report"), one="1")


def test_a_link_to_a_folder_keeps_leading_there(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", one="1")
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == {"one": "1"}


# Files that were changed since ------------------------------------------------------------------------------------------------------------------------------


def test_a_changed_file_stays_under_a_name_of_its_own_and_is_told_once(tmp_path):
    report, told = tmp_path / "report", []
    write(report, **{"s.rejected.csv": "1;x", "page": "old"})
    (report / "s.rejected.csv").write_text("1;2")
    with written_at_once(report, told.append) as staging:
        (staging / "s.rejected.csv").write_text("1;x")
    assert contents(report) == {"s.rejected.csv": "1;x", "s.rejected.mine.csv": "1;2"}
    assert told == [report / "s.rejected.mine.csv"]
    with written_at_once(report, told.append) as staging:
        (staging / "page").write_text("new")
    assert contents(report) == {"page": "new", "s.rejected.mine.csv": "1;2"}
    assert len(told) == 1


def test_a_second_change_takes_no_place_of_the_first(tmp_path):
    report = tmp_path / "report"
    (report / "deep").mkdir(parents=True)
    for change in ("first", "second"):
        with written_at_once(report) as staging:
            (staging / "deep").mkdir()
            (staging / "deep" / "t.csv").write_text("ours")
        (report / "deep" / "t.csv").write_text(change)
    write(report, page="new")
    assert {path.name: path.read_text() for path in (report / "deep").iterdir()} == {"t.mine.csv": "first", "t.mine (2).csv": "second"}


def test_rejected_rows_that_nobody_mended_are_not_read_again(tmp_path):
    report = tmp_path / "report"
    write(report, **{"s.rejected.csv": "1;x", "tables.csv": "1"})
    check_mended(report, [report / "tables.csv", tmp_path / "absent.csv"])
    with pytest.raises(UsageError, match="is as Goodterms wrote it"):
        check_mended(report, [report / "s.rejected.csv"])
    (report / "s.rejected.csv").write_text("1;2")
    check_mended(report, [report / "s.rejected.csv"])
