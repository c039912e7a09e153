"""The result as JSON: every digit, every field documented, the same text every time."""

import json
from decimal import Decimal
from pathlib import Path

from tests.cast import invoice, studied
from tests.report.everything import everything
from tests.report.sample import sample_result

import goodterms
from goodterms.report.page import report_page
from goodterms.report.result_json import SCHEMA, as_json
from goodterms.report.tables import write_tables

D = Decimal

RESULT = sample_result()
TOLD = json.loads(as_json(RESULT))


def test_the_document_names_its_form_and_holds_every_part():
    assert TOLD["schema"] == SCHEMA == "goodterms.look/1"
    first = "schema goodterms measure currency periods unfilled answer explanation bridge like_for_like waterfall whale customers products"
    assert list(TOLD) == [*first.split(), "unassigned", "missing", "notices", "figures", "tables", "files", "problems"]


def test_the_page_on_json_documents_every_field():
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "json.md").read_text("utf-8")
    assert [name for name in TOLD if f"`{name}`" not in page] == []
    assert SCHEMA in page


def test_amounts_keep_every_digit_and_parts_sum_without_remainder():
    bridge = TOLD["bridge"]
    assert D(bridge["start"]) == RESULT.bridge.start
    assert sum(D(step["amount"]) for step in bridge["steps"]) == D(bridge["end"]) - D(bridge["start"]) == D(bridge["change"])
    assert [D(row["later"]) for row in TOLD["waterfall"]] == [row.later for row in RESULT.waterfall]
    assert "E" not in bridge["start"]


def test_tables_are_rows_and_tables_of_cells_are_their_files():
    customers = TOLD["tables"]["customers"]
    assert customers["columns"] == RESULT.tables["customers"].column_names
    assert len(customers["rows"]) == RESULT.tables["customers"].num_rows
    assert TOLD["tables"]["cube"] == {"files": ["tables/cube.csv", "tables/cube.parquet"]}


def test_one_period_is_told_with_nulls():
    told = json.loads(as_json(sample_result(one_period=True)))
    assert (told["bridge"], told["periods"]["earlier"], told["waterfall"][0]["change"]) == (None, None, None)


def test_one_period_of_the_real_engine_has_no_earlier_amount():
    result = studied([invoice("2024-01-05", "1", "Ann", "tea", 1, 10, product_cost=4)])
    assert [(row["step"], row["earlier"], row["change"], row["later"]) for row in json.loads(as_json(result))["waterfall"]] == [
        ("net_sales", None, None, "10"),
        ("product_cost", None, None, "-4"),
        ("gross_margin", None, None, "6"),
    ]


def test_the_same_result_gives_the_same_text():
    assert as_json(sample_result()) == as_json(sample_result())


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path):
    """Rows of a table, and cents that largest remainders give, stand in the order of keys: two runs over equal rows differ in no byte."""
    told = {}
    for name, result in (("forwards", everything()), ("backwards", everything(backwards=True))):
        files = write_tables(result.tables, tmp_path / name)
        told[name] = {file.name: file.read_bytes() for file in files} | {"json": as_json(result), "page": report_page(result)}
        assert len(files) > 30
    assert [name for name, text in told["forwards"].items() if told["backwards"][name] != text] == []


def test_files_and_problems_are_told(tmp_path):
    (tmp_path / "invoices.csv").write_text(
        "Invoice;Date;Customer;Net sales\n1;2023-01-31;Ann;120,50\n2;2023-02-28;Bob;a lot\n3;2023-03-01;Bob;80,00\n", "utf-8"
    )
    reading = goodterms.read(tmp_path / "invoices.csv")
    told = json.loads(as_json(RESULT, reading))
    (file,) = told["files"]
    assert file["physical"] == file["accepted"] + file["rejected"] + file["set_aside"] + file["met_again"]
    assert any(problem["row"] == 3 and problem["severity"] == "rejected" for problem in told["problems"])
    assert file["net_by_currency"] == {"": "200.5"}
