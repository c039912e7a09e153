"""AdventureWorks, Online Retail II and Northwind imported into an installation each: a run says what `look` says, and undone nothing of them is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.installations import NOW
from tests.installed import installation, made, postgresql  # noqa: F401
from tests.real.test_adventureworks import POLICY

import goodterms
from goodterms.facts.engine import connect
from goodterms.register.run import CurrentRun, Run
from goodterms.work.check import check
from goodterms.work.dump import Compared, dump_lines, snapshot
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.run_analysis import run_analysis
from goodterms.work.undo_import import undo

pytestmark = pytest.mark.real
NORTHWIND = Path(__file__).with_name("northwind.toml")
NORTHWINDS = ("order-details.csv", "orders.csv", "products.csv", "categories.csv", "customers.csv", "suppliers.csv")


def of_adventureworks(data, folder):
    for path in (data / "adventureworksdw").iterdir():
        (folder / path.name).symlink_to(path)
    subprocess.run([sys.executable, "-c", "import duckdb; duckdb.execute(open('flatten.sql').read())"], cwd=folder, check=True)
    return goodterms.read([folder / "invoices.csv"], costs=[folder / "costs.csv"]), goodterms.Policy.read(POLICY)


def of_online_retail(data, _folder):
    return goodterms.read([data / "online_retail" / "online_retail_II_both_years.parquet"]), None


def of_northwind(data, _folder):
    return goodterms.read([data / "northwind" / name for name in NORTHWINDS], mapping=NORTHWIND), None


def dump():
    with snapshot() as using:
        return [line.decode() for line in dump_lines(connect(), Compared.STATE, using=using)]


def figures(result):
    """Every figure of a result, as it is written to the last digit; what order rows come in says nothing."""
    tables = {name: (table.column_names, sorted(map(str, table.to_pylist()))) for name, table in result.tables.items()}
    return tables, result.answer, result.explanation, result.bridge, result.waterfall, result.measure


@pytest.mark.parametrize(
    ("installation", "company"),
    [
        pytest.param("sqlite", of_adventureworks, id="AdventureWorks on SQLite"),
        pytest.param("postgresql", of_adventureworks, id="AdventureWorks on PostgreSQL"),
        pytest.param("sqlite", of_online_retail, id="Online Retail II on SQLite"),
        pytest.param("sqlite", of_northwind, id="Northwind on SQLite"),
        pytest.param("postgresql", of_northwind, id="Northwind on PostgreSQL"),
    ],
    indirect=["installation"],
)
def test_a_run_says_what_look_says_and_undoing_leaves_nothing(installation, real_data, tmp_path, company):  # noqa: F811  (a fixture)
    before = dump()
    reading, policy = company(real_data, tmp_path)
    looked = figures(goodterms.analyse(reading, policy=policy))
    published = publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)
    assert sum(of.new for of in published.tables.values()) > 0
    _, result = run_analysis(connect(), policy=policy, by=acting(""), at=NOW)
    found = figures(result)
    for name, table in looked[0].items():
        assert found[0][name] == table, name
    assert found == looked
    assert check(connect(), by=acting("")).found == ()
    again = publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)
    assert again.changes_nothing
    for number in (again.number, published.number):
        undo(number, connect(), by=acting(""), at=NOW)
    CurrentRun.objects.update(run=None)
    Run.objects.all().delete()
    assert dump() == before
