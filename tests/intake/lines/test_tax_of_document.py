"""A tax that each line of a document repeats is the document's, and no tax of the line."""

from decimal import Decimal as D  # noqa: N817

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.mapping_file import Mapping

HEAD = "Invoice number,Date,Customer,Item,Quantity,Unit amount,Line amount,Tax total"
LINES = ["1,2024-01-31,Ann,P,1,100.00,100.00,48.00", "1,2024-01-31,Ann,Q,2,50.00,100.00,48.00", "2,2024-02-29,Bob,P,1,100.00,100.00,60.00",
         "2,2024-02-29,Bob,Q,3,50.00,150.00,60.00", "3,2024-03-31,Ann,P,2,100.00,200.00,72.00", "3,2024-03-31,Ann,Q,2,50.00,100.00,72.00"]  # fmt: skip


def rows(reading, columns):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()


def test_a_documents_tax_on_its_lines_is_left_out(write):
    reading = read([write("s.csv", "\n".join([HEAD, *LINES, ""]))])
    assert rows(reading, "net_value, tax") == [(D(net), None) for net in (100, 100, 100, 150, 200, 100)]
    assert any("Tax total is the total of the document on each of its lines" in said for account in reading.files for said in account.said)
    assert '"Tax total" = "-"' in reading.mapping.as_toml()


def test_the_lines_own_tax_counts_beside_that_of_the_document(write):
    of_lines = [f"{line},{D(line.split(',')[6]) * D('0.24'):.2f}" for line in LINES]
    reading = read([write("s.csv", "\n".join([f"{HEAD},Tax amount", *of_lines, ""]))])
    assert rows(reading, "net_value, tax") == [(D(net), D(net) * D("0.24")) for net in (100, 100, 100, 150, 200, 100)]


ORDERS = [("100.00", "5.00", "22.28"), ("210.00", "0.00", "46.78"), ("45.00", "5.00", "0"), ("20.00", "5.00", "4.46")]


def of_a_shop(added):
    """Orders of a shop with a tenth off that stands nowhere, and a tax of 8.25 %, a rate of no value added tax; the total is the subtotal, freight, and tax so
    many times as it is ``added``.
    """
    lines = ["Order number,Date,Customer,Item,Quantity,Price,Subtotal,Shipping,Taxes,Order total"]
    for n, (price, freight, tax) in enumerate(ORDERS * 3, 10):
        value = D(price) * 3 * D("0.9")
        lines += [f"S{n},2024-01-{n},Ann,P,1,{price},{value},{freight},{tax},{value + D(freight) + D(tax) * added}", f"S{n},2024-01-{n},Ann,Q,2,{price},,,,"]
    return "\n".join([*lines, ""])


def test_a_tax_that_makes_the_documents_total_comes_on_top_of_the_value(write):
    path = write("s.csv", of_a_shop(added=1))
    reading = read([path])
    assert rows(reading, "net_value") == [(D(value),) for value in (90, 180, 189, 378, "40.5", 81, 18, 36) * 3]
    assert rows(read([path], mapping=Mapping.read(reading.mapping.as_toml())), "*") == rows(reading, "*")


def test_a_tax_that_makes_no_total_is_asked_about(write):
    with pytest.raises(AnswerNeededError, match=r"Subtotal stands beside Taxes and may be the value with tax or without it\."):
        read([write("s.csv", of_a_shop(added=2))])
