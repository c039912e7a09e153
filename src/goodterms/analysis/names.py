"""What the sources know of customers and products: one row a counterparty, one row a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ibis import _

from goodterms.analysis.keys import counterparty, product
from goodterms.facts.book import Facts

if TYPE_CHECKING:
    from ibis import Table


def customers_known(facts: Facts) -> Table:
    """Return one row a counterparty: name, segment, country, manager (the last row of the customers file counts)."""
    known = facts["customers"].filter(_.customer_key.notnull())
    return (
        known.mutate(counterparty=counterparty(known), place=_.row.fill_null(0))
        .group_by("counterparty")
        .agg(**{column: _[column].argmax(_.place) for column in ("name", "segment", "country")}, own_manager=_.manager_key.argmax(_.place))
    )


def products_known(facts: Facts) -> Table:
    """Return one row a product: name and family (the last row of the products file counts)."""
    known = facts["products"].filter(_.product_key.notnull())
    return known.mutate(product=product(known), place=_.row.fill_null(0)).group_by("product").agg(**{c: _[c].argmax(_.place) for c in ("name", "family")})
