"""The company's facts as an analysis reads them: live files of the store, and what the register knows of customers, products and suppliers."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from goodterms.facts.book import Facts, arrow_type
from goodterms.facts.columns import ATTRIBUTE, FACT_TABLES, MASTER_TABLES, Table
from goodterms.facts.engine import a_name_of_its_own
from goodterms.facts.live import IMPORT, NUMBERED
from goodterms.facts.sql_text import named
from goodterms.register.product import ProductPrice
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.terms import Terms
from goodterms.work.name_keys import with_names
from goodterms.work.stored import LiveFacts, live_facts, store

_AT_ONCE = 20_000
_OF_THE_STORE = f"{named(IMPORT)}, {named(NUMBERED)}"


def facts_of_company(engine: Any, live: LiveFacts | None = None) -> Facts:
    """Facts of the version that is live now, or of files that were a moment ago (:func:`goodterms.work.stored.live_facts`), on an engine."""
    live = live_facts() if live is None else live
    con = engine.con
    attributes: tuple[str, ...] = ()
    tables = {}
    files = {table.name: [sha256 for _, sha256 in sorted(live[table.name].items(), key=lambda item: str(item[0]))] for table in FACT_TABLES}
    rows_of = with_names(con, {name: store().rows_of(of_table) for name, of_table in files.items() if of_table})
    for table in FACT_TABLES:
        name = a_name_of_its_own(table.name)
        if rows := rows_of.get(table.name):
            found = [column for column, *_ in con.execute(f"DESCRIBE {rows}").fetchall()]
            if table.name == "sale_lines":
                attributes = tuple(column for column in found if column.startswith(ATTRIBUTE))
            con.execute(f"CREATE TEMP VIEW {name} AS SELECT * EXCLUDE ({_OF_THE_STORE}) FROM ({rows})")
            tables[table.name] = engine.table(name)
        else:
            tables[table.name] = _uploaded(engine, table, [])
    known = {"customers": _counterparties(KeyKind.CUSTOMERS), "suppliers": _counterparties(KeyKind.SUPPLIERS), "products": _products()}
    for table in MASTER_TABLES:
        tables[table.name] = _uploaded(engine, table, known[table.name])
    return Facts(engine, tables, attributes, tuple(_sources(con, live)))


def _sources(con: Any, live: LiveFacts) -> list[str]:
    """Sources of sale lines in the order of the imports that brought them first, then of their first row."""
    files = list(live["sale_lines"].values())
    if not files:
        return []
    found = f"SELECT source FROM ({store().rows_of(files)}) WHERE source IS NOT NULL GROUP BY source ORDER BY min({named(IMPORT)}), min(row), source"
    return [source for (source,) in con.execute(found).fetchall()]


def _counterparties(kind: KeyKind) -> list[dict[str, Any]]:
    """What the register knows of customers or suppliers, a row a source key."""
    managers = {(space, key): said for space, key, said in SourceKey.objects.filter(kind=KeyKind.MANAGERS).exclude(said="").values_list("space", "key", "said")}
    terms = {t.counterparty_id: t for t in Terms.objects.filter(is_purchase=kind == KeyKind.SUPPLIERS, valid_from=None)}
    keys = SourceKey.objects.visible().filter(kind=kind, counterparty__isnull=False).select_related("counterparty__segment").order_by("space", "key")
    rows = []
    for number, found in enumerate(keys.iterator(chunk_size=_AT_ONCE), start=1):
        who = found.counterparty
        agreed = terms.get(who.pk)
        rows.append(
            {
                "key_space": found.space or None,
                "customer_key" if kind == KeyKind.CUSTOMERS else "supplier_key": found.said or found.key,
                "name": None if who.unnamed or who.name == found.said else who.name,
                "segment": who.segment.key if who.segment else None,
                "country": who.country or None,
                "manager_key": managers.get((found.space, who.manager_key), who.manager_key) or None,
                "price_list": (agreed.price_list or None) if agreed else None,
                "payment_days": agreed.payment_days if agreed else None,
                "terms": (agreed.group or None) if agreed else None,
                "credit_limit": agreed.credit_limit if agreed else None,
                "row": number,
            }
        )
    return rows


def _products() -> list[dict[str, Any]]:
    """What the register knows of products, a row a source key and price."""
    prices: dict[Any, list[ProductPrice]] = {}
    for known in ProductPrice.objects.order_by("product", "valid_from"):
        prices.setdefault(known.product_id, []).append(known)
    keys = SourceKey.objects.visible().filter(kind=KeyKind.PRODUCTS, product__isnull=False).select_related("product__family").order_by("space", "key")
    rows: list[dict[str, Any]] = []
    for found in keys.iterator(chunk_size=_AT_ONCE):
        what = found.product
        of_product: list[ProductPrice | None] = [*prices.get(what.pk, [])] or [None]
        for price in of_product:
            rows.append(
                {
                    "key_space": found.space or None,
                    "product_key": found.key,
                    "name": None if what.unnamed else what.name,
                    "family": what.family.name if what.family else None,
                    "unit": (price.unit or None) if price else None,
                    "units_per_base": price.units_per_base if price else None,
                    "list_price": price.list_price if price else None,
                    "unit_cost": price.unit_cost if price else None,
                    "valid_from": price.valid_from if price else None,
                    "weight": price.weight if price else None,
                    "stocked": what.is_stocked,
                    "row": len(rows) + 1,
                }
            )
    return rows


def _uploaded(engine: Any, table: Table, rows: list[dict[str, Any]]) -> Any:
    columns = {column: pa.array([row.get(column) for row in rows], arrow_type(table.kind_of(column))) for column in table.column_names}
    return engine.create_table(a_name_of_its_own(table.name), pa.table(columns), temp=True)
