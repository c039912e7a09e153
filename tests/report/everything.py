"""A company in whose waterfall and bridge every row holds something, worked out by the real engine: two months of 2023 against the same of 2024.

Ann and Bob continue, Cleo is new, Dan stopped buying, Eve has credit notes alone; some lines name no customer. Amounts have four decimals, so that cents
are made everywhere. The step *Sales: delivery* has a colon of its own and stands at two levels (shared by lines and by deliveries), and so does *returns*.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tests.cast import D, activity, cost, credit_note, invoice, policy_of, studied

from goodterms.analysis import Result

CUSTOMERS = ("Ann", "Bob", "Cleo", "Dan", "Eve", "(no customer)")
PLACES = D("0.0001")
POLICY = policy_of(
    {"name": "Picking", "driver": "lines", "step": "picking", "avoidable": 0.5},
    {"name": "EDI desk", "minutes": "5 + 3*lines", "capacity_minutes": 300, "step": "EDI order handling"},
    {"name": "Freight", "driver": "lines", "step": "Sales: delivery"},
    {"name": "Vans", "driver": "deliveries", "step": "Sales: delivery"},
    {"name": "Returns", "driver": "returns", "step": "returns"},
    {"name": "Field", "driver": "visits", "step": "visits"},
    {"name": "Claims", "driver": "tickets", "step": "claims"},
    {"name": "Rent", "tier": "sustaining"},
    {"name": "Interest", "tier": "excluded"},
)


def _sales(year: int, growth: int) -> list[dict]:
    """One year's lines: what was sold grows, prices change, and so on."""

    def sold(month: int, document: int, customer: str | None, product: str, quantity: int, price: str, costs: str | None, **more: object) -> dict:
        listed = (quantity * (D(price) + D(growth) / 3)).quantize(PLACES)
        discount = (listed * (5 + growth) / 100).quantize(PLACES)
        said = {"list_value": listed, "discount": discount, "charges": D("1.0051") * growth, "rebate": D("0.3333"), "entity": "FI"}
        said["product_cost"] = None if costs is None else (quantity * D(costs) + D(growth) / 7).quantize(PLACES)
        return invoice(
            f"{year}-{month:02d}-1{document % 10}",
            f"{year}{document}",
            customer,
            product,
            quantity,
            listed - discount,
            order_number=f"O{year}{document}",
            **said | more,
        )

    lines = [
        sold(1, 1, "Ann", "tea", 10 + growth, "21.1111", "12.3457"),
        sold(1, 1, "Ann", "cup", 7, "13.3333", "9.8765", line="2"),
        sold(2, 2, "Ann", "saw", 3 + growth, "41.7", "30.0001"),
        sold(1, 3, "Bob", "tea", 8, "20.9999", "12.3457"),
        sold(2, 4, "Bob", "cup" if growth else "saw", 6, "39.9", "25.5", entity="SE"),
        sold(2, 5, None, "tea", 2, "21.1111", "12.3457"),
        sold(2, 6, "Ann", "pot", 1, "2.1009", None),
        invoice(f"{year}-02-17", f"{year}7", "Bob", "mug", 2, 0, list_value=0, product_cost=D("24.6914") + growth, entity="FI"),
        *([sold(2, 9, "Ann", "lamp", 2, "31.1", "19.9")] if growth else []),
        *[sold(1, 10 + i, "Ann", f"item {i}", 1 + i % 3, f"{5 + i}.0{i % 10}1", f"{3 + i}.0007") for i in range(14)],
    ]
    lines.append(sold(1, 8, "Cleo", "tea", 5, "19.3333", "12.3457") if growth else sold(1, 8, "Dan", "cup", 4, "13.3333", "9.8765"))
    for document, customer, product, amount in (("C1", "Bob", "tea", D("-20.0001")), ("C2", "Eve", "saw", D("-7.7777") - growth)):
        more = {"entity": "FI", "product_cost": D("-12.3457"), "list_value": amount}
        lines.append(credit_note(f"{year}-02-20", f"{document}{year}", customer, product, -1, amount, **more))
    return lines


def _activities(year: int, growth: int) -> list[dict]:
    """Deliveries, one of whose very cost is known; returns with and without an order; visits; claims traced beyond their pool."""
    return [
        activity(f"{year}-01-12", "delivery", "Ann", order_number=f"O{year}1", entity="FI", pool="Vans", amount=D("11.1109") + growth),
        activity(f"{year}-01-13", "delivery", "Ann", order_number=f"O{year}10", quantity=1 + growth, entity="FI"),
        activity(f"{year}-01-14", "delivery", "Bob", order_number=f"O{year}3", entity="FI"),
        activity(f"{year}-02-21", "return", "Bob", entity="FI"),
        activity(f"{year}-02-22", "return", "Bob", order_number=f"O{year}3", quantity=2, entity="FI"),
        activity(f"{year}-02-22", "visit", "Ann", quantity=1 + growth, entity="FI"),
        activity(f"{year}-02-23", "visit", "Eve", entity="FI"),
        activity(f"{year}-02-24", "ticket", "Bob", pool="Claims", amount=D("9.0049") + growth, entity="FI"),
    ]


def _costs(year: int, growth: int) -> list[dict]:
    """Every pool in both months, the first month's picking on two accounts."""
    rows = [cost(f"{year}-01", "Picking", "17.0003", account="401", account_name="Warehouse rent", entity="FI")]
    for month in ("01", "02"):
        for account, pool, amount in (
            ("400", "Picking", D("31.0001") + growth),
            ("410", "EDI desk", D("60.0007")),
            ("420", "Freight", D("13.3331") + growth),
            ("421", "Vans", D("40.0009") + 5 * growth),
            ("430", "Returns", D("6.0005")),
            ("440", "Field", D("20.0003") + growth),
            ("450", "Claims", D("5.0001")),
            ("460", "Rent", D("77.7777")),
            ("470", "Interest", D("3.3333")),
            ("480", "Sundries", D("2.2222") + growth),
        ):
            rows.append(cost(f"{year}-{month}", pool, amount, account=account, account_name=f"{pool} account", entity="FI"))
        rows.append(cost(f"{year}-{month}", "Picking", "5.0009", account="400", account_name="Picking account", entity="SE"))
    return rows


@cache
def everything(*, backwards: bool = False) -> Result:
    """The company's result, from its rows in order or backwards."""
    years = ((2023, 0), (2024, 1))

    def rows(of_year: Callable[[int, int], list[dict]]) -> list[dict]:
        return [row for year, growth in years for row in of_year(year, growth)][:: -1 if backwards else 1]

    return studied(
        rows(_sales),
        periods=("2023-01..2023-02", "2024-01..2024-02"),
        policy=POLICY,
        activities=rows(_activities),
        costs=rows(_costs),
        products=[{"product_key": key, "family": family} for key, family in (("tea", "Table"), ("cup", "Table"), ("saw", "Tools"))],
    )
