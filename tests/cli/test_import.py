"""Commands of an installation as a user runs them: answers are kept for files to come, a dry run stands before each change, closed months stay."""

from __future__ import annotations

import pytest

SALES = "Invoice;Date;Customer;Net\n1;03/04/2024;C1;5,00\n2;05/06/2024;C2;6,00\n"


@pytest.fixture
def base(folder, alone, monkeypatch):
    """A new installation in the folder ``goodterms``, which is where commands look for it."""
    monkeypatch.delenv("GOODTERMS_HOME", raising=False)
    assert alone("init").code == 0
    (folder / "sales_2024.csv").write_text(SALES, "utf-8")
    return folder


def test_an_answer_is_kept_for_files_of_other_years(base, alone):
    assert alone("import", "sales_2024.csv", "--yes").code == 3
    first = alone("import", "sales_2024.csv", "--yes", "--answer", "date: sales_2024.csv, Date=1")
    assert first.out.splitlines()[0] == "Your answers are kept in the company's mapping, edition 1: files of these names ask no more."
    (base / "sales_2025.csv").write_text(SALES.replace("2024", "2025").replace("\n1;", "\n3;").replace("\n2;", "\n4;"), "utf-8")
    second = alone("import", "sales_2025.csv", "--yes")
    assert (first.code, second.code, second.err) == (0, 0, "")
    assert alone("mapping", "save", "m.toml").code == 0
    assert 'match = "sales_*.csv"' in (base / "m.toml").read_text("utf-8")


def test_undoing_asks_first_and_shows_what_goes(base, alone):
    alone("import", "sales_2024.csv", "--yes", "--answer", "date: sales_2024.csv, Date=1")
    asked = alone("undo", "1")
    assert (asked.code, asked.out.splitlines()) == (
        2,
        ["2 months of facts would change.", "Known by this import alone, and gone with it: 2 customers."],
    )
    assert alone("undo", "1", "--dry-run").out.splitlines()[-1] == "Nothing was changed."
    assert alone("undo", "1", "--yes").out.splitlines()[-1] == "Import 1 is undone: 2 months of facts changed."


def test_what_would_change_a_closed_month_is_left_out_into_a_folder(base, alone):
    answer = ("--answer", "date: sales_2024.csv, Date=1")
    alone("import", "sales_2024.csv", "--yes", *answer)
    assert alone("close", "2024-04").code == 0
    (base / "sales_2024.csv").write_text(SALES.replace("5,00", "5,50") + "7;07/07/2024;C3;7,00\n", "utf-8")
    refused = alone("import", "sales_2024.csv", "--yes")
    assert (refused.code, "sale lines 1 1 (2024-04) is of a closed month" in refused.out) == (2, True)
    assert "Waiting        nothing" in alone("status").out
    done = alone("import", "sales_2024.csv", "--yes", "--open-only")
    left = "1 rows of documents that would change closed months are left out: they are in left-out-of-import-3. Import the same files again after reopening."
    assert (done.code, left in done.out.splitlines()) == (0, True)
    assert (base / "left-out-of-import-3" / "sale_lines.csv").exists()
