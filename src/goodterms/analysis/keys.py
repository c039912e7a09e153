"""Who and what a row names: a counterparty or product is (key space, key)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from goodterms.facts.columns import NO_CUSTOMER

if TYPE_CHECKING:
    from ibis import Table

NO_PRODUCT = "(no product)"
"""The product of sale lines that name none."""


def counterparty(table: Table, key: str = "customer_key") -> Any:
    """A customer is (key space, key); where there is one unnamed space, its key alone."""
    space = table.key_space.fill_null("")
    return ibis.ifelse(table[key].isnull(), NO_CUSTOMER, ibis.ifelse(space == "", table[key], space + ibis.literal(":") + table[key]))


def product(table: Table) -> Any:
    """A product is (key space, key), as a customer is."""
    space = table.key_space.fill_null("")
    return ibis.ifelse(table.product_key.isnull(), NO_PRODUCT, ibis.ifelse(space == "", table.product_key, space + ibis.literal(":") + table.product_key))
