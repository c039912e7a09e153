"""Costs that are sums since the year began, as trial balances print them: asked about, and taken apart month by month."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

WAGES = [6000, 6041, 6009, 5967, 6046, 5994, 6000, 5965, 5982, 5965, 5965, 5960, 6028, 5992, 6032, 6000, 5977, 6038]
RENT = [2455, 2542, 2540, 2513, 2487, 2495, 2508, 2468, 2497, 2484, 2511, 2517, 2511, 2542, 2543, 2503, 2512, 2537]


def months_from(first, count):
    return [dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def summed(amounts, months, restart):
    """Amounts of months as sums since a month of each year."""
    return list(accumulate(zip(months, amounts, strict=True), lambda held, one: one[1] + (0 if one[0].month == restart else held), initial=0))[1:]


def across(months, **accounts):
    rows = [f"{number.removeprefix('a')};{';'.join(map(str, amounts))}\n" for number, amounts in accounts.items()]
    return f"Account;{';'.join(f'{month:%m/%Y}' for month in months)}\n{''.join(rows)}"


def in_rows(months, **accounts):
    return "Period;Account;Amount\n" + "".join(
        f"{month:%Y-%m};{number.removeprefix('a')};{amount}\n" for number, amounts in accounts.items() for month, amount in zip(months, amounts, strict=True)
    )


def amounts_of(reading):
    sums = "SELECT account, period, sum(amount) AS net FROM costs GROUP BY ALL ORDER BY 1, 2"
    return dict(reading.facts.engine.con.execute(f"SELECT 'a' || account, list(net ORDER BY period) FROM ({sums}) GROUP BY 1").fetchall())


def asked_of(path):
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path])
    (question,) = error.value.questions
    return question


@pytest.mark.parametrize(("written", "restart", "sign"), [(across, 1, ""), (across, 7, "-"), (in_rows, 1, "-"), (in_rows, 7, "")])
def test_sums_that_begin_again_each_year_are_asked_and_taken_apart(write, tmp_path, written, restart, sign):
    months = months_from(dt.date(2023, restart, 1), 18)
    own = {"a5000": WAGES, "a7230": RENT}
    sums = {number: [f"{sign}{amount}" for amount in summed(amounts, months, restart)] for number, amounts in own.items()}
    path = write("costs.csv", written(months, **sums))
    mapping = None
    if sign:
        mapping = write("map.toml", 'version = 1\n[[file]]\nmatch = "costs.csv"\ntable = "costs"\ncosts = { amounts = "negative" }\n')
    with pytest.raises(AnswerNeededError) as error:
        read([], costs=[path], mapping=mapping)
    (question,) = error.value.questions
    name = f"{months[0]:%B}"
    assert f"begin again with {name}. Are they sums since {name}, or each month's own?" in question.sentence
    text = mapping.read_text() if mapping else ""
    apart, each = (read([], costs=[path], mapping=Mapping.read(answered(text, option))) for option in question.choices)
    assert amounts_of(apart) == own
    assert amounts_of(each) == {number: list(map(abs, map(int, amounts))) for number, amounts in sums.items()}
    for reading in (apart, each):
        again = read([], costs=[path], mapping=reading.write_mapping(tmp_path / "again.toml"))
        assert amounts_of(again) == amounts_of(reading)


@pytest.mark.parametrize("written", [across, in_rows])
def test_sums_of_one_year_are_asked_by_how_they_grow(write, written):
    months = months_from(dt.date(2024, 1, 1), 9)
    path = write("costs.csv", written(months, a5000=summed(WAGES[:9], months, 1), a7230=summed(RENT[:9], months, 1)))
    question = asked_of(path)
    assert "grow from month to month. Are they sums since January" in question.sentence
    assert amounts_of(read([], costs=[path], mapping=Mapping.read(answered("", question.choices[0])))) == {"a5000": WAGES[:9], "a7230": RENT[:9]}


def test_lists_of_a_month_each_that_are_sums_are_asked_and_taken_apart(write, tmp_path):
    months = months_from(dt.date(2024, 1, 1), 4)
    own = {"a5000": WAGES[:4], "a7230": RENT[:4], "a7240": [300, 280, 310, 290]}
    sums = {number: summed(amounts, months, 1) for number, amounts in own.items()}
    paths = [
        write(f"susa_{month:%Y-%m}.csv", "Account;Amount\n" + "".join(f"{number[1:]};{amounts[place]}\n" for number, amounts in sums.items()))
        for place, month in enumerate(months)
    ]
    text, asked = "", []
    while len(asked) < 2:
        with pytest.raises(AnswerNeededError) as error:
            read([], costs=paths, mapping=Mapping.read(text) if text else None)
        asked += error.value.questions
        answers = [answered(text, option) for option in asked[-1].choices]
        text = answers[0]
    assert "grow from month to month. Are they sums since January" in asked[1].sentence
    apart, each = (read([], costs=paths, mapping=Mapping.read(answer)) for answer in answers)
    assert (amounts_of(apart), amounts_of(each)) == (own, sums)
    assert amounts_of(read([], costs=paths, mapping=apart.write_mapping(tmp_path / "again.toml"))) == own


def test_what_was_before_the_first_month_stands_in_it_and_is_said(write):
    months = months_from(dt.date(2023, 1, 1), 18)
    sums = {"a5000": summed(WAGES, months, 1)[2:], "a7230": summed(RENT, months, 1)[2:]}
    path = write("costs.csv", across(months[2:], **sums))
    reading = read([], costs=[path], mapping=Mapping.read(answered("", asked_of(path).choices[0])))
    assert amounts_of(reading)["a5000"] == [sum(WAGES[:3]), *WAGES[3:]]
    (problem,) = [problem for problem in reading.problems if problem.code == "sums-of-months"]
    assert problem.sentence == "The first month is March 2023: its amounts hold those since January too, and stand in it."


def test_a_part_of_an_account_in_each_row_is_taken_apart_together(write):
    months = months_from(dt.date(2023, 1, 1), 18)
    text = in_rows(months, a5000=summed(WAGES, months, 1)) + in_rows(months, a5000=summed(RENT, months, 1)).partition("\n")[2]
    path = write("costs.csv", text)
    reading = read([], costs=[path], mapping=Mapping.read(answered("", asked_of(path).choices[0])))
    assert amounts_of(reading) == {"a5000": [wage + rent for wage, rent in zip(WAGES, RENT, strict=True)]}
    assert reading.accepted == 36


@pytest.mark.parametrize(
    "amounts",
    [
        {"a5000": WAGES, "a7230": RENT},
        {"a5000": [1000] * 18, "a7230": [500] * 18},
        {"a5000": [1000 + 10 * n for n in range(18)], "a7230": [500 + n for n in range(18)]},
        {"a5000": [1000, 2000, 3000]},
    ],
)
@pytest.mark.parametrize("written", [across, in_rows])
def test_each_month_s_own_amounts_are_not_asked(write, written, amounts):
    months = months_from(dt.date(2023, 1, 1), len(amounts["a5000"]))
    assert amounts_of(read([], costs=[write("costs.csv", written(months, **amounts))])) == amounts


@settings(max_examples=8, deadline=None)
@given(
    restart=st.integers(1, 12), amounts=st.lists(st.lists(st.integers(100, 999), min_size=15, max_size=15), min_size=2, max_size=4), first=st.integers(1, 12)
)
def test_sums_taken_apart_are_the_amounts_that_they_were_made_of(tmp_path_factory, restart, amounts, first):
    months = months_from(dt.date(2022, first, 1), 15)
    own = {f"a{5000 + n}": one for n, one in enumerate(amounts)}
    path = tmp_path_factory.mktemp("sums") / "costs.csv"
    path.write_text(across(months, **{number: summed(one, months, restart) for number, one in own.items()}))
    name = f"{dt.date(2024, restart, 1):%B}"
    assert first != restart or f"Are they sums since {name}," in asked_of(path).sentence
    mapping = {"version": 1, "file": [{"match": "costs.csv", "table": "costs", "periods": {"months": f"since {name}"}}]}
    assert amounts_of(read([], costs=[path], mapping=mapping)) == own


def test_what_a_mapping_says_of_months_is_known():
    with pytest.raises(MappingError, match='months is "each" or "since January"'):
        Mapping.read('version = 1\n[[file]]\nperiods = { months = "since summer" }\n')
