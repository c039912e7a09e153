"""Verifying the audit: that its chain is unbroken up to its head, and that each value is the one that was written, or was erased by an entry that says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from goodterms.errors import UsageError
from goodterms.register.audit import ERASED, AuditEntry, AuditHead, AuditValue
from goodterms.work.writing import digest_of

_AT_ONCE = 2_000
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_NOTHING = "0" * 64


@dataclass
class AuditChecked:
    """What was seen of the audit: how far it goes, how many values were erased, and what is not as it was written, a sentence each."""

    number: int = 0
    digest: str = _NOTHING
    erased: int = 0
    found: list[str] = field(default_factory=list)


def head_of(text: str) -> tuple[int, str]:
    """Return the number and digest of a head as `status` prints it and as it was kept elsewhere.

    Raises
    ------
    UsageError
        It is none.

    Examples
    --------
    >>> head_of("12:" + "ab" * 32)[0]
    12
    """
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text} is no head of an audit: give its number, a colon and its digest of 64 digits and letters, as `goodterms status` prints them.")
    return int(found[1]), found[2]


def check_audit(elsewhere: tuple[int, str] | None = None) -> AuditChecked:
    """Verify the whole chain, and compare it with a head that was kept elsewhere."""
    seen = AuditChecked()
    erased = {(named, name) for named, fields in AuditEntry.objects.filter(object=ERASED).values_list("object_id", "fields") for name in fields}
    is_after_gap = False
    for entry in AuditEntry.objects.order_by("number").prefetch_related("values").iterator(chunk_size=_AT_ONCE):
        if entry.number != seen.number + 1:
            seen.found.append(_missing(seen.number + 1, entry.number - 1))
            is_after_gap = True
        if not is_after_gap and digest_of(entry, seen.digest) != entry.digest:
            before = f" or does not follow entry {seen.number:,}" if seen.number else ""
            seen.found.append(f"{_named(entry)} is not as it was written{before}: it was changed, or an entry before it was put in or taken out.")
        seen.found += _check_values(entry, erased, seen)
        seen.number, seen.digest, is_after_gap = entry.number, entry.digest, False
        if elsewhere and elsewhere[0] == entry.number and elsewhere[1] != entry.digest:
            seen.found.append(f"{_named(entry)} has the digest {entry.digest}, and the head kept elsewhere says {elsewhere[1]}: the audit was written anew.")
    if elsewhere and elsewhere[0] > seen.number:
        seen.found.append(f"The audit ends with entry {seen.number:,}, and the head kept elsewhere is of entry {elsewhere[0]:,}: the end was taken off.")
    seen.found += _check_head(seen)
    return seen


def _check_head(seen: AuditChecked) -> Iterator[str]:
    """Compare the end of the chain with its head; entries that others append meanwhile are beyond both."""
    head = AuditHead.objects.first()
    if head is None:
        yield "The audit has no head: the row that names its last entry was removed."
    elif head.number < seen.number:
        yield f"The audit goes on to entry {seen.number:,}, and its head is of entry {head.number:,}: entries were put in behind it."
    elif head.number > seen.number and not AuditEntry.objects.filter(number=head.number).exists():
        yield _missing(seen.number + 1, head.number)
    elif head.number == seen.number and head.digest != seen.digest:
        yield f"The head of the audit, {head.number:,}:{head.digest}, is not the digest of its last entry: one of them was changed."


def _check_values(entry: AuditEntry, erased: set[tuple[str, str]], seen: AuditChecked) -> Iterator[str]:
    """Compare the values of an entry with their salted hashes."""
    values = {(value.field, value.is_after): value for value in entry.values.all()}
    for name, digests in sorted(entry.fields.items()):
        for is_after, digest in zip((False, True), digests, strict=True):
            value = values.pop((name, is_after), None)
            if digest is not None and value is None and (str(entry.number), name) in erased:
                seen.erased += 1
            elif digest is not None and value is None:
                yield f"{_named(entry)}: the value of {name} {_side(is_after)} is missing, and no entry says that it was erased."
            elif value is not None and _digest(value) != digest:
                yield f"{_named(entry)}: the value of {name} {_side(is_after)} is not the one that was written."
    for name, is_after in sorted(values):
        yield f"{_named(entry)}: a value of {name} {_side(is_after)} was put in, which the entry does not have."


def _digest(value: AuditValue) -> str:
    return hashlib.sha256(bytes(value.salt) + value.value.encode()).hexdigest()


def _side(is_after: bool) -> str:  # noqa: FBT001  (a column of the register)
    return "after the change" if is_after else "before the change"


def _missing(first: int, last: int) -> str:
    return f"Audit entry {first:,} is missing." if first == last else f"Audit entries {first:,} to {last:,} are missing."


def _named(entry: AuditEntry) -> str:
    return f"Audit entry {entry.number:,} ({entry.verb}, {entry.at:%Y-%m-%d %H:%M} UTC)"
