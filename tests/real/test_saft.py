"""The example file of the Norwegian tax administration, with its own totals and the three accounts that do not tie."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal

import ibis
import pytest
from tests.real.said import COMMAND

from goodterms import intake
from goodterms.facts.columns import GL_BALANCES
from goodterms.intake.documents.saft import read_saft
from goodterms.intake.documents.saft_file import Header, Journal
from goodterms.problems import Severity

pytestmark = pytest.mark.real

TOTAL = Decimal("9487049.35")
NAME = "saft_financial_no_888888888.xml"


@pytest.fixture
def books(real_data, monkeypatch):
    monkeypatch.chdir(real_data / "saft")
    (found,) = read_saft(NAME)
    return found


def test_debit_and_credit_are_the_files_own_control_totals(books):
    assert (books.debit, books.credit, books.transactions) == (TOTAL, TOTAL, 53)
    assert (books.physical, books.accepted, books.rejected) == (170, 170, 0)
    assert books.journals == (Journal("123ABC", "GL", 53, 170, TOTAL, TOTAL),)


def test_the_head_is_told(books):
    assert books.header == Header("NO", "1.0", "Nøyaktig Regnskapssystem", "Tøyen Lekefabrikk AS", "888888888", "888888888MVA", "NOK", "2017-01", "2017-04")


def test_nineteen_of_twenty_two_accounts_tie_and_three_are_named(books):
    assert len(books.accounts) == 22
    assert [account.number for account in books.accounts if account.difference == 0] == [
        "1250", "1420", "1440", "1460", "1500", "1900", "2000", "2400", "2700", "2710", "3000", "4000", "5000", "5092", "6200", "6300", "6400", "7195", "7320"
    ]  # fmt: skip
    assert {account.number: account.difference for account in books.accounts if account.difference} == {
        "1920": Decimal("-53838.25"),
        "2711": Decimal("0.35"),
        "2740": Decimal("-0.35"),
    }
    again = "Export the file again, or look in the book-keeping what is right."
    assert [str(problem) for problem in books.problems if problem.severity == Severity.WARNING] == [
        (
            f"{NAME}, column GeneralLedgerAccounts/Account[7]: Account 1920 opens with 370,000.00, 354,407.00 is booked on it, and so it should close with "
            f"724,407.00; it closes with 670,568.75: a difference of −53,838.25. {again}"
        ),
        (
            f"{NAME}, column GeneralLedgerAccounts/Account[12]: Account 2711 opens with 0.00, −0.35 is booked on it, and so it should close with −0.35; "
            f"it closes with 0.00: a difference of 0.35. {again}"
        ),
        (
            f"{NAME}, column GeneralLedgerAccounts/Account[13]: Account 2740 opens with 0.00, 0.35 is booked on it, and so it should close with 0.35; "
            f"it closes with 0.00: a difference of −0.35. {again}"
        ),
    ]
    assert [(p.code, p.severity) for p in books.problems[3:]] == [("balances-do-not-sum-to-zero", Severity.NOTICE)] * 2


def test_rows_are_what_was_booked_by_account_and_month(books):
    assert [tuple(row) for row in books.rows] == [GL_BALANCES.column_names] * len(books.rows)
    assert sum(row["amount"] for row in books.rows) == 0
    assert {row["period"] for row in books.rows} == {date(2017, month, 1) for month in (1, 2, 3, 4)}
    assert {row["currency"] for row in books.rows} == {"NOK"}
    movements = {account.number: account.movement for account in books.accounts}
    assert movements["3000"] == Decimal(-2_316_338)
    assert movements["5000"] == Decimal(1_496_000)
    for number, movement in movements.items():
        assert sum((row["amount"] for row in books.rows if row["account"] == number), Decimal(0)) == movement


def test_no_person_is_kept(books):
    """The head names a contact, customers and suppliers theirs."""
    assert [text for text in ("Fredrikke", "87654321", "post@") if text in repr(books)] == []


def test_it_is_read_with_its_totals_and_the_three_accounts_named(real_data):
    reading = intake.read([real_data / "saft" / NAME])
    (account,) = reading.files
    assert (account.table, account.physical, account.accepted, account.rejected) == ("gl_balances", 170, 170, 0)
    assert account.said == ("53 transactions of 170 lines, debit 9,487,049.35, credit 9,487,049.35. 19 of 22 accounts tie from opening to closing.",)
    named = [problem for problem in reading.problems if problem.severity == Severity.WARNING]
    assert {problem.sentence.split(" ")[1]: problem.sentence.rpartition("a difference of ")[2] for problem in named} == {
        "1920": "−53,838.25.",
        "2711": "0.35.",
        "2740": "−0.35.",
    }
    balances = reading.facts["gl_balances"]
    by_account = {row["account"]: row["amount"] for row in balances.group_by("account").agg(amount=ibis._.amount.sum()).to_pyarrow().to_pylist()}
    assert (by_account["3000"], by_account["5000"], sum(by_account.values())) == (Decimal(-2_316_338), Decimal(1_496_000), 0)


def test_the_command_names_the_three_accounts_beside_sales(real_data, tmp_path):
    sales = tmp_path / "sales.csv"
    sales.write_text("Invoice;Date;Customer;Net amount;Currency\n" + "".join(f"{n};2017-{n:02d}-28;Ann;10,00;NOK\n" for n in range(1, 5)), "utf-8")
    command = [COMMAND, "look", sales, real_data / "saft" / NAME, "--out", tmp_path / "report"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    said = " ".join(ran.stdout.split())
    assert [text for text in ("a difference of −53,838.25.", "a difference of 0.35.", "a difference of −0.35.") if text not in said] == []
