"""The currency of amounts is known by codes in a column of any name, by signs and by names of columns; where it is not, it is asked."""

from __future__ import annotations

from decimal import Decimal

import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

D = Decimal


def question(error):
    (asked,) = error.value.questions
    return asked


def answered_by(asked, number):
    """The mapping that a choice makes, the first being 0."""
    return Mapping.read(answered("", asked.choices[number]))


@pytest.mark.parametrize("heading", ["Währung", "Devise", "Moneda", "Waluta", "Xyz"])
def test_a_column_of_codes_is_the_currency_whatever_its_heading(write, heading):
    path = write("s.csv", f"Invoice;Date;Customer;Net amount;{heading}\n1;2024-01-05;Ann;125.00;EUR\n2;2024-01-15;Bob;1250.00;USD\n")
    with pytest.raises(AnswerNeededError, match="in 2 currencies and say no rates between them"):
        read([path])


def test_one_code_in_all_rows_is_the_currency(write):
    reading = read([write("s.csv", "Date;Customer;Net amount;Devise\n2024-01-05;Ann;125.00;CHF\n2024-01-15;Bob;1250.00;\n")])
    assert reading.files[0].net_by_currency == {"CHF": D(1375)}
    assert [(p.code, p.severity) for p in reading.problems] == [("currency-of-others", Severity.NOTICE)]


def test_codes_below_the_first_rows_are_found(write):
    rows = "".join(f"2024-01-05;Ann;1.00;{'' if n < 2_100 else 'USD'}\n" for n in range(2_200))
    reading = read([write("s.csv", f"Date;Customer;Net amount;Devise\n{rows}")])
    assert reading.files[0].net_by_currency == {"USD": D(2200)}
    assert [p.sentence for p in reading.problems] == ["2,100 rows name no currency and are taken to be in USD, as all others are."]


@pytest.mark.parametrize("words", [("CUP", "PEN"), ("EUR", "kpl"), ("DEU", "FRA"), ("AMD", "AMD")])
def test_words_are_no_currencies(write, words):
    reading = read([write("s.csv", "Date;Customer;Net amount;Thing\n" + "".join(f"2024-01-05;Ann;10.00;{word}\n" for word in words))])
    assert reading.files[0].net_by_currency == {"": D(20)}


def test_words_under_a_heading_of_currencies_are_not_added_up(write):
    path = write("s.csv", "Date;Customer;Net amount;Currency\n2024-01-05;Ann;10.00;Euro\n2024-01-05;Ann;10.00;US dollar\n")
    with pytest.raises(AnswerNeededError, match="in 2 currencies"):
        read([path])


def test_two_columns_of_codes_are_asked_unless_they_say_the_same(write):
    head = "Date;Customer;Net amount;Doc cur;Home cur\n"
    same = read([write("same.csv", head + "2024-01-05;Ann;10.00;EUR;EUR\n")])
    assert same.files[0].net_by_currency == {"EUR": D(10)}
    path = write("s.csv", head + "2024-01-05;Ann;10.00;USD;EUR\n2024-01-05;Ann;10.00;SEK;EUR\n")
    with pytest.raises(AnswerNeededError, match="Doc cur and Home cur all hold codes of currencies") as error:
        read([path])
    assert read([path], mapping=answered_by(question(error), 1)).files[0].net_by_currency == {"EUR": D(20)}


# Names of columns ------------------------------------------------------------------------------------------------------------------------------------------


def test_files_whose_headings_name_two_currencies_are_not_added_up(write):
    dollars = write("usd.csv", "Invoice;Date;Customer;Net amount USD\n1;2023-01-10;A;100.00\n")
    euros = write("eur.csv", "Invoice;Date;Customer;Net amount EUR\n2;2023-01-11;B;20.50\n")
    assert read([dollars]).files[0].net_by_currency == {"USD": D(100)}
    with pytest.raises(AnswerNeededError, match="in 2 currencies") as error:
        read([dollars, euros])
    asked = question(error)
    assert [option.said for option in asked.choices][2:] == ["all amounts are in USD after all", "all amounts are in EUR after all"]
    reading = read([dollars, euros], mapping=answered_by(asked, 3))
    assert [account.net_by_currency for account in reading.files] == [{"EUR": D(100)}, {"EUR": D("20.50")}]


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("Net amount €", "EUR"), ("Net (£)", "GBP"), ("Amount $", "USD"), ("Net amount (US$)", "USD"), ("Netto zł", "PLN"), ("Netto Ft", "HUF"),
        ("Netto, Kč", "CZK"), ("NetAmountEUR", "EUR"), ("Netto CHF", "CHF"), ("Belopp i SEK", "SEK"), ("Amount RON", "RON"),
    ],
)  # fmt: skip
def test_signs_words_and_codes_in_a_heading_name_the_currency(write, heading, code):
    assert read([write("s.csv", f"Invoice;Date;Customer;{heading}\n1;2023-01-10;A;100,50\n")]).files[0].net_by_currency == {code: D("100.5")}


@pytest.mark.parametrize("codes", ["CAD", "AUD", "MXN"])
def test_a_dollar_sign_is_that_of_the_code_beside_it(write, codes):
    path = write("s.csv", f"Invoice;Date;Customer;Net amount;Currency\n1;2023-01-10;A;$100.50;{codes}\n2;2023-01-10;A;$20.00;{codes}\n")
    assert read([path]).files[0].net_by_currency == {codes: D("120.5")}
    in_heading = write("s.csv", f"Invoice;Date;Customer;Net amount ($);Currency\n1;2023-01-10;A;100.50;{codes}\n2;2023-01-10;A;20.00;{codes}\n")
    assert read([in_heading]).files[0].net_by_currency == {codes: D("120.5")}


def test_a_dollar_sign_alone_or_in_the_column_of_currencies_is_the_us_dollars(write):
    assert read([write("s.csv", "Invoice;Date;Customer;Net amount\n1;2023-01-10;A;$100.50\n")]).files[0].net_by_currency == {"USD": D("100.5")}
    assert read([write("s.csv", "Invoice;Date;Customer;Net amount CAD\n1;2023-01-10;A;$100.50\n")]).files[0].net_by_currency == {"CAD": D("100.5")}
    reading = read([write("s.csv", "Invoice;Date;Customer;Net amount;Currency\n1;2023-01-10;A;CA$100.50;$\n2;2023-01-10;A;US$5.00;$\n3;2023-01-10;A;5.00;$\n")])
    assert (reading.files[0].net_by_currency, reading.rejected) == ({"USD": D(10)}, 1)


def test_dollars_of_two_countries_are_not_added_up(write):
    path = write("s.csv", "Invoice;Date;Customer;Net amount;Currency\n1;2023-01-10;A;$100.50;CAD\n2;2023-01-10;A;$20.00;USD\n")
    with pytest.raises(AnswerNeededError, match="in 2 currencies"):
        read([path])


def test_a_mapping_that_says_the_currency_of_other_signs_is_a_warning(write):
    path = write("s.csv", "Invoice;Date;Customer;Net amount\n1;2023-01-10;A;100,50 €\n")
    said = {code: read([path], mapping={"version": 1, "file": [{"match": "s.csv", "constants": {"currency": code}}]}) for code in ("SEK", "EUR")}
    assert [reading.files[0].net_by_currency for reading in said.values()] == [{"SEK": D("100.5")}, {"EUR": D("100.5")}]
    assert [[(p.severity, p.sentence) for p in reading.problems] for reading in said.values()] == [
        [(Severity.WARNING, "Amounts name EUR, and the mapping says that all are in SEK: they are read as SEK.")],
        [],
    ]


def test_a_cost_whose_heading_names_another_currency_is_not_taken_from_sales(write):
    path = write("s.csv", "Invoice;Date;Customer;Net amount EUR;Cost USD\n1;2024-01-05;C1;110.00;50.00\n2;2024-01-06;C1;50.00;30.00\n")
    with pytest.raises(AnswerNeededError, match="Cost USD says that it is in USD; of 2 rows, the first being row 2, no rate brings it") as error:
        read([path])
    reading = read([path], mapping=answered_by(question(error), 0))
    assert "product_cost" not in {column.ours for column in reading.files[0].columns}


@pytest.mark.parametrize("products", ["Product;Unit cost USD\nP1;10\n", "Product;Unit cost\nP1;$10\n"])
def test_costs_of_products_in_another_currency_are_not_taken_from_sales(write, products):
    sales = write("s.csv", "Date;Customer;Product;Quantity;Net amount EUR\n2024-01-05;Ann;P1;2;100.00\n")
    with pytest.raises(AnswerNeededError, match="no rate brings it to EUR"):
        read([sales], products=[write("p.csv", products)])


def test_where_all_headings_name_one_currency_another_column_does_not_count(write):
    reading = read([write("s.csv", "Date;Customer;Net amount EUR;Currency\n2024-01-05;Ann;10.00;USD\n2024-01-05;Bob;20.00;SEK\n")])
    assert reading.files[0].net_by_currency == {"EUR": D(30)}
    assert "All amounts are in EUR, as the names of their columns say; Currency does not count." in reading.files[0].said


# Formats of a workbook's cells ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("forms", "found"), [(("[$€-2] #,##0.00", '#,##0.00 "EUR"'), {"EUR": D(30)}), (("0.00", "0.00"), {"": D(30)}), (("[$€-2] 0.00", "[$$-409]0.00"), None)]
)
def test_formats_of_cells_name_the_currency(tmp_path, forms, found):
    path = tmp_path / "s.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ("Invoice", "Date", "Customer", "Net amount"))
        for row, (amount, form) in enumerate(zip((10, 20), forms, strict=True), start=1):
            sheet.write_row(row, 0, (f"A{row}", "2024-01-05", "C1"))
            sheet.write_number(row, 3, amount, book.add_format({"num_format": form}))
    if found is not None:
        assert read([path]).files[0].net_by_currency == found
        return
    with pytest.raises(AnswerNeededError, match="the signs of 2 currencies, EUR and USD") as error:
        read([path])
    assert read([path], mapping=answered_by(question(error), 1)).files[0].net_by_currency == {"EUR": D(30)}


# Whole files -----------------------------------------------------------------------------------------------------------------------------------------------


def test_lines_without_a_currency_beside_lines_with_one_are_asked(write):
    dollars = write("a.csv", "Invoice;Date;Customer;Net amount;Currency\n1;2023-01-10;A;100.00;USD\n")
    bare = write("b.csv", "Invoice;Date;Customer;Net amount\n2;2023-01-11;B;20.50\n")
    with pytest.raises(AnswerNeededError) as error:
        read([dollars, bare])
    asked = question(error)
    assert (asked.key, asked.sentence) == ("currency: b.csv", f"{bare} names no currency, and {dollars} is in USD. Which one are its amounts in?")
    reading = read([dollars, bare], mapping=answered_by(asked, 0))
    assert [account.net_by_currency for account in reading.files] == [{"USD": D(100)}, {"USD": D("20.50")}]


def test_lines_of_the_same_columns_without_the_sign_of_the_others_are_asked(write):
    head = "Invoice;Date;Customer;Net amount\n"
    bare, euros = write("a.csv", f"{head}2;2023-01-11;B;20,50\n"), write("b.csv", f"{head}1;2023-01-10;A;100,00 €\n")
    with pytest.raises(AnswerNeededError) as error:
        read([bare, euros])
    reading = read([bare, euros], mapping=answered_by(question(error), 0))
    assert ([account.net_by_currency for account in reading.files], reading.facts.sources) == ([{"EUR": D("20.50")}, {"EUR": D(100)}], ("a",))
    again = read([bare, euros], mapping=Mapping.read(reading.mapping.as_toml()))
    assert [account.net_by_currency for account in again.files] == [{"EUR": D("20.50")}, {"EUR": D(100)}]


def test_costs_without_a_currency_are_in_that_of_the_report_and_it_is_said(write):
    sales = write("s.csv", "Date;Customer;Net amount;Currency;Rate\n2023-01-10;A;100.00;USD;1\n")
    costs = write("c.csv", "Month;Pool;Amount\n2023-01;Desk;10\n")
    reading = read([sales], costs=[costs])
    assert "No currency is named: amounts are in USD, as all others are." in reading.files[1].said
    assert not reading.problems
    write("s.csv", "Date;Customer;Net amount;Currency;Rate\n2023-01-10;A;100.00;USD;1\n2023-01-10;A;100.00;SEK;0.1\n")
    several = read([sales], costs=[costs], mapping={"version": 1, "file": [{"match": "s.csv", "columns": {"Rate": "exchange_rate"}}]})
    sentence = f"{costs} names no currency: its amounts are taken to be in USD, in which the report is."
    assert [p.sentence for p in several.problems if p.severity == Severity.WARNING] == [sentence]
