"""A run's figures are those that `look` finds in the same files, to the last digit."""

from __future__ import annotations

import pytest
from tests.installations import NOW

import goodterms
from goodterms.demo import build_company
from goodterms.errors import PeriodError, UsageError
from goodterms.facts.engine import connect
from goodterms.register.run import CounterpartyFigures, CurrentRun
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.run_analysis import run_analysis


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return build_company(tmp_path_factory.mktemp("company"), lines=2_000, seed=3)


def test_run_comes_to_what_look_finds(installation, company):
    reading = goodterms.read(
        company.sale_files, costs=[company.costs], activities=[company.activities], products=[company.products], customers=[company.customers]
    )
    policy = goodterms.Policy.load(company.policy)
    looked = goodterms.analyse(reading, policy=policy)
    publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)
    run, result = run_analysis(connect(), policy=policy, by=acting(""), at=NOW)
    assert (result.answer, result.measure) == (looked.answer, looked.measure)
    assert set(result.tables) == set(looked.tables)
    for name, table in looked.tables.items():
        assert sorted(map(str, result.tables[name].to_pylist())) == sorted(map(str, table.to_pylist())), name
    figures = {f.counterparty.source_keys.get().key: f for f in CounterpartyFigures.objects.filter(run=CurrentRun.objects.get().run, net_sales__isnull=False)}
    assert {row["customer"] for row in looked.tables["customers"].to_pylist()} - {"(no customer)"} == set(figures)
    assert run.answer == looked.answer


def test_a_run_without_sale_lines_says_so(installation):
    with pytest.raises(PeriodError, match="There are no sale lines yet to work out figures from"):
        run_analysis(connect(), by=acting(""), at=NOW)


@pytest.mark.parametrize("signs", [200, 201])
def test_a_name_of_a_run_has_room_or_is_refused(installation, tmp_path, signs):
    (tmp_path / "sales.csv").write_text("Invoice;Date;Customer;Product;Quantity;Net\n1;2024-01-15;C1;P1;2;20,00\n", "utf-8")
    reading = goodterms.read([tmp_path / "sales.csv"])
    publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)
    name = "Ä" * signs
    if signs > 200:
        with pytest.raises(UsageError, match=r"^Ä{40}… is 201 signs long: say it in 200\.$"):
            run_analysis(connect(), kept_as=name, by=acting(""), at=NOW)
    else:
        assert run_analysis(connect(), kept_as=name, by=acting(""), at=NOW)[0].kept_as == name
