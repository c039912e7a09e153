"""Online Retail II, 2010 against 2011: a million lines of two sheets that overlap, with returns and lines of nobody, and nothing but sales.

The amounts of the tables were worked out apart from this engine, from the same file. What they leave open is held against SQL on the file.
"""

from __future__ import annotations

import duckdb
import pytest
import zstandard
from tests.cast import D, rows_of
from tests.real.said import by_command, by_library, total

import goodterms
from goodterms.facts.columns import NO_CUSTOMER

pytestmark = pytest.mark.real

YEARS = ("2010", "2011")
ONE_QUANTITY_OR_THE_OTHER = {
    "new customers": "1442415.5310",
    "lost customers": "-1074618.2330",
    "adjustments": "-176024.8510",
    "new families": "3644495.1230",
    "lost families": "-3818052.4600",
    "price: list": "-290165.3000",
    "mix within": "0",
}
VALUE = ONE_QUANTITY_OR_THE_OTHER | {"volume": "159635.0100", "mix between": "0.0000"}
PHYSICAL = ONE_QUANTITY_OR_THE_OTHER | {"volume": "-257567.8307", "mix between": "417202.8407"}


@pytest.fixture(scope="module")
def both_years(real_data):
    return real_data / "online_retail" / "online_retail_II_both_years.parquet"


@pytest.fixture(scope="module")
def asked(both_years):
    """SQL on the file's lines, an invoice of both sheets counted in the first, and on tables of a result."""
    with duckdb.connect() as con:
        con.execute(f"""CREATE TABLE lines AS
            WITH sheets AS (FROM '{both_years}'),
            first_sheet AS (SELECT DISTINCT Invoice FROM sheets WHERE Sheet = 'Year 2009-2010')
            SELECT Invoice, trim(StockCode) AS product, coalesce("Customer ID"::VARCHAR, '{NO_CUSTOMER}') AS counterparty, Quantity::DECIMAL(18, 4) AS quantity,
                Quantity * Price::DECIMAL(18, 4) AS net_value, year(InvoiceDate) AS in_year, starts_with(Invoice, 'C') AS credit_note
            FROM sheets WHERE Sheet = 'Year 2009-2010' OR Invoice NOT IN (FROM first_sheet)""")

        def ask(sql, **tables):
            for name, table in tables.items():
                con.register(name, table)
            return con.execute(sql).fetchall()

        yield ask


@pytest.fixture(scope="module")
def reading(both_years):
    return goodterms.read(both_years)


@pytest.fixture(scope="module")
def result(reading):
    return goodterms.analyse(reading, periods=YEARS)


@pytest.fixture(scope="module")
def looked(both_years, tmp_path_factory):
    """The command, in a process of its own."""
    return by_command(tmp_path_factory.mktemp("looked") / "report", both_years, "--periods", *YEARS)


@pytest.fixture(scope="module", params=["library", "command"])
def said(request):
    """What the library and the command say of the same two years."""
    return by_library(request.getfixturevalue("result")) if request.param == "library" else request.getfixturevalue("looked")


@pytest.fixture(scope="module")
def physical(reading):
    return by_library(goodterms.analyse(reading, periods=YEARS, physical=True))


@pytest.fixture(scope="module")
def by_default(reading):
    return by_library(goodterms.analyse(reading))


# What is counted


def test_invoices_of_both_sheets_are_counted_once(said, asked):
    figures = said.figures
    assert (figures["met_twice_documents"], D(figures["met_twice_net_value"])) == (1_088, D("377488.45"))
    assert said.notices == ("1,088 documents were met twice, in Year 2009-2010 and Year 2010-2011: 22,523 lines, 377,488.45 of sales. They are counted once.",)
    assert (figures["sale_lines"], figures["customers"]) == (1_044_847, 5_942)
    assert total(said.table("months"), "net_sales") == total(said.table("cube"), "net_sales") == D("18909744.118")
    assert asked("SELECT count(*), sum(net_value) FROM lines") == [(1_044_847, D("18909744.118"))]


def test_all_is_accepted_and_none_is_lost(reading, looked):
    assert (reading.physical, reading.accepted, reading.rejected, reading.set_aside) == (1_067_370, 1_067_370, 0, 0)
    assert looked.code == 0


def test_what_the_data_cannot_say_is_said(said):
    assert said.measure == "net sales"
    assert {topic: said.missing[topic] for topic in ("list price", "product cost", "product family")} == {
        "list price": "No list prices in the data: the waterfall begins at net sales, and discounts are not seen.",
        "product cost": "No product cost in the data: the answer stops at net sales.",
        "product family": "No product families: each product is its own family, so mix within families is 0.",
    }


def test_the_raw_file_of_one_year_needs_no_mapping(real_data, tmp_path):
    path = tmp_path / "online_retail.csv"
    with (real_data / "online_retail" / "online_retail_2010_2011_raw.csv.zst").open("rb") as packed, path.open("wb") as plain:
        zstandard.ZstdDecompressor().copy_stream(packed, plain)
    reading = goodterms.read(path)
    assert (reading.accepted, reading.rejected, reading.set_aside) == (541_909, 0, 1)  # the header is set aside
    assert reading.physical == 541_910
    assert reading.facts["sale_lines"].count().to_pyarrow().as_py() == 541_909


# Why sales moved


def test_every_step_of_the_bridge_is_the_tables(said):
    assert (said.bridge.labels, said.bridge.quantities) == (YEARS, "value")
    assert (said.bridge.start, said.bridge.end) == (D("9111106.0940"), D("8998790.9140"))
    assert said.bridge.end - said.bridge.start == D("-112315.1800")
    assert said.bridge.sales == (said.bridge.start, said.bridge.end)
    said.bridge.check_table(VALUE)


def test_physical_units_move_volume_and_mix_alone(result, physical):
    assert physical.bridge.quantities == "physical"
    physical.bridge.check_table(PHYSICAL)
    by_value = by_library(result).bridge.steps
    alike = ONE_QUANTITY_OR_THE_OTHER.keys() - {"mix within"}
    assert {step: physical.bridge.steps[step] for step in alike} == {step: by_value[step] for step in alike}


def test_customers_are_new_lost_or_continuing(said):
    assert said.bridge.counts == {"new": 1_559, "lost": 1_572, "continuing": 2_661, "neither": 50}
    assert said.bridge.continuing["customers"] == (2_661, 1_572, 1_559)


def test_lines_of_nobody_continue_as_no_customer(said, asked):
    """One row of their own, with exactly the sales that the file has without a customer."""
    (nobody,) = [row for row in rows_of(said.table("bridge_customers")) if row["counterparty"] == NO_CUSTOMER]
    assert (nobody["customer_class"], nobody["new customers"], nobody["lost customers"]) == ("continuing", 0, 0)
    sales = asked(f"SELECT sum(net_value) FROM lines WHERE counterparty = '{NO_CUSTOMER}' AND in_year IN (2010, 2011) GROUP BY in_year ORDER BY in_year")
    assert [(nobody["sales_earlier"],), (nobody["sales_later"],)] == sales
    assert NO_CUSTOMER not in said.customers


def test_customers_with_credit_notes_only_are_adjustments(said, asked):
    """Their credit notes are all of 2010: without them 2011 is the better by as much."""
    credited = [row for row in rows_of(said.table("bridge_customers")) if row["customer_class"] == "neither"]
    assert len(credited) == 50
    sales = [sum(row[f"sales_{when}"] for row in credited) for when in ("earlier", "later")]
    assert sales == [D("-60213.17"), D(0)]
    assert sum(row["adjustments"] for row in credited) == D("60213.17")
    assert {row[step] for row in credited for step in said.bridge.steps if step not in {"adjustments", "price: list"}} == {D(0)}
    assert {row["price: list"] for row in credited} == {D(0)}
    without_an_invoice = """
        SELECT counterparty FROM lines WHERE in_year IN (2010, 2011) AND counterparty <> $$(no customer)$$ GROUP BY ALL HAVING bool_and(credit_note)"""
    assert {(row["counterparty"],) for row in credited} == set(asked(without_an_invoice))


def test_less_than_half_of_sales_is_in_items_that_continue(said):
    assert said.bridge.continuing["items"][0] == 51_183
    assert [round(100 * share, 2) for share in said.bridge.shares["items"]] == [D("45.88"), D("45.00")]
    assert said.bridge.continuing["customer x family"] == said.bridge.continuing["items"]  # each product is its own family


def test_returns_are_netted_item_by_item(said, asked):
    """Each item's quantity and sales are the file's, credit notes taken off: all 471,992 of them."""
    items = said.table("bridge_items")
    of_file = """
        SELECT counterparty, product, coalesce(sum(quantity) FILTER (in_year = 2010), 0) AS q0, coalesce(sum(quantity) FILTER (in_year = 2011), 0) AS q1,
            coalesce(sum(net_value) FILTER (in_year = 2010), 0) AS s0, coalesce(sum(net_value) FILTER (in_year = 2011), 0) AS s1
        FROM lines WHERE in_year IN (2010, 2011) GROUP BY counterparty, product"""
    of_items = "SELECT counterparty, product, quantity_earlier, quantity_later, net_sales_earlier, net_sales_later FROM items"
    assert asked(f"SELECT count(*), count_if(q0 < 0 OR q1 < 0) > 0 FROM ({of_file})") == [(471_992, True)]
    assert asked(f"({of_file}) EXCEPT ({of_items})", items=items) == []
    assert items.num_rows == 471_992


def test_an_unfilled_december_is_announced_with_eleven_months_beside_it(said):
    assert said.unfilled == ("2011 ends on 9 December",)
    alike = said.like_for_like
    assert alike.labels == ("2010-01..2010-11", "2011-01..2011-11")
    assert (alike.start, alike.end) == alike.sales == (D("8362149.074"), D("8565122.904"))
    assert round(100 * (alike.end / alike.start - 1), 1) == D("2.4")
    assert said.explanation[-1] == (
        "2011 ends on 9 December. Like for like, 2010-01..2010-11 against 2011-01..2011-11: sales grew 2.4 %, a change of +202,973.83."
    )
    alike.check_sum()


def test_by_default_the_last_twelve_full_months_are_compared(by_default):
    assert by_default.bridge.labels == ("2009-12..2010-11", "2010-12..2011-11")
    assert (by_default.bridge.start, by_default.bridge.end) == by_default.bridge.sales == (D("9161996.184"), D("9314079.924"))
    assert (by_default.unfilled, by_default.like_for_like) == ((), None)
    by_default.bridge.check_sum()


def test_every_cut_has_the_same_total(said, asked):
    bridge, tables = said.bridge, {"months": said.table("months"), "cube": said.table("cube")}
    for year, when, sales in ((2010, "earlier", bridge.start), (2011, "later", bridge.end)):
        cuts = {cut: total(said.table(cut), f"net_sales_{when}") for cut in ("customers", "products", "families", "managers", "segments", "bridge_items")}
        for cut in tables:
            ((cuts[cut],),) = asked(f"SELECT sum(net_sales) FROM {cut} WHERE year(month) = {year}", **tables)
        cuts["bridge_customers"] = total(said.table("bridge_customers"), f"sales_{when}")
        ((cuts["the file"],),) = asked(f"SELECT sum(net_value) FROM lines WHERE in_year = {year}")
        assert cuts == dict.fromkeys(cuts, sales)
