"""Which customers, suppliers, products, places and managers an import brings: what its rows call them, and what master files say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from goodterms.facts.book import Facts
from goodterms.facts.sql_text import named, text_of
from goodterms.register.source_key import KeyKind

_AT_ONCE = 5_000
_COLUMNS = {
    KeyKind.CUSTOMERS: (
        ("sale_lines", "customer_key"),
        ("sale_lines", "payer_key"),
        ("activities", "customer_key"),
        ("customers", "customer_key"),
    ),
    KeyKind.SUPPLIERS: (("purchase_lines", "supplier_key"), ("products", "supplier_key"), ("suppliers", "supplier_key")),
    KeyKind.PRODUCTS: (("sale_lines", "product_key"), ("purchase_lines", "product_key"), ("stock", "product_key"), ("products", "product_key")),
    KeyKind.PLACES: (("sale_lines", "place_key"),),
    KeyKind.MANAGERS: (("sale_lines", "manager_key"), ("activities", "manager_key"), ("customers", "manager_key")),
}
_PRODUCTS_SAID = """
    SELECT coalesce(key_space, '') AS space, product_key, arg_max(name, row) AS name, arg_max(family, row) AS family, arg_max(stocked, row) AS stocked,
        arg_max(supplier_key, row) AS supplier_key,
        list(struct_pack(unit := unit, units_per_base := units_per_base::VARCHAR, list_price := list_price::VARCHAR, unit_cost := unit_cost::VARCHAR,
            weight := weight::VARCHAR, valid_from := valid_from::VARCHAR) ORDER BY row) AS prices
    FROM products GROUP BY 1, 2
"""
_NAMED_BY = {KeyKind.CUSTOMERS: "customers", KeyKind.SUPPLIERS: "suppliers", KeyKind.PRODUCTS: "products"}


@dataclass(frozen=True)
class KeyBrought:
    """A key of one kind and space, with what a master file says of it (column of the file's table → value); empty where none does."""

    kind: str
    space: str
    key: str
    said: dict[str, Any]


def keys_brought(facts: Facts) -> Iterator[list[KeyBrought]]:
    """Yield the keys that the rows name, so many at once: kind by kind, in the order of space and key."""
    con = facts.engine.con
    for kind, columns in _COLUMNS.items():
        there = [(table, column) for table, column in columns if table in facts.tables]
        if not there:
            continue
        keys = " UNION ".join(
            f"SELECT coalesce(key_space, '') AS space, {named(column)} AS key FROM {table} WHERE {named(column)} IS NOT NULL" for table, column in there
        )
        master = _NAMED_BY.get(kind)
        if master in facts.tables:
            own = next(column for table, column in columns if table == master)
            said = _PRODUCTS_SAID if kind == KeyKind.PRODUCTS else f"SELECT * EXCLUDE (file, row), coalesce(key_space, '') AS space FROM {master}"
            query = f"SELECT k.space, k.key, m.* EXCLUDE (space) FROM ({keys}) k LEFT JOIN ({said}) m ON m.space = k.space AND m.{own} = k.key ORDER BY 1, 2"
        else:
            query = f"SELECT space, key FROM ({keys}) ORDER BY 1, 2"
        reader = con.execute(query).to_arrow_reader(_AT_ONCE)
        for batch in reader:
            rows = batch.to_pylist()
            yield [KeyBrought(kind, row.pop("space"), row.pop("key"), {name: value for name, value in row.items() if value is not None}) for row in rows]


def keys_in(rows: str, kind: str, table: str) -> str:
    """The keys of a kind that rows of a table name, in SQL: space and key."""
    of_table = [column for name, column in _COLUMNS[KeyKind(kind)] if name == table]
    if not of_table:
        return f"SELECT {text_of('')} AS space, {text_of('')} AS key WHERE false"
    return " UNION ".join(f"SELECT coalesce(key_space, '') AS space, {named(c)} AS key FROM ({rows}) WHERE {named(c)} IS NOT NULL" for c in of_table)
