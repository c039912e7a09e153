"""A table of rates brings amounts to the reporting currency: the latest rate until the day of a row counts, and one that leads back is turned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
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
