"""Files and sheets of several years whose months name no year."""

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
ACROSS = "Account;Name;January;February;March\n5000;Wages;{0};{1};{2}\n7230;Rent;5;5;5\n"
ROWS = "Account;Name;Month;Amount\n5000;Wages;1;{0}\n5000;Wages;2;{1}\n5000;Wages;3;{2}\n7230;Rent;1;5\n7230;Rent;2;5\n7230;Rent;3;5\n"
SALES = "Customer;January;February;March\nAnn;{0};{1};{2}\nBob;5;5;5\n"
YEARS = (2024, 2025)


def amounts(year):
    return [10 * (year - 2020) + month for month in (1, 2, 3)]


def months(years=YEARS):
    return [(dt.date(year, month, 1), D(amounts(year)[month - 1] + 5)) for year in years for month in (1, 2, 3)]


def months_of(reading, table="costs"):
    day, amount = ("period", "amount") if table == "costs" else ("date", "net_value")
    return reading.facts.engine.con.execute(f"SELECT {day}, sum({amount}) FROM {table} GROUP BY 1 ORDER BY 1").fetchall()


def question_of(paths, mapping=None, table="costs"):
    with pytest.raises(AnswerNeededError) as error:
        read_of(paths, mapping, table)
    (question,) = error.value.questions
    return question, error.value.mapping


def read_of(paths, mapping, table="costs"):
    return read([], costs=paths, mapping=mapping) if table == "costs" else read(paths, mapping=mapping)


def both_ways(paths, tmp_path, table="costs", text="", pick=0):
    """The reading once the question is answered; the mapping as it is written, and what is printed to be pasted, give the same."""
    question, pasted = question_of(paths, Mapping.read(text) if text else None, table)
    reading = read_of(paths, Mapping.read(answered(text, question.choices[pick])), table)
    assert months_of(read_of(paths, reading.write_mapping(tmp_path / "map.toml"), table), table) == months_of(reading, table)
    if pick == 0:
        pasted = pasted or text + "\n" + question.entry
        assert months_of(read_of(paths, Mapping.read(pasted), table), table) == months_of(reading, table)
    return reading, question


def workbook(path, text, sheets, titles=()):
    with xlsxwriter.Workbook(str(path)) as book:
        for place, (year, name) in enumerate(zip(YEARS, sheets, strict=True)):
            sheet = book.add_worksheet(name)
            rows = [[title] for title in titles[place : place + 1]] + [line.split(";") for line in text.format(*amounts(year)).splitlines()]
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, [int(cell) if cell.isdecimal() else cell for cell in cells])
    return path


@pytest.mark.parametrize(("text", "table"), [(ACROSS, "costs"), (ROWS, "costs"), (SALES, "sale_lines")], ids=["across", "rows", "sales"])
def test_each_file_is_of_the_year_that_its_name_says(write, tmp_path, text, table):
    paths = [write(f"list_{year}.csv", text.format(*amounts(year))) for year in YEARS]
    reading, question = both_ways(paths, tmp_path, table)
    assert [option.said for option in question.choices] == ["each file is of the year that it names"]
    assert question.choices[0].line == "a [[file]] for each: list_2024.csv (2024), list_2025.csv (2025)"
    assert months_of(reading, table) == months()


@pytest.mark.parametrize("text", [ACROSS, ROWS], ids=["across", "rows"])
@pytest.mark.parametrize(
    ("sheets", "titles"),
    [
        (("Costs 2024", "Costs 2025"), ()),
        (("2024", "2025"), ()),
        (("One", "Two"), ("Costs of 2024", "Costs of 2025")),
        (("Costs 2024", "Costs 2025"), ("Printed 2026-01-02", "Printed 2026-01-02")),
    ],
)
def test_each_sheet_is_of_the_year_that_its_name_or_its_head_says(tmp_path, text, sheets, titles):
    path = workbook(tmp_path / "costs.xlsx", text, sheets, titles)
    reading, question = both_ways([path], tmp_path)
    assert [option.said for option in question.choices] == ["each sheet is of the year that it names", "the sheet is no such table: leave it out"]
    assert months_of(reading) == months()


def test_files_of_one_year_get_one_answer(write, tmp_path):
    paths = [write(f"{name}_2024.csv", ACROSS.replace("000", account).format(*amounts(2024))) for name, account in (("a", "000"), ("b", "001"))]
    reading, question = both_ways(paths, tmp_path)
    assert [option.said for option in question.choices] == ["they are months of 2024"]
    assert len(months_of(reading)) == len(months([2024]))


def test_of_several_files_the_one_that_names_no_year_is_asked_about_by_itself(write, tmp_path):
    paths = [write(f"costs{name}.csv", ACROSS.format(*amounts(year))) for name, year in (("", 2023), ("_2024", 2024), ("_2025", 2025))]
    question, _ = question_of(paths)
    assert question.choices[0].said == f"each file is of the year that it names; {paths[0]} names none, and is asked about next"
    text = answered("", question.choices[0])
    again, _ = question_of(paths, Mapping.read(text))
    assert again.key != question.key
    assert again.sentence.startswith(f"{paths[0]}: months stand across the top")
    (of_2023,) = [option for option in again.choices if option.said == "they are months of 2023"]
    assert months_of(read([], costs=paths, mapping=Mapping.read(answered(text, of_2023)))) == months((2023, *YEARS))


@pytest.mark.parametrize("text", [ACROSS, ROWS], ids=["across", "rows"])
def test_files_of_which_none_names_a_year_may_be_of_several(write, tmp_path, text):
    paths = [write(f"costs_{name}.csv", text.format(*amounts(year))) for name, year in zip(("old", "new"), YEARS, strict=True)]
    question, _ = question_of(paths)
    assert question.evidence == (f"The same year would hold for {paths[0]}, {paths[1]}.",)
    (apart,) = [option for option in question.choices if option.said == "not all are of one year: each file is asked about by itself"]
    mapping, keys = answered("", apart), [question.key]
    for year in YEARS:
        question, _ = question_of(paths, Mapping.read(mapping))
        keys.append(question.key)
        (of_year,) = [option for option in question.choices if option.said == f"they are months of {year}"]
        mapping = answered(mapping, of_year)
    assert len({*keys}) == len(keys)
    reading = read([], costs=paths, mapping=Mapping.read(mapping))
    assert months_of(reading) == months()
    assert months_of(read([], costs=paths, mapping=reading.write_mapping(tmp_path / "map.toml"))) == months()


COLUMNS = '[file.columns]\nJanuary = "month:2024-01"\nFebruary = "month:2024-02"\nMarch = "month:2024-03"\n'


@pytest.mark.parametrize(("text", "said"), [(ACROSS, COLUMNS), (ROWS, 'constants = { year = "2024" }\n')], ids=["across", "rows"])
class TestAYearOfTheMapping:
    def test_does_not_hold_for_a_file_that_names_another(self, write, tmp_path, text, said):
        paths = [write(f"costs_{year}.csv", text.format(*amounts(year))) for year in YEARS]
        mapping = f'version = 1\n\n[[file]]\nmatch = "costs_202*.csv"\ntable = "costs"\n{said}'
        reading, question = both_ways(paths, tmp_path, text=mapping)
        assert question.sentence == f"{paths[1]} names the year 2025, and the mapping, line 3 says that what it holds is of 2024. Say which it is."
        assert question.choices[0].said == "each file is of the year that it names"
        assert months_of(reading) == months()

    def test_does_not_hold_for_a_later_file_read_alone(self, write, tmp_path, text, said):
        path = write("costs_2026.csv", text.format(*amounts(2026)))
        mapping = f'version = 1\n\n[[file]]\nmatch = "costs_202*.csv"\ntable = "costs"\n{said}'
        reading, question = both_ways([path], tmp_path, text=mapping)
        assert [option.said for option in question.choices] == ["it is of 2026", "it is of 2024"]
        assert months_of(reading) == months([2026])
        reading, _ = both_ways([path], tmp_path, text=mapping, pick=1)
        assert {day.year for day, _ in months_of(reading)} == {2024}

    def test_does_not_hold_for_a_sheet_that_names_another(self, tmp_path, text, said):
        path = workbook(tmp_path / "costs.xlsx", text, ("Costs 2024", "Costs 2025"))
        mapping = f'version = 1\n\n[[file]]\nmatch = "costs.xlsx"\ntable = "costs"\n{said}'
        reading, _ = both_ways([path], tmp_path, text=mapping)
        assert months_of(reading) == months()

    def test_does_not_hold_where_the_heads_of_sheets_say_several(self, tmp_path, text, said):
        path = workbook(tmp_path / "costs.xlsx", text, ("One", "Two"), ("Costs of 2024", "Costs of 2025"))
        mapping = f'version = 1\n\n[[file]]\nmatch = "costs.xlsx"\ntable = "costs"\n{said}'
        reading, _ = both_ways([path], tmp_path, text=mapping)
        assert months_of(reading) == months()

    def test_holds_with_a_warning_where_only_the_head_says_another(self, write, text, said):
        path = write("costs.csv", "Printed 2025-01-15;;\n" + text.format(*amounts(2024)))
        reading = read([], costs=[path], mapping=Mapping.read(f'version = 1\n\n[[file]]\nmatch = "costs.csv"\ntable = "costs"\n{said}'))
        assert months_of(reading) == months([2024])
        assert [problem.sentence for problem in reading.problems if problem.code == "year-of-the-mapping"] == [
            "Above its header stands the year 2025, and the mapping says 2024: that holds."
        ]

    def test_holds_for_a_file_that_the_entry_names(self, write, text, said):
        path = write("export 2025.csv", text.format(*amounts(2024)))
        reading = read([], costs=[path], mapping=Mapping.read(f'version = 1\n\n[[file]]\nmatch = "export 2025.csv"\ntable = "costs"\n{said}'))
        assert months_of(reading) == months([2024])


def test_a_fiscal_year_in_a_name_is_one_of_those_that_its_months_are_of(write):
    path = write("costs_2024.csv", "Account;Name;November;December;January\n5000;Wages;1;2;3\n")
    columns = 'November = "month:2024-11"\nDecember = "month:2024-12"\nJanuary = "month:2025-01"\n'
    reading = read([], costs=[path], mapping=Mapping.read(f'version = 1\n\n[[file]]\nmatch = "costs*.csv"\ntable = "costs"\n[file.columns]\n{columns}'))
    assert months_of(reading) == [(dt.date(2024, 11, 1), D(1)), (dt.date(2024, 12, 1), D(2)), (dt.date(2025, 1, 1), D(3))]


def test_the_month_of_an_entry_of_lists_does_not_hold_for_a_list_of_another_year(write, tmp_path):
    path = write("tb_2025-02.csv", "Account;Name;Amount\n5000;Wages;100\n7230;Rent;5\n")
    mapping = 'version = 1\n\n[[file]]\nmatch = "tb_*.csv"\ntable = "costs"\nconstants = { period = "2024-01-01" }\n'
    reading, _ = both_ways([path], tmp_path, text=mapping)
    assert months_of(reading) == [(dt.date(2025, 2, 1), D(105))]


def test_questions_about_sheets_of_one_workbook_have_keys_of_their_own(tmp_path):
    path = tmp_path / "costs.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for year in YEARS:
            sheet = book.add_worksheet(f"{year}")
            for row, cells in enumerate(
                [("Account", "Name", "January", f"February{' ' * (year - 2024)}x", "March", "April", "May"), (5000, "Wages", 1, 2, 3, 4, 5)]
            ):
                sheet.write_row(row, 0, cells)
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path])
    assert [question.key for question in error.value.questions] == [f"months: {path}, sheet 2024", f"months: {path}, sheet 2025"]


def test_of_actual_and_planned_amounts_of_months_either_is_offered(write, tmp_path):
    head = ";".join(f"{kind} {month} 2024" for month in ("January", "February", "March") for kind in ("Actual", "Plan"))
    path = write("costs.csv", f"Account;Name;{head}\n5000;Wages;1;10;2;10;3;10\n7230;Rent;5;6;5;6;5;6\n")
    reading, question = both_ways([path], tmp_path)
    assert [option.said for option in question.choices[:2]] == [
        f"the columns that begin with {kind} hold the amounts of their months" for kind in ("Actual", "Plan")
    ]
    assert months_of(reading) == [(dt.date(2024, month, 1), D(month + 5)) for month in (1, 2, 3)]
