"""Which way an exchange rate leads is decided by amounts in both currencies, else asked once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
AS_THE_ECB_QUOTES = (
    "Invoice;Date;Customer;Currency;Net amount;Exchange rate\n1;2024-01-05;C1;USD;110.00;1.10\n2;2024-01-06;C1;EUR;50.00;1\n3;2024-01-06;C1;SEK;1150.00;11.5\n"
)


def test_a_rate_by_its_heading_alone_is_asked_once_and_both_answers_hold(write, tmp_path):
    path = write("s.csv", AS_THE_ECB_QUOTES)
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (asked,) = error.value.questions
    assert asked.key == "exchange rate: s.csv"
    assert asked.evidence == ("row 2: 110.00 USD at 1.1 is 121.00 EUR by ×, 100.00 EUR by ÷",)
    assert [(option.said, option.line) for option in asked.choices] == [
        ("1 USD is 1.1 EUR: amounts are multiplied by it", '"Exchange rate" = "exchange_rate"'),
        ("1 EUR is 1.1 USD: amounts are divided by it", '"Exchange rate" = "inverse_rate"'),
    ]
    sums = []
    for option in asked.choices:
        reading = read([path], mapping=Mapping.read(answered("", option)))
        sums.append(reading.files[0].net_by_currency)
        assert read([path], mapping=reading.write_mapping(tmp_path / "map.toml")).files[0].net_by_currency == sums[-1]
    assert sums == [{"EUR": D(13396)}, {"EUR": D(250)}]


@pytest.mark.parametrize(("amounts", "way", "net"), [(("100.00", "100.00"), "÷", 250), (("121.00", "13225.00"), "×", 13396)])
def test_amounts_in_both_currencies_decide(write, amounts, way, net):
    head, usd, eur, sek = AS_THE_ECB_QUOTES.splitlines()
    path = write("s.csv", "\n".join([f"{head};In euros", f"{usd};{amounts[0]}", f"{eur};50.00", f"{sek};{amounts[1]}", ""]))
    reading = read([path])
    assert reading.files[0].net_by_currency == {"EUR": D(net)}
    assert f"Amounts {way} Exchange rate are In euros: that is how they are brought to EUR." in reading.files[0].said


def test_where_no_rate_is_used_none_is_asked_nor_settled_by_the_mapping(write, tmp_path):
    head, _, eur, _ = AS_THE_ECB_QUOTES.splitlines()
    reading = read([write("s.csv", f"{head}\n{eur}\n")])
    mapping = reading.write_mapping(tmp_path / "map.toml")
    with pytest.raises(AnswerNeededError, match="which way it leads"):
        read([write("s.csv", AS_THE_ECB_QUOTES)], mapping=mapping)
