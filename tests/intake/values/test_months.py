"""Months as people and programs write them, in headings and in cells."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.facts.engine import connect
from goodterms.intake.values.months import FORMS, NUMBER_OF, are_months, month_of, month_sql, months_of


@pytest.mark.parametrize(
    "names",
    [
        ["1.2025", "2.2025", "3.2025"],
        ["01/2025", "02/2025", "03/2025"],
        ["1/25", "2/25", "3/25"],
        ["2025-01", "2025-02", "2025-03"],
        ["202501", "202502", "202503"],
        ["2025M01", "2025M02", "2025M03"],
        ["tammi 2025", "helmi 2025", "maalis 2025"],
        ["Tammikuu 2025", "Helmikuu 2025", "Maaliskuu 2025"],
        ["2025 Tammi", "2025 Helmi", "2025 Maalis"],
        ["Jan 2025", "Feb 2025", "Mar 2025"],
        ["Jan-25", "Feb-25", "Mar-25"],
        ["jan. 2025", "feb. 2025", "mars 2025"],
        ["janv. 2025", "févr. 2025", "mars 2025"],
        ["Januar 2025", "Februar 2025", "März 2025"],
        ["enero 2025", "febrero 2025", "marzo 2025"],
        ["gen-25", "feb-25", "mar-25"],
        ["januari 2025", "februari 2025", "maart 2025"],
        ["styczeń 2025", "luty 2025", "marzec 2025"],
        ["2025-01-01", "2025-02-01 00:00:00", "2025-03-01"],
        ["31.1.2025", "28.2.2025", "31.3.2025"],
        ["01/01/2025", "01/02/2025", "01/03/2025"],
        ["1/1/2025", "2/1/2025", "3/1/2025"],
    ],
)
def test_months_are_known_in_all_their_forms(names):
    assert list(months_of(["Tili", *names, "Yhteensä 2025", "Total", "2025"]).values()) == [dt.date(2025, month, 1) for month in (1, 2, 3)]
    assert are_months(["Tili", *names])


NAMES = sorted(NUMBER_OF)
MONTHS = st.dates(dt.date(1969, 1, 1), dt.date(2068, 12, 31)).map(lambda day: day.replace(day=1))
WRITTEN = (
    *("{0:%Y}-{1}", "{0:%Y}/{1}", "{0:%Y}.{1}", "{0:%Y} {1}", "{0:%Y}-{0:%m}", "{0:%Y}{0:%m}", "{0:%Y}M{0:%m}", "{0:%Y}-m{1}", "{0:%Y}K{1}"),
    *("{1}.{0:%Y}", "{0:%m}/{0:%Y}", "{1}-{0:%Y}", "{0:%m}/{0:%y}", "{2} {0:%Y}", "{2}. {0:%Y}", "{2}-{0:%y}", "{2} '{0:%y}", "{0:%Y} {2}", "{0:%Y}/{2}"),
)


@given(month=MONTHS, form=st.sampled_from(WRITTEN), name=st.sampled_from(NAMES), how=st.sampled_from([str.lower, str.upper, str.title]))
def test_a_month_in_any_form_and_language_is_that_month(month, form, name, how):
    month = month.replace(month=NUMBER_OF[name]) if "{2}" in form else month
    assert month_of(form.format(month, month.month, how(name))) == month


TEXTS = st.one_of(
    st.builds(lambda month, form, name: form.format(month, month.month, name), MONTHS, st.sampled_from(WRITTEN), st.sampled_from(NAMES)),
    st.from_regex(re.sub(r"\?P<[a-z]+>", "?:", "|".join(FORMS.values())), fullmatch=True),
    st.text("0123456789-/. 'mkjanfe", max_size=9),
)


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(TEXTS, min_size=50, max_size=90))
def test_the_engine_reads_months_as_python_does(texts):
    texts = [" ".join(text.lower().split()) for text in texts]
    read = f"coalesce({', '.join(month_sql('cell', form) for form in FORMS)})"
    rows = connect().con.execute(f"SELECT {read} FROM (SELECT unnest(?) AS cell)", [texts]).fetchall()
    assert [month for (month,) in rows] == list(map(month_of, texts))


@pytest.mark.parametrize(
    "cells", [["2025-01-05", "2025-02-05", "2025-03-05"], ["13.2025", "0.2025", "May"], ["1.2025", "1/2025", "2.2025"], ["1.2025", "3.2025", "2.2025"]]
)
def test_other_cells_are_no_row_of_months(cells):
    assert not are_months(cells)
