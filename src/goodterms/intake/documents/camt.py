"""Bank statements as banks send them (ISO 20022 camt.052, camt.053 and camt.054, versions 2 to 8), read entry by entry.

Free text (remittance information, names, addresses) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import MONEY_DIGITS
from goodterms.intake.documents.bank_entry import ACCOUNTS, ASK_THE_BANK, ORGANISATIONS, Batch, Entry, Party, Remittance, Transaction
from goodterms.intake.documents.bank_statement import Balance, BankReading, Statement, Total, payments_of, plain_account
from goodterms.intake.documents.problem_list import ProblemList
from goodterms.intake.documents.reference_number import is_personal_code, shown, valid_reference
from goodterms.intake.documents.xml_guard import iterparse, local_name
from goodterms.intake.documents.xml_values import MisfitError, all_at, amount_of, any_namespace, day_of, fits, places_of, text_at
from goodterms.problems import Origin, Problem, Severity

_STATEMENTS = {"052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
_TAGS = ("GrpHdr", "TxDtls", "Ntry", *(tag for _, tag in _STATEMENTS.values()))
_MESSAGE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.(05[234])\.001\.([0-9]{2})")
_VERSIONS = range(2, 9)
_MOST_PLACES = 5
"""Most decimals of an amount of ISO 20022."""
_SIGNS = {"CRDT": 1, "DBIT": -1}
_YES = frozenset({"true", "1"})
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNT = re.compile(r"[0-9]{1,9}")
_TOTALS = (("TtlNtries", 0), ("TtlCdtNtries", 1), ("TtlDbtNtries", -1))
_FIGURES = (("count", "NbOfNtries", ""), ("sum", "Sum", ""), ("net", "TtlNetNtry/Amt", "TtlNetNtry/CdtDbtInd"), ("net", "TtlNetNtryAmt", "CdtDbtInd"))
"""What a total says, where, and where its direction stands."""


def read_camt(*files: Path | str, own_accounts: Collection[str] = ()) -> BankReading:
    """Read bank statements into rows of ``payments``; what several of them tell counts once.

    Parameters
    ----------
    files
        XML files of camt.052, camt.053 or camt.054.
    own_accounts
        The company's account numbers; where they are given, statements of other accounts take no part.

    Raises
    ------
    UnreadableFileError
        A file is no such message, is damaged, or holds no statement.
    """
    statements: list[Statement] = []
    problems: list[Problem] = []
    for file in files:
        with Path(file).open("rb") as stream:
            reader = CamtReader(str(file))
            statements += reader.statements(stream)
            problems += reader.problems.said()
    found = payments_of(statements, own_accounts=own_accounts)
    return replace(found, problems=(*problems, *found.problems))


class _Message(NamedTuple):
    """What a message is: its name with version, the tag of its statements, and where it stands."""

    name: str
    tag: str
    place: str


class CamtReader:
    """One file as it is read: its statements, and ``problems`` with their places, where the row is the entry of the file, from 1."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems = ProblemList()
        self._message: _Message | None = None
        self._rows = 0
        self._statements = 0
        self._begin_statement()

    def _begin_statement(self) -> None:
        self._statements += 1
        self._place = f"{self._message.tag if self._message else ''}[{self._statements}]"
        self._entries: list[Entry] = []
        self._waiting: list[Entry] = []
        self._transactions: list[_Unsigned] = []
        self._in_statement = self._rejected = 0

    def statements(self, stream: IO[bytes]) -> Iterator[Statement]:
        """Yield the statements of the file as they end.

        Raises
        ------
        UnreadableFileError
            The file is no such message, is damaged, or a message in it holds no statement.
        """
        empty = False
        for element in iterparse(stream, self.file, _TAGS):
            tag = local_name(element)
            parent = element.getparent()
            if parent is not None and tag == "GrpHdr":
                self._refuse(empty=empty)
                self._message, empty = self._message_of(element, parent), True
                self._statements -= 1
                self._begin_statement()
            elif parent is None or self._message is None:
                continue
            elif tag == "TxDtls":
                self._transactions.append(self._transaction(element))
            elif tag == "Ntry" and local_name(parent) == self._message.tag:
                self._entry(element)
            elif tag == self._message.tag:
                yield self._statement(element, self._message)
                empty = False
                self._begin_statement()
        self._refuse(empty=empty)
        if self._message is None:
            raise UnreadableFileError(f"{self.file} is no bank statement: it holds no message camt.052, camt.053 or camt.054. Ask the bank for one of them.")

    def _refuse(self, *, empty: bool) -> None:
        if empty and self._message:
            raise UnreadableFileError(
                f"{self.file}, {self._message.place}: nothing follows the head of the message (GrpHdr) where a statement ({self._message.tag}) was expected. "
                "Ask the bank for the file again."
            )

    def _message_of(self, head: Any, parent: Any) -> _Message:
        namespace = str(head.tag).rpartition("}")[0].lstrip("{")
        known = _MESSAGE.fullmatch(namespace)
        if not known or local_name(parent) not in _STATEMENTS[known[1]]:
            raise UnreadableFileError(
                f'{self.file}, line {parent.sourceline:,}: the message is {local_name(parent)} of "{namespace[:80]}" where camt.052, camt.053 or camt.054 was '
                "expected. Ask the bank for one of them."
            )
        name, version = f"camt.{known[1]}", int(known[2])
        if version not in _VERSIONS:
            raise UnreadableFileError(
                f"{self.file}, line {parent.sourceline:,}: version {version} of {name} is not read; versions {_VERSIONS[0]} to {_VERSIONS[-1]} are. "
                "Ask the bank for one of them."
            )
        return _Message(f"{name} version {version}", _STATEMENTS[known[1]][1], f"line {parent.sourceline:,}, Document/{local_name(parent)}")

    # One statement ------------------------------------------------------------------------------------------------------------------------------------------

    def _statement(self, element: Any, message: _Message) -> Statement:
        page = text_at(element, "StmtPgntn/PgNb", "RptPgntn/PgNb", "NtfctnPgntn/PgNb")
        last = text_at(element, "StmtPgntn/LastPgInd", "RptPgntn/LastPgInd", "NtfctnPgntn/LastPgInd")
        origin = Origin(self.file, column=self._place)
        if page and (page.lstrip("0") != "1" or last not in _YES):
            sentence = f"It is page {page[:5]} of a statement of several pages{', the last' if last in _YES else ''}; the others are statements of their own."
            self.problems.add([Problem("page-of-statement", Severity.NOTICE, origin, sentence=sentence, action="Read them all.")])
        return Statement(
            origin,
            message.name,
            self._code(element, "Id", origin=origin),
            plain_account(self._code(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id", origin=origin)),
            tuple(self._balances(element)),
            tuple(self._totals(element)),
            tuple(self._entries),
            tuple(self._waiting),
            self._rejected,
        )

    def _balances(self, element: Any) -> Iterator[Balance]:
        for place, balance in enumerate(all_at(element, "Bal"), start=1):
            with self._figure(f"Bal[{place}]"):
                kind = text_at(balance, "Tp/CdOrPrtry/Cd")[:4]
                yield Balance(kind, _sign(balance) * _amount(balance, "Amt"), _currency(balance, "Amt"))

    def _totals(self, element: Any) -> Iterator[Total]:
        for tag, side in _TOTALS:
            summary = f"TxsSummry/{tag}"
            for of, path, direction in _FIGURES:
                where = f"{summary}/{path}"
                if text_at(element, where):
                    with self._figure(""):
                        sign = _sign(element, f"{summary}/{direction}") if direction else 1
                        yield Total(Origin(self.file, column=f"{self._place}/{where}"), of, side, sign * _amount(element, where))

    @contextmanager
    def _figure(self, place: str) -> Iterator[None]:
        """A figure of the statement itself: where it cannot be read, it checks nothing, and that is said."""
        try:
            yield
        except MisfitError as misfit:
            origin = Origin(self.file, column="/".join(part for part in (self._place, place, misfit.column) if part))
            self.problems.add([Problem("figure-unread", Severity.WARNING, origin, seen=misfit.seen, expected=misfit.expected, action=ASK_THE_BANK)])

    # One entry ----------------------------------------------------------------------------------------------------------------------------------------------

    def _entry(self, element: Any) -> None:
        self._rows += 1
        self._in_statement += 1
        transactions, self._transactions = self._transactions, []
        try:
            entry = self._entry_of(element, transactions)
            booked = _needed(element, ("Sts/Cd", "Sts/Prtry", "Sts"), "BOOK or another status") == "BOOK"
        except MisfitError as misfit:
            self._rejected += 1
            origin = self._origin(misfit.column)
            self.problems.add([Problem("entry-cannot-be-read", Severity.REJECTED, origin, seen=misfit.seen, expected=misfit.expected, action=ASK_THE_BANK)])
        else:
            (self._entries if booked else self._waiting).append(entry)

    def _entry_of(self, element: Any, transactions: Sequence[_Unsigned]) -> Entry:
        amount = _amount(element, "Amt")
        currency = _currency(element, "Amt")
        sign = _sign(element)
        booked, valued = (_day(element, tag) for tag in ("BookgDt", "ValDt"))
        if not (booked or valued):
            raise MisfitError("ValDt", "", "a day of value or of booking")
        only = transactions[0].transaction.identities[0] if len(transactions) == 1 else ""
        return Entry(
            self._origin(),
            sign * amount,
            currency,
            booked,
            valued,
            self._code(element, "AcctSvcrRef", origin=self._origin("AcctSvcrRef")) or only,
            text_at(element, "RvslInd") in _YES,
            tuple(each.signed(sign) for each in transactions),
            tuple(_batch(batch) for batch in all_at(element, "NtryDtls/Btch")),
        )

    def _transaction(self, element: Any) -> _Unsigned:
        path = next((path for path in ("Amt", "AmtDtls/TxAmt/Amt") if text_at(element, path)), "")
        amount = amount_of(text_at(element, path)) if path else None
        remittances = tuple(self._remittance(part) for part in all_at(element, "RmtInf/Strd"))
        return _Unsigned(
            Transaction(
                amount if amount is not None and fits(amount) else None,
                element.find(any_namespace(path)).get("Ccy", "") if path else "",
                self._party(element, "Dbtr"),
                self._party(element, "Cdtr"),
                tuple(remittance for remittance in remittances if remittance != Remittance()),
                tuple(self._code(element, f"Refs/{tag}") for tag in ("AcctSvcrRef", "InstrId", "EndToEndId", "TxId")),
            ),
            _SIGNS.get(text_at(element, "CdtDbtInd")),
        )

    def _party(self, element: Any, side: str) -> Party:
        """Who stood on one side: the number of an organisation, else its account; never a name, nor the number of a person."""
        account = plain_account(self._code(element, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"))
        ways = (f"RltdPties/{side}/Pty/Id/OrgId", f"RltdPties/{side}/Id/OrgId")
        number = self._code(element, *(f"{way}/{where}" for where in ("Othr/Id", "LEI") for way in ways))
        return Party(number or account, ORGANISATIONS if number else ACCOUNTS if account else "", account)

    def _remittance(self, element: Any) -> Remittance:
        written = text_at(element, "CdtrRefInf/Ref")
        reference = valid_reference(written)
        if written and not reference:
            sentence = f'The reference number "{shown(written)}" is not valid by its check digits and is not kept.'
            origin = self._in_details("RmtInf/Strd/CdtrRefInf/Ref")
            self.problems.add([Problem("reference-not-valid", Severity.NOTICE, origin, seen=shown(written), sentence=sentence)])
        documents = {number for document in all_at(element, "RfrdDocInf") if (number := self._code(document, "Nb"))}
        stated = [
            sign * amount
            for path, sign in (("RmtdAmt", 1), ("CdtNoteAmt", -1))
            if (amount := amount_of(text_at(element, f"RfrdDocAmt/{path}"))) is not None and fits(amount)
        ]
        return Remittance(reference, documents.pop() if len(documents) == 1 else "", sum(stated, Decimal(0)) if stated else None)

    def _code(self, element: Any, *paths: str, origin: Origin | None = None) -> str:
        """A number or code, as far as it may be kept: not what identifies a person."""
        written = text_at(element, *paths)[:80]
        if is_personal_code(written):
            sentence = "A personal identity code stands here; it is not kept."
            self.problems.add([Problem("personal-identity-code", Severity.WARNING, origin or self._in_details(paths[0]), sentence=sentence)])
            return ""
        return "" if written == "NOTPROVIDED" else written

    # Places and problems ------------------------------------------------------------------------------------------------------------------------------------

    def _origin(self, column: str = "") -> Origin:
        """The place of the entry that ended last."""
        place = f"{self._place}/Ntry[{self._in_statement}]"
        return Origin(self.file, row=self._rows, column=f"{place}/{column}" if column else place)

    def _in_details(self, path: str) -> Origin:
        """A place in the payment that ended last, whose entry has not ended yet."""
        place = f"{self._place}/Ntry[{self._in_statement + 1}]/TxDtls[{len(self._transactions) + 1}]/{path}"
        return Origin(self.file, row=self._rows + 1, column=place)


class _Unsigned(NamedTuple):
    """A payment whose direction is that of its entry unless it says its own."""

    transaction: Transaction
    sign: int | None

    def signed(self, sign: int) -> Transaction:
        amount = self.transaction.amount
        return self.transaction if amount is None else replace(self.transaction, amount=amount * (self.sign or sign))


def _needed(element: Any, paths: Sequence[str], expected: str) -> str:
    written = text_at(element, *paths)
    if not written:
        raise MisfitError(paths[0], "", expected)
    return written


def _amount(element: Any, path: str) -> Decimal:
    written = text_at(element, path)
    amount = amount_of(written)
    if amount is None or amount < 0 or places_of(amount) > _MOST_PLACES or not fits(amount):
        raise MisfitError(path, written, f"an amount without a sign, of at most {MONEY_DIGITS} digits, {_MOST_PLACES} of them decimals,")
    return amount


def _currency(element: Any, path: str) -> str:
    currency = str(element.find(any_namespace(path)).get("Ccy", ""))
    if not _CURRENCY.fullmatch(currency):
        raise MisfitError(f"{path}/@Ccy", currency, "a currency of three letters")
    return currency


def _sign(element: Any, path: str = "CdtDbtInd") -> int:
    written = text_at(element, path)
    if written not in _SIGNS:
        raise MisfitError(path, written, "CRDT or DBIT")
    return _SIGNS[written]


def _day(element: Any, tag: str) -> date | None:
    written = text_at(element, f"{tag}/Dt", f"{tag}/DtTm")
    day = day_of(written)
    if written and not day:
        raise MisfitError(tag, written, "a day")
    return day


def _batch(element: Any) -> Batch:
    count, stated = text_at(element, "NbOfTxs"), amount_of(text_at(element, "TtlAmt"))
    if stated is None or not fits(stated):
        stated, currency = None, ""
    else:
        currency = element.find(any_namespace("TtlAmt")).get("Ccy", "")
    return Batch(int(count) if _COUNT.fullmatch(count) else None, stated, currency)
