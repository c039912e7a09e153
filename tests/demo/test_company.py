"""The simulated company: what it is asked to be, whether its files are exact, and whether they look like a real company's."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections import Counter, defaultdict
from contextlib import closing
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import openpyxl
import pytest

from goodterms.demo import build_company, read_parameters
from goodterms.demo.customers import CHANNELS
from goodterms.demo.names import PLACES
from goodterms.errors import UsageError
from goodterms.facts.policy import Policy

SALE_HEADERS = [
    "Invoice date", "Invoice", "Line", "Order", "Customer number", "Customer", "Product number", "Product", "Quantity", "Unit", "List value", "Discount",
    "Net amount", "Freight charged", "Rebate", "Cost", "Currency", "Weight kg", "Channel", "Sales person", "Rush",
]  # fmt: skip
PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "simulated-company.md"
CENT = Decimal("0.01")


def fingerprints(folder):
    """A hash of every file."""
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*")) if file.is_file()}


def falls(amounts):
    """Whether each amount is below the one before."""
    return all(later < earlier for earlier, later in pairwise(amounts))


def growth(amounts):
    """Of each amount over the one before."""
    return [float(later / earlier) - 1 for earlier, later in pairwise(amounts)]


class TestTheStory:
    """Sales grow by about 12 % a year while net profit falls."""

    @pytest.mark.parametrize("size", ["small", "middling"])
    def test_sales_grow_while_profit_falls(self, size, request):
        company = request.getfixturevalue(size)
        profit = list(company.profit_by_year().values())
        assert all(0.09 < rate < 0.15 for rate in growth(list(company.sales_by_year().values())))
        assert falls(profit)
        assert profit[0] > 0

    @pytest.mark.parametrize(
        ("lines", "seed", "preset"), [(1_000, 6, "normal"), (8_000, 3, "normal"), (20_000, 7, "hard"), (20_000, 8, "easy"), (20_000, 9, "normal")]
    )
    def test_it_does_so_whatever_seed_size_and_preset(self, tmp_path, lines, seed, preset):
        company = build_company(tmp_path, lines=lines, seed=seed, parameters=read_parameters(preset=preset), sale_format="parquet")
        years = json.loads((company.truth / "summary.json").read_text("utf-8"))["years"].values()
        assert all(0.09 < rate < 0.15 for rate in growth([Decimal(year["net_sales"]) for year in years]))
        assert falls([Decimal(year["net_profit"]) for year in years])

    @pytest.mark.parametrize("lines", [1_000, 2_000, 5_000])
    def test_also_the_smallest_do_so_with_every_seed(self, tmp_path, lines):
        """A lucky customer turns a year of a small company; its work is dearer then."""
        for seed in range(8):
            company = build_company(tmp_path / str(seed), lines=lines, seed=seed, sale_format="parquet")
            summary = json.loads((company.truth / "summary.json").read_text("utf-8"))
            assert falls([Decimal(year["net_profit"]) for year in summary["years"].values()]), seed
            earned = duckdb.sql(f"SELECT sum(profit) FROM '{company.truth / 'profit.parquet'}' GROUP BY year ORDER BY year").fetchall()
            assert falls([profit for (profit,) in earned]), seed

    def test_profit_falls_to_less_than_half_and_not_absurdly(self, middling):
        first, _, last = middling.profit_by_year().values()
        assert -first < last < first * Decimal("0.6")

    def test_first_year_earns_what_the_parameters_say(self, middling, parameters):
        profit, sales = next(iter(middling.profit_by_year().values())), next(iter(middling.sales_by_year().values()))
        assert float(profit / sales) == pytest.approx(parameters.first_year_profit, abs=0.005)

    def test_without_causes_profit_falls_by_purchase_prices_alone(self, tmp_path, parameters):
        company = build_company(tmp_path, lines=20_000, seed=1, parameters=dataclasses.replace(parameters, effects=0.0), sale_format="parquet")
        causes = json.loads((company.truth / "summary.json").read_text("utf-8"))["years"]["2025"]["causes"]
        planted = {name: Decimal(amount) for name, amount in causes.items()}
        assert planted.pop("purchase prices") > 0
        assert planted.pop("accidental customers") > 0
        assert planted.pop("free delivery") >= 0
        assert set(planted.values()) == {Decimal("0.00")}


class TestSameAgain:
    """A company is its seed, size and parameters, and nothing else."""

    def test_same_seed_makes_the_same_files(self, small, tmp_path):
        build_company(tmp_path, lines=1_000, seed=2)
        assert fingerprints(tmp_path) == fingerprints(small.company.folder)

    def test_another_seed_makes_another_company(self, small, tmp_path):
        company = build_company(tmp_path, lines=1_000, seed=3)
        other, first = fingerprints(company.folder), fingerprints(small.company.folder)
        assert set(other) == set(first)
        assert {name for name in other if other[name] == first[name]} == {"truth/parameters.toml"}

    def test_number_of_threads_does_not_matter(self, tmp_path):
        """With more lines than the engine gives to one thread at a time."""
        for threads in (1, 3):
            build_company(tmp_path / str(threads), lines=140_000, seed=1, sale_format="parquet", threads=threads)
        assert fingerprints(tmp_path / "1") == fingerprints(tmp_path / "3")

    def test_parquet_holds_the_same_lines(self, middling, tmp_path):
        company = build_company(tmp_path, lines=20_000, seed=1, sale_format="parquet")
        assert [file.name for file in company.sale_files] == ["invoices-2023.parquet", "invoices-2024.parquet", "invoices-2025.parquet"]
        rows = duckdb.execute("SELECT * FROM read_parquet(?)", [[str(file) for file in company.sale_files]])
        assert [column[0] for column in rows.description] == SALE_HEADERS
        found = [dict(zip(SALE_HEADERS, row, strict=True)) for row in rows.fetchall()]
        assert [{**row, "Line": str(row["Line"]), "Quantity": Decimal(row["Quantity"])} for row in found] == [
            {**row, "Line": str(row["Line"])} for row in middling.lines
        ]

    def test_an_older_build_in_the_folder_is_replaced(self, small, tmp_path):
        for seed in (9, 2):
            build_company(tmp_path, lines=1_000, seed=seed)
        assert fingerprints(tmp_path) == fingerprints(small.company.folder)


class TestExactness:
    """Amounts agree to the cent."""

    def test_net_is_list_less_discount(self, middling):
        assert all(row["List value"] - row["Discount"] == row["Net amount"] for row in middling.lines)

    def test_amounts_are_whole_cents_and_weights_whole_grams(self, middling):
        assert all(
            (row[name] * 100) % 1 == 0 for row in middling.lines for name in ("List value", "Discount", "Net amount", "Freight charged", "Rebate", "Cost")
        )
        assert all((row["Weight kg"] * 1000) % 1 == 0 for row in middling.lines)
        assert all((row["Unit cost"] * 10000) % 1 == 0 for row in middling.products)

    def test_list_value_and_cost_follow_from_the_products_file(self, middling):
        """List price and unit cost are those that hold on the invoice date; a credit note takes back what the invoice had."""
        prices = defaultdict(list)
        for row in middling.products:
            prices[row["Product number"]].append((row["Valid from"], row["List price"], row["Unit cost"]))
        invoiced = [row for row in middling.lines if not row["Invoice"].startswith("C")]
        for row in invoiced:
            _, list_price, unit_cost = max(price for price in prices[row["Product number"]] if price[0] <= row["Invoice date"])
            assert row["List value"] == row["Quantity"] * list_price
            assert abs(row["Cost"] - row["Quantity"] * unit_cost) <= CENT / 2

    def test_list_prices_step_up_each_january_and_costs_each_half_year(self, middling):
        steps = defaultdict(list)
        for row in middling.products:
            steps[row["Product number"]].append(row)
        for rows in steps.values():
            assert [row["Valid from"] for row in rows] == [date(year, month, 1) for year in (2023, 2024, 2025) for month in (1, 7)]
            assert [rows[i]["List price"] == rows[i + 1]["List price"] for i in range(5)] == [True, False, True, False, True]

    def test_lines_are_as_many_as_asked_for(self, small, middling):
        assert len(middling.lines) == middling.company.lines == pytest.approx(20_000, rel=0.04)
        assert len(small.lines) == small.company.lines == pytest.approx(1_000, rel=0.15)


class TestLooksReal:
    """What a controller would find in such files."""

    def test_export_is_written_as_an_erp_writes_it(self, middling):
        export = middling.company.sale_files[0]
        assert export.name == "invoices-2023-01-to-2025-09.csv"
        head, first, *_ = export.read_bytes().split(b"\r\n", 2)
        assert head.decode("cp1252").split(";") == SALE_HEADERS
        assert re.fullmatch(rb"\d\d\.\d\d\.2023;.*", first)
        assert re.search(rb";\d+,\d\d;", first)
        assert b"\n" not in export.read_bytes().replace(b"\r\n", b"")
        assert "ä".encode("cp1252") in export.read_bytes()

    def test_workbook_holds_the_last_months_with_dates_numbers_and_text(self, middling):
        assert [file.name for file in middling.company.sale_files[1:]] == ["invoices-2025-10-to-2025-12.xlsx"]
        with closing(openpyxl.load_workbook(middling.company.sale_files[1])) as book:
            head, first = (list(row) for row in book.active.iter_rows(max_row=2))
        assert [cell.value for cell in head] == SALE_HEADERS
        kinds = {name: cell.data_type for name, cell in zip(SALE_HEADERS, first, strict=True)}
        assert (kinds["Invoice date"], kinds["Invoice"], kinds["Customer number"], kinds["Net amount"], kinds["Quantity"]) == ("d", "s", "s", "n", "n")

    def test_orders_have_1_to_15_lines_and_some_two_invoices(self, middling):
        lines, invoices = Counter(), defaultdict(set)
        for row in middling.lines:
            if row["Order"] and not row["Invoice"].startswith("C"):
                lines[row["Order"]] += 1
                invoices[row["Order"]].add(row["Invoice"])
        sizes = set(lines.values())
        assert (min(sizes), max(sizes)) == (1, 15)
        counts = Counter(len(numbers) for numbers in invoices.values())
        assert set(counts) == {1, 2}
        assert 0.01 < counts[2] / counts[1] < 0.08

    def test_document_and_line_name_one_line(self, middling):
        keys = Counter((row["Invoice"], str(row["Line"])) for row in middling.lines)
        assert set(keys.values()) == {1}

    def test_document_numbers_run_with_the_days(self, middling):
        for is_credit in (False, True):
            days = {row["Invoice"]: row["Invoice date"] for row in middling.lines if row["Invoice"].startswith("C") == is_credit}
            assert [days[number] for number in sorted(days)] == sorted(days.values())

    def test_credit_notes_have_a_prefix_and_take_back_what_was_sold(self, middling):
        sold = {(row["Order"], row["Product number"]) for row in middling.lines if row["Quantity"] > 0}
        taken_back = [row for row in middling.lines if row["Quantity"] < 0]
        assert 0.005 < len(taken_back) / len(middling.lines) < 0.05
        assert {row["Invoice"][0] for row in taken_back} == {"C"}
        assert {row["Invoice"][0] for row in middling.lines if row["Quantity"] > 0} == {"1"}
        assert all(row["List value"] < 0 and row["Net amount"] < 0 and row["Cost"] < 0 and row["Freight charged"] == 0 for row in taken_back)
        assert all((row["Order"], row["Product number"]) in sold for row in taken_back)

    def test_a_few_lines_name_no_customer(self, middling):
        cash = [row for row in middling.lines if row["Customer number"] is None]
        assert 0.001 < len(cash) / len(middling.lines) < 0.006
        assert {(row["Order"], row["Sales person"], row["Channel"], row["Freight charged"]) for row in cash} == {(None, None, "Counter", 0)}

    def test_freight_is_charged_once_an_order_and_not_on_large_ones(self, middling):
        values, freight, times = Counter(), Counter(), Counter()
        for row in middling.lines:
            if not row["Invoice"].startswith("C"):
                values[row["Order"]] += row["Net amount"]
                freight[row["Order"]] += row["Freight charged"]
                times[row["Order"]] += row["Freight charged"] > 0
        assert set(times.values()) == {0, 1}
        assert set(freight.values()) == {0, 14}
        assert all(values[order] < 600 for order in freight if freight[order])

    def test_every_month_is_full_to_its_last_working_day(self, middling, small, last_day):
        for company in (middling, small):
            last = {}
            for row in company.lines:
                last[row["Invoice date"].strftime("%Y-%m")] = max(row["Invoice date"], last.get(row["Invoice date"].strftime("%Y-%m"), date.min))
            assert len(last) == 36
            assert max(last.values()) == last_day

    def test_nothing_is_sold_on_sundays_and_holidays(self, middling):
        days = {row["Invoice date"] for row in middling.lines}
        assert all(day.isoweekday() < 7 for day in days)
        assert not days & {date(2024, 12, 24), date(2024, 12, 25), date(2024, 12, 6), date(2024, 1, 1)}

    def test_a_few_customers_and_products_make_most_of_sales(self, middling):
        for key, share in (("Customer number", 0.65), ("Product number", 0.45)):
            sales = Counter()
            for row in middling.lines:
                sales[row[key]] += row["Net amount"]
            ranked = sorted(sales.values(), reverse=True)
            assert share < sum(ranked[: len(ranked) // 5]) / sum(ranked) < 0.9

    def test_sizes_are_as_the_parameters_say(self, middling, small, parameters):
        assert (len(middling.customers), len(small.customers)) == (20_000 // 60, 30)
        assert len({row["Product number"] for row in middling.products}) == 200
        assert len({row["Product number"] for row in small.products}) == 40
        assert {row["Product family"] for row in middling.products} == {family.name for family in parameters.families}
        assert {row["Segment"] for row in middling.customers} == {segment.name for segment in parameters.segments}
        assert {row["Sales person"] for row in middling.customers} == set(parameters.managers)
        assert {row["Channel"] for row in middling.lines} == set(CHANNELS)

    def test_keys_on_lines_and_activities_are_in_the_master_files(self, middling):
        customers = {row["Customer number"]: row for row in middling.customers}
        assert len(customers) == len(middling.customers)
        products = {row["Product number"] for row in middling.products}
        assert all(row["Product number"] in products for row in middling.lines)
        for row in (*middling.lines, *middling.activities):
            if row["Customer number"]:
                assert row["Sales person"] == customers[row["Customer number"]]["Sales person"]

    def test_nobody_in_it_is_real(self, middling, parameters):
        """Names are made of our own parts, and there is nothing to reach or identify a person by."""
        places = {front + end for place in PLACES.values() for front in place.fronts for end in place.ends}
        trades = {trade for segment in parameters.segments for trade in segment.trades}
        for row in middling.customers:
            place, rest = row["Customer"].split(" ", 1)
            trade, form = rest.rsplit(" ", 1)
            assert (place in places, trade in trades, form in {"Oy", "Ab", "Ltd"}) == (True, True, True)
        assert set(middling.customers[0]) == {"Customer number", "Customer", "Segment", "Country", "Region", "Sales person", "Payment days"}
        for file in middling.company.folder.glob("*.csv"):
            assert "@" not in file.read_text("cp1252")


class TestCostsAndWork:
    """Costs are what the work cost, at true rates, with some chance and idle capacity."""

    def test_pools_are_true_rates_times_what_was_done(self, middling):
        pools = duckdb.execute(
            f"SELECT pool, driver, driver_count, true_rate, amount, traced, unused FROM '{middling.company.truth / 'pools.parquet'}' WHERE driver IS NOT NULL"
        )
        for _, driver, count, rate, amount, traced, unused in pools.fetchall():
            if count:
                used = float(amount - traced - unused)
                assert used == pytest.approx(count * rate, rel=0.15)
            assert (unused > 0) == (driver == "minutes")

    def test_amounts_by_account_add_up_to_the_pools(self, middling):
        given = Counter()
        for row in middling.costs:
            given[row["Period"], row["Pool"]] += row["Amount"]
        truth = duckdb.execute(f"SELECT strftime(month, '%Y-%m'), pool, amount FROM '{middling.company.truth / 'pools.parquet'}'").fetchall()
        assert given == {(month, pool): amount for month, pool, amount in truth}

    def test_work_done_is_in_the_files(self, middling):
        """Each driver, counted from the company's files as an analysis counts it, is what the truth says."""
        counted = Counter()
        orders = {}
        for row in middling.lines:
            month, is_credit = row["Invoice date"].strftime("%Y-%m"), row["Invoice"].startswith("C")
            if not is_credit:
                counted[month, "Picking"] += 1
                counted[month, "Freight by weight"] += row["Weight kg"]
                order = orders.setdefault(row["Order"] or row["Invoice"], [row["Invoice date"], row["Customer number"], 0, row["Rush"] == "yes"])
                order[0], order[2] = min(order[0], row["Invoice date"]), order[2] + 1
        firsts = {}
        for day, customer, *_ in orders.values():
            if customer:
                firsts[customer] = min(day, firsts.get(customer, day))
        for day in firsts.values():
            counted[day.strftime("%Y-%m"), "Order desk"] += 15
        for day, _, lines, rush in orders.values():
            counted[day.strftime("%Y-%m"), "Order desk"] += 5 + 3 * lines + 10 * rush
        pools = {"delivery": "Delivery", "visit": "Field sales visits", "call": "Inside sales", "ticket": "Customer service", "return": "Returns handling"}
        for row in middling.activities:
            if row["Kind"] in pools:
                counted[row["Date"].strftime("%Y-%m"), pools[row["Kind"]]] += 1
        truth = duckdb.execute(
            f"SELECT strftime(month, '%Y-%m'), pool, driver_count FROM '{middling.company.truth / 'pools.parquet'}' WHERE driver_count > 0"
        ).fetchall()
        assert {key: float(count) for key, count in counted.items()} == pytest.approx({(month, pool): count for month, pool, count in truth})

    def test_carriers_bills_are_traced_and_stand_on_their_account(self, middling):
        bills, account = Counter(), Counter()
        for row in middling.activities:
            assert (row["Amount"] is not None) == (row["Pool"] == "Delivery") == (row["Kind"] == "carrier")
            if row["Amount"]:
                bills[row["Date"].strftime("%Y-%m")] += row["Amount"]
        for row in middling.costs:
            if row["Account"] == "6420":
                account[row["Period"]] += row["Amount"]
        assert sum(bills.values()) > 0
        assert bills == account

    def test_every_activity_belongs_to_a_customer_and_what_it_served(self, middling):
        orders, invoices = {row["Order"] for row in middling.lines}, {row["Invoice"] for row in middling.lines}
        assert {row["Kind"] for row in middling.activities} == {"delivery", "carrier", "visit", "call", "ticket", "return"}
        for row in middling.activities:
            assert row["Customer number"]
            assert (row["Order"] is None) == (row["Kind"] == "visit")
            assert row["Order"] is None or row["Order"] in orders
            assert row["Invoice"] is None or row["Invoice"] in invoices
            assert (row["Invoice"] or "").startswith("C") == (row["Kind"] == "return")
        assert len({row["Activity"] for row in middling.activities}) == len(middling.activities)

    def test_policy_is_valid_and_its_capacity_is_never_exceeded(self, middling):
        policy = Policy.load(middling.company.policy)
        assert len(policy.blocks) == 12
        truth = duckdb.execute(f"SELECT month, driver_count FROM '{middling.company.truth / 'pools.parquet'}' WHERE pool = 'Order desk'").fetchall()
        used = [count / float(policy.pool("Order desk", month).capacity_minutes) for month, count in truth]
        assert max(used) <= 1
        assert sum(used) / len(used) > 0.7
        names = {row["Pool"] for row in middling.costs}
        assert names - {name for name in names if policy.pool(name, date(2025, 12, 1))} == {"Marketing"}


class TestTheTruth:
    """What is planted, apart from the company's own files."""

    def test_causes_are_nowhere_but_in_the_truth(self, middling):
        names = set(json.loads((middling.company.truth / "summary.json").read_text("utf-8"))["years"]["2025"]["causes"])
        assert len(names) == 9
        for file in middling.company.folder.iterdir():
            if file.suffix in {".csv", ".toml"}:
                assert not [name for name in names if name in file.read_text("cp1252")]

    def test_summary_says_what_the_files_say(self, middling):
        years = json.loads((middling.company.truth / "summary.json").read_text("utf-8"))["years"]
        assert {int(year): Decimal(entry["net_profit"]) for year, entry in years.items()} == middling.profit_by_year()

    def test_every_cause_costs_something_and_most_cost_more_each_year(self, middling):
        years = json.loads((middling.company.truth / "summary.json").read_text("utf-8"))["years"]
        amounts = {cause: [Decimal(years[year]["causes"][cause]) for year in sorted(years)] for cause in years["2023"]["causes"]}
        assert all(last > 0 for *_, last in amounts.values())
        growing = {"small orders", "free delivery", "creeping discounts", "purchase prices", "products that eat margin", "accidental customers"}
        assert all(falls([-amount for amount in amounts[cause]]) for cause in growing)

    def test_causes_explain_the_fall_and_are_not_absurd(self, middling):
        """What causes took grew by about as much of sales as profit fell; they overlap a little, and sustaining costs grow more slowly than sales."""
        years = json.loads((middling.company.truth / "summary.json").read_text("utf-8"))["years"]
        share = {y: sum(map(Decimal, entry["causes"].values())) / Decimal(entry["net_sales"]) for y, entry in years.items()}
        profit = {y: Decimal(entry["net_profit"]) / Decimal(entry["net_sales"]) for y, entry in years.items()}
        assert share["2025"] < Decimal("0.2")
        assert Decimal("0.7") < (share["2025"] - share["2023"]) / (profit["2023"] - profit["2025"]) < 2

    def test_causes_name_a_customer_or_a_product_and_sum_to_the_summary(self, middling):
        rows = duckdb.execute(f"SELECT cause, year, customer, product, amount FROM '{middling.company.truth / 'causes.parquet'}'").fetchall()
        sums = Counter()
        for cause, year, customer, product, amount in rows:
            assert (customer is None) != (product is None)
            sums[str(year), cause] += amount
        years = json.loads((middling.company.truth / "summary.json").read_text("utf-8"))["years"]
        assert sums == {(year, cause): Decimal(amount) for year, entry in years.items() for cause, amount in entry["causes"].items()}

    def test_creeping_discounts_sit_with_the_customers_of_generous_managers(self, middling):
        summary = json.loads((middling.company.truth / "summary.json").read_text("utf-8"))
        managers = {row["Customer number"]: row["Sales person"] for row in middling.customers}
        found = duckdb.execute(f"SELECT DISTINCT customer FROM '{middling.company.truth / 'causes.parquet'}' WHERE cause = 'creeping discounts'").fetchall()
        assert {managers[customer] for (customer,) in found} == set(summary["generous_managers"])
        assert len(summary["generous_managers"]) == 2

    def test_large_losers_are_large_and_lose_money(self, middling):
        truth = middling.company.truth
        ranked = duckdb.execute(
            f"""
            SELECT rank() OVER (ORDER BY net_sales DESC), profit FROM '{truth / "profit.parquet"}' WHERE year = 2025
            QUALIFY customer IN (SELECT customer FROM '{truth / "customers.parquet"}' WHERE "large customers that lose money")
            """
        ).fetchall()
        assert ranked
        assert all(rank <= 30 and profit < 0 for rank, profit in ranked)

    def test_heavy_returners_return_many_times_more(self, middling):
        heavy = {c for (c,) in duckdb.execute(f"SELECT customer FROM '{middling.company.truth / 'customers.parquet'}' WHERE \"heavy returns\"").fetchall()}
        lines, returned = Counter(), Counter()
        for row in middling.lines:
            lines[row["Customer number"] in heavy] += row["Quantity"] > 0
            returned[row["Customer number"] in heavy] += row["Quantity"] < 0
        assert returned[True] / lines[True] > 5 * returned[False] / lines[False]

    def test_profit_of_customers_adds_up_to_margin_less_work(self, middling):
        """At true rates, so within the chance of the pools."""
        truth = middling.company.truth
        margin, served = duckdb.execute(f"SELECT sum(gross_margin), sum(cost_to_serve) FROM '{truth / 'profit.parquet'}'").fetchone()
        (paid,) = duckdb.execute(f"SELECT sum(amount - unused) FROM '{truth / 'pools.parquet'}' WHERE driver IS NOT NULL").fetchone()
        assert margin == sum(row["Net amount"] + row["Freight charged"] - row["Rebate"] - row["Cost"] for row in middling.lines)
        assert float(served) == pytest.approx(float(paid), rel=0.01)


def test_the_page_shows_what_seed_1_makes(tmp_path):
    """A seed's company stays what it was: what later parts add must draw from streams of their own."""
    company = build_company(tmp_path, lines=100_000, seed=1, sale_format="parquet")
    years = json.loads((company.truth / "summary.json").read_text("utf-8"))["years"].values()
    page = PAGE.read_text("utf-8")
    for label, key in (("net sales", "net_sales"), ("net profit (interest kept out)", "net_profit")):
        (row,) = re.findall(rf"^\| {re.escape(label)} \| (.*) \|$", page, re.MULTILINE)
        assert [int(cell.replace(",", "")) for cell in row.split(" | ")] == pytest.approx([float(year[key]) for year in years], rel=1e-4)


class TestOtherCompanies:
    """Parameters that an outsider may ask for."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"months": 1},
            {"months": 13, "first_month": date(2022, 7, 1)},
            {"months": 60, "managers": ("Only One",)},
            {"effects": 3.0, "noise": 3.0},
            {"noise": 0.0},
            {"sales_growth": -0.2},
        ],
        ids=str,
    )
    def test_unusual_parameters_make_a_company(self, tmp_path, parameters, changes):
        company = build_company(tmp_path, lines=2_000, seed=4, parameters=dataclasses.replace(parameters, **changes), sale_format="parquet")
        months, first = changes.get("months", 36), changes.get("first_month", parameters.first_month)
        found = duckdb.execute(
            'SELECT count(*), min("Invoice date"), count(DISTINCT date_trunc(\'month\', "Invoice date")) FROM read_parquet(?)',
            [[str(file) for file in company.sale_files]],
        ).fetchone()
        assert (found[0], found[2]) == (company.lines, months)
        assert first <= found[1]
        assert company.lines == pytest.approx(2_000, rel=0.3)

    def test_causes_can_be_left_out_one_by_one(self, tmp_path, parameters):
        without = {
            "accidental": dataclasses.replace(parameters.accidental, customers=0.0, yearly=0.0),
            "large_losers": dataclasses.replace(parameters.large_losers, fewest=0, most=0),
            "heavy_returns": dataclasses.replace(parameters.heavy_returns, customers=0.0, normal=0.0),
            "small_orders": dataclasses.replace(parameters.small_orders, customers=0.0),
            "free_delivery": dataclasses.replace(parameters.free_delivery, first=0.0, yearly=0.0),
            "creeping_discounts": dataclasses.replace(parameters.creeping_discounts, managers=0),
            "margin_eaters": dataclasses.replace(parameters.margin_eaters, products=0.0),
            "bulky": dataclasses.replace(parameters.bulky, products=0.0),
        }
        company = build_company(tmp_path, lines=5_000, seed=4, parameters=dataclasses.replace(parameters, **without), sale_format="parquet")
        found = duckdb.execute(f"SELECT DISTINCT cause FROM '{company.truth / 'causes.parquet'}'").fetchall()
        assert found == [("purchase prices",)]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"lines": 999}, "from 1,000 to 10,000,000 sale lines; 999 were asked for"),
            ({"lines": 10_000_001}, "10,000,001 were asked for"),
            ({"seed": -1}, "A seed is 0 or more"),
            ({"sale_format": "xml"}, '"xml" was given'),
        ],
    )
    def test_wrong_use_is_said_before_anything_is_written(self, tmp_path, wrong, said):
        with pytest.raises(UsageError, match=re.escape(said)):
            build_company(tmp_path / "company", **wrong)
        assert not (tmp_path / "company").exists()

    def test_a_company_can_be_moved(self, small, tmp_path):
        moved = small.company.moved_to(tmp_path)
        assert (moved.costs, moved.truth, moved.sale_files[0]) == (tmp_path / "costs.csv", tmp_path / "truth", tmp_path / small.company.sale_files[0].name)
        assert (moved.lines, moved.seed) == (small.company.lines, small.company.seed)

    def test_progress_is_told(self, tmp_path):
        told = []
        build_company(tmp_path, lines=1_000, progress=told.append)
        assert told == ["products and customers", "orders", "sale lines", "activities and costs", "the truth", "files"]
