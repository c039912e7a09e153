"""Sale lines made ready: list value, discount, net sales, product cost and where it is from, customer and product."""

from __future__ import annotations

from tests.cast import D, activity, by, cost, credit_note, drivers_of, facts_of, invoice, policy_of, row_of, rows_of, studied

from goodterms.analysis.said import what_lines_say


def line_of(row, *, policy=None, **tables):
    """One sale line, made ready."""
    return rows_of(drivers_of([row], policy=policy, **tables).lines)[0]


def costs_of(sale_lines, **tables):
    """Cost and its origin, by document."""
    rows = rows_of(drivers_of(sale_lines, **tables).lines)
    return {row["document"]: (row["cost"], row["cost_from"]) for row in rows}


def test_without_a_list_price_the_list_value_is_net_value_and_discount():
    plain = line_of(invoice("2023-01-05", "1", "Ann", "tea", 2, 20))
    assert (plain["list_value"], plain["discount"], plain["net_sales"]) == (20, 0, 20)
    discounted = line_of(invoice("2023-01-05", "1", "Ann", "tea", 2, 20, discount=5))
    assert (discounted["list_value"], discounted["discount"]) == (25, 5)


def test_net_value_leads_where_rounding_makes_a_difference():
    """List 10.00 − discount 1.00 is 9.00, and the invoice says 8.99: the discount is 1.01."""
    line = line_of(invoice("2023-01-05", "1", "Ann", "tea", 1, "8.99", list_value=10, discount=1))
    assert (line["list_value"], line["discount"], line["net_sales"]) == (10, D("1.01"), D("8.99"))


def test_net_sales_are_net_value_and_charges_less_rebates():
    line = line_of(invoice("2023-01-05", "1", "Ann", "tea", 1, 100, list_value=120, charges=7, rebate=3))
    assert (line["discount"], line["charges"], line["rebate"], line["net_sales"]) == (20, 7, 3, 104)


def test_what_a_line_does_not_name_has_a_name_of_its_own():
    line = line_of({"date": "2023-01-05", "kind": "invoice", "net_value": 20})
    assert (line["counterparty"], line["product"], line["quantity"], line["manager"], line["channel"]) == ("(no customer)", "(no product)", 0, "", "")


def test_a_key_space_keeps_equal_keys_apart():
    rows = [invoice("2023-01-05", str(n), "1", "1", 1, 10, key_space=space) for n, space in enumerate((None, "shop", "erp"))]
    lines = rows_of(drivers_of(rows).lines)
    assert sorted((line["counterparty"], line["product"]) for line in lines) == [("1", "1"), ("erp:1", "erp:1"), ("shop:1", "shop:1")]


def test_a_key_that_reads_like_nobody_is_still_a_customer():
    """A file may call a customer "(no customer)" or "(intercompany)", and a product "(no product)": they are its own, with names and all."""
    keys = ("(no customer)", "(intercompany)", None)
    rows = [invoice("2023-01-05", str(n), key, "(no product)" if key else None, 1, 10) for n, key in enumerate(keys)]
    result = studied(rows, customers=[{"customer_key": "(no customer)", "name": "Nobody Oy"}])
    told = [(row["customer"], row["name"]) for row in rows_of(result.tables["customers"])]
    assert told == [("(no customer)", None), (":(intercompany)", None), (":(no customer)", "Nobody Oy")]
    assert (result.figures["customers"], result.figures["products"]) == (2, 1)


class TestCost:
    """Stated on the line, else the product file's at the invoice date, else the last purchase."""

    PRODUCTS = (
        {"product_key": "tea", "unit_cost": 4, "valid_from": "2023-02-01"},
        {"product_key": "tea", "unit_cost": 3},
        {"product_key": "tea", "unit_cost": 5, "valid_from": "2023-03-01"},
    )

    def test_the_line_comes_first_then_the_products_file_then_the_last_purchase(self):
        sale_lines = [
            invoice("2023-01-05", "stated", "Ann", "tea", 2, 20, product_cost=1),
            invoice("2023-01-05", "in file", "Ann", "tea", 2, 20),
            invoice("2023-01-05", "bought", "Ann", "cup", 2, 20),
            invoice("2023-01-05", "unknown", "Ann", "saw", 2, 20),
        ]
        purchases = [{"date": "2023-01-01", "product_key": product, "quantity": 10, "net_value": 70} for product in ("tea", "cup")]
        found = costs_of(sale_lines, products=self.PRODUCTS, purchase_lines=purchases)
        assert found == {"stated": (1, "line"), "in file": (6, "products file"), "bought": (14, "last purchase"), "unknown": (None, None)}

    def test_a_cost_of_nothing_is_a_cost(self):
        assert costs_of([invoice("2023-01-05", "free", "Ann", "tea", 2, 20, product_cost=0)], products=self.PRODUCTS) == {"free": (0, "line")}

    def test_the_products_file_counts_on_the_day_of_the_invoice(self):
        days = ("2022-06-01", "2023-01-31", "2023-02-01", "2023-02-28", "2023-03-01", "2024-01-01")
        found = costs_of([invoice(day, day, "Ann", "tea", 1, 20) for day in days], products=self.PRODUCTS)
        assert [found[day][0] for day in days] == [3, 3, 4, 4, 5, 5]

    def test_a_purchase_counts_from_its_day_until_the_next(self):
        bought = [("2023-01-10", 10, 30), ("2023-01-20", 10, 40), ("2023-01-20", 30, 80)]
        purchases = [{"date": day, "product_key": "tea", "quantity": quantity, "net_value": value} for day, quantity, value in bought]
        days = ("2023-01-09", "2023-01-10", "2023-01-19", "2023-01-20", "2023-12-31")
        found = costs_of([invoice(day, day, "Ann", "tea", 2, 20) for day in days], purchase_lines=purchases)
        assert [found[day][0] for day in days] == [None, 6, 6, 6, 6]
        assert found["2023-01-20"] == (6, "last purchase")

    def test_a_purchase_credit_is_no_price(self):
        purchases = [{"date": "2023-01-01", "product_key": "tea", "quantity": -10, "net_value": -70}]
        assert costs_of([invoice("2023-01-05", "1", "Ann", "tea", 2, 20)], purchase_lines=purchases) == {"1": (None, None)}

    def test_a_return_takes_its_cost_back(self):
        note = credit_note("2023-01-15", "C1", "Bob", "tea", -2, -20)
        assert costs_of([note], products=self.PRODUCTS) == {"C1": (-6, "products file")}

    def test_a_credit_note_counts_at_its_own_amount(self):
        sale_lines = [
            invoice("2023-01-05", "1", "Bob", "tea", 2, 20, product_cost=8, order_number="o"),
            credit_note("2023-02-15", "C1", "Bob", "tea", -2, -20, product_cost=-5, order_number="o"),
        ]
        assert costs_of(sale_lines)["C1"] == (-5, "line")

    def test_a_credit_note_that_states_no_cost_takes_the_unit_cost_of_its_original(self):
        sale_lines = [
            invoice("2023-01-05", "1", "Bob", "tea", 2, 20, product_cost=14, order_number="o"),
            credit_note("2023-02-15", "C1", "Bob", "tea", -1, -10, order_number="o"),
        ]
        assert costs_of(sale_lines, products=self.PRODUCTS)["C1"][0] == -7

    def test_keys_of_products_and_purchases_belong_to_their_space(self):
        sale_lines = [invoice("2023-01-05", space, "Ann", "tea", 1, 20, key_space=space) for space in ("erp", "shop")]
        assert costs_of(sale_lines, products=[{"product_key": "tea", "unit_cost": 4, "key_space": "erp"}]) == {
            "erp": (4, "products file"),
            "shop": (None, None),
        }

    def test_sales_without_a_cost_stand_outside_margin_in_a_row_of_their_own(self):
        """96 of sales with a cost of 60, 4 without: margin 36, and 4 beside it; customer Cleo has no margin at all."""
        sale_lines = [invoice("2023-01-05", "1", "Ann", "tea", 1, 96, product_cost=60), invoice("2023-01-06", "2", "Cleo", "saw", 1, 4)]
        result = studied(sale_lines)
        assert result.measure == "gross margin"
        assert {row.step: row.later for row in result.waterfall} == {"net_sales": 100, "sales_without_cost": -4, "product_cost": -60, "gross_margin": 36}
        assert by(result.tables["customers"], "customer", value="gross_margin_later") == {"Ann": 36, "Cleo": 0}
        assert "Sales without a known cost are 4.00 % of the later period; they stand outside margin, in a row of their own." in result.notices

    def test_above_five_percent_without_a_cost_the_answer_stops_at_net_sales(self):
        sale_lines = [invoice("2023-01-05", "1", "Ann", "tea", 1, 94, product_cost=60), invoice("2023-01-06", "2", "Cleo", "saw", 1, 6)]
        result = studied(sale_lines)
        assert result.measure == "net sales"
        assert [row.step for row in result.waterfall] == ["net_sales"]
        assert [m.sentence for m in result.missing if m.topic == "product cost"] == [
            "Sales without a known cost are above 5 % of a period: the answer stops at net sales."
        ]


class TestPolicy:
    """Where the policy counts a layer of price, and what it takes out of the customers."""

    LINE = invoice("2023-01-05", "1", "Ann", "tea", 1, 90, list_value=100, charges=6, rebate=5, product_cost=50)

    def test_a_layer_moves_to_another_and_to_product_cost(self):
        as_cost = line_of(self.LINE, policy=policy_of(layers={"rebate": "product cost"}))
        assert (as_cost["rebate"], as_cost["net_sales"], as_cost["cost"]) == (0, 96, 55)
        freight_as_cost = line_of(self.LINE, policy=policy_of(layers={"charges": "product cost"}))
        assert (freight_as_cost["charges"], freight_as_cost["net_sales"], freight_as_cost["cost"]) == (0, 85, 44)
        as_discount = line_of(self.LINE, policy=policy_of(layers={"rebate": "discount"}))
        assert (as_discount["rebate"], as_discount["discount"], as_discount["net_sales"]) == (0, 15, 91)
        against_discount = line_of(self.LINE, policy=policy_of(layers={"charges": "discount"}))
        assert (against_discount["charges"], against_discount["discount"], against_discount["net_sales"]) == (0, 4, 91)

    def test_any_other_step_is_another_name(self):
        result = studied([self.LINE], policy=policy_of(layers={"rebate": "year-end bonus"}))
        assert [row.label for row in result.waterfall if row.step == "rebate"] == ["Year-end bonus"]

    def test_a_layer_stays_where_there_is_no_cost_to_count_it_in(self):
        found = line_of(self.LINE | {"product_cost": None}, policy=policy_of(layers={"rebate": "product cost"}))
        assert (found["rebate"], found["net_sales"], found["cost"]) == (5, 91, None)

    def test_the_own_group_is_nobody_to_visit_nor_on_the_curve(self):
        """Its visits are its own group's; the curve and the counts of the bridge are of customers."""
        sale_lines = [invoice(f"{year}-01-05", f"{year}{name}", name, "tea", 1, 10, product_cost=4) for year in (2022, 2023) for name in ("Ann", "Our Oy")]
        policy = policy_of({"name": "care", "driver": "visits"}, intercompany=["Our Oy"])
        done = [activity("2023-01-08", "visit", name) for name in ("Ann", "Our Oy", "Our Oy")]
        result = studied(sale_lines, activities=done, costs=[cost("2023-01", "care", 3)], policy=policy, periods=("2022", "2023"))
        assert {row["customer"]: row["care_later"] for row in rows_of(result.tables["customers"])} == {"Ann": 1, "(intercompany)": 2}
        assert ([culprit.key for culprit in result.customers], result.whale.customers, result.bridge.counts["continuing"]) == (["Ann"], 1, 1)
        assert [row["customer"] for row in rows_of(result.tables["whale"])] == ["Ann"]

    def test_the_own_group_is_no_customer_and_keeps_totals_whole(self):
        sale_lines = [self.LINE, self.LINE | {"document": "2", "customer_key": "Our Oy"}]
        result = studied(sale_lines, policy=policy_of(intercompany=["Our Oy"]))
        assert row_of(result, "customers", customer="(intercompany)")["net_sales_later"] == 91
        assert (result.figures["customers"], result.whale.hhi) == (1, 1)


def test_what_lines_say_counts_each_column_once():
    sale_lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 2, 20, list_value=25, currency="EUR", unit="kg"),
        invoice("2023-01-31", "2", None, "cup", 2, 20, currency="USD"),
        invoice("2023-03-02", None, "Cleo", None, None, 20),
    ]
    said = what_lines_say(facts_of(sale_lines, costs=[cost("2023-01", "rent", 1)])["sale_lines"])
    assert (said.lines, said.documents_named, said.lines_of_a_customer, said.currencies) == (3, 2, 2, ("EUR", "USD"))
    assert {column: said.values[column] for column in ("list_value", "quantity", "product_key", "charges")} == {
        "list_value": 1,
        "quantity": 2,
        "product_key": 2,
        "charges": 0,
    }
    assert {str(month): str(last) for month, last in said.filling.last_sale_days.items()} == {"2023-01-01": "2023-01-31", "2023-03-01": "2023-03-02"}
    assert (said.has("list_value"), said.has("rebate")) == (True, False)
