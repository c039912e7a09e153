"""Looking at persons: personal values are shown only here, and each look is written with who looked, at whom, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Model, Q

from goodterms.errors import UsageError
from goodterms.register.access import is_personal, query
from goodterms.register.audit import AuditEntry
from goodterms.register.identifier import refuse_personal_codes
from goodterms.register.rights import OFFICE, Reason
from goodterms.register.user import User
from goodterms.work.fitting import refuse_too_long
from goodterms.work.writing import writing

REASONS = (Reason.BILLING, Reason.COMPLAINT, Reason.STAND_IN, Reason.OTHER)
"""Of whose own customers they are not. Owners and their directors are not asked: one entry a user, person and day."""
_ASK = f"Say why these persons are looked at: {', '.join(REASONS)} with words of your own."


def look_at_persons(
    model: type[Model],
    *,
    show: Sequence[str],
    where: Q | Mapping[str, Any] | None = None,
    search: str = "",
    among: Sequence[str] = (),
    order: Sequence[str] = (),
    reason: Reason | None = None,
    words: str = "",
    by: User,
    at: datetime,
    login: str = "",
) -> list[dict[str, Any]]:
    """Return fields of records, personal ones included, with each record's primary key (``pk``), and write that they were looked at.

    Without a ``reason`` they are those of the user's own customers. ``words`` say more of a reason, and are needed with :attr:`Reason.OTHER`.

    Raises
    ------
    NotAllowedError
        The user may not see one of the fields at all.
    UsageError
        None is of an own customer and no reason is given, the words are missing, too long or hold a personal code, or nothing personal is asked for.
    """
    if not any(is_personal(model, name) for name in (*show, *among)):
        raise UsageError("Nothing personal is asked for: that is no look at persons.")
    is_own = reason is None or by.role not in OFFICE
    look = Reason.OWN_CUSTOMER if is_own else _checked(reason, words)
    why = f"{look}: {' '.join(words.split())}" if words.strip() and not is_own else str(look)
    wanted = query(by, model, show=["pk", *show], where=where, search=search, among=among, order=order, look=look)
    with writing("look", by=by, at=at, login=login, reason=why) as now:
        found = list(wanted)
        if is_own and not found and by.role in OFFICE:  # whether others have such persons, the answer does not tell
            raise UsageError(_ASK)
        name = str(model._meta.model_name)  # noqa: SLF001
        written = _of_today(by, name, at) if is_own else set()
        shown = ", ".join(field for field in show if is_personal(model, field))
        for person in dict.fromkeys(_id(row["pk"]) for row in found):
            if person not in written:
                now.note(name, person, shown=shown)
    return found


def _checked(reason: Reason | None, words: str) -> Reason:
    """A reason that may be given, with the words that it needs."""
    if reason not in REASONS or (reason == Reason.OTHER and not words.strip()):
        raise UsageError(_ASK)
    refuse_too_long(AuditEntry, "reason", f"{reason}: {words}")
    refuse_personal_codes("The reason", words)
    return reason


def _of_today(by: User, name: str, at: datetime) -> set[str]:
    midnight = datetime.combine(at.date(), time(), at.tzinfo)
    of_today = {"at__gte": midnight, "at__lt": midnight + timedelta(days=1)}  # a clock that was set back has entries of tomorrow
    looks = AuditEntry.objects.filter(user=by.pk, verb="look", object=name, reason=Reason.OWN_CUSTOMER, **of_today)
    return set(looks.values_list("object_id", flat=True))


def _id(pk: Any) -> str:
    return str(getattr(pk, "hex", pk))
