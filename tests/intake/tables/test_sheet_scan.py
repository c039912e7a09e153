"""A sheet looked through row by row, and by the parser alone: the same is found in both ways."""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict
from xml.parsers.expat import ExpatError

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from goodterms.errors import UnreadableFileError
from goodterms.intake.tables import sheet_scan
from goodterms.intake.tables.workbook_guard import Sheet

PART = "xl/worksheets/sheet1.xml"
STYLES = {"1": "%", "2": "EUR"}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def scanned(data, monkeypatch, *, by_row, styles=STYLES):
    """What is found in a sheet, and how many of its rows were plain."""
    plain = []

    class _Noted(sheet_scan._Walk):
        def plain_row(self, xml):
            plain.append(by_row and super().plain_row(xml))
            return plain[-1]

    with monkeypatch.context() as patched, zipfile.ZipFile(io.BytesIO(data)) as book:
        patched.setattr(sheet_scan, "_Walk", _Noted)
        try:
            found = asdict(sheet_scan.scan_sheet(book, Sheet("S", PART, visible=True), "a.xlsx", lambda _: None, styles))
        except UnreadableFileError as why:
            found = str(why)
        except ExpatError as why:  # without its place, which is another where plain rows were not given to the parser
            found = str(why).partition(":")[0]
    return found, sum(plain)


def of_xml(rows):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        book.writestr(PART, f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')
    return held.getvalue()


def of_xlsxwriter(*, in_line):
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": not in_line, "constant_memory": in_line}) as book:
        sheet = book.add_worksheet()
        share, day = book.add_format({"num_format": "0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(40):
            sheet.write_string(row, 1, f'Ann & Bob <{row}> “quoted” 5"')
            sheet.write_number(row, 3, row / 7)
            sheet.write_number(row, 4, row / 100, share)
            sheet.write_number(row, 5, 45_000 + row, day)
            sheet.write_formula(row, 6, f"=D{row + 1}*2", None, row * 2)
            sheet.write_blank(row, 7, None, day)
            sheet.write_boolean(row, 8, row % 2)
            if row % 13 == 5:
                sheet.write_formula(row, 9, "=1/0", None, "#DIV/0!")
        sheet.write_string(50, 12, "below")
    return held.getvalue()


def of_openpyxl():
    book = openpyxl.Workbook()
    for row in range(40):
        book.active.append([f"D{row}", row, row / 4, None, row % 3 == 0, "x > y"])
    book.active.merge_cells("A3:A5")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize("data", [of_xlsxwriter(in_line=True), of_xlsxwriter(in_line=False), of_openpyxl()], ids=["in line", "shared", "openpyxl"])
def test_sheets_of_usual_programs_are_found_the_same_in_both_ways(data, monkeypatch):
    found, plain = scanned(data, monkeypatch, by_row=True)
    assert plain >= 30
    assert (found, 0) == scanned(data, monkeypatch, by_row=False)


CELLS = st.sampled_from(
    [
        '<c r="{0}{1}"><v>1</v></c>',
        '<c r="{0}{1}" s="1"><v>0.5</v></c>',
        '<c r="{0}{1}" s="1" t="s"><v>3</v></c>',
        '<c r="{0}{1}" t="e"><v>#N/A</v></c>',
        '<c r="{0}{1}" t="str"><f>A1</f><v></v></c>',
        '<c r="{0}{1}"><f>A1</f></c>',
        '<c r="{0}{1}"><f t="shared" si="0"/><v>7</v></c>',
        '<c r="{0}{1}" t="inlineStr"><is><t>a &lt; b t="s"</t></is></c>',
        '<c r="{0}{1}" t="inlineStr"><is><t> t="s"> </t></is></c>',
        '<c r="{0}{1}" t="inlineStr"><is><r><t>a</t></r></is></c>',
        '<c r="{0}{1}" t="inlineStr"><is><t></t></is></c>',
        '<c r="{0}{1}" s="2"/>',
        '<c r="{0}7"><v>1</v></c>',
        "<c><v>1</v></c>",
        '<c r="{0}{1}"><v>&bad;</v></c>',
        '<!-- <c r="{0}{1}"><v>1</v></c> -->',
        "<c r='{0}{1}'><v>1</v></c>",
    ]
)
ROWS = st.lists(
    st.tuples(st.sampled_from(['<row r="{}">', '<row r="{}" spans="1:3" ht="15">', "<row>", '<row ht="9" r="{}">']), st.lists(CELLS, max_size=4)), max_size=6
)


@given(rows=ROWS)
def test_rows_written_in_any_way_are_found_the_same_in_both_ways(rows):
    xml = "".join(
        start.format(number) + "".join(cell.format("ABXZ"[place], number) for place, cell in enumerate(cells)) + "</row>"
        for number, (start, cells) in enumerate(rows, start=1)
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert scanned(of_xml(xml), monkeypatch, by_row=True)[0] == scanned(of_xml(xml), monkeypatch, by_row=False)[0]


def test_a_row_in_a_comment_is_none(monkeypatch):
    hidden = '<!-- <row r="1"><c r="A1"><v>1</v></c></row> --><row r="2"><c r="B2"><v>1</v></c></row>'
    found, plain = scanned(of_xml(hidden), monkeypatch, by_row=True)
    assert (found["cells"], found["first_row"], plain) == (1, 2, 0)
