"""A mapping that names sheets, and one which is not there."""

from __future__ import annotations

import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read

LINES = [["Invoice", "Date", "Customer", "Net amount"], ["1", "2023-01-31", "Ann", "1.5"], ["2", "2023-02-28", "Bob", "2.5"]]


def of_sheet(file):
    return {"version": 1, "file": [{"match": file, "sheet": "Sales"}]}


def test_a_sheet_of_a_text_file_is_said(tmp_path):
    (tmp_path / "s.csv").write_text("\n".join(";".join(line) for line in LINES) + "\n")
    with pytest.raises(MappingError, match=r'file 1: .*s\.csv has no sheet "Sales"\. It is no workbook: leave the sheet out\.'):
        read([tmp_path / "s.csv"], mapping=of_sheet("s.csv"))


def test_a_sheet_that_a_workbook_does_not_have_is_said_with_those_that_it_has(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "s.xlsx")) as book:
        for name in ("2022", "2023"):
            sheet = book.add_worksheet(name)
            for row, line in enumerate(LINES):
                sheet.write_row(row, 0, line)
    with pytest.raises(MappingError, match=r'has no sheet "Sales"\. It has the sheets 2022, 2023\.'):
        read([tmp_path / "s.xlsx"], mapping=of_sheet("s.xlsx"))


def test_each_sheet_has_a_header_row_of_its_own(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "s.xlsx")) as book:
        for name, above in (("2022", 2), ("2023", 4)):
            sheet = book.add_worksheet(name)
            for row, line in enumerate([["a", "b", "c", "d"]] * above + LINES):
                sheet.write_row(row, 0, line)
    with pytest.raises(AnswerNeededError, match="two rows may name its columns"):
        read([tmp_path / "s.xlsx"])
    mapping = {"version": 1, "file": [{"match": "s.xlsx", "sheet": name, "dialect": {"header_row": row}} for name, row in (("2022", 3), ("2023", 5))]}
    files = read([tmp_path / "s.xlsx"], mapping=mapping).files
    assert [(account.accepted + account.met_again, account.set_aside) for account in files] == [(2, 3), (2, 5)]
