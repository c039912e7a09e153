"""What one analysis found: the answer, its pictures' figures and every table behind them, at full precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from goodterms.facts.periods import Period

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis import Table

Quantities = Literal["value", "physical", "sales"]
"""What volume and mix are measured by: value at the earlier period's prices, units, or, where no line has a quantity, sales themselves."""
Measure = Literal["net profit", "gross margin", "net sales"]
"""What the answer is about: the furthest measure that the data reaches."""
MEASURE_COLUMN: dict[Measure, str] = {"net profit": "net_profit", "gross margin": "gross_margin", "net sales": "net_sales"}
"""The column of views and waterfall that holds it."""


def reads_apart(rate: float, peer_median: float) -> bool:
    """Whether two rates differ as they are printed, to a tenth of a percent; where they do not, naming a leak would be noise.

    Examples
    --------
    >>> reads_apart(0.0561, 0.0558), reads_apart(0.0561, 0.0548)
    (False, True)
    """
    return f"{rate:.1%}" != f"{peer_median:.1%}"


@dataclass(frozen=True)
class BridgeStep:
    """One bar of a bridge. ``step`` is its stable name ("new customers", "price: discount", "picking: rate"), ``label`` what is printed."""

    step: str
    label: str
    amount: Decimal


@dataclass(frozen=True)
class ContinuingShare:
    """How much of both periods' sales continues at one level ("customers", "customer x family", "items"): counts and shares between 0 and 1."""

    level: str
    continuing: int
    only_earlier: int
    only_later: int
    share_earlier: Decimal | None
    share_later: Decimal | None


@dataclass(frozen=True)
class Bridge:
    """The exact decomposition of a change: ``start`` + the amounts of ``steps`` = ``end``, with no remainder."""

    measure: Measure
    earlier: str
    later: str
    quantities: Quantities
    start: Decimal
    end: Decimal
    sales_start: Decimal
    sales_end: Decimal
    steps: tuple[BridgeStep, ...]
    continuing: tuple[ContinuingShare, ...]
    counts: Mapping[str, int]

    @property
    def change(self) -> Decimal:
        """End minus start."""
        return self.end - self.start

    def amount(self, step: str) -> Decimal:
        """The amount of one step; 0 where the bridge has none of that name."""
        return sum((s.amount for s in self.steps if s.step == step), Decimal(0))


@dataclass(frozen=True)
class WaterfallRow:
    """One row of the waterfall, in order; costs are negative.

    ``kind``: "total" (a level reached), "step" (added to the total above), "memo" (a row below net profit, on the way to the general ledger).
    """

    step: str
    label: str
    kind: Literal["total", "step", "memo"]
    earlier: Decimal | None
    later: Decimal | None
    avoidable: Decimal | None = None


@dataclass(frozen=True)
class Whale:
    """The whale curve of one period: customers ranked by ``measure``, best first, cumulated.

    ``points``: (rank, cumulative amount), thinned to at most 400; first, peak and last are always there. ``peak_share`` and shares are fractions
    (1.04 = 104 %), None where the total is not above 0. ``own_group`` is what the companies of the own group stand for, who are on no curve: with it the
    total is that of the waterfall.
    """

    period: str
    measure: Measure
    customers: int
    total: Decimal
    peak: Decimal
    peak_share: Decimal | None
    peak_rank: int
    losers: int
    losses: Decimal
    loss_share: Decimal | None
    hhi: Decimal | None
    points: tuple[tuple[int, Decimal], ...]
    own_group: Decimal = Decimal(0)


@dataclass(frozen=True)
class Missing:
    """Something that the data could not say, and the file that would let it say it."""

    topic: str
    sentence: str
    file: str


@dataclass(frozen=True)
class Culprit:
    """One of the customers or products that cost most, with the step where it leaks against its peers."""

    kind: Literal["customer", "product"]
    key: str
    name: str
    rank_by: str
    earlier: Decimal | None
    later: Decimal | None
    sales_earlier: Decimal | None
    sales_later: Decimal | None
    leak_step: str
    leak_worth: Decimal | None
    leak_sentence: str


@dataclass(frozen=True)
class Result:
    """What one analysis found. Amounts are decimals at full precision; ``goodterms.facts.money`` makes cents of them for printing.

    ``tables`` are all the tables that are exported, as pyarrow tables by name:

    ========================  =======================================================================================================
    ``waterfall``             step, label, kind, earlier, later, change
    ``bridge``                step, label, amount (and ``bridge_like_for_like`` where a period is unfilled)
    ``customers``             one row a counterparty: customer, name, segment, country, manager, then ``<column>_earlier`` and ``<column>_later`` for
                              list_value, discount, charges, invoiced_sales, rebate, net_sales, product_cost, gross_margin, each step of cost to serve,
                              product_contribution, contribution, net_profit, avoidable_profit; leak_step, leak_worth, leak_peers (0: too few to compare)
    ``products``              the same for products, with their level; rows of level order and customer carry what no product caused
    ``families``              the same for product families
    ``managers``, ``segments``  the same for these
    ``months``                month, net_sales, gross_margin, net_profit, customers, invoices
    ``whale``                 rank, customer, name, amount, cumulative
    ``leaks``                 kind, key, name, step, rate, peer_median, peers, peer_count, base, worth
    ``pools``                 reconciliation: month, period, entity, pool, account, account_name, driver, step, amount, and what became of it: assigned, unused,
                              unassigned, sustaining, excluded, excess
    ``rates``                 month, entity, pool, step, driver, level, amount, traced, driver_total, capacity, rate
    ``shares``                cost shared: pool_entity, entity, month, pool, step, driver, level, counterparty, product, manager, channel, driver_count, amount,
                              avoidable
    ``bridge_customers``      one row a counterparty, one column a bridge step
    ``bridge_families``       one row a counterparty x family
    ``bridge_items``          one row a counterparty x product: class, quantities, sales, margins and its part of every item step, in both periods
    ``cube``                  entity x month x counterparty x product x manager x channel, one column a step
    ========================  =======================================================================================================

    ``has_unassigned`` says whether any pool of any month is unassigned, also where these cancel out. ``fiscal_year_start`` is the month in which the
    policy's years begin.
    ``months`` names what each month came to, where it is kept (:mod:`goodterms.analysis.changed_months`).
    ``origins`` are the counted sale lines, costs and activities on the engine, each row with its file and row number: there every trace ends.
    """

    measure: Measure
    currency: str | None
    earlier: Period | None
    later: Period
    unfilled: tuple[str, ...]
    answer: str
    explanation: tuple[str, ...]
    bridge: Bridge | None
    like_for_like: Bridge | None
    waterfall: tuple[WaterfallRow, ...]
    whale: Whale | None
    whale_earlier: Whale | None
    customers: tuple[Culprit, ...]
    products: tuple[Culprit, ...]
    missing: tuple[Missing, ...]
    notices: tuple[str, ...]
    unassigned: Decimal
    has_unassigned: bool
    tables: Mapping[str, pa.Table]
    figures: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, Table] = field(default_factory=dict)
    fiscal_year_start: int = 1
    months: Mapping[date, str] = field(default_factory=dict)
