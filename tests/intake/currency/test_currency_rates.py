"""A table of rates brings amounts to the reporting currency: the latest rate until the day of a row counts, and one that leads back is turned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

D = Decimal
SALES = "Invoice;Date;Customer;Net amount;Currency\n1;2024-01-05;Ann;125.00;EUR\n2;2024-01-15;Bob;1000.00;USD\n3;2024-01-31;Bob;950.00;CHF\n"
RATES = {"match": "rates.csv", "table": "rates"}
IN_EUROS = {"version": 1, "reporting_currency": "EUR", "file": [RATES]}
KEPT = "date;from;to;rate\n2024-01-01;USD;EUR;0.9\n2024-01-10;usd;EUR;0.8\n2024-01-16;USD;EUR;0.7\n2024-01-01;€;CHF;0.95\n"


def test_the_latest_rate_until_the_day_counts_and_one_back_is_turned(write):
    reading = read([write("s.csv", SALES), write("rates.csv", KEPT)], mapping=IN_EUROS)
    net = reading.facts["sale_lines"].order_by("date").to_pyarrow().select(["net_value", "currency"]).to_pylist()
    assert [(row["net_value"], row["currency"]) for row in net] == [(D(125), "EUR"), (D(800), "EUR"), (D(1000), "EUR")]
    assert [p.sentence for p in reading.problems] == [
        f"1 row in CHF was brought to EUR by the latest rates of {reading.files[1].file} until their day: 950.00 became 1,000.00.",
        f"1 row in USD was brought to EUR by the latest rates of {reading.files[1].file} until their day: 1,000.00 became 800.00.",
    ]


def test_one_day_and_currency_of_all_rates_stand_in_the_mapping(write):
    rates = write("rates.csv", "Valuutta;Kurssi\nUSD;0,5\nCHF;1,1\n")
    mapping = IN_EUROS | {"file": [RATES | {"constants": {"date": "2024-01-01", "to": "EUR"}}]}
    assert read([write("s.csv", SALES), rates], mapping=mapping).files[0].net_by_currency == {"EUR": D(1670)}


def test_the_rate_of_the_line_goes_before_that_of_the_table(write):
    sales = write("s.csv", "Date;Customer;Net amount;Currency;Rate\n2024-01-15;Bob;100.00;USD;0.5\n2024-01-15;Bob;100.00;USD;\n2024-01-15;Bob;1.00;EUR;1\n")
    rated = {"match": "s.csv", "columns": {"Rate": "exchange_rate"}}
    reading = read([sales, write("rates.csv", KEPT)], mapping=IN_EUROS | {"file": [RATES, rated]})
    assert reading.files[0].net_by_currency == {"EUR": D(131)}


def test_costs_and_a_column_in_another_currency_are_brought_by_it(write):
    sales = write(
        "s.csv", "Invoice;Date;Customer;Product;Quantity;Net amount EUR;Cost USD\n1;2024-01-05;C1;P1;2;110.00;50.00\n2;2024-01-10;C1;P2;1;50.00;30.00\n"
    )
    costs = write("c.csv", "Month;Pool;Amount;Currency\n2024-01;Desk;10;USD\n")
    products = write("p.csv", "Product;Unit cost USD\nP1;10\n")
    reading = read([sales, write("rates.csv", KEPT)], costs=[costs], products=[products], mapping=IN_EUROS)
    assert reading.facts["sale_lines"].product_cost.sum().to_pyarrow().as_py() == D(69)
    assert reading.facts["costs"].amount.sum().to_pyarrow().as_py() == D(9)
    assert reading.facts["products"].unit_cost.sum().to_pyarrow().as_py() == D(7)


def test_rows_before_the_first_rate_are_asked(write):
    rates = write("rates.csv", "date;from;to;rate\n2024-01-20;USD;EUR;0.9\n2024-01-01;CHF;EUR;1\n")
    with pytest.raises(AnswerNeededError, match=r"1 in USD have no exchange rate to EUR; the first is row 3 .* has none until 2024-01-15: add it there"):
        read([write("s.csv", SALES), rates], mapping=IN_EUROS)


def test_which_currency_to_report_in_is_asked(write):
    files = [write("s.csv", SALES), write("rates.csv", KEPT)]
    with pytest.raises(AnswerNeededError, match="Which one is to be reported in") as error:
        read(files, mapping={"version": 1, "file": [RATES]})
    assert [option.said for option in error.value.questions[0].choices][:3] == ["report in CHF", "report in EUR", "report in USD"]


def test_to_report_in_the_currency_of_most_rows_is_offered_first(write):
    sales = write("s.csv", "Date;Customer;Net amount;Currency\n2024-01-15;Bob;100.00;EUR\n2024-01-15;Bob;1.00;NOK\n")
    more = write("t.csv", "Date;Customer;Net;Currency\n2024-01-15;Bob;1.00;NOK\n")
    with pytest.raises(AnswerNeededError) as error:
        read([sales, more])
    assert 'reporting_currency = "NOK"\n[[file]]\nmatch = "rates.csv"' in error.value.mapping
    with pytest.raises(AnswerNeededError) as error:
        read([sales, more, write("rates.csv", KEPT)], mapping={"version": 1, "file": [RATES]})
    assert [option.said for option in error.value.questions[0].choices][:2] == ["report in NOK", "report in EUR"]


def test_two_rates_of_one_day_are_said(write):
    sales = write("s.csv", SALES)
    reading = read([sales, write("rates.csv", KEPT + "2024-01-10;USD;EUR;0.6\n")], mapping=IN_EUROS)
    twice = [(p.severity, p.sentence) for p in reading.problems if p.code == "rate-twice"]
    assert twice == [(Severity.WARNING, "USD has several rates of 2024-01-10, from 0.6 to 0.8: the last one counts.")]
    assert reading.files[0].net_by_currency == {"EUR": D(1725)}


def test_rows_without_a_rate_are_another_question_than_the_currencies(write):
    files = [write("s.csv", SALES.replace("2024-01-15", "2023-12-15")), write("rates.csv", KEPT)]
    with pytest.raises(AnswerNeededError) as first:
        read(files, mapping={"version": 1, "file": [RATES]})
    with pytest.raises(AnswerNeededError) as second:
        read(files, mapping=IN_EUROS)
    assert [question.key for error in (first, second) for question in error.value.questions] == ["currencies", "rows without a rate"]


# Other layouts -----------------------------------------------------------------------------------------------------------------------------------------------

OF_EUROS = 'version = 1\nreporting_currency = "EUR"\n\n[[file]]\nmatch = "rates.csv"\ntable = "rates"\n'


def answered_by(paths, *said):
    """The reading, with each question answered by the choice that is said, and what the last question offered."""
    text, offered = OF_EUROS, []
    for one in said:
        with pytest.raises(AnswerNeededError) as error:
            read(paths, mapping=Mapping.read(text))
        offered = [option.said for option in error.value.questions[0].choices]
        text = answered(text, error.value.questions[0].choices[offered.index(one)])
    return read(paths, mapping=Mapping.read(text)), offered


@pytest.mark.parametrize("units", ["Units", "Antal", "Množství"])
def test_a_rate_of_a_hundred_units_is_that_of_one_hundred(write, units):
    rates = write("rates.csv", f"Date;From;To;{units};Rate\n2024-01-01;USD;EUR;100;50\n2024-01-01;CHF;EUR;1;1.1\n")
    reading = read([write("s.csv", SALES), rates], mapping=IN_EUROS)
    assert reading.files[0].net_by_currency == {"EUR": D(1670)}
    again = read([write("s.csv", SALES), rates], mapping=Mapping.read(reading.mapping.as_toml()))
    assert again.files[0].net_by_currency == {"EUR": D(1670)}


@pytest.mark.parametrize("units", ["0", "-100"])
def test_a_rate_of_no_units_is_none(write, units):
    rates = write("rates.csv", f"Date;From;To;Units;Rate\n2024-01-01;USD;EUR;{units};50\n2024-01-01;CHF;EUR;;1.1\n")
    with pytest.raises(AnswerNeededError, match="1 in USD have no exchange rate to EUR"):
        read([write("s.csv", SALES), rates], mapping=IN_EUROS)


@pytest.mark.parametrize(
    ("text", "first", "other"),
    [
        ("Currency;Rate\nUSD;2\nCHF;1.25\n", "1 EUR is 2 USD, as central banks quote it", "1 USD is 2 EUR"),
        ("Date;Währung;Kurs\n2024-01-01;USD;2\n2024-01-01;CHF;1.25\n", "1 EUR is 2 USD, as central banks quote it", "1 USD is 2 EUR"),
        (
            "TIME_PERIOD,CURRENCY,CURRENCY_DENOM,OBS_VALUE\n2024-01-01,USD,EUR,2\n2024-01-01,CHF,EUR,1.25\n",
            "1 EUR is 2 USD, as central banks quote it",
            "1 USD is 2 EUR",
        ),
        ("Date;Currency;Rate\n2024-01-01;USD;0.5\n2024-01-01;CHF;0.8\n", "1 USD is 0.5 EUR", "1 EUR is 0.5 USD, as central banks quote it"),
        ("Date;Currency;Units;Rate\n2024-01-01;USD;100;50\n2024-01-01;CHF;100;80\n", "100 USD is 50 EUR", "1 EUR is 50 USD, as central banks quote it"),
    ],
)
def test_which_way_a_list_of_rates_leads_is_asked_and_the_likelier_one_is_first(write, text, first, other):
    paths = [write("s.csv", SALES), write("rates.csv", text)]
    without_day = [] if "2024" in text else ["the rates hold for all days"]
    reading, offered = answered_by(paths, *without_day, first)
    assert (offered, reading.files[0].net_by_currency) == ([first, other], {"EUR": D(125) + D(500) + D(760)})
    again = read(paths, mapping=Mapping.read(reading.mapping.as_toml()))
    assert again.files[0].net_by_currency == reading.files[0].net_by_currency
    reading, _ = answered_by(paths, *without_day, other)
    assert reading.files[0].net_by_currency != again.files[0].net_by_currency


def test_a_column_for_each_currency_is_not_read_as_something_else(write):
    rates = write("rates.csv", "Date;USD;CHF\n2024-01-01;1.1;0.9\n")
    with pytest.raises(AnswerNeededError, match="USD, CHF seem to hold the rates of one currency each") as error:
        read([write("s.csv", SALES), rates], mapping=Mapping.read(OF_EUROS))
    assert [option.line for option in error.value.questions[0].choices] == ["date;from;to;rate"]


def test_missing_rates_are_to_be_written_before_currencies_are_left_out(write):
    rates = write("rates.csv", "date;from;to;rate\n2024-01-01;USD;EUR;0.9\n")
    with pytest.raises(AnswerNeededError) as error:
        read([write("s.csv", SALES), rates], mapping=IN_EUROS)
    assert [option.said for option in error.value.questions[0].choices] == [
        f"write the rates that are missing into {rates}",
        "all amounts are in one currency after all",
    ]
