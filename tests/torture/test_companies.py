"""The campaign over ten thousand random companies: every identity in each of them, and the last run kept in bench/RESULTS.md.

Companies are analysed in groups, side by side, since an analysis takes seconds however few companies are in it. A group is drawn from its seed alone and named
by it: one that failed runs again with ``GOODTERMS_TORTURE=1 .venv/bin/python -m pytest tests/torture -k seed-7-``. ``GOODTERMS_TORTURE_SEED=1001 make torture``
draws other companies.
"""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.cast import engine
from tests.torture import identities, results
from tests.torture.companies import drawn, with_costs_on_the_lines

COMPANIES = 10_000
SIZES = [1_000] * 4 + [250] * 12 + [100] * 25 + [20] * 25
"""Companies in each group. A company takes 0.51 s in a group of 25, then 0.29 (50), 0.16 (100), 0.09 (200), 0.05 (400), 0.04 (800) and 0.04 (1,600): groups
of 1,000 would be through in the least time. Smaller ones are there too: a group has one policy, and what few companies leave empty many fill."""
FIRST_SEED = int(os.environ.get("GOODTERMS_TORTURE_SEED", "1"))
GROUPS = [pytest.param(seed, size, id=f"seed-{seed}-") for seed, size in enumerate(SIZES, FIRST_SEED)]
OF_ONE_ANALYSIS = (
    identities.no_sale_is_missing,
    identities.every_cut_has_the_same_total,
    identities.the_waterfall_falls,
    identities.the_bridge_has_no_remainder,
    identities.no_cost_is_missing,
    identities.every_share_is_within_a_unit_of_exact,
    identities.no_traced_cost_is_missing,
    identities.costs_of_the_cube_are_the_shares,
    identities.the_whale_curve_ends_at_the_total,
)
"""What :func:`tests.torture.identities.nothing_is_missing` looks at."""
OF_TWO = (
    "Row order never matters: every table is the same when every file is turned upside down.",
    "Yesterday's period never changes when today's cost does.",
    "No change in terms is no change in profit: the same year again moves no step of the bridge, of no customer.",
    "Selling and taking everything back leaves the handling: net profit is minus what serving cost.",
)
ANALYSES = 1 + len(OF_TWO)


def companies_in(result):
    """How many companies have documents in an analysis: the number of a document begins with its company."""
    documents = result.origins["sale_lines"].document.to_pyarrow().to_pylist()
    return len({document.partition("-")[0] for document in documents})


def every_identity_holds(group):
    """Analyse a group and what is made of it, compare, and return how many companies were in the analysis."""
    rows = group.rows()
    result, found = identities.studied(group, rows)
    companies = companies_in(result)
    identities.nothing_is_missing(group, rows, result, found)
    _result, again = identities.studied(group, identities.upside_down(rows))
    identities.same_tables(found, again)
    _result, today = identities.studied(group, identities.with_other_costs_today(rows))
    identities.yesterday_is_the_same(found, today)
    group = with_costs_on_the_lines(group)
    rows = group.rows()
    same_terms = replace(group, pools=identities.without_new(group.pools))
    identities.nothing_has_changed(*identities.studied(same_terms, identities.the_same_year_twice(rows)))
    _result, returned = identities.studied(group, identities.everything_returned(rows))
    identities.only_handling_is_left(returned)
    return companies


def section_of(groups):
    """What the campaign found, for the page."""
    companies, lines, costs, activities = (sum(group[name] for group in groups) for name in ("companies", "sale_lines", "costs", "activities"))
    minutes = (max(group["end"] for group in groups) - min(group["begin"] for group in groups)) / 60
    at_a_time = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    sizes = ", ".join(f"{count} groups of {size:,}" for size, count in Counter(group["companies"] for group in groups).items())
    held = [*((identity.__doc__ or "").splitlines()[0] for identity in OF_ONE_ANALYSIS), *OF_TWO]
    return [
        "## Random companies",
        "",
        f"`make torture` on {datetime.now(UTC).date()}: {companies:,} random companies, every identity held in every one. They ran in",
        f"{sizes} side by side, drawn from the seeds {FIRST_SEED} to {FIRST_SEED + len(groups) - 1}, each group through {ANALYSES} analyses:",
        f"{lines:,} sale lines, {costs:,} amounts of cost, {activities:,} activities.",
        f"{minutes:.0f} minutes on {os.cpu_count()} cores, {at_a_time} groups at a time, Python {platform.python_version()}.",
        "",
        "| what holds |",
        "|---|",
        *(f"| {sentence} |" for sentence in held),
    ]


@pytest.fixture
def an_engine_of_its_own():
    """What a group left on the engine goes with it."""
    yield
    engine().disconnect()
    engine.cache_clear()


@pytest.fixture
def finished(tmp_path_factory):
    return results.finished_folder(tmp_path_factory, "companies")


@pytest.mark.torture
@pytest.mark.parametrize(("seed", "size"), GROUPS)
def test_every_identity_holds_in_a_group_of_companies(seed, size, finished, an_engine_of_its_own):
    begin, group = time.time(), drawn(seed, size)
    try:
        companies = every_identity_holds(group)
        assert companies == len(set(group.companies)) == size
    except Exception as error:
        error.add_note(f"Seed {seed} drew {group}")
        raise
    rows = group.rows()
    counts = {"seed": seed, "begin": begin, "end": time.time(), "companies": companies} | {
        name: len(rows[name]) for name in ("sale_lines", "costs", "activities")
    }
    groups = results.finished_groups(finished, seed, counts)
    if len(groups) == len(GROUPS):
        assert [group["companies"] for group in groups] == SIZES
        assert sum(SIZES) == COMPANIES
        results.keep("torture", section_of(groups))


def test_a_section_of_the_results_leaves_the_others_alone():
    bench = "# Results\n\n<!-- bench -->\nfast\n<!-- /bench -->\n"
    first = results.with_section(bench, "torture", "all hold")
    assert first == f"{bench}\n<!-- torture -->\nall hold\n<!-- /torture -->\n"
    more = f"{first}\nThe end.\n"
    assert results.with_section(more, "torture", "all still hold") == more.replace("all hold", "all still hold")
