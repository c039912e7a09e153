"""A fixed cast of rows: Ann pays well, Bob returns everything, Cleo is another manager's; and short words for rows, policies and figures of a result.

Mia looks after Ann and Bob, Otto after Cleo. They buy tea and cups (family Table) and saws (family Tools).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from goodterms.analysis import Result, analyse
from goodterms.analysis.cube import sales_cube
from goodterms.analysis.drivers import Drivers
from goodterms.analysis.lines import priced_lines
from goodterms.analysis.met_twice import count_once
from goodterms.analysis.said import what_lines_say
from goodterms.facts.book import Facts, facts_from_rows
from goodterms.facts.columns import CREDIT_NOTE, INVOICE, TABLES, Kind
from goodterms.facts.engine import connect
from goodterms.facts.engine import keep as keep_on
from goodterms.facts.policy import Policy

Row = dict[str, Any]
MANAGER_OF = {"Ann": "Mia", "Bob": "Mia", "Cleo": "Otto"}
FAMILY_OF = {"tea": "Table", "cup": "Table", "saw": "Tools"}
D = Decimal


@cache
def engine():
    """One engine for all tests of a process: opening one costs more than most worked examples."""
    return connect(threads=1)


def day(text: str) -> date:
    """A day from 2023-01-31; of a month alone, its first."""
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


def exact(table: str, row: Mapping[str, Any]) -> Row:
    """A row with its decimals and dates made from numbers and text."""
    kinds = {column: TABLES[table].kind_of(column) for column in row}

    def made(column: str, value: Any) -> Any:
        if value is None:
            return None
        if kinds[column] is Kind.DECIMAL:
            return D(str(value))
        return day(value) if kinds[column] in {Kind.DATE, Kind.MONTH} and isinstance(value, str) else value

    return {column: made(column, value) for column, value in row.items()}


def invoice(on: str, document: str, customer: str | None, product: str | None, quantity: Any, net_value: Any, **more: Any) -> Row:
    """An invoice line; the manager is the cast's, where the customer is."""
    said = {"kind": INVOICE, "manager_key": MANAGER_OF.get(customer or "")}
    return {"date": on, "document": document, "customer_key": customer, "product_key": product, "quantity": quantity, "net_value": net_value, **said, **more}


def credit_note(on: str, document: str, customer: str | None, product: str | None, quantity: Any, net_value: Any, **more: Any) -> Row:
    """A line of a credit note; quantity and amounts are negative where something comes back."""
    return invoice(on, document, customer, product, quantity, net_value, kind=CREDIT_NOTE, **more)


def cost(month: str, pool: str, amount: Any, **more: Any) -> Row:
    """An amount to share out."""
    return {"period": month, "pool": pool, "amount": amount, **more}


def activity(on: str, kind: str, customer: str | None, **more: Any) -> Row:
    """A visit, call, delivery, ticket or return."""
    return {"date": on, "kind": kind, "customer_key": customer, **more}


PRODUCTS = tuple({"product_key": product, "family": family} for product, family in FAMILY_OF.items())


def policy_of(*pools: Mapping[str, Any], **settings: Any) -> Policy:
    """A policy that holds always, from its pools and settings as the file would name them."""

    def written(value: Any) -> str:
        if isinstance(value, Mapping):
            return "{ " + ", ".join(f"{json.dumps(k)} = {written(v)}" for k, v in value.items()) + " }"
        return str(value) if isinstance(value, Decimal) else json.dumps(value)

    def table(values: Mapping[str, Any]) -> list[str]:
        return [f"{key} = {written(value)}" for key, value in values.items()]

    lines = ["version = 1", "[[policy]]", "from = 1900-01-01", *table(settings)]
    for pool in pools:
        lines += ["[[policy.pool]]", *table(pool)]
    return Policy.read("\n".join(lines))


def facts_of(sale_lines: Iterable[Row] = (), **tables: Iterable[Row]) -> Facts:
    """Facts of rows; what a test does not name stays empty."""
    given = {"sale_lines": sale_lines, **tables}
    return facts_from_rows(engine(), {name: [exact(name, row) for row in rows] for name, rows in given.items()})


def studied(sale_lines: Iterable[Row], *, periods: Any = None, policy: Policy | None = None, physical: bool = False, **tables: Iterable[Row]) -> Result:
    """The whole analysis of rows."""
    return analyse(facts_of(sale_lines, **tables), periods=periods, policy=policy, physical=physical)


def drivers_of(sale_lines: Iterable[Row], *, policy: Policy | None = None, **tables: Iterable[Row]) -> Drivers:
    """Priced lines and their cube, as far as drivers need them."""
    facts = facts_of(sale_lines, **tables)
    counted = count_once(facts).counted
    lines = priced_lines(facts, counted, what_lines_say(counted), policy or Policy.empty())
    return Drivers(facts, lines, keep_on(engine(), "sales_cube", sales_cube(lines)), policy or Policy.empty())


def rows_of(table: Any) -> list[Row]:
    """The rows of a table, of Ibis or Arrow."""
    return (table if hasattr(table, "column_names") else table.to_pyarrow()).to_pylist()


def by(table: Any, *keys: str, value: str) -> dict[Any, Any]:
    """One column of a table by others."""
    return {row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row[value] for row in rows_of(table)}


def summed(table: Any, *keys: str, value: str = "amount") -> dict[Any, Any]:
    """Sums of one column of a table by others."""
    sums: dict[Any, Any] = {}
    for row in rows_of(table):
        key = row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)
        sums[key] = sums.get(key, 0) + row[value]
    return sums


def waterfall_of(result: Result, when: str = "later") -> dict[str, Decimal | None]:
    """The waterfall of one period by step."""
    return {row.step: getattr(row, when) for row in result.waterfall}


def steps_of(bridge: Any) -> dict[str, Decimal]:
    """The steps of a bridge that move something."""
    return {step.step: step.amount for step in bridge.steps if step.amount}


def row_of(result: Result, table: str, **key: Any) -> Row:
    """The one row of a result's table with that key."""
    found = [row for row in rows_of(result.tables[table]) if all(row[name] == value for name, value in key.items())]
    assert len(found) == 1, f"{table} has {len(found)} rows with {key}"
    return found[0]
