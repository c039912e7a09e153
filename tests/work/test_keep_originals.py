"""Originals of imports: each file that was read is kept once, whole and encrypted, and goes with an import that came to nothing."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from tests.installations import NOW
from tests.intake.documents.written import ubl, ubl_line

import goodterms
from goodterms.errors import UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.register.imported import ImportedFile
from goodterms.work.check import check
from goodterms.work.import_files import abandon, prepare
from goodterms.work.installation import acting
from goodterms.work.keep_originals import originals

SALES = b"Invoice;Line;Date;Customer;Product;Quantity;Net\n1;1;2024-01-15;C1;P1;2;20,00\n"


@pytest.fixture
def prepared(installation, tmp_path):
    file = tmp_path / "sales.csv"
    file.write_bytes(SALES)
    return prepare(goodterms.read([file]), by=acting(""), at=NOW)


def files_there(home):
    return [path for folder in ("originals", "keys") for path in (home / folder).rglob("*") if path.is_file()]


def test_an_imported_file_is_kept_as_it_was(prepared):
    kept = ImportedFile.objects.get()
    assert (kept.sha256, kept.size) == (hashlib.sha256(SALES).hexdigest(), len(SALES))
    assert b"".join(originals().read(kept.original)) == SALES


def test_originals_of_an_abandoned_import_are_dropped(prepared, installation):
    assert len(files_there(installation)) == 2
    abandon(prepared.number)
    assert files_there(installation) == []
    assert ImportedFile.objects.get().original is None


def test_a_lost_original_is_named(prepared):
    kept = ImportedFile.objects.get()
    originals().path_of(kept.original).unlink()
    (sentence,) = check(connect(), by=acting("")).found
    assert sentence.endswith(f"sales.csv of import {prepared.number}: The original {kept.original} has gone: {originals().path_of(kept.original)}.")


def test_a_file_that_has_gone_since_it_was_read_is_a_sentence(installation, tmp_path):
    file = tmp_path / "sales.csv"
    file.write_bytes(SALES)
    reading = goodterms.read([file])
    file.unlink()
    with pytest.raises(UnreadableFileError, match=r"sales\.csv has gone since it was read\. Nothing was imported"):
        prepare(reading, by=acting(""), at=NOW)
    assert files_there(installation) == []


def test_a_folder_of_documents_is_kept_as_one_archive(installation, tmp_path):
    folder = tmp_path / "invoices"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.xml").write_bytes(ubl([ubl_line(1, "10")], "10", number=str(number)))
    mapping = {"version": 1, "company": {"identifiers": ["FI01120389"]}}
    prepare(goodterms.read([folder], mapping=mapping), by=acting(""), at=NOW)
    (name,) = set(ImportedFile.objects.values_list("original", flat=True))
    with zipfile.ZipFile(io.BytesIO(b"".join(originals().read(name)))) as archive:
        assert archive.namelist() == ["1.xml", "2.xml"]
        assert archive.read("2.xml") == (folder / "2.xml").read_bytes()
