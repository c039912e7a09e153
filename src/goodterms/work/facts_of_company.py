"""The company's facts as an analysis reads them: live files of the store, and what the register knows of customers, products and suppliers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db.models import CharField
from django.db.models.functions import Cast

from goodterms.facts.book import Facts, arrow_type
from goodterms.facts.columns import ATTRIBUTE, FACT_TABLES, MASTER_TABLES, Table
from goodterms.facts.engine import a_name_of_its_own, held
from goodterms.facts.live import IMPORT, NUMBERED
from goodterms.facts.sql_text import named
from goodterms.register.product import ProductPrice
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.terms import Terms
from goodterms.work.name_keys import with_names
from goodterms.work.stored import LiveFacts, live_facts, store

_AT_ONCE = 20_000
_NO_PRICE = (None,) * 6
_Rows = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Names of columns, and rows with their values."""
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
            tables[table.name] = held(engine, name)
        else:
            tables[table.name] = _uploaded(engine, table, (), [])
    known = {"customers": _counterparties(KeyKind.CUSTOMERS), "suppliers": _counterparties(KeyKind.SUPPLIERS), "products": _products()}
    for table in MASTER_TABLES:
        tables[table.name] = _uploaded(engine, table, *known[table.name])
    return Facts(engine, tables, attributes, tuple(_sources(con, live)))


def _sources(con: Any, live: LiveFacts) -> list[str]:
    """Sources of sale lines in the order of the imports that brought them first, then of their first row."""
    files = list(live["sale_lines"].values())
    if not files:
        return []
    found = f"SELECT source FROM ({store().rows_of(files)}) WHERE source IS NOT NULL GROUP BY source ORDER BY min({named(IMPORT)}), min(row), source"
    return [source for (source,) in con.execute(found).fetchall()]


def _counterparties(kind: KeyKind) -> _Rows:
    """What the register knows of customers or suppliers, a row a source key."""
    own_key = "customer_key" if kind == KeyKind.CUSTOMERS else "supplier_key"
    columns = ("key_space", own_key, "name", "segment", "country", "manager_key", "price_list", "payment_days", "terms", "credit_limit", "row")
    managers = {(space, key): said for space, key, said in SourceKey.objects.filter(kind=KeyKind.MANAGERS).exclude(said="").values_list("space", "key", "said")}
    agreed = Terms.objects.filter(is_purchase=kind == KeyKind.SUPPLIERS, valid_from=None)
    terms = {pk: more for pk, *more in agreed.values_list(_text("counterparty_id"), "price_list", "payment_days", "group", "credit_limit")}
    keys = SourceKey.objects.visible().filter(kind=kind, counterparty__isnull=False).order_by("space", "key")
    of_counterparty = (f"counterparty__{name}" for name in ("name", "unnamed", "segment__key", "country", "manager_key"))
    found = keys.values_list("space", "key", "said", _text("counterparty_id"), *of_counterparty).iterator(chunk_size=_AT_ONCE)
    rows = []
    for number, (space, key, said, pk, name, unnamed, segment, country, manager_key) in enumerate(found, start=1):
        price_list, payment_days, group, credit_limit = terms.get(pk, (None, None, None, None))
        manager = managers.get((space, manager_key), manager_key)
        called = None if unnamed or name == said else name
        place, agreed_on = (space or None, said or key, called, segment, country or None, manager or None), (price_list or None, payment_days, group or None)
        rows.append((*place, *agreed_on, credit_limit, number))
    return columns, rows


def _products() -> _Rows:
    """What the register knows of products, a row a source key and price."""
    columns = ("unit", "units_per_base", "list_price", "unit_cost", "valid_from", "weight")
    prices: dict[Any, list[Sequence[Any]]] = defaultdict(list)
    for pk, *price in ProductPrice.objects.order_by("product", "valid_from").values_list(_text("product_id"), *columns).iterator(chunk_size=_AT_ONCE):
        prices[pk].append(price)
    keys = SourceKey.objects.visible().filter(kind=KeyKind.PRODUCTS, product__isnull=False).order_by("space", "key")
    of_product = ("name", "unnamed", "family__name", "is_stocked")
    found = keys.values_list("space", "key", _text("product_id"), *(f"product__{name}" for name in of_product)).iterator(chunk_size=_AT_ONCE)
    rows: list[tuple[Any, ...]] = []
    for space, key, pk, name, unnamed, family, is_stocked in found:
        what = (space or None, key, None if unnamed else name, family, is_stocked)
        for unit, *price in prices.get(pk) or [_NO_PRICE]:
            rows.append((*what, unit or None, *price, len(rows) + 1))
    return ("key_space", "product_key", "name", "family", "stocked", *columns, "row"), rows


def _text(column: str) -> Cast:
    """A record's id as the database has it: to make it one of Python for each of many rows takes longer than to read them."""
    return Cast(column, CharField())


def _uploaded(engine: Any, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """Rows, with the values of these columns in turn, as a table on the engine; what is not named is null."""
    values = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    nothing = [None] * len(rows)
    columns = {column: pa.array(values.get(column, nothing), arrow_type(table.kind_of(column))) for column in table.column_names}
    return engine.create_table(a_name_of_its_own(table.name), pa.table(columns), temp=True)
