"""Lists of one month each whose amounts are sums since the year began: a new one, one alone, copies, and those of several companies."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.intake.rows.running_costs import RENT, WAGES, amounts_of, months_from, settled, summed

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping


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


OWN = {"a5000": WAGES[:9], "a7230": RENT[:9], "a7240": [300, 280, 310, 290, 300, 305, 295, 300, 310]}
SUMS = {number: summed(amounts, months_from(dt.date(2024, 1, 1), 9), 1) for number, amounts in OWN.items()}


def lists_of(write, sums, *, places=range(9), name="TB {:%Y-%m}.csv", first=dt.date(2024, 1, 1), times=1):
    """A list of each of these months, with the amounts of accounts, and the mapping that says their months."""
    months = months_from(first, 12)
    paths = [
        write(name.format(months[place]), "Account;Amount\n" + "".join(f"{number[1:]};{amounts[place] * times}\n" for number, amounts in sums.items()))
        for place in places
    ]
    entry = '[[file]]\nmatch = "{}"\ntable = "costs"\nconstants = {{ period = "{}" }}\n'
    return paths, "".join(entry.format(path.name, months[place]) for path, place in zip(paths, places, strict=True))


def since_january(entries):
    return entries.replace("constants", 'periods = { months = "since January" }\nconstants')


def keys_of(questions):
    return [question.key for question in questions]


def test_a_new_list_goes_on_from_the_sums_before_it(write):
    known, said = lists_of(write, SUMS, places=range(8))
    new, of_new = lists_of(write, SUMS, places=[8])
    reading, asked = settled([*known, *new], f"version = 1\n{since_january(said)}{of_new}")
    assert asked == []
    assert amounts_of(reading) == OWN
    (entry,) = [entry for entry in reading.mapping.files if entry.match == "TB 2024-09.csv"]
    assert entry.periods == {"months": "since January"}
    assert "Lists of other months are sums since January, as the mapping says, and this one goes on from them." in reading.files[8].said


def test_the_first_list_of_a_new_year_is_the_same_either_way(write):
    known, said = lists_of(write, SUMS)
    new, of_new = lists_of(write, {number: amounts[:1] for number, amounts in OWN.items()}, places=[0], first=dt.date(2025, 1, 1))
    reading, asked = settled([*known, *new], f"version = 1\n{since_january(said)}{of_new}")
    assert asked == []
    assert amounts_of(reading) == {number: [*amounts, amounts[0]] for number, amounts in OWN.items()}


@pytest.mark.parametrize("place", [1, 8])
def test_a_new_list_that_does_not_go_on_from_the_sums_before_it_is_asked(write, place):
    known, said = lists_of(write, SUMS, places=range(place))
    new, of_new = lists_of(write, OWN, places=[place])
    reading, asked = settled([*known, *new], f"version = 1\n{since_january(said)}{of_new}")
    assert [question.choices[0].line for question in asked] == ['periods = { months = "each" }']
    assert amounts_of(reading) == {number: amounts[: place + 1] for number, amounts in OWN.items()}


@pytest.mark.parametrize(("pick", "months"), [(0, "since January"), (1, "each")])
def test_a_list_alone_beside_lists_that_are_sums_is_asked(write, pick, months):
    _, said = lists_of(write, SUMS, places=range(8))
    new, of_new = lists_of(write, SUMS, places=[8])
    reading, (question,) = settled(new, f"version = 1\n{since_january(said)}{of_new}", picks=[pick])
    assert question.sentence == (
        f"{new[0]}: in the mapping, amounts of lists of other months are sums since January. Are these too, or are they each month's own?"
    )
    assert question.evidence[0] == f"5000: {SUMS['a5000'][8]:,.2f}"
    assert 'In the mapping this belongs under the [[file]] at the mapping, line 42 (match = "TB 2024-09.csv")' in question.place
    assert [entry.periods for entry in reading.mapping.files] == [{"months": months}]
    warned = [problem.sentence for problem in reading.problems if problem.code == "sums-of-months"]
    assert warned == (["The first month is September 2024: its amounts hold those since January too, and stand in it."] if pick == 0 else [])


def test_lists_of_each_month_s_own_amounts_beside_sums_are_not_asked(write):
    sums, said = lists_of(write, SUMS)
    own, of_own = lists_of(write, OWN, name="other {:%Y-%m}.csv", times=3)
    reading, asked = settled([*sums, *own], f"version = 1\n{since_january(said)}{of_own}")
    assert asked == []
    assert amounts_of(reading) == {number: [4 * amount for amount in amounts] for number, amounts in OWN.items()}


def test_lists_of_two_companies_are_taken_apart_each(write):
    alpha, _ = lists_of(write, SUMS, name="A {:%Y-%m}.csv")
    beta, _ = lists_of(write, SUMS, name="B {:%Y-%m}.csv", times=10)
    reading, asked = settled([*alpha, *beta])
    assert keys_of(asked) == [f"column: {alpha[0]}, period", f"months: {alpha[0]}", f"months: {beta[0]}"]
    amounts = "SELECT left(parse_filename(file), 1), list(amount ORDER BY period) FROM costs WHERE account = '5000' GROUP BY 1 ORDER BY 1"
    found = reading.facts.engine.con.execute(amounts).fetchall()
    assert found == [("A", WAGES[:9]), ("B", [10 * amount for amount in WAGES[:9]])]


@pytest.mark.parametrize("name", ["copy {:%Y-%m}.csv", "TB {:%Y-%m} (2).csv"])
def test_a_copy_of_a_list_counts_once(write, name):
    paths, _ = lists_of(write, SUMS)
    copy, _ = lists_of(write, SUMS, places=[2], name=name)
    reading, asked = settled([*paths, *copy])
    assert len(asked) == 2
    assert amounts_of(reading) == OWN
    assert reading.met_again == 3


def test_a_list_of_a_source_of_its_own_is_no_copy(write):
    paths, said = lists_of(write, OWN)
    other, of_other = lists_of(write, OWN, places=[2], name="copy {:%Y-%m}.csv")
    reading, asked = settled([*paths, *other], "version = 1\n" + said + of_other.replace("constants", 'source = "another shop"\nconstants'))
    assert asked == []
    assert amounts_of(reading) == {number: [amount * (1 + (place == 2)) for place, amount in enumerate(amounts)] for number, amounts in OWN.items()}


def test_a_month_missing_among_lists_is_said(write):
    paths, _ = lists_of(write, SUMS, places=[0, 1, 2, 3, 5, 6, 7, 8])
    reading, _ = settled(paths)
    assert amounts_of(reading)["a5000"] == [*WAGES[:4], WAGES[4] + WAGES[5], *WAGES[6:9]]
    (problem,) = [problem for problem in reading.problems if problem.code == "sums-of-months"]
    assert problem.sentence == "May 2024 is missing: June 2024 holds its amounts too."


def test_a_list_of_a_month_that_states_other_sums_is_asked_about_and_the_later_counts(write):
    months = months_from(dt.date(2024, 1, 1), 9)
    sums = summed(WAGES[:9], months, 1), summed(RENT[:9], months, 1)
    lists = [write(f"tb_{month:%Y-%m}.csv", f"Account;Amount\n5000;{wages}\n7230;{rent}\n") for month, wages, rent in zip(months, *sums, strict=True)]
    lists.append(write("tb_2024-06-30.csv", f"Account;Amount\n5000;{sums[0][5] + 7}\n7230;{sums[1][5]}\n"))
    reading, asked = settled(lists)
    assert "1 account has other sums of June 2024 in one file than in another. Which counts?" in asked[-1].sentence
    assert asked[-1].choices[0].said == f"the later file, {lists[-1]}: its sums take the place of the others"
    own = {"a5000": [*WAGES[:5], WAGES[5] + 7, WAGES[6] - 7, *WAGES[7:9]], "a7230": RENT[:9]}
    assert amounts_of(reading) == own
    assert amounts_of(read([], costs=lists, mapping=Mapping.read(reading.mapping.as_toml()))) == own
