"""AdventureWorks' resellers, 2012 against 2013: sales grow by a fifth and gross margin turns into a loss, by the library and by the command.

The amounts of the tables were worked out apart from this engine, from the same files. What they leave open is held against SQL on the flattened files.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from decimal import Decimal

import duckdb
import pytest
from rich.console import Console
from tests.cast import D, rows_of
from tests.real.said import by_command, by_library, total

import goodterms
from goodterms.facts.money import in_words
from goodterms.report.terminal import print_result

pytestmark = pytest.mark.real

YEARS = ("2012", "2013")
ONE_QUANTITY_OR_THE_OTHER = {
    "new customers": "-804314.3768",
    "lost customers": "-233220.0811",
    "adjustments": "0",
    "new families": "207882.8098",
    "lost families": "-259033.7440",
    "price: list": "1313401.2761",
    "price: discount": "86695.0940",
    "cost": "-1370939.9216",
}
VALUE = ONE_QUANTITY_OR_THE_OTHER | {"volume": "-51052.3113", "mix between": "-238321.4571", "mix within": "-58866.3310"}
PHYSICAL = ONE_QUANTITY_OR_THE_OTHER | {"volume": "19423.3058", "mix between": "10505.1340", "mix within": "-378168.5391"}
POLICY = """
version = 1

[[policy]]
from = 2010-01-01

[[policy.pool]]
name = "Inventory Management"
driver = "lines"
step = "picking"

[[policy.pool]]
name = "Sales and Marketing"
driver = "orders"
step = "order handling"
"""
PARTS = ("assigned", "unused", "unassigned", "sustaining", "excluded", "excess")


@pytest.fixture(scope="module")
def files(real_data, tmp_path_factory):
    """A folder with what the company would export, flattened as the data's own script says to run it, and the policy."""
    folder = tmp_path_factory.mktemp("adventureworks")
    for path in (real_data / "adventureworksdw").iterdir():
        (folder / path.name).symlink_to(path)
    subprocess.run([sys.executable, "-c", "import duckdb; duckdb.execute(open('flatten.sql').read())"], cwd=folder, check=True)
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    return folder


@pytest.fixture(scope="module")
def asked(files):
    """SQL on the exported files, at their own four decimals, and on tables of a result."""
    of_lines = "{'List value': 'DECIMAL(18, 4)', 'Discount': 'DECIMAL(18, 4)', 'Net amount': 'DECIMAL(18, 4)', 'Cost': 'DECIMAL(18, 4)'}"
    of_costs = "{'Period': 'VARCHAR', 'Account': 'VARCHAR', 'Amount': 'DECIMAL(18, 4)'}"
    with duckdb.connect() as con:
        con.execute(f"""CREATE TABLE invoices AS
            SELECT *, year("Invoice date") AS in_year, CASE in_year WHEN 2012 THEN "Net amount" - "Cost" ELSE 0 END AS margin_2012,
                CASE in_year WHEN 2013 THEN "Net amount" - "Cost" ELSE 0 END AS margin_2013
            FROM read_csv('{files}/invoices.csv', types = {of_lines})""")
        con.execute(f"CREATE TABLE costs AS FROM read_csv('{files}/costs.csv', types = {of_costs})")

        def ask(sql, **tables):
            for name, table in tables.items():
                con.register(name, table)
            return con.execute(sql).fetchall()

        yield ask


@pytest.fixture(scope="module")
def reading(files):
    return goodterms.read(files / "invoices.csv")


@pytest.fixture(scope="module")
def result(reading):
    return goodterms.analyse(reading, periods=YEARS)


@pytest.fixture(scope="module")
def eleven_months(reading):
    """January to November of both years, asked for."""
    return by_library(goodterms.analyse(reading, periods=("2012-01..2012-11", "2013-01..2013-11")))


@pytest.fixture(scope="module")
def looked(files, tmp_path_factory):
    """The command of the main job."""
    return by_command(tmp_path_factory.mktemp("looked") / "report", files / "invoices.csv", "--periods", *YEARS)


@pytest.fixture(scope="module")
def looked_at_costs(files, tmp_path_factory):
    report = tmp_path_factory.mktemp("costs") / "report"
    return by_command(report, files / "invoices.csv", "--periods", *YEARS, "--costs", files / "costs.csv", "--policy", files / "policy.toml")


@pytest.fixture(scope="module", params=["library", "command"])
def face(request):
    """Whom a test asks."""
    return request.param


@pytest.fixture(scope="module")
def said(face, request):
    """Sales alone."""
    return by_library(request.getfixturevalue("result")) if face == "library" else request.getfixturevalue("looked")


@pytest.fixture(scope="module")
def physical(face, request, files, tmp_path_factory):
    """Sales alone, in units sold."""
    if face == "library":
        return by_library(goodterms.analyse(request.getfixturevalue("reading"), periods=YEARS, physical=True))
    return by_command(tmp_path_factory.mktemp("physical") / "report", files / "invoices.csv", "--periods", *YEARS, "--physical")


@pytest.fixture(scope="module")
def with_costs(face, request, files):
    """Inventory management by lines, sales and marketing by orders."""
    if face == "command":
        return request.getfixturevalue("looked_at_costs")
    reading = goodterms.read(files / "invoices.csv", costs=[files / "costs.csv"])
    return by_library(goodterms.analyse(reading, periods=YEARS, policy=goodterms.Policy.load(files / "policy.toml")))


# Why margin moved


def test_every_step_of_the_bridge_is_the_tables(said):
    assert (said.measure, said.bridge.labels, said.bridge.quantities) == ("gross margin", YEARS, "value")
    assert (said.bridge.start, said.bridge.end) == (D("915899.0364"), D("-491870.0066"))
    assert said.bridge.end - said.bridge.start == D("-1407769.0430")
    assert [round(sales, 2) for sales in said.bridge.sales] == [D("28193631.53"), D("33574834.16")]
    said.bridge.check_table(VALUE)
    assert said.answer == "Sales grew 19.1 % from 2012 to 2013, but gross margin fell by 1,407,769.05, from 915,899.04 to −491,870.01."


def test_physical_units_move_volume_and_mix_alone(said, physical):
    assert physical.bridge.quantities == "physical"
    physical.bridge.check_table(PHYSICAL)
    assert {step: physical.bridge.steps[step] for step in ONE_QUANTITY_OR_THE_OTHER} == {step: said.bridge.steps[step] for step in ONE_QUANTITY_OR_THE_OTHER}


def test_continuing_pairs_of_customer_and_family(said):
    assert said.bridge.continuing["customer x family"][0] == 1_351
    assert said.table("bridge_families").num_rows == 1_351
    assert [round(100 * share, 1) for share in said.bridge.shares["customer x family"]] == [D("77.9"), D("61.7")]


def test_bare_items(said, asked):
    """Of 17,862 items, customer x product, 3,473 continue, 6,182 are lost and 8,207 are new: less than half of sales."""
    assert said.bridge.continuing["items"] == (3_473, 6_182, 8_207)
    assert said.table("bridge_items").num_rows == sum(said.bridge.continuing["items"]) == 17_862
    assert [round(100 * share) for share in said.bridge.shares["items"]] == [45, 43]
    in_the_file = """
        WITH items AS (SELECT bool_or(in_year = 2012) AS earlier, bool_or(in_year = 2013) AS later
            FROM invoices WHERE in_year IN (2012, 2013) GROUP BY "Customer number", "Product number")
        SELECT count_if(earlier AND later), count_if(NOT later), count_if(NOT earlier) FROM items"""
    assert asked(in_the_file) == [said.bridge.continuing["items"]]


def test_each_table_of_the_bridge_sums_to_its_steps(said):
    """By customer every step, by item those of items, by pair those of pairs: each opens down to its rows."""
    customers, items, pairs = (said.table(f"bridge_{of}") for of in ("customers", "items", "families"))
    assert {step: total(customers, step) for step in said.bridge.steps} == said.bridge.steps
    of_pairs = {"volume", "mix between", "mix within"}
    assert {step: total(pairs if step in of_pairs else items, step) for step in said.bridge.steps} == said.bridge.steps


def test_a_year_without_december_is_announced_with_eleven_months_beside_it(said):
    assert said.unfilled == ("2013 ends on 29 November",)
    alike = said.like_for_like
    assert alike.labels == ("2012-01..2012-11", "2013-01..2013-11")
    assert (alike.start, alike.end) == (D("1097756.1432"), D("-491870.0066"))
    assert round(alike.end, 2) - round(alike.start, 2) == D("-1589626.15")
    assert round(100 * (alike.sales[1] / alike.sales[0] - 1), 1) == D("31.5")
    assert said.explanation[-1] == (
        "2013 ends on 29 November. Like for like, 2012-01..2012-11 against 2013-01..2013-11: sales grew 31.5 %, and gross margin changed by −1,589,626.15."
    )


def test_like_for_like_has_a_bridge_of_its_own(said, eleven_months):
    """The one that the same eleven months have when they are asked for."""
    said.like_for_like.check_sum()
    assert eleven_months.bridge == said.like_for_like
    assert (eleven_months.unfilled, eleven_months.like_for_like) == ((), None)


# Through whom


def _listed(rows):
    *others, last = (f"{name} ({in_words(amount, places=0, signed=True)})" for name, amount in rows)
    return f"{', '.join(others)} and {last}"


@pytest.mark.parametrize(
    ("fell", "lost", "whom"),
    [("Product families", "product families", '"Product family"'), ("Customers", "customers", "\"Customer\" || ' (' || \"Customer number\" || ')'")],
    ids=["families", "resellers"],
)
def test_who_carries_the_loss_is_named(said, asked, fell, lost, whom):
    """The three whose margin fell most, and of all with a loss in 2013 the three largest, as SQL finds them."""
    by_change = asked(f"SELECT {whom}, sum(margin_2013) - sum(margin_2012) AS change FROM invoices GROUP BY ALL ORDER BY change LIMIT 3")
    assert f"{fell} where gross margin fell most: {_listed(by_change)}." in said.explanation
    losers = asked(f"SELECT {whom}, sum(margin_2013) AS loss FROM invoices GROUP BY ALL HAVING loss < 0 ORDER BY loss")
    together = in_words(sum(loss for _, loss in losers))
    assert f"{len(losers)} {lost} had a negative gross margin in 2013, together {together}; the largest: {_listed(losers[:3])}." in said.explanation


def test_touring_bikes_lose_a_million(said):
    """The largest of it by name, so that nothing above depends on SQL alone."""
    losing = next(sentence for sentence in said.explanation if "product families had a negative gross margin" in sentence)
    assert "the largest: Touring Bikes (−1,031,062), Road Bikes (−598,315) and Jerseys (−110,662)." in losing


def test_the_ten_that_cost_most_have_the_lowest_margin(said, asked):
    lowest = "SELECT {0} FROM invoices WHERE in_year = 2013 GROUP BY {0} ORDER BY sum(margin_2013) LIMIT 10"
    assert said.customers == tuple(key for (key,) in asked(lowest.format('"Customer number"')))
    assert said.products == tuple(key for (key,) in asked(lowest.format('"Product number"')))
    assert said.rank_by == ("gross margin", "gross margin")


# In print


def test_printed_parts_add_up_to_the_printed_change(result, reading):
    """−491,870.01 − 915,899.04 = −1,407,769.05, and the parts in cents sum to it, like for like too."""
    printed = io.StringIO()
    print_result(result, Console(file=printed, width=120), reading)
    _, _, bridge = printed.getvalue().partition("Why gross margin moved")
    rows = [re.findall(r"[−+]?[\d,]+\.\d\d", line) for line in bridge.partition("Continuing customers")[0].splitlines()]
    start, *parts, end, change = [[Decimal(amount.replace("−", "-").replace(",", "")) for amount in row] for row in rows if row]
    assert (start, end) == ([D("915899.04"), D("1097756.14")], [D("-491870.01"), D("-491870.01")])
    assert len(parts) == len(VALUE)
    assert [sum(amounts) for amounts in zip(*parts, strict=True)] == change == [D("-1407769.05"), D("-1589626.15")]


def test_the_report_says_the_printed_change(looked):
    assert looked.code == 0
    page = (looked.report / "report.html").read_text("utf-8")
    assert "gross margin fell by 1,407,769.05, from 915,899.04 to −491,870.01" in page
    assert "−1,407,769.05" in page
    assert "−1,589,626.15" in page


# With costs


def test_net_profit_of_the_customers(with_costs):
    bridge = with_costs.bridge
    assert with_costs.measure == "net profit"
    assert (bridge.start, bridge.end) == (D("57169.2764"), D("-1461270.9266"))
    assert [round(amount, 2) for amount in (bridge.start, bridge.end)] == [D("57169.28"), D("-1461270.93")]
    bridge.check_sum()
    with_costs.like_for_like.check_sum()
    assert total(with_costs.table("bridge_customers"), "measure_later") == bridge.end


def test_costs_leave_the_steps_of_continuing_items_as_they_were(with_costs, said):
    """What new and lost customers cost to serve goes to their own steps; the work of the rest stands in steps below."""
    below = {f"{step}: {what}" for step in ("picking", "order handling") for what in ("rate", "activity")}
    assert with_costs.bridge.steps.keys() == VALUE.keys() | below
    kept = VALUE.keys() - {"new customers", "lost customers"}
    assert {step: with_costs.bridge.steps[step] for step in kept} == {step: said.bridge.steps[step] for step in kept}


def test_costs_are_assigned_but_for_a_month_without_an_order(with_costs, asked):
    costs = {when: {part: Decimal(amount) for part, amount in parts.items()} for when, parts in with_costs.figures["costs"].items()}
    nothing = dict.fromkeys(PARTS, D(0))
    assert costs == {"earlier": nothing | {"assigned": D("858729.76")}, "later": nothing | {"assigned": D("969400.92"), "unassigned": D("-1551.20")}}
    assert with_costs.unassigned == D("-1551.20")
    unassigned = [row for row in rows_of(with_costs.table("pools")) if row["unassigned"]]
    assert {f"{row['month']:%Y-%m}" for row in unassigned} == {"2013-12"}
    assert sum(row["unassigned"] for row in unassigned) == D("-1551.20")
    assert asked('SELECT count(*), sum("Amount") FROM costs WHERE "Period" = \'2013-12\'') == [(len(unassigned), D("-1551.20"))]
    assert asked("SELECT count(*) FROM invoices WHERE \"Invoice date\" >= DATE '2013-12-01'") == [(0,)]


def test_cost_without_a_driver_count_is_done_with_loss(looked_at_costs):
    assert looked_at_costs.code == 1


def test_every_account_of_every_entity_is_reconciled(with_costs, asked):
    """The file's amount of each month, entity, pool and account, and what became of it."""
    pools = rows_of(with_costs.table("pools"))
    told = sorted((f"{row['month']:%Y-%m}", row["entity"], row["pool"], row["account"], row["amount"]) for row in pools)
    assert told == asked('SELECT "Period", "Entity", "Pool", "Account", "Amount" FROM costs ORDER BY ALL')
    assert [row for row in pools if row["amount"] != sum(row[part] for part in PARTS)] == []
    assert len({(row["entity"], row["account"]) for row in pools}) > len({row["entity"] for row in pools}) > 1


def test_shares_of_each_month_are_what_its_pool_assigned(with_costs, asked):
    """To the unit, and no share is further than one unit from its part of the driver."""
    shares, pools = with_costs.table("shares"), with_costs.table("pools")
    key = ("pool_entity", "month", "pool")
    assigned = "SELECT entity AS pool_entity, month, pool, sum(assigned) AS amount FROM pools GROUP BY ALL HAVING amount <> 0"
    assert set(asked(assigned, pools=pools)) == set(asked(f"SELECT {', '.join(key)}, sum(amount) FROM shares GROUP BY ALL", shares=shares))
    off = f"""
        WITH units AS (SELECT {", ".join(key)}, (amount * 10000)::HUGEINT AS mine, driver_count::HUGEINT AS work FROM shares),
        pool AS (SELECT {", ".join(key)}, sum(mine) AS whole, sum(work) AS all_work FROM units GROUP BY ALL)
        SELECT count(*), count_if(abs(mine * all_work - whole * work) >= all_work) FROM units JOIN pool USING ({", ".join(key)})"""
    assert asked(off) == [(shares.num_rows, 0)]


def test_product_views_end_before_the_cost_of_orders(with_costs):
    """Orders' cost is in a row of its own, so that products end at their contribution and the table still sums to net profit."""
    rows = rows_of(with_costs.table("products"))
    products = [row for row in rows if row["level"] == "line"]
    (orders,) = [row for row in rows if row["level"] == "order"]
    assert (len(products) + 1, orders["product"]) == (len(rows), "order")
    assert with_costs.rank_by == ("net profit", "product contribution")
    ends = (("earlier", with_costs.bridge.start, D("858729.76"), D("915899.0364")), ("later", with_costs.bridge.end, D("969400.92"), D("-491870.0066")))
    for when, net_profit, assigned, margin in ends:
        picking = sum(row[f"picking_{when}"] for row in products)
        assert {row[f"order handling_{when}"] for row in products} == {D(0)}
        assert sum(row[f"product_contribution_{when}"] for row in products) == margin - picking
        assert (orders[f"net_sales_{when}"], orders[f"picking_{when}"]) == (0, 0)
        assert orders[f"net_profit_{when}"] == -orders[f"order handling_{when}"]
        assert picking + orders[f"order handling_{when}"] == assigned
        assert sum(row[f"net_profit_{when}"] for row in rows) == net_profit


def test_every_cut_has_the_same_total(with_costs, asked):
    bridge, tables = with_costs.bridge, {"months": with_costs.table("months"), "cube": with_costs.table("cube")}
    for year, when, net_profit in ((2012, "earlier", bridge.start), (2013, "later", bridge.end)):
        cuts = {cut: total(with_costs.table(cut), f"net_profit_{when}") for cut in ("customers", "products", "families", "managers", "segments")}
        ((cuts["months"],),) = asked(f"SELECT sum(net_profit) FROM months WHERE year(month) = {year}", **tables)
        ((cuts["cube"],),) = asked(f'SELECT sum(net_sales - product_cost - picking - "order handling") FROM cube WHERE year(month) = {year}')
        assert cuts == dict.fromkeys(cuts, net_profit)
