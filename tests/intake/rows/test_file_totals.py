"""Totals that a file states itself: compared with what was read of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.intake import read

HEADER = "Invoice;Date;Customer;Net amount\n"
LINES = "1;2023-01-31;Ann;1000,50\n2;2023-01-31;Bob;500,00\n"


@pytest.fixture
def read_text(tmp_path):
    def _read(text, name="s.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read([path])

    return _read


def differing(reading):
    return [(p.origin.row, p.origin.column, p.sentence) for p in reading.problems if p.code == "total-differs"]


def said(reading):
    return [line for line in reading.files[0].said if "total" in line and "credit notes" not in line]


def test_a_total_that_agrees_is_said_in_the_files_account(read_text):
    reading = read_text(HEADER + LINES + "Yhteensä;;;1 500,50\n")
    assert differing(reading) == []
    assert said(reading) == ["The file's own total of 1,500.50 (row 4) agrees with its rows."]


def test_a_total_that_differs_is_a_warning_with_both_figures(read_text):
    reading = read_text(HEADER + LINES + "Yhteensä;;;2 906 994,90\n")
    assert differing(reading) == [
        (4, "Net amount", "The file's own total is 2,906,994.90, but the rows above it sum to 1,500.50: 2,905,494.40 is missing."),
    ]
    assert said(reading) == []
    (sentence,) = [sentence for *_, sentence in differing(read_text(HEADER + LINES + "Total;;;500,5\n"))]
    assert sentence == "The file's own total is 500.50, but the rows above it sum to 1,500.50: 1,000.00 is too much."


def test_subtotals_and_totals_of_them_agree_each_with_its_own_rows(read_text):
    text = LINES + "Total;;;1500,50\n3;2023-02-28;Cy;4,00\nTotal;;;4,00\nGrand total;;;1504,50\n4;2023-03-31;Cy;7,00\nTotal;;;8,00\nGrand total;;;1511,50\n"
    reading = read_text(HEADER + text)
    assert said(reading) == ["4 totals of the file agree with the rows above them."]
    assert differing(reading) == [(9, "Net amount", "The file's own total is 8.00, but the rows above it sum to 7.00: 1.00 is missing.")]


def test_rejected_rows_count_where_the_total_agrees_with_them_alone(read_text):
    reading = read_text(HEADER + LINES + "3;32.1.2023;Cy;4,00\nTotal;;;1504,50\n")
    assert (reading.rejected, differing(reading)) == (1, [])
    assert said(reading) == ["The file's own total of 1,504.50 (row 5) agrees with its rows once its rejected rows are counted."]


@pytest.mark.parametrize("total", ["1400,50", "1600,50"])
def test_a_total_may_have_credit_notes_turned_or_not(read_text, total):
    text = "Invoice;Type;Date;Customer;Net amount\n1;Invoice;2023-01-31;Ann;1500,50\n2;Credit note;2023-01-31;Ann;100,00\n"
    reading = read_text(f"{text}Total;;;;{total}\n")
    assert reading.files[0].net_by_currency == {"": Decimal("1400.5")}
    assert (differing(reading), len(said(reading))) == ([], 1)


def test_amounts_that_are_worked_out_may_differ_by_their_rounding(read_text):
    lines = "".join(f"{i};2023-01-31;Ann;3,336;1,111\n" for i in range(10))
    reading = read_text(f"Invoice;Date;Customer;Gross amount;VAT\n{lines}Total;;;33,40;11,10\n")
    assert differing(reading) == []
    assert said(reading) == ["The file's own total of 22.30 (row 12) agrees with its rows."]


def test_totals_of_costs_by_month_are_compared_too(tmp_path):
    (tmp_path / "sales.csv").write_text(HEADER + LINES)
    (tmp_path / "costs.csv").write_text("Account;1.2025;2.2025;3.2025\n4000;1,5;2;3\n4001;1;1;1\nTotal;2,5;3;5\n")
    reading = read([tmp_path / "sales.csv"], costs=[tmp_path / "costs.csv"])
    (problem,) = [p for p in reading.problems if p.code == "total-differs"]
    assert "total is 10.50, but the rows above it sum to 9.50: 1.00 is missing" in problem.sentence
