"""Which column is the customer, where names mislead: an account may be the ledger's, a contact the customer or a person there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from goodterms.intake.mapping.column_names import meanings, normalised, rank_of
from goodterms.intake.parts.sample import Sample

PARTIES = {"sale_lines": ("customer_key", "customer_name"), "purchase_lines": ("supplier_key", "supplier_name")}
"""Who is on the other side of lines: its key and its name."""
_CONTACT = 3
"""The rank of headings that name the party, or a person there."""
_ACCOUNT = "account number"
_MOST_ACCOUNTS = 20
"""Sales are booked on so few accounts of a ledger; more may be customers of whom each has several names."""
_COMPANIES = 0.25
"""Names of which so many say a company are names of customers."""
_COMPANY = re.compile(
    r"&|\b(?:ltd|limited|plc|llc|llp|inc|corp|co|company|group|gmbh|ag|kg|ohg|e\.? ?k|oy|oyj|ab|ky|tmi|ry|rf|hb|kb|as|asa|aps|a/s|ans|sa|sarl|sas|sasu|eurl|snc"
    r"|sl|slu|srl|spa|s\.p\.a|s\.r\.l|s\.l|s\.a|bv|b\.v|nv|n\.v|vof|sp\.? z ?o\.? ?o|s\.r\.o|kft|zrt|oü|sia|uab|osuuskunta|holding)\b",
    re.IGNORECASE,
)


def is_contact(theirs: str, table: str) -> bool:
    """Whether a heading says the party of a line, or a person there.

    Examples
    --------
    >>> is_contact("*ContactName", "sale_lines"), is_contact("Contact person", "sale_lines"), is_contact("Customer name", "sale_lines")
    (True, False, False)
    """
    return table in PARTIES and rank_of(table, theirs, PARTIES[table][1]) == _CONTACT


def names_companies(values: Sequence[str]) -> bool:
    """Whether names are those of companies.

    Examples
    --------
    >>> names_companies(["Acme Ltd", "Bolt & Co", "Cafe Noir"]), names_companies(["Ann Smith", "Bob Jones"])
    (True, False)
    """
    names = set(values)
    return sum(bool(_COMPANY.search(name)) for name in names) >= _COMPANIES * max(len(names), 1)


def is_ledger_account(sample: Sample, theirs: str, table: str) -> bool:
    """Whether the number of an account is one of the ledger: on few accounts many customers stand, whom another column names."""
    return any(several and few for several, few in _over_names(sample, theirs, table).values())


def rivals_of_account(sample: Sample, theirs: str, table: str) -> list[str]:
    """Columns that name the customer and do not go with the number of an account, where it may be the customer's all the same."""
    return [other for other, (several, few) in _over_names(sample, theirs, table).items() if several and not few]


def _over_names(sample: Sample, theirs: str, table: str) -> dict[str, tuple[bool, bool]]:
    """For each column that names the party: whether most rows have an account of several names, and whether accounts are few beside the names."""
    party = PARTIES.get(table, ())
    if normalised(theirs) != _ACCOUNT:
        return {}
    found = {}
    for other in sample.values:
        if other == theirs or not any(meaning.ours in party for meaning in meanings(table).get(normalised(other), ())):
            continue
        names: dict[str, set[str]] = defaultdict(set)
        rows = [(account, name) for account, name in zip(sample.cells[theirs], sample.cells[other], strict=True) if account and name]
        for account, name in rows:
            names[account].add(name.casefold())
        several = sum(len(names[account]) > 1 for account, _ in rows)
        few = len(names) <= _MOST_ACCOUNTS and len(names) < len(set.union(set(), *names.values()))
        found[other] = bool(rows) and 2 * several > len(rows), few
    return found
