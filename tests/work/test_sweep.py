"""Sweeping: what killed and abandoned work left goes after a day; what anything names stays."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.installations import NOW
from tests.work.test_side_by_side import ANNS, FIRST, bring, prepared

from goodterms.errors import UsageError
from goodterms.facts.engine import connect
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import FactsFile, Import, ImportedFile, ImportRows, ImportState, Lease
from goodterms.register.run import CounterpartyFigures, Run
from goodterms.work.check import check
from goodterms.work.import_files import publish
from goodterms.work.installation import acting
from goodterms.work.keep_originals import originals
from goodterms.work.run_analysis import run_analysis
from goodterms.work.stored import store
from goodterms.work.sweep import AT_ONCE, Swept, sweep
from goodterms.work.undo_import import undo

ENGINE = connect()
NOTHING = Swept(0, 0, 0, 0, 0)


def in_a_day():
    return datetime.now(UTC) + timedelta(hours=25)


def files_of(home):
    return sorted(path.relative_to(home).as_posix() for place in ("facts", "originals", "keys") for path in (home / place).rglob("*") if path.is_file())


def unnamed(home):
    """The files of an installation that no row names."""
    named = {sha256 for model in (FactsFile, ImportRows) for sha256 in model.objects.values_list("sha256", flat=True)}
    named |= {name.hex for name in ImportedFile.objects.exclude(original=None).values_list("original", flat=True)}
    return [file for file in files_of(home) if file.rsplit("/", 1)[-1].removesuffix(".parquet") not in named]


def test_what_nothing_names_goes_after_a_day(installation, tmp_path):
    bring(tmp_path, FIRST)
    bring(tmp_path, ANNS)
    kept = files_of(installation)
    stray = store().keep(ENGINE, "SELECT 1 AS one")
    lost = originals().keep(io.BytesIO(b"Ann buys nails"))
    for folder in ("facts", "originals"):
        (installation / folder / "staging" / "half").write_bytes(b"half")
    (installation / "snapshot-abc").mkdir()
    (installation / "snapshot-abc" / "register.sqlite").write_bytes(b"a copy")
    assert len(unnamed(installation)) == 5
    assert sweep(at=datetime.now(UTC)) == NOTHING
    assert sweep(at=in_a_day()) == Swept(imports=0, runs=0, files=2, originals=2, copies=1)
    assert files_of(installation) == kept
    assert not store().path_of(stray.sha256).exists()
    assert not originals().key_of(lost.name).exists()
    assert check(ENGINE, by=acting("")).found == ()
    assert sweep(at=in_a_day()) == NOTHING


def test_files_that_were_retired_stay_as_long_as_rows_name_them(installation, tmp_path):
    bring(tmp_path, FIRST)
    second = bring(tmp_path, ANNS)
    undo(second, ENGINE, by=acting(""), at=NOW)
    sweep(at=in_a_day())
    retired = FactsFile.objects.exclude(until=None).values_list("sha256", flat=True)
    assert {store().damage_of(sha256) for sha256 in (*retired, *ImportRows.objects.values_list("sha256", flat=True))} == {""}


def test_an_import_that_nobody_agrees_to_for_two_weeks_is_given_up(installation, tmp_path):
    run = prepared(tmp_path, FIRST)
    assert sweep(at=NOW + timedelta(days=13)) == NOTHING
    assert sweep(at=in_a_day() + timedelta(days=365)).imports == 1
    assert (Import.objects.get().state, Counterparty.objects.count(), files_of(installation)) == (ImportState.ABANDONED, 0, [])
    with pytest.raises(UsageError, match="Import 1 is abandoned: it cannot be published"):
        publish(*run, by=acting(""), at=NOW)


def test_what_a_killed_process_had_taken_back_is_cleared_at_once(installation, tmp_path):
    bring(tmp_path, FIRST)
    Import.objects.update(state=ImportState.UNDONE)
    sweep(at=NOW)
    assert Counterparty.objects.count() == 0


def test_a_run_that_did_not_end_goes_with_its_figures(installation, tmp_path):
    bring(tmp_path, FIRST + "20;1;2024-02-01;C1;P1;1;5,00\n")
    run, _ = run_analysis(ENGINE, periods=("2024-01", "2024-02"), by=acting(""), at=NOW)
    half = Run.objects.create(**{field.attname: getattr(run, field.attname) for field in Run._meta.concrete_fields if field.name not in {"number", "state"}})
    CounterpartyFigures.objects.create(run=half, counterparty=Counterparty.objects.all()[0])
    assert sweep(at=NOW + timedelta(hours=23)).runs == 0
    assert sweep(at=NOW + timedelta(hours=25)).runs == 1
    assert list(Run.objects.values_list("number", flat=True)) == [run.number]
    assert set(CounterpartyFigures.objects.values_list("run", flat=True)) == {run.number}


def test_sweeping_waits_its_turn(installation):
    Lease.objects.update(holder="import 1234")
    with pytest.raises(UsageError, match="Another import is being done"):
        sweep(at=NOW)


def test_many_records_are_swept_batch_by_batch(installation):
    found = Import.objects.create(made_by=acting(""), begun_at=NOW, state=ImportState.ABANDONED)
    batches = 5
    made = (Counterparty(name=str(number), is_customer=True, created_on=NOW.date(), created_by_import=found) for number in range(batches * AT_ONCE))
    Counterparty.objects.bulk_create(made, batch_size=1_000)
    with CaptureQueriesContext(connection) as asked:
        sweep(at=NOW)
    removed = [query["sql"] for query in asked if query["sql"].startswith('DELETE FROM "register_counterparty"')]
    assert len(removed) >= batches
    assert Counterparty.objects.count() == 0
