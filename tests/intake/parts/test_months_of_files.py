"""Lists of costs without a column of months, one file or sheet for each month."""

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
MONTHS = [dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1)]


def months_of(reading):
    return reading.facts.engine.con.execute("SELECT period, sum(amount) FROM costs GROUP BY 1 ORDER BY 1").fetchall()


def question_of(paths, mapping=None):
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=paths, mapping=mapping)
    (question,) = error.value.questions
    return question, error.value.mapping


@pytest.fixture
def lists(write):
    """A list of two accounts for each month, whose name says it."""
    return [write(f"susa_2024-{month.month:02}.csv", f"Account;Name;Amount\n5000;Wages;{100 * month.month}\n7230;Rent;5\n") for month in MONTHS]


def test_each_file_is_of_the_month_that_it_names(lists, tmp_path):
    question, pasted = question_of(lists)
    assert [option.said for option in question.choices] == ["each file's amounts are of the month that it names"]
    expected = [(month, D(100 * month.month + 5)) for month in MONTHS]
    for text in (answered("", question.choices[0]), pasted):
        reading = read([], costs=lists, mapping=Mapping.read(text))
        assert months_of(reading) == expected
        assert months_of(read([], costs=lists, mapping=reading.write_mapping(tmp_path / "map.toml"))) == expected


def test_what_an_entry_for_all_of_them_says_holds_for_each(lists):
    text = 'version = 1\n\n[[file]]\nmatch = "susa_*.csv"\ntable = "costs"\n\n[file.columns]\n"Name" = "pool"\n'
    question, _ = question_of(lists, Mapping.read(text))
    reading = read([], costs=lists, mapping=Mapping.read(answered(text, question.choices[0])))
    assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS]
    assert reading.facts.engine.con.execute("SELECT DISTINCT pool FROM costs ORDER BY 1").fetchall() == [("Rent",), ("Wages",)]


def test_each_sheet_is_of_the_month_that_it_names(tmp_path):
    path = tmp_path / "costs.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for month in MONTHS:
            sheet = book.add_worksheet(f"{month:%m.%Y}")
            for row, cells in enumerate([("Account", "Name", "Amount"), ("5000", "Wages", 100 * month.month), ("7230", "Rent", 5)]):
                sheet.write_row(row, 0, cells)
    question, _ = question_of([path])
    reading = read([], costs=[path], mapping=Mapping.read(answered("", question.choices[0])))
    assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS]


def test_files_that_name_the_same_month_are_asked_about_together(write):
    paths = [write(f"{name} 2024-03.csv", f"Account;Name;Amount\n{number};Wages;100\n7230;Rent;5\n") for name, number in (("a", 5000), ("b", 5001))]
    question, _ = question_of(paths)
    assert question.choices[0].said == "all amounts are of March 2024"
