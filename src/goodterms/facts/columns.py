"""The tables of facts: every column's name, type and meaning. Every reader fills them and every analysis reads them.

Amounts are positive in the normal case and negative in a credit note. A table always has all of its columns; what a company's files do not say is null.
Any further column of a file is an *attribute*, named ``attribute:rush``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

MONEY_DIGITS = 18
"""Most digits of a decimal of facts: Parquet then stores it as a 64-bit integer."""
MONEY_PLACES = 4
"""Fewest decimal places of a decimal of facts; a column with more in its files keeps them."""
ATTRIBUTE = "attribute:"
"""What the name of a further column begins with."""
INVOICE = "invoice"
CREDIT_NOTE = "credit note"
NO_CUSTOMER = "(no customer)"
"""The counterparty of sale lines that name none."""
INTERCOMPANY = "(intercompany)"
"""The counterparty of sale lines to the companies of the own group, where the policy names them."""
NOT_CUSTOMERS = (NO_CUSTOMER, INTERCOMPANY)
"""Counterparties that keep totals whole and are nobody to talk to."""


class Kind(enum.StrEnum):
    """What a column holds; the storage type follows from it."""

    TEXT = "text"
    DATE = "date"
    MONTH = "month"
    """The first day of a month, as a date."""
    DECIMAL = "decimal"
    """An amount of money, a quantity, a weight or minutes: decimal(18, at least 4)."""
    INTEGER = "integer"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """One column of a table of facts."""

    name: str
    kind: Kind
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table of facts; ``key`` follows ``entity`` and ``source``."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def kind_of(self, name: str) -> Kind:
        """The kind of a column; an attribute is found by its prefix and is a decimal."""
        if name.startswith(ATTRIBUTE):
            return Kind.DECIMAL
        return next(column.kind for column in self.columns if column.name == name)


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from lines of ``name kind meaning``."""
    rows = (line.split(None, 2) for line in text.splitlines() if line.strip())
    return tuple(Column(name, Kind(kind), meaning) for name, kind, meaning in rows)


_PLACE = """
entity       text    the company of a group; null where the files name none
source       text    the system that numbers its own documents
key_space    text    the space that the keys of customers and products belong to
"""
_ORIGIN = """
file         text    the file that the row came from
row          integer its physical record there, from 1
"""

SALE_LINES = Table(
    "sale_lines",
    "a line of an invoice or credit note",
    ("document", "line"),
    _columns(
        _PLACE
        + """
date              date    invoice date
document          text    number of the invoice or credit note
line              text    number of the line, where lines are numbered
kind              text    "invoice" or "credit note"
customer_key      text    who buys; null is *no customer*
payer_key         text    who pays, where another
place_key         text    delivery place
product_key       text    what was sold
quantity          decimal sold in units; negative when returned
unit              text    unit of the quantity
list_value        decimal quantity at list price
discount          decimal discount on the invoice, positive
net_value         decimal list value - discount, before charges and tax
tax               decimal value added or sales tax
charges           decimal freight and fees charged on the line
rebate            decimal rebates, bonuses and cash discounts given later
product_cost      decimal cost of the goods of the line
weight            decimal kilograms of the line
order_number      text    the order it belongs to
delivery_document text    delivery note
channel           text    how the order came
manager_key       text    account manager on the document
currency          text    transaction currency; null is one unnamed currency
exchange_rate     decimal reporting currency per unit of the transaction currency
due_date          date    when payment is due
"""
        + _ORIGIN
    ),
)
PURCHASE_LINES = Table(
    "purchase_lines",
    "a line of a supplier's invoice",
    ("document", "line"),
    _columns(
        _PLACE
        + """
date          date    invoice date
document      text    number of the supplier's invoice
line          text    number of the line
kind          text    "invoice" or "credit note"
supplier_key  text    who sells
product_key   text    what was bought
quantity      decimal bought in units
unit          text    unit of the quantity
net_value     decimal before tax
tax           decimal value added tax
currency      text    transaction currency
exchange_rate decimal reporting currency per unit of the transaction currency
due_date      date    when payment is due
"""
        + _ORIGIN
    ),
)
PAYMENTS = Table(
    "payments",
    "money received or paid",
    ("payment",),
    _columns(
        _PLACE
        + """
date             date    value date
payment          text    identity of the payment
counterparty_key text    who paid or was paid
document         text    document it settles; may be empty
reference        text    valid reference number
amount           decimal positive received, negative paid
currency         text    currency
"""
        + _ORIGIN
    ),
)
ACTIVITIES = Table(
    "activities",
    "a visit, call, delivery, ticket or return",
    ("activity",),
    _columns(
        _PLACE
        + """
date         date    when it was
activity     text    its number, where it has one
kind         text    visit, call, delivery, ticket, return or a company's own word
customer_key text    for whom
quantity     decimal how many; null is one
minutes      decimal time it took
order_number text    the order it served
document     text    the document it served
channel      text    how
manager_key  text    who did it
pool         text    the cost pool, where its very cost is known (traced)
amount       decimal its very cost
currency     text    currency of the amount
"""
        + _ORIGIN
    ),
)
COSTS = Table(
    "costs",
    "an amount to share out",
    ("period", "account", "pool"),
    _columns(
        _PLACE
        + """
period       month   the month of the cost
account      text    account of the general ledger
account_name text    its name
pool         text    the cost pool
amount       decimal positive is cost
currency     text    currency
"""
        + _ORIGIN
    ),
)
GL_BALANCES = Table(
    "gl_balances",
    "a balance of the general ledger",
    ("period", "account"),
    _columns(
        _PLACE
        + """
period   month   month
account  text    account
amount   decimal balance
currency text    currency
role     text    revenue, product cost, pool or excluded
"""
        + _ORIGIN
    ),
)
REBATES = Table(
    "rebates",
    "a rebate given or received",
    ("agreement", "counterparty_key", "period"),
    _columns(
        _PLACE
        + """
period           month   month
counterparty_key text    customer or supplier
agreement        text    agreement
amount           decimal amount
state            text    accrued or settled
side             text    customer (ours to a customer) or supplier (a supplier's to us)
currency         text    currency
"""
        + _ORIGIN
    ),
)
STOCK = Table(
    "stock",
    "stock of a product at a month's end",
    ("period", "product_key"),
    _columns(
        _PLACE
        + """
period      month   month
product_key text    product
quantity    decimal units
value       decimal value
"""
        + _ORIGIN
    ),
)
PLAN = Table(
    "plan",
    "a target",
    ("version", "period", "scope"),
    _columns(
        _PLACE
        + """
version text    version of the plan
period  month   month
scope   text    manager, segment, customer or family that it is for
sales   decimal target sales
margin  decimal target margin
"""
        + _ORIGIN
    ),
)
RATES = Table(
    "rates",
    "a currency rate",
    ("date", "from", "to"),
    _columns(
        """
date    date    day
from    text    currency
to      text    currency
rate    decimal units of *to* for one of *from*
"""
        + _ORIGIN
    ),
)
FACT_TABLES = (SALE_LINES, PURCHASE_LINES, PAYMENTS, ACTIVITIES, COSTS, GL_BALANCES, REBATES, STOCK, PLAN, RATES)

CUSTOMERS = Table(
    "customers",
    "what a source knows of a customer; never a fact",
    ("customer_key",),
    _columns(
        """
key_space    text    the space of the key
customer_key text    the key
name         text    name
segment      text    segment
country      text    country
manager_key  text    account manager
price_list   text    price list
payment_days integer payment days
terms        text    terms group
credit_limit decimal most that it may owe us, in the reporting currency
"""
        + _ORIGIN
    ),
)
SUPPLIERS = Table(
    "suppliers",
    "what a source knows of a supplier; never a fact",
    ("supplier_key",),
    _columns(
        """
key_space    text    the space of the key
supplier_key text    the key
name         text    name
country      text    country
payment_days integer payment days
terms        text    terms group
"""
        + _ORIGIN
    ),
)
PRODUCTS = Table(
    "products",
    "what a source knows of a product; never a fact",
    ("product_key",),
    _columns(
        """
key_space       text    the space of the key
product_key     text    the key
name            text    name
family          text    product family
supplier_key    text    who it is bought from
unit            text    unit that list price and cost are for
units_per_base  decimal how many base units one such unit holds
list_price      decimal list price of one unit
unit_cost       decimal cost of one unit
valid_from      date    from when list price and cost hold; null is always
weight          decimal kilograms of one unit
stocked         flag    kept in stock
"""
        + _ORIGIN
    ),
)
MASTER_TABLES = (CUSTOMERS, PRODUCTS, SUPPLIERS)
MASTER_NAMES = frozenset(table.name for table in MASTER_TABLES)
TABLES = {table.name: table for table in (*FACT_TABLES, *MASTER_TABLES)}
