"""Values with tax by their headings: net value is what they are without it, and where a price beside them says another thing it is asked which counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.column_names import normalised, without_tax_words
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
LINES = [("10.1.2024", "Ann", 8, "310,00", "1860,00"), ("11.2.2024", "Bob", 2, "62,00", "124,00"), ("12.3.2024", "Cleo", 1, "12,40", "9,30")]
NET = [D(1500), D(100), D("7.5")]


@pytest.fixture
def export(write):
    """A file of three lines under three headings for price, rate and value; of two of them the value is less than price × quantity."""

    def written(price, rate, value):
        lines = (f"{number};{day};{who};P1;{quantity};{each};24;{total}\n" for number, (day, who, quantity, each, total) in enumerate(LINES, 1))
        return write("s.csv", f"Laskunro;Pvm;Asiakas;Tuote;Kpl;{price};{rate};{value}\n{''.join(lines)}")

    return written


def net_values(path, mapping=None):
    """Net values in the file's order; the mapping that was written of them gives the same and asks nothing."""
    reading = read([path], mapping=mapping)
    wanted = "SELECT net_value, net_value + tax FROM sale_lines ORDER BY row"
    found = reading.facts.engine.con.execute(wanted).fetchall()
    assert read([path], mapping=Mapping.read(reading.mapping.as_toml())).facts.engine.con.execute(wanted).fetchall() == found
    return [net for net, _ in found]


@pytest.mark.parametrize(
    "heading",
    ["Yhteensä sis. alv", "Line total incl. VAT", "Gesamtpreis inkl. 24% MwSt", "Rivisumma (verollinen)", "Montant total TTC", "Importe total (IVA incluido)"],
)
def test_a_heading_that_says_with_tax_is_the_value_with_tax(export, heading):
    assert net_values(export("Hinta sis. alv", "Alv %", heading)) == NET


@pytest.mark.parametrize(
    ("heading", "rest"), [("Yhteensä sis. alv", "yhteensa"), ("Gesamtpreis inkl. MwSt.", "gesamtpreis"), ("Line total inc. 20% VAT", "line total")]
)
def test_what_remains_of_a_heading_that_says_with_tax(heading, rest):
    assert without_tax_words(normalised(heading)) == rest


@pytest.mark.parametrize("heading", ["Yhteensä alv 0 %", "Gesamtpreis exkl. MwSt", "Total excl. VAT", "Ustensiles", "Total con ivanovo", "VAT"])
def test_a_heading_that_does_not_say_with_tax_has_nothing_taken_from_it(heading):
    assert without_tax_words(normalised(heading)) == ""


def test_a_lone_price_with_tax_is_offered_with_tax_first(write):
    path = write("s.csv", "Lasku;Pvm;Asiakas;Tuote;Kpl;Hinta sis. alv;Alv %\n1;10.1.2024;Ann;P1;1;12,40;24\n2;11.1.2024;Bob;P1;1;124,00;24\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    options = error.value.questions[0].choices
    assert [net_values(path, Mapping.read(answered("", option))) for option in options] == [[D(10), D(100)], [D("12.4"), D(124)]]


def test_a_price_that_makes_the_value_neither_with_tax_nor_without_it_is_asked_about(export):
    path = export("Hinta", "Alv %", "Verollinen yhteensä")
    with pytest.raises(AnswerNeededError, match=r"Hinta × Kpl is Verollinen yhteensä on 1 of 3 lines") as error:
        read([path])
    options = error.value.questions[0].choices
    assert [net_values(path, Mapping.read(answered("", option))) for option in options] == [NET, [D(2480), D(124), D("12.4")]]


def test_a_price_that_makes_the_value_with_the_tax_is_offered_first(write):
    lines = "".join(f"{n};1{n}.1.2024;Ann;P1;{n};10,00;24;{n * 12}.40\n".replace(".40", ",40" if n == 1 else ",80" if n == 2 else ",00") for n in (1, 2, 4))
    with pytest.raises(AnswerNeededError, match=r"makes it with the tax on 2") as error:
        read([write("s.csv", f"Lasku;Pvm;Asiakas;Tuote;Kpl;Hinta;Alv %;Verollinen yhteensä\n{lines}")])
    assert error.value.questions[0].choices[0].settings == {"columns": {"Verollinen yhteensä": "attribute:verollinen_yhteensa"}}
