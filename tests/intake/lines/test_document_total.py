"""Totals of documents on each of their lines, and net values that price × quantity does not make: worked out, asked or said."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read


@pytest.fixture
def sales(tmp_path):
    """Read lines of these documents: number, quantity, price and amounts under further headings."""

    def _sales(headings, *rows, **settings):
        (tmp_path / "s.csv").write_text(f"Invoice;Date;Customer;Product;{headings}\n" + "".join(f"{row[0]};2024-01-05;C1;P{row[1:]}\n" for row in rows))
        return read([tmp_path / "s.csv"], mapping={"version": 1, "file": [{"match": "s.csv", **settings}]} if settings else None)

    return _sales


def nets(reading):
    return [float(net) for (net,) in reading.facts.engine.con.execute("SELECT net_value FROM sale_lines ORDER BY row").fetchall()]


def codes(reading):
    return [problem.code for problem in reading.problems]


@pytest.mark.parametrize("heading", ["Total", "Amount", "Net amount"])
def test_a_documents_total_on_each_line_is_not_added_up(sales, heading):
    reading = sales(f"Quantity;Unit price;{heading}", "1;1;10.00;30.00", "1;2;10.00;30.00", "2;4;10.00;40.00")
    assert nets(reading) == [10, 20, 40]
    assert f"{heading} is the total of the document on each of its lines, and not added up." in reading.files[0].said
    assert nets(sales(f"Quantity;Unit price;{heading}", "1;1;10.00;30.00", "1;2;10.00;30.00", columns=dict(reading.mapping.files[0].columns))) == [10, 20]


def test_a_total_less_the_discounts_of_the_lines_is_known_too(sales):
    reading = sales("Quantity;List price;Discount;Total", "1;1;10.00;1.00;27.00", "1;2;10.00;2.00;27.00", "2;4;10.00;0.00;40.00")
    assert nets(reading) == [9, 18, 40]


@pytest.mark.parametrize(
    "rows",
    [
        ["1;1;10.00;10.00", "1;2;10.00;20.00", "2;4;10.00;40.00"],
        ["1;1;10.00;10.00", "1;1;10.00;10.00", "2;4;10.00;40.00"],
        ["1;0;10.00;0.00", "1;0;10.00;0.00"],
        ["1;3;3.33;10.00", "1;6;3.33;20.00"],
    ],
    ids=["amounts of lines", "equal lines", "nothing", "prices rounded"],
)
def test_amounts_of_lines_stay(sales, rows):
    reading = sales("Quantity;Unit price;Net amount", *rows)
    assert nets(reading) == [float(row.rpartition(";")[2]) for row in rows]
    assert codes(reading) == []


@pytest.mark.parametrize(("place", "net"), [(0, [10, 20, 40]), (1, [37.5, 37.5, 50])])
def test_one_amount_on_all_lines_that_the_price_does_not_make_is_asked(sales, place, net):
    rows = ["1;1;10.00;37.50", "1;2;10.00;37.50", "2;4;10.00;50.00"]
    with pytest.raises(
        AnswerNeededError, match=r"Total is the same on all lines of a document, in 1 of 1 documents of several lines, and never Unit price"
    ) as e:
        sales("Quantity;Unit price;Total", *rows)
    assert nets(sales("Quantity;Unit price;Total", *rows, **e.value.questions[0].choices[place].settings)) == net


def test_one_amount_on_all_lines_of_many_documents_without_prices_is_said(sales):
    rows = [f"{document};{document * 10}.00" for document in range(1, 10) for _ in range(2)] + ["A;100.00", "A;100.00"]
    reading = sales("Net amount", *rows)
    assert [(p.code, p.rows) for p in reading.problems] == [("perhaps-document-total", 10)]


def test_numbers_that_begin_anew_each_year_are_no_documents_of_several_lines(write):
    rows = "".join(f"{document};{year}-03-05;C1;P;{document * 10}.00\n" for year in (2023, 2024) for document in range(1, 12))
    assert "perhaps-document-total" not in codes(read([write("s.csv", f"Invoice;Date;Customer;Product;Net amount\n{rows}")]))


def test_net_values_that_the_price_mostly_does_not_make_are_said_with_their_share(sales):
    reading = sales("Quantity;Unit price;Net amount", "1;1;10.00;9.00", "1;2;10.00;17.00", "2;4;10.00;40.00")
    (problem,) = reading.problems
    assert (problem.code, problem.rows, problem.origin.row, problem.origin.column) == ("price-does-not-hold", 2, 2, "Net amount")
    assert problem.sentence == "It is not Unit price × Quantity on 2 of 3 lines (67 %). It counts."


@pytest.mark.parametrize(
    ("headings", "rows"),
    [
        ("Quantity;Unit price;Discount %;Net amount", ["1;1;10.00;10;9.00", "1;2;10.00;50;10.00"]),
        ("Quantity;Unit price;Discount;Net amount", ["1;1;10.00;1.00;9.00", "1;2;10.00;2.00;18.00"]),
        ("Quantity;Unit price;VAT;Net amount", ["1;1;12.40;2.40;10.00", "1;2;12.40;4.80;20.00"]),
        ("Quantity;Unit price;VAT %;Net amount", ["1;1;12.40;24;10.00", "1;2;12.40;24;20.00"]),
    ],
)
def test_prices_before_a_discount_and_with_tax_hold(sales, headings, rows):
    assert codes(sales(headings, *rows)) == []


@pytest.mark.parametrize(("place", "net", "listed"), [(0, [100, 45], [110, 50]), (1, [110, 50], [120, 55]), (2, [99, 47.5], [110, 50])])
def test_a_price_beside_an_amount_of_discount_is_asked(sales, place, net, listed):
    rows = ["1;10;11.00;10.00", "2;5;10.00;5.00"]
    with pytest.raises(AnswerNeededError, match="Unit price may be the price before or after Discount") as error:
        sales("Quantity;Unit price;Discount", *rows)
    reading = sales("Quantity;Unit price;Discount", *rows, **error.value.questions[0].choices[place].settings)
    assert nets(reading) == net
    assert [int(of) for (of,) in reading.facts.engine.con.execute("SELECT list_value FROM sale_lines ORDER BY row").fetchall()] == listed


def test_a_price_beside_no_discount_at_all_is_not_asked(sales):
    assert nets(sales("Quantity;Unit price;Discount", "1;10;11.00;0.00", "2;5;10.00;0.00")) == [110, 50]


def test_a_price_of_purchases_before_its_discount_can_be_answered(tmp_path):
    (tmp_path / "p.csv").write_text("Invoice;Date;Supplier;Quantity;Unit price;Discount %\n1;2024-01-05;S1;10;11.00;10\n")
    with pytest.raises(AnswerNeededError, match="Unit price may be the price before or after Discount") as error:
        read([], purchases=[tmp_path / "p.csv"])
    mapping = {"version": 1, "file": [{"match": "p.csv", "table": "purchase_lines", **error.value.questions[0].choices[0].settings}]}
    assert read([], purchases=[tmp_path / "p.csv"], mapping=mapping).facts.engine.con.execute("SELECT net_value FROM purchase_lines").fetchall() == [(99,)]


@pytest.mark.parametrize("rates", ["0.9;0.8", "10;20"], ids=["share", "per cent"])
def test_a_discount_that_price_and_net_value_make_a_rate_is_one(sales, rates):
    one, other = rates.split(";")
    less = (90, 160) if rates == "10;20" else (10, 40)
    reading = sales("Quantity;Unit price;Discount;Net amount", "1;1;100.00;0;100.00", f"2;1;100.00;{one};{less[0]}.00", f"3;2;100.00;{other};{less[1]}.00")
    rows = reading.facts.engine.con.execute("SELECT list_value, discount, net_value FROM sale_lines ORDER BY row").fetchall()
    assert [tuple(map(float, row)) for row in rows] == [(100, 0, 100), (100, 100 - less[0], less[0]), (200, 200 - less[1], less[1])]
    assert codes(reading) == []
    again = sales(
        "Quantity;Unit price;Discount;Net amount",
        "2;1;100.00;10;90.00",
        columns={"Quantity": "quantity", "Unit price": "unit_price", "Discount": "discount", "Net amount": "net_value"},
    )
    assert again.facts.engine.con.execute("SELECT CAST(discount AS DOUBLE) FROM sale_lines").fetchall() == [(10.0,)]


def test_a_discount_that_is_an_amount_stays_one(sales):
    reading = sales("Quantity;Unit price;Discount;Net amount", "1;2;100.00;5.00;195.00", "2;1;50.00;0.00;50.00")
    rows = reading.facts.engine.con.execute("SELECT list_value, discount FROM sale_lines ORDER BY row").fetchall()
    assert [tuple(map(float, row)) for row in rows] == [(200, 5), (50, 0)]
