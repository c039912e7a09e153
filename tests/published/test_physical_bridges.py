"""Bridges in physical units that others published: budget against actual, a new mix at growing quantity, and sales up with profit down.

One customer, each product its own family, so that the nested form is the flat one that is published.
"""

from __future__ import annotations

from tests.cast import D, invoice, steps_of, studied

EARLIER, LATER = "2020-01", "2020-02"


def bridge_of(products: dict[str, tuple]):
    """The bridge of one customer; each product is quantity, price and cost of one unit, in both periods."""
    sale_lines = []
    for month, at in ((EARLIER, 0), (LATER, 1)):
        for product, sold in products.items():
            quantity, price, unit_cost = (D(str(pair[at])) for pair in sold)
            if quantity:
                sale_lines.append(invoice(f"{month}-28", f"{month}{product}", "Ann", product, quantity, quantity * price, product_cost=quantity * unit_cost))
    return studied(sale_lines, periods=(EARLIER, LATER), physical=True).bridge


def margin(earlier: int, later: int, of_one: str):
    """Quantities at an unchanged margin of one unit, on a cost of 10."""
    return (earlier, later), (D(of_one) + 10,) * 2, (10, 10)


def test_actual_against_budget():
    """A sales-mix variance of three products: budget 400/600/1,500 thousand, actual 480/900/1,620 thousand, margins 2.00, 1.20 and 2.50.

    Mix −234 thousand and total 820 thousand, exact as printed; quantity is 1,054 thousand.
    """
    bridge = bridge_of({"A": margin(400_000, 480_000, "2.00"), "B": margin(600_000, 900_000, "1.20"), "C": margin(1_500_000, 1_620_000, "2.50")})
    assert bridge.change == 820_000
    assert steps_of(bridge) == {"volume": D(1_054_000), "mix between": D(-234_000)}


def test_houston_infonautics():
    """Houston Infonautics (Horngren, Datar & Rajan): 111 to 115 thousand units, mix 5/40/55 to 4/43/53 %, margins 195, 177, 81; exact as printed."""
    bridge = bridge_of({"A": margin(5_550, 4_600, "195"), "B": margin(44_400, 49_450, "177"), "C": margin(61_050, 60_950, "81")})
    assert bridge.change == 700_500
    steps = steps_of(bridge)
    assert set(steps) == {"volume", "mix between"}
    assert abs(steps["volume"] - 500_400) < D("0.0001")
    assert abs(steps["mix between"] - 200_100) < D("0.0001")
    assert steps["volume"] + steps["mix between"] == 700_500


def test_sales_up_profit_down():
    """Revenue 146,000 to 155,700, margin 52,000 to 40,150. Volume 12,266.67 is 12,266 2/3, mix −10,266.67 is −10,266 2/3."""
    bridge = bridge_of(
        {
            "A": ((1000, 900), (100, 98), (60, 62)),
            "B": ((500, 1000), (60, 57), (48, 50)),
            "C": ((200, 0), (80, 80), (50, 50)),
            "D": ((0, 150), (70, 70), (65, 65)),
        }
    )
    assert (bridge.sales_start, bridge.sales_end, bridge.start, bridge.end) == (146_000, 155_700, 52_000, 40_150)
    steps = steps_of(bridge)
    whole = {name: steps[name] for name in ("price: list", "cost", "new families", "lost families")}
    assert whole == {"price: list": D(-4_800), "cost": D(-3_800), "new families": D(750), "lost families": D(-6_000)}
    assert set(steps) - set(whole) == {"volume", "mix between"}
    assert abs(steps["volume"] - D(36_800) / 3) < D("0.0001")
    assert abs(steps["mix between"] + D(30_800) / 3) < D("0.0001")
    assert sum(steps.values()) == D(-11_850)
