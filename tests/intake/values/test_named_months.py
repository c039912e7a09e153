"""Dates that are no digits with signs between them, and other first questions that must have an answer to pass."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError, MappingError, UnreadableFileError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal


@pytest.fixture
def lines(tmp_path):
    """Write a file with a date and a net amount on each line."""

    def write(*cells, heading="Net amount", encoding="utf-8"):
        path = tmp_path / "s.csv"
        rows = "".join(f"{i};{day};Ann;{amount}\n" for i, (day, amount) in enumerate(cells))
        path.write_text(f"Invoice;Date;Customer;{heading}\n{rows}", encoding=encoding)
        return path

    return write


def found(path, columns="date", mapping=None):
    return [row[0] for row in read([path], mapping=mapping).facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()]


def asked(path, **passed):
    with pytest.raises(AnswerNeededError) as error:
        read([path], **passed)
    (question,) = error.value.questions
    return question


def answer(question, number):
    return Mapping.read(answered("", question.chosen(str(number))))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("03-Feb-23", "14-Mar-23"),
        ("3 Feb 2023", "14 March 2023"),
        ("3. helmikuuta 2023", "14. maaliskuuta 2023"),
        ("3.helmi 2023", "14.maalis 2023"),
        ("3 februari 2023", "14 mars 2023"),
        ("Feb 3, 2023", "Mar 14, 2023"),
        ("2023-feb-03", "2023-mar-14"),
        ("3 févr. 2023", "14 mars 2023"),
        ("1er février 2023", "14 août 2023"),
        ("3. Februar 2023", "14. März 2023"),
        ("3 de febrero de 2023", "14 de marzo de 2023"),
        ("3 febbraio 2023", "14 marzo 2023"),
        ("3 februari 2023", "14 maart 2023"),
        ("3. februar 2023", "14. mars 2023"),
        ("3 lutego 2023", "14 marca 2023"),
        ("03-FEB-2023 08:26", "14-MAR-2023 17:05"),
    ],
)
def test_a_month_may_be_a_name(lines, first, second):
    path = lines((first, "1,50"), (second, "2,50"))
    days = [dt.date(2023, 2, 1 if "1er" in first else 3), dt.date(2023, 8 if "août" in second else 3, 14)]
    assert found(path) == days
    assert found(path, mapping=read([path]).mapping) == days


def test_a_day_that_its_month_has_not_is_rejected(lines):
    reading = read([lines(("30-Feb-23", "1,50"), ("14-Mar-23", "2,50"), ("15-Mar-23", "3,50"))])
    assert (reading.accepted, reading.rejected) == (2, 1)


def test_a_form_with_a_name_of_a_month_can_be_mapped(lines):
    path = lines(("03-Feb-23", "1,50"))
    assert found(path, mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"date": "%d-%b-%y"}}]}) == [dt.date(2023, 2, 3)]
    with pytest.raises(MappingError, match="date is a form like"):
        read([path], mapping={"version": 1, "file": [{"match": "s.csv", "dialect": {"date": "%d-%q-%y"}}]})


def test_days_as_excel_counts_them_are_asked(lines):
    path = lines(("45000", "1,50"), ("45013", "2,50"))
    question = asked(path)
    assert question.choices[0].said == "Date: days as Excel counts them, 45000 is 15 March 2023"
    assert found(path, mapping=answer(question, 1)) == [dt.date(2023, 3, 15), dt.date(2023, 3, 28)]
    assert found(path, mapping=Mapping.read(f"version = 1\n\n{question.entry}")) == [dt.date(2023, 3, 15), dt.date(2023, 3, 28)]


def test_day_month_and_year_with_nothing_between_are_asked(lines):
    path = lines(("01022023", "1,50"), ("03042023", "2,50"))
    question = asked(path)
    assert [option.said for option in question.choices[:2]] == ["Date: 01022023 is 1 February 2023", "Date: 01022023 is 2 January 2023"]
    assert found(path, mapping=answer(question, 1)) == [dt.date(2023, 2, 1), dt.date(2023, 4, 3)]
    assert found(path, mapping=answer(question, 2)) == [dt.date(2023, 1, 2), dt.date(2023, 3, 4)]


def test_day_month_and_a_short_year_with_nothing_between_are_asked(lines):
    path = lines(("010223", "1,50"), ("150323", "2,50"))
    question = asked(path)
    assert [option.said for option in question.choices[:2]] == ["Date: 010223 is 1 February 2023", "Date: 010223 is 23 February 2001"]
    assert found(path, mapping=answer(question, 1)) == [dt.date(2023, 2, 1), dt.date(2023, 3, 15)]


@pytest.mark.parametrize(
    ("day", "advice"),
    [
        ("2567-01-05", "Years from 1900 to 2199 are read."),
        ("2024-15-01", 'If it is one in another form, say so in a mapping: dialect = { date = "%Y-%d-%m" }'),
        ("2024-15-45", 'If it is one in another form, say which in a mapping, as in dialect = { date = "%d.%m.%Y" }'),
    ],
)
def test_dates_that_cannot_be_read_are_advised_on_by_what_they_are(lines, day, advice):
    with pytest.raises(UnreadableFileError) as error:
        read([lines((day, "1,50"), (day, "2,50"))])
    assert str(error.value).endswith(advice)


def test_rows_of_months_that_are_mapped_to_the_date_are_read_by_their_form(lines):
    path = lines(("2023-01", "1,50"), ("2023-02", "2,50"))
    mapping = {"version": 1, "file": [{"match": "s.csv", "dialect": {"date": "%Y-%m"}, "columns": {"Date": "date"}}]}
    assert found(path, mapping=mapping) == [dt.date(2023, 1, 1), dt.date(2023, 2, 1)]


def test_dates_that_cannot_be_read_are_said_with_what_to_do(lines):
    question = asked(lines(("01.02.", "1,50"), ("02.02.", "2,50")))
    assert question.sentence.endswith("none has values that can be read as dates. Export it with dates like 2023-01-31.")


def test_a_column_that_its_name_alone_makes_the_amount_can_be_answered(lines):
    path = lines(("2023-01-31", "1,50"), ("2023-02-28", "inf"), ("2023-02-28", "0x10"))
    reading = read([path], mapping=answer(asked(path), 1))
    assert (reading.accepted, reading.rejected) == (1, 2)


def test_a_value_with_tax_alone_can_be_answered(lines):
    path = lines(("2023-01-31", "12,55"), ("2023-02-01", "25,10"), heading="Gross amount")
    question = asked(path)
    assert question.sentence.endswith(
        "Gross amount is the value with tax, and no column is known as the tax, its rate or the net amount: one of them is needed."
    )
    assert found(path, "net_value", answer(question, 1)) == [D(10), D(20)]
    assert found(path, "net_value", answer(question, len(question.choices))) == [D("12.55"), D("25.1")]


def test_amounts_of_which_many_are_missing_are_amounts(lines):
    reading = read([lines(("2023-01-31", "12,50"), ("2023-02-01", "n/a"), ("2023-02-02", "n/a"))])
    assert (reading.accepted, reading.rejected) == (1, 2)


def test_a_euro_sign_of_latin_9_is_read(lines):
    path = lines(("2023-01-31", "12,50 €"), ("2023-02-01", "20,00 €"), encoding="iso-8859-15")
    reading = read([path])
    assert reading.facts.engine.con.execute("SELECT net_value, currency FROM sale_lines ORDER BY row").fetchall() == [(D("12.5"), "EUR"), (D(20), "EUR")]
    assert reading.mapping.files[0].dialect["encoding"] == "iso-8859-15"
