"""Workbooks: read cell by cell, and refused in a sentence where they are broken, hostile or something else."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
import zipfile

import openpyxl
import pytest
import xlsxwriter
from tests.measured import measured

from goodterms.errors import AnswerNeededError, UnreadableFileError, UsageError
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake.tables import workbook as workbook_module
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.workbook_process import WorkbookProcess

DAY = {"num_format": "yyyy-mm-dd"}
MOMENT = {"num_format": "dd/mm/yyyy hh:mm"}


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture
def workbook(tmp_path):
    """Write sheets of rows; dates get a date format, text is always text."""

    def write(sheets, name="invoices.xlsx", **options):
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "remove_timezone": True, **options}) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for row, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        if isinstance(cell, str):
                            sheet.write_string(row, column, cell)
                        elif isinstance(cell, dt.datetime):
                            sheet.write_datetime(row, column, cell, book.add_format(MOMENT))
                        elif cell is not None:
                            sheet.write(row, column, cell)
        return path

    return write


@pytest.fixture
def package(tmp_path):
    """Write a workbook part by part, as nobody's program would."""

    def write(sheet: str, *, rows_ahead: str = "", name="invoices.xlsx", extra=None, book="", strings=""):
        head = '<?xml version="1.0" encoding="UTF-8"?>'
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package_relations = "http://schemas.openxmlformats.org/package/2006/relationships"
        types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        parts = {
            "[Content_Types].xml": f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
            "_rels/.rels": f'{head}<Relationships xmlns="{package_relations}">'
            f'<Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": book
            or f'{head}<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package_relations}">'
            f'<Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
            + (f'<Relationship Id="rId2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/>' if strings else "")
            + "</Relationships>",
            "xl/worksheets/sheet1.xml": f'{head}{rows_ahead}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
            **({"xl/sharedStrings.xml": strings} if strings else {}),
            **(extra or {}),
        }
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return path

    return write


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


TABLE = (
    f'<row r="1">{text("A1", "Customer")}{text("B1", "Net")}</row>'
    f'<row r="2">{text("A2", "Ann")}<c r="B2"><v>1.5</v></c></row>'
    f'<row r="3">{text("A3", "Bob")}<c r="B3"><v>2.5</v></c></row>'
)


def cells(engine, table):
    return engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()


def aside(table):
    return [(row.row, row.reason) for row in table.set_aside]


SENT = [dt.datetime.fromisoformat(moment) for moment in ("2011-12-09T08:26:00", "2011-12-09T08:26:30")]
ROWS = [
    ["Key", "Date", "Sent", "Net", "Rush", "Note"],
    ["000123", dt.date(2011, 12, 9), SENT[0], 0.1 + 0.2, True, "=cmd|' /C calc'!A0"],
    ["17850", dt.date(2011, 12, 10), SENT[1], 17850.0, False, None],
]


def test_cells_come_as_canonical_text(engine, workbook):
    (table,) = open_file(engine, workbook({"Data": ROWS}))
    assert (table.sheet, table.header, table.header_row, table.dialect) == ("Data", tuple(ROWS[0]), 1, None)
    assert table.native == ("text", "date", "date", "number", "flag", "text")
    assert cells(engine, table) == [
        (2, "000123", "2011-12-09", "2011-12-09 08:26:00", "0.3", "true", "=cmd|' /C calc'!A0"),
        (3, "17850", "2011-12-10", "2011-12-09 08:26:30", "17850", "false", None),
    ]
    assert (table.physical, table.accepted, table.rejected, table.problems) == (3, 2, (), ())
    assert engine.table(table.name).columns == ("row", *table.columns)


def test_dates_of_a_workbook_from_1904_are_the_same_dates(engine, workbook):
    (table,) = open_file(engine, workbook({"Data": ROWS}, date_1904=True))
    assert cells(engine, table)[0][2:4] == ("2011-12-09", "2011-12-09 08:26:00")


def test_column_of_two_kinds_is_typed_by_vote(engine, workbook):
    (table,) = open_file(engine, workbook({"Data": [["Key", "Net"], [17850, 1.5], ["C17851", 2.5], [17852, 3]]}))
    assert table.native == ("mixed", "number")
    assert [row[1] for row in cells(engine, table)] == ["17850", "C17851", "17852"]


def test_numbers_have_fifteen_digits_and_no_exponent(engine, workbook):
    (table,) = open_file(engine, workbook({"Data": [["Key", "Net"], ["a", 1e21], ["b", 1.23456789012345678], ["c", -1e-7]]}))
    assert [row[2] for row in cells(engine, table)] == ["1000000000000000000000", "1.23456789012346", "-0.0000001"]


def test_table_may_begin_anywhere(engine, workbook):
    rows = [[], [None, None, "Sales report"], [], [None, None, "Customer", "Net"], [None, None, "Ann", 1], [None, None, "Bob", 2], [], [None, None, "Cleo", 3]]
    (table,) = open_file(engine, workbook({"Data": rows}))
    assert table.header == ("Customer", "Net")
    assert cells(engine, table) == [(5, "Ann", "1"), (6, "Bob", "2"), (8, "Cleo", "3")]
    assert (table.physical, aside(table)) == (8, [(1, "blank"), (2, "above the header"), (3, "blank"), (4, "header"), (7, "blank")])


def test_header_that_comes_again_is_set_aside(engine, workbook):
    (table,) = open_file(engine, workbook({"Data": [["Customer", "Net"], ["Ann", 1], ["Customer", "Net"], ["Bob", 2]]}))
    assert [row[0] for row in cells(engine, table)] == [2, 4]
    assert [(row.row, row.text, row.reason) for row in table.set_aside] == [(1, "Customer;Net", "header"), (3, "Customer;Net", "header repeated")]


def test_sheets_with_tables_are_all_read_and_others_named(engine, workbook):
    path = workbook(
        {"Cover": [["Sales of 2012"], ["by Ann"]], "2011": [["Customer", "Net"], ["Ann", 1]], "2012": [["Customer", "Net"], ["Bob", 2]], "Empty": []}
    )
    tables = open_file(engine, path)
    assert [table.sheet for table in tables] == ["2011", "2012"]
    assert [(problem.code, problem.origin.sheet) for problem in tables[0].problems] == [("sheet-without-table", "Cover")]
    (one,) = open_file(engine, path, sheet="2012")
    assert cells(engine, one) == [(2, "Bob", "2")]
    with pytest.raises(UsageError, match=r"no sheet 2013\. Its sheets: Cover, 2011, 2012, Empty"):
        open_file(engine, path, sheet="2013")
    with pytest.raises(UnreadableFileError, match="no cell with a value in sheet Empty"):
        open_file(engine, path, sheet="Empty")


def test_hidden_sheets_are_named_and_read_when_asked_for(engine, tmp_path):
    path = tmp_path / "invoices.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for title in ("Data", "Old"):
            sheet = book.add_worksheet(title)
            for row, line in enumerate([["Customer", "Net"], ["Ann", 1], ["Bob", 2]]):
                sheet.write_row(row, 0, line)
        sheet.hide()
    (table,) = open_file(engine, path)
    assert [(problem.code, problem.origin.sheet) for problem in table.problems] == [("hidden-sheet", "Old")]
    assert open_file(engine, path, sheet="Old")[0].accepted == 2


def test_two_headers_of_a_sheet_are_asked_about(engine, workbook):
    rows = [["Customer", "Net"], ["Asiakas", "Netto"], ["Ann", 1], ["Bob", 2]]
    with pytest.raises(AnswerNeededError, match="sheet Data: two rows"):
        open_file(engine, workbook({"Data": rows}))
    (table,) = open_file(engine, workbook({"Data": rows}), dialect={"header_row": 2})
    assert table.header == ("Asiakas", "Netto")


def test_errors_of_formulas_stay_visible(engine, tmp_path):
    path = tmp_path / "invoices.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        for row, line in enumerate([["Customer", "Net"], ["Ann", 1], ["Bob", None], ["Cleo", 3]]):
            sheet.write_row(row, 0, line)
        sheet.write_formula("B3", "=1/0", None, "#DIV/0!")
    (table,) = open_file(engine, path)
    assert cells(engine, table)[1] == (3, "Bob", "#DIV/0!", "e")
    assert table.native == ("text", "mixed")
    assert "a cell holds an error instead of a value: B3, #DIV/0!" in str(table.problems[0])


def test_formula_without_a_result_is_refused_with_its_cell(engine, tmp_path):
    path = tmp_path / "invoices.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for line in (["Customer", "Net"], ["Ann", 1], ["Bob", "=B2*2"]):
        book.active.append(line)
    book.save(path)
    with pytest.raises(UnreadableFileError, match=r"sheet Data: a formula has no stored result \(B3\)"):
        open_file(engine, path)


def test_formula_with_an_empty_text_as_result_is_an_empty_cell(engine, package):
    sheet = TABLE.replace('<c r="B3"><v>2.5</v></c>', '<c r="B3" t="str"><f>IF(1,"","")</f><v></v></c>')
    (table,) = open_file(engine, package(sheet))
    assert cells(engine, table) == [(2, "Ann", "1.5"), (3, "Bob", None)]


def test_dates_written_as_text_of_a_date_are_dates(engine, package):
    sheet = TABLE.replace('<c r="B2"><v>1.5</v></c>', '<c r="B2" t="d"><v>2011-12-09</v></c>').replace(
        '<c r="B3"><v>2.5</v></c>', '<c r="B3" t="d"><v>2011-12-10</v></c>'
    )
    (table,) = open_file(engine, package(sheet))
    assert [row[2] for row in cells(engine, table)] == ["2011-12-09", "2011-12-10"]
    assert table.native == ("text", "date")


def test_rows_and_cells_need_not_say_where_they_are(engine, package):
    said = [f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in ("Customer", "Net", "Ann")]
    sheet = f"<row>{said[0]}{said[1]}</row><row>{said[2]}<c><v>1</v></c></row>"
    (table,) = open_file(engine, package(sheet))
    assert cells(engine, table) == [(2, "Ann", "1")]


def test_cells_with_a_format_and_no_value_are_no_rows(engine, package):
    (table,) = open_file(engine, package(TABLE + '<row r="900000"><c r="ZZ900000" s="0"/></row>'))
    assert (table.physical, table.accepted) == (3, 2)


@pytest.mark.parametrize("place", ["XFD1048576", "ZZ300000", "A1048576"])
def test_cell_far_from_all_others_is_refused_by_name(engine, package, place):
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    path = package(TABLE + f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')
    assert path.stat().st_size < 4096
    with pytest.raises(UnreadableFileError, match=f"sheet Data: a value stands at {place}, far from the others"):
        open_file(engine, path)


@pytest.mark.parametrize("place", ["XFE1", "A1048577", "AAAAAAAAA1", "A99999999999999999999", "a1", "1", "A0", "A-1"])
def test_cell_that_no_sheet_has_is_refused(engine, package, place):
    with pytest.raises(UnreadableFileError, match="there is no"):
        open_file(engine, package(TABLE + f'<row r="9"><c r="{place}"><v>1</v></c></row>'))


def test_document_types_are_refused(engine, package):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    for path in (package(TABLE, rows_ahead=bomb), package(TABLE, book=f'<?xml version="1.0"?>{bomb}<workbook><sheets/></workbook>')):
        with pytest.raises(UnreadableFileError, match="document type"):
            open_file(engine, path)


def test_archive_that_unpacks_to_far_more_is_refused(engine, package):
    with pytest.raises(UnreadableFileError, match="unpacks from"):
        open_file(engine, package(TABLE, strings="<sst>" + " " * 40_000_000 + "</sst>"))


def test_xml_nested_without_end_is_refused(engine, package):
    with pytest.raises(UnreadableFileError, match=r"nested too deep|unpacks from"):
        open_file(engine, package("<a>" * 2_000_000))


def test_broken_xml_is_refused(engine, package):
    with pytest.raises(UnreadableFileError, match="broken workbook"):
        open_file(engine, package("<row r='1'><c r='A1'><v>1</v></row>"))


def test_values_that_are_no_numbers_are_refused(engine, package):
    with pytest.raises(UnreadableFileError, match="two readers disagree"):
        open_file(engine, package(TABLE.replace("<v>2.5</v>", "<v>not a number</v>") + TABLE.replace("1", "4").replace("2", "5")))


def test_other_kinds_of_office_files_are_refused_with_what_to_do(engine, tmp_path):
    for part, said in (
        ("xl/vbaProject.bin", "macros"),
        ("xl/workbook.bin", ".xlsb"),
        ("content.xml", ".ods"),
        ("word/document.xml", "Word"),
        ("a.csv", "archive"),
    ):
        path = tmp_path / "invoices.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(part, "x")
        with pytest.raises(UnreadableFileError, match=said):
            open_file(engine, path)
    old = tmp_path / "invoices.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    with pytest.raises(UnreadableFileError, match=r"old Excel file \(\.xls\) or has a password"):
        open_file(engine, old)


def test_truncated_workbook_is_refused(engine, workbook):
    path = workbook({"Data": ROWS})
    whole = path.read_bytes()
    for length in (100, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableFileError):
            open_file(engine, path)
    path.write_bytes(whole[:1500] + bytes(200) + whole[1700:])
    with pytest.raises(UnreadableFileError):
        open_file(engine, path)


def test_text_called_a_workbook_is_refused(engine, tmp_path):
    path = tmp_path / "invoices.xlsx"
    path.write_text("Customer;Net\nAnn;1\n")
    with pytest.raises(UnreadableFileError, match=r"call it \.csv"):
        open_file(engine, path)


def test_workbook_under_another_name_is_read(engine, workbook):
    assert open_file(engine, workbook({"Data": ROWS}, name="invoices.csv"))[0].accepted == 2


def test_workbook_of_one_sheet_without_rows_is_refused(engine, workbook):
    with pytest.raises(UnreadableFileError, match="nothing below it"):
        open_file(engine, workbook({"Data": [["Customer", "Net"]]}))
    with pytest.raises(UnreadableFileError, match="one column only"):
        open_file(engine, workbook({"Data": [["Notes"], ["to be done"]]}))
    with pytest.raises(UnreadableFileError, match="no cell with a value"):
        open_file(engine, workbook({"Data": []}))


def test_hostile_workbook_stays_within_memory(package):
    """Everything about a cell at XFD1048576 happens in 512 MiB, imports included."""
    path = package(TABLE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    code = "import sys; from goodterms.facts.engine import connect; from goodterms.intake.tables.open_file import open_file; open_file(connect(), sys.argv[1])"
    _code, _out, err, peak = measured(sys.executable, "-c", code, path)
    assert "UnreadableFileError" in err.splitlines()[-1]
    assert peak < 512


def test_a_far_cell_behind_much_padding_stays_within_memory(package):
    """A workbook is opened while it is looked through: what it may take until then does not grow with what stands before the cell."""
    padding = "".join(f"<!--{os.urandom(8_000).hex()}{'a' * 1_000_000}-->" for _ in range(120))
    path = package(TABLE + padding + '<row r="50000"><c r="ZZ50000"><v>1</v></c></row>')
    code = "import sys; from goodterms.facts.engine import connect; from goodterms.intake.tables.open_file import open_file; open_file(connect(), sys.argv[1])"
    _code, _out, err, peak = measured(sys.executable, "-c", code, path)
    assert "far from" in err.splitlines()[-1]
    assert peak < 512


def test_child_that_takes_too_much_is_one_sentence(engine, workbook, monkeypatch):
    rows = [["Customer", "Net"], *([f"Customer {row}", row] for row in range(20_000))]
    path = workbook({"Data": rows})
    monkeypatch.setattr(workbook_module, "BASE_MEMORY", 1 << 20)
    with pytest.raises(UnreadableFileError, match="it takes more memory"):
        open_file(engine, path)


def test_workbook_that_proves_to_hold_more_is_opened_again(workbook):
    path = workbook({"Jan": [["a", "b"], ["1", "2"]]})
    opening = {"path": str(path), "sheet": "Jan", "memory": 1 << 20, "seconds": 20}
    with WorkbookProcess("invoices.xlsx") as process:
        process.open(opening)
        said = list(process.messages({"sheets": ["Jan"], "errors": {}, "memory": workbook_module.BASE_MEMORY}))
    assert [message["cells"] for message in said if "cells" in message] == [[["a", "1"], ["b", "2"]]]


def test_child_that_takes_too_long_is_one_sentence(engine, workbook, monkeypatch):
    monkeypatch.setattr(workbook_module, "BASE_SECONDS", -20)
    with pytest.raises(UnreadableFileError, match="it takes longer"):
        open_file(engine, workbook({"Data": [["Customer", "Net"], *([f"Customer {row}", row] for row in range(50_000))]}))


def test_many_rows_come_in_order(engine, workbook):
    rows = [["Customer", "Net"], *([f"Customer {row}", row] for row in range(12_345))]
    (table,) = open_file(engine, workbook({"Data": rows}))
    assert (table.physical, table.accepted) == (12_346, 12_345)
    assert [row[:2] for row in cells(engine, table)[-2:]] == [(12_345, "Customer 12343"), (12_346, "Customer 12344")]


def test_progress_is_told(engine, workbook):
    said: list[float] = []
    open_file(engine, workbook({"Data": ROWS}), progress=lambda _, done: said.append(done))
    assert said == sorted(said)
    assert said[-1] == 1.0


def test_workbook_of_openpyxl_is_read(engine, tmp_path):
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    for line in ROWS:
        book.active.append([f"'{cell}" if isinstance(cell, str) and cell.startswith("=") else cell for cell in line])
    book.save(stream)
    path = tmp_path / "invoices.xlsx"
    path.write_bytes(stream.getvalue())
    (table,) = open_file(engine, path)
    assert table.native == ("text", "date", "date", "number", "flag", "text")


def net_values(path, mapping=None):
    rows = read([path], mapping=mapping).facts.engine.con.execute("SELECT net_value FROM sale_lines ORDER BY row").fetchall()
    return [str(amount.normalize()) for (amount,) in rows]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["12,50", 1.234, 30], ["12.5", "1.234", "3E+1"]),
        (["1.234,50", 20, 30.5], ["1234.5", "2E+1", "30.5"]),
        (["1,234.50", 1234, 0.125], ["1234.5", "1234", "0.125"]),
        (["125,-", -7, 1e-5], ["125", "-7", "0.00001"]),
    ],
)
def test_numbers_of_a_workbook_are_read_as_they_are_beside_numbers_written_as_text(workbook, cells, read):
    rows = [["Invoice", "Date", "Customer", "Net"], *([number, dt.date(2024, 1, 5), "Ann", cell] for number, cell in enumerate(cells))]
    assert net_values(workbook({"Data": rows})) == read


def test_numbers_of_a_workbook_do_not_say_how_text_beside_them_is_written(workbook):
    rows = [["Invoice", "Date", "Customer", "Quantity", "Net"], ["1", "2024-01-05", "Ann", 2.5, "1.234"], ["2", "2024-01-06", "Ann", 1.5, 20.5]]
    path = workbook({"Data": rows})
    with pytest.raises(AnswerNeededError, match=r'"1\.234" may be a number with decimals or with thousands'):
        read([path])
    assert net_values(path, {"version": 1, "file": [{"match": "*.xlsx", "dialect": {"decimal": ","}}]}) == ["1234", "20.5"]
    assert net_values(path, {"version": 1, "file": [{"match": "*.xlsx", "dialect": {"decimal": "."}}]}) == ["1.234", "20.5"]


@pytest.mark.parametrize("written", [["05/01/2024", "25/01/2024"], ["5.1.2024", "25.1.2024"], ["5 Jan 2024", "25 Jan 2024"]])
def test_dates_of_a_workbook_are_read_as_they_are_beside_dates_written_as_text(workbook, written):
    cells = [written[0], dt.date(2024, 6, 1), dt.datetime(2024, 6, 2, 8, 30, tzinfo=dt.UTC), written[1]]
    reading = read([workbook({"Data": [["Invoice", "Date", "Customer", "Net"], *([str(number), cell, "Ann", 1] for number, cell in enumerate(cells))]})])
    days = reading.facts.engine.con.execute("SELECT date::VARCHAR FROM sale_lines ORDER BY row").fetchall()
    assert days == [("2024-01-05",), ("2024-06-01",), ("2024-06-02",), ("2024-01-25",)]


def test_months_of_a_workbook_are_read_as_they_are_beside_months_written_as_text(workbook, tmp_path):
    costs = workbook({"Data": [["Account", "Month", "Amount"], ["A", "3.2024", 1], ["A", dt.date(2024, 4, 1), 2], ["A", "5.2024", 4]]}, "costs.xlsx")
    (tmp_path / "sales.csv").write_text("Invoice;Date;Customer;Net\n1;2024-03-05;Ann;1,5\n")
    months = read([tmp_path / "sales.csv"], costs=[costs]).facts.engine.con.execute("SELECT period::VARCHAR FROM costs ORDER BY amount").fetchall()
    assert months == [("2024-03-01",), ("2024-04-01",), ("2024-05-01",)]


def test_cells_of_two_kinds_keep_their_kinds_in_a_join_and_where_a_word_stands_for_nothing(workbook, tmp_path):
    workbook({"Data": [["Item", "Cost"], ["P1", "1,50"], ["P2", 1.234], ["P3", "TBD"]]}, "products.xlsx")
    path = tmp_path / "sales.csv"
    path.write_text("Invoice;Date;Customer;Product;Quantity;Net\n1;2024-03-05;Ann;P1;1;5\n2;2024-03-05;Ann;P2;1;5\n3;2024-03-05;Ann;P4;1;5\n")
    join = {"match": "products.xlsx", "on": {"Product": "Item"}, "columns": {"Cost": "unit_cost"}, "dialect": {"nothing": ["TBD"]}}
    reading = read([path], mapping={"version": 1, "file": [{"match": "sales.csv", "join": [join]}]})
    costs = reading.facts.engine.con.execute("SELECT product_cost::VARCHAR FROM sale_lines ORDER BY row").fetchall()
    assert costs == [("1.5000",), ("1.2340",), (None,)]
