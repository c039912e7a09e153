"""Audit files (SAF-T Financial): what was booked on each account in each month, and invoices, checked against the file's own totals and balances.

Read in passing, however large the file is. Contact persons and texts of bookings are not read. An export may be split into several files, and two exports may
overlap: the files of one company are one set of books.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import GL_BALANCES, MONEY_DIGITS
from goodterms.facts.money import total
from goodterms.intake.documents.party import Party
from goodterms.intake.documents.saft_books import CONTROLS, EXPORT_AGAIN, Booked, Books, Seen
from goodterms.intake.documents.saft_file import Account, AuditFile
from goodterms.intake.documents.saft_invoice import control_problems
from goodterms.intake.documents.xml_values import exactly, fits
from goodterms.problems import Origin, Severity

_MONTHS = 12


def read_saft(*files: Path | str) -> tuple[AuditFile, ...]:
    """Read SAF-T files into rows of ``gl_balances`` (for each account and month the amount booked, debit − credit) and invoices, file by file.

    What two files of a company tell counts once. Of books that were split, totals and balances may hold for all of their files together.

    Raises
    ------
    UnreadableFileError
        A file is no SAF-T file, is damaged, or has neither a general ledger nor invoices.
    """
    seen = Seen() if len(files) > 1 else None
    books = [Books(str(file), seen) for file in files]
    for one, file in zip(books, files, strict=True):
        with Path(file).open("rb") as stream:
            one.read(stream)
    return _together(books)


def _listed(books: Books) -> tuple[Account, ...]:
    """The accounts that the file lists, with what its lines book on them."""
    return tuple(Account(number, of.name, of.opening, books.moved.get(number, Decimal(0)), of.closing) for number, of in books.accounts.items())


def _check(books: Books, company: Sequence[Books], booked: Mapping[str, Decimal]) -> None:
    """Say what does not tie, in the file and in all of its ``company``, where ``booked`` is what all of them book on an account."""
    if books.lines or books.stated:
        _check_totals(books, company)
    _check_accounts(books, company, booked)
    for number in sorted(books.moved.keys() - {number for one in company for number in one.accounts}):
        sentence = f"Account {number} is booked on and is not among the accounts of the file."
        books.say("account-not-listed", Severity.WARNING, Origin(books.file, row=books.first_row[number]), sentence, seen=number)


def _finished(books: Books, months: Iterable[tuple[tuple[date, str], Booked]], entity: str | None, masters: dict[tuple[str, str], Party]) -> AuditFile:
    """The file with its rows: ``months`` are those in which it was the first to book on an account."""
    rows = tuple(
        dict.fromkeys(GL_BALANCES.column_names)
        | {"entity": entity, "period": month, "account": account, "amount": booked.amount, "currency": books.header.currency or None}
        | {"file": books.file, "row": booked.row}
        for (month, account), booked in sorted(months, key=lambda cell: cell[0])
    )
    return AuditFile(
        rows,
        books.problems.said(),
        books.header,
        _listed(books),
        tuple(books.journals),
        books.transactions,
        books.debit,
        books.credit,
        books.lines,
        books.lines - books.rejected - books.met_again,
        books.rejected,
        books.met_again,
        tuple(books.invoices.with_masters(masters)),
        books.invoices.problems.said(),
        books.invoices.unread,
    )


def _by_month(books: Books, *, by_period: bool) -> dict[tuple[date, str], Booked]:
    """What is booked by month and account: the month of the accounting period, or of the date where the company's periods are no calendar months.

    Raises
    ------
    UnreadableFileError
        More is booked than an amount of facts holds.
    """
    if not by_period:
        sentence = "The accounting periods are no calendar months: what was booked stands in the month of its transaction's date."
        books.say("periods-are-no-months", Severity.NOTICE, Origin(books.file), sentence, action="")
    found: dict[tuple[date, str], Booked] = {}
    beside: set[int] = set()
    for (account, period, day), booked in books.booked.items():
        year, month = (period if by_period else day) or period or day or (1, 1)
        if not 1 <= month <= _MONTHS:
            beside.add(month)
        of = found.setdefault((date(year, min(max(month, 1), _MONTHS), 1), account), Booked(Decimal(0), booked.row))
        of.amount += booked.amount
        of.row = min(of.row, booked.row)
        if not fits(of.amount):
            raise UnreadableFileError(
                f"{books.file}: {exactly(of.amount)} is booked on account {account} in one month, which is more than {MONEY_DIGITS} digits. {EXPORT_AGAIN}"
            )
    if beside:
        which = ", ".join(map(str, sorted(beside)))
        sentence = f"Periods beside the twelve months (opening or closing entries: {which}) count in the first or last month of their year."
        books.say("period-beside-months", Severity.NOTICE, Origin(books.file), sentence, action="")
    return found


def _check_totals(books: Books, company: Sequence[Books]) -> None:
    of_all = (Decimal(sum(one.transactions for one in company)), total(one.debit for one in company), total(one.credit for one in company))
    found = (("number of transactions", Decimal(books.transactions)), ("total debit", books.debit), ("total credit", books.credit))
    lines = {Decimal(books.lines), Decimal(sum(one.lines for one in company))}
    for tag, (what, amount), whole in zip(CONTROLS, found, of_all, strict=True):
        stated = books.stated.get(tag)
        origin = Origin(books.file, column=f"GeneralLedgerEntries/{tag}")
        if stated is None:
            sentence = f"The file does not state its {what} as a number, so that nothing checks whether all of it is there."
            books.say("no-control-total", Severity.NOTICE, origin, sentence, action="")
        elif stated not in {amount, whole} and not (tag == CONTROLS[0] and stated in lines):  # some systems count lines
            shown = [f"{value:,.0f}" if tag == CONTROLS[0] else exactly(value) for value in (stated, amount, stated - amount)]
            sentence = f"The {what} is given as {shown[0]}; the file holds {shown[1]}: a difference of {shown[2]}."
            books.say("control-total-differs", Severity.WARNING, origin, sentence, seen=shown[0], expected=shown[1])


def _check_accounts(books: Books, company: Sequence[Books], booked: Mapping[str, Decimal]) -> None:
    accounts = _listed(books)
    for account in (_judged(one, company, booked) for one in accounts):
        if account.opening is None or account.closing is None or not account.difference:
            continue
        due = account.opening + account.movement
        sentence = (
            f"Account {account.number} opens with {exactly(account.opening)}, {exactly(account.movement)} is booked on it, and so it should close with "
            f"{exactly(due)}; it closes with {exactly(account.closing)}: a difference of {exactly(account.difference)}."
        )
        origin = books.accounts[account.number].origin
        books.say("account-does-not-tie", Severity.WARNING, origin, sentence, seen=exactly(account.closing), expected=exactly(due))
    for when, stated in (
        ("opening", [account.opening for account in accounts if account.opening is not None]),
        ("closing", [account.closing for account in accounts if account.closing is not None]),
    ):
        if total(stated):
            sentence = f"The {when} balances of all accounts sum to {exactly(total(stated))} and not to 0: an account is missing, or a balance is not right."
            books.say("balances-do-not-sum-to-zero", Severity.NOTICE, Origin(books.file, column="GeneralLedgerAccounts"), sentence, action="")


def _judged(account: Account, books: Sequence[Books], booked: Mapping[str, Decimal]) -> Account:
    """An account of one file as it must tie: by itself, or over all files of its company where these book on it without balances, or tie only together."""
    number = account.number
    stating = [one for one in books if (of := one.accounts.get(number)) and of.opening is not None and of.closing is not None]
    split = any(number in one.moved for one in books if one not in stating)
    if not stating or not (split or account.difference):
        return account
    first, last = min(stating, key=lambda one: one.header.begins), max(stating, key=lambda one: one.header.ends)
    whole = Account(number, account.name, first.accounts[number].opening, booked.get(number, Decimal(0)), last.accounts[number].closing)
    return whole if split or not whole.difference else account


def _together(books: Sequence[Books]) -> tuple[AuditFile, ...]:
    """The files, each with its own rows, checked as the books of their companies."""
    companies: dict[str, list[Books]] = {}
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
        rows: dict[tuple[date, str], tuple[Books, Booked]] = {}
        votes = sum((one.months for one in of_company), Counter[bool]())
        booked_on: dict[str, Decimal] = defaultdict(Decimal)
        for one in of_company:
            for (account, *_), of in one.booked.items():
                booked_on[account] += of.amount
        for one in of_company:
            _check(one, of_company, booked_on)
            for cell, booked in _by_month(one, by_period=votes[True] >= votes[False]).items():
                rows.setdefault(cell, (one, Booked(Decimal(0), booked.row)))[1].amount += booked.amount
        controls = list(control_problems([one.invoices for one in of_company]))
        masters = {key: who for one in of_company for key, who in one.invoices.masters.items()}
        for one in of_company:
            one.invoices.problems.add(problem for problem in controls if problem.origin.file == one.file)
            own = [(cell, booked) for cell, (first, booked) in rows.items() if first is one]
            found[id(one)] = _finished(one, own, company if len(companies) > 1 else None, masters)
    return tuple(found[id(one)] for one in books)
