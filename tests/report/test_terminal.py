"""The result in a terminal: its order, its width, and the same figures as the page."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from tests.report.sample import sample_result

import goodterms
from goodterms.facts.money import in_words
from goodterms.report.edition import Edition
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
