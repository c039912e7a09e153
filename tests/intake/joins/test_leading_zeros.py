"""Numbers of documents and orders that one export of a source writes with zeros in front and another without."""

from __future__ import annotations

import pytest

from goodterms.intake import read

HEADER = "Invoice;Date;Customer;Order number;Net amount\n"


@pytest.fixture
def write(tmp_path):
    def _write(name, *lines):
        path = tmp_path / name
        path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return _write


def said(*files):
    return [(p.origin.column, p.sentence) for p in read(files).problems if p.code == "numbers-differ-by-zeros"]


def test_documents_that_two_files_write_with_zeros_and_without_are_said(write):
    first = write("a.csv", "0012;2023-01-31;Ann;A1;10,50", "0013;2023-01-31;Ann;A2;11,50", "0014;2023-01-31;Ann;A3;12,50")
    second = write("b.csv", "12;2023-01-31;Ann;B1;10,50", "13;2023-02-28;Ann;B2;11,50", "14;2023-01-31;Ann;B3;12,50")
    expected = f"2 numbers differ from those of {second} on the same day by leading zeros alone (0012 and 12), and count twice."
    assert said(first, second) == [("Invoice", expected)]
    assert said(second, first) == [("Invoice", expected)]


def test_orders_are_said_too(write):
    first, second = write("a.csv", "A1;2023-01-31;Ann;007;10,50"), write("b.csv", "B1;2023-01-31;Ann;7;10,50")
    assert [column for column, _ in said(first, second)] == ["Order number"]


def test_equal_numbers_are_not_said(write):
    assert said(write("a.csv", "0012;2023-01-31;Ann;A1;10,50"), write("b.csv", "0012;2023-01-31;Ann;A1;11,50", "13;2023-01-31;Ann;A2;12,50")) == []
