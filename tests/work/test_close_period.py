"""A closed month stays as it is: what would change it is refused with its documents, until someone reopens it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.installations import NOW

import goodterms
from goodterms.errors import UsageError
from goodterms.facts.engine import connect
from goodterms.register.audit import AuditEntry
from goodterms.register.imported import ClosedPeriod, FactsVersion
from goodterms.work.close_period import ClosedMonthError, close, reopen
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.undo_import import undo

ENGINE = connect()
HEAD = "Invoice;Line;Date;Customer;Product;Quantity;Net\n"
JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


@pytest.fixture
def bring(installation, tmp_path):
    def bring(*lines):
        file = tmp_path / "invoices.csv"
        file.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
        reading = goodterms.read([file])
        return publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)

    return bring


@pytest.fixture
def january_closed(bring):
    first = bring("1;1;2024-01-15;C1;P1;2;20,00", "2;1;2024-02-03;C2;P1;1;10,00")
    close([JANUARY], ENGINE, by=acting(""), at=NOW)
    return first


def test_closing_writes_down_what_the_month_came_to(january_closed):
    (closed,) = ClosedPeriod.objects.all()
    assert closed.sums["sale_lines"]["rows"] == 1
    assert closed.sums["sale_lines"]["sums"] == {"": "20"}
    assert AuditEntry.objects.latest("number").object_id == "2024-01"


def test_change_of_a_closed_month_is_refused_with_its_documents(bring, january_closed):
    version = FactsVersion.objects.count()
    with pytest.raises(ClosedMonthError, match=r"sale lines 1 1 \(2024-01\)"):
        bring("1;1;2024-01-15;C1;P1;2;21,00", "3;1;2024-02-04;C2;P1;1;10,00")
    with pytest.raises(ClosedMonthError, match="2024-01"):
        undo(january_closed.number, ENGINE, by=acting(""), at=NOW)
    assert FactsVersion.objects.count() == version


def test_open_months_go_on_and_the_same_rows_again_change_nothing(bring, january_closed):
    bring("1;1;2024-01-15;C1;P1;2;20,00", "3;1;2024-02-04;C2;P1;1;10,00")
    assert FactsVersion.objects.count() == 3


def test_reopened_month_takes_changes(bring, january_closed):
    with pytest.raises(UsageError, match="reason"):
        reopen([JANUARY], by=acting(""), at=NOW, reason=" ")
    reopen([JANUARY], by=acting(""), at=NOW, reason="late invoice")
    bring("1;1;2024-01-15;C1;P1;2;21,00")
    assert FactsVersion.objects.count() == 3


@pytest.mark.parametrize(("months", "said"), [([JANUARY], "closed already"), ([date(2020, 1, 1)], "no facts in 2020-01")])
def test_closing_what_cannot_be_closed_is_refused(january_closed, months, said):
    with pytest.raises(UsageError, match=said):
        close(months, ENGINE, by=acting(""), at=NOW)
