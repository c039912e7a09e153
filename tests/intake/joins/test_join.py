"""Columns of other files added to each row, none dropped and none doubled."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
LINES = "Invoice,Date,Customer,Item,Quantity,Unit price\n1,2023-01-31,Ann,10,2,5.5\n1,2023-01-31,Ann,11,1,2.5\n2,2023-02-01,Bob,12,1,1.5\n"
ITEMS = "Item,Cost,Group\n10,1.25,Tables\n11,0.5,Chairs\n10,9.99,Doubles\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lines.csv").write_text(LINES)
    (tmp_path / "items.csv").write_text(ITEMS)
    return tmp_path


def mapped(**join):
    return {
        "version": 1,
        "file": [{"match": "lines.csv", "join": [{"match": "items.csv", "on": {"Item": "Item"}, "columns": {"Cost": "unit_cost", "Group": "family"}} | join]}],
    }


def test_join_adds_columns_and_keeps_every_row(folder):
    reading = read([folder / "lines.csv"], mapping=mapped())
    rows = reading.facts.engine.con.execute("SELECT document, product_key, net_value, product_cost FROM sale_lines ORDER BY row").fetchall()
    assert rows == [("1", "10", D(11), D("2.5")), ("1", "11", D("2.5"), D("0.5")), ("2", "12", D("1.5"), None)]
    assert reading.facts.engine.con.execute("SELECT product_key, family FROM products ORDER BY 1").fetchall() == [
        ("10", "Tables"),
        ("11", "Chairs"),
        ("12", None),
    ]
    assert {p.code: p.rows for p in reading.problems} == {"no-partner": 1, "partner-twice": 1}


def test_join_is_in_the_written_mapping(folder, tmp_path):
    first = read([folder / "lines.csv"], mapping=mapped())
    second = read([folder / "lines.csv"], mapping=first.write_mapping(tmp_path / "map.toml"))
    assert second.mapping.as_toml() == first.mapping.as_toml()
    columns = "document, product_key, net_value, product_cost"
    assert (
        second.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()
        == first.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()
    )


@pytest.mark.parametrize(
    ("join", "said"),
    [
        ({"match": "none.csv"}, 'no file matches "none.csv"'),
        ({"match": "*.csv"}, "2 files match"),
        ({"on": {"Items": "Item"}}, 'lines.csv has no column "Items"'),
        ({"on": {"Item": "Items"}}, 'items.csv has no column "Items"'),
        ({"columns": {"Kost": "unit_cost"}}, 'items.csv has no column "Kost". Its columns are: Item, Cost, Group'),
    ],
)
def test_join_that_names_what_is_not_there_is_refused(folder, join, said):
    with pytest.raises(MappingError) as error:
        read([folder / "lines.csv"], mapping=mapped(**join))
    assert said in str(error.value)


def test_share_of_rows_that_match_is_said(folder):
    reading = read([folder / "lines.csv"], mapping=mapped())
    assert reading.files[0].said[0] == "2 of 3 rows (66.6 %) have a partner in items.csv by Item = Item."
    (alone,) = [p for p in reading.problems if p.code == "no-partner"]
    assert (alone.origin.row, alone.origin.column, alone.seen, alone.rows) == (4, "Item", "12", 1)
    assert alone.sentence == f'1 row has no partner in {folder}/items.csv and is without Cost and Group. The first has "12". It counts all the same.'


def test_a_row_whose_date_stands_in_no_head_is_said_to_be_rejected(tmp_path):
    (tmp_path / "lines.csv").write_text("Order,Product,Net\n1,P1,10\n4,P1,99\n")
    (tmp_path / "heads.csv").write_text("Order,Day,Who\n1,2023-01-31,Ann\n")
    join = {"match": "heads.csv", "on": {"Order": "Order"}, "columns": {"Day": "date", "Who": "customer_key"}}
    reading = read([tmp_path / "lines.csv"], mapping={"version": 1, "file": [{"match": "lines.csv", "table": "sale_lines", "join": [join]}]})
    (alone,) = [p for p in reading.problems if p.code == "no-partner"]
    without = f"1 row has no partner in {tmp_path}/heads.csv and is without Day and Who."
    assert alone.sentence == f'{without} The first has "4". A row that is left without a date is rejected.'
    assert (reading.accepted, reading.rejected) == (1, 1)


def test_keys_that_no_row_has_are_counted(folder):
    (folder / "items.csv").write_text("Item,Cost,Group\n10,1.25,Tables\n11,0.5,Chairs\n12,1,Lamps\n13,1,Lamps\n14,1,Lamps\n")
    reading = read([folder / "lines.csv"], mapping=mapped())
    assert reading.files[0].said[0] == "3 of 3 rows (100 %) have a partner in items.csv by Item = Item; 2 of its 5 keys have no row here."
    assert reading.problems == ()


def test_empty_keys_have_no_partner(folder):
    """NULL in one file and NULL in the other are not the same item."""
    (folder / "lines.csv").write_text(LINES.replace("Ann,11", "Ann,NULL").replace("Bob,12", "Bob,"))
    (folder / "items.csv").write_text("Item,Cost,Group\n10,1.25,Tables\nNULL,0.5,Chairs\n,1,Lamps\nNULL,0.5,Chairs\n")
    reading = read([folder / "lines.csv"], mapping=mapped())
    assert reading.files[0].said[0] == "1 of 3 rows (33.3 %) have a partner in items.csv by Item = Item; 3 of its rows have no key."
    assert {p.code: p.rows for p in reading.problems} == {"no-partner": 2, "word-for-nothing": 1}
    assert reading.facts.engine.con.execute("SELECT product_key, product_cost FROM sale_lines ORDER BY row").fetchall() == [
        ("10", D("2.5")),
        (None, None),
        (None, None),
    ]


HEADS = "1,2023-01-31,C1\n2,2023-02-01,C2\n"
WITHOUT_HEADER = {
    "version": 1,
    "file": [
        {
            "match": "rows.txt",
            "dialect": {"header_row": 0},
            "columns": {"column 1": "document", "column 2": "product_key", "column 3": "quantity", "column 4": "unit_price"},
            "join": [
                {
                    "match": "heads.txt",
                    "dialect": {"header_row": 0},
                    "on": {"column 1": "column 1"},
                    "columns": {"column 2": "date", "column 3": "customer_key"},
                },
                {
                    "match": "people.txt",
                    "dialect": {"header_row": 0},
                    "on": {"heads.txt: column 3": "column 1"},
                    "columns": {"column 2": "customer_name", "column 3": "-"},
                },
                {
                    "match": "places.txt",
                    "dialect": {"header_row": 0},
                    "on": {"people.txt: column 3": "column 1"},
                    "columns": {"column 2": "country"},
                },
            ],
        }
    ],
}


def test_joins_of_joins_without_headers_go_by_the_file_of_a_column(tmp_path):
    (tmp_path / "rows.txt").write_text("1,P1,2,5.5\n1,P2,1,2.5\n2,P1,1,1.5\n")
    (tmp_path / "heads.txt").write_text(HEADS)
    (tmp_path / "people.txt").write_text("C1,Ann,L1\nC2,Bob,L2\n")
    (tmp_path / "places.txt").write_text("L1,Finland\nL2,Sweden\n")
    reading = read([tmp_path / "rows.txt"], mapping=WITHOUT_HEADER)
    con = reading.facts.engine.con
    assert con.execute("SELECT document, date, customer_key, net_value FROM sale_lines ORDER BY row").fetchall() == [
        ("1", date(2023, 1, 31), "C1", D(11)),
        ("1", date(2023, 1, 31), "C1", D("2.5")),
        ("2", date(2023, 2, 1), "C2", D("1.5")),
    ]
    assert con.execute("SELECT customer_key, name, country FROM customers ORDER BY 1").fetchall() == [("C1", "Ann", "Finland"), ("C2", "Bob", "Sweden")]
    again = read([tmp_path / "rows.txt"], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert again.mapping.as_toml() == reading.mapping.as_toml()


def test_joined_file_writes_its_numbers_and_dates_in_its_own_way(tmp_path):
    (tmp_path / "lines.csv").write_text("Invoice,Date,Due,Item,Quantity,Unit price\n1,2023-01-31,02/03/2023,10,2,1.250\n")
    (tmp_path / "items.csv").write_text("Item;Cost;Day\n10;1.250;02/03/2023\n")
    join = {"match": "items.csv", "on": {"Item": "Item"}, "columns": {"Cost": "unit_cost", "Day": "attribute:day"}}
    file = {"match": "lines.csv", "dialect": {"decimal": ".", "date": "%d/%m/%Y"}, "columns": {"Due": "due_date"}}

    def cost_and_due(**dialect):
        reading = read([tmp_path / "lines.csv"], mapping={"version": 1, "file": [file | {"join": [join | {"dialect": dialect}]}]})
        return reading.facts.engine.con.execute('SELECT net_value, due_date, product_cost, "attribute:day" FROM sale_lines').fetchone()

    assert cost_and_due() == (D("2.5"), date(2023, 3, 2), D("2.5"), date(2023, 3, 2))
    assert cost_and_due(decimal=",", date="%m/%d/%Y") == (D("2.5"), date(2023, 3, 2), D(2500), date(2023, 2, 3))


def test_rates_of_a_join_are_said_for_the_whole_file(folder):
    with pytest.raises(MappingError, match="rates stands in the dialect of the"):
        read([folder / "lines.csv"], mapping=mapped(dialect={"rates": "percent"}))


def test_rows_of_the_joined_file_that_cannot_be_read_are_said(folder):
    (folder / "items.csv").write_text("Item,Cost,Group\n10,1.25,Tables\n11,0.5,Chairs, low\n12,1,Lamps\n")
    reading = read([folder / "lines.csv"], mapping=mapped())
    assert [(p.code, p.origin.row, str(p.severity)) for p in reading.problems] == [("too-many-cells", 3, "rejected"), ("no-partner", 3, "warning")]
    kept = read([folder / "lines.csv"], mapping=mapped(ragged={"keep_left": 2, "keep_right": 0}))
    assert [(p.code, p.origin.row) for p in kept.problems] == [("ragged-row", 3)]
    assert kept.facts.engine.con.execute("SELECT family FROM products ORDER BY product_key").fetchall() == [("Tables",), ("Chairs, low",), ("Lamps",)]


AMBIGUOUS = """version = 1

[[file]]
match = "rows.csv"

[[file.join]]
match = "heads.csv"
on = { "Invoice" = "Invoice" }
columns = { "Day" = "date" }
"""


def test_question_about_a_column_of_the_joined_file_is_answered_at_the_join(tmp_path):
    (tmp_path / "rows.csv").write_text("Invoice,Customer,Net amount\n1,Ann,1.5\n2,Bob,2.5\n")
    (tmp_path / "heads.csv").write_text("Invoice,Day\n1,05/06/2023\n2,07/08/2023\n")
    with pytest.raises(AnswerNeededError) as error:
        read([tmp_path / "rows.csv"], mapping=Mapping.read(AMBIGUOUS))
    (question,) = error.value.questions
    assert (question.key, question.place) == ("date: heads.csv, Day", "In the mapping this belongs under the [[file.join]] at the mapping, line 6:")
    text = answered(AMBIGUOUS, question.choices[1])
    assert text == AMBIGUOUS + 'dialect = {date = "%m/%d/%Y"}\n'
    reading = read([tmp_path / "rows.csv"], mapping=Mapping.read(text))
    assert reading.facts.engine.con.execute("SELECT date FROM sale_lines ORDER BY row").fetchall() == [(date(2023, 5, 6),), (date(2023, 7, 8),)]


# Files that are named together ------------------------------------------------------------------------------------------------------------------------------


def test_file_that_a_join_adds_may_be_named_too(folder):
    alone = read([folder / "lines.csv"], mapping=mapped())
    both = read([folder / "lines.csv", folder / "items.csv"], mapping=mapped())
    assert both.files == alone.files
    (said,) = [p for p in both.problems if p.code == "file-joined"]
    assert str(said) == f"{folder}/items.csv: Its columns are added to {folder}/lines.csv, as a join of the mapping says."


PAYMENTS = "Who,When,Paid\nAnn,2023-02-14,11\nBob,2023-02-15,-1.5\n"
PAID = {"match": "paid*.csv", "table": "payments", "columns": {"Who": "counterparty_key", "When": "date", "Paid": "amount"}}


def test_table_of_the_mapping_counts_for_a_file_without_an_option(folder):
    (folder / "paid.csv").write_text(PAYMENTS)
    (folder / "suppliers.csv").write_text("Supplier no,Supplier name,Country\nS1,Cleo Oy,FI\nS1,Cleo Oyj,FI\n")
    files = [PAID, {"match": "suppliers.csv", "table": "suppliers"}]
    reading = read([folder / "lines.csv", folder / "paid.csv", folder / "suppliers.csv"], mapping={"version": 1, "file": files})
    con = reading.facts.engine.con
    assert con.execute("SELECT counterparty_key, date, amount FROM payments ORDER BY row").fetchall() == [
        ("Ann", date(2023, 2, 14), D(11)),
        ("Bob", date(2023, 2, 15), D("-1.5")),
    ]
    assert con.execute("SELECT supplier_key, name, country FROM suppliers").fetchall() == [("S1", "Cleo Oyj", "FI")]
    assert [(a.table, a.accepted) for a in reading.files] == [("sale_lines", 3), ("payments", 2), ("suppliers", 2)]
    assert [p.code for p in reading.problems] == ["supplier-twice"]
    again = read([folder / "lines.csv", folder / "paid.csv", folder / "suppliers.csv"], mapping=reading.mapping)
    assert again.mapping == reading.mapping


def test_pattern_of_costs_does_not_take_a_file_of_sale_lines(folder):
    """The costs came by their option: a pattern that fits sale lines too was not written for them."""
    (folder / "lines-costs.csv").write_text("Period,Pool,Amount\n2023-01,Desk,10\n")
    mapping = {"version": 1, "file": [{"match": "lines*.csv", "table": "costs"}]}
    reading = read([folder / "lines.csv"], costs=[folder / "lines-costs.csv"], mapping=mapping)
    assert [(a.table, a.accepted) for a in reading.files] == [("sale_lines", 3), ("costs", 1)]


# The page that shows it -------------------------------------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "joins.md").read_text("utf-8")


def block(language, place=0):
    return [text for named, text in re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) if named == language][place]


@pytest.fixture
def of_the_page(tmp_path):
    for place, name in enumerate(("heads.txt", "lines.txt", "products.txt")):
        (tmp_path / name).write_text(block("csv", place), "utf-8")
    (tmp_path / "lines.toml").write_text(block("toml"), "utf-8")
    return tmp_path


def test_the_worked_example_comes_out(of_the_page):
    reading = read([of_the_page / "lines.txt"], mapping=of_the_page / "lines.toml")
    con = reading.facts.engine.con
    assert con.execute("SELECT sum(net_value), sum(charges), count(*), count(customer_key) FROM sale_lines").fetchall() == [(D(218), D("19.5"), 4, 3)]
    assert "\n".join(reading.files[0].said[:2]) + "\n" == block("", 3)
    assert [(p.rows, p.seen) for p in reading.problems if p.code == "no-partner"] == [(1, "P299")]


def test_what_the_page_asks_is_asked(of_the_page):
    with pytest.raises(AnswerNeededError) as error:
        read([of_the_page / name for name in ("lines.txt", "heads.txt", "products.txt")])
    question = error.value.questions[0]
    shown = block("", 1).splitlines()
    assert question.sentence.startswith(shown[0].removesuffix(" …"))
    assert [f"    {line}" for line in question.evidence[:3]] == shown[1:]
