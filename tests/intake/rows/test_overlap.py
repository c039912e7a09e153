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


def test_numbers_that_begin_anew_in_one_file_keep_each_line_once(write, tmp_path):
    rows = "".join(f"{number};{year}-{number:02d}-10;C{number};{product}{number}\n" for year in (2023, 2024) for number in range(1, 7) for product in (1, 2))
    file = write("sales.csv", HEAD + rows)
    reading = read([file])
    assert (reading.accepted, reading.facts.sources) == (24, ("sales 2023", "sales 2024"))
    kept = reading.write_mapping(tmp_path / "map.toml")
    assert lines(read([file], mapping=kept)) == lines(reading)


def year_of(number):
    """Invoices 1, 2 … of a year, one a month."""
    return "".join(f"{month};{number}-{month:02d}-10;C{month};{100 + month}\n" for month in range(1, 7))


def named(reading):
    """The source and document of each line, by its day."""
    return {row["date"]: (row["source"], row["document"]) for row in reading.facts["sale_lines"].to_pyarrow().to_pylist()}


def test_files_of_two_years_are_one_source_whatever_is_read_beside_them(write):
    second = "".join(f"{6 + int(row[0])}{row[1:]}\n" for row in year_of(2024).splitlines())
    files = [write("sales_2023.csv", HEAD + year_of(2023)), write("sales_2024.csv", HEAD + second)]
    both = read(files)
    assert named(both) == named(read(files[:1])) | named(read(files[1:]))
    assert both.facts.sources == ("sales",)
    assert not both.problems


def test_where_numbers_begin_anew_each_year_is_a_source_and_the_mapping_keeps_it(write, tmp_path):
    files = [write("sales_2023.csv", HEAD + year_of(2023)), write("sales_2024.csv", HEAD + year_of(2024))]
    both = read(files)
    assert both.facts.sources == ("sales 2023", "sales 2024")
    assert [problem.code for problem in both.problems] == ["numbers-anew"]
    kept = both.write_mapping(tmp_path / "map.toml")
    assert named(read(files[::-1])) == named(both) == named(read(files, mapping=kept))
    alone = read(files[1:], mapping=kept)
    assert named(alone).items() <= named(both).items()
    assert alone.facts.sources == ("sales 2024",)


def test_years_that_were_found_by_their_numbers_are_kept_in_the_mapping(write, tmp_path):
    kept = read([write("s.csv", HEAD + year_of(2023) + year_of(2024))]).write_mapping(tmp_path / "map.toml")
    assert 'source = "s {year}"' in kept.read_text()
    assert {source for source, _ in named(read([write("s.csv", HEAD + year_of(2024))], mapping=kept)).values()} == {"s 2024"}


def test_documents_of_the_days_around_new_year_are_whole_where_numbers_begin_anew(write):
    files = [
        write("t_2023.csv", HEAD + "1;2023-01-10;A;10\n2;2023-05-10;A;10\n3;2023-12-29;B;100\n"),
        write("t_2024.csv", HEAD + "3;2024-01-02;B;-30\n1;2024-02-10;C;10\n2;2024-05-10;C;10\n3;2024-06-10;B;70\n"),
    ]
    assert {(source, kind) for source, document, kind, _, _ in lines(read(files)) if document == "3"} == {("t 2023", "invoice"), ("t 2024", "invoice")}


def test_a_number_of_another_customer_in_january_is_a_document_of_its_own(write):
    files = [
        write("t_2023.csv", HEAD + "1;2023-12-20;A;10\n2;2023-12-21;A;10\n"),
        write("t_2024.csv", HEAD + "1;2024-01-05;B;10\n2;2024-01-06;B;-4\n"),
    ]
    assert [(source, document, kind) for source, document, kind, _, _ in lines(read(files))] == [
        ("t", "1", "invoice"),
        ("t", "2", "invoice"),
        ("t", "1", "invoice"),
        ("t", "2", "credit note"),
    ]


def test_a_line_that_came_late_is_of_the_year_of_its_document_where_numbers_go_on(write):
    files = [write("t_2023.csv", HEAD + "1;2023-01-30;A;100\n"), write("t_2024.csv", HEAD + "2;2024-01-03;A;20\n3;2024-01-04;A;1\n1;2024-03-03;A;-20\n")]
    assert {(source, kind) for source, document, kind, _, _ in lines(read(files)) if document == "1"} == {("t", "invoice")}


def test_costs_are_of_no_documents_and_their_source_of_no_year(write):
    costs = write("costs_2024.csv", "Month;Account;Amount\n2024-01;4000;100\n")
    assert [file.source for file in read([], costs=[costs]).files] == ["costs"]


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
