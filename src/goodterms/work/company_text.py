"""The company's policy, mappings, own fields and sources: saved to a file, changed there, and loaded again as a new edition, unless someone else was first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import IntegrityError

from goodterms.errors import ChangedMeanwhileError, UsageError
from goodterms.facts.periods import month_name
from goodterms.facts.policy import Policy
from goodterms.register.access import ensure_may
from goodterms.register.company_text import CompanyText, TextKind
from goodterms.register.rights import Verb
from goodterms.register.user import User
from goodterms.work.close_period import ClosedMonthError, closed_months
from goodterms.work.custom_fields import Wanted, read_fields, read_sources, set_fields, set_sources
from goodterms.work.writing import Writing, writing

_EDITION = re.compile(rf"# edition ([0-9]+) of the (?:{'|'.join(TextKind.values)})[^\n]*\n")
_VERB: Mapping[str, Verb] = {
    TextKind.POLICY: Verb.POLICY,
    TextKind.MAPPING: Verb.MAPPINGS,
    TextKind.FIELDS: Verb.FIELDS,
    TextKind.SOURCES: Verb.MAPPINGS,
}
_SET: Mapping[str, Callable[[Wanted, Writing], None]] = {TextKind.FIELDS: set_fields, TextKind.SOURCES: set_sources}
"""How the records are set of which a text says what they are."""


def in_force(kind: TextKind, name: str = "") -> CompanyText | None:
    """The edition that is in force; None before the first."""
    return CompanyText.objects.filter(kind=kind, name=name).order_by("-number").first()


def policy_of(edition: CompanyText) -> Policy:
    """The policy that an edition says."""
    return Policy.read(edition.text, f"the policy, edition {edition.number}")


def company_mapping() -> str:
    """The text of the company's mapping, with the edition that it is; "" before the first."""
    found = in_force(TextKind.MAPPING)
    return _as_file(found) if found else ""


def saved(kind: TextKind, name: str = "", *, by: User) -> str:
    """The text in force, as a file that can be loaded again: its first line says which edition it is.

    Raises
    ------
    UsageError
        There is none yet.
    NotAllowedError
        The user may not see it.
    """
    ensure_may(by, Verb.SEE_SETTINGS)
    found = in_force(kind, name)
    if found is None:
        raise UsageError(f"There is no edition of the {kind} yet{_of(name)}. Load the first one:   goodterms {kind} load FILE")
    return _as_file(found)


def _as_file(found: CompanyText) -> str:
    return f"# edition {found.number} of the {found.kind}{_of(found.name)}, saved by {found.saved_by.email} on {found.saved_at:%Y-%m-%d}\n{found.text}"


def load(kind: TextKind, text: str, *, name: str = "", by: User, at: datetime, login: str = "") -> CompanyText:
    """Make a text the edition in force; the one that is in force already stays as it is.

    Raises
    ------
    UsageError
        The text is not valid, or says what cannot be.
    ClosedMonthError
        The policy says something else of a closed month.
    ChangedMeanwhileError
        The file was saved from an older edition than the one in force, or someone else loads another one at this moment.
    NotAllowedError
        The user may not change what the text is.
    """
    ensure_may(by, _VERB[kind])
    marked = _EDITION.match(text)
    body = text[marked.end() :] if marked else text
    wanted = _read(kind, body)
    now = in_force(kind, name)
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    if now is not None and now.sha256 == sha256:
        return now
    based_on = int(marked[1]) if marked else 0
    if now is not None and based_on != now.number:
        raise _changed_meanwhile(now, based_on)
    if kind == TextKind.POLICY:
        _refuse_closed(Policy.read(body), policy_of(now) if now else Policy.empty())
    try:
        with writing(f"load {kind}", by=by, at=at, login=login) as written:
            number = now.number + 1 if now else 1
            made = written.create(CompanyText, kind=kind, name=name, number=number, text=body, sha256=sha256, saved_by=by, saved_at=at)
            if kind in _SET:
                _SET[kind](wanted, written)
            return made
    except IntegrityError:  # of two who load at one moment the edition's number lets one through
        newer = in_force(kind, name)
        if newer is None or newer == now:
            raise
        raise _changed_meanwhile(newer, based_on) from None


def _changed_meanwhile(now: CompanyText, based_on: int) -> ChangedMeanwhileError:
    said = f"was saved from edition {based_on}" if based_on else "does not say from which edition it was saved"
    return ChangedMeanwhileError(
        f"Edition {now.number} of the {now.kind}{_of(now.name)} is in force, and the file {said}: nothing was changed. "
        f"Save the one in force with   goodterms {now.kind} save FILE   and put your changes into it.",
        {"edition": (now.number, based_on)},
    )


def _refuse_closed(new: Policy, old: Policy) -> None:
    """Refuse a policy that says something else of a closed month than the one in force."""
    closed = [month for month in sorted(filter(None, closed_months())) if new.on(month) != old.on(month)]
    if closed:
        months = ", ".join(map(month_name, closed))
        raise ClosedMonthError(
            f"This policy says something else of closed months, so nothing was changed: {months}. Reopen the months:   goodterms close --reopen"
        )


def _read(kind: TextKind, text: str) -> Wanted:
    """Refuse a text that is not valid; return what it says of records, which is set in one transaction with its edition."""
    if kind == TextKind.FIELDS:
        return read_fields(text)
    if kind == TextKind.SOURCES:
        return read_sources(text)
    if kind == TextKind.POLICY:
        Policy.read(text)
    else:
        from goodterms.intake.mapping.mapping_file import Mapping as Known  # heavy: only where mappings are loaded

        Known.read(text, "the mapping")
    return {}


def _of(name: str) -> str:
    return f" of {name}" if name else ""
