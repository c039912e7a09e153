"""Times behind a day: whatever they say and of whichever zone they are, the day in the cell is the day."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.parts.sample import is_date

DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%b %d, %Y")
WORDS = (" ", ", ", "  ", " klo ", " kl. ", " kl ", " um ", " à ", " at ", " alle ", " alle ore ", " o ", " o godz. ")
CLOCKS = ("23:50", "0:05", "23.50", "23:50:59", "00:05:00.123", "23h50", "11:50 PM", "11:50 p.m.", "23:50 Uhr", "23.50.59,123456 AM")
ZONES = ("", "Z", " UTC", " GMT", " +0200", "+02:00", " -11", " CET", " EEST", " GMT+0200 (CEST)", " +0000 UTC", " Europe/Helsinki", "[Europe/Helsinki]")
times = st.builds(lambda *said: "".join(said), st.sampled_from(WORDS), st.sampled_from(CLOCKS), st.sampled_from(ZONES))
days = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


def found(cells):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.csv"
        path.write_text("Invoice;Date;Customer;Net amount\n" + "".join(f'{i};"{cell}";Ann;1,50\n' for i, cell in enumerate(cells)), "utf-8")
        return [day for (day,) in read([path]).facts.engine.con.execute("SELECT date FROM sale_lines ORDER BY row").fetchall()]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(form=st.sampled_from(DAYS), lines=st.lists(st.tuples(days, times), min_size=20, max_size=60))
def test_any_day_with_any_time_of_any_zone_is_that_day(form, lines):
    cells = [f"{day.strftime(form)}{time}" for day, time in lines]
    assert all(map(is_date, cells))
    assert found(cells) == [day for day, _ in lines]


@pytest.mark.parametrize("time", ["T23:50", "T23:50:00Z", "T23:50:00.000+02:00", "T23:50:00+02:00[Europe/Helsinki]"])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y%m%d"])
def test_a_time_may_follow_a_t(form, time):
    assert found([dt.date(2024, 5, day).strftime(form) + time for day in (1, 30)]) == [dt.date(2024, 5, 1), dt.date(2024, 5, 30)]


def test_what_is_no_time_makes_no_day(write):
    cells = ["2024-01-01 - 2024-01-31", "2024-02-01 see below", "2024-03-01 10:00 2024-03-02 10:00"]
    assert not any(map(is_date, cells))
    text = "Invoice;Posted;Customer;Net amount\n" + "".join(f"{i};{cell};Ann;1,50\n" for i, cell in enumerate(cells))
    with pytest.raises(AnswerNeededError, match="none has values that can be read as dates") as error:
        read([write("s.csv", text)])
    assert error.value.questions[0].choices == ()


def test_the_columns_that_are_offered_as_the_date_can_be_read(write):
    text = "Name;Paid;Created;Net amount\n" + "".join(f"{i};2024-01-0{i} 23:50:00 +0200;2024-01-0{i} 10:00:00 UTC;1,50\n" for i in range(1, 5))
    path = write("s.csv", text)
    with pytest.raises(AnswerNeededError, match="no column is known as the date") as error:
        read([path])
    choices = error.value.questions[0].choices
    assert [choice.settings["columns"] for choice in choices] == [{"Paid": "date"}, {"Created": "date"}]
    for choice in choices:
        reading = read([path], mapping={"version": 1, "file": [{"match": "s.csv", **choice.settings}]})
        (account,) = reading.files
        assert (account.accepted, account.first_date, account.last_date) == (4, dt.date(2024, 1, 1), dt.date(2024, 1, 4))
