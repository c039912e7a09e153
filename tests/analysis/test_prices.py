"""Unit prices that other files know: list price and weight of products, units, and the cost of what comes back."""

from __future__ import annotations

import pytest
from tests.cast import credit_note, drivers_of, invoice, rows_of, studied

PRODUCTS = (
    {"product_key": "tea", "list_price": 12, "weight": 2},
    {"product_key": "tea", "list_price": 15, "valid_from": "2023-03-01"},
    {"product_key": "cup", "unit_cost": 3},
)


def lines_of(*sale_lines, products=PRODUCTS, **tables):
    """The priced lines by document."""
    return {row["document"]: row for row in rows_of(drivers_of(sale_lines, products=products, **tables).lines)}


def test_the_list_price_of_the_products_file_counts_where_the_line_has_none():
    """2 teas for 20: at 12 a list value of 24, from March on 30; the line's own 40 stands; a cup has none."""
    found = lines_of(
        invoice("2023-01-05", "1", "Ann", "tea", 2, 20),
        invoice("2023-03-01", "2", "Ann", "tea", 2, 20),
        invoice("2023-01-05", "3", "Ann", "tea", 2, 20, list_value=40),
        invoice("2023-01-05", "4", "Ann", "cup", 2, 20),
        credit_note("2023-01-05", "5", "Ann", "tea", -2, -20),
    )
    assert {document: (row["list_value"], row["discount"]) for document, row in found.items()} == {
        "1": (24, 4),
        "2": (30, 10),
        "3": (40, 20),
        "4": (20, 0),
        "5": (-24, -4),
    }


def test_the_weight_of_the_products_file_counts_where_the_line_has_none():
    found = lines_of(invoice("2023-01-05", "1", "Ann", "tea", 3, 20), invoice("2023-01-05", "2", "Ann", "tea", 3, 20, weight=1))
    assert {document: row["weight"] for document, row in found.items()} == {"1": 6, "2": 1}


def test_units_become_the_base_one_where_the_products_file_says_how_many_it_holds():
    """A box holds 10 pieces: 2 boxes and 5 pieces are one item of 25, at 3 a piece; a pallet of unknown size stays its own."""
    products = [{"product_key": "cup", "unit": "box", "units_per_base": 10}, {"product_key": "cup", "unit": "piece", "units_per_base": 1, "unit_cost": 3}]
    found = lines_of(
        invoice("2023-01-05", "1", "Ann", "cup", 2, 100, unit="box"),
        invoice("2023-01-05", "2", "Ann", "cup", 5, 25, unit="piece"),
        invoice("2023-01-05", "3", "Ann", "cup", 1, 900, unit="pallet"),
        products=products,
    )
    assert {document: (row["quantity"], row["unit"]) for document, row in found.items()} == {"1": (20, "piece"), "2": (5, "piece"), "3": (1, "pallet")}
    assert (found["1"]["cost"], found["2"]["cost"]) == (60, 15)


def test_the_only_unit_without_a_size_is_the_base_one():
    """A box holds 10, and the other lines are in pieces: one item. With a pallet beside them nobody knows which of the two is the base: three."""
    products = [{"product_key": "cup", "unit": "box", "units_per_base": 10}]
    sold = [invoice("2023-01-05", str(n), "Ann", "cup", 1, 10, unit=unit) for n, unit in enumerate(("box", "piece", "pallet"))]
    assert {row["unit"]: row["quantity"] for row in lines_of(*sold[:2], products=products).values()} == {"piece": 1}
    assert sorted(row["quantity"] for row in lines_of(*sold[:2], products=products).values()) == [1, 10]
    assert {row["unit"]: row["quantity"] for row in lines_of(*sold, products=products).values()} == {"": 10, "piece": 1, "pallet": 1}
    assert {row["unit"]: row["quantity"] for row in lines_of(sold[0], products=products).values()} == {"": 10}


def test_lines_without_a_list_price_are_counted_where_others_have_one():
    """Tea is listed at 12, cups are not: a line of 30 of 50 sold in all; what was sold before the period does not count."""
    lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 2, 20),
        invoice("2023-01-06", "2", "Ann", "cup", 1, 30),
        invoice("2022-01-06", "0", "Ann", "cup", 1, 99),
        invoice("2022-12-06", "00", "Ann", "tea", 1, 9),
    ]
    said = [n for n in studied(lines, products=PRODUCTS, periods=("2022-12", "2023-01")).notices if "list price" in n]
    assert said == ["1 sale line has no list price (50.8 % of net sales): their list value is what was invoiced, with the discount that they state."]
    assert not [n for n in studied(lines).notices if "list price" in n]


def test_list_prices_of_the_products_file_are_list_prices_to_the_study():
    """Sold for 20 at a list price of 24: the waterfall begins there, and nothing is said to be missing."""
    result = studied([invoice("2023-01-05", "1", "Ann", "tea", 2, 20)], products=PRODUCTS)
    assert [(row.step, row.later) for row in result.waterfall[:2]] == [("list_value", 24), ("discount", -4)]
    assert "list price" not in {missing.topic for missing in result.missing}


def test_large_quantities_of_dear_goods_stay_exact():
    """Ten million of a currency of small units a piece, a hundred thousand pieces, in boxes of a thousand."""
    products = [{"product_key": "tea", "unit_cost": 10_000_000, "list_price": 12_000_000}, {"product_key": "tea", "unit": "box", "units_per_base": 1_000}]
    sale_lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 100_000, 10**12),
        invoice("2023-01-05", "2", "Ann", "tea", 100_000, 10**12, unit="box"),
        invoice("2023-01-05", "3", "Ann", "tea", "0.0001", 10**12, product_cost="99999999.9999"),
        credit_note("2023-01-06", "C1", "Ann", "tea", "-0.0001", -(10**12)),
    ]
    found = lines_of(*sale_lines, products=products)
    assert (found["1"]["cost"], found["1"]["list_value"], found["2"]["cost"]) == (10**12, 12 * 10**11, 10**15)
    assert found["C1"]["cost_from"] == "the invoice it credits"


class TestOriginals:
    """A credit note that states no cost takes the unit cost of what was sold to the customer before."""

    SOLD = (
        invoice("2023-01-05", "1", "Bob", "tea", 2, 20, product_cost=8),
        invoice("2023-02-05", "2", "Bob", "tea", 2, 20, product_cost=10),
        invoice("2023-02-05", "3", "Ann", "tea", 2, 20, product_cost=2),
    )

    @pytest.mark.parametrize(("on", "cost"), [("2023-01-05", -4), ("2023-02-04", -4), ("2023-02-05", -5), ("2023-12-31", -5)])
    def test_the_last_invoice_of_the_product_until_then_counts(self, on, cost):
        found = lines_of(*self.SOLD, credit_note(on, "C1", "Bob", "tea", -1, -10))
        assert (found["C1"]["cost"], found["C1"]["cost_from"]) == (cost, "the invoice it credits")

    def test_before_any_invoice_other_files_count(self):
        products = [{"product_key": "tea", "unit_cost": 7}]
        found = lines_of(*self.SOLD, credit_note("2022-12-31", "C1", "Bob", "tea", -1, -10), products=products)
        assert (found["C1"]["cost"], found["C1"]["cost_from"]) == (-7, "products file")

    def test_a_price_credit_takes_no_goods_and_no_cost(self):
        assert lines_of(*self.SOLD, credit_note("2023-03-01", "C1", "Bob", "tea", 0, -10))["C1"]["cost"] == 0

    def test_whose_cost_was_used_is_said(self):
        sale_lines = [*self.SOLD, credit_note("2023-02-06", "C1", "Bob", "tea", -1, -10), invoice("2023-02-07", "4", "Ann", "cup", 1, 10)]
        said = "Product cost is taken from: line (3 lines), products file (1 lines), the invoice it credits (1 lines)."
        assert said in studied(sale_lines, products=PRODUCTS).notices
