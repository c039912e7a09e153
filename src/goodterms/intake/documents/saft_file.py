"""What an audit file (SAF-T Financial) says: whose books they are, their accounts and journals, and rows of ``gl_balances``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goodterms.intake.documents.invoice import Invoice
from goodterms.intake.documents.party import Identifies, Party, party
from goodterms.problems import Problem


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
