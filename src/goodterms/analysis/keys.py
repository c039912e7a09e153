"""Who and what a row names: a counterparty or product is (key space, key)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis

from goodterms.facts.columns import NO_CUSTOMER, NOT_CUSTOMERS

if TYPE_CHECKING:
    from ibis import Table

NO_PRODUCT = "(no product)"
"""The product of sale lines that name none."""


def counterparty(table: Table, key: str = "customer_key") -> Any:
    """A customer is (key space, key); where there is one unnamed space, its key alone."""
    return ibis.ifelse(table[key].isnull(), NO_CUSTOMER, _in_its_space(table, table[key], NOT_CUSTOMERS))


def product(table: Table) -> Any:
    """A product is (key space, key), as a customer is."""
    return ibis.ifelse(table.product_key.isnull(), NO_PRODUCT, _in_its_space(table, table.product_key, (NO_PRODUCT,)))


def _in_its_space(table: Table, key: Any, ours: Sequence[str]) -> Any:
    """A key with its space before it. In the unnamed space that is left out, unless a file's own key reads like one of ``ours``: that is ":(no customer)"."""
    space = table.key_space.fill_null("")
    return ibis.ifelse((space == "") & ~key.isin(list(ours)), key, space + ibis.literal(":") + key)
