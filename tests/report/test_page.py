"""The page: it asks no network for anything, its parts are in order, and every printed sum adds up."""

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from tests.report.everything import everything
from tests.report.sample import sample_result

import goodterms
from goodterms.analysis.result import WaterfallRow
from goodterms.charts.printed import printed_waterfall
from goodterms.report import page as pages
from goodterms.report.culprits import Ranking, heading_of
from goodterms.report.edition import Edition
from goodterms.report.lookup import found
from goodterms.report.page import report_page
from goodterms.report.parties import TRACED, own_rows
from goodterms.report.pools import pool_places, pools_of

D = Decimal

RESULT = sample_result()
PAGE = report_page(RESULT)


def figures(markup):
    """The amounts of a table's cells, as decimals."""
    return [D(f.replace(",", "").replace("−", "-").replace("+", "")) for f in re.findall(r'<td class="num[^"]*">([−+]?[\d,]+\.\d\d)</td>', markup)]


def section(page, place):
    """One card of the page."""
    return re.search(rf'<section class="card[^"]*" id="{place}".*?</section>', page, re.DOTALL)[0]


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_asks_no_network_for_anything():
    assert re.findall(r'(?:src|srcset|action|data|poster)="[^"]*"|url\(|@import|https?://(?!www\.w3\.org/2000/svg)', PAGE) == []
    assert sorted(set(re.findall(r'href="([^#"][^"]*)"', PAGE))) == ["tables.xlsx"]


def test_the_policy_names_every_inline_style_and_script_by_its_hash_and_allows_nothing_else():
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', PAGE)[1].replace("&#x27;", "'")
    assert policy.startswith("default-src 'none'; ")
    inline = re.findall(r"<style>(.*?)</style>", PAGE, re.DOTALL) + re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    named = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline}
    assert named == set(re.findall(r"'sha256-[^']+'", policy))
    assert not re.search(r'\sstyle="|\son\w+="|unsafe', PAGE)


def test_the_page_is_in_the_order_of_the_answer():
    places = re.findall(r'<section class="(?:card[^"]*|lead)" id="([\w-]+)"', PAGE)
    assert places == [
        "answer",
        "bridge",
        "like-for-like",
        "waterfall",
        "whale",
        "months",
        "families",
        "worst-customers",
        "worst-products",
        "customers",
        "products",
        "pools",
        "rates",
        "missing",
        "notices",
    ]
    assert re.findall(r'<a href="#([\w-]+)"', re.search(r"<nav.*?</nav>", PAGE)[0]) == places


def test_headings_are_in_order_and_there_is_one_first():
    levels = [int(level) for level in re.findall(r"<h([1-6])", PAGE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_the_printed_bridge_adds_up():
    table = re.search(r'<table class="hb">.*?</table>', section(PAGE, "bridge"), re.DOTALL)[0]
    amounts = figures(table)
    for column in (amounts[::2], amounts[1::2]):
        assert column[0] + sum(column[1:-1]) == column[-1]


def test_who_is_behind_a_bar_adds_up_to_the_bar():
    panels = re.findall(r'<details id="bar-(\d+)" class="panel"><summary><b>[^<]*</b> <span[^>]*>([^<]*)</span></summary>(.*?)</details>', PAGE, re.DOTALL)
    assert len(panels) == len(RESULT.bridge.steps)
    checked = 0
    for _place, said, inside in panels:
        bar = D(said.replace(",", "").replace("−", "-").replace("+", ""))
        for table in re.findall(r"<table.*?</table>", inside, re.DOTALL):
            assert sum(figures(table)) == bar
            checked += 1
    assert checked > len(panels)


def test_every_printed_level_of_the_waterfall_is_the_sum_of_the_steps_above():
    edition = Edition(RESULT)
    for when in ("earlier", "later"):
        level = D(0)
        for row in edition.waterfall:
            amount = getattr(row, when)
            level = amount if row.step == "list_value" else level + (amount if row.kind != "total" else 0)
            assert row.kind != "total" or amount == level


def test_pools_and_accounts_add_up_both_ways():
    for pool in pools_of(RESULT):
        for sums in pool.by_period.values():
            for account in sums.accounts:
                assert sum(account.parts) == account.amount
            assert sum(sums.part(i) for i in range(6)) == sums.amount


def test_a_list_adds_up_to_its_printed_sum():
    edition = Edition(RESULT)
    for parties, whole in ((edition.customers, RESULT.waterfall), (edition.products, RESULT.waterfall)):
        for level in ("net_sales", "gross_margin", parties.measure):
            row = next(r for r in whole if r.step == level)
            assert D(sum(parties.level(level, "later"))) / 100 == round(row.later, 2)


@pytest.mark.parametrize("kind", [0, 1])
def test_what_a_customer_or_product_opens_to_adds_up(kind):
    data = data_of(PAGE)
    listed = data["lists"][kind]
    kinds = [k for _label, k in listed["steps"]]
    assert len(listed["details"]) == len(listed["rows"])
    for at, detail in listed["details"].items():
        for column, waterfall in enumerate(detail["w"]):
            level = 0
            for i, amount in enumerate(waterfall):
                level = amount if i == 0 else level + (amount if kinds[i] == "step" else 0)
                assert kinds[i] != "total" or amount == level
            for step in {share[0] for share in detail.get("o", ())}:
                assert sum(share[3 + 2 * column] for share in detail["o"] if share[0] == step) == -waterfall[step]
        if "b" in detail:
            assert sum(detail["b"]) == detail["w"][1][-1] - detail["w"][0][-1]
        if "m" in detail:
            margin = next(i for i, (label, _k) in enumerate(listed["steps"]) if label == "Gross margin")
            assert sum(m[3] for m in detail["m"]) + detail["r"] == detail["w"][1][margin] - detail["w"][0][margin]
        assert listed["rows"][int(at)][0]


def test_the_same_figure_is_printed_the_same_everywhere():
    edition = Edition(RESULT)
    worst = edition.culprit_customers[0]
    listed = edition.customers.level("net_profit", "later")[edition.customers.place[worst.key]]
    assert D(listed) / 100 == worst.later


def test_names_with_markup_are_shown_and_never_obeyed():
    page = report_page(sample_result(hostile=True))
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("</script>") == 3
    assert data_of(page)["lists"][0]["rows"]


def test_one_period_has_no_bridge_and_says_everything_else():
    page = report_page(sample_result(one_period=True))
    assert 'id="bridge"' not in page
    assert 'id="waterfall"' in page
    assert data_of(page)["earlier"] is None


def test_a_result_without_costs_stops_at_margin_and_shows_no_pools():
    page = report_page(sample_result(costs=False, currency=None))
    assert 'id="pools"' not in page
    assert "in the currency of the files" in page
    assert data_of(page)["lists"][0]["steps"][-1] == ["Gross margin", "total"]


def test_a_page_of_many_customers_stays_small_and_opens_three_hundred():
    page = report_page(sample_result(customers=2500, products=600, items=20_000))
    assert len(page.encode()) < 3_000_000
    lists = data_of(page)["lists"]
    assert [len(listed["rows"]) for listed in lists] == [2500, 600]
    assert 300 <= len(lists[0]["details"]) <= 310


def test_the_first_rows_stand_in_the_page_without_a_script():
    inside = section(PAGE, "customers")
    assert inside.count('class="who"') >= 50
    assert "10 more are in tables/customers.csv." in inside


def test_a_step_whose_cost_stays_at_two_levels_stands_once_in_an_own_waterfall():
    picking = next(i for i, row in enumerate(RESULT.waterfall) if row.step == "line: picking")
    line, contribution, selling = RESULT.waterfall[picking : picking + 3]
    split = (replace(line, earlier=line.earlier + 5, later=line.later + 7), contribution, replace(selling, step="order: picking", earlier=D(-5), later=D(-7)))
    rows = own_rows(
        replace(RESULT, waterfall=(*RESULT.waterfall[:picking], *split, *RESULT.waterfall[picking + 3 :])), RESULT.tables["customers"], "net_profit"
    )
    assert [(row.step, row.sign) for row in rows if row.kind == "step"] == [("discount", -1), ("product_cost", -1), ("order: picking", -1)]
    assert "product_contribution" not in {row.step for row in rows}


def test_what_was_traced_stands_apart_from_what_a_rate_shared():
    shares = RESULT.tables["shares"]
    traced = pa.array(["traced" if i % 3 == 0 else driver for i, driver in enumerate(shares["driver"].to_pylist())])
    result = replace(RESULT, tables={**RESULT.tables, "shares": shares.set_column(shares.schema.get_field_index("driver"), "driver", traced)})
    for detail in data_of(report_page(result))["lists"][0]["details"].values():
        for share in detail.get("o", ()):
            both = [other for other in detail["o"] if other[:2] == share[:2]]
            assert len(both) == 1 or sorted(other[4] == 0 and other[2] == 0 for other in both) == [False, True]
            for step in {s[0] for s in detail["o"]}:
                assert sum(s[5] for s in detail["o"] if s[0] == step) == -detail["w"][1][step]


def test_parts_of_pools_add_up_to_what_the_waterfall_prints():
    """Each account's parts are a third of a cent off; rounded row by row alone they would add up to a cent more than the waterfall prints."""
    rows = [("6020", "0.0050", "99.9950"), ("6080", "0.0050", "49.9950"), ("6110", "0.0050", "24.9950")]
    named = {
        "month": [date(2013, 1, 1)] * 3,
        "entity": [""] * 3,
        "pool": ["Desk"] * 3,
        "account": [r[0] for r in rows],
        "account_name": [""] * 3,
        "driver": ["orders"] * 3,
        "step": ["handling"] * 3,
    }
    zero = [D("0.0000")] * 3
    parts = {"assigned": [D(r[1]) for r in rows], "unused": [D(r[2]) for r in rows], "unassigned": zero, "sustaining": zero, "excluded": zero, "excess": zero}
    pools = pa.table({**named, "month": pa.array(named["month"], pa.date32()), "amount": [D(r[1]) + D(r[2]) for r in rows], **parts})
    waterfall = (
        WaterfallRow("gross_margin", "Gross margin", "total", None, D(1000)),
        WaterfallRow("order: handling", "Handling", "step", None, D("-0.0150")),
        WaterfallRow("net_profit", "Net profit", "total", None, D("999.9850")),
        WaterfallRow("unused", "Unused capacity", "memo", None, D("-174.9850")),
        WaterfallRow("after_all_cost", "Profit", "total", None, D("825.0000")),
    )
    (pool,) = pools_of(replace(RESULT, earlier=None, waterfall=waterfall, tables={"pools": pools}))
    sums = pool.by_period["later"]
    printed = {row.step: row.later for row in printed_waterfall(waterfall)}
    assert (sums.part(0), sums.part(1)) == (-printed["order: handling"], -printed["unused"]) == (D("0.01"), D("174.99"))
    assert [(a.amount, sum(a.parts)) for a in sums.accounts] == [(D("100.00"), D("100.00")), (D("50.00"), D("50.00")), (D("25.00"), D("25.00"))]


def test_a_pool_whose_driver_the_policy_changes_stands_once_for_each():
    """What deliveries cost and what orders cost is no one rate."""
    months, drivers = [date(2013, 1, 1), date(2013, 7, 1)], ["deliveries", "orders"]
    named = {"entity": ["", ""], "pool": ["Carrier"] * 2, "driver": drivers, "step": ["delivery"] * 2, "month": pa.array(months, pa.date32())}
    costs = {"account": ["4200"] * 2, "account_name": [""] * 2, "amount": [D("60.00"), D("40.00")], "assigned": [D("60.00"), D("40.00")]}
    counts = {"level": ["order"] * 2, "amount": costs["amount"], "traced": [D(0)] * 2, "driver_total": [D(6), D(2)], "capacity": [None, None]}
    tables = {"pools": pa.table({**named, **costs}), "rates": pa.table({**named, **counts})}
    pools = pools_of(replace(RESULT, earlier=None, tables=tables))
    assert [(p.driver, p.by_period["later"].amount, p.by_period["later"].rate) for p in pools] == [("deliveries", 60, 10), ("orders", 40, 20)]
    places = pool_places(pools)
    assert [places["Carrier", "", "delivery", driver] for driver in (*drivers, TRACED)] == [0, 1, 0]


def test_a_list_of_profits_is_not_called_what_cost_most():
    culprits = Edition(RESULT).culprit_customers
    ranking = Ranking("net profit", by_change=False)
    losing, earning = replace(culprits[0], later=D(-1)), replace(culprits[0], later=D(1))
    assert heading_of("customer", [losing, losing], ranking) == "The 2 customers that cost most"
    assert heading_of("customer", [losing, earning], ranking) == "The 2 customers with the lowest net profit"
    assert heading_of("product", [earning], Ranking("net sales", by_change=True)) == "The product that costs most"


def test_a_page_has_the_rows_that_it_has_room_for(monkeypatch):
    whole = len(PAGE.encode())
    monkeypatch.setattr(pages, "LARGEST", whole)
    assert report_page(RESULT) == PAGE
    monkeypatch.setattr(pages, "LARGEST", whole - 1)
    monkeypatch.setattr(pages, "_ROWS", (10_000, 2, 1))
    assert "The 2 with the largest effect are listed here." in section(report_page(RESULT), "customers")


def test_names_and_currencies_keep_their_large_letters():
    page = report_page(everything())
    assert "Edi order" not in section(page, "waterfall")
    assert "In USD." in section(PAGE, "waterfall")
    assert "In USD;" in section(PAGE, "pools")


def test_a_step_that_is_called_like_a_level_has_its_own_column():
    table = pa.table({"net sales_later": [1], "net_sales_later": [2]})
    assert [found(table, "net sales_later"), found(table, "net_sales_later")] == ["net sales_later", "net_sales_later"]
    assert found(pa.table({"net sales": [1]}), "net_sales") == "net sales"


def test_a_party_with_too_few_peers_says_so(tmp_path):
    """Two customers and one product: nobody has eight others to compare with."""
    lines = [f"{year}{name};{year}-05-01;{name};tea;1;12,00;10,00;4,00" for year in (2022, 2023) for name in "AB"]
    (tmp_path / "i.csv").write_text("\n".join(["Invoice;Date;Customer;Product;Quantity;List value;Net sales;Cost", *lines, ""]), "utf-8")
    result = goodterms.analyse(goodterms.read(tmp_path / "i.csv"), periods=("2022", "2023"))
    details = [detail for table in data_of(report_page(result))["lists"] for detail in table.get("details", {}).values()]
    assert [detail.get("f") for detail in details] == [1, 1, 1]
