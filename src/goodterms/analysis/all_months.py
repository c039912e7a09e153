"""All months at once: what an analysis of files works out from every sale line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import ibis

from goodterms.analysis.cost_to_serve import CostToServe, share_costs
from goodterms.analysis.cube import sales_cube, whole_cube
from goodterms.analysis.drivers import Drivers
from goodterms.analysis.lines import lines_by_origin, priced_lines
from goodterms.analysis.met_twice import MetTwice
from goodterms.analysis.said import what_lines_say
from goodterms.facts.book import Facts
from goodterms.facts.engine import keep
from goodterms.facts.policy import Policy

if TYPE_CHECKING:
    from ibis import Table


class AllMonths:
    """What the months come to, from their sale lines to the whole cube; each is worked out when it is first asked for."""

    def __init__(self, facts: Facts, met_twice: MetTwice, policy: Policy) -> None:
        self.facts, self.policy = facts, policy
        self.counted = met_twice.counted
        self.said = what_lines_say(self.counted)
        self.names: dict[date, str] = {}

    @cached_property
    def lines(self) -> Table:
        """One row a sale line, with its values."""
        return priced_lines(self.facts, self.counted, self.said, self.policy)

    @cached_property
    def by_origin(self) -> Table:
        """How many lines have their cost from where."""
        return keep(self.facts.engine, "lines_by_origin", lines_by_origin(self.lines))

    @cached_property
    def sales(self) -> Table:
        """The cube of sales."""
        return keep(self.facts.engine, "sales_cube", sales_cube(self.lines))

    @cached_property
    def drivers(self) -> Drivers:
        """What every driver is counted from."""
        return Drivers(self.facts, self.lines, self.sales, self.policy)

    def share(self, compared: Collection[date], progress: Callable[[str], None]) -> CostToServe:
        """Share the cost pools."""
        return share_costs(self.drivers, self.policy, progress, months=compared)

    def cube(self, costs: CostToServe | None, steps: Sequence[str]) -> Table:
        """The whole cube."""
        return keep(self.facts.engine, "cube", whole_cube(self.sales, costs.shares if costs is not None else no_shares(), steps))


def no_shares() -> Table:
    """Shares where no cost was shared."""
    columns = {"entity": "string", "month": "date", "counterparty": "string", "product": "string", "manager": "string", "channel": "string", "level": "string"}
    schema = ibis.schema({**columns, "step": "string", "amount": "decimal(38, 4)", "avoidable": "decimal(38, 10)"})
    return ibis.memtable(schema.to_pyarrow().empty_table())
