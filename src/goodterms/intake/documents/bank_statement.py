"""Bank statements: what a bank booked on an account, checked against the statement's own totals and balances, and the payments in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.facts.money import total
from goodterms.intake.documents.bank_entry import ASK_THE_BANK, Entry, rows_of
from goodterms.intake.documents.problem_list import ProblemList
from goodterms.intake.documents.xml_values import exactly, places_of
from goodterms.problems import Origin, Problem, Severity

_THREE_PLACES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


@dataclass(frozen=True, slots=True)
class Total:
    """What a statement says of its entries: their "count", "sum" (without signs) or "net", of one side (+1 received, −1 paid) or of both (0)."""

    origin: Origin
    of: str
    side: int
    stated: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """What stood on the account: ``kind`` is the standard's code."""

    kind: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Statement:
    """One statement, report or notification of one account.

    ``entries`` are booked; ``waiting`` are pending or for information; ``rejected`` counts those that could not be read.
    """

    origin: Origin
    message: str
    name: str
    account: str
    balances: tuple[Balance, ...]
    totals: tuple[Total, ...]
    entries: tuple[Entry, ...]
    waiting: tuple[Entry, ...]
    rejected: int

    @property
    def physical(self) -> int:
        """Its entries, whatever becomes of them."""
        return len(self.entries) + len(self.waiting) + self.rejected


@dataclass(frozen=True)
class BankReading:
    """What statements say: rows of ``payments``, problems, and the account of the entries.

    ``physical`` = ``accepted`` + ``rejected`` + ``set_aside`` + ``met_again``. An entry of a batch gives several rows.
    """

    rows: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]
    statements: tuple[Statement, ...]
    physical: int
    accepted: int
    rejected: int
    set_aside: int
    met_again: int
    strange: frozenset[Origin] = frozenset()
    """Statements of other companies' accounts."""

    def of(self, file: str) -> BankReading:
        """What one of the files says, beside the others."""
        rows = tuple(row for row in self.rows if row["file"] == file)
        statements = tuple(statement for statement in self.statements if statement.origin.file == file)
        accepted = len({row["row"] for row in rows})
        physical = sum(statement.physical for statement in statements)
        rejected = sum(statement.physical if statement.origin in self.strange else statement.rejected for statement in statements)
        set_aside = sum(len(statement.waiting) for statement in statements if statement.origin not in self.strange)
        problems = tuple(problem for problem in self.problems if problem.origin.file == file)
        return BankReading(rows, problems, statements, physical, accepted, rejected, set_aside, physical - accepted - rejected - set_aside)


def plain_account(written: str) -> str:
    """Return an account number as it is compared.

    >>> plain_account("fi21 1234 5600 0007 85")
    'FI2112345600000785'
    """
    return "".join(written.split()).upper()


def payments_of(statements: Iterable[Statement], *, own_accounts: Collection[str] = ()) -> BankReading:
    """Return the payments of statements, each once, and what is wrong with them.

    An entry that stands in several statements counts once; where one of them itemises it, that one holds. Within a statement, an exact repeat counts as
    often as the statement's own totals and balances say; where they say nothing, once if it bears a reference of the bank, else as often as it stands.

    Parameters
    ----------
    statements
        In the order in which they are told of.
    own_accounts
        The company's account numbers; where they are given, a statement of any other account takes no part.
    """
    own = {plain_account(account) for account in own_accounts}
    problems = ProblemList()
    known: list[tuple[Statement, Sequence[Entry]]] = []
    given = list(statements)
    strange: list[Statement] = []
    for statement in given:
        if not statement.account or (own and statement.account not in own):
            problems.add([_of_another(statement)])
            strange.append(statement)
            continue
        entries, found = _each_once(statement)
        problems.add(found)
        problems.add(_said_of(statement, entries))
        known.append((statement, entries))
    kept, repeated = _told_again(known)
    problems.add(repeated)
    rows: list[dict[str, Any]] = []
    for account, entry, place in kept:
        payments, found = rows_of(account, entry, place)
        rows += payments
        problems.add(found)
    rejected = sum(statement.physical for statement in strange) + sum(statement.rejected for statement, _ in known)
    set_aside = sum(len(statement.waiting) for statement, _ in known)
    physical = sum(statement.physical for statement in given)
    met_again = physical - len(kept) - rejected - set_aside
    others = frozenset(statement.origin for statement in strange)
    return BankReading(tuple(rows), problems.said(), tuple(given), physical, len(kept), rejected, set_aside, met_again, others)


# One statement ----------------------------------------------------------------------------------------------------------------------------------------------


def _of_another(statement: Statement) -> Problem:
    return Problem(
        "statement-of-another-account",
        Severity.REJECTED,
        statement.origin,
        seen=statement.account,
        expected="one of the company's own accounts",
        sentence=f"Account {statement.account} is none of the company's own: the statement takes no part."
        if statement.account
        else "The statement does not say whose account it is of: it takes no part.",
        action="If the account is the company's, name it among its accounts." if statement.account else ASK_THE_BANK,
        rows=len(statement.entries) + len(statement.waiting),
    )


@dataclass(frozen=True)
class _Check:
    """A figure that a statement gives of its entries, and what they give."""

    origin: Origin
    what: str
    stated: Decimal
    found: Decimal
    currency: str = ""

    @property
    def ties(self) -> bool:
        return self.stated == self.found


def _checks(statement: Statement, entries: Sequence[Entry]) -> Iterator[_Check]:
    """All that the statement says of its booked entries; totals may count those not booked too."""
    opening = {b.currency: b.amount for kind in ("PRCD", "OPBD") for b in statement.balances if b.kind == kind}
    closing = {b.currency: b.amount for b in statement.balances if b.kind == "CLBD"}
    for currency in sorted(opening.keys() & closing.keys()):
        found = total([opening[currency], *(entry.amount for entry in entries if entry.currency == currency)])
        yield _Check(statement.origin, "closing balance", closing[currency], found, currency)
    for stated in statement.totals:
        booked, all_of_them = _total(stated, entries), _total(stated, [*entries, *statement.waiting])
        side = {1: "received ", -1: "paid "}.get(stated.side, "")
        what = {"count": f"number of {side}entries", "sum": f"sum of {side}entries", "net": "sum of all entries with their signs"}[stated.of]
        yield _Check(stated.origin, what, stated.stated, all_of_them if stated.stated == all_of_them else booked)


def _total(stated: Total, entries: Sequence[Entry]) -> Decimal:
    amounts = [entry.amount for entry in entries if entry.amount * stated.side >= 0]
    return {"count": Decimal(len(amounts)), "sum": total(map(abs, amounts)), "net": total(amounts)}[stated.of]


def _each_once(statement: Statement) -> tuple[Sequence[Entry], list[Problem]]:
    """The statement's entries without those that it repeats, as far as its own figures do not count them."""
    first: dict[tuple[Any, ...], Entry] = {}
    for entry in statement.entries:
        first.setdefault(entry.content, entry)
    again = [entry for entry in statement.entries if first[entry.content] is not entry]
    if not again:
        return statement.entries, []
    figures = _figures_say(statement, list(first.values()))
    left_out = {entry.origin for entry in again if figures == "once" or (not figures and entry.bank_reference)}
    return [entry for entry in statement.entries if entry.origin not in left_out], [
        Problem(
            "entry-repeated",
            Severity.WARNING,
            entry.origin,
            seen=exactly(entry.amount, entry.currency),
            sentence=f"It repeats {first[entry.content].origin.column} in every value: {_WHY[figures, entry.origin in left_out]}.",
            action="Look whether it was one payment or several.",
        )
        for entry in again
    ]


_WHY = {
    ("each time", False): "the statement's own figures count it each time, and so is it counted here",
    ("once", True): "the statement's own figures count it once, and so is it counted here",
    ("", True): "the bank's reference is the same, so it counts once",
    ("", False): "no reference of the bank and no figure of the statement says that it is the same, so it counts each time",
}


def _figures_say(statement: Statement, once: Sequence[Entry]) -> str:
    """How often the statement's own figures count entries that repeat others; "" where they do not say."""
    for how, entries in (("each time", statement.entries), ("once", once)):
        checks = list(_checks(statement, entries))
        if checks and all(check.ties for check in checks):
            return how
    return ""


def _said_of(statement: Statement, entries: Sequence[Entry]) -> Iterator[Problem]:
    """What a person should know of a statement as a whole."""
    for check in _checks(statement, entries):
        if not check.ties:
            stated, found = (_count_or_amount(check, amount) for amount in (check.stated, check.found))
            sentence = (
                f"The {check.what} is given as {stated}; its entries give {found}: a difference of {_count_or_amount(check, check.stated - check.found)}."
            )
            code = "balance-differs" if check.what == "closing balance" else "total-differs"
            yield Problem(code, Severity.WARNING, check.origin, seen=stated, expected=found, sentence=sentence, action=ASK_THE_BANK)
    currencies = {kind: sorted({b.currency for b in statement.balances if b.kind in kinds}) for kind, kinds in _BOUNDS.items()}
    if all(currencies.values()) and not set(currencies["opening"]) & set(currencies["closing"]):
        sentence = f"It opens in {' and '.join(currencies['opening'])} and closes in {' and '.join(currencies['closing'])}: its balances cannot be compared."
        yield Problem("balances-in-two-currencies", Severity.WARNING, statement.origin, sentence=sentence, action=ASK_THE_BANK)
    fine = [entry for entry in entries if places_of(entry.amount) > (3 if entry.currency in _THREE_PLACES else 2)]
    if fine:
        example = fine[0]
        sentence = (
            f"Amounts written with more decimals than {example.currency} has cents: {len(fine):,}, the first as {example.amount:f}. "
            "Every decimal is kept, none is rounded."
        )
        yield Problem("more-decimals-than-cents", Severity.NOTICE, example.origin, seen=f"{example.amount:f}", sentence=sentence, rows=len(fine))
    if statement.waiting:
        sentence = f"Entries not booked yet (pending or for information), which take no part: {len(statement.waiting):,}."
        yield Problem("not-booked", Severity.SET_ASIDE, statement.waiting[0].origin, sentence=sentence, rows=len(statement.waiting))
    reversals = [entry for entry in entries if entry.reversal]
    if reversals:
        sentence = f"Entries that take an earlier payment back, each with its own sign: {len(reversals):,}."
        yield Problem("reversal", Severity.NOTICE, reversals[0].origin, sentence=sentence, rows=len(reversals))


_BOUNDS = {"opening": ("OPBD", "PRCD"), "closing": ("CLBD",)}


def _count_or_amount(check: _Check, amount: Decimal) -> str:
    return f"{amount:,.0f}" if check.what.startswith("number") else exactly(amount, check.currency)


# Several statements -----------------------------------------------------------------------------------------------------------------------------------------


def _told_again(statements: Sequence[tuple[Statement, Sequence[Entry]]]) -> tuple[list[tuple[str, Entry, int]], list[Problem]]:
    """Entries with their account and their place among equal ones, each once over all statements: of equal ones the larger count holds."""
    kept: dict[tuple[Any, ...], list[Entry]] = defaultdict(list)
    problems: list[Problem] = []
    for statement, entries in statements:
        met: Counter[tuple[Any, ...]] = Counter()
        again: list[Entry] = []
        for entry in entries:
            key = (statement.account, *entry.key)
            before = met[key]
            met[key] += 1
            if before == len(kept[key]):
                kept[key].append(entry)
                continue
            again.append(entry)
            if len(entry.transactions) > len(kept[key][before].transactions):
                kept[key][before] = entry
        if again:
            sentence = f"Entries that another statement of account {statement.account} tells too, and that count once: {len(again):,}."
            problems.append(Problem("entry-met-again", Severity.NOTICE, again[0].origin, sentence=sentence, rows=len(again)))
    return [(key[0], entry, place) for key, entries in kept.items() for place, entry in enumerate(entries, start=1)], problems
