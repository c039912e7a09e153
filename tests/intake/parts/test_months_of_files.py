"""Lists of costs without a column of months, one file or sheet for each month."""

from __future__ import annotations

import datetime as dt
import os
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


def workbook(path, names, further=()):
    """A workbook with a list of two accounts on a sheet for each of some names, and ``further`` sheets of other columns."""
    with xlsxwriter.Workbook(str(path)) as book:
        for number, name in enumerate(names, start=1):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate([("Account", "Name", "Amount"), ("5000", "Wages", 100 * number), ("7230", "Rent", 5)]):
                sheet.write_row(row, 0, cells)
        for name in further:
            sheet = book.add_worksheet(name)
            for row, cells in enumerate([("Period", "Account", "Amount"), ("2024-07", "6000", 7), ("2024-08", "6000", 7)]):
                sheet.write_row(row, 0, cells)
    return path


def test_each_sheet_is_of_the_month_that_it_names(tmp_path):
    path = workbook(tmp_path / "costs.xlsx", [f"{month:%m.%Y}" for month in MONTHS])
    question, _ = question_of([path])
    reading = read([], costs=[path], mapping=Mapping.read(answered("", question.choices[0])))
    assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS]


def test_files_that_name_the_same_month_are_asked_about_together(write):
    paths = [write(f"{name} 2024-03.csv", f"Account;Name;Amount\n{number};Wages;100\n7230;Rent;5\n") for name, number in (("a", 5000), ("b", 5001))]
    question, _ = question_of(paths)
    assert question.choices[0].said == "all amounts are of March 2024"


def settled(paths, text, tmp_path, place=0):
    """What files give once the question about them is answered; the mapping as it is written says the same."""
    question, _ = question_of(paths, Mapping.read(text) if text else None)
    reading = read([], costs=paths, mapping=Mapping.read(answered(text, question.choices[place])))
    again = read([], costs=paths, mapping=reading.write_mapping(tmp_path / "map.toml"))
    select = "SELECT * EXCLUDE (file) FROM costs ORDER BY ALL"
    facts = reading.facts.engine.con.execute(select).fetchall()
    assert again.facts.engine.con.execute(select).fetchall() == facts
    return reading, question


@pytest.mark.parametrize(
    "said",
    [
        'constants = { currency = "SEK", entity = "North" }',
        'source = "erp"',
        'keys = "shop"',
        'fill_down = ["Name"]',
        'totals = { "5000" = "line" }',
        'costs = { amounts = "positive" }',
        "ragged = { keep_left = 2 }",
    ],
)
def test_all_that_the_entry_of_several_files_says_is_said_of_each(lists, tmp_path, said):
    text = f'version = 1\n\n[[file]]\nmatch = "susa_*.csv"\ntable = "costs"\n{said}\n'
    reading, question = settled(lists, text, tmp_path)
    pasted = Mapping.read(f"version = 1\n{question.entry}")
    (given,) = Mapping.read(text).files
    key = said.partition(" = ")[0]
    for entries in (reading.mapping.files, pasted.files):
        constants = [{"period": f"{month}"} for month in MONTHS]
        expected = [{**given.constants, **period} for period in constants] if key == "constants" else [getattr(given, key)] * 3
        assert [getattr(entry, key) for entry in entries] == expected


def test_the_currency_of_the_entry_of_several_files_is_that_of_each(lists, tmp_path):
    text = 'version = 1\n\n[[file]]\nmatch = "susa_*.csv"\ntable = "costs"\nconstants = { currency = "SEK" }\n'
    reading, _ = settled(lists, text, tmp_path)
    assert reading.facts.engine.con.execute("SELECT DISTINCT currency FROM costs").fetchall() == [("SEK",)]


def test_a_join_of_the_entry_of_several_files_holds_for_each(lists, write, tmp_path):
    write("pools.csv", "Account;Pool\n5000;People\n7230;House\n")
    join = '\n[[file.join]]\nmatch = "pools.csv"\non = { "Account" = "Account" }\ncolumns = { "Pool" = "pool" }\n'
    reading, _ = settled(lists, f'version = 1\n\n[[file]]\nmatch = "susa_*.csv"\ntable = "costs"\n{join}', tmp_path)
    assert reading.facts.engine.con.execute("SELECT pool, sum(amount) FROM costs GROUP BY 1 ORDER BY 1").fetchall() == [("House", D(15)), ("People", D(600))]


def test_the_files_stay_one_source_and_a_copied_list_counts_once(lists, write, tmp_path):
    lists.append(write("Copy of susa_2024-03.csv", lists[-1].read_text()))
    reading, _ = settled(lists, "", tmp_path)
    assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS]
    assert reading.met_again == 2


@pytest.mark.parametrize("names", [["Jan", "Feb", "Mar"], ["tammi", "helmi", "maalis"], ["1", "2", "3"], ["01", "02", "03"], ["TB Jan", "TB Feb", "TB Mar"]])
def test_a_sheet_that_names_its_month_is_of_the_year_of_its_workbook(tmp_path, names):
    path = workbook(tmp_path / "TB 2024.xlsx", names)
    for text in ("", 'version = 1\n\n[[file]]\nmatch = "TB*.xlsx"\ntable = "costs"\nconstants = { currency = "SEK" }\n'):
        reading, question = settled([path], text, tmp_path)
        assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS]
        assert [option.said for option in question.choices] == [
            "each sheet's amounts are of the month that it names",
            "the sheet is no such table: leave it out",
        ]
    assert reading.facts.engine.con.execute("SELECT DISTINCT currency FROM costs").fetchall() == [("SEK",)]
    assert [problem.sentence for problem in reading.problems] == ['the mapping, line 3: what matches "TB*.xlsx" is read by other entries.']


def test_of_months_of_which_nothing_says_the_year_each_year_is_offered(tmp_path):
    path = workbook(tmp_path / "TB.xlsx", ["Jan", "Feb", "Mar"])
    os.utime(path, (dt.datetime(2025, 6, 1, tzinfo=dt.UTC).timestamp(),) * 2)
    reading, question = settled([path], "", tmp_path, place=1)
    assert [option.said[-7:] for option in question.choices[:3]] == ["in 2025", "in 2024", "in 2023"]
    assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS]


def test_other_sheets_of_the_workbook_are_read_too(tmp_path):
    path = workbook(tmp_path / "TB 2024.xlsx", ["Jan", "Feb", "Mar"], ["Further"])
    reading, question = settled([path], "", tmp_path)
    further = [(dt.date(2024, 7, 1), D(7)), (dt.date(2024, 8, 1), D(7))]
    assert months_of(reading) == [(month, D(100 * month.month + 5)) for month in MONTHS] + further
    assert months_of(read([], costs=[path], mapping=Mapping.read(f"version = 1\n{question.entry}"))) == months_of(reading)


@pytest.mark.parametrize("text", ["", 'version = 1\n\n[[file]]\nmatch = "TB*"\ntable = "costs"\n'])
def test_a_sheet_that_names_no_month_is_asked_about_by_itself(tmp_path, text):
    path = workbook(tmp_path / "TB.xlsx", ["Jan 2024", "Feb 2024", "Further"])
    question, _ = question_of([path], Mapping.read(text) if text else None)
    assert question.choices[0].said == "each sheet's amounts are of the month that it names; Further names none, and is asked about next"
    text = answered(text, question.choices[0])
    question, _ = question_of([path], Mapping.read(text))
    assert question.sentence.startswith(f"{path}, sheet Further: no column says the month of a row.")
    (left_out,) = [option for option in question.choices if "left_out" in option.settings]
    assert months_of(read([], costs=[path], mapping=Mapping.read(answered(text, left_out)))) == [(month, D(100 * month.month + 5)) for month in MONTHS[:2]]


def test_files_that_name_years_stand_in_their_januaries(write, tmp_path):
    paths = [write(f"costs_{year}.csv", f"Account;Name;Amount\n5000;Wages;{year}\n7230;Rent;5\n") for year in (2023, 2024)]
    reading, question = settled(paths, "", tmp_path)
    assert question.choices[0].said.endswith("of the month, months or year that it names; those of several months stand in the first, and in no other month")
    assert months_of(reading) == [(dt.date(2023, 1, 1), D(2028)), (dt.date(2024, 1, 1), D(2029))]


def test_of_sums_in_lists_what_is_to_be_pasted_is_printed_under_each_entry(write, tmp_path):
    lists = [write(f"tb_2024-{month:02}.csv", f"Account;Name;Amount\n5000;Wages;{100 * month}\n7230;Rent;{5 * month}\n") for month in range(1, 9)]
    question, _ = question_of(lists)
    text = answered("", question.choices[0])
    question, _ = question_of(lists, Mapping.read(text))
    assert question.place.startswith('In the mapping this belongs under the [[file]] at the mapping, line 2 (match = "tb_2024-01.csv") and the [[file]] at ')
    assert question.entry.splitlines()[1] == 'periods = { months = "since January" }'
    reading, _ = settled(lists, text, tmp_path)
    assert {amount for _, amount in months_of(reading)} == {D(105)}


@pytest.mark.parametrize(
    ("name", "first"),
    [("tammi_tilit_2024", "January 2024"), ("TB_2024_costs_Mar", "March 2024"), ("set_of_costs_2024", "the year 2024"), ("costs", "the year 2025")],
)
def test_a_file_that_names_its_month_apart_from_the_year_is_offered_it_first(write, name, first):
    path = write(f"{name}.csv", "Account;Name;Amount\n5000;Wages;100\n7230;Rent;5\n")
    os.utime(path, (dt.datetime(2025, 6, 1, tzinfo=dt.UTC).timestamp(),) * 2)
    question, _ = question_of([path])
    assert question.choices[0].said.startswith(f"all amounts are of {first}")


@pytest.mark.parametrize(
    "name", ["Kosten Jan-Mar 2024", "costs Q1 2024", "kulut_1-3_2024", "Kosten Januar bis März 2024", "costs 2024Q1", "kulut 01-2024 - 03-2024"]
)
def test_a_file_that_names_several_months_is_offered_the_first_of_them(write, name):
    question, _ = question_of([write(f"{name}.csv", "Account;Name;Amount\n5000;Wages;300\n7230;Rent;90\n")])
    (first, *_) = question.choices
    assert first.said == "all amounts are of January 2024 to March 2024: they stand in January 2024, and in no other month"
    assert first.settings == {"constants": {"period": "2024-01-01"}}


@pytest.mark.parametrize("name", ["tb-2024-05-13", "Set 3-1 2024", "Order-Mar 2024", "costs 45-99 2024"])
def test_other_words_and_numbers_are_no_several_months(write, name):
    question, _ = question_of([write(f"{name}.csv", "Account;Name;Amount\n5000;Wages;300\n7230;Rent;90\n")])
    assert not [option for option in question.choices if " to " in option.said]


def test_files_that_name_several_months_each_stand_in_the_first_of_theirs(write, tmp_path):
    paths = [write(f"costs {months} 2024.csv", "Account;Name;Amount\n5000;Wages;300\n7230;Rent;90\n") for months in ("Jan-Mar", "Apr-Jun")]
    reading, question = settled(paths, "", tmp_path)
    assert question.choices[0].said.endswith("those of several months stand in the first, and in no other month")
    assert months_of(reading) == [(dt.date(2024, 1, 1), D(390)), (dt.date(2024, 4, 1), D(390))]
