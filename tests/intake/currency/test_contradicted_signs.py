"""Where most signs of amounts name another currency than the rows do, it is asked which of both holds; both answers work."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
HEAD = "Invoice;Date;Customer;Net amount;Currency"


def asked(path):
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (question,) = error.value.questions
    return question


def net_by_choice(path, option):
    reading = read([path], mapping=Mapping.read(answered("", option)))
    again = read([path], mapping=Mapping.read(reading.mapping.as_toml()))
    assert again.files[0].net_by_currency == reading.files[0].net_by_currency
    return reading.files[0].net_by_currency


def test_one_code_on_all_rows_comes_before_the_sign(write):
    path = write("s.csv", f"{HEAD}\n1;2024-01-05;Ann;$10.50;EUR\n2;2024-01-06;Bob;$20.00;EUR\n3;2024-01-07;Bob;30.00;EUR\n")
    question = asked(path)
    assert question.sentence.endswith("Net amount is in USD by its signs, and Currency names another currency on 2 rows. Which one holds?")
    assert question.evidence == ("row 2: $10.50, Currency EUR", "row 3: $20.00, Currency EUR")
    first, second = question.choices
    assert [first.said, second.said] == ["all amounts are in EUR, as Currency says", "all amounts are in USD, as their signs say: Currency does not count"]
    assert (net_by_choice(path, first), net_by_choice(path, second)) == ({"EUR": D("60.5")}, {"USD": D("60.5")})


def test_the_sign_of_all_amounts_comes_before_several_codes_and_their_rates(write):
    rows = "1;2024-01-05;Ann;€ 10,50;SEK;0,09\n2;2024-01-06;Bob;€ 20,00;SEK;0,09\n3;2024-01-07;Bob;€ 30,00;EUR;1\n"
    path = write("s.csv", f"{HEAD};Exchange rate\n{rows}")
    sign, code = asked(path).choices
    assert net_by_choice(path, sign) == {"EUR": D("60.5")}
    assert (code.said, code.changes) == ("each is in what Currency says: export the amounts without signs", ())


def test_a_few_signs_that_contradict_are_slips(write):
    rows = "".join(f"{i};2024-01-05;Ann;€ 10,00;{'SEK' if i < 2 else 'EUR'}\n" for i in range(5))
    reading = read([write("s.csv", f"{HEAD}\n{rows}")])
    assert (reading.files[0].net_by_currency, reading.rejected) == ({"EUR": D(30)}, 2)
