"""A mapping is written where a mapping may stand: it replaces no file of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_file_that_is_read_is_never_replaced_by_the_mapping(goodterms, invoices):
    before = invoices.read_bytes()
    ran = goodterms("look", invoices, "--write-map", invoices)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{invoices} is one of the files that are read, and a mapping would take its place. Pass --write-map with another place.\n"
    assert invoices.read_bytes() == before
    assert not Path("goodterms-report").exists()


@pytest.mark.parametrize("option", ["--costs", "--policy"])
def test_files_of_all_options_are_kept_through_links_too(goodterms, invoices, costs, policy, option):
    given = {"--costs": costs, "--policy": policy}[option]
    Path("link.toml").symlink_to(given)
    before = Path(given).read_bytes()
    assert goodterms("look", invoices, option, given, "--write-map", "link.toml").code == 2
    assert Path(given).read_bytes() == before


@pytest.mark.parametrize("content", ["Notes of mine\n", 'title = "another TOML"\n', "[tool]\nname = 1\n"])
def test_a_file_that_is_no_mapping_is_kept(goodterms, invoices, content):
    Path("notes.toml").write_text(content)
    ran = goodterms("look", invoices, "--write-map", "notes.toml")
    assert (ran.code, ran.err) == (2, "notes.toml is there already and is no mapping, so it is not replaced. Pass --write-map with another place.\n")
    assert Path("notes.toml").read_text() == content


@pytest.mark.parametrize(("place", "words"), [(".", "is a folder"), ("nowhere/map.toml", "there is no folder nowhere")])
def test_a_place_that_cannot_be_written_is_said_before_any_work(goodterms, invoices, place, words):
    ran = goodterms("look", invoices, "--write-map", place)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert not Path("goodterms-report").exists()


def test_a_mapping_and_an_empty_file_are_replaced(goodterms, invoices):
    Path("map.toml").touch()
    assert goodterms("look", invoices, "--write-map", "map.toml").code == 0
    assert goodterms("look", invoices, "--map", "map.toml", "--write-map", "map.toml").code == 0
    assert 'match = "invoices.csv"' in Path("map.toml").read_text()
