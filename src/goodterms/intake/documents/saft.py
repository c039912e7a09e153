"""Audit files of general ledgers (SAF-T Financial): what was booked on each account in each month, checked against the file's own totals and balances.

Read in passing, however large the file is. Names of persons and texts of bookings are not read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import GL_BALANCES, MONEY_DIGITS
from goodterms.facts.money import total
from goodterms.intake.documents.problem_list import ProblemList
from goodterms.intake.documents.xml_guard import iterparse, local_name
from goodterms.intake.documents.xml_values import MisfitError, amount_of, day_of, exactly, fits, places_of, text_at
from goodterms.problems import Origin, Problem, Severity

EXPORT_AGAIN = "Export the file again, or look in the book-keeping what is right."
_CONTROLS = ("NumberOfEntries", "TotalDebit", "TotalCredit")
_TAGS = (
    "Header", "Account", "Line", "Transaction", "Journal", *_CONTROLS,
    # what comes in thousands beside, and is let go
    "Customer", "Supplier", "Product", "Owner", "Asset", "AssetTransaction", "Invoice", "Payment", "StockMovement", "WorkDocument",
    "PhysicalStockEntry", "TaxTableEntry", "TaxCodeDetails", "UOMTableEntry", "AnalysisTypeTableEntry", "MovementTypeTableEntry",
)  # fmt: skip
_MOST_PLACES = 6
_LONGEST_CODE = 70
_LONGEST_NAME = 255
_MONTHS = 12
_YEAR = re.compile(r"[12][0-9]{3}")
_PERIOD = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Header:
    """Whose books they are, and of which time, as the file's head says it; "" where it does not."""

    country: str = ""
    version: str = ""
    software: str = ""
    company: str = ""
    registration_number: str = ""
    tax_number: str = ""
    currency: str = ""
    begins: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Account:
    """An account with its balances, debit − credit; ``None`` where the file does not state one. ``movement`` is what the file's lines book on it."""

    number: str
    name: str
    opening: Decimal | None
    movement: Decimal
    closing: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Closing − opening − movement: 0 where the account ties, ``None`` where the file does not state both balances."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.movement


@dataclass(frozen=True)
class Journal:
    """A journal and what is booked in it."""

    number: str
    kind: str
    transactions: int
    lines: int
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class AuditFile:
    """What an audit file says: rows of ``gl_balances``, problems, and the books behind them.

    ``physical`` counts lines of bookings = ``accepted`` + ``rejected``.
    """

    rows: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]
    header: Header
    accounts: tuple[Account, ...]
    journals: tuple[Journal, ...]
    transactions: int
    debit: Decimal
    credit: Decimal
    physical: int
    accepted: int
    rejected: int


def read_saft(file: Path | str) -> AuditFile:
    """Read the general ledger of a SAF-T file into rows of ``gl_balances``: for each account and month the amount booked, debit − credit.

    Raises
    ------
    UnreadableFileError
        The file is no SAF-T file, is damaged, or has no general ledger.
    """
    with Path(file).open("rb") as stream:
        return audit_file(stream, str(file))


def audit_file(stream: IO[bytes], file: str) -> AuditFile:
    """Read an audit file from a stream; ``file`` is what a person calls it. Otherwise as :func:`read_saft`."""
    return _Books(file).read(stream)


@dataclass
class _Booked:
    """What is booked on one account in one month, and the line that did so first."""

    amount: Decimal
    row: int


@dataclass
class _Transaction:
    """A booking whose lines are being read."""

    element: Any
    number: str
    place: str
    period: tuple[int, int] | None
    month: tuple[int, int] | None
    lines: int = 0
    whole: bool = True
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)


@dataclass
class _Balances:
    name: str
    opening: Decimal | None
    closing: Decimal | None
    origin: Origin


@dataclass
class _Books:
    """One file as it is read."""

    file: str
    problems: ProblemList = field(default_factory=ProblemList)
    header: Header | None = None
    accounts: dict[str, _Balances] = field(default_factory=dict)
    booked: dict[tuple[str, tuple[int, int] | None, tuple[int, int] | None], _Booked] = field(default_factory=dict)
    journals: list[Journal] = field(default_factory=list)
    before: tuple[int, int, Decimal, Decimal] = (0, 0, Decimal(0), Decimal(0))
    """Transactions, lines, debit and credit of the journals that have ended."""
    transaction: _Transaction | None = None
    stated: dict[str, Decimal] = field(default_factory=dict)
    months: Counter[bool] = field(default_factory=Counter)
    listed: int = 0
    transactions: int = 0
    lines: int = 0
    rejected: int = 0
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    def read(self, stream: IO[bytes]) -> AuditFile:
        for element in iterparse(stream, self.file, _TAGS):
            parent = element.getparent()
            if parent is not None:
                self._take(element, parent)
        if self.header is None:
            raise UnreadableFileError(f"{self.file} is no SAF-T file: it has no AuditFile/Header. Export it again as SAF-T Financial.")
        if not self.lines and self.stated.get(_CONTROLS[0]) != 0:
            raise UnreadableFileError(
                f"{self.file}, AuditFile/GeneralLedgerEntries: no line of a booking (Journal/Transaction/Line) stands there where the general ledger was "
                "expected. Export it again with its bookings, as SAF-T Financial in the form of the OECD."
            )
        return self._finished(self.header)

    def _take(self, element: Any, parent: Any) -> None:
        match local_name(element), local_name(parent):
            case "Header", "AuditFile":
                self.header = _header(element)
            case "Account", "GeneralLedgerAccounts":
                self._account(element)
            case "Line", "Transaction":
                self._line(element, parent)
            case "Transaction", "Journal":
                self._transaction_ends(element)
            case "Journal", "GeneralLedgerEntries":
                self._journal_ends(element)
            case tag, "GeneralLedgerEntries":
                self._control(tag, element)

    # What stands in the file --------------------------------------------------------------------------------------------------------------------------------

    def _account(self, element: Any) -> None:
        self.listed += 1
        origin = Origin(self.file, column=f"GeneralLedgerAccounts/Account[{self.listed}]")
        number = text_at(element, "AccountID")[:_LONGEST_CODE]
        if not number or number in self.accounts:
            sentence = f"Account {number} is listed twice; what the first says counts." if number else "An account has no number (AccountID) and takes no part."
            self._say("account-unclear", Severity.WARNING, origin, sentence, seen=number)
            return
        opening, closing = (self._balance(element, when, origin) for when in ("Opening", "Closing"))
        self.accounts[number] = _Balances(text_at(element, "AccountDescription")[:_LONGEST_NAME], opening, closing, origin)

    def _balance(self, element: Any, when: str, origin: Origin) -> Decimal | None:
        sides = [(tag, sign) for tag, sign in ((f"{when}DebitBalance", 1), (f"{when}CreditBalance", -1)) if text_at(element, tag)]
        try:
            return total(sign * _amount(element, tag) for tag, sign in sides) if sides else None
        except MisfitError as misfit:
            place = replace(origin, column=f"{origin.column}/{misfit.column}")
            self._say("balance-cannot-be-read", Severity.WARNING, place, seen=misfit.seen, expected=misfit.expected)
            return None

    def _control(self, tag: str, element: Any) -> None:
        amount = amount_of((element.text or "").strip())
        if tag in _CONTROLS and amount is not None and fits(amount):
            self.stated[tag] = amount

    def _begun(self, element: Any) -> _Transaction:
        """The transaction that an element is, or a line of which it holds: begun where it was not."""
        if self.transaction is None or self.transaction.element is not element:
            self.transactions += 1
            place = f"Journal[{len(self.journals) + 1}]/Transaction[{self.transactions - self.before[0]}]"
            period, day = _period(element), day_of(text_at(element, "TransactionDate"))
            self.transaction = _Transaction(element, text_at(element, "TransactionID")[:_LONGEST_CODE], place, period, (day.year, day.month) if day else None)
            if period and day:
                self.months[period == (day.year, day.month)] += 1
        return self.transaction

    def _line(self, element: Any, parent: Any) -> None:
        of = self._begun(parent)
        self.lines += 1
        of.lines += 1
        try:
            account, debit, credit = _line(element, dated=bool(of.period or of.month))
        except MisfitError as misfit:
            self.rejected += 1
            of.whole = False
            origin = Origin(self.file, row=self.lines, column=f"{of.place}/Line[{of.lines}]/{misfit.column}")
            self._say("line-cannot-be-read", Severity.REJECTED, origin, seen=misfit.seen, expected=misfit.expected)
            return
        of.debit += debit
        of.credit += credit
        booked = self.booked.setdefault((account, of.period, of.month), _Booked(Decimal(0), self.lines))
        booked.amount += debit - credit

    def _transaction_ends(self, element: Any) -> None:
        of = self._begun(element)
        self.transaction = None
        self.debit += of.debit
        self.credit += of.credit
        if of.lines and of.whole and of.debit == of.credit:
            return
        origin = Origin(self.file, row=self.lines or None, column=of.place)
        if not of.lines:
            self._say("transaction-without-lines", Severity.WARNING, origin, f"Transaction {of.number} has no line.", seen=of.number)
        elif of.whole:
            difference = exactly(of.debit - of.credit)
            sentence = f"Transaction {of.number} does not balance: debit {exactly(of.debit)}, credit {exactly(of.credit)}, a difference of {difference}."
            self._say("transaction-does-not-balance", Severity.WARNING, origin, sentence, seen=of.number)

    def _journal_ends(self, element: Any) -> None:
        now = (self.transactions, self.lines, self.debit, self.credit)
        transactions, lines, debit, credit = self.before
        number, kind = (text_at(element, tag)[:_LONGEST_CODE] for tag in ("JournalID", "Type"))
        self.journals.append(Journal(number, kind, now[0] - transactions, now[1] - lines, now[2] - debit, now[3] - credit))
        self.before = now

    # What follows from it -----------------------------------------------------------------------------------------------------------------------------------

    def _finished(self, header: Header) -> AuditFile:
        months = self._by_month()
        movements: dict[str, Decimal] = defaultdict(Decimal)
        first: dict[str, int] = {}
        for (_, number), booked in months.items():
            movements[number] += booked.amount
            first[number] = min(booked.row, first.get(number, booked.row))
        accounts = tuple(Account(number, of.name, of.opening, movements.get(number, Decimal(0)), of.closing) for number, of in self.accounts.items())
        self._check_totals()
        self._check_accounts(accounts)
        for number in sorted(movements.keys() - self.accounts.keys()):
            sentence = f"Account {number} is booked on and is not among the accounts of the file."
            self._say("account-not-listed", Severity.WARNING, Origin(self.file, row=first[number]), sentence, seen=number)
        rows = tuple(
            dict.fromkeys(GL_BALANCES.column_names)
            | {"period": month, "account": account, "amount": booked.amount, "currency": header.currency or None, "file": self.file, "row": booked.row}
            for (month, account), booked in sorted(months.items(), key=lambda cell: cell[0])
        )
        accepted = self.lines - self.rejected
        journals = tuple(self.journals)
        return AuditFile(
            rows, self.problems.said(), header, accounts, journals, self.transactions, self.debit, self.credit, self.lines, accepted, self.rejected
        )

    def _by_month(self) -> dict[tuple[date, str], _Booked]:
        """What is booked by month and account: the month of the accounting period, or of the date where the company's periods are no calendar months.

        Raises
        ------
        UnreadableFileError
            More is booked than an amount of facts holds.
        """
        by_period = self.months[True] >= self.months[False]
        if not by_period:
            sentence = "The accounting periods are no calendar months: what was booked stands in the month of its transaction's date."
            self._say("periods-are-no-months", Severity.NOTICE, Origin(self.file), sentence, action="")
        found: dict[tuple[date, str], _Booked] = {}
        beside: set[int] = set()
        for (account, period, day), booked in self.booked.items():
            year, month = (period if by_period else day) or period or day or (1, 1)
            if not 1 <= month <= _MONTHS:
                beside.add(month)
            of = found.setdefault((date(year, min(max(month, 1), _MONTHS), 1), account), _Booked(Decimal(0), booked.row))
            of.amount += booked.amount
            of.row = min(of.row, booked.row)
            if not fits(of.amount):
                raise UnreadableFileError(
                    f"{self.file}: {exactly(of.amount)} is booked on account {account} in one month, which is more than {MONEY_DIGITS} digits. {EXPORT_AGAIN}"
                )
        if beside:
            which = ", ".join(map(str, sorted(beside)))
            sentence = f"Periods beside the twelve months (opening or closing entries: {which}) count in the first or last month of their year."
            self._say("period-beside-months", Severity.NOTICE, Origin(self.file), sentence, action="")
        return found

    def _check_totals(self) -> None:
        found = (("number of transactions", Decimal(self.transactions)), ("total debit", self.debit), ("total credit", self.credit))
        for tag, (what, amount) in zip(_CONTROLS, found, strict=True):
            stated = self.stated.get(tag)
            origin = Origin(self.file, column=f"GeneralLedgerEntries/{tag}")
            if stated is None:
                sentence = f"The file does not state its {what} as a number, so that nothing checks whether all of it is there."
                self._say("no-control-total", Severity.NOTICE, origin, sentence, action="")
            elif stated != amount and not (tag == _CONTROLS[0] and stated == self.lines):  # some systems count lines
                shown = [f"{value:,.0f}" if tag == _CONTROLS[0] else exactly(value) for value in (stated, amount, stated - amount)]
                sentence = f"The {what} is given as {shown[0]}; the file holds {shown[1]}: a difference of {shown[2]}."
                self._say("control-total-differs", Severity.WARNING, origin, sentence, seen=shown[0], expected=shown[1])

    def _check_accounts(self, accounts: Sequence[Account]) -> None:
        for account in accounts:
            if account.opening is None or account.closing is None or not account.difference:
                continue
            due = account.opening + account.movement
            sentence = (
                f"Account {account.number} opens with {exactly(account.opening)}, {exactly(account.movement)} is booked on it, and so it should close with "
                f"{exactly(due)}; it closes with {exactly(account.closing)}: a difference of {exactly(account.difference)}."
            )
            origin = self.accounts[account.number].origin
            self._say("account-does-not-tie", Severity.WARNING, origin, sentence, seen=exactly(account.closing), expected=exactly(due))
        for when, stated in (
            ("opening", [account.opening for account in accounts if account.opening is not None]),
            ("closing", [account.closing for account in accounts if account.closing is not None]),
        ):
            if total(stated):
                sentence = (
                    f"The {when} balances of all accounts sum to {exactly(total(stated))} and not to 0: an account is missing, or a balance is not right."
                )
                self._say("balances-do-not-sum-to-zero", Severity.NOTICE, Origin(self.file, column="GeneralLedgerAccounts"), sentence, action="")

    def _say(
        self, code: str, severity: Severity, origin: Origin, sentence: str = "", *, seen: str = "", expected: str = "", action: str = EXPORT_AGAIN
    ) -> None:
        self.problems.add([Problem(code, severity, origin, seen, expected, action, sentence)])


def _header(element: Any) -> Header:
    selection = "SelectionCriteria"
    begins, ends = (
        text_at(element, f"{selection}/Selection{when}Date", f"{alternative}Date")
        or "-".join(part.zfill(2) for part in (text_at(element, f"{selection}/Period{when}Year"), text_at(element, f"{selection}/Period{when}")) if part)
        for when, alternative in (("Start", "Start"), ("End", "End"))
    )
    said = {
        "country": text_at(element, "AuditFileCountry"),
        "version": text_at(element, "AuditFileVersion"),
        "software": text_at(element, "SoftwareCompanyName", "SoftwareID"),
        "company": text_at(element, "Company/Name", "CompanyName"),
        "registration_number": text_at(element, "Company/RegistrationNumber", "CompanyID"),
        "tax_number": text_at(element, "Company/TaxRegistration/TaxRegistrationNumber", "TaxRegistrationNumber"),
        "currency": text_at(element, "DefaultCurrencyCode", "CurrencyCode"),
        "begins": begins,
        "ends": ends,
    }
    return Header(**{name: value[:_LONGEST_NAME] for name, value in said.items()})


def _period(element: Any) -> tuple[int, int] | None:
    """Year and number of the accounting period, where the transaction says both."""
    year, period = text_at(element, "PeriodYear"), text_at(element, "Period")
    return (int(year), int(period)) if _YEAR.fullmatch(year) and _PERIOD.fullmatch(period) else None


def _line(element: Any, *, dated: bool) -> tuple[str, Decimal, Decimal]:
    """Account, debit and credit of a line, whose transaction says when it is booked."""
    if not dated:
        raise MisfitError("../Period", "", "an accounting period or a date of the transaction")
    account = text_at(element, "AccountID")[:_LONGEST_CODE]
    if not account:
        raise MisfitError("AccountID", "", "the number of an account")
    sides = {tag: next((path for path in (f"{tag}/Amount", tag) if text_at(element, path)), "") for tag in ("DebitAmount", "CreditAmount")}
    if not any(sides.values()):
        raise MisfitError("DebitAmount", "", "an amount in debit or credit")
    debit, credit = (_amount(element, path) if path else Decimal(0) for path in sides.values())
    return account, debit, credit


def _amount(element: Any, path: str) -> Decimal:
    written = text_at(element, path)
    amount = amount_of(written)
    if amount is None or places_of(amount) > _MOST_PLACES or not fits(amount):
        raise MisfitError(path, written, f"an amount of at most {MONEY_DIGITS} digits, {_MOST_PLACES} of them decimals,")
    return amount
