"""Kinds of activities in a company's own words: known, said in the mapping, left out, or said to be counted by no driver."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.problems import Severity

DONE = """Datum;Kunde;Aktivität;Anzahl;Minuten
09.01.2023;Ann;Lieferung;4;30
19.01.2023;Bob;Besuch;1;60
20.01.2023;Bob;Montage;1;90
20.01.2023;Bob;Montage;1;60
21.01.2023;Ann;visit;2;5
"""


@pytest.fixture
def done(write):
    """Read the activities beside a sale."""

    def _done(mapping=None, text=DONE):
        sold = write("s.csv", "Invoice No;Date;Customer;Net amount\n1;2023-01-05;Ann;10\n")
        return read([sold], activities=[write("akte.csv", text)], mapping=mapping)

    return _done


def mapped(**kinds):
    return {"version": 1, "file": [{"match": "akte.csv", "table": "activities", "kinds": kinds}]}


def kinds_of(reading):
    return [kind for (kind,) in reading.facts.engine.con.execute("SELECT kind FROM activities ORDER BY row").fetchall()]


def not_counted(reading):
    return [problem for problem in reading.problems if problem.code == "activity-kinds-not-counted"]


def test_words_of_a_language_are_the_kinds_that_drivers_count(done, tmp_path):
    reading = done()
    assert kinds_of(reading) == ["delivery", "visit", "Montage", "Montage", "visit"]
    assert reading.files[1].said == ("Aktivität: Besuch is a visit, Lieferung is a delivery.",)
    again = done(reading.write_mapping(tmp_path / "map.toml"))
    assert (kinds_of(again), again.files[1].said) == (kinds_of(reading), reading.files[1].said)


def test_a_kind_that_no_driver_counts_is_said_until_the_mapping_says_what_it_is(done):
    (problem,) = not_counted(done())
    assert (problem.severity, problem.rows, problem.origin.column) == (Severity.NOTICE, 2, "Aktivität")
    assert problem.sentence == "No driver counts these activities, though minutes count: Montage (2)."
    assert problem.action.endswith('say so in the mapping: kinds = { Montage = "visit" }.')
    assert not not_counted(done(mapped(Montage="Montage")))


@pytest.mark.parametrize(("kind", "found"), [("visit", ["visit"] * 2), ("Besuch", ["visit"] * 2), ("-", [])])
def test_the_mapping_says_what_a_word_is(done, tmp_path, kind, found):
    reading = done(mapped(montage=kind))
    assert kinds_of(reading) == ["delivery", "visit", *found, "visit"]
    assert kinds_of(done(reading.write_mapping(tmp_path / "map.toml"))) == kinds_of(reading)


def test_what_the_mapping_says_goes_before_the_language(done):
    assert kinds_of(done(mapped(Besuch="call")))[1] == "call"


def test_a_kind_of_activity_is_none_of_a_sale(done):
    with pytest.raises(MappingError, match="'visit' was found"):
        read([], mapping={"version": 1, "file": [{"match": "*", "table": "sale_lines", "kinds": {"Besuch": "visit"}}]})


@pytest.mark.parametrize("kind", ["", "vist", "invoice", "Anruf 2"])
def test_what_is_no_kind_of_activity_is_refused_with_the_known_ones(done, kind):
    known = f'a kind of activity is "delivery", "visit", "call", "ticket", "return", "Montage" itself where it is none of these, .*; {kind!r} was found'
    with pytest.raises(MappingError, match=known):
        done(mapped(Montage=kind))


def test_without_a_table_in_the_mapping_kinds_of_activities_are_those_of_their_file(done):
    mapping = {"version": 1, "file": [{"match": "akte.csv", "kinds": {"Montage": "Besuch"}}]}
    assert kinds_of(done(mapping)) == ["delivery", *["visit"] * 4]


STATES = """Date;Customer;Kind;Status;Minutes
2024-01-01;Ann;visit;done;30
2024-01-02;Bob;visit;cancelled;30
2024-01-03;Bob;call;done;5
"""


@pytest.mark.parametrize(("pick", "kinds"), [(0, ["visit", "call"]), (1, ["visit", "visit", "call"])])
def test_activities_that_were_cancelled_are_asked_about(done, tmp_path, pick, kinds):
    with pytest.raises(AnswerNeededError) as error:
        done(text=STATES)
    (question,) = error.value.questions
    assert question.sentence.endswith("what are the rows whose Status is cancelled?")
    assert [option.said for option in question.choices] == ["no activities: they are left out", "activities like the others"]
    reading = done(Mapping.read(answered("", question.choices[pick])), text=STATES)
    assert kinds_of(reading) == kinds
    written = reading.write_mapping(tmp_path / "map.toml")
    assert kinds_of(done(written, text=STATES)) == kinds
    with pytest.raises(AnswerNeededError):
        done(written, text=STATES.replace("30\n2024-01-03", "30\n2024-01-02;Bob;visit;void;30\n2024-01-03"))


def test_kinds_that_are_written_as_ours_are_as_they_are(done):
    reading = done(text=DONE.replace("Lieferung", "Delivery").replace("Besuch", "visit").replace("Montage", "call"))
    assert (kinds_of(reading)[0], reading.files[1].said, not_counted(reading)) == ("Delivery", (), [])


def test_what_is_traced_needs_no_driver(done):
    rows = [line.split(";") for line in DONE.splitlines()]
    text = "".join(
        ";".join([*row, *extra]) + "\n" for row, extra in zip(rows, [["Pool", "Amount"], *[["", ""]] * 2, *[["vans", "9"]] * 2, ["", ""]], strict=True)
    )
    assert not not_counted(done(text=text))
