"""Bank statements that nobody here made: seven of eight load whole, and each says what in it does not tie."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal

import ibis
import pytest
from tests.real.said import COMMAND

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import PAYMENTS
from goodterms.intake import read
from goodterms.intake.documents.camt import read_camt

pytestmark = pytest.mark.real

ASK = " Ask the bank for the statement again, or look in the account what is right."
OWN, OTHER, SWISS = "NL26VAYB8060476890", "NL56AGDH9619008421", "CH2801234000123456789"
LOADED = {
    "camt052.v2.xml": [(date(2007, 10, 18), SWISS, None, Decimal(-200_000), "SEK")],
    "camt053.v2.five.decimals.xml": [(date(2015, 1, 2), OWN, None, Decimal("8.850"), "EUR")],
    "camt053.v2.minimal.xml": [(date(2015, 1, 2), OWN, OTHER, Decimal("8.85"), "EUR")],
    "camt053.v2.multi.statement.xml": [(date(2015, 1, 2), OWN, None, Decimal("8.85"), "EUR"), (date(2015, 1, 2), OWN, OTHER, Decimal("-7.00"), "EUR")],
    "camt053.v4.xml": [(date(2015, 1, 2), OWN, OTHER, Decimal("8.85"), "EUR")],
    "camt053.v8.xml": [(date(2015, 1, 2), OWN, OTHER, Decimal("8.85"), "EUR")],
    "camt054.v8.xml": [(date(2007, 10, 18), SWISS, None, Decimal(-200_000), "SEK")],
}
TWO_CURRENCIES = "Stmt[1]: It opens in EUR and closes in SEK: its balances cannot be compared."
PAGE = "[1]: It is page 2 of a statement of several pages, the last; the others are statements of their own. Read them all."
NOT_VALID = 'The reference number "{}" is not valid by its check digits and is not kept.'
REFERENCE = "row 1, column {}[1]/Ntry[1]/TxDtls[{}]/RmtInf/Strd/CdtrRefInf/Ref: " + NOT_VALID
IN_SEK = "row 1, column Stmt[1]/Ntry[1]: The payment was made as 0.00 SEK; 8.85 EUR on the account counts."
SAID = {
    "camt052.v2.xml": ["row 1, column Rpt[1]/Ntry[1]: The batch is said to hold 20 payments; its details hold 1."],
    "camt053.v2.five.decimals.xml": [
        "column Stmt[1]: The closing balance is given as 27.05 EUR; its entries give 27.00 EUR: a difference of 0.05 EUR.",
        "row 1, column Stmt[1]/Ntry[1]: Amounts written with more decimals than EUR has cents: 1, the first as 8.850. Every decimal is kept, none is rounded.",
    ],
    "camt053.v2.minimal.xml": [REFERENCE.format("Stmt", 1, "4654654654654654"), f"column {TWO_CURRENCIES}"],
    "camt053.v2.multi.statement.xml": [],
    "camt053.v4.xml": [REFERENCE.format("Stmt", 1, "4654654654654654"), f"column Stmt{PAGE}", f"column {TWO_CURRENCIES}", IN_SEK],
    "camt053.v8.xml": [REFERENCE.format("Stmt", 1, "4654654654654654"), f"column Stmt{PAGE}", f"column {TWO_CURRENCIES}", IN_SEK],
    "camt054.v8.xml": [
        REFERENCE.format("Ntfctn", 1, "ISR ref number V1"),
        REFERENCE.format("Ntfctn", 2, "ISR ref number V2"),
        REFERENCE.format("Ntfctn", 3, "Ref number V3 block 1"),
        REFERENCE.format("Ntfctn", 3, "Ref number V3 block 2"),
        f"column Ntfctn{PAGE}",
        ("row 1, column Ntfctn[1]/Ntry[1]: The batch is said to hold 2 payments, 6.30 CHF; its details hold 3, 9.50 CHF. "
        "Of these, 1 repeat another in every value."),
        "row 1, column Ntfctn[1]/Ntry[1]: The entry is −200,000.00 SEK, its 3 payments together 9.50 CHF: the entry counts, as one payment.",
    ],
}  # fmt: skip


@pytest.fixture
def folder(real_data, monkeypatch):
    monkeypatch.chdir(real_data / "camt")
    return real_data / "camt"


def test_the_folder_holds_the_eight(folder):
    assert {path.name for path in folder.glob("*.xml")} == {*LOADED, "camt053.v2.wrong.xml"}


@pytest.mark.parametrize("name", LOADED)
def test_seven_load_whole_and_say_what_does_not_tie(folder, name):
    found = read_camt(name)
    assert [(row["date"], row["source"], row["counterparty_key"], row["amount"], row["currency"]) for row in found.rows] == LOADED[name]
    assert [tuple(row) for row in found.rows] == [PAYMENTS.column_names] * len(found.rows)
    assert (found.physical, found.accepted) == (len(LOADED[name]), len(LOADED[name]))
    assert [str(problem).removeprefix(f"{name}, ").removesuffix(ASK) for problem in found.problems] == SAID[name]


def test_the_wrong_one_is_refused_with_its_place(folder):
    with pytest.raises(UnreadableFileError) as refused:
        read_camt("camt053.v2.wrong.xml")
    assert str(refused.value) == (
        "camt053.v2.wrong.xml, line 3, Document/BkToCstmrStmt: nothing follows the head of the message (GrpHdr) where a statement (Stmt) was expected. "
        "Ask the bank for the file again."
    )


def test_all_together_count_what_they_repeat_once(folder):
    """Version 8 tells version 4's entry; the multi-statement file tells the one of the five decimals."""
    found = read_camt(*LOADED)
    assert (found.physical, found.accepted, found.met_again) == (8, 6, 2)
    assert [str(problem).split(", row")[0] for problem in found.problems if problem.code == "entry-met-again"] == [
        "camt053.v2.multi.statement.xml",
        "camt053.v8.xml",
    ]
    assert len({row["payment"] for row in found.rows}) == 6


def test_no_name_and_no_free_text_is_kept(folder):
    kept = repr([(found.rows, found.statements) for found in map(read_camt, LOADED)])
    assert [text for text in ("NAME", "Company", "UNIFITS", "Example", "Unstructured", "Additional", "Description", "ANTWERPEN") if text in kept] == []


def test_a_statement_of_another_account_is_told_apart(folder):
    found = read_camt(*LOADED, own_accounts=[SWISS])
    assert {row["source"] for row in found.rows} == {SWISS}
    assert (found.accepted, found.rejected) == (2, 6)
    assert {problem.seen for problem in found.problems if problem.code == "statement-of-another-account"} == {OWN}


# By the library's own door


@pytest.mark.parametrize("name", LOADED)
def test_each_is_read_into_payments_with_what_does_not_tie(folder, name):
    reading = read([name])
    (account,) = reading.files
    assert (account.table, account.physical, account.accepted, account.rejected) == ("payments", len(LOADED[name]), len(LOADED[name]), 0)
    columns = ("date", "source", "counterparty_key", "amount", "currency")
    rows = reading.facts["payments"].order_by("row", "payment").select(*columns).to_pyarrow().to_pylist()
    assert [tuple(row.values()) for row in rows] == LOADED[name]
    said = [
        str(problem).removeprefix(f"{name}, ").removesuffix(ASK) for problem in reading.problems if problem.code not in {"accounts-not-named", "not-used-yet"}
    ]
    assert sorted(said) == sorted(SAID[name])


def test_the_wrong_one_is_refused_by_the_command_with_its_place(folder, tmp_path):
    command = [COMMAND, "look", "camt053.v2.wrong.xml", "--out", tmp_path / "report"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == UnreadableFileError.exit_code
    assert "camt053.v2.wrong.xml, line 3, Document/BkToCstmrStmt: nothing follows the head of the message (GrpHdr)" in " ".join(ran.stderr.split())


def test_all_together_are_read_as_six_payments(folder):
    reading = read(LOADED)
    assert (reading.physical, reading.accepted, reading.met_again) == (8, 6, 2)
    assert {account.file for account in reading.files if account.met_again} == {"camt053.v2.multi.statement.xml", "camt053.v8.xml"}
    totals = reading.facts["payments"].group_by("currency").agg(amount=ibis._.amount.sum()).to_pyarrow().to_pylist()
    assert {row["currency"]: row["amount"] for row in totals} == {"EUR": Decimal("19.55"), "SEK": Decimal(-400_000)}
