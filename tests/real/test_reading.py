"""Outside files, as their owners wrote them, read without a word of ours, and with the mapping where they need one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
import zstandard

from goodterms.intake import read

pytestmark = pytest.mark.real
D = Decimal
DAY = dt.date


@pytest.fixture(scope="module")
def adventureworks(real_data, tmp_path_factory):
    """The files that AdventureWorks would export, written by the flattening that comes with the data."""
    folder = tmp_path_factory.mktemp("adventureworks")
    source = real_data / "adventureworksdw"
    sql = (source / "flatten.sql").read_text().replace("to 'invoices.csv'", f"to '{folder}/invoices.csv'").replace("to 'costs.csv'", f"to '{folder}/costs.csv'")
    with duckdb.connect() as con:
        con.execute(sql.replace("from '", f"from '{source}/").replace("join '", f"join '{source}/"))
    return folder


@pytest.fixture(scope="module")
def online_retail_csv(real_data, tmp_path_factory):
    """The raw CSV of one year, unpacked."""
    path = tmp_path_factory.mktemp("online_retail") / "online_retail.csv"
    with (real_data / "online_retail" / "online_retail_2010_2011_raw.csv.zst").open("rb") as packed, path.open("wb") as plain:
        zstandard.ZstdDecompressor().copy_stream(packed, plain)
    return path


def one(reading, sql):
    return reading.facts.engine.con.execute(sql).fetchone()


def test_adventureworks_is_understood_without_a_mapping(adventureworks):
    reading = read([adventureworks / "invoices.csv"], costs=[adventureworks / "costs.csv"])
    lines, costs = reading.files
    assert (lines.physical, lines.accepted, lines.rejected, lines.set_aside) == (60_856, 60_855, 0, 1)
    assert (costs.physical, costs.accepted, costs.rejected, costs.set_aside) == (1_912, 1_911, 0, 1)
    assert {c.theirs: c.ours for c in lines.columns} == {
        "Invoice date": "date",
        "Invoice": "document",
        "Line": "line",
        "Order": "order_number",
        "Customer number": "customer_key",
        "Customer": "customer_name",
        "Segment": "segment",
        "Country": "country",
        "Sales person": "manager_key",
        "Product number": "product_key",
        "Product": "product_name",
        "Product family": "family",
        "Quantity": "quantity",
        "List value": "list_value",
        "Discount": "discount",
        "Net amount": "net_value",
        "Cost": "product_cost",
        "Tax": "tax",
        "Due date": "due_date",
    }
    assert {c.theirs: c.ours for c in costs.columns} == {
        "Period": "period",
        "Entity": "entity",
        "Account": "account",
        "Account name": "account_name",
        "Pool": "pool",
        "Amount": "amount",
    }
    assert not reading.problems
    assert (lines.first_date, lines.last_date) == (DAY(2010, 12, 29), DAY(2013, 11, 29))
    of_2012, of_2013 = ("FILTER (year(date) = 2012)", "FILTER (year(date) = 2013)")
    by_year = f"SELECT sum(net_value) {of_2012}, sum(net_value) {of_2013}, sum(net_value - product_cost) {of_2012} FROM sale_lines"
    sales_2012, sales_2013, margin_2012 = one(reading, by_year)
    assert (round(sales_2012, 2), round(sales_2013, 2), margin_2012) == (D("28193631.53"), D("33574834.16"), D("915899.0364"))
    assert one(reading, "SELECT count(DISTINCT customer_key), count(DISTINCT product_key), count(DISTINCT manager_key) FROM sale_lines")[:2] == (635, 250)
    assert one(reading, "SELECT count(*) FROM sale_lines WHERE list_value - discount <> net_value") == (0,)
    assert one(reading, "SELECT count(*), count(name), count(segment), count(country) FROM customers") == (635, 635, 635, 635)
    assert one(reading, "SELECT count(*), count(name), count(DISTINCT family) FROM products")[:2] == (250, 250)


def test_adventureworks_reads_the_same_with_the_mapping_that_it_writes(adventureworks, tmp_path):
    first = read([adventureworks / "invoices.csv"])
    second = read([adventureworks / "invoices.csv"], mapping=first.write_mapping(tmp_path / "map.toml"))
    content = "SELECT bit_xor(hash(s)), count(*) FROM sale_lines s"
    assert one(second, content) == one(first, content)
    assert second.mapping.as_toml() == first.mapping.as_toml()


def test_online_retail_with_both_sheets(real_data):
    reading = read([real_data / "online_retail" / "online_retail_II_both_years.parquet"])
    (account,) = reading.files
    assert (account.physical, account.accepted, account.rejected, account.credit_notes) == (1_067_370, 1_067_370, 0, 8_292)
    assert reading.facts.sources == ("Year 2009-2010", "Year 2010-2011")
    assert one(reading, "SELECT count(*), count(DISTINCT customer_key), count(DISTINCT key_space) FROM sale_lines") == (1_067_370, 5_942, 0)
    assert one(reading, "SELECT sum(net_value) FROM sale_lines WHERE source = 'Year 2009-2010'") == (D("9539484.6340"),)
    assert one(reading, "SELECT sum(net_value) FROM sale_lines WHERE source = 'Year 2010-2011'") == (D("9747747.9340"),)
    assert one(reading, "SELECT count(*) FROM sale_lines WHERE (kind = 'credit note') <> starts_with(document, 'C')") == (0,)
    assert one(reading, "SELECT count(*), count(DISTINCT (source, document, line)) FROM sale_lines") == (1_067_370, 1_067_370)
    assert one(reading, "SELECT count(country) FROM customers") == (5_942,)


def test_online_retail_raw_csv(online_retail_csv):
    reading = read([online_retail_csv])
    assert (reading.physical, reading.accepted, reading.rejected, reading.set_aside) == (541_910, 541_909, 0, 1)
    assert one(reading, "SELECT sum(net_value), count(DISTINCT customer_key), count(*) FILTER (customer_key LIKE '%.%') FROM sale_lines") == (
        D("9747747.9340"),
        4_372,
        0,
    )
    assert one(reading, "SELECT count(DISTINCT document) FROM sale_lines WHERE kind = 'credit note'") == (3_836,)
