"""The simulated company's files are understood without a mapping, and an analysis finds in them what is planted."""

from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import pytest

import goodterms


@pytest.fixture(scope="module")
def reading(middling):
    company = middling.company
    return goodterms.read(
        company.sale_files, costs=[company.costs], activities=[company.activities], products=[company.products], customers=[company.customers]
    )


@pytest.fixture(scope="module")
def result(reading, middling):
    return goodterms.analyse(reading, policy=goodterms.Policy.load(middling.company.policy))


def test_files_are_understood_without_a_mapping_and_without_a_problem(reading, middling):
    rows = {name: reading.facts[name].count().to_pyarrow().as_py() for name in ("sale_lines", "costs", "activities", "products", "customers")}
    assert rows == {
        "sale_lines": len(middling.lines),
        "costs": len(middling.costs),
        "activities": len(middling.activities),
        "products": len(middling.products),
        "customers": len(middling.customers),
    }
    assert [str(problem) for problem in reading.problems] == []


def test_columns_are_read_for_what_they_are(reading, middling):
    lines = reading.facts["sale_lines"]
    said = ("list_value", "discount", "net_value", "charges", "rebate", "product_cost", "weight", "quantity")
    read = lines.aggregate([lines[name].sum().name(name) for name in said]).to_pyarrow().to_pylist()[0]
    theirs = ("List value", "Discount", "Net amount", "Freight charged", "Rebate", "Cost", "Weight kg", "Quantity")
    assert read == {name: sum(row[header] for row in middling.lines) for name, header in zip(said, theirs, strict=True)}
    assert reading.facts.attributes == ("attribute:rush",)
    assert lines.filter(lines["kind"] == "credit note").count().to_pyarrow().as_py() == sum(row["Invoice"].startswith("C") for row in middling.lines)


def test_analysis_counts_the_drivers_that_the_truth_says(result, middling):
    truth = duckdb.execute(f"SELECT month, pool, driver_count FROM '{middling.company.truth / 'pools.parquet'}' WHERE driver_count > 0").fetchall()
    found = {(row["month"], row["pool"]): float(row["driver_total"]) for row in result.tables["rates"].to_pylist()}
    assert {key: found[key] for key in found if found[key]} == pytest.approx({(month, pool): count for month, pool, count in truth if (month, pool) in found})
    assert {pool for _, pool in found} == {pool for _, pool, _ in truth}


def test_answer_is_that_sales_grew_and_net_profit_fell(result):
    assert (result.measure, result.currency, str(result.earlier), str(result.later)) == ("net profit", "EUR", "2024", "2025")
    assert result.unfilled == ()
    assert result.bridge.sales_end > result.bridge.sales_start
    assert result.bridge.end < result.bridge.start


def test_what_customers_earn_is_near_the_truth_and_large_losers_stand_first(result, middling):
    """True rates know nothing of a month's chance: within a hundredth of what serving took, and each large loser among the ten worst."""
    truth = middling.company.truth
    profit, served = duckdb.execute(f"SELECT sum(profit), sum(cost_to_serve) FROM '{truth / 'profit.parquet'}' WHERE year = 2025").fetchone()
    assert abs(result.bridge.end - profit) < served / 100
    losers = {key for (key,) in duckdb.execute(f"SELECT customer FROM '{truth / 'customers.parquet'}' WHERE \"large customers that lose money\"").fetchall()}
    assert losers <= {culprit.key for culprit in result.customers}


def test_profit_after_all_costs_is_the_truth_to_the_cent(result, middling):
    years = json.loads((middling.company.truth / "summary.json").read_text("utf-8"))["years"]
    interest = {year: sum(row["Amount"] for row in middling.costs if row["Pool"] == "Interest" and row["Period"].startswith(year)) for year in years}
    (row,) = (row for row in result.waterfall if row == result.waterfall[-1])
    assert (row.earlier, row.later) == tuple(Decimal(years[year]["net_profit"]) - interest[year] for year in ("2024", "2025"))
