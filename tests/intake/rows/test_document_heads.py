"""What stands on the first line of a document alone: it holds for the further lines, states that leave them out included."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

SHOP = """Order number;State;Currency;Date;Customer;Product;Net amount
1;paid;EUR;2024-01-05;Ann;P1;10
1;;;2024-01-05;;P2;20
2;cancelled;EUR;2024-01-06;Bob;P1;7
2;;;2024-01-06;;P2;8
2;;;2024-01-06;;P3;9
3;paid;EUR;2024-01-07;Ann;P1;30
4;paid;EUR;2024-01-08;;P1;40
4;;;2024-01-08;;P2;50
"""


def lines_of(reading):
    return reading.facts.engine.con.execute("SELECT customer_key, currency, net_value::INTEGER FROM sale_lines ORDER BY file, row").fetchall()


def questions(path, mapping=None):
    with pytest.raises(AnswerNeededError) as error:
        read([path], mapping=mapping)
    return error.value.questions


def test_an_order_that_is_left_out_takes_its_further_lines_with_it_and_customers_hold_for_theirs(write, tmp_path):
    path = write("s.csv", SHOP)
    (question,) = questions(path)
    assert question.evidence == ("State: cancelled on 3, paid on 5 lines",)
    reading = read([path], mapping=Mapping.read(answered("", question.choices[0])))
    lines = [("Ann", "EUR", 10), ("Ann", "EUR", 20), ("Ann", "EUR", 30), (None, "EUR", 40), (None, "EUR", 50)]
    assert lines_of(reading) == lines
    assert [ref.row for ref in reading.files[0].set_aside_rows if ref.reason == "left out as cancelled"] == [4, 5, 6]
    assert any("State, Currency and Customer stand on the first line of a document alone" in said for said in reading.files[0].said)
    assert lines_of(read([path], mapping=reading.write_mapping(tmp_path / "map.toml"))) == lines


@pytest.mark.parametrize(
    "text",
    [
        SHOP.replace("2;;;2024-01-06;;P3", "2;;;2024-01-06;Cy;P3"),  # a customer of a further line
        "".join(f"{line.replace(';', f'-{number};', 1) if number else line}\n" for number, line in enumerate(SHOP.splitlines())),  # orders of one line
        SHOP.replace("1;paid;EUR;2024-01-05;Ann", "1;paid;EUR;2024-01-05;").replace("1;;;2024-01-05;;P2", "1;;;2024-01-05;Ann;P2"),  # not on the first
    ],
)
def test_customers_of_single_lines_are_theirs_alone(write, text):
    reading = read([write("s.csv", text)], mapping={"version": 1, "file": [{"match": "*", "kinds": {"cancelled": "invoice"}}]})
    stated = [line.split(";")[4] or None for line in text.splitlines()[1:]]
    assert [customer for customer, *_ in lines_of(reading)] == stated


def test_a_mapping_that_fills_nothing_down_is_obeyed(write):
    reading = read([write("s.csv", SHOP)], mapping={"version": 1, "file": [{"match": "*", "kinds": {"cancelled": "-"}, "fill_down": []}]})
    assert [customer for customer, *_ in lines_of(reading)] == ["Ann", None, None, None, "Ann", None, None]


PRINTED = """Customer;Order;State;Date;Net amount
Ann;1;paid;2024-01-05;10
;2;cancelled;2024-01-06;20
;;;2024-01-06;21
Bob;3;cancelled;2024-01-07;40
;4;paid;2024-01-08;50
"""


def test_states_that_a_mapping_fills_down_leave_rows_out_and_their_customers_stay_those_of_the_rows_below(write):
    mapping = {"version": 1, "file": [{"match": "*", "kinds": {"cancelled": "-"}, "fill_down": ["Customer", "Order", "State"]}]}
    assert lines_of(read([write("s.csv", PRINTED)], mapping=mapping)) == [("Ann", None, 10), ("Bob", None, 50)]


def test_rejected_further_lines_are_given_back_with_what_their_document_says(write, tmp_path):
    path = write("s.csv", SHOP.replace("P2;20", "P2;x"))
    mapping = {"version": 1, "file": [{"match": "*", "kinds": {"cancelled": "-"}}]}
    given_back = tmp_path / "rejected" / "s.rejected.csv"
    assert given_back in read([path], mapping=mapping).write_rejected(given_back.parent)
    assert given_back.read_text(encoding="utf-8-sig").splitlines()[1] == "1;paid;EUR;2024-01-05;Ann;P2;x"


def test_files_of_orders_of_one_line_leave_the_others_as_they_are(write):
    single = write("b.csv", SHOP.splitlines()[0] + "\n8;paid;EUR;2024-02-05;Dan;P1;80\n9;paid;EUR;2024-02-06;Eve;P1;90\n")
    reading = read([write("a.csv", SHOP), single], mapping={"version": 1, "file": [{"match": "*", "kinds": {"cancelled": "-"}}]})
    assert [customer for customer, *_ in lines_of(reading)] == ["Ann", "Ann", "Ann", None, None, "Dan", "Eve"]


def test_of_many_orders_one_that_names_a_customer_again_stays_as_it_is(write):
    orders = "".join(f"{number};paid;EUR;2024-01-05;C{number};P1;1\n{number};;;2024-01-05;;P2;2\n" for number in range(1, 41))
    text = SHOP.splitlines()[0] + "\n" + orders + "41;paid;EUR;2024-01-05;Ann;P1;1\n41;;;2024-01-05;Bob;P2;2\n41;;;2024-01-05;;P3;3\n"
    lines = lines_of(read([write("s.csv", text)]))
    assert [customer for customer, *_ in lines] == [f"C{number}" for number in range(1, 41) for _ in "12"] + ["Ann", "Bob", None]
    assert {currency for _, currency, _ in lines} == {"EUR"}


GOODS = """Order;Date;Customer;State;Product;Description;Unit;Qty;Price;Colour;Sent by
1;2024-01-05;Ann;paid;1001;Shirt;pcs;2;10;red;post
1;2024-01-05;;;;Freight;;1;5;;
2;2024-01-06;Bob;paid;1001;Shirt;pcs;1;10;red;van
2;2024-01-06;;;;Gift wrap;;1;3;;
3;2024-01-07;Cleo;paid;1002;Cap;pcs;1;8;blue;post
3;2024-01-07;;;;Freight;;1;5;;
"""


def test_a_line_without_a_product_keeps_none_and_names_no_other(write, tmp_path):
    path = write("s.csv", GOODS)
    reading = read([path])
    con = reading.facts.engine.con
    lines = con.execute('SELECT customer_key, product_key, unit, "attribute:colour", "attribute:sent_by" FROM sale_lines ORDER BY row').fetchall()
    assert lines == [
        *[("Ann", "1001", "pcs", "red", "post"), ("Ann", None, None, None, "post")],
        *[("Bob", "1001", "pcs", "red", "van"), ("Bob", None, None, None, "van")],
        *[("Cleo", "1002", "pcs", "blue", "post"), ("Cleo", None, None, None, "post")],
    ]
    assert con.execute("SELECT product_key, name FROM products ORDER BY 1").fetchall() == [("1001", "Shirt"), ("1002", "Cap")]
    assert "Customer, State and Sent by stand on the first line of a document alone: they hold for its further lines." in reading.files[0].said
    mapping = reading.write_mapping(tmp_path / "map.toml")
    assert 'first_line = ["Customer", "State", "Sent by"]' in mapping.read_text()
    again = read([path], mapping=mapping).facts.engine.con
    assert again.execute('SELECT customer_key, product_key, unit, "attribute:colour", "attribute:sent_by" FROM sale_lines ORDER BY row').fetchall() == lines


@pytest.mark.parametrize(
    ("columns", "filled"), [(["Customer"], ["Ann", None]), (["Sent by", "Customer"], ["Ann", "post"]), (["Sent by"], [None, "post"]), ([], [None, None])]
)
def test_the_mapping_says_what_holds_for_further_lines(write, columns, filled):
    reading = read([write("s.csv", GOODS)], mapping={"version": 1, "file": [{"match": "*", "first_line": columns, "fill_down": []}]})
    assert list(reading.facts.engine.con.execute('SELECT customer_key, "attribute:sent_by" FROM sale_lines WHERE row = 3').fetchone()) == filled


def test_a_column_that_is_not_there_stands_on_no_first_line(write):
    with pytest.raises(MappingError, match='has no column "Kunde"'):
        read([write("s.csv", GOODS)], mapping={"version": 1, "file": [{"match": "*", "first_line": ["Kunde"]}]})


def test_customer_on_the_first_of_several_documents_is_asked_about(write):
    rows = "".join(
        f"{'Customer ' + str(group) if not (document or line) else ''};{group}{document};2024-01-0{group};P{line};10\n"
        for group in range(1, 5)
        for document in range(3)
        for line in range(2)
    )
    (question,) = questions(write("s.csv", "Customer;Invoice;Date;Product;Net amount\n" + rows))
    assert question.key.startswith("fill_down: ")
    reading = read([write("s.csv", "Customer;Invoice;Date;Product;Net amount\n" + rows)], mapping=Mapping.read(answered("", question.choices[0])))
    assert [customer for customer, *_ in lines_of(reading)] == [f"Customer {group}" for group in range(1, 5) for _ in range(6)]
    assert (
        read([write("s.csv", "Customer;Invoice;Date;Product;Net amount\n" + rows)], mapping=reading.mapping).facts["sale_lines"].count().to_pyarrow().as_py()
        == 24
    )
