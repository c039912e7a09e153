"""One amount on a bank account, and the payments in it: their parties, references and documents, as far as they may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from goodterms.facts.columns import PAYMENTS
from goodterms.facts.money import total
from goodterms.intake.documents.xml_values import exactly
from goodterms.problems import Origin, Problem, Severity

ORGANISATIONS = "organisation numbers"
ACCOUNTS = "bank accounts"
"""The spaces of the keys by which a statement knows who paid or was paid."""
ASK_THE_BANK = "Ask the bank for the statement again, or look in the account what is right."


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a payment: the key that it is known by ("" where the statement gives none that may be kept), and its account."""

    key: str = ""
    key_space: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Remittance:
    """What a payment, or a part of it, settles; ``amount`` is negative for a credit note that was set off."""

    reference: str = ""
    document: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One payment among the details of an entry; ``amount`` is positive received, ``None`` where the statement does not say it."""

    amount: Decimal | None
    currency: str
    debtor: Party
    creditor: Party
    remittances: tuple[Remittance, ...]
    identities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What the details of an entry say of themselves as a whole."""

    count: int | None
    total: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount on the account, positive received; ``booked`` and ``valued`` are days, one of which may be missing."""

    origin: Origin
    amount: Decimal
    currency: str
    booked: date | None
    valued: date | None
    bank_reference: str
    reversal: bool
    transactions: tuple[Transaction, ...]
    batches: tuple[Batch, ...]

    @property
    def content(self) -> tuple[Any, ...]:
        """All that makes the entry equal to another one, wherever it stands."""
        return (self.bank_reference, self.booked, self.valued, self.amount, self.currency, self.reversal, self.transactions)

    @property
    def key(self) -> tuple[Any, ...]:
        """What stays the same where the entry is told again: the bank's reference with day and amount, else all that is known."""
        return (self.bank_reference, self.booked or self.valued, self.amount, self.currency) if self.bank_reference else self.content


def rows_of(account: str, entry: Entry, place: int) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The payments of one entry; ``place`` counts it among equal ones."""
    details, problems = _details(entry)
    parts = []
    for amount, transaction in details:
        found = _parts(account, entry, amount, transaction)
        parts += found
        if transaction and len(found) == 1 and (several := _several(transaction.remittances)):
            sentence = f"It settles several {several} and does not say how much of each: none of them is kept."
            problems.append(Problem("settles-several", Severity.NOTICE, entry.origin, sentence=sentence))
    name = _identity(entry, place)
    rows = [
        dict.fromkeys(PAYMENTS.column_names)
        | {"source": account, "date": entry.valued or entry.booked, "payment": name if len(parts) == 1 else f"{name}/{number}"}
        | {"currency": entry.currency, "file": entry.origin.file, "row": entry.origin.row}
        | part
        for number, part in enumerate(parts, start=1)
    ]
    return rows, problems


def _identity(entry: Entry, place: int) -> str:
    """The name of a payment, the same wherever the entry is told."""
    day, amount = (entry.booked or entry.valued), _plain(entry.amount)
    known = entry.bank_reference or hashlib.sha256(repr(_known_of(entry)).encode()).hexdigest()[:12]
    return f"{known} {day} {amount} {entry.currency}" + (f" ({place})" if place > 1 else "")


def _known_of(entry: Entry) -> list[Any]:
    """All that tells an entry without a reference of the bank from others of its day and amount; 8.5 and 8.50 are the same."""
    sides = [[(paid.debtor, paid.creditor, *paid.identities), paid.currency, _plain(paid.amount)] for paid in entry.transactions]
    settled = [[(part.reference, part.document, _plain(part.amount)) for part in paid.remittances] for paid in entry.transactions]
    return [str(entry.booked), str(entry.valued), entry.reversal, sides, settled]


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _details(entry: Entry) -> tuple[list[tuple[Decimal, Transaction | None]], list[Problem]]:
    """The entry as its payments where their amounts are the entry's; else as one, since it is the entry that moved the account."""
    details = entry.transactions
    problems = list(_batch_problems(entry))
    counted = sum(batch.count or 0 for batch in entry.batches)
    if not details:
        return [(entry.amount, None)], problems
    if len(details) == 1 and counted <= 1:
        (only,) = details
        if only.amount is not None and (only.amount, only.currency) != (entry.amount, entry.currency):
            problems.append(_details_differ(entry, only.amount, only.currency, "its payment"))
        return [(entry.amount, only)], problems
    for several in (details, tuple(dict.fromkeys(details))):
        amounts = [transaction.amount for transaction in several if transaction.amount is not None and transaction.currency == entry.currency]
        if len(amounts) == len(several) and total(amounts) == entry.amount and (several is details or _all_named(details)):
            if several is not details:
                problems.append(_detail_repeated(entry, len(details) - len(several)))
            return list(zip(amounts, several, strict=True)), problems
    known = [transaction.amount for transaction in details if transaction.amount is not None]
    currencies = {transaction.currency for transaction in details if transaction.amount is not None}
    if len(known) == len(details) and len(currencies) == 1:
        problems.append(_details_differ(entry, total(known), currencies.pop(), f"its {len(details):,} payments together"))
    elif len(details) > 1:
        sentence = (
            f"Not all of its {len(details):,} payments say their amount in one currency: it counts as one payment of {exactly(entry.amount, entry.currency)}."
        )
        problems.append(Problem("details-differ", Severity.WARNING, entry.origin, sentence=sentence, action=ASK_THE_BANK))
    return [(entry.amount, None)], problems


def _all_named(details: Sequence[Transaction]) -> bool:
    return all(any(transaction.identities) for transaction in details)


def _details_differ(entry: Entry, amount: Decimal, currency: str, what: str) -> Problem:
    counts, found = exactly(entry.amount, entry.currency), exactly(amount, currency)
    if currency != entry.currency and what == "its payment":
        sentence = f"The payment was made as {found}; {counts} on the account counts."
        return Problem("paid-in-another-currency", Severity.NOTICE, entry.origin, seen=found, expected=counts, sentence=sentence)
    sentence = f"The entry is {counts}, {what} {found}: the entry counts, as one payment."
    return Problem("details-differ", Severity.WARNING, entry.origin, seen=found, expected=counts, sentence=sentence, action=ASK_THE_BANK)


def _detail_repeated(entry: Entry, times: int) -> Problem:
    sentence = f"Payments of it that repeat another in every value: {times:,}. They count once: only so do they sum to {exactly(entry.amount, entry.currency)}."
    return Problem("detail-repeated", Severity.WARNING, entry.origin, sentence=sentence, rows=times)


def _batch_problems(entry: Entry) -> Iterator[Problem]:
    """Where the batch says another number or sum of payments than stand in the details."""
    details = entry.transactions
    if not details:
        return
    counted = [batch.count for batch in entry.batches if batch.count is not None]
    summed = [batch for batch in entry.batches if batch.total is not None]
    currency = summed[0].currency if summed else ""
    amounts = [abs(transaction.amount) for transaction in details if transaction.amount is not None and transaction.currency == currency]
    stated, found = total(batch.total for batch in summed if batch.total is not None), total(amounts)
    sums_differ = bool(summed) and len(amounts) == len(details) and stated != found
    if (counted and sum(counted) != len(details)) or sums_differ:
        says = [f"{sum(counted):,} payments"] if counted else []
        says += [exactly(stated, currency)] if summed else []
        have = [f"{len(details):,}"] if counted else []
        have += [exactly(found, currency)] if summed and amounts else []
        sentence = f"The batch is said to hold {', '.join(says)}; its details hold {', '.join(have)}."
        once = dict.fromkeys(details)
        if len(once) < len(details) and (not counted or sum(counted) == len(once)):
            sentence += f" Of these, {len(details) - len(once):,} repeat another in every value."
        yield Problem("batch-differs", Severity.WARNING, entry.origin, seen=", ".join(have), expected=", ".join(says), sentence=sentence, action=ASK_THE_BANK)


def _parts(account: str, entry: Entry, amount: Decimal, transaction: Transaction | None) -> list[dict[str, Any]]:
    """One payment as what it settles: a part for each document where the documents' amounts sum to it, else the whole."""
    if transaction is None:
        return [{"amount": amount}]
    received = (amount >= 0) is not entry.reversal
    party, other = (transaction.debtor, transaction.creditor) if received else (transaction.creditor, transaction.debtor)
    if party.account == account:  # a payment returned names its parties as they were
        party = other
    known = {"counterparty_key": party.key or None, "key_space": party.key_space or None}
    settled = transaction.remittances
    stated = [remittance.amount for remittance in settled if remittance.amount is not None]
    if len(settled) > 1 and len(stated) == len(settled) and total(stated) == abs(amount):
        sign = -1 if amount < 0 else 1
        return [known | _settling([part]) | {"amount": sign * of} for part, of in zip(settled, stated, strict=True)]
    return [known | _settling(settled) | {"amount": amount}]


def _settling(remittances: Sequence[Remittance]) -> dict[str, Any]:
    """The reference and the document, each only where there is one."""
    found = {"reference": {r.reference for r in remittances} - {""}, "document": {r.document for r in remittances} - {""}}
    return {name: next(iter(values)) if len(values) == 1 else None for name, values in found.items()}


def _several(remittances: Sequence[Remittance]) -> str:
    """What there are several of."""
    documents, references = ({part.document for part in remittances} - {""}, {part.reference for part in remittances} - {""})
    return " and ".join(what for what, values in (("documents", documents), ("references", references)) if len(values) > 1)
