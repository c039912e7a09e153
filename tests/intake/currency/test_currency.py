"""Currencies: nothing is added across them, and what is taken for granted is said."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.file_mapping import FileMapping, JoinMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

D = Decimal
RATE = {"match": "s.csv", "columns": {"Exchange rate": "exchange_rate"}}
TIMES = {"version": 1, "file": [RATE]}
"""Amounts × the exchange rate are in the reporting currency."""


@pytest.fixture
def sales(tmp_path):
    """Read a file of lines, each with its amount, currency and rate as it stands there."""

    def _sales(*lines, columns="Net amount;Currency"):
        path = tmp_path / "s.csv"
        path.write_text(f"Invoice No;Date;Customer;{columns}\n" + "".join(f"{i};2023-01-05;Ann;{line}\n" for i, line in enumerate(lines)))
        return read([path], mapping=TIMES if "Exchange rate" in columns else None)

    return _sales


def said(reading):
    return [(p.code, p.severity, p.rows) for p in reading.problems]


def test_blank_beside_one_currency_is_in_it_with_a_notice(sales):
    reading = sales("10,00;EUR", "20,00;", "20,00;€")
    assert reading.files[0].net_by_currency == {"EUR": D(50)}
    assert said(reading) == [("currency-of-others", Severity.NOTICE, 1)]


def test_blank_beside_several_currencies_is_in_the_one_of_the_report_with_a_warning(sales):
    reading = sales("10,00;EUR;1", "20,00;USD;0,5", "30,00;;", columns="Net amount;Currency;Exchange rate")
    assert reading.files[0].net_by_currency == {"EUR": D(50)}
    assert said(reading) == [("currency-of-others", Severity.WARNING, 1), ("converted", Severity.NOTICE, 1)]


def test_blank_with_a_rate_is_brought_by_it(sales):
    reading = sales("10,00;EUR;1", "20,00;USD;0,5", "30,00;;0,1", columns="Net amount;Currency;Exchange rate")
    assert reading.files[0].net_by_currency == {"EUR": D(23)}


def test_a_sign_that_contradicts_the_currency_of_its_row_is_given_back(sales):
    reading = sales("$10,00;EUR", "20,00;EUR", "€ 5,00;EUR")
    assert reading.files[0].net_by_currency == {"EUR": D(25)}
    assert [str(p)[-80:] for p in reading.problems if p.severity == Severity.REJECTED] == [
        '"$10,00" where an amount in the currency of its row was expected. Mend the row in the file of rejected rows and read it again.'[-80:]
    ]


def test_crowns_contradict_no_country_of_crowns(sales):
    assert sales("10,00 kr;NOK", "20,00 kr;NOK").rejected == 0


def test_one_sign_among_bare_amounts_is_said(sales):
    reading = sales("10,00 $", "20,00", "30,00", columns="Net amount")
    assert reading.files[0].net_by_currency == {"USD": D(60)}
    assert said(reading) == [("currency-of-few-cells", Severity.WARNING, 2)]
    assert said(sales("10,00 $", "20,00 $", "30,00", columns="Net amount")) == [("currency-of-few-cells", Severity.NOTICE, 1)]
    assert said(sales("10,00 $", "20,00 $", columns="Net amount")) == []


def test_rows_that_no_rate_covers_are_named_with_what_to_do(sales, tmp_path):
    with pytest.raises(AnswerNeededError) as asked:
        sales("10,00;EUR;1", "20,00;USD;0,5", "30,00;SEK;", "40,00;SEK;0", "50,00;EUR;", columns="Net amount;Currency;Exchange rate")
    assert asked.value.questions[0].sentence == "The files do not say which currency their exchange rates lead to."
    with pytest.raises(AnswerNeededError) as asked:
        read([tmp_path / "s.csv"], mapping=TIMES | {"reporting_currency": "EUR"})
    (question,) = asked.value.questions
    assert question.sentence == (
        f"Of the rows, 2 in SEK have no exchange rate to EUR; the first is row 4 of {tmp_path / 's.csv'}. "
        "Write the rate into the column Exchange rate of such rows."
    )


def test_a_currency_that_a_join_brought_is_left_out_where_it_stands(write):
    write("heads.csv", "Order no;Order date;Customer no;Currency\nO1;2024-01-05;C1;USD\nO2;2024-01-06;C2;EUR\n")
    lines = write("lines.csv", "Order no;Product no;Quantity;Unit price\nO1;P1;10;5.00\nO2;P1;8;5.00\n")
    join = {"match": "heads.csv", "on": {"Order no": "Order no"}, "columns": {"Order date": "date", "Customer no": "customer_key", "Currency": "currency"}}
    text = FileMapping("lines.csv", table="sale_lines", joins=(JoinMapping(**join),))
    text = Mapping((text,)).as_toml()
    with pytest.raises(AnswerNeededError, match="in 2 currencies") as asked:
        read([lines], mapping=Mapping.read(text))
    option = next(option for option in asked.value.questions[0].choices if option.changes)
    assert option.said == "all amounts are in one currency after all"
    reading = read([lines], mapping=Mapping.read(answered(text, option)))
    assert reading.files[0].net_by_currency == {"": D(90)}
