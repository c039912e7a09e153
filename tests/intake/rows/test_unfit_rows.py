"""Rejected rows beyond those that are named one by one: counted, with where they stand."""

from __future__ import annotations

import openpyxl

from goodterms.intake import read
from goodterms.problems import Severity

HEADER = "Invoice No;Date;Customer;Net amount\n"


def test_cells_that_do_not_fit_beyond_a_thousand_are_counted_with_their_rows(tmp_path):
    cells = ("x" if i % 3 == 0 else "10,00" for i in range(6_000))
    (tmp_path / "s.csv").write_text(HEADER + "".join(f"{i};2023-01-05;Ann;{cell}\n" for i, cell in enumerate(cells)))
    reading = read([tmp_path / "s.csv"])
    said = [p for p in reading.problems if p.severity == Severity.REJECTED]
    assert (len(said), sum(p.rows for p in said), reading.rejected) == (1_001, 2_000, 2_000)
    assert said[-1].sentence == (
        "1,000 more rows, from row 3,002 to row 5,999, do not fit there either: "
        "a number with decimal comma and at most 11 digits before and 7 after it was expected."
    )
    reading.write_rejected(tmp_path)
    *_, last = openpyxl.load_workbook(tmp_path / "s.problems.xlsx").active.iter_rows(values_only=True)
    assert last[4:8] == ("Net amount", None, said[-1].expected, said[-1].sentence)


def test_records_that_are_broken_beyond_a_hundred_are_counted_with_their_rows(tmp_path):
    lines = ("1;2023-01-05;Ann;10,00;more" if i % 3 == 0 else "1;2023-01-05;Ann;10,00" for i in range(600))
    (tmp_path / "s.csv").write_text(HEADER + "\n".join(lines) + "\n")
    said = [p for p in read([tmp_path / "s.csv"]).problems if p.code == "too-many-cells"]
    assert (len(said), sum(p.rows for p in said)) == (101, 200)
    assert said[-1].sentence == "100 more rows, from row 302 to row 599, have the same problem (too many cells)."


def test_a_row_that_lacks_nothing_but_a_nameless_cell_at_its_end_is_read(tmp_path):
    rows = "1;2024-01-05;Ann;10,00;\n2;2024-01-06;Bob;20,00\n3;2024-01-06;Cy\n4;2024-01-07;Bob;5,00;\n"
    (tmp_path / "s.csv").write_text(HEADER.replace("\n", ";\n") + rows)
    reading = read([tmp_path / "s.csv"])
    assert [p.origin.row for p in reading.problems if p.severity == Severity.REJECTED] == [4]
    assert reading.facts.engine.con.execute("SELECT CAST(net_value AS INTEGER) FROM sale_lines ORDER BY row").fetchall() == [(10,), (20,), (5,)]
