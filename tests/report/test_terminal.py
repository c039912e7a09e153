"""The result in a terminal: its order, its width, and the same figures as the page."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.report.sample import sample_result

import goodterms
from goodterms.facts.money import in_words
from goodterms.intake.tables.raw_table import RowRef
from goodterms.problems import Origin, Problem, Severity
from goodterms.report.edition import Edition
from goodterms.report.files_read import files_section
from goodterms.report.result_json import document
from goodterms.report.terminal import print_result

RESULT = sample_result()


def printed(result, width=80, reading=None):
    out = io.StringIO()
    print_result(result, Console(file=out, width=width, highlight=False), reading)
    return out.getvalue()


def test_it_prints_in_the_order_of_the_answer():
    text = printed(RESULT)
    heads = [
        "Sales grew",
        "Why net profit moved",
        "Where the money goes",
        "Whale curve",
        "The 10 customers",
        "The 10 products",
        "Cost pools, 2012",
        "Cost pools, 2013",
        "What the data could not say",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    assert max(len(line) for line in printed(RESULT, width).splitlines()) <= width


def test_months_left_out_of_the_like_for_like_comparison_stand_on_a_line_of_their_own():
    like = replace(RESULT.bridge, earlier="2012-01..2012-11 without 2012-05", later="2013-01..2013-11 without 2013-05")
    text = printed(replace(RESULT, like_for_like=like))
    head = text.partition("Why net profit moved")[2].splitlines()[1:7]
    assert [line.split("  ")[-1].strip() for line in head] == [
        "like for like",
        "2013-01..2013-11",
        "without 2013-05",
        "against",
        "2012-01..2012-11",
        "without 2012-05",
    ]
    assert max(map(len, text.splitlines())) <= 80


def test_its_figures_are_those_of_the_page():
    edition, text = Edition(RESULT), printed(RESULT, 120)
    for step in edition.bridge.steps:
        assert in_words(step.amount, signed=True) in text
    for culprit in (*edition.culprit_customers, *edition.culprit_products):
        assert in_words(culprit.later) in text
    assert re.search(r"All pools .*−1,551\.20", text)


def test_names_with_markup_stay_as_they_are():
    result = sample_result(hostile=True)
    assert "<script>alert(1)</script>" in printed(result, 200) or "<script>" not in {c.name for c in result.customers}


def test_one_period_prints_without_a_bridge():
    text = printed(sample_result(one_period=True))
    assert "There is one period only." in text
    assert "Why net profit moved" not in text


def test_a_result_without_costs_prints_without_pools():
    assert "Cost pools" not in printed(sample_result(costs=False))


def test_files_and_their_problems_come_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("invoices.csv").write_text("Invoice;Date;Customer;Net sales\n1;2023-01-31;Ann;120,50\n2;2023-02-28;Bob;a lot\n3;2023-03-01;Bob;80,00\n", "utf-8")
    text = printed(RESULT, 120, goodterms.read("invoices.csv"))
    assert text.index("Files read") > text.index("What the data could not say")
    assert re.search(r"invoices\.csv +4 +2 +1 +1", text)
    assert "row 3" in text


@pytest.fixture
def with_totals(tmp_path, monkeypatch):
    """A report with its title, a subtotal, a total and a footer among two invoices."""
    monkeypatch.chdir(tmp_path)
    rows = ["Sales report 2023", "", "Invoice;Date;Customer;Product;Net sales", "1;2023-01-31;Ann;P;100,00", ";;;Subtotal;100,00", ""]
    Path("sales.csv").write_text("\n".join([*rows, "2;2023-02-28;Bob;P;80,00", "Total;;;;180,00", "Printed by X"]) + "\n", "utf-8")
    return goodterms.read("sales.csv")


def test_rows_set_aside_are_shown_where_a_sale_could_be_among_them(with_totals):
    said = [line for line in printed(RESULT, 120, with_totals).splitlines() if line.startswith("Set aside: ")]
    assert said == [
        "Set aside: sales.csv, row 1 (above the header): Sales report 2023",
        "Set aside: sales.csv, row 5 (total): Subtotal; 100,00",
        "Set aside: sales.csv, row 8 (total): Total; 180,00",
        "Set aside: sales.csv, row 9 (footer): Printed by X",
    ]


def test_the_page_lists_rows_set_aside_and_counts_headers_and_blank_rows(with_totals):
    page = files_section(with_totals)
    assert "2 blank rows, 1 header." in page
    assert [f"<td>{text}</td>" in page for text in ("Subtotal; 100,00", "Total; 180,00", "Printed by X")] == [True] * 3


def test_more_rows_set_aside_than_are_listed_are_counted(with_totals):
    account = replace(with_totals.files[0], set_aside_rows=tuple(RowRef(row, f"Total {row}", "total") for row in range(1, 126)))
    reading = replace(with_totals, files=(account,))
    assert "115 more of these are in the report." in printed(RESULT, 120, reading)
    assert "25 further rows are in the output of --json." in files_section(reading)


def test_json_holds_every_row_set_aside(with_totals):
    (file,) = document(RESULT, with_totals)["files"]
    assert len(file["set_aside_rows"]) == file["set_aside"] == 7
    assert {"row": 5, "reason": "total", "text": "Subtotal; 100,00"} in file["set_aside_rows"]


def test_nothing_in_a_name_steers_the_terminal():
    bell = replace(RESULT.customers[0], name="A\x1b[31mnn\x00\N{RIGHT-TO-LEFT OVERRIDE}evil")
    text = printed(replace(RESULT, customers=(bell,)), 200)
    assert "A␛[31mnn␀\N{REPLACEMENT CHARACTER}evil" in text
    assert not set("\x1b\x00\N{RIGHT-TO-LEFT OVERRIDE}") & set(text)


def test_rejected_rows_that_are_said_together_are_counted_one_by_one(with_totals):
    place = Origin("s.csv", row=7)
    named = [Problem("does-not-fit", Severity.REJECTED, place, seen="x", expected="a number") for _ in range(1_000)]
    reading = replace(with_totals, problems=(*named, Problem("does-not-fit", Severity.REJECTED, place, sentence="9,000 more rows.", rows=9_000)))
    assert "9,990 more of these are in the report." in printed(RESULT, 120, reading)
