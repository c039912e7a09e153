"""What the sources know of customers and products: one row a counterparty, one row a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.keys import counterparty, product
from goodterms.facts.book import Facts

if TYPE_CHECKING:
    from ibis import Table


def customers_known(facts: Facts) -> Table:
    """Return one row a counterparty: name, segment, country, manager (the last row of the customers file counts)."""
    known = facts["customers"].filter(_.customer_key.notnull())
    said = {column: _last_said(known, column) for column in ("name", "segment", "country")}
    return known.group_by(counterparty=counterparty(known)).agg(**said, own_manager=_last_said(known, "manager_key"))


def products_known(facts: Facts) -> Table:
    """Return one row a product: name and family (the last row of the products file counts)."""
    known = facts["products"].filter(_.product_key.notnull())
    return known.group_by(product=product(known)).agg(**{column: _last_said(known, column) for column in ("name", "family")})


def _last_said(known: Table, column: str) -> Any:
    """What the last row says that says anything; of two files with that row, the one whose name comes last."""
    latest = ibis.struct({"row": known.row.fill_null(0), "file": known.file.fill_null(""), "said": known[column]})
    return known[column].argmax(latest, where=known[column].notnull())
