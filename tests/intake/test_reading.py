"""A company's files, as they come: what is read, what is asked, what is given back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

import goodterms
from goodterms.errors import AnswerNeededError, MappingError
from goodterms.facts.columns import TABLES
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake import reading as reading_module
from goodterms.problems import Severity

D = Decimal
DAY = dt.date

ANN_AND_BOB = """\
Invoice;Line;Invoice date;Customer number;Customer;Product number;Quantity;Net amount
1;1;2023-01-31;007;Ann Oy;P1;2;20.50
1;2;2023-01-31;007;Ann Oy;P2;1;5.00
2;1;2023-02-13;012;Bob Ab;P1;1;10.25
"""


@pytest.fixture
def write(tmp_path):
    def _write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return _write


def rows(reading, columns, table="sale_lines", order="file, row"):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM {table} ORDER BY {order}").fetchall()


def asked(error):
    return [question.key.split(":")[0] for question in error.value.questions]


def lines(reading):
    return {choice.said: choice.line for question in reading.value.questions for choice in question.choices}


def test_read_gives_every_column_of_every_table(write):
    facts = read([write("sales.csv", ANN_AND_BOB)]).facts
    for name in ("sale_lines", "costs", "activities", "purchase_lines", "customers", "products"):
        assert tuple(facts[name].columns) == TABLES[name].column_names


def test_read_types_lines_and_keeps_leading_zeros_of_keys(write):
    reading = read([write("sales.csv", ANN_AND_BOB)])
    assert rows(reading, "document, line, date, customer_key, product_key, quantity, net_value, kind, source, row") == [
        ("1", "1", DAY(2023, 1, 31), "007", "P1", D(2), D("20.5"), "invoice", "sales", 2),
        ("1", "2", DAY(2023, 1, 31), "007", "P2", D(1), D(5), "invoice", "sales", 3),
        ("2", "1", DAY(2023, 2, 13), "012", "P1", D(1), D("10.25"), "invoice", "sales", 4),
    ]
    assert rows(reading, "customer_key, name", "customers", "1") == [("007", "Ann Oy"), ("012", "Bob Ab")]


def test_read_accounts_for_every_record(write):
    account = read([write("sales.csv", ANN_AND_BOB)]).files[0]
    assert (account.physical, account.accepted, account.rejected, account.set_aside, account.met_again) == (4, 3, 0, 1, 0)
    assert (account.net_by_currency, account.first_date, account.last_date) == ({"": D("35.75")}, DAY(2023, 1, 31), DAY(2023, 2, 13))


def test_latest_name_of_a_customer_wins_by_date(write):
    text = "Date,Customer number,Customer,Net amount\n2023-03-31,7,New name,1.5\n2023-01-31,7,Old name,1.5\n"
    assert rows(read([write("s.csv", text)]), "name", "customers", "1") == [("New name",)]


def test_name_is_the_key_where_there_is_no_number(write):
    reading = read([write("s.csv", "Date,Customer,Net sales\n2023-01-31,Ann,1.5\n")])
    assert rows(reading, "customer_key, document, line, product_key, quantity") == [("Ann", None, None, None, None)]


def test_finnish_export_in_cp1252_with_decimal_commas_and_thousands(write):
    text = (
        "Laskunumero;Laskupäivä;Asiakasnumero;Asiakkaan nimi;Tuotekoodi;Tuoteryhmä;Määrä;À-hinta;Nettosumma;Eräpäivä;Myyjä\n"
        "100;31.1.2023;0012;Äyräs Oy;A1;Pöydät;1 000,00;1,25;1 250,00 €;14.2.2023;E1\n"
        "101;1.2.2023;0012;Äyräs Oy;A1;Pöydät;-2;1,25;-2,50 €;15.2.2023;E1\n"
    )
    reading = read([write("myynti.csv", text, "cp1252")])
    assert rows(reading, "document, date, customer_key, product_key, quantity, net_value, due_date, manager_key, currency, kind") == [
        ("100", DAY(2023, 1, 31), "0012", "A1", D(1000), D(1250), DAY(2023, 2, 14), "E1", "EUR", "invoice"),
        ("101", DAY(2023, 2, 1), "0012", "A1", D(-2), D("-2.5"), DAY(2023, 2, 15), "E1", "EUR", "credit note"),
    ]
    assert rows(reading, "product_key, family", "products", "1") == [("A1", "Pöydät")]


def test_swedish_export(write):
    text = (
        "Fakturanummer;Radnummer;Fakturadatum;Kundnummer;Kundnamn;Artikelnr;Benämning;Varugrupp;Antal;Á-pris;Rabatt;Belopp exkl moms;Moms;Ordernummer;Säljare\n"
        "9;1;2023-01-31;K1;Åström;10;Stol;Stolar;2;10,00;0,00;20,00;5,00;O1;S1\n"
    )
    reading = read([write("forsaljning.csv", text)])
    assert rows(reading, "document, line, date, customer_key, product_key, quantity, discount, net_value, tax, order_number, manager_key") == [
        ("9", "1", DAY(2023, 1, 31), "K1", "10", D(2), D(0), D(20), D(5), "O1", "S1")
    ]
    assert rows(reading, "name, family", "products", "1") == [("Stol", "Stolar")]


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        (["1,234.50", "12.00"], ["1234.5", "12"]),
        (["1.234,50", "12,00"], ["1234.5", "12"]),
        (["1'234.50", "2.5"], ["1234.5", "2.5"]),
        (["1\N{NO-BREAK SPACE}234,50", "3,5"], ["1234.5", "3.5"]),
        (["12,50-", "3,5"], ["-12.5", "3.5"]),
        (["(12.50)", "3.5"], ["-12.5", "3.5"]),
        (["3.5", "4.5", "\N{MINUS SIGN}12.50"], ["3.5", "4.5", "-12.5"]),
        (["€ 12.50", "3.5 EUR"], ["12.5", "3.5"]),
        (["0.123", "1.234"], ["0.123", "1.234"]),
        (["1.234.567", "1.234"], ["1234567", "1234"]),
        (["0.00001", "12.5"], ["0.00001", "12.5"]),
        ([".5", "5."], ["0.5", "5"]),
    ],
)
def test_all_values_of_a_column_decide_how_its_numbers_are_written(write, cells, amounts):
    text = "Date;Customer;Net amount\n" + "".join(f"2023-01-31;Ann;{cell}\n" for cell in cells)
    assert [amount for (amount,) in rows(read([write("s.csv", text)]), "net_value")] == [D(amount) for amount in amounts]


def test_number_that_may_have_decimals_or_thousands_is_asked(write):
    path = write("s.csv", "Date;Customer;Net amount\n2023-01-31;Ann;1.234\n2023-01-31;Ann;2.500\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert lines(error)["the comma is the decimal sign"] == 'dialect = { decimal = "," }'
    assert "1.234" in str(error.value)
    assert [v for (v,) in rows(read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"decimal": ","}}]}), "net_value")] == [
        D(1234),
        D(2500),
    ]
    assert [v for (v,) in rows(read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"decimal": "."}}]}), "net_value")] == [
        D("1.234"),
        D("2.5"),
    ]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["31/01/2023", "02/03/2023"], [DAY(2023, 1, 31), DAY(2023, 3, 2)]),
        (["01/31/2023", "02/03/2023"], [DAY(2023, 1, 31), DAY(2023, 2, 3)]),
        (["1.2.2023", "2.3.2023"], [DAY(2023, 2, 1), DAY(2023, 3, 2)]),
        (["20230131", "20230203"], [DAY(2023, 1, 31), DAY(2023, 2, 3)]),
        (["2023-01-31 08:26:00", "2023-02-03T10:00"], [DAY(2023, 1, 31), DAY(2023, 2, 3)]),
        (["31.1.2023 8:26", "2.2.2023 23:59:59"], [DAY(2023, 1, 31), DAY(2023, 2, 2)]),
        (["05/05/2023", "06/06/2023"], [DAY(2023, 5, 5), DAY(2023, 6, 6)]),
        (["31.12.23", "1.1.24"], [DAY(2023, 12, 31), DAY(2024, 1, 1)]),
    ],
)
def test_all_values_of_a_column_decide_how_its_dates_are_written(write, cells, days):
    text = "Date;Customer;Net amount\n" + "".join(f"{cell};Ann;1.5\n" for cell in cells)
    assert [day for (day,) in rows(read([write("s.csv", text)]), "date")] == days


def test_day_or_month_first_is_asked(write):
    path = write("s.csv", "Date;Customer;Net amount\n05/06/2023;Ann;1.5\n07/08/2023;Ann;2.5\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert lines(error) == {"the day stands first": 'dialect = { date = "%d/%m/%Y" }', "the month stands first": 'dialect = { date = "%m/%d/%Y" }'}
    assert "5 June 2023 or 6 May 2023" in str(error.value)
    answered = read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"date": "%d/%m/%Y"}}]})
    assert rows(answered, "date") == [(DAY(2023, 6, 5),), (DAY(2023, 8, 7),)]


def test_another_date_column_of_the_file_decides(write):
    text = "Invoice date;Due date;Customer;Net amount\n05/06/2023;19/06/2023;Ann;1.5\n07/08/2023;21/08/2023;Ann;2.5\n"
    assert rows(read([write("s.csv", text)]), "date") == [(DAY(2023, 6, 5),), (DAY(2023, 8, 7),)]


def test_cell_that_does_not_fit_rejects_its_row_with_its_place(write):
    path = write("s.csv", ANN_AND_BOB + "3;1;2023-02-14;007;Ann Oy;P1;1;12,x\n4;1;soon;007;Ann Oy;P1;1;3.50\n")
    reading = read([path])
    assert (reading.physical, reading.accepted, reading.rejected, reading.set_aside) == (6, 3, 2, 1)
    said = [(p.origin.row, p.origin.column, p.seen) for p in reading.problems if p.severity == Severity.REJECTED]
    assert sorted(said) == [(5, "Net amount", "12,x"), (6, "Invoice date", "soon")]
    assert rows(reading, "count(*)", order="1") == [(3,)]


def test_what_is_expected_of_a_number_is_written_as_the_file_writes_numbers(write):
    text = "Date;Customer;Quantity;Net amount\n2023-01-31;Ann;10;1,50\n2023-01-31;Ann;1O;2,50\n2023-01-31;Ann;10;12,x\n2023-01-31;Ann;20;2.500,00\n"
    said = [p.expected for p in read([write("s.csv", text)]).problems if p.severity == Severity.REJECTED]
    assert [expected.split(" and ")[0] for expected in said] == ["a number with decimal comma"] * 2


def test_problems_of_a_file_come_row_by_row(write, tmp_path):
    text = "Date;Customer;Quantity;Net amount\n2023-01-31;Ann;10;x\nnever;Ann;10;2.5\n2023-01-31;Ann;y;3.5\n2023-02-30;Ann;1;z\n2023-01-31;Ann;1;1.5\n"
    reading = read([write("s.csv", text)])
    assert [p.origin.row for p in reading.problems if p.severity == Severity.REJECTED] == [2, 3, 4, 5]
    _, said = reading.write_rejected(tmp_path / "back")
    assert [row[2] for row in openpyxl.load_workbook(said).active.iter_rows(min_row=2, values_only=True)] == [2, 3, 4, 5]


def test_missing_amount_rejects_its_row(write):
    reading = read([write("s.csv", "Date;Customer;Net amount\n2023-01-31;Ann;1.5\n2023-01-31;Bob;\n")])
    assert [(p.code, p.origin.row, p.origin.column) for p in reading.problems if p.severity == Severity.REJECTED] == [("missing-value", 3, "Net amount")]


def test_same_file_twice_changes_nothing(write):
    path = write("sales.csv", ANN_AND_BOB)
    once, twice = read([path]), read([path, path])
    assert rows(twice, "* EXCLUDE (file)") == rows(once, "* EXCLUDE (file)")
    assert [(a.physical, a.accepted, a.met_again) for a in twice.files] == [(4, 3, 0), (4, 0, 3)]


def test_copy_of_a_file_changes_nothing(write):
    paths = [write("a.csv", ANN_AND_BOB), write("b.csv", ANN_AND_BOB)]
    reading = read(paths)
    assert rows(reading, "document, line, net_value", order="1, 2") == rows(read(paths[:1]), "document, line, net_value", order="1, 2")
    assert [a.met_again for a in reading.files] == [0, 3]


def test_overlapping_files_without_line_numbers_count_the_larger_number_of_repeats(write):
    head = "Invoice,Date,Customer,Product,Net amount\n"
    a = write("a.csv", head + "1,2023-01-31,Ann,P,5.5\n1,2023-01-31,Ann,P,5.5\n2,2023-01-31,Bob,P,7.5\n")
    b = write("b.csv", head + "2,2023-01-31,Bob,P,7.5\n1,2023-01-31,Ann,P,5.5\n1,2023-01-31,Ann,Q,1.5\n3,2023-02-01,Ann,P,5.5\n")
    reading = read([a, b])
    assert rows(reading, "document, line, product_key, net_value", order="1, 2") == [
        ("1", "1", "P", D("5.5")),
        ("1", "2", "P", D("5.5")),
        ("1", "3", "Q", D("1.5")),
        ("2", "1", "P", D("7.5")),
        ("3", "1", "P", D("5.5")),
    ]
    assert [a.met_again for a in reading.files] == [0, 2]


def test_one_line_number_with_two_values_is_a_problem_that_shows_both(write):
    a = write("a.csv", ANN_AND_BOB + "5;1;2023-03-01;007;Ann Oy;P1;1;9.00\n" * 1 + "".join(f"{i};1;2023-03-01;007;Ann Oy;P1;1;9.00\n" for i in range(10, 30)))
    b = write("b.csv", ANN_AND_BOB.replace("10.25", "99.25"))
    reading = read([a, b])
    (problem,) = [p for p in reading.problems if p.code == "one-line-two-values"]
    assert (problem.severity, problem.origin.row, problem.seen, problem.expected) == (Severity.REJECTED, 4, "99.2500", "10.2500")
    assert "a.csv, row 4" in str(problem)
    assert (reading.files[1].met_again, reading.files[1].rejected, reading.files[1].accepted) == (2, 1, 0)


def test_row_order_of_a_file_never_matters(write):
    head, *body = (
        "Invoice,Date,Customer,Product,Quantity,Net amount\n1,2023-01-31,Ann,P,2,5.5\n1,2023-01-31,Ann,Q,1,5.5\n1,2023-01-31,Ann,P,1,2.75\n".splitlines()
    )
    one = rows(read([write("a.csv", "\n".join([head, *body]) + "\n")]), "document, line, product_key, net_value", order="1, 2")
    other = rows(read([write("b.csv", "\n".join([head, *body[::-1]]) + "\n")]), "document, line, product_key, net_value", order="1, 2")
    assert one == other


def test_totals_rows_and_footers_are_set_aside_and_listed(write):
    text = (
        "Invoice;Date;Customer;Net amount\n1;2023-01-31;Ann;10.50\n2;2023-01-31;Bob;5.50\n;;;16.00\n3;2023-02-01;Ann;4.00\n"
        "Total;;;20.00\nYhteensä;;;20.00\nPrinted by the system;;;\n"
    )
    reading = read([write("s.csv", text)])
    assert (reading.accepted, reading.rejected, reading.physical) == (3, 0, 8)
    assert [p.origin.row for p in reading.problems if p.severity == Severity.SET_ASIDE and p.code == "set-aside"][:3] == [4, 6, 7]


REPORT = "\n".join(
    [
        "Sales report 2023;;;",
        ";;;",
        "Invoice;Date;Customer;Net amount",
        "(no);(day);(name);[EUR]",
        *(f"{i};2023-01-31;Ann;10.50" for i in range(1, 31)),
        ";;;315.00",
        ";;;",
        "Invoice;Date;Customer;Net amount",
        *(f"{i};2023-02-01;Ann;4.00" for i in range(31, 61)),
        "61;never;Ann;4.00",
        "Total;;;435.00",
        "Printed by the system;;;",
        "",
    ]
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_record_set_aside_is_listed_with_its_reason(write, tmp_path, kind):
    path = write("report.csv", REPORT)
    if kind == "xlsx":
        path = tmp_path / "report.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Sales")
            for i, line in enumerate(REPORT.splitlines()):
                for j, cell in enumerate(line.split(";")):
                    if cell:
                        sheet.write(i, j, float(cell) if cell.replace(".", "").isdigit() else cell)
    (account,) = read([path]).files
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows] == [
        (1, "above the header"),
        (2, "blank"),
        (3, "header"),
        (4, "second header row"),
        (35, "total"),
        (36, "blank"),
        (37, "header repeated"),
        (69, "total"),
        (70, "footer"),
    ]
    assert (account.physical, account.accepted, account.rejected, account.set_aside, account.met_again) == (70, 60, 1, 9, 0)


def test_a_file_named_twice_is_accounted_for_twice(write):
    path = write("report.csv", REPORT)
    once, again = read([path, path]).files
    assert again.set_aside_rows == once.set_aside_rows
    assert (again.physical, again.accepted, again.rejected, again.set_aside, again.met_again) == (70, 0, 0, 9, 61)


def test_row_without_keys_whose_amount_is_no_sum_is_rejected(write):
    reading = read([write("s.csv", "Invoice;Date;Customer;Net amount\n1;2023-01-31;Ann;10.50\n;;;17.00\n2;2023-01-31;Bob;5.50\n")])
    assert (reading.accepted, reading.rejected) == (2, 1)


def test_cells_with_signs_of_two_currencies_are_asked(write):
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", "Date;Customer;Net amount\n2023-01-31;Ann;€ 10.5\n2023-01-31;Bob;$ 20.5\n")])
    assert asked(error) == ["currency"]


def test_unknown_columns_are_asked_with_their_lines(write):
    path = write("s.csv", "When,Who,How much\n2023-01-31,Ann,10.5\n2023-02-01,Bob,20.5\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert lines(error) == {"How much (for example 10.5)": '"How much" = "net_value"'}
    reading = read([path], mapping={"version": 1, "file": [{"match": "s.csv", "columns": {"How much": "net_value", "Who": "customer_key"}}]})
    assert rows(reading, "date, customer_key, net_value") == [(DAY(2023, 1, 31), "Ann", D("10.5")), (DAY(2023, 2, 1), "Bob", D("20.5"))]


def test_two_equally_good_columns_are_asked(write):
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", "Date,Customer,Net amount,Net value\n2023-01-31,Ann,10.5,9.5\n")])
    assert lines(error) == {"Net amount": '"Net amount" = "net_value"', "Net value": '"Net value" = "net_value"'}


def test_mapping_of_a_column_that_is_not_there_lists_the_columns(write):
    with pytest.raises(MappingError, match=r'has no column "Netto"\. Its columns are: Date, Customer, Net amount'):
        read(
            [write("s.csv", "Date,Customer,Net amount\n2023-01-31,Ann,10.5\n")],
            mapping={"version": 1, "file": [{"match": "s.csv", "columns": {"Netto": "net_value"}}]},
        )


def test_questions_of_several_files_come_together(write):
    a = write("a.csv", "Date;Customer;Net amount\n05/06/2023;Ann;1.5\n")
    b = write("b.csv", "Period;Account\n2023-01;4000\n")
    with pytest.raises(AnswerNeededError) as error:
        read([a], costs=[b])
    assert asked(error) == ["date", "column"]


def test_written_mapping_gives_the_same_reading(write, tmp_path):
    text = (
        "Laskunumero;Pvm;Asiakasnro;Asiakas;Tuote;Määrä;À-hinta;Listahinta;Kiireellinen;Muistio\n"
        "C1;31.1.2023;007;Ann;P1;-2;1,50;2,00;x;\n2;1.2.2023;007;Ann;P1;4;1,50;2,00;;\n"
    )
    path = write("s.csv", text)
    first = read([path])
    mapping = first.write_mapping(tmp_path / "map.toml")
    second = read([path], mapping=mapping)
    assert rows(second, "*") == rows(first, "*")
    assert second.mapping.as_toml() == first.mapping.as_toml()
    assert second.facts.attributes == first.facts.attributes == ("attribute:kiireellinen",)


# Files of one source are understood together ------------------------------------------------------------------------------------------------------------


def test_what_marks_credit_notes_is_decided_over_all_files_of_a_source(write):
    head = "Invoice,Date,Customer,Net amount\n"
    january = write("jan.csv", head + "1,2023-01-31,Ann,100\n2,2023-02-01,Ann,50\n")
    february = write("feb.csv", head + "2,2023-02-01,Ann,50\n3,2023-02-28,Ann,100\nC4,2023-02-28,Ann,-10\n")
    for files in ([january, february], [february, january]):
        reading = read(files)
        assert rows(reading, "document, kind, net_value", order="1") == [
            ("1", "invoice", D(100)),
            ("2", "invoice", D(50)),
            ("3", "invoice", D(100)),
            ("C4", "credit note", D(-10)),
        ]
        assert [a.met_again for a in reading.files] == [0, 1]


def test_sheets_of_one_workbook_are_files_of_one_source(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "two.xlsx")) as book:
        for name, lines_ in (("Jan", [(1, "2023-01-31", 100), (2, "2023-02-01", 50)]), ("Feb", [(2, "2023-02-01", 50), ("C4", "2023-02-28", -10)])):
            sheet = book.add_worksheet(name)
            for i, (document, day, net) in enumerate([("Invoice", "Date", "Net amount"), *lines_]):
                sheet.write_row(i, 0, [document, day, "Customer" if i == 0 else "Ann", net])
    reading = read([tmp_path / "two.xlsx"])
    assert rows(reading, "document, kind, net_value", order="1") == [
        ("1", "invoice", D(100)),
        ("2", "invoice", D(50)),
        ("C4", "credit note", D(-10)),
    ]


def test_further_column_is_of_one_kind_in_all_files_of_a_source(write):
    head = "Invoice,Date,Customer,Net amount,Rush\n"
    flags = write("a.csv", head + "".join(f"{i},2023-01-31,Ann,100,{i % 2}\n" for i in range(10)))
    words = write("b.csv", head + "".join(f"{i},2023-01-31,Ann,100,{i % 2}\n" for i in range(5, 10)) + "10,2023-02-28,Ann,100,x\n11,2023-02-28,Ann,100,2\n")
    reading = read([flags, words])
    assert rows(reading, 'count(*), list_sort(list(DISTINCT "attribute:rush"))', order="1") == [(12, ["0", "1", "2", "x"])]


def test_further_text_is_kept_or_left_out_in_all_files_of_a_source(write):
    head = "Invoice,Date,Customer,Net amount,Remark\n"
    big = write("big.csv", head + "".join(f"{i},2023-01-31,Ann,100,note {i}\n" for i in range(300)))
    small = write("small.csv", head + "".join(f"{i},2023-01-31,Ann,100,note {i}\n" for i in range(290, 320)))
    for files in ([big, small], [small, big]):
        reading = read(files)
        assert (reading.accepted, reading.met_again, reading.facts.attributes) == (320, 10, ())
        assert [a.unmapped for a in reading.files] == [("Remark",), ("Remark",)]


def test_dates_and_decimals_of_a_file_are_settled_by_the_others_in_any_order(write):
    head = "Invoice;Date;Customer;Net amount\n"
    open_ = write("open.csv", head + "3;03/02/2023;Ann;1.234\n")
    settled = write("settled.csv", head + "5;03/03/2023;Ann;1.50\n6;28/03/2023;Ann;2.25\n")
    for files in ([open_, settled], [settled, open_]):
        assert rows(read(files), "date, net_value", order="document") == [
            (DAY(2023, 2, 3), D("1.234")),
            (DAY(2023, 3, 3), D("1.5")),
            (DAY(2023, 3, 28), D("2.25")),
        ]


def test_files_that_write_dates_in_two_orders_settle_nothing_for_a_third(write):
    head = "Invoice;Date;Customer;Net amount\n"
    day_first, month_first = write("a.csv", head + "1;28/03/2023;Ann;1.5\n"), write("b.csv", head + "2;03/28/2023;Ann;1.5\n")
    open_ = write("c.csv", head + "3;03/02/2023;Ann;1.5\n")
    assert rows(read([day_first, month_first]), "date", order="document") == [(DAY(2023, 3, 28),)] * 2
    for files in ([day_first, month_first, open_], [open_, month_first, day_first]):
        with pytest.raises(AnswerNeededError) as error:
            read(files)
        assert asked(error) == ["date"]


def test_a_currency_sign_in_one_file_of_a_source_is_asked_of_another_and_its_lines_stay_the_same(write):
    head = "Invoice;Date;Customer;Net amount\n"
    with_sign, without = write("a.csv", head + "1;2023-01-31;Ann;€ 1.50\n"), write("b.csv", head + "1;2023-01-31;Ann;1.50\n2;2023-02-28;Ann;2.50\n")
    with pytest.raises(AnswerNeededError, match="names no currency") as error:
        read([with_sign, without])
    reading = read([with_sign, without], mapping=write("map.toml", error.value.mapping))
    assert rows(reading, "document, net_value, currency", order="1") == [("1", D("1.5"), "EUR"), ("2", D("2.5"), "EUR")]


@pytest.mark.parametrize("line", ["", "1"], ids=["without line numbers", "with line numbers"])
def test_a_line_is_the_same_where_one_file_of_the_source_has_a_column_more(write, line):
    a = write("a.csv", f"Invoice,Line,Date,Customer,Net amount\n1,{line},2023-01-31,Ann,5.5\n2,{line},2023-01-31,Ann,7.5\n")
    b = write("b.csv", f"Invoice,Line,Date,Customer,Net amount,Warehouse\n2,{line},2023-01-31,Ann,7.5,North\n3,{line},2023-02-01,Ann,9.5,South\n")
    reading = read([a, b], mapping={"version": 1, "file": [{"match": "*.csv", "source": "erp"}]})
    assert rows(reading, 'document, net_value, "attribute:warehouse"', order="1") == [("1", D("5.5"), None), ("2", D("7.5"), None), ("3", D("9.5"), "South")]
    assert ([a.met_again for a in reading.files], reading.rejected) == ([0, 1], 0)


def test_keys_written_with_a_zero_are_one_key_in_all_files_of_a_source(write):
    head = "Invoice,Date,Customer number,Net amount\n"
    a, b = write("a.csv", head + "1,2023-01-31,17850.0,1.5\n"), write("b.csv", head + "2,2023-02-28,17850,1.5\n3,2023-02-28,C1,1.5\n")
    assert rows(read([a, b]), "customer_key", order="document") == [("17850",), ("17850",), ("C1",)]
    c = write("c.csv", head + "4,2023-03-31,17850.0,1.5\n5,2023-03-31,C1,1.5\n")
    assert rows(read([a, c]), "customer_key", order="document") == [("17850.0",), ("17850.0",), ("C1",)]


# Keys that differ by leading zeros ------------------------------------------------------------------------------------------------------------------------

WITH_ZEROS = "Invoice;Date;Customer number;Customer;Product number;Net amount\n1;2023-01-31;002003;Ann Oy;P1;10.5\n2;2023-01-31;C1;Bob;P1;1.5\n"
WITHOUT_ZEROS = "Invoice;Date;Customer number;Customer;Product number;Net amount;Page\n3;2024-01-31;2003;Ann Oyj;P1;20.5;1\n4;2024-01-31;500;Cy;P1;1.5;1\n"


def test_keys_that_differ_by_leading_zeros_are_asked_once_for_their_kind(write):
    files = [write("2023.csv", WITH_ZEROS), write("2024.csv", WITHOUT_ZEROS)]
    with pytest.raises(AnswerNeededError) as error:
        read(files)
    assert asked(error) == ["leading zeros"]
    (question,) = error.value.questions
    assert question.sentence.startswith("Keys of customers: 1 pair of keys differs by leading zeros alone. 002003 and 2003 may be one customer")
    assert question.evidence == (
        f"{files[0]}, column Customer number: 1 with zeros in front, as 002003",
        f"{files[1]}, column Customer number: 1 without, as 2003",
    )
    assert error.value.exit_code == 3


@pytest.mark.parametrize(("said", "keys"), [("same", ["2003", "C1", "2003", "500"]), ("different", ["002003", "C1", "2003", "500"])])
def test_the_answer_about_leading_zeros_is_pasted_and_kept(write, said, keys):
    files = [write("2023.csv", WITH_ZEROS), write("2024.csv", WITHOUT_ZEROS)]
    with pytest.raises(AnswerNeededError) as error:
        read(files)
    pasted = error.value.mapping.replace('= "same"', f'= "{said}"')
    reading = read(files, mapping=write("answer.toml", pasted))
    assert [key for (key,) in rows(reading, "customer_key", order="document")] == keys
    assert {key for (key,) in rows(reading, "customer_key", "customers", "1")} == set(keys)
    again = read(files, mapping=reading.write_mapping(files[0].with_name("written.toml")))
    assert [key for (key,) in rows(again, "customer_key", order="document")] == keys


def test_leading_zeros_are_compared_across_all_tables_and_apart_in_key_spaces(write):
    sales, visits = write("2023.csv", WITH_ZEROS), write("visits.csv", "Date;Kind;Customer number\n2023-02-01;visit;2003\n")
    customers = write("customers.csv", "Customer number;Customer\n02003;Ann Oy\n0;Nobody\n")
    for other in ({"activities": [visits]}, {"customers": [customers]}):
        with pytest.raises(AnswerNeededError) as error:
            read([sales], **other)
        assert asked(error) == ["leading zeros"]
    apart = {"version": 1, "file": [{"match": "visits.csv", "keys": "shop"}]}
    assert read([sales], activities=[visits], mapping=apart).accepted == 3
    same = {"version": 1, "leading_zeros": {"customers": "same"}}
    reading = read([sales], activities=[visits], customers=[customers], mapping=same)
    assert rows(reading, "customer_key, name", "customers", "1") == [("0", "Nobody"), ("2003", "Ann Oy"), ("C1", "Bob")]
    assert rows(reading, "DISTINCT customer_key", "activities", "1") == [("2003",)]


def test_lines_of_overlapping_files_are_the_same_once_their_keys_are(write):
    one, other = (f"Invoice;Date;Customer number;Net amount\n1;2023-01-31;{key};10.5\n" for key in ("002003", "2003"))
    files = [write("a.csv", one), write("b.csv", other)]
    assert read(files, mapping={"version": 1, "leading_zeros": {"customers": "same"}}).met_again == 1


def test_keys_with_zeros_alone_are_never_asked(write):
    assert read([write("2023.csv", WITH_ZEROS)]).accepted == 2


# Currencies ------------------------------------------------------------------------------------------------------------------------------------------------

TIMES = {"version": 1, "file": [{"match": "s.csv", "columns": {"Exchange rate": "exchange_rate"}}]}
IN_EUROS_AND_DOLLARS = "Invoice;Date;Customer;Net amount;Currency;Exchange rate\n1;2023-01-31;Ann;120,50;EUR;1\n2;2023-02-28;Bob;80,00;USD;0,9\n"


def test_two_currencies_without_rates_are_asked(write):
    path = write("s.csv", "Date,Customer,Net amount,Currency\n2023-01-31,Ann,10.5,EUR\n2023-01-31,Bob,20.5,SEK\n2023-01-31,Bob,1.5,SEK\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert asked(error) == ["currencies"]
    assert "The files are in 2 currencies and say no rates between them." in str(error.value)
    assert f"SEK: 22.00 on 2 rows of {path}, none with a rate" in str(error.value)
    assert f"EUR: 10.50 on 1 row of {path}, none with a rate" in str(error.value)
    assert lines(error) == {
        "a column holds the rate": '"…" = "exchange_rate"',
        "a file of rates, named with the others": '[[file]] match = "rates.csv" table = "rates"',
        "all amounts are in one currency after all": '"Currency" = "-"',
    }


def test_amounts_with_a_rate_are_brought_to_the_currency_of_the_others(write):
    reading = read([write("s.csv", IN_EUROS_AND_DOLLARS)], mapping=TIMES)
    assert rows(reading, "net_value, currency, exchange_rate") == [(D("120.5"), "EUR", D(1)), (D(72), "EUR", D(1))]
    assert reading.files[0].net_by_currency == {"EUR": D("192.5")}
    (problem,) = reading.problems
    assert (problem.code, problem.severity, problem.rows) == ("converted", Severity.NOTICE, 1)
    assert problem.sentence == "1 row in USD was brought to EUR by its own exchange rate: 80.00 became 72.00."
    result = goodterms.analyse(reading, periods=("2023-01", "2023-02"))
    assert result.bridge is not None
    assert (result.bridge.amount("new customers"), result.bridge.amount("lost customers")) == (D(72), D("-120.5"))


def test_every_amount_of_a_line_is_converted_to_4_places_half_to_even(write):
    head = "Date,Customer,List value,Discount,Net amount,VAT,Charges,Bonus,Cost,Quantity,Currency,Exchange rate\n"
    text = head + "2023-01-31,Ann,1,0,1,0,0,0,0,1,EUR,1\n2023-01-31,Bob,10.0003,0.0002,10.0001,0.0003,-0.0003,0.0001,2.5,3,SEK,0.5\n"
    reading = read([write("s.csv", text)], mapping=TIMES)
    assert rows(reading, "list_value, discount, net_value, tax, charges, rebate, product_cost, quantity")[1] == (
        D("5.0002"),  # 5.00015, to the even one
        D("0.0002"),  # list value - net value
        D("5.0000"),  # 5.00005, to the even one
        D("0.0002"),
        D("-0.0002"),
        D("0.0000"),
        D("1.25"),
        D(3),
    )


def test_rows_without_a_currency_or_rate_are_in_the_currency_of_the_report(write):
    head = "Date,Customer,Net amount,Currency,Exchange rate\n"
    reading = read([write("s.csv", head + "2023-01-31,Ann,10.5,,\n2023-01-31,Bob,20,USD,0.9\n2023-01-31,Bob,20,SEK,0.1\n")], mapping=TIMES)
    assert rows(reading, "net_value, currency") == [(D("10.5"), None), (D(18), None), (D(2), None)]


def test_row_in_another_currency_without_a_rate_is_asked(write):
    with pytest.raises(AnswerNeededError, match="Of the rows, 1 in USD have no exchange rate to EUR"):
        read([write("s.csv", IN_EUROS_AND_DOLLARS + "3;2023-02-28;Bob;80,00;USD;\n")], mapping=TIMES)


def test_rates_to_a_currency_that_no_row_is_in_are_asked_and_answered(write):
    path = write("s.csv", "Date,Customer,Net amount,Currency,Exchange rate\n2023-01-31,Ann,10,USD,0.9\n2023-01-31,Bob,20,SEK,0.1\n")
    with pytest.raises(AnswerNeededError, match="which currency their exchange rates lead to") as error:
        read([path])
    assert lines(error)["the rates lead to EUR"] == 'reporting_currency = "EUR"'
    reading = read([path], mapping=TIMES | {"reporting_currency": "EUR"})
    assert rows(reading, "net_value, currency") == [(D(9), "EUR"), (D(2), "EUR")]
    assert 'reporting_currency = "EUR"' in reading.mapping.as_toml()


def test_one_currency_stays_what_it_is_and_its_rates_are_not_applied(write):
    reading = read([write("s.csv", "Date,Customer,Net amount,Currency,Exchange rate\n2023-01-31,Ann,10,USD,0.9\n")])
    assert rows(reading, "net_value, currency") == [(D(10), "USD")]
    assert [p.code for p in reading.problems] == ["rates-not-applied"]


def test_cost_in_the_currency_of_the_report_is_not_converted(write):
    rest = "Currency,Exchange rate\n2023-01-31,Ann,P1,10,4,EUR,1\n2023-01-31,Bob,P1,10,4,USD,0.5\n"
    by_name = read([write("s.csv", "Date,Customer,Product number,Net amount,Cost EUR," + rest)], mapping=TIMES)
    assert rows(by_name, "net_value, product_cost") == [(D(10), D(4)), (D(5), D(4))]
    write("list.csv", "Item,Unit cost\nP1,3\nP2,4\n")
    join = {"match": "list.csv", "on": {"Product number": "Item"}, "columns": {"Unit cost": "unit_cost"}}
    path = write("t.csv", "Date,Customer,Product number,Net amount,Quantity," + rest)
    by_join = read([path], mapping={"version": 1, "file": [{"match": "t.csv", "columns": {"Exchange rate": "exchange_rate"}, "join": [join]}]})
    assert rows(by_join, "net_value, product_cost") == [(D(10), D(12)), (D(5), D(12))]


def test_amount_that_does_not_fit_once_it_is_converted_rejects_its_row(write):
    text = "Date,Customer,Net amount,Currency,Exchange rate\n2023-01-31,Ann,10,EUR,1\n2023-01-31,Bob,99999999999,XAU,1700\n"
    reading = read([write("s.csv", text)], mapping=TIMES)
    assert (reading.accepted, reading.rejected) == (1, 1)
    assert [(p.origin.row, p.seen) for p in reading.problems if p.severity == Severity.REJECTED] == [(3, "99999999999.0000 × 1700.0000")]


@pytest.mark.parametrize("option", ["costs", "activities", "purchases"])
def test_currencies_of_all_tables_are_looked_at(write, option):
    sales = write("s.csv", "Date,Customer number,Net amount,Currency\n2023-01-31,007,10,€\n")
    files = {
        "costs": "Month,Pool,Amount,Currency\n2023-01,Desk,10,{}\n",
        "activities": "Date,Kind,Customer number,Amount,Currency\n2023-01-31,visit,007,10,{}\n",
        "purchases": "Date,Supplier,Net amount,Currency\n2023-01-31,Cleo,10,{}\n",
    }
    assert read([sales], **{option: [write("same.csv", files[option].format("eur"))]}).accepted == 2
    with pytest.raises(AnswerNeededError) as error:
        read([sales], **{option: [write("other.csv", files[option].format("USD"))]})
    assert asked(error) == ["currencies"]


def test_costs_of_two_currencies_are_asked(write):
    costs = write("c.csv", "Month,Pool,Amount,Currency\n2023-01,Desk,10,USD\n2023-02,Desk,10,SEK\n")
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", ANN_AND_BOB)], costs=[costs])
    assert asked(error) == ["currencies"]


# What a file says in its own way ------------------------------------------------------------------------------------------------------------------------


def test_price_times_quantity_is_exact(write):
    reading = read([write("s.csv", "Date,Customer,Quantity,Unit price\n2023-01-31,Ann,3,1.23456\n2023-01-31,Bob,0.5,0.00001\n")])
    assert rows(reading, "net_value") == [(D("3.70368"),), (D("0.000005"),)]


def test_discount_percent_of_a_list_price(write):
    reading = read([write("s.csv", "Date;Customer;Quantity;List price;Discount %\n2023-01-31;Ann;10;2,50;20\n2023-01-31;Bob;1;3,00;0\n")])
    assert rows(reading, "list_value, discount, net_value") == [(D(25), D(5), D(20)), (D(3), D(0), D(3))]


def test_discount_rate_with_a_net_price_gives_the_list_value(write):
    mapping = {"version": 1, "file": [{"match": "s.csv", "columns": {"Price": "unit_price", "Rate": "discount_rate"}}]}
    reading = read([write("s.csv", "Date,Customer,Quantity,Price,Rate\n2023-01-31,Ann,2,7.5,0.25\n2023-01-31,Bob,1,3.5,1\n")], mapping=mapping)
    assert rows(reading, "list_value, discount, net_value") == [(D(20), D(5), D(15)), (D("3.5"), D(0), D("3.5"))]


def test_price_before_or_after_the_discount_is_asked(write):
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", "Date;Customer;Quantity;Unit price;Discount %\n2023-01-31;Ann;10;2,50;20\n")])
    assert asked(error) == ["price"]


def test_rate_of_only_0_and_1_is_asked(write):
    mapping = {"version": 1, "file": [{"match": "s.csv", "columns": {"Rate": "discount_rate"}}]}
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", "Date,Customer,Quantity,List price,Rate\n2023-01-31,Ann,2,7.5,0\n2023-01-31,Bob,1,3.5,1\n")], mapping=mapping)
    assert asked(error) == ["rate"]


def test_discount_is_an_amount_where_list_less_discount_is_net(write):
    reading = read([write("s.csv", "Date,Customer,List value,Discount,Net amount\n2023-01-31,Ann,10.5,0.5,10\n2023-01-31,Ann,3.333,0.33,3\n")])
    assert rows(reading, "list_value, discount, net_value") == [(D("10.5"), D("0.5"), D(10)), (D("3.333"), D("0.333"), D(3))]
    assert any("Discount is an amount of the line" in sentence for sentence in reading.files[0].said)
    assert not reading.problems


def test_discount_that_is_a_share_is_known_by_its_values(write):
    reading = read([write("s.csv", "Date,Customer,List value,Discount,Net amount\n2023-01-31,Ann,100,0.1,90\n2023-01-31,Bob,50.5,0.2,40.4\n")])
    assert rows(reading, "discount") == [(D(10),), (D("10.1"),)]


def test_discount_that_does_not_add_up_is_a_warning_and_net_leads(write):
    reading = read([write("s.csv", "Date,Customer,List value,Discount,Net amount\n2023-01-31,Ann,100.5,10,90.5\n2023-01-31,Bob,50.5,10,45.5\n")])
    (problem,) = [p for p in reading.problems if p.code == "discount-does-not-add-up"]
    assert (problem.severity, problem.rows, problem.origin.row) == (Severity.WARNING, 1, 3)
    assert rows(reading, "discount, net_value") == [(D(10), D("90.5")), (D(5), D("45.5"))]


def test_unit_cost_and_weight_are_multiplied(write):
    reading = read([write("s.csv", "Date,Customer,Quantity,Net amount,Unit cost,Unit weight\n2023-01-31,Ann,4,10.5,1.25,0.5\n")])
    assert rows(reading, "product_cost, weight") == [(D(5), D(2))]


def test_net_from_gross_and_tax(write):
    assert rows(read([write("s.csv", "Date,Customer,Gross amount,Tax\n2023-01-31,Ann,12.4,2.4\n")]), "net_value, tax") == [(D(10), D("2.4"))]
    assert rows(read([write("t.csv", "Date,Customer,Gross amount,VAT %\n2023-01-31,Ann,12.4,24\n2023-01-31,Ann,10,24\n")]), "net_value, tax") == [
        (D(10), D("2.4")),
        (D("8.0645"), D("1.9355")),
    ]


def test_freight_of_an_order_head_is_spread_by_value_to_the_unit(write):
    head = "Invoice,Date,Customer,Product,Net amount,Freight\n"
    text = head + "1,2023-01-31,Ann,P,1.5,1\n1,2023-01-31,Ann,Q,1.5,1\n1,2023-01-31,Ann,R,1.5,1\n2,2023-01-31,Bob,P,30,0\n"
    reading = read([write("s.csv", text)])
    assert rows(reading, "charges") == [(D("0.3334"),), (D("0.3333"),), (D("0.3333"),), (D(0),)]


def test_freight_without_a_number_of_the_invoice_is_its_order_s(write):
    """Without either number each line has its own: what is repeated is never taken for one document of the whole file."""
    mapping = {"version": 1, "file": [{"match": "s.csv", "columns": {"Freight": "freight"}}]}
    lines_ = ["1,2023-01-31,Ann,3,1", "1,2023-01-31,Ann,1,1", "2,2023-01-31,Bob,2,1", ",2023-01-31,Bob,2,1", ",2023-01-31,Bob,2,1"]
    reading = read([write("s.csv", "\n".join(["Order no,Date,Customer,Net amount,Freight", *lines_, ""]))], mapping=mapping)
    assert rows(reading, "charges") == [(D("0.75"),), (D("0.25"),), (D(1),), (D(1),), (D(1),)]


def test_freight_of_lines_is_charged_on_the_line(write):
    text = "Invoice,Date,Customer,Product,Net amount,Freight\n1,2023-01-31,Ann,P,1.5,1\n1,2023-01-31,Ann,Q,1.5,2\n"
    assert rows(read([write("s.csv", text)]), "charges") == [(D(1),), (D(2),)]


def test_credit_notes_by_a_column_are_turned_where_they_are_positive(write):
    text = "Invoice,Type,Date,Customer,Quantity,Net amount\n1,Lasku,2023-01-31,Ann,2,10.5\n2,Hyvityslasku,2023-01-31,Ann,1,5.25\n"
    reading = read([write("s.csv", text)])
    assert rows(reading, "kind, quantity, net_value") == [("invoice", D(2), D("10.5")), ("credit note", D(-1), D("-5.25"))]


def test_credit_notes_by_prefix(write):
    text = "Invoice,Date,Customer,Net amount\n1,2023-01-31,Ann,10.5\nC2,2023-01-31,Ann,-5.25\nC3,2023-01-31,Ann,-1.5\n"
    reading = read([write("s.csv", text)])
    assert [kind for (kind,) in rows(reading, "kind")] == ["invoice", "credit note", "credit note"]
    assert 'credit_notes = { prefix = "C" }' in reading.mapping.as_toml()


def test_a_discount_line_does_not_make_its_invoice_a_credit_note(write):
    text = "Invoice,Date,Customer,Net amount\n1,2023-01-31,Ann,10.5\n1,2023-01-31,Ann,-2.5\n2,2023-01-31,Ann,-5.25\n"
    assert [kind for (kind,) in rows(read([write("s.csv", text)]), "kind")] == ["invoice", "invoice", "credit note"]


def test_whole_number_keys_written_with_a_zero(write):
    reading = read([write("s.csv", "Date,Customer ID,Stock code,Net amount\n2023-01-31,17850.0,10.5,10.5\n2023-01-31,,85123A,1.5\n")])
    assert rows(reading, "customer_key, product_key") == [("17850", "10.5"), (None, "85123A")]


def test_further_columns_become_attributes_and_personal_ones_are_left_out(write):
    text = (
        "Date,Customer,Net amount,Rush,Pallets,Warehouse,E-mail,Contact,Memo\n"
        "2023-01-31,Ann,10.5,yes,2,North,ann@example.com,Ann A,131052-308T\n2023-01-31,Bob,1.5,no,0.5,South,bob@example.com,Bob B,\n"
    )
    reading = read([write("s.csv", text)])
    assert reading.facts.attributes == ("attribute:rush", "attribute:pallets", "attribute:warehouse")
    assert rows(reading, '"attribute:rush", "attribute:pallets", "attribute:warehouse"') == [(True, D(2), "North"), (False, D("0.5"), "South")]
    assert reading.files[0].unmapped == ("E-mail", "Contact", "Memo")


def test_source_by_column(write):
    reading = read([write("s.csv", "System,Date,Customer,Net amount\nshop,2023-01-31,Ann,10.5\nerp,2023-01-31,Ann,10.5\n")])
    assert rows(reading, "source") == [("shop",), ("erp",)]
    assert reading.facts.sources == ("shop", "erp")


def test_more_places_than_fit_are_a_problem_with_their_place(write):
    text = "Date,Customer,Net amount\n" + "2023-01-31,Ann,12345678901.25\n" * 3 + "2023-01-31,Ann,1.123456789012\n"
    reading = read([write("s.csv", text)])
    assert (reading.accepted, reading.rejected) == (3, 1)
    assert [(p.origin.row, p.seen) for p in reading.problems if p.severity == Severity.REJECTED] == [(5, "1.123456789012")]


def test_amount_or_quantity_with_more_digits_than_fit_rejects_its_row(write):
    head = "Date,Customer,Quantity,Net amount,Unit cost\n2023-01-31,Ann,1,99999999999.99,1\n"
    reading = read([write("s.csv", head + "2023-01-31,Ann,1,100000000000,1\n2023-01-31,Bob,-100000000000,5,1\n2023-01-31,Bob,99999999999,5,10\n")])
    assert (reading.accepted, reading.rejected) == (1, 3)
    assert [(p.origin.row, p.origin.column, p.seen, p.expected) for p in reading.problems if p.severity == Severity.REJECTED] == [
        (3, "Net amount", "100000000000", "a number with decimal point and at most 11 digits before and 7 after it"),
        (4, "Quantity", "-100000000000", "a number with decimal point and at most 11 digits before and 7 after it"),
        (5, "Unit cost", "10", "an amount that fits"),
    ]
    assert rows(reading, "quantity, net_value, product_cost") == [(D(1), D("99999999999.99"), D(1))]


def test_cost_of_a_month_may_have_more_digits_than_a_line(write):
    costs = write("c.csv", "Month,Pool,Amount\n2023-01,Desk,99999999999999.5\n2023-02,Desk,100000000000000\n")
    reading = read([write("s.csv", ANN_AND_BOB)], costs=[costs])
    assert rows(reading, "amount", "costs") == [(D("99999999999999.5"),)]
    assert reading.rejected == 1


def test_files_with_many_places_and_with_large_amounts_stand_together(write):
    head = "Date,Customer,Net amount\n"
    files = [write("a.csv", head + "2023-01-31,Ann,99999999999.25\n"), write("b.csv", head + "2023-01-31,Ann,0.12345678901\n")]
    assert rows(read(files), "net_value") == [(D("99999999999.25"),), (D("0.12345678901"),)]


# Other tables ----------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", ["2012-03", "2012M03", "3.2012", "03/2012", "201203", "2012-03-31", "31.3.2012"])
def test_months_of_costs_in_all_their_forms(write, period):
    costs = write("costs.csv", f"Period;Entity;Account;Account name;Pool;Amount\n{period};FI;4000;Wages;Picking;100,50\n")
    reading = read([write("s.csv", ANN_AND_BOB)], costs=[costs])
    assert rows(reading, "period, entity, account, account_name, pool, amount", "costs") == [(DAY(2012, 3, 1), "FI", "4000", "Wages", "Picking", D("100.5"))]


def test_costs_without_pools_take_their_accounts(write):
    costs = write("kulut.csv", "Kuukausi;Tili;Tilin nimi;Summa\n2012-03;4000;Palkat;100,50\n")
    assert rows(read([write("s.csv", ANN_AND_BOB)], costs=[costs]), "pool", "costs") == [("Palkat",)]


def test_activities_in_finnish(write):
    activities = write("k.csv", "Pvm;Tapahtuma;Asiakasnro;Kesto;Tilausnumero\n31.1.2023;käynti;007;45;\n1.2.2023;soitto;012;10;T1\n")
    reading = read([write("s.csv", ANN_AND_BOB)], activities=[activities])
    assert rows(reading, "date, kind, customer_key, minutes, order_number", "activities") == [
        (DAY(2023, 1, 31), "visit", "007", D(45), None),
        (DAY(2023, 2, 1), "call", "012", D(10), "T1"),
    ]


def test_the_company_is_the_entity_in_lines_costs_and_activities_alike(write):
    reading = read(
        [write("s.csv", "Date,Company,Customer number,Net amount\n2023-01-31,North,007,1.5\n")],
        costs=[write("c.csv", "Month,Company,Pool,Amount\n2023-01,North,Visits,10\n")],
        activities=[write("a.csv", "Date,Company,Kind,Customer number\n2023-01-31,North,visit,007\n")],
    )
    assert [rows(reading, "entity", table) for table in ("sale_lines", "costs", "activities")] == [[("North",)]] * 3


def test_kind_of_activity_is_asked_where_no_column_says_it(write):
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", ANN_AND_BOB)], activities=[write("visits.csv", "Date,Customer number\n2023-01-31,007\n")])
    assert lines(error)["all rows are the same"] == 'constants = { kind = "visit" }'
    mapping = {"version": 1, "file": [{"match": "visits.csv", "constants": {"kind": "visit"}}]}
    reading = read([write("s.csv", ANN_AND_BOB)], activities=[write("visits.csv", "Date,Customer number\n2023-01-31,007\n")], mapping=mapping)
    assert rows(reading, "kind", "activities") == [("visit",)]


def test_customers_and_products_files_lead_and_lines_complete(write):
    customers = write("customers.csv", "Customer number,Name,Segment,Country,Manager,Payment days\n007,Ann of the file,Retail,FI,E1,14\n")
    products = write(
        "products.csv",
        "Product number,Name,Product family,Unit cost,List price,Valid from,Stocked\n"
        "P1,Table,Tables,2.5,9.9,2022-01-01,yes\nP1,Table,Tables,2.75,9.9,2023-01-01,yes\n",
    )
    reading = read([write("s.csv", ANN_AND_BOB)], customers=[customers], products=[products])
    assert rows(reading, "customer_key, name, segment, country, manager_key, payment_days", "customers", "1") == [
        ("007", "Ann of the file", "Retail", "FI", "E1", 14),
        ("012", "Bob Ab", None, None, None, None),
    ]
    assert rows(reading, "product_key, name, family, unit_cost, list_price, valid_from, stocked", "products", "1, valid_from") == [
        ("P1", "Table", "Tables", D("2.5"), D("9.9"), DAY(2022, 1, 1), True),
        ("P1", "Table", "Tables", D("2.75"), D("9.9"), DAY(2023, 1, 1), True),
    ]


def test_purchases(write):
    purchases = write("p.csv", "Date,Supplier number,Supplier,Product number,Quantity,Unit price\n2023-01-05,S1,Cleo,P1,10,2.5\n")
    reading = read([write("s.csv", ANN_AND_BOB)], purchases=[purchases])
    assert rows(reading, "date, supplier_key, product_key, quantity, net_value, kind", "purchase_lines") == [
        (DAY(2023, 1, 5), "S1", "P1", D(10), D(25), "invoice")
    ]
    assert rows(reading, "supplier_key, name", "suppliers") == [("S1", "Cleo")]


def test_dates_of_two_kinds_are_asked(write):
    cells = ["31/01/2023", "01/31/2023", "02/03/2023", "15/02/2023"]
    path = write("s.csv", "Date;Customer;Net amount\n" + "".join(f"{cell};Ann;1.5\n" for cell in cells))
    with pytest.raises(AnswerNeededError, match="dates of two kinds"):
        read([path])
    answered = read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"date": "%d/%m/%Y"}}]})
    assert (answered.accepted, answered.rejected) == (3, 1)


def test_files_of_one_entry_are_one_source_and_one_entry_of_the_written_mapping(write):
    a = write("sales-1.csv", "Date,Customer,Net amount\n2023-01-31,Ann,10.5\n")
    b = write("sales-2.csv", "Date,Customer,Net amount\n2023-02-28,Ann,11.5\n")
    reading = read([a, b], mapping={"version": 1, "file": [{"match": "sales-*.csv", "table": "sale_lines"}, {"match": "none.csv"}]})
    assert rows(reading, "DISTINCT source", order="1") == [("sales-1",)]
    assert [entry.match for entry in reading.mapping.files] == ["sales-*.csv"]
    assert [p.code for p in reading.problems] == ["mapping-not-used"]


def test_column_whose_values_contradict_its_name_is_said(write):
    reading = read([write("s.csv", "Date;Customer;Quantity;Net amount\n2023-01-31;Ann;many;1.5\n2023-01-31;Ann;few;2.5\n")])
    (problem,) = reading.problems
    assert (problem.code, problem.origin.column) == ("name-contradicted", "Quantity")
    assert rows(reading, "quantity") == [(None,), (None,)]


def test_constants_fill_a_column(write):
    mapping = {"version": 1, "file": [{"match": "s.csv", "constants": {"date": "2023-01-31", "currency": "EUR", "quantity": "2"}}]}
    reading = read([write("s.csv", "Customer;Unit price\nAnn;1.5\nBob;2.25\n")], mapping=mapping)
    assert rows(reading, "date, currency, quantity, net_value") == [(DAY(2023, 1, 31), "EUR", D(2), D(3)), (DAY(2023, 1, 31), "EUR", D(2), D("4.5"))]


def test_thousands_given_settle_the_decimal_sign(write):
    path = write("s.csv", "Date;Customer;Net amount\n2023-01-31;Ann;1.234\n")
    reading = read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"thousands": "."}}]})
    assert rows(reading, "net_value") == [(D(1234),)]


def test_public_read_takes_one_file_of_each_kind_or_several(write):
    sales = write("invoices.csv", "Invoice;Date;Customer;Net sales\n1;2023-01-31;Ann;120,50\n")
    costs = write("costs.csv", "Month;Pool;Amount\n2023-01;Desk;10,00\n")
    for given in (costs, str(costs), [costs]):
        assert goodterms.read(sales, costs=given).facts["costs"].count().to_pyarrow().as_py() == 1


def test_null_in_capitals_is_nothing(write):
    """Databases export NULL where there is nothing: no manager of that name, and no date that is wrong."""
    text = "Invoice;Date;Due date;Customer number;Salesperson;Net amount;Tax\n1;2023-01-31;2023-02-14;007;E1;1,5;NULL\n2;2023-01-31;NULL;NULL;NULL;2,5;0,5\n"
    reading = read([write("s.csv", text)])
    assert rows(reading, "document, due_date, customer_key, manager_key, tax") == [
        ("1", DAY(2023, 2, 14), "007", "E1", None),
        ("2", None, None, None, D("0.5")),
    ]
    columns = ("Due date", "Customer number", "Salesperson", "Tax")
    assert {p.origin.column: (p.code, p.rows) for p in reading.problems} == dict.fromkeys(columns, ("word-for-nothing", 1))


@pytest.mark.parametrize("mebibytes", [1, 8, 200])
def test_where_memory_does_not_do_more_is_taken_and_nothing_differs(tmp_path, monkeypatch, mebibytes):
    lines = "".join(f"D{n},2024-01-{n % 28 + 1:02d},C{n % 997},P{n % 89},{n % 50}.25\n" for n in range(20_000))
    (tmp_path / "lines.csv").write_text(f"Invoice,Date,Customer,Product,Net\n{lines}", "utf-8")
    monkeypatch.setattr(reading_module, "ENGINE_MEMORY", (mebibytes, 4 * mebibytes))
    engine = connect(memory_limit="900MiB")
    found = read([tmp_path / "lines.csv"], engine=engine)
    (account,) = found.files
    assert (account.accepted, account.net_by_currency) == (20_000, {"": D("495000.00")})
    assert engine.con.execute("SELECT current_setting('memory_limit')").fetchone() == ("900.0 MiB",)
