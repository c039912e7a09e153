"""Which customers, suppliers, products, places and managers an import brings: what its rows call them, and what master files say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from goodterms.facts.sql_text import named, text_of, texts_of
from goodterms.register.source_key import KeyKind

AT_ONCE = 1_000
BANKS_OWN = ("organisation numbers", "bank accounts")
"""Spaces of keys by which a bank knows who paid: whose these are is found by matching, and they make no counterparty."""
_RECEIVED, _PAID = (f"{side} AND coalesce(key_space, '') NOT IN ({texts_of(BANKS_OWN)})" for side in ("amount >= 0", "amount < 0"))
KEY_COLUMNS: Mapping[KeyKind, tuple[tuple[str, str, str], ...]] = {
    KeyKind.CUSTOMERS: (
        ("sale_lines", "customer_key", ""),
        ("sale_lines", "payer_key", ""),
        ("activities", "customer_key", ""),
        ("payments", "counterparty_key", _RECEIVED),
        ("rebates", "counterparty_key", "side IS DISTINCT FROM 'supplier'"),
        ("customers", "customer_key", ""),
    ),
    KeyKind.SUPPLIERS: (
        ("purchase_lines", "supplier_key", ""),
        ("payments", "counterparty_key", _PAID),
        ("rebates", "counterparty_key", "side = 'supplier'"),
        ("products", "supplier_key", ""),
        ("suppliers", "supplier_key", ""),
    ),
    KeyKind.PRODUCTS: (
        ("sale_lines", "product_key", ""),
        ("purchase_lines", "product_key", ""),
        ("stock", "product_key", ""),
        ("products", "product_key", ""),
    ),
    KeyKind.PLACES: (("sale_lines", "place_key", "customer_key IS NOT NULL"),),
    KeyKind.MANAGERS: (("sale_lines", "manager_key", ""), ("activities", "manager_key", ""), ("customers", "manager_key", "")),
}
"""Of each kind the tables and columns that name one, with the condition on the row."""
WITHIN = {KeyKind.PLACES: "customer_key"}
"""Keys that are numbered anew within another: two customers' place 1 are two places."""
_PRODUCTS_SAID = """
    SELECT coalesce(key_space, '') AS space, product_key, arg_max(name, row) AS name, arg_max(family, row) AS family, arg_max(stocked, row) AS stocked,
        arg_max(supplier_key, row) AS supplier_key,
        list(struct_pack(unit := unit, units_per_base := units_per_base::VARCHAR, list_price := list_price::VARCHAR, unit_cost := unit_cost::VARCHAR,
            weight := weight::VARCHAR, valid_from := valid_from::VARCHAR) ORDER BY row) AS prices
    FROM {} GROUP BY 1, 2
"""
_NAMED_BY = {KeyKind.CUSTOMERS: "customers", KeyKind.SUPPLIERS: "suppliers", KeyKind.PRODUCTS: "products"}


@dataclass(frozen=True)
class KeyBrought:
    """A key of one kind and space, with what a master file says of it (column of the file's table → value); empty where none does."""

    kind: KeyKind
    space: str
    within: str
    key: str
    said: dict[str, Any]


def keys_brought(con: Any, rows: Mapping[str, str]) -> Iterator[list[KeyBrought]]:
    """Yield the keys that rows name, so many at once: kind by kind, in the order of space and key. ``rows`` has the rows of each table in SQL."""
    for kind in KEY_COLUMNS:
        keys = " UNION ".join(found for table, those in rows.items() if (found := keys_in(those, kind, table)))
        if not keys:
            continue
        master = _NAMED_BY.get(kind)
        if master is not None and master in rows:
            own = next(column for table, column, _ in KEY_COLUMNS[kind] if table == master)
            said = (
                _PRODUCTS_SAID.format(f"({rows[master]})")
                if kind == KeyKind.PRODUCTS
                else f"SELECT * EXCLUDE (file, row, key_space), coalesce(key_space, '') AS space FROM ({rows[master]})"
            )
            query = f"SELECT k.space, k.within, k.key, m.* EXCLUDE (space, {own}) FROM ({keys}) k LEFT JOIN ({said}) m ON m.space = k.space AND m.{own} = k.key"
        else:
            query = f"SELECT space, within, key FROM ({keys})"
        for batch in con.execute(f"{query} ORDER BY 1, 2, 3").to_arrow_reader(AT_ONCE):
            yield [
                KeyBrought(kind, row.pop("space"), row.pop("within"), row.pop("key"), {name: value for name, value in row.items() if value is not None})
                for row in batch.to_pylist()
            ]


def keys_in(rows: str, kind: KeyKind, table: str, *, by: str = "") -> str:
    """The keys of a kind that rows of a table name, in SQL: space, within and key, each once, or once by a column; empty where the table names none."""
    within = named(WITHIN[kind]) if kind in WITHIN else text_of("")
    return " UNION ".join(
        f"SELECT DISTINCT {f'{named(by)}, ' if by else ''}coalesce(key_space, '') AS space, {within} AS within, {named(column)} AS key FROM ({rows}) "
        f"WHERE {named(column)} IS NOT NULL{f' AND {condition}' if condition else ''}"
        for name, column, condition in KEY_COLUMNS[kind]
        if name == table
    )
