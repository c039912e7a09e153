"""Rejected rows given back: in the file's own format and layout, with what is wrong; mended and read beside the file, all of its rows count once."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intake.documents.written import ubl, ubl_line
from tests.intake.test_document_part import STATEMENT
from tests.intake.test_round_trips import DIALECTS, ENCODINGS, TEXTS, written

from goodterms.facts.columns import TABLES
from goodterms.intake import read

D = Decimal


def facts(reading, table="sale_lines"):
    """All rows of a table without their places, in an order of their own."""
    columns = ", ".join(name for name in TABLES[table].column_names if name not in {"file", "row", "line"})
    return sorted(reading.facts.engine.con.execute(f"SELECT {columns} FROM {table}").fetchall(), key=str)


def accounts(reading):
    return [(account.accepted, account.rejected, account.met_again) for account in reading.files]


def cells(file, sheet):
    return [list(row) for row in openpyxl.load_workbook(file)[sheet].iter_rows(values_only=True)]


# Workbooks --------------------------------------------------------------------------------------------------------------------------------------------------

PRINTED = dt.datetime(2024, 3, 1, 8, 30, tzinfo=None)  # noqa: DTZ001  (a workbook knows no time zones)
HEADER = ["Invoice", "Date", "Customer", "Product", "Qty", "Discount %", "Paid", "Net amount"]


def write_book(path, *, whole=False):
    """Two sheets, each with a title over its table, which begins in column C; some text looks like a number or a formula; two cells of each do not fit."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        day, share = book.add_format({"num_format": "d.m.yyyy"}), book.add_format({"num_format": "0%"})
        for month, (name, header_row) in enumerate({"Jan": 3, "Feb 24": 5}.items(), start=1):
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 2, f"Sales of {name}")
            sheet.write_datetime(0, 4, PRINTED, day)
            sheet.write_row(header_row - 1, 2, HEADER)
            for i in range(12):
                row = header_row + i
                sheet.write_string(row, 2, f"{month}{i:03d}")
                sheet.write_datetime(row, 3, dt.date(2024, month, i + 1), day)
                sheet.write_string(row, 4, ("Ann", "=Bob", "0012")[i % 3])
                sheet.write_string(row, 5, f"000{i % 4}")
                sheet.write_number(row, 6, i)
                sheet.write_number(row, 7, 0.1, share)
                sheet.write_boolean(row, 8, i % 2 == 0)
                sheet.write_number(row, 9, 9.05 * i)
            if not whole:
                sheet.write_string(header_row + 4, 3, "never")
                sheet.write_string(header_row + 7, 9, "9,x")
    return path


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "book.xlsx")


def test_rows_of_a_workbook_come_back_in_one_with_the_same_sheets_and_layout(book, tmp_path):
    rejected, said = read([book]).write_rejected(tmp_path / "back")
    assert (rejected.name, said.name) == ("book.rejected.xlsx", "book.problems.xlsx")
    assert openpyxl.load_workbook(rejected).sheetnames == ["Jan", "Feb 24"]
    title, blank, header, *rows = cells(rejected, "Jan")
    assert title[:5] == [None, None, "Sales of Jan", None, PRINTED]
    assert (set(blank), header) == ({None}, [None, None, *HEADER])
    assert rows == [
        [None, None, "1004", "never", "=Bob", "0000", 4, 0.1, True, 36.2],
        [None, None, "1007", PRINTED.replace(month=1, day=8, hour=0, minute=0), "=Bob", "0003", 7, 0.1, False, "9,x"],
    ]
    assert [row[2] for row in cells(rejected, "Feb 24")] == ["Sales of Feb 24", None, None, None, "Invoice", "2004", "2007"]
    kinds = [cell.data_type for cell in openpyxl.load_workbook(rejected)["Jan"][5][2:]]
    assert kinds == ["s", "d", "s", "s", "n", "n", "b", "s"]


@pytest.mark.parametrize("mapped", [False, True])
def test_a_workbook_mended_is_read_with_the_one_that_its_rows_stood_in(book, tmp_path, mapped):
    whole = read([write_book(tmp_path / "whole.xlsx", whole=True)], mapping={"version": 1, "file": [{"match": "whole.xlsx", "source": "book"}]})
    reading = read([book])
    rejected, _ = reading.write_rejected(tmp_path)
    mended = openpyxl.load_workbook(rejected)
    for month, (sheet, first) in enumerate({"Jan": 4, "Feb 24": 6}.items(), start=1):
        mended[sheet].cell(first, 4).value = dt.date(2024, month, 5)
        mended[sheet].cell(first + 1, 10).value = 63.35
    mended.save(rejected)
    both = read([book, rejected], mapping=reading.write_mapping(tmp_path / "map.toml") if mapped else None)
    assert facts(both) == facts(whole)
    assert accounts(both) == [(10, 2, 0), (10, 2, 0), (2, 0, 0), (2, 0, 0)]


def test_a_value_of_merged_cells_comes_back_with_each_row(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "s.xlsx")) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["Customer", "Date", "Net amount"])
        for row in range(1, 9, 2):
            sheet.merge_range(row, 0, row + 1, 0, f"C{row}")
            sheet.write_row(row, 1, ["2024-01-01", row])
            sheet.write_row(row + 1, 1, ["never" if row == 3 else "2024-01-02", row])
    rejected, _ = read([tmp_path / "s.xlsx"]).write_rejected(tmp_path / "back")
    assert cells(rejected, "S") == [["Customer", "Date", "Net amount"], ["C3", "never", 3]]


def test_a_sheet_of_a_name_that_excel_does_not_allow_is_given_back(tmp_path):
    made = openpyxl.Workbook()
    with pytest.warns(UserWarning, match="31 characters"):
        made.active.title = "A sheet of a name that is longer than thirty-one"
    for row in (["Customer", "Date", "Net"], ["Ann", "2024-01-01", 1], ["Bob", "never", 2], ["Ann", "2024-01-01", 3]):
        made.active.append(row)
    made.save(tmp_path / "s.xlsx")
    rejected, _ = read([tmp_path / "s.xlsx"]).write_rejected(tmp_path / "back")
    assert cells(rejected, openpyxl.load_workbook(rejected).sheetnames[0]) == [["Customer", "Date", "Net"], ["Bob", "never", 2]]


# Text files -------------------------------------------------------------------------------------------------------------------------------------------------

HEAD = "Lasku;Pvm;Asiakas;Määrä;Netto"
BODY = [f"{i};{i:02d}.03.2024;{('Änn', 'Bo')[i % 2]};{i};{i},5{i % 10}" for i in range(1, 20)]
GOOD, BAD = BODY[6], BODY[6].replace("07.03.2024", "kesä")
TITLE = ["Myyntiraportti;;;;", "Tulostettu;1.5.2024;;;"]
BRANCHES = ["Toimipiste;Kaupunki;Puhelin", "A;Turku;1", "B;Oulu;2"]
UNITS = ";;;kpl;EUR"
NO_HEADER = {"column 1": "document", "column 2": "date", "column 3": "customer_key", "column 4": "quantity", "column 5": "net_value"}


def entry(**said):
    return {"version": 1, "file": [{"match": "s.csv", **said}]}


def write_lines(path, lines, end="\n", encoding="utf-8"):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("how", "above", "bad", "given_back", "mapping"),
    [
        (("\n", "utf-8"), [HEAD], BAD, [HEAD, BAD], None),
        (("\r\n", "utf-8-sig"), [HEAD], BAD, [HEAD, BAD], None),
        (("\r", "utf-8"), [HEAD], BAD, [HEAD, BAD], None),
        (("\r\n", "cp1252"), [HEAD], BAD, [HEAD, BAD], None),
        (("\n", "utf-16"), [HEAD], BAD, [HEAD, BAD], None),
        (("\n", "utf-8"), [*TITLE, HEAD], BAD, [*TITLE, HEAD, BAD], None),
        (("\n", "utf-8"), [*BRANCHES, "", HEAD], BAD, ["", "", "", "", HEAD, BAD], None),
        (("\n", "utf-8"), [HEAD, UNITS], BAD, [HEAD, UNITS, BAD], None),
        (("\n", "utf-8"), [], BAD, [BAD], entry(columns=NO_HEADER)),
        (("\n", "utf-8"), [HEAD], GOOD.replace(",", ";"), [HEAD, GOOD.replace(",", ";")], None),
        (("\n", "utf-8"), [HEAD], GOOD.replace("Bo", '"Bo'), [HEAD, GOOD.replace("Bo", '"Bo')], None),
        (("\n", "cp1252"), [HEAD], BAD.replace("Bo", "€–"), [HEAD, BAD.replace("Bo", "€–")], entry(dialect={"encoding": "latin-1"})),
    ],
    ids=["lf", "crlf, bom", "cr", "cp1252", "utf-16", "title", "another table", "units", "no header", "too many cells", "open quote", "cp1252 as latin-1"],
)
def test_rows_of_a_text_file_come_back_as_it_is_written_and_are_read_when_mended(tmp_path, how, above, bad, given_back, mapping):
    path = write_lines(tmp_path / "s.csv", [*above, *BODY[:6], bad, *BODY[7:]], *how)
    whole = read([write_lines(tmp_path / "whole" / "s.csv", [*above, *BODY], *how)], mapping=mapping)
    reading = read([path], mapping=mapping)
    rejected, _ = reading.write_rejected(tmp_path)
    end, encoding = how
    assert (rejected.name, rejected.read_bytes()) == ("s.rejected.csv", "".join(line + end for line in given_back).encode(encoding))
    write_lines(rejected, [*given_back[:-1], GOOD], *how)
    for said in (mapping, reading.write_mapping(tmp_path / "map.toml")):
        for named in ([path, rejected], [rejected, path]):
            both = read(named, mapping=said)
            assert facts(both) == facts(whole)
            assert sorted(accounts(both)) == [(1, 0, 0), (18, 1, 0)]


@pytest.mark.parametrize(
    ("name", "dialect", "record"),
    [
        ("s.csv", {}, '7;kesä;"C ""Oy""; D";7;7,57'),
        ("s.csv", {}, '7;kesä;"C\nD";7;7,57'),
        ("s.csv", {"quote": "'"}, "7;kesä;'C ''Oy''; \"D\"';7;7,57"),
        ("s.csv", {"quote": '"', "escape": "\\"}, '7;kesä;"C \\"Oy\\"; \\\\ D";7;7,57'),
        ("s.csv", {"quote": ""}, '7;kesä;7" C;7;7,57'),
        ("s.v2.txt", {"delimiter": ";"}, "7;kesä;C;7;7,57"),
        ("S", {"delimiter": ";"}, "7;kesä;C;7;7,57"),
    ],
)
def test_quotes_and_escapes_are_the_files_own_and_so_is_its_ending(tmp_path, name, dialect, record):
    path = write_lines(tmp_path / name, [HEAD, *BODY[:6], record, *BODY[7:]], "\r\n")
    mapping = {"version": 1, "file": [{"match": name, "dialect": dialect}]}
    rejected, _ = read([path], mapping=mapping).write_rejected(tmp_path / "back")
    assert rejected.name == {"s.csv": "s.rejected.csv", "s.v2.txt": "s.v2.rejected.txt", "S": "S.rejected"}[name]
    assert rejected.read_bytes().decode() == f"{HEAD}\r\n{record}\r\n"
    rejected.write_bytes(rejected.read_bytes().replace("kesä".encode(), b"07.03.2024"))
    assert accounts(read([path, rejected], mapping=mapping)) == [(18, 1, 0), (1, 0, 0)]


def test_a_line_that_repeats_an_accepted_one_once_it_is_mended_counts(tmp_path):
    """The file had both, so that both count, though they are equal now; but not where the file was mended too, or its rows are read twice."""
    path = write_lines(tmp_path / "s.csv", [HEAD, *BODY, BAD])
    rejected, _ = read([path]).write_rejected(tmp_path)
    write_lines(rejected, [HEAD, GOOD])
    assert accounts(read([path, rejected])) == [(19, 1, 0), (1, 0, 0)]
    assert sorted(accounts(read([rejected, path]))) == [(1, 0, 0), (19, 1, 0)]
    copy = write_lines(tmp_path / "s.rejected.mine.csv", [HEAD, GOOD])
    assert accounts(read([path, rejected, copy])) == [(19, 1, 0), (0, 0, 1), (0, 0, 1)]
    write_lines(path, [HEAD, *BODY, GOOD])
    assert accounts(read([path, rejected])) == [(20, 0, 0), (0, 0, 1)]


def test_files_of_one_name_are_given_back_under_two_and_read_by_the_same_mapping(tmp_path):
    paths = [write_lines(tmp_path / folder / "s.csv", [HEAD, *(f"{folder}{line}" for line in [*BODY[:5], BAD])]) for folder in "ab"]
    reading = read(paths, mapping=entry(columns={"Lasku": "document"}))
    written = reading.write_rejected(tmp_path / "back")
    assert [file.name for file in written] == ["s.rejected.csv", "s.problems.xlsx", "s.rejected (2).csv", "s.problems (2).xlsx"]
    assert reading.mapping.of(str(written[2])).is_of_origin


def test_many_rows_that_are_not_mended_yet_say_nothing_of_their_column(tmp_path):
    path = write_lines(tmp_path / "s.csv", [HEAD, *BODY, *[BAD] * 15])
    rejected, _ = read([path]).write_rejected(tmp_path)
    write_lines(rejected, [HEAD, GOOD, *[BAD] * 14])
    assert accounts(read([path, rejected])) == [(19, 15, 0), (1, 14, 0)]


def test_rows_rejected_again_are_called_by_the_file_they_came_from(tmp_path):
    path = write_lines(tmp_path / "s.csv", [HEAD, *BODY[:6], BAD, *BODY[7:]])
    rejected, _ = read([path]).write_rejected(tmp_path)
    written = read([path, rejected]).write_rejected(tmp_path / "back")
    assert [file.name for file in written[::2]] == ["s.rejected.csv", "s.rejected (2).csv"]


# Parquet ----------------------------------------------------------------------------------------------------------------------------------------------------


def test_rows_of_parquet_come_back_with_all_columns_in_their_types(tmp_path):
    table = pa.table({
        "Invoice": ["1", "2", "3"],
        "Date": pa.array([dt.date(2024, 1, day) for day in (1, 2, 3)]),
        "Customer": pa.array(["Ann", "Bob", "Ann"]).dictionary_encode(),
        "Net amount": pa.array([D("1.50"), None, D("3.50")], pa.decimal128(12, 2)),
        "Lines": pa.array([[1], [2, 3], []], pa.list_(pa.int32())),
    })  # fmt: skip
    path = tmp_path / "s.parquet"
    pq.write_table(table, path)
    rejected, said = read([path]).write_rejected(tmp_path)
    assert (rejected.name, said.name) == ("s.rejected.parquet", "s.problems.xlsx")
    given_back = pq.read_table(rejected)
    assert given_back.to_pylist() == table.slice(1, 1).to_pylist()
    assert given_back.schema.field("Net amount").type == pa.decimal128(12, 2)
    mended = given_back.set_column(3, "Net amount", pa.array([D("2.50")], pa.decimal128(12, 2)))
    pq.write_table(mended, rejected)
    both = read([path, rejected])
    assert accounts(both) == [(2, 1, 0), (1, 0, 0)]
    assert sorted(both.facts.engine.con.execute("SELECT document, net_value FROM sale_lines").fetchall()) == [("1", D("1.5")), ("2", D("2.5")), ("3", D("3.5"))]


# Joined files and documents ---------------------------------------------------------------------------------------------------------------------------------


def test_of_joined_files_rows_come_back_without_what_the_join_brought(tmp_path):
    """A row without a partner keeps its place; it is given back only if what it lacks is needed."""
    lines = write_lines(tmp_path / "lines.csv", ["Order;Item;Net", "1;P1;1,50", "2;P9;2,50", "9;P1;3,50", "1;P1;x"])
    write_lines(tmp_path / "orders.csv", ["Id;Day;Customer", "1;2024-01-01;Ann", "2;2024-01-02;Bob", "3;soon;Bob"])
    write_lines(tmp_path / "items.csv", ["Item;Group", "P1;Nails", "P2;Nuts"])
    joins = [
        {"match": "orders.csv", "on": {"Order": "Id"}, "columns": {"Day": "date", "Customer": "customer_key"}},
        {"match": "items.csv", "on": {"Item": "Item"}, "columns": {"Group": "channel"}},
    ]
    mapping = {"version": 1, "file": [{"match": "lines.csv", "columns": {"Order": "document", "Item": "product_key", "Net": "net_value"}, "join": joins}]}
    reading = read([lines], mapping=mapping)
    alone = [(p.rows, p.seen, p.origin.row) for p in reading.problems if p.code == "no-partner"]
    assert (accounts(reading), sorted(alone)) == ([(2, 2, 0)], [(1, "9", 4), (1, "P9", 3)])
    rejected, said = reading.write_rejected(tmp_path)
    assert rejected.read_text("utf-8") == "Order;Item;Net\n9;P1;3,50\n1;P1;x\n"
    assert [row[2:6] for row in cells(said, "Problems")[1:]] == [[4, 2, "Day", None], [5, 3, "Net", "x"]]
    rejected.write_text("Order;Item;Net\n2;P1;3,50\n1;P1;4,50\n")
    both = read([lines, rejected], mapping=mapping)
    assert accounts(both) == [(2, 2, 0), (2, 0, 0)]
    con = both.facts.engine.con
    assert con.execute("SELECT document, customer_key, channel, net_value FROM sale_lines ORDER BY net_value").fetchall() == [
        ("1", "Ann", "Nails", D("1.5")),
        ("2", "Bob", None, D("2.5")),
        ("2", "Bob", "Nails", D("3.5")),
        ("1", "Ann", "Nails", D("4.5")),
    ]


def test_a_list_of_problems_names_each_place_there_and_in_the_file_given_back(tmp_path):
    path = write_lines(tmp_path / "s.csv", [HEAD, *BODY[:6], BAD, "8;08.03.2024;Bo;8;=1+1", "9;09.03.2024;Bo", *BODY[9:]])
    _, said = read([path]).write_rejected(tmp_path / "back")
    assert said.name == "s.problems.xlsx"
    number = "a number with decimal comma and at most 11 digits before and 7 after it"
    mend = "Mend the row in the file of rejected rows and read it again."
    assert cells(said, "Problems") == [
        ["File", "Sheet", "Row", "Row given back", "Column", "Seen", "Expected", "Problem", "What to do"],
        [str(path), None, 8, 2, "Pvm", "kesä", "a date like 31.03.2012", "it does not fit", mend],
        [str(path), None, 9, 3, "Netto", "=1+1", number, "it does not fit", mend],
        [str(path), None, 10, 4, None, None, None, 'it has 3 cells instead of 5: "9;09.03.2024;Bo"', "Mend the rejected row."],
    ]
    assert openpyxl.load_workbook(said)["Problems"]["F3"].data_type == "s"


def test_a_file_read_into_two_tables_is_given_back_for_each_with_its_own_problems(tmp_path):
    path = write_lines(tmp_path / "s.csv", ["Tuote;Pvm;Netto", "P1;02.01.2024;x", "P2;01.02.2024;2,50", ";01.03.2024;3,50"])
    written = read([path], products=[path]).write_rejected(tmp_path / "back")
    assert [file.name for file in written] == ["s.rejected.csv", "s.problems.xlsx", "s.rejected (2).csv", "s.problems (2).xlsx"]
    assert [file.read_text("utf-8").splitlines()[1:] for file in written[::2]] == [["P1;02.01.2024;x"], [";01.03.2024;3,50"]]
    assert [[row[2:5] for row in cells(file, "Problems")[1:]] for file in written[1::2]] == [[[2, 2, "Netto"]], [[4, 2, "Tuote"]]]


ANN = {"version": 1, "company": {"identifiers": ["FI01120389"]}}


def test_of_documents_a_list_names_each_in_its_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("may/1.xml", ubl([ubl_line(1, "10")], "10", number="1"))
        packed.writestr("may/2.xml", ubl([ubl_line(1, "10")], "99", number="2"))
        packed.writestr("may/3.xml", "<Invoice")
    mapping = ANN | {"file": [{"match": "all.zip", "documents": "leave out what is wrong"}]}
    (said,) = read([tmp_path / "all.zip"], mapping=mapping).write_rejected(tmp_path / "back")
    assert said.name == "all.problems.xlsx"
    listed = {row[0]: (row[7], row[8]) for row in cells(said, "Problems")[1:]}
    assert list(listed) == [f"{tmp_path}/all.zip/may/{number}.xml" for number in (3, 2)]
    assert listed[f"{tmp_path}/all.zip/may/2.xml"] == (
        "The invoice 2 does not add up: its lines come to 10.00, and it states 99.00 as the total without tax (difference −89.00).",
        "Ask the sender for a right one, or leave the document out.",
    )


def test_of_a_bank_statement_the_list_names_what_is_rejected(tmp_path):
    (tmp_path / "camt.xml").write_text(STATEMENT, "utf-8")
    reading = read([tmp_path / "camt.xml"], mapping={"version": 1, "company": {"accounts": ["FI4250001510000023"]}})
    (said,) = reading.write_rejected(tmp_path / "back")
    (listed,) = cells(said, "Problems")[1:]
    assert listed[:7] == [str(tmp_path / "camt.xml"), None, None, None, "Stmt[1]", "FI2112345600000785", "one of the company's own accounts"]
    assert listed[8] == "If the account is the company's, name it among its accounts."


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    notes=st.lists(TEXTS, min_size=6, max_size=6), bad=st.sets(st.integers(0, 5), min_size=1, max_size=4), dialect=st.sampled_from(DIALECTS),
    encoding=st.sampled_from(ENCODINGS),
)  # fmt: skip
def test_rows_of_any_text_come_back_in_any_dialect_and_count_once_when_mended(tmp_path, notes, bad, dialect, encoding):
    form, end, all_quoted = dialect
    rows = [(f"{number}", f"2024-03-{number:02d}", "Ann", note, f"{number}.50") for number, note in enumerate(notes, start=1)]
    names = ("Invoice", "Date", "Customer", "Note", "Net")
    whole = written([names, *rows], form, end, all_quoted=all_quoted)
    if whole is None:
        return
    broken = [(row[0], f"day{row[0]}", *row[2:]) if place in bad else row for place, row in enumerate(rows)]
    said = {"encoding": encoding, "delimiter": form.delimiter, "quote": form.quote or "", "header_row": 1} | ({"escape": form.escape} if form.escape else {})
    columns = dict(zip(names, ("document", "date", "customer_key", "attribute:note", "net_value"), strict=True))
    mapping = entry(dialect=said, columns=columns)
    path = tmp_path / "s.csv"
    path.write_bytes(whole.encode(encoding))
    expected = read([path], mapping=mapping)
    path.write_bytes(written([names, *broken], form, end, all_quoted=all_quoted).encode(encoding))
    rejected, _ = read([path], mapping=mapping).write_rejected(tmp_path)
    text = rejected.read_bytes().decode(encoding)
    for number in range(1, 7):
        text = text.replace(f"day{number}", f"2024-03-{number:02d}")
    rejected.write_bytes(text.encode(encoding))
    both = read([path, rejected], mapping=mapping)
    assert accounts(both) == [(6 - len(bad), len(bad), 0), (len(bad), 0, 0)]
    notes_of = 'SELECT document, date, customer_key, "attribute:note", net_value FROM sale_lines ORDER BY net_value'
    assert both.facts.engine.con.execute(notes_of).fetchall() == expected.facts.engine.con.execute(notes_of).fetchall()
