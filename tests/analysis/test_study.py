"""The study as a whole: periods, what it says, what it refuses, and that every analysis can be built on empty tables."""

from __future__ import annotations

import pytest
from tests.cast import PRODUCTS, D, activity, cost, credit_note, day, drivers_of, facts_of, invoice, policy_of, rows_of, steps_of, studied, waterfall_of

from goodterms.analysis import analyse
from goodterms.analysis.bridge import build_bridge
from goodterms.analysis.cost_to_serve import share_costs
from goodterms.analysis.cube import whole_cube
from goodterms.analysis.met_twice import count_once
from goodterms.analysis.names import customers_known, products_known
from goodterms.analysis.orders import orders_of
from goodterms.analysis.views import Shape, view
from goodterms.analysis.waterfall import waterfall
from goodterms.errors import PeriodError, PolicyError
from goodterms.facts.columns import TABLES
from goodterms.facts.periods import Period
from goodterms.facts.policy import DRIVERS, Policy
from goodterms.facts.time_equation import TimeEquation


def month_by_month(first: int, last: int, year: int = 2023, **more):
    """A sale of 10 at a cost of 4 on the 28th of each month."""
    return [invoice(f"{year}-{month:02d}-28", f"{year}{month}", "Ann", "tea", 1, 10, product_cost=4, **more) for month in range(first, last + 1)]


class TestPeriods:
    """Which months are compared."""

    def test_by_default_the_last_twelve_full_months_against_the_twelve_before(self):
        result = studied([*month_by_month(1, 12, 2021), *month_by_month(1, 12, 2022), *month_by_month(1, 3)])
        assert (result.earlier.label, result.later.label) == ("2021-04..2022-03", "2022-04..2023-03")
        assert (result.bridge.start, result.bridge.change) == (72, 0)

    def test_spans_of_other_seasons_are_said_with_the_same_months_to_compare(self):
        result = studied([*month_by_month(1, 12, 2022), *month_by_month(1, 4)])
        assert (result.earlier.label, result.later.label) == ("2022-01..2022-08", "2022-09..2023-04")
        assert result.explanation[0] == (
            "2022-01..2022-08 and 2022-09..2023-04 are not the same months of the year, so the seasons differ too. "
            "--periods 2022-01..2022-04 2023-01..2023-04 compares the same months of both years."
        )

    def test_with_less_the_two_longest_equal_spans(self):
        result = studied(month_by_month(1, 5))
        assert (result.earlier.label, result.later.label) == ("2023-02..2023-03", "2023-04..2023-05")

    def test_with_one_period_there_is_no_bridge_and_that_is_said(self):
        result = studied(month_by_month(5, 5))
        assert (result.earlier, result.later.label, result.bridge, result.like_for_like, result.whale_earlier) == (None, "2023-05", None, None, None)
        assert result.answer == "Sales in 2023-05 were 10.00 and gross margin was 6.00. There is one period only, so nothing says yet why it moved."
        assert not {"bridge", "bridge_items", "bridge_customers", "bridge_families"} & set(result.tables)
        assert waterfall_of(result)["gross_margin"] == 6

    def test_a_period_without_sales_is_refused_and_what_there_is_is_said(self):
        with pytest.raises(PeriodError) as refused:
            studied(month_by_month(1, 5), periods=("2022", "2023"))
        assert str(refused.value) == "There are no sale lines in 2022. They run from 2023-01 to 2023-05: choose periods among these."

    def test_a_period_of_visits_and_costs_alone_has_no_sales(self):
        tables = {"activities": [activity("2022-05-05", "visit", "Ann")], "costs": [cost("2022-05", "care", 5)]}
        with pytest.raises(PeriodError):
            studied(month_by_month(1, 5), periods=("2022", "2023"), **tables)

    def test_periods_that_overlap_are_refused(self):
        with pytest.raises(PeriodError) as refused:
            studied(month_by_month(1, 5), periods=("2023", "2023-02"))
        assert str(refused.value) == "The periods 2023 and 2023-02 overlap. Choose two that have no month in common."

    def test_no_sale_lines_at_all_are_refused(self):
        with pytest.raises(PeriodError) as refused:
            studied([])
        assert str(refused.value).startswith("There are no sale lines to analyse: no row of the files was accepted")

    def test_files_without_sale_lines_are_told_what_they_hold(self):
        with pytest.raises(PeriodError, match="the files hold costs and no sale lines"):
            studied([], costs=[cost("2023-01", "warehouse", 5)])

    @pytest.mark.parametrize("periods", [("2023-02", "2023-01"), ("2023-01", "2023-01")])
    def test_periods_come_in_order_and_differ(self, periods):
        with pytest.raises(PeriodError) as refused:
            studied(month_by_month(1, 5), periods=periods)
        assert "Give the earlier one first, and two different ones." in str(refused.value)

    def test_what_is_no_period_is_refused(self):
        with pytest.raises(PeriodError, match='"last year" is not a period'):
            studied(month_by_month(1, 5), periods=("last year", "2023"))

    def test_periods_of_unequal_length_are_compared_and_that_is_said(self):
        result = studied(month_by_month(1, 5), periods=("2023-01", "2023-02..2023-04"))
        assert result.bridge.change == 12
        assert "2023-01 has 1 months and 2023-02..2023-04 has 3: the bridge also shows the difference in length." in result.notices

    def test_a_period_may_be_given_as_an_object_and_a_year_begins_where_the_policy_says(self):
        result = studied(month_by_month(1, 5), periods=(Period(day("2023-01"), day("2023-02")), Period(day("2023-03"), day("2023-04"))))
        assert (result.bridge.start, result.bridge.end) == (12, 12)
        fiscal = studied([*month_by_month(1, 12, 2022), *month_by_month(1, 12)], periods=("2022Q1", "2022Q4"), policy=policy_of(fiscal_year_start=4))
        assert (fiscal.earlier.months[0], fiscal.later.months[0]) == (day("2022-04"), day("2023-01"))

    def test_an_unfilled_period_has_the_like_for_like_bridge_beside_it(self):
        """2023 begins in January and has May to the 10th: January to April are full in both."""
        sale_lines = [*month_by_month(1, 12, 2022), *month_by_month(1, 4), invoice("2023-05-10", "x", "Ann", "tea", 1, 10, product_cost=4)]
        result = studied(sale_lines, periods=("2022", "2023"))
        assert result.unfilled == ("2023 ends on 10 May",)
        assert (result.like_for_like.earlier, result.like_for_like.later, result.like_for_like.change) == ("2022-01..2022-04", "2023-01..2023-04", 0)
        assert result.explanation[-1].startswith("2023 ends on 10 May. Like for like, 2022-01..2022-04 against 2023-01..2023-04: ")

    def test_a_period_before_the_policy_is_said(self):
        policy = Policy.read('version = 1\n[[policy]]\nfrom = 2023-02-01\n[[policy.pool]]\nname = "desk"\ndriver = "orders"')
        costs = [cost("2023-01", "desk", 3), cost("2023-02", "desk", 5)]
        result = studied(month_by_month(1, 2), costs=costs, policy=policy)
        assert "The policy begins in 2023-02: it says nothing of 2023-01, and every cost pool is unassigned there." in result.notices
        assert not [notice for notice in result.notices if "desk" in notice and "unassigned" in notice]
        in_part = studied(month_by_month(1, 4), periods=("2023-01..2023-02", "2023-03..2023-04"), policy=policy)
        assert "The policy begins in 2023-02: it says nothing of 2023-01." in in_part.notices

    def test_pools_without_an_avoidable_share_are_named_not_their_steps(self):
        policy = policy_of({"name": "desk", "driver": "orders", "step": "handling"}, {"name": "till", "driver": "orders", "step": "handling", "avoidable": 0.5})
        result = studied(month_by_month(1, 2), costs=[cost("2023-02", "desk", 3), cost("2023-02", "till", 5)], policy=policy)
        assert [notice.partition(":")[0] for notice in result.notices if "avoidable" in notice] == ["The policy gives no avoidable share for the pool desk"]

    def test_the_like_for_like_label_says_which_months_are_left_out(self):
        """March 2022 has no sales, so neither March is compared."""
        sale_lines = [*month_by_month(1, 2, 2022), *month_by_month(4, 12, 2022), *month_by_month(1, 12)]
        like = studied(sale_lines, periods=("2022", "2023")).like_for_like
        assert (like.earlier, like.later) == ("2022-01..2022-12 without 2022-03", "2023-01..2023-12 without 2023-03")
        assert (like.start, like.end) == (66, 66)


class TestMeasure:
    """The furthest measure that the data reaches."""

    COSTS = (cost("2023-01", "desk", 3), cost("2023-02", "desk", 5))
    POLICY = policy_of({"name": "desk", "driver": "orders"})

    def test_net_profit_where_costs_are_shared(self):
        result = studied(month_by_month(1, 2), costs=self.COSTS, policy=self.POLICY)
        assert (result.measure, result.bridge.start, result.bridge.end) == ("net profit", 3, 1)
        assert result.figures["costs"]["later"] == {"assigned": 5, "unused": 0, "unassigned": 0, "sustaining": 0, "excluded": 0, "excess": 0}

    def test_unassigned_months_that_cancel_out_are_unassigned(self):
        costs = [cost("2023-01", "desk", 20), cost("2023-02", "desk", -20)]
        result = studied(month_by_month(1, 2), costs=costs)
        assert (result.unassigned, result.has_unassigned) == (0, True)
        assert not studied(month_by_month(1, 2), costs=costs, policy=self.POLICY).has_unassigned

    def test_gross_margin_where_all_costs_are_unassigned(self):
        result = studied(month_by_month(1, 2), costs=self.COSTS)
        assert (result.measure, result.unassigned) == ("gross margin", 8)
        assert waterfall_of(result)["after_all_cost"] == 1

    def test_net_sales_without_product_cost_even_where_costs_are_shared(self):
        sale_lines = [row | {"product_cost": None} for row in month_by_month(1, 2)]
        result = studied(sale_lines, costs=self.COSTS, policy=self.POLICY)
        assert (result.measure, result.bridge.end) == ("net sales", 10)
        assert sum(row["assigned"] for row in rows_of(result.tables["pools"])) == 8

    def test_a_policy_without_costs_is_said(self):
        assert "The policy names the pools desk, and there are no costs: give --costs." in studied(month_by_month(1, 2), policy=self.POLICY).notices

    def test_costs_outside_the_periods_count_in_no_period(self):
        result = studied(month_by_month(1, 3), costs=[*self.COSTS, cost("2023-03", "desk", 100)], policy=self.POLICY, periods=("2023-01", "2023-02"))
        assert (result.bridge.end, result.unassigned) == (1, 0)
        assert {str(row["month"]): row["period"] for row in rows_of(result.tables["pools"])} == {
            "2023-01-01": "2023-01",
            "2023-02-01": "2023-02",
            "2023-03-01": "outside",
        }

    def test_an_equation_with_an_unknown_name_is_refused(self):
        with pytest.raises(PolicyError, match='counts "rush", which is not known'):
            studied(month_by_month(1, 2), costs=self.COSTS, policy=policy_of({"name": "desk", "minutes": "5*rush", "capacity_minutes": 10}))


class TestResult:
    """What a result holds."""

    def test_the_answer_and_who_carries_the_loss(self):
        """Tea earns 6 then −20; the table as a whole fell by 26; Ann is who."""
        sale_lines = [invoice("2023-01-28", "1", "Ann", "tea", 1, 10, product_cost=4), invoice("2023-02-28", "2", "Ann", "tea", 1, 20, product_cost=40)]
        result = studied(sale_lines, products=PRODUCTS, customers=[{"customer_key": "Ann", "name": "Ann Oy"}])
        assert result.answer == "Sales grew 100.0 % from 2023-01 to 2023-02, but gross margin fell by 26.00, from 6.00 to −20.00."
        assert "Product families where gross margin fell most: Table (−26)." in result.explanation
        assert "Customers where gross margin fell most: Ann Oy (Ann) (−26)." in result.explanation

    def test_one_currency_is_named(self):
        assert studied(month_by_month(1, 2, currency="EUR")).currency == "EUR"
        assert studied(month_by_month(1, 2)).currency is None

    def test_progress_is_told_each_step(self):
        told = []
        analyse(facts_of(month_by_month(1, 2)), progress=told.append)
        assert told[0] == "counting documents once"
        assert told[-1] == "done"

    def test_origins_lead_to_file_and_row(self):
        sale_lines = [row | {"file": "sales.csv", "row": n + 2} for n, row in enumerate(month_by_month(1, 2))]
        origins = studied(sale_lines).origins
        assert sorted((row["document"], row["file"], row["row"]) for row in rows_of(origins["sale_lines"])) == [
            ("20231", "sales.csv", 2),
            ("20232", "sales.csv", 3),
        ]

    def test_a_result_keeps_its_tables_when_the_same_facts_are_analysed_again(self):
        """Two analyses of one reading: the first one's tables still say what its bridge says."""
        sale_lines = [*month_by_month(1, 3), invoice("2023-03-28", "x", "Cleo", "tea", 1, 100, product_cost=4)]
        facts = facts_of(sale_lines)
        first = analyse(facts, periods=("2023-01", "2023-02"))
        analyse(facts, periods=("2023-02", "2023-03"))
        assert first.bridge.change == 0
        assert [(row["counterparty"], row["measure_later"]) for row in rows_of(first.tables["bridge_customers"])] == [("Ann", 6)]

    def test_every_table_of_the_contract_is_there_and_can_be_fetched(self):
        result = studied(month_by_month(1, 2), costs=TestMeasure.COSTS, policy=TestMeasure.POLICY)
        promised = (
            *("waterfall", "bridge", "customers", "products", "families", "managers", "segments", "months", "whale", "leaks", "pools", "rates", "shares"),
            *("bridge_customers", "bridge_families", "bridge_items", "cube"),
        )
        assert set(promised) <= set(result.tables)
        assert all(result.tables[name].num_rows or name == "leaks" for name in promised)

    def test_selling_and_taking_everything_back_leaves_the_handling(self):
        """Bob buys for 30 and returns it all: the month has 4 for his order and 3 for his credit note, and nothing else."""
        sale_lines = [
            invoice("2023-01-05", "1", "Bob", "tea", 3, 30, product_cost=12, list_value=36, charges=2, rebate=1),
            credit_note("2023-01-25", "C1", "Bob", "tea", -3, -30, product_cost=-12, list_value=-36, charges=-2, rebate=-1),
        ]
        policy = policy_of({"name": "desk", "driver": "orders"}, {"name": "back", "driver": "credit notes"})
        result = studied(sale_lines, costs=[cost("2023-01", "desk", 4), cost("2023-01", "back", 3)], policy=policy)
        assert (waterfall_of(result)["gross_margin"], waterfall_of(result)["net_profit"]) == (0, -7)


class TestEmptyTables:
    """Every analysis is built on tables without rows: Ibis then finds a misspelt column, and nothing needs a first row."""

    @pytest.fixture
    def drivers(self):
        return drivers_of([])

    def test_facts_have_every_column(self):
        facts = facts_of()
        assert {name: facts[name].columns for name in TABLES} == {name: table.column_names for name, table in TABLES.items()}

    def test_lines_orders_and_the_cube(self, drivers):
        assert rows_of(count_once(drivers.facts).counted) == []
        for table in (drivers.lines, drivers.cube, orders_of(drivers.lines), drivers.documents, drivers.managers, drivers.activities):
            assert rows_of(table) == []

    @pytest.mark.parametrize("driver", [*DRIVERS, "5 + 3*lines + 15*new", "5 + 2*visits + minutes"])
    def test_every_driver(self, drivers, driver):
        assert rows_of(drivers.work(driver if driver in DRIVERS else TimeEquation.read(driver))) == []

    def test_costs_names_views_and_the_waterfall(self, drivers):
        costs = share_costs(drivers, policy_of({"name": "desk", "driver": "orders"}), lambda _text: None)
        assert (rows_of(costs.shares), costs.reconciliation(), costs.rates()) == ([], [], [])
        cube = whole_cube(drivers.cube, costs.shares, ["desk"])
        shape = Shape(("desk",), (), (), has_margin=True, has_net_profit=True)
        spans = ([day("2022-01")], [day("2023-01")])
        for by in ("counterparty", ("product", "level"), "manager"):
            assert rows_of(view(cube, by, shape, spans)) == []
        assert {(row.earlier, row.later) for row in waterfall(cube, shape, costs, spans, has_list_prices=True)} == {(D(0), D(0))}
        assert rows_of(customers_known(drivers.facts)) == rows_of(products_known(drivers.facts)) == []

    @pytest.mark.parametrize("measure", ["net sales", "gross margin", "net profit"])
    @pytest.mark.parametrize("quantities", ["value", "physical"])
    def test_the_bridge(self, drivers, measure, quantities):
        shares = share_costs(drivers, policy_of(), lambda _text: None).shares if measure == "net profit" else None
        spans = ([day("2022-01")], [day("2023-01")])
        tables = build_bridge(
            drivers.cube,
            products_known(drivers.facts),
            shares,
            engine=drivers.facts.engine,
            name="bridge",
            months=spans,
            labels=("2022", "2023"),
            measure=measure,
            quantities=quantities,
        )
        assert (tables.bridge.start, tables.bridge.end, steps_of(tables.bridge)) == (0, 0, {})
        assert rows_of(tables.items) == rows_of(tables.families) == rows_of(tables.customers) == []
