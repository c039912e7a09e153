"""Entries in DATEV's format: the first line says the year of their days, and a mark of Soll and Haben their signs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.mapping_file import Mapping

NAMES = "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);Belegdatum;Belegfeld 1;Buchungstext\n"
ENTRIES = [("100,00", "S", "4900", "70000", "909"), ("40,00", "H", "4900", "70000", "0101"), ("60,50", "S", "4210", "70001", "3112")]


def head(begin="20240101", first="20240101", last="20241231"):
    return f'"EXTF";700;21;"Buchungsstapel";12;20250110101500000;;"RE";"";"";1001;1;{begin};4;{first};{last};"Buchungen";"";1;0;0;"EUR"\n'


@pytest.fixture
def entries(tmp_path):
    """A batch of entries, as a program writes it: in cp1252."""

    def written(above, rows=ENTRIES):
        path = tmp_path / "EXTF_Buchungsstapel.csv"
        lines = "".join(f'{amount};"{side}";"EUR";{account};{contra};{day};"B{n}";"Miete"\n' for n, (amount, side, account, contra, day) in enumerate(rows))
        path.write_bytes(f"{above}{NAMES}{lines}".replace("\n", "\r\n").encode("cp1252"))
        return path

    return written


def costs_of(path, mapping=None):
    """Month, account and amount of each cost, in the file's order, which the mapping that was written of them gives too; and the reading."""
    reading = read([], costs=[path], mapping=mapping)
    wanted = "SELECT period, account, amount FROM costs ORDER BY row"
    found = reading.facts.engine.con.execute(wanted).fetchall()
    assert read([], costs=[path], mapping=Mapping.read(reading.mapping.as_toml())).facts.engine.con.execute(wanted).fetchall() == found
    return found, reading


def test_days_are_of_the_fiscal_year_of_the_first_line(entries):
    found, reading = costs_of(entries(head()))
    assert found == [
        (date(2024, 9, 1), "4900", Decimal(100)),
        (date(2024, 1, 1), "4900", Decimal(-40)),
        (date(2024, 12, 1), "4210", Decimal("60.5")),
    ]
    (said,) = [problem for problem in reading.problems if problem.code == "year-of-head"]
    assert said.sentence == "Its days have no year: they are of the fiscal year of the first line, 2024-01-01 to 2024-12-31."


def test_a_fiscal_year_that_begins_in_july_has_days_of_two_years(entries):
    found, _ = costs_of(entries(head("20230701", "20230701", "20240630")))
    assert [month for month, *_ in found] == [date(2023, 9, 1), date(2024, 1, 1), date(2023, 12, 1)]


def test_a_day_that_is_none_is_rejected(entries):
    found, reading = costs_of(entries(head("20230101", "20230101", "20231231"), [*ENTRIES, ("5,00", "S", "4900", "70000", "2902")]))
    assert (len(found), [file.rejected for file in reading.files]) == (3, [1])


def test_a_ledger_account_that_stands_as_contra_account_is_warned_of(entries):
    _, reading = costs_of(entries(head(), [*ENTRIES, ("5,00", "S", "1200", "4900", "0505")]))
    (said,) = [problem for problem in reading.problems if problem.code == "contra-account"]
    assert said.sentence == "1 row books a ledger account there, which counts for nothing: amounts are those of Konto."


@pytest.mark.parametrize("above", ["", head("20240101", "20230101", "20241231"), head("", "", ""), "EXTF;700\n"])
def test_without_a_year_it_is_said_what_to_export(entries, above):
    with pytest.raises(AnswerNeededError, match=r"Belegdatum holds days and months without a year, such as 909\.") as error:
        read([], costs=[entries(above)])
    assert error.value.questions[0].choices == ()


def test_days_with_a_year_stay_as_they_are(entries):
    found, reading = costs_of(entries(head(), [(*row[:4], "31.05.2023") for row in ENTRIES]))
    assert {month for month, *_ in found} == {date(2023, 5, 1)}
    assert not [problem for problem in reading.problems if problem.code == "year-of-head"]
