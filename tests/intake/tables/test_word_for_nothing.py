"""A word in place of numbers: asked about where it stands in several columns, empty or given back as the answer says."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read


@pytest.fixture
def sales(tmp_path):
    """Nineteen lines whose cells are filled by a function of the line's number."""

    def written(cells, header="Invoice,Date,Customer,Quantity,Net amount,Cost"):
        path = tmp_path / "sales.csv"
        path.write_text("\n".join([header, *(f"{1000 + n},2023-01-{n:02d},Ann,{cells(n)}" for n in range(1, 20))]) + "\n")
        return path

    return written


def without_numbers(n):
    return f"{'missing' if n == 3 else n},{n * 5}.00,{'Missing' if n in {3, 7} else n * 2}"


def test_word_in_several_columns_of_numbers_is_asked_about(sales):
    path = sales(without_numbers)
    with pytest.raises(AnswerNeededError) as asked:
        read([path])
    (question,) = asked.value.questions
    assert question.sentence == f'{path}: among the numbers of 2 columns stands the word "missing". Does it stand for nothing?'
    assert question.evidence == ("Quantity: 1 of 19 cells", "Cost: 2 of 19 cells")
    assert [choice.settings for choice in question.choices] == [{"dialect": {"nothing": ["missing"]}}, {"dialect": {"nothing": []}}]


def test_word_that_stands_for_nothing_is_empty_and_said(sales):
    path = sales(without_numbers)
    reading = read([path], mapping={"version": 1, "file": [{"match": "sales.csv", "dialect": {"nothing": ["MISSING"]}}]})
    rows = reading.facts.engine.con.execute("SELECT quantity, product_cost FROM sale_lines ORDER BY document").fetchall()
    assert rows == [(None if n == 3 else n, None if n in {3, 7} else n * 2) for n in range(1, 20)]
    assert [(p.origin.column, p.rows) for p in reading.problems if p.code == "word-for-nothing"] == [("Quantity", 1), ("Cost", 2)]
    assert (reading.accepted, reading.rejected) == (19, 0)


def test_word_that_does_not_is_given_back(sales):
    reading = read([sales(without_numbers)], mapping={"version": 1, "file": [{"match": "sales.csv", "dialect": {"nothing": []}}]})
    assert (reading.accepted, reading.rejected) == (17, 2)


def test_the_written_mapping_keeps_the_word(sales, tmp_path):
    reading = read([sales(without_numbers)], mapping={"version": 1, "file": [{"match": "sales.csv", "dialect": {"nothing": ["missing"]}}]})
    again = read([tmp_path / "sales.csv"], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert again.mapping.as_toml() == reading.mapping.as_toml()
    assert 'nothing = ["missing"]' in reading.mapping.as_toml()
    assert (again.accepted, again.rejected) == (19, 0)


@pytest.mark.parametrize(
    "cells",
    [
        lambda n: f"{n},{n * 5}.00,{'CASH' if n == 3 else n * 2}",
        lambda n: f"{'n/a' if n == 3 else n},{n * 5}.00,{'n/a' if n == 3 else n * 2}",
        lambda n: f"{'box' if n == 3 else n},{n * 5}.00,{'none here' if n == 3 else n * 2}",
        lambda n: f"{n},{n * 5}.00,{n * 2}",
    ],
    ids=["one column", "a sign that all know", "different words", "no word"],
)
def test_nothing_is_asked_of_ordinary_files(sales, cells):
    assert read([sales(cells)]).accepted in {18, 19}


def test_words_are_a_list_of_texts(sales):
    with pytest.raises(MappingError, match="nothing is a list; 'missing' was found"):
        read([sales(without_numbers)], mapping={"version": 1, "file": [{"match": "sales.csv", "dialect": {"nothing": "missing"}}]})
