"""Any figure opens down: what is traced is what is printed, and every list adds up to the figure above it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from tests.cast import activity, cost, credit_note, invoice, policy_of, studied
from tests.report.everything import CUSTOMERS, everything

from goodterms.charts.printed import printed_bridge, printed_waterfall
from goodterms.errors import UsageError
from goodterms.facts.money import in_words
from goodterms.report.edition import Edition
from goodterms.report.publish import write_report
from goodterms.report.reopened import ReopenedReport
from goodterms.report.trace import trace_step
from goodterms.report.trace_bar import traced_bar
from goodterms.report.trace_step import traced_step

D = Decimal
RESULT = everything()
WHENS = ("earlier", "later")
PERIODS = {"earlier": RESULT.earlier.label, "later": RESULT.later.label}
NOBODYS = [row.step for row in RESULT.waterfall if row.kind == "memo"] + ["after_all_cost"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The company's report."""
    place = tmp_path_factory.mktemp("report")
    write_report(RESULT, place)
    return place


@pytest.fixture(scope="module")
def traced(folder):
    """A figure of the company's report, which is opened once."""
    report = ReopenedReport(folder)

    def trace(*, step=None, bridge=None, customer=None, product=None, period=None):
        return traced_step(report, step, customer, product, period) if bridge is None else traced_bar(report, bridge, customer, product)

    return trace


def adds_up(line, amount):
    """Whether the parts below a line sum to it, all the way down; and how many sums that were."""
    parts = [below for below in line.lines if below.is_part]
    checked = 0
    if parts:
        assert sum(part.amount for part in parts) == amount, str(line)
        checked = 1
    return checked + sum(adds_up(below, below.amount) for below in line.lines if below.amount is not None)


class Titled:
    """A trace as a line: its title above its lines."""

    def __init__(self, trace, printed):
        self.title, self.lines = trace.title, trace.lines
        assert trace.title.endswith(f": {in_words(printed)}")

    def __str__(self):
        return self.title


def test_every_row_of_the_waterfall_is_traced_to_what_is_printed(traced):
    sums = 0
    for row, printed in zip(RESULT.waterfall, printed_waterfall(RESULT.waterfall), strict=True):
        for when in WHENS:
            trace = traced(step=row.step, period=PERIODS[when])
            assert trace.amount == getattr(row, when), row.step
            sums += adds_up(Titled(trace, getattr(printed, when)), getattr(printed, when))
    assert sums > 200


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_every_row_of_a_customer_s_waterfall_is_traced_to_what_is_printed(traced, customer):
    customers = Edition(RESULT).customers
    place = customers.place[customer]
    when = "earlier" if customer == "Dan" else "later"
    printed = customers.waterfalls([place])[place][when]
    for row, amount in zip(customers.rows, printed, strict=True):
        trace = traced(customer=customer, step=row.bare, period=PERIODS[when])
        assert trace.amount == customers.table[f"{row.column}_{when}"][place].as_py() * row.sign, row.step
        adds_up(Titled(trace, D(amount) / 100), D(amount) / 100)


@pytest.mark.parametrize("product", ["tea", "pot"])
def test_every_row_of_a_product_s_waterfall_is_traced_to_what_is_printed(traced, product):
    products = Edition(RESULT).products
    place = products.place[product]
    printed = products.waterfalls([place])[place]
    for at, row in enumerate(products.rows):
        trace = traced(product=product, step=row.step, period=PERIODS["later"])
        assert trace.amount == products.table[f"{row.column}_later"][place].as_py() * row.sign, row.step
        adds_up(Titled(trace, D(printed["later"][at]) / 100), D(printed["later"][at]) / 100)


def test_every_bar_of_the_bridge_is_traced_to_what_is_printed(traced):
    sums = 0
    for step, printed in zip(RESULT.bridge.steps, printed_bridge(RESULT.bridge).steps, strict=True):
        trace = traced(bridge=step.step)
        assert abs(trace.amount - step.amount) < D("1e-11"), step.step
        sums += adds_up(Titled(trace, printed.amount), printed.amount)
    assert sums > 100


@pytest.mark.parametrize("customer", ["Ann", "Cleo", "Eve"])
def test_every_bar_of_a_customer_s_bridge_is_traced_to_what_is_printed(traced, customer):
    customers = Edition(RESULT).customers
    place = customers.place[customer]
    own = {row["counterparty"]: row for row in RESULT.tables["bridge_customers"].to_pylist()}[customer]
    for step, printed in zip(RESULT.bridge.steps, customers.bridges([place])[place], strict=True):
        trace = traced(customer=customer, bridge=step.step)
        assert trace.amount == own[step.step], step.step
        adds_up(Titled(trace, D(printed) / 100), D(printed) / 100)


@pytest.mark.parametrize(("asked", "levels"), [("sales: delivery", ("line", "order")), ("Returns", ("order", "customer"))])
def test_a_step_at_two_levels_opens_both_by_its_plain_name_and_one_by_its_own(traced, asked, levels):
    exact = {row.step: row.later for row in RESULT.waterfall}
    names = [f"{level}: {'Sales: delivery' if 'sales' in asked else 'returns'}" for level in levels]
    both = traced(step=asked)
    assert both.amount == sum(exact[name] for name in names)
    assert [str(line).partition(": −")[0] for line in both.lines] == [f"{'Sales: delivery' if 'sales' in asked else 'Returns'} ({level}s)" for level in levels]
    assert [traced(step=name).amount for name in names] == [exact[name] for name in names]
    assert [traced(step=f"{asked} ({level}s)").amount for level in levels] == [exact[name] for name in names]


def test_a_customer_s_step_at_two_levels_is_the_sum_of_both(traced):
    """Bob's returns: one names its order, one does not."""
    table = RESULT.tables["customers"]
    bob = table["customer"].to_pylist().index("Bob")
    trace = traced(customer="Bob", step="returns")
    assert trace.amount == -table["returns_later"][bob].as_py()
    assert trace.amount < traced(customer="Bob", step="order: returns").amount < 0


@pytest.mark.parametrize("step", NOBODYS)
@pytest.mark.parametrize(("whose", "one"), [({"customer": "Ann"}, "customer"), ({"product": "tea"}, "product")])
def test_what_nobody_caused_is_of_no_customer_and_no_product(traced, step, whose, one):
    with pytest.raises(UsageError, match=rf"belongs to no {one}: it is the company's\. Leave --{one} out\."):
        traced(step=step, **whose)


def test_a_quarter_is_of_the_policy_s_fiscal_year(tmp_path):
    """Years begin in July: the first quarter of 2022 is July to September."""
    lines = [invoice(f"{year}-{month:02d}-28", f"{year}{month}", "Ann", "tea", 1, month) for year in (2022, 2023, 2024) for month in range(1, 13)]
    write_report(studied(lines, periods=("2022", "2023"), policy=policy_of(fiscal_year_start=7)), tmp_path)
    assert trace_step(tmp_path, step="net sales", period="2022Q1").title == "Net sales of the company in 2022Q1: 24.00"
    assert trace_step(tmp_path, step="net sales", period="2023").amount == 78
    for period, said in (
        ("2024-06..2024-07", "2024-06..2024-07 runs past"),
        ("2022-01..2022-12", "2022-01..2022-12 runs past"),
        ("2024Q1", "2024Q1 is not in"),
    ):
        with pytest.raises(UsageError, match=re.escape(f"{said} this report, which compares 2022 and 2023. Name one of these or months within them.")):
            trace_step(tmp_path, step="net sales", period=period)


def test_sales_without_a_known_cost_open_to_their_lines(traced):
    trace = traced(customer="Ann", step="Sales without a known cost")
    assert [str(line).partition(":")[0] for line in trace.lines] == ["2024-02-16 invoice 20246, pot"]


def test_a_line_says_what_its_file_says_and_no_more(tmp_path):
    """A credit without document, product and quantity; an invoice of which two of three are known."""
    rows = [
        {"date": "2024-01-15", "kind": "credit note", "customer_key": "Ann", "net_value": -5, "file": "s.csv", "row": 3},
        invoice("2024-01-14", "7", "Ann", None, 2, 50, file="s.csv", row=2),
    ]
    write_report(studied(rows), tmp_path)
    said = [str(line) for line in trace_step(tmp_path, step="net sales").lines]
    assert said == ["2024-01-14 invoice 7: 2 units, net sales 50.00   (s.csv, row 2)", "2024-01-15 credit note, net sales −5.00   (s.csv, row 3)"]


def test_a_layer_that_the_policy_renames_is_traced_by_its_printed_name(tmp_path):
    lines = [invoice("2024-01-14", "7", "Ann", "tea", 2, 50, list_value=60)]
    write_report(studied(lines, policy=policy_of(layers={"discount": "campaigns"})), tmp_path)
    assert [trace_step(tmp_path, step=asked).title for asked in ("campaigns", "discount")] == ["Campaigns of the company in 2024-01: −10.00"] * 2


def parts_of(line):
    """The lines below one, by what stands before their amount."""
    return {str(below).partition(": ")[0]: below for below in line.lines}


def test_a_bar_of_cost_says_the_formula_that_it_was_worked_out_from(tmp_path):
    """Ten orders cost 4,000, twelve 5,100: 300 more than twelve at the old rate, and 800 for two orders more. Bob stopped buying."""
    lines = [invoice(f"{year}-01-28", f"{year}{n}", "17", "tea", 1, 1000, product_cost=1) for year, orders in ((2023, 10), (2024, 12)) for n in range(orders)]
    lines.append(invoice("2023-02-28", "b", "18", "tea", 1, 1000, product_cost=1))
    costs = [cost("2023-01", "Desk", 4000), cost("2023-02", "Desk", 400), cost("2024-01", "Desk", 5100)]
    policy = policy_of({"name": "Desk", "driver": "orders", "step": "handling"})
    customers = [{"customer_key": "17", "name": "Ann Oy"}]
    write_report(studied(lines, costs=costs, policy=policy, customers=customers, periods=("2023-01..2023-02", "2024-01..2024-02")), tmp_path)
    for bar, said in (("rate", "−300.00 = 12 ÷ 10 orders × 4,000.00 − 5,100.00"), ("activity", "−800.00 = 4,000.00 − 12 ÷ 10 orders × 4,000.00")):
        trace = trace_step(tmp_path, bridge=f"handling: {bar}")
        ann = parts_of(trace)["customer 17 (Ann Oy)"]
        assert [str(line) for line in ann.lines] == [f"pool Desk: {said}", "2023-01..2023-02: −4,000.00", "2024-01..2024-02: −5,100.00"]
    bob = trace_step(tmp_path, customer="18", bridge="handling: rate")
    assert str(bob.lines[0]) == "its cost to serve, cost per unit of work and amount of work alike, is in the bar Stopped buying"


def test_price_volume_and_mix_say_their_formulas_and_list_their_own_lines_alone(tmp_path):
    """Tea in pieces and boxes continues; its crates came back, which is an adjustment. Bob's cups grow as Ann's tea does not."""
    lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 10, 100, product_cost=60, unit="pcs"),
        invoice("2023-01-05", "2", "Ann", "tea", 10, 1000, product_cost=600, unit="box"),
        credit_note("2023-01-06", "3", "Ann", "tea", -20, -2000, product_cost=-1200, unit="crate"),
        invoice("2024-01-05", "4", "Ann", "tea", 10, 110, product_cost=60, unit="pcs"),
        invoice("2024-01-05", "5", "Ann", "tea", 12, 1300, product_cost=720, unit="box"),
        invoice("2024-01-06", "6", "Ann", "tea", 2, 300, product_cost=120, unit="crate"),
        invoice("2023-01-05", "7", "Bob", "cup", 10, 100, product_cost=50),
        invoice("2024-01-05", "8", "Bob", "cup", 20, 200, product_cost=100),
    ]
    write_report(studied(lines, periods=("2023-01", "2024-01")), tmp_path)
    tea = parts_of(trace_step(tmp_path, customer="Ann", bridge="price"))["product tea"]
    assert [str(line) for line in tea.lines[:2]] == ["box: 1,300.00 − 12 ÷ 10 × 1,000.00", "pcs: 110.00 − 10 ÷ 10 × 100.00"]
    assert "crate" not in " ".join(str(line) for period in tea.lines for line in period.lines)
    crates = parts_of(trace_step(tmp_path, bridge="adjustments").lines[0])["product tea"]
    assert [str(line).partition(", net")[0] for period in crates.lines for line in period.lines] == [
        "2023-01-06 credit note 3, tea: −20 crate",
        "2024-01-06 invoice 6, tea: 2 crate",
    ]
    for bar, said in (("volume", "440.00 × 1,500 ÷ 1,200 − 440.00"), ("mix between", "440.00 × 1,300 ÷ 1,100 − 440.00 × 1,500 ÷ 1,200")):
        trace = trace_step(tmp_path, customer="Ann", bridge=bar)
        assert str(trace.lines[0]).startswith("volume is the pace of all: what continues grew 1,500 ÷ 1,200 = 1.25 times; ")
        family = trace.lines[1]
        assert str(family.lines[0]) == said
        assert "crate" not in " ".join(str(line) for period in family.lines[1:] for line in period.lines)


def test_months_of_a_cost_print_alike_below_a_step_and_below_a_bar(traced):
    """Four decimals everywhere: what a period's cost is made of is rounded to the one figure that is printed of it, wherever it is opened."""
    for step, period in (("EDI order handling", PERIODS["earlier"]), ("picking", PERIODS["later"])):
        of_step = traced(customer="Ann", step=step, period=period)
        of_bar = parts_of(traced(customer="Ann", bridge=f"{step}: activity"))[period]
        assert of_step.title.endswith(str(of_bar).removeprefix(f"{period}"))
        assert [str(line) for line in of_step.lines] == [str(line) for line in of_bar.lines]


def test_a_customer_is_found_by_key_by_a_name_that_one_alone_has_and_as_csv_writes_its_key(tmp_path):
    names = {"17": "Ann Oy", "18": "Bob Oy", "19": "Bob Oy", "=1+1": "Formula Oy"}
    lines = [invoice("2024-01-05", key, key, "tea", 1, 10) for key in names]
    write_report(studied(lines, customers=[{"customer_key": key, "name": name} for key, name in names.items()]), tmp_path)
    titles = {asked: trace_step(tmp_path, customer=asked, step="net sales").title.partition(" of ")[2] for asked in ("17", "ann oy", "=1+1", "'=1+1")}
    assert titles == dict.fromkeys(("17", "ann oy"), "customer 17 (Ann Oy) in 2024-01: 10.00") | dict.fromkeys(
        ("=1+1", "'=1+1"), "customer =1+1 (Formula Oy) in 2024-01: 10.00"
    )
    for asked, said in (
        ("Bob Oy", '2 customers are called "Bob Oy". Give the key of one: 18, 19.'),
        (
            "bob",
            'There is no customer "bob" in this report. Did you mean 18 (Bob Oy), 19 (Bob Oy)? Keys and names are in tables/customers.csv.',
        ),
        ("Zoe", 'There is no customer "Zoe" in this report. Keys and names are in tables/customers.csv.'),
    ):
        with pytest.raises(UsageError, match=f"^{re.escape(said)}$"):
            trace_step(tmp_path, customer=asked, step="net sales")


def test_a_list_of_more_than_ten_ends_with_all_others(traced):
    trace = traced(customer="Ann", step="net_sales")
    assert len(trace.lines) == 11
    assert str(trace.lines[-1]).startswith("9 more lines: ")


def test_customers_and_cost_to_serve_of_a_bar_end_with_all_others(tmp_path):
    """Twelve new customers: ten are named, and the other two stand in one line."""
    lines = [invoice("2023-01-31", "1", "Ann", "tea", 1, 10), invoice("2024-01-30", "2", "Ann", "tea", 1, 10)]
    lines += [invoice("2024-01-31", f"3{i}", f"New {i:02d}", "tea", 1, 100 + i) for i in range(12)]
    write_report(studied(lines, periods=("2023-01", "2024-01")), tmp_path)
    trace = trace_step(tmp_path, bridge="new customers")
    assert trace.amount == sum(100 + i for i in range(12))
    assert str(trace.lines[-1]) == "2 more customers: 201.00"
    assert adds_up(Titled(trace, trace.amount), trace.amount) > 10


def test_goods_given_away_are_lines_of_their_item(traced):
    trace = traced(customer="Bob", bridge="adjustments")
    mug = next(line for line in trace.lines if str(line).startswith("product mug: "))
    assert "2023-02-17 invoice 20237, mug: 2 units, net sales 0.00, product cost 24.69" in [str(line).partition("   (")[0] for line in mug.lines[0].lines]


def test_a_name_that_bars_share_opens_them_with_their_sum(traced):
    steps = {step.step: step.amount for step in RESULT.bridge.steps}
    price = traced(bridge="price")
    assert price.title.startswith("Price of the company")
    assert abs(price.amount - sum(amount for step, amount in steps.items() if step.startswith("price: "))) < D("1e-11")
    visits = traced(bridge="visits")
    assert [str(line).partition(": ")[0] for line in visits.lines] == ["Visits", "Visits"]
    assert visits.amount == steps["visits: rate"] + steps["visits: activity"]


@pytest.mark.parametrize(("bar", "made"), [("volume", "customer by family"), ("picking: rate", "customer by customer")])
def test_a_bar_that_products_do_not_make_has_no_product(traced, bar, made):
    with pytest.raises(UsageError, match=f"is made {made}, not by product. Leave --product out."):
        traced(product="tea", bridge=bar)


def test_what_was_traced_is_of_its_own_pool_level_and_company(traced):
    trace = traced(customer="Ann", step="order: Sales: delivery", period="2024-01")
    traced = next(line for line in trace.lines if "traced to activities" in str(line))
    assert [str(line).partition("   (")[0] for line in traced.lines] == ["2024-01-12 delivery: −12.11"]


@pytest.mark.parametrize("pools_of", [("FI",), ("FI", "SE")])
def test_a_pool_opens_to_the_activities_of_its_own_company_and_of_those_that_have_none(tmp_path, pools_of):
    """A delivery of SE is taken from its own company's pool; where SE has none, from the only one of that name."""
    lines = [invoice("2024-01-31", f"{entity}1", "Ann", "tea", 1, 100, product_cost=50, entity=entity) for entity in ("FI", "SE")]
    drives = [activity("2024-01-10", "delivery", "Ann", entity=entity, pool="Vans", amount=amount) for entity, amount in (("FI", 7), ("SE", 5))]
    costs = [cost("2024-01", "Vans", 20, entity=entity) for entity in pools_of]
    policy = policy_of({"name": "Vans", "driver": "deliveries", "step": "delivery"})
    write_report(studied(lines, activities=drives, costs=costs, policy=policy), tmp_path)
    trace = trace_step(tmp_path, customer="Ann", step="delivery")
    assert trace.amount == -12
    assert adds_up(Titled(trace, D(-12)), D(-12)) == 1 + len(pools_of)
    assert [[in_words(below.amount) for below in line.lines] for line in trace.lines] == (
        [["−7.00", "−5.00"]] if pools_of == ("FI",) else [["−7.00"], ["−5.00"]]
    )


def test_a_customer_without_any_known_cost_stands_outside_the_bridge_of_margins(tmp_path):
    """Bob bought what has no cost: he has a waterfall, and 0 of every bar."""
    lines = [invoice(f"{year}-01-31", f"{year}", "Ann", "tea", 1, 1000, product_cost=50) for year in (2023, 2024)]
    write_report(studied([*lines, invoice("2024-01-30", "2", "Bob", "pot", 1, 4)], periods=("2023-01", "2024-01")), tmp_path)
    assert trace_step(tmp_path, customer="Bob", bridge="new customers").title == "New customers of customer Bob, 2023-01 to 2024-01: 0.00"
    assert trace_step(tmp_path, customer="Bob", step="gross margin").amount == 0
