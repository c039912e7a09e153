"""A run works out the months that changed, and comes to what an analysis from scratch comes to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.installations import NOW

import goodterms
from goodterms.facts.engine import connect
from goodterms.facts.policy import Policy
from goodterms.register.run import Run
from goodterms.work.facts_of_company import facts_of_company
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.kept_months import cubes, cubes_of, sweep_cubes
from goodterms.work.run_analysis import run_analysis

HEAD = "Invoice;Line;Date;Customer number;Sales person;Product number;Quantity;Net amount;Cost;Order number"
LINES = [
    f"{month}{customer};1;2023-{month:02d}-1{customer};{name};{manager};p{month % 3};{month};{month * 10},00;{month * 4},00;o{month}{customer}"
    for month in range(1, 9)
    for customer, name, manager in ((1, "Ann Smith", "Mia Virtanen"), (2, "Bob Jones", "Otto Laine"))
]
COSTS = ["Period;Pool;Amount", *(f"2023-{month:02d};desk;{100 + month},00" for month in range(1, 9))]
POLICY = Policy.read('version = 1\n[[policy]]\nfrom = 1900-01-01\n[[policy.pool]]\nname = "desk"\nminutes = "5 + 3*lines + 15*new"\ncapacity_minutes = 1000\n')
PERIODS = ("2023-01..2023-04", "2023-05..2023-08")


def imported(folder, name, lines, costs=()):
    sales = folder / f"{name}.csv"
    sales.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    files = []
    if costs:
        files = [folder / f"{name} costs.csv"]
        files[0].write_text("\n".join(costs) + "\n", "utf-8")
    reading = goodterms.read([sales], costs=files)
    return publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)


def run(*, compared=True):
    """The run, after it was compared with an analysis from scratch."""
    made, result = run_analysis(connect(), policy=POLICY, periods=PERIODS, by=acting(""), at=NOW)
    if compared:
        scratch = goodterms.analyse(facts_of_company(connect()), policy=POLICY, periods=PERIODS)
        assert set(result.tables) == set(scratch.tables)
        for name in scratch.tables:
            assert result.tables[name].equals(scratch.tables[name]), name
        for what in ("answer", "explanation", "notices", "missing", "waterfall", "bridge", "customers", "products", "whale"):
            assert getattr(result, what) == getattr(scratch, what), what
    return made


def months_that_differ(one, other):
    before, now = cubes_of(one), cubes_of(other)
    return [f"{month:%Y-%m}" for month in sorted({*before, *now}) if before.get(month) != now.get(month)]


def names_that_are_kept(home):
    con = connect().con
    words = {word for file in (home / "cubes").rglob("*.parquet") for row in con.execute(f"SELECT * FROM '{file}'").fetchall() for word in row}
    return words & {"Ann Smith", "Bob Jones", "Mia Virtanen", "Otto Laine"}


def test_a_correction_of_one_month_works_out_that_month_alone_and_keeps_no_name(installation, tmp_path):
    imported(tmp_path, "first", LINES, COSTS)
    first = run(compared=False)
    imported(tmp_path, "correction", [line.replace(";50,00;", ";55,00;") for line in LINES if line.startswith("51;")])
    second = run()
    assert (len(second.cubes), len(second.key_map)) == (8, 64)
    assert months_that_differ(first, second) == ["2023-05"]
    assert second.key_map == first.key_map
    assert names_that_are_kept(installation) == set()
    used, there = cubes().with_what_they_are_made_of([*first.cubes.values(), *second.cubes.values()]), cubes().names()
    assert used < there
    assert [cubes().damage_of(name) for name in sorted(there)] == [""] * len(there)
    staged = installation / "cubes" / "staging" / "left by a process that was killed"
    staged.mkdir(parents=True)
    assert sweep_cubes(NOW - timedelta(days=40_000)) == 0
    assert sweep_cubes(NOW + timedelta(days=40_000)) == len(there - used) + 1
    assert cubes().names() == used
    file = next(cubes().path_of(second.cubes["2023-05-01"]).glob("cube.*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert cubes().damage_of(second.cubes["2023-05-01"]) == f"{file} was altered."
    assert cubes().reused(used) == used - {second.cubes["2023-05-01"]}  # it is set aside and worked out again
    Run.objects.update(cubes={}, key_map="")
    assert sweep_cubes(NOW + timedelta(days=40_000)) == len(used) + 1  # and the key map
    assert cubes().names() == set()


@pytest.mark.torture
def test_what_other_months_say_works_out_the_months_that_read_it(installation, tmp_path):
    imported(tmp_path, "first", LINES, COSTS)
    first = run()
    imported(tmp_path, "later", ["93;1;2023-06-20;Cy Young;Mia Virtanen;p1;1;10,00;4,00;o93"])
    second = run()
    assert months_that_differ(first, second) == ["2023-06"]
    imported(tmp_path, "before all", ["00;1;2023-01-02;Cy Young;Mia Virtanen;p1;1;10,00;4,00;o00"])
    assert months_that_differ(second, run()) == ["2023-01", "2023-06"]  # the order of June is not the customer's first any more
