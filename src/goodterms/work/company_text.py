"""The company's policy and mappings: saved to a file, changed there, and loaded again as a new edition, unless someone else has done so meanwhile."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from goodterms.errors import ChangedMeanwhileError, UsageError
from goodterms.facts.periods import month_name
from goodterms.facts.policy import Policy
from goodterms.register.access import ensure_may
from goodterms.register.company_text import CompanyText, TextKind
from goodterms.register.rights import Verb
from goodterms.register.user import User
from goodterms.work.close_period import ClosedMonthError, closed_months
from goodterms.work.writing import writing

_EDITION = re.compile(r"# edition ([0-9]+) of the (?:policy|mapping)[^\n]*\n")


def in_force(kind: TextKind, name: str = "") -> CompanyText | None:
    """The edition that is in force; None before the first."""
    return CompanyText.objects.filter(kind=kind, name=name).order_by("-number").first()


def policy_of(edition: CompanyText) -> Policy:
    """The policy that an edition says."""
    return Policy.read(edition.text, f"the policy, edition {edition.number}")


def company_mapping() -> str:
    """The text of the company's mapping, with the edition that it is; "" before the first."""
    return saved(TextKind.MAPPING) if in_force(TextKind.MAPPING) else ""


def saved(kind: TextKind, name: str = "") -> str:
    """The text in force, as a file that can be loaded again: its first line says which edition it is.

    Raises
    ------
    UsageError
        There is none yet.
    """
    found = in_force(kind, name)
    if found is None:
        raise UsageError(f"There is no {kind} yet{_of(name)}. Load the first one:   goodterms {kind} load FILE")
    return f"# edition {found.number} of the {kind}{_of(name)}, saved by {found.saved_by.email} on {found.saved_at:%Y-%m-%d}\n{found.text}"


def load(kind: TextKind, text: str, *, name: str = "", by: User, at: datetime, login: str = "") -> CompanyText:
    """Make a text the edition in force; the one that is in force already stays as it is.

    Raises
    ------
    PolicyError, MappingError
        The text is not valid.
    ClosedMonthError
        The policy says something else of a closed month.
    ChangedMeanwhileError
        The file was saved from an older edition than the one in force.
    NotAllowedError
        The user may not change the policy, or mappings.
    """
    ensure_may(by, Verb.POLICY if kind == TextKind.POLICY else Verb.MAPPINGS)
    marked = _EDITION.match(text)
    body = text[marked.end() :] if marked else text
    _check(kind, body)
    now = in_force(kind, name)
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    if now is not None and now.sha256 == sha256:
        return now
    based_on = int(marked[1]) if marked else 0
    if now is not None and based_on != now.number:
        said = f"was saved from edition {based_on}" if based_on else "does not say from which edition it was saved"
        raise ChangedMeanwhileError(
            f"Edition {now.number} of the {kind}{_of(name)} is in force, and the file {said}: nothing was changed. "
            f"Save the one in force with   goodterms {kind} save FILE   and put your changes into it.",
            {"edition": (now.number, based_on)},
        )
    if kind == TextKind.POLICY:
        _refuse_closed(Policy.read(body), policy_of(now) if now else Policy.empty())
    with writing(f"load {kind}", by=by, at=at, login=login) as written:
        return written.create(CompanyText, kind=kind, name=name, number=now.number + 1 if now else 1, text=body, sha256=sha256, saved_by=by, saved_at=at)


def _refuse_closed(new: Policy, old: Policy) -> None:
    """Refuse a policy that says something else of a closed month than the one in force."""
    closed = [month for month in sorted(filter(None, closed_months())) if new.on(month) != old.on(month)]
    if closed:
        months = ", ".join(map(month_name, closed))
        raise ClosedMonthError(
            f"This policy says something else of closed months, so nothing was changed: {months}. Reopen the months:   goodterms close --reopen"
        )


def _check(kind: TextKind, text: str) -> None:
    if kind == TextKind.POLICY:
        Policy.read(text)
    else:
        from goodterms.intake.mapping.mapping_file import Mapping  # heavy: only where mappings are loaded

        Mapping.read(text, "the mapping")


def _of(name: str) -> str:
    return f" of {name}" if name else ""
