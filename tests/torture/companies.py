"""Random companies: small, and odd in every way that real ones are.

Returns and price-only credit notes, free goods, quantities of 0, negative invoices and pools, lines without customer or product, orders across months,
documents met twice, several sources, managers, channels and units, activities with and without a known cost, accounts that cancel out.

A group holds one company or several side by side: each is an entity with customers, documents and costs of its own; products and policy are the group's. Every
row is drawn from a stream named after its place, so fewer lines are a part of the same company: Hypothesis can shrink what it finds.
For the campaign, :func:`drawn` draws without Hypothesis, which prefers small numbers and so would draw many companies twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from tests.cast import Row, exact, policy_of

from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.facts.policy import DRIVERS, Policy

YEARS = (2022, 2023)
PERIODS = (str(YEARS[0]), str(YEARS[1]))
PLACES = Decimal("0.0001")
PRODUCTS = ("p1", "p2", "p3", "p4", "p5")
POOLS = ("desk", "shelves", "care", "freight", "returns", "rent", "interest", "other")
_PRICES = ("0", "0.01", "1", "9.99", "10", "33.3333", "1234.5678", "87654321.0987")
_QUANTITIES = ("0", "0.0001", "1", "1", "2", "3", "7", "10", "12.5", "100", "9999")
_AMOUNTS = ("0", "0.0001", "-0.0003", "1", "99.99", "-42.1", "1000", "12345.6789", "-87654321.0987")
_KINDS = ("delivery", "visit", "call", "ticket", "return", "fair")
EQUATIONS = ("5 + 3*lines", "5 + 3*lines + 15*new + 10*rush", "0.1*units + kg + 0.000001*value", "10 + 2.5*visits + 1*minutes", "8*deliveries", "minutes")


@dataclass(frozen=True)
class Company:
    """What one company is drawn from."""

    seed: int
    documents: int
    costs: int
    activities: int


@dataclass(frozen=True)
class Group:
    """Companies side by side, with the policy that they share."""

    companies: tuple[Company, ...]
    pools: tuple[dict[str, Any], ...]
    settings: dict[str, Any] = field(default_factory=dict)
    names_entities: bool = True
    costs_known: str = "on the lines"
    physical: bool = False

    @property
    def policy(self) -> Policy:
        """The policy."""
        return policy_of(*self.pools, **self.settings)

    def rows(self) -> dict[str, list[Row]]:
        """All rows, by table, with file and row number."""
        rows: dict[str, list[Row]] = {"sale_lines": [], "costs": [], "activities": []}
        for number, company in enumerate(self.companies):
            entity = f"E{number:02d}"
            for table, made in _company_rows(company, entity, costs_known=self.costs_known).items():
                for row in made:
                    row["entity"] = entity if self.names_entities or table == "costs" else None
                rows[table] += made
        rows |= _master_data(self)
        for table, made in rows.items():
            for place, row in enumerate(made, 2):
                row |= {"file": f"{table}.csv", "row": place}
        return rows


def exact_rows(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The rows with decimals and dates made of numbers and text."""
    return {table: [exact(table, row) for row in made] for table, made in rows.items()}


def _stream(*place: object) -> random.Random:
    """The random numbers of one place."""
    return random.Random("/".join(map(str, place)))  # noqa: S311  (made-up companies, no secret)


def _day(rng: random.Random) -> date:
    """A day of the two years, before the 29th."""
    return date(rng.choice(YEARS), rng.choice((1, 1, 2, 3, 6, 11, 12)), rng.choice((1, 5, 15, 28)))


def _amount(value: Decimal) -> Decimal:
    return value.quantize(PLACES)


def _company_rows(company: Company, entity: str, *, costs_known: str) -> dict[str, list[Row]]:
    """One company's sale lines, costs and activities."""
    documents = [_document(_stream(company.seed, "document", n), f"{entity}-{n}") for n in range(company.documents)]
    sale_lines = [line for n, document in enumerate(documents) for line in _lines(_stream(company.seed, "lines", n), document, costs_known)]
    costs = [_cost(_stream(company.seed, "cost", n)) for n in range(company.costs)]
    activities = [_activity(_stream(company.seed, "activity", n), entity, documents) for n in range(company.activities)]
    return {"sale_lines": sale_lines, "costs": [row for made in costs for row in made], "activities": activities}


def _document(rng: random.Random, number: str) -> Row:
    """What the lines of one document share."""
    entity = number.partition("-")[0]
    customer = rng.choice(("a", "b", "c", "d", None))
    return {
        "document": number,
        "date": _day(rng),
        "kind": rng.choice((INVOICE, INVOICE, INVOICE, INVOICE, CREDIT_NOTE)),
        "customer_key": customer and f"{entity}{customer}",
        "manager_key": rng.choice(("Mia", "Otto", None)),
        "channel": rng.choice(("web", "phone", None)),
        "source": rng.choice(("erp", "erp", "shop")),
        "order_number": rng.choice((None, None, f"{entity}o1{customer}", f"{entity}o2{customer}")),
    }


def _lines(rng: random.Random, document: Row, costs_known: str) -> list[Row]:
    """The lines of a document; now and then another source brings them too."""
    lines = [_line(rng, document, str(n), costs_known) for n in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.1:
        lines += [line | {"source": "shop" if line["source"] == "erp" else "erp", "met twice": True} for line in lines]
    return lines


def _line(rng: random.Random, document: Row, number: str, costs_known: str) -> Row:
    """One line: mostly goods sold or taken back, now and then something odd."""
    sign = -1 if document["kind"] == CREDIT_NOTE else 1
    quantity = Decimal(rng.choice(_QUANTITIES)) * sign
    net_value = _amount(quantity * Decimal(rng.choice(_PRICES)))
    odd = rng.random()
    if odd < 0.06:
        net_value = Decimal(0)
    elif odd < 0.1:
        net_value = -net_value
    elif odd < 0.16:
        quantity, net_value = Decimal(0), _amount(Decimal(rng.choice(_AMOUNTS)) * sign)
    product_cost = _amount(quantity * Decimal(rng.choice(("0", "3", "6.6667", "1000.0001"))))
    if odd > 0.98:
        product_cost = Decimal(rng.choice(_AMOUNTS))
    said = costs_known == "on the lines" or (costs_known == "in files" and rng.random() < 0.3)
    listed = rng.choice((None, net_value, net_value + sign * 5, _amount(net_value * Decimal("1.25"))))
    more = {name: rng.choice((None, None, None, Decimal(rng.choice(_AMOUNTS[:6])) * sign)) for name in ("charges", "rebate")}
    return {
        **document,
        **more,
        "line": number,
        "product_key": rng.choice((*PRODUCTS, *PRODUCTS, None)),
        "quantity": quantity,
        "unit": rng.choice((None, None, None, "box")),
        "net_value": net_value,
        "list_value": listed,
        "discount": None if listed is None else listed - net_value,
        "product_cost": product_cost if said else None,
        "weight": rng.choice((None, Decimal("0.5"), 3)),
        "attribute:rush": rng.choice((None, Decimal(0), Decimal(1))),
    }


def _cost(rng: random.Random) -> list[Row]:
    """An amount of a pool; now and then its accounts cancel out."""
    day = _day(rng)
    row = {"period": day.replace(day=1), "pool": rng.choice(POOLS), "account": rng.choice(("4000", "5000", None)), "amount": Decimal(rng.choice(_AMOUNTS))}
    if rng.random() < 0.1:
        return [row, row | {"account": "6000", "amount": -row["amount"]}]
    return [row]


def _activity(rng: random.Random, entity: str, documents: list[Row]) -> Row:
    """An activity for a customer or a document, in a third of the cases with its very cost."""
    served = rng.choice(documents) if documents and rng.random() < 0.5 else {}
    traced = rng.random() < 0.35
    customer = rng.choice(("a", "b", "e", None))
    return {
        "date": served.get("date") or _day(rng),
        "kind": rng.choice(_KINDS),
        "customer_key": rng.choice((customer and f"{entity}{customer}", served.get("customer_key"))),
        "quantity": rng.choice((None, 0, 1, Decimal("2.5"))),
        "minutes": rng.choice((None, 0, 45, Decimal("7.25"))),
        "document": rng.choice((served.get("document"), None)),
        "order_number": rng.choice((served.get("order_number"), None)),
        "channel": rng.choice(("van", None)),
        "manager_key": rng.choice(("Mia", None)),
        "pool": rng.choice(POOLS) if traced else None,
        "amount": Decimal(rng.choice(_AMOUNTS[:7])) if traced else None,
    }


def _master_data(group: Group) -> dict[str, list[Row]]:
    """What the files of products, purchases and customers say."""
    rng = _stream(group.companies[0].seed, "master data")
    in_files = group.costs_known == "in files"
    products = [
        {
            "product_key": key,
            "family": rng.choice(("F1", "F2", None)),
            "unit_cost": Decimal(rng.choice(("3", "6.6667"))) if in_files else None,
            "list_price": rng.choice((None, Decimal("10.5"))),
        }
        for key in PRODUCTS
    ]
    if in_files:
        products.append({"product_key": "p1", "family": "F1", "unit_cost": Decimal(4), "valid_from": date(YEARS[0], 6, 1)})
        products.append({"product_key": "p1", "family": "F1", "unit_cost": Decimal(5), "valid_from": date(YEARS[1], 2, 1)})
    entities = range(len(group.companies))
    customers = [{"customer_key": f"E{n:02d}{c}", "segment": rng.choice(("Retail", None)), "name": rng.choice(("Oy", None))} for n in entities for c in "abc"]
    return {"products": products, "customers": customers}


_AVOIDABLE: tuple[dict[str, Any], ...] = ({}, {}, {"avoidable": Decimal("0.6")}, {"avoidable": 1})
_SHARED: tuple[tuple[dict[str, Any], ...], ...] = (
    tuple({"driver": driver} for driver in DRIVERS),
    tuple({"minutes": equation, "capacity_minutes": capacity} for equation in EQUATIONS for capacity in (10, 60, 5_000, 10**7)),
    ({}, {"tier": "excluded"}, {"tier": "sustaining"}, {"tier": "sustaining", "spread": "value"}),
)
_STEPS: tuple[dict[str, Any], ...] = ({}, {}, {"step": "handling"})
_SETTINGS: tuple[dict[str, Any], ...] = (
    *({}, {}, {}, {"across_entities": True}, {"intercompany": ["E00a"]}),
    *({"layers": {"rebate": "product cost"}}, {"layers": {"charges": "discount"}}),
)
_NAMES_ENTITIES = (True, True, True, False)
_COSTS_KNOWN = ("on the lines", "on the lines", "on the lines", "in files", "nowhere")
_MOST = Company(seed=2**32 - 1, documents=14, costs=8, activities=6)


def drawn(seed: int, size: int) -> Group:
    """A group of so many companies: all drawn from one seed, each choice with the same chance."""
    rng = _stream(seed, "group")
    named = rng.sample(POOLS, rng.randint(0, len(POOLS)))
    return Group(
        companies=tuple(
            Company(rng.randint(0, _MOST.seed), rng.randint(1, _MOST.documents), rng.randint(0, _MOST.costs), rng.randint(0, _MOST.activities))
            for _ in range(size)
        ),
        pools=tuple({"name": name, **rng.choice(rng.choice(_SHARED)), **rng.choice(_STEPS), **rng.choice(_AVOIDABLE)} for name in named),
        settings=rng.choice(_SETTINGS),
        names_entities=rng.choice(_NAMES_ENTITIES),
        costs_known=rng.choice(_COSTS_KNOWN),
        physical=rng.choice((True, False)),
    )


@st.composite
def pools(draw: Callable[..., Any]) -> tuple[dict[str, Any], ...]:
    """A policy of some of the pools; what it does not name is unassigned."""
    named = draw(st.lists(st.sampled_from(POOLS), unique=True, max_size=len(POOLS)))
    shared = st.one_of(*map(st.sampled_from, _SHARED))
    return tuple({"name": name, **draw(shared), **draw(st.sampled_from(_STEPS)), **draw(st.sampled_from(_AVOIDABLE))} for name in named)


companies = st.builds(
    Company,
    seed=st.integers(0, _MOST.seed),
    documents=st.integers(1, _MOST.documents),
    costs=st.integers(0, _MOST.costs),
    activities=st.integers(0, _MOST.activities),
)


def groups(smallest: int, largest: int) -> st.SearchStrategy[Group]:
    """Groups of so many companies that sell something in both years."""
    of_companies = st.lists(companies, min_size=smallest, max_size=largest).map(tuple)
    sized = st.builds(
        Group,
        companies=of_companies,
        pools=pools(),
        settings=st.sampled_from(_SETTINGS),
        names_entities=st.sampled_from(_NAMES_ENTITIES),
        costs_known=st.sampled_from(_COSTS_KNOWN),
        physical=st.booleans(),
    )
    return sized.filter(lambda group: {row["date"].year for row in group.rows()["sale_lines"]} == set(YEARS))


def with_costs_on_the_lines(group: Group) -> Group:
    """The same group, every line of which states its cost."""
    return replace(group, costs_known="on the lines")
