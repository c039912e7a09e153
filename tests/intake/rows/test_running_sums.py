"""Costs that are sums since the year began, as trial balances print them: asked about, and taken apart month by month."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.rows.running_costs import RENT, WAGES, across, amounts_of, in_rows, months_from, settled, summed

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping


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


@settings(max_examples=12, deadline=None)
@given(
    count=st.sampled_from([3, 6, 9, 12, 14, 18, 25]),
    first=st.integers(1, 12),
    growth=st.sampled_from([1.0, 1.02]),
    peak=st.sampled_from([1, 2, 4]),
    accounts=st.integers(1, 6),
    random=st.randoms(use_true_random=False),
)
def test_costs_that_rise_each_month_and_have_a_peak_in_december_are_not_asked(tmp_path_factory, count, first, growth, peak, accounts, random):
    months = months_from(dt.date(2022, first, 1), count)
    own = {"a5000": [3000] * count} | {
        f"a{7000 + account}": [round(random.randint(700, 1300) * growth**place * (peak if month.month == 12 else 1)) for place, month in enumerate(months)]
        for account in range(accounts)
    }
    path = tmp_path_factory.mktemp("costs") / "costs.csv"
    path.write_text(in_rows(months, **own))
    assert amounts_of(read([], costs=[path])) == own


def test_costs_that_grow_steadily_up_to_a_december_of_four_times_as_much_are_not_asked(write):
    months = months_from(dt.date(2023, 2, 1), 14)
    own = {f"a{5000 + n}": [round((1000 + n) * 1.02**place * (4 if month.month == 12 else 1)) for place, month in enumerate(months)] for n in range(5)}
    assert amounts_of(read([], costs=[write("costs.csv", across(months, **own))])) == own
    assert amounts_of(read([], costs=[write("costs.csv", across(months[:11], **{number: of[:11] for number, of in own.items()}))])).keys() == own.keys()


def seldom_moved(months):
    """Wages and rent of each month, and insurances of January and July."""
    return {"a5000": WAGES, "a7230": RENT} | {f"a{7500 + n}": [300 + n if month.month in {1, 7} else 0 for month in months] for n in range(8)}


def with_credits(months):
    """Accounts of which each has a credit in two months of a year and a half, each in others."""
    return {f"a{5000 + n}": [-200 if place in {2 + n, 12 + n} else amount for place, amount in enumerate(WAGES)] for n in range(4)}


@pytest.mark.parametrize("own", [seldom_moved, with_credits])
@pytest.mark.parametrize("count", [12, 18])
def test_sums_of_accounts_that_seldom_move_or_are_credited_are_asked(write, own, count):
    months = months_from(dt.date(2023, 1, 1), count)
    accounts = {number: amounts[:count] for number, amounts in own(months_from(months[0], 18)).items()}
    path = write("costs.csv", in_rows(months, **{number: summed(amounts, months, 1) for number, amounts in accounts.items()}))
    question = asked_of(path)
    assert "Are they sums since January, or each month's own?" in question.sentence
    assert amounts_of(read([], costs=[path], mapping=Mapping.read(answered("", question.choices[0])))) == accounts


@settings(max_examples=8, deadline=None)
@given(
    restart=st.integers(1, 12), amounts=st.lists(st.lists(st.integers(300, 999), min_size=15, max_size=15), min_size=2, max_size=4), first=st.integers(1, 12)
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


def test_files_that_overlap_are_taken_apart_as_one(write):
    months = months_from(dt.date(2024, 1, 1), 9)
    own = {"a5000": WAGES[:9], "a7230": RENT[:9], "a7240": [300] * 9}
    sums = {number: summed(amounts, months, 1) for number, amounts in own.items()}
    half = write("costs-1.csv", in_rows(months[:6], **{number: amounts[:6] for number, amounts in sums.items()}))
    whole = write("costs-2.csv", in_rows(months, **sums))
    for paths in ([half, whole], [whole, half]):
        reading, asked = settled(paths)
        assert ["sums since January" in question.sentence for question in asked] == [True]
        assert amounts_of(reading) == own
        assert reading.met_again == 18


def test_sums_that_differ_in_two_files_are_asked_and_the_later_count(write):
    months = months_from(dt.date(2024, 1, 1), 9)
    own = {"a5000": WAGES[:9], "a7230": RENT[:9]}
    sums = {number: summed(amounts, months, 1) for number, amounts in own.items()}
    older = write("costs-2.csv", in_rows(months[:6], **{number: [*amounts[:5], amounts[5] + 7] for number, amounts in sums.items()}))
    later = write("costs-1.csv", in_rows(months, **sums))
    for paths in ([older, later], [later, older]):
        reading, (_, asked) = settled(paths)
        assert "2 accounts have other sums of June 2024 in one file than in another. Which counts?" in asked.sentence
        assert asked.choices[0].said == f"the later file, {later}: its sums take the place of the others"
        assert amounts_of(reading) == own
        assert reading.met_again == 12
        assert amounts_of(read([], costs=paths, mapping=Mapping.read(reading.mapping.as_toml()))) == own


def test_sums_of_parts_of_an_account_in_two_files_are_added_up_where_the_mapping_says_so(write):
    months = months_from(dt.date(2024, 1, 1), 9)
    paths = [write(f"costs-{n}.csv", in_rows(months, a5000=summed(own, months, 1))) for n, own in enumerate((WAGES[:9], RENT[:9]))]
    said = {"match": "costs-*.csv", "table": "costs", "source": "costs", "periods": {"months": "since January", "overlap": "added up"}}
    reading = read([], costs=paths, mapping={"version": 1, "file": [said]})
    assert amounts_of(reading) == {"a5000": [wages + rent for wages, rent in zip(WAGES[:9], RENT[:9], strict=True)]}
    (first, *_) = [problem for problem in reading.problems if problem.code == "sums-of-months"]
    assert first.sentence == "1 account has other sums of January 2024 in one file than in another: they are added up, as the mapping says."


@pytest.mark.parametrize(("count", "pick"), [(2, 0), (2, 1), (3, 0)])
def test_the_next_file_of_sums_is_asked_where_its_months_are_too_few_to_tell(write, count, pick):
    months = months_from(dt.date(2024, 1, 1), 12)
    known = write("costs-2024.csv", in_rows(months, a5000=summed(WAGES[:12], months, 1)))
    new = write("costs-2025.csv", in_rows(months_from(dt.date(2025, 1, 1), count), a5000=(added := summed(WAGES[:count], months[:count], 1))))
    text = 'version = 1\n[[file]]\nmatch = "costs-2024.csv"\ntable = "costs"\nperiods = { months = "since January" }\n'
    reading, (question,) = settled([known, new], text, picks=[pick])
    assert "in the mapping, amounts of files of other months are sums since January." in question.sentence
    assert amounts_of(reading) == {"a5000": [*WAGES[:12], *(added if pick else WAGES[:count])]}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_next_file_of_each_month_s_own_amounts_is_not_asked(write, count):
    months = months_from(dt.date(2024, 1, 1), 12)
    known = write("costs-2024.csv", in_rows(months, a5000=summed(WAGES[:12], months, 1)))
    new = write("costs-2025.csv", in_rows(months_from(dt.date(2025, 1, 1), count), a5000=WAGES[:count]))
    text = 'version = 1\n[[file]]\nmatch = "costs-2024.csv"\ntable = "costs"\nperiods = { months = "since January" }\n'
    reading, asked = settled([known, new], text)
    assert asked == []
    assert amounts_of(reading) == {"a5000": [*WAGES[:12], *WAGES[:count]]}


def test_files_of_two_companies_are_taken_apart_each(write):
    months = months_from(dt.date(2024, 1, 1), 9)
    paths, text = [], "version = 1\n"
    for place, company in enumerate(("alpha", "beta")):
        sums = summed([amount * (1 + 9 * place) for amount in WAGES[:9]], months, 1)
        paths.append(write(f"{company}.csv", in_rows(months, a5000=sums)))
        text += f'[[file]]\nmatch = "{company}.csv"\ntable = "costs"\nsource = "erp"\nperiods = {{ months = "since January" }}\n'
        text += f'constants = {{ entity = "{company}" }}\n'
    reading, _ = settled(paths, text)
    found = reading.facts.engine.con.execute("SELECT entity, list(amount ORDER BY period) FROM costs GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [("alpha", WAGES[:9]), ("beta", [10 * amount for amount in WAGES[:9]])]


@pytest.mark.parametrize(
    ("period", "closing"),
    [("Period;{:%Y%m}", "202413"), ("Year;Month;{:%Y;%m}", "2024;13"), ("Period;{:%m/%Y}", "13/2024"), ("Year;Month;{:%Y;%m}", "2024;14")],
)
def test_a_closing_period_adds_to_its_december(write, period, closing):
    *names, form = period.split(";", 2 if "Year" in period else 1)
    months = months_from(dt.date(2024, 1, 1), 14)
    own = {"5000": WAGES[:14], "7000": RENT[:14]}
    rows = [(form.format(month), number, amount) for number, of in own.items() for month, amount in zip(months, summed(of, months, 1), strict=True)]
    rows[12:12] = [(closing, number, sum(of[:12]) + more) for (number, of), more in zip(own.items(), (100, -50), strict=True)]
    path = write("costs.csv", f"{';'.join(names)};Account;Amount\n" + "".join(f"{said};{number};{amount}\n" for said, number, amount in rows))
    reading, asked = settled([path])
    assert [question.key.partition(":")[0] for question in asked] == ["closing", "months"]
    december = "SELECT account, list(amount ORDER BY abs(amount) DESC) FROM costs WHERE period = '2024-12-01' GROUP BY 1 ORDER BY 1"
    assert reading.facts.engine.con.execute(december).fetchall() == [("5000", [WAGES[11], 100]), ("7000", [RENT[11], -50])]
    assert amounts_of(reading)["a5000"] == [*WAGES[:11], WAGES[11] + 100, *WAGES[12:14]]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ([4], ["May 2023 is missing: June 2023 holds its amounts too."]),
        ([4, 5, 6], ["May 2023 to July 2023 are missing: August 2023 holds their amounts too."]),
        ([1, 13], ["February 2023 is missing: March 2023 holds its amounts too.", "February 2024 is missing: March 2024 holds its amounts too."]),
        ([11], []),
        ([11, 12, 13], ["The first month after November 2023 is March 2024: its amounts hold those since January too, and stand in it."]),
    ],
)
@pytest.mark.parametrize("written", [across, in_rows])
def test_months_missing_among_sums_are_said(write, written, left, said):
    months = months_from(dt.date(2023, 1, 1), 18)
    kept = [place for place in range(18) if place not in left]
    sums = {"a5000": summed(WAGES, months, 1), "a7230": summed(RENT, months, 1)}
    path = write("costs.csv", written([months[place] for place in kept], **{number: [of[place] for place in kept] for number, of in sums.items()}))
    reading, _ = settled([path], 'version = 1\n[[file]]\nmatch = "costs.csv"\ntable = "costs"\nperiods = { months = "since January" }\n')
    assert [problem.sentence for problem in reading.problems if problem.code == "sums-of-months"] == said
    assert sum(amounts_of(reading)["a5000"]) == sum(WAGES) - (WAGES[11] if 11 in left else 0)


def test_quarters_one_after_the_other_lack_no_month(write):
    quarters = [dt.date(2023 + n // 4, 3 * (n % 4) + 1, 1) for n in range(8)]
    own = {"5000": WAGES[:8], "7230": RENT[:8]}
    rows = [(day, number, amount) for number, of in own.items() for day, amount in zip(quarters, summed(of, quarters, 1), strict=True)]
    text = "Period;Account;Amount\n" + "".join(f"{day.year}Q{(day.month + 2) // 3};{number};{amount}\n" for day, number, amount in rows)
    entry = {"match": "costs.csv", "table": "costs", "periods": {"months": "since January", "spans": "first month"}}
    reading = read([], costs=[write("costs.csv", text)], mapping={"version": 1, "file": [entry]})
    assert amounts_of(reading) == {f"a{number}": of for number, of in own.items()}
    assert [problem for problem in reading.problems if problem.code == "sums-of-months"] == []


def test_what_a_mapping_says_of_months_is_known():
    with pytest.raises(MappingError, match='months is "each" or "since January"'):
        Mapping.read('version = 1\n[[file]]\nperiods = { months = "since summer" }\n')
