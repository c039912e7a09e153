"""Sheets beside the lines: sums of them, other layouts, merged cells, shares shown as per cent, and columns that are called the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
DAY = dt.date
LINES = [["Invoice", "Date", "Customer", "Net amount"], ["1", DAY(2023, 1, 5), "Ann", 10], ["2", DAY(2023, 1, 15), "Bob", 20], ["3", DAY(2023, 2, 5), "Ann", 5]]


@pytest.fixture
def workbook(tmp_path):
    """Write sheets of rows; a cell in a tuple is shown as per cent, ``merged`` are ranges with their value."""

    def write(sheets, merged=()):
        path = tmp_path / "w.xlsx"
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
            percent, literal = book.add_format({"num_format": "0 %"}), book.add_format({"num_format": '0.00" %"'})
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for row, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        if isinstance(cell, tuple):
                            sheet.write(row, column, cell[0], percent)
                        elif isinstance(cell, list):
                            sheet.write(row, column, cell[0], literal)
                        else:
                            sheet.write(row, column, cell)
                for cells, value in merged:
                    sheet.merge_range(cells, value)
        return path

    return write


def rows(reading, columns):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM (SELECT * FROM sale_lines ORDER BY row)").fetchall()


def answer(error, number):
    """The mapping that a numbered choice of the only question makes."""
    (question,) = error.value.questions
    return Mapping.read(answered("", question.chosen(str(number))))


# Sheets -----------------------------------------------------------------------------------------------------------------------------------------------------


def test_a_sheet_of_sums_by_month_is_left_out_and_said(workbook):
    reading = read([workbook({"Lines": LINES, "Summary": [["Date", "Net amount"], [DAY(2023, 1, 31), 30], [DAY(2023, 2, 28), 5]]})])
    assert rows(reading, "sum(net_value)") == [(D(35),)]
    (problem,) = reading.problems
    assert (problem.code, problem.origin.sheet) == ("sheet-not-read", "Summary")
    assert problem.sentence == "This sheet sums up sheet Lines, month by month the same net value, and is not read."


def test_a_sheet_of_sums_over_several_sheets_is_left_out(workbook):
    year = [LINES[0], ["4", DAY(2024, 1, 5), "Ann", 10], ["5", DAY(2024, 1, 15), "Bob", 20]]
    sums = [["Date", "Net amount"], [DAY(2023, 1, 31), 30], [DAY(2023, 2, 28), 5], [DAY(2024, 1, 31), 30]]
    reading = read([workbook({"2023": LINES, "2024": year, "All": sums})])
    assert rows(reading, "sum(net_value)") == [(D(65),)]
    assert [p.sentence for p in reading.problems] == ["This sheet sums up sheets 2023, 2024, month by month the same net value, and is not read."]


def test_a_sheet_without_documents_and_customers_whose_sums_differ_is_asked(workbook):
    path = workbook({"Lines": LINES, "More": [["Date", "Net amount"], [DAY(2023, 1, 31), 31], [DAY(2023, 2, 28), 5]]})
    with pytest.raises(AnswerNeededError, match="sheet More has no documents and no customers, which sheet Lines has") as error:
        read([path])
    assert rows(read([path], mapping=answer(error, 1)), "sum(net_value)") == [(D(35),)]
    assert rows(read([path], mapping=answer(error, 2)), "sum(net_value)") == [(D(71),)]


def test_a_sheet_by_customer_and_month_that_differs_is_asked_and_zeros_are_no_lines(workbook):
    head = ["Customer", "Date", "Net amount"]
    sums = [["Ann", DAY(2023, 1, 31), 10], ["Bob", DAY(2023, 1, 31), 20], ["Ann", DAY(2023, 2, 28), 5]]
    zeros = [[name, DAY(2023, month, 1), 0] for name in ("Cleo", "Dora") for month in (1, 2)]
    with pytest.raises(AnswerNeededError, match="sheet More has no documents, which sheet Lines has"):
        read([workbook({"Lines": LINES, "More": [head, ["Ann", DAY(2023, 1, 31), 31]]})])
    assert rows(read([workbook({"Lines": LINES, "More": [head, *sums, *zeros]})]), "sum(net_value)") == [(D(35),)]


PIVOT = [["Customer", "Sum of Net"], ["Ann", 15], ["Bob", 20], ["Grand Total", 35]]
ACROSS = [["Sum of Net amount", "Jan", "Feb", "Grand Total"], ["Ann", 10, 5, 15], ["Bob", 20, None, 20], ["Grand Total", 30, 5, 35]]


WITHOUT_SUMS = [row[:3] for row in ACROSS]


@pytest.mark.parametrize(
    "pivot", [PIVOT, PIVOT[:3], ACROSS, WITHOUT_SUMS], ids=["by customer", "without a total", "with months across the top", "with months across the top alone"]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_pivot_table_without_dates_is_left_out_and_said(workbook, tmp_path, pivot, is_first):
    path = workbook({"Pivot": pivot, "Lines": LINES} if is_first else {"Lines": LINES, "Pivot": pivot})
    reading = read([path])
    assert rows(reading, "sum(net_value)") == [(D(35),)]
    assert [(p.code, p.origin.sheet, p.sentence) for p in reading.problems] == [
        ("sheet-not-read", "Pivot", "This sheet sums up sheet Lines by Customer, and is not read.")
    ]
    assert rows(read([path], mapping=reading.write_mapping(tmp_path / "map.toml")), "sum(net_value)") == [(D(35),)]


def test_a_pivot_table_over_the_sheets_of_several_years_is_left_out(workbook):
    year = [LINES[0], ["4", DAY(2024, 1, 5), "Ann", 10], ["5", DAY(2024, 1, 15), "Bob", 20]]
    reading = read([workbook({"2023": LINES, "2024": year, "Pivot": [["Who", "Net"], ["Ann", 25], ["Bob", 40]]})])
    assert rows(reading, "sum(net_value)") == [(D(65),)]
    assert [p.sentence for p in reading.problems if p.origin.sheet == "Pivot"] == ["This sheet sums up sheets 2023, 2024 by Customer, and is not read."]


def test_a_sheet_without_dates_whose_sums_differ_is_asked_and_to_leave_it_out_comes_first(workbook):
    path = workbook({"Lines": LINES, "Pivot": [["Customer", "Sum of Net"], ["Ann", 15], ["Bob", 21], ["Grand Total", 36]]})
    with pytest.raises(AnswerNeededError, match="It may sum up sheet Lines: its lines would count twice then") as error:
        read([path])
    assert error.value.questions[0].evidence[0] == "It may sum up sheet Lines: its lines would count twice then."
    assert error.value.questions[0].choices[0].said == "the sheet is no such table: leave it out"
    assert rows(read([path], mapping=answer(error, 1)), "sum(net_value)") == [(D(35),)]


def test_a_sheet_that_names_what_lines_have_numbers_of_is_left_out(workbook):
    lines = [["Invoice", "Date", "Product", "Net amount"], *([str(n), DAY(2024, 1, n), f"0{n % 4}", 10 * n] for n in range(1, 13))]
    sums = {n: sum(10 * of for of in range(1, 13) if of % 4 == n) for n in range(4)}
    names = ["Screw", "Plank", "Glove", "Helmet"]
    path = workbook({"Lines": lines, "Summary": [["Product", "Sales"], *([names[n], sums[n]] for n in (2, 0, 3, 1)), ["Total", sum(sums.values())]]})
    reading = read([path])
    assert rows(reading, "sum(net_value)") == [(D(780),)]
    assert [p.sentence for p in reading.problems] == ["This sheet sums up sheet Lines by Product, under other names, and is not read."]
    other = workbook({"Lines": lines, "Summary": [["Product", "Sales"], *([names[n], sums[n] + n] for n in range(4))]})
    with pytest.raises(AnswerNeededError, match="sheet Summary: no column is known as the date"):
        read([other])


@pytest.mark.parametrize("heads", [["Jan", "Feb", "Mar"], ["Q1", "Q2", "Q3"]])
def test_a_sheet_by_month_without_a_year_is_first_left_out_then_of_the_years_of_the_lines(workbook, heads):
    path = workbook({"Lines": LINES, "Plan": [["Customer", *heads], ["Ann", 11, 5, 7], ["Bob", 21, 6, 8]]})
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (question,) = error.value.questions
    what = "months" if heads[0] == "Jan" else "quarters"
    assert [option.said for option in question.choices[:2]] == ["the sheet is no such table: leave it out", f"they are {what} of 2023"]
    assert question.evidence[0] == "It may sum up sheet Lines: its lines would count twice then."
    assert rows(read([path], mapping=answer(error, 1)), "sum(net_value)") == [(D(35),)]
    of_2023 = answer(error, 2)
    columns = next(entry.columns for entry in of_2023.files if entry.sheet == "Plan" or entry.columns)
    assert set(columns.values()) == {f"month:2023-{month:02}" for month in ((1, 2, 3) if what == "months" else (1, 4, 7))}


def test_what_two_sheets_of_lines_have_in_common_makes_none_of_them_a_sum(workbook):
    less = [["Invoice", "Date", "Net amount"], ["1", DAY(2023, 1, 5), 10], ["2", DAY(2023, 1, 15), 20], ["9", DAY(2023, 2, 5), 5.5]]
    with pytest.raises(AnswerNeededError) as error:
        read([workbook({"Lines": LINES, "More": less, "Text": [["Customer", "Note", "Other"], ["Ann", "x", "15"], ["Bob", "y", "20a"]]})])
    assert [question.key.rpartition(", ")[2] for question in error.value.questions] == ["date"]


def test_sheets_of_years_are_all_read(workbook):
    year = [LINES[0], ["4", DAY(2024, 1, 5), "Ann", 10], ["5", DAY(2024, 1, 15), "Bob", 20]]
    assert rows(read([workbook({"2023": LINES, "2024": year})]), "sum(net_value)") == [(D(65),)]


def test_a_sheet_of_another_layout_can_be_left_out(workbook):
    path = workbook({"2023": LINES, "2022": [["Asiakas", "Jotain", "Muuta"], ["Ann", "x", "y"], ["Bob", "z", "w"]]})
    with pytest.raises(AnswerNeededError, match="sheet 2022: no column is known as the date") as error:
        read([path])
    reading = read([path], mapping=answer(error, 1))
    assert rows(reading, "sum(net_value)") == [(D(35),)]
    assert [(p.origin.sheet, p.sentence) for p in reading.problems] == [("2022", "The mapping leaves this sheet out.")]


def test_a_sheet_is_left_out_beside_an_entry_for_the_whole_workbook(workbook):
    path = workbook({"2023": LINES, "2022": [["Asiakas", "Jotain", "Muuta"], ["Ann", "x", "y"], ["Bob", "z", "w"]]})
    text = 'version = 1\n\n[[file]]\nmatch = "w.xlsx"\nsource = "erp"\n'
    with pytest.raises(AnswerNeededError) as error:
        read([path], mapping=Mapping.read(text))
    (question,) = error.value.questions
    reading = read([path], mapping=Mapping.read(answered(text, question.choices[-1])))
    assert rows(reading, "DISTINCT source, sum(net_value) OVER ()") == [("erp", D(35))]


# Cells ------------------------------------------------------------------------------------------------------------------------------------------------------


def test_a_number_shown_as_per_cent_is_a_share(workbook):
    head = ["Invoice", "Date", "Customer", "Qty", "List price", "Discount %"]
    path = workbook({"L": [head, ["1", DAY(2023, 1, 5), "Ann", 10, 100, (0.1,)], ["2", DAY(2023, 1, 15), "Bob", 4, 50, (0.25,)]]})
    assert rows(read([path]), "net_value") == [(D(900),), (D(150),)]


def test_a_format_that_only_writes_the_sign_makes_no_share(workbook):
    head = ["Invoice", "Date", "Customer", "Qty", "List price", "Discount %"]
    path = workbook({"L": [head, ["1", DAY(2023, 1, 5), "Ann", 10, 100, [10]], ["2", DAY(2023, 1, 15), "Bob", 4, 50, [0.5]]]})
    assert rows(read([path]), "net_value") == [(D(900),), (D(199),)]


def test_cells_merged_downwards_hold_for_all_of_their_rows(workbook):
    lines = [["Customer", "Invoice", "Date", "Net amount"], *([None, str(i), DAY(2023, 1, i), 10 * i] for i in range(1, 5))]
    reading = read([workbook({"L": lines}, merged=[("A2:A4", 1001)])])
    assert rows(reading, "customer_key, net_value") == [("1001", D(10)), ("1001", D(20)), ("1001", D(30)), (None, D(40))]
    (problem,) = [p for p in reading.problems if p.code == "merged-cells-filled"]
    assert (problem.origin.row, problem.origin.column, problem.rows) == (3, "Customer", 2)


def test_an_amount_merged_downwards_counts_once(workbook):
    lines = [["Customer", "Invoice", "Date", "Net amount"], *(["Ann", str(i), DAY(2023, 1, i), 10 * i if i != 3 else None] for i in range(1, 5))]
    reading = read([workbook({"L": lines}, merged=[("D3:D4", 20)])])
    assert rows(reading, "sum(net_value)") == [(D(70),)]
    (problem,) = [p for p in reading.problems if p.code == "merged-numbers"]
    assert (problem.origin.row, problem.origin.column) == (3, "Net amount")


# Columns and cells of any file ------------------------------------------------------------------------------------------------------------------------------


def test_two_columns_that_are_called_the_same_are_asked(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Invoice;Date;Customer;Amount;Amount\n1;2023-01-01;Ann;10,50;13,02\n2;2023-01-13;Bob;9,00;11,16\n")
    with pytest.raises(AnswerNeededError, match=r"Amount and Amount \(2\) may both be the net amount") as error:
        read([path])
    assert rows(read([path], mapping=answer(error, 2)), "net_value") == [(D("13.02"),), (D("11.16"),)]
    path.write_text("Invoice;Date;Customer;Amount;Amount\n1;2023-01-01;Ann;10,50;10,50\n2;2023-01-13;Bob;9,00;9,00\n")
    assert rows(read([path]), "net_value") == [(D("10.5"),), (D(9),)]


def test_a_per_cent_is_no_amount(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Invoice;Date;Customer;Net amount\n1;2023-01-01;Ann;10%\n2;2023-01-13;Bob;9,00\n")
    reading = read([path])
    assert rows(reading, "net_value") == [(D(9),)]
    assert reading.rejected == 1


def test_a_discount_of_per_cents_is_a_rate(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Invoice;Date;Customer;Qty;List price;Discount\n1;2023-01-01;Ann;1;10,00;10 %\n2;2023-01-13;Bob;1;20,00;5,5 %\n")
    assert rows(read([path]), "discount, net_value") == [(D(1), D(9)), (D("1.1"), D("18.9"))]
