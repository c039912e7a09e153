"""Amounts in thousands and millions: asked about, multiplied exactly as the mapping says, never taken as they are in silence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.lines.factors import factor_of

D = Decimal
BODY = "".join(f"{number};2023-01-{number:02d};Ann;{number},5;0,25\n" for number in range(1, 11))
PLAIN = "Invoice;Date;Customer;Net amount;Cost\n"


@pytest.fixture
def sales(tmp_path):
    """Read ten lines of 1,5 … 10,5, cost 0,25 each, below a head."""

    def _sales(head, **entry):
        path = tmp_path / "sales.csv"
        path.write_text(head + BODY)
        return read([path], mapping={"version": 1, "file": [{"match": "sales.csv", "table": "sale_lines", **entry}]} if entry else None)

    return _sales


def sums(reading):
    return reading.facts.engine.con.execute("SELECT sum(net_value), sum(product_cost) FROM sale_lines").fetchall()


def asked(sales, head, **entry):
    with pytest.raises(AnswerNeededError) as raised:
        sales(head, **entry)
    (question,) = raised.value.questions
    return question


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("Net amount (1000 EUR)", 1_000),
        ("Myynti (1 000 €)", 1_000),
        ("Net sales 1,000 USD", 1_000),
        ("Net amount ('000)", 1_000),
        ("Net amount (000s)", 1_000),
        ("Net amount kEUR", 1_000),
        ("Net amount TEUR", 1_000),
        ("Myynti t€", 1_000),
        ("Nettobelopp tkr", 1_000),
        ("Net sales, EUR thousand", 1_000),
        ("Myynti, tuhatta euroa", 1_000),
        ("Myynti tuhansina euroina", 1_000),
        ("Belopp i tusental", 1_000),
        ("Net sales $k", 1_000),
        ("Netto TCHF", 1_000),
        ("Obrat (tKč)", 1_000),
        ("Net sales MEUR", 1_000_000),
        ("Umsatz M CZK", 1_000_000),
        ("Liikevaihto, milj. euroa", 1_000_000),
        ("Net sales (millions)", 1_000_000),
        ("Price per 1000", D("0.001")),
        ("Hinta / 1 000 kpl", D("0.001")),
    ],
)
def test_factor_that_a_name_says(name, factor):
    assert factor_of(name) == factor


@pytest.mark.parametrize(
    "name",
    [
        "Net amount EUR",
        "Net amount",
        "Amount eur",
        "Account 10000",
        "11000",
        "Kr",
        "Määrä, kpl",
        "Month",
        "Summa €",
        "Item 1000.5",
        "Mils",
        "Don't all",
        "T RON",
    ],
)
def test_other_names_say_none(name):
    assert factor_of(name) is None


THOUSANDS = "Invoice;Date;Customer;Net amount (1000 EUR);Cost\n"


def test_name_in_thousands_is_asked_about_when_its_column_is_known(sales):
    columns = {"Net amount (1000 EUR)": "net_value"}
    question = asked(sales, THOUSANDS, columns=columns)
    assert question.sentence.endswith(
        'sales.csv: Net amount (1000 EUR) seems to be in thousands, by "Net amount (1000 EUR)". Are the figures to be multiplied?'
    )
    yes, no = (choice.settings["dialect"] for choice in question.choices)
    assert sums(sales(THOUSANDS, columns=columns, dialect=yes)) == [(D(60_000), D("2.5"))]
    assert sums(sales(THOUSANDS, columns=columns, dialect=no)) == [(D(60), D("2.5"))]


def test_units_below_the_names_are_asked_about(sales):
    question = asked(sales, PLAIN + ";;;k€;k€\n")
    assert [choice.settings for choice in question.choices] == [{"dialect": {"factors": dict.fromkeys(("Net amount", "Cost"), said)}} for said in ("1000", "1")]
    assert sums(sales(PLAIN + ";;;k€;k€\n", **question.choices[0].settings)) == [(D(60_000), D(2_500))]


@pytest.mark.parametrize("line", ["Sales of 2023, in thousands of euros", "Myynti 2023 (1 000 €);;;;", "Luvut tuhansina euroina", "TEUR"])
def test_line_above_the_table_is_asked_about(sales, line):
    question = asked(sales, f"{line}\n\n{PLAIN}")
    assert question.evidence[0] == f'Net amount, by row 1 ("{line}"): × 1,000; the first is 1,5'
    assert sums(sales(f"{line}\n\n{PLAIN}", **question.choices[0].settings)) == [(D(60_000), D(2_500))]


@pytest.mark.parametrize("head", [PLAIN, "Sales report 2023\n\n" + PLAIN, "Invoices 1000 to 1010\n\n" + PLAIN, "Printed;2023-02-01;;;\n\n" + PLAIN])
def test_ordinary_files_are_not_asked_about(sales, head):
    assert sums(sales(head)) == [(D(60), D("2.5"))]


def test_the_written_mapping_keeps_the_factors(sales, tmp_path):
    reading = sales(PLAIN + ";;;k€;k€\n", dialect={"factors": {"Net amount": 1000, "Cost": "1"}})
    assert reading.files[0].said[0] == "Net amount is multiplied by 1,000, as the mapping says."
    assert sums(read([tmp_path / "sales.csv"], mapping=reading.write_mapping(tmp_path / "map.toml"))) == sums(reading) == [(D(60_000), D("2.5"))]


def test_figure_that_no_longer_fits_is_given_back(sales, tmp_path):
    reading = sales(PLAIN.replace("\n", "\n99;2023-02-01;Bob;99999999999,5;1\n"), dialect={"factors": {"Net amount": "1000000"}})
    assert (reading.accepted, reading.rejected) == (10, 1)


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ({"Nett": "1000"}, 'factors names "Nett", which is no mapped column of numbers'),
        ({"Net amount": "much"}, 'a factor is a text like "1000"; \'much\' was found for "Net amount"'),
        ({"Net amount": "-1"}, 'a factor is a text like "1000"'),
    ],
)
def test_wrong_factors_are_refused(sales, factors, said):
    with pytest.raises(MappingError) as refused:
        sales(PLAIN, dialect={"factors": factors})
    assert said in str(refused.value)
