"""The answer in words: did sales and profit move apart, through what, and through whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goodterms.analysis.result import MEASURE_COLUMN, Bridge, Measure, WaterfallRow
from goodterms.analysis.views import customers_of, products_of, rows_of
from goodterms.facts.money import cents, change_in_cents, in_words

if TYPE_CHECKING:
    import pyarrow as pa

_NAMED = 3


def answer(measure: Measure, periods: tuple[str, str], sales: tuple[Decimal, Decimal], profit: tuple[Decimal, Decimal]) -> str:
    """One sentence: what sales did, and what profit did.

    Examples
    --------
    >>> answer("gross margin", ("2012", "2013"), (Decimal("28193631.5321"), Decimal("33574834.1572")), (Decimal("915899.0364"), Decimal("-491870.0066")))
    'Sales grew 19.1 % from 2012 to 2013, but gross margin fell by 1,407,769.05, from 915,899.04 to −491,870.01.'
    """
    said = _moved("Sales", *sales)
    grew = sales[1] > sales[0]
    span = f" from {periods[0]} to {periods[1]}"
    if measure == "net sales":
        return f"{said}{span}: {in_words(cents(sales[0]))} became {in_words(cents(sales[1]))}."
    change = change_in_cents(*profit)
    verb = "rose" if change > 0 else "fell" if change < 0 else "stayed"
    joined = "and" if (change > 0) == grew or not change else "but"
    by = f" by {in_words(abs(change))}, from {in_words(cents(profit[0]))} to {in_words(cents(profit[1]))}" if change else f" at {in_words(cents(profit[1]))}"
    return f"{said}{span}, {joined} {measure} {verb}{by}."


def _moved(what: str, earlier: Decimal, later: Decimal) -> str:
    """Sales grew 19.1 %."""
    if earlier <= 0:
        return f"{what} went from {in_words(cents(earlier))} to {in_words(cents(later))}"
    share = (later - earlier) / earlier * 100
    if not round(share, 1):
        return f"{what} stayed level"
    return f"{what} {'grew' if share > 0 else 'fell'} {abs(share):,.1f} %"


def answer_of_one_period(measure: Measure, period: str, sales: Decimal, profit: Decimal) -> str:
    """The sentence where there is nothing to compare with."""
    said = f"Sales in {period} were {in_words(cents(sales))}"
    if measure != "net sales":
        said += f" and {measure} was {in_words(cents(profit))}"
    return f"{said}. There is one period only, so nothing says yet why it moved."


def explain_bridge(bridge: Bridge) -> list[str]:
    """What took most away and what brought most, in one or two sentences."""
    moved = sorted((s for s in bridge.steps if round(s.amount)), key=lambda s: (s.amount, s.step))
    took = [s for s in moved if s.amount < 0][:_NAMED]
    brought = [s for s in reversed(moved) if s.amount > 0][:_NAMED]
    said = []
    if took:
        said.append(f"Most was taken by {_listed([(_inside(s.label), s.amount) for s in took])}.")
    if brought:
        said.append(f"Most was brought by {_listed([(_inside(s.label), s.amount) for s in brought])}.")
    return said


def _inside(label: str) -> str:
    """A label inside a sentence: its capital goes, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def explain_who(what: str, measure: str, changes: Sequence[tuple[str, Decimal]]) -> str:
    """Through whom: the families or customers whose measure fell most; empty where none fell."""
    fell = sorted((c for c in changes if round(c[1]) < 0), key=lambda c: (c[1], c[0]))[:_NAMED]
    return f"{what} where {measure} fell most: {_listed(fell)}." if fell else ""


def explain_lowest(what: str, measure: str, period: str, amounts: Sequence[tuple[str, Decimal]]) -> str:
    """Who carries the loss of the later period; empty where nobody loses."""
    lost = sorted((a for a in amounts if a[1] < 0), key=lambda a: (a[1], a[0]))
    if not lost:
        return ""
    whole = sum((amount for _name, amount in lost), Decimal(0))
    if len(lost) == 1:
        return f"1 of the {what} had a negative {measure} in {period}: {_listed(lost)}."
    return f"{len(lost):,} {what} had a negative {measure} in {period}, together {in_words(cents(whole))}; the largest: {_listed(lost[:_NAMED])}."


def explain_like_for_like(unfilled: Sequence[str], bridge: Bridge | None) -> str:
    """The announcement of a period that the data does not fill, with the comparison of the months that both have."""
    if not unfilled:
        return ""
    said = f"{'. '.join(unfilled)}."
    if bridge is None:
        return f"{said} No month is full in both periods, so there is no like-for-like comparison."
    change = in_words(change_in_cents(bridge.start, bridge.end), signed=True)
    told = "a change of" if bridge.measure == "net sales" else f"and {bridge.measure} changed by"
    sales = _moved("sales", bridge.sales_start, bridge.sales_end)
    return f"{said} Like for like, {bridge.earlier} against {bridge.later}: {sales}, {told} {change}."


def explain_all_cost(waterfall: Sequence[WaterfallRow], earlier: str | None, later: str) -> str:
    """What is left once the cost that is in no customer's figure is taken off too, and how much of that found no driver; empty where there is none."""
    by_step = {row.step: row for row in waterfall}
    left, without = by_step.get("after_all_cost"), by_step.get("unassigned")
    if left is None or left.later is None:
        return ""
    ends = [(earlier, left.earlier), (later, left.later)]
    was = " and ".join(f"{in_words(cents(amount))} in {period}" for period, amount in ends if period and amount is not None)
    none_found = [(earlier, without.earlier), (later, without.later)] if without else []
    of_it = " and ".join(f"{in_words(cents(-amount))} in {period}" for period, amount in none_found if period and amount)
    return f"With the cost that no customer carries taken off too, what is left was {was}{f'; of that cost, {of_it} found no driver' if of_it else ''}."


def _listed(named: Sequence[tuple[str, Decimal]]) -> str:
    """Names with amounts: a (1.00), b (2.00) and c (3.00)."""
    parts = [f"{name} ({in_words(cents(amount), places=0, signed=True)})" for name, amount in named]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def explanation(
    views: Mapping[str, pa.Table],
    measure: Measure,
    periods: tuple[str | None, str],
    waterfall: Sequence[WaterfallRow],
    bridge: Bridge | None,
    like_for_like: Bridge | None,
    unfilled: Sequence[str],
) -> tuple[str, ...]:
    """What moved profit, and through whom: sentences after the answer."""
    of_customers = MEASURE_COLUMN[measure]
    of_ranges = "product_contribution" if measure == "net profit" else of_customers
    customers = [(_called(row, "customer"), row) for row in customers_of(views, "name", f"{of_customers}_earlier", f"{of_customers}_later")]
    products = products_of(views, "name", "family", f"{of_ranges}_earlier", f"{of_ranges}_later")
    if any(row["family"] != row["product"] for row in products):
        families = rows_of(views["families"], "family", "level", f"{of_ranges}_earlier", f"{of_ranges}_later")
        what, ranges = "product families", [(row["family"], row) for row in families if row["level"] == "line"]
    else:
        what, ranges = "products", [(_called(row, "product"), row) for row in products]
    said = [*(explain_bridge(bridge) if bridge else []), explain_all_cost(waterfall, *periods)]
    if bridge is not None:
        for who, column, called in ((what.capitalize(), of_ranges, ranges), ("Customers", of_customers, customers)):
            changes = [(name, row[f"{column}_later"] - row[f"{column}_earlier"]) for name, row in called]
            said.append(explain_who(who, column.replace("_", " "), changes))
    if measure != "net sales":
        for who, column, called in ((what, of_ranges, ranges), ("customers", of_customers, customers)):
            said.append(explain_lowest(who, column.replace("_", " "), periods[1], [(name, row[f"{column}_later"]) for name, row in called]))
    said.append(explain_like_for_like(unfilled, like_for_like))
    return tuple(s for s in said if s)


def _called(row: Mapping[str, Any], key: str) -> str:
    """A customer or product by name, with its key; names may be shared."""
    return f"{row['name']} ({row[key]})" if row["name"] else str(row[key])
