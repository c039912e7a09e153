"""Cents are made once, and whoever adds up finds no gap."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.analysis.result import Bridge, BridgeStep, WaterfallRow
from goodterms.charts.printed import levels_in_cents, printed_bridge, printed_waterfall

D = Decimal

AMOUNT = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


def bridge_of(start, amounts):
    steps = tuple(BridgeStep(f"s{i}", f"S{i}", a) for i, a in enumerate(amounts))
    return Bridge("gross margin", "2012", "2013", "value", start, start + sum(amounts, D(0)), D(1), D(1), steps, (), {})


def test_the_adventureworks_bridge_prints_as_a_reader_adds_it_up():
    """ENGINE's example: the exact change is −1,407,769.0430 and prints as −491,870.01 − 915,899.04 = −1,407,769.05."""
    amounts = [
        "-804314.3768",
        "-233220.0811",
        "207882.8098",
        "-259033.7440",
        "1313401.2761",
        "86695.0940",
        "-1370939.9216",
        "-51052.3113",
        "-238321.4571",
        "-58866.3310",
    ]
    printed = printed_bridge(bridge_of(D("915899.0364"), [D(a) for a in amounts]))
    assert printed.change == D("-1407769.05")
    assert printed.start + sum(s.amount for s in printed.steps) == printed.end
    assert [s.after for s in printed.steps][-1] == printed.end


@settings(max_examples=200, deadline=None)
@given(AMOUNT, st.lists(AMOUNT, min_size=1, max_size=12))
def test_a_printed_bridge_adds_up_and_no_part_moves_by_more_than_a_cent_or_two(start, amounts):
    printed = printed_bridge(bridge_of(start, amounts))
    assert printed.start + sum(s.amount for s in printed.steps) == printed.end
    assert all(abs(s.amount - exact) < D("0.03") for s, exact in zip(printed.steps, amounts, strict=True))


@settings(max_examples=200, deadline=None)
@given(AMOUNT, st.lists(st.lists(AMOUNT, min_size=1, max_size=4), min_size=1, max_size=4))
def test_every_printed_level_is_the_sum_of_the_printed_steps_above(first, groups):
    rows, level = [WaterfallRow("list_value", "List", "total", first, first)], first
    for i, group in enumerate(groups):
        for j, amount in enumerate(group):
            rows.append(WaterfallRow(f"{i}{j}", "", "step", amount, -amount))
        level += sum(group, D(0))
        rows.append(WaterfallRow(f"t{i}", "", "total", level, 2 * first - level))
    for column in ("earlier", "later"):
        reached = D(0)
        for row in printed_waterfall(rows):
            amount = getattr(row, column)
            reached = amount if row.step == "list_value" else reached + (amount if row.kind == "step" else 0)
            if row.kind == "total":
                assert amount == reached


def test_a_printed_change_is_the_difference_of_the_printed_figures():
    (row,) = printed_waterfall([WaterfallRow("net_sales", "Net sales", "total", D("1.004"), D("2.006"))])
    assert (row.earlier, row.later, row.change) == (D("1.00"), D("2.01"), D("1.01"))


def test_levels_printed_elsewhere_are_kept():
    assert levels_in_cents(["total", "step", "total"], [D("10.004"), D("-3.001"), D("7.003")], [D("10.01"), None, D("7.00")]) == [
        D("10.01"),
        D("-3.01"),
        D("7.00"),
    ]


def test_one_period_has_no_earlier_figure():
    (row,) = printed_waterfall([WaterfallRow("net_sales", "Net sales", "total", None, D(2))])
    assert (row.earlier, row.change, row.is_worse, row.share_later) == (None, None, False, D(1))


def test_a_step_is_worse_only_when_it_takes_a_larger_share():
    rows = printed_waterfall(
        [
            WaterfallRow("list_value", "List", "total", D(100), D(200)),
            WaterfallRow("product_cost", "Cost", "step", D(-60), D(-120)),
            WaterfallRow("picking", "Picking", "step", D(-10), D(-30)),
        ]
    )
    assert [row.is_worse for row in rows] == [False, False, True]
