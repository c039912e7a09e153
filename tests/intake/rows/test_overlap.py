"""What one number names: a document of one customer, and of one year where numbers begin anew."""

from __future__ import annotations

import pytest

from goodterms.intake import read

HEAD = "Invoice;Date;Customer;Net amount\n"
TWO_YEARS = "1;2023-01-10;A;100.00\n2;2023-01-11;B;20.50\n1;2024-01-10;A;-150.00\n3;2024-02-10;C;50.00\n"


def lines(reading):
    rows = reading.facts["sale_lines"].order_by(["date", "row"]).to_pyarrow().select(["source", "document", "kind", "line", "row"]).to_pylist()
    return [tuple(row.values()) for row in rows]


def test_numbers_that_begin_anew_each_year_are_documents_of_their_own(write):
    reading = read([write("s.csv", HEAD + TWO_YEARS)])
    assert lines(reading) == [
        ("s 2023", "1", "invoice", "1", 2),
        ("s 2023", "2", "invoice", "1", 3),
        ("s 2024", "1", "credit note", "1", 4),
        ("s 2024", "3", "invoice", "1", 5),
    ]
    (problem,) = reading.problems
    assert problem.sentence == (
        "1 of the 2 numbers of documents of 2024 were used in an earlier year too, such as 1. "
        "They begin anew: each year's documents are a source of their own, such as s 2024."
    )


def test_lines_of_two_years_may_have_the_same_number(write):
    numbered = "Invoice;Line;Date;Customer;Net amount\n" + "".join(f"{n};1;{year}-03-0{n};A;{year}\n" for year in (2023, 2024) for n in (1, 2, 3))
    reading = read([write("2023.csv", numbered)])
    assert (reading.accepted, reading.rejected) == (6, 0)


@pytest.mark.parametrize(
    "rows",
    [
        "1;2023-12-30;A;100.00\n1;2024-01-03;A;-20.00\n2;2023-12-30;A;1.00\n",
        "1;2023-01-30;A;100.00\n2;2024-01-03;A;20.00\n3;2024-01-03;A;1.00\n1;2024-03-03;A;-20.00\n",
    ],
    ids=["written at the turn of the year", "one line that came late"],
)
def test_one_document_in_two_years_stays_one(write, rows):
    reading = read([write("s.csv", HEAD + rows)])
    assert {(source, kind) for source, _, kind, _, _ in lines(reading)} == {("s", "invoice")}


def test_one_number_of_two_customers_is_two_documents(write):
    reading = read([write("s.csv", HEAD + "3;2023-01-12;A;-150.00\n3;2023-01-12;B;180.00\n3;2023-01-12;A;10.00\n")])
    assert [(row, kind) for _, _, kind, _, row in lines(reading)] == [(2, "credit note"), (3, "invoice"), (4, "credit note")]
