"""Several tables in one file: the largest is read, the others are named, and no row of one is taken for a row of another."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.facts.engine import connect
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.several_tables import tables_of

SALES = "Customer;Date;Net\n" + "".join(f"C{row};2012-01-{row:02d};{row},50\n" for row in range(1, 21))
COSTS = "Account;Text;Amount\n4000;Rent;100,00\n4010;Heat;20,00\n"
TRAVEL = "Manager;Town;Days\nAnn;Oslo;3\nBob;Rome;4\n"


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture
def read(engine, tmp_path):
    def read(content: str, **dialect):
        path = tmp_path / "report.csv"
        path.write_text(content)
        (table,) = open_file(engine, path, dialect=dialect)
        rows = engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()
        return table, rows

    return read


def aside(table, reason):
    return [ref.row for ref in table.set_aside if ref.reason == reason]


@pytest.mark.parametrize("blank", ["\n", ";;\n", "\n;;\n\n"])
@pytest.mark.parametrize("title", ["", "Costs of the year;;\n", "Costs\n"])
def test_largest_table_is_read_and_the_others_are_named(read, blank, title):
    lines = blank.count("\n")
    above = title.count("\n")
    table, rows = read(SALES + blank + title + COSTS)
    assert (table.header, len(rows), table.rejected) == (("Customer", "Date", "Net"), 20, ())
    assert aside(table, "another table") == list(range(22 + lines, 25 + lines + above))
    (problem,) = (problem for problem in table.problems if problem.code == "another-table")
    said = f"{'Costs of the year: ' if 'year' in title else 'Costs: ' if title else ''}Account | Text | Amount"
    assert problem.sentence == f"another table stands in the file (row {22 + lines + above}: {said}) and is set aside."
    assert problem.rows == 2


def test_largest_table_below_a_smaller_one_is_read(read):
    table, rows = read("Costs\n" + COSTS + "\nSales\n" + SALES)
    assert (table.header, table.header_row, rows[0], len(rows)) == (("Customer", "Date", "Net"), 7, (8, "C1", "2012-01-01", "1,50"), 20)
    assert (aside(table, "another table"), aside(table, "above the header"), aside(table, "blank")) == ([1, 2, 3, 4], [6], [5])
    assert [problem.origin.row for problem in table.problems if problem.code == "another-table"] == [2]


def test_table_that_the_mapping_names_is_read_alone(read):
    whole = "Costs\n" + COSTS + "\nSales\n" + SALES + "\n" + TRAVEL
    costs, rows = read(whole, header_row=2)
    assert (costs.header, [row[1:] for row in rows]) == (("Account", "Text", "Amount"), [("4000", "Rent", "100,00"), ("4010", "Heat", "20,00")])
    sales, rows = read(whole, header_row=7)
    assert (sales.header, len(rows), len(sales.rejected)) == (("Customer", "Date", "Net"), 20, 0)
    travel, rows = read(whole, header_row=29)
    assert (travel.header, rows) == (("Manager", "Town", "Days"), [(30, "Ann", "Oslo", "3"), (31, "Bob", "Rome", "4")])


def test_tables_of_a_like_size_are_asked_about(read):
    with pytest.raises(AnswerNeededError) as raised:
        read(COSTS + "\n" + TRAVEL + "Cleo;Bern;1\n")
    (question,) = raised.value.questions
    assert question.sentence.endswith("2 tables stand in it, one below the other. Which one is to be read? Cut the file to read several.")
    assert question.evidence == ("row 5: Manager | Town | Days, 3 rows", "row 1: Account | Text | Amount, 2 rows")
    assert [choice.line for choice in question.choices] == ["dialect = { header_row = 5 }", "dialect = { header_row = 1 }"]


def test_table_far_below_is_found(read):
    sales = "Customer;Date;Net\n" + "".join(f"Customer {row};2012-01-05;{row},50\n" for row in range(20_000))
    table, rows = read(sales + "\n" + COSTS)
    assert (len(rows), aside(table, "another table"), table.rejected) == (20_000, [20_003, 20_004, 20_005], ())
    with pytest.raises(AnswerNeededError, match="2 tables stand in it"):
        read(sales + "\nAccount;Text;Amount\n" + "4000;Rent;100,00\n" * 15_000)


def test_same_table_again_under_a_title_is_one_table(read):
    table, rows = read("Sales of May;;\n;;\n" + SALES + ";;\nSales of June;;\n;;\n" + SALES)
    assert (len(rows), table.rejected) == (40, ())
    assert (aside(table, "above the header"), aside(table, "header repeated")) == ([1, 25], [27])
    assert [(problem.code, problem.rows) for problem in table.problems if problem.origin.row == 25] == [("rows-above-the-header", 1)]


def test_rows_of_the_first_table_below_another_one_are_read(read):
    table, rows = read(SALES + "\n" + COSTS + "\n" + SALES)
    assert (len(rows), aside(table, "another table"), aside(table, "header repeated")) == (40, [23, 24, 25], [27])


@pytest.mark.parametrize(
    "below",
    [
        "Cleo;;7,50\nDan;2012-02-02;8\n",
        "Group North;;\nCleo;2012-02-02;7,50\nDan;2012-02-02;8\n",
        "Total;;230,00\n",
        "Cleo;2012-02-02;n/a\nDan;2012-02-02;8\n",
        "Cleo;;missing\nDan;2012-02-02;8\n",
        "Only words;\n",
    ],
)
def test_blank_row_alone_ends_no_table(read, below):
    table, rows = read(SALES + ";;\n" + below)
    assert aside(table, "another table") == []
    assert len(rows) + len(table.rejected) + len(aside(table, "footer")) == 20 + below.count("\n")


def test_names_and_values_around_a_table_are_no_table(read):
    small = "Customer;Date;Net\nAnn;2012-01-05;1,50\nBob;2012-01-06;2,50\n"
    table, rows = read("Report;Sales\nCompany;Example Oy\nPrinted;2013-01-05\n\n" + small + "\nPrinted by;Ann\nPrinted;2013-01-05\n")
    assert (table.header, len(rows), aside(table, "above the header")) == (("Customer", "Date", "Net"), 2, [1, 2, 3])
    assert len(rows) + len(table.rejected) + len(table.set_aside) == table.physical == 10


def test_one_table_is_one():
    assert [table.rows for table in tables_of([["Customer", "Net"], ["Ann", "1"], [], ["Bob", "2"]])] == [2]
    assert tables_of([])[0].rows == 0
