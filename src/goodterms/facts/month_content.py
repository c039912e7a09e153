"""What the facts of a month come to: rows, sums by currency, and a hash of what the rows say, whatever files hold them and wherever they came from."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from goodterms.facts.columns import TABLES
from goodterms.facts.live import ORIGIN
from goodterms.facts.sql_text import named, text_of

_AMOUNTS = ("net_value", "amount", "value", "sales")
_AT_ONCE = 50_000


def plain(amount: Decimal) -> str:
    """A decimal in digits, without exponent or trailing zeros.

    Examples
    --------
    >>> plain(Decimal("20.5000")), plain(Decimal("1E+3")), plain(Decimal("-0.00"))
    ('20.5', '1000', '0')
    """
    said = f"{amount:f}" if amount else "0"
    return said.rstrip("0").rstrip(".") if "." in said else said


def sums_of(engine: Any, table: str, rows: str, entity: str = "") -> dict[str, Any]:
    """Return how many rows there are (``rows``) and the sum of their amounts by currency (``sums``, in digits), of one company of a group or of all.

    ``rows`` is a query, as of :meth:`goodterms.facts.store.Store.rows_of`.
    """
    columns = TABLES[table].column_names
    amount = next((f"sum({name})" for name in _AMOUNTS if name in columns), "NULL")
    currency = "coalesce(currency, '')" if "currency" in columns else "''"
    where = f"WHERE entity = {text_of(entity)}" if entity and "entity" in columns else ""
    found = engine.con.execute(f"SELECT {currency}, count(*), {amount} FROM ({rows}) {where} GROUP BY 1 ORDER BY 1").fetchall()
    return {"rows": sum(count for _, count, _ in found), "sums": {money: plain(total) for money, _, total in found if total is not None}}


def hash_of_rows(engine: Any, rows: str) -> tuple[int, str]:
    """Return how many rows there are, and a hash of all that they say, in whatever order they stand: without file, row and import that they came from.

    An empty column is as good as none, and decimals are as their value is.
    """
    types = {name: kind for name, kind, *_ in engine.con.execute(f"DESCRIBE {rows}").fetchall()}
    said = [_said(name, types[name]) for name in sorted(types) if name not in ORIGIN]
    found = engine.con.execute(f"SELECT sha256(concat_ws(chr(31), {', '.join(said)})) AS said FROM ({rows}) ORDER BY 1")
    digest, count = hashlib.sha256(), 0
    while batch := found.fetchmany(_AT_ONCE):
        digest.update("".join(row for (row,) in batch).encode())
        count += len(batch)
    return count, digest.hexdigest()


def _said(name: str, kind: str) -> str:
    """A column's name and value as one text in SQL, null where it is empty."""
    text = f"CAST({named(name)} AS VARCHAR)"
    if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
        text = f"rtrim(rtrim({text}, '0'), '.')"
    return f"{text_of(name + '=')} || {text}"
