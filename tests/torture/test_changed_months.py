"""The campaign of changes: whatever changes in a random company, working out the changed months alone comes to what working out all of them comes to.

A company is drawn from its seed, analysed with its months kept, changed at random several times, and analysed again each time: with what is kept, and from
scratch. ``GOODTERMS_TORTURE_SEED=1001 make torture`` draws other companies; one that failed runs again with ``-k seed-7-``.
"""

from __future__ import annotations

import os
import random
import time
from datetime import date
from decimal import Decimal

import pytest
from tests.cast import engine, rows_of
from tests.torture import results
from tests.torture.companies import PERIODS, POOLS, PRODUCTS, drawn, exact_rows

from goodterms.analysis import analyse
from goodterms.analysis.changed_months import Kept
from goodterms.errors import GoodtermsError
from goodterms.facts.book import facts_from_rows
from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.facts.cubes import Cubes, name_of

FIRST_SEED = int(os.environ.get("GOODTERMS_TORTURE_SEED", "1"))
SEEDS = 200
CHANGES = 4
LEFT_OUT = {"seconds"}
"""Figures that say how long it took."""


def a_document(rng, rows):
    number = rng.choice(rows["sale_lines"])["document"]
    return [row for row in rows["sale_lines"] if row["document"] == number]


def a_value_of_a_line(rng, rows, group):
    column, value = rng.choice((("net_value", Decimal("17.5")), ("quantity", Decimal(3)), ("weight", Decimal(9)), ("product_cost", Decimal("2.25"))))
    rng.choice(rows["sale_lines"])[column] = value


def an_unknown_of_a_line(rng, rows, group):
    column = rng.choice(("product_cost", "list_value", "weight", "unit", "customer_key", "product_key", "attribute:rush", "channel", "rebate"))
    rng.choice(rows["sale_lines"])[column] = None


def the_product_of_a_line(rng, rows, group):
    rng.choice(rows["sale_lines"])["product_key"] = rng.choice((*PRODUCTS, "p9"))


def a_document_goes(rng, rows, group):
    gone = a_document(rng, rows)
    if len(gone) < len(rows["sale_lines"]):
        rows["sale_lines"] = [row for row in rows["sale_lines"] if row not in gone]


def a_document_of_another_day(rng, rows, group):
    on = rng.choice(rows["sale_lines"])["date"]
    for row in a_document(rng, rows):
        row["date"] = on


def a_line_of_another_month(rng, rows, group):
    rng.choice(rows["sale_lines"])["date"] = rng.choice(rows["sale_lines"])["date"].replace(day=rng.choice((1, 7, 28)))


def a_document_of_another_order(rng, rows, group):
    order = rng.choice([row["order_number"] for row in rows["sale_lines"]] + ["E00o9"])
    for row in a_document(rng, rows):
        row["order_number"] = order


def a_document_of_another_manager(rng, rows, group):
    manager, channel = rng.choice(("Mia", "Otto", "Pia", None)), rng.choice(("web", "phone", None))
    for row in a_document(rng, rows):
        row["manager_key"], row["channel"] = manager, channel


def a_document_of_another_customer(rng, rows, group):
    customer = rng.choice(rows["sale_lines"])["customer_key"]
    for row in a_document(rng, rows):
        row["customer_key"] = customer


def a_credit_note(rng, rows, group):
    for row in a_document(rng, rows):
        negative = {name: -row[name] for name in ("quantity", "net_value") if row.get(name)}
        number = f"{row['document']}cn"
        rows["sale_lines"].append({**row, **negative, "document": number, "kind": CREDIT_NOTE, "product_cost": None, "list_value": None, "discount": None})


def a_first_order_before_all(rng, rows, group):
    row = dict(rng.choice(rows["sale_lines"]))
    first = min(row["date"] for row in rows["sale_lines"])
    rows["sale_lines"].append({**row, "date": first, "document": f"{row['document']}first", "kind": INVOICE, "order_number": None})


def a_document_from_another_source(rng, rows, group):
    rows["sale_lines"] += [{**row, "source": "shop" if row["source"] == "erp" else "erp"} for row in a_document(rng, rows)]


def a_product(rng, rows, group):
    changed = rng.choice(rows["products"])
    column, value = rng.choice((("unit_cost", Decimal("7.75")), ("list_price", Decimal(12)), ("weight", Decimal("0.75")), ("valid_from", date(2023, 2, 10))))
    changed[column] = value


def a_size_of_a_unit(rng, rows, group):
    rows["products"].append({"product_key": rng.choice(PRODUCTS), "unit": "box", "units_per_base": Decimal(rng.choice((6, 12)))})


def a_purchase(rng, rows, group):
    bought = {"product_key": rng.choice(PRODUCTS), "quantity": Decimal(3), "net_value": Decimal("21.5"), "date": date(2022, rng.choice((2, 11)), 5)}
    rows.setdefault("purchase_lines", []).append(bought)


def a_cost(rng, rows, group):
    if rows["costs"] and rng.random() < 0.5:
        rng.choice(rows["costs"])["amount"] = Decimal(rng.choice(("500", "-3.1416", "0")))
    else:
        month = rng.choice(rows["sale_lines"])["date"].replace(day=1)
        rows["costs"].append({"period": month, "pool": rng.choice(POOLS), "account": "4711", "amount": Decimal("321.09"), "entity": "E00"})


def an_activity(rng, rows, group):
    row = rng.choice(rows["sale_lines"])
    served = {"document": row["document"], "order_number": row["order_number"], "customer_key": row["customer_key"]}
    named = {name: value for name, value in served.items() if rng.random() < 0.5}
    traced = {"pool": rng.choice(POOLS), "amount": Decimal("12.34")} if rng.random() < 0.3 else {}
    rows["activities"].append({"date": row["date"], "kind": rng.choice(("delivery", "visit", "return")), **named, **traced})


def an_activity_goes(rng, rows, group):
    if rows["activities"]:
        rows["activities"].remove(rng.choice(rows["activities"]))


WHAT_CHANGES = (
    *(a_value_of_a_line, an_unknown_of_a_line, the_product_of_a_line, a_document_goes, a_document_of_another_day, a_line_of_another_month),
    *(a_document_of_another_order, a_document_of_another_manager, a_document_of_another_customer, a_credit_note, a_first_order_before_all),
    *(a_document_from_another_source, a_product, a_size_of_a_unit, a_purchase, a_cost, an_activity, an_activity_goes),
)


def analysed(rows, group, policy, kept):
    """All that an analysis comes to; where it ends in a sentence, that."""
    given = {table: [{name: value for name, value in row.items() if name != "met twice"} for row in made] for table, made in rows.items()}
    given = exact_rows(given)
    by_month = {}
    for row in given["sale_lines"]:
        by_month.setdefault(row["date"].replace(day=1), []).append(sorted((name, str(value)) for name, value in row.items()))
    if kept is not None:
        kept = Kept(kept, {month: name_of(sorted(made)) for month, made in sorted(by_month.items())}, "test")
    facts = facts_from_rows(engine(), given)
    try:
        result = analyse(facts, periods=PERIODS, policy=policy, physical=group.physical, kept=kept)
    except GoodtermsError as error:
        return str(error), {}
    found = {name: rows_of(result.tables[name]) for name in result.tables}
    found |= {f"columns of {name}": str(result.tables[name].schema) for name in result.tables}
    found |= {f"figure {name}": value for name, value in result.figures.items() if name not in LEFT_OUT}
    for name in ("answer", "explanation", "notices", "missing", "waterfall", "bridge", "like_for_like", "whale", "customers", "products", "unassigned"):
        found[name] = getattr(result, name)
    return found, dict(result.months)


def same(refreshed, scratch):
    """Nothing differs."""
    if isinstance(scratch, str):
        assert refreshed == scratch
        return
    assert set(refreshed) == set(scratch)
    for name, value in scratch.items():
        assert refreshed[name] == value, name


def changed_and_refreshed(seed, folder, changes=CHANGES):
    """Draw a company, keep its months, change it and look again; return how many months were reused and how many there were."""
    rng = random.Random(f"changes {seed}")  # noqa: S311  (made-up changes, no secret)
    group = drawn(seed, rng.choice((1, 1, 2, 5)))
    rows, policy, kept = group.rows(), group.policy, Cubes(folder)
    _found, months = analysed(rows, group, policy, kept)
    reused = there = 0
    for _change in range(changes):
        if rng.random() < 0.15:
            policy = drawn(rng.randint(1, 10**6), 1).policy
            told = ["another policy"]
        else:
            told = [change.__name__ for change in rng.sample(WHAT_CHANGES, rng.choice((1, 1, 2)))]
            for change in WHAT_CHANGES:
                if change.__name__ in told:
                    change(rng, rows, group)
        refreshed, now = analysed(rows, group, policy, kept)
        scratch, _none = analysed(rows, group, policy, None)
        try:
            same(refreshed, scratch)
        except AssertionError as error:
            error.add_note(f"seed {seed}, after {told} in {group}")
            raise
        reused += sum(months.get(month) == name for month, name in now.items())
        there += len(now)
        months = now
    return reused, there


@pytest.fixture
def an_engine_of_its_own():
    """What a company left on the engine goes with it."""
    yield
    engine().disconnect()
    engine.cache_clear()


@pytest.mark.parametrize("seed", [pytest.param(seed, id=f"seed-{seed}-") for seed in (3,)])
def test_changed_months_alone_come_to_what_all_months_come_to(seed, tmp_path, an_engine_of_its_own):
    changed_and_refreshed(seed, tmp_path / "cubes", changes=1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", [pytest.param(seed, id=f"seed-{seed}-") for seed in range(FIRST_SEED, FIRST_SEED + SEEDS)])
def test_every_refreshed_company_is_as_worked_out_anew(seed, tmp_path, tmp_path_factory, an_engine_of_its_own):
    begin = time.time()
    reused, there = changed_and_refreshed(seed, tmp_path / "cubes")
    counts = {"seed": seed, "begin": begin, "end": time.time(), "reused": reused, "there": there}
    found = results.finished_groups(results.finished_folder(tmp_path_factory, "changed_months"), seed, counts)
    if len(found) == SEEDS:
        results.keep("changed-months", section_of(found))


def section_of(found):
    """What the campaign found, for the page."""
    reused, there = (sum(one[name] for one in found) for name in ("reused", "there"))
    minutes = (max(one["end"] for one in found) - min(one["begin"] for one in found)) / 60
    seeds = f"{found[0]['seed']} to {found[-1]['seed']}"
    return [
        "## Changed months",
        "",
        results.ran(),
        "",
        f"{len(found)} random companies from the seeds {seeds}, each changed {CHANGES} times (lines, documents,",
        "orders, credit notes, products, purchases, costs, activities, policy). Working out the changed months alone came to what working out all of them came",
        f"to, in every table, sentence and figure; {reused:,} of {there:,} months were taken as they were kept. {minutes:.0f} minutes.",
    ]
