"""One audit file as it is read, in passing, however large it is: accounts, journals and the lines of bookings. Contact persons and texts are not read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from hashlib import blake2b
from typing import IO, Any

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import MONEY_DIGITS
from goodterms.facts.money import total
from goodterms.intake.documents.fields import WIDE
from goodterms.intake.documents.problem_list import ProblemList
from goodterms.intake.documents.saft_file import Header, Journal
from goodterms.intake.documents.saft_invoice import PURCHASES, SALES, SaftInvoices
from goodterms.intake.documents.xml_guard import iterparse, local_name
from goodterms.intake.documents.xml_values import MisfitError, amount_of, day_of, exactly, fits, places_of, text_at
from goodterms.problems import Origin, Problem, Severity

EXPORT_AGAIN = "Export the file again, or look in the book-keeping what is right."
CONTROLS = ("NumberOfEntries", "TotalDebit", "TotalCredit")
_TAGS = (
    "Header", "Account", "Line", "Transaction", "Journal", *CONTROLS,
    # what comes in thousands beside, and is let go
    "Customer", "Supplier", "Product", "Owner", "Asset", "AssetTransaction", "Invoice", "Payment", "StockMovement", "WorkDocument",
    "PhysicalStockEntry", "TaxTableEntry", "TaxCodeDetails", "UOMTableEntry", "AnalysisTypeTableEntry", "MovementTypeTableEntry",
)  # fmt: skip
_MOST_PLACES = 6
_LONGEST_CODE = 70
_LONGEST_NAME = 255
_YEAR = re.compile(r"[12][0-9]{3}")
_PERIOD = re.compile(r"[0-9]{1,3}")


@dataclass
class Booked:
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


class Seen:
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
class Balances:
    """An account as the file lists it, with the balances that it states."""

    name: str
    opening: Decimal | None
    closing: Decimal | None
    origin: Origin


@dataclass(eq=False)
class Books:
    """One file as it is read."""

    file: str
    seen: Seen | None = None
    problems: ProblemList = field(default_factory=ProblemList)
    header: Header = field(default_factory=Header)
    has_header: bool = False
    accounts: dict[str, Balances] = field(default_factory=dict)
    booked: dict[tuple[str, tuple[int, int] | None, tuple[int, int] | None], Booked] = field(default_factory=dict)
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
        """Read the file.

        Raises
        ------
        UnreadableFileError
            It is no SAF-T file, or damaged.
        """
        with localcontext(WIDE):
            for element in iterparse(stream, self.file, _TAGS):
                parent = element.getparent()
                if parent is not None:
                    self._take(element, parent)
        if not self.has_header:
            raise UnreadableFileError(f"{self.file} is no SAF-T file: it has no AuditFile/Header. Export it again as SAF-T Financial.")

    @property
    def company(self) -> str:
        """What names the company whose books they are."""
        return self.header.registration_number or self.header.tax_number or self.header.company

    @property
    def is_empty(self) -> bool:
        """Whether nothing is booked nor invoiced, and the file does not say that this is so."""
        return not (self.lines or self.invoices.invoices or self.invoices.unread or self.stated.get(CONTROLS[0]) == 0)

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
        elif tag in CONTROLS and (amount := amount_of((element.text or "").strip())) is not None and fits(amount):
            self.invoices.sums[section].stated[tag] = amount

    # What stands in the file --------------------------------------------------------------------------------------------------------------------------------

    def _account(self, element: Any) -> None:
        self.listed += 1
        origin = Origin(self.file, column=f"GeneralLedgerAccounts/Account[{self.listed}]")
        number = text_at(element, "AccountID")[:_LONGEST_CODE]
        if not number or number in self.accounts:
            sentence = f"Account {number} is listed twice; what the first says counts." if number else "An account has no number (AccountID) and takes no part."
            self.say("account-unclear", Severity.WARNING, origin, sentence, seen=number)
            return
        opening, closing = (self._balance(element, when, origin) for when in ("Opening", "Closing"))
        self.accounts[number] = Balances(text_at(element, "AccountDescription")[:_LONGEST_NAME], opening, closing, origin)

    def _balance(self, element: Any, when: str, origin: Origin) -> Decimal | None:
        sides = [(tag, sign) for tag, sign in ((f"{when}DebitBalance", 1), (f"{when}CreditBalance", -1)) if text_at(element, tag)]
        try:
            return total(sign * _amount(element, tag) for tag, sign in sides) if sides else None
        except MisfitError as misfit:
            place = replace(origin, column=f"{origin.column}/{misfit.column}")
            self.say("balance-cannot-be-read", Severity.WARNING, place, seen=misfit.seen, expected=misfit.expected)
            return None

    def _control(self, tag: str, element: Any) -> None:
        amount = amount_of((element.text or "").strip())
        if tag in CONTROLS and amount is not None and fits(amount):
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
            self.say("line-cannot-be-read", Severity.REJECTED, origin, seen=misfit.seen, expected=misfit.expected)

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
            self.say("transaction-without-lines", Severity.WARNING, origin, f"Transaction {of.number} has no line.", seen=of.number)
        elif len(of.lines) == of.count:
            difference = exactly(debit - credit)
            sentence = f"Transaction {of.number} does not balance: debit {exactly(debit)}, credit {exactly(credit)}, a difference of {difference}."
            self.say("transaction-does-not-balance", Severity.WARNING, origin, sentence, seen=of.number)

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
                self.say("transaction-differs", Severity.WARNING, Origin(self.file, row=self.lines or None, column=of.place), sentence, seen=of.number)
        for account, debit, credit, row in of.lines:
            booked = self.booked.setdefault((account, of.period, of.month), Booked(Decimal(0), row))
            booked.amount += debit - credit

    def _journal_ends(self, element: Any) -> None:
        now = (self.transactions, self.lines, self.debit, self.credit)
        transactions, lines, debit, credit = self.before
        number, kind = (text_at(element, tag)[:_LONGEST_CODE] for tag in ("JournalID", "Type"))
        self.journals.append(Journal(number, kind, now[0] - transactions, now[1] - lines, now[2] - debit, now[3] - credit))
        self.before = now

    def say(self, code: str, severity: Severity, origin: Origin, sentence: str = "", *, seen: str = "", expected: str = "", action: str = EXPORT_AGAIN) -> None:
        """Note what is wrong."""
        self.problems.add([Problem(code, severity, origin, seen, expected, action, sentence)])


def _section(invoice: Any) -> str:
    """The section of source documents that an invoice stands in; "" where that is neither sales nor purchases."""
    above = invoice.getparent()
    return section if above is not None and (section := local_name(above)) in {SALES, PURCHASES} else ""


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
