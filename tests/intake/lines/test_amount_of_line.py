"""Whether an amount is the net value of its line: with tax or without it, a document's total on each line, and what price × quantity says of it."""

from __future__ import annotations

from decimal import Decimal as D  # noqa: N817

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read

# The tax ----------------------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines(tmp_path):
    """Write two lines, of ten pieces and of four, under further headings."""

    def write(headings, first, second, name="s.csv"):
        path = tmp_path / name
        path.write_text(f"Invoice;Date;Customer;Item;{headings}\n1;2023-01-01;Ann;P;{first}\n2;2023-01-13;Bob;Q;{second}\n", encoding="utf-8")
        return path

    return write


def net_and_tax(*files, mapping=None):
    reading = read(files, mapping=mapping)
    return reading.facts.engine.con.execute("SELECT net_value, tax FROM sale_lines ORDER BY row").fetchall()


TWO = [(D(50), D(12)), (D(10), D("2.4"))]


@pytest.mark.parametrize(
    ("headings", "first", "second"),
    [
        ("VAT;Total", "12,00;62,00", "2,40;12,40"),
        ("VAT;Total", "12,00;50,00", "2,40;10,00"),
        ("Kpl;Hinta;ALV-%;Yhteensä", "10;5,00;24;62,00", "4;2,50;24;12,40"),
        ("Kpl;Hinta;ALV-%;Yhteensä", "10;5,00;24;50,00", "4;2,50;24;10,00"),
        ("Kpl;Hinta;ALV;Yhteensä", "10;5,00;12,00;62,00", "4;2,50;2,40;12,40"),
        ("VAT %;VAT;Amount", "24;12,00;62,00", "24;2,40;12,40"),
        ("VAT %;VAT;Amount", "24;12,00;50,00", "24;2,40;10,00"),
        ("Qty;Price;VAT;Total", "10;6,20;12,00;62,00", "4;3,10;2,40;12,40"),
        ("Qty;Price;Discount %;VAT %;Total", "10;10,00;50;24;62,00", "4;2,50;0;24;12,40"),
    ],
    ids=["tax", "net and tax", "price and rate", "net by price and rate", "price and tax", "rate and tax", "net, rate and tax", "price with tax", "discount"],
)
def test_a_total_holds_the_tax_where_the_amounts_say_so(lines, headings, first, second):
    assert net_and_tax(lines(headings, first, second)) == TWO


def test_a_total_that_no_amounts_decide_is_asked(lines):
    path = lines("ALV-%;Yhteensä", "24;62,00", "24;12,40")
    with pytest.raises(AnswerNeededError, match="Yhteensä stands beside ALV-% and may be the value with tax or without it") as error:
        read([path])
    (question,) = error.value.questions
    assert [choice.settings["columns"]["Yhteensä"] for choice in question.choices] == ["net_value", "gross_value"]
    with_tax = {"version": 1, "file": [{"match": "s.csv", "columns": {"Yhteensä": "gross_value"}}]}
    assert net_and_tax(path, mapping=with_tax) == TWO


def test_a_tax_that_may_be_of_two_rates_is_asked(lines):
    """25.00 is 20 % of 125.00 and 25 % of 100.00."""
    with pytest.raises(AnswerNeededError, match="Total stands beside VAT"):
        read([lines("VAT;Total", "25,00;125,00", "50,00;250,00")])


def test_what_is_called_net_is_net_whatever_the_tax(lines):
    assert net_and_tax(lines("VAT;Net amount", "25,00;125,00", "50,00;250,00")) == [(D(125), D(25)), (D(250), D(50))]


def test_without_any_tax_nothing_is_asked(lines):
    assert net_and_tax(lines("VAT;Total", "0;125,00", "0;250,00")) == [(D(125), D(0)), (D(250), D(0))]


def test_the_mapping_that_was_understood_reads_the_same_again(lines):
    path = lines("VAT;Total", "12,00;62,00", "2,40;12,40")
    understood = read([path]).mapping
    assert understood.files[0].columns["Total"] == "gross_value"
    assert net_and_tax(path, mapping=understood) == TWO


# The document's total ---------------------------------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("heading", ["Net amount", "Subtotal", "Total incl. VAT"])
def test_the_column_that_a_documents_total_is_the_sum_of_counts(sales, heading):
    """The total stands on each line, and the amounts of the lines under a heading that nobody knows."""
    reading = sales(f"VAT %;{heading};Frobs", "1;0;30.00;10.00", "1;0;30.00;20.00", "2;0;40.00;15.00", "2;0;40.00;25.00", "3;0;7.00;7.00")
    assert nets(reading) == [10, 20, 15, 25, 7]
    ours = "gross value" if "VAT" in heading else "net value"
    said = f"{heading} is the total of the document on each of its lines, and not added up: it is the sum of Frobs, which is the {ours}."
    assert said in reading.files[0].said
    assert dict(reading.mapping.files[0].columns) | {"Frobs": ours.replace(" ", "_"), heading: "-"} == dict(reading.mapping.files[0].columns)
    assert nets(sales(f"VAT %;{heading};Frobs", "1;0;30.00;10.00", columns=dict(reading.mapping.files[0].columns))) == [10]


def test_amounts_of_lines_are_no_total_though_another_column_is_as_large_together(sales):
    """One document alone may be chance, and two equal lines of it are lines."""
    assert nets(sales("Net amount;Frobs", "1;30.00;10.00", "1;30.00;20.00", "2;40.00;1.00")) == [30, 30, 40]


MANY = [f"{document}{line};{place * 10}.00;{place}.25" for place, document in enumerate("ABCDEFGHIJ", start=1) for line in (1, 2)]


def test_one_amount_on_all_lines_of_many_documents_is_asked(sales):
    with pytest.raises(AnswerNeededError, match="Net amount is the same on all lines of a document, in 10 of 10 documents of several lines") as error:
        sales("Net amount;Frobs", *MANY)
    total, line = error.value.questions[0].choices
    assert (total.said, line.said) == ("it is the document's total: another column counts", "it is the net value of the line")
    assert nets(sales("Net amount;Frobs", *MANY, **line.settings))[:4] == [10, 10, 20, 20]
    with pytest.raises(AnswerNeededError, match="no column is known as the amount") as error:
        sales("Net amount;Frobs", *MANY, **total.settings)
    frobs = next(choice for choice in error.value.questions[0].choices if choice.line == '"Frobs" = "net_value"')
    assert nets(sales("Net amount;Frobs", *MANY, columns=total.settings["columns"] | frobs.settings["columns"]))[:4] == [1.25, 1.25, 2.25, 2.25]


def test_one_amount_on_all_lines_beside_no_other_column_is_asked_with_what_to_export(sales):
    with pytest.raises(AnswerNeededError, match="If it is, export the amounts of the lines") as error:
        sales("Net amount", *(row.rpartition(";")[0] for row in MANY))
    assert [choice.said for choice in error.value.questions[0].choices] == ["it is the net value of the line"]


def test_one_amount_on_all_lines_of_few_documents_stays(sales):
    assert nets(sales("Net amount;Frobs", *MANY[:-2]))[:4] == [10, 10, 20, 20]


def test_lines_that_several_files_hold_are_no_documents_of_several_lines(write):
    text = "Invoice;Date;Customer;Product;Net amount\n" + "".join(f"{place};2024-01-05;C1;P;{place}.00\n" for place in range(1, 13))
    assert len(nets(read([write("a.csv", text), write("b.csv", text + "13;2024-01-06;C1;P;13.00\n")]))) == 13


def test_totals_of_documents_that_several_files_hold_are_known_too(write):
    text = "Invoice;Date;Customer;Product;Net amount;Frobs\n1;2024-01-05;C1;P;30.00;10.00\n1;2024-01-05;C1;Q;30.00;20.00\n"
    both = text + "2;2024-01-06;C1;P;40.00;15.00\n2;2024-01-06;C1;Q;40.00;25.00\n"
    assert sorted(nets(read([write("a.csv", both), write("b.csv", both + "3;2024-01-06;C1;P;7.00;7.00\n")]))) == [7, 10, 15, 20, 25]


def test_equal_lines_of_a_document_are_no_evidence_of_a_total(sales):
    assert len(nets(sales("Net amount", *(f"{document};{place}0.00" for place, document in enumerate("ABCDEFGHIJKL", 1) for _ in range(2))))) == 24


ORDERS = "Order number;Date;Customer;Quantity;Item Cost;Subtotal\n" + "".join(
    f"{order};2024-01-05;C1;{quantity};{order}.00;{3 * order}.00\n" for order in range(1, 4) for quantity in (1, 2)
)


def test_an_orders_total_that_is_the_sum_of_what_is_called_cost_is_asked(write):
    path = write("o.csv", ORDERS)
    with pytest.raises(AnswerNeededError, match="Subtotal is the same on all lines of a document, and the sum of Item Cost × Quantity") as error:
        read([path])
    found = [read([path], mapping={"version": 1, "file": [{"match": "o.csv", **choice.settings}]}) for choice in error.value.questions[0].choices]
    assert [nets(reading) for reading in found] == [[1, 2, 2, 4, 3, 6], [3, 3, 6, 6, 9, 9]]
    assert [codes(reading) for reading in found] == [[], ["document-total"]]


@pytest.mark.parametrize("further", ["Quantity;Unit price", "Frobs;Gribs"])
def test_a_mapping_that_adds_up_the_totals_of_documents_is_warned_of(sales, further):
    rows = ["1;1.00;10.00;30.00", "1;2.00;10.00;30.00", "2;1.00;20.00;40.00", "2;1.00;20.00;40.00"]
    if "Frobs" in further:
        rows = ["1;1.00;10.00;30.00", "1;2.00;20.00;30.00", "2;1.00;20.00;40.00", "2;1.00;20.00;40.00"]
    reading = sales(f"{further};Total", *rows, columns={"Total": "net_value"})
    assert nets(reading) == [30, 30, 40, 40]
    assert ("document-total", "Total") in [(problem.code, problem.origin.column) for problem in reading.problems]


def test_numbers_that_begin_anew_each_year_are_no_documents_of_several_lines(write):
    rows = "".join(f"{document};{year}-03-05;C1;P;{document * 10}.00\n" for year in (2023, 2024) for document in range(1, 12))
    assert len(nets(read([write("s.csv", f"Invoice;Date;Customer;Product;Net amount\n{rows}")]))) == 22


def test_two_columns_that_sum_up_to_a_total_are_asked_about(sales):
    rows = ["1;30.00;10.00;20.00", "1;30.00;20.00;10.00", "2;40.00;15.00;25.00", "2;40.00;25.00;15.00"]
    with pytest.raises(AnswerNeededError, match="It may be the document's total") as error:
        sales("Net amount;Frobs;Gribs", *rows)
    choices = error.value.questions[0].choices
    assert [nets(sales("Net amount;Frobs;Gribs", *rows, **choice.settings)) for choice in choices] == [[10, 20, 15, 25], [20, 10, 25, 15], [30, 30, 40, 40]]


def test_a_documents_total_on_the_first_of_its_lines_is_no_amount_of_that_line(sales):
    reading = sales("Quantity;Unit price;Subtotal", "1;1;10.00;30.00", "1;2;10.00;", "2;4;10.00;40.00", "3;1;5.00;11.00", "3;2;3.00;")
    assert nets(reading) == [10, 20, 40, 5, 6]


def test_a_value_with_tax_that_is_one_on_lines_of_different_net_values_is_the_documents(sales):
    reading = sales("Net amount;Total incl. VAT", "1;10.00;37.20", "1;20.00;37.20", "2;5.00;18.60", "2;10.00;18.60")
    assert reading.facts.engine.con.execute("SELECT sum(net_value), sum(tax) FROM sale_lines").fetchone() == (D(45), None)
    assert "Total incl. VAT is the total of the document on each of its lines, and not added up." in reading.files[0].said


def test_a_value_with_tax_of_each_line_makes_its_tax(sales):
    reading = sales("Net amount;Total incl. VAT", "1;10.00;12.40", "1;20.00;24.80", "2;5.00;6.20", "2;5.00;6.20")
    assert reading.facts.engine.con.execute("SELECT sum(net_value), sum(tax) FROM sale_lines").fetchone() == (D(40), D("9.6"))


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


@pytest.mark.parametrize("heading", ["Rabatt", "Rabatt %"])
def test_list_value_is_the_price_before_the_discount_to_the_cent(sales, heading):
    """15 % of 99.50 is 14.925: of 84.58 the list value is 99.50, not 99.5059."""
    reading = sales(f"Quantity;Unit price;{heading};Net amount", "1;1;99.50;15;84.58", "2;2;99.50;5;189.05", "3;3;3.33;0;10.00", "4;1;20.00;10;9.00")
    rows = reading.facts.engine.con.execute("SELECT list_value, discount FROM sale_lines ORDER BY row").fetchall()
    assert rows == [(D("99.5"), D("14.92")), (D(199), D("9.95")), (D(10), D(0)), (D(10), D(1))]


@pytest.mark.parametrize("sign", ["-", ""])
def test_a_price_holds_whatever_the_sign_of_the_amounts(sales, sign):
    reading = sales("Quantity;Unit price;Net amount", *(f"{row};2;50.00;{sign}100.00" for row in range(3)), **{"credit_notes": "positive"} if sign else {})
    assert nets(reading) == [100, 100, 100]
    assert codes(reading) == []


COSTED = "Invoice;Date;Customer;Quantity;{}\n" + "".join(f"{row};2024-01-05;C1;2;{row}.00;{2 * row}.00\n" for row in range(1, 13))


def test_a_cost_that_is_the_net_value_on_all_of_many_lines_is_asked(write):
    path = write("s.csv", COSTED.format("Item Cost;Net amount"))
    with pytest.raises(AnswerNeededError, match=r"Item Cost × Quantity is the net value on 12 of 12 lines. It may be the price") as error:
        read([path])
    found = [read([path], mapping={"version": 1, "file": [{"match": "s.csv", **choice.settings}]}) for choice in error.value.questions[0].choices]
    costs = [reading.facts.engine.con.execute("SELECT CAST(sum(product_cost) AS INTEGER) FROM sale_lines").fetchone()[0] for reading in found]
    assert costs == [None, 156]


def test_a_cost_that_is_the_net_value_on_few_lines_or_by_its_mapping_is_not_asked(write):
    text = COSTED.format("Item Cost;Net amount")
    assert len(nets(read([write("few.csv", "\n".join(text.splitlines()[:9]) + "\n")]))) == 8
    assert len(nets(read([write("s.csv", text.replace("24.00", "60.00").replace("22.00", "60.00"))]))) == 12


def test_what_is_called_a_margin_and_is_price_by_quantity_is_the_net_value(write):
    """In German GP is the total price, elsewhere the gross profit."""
    lines = ["101;02.02.2024;1001;P1;2;10,00;20,00", "102;03.03.2024;1002;P2;3;10,00;30,00", "103;14.04.2024;1003;P3;4;12,50;50,00"]
    reading = read([write("s.csv", "\n".join(["Belegnr;Datum;Kunde;Artikel;Menge;EP;GP", *lines, ""]))])
    found = reading.facts.engine.con.execute("SELECT net_value, product_cost FROM sale_lines ORDER BY row").fetchall()
    assert found == [(D(20), None), (D(30), None), (D(50), None)]
    assert '"GP" = "net_value"' in reading.mapping.as_toml()


def test_of_a_discount_and_its_amount_the_amount_counts(write):
    """Zoho states both, the first in per cent."""
    lines = [
        f"2024-0{i}-01,{i},Ann,P,{i},10.00,{5 * (i % 3)},{D(i) * 10 * 5 * (i % 3) / 100:.2f},{D(i) * 10 * (100 - 5 * (i % 3)) / 100:.2f}" for i in range(1, 9)
    ]
    reading = read([write("s.csv", "\n".join(["Date,Invoice,Customer,Item,Quantity,Item Price,Discount,Discount Amount,Item Total", *lines, ""]))])
    found = reading.facts.engine.con.execute("SELECT list_value, discount, net_value FROM sale_lines ORDER BY row LIMIT 2").fetchall()
    assert found == [(D(10), D("0.5"), D("9.5")), (D(20), D(2), D(18))]


def test_a_total_price_less_a_discount_is_no_margin(write):
    """GP of German lists beside EP: no column says the discount that some lines have."""
    lines = [f"{i};2024-02-{i:02d};1001;P1;{i};10.00;{10 * i * (1 - D('0.1') * (i % 2)):.2f}" for i in range(1, 11)]
    reading = read([write("s.csv", "\n".join(["Belegnr;Datum;Kunde;Artikel;Menge;EP;GP", *lines, ""]))])
    found = reading.facts.engine.con.execute("SELECT sum(net_value), count(product_cost) FROM sale_lines").fetchone()
    assert found == (D(525), 0)
