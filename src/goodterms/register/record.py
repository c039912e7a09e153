"""What every record of the register has: a name that lasts, and a version by which a change that came meanwhile is seen."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models

NAMESPACE = uuid.UUID("6d0f6c1e-3f0b-5c8e-9a53-2f5d4f7f1c11")
"""Of the names that records get from what they are: the same source key makes the same counterparty in every installation."""


def named_by(*what: str) -> uuid.UUID:
    """Return the name of a record that is known by what it is.

    >>> (
    ...     named_by("customers", "erp", "1001") == named_by("customers", "erp", "1001"),
    ...     named_by("customers", "erp", "1001") == named_by("suppliers", "erp", "1001"),
    ... )
    (True, False)
    """
    return uuid.uuid5(NAMESPACE, "\x1f".join(what))


def published(prefix: str = "") -> models.Q:
    """The condition that a person or a published import made the record at the end of a path."""
    return models.Q(**{f"{prefix}created_by_import": None}) | models.Q(**{f"{prefix}created_by_import__state": "published"})


class Seen(models.QuerySet[Any]):
    """Records as people see them."""

    def visible(self) -> Self:
        """Those that a person or a published import made."""
        return self.filter(published())


class SaidByImports(models.Model):
    """A detail of a record that the files of imports say, and people too."""

    by_import = models.BooleanField(default=False, editable=False)
    """The standing imports say it, and it goes with them; what a person made or changed is the person's."""

    class Meta:
        abstract = True


class Record(models.Model):
    """A thing that people and imports change: each change raises its version, and one that was made on an older version is refused."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
