"""Audit files become balances of the general ledger, checked against their own totals and balances."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.documents.audit_file import audit_file

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import GL_BALANCES
from goodterms.intake.documents.saft import read_saft
from goodterms.intake.documents.saft_file import Header, Journal
from goodterms.problems import Severity

AGAIN = " Export the file again, or look in the book-keeping what is right."
MISSING = "an account is missing, or a balance is not right."
HEAD = (
    "<Header><AuditFileVersion>1.30</AuditFileVersion><AuditFileCountry>NO</AuditFileCountry><SoftwareCompanyName>Books Oy</SoftwareCompanyName>"
    "<Company><RegistrationNumber>888888888</RegistrationNumber><Name>Ann's Shop</Name>"
    "<Contact><ContactPerson><FirstName>Secret</FirstName></ContactPerson></Contact></Company><DefaultCurrencyCode>NOK</DefaultCurrencyCode><SelectionCriteria><PeriodStart>1</PeriodStart><PeriodStartYear>2026</PeriodStartYear>"
    "<PeriodEnd>12</PeriodEnd><PeriodEndYear>2026</PeriodEndYear></SelectionCriteria></Header>"
)


def account(number, opening=None, closing=None):
    """An account; a balance in credit is negative."""

    def stated(when, value):
        if value is None:
            return ""
        side = "Credit" if value.startswith("-") else "Debit"
        return f"<{when}{side}Balance>{value.removeprefix('-')}</{when}{side}Balance>"

    balances = stated("Opening", opening) + stated("Closing", closing)
    return f"<Account><AccountID>{number}</AccountID><AccountDescription>{number}</AccountDescription>{balances}</Account>"


def line(number, value):
    side = "Credit" if value.startswith("-") else "Debit"
    return (
        f"<Line><RecordID>1</RecordID><AccountID>{number}</AccountID><CustomerID>7</CustomerID><Description>Secret text</Description>"
        f"<{side}Amount><Amount>{value.removeprefix('-')}</Amount><CurrencyCode>NOK</CurrencyCode></{side}Amount></Line>"
    )


def transaction(*lines, number="1", period="1", year="2026", day="2026-01-15"):
    said = [("TransactionID", number), ("Period", period), ("PeriodYear", year), ("TransactionDate", day)]
    return f"<Transaction>{''.join(f'<{tag}>{value}</{tag}>' for tag, value in said if value)}<SourceID>Secret</SourceID>{''.join(lines)}</Transaction>"


def journal(*transactions, number="GL"):
    return f"<Journal><JournalID>{number}</JournalID><Description>Secret</Description><Type>GL</Type>{''.join(transactions)}</Journal>"


def totals(count, debit, credit):
    return f"<NumberOfEntries>{count}</NumberOfEntries><TotalDebit>{debit}</TotalDebit><TotalCredit>{credit}</TotalCredit>"


def document(*entries, accounts="", head=HEAD, namespace="urn:StandardAuditFile-Taxation-Financial:NO", after=""):
    listed = f"<MasterFiles><GeneralLedgerAccounts>{accounts}</GeneralLedgerAccounts></MasterFiles>"
    return f'<AuditFile xmlns="{namespace}">{head}{listed}<GeneralLedgerEntries>{"".join(entries)}</GeneralLedgerEntries>{after}</AuditFile>'


def read(text):
    found = audit_file(text)
    assert found.physical == found.accepted + found.rejected
    assert "Secret" not in repr(found)
    return found


def said(found):
    return [str(problem).removesuffix(AGAIN) for problem in found.problems]


def codes(found):
    return [problem.code for problem in found.problems]


def booked(found):
    return {(row["period"].isoformat()[:7], row["account"]): row["amount"] for row in found.rows}


SALE = transaction(line("1500", "125.00"), line("3000", "-100.00"), line("2700", "-25.00"))
PAID = transaction(line("1920", "125.00"), line("1500", "-125.00"), number="2", period="2", day="2026-02-03")
ACCOUNTS = account("1500", "0", "0.00") + account("1920", "50.00", "175.00") + account("2700", "0", "-25.00") + account("3000", "-50.00", "-150.00")


# What the books say


def test_each_account_and_month_is_a_row_of_what_was_booked():
    """A sale of 100 with 25 of tax in January, paid in February."""
    found = read(document(totals(2, "250.00", "250.00"), journal(SALE, PAID), accounts=ACCOUNTS))
    nothing = dict.fromkeys(GL_BALANCES.column_names) | {"currency": "NOK", "file": "books.xml"}
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert list(found.rows) == [
        nothing | {"period": january, "account": "1500", "amount": Decimal("125.00"), "row": 1},
        nothing | {"period": january, "account": "2700", "amount": Decimal("-25.00"), "row": 3},
        nothing | {"period": january, "account": "3000", "amount": Decimal("-100.00"), "row": 2},
        nothing | {"period": february, "account": "1500", "amount": Decimal("-125.00"), "row": 5},
        nothing | {"period": february, "account": "1920", "amount": Decimal("125.00"), "row": 4},
    ]
    assert [tuple(row) for row in found.rows] == [GL_BALANCES.column_names] * 5
    assert found.problems == ()
    assert (found.transactions, found.debit, found.credit, found.physical) == (2, Decimal("250.00"), Decimal("250.00"), 5)


def test_head_accounts_and_journals_are_told():
    found = read(document(totals(2, "250.00", "250.00"), journal(SALE, number="S"), journal(PAID, number="B"), accounts=ACCOUNTS))
    assert found.header == Header("NO", "1.30", "Books Oy", "Ann's Shop", "888888888", "", "NOK", "2026-01", "2026-12")
    assert [(of.number, of.opening, of.movement, of.closing, of.difference) for of in found.accounts] == [
        ("1500", 0, 0, 0, 0),
        ("1920", 50, 125, 175, 0),
        ("2700", 0, -25, -25, 0),
        ("3000", -50, -100, -150, 0),
    ]
    assert found.journals == (Journal("S", "GL", 1, 3, Decimal("125.00"), Decimal("125.00")), Journal("B", "GL", 1, 2, Decimal("125.00"), Decimal("125.00")))


def test_a_file_on_disk_is_read(tmp_path):
    (tmp_path / "books.xml").write_text(document(totals(1, "125", "125"), journal(SALE)), "utf-8")
    (books,) = read_saft(tmp_path / "books.xml")
    assert books.debit == Decimal("125.00")


def test_amounts_in_the_plain_form_of_the_first_version_are_read():
    """Without <Amount> within, without PeriodYear, in another namespace."""
    plain = "<Line><AccountID>{}</AccountID><{}Amount>9.50</{}Amount></Line>"
    lines = [plain.format("1500", "Debit", "Debit"), plain.format("3000", "Credit", "Credit")]
    found = read(document(totals(1, "9.50", "9.50"), journal(transaction(*lines, year="", day="2026-03-31")), namespace="urn:OECD:StandardAuditFile-Tax:1.0"))
    assert booked(found) == {("2026-03", "1500"): Decimal("9.50"), ("2026-03", "3000"): Decimal("-9.50")}


def test_invoices_beside_the_general_ledger_are_not_booked_twice():
    invoice = (
        f"<SourceDocuments><SalesInvoices><NumberOfEntries>9</NumberOfEntries><Invoice>{line('3000', '-100.00')}</Invoice></SalesInvoices></SourceDocuments>"
    )
    found = read(document(totals(1, "125", "125"), journal(SALE), accounts=ACCOUNTS.replace("175.00", "50.00"), after=invoice))
    assert (found.physical, found.debit) == (3, Decimal("125.00"))


# Months


def test_the_accounting_period_is_the_month():
    """An invoice of 30 December that the books have in January."""
    late = transaction(line("4000", "8"), line("2400", "-8"), day="2025-12-30")
    found = read(document(totals(2, "133", "133"), journal(SALE, late)))
    assert booked(found)["2026-01", "4000"] == 8
    assert not any(code.startswith("period") for code in codes(found))


def test_where_periods_are_no_months_the_date_is():
    """A year that begins in July: period 1 is July, 3 is September."""
    found = read(
        document(
            totals(2, "10", "10"),
            journal(*(transaction(line("4000", "5"), line("2400", "-5"), period=p, day=f"2026-{m}-20") for p, m in (("1", "07"), ("3", "09")))),
        )
    )
    assert sorted({row["period"] for row in found.rows}) == [date(2026, 7, 1), date(2026, 9, 1)]
    assert [text for text in said(found) if "calendar" in text] == [
        "books.xml: The accounting periods are no calendar months: what was booked stands in the month of its transaction's date."
    ]


def test_closing_entries_count_in_the_last_month_and_are_said():
    closing = transaction(line("3000", "100"), line("2050", "-100"), period="13", day="2026-12-31")
    found = read(document(totals(3, "350", "350"), journal(SALE, PAID, closing)))
    assert booked(found)["2026-12", "2050"] == -100
    assert "period-beside-months" in codes(found)


# Several files of one company


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Read documents as files a.xml, b.xml …"""
    monkeypatch.chdir(tmp_path)

    def read_all(*documents):
        names = [f"{chr(ord('a') + n)}.xml" for n in range(len(documents))]
        for name, text in zip(names, documents, strict=True):
            (tmp_path / name).write_text(text, "utf-8")
        found = read_saft(*names)
        assert [one.physical for one in found] == [one.accepted + one.rejected + one.met_again for one in found]
        return found

    return read_all


def all_booked(found):
    return {cell: amount for one in found for cell, amount in booked(one).items()}


WHOLE = {("2026-01", "1500"): 125, ("2026-01", "2700"): -25, ("2026-01", "3000"): -100, ("2026-02", "1500"): -125, ("2026-02", "1920"): 125}


def test_a_year_in_files_by_month_is_the_year(files):
    """Each with the balances of its own month."""
    january = account("1500", "0", "125") + account("1920", "50", "50") + account("2700", "0", "-25") + account("3000", "-50", "-150")
    february = account("1500", "125", "0") + account("1920", "50", "175") + account("2700", "-25", "-25") + account("3000", "-150", "-150")
    found = files(document(totals(1, "125", "125"), journal(SALE), accounts=january), document(totals(1, "125", "125"), journal(PAID), accounts=february))
    assert all_booked(found) == WHOLE
    assert [one.problems for one in found] == [(), ()]


def test_books_that_were_split_hold_together(files):
    """Accounts and totals of the whole stand in the first file alone."""
    of_all = totals(2, "250.00", "250.00")
    found = files(document(of_all, accounts=ACCOUNTS), document(of_all, journal(SALE)), document(of_all, journal(PAID)))
    assert all_booked(found) == WHOLE
    assert [said(one) for one in found] == [[], [], []]


def test_books_that_were_split_and_do_not_tie_are_said(files):
    """One file of the three was forgotten."""
    of_all = totals(2, "250.00", "250.00")
    first, second = files(document(of_all, accounts=ACCOUNTS), document(of_all, journal(SALE)))
    assert [text.partition(": ")[2].partition(",")[0] for text in said(first)[3:]] == ["Account 1500 opens with 0.00", "Account 1920 opens with 50.00"]
    assert codes(first) == [*["control-total-differs"] * 3, *["account-does-not-tie"] * 2]
    assert codes(second) == ["control-total-differs"] * 3


def test_months_that_two_files_tell_count_once(files):
    """January to February, and January again."""
    both = document(totals(2, "250.00", "250.00"), journal(SALE, PAID), accounts=ACCOUNTS)
    january = document(totals(1, "125", "125"), journal(SALE))
    for exports, met_again in (((both, january), [0, 3]), ((january, both), [0, 3]), ((both, both, january), [0, 5, 3])):
        found = files(*exports)
        assert all_booked(found) == WHOLE
        assert [one.met_again for one in found] == met_again
        assert not [code for one in found for code in codes(one) if code in {"control-total-differs", "account-does-not-tie", "transaction-differs"}]


def test_equal_bookings_of_one_file_are_two(files):
    twice = document(totals(2, "250", "250"), journal(SALE, SALE))
    found = files(twice, document(totals(1, "125", "125"), journal(SALE)))
    assert booked(found[0])["2026-01", "1500"] == 250
    assert [one.met_again for one in found] == [0, 3]


def test_a_transaction_that_two_files_tell_differently_is_said_and_counts_twice(files):
    other = SALE.replace("100.00", "110.00").replace("125.00", "135.00")
    _, second = files(document(totals(1, "125", "125"), journal(SALE)), document(totals(1, "135", "135"), journal(other)))
    assert "b.xml, row 3, column Journal[1]/Transaction[1]: Transaction 1 of 2026-01-15 is in a.xml too, and says something else there. Both count." in said(
        second
    )


def test_equal_amounts_of_two_journals_in_two_files_add_up(files):
    rent = transaction(line("6300", "10"), line("1920", "-10"), number="9")
    found = files(document(totals(1, "10", "10"), journal(rent, number="A")), document(totals(1, "10", "10"), journal(rent, number="B")))
    assert all_booked(found) == {("2026-01", "6300"): 20, ("2026-01", "1920"): -20}


def test_books_of_two_companies_are_told_apart(files):
    text = document(totals(1, "125", "125"), journal(SALE))
    found = files(text, text.replace("888888888", "999999999"))
    assert [{row["entity"] for row in one.rows} for one in found] == [{"888888888"}, {"999999999"}]
    assert [one.met_again for one in found] == [0, 0]


# What does not tie


def test_an_account_that_does_not_tie_is_named_with_its_difference():
    wrong = ACCOUNTS.replace("175.00", "170.00").replace("<OpeningCreditBalance>50.00", "<OpeningCreditBalance>45.00")
    found = read(document(totals(2, "250.00", "250.00"), journal(SALE, PAID), accounts=wrong))
    assert said(found) == [
        (
            "books.xml, column GeneralLedgerAccounts/Account[2]: Account 1920 opens with 50.00, 125.00 is booked on it, and so it should close with 175.00; "
            "it closes with 170.00: a difference of −5.00."
        ),
        (
            "books.xml, column GeneralLedgerAccounts/Account[4]: Account 3000 opens with −45.00, −100.00 is booked on it, and so it should close with −145.00; "
            "it closes with −150.00: a difference of −5.00."
        ),
        f"books.xml, column GeneralLedgerAccounts: The opening balances of all accounts sum to 5.00 and not to 0: {MISSING}",
        f"books.xml, column GeneralLedgerAccounts: The closing balances of all accounts sum to −5.00 and not to 0: {MISSING}",
    ]
    assert len(found.rows) == 5


def test_control_totals_that_do_not_tie_are_named_with_their_difference():
    found = read(document(totals(3, "250.01", "250.00"), journal(SALE, PAID), accounts=ACCOUNTS))
    assert said(found) == [
        "books.xml, column GeneralLedgerEntries/NumberOfEntries: The number of transactions is given as 3; the file holds 2: a difference of 1.",
        "books.xml, column GeneralLedgerEntries/TotalDebit: The total debit is given as 250.01; the file holds 250.00: a difference of 0.01.",
    ]


def test_a_number_of_entries_may_count_lines():
    assert codes(read(document(totals(5, "250", "250"), journal(SALE, PAID), accounts=ACCOUNTS))) == []


def test_totals_that_are_not_stated_are_said():
    for control in ("", totals("two", "250,00", "9" * 30)):
        assert codes(read(document(control, journal(SALE, PAID), accounts=ACCOUNTS))) == ["no-control-total"] * 3


def test_a_transaction_that_does_not_balance_is_named():
    found = read(
        document(
            totals(1, "5.00", "4.00"),
            journal(transaction(line("1500", "5.00"), line("3000", "-4.00"), number="77")),
            accounts=account("1500") + account("3000"),
        )
    )
    assert said(found) == [
        "books.xml, row 2, column Journal[1]/Transaction[1]: Transaction 77 does not balance: debit 5.00, credit 4.00, a difference of 1.00."
    ]


def test_an_account_that_is_not_listed_is_said_and_counts():
    found = read(document(totals(1, "125", "125"), journal(SALE), accounts=account("1500") + account("3000")))
    assert said(found) == ["books.xml, row 3: Account 2700 is booked on and is not among the accounts of the file."]
    assert booked(found)["2026-01", "2700"] == -25


@pytest.mark.parametrize(
    ("accounts", "text"),
    [
        (account("1500") * 2, "books.xml, column GeneralLedgerAccounts/Account[2]: Account 1500 is listed twice; what the first says counts."),
        (account(""), "books.xml, column GeneralLedgerAccounts/Account[1]: An account has no number (AccountID) and takes no part."),
        (
            account("1500", "1,00", "2"),
            (
                "books.xml, column GeneralLedgerAccounts/Account[1]/OpeningDebitBalance: "
                '"1,00" where an amount of at most 18 digits, 6 of them decimals, was expected.'
            ),
        ),
    ],
)
def test_what_is_wrong_with_an_account_is_said(accounts, text):
    assert text in said(read(document(totals(1, "125", "125"), journal(SALE), accounts=accounts)))


# What is wrong with a line


@pytest.mark.parametrize(
    ("old", "new", "place", "seen"),
    [
        (">7.00<", ">7,00<", "DebitAmount/Amount", "7,00"),
        (">7.00<", ">INF<", "DebitAmount/Amount", "INF"),
        (">7.00<", ">999999999999999<", "DebitAmount/Amount", "999999999999999"),
        (">7.00<", ">0.0000001<", "DebitAmount/Amount", "0.0000001"),
        (">7.00<", "><", "DebitAmount", ""),
        ("<AccountID>4000</AccountID>", "", "AccountID", ""),
    ],
)
def test_a_line_that_cannot_be_read_is_given_back_with_its_place(old, new, place, seen):
    wrong = line("4000", "7.00")
    assert old in wrong
    text = document(totals(2, "132", "132"), journal(SALE, transaction(line("2400", "-7.00"), wrong.replace(old, new))), accounts=ACCOUNTS + account("2400"))
    found = read(text)
    first = found.problems[0]
    assert (first.code, first.severity, str(first.origin), first.seen) == (
        "line-cannot-be-read",
        Severity.REJECTED,
        f"books.xml, row 5, column Journal[1]/Transaction[2]/Line[2]/{place}",
        seen,
    )
    assert (found.accepted, found.rejected) == (4, 1)
    assert "control-total-differs" in codes(found)
    assert "transaction-does-not-balance" not in codes(found)


def test_lines_without_period_and_date_are_given_back():
    found = read(document(totals(2, "1", "1"), journal(SALE, transaction(line("1500", "1"), period="", day="soon"))))
    assert [(p.code, str(p.origin)) for p in found.problems if p.severity == Severity.REJECTED] == [
        ("line-cannot-be-read", "books.xml, row 4, column Journal[1]/Transaction[2]/Line[1]/../Period")
    ]


# What is no audit file


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("<Invoice/>", "is no SAF-T file: it has no AuditFile/Header"),
        (document(head=""), "is no SAF-T file"),
        (document(), "AuditFile/GeneralLedgerEntries: no line of a booking (Journal/Transaction/Line) stands there"),
        (document(totals(1, "5", "5"), journal(transaction("<Lines><DebitLine/></Lines>"))), "no line of a booking"),
        (document(journal(SALE))[:-60], "its XML is damaged at line 1"),
        ('<!DOCTYPE a [<!ENTITY x "y">]>' + document(journal(SALE)), "declares a document type with entities"),
        (document(journal(*[transaction(line("1500", "99999999999999"))] * 2)), "199,999,999,999,998.00 is booked on account 1500 in one month"),
    ],
)
def test_what_is_no_audit_file_is_refused(text, why):
    with pytest.raises(UnreadableFileError) as refused:
        read(text)
    assert why in str(refused.value)
    assert str(refused.value).startswith("books.xml")


def test_a_time_without_bookings_is_read():
    found = read(document(totals(0, "0", "0"), accounts=account("1500", "5", "5") + account("2000", "-5", "-5")))
    assert (found.rows, found.problems) == ((), ())


# Whatever is booked

MONEY = st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2)
BOOKINGS = st.lists(st.tuples(st.integers(1, 12), st.sampled_from("12345"), st.sampled_from("12345"), MONEY), min_size=1, max_size=15)


@settings(max_examples=60, deadline=None)
@given(BOOKINGS)
def test_rows_sum_to_what_the_accounts_moved(bookings):
    """Every account ties from opening to closing, and nothing is lost between lines and rows."""
    moved = dict.fromkeys("12345", Decimal(0))
    for _, debit, credit, value in bookings:
        moved[debit] += value
        moved[credit] -= value
    whole = sum(value for *_, value in bookings)
    entries = [
        transaction(line(debit, str(value)), line(credit, f"-{value}"), number=str(number), period=f"{month:02d}", day=f"2026-{month:02d}-05")
        for number, (month, debit, credit, value) in enumerate(bookings)
    ]
    listed = "".join(account(number, "0", str(closing)) for number, closing in moved.items())
    found = read(document(totals(len(bookings), whole, whole), journal(*entries), accounts=listed))
    assert found.problems == ()
    assert (found.debit, found.credit, found.accepted) == (whole, whole, 2 * len(bookings))
    for number, movement in moved.items():
        assert sum((row["amount"] for row in found.rows if row["account"] == number), Decimal(0)) == movement
    assert {row["period"].month for row in found.rows} == {month for month, *_ in bookings}


VALUES = st.sampled_from(["", "-1", "NaN", "9" * 30, "1e5", "٣", "2026-13-01", "0001-01-01", "-0", ".", "+.5", "0", "13", "<Line/>", "</Transaction>", "&x;"])


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_file_is_read_or_refused(data):
    """Any values in place of others: no crash, and no line lost."""
    text = document(totals(2, "250.00", "250.00"), journal(SALE, PAID), accounts=ACCOUNTS)
    spots = [match.span(1) for match in re.finditer(r">([^<>]+)<", text)]
    for start, end in sorted(data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=4, unique=True)), reverse=True):
        text = text[:start] + data.draw(VALUES) + text[end:]
    try:
        found = audit_file(text)
    except UnreadableFileError:
        return
    assert found.physical == found.accepted + found.rejected
    assert sum((row["amount"] for row in found.rows), Decimal(0)) == found.debit - found.credit
