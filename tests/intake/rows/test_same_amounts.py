"""Two files of costs with the same amounts of most accounts and months: counted once where they are alike, warned of where they would count twice."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.intake.rows.running_costs import RENT, WAGES, across, amounts_of, in_rows, months_from, settled, summed

from goodterms.intake import read

MONTHS = months_from(dt.date(2024, 1, 1), 9)
SUMS = {"a5000": summed(WAGES[:9], MONTHS, 1), "a7230": summed(RENT[:9], MONTHS, 1)}
RESTATED = {number: [*amounts[:5], amounts[5] + 7] for number, amounts in SUMS.items()}
OWN = {"a5000": WAGES[:9], "a7230": RENT[:9]}


def warned(reading):
    return [problem.sentence for problem in reading.problems if problem.code == "same-amounts"]


def test_tables_across_the_top_of_different_sources_that_say_the_same_are_warned_of(write):
    older, later = write("costs-1.csv", across(MONTHS[:6], **RESTATED)), write("costs-2.csv", across(MONTHS, **SUMS))
    reading, _ = settled([older, later])
    assert warned(reading) == [f"10 of 12 amounts of accounts and months are those of {older} too, and the two are of different sources: both count."]


def test_amounts_of_one_source_that_differ_beside_others_that_are_alike_are_warned_of(write):
    older, later = write("costs 2024-06.csv", across(MONTHS[:6], **RESTATED)), write("costs 2024-09.csv", across(MONTHS, **SUMS))
    reading, _ = settled([older, later])
    assert warned(reading) == [f"10 of 12 amounts of accounts and months are those of {older} too, and 2 differ: these are added up."]


@pytest.mark.parametrize("names", [("costs 2024-06.csv", "costs 2024-09.csv"), ("costs-1.csv", "costs-2.csv")])
def test_amounts_of_one_source_that_are_alike_count_once_without_a_warning(write, names):
    reading = read(
        [], costs=[write(names[0], in_rows(MONTHS[:6], **{number: amounts[:6] for number, amounts in OWN.items()})), write(names[1], in_rows(MONTHS, **OWN))]
    )
    assert (warned(reading), amounts_of(reading)) == ([], OWN)


def test_sources_that_the_mapping_names_are_not_compared(write):
    paths = [write(f"costs-{n}.csv", in_rows(MONTHS, **OWN)) for n in (1, 2)]
    files = [{"match": f"costs-{n}.csv", "table": "costs", "source": f"company {n}"} for n in (1, 2)]
    reading = read([], costs=paths, mapping={"version": 1, "file": files})
    assert (warned(reading), amounts_of(reading)) == ([], {number: [2 * amount for amount in amounts] for number, amounts in OWN.items()})


def test_files_with_other_amounts_of_the_same_accounts_are_not_warned_of(write):
    paths = [write("costs-1.csv", across(MONTHS[:6], a5000=WAGES[:6])), write("costs-2.csv", across(MONTHS, a5000=RENT[:9]))]
    assert warned(read([], costs=paths)) == []
