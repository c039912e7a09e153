"""Audit files (SAF-T Financial): what was booked on each account in each month, and invoices, checked against the file's own totals and balances.

Read in passing, however large the file is. Contact persons and texts of bookings are not read. An export may be split into several files, and two exports may
overlap: the files of one company are one set of books.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import GL_BALANCES, MONEY_DIGITS
from goodterms.facts.money import total
from goodterms.intake.documents.fields import WIDE
from goodterms.intake.documents.invoice import Invoice
from goodterms.intake.documents.party import Identifies, Party, party
from goodterms.intake.documents.problem_list import ProblemList
from goodterms.intake.documents.saft_invoice import PURCHASES, SALES, SaftInvoices, control_problems
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

    @property
    def party(self) -> Party:
        """The company, as who sells and who buys."""
        known = [(Identifies.BUSINESS_ID, self.registration_number, ""), (Identifies.VAT, self.tax_number, "")]
        return party(self.company, self.country, known if self.registration_number or self.tax_number else [(Identifies.TAX_NUMBER, self.company, "")])


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

    ``physical`` counts lines of bookings = ``accepted`` + ``rejected`` + ``met_again``. Of a company whose books come in several files, a row stands with the
    first that booked on its account in its month. ``invoices`` are sales and purchases, of which ``unread`` more cannot be read (``invoice_problems``).
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
    met_again: int = 0
    invoices: tuple[Invoice, ...] = ()
    invoice_problems: tuple[Problem, ...] = ()
    unread: int = 0


def read_saft(*files: Path | str) -> tuple[AuditFile, ...]:
    """Read SAF-T files into rows of ``gl_balances`` (for each account and month the amount booked, debit − credit) and invoices, file by file.

    What two files of a company tell counts once. Of books that were split, totals and balances may hold for all of their files together.

    Raises
    ------
    UnreadableFileError
        A file is no SAF-T file, is damaged, or has neither a general ledger nor invoices.
    """
    seen = _Seen() if len(files) > 1 else None
    books = [_Books(str(file), seen) for file in files]
    for one, file in zip(books, files, strict=True):
        with Path(file).open("rb") as stream:
            one.read(stream)
    return _together(books)


@dataclass
class _Booked:
    """What is booked on one account in one month, and the line that did so first."""

    amount: Decimal
    row: int


@dataclass
class _Transaction:
    """A booking whose lines are being read: each that can be is account, debit, credit and its row."""

    element: Any
    number: str
    place: str
    period: tuple[int, int] | None
    day: date | None
    count: int = 0
    lines: list[tuple[str, Decimal, Decimal, int]] = field(default_factory=list)

    @property
    def month(self) -> tuple[int, int] | None:
        return (self.day.year, self.day.month) if self.day else None


class _Seen:
    """The transactions of all files that are read together: what an earlier file has told, as often as it did, counts once."""

    def __init__(self) -> None:
        self._times: dict[bytes, Counter[str]] = defaultdict(Counter)
        self._first: dict[bytes, str] = {}

    def again(self, file: str, name: tuple[Any, ...], lines: Iterable[tuple[Any, ...]]) -> bool:
        """Whether an earlier file has told the same."""
        times = self._times[_digest(name, *lines)]
        times[file] += 1
        return any(times[file] <= count for other, count in times.items() if other != file)

    def elsewhere(self, file: str, name: tuple[Any, ...]) -> str:
        """The earlier file that has a transaction of the same name; "" where there is none."""
        first = self._first.setdefault(_digest(name), file)
        return "" if first == file else first


def _digest(*of: Any) -> bytes:
    return blake2b(repr(of).encode(), digest_size=16).digest()


@dataclass
class _Balances:
    name: str
    opening: Decimal | None
    closing: Decimal | None
    origin: Origin


@dataclass(eq=False)
class _Books:
    """One file as it is read."""

    file: str
    seen: _Seen | None = None
    problems: ProblemList = field(default_factory=ProblemList)
    header: Header = field(default_factory=Header)
    has_header: bool = False
    accounts: dict[str, _Balances] = field(default_factory=dict)
    booked: dict[tuple[str, tuple[int, int] | None, tuple[int, int] | None], _Booked] = field(default_factory=dict)
    moved: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """What all lines come to by account, those that another file told included."""
    first_row: dict[str, int] = field(default_factory=dict)
    invoices: SaftInvoices = field(init=False)
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
    met_again: int = 0
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        self.invoices = SaftInvoices(self.file)

    def read(self, stream: IO[bytes]) -> None:
        with localcontext(WIDE):
            for element in iterparse(stream, self.file, _TAGS):
                parent = element.getparent()
                if parent is not None:
                    self._take(element, parent)
        if not self.has_header:
            raise UnreadableFileError(f"{self.file} is no SAF-T file: it has no AuditFile/Header. Export it again as SAF-T Financial.")

    @property
    def company(self) -> str:
        return self.header.registration_number or self.header.tax_number or self.header.company

    @property
    def is_empty(self) -> bool:
        """Whether nothing is booked nor invoiced, and the file does not say that this is so."""
        return not (self.lines or self.invoices.invoices or self.invoices.unread or self.stated.get(_CONTROLS[0]) == 0)

    def _take(self, element: Any, parent: Any) -> None:
        match local_name(element), local_name(parent):
            case "Header", "AuditFile":
                self.header, self.has_header = _header(element), True
                self.invoices.country, self.invoices.currency = self.header.country, self.header.currency
            case (("Customer" | "Supplier" | "Product"), ("Customers" | "Suppliers" | "Products")):
                self.invoices.take_master(element)
            case "Line", "Invoice" if section := _section(parent):
                self.invoices.take_line(element, parent, section)
            case tag, ("SalesInvoices" | "PurchaseInvoices") as section:
                self._of_invoices(tag, section, element)
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

    def _of_invoices(self, tag: str, section: str, element: Any) -> None:
        if tag == "Invoice":
            self.invoices.take_invoice(element, section, self.header.party)
        elif tag in _CONTROLS and (amount := amount_of((element.text or "").strip())) is not None and fits(amount):
            self.invoices.sums[section].stated[tag] = amount

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
            self.transaction = _Transaction(element, text_at(element, "TransactionID")[:_LONGEST_CODE], place, period, day)
            if period and day:
                self.months[period == (day.year, day.month)] += 1
        return self.transaction

    def _line(self, element: Any, parent: Any) -> None:
        of = self._begun(parent)
        self.lines += 1
        of.count += 1
        try:
            of.lines.append((*_line(element, dated=bool(of.period or of.day)), self.lines))
        except MisfitError as misfit:
            self.rejected += 1
            origin = Origin(self.file, row=self.lines, column=f"{of.place}/Line[{of.count}]/{misfit.column}")
            self._say("line-cannot-be-read", Severity.REJECTED, origin, seen=misfit.seen, expected=misfit.expected)

    def _transaction_ends(self, element: Any) -> None:
        of = self._begun(element)
        self.transaction = None
        debit, credit = total(line[1] for line in of.lines), total(line[2] for line in of.lines)
        self.debit += debit
        self.credit += credit
        self._book(of, text_at(element.getparent(), "JournalID"))
        if of.count and len(of.lines) == of.count and debit == credit:
            return
        origin = Origin(self.file, row=self.lines or None, column=of.place)
        if not of.count:
            self._say("transaction-without-lines", Severity.WARNING, origin, f"Transaction {of.number} has no line.", seen=of.number)
        elif len(of.lines) == of.count:
            difference = exactly(debit - credit)
            sentence = f"Transaction {of.number} does not balance: debit {exactly(debit)}, credit {exactly(credit)}, a difference of {difference}."
            self._say("transaction-does-not-balance", Severity.WARNING, origin, sentence, seen=of.number)

    def _book(self, of: _Transaction, journal: str) -> None:
        """Book the lines of a transaction, unless another file has told it."""
        for account, debit, credit, row in of.lines:
            self.moved[account] += debit - credit
            self.first_row.setdefault(account, row)
        if self.seen is not None:
            name = (self.company, journal, of.number, of.period, of.day)
            other = self.seen.elsewhere(self.file, name)
            if self.seen.again(self.file, name, [(account, exactly(debit), exactly(credit)) for account, debit, credit, _ in of.lines]):
                self.met_again += len(of.lines)
                return
            if other and of.number:
                sentence = f"Transaction {of.number} of {of.day} is in {other} too, and says something else there. Both count."
                self._say("transaction-differs", Severity.WARNING, Origin(self.file, row=self.lines or None, column=of.place), sentence, seen=of.number)
        for account, debit, credit, row in of.lines:
            booked = self.booked.setdefault((account, of.period, of.month), _Booked(Decimal(0), row))
            booked.amount += debit - credit

    def _journal_ends(self, element: Any) -> None:
        now = (self.transactions, self.lines, self.debit, self.credit)
        transactions, lines, debit, credit = self.before
        number, kind = (text_at(element, tag)[:_LONGEST_CODE] for tag in ("JournalID", "Type"))
        self.journals.append(Journal(number, kind, now[0] - transactions, now[1] - lines, now[2] - debit, now[3] - credit))
        self.before = now

    # What follows from it -----------------------------------------------------------------------------------------------------------------------------------

    @property
    def listed_accounts(self) -> tuple[Account, ...]:
        return tuple(Account(number, of.name, of.opening, self.moved.get(number, Decimal(0)), of.closing) for number, of in self.accounts.items())

    def check(self, books: Sequence[_Books], booked: Mapping[str, Decimal]) -> None:
        """Say what does not tie, in the file and in all ``books`` of its company, where ``booked`` is what all of them book on an account."""
        if self.lines or self.stated:
            self._check_totals(books)
        self._check_accounts(books, booked)
        for number in sorted(self.moved.keys() - {number for one in books for number in one.accounts}):
            sentence = f"Account {number} is booked on and is not among the accounts of the file."
            self._say("account-not-listed", Severity.WARNING, Origin(self.file, row=self.first_row[number]), sentence, seen=number)

    def finished(self, months: Iterable[tuple[tuple[date, str], _Booked]], entity: str | None, masters: dict[tuple[str, str], Party]) -> AuditFile:
        """The file with its rows: ``months`` are those in which it was the first to book on an account."""
        rows = tuple(
            dict.fromkeys(GL_BALANCES.column_names)
            | {"entity": entity, "period": month, "account": account, "amount": booked.amount, "currency": self.header.currency or None}
            | {"file": self.file, "row": booked.row}
            for (month, account), booked in sorted(months, key=lambda cell: cell[0])
        )
        return AuditFile(
            rows,
            self.problems.said(),
            self.header,
            self.listed_accounts,
            tuple(self.journals),
            self.transactions,
            self.debit,
            self.credit,
            self.lines,
            self.lines - self.rejected - self.met_again,
            self.rejected,
            self.met_again,
            tuple(self.invoices.with_masters(masters)),
            self.invoices.problems.said(),
            self.invoices.unread,
        )

    def by_month(self, *, by_period: bool) -> dict[tuple[date, str], _Booked]:
        """What is booked by month and account: the month of the accounting period, or of the date where the company's periods are no calendar months.

        Raises
        ------
        UnreadableFileError
            More is booked than an amount of facts holds.
        """
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

    def _check_totals(self, books: Sequence[_Books]) -> None:
        of_all = (Decimal(sum(one.transactions for one in books)), total(one.debit for one in books), total(one.credit for one in books))
        found = (("number of transactions", Decimal(self.transactions)), ("total debit", self.debit), ("total credit", self.credit))
        lines = {Decimal(self.lines), Decimal(sum(one.lines for one in books))}
        for tag, (what, amount), whole in zip(_CONTROLS, found, of_all, strict=True):
            stated = self.stated.get(tag)
            origin = Origin(self.file, column=f"GeneralLedgerEntries/{tag}")
            if stated is None:
                sentence = f"The file does not state its {what} as a number, so that nothing checks whether all of it is there."
                self._say("no-control-total", Severity.NOTICE, origin, sentence, action="")
            elif stated not in {amount, whole} and not (tag == _CONTROLS[0] and stated in lines):  # some systems count lines
                shown = [f"{value:,.0f}" if tag == _CONTROLS[0] else exactly(value) for value in (stated, amount, stated - amount)]
                sentence = f"The {what} is given as {shown[0]}; the file holds {shown[1]}: a difference of {shown[2]}."
                self._say("control-total-differs", Severity.WARNING, origin, sentence, seen=shown[0], expected=shown[1])

    def _check_accounts(self, books: Sequence[_Books], booked: Mapping[str, Decimal]) -> None:
        accounts = self.listed_accounts
        for account in (_judged(one, books, booked) for one in accounts):
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


def _section(invoice: Any) -> str:
    """The section of source documents that an invoice stands in; "" where that is neither sales nor purchases."""
    above = invoice.getparent()
    return section if above is not None and (section := local_name(above)) in {SALES, PURCHASES} else ""


def _judged(account: Account, books: Sequence[_Books], booked: Mapping[str, Decimal]) -> Account:
    """An account of one file as it must tie: by itself, or over all files of its company where these book on it without balances, or tie only together."""
    number = account.number
    stating = [one for one in books if (of := one.accounts.get(number)) and of.opening is not None and of.closing is not None]
    split = any(number in one.moved for one in books if one not in stating)
    if not stating or not (split or account.difference):
        return account
    first, last = min(stating, key=lambda one: one.header.begins), max(stating, key=lambda one: one.header.ends)
    whole = Account(number, account.name, first.accounts[number].opening, booked.get(number, Decimal(0)), last.accounts[number].closing)
    return whole if split or not whole.difference else account


def _together(books: Sequence[_Books]) -> tuple[AuditFile, ...]:
    """The files, each with its own rows, checked as the books of their companies."""
    companies: dict[str, list[_Books]] = {}
    for one in books:
        companies.setdefault(one.company, []).append(one)
    found: dict[int, AuditFile] = {}
    for company, of_company in companies.items():
        empty = [one for one in of_company if one.is_empty]
        if len(empty) == len(of_company):
            raise UnreadableFileError(
                f"{empty[0].file}, AuditFile/GeneralLedgerEntries: no line of a booking (Journal/Transaction/Line) stands there where the general ledger was "
                "expected. Export it again with its bookings, as SAF-T Financial in the form of the OECD."
            )
        rows: dict[tuple[date, str], tuple[_Books, _Booked]] = {}
        votes = sum((one.months for one in of_company), Counter[bool]())
        booked_on: dict[str, Decimal] = defaultdict(Decimal)
        for one in of_company:
            for (account, *_), of in one.booked.items():
                booked_on[account] += of.amount
        for one in of_company:
            one.check(of_company, booked_on)
            for cell, booked in one.by_month(by_period=votes[True] >= votes[False]).items():
                rows.setdefault(cell, (one, _Booked(Decimal(0), booked.row)))[1].amount += booked.amount
        controls = list(control_problems([one.invoices for one in of_company]))
        masters = {key: who for one in of_company for key, who in one.invoices.masters.items()}
        for one in of_company:
            one.invoices.problems.add(problem for problem in controls if problem.origin.file == one.file)
            own = [(cell, booked) for cell, (first, booked) in rows.items() if first is one]
            found[id(one)] = one.finished(own, company if len(companies) > 1 else None, masters)
    return tuple(found[id(one)] for one in books)


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
