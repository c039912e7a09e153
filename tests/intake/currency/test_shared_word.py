"""A word that several currencies share names none: amounts in kr stay without a name, and are asked about where another currency stands beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
OF_KRONER = {"version": 1, "file": [{"match": "s.csv", "dialect": {"currencies": {"kr": "NOK"}}}]}


@pytest.fixture
def lines(write):
    """Write a file of two sale lines with these net amounts, and further columns."""

    def _lines(name, *cells, columns="Net amount"):
        rows = "".join(f"{name}{i};2024-01-0{i};Ann;{cell}\n" for i, cell in enumerate(cells, start=1))
        return write(name, f"Invoice;Date;Customer;{columns}\n{rows}")

    return _lines


def asked(*paths, mapping=None, **other):
    with pytest.raises(AnswerNeededError) as error:
        read(list(paths), mapping=mapping, **other)
    (question,) = error.value.questions
    return question


def answer(text, question, said):
    return answered(text, next(option for option in question.choices if option.said == said))


def net(reading):
    return [account.net_by_currency for account in reading.files if account.table == "sale_lines"]


@pytest.mark.parametrize(("word", "may_be", "first"), [("kr", "SEK, NOK, DKK or ISK", "SEK"), ("¥", "JPY or CNY", "JPY"), ("lei", "RON or MDL", "RON")])
def test_a_shared_word_alone_stays_one_currency_without_a_name(lines, word, may_be, first):
    reading = read([lines("s.csv", f"10,50 {word}", f"{word.upper()} 20,00")])
    assert net(reading) == [{"": D("30.5")}]
    (problem,) = reading.problems
    assert (problem.code, problem.rows) == ("shared-currency-word", 2)
    assert problem.sentence == f"Amounts are in {word}, which may be {may_be}: they are in one currency, which is not named."
    key = f'"{word}"' if word == "¥" else word
    mapping = Mapping.read(f'version = 1\n[[file]]\nmatch = "s.csv"\ndialect = {{ currencies = {{ {key} = "{first}" }} }}\n')
    assert f'dialect = {{ currencies = {{ {key} = "{first}" }} }}' in problem.action
    named = read([lines("s.csv", f"10,50 {word}", f"{word.upper()} 20,00")], mapping=mapping)
    assert (net(named), named.problems) == ([{first: D("30.5")}], ())


def test_a_shared_word_beside_a_currency_is_asked_and_that_one_comes_first(lines):
    paths = lines("s.csv", "10,50 kr", "20,00 kr"), lines("n.csv", "5,00;DKK", "5,00;DKK", columns="Net amount;Currency")
    question = asked(*paths)
    assert question.sentence.endswith("s.csv: amounts are in kr, which may be SEK, NOK, DKK or ISK; beside it DKK is named. Which one is it?")
    assert [option.said for option in question.choices] == ["kr is DKK", "kr is SEK", "kr is NOK", "kr is ISK"]
    assert net(read(list(paths), mapping=Mapping.read(answered("", question.choices[0])))) == [{"DKK": D("30.5")}, {"DKK": D(10)}]
    with pytest.raises(AnswerNeededError, match="in 2 currencies"):
        read(list(paths), mapping=Mapping.read(answered("", question.choices[1])))


def test_a_shared_word_among_codes_of_a_column_is_asked(lines):
    path = lines("s.csv", "10,50;kr;0,1", "20,00;EUR;1", columns="Net amount;Currency;Exchange rate")
    text = 'version = 1\n[[file]]\nmatch = "s.csv"\n[file.columns]\n"Exchange rate" = "exchange_rate"\n'
    question = asked(path, mapping=Mapping.read(text))
    assert [option.said for option in question.choices] == ["kr is SEK", "kr is NOK", "kr is DKK", "kr is ISK"]
    assert net(read([path], mapping=Mapping.read(answer(text, question, "kr is NOK")))) == [{"EUR": D("21.05")}]


def test_a_shared_word_with_a_rate_is_asked(lines):
    path = lines("s.csv", "10,50;kr;0,1", "20,00;kr;0,1", columns="Net amount;Currency;Exchange rate")
    assert asked(path).choices[0].said == "kr is SEK"


def test_a_shared_word_in_the_column_of_currencies_alone_names_none(lines):
    reading = read([lines("s.csv", "10,50;Kr.", "20,00;kr", columns="Net amount;Currency")])
    assert net(reading) == [{"": D("30.5")}]


def test_a_shared_word_beside_a_file_of_lines_without_a_currency_is_asked(lines):
    assert asked(lines("s.csv", "10,50 kr", "9,00 kr"), lines("n.csv", "5,00;new", "6,00;old", columns="Net amount;Note")).choices[0].said == "kr is SEK"


def test_a_shared_word_beside_costs_without_a_currency_stays_open(lines, write):
    costs = write("c.csv", "Month;Account;Amount\n2024-01;Rent;100,00\n")
    assert net(read([lines("s.csv", "10,50 kr")], costs=[costs])) == [{"": D("10.5")}]
    named = write("c.csv", "Month;Account;Amount;Currency\n2024-01;Rent;100,00;EUR\n")
    assert asked(lines("s.csv", "10,50 kr"), costs=[named]).choices[0].said == "kr is SEK"


def test_a_shared_word_is_what_its_row_or_its_heading_says(lines):
    assert net(read([lines("s.csv", "10,50 kr;NOK", "20,00 NOK;kr", columns="Net amount;Currency")], mapping=OF_KRONER)) == [{"NOK": D("30.5")}]
    assert net(read([lines("s.csv", "10,50 kr", "20,00 kr", columns="Net amount DKK")])) == [{"DKK": D("30.5")}]


def test_a_shared_word_contradicts_a_currency_that_it_may_not_be(lines):
    reading = read([lines("s.csv", "10,50 kr;EUR", "20,00 €;EUR", "30,00;EUR", columns="Net amount;Currency")])
    assert (net(reading), reading.rejected) == ([{"EUR": D(50)}], 1)


def test_a_shared_word_among_amounts_of_one_of_its_currencies_is_asked(lines):
    path = lines("s.csv", "10,50 kr", "20,00 SEK")
    question = asked(path)
    assert [option.said for option in question.choices] == ["all amounts are SEK", "export the currency and the rate as columns", "all amounts are kr"]
    assert net(read([path], mapping={"version": 1, "file": [{"match": "s.csv", **question.choices[0].settings}]})) == [{"SEK": D("30.5")}]
    assert asked(lines("s.csv", "10,50 kr", "20,00 €")).choices[0].said == "export the currency and the rate as columns"


@pytest.mark.parametrize("said", ['currencies = { kr = "kronor" }', 'currencies = { euro = "SEK" }'])
def test_a_mapping_says_codes_of_shared_words_alone(said):
    with pytest.raises(MappingError, match="stand for is said like"):
        Mapping.read(f'version = 1\n[[file]]\nmatch = "s.csv"\ndialect = {{ {said} }}\n')


def test_a_shared_word_is_nothing_to_report_in():
    with pytest.raises(MappingError, match=r"kr may be SEK, NOK, DKK, ISK\. Say which"):
        Mapping.read('version = 1\nreporting_currency = "kr"\n')


@pytest.mark.parametrize(
    ("form", "found"), [("#,##0.00 [$kr-41D]", "SEK"), ("[$kr-nb-NO] 0.00", "NOK"), ('0.00" kr"', ""), ("[$¥-804]0.00", "CNY"), ('0.00" Kč"', "CZK")]
)
def test_formats_of_cells_name_the_country_beside_a_shared_word(tmp_path, form, found):
    path = tmp_path / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ("Invoice", "Date", "Customer", "Net amount"))
        for row in (1, 2):
            sheet.write_row(row, 0, (f"A{row}", "2024-01-05", "C1"))
            sheet.write_number(row, 3, 10, book.add_format({"num_format": form}))
    reading = read([path])
    assert net(reading) == [{found: D(20)}]
    assert ["shared-currency-word" in {p.code for p in reading.problems}] == [not found]


def test_lengths_and_quantities_name_no_currency(lines):
    cells = ("10,50 €;12 ft;3 Ft", "20,00 €;14 ft;4 Ft")
    reading = read([lines("s.csv", *cells, columns="Net amount;Length;Quantity")])
    assert (net(reading), reading.rejected) == ([{"EUR": D("30.5")}], 0)
    found = reading.facts.engine.con.execute('SELECT "attribute:length", quantity FROM sale_lines ORDER BY row').fetchall()
    assert found == [("12 ft", D(3)), ("14 ft", D(4))]
