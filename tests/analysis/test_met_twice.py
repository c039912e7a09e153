"""Documents met twice: the same invoice from two systems counts once, is announced with its amount, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.cast import credit_note, facts_of, invoice, rows_of, studied

from goodterms.analysis.met_twice import count_once


def both(**more):
    """Ann's invoice 7 of two lines, brought by the shop and by the ERP; row numbers say that the shop came first."""
    return [
        invoice("2023-01-05", "7", "Ann", product, 2, amount, source=source, row=row, **more)
        for source, rows in (("shop", (2, 3)), ("erp", (90, 91)))
        for (product, amount), row in zip((("tea", 20), ("cup", 30)), rows, strict=True)
    ]


def counted_rows(found):
    return sorted(row["row"] for row in rows_of(found.counted))


def test_an_invoice_of_two_sources_counts_once_from_the_source_first_in_the_file():
    found = count_once(facts_of(reversed(both())))
    assert (found.documents, found.lines, found.net_value, found.same_number_other_content) == (1, 2, Decimal(50), 0)
    assert counted_rows(found) == [2, 3]
    assert found.sentence == "1 document was met twice, in shop and erp: 2 lines, 50.00 of sales. It is counted once."


def test_the_source_that_the_mapping_names_first_counts():
    found = count_once(replace(facts_of(both()), sources=("erp", "shop")))
    assert counted_rows(found) == [90, 91]


def test_without_the_first_source_the_other_one_counts():
    """Undoing one import brings back the other: both copies stay stored."""
    facts = facts_of([row for row in both() if row["source"] == "erp"])
    assert counted_rows(count_once(facts)) == [90, 91]


@pytest.mark.parametrize(
    "change",
    [{"net_value": 31}, {"quantity": 3}, {"date": "2023-01-06"}, {"customer_key": "Bob"}, {"kind": "credit note"}, {"product_cost": 1}, {"key_space": "shop"}],
)
def test_the_same_number_with_anything_else_is_two_documents_and_a_notice(change):
    rows = both()
    rows[-1] |= change
    if "date" in change or "customer_key" in change or "key_space" in change:
        rows[-2] |= change
    found = count_once(facts_of(rows))
    assert (found.documents, found.same_number_other_content) == (0, 1)
    assert counted_rows(found) == [2, 3, 90, 91]
    assert found.notice == (
        "1 document number is used by several sources with other content: these are different documents, and all count. "
        "If they are the same documents in another layout, give their files one source in the mapping."
    )


def test_a_number_that_another_source_used_in_another_year_is_another_document_without_a_notice():
    rows = both()
    rows[-1] |= {"date": "2024-01-05", "net_value": 31}
    rows[-2] |= {"date": "2024-01-05"}
    found = count_once(facts_of(rows))
    assert (found.documents, found.notice, counted_rows(found)) == (0, "", [2, 3, 90, 91])


def test_another_entity_has_its_own_numbers():
    rows = both()
    for row in rows[2:]:
        row["entity"] = "Oy"
    found = count_once(facts_of(rows))
    assert (found.documents, found.same_number_other_content, counted_rows(found)) == (0, 0, [2, 3, 90, 91])


def test_lines_are_compared_as_often_as_they_stand_there():
    """Tea, tea, cup is not tea, cup, cup."""
    tea, cup = {"product": "tea", "net": 20}, {"product": "cup", "net": 20}
    lines = [("shop", tea), ("shop", tea), ("shop", cup), ("erp", tea), ("erp", cup), ("erp", cup)]
    rows = [invoice("2023-01-05", "7", "Ann", line["product"], 1, line["net"], source=source, row=n) for n, (source, line) in enumerate(lines)]
    assert count_once(facts_of(rows)).documents == 0


def test_exact_repeats_within_one_source_are_real_lines():
    rows = [invoice("2023-01-05", "7", "Ann", "tea", 1, 20, source="shop", row=n) for n in range(3)]
    found = count_once(facts_of(rows))
    assert (found.documents, found.sentence, len(counted_rows(found))) == (0, "", 3)


def test_lines_without_a_document_number_are_never_met_twice():
    rows = [row | {"document": None} for row in both()]
    assert count_once(facts_of(rows)).documents == 0


def test_a_credit_note_and_lines_without_a_customer_are_met_twice_too():
    rows = [credit_note("2023-02-01", "C8", None, "tea", -1, -10, source=source, row=n) for n, source in enumerate(("shop", "erp"))]
    found = count_once(facts_of(rows))
    assert (found.documents, found.net_value, counted_rows(found)) == (1, Decimal(-10), [0])


def test_three_sources_leave_one():
    rows = [invoice("2023-01-05", "7", "Ann", "tea", 1, 20, source=source, row=n) for n, source in enumerate(("a", "b", "c"))]
    found = count_once(facts_of(rows))
    assert (found.documents, found.net_value, counted_rows(found)) == (2, Decimal(40), [0])


def test_the_study_counts_once_and_says_so():
    result = studied([*both(), invoice("2023-02-05", "8", "Ann", "tea", 1, 10, source="erp", row=92)], periods=("2023-01", "2023-02"))
    assert result.bridge.sales_start == 50
    assert result.notices[0].startswith("1 document was met twice, in shop and erp: 2 lines, 50.00 of sales.")
    assert (result.figures["met_twice_documents"], result.figures["met_twice_net_value"]) == (1, 50)


def test_sources_of_different_years_are_not_compared_and_undated_documents_are():
    """A shop until 2022 and an ERP from 2023 on may use the same numbers; a line of either without a day is of no year."""
    apart = [row | ({"date": "2022-01-05"} if row["source"] == "shop" else {}) for row in both()]
    found = count_once(facts_of(apart))
    assert (found.documents, found.same_number_other_content, counted_rows(found)) == (0, 0, [2, 3, 90, 91])
    undated = facts_of([*apart, *(row | {"date": None} for row in both())])
    found = count_once(undated)
    assert (found.documents, found.lines, found.net_value) == (1, 2, Decimal(50))
