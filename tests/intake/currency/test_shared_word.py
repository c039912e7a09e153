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


def same_again(reading, *paths, **other):
    """Whether the mapping that was understood gives the same reading, and asks nothing."""
    return facts(read(list(paths), mapping=Mapping.read(reading.mapping.as_toml()), **other)) == facts(reading)


def facts(reading):
    rows = reading.facts["sale_lines"].to_pyarrow().to_pylist()
    return sorted(map(str, rows))


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


# Several countries ------------------------------------------------------------------------------------------------------------------------------------------

DIFFERS = "it differs by row: export the currency and the rate as columns"


def test_a_shared_word_of_customers_in_several_of_its_countries_is_asked(write):
    rows = "".join(f"{i};2024-01-0{i};{name};{land};10,50 kr\n" for i, (name, land) in enumerate([("A", "Sverige"), ("B", "NO"), ("C", "Norge"), ("D", "FI")]))
    path = write("s.csv", f"Invoice;Date;Customer;Country;Net amount\n{rows}".replace("-00", "-09"))
    question = asked(path)
    assert question.evidence == ("rows: 2 to customers in Norway, 1 to customers in Sweden",)
    assert [option.said for option in question.choices] == ["kr is NOK", "kr is SEK", "kr is DKK", "kr is ISK", DIFFERS]
    reading = read([path], mapping=Mapping.read(answered("", question.choices[1])))
    assert net(reading) == [{"SEK": D(42)}]
    assert same_again(reading, path)


def test_a_shared_word_of_customers_in_one_of_its_countries_stays_open(write):
    path = write("s.csv", "Invoice;Date;Customer;Country;Net amount\n1;2024-01-05;Ann;SE;10,50 kr\n2;2024-01-06;Bob;DE;20,00 kr\n")
    reading = read([path])
    assert net(reading) == [{"": D("30.5")}]
    assert same_again(reading, path)


def test_countries_of_a_file_of_customers_count_too(lines, write):
    customers = write("c.csv", "Customer;Country\nAnn;SE\nBob;DK\n")
    sales = write("s.csv", "Invoice;Date;Customer;Net amount\n1;2024-01-05;Ann;10,50 kr\n2;2024-01-06;Bob;20,00 kr\n")
    assert asked(sales, customers=[customers]).choices[-1].said == DIFFERS
    assert net(read([lines("n.csv", "10,50 kr")], customers=[customers])) == [{"": D("10.5")}]


@pytest.mark.parametrize(
    ("other", "language", "code"),
    [("Fakturanr.;Dato;Kunde;Beløb", "Danish", "DKK"), ("Fakturanummer;Dato;Kunde;Beløp", "Norwegian", "NOK")],
)
def test_files_in_two_languages_of_crowns_are_each_asked_their_own_first(write, other, language, code):
    swedish = write("a.csv", "Fakturanr;Datum;Kund;Belopp\n1;2024-01-05;Ann;10,50 kr\n")
    second = write("b.csv", f"{other}\n2;2024-01-05;Bob;20,00 kr\n")
    with pytest.raises(AnswerNeededError) as error:
        read([swedish, second])
    assert [(q.key, q.evidence, q.choices[0].said) for q in error.value.questions] == [
        ('currency "kr": a.csv', ("its headings are Swedish",), "kr is SEK"),
        ('currency "kr": b.csv', (f"its headings are {language}",), f"kr is {code}"),
    ]
    text = ""
    for question in error.value.questions:
        text = answer(text, question, "kr is SEK")
    reading = read([swedish, second], mapping=Mapping.read(text))
    assert net(reading) == [{"SEK": D("10.5")}, {"SEK": D(20)}]
    assert same_again(reading, swedish, second)


def test_files_of_one_language_stay_in_one_crown(write):
    first = write("a.csv", "Fakturanr;Datum;Kund;Belopp\n1;2024-01-05;Ann;10,50 kr\n")
    second = write("b.csv", "Fakturanr;Datum;Kund;Antal;Belopp\n2;2024-01-05;Bob;1;20,00 kr\n")
    assert net(read([first, second])) == [{"": D("10.5")}, {"": D(20)}]


def test_files_called_after_two_countries_are_each_asked_and_stay_one_source(lines):
    paths = [lines(f"sales_{land}.csv", "10,50 kr", "20,00 kr") for land in ("se", "norge")]
    with pytest.raises(AnswerNeededError) as error:
        read(paths)
    assert [(q.evidence, q.choices[0].said) for q in error.value.questions] == [
        (("its name says Sweden",), "kr is SEK"),
        (("its name says Norway",), "kr is NOK"),
    ]
    text = ""
    for question in error.value.questions:
        text = answer(text, question, "kr is SEK")
    reading = read(paths, mapping=Mapping.read(text))
    assert (net(reading), reading.facts.sources) == ([{"SEK": D("30.5")}] * 2, ("sales_se",))
    assert same_again(reading, *paths)


def test_sheets_called_after_two_countries_are_each_asked(tmp_path):
    path = tmp_path / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        kr = book.add_format({"num_format": '0.00" kr"'})
        for land in ("Sverige", "Danmark"):
            sheet = book.add_worksheet(land)
            sheet.write_row(0, 0, ("Invoice", "Date", "Customer", "Net amount"))
            for row in (1, 2):
                sheet.write_row(row, 0, (f"{land[0]}{row}", f"2024-01-0{row}", "C1"))
                sheet.write_number(row, 3, 10, kr)
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert [(q.key, q.choices[0].said) for q in error.value.questions] == [
        ('currency "kr": s.xlsx, Sverige', "kr is SEK"),
        ('currency "kr": s.xlsx, Danmark', "kr is DKK"),
    ]
    text = ""
    for question in error.value.questions:
        text = answer(text, question, "kr is SEK")
    reading = read([path], mapping=Mapping.read(text))
    assert (net(reading), reading.facts.sources) == ([{"SEK": D(20)}] * 2, ("s",))
    assert same_again(reading, path)


def test_suppliers_in_several_countries_are_evidence_too(lines, write):
    suppliers = write("v.csv", "Supplier;Country\nAnn;SE\nBob;DK\n")
    bought = write("p.csv", "Invoice;Date;Supplier;Net amount\n1;2024-01-05;Ann;10,50 kr\n2;2024-01-06;Bob;20,00 kr\n")
    mapping = Mapping.read('version = 1\n[[file]]\nmatch = "v.csv"\ntable = "suppliers"\n')
    question = asked(lines("s.csv", "10,50 €"), suppliers, mapping=mapping, purchases=[bought])
    assert (question.evidence, question.choices[-1].said) == (("rows: 1 from suppliers in Denmark, 1 from suppliers in Sweden",), DIFFERS)


# A file of the same columns without a currency ---------------------------------------------------------------------------------------------------------------


def test_a_shared_word_beside_a_file_of_the_same_columns_without_one_is_asked(lines):
    paths = lines("a.csv", "10,50 kr", "20,00 kr"), lines("b.csv", "5,00", "5,00")
    text = answer("", asked(*paths), "kr is SEK")
    question = asked(*paths, mapping=Mapping.read(text))
    assert (question.key, question.choices[0].said) == ("currency: b.csv", "all its amounts are in SEK")
    reading = read(list(paths), mapping=Mapping.read(answered(text, question.choices[0])))
    assert (net(reading), reading.facts.sources) == ([{"SEK": D("30.5")}, {"SEK": D(10)}], ("a",))
    assert same_again(reading, *paths)


def test_a_word_left_open_stands_in_the_mapping_that_was_understood(lines):
    paths = lines("a.csv", "10,50 kr", "20,00 kr"), lines("b.csv", "5,00 kr", "5,00 kr")
    reading = read(list(paths))
    assert 'constants = { currency = "kr" }' in reading.mapping.as_toml()
    assert same_again(reading, *paths)


def test_an_answer_about_one_file_of_an_entry_stands_in_an_entry_of_its_own(lines):
    paths = lines("sales-1.csv", "10,50 kr;x", "20,00 kr;y", columns="Net amount;Thing"), lines("sales-2.csv", "5,00;x", "5,00;y", columns="Net amount;Thing")
    text = 'version = 1\n[[file]]\nmatch = "sales-*.csv"\ndialect = { currencies = { kr = "SEK" } }\n[file.columns]\n"Thing" = "attribute:made_of"\n'
    question = asked(*paths, mapping=Mapping.read(text))
    assert question.place.endswith('(match = "sales-*.csv") is of other files too. Add to the mapping:')
    reading = read(list(paths), mapping=Mapping.read(answered(text, question.choices[0])))
    assert (net(reading), reading.facts.sources, reading.facts.attributes) == ([{"SEK": D("30.5")}, {"SEK": D(10)}], ("sales-1",), ("attribute:made_of",))
    assert same_again(reading, *paths)


# Headings --------------------------------------------------------------------------------------------------------------------------------------------------


def test_a_shared_word_in_a_heading_is_as_one_in_cells(lines):
    reading = read([lines("s.csv", "10,50", "20,00", columns="Net amount kr")])
    assert net(reading) == [{"": D("30.5")}]
    assert [problem.code for problem in reading.problems] == ["shared-currency-word"]
    beside = lines("s.csv", "10,50", "20,00", columns="Net amount kr"), lines("n.csv", "5,00", "5,00", columns="Net amount EUR")
    assert asked(*beside).choices[0].said == "kr is SEK"


def test_codes_beside_a_shared_word_in_a_heading_say_what_it_is(lines):
    of_one = lines("s.csv", "10,50;NOK", "20,00;NOK", columns="Net amount kr;Currency")
    assert net(read([of_one])) == [{"NOK": D("30.5")}]
    with_cost = lines("s.csv", "10,50;4;NOK", "20,00;8;NOK", columns="Net amount;Cost kr;Currency")
    assert net(read([with_cost])) == [{"NOK": D("30.5")}]
    with_euros = lines("s.csv", "10,50;NOK", "20,00;EUR", columns="Net amount kr;Currency")
    assert net(read([with_euros])) == [{"NOK": D("30.5")}]
    with pytest.raises(AnswerNeededError, match="in 2 currencies"):
        read([lines("s.csv", "10,50;NOK", "20,00;DKK", columns="Net amount kr;Currency")])


def test_a_cost_in_a_shared_word_beside_another_currency_is_asked(lines):
    path = lines("s.csv", "10,50;4", "20,00;8", columns="Net amount EUR;Cost kr")
    text = answer("", asked(path), "kr is SEK")
    question = asked(path, mapping=Mapping.read(text))
    assert question.sentence.endswith("Cost kr says that it is in SEK; of 2 rows, the first being row 2, no rate brings it to EUR.")
    assert net(read([path], mapping=Mapping.read(answered(text, question.choices[0])))) == [{"EUR": D("30.5")}]
