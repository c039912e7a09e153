"""Accounts of costs under a heading that nobody knows, or under none: by their names, so that income among them is asked about."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

ACROSS = "{};Jan 2024;Feb 2024;Mar 2024\nRevenue;900;800;700\nWages;100;110;120\nRent;50;50;55\nFreight out;30;31;32\n"
COSTS = [("Freight out", 93), ("Rent", 155), ("Wages", 330)]


def accounts_of(reading):
    return reading.facts.engine.con.execute("SELECT account, sum(amount)::INTEGER FROM costs GROUP BY 1 ORDER BY 1").fetchall()


def asked(path, mapping=None):
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path], mapping=mapping)
    (question,) = error.value.questions
    return question


def read_again(path, reading):
    return accounts_of(read([], costs=[path], mapping=Mapping.read(reading.mapping.as_toml())))


@pytest.mark.parametrize("heading", ["", "Line", "Income statement", "Position", "Posten"])
def test_beside_months_the_only_column_of_names_is_the_account(write, heading):
    path = write("pl.csv", ACROSS.format(heading))
    question = asked(path)
    assert question.evidence == ("Revenue: 2,400.00",)
    reading = read([], costs=[path], mapping=Mapping.read(answered("", question.choices[0])))
    assert accounts_of(reading) == COSTS
    assert read_again(path, reading) == COSTS


def test_beside_groups_the_names_that_come_once_are_the_accounts(write):
    lines = ["Block;Line;Jan 2024;Feb 2024;Mar 2024", "A;Wages;1;2;3", "A;Rent;4;5;6", "B;Vans;7;8;9", "B;Fuel;1;1;1"]
    reading = read([], costs=[write("pl.csv", "\n".join(lines) + "\n")])
    assert accounts_of(reading) == [("Fuel", 3), ("Rent", 15), ("Vans", 24), ("Wages", 6)]


def test_names_that_come_again_in_each_month_are_the_accounts(write):
    rows = [f"2024-0{month}-28;{name};{7 - month}" for month in (1, 2, 3) for name in ("Wages", "Rent", "Vans")]
    path = write("k.csv", "\n".join(["Date;Line;Amount", *rows]) + "\n")
    reading = read([], costs=[path])
    assert accounts_of(reading) == [("Rent", 15), ("Vans", 15), ("Wages", 15)]
    assert read_again(path, reading) == accounts_of(reading)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Date;Line;Amount\n2024-01-05;Wages of May;5\n2024-01-06;Rent;6\n2024-02-07;Some fuel;7\n", [("Rent", 6), ("Some fuel", 7), ("Wages of May", 5)]),
        ("Block;Line;Jan 2024;Feb 2024;Mar 2024\nA;Wages;1;2;3\nB;Rent;4;5;6\n", [("A", 6), ("B", 15)]),
    ],
)
def test_what_may_be_the_account_or_not_is_asked_about(write, text, expected):
    path = write("k.csv", text)
    question = asked(path)
    first, *_, none = (read([], costs=[path], mapping=Mapping.read(answered("", option))) for option in question.choices)
    assert accounts_of(first) == expected
    assert accounts_of(none) == [(None, sum(amount for _, amount in expected))]
    assert all(read_again(path, one) == accounts_of(one) for one in (first, none))


def test_one_word_on_all_rows_or_a_remark_on_few_is_no_account(write):
    path = write("k.csv", "Date;Block;Remark;Amount\n2024-01-05;A;;5\n2024-02-06;A;late;6\n2024-03-07;A;;7\n2024-04-07;A;;8\n")
    assert accounts_of(read([], costs=[path])) == [(None, 26)]
