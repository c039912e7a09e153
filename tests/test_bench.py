"""The benchmarks in short: what is measured against SQL by hand comes to the same amounts. Timing decides nothing."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from goodterms.demo import build_company

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture
def run(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    yield importlib.import_module("run")
    for name in ("run", "statements", "by_hand", "refresh"):
        sys.modules.pop(name, None)


def test_a_full_run_and_the_sql_by_hand_come_to_the_same_amounts(run, tmp_path):
    run.publish(build_company(tmp_path / "company", lines=3_000, seed=7, sale_format="parquet"), tmp_path / "facts")
    product, hand = (run.side_of(side, tmp_path / "facts") for side in ("product", "hand"))
    run.compare(product, hand)
    assert len(hand["found"]) >= 20
    assert set(hand["seconds"]) < set(product["seconds"])


def test_reading_is_measured_on_what_is_read_wholly(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "E_INVOICES", 20)
    csv, _, memory, _, workbook, _, documents = run.reading(tmp_path, 5_000)
    assert "rows of CSV" in csv
    assert memory.startswith("Largest memory")
    assert "rows of XLSX" in workbook
    assert documents.startswith("20 e-invoices (UBL, 8 lines each)")


def test_importing_is_measured_to_published_facts(run, tmp_path):
    assert "rows of CSV read, prepared and published" in run.importing(tmp_path, 5_000)


@pytest.mark.torture
def test_a_refresh_works_out_the_corrected_month_alone(run, tmp_path):
    told = run.refreshed(tmp_path / "refresh", 3_000)
    assert told["changed"] == ["2025-06-01"]
    assert told["refresh"]["cube"] > 0


def test_a_difference_is_not_passed_over(run):
    found = {"found": {"bridge volume": "1.000000000001"}}
    with pytest.raises(ArithmeticError, match="bridge volume"):
        run.compare(found, {"found": {"bridge volume": "1.000000000002"}})


def test_a_part_of_the_results_takes_its_own_place(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "RESULTS", tmp_path / "RESULTS.md")
    run.keep("look", ["first"])
    run.keep("torture", ["other"])
    run.keep("look", ["second"])
    assert (tmp_path / "RESULTS.md").read_text("utf-8") == "# Results\n\n<!-- look -->\nsecond\n<!-- /look -->\n\n<!-- torture -->\nother\n<!-- /torture -->\n"


def test_lists_are_measured_in_each_way_that_they_are_asked_for(tmp_path):
    """Timing decides nothing; that each kind is asked on each database does."""
    counts = {"PYTHONPATH": os.pathsep.join(sys.path), "GOODTERMS_BENCH_TIMES": "2"}
    done = subprocess.run([sys.executable, BENCH / "lists.py", tmp_path, "300"], env=os.environ | counts, capture_output=True, text=True, check=True)
    assert "### sqlite, 300 counterparties" in done.stdout
    kinds = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ") and "kind" not in line]
    assert {"first page", "filter by manager", "sort by net sales", "search, 10 letters", "search, two words", "a manager's first page of own"} <= set(kinds)
