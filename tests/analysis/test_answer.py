"""The answer in words: whether sales and profit moved apart, through what, and through whom."""

from __future__ import annotations

import pytest
from tests.cast import D

from goodterms.analysis.answer import answer, answer_of_one_period, explain_all_cost, explain_bridge, explain_like_for_like, explain_lowest, explain_who
from goodterms.analysis.result import Bridge, BridgeStep, WaterfallRow

PERIODS = ("2022", "2023")


def bridge(**steps):
    """A bridge of gross margin from 100, with these steps; sales go from 200 to 250."""
    made = tuple(BridgeStep(name.replace("_", " "), name.replace("_", " ").capitalize(), D(amount)) for name, amount in steps.items())
    end = D(100) + sum(step.amount for step in made)
    return Bridge("gross margin", "2022-01..2022-11", "2023-01..2023-11", "value", D(100), end, D(200), D(250), made, (), {})


@pytest.mark.parametrize(
    ("sales", "profit", "sentence"),
    [
        ((200, 250), (100, 40), "Sales grew 25.0 % from 2022 to 2023, but net profit fell by 60.00, from 100.00 to 40.00."),
        ((200, 250), (100, 140), "Sales grew 25.0 % from 2022 to 2023, and net profit rose by 40.00, from 100.00 to 140.00."),
        ((250, 200), (100, 140), "Sales fell 20.0 % from 2022 to 2023, but net profit rose by 40.00, from 100.00 to 140.00."),
        ((250, 200), (10, -5), "Sales fell 20.0 % from 2022 to 2023, and net profit fell by 15.00, from 10.00 to −5.00."),
        ((200, 200), (100, 100), "Sales stayed level from 2022 to 2023, and net profit stayed at 100.00."),
        ((200, 200), (100, 90), "Sales stayed level from 2022 to 2023, and net profit fell by 10.00, from 100.00 to 90.00."),
        ((-5, 200), (100, 90), "Sales went from −5.00 to 200.00 from 2022 to 2023, but net profit fell by 10.00, from 100.00 to 90.00."),
    ],
)
def test_one_sentence_says_what_sales_and_profit_did(sales, profit, sentence):
    assert answer("net profit", PERIODS, (D(sales[0]), D(sales[1])), (D(profit[0]), D(profit[1]))) == sentence


def test_the_printed_change_is_the_difference_of_the_printed_figures():
    """AdventureWorks: −1,407,769.0430 prints as −1,407,769.05."""
    said = answer("gross margin", ("2012", "2013"), (D("28193631.5321"), D("33574834.1572")), (D("915899.0364"), D("-491870.0066")))
    assert said == "Sales grew 19.1 % from 2012 to 2013, but gross margin fell by 1,407,769.05, from 915,899.04 to −491,870.01."


def test_with_sales_alone_the_sentence_is_about_sales():
    assert answer("net sales", PERIODS, (D(200), D(250)), (D(200), D(250))) == "Sales grew 25.0 % from 2022 to 2023: 200.00 became 250.00."


def test_of_one_period_there_is_nothing_to_compare():
    said = answer_of_one_period("gross margin", "2023", D(250), D(40))
    assert said == "Sales in 2023 were 250.00 and gross margin was 40.00. There is one period only, so nothing says yet why it moved."
    assert answer_of_one_period("net sales", "2023", D(250), D(250)).startswith("Sales in 2023 were 250.00. There is one period only")


def test_the_bridge_names_the_three_largest_of_each_sign():
    said = explain_bridge(bridge(cost=-30, price=-5, mix_between=-1, lost_customers=-7, volume=4, new_customers=9, adjustments=0))
    assert said == ["Most was taken by cost (−30), lost customers (−7) and price (−5).", "Most was brought by new customers (+9) and volume (+4)."]
    assert explain_bridge(bridge(cost=0)) == []


def test_what_is_left_after_all_cost_is_said_with_what_found_no_driver():
    left = WaterfallRow("after_all_cost", "Profit", "total", D(30), D(10))
    without = WaterfallRow("unassigned", "Unassigned", "memo", D("-2.5"), D(0))
    said = "With the cost that no customer carries taken off too, what is left was"
    assert explain_all_cost([left, without], "2022", "2023") == f"{said} 30.00 in 2022 and 10.00 in 2023; of that cost, 2.50 in 2022 found no driver."
    assert explain_all_cost([left], None, "2023") == f"{said} 10.00 in 2023."
    assert explain_all_cost([without], "2022", "2023") == ""


def test_who_fell_most_and_who_loses():
    changes = [("Ann", D(5)), ("Bob", D(-3)), ("Cleo", D(-40))]
    assert explain_who("Customers", "net profit", changes) == "Customers where net profit fell most: Cleo (−40) and Bob (−3)."
    assert explain_who("Customers", "net profit", changes[:1]) == ""
    assert explain_lowest("customers", "net profit", "2023", changes) == (
        "2 customers had a negative net profit in 2023, together −43.00; the largest: Cleo (−40) and Bob (−3)."
    )
    assert explain_lowest("customers", "net profit", "2023", changes[:1]) == ""


def test_an_unfilled_period_is_announced_with_the_months_that_both_have():
    unfilled = ("2023 ends on 29 November",)
    assert explain_like_for_like(unfilled, bridge(cost=-30)) == (
        "2023 ends on 29 November. Like for like, 2022-01..2022-11 against 2023-01..2023-11: sales grew 25.0 %, and gross margin changed by −30.00."
    )
    assert explain_like_for_like(unfilled, None) == "2023 ends on 29 November. No month is full in both periods, so there is no like-for-like comparison."
    assert explain_like_for_like((), None) == ""
