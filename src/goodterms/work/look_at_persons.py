"""Looking at persons: personal values are shown only here, and each look is written with who looked, at whom, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.db.models import Model, Q

from goodterms.errors import UsageError
from goodterms.register.access import is_personal, query
from goodterms.register.audit import AuditEntry
from goodterms.register.rights import OFFICE
from goodterms.register.user import User
from goodterms.work.writing import writing

REASONS = ("billing", "complaint", "stand-in")
"""Offered; any other words are a reason too."""
OWN_CUSTOMER = "own customer"
"""Of owners and their directors, who are not asked: one entry a user, person and day."""


def look_at_persons(
    model: type[Model],
    *,
    show: Sequence[str],
    where: Q | Mapping[str, Any] | None = None,
    search: str = "",
    among: Sequence[str] = (),
    order: Sequence[str] = (),
    reason: str = "",
    by: User,
    at: datetime,
    login: str = "",
) -> list[dict[str, Any]]:
    """Return fields of records, personal ones included, with each record's primary key (``pk``), and write that they were looked at.

    Raises
    ------
    NotAllowedError
        The user may not see one of the fields at all.
    UsageError
        No reason is given by a user whose own customers they are not, or nothing personal is asked for.
    """
    if not any(is_personal(model, name) for name in (*show, *among)):
        raise UsageError("Nothing personal is asked for: that is no look at persons.")
    is_own = by.role not in OFFICE
    why = OWN_CUSTOMER if is_own else " ".join(reason.split())
    if not why:
        raise UsageError(f"Say why these persons are looked at: {', '.join(REASONS)}, or in words of your own.")
    wanted = query(by, model, show=["pk", *show], where=where, search=search, among=among, order=order, look=why)
    with writing("look", by=by, at=at, login=login, reason=why) as now:
        found = list(wanted)
        name = str(model._meta.model_name)  # noqa: SLF001
        written = _of_today(by, name, at) if is_own else set()
        shown = ", ".join(field for field in show if is_personal(model, field))
        for person in dict.fromkeys(_id(row["pk"]) for row in found):
            if person not in written:
                now.note(name, person, shown=shown)
    return found


def _of_today(by: User, name: str, at: datetime) -> set[str]:
    midnight = datetime.combine(at.date(), time(), at.tzinfo)
    looks = AuditEntry.objects.filter(user=by.pk, verb="look", object=name, reason=OWN_CUSTOMER, at__gte=midnight)
    return set(looks.values_list("object_id", flat=True))


def _id(pk: Any) -> str:
    return str(getattr(pk, "hex", pk))
