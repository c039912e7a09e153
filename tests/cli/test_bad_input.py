"""Bad input ends with a clear sentence or a visible row, in little memory, never with a traceback, and nothing is dropped silently."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

COMMAND = Path(sys.executable).with_name("goodterms")

HEADER = "Invoice,Date,Customer,Product,Quantity,Net sales,Cost\n"
ROWS = "".join(f"{month},2023-{month:02d}-28,Ann,Nails,10,1000.00,700.00\n" for month in range(1, 5))
COSTS = "Period,Account,Pool,Amount\n2023-01,4000,Picking,60.00\n2023-02,4000,Picking,60.00\n"
POLICY = 'version = 1\n\n[[policy]]\nfrom = 2022-01-01\n\n[[policy.pool]]\nname = "Picking"\n'
MAPPING = 'version = 1\n\n[[file]]\nmatch = "invoices.csv"\ntable = "sale_lines"\n'
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(path, rows):
    """A workbook as small as one can be: one sheet with these rows of XML."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)


def text_cells(*texts):
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


# What cannot be read at all


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "invoices.csv"),
        (b"\n\n\n", "invoices.csv"),
        (HEADER.encode(), "invoices.csv"),
        ((HEADER + ROWS).replace("Ann", "A\0nn").encode(), "NUL"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "invoices.csv"),
        (b"PK\x03\x04 no workbook at all", "invoices.csv"),
    ],
    ids=["empty", "byte order mark alone", "blank lines", "header only", "NUL bytes", "picture", "broken archive"],
)
def test_a_file_that_is_no_table_is_said(goodterms, folder, content, words):
    Path("invoices.csv").write_bytes(content)
    ran = goodterms("look", "invoices.csv")
    assert (ran.code, ran.out) == (4, "")
    assert words in ran.err
    assert ran.err.startswith(("invoices.csv", "The file invoices.csv"))
    assert [path.name for path in folder.iterdir()] == ["invoices.csv"]


def test_a_file_that_is_not_there_is_said(goodterms, folder):
    ran = goodterms("look", "absent.csv")
    assert (ran.code, ran.out) == (4, "")
    assert "absent.csv" in ran.err
    assert list(folder.iterdir()) == []


def test_a_pipe_is_not_waited_for(goodterms, folder):
    os.mkfifo("invoices.csv")
    ran = goodterms("look", "invoices.csv")
    assert (ran.code, ran.out) == (4, "")
    assert "invoices.csv is a pipe or a device" in ran.err


def test_a_name_that_is_not_utf8_is_said(goodterms, folder):
    name = os.fsdecode(b"m\xe4rz.csv")
    Path(name).write_text(HEADER + ROWS, "utf-8")
    ran = goodterms("look", name)
    assert (ran.code, ran.out, ran.err) == (4, "", "The name of märz.csv is not written in UTF-8. Rename the file.\n")


def test_a_folder_whose_name_is_not_utf8_is_said(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    ran = goodterms("look", "invoices.csv", "--out", os.fsdecode(b"m\xe4rz"))
    assert (ran.code, ran.out, ran.err) == (2, "", "The name of märz is not written in UTF-8. Pass --out with another folder.\n")
    assert [path.name for path in folder.iterdir()] == ["invoices.csv"]


def test_a_closed_output_is_said(folder):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    ran = subprocess.run(["sh", "-c", '"$0" look invoices.csv >&-', COMMAND], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, "The standard output is closed, so there is nowhere to print to. Leave it open, or send it to a file.\n")
    assert [path.name for path in folder.iterdir()] == ["invoices.csv"]


def test_a_closed_stream_of_errors_stops_nothing(folder):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    ran = subprocess.run(["sh", "-c", '"$0" look invoices.csv 2>&-', COMMAND], capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert "Report: goodterms-report/report.html" in ran.stdout


@pytest.mark.parametrize("encoding", ["idna", "punycode", "rot13", "utf-99"])
def test_an_encoding_that_is_none_is_said(goodterms, folder, encoding):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    Path("map.toml").write_text(MAPPING + f'dialect = {{ encoding = "{encoding}" }}\n', "utf-8")
    ran = goodterms("look", "invoices.csv", "--map", "map.toml")
    assert (ran.code, ran.out) == (2, "")
    assert f'the encoding "{encoding}", which' in ran.err


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_more_columns_than_can_be_read_are_said_in_little_memory(alone, folder, kind):
    columns = [f"c{place}" for place in range(1, 16_001 if kind == "csv" else 2_001)]
    if kind == "csv":
        Path("wide.csv").write_text("\n".join([";".join(columns), *[";".join("1" * len(columns))] * 20]))
    elif kind == "xlsx":
        workbook(folder / "wide.xlsx", f'<row r="1">{text_cells(*columns)}</row><row r="2">{"<c><v>1</v></c>" * len(columns)}</row>')
    else:
        pq.write_table(pa.table({name: [1, 2] for name in columns}), folder / "wide.parquet")
    ran = alone("look", f"wide.{kind}")
    assert (ran.code, ran.out) == (4, "")
    assert f"has {len(columns):,} columns, and 800 are the most that are read. Export the ones that are needed." in ran.err
    assert ran.peak_mib <= 512


def test_a_cell_at_the_end_of_the_sheet_takes_no_memory(alone, folder):
    workbook(folder / "far.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert (folder / "far.xlsx").stat().st_size < 2048
    ran = alone("look", "far.xlsx")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("far.xlsx, sheet S")
    assert ran.peak_mib <= 512
    assert [path.name for path in folder.iterdir()] == ["far.xlsx"]


def test_a_formula_without_a_value_is_refused(goodterms, folder):
    header = f'<row r="1">{text_cells("Invoice", "Date", "Customer", "Net sales")}</row>'
    rows = "".join(f'<row r="{i}">{text_cells(str(i), f"2023-0{i}-28")}<c><f>A1&amp;"x"</f></c><c><v>100</v></c></row>' for i in range(2, 6))
    workbook(folder / "formula.xlsx", header + rows)
    ran = goodterms("look", "formula.xlsx")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("formula.xlsx, sheet S: 4 formulas have no stored result (C2, C3, C4, C5).")


# What can be read in two ways


def test_dates_that_fit_two_orders_are_asked(goodterms, folder):
    Path("invoices.csv").write_text("Invoice,Date,Customer,Net sales\n" + "".join(f"{i},0{i}/0{i + 1}/2023,Ann,100.00\n" for i in range(1, 8)), "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert (ran.code, ran.out) == (3, "")
    assert "Date" in ran.err
    assert 'date = "%d/%m/%Y"' in ran.err
    assert 'date = "%m/%d/%Y"' in ran.err
    assert [path.name for path in folder.iterdir()] == ["invoices.csv"]


def test_costs_in_another_currency_than_sales_are_asked(goodterms, folder):
    Path("invoices.csv").write_text("Invoice,Date,Customer,Net sales,Currency\n1,2023-01-31,Ann,100.00,EUR\n2,2023-02-28,Ann,100.00,EUR\n", "utf-8")
    Path("costs.csv").write_text("Period,Pool,Amount,Currency\n2023-01,Desk,10,USD\n2023-02,Desk,10,SEK\n", "utf-8")
    ran = goodterms("look", "invoices.csv", "--costs", "costs.csv")
    assert (ran.code, ran.out) == (3, "")
    assert "The files are in 3 currencies and say no rates between them." in ran.err
    assert [path.name for path in sorted(folder.iterdir())] == ["costs.csv", "invoices.csv"]


def test_two_currencies_without_rates_are_asked(goodterms, folder):
    Path("invoices.csv").write_text("Invoice,Date,Customer,Net sales,Currency\n1,2023-01-31,Ann,100.00,EUR\n2,2023-02-28,Ann,100.00,SEK\n", "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert (ran.code, ran.out) == (3, "")
    assert "EUR" in ran.err
    assert "SEK" in ran.err
    assert [path.name for path in folder.iterdir()] == ["invoices.csv"]


OPEN_FILES = {
    "dates": {"s.csv": "Invoice,Date,Customer,Net sales\n1,01/02/2023,Ann,100.00\n2,02/03/2023,Ann,100.00\n"},
    "dates of two files": {
        "jan.csv": "Invoice,Date,Customer,Net sales\n1,01/02/2023,Ann,100.00\n",
        "feb.csv": "Invoice,Date,Customer,Net sales\n2,02/03/2023,Ann,100.00\n",
    },
    "decimals": {"s.csv": "Invoice;Date;Customer;Net sales\n1;2023-01-31;Ann;1.234\n2;2023-02-28;Ann;2.500\n"},
    "amount": {"s.csv": 'When,Who,"How ""much"""\n2023-01-31,Ann,10.5\n2023-02-28,Bob,20.5\n'},
    "two amounts": {"s.csv": "Date,Customer,Net amount,Net value\n2023-01-31,Ann,10.5,9.5\n2023-02-28,Ann,10.5,9.5\n"},
    "price": {"s.csv": "Date;Customer;Quantity;Unit price;Discount %\n2023-01-31;Ann;10;2,50;20\n2023-02-28;Ann;10;2,50;20\n"},
    "discount": {"s.csv": "Date;Customer;Quantity;List price;Discount\n2023-01-31;Ann;10;2,50;0,2\n2023-02-28;Ann;10;2,50;0,2\n"},
    "signs of currencies": {"s.csv": "Date;Customer;Net sales\n2023-01-31;Ann;€ 10.5\n2023-02-28;Ann;$ 10.5\n"},
    "rates": {"s.csv": "Date,Customer,Net sales,Currency,Exchange rate\n2023-01-31,Ann,10.5,USD,0.9\n2023-02-28,Ann,10.5,SEK,0.1\n"},
    "headers": {"s.csv": "Date,Customer,Sales,Place\nDay,Buyer,Amount,Country\n2023-01-31,Ann,10.5,North\n2023-02-28,Ann,10.5,North\n"},
    "delimiter": {"s.csv": "Date^Customer^Net sales\n2023-01-31^Ann^10.5\n2023-02-28^Ann^10.5\n2023-03-31^Ann^10.5\n"},
}


@pytest.mark.parametrize("files", OPEN_FILES.values(), ids=OPEN_FILES.keys())
def test_what_is_asked_is_answered_by_pasting_what_was_printed(goodterms, folder, files):
    for name, text in files.items():
        Path(name).write_text(text, "utf-8")
    ran = goodterms("look", *files)
    assert (ran.code, ran.out) == (3, "")
    Path("map.toml").write_text(ran.err[ran.err.index("version = 1") :], "utf-8")
    again = goodterms("look", *files, "--map", "map.toml")
    rejected = 1 if "two rows may name its columns" in ran.err else 0  # the other row of names is no data
    assert (again.code, again.err) == (rejected, "")


def test_amounts_in_two_currencies_are_not_added_up_by_pasting_what_was_printed(goodterms, folder):
    """What is pasted waits for a file of rates; that all are in one currency after all has to be chosen."""
    Path("s.csv").write_text("Date,Customer,Net sales,Currency\n2023-01-31,Ann,10.5,EUR\n2023-02-28,Ann,10.5,USD\n", "utf-8")
    ran = goodterms("look", "s.csv")
    Path("map.toml").write_text(ran.err[ran.err.index("version = 1") :], "utf-8")
    assert goodterms("look", "s.csv", "--map", "map.toml").code == 3
    Path("rates.csv").write_text("Date,From,To,Rate\n2023-02-01,USD,EUR,0.9\n", "utf-8")
    again = goodterms("look", "s.csv", "rates.csv", "--map", "map.toml")
    assert (again.code, again.err) == (0, "")
    assert "9.45" in again.out


def test_questions_about_several_files_are_answered_by_one_mapping(goodterms, invoices):
    Path("costs.csv").write_text("Month;Pool;Sum of it\n2023-01;Desk;10,00\n", "utf-8")
    Path("visits.csv").write_text("Date,Customer\n2023-01-31,Ann\n", "utf-8")
    files = (invoices.name, "--costs", "costs.csv", "--activities", "visits.csv")
    ran = goodterms("look", *files)
    assert ran.code == 3
    Path("map.toml").write_text(ran.err[ran.err.index("version = 1") :], "utf-8")
    again = goodterms("look", *files, "--map", "map.toml")
    assert (again.code, again.err) == (1, "")  # the desk has no driver


def test_an_answer_says_under_which_file_of_the_mapping_it_belongs(goodterms, folder):
    Path("s.csv").write_text(OPEN_FILES["dates"]["s.csv"], "utf-8")
    begun = 'version = 1\n\n[[file]]\nmatch = "*.csv"\ndialect = { delimiter = "," }\n'
    Path("map.toml").write_text(begun, "utf-8")
    ran = goodterms("look", "s.csv", "--map", "map.toml")
    assert ran.code == 3
    assert 'under the [[file]] at map.toml, line 3 (match = "*.csv"), in place of a line that begins alike:' in ran.err
    answer = 'dialect = { delimiter = ",", date = "%d/%m/%Y" }\n'
    assert f"# the day stands first\n{answer}" in ran.err
    Path("map.toml").write_text(begun.replace('dialect = { delimiter = "," }\n', answer), "utf-8")
    assert goodterms("look", "s.csv", "--map", "map.toml").code == 0


def test_a_file_that_the_mapping_does_not_speak_of_is_added_to_it(goodterms, folder):
    Path("s.csv").write_text(OPEN_FILES["dates"]["s.csv"], "utf-8")
    Path("map.toml").write_text('version = 1\n\n[[file]]\nmatch = "other.csv"\n', "utf-8")
    ran = goodterms("look", "s.csv", "--map", "map.toml")
    assert ran.code == 3
    assert "No [[file]] of the mapping speaks of it yet. Add to the mapping:" in ran.err
    with Path("map.toml").open("a", encoding="utf-8") as mapping:
        mapping.write(ran.err[ran.err.index("[[file]]\nmatch") :])
    assert goodterms("look", "s.csv", "--map", "map.toml").code == 0


# What is read, with something to see


def test_an_unusual_delimiter_is_found(goodterms, folder):
    Path("invoices.csv").write_text((HEADER + ROWS).replace(",", "|"), "utf-8")
    assert goodterms("look", "invoices.csv").code == 0


def test_a_header_in_the_middle_is_set_aside(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS + HEADER + ROWS.replace("2023", "2024"), "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 0
    assert "set aside" in ran.out


def test_two_headers_at_the_top_are_seen(goodterms, folder):
    Path("invoices.csv").write_text("Sales,,,,,,\n" + HEADER + ROWS, "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 0
    assert "set aside" in ran.out


def test_rows_that_are_no_utf_8_in_a_file_that_is_are_rejected(goodterms, folder):
    in_utf_8 = "".join(f"{6 + i},2023-06-28,Mäkelä,Nails,1,100.00,70.00\n" for i in range(20))
    Path("invoices.csv").write_bytes((HEADER + ROWS).encode() + "5,2023-05-28,Mäkinen,Nails,1,100.00,70.00\n".encode("cp1252") + in_utf_8.encode())
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 1
    assert "Rejected: invoices.csv, row 6, column Customer: it holds bytes that are no utf-8" in " ".join(ran.out.split())
    assert Path("goodterms-report/invoices.rejected.csv").read_text("utf-8").splitlines() == [HEADER.strip(), "5,2023-05-28,Mäkinen,Nails,1,100.00,70.00"]


def test_rows_in_utf_8_in_a_file_that_is_not_are_said(goodterms, folder):
    in_cp1252 = "5,2023-05-28,Mäkinen,Nails,1,100.00,70.00\n".encode("cp1252")
    Path("invoices.csv").write_bytes((HEADER + ROWS).encode() + in_cp1252 + "6,2023-06-28,Mäkelä,Nails,1,100.00,70.00\n".encode())
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 0
    said = "Warning: invoices.csv: the file is read as Western European, Windows (cp1252), but line 7 is written in UTF-8: two encodings are mixed"
    assert said in " ".join(ran.out.split())


def test_a_quantity_or_amount_of_absurd_size_is_a_rejected_row(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS + "9,2023-04-28,Ann,Nails,100000000000000,1.00,1.00\n10,2023-04-28,Ann,Nails,1,1e14,1.00\n", "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert 'row 6, column Quantity: "100000000000000" where a number with decimal point and at most 11 digits before and 7 after it was expected' in said
    assert 'row 7, column Net sales: "1e14" where a number' in said


def test_negative_quantities_are_returns(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS + "9,2023-04-28,Ann,Nails,-10,-1000.00,-700.00\n", "utf-8")
    assert goodterms("look", "invoices.csv").code == 0


def test_a_customer_that_is_a_formula_stays_text(goodterms, folder):
    Path("invoices.csv").write_text((HEADER + ROWS).replace("Ann", '"=HYPERLINK(""x"")"'), "utf-8")
    assert goodterms("look", "invoices.csv").code == 0
    cells = [cell for sheet in load_workbook("goodterms-report/tables.xlsx") for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert 'href="x"' not in Path("goodterms-report/report.html").read_text("utf-8")


def test_a_name_that_is_markup_stays_text(goodterms, folder):
    Path("invoices.csv").write_text((HEADER + ROWS).replace("Ann", "<script>alert(1)</script>[bold]x"), "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 0
    assert "[bold]x" in ran.out
    assert "<script>alert" not in Path("goodterms-report/report.html").read_text("utf-8")


def test_a_date_of_another_kind_is_a_rejected_row(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS * 5 + "9,31/01/2023,Ann,Nails,10,1000.00,700.00\n", "utf-8")
    ran = goodterms("look", "invoices.csv")
    assert ran.code == 1
    assert "31/01/2023" in ran.out


def test_costs_without_a_driver_are_unassigned(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    Path("costs.csv").write_text(COSTS, "utf-8")
    ran = goodterms("look", "invoices.csv", "--costs", "costs.csv")
    assert ran.code == 1
    assert "Picking" in ran.out


def test_a_driver_without_cost_is_said(goodterms, folder):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    Path("policy.toml").write_text(POLICY.replace("Picking", "Helicopters") + 'driver = "orders"\n', "utf-8")
    ran = goodterms("look", "invoices.csv", "--policy", "policy.toml")
    assert ran.code == 0
    assert "Helicopters" in ran.out


# Wrong use of what is there


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--periods", "2010", "2011"), "2010"),
        (("--periods", "2023-01", "2010"), "2010"),
        (("--periods", "2023-13", "2024"), '"2023-13" is not a period'),
        (("--map", "map.toml"), "Nettosumma"),
        (("--map", "absent.toml"), "absent.toml"),
        (("--costs", "costs.csv", "--policy", "policy.toml"), "frobs"),
        (("--policy", "absent.toml"), "absent.toml"),
        (("--out", "invoices.csv"), "is a file"),
    ],
    ids=[
        "periods without sales",
        "one period without sales",
        "no period",
        "column not there",
        "mapping not there",
        "unknown name in an equation",
        "policy not there",
        "out is a file",
    ],
)
def test_wrong_use_is_said_and_nothing_written(goodterms, folder, arguments, words):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    Path("costs.csv").write_text(COSTS, "utf-8")
    Path("map.toml").write_text(MAPPING + '\n[file.columns]\n"Nettosumma" = "net_value"\n', "utf-8")
    Path("policy.toml").write_text(POLICY + 'minutes = "5 + 3*frobs"\ncapacity_minutes = 1000\n', "utf-8")
    before = sorted(path.name for path in folder.iterdir())
    ran = goodterms("look", "invoices.csv", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_small_files_take_little_memory(alone, folder):
    Path("invoices.csv").write_text(HEADER + ROWS, "utf-8")
    Path("costs.csv").write_text(COSTS, "utf-8")
    Path("policy.toml").write_text(POLICY + 'driver = "orders"\n', "utf-8")
    ran = alone("look", "invoices.csv", "--costs", "costs.csv", "--policy", "policy.toml")
    assert ran.code == 0
    assert ran.peak_mib <= 512
