"""Every picture: what its colours mean, that it can be walked and read aloud, and that its table says the same."""

import re
from datetime import date
from decimal import Decimal

import pytest

from goodterms.analysis.result import Whale
from goodterms.charts.bridge import MOST_BARS, bridge_chart, bridge_table, fits_beside, is_cut
from goodterms.charts.families import FamilyRow, families_table, families_title
from goodterms.charts.markup import element, text
from goodterms.charts.months import MonthPair, months_chart, months_table, months_title
from goodterms.charts.printed import PrintedBridge, PrintedRow, PrintedStep
from goodterms.charts.waterfall import waterfall_table
from goodterms.charts.whale import whale_chart, whale_figures, whale_table, whale_title

D = Decimal


def bridge(start, *steps):
    made, level = [], D(start)
    for label, amount in steps:
        made.append(PrintedStep(label.lower(), label, D(amount), level, level + D(amount)))
        level += D(amount)
    return PrintedBridge("net profit", "2012", "2013", D(start), level, tuple(made))


def whale(points, *, total, peak, rank, losers, losses):
    share = D(peak) / D(total) if total > 0 else None
    return Whale(
        "2013", "net profit", len(points), D(total), D(peak), share, rank, losers, D(losses), None, None, tuple((i, D(p)) for i, p in enumerate(points, 1))
    )


FELL = bridge("57169.28", ("New customers", "-1101970.84"), ("List price", "1313401.28"), ("Returns", "0.00"), ("Product cost", "-1370939.92"))
MONTHS = (
    MonthPair(date(2013, 1, 1), D("-5.00"), date(2012, 1, 1), D("4.00")),
    MonthPair(date(2013, 2, 1), D("7.00"), date(2012, 2, 1), D("6.00")),
    MonthPair(date(2013, 3, 1), None, date(2012, 3, 1), D("1.00")),
)
CURVE = whale([60, 90, 70], total=70, peak=90, rank=2, losers=1, losses=-20)
LOSING = whale([10, -30], total=-30, peak=10, rank=1, losers=1, losses=-40)
FAMILIES = (FamilyRow("Touring Bikes", D("-206533.00"), D("-1031061.98")), FamilyRow("Vests", D("6061.79"), D("71065.76")))
ROWS = (
    PrintedRow("list_value", "Sales at list price", "total", D("100.00"), D("200.00"), D(1), D(1)),
    PrintedRow("discount", "Discounts", "step", D("-10.00"), D("-40.00"), D("-0.1"), D("-0.2")),
    PrintedRow("product_cost", "Product cost", "step", D("-80.00"), D("-160.00"), D("-0.8"), D("-0.8")),
    PrintedRow("net_profit", "Net profit", "total", D("10.00"), D("0.00"), D("0.1"), D(0)),
)
PICTURES = {
    "bridge": bridge_chart(FELL, currency="EUR", name="bar"),
    "bridge table": bridge_table(FELL, caption="Bridge", name="bar", beside=FELL),
    "waterfall": waterfall_table(ROWS, caption="Waterfall", earlier="2012", later="2013", base="list price"),
    "whale": whale_chart(CURVE, LOSING),
    "whale table": whale_table(CURVE, None, caption="Whale"),
    "months": months_chart(MONTHS, measure="net profit"),
    "months table": months_table(MONTHS, caption="Months", earlier="2012", later="2013"),
    "families": families_table(FAMILIES, caption="Families", earlier="2012", later="2013"),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_needs_no_inline_style_script_or_colour(picture):
    assert re.findall(r'style=|<script|onclick|#[0-9a-f]{6}\b|fill="|stroke="', PICTURES[picture]) == []


@pytest.mark.parametrize("picture", [name for name in PICTURES if "<svg" in PICTURES[name] and "table" not in name and name in {"bridge", "whale", "months"}])
def test_a_chart_takes_focus_and_says_what_it_shows(picture):
    assert re.findall(r'role="img" tabindex="0" aria-label="([^"]{20,})" data-points', PICTURES[picture])


@pytest.mark.parametrize("picture", ["bridge table", "waterfall", "whale table", "months table", "families"])
def test_a_table_has_a_caption_and_heads_with_scope(picture):
    assert PICTURES[picture].count("<caption") == 1
    assert "<th>" not in PICTURES[picture]
    assert 'scope="row"' in PICTURES[picture]


def test_every_bar_of_a_bridge_carries_its_figure_and_opens_its_own_panel():
    drawn = PICTURES["bridge"]
    assert re.findall(r'data-tip="([^"]*)"', drawn)[:2] == ["2012|57,169.28", "New customers|−1,101,970.84|then −1,044,801.56"]
    assert re.findall(r'<rect[^>]*data-opens="(bar-\d)"', drawn) == ["bar-0", "bar-1", "bar-2", "bar-3"]
    assert re.findall(r'<button[^>]*aria-controls="(bar-\d)"', drawn) == ["bar-0", "bar-1", "bar-2", "bar-3"]


def test_vermilion_lowers_profit_and_nothing_else_is_vermilion():
    assert re.findall(r'<g class="(tot|pos|neg|mid)">', PICTURES["bridge"]) == ["tot", "neg", "pos", "mid", "neg", "tot"]


def test_a_cost_is_vermilion_only_where_it_takes_a_larger_share_than_before():
    assert re.findall(r'class="hbar (\w+)"', PICTURES["waterfall"]) == ["tot", "neg", "mid", "tot"]


def test_a_month_is_vermilion_only_when_it_is_a_loss():
    assert re.findall(r'class="bar (\w+)"', PICTURES["months"]) == ["neg", "now"]


def test_a_bridge_far_above_zero_cuts_its_axis_and_says_so():
    high = bridge("5670", ("Volume", "100"), ("Prices", "-560"))
    assert is_cut(high)
    assert bridge_chart(high).count('class="brk"') == 2
    assert bridge_table(high, caption="Bridge").count('class="brk"') == 4
    assert not is_cut(FELL)
    assert 'class="brk"' not in bridge_table(FELL, caption="Bridge")


def test_more_bars_than_can_be_named_beside_each_other_lie_in_rows():
    assert fits_beside(bridge("1", *((f"Step {i}", "1") for i in range(MOST_BARS - 2))))
    assert not fits_beside(bridge("1", *((f"Step {i}", "1") for i in range(MOST_BARS - 1))))


def test_bars_of_a_bridge_that_goes_below_zero_reach_below_the_axis():
    heights = [float(h) for h in re.findall(r'class="mark"[^>]*height="([\d.]+)"', PICTURES["bridge"])]
    assert heights[1] > heights[0]
    assert heights[2] > 50


def test_the_table_of_a_bridge_holds_the_printed_figures():
    figures = re.findall(r'<td class="num[^"]*">([^<]*)</td>', bridge_table(FELL, caption="Bridge"))
    assert figures == ["57,169.28", "−1,101,970.84", "+1,313,401.28", "0.00", "−1,370,939.92", "−1,102,340.20"]


def test_titles_say_what_was_found():
    assert months_title(MONTHS, "net profit") == "Net profit was below the period before in 1 of 2 months"
    assert families_title(FAMILIES, "gross margin") == "Touring Bikes fell most: −825k"
    assert whale_title(CURVE) == "2 customers make 129\N{NO-BREAK SPACE}% of the net profit, 1 takes 20 away"
    assert whale_title(LOSING) == "1 customer makes 10, 1 takes 40 away"


def test_a_curve_that_ends_below_zero_has_no_percentage_of_its_total():
    assert dict(whale_figures(LOSING))["Peak as a share of the total"] == "none: the total is not above 0"


def test_a_month_without_sale_lines_is_said():
    assert ">no sale lines<" in PICTURES["months table"]
    assert "March 2013|no sale lines|March 2012: 1.00" in PICTURES["months"]


def test_names_are_shown_and_never_obeyed():
    drawn = bridge_chart(bridge("1", ('<script>"x"</script>', "2")), name="bar")
    assert "<script" not in drawn
    assert element("td", text("a < b"), title='"') == '<td title="&quot;">a &lt; b</td>'
