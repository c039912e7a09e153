"""Files that belong together and are named together: the join is asked, with the share of rows that match, and answered once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import xlsxwriter

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
FIRST = date(2023, 1, 1)
ROWS = [(1000 + n // 2, f"P{n % 5:03}", n + 1, "2.5") for n in range(40)]
HEADS = [(1000 + n, FIRST + timedelta(n), f"C{n % 3}00", "4.50", "199.90") for n in range(20)]
ITEMS = [(f"P{n:03}", f"Thing {n}", f"G{n % 2}", n) for n in range(6)]
GROUPS = [("G0", "Tables"), ("G1", "Chairs")]


@pytest.fixture
def write(tmp_path):
    def _write(name, header, cells):
        path = tmp_path / name
        lines = [",".join(map(str, row)) for row in ([header] if header else []) + list(cells)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return _write


@pytest.fixture
def files(write):
    """Lines, heads, items and their groups, of which none says all that a line of sales needs."""
    return [
        write("groups.csv", ("Item group code", "Item group name"), GROUPS),
        write("rows.csv", ("Order no", "Item", "Quantity", "Unit price"), ROWS),
        write("items.csv", ("Product no", "Item name", "Item group code", "Shelf"), ITEMS),
        write("heads.csv", ("Order number", "Order date", "Customer", "Freight", "Total"), HEADS),
    ]


def asked(*files, mapping=None):
    with pytest.raises(AnswerNeededError) as error:
        read(files, mapping=mapping)
    return error.value


def test_join_is_asked_with_the_share_of_rows_that_match(files):
    error = asked(*files)
    (question,) = error.questions
    assert question.key == "join: rows.csv"
    assert question.sentence.startswith("rows.csv: its rows find their keys in heads.csv, items.csv and groups.csv,")
    whole = "40 of 40 rows (100 %) have a partner; it brings"
    assert question.evidence == (
        f"heads.csv by Order no = Order number: {whole} Order date as date, Customer as customer key, Freight as freight",
        f"items.csv by Item = Product no: {whole} Item name as product name",
        f"groups.csv by Item group code = Item group code: {whole} Item group name as family",
    )


def test_total_of_a_head_is_no_amount_of_its_lines(files):
    """Each line would count for the whole order."""
    assert "Total" not in asked(*files).mapping


@pytest.mark.parametrize("way", ["pasted", "answered"])
def test_answer_is_the_whole_reading(files, tmp_path, way):
    error = asked(*files)
    text = error.mapping if way == "pasted" else answered("", error.questions[0].choices[0])
    (tmp_path / "map.toml").write_text(text.replace("[[file.join]]", '[file.columns]\n"Unit price" = "unit_price"\n\n[[file.join]]', 1), "utf-8")
    reading = read(files, mapping=tmp_path / "map.toml")
    assert [(account.table, account.accepted, account.rejected) for account in reading.files] == [("sale_lines", 40, 0)]
    assert [p.code for p in reading.problems] == ["file-joined"] * 3
    con = reading.facts.engine.con
    assert con.execute("SELECT sum(net_value), count(DISTINCT date), count(DISTINCT customer_key) FROM sale_lines").fetchall() == [(D(2050), 20, 3)]
    assert con.execute("SELECT order_number, sum(charges) FROM sale_lines GROUP BY 1 HAVING sum(charges) IS DISTINCT FROM 4.5").fetchall() == []
    assert con.execute("SELECT product_key, name, family FROM products ORDER BY 1 LIMIT 2").fetchall() == [
        ("P000", "Thing 0", "Tables"),
        ("P001", "Thing 1", "Chairs"),
    ]


def test_rows_without_a_partner_lower_the_share(write):
    rows = write("rows.csv", ("Order no", "Item", "Quantity", "Unit price"), ROWS)
    heads = write("heads.csv", ("Order no", "Order date"), [head[:2] for head in HEADS[:15]])
    (question,) = asked(rows, heads).questions
    assert "30 of 40 rows (75 %) have a partner" in question.evidence[0]


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        pytest.param([head[:2] for head in HEADS[:9]], "only 18 of 40 rows (45 %) of rows.csv find a key in heads.csv", id="fewer than half have a partner"),
        pytest.param([head[:2] for head in HEADS[:19]] * 2, "only 19 of 38 rows (50 %) of heads.csv have a key of their own", id="its key is none"),
    ],
)
def test_files_that_do_not_belong_together_are_asked_apart(write, heads, why):
    rows = write("rows.csv", ("Order no", "Item", "Quantity", "Unit price"), ROWS)
    questions = asked(rows, write("heads.csv", ("Order no", "Order date"), heads)).questions
    assert [question.key.partition(":")[0] for question in questions] == ["column", "column"]
    assert [question.evidence[-1].partition("Order no = Order no ")[2] for question in questions] == [f"{why}."] * 2


def test_lines_that_stand_alone_are_not_asked(write):
    """Two exports of whole lines share their customers, and are two sources."""
    a = write("a.csv", ("Date", "Customer number", "Net amount"), [(FIRST + timedelta(n), f"C{n}00", n + 1) for n in range(5)])
    b = write("b.csv", ("Day", "Customer number", "Net amount", "Weight"), [(FIRST, f"C{n}00", n + 1, 2) for n in range(9)])
    assert read([a, b]).accepted == 14


def test_small_numbers_of_other_names_are_no_keys(write):
    """Quantities are found among the numbers of shelves: that says nothing."""
    rows = write("rows.csv", ("Order no", "Item", "Quantity", "Unit price"), ROWS)
    shelves = write("shelves.csv", ("Shelf", "Hall"), [(n, f"H{n}") for n in range(50)])
    assert [question.key.partition(":")[0] for question in asked(rows, shelves).questions] == ["column", "column"]


def test_files_without_headers_are_joined_by_their_values_and_the_columns_named_by_hand(write, tmp_path):
    rows = write("rows.txt", (), ROWS)
    heads = write("heads.txt", (), [head[:3] for head in HEADS])
    mapping = {"version": 1, "file": [{"match": "none.csv"}]}
    error = asked(rows, heads, mapping=mapping)
    (question,) = error.questions
    assert question.choices[0].changes == ()
    assert question.evidence == (
        "heads.txt by column 1 = column 1: 40 of 40 rows (100 %) have a partner; it brings columns that are to be named",
        "    column 1: 1000, 1001",
        "    column 2: 2023-01-01, 2023-01-02",
        "    column 3: C000, C100",
    )
    named = '\n[file.columns]\n"column 1" = "document"\n"column 2" = "product_key"\n"column 3" = "quantity"\n"column 4" = "unit_price"\n\n[[file.join]]'
    text = f"version = 1\n{question.entry}".replace("[[file.join]]", named)
    text = text.replace('"column 2" = "-"', '"column 2" = "date"').replace('"column 3" = "-"', '"column 3" = "customer_key"')
    (tmp_path / "map.toml").write_text(text, "utf-8")
    reading = read([rows, heads], mapping=tmp_path / "map.toml")
    assert reading.facts.engine.con.execute("SELECT count(*), sum(net_value), count(DISTINCT date) FROM sale_lines").fetchall() == [(40, D(2050), 20)]


def test_sheets_of_a_workbook_are_joined_too(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, header, cells in (
            ("Rows", ("Invoice no", "Item", "Quantity", "Unit price"), ROWS),
            ("Heads", ("Invoice no", "Invoice date", "Customer"), [head[:3] for head in HEADS]),
        ):
            sheet = book.add_worksheet(name)
            for row, line in enumerate([header, *cells]):
                sheet.write_row(row, 0, [str(cell) if isinstance(cell, date) else cell for cell in line])
    (question,) = asked(path).questions
    assert question.key == "join: book.xlsx, Rows"
    reading = read([path], mapping=Mapping.read(answered("", question.choices[0])))
    assert [(account.sheet, account.accepted) for account in reading.files] == [("Rows", 40)]
    assert [(problem.code, problem.origin.sheet) for problem in reading.problems] == [("sheet-not-read", "Heads")]


LINES = [(1, "P1", 10, "5.00"), (1, "P2", 5, "10.00"), (2, "P1", 8, "5.00"), (3, "P3", 3, "10.00")]


def test_keys_that_differ_by_zeros_in_front_find_each_other(write):
    heads = write("heads.csv", ("Order no", "Order date", "Customer no"), [(f"000{n}", FIRST + timedelta(n), f"C{n}") for n in (1, 2, 3)])
    lines = write("lines.csv", ("Order no", "Product no", "Quantity", "Unit price"), LINES)
    with pytest.raises(AnswerNeededError) as error:
        read([heads, lines])
    (question,) = error.value.questions
    share = "4 of 4 rows (100 %) have a partner, zeros in front apart"
    assert question.evidence == (f"heads.csv by Order no = Order no: {share}; it brings Order date as date, Customer no as customer key",)
    reading = read([heads, lines], mapping=Mapping.read(answered("", question.choices[0])))
    assert reading.files[0].said[0] == "4 of 4 rows (100 %) have a partner in heads.csv by Order no = Order no, zeros in front apart."
    assert reading.facts["sale_lines"].order_by("row").to_pyarrow()["customer_key"].to_pylist() == ["C1", "C1", "C2", "C3"]


def test_keys_that_zeros_alone_tell_apart_stay_apart(write):
    items = write("items.csv", ("Item", "Cost"), [("01", 1), ("1", 2), ("002", 3)])
    lines = write("lines.csv", ("Date", "Customer", "Item", "Quantity", "Net"), [(FIRST, "Ann", item, 1, 9) for item in ("01", "1", "2")])
    join = {"match": "items.csv", "on": {"Item": "Item"}, "columns": {"Cost": "unit_cost"}}
    reading = read([lines], mapping={"version": 1, "file": [{"match": "lines.csv", "join": [join]}], "leading_zeros": {"products": "different"}})
    assert reading.facts["sale_lines"].order_by("row").to_pyarrow()["product_cost"].to_pylist() == [D(1), D(2), None]
    assert items.exists()


def test_a_head_that_stands_in_two_rows_is_proposed_with_that_said(write):
    heads = [(1, FIRST, "C1"), (1, FIRST, "C9"), (2, FIRST, "C2"), (3, FIRST, "C3"), (4, FIRST, "C3")]
    files = [
        write("heads.csv", ("Order no", "Order date", "Customer no"), heads),
        write("lines.csv", ("Order no", "Product no", "Quantity", "Unit price"), LINES),
    ]
    with pytest.raises(AnswerNeededError) as error:
        read(files)
    (question,) = error.value.questions
    assert "4 of 4 rows (100 %) have a partner; 1 row repeats the key of an earlier row; the first one counts" in question.evidence[0]
    reading = read(files, mapping=Mapping.read(answered("", question.choices[0])))
    assert (reading.accepted, reading.files[0].net_by_currency) == (4, {"": D(170)})


def test_why_no_join_is_proposed_is_said(write):
    files = [
        write("heads.csv", ("Order no", "Order date", "Customer no"), [("X1", FIRST, "C1"), ("X2", FIRST, "C2")]),
        write("lines.csv", ("Order no", "Product no", "Quantity", "Unit price"), LINES),
    ]
    with pytest.raises(AnswerNeededError) as error:
        read(files)
    why = "by Order no = Order no only 0 of 4 rows (0 %) of lines.csv find a key in heads.csv."
    assert [question.evidence[-1] for question in error.value.questions] == [
        f"No join with lines.csv is proposed: {why}",
        f"No join with heads.csv is proposed: {why}",
    ]


def test_currencies_and_rates_of_heads_are_brought_and_their_way_is_asked(write):
    heads = [(1, FIRST, "C1", "USD", "1.25"), (2, FIRST, "C2", "EUR", "1"), (3, FIRST, "C3", "EUR", "1")]
    files = [
        write("heads.csv", ("Order no", "Order date", "Customer no", "Devise", "Exchange rate"), heads),
        write("lines.csv", ("Order no", "Product no", "Quantity", "Unit price"), LINES),
    ]
    (question,) = asked(*files).questions
    assert [option.said for option in question.choices] == [
        "join it; amounts are multiplied by Exchange rate",
        "join it; amounts are divided by Exchange rate",
        "no: heads.csv is left out",
    ]
    sums = [read(files, mapping=Mapping.read(answered("", option))).files[0].net_by_currency for option in question.choices[:2]]
    assert sums == [{"EUR": D(195)}, {"EUR": D(150)}]


def test_a_join_that_is_none_leaves_the_other_file_out(write):
    lines = write("rows.csv", ("Invoice", "Date", "Item", "Quantity", "Net amount"), [(n, "2024-01-05", f"P{n % 5:03}", 1, "2.50") for n in range(40)])
    owners = write("owners.csv", ("Item", "Customer"), [(f"P{n:03}", "Ann") for n in range(5)])
    question = asked(lines, owners).questions[0]
    assert [option.said for option in question.choices] == ["join it", "no: owners.csv is left out"]
    reading = read([lines, owners], mapping=Mapping.read(answered("", question.choices[1])))
    again = read([lines, owners], mapping=Mapping.read(reading.mapping.as_toml()))
    assert [(file.file, file.net_by_currency) for file in reading.files] == [(str(lines), {"": D(100)})]
    assert [file.net_by_currency for file in again.files] == [{"": D(100)}]


@pytest.mark.parametrize(("factor", "joined"), [(1, False), (2, True)])
def test_no_join_with_a_sheet_that_sums_up_the_lines_is_proposed(tmp_path, factor, joined):
    lines = [(n, f"C{n % 3}00", 10.5 + n) for n in range(12)]
    sums = [(f"C{k}00", factor * sum(amount for _, customer, amount in lines if customer == f"C{k}00")) for k in range(3)]
    with xlsxwriter.Workbook(tmp_path / "s.xlsx") as book:
        for name, table in (("Lines", [("Invoice", "Customer", "Net amount"), *lines]), ("Pivot", [("Customer", "Net amount"), *sums, ("Grand total", 195.0)])):
            sheet = book.add_worksheet(name)
            for place, row in enumerate(table):
                sheet.write_row(place, 0, row)
    keys = [question.key.partition(":")[0] for question in asked(tmp_path / "s.xlsx").questions]
    assert ("join" in keys) == joined
