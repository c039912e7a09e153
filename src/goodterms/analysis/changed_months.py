"""Changed months: a run of an installation works out only the months that something changed for, and takes the others as they were kept.

What a month comes to is kept in three steps: what its lines *say*, what its *lines* come to (cells of sales, its part of orders and documents), and its
*cube* (shares of cost, the whole cube). Each is named by all that it was worked out from: the month's file of sale lines and, digested by month, what it
takes from elsewhere. An equal name is the same tables; whatever differs in any way makes another name, and the month is worked out again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa
from ibis import _

from goodterms.analysis.all_months import no_shares
from goodterms.analysis.cost_to_serve import CostToServe, PoolMonth, Sharing
from goodterms.analysis.cube import DIMENSIONS, SALES_COLUMNS, sales_cube, whole_cube
from goodterms.analysis.drivers import Drivers, manager_at_end, manager_terms, terms_of_lines
from goodterms.analysis.lines import identified, lines_by_origin, valued
from goodterms.analysis.met_twice import MetTwice
from goodterms.analysis.months import first_of_month, following, in_days_of, months_in
from goodterms.analysis.orders import (
    DOCUMENT,
    ORDER,
    documents_of,
    documents_of_parts,
    managers_of,
    order_parts,
    orders_of_parts,
    with_first_orders,
)
from goodterms.analysis.prices import Prices, prices_for
from goodterms.analysis.said import months_said, said_by
from goodterms.facts.book import Facts
from goodterms.facts.cubes import Cubes, digests, name_of
from goodterms.facts.engine import a_name_of_its_own, keep
from goodterms.facts.policy import Policy

if TYPE_CHECKING:
    from ibis import Table

_NAMED = {"counterparty": "counterparties", "manager": "managers", "manager_at_end": "managers"}
"""The columns that may hold names of persons, and whose."""
Outcomes = dict[tuple[date, str, str], dict[str, Any]]
"""What became of the pools of months, by month, entity and pool."""
FORMAT = 1
"""Raised with every change of what is worked out of a month."""


@dataclass(frozen=True)
class Kept:
    """Where months are kept; ``files`` names the content of each month's sale lines, ``version`` the program that works.

    ``words`` has, for counterparties and managers, the words that stand for names of persons where anything is kept (``word``, ``said``).
    """

    cubes: Cubes
    files: Mapping[date, str]
    version: str = ""
    words: Mapping[str, Table] = field(default_factory=dict)


class ChangedMonths:
    """What the months come to, as :class:`goodterms.analysis.all_months.AllMonths` says it, most of it taken as it was kept."""

    def __init__(self, facts: Facts, met_twice: MetTwice, policy: Policy, kept: Kept) -> None:
        self.facts, self.policy, self.kept, self.engine = facts, policy, kept, facts.engine
        self.counted, self.left_out = met_twice.counted, met_twice.left_out
        self.by = (FORMAT, kept.version, duckdb.__version__)
        self.names: dict[date, str] = {}
        self.worked_out: tuple[date, ...] = ()
        self.said = said_by(self._rows(self._said_names, "said"))
        self.sold = keep(self.engine, "sold", self._rows(self._said_names, "sold"))

    def _missing(self, names: Mapping[date, str]) -> dict[date, str]:
        """The months that are not kept under their name."""
        there = self.kept.cubes.reused(names.values())
        return {month: name for month, name in names.items() if name not in there}

    def _rows(self, names: Mapping[date, str], table: str, *, columns_differ: bool = False) -> Table:
        return self._exchanged(self.kept.cubes.rows_of(self.engine, [*names.values()], table, columns_differ=columns_differ), "word", "said")

    def _keep(self, names: Mapping[date, str], tables: Mapping[str, Table], made_of: Mapping[date, Sequence[str]] | None = None) -> None:
        """Keep tables by month, with words in place of names."""
        without_names = {name: self._exchanged(table, "said", "word") for name, table in tables.items()}
        self.kept.cubes.keep(self.engine, names, without_names, made_of=made_of)

    def _exchanged(self, table: Table, given: str, other: str) -> Table:
        """Names for words, or words for names; what is neither stays."""
        for column, whose in _NAMED.items():
            if column in table.columns and whose in self.kept.words:
                words = self.kept.words[whose].group_by(given_name=given).agg(other_name=_[other].min())
                joined = table.left_join(words, table[column] == words.given_name)
                table = joined.mutate(**{column: ibis.coalesce(_.other_name, _[column])}).select(*table.columns)
        return table

    @cached_property
    def _said_names(self) -> dict[date, str]:
        """What each month's lines say, kept by month."""
        left_out = self._digests(None if self.left_out is None else self.left_out.mutate(month=first_of_month(_.date.cast("date"))))
        names = {month: name_of("said", self.by, file, left_out.get(month)) for month, file in self.kept.files.items()}
        if missing := self._missing(names):
            lines = self.counted.filter(in_days_of([*missing]))
            sold = identified(lines).select("month", "product", "unit").distinct()
            self._keep(missing, {"said": months_said(lines), "sold": sold})
        return names

    def _digests(self, table: Table | None) -> dict[date, str]:
        return {} if table is None else digests(self.engine, table)

    @cached_property
    def prices(self) -> Prices:
        """What lines that do not say it themselves are valued at."""
        return prices_for(self.facts, identified(self.counted), self.said, self.sold)

    @cached_property
    def lines(self) -> Table:
        """One row a sale line, with its values; read where a trace asks for it."""
        return valued(identified(self.counted), self.prices, self.said, self.policy)

    @cached_property
    def _line_names(self) -> dict[date, str]:
        """What each month's lines come to, kept by month."""
        attributes = [*terms_of_lines(self.facts).values()]
        columns = [(name, str(kind)) for name, kind in self.counted.schema().items()]
        everywhere = (self.by, columns, attributes, self.said.values["product_cost"] == self.said.lines)
        read = {name: self._digests(table) for name, table in self._read_by_lines().items()}
        names = {}
        for month, said in self._said_names.items():
            block = self.policy.on(month)
            of_month = [(name, found.get(month)) for name, found in read.items()]
            names[month] = name_of("lines", everywhere, said, sorted(block.layers.items()), sorted(block.intercompany), of_month)
        if missing := self._missing(names):
            lines = valued(identified(self.counted.filter(in_days_of([*missing]))), self.prices, self.said, self.policy)
            documents = keep(self.engine, "document_parts", documents_of(lines, by_month=True))
            orders = keep(self.engine, "order_parts", order_parts(lines, attributes))
            tables = {
                "cells": keep(self.engine, "cells_of_sales", sales_cube(lines)),
                "orders": orders,
                "documents": documents,
                "managers": managers_of(documents),
                "sellers": documents.select("month", "counterparty", "entity").distinct(),
                "buyers": orders.select("month", "counterparty").distinct(),
                "origins": lines_by_origin(lines),
            }
            self._keep(missing, tables, {month: [self._said_names[month]] for month in missing})
        return names

    def _read_by_lines(self) -> dict[str, Table]:
        """What the values of lines are taken from, by month: prices and units of the products sold in it, originals of its credit notes."""
        prices, sold = self.prices, self.sold
        products = sold.select("month", "product").distinct()
        read = {}
        for name, of_one in prices.by_product.items():
            ends = following(products.month)
            holds = [products["product"] == of_one.priced_product, of_one.holds_from < ends, of_one.holds_until > products.month]
            held = products.join(of_one, holds)
            bounds = {"since": ibis.greatest(held.holds_from, held.month), "until": ibis.least(held.holds_until, following(held.month))}
            read[name] = held.select("month", "product", "of_one", **bounds)
        if prices.sizes is not None and prices.bases is not None:
            sized = sold.left_join(prices.sizes, [sold["product"] == prices.sizes.sized_product, sold.unit == prices.sizes.sized_unit])
            read["units"] = sized.left_join(prices.bases, sized["product"] == prices.bases.based_product)
        if prices.originals is not None:
            read["originals"] = prices.originals.mutate(month=first_of_month(_.original_date))
        return read

    @cached_property
    def sales(self) -> Table:
        """The cube of sales."""
        return self._rows(self._line_names, "cells")

    @cached_property
    def by_origin(self) -> Table:
        """How many lines have their cost from where."""
        return keep(self.engine, "lines_by_origin", self._rows(self._line_names, "origins"))

    @cached_property
    def _orders(self) -> tuple[Table, dict[date, str]]:
        attributes = [*terms_of_lines(self.facts).values()]
        orders, in_several = self._together("orders", ORDER, lambda parts: orders_of_parts(parts, attributes))
        return orders, self._digests(in_several)

    @cached_property
    def _documents(self) -> tuple[Table, Table | None]:
        return self._together("documents", DOCUMENT, documents_of_parts)

    def _together(self, table: str, key: Sequence[str], together: Callable[[Table], Table]) -> tuple[Table, Table | None]:
        """All orders or documents, each once, and those that several months hold, a row for each of these months (``month``, with ``in_month``)."""
        parts = self._rows(self._line_names, table)
        numbered = parts.mutate(batch=ibis.literal("\x1f").join([parts[name] for name in key]).hash())
        met = numbered.group_by("batch").agg(first=_.month.min(), last=_.month.max())
        several = keep(self.engine, f"{table}_of_several_months", met.filter(_.first != _.last).select("batch"))
        if not several.count().to_pyarrow().as_py():
            return parts, None
        held = keep(self.engine, f"{table}_in_several_months", numbered.semi_join(several, "batch"))
        whole = keep(self.engine, f"{table}_put_together", together(held))
        alone = numbered.anti_join(several, "batch")
        touched = held.select("month", *(_[name].name(f"of_{name}") for name in key))
        in_several = touched.join(whole.rename(in_month="month"), [touched[f"of_{name}"] == whole[name] for name in key])
        return ibis.union(alone.select(*parts.columns), whole.select(*parts.columns)), keep(self.engine, f"{table}_by_month", in_several)

    @cached_property
    def _managers(self) -> Table:
        """Who looked after each customer, by month; anew where documents of several months are among the customer's."""
        documents, in_several = self._documents
        managers = self._rows(self._line_names, "managers")
        if in_several is None:
            return keep(self.engine, "managers", managers)
        again = keep(self.engine, "managers_again", in_several.select("counterparty", "month").distinct())
        anew = managers_of(documents.semi_join(again, ["counterparty", "month"]))
        return keep(self.engine, "managers", ibis.union(managers.anti_join(again, ["counterparty", "month"]), anew.select(*managers.columns)))

    @cached_property
    def _manager_terms(self) -> Table:
        return keep(self.engine, "manager_terms", manager_terms(self._managers))

    @cached_property
    def _first_months(self) -> tuple[Table, dict[date, str]]:
        """In which month each customer ordered first, and by month who did in it."""
        first = self._rows(self._line_names, "buyers").group_by(first_of=_.counterparty).agg(first_month=_.month.min())
        kept = keep(self.engine, "first_months", first)
        return kept, self._digests(kept.rename(month="first_month"))

    @cached_property
    def drivers(self) -> Drivers:
        """What every driver is counted from, in all months; orders without ``new``."""
        given = {
            "orders": self._orders[0],
            "documents": self._documents[0],
            "managers": self._manager_terms,
            "sellers": keep(self.engine, "sellers", self._rows(self._line_names, "sellers")),
        }
        return Drivers(self.facts, self.lines, self.sales, self.policy, given)

    def _drivers_of(self, months: Sequence[date]) -> Drivers:
        """What the drivers of some months are counted from."""
        inside = months_in(months)
        orders = with_first_orders(self.drivers.orders.filter(inside), self._first_months[0], self.drivers.attributes)
        given = {
            "orders": keep(self.engine, "orders", orders),
            "documents": keep(self.engine, "documents", self.drivers.documents.filter(inside)),
            "managers": self.drivers.managers,
            "sellers": self.drivers.sellers,
            "activities": self.drivers.activities.filter(inside),
        }
        return Drivers(self.facts, self.lines, self._sales_of(months), self.policy, given)

    def _sales_of(self, months: Sequence[date]) -> Table:
        names = {month: name for month, name in self._line_names.items() if month in set(months)}
        return keep(self.engine, "sales_cube", self._rows(names, "cells")) if names else self.sales.limit(0)

    def share(self, compared: Collection[date], progress: Callable[[str], None]) -> CostToServe:
        """Share the cost pools of the changed months; the others were shared before."""
        sharing = Sharing(self.drivers, self.policy, progress, compared)
        by_month: dict[date, list[PoolMonth]] = {month: [] for month in self._line_names}
        for pool in sharing.pool_months:
            by_month.setdefault(pool.month, []).append(pool)
        everywhere = (sharing.places, sharing.sellers_named)
        self.names = self._cube_names({month: [_as_read(pool, sharing) for pool in pools] for month, pools in by_month.items()}, everywhere)
        missing = self._missing(self.names)
        taken = self._kept_outcomes({month: name for month, name in self.names.items() if month not in missing})
        for pool in (pool for month in self.names if month not in missing for pool in by_month[month]):
            _take_over(pool, taken)
        if missing:
            counted = self._drivers_of([*missing])
            shares = sharing.share([*missing], counted)
            steps = {row["step"] for row in shares.select("step").distinct().to_pyarrow().to_pylist()}
            outcomes = self._outcomes([pool for month in missing for pool in by_month[month]])
            self._keep_cubes(missing, counted.cube, shares, sorted(steps), {"shares": shares, "pools": outcomes})
        return sharing.told(self._rows(self.names, "shares"))

    def _cube_names(self, pools: Mapping[date, object], *everywhere: object) -> dict[date, str]:
        """The name of each month's cube: all that it is worked out from."""
        managers, sellers = self._managers, self._rows(self._line_names, "sellers")
        buying = sellers.select("month", "counterparty").distinct()
        without = keep(self.engine, "without_manager", buying.anti_join(managers, ["month", "counterparty"]))
        read: list[dict[date, str]] = []
        if any(pools.values()):
            activities = self.drivers.activities.filter(_.month.notnull()).drop("file", "row", "date", "activity")
            in_several = self._documents[1]
            tables = (in_several, manager_at_end(without, self._manager_terms), activities)
            read = [self._orders[1], self._first_months[1], *(self._digests(table) for table in tables)]
        names = {}
        for month in sorted(pools):
            across = self.policy.on(month).across_entities
            of_month = (self._line_names.get(month), pools[month], [found.get(month) for found in read])
            names[month] = name_of("cube", self.by, everywhere, across, of_month)
        return names

    def _keep_cubes(self, missing: Mapping[date, str], sales: Table, shares: Table, steps: Sequence[str], more: Mapping[str, Table]) -> None:
        """Work out the whole cube of the changed months and keep it, with what it was made of."""
        cube = keep(self.engine, "cube", whole_cube(sales, shares, steps))
        made_of = {month: [self._line_names[month]] for month in missing if month in self._line_names}
        self._keep(missing, {**more, "cube": cube}, made_of)
        self.worked_out = tuple(missing)

    def _outcomes(self, pools: Sequence[PoolMonth]) -> Table:
        """What became of pools, a row each."""
        rows = [
            {
                "month": pool.month,
                "entity": pool.entity,
                "pool": pool.pool,
                "outcome": json.dumps({"parts": pool.parts, "driver_total": str(pool.driver_total), "level": pool.level}),
            }
            for pool in pools
        ]
        schema = pa.schema({"month": pa.date32(), "entity": pa.string(), "pool": pa.string(), "outcome": pa.string()})
        return self.engine.create_table(a_name_of_its_own("outcomes"), pa.Table.from_pylist(rows, schema=schema), temp=True)

    def _kept_outcomes(self, names: Mapping[date, str]) -> Outcomes:
        """What became of the pools of the months that are kept."""
        rows = self._rows(names, "pools").to_pyarrow().to_pylist() if names else []
        return {(row["month"], row["entity"], row["pool"]): json.loads(row["outcome"]) for row in rows}

    def cube(self, costs: CostToServe | None, steps: Sequence[str]) -> Table:
        """The whole cube."""
        if costs is None:
            self.names = self._cube_names(dict.fromkeys(self._line_names, ()))
            if missing := self._missing(self.names):
                self._keep_cubes(missing, self._sales_of([*missing]), no_shares(), (), {})
        whole = self._rows(self.names, "cube", columns_differ=True)
        zero = ibis.literal(Decimal(0)).cast("decimal(38, 10)")
        of_steps = (ibis.coalesce(whole[step], zero).name(step) for step in steps)
        return whole.select(*DIMENSIONS, *SALES_COLUMNS, *of_steps, "avoidable_cost", "sale_lines")


def _take_over(pool: PoolMonth, taken: Outcomes) -> None:
    """Say of a pool what became of it when its month was worked out."""
    found = taken[pool.month, pool.entity, pool.pool]
    pool.parts, pool.driver_total, pool.level = found["parts"], Decimal(found["driver_total"]), found["level"]


def _as_read(pool: PoolMonth, sharing: Sharing) -> tuple[object, ...]:
    """All that decides what becomes of a pool; where the policy stands in its file does not."""
    policy = pool.policy and replace(pool.policy, place="")
    return replace(pool, policy=policy), sharing.place.get(pool.pool, len(sharing.place))
