"""What the files say of customers, suppliers and products: names, segments and families, from their own files and from the lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.facts.columns import MONEY_DIGITS, MONEY_PLACES, TABLES, Kind
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.mapping.column_names import KNOWN_OF_CUSTOMERS, KNOWN_OF_PRODUCTS, KNOWN_OF_SUPPLIERS
from goodterms.intake.parts.part import ROWS_A_FILE, Part
from goodterms.intake.values.typed_column import scale_of
from goodterms.problems import Problem, Severity

_STAMP = "(date_diff('day', DATE '1900-01-01', coalesce(date, DATE '1900-01-01')) * 1099511627776 + row)"
"""Later dates first, then later rows: the latest says what a customer is called."""
_TYPES = {Kind.TEXT: "VARCHAR", Kind.DATE: "DATE", Kind.INTEGER: "BIGINT", Kind.FLAG: "BOOLEAN", Kind.DECIMAL: f"DECIMAL({MONEY_DIGITS}, {MONEY_PLACES})"}
_PRICES = {"unit_cost": "cost", "list_price": "list price"}
_OF = {
    "customers": ("customer_key", KNOWN_OF_CUSTOMERS),
    "products": ("product_key", KNOWN_OF_PRODUCTS),
    "suppliers": ("supplier_key", KNOWN_OF_SUPPLIERS),
}


def keep_what_lines_say(con: Any, part: Part) -> None:
    """Keep, of each customer, supplier and product of a part of lines, the latest that its file says of them; names stay out of the facts."""
    for table, (key, known) in _OF.items():
        columns = [name for name in known if name in part.known]
        if not columns or key not in part.known:
            continue
        part.known_of |= {table}
        stamp = _STAMP if "date" in part.known else "row"
        latest = ", ".join(f"arg_max({named(name)}, {stamp}) AS {named(known[name])}" for name in columns)
        space, file = text_of(part.entry.keys) if part.entry.keys else "NULL::VARCHAR", text_of(part.raw.file)
        needed = ", ".join(f"{part.known[name]} AS {named(name)}" for name in (key, *columns, *(["date"] if "date" in part.known else [])))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table_said(part, table)} AS SELECT {space} AS key_space, {named(key)}, {latest}, max({stamp}) AS stamp, "
            f"{file} AS file, arg_max(row, {stamp}) AS row FROM (SELECT row, {needed} FROM ({part.typed_rows})) WHERE {named(key)} IS NOT NULL GROUP BY ALL"
        )


def table_said(part: Part, table: str) -> str:
    """The engine's table of what a part's lines say of customers, suppliers or products."""
    return f"{table}_of_{part.name}"


def fill_master_data(con: Any, table: str, own: Sequence[Part], lines: Sequence[Part]) -> None:
    """Make ``customers``, ``suppliers`` or ``products``: the rows of their own files first, filled up and completed from the lines.

    A customer or supplier has one row. A product has one row for each unit and day from which a price or cost holds.
    """
    key, known = _OF[table]
    sayers = [part for part in lines if table in part.known_of]
    con.execute(f"CREATE OR REPLACE TEMP TABLE own_{table} AS {_own_rows(table, own)}")
    _one_row_each(con, table, own)
    if not sayers:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM own_{table}")
        return
    said = " UNION ALL BY NAME ".join(f"SELECT * FROM {table_said(part, table)}" for part in sayers)
    names = {name for part in sayers for name in known if name in part.known}
    columns = [known[name] for name in known if name in names]
    latest = ", ".join(f"arg_max({named(column)}, stamp) AS {named(column)}" for column in columns)
    origin = "arg_max(file, stamp) AS file, arg_max(row, stamp) AS row"
    con.execute(f"CREATE OR REPLACE TEMP TABLE said_of_{table} AS SELECT key_space, {key}, {latest}, {origin} FROM ({said}) GROUP BY ALL")
    filled = ", ".join(f"coalesce(o.{named(c)}, s.{named(c)}) AS {named(c)}" if c in columns else f"o.{named(c)}" for c in TABLES[table].column_names)
    same = f"o.{key} = s.{key} AND o.key_space IS NOT DISTINCT FROM s.key_space"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {filled} FROM own_{table} o LEFT JOIN said_of_{table} s ON {same} "
        f"UNION ALL BY NAME SELECT s.* FROM said_of_{table} s ANTI JOIN own_{table} o ON {same}"
    )


def _own_rows(table: str, own: Sequence[Part]) -> str:
    """The rows of the table's own files, with all of its columns and the place of each among them."""
    columns = TABLES[table].columns
    types = {c.name: f"DECIMAL({MONEY_DIGITS}, {_widest(own, c.name)})" if c.kind == Kind.DECIMAL else _TYPES[c.kind] for c in columns}
    if not own:
        return f"SELECT {', '.join(f'CAST(NULL AS {of}) AS {named(name)}' for name, of in types.items())}, 0 AS place WHERE false"
    selects = []
    for part in own:
        cells = [f"CAST({named(name) if name in part.columns else 'NULL'} AS {of}) AS {named(name)}" for name, of in types.items()]
        selects.append(f"SELECT {', '.join(cells)}, {part.number * ROWS_A_FILE} + row AS place FROM {part.name}")
    return " UNION ALL ".join(selects)


def _widest(own: Sequence[Part], name: str) -> int:
    return max((scale_of(part.columns[name]) for part in own if part.columns.get(name, "").startswith("DECIMAL")), default=MONEY_PLACES)


def _one_row_each(con: Any, table: str, own: Sequence[Part]) -> None:
    """Of several rows of one customer or supplier, or of a product's day, the last one that says something counts; that there were several is said."""
    key, _ = _OF[table]
    by = ["key_space", key, *(["valid_from", "unit"] if table == "products" else [])]
    grouped = f"FROM own_{table} GROUP BY {', '.join(by)} HAVING count(*) > 1"
    doubled = con.execute(f"SELECT count(*) FROM (SELECT {key} {grouped})").fetchone()[0]
    if not doubled:
        con.execute(f"CREATE OR REPLACE TEMP TABLE own_{table} AS SELECT * EXCLUDE (place) FROM own_{table}")
        return
    of_prices = _say_prices(con, own, grouped) if table == "products" else 0
    if doubled > of_prices:
        stand = "stands" if doubled - of_prices == 1 else "stand"
        what = table.removesuffix("s") if doubled - of_prices == 1 else table
        sentence = f"{doubled - of_prices:,} {what} {stand} in more than one row; the last one counts."
        own[0].problems.append(Problem(f"{table.removesuffix('s')}-twice", Severity.NOTICE, own[0].origin(), sentence=sentence, rows=doubled - of_prices))
    cells = ", ".join(named(c) if c in by else f"arg_max({named(c)}, place) AS {named(c)}" for c in TABLES[table].column_names)
    con.execute(f"CREATE OR REPLACE TEMP TABLE own_{table} AS SELECT {cells} FROM own_{table} GROUP BY {', '.join(by)} ORDER BY min(place)")


def _say_prices(con: Any, own: Sequence[Part], grouped: str) -> int:
    """Say how many products have two costs or list prices at once, with those of the first; return how many products have."""
    differ = [f"count(DISTINCT {ours}) > 1" for ours in _PRICES]
    values = [f"list({ours} ORDER BY place) FILTER ({ours} IS NOT NULL)" for ours in _PRICES]
    found = con.execute(
        f"SELECT product_key, {', '.join(differ)}, {', '.join(values)}, arg_max(file, place), max_by(row, place) {grouped} AND ({' OR '.join(differ)}) "
        "ORDER BY min(place)"
    ).fetchall()
    for n, said in enumerate(_PRICES.values(), start=1):
        several = [row for row in found if row[n]]
        if not several:
            continue
        key, prices = several[0][0], several[0][n + len(_PRICES)]
        file, row = several[0][-2:]
        first = f"{key} has more than one {said} at once, {' and '.join(f'{price:,.2f}' for price in dict.fromkeys(prices))}"
        others = f", and so {'has' if len(several) == 2 else 'have'} {len(several) - 1:,} other product{'s' * (len(several) > 2)}" if len(several) > 1 else ""
        sentence = f"{first}{others}: the last one counts."
        origin = next(part for part in own if part.raw.file == file).origin(row=row, column="")
        action = "Keep the right row, or say from which day each holds, in a column of dates (valid from)."
        own[0].problems.append(Problem("price-twice", Severity.WARNING, origin, sentence=sentence, action=action, rows=len(several)))
    return len(found)
