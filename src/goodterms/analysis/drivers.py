"""Drivers: what causes cost, counted per cell of the cube and month.

Counted from sale lines: orders, documents, lines, credit notes, units, kg, value, customers. Counted from activities: deliveries, visits, calls, tickets,
returns, minutes. Counts are never netted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from goodterms.analysis.keys import counterparty
from goodterms.analysis.lines import own_group_in_one
from goodterms.analysis.months import first_of_month
from goodterms.analysis.orders import documents_of, managers_of, orders_of
from goodterms.facts.book import Facts
from goodterms.facts.columns import ATTRIBUTE, NO_CUSTOMER
from goodterms.facts.engine import keep
from goodterms.facts.policy import DRIVERS, Policy
from goodterms.facts.time_equation import TimeEquation

if TYPE_CHECKING:
    from ibis import Table

WORK = ("entity", "month", "level", "counterparty", "product", "manager", "channel")
"""Where work was done: the cells of the cube at the level of the driver."""
ACTIVITY_OF_DRIVER = {name: driver.kind for name, driver in DRIVERS.items() if driver.kind}
"""Which kind of activity a driver counts."""
LINE_DRIVERS = tuple(name for name, driver in DRIVERS.items() if driver.level == "line")
"""The drivers that count sale lines cell by cell."""
_ORDER_TERMS = ("lines", "new", "units", "kg", "value")
_CUSTOMER_ACTIVITIES = ("visit", "call", "ticket")


@dataclass(frozen=True)
class Drivers:
    """What every driver is counted from; orders, documents and activities are worked out once, when a pool first asks."""

    facts: Facts
    lines: Table
    cube: Table
    policy: Policy = field(default_factory=Policy.empty)
    given: Mapping[str, Table] = field(default_factory=dict)
    """Orders, documents, managers, sellers or activities that were worked out elsewhere."""

    @cached_property
    def has_activities(self) -> bool:
        """Whether there is any activity."""
        return int(self.facts["activities"].count().to_pyarrow().as_py()) > 0

    @property
    def attributes(self) -> list[str]:
        """The further columns of sale lines that a time equation may name."""
        return [*terms_of_lines(self.facts).values()]

    @cached_property
    def orders(self) -> Table:
        """One row an order (:func:`goodterms.analysis.orders.orders_of`)."""
        return self._once("orders", lambda: orders_of(self.lines, self.attributes))

    @cached_property
    def documents(self) -> Table:
        """One row an invoice or credit note (:func:`goodterms.analysis.orders.documents_of`)."""
        return self._once("documents", lambda: documents_of(self.lines))

    @cached_property
    def managers(self) -> Table:
        """From which month until which each customer has which manager (:func:`manager_terms`)."""
        return self._once("managers", lambda: manager_terms(managers_of(self.documents)))

    @cached_property
    def sellers(self) -> Table:
        """Who buys from which companies of the group: a row a counterparty and entity, or more."""
        return self._once("sellers", lambda: self.documents.select("counterparty", "entity").distinct())

    def _once(self, name: str, worked_out: Callable[[], Table]) -> Table:
        """What was worked out elsewhere, else here and once."""
        given = self.given.get(name)
        return keep(self.facts.engine, name, worked_out()) if given is None else given

    @cached_property
    def activities(self) -> Table:
        """One row an activity, at its level: of an order (deliveries, and returns that name one) or of a customer, with the document's manager and channel.

        One that names no company of the group belongs to that of its document or order, else to the only one that its customer buys from.
        """
        return self._once("activities", self._placed)

    def _placed(self) -> Table:
        said = self.facts["activities"]
        said = said.mutate(
            activity_customer=ibis.ifelse(said.customer_key.isnull(), ibis.null("string"), counterparty(said)),
            month=first_of_month(_.date),
            entity=_.entity.fill_null(""),
            quantity=_.quantity.fill_null(1),
            kind=_.kind.lower(),
        )
        documents, orders = self.documents, self.orders
        documents = documents.semi_join(said, documents.document == said.document)
        orders = orders.filter(_.order != "").semi_join(said, orders.order == said.order_number)
        of_document = documents.group_by(of_document=_.document).agg(**_whose("document")).filter(_.document_met == 1).drop("document_met")
        of_order = orders.group_by(of_order=_.order).agg(**_whose("order")).filter(_.order_met == 1).drop("order_met")
        placed = said.left_join(of_document, said.document == of_document.of_document)
        placed = placed.left_join(of_order, placed.order_number == of_order.of_order)
        placed = placed.mutate(
            names_a_batch=_.document.notnull() | _.order_number.notnull(),
            counterparty=ibis.coalesce(_.activity_customer, _.document_counterparty, _.order_counterparty, NO_CUSTOMER),
            batch_manager=ibis.coalesce(_.document_manager, _.order_manager),
            batch_channel=ibis.coalesce(_.document_channel, _.order_channel),
        )
        placed = own_group_in_one(placed, self.policy)
        placed = placed.left_join(self._only_entities, placed.counterparty == self._only_entities.entity_of).drop("entity_of")
        placed = placed.mutate(entity=ibis.coalesce(_.entity.nullif(""), _.document_entity, _.order_entity, _.only_entity, ""))
        is_of_customer = _.kind.isin(_CUSTOMER_ACTIVITIES) | ((_.kind != "delivery") & ~_.names_a_batch)
        placed = placed.mutate(level=ibis.ifelse(is_of_customer, "customer", "order"))
        placed = placed.mutate(product=_.level, channel=ibis.ifelse(_.level == "order", ibis.coalesce(_.batch_channel, _.channel, ""), ""))
        with_manager = manager_at_end(placed, self.managers)
        located = with_manager.mutate(
            manager=ibis.coalesce(ibis.ifelse(_.level == "order", _.batch_manager, ibis.null("string")), _.manager_at_end, _.manager_key, "")
        )
        return located.select(*WORK, "kind", "quantity", "minutes", "pool", "amount", "date", "activity", "file", "row")

    @cached_property
    def _only_entities(self) -> Table:
        """The company of the group that a customer buys from, where it is one alone."""
        sellers = self.sellers.group_by(entity_of=_.counterparty).agg(only_entity=_.entity.max(), sellers=_.entity.nunique())
        return sellers.filter(_.sellers == 1).drop("sellers")

    @property
    def order_terms(self) -> dict[str, str]:
        """What a time equation may count of an order: the term and the column of ``orders`` that holds it."""
        return terms_of_lines(self.facts) | {name: name for name in _ORDER_TERMS}

    @property
    def activity_terms(self) -> tuple[str, ...]:
        """What a time equation may count of an activity."""
        return (*ACTIVITY_OF_DRIVER, "minutes")

    @cached_property
    def line_work(self) -> Table:
        """What the line-level drivers count: one row a cell with something counted, one decimal column a driver."""
        counted = self.cube.mutate(level=ibis.literal("line")).group_by(*WORK).agg(**{name: _[name].sum().cast("decimal(38, 4)") for name in LINE_DRIVERS})
        return counted.filter(ibis.or_(*(counted[name] > 0 for name in LINE_DRIVERS)))

    def work(self, driver: str | TimeEquation, *, besides: str = "") -> Table:
        """Return what was done: one row a cell with ``weight`` > 0, as a decimal.

        An activity whose very cost was traced to the pool ``besides`` does not count: it has paid already.
        """
        if driver in LINE_DRIVERS:
            return self.line_work.select(*WORK, weight=_[driver]).filter(_.weight > 0)
        counted = self._minutes(driver, besides) if isinstance(driver, TimeEquation) else self._counted(driver, besides)
        return counted.group_by(*WORK).agg(weight=_.weight.sum()).filter(_.weight > 0)

    def _activities_besides(self, pool: str) -> Table:
        """The activities without those whose cost was traced to a pool."""
        return self.activities.filter(~((_.pool.fill_null("") == pool) & _.amount.notnull())) if pool else self.activities

    def _counted(self, driver: str, besides: str) -> Table:
        """The rows that a named driver counts, each with its weight."""
        if driver in ACTIVITY_OF_DRIVER:
            counted = self._activities_besides(besides).filter(_.kind == ACTIVITY_OF_DRIVER[driver]).mutate(weight=_.quantity)
        elif driver == "minutes":
            counted = self._activities_besides(besides).filter(_.minutes > 0).mutate(weight=_.minutes)
        elif driver == "orders":
            counted = _at_level(self.orders, "order").mutate(weight=1)
        elif driver == "documents":
            counted = _at_level(self.documents, "order").mutate(weight=1)
        elif driver == "credit notes":
            notes = self.documents.filter(_.is_credit_note).mutate(level=ibis.ifelse(_.order_number.notnull(), "order", "customer"))
            placed = manager_at_end(notes, self.managers).mutate(manager=ibis.ifelse(_.level == "order", _.manager, _.manager_at_end))
            counted = placed.mutate(product=_.level, channel=ibis.ifelse(_.level == "order", _.channel, ""), weight=1)
        else:
            buying = self.cube.filter(_.lines > 0).group_by("entity", "month", "counterparty").agg(n=_.count())
            placed = manager_at_end(buying, self.managers).mutate(manager=_.manager_at_end.fill_null(""), channel=ibis.literal(""))
            counted = _at_level(placed, "customer").mutate(weight=1)
        return counted.select(*WORK, weight=_.weight.cast("decimal(38, 4)"))

    def _minutes(self, equation: TimeEquation, besides: str) -> Table:
        """The minutes of a time equation: once per order, or once per activity where it has terms of activities."""
        if equation.is_of_activities:
            done = self._activities_besides(besides)
            asked = [ACTIVITY_OF_DRIVER[name] for name in equation.names if name in ACTIVITY_OF_DRIVER]
            counted = done.filter(_.kind.isin(asked)) if asked else done.filter(_.minutes.notnull())
            terms = {
                name: counted.minutes.fill_null(0) if name == "minutes" else ibis.ifelse(counted.kind == ACTIVITY_OF_DRIVER[name], counted.quantity, 0)
                for name in equation.names
            }
        else:
            counted = _at_level(self.orders, "order")
            terms = {name: counted[self.order_terms[name]] for name in equation.names}
        minutes: Any = ibis.literal(equation.constant, type="decimal(18, 6)").cast("decimal(38, 10)")
        for name, coefficient in equation.terms.items():
            minutes = minutes + (ibis.literal(coefficient, type="decimal(18, 6)") * terms[name].cast("decimal(38, 6)")).cast("decimal(38, 10)")
        return counted.mutate(weight=minutes).select(*WORK, "weight")


def terms_of_lines(facts: Facts) -> dict[str, str]:
    """The further columns of sale lines that are numbers or flags: what a time equation calls them, and the column."""
    sale_lines = facts["sale_lines"]
    numbers = (name for name in facts.attributes if sale_lines[name].type().is_numeric() or sale_lines[name].type().is_boolean())
    return {name.removeprefix(ATTRIBUTE): name for name in numbers}


def _at_level(table: Table, level: str) -> Table:
    """Place rows at a level: their product is the level's name, so that views by product end before it."""
    return table.mutate(level=ibis.literal(level), product=ibis.literal(level))


def _whose(kind: str) -> dict[str, Any]:
    """Whose a document or order is, and how often its number is met: two of one number do not say whose an activity is."""
    return {f"{kind}_{column}": _[column].arbitrary() for column in ("counterparty", "manager", "channel", "entity")} | {f"{kind}_met": _.count()}


def manager_terms(managers: Table) -> Table:
    """From which month until which, that one left out, each customer has which manager, by :func:`goodterms.analysis.orders.managers_of`.

    Returns
    -------
    Table
        ``manager_of`` (counterparty), ``since``, ``until`` (first days of months), ``manager_at_end``: a row a change of manager.
    """
    in_order = ibis.window(group_by="counterparty", order_by="month")
    numbered = managers.mutate(before=_.manager_at_end.lag().over(in_order), is_first=ibis.row_number().over(in_order) == 0)
    changes = numbered.filter(_.is_first | ~_.before.identical_to(_.manager_at_end))
    until = ibis.coalesce(_.month.lead().over(in_order), ibis.date(date.max.isoformat()))
    return changes.select(manager_of=_.counterparty, since=_.month, until=until, manager_at_end=_.manager_at_end)


def manager_at_end(table: Table, terms: Table) -> Table:
    """Add ``manager_at_end``: the customer's manager at the month's end, by its last document until then."""
    holds = [table.counterparty == terms.manager_of, table.month >= terms.since, table.month < terms.until]
    return table.left_join(terms, holds).drop("manager_of", "since", "until")
